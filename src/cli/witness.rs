//! Traces that prove something, as they are told.

use crate::diagnostic::Proof;
use crate::explore::Witness;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::trace::{Header, Item, Shows, Sink, Story, TextSink};

/// A witness for a finding.
pub(super) fn proof(witness: &Witness, title: &'static str, grammar: &Grammar, alphabet: &Alphabet) -> Proof {
    let event = |item: &Item| match item {
        Item::Event { symbol, .. } => Some(alphabet.name(*symbol).to_owned()),
        _ => None,
    };
    Proof {
        title,
        events: witness.items.iter().filter_map(event).collect(),
        story: story(&witness.items, witness.ends, grammar, alphabet),
        ends: witness.ends,
    }
}

/// Items as a story, with its end or not.
fn story(items: &[Item], ends: bool, grammar: &Grammar, alphabet: &Alphabet) -> String {
    let mut story = Story::new(grammar, alphabet, Shows::STORY);
    story.begin(Header { seed: 0, trace: 0, attempt: 0 });
    items.iter().for_each(|item| item.show(&mut story));
    if ends {
        story.end();
    }
    String::from_utf8(std::mem::take(story.out())).expect("names are text")
}
