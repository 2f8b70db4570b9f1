//! Figures by drawing traces.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use super::length::{self, Length, QUANTILES, float};
use super::{Cause, Figure, Frequency, Outcomes, Statistics, Traces, Walks};
use crate::diagnostic::Code;
use crate::machine::Program;
use crate::model::grammar::{ActionId, CauseId, Grammar, PhaseId, StateId};
use crate::model::{Alphabet, SymbolId};
use crate::trace::{Header, Shows, Sink};
use crate::walk::{self, Limits, Memory, walk};

/// How many standard deviations of the normal distribution hold 95 % of it on both sides of its mean.
const DEVIATIONS: f64 = 1.959_963_984_540_054;

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// The seed.
    pub seed: u64,
    /// How many walks: those that `generate` makes of the seed, from number 0 on.
    pub number: u64,
    /// The limits of each.
    pub limits: Limits,
    /// How many threads draw.
    pub jobs: usize,
}

/// The figures of a grammar by samples; the same for the same seed and number, whatever the number of threads. `progress`
/// is told now and then how many are drawn. Nothing if `stop` was set.
pub fn sample(
    grammar: &Grammar,
    alphabet: &Alphabet,
    program: &Program,
    sampling: &Sampling,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Option<Statistics> {
    let next = AtomicU64::new(0);
    let draw = || {
        let mut tally = Tally::new(grammar, alphabet);
        let mut memory = Memory::new(program, &sampling.limits);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= sampling.number || stop.load(Ordering::Relaxed) {
                return tally;
            }
            if let Err(error) = walk(program, &sampling.limits, sampling.seed, number, &mut tally, &mut memory) {
                *tally.lost.entry(cause(&error.cause)).or_default() += 1;
            }
        }
    };
    let tally = thread::scope(|scope| {
        let threads: Vec<_> = (0..sampling.jobs.max(1)).map(|_| scope.spawn(draw)).collect();
        while threads.iter().any(|thread| !thread.is_finished()) {
            progress(next.load(Ordering::Relaxed).min(sampling.number));
            thread::sleep(Duration::from_millis(1));
        }
        let tallies = threads.into_iter().map(|thread| thread.join().expect("a thread that draws does not panic"));
        tallies.reduce(Tally::and).expect("there is a thread")
    });
    (!stop.load(Ordering::Relaxed)).then(|| tally.figures(grammar, sampling))
}

fn cause(cause: &walk::Cause) -> Cause {
    match cause {
        walk::Cause::Fault(fault) => Cause { code: fault.kind.code(), span: fault.span },
        walk::Cause::EventLimit(span) => Cause { code: Code::EventLimit, span: *span },
        walk::Cause::Attempts | walk::Cause::Empty => unreachable!("any number of events will do"),
    }
}

/// Of something that happens in traces.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// In how many traces it does.
    traces: u64,
    /// How often.
    times: u128,
    /// The sum of the squares of how often it does in each.
    squares: u128,
    /// The sum of the products of that and of the number of actions.
    products: u128,
}

/// What happened in traces. Whole numbers, so that it is the same in whatever order they are added up.
struct Tally<'a> {
    alphabet: &'a Alphabet,
    /// What has happened in the trace at hand: events by their names, behind them actions.
    times: Vec<u64>,
    /// What of that is not 0.
    touched: Vec<usize>,
    n_events: u64,
    n_actions: u64,
    /// The same of all complete traces.
    sums: Vec<Sums>,
    actions: Sums,
    lengths: BTreeMap<u64, u64>,
    lost: BTreeMap<Cause, u64>,
}

