//! Silent cycles: how often runs come to each node of a strongly connected component.
//!
//! The nodes are eliminated one after the other, as in Grassmann, Taksar and Heyman, "Regenerative Analysis and Steady
//! State Distributions for Markov Chains" (1985): the probability of leaving a node is the sum of the ways out of it,
//! never 1 less that of staying. So nothing is subtracted, and the result is exact up to rounding, however seldom the
//! cycle is left.

use super::Limit;
use super::scaled::Scaled;
use crate::sets::Meter;

/// How many entries may be computed for one component: some seconds of work.
const MAX_WORK: usize = 200_000_000;

/// A node of the component.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The mass that comes to it from outside.
    pub(super) mass: Scaled,
    /// The probabilities of steps to nodes of the component, by their places, in any order; may have several for one.
    pub(super) inside: Vec<(u32, Scaled)>,
    /// The probability of steps that leave the component.
    pub(super) outside: Scaled,
}

/// The expected numbers of visits x: x = mass + x · inside. Of a component that is never left, all 0: what gets there
/// never shows anything more.
///
/// # Errors
///
/// [`Limit::Cycle`] when the nodes have too much to do with each other, or the limit of the meter is met.
pub(super) fn solve(rows: Vec<Row>, meter: &mut Meter) -> Result<Vec<Scaled>, Limit> {
    solve_within(rows, MAX_WORK, meter)
}

fn solve_within(mut rows: Vec<Row>, most: usize, meter: &mut Meter) -> Result<Vec<Scaled>, Limit> {
    let many = rows.len();
    if rows.iter().all(|row| row.outside.is_zero()) {
        return Ok(vec![Scaled::ZERO; many]);
    }
    // From which nodes there are steps to each.
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); many];
    for (place, row) in rows.iter_mut().enumerate() {
        row.inside.sort_by_key(|(target, _)| *target);
        row.inside.dedup_by(|later, first| {
            let same = later.0 == first.0;
            if same {
                first.1 += later.1;
            }
            same
        });
        for (target, _) in &row.inside {
            sources[*target as usize].push(place);
        }
    }
    let mut work = 0;
    // What is eliminated, as the nodes before it lead to it, and the probability of going on from it elsewhere.
    let mut columns: Vec<(Vec<(usize, Scaled)>, Scaled)> = Vec::with_capacity(many);
    // The node at which a search began comes last: it is the head of most loops.
    for place in 0..many {
        let row =
            std::mem::replace(&mut rows[place], Row { mass: Scaled::ZERO, inside: vec![], outside: Scaled::ZERO });
        // Only nodes that are left: steps to others were replaced when those were eliminated.
        let onward: Vec<(u32, Scaled)> = row.inside.iter().copied().filter(|(to, _)| *to as usize != place).collect();
        let leaving = onward.iter().map(|(_, probability)| *probability).sum::<Scaled>() + row.outside;
        let mut column = Vec::new();
        for source in std::mem::take(&mut sources[place]) {
            if source <= place {
                continue;
            }
            let before = &mut rows[source];
            let at = before.inside.binary_search_by_key(&place, |(to, _)| *to as usize);
            let (_, probability) = before.inside.remove(at.expect("a source has a step"));
            column.push((source, probability));
            let through = probability / leaving;
            before.outside += through * row.outside;
            work += before.inside.len() + onward.len();
            meter.spend((before.inside.len() + onward.len()) as u64)?;
            if work > most {
                return Err(Limit::Cycle { configurations: many });
            }
            before.inside = merged(&before.inside, &onward, through, |new| sources[new as usize].push(source));
        }
        for (target, probability) in &onward {
            let share = row.mass * (*probability / leaving);
            rows[*target as usize].mass += share;
        }
        rows[place].mass = row.mass;
        columns.push((column, leaving));
    }
    let mut visits = vec![Scaled::ZERO; many];
    for (place, (column, leaving)) in columns.iter().enumerate().rev() {
        let coming = column.iter().map(|(source, probability)| visits[*source] * *probability).sum::<Scaled>();
        visits[place] = (rows[place].mass + coming) / *leaving;
    }
    Ok(visits)
}

