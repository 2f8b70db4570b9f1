//! What the clauses of a `meanwhile` may be: less than certain together, and without effect.

use std::collections::VecDeque;

use super::grammar::{Grammar, Phase, Statement, StatementKind, Verb};
use super::visit::for_each_statement;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;

/// Certainty, in millionths.
const CERTAIN: u64 = 1_000_000;

/// Reports clauses whose percentages add up to 100 or more, so that a slot would never end, and clauses that change
/// something, be it in a rule that they call. Linear in the size of rules and clauses.
pub(super) fn check_meanwhile(grammar: &Grammar, diagnostics: &mut Diagnostics) {
    let effects = effects_of_rules(grammar);
    for phase in &grammar.phases {
        check_percentages(phase, diagnostics);
        for clause in &phase.meanwhile {
            for_each_statement(&clause.body, &mut |statement| {
                if let Some(diagnostic) = change(statement, grammar, &effects) {
                    diagnostics.push(diagnostic);
                }
            });
        }
    }
}

/// The finding stands at the clause that is too much, the ones before it beside.
fn check_percentages(phase: &Phase, diagnostics: &mut Diagnostics) {
    let mut before = 0u64;
    let total = phase.meanwhile.iter().fold(0u64, |sum, clause| sum.saturating_add(clause.millionths));
    for (place, clause) in phase.meanwhile.iter().enumerate() {
        let sum = before.saturating_add(clause.millionths);
        if sum >= CERTAIN {
            let mut diagnostic = Diagnostic::error(
                Code::MeanwhilePercentages,
                clause.span,
                format!("the clauses of phase `{}` add up to {}", phase.name, percentage(total)),
            )
            .label(format!("{} with this one", percentage(sum)))
            .help("they must add up to less than 100%: what remains is the chance that nothing comes in between");
            for earlier in &phase.meanwhile[..place] {
                diagnostic = diagnostic.also(earlier.span, percentage(earlier.millionths));
            }
            diagnostics.push(diagnostic);
            return;
        }
        before = sum;
    }
}

/// `10%`, `0.5%`
fn percentage(millionths: u64) -> String {
    let (whole, rest) = (millionths / 10_000, millionths % 10_000);
    let decimals = format!("{rest:04}");
    match decimals.trim_end_matches('0') {
        "" => format!("{whole}%"),
        decimals => format!("{whole}.{decimals}%"),
    }
}

/// A statement that changes something.
#[derive(Clone, Copy, Debug)]
struct Effect {
    /// What it is, as it is named in a sentence.
    noun: &'static str,
    span: Span,
}

fn effect(statement: &Statement) -> Option<Effect> {
    let noun = match &statement.kind {
        StatementKind::Assign { .. } => "an assignment",
        StatementKind::Draw { verb: Verb::Do, .. } => "a `do`",
        StatementKind::Draw { verb: Verb::React, .. } => "a `react`",
        StatementKind::Draw { verb: Verb::Settle, .. } => "a `settle`",
        StatementKind::Leave => "a `leave`",
        StatementKind::End => "an `end`",
        _ => return None,
    };
    Some(Effect { noun, span: statement.span })
}

/// For each rule the statement with an effect that is the fewest calls away from it.
fn effects_of_rules(grammar: &Grammar) -> Vec<Option<Effect>> {
    let mut effects: Vec<Option<Effect>> = vec![None; grammar.rules.len()];
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); grammar.rules.len()];
    for (caller, rule) in grammar.rules.iter().enumerate() {
        for statement in &rule.body {
            for_each_statement(statement, &mut |statement| {
                if let StatementKind::Call { rule, .. } = &statement.kind {
                    callers[rule.index()].push(caller);
                }
                effects[caller] = effects[caller].or_else(|| effect(statement));
            });
        }
    }
    let mut queue: VecDeque<usize> = (0..effects.len()).filter(|rule| effects[*rule].is_some()).collect();
    while let Some(rule) = queue.pop_front() {
        for caller in &callers[rule] {
            if effects[*caller].is_none() {
                effects[*caller] = effects[rule];
                queue.push_back(*caller);
            }
        }
    }
    effects
}

