//! The grammar as a Markov chain, made as far as it is looked at.
//!
//! A *node* is a configuration that has run as far as it can without a decision or an item: exactly that, since odds
//! depend on all of it. What comes next is kept, so each node is run from once, whatever a sequence shows.

use std::ops::Range;
use std::sync::Arc;

use super::Limit;
use crate::machine::{Configuration, Odds, Pause, Program, Scratch};
use crate::model::grammar::StateId;
use crate::sets::{Bounds, Interner, Item, Meter, TooMany};
use crate::trace::Shows;

/// A row of [`Chain::steps`].
pub(super) type NodeId = u32;

/// A silent step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) probability: f64,
    pub(super) target: NodeId,
}

/// What comes next.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A decision: the edges.
    Fork(Range<u32>),
    /// An item; the edge leads behind it.
    Show(Arc<Item>, u32),
    /// The end.
    End,
    /// The run fails.
    Dead,
}

/// The chain.
#[derive(Debug)]
pub(super) struct Chain<'g> {
    program: &'g Program,
    bounds: Bounds,
    /// The steps of the search for the answer that is asked for.
    meter: Meter,
    scratch: Scratch,
    /// The packed configuration of each node; empty for a run that has failed.
    keys: Interner<u64>,
    /// `None` for what was not looked at.
    steps: Vec<Option<Step>>,
    edges: Vec<Edge>,
    packed: Vec<u64>,
}

impl<'g> Chain<'g> {
    pub(super) fn new(program: &'g Program, bounds: Bounds) -> Self {
        Self {
            program,
            bounds,
            meter: Meter::new(bounds.work),
            scratch: Scratch::new(bounds.steps),
            keys: Interner::default(),
            steps: Vec::new(),
            edges: Vec::new(),
            packed: Vec::new(),
        }
    }

    /// The node at the start.
    pub(super) fn start(&mut self) -> NodeId {
        self.enter(self.program.start())
    }

    /// Begins the search for another answer, which may cost as much as the bounds allow.
    pub(super) fn begin_answer(&mut self) {
        self.meter.reset();
    }

    /// Counts steps.
    pub(super) fn spend(&mut self, steps: u64) -> Result<(), Limit> {
        self.meter.spend(steps)
    }

    /// The number of steps that may still be made.
    pub(super) fn steps_left(&self) -> u64 {
        self.meter.left()
    }

    /// The states at a node; none of a run that has failed.
    pub(super) fn states(&self, node: NodeId) -> Vec<(StateId, i64)> {
        let words = self.keys.get(node);
        if words.is_empty() {
            return Vec::new();
        }
        let mut at = Configuration::default();
        at.unpack(words);
        self.program.states().map(|state| (state, self.program.state(&at, state))).collect()
    }

