//! Numbers that can be exchanged, found in the grammar once and for all.
//!
//! A relation has a set of units that have joined, and one whose `changed` is due. Nothing in a lifecycle asks which number
//! a unit has: only whether it is in the set, and whether it is the one that is due. Where a sequence does not show payloads,
//! such numbers can be exchanged among themselves, for each instance apart, so all configurations that differ in that
//! alone are one. (These are the scalarsets of Ip and Dill, "Better verification through symmetry", 1996, found instead of
//! declared.)
//!
//! It errs on the safe side: one use that may tell two numbers apart, anywhere in the grammar, and they are told apart.

use std::collections::BTreeMap;

use super::View;
use super::facts::for_each_expression;
use crate::machine::Numbers;
use crate::model::grammar::{
    Action, AssignOperator, Base, Check, Comparison, Domain, Expression, ExpressionKind, Grammar, KindId, NONE, Range,
    RuleId, StateId, Statement, StatementKind, Target, Type, Variable, VariableId,
};
use crate::model::visit::{for_each_operand, for_each_part, parts};

/// For each instance whose numbers can be exchanged the states that hold them.
pub(super) fn exchangeable(grammar: &Grammar, view: &View) -> Vec<Numbers> {
    if view.payloads || view.actions {
        return Vec::new();
    }
    let mut found = Vec::new();
    for place in 0..grammar.kinds.len() {
        let kind = KindId::new(place);
        let row = &grammar.kinds[place];
        let mut domains: Vec<(i64, i64)> = row.states.iter().filter_map(|state| set_of(state.ty)).collect();
        domains.sort_unstable();
        domains.dedup();
        for domain in domains.into_iter().filter(|(lo, hi)| lo < hi) {
            let holds = |ty: Type| set_of(ty) == Some(domain) || number_of(ty) == Some(domain);
            let members: Vec<u32> =
                (0..).zip(&row.states).filter(|(_, state)| holds(state.ty)).map(|(m, _)| m).collect();
            if members.len() <= 64
                && Family::new(grammar, kind, domain, &members).is_some_and(|family| family.is_symmetric())
            {
                found.extend(row.instances().map(|instance| {
                    let first = grammar.instances[instance.index()].first_state.0;
                    let is_set = |member: &u32| set_of(row.states[*member as usize].ty).is_some();
                    let (sets, singles): (Vec<u32>, Vec<u32>) = members.iter().partition(|member| is_set(member));
                    let states =
                        |members: Vec<u32>| members.into_iter().map(|member| StateId(first + member)).collect();
                    Numbers { lo: domain.0, hi: domain.1, sets: states(sets), singles: states(singles) }
                }));
            }
        }
    }
    found
}

/// The bounds of a set's elements.
fn set_of(ty: Type) -> Option<(i64, i64)> {
    match ty.base {
        Base::Set { lo, hi } if !ty.optional => Some((lo, hi)),
        _ => None,
    }
}

fn number_of(ty: Type) -> Option<(i64, i64)> {
    match ty.base {
        Base::Int { lo, hi } => Some((lo, hi)),
        _ => None,
    }
}

/// Something with variables of its own.
#[derive(Clone, Copy)]
struct Body<'g> {
    name: Name,
    parameters: usize,
    variables: &'g [Variable],
    statements: &'g [Statement],
    /// What is evaluated outside of its statements.
    expressions: [Option<&'g Expression>; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Rule(usize),
    Let(usize),
    Action(usize),
    Phase(usize),
    Clause(usize, usize),
    Test(usize),
}

/// The states of one kind that hold numbers of one domain.
struct Family<'g> {
    grammar: &'g Grammar,
    kind: KindId,
    domain: (i64, i64),
    members: &'g [u32],
    bodies: Vec<Body<'g>>,
    /// For each variable that holds such a number the variable of the instance that it belongs to.
    owners: BTreeMap<(Name, VariableId), VariableId>,
}

