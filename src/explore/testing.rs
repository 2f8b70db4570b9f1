//! The tests that a grammar has in itself.
//!
//! `accepts` and `rejects` ask whether some complete trace matches a pattern: configurations are explored together with
//! how far the pattern has come. `never` asks whether there is a configuration in which something holds.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use rustc_hash::FxHashSet;

use super::search::{NodeId, Search, Sights};
use super::witness::Witness;
use crate::machine::{Fault, Program};
use crate::model::grammar::{Check, Expression, Grammar, Pattern, Test};
use crate::model::{Alphabet, NameId};
use crate::pattern::{Matcher, Progress, TooLarge};
use crate::sets::{Bounds, Goal, Graph, Item, ItemId, Limit, Member, PointId, Sighted, Sighting, View};

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgment {
    /// It is so.
    Passed,
    /// It is not so.
    Failed(Failure),
    /// A limit was met before it was known.
    Undecided(Undecided),
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A complete trace matches what is rejected.
    Matched(Witness),
    /// No complete trace matches what is accepted.
    Unmatched(Unmatched),
    /// What must never be is, behind this.
    Met(Witness),
    /// What must never be can't be told, behind this.
    Fault(Box<Fault>, Witness),
}

/// How far a pattern can be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// A shortest beginning of a trace that comes as far as any.
    pub witness: Witness,
    /// The place of the pattern's element that nothing matches behind it; their number if the pattern is at its end, and
    /// no trace can end there.
    pub element: usize,
    /// The names of the events that can come next.
    pub next: Vec<NameId>,
    /// Whether the trace can end there.
    pub ends: bool,
}

/// Why it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// A limit was met.
    Limit(Limit),
    /// The pattern is too large.
    Pattern(TooLarge),
}

/// Judges the tests of a grammar. What it learns from one serves the next.
#[derive(Debug)]
pub struct Tester<'g> {
    grammar: &'g Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    bounds: Bounds,
    /// By whether instances and payloads are told.
    graphs: BTreeMap<(bool, bool), Graph<'g>>,
}

impl<'g> Tester<'g> {
    /// A tester of a grammar, whose alphabet and program these are. The bounds are for
    /// each test.
    pub fn new(grammar: &'g Grammar, alphabet: &'g Alphabet, program: &'g Program, bounds: Bounds) -> Self {
        Self { grammar, alphabet, program, bounds, graphs: BTreeMap::new() }
    }

    /// Judges tests of the grammar, under its settings as they are: in their order.
    ///
    /// Costs a pass over the configurations that can be reached, for each pattern; one for all that must never be.
    pub fn judge(&mut self, tests: &[&Test]) -> Vec<Judgment> {
        let never: Vec<&Expression> = tests.iter().filter_map(|test| condition(test)).collect();
        let mut never = self.never(&never).into_iter();
        let judgments = tests.iter().map(|test| match &test.check {
            Check::Accepts(pattern) => self.accepts(pattern).unwrap_or_else(Judgment::Undecided),
            Check::Rejects(pattern) => self.rejects(pattern).unwrap_or_else(Judgment::Undecided),
            Check::Never { .. } => never.next().expect("there is a judgment for each"),
        });
        judgments.collect()
    }

    fn accepts(&mut self, pattern: &Pattern) -> Result<Judgment, Undecided> {
        let alphabet = self.alphabet;
        let mut chase = self.chase(pattern)?;
        if chase.run()?.is_some() {
            return Ok(Judgment::Passed);
        }
        let unmatched = chase.unmatched(alphabet).map_err(Undecided::Limit)?;
        Ok(Judgment::Failed(Failure::Unmatched(unmatched)))
    }

    fn rejects(&mut self, pattern: &Pattern) -> Result<Judgment, Undecided> {
        let mut chase = self.chase(pattern)?;
        let Some(found) = chase.run()? else { return Ok(Judgment::Passed) };
        let way = chase.search.way(found);
        Ok(Judgment::Failed(Failure::Matched(Witness::of(chase.graph, &way, Goal::End))))
    }

