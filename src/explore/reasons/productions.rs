//! What the text of a grammar says of its parts: what shows something and where it can run, where conditions stand, and
//! whether an assignment belongs to the event before or behind it.

use std::collections::{BTreeMap, BTreeSet};

use crate::machine::{PlaceId, Program};
use crate::model::grammar::{
    ActionId, Expression, ExpressionKind, Grammar, KindId, PhaseId, RuleId, StateId, Statement, StatementKind, Target,
    Variable,
};
use crate::model::visit::{for_each_statement, parts};
use crate::source::Span;

/// What has a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// A phase.
    Phase(PhaseId),
    /// A clause of its `meanwhile`, by its place among them.
    Clause(PhaseId, usize),
    /// A rule.
    Rule(RuleId),
    /// An action or a reaction.
    Action(ActionId),
}

/// What keeps its events together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inside {
    /// An `atomic`.
    Atomic,
    /// A clause of a `meanwhile`.
    Clause,
}

/// What is known of the text.
#[derive(Debug)]
pub(super) struct Productions<'g> {
    /// Whose body a statement or a mark is in.
    owners: BTreeMap<Span, Owner>,
    /// For each owner the phases in which it can run, guards aside.
    phases: BTreeMap<Owner, BTreeSet<PhaseId>>,
    conditions: BTreeMap<Span, (&'g Expression, &'g [Variable])>,
    /// The statements in the text of an `atomic`.
    atomic: BTreeSet<Span>,
    assignments: Vec<Assignment>,
}

/// An assignment.
#[derive(Debug)]
struct Assignment {
    target: Assigned,
    /// The only value that it gives, if there is one.
    value: Option<i64>,
    /// Whether it belongs to the event behind it, rather than to the one before it.
    announces: bool,
}

#[derive(Debug)]
enum Assigned {
    State(StateId),
    Of(KindId, u32),
}

impl<'g> Productions<'g> {
    /// Costs a pass over the grammar for each of its phases.
    pub(super) fn new(grammar: &'g Grammar) -> Self {
        let mut productions = Self {
            owners: BTreeMap::new(),
            phases: BTreeMap::new(),
            conditions: BTreeMap::new(),
            atomic: BTreeSet::new(),
            assignments: Vec::new(),
        };
        let mut calls: BTreeMap<Owner, BTreeSet<Owner>> = BTreeMap::new();
        for (owner, body, variables) in bodies(grammar) {
            let calls = calls.entry(owner).or_default();
            for statement in body {
                for_each_statement(statement, &mut |statement| {
                    productions.owners.insert(statement.span, owner);
                    productions.take_conditions(statement, variables);
                    match &statement.kind {
                        StatementKind::Atomic(body) => {
                            let atomic = &mut productions.atomic;
                            let mut take = |inner: &Statement| {
                                atomic.insert(inner.span);
                            };
                            for inner in body {
                                for_each_statement(inner, &mut take);
                            }
                        }
                        StatementKind::Call { rule, .. } => {
                            calls.insert(Owner::Rule(*rule));
                        }
                        StatementKind::Draw { actions, .. } => {
                            calls.extend(actions.iter().map(|action| Owner::Action(*action)));
                        }
                        _ => {}
                    }
                });
            }
            productions.take_assignments(body, true);
        }
        for (number, action) in grammar.actions.iter().enumerate() {
            productions.owners.insert(action.span, Owner::Action(ActionId::new(number)));
        }
        for (number, phase) in grammar.phases.iter().enumerate() {
            let id = PhaseId::new(number);
            productions.owners.insert(phase.span, Owner::Phase(id));
            let clauses = (0..phase.meanwhile.len()).map(|place| Owner::Clause(id, place));
            let mut open: Vec<Owner> = clauses.chain([Owner::Phase(id)]).collect();
            while let Some(owner) = open.pop() {
                if productions.phases.entry(owner).or_default().insert(id) {
                    open.extend(calls.get(&owner).into_iter().flatten());
                }
            }
        }
        productions
    }

    /// Whose body a place is in.
    pub(super) fn owner(&self, program: &Program, place: PlaceId) -> Option<Owner> {
        self.owners.get(&program.place(place).span).copied()
    }

