//! Traces that prove something, as they are told.

use super::runs::story;
use crate::diagnostic::Proof;
use crate::explore::Witness;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::trace::Item;

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