/// The finding for a statement of a clause that changes something, apart from the statements in it.
fn change(statement: &Statement, grammar: &Grammar, effects: &[Option<Effect>]) -> Option<Diagnostic> {
    let help = "a clause reads states but changes none; what has consequences is a part of the phase's body";
    let error = |message| Diagnostic::error(Code::MeanwhileEffect, statement.span, message).help(help);
    if let StatementKind::Call { rule, .. } = &statement.kind {
        let name = &grammar.rules[rule.index()].name;
        let Effect { noun, span } = effects[rule.index()]?;
        let message = format!("a `meanwhile` clause changes something: `{name}` leads to {noun}");
        return Some(
            error(message).label(format!("this runs `{name}`")).also(span, format!("{noun} that it comes to")),
        );
    }
    let Effect { noun, .. } = effect(statement)?;
    Some(error(format!("{noun} in a `meanwhile` clause")))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    #[test]
    fn percentages_leave_a_chance_for_nothing() {
        let found = |percentages: &[u64]| {
            let mut grammar = Grammar::default();
            let clauses = (10..).zip(percentages).map(|(place, percent)| clause(*percent, emit(), place)).collect();
            grammar.phase("setup", clauses, Vec::new());
            findings(&grammar, check_meanwhile)
        };
        assert!(found(&[]).is_empty() && found(&[99]).is_empty() && found(&[50, 49]).is_empty());
        assert_eq!(brief(&found(&[100])), ["the clauses of phase `setup` add up to 100% @10"]);
        let crossed = found(&[20, 30, 60, 5]);
        assert_eq!(brief(&crossed), ["the clauses of phase `setup` add up to 115% @12 +10 +11"]);
        assert_eq!(codes(&crossed), [Code::MeanwhilePercentages]);
        assert_eq!(crossed[0].primary.text, "110% with this one");
        assert_eq!(found(&[u64::MAX / 10_000, u64::MAX / 10_000]).len(), 1);
        assert_eq!(percentage(5_000), "0.5%");
        assert_eq!(percentage(1_000_001), "100.0001%");
    }

    #[test]
    fn clauses_change_nothing() {
        let mut grammar = Grammar::default();
        grammar.rule("quiet", vec![emit()]);
        grammar.rule("calls", vec![emit(), maybe(10, call(2, 1))]);
        grammar.rule("changes", vec![call(1, 2), block(vec![assign(3), statement(StatementKind::End)])]);
        grammar.action("act", false, vec![]);
        let clauses = vec![
            clause(1, block(vec![emit(), call(0, 10)]), 0),
            clause(1, when(vec![call(1, 11)], Some(vec![call(2, 12)])), 0),
            clause(1, maybe(5, assign(13)), 0),
            clause(1, draw(Verb::Do, &[0], Some(assign(15)), 14), 0),
            clause(1, draw(Verb::Settle, &[0], None, 16), 0),
        ];
        // The same in the body is what a body is for.
        grammar.phase("setup", clauses, vec![call(1, 20), assign(21)]);
        let findings = findings(&grammar, check_meanwhile);
        assert_eq!(
            brief(&findings),
            [
                "a `meanwhile` clause changes something: `calls` leads to an assignment @11 +3",
                "a `meanwhile` clause changes something: `changes` leads to an assignment @12 +3",
                "an assignment in a `meanwhile` clause @13",
                "a `do` in a `meanwhile` clause @14",
                "an assignment in a `meanwhile` clause @15",
                "a `settle` in a `meanwhile` clause @16",
            ]
        );
        assert!(codes(&findings).iter().all(|code| *code == Code::MeanwhileEffect));
    }

    #[test]
    fn a_long_chain_of_calls_needs_no_stack() {
        let mut grammar = Grammar::default();
        for next in 1..20_000 {
            grammar.rule("r", vec![call(next, next)]);
        }
        grammar.rule("last", vec![statement(StatementKind::Leave)]);
        grammar.phase("p", vec![clause(1, call(0, 5), 0)], Vec::new());
        assert_eq!(
            brief(&findings(&grammar, check_meanwhile)),
            ["a `meanwhile` clause changes something: `r` leads to a `leave` @5 +0"]
        );
    }
}
