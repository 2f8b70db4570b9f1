//! How many event sequences there are.

use num_bigint::BigUint;

use super::Automaton;
use super::horizon::Horizon;
use crate::sets::Limit;

/// For 0, 1, 2 … events the number of sequences of just so many that complete traces show, each counted once, however
/// many runs show it. An error is the last one.
///
/// Each costs an addition for every edge of the automaton.
#[derive(Debug)]
pub struct Counts<'g> {
    horizon: Horizon<'g>,
    /// For each front the number of ways to complete a sequence with as many events as were asked for last; empty if there
    /// is none any more.
    row: Vec<BigUint>,
    /// How many events are asked for next.
    next: usize,
}

impl<'g> Counts<'g> {
    /// The numbers up to that of sequences of `most` events.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn new(automaton: Automaton<'g>, most: usize) -> Result<Self, Limit> {
        Ok(Self { horizon: Horizon::new(automaton, most)?, row: Vec::new(), next: 0 })
    }
}

impl Iterator for Counts<'_> {
    type Item = Result<BigUint, Limit>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.next;
        if left > self.horizon.n_events() {
            return None;
        }
        self.next += 1;
        let row = match left {
            0 => first(&self.horizon),
            _ if self.row.is_empty() => return Some(Ok(BigUint::ZERO)),
            _ => further(&mut self.horizon, left, &self.row),
        };
        self.row = match row {
            Ok(row) => row,
            Err(limit) => {
                self.next = usize::MAX;
                return Some(Err(limit));
            }
        };
        Some(Ok(self.row.first().cloned().unwrap_or_default()))
    }
}

/// For each front in how many ways a sequence is completed there without an event.
pub(super) fn first(horizon: &Horizon<'_>) -> Result<Vec<BigUint>, Limit> {
    within(horizon.last(BigUint::from), horizon)
}

/// The same with `left` events, from the row with one event fewer.
pub(super) fn further(horizon: &mut Horizon<'_>, left: usize, before: &[BigUint]) -> Result<Vec<BigUint>, Limit> {
    let steps = 1 + bytes(before) / before.len().max(1) / DIGITS;
    let row = horizon
        .row(left, steps, |edges| edges.iter().fold(BigUint::ZERO, |sum, edge| sum + &before[edge.target.index()]))?;
    within(row, horizon)
}

/// How many bytes of two numbers are added in one step, about.
const DIGITS: usize = 128;

/// A row if there is room for it; empty where all of it is 0, since then the rows that follow are too.
fn within(row: Vec<BigUint>, horizon: &Horizon<'_>) -> Result<Vec<BigUint>, Limit> {
    horizon.automaton().has_room(bytes(&row))?;
    Ok(if row.iter().all(|number| *number == BigUint::ZERO) { Vec::new() } else { row })
}

/// The memory that numbers take.
pub(super) fn bytes(row: &[BigUint]) -> usize {
    let digits = row.iter().map(|number| usize::try_from(number.bits() / 8).unwrap_or(usize::MAX));
    size_of_val(row) + digits.sum::<usize>()
}