/// What an expression is to a family.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A number in a variable.
    Number(VariableId),
    /// A number, or a set of them, that the instance in a variable holds.
    Held(VariableId),
    /// The same of an instance that no variable names.
    Named,
    /// `none`, or an empty set: no number.
    Nothing,
    Other,
}

impl<'g> Family<'g> {
    /// Finds which variables hold numbers of the family; nothing if one belongs to two instances.
    fn new(grammar: &'g Grammar, kind: KindId, domain: (i64, i64), members: &'g [u32]) -> Option<Self> {
        let mut family = Self { grammar, kind, domain, members, bodies: bodies(grammar), owners: BTreeMap::new() };
        loop {
            let before = family.owners.len();
            for place in 0..family.bodies.len() {
                let body = family.bodies[place];
                let mut links = Vec::new();
                each_expression(body, &mut |expression| family.link(body, expression, &mut links));
                for statement in body.statements {
                    family.link_statement(statement, &mut links);
                }
                for (number, owner) in links {
                    if *family.owners.entry((body.name, number)).or_insert(owner) != owner {
                        return None;
                    }
                }
            }
            if family.owners.len() == before {
                return Some(family);
            }
        }
    }

    fn role(&self, expression: &Expression) -> Role {
        match &expression.kind {
            ExpressionKind::Variable(variable) if number_of(expression.ty) == Some(self.domain) => {
                Role::Number(*variable)
            }
            ExpressionKind::StateOf { instance, member } if self.holds(instance.ty, *member) => match instance.kind {
                ExpressionKind::Variable(variable) => Role::Held(variable),
                _ => Role::Named,
            },
            ExpressionKind::State(state) if self.is_named(*state) => Role::Named,
            ExpressionKind::Constant(NONE) => Role::Nothing,
            ExpressionKind::Constant(0) if matches!(expression.ty.base, Base::Set { .. }) => Role::Nothing,
            // It fails for no number, or for all: where it is `none`.
            ExpressionKind::Convert(inside)
                if number_of(expression.ty).is_some_and(|(lo, hi)| lo <= self.domain.0 && self.domain.1 <= hi) =>
            {
                match (self.role(inside), number_of(inside.ty)) {
                    (role, Some(domain)) if domain == self.domain => role,
                    _ => Role::Other,
                }
            }
            _ => Role::Other,
        }
    }

    fn holds(&self, ty: Type, member: u32) -> bool {
        ty.base == Base::Instance(self.kind) && self.members.contains(&member)
    }

    fn is_named(&self, state: StateId) -> bool {
        let owner = self.grammar.states[state.index()].owner;
        owner.is_some_and(|(instance, member)| {
            self.grammar.instances[instance.index()].kind == self.kind && self.members.contains(&member)
        })
    }

    // --- which variables hold numbers ---

    fn link(&self, body: Body<'_>, expression: &Expression, links: &mut Vec<(VariableId, VariableId)>) {
        match &expression.kind {
            ExpressionKind::Contains { element: left, set: right } | ExpressionKind::Compare { left, right, .. } => {
                self.link_pair(body, left, right, links);
            }
            ExpressionKind::Let { id, arguments } => self.link_call(Name::Let(id.index()), arguments, links),
            _ => {}
        }
    }

    fn link_pair(
        &self,
        body: Body<'_>,
        left: &Expression,
        right: &Expression,
        links: &mut Vec<(VariableId, VariableId)>,
    ) {
        let (left, right) = (self.role(left), self.role(right));
        for (one, other) in [(left, right), (right, left)] {
            match (one, other) {
                (Role::Number(number), Role::Held(owner)) => links.push((number, owner)),
                (Role::Number(number), Role::Number(other)) => {
                    links.extend(self.owner(body.name, other).map(|owner| (number, owner)));
                }
                _ => {}
            }
        }
    }

