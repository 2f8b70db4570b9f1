//! `charmcraft.yaml`, `metadata.yaml` and their like → declarations.
//!
//! [`read()`] finds the files of a charm and reads what they say into a [`Charm`]; [`declare()`] says it in the language, as far
//! as a grammar has kinds for it; [`start()`] writes a file to begin with. What a grammar can't say (interfaces, config
//! options, the parameters of actions) stays in the [`Charm`] for who runs it.

mod declare;
mod documents;
mod extensions;
mod facts;
mod files;
mod read;
mod start;
#[cfg(test)]
mod tests;
mod yaml;

use std::path::Path;

pub use declare::{Declared, declare};
pub use facts::{
    Action, Charm, ConfigOption, Container, OptionType, Parameter, Platform, Relation, Resource, Role, Storage,
};
pub use start::start;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits::Limits;
use crate::model::Loader;
use crate::source::{SourceFile, SourceId, SourceMap, Span};
use documents::Documents;
use files::Found;

/// What came of reading a charm.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The texts that the spans of the findings point into.
    pub sources: SourceMap,
    /// What was found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The charm, unless a finding is an error.
    pub charm: Option<Charm>,
}

/// Reads the charm in a directory, or in the only one at most two levels below that has a charm.
///
/// Keys of `charmcraft.yaml` win over those of `config.yaml` and `actions.yaml`, and these over `metadata.yaml`; a key without
/// a value counts as missing.
pub fn read(loader: &dyn Loader, limits: &Limits, directory: &Path) -> Reading {
    let (mut sources, mut diagnostics) = (SourceMap::default(), Diagnostics::default());
    let charm = match files::find(directory) {
        Found::One(found) => {
            let documents = Documents::read(loader, limits, &found, &mut sources, &mut diagnostics);
            Some(read::facts(&found, &documents, &mut diagnostics))
        }
        missing => {
            diagnostics.push(nothing(directory, &missing, &mut sources));
            None
        }
    };
    let charm = charm.filter(|_| !diagnostics.has_errors());
    Reading { sources, diagnostics: diagnostics.sorted(), charm }
}

/// Reads a text in YAML as JSON has it; a key without a value is null. The limits are those of a charm's files.
///
/// # Errors
///
/// If it is no YAML, or has what JSON has not.
pub fn document(source: SourceId, file: &SourceFile, limits: &Limits) -> Result<serde_json::Value, Box<Diagnostic>> {
    yaml::parse(source, file, limits.yaml_values).map(|node| node.json())
}

/// The finding of a directory that has no charm.
fn nothing(directory: &Path, found: &Found, sources: &mut SourceMap) -> Diagnostic {
    let name = directory.display();
    let source = sources.add(SourceFile::new(name.to_string(), ""));
    let error = |code, message| Diagnostic::error(code, Span::new(source, 0, 0), message);
    match found {
        Found::Unreadable(reason) => error(Code::UnreadableFile, format!("cannot read the charm `{name}`: {reason}"))
            .help("give the directory in which its `charmcraft.yaml` or `metadata.yaml` lies"),
        Found::Several(charms) => {
            let list: Vec<String> = charms.iter().map(|path| format!("`{}`", path.display())).collect();
            error(Code::NoCharm, format!("`{name}` has several charms: {}", list.join(", "))).help("give one of them")
        }
        Found::Nowhere | Found::One(_) => error(
            Code::NoCharm,
            format!(
                "there is no charm in `{name}`: no `charmcraft.yaml` and no `metadata.yaml`, also not two levels below"
            ),
        ),
    }
}
