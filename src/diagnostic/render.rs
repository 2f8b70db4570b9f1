//! What findings look like: on a terminal, as JSON, as annotations of GitHub Actions.

use std::cmp::Reverse;
use std::fmt::Write as _;

pub(crate) use super::github::annotation;
use super::{Diagnostic, Severity};
use super::{github, human, json};
use crate::source::SourceMap;

/// The number of findings that are written out for people; of the others only their number is told.
const MAX_SHOWN: usize = 100;

/// In which form findings are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// With the text of the grammar, its places underlined, as the Rust compiler does it; then a line that counts them.
    #[default]
    Human,
    /// One line with a JSON array, one object a finding:
    ///
    /// ```json
    /// {
    ///   "code": "undefined-event",
    ///   "severity": "error",
    ///   "message": "no event is called `config-changd`",
    ///   "file": "k8s.charmgrammar",
    ///   "line": 4, "column": 5, "end_line": 4, "end_column": 18,
    ///   "text": "config-changd",
    ///   "label": "",
    ///   "related": [{"file": "…", "line": 1, "column": 1, "end_line": 1, "end_column": 2, "label": "declared here"}],
    ///   "help": ["did you mean `config-changed`?"],
    ///   "fix": {"file": "…", "line": 4, "column": 5, "end_line": 4, "end_column": 18, "replacement": "config-changed"}
    /// }
    /// ```
    ///
    /// The severity is `error`, `warning` or `note`. Lines and columns count from 1, columns in characters (Unicode
    /// scalar values), and the end is the place after the last character. `text` is what lies between, cut after 200
    /// characters. `label` is empty where nothing is said beside the place; `fix` is `null` where none is offered.
    Json,
    /// One workflow command (`::error file=…::…`) a line. Columns are left out where a place spans several lines, since
    /// GitHub takes them only within one.
    Github,
}

/// Writes findings in one [`Format`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renderer {
    /// The form.
    pub format: Format,
    /// Whether [`Format::Human`] uses ANSI colors. Default: no.
    pub color: bool,
    /// How many columns [`Format::Human`] may use for a line of the grammar; longer ones are cut. Default: 140.
    pub width: usize,
}

impl Default for Renderer {
    fn default() -> Self {
        Self::new(Format::default())
    }
}

impl Renderer {
    /// A renderer without color, for a terminal of 140 columns.
    pub fn new(format: Format) -> Self {
        Self { format, color: false, width: 140 }
    }

    /// The findings as text that ends with a line break; nothing for no findings, except in JSON.
    ///
    /// Takes any spans: those that lie outside their file, or between the bytes of a character, are moved into it. A
    /// finding costs a pass over the line that it is in, and what is laid out of it is bounded.
    pub fn render(&self, sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
        match self.format {
            Format::Human => self.human(sources, diagnostics),
            Format::Json => json::render(sources, diagnostics),
            Format::Github => github::render(sources, diagnostics),
        }
    }

    /// One finding for people, without a count; no line break at its end.
    pub(crate) fn one(&self, sources: &SourceMap, diagnostic: &Diagnostic) -> String {
        human::render(sources, diagnostic, self.color, self.width)
    }

    fn human(&self, sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
        let mut order: Vec<&Diagnostic> = diagnostics.iter().collect();
        if order.len() > MAX_SHOWN {
            // A hundred warnings must not hide the one error that makes the command fail.
            order.sort_by_key(|diagnostic| Reverse(diagnostic.severity));
        }
        let mut out = String::new();
        for diagnostic in order.iter().take(MAX_SHOWN) {
            out.push_str(&human::render(sources, diagnostic, self.color, self.width));
            out.push_str("\n\n");
        }
        if order.len() > MAX_SHOWN {
            writeln!(out, "… and {} more\n", order.len() - MAX_SHOWN).expect("a string takes all that is written");
        }
        if !order.is_empty() {
            out.push_str(&summary(diagnostics));
            out.push('\n');
        }
        out
    }
}

/// How many findings of each severity there are: `3 errors, 1 warning`; empty for none.
pub fn summary(diagnostics: &[Diagnostic]) -> String {
    let counts = [Severity::Error, Severity::Warning, Severity::Note].map(|severity| {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        (count, severity.name())
    });
    let parts: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    parts.join(", ")
}
