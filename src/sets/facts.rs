//! What of a configuration no answer depends on, found in the grammar once and for all.
//!
//! All of it errs on the safe side: what is said here to make no difference makes none.

use std::collections::BTreeSet;

use super::View;
use super::numbers::exchangeable;
use crate::machine::Numbers;
use crate::model::grammar::{
    AssignOperator, Base, Check, Count, Domain, Expression, ExpressionKind, Grammar, InstanceId, KindId, PhaseId,
    Range, StateId, Statement, StatementKind, Target, Variable, VariableId,
};
use crate::model::visit::{for_each_operand, for_each_part, for_each_statement, for_each_statement_of, parts};

/// What makes no difference under a view.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// States that nothing depends on: they are kept at their first value.
    pub(super) idle: Vec<StateId>,
    /// Arrays whose elements can be exchanged, each as the states of its elements.
    pub(super) arrays: Vec<Vec<Vec<StateId>>>,
    /// Numbers that can be exchanged.
    pub(super) numbers: Vec<Numbers>,
    /// For each phase whether branches run side by side in it: then a loop that may go on longer can not do all that a
    /// shorter one can, since the turn of a branch ends at a loop that is not finished.
    pub(super) interleaves: Vec<bool>,
    /// Whether no guard, filter or weight can fail because of a state, nor a weight depend on one: then what is not taken need
    /// not be looked at.
    pub(super) sure: bool,
    /// Those of the `never` tests without a profile that read a state that nothing else depends on.
    pub(super) untold: BTreeSet<usize>,
}

impl Facts {
    /// Goes through the whole grammar a few times. `conditions` are asked of configurations too.
    pub(super) fn new(grammar: &Grammar, view: &View, conditions: &[&Expression]) -> Self {
        let survey = Survey { grammar, view, asked: conditions };
        let relevant = survey.relevant();
        let is_idle = |state: &StateId| !relevant.contains(&class(survey.grammar, *state));
        let idle: Vec<StateId> = (0..grammar.states.len()).map(StateId::new).filter(is_idle).collect();
        Self {
            arrays: survey.arrays(&relevant),
            numbers: exchangeable(grammar, view),
            untold: survey.untold(&relevant),
            sure: survey.is_sure(),
            interleaves: (0..grammar.phases.len()).map(|phase| survey.interleaves(PhaseId::new(phase))).collect(),
            idle,
        }
    }

    /// Whether branches run side by side in a phase.
    pub(super) fn is_interleaved(&self, phase: PhaseId) -> bool {
        self.interleaves.get(phase.index()).copied().unwrap_or_default()
    }
}

/// A global state, or the same state of all instances of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Global(StateId),
    Member(KindId, u32),
}

/// Which one a state is.
pub(super) fn class(grammar: &Grammar, state: StateId) -> Class {
    match grammar.states[state.index()].owner {
        Some((instance, member)) => Class::Member(grammar.instances[instance.index()].kind, member),
        None => Class::Global(state),
    }
}

/// Adds what an expression reads.
pub(super) fn read(grammar: &Grammar, expression: &Expression, into: &mut BTreeSet<Class>) {
    for_each_part(grammar, expression, &mut |part| match &part.kind {
        ExpressionKind::State(state) => {
            into.insert(class(grammar, *state));
        }
        ExpressionKind::StateOf { instance, member } => {
            if let Base::Instance(kind) = instance.ty.base {
                into.insert(Class::Member(kind, *member));
            }
        }
        _ => {}
    });
}

struct Survey<'g> {
    grammar: &'g Grammar,
    view: &'g View,
    /// Conditions that are asked of configurations, beside what the grammar does.
    asked: &'g [&'g Expression],
}

impl<'g> Survey<'g> {
    /// Every expression that stands outside of statements and of named expressions.
    fn conditions(&self) -> impl Iterator<Item = &'g Expression> + use<'g> {
        let clauses = self.grammar.phases.iter().flat_map(|phase| &phase.meanwhile);
        let guards = clauses.filter_map(|clause| clause.guard.as_ref());
        let actions = self.grammar.actions.iter();
        guards
            .chain(actions.flat_map(|action| action.guard.iter().chain([&action.weight])))
            .chain(self.asked.iter().copied())
    }

