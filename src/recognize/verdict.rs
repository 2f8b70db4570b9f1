//! What is said of a sequence.

use super::Precision;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::sets::Item;
use crate::trace::Observed;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Some run of the grammar agrees with it.
    Valid {
        /// Whether it was only looked whether one does when it forgets states: so there may be none.
        approximate: bool,
    },
    /// None does.
    Invalid(Box<Rejection>),
}

/// Where a sequence leaves the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The number of the item that no run can show there, counted from 1; `None`: it stops too early.
    pub at: Option<u64>,
    /// That item.
    pub item: Option<Observed>,
    /// What the runs that agree so far could show instead.
    pub expected: Vec<Next>,
    /// Whether it was only looked for runs that forget states: so `expected` may have more than there is, and the sequence
    /// may have left the language before.
    pub approximate: bool,
    /// How exactly the sequence tells what it shows.
    pub precision: Precision,
}

impl Rejection {
    /// What the runs could show instead, as texts that are sorted, each once.
    pub fn expected(&self, grammar: &Grammar, alphabet: &Alphabet) -> Vec<String> {
        let mut texts: Vec<String> = {
            let text = |next: &Next| next.text(grammar, alphabet, self.precision.instances);
            self.expected.iter().map(text).collect()
        };
        texts.sort_unstable();
        texts.dedup();
        texts
    }
}

/// How a run can go on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Next {
    /// It ends.
    End,
    /// It shows an item.
    Item(Item),
}

impl Next {
    /// The item as a sequence would show it, in one line: `(end)`, `phase setup`, `change(http) by user`,
    /// `db-relation-joined (unit=0)`. `instances`: whether it would tell the elements of an array, `db[1]-relation-joined`.
    pub fn text(&self, grammar: &Grammar, alphabet: &Alphabet, instances: bool) -> String {
        match self {
            Self::End => "(end)".to_owned(),
            Self::Item(item) => observed(item, alphabet, instances).text(grammar, alphabet),
        }
    }
}

/// An item as a sequence tells it that leaves nothing out, but perhaps the `instances` of events.
pub fn observed(item: &Item, alphabet: &Alphabet, instances: bool) -> Observed {
    match item {
        Item::Phase(phase) => Observed::Phase(*phase),
        Item::Action { action, source, arguments } => {
            Observed::Action { actions: vec![(*action, known(arguments))], source: Some(*source) }
        }
        Item::Event { symbol, payload } => Observed::Event {
            name: alphabet.name_of(*symbol),
            of: if instances { known(&alphabet.instances_of(*symbol)) } else { Vec::new() },
            payload: known(payload),
        },
    }
}

/// Values all of which are given.
fn known<T: Copy>(values: &[T]) -> Vec<Option<T>> {
    values.iter().copied().map(Some).collect()
}
