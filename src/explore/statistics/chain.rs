//! All configurations of a grammar as a Markov chain.
//!
//! A node is a configuration that has run as far as it can without a decision or an item: exactly that, since odds depend
//! on all of it. Each is run from once.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::order::Order;
use super::{Cause, Inexact};
use crate::machine::{Configuration, Fault, Item, Odds, Pause, Program, Scratch};
use crate::model::grammar::ActionId;
use crate::model::{Alphabet, NameId, SymbolId};
use crate::sets::{Bounds, Interner, Meter};

/// A row of [`Chain::nodes`].
pub(super) type NodeId = u32;

/// A step from one node to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) target: NodeId,
    pub(super) probability: f64,
}

/// What happens at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Nothing that is counted.
    Silent,
    /// An event of this name is shown.
    Event(NameId),
    /// The mark of an action is.
    Action(ActionId),
    /// A trace is complete.
    End,
    /// The run fails: a place in [`Chain::causes`].
    Lost(u32),
}

/// The chain. It starts at node 0.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) nodes: Vec<Node>,
    /// For each node where its edges end; they begin where those of the node before it do.
    ends: Vec<usize>,
    edges: Vec<Edge>,
    /// Why runs fail.
    pub(super) causes: Vec<Cause>,
}

impl Chain {
    /// The steps from a node.
    pub(super) fn edges(&self, node: NodeId) -> &[Edge] {
        let node = node as usize;
        let start = node.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.edges[start..self.ends[node]]
    }

    /// The number of steps from all nodes.
    pub(super) fn n_edges(&self) -> usize {
        self.edges.len()
    }

    /// The chain of the runs that come to an end, if the node's `ends` is the probability of that: what another way costs
    /// is put on those that are left (Doob's transform).
    pub(super) fn condition(&mut self, ends: &[f64]) {
        let mut start = 0;
        for (node, end) in self.ends.iter().enumerate() {
            for edge in &mut self.edges[start..*end] {
                let target = ends[edge.target as usize];
                edge.probability = if target > 0.0 { edge.probability * target / ends[node] } else { 0.0 };
            }
            start = *end;
        }
    }

    /// The same chain with its nodes in an order, which begins with the start.
    fn sorted(&self, order: &Order) -> Self {
        let mut edges = Vec::with_capacity(self.edges.len());
        let mut ends = Vec::with_capacity(self.ends.len());
        for node in &order.nodes {
            edges.extend(self.edges(*node).iter().map(|edge| Edge { target: order.place(edge.target), ..*edge }));
            ends.push(edges.len());
        }
        let nodes = order.nodes.iter().map(|node| self.nodes[*node as usize]).collect();
        Self { nodes, ends, edges, causes: self.causes.clone() }
    }
}

/// Explores all configurations, breadth first, and puts them in an order in which steps lead forward but for cycles.
/// Costs about a microsecond and 200 bytes for each.
pub(super) fn explore(
    program: &Program,
    alphabet: &Alphabet,
    bounds: &Bounds,
    meter: &mut Meter,
    stop: &AtomicBool,
) -> Result<Chain, Inexact> {
    let mut explorer = Explorer {
        program,
        alphabet,
        bounds,
        meter,
        room: 0,
        scratch: Scratch::new(bounds.steps),
        keys: Interner::default(),
        packed: Vec::new(),
        lost: BTreeMap::new(),
        chain: Chain { nodes: Vec::new(), ends: Vec::new(), edges: Vec::new(), causes: Vec::new() },
    };
    explorer.enter(program.start())?;
    let mut node = 0;
    while (node as usize) < explorer.keys.len() {
        if node % 1024 == 0 && stop.load(Ordering::Relaxed) {
            return Err(Inexact::Interrupted);
        }
        let what = explorer.look(node)?;
        explorer.chain.nodes.push(what);
        explorer.chain.ends.push(explorer.chain.edges.len());
        node += 1;
    }
    let Explorer { chain, .. } = explorer;
    let order = Order::new(chain.nodes.len(), std::iter::once(0), |node| chain.edges(node));
    Ok(chain.sorted(&order))
}

