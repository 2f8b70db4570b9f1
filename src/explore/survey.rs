//! What becomes of a grammar as it runs, in all ways: where it fails, where it can't get out, and what it never comes to.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::ending::is_sure_to_end;
use super::search::{NodeId, Search, Sights};
use super::witness::Witness;
use crate::machine::{Fault, Program, Watch};
use crate::model::Alphabet;
use crate::model::grammar::{Grammar, PhaseId};
use crate::sets::{Bounds, Goal, Graph, Limit, Member, PointId, Sighted, Sighting, View};
use crate::source::Span;

/// What was found.
#[derive(Debug)]
pub struct Survey {
    /// The ways to fail, each kind at each place once, with a shortest trace that leads there; the shortest first.
    pub faults: Vec<(Fault, Witness)>,
    /// Decisions from which runs go round and show nothing more, with a shortest trace after which they can.
    pub loops: Vec<(Span, Witness)>,
    /// Phases from which some configuration has no way to an end, with a shortest trace that leads there.
    pub traps: Vec<Trap>,
    /// What runs came to. Without a limit this is all that they can come to, and where it is `rough` perhaps more.
    pub watch: Watch,
    /// Whether nothing can fail, though not all configurations were looked at one by one.
    pub rough: bool,
    /// The limit that was met, if one was: then there may be more to find.
    pub limit: Option<Limit>,
    /// How many configurations were looked at.
    pub configurations: usize,
    /// How many steps the search took, with the attempt to do without a look at each configuration.
    pub steps: u64,
}

/// When it is tried to show that nothing can fail without a look at each configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// After so many, or when the limit is met.
    Few(usize),
    /// When the limit is met.
    Many,
    /// Never.
    Endless,
}

/// Where a run shows items without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// The phase.
    pub phase: PhaseId,
    /// A shortest trace that leads there.
    pub witness: Witness,
}

impl Survey {
    /// Goes through all configurations of a grammar, whose alphabet and program these are, as far as the bounds allow.
    ///
    /// Where there are too many of them, it runs from more of them at once than there are: for each place from all whose
    /// independent parts are such as come there, each for itself. If no such run fails, none does; and if by the text alone
    /// every run can end, none is kept from its end. (This is the abstract interpretation of Cousot and Cousot, 1977, by sets
    /// for each part.)
    ///
    /// Where the order makes no difference in which branches take their turns, one order is looked at first.
    ///
    /// Costs a pass over them, and memory in their number.
    pub fn new(grammar: &Grammar, alphabet: &Alphabet, program: &Program, bounds: Bounds, patience: Patience) -> Self {
        let sure_to_end = is_sure_to_end(grammar);
        let graph = |bounds| Graph::new(grammar, alphabet, program, View::NAMES, Some(&[]), bounds);
        let mut steps = 0;
        if sure_to_end
            && patience != Patience::Endless
            && let Some(mut in_order) = graph(Bounds { work: bounds.work / SAFE_PART, ..bounds }).in_order(grammar)
        {
            let survey = Self::of(&mut in_order, sure_to_end, Patience::Endless, || (None, 0));
            // Of what fails a shortest trace is wanted, and that may take the turns in another order.
            if survey.limit.is_none() && survey.faults.is_empty() && survey.loops.is_empty() {
                return survey;
            }
            steps = survey.steps;
        }
        let safe = || safe(grammar, alphabet, program, bounds);
        let survey = Self::of(&mut graph(bounds), sure_to_end, patience, safe);
        Self { steps: survey.steps + steps, ..survey }
    }

