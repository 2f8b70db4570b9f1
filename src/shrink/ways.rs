//! What a run can show next.

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Limit;
use crate::machine::{Configuration, Pause, PlaceId, Program, Scratch};
use crate::sets::{Bounds, Item, Meter};

/// A silent way from a configuration to the next item, or to the end.
#[derive(Clone, Debug)]
pub(super) struct Way {
    /// What it shows; `None`: the trace is over.
    pub(super) item: Option<Item>,
    /// What was decided on it.
    pub(super) decisions: Rc<[(PlaceId, u64)]>,
    /// Where it leads.
    pub(super) at: Rc<Configuration>,
}

/// How many configurations a silent way may have beside it.
const MAX_SILENT: usize = 50_000;

/// How many ways are remembered before all are forgotten.
const MAX_KNOWN: usize = 200_000;

/// The ways of the exact machine; those that were found are remembered.
#[derive(Debug)]
pub(super) struct Ways<'p> {
    program: &'p Program,
    scratch: Scratch,
    /// The steps of the search for the answer that is asked for.
    meter: Meter,
    known: FxHashMap<Rc<Configuration>, Rc<[Way]>>,
    n_known: usize,
}

/// A configuration on a way, with the decision that led there from another.
struct Node {
    at: Configuration,
    before: usize,
    decision: Option<(PlaceId, u64)>,
}

impl<'p> Ways<'p> {
    pub(super) fn new(program: &'p Program, bounds: Bounds) -> Self {
        let (scratch, meter) = (Scratch::new(bounds.steps), Meter::new(bounds.work));
        Self { program, scratch, meter, known: FxHashMap::default(), n_known: 0 }
    }

    /// Begins the search for another answer, which may cost as much as the bounds allow.
    pub(super) fn begin_answer(&mut self) {
        self.meter.reset();
    }

    /// The limit on work, if it was met.
    pub(super) fn work_limit(&self) -> Option<u64> {
        match self.meter.check() {
            Err(crate::sets::Limit::Work { limit }) => Some(limit),
            _ => None,
        }
    }

    /// Counts the steps of a run, with those of copying and hashing its configuration.
    pub(super) fn spend_on(&mut self, at: &Configuration) -> Result<(), Limit> {
        self.meter.count(self.scratch.take_work() + 4 + at.room() as u64 / 8);
        self.work_limit().map_or(Ok(()), |limit| Err(Limit::Work(limit)))
    }

    pub(super) fn program(&self) -> &'p Program {
        self.program
    }

    /// All ways from a configuration, in the order of the decisions, nearest first; of those that show the same and lead to
    /// the same configuration the first. Runs that fail are dropped.
    pub(super) fn of(&mut self, from: &Rc<Configuration>) -> Result<Rc<[Way]>, Limit> {
        if let Some(ways) = self.known.get(from) {
            return Ok(Rc::clone(ways));
        }
        let ways: Rc<[Way]> = self.find(from)?.into();
        if self.n_known > MAX_KNOWN {
            self.known.clear();
            self.n_known = 0;
        }
        self.n_known += ways.len();
        self.known.insert(Rc::clone(from), Rc::clone(&ways));
        Ok(ways)
    }

    fn find(&mut self, from: &Configuration) -> Result<Vec<Way>, Limit> {
        let program = self.program;
        let mut nodes = vec![Node { at: from.clone(), before: 0, decision: None }];
        let mut decided: FxHashSet<Configuration> = FxHashSet::default();
        let mut met: FxHashSet<(Option<Item>, Rc<Configuration>)> = FxHashSet::default();
        let mut ways = Vec::new();
        let mut next = 0;
        while next < nodes.len() {
            if nodes.len() > MAX_SILENT {
                return Err(Limit::Configurations);
            }
            let mut at = std::mem::take(&mut nodes[next].at);
            self.scratch.refuel();
            let pause = program.run(&mut at, &mut self.scratch);
            self.spend_on(&at)?;
            // A run that fails is none of the grammar.
            if let Ok(pause) = pause {
                match pause {
                    Pause::Decide(decision) => {
                        if decided.insert(at.clone()) {
                            for option in program.options(&decision, &self.scratch) {
                                self.spend_on(&at)?;
                                let mut branch = at.clone();
                                if program.resume(&mut branch, option).is_ok() {
                                    let decision = Some((decision.place, option));
                                    nodes.push(Node { at: branch, before: next, decision });
                                }
                            }
                        }
                    }
                    Pause::Show(_) | Pause::End => {
                        let item = match pause {
                            Pause::Show(item) => Some(Item::of(item, self.scratch.values())),
                            _ => None,
                        };
                        let at = Rc::new(at);
                        if met.insert((item.clone(), Rc::clone(&at))) {
                            ways.push(Way { item, decisions: decisions(&nodes, next), at });
                        }
                    }
                }
            }
            next += 1;
        }
        Ok(ways)
    }
}

/// What was decided on the way to a node.
fn decisions(nodes: &[Node], mut node: usize) -> Rc<[(PlaceId, u64)]> {
    let mut decisions = Vec::new();
    while let Some(decision) = nodes[node].decision {
        decisions.push(decision);
        node = nodes[node].before;
    }
    decisions.reverse();
    decisions.into()
}
