//! Breadth first over the configurations that can be reached, each once, with where it was reached from.
//!
//! A configuration is told from others only as far as an answer depends on it (see [`crate::sets`]): of two that differ in
//! what a loop has left, the one with more between its bounds does for both.

use rustc_hash::FxHashMap;

use crate::machine::Counter;
use crate::sets::{Graph, ItemId, Kept, Limit, Member, PointId, covers, weight};

/// A row of [`Search::nodes`].
pub(super) type NodeId = u32;

/// What else tells nodes apart: how far something has come. Zero where nothing does.
pub(super) type Tag = u32;

/// A configuration that was reached.
#[derive(Debug)]
struct Node {
    point: PointId,
    registers: Box<[Counter]>,
    tag: Tag,
    /// The node that it was reached from, and with what; itself at the start.
    before: NodeId,
    item: ItemId,
    /// Whether another one does for it.
    covered: bool,
}

/// A search.
#[derive(Debug, Default)]
pub(super) struct Search {
    nodes: Vec<Node>,
    /// The first node that was not looked at.
    next: usize,
    pushed: FxHashMap<(PointId, Tag, Box<[Counter]>), NodeId>,
    /// The nodes at each point that do not cover each other.
    kept: FxHashMap<(PointId, Tag), (Kept, Vec<NodeId>)>,
    weight: usize,
}

impl Search {
    /// A search that begins at the start.
    pub(super) fn new(graph: &mut Graph<'_>, tag: Tag) -> Self {
        let mut search = Self::default();
        let start = graph.start();
        search.push(graph, 0, 0, start, tag);
        search
    }

    /// Adds a configuration that was reached from a node with an item, unless it is there. Its node.
    pub(super) fn push(
        &mut self,
        graph: &mut Graph<'_>,
        before: NodeId,
        item: ItemId,
        mut member: Member,
        tag: Tag,
    ) -> NodeId {
        graph.classify(&mut member.point, &mut member.registers);
        let registers: Box<[Counter]> = member.registers.into();
        let new = id(self.nodes.len());
        let known = *self.pushed.entry((member.point, tag, registers.clone())).or_insert(new);
        if known == new {
            self.weight += weight(graph.key(member.point).len());
            self.nodes.push(Node { point: member.point, registers, tag, before, item, covered: false });
        }
        known
    }

    /// The next node that no other covers, with what is there, settled; nothing at the end.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub(super) fn next(&mut self, graph: &mut Graph<'_>) -> Result<Option<(NodeId, Member)>, Limit> {
        while self.next < self.nodes.len() {
            let place = self.next;
            if self.weight > graph.limit() {
                let points: Vec<PointId> = self.nodes.iter().map(|node| node.point).collect();
                return Err(graph.too_many_points(&points));
            }
            self.next += 1;
            let node = &mut self.nodes[place];
            let mut member = Member { point: node.point, registers: node.registers.to_vec() };
            graph.settle(&mut member.point, &mut member.registers)?;
            (node.point, node.registers) = (member.point, member.registers.clone().into());
            let (kept, nodes) = self.kept.entry((member.point, node.tag)).or_default();
            if kept.insert(&member.registers, graph.has_cover(member.point)) {
                nodes.push(id(place));
                return Ok(Some((id(place), member)));
            }
            node.covered = true;
        }
        Ok(None)
    }

    /// The node that does for one that was looked at: itself, unless it is covered.
    pub(super) fn covering(&self, id: NodeId) -> NodeId {
        let node = self.node(id);
        if !node.covered {
            return id;
        }
        let (_, nodes) = &self.kept[&(node.point, node.tag)];
        let does = |other: &NodeId| {
            let other = self.node(*other);
            other.registers == node.registers || covers(&other.registers, &node.registers)
        };
        nodes.iter().copied().find(does).expect("what is covered is so by one that was kept")
    }

    /// What is at a node.
    pub(super) fn member(&self, id: NodeId) -> Member {
        let node = self.node(id);
        Member { point: node.point, registers: node.registers.to_vec() }
    }

    /// How far something has come there.
    pub(super) fn tag(&self, id: NodeId) -> Tag {
        self.node(id).tag
    }

    /// How many configurations were looked at.
    pub(super) fn n_looked_at(&self) -> usize {
        self.next
    }

    /// The way to a node: items with what is behind each.
    pub(super) fn way(&self, mut id: NodeId) -> Vec<(ItemId, Member)> {
        let mut way = Vec::new();
        while id != 0 {
            let node = self.node(id);
            way.push((node.item, self.member(id)));
            id = node.before;
        }
        way.reverse();
        way
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }
}

fn id(place: usize) -> NodeId {
    NodeId::try_from(place).expect("memory is full long before 2^32 nodes")
}