impl<'a> Tally<'a> {
    fn new(grammar: &Grammar, alphabet: &'a Alphabet) -> Self {
        let many = alphabet.n_names() + grammar.actions.len();
        Self {
            alphabet,
            times: vec![0; many],
            touched: Vec::new(),
            n_events: 0,
            n_actions: 0,
            sums: vec![Sums::default(); many],
            actions: Sums::default(),
            lengths: BTreeMap::new(),
            lost: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: usize) {
        if self.times[what] == 0 {
            self.touched.push(what);
        }
        self.times[what] += 1;
    }

    fn reset(&mut self) {
        for what in self.touched.drain(..) {
            self.times[what] = 0;
        }
        (self.n_events, self.n_actions) = (0, 0);
    }

    /// What happened in the traces of both.
    fn and(mut self, other: Self) -> Self {
        for (sums, other) in self.sums.iter_mut().zip(&other.sums) {
            sums.add(other);
        }
        self.actions.add(&other.actions);
        for (length, many) in other.lengths {
            *self.lengths.entry(length).or_default() += many;
        }
        for (cause, many) in other.lost {
            *self.lost.entry(cause).or_default() += many;
        }
        self
    }

    fn figures(&self, grammar: &Grammar, sampling: &Sampling) -> Statistics {
        let n_complete: u64 = self.lengths.values().sum();
        let lost = self.lost.iter().map(|(cause, many)| (*cause, part(*many, sampling.number))).collect();
        let outcomes = Outcomes { complete: part(n_complete, sampling.number), lost, endless: None };
        let walks = Some(Walks { number: sampling.number, seed: sampling.seed });
        if n_complete == 0 {
            return Statistics { configurations: None, walks, outcomes, traces: None };
        }
        let frequency = |sums: &Sums| Frequency {
            expected: mean(n_complete, sums.times, sums.squares),
            occurs: part(sums.traces, n_complete),
        };
        let (events, actions) = self.sums.split_at(self.alphabet.n_names());
        let action = |(sums, action): (&Sums, &crate::model::grammar::Action)| {
            (!action.reaction).then(|| (frequency(sums), self.share(sums, n_complete)))
        };
        let length = self.length(n_complete);
        let (times, squares) = self.lengths.iter().fold((0, 0), |(times, squares), (length, many)| {
            let (length, many) = (u128::from(*length), u128::from(*many));
            (times + length * many, squares + length * length * many)
        });
        let traces = Traces {
            mean: mean(n_complete, times, squares),
            length: Some(length),
            events: events.iter().map(frequency).collect(),
            actions: actions.iter().zip(&grammar.actions).map(action).collect(),
        };
        Statistics { configurations: None, walks, outcomes, traces: Some(traces) }
    }

    /// The part of all actions that these are: the quotient of two means, whose error is that of the sum of what is left
    /// when that part of all actions is taken off in each trace (Cochran, "Sampling Techniques", 1977, chapter 6).
    fn share(&self, sums: &Sums, number: u64) -> Option<Figure> {
        let all = &self.actions;
        if all.times == 0 {
            return None;
        }
        let (times, total) = (wide(sums.times), wide(all.times));
        let value = times / total;
        let left = wide(sums.squares) - 2.0 * value * wide(sums.products) + value * value * wide(all.squares);
        let n = float(number);
        let error = DEVIATIONS * (left.max(0.0) * n / (n - 1.0).max(1.0)).sqrt() / total;
        // Where all were alike, they tell no more than so many draws do.
        if error == 0.0 {
            let (low, high) = wilson(value, total);
            return Some(Figure { value, interval: Some((low, high)) });
        }
        Some(Figure { value, interval: Some(((value - error).max(0.0), (value + error).min(1.0))) })
    }

    fn length(&self, number: u64) -> Length {
        let n = float(number);
        let distribution: BTreeMap<u64, f64> =
            self.lengths.iter().map(|(length, many)| (*length, float(*many) / n)).collect();
        let deviation = length::deviation(&distribution) * (n / (n - 1.0).max(1.0)).sqrt();
        let quantile = |wanted: &f64| {
            // The ranks between which that of the quantile lies, by the binomial distribution.
            let spread = DEVIATIONS * (wanted * (1.0 - wanted) / n).sqrt();
            let at = |part: f64| length::quantile(&distribution, part);
            Figure { value: at(*wanted), interval: Some((at(wanted - spread), at(wanted + spread + 1.0 / n))) }
        };
        // The variance of a sample's variance is (m4 - m2^2) / n.
        let variance = deviation * deviation;
        let spread = ((length::moment(&distribution, 4) - variance * variance) / n).max(0.0).sqrt();
        let error = if deviation > 0.0 { DEVIATIONS * spread / (2.0 * deviation) } else { 0.0 };
        Length {
            deviation: Figure { value: deviation, interval: Some(((deviation - error).max(0.0), deviation + error)) },
            quantiles: QUANTILES.iter().map(quantile).collect(),
            distribution,
            beyond: 0.0,
        }
    }
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.traces += other.traces;
        self.times += other.times;
        self.squares += other.squares;
        self.products += other.products;
    }

    /// A trace more, in which it happened so often, beside so many actions.
    fn put(&mut self, times: u64, n_actions: u64) {
        let (times, n_actions) = (u128::from(times), u128::from(n_actions));
        self.add(&Self { traces: 1, times, squares: times * times, products: times * n_actions });
    }
}

