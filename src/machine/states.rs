//! The states of a configuration, for whoever asks for their values, or makes alike what is.

use super::configuration::{Configuration, high, low};
use super::program::Program;
use crate::model::grammar::StateId;

impl Program {
    /// The value of a state.
    pub fn state(&self, configuration: &Configuration, state: StateId) -> i64 {
        self.state_in(&configuration.words, state)
    }

    /// All states, in their order.
    pub fn states(&self) -> impl Iterator<Item = StateId> + use<> {
        (0..self.slots.len()).map(StateId::new)
    }

    /// The value of a state in words that [`Program::state_words`] gave.
    pub fn state_in(&self, words: &[u64], state: StateId) -> i64 {
        let slot = &self.slots[state.index()];
        slot.value(slot.bits(words))
    }

    /// Which of the values of a state this is, from 0, `none` first; nothing where it can't have it.
    pub fn place_of(&self, state: StateId, value: i64) -> Option<u64> {
        self.slots[state.index()].raw(value)
    }

    /// The value at a place among those of a state.
    pub fn value_at(&self, state: StateId, place: u64) -> i64 {
        self.slots[state.index()].value(place)
    }

    /// The words that hold the states: equal as long as no state changes.
    pub fn state_words<'a>(&self, configuration: &'a Configuration) -> &'a [u64] {
        &configuration.words[..self.initial.len()]
    }

    /// How many words hold the states.
    pub fn n_state_words(&self) -> usize {
        self.initial.len()
    }

    /// What was packed, in three parts: what is before the words of the states, these, and what is behind them.
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub fn split_packed<'a>(&self, packed: &'a [u64]) -> [&'a [u64]; 3] {
        let (before, rest) = packed.split_at(Configuration::packed_head(packed));
        let (states, after) = rest.split_at(self.n_state_words());
        [before, states, after]
    }

    /// Packs a configuration in such parts: appends the words of the states to some, and the others to others.
    pub fn pack_apart(&self, at: &Configuration, states: &mut Vec<u64>, others: &mut Vec<u64>) {
        at.pack_apart(self.n_state_words(), states, others);
    }

    /// Appends what was packed, given the words of the states and, one after the other, the two other parts of
    /// [`split_packed`](Self::split_packed).
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub fn join_packed(&self, others: &[u64], states: &[u64], packed: &mut Vec<u64>) {
        let (before, after) = others.split_at(Configuration::packed_head(others));
        for part in [before, states, after] {
            packed.extend_from_slice(part);
        }
    }

    /// Makes a state what it is at the start, or its first value where that is drawn.
    pub fn reset_state(&self, at: &mut Configuration, state: StateId) {
        let slot = &self.slots[state.index()];
        self.write(at, state.index(), slot.bits(&self.initial));
    }

    /// Exchanges what instances have, so that it ascends; each instance is a list of its states, of the same types in the
    /// same order.
    pub fn sort_states(&self, at: &mut Configuration, instances: &[Vec<StateId>]) {
        let slot = |state: &StateId| &self.slots[state.index()];
        let value = |state: &StateId| (at.knows(state.index()), at.raw(slot(state)));
        if instances.is_sorted_by(|one, other| one.iter().map(value).le(other.iter().map(value))) {
            return;
        }
        let mut rows: Vec<Vec<(bool, u64)>> =
            instances.iter().map(|states| states.iter().map(value).collect()).collect();
        rows.sort_unstable();
        for (states, row) in instances.iter().zip(rows) {
            for (state, (known, raw)) in states.iter().zip(row) {
                at.set_raw(slot(state), raw);
                at.set_known(state.index(), known);
            }
        }
    }

    /// Whether variables, or what is left of a `for each`, hold instances. May say so where they don't; must not be asked
    /// where branches run side by side.
    pub fn names_instances(&self, at: &Configuration) -> bool {
        let (mut pc, mut frame) = (at.pc, at.frame as usize);
        loop {
            if self.names_instances[pc as usize] {
                return true;
            }
            // The frame of the phase has no return word.
            if frame <= self.initial.len() {
                return false;
            }
            let word = at.words[frame - 1];
            (pc, frame) = (low(word), frame - high(word) as usize);
        }
    }
}
