//! Breadth first over the configurations that can be reached, each once, with where it was reached from.
//!
//! A configuration is told from others only as far as an answer depends on it (see [`crate::sets`]): of two that differ in
//! what a loop has left, the one with more between its bounds does for both.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use crate::machine::Counter;
use crate::sets::{Batch, Graph, Interner, Item, ItemId, Limit, Member, PointId, Sighted, covers};

/// A row of [`Search::nodes`].
pub(super) type NodeId = u32;

/// What else tells nodes apart: how far something has come. Zero where nothing does.
pub(super) type Tag = u32;

/// A configuration that was reached.
#[derive(Debug)]
struct Node {
    point: PointId,
    /// Its registers: a number of [`Search::registers`].
    registers: u32,
    /// The node that it was reached from, and with what; itself at the start.
    before: NodeId,
    item: ItemId,
    /// The next one at the same point, or itself.
    sibling: NodeId,
}

/// A search.
#[derive(Debug, Default)]
pub(super) struct Search {
    nodes: Vec<Node>,
    /// The tags of the first nodes; those of others are 0.
    tags: Vec<Tag>,
    /// The registers of nodes: many have the same.
    registers: Interner<Counter>,
    /// Those that were not looked at, the nearest to the start first.
    open: VecDeque<NodeId>,
    n_looked_at: usize,
    /// How many items lead to the node that was looked at last.
    depth: u32,
    /// How many of the open ones are as far from the start.
    n_as_far: usize,
    groups: Groups,
    /// For nodes at points that turned out to be others: the nodes that do for them.
    covering: FxHashMap<NodeId, NodeId>,
    /// Those that come after [`COMPARED`] others.
    crowded: FxHashMap<(PointId, Tag, u32), NodeId>,
    weight: usize,
    /// Memory for one piece of work.
    spare: Vec<Counter>,
}

/// The first node at each point, for each tag.
#[derive(Debug, Default)]
struct Groups {
    /// Without a tag, by point: points have small numbers. [`NodeId::MAX`] where there is none.
    untagged: Vec<NodeId>,
    tagged: FxHashMap<(PointId, Tag), NodeId>,
}

impl Groups {
    /// The first node at a point with a tag; the new one, if there was none.
    fn first(&mut self, point: PointId, tag: Tag, new: NodeId) -> NodeId {
        if tag != 0 {
            return *self.tagged.entry((point, tag)).or_insert(new);
        }
        let place = point as usize;
        if place >= self.untagged.len() {
            self.untagged.resize(place + 1, NodeId::MAX);
        }
        let first = &mut self.untagged[place];
        if *first == NodeId::MAX {
            *first = new;
        }
        *first
    }
}

/// With how many at the same point a node is compared: beyond it only equal ones are found, at a bounded cost.
const COMPARED: usize = 16;

/// From how many nodes it is found at the same time what comes next.
const AHEAD: usize = 1_024;

/// How many edges are found at the same time, about: what was found waits in memory.
const EDGES: usize = 100_000;

impl Search {
    /// A search that begins at the start.
    pub(super) fn new(graph: &mut Graph<'_>, tag: Tag) -> Self {
        let mut search = Self::default();
        let mut start = graph.start();
        graph.classify(&mut start.point, &mut start.registers);
        search.push(graph, 0, 0, &start, tag);
        search
    }

    /// Adds what comes next after a node: what items lead to that have a tag. Each node that it leads to is told, once for
    /// each way.
    pub(super) fn spread(
        &mut self,
        graph: &mut Graph<'_>,
        node: NodeId,
        member: &Member,
        mut tag: impl FnMut(&Item) -> Option<Tag>,
        mut leads_to: impl FnMut(NodeId),
    ) {
        let mut next = Member { point: member.point, registers: std::mem::take(&mut self.spare) };
        graph.count_steps(graph.n_moves(member.point) * (1 + member.registers.len()));
        for place in 0..graph.n_moves(member.point) {
            let item;
            (item, next.point) = graph.lead(member, place, &mut next.registers);
            if let Some(tag) = tag(graph.item(item)) {
                leads_to(self.push(graph, node, item, &next, tag));
            }
        }
        self.spare = next.registers;
    }

    /// Adds a configuration that was reached from a node with an item, unless another one does for it. The node that does.
    fn push(&mut self, graph: &Graph<'_>, before: NodeId, item: ItemId, member: &Member, tag: Tag) -> NodeId {
        let (found, is_new) = self.add(graph, before, item, member, tag);
        if is_new {
            self.open.push_back(found);
        }
        found
    }

