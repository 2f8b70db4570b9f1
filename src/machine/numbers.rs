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
        let known = |states: &[StateId]| -> Vec<StateId> {
            states.iter().copied().filter(|state| at.knows(state.index())).collect()
        };
        let (sets, singles) = (known(&numbers.sets), known(&numbers.singles));
        // For each number what is not said of it, a bit for each state, and itself.
        let mut said: Vec<(u64, i64)> = Vec::with_capacity(usize::try_from(hi - lo + 1).unwrap_or_default());
        for number in *lo..=*hi {
            let of_set = |state: &StateId| self.state(at, *state) >> (number - lo) & 1 == 0;
            let of_single = |state: &StateId| self.state(at, *state) != number;
            let what = sets.iter().map(of_set).chain(singles.iter().map(of_single));
            said.push((what.fold(0, |bits, unsaid| bits << 1 | u64::from(unsaid)), number));
        }
        if said.is_sorted() {
            return;
        }
        said.sort_unstable();
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