    /// The phases in which an owner can run, guards aside.
    pub(super) fn phases(&self, owner: Owner) -> impl DoubleEndedIterator<Item = PhaseId> + '_ {
        self.phases.get(&owner).into_iter().flatten().copied()
    }

    /// What keeps a statement together with those around it, as far as the text around it tells.
    pub(super) fn inside(&self, span: Span) -> Option<Inside> {
        match self.owners.get(&span) {
            _ if self.atomic.contains(&span) => Some(Inside::Atomic),
            Some(Owner::Clause(..)) => Some(Inside::Clause),
            _ => None,
        }
    }

    /// The condition that stands at a place, with the variables that it reads.
    pub(super) fn condition(&self, span: Span) -> Option<(&'g Expression, &'g [Variable])> {
        self.conditions.get(&span).copied()
    }

    /// Whether a state that has got a value got it for the event that comes next, rather than by the one before. `between`:
    /// whether something was decided since that.
    pub(super) fn announces(&self, grammar: &Grammar, state: StateId, value: i64, between: bool) -> bool {
        let owner = grammar.states[state.index()].owner;
        let is_its = |assignment: &&Assignment| {
            let is_target = match assignment.target {
                Assigned::State(assigned) => assigned == state,
                Assigned::Of(kind, member) => owner.is_some_and(|(instance, place)| {
                    grammar.instances[instance.index()].kind == kind && place == member
                }),
            };
            is_target && assignment.value.is_none_or(|given| given == value)
        };
        let mut all = self.assignments.iter().filter(is_its).map(|assignment| assignment.announces);
        let Some(first) = all.next() else { return between };
        if all.all(|announces| announces == first) { first } else { between }
    }

    fn take_conditions(&mut self, statement: &'g Statement, variables: &'g [Variable]) {
        let mut take = |condition: &'g Expression| {
            self.conditions.insert(condition.span, (condition, variables));
        };
        match &statement.kind {
            StatementKind::If { arms, .. } => arms.iter().for_each(|(condition, _)| take(condition)),
            StatementKind::Choose { alternatives, .. } => {
                alternatives.iter().filter_map(|alternative| alternative.guard.as_ref()).for_each(take);
            }
            StatementKind::ForEach { range, .. } | StatementKind::ForOne { range, .. } => {
                range.filter.iter().for_each(take);
            }
            StatementKind::Repeat { condition, .. } => condition.iter().for_each(|condition| take(condition)),
            _ => {}
        }
    }

    /// Adds the assignments of a sequence. `around`: to which event one belongs if the sequence has none.
    fn take_assignments(&mut self, body: &[Statement], around: bool) {
        let shows: Vec<bool> = body.iter().map(may_show).collect();
        for (place, statement) in body.iter().enumerate() {
            let announces = if shows[place + 1..].contains(&true) {
                true
            } else if shows[..place].contains(&true) {
                false
            } else {
                around
            };
            if let StatementKind::Assign { target, operator, value } = &statement.kind {
                let target = match target {
                    Target::State(state) => Assigned::State(*state),
                    Target::Of { kind, member, .. } => Assigned::Of(*kind, *member),
                };
                let is_set = *operator == crate::model::grammar::AssignOperator::Set;
                let value = match value.kind {
                    ExpressionKind::Constant(value) if is_set => Some(value),
                    _ => None,
                };
                self.assignments.push(Assignment { target, value, announces });
            }
            for part in parts(statement) {
                self.take_assignments(part, announces);
            }
        }
    }
}

/// Whether a statement may show something.
fn may_show(statement: &Statement) -> bool {
    let mut shows = false;
    for_each_statement(statement, &mut |statement| {
        shows |= matches!(
            statement.kind,
            StatementKind::Emit { .. } | StatementKind::Call { .. } | StatementKind::Draw { .. }
        );
    });
    shows
}

/// All bodies with their variables.
fn bodies(grammar: &Grammar) -> impl Iterator<Item = (Owner, &[Statement], &[Variable])> {
    let phases = grammar.phases.iter().enumerate().flat_map(|(number, phase)| {
        let id = PhaseId::new(number);
        let clauses = phase.meanwhile.iter().enumerate().map(move |(place, clause)| {
            (Owner::Clause(id, place), std::slice::from_ref(&clause.body), &phase.variables[..])
        });
        clauses.chain([(Owner::Phase(id), &phase.body[..], &phase.variables[..])])
    });
    let rules = grammar
        .rules
        .iter()
        .enumerate()
        .map(|(number, rule)| (Owner::Rule(RuleId::new(number)), &rule.body[..], &rule.variables[..]));
    let actions = grammar
        .actions
        .iter()
        .enumerate()
        .map(|(number, action)| (Owner::Action(ActionId::new(number)), &action.body[..], &action.variables[..]));
    phases.chain(rules).chain(actions)
}
