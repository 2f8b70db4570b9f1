//! Running a configuration to its next pause, and on from it.

use super::MAX_WEIGHT;
use super::compile::compile;
use super::configuration::{Configuration, Flags};
use super::each::{each_next, take_each};
use super::evaluate::{Evaluator, fault};
use super::fault::{Fault, FaultKind};
use super::pause::{Decision, Item, Odds, Pause};
use super::program::{ActionCode, Candidates, Choice, Emission, Expr, Op, PlaceId, Program};
use super::repeat::exit_loop;
use super::scratch::Scratch;
use super::watch::{CLAUSE_GUARD, note};
use crate::model::grammar::Grammar;

impl Program {
    /// Compiles a checked grammar. Costs a pass over it.
    pub fn compile(grammar: &Grammar) -> Self {
        compile(grammar)
    }

    /// The configuration at the start.
    pub fn start(&self) -> Configuration {
        Configuration::start(self)
    }

    /// Runs to the next pause.
    ///
    /// # Errors
    ///
    /// When the grammar fails: see [`FaultKind`]. The configuration is of no use then.
    #[inline]
    pub fn run(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<Pause, Box<Fault>> {
        let pause = if at.is_complete() {
            if scratch.watch.is_some() {
                self.advance::<true, false, true, false, false>(at, scratch)?
            } else {
                self.advance::<true, false, false, false, false>(at, scratch)?
            }
        } else {
            let advanced = if scratch.watch.is_some() {
                self.advance::<true, true, true, false, false>(at, scratch)
            } else {
                self.advance::<true, true, false, false, false>(at, scratch)
            };
            match advanced {
                Err(error) => Some(Pause::Decide(self.ask(at, scratch, error)?)),
                Ok(pause) => {
                    if !at.is_product() {
                        self.check_never(at, scratch)?;
                    }
                    pause
                }
            }
        };
        Ok(pause.expect("a run that shows pauses only to show, to decide or to end"))
    }

    /// Runs to the next pause, or to the head of a loop that counts: then there is no pause, [`loop_at`](Self::loop_at) tells
    /// what comes of its counter, and [`take_turn`](Self::take_turn) goes on. Nothing on the way depends on a counter, where
    /// there is no [`interleave`](Self::has_interleave). The configuration must be complete, and nobody watch.
    ///
    /// # Errors
    ///
    /// When the grammar fails.
    pub fn run_to_loop(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<Option<Pause>, Box<Fault>> {
        self.advance::<true, false, false, false, true>(at, scratch)
    }

    /// Whether branches may run side by side.
    pub fn has_interleave(&self) -> bool {
        self.code.iter().any(|op| matches!(op, Op::Interleave(_)))
    }

    /// Runs through all that neither decides nor shows nor ends: to the last configuration before the next pause. Those
    /// from which the same is still to come are equal then, however they came there.
    ///
    /// # Errors
    ///
    /// When the grammar fails on the way. The configuration is of no use then.
    pub fn rest(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<(), Box<Fault>> {
        if at.is_complete() {
            let advanced = if scratch.watch.is_some() {
                self.advance::<false, false, true, false, false>(at, scratch)
            } else {
                self.advance::<false, false, false, false, false>(at, scratch)
            };
            return advanced.map(|_| ());
        }
        let advanced = if scratch.watch.is_some() {
            self.advance::<false, true, true, false, false>(at, scratch)
        } else {
            self.advance::<false, true, false, false, false>(at, scratch)
        };
        match advanced {
            // It is asked for when the run goes on.
            Err(error) if matches!(error.kind, FaultKind::Unknown(_)) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    /// Runs to the next pause, or, unless it `SHOWS`, only to what is shown next, with nothing for an answer. The
    /// configuration is complete unless it is `PARTIAL`. Somebody may watch only if it `WATCHES`.
    /// `UNGUARDED`: it also pauses where something may be forbidden, with nothing for an answer. `LOOPS`: likewise at the
    /// head of a loop that counts.
    #[inline]
    pub(super) fn advance<
        const SHOWS: bool,
        const PARTIAL: bool,
        const WATCHES: bool,
        const UNGUARDED: bool,
        const LOOPS: bool,
    >(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
    ) -> Result<Option<Pause>, Box<Fault>> {
        if PARTIAL {
            self.settle_claim(at, scratch)?;
        }
        if at.flags.has(Flags::AFTER) {
            self.finish_turn(at, scratch)?;
        }
        loop {
            let op = &self.code[at.pc as usize];
            if WATCHES && let Some(watch) = &mut scratch.watch {
                watch.reach(at.pc);
            }
            if PARTIAL && let Some(pause) = self.list_partial(at, scratch, op)? {
                return Ok(Some(pause));
            }
            if UNGUARDED && self.may_forbid(at, op) {
                return Ok(None);
            }
            if LOOPS && matches!(op, Op::RepeatNext(next) if next.counted) {
                return Ok(None);
            }
            if scratch.environment.fuel == 0 {
                return Err(fault(FaultKind::StepLimit, self.span_at(at.pc)));
            }
            scratch.environment.fuel -= 1;
            match op {
                Op::Emit(_) | Op::Mark { .. } | Op::Phase { .. } | Op::End if !SHOWS => return Ok(None),
                Op::Emit(emission) => return Ok(Some(Pause::Show(self.emit(at, scratch, emission)?))),
                Op::Slot => {
                    if let Some(decision) = self.slot(at, scratch)? {
                        return Ok(Some(Pause::Decide(decision)));
                    }
                }
                Op::ChooseTable { table, targets, place } => match &self.tables[*table as usize].options[..] {
                    [only] => at.pc = targets[usize_of(only.option)],
                    _ => return Ok(Some(decide(*place, Odds::Table(*table)))),
                },
                Op::Choose(choose) => {
                    scratch.options.clear();
                    let mut upto = 0;
                    for (option, (weight, guard, _)) in (0..).zip(&choose.alternatives) {
                        let allows = self.evaluator(at, scratch).allows(guard.as_ref())?;
                        if WATCHES && guard.is_some() {
                            note(scratch, (at.pc, u32_of(option)), allows);
                        }
                        if allows {
                            upto += self.weight(at, scratch, weight, choose.place)?;
                            push_choice(scratch, option, upto);
                        }
                    }
                    match scratch.options[..] {
                        [] => at.pc = choose.otherwise,
                        [only] => at.pc = choose.alternatives[usize_of(only.option)].2,
                        _ => return Ok(Some(decide(choose.place, Odds::Listed))),
                    }
                }
                Op::Jump(target) => at.pc = *target,
                Op::Unless { condition, target } => {
                    let holds = self.evaluator(at, scratch).holds(condition)?;
                    if WATCHES {
                        note(scratch, (at.pc, 0), holds);
                    }
                    at.pc = if holds { at.pc + 1 } else { *target };
                }
                Op::Maybe { first: 0, otherwise, .. } => at.pc = *otherwise,
                Op::Maybe { first, total, .. } if first == total => at.pc += 1,
                Op::Maybe { first, total, place, .. } => {
                    return Ok(Some(decide(*place, Odds::Either { first: *first, total: *total })));
                }
                Op::Call { entry, frame, arguments, tail, .. } => {
                    scratch.values.clear();
                    for argument in arguments {
                        let value = self.evaluator(at, scratch).value(argument)?;
                        scratch.values.push(value);
                    }
                    let back = at.pc + 1;
                    self.enter(at, *tail, back, *frame)?;
                    for (local, value) in (0..).zip(&scratch.values) {
                        at.set_local(local, *value);
                    }
                    at.pc = *entry;
                }
                Op::RepeatNext(next) => {
                    if let Some(decision) = self.repeat_next(at, scratch, next)? {
                        return Ok(Some(Pause::Decide(decision)));
                    }
                }
                Op::EachNext { each } => {
                    if let Some(decision) = each_next(at, scratch, each) {
                        return Ok(Some(Pause::Decide(decision)));
                    }
                }
                Op::EachStart(each) => self.each_start(at, scratch, each)?,
                Op::Assign(..) | Op::Clear { .. } | Op::Return => self.plain(at, scratch, op)?,
                Op::One(one) => {
                    self.list_candidates(at, scratch, &one.candidates)?;
                    match scratch.options[..] {
                        [] => at.pc = one.otherwise,
                        [only] => take_one(at, one.variable, one.candidates.values.at(only.option)),
                        _ => return Ok(Some(decide(one.place, Odds::Listed))),
                    }
                }
                Op::Draw(draw) => {
                    scratch.options.clear();
                    let mut upto = 0;
                    // Whether only what is looked for is listed; never where something else comes if nothing is enabled.
                    let mut omits = false;
                    for (option, action) in (0..).zip(draw.actions.iter()) {
                        if WATCHES {
                            self.note_action(at, scratch, *action)?;
                        }
                        let ActionCode { bind, bindings, weight, .. } = &self.actions[action.index()];
                        let mut is_enabled = None;
                        if let (Some(ahead), None) = (&scratch.ahead, draw.otherwise) {
                            omits = true;
                            // With which arguments it is enabled is seen when those are chosen.
                            is_enabled = if ahead.leads(*bind) { (*bindings > 1).then_some(true) } else { Some(false) };
                        }
                        if is_enabled.map_or_else(|| self.is_enabled(at, scratch, *action), Ok)? {
                            upto += self.weight(at, scratch, weight, draw.place)?;
                            push_choice(scratch, option, upto);
                        }
                    }
                    match scratch.options[..] {
                        _ if omits => return Ok(Some(decide(draw.place, Odds::Listed))),
                        [] => match draw.otherwise {
                            Some(otherwise) => at.pc = otherwise,
                            None => return Err(self.dead_end(draw.place)),
                        },
                        [only] => self.begin_action(at, draw, only.option)?,
                        _ => return Ok(Some(decide(draw.place, Odds::Listed))),
                    }
                }
                Op::Bind { action, .. } if self.actions[action.index()].bindings == 1 => self.bind(at, *action, 0)?,
                Op::Bind { action, place } => {
                    self.list_bindings(at, scratch, *action)?;
                    match scratch.options[..] {
                        [only] => self.bind(at, *action, only.option)?,
                        _ => return Ok(Some(decide(*place, Odds::Listed))),
                    }
                }
                Op::Sources { count, place } => return Ok(Some(decide(*place, Odds::Uniform(u64::from(*count))))),
                Op::Mark { action, source, next, place } => {
                    at.pc = *next;
                    let n_parameters = self.actions[action.index()].parameters.len();
                    let frame = at.frame as usize;
                    scratch.values.clear();
                    scratch.values.extend(at.words[frame..frame + n_parameters].iter().map(|word| word.cast_signed()));
                    return Ok(Some(Pause::Show(Item::Action { action: *action, source: *source, place: *place })));
                }
                Op::RepeatStart(start) => self.repeat_start(at, scratch, start)?,
                Op::EnterAtomic { local } => {
                    let watch = at.control != 0 || at.flags.has(Flags::WATCH);
                    let surroundings = at.surroundings();
                    *at.bits_mut(*local) = surroundings;
                    if !at.flags.has(Flags::QUIET) {
                        at.flags.set(Flags::PENDING, true);
                    }
                    at.flags.set(Flags::WATCH, watch);
                    at.flags.set(Flags::SHOWN, false);
                    (at.control, at.inner) = (0, 0);
                    at.pc += 1;
                }
                Op::ExitAtomic { local } => {
                    if exit_atomic(at, *local) {
                        self.finish_turn(at, scratch)?;
                    }
                }
                Op::ClauseEnd => {
                    at.pop_frame();
                    let surroundings = at.words.pop().expect("a clause lies on a word that tells what was around it");
                    (at.flags, at.control, at.inner) = Configuration::surroundings_of(surroundings);
                }
                Op::Interleave(interleave) => self.interleave(at, scratch, interleave)?,
                Op::Turn { next, place } => match at.turn(&mut scratch.options) {
                    0 => at.end_interleave(*next),
                    n if n == 1 || scratch.in_order => at.activate(scratch.options[0].option),
                    _ => return Ok(Some(decide(*place, Odds::Listed))),
                },
                Op::BranchEnd => at.end_branch(),
                Op::Phase { phase, frame, place } => {
                    if WATCHES {
                        self.look(at, scratch)?;
                    }
                    at.clear_stack(self.initial.len());
                    at.words.resize(self.initial.len() + *frame as usize, 0);
                    at.phase = phase.0;
                    at.pc += 1;
                    return Ok(Some(Pause::Show(Item::Phase { phase: *phase, place: *place })));
                }
                Op::Leave => {
                    at.clear_stack(self.initial.len());
                    at.pc = self.phases[at.phase as usize].after;
                }
                Op::End => {
                    at.clear_stack(self.initial.len());
                    at.pc = self.end;
                    return Ok(Some(Pause::End));
                }
                Op::DeadEnd { place } => return Err(self.dead_end(*place)),
                Op::AnyState { slot, place } => match self.slots[*slot as usize].size {
                    Some(0 | 1) | None => at.pc += 1,
                    Some(size) => return Ok(Some(decide(*place, Odds::Uniform(size)))),
                },
                Op::AnyElement { place, .. } => return Ok(Some(decide(*place, Odds::Uniform(2)))),
            }
        }
    }

    /// Goes on from a decision with one of its options.
    ///
    /// # Errors
    ///
    /// When the stack is full, or a counter is counted down of which that is not known to be possible.
    ///
    /// # Panics
    ///
    /// If the configuration is not at a decision, or the option is not one of its.
    #[inline]
    pub fn resume(&self, at: &mut Configuration, option: u64) -> Result<(), Box<Fault>> {
        if !at.is_complete() && self.resume_partial(at, option) {
            return Ok(());
        }
        match &self.code[at.pc as usize] {
            Op::Slot => match option.checked_sub(1) {
                None => pass_slot(at),
                Some(clause) => {
                    let clause = &self.phases[at.phase as usize].clauses[usize_of(clause)];
                    let surroundings = at.surroundings();
                    at.words.push(surroundings);
                    (at.control, at.inner) = (0, 0);
                    at.flags = Flags::QUIET;
                    let slot = at.pc;
                    self.enter(at, false, slot, clause.frame)?;
                    at.pc = clause.entry;
                }
            },
            Op::ChooseTable { targets, .. } => at.pc = targets[usize_of(option)],
            Op::Choose(choose) => at.pc = choose.alternatives[usize_of(option)].2,
            Op::Maybe { otherwise, .. } => at.pc = if option == 0 { at.pc + 1 } else { *otherwise },
            Op::RepeatNext(next) if option == 0 => exit_loop(at, next),
            Op::RepeatNext(next) => self.iterate(at, next)?,
            Op::EachNext { each } => take_each(at, each, option),
            Op::One(one) => take_one(at, one.variable, one.candidates.values.at(option)),
            Op::Draw(draw) => self.begin_action(at, draw, option)?,
            Op::Bind { action, .. } => self.bind(at, *action, option)?,
            Op::Sources { .. } => at.pc += 1 + u32_of(option),
            Op::Turn { .. } => at.activate(option),
            Op::AnyState { slot, .. } => {
                at.set_raw(&self.slots[*slot as usize], option);
                at.pc += 1;
            }
            Op::AnyElement { slot, bit, .. } => {
                let slot = &self.slots[*slot as usize];
                let raw = at.raw(slot) | option << bit;
                at.set_raw(slot, raw);
                at.pc += 1;
            }
            other => unreachable!("{other:?} decides nothing"),
        }
        Ok(())
    }

    pub(super) fn evaluator<'a>(&'a self, at: &'a Configuration, scratch: &'a mut Scratch) -> Evaluator<'a> {
        Evaluator { program: self, configuration: at, environment: &mut scratch.environment }
    }

    pub(super) fn dead_end(&self, place: PlaceId) -> Box<Fault> {
        fault(FaultKind::DeadEnd, self.place(place).span)
    }

    /// Runs an instruction that neither decides nor shows, and that the end of a turn runs through.
    #[inline]
    pub(super) fn plain(&self, at: &mut Configuration, scratch: &mut Scratch, op: &Op) -> Result<(), Box<Fault>> {
        match op {
            Op::Assign(assignment) => {
                self.assign(at, scratch, assignment)?;
                at.pc += 1;
            }
            Op::Clear { first, count } => {
                let first = (at.frame + first) as usize;
                at.words[first..first + *count as usize].fill(0);
                at.pc += 1;
            }
            Op::Return => at.pop_frame(),
            other => unreachable!("{other:?} is not plain"),
        }
        Ok(())
    }

    /// Begins the frame of a rule or an action, in the place of the one at hand if nothing of that is needed any more.
    #[inline]
    pub(super) fn enter(&self, at: &mut Configuration, tail: bool, back: u32, frame: u32) -> Result<(), Box<Fault>> {
        if tail {
            at.words.truncate(at.frame as usize);
        } else {
            at.push_frame(back);
        }
        self.grow(at, (at.frame + frame) as usize)
    }

    /// Makes the words that many; the new ones are 0.
    #[inline]
    pub(super) fn grow(&self, at: &mut Configuration, length: usize) -> Result<(), Box<Fault>> {
        if length > self.limits.stack {
            return Err(fault(FaultKind::StackLimit, self.span_at(at.pc)));
        }
        at.words.resize(length, 0);
        Ok(())
    }

    #[inline]
    fn emit(&self, at: &mut Configuration, scratch: &mut Scratch, emission: &Emission) -> Result<Item, Box<Fault>> {
        let mut symbol = emission.base;
        for (part, first, stride) in &emission.of {
            let instance = self.evaluator(at, scratch).value(part)?;
            let place = u32::try_from(instance - first).map_err(|_| fault(FaultKind::NoValue, emission.span))?;
            symbol += place * stride;
        }
        scratch.values.clear();
        for value in &emission.payload {
            let value = self.evaluator(at, scratch).value(value)?;
            scratch.values.push(value);
        }
        if at.control != 0 {
            at.flags.set(Flags::AFTER, true);
        }
        if at.flags.has(Flags::WATCH) {
            at.flags.set(Flags::SHOWN, true);
        }
        at.pc += 1;
        scratch.refuel();
        Ok(Item::Event { event: emission.event, symbol, place: emission.place })
    }

    /// Whether something may come meanwhile.
    pub(super) fn has_slot(&self, at: &Configuration) -> bool {
        !at.flags.has(Flags::QUIET) && !self.phases[at.phase as usize].clauses.is_empty()
    }

    /// The decision before an event: which clause, or nothing.
    fn slot(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<Option<Decision>, Box<Fault>> {
        if !self.has_slot(at) {
            pass_slot(at);
            return Ok(None);
        }
        let phase = &self.phases[at.phase as usize];
        if let Some(table) = phase.table {
            let only_nothing = self.tables[table as usize].options.len() == 1;
            if only_nothing {
                pass_slot(at);
            }
            return Ok((!only_nothing).then_some(Decision { place: phase.place, odds: Odds::Table(table) }));
        }
        scratch.options.clear();
        let mut upto = 0;
        for (option, clause) in (1..).zip(&phase.clauses) {
            if clause.weight == 0 {
                continue;
            }
            let allows = self.evaluator(at, scratch).allows(clause.guard.as_ref())?;
            if clause.guard.is_some() {
                note(scratch, (clause.entry, CLAUSE_GUARD), allows);
            }
            if allows {
                upto += clause.weight;
                scratch.options.push(Choice { option, upto });
            }
        }
        if upto == 0 {
            pass_slot(at);
            return Ok(None);
        }
        scratch.options.push(Choice { option: 0, upto: phase.total });
        Ok(Some(Decision { place: phase.place, odds: Odds::Listed }))
    }

    pub(super) fn weight(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        weight: &Expr,
        place: PlaceId,
    ) -> Result<u64, Box<Fault>> {
        let weight = self.evaluator(at, scratch).value(weight)?;
        u64::try_from(weight)
            .ok()
            .filter(|weight| *weight <= MAX_WEIGHT)
            .ok_or_else(|| fault(FaultKind::Weight(weight), self.place(place).span))
    }

    /// Lists the candidates that pass, each equally likely.
    pub(super) fn list_candidates(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        candidates: &Candidates,
    ) -> Result<(), Box<Fault>> {
        scratch.options.clear();
        for option in 0..candidates.values.size {
            if self.evaluator(at, scratch).passes(candidates, option)? {
                let upto = scratch.options.len() as u64 + 1;
                scratch.options.push(Choice { option, upto });
            } else {
                note(scratch, (at.pc, candidates.guard), false);
            }
        }
        if !scratch.options.is_empty() {
            note(scratch, (at.pc, candidates.guard), true);
        }
        Ok(())
    }
}

fn decide(place: PlaceId, odds: Odds) -> Pause {
    Pause::Decide(Decision { place, odds })
}

/// Adds an option, unless its weight is 0.
fn push_choice(scratch: &mut Scratch, option: u64, upto: u64) {
    if scratch.options.last().map_or(0, |choice| choice.upto) < upto {
        scratch.options.push(Choice { option, upto });
    }
}

/// Goes on to the event of a slot, or to the end of the phase.
pub(super) fn pass_slot(at: &mut Configuration) {
    if at.flags.has(Flags::PENDING) {
        at.flags.set(Flags::PENDING, false);
        at.flags.set(Flags::QUIET, true);
    }
    at.pc += 1;
}

/// Restores what was around an `atomic`. Whether the turn of an `interleave` ends here.
fn exit_atomic(at: &mut Configuration, local: u32) -> bool {
    let (around, control, inner) = Configuration::surroundings_of(*at.bits_mut(local));
    *at.bits_mut(local) = 0;
    let shown = at.flags.has(Flags::SHOWN);
    if !around.has(Flags::QUIET) && !around.has(Flags::PENDING) {
        // The outermost one: events have slots again.
        at.flags.set(Flags::QUIET, false);
        at.flags.set(Flags::PENDING, false);
    }
    at.flags.set(Flags::WATCH, around.has(Flags::WATCH));
    at.flags.set(Flags::SHOWN, around.has(Flags::WATCH) && (shown || around.has(Flags::SHOWN)));
    (at.control, at.inner) = (control, inner);
    at.pc += 1;
    shown && control != 0
}

pub(super) fn take_one(at: &mut Configuration, variable: u32, value: i64) {
    at.set_local(variable, value);
    at.pc += 1;
}

pub(super) fn usize_of(option: u64) -> usize {
    usize::try_from(option).expect("tables fit into memory")
}

pub(super) fn u32_of(option: u64) -> u32 {
    u32::try_from(option).expect("tables have fewer than 2^32 rows")
}
