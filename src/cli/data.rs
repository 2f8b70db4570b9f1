//! What `--data` draws from.

use std::path::Path;

use super::args::DataClass;
use super::{Failure, Io};
use crate::charm::{self, Charm};
use crate::draw::{Class, Drawer, Values};
use crate::limits::Limits;
use crate::model::Disk;
use crate::model::grammar::Grammar;
use crate::model::{Alphabet, Loader};
use crate::source::{SourceFile, SourceMap};

/// What is known of a charm's data.
pub(super) struct Larder {
    class: Class,
    charm: Charm,
    values: Values,
}

impl Larder {
    /// Reads what there is.
    pub(super) fn new(
        class: DataClass,
        values: Option<&Path>,
        charm: Option<&Path>,
        limits: &Limits,
        io: &mut Io,
    ) -> Result<Self, Failure> {
        let class = match class {
            DataClass::Plain => Class::Plain,
            DataClass::Typed => Class::Typed,
            DataClass::Hostile => Class::Hostile,
        };
        let values = values.map_or_else(|| Ok(Values::default()), |path| read(path, limits, io))?;
        if charm.is_none() && values.is_empty() {
            io.note("--data: nothing is known of config, actions and databags; --charm DIR or --values FILE say it");
        }
        // What is wrong with it was told when the grammar was loaded.
        let charm = charm.and_then(|directory| charm::read(&Disk, limits, directory).charm).unwrap_or_default();
        Ok(Self { class, charm, values })
    }

    /// Draws for traces of a grammar.
    pub(super) fn drawer<'a>(&'a self, grammar: &'a Grammar, alphabet: &'a Alphabet) -> Drawer<'a> {
        Drawer::new(grammar, alphabet, &self.charm, &self.values, self.class)
    }
}

/// Reads a file of values.
fn read(path: &Path, limits: &Limits, io: &mut Io) -> Result<Values, Failure> {
    let name = path.display().to_string();
    let text = Disk
        .load(path, limits.charm_file)
        .map_err(|error| Failure::Message(format!("--values: cannot read `{name}`: {error}")))?;
    let mut sources = SourceMap::default();
    let source = sources.add(SourceFile::new(name.as_str(), text));
    let document = charm::document(source, sources.file(source), limits).map_err(|diagnostic| {
        io.tell_findings(&sources, &[*diagnostic]);
        Failure::Told
    })?;
    Values::of(&document).map_err(|error| Failure::Message(format!("`{name}`: {error}")))
}
