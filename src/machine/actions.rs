//! Actions and reactions: which of them are enabled, with which bindings.
//!
//! A binding is a number: its digits are the places of the arguments in the domains of the parameters, the last parameter
//! being the last digit.

use super::configuration::Configuration;
use super::fault::Fault;
use super::interpret::usize_of;
use super::program::{Choice, Draw, Op, Program, Values};
use super::scratch::Scratch;
use crate::model::grammar::ActionId;

impl Program {
    /// Whether the guard of an action holds for one of its bindings.
    pub(super) fn is_enabled(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        id: ActionId,
    ) -> Result<bool, Box<Fault>> {
        let action = &self.actions[id.index()];
        for binding in 0..action.bindings {
            if self.allows(at, scratch, id, binding)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the guard of an action holds for a binding.
    pub(super) fn allows(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        id: ActionId,
        binding: u64,
    ) -> Result<bool, Box<Fault>> {
        let action = &self.actions[id.index()];
        let Some(guard) = &action.guard else { return Ok(true) };
        // A binding takes divisions, so it counts for more than what is evaluated.
        scratch.environment.work += 4 + 4 * action.parameters.len() as u64;
        let mut rest = binding;
        for (index, values) in action.parameters.iter().enumerate().rev() {
            scratch.environment.candidate(index, values.at(rest % values.size));
            rest /= values.size;
        }
        self.evaluator(at, scratch).holds(guard)
    }

    /// Lists the bindings for which it holds, each equally likely; if something is looked for, those that may lead to it.
    pub(super) fn list_bindings(
        &self,
        at: &Configuration,
        scratch: &mut Scratch,
        id: ActionId,
    ) -> Result<(), Box<Fault>> {
        scratch.options.clear();
        for binding in 0..self.actions[id.index()].bindings {
            if scratch.ahead.as_ref().is_some_and(|ahead| !ahead.takes(id, binding)) {
                continue;
            }
            if self.allows(at, scratch, id, binding)? {
                let upto = scratch.options.len() as u64 + 1;
                scratch.options.push(Choice { option: binding, upto });
            }
        }
        Ok(())
    }

    /// Which action an option of the decision at hand draws or gives arguments; nothing where it does neither.
    pub fn drawn(&self, at: &Configuration, option: u64) -> Option<ActionId> {
        match self.deciding(at)? {
            Op::Draw(draw) => draw.actions.get(usize::try_from(option).ok()?).copied(),
            Op::Bind { action, .. } => Some(*action),
            _ => None,
        }
    }

    /// The argument of an action that an option of the decision at hand gives; nothing where that is not what is decided.
    pub fn argument(&self, at: &Configuration, option: u64, parameter: usize) -> Option<i64> {
        let Op::Bind { action, .. } = self.deciding(at)? else { return None };
        Some(argument(&self.actions[action.index()].parameters, option, parameter))
    }

    /// Begins the frame of an action that was drawn, and goes to the choice of its arguments.
    pub(super) fn begin_action(&self, at: &mut Configuration, draw: &Draw, option: u64) -> Result<(), Box<Fault>> {
        let action = draw.actions[usize_of(option)];
        self.enter(at, draw.tail, draw.back, 0)?;
        at.pc = self.actions[action.index()].bind;
        Ok(())
    }

    /// Gives it its arguments, and runs it.
    pub(super) fn bind(&self, at: &mut Configuration, id: ActionId, binding: u64) -> Result<(), Box<Fault>> {
        let action = &self.actions[id.index()];
        let frame = at.frame as usize;
        self.grow(at, frame + action.frame as usize)?;
        let mut rest = binding;
        for (local, values) in action.parameters.iter().enumerate().rev() {
            at.words[frame + local] = values.at(rest % values.size).cast_unsigned();
            rest /= values.size;
        }
        at.pc = action.entry;
        Ok(())
    }
}

/// An argument of a binding.
pub(super) fn argument(parameters: &[Values], binding: u64, parameter: usize) -> i64 {
    let rest = parameters[parameter + 1..].iter().fold(binding, |rest, values| rest / values.size);
    parameters[parameter].at(rest % parameters[parameter].size)
}
