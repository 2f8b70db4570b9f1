//! `charmgrammar check`.

use super::args::CheckArguments;
use super::{Exit, Failure, Io, grammar};
use crate::diagnostic::render::Format;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// Writes what is wrong with each grammar; without errors the answer is yes.
pub(super) fn run(arguments: &CheckArguments, io: &mut Io) -> Result<Exit, Failure> {
    let mut sources = SourceMap::default();
    let mut findings: Vec<Diagnostic> = Vec::new();
    for typed in &arguments.grammars {
        let loaded = grammar::load(typed, &arguments.settings, io);
        let moved = sources.append(loaded.sources);
        findings.extend(loaded.diagnostics.into_iter().map(|diagnostic| diagnostic.moved(moved)));
    }
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    if io.verbosity == super::Verbosity::Quiet && arguments.format() == Format::Human {
        findings.retain(|finding| finding.severity == Severity::Error);
    }
    let text = io.renderer(arguments.format(), false).render(&sources, &findings);
    io.stdout.write(&text)?;
    Ok(if has_errors { Exit::Unanswered } else { Exit::Yes })
}
