//! Exact figures: the chain of all configurations, solved.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use super::chain::{Chain, Edge, Node, NodeId, explore};
use super::cycle::{Component, Solver, steps_of};
use super::order::Order;
use super::{Figure, Frequency, Inexact, Outcomes, Statistics, Traces, length};
use crate::machine::Program;
use crate::model::grammar::{ActionId, Grammar};
use crate::model::{Alphabet, NameId};
use crate::sets::{Bounds, Meter};

/// The figures of a grammar, whose program and alphabet these are: exact up to rounding, which changes about the twelfth
/// digit. The bounds are those on configurations (one with a deep stack counts for more), on silent steps between two events, and on
/// work. `jobs` threads work on it.
///
/// Costs about a microsecond for each configuration, and some nanoseconds more for each of them and each event and action.
///
/// # Errors
///
/// When the grammar is too large, or `stop` was set.
pub fn exact(
    grammar: &Grammar,
    alphabet: &Alphabet,
    program: &Program,
    bounds: &Bounds,
    jobs: usize,
    stop: &AtomicBool,
) -> Result<Statistics, Inexact> {
    let mut meter = Meter::new(bounds.work);
    let mut chain = explore(program, alphabet, bounds, &mut meter, stop)?;
    let many = chain.nodes.len();
    let order = Order::new(many, std::iter::once(0), |node| chain.edges(node));
    let outcomes = outcomes(&chain, &order, &mut meter)?;
    let configurations = Some(many);
    if outcomes.complete.value == 0.0 {
        return Ok(Statistics { configurations, walks: None, outcomes, traces: None });
    }
    if !outcomes.lost.is_empty() || outcomes.endless.is_some_and(|endless| endless.value > 0.0) {
        let ends = ends(&chain, &order, &mut meter)?;
        chain.condition(&ends);
    }
    let before = meter.spent();
    let visits = visits(&chain, &order, |_| false, &mut meter)?;
    let pass = meter.spent() - before;
    let mut events = vec![0.0; alphabet.n_names()];
    let mut actions = vec![0.0; grammar.actions.len()];
    for (node, visits) in chain.nodes.iter().zip(&visits) {
        match node {
            Node::Event(name) => events[name.index()] += visits,
            Node::Action(action) => actions[action.index()] += visits,
            _ => {}
        }
    }
    let targets: Vec<Node> = (0..events.len())
        .map(|name| Node::Event(NameId(number(name))))
        .chain((0..actions.len()).map(|action| Node::Action(ActionId(number(action)))))
        .collect();
    let expected: Vec<f64> = events.iter().chain(&actions).copied().collect();
    let occurs = occurrences(&chain, &order, &targets, &expected, (&mut meter, pass), jobs, stop)?;
    let n_performed: f64 = actions.iter().sum();
    let frequency =
        |place: usize| Frequency { expected: Figure::exact(expected[place]), occurs: Figure::exact(occurs[place]) };
    let action = |place: usize| {
        let share = (n_performed > 0.0).then(|| Figure::exact(actions[place] / n_performed));
        (!grammar.actions[place].reaction).then(|| (frequency(events.len() + place), share))
    };
    let traces = Traces {
        mean: Figure::exact(events.iter().sum()),
        length: length::exact(&chain, meter.left(), stop)?,
        events: (0..events.len()).map(frequency).collect(),
        actions: (0..actions.len()).map(action).collect(),
    };
    Ok(Statistics { configurations, walks: None, outcomes, traces: Some(traces) })
}

/// The expected number of visits to each node. Runs stop where `absorbs`; those that come to a component that is closed do
/// so where they come to it.
fn visits(
    chain: &Chain,
    order: &Order,
    absorbs: impl Fn(NodeId) -> bool,
    meter: &mut Meter,
) -> Result<Vec<f64>, Inexact> {
    meter.spend(steps_of(chain.nodes.len() + chain.n_edges()))?;
    let mut masses = vec![0.0; chain.nodes.len()];
    masses[0] = 1.0;
    let mut solver = Solver::new(meter);
    let steps = |node: NodeId| -> &[Edge] { if absorbs(node) { &[] } else { chain.edges(node) } };
    let mut next = 0;
    let straight = |masses: &mut [f64], places: std::ops::Range<usize>| {
        for node in &order.nodes[places] {
            let mass = masses[*node as usize];
            if mass > 0.0 {
                for edge in steps(*node) {
                    masses[edge.target as usize] += mass * edge.probability;
                }
            }
        }
    };
    for places in &order.cycles {
        straight(&mut masses, next..places.start);
        next = places.end;
        let component = Component::new(order, places.clone(), steps);
        if component.nodes().iter().all(|node| masses[*node as usize] == 0.0) || component.is_closed() {
            continue;
        }
        solver.visits(&component, &mut masses)?;
        for node in component.nodes() {
            let mass = masses[*node as usize];
            for (_, edge) in component.steps(*node).filter(|(place, _)| place.is_none()) {
                masses[edge.target as usize] += mass * edge.probability;
            }
        }
    }
    straight(&mut masses, next..order.nodes.len());
    Ok(masses)
}