    fn of(
        graph: &mut Graph<'_>,
        sure_to_end: bool,
        patience: Patience,
        safe: impl FnOnce() -> (Option<Watch>, u64),
    ) -> Self {
        let mut search = Search::new(graph, 0);
        let mut surveyor = Surveyor {
            sights: Sights::default(),
            ways: (!sure_to_end).then(Ways::default),
            failing: FxHashSet::default(),
            faults: BTreeSet::new(),
            found: Vec::new(),
            loops: Vec::new(),
        };
        let few = match patience {
            Patience::Few(few) => few,
            Patience::Many | Patience::Endless => usize::MAX,
        };
        let mut limit = None;
        let (mut rough, mut safe_steps) = (None, 0);
        // Whether all were looked at, so far or in the end.
        let mut explored = surveyor.explore(graph, &mut search, few);
        if explored != Ok(true) && patience != Patience::Endless && sure_to_end && surveyor.found.is_empty() {
            (rough, safe_steps) = safe();
        }
        if explored == Ok(false) && rough.is_none() {
            explored = surveyor.explore(graph, &mut search, usize::MAX);
        }
        if rough.is_none() {
            limit = explored.err();
        }
        let rest = surveyor.sights.take_rest();
        surveyor.note(graph, &search, rest);
        let traps = if limit.is_none() && rough.is_none() { surveyor.traps(graph, &search) } else { Vec::new() };
        Self {
            faults: surveyor.found,
            loops: surveyor.loops,
            traps,
            configurations: search.n_looked_at(),
            steps: graph.n_steps() + safe_steps,
            limit,
            rough: rough.is_some(),
            watch: rough.or_else(|| graph.watched().map(std::mem::take)).expect("it watches"),
        }
    }
}

/// What part of the work may go into showing that nothing can fail without a look at each configuration.
const SAFE_PART: u64 = 4;

/// What runs may come to, if it is sure that none fails; each can end. Beside it the number of steps that it took.
fn safe(grammar: &Grammar, alphabet: &Alphabet, program: &Program, bounds: Bounds) -> (Option<Watch>, u64) {
    let bounds = Bounds { work: bounds.work / SAFE_PART, ..bounds };
    let mut graph = Graph::new(grammar, alphabet, program, View::NAMES, Some(&[]), bounds);
    // A run that can end does not go round and show nothing.
    let fails = |sighted: &Sighted| matches!(sighted.what, Sighting::Fault(_));
    let is_safe = graph.run_from_hull(&bounds) && !graph.take_sightings().iter().any(fails);
    (is_safe.then(|| graph.watched().map(std::mem::take)).flatten(), graph.n_steps())
}

