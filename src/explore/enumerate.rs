//! All event sequences, one after the other.

use super::horizon::Horizon;
use super::{Automaton, FrontId};
use crate::model::NameId;
use crate::sets::Limit;

/// All sequences of so many events that complete traces show, each once, in the order of their names: like words in a
/// dictionary. It never enters what can't be completed.
#[derive(Debug)]
pub struct Sequences<'g> {
    horizon: Horizon<'g>,
    /// For each number of events that are left whether a front can be completed with just so many; there is no row where
    /// none can any more.
    completes: Vec<Vec<bool>>,
    /// The fronts that the sequence at hand goes through before each of its events, each with the place of the edge that it
    /// takes.
    path: Vec<(FrontId, usize)>,
    names: Vec<NameId>,
    has_begun: bool,
}

impl<'g> Sequences<'g> {
    /// The sequences of just `n_events`.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn new(automaton: Automaton<'g>, n_events: usize) -> Result<Self, Limit> {
        let mut horizon = Horizon::new(automaton, n_events)?;
        let mut completes = vec![horizon.last(|ends| ends)];
        let mut bytes = completes[0].len();
        for left in 1..=n_events {
            let before: &[bool] = &completes[left - 1];
            if !before.contains(&true) {
                break;
            }
            let row = horizon.row(left, 1, |edges| edges.iter().any(|edge| before[edge.target.index()]))?;
            bytes += row.len() + size_of::<Vec<bool>>();
            horizon.automaton().has_room(bytes)?;
            completes.push(row);
        }
        Ok(Self { horizon, completes, path: Vec::new(), names: Vec::new(), has_begun: false })
    }

    /// The next one.
    #[expect(clippy::should_implement_trait, reason = "an iterator could not lend what it has")]
    pub fn next(&mut self) -> Option<&[NameId]> {
        let n_events = self.horizon.n_events();
        let found = if self.has_begun {
            self.advance()
        } else {
            self.has_begun = true;
            self.completes(FrontId::START, n_events)
        };
        if !found {
            return None;
        }
        // Down to the end of the first of those that begin like this.
        while self.path.len() < n_events {
            let front = match self.path.last() {
                Some((front, place)) => self.horizon.automaton().edges(*front)[*place].target,
                None => FrontId::START,
            };
            let goes_on = self.take(front, 0);
            assert!(goes_on, "only what can be completed is entered");
        }
        Some(&self.names)
    }

    /// Goes back until another way can be taken, and takes it. Whether there is one.
    fn advance(&mut self) -> bool {
        while let Some((front, place)) = self.path.pop() {
            self.names.pop();
            if self.take(front, place + 1) {
                return true;
            }
        }
        false
    }

    /// Takes the first edge from a place on that can be completed. Whether there is one.
    fn take(&mut self, front: FrontId, from: usize) -> bool {
        let left = self.horizon.n_events() - self.path.len() - 1;
        let edges = self.horizon.automaton().edges(front);
        let place = (from..edges.len()).find(|place| self.completes(edges[*place].target, left));
        if let Some(place) = place {
            self.names.push(edges[place].name);
            self.path.push((front, place));
        }
        place.is_some()
    }

    fn completes(&self, front: FrontId, left: usize) -> bool {
        self.completes.get(left).is_some_and(|row| row[front.index()])
    }
}
