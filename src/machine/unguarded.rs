//! Runs past what the grammar forbids: to see what stands between a configuration and an item.
//!
//! Such a run pauses wherever a condition, a weight, a count or a domain may forbid a way, and lists all ways that the text
//! has, each with what bars it here. Whoever drives it may take any of them; those without a bar together are just the
//! runs of the grammar.

use super::configuration::{Configuration, Flags};
use super::fault::{Fault, FaultKind};
use super::interpret::{pass_slot, usize_of};
use super::pause::{Item, Pause};
use super::program::{Address, Assignment, CountKind, Op, PlaceId, Program, Target};
use super::repeat::{exit_loop, is_finished, must};
use super::scratch::Scratch;
use crate::model::grammar::{ActionId, EventId, PhaseId, StateId};
use crate::source::Span;

/// What forbids a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bar {
    /// A condition does not hold, or, where the way leads past what it guards, holds.
    Condition,
    /// Its weight or its probability is 0.
    Weight,
    /// The loop has run as often as it may.
    UsedUp,
    /// The loop must go on: so many times at least.
    GoesOn(u32),
    /// Nothing may come between here.
    Quiet,
    /// The state would leave its domain with this value. (The way leaves the assignment out.)
    Domain(i64),
    /// Something is enabled, so that the `else` is not taken, or a `settle` not over.
    Enabled,
}

/// A way to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    /// What [`Program::resume_unguarded`] takes.
    pub option: u64,
    /// What forbids it, if anything does.
    pub bar: Option<Bar>,
}

/// Why a run past what is forbidden pauses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Halt {
    /// It must be told how to go on.
    Fork(Vec<Way>),
    /// It shows an item.
    Show(Item),
    /// The trace is over.
    End,
}

/// What it is that bars a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Barrier {
    /// The `when` of an action or a reaction.
    Action(ActionId),
    /// A clause of a phase's `meanwhile`: its place among them.
    Clause(PhaseId, usize),
    /// An alternative of a `choose`.
    Alternative,
    /// An `if`.
    If,
    /// A `for one`.
    ForOne,
    /// A `for each`.
    ForEach,
    /// A `repeat`.
    Repeat,
    /// A `maybe`.
    Maybe,
    /// A `do`, a `react` or a `settle`.
    Draw,
    /// An assignment to a state.
    Assignment(StateId),
    /// Something else.
    Other,
}

/// The option of taking an `else`.
const OTHERWISE: u64 = u64::MAX;

