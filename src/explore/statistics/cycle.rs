//! Nodes that lead to each other: how often runs come to each, and how probable it is that they come to an end.
//!
//! Few of them are eliminated one after the other, as in Grassmann, Taksar and Heyman, "Regenerative Analysis and Steady
//! State Distributions for Markov Chains" (1985): the probability of leaving a node is the sum of the ways out of it, never
//! 1 less that of staying. Among many, masses are pushed on (Gauss and Seidel's way) until next to nothing is left. Nothing
//! is subtracted in either, so no digits are lost, however seldom the cycle is left.

use std::ops::Range;

use super::Inexact;
use super::chain::{Edge, NodeId};
use super::order::Order;
use crate::sets::Meter;

/// How many nodes are eliminated: some milliseconds of work.
const FEW: usize = 200;

/// How many steps are looked at for one component of many nodes: some seconds of work.
const MAX_WORK: usize = 2_000_000_000;

/// What part of a mass is next to nothing.
const NOTHING: f64 = 1e-16;

/// A component: its nodes by their places in it, with the steps from them.
pub(super) struct Component<'a, F> {
    order: &'a Order,
    places: Range<usize>,
    steps: F,
}

impl<'e, 'a, F: Fn(NodeId) -> &'e [Edge]> Component<'a, F> {
    pub(super) fn new(order: &'a Order, places: Range<usize>, steps: F) -> Self {
        Self { order, places, steps }
    }

    pub(super) fn nodes(&self) -> &'a [NodeId] {
        &self.order.nodes[self.places.clone()]
    }

    /// The steps from a node; the place of the target is `None` where they leave.
    pub(super) fn steps(&self, node: NodeId) -> impl Iterator<Item = (Option<usize>, Edge)> + use<'e, 'a, F> {
        let (order, places) = (self.order, self.places.clone());
        (self.steps)(node).iter().map(move |edge| {
            let place = order.place(edge.target) as usize;
            (places.contains(&place).then(|| place - places.start), *edge)
        })
    }

    /// Whether no step leads out of it.
    pub(super) fn is_closed(&self) -> bool {
        self.nodes().iter().all(|node| self.steps(*node).all(|(place, _)| place.is_some()))
    }
}

/// For how many steps so many operations on numbers count, which are far quicker than those of runs.
pub(super) fn steps_of(operations: usize) -> u64 {
    operations as u64 / 8
}

/// Solves components; its memory serves one after the other.
#[derive(Debug)]
pub(super) struct Solver<'m> {
    meter: &'m mut Meter,
    /// The probabilities of steps within the component, row by row; when nodes are eliminated, those to nodes before them.
    inside: Vec<f64>,
    outside: Vec<f64>,
    leaving: Vec<f64>,
    values: Vec<f64>,
}

impl<'m> Solver<'m> {
    /// A solver whose steps a meter counts.
    pub(super) fn new(meter: &'m mut Meter) -> Self {
        Self { meter, inside: Vec::new(), outside: Vec::new(), leaving: Vec::new(), values: Vec::new() }
    }

    /// Puts the expected number of visits to each node in the place of the mass that comes to it from outside. The
    /// component is not closed.
    pub(super) fn visits<'e, F: Fn(NodeId) -> &'e [Edge]>(
        &mut self,
        component: &Component<'_, F>,
        masses: &mut [f64],
    ) -> Result<(), Inexact> {
        let nodes = component.nodes();
        if nodes.len() > FEW {
            return push(component, masses, self.meter);
        }
        self.eliminate(component)?;
        let Self { inside, leaving, values, .. } = self;
        let many = nodes.len();
        values.clear();
        values.extend(nodes.iter().map(|node| masses[*node as usize]));
        for place in (0..many).rev() {
            let (before, value) = (&inside[place * many..place * many + place], values[place] / leaving[place]);
            values.iter_mut().zip(before).for_each(|(other, probability)| *other += value * probability);
        }
        for place in 0..many {
            let coming: f64 = (0..place).map(|before| values[before] * inside[before * many + place]).sum();
            values[place] = (values[place] + coming) / leaving[place];
            masses[nodes[place] as usize] = values[place];
        }
        Ok(())
    }

