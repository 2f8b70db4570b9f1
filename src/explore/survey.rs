//! What becomes of a grammar as it runs, in all ways: where it fails, where it can't get out, and what it never comes to.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::search::{NodeId, Search, Sights};
use super::witness::Witness;
use crate::machine::{Configuration, Fault, Program, Watch};
use crate::model::Alphabet;
use crate::model::grammar::{Grammar, PhaseId};
use crate::sets::{Bounds, Goal, Graph, Limit, PointId, Sighted, Sighting, View};
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
    /// What runs came to. Without a limit this is all that they can come to.
    pub watch: Watch,
    /// The limit that was met, if one was: then there may be more to find.
    pub limit: Option<Limit>,
    /// How many configurations were looked at.
    pub configurations: usize,
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
    /// Costs a pass over them, and memory in their number.
    pub fn new(grammar: &Grammar, alphabet: &Alphabet, program: &Program, bounds: Bounds) -> Self {
        let mut graph = Graph::watching(grammar, alphabet, program, View::NAMES, &[], bounds);
        let mut surveyor = Surveyor {
            search: Search::new(&mut graph, 0),
            sights: Sights::default(),
            edges: Vec::new(),
            looked_at: Vec::new(),
            ends: Vec::new(),
            failing: FxHashSet::default(),
            faults: BTreeSet::new(),
            found: Vec::new(),
            loops: Vec::new(),
        };
        let limit = surveyor.explore(&mut graph).err();
        let rest = surveyor.sights.take_rest();
        surveyor.note(&mut graph, rest);
        let traps = if limit.is_none() { surveyor.traps(&mut graph) } else { Vec::new() };
        Self {
            faults: surveyor.found,
            loops: surveyor.loops,
            traps,
            configurations: surveyor.search.n_looked_at(),
            limit,
            watch: graph.watched().map(std::mem::take).expect("it watches"),
        }
    }
}

struct Surveyor {
    search: Search,
    sights: Sights,
    /// From which node to which.
    edges: Vec<(NodeId, NodeId)>,
    /// The nodes that no others cover, in the order in which they were found.
    looked_at: Vec<NodeId>,
    /// Those where a trace can end, or a run fails.
    ends: Vec<NodeId>,
    /// The points from which runs fail, or go round.
    failing: FxHashSet<PointId>,
    /// The faults that were found: code and place.
    faults: BTreeSet<(&'static str, Span)>,
    found: Vec<(Fault, Witness)>,
    loops: Vec<(Span, Witness)>,
}

impl Surveyor {
    fn explore(&mut self, graph: &mut Graph<'_>) -> Result<(), Limit> {
        while let Some((node, member)) = self.search.next(graph)? {
            let seen = graph.take_sightings();
            let fails = |sighted: &Sighted| sighted.after.is_none() && !matches!(sighted.what, Sighting::Met(_));
            if seen.iter().any(fails) {
                self.failing.insert(member.point);
            }
            let next = self.sights.add(&self.search, node, seen);
            self.note(graph, next);
            self.looked_at.push(node);
            let is_dead = graph.is_dead(member.point);
            if is_dead || graph.ends(member.point) || self.failing.contains(&member.point) {
                self.ends.push(node);
            }
            let moves: Vec<_> = graph.moves(&member).collect();
            for (item, next) in moves {
                let target = self.search.push(graph, node, item, next, 0);
                self.edges.push((node, target));
            }
        }
        Ok(())
    }

    /// Notes what of it was not seen before.
    fn note(&mut self, graph: &mut Graph<'_>, seen: Vec<(NodeId, Sighted)>) {
        for (node, sighted) in seen {
            match &sighted.what {
                Sighting::Fault(fault) => {
                    if self.faults.insert((fault.kind.code().name(), fault.span)) {
                        let way = self.search.way(graph, node);
                        let witness = Witness::of(graph, &way, Goal::Sight(&sighted));
                        self.found.push((Fault::clone(fault), witness));
                    }
                }
                Sighting::Trap(span) => {
                    if self.loops.iter().all(|(other, _)| other != span) {
                        let way = self.search.way(graph, node);
                        self.loops.push((*span, Witness::of(graph, &way, Goal::There)));
                    }
                }
                Sighting::Met(_) => {}
            }
        }
    }

    /// The nodes from which no end can be reached, the first of each phase.
    fn traps(&mut self, graph: &mut Graph<'_>) -> Vec<Trap> {
        let mut back: Vec<(NodeId, NodeId)> =
            self.edges.iter().map(|(from, to)| (self.search.covering(*to), *from)).collect();
        back.sort_unstable();
        let mut open = self.ends.clone();
        let mut ends: FxHashSet<NodeId> = open.iter().copied().collect();
        while let Some(node) = open.pop() {
            let start = back.partition_point(|(to, _)| *to < node);
            let before = back[start..].iter().take_while(|(to, _)| *to == node);
            open.extend(before.map(|(_, from)| *from).filter(|from| ends.insert(*from)));
        }
        let mut phases = BTreeSet::new();
        let mut traps = Vec::new();
        for node in self.looked_at.iter().filter(|node| !ends.contains(node)) {
            let member = self.search.member(graph, *node);
            let phase = Configuration::packed_phase(&graph.key(member.point)[1..]);
            if phases.insert(phase) {
                let way = self.search.way(graph, *node);
                traps.push(Trap { phase, witness: Witness::of(graph, &way, Goal::There) });
            }
        }
        traps
    }
}
