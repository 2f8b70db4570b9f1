//! `repeat`: how a count is kept, and the odds that it ends.
//!
//! A count is drawn step by step, so a loop needs no more than what is left of it, its [`Counter`]; nothing at all for
//! `0.. mean m`.
//!
//! Nobody but a loop itself reads its counter. So whoever keeps the counters apart runs from loop to loop
//! ([`Program::run_to_loop`]), and asks the [`Loop`] what comes of a counter.

use super::configuration::{Configuration, Counter};
use super::evaluate::fault;
use super::fault::{Fault, FaultKind};
use super::pause::{Decision, Odds};
use super::program::{CountKind, Expr, Op, Parameter, PlaceId, Program, RepeatNext, RepeatStart};
use super::scratch::Scratch;
use super::watch::note;

/// A loop that counts, where it looks whether it goes on: all that this depends on but its counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loop {
    /// Where it decides.
    pub place: PlaceId,
    kind: CountKind,
    spread: u64,
    /// Whether its `while` holds.
    holds: bool,
}

/// What a loop does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopTurn {
    /// It ends.
    Leave,
    /// It runs once more.
    GoOn,
    /// It ends with `first` out of `total`, else it runs once more.
    Decide {
        /// Above 0 and below `total`.
        first: u64,
        /// The weight of both.
        total: u64,
    },
}

impl Loop {
    /// What it does with this counter.
    #[inline]
    pub fn turn(&self, counter: Counter) -> LoopTurn {
        if counter == Counter::USED_UP || !self.holds {
            return LoopTurn::Leave;
        }
        stop_odds(self.kind, self.spread, Some(counter))
            .map_or(LoopTurn::GoOn, |(first, total)| LoopTurn::Decide { first, total })
    }
}

impl Program {
    /// Evaluates the bounds, and goes to the [`Op::RepeatNext`] that follows.
    pub(super) fn repeat_start(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        start: &RepeatStart,
    ) -> Result<(), Box<Fault>> {
        let bad = |why: String| fault(FaultKind::Count(why), start.span);
        let most = self.limits.count;
        let mut number = |expr: Option<&Expr>| {
            let Some(expr) = expr else { return Ok(0) };
            let value = self.evaluator(at, scratch).value(expr)?;
            let fits = usize::try_from(value).is_ok_and(|value| value <= most);
            fits.then_some(value).ok_or_else(|| bad(format!("the count is {value}, outside 0..{most}")))
        };
        let lo = number(Some(&start.lo))?;
        let hi = number(start.hi.as_ref())?;
        let mean = number(start.mean.as_ref())?;
        if start.hi.is_some() && hi < lo {
            return Err(bad(format!("the upper bound {hi} is below the lower bound {lo}")));
        }
        if start.mean.is_some() && mean < lo {
            return Err(bad(format!("the mean {mean} is below the lower bound {lo}")));
        }
        if let Parameter::Local(local) = start.spread {
            at.set_local(local, mean - lo);
        }
        let may = match start.kind {
            CountKind::Endless | CountKind::Exact => 0,
            // The mean of a geometric count is its lower bound only if it never goes beyond.
            CountKind::Open | CountKind::Bounded if mean == lo => 0,
            CountKind::Open => Counter::UNBOUNDED.into(),
            CountKind::Uniform | CountKind::Bounded => hi - lo,
        };
        at.counters.push(Counter::new(lo, may));
        at.pc += 1;
        Ok(())
    }

    /// Whether a loop goes on; decides it where that can be known.
    #[inline]
    pub(super) fn repeat_next(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        next: &RepeatNext,
    ) -> Result<Option<Decision>, Box<Fault>> {
        if is_finished(at, next) {
            exit_loop(at, next);
            return Ok(None);
        }
        if let Some(condition) = &next.condition {
            let holds = self.evaluator(at, scratch).holds(condition)?;
            note(scratch, (at.pc, 0), holds);
            if !holds {
                exit_loop(at, next);
                return Ok(None);
            }
        }
        let Some((first, total)) = stop_odds(next.kind, spread(at, next), counter(at, next)) else {
            self.iterate(at, next)?;
            return Ok(None);
        };
        Ok(Some(Decision { place: next.place, odds: Odds::Either { first, total } }))
    }

