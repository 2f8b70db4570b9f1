//! What runs do beside what they show, for whoever takes all of them: which statements they come to, which guards hold,
//! and whether there is what must never be.

use rustc_hash::FxHashMap;

use super::compile;
use super::configuration::Configuration;
use super::fault::Fault;
use super::program::{Address, Expr, Program};
use super::scratch::Scratch;
use crate::model::grammar::{ActionId, Expression, Grammar, PhaseId, RuleId};
use crate::source::Span;

/// A condition on the states of a configuration that is no part of a program's bodies.
#[derive(Clone, Debug)]
pub struct Condition(Expr);

impl Condition {
    /// Compiles it. It is to be asked of programs of this grammar.
    pub fn compile(grammar: &Grammar, condition: &Expression) -> Self {
        Self(compile::condition(grammar, condition))
    }
}

/// A part of the text that runs come to, or don't.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landmark {
    /// What it is.
    pub kind: LandmarkKind,
    /// Where it stands.
    pub span: Span,
    pub(super) code: (Address, Address),
}

impl Landmark {
    /// Whether another one is a part of it.
    pub fn contains(&self, other: &Self) -> bool {
        let is_within = self.code.0 <= other.code.0 && other.code.1 <= self.code.1;
        is_within
            && (self.code != other.code
                || self.kind != LandmarkKind::Statement && other.kind == LandmarkKind::Statement)
    }

    /// Whether a guard stands in it.
    pub fn has(&self, guard: &Guard) -> bool {
        (self.code.0..self.code.1).contains(&guard.key.0)
    }

    /// How much of the program it is.
    pub fn size(&self) -> usize {
        (self.code.1 - self.code.0) as usize
    }
}

/// What a [`Landmark`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LandmarkKind {
    /// A statement.
    Statement,
    /// An alternative of a `choose`.
    Alternative,
    /// An alternative whose weight is 0: it is meant never to happen.
    Weightless,
    /// A clause of a `meanwhile`.
    Clause,
    /// A rule.
    Rule(RuleId),
    /// An action, or a reaction.
    Action(ActionId),
    /// A phase.
    Phase(PhaseId),
}

/// A condition that opens a way: of an `if`, a `when`, a `where` or a `while`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// How it is written.
    pub kind: GuardKind,
    /// Where it stands.
    pub span: Span,
    pub(super) key: GuardKey,
}

/// How a [`Guard`] is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardKind {
    /// `if`
    If,
    /// `when`
    When,
    /// `where`
    Where,
    /// `while`
    While,
}

/// The instruction that looks at a guard, and which of its guards it is.
pub(super) type GuardKey = (Address, u32);

/// The number of the guard of a clause among those of the instruction with which its body begins.
pub(super) const CLAUSE_GUARD: u32 = u32::MAX;

/// What a guard was found to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// It held once.
    pub held: bool,
    /// It failed once.
    pub failed: bool,
}

impl Outcomes {
    fn add(&mut self, also: Self) {
        self.held |= also.held;
        self.failed |= also.failed;
    }
}

/// What is watched for, and what was seen. Lies in a [`Scratch`].
#[derive(Clone, Debug, Default)]
pub struct Watch {
    never: Vec<Condition>,
    met: Vec<bool>,
    reached: Vec<bool>,
    /// Of the first guards of instructions, by their addresses, and of others.
    first: Vec<Outcomes>,
    others: FxHashMap<GuardKey, Outcomes>,
}

impl Watch {
    /// Watches for configurations of a program in which one of these holds, those before the first phase left out.
    pub fn new(program: &Program, never: Vec<Condition>) -> Self {
        Self {
            met: vec![false; never.len()],
            never,
            reached: vec![false; program.code.len()],
            first: vec![Outcomes::default(); program.code.len()],
            others: FxHashMap::default(),
        }
    }

