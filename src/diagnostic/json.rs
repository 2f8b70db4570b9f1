//! Findings as JSON; the schema is told at [`Format::Json`](super::render::Format::Json).

use serde::Serialize;

use super::place::Position;
use super::{Diagnostic, Fix, Label, Proof};
use crate::source::{SourceMap, Span};

/// The number of characters of the underlined text that are repeated.
const MAX_TEXT: usize = 200;

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    position: Position<'a>,
    text: String,
    label: &'a str,
    related: Vec<Related<'a>>,
    help: &'a [String],
    fix: Option<Change<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<Witness<'a>>,
}

#[derive(Serialize)]
struct Witness<'a> {
    events: &'a [String],
    story: &'a str,
    complete: bool,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    position: Position<'a>,
    label: &'a str,
}

#[derive(Serialize)]
struct Change<'a> {
    #[serde(flatten)]
    position: Position<'a>,
    replacement: &'a str,
}

/// All findings on one line.
pub(super) fn render(sources: &SourceMap, diagnostics: &[Diagnostic]) -> String {
    let findings: Vec<Finding<'_>> = diagnostics.iter().map(|diagnostic| finding(sources, diagnostic)).collect();
    let mut text = serde_json::to_string(&findings).expect("strings and numbers can be written as JSON");
    text.push('\n');
    text
}

fn finding<'a>(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Finding<'a> {
    let span = diagnostic.primary.span;
    Finding {
        code: diagnostic.code.name(),
        severity: diagnostic.severity.name(),
        message: &diagnostic.message,
        position: Position::of(sources, span),
        text: underlined(sources, span),
        label: &diagnostic.primary.text,
        related: diagnostic.secondary.iter().map(|label| related(sources, label)).collect(),
        help: &diagnostic.help,
        fix: diagnostic.fix.as_ref().map(|fix| change(sources, fix)),
        witness: diagnostic.witness.as_ref().map(|Proof { events, story, ends, .. }| Witness {
            events,
            story,
            complete: *ends,
        }),
    }
}

fn related<'a>(sources: &'a SourceMap, label: &'a Label) -> Related<'a> {
    Related { position: Position::of(sources, label.span), label: &label.text }
}

fn change<'a>(sources: &'a SourceMap, fix: &'a Fix) -> Change<'a> {
    Change { position: Position::of(sources, fix.span), replacement: &fix.replacement }
}

fn underlined(sources: &SourceMap, span: Span) -> String {
    let (file, range) = super::place::locate(sources, span);
    file.map_or("", |file| &file.text()[range]).chars().take(MAX_TEXT).collect()
}
