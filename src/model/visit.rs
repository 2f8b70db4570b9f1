//! Going through what a body says: its statements, and the variables that an expression reads.

use std::collections::BTreeSet;
use std::slice::from_ref;

use super::grammar::{Expression, ExpressionKind, Grammar, LetId, Statement, StatementKind, VariableId};
use crate::source::Span;

/// Calls `visit` for a statement and for every one in it, in the order of the text. Recurs as deep as the statements
/// nest.
pub(crate) fn for_each_statement<'g>(statement: &'g Statement, visit: &mut dyn FnMut(&'g Statement)) {
    visit(statement);
    for inner in parts(statement).into_iter().flatten() {
        for_each_statement(inner, visit);
    }
}

/// Calls `visit` for every statement of a grammar, those within others too.
pub(crate) fn for_each_statement_of<'g>(grammar: &'g Grammar, visit: &mut dyn FnMut(&'g Statement)) {
    let bodies = grammar.rules.iter().map(|rule| &rule.body);
    let bodies = bodies.chain(grammar.actions.iter().map(|action| &action.body));
    for statement in bodies.chain(grammar.phases.iter().map(|phase| &phase.body)).flatten() {
        for_each_statement(statement, visit);
    }
    for clause in grammar.phases.iter().flat_map(|phase| &phase.meanwhile) {
        for_each_statement(&clause.body, visit);
    }
}

/// The sequences that a statement is made of.
pub(crate) fn parts(statement: &Statement) -> Vec<&[Statement]> {
    match &statement.kind {
        StatementKind::Block(body)
        | StatementKind::ForEach { body, .. }
        | StatementKind::Repeat { body, .. }
        | StatementKind::Atomic(body) => vec![body],
        StatementKind::Choose { alternatives, otherwise } => {
            let alternatives = alternatives.iter().map(|alternative| from_ref(&alternative.body));
            alternatives.chain(otherwise.as_deref().map(from_ref)).collect()
        }
        StatementKind::If { arms, otherwise } => {
            arms.iter().map(|(_, body)| body.as_slice()).chain(otherwise.as_deref()).collect()
        }
        StatementKind::ForOne { body, otherwise, .. } => {
            [Some(&body[..]), otherwise.as_deref()].into_iter().flatten().collect()
        }
        StatementKind::Maybe { body, .. } => vec![from_ref(body)],
        StatementKind::Draw { otherwise, .. } => otherwise.as_deref().map(from_ref).into_iter().collect(),
        StatementKind::Interleave(branches) => branches.iter().map(|branch| branch.body.as_slice()).collect(),
        StatementKind::Emit { .. }
        | StatementKind::Call { .. }
        | StatementKind::Assign { .. }
        | StatementKind::Leave
        | StatementKind::End => Vec::new(),
    }
}

/// Calls `action` for each variable that an expression reads.
pub(super) fn for_each_variable(expression: &Expression, action: &mut dyn FnMut(VariableId, Span)) {
    if let ExpressionKind::Variable(id) = &expression.kind {
        action(*id, expression.span);
    }
    for_each_operand(expression, &mut |operand| for_each_variable(operand, action));
}

/// How many levels an expression has, `let`s taken for what they stand for: `depths` has those of each.
pub(super) fn depth(expression: &Expression, depths: &[usize]) -> usize {
    let mut deepest = match &expression.kind {
        ExpressionKind::Let { id, .. } => depths[id.index()],
        _ => 0,
    };
    for_each_operand(expression, &mut |operand| deepest = deepest.max(depth(operand, depths)));
    deepest + 1
}

/// Calls `visit` for an expression and all that it is made of, with the values of the `let`s that it uses, each of these once.
pub(crate) fn for_each_part(grammar: &Grammar, expression: &Expression, visit: &mut dyn FnMut(&Expression)) {
    fn within(
        grammar: &Grammar,
        expression: &Expression,
        seen: &mut BTreeSet<LetId>,
        visit: &mut dyn FnMut(&Expression),
    ) {
        visit(expression);
        if let ExpressionKind::Let { id, .. } = &expression.kind
            && seen.insert(*id)
        {
            within(grammar, &grammar.lets[id.index()].value, seen, visit);
        }
        for_each_operand(expression, &mut |operand| within(grammar, operand, seen, visit));
    }
    within(grammar, expression, &mut BTreeSet::new(), visit);
}

/// Calls `visit` for the expressions that one is directly made of.
pub(crate) fn for_each_operand(expression: &Expression, visit: &mut dyn FnMut(&Expression)) {
    match &expression.kind {
        ExpressionKind::Constant(_) | ExpressionKind::Variable(_) | ExpressionKind::State(_) => {}
        ExpressionKind::StateOf { instance: inside, .. }
        | ExpressionKind::FieldOf { instance: inside, .. }
        | ExpressionKind::IndexOf(inside)
        | ExpressionKind::ArrayOf(inside)
        | ExpressionKind::Not(inside)
        | ExpressionKind::Negate(inside)
        | ExpressionKind::Size(inside)
        | ExpressionKind::Convert(inside) => visit(inside),
        ExpressionKind::Let { arguments: all, .. }
        | ExpressionKind::Set(all)
        | ExpressionKind::And(all)
        | ExpressionKind::Or(all) => all.iter().for_each(visit),
        ExpressionKind::Arithmetic { first, rest } => {
            visit(first);
            for (_, operand) in rest {
                visit(operand);
            }
        }
        ExpressionKind::Compare { left: one, right: other, .. }
        | ExpressionKind::Contains { element: one, set: other } => {
            visit(one);
            visit(other);
        }
        ExpressionKind::Quantified { range, .. } => range.filter.iter().for_each(visit),
    }
}