    /// The states that something depends on.
    fn relevant(&self) -> BTreeSet<Class> {
        let mut relevant = BTreeSet::new();
        // What an assignment to a state reads is relevant if that state is.
        let mut flows: Vec<(Class, BTreeSet<Class>)> = Vec::new();
        for condition in self.conditions() {
            read(self.grammar, condition, &mut relevant);
        }
        for_each_statement_of(self.grammar, &mut |statement| match &statement.kind {
            StatementKind::Emit { of, payload, .. } => {
                for of in of {
                    read(self.grammar, of, &mut relevant);
                }
                for value in payload.iter().filter(|value| self.view.payloads || self.may_fail(value)) {
                    read(self.grammar, value, &mut relevant);
                }
            }
            StatementKind::Assign { target, operator, value } => {
                let (class, ty) = match target {
                    Target::State(state) => (class(self.grammar, *state), self.grammar.states[state.index()].ty),
                    Target::Of { instance, kind, member } => {
                        read(self.grammar, instance, &mut relevant);
                        let state = &self.grammar.kinds[kind.index()].states[*member as usize];
                        (Class::Member(*kind, *member), state.ty)
                    }
                };
                let fits = match (operator, ty.base, &value.kind) {
                    (AssignOperator::Set, ..) => !self.may_fail(value),
                    (_, Base::Set { lo, hi }, ExpressionKind::Constant(element)) => {
                        !ty.optional && (lo..=hi).contains(element)
                    }
                    _ => false,
                };
                let mut states = BTreeSet::new();
                read(self.grammar, value, &mut states);
                if fits {
                    flows.push((class, states));
                } else {
                    // Whether the run goes on depends on it.
                    relevant.insert(class);
                    relevant.append(&mut states);
                }
            }
            other => for_each_expression(other, &mut |expression| read(self.grammar, expression, &mut relevant)),
        });
        while let Some(place) = flows.iter().position(|(class, _)| relevant.contains(class)) {
            relevant.append(&mut flows.swap_remove(place).1);
        }
        relevant
    }

    /// The `never` tests that read other states.
    fn untold(&self, relevant: &BTreeSet<Class>) -> BTreeSet<usize> {
        let tests = self.grammar.tests.iter().filter(|test| test.profile.is_none());
        let conditions = tests.filter_map(|test| match &test.check {
            Check::Never { expression, .. } => Some(expression),
            _ => None,
        });
        let is_untold = |condition: &Expression| {
            let mut states = BTreeSet::new();
            read(self.grammar, condition, &mut states);
            !states.is_subset(relevant)
        };
        conditions.enumerate().filter(|(_, condition)| is_untold(condition)).map(|(place, _)| place).collect()
    }

    /// Whether the evaluation of an expression can end in an error.
    fn may_fail(&self, expression: &Expression) -> bool {
        let mut fails = false;
        for_each_part(self.grammar, expression, &mut |part| {
            fails |= match &part.kind {
                ExpressionKind::Convert(_) | ExpressionKind::Arithmetic { .. } | ExpressionKind::Negate(_) => true,
                ExpressionKind::Set(elements) => !elements.is_empty(),
                ExpressionKind::StateOf { instance, .. }
                | ExpressionKind::FieldOf { instance, .. }
                | ExpressionKind::IndexOf(instance)
                | ExpressionKind::ArrayOf(instance) => instance.ty.optional,
                _ => false,
            };
        });
        fails
    }

    /// Whether what may be taken can be looked at by itself.
    fn is_sure(&self) -> bool {
        let reads = |expression: &Expression| {
            let mut states = BTreeSet::new();
            read(self.grammar, expression, &mut states);
            !states.is_empty()
        };
        let is_bad = |expression: &Expression| reads(expression) && self.may_fail(expression);
        let grammar = self.grammar;
        let mut bad = grammar.actions.iter().any(|action| action.guard.iter().any(is_bad) || reads(&action.weight));
        bad |= grammar
            .phases
            .iter()
            .flat_map(|phase| &phase.meanwhile)
            .filter_map(|clause| clause.guard.as_ref())
            .any(is_bad);
        for_each_statement_of(grammar, &mut |statement| match &statement.kind {
            StatementKind::Choose { alternatives, .. } => {
                bad |= alternatives.iter().any(|one| one.guard.iter().any(is_bad) || reads(&one.weight));
            }
            StatementKind::ForOne { range, .. } => bad |= range.filter.iter().any(is_bad),
            _ => {}
        });
        !bad
    }