/// The steps of a node with those through another one.
fn merged(
    own: &[(u32, Scaled)],
    onward: &[(u32, Scaled)],
    through: Scaled,
    mut is_new: impl FnMut(u32),
) -> Vec<(u32, Scaled)> {
    let mut all = Vec::with_capacity(own.len() + onward.len());
    let mut own = own.iter().copied().peekable();
    for (target, probability) in onward {
        while let Some(before) = own.next_if(|(other, _)| other < target) {
            all.push(before);
        }
        let probability = through * *probability;
        let already = own.next_if(|(other, _)| other == target);
        if already.is_none() {
            is_new(*target);
        }
        all.push((*target, already.map_or(Scaled::ZERO, |(_, already)| already) + probability));
    }
    all.extend(own);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mass: f64, inside: &[(u32, f64)], outside: f64) -> Row {
        let inside = inside.iter().map(|(target, probability)| (*target, Scaled::new(*probability))).collect();
        Row { mass: Scaled::new(mass), inside, outside: Scaled::new(outside) }
    }

    fn solved(rows: &[Row]) -> Vec<f64> {
        solve(rows.to_vec(), &mut Meter::new(u64::MAX)).unwrap().iter().map(|visits| visits.ln().exp()).collect()
    }

    fn is_near(found: &[f64], expected: &[f64]) -> bool {
        found.iter().zip(expected).all(|(one, other)| (one - other).abs() <= 1e-12 * other)
    }

    #[test]
    fn a_loop_is_a_geometric_series() {
        assert!(is_near(&solved(&[row(0.5, &[(0, 0.75)], 0.25)]), &[2.0]));
        // Staying is left out of the sum, so that nothing is lost where it is almost certain.
        let visits = solved(&[row(1.0, &[(0, 1.0 - 1e-15)], 1e-15)]);
        assert!(is_near(&visits, &[1e15]), "{visits:?}");
    }

    #[test]
    fn visits_balance() {
        // A walk on a line that starts at its left end: x0 = 1 + x1/2, x1 = x0 + x2/2, x2 = x1/2 with a leak at the right.
        let rows =
            [row(1.0, &[(1, 1.0)], 0.0), row(0.0, &[(0, 0.5), (2, 0.25), (2, 0.25)], 0.0), row(0.0, &[(1, 0.5)], 0.5)];
        let visits = solved(&rows);
        assert!(is_near(&visits, &[3.0, 4.0, 2.0]), "{visits:?}");
    }

    #[test]
    fn random_components_balance() {
        let mut seed = 1u64;
        let mut draw = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as u32
        };
        for many in 1..30u32 {
            let rows: Vec<Row> = (0..many)
                .map(|place| {
                    let targets = [(place + 1) % many, draw() % many, draw() % many];
                    let inside: Vec<(u32, f64)> = targets.into_iter().zip([0.5, 0.25, 0.125]).collect();
                    row(f64::from(draw() % 4), &inside, 0.125)
                })
                .collect();
            let visits = solved(&rows);
            let mut expected: Vec<f64> =
                rows.iter().map(|row| if row.mass.is_zero() { 0.0 } else { row.mass.ln().exp() }).collect();
            for (row, visits) in rows.iter().zip(&visits) {
                for (target, probability) in &row.inside {
                    expected[*target as usize] += visits * probability.ln().exp();
                }
            }
            assert!(is_near(&visits, &expected), "{visits:?} {expected:?}");
        }
    }

    #[test]
    fn what_is_never_left_is_not_solved() {
        assert_eq!(solved(&[row(1.0, &[(1, 1.0)], 0.0), row(0.0, &[(0, 1.0)], 0.0)]), [0.0, 0.0]);
    }

    #[test]
    fn too_many_ways_are_refused() {
        let many = 100;
        let dense = |_| row(1.0, &(0..many).map(|target| (target, 0.5 / f64::from(many))).collect::<Vec<_>>(), 0.5);
        let rows: Vec<Row> = (0..many).map(dense).collect();
        let endless = &mut Meter::new(u64::MAX);
        assert_eq!(solve_within(rows.clone(), 10_000, endless), Err(Limit::Cycle { configurations: 100 }));
        assert_eq!(solve(rows.clone(), &mut Meter::new(10_000)), Err(Limit::Work { limit: 10_000 }));
        assert!(solve(rows, endless).is_ok());
    }
}