    /// How many nodes are known.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// How much memory it takes, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        // Half of the nodes show something, and an item takes about as much again.
        self.keys.bytes() + self.steps.len() * 2 * size_of::<Option<Step>>() + self.edges.len() * size_of::<Edge>()
    }

    /// Forgets all but these nodes, which get new numbers.
    pub(super) fn keep<'n>(&mut self, nodes: impl Iterator<Item = &'n mut NodeId>) {
        let old = std::mem::take(&mut self.keys);
        self.steps.clear();
        self.edges.clear();
        for node in nodes {
            *node = self.adopt(old.get(*node));
        }
    }

    /// What comes next.
    pub(super) fn step(&mut self, node: NodeId) -> Result<&Step, Limit> {
        if self.steps[node as usize].is_none() {
            let step = self.look(node)?;
            self.steps[node as usize] = Some(step);
        }
        Ok(self.known(node))
    }

    /// The same of a node that was looked at.
    pub(super) fn known(&self, node: NodeId) -> &Step {
        self.steps[node as usize].as_ref().expect("the node was looked at")
    }

    /// The steps from a node that was looked at of which a sequence says nothing that shows such items.
    pub(super) fn silent(&self, node: NodeId, shows: Shows) -> &[Edge] {
        match self.known(node) {
            Step::Fork(edges) => &self.edges[edges.start as usize..edges.end as usize],
            Step::Show(item, edge) if !is_shown(item, shows) => std::slice::from_ref(&self.edges[*edge as usize]),
            _ => &[],
        }
    }

    /// The item that a node that was looked at shows, whether a sequence does or not.
    pub(super) fn item(&self, node: NodeId) -> Option<&Arc<Item>> {
        match self.known(node) {
            Step::Show(item, _) => Some(item),
            _ => None,
        }
    }

    /// The item that a node that was looked at shows, and the node behind it, if the sequence shows it too.
    pub(super) fn shown(&self, node: NodeId, shows: Shows) -> Option<(&Arc<Item>, NodeId)> {
        match self.known(node) {
            Step::Show(item, edge) if is_shown(item, shows) => Some((item, self.edges[*edge as usize].target)),
            _ => None,
        }
    }

    /// The error of too many nodes.
    pub(super) fn too_many(&self, nodes: &[NodeId]) -> Limit {
        let packed = nodes.iter().map(|node| self.keys.get(*node)).filter(|words| !words.is_empty());
        Limit::Configurations(TooMany::among(packed, self.program, self.bounds.configurations))
    }

    fn look(&mut self, node: NodeId) -> Result<Step, Limit> {
        let words = self.keys.get(node);
        if words.is_empty() {
            return Ok(Step::Dead);
        }
        let mut at = Configuration::default();
        at.unpack(words);
        self.scratch.refuel();
        let pause = self.program.run(&mut at, &mut self.scratch);
        self.spend_on(&at)?;
        Ok(match pause {
            Err(fault) if fault.kind.is_limit() => return Err(Limit::Run(fault)),
            Err(_) => Step::Dead,
            Ok(Pause::End) => Step::End,
            Ok(Pause::Show(shown)) => {
                let item = Item::of(shown, self.scratch.values());
                let edge = row(self.edges.len());
                let target = self.enter(at);
                self.edges.push(Edge { probability: 1.0, target });
                Step::Show(Arc::new(item), edge)
            }
            Ok(Pause::Decide(decision)) => {
                if let Odds::Uniform(many) = decision.odds
                    && many > self.bounds.configurations as u64
                {
                    return Err(self.too_many(&[node]));
                }
                let start = row(self.edges.len());
                for (option, probability) in self.program.odds(&decision, &self.scratch) {
                    self.spend_on(&at)?;
                    if self.bytes() > self.bounds.most_memory() {
                        return Err(self.too_many(&[node]));
                    }
                    let mut branch = at.clone();
                    let resumed = self.program.resume(&mut branch, option);
                    let target = if resumed.is_ok() { self.enter(branch) } else { self.adopt(&[]) };
                    self.edges.push(Edge { probability, target });
                }
                Step::Fork(start..row(self.edges.len()))
            }
        })
    }

    /// Counts the steps of a run, with those of copying and hashing a configuration.
    fn spend_on(&mut self, at: &Configuration) -> Result<(), Limit> {
        let steps = self.scratch.take_work() + 2 + at.room() as u64 / 8;
        self.meter.spend(steps)
    }

    /// The node to which a configuration runs.
    fn enter(&mut self, mut at: Configuration) -> NodeId {
        self.scratch.refuel();
        let before = at.clone();
        match self.program.rest(&mut at, &mut self.scratch) {
            Ok(()) => {}
            // That nothing is known of what follows is told to whoever wants to know it.
            Err(fault) if fault.kind.is_limit() => at = before,
            Err(_) => return self.adopt(&[]),
        }
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        at.pack(&mut packed);
        let node = self.adopt(&packed);
        self.packed = packed;
        node
    }

    fn adopt(&mut self, key: &[u64]) -> NodeId {
        let (node, is_new) = self.keys.intern(key);
        if is_new {
            self.steps.push(None);
        }
        node
    }
}

/// Whether a sequence shows items of this kind.
pub(crate) fn is_shown(item: &Item, shows: Shows) -> bool {
    match item {
        Item::Phase(_) => shows.phases,
        Item::Action { .. } => shows.actions,
        Item::Event { .. } => shows.events,
    }
}

/// The number of a row.
///
/// # Panics
///
/// If there are 2^32 rows, for which there is no memory.
pub(super) fn row(index: usize) -> u32 {
    u32::try_from(index).expect("memory is full long before 2^32 rows")
}
