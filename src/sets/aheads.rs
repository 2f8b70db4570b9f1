//! From where the items may come first that are looked for often.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::View;
use super::first::First;
use super::wanted::Head;
use crate::machine::{Ahead, Meaning, Program, Sign};
use crate::model::grammar::{ActionId, EventId, InstanceId, PhaseId};
use crate::model::{Alphabet, NameId, SymbolId};

/// How often something is looked for before that is found out.
const WORTH: u32 = 8;

/// How much memory it may take, in bytes.
const MOST_BYTES: usize = 4 << 20;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Aheads {
    known: FxHashMap<Key, (u32, Option<Arc<Ahead>>)>,
    bytes: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Event(NameId),
    Action(ActionId),
    Phase(PhaseId),
}

impl Aheads {
    /// From where items of a head may come first under a view, if that is known. Costs a look-up, but once in a while a few
    /// passes over the program.
    pub(super) fn get(
        &mut self,
        head: Head<'_>,
        program: &Program,
        names: (&Alphabet, &First),
        view: &View,
    ) -> Option<Arc<Ahead>> {
        let key = match head {
            Head::Event { name, .. } => Key::Event(name),
            Head::Action([(action, _)]) => Key::Action(*action),
            Head::Action(_) => return None,
            Head::Phase(phase) => Key::Phase(phase),
        };
        let (asked, ahead) = self.known.entry(key).or_default();
        *asked = asked.saturating_add(1);
        if *asked == WORTH && self.bytes < MOST_BYTES {
            *ahead = find(key, program, names, view).map(Arc::new);
            self.bytes += ahead.as_ref().map_or(0, |ahead| ahead.bytes());
        }
        ahead.clone()
    }
}

fn find(key: Key, program: &Program, (alphabet, first): (&Alphabet, &First), view: &View) -> Option<Ahead> {
    let events = |names: &[NameId]| -> Vec<(EventId, SymbolId)> {
        let symbols = names.iter().flat_map(|name| alphabet.symbols_named(*name));
        symbols.map(|symbol| (alphabet.event_of(*symbol), *symbol)).collect()
    };
    let wanted = if let Key::Event(name) = key { events(&[name]) } else { Vec::new() };
    let hidden = events(&view.hidden);
    let mut ahead = program.ahead(|sign| match sign {
        Sign::Event(event, symbol) => {
            let is_in = |events: &[(EventId, SymbolId)]| {
                events.iter().any(|(other, of)| *other == event && symbol.is_none_or(|symbol| of.0 == symbol))
            };
            Meaning { is_wanted: is_in(&wanted), is_passed: !view.events || is_in(&hidden) }
        }
        Sign::Action(action) => Meaning { is_wanted: key == Key::Action(action), is_passed: !view.actions },
        Sign::Phase(phase) => Meaning { is_wanted: key == Key::Phase(phase), is_passed: !view.phases },
    })?;
    // The program does not tell of which instances an event is, but an action's arguments often do.
    if view.events && hidden.is_empty() {
        for action in first.actions().filter(|_| !wanted.is_empty()) {
            program.leave_out(&mut ahead, action, |argument| {
                let instance =
                    |parameter| InstanceId(u32::try_from(argument(parameter)).expect("an event is of instances"));
                let symbols = wanted.iter().map(|(_, symbol)| *symbol);
                first.may_show(alphabet, action, symbols, &[], |parameter| Some(instance(parameter)))
            });
        }
    }
    Some(ahead)
}