/// What comes of runs.
fn outcomes(chain: &Chain, order: &Order, meter: &mut Meter) -> Result<Outcomes, Inexact> {
    let masses = visits(chain, order, |_| false, meter)?;
    let mut complete = 0.0;
    let mut lost = vec![0.0; chain.causes.len()];
    for (node, mass) in chain.nodes.iter().zip(&masses) {
        match node {
            Node::End => complete += mass,
            Node::Lost(cause) => lost[*cause as usize] += mass,
            _ => {}
        }
    }
    let mut endless = 0.0;
    for places in &order.cycles {
        let component = Component::new(order, places.clone(), |node| chain.edges(node));
        if component.is_closed() {
            endless += component.nodes().iter().map(|node| masses[*node as usize]).sum::<f64>();
        }
    }
    let mut lost: Vec<_> = chain.causes.iter().copied().zip(lost).collect();
    lost.sort_by_key(|(cause, _)| *cause);
    let is_certain = lost.is_empty() && endless == 0.0;
    Ok(Outcomes {
        complete: Figure::exact(if is_certain { 1.0 } else { complete }),
        lost: lost.into_iter().map(|(cause, part)| (cause, Figure::exact(part))).collect(),
        endless: Some(Figure::exact(endless)),
    })
}

/// For each node the probability that runs from there come to an end.
fn ends(chain: &Chain, order: &Order, meter: &mut Meter) -> Result<Vec<f64>, Inexact> {
    meter.spend(steps_of(chain.nodes.len() + chain.n_edges()))?;
    let mut values = vec![0.0; chain.nodes.len()];
    let mut solver = Solver::new(meter);
    let mut cycles = order.cycles.iter().rev().peekable();
    let mut place = order.nodes.len();
    while place > 0 {
        if let Some(places) = cycles.next_if(|places| places.end == place) {
            let component = Component::new(order, places.clone(), |node| chain.edges(node));
            if !component.is_closed() {
                solver.expectations(&component, &mut values)?;
            }
            place = places.start;
            continue;
        }
        place -= 1;
        let node = order.nodes[place];
        values[node as usize] = match chain.nodes[node as usize] {
            Node::End => 1.0,
            _ => chain.edges(node).iter().map(|edge| edge.probability * values[edge.target as usize]).sum(),
        };
    }
    Ok(values)
}

/// For each target the probability that a run comes to such a node: they stop there, so what comes to them comes once. `meter` has
/// the steps so far, and `pass` is about what it takes for each target; each gets the same part of what is left, so that what comes
/// of it does not depend on the threads.
fn occurrences(
    chain: &Chain,
    order: &Order,
    targets: &[Node],
    expected: &[f64],
    (meter, pass): (&mut Meter, u64),
    jobs: usize,
    stop: &AtomicBool,
) -> Result<Vec<f64>, Inexact> {
    let open: Vec<usize> = (0..targets.len()).filter(|place| expected[*place] > 0.0).collect();
    let part = meter.left() / open.len().max(1) as u64;
    meter.spend(pass.saturating_mul(open.len() as u64))?;
    let occurrence = |target: Node| {
        if stop.load(Ordering::Relaxed) {
            return Err(Inexact::Interrupted);
        }
        let is_target = |node: NodeId| chain.nodes[node as usize] == target;
        let masses = visits(chain, order, is_target, &mut Meter::new(part))?;
        let found: f64 = (0..).zip(&masses).filter(|(node, _)| is_target(*node)).map(|(_, mass)| mass).sum();
        Ok(found.min(1.0))
    };
    let share = open.len().div_ceil(jobs.max(1)).max(1);
    let mut occurs = vec![0.0; targets.len()];
    let found: Vec<Result<Vec<f64>, Inexact>> = thread::scope(|scope| {
        let work = |places: &'_ [usize]| places.iter().map(|place| occurrence(targets[*place])).collect();
        let threads: Vec<_> = open.chunks(share).map(|places| scope.spawn(move || work(places))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a thread that solves does not panic")).collect()
    });
    for (places, found) in open.chunks(share).zip(found) {
        places.iter().zip(found?).for_each(|(place, found)| occurs[*place] = found);
    }
    Ok(occurs)
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("a grammar has fewer declarations")
}
