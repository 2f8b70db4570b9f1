//! `for each`.

use super::configuration::Configuration;
use super::evaluate::fault;
use super::fault::{Fault, FaultKind};
use super::interpret::{take_one, u32_of};
use super::pause::{Decision, Odds};
use super::program::{Choice, Each, EachNext, Program};
use super::scratch::Scratch;

impl Program {
    pub(super) fn each_start(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        each: &Each,
    ) -> Result<(), Box<Fault>> {
        self.list_candidates(at, scratch, &each.candidates)?;
        let many = scratch.options.len() as u64;
        if each.any_order && many > self.limits.any_order as u64 {
            return Err(fault(FaultKind::AnyOrder(many), each.span));
        }
        for choice in &scratch.options {
            *at.bits_mut(each.mask + u32_of(choice.option / 64)) |= 1 << (choice.option % 64);
        }
        at.pc += 1;
        Ok(())
    }
}

/// Takes the next value of a `for each`, or leaves the loop; a decision where the order is open.
pub(super) fn each_next(at: &mut Configuration, scratch: &mut Scratch, each: &EachNext) -> Option<Decision> {
    scratch.options.clear();
    let first = (at.frame + each.mask) as usize;
    for (index, word) in (0..).zip(&at.words[first..first + each.words as usize]) {
        let mut rest = *word;
        while rest != 0 {
            let option = index * 64 + u64::from(rest.trailing_zeros());
            let upto = scratch.options.len() as u64 + 1;
            scratch.options.push(Choice { option, upto });
            if !each.any_order {
                take_each(at, each, option);
                return None;
            }
            rest &= rest - 1;
        }
    }
    match scratch.options[..] {
        [] => at.pc = each.exit,
        [only] => take_each(at, each, only.option),
        _ => return Some(Decision { place: each.place, odds: Odds::Listed }),
    }
    None
}

pub(super) fn take_each(at: &mut Configuration, each: &EachNext, option: u64) {
    *at.bits_mut(each.mask + u32_of(option / 64)) &= !(1 << (option % 64));
    take_one(at, each.variable, each.values.at(option));
}