    fn link_statement(&self, statement: &Statement, links: &mut Vec<(VariableId, VariableId)>) {
        match &statement.kind {
            StatementKind::Assign { target: Target::Of { instance, member, .. }, value, .. } => {
                if let (true, ExpressionKind::Variable(owner)) = (self.holds(instance.ty, *member), &instance.kind)
                    && let Role::Number(number) = self.role(value)
                {
                    links.push((number, *owner));
                }
            }
            StatementKind::Call { rule, arguments } => self.link_call(name_of(*rule), arguments, links),
            _ => {}
        }
        parts(statement).into_iter().flatten().for_each(|inner| self.link_statement(inner, links));
    }

    /// What is handed to a parameter that holds a number belongs to what is handed to the parameter of its owner.
    fn link_call(&self, callee: Name, arguments: &[Expression], links: &mut Vec<(VariableId, VariableId)>) {
        for (place, argument) in arguments.iter().enumerate() {
            if let Some(owner) = self.owner(callee, VariableId::new(place))
                && let Role::Number(number) = self.role(argument)
                && let Some(ExpressionKind::Variable(owner)) = arguments.get(owner.index()).map(|owner| &owner.kind)
            {
                links.push((number, *owner));
            }
        }
    }

    fn owner(&self, body: Name, number: VariableId) -> Option<VariableId> {
        self.owners.get(&(body, number)).copied()
    }

    // --- whether nothing tells them apart ---

    fn is_symmetric(&self) -> bool {
        self.owners.iter().all(|((name, number), owner)| self.outlives(*name, *owner, *number))
            && self.bodies.iter().all(|body| {
                body.expressions.iter().flatten().all(|expression| self.allows(*body, expression))
                    && self.guards_pass(*body)
                    && body.statements.iter().all(|statement| self.allows_statement(*body, statement))
            })
    }

    /// An owner is known wherever its number is, and does not change meanwhile: both are parameters, or it was bound before.
    fn outlives(&self, name: Name, owner: VariableId, number: VariableId) -> bool {
        let Some(body) = self.bodies.iter().find(|body| body.name == name) else { return false };
        let is_instance = body.variables.get(owner.index()).is_some_and(|row| row.ty.base == Base::Instance(self.kind));
        is_instance && (owner.index() < body.parameters || owner < number)
    }

    /// A guard that fails for some arguments only is told by the first that it fails for.
    fn guards_pass(&self, body: Body<'_>) -> bool {
        let takes = (0..body.parameters).any(|place| self.owner(body.name, VariableId::new(place)).is_some());
        !(takes && matches!(body.name, Name::Action(_)))
            || body.expressions.into_iter().flatten().all(|guard| !self.may_fail(guard))
    }

    /// Whether an expression tells no two numbers apart.
    fn allows(&self, body: Body<'_>, expression: &Expression) -> bool {
        match (&expression.kind, self.role(expression)) {
            (ExpressionKind::Contains { element: left, set: right }, _) => self.allows_pair(body, left, right),
            (ExpressionKind::Compare { operator, left, right }, _) => {
                let is_equality = matches!(operator, Comparison::Equal | Comparison::Unequal);
                if self.concerns(body, left) || self.concerns(body, right) {
                    is_equality && self.allows_pair(body, left, right)
                } else {
                    self.allows(body, left) && self.allows(body, right)
                }
            }
            (ExpressionKind::Size(set), _) if matches!(self.role(set), Role::Held(_) | Role::Named) => true,
            (ExpressionKind::Let { id, arguments }, _) => self.allows_call(Name::Let(id.index()), body, arguments),
            (ExpressionKind::Quantified { range, .. }, _) => self.allows_range(body, range),
            (_, Role::Number(_) | Role::Held(_) | Role::Named) => !self.concerns(body, expression),
            _ => {
                let mut allows = true;
                for_each_operand(expression, &mut |operand| allows &= self.allows(body, operand));
                allows
            }
        }
    }