impl Sink for Tally<'_> {
    fn shows(&self) -> Shows {
        Shows::STORY
    }

    fn begin(&mut self, _: Header) {
        self.reset();
    }

    fn initial(&mut self, _: StateId, _: i64) {}

    fn set(&mut self, _: StateId, _: i64) {}

    fn decision(&mut self, _: &str, _: u64) {}

    fn phase(&mut self, _: PhaseId) {}

    fn action(&mut self, action: ActionId, _: CauseId, _: &[i64]) {
        self.n_actions += 1;
        self.count(self.alphabet.n_names() + action.index());
    }

    fn event(&mut self, symbol: SymbolId, _: &[i64]) {
        self.n_events += 1;
        self.count(self.alphabet.name_of(symbol).index());
    }

    fn end(&mut self) {
        for what in &self.touched {
            self.sums[*what].put(self.times[*what], self.n_actions);
        }
        self.actions.put(self.n_actions, self.n_actions);
        *self.lengths.entry(self.n_events).or_default() += 1;
    }

    fn abandon(&mut self) {}
}

/// The mean of numbers of which these are the sum and the sum of the squares.
fn mean(number: u64, sum: u128, squares: u128) -> Figure {
    let n = float(number);
    let value = wide(sum) / n;
    // Whole numbers, so that nothing cancels: n·Σx² − (Σx)² = n (n − 1) s².
    let spread = wide((u128::from(number) * squares).saturating_sub(sum * sum));
    let error = DEVIATIONS * (spread / (n * n * (n - 1.0).max(1.0))).sqrt();
    // Of what never happened so often that it is seen, the mean may still be above 0: about three times in all (Hanley and
    // Lippman-Hand, "If Nothing Goes Wrong, Is Everything All Right?", 1983).
    let high = if sum == 0 { 3.0 / n } else { value + error };
    Figure { value, interval: Some(((value - error).max(0.0), high)) }
}

/// The probability of which so many of a number are found.
fn part(found: u64, number: u64) -> Figure {
    let (found, number) = (float(found), float(number));
    let value = if number > 0.0 { found / number } else { 0.0 };
    Figure { value, interval: Some(wilson(value, number)) }
}

/// The interval of a probability of which such a part of as many draws was found (Wilson, "Probable Inference, the Law of
/// Succession, and Statistical Inference", 1927).
fn wilson(part: f64, number: f64) -> (f64, f64) {
    if number == 0.0 {
        return (0.0, 1.0);
    }
    let square = DEVIATIONS * DEVIATIONS;
    let middle = part + square / (2.0 * number);
    let spread = DEVIATIONS * (part * (1.0 - part) / number + square / (4.0 * number * number)).sqrt();
    let scale = 1.0 + square / number;
    // The bounds hold the part itself, also where rounding would have it otherwise.
    (((middle - spread) / scale).clamp(0.0, part), ((middle + spread) / scale).clamp(part, 1.0))
}

#[expect(clippy::cast_precision_loss, reason = "a part in 2^53 is far below the error of a sample")]
fn wide(number: u128) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near((low, high): (f64, f64), expected: (f64, f64)) -> bool {
        (low - expected.0).abs() < 5e-4 && (high - expected.1).abs() < 5e-4
    }

    #[test]
    fn intervals_of_parts_are_those_of_the_tables() {
        // As in Newcombe, "Two-Sided Confidence Intervals for the Single Proportion" (1998), table I, method 3.
        assert!(is_near(part(81, 263).interval.unwrap(), (0.2553, 0.3662)));
        assert!(is_near(part(15, 148).interval.unwrap(), (0.0624, 0.1605)));
        assert!(is_near(part(0, 20).interval.unwrap(), (0.0, 0.1611)));
        assert!(is_near(part(1, 29).interval.unwrap(), (0.0061, 0.1718)));
    }

    #[test]
    fn a_mean_has_the_error_of_its_numbers() {
        // 1, 2, 3, 4: the variance is 5/3.
        let Figure { value, interval } = mean(4, 10, 30);
        let error = DEVIATIONS * (5.0f64 / 3.0 / 4.0).sqrt();
        assert!((value - 2.5).abs() < 1e-15);
        assert!(is_near(interval.unwrap(), (2.5 - error, 2.5 + error)));
        assert_eq!(mean(100, 0, 0).interval, Some((0.0, 0.03)));
    }
}
