//! Grammars built by hand, for the unit tests of the passes.

use super::grammar::{
    Action, Alternative, AssignOperator, Base, Clause, Count, Domain, Event, EventId, Expression, ExpressionKind,
    Grammar, Instance, InstanceId, Kind, KindId, Member, Phase, Range, Rule, RuleId, StateId, Statement, StatementKind,
    Target, Type, VariableId, Verb,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};

/// A place that is told from others by its number.
pub(super) fn at(place: u32) -> Span {
    Span::new(SourceId(0), place, place + 1)
}

pub(super) fn integer(lo: i64, hi: i64) -> Type {
    Type { base: Base::Int { lo, hi }, optional: false }
}

pub(super) fn constant(value: i64) -> Expression {
    Expression { kind: ExpressionKind::Constant(value), ty: integer(i64::MIN + 1, i64::MAX), span: Span::default() }
}

/// What no pass may look into.
pub(super) fn unknown() -> Expression {
    Expression { kind: ExpressionKind::Variable(VariableId(0)), ..constant(0) }
}

/// A statement at place 0.
pub(super) fn statement(kind: StatementKind) -> Statement {
    Statement { kind, span: at(0) }
}

/// Shows event 0.
pub(super) fn emit() -> Statement {
    statement(StatementKind::Emit { event: EventId(0), of: Vec::new(), payload: Vec::new() })
}

pub(super) fn assign(place: u32) -> Statement {
    let target = Target::State(StateId(0));
    let kind = StatementKind::Assign { target, operator: AssignOperator::Set, value: Box::new(constant(0)) };
    Statement { kind, span: at(place) }
}

pub(super) fn call(rule: u32, place: u32) -> Statement {
    Statement { kind: StatementKind::Call { rule: RuleId(rule), arguments: Vec::new() }, span: at(place) }
}

pub(super) fn block(statements: Vec<Statement>) -> Statement {
    statement(StatementKind::Block(statements))
}

/// Alternatives of these weights.
pub(super) fn choose(alternatives: Vec<(Expression, Statement)>) -> Statement {
    let alternatives = alternatives
        .into_iter()
        .map(|(weight, body)| Alternative { weight, guard: Some(unknown()), body, span: at(0) })
        .collect();
    statement(StatementKind::Choose { alternatives, otherwise: None })
}

pub(super) fn when(then: Vec<Statement>, otherwise: Option<Vec<Statement>>) -> Statement {
    statement(StatementKind::If { arms: vec![(unknown(), then)], otherwise })
}

pub(super) fn repeat(count: Count, body: Vec<Statement>) -> Statement {
    statement(StatementKind::Repeat { count: Box::new(count), condition: None, body })
}

pub(super) fn range(domain: Domain) -> Range {
    Range { variable: VariableId(0), domain, filter: None }
}

pub(super) fn maybe(percent: u64, body: Statement) -> Statement {
    statement(StatementKind::Maybe { millionths: percent * 10_000, body: Box::new(body) })
}

pub(super) fn draw(verb: Verb, actions: &[u32], otherwise: Option<Statement>, place: u32) -> Statement {
    let actions = actions.iter().map(|action| super::grammar::ActionId(*action)).collect();
    let kind = StatementKind::Draw { verb, actions, otherwise: otherwise.map(Box::new) };
    Statement { kind, span: at(place) }
}

pub(super) fn clause(percent: u64, body: Statement, place: u32) -> Clause {
    Clause { millionths: percent * 10_000, guard: None, body, span: at(place) }
}

/// What a pass finds.
pub(super) fn findings<T>(grammar: &Grammar, pass: impl FnOnce(&Grammar, &mut Diagnostics) -> T) -> Vec<Diagnostic> {
    let mut diagnostics = Diagnostics::default();
    pass(grammar, &mut diagnostics);
    diagnostics.sorted()
}