    /// Whether an expression is a number of the family, or holds some.
    fn concerns(&self, body: Body<'_>, expression: &Expression) -> bool {
        match self.role(expression) {
            Role::Number(number) => self.owner(body.name, number).is_some(),
            Role::Held(_) | Role::Named => true,
            Role::Nothing | Role::Other => false,
        }
    }

    /// Whether two expressions are of numbers of one instance, or one of them is nothing at all.
    fn allows_pair(&self, body: Body<'_>, left: &Expression, right: &Expression) -> bool {
        if !self.concerns(body, left) && !self.concerns(body, right) {
            return self.allows(body, left) && self.allows(body, right);
        }
        let owner = |expression: &Expression| match self.role(expression) {
            Role::Number(number) => self.owner(body.name, number),
            Role::Held(owner) => Some(owner),
            _ => None,
        };
        let is_nothing = |expression: &Expression| self.role(expression) == Role::Nothing;
        is_nothing(left) || is_nothing(right) || owner(left).is_some_and(|one| owner(right) == Some(one))
    }

    fn allows_call(&self, callee: Name, body: Body<'_>, arguments: &[Expression]) -> bool {
        arguments.iter().enumerate().all(|(place, argument)| {
            let Some(owner) = self.owner(callee, VariableId::new(place)) else { return self.allows(body, argument) };
            // It was linked if it is a variable: then only one of another instance could be handed over.
            let Role::Number(number) = self.role(argument) else { return false };
            matches!(arguments[owner.index()].kind, ExpressionKind::Variable(owner)
                if self.owner(body.name, number) == Some(owner))
        })
    }

    fn allows_range(&self, body: Body<'_>, range: &Range) -> bool {
        let Some(filter) = &range.filter else { return true };
        let is_number = self.owner(body.name, range.variable).is_some();
        let is_whole = range.domain == Domain::Integers { lo: self.domain.0, hi: self.domain.1 };
        self.allows(body, filter) && (!is_number || is_whole && !self.may_fail(filter))
    }

    fn allows_statement(&self, body: Body<'_>, statement: &Statement) -> bool {
        let is_number = |range: &Range| self.owner(body.name, range.variable).is_some();
        let allowed = match &statement.kind {
            // A payload is not shown.
            StatementKind::Emit { of, payload, .. } => {
                let is_hidden = |value: &Expression| self.concerns(body, value) && self.role(value) != Role::Named;
                of.iter().all(|of| self.allows(body, of))
                    && payload.iter().all(|value| is_hidden(value) || self.allows(body, value))
            }
            StatementKind::Assign { target, operator, value } => self.allows_assignment(body, target, *operator, value),
            StatementKind::Call { rule, arguments } => self.allows_call(name_of(*rule), body, arguments),
            StatementKind::ForEach { range, any_order, .. } => {
                (*any_order || !is_number(range)) && self.allows_range(body, range)
            }
            StatementKind::ForOne { range, .. } => self.allows_range(body, range),
            StatementKind::Interleave(branches) => branches
                .iter()
                .filter_map(|branch| branch.each.as_ref())
                .all(|range| !is_number(range) && self.allows_range(body, range)),
            other => {
                let mut allows = true;
                for_each_expression(other, &mut |expression| allows &= self.allows(body, expression));
                allows
            }
        };
        allowed && parts(statement).into_iter().flatten().all(|inner| self.allows_statement(body, inner))
    }

