//! What may come first from a place of the program, whatever holds there: FIRST sets, as in parsing (Aho, Lam, Sethi and
//! Ullman, *Compilers*, 2006, section 4.4.2), of one symbol at a time.
//!
//! From each address a run may come to what is looked for before its frame ends, or to the end of its frame without having
//! shown anything. Both are told by the text alone, so a configuration is asked by going through its stack. It errs on the
//! safe side: it may say that something can come where it can't.

use super::actions::argument;
use super::configuration::{Configuration, high, low};
use super::program::{Address, Op, Program};
use crate::model::grammar::{ActionId, EventId, PhaseId};

/// What an instruction shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// An event; with the number of its symbol where the text tells its instances.
    Event(EventId, Option<u32>),
    /// The mark of an action.
    Action(ActionId),
    /// The mark of a phase.
    Phase(PhaseId),
}

/// Whether a sign is looked for, and whether runs may pass it unseen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// It is what is looked for, or may be.
    pub is_wanted: bool,
    /// It may be that it is not shown.
    pub is_passed: bool,
}

/// From where something that is looked for may come first.
#[derive(Clone, Debug)]
pub struct Ahead {
    places: Box<[Reach]>,
    /// For each action the bindings with which it may lead there, a bit each; those beyond may.
    bindings: Box<[u64]>,
}

/// What may come of a run from an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Reach {
    /// What is looked for, before the frame ends.
    finds: bool,
    /// The end of the frame, before anything is shown.
    returns: bool,
}

impl Reach {
    const ANYTHING: Self = Self { finds: true, returns: true };

    fn or(self, other: Self) -> Self {
        Self { finds: self.finds || other.finds, returns: self.returns || other.returns }
    }

    /// This, and `next` where its frame ends.
    fn then(self, next: Self) -> Self {
        if self.returns { Self { finds: self.finds, returns: false }.or(next) } else { self }
    }
}

impl Ahead {
    /// How much memory it takes, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.places) + size_of_val(&*self.bindings)
    }

    /// Whether anything may come of a run from there but something else that is shown.
    pub(super) fn leads(&self, address: Address) -> bool {
        self.places[address as usize] != Reach::default()
    }

    /// Whether an action with this binding may lead there.
    pub(super) fn takes(&self, action: ActionId, binding: u64) -> bool {
        binding >= u64::from(u64::BITS) || self.bindings[action.index()] >> binding & 1 == 1
    }
}

impl Program {
    /// From where what is looked for may come first; nothing where branches may run side by side. Costs a few passes over the
    /// program, and a few bits for each instruction.
    pub fn ahead(&self, meaning: impl Fn(Sign) -> Meaning) -> Option<Ahead> {
        if self.has_interleave() {
            return None;
        }
        let mut places = vec![Reach::default(); self.code.len()].into_boxed_slice();
        let mut has_changed = true;
        while std::mem::take(&mut has_changed) {
            for (address, op) in self.code.iter().enumerate().rev() {
                let reach = self.reach(&places, address, op, &meaning);
                has_changed |= reach != places[address];
                places[address] = reach;
            }
        }
        Some(Ahead { places, bindings: vec![u64::MAX; self.actions.len()].into() })
    }

    /// Leaves out the bindings of an action for which its arguments do not fit. `fits` is told each argument by the number of
    /// its parameter.
    pub fn leave_out(&self, ahead: &mut Ahead, action: ActionId, fits: impl Fn(&dyn Fn(usize) -> i64) -> bool) {
        let parameters = &self.actions[action.index()].parameters;
        let n_bindings = self.actions[action.index()].bindings.min(u64::BITS.into());
        let fitting = (0..n_bindings).filter(|binding| fits(&|parameter| argument(parameters, *binding, parameter)));
        ahead.bindings[action.index()] = fitting.fold(0, |bits, binding| bits | 1 << binding);
    }

    fn reach(&self, places: &[Reach], address: usize, op: &Op, meaning: &impl Fn(Sign) -> Meaning) -> Reach {
        let at = |address: Address| places[address as usize];
        let next = || places[address + 1];
        let any = |reaches: &mut dyn Iterator<Item = Reach>| reaches.fold(Reach::default(), Reach::or);
        let shown = |sign: Sign, next: Reach| {
            let Meaning { is_wanted, is_passed } = meaning(sign);
            let passed = if is_passed { next } else { Reach::default() };
            Reach { finds: is_wanted, returns: false }.or(passed)
        };
        match op {
            Op::Emit(emission) => {
                let symbol = emission.of.is_empty().then_some(emission.base);
                shown(Sign::Event(emission.event, symbol), next())
            }
            Op::Mark { action, next, .. } => shown(Sign::Action(*action), at(*next)),
            Op::Phase { phase, .. } => shown(Sign::Phase(*phase), next()),
            // A clause may come there.
            Op::Slot if self.phases.iter().any(|phase| !phase.clauses.is_empty()) => Reach::ANYTHING,
            Op::Slot
            | Op::Assign(_)
            | Op::Clear { .. }
            | Op::EachStart(_)
            | Op::RepeatStart(_)
            | Op::EnterAtomic { .. }
            | Op::ExitAtomic { .. }
            | Op::AnyState { .. }
            | Op::AnyElement { .. } => next(),
            Op::Jump(target) => at(*target),
            Op::Unless { target, .. } => next().or(at(*target)),
            Op::ChooseTable { targets, .. } => any(&mut targets.iter().map(|target| at(*target))),
            Op::Choose(choose) => {
                let targets = choose.alternatives.iter().map(|(_, _, target)| *target);
                any(&mut targets.chain([choose.otherwise]).map(at))
            }
            Op::Maybe { otherwise, .. } => next().or(at(*otherwise)),
            Op::Call { entry, tail: true, .. } => at(*entry),
            Op::Call { entry, .. } => at(*entry).then(next()),
            Op::Return | Op::ClauseEnd => Reach { finds: false, returns: true },
            Op::EachNext { each } => next().or(at(each.exit)),
            Op::One(one) => next().or(at(one.otherwise)),
            Op::RepeatNext(repeat) => next().or(at(repeat.exit)),
            Op::Draw(draw) => {
                let actions = any(&mut draw.actions.iter().map(|action| at(self.actions[action.index()].bind)));
                let actions = if draw.tail { actions } else { actions.then(at(draw.back)) };
                actions.or(draw.otherwise.map(at).unwrap_or_default())
            }
            Op::Bind { action, .. } => at(self.actions[action.index()].entry),
            Op::Sources { count, .. } => any(&mut places[address + 1..][..*count as usize].iter().copied()),
            Op::Leave => any(&mut self.phases.iter().map(|phase| at(phase.after))),
            Op::End | Op::DeadEnd { .. } => Reach::default(),
            Op::Interleave(_) | Op::Turn { .. } | Op::BranchEnd => Reach::ANYTHING,
        }
    }

    /// Whether what is looked for may come first from a configuration.
    pub fn may_find(&self, at: &Configuration, ahead: &Ahead) -> bool {
        let (mut pc, mut frame) = (at.pc, at.frame as usize);
        loop {
            let Reach { finds, returns } = ahead.places[pc as usize];
            // The frame of the phase has no return word.
            if finds || !returns || frame <= self.initial.len() {
                return finds;
            }
            let word = at.words[frame - 1];
            (pc, frame) = (low(word), frame - high(word) as usize);
        }
    }
}