    /// The node that does for a configuration; whether it was not there before.
    fn add(&mut self, graph: &Graph<'_>, before: NodeId, item: ItemId, member: &Member, tag: Tag) -> (NodeId, bool) {
        let new = id(self.nodes.len());
        let (registers, _) = self.registers.intern(&member.registers);
        let found = self.place(graph, (member.point, tag, registers), new);
        if found == new {
            self.weight += graph.weight(member.point);
            self.nodes.push(Node { point: member.point, registers, before, item, sibling: new });
            if tag != 0 {
                self.tags.resize(self.nodes.len(), 0);
                self.tags[new as usize] = tag;
            }
        }
        (found, found == new)
    }

    /// A node that does for what is at a point with a tag and registers, or the new one, which takes its place there.
    fn place(&mut self, graph: &Graph<'_>, (point, tag, registers): (PointId, Tag, u32), new: NodeId) -> NodeId {
        let mut at = self.groups.first(point, tag, new);
        if at == new {
            return at;
        }
        for _ in 0..COMPARED {
            let other = self.node(at).registers;
            let covers = || covers(self.registers.get(other), self.registers.get(registers)) && graph.has_cover(point);
            if other == registers || covers() {
                return at;
            }
            let node = &mut self.nodes[at as usize];
            if node.sibling == at {
                node.sibling = new;
                return new;
            }
            at = node.sibling;
        }
        *self.crowded.entry((point, tag, registers)).or_insert(new)
    }

    /// Visits each node that no other covers, with what is there, settled, until the visitor breaks off. Meanwhile it is found
    /// what comes next from the nodes behind.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub(super) fn run<B>(
        &mut self,
        graph: &mut Graph<'_>,
        mut visit: impl FnMut(&mut Self, &mut Graph<'_>, NodeId, &Member) -> ControlFlow<B>,
    ) -> Result<Option<B>, Limit> {
        // Of so many it was found what comes next.
        let mut n_found = 0;
        while !self.open.is_empty() {
            let (mut batch, n_more) = self.batch(graph, n_found);
            let flow = batch.find(|| {
                for _ in 0..n_found {
                    match self.next(graph) {
                        Err(limit) => return ControlFlow::Break(Err(limit)),
                        Ok(None) => {}
                        Ok(Some((node, member))) => visit(self, graph, node, &member).map_break(Ok)?,
                    }
                }
                ControlFlow::Continue(())
            });
            if let ControlFlow::Break(end) = flow {
                // How far it has come depends on the threads.
                graph.dismiss(batch);
                return end.map(Some);
            }
            graph.take_in(batch);
            n_found = n_more;
        }
        Ok(None)
    }

    /// A batch of nodes behind so many, and how many they are.
    fn batch<'p>(&self, graph: &mut Graph<'p>, n_before: usize) -> (Batch<'p>, usize) {
        let most = (EDGES * (self.n_looked_at + 1) / (graph.n_edges() + 1)).clamp(1, AHEAD);
        let nodes = self.open.iter().skip(n_before).take(most);
        let many = nodes.len();
        (graph.batch(nodes.map(|node| self.nodes[*node as usize].point)), many)
    }

    /// The next node, unless another one covers it.
    fn next(&mut self, graph: &mut Graph<'_>) -> Result<Option<(NodeId, Member)>, Limit> {
        let Some(mut place) = self.open.pop_front() else { return Ok(None) };
        let points = || self.nodes.iter().map(|node| node.point).collect::<Vec<PointId>>();
        if self.weight > graph.limit() {
            return Err(graph.too_many_points(&points()));
        }
        graph.has_room(self.bytes(), points)?;
        if self.n_as_far == 0 {
            self.depth += u32::from(self.n_looked_at > 0);
            self.n_as_far = self.open.len() + 1;
        }
        self.n_as_far -= 1;
        self.n_looked_at += 1;
        let mut member = self.member(place);
        let before = member.point;
        graph.settle(&mut member.point, &mut member.registers)?;
        if member.point != before {
            // It is at another point: whoever is there may do for it.
            let Node { before, item, .. } = *self.node(place);
            let tag = self.tag(place);
            let (found, is_new) = self.add(graph, before, item, &member, tag);
            self.covering.insert(place, found);
            if !is_new {
                return Ok(None);
            }
            place = found;
        }
        Ok(Some((place, member)))
    }

    /// The node that does for one that was looked at: itself, unless it is covered.
    pub(super) fn covering(&self, mut id: NodeId) -> NodeId {
        while let Some(other) = self.covering.get(&id) {
            id = *other;
        }
        id
    }

    /// What is at a node.
    pub(super) fn member(&self, id: NodeId) -> Member {
        let Node { point, registers, .. } = *self.node(id);
        Member { point, registers: self.registers.get(registers).to_vec() }
    }

    /// How far something has come there.
    pub(super) fn tag(&self, id: NodeId) -> Tag {
        self.tags.get(id as usize).copied().unwrap_or(0)
    }

    /// How much memory it takes, in bytes, about.
    fn bytes(&self) -> usize {
        let nodes = size_of::<Node>() + 2 * size_of::<NodeId>();
        let crowded = self.crowded.len() * 2 * size_of::<((PointId, Tag, u32), NodeId)>();
        self.nodes.len() * nodes + size_of_val(self.tags.as_slice()) + self.registers.bytes() + crowded
    }

    /// How many nodes there are.
    pub(super) fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// How many configurations were looked at.
    pub(super) fn n_looked_at(&self) -> usize {
        self.n_looked_at
    }

    /// The way to a node: items with what is behind each.
    pub(super) fn way(&self, mut id: NodeId) -> Vec<(ItemId, Member)> {
        let mut way = Vec::new();
        while self.node(id).before != id {
            way.push((self.node(id).item, self.member(id)));
            id = self.node(id).before;
        }
        way.reverse();
        way
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }
}