    /// Puts for each node the expected value of the node outside that runs come to from there. The component is not closed.
    pub(super) fn expectations<'e, F: Fn(NodeId) -> &'e [Edge]>(
        &mut self,
        component: &Component<'_, F>,
        outside: &mut [f64],
    ) -> Result<(), Inexact> {
        let nodes = component.nodes();
        if nodes.len() > FEW {
            return pull(component, outside, self.meter);
        }
        self.eliminate(component)?;
        let Self { inside, leaving, values, .. } = self;
        let many = nodes.len();
        values.clear();
        values.extend(nodes.iter().map(|node| {
            let leaving = component.steps(*node).filter(|(place, _)| place.is_none());
            leaving.map(|(_, edge)| edge.probability * outside[edge.target as usize]).sum::<f64>()
        }));
        for place in (0..many).rev() {
            let value = values[place] / leaving[place];
            (0..place).for_each(|before| values[before] += inside[before * many + place] * value);
        }
        for place in 0..many {
            let before = &inside[place * many..place * many + place];
            let onward: f64 = before.iter().zip(&*values).map(|(probability, value)| probability * value).sum();
            values[place] = (values[place] + onward) / leaving[place];
            outside[nodes[place] as usize] = values[place];
        }
        Ok(())
    }

    /// Eliminates the nodes, the last first. Then `inside` has for each two nodes the probability that a run comes from the
    /// one to the other with only such nodes between them as come behind both.
    fn eliminate<'e, F: Fn(NodeId) -> &'e [Edge]>(&mut self, component: &Component<'_, F>) -> Result<(), Inexact> {
        let nodes = component.nodes();
        let many = nodes.len();
        self.meter.spend(steps_of(many.pow(3) / 3))?;
        let Self { inside, outside, leaving, .. } = self;
        for (values, length) in [(&mut *inside, many * many), (&mut *outside, many), (&mut *leaving, many)] {
            values.clear();
            values.resize(length, 0.0);
        }
        for (place, node) in nodes.iter().enumerate() {
            let mut is_last = true;
            for (target, edge) in component.steps(*node) {
                is_last = false;
                match target {
                    Some(target) => inside[place * many + target] += edge.probability,
                    None => outside[place] += edge.probability,
                }
            }
            if is_last {
                outside[place] = 1.0;
            }
        }
        for place in (0..many).rev() {
            let (rows, row) = inside.split_at_mut(place * many);
            let row = &row[..place];
            let sum = row.iter().sum::<f64>() + outside[place];
            // The ways out are too improbable for a number.
            if !sum.is_normal() {
                return Err(Inexact::Cycle { configurations: many });
            }
            leaving[place] = sum;
            for before in 0..place {
                let through = rows[before * many + place] / sum;
                if through > 0.0 {
                    let own = &mut rows[before * many..before * many + place];
                    own.iter_mut().zip(row).for_each(|(own, onward)| *own += through * onward);
                    outside[before] += through * outside[place];
                }
            }
        }
        Ok(())
    }
}

/// The steps within a component of many nodes, as rounds through them need them.
struct Rows {
    /// The probability of going on from each node to another one, or of stopping there.
    leaving: Vec<f64>,
    /// For each node where its steps end.
    ends: Vec<usize>,
    /// Those to other nodes of the component.
    steps: Vec<(u32, f64)>,
}

impl Rows {
    fn new<'e, F: Fn(NodeId) -> &'e [Edge]>(component: &Component<'_, F>) -> Result<Self, Inexact> {
        let nodes = component.nodes();
        let mut rows = Self { leaving: Vec::new(), ends: Vec::new(), steps: Vec::new() };
        for (place, node) in nodes.iter().enumerate() {
            let mut is_last = true;
            let mut leaving = 0.0;
            for (target, edge) in component.steps(*node) {
                is_last = false;
                if target != Some(place) {
                    leaving += edge.probability;
                    let target = target.map(|target| u32::try_from(target).expect("nodes have such numbers"));
                    rows.steps.extend(target.map(|target| (target, edge.probability)));
                }
            }
            if is_last {
                leaving = 1.0;
            }
            if leaving <= 0.0 {
                return Err(Inexact::Cycle { configurations: nodes.len() });
            }
            rows.leaving.push(leaving);
            rows.ends.push(rows.steps.len());
        }
        Ok(rows)
    }

    fn steps(&self, place: usize) -> &[(u32, f64)] {
        &self.steps[place.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[place]]
    }

    /// Counts another round.
    fn go_round(&self, work: &mut usize, meter: &mut Meter) -> Result<(), Inexact> {
        let operations = self.steps.len() + self.ends.len();
        meter.spend(steps_of(operations))?;
        *work += operations;
        if *work > MAX_WORK { Err(Inexact::Cycle { configurations: self.ends.len() }) } else { Ok(()) }
    }
}

/// [`Solver::visits`] among many nodes: each hands on what has come to it, round by round.
fn push<'e, F: Fn(NodeId) -> &'e [Edge]>(
    component: &Component<'_, F>,
    masses: &mut [f64],
    meter: &mut Meter,
) -> Result<(), Inexact> {
    let nodes = component.nodes();
    let rows = Rows::new(component)?;
    let mut waiting: Vec<f64> = nodes.iter().map(|node| std::mem::take(&mut masses[*node as usize])).collect();
    let rest = waiting.iter().sum::<f64>() * NOTHING;
    let mut work = 0;
    while waiting.iter().sum::<f64>() > rest {
        for (place, node) in nodes.iter().enumerate() {
            let visits = std::mem::take(&mut waiting[place]) / rows.leaving[place];
            if visits > 0.0 {
                masses[*node as usize] += visits;
                for (target, probability) in rows.steps(place) {
                    waiting[*target as usize] += visits * probability;
                }
            }
        }
        rows.go_round(&mut work, meter)?;
    }
    Ok(())
}

