//! What a sequence that was read says of its items.

use std::fmt::Write as _;

use crate::model::grammar::{ActionId, CauseId, Grammar, InstanceId, PhaseId};
use crate::model::{Alphabet, NameId};

/// An item as a sequence shows it. What the sequence leaves out is `None`, and not compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Observed {
    /// The mark of a phase.
    Phase(PhaseId),
    /// The mark of one of these actions, which share a label; each with what is said of its arguments, one for each
    /// parameter.
    Action {
        /// The actions that it can be: at least one.
        actions: Vec<(ActionId, Vec<Option<i64>>)>,
        /// Who caused it.
        source: Option<CauseId>,
    },
    /// An event.
    Event {
        /// Its name.
        name: NameId,
        /// Its instances, one for each placeholder; empty where none is given.
        of: Vec<Option<InstanceId>>,
        /// Its payload, one for each field; empty where none is given.
        payload: Vec<Option<i64>>,
    },
    /// What no run of the grammar can show, wherever it stands: its name, or a part of it, is not of the grammar.
    Foreign(Box<Foreign>),
}

impl Observed {
    /// What it is.
    #[inline]
    pub fn kind(&self) -> ItemKind {
        match self {
            Self::Phase(_) => ItemKind::Phase,
            Self::Action { .. } => ItemKind::Action,
            Self::Event { .. } => ItemKind::Event,
            Self::Foreign(foreign) => foreign.kind,
        }
    }

    /// The item in one line: `db[1]-relation-joined (unit=0)`, `change(http) by user`, `phase operation`. What it leaves
    /// out is left out, but for an argument that stands among others: `_`.
    pub fn text(&self, grammar: &Grammar, alphabet: &Alphabet) -> String {
        match self {
            Self::Phase(phase) => format!("phase {}", grammar.phases[phase.index()].name),
            Self::Action { actions, source } => {
                let (action, arguments) = &actions[0];
                let action = &grammar.actions[action.index()];
                let mut text = action.label.clone();
                if arguments.iter().any(Option::is_some) {
                    let arguments = arguments.iter().zip(&action.variables).map(|(argument, variable)| {
                        argument.map_or("_".to_owned(), |value| grammar.value_text(value, variable.ty.base))
                    });
                    // Writing to a string cannot fail.
                    let _ = write!(text, "({})", arguments.collect::<Vec<_>>().join(", "));
                }
                if let Some(source) = source {
                    let _ = write!(text, " by {}", grammar.sources[source.index()].name);
                }
                text
            }
            Self::Event { name, of, payload } => event_text(*name, of, payload, grammar, alphabet),
            // A name of nothing but spaces would not be seen.
            Self::Foreign(foreign) if foreign.text.trim().is_empty() => format!("`{}`", foreign.text),
            Self::Foreign(foreign) => foreign.text.clone(),
        }
    }
}

fn event_text(
    name: NameId,
    of: &[Option<InstanceId>],
    payload: &[Option<i64>],
    grammar: &Grammar,
    alphabet: &Alphabet,
) -> String {
    let symbol = alphabet.symbols_named(name)[0];
    let event = &grammar.events[alphabet.event_of(symbol).index()];
    let shown = alphabet.instances_of(symbol);
    let mut text = event.name_with(|place| match of.get(place) {
        Some(Some(instance)) => grammar.instances[instance.index()].full_name(),
        _ => grammar.instances[shown[place].index()].name.clone(),
    });
    let fields: Vec<_> = payload
        .iter()
        .zip(&event.payload)
        .filter_map(|(value, field)| Some(format!("{}={}", field.name, grammar.value_text((*value)?, field.ty.base))))
        .collect();
    if !fields.is_empty() {
        let _ = write!(text, " ({})", fields.join(", "));
    }
    text
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// The mark of a phase.
    Phase,
    /// The mark of an action.
    Action,
    /// An event.
    Event,
}

/// An item that the grammar has no word for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Foreign {
    /// What it is.
    pub kind: ItemKind,
    /// The item as it is written, in one line: `instal`, `db-relation-joined (unit=9)`, `attach(nothing) by user`.
    pub text: String,
    /// What is wrong with it, as one sentence in lower case and without a full stop: ``there is no event `instal` ``.
    pub why: String,
    /// The name that was most likely meant.
    pub similar: Option<String>,
}