    /// Whether a phase can come to an `interleave`.
    fn interleaves(&self, phase: PhaseId) -> bool {
        let phase = &self.grammar.phases[phase.index()];
        let mut found = false;
        let (mut rules, mut actions) = (BTreeSet::new(), BTreeSet::new());
        let mut bodies: Vec<&[Statement]> = vec![&phase.body];
        bodies.extend(phase.meanwhile.iter().map(|clause| std::slice::from_ref(&clause.body)));
        while let Some(body) = bodies.pop() {
            for statement in body {
                for_each_statement(statement, &mut |statement| match &statement.kind {
                    StatementKind::Interleave(_) => found = true,
                    StatementKind::Call { rule, .. } if rules.insert(*rule) => {
                        bodies.push(&self.grammar.rules[rule.index()].body);
                    }
                    StatementKind::Draw { actions: drawn, .. } => {
                        let new = drawn.iter().filter(|action| actions.insert(**action));
                        bodies.extend(new.map(|action| &self.grammar.actions[action.index()].body[..]));
                    }
                    _ => {}
                });
            }
        }
        found
    }

    /// The arrays whose elements can be exchanged.
    fn arrays(&self, relevant: &BTreeSet<Class>) -> Vec<Vec<Vec<StateId>>> {
        let grammar = self.grammar;
        let mut arrays = Vec::new();
        for place in 0..grammar.kinds.len() {
            let (kind, row) = (KindId::new(place), &grammar.kinds[place]);
            let firsts: BTreeSet<InstanceId> =
                row.instances().map(|instance| grammar.instances[instance.index()].array).collect();
            let elements = |first: InstanceId| {
                row.instances().filter(move |instance| grammar.instances[instance.index()].array == first)
            };
            if firsts.iter().all(|first| elements(*first).count() < 2) || self.tells_apart(kind, relevant) {
                continue;
            }
            let named = self.named(kind);
            for first in firsts {
                let elements: Vec<InstanceId> = elements(first).collect();
                if elements.len() < 2 || elements.iter().any(|element| named.contains(element)) {
                    continue;
                }
                let states = |element: &InstanceId| {
                    let first = grammar.instances[element.index()].first_state.0;
                    (first..).take(row.states.len()).map(StateId).collect()
                };
                arrays.push(elements.iter().map(states).collect());
            }
        }
        arrays
    }

    /// Whether elements of arrays of a kind can be told apart: by the sequence, by where they stand, or by their order.
    fn tells_apart(&self, kind: KindId, relevant: &BTreeSet<Class>) -> bool {
        let grammar = self.grammar;
        let is_kind = |base: Base| base == Base::Instance(kind);
        let mut does = self.view.instances;
        does |= self.view.actions
            && grammar
                .actions
                .iter()
                .any(|action| action.variables[..action.parameters].iter().any(|variable| is_kind(variable.ty.base)));
        does |= self.view.payloads
            && grammar.events.iter().flat_map(|event| &event.payload).any(|field| is_kind(field.ty.base));
        does |= grammar.states.iter().any(|state| is_kind(state.ty.base));
        // An evaluation that may fail, and that is stopped by the first element that passes.
        let bad_guard = |action: &crate::model::grammar::Action| {
            action.variables[..action.parameters].iter().any(|variable| is_kind(variable.ty.base))
                && action.guard.as_ref().is_some_and(|guard| self.may_fail(guard))
        };
        does |= grammar.actions.iter().any(bad_guard);
        self.for_each_expression_anywhere(&mut |expression| match &expression.kind {
            ExpressionKind::IndexOf(instance) => does |= is_kind(instance.ty.base),
            ExpressionKind::Quantified { range, .. } => {
                let fails = range.filter.as_ref().is_some_and(|filter| self.may_fail(filter));
                does |= range.domain == Domain::Kind(kind) && fails;
            }
            _ => {}
        });
        for_each_statement_of(self.grammar, &mut |statement| {
            for range in ranges(statement).filter(|range| range.domain == Domain::Kind(kind)) {
                does |= range.filter.as_ref().is_some_and(|filter| self.may_fail(filter));
            }
        });
        does || self.orders(kind, relevant)
    }