/// [`Solver::expectations`] among many nodes: each takes those of its targets, until none changes any more.
fn pull<'e, F: Fn(NodeId) -> &'e [Edge]>(
    component: &Component<'_, F>,
    outside: &mut [f64],
    meter: &mut Meter,
) -> Result<(), Inexact> {
    let nodes = component.nodes();
    let rows = Rows::new(component)?;
    let leaving = |node: &NodeId| -> f64 {
        let leaving = component.steps(*node).filter(|(place, _)| place.is_none());
        leaving.map(|(_, edge)| edge.probability * outside[edge.target as usize]).sum()
    };
    let leaving: Vec<f64> = nodes.iter().map(leaving).collect();
    let mut values = vec![0.0; nodes.len()];
    let mut work = 0;
    let mut has_changed = true;
    while has_changed {
        has_changed = false;
        for place in (0..nodes.len()).rev() {
            let onward = rows.steps(place).iter().map(|(target, probability)| probability * values[*target as usize]);
            let value = (leaving[place] + onward.sum::<f64>()) / rows.leaving[place];
            has_changed |= value > values[place];
            values[place] = value.max(values[place]);
        }
        rows.go_round(&mut work, meter)?;
    }
    nodes.iter().zip(values).for_each(|(node, value)| outside[*node as usize] = value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring of as many nodes with a way out of the first, and from each a way back to the first.
    fn ring(many: u32, out: f64) -> Vec<Vec<Edge>> {
        let edge = |target, probability| Edge { target, probability };
        let step = |node: u32| match node {
            0 => vec![edge(1 % many, 1.0 - out), edge(many, out)],
            _ => vec![edge((node + 1) % many, 0.75), edge(0, 0.125), edge(node, 0.125)],
        };
        (0..many).map(step).chain([vec![]]).collect()
    }

    #[test]
    fn visits_balance_among_few_and_among_many() {
        for (many, out) in [(2, 0.5), (17, 1e-9), (200, 0.25), (201, 0.25), (1000, 1e-3)] {
            let edges = ring(many, out);
            let order = Order::new(edges.len(), std::iter::once(0), |node| &edges[node as usize]);
            let component = Component::new(&order, order.cycles[0].clone(), |node: NodeId| &edges[node as usize][..]);
            let mut visits = vec![0.0; edges.len()];
            (visits[0], visits[1]) = (0.5, 0.5);
            Solver::new(&mut Meter::new(u64::MAX)).visits(&component, &mut visits).unwrap();
            assert!((visits[0] * out - 1.0).abs() < 1e-11, "all leave by the first: {} of {many}", visits[0]);
            let mut expected = vec![0.0; edges.len()];
            (expected[0], expected[1]) = (0.5, 0.5);
            for (node, edges) in edges.iter().enumerate() {
                for edge in edges {
                    expected[edge.target as usize] += visits[node] * edge.probability;
                }
            }
            let nodes = usize::try_from(many).unwrap();
            let mut pairs = visits[..nodes].iter().zip(&expected);
            assert!(pairs.all(|(one, other)| (one - other).abs() <= 1e-11 * one), "{many}");
        }
    }

    #[test]
    fn expectations_are_those_of_what_follows() {
        for many in [2, 200, 201, 500] {
            let mut edges = ring(many, 0.25);
            // Another way out, of another worth.
            edges[1][0].probability = 0.5;
            edges[1].push(Edge { target: many + 1, probability: 0.25 });
            edges.push(vec![]);
            let order = Order::new(edges.len(), std::iter::once(0), |node| &edges[node as usize]);
            let component = Component::new(&order, order.cycles[0].clone(), |node: NodeId| &edges[node as usize][..]);
            let mut values = vec![0.0; edges.len()];
            let nodes = usize::try_from(many).unwrap();
            (values[nodes], values[nodes + 1]) = (1.0, 0.5);
            Solver::new(&mut Meter::new(u64::MAX)).expectations(&component, &mut values).unwrap();
            for node in 0..nodes {
                let expected: f64 =
                    edges[node].iter().map(|edge| edge.probability * values[edge.target as usize]).sum();
                assert!((values[node] - expected).abs() < 1e-13, "{node} of {many}: {} {expected}", values[node]);
                assert!(values[node] > 0.5 && values[node] < 1.0);
            }
        }
    }
}
