//! Runs that were found, as stories and as JSON.

use serde_json::Value;

use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::trace::{Header, Item, Jsonl, JsonlOptions, Shows, Story, TextSink};

/// A run as a story. `ends`: whether that is its end.
pub(super) fn story(items: &[Item], ends: bool, grammar: &Grammar, alphabet: &Alphabet) -> String {
    show(items, ends, &mut Story::new(grammar, alphabet, Shows::STORY))
}

/// Its items, as jsonl has them.
pub(super) fn json(items: &[Item], grammar: &Grammar, alphabet: &Alphabet) -> Value {
    let options = JsonlOptions { shows: Shows::STORY, hash: String::new() };
    let line = show(items, true, &mut Jsonl::new(grammar, alphabet, options));
    let mut line: Value = serde_json::from_str(&line).expect("a line of jsonl is JSON");
    line["items"].take()
}

fn show<S: TextSink>(items: &[Item], ends: bool, sink: &mut S) -> String {
    sink.begin(Header { seed: 0, trace: 0, attempt: 0 });
    for item in items {
        item.show(sink);
    }
    if ends {
        sink.end();
    }
    String::from_utf8(std::mem::take(sink.out())).expect("names are text")
}
