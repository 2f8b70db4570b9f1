//! Traces that prove what an exploration says.

use crate::sets::{Goal, Graph, ItemId, Member};
use crate::trace;

/// What a run of the exact machine shows, from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Phases, actions and events, with all that they are.
    pub items: Vec<trace::Item>,
    /// Whether the trace is complete: otherwise it is the beginning of one.
    pub ends: bool,
}

impl Witness {
    /// The run that goes a way, and reaches a goal.
    pub(super) fn of(graph: &mut Graph<'_>, way: &[(ItemId, Member)], goal: Goal<'_>) -> Self {
        let items = graph.replay(way, goal);
        Self { items: items.into_iter().map(trace::Item::from).collect(), ends: matches!(goal, Goal::End) }
    }

    /// How many events it has.
    pub fn n_events(&self) -> usize {
        self.items.iter().filter(|item| matches!(item, trace::Item::Event { .. })).count()
    }
}
