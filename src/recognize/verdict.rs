//! What is said of a sequence.

use std::fmt::Write as _;

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
}

impl Rejection {
    /// What the runs could show instead, as texts that are sorted, each once.
    pub fn expected(&self, grammar: &Grammar, alphabet: &Alphabet) -> Vec<String> {
        let mut texts: Vec<String> = self.expected.iter().map(|next| next.text(grammar, alphabet)).collect();
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
    /// In one line: `(end)`, `phase setup`, `change(http) by user`, `db-relation-joined (unit=0)`.
    pub fn text(&self, grammar: &Grammar, alphabet: &Alphabet) -> String {
        let mut text = String::new();
        match self {
            Self::End => text.push_str("(end)"),
            Self::Item(Item::Phase(phase)) => {
                text.extend(["phase ", &grammar.phases[phase.index()].name]);
            }
            Self::Item(Item::Action { action, source, arguments }) => {
                let action = &grammar.actions[action.index()];
                let values = arguments.iter().zip(&action.variables);
                let values: Vec<String> =
                    values.map(|(value, variable)| grammar.value_text(*value, variable.ty.base)).collect();
                text.push_str(&action.label);
                if !values.is_empty() {
                    let _ = write!(text, "({})", values.join(", "));
                }
                text.extend([" by ", &grammar.sources[source.index()].name]);
            }
            Self::Item(Item::Event { symbol, payload }) => {
                let event = &grammar.events[alphabet.event_of(*symbol).index()];
                text.push_str(alphabet.name(*symbol));
                let values = payload.iter().zip(&event.payload);
                let values: Vec<String> = values
                    .map(|(value, field)| format!("{}={}", field.name, grammar.value_text(*value, field.ty.base)))
                    .collect();
                if !values.is_empty() {
                    let _ = write!(text, " ({})", values.join(", "));
                }
            }
        }
        text
    }
}