    fn chase(&mut self, pattern: &Pattern) -> Result<Chase<'_, 'g>, Undecided> {
        let matcher = Matcher::new(pattern, self.alphabet).map_err(Undecided::Pattern)?;
        let (instances, payloads) = (matcher.tells_instances(), matcher.reads_payload());
        // What was learned from other tests must leave room for this one.
        if self.graphs.values().map(Graph::bytes).sum::<usize>() > self.bounds.most_memory() / 2 {
            self.graphs.clear();
        }
        let graph = self.graphs.entry((instances, payloads)).or_insert_with(|| {
            let view = View { instances, payloads, ..View::NAMES };
            Graph::new(self.grammar, self.alphabet, self.program, view, None, self.bounds)
        });
        graph.begin_answer();
        let search = Search::new(graph, matcher.start().0);
        Ok(Chase { graph, matcher, search, furthest: (0, 0) })
    }

    /// What comes of conditions that must never hold. A run ends where one of them can't be told, so what lies behind that
    /// is looked at again without it.
    fn never(&self, conditions: &[&Expression]) -> Vec<Judgment> {
        let mut judgments = vec![Judgment::Passed; conditions.len()];
        let mut open: Vec<usize> = (0..conditions.len()).collect();
        while !open.is_empty() {
            let asked: Vec<&Expression> = open.iter().map(|place| conditions[*place]).collect();
            for (place, judgment) in open.iter().zip(self.never_at_once(&asked)) {
                judgments[*place] = judgment;
            }
            let n_events = |place: &usize| match &judgments[*place] {
                Judgment::Failed(Failure::Fault(_, witness)) => Some(witness.n_events()),
                _ => None,
            };
            let Some(first) = open.iter().filter_map(n_events).min() else { break };
            open.retain(|place| n_events(place) != Some(first));
        }
        judgments
    }

    /// The same as far as runs go on.
    fn never_at_once(&self, conditions: &[&Expression]) -> Vec<Judgment> {
        let mut judgments = vec![Judgment::Passed; conditions.len()];
        if conditions.is_empty() {
            return judgments;
        }
        let mut graph =
            Graph::new(self.grammar, self.alphabet, self.program, View::NAMES, Some(conditions), self.bounds);
        let mut search = Search::new(&mut graph, 0);
        let mut sights = Sights::default();
        let limit = search.run(&mut graph, |search, graph, node, member| {
            // What was seen at the start belongs to the first node.
            let seen = graph.take_sightings();
            note(&mut judgments, conditions, graph, search, sights.add(search, node, seen));
            if !judgments.contains(&Judgment::Passed) {
                return ControlFlow::Break(());
            }
            search.spread(graph, node, member, |_| Some(0), |_| ());
            ControlFlow::Continue(())
        });
        note(&mut judgments, conditions, &mut graph, &search, sights.take_rest());
        if let Err(limit) = limit {
            for judgment in judgments.iter_mut().filter(|judgment| **judgment == Judgment::Passed) {
                *judgment = Judgment::Undecided(Undecided::Limit(limit.clone()));
            }
        }
        judgments
    }
}

/// What must never hold.
fn condition(test: &Test) -> Option<&Expression> {
    match &test.check {
        Check::Never { expression, .. } => Some(expression),
        _ => None,
    }
}

/// Notes which conditions fail first by what was seen.
fn note(
    judgments: &mut [Judgment],
    conditions: &[&Expression],
    graph: &mut Graph<'_>,
    search: &Search,
    seen: Vec<(NodeId, Sighted)>,
) {
    for (node, sighted) in seen {
        for place in failed(&sighted, conditions) {
            if judgments[place] != Judgment::Passed {
                continue;
            }
            let way = search.way(node);
            let witness = Witness::of(graph, &way, Goal::Sight(&sighted));
            judgments[place] = Judgment::Failed(match &sighted.what {
                Sighting::Met(_) => Failure::Met(witness),
                Sighting::Fault(fault) => Failure::Fault(fault.clone(), witness),
                Sighting::Trap(_) => unreachable!("no condition fails by it"),
            });
        }
    }
}

