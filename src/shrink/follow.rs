//! Runs that follow a list of items.
//!
//! A run goes through the list, shows each item where it can, and passes over it where it can't: what was a consequence of
//! something that is no longer there goes with it. Where that leads nowhere, a few items are put in: on the way to a phase, to
//! the end, and to one item where that is asked for.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Limit;
use super::run::{Run, Step};
use super::ways::{Way, Ways};
use crate::machine::{Configuration, PlaceId};
use crate::model::grammar::{PhaseId, StateId};
use crate::sets::Item;
use crate::trace::Load;

/// How many configurations are looked at for one run to put items in.
const EFFORT: usize = 400;

/// How many configurations are followed side by side.
const MAX_FRONT: usize = 64;

/// An item that is wanted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) item: &'a Item,
    pub(super) load: Option<&'a Arc<Load>>,
    /// Whether items may be put in before it.
    pub(super) bridged: bool,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) run: Run,
    /// How many items could not be shown.
    pub(super) passed_over: usize,
}

/// A configuration with the way to it.
#[derive(Debug)]
struct Node {
    before: u32,
    item: Option<Item>,
    load: Option<Arc<Load>>,
    /// Whether it was not on the list.
    inserted: bool,
    decisions: Rc<[(PlaceId, u64)]>,
    at: Rc<Configuration>,
}

/// The search for one run.
pub(super) struct Following<'a, 'p> {
    ways: &'a mut Ways<'p>,
    /// The states that it has when it shows its first item.
    initial: &'a [(StateId, i64)],
    nodes: Vec<Node>,
    effort: usize,
}

impl<'a, 'p> Following<'a, 'p> {
    pub(super) fn new(ways: &'a mut Ways<'p>, initial: &'a [(StateId, i64)]) -> Self {
        Self { ways, initial, nodes: Vec::new(), effort: EFFORT }
    }

