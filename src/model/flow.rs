//! Which statements of a body can be reached, and which bodies can be passed: the common ground of the checks of
//! recursion. Guards and conditions count as open: they may hold or not.

use std::collections::BTreeMap;

use super::facts::{Fact, Facts};
use super::grammar::{
    ActionId, Count, Domain, Expression, ExpressionKind, Grammar, Range, RuleId, Statement, StatementKind, Verb,
};
use crate::source::Span;

/// What a way through a body is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It shows no event.
    Silent,
    /// It comes to an end. A dead end is one: it is another finding.
    Ending,
}

/// The ways through the bodies of a grammar's rules, actions and reactions.
///
/// A body is known by its number: the rules first, then the actions and reactions. Behind them come the lists that
/// draws draw from: each is a body that runs one of its actions, so that many draws from a long list cost little.
#[derive(Debug)]
pub(super) struct Flow<'g> {
    /// The grammar.
    grammar: &'g Grammar,
    /// What is known of the ways.
    pub(super) facts: Facts,
    /// For each body, whether a way leads through it to its end.
    pub(super) passes: Vec<Fact>,
    /// For each body, whether a way leads to a `leave` or an `end`.
    pub(super) exits: Vec<Fact>,
    /// For each body, what it may run and where, in the order of the text.
    pub(super) calls: Vec<Vec<Call>>,
    /// The number of each list, by where it is kept.
    lists: BTreeMap<*const ActionId, usize>,
    way: Way,
}

/// A place where one body may run another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// What may be run.
    pub(super) callee: usize,
    /// The call or the draw.
    pub(super) span: Span,
    /// Whether a way leads to it.
    pub(super) reached: Fact,
}

/// How often a loop's body runs, as far as that does not depend on what happens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Runs {
    Never,
    Perhaps,
    Certainly,
}

impl<'g> Flow<'g> {
    /// Looks at every statement once.
    ///
    /// Phases are left out: nothing runs a phase, so no cycle leads through one, and a phase that cannot end runs a
    /// rule or an action that cannot. The clauses of a `meanwhile` are, likewise, run from phases only.
    pub(super) fn new(grammar: &'g Grammar, way: Way) -> Self {
        let count = grammar.rules.len() + grammar.actions.len();
        let mut facts = Facts::new();
        let passes = (0..count).map(|_| facts.open()).collect();
        let exits = (0..count).map(|_| facts.open()).collect();
        let calls = vec![Vec::new(); count];
        let mut flow = Self { grammar, facts, passes, exits, calls, lists: BTreeMap::new(), way };
        let rules = grammar.rules.iter().map(|rule| &rule.body);
        for (body, statements) in rules.chain(grammar.actions.iter().map(|action| &action.body)).enumerate() {
            let end = flow.sequence(body, statements, Facts::ALWAYS);
            flow.facts.imply(end, flow.passes[body]);
        }
        flow
    }

    /// Whether a body is a list that is drawn from.
    pub(super) fn is_list(&self, body: usize) -> bool {
        body >= self.grammar.rules.len() + self.grammar.actions.len()
    }

    /// What a person calls a body that is no list.
    pub(super) fn name(&self, body: usize) -> String {
        match body.checked_sub(self.grammar.rules.len()) {
            None => format!("`{}`", self.grammar.rules[body].name),
            Some(action) => {
                let action = &self.grammar.actions[action];
                format!("{} `{}`", if action.reaction { "reaction" } else { "action" }, action.name)
            }
        }
    }

    /// Where a body is declared.
    pub(super) fn span(&self, body: usize) -> Span {
        match body.checked_sub(self.grammar.rules.len()) {
            None => self.grammar.rules[body].span,
            Some(action) => self.grammar.actions[action].span,
        }
    }

    fn sequence(&mut self, body: usize, statements: &[Statement], start: Fact) -> Fact {
        statements.iter().fold(start, |reached, statement| self.statement(body, statement, reached))
    }

