//! Configurations in which the values of some states are not known: each stands for all that agree with what is.
//!
//! A run asks for the value of a state when it first needs it; the question is a decision, whose options are the values.
//! Where one of several things may happen, each that the known states allow is an option, and only of the one that is
//! taken the guard must hold: so what does not matter stays unknown. What happens if nothing is enabled is an option as
//! long as nothing is known to be. So runs are followed that no configuration has: never too few, but too many.

use super::configuration::Configuration;
use super::evaluate::fault;
use super::fault::{Fault, FaultKind};
use super::interpret::{u32_of, usize_of};
use super::pause::{Decision, Odds, Pause};
use super::product::{Question, Rows};
use super::program::{Choice, Expr, Op, PlaceId, Program};
use super::scratch::Scratch;
use super::watch::{CLAUSE_GUARD, GuardKey, note};
use crate::model::grammar::StateId;

/// What a configuration does not know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Unknown {
    /// A bit for each state whose value is not known.
    pub(super) states: Box<[u64]>,
    /// The state whose value was asked for, plus 1; or 0.
    pub(super) asked: u64,
    /// The option that was taken and is still to be looked at, plus 1; or 0.
    pub(super) claim: u64,
    /// Of a product, for each part what its states may have together; nothing for a part that is known.
    pub(super) rows: Box<[Rows]>,
    /// Of a product, for each part whether some state was assigned since its rows were last looked at.
    pub(super) unsorted: Box<[bool]>,
}

/// The option of nothing being enabled. (Its number plus 1 must fit.)
const NOTHING: u64 = u64::MAX - 1;

impl Unknown {
    pub(super) fn has(&self, state: usize) -> bool {
        self.states[state / 64] >> (state % 64) & 1 == 1
    }

    /// The number of words of all of it.
    pub(super) fn room(&self) -> usize {
        self.states.len() + self.rows.iter().map(|rows| 1 + rows.len()).sum::<usize>()
    }

    pub(super) fn pack(&self, words: &mut Vec<u64>) {
        words.extend([self.states.len() as u64, self.asked, self.claim]);
        words.extend_from_slice(&self.states);
        words.push(self.rows.len() as u64);
        for (rows, unsorted) in self.rows.iter().zip(&self.unsorted) {
            words.push((rows.len() as u64) << 1 | u64::from(*unsorted));
            words.extend_from_slice(rows);
        }
    }

    /// What was packed.
    pub(super) fn unpack(words: &[u64]) -> Self {
        let [length, asked, claim, rest @ ..] = words else { unreachable!("it was packed") };
        let (states, rest) = rest.split_at(usize_of(*length));
        let [n_parts, rest @ ..] = rest else { unreachable!("it was packed") };
        let mut rest = rest;
        let (mut rows, mut unsorted) = (Vec::new(), Vec::new());
        for _ in 0..*n_parts {
            let [head, tail @ ..] = rest else { unreachable!("it was packed") };
            let (list, tail) = tail.split_at(usize_of(head >> 1));
            rows.push(list.into());
            unsorted.push(head & 1 == 1);
            rest = tail;
        }
        let (rows, unsorted) = (rows.into(), unsorted.into());
        Self { states: states.into(), asked: *asked, claim: *claim, rows, unsorted }
    }
}

impl Configuration {
    /// Whether it knows the values of all states.
    pub fn is_complete(&self) -> bool {
        self.unknown.is_none()
    }

    /// Whether it is about to be told the value of a state, or of an option that was taken whether it is one: then it may
    /// be of a certain instance what comes next.
    pub fn is_asking(&self) -> bool {
        self.unknown.as_ref().is_some_and(|unknown| unknown.asked != 0 || unknown.claim != 0)
    }

    /// Makes the value of a state known or unknown.
    pub(super) fn set_known(&mut self, state: usize, known: bool) {
        if let Some(unknown) = &mut self.unknown {
            let bit = 1 << (state % 64);
            let word = &mut unknown.states[state / 64];
            *word = if known { *word & !bit } else { *word | bit };
        }
    }

    /// Whether it knows the value of a state.
    pub(super) fn knows(&self, state: usize) -> bool {
        self.unknown.as_ref().is_none_or(|unknown| !unknown.has(state))
    }

