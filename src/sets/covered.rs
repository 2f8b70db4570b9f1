//! What stands for more makes what stands for less superfluous.
//!
//! A configuration in which some states are not known stands for all that agree with what is. One that is like it, but
//! knows more, adds nothing to a set that has it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::counters::Update;
use super::graph::{Graph, PointId};
use crate::machine::Configuration;

/// A way to a point, with where its registers come from.
type Way = (PointId, Vec<Update>);

/// The ways that no others cover, in their order.
pub(super) fn uncovered(graph: &Graph<'_>, ways: Vec<Way>) -> Vec<Way> {
    if !ways.iter().any(|(point, _)| graph.is_partial(*point)) {
        return ways;
    }
    // Those that differ in the values of states alone.
    let mut alike: BTreeMap<_, Vec<(usize, Configuration)>> = BTreeMap::new();
    for (place, (point, updates)) in ways.iter().enumerate() {
        if graph.is_partial(*point) {
            let at = graph.configuration(*point);
            let mut shape = Vec::new();
            graph.program().pack_shape(&at, &mut shape);
            alike.entry((graph.again(*point), shape, updates)).or_default().push((place, at));
        }
    }
    let mut keeps = vec![true; ways.len()];
    for group in alike.values_mut() {
        group.sort_by_key(|(place, at)| (Reverse(at.n_unknown()), *place));
        let mut kept: Vec<&Configuration> = Vec::new();
        for (place, at) in &*group {
            keeps[*place] = !kept.iter().any(|wider| graph.program().agrees(wider, at));
            if keeps[*place] {
                kept.push(at);
            }
        }
    }
    ways.into_iter().zip(keeps).filter(|(_, keeps)| *keeps).map(|(way, _)| way).collect()
}
