//! What is seen on the silent ways of a graph that is watched: runs that fail, or go round; conditions that hold.

use super::graph::ItemId;
use crate::machine::Fault;
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