    /// Whether a `for each` takes elements of a kind in an order that may make a difference.
    fn orders(&self, kind: KindId, relevant: &BTreeSet<Class>) -> bool {
        let grammar = self.grammar;
        let is_kind = |variable: &Variable| variable.ty.base == Base::Instance(kind);
        // Each statement with whether a variable may hold an element where it runs: that one is told from the others,
        // even if their states are equal. A clause of a `meanwhile` sees no variables of the phase, and changes no state.
        let mut open: Vec<(&Statement, bool)> = Vec::new();
        for phase in &grammar.phases {
            open.extend(phase.body.iter().map(|statement| (statement, false)));
            open.extend(phase.meanwhile.iter().map(|clause| (&clause.body, false)));
        }
        let (mut rules, mut actions) = (BTreeSet::new(), BTreeSet::new());
        while let Some((statement, amid)) = open.pop() {
            let mut within = amid | ranges(statement).any(|range| range.domain == Domain::Kind(kind));
            match &statement.kind {
                StatementKind::ForEach { range, any_order: false, .. }
                    if range.domain == Domain::Kind(kind) && (amid || !self.is_pinned(range, kind, relevant)) =>
                {
                    return true;
                }
                // Other branches may have variables.
                StatementKind::Interleave(_) => within = true,
                StatementKind::Call { rule, .. } => {
                    let row = &grammar.rules[rule.index()];
                    let within = amid || row.variables[..row.parameters].iter().any(is_kind);
                    if rules.insert((*rule, within)) {
                        open.extend(row.body.iter().map(|statement| (statement, within)));
                    }
                }
                StatementKind::Draw { actions: drawn, .. } => {
                    for action in drawn.iter() {
                        let row = &grammar.actions[action.index()];
                        let within = amid || row.variables[..row.parameters].iter().any(is_kind);
                        if actions.insert((*action, within)) {
                            open.extend(row.body.iter().map(|statement| (statement, within)));
                        }
                    }
                }
                _ => {}
            }
            open.extend(parts(statement).into_iter().flatten().map(|inner| (inner, within)));
        }
        false
    }

    /// Whether a filter fixes all states of the instances that pass, so that their order makes no difference.
    fn is_pinned(&self, range: &Range, kind: KindId, relevant: &BTreeSet<Class>) -> bool {
        let mut pinned = BTreeSet::new();
        if let Some(filter) = &range.filter {
            pins(filter, range.variable, &mut pinned);
        }
        let n_states = self.grammar.kinds[kind.index()].states.len();
        (0..).take(n_states).all(|member| pinned.contains(&member) || !relevant.contains(&Class::Member(kind, member)))
    }

    /// The instances of a kind that the grammar speaks of by their names.
    fn named(&self, kind: KindId) -> BTreeSet<InstanceId> {
        let grammar = self.grammar;
        let mut named = BTreeSet::new();
        let instance = |value: i64| u32::try_from(value).ok().map(InstanceId);
        let owner = |state: StateId| grammar.states[state.index()].owner.map(|(instance, _)| instance);
        self.for_each_expression_anywhere(&mut |expression| match expression.kind {
            ExpressionKind::Constant(value) if expression.ty.base == Base::Instance(kind) => {
                named.extend(instance(value));
            }
            ExpressionKind::State(state) => named.extend(owner(state)),
            _ => {}
        });
        for_each_statement_of(self.grammar, &mut |statement| {
            if let StatementKind::Assign { target: Target::State(state), .. } = &statement.kind {
                named.extend(owner(*state));
            }
        });
        for row in &grammar.instances {
            let fields = &grammar.kinds[row.kind.index()].fields;
            let values = row.fields.iter().zip(fields).filter(|(_, field)| field.ty.base == Base::Instance(kind));
            named.extend(values.filter_map(|(value, _)| instance(*value)));
        }
        named
    }

