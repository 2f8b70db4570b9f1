//! What `--charm` means for the arguments.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use super::args::Settings;
use super::{Io, Verbosity};
use crate::charm::{self, Reading};
use crate::model::Disk;

/// The grammar that was typed, or the one of the charm's platform. What is wrong with the charm is told when the grammar is
/// loaded.
pub(super) fn grammar(typed: Option<&OsString>, settings: &Settings) -> OsString {
    typed.cloned().unwrap_or_else(|| {
        let directory = settings.charm.as_deref().expect("the grammar is left out only where there is a charm");
        charm::read(&Disk, &settings.limiting.limits(), directory).charm.unwrap_or_default().platform.grammar().into()
    })
}

/// The grammars that were typed, or the one of the charm's platform.
pub(super) fn grammars(typed: &[OsString], settings: &Settings) -> Vec<OsString> {
    if typed.is_empty() { vec![grammar(None, settings)] } else { typed.to_vec() }
}

/// What is judged by what.
pub(super) struct Subject {
    pub(super) grammar: OsString,
    /// At least one; `-` is standard input.
    pub(super) traces: Vec<PathBuf>,
}

impl Subject {
    /// Tells GRAMMAR and TRACEs apart: with a charm the first argument is a grammar only if it looks like one.
    pub(super) fn new(first: Option<&OsString>, rest: &[PathBuf], settings: &Settings) -> Self {
        let is_trace = |first: &&OsString| settings.charm.is_some() && !is_grammar(first);
        let trace = first.filter(is_trace);
        let grammar = grammar(first.filter(|_| trace.is_none()), settings);
        let mut traces: Vec<PathBuf> = trace.map(PathBuf::from).into_iter().chain(rest.iter().cloned()).collect();
        if traces.is_empty() {
            traces.push(PathBuf::from("-"));
        }
        Self { grammar, traces }
    }
}

/// Whether an argument is a built-in grammar's name or a grammar's file.
pub(super) fn is_grammar(typed: &OsStr) -> bool {
    super::grammar::is_builtin(typed)
        || Path::new(typed).extension().is_some_and(|extension| extension == "charmgrammar")
}

/// Tells what is odd about a charm, and where it was found if not where it was looked for.
pub(super) fn tell(reading: &Reading, directory: &Path, io: &mut Io) {
    if io.verbosity == Verbosity::Quiet {
        return;
    }
    if !reading.diagnostics.is_empty() {
        io.tell_findings(&reading.sources, &reading.diagnostics);
    }
    if let Some(charm) = reading.charm.as_ref().filter(|charm| charm.directory != directory) {
        io.note(&format!("the charm is the one in `{}`", charm.directory.display()));
    }
}