    /// One that watches for the same, and has seen nothing.
    pub(super) fn another(&self) -> Self {
        Self {
            never: self.never.clone(),
            met: vec![false; self.met.len()],
            reached: vec![false; self.reached.len()],
            first: vec![Outcomes::default(); self.first.len()],
            others: FxHashMap::default(),
        }
    }

    /// Adds what another one has seen that watches for the same, but for the conditions that have held.
    pub fn add(&mut self, other: &Self) {
        for (reached, also) in self.reached.iter_mut().zip(&other.reached) {
            *reached |= also;
        }
        for (known, also) in self.first.iter_mut().zip(&other.first) {
            known.add(*also);
        }
        #[expect(clippy::iter_over_hash_type, reason = "the order makes no difference")]
        for (key, also) in &other.others {
            self.others.entry(*key).or_default().add(*also);
        }
    }

    /// Whether a run has come to it.
    pub fn has_reached(&self, landmark: &Landmark) -> bool {
        self.reached[landmark.code.0 as usize]
    }

    /// What a guard was found to be; nothing where no run has looked at it.
    pub fn outcomes(&self, guard: &Guard) -> Outcomes {
        match guard.key {
            (address, 0) => self.first[address as usize],
            key => self.others.get(&key).copied().unwrap_or_default(),
        }
    }

    /// The conditions that have held since this was asked last, by their places in the list.
    pub fn take_met(&mut self) -> impl Iterator<Item = usize> {
        self.met.iter_mut().enumerate().filter_map(|(place, met)| std::mem::take(met).then_some(place))
    }

    #[inline]
    pub(super) fn reach(&mut self, address: Address) {
        self.reached[address as usize] = true;
    }

    pub(super) fn note(&mut self, key: GuardKey, held: bool) {
        let known = match key {
            (address, 0) => &mut self.first[address as usize],
            key => self.others.entry(key).or_default(),
        };
        known.add(Outcomes { held, failed: !held });
    }
}

impl Program {
    /// What runs may come to, in the order of the text.
    pub fn landmarks(&self) -> &[Landmark] {
        &self.landmarks
    }

    /// The guards, in the order of the text.
    pub fn guards(&self) -> &[Guard] {
        &self.guards
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    ///
    /// When it can't be evaluated.
    pub fn holds(&self, condition: &Condition, at: &Configuration, scratch: &mut Scratch) -> Result<bool, Box<Fault>> {
        self.evaluator(at, scratch).holds(&condition.0)
    }

    /// Looks for what must never be.
    #[cold]
    pub(super) fn look(&self, at: &Configuration, scratch: &mut Scratch) -> Result<(), Box<Fault>> {
        let Some(mut watch) = scratch.watch.take() else { return Ok(()) };
        let mut result = Ok(());
        // Looking is no step of the run.
        let fuel = std::mem::replace(&mut scratch.environment.fuel, scratch.step_limit);
        for (condition, met) in watch.never.iter().zip(&mut watch.met) {
            scratch.refuel();
            match self.holds(condition, at, scratch) {
                Ok(holds) => *met |= holds,
                Err(fault) => result = Err(fault),
            }
        }
        scratch.refuel();
        scratch.environment.fuel = fuel;
        scratch.watch = Some(watch);
        result
    }

    /// Notes whether the guard of an action holds: for each binding.
    #[cold]
    pub(super) fn note_action(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        id: ActionId,
    ) -> Result<(), Box<Fault>> {
        let action = &self.actions[id.index()];
        if action.guard.is_none() {
            return Ok(());
        }
        for binding in 0..action.bindings {
            let holds = self.allows(at, scratch, id, binding)?;
            note(scratch, (action.bind, 0), holds);
        }
        Ok(())
    }
}

/// Notes what a guard is, if somebody watches.
#[inline]
pub(super) fn note(scratch: &mut Scratch, key: GuardKey, held: bool) {
    if let Some(watch) = &mut scratch.watch {
        watch.note(key, held);
    }
}