/// What is seen on the way, put in order: what has the fewest items before it first. What is seen behind an item of one
/// node may be seen before any of another node with as many.
#[derive(Debug, Default)]
pub(super) struct Sights {
    depth: u32,
    /// What was seen behind an item, from nodes that have that many before them.
    later: Vec<(NodeId, Sighted)>,
}

impl Sights {
    /// Adds what was seen from the node that was looked at last. What is next, each with the node that it is seen from.
    pub(super) fn add(&mut self, search: &Search, node: NodeId, seen: Vec<Sighted>) -> Vec<(NodeId, Sighted)> {
        let before = std::mem::replace(&mut self.depth, search.depth);
        let mut ready = if before < self.depth { self.take_rest() } else { Vec::new() };
        if seen.is_empty() {
            return ready;
        }
        let (now, later): (Vec<Sighted>, Vec<Sighted>) = seen.into_iter().partition(|sighted| sighted.after.is_none());
        ready.extend(now.into_iter().map(|sighted| (node, sighted)));
        self.later.extend(later.into_iter().map(|sighted| (node, sighted)));
        ready
    }

    /// What is left when no node is left.
    pub(super) fn take_rest(&mut self) -> Vec<(NodeId, Sighted)> {
        std::mem::take(&mut self.later)
    }
}

fn id(place: usize) -> NodeId {
    NodeId::try_from(place).expect("memory is full long before 2^32 nodes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Program;
    use crate::model::{self, Alphabet, Memory, Root, Settings};
    use crate::sets::{Bounds, View};

    /// A node with what is there, and where that leads to.
    type Visited = (NodeId, Member, Vec<(ItemId, Member)>);

    /// Visits all that can be reached of `example`, with so many threads, in pieces of so many nodes, and forgets the edges
    /// each time, or not. Ends with an error where that takes more than `work` steps.
    fn visit(threads: usize, piece: usize, forgets: bool, work: u64) -> (Vec<Visited>, Option<Limit>) {
        let root = Root::Builtin("example".to_owned());
        let grammar = model::load(&Memory::default(), &root, &Settings::default()).grammar.expect("it ships");
        let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
        let bounds = Bounds { work, ..Bounds::default() };
        let mut graph = Graph::new(&grammar, &alphabet, &program, View::NAMES, Some(&[]), bounds);
        graph.set_threads(threads);
        let mut search = Search::new(&mut graph, 0);
        let mut visited: Vec<Visited> = Vec::new();
        loop {
            let end = search.run(&mut graph, |search, graph, node, member| {
                visited.push((node, member.clone(), graph.moves(member).collect()));
                search.spread(graph, node, member, |_| Some(0), |_| ());
                if forgets {
                    graph.forget_edges();
                }
                if visited.len().is_multiple_of(piece) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            match end {
                Ok(Some(())) => {}
                Ok(None) => return (visited, None),
                Err(limit) => return (visited, Some(limit)),
            }
        }
    }

    #[test]
    fn neither_threads_nor_pieces_nor_what_is_forgotten_change_what_is_found() {
        let alone = visit(1, usize::MAX, false, u64::MAX);
        assert!(alone.0.len() > 3_000 && alone.1.is_none(), "there is enough for several threads");
        for (threads, piece, forgets) in
            [(1, usize::MAX, true), (3, usize::MAX, false), (3, 1_000, false), (3, 7, true)]
        {
            let other = visit(threads, piece, forgets, u64::MAX);
            assert!(other == alone, "{threads} threads, pieces of {piece}, forgets {forgets}");
        }
    }

    #[test]
    fn the_limit_on_work_is_met_at_the_same_place_with_any_number_of_threads() {
        for work in [1_000, 50_000, 150_000] {
            let alone = visit(1, usize::MAX, false, work);
            assert_eq!(alone.1, Some(Limit::Work { limit: work }));
            for threads in [2, 3, 8] {
                assert!(visit(threads, usize::MAX, false, work) == alone, "{threads} threads, {work} steps");
            }
        }
    }
}
