//! What is seen on the silent ways of a graph that is watched: runs that fail, or go round; conditions that hold.

use super::graph::{Graph, ItemId};
use crate::machine::{Fault, Watch};
use crate::source::Span;

/// What is seen on the silent ways from a point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sighted {
    /// The item that was shown before, if it was not before one.
    pub(crate) after: Option<ItemId>,
    pub(crate) what: Sighting,
}

/// What can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// The run fails.
    Fault(Box<Fault>),
    /// A condition that is watched for holds: its place in the list.
    Met(usize),
    /// From the decision that stands there on runs go round, and show nothing more.
    Trap(Span),
}

impl Graph<'_> {
    /// What was watched, if somebody does.
    pub(crate) fn watched(&mut self) -> Option<&mut Watch> {
        self.scratch.watched()
    }

    /// What was seen on silent ways since this was asked last: from each point it is told once.
    pub(crate) fn take_sightings(&mut self) -> Vec<Sighted> {
        std::mem::take(&mut self.sightings)
    }

    /// Whether somebody watches.
    pub(super) fn watches(&mut self) -> bool {
        self.scratch.watched().is_some()
    }

    /// Notes what must never be, if it was since this was done last.
    pub(super) fn note_met(&mut self, after: Option<ItemId>) {
        if let Some(watch) = self.scratch.watched() {
            self.sightings.extend(watch.take_met().map(|met| Sighted { after, what: Sighting::Met(met) }));
        }
    }

    /// Notes that a run fails.
    pub(super) fn note_fault(&mut self, after: Option<ItemId>, fault: Box<Fault>) {
        if self.watches() {
            self.sightings.push(Sighted { after, what: Sighting::Fault(fault) });
        }
    }
}