    fn allows_assignment(&self, body: Body<'_>, target: &Target, operator: AssignOperator, value: &Expression) -> bool {
        let (owner, is_set) = match target {
            Target::State(state) if self.is_named(*state) => {
                return operator == AssignOperator::Set && self.role(value) == Role::Nothing;
            }
            Target::Of { instance, kind, member } if self.holds(instance.ty, *member) => {
                let ExpressionKind::Variable(owner) = instance.kind else { return false };
                (owner, set_of(self.grammar.kinds[kind.index()].states[*member as usize].ty).is_some())
            }
            Target::State(_) => return self.allows(body, value),
            Target::Of { instance, .. } => return self.allows(body, instance) && self.allows(body, value),
        };
        let is_its = match self.role(value) {
            Role::Number(number) => self.owner(body.name, number) == Some(owner),
            Role::Held(holder) => holder == owner,
            Role::Nothing => operator == AssignOperator::Set,
            Role::Named | Role::Other => false,
        };
        is_its && (is_set || operator == AssignOperator::Set)
    }

    /// Whether the evaluation of an expression may end in an error.
    fn may_fail(&self, expression: &Expression) -> bool {
        let mut fails = false;
        for_each_part(self.grammar, expression, &mut |part| {
            fails |= match &part.kind {
                ExpressionKind::Convert(_) | ExpressionKind::Arithmetic { .. } | ExpressionKind::Negate(_) => true,
                ExpressionKind::StateOf { instance, .. } | ExpressionKind::FieldOf { instance, .. } => {
                    instance.ty.optional
                }
                _ => false,
            };
        });
        fails
    }
}

/// Every expression of a body, those within others too.
fn each_expression(body: Body<'_>, visit: &mut dyn FnMut(&Expression)) {
    fn deep(expression: &Expression, visit: &mut dyn FnMut(&Expression)) {
        visit(expression);
        for_each_operand(expression, &mut |operand| deep(operand, visit));
    }
    fn within(statement: &Statement, visit: &mut dyn FnMut(&Expression)) {
        for_each_expression(&statement.kind, &mut |expression| deep(expression, visit));
        parts(statement).into_iter().flatten().for_each(|inner| within(inner, visit));
    }
    body.expressions.into_iter().flatten().for_each(|expression| deep(expression, visit));
    body.statements.iter().for_each(|statement| within(statement, visit));
}

fn name_of(rule: RuleId) -> Name {
    Name::Rule(rule.index())
}

/// All that has variables.
fn bodies(grammar: &Grammar) -> Vec<Body<'_>> {
    let none = [None, None];
    let rules = grammar.rules.iter().enumerate().map(|(place, row)| Body {
        name: Name::Rule(place),
        parameters: row.parameters,
        variables: &row.variables,
        statements: &row.body,
        expressions: none,
    });
    let lets = grammar.lets.iter().enumerate().map(|(place, row)| Body {
        name: Name::Let(place),
        parameters: row.parameters,
        variables: &row.variables,
        statements: &[],
        expressions: [Some(&row.value), None],
    });
    let actions = grammar.actions.iter().enumerate().map(|(place, row): (usize, &Action)| Body {
        name: Name::Action(place),
        parameters: row.parameters,
        variables: &row.variables,
        statements: &row.body,
        expressions: [row.guard.as_ref(), Some(&row.weight)],
    });
    let phases = grammar.phases.iter().enumerate().map(|(place, row)| Body {
        name: Name::Phase(place),
        parameters: 0,
        variables: &row.variables,
        statements: &row.body,
        expressions: none,
    });
    let clauses = grammar.phases.iter().enumerate().flat_map(|(phase, row)| {
        row.meanwhile.iter().enumerate().map(move |(place, clause)| Body {
            name: Name::Clause(phase, place),
            parameters: 0,
            variables: &row.variables,
            statements: std::slice::from_ref(&clause.body),
            expressions: [clause.guard.as_ref(), None],
        })
    });
    let tests = grammar.tests.iter().enumerate().filter_map(|(place, row)| match &row.check {
        Check::Never { expression, variables } => Some(Body {
            name: Name::Test(place),
            parameters: 0,
            variables,
            statements: &[],
            expressions: [Some(expression), None],
        }),
        _ => None,
    });
    rules.chain(lets).chain(actions).chain(phases).chain(clauses).chain(tests).collect()
}