/// Codes, messages and places, as a test reads them: `code message @primary +secondary`.
pub(super) fn brief(findings: &[Diagnostic]) -> Vec<String> {
    let brief = |finding: &Diagnostic| {
        let secondary = finding.secondary.iter().map(|label| format!(" +{}", label.span.start));
        format!("{} @{}{}", finding.message, finding.primary.span.start, secondary.collect::<String>())
    };
    findings.iter().map(brief).collect()
}

pub(super) fn codes(findings: &[Diagnostic]) -> Vec<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

impl Grammar {
    /// Adds a rule without parameters; declared at place 1000 and its number.
    pub(super) fn rule(&mut self, name: &str, body: Vec<Statement>) {
        let span = at(1000 + RuleId::new(self.rules.len()).0);
        self.rules.push(Rule { name: name.to_owned(), parameters: 0, variables: Vec::new(), body, span });
    }

    /// Adds an action without parameters, or a reaction; declared at place 2000 and its number.
    pub(super) fn action(&mut self, name: &str, reaction: bool, body: Vec<Statement>) -> &mut Action {
        let span = at(2000 + RuleId::new(self.actions.len()).0);
        self.actions.push(Action {
            name: name.to_owned(),
            label: name.to_owned(),
            reaction,
            sources: Vec::new(),
            parameters: 0,
            variables: Vec::new(),
            weight: constant(1),
            guard: None,
            groups: Vec::new(),
            body,
            span,
            doc: String::new(),
        });
        self.actions.last_mut().unwrap()
    }

    pub(super) fn phase(&mut self, name: &str, meanwhile: Vec<Clause>, body: Vec<Statement>) {
        let variables = Vec::new();
        self.phases.push(Phase { name: name.to_owned(), variables, meanwhile, body, span: at(0), doc: String::new() });
    }

    /// Adds a kind with its instances: `http`, or `db[2]` for an array.
    pub(super) fn kind(&mut self, name: &str, instances: &[&str]) -> KindId {
        let kind = KindId::new(self.kinds.len());
        let first = InstanceId::new(self.instances.len());
        for instance in instances {
            let (name, size) = match instance.strip_suffix(']').and_then(|array| array.split_once('[')) {
                Some((name, size)) => (name, Some(size.parse().unwrap())),
                None => (*instance, None),
            };
            let array = InstanceId::new(self.instances.len());
            for element in 0..size.unwrap_or(1) {
                self.instances.push(Instance {
                    name: name.to_owned(),
                    kind,
                    element: size.map(|_| element),
                    array,
                    fields: Vec::new(),
                    first_state: StateId(0),
                    span: at(0),
                });
            }
        }
        let count = InstanceId::new(self.instances.len()).0 - first.0;
        let (fields, states) = (Vec::new(), Vec::new());
        self.kinds.push(Kind { name: name.to_owned(), fields, states, first, count, span: at(0), doc: String::new() });
        kind
    }

    /// Adds an event by its template; declared at place 3000 and its number.
    pub(super) fn event(&mut self, template: &str) -> &mut Event {
        let mut literals = vec![String::new()];
        let mut kinds = Vec::new();
        for part in template.split_inclusive(['<', '>']) {
            let literal = part.trim_end_matches(['<', '>']);
            if part.ends_with('>') {
                kinds.push(KindId::new(self.kinds.iter().position(|kind| kind.name == literal).unwrap()));
                literals.push(String::new());
            } else {
                literals.last_mut().unwrap().push_str(literal);
            }
        }
        let span = at(3000 + EventId::new(self.events.len()).0);
        self.events.push(Event { literals, kinds, payload: Vec::new(), deprecated: None, span, doc: String::new() });
        self.events.last_mut().unwrap()
    }
}

impl Event {
    /// Adds a payload field.
    pub(super) fn with(&mut self, name: &str, ty: Type) -> &mut Self {
        self.payload.push(Member { name: name.to_owned(), ty, span: at(0) });
        self
    }
}
