//! How many events traces have.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::chain::{Chain, Node, NodeId};
use super::cycle::{Component, Solver, steps_of};
use super::order::Order;
use super::{Figure, Inexact};
use crate::sets::Meter;

/// The parts of all traces that are not longer than the quantiles that are told.
pub const QUANTILES: [f64; 7] = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

/// What part of all traces may be longer than all that are looked at.
const TAIL: f64 = 1e-15;

/// What mass in one place is dropped: all of it together is far less than the tail.
const NOTHING: f64 = 1e-40;

/// How many steps from configurations are looked at: some seconds of work.
const MAX_WORK: usize = 1_000_000_000;

/// How far rounding may bring a sum of probabilities below a part that it is.
const ROUNDING: f64 = 1e-12;

/// The distribution of the number of events of complete traces.
#[derive(Clone, Debug, PartialEq)]
pub struct Length {
    /// The standard deviation.
    pub deviation: Figure,
    /// For each of [`QUANTILES`] the least number of events that at least such a part of all traces does not exceed.
    pub quantiles: Vec<Figure>,
    /// The probability of each number of events, where it is above 0; of samples the part of them.
    pub distribution: BTreeMap<u64, f64>,
    /// The probability of longer traces than those.
    pub beyond: f64,
}

/// The lengths of what the chain shows, all of whose runs come to an end. `None` if the longest are too long, or it takes more than
/// `steps`.
///
/// The mass of all runs is taken from one event to the next, until next to nothing of it is left.
pub(super) fn exact(chain: &Chain, steps: u64, stop: &AtomicBool) -> Result<Option<Length>, Inexact> {
    let is_event = |node: NodeId| matches!(chain.nodes[node as usize], Node::Event(_));
    let silent = |node: NodeId| if is_event(node) { &[] } else { chain.edges(node) };
    // From the last node on, so that the order is about that of the chain.
    let many = u32::try_from(chain.nodes.len()).expect("nodes have such numbers");
    let order = Order::new(chain.nodes.len(), (0..many).rev(), silent);
    let mut distribution = BTreeMap::new();
    let mut meter = Meter::new(steps);
    let mut solver = Solver::new(&mut meter);
    let mut here = vec![0.0; chain.nodes.len()];
    let mut behind = here.clone();
    here[0] = 1.0;
    let start = order.place(0) as usize;
    let (mut first, mut last) = (start, start);
    let mut beyond = 1.0;
    let mut work = 0;
    for n_events in 0.. {
        if beyond <= TAIL {
            break;
        }
        if work > MAX_WORK || steps_of(work) > steps {
            return Ok(None);
        }
        if stop.load(Ordering::Relaxed) {
            return Err(Inexact::Interrupted);
        }
        let (mut next_first, mut next_last) = (usize::MAX, 0);
        let mut ended = 0.0;
        beyond = 0.0;
        let mut cycles = order.cycles[order.cycles.partition_point(|places| places.end <= first)..].iter().peekable();
        let mut place = first;
        while place <= last {
            let cycle = cycles.next_if(|places| places.contains(&place)).cloned();
            let places = cycle.clone().unwrap_or(place..place + 1);
            place = places.end;
            work += 1;
            if cycle.is_some() {
                let component = Component::new(&order, places.clone(), silent);
                if component.nodes().iter().any(|node| here[*node as usize] > 0.0) {
                    work += places.len() * places.len();
                    match solver.visits(&component, &mut here) {
                        Err(Inexact::Work { .. }) => return Ok(None),
                        visits => visits?,
                    }
                }
            }
            for node in &order.nodes[places.clone()] {
                let mass = std::mem::take(&mut here[*node as usize]);
                if mass < NOTHING {
                    continue;
                }
                if chain.nodes[*node as usize] == Node::End {
                    ended += mass;
                }
                let is_event = is_event(*node);
                for edge in chain.edges(*node) {
                    work += 1;
                    let target = order.place(edge.target) as usize;
                    let mass = mass * edge.probability;
                    if is_event {
                        behind[edge.target as usize] += mass;
                        beyond += mass;
                        (next_first, next_last) = (next_first.min(target), next_last.max(target));
                    } else if !places.contains(&target) {
                        here[edge.target as usize] += mass;
                        last = last.max(target);
                    }
                }
            }
        }
        if ended > 0.0 {
            distribution.insert(n_events, ended);
        }
        (first, last) = (next_first, next_last);
        std::mem::swap(&mut here, &mut behind);
    }
    let quantiles = QUANTILES.iter().map(|part| Figure::exact(quantile(&distribution, *part)));
    let quantiles = quantiles.collect();
    let deviation = Figure::exact(deviation(&distribution));
    Ok(Some(Length { deviation, quantiles, distribution, beyond }))
}

/// The least number of events that at least this part of traces does not exceed.
pub(super) fn quantile(distribution: &BTreeMap<u64, f64>, part: f64) -> f64 {
    let mut sum = 0.0;
    let mut reached = distribution.iter().skip_while(|(_, probability)| {
        sum += *probability;
        sum < part - ROUNDING
    });
    reached.next().or(distribution.last_key_value()).map_or(0.0, |(length, _)| float(*length))
}

/// The standard deviation of a distribution.
pub(super) fn deviation(distribution: &BTreeMap<u64, f64>) -> f64 {
    moment(distribution, 2).sqrt()
}

/// The expected power of the distance from the mean.
pub(super) fn moment(distribution: &BTreeMap<u64, f64>, power: i32) -> f64 {
    let total: f64 = distribution.values().sum();
    let mean = distribution.iter().map(|(length, part)| float(*length) * part).sum::<f64>() / total;
    distribution.iter().map(|(length, part)| (float(*length) - mean).powi(power) * part).sum::<f64>() / total
}

#[expect(clippy::cast_precision_loss, reason = "numbers of events and of traces stay far below 2^53")]
pub(super) fn float(number: u64) -> f64 {
    number as f64
}