    /// The loop at whose head a configuration is: a pause of [`run_to_loop`](Self::run_to_loop).
    ///
    /// # Errors
    ///
    /// When its `while` can't be evaluated.
    ///
    /// # Panics
    ///
    /// If it is not at the head of a loop.
    pub fn loop_at(&self, at: &Configuration, scratch: &mut Scratch) -> Result<Loop, Box<Fault>> {
        let next = self.head(at);
        let holds = self.evaluator(at, scratch).allows(next.condition.as_ref())?;
        Ok(Loop { place: next.place, kind: next.kind, spread: spread(at, next), holds })
    }

    /// Goes on from the head of a loop that counts: behind it, or into it once more.
    ///
    /// # Errors
    ///
    /// When its counter can't be counted down.
    ///
    /// # Panics
    ///
    /// If the configuration is not at the head of a loop.
    pub fn take_turn(&self, at: &mut Configuration, leaves: bool) -> Result<(), Box<Fault>> {
        let next = self.head(at);
        if leaves {
            exit_loop(at, next);
            return Ok(());
        }
        self.iterate(at, next)
    }

    fn head(&self, at: &Configuration) -> &RepeatNext {
        match &self.code[at.pc as usize] {
            Op::RepeatNext(next) => next,
            other => unreachable!("{other:?} is no loop"),
        }
    }

    /// Begins an iteration.
    #[inline]
    pub(super) fn iterate(&self, at: &mut Configuration, next: &RepeatNext) -> Result<(), Box<Fault>> {
        if next.counted {
            let counter = at.counters.last_mut().expect("the loop that runs has the last counter");
            let unknown = || fault(FaultKind::UnknownCount, self.place(next.place).span);
            *counter = counter.next().ok_or_else(unknown)?;
        }
        at.pc += 1;
        Ok(())
    }
}

/// What a loop has left.
fn counter(at: &Configuration, next: &RepeatNext) -> Option<Counter> {
    next.counted.then(|| *at.counters.last().expect("the loop that runs has the last counter"))
}

/// How many iterations a loop must still make.
pub(super) fn must(at: &Configuration, next: &RepeatNext) -> u32 {
    counter(at, next).map_or(0, Counter::must)
}

/// The mean of a loop less its lower bound.
fn spread(at: &Configuration, next: &RepeatNext) -> u64 {
    match next.spread {
        Parameter::Constant(value) => value,
        Parameter::Local(local) => at.local(local).cast_unsigned(),
    }
}

/// Whether the count of a loop is used up: also where it may go on by its bounds, but its mean is the lower one.
pub(super) fn is_finished(at: &Configuration, next: &RepeatNext) -> bool {
    match counter(at, next) {
        Some(counter) => counter == Counter::USED_UP,
        None => next.kind == CountKind::Open && spread(at, next) == 0,
    }
}

/// The odds that a loop which is not finished stops before its next iteration, as a part of a total; `None` where it
/// can't.
fn stop_odds(kind: CountKind, spread: u64, counter: Option<Counter>) -> Option<(u64, u64)> {
    if counter.is_some_and(|counter| counter.must() > 0) {
        return None;
    }
    let may = counter.map_or(0, |counter| u64::from(counter.may()));
    match kind {
        CountKind::Endless | CountKind::Exact => None,
        // Uniform over the ends that remain.
        CountKind::Uniform => Some((1, may + 1)),
        CountKind::Open => Some((1, spread + 1)),
        CountKind::Bounded => Some((bounded_hazard(spread, may), 1 << 32)),
    }
}

/// The probability, in 2^-32, that a geometric count with `mean` > 0 above its lower bound stops when it may go on for at
/// most `left` more: q / (1 − r^(left+1)) with q = 1 / (1 + mean) and r = 1 − q.
fn bounded_hazard(mean: u64, left: u64) -> u64 {
    const ONE: u128 = 1 << 64;
    let whole = u128::from(mean) + 1;
    let ratio = ONE * u128::from(mean) / whole;
    // r^(left+1) by repeated squaring, rounded down at each step: the same on every machine.
    let (mut power, mut base, mut exponent) = (ONE, ratio, left + 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = (power * base) >> 64;
        }
        // `base` is below 2^64, or the mean is 0 and it is 0.
        base = (base * base) >> 64;
        exponent >>= 1;
    }
    let hazard = ((ONE / whole) << 32) / (ONE - power);
    u64::try_from(hazard).expect("a probability is at most 1").clamp(1, (1 << 32) - 1)
}

/// Leaves a loop.
pub(super) fn exit_loop(at: &mut Configuration, next: &RepeatNext) {
    if next.counted {
        at.counters.pop();
    }
    at.pc = next.exit;
}