struct Surveyor {
    sights: Sights,
    /// The ways, unless by the text alone each leads to an end.
    ways: Option<Ways>,
    /// The points from which runs fail, or go round.
    failing: FxHashSet<PointId>,
    /// The faults that were found: code and place.
    faults: BTreeSet<(&'static str, Span)>,
    found: Vec<(Fault, Witness)>,
    loops: Vec<(Span, Witness)>,
}

/// The ways between nodes.
#[derive(Default)]
struct Ways {
    /// The nodes that no others cover, in the order in which they were looked at.
    looked_at: Vec<NodeId>,
    /// Where each of these leads, one after the other.
    targets: Vec<NodeId>,
    /// How many targets there are up to each of these.
    upto: Vec<usize>,
    /// Those where a trace can end, or a run fails.
    ends: Vec<NodeId>,
}

/// So many edges are kept for when they are asked for again, which is seldom.
const EDGES: usize = 1 << 16;

impl Surveyor {
    /// Looks at so many configurations in all. Whether there are no more.
    fn explore(&mut self, graph: &mut Graph<'_>, search: &mut Search, many: usize) -> Result<bool, Limit> {
        let end = search.run(graph, |search, graph, node, member| {
            self.visit(search, graph, node, member);
            if search.n_looked_at() < many { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        Ok(end?.is_none())
    }

    fn visit(&mut self, search: &mut Search, graph: &mut Graph<'_>, node: NodeId, member: &Member) {
        let seen = graph.take_sightings();
        let fails = |sighted: &Sighted| sighted.after.is_none() && !matches!(sighted.what, Sighting::Met(_));
        if seen.iter().any(fails) {
            self.failing.insert(member.point);
        }
        let next = self.sights.add(search, node, seen);
        self.note(graph, search, next);
        if let Some(ways) = &mut self.ways {
            let is_dead = graph.is_dead(member.point);
            if is_dead || graph.ends(member.point) || self.failing.contains(&member.point) {
                ways.ends.push(node);
            }
            search.spread(graph, node, member, |_| Some(0), |target| ways.targets.push(target));
            ways.looked_at.push(node);
            ways.upto.push(ways.targets.len());
        } else {
            search.spread(graph, node, member, |_| Some(0), |_| ());
        }
        if graph.n_kept_edges() > EDGES.max(search.n_looked_at() / 4) {
            graph.forget_edges();
        }
    }

    /// Notes what of it was not seen before.
    fn note(&mut self, graph: &mut Graph<'_>, search: &Search, seen: Vec<(NodeId, Sighted)>) {
        for (node, sighted) in seen {
            match &sighted.what {
                Sighting::Fault(fault) => {
                    if self.faults.insert((fault.kind.code().name(), fault.span)) {
                        let way = search.way(node);
                        let witness = Witness::of(graph, &way, Goal::Sight(&sighted));
                        self.found.push((Fault::clone(fault), witness));
                    }
                }
                Sighting::Trap(span) => {
                    if self.loops.iter().all(|(other, _)| other != span) {
                        let way = search.way(node);
                        self.loops.push((*span, Witness::of(graph, &way, Goal::There)));
                    }
                }
                Sighting::Met(_) => {}
            }
        }
    }

    /// The nodes from which no end can be reached, the first of each phase.
    fn traps(&mut self, graph: &mut Graph<'_>, search: &Search) -> Vec<Trap> {
        let Some(Ways { looked_at, mut targets, upto, ends: mut open }) = self.ways.take() else { return Vec::new() };
        let n_nodes = search.n_nodes();
        for target in &mut targets {
            *target = search.covering(*target);
        }
        let ways = (0..looked_at.len()).map(|place| {
            let start = place.checked_sub(1).map_or(0, |before| upto[before]);
            (looked_at[place], &targets[start..upto[place]])
        });
        let back = Back::new(n_nodes, ways);
        let mut ends = vec![false; n_nodes];
        for node in &open {
            ends[*node as usize] = true;
        }
        while let Some(node) = open.pop() {
            let before = back.from(node).iter().copied();
            open.extend(before.filter(|from| !std::mem::replace(&mut ends[*from as usize], true)));
        }
        let mut phases = BTreeSet::new();
        let mut traps = Vec::new();
        for node in looked_at.iter().filter(|node| !ends[**node as usize]) {
            let member = search.member(*node);
            let phase = graph.phase(member.point);
            if phases.insert(phase) {
                let way = search.way(*node);
                traps.push(Trap { phase, witness: Witness::of(graph, &way, Goal::There) });
            }
        }
        traps
    }
}

/// For each node those that lead to it.
struct Back {
    /// Where those of each node begin, and where those of the last end.
    starts: Vec<usize>,
    sources: Vec<NodeId>,
}

impl Back {
    /// Turns the ways round that lead from some nodes, whose targets are known. Costs two passes over them.
    fn new<'a>(n_nodes: usize, ways: impl DoubleEndedIterator<Item = (NodeId, &'a [NodeId])> + Clone) -> Self {
        let mut starts = vec![0; n_nodes + 1];
        for target in ways.clone().flat_map(|(_, targets)| targets) {
            starts[*target as usize] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        // Filled from behind: then each start has come to where it belongs.
        let mut sources = vec![0; sum];
        for (source, targets) in ways.rev() {
            for target in targets {
                let start = &mut starts[*target as usize];
                *start -= 1;
                sources[*start] = source;
            }
        }
        Self { starts, sources }
    }

    fn from(&self, node: NodeId) -> &[NodeId] {
        &self.sources[self.starts[node as usize]..self.starts[node as usize + 1]]
    }
}
