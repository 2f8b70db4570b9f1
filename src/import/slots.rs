//! Relation ids, units and storage of a log → places that a grammar has for them.
//!
//! Grammars have a fixed number of relations for an endpoint, and of units at the other side. A relation takes the
//! first free place of its endpoint and leaves it with its `broken`; a remote unit takes one of its application, and
//! leaves it when it has departed. Storage that is gone does not come back, so its places are not used again.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::attempts::{Attempt, Remote};
use super::names::{self, RelationHook};
use super::words::{Word, Words};

/// A hook of a unit, in terms that a grammar may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hook {
    pub(super) line: u64,
    pub(super) name: Word,
    /// Which of its relations or storage instances, if that is known.
    pub(super) element: Option<u32>,
    pub(super) remote: Remote<u32>,
    /// Whether it is this unit that departs.
    pub(super) departs: Option<bool>,
}

/// How much room a grammar must have for a unit's hooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// How many relations each endpoint has at a time, by its name with `_` for `-`.
    pub(super) relations: BTreeMap<String, u32>,
    /// How many units a relation has at its other side at a time.
    pub(super) units: u32,
}

/// Places that are taken, each by one thing.
#[derive(Debug, Default)]
struct Places {
    taken: FxHashMap<Word, u32>,
    /// Those that were left.
    free: BTreeSet<u32>,
}

impl Places {
    /// The place of a thing: its own, or else the first that is free.
    fn take(&mut self, thing: Word) -> u32 {
        if let Some(place) = self.taken.get(&thing) {
            return *place;
        }
        let place =
            self.free.pop_first().unwrap_or_else(|| u32::try_from(self.taken.len()).expect("a log has fewer things"));
        self.taken.insert(thing, place);
        place
    }

    fn leave(&mut self, thing: Word) {
        self.free.extend(self.taken.remove(&thing));
    }
}

/// Gives everything that the hooks of a unit speak of its place.
pub(super) fn place(attempts: &[Attempt], words: &mut Words) -> (Vec<Hook>, Needs) {
    let mut relations: FxHashMap<String, Places> = FxHashMap::default();
    let mut units: FxHashMap<(String, String), Places> = FxHashMap::default();
    let mut storage: FxHashMap<String, Places> = FxHashMap::default();
    let mut needs = Needs::default();
    let mut hooks = Vec::with_capacity(attempts.len());
    let names_units = attempts.iter().any(|attempt| matches!(attempt.remote, Remote::Unit(_)));
    for attempt in attempts {
        let name = words.text(attempt.name).to_owned();
        let mut hook = Hook {
            line: attempt.line,
            name: attempt.name,
            element: None,
            remote: Remote::Unknown,
            departs: attempt.departs,
        };
        if let Some((endpoint, kind)) = names::relation(&name) {
            let endpoint = endpoint.replace('-', "_");
            if let Some(id) = attempt.relation {
                let id = words.word(&id.to_string());
                let places = relations.entry(endpoint.clone()).or_default();
                let place = places.take(id);
                if kind == RelationHook::Broken {
                    places.leave(id);
                }
                let needed = needs.relations.entry(endpoint.clone()).or_default();
                *needed = (*needed).max(place + 1);
                hook.element = Some(place);
            }
            hook.remote = match attempt.remote {
                Remote::Unit(unit) => {
                    let application = words.text(unit).split('/').next().unwrap_or_default().to_owned();
                    let places = units.entry((endpoint, application)).or_default();
                    let place = places.take(unit);
                    if kind == RelationHook::Departed {
                        places.leave(unit);
                    }
                    needs.units = needs.units.max(place + 1);
                    Remote::Unit(place)
                }
                Remote::Application => Remote::Application,
                // Older agents name no units in statuses.
                Remote::Unnamed if names_units && kind == RelationHook::Changed => Remote::Application,
                Remote::Unnamed | Remote::Unknown => Remote::Unknown,
            };
        } else if let (Some(name), Some(instance)) = (names::storage(&name), attempt.storage) {
            hook.element = Some(storage.entry(name.replace('-', "_")).or_default().take(instance));
        }
        hooks.push(hook);
    }
    (hooks, needs)
}
