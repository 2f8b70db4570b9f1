//! Simpler values: the least units, elements of arrays and initial states, where others do as well.

use std::collections::BTreeSet;

use super::facts::{Facts, Life, instance};
use super::run::{Run, Step};
use crate::model::grammar::{Base, InstanceId, NONE, StateId, Type};

/// What of a run could be simpler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Simplification {
    /// A state that is drawn at the start is this then.
    Initial(StateId, i64),
    /// All that is said of an instance is said of an earlier one of its array.
    Instance(InstanceId, InstanceId),
    /// What is said of a number with an instance, a unit of a relation, is said of a smaller one.
    Unit(InstanceId, i64, i64),
}

/// All simplifications of a run, those first that change most.
pub(super) fn simplifications(run: &Run, facts: Facts<'_>) -> Vec<Simplification> {
    let mut simpler = Vec::new();
    for (id, ty, value) in drawn(run, facts) {
        let place = place(ty, value);
        let mut places = vec![0, place / 2, place.saturating_sub(1)];
        places.dedup();
        let lower = places.into_iter().filter(|lower| *lower < place);
        simpler.extend(lower.map(|lower| Simplification::Initial(id, value_at(ty, lower))));
    }
    let lives: BTreeSet<Life> = run.steps.iter().flat_map(|step| facts.lives(&step.item)).collect();
    for life in &lives {
        match *life {
            Life::Instance(from) => {
                let array = facts.grammar.instances[from.index()].array;
                let mut earlier = (array.0..from.0).map(InstanceId);
                let free = earlier.find(|earlier| !lives.contains(&Life::Instance(*earlier)));
                simpler.extend(free.map(|to| Simplification::Instance(from, to)));
            }
            Life::Unit(of, from) if from != NONE => {
                let least = least(run, facts, of, from);
                let free = (least..from).find(|to| !lives.contains(&Life::Unit(of, *to)));
                simpler.extend(free.map(|to| Simplification::Unit(of, from, to)));
            }
            Life::Unit(..) | Life::Action(_) | Life::Event(_) => {}
        }
    }
    simpler
}

/// How far what a run has is from the simplest that it could have.
pub(super) fn excess(run: &Run, facts: Facts<'_>) -> u128 {
    let element = |of: &InstanceId| u128::from(of.0 - facts.grammar.instances[of.index()].array.0);
    let of_step = |step: &Step| {
        let numbers = facts.values(&step.item).filter(|(ty, _)| matches!(ty.base, Base::Int { .. }));
        numbers.map(|(ty, value)| u128::from(place(ty, value))).sum::<u128>()
            + facts.instances(&step.item).iter().map(element).sum::<u128>()
    };
    run.steps.iter().map(of_step).sum::<u128>()
        + drawn(run, facts).map(|(_, ty, value)| u128::from(place(ty, value))).sum::<u128>()
}

/// The steps with other names for what they speak of.
pub(super) fn renamed(run: &Run, change: Simplification, facts: Facts<'_>) -> Vec<Step> {
    let rename = |step: &Step| {
        let item = match change {
            Simplification::Initial(..) => return step.clone(),
            Simplification::Instance(from, to) => {
                let renamed = |of| if of == from { to } else { of };
                let value = |ty, value| instance(ty, value).map_or(value, |of| i64::from(renamed(of).0));
                facts.map(&step.item, value, renamed)
            }
            Simplification::Unit(of, from, to) => {
                if !facts.instances(&step.item).contains(&of) {
                    return step.clone();
                }
                let is_it = |ty: Type, value| matches!(ty.base, Base::Int { .. }) && value == from;
                facts.map(&step.item, |ty, value| if is_it(ty, value) { to } else { value }, |of| of)
            }
        };
        Step { item, ..step.clone() }
    };
    run.steps.iter().map(rename).collect()
}

/// The states that are drawn at the start, as they are when the first item is shown.
pub(super) fn drawn<'g>(run: &Run, facts: Facts<'g>) -> impl Iterator<Item = (StateId, Type, i64)> + use<'g> {
    run.initial(facts.program).into_iter().filter_map(move |(id, value)| {
        let state = &facts.grammar.states[id.index()];
        state.initial.is_none().then_some((id, state.ty, value))
    })
}

/// The least that a number can be that is said with an instance.
fn least(run: &Run, facts: Facts<'_>, of: InstanceId, number: i64) -> i64 {
    let steps = run.steps.iter().filter(|step| facts.instances(&step.item).contains(&of));
    let types = steps.flat_map(|step| facts.values(&step.item)).filter(|(_, value)| *value == number);
    let least = types.filter_map(|(ty, _)| match ty.base {
        Base::Int { lo, .. } => Some(lo),
        _ => None,
    });
    least.max().unwrap_or(number)
}

/// Which of the values of a type this is, from 0; `none` comes first.
fn place(ty: Type, value: i64) -> u64 {
    if value == NONE && ty.optional {
        return 0;
    }
    let place = match ty.base {
        Base::Int { lo, .. } => value.abs_diff(lo),
        Base::Bool | Base::Enum(_) | Base::Instance(_) | Base::Array(_) | Base::Set { .. } => value.cast_unsigned(),
    };
    place + u64::from(ty.optional)
}

/// The value of a type at a [`place`].
fn value_at(ty: Type, place: u64) -> i64 {
    let place = match (ty.optional, place) {
        (true, 0) => return NONE,
        (optional, place) => place - u64::from(optional),
    };
    match ty.base {
        Base::Int { lo, .. } => lo.wrapping_add_unsigned(place),
        Base::Bool | Base::Enum(_) | Base::Instance(_) | Base::Array(_) | Base::Set { .. } => place.cast_signed(),
    }
}