impl Program {
    /// Runs to the next pause of a run past what is forbidden. The configuration is complete.
    ///
    /// # Errors
    ///
    /// When the grammar fails. The configuration is of no use then.
    pub fn run_unguarded(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<Halt, Box<Fault>> {
        match self.advance::<true, false, false, true, false>(at, scratch) {
            Ok(Some(Pause::Show(item))) => Ok(Halt::Show(item)),
            Ok(Some(Pause::End)) => Ok(Halt::End),
            Ok(Some(Pause::Decide(decision))) => {
                let options = self.options(&decision, scratch);
                Ok(Halt::Fork(options.into_iter().map(|option| Way { option, bar: None }).collect()))
            }
            Ok(None) => Ok(Halt::Fork(self.ways(at, scratch)?)),
            Err(fault) => match (&fault.kind, &self.code[at.pc as usize]) {
                (FaultKind::Domain { value, .. } | FaultKind::Value { value, .. }, Op::Assign(_)) => {
                    Ok(Halt::Fork(vec![Way { option: 0, bar: Some(Bar::Domain(*value)) }]))
                }
                _ => Err(fault),
            },
        }
    }

    /// Whether something may be forbidden at an instruction.
    pub(super) fn may_forbid(&self, at: &Configuration, op: &Op) -> bool {
        match op {
            Op::Slot => !self.phases[at.phase as usize].clauses.is_empty(),
            Op::EachStart(each) => each.candidates.filter.is_some(),
            Op::Maybe { first, .. } => *first == 0,
            Op::Unless { .. }
            | Op::ChooseTable { .. }
            | Op::Choose(_)
            | Op::Draw(_)
            | Op::Bind { .. }
            | Op::One(_)
            | Op::RepeatNext(_) => true,
            _ => false,
        }
    }

    /// All ways that the text has.
    fn ways(&self, at: &Configuration, scratch: &mut Scratch) -> Result<Vec<Way>, Box<Fault>> {
        let mut ways = Vec::new();
        let mut add = |option: u64, bar: Option<Bar>| ways.push(Way { option, bar });
        let unless = |holds: bool, bar: Bar| (!holds).then_some(bar);
        match &self.code[at.pc as usize] {
            Op::Slot => {
                let is_quiet = at.flags.has(Flags::QUIET);
                add(0, None);
                for (option, clause) in (1..).zip(&self.phases[at.phase as usize].clauses) {
                    let bar = if is_quiet {
                        Some(Bar::Quiet)
                    } else if clause.weight == 0 {
                        Some(Bar::Weight)
                    } else {
                        unless(self.evaluator(at, scratch).allows(clause.guard.as_ref())?, Bar::Condition)
                    };
                    add(option, bar);
                }
            }
            Op::EachStart(each) => {
                add(0, None);
                for place in 0..each.candidates.values.size {
                    if !self.evaluator(at, scratch).passes(&each.candidates, place)? {
                        add(place + 1, Some(Bar::Condition));
                    }
                }
            }
            Op::Maybe { .. } => {
                add(1, None);
                add(0, Some(Bar::Weight));
            }
            Op::Unless { condition, .. } => {
                let holds = self.evaluator(at, scratch).holds(condition)?;
                add(0, unless(holds, Bar::Condition));
                add(1, unless(!holds, Bar::Condition));
            }
            Op::ChooseTable { table, targets, .. } => {
                let choices = &self.tables[*table as usize].options;
                for option in 0..targets.len() as u64 {
                    add(option, unless(choices.iter().any(|choice| choice.option == option), Bar::Weight));
                }
            }
            Op::Choose(choose) => {
                let mut is_enabled = false;
                for (option, (weight, guard, _)) in (0..).zip(&choose.alternatives) {
                    let bar = if self.evaluator(at, scratch).allows(guard.as_ref())? {
                        unless(self.weight(at, scratch, weight, choose.place)? > 0, Bar::Weight)
                    } else {
                        Some(Bar::Condition)
                    };
                    is_enabled |= bar.is_none();
                    add(option, bar);
                }
                if !matches!(self.code[choose.otherwise as usize], Op::DeadEnd { .. }) {
                    add(OTHERWISE, unless(!is_enabled, Bar::Enabled));
                }
            }
            Op::Draw(draw) => {
                let mut is_any = false;
                for (option, action) in (0..).zip(draw.actions.iter()) {
                    let weight = &self.actions[action.index()].weight;
                    let bar = unless(self.weight(at, scratch, weight, draw.place)? > 0, Bar::Weight);
                    is_any = is_any || bar.is_none() && self.is_enabled(at, scratch, *action)?;
                    add(option, bar);
                }
                if draw.otherwise.is_some() {
                    add(OTHERWISE, unless(!is_any, Bar::Enabled));
                }
            }
            Op::Bind { action, .. } => {
                for binding in 0..self.actions[action.index()].bindings {
                    add(binding, unless(self.allows(at, scratch, *action, binding)?, Bar::Condition));
                }
            }
            Op::One(one) => {
                let mut is_any = false;
                for place in 0..one.candidates.values.size {
                    let passes = self.evaluator(at, scratch).passes(&one.candidates, place)?;
                    is_any |= passes;
                    add(place, unless(passes, Bar::Condition));
                }
                add(OTHERWISE, unless(!is_any, Bar::Enabled));
            }
            Op::RepeatNext(next) => {
                let holds = self.evaluator(at, scratch).allows(next.condition.as_ref())?;
                let must = must(at, next);
                if is_finished(at, next) {
                    add(0, None);
                    add(1, Some(Bar::UsedUp));
                } else if !holds {
                    add(0, None);
                    add(1, Some(Bar::Condition));
                } else {
                    let bar = if next.kind == CountKind::Endless {
                        Some(Bar::Condition)
                    } else {
                        unless(must == 0, Bar::GoesOn(must))
                    };
                    add(0, bar);
                    add(1, None);
                }
            }
            other => unreachable!("{other:?} forbids nothing"),
        }
        Ok(ways)
    }

    /// Goes on from a fork by one of its ways, barred or not.
    ///
    /// # Errors
    ///
    /// When the stack is full, or the grammar fails.
    ///
    /// # Panics
    ///
    /// If the configuration is not at a fork, or the way is not one of its.
    pub fn resume_unguarded(&self, at: &mut Configuration, scratch: &mut Scratch, way: Way) -> Result<(), Box<Fault>> {
        match &self.code[at.pc as usize] {
            Op::Assign(_) => at.pc += 1,
            Op::Slot if way.option == 0 => pass_slot(at),
            Op::EachStart(each) => {
                // One that does not pass is taken alone: what comes before it is no matter of its filter.
                match way.option.checked_sub(1) {
                    None => self.each_start(at, scratch, each)?,
                    Some(place) => {
                        let word = u32::try_from(place / 64).expect("domains that are enumerated are small");
                        *at.bits_mut(each.mask + word) |= 1 << (place % 64);
                        at.pc += 1;
                    }
                }
            }
            Op::Unless { target, .. } => at.pc = if way.option == 0 { at.pc + 1 } else { *target },
            Op::Choose(choose) if way.option == OTHERWISE => at.pc = choose.otherwise,
            Op::One(one) if way.option == OTHERWISE => at.pc = one.otherwise,
            Op::Draw(draw) if way.option == OTHERWISE => {
                at.pc = draw.otherwise.expect("the way was listed because there is one");
            }
            Op::Bind { action, .. } => self.bind(at, *action, way.option)?,
            Op::RepeatNext(next) if way.option == 0 => exit_loop(at, next),
            // There is nothing left to be counted.
            Op::RepeatNext(_) if way.bar == Some(Bar::UsedUp) => at.pc += 1,
            _ => self.resume(at, way.option)?,
        }
        Ok(())
    }

    /// What it is that may bar ways of a fork, and where it stands: the condition where there is one. Where nothing may come
    /// between, it is what must come next.
    pub fn barrier(&self, at: &Configuration, way: Way) -> (Barrier, Span) {
        let here = self.span_at(at.pc);
        let guard = |number: u64| self.guard_span(at.pc, u32::try_from(number).ok()?);
        match &self.code[at.pc as usize] {
            Op::Slot if way.bar == Some(Bar::Quiet) => (Barrier::Other, self.span_at(at.pc + 1)),
            Op::Slot => {
                let place = usize_of(way.option.saturating_sub(1));
                let clause = &self.phases[at.phase as usize].clauses[place];
                let guard = self.guard_span(clause.entry, 0);
                (Barrier::Clause(at.phase(), place), guard.unwrap_or_else(|| self.span_at(clause.entry)))
            }
            Op::EachStart(each) => (Barrier::ForEach, guard(0).unwrap_or(each.span)),
            Op::Maybe { .. } => (Barrier::Maybe, here),
            Op::Unless { .. } => (Barrier::If, guard(0).unwrap_or(here)),
            Op::ChooseTable { .. } => (Barrier::Alternative, here),
            Op::Choose(_) => (Barrier::Alternative, guard(way.option).unwrap_or(here)),
            Op::Draw(draw) => match usize::try_from(way.option).ok().and_then(|place| draw.actions.get(place)) {
                Some(action) => (Barrier::Action(*action), here),
                None => (Barrier::Draw, here),
            },
            Op::Bind { action, .. } => (Barrier::Action(*action), guard(0).unwrap_or(here)),
            Op::One(_) => (Barrier::ForOne, guard(0).unwrap_or(here)),
            Op::RepeatNext(_) => {
                let is_condition = way.bar == Some(Bar::Condition);
                (Barrier::Repeat, guard(0).filter(|_| is_condition).unwrap_or(here))
            }
            Op::Assign(assignment) => (self.assigned(at, assignment), assignment.span),
            _ => (Barrier::Other, here),
        }
    }

    fn assigned(&self, at: &Configuration, assignment: &Assignment) -> Barrier {
        match &assignment.target {
            Target::Slot(slot) => Barrier::Assignment(StateId(*slot)),
            Target::Of { instance, member } => {
                let mut scratch = Scratch::new(1_000);
                let instance = self.evaluator(at, &mut scratch).instance(instance, assignment.span);
                instance.map_or(Barrier::Other, |instance| {
                    Barrier::Assignment(StateId(self.first_states[instance] + member))
                })
            }
        }
    }

    /// The actions or reactions that the draw at hand can draw; none where there is no draw.
    pub fn enabled(&self, at: &Configuration, scratch: &mut Scratch) -> Vec<ActionId> {
        let Op::Draw(draw) = &self.code[at.pc as usize] else { return Vec::new() };
        let mut is_enabled = |action: &ActionId| {
            let weight = &self.actions[action.index()].weight;
            self.weight(at, scratch, weight, draw.place).is_ok_and(|weight| weight > 0)
                && self.is_enabled(at, scratch, *action).unwrap_or_default()
        };
        draw.actions.iter().copied().filter(|action| is_enabled(action)).collect()
    }

    /// Whether the decision at hand is one of a `meanwhile`.
    pub fn is_slot(&self, at: &Configuration) -> bool {
        matches!(self.code[at.pc as usize], Op::Slot)
    }

    /// Where the guard of an instruction stands that has this number.
    pub(super) fn guard_span(&self, address: Address, number: u32) -> Option<Span> {
        self.guards.iter().find(|guard| guard.key == (address, number)).map(|guard| guard.span)
    }

    /// The places that show an event.
    pub fn emissions(&self, event: EventId) -> Vec<PlaceId> {
        let place = |op: &Op| match op {
            Op::Emit(emission) if emission.event == event => Some(emission.place),
            _ => None,
        };
        self.code.iter().filter_map(place).collect()
    }

    /// The only event with instances that a place can show, where the text names them.
    pub fn only_symbol(&self, place: PlaceId) -> Option<u32> {
        self.code.iter().find_map(|op| match op {
            Op::Emit(emission) if emission.place == place && emission.of.is_empty() => Some(emission.base),
            _ => None,
        })
    }

    /// Where the mark of an action is shown.
    pub fn mark(&self, action: ActionId) -> Option<PlaceId> {
        self.code.iter().find_map(|op| match op {
            Op::Mark { action: marked, place, .. } if *marked == action => Some(*place),
            _ => None,
        })
    }

    /// Where the mark of a phase is shown.
    pub fn phase_mark(&self, phase: PhaseId) -> PlaceId {
        let is_it = |op: &Op| match op {
            Op::Phase { phase: marked, place, .. } if *marked == phase => Some(*place),
            _ => None,
        };
        self.code.iter().find_map(is_it).expect("every phase has its mark")
    }
}
