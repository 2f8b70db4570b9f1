//! What is declared and used nowhere.

use std::collections::{BTreeMap, BTreeSet};

use super::grammar::{ActionId, EventId, Grammar, StatementKind};
use super::visit::for_each_statement_of;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, SourceMap, Span};

/// Finds events that are never emitted, actions that are never drawn, and names that are written only once, in the
/// grammar's own file: warnings, and notes where a kind has no instance. Costs a pass over texts and grammar.
pub fn unused(grammar: &Grammar, sources: &SourceMap) -> Vec<Diagnostic> {
    let mut emitted: BTreeSet<EventId> = BTreeSet::new();
    let mut drawn: BTreeSet<ActionId> = BTreeSet::new();
    for_each_statement_of(grammar, &mut |statement| match &statement.kind {
        StatementKind::Emit { event, .. } => {
            emitted.insert(*event);
        }
        StatementKind::Draw { actions, .. } => drawn.extend(actions.iter().copied()),
        _ => {}
    });
    let words = words(sources);
    let is_unused = |name: &str| words.get(name).is_some_and(|count| *count == 1);
    let mut findings = Vec::new();
    let mut find = |span: Span, what: &str, name: &str, verb: &str, help: &str| {
        if span.source == SourceId(0) {
            let diagnostic = Diagnostic::warning(Code::Unused, span, format!("{what} `{name}` is never {verb}"));
            findings.push(diagnostic.help(help));
        }
    };
    for (id, event) in grammar.events.iter().enumerate() {
        if !emitted.contains(&EventId::new(id)) {
            let name = event.template(&grammar.kinds);
            find(event.span, "event", &name, "emitted", "emit it somewhere, or leave the declaration out");
        }
    }
    for (id, action) in grammar.actions.iter().enumerate() {
        if !drawn.contains(&ActionId::new(id)) {
            let (what, verb) = if action.reaction { ("reaction", "react") } else { ("action", "do") };
            let help = format!("draw it with `{verb}`, or leave the declaration out");
            find(action.span, what, &action.name, "drawn", &help);
        }
    }
    let leave = "use it, or leave the declaration out";
    let rules = grammar.rules.iter().map(|rule| (rule.span, "rule", &rule.name));
    let params = grammar.params.iter().map(|param| (param.span, "param", &param.name));
    let lets = grammar.lets.iter().map(|definition| (definition.span, "let", &definition.name));
    let states = grammar.states.iter().filter(|state| state.owner.is_none());
    let states = states.map(|state| (state.span, "state", &state.name));
    let sources_ = grammar.sources.iter().map(|source| (source.span, "source", &source.name));
    let kinds = grammar.kinds.iter().map(|kind| (kind.span, "kind", &kind.name));
    let fields = grammar.kinds.iter().flat_map(|kind| &kind.fields).map(|field| (field.span, "field", &field.name));
    let members = grammar.kinds.iter().flat_map(|kind| &kind.states).map(|state| (state.span, "state", &state.name));
    for (span, what, name) in
        rules.chain(params).chain(lets).chain(states).chain(sources_).chain(kinds).chain(fields).chain(members)
    {
        if is_unused(name) {
            find(span, what, name, "used", leave);
        }
    }
    findings
}

/// How often each word is written outside of comments and strings. A part of a name with hyphens counts too, so a word
/// may be counted that is none: then nothing is said.
fn words(sources: &SourceMap) -> BTreeMap<String, usize> {
    let mut words: BTreeMap<String, usize> = BTreeMap::new();
    for file in sources.files() {
        let mut rest = file.text();
        while let Some(first) = rest.chars().next() {
            let end = match first {
                '#' => rest.find('\n').unwrap_or(rest.len()),
                '"' => string_end(rest),
                first if is_word(first) => rest.find(|character| !is_word(character)).unwrap_or(rest.len()),
                first => first.len_utf8(),
            };
            if is_word(first) {
                *words.entry(rest[..end].to_owned()).or_default() += 1;
            }
            rest = &rest[end..];
        }
        // A name with hyphens is a word too.
        for name in file.text().split(|character: char| !is_word(character) && character != '-') {
            if name.contains('-') {
                *words.entry(name.to_owned()).or_default() += 1;
            }
        }
    }
    words
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Where a string that begins a text ends.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (place, character) in text.char_indices().skip(1) {
        match character {
            '"' if !escaped => return place + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}
