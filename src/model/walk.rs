//! Going through resolved expressions.

use super::grammar::{Expression, ExpressionKind, VariableId};
use crate::source::Span;

/// Calls `action` for each variable that an expression reads.
pub(super) fn for_each_variable(expression: &Expression, action: &mut dyn FnMut(VariableId, Span)) {
    match &expression.kind {
        ExpressionKind::Variable(id) => action(*id, expression.span),
        ExpressionKind::Constant(_) | ExpressionKind::State(_) => {}
        ExpressionKind::StateOf { instance: inside, .. }
        | ExpressionKind::FieldOf { instance: inside, .. }
        | ExpressionKind::IndexOf(inside)
        | ExpressionKind::ArrayOf(inside)
        | ExpressionKind::Not(inside)
        | ExpressionKind::Negate(inside)
        | ExpressionKind::Size(inside)
        | ExpressionKind::Convert(inside) => for_each_variable(inside, action),
        ExpressionKind::Let { arguments: all, .. }
        | ExpressionKind::Set(all)
        | ExpressionKind::And(all)
        | ExpressionKind::Or(all) => all.iter().for_each(|inside| for_each_variable(inside, action)),
        ExpressionKind::Arithmetic { first, rest } => {
            for_each_variable(first, action);
            for (_, inside) in rest {
                for_each_variable(inside, action);
            }
        }
        ExpressionKind::Compare { left: one, right: other, .. }
        | ExpressionKind::Contains { element: one, set: other } => {
            for_each_variable(one, action);
            for_each_variable(other, action);
        }
        ExpressionKind::Quantified { range, .. } => {
            if let Some(filter) = &range.filter {
                for_each_variable(filter, action);
            }
        }
    }
}