    /// Whether a way leads past a statement that a way leads to if `reached`. What may be skipped is passed by whatever
    /// reaches it: all other ways past it lead to it first.
    fn statement(&mut self, body: usize, statement: &Statement, reached: Fact) -> Fact {
        match &statement.kind {
            StatementKind::Emit { .. } => match self.way {
                Way::Silent => Facts::NEVER,
                Way::Ending => reached,
            },
            StatementKind::Assign { .. } => reached,
            StatementKind::Call { rule: RuleId(rule), .. } => self.run(body, *rule as usize, statement.span, reached),
            StatementKind::Block(statements) | StatementKind::Atomic(statements) => {
                self.sequence(body, statements, reached)
            }
            StatementKind::Choose { alternatives, otherwise } => {
                let mut passed: Vec<Fact> = Vec::new();
                for alternative in alternatives.iter().filter(|alternative| constant(&alternative.weight) != Some(0)) {
                    passed.push(self.statement(body, &alternative.body, reached));
                }
                passed.extend(otherwise.as_ref().map(|otherwise| self.statement(body, otherwise, reached)));
                self.one_of(&passed, reached)
            }
            StatementKind::If { arms, otherwise } => {
                let mut passed: Vec<Fact> = arms.iter().map(|(_, arm)| self.sequence(body, arm, reached)).collect();
                passed.push(otherwise.as_ref().map_or(reached, |arm| self.sequence(body, arm, reached)));
                self.facts.any(&passed)
            }
            StatementKind::ForEach { range, body: inner, .. } => self.repeated(body, runs(range), inner, reached),
            StatementKind::ForOne { range, body: inner, otherwise } => {
                let passed = self.sequence(body, inner, reached);
                match otherwise {
                    _ if runs(range) == Runs::Certainly => passed,
                    None => reached,
                    Some(otherwise) => {
                        let skipped = self.sequence(body, otherwise, reached);
                        self.facts.any(&[passed, skipped])
                    }
                }
            }
            StatementKind::Repeat { count, condition, body: inner } => {
                let runs = match counted(count) {
                    Runs::Certainly if condition.is_some() => Runs::Perhaps,
                    runs => runs,
                };
                self.repeated(body, runs, inner, reached)
            }
            StatementKind::Maybe { millionths, body: inner } => {
                let runs = match millionths {
                    0 => Runs::Never,
                    1_000_000.. => Runs::Certainly,
                    _ => Runs::Perhaps,
                };
                self.repeated(body, runs, std::slice::from_ref(&**inner), reached)
            }
            StatementKind::Draw { verb, actions, otherwise } => {
                let drawn = match self.list(actions) {
                    Some(list) => self.run(body, list, statement.span, reached),
                    None => Facts::NEVER,
                };
                match (verb, otherwise) {
                    (Verb::Settle, _) | (Verb::React, None) => reached,
                    (_, Some(otherwise)) => {
                        let otherwise = self.statement(body, otherwise, reached);
                        self.facts.any(&[drawn, otherwise])
                    }
                    (Verb::Do, None) if actions.is_empty() => self.one_of(&[], reached),
                    (Verb::Do, None) => drawn,
                }
            }
            StatementKind::Interleave(branches) => {
                // Any branch may come first, and all of them are run.
                let passed: Vec<Fact> = branches
                    .iter()
                    .map(|branch| {
                        let runs = branch.each.as_ref().map_or(Runs::Certainly, runs);
                        self.repeated(body, runs, &branch.body, reached)
                    })
                    .chain([reached])
                    .collect();
                self.facts.all(&passed)
            }
            StatementKind::Leave | StatementKind::End => {
                self.facts.imply(reached, self.exits[body]);
                Facts::NEVER
            }
        }
    }

    /// Past one of several ways; none of them is a dead end.
    fn one_of(&mut self, passed: &[Fact], reached: Fact) -> Fact {
        match self.way {
            Way::Ending if passed.is_empty() => reached,
            _ => self.facts.any(passed),
        }
    }

    /// Past a loop.
    fn repeated(&mut self, body: usize, runs: Runs, statements: &[Statement], reached: Fact) -> Fact {
        if runs == Runs::Never {
            return reached;
        }
        let passed = self.sequence(body, statements, reached);
        if runs == Runs::Certainly { passed } else { reached }
    }

    /// Past a body.
    fn run(&mut self, body: usize, callee: usize, span: Span, reached: Fact) -> Fact {
        self.calls[body].push(Call { callee, span, reached });
        let exited = self.facts.all(&[reached, self.exits[callee]]);
        self.facts.imply(exited, self.exits[body]);
        self.facts.all(&[reached, self.passes[callee]])
    }

    /// The body that stands for a list, unless that is empty.
    fn list(&mut self, actions: &[ActionId]) -> Option<usize> {
        if actions.is_empty() {
            return None;
        }
        if let Some(list) = self.lists.get(&actions.as_ptr()) {
            return Some(*list);
        }
        let list = self.calls.len();
        let first = self.grammar.rules.len();
        let callees: Vec<usize> = actions.iter().map(|action| first + action.index()).collect();
        let passed: Vec<Fact> = callees.iter().map(|callee| self.passes[*callee]).collect();
        let exited: Vec<Fact> = callees.iter().map(|callee| self.exits[*callee]).collect();
        let (passed, exited) = (self.facts.any(&passed), self.facts.any(&exited));
        self.passes.push(passed);
        self.exits.push(exited);
        // Where it is drawn from is known by those who draw.
        let call = |callee| Call { callee, span: Span::default(), reached: Facts::ALWAYS };
        self.calls.push(callees.into_iter().map(call).collect());
        self.lists.insert(actions.as_ptr(), list);
        Some(list)
    }
}

/// How often a loop over a range runs: instances are a charm's business, a range of integers is the grammar's.
fn runs(range: &Range) -> Runs {
    match range.domain {
        Domain::Integers { lo, hi } if lo <= hi && range.filter.is_none() => Runs::Certainly,
        _ => Runs::Perhaps,
    }
}

fn counted(count: &Count) -> Runs {
    let (least, most) = match count {
        Count::Endless => return Runs::Perhaps,
        Count::Exact(count) => (count, Some(count)),
        Count::Uniform { lo, hi } => (lo, Some(hi)),
        Count::Geometric { lo, hi, .. } => (lo, hi.as_ref()),
        Count::Open { lo } => (lo, None),
    };
    if most.and_then(constant) == Some(0) {
        Runs::Never
    } else if constant(least).is_some_and(|least| least > 0) {
        Runs::Certainly
    } else {
        Runs::Perhaps
    }
}

fn constant(expression: &Expression) -> Option<i64> {
    match expression.kind {
        ExpressionKind::Constant(value) => Some(value),
        _ => None,
    }
}