struct Explorer<'p> {
    program: &'p Program,
    alphabet: &'p Alphabet,
    bounds: &'p Bounds,
    meter: &'p mut Meter,
    /// How much of the limit is used: more than one for a configuration with a deep stack.
    room: usize,
    scratch: Scratch,
    /// The packed configuration of each node; for one that has failed its cause alone.
    keys: Interner<u64>,
    packed: Vec<u64>,
    lost: BTreeMap<Cause, u32>,
    chain: Chain,
}

impl Explorer<'_> {
    /// Finds what happens at a node, and adds its edges.
    fn look(&mut self, node: NodeId) -> Result<Node, Inexact> {
        let mut at = Configuration::default();
        match self.keys.get(node) {
            [cause] => return Ok(Node::Lost(u32::try_from(*cause).expect("it was a u32"))),
            words => at.unpack(words),
        }
        self.scratch.refuel();
        let pause = self.program.run(&mut at, &mut self.scratch);
        self.spend_on(&at)?;
        Ok(match pause {
            Err(fault) => Node::Lost(self.cause(&fault)),
            Ok(Pause::End) => Node::End,
            Ok(Pause::Show(item)) => {
                let target = self.enter(at)?;
                self.chain.edges.push(Edge { target, probability: 1.0 });
                match item {
                    Item::Phase { .. } => Node::Silent,
                    Item::Action { action, .. } => Node::Action(action),
                    Item::Event { symbol, .. } => Node::Event(self.alphabet.name_of(SymbolId(symbol))),
                }
            }
            Ok(Pause::Decide(decision)) => {
                if let Odds::Uniform(many) = decision.odds
                    && many > self.bounds.configurations as u64
                {
                    return Err(self.too_many());
                }
                for (option, probability) in self.program.odds(&decision, &self.scratch) {
                    self.spend_on(&at)?;
                    let mut branch = at.clone();
                    let target = match self.program.resume(&mut branch, option) {
                        Ok(()) => self.enter(branch)?,
                        Err(fault) => self.lose(&fault)?,
                    };
                    self.chain.edges.push(Edge { target, probability });
                }
                Node::Silent
            }
        })
    }

    /// Counts the steps of a run, with those of copying and hashing a configuration, and checks that all that is kept is within the
    /// memory that may be used.
    fn spend_on(&mut self, at: &Configuration) -> Result<(), Inexact> {
        self.meter.spend(self.scratch.take_work() + 2 + at.room() as u64 / 8)?;
        let bytes = self.keys.bytes() + 2 * self.chain.edges.len() * size_of::<Edge>();
        if bytes > self.bounds.most_memory() { Err(self.too_many()) } else { Ok(()) }
    }

    fn too_many(&self) -> Inexact {
        Inexact::Configurations { limit: self.bounds.configurations }
    }

    /// The node to which a configuration runs.
    fn enter(&mut self, mut at: Configuration) -> Result<NodeId, Inexact> {
        self.scratch.refuel();
        if let Err(fault) = self.program.rest(&mut at, &mut self.scratch) {
            return self.lose(&fault);
        }
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        at.pack(&mut packed);
        let node = self.adopt(&packed);
        self.packed = packed;
        node
    }

    /// The node of runs that fail so.
    fn lose(&mut self, fault: &Fault) -> Result<NodeId, Inexact> {
        let cause = self.cause(fault);
        self.adopt(&[u64::from(cause)])
    }

    fn cause(&mut self, fault: &Fault) -> u32 {
        let cause = Cause { code: fault.kind.code(), span: fault.span };
        let causes = &mut self.chain.causes;
        *self.lost.entry(cause).or_insert_with(|| {
            causes.push(cause);
            u32::try_from(causes.len() - 1).expect("a program has fewer places")
        })
    }

    fn adopt(&mut self, key: &[u64]) -> Result<NodeId, Inexact> {
        let (node, is_new) = self.keys.intern(key);
        if is_new {
            self.room += 1 + key.len() / 64;
            if self.room > self.bounds.configurations {
                return Err(self.too_many());
            }
        }
        Ok(node)
    }
}
