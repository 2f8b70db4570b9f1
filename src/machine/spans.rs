//! Where what runs stands in the text.

use super::program::{Op, Program};
use crate::source::Span;

impl Program {
    /// Where the instruction at an address, or the next one that knows, stands in the text. Jumps back lead to the head of
    /// a loop, which knows.
    pub(super) fn span_at(&self, pc: u32) -> Span {
        let mut address = pc as usize;
        while let Some(op) = self.code.get(address) {
            match self.op_span(op) {
                Some(span) => return span,
                None => address = if let Op::Jump(target) = op { *target as usize } else { address + 1 },
            }
        }
        Span::default()
    }

    fn op_span(&self, op: &Op) -> Option<Span> {
        let place = match op {
            Op::Assign(assignment) => return Some(assignment.span),
            Op::Call { span, .. } => return Some(*span),
            Op::Emit(emission) => emission.place,
            Op::Choose(choose) => choose.place,
            Op::RepeatNext(next) => next.place,
            Op::EachNext { each } => each.place,
            Op::One(one) => one.place,
            Op::Draw(draw) => draw.place,
            Op::ChooseTable { place, .. }
            | Op::Maybe { place, .. }
            | Op::Bind { place, .. }
            | Op::Sources { place, .. }
            | Op::Mark { place, .. }
            | Op::Turn { place, .. }
            | Op::Phase { place, .. }
            | Op::DeadEnd { place } => *place,
            _ => return None,
        };
        Some(self.place(place).span)
    }
}