    /// The state has a value again.
    #[inline]
    pub(super) fn learn(&mut self, state: usize) {
        if let Some(unknown) = &mut self.unknown {
            unknown.states[state / 64] &= !(1 << (state % 64));
        }
    }
}

impl Configuration {
    /// How much it does not know: the more, the more it may stand for.
    pub fn n_unknown(&self) -> usize {
        let Some(unknown) = &self.unknown else { return 0 };
        let states = unknown.states.iter().map(|word| word.count_ones() as usize);
        if unknown.is_product() { unknown.rows.iter().map(|rows| rows.len()).sum() } else { states.sum() }
    }
}

impl Program {
    /// Packs all of a configuration but the values of its states, and what is known of those.
    pub fn pack_shape(&self, at: &Configuration, words: &mut Vec<u64>) {
        let mut shape = at.clone();
        shape.words[..self.initial.len()].fill(0);
        shape.unknown = None;
        shape.pack(words);
    }

    /// Whether all that one configuration knows of its states holds in another one: if they have the same shape, the first
    /// stands for all that the second stands for.
    pub fn agrees(&self, one: &Configuration, other: &Configuration) -> bool {
        if one.is_product() {
            return self.includes(one, other);
        }
        (0..self.slots.len()).all(|state| {
            let slot = &self.slots[state];
            !one.knows(state) || other.knows(state) && one.raw(slot) == other.raw(slot)
        })
    }

    /// The instruction that decides; nothing where the decision at hand is the value of a state that was asked for.
    pub(super) fn deciding(&self, at: &Configuration) -> Option<&Op> {
        let asks = at.unknown.as_ref().is_some_and(|unknown| unknown.asked != 0);
        (!asks).then(|| &self.code[at.pc as usize])
    }

    /// The state whose value the decision at hand gives, if it does.
    pub fn asked(&self, at: &Configuration) -> Option<StateId> {
        match (at.unknown.as_ref().and_then(|unknown| unknown.asked.checked_sub(1)), &self.code[at.pc as usize]) {
            (Some(state), _) => Some(StateId::new(usize_of(state))),
            (None, Op::AnyState { slot, .. } | Op::AnyElement { slot, .. }) => Some(StateId(*slot)),
            _ => None,
        }
    }

    /// Makes the values of all states unknown.
    pub fn forget_states(&self, at: &mut Configuration) {
        let n_states = self.slots.len();
        let mut states = vec![0; n_states.div_ceil(64)];
        for state in 0..n_states {
            states[state / 64] |= 1 << (state % 64);
        }
        at.words[..self.initial.len()].fill(0);
        at.unknown = Some(Box::new(Unknown { states: states.into(), ..Unknown::default() }));
    }

    /// The decision that an error stands for: the value of a state.
    pub(super) fn ask(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        error: Box<Fault>,
    ) -> Result<Decision, Box<Fault>> {
        let (FaultKind::Unknown(state), Some(unknown)) = (&error.kind, &mut at.unknown) else { return Err(error) };
        unknown.asked = u64::from(state.0) + 1;
        if unknown.is_product() {
            self.list_values(at, scratch, state.index());
            return Ok(Decision { place: PlaceId(0), odds: Odds::Listed });
        }
        let odds = Odds::Uniform(self.slots[state.index()].size.unwrap_or(u64::MAX));
        Ok(Decision { place: PlaceId(0), odds })
    }

    /// Goes on from a decision of a configuration that is not complete; whether that is all there is to it.
    pub(super) fn resume_partial(&self, at: &mut Configuration, option: u64) -> bool {
        let Some(unknown) = &mut at.unknown else { return false };
        if let Some(state) = std::mem::take(&mut unknown.asked).checked_sub(1) {
            self.suppose(at, usize_of(state), option);
            return true;
        }
        let is_guarded =
            matches!(self.code[at.pc as usize], Op::Slot | Op::Choose(_) | Op::Draw(_) | Op::Bind { .. } | Op::One(_));
        if is_guarded {
            unknown.claim = option + 1;
        }
        is_guarded
    }

