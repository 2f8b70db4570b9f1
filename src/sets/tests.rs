//! What is merged, and that it may be.

use super::*;
use crate::model::{self, Memory, Root, Settings};

/// The grammar of a text.
fn grammar(text: &str) -> Grammar {
    let root = Root::Text { name: "test".to_owned(), text: text.to_owned() };
    model::load(&Memory::default(), &root, &Settings::default()).grammar.expect("it has no errors")
}

#[test]
fn a_run_that_fails_leaves_others_alone() {
    let grammar = grammar("state x: 0..3 = 0 event v(n: -9..9) phase p { maybe 50% x = 3; x += 1 v(n = x) }");
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let view = View { payloads: true, ..View::NAMES };
    let mut sets = Sets::new(&grammar, &alphabet, &program, view, Bounds::default());
    let front = sets.start().unwrap();
    assert_eq!(sets.next(&front).len(), 1);
}
