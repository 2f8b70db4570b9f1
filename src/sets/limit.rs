//! Why there is no answer.

use std::collections::BTreeSet;

use crate::machine::{Configuration, Fault, Program};
use crate::model::grammar::StateId;

/// A limit that was met, so that there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// More configurations than [`Bounds::configurations`](super::Bounds::configurations) at once.
    Configurations(TooMany),
    /// A run makes more silent steps than [`Bounds::steps`](super::Bounds::steps), or its stack is full.
    Run(Box<Fault>),
    /// A run that shows nothing can go round among so many configurations, in so many ways, that their sum takes too
    /// long.
    Cycle {
        /// How many they are.
        configurations: usize,
    },
    /// The search for the answer takes more steps than [`Bounds::work`](super::Bounds::work).
    Work {
        /// The limit.
        limit: u64,
    },
}

/// More configurations at once than the limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooMany {
    /// The limit.
    pub limit: usize,
    /// The states of which the sequence does not tell the value, each with the number of values that it may have, the
    /// most first.
    pub unknown: Vec<(StateId, usize)>,
}

/// The number of values of states that are looked at for an error: more would take longer than the search itself.
const MAX_VALUES: usize = 10_000_000;

impl TooMany {
    /// The error of more than these packed configurations of a program.
    pub(crate) fn among(packed: impl Iterator<Item = impl AsRef<[u64]>>, program: &Program, limit: usize) -> Self {
        let mut values: Vec<BTreeSet<i64>> = vec![BTreeSet::new(); program.states().count()];
        let mut at = Configuration::default();
        for words in packed.take(MAX_VALUES / values.len().max(1)) {
            at.unpack(words.as_ref());
            for (state, values) in program.states().zip(&mut values) {
                values.extend(program.possible_values(&at, state));
            }
        }
        let mut unknown: Vec<(StateId, usize)> = program
            .states()
            .zip(values)
            .filter(|(_, values)| values.len() > 1)
            .map(|(state, values)| (state, values.len()))
            .collect();
        unknown.sort_by_key(|(_, many)| std::cmp::Reverse(*many));
        Self { limit, unknown }
    }
}
