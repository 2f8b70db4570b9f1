//! What the passes make of whole grammars. A case is a text and the codes that it gives, each with its line.

use std::fmt::Write as _;

use super::grammar::*;
use super::*;

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

fn built(name: &str) -> Grammar {
    let loaded = load(&Disk, &Root::Builtin(name.to_owned()), &Settings::default());
    assert_eq!(findings(&loaded), "", "{:#?}", loaded.diagnostics);
    loaded.grammar.expect("a grammar without findings is given out")
}

#[test]
fn the_example_compiles() {
    let grammar = built("example");
    assert_eq!(grammar.phases.len(), 3);
    assert_eq!(grammar.actions.len(), 8);
    assert_eq!(grammar.events.len(), 16);
    assert_eq!(grammar.instances.len(), 6);
    assert_eq!(grammar.tests.len(), 4);
}

#[test]
fn the_prototype_compiles() {
    let grammar = built("prototype");
    assert_eq!(grammar.params[0].value, 20);
    assert!(grammar.tests.is_empty());
}
