//! What lies between one shown item and the next: the nodes that silent steps reach, in an order in which mass flows.
//!
//! A step from one strongly connected component leads to a later one (Tarjan 1972), so a component is done when its
//! turn comes. Those with cycles are [solved](super::cycle).

use std::ops::Range;

use super::chain::{Chain, Edge, NodeId, row};
use super::cycle;
use super::scaled::Scaled;
use super::{Limit, Place};
use crate::sets::Meter;
use crate::trace::Shows;

/// A row of [`Region::nodes`].
pub(super) type Local = u32;

const NONE: u32 = u32::MAX;

/// The region behind a front.
#[derive(Debug, Default)]
pub(super) struct Region {
    /// In the order in which they are found: the numbers of nodes, which depend on what was read before, reach no result.
    nodes: Vec<NodeId>,
    /// For each node of the chain its place in the region, or `NONE`.
    locals: Vec<Local>,
    /// The nodes component by component; a component comes behind all that lead to it.
    order: Vec<Local>,
    /// Where the components lie in `order`.
    components: Vec<Range<usize>>,
    /// The component of each node, counted from the last one.
    component_of: Vec<u32>,
}

impl Region {
    /// The nodes, by their places.
    pub(super) fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// The place of a node that is in the region.
    pub(super) fn local(&self, node: NodeId) -> Local {
        self.locals[node as usize]
    }

    /// Becomes the region behind a front: all nodes that silent steps lead to, and it. Costs a pass over them.
    pub(super) fn explore(
        &mut self,
        chain: &mut Chain<'_>,
        front: &[Place],
        shows: Shows,
        limit: usize,
    ) -> Result<(), Limit> {
        for node in self.nodes.drain(..) {
            if let Some(local) = self.locals.get_mut(node as usize) {
                *local = NONE;
            }
        }
        self.order.clear();
        self.components.clear();
        self.component_of.clear();
        // Tarjan's search with a stack of its own: the node, and how many of its edges were followed.
        let mut low: Vec<u32> = Vec::new();
        let mut open: Vec<Local> = Vec::new();
        let mut path: Vec<(Local, usize)> = Vec::new();
        for place in front {
            if self.enter(chain, place.node, limit)? {
                path.push((self.local(place.node), 0));
            }
            while let Some((local, next)) = path.last_mut() {
                let local = *local;
                if *next == 0 {
                    low.push(local);
                    open.push(local);
                }
                let edge = chain.silent(self.nodes[local as usize], shows).get(*next).copied();
                *next += 1;
                if let Some(Edge { target, .. }) = edge {
                    chain.spend(1)?;
                    if self.enter(chain, target, limit)? {
                        path.push((self.local(target), 0));
                    } else if self.component_of[self.local(target) as usize] == NONE {
                        low[local as usize] = low[local as usize].min(self.local(target));
                    }
                    continue;
                }
                path.pop();
                if let Some((before, _)) = path.last() {
                    low[*before as usize] = low[*before as usize].min(low[local as usize]);
                }
                if low[local as usize] == local {
                    let start = self.order.len();
                    while let Some(member) = open.pop() {
                        self.order.push(member);
                        self.component_of[member as usize] = row(self.components.len());
                        if member == local {
                            break;
                        }
                    }
                    self.components.push(start..self.order.len());
                }
            }
        }
        Ok(())
    }

    /// Adds a node; whether it is new.
    fn enter(&mut self, chain: &mut Chain<'_>, node: NodeId, limit: usize) -> Result<bool, Limit> {
        chain.step(node)?;
        chain.spend(1)?;
        self.locals.resize(chain.len(), NONE);
        let local = &mut self.locals[node as usize];
        if *local != NONE {
            return Ok(false);
        }
        if self.nodes.len() == limit {
            return Err(chain.too_many(&self.nodes));
        }
        *local = row(self.nodes.len());
        self.nodes.push(node);
        self.component_of.push(NONE);
        Ok(true)
    }

    /// The expected number of times that a run comes to each node, in the measure of the front's masses: for a node that
    /// is on no cycle the mass of the runs that come there.
    pub(super) fn masses(&self, chain: &mut Chain<'_>, front: &[Place], shows: Shows) -> Result<Vec<Scaled>, Limit> {
        let mut solved = Meter::new(chain.steps_left());
        let masses = self.masses_within(chain, front, shows, &mut solved);
        // The error names the whole limit.
        chain.spend(solved.spent())?;
        masses
    }

    fn masses_within(
        &self,
        chain: &Chain<'_>,
        front: &[Place],
        shows: Shows,
        meter: &mut Meter,
    ) -> Result<Vec<Scaled>, Limit> {
        let mut masses = vec![Scaled::ZERO; self.nodes.len()];
        for place in front {
            masses[self.local(place.node) as usize] += place.mass;
        }
        // The places in their component of those that have a turn.
        let mut inner = vec![NONE; self.nodes.len()];
        for component in self.components.iter().rev() {
            let members = &self.order[component.clone()];
            for (place, member) in members.iter().enumerate() {
                inner[*member as usize] = row(place);
            }
            let own = self.component_of[members[0] as usize];
            let is_own = |target: NodeId| self.component_of[self.local(target) as usize] == own;
            let edges = |member: Local| chain.silent(self.nodes[member as usize], shows);
            if members.iter().any(|member| edges(*member).iter().any(|edge| is_own(edge.target))) {
                let rows = members.iter().map(|member| {
                    let (inside, outside): (Vec<&Edge>, Vec<&Edge>) =
                        edges(*member).iter().partition(|edge| is_own(edge.target));
                    let place = |target: NodeId| inner[self.local(target) as usize];
                    cycle::Row {
                        mass: masses[*member as usize],
                        inside: inside.iter().map(|edge| (place(edge.target), Scaled::new(edge.probability))).collect(),
                        outside: outside.iter().map(|edge| Scaled::new(edge.probability)).sum(),
                    }
                });
                let visits = cycle::solve(rows.collect(), meter)?;
                for (member, visits) in members.iter().zip(visits) {
                    masses[*member as usize] = visits;
                }
            }
            for member in members {
                let mass = masses[*member as usize];
                for edge in edges(*member).iter().filter(|edge| !is_own(edge.target)) {
                    masses[self.local(edge.target) as usize] += mass * Scaled::new(edge.probability);
                }
            }
        }
        Ok(masses)
    }
}
