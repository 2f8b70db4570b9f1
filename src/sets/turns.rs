//! Whether the order in which branches take turns makes no difference to what each of them does.
//!
//! Then one order shows all that a branch can come to: a run of a branch is the same whatever the others have done before.
//! (This is the simplest case of partial-order reduction: Godefroid, 1996.) With n branches of k events that saves all but
//! one of `(n k)! / k!^n` orders. It errs on the safe side.

use std::collections::BTreeSet;

use super::facts::{Class, class, for_each_expression, read};
use crate::model::grammar::{Branch, Check, Grammar, Statement, StatementKind, Target};
use crate::model::visit::{for_each_statement, for_each_statement_of};

/// What a piece of text does to the states.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Effects {
    reads: BTreeSet<Class>,
    writes: BTreeSet<Class>,
    /// Whether it draws actions, or stops what is around it.
    leads_out: bool,
}

impl Effects {
    fn add(&mut self, other: &Self) {
        self.reads.extend(&other.reads);
        self.writes.extend(&other.writes);
        self.leads_out |= other.leads_out;
    }

    /// Whether each does the same before the other and behind it.
    fn are_apart(&self, other: &Self) -> bool {
        let spares =
            |one: &Self, other: &Self| one.writes.is_disjoint(&other.reads) && one.writes.is_disjoint(&other.writes);
        spares(self, other) && spares(other, self)
    }
}

/// Whether in all that runs side by side in a grammar no branch depends on a turn of another one, nor does anything else.
/// Costs a few passes over the bodies, and one over the pairs of branches.
pub(super) fn are_alike(grammar: &Grammar) -> bool {
    let mut branches: Vec<&[Branch]> = Vec::new();
    for_each_statement_of(grammar, &mut |statement| {
        if let StatementKind::Interleave(of) = &statement.kind {
            branches.push(of);
        }
    });
    if branches.is_empty() {
        return false;
    }
    let rules = rules(grammar);
    // What looks on between the turns.
    let mut around = Effects::default();
    for test in &grammar.tests {
        if let Check::Never { expression, .. } = &test.check {
            read(grammar, expression, &mut around.reads);
        }
    }
    for clause in grammar.phases.iter().flat_map(|phase| &phase.meanwhile) {
        clause.guard.iter().for_each(|guard| read(grammar, guard, &mut around.reads));
        around.add(&effects(grammar, &rules, std::slice::from_ref(&clause.body)));
    }
    if around.leads_out {
        return false;
    }
    branches.iter().all(|branches| {
        let each: Vec<Effects> = branches.iter().map(|branch| effects(grammar, &rules, &branch.body)).collect();
        let alone = |(place, branch): (usize, &Effects)| {
            // There may be several of `each`, which are not told apart here.
            let twice = branches[place].each.is_none() || branch.writes.is_empty();
            twice
                && !branch.leads_out
                && branch.are_apart(&around)
                && each[..place].iter().all(|other| branch.are_apart(other))
        };
        each.iter().enumerate().all(alone)
    })
}

/// What each rule does, with those that it calls: the least solution.
fn rules(grammar: &Grammar) -> Vec<Effects> {
    let mut rules = vec![Effects::default(); grammar.rules.len()];
    let mut has_grown = true;
    while std::mem::take(&mut has_grown) {
        for (place, rule) in grammar.rules.iter().enumerate() {
            let effects = effects(grammar, &rules, &rule.body);
            has_grown |= std::mem::replace(&mut rules[place], effects) != rules[place];
        }
    }
    rules
}

fn effects(grammar: &Grammar, rules: &[Effects], body: &[Statement]) -> Effects {
    let mut effects = Effects::default();
    let mut add = |statement: &Statement| {
        for_each_expression(&statement.kind, &mut |expression| read(grammar, expression, &mut effects.reads));
        match &statement.kind {
            StatementKind::Call { rule, .. } => effects.add(&rules[rule.index()]),
            StatementKind::Assign { target: Target::State(state), .. } => {
                effects.writes.insert(class(grammar, *state));
            }
            StatementKind::Assign { target: Target::Of { kind, member, .. }, .. } => {
                effects.writes.insert(Class::Member(*kind, *member));
            }
            StatementKind::Draw { .. } | StatementKind::Leave | StatementKind::End => effects.leads_out = true,
            _ => {}
        }
    };
    for statement in body {
        for_each_statement(statement, &mut add);
    }
    effects
}