    /// Sees that the option that was taken is one, and takes it.
    pub(super) fn settle_claim(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<(), Box<Fault>> {
        let Some(option) = at.unknown.as_ref().and_then(|unknown| unknown.claim.checked_sub(1)) else { return Ok(()) };
        let holds = match &self.code[at.pc as usize] {
            op if option == NOTHING => !at.is_product() || self.has_nothing(at, scratch, op)?,
            _ if at.is_product() => {
                self.restrict(at, scratch, true, &mut |at, scratch| self.is_option(at, scratch, option))?
            }
            _ => self.is_option(at, scratch, option)?,
        };
        if !holds {
            return Err(self.no_such_run(at));
        }
        let unknown = at.unknown.take();
        let taken = if option == NOTHING { self.take_nothing(at) } else { self.resume(at, option) };
        at.unknown = unknown;
        if let Some(unknown) = &mut at.unknown {
            unknown.claim = 0;
        }
        taken
    }

    /// Whether an option that was listed is one.
    fn is_option(&self, at: &Configuration, scratch: &mut Scratch, option: u64) -> Result<bool, Box<Fault>> {
        Ok(match &self.code[at.pc as usize] {
            Op::Slot => match option.checked_sub(1) {
                None => true,
                Some(clause) => {
                    let clause = &self.phases[at.phase().index()].clauses[usize_of(clause)];
                    self.evaluator(at, scratch).allows(clause.guard.as_ref())?
                }
            },
            Op::Choose(choose) => {
                let (_, guard, _) = &choose.alternatives[usize_of(option)];
                self.evaluator(at, scratch).allows(guard.as_ref())?
            }
            Op::Bind { action, .. } => self.allows(at, scratch, *action, option)?,
            Op::One(one) => self.evaluator(at, scratch).passes(&one.candidates, option)?,
            // Whether an action is enabled is seen when its arguments are chosen.
            _ => true,
        })
    }

    /// Keeps of a product what has no option at all; whether there is anything.
    fn has_nothing(&self, at: &mut Configuration, scratch: &mut Scratch, op: &Op) -> Result<bool, Box<Fault>> {
        let mut keep = |question: &mut Question<'_>| self.restrict(at, scratch, false, question);
        match op {
            Op::Choose(choose) => {
                for (weight, guard, _) in &choose.alternatives {
                    if !keep(&mut |at, scratch| {
                        Ok(self.may_weigh(at, scratch, weight)?.0
                            && self.evaluator(at, scratch).allows(guard.as_ref())?)
                    })? {
                        return Ok(false);
                    }
                }
            }
            Op::Draw(draw) => {
                for action in draw.actions.iter() {
                    let row = &self.actions[action.index()];
                    for binding in 0..row.bindings {
                        if !keep(&mut |at, scratch| {
                            Ok(self.may_weigh(at, scratch, &row.weight)?.0
                                && self.allows(at, scratch, *action, binding)?)
                        })? {
                            return Ok(false);
                        }
                    }
                }
            }
            Op::One(one) => {
                for option in 0..one.candidates.values.size {
                    if !keep(&mut |at, scratch| self.evaluator(at, scratch).passes(&one.candidates, option))? {
                        return Ok(false);
                    }
                }
            }
            other => unreachable!("{other:?} has no way without an option"),
        }
        Ok(true)
    }

    /// Sees that no `never` test holds by what is known: a configuration of which one does can't be reached.
    pub(super) fn check_never(&self, at: &Configuration, scratch: &mut Scratch) -> Result<(), Box<Fault>> {
        for (place, condition) in self.never.iter().enumerate() {
            if scratch.passed_over.contains(&place) {
                continue;
            }
            // What is not known may be otherwise.
            let (_, holds) = possible(self.evaluator(at, scratch).holds(condition))?;
            if holds {
                return Err(self.no_such_run(at));
            }
        }
        Ok(())
    }

    fn no_such_run(&self, at: &Configuration) -> Box<Fault> {
        fault(FaultKind::NoRun, self.span_at(at.pc))
    }

    fn take_nothing(&self, at: &mut Configuration) -> Result<(), Box<Fault>> {
        match &self.code[at.pc as usize] {
            Op::Choose(choose) => at.pc = choose.otherwise,
            Op::One(one) => at.pc = one.otherwise,
            Op::Draw(draw) => match draw.otherwise {
                Some(otherwise) => at.pc = otherwise,
                None => return Err(self.dead_end(draw.place)),
            },
            other => unreachable!("{other:?} has no way without an option"),
        }
        Ok(())
    }

    /// Lists what may happen where something guarded does; nothing where the instruction is like any other.
    pub(super) fn list_partial(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        op: &Op,
    ) -> Result<Option<Pause>, Box<Fault>> {
        let mut options = Vec::new();
        let mut is_certain = false;
        let mut add = |option: u64, (may, must): (bool, bool)| {
            if may {
                options.push(option);
            }
            is_certain |= must;
        };
        let place = match op {
            Op::Slot if self.has_slot(at) => {
                let phase = &self.phases[at.phase().index()];
                add(0, (true, true));
                for (option, clause) in (1..).zip(&phase.clauses) {
                    if clause.weight > 0 {
                        let allows = possible(self.evaluator(at, scratch).allows(clause.guard.as_ref()))?;
                        note_possible(scratch, (clause.entry, CLAUSE_GUARD), allows);
                        add(option, allows);
                    }
                }
                phase.place
            }
            Op::Choose(choose) => {
                for (option, (weight, guard, _)) in (0..).zip(&choose.alternatives) {
                    let weighs = self.may_weigh(at, scratch, weight)?;
                    let (may, must) = possible(self.evaluator(at, scratch).allows(guard.as_ref()))?;
                    note_possible(scratch, (at.pc, u32_of(option)), (may, must));
                    add(option, (may && weighs.0, must && weighs.1));
                }
                choose.place
            }
            Op::Draw(draw) => {
                for (option, action) in (0..).zip(draw.actions.iter()) {
                    let row = &self.actions[action.index()];
                    let weighs = self.may_weigh(at, scratch, &row.weight)?;
                    let (mut may, mut must) = (false, false);
                    for binding in 0..row.bindings {
                        let (one_may, one_must) = possible(self.allows(at, scratch, *action, binding))?;
                        note_possible(scratch, (row.bind, 0), (one_may, one_must));
                        (may, must) = (may || one_may, must || one_must);
                        if must && scratch.watch.is_none() {
                            break;
                        }
                    }
                    add(option, (may && weighs.0, must && weighs.1));
                }
                draw.place
            }
            Op::Bind { action, place } => {
                for binding in 0..self.actions[action.index()].bindings {
                    add(binding, possible(self.allows(at, scratch, *action, binding))?);
                }
                // That one is enabled was claimed before.
                is_certain = true;
                *place
            }
            Op::One(one) => {
                for option in 0..one.candidates.values.size {
                    let passes = possible(self.evaluator(at, scratch).passes(&one.candidates, option))?;
                    note_possible(scratch, (at.pc, one.candidates.guard), passes);
                    add(option, passes);
                }
                one.place
            }
            _ => return Ok(None),
        };
        if !is_certain {
            options.push(NOTHING);
        }
        scratch.options.clear();
        scratch.options.extend((1..).zip(options).map(|(upto, option)| Choice { option, upto }));
        Ok(Some(Pause::Decide(Decision { place, odds: Odds::Listed })))
    }

    /// Whether a weight may be above 0, and whether it is.
    fn may_weigh(&self, at: &Configuration, scratch: &mut Scratch, weight: &Expr) -> Result<(bool, bool), Box<Fault>> {
        possible(self.evaluator(at, scratch).value(weight).map(|weight| weight > 0))
    }
}

/// Notes what a guard may be, if somebody watches.
fn note_possible(scratch: &mut Scratch, key: GuardKey, (may, must): (bool, bool)) {
    if may {
        note(scratch, key, true);
    }
    if !must {
        note(scratch, key, false);
    }
}

/// Whether something may hold, and whether it certainly does.
fn possible(result: Result<bool, Box<Fault>>) -> Result<(bool, bool), Box<Fault>> {
    match result {
        Ok(holds) => Ok((holds, holds)),
        Err(error) if matches!(error.kind, FaultKind::Unknown(_)) => Ok((true, false)),
        Err(error) => Err(error),
    }
}

/// The error of an evaluation that needs a state that is not known.
pub(super) fn unknown(state: u32, span: crate::source::Span) -> Box<Fault> {
    fault(FaultKind::Unknown(StateId(state)), span)
}
