//! An automaton as far as so many events lead.

use super::{Automaton, Edge, FrontId};
use crate::sets::Limit;

/// All fronts behind at most so many events, expanded but for the last.
///
/// How a sequence can be completed in *k* events is asked only of fronts that lie within the other ones, which are the
/// first so many: they are numbered as they are found.
#[derive(Debug)]
pub(super) struct Horizon<'g> {
    automaton: Automaton<'g>,
    n_events: usize,
    /// For each number of events how many fronts lie within it; the last one for all that are greater.
    within: Vec<usize>,
}

impl<'g> Horizon<'g> {
    /// Expands an automaton that has its start alone.
    pub(super) fn new(mut automaton: Automaton<'g>, n_events: usize) -> Result<Self, Limit> {
        let mut within = vec![automaton.n_fronts()];
        let mut open = 0..automaton.n_fronts();
        while within.len() <= n_events && !open.is_empty() {
            for front in open.clone() {
                automaton.expand(FrontId::new(front))?;
            }
            open = open.end..automaton.n_fronts();
            within.push(open.end);
        }
        Ok(Self { automaton, n_events, within })
    }

    pub(super) fn automaton(&self) -> &Automaton<'g> {
        &self.automaton
    }

    pub(super) fn n_events(&self) -> usize {
        self.n_events
    }

    /// For each front what is asked of it with no event left.
    pub(super) fn last<T>(&self, ends: impl Fn(bool) -> T) -> Vec<T> {
        let fronts = 0..self.within(self.n_events);
        fronts.map(|front| ends(self.automaton.ends(FrontId::new(front)))).collect()
    }

    /// For each front what is asked of it with `left` events left, from what stands behind its edges. Those that lie too
    /// far for that are left out. Each edge costs `steps`.
    ///
    /// # Errors
    ///
    /// When the limit on work is met.
    pub(super) fn row<T>(&mut self, left: usize, steps: usize, sum: impl Fn(&[Edge]) -> T) -> Result<Vec<T>, Limit> {
        let fronts = 0..self.within(self.n_events - left);
        self.automaton.spend(fronts.len() + self.automaton.n_edges().saturating_mul(steps))?;
        Ok(fronts.map(|front| sum(self.automaton.edges(FrontId::new(front)))).collect())
    }

    fn within(&self, n_events: usize) -> usize {
        self.within[n_events.min(self.within.len() - 1)]
    }
}
