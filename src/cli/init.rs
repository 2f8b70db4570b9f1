//! `charmgrammar init`.

use std::path::Path;

use super::args::InitArguments;
use super::charm::tell;
use super::output::Output;
use super::{Exit, Failure, Io};
use crate::charm;
use crate::diagnostic::render::Format;
use crate::model::{self, Disk, Root};

/// Writes a grammar for a charm.
pub(super) fn run(arguments: &InitArguments, io: &mut Io) -> Result<Exit, Failure> {
    let reading = charm::read(&Disk, &arguments.charm);
    let Some(charm) = &reading.charm else {
        let text = io.renderer(Format::Human, true).render(&reading.sources, &reading.diagnostics);
        // There is nobody left to tell that standard error cannot be written to.
        let _ = io.stderr.write(&text);
        return Err(Failure::Told);
    };
    tell(&reading, &arguments.charm, io);
    let root = Root::Builtin(charm.platform.grammar().to_owned());
    let outline = model::outline(&Disk, &root, &model::Settings::default());
    let text = charm::start(charm, arguments.endpoints.relations, &outline);
    let path = arguments.output.as_deref();
    if let Some(path) = path.filter(|path| !arguments.force && *path != Path::new("-") && path.is_file()) {
        let message = format!("`{}` is there already; --force writes over it", path.display());
        return Err(Failure::Message(message));
    }
    let mut output = Output::create(path, &mut io.stdout)?;
    output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
    output.finish()?;
    Ok(Exit::Yes)
}
