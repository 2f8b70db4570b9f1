//! Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request.

use std::fmt::Write as _;

use super::place::Position;
use super::printable::printable;
use super::{Diagnostic, Severity};
use crate::source::SourceMap;

/// One command a line.
pub(super) fn render(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        command(&mut out, sources, diagnostic).expect("a string takes all that is written");
    }
    out
}

fn command(out: &mut String, sources: &SourceMap, diagnostic: &Diagnostic) -> std::fmt::Result {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let Position { file, line, column, end_line, end_column } = Position::of(sources, diagnostic.primary.span);
    write!(out, "::{name} file={},line={line},endLine={end_line}", property(file))?;
    if line == end_line {
        write!(out, ",col={column},endColumn={end_column}")?;
    }
    let mut message = diagnostic.message.clone();
    for label in diagnostic.secondary.iter().filter(|label| !label.text.is_empty()) {
        let Position { file, line, column, .. } = Position::of(sources, label.span);
        write!(message, "\n{file}:{line}:{column}: {}", label.text)?;
    }
    if let Some(witness) = &diagnostic.witness {
        write!(message, "\n{}", witness.line())?;
    }
    for help in &diagnostic.help {
        write!(message, "\nhelp: {help}")?;
    }
    writeln!(out, ",title={}::{}", property(&format!("charmgrammar {}", diagnostic.code)), data(&message))
}

/// An error on a line of a file that is no source of a grammar.
pub(crate) fn annotation(title: &str, file: &str, line: u64, message: &str) -> String {
    let title = property(&format!("charmgrammar {title}"));
    format!("::error file={},line={line},title={title}::{}\n", property(file), data(message))
}

/// The escapes of a message. A runner knows no others, so other controls are replaced as for people.
fn data(text: &str) -> String {
    printable(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A"))
}

/// The escapes of a property's value.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