    /// A complete run that shows these items, as far as it can; `None` if none was found. What it puts in carries what an
    /// equal item of `spare` does that was passed over.
    pub(super) fn run(mut self, list: &[Wanted<'_>], spare: &[Step]) -> Result<Option<Followed>, Limit> {
        let at = Rc::new(self.ways.program().start());
        self.nodes.push(Node { before: 0, item: None, load: None, inserted: false, decisions: Rc::new([]), at });
        let mut front = vec![0];
        let mut passed_over = 0;
        for wanted in list {
            let is_it = |item: Option<&Item>| item == Some(wanted.item);
            let mut next = self.step(&front, wanted.load, is_it)?;
            if next.is_empty() && (wanted.bridged || matches!(wanted.item, Item::Phase(_))) {
                next = self.bridge(&front, wanted.load, is_it)?;
            }
            if next.is_empty() {
                passed_over += 1;
            } else {
                front = next;
            }
        }
        let mut end = self.step(&front, None, |item| item.is_none())?;
        if end.is_empty() {
            end = self.bridge(&front, None, |item| item.is_none())?;
        }
        if end.is_empty() {
            end = self.finish(&front)?;
        }
        Ok(end.first().map(|end| Followed { run: self.collect(*end, spare), passed_over }))
    }

    /// The nodes to which an item leads.
    fn step(
        &mut self,
        front: &[u32],
        load: Option<&Arc<Load>>,
        is_it: impl Fn(Option<&Item>) -> bool,
    ) -> Result<Vec<u32>, Limit> {
        let mut next = Vec::new();
        let mut seen = FxHashSet::default();
        for node in front {
            for way in self.open(*node)?.iter().filter(|way| is_it(way.item.as_ref())) {
                if next.len() < MAX_FRONT && seen.insert(Rc::clone(&way.at)) {
                    next.push(self.push(*node, way, load, false));
                }
            }
        }
        Ok(next)
    }

    /// The nodes to which an item leads behind as few others as possible; none if that takes too much effort.
    fn bridge(
        &mut self,
        front: &[u32],
        load: Option<&Arc<Load>>,
        is_it: impl Fn(Option<&Item>) -> bool,
    ) -> Result<Vec<u32>, Limit> {
        let mut level = front.to_vec();
        let mut seen: FxHashSet<Rc<Configuration>> = FxHashSet::default();
        while !level.is_empty() {
            let (mut next, mut there) = (Vec::new(), Vec::new());
            for node in level {
                if self.effort == 0 {
                    return Ok(there);
                }
                self.effort -= 1;
                for way in self.open(node)?.iter() {
                    let is_there = is_it(way.item.as_ref());
                    if is_there && there.len() < MAX_FRONT {
                        there.push(self.push(node, way, load, false));
                    } else if way.item.is_some() && there.is_empty() && seen.insert(Rc::clone(&way.at)) {
                        next.push(self.push(node, way, None, true));
                    }
                }
            }
            if !there.is_empty() {
                return Ok(there);
            }
            level = next;
        }
        Ok(Vec::new())
    }

    /// The nodes at an end, by way of as many later phases as possible; none if that takes too much effort. It is quick where
    /// an end is far, but may show more on the way than it must.
    fn finish(&mut self, front: &[u32]) -> Result<Vec<u32>, Limit> {
        let phase = |of: &Self, node: u32| Reverse(of.nodes[node as usize].at.phase());
        let mut open: BinaryHeap<Reverse<(Reverse<PhaseId>, u32, u32)>> =
            front.iter().map(|node| Reverse((phase(self, *node), 0, *node))).collect();
        let mut seen: FxHashSet<Rc<Configuration>> = FxHashSet::default();
        for _ in 0..EFFORT {
            let Some(Reverse((_, length, node))) = open.pop() else { break };
            for way in self.open(node)?.iter() {
                if way.item.is_none() {
                    return Ok(vec![self.push(node, way, None, false)]);
                }
                if seen.insert(Rc::clone(&way.at)) {
                    let next = self.push(node, way, None, true);
                    open.push(Reverse((phase(self, next), length + 1, next)));
                }
            }
        }
        Ok(Vec::new())
    }

    /// The ways from a node; from the first only those that have the right states.
    fn open(&mut self, node: u32) -> Result<Rc<[Way]>, Limit> {
        let at = &self.nodes[node as usize].at;
        self.ways.spend_on(at)?;
        let ways = self.ways.of(at)?;
        if node > 0 || self.initial.is_empty() {
            return Ok(ways);
        }
        let program = self.ways.program();
        let fits = |way: &&Way| self.initial.iter().all(|(state, value)| program.state(&way.at, *state) == *value);
        Ok(ways.iter().filter(fits).cloned().collect())
    }

    fn push(&mut self, before: u32, way: &Way, load: Option<&Arc<Load>>, inserted: bool) -> u32 {
        let Way { item, decisions, at } = way.clone();
        self.nodes.push(Node { before, item, load: load.cloned(), inserted, decisions, at });
        u32::try_from(self.nodes.len() - 1).expect("the effort is bounded")
    }

    /// The run that leads to a node, which is an end.
    fn collect(self, end: u32, spare: &[Step]) -> Run {
        let Node { before, decisions, at, .. } = &self.nodes[end as usize];
        let mut before = *before;
        let mut nodes = Vec::new();
        while before > 0 {
            nodes.push(&self.nodes[before as usize]);
            before = self.nodes[before as usize].before;
        }
        nodes.reverse();
        let mut spare: Vec<Option<&Step>> =
            spare.iter().map(Some).filter(|step| step.is_some_and(|step| step.load.is_some())).collect();
        for node in nodes.iter().filter(|node| !node.inserted) {
            take(&mut spare, |step| step.item == *node.item.as_ref().expect("it is no end") && step.load == node.load);
        }
        let step = |node: &&Node| {
            let item = node.item.clone().expect("only the last is an end");
            let load = match &node.load {
                None if node.inserted => take(&mut spare, |step| step.item == item).and_then(|step| step.load.clone()),
                load => load.clone(),
            };
            Step { item, load, decisions: Rc::clone(&node.decisions), at: Rc::clone(&node.at) }
        };
        Run { steps: nodes.iter().map(step).collect(), end: (Rc::clone(decisions), Rc::clone(at)) }
    }
}

/// Takes the first one out that is meant.
fn take<'s>(spare: &mut [Option<&'s Step>], is_meant: impl Fn(&Step) -> bool) -> Option<&'s Step> {
    spare.iter_mut().find(|step| step.is_some_and(&is_meant))?.take()
}