    /// Every expression of the grammar, those within others too.
    fn for_each_expression_anywhere(&self, visit: &mut dyn FnMut(&Expression)) {
        fn deep(expression: &Expression, visit: &mut dyn FnMut(&Expression)) {
            visit(expression);
            for_each_operand(expression, &mut |operand| deep(operand, visit));
        }
        self.conditions().chain(self.grammar.lets.iter().map(|row| &row.value)).for_each(|one| deep(one, visit));
        for_each_statement_of(self.grammar, &mut |statement| {
            for_each_expression(&statement.kind, &mut |expression| deep(expression, visit));
        });
    }
}

/// Adds the states of a variable's instance that must have one certain value where a condition holds.
fn pins(condition: &Expression, variable: VariableId, into: &mut BTreeSet<u32>) {
    let member = |expression: &Expression| match &expression.kind {
        ExpressionKind::StateOf { instance, member } if instance.kind == ExpressionKind::Variable(variable) => {
            Some(*member)
        }
        _ => None,
    };
    match &condition.kind {
        ExpressionKind::And(operands) => operands.iter().for_each(|operand| pins(operand, variable, into)),
        ExpressionKind::Not(operand) => into.extend(member(operand)),
        ExpressionKind::Compare { operator: crate::model::grammar::Comparison::Equal, left, right } => {
            for (one, other) in [(left, right), (right, left)] {
                if let ExpressionKind::Constant(_) = other.kind {
                    into.extend(member(one));
                }
            }
        }
        _ => into.extend(member(condition)),
    }
}

/// The ranges that a statement goes over.
fn ranges(statement: &Statement) -> impl Iterator<Item = &Range> {
    let (one, branches) = match &statement.kind {
        StatementKind::ForEach { range, .. } | StatementKind::ForOne { range, .. } => (Some(&**range), &[][..]),
        StatementKind::Interleave(branches) => (None, &branches[..]),
        _ => (None, &[][..]),
    };
    one.into_iter().chain(branches.iter().filter_map(|branch| branch.each.as_ref()))
}

/// The expressions that a statement is directly made of, those of the statements in it left out.
pub(super) fn for_each_expression<'g>(statement: &'g StatementKind, visit: &mut dyn FnMut(&'g Expression)) {
    match statement {
        StatementKind::Emit { of, payload, .. } => of.iter().chain(payload).for_each(visit),
        StatementKind::Call { arguments, .. } => arguments.iter().for_each(visit),
        StatementKind::Assign { target, value, .. } => {
            if let Target::Of { instance, .. } = target {
                visit(instance);
            }
            visit(value);
        }
        StatementKind::Choose { alternatives, .. } => {
            for alternative in alternatives {
                visit(&alternative.weight);
                alternative.guard.iter().for_each(&mut *visit);
            }
        }
        StatementKind::If { arms, .. } => arms.iter().for_each(|(condition, _)| visit(condition)),
        StatementKind::ForEach { range, .. } | StatementKind::ForOne { range, .. } => {
            range.filter.iter().for_each(visit);
        }
        StatementKind::Repeat { count, condition, .. } => {
            if let Some(condition) = condition {
                visit(condition);
            }
            match &**count {
                Count::Endless => {}
                Count::Exact(lo) | Count::Open { lo } => visit(lo),
                Count::Uniform { lo, hi } => [lo, hi].into_iter().for_each(visit),
                Count::Geometric { lo, hi, mean } => {
                    [Some(lo), hi.as_ref(), Some(mean)].into_iter().flatten().for_each(visit);
                }
            }
        }
        StatementKind::Interleave(branches) => {
            for filter in branches.iter().filter_map(|branch| branch.each.as_ref()?.filter.as_ref()) {
                visit(filter);
            }
        }
        StatementKind::Block(_)
        | StatementKind::Maybe { .. }
        | StatementKind::Draw { .. }
        | StatementKind::Atomic(_)
        | StatementKind::Leave
        | StatementKind::End => {}
    }
}
