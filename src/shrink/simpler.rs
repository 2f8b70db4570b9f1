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
    for (id, value) in drawn(run, facts) {
        let place = place(facts, id, value);
        let mut places = vec![0, place / 2, place.saturating_sub(1)];
        places.dedup();
        let lower = places.into_iter().filter(|lower| *lower < place);
        simpler.extend(lower.map(|lower| Simplification::Initial(id, facts.program.value_at(id, lower))));
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
        let numbers = facts.values(&step.item).filter(|(_, value)| *value != NONE);
        let above = numbers.filter_map(|(ty, value)| match ty.base {
            Base::Int { lo, .. } => Some(u128::from(value.abs_diff(lo)) + u128::from(ty.optional)),
            _ => None,
        });
        above.sum::<u128>() + facts.instances(&step.item).iter().map(element).sum::<u128>()
    };
    run.steps.iter().map(of_step).sum::<u128>()
        + drawn(run, facts).map(|(id, value)| u128::from(place(facts, id, value))).sum::<u128>()
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
pub(super) fn drawn<'g>(run: &Run, facts: Facts<'g>) -> impl Iterator<Item = (StateId, i64)> + use<'g> {
    let is_drawn = move |(id, _): &(StateId, i64)| facts.grammar.states[id.index()].initial.is_none();
    run.initial(facts.program).into_iter().filter(is_drawn)
}

/// Which of the values of a state it has.
fn place(facts: Facts<'_>, state: StateId, value: i64) -> u64 {
    facts.program.place_of(state, value).expect("a run has only what its states can have")
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
