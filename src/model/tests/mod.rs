//! What the passes make of whole grammars. A case is a text and the codes that it gives, each with its line.

mod declarations;
mod expressions;
mod files;
mod meaning;
mod messages;
mod mutations;
mod settings_rules;
mod size;
mod statements;

use super::grammar::*;
use super::*;
use crate::diagnostic::Severity;

/// Declarations that most cases need; one line, so that a case begins in line 2.
const BASE: &str = "source user kind relation { field peer: bool = false state live: bool = true } \
    kind unit { field on: relation = http state members: set 0..7 = {} state mode: idle | busy = idle } \
    relation http relation db[2] unit u0 state leader: bool = true state scale: 1..8 = 1 \
    event start event <relation>-joined event <relation>-changed(unit: 0..7) rule join(r: relation) { <r>-joined } \
    action act by user { start } reaction seen { start } group window";

/// Loads a text with settings.
fn load_with(text: &str, settings: &Settings) -> Loaded {
    load(&Memory::default(), &Root::Text { name: "test".to_owned(), text: text.to_owned() }, settings)
}

/// `code:line` of each finding, by place.
fn findings(loaded: &Loaded) -> String {
    let mut lines = String::new();
    for diagnostic in &loaded.diagnostics {
        let file = loaded.sources.file(diagnostic.primary.span.source);
        let (line, _) = file.line_column(diagnostic.primary.span.start);
        let _ = write!(lines, "{}{}:{line}", if lines.is_empty() { "" } else { " " }, diagnostic.code);
    }
    lines
}

/// Asserts the findings of a text by itself.
#[track_caller]
fn check_alone(text: &str, expected: &str) {
    let loaded = load_with(text, &Settings::default());
    assert_eq!(findings(&loaded), expected, "{text}\n{:#?}", loaded.diagnostics);
    assert_eq!(loaded.grammar.is_some(), loaded.diagnostics.iter().all(|it| it.severity < Severity::Error));
}

/// Asserts the findings of a text in all that they say.
#[track_caller]
fn check_told(text: &str, expected: &[&str]) {
    assert_eq!(told(&load_with(text, &Settings::default())), expected, "{text}");
}

/// What each finding says: `message [+second place] | help [=> fix]`, with texts in the place of spans.
fn told(loaded: &Loaded) -> Vec<String> {
    let text = |span: Span| &loaded.sources.file(span.source).text()[span.range()];
    let tell = |diagnostic: &Diagnostic| {
        let mut told = format!("{} @ {}", diagnostic.message, text(diagnostic.primary.span));
        for label in &diagnostic.secondary {
            let _ = write!(told, " + {}: {}", label.text, text(label.span));
        }
        for help in &diagnostic.help {
            let _ = write!(told, " | {help}");
        }
        if let Some(fix) = &diagnostic.fix {
            let _ = write!(told, " | {} => {}", text(fix.span), fix.replacement);
        }
        told
    };
    loaded.diagnostics.iter().map(tell).collect()
}

/// Asserts the findings of declarations behind the base, from line 2 on.
#[track_caller]
fn check(text: &str, expected: &str) {
    check_alone(&format!("{BASE} phase main {{ start }}\n{text}"), expected);
}

/// Asserts the findings of the body of a phase in line 2, behind the base.
#[track_caller]
fn check_body(text: &str, expected: &str) {
    check_alone(&format!("{BASE}\nphase main {{ {text} }}"), expected);
}

/// Asserts the findings of an expression that must be a `bool`, in line 2.
#[track_caller]
fn check_condition(text: &str, expected: &str) {
    check_body(&format!("if {text} {{ start }}"), expected);
}

/// The grammar of a text that has no findings.
#[track_caller]
fn built_with(text: &str, settings: &Settings) -> Grammar {
    let loaded = load_with(text, settings);
    assert_eq!(findings(&loaded), "", "{:#?}", loaded.diagnostics);
    loaded.grammar.expect("a grammar without findings is given out")
}

#[track_caller]
fn built(text: &str) -> Grammar {
    built_with(text, &Settings::default())
}

#[track_caller]
fn builtin_grammar(name: &str) -> Grammar {
    let loaded = load(&Disk, &Root::Builtin(name.to_owned()), &Settings::default());
    assert_eq!(findings(&loaded), "", "{:#?}", loaded.diagnostics);
    loaded.grammar.expect("a grammar without findings is given out")
}

fn set(settings: &[&str]) -> Settings {
    Settings { set: settings.iter().map(|it| (*it).to_owned()).collect(), ..Settings::default() }
}

fn names(states: &[State]) -> Vec<&str> {
    states.iter().map(|state| state.name.as_str()).collect()
}
