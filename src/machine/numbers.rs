//! Numbers that stand for things, and the exchange of some for others.

use super::configuration::Configuration;
use super::program::Program;
use crate::model::grammar::{NONE, StateId};

/// States of one instance, at most 64, that hold numbers of one domain, of at most 64 numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The least number.
    pub lo: i64,
    /// The greatest.
    pub hi: i64,
    /// States that are sets of them.
    pub sets: Vec<StateId>,
    /// States that are one of them, or perhaps `none`.
    pub singles: Vec<StateId>,
}

impl Program {
    /// Exchanges numbers for others, in all these states alike, so that those come first that most is said of: of all
    /// configurations that differ in such an exchange it makes the same. (A state whose value is not known may have any,
    /// after the exchange as before it.)
    pub fn sort_numbers(&self, at: &mut Configuration, numbers: &Numbers) {
        let Numbers { lo, hi, .. } = numbers;
        let (sets, singles) = (known(at, &numbers.sets), known(at, &numbers.singles));
        // For each number what is not said of it, a bit for each state.
        let unsaid = |number: i64| {
            let of_sets = sets.clone().map(|state| self.state(at, state) >> (number - lo) & 1 == 0);
            let of_singles = singles.clone().map(|state| self.state(at, state) != number);
            of_sets.chain(of_singles).fold(0, |bits: u64, unsaid| bits << 1 | u64::from(unsaid))
        };
        if (*lo..=*hi).map(unsaid).is_sorted() {
            return;
        }
        let mut said: Vec<(u64, i64)> = (*lo..=*hi).map(|number| (unsaid(number), number)).collect();
        said.sort_unstable();
        let (sets, singles): (Vec<StateId>, Vec<StateId>) = (sets.collect(), singles.collect());
        let place = |number: i64| (*lo..).zip(&said).find(|(_, (_, old))| *old == number).map(|(new, _)| new);
        for state in &sets {
            let old = self.state(at, *state);
            let elements = (*lo..).zip(&said).filter(|(_, (_, number))| old >> (number - lo) & 1 == 1);
            let new = elements.fold(0, |set: i64, (element, _)| set | 1 << (element - lo));
            self.set_state(at, *state, new);
        }
        for state in &singles {
            let old = self.state(at, *state);
            self.set_state(at, *state, if old == NONE { NONE } else { place(old).expect("it is in its domain") });
        }
    }

    fn set_state(&self, at: &mut Configuration, state: StateId, value: i64) {
        let slot = &self.slots[state.index()];
        at.set_raw(slot, slot.raw(value).expect("another number of the domain"));
    }
}

/// Those of some states that are known.
fn known<'a>(at: &'a Configuration, states: &'a [StateId]) -> impl Iterator<Item = StateId> + Clone + 'a {
    states.iter().copied().filter(|state| at.knows(state.index()))
}
