//! Assignments.

use super::configuration::Configuration;
use super::evaluate::{fault, outside};
use super::fault::{Fault, FaultKind};
use super::program::{Assignment, Program, Slot, Target};
use super::scratch::Scratch;
use crate::model::grammar::{Arithmetic, AssignOperator, Base, NONE, StateId};
use crate::model::values::arithmetic;
use crate::source::Span;

impl Program {
    pub(super) fn assign(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        assignment: &Assignment,
    ) -> Result<(), Box<Fault>> {
        let Assignment { target, operator, value, set, span } = assignment;
        let index = match target {
            Target::Slot(slot) => *slot,
            Target::Of { instance, member } => {
                self.first_states[self.evaluator(at, scratch).instance(instance, *span)?] + member
            }
        };
        let slot = &self.slots[index as usize];
        let operand = self.evaluator(at, scratch).value(value)?;
        let value = match (operator, set) {
            (AssignOperator::Set, _) => operand,
            (_, None) => {
                let operator = if *operator == AssignOperator::Add { Arithmetic::Add } else { Arithmetic::Subtract };
                let old = defined(self.evaluator(at, scratch).state(index, *span)?, slot, *span)?;
                arithmetic(operator, old, operand).ok_or_else(|| fault(FaultKind::Overflow, *span))?
            }
            (_, Some(lo)) => {
                let old = defined(self.evaluator(at, scratch).state(index, *span)?, slot, *span)?;
                // The slot of a set has a bit for each element.
                let n_bits = i64::from(slot.mask.count_ones());
                let bit = operand.checked_sub(*lo).filter(|bit| (0..n_bits).contains(bit));
                match (operator, bit) {
                    (AssignOperator::Add, Some(bit)) => old | 1 << bit,
                    (AssignOperator::Add, None) => {
                        return Err(outside(operand, Base::Int { lo: *lo, hi: lo + n_bits - 1 }, *span));
                    }
                    (_, Some(bit)) => old & !(1 << bit),
                    (_, None) => old,
                }
            }
        };
        let domain = || fault(FaultKind::Domain { state: StateId(index), value }, *span);
        let raw = slot.raw(value).ok_or_else(domain)?;
        self.write(at, index as usize, raw);
        if scratch.watch.is_some() {
            self.look(at, scratch)?;
        }
        Ok(())
    }
}

/// The value of a state that `+=` and `-=` read: not `none`.
fn defined(value: i64, slot: &Slot, span: Span) -> Result<i64, Box<Fault>> {
    let none = slot.optional && value == NONE;
    if none { Err(fault(FaultKind::NoValue, span)) } else { Ok(value) }
}
