//! A run that shows a trace that was read.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::run::{Run, Step};
use super::ways::{Way, Ways};
use super::{Limit, Original};
use crate::machine::{Configuration, PlaceId};
use crate::model::Alphabet;
use crate::model::grammar::StateId;
use crate::recognize::agrees;
use crate::sets::Item;
use crate::trace::{ItemKind, Load, Shows};

/// How many configurations are followed for one item.
const MAX_CONFIGURATIONS: usize = 20_000;

/// How many are remembered for all items; each takes up to some hundred bytes.
const MAX_NODES: usize = 1_000_000;

/// Why there is no run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unplayable {
    /// No run shows the item of this number, from 0, behind those before it.
    Invalid(usize),
    /// Too many configurations agree with it.
    Undecided(usize),
    /// The search had made more steps than the limit on work allows when it was at this item.
    Work {
        /// The item.
        item: usize,
        /// The limit.
        limit: u64,
    },
}

impl Unplayable {
    /// The reason why the search for an item was given up.
    fn given_up(limit: Limit, item: usize) -> Self {
        match limit {
            Limit::Configurations => Self::Undecided(item),
            Limit::Work(limit) => Self::Work { item, limit },
        }
    }
}

#[derive(Debug)]
struct Node {
    before: u32,
    item: Option<Item>,
    load: Option<Arc<Load>>,
    decisions: Rc<[(PlaceId, u64)]>,
    at: Rc<Configuration>,
}

/// The search for a run that shows a trace.
pub(super) struct Replay<'a, 'p> {
    ways: &'a mut Ways<'p>,
    alphabet: &'a Alphabet,
    original: &'a Original,
    nodes: Vec<Node>,
}

impl<'a, 'p> Replay<'a, 'p> {
    pub(super) fn new(ways: &'a mut Ways<'p>, alphabet: &'a Alphabet, original: &'a Original) -> Self {
        Self { ways, alphabet, original, nodes: Vec::new() }
    }

    /// The run up to its last item, and whether it can end there; it has ended, if so.
    pub(super) fn run(mut self) -> Result<(Run, bool), Unplayable> {
        let at = Rc::new(self.ways.program().start());
        self.nodes.push(Node { before: 0, item: None, load: None, decisions: Rc::new([]), at });
        let mut front = vec![0];
        for (number, (observed, load)) in self.original.items.iter().enumerate() {
            let alphabet = self.alphabet;
            let agreeing = |item: Option<&Item>| item.is_some_and(|item| agrees(observed, item, alphabet));
            let next =
                self.step(&front, load.as_ref(), agreeing).map_err(|limit| Unplayable::given_up(limit, number))?;
            if next.is_empty() {
                return Err(Unplayable::Invalid(number));
            }
            front = next;
        }
        let last = self.original.items.len();
        let end = self.step(&front, None, |item| item.is_none()).map_err(|limit| Unplayable::given_up(limit, last))?;
        Ok(match end.first() {
            Some(end) => (self.collect(*end), true),
            None => (self.collect(front[0]), false),
        })
    }

    /// The nodes to which an item leads that is meant, by what is not shown.
    fn step(
        &mut self,
        front: &[u32],
        load: Option<&Arc<Load>>,
        is_meant: impl Fn(Option<&Item>) -> bool,
    ) -> Result<Vec<u32>, Limit> {
        let mut there = Vec::new();
        let mut met = FxHashSet::default();
        let mut seen: FxHashSet<Rc<Configuration>> = FxHashSet::default();
        let mut open: VecDeque<u32> = front.iter().copied().collect();
        while let Some(node) = open.pop_front() {
            let at = &self.nodes[node as usize].at;
            self.ways.spend_on(at)?;
            let ways = self.ways.of(at)?;
            for way in ways.iter() {
                if node == 0 && !self.begins(&way.at) {
                    continue;
                }
                if is_meant(way.item.as_ref()) {
                    if met.insert(Rc::clone(&way.at)) {
                        there.push(self.push(node, way, load));
                    }
                } else if way.item.as_ref().is_some_and(|item| !is_shown(self.original.shows, item))
                    && seen.insert(Rc::clone(&way.at))
                {
                    let next = self.push(node, way, None);
                    open.push_back(next);
                }
                if met.len() + seen.len() > MAX_CONFIGURATIONS || self.nodes.len() > MAX_NODES {
                    return Err(Limit::Configurations);
                }
            }
        }
        Ok(there)
    }

    /// Whether the states are as the trace says that they are at the start.
    fn begins(&self, at: &Configuration) -> bool {
        let program = self.ways.program();
        self.original.initial.iter().all(|(state, value): &(StateId, i64)| program.state(at, *state) == *value)
    }

    fn push(&mut self, before: u32, way: &Way, load: Option<&Arc<Load>>) -> u32 {
        let Way { item, decisions, at } = way.clone();
        self.nodes.push(Node { before, item, load: load.cloned(), decisions, at });
        u32::try_from(self.nodes.len() - 1).expect("a trace has fewer items than 2^32")
    }

    fn collect(&self, last: u32) -> Run {
        let mut steps = Vec::new();
        let mut end = (Rc::new([]) as Rc<[_]>, Rc::clone(&self.nodes[last as usize].at));
        let mut number = last;
        while number > 0 {
            let Node { before, item, load, decisions, at } = &self.nodes[number as usize];
            let (decisions, at) = (Rc::clone(decisions), Rc::clone(at));
            match item {
                Some(item) => steps.push(Step { item: item.clone(), load: load.clone(), decisions, at }),
                None => end = (decisions, at),
            }
            number = *before;
        }
        steps.reverse();
        Run { steps, end }
    }
}

/// Whether a trace shows items of this kind.
fn is_shown(shows: Shows, item: &Item) -> bool {
    shows.has(match item {
        Item::Phase(_) => ItemKind::Phase,
        Item::Action { .. } => ItemKind::Action,
        Item::Event { .. } => ItemKind::Event,
    })
}
