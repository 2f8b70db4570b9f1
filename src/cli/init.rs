//! `charmgrammar init`.

use std::fs;
use std::path::{Path, PathBuf};

use super::args::InitArguments;
use super::charm::tell;
use super::output::{self, Output};
use super::run::OPERATIONS;
use super::{Exit, Failure, Io};
use crate::charm::{self, Charm};
use crate::diagnostic::Severity;
use crate::limits::Limits;
use crate::model::{self, Disk, Root};

/// How many reasons for which a grammar is refused are told.
const MAX_TOLD: usize = 3;

/// The test that `--pytest` writes.
const TEST: &str = include_str!("../../python/templates/test_lifecycle.py");

/// Writes a grammar for a charm.
pub(super) fn run(arguments: &InitArguments, io: &mut Io) -> Result<Exit, Failure> {
    if arguments.force && arguments.output.is_none() && !arguments.pytest {
        return Err(Failure::Message("--force is for files: name one by --output".to_owned()));
    }
    arguments.limiting.check_unused("init")?;
    let reading = charm::read(&Disk, &arguments.limiting.limits(), &arguments.charm);
    let Some(charm) = &reading.charm else {
        io.tell_findings(&reading.sources, &reading.diagnostics);
        return Err(Failure::Told);
    };
    tell(&reading, &arguments.charm, io);
    let files = if arguments.pytest {
        let directory = arguments.output.clone().unwrap_or_else(|| charm.directory.join("tests").join("unit"));
        fs::create_dir_all(&directory)
            .map_err(|error| Failure::Message(format!("cannot make `{}`: {error}", directory.display())))?;
        let grammar = grammar(charm, arguments, &[OPERATIONS]);
        vec![
            (Some(directory.join("lifecycle.charmgrammar")), grammar),
            (Some(directory.join("test_lifecycle.py")), TEST.to_owned()),
        ]
    } else {
        vec![(arguments.output.clone(), grammar(charm, arguments, &[]))]
    };
    let mut paths = files.iter().filter_map(|(path, _)| path.as_deref());
    if let Some(path) = paths.find(|path| !arguments.force && *path != Path::new("-") && path.is_file()) {
        let message = format!("`{}` is there already; --force writes over it", path.display());
        return Err(Failure::Message(message));
    }
    for (path, _) in &files {
        output::refuse_input(path.as_deref(), output::files_of(&reading.sources))?;
    }
    let limits = arguments.limiting.limits();
    for (path, text) in files {
        write(path.as_ref(), &text, io)?;
        if text != TEST {
            tell_refused(path.as_deref(), text, &limits, io);
        }
        if let Some(path) = path.filter(|_| arguments.pytest) {
            io.note(&format!("`{}` is written", path.display()));
        }
    }
    Ok(Exit::Yes)
}

/// The text of a grammar of the charm's lifecycle, with settings of the built-in one.
fn grammar(charm: &Charm, arguments: &InitArguments, settings: &[&str]) -> String {
    let root = Root::Builtin(charm.platform.grammar().to_owned());
    let outline = model::outline(&Disk, &root, &model::Settings::default());
    charm::start(charm, arguments.endpoints.relations, settings, &outline)
}

/// Warns of a grammar that other commands will refuse, as a charm with very many things can have.
fn tell_refused(path: Option<&Path>, text: String, limits: &Limits, io: &mut Io) {
    let name = path.map_or_else(|| "<stdout>".to_owned(), |path| path.display().to_string());
    let settings = model::Settings { limits: *limits, ..model::Settings::default() };
    let loaded = model::load(&Disk, &Root::Text { name, text }, &settings);
    let errors = loaded.diagnostics.iter().filter(|finding| finding.severity == Severity::Error);
    for error in errors.take(MAX_TOLD) {
        io.warn(&format!("other commands will refuse this grammar: {}", error.message));
        error.help.iter().for_each(|help| io.help(help));
    }
    if loaded.grammar.is_none() {
        io.help("leave out of it what no trace needs, or give those commands the limit that it needs");
    }
}

fn write(path: Option<&PathBuf>, text: &str, io: &mut Io) -> Result<(), Failure> {
    let mut output = Output::create(path.map(PathBuf::as_path), &mut io.stdout)?;
    output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
    let warnings = output.finish()?;
    io.warn_each(&warnings);
    Ok(())
}
