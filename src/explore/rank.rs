//! Event sequences by their place among all.

use num_bigint::BigUint;

use super::count::{bytes, first, further};
use super::horizon::Horizon;
use super::{Automaton, FrontId};
use crate::model::NameId;
use crate::sets::Limit;
use crate::trace::Header;
use crate::walk::halves;

/// All sequences of so many events that complete traces show, each at its place in the order of
/// [`Sequences`](super::Sequences): so a place that is drawn uniformly draws a sequence uniformly.
#[derive(Debug)]
pub struct Ranked<'g> {
    horizon: Horizon<'g>,
    /// For each number of events that are left, and each front, in how many ways it can be completed with just so many;
    /// there is no row where there is none any more.
    rows: Vec<Vec<BigUint>>,
}

impl<'g> Ranked<'g> {
    /// The sequences of just `n_events`. All numbers of ways are kept.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn new(automaton: Automaton<'g>, n_events: usize) -> Result<Self, Limit> {
        let mut horizon = Horizon::new(automaton, n_events)?;
        let mut rows: Vec<Vec<BigUint>> = Vec::new();
        let mut room = 0;
        for left in 0..=n_events {
            let row = match rows.last() {
                None => first(&horizon)?,
                Some(before) => further(&mut horizon, left, before)?,
            };
            if row.is_empty() {
                break;
            }
            room += bytes(&row);
            horizon.automaton().has_room(room)?;
            rows.push(row);
        }
        Ok(Self { horizon, rows })
    }

    /// The number of events of each.
    pub fn n_events(&self) -> usize {
        self.horizon.n_events()
    }

    /// How many there are.
    pub fn total(&self) -> BigUint {
        self.ways(FrontId::START, self.horizon.n_events()).cloned().unwrap_or_default()
    }

    /// The one at a place, from 0.
    ///
    /// # Panics
    ///
    /// If the place is not below the total.
    pub fn at(&self, mut place: BigUint) -> Vec<NameId> {
        assert!(place < self.total(), "there are not so many sequences");
        let mut front = FrontId::START;
        let mut names = Vec::with_capacity(self.horizon.n_events());
        for left in (0..self.horizon.n_events()).rev() {
            for edge in self.horizon.automaton().edges(front) {
                let Some(ways) = self.ways(edge.target, left) else { continue };
                if place < *ways {
                    names.push(edge.name);
                    front = edge.target;
                    break;
                }
                place -= ways;
            }
        }
        names
    }

    /// The one that is drawn for a trace, each with the same probability: a number of as many random bits as the last place
    /// has, drawn again until it is one. The language reference describes it.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn draw(&self, header: Header) -> Vec<NameId> {
        let total = self.total();
        let bits = (total.clone() - 1u32).bits();
        let n_halves = usize::try_from(bits.div_ceil(32)).expect("a number in memory");
        let mut halves = halves(header);
        loop {
            let mut drawn: Vec<u32> = halves.by_ref().take(n_halves).collect();
            if let Some(last) = drawn.last_mut() {
                // What is above the highest bit.
                *last &= u32::MAX >> ((32 - bits % 32) % 32);
            }
            let place = BigUint::new(drawn);
            if place < total {
                return self.at(place);
            }
        }
    }

    fn ways(&self, front: FrontId, left: usize) -> Option<&BigUint> {
        self.rows.get(left)?.get(front.index())
    }
}
