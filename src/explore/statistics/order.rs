//! An order of nodes in which steps lead forward, but for cycles.
//!
//! Nodes that lead to each other, a strongly connected component, lie side by side, behind all that lead to them (Tarjan,
//! "Depth-First Search and Linear Graph Algorithms", 1972). Within one they lie in the order in which a search turned
//! back from them, the last first: so most steps lead forward there too.

use std::ops::Range;

use super::chain::{Edge, NodeId};

const NONE: u32 = u32::MAX;

/// The order.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) nodes: Vec<NodeId>,
    places: Vec<u32>,
    /// The places of the components that have a cycle, in their order.
    pub(super) cycles: Vec<Range<usize>>,
}

impl Order {
    /// The order of as many nodes, all of which the roots lead to. Costs a pass over the edges.
    pub(super) fn new<'e>(
        many: usize,
        roots: impl Iterator<Item = NodeId>,
        edges: impl Fn(NodeId) -> &'e [Edge],
    ) -> Self {
        let mut found = vec![NONE; many];
        let mut low = vec![0u32; many];
        // For each node whether it belongs to a component, and when the search turned back from it.
        let mut is_done = vec![false; many];
        let mut finished = vec![0u32; many];
        let (mut n_found, mut n_finished) = (0, 0);
        let mut open: Vec<NodeId> = Vec::new();
        let mut path: Vec<(NodeId, usize)> = Vec::new();
        // Last things first.
        let mut nodes: Vec<NodeId> = Vec::with_capacity(many);
        let mut cycles = Vec::new();
        for root in roots {
            if found[root as usize] != NONE {
                continue;
            }
            path.push((root, 0));
            while let Some((node, next)) = path.last_mut() {
                let (node, place) = (*node, *node as usize);
                if *next == 0 {
                    (found[place], low[place]) = (n_found, n_found);
                    n_found += 1;
                    open.push(node);
                }
                let edge = edges(node).get(*next);
                *next += 1;
                if let Some(Edge { target, .. }) = edge {
                    let target_place = *target as usize;
                    if found[target_place] == NONE {
                        path.push((*target, 0));
                    } else if !is_done[target_place] {
                        low[place] = low[place].min(found[target_place]);
                    }
                    continue;
                }
                path.pop();
                finished[place] = n_finished;
                n_finished += 1;
                if let Some((before, _)) = path.last() {
                    low[*before as usize] = low[*before as usize].min(low[place]);
                }
                if low[place] == found[place] {
                    let start = nodes.len();
                    let members = open.iter().rposition(|member| *member == node).expect("it is open");
                    nodes.extend(open.drain(members..));
                    let component = &mut nodes[start..];
                    for member in &*component {
                        is_done[*member as usize] = true;
                    }
                    component.sort_unstable_by_key(|member| finished[*member as usize]);
                    if component.len() > 1 || edges(node).iter().any(|edge| edge.target == node) {
                        cycles.push(start..nodes.len());
                    }
                }
            }
        }
        nodes.reverse();
        cycles.reverse();
        let cycles = cycles.into_iter().map(|Range { start, end }| nodes.len() - end..nodes.len() - start).collect();
        let mut places = vec![NONE; many];
        for (place, node) in (0..).zip(&nodes) {
            places[*node as usize] = place;
        }
        Self { nodes, places, cycles }
    }

    /// The place of a node.
    pub(super) fn place(&self, node: NodeId) -> u32 {
        self.places[node as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_come_behind_what_leads_to_them() {
        let targets: [&[u32]; 7] = [&[1], &[2, 5], &[3, 1], &[4], &[3, 6], &[5, 6], &[]];
        let edges: Vec<Vec<Edge>> = targets
            .iter()
            .map(|targets| targets.iter().map(|target| Edge { target: *target, probability: 0.5 }).collect())
            .collect();
        let order = Order::new(7, std::iter::once(0), |node| &edges[node as usize]);
        assert_eq!((order.nodes[0], order.nodes[6]), (0, 6));
        let mut cycles: Vec<Vec<u32>> = order.cycles.iter().map(|range| order.nodes[range.clone()].to_vec()).collect();
        assert_eq!(cycles[0], [1, 2]);
        cycles[1..].sort();
        assert_eq!(cycles[1..], [vec![3, 4], vec![5]]);
        assert!((0..7).all(|node| order.nodes[order.place(node) as usize] == node));
    }
}
