//! Whether an item that a sequence shows can be one that a run shows.

use crate::model::Alphabet;
use crate::sets::{Item, fits};
use crate::trace::Observed;

/// Whether they agree in all that the sequence says.
pub(crate) fn agrees(observed: &Observed, item: &Item, alphabet: &Alphabet) -> bool {
    match (observed, item) {
        (Observed::Phase(observed), Item::Phase(phase)) => observed == phase,
        (Observed::Action { actions, source: by }, Item::Action { action, source, arguments }) => {
            by.is_none_or(|by| by == *source)
                && actions.iter().any(|(observed, given)| observed == action && fits(given, arguments))
        }
        (Observed::Event { name, of, payload: given }, Item::Event { symbol, payload }) => {
            alphabet.name_of(*symbol) == *name
                && (of.is_empty() || fits(of, &alphabet.instances_of(*symbol)))
                && fits(given, payload)
        }
        _ => false,
    }
}

/// Whether they agree in their name at least: the event, the label of the action, the phase.
pub(crate) fn may_agree(observed: &Observed, item: &Item, alphabet: &Alphabet) -> bool {
    match (observed, item) {
        (Observed::Action { actions, .. }, Item::Action { action, .. }) => {
            actions.iter().any(|(observed, _)| observed == action)
        }
        (Observed::Event { name, .. }, Item::Event { symbol, .. }) => alphabet.name_of(*symbol) == *name,
        _ => agrees(observed, item, alphabet),
    }
}