/// The conditions that fail by what was seen.
fn failed(sighted: &Sighted, conditions: &[&Expression]) -> Vec<usize> {
    match &sighted.what {
        Sighting::Met(place) => vec![*place],
        Sighting::Fault(fault) => {
            let is_in = |condition: &&Expression| {
                let (span, own) = (fault.span, condition.span);
                span.source == own.source && span.start >= own.start && span.end <= own.end
            };
            (0..conditions.len()).filter(|place| is_in(&conditions[*place])).collect()
        }
        Sighting::Trap(_) => Vec::new(),
    }
}

/// The search for a complete trace that matches a pattern.
struct Chase<'a, 'g> {
    graph: &'a mut Graph<'g>,
    matcher: Matcher<'g>,
    search: Search,
    /// The greatest element that was at hand, and the first node where it was.
    furthest: (usize, NodeId),
}

impl Chase<'_, '_> {
    /// The node at the end of a shortest trace that matches.
    fn run(&mut self) -> Result<Option<NodeId>, Undecided> {
        let Self { graph, matcher, search, furthest } = self;
        let found = search.run(graph, |search, graph, node, member| {
            let progress = Progress(search.tag(node));
            if graph.ends(member.point) && matcher.accepts(progress) {
                return ControlFlow::Break(node);
            }
            let element = matcher.element(progress);
            if element > furthest.0 {
                *furthest = (element, node);
            }
            let tag = |item: &Item| {
                let Item::Event { symbol, payload } = item else { return None };
                matcher.step(progress, *symbol, payload).map(|progress| progress.0)
            };
            search.spread(graph, node, member, tag, |_| ());
            ControlFlow::Continue(())
        });
        found.map_err(Undecided::Limit)
    }

    /// How far it came.
    fn unmatched(&mut self, alphabet: &Alphabet) -> Result<Unmatched, Limit> {
        let (element, node) = self.furthest;
        let way = self.search.way(node);
        let (mut next, mut ends) = (Vec::new(), false);
        for member in self.alike(&way)? {
            ends |= self.graph.ends(member.point);
            for (item, _) in self.graph.moves(&member) {
                if let Item::Event { symbol, .. } = self.graph.item(item) {
                    next.push(alphabet.name_of(*symbol));
                }
            }
        }
        next.sort_by_key(|name| alphabet.name_text(*name));
        next.dedup();
        Ok(Unmatched { witness: Witness::of(self.graph, &way, Goal::There), element, next, ends })
    }

    /// All configurations behind the items of a way, settled: not only the one that this way leads to.
    fn alike(&mut self, way: &[(ItemId, Member)]) -> Result<Vec<Member>, Limit> {
        let mut start = self.graph.start();
        self.graph.settle(&mut start.point, &mut start.registers)?;
        let mut members = vec![start];
        for (shown, _) in way {
            let mut seen = FxHashSet::default();
            let mut behind = Vec::new();
            for member in &members {
                let moves: Vec<_> = self.graph.moves(member).filter(|(item, _)| item == shown).collect();
                self.graph.count_steps(self.graph.n_moves(member.point));
                for (_, mut next) in moves {
                    self.graph.settle(&mut next.point, &mut next.registers)?;
                    if seen.insert((next.point, next.registers.clone())) {
                        behind.push(next);
                    }
                }
            }
            if behind.len() > self.graph.limit() {
                let points: Vec<PointId> = behind.iter().map(|member| member.point).collect();
                return Err(self.graph.too_many_points(&points));
            }
            members = behind;
        }
        Ok(members)
    }
}
