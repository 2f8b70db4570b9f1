//! All runs of a grammar, each point once: what fails where, what is come to, from where no end can be reached, and which
//! conditions hold at some time. Plain breadth first over the points of the reference.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use charmgrammar::model::grammar::{Expression, Grammar, PhaseId};
use charmgrammar::source::Span;

use super::evaluate::{Environment, Scope};
use super::record::{self, Record};
use super::{Reference, Run, Shown, Step, Trouble};

/// What becomes of all runs.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// What fails, where, and with how few events before it.
    pub(crate) faults: BTreeMap<(Trouble, Span), usize>,
    /// What is come to.
    pub(crate) record: Record,
    /// For each condition with how few events it comes to hold, or to fail with an error.
    pub(crate) conditions: Vec<Option<usize>>,
    /// With how few events there is a point from which no run shows an event, ends or fails, if there is one.
    pub(crate) silent: Option<usize>,
    /// The phases in which there is a point, directly behind an event or at the start, from which no run ends, fails or
    /// comes to such a silent point; each with how few events it has before it.
    pub(crate) traps: BTreeMap<PhaseId, usize>,
    /// Whether there is such a point anywhere.
    pub(crate) is_trapped: bool,
}

/// A point that was met.
struct Point<'g> {
    run: Run<'g>,
    n_events: usize,
    /// The fewest where it comes directly behind an event, or is the start.
    behind_event: Option<usize>,
}

/// Goes through all points of a grammar's runs; `None` where there are more than `effort`.
pub(crate) fn survey(grammar: &Grammar, conditions: &[&Expression], effort: usize) -> Option<Survey> {
    let reference = Reference::new(grammar);
    record::take();
    let mut survey = Survey { conditions: vec![None; conditions.len()], ..Survey::default() };
    let mut points = vec![Point { run: reference.start(), n_events: 0, behind_event: Some(0) }];
    let mut places: HashMap<Run<'_>, usize> = HashMap::from([(reference.start(), 0)]);
    // With the fewest events first: those behind a silent step before those behind an event.
    let mut open = VecDeque::from([(0, 0)]);
    let mut back: Vec<(usize, usize)> = Vec::new();
    let mut shows: Vec<usize> = Vec::new();
    let mut ends = Vec::new();
    let mut looked_at = BTreeSet::new();
    while let Some((place, n_events)) = open.pop_front() {
        if !looked_at.insert(place) {
            continue;
        }
        if points.len() > effort {
            return None;
        }
        points[place].n_events = n_events;
        let run = points[place].run.clone();
        if run.has_begun() {
            let nothing = Environment::new();
            let scope = Scope { grammar, states: run.states(), environment: &nothing };
            for (met, condition) in survey.conditions.iter_mut().zip(conditions) {
                if met.is_none() && scope.holds(condition).unwrap_or(true) {
                    *met = Some(n_events);
                }
            }
            record::take_failed();
        }
        let (ahead, is_event) = match reference.step(&run) {
            Step::Silent(options) => (options.into_iter().map(|(_, next)| next).collect(), false),
            Step::Show(shown, next) => (vec![next], matches!(shown, Shown::Event { .. })),
            Step::End(_) => {
                ends.push(place);
                continue;
            }
            Step::Fail(trouble) => {
                let span = record::take_failed().expect("what fails does so somewhere");
                survey.faults.entry((trouble, span)).or_insert(n_events);
                ends.push(place);
                continue;
            }
        };
        if is_event {
            shows.push(place);
        }
        for next in ahead {
            let new = points.len();
            let target = *places.entry(next.clone()).or_insert(new);
            if target == new {
                points.push(Point { run: next, n_events: usize::MAX, behind_event: None });
            }
            if is_event {
                points[target].behind_event.get_or_insert(n_events + 1);
            }
            back.push((target, place));
            if is_event {
                open.push_back((target, n_events + 1));
            } else {
                open.push_front((target, n_events));
            }
        }
    }
    survey.record = record::take();
    back.sort_unstable();
    shows.extend(&ends);
    let shows = leading_to(shows, &back);
    for (place, point) in points.iter().enumerate().filter(|(place, _)| !shows.contains(place)) {
        survey.silent = Some(survey.silent.map_or(point.n_events, |fewest| fewest.min(point.n_events)));
        ends.push(place);
    }
    let can_end = leading_to(ends, &back);
    for (_, point) in points.iter().enumerate().filter(|(place, _)| !can_end.contains(place)) {
        survey.is_trapped = true;
        if let Some(n_events) = point.behind_event {
            let fewest = survey.traps.entry(point.run.phase()).or_insert(n_events);
            *fewest = n_events.min(*fewest);
        }
    }
    Some(survey)
}

/// These and all points that lead to them. `back` has for each point, in order, those before it.
fn leading_to(mut open: Vec<usize>, back: &[(usize, usize)]) -> BTreeSet<usize> {
    let mut leading: BTreeSet<usize> = open.iter().copied().collect();
    while let Some(place) = open.pop() {
        let start = back.partition_point(|(to, _)| *to < place);
        let before = back[start..].iter().take_while(|(to, _)| *to == place).map(|(_, from)| *from);
        open.extend(before.filter(|from| leading.insert(*from)));
    }
    leading
}
