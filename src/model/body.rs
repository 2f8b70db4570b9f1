//! Statements.

use std::sync::Arc;

use super::collect::Space;
use super::grammar::{
    Alternative, Base, Branch, EventId, Range, StateId, Statement, StatementKind, Target, Type, Verb,
};
use super::names::{Drawn, Value};
use super::reference::word_for;
use super::resolver::Resolver;
use super::types::{BOOL, INT, UNKNOWN, describe, plain};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, AssignOperator, Binder, Block, Name};

/// All of a chance, in millionths.
const CERTAIN: u64 = 1_000_000;

impl Resolver<'_> {
    /// The statements of a block.
    pub(super) fn block(&mut self, block: &Block) -> Vec<Statement> {
        self.statements(&block.statements)
    }

    /// Statements, one after the other.
    pub(super) fn statements(&mut self, trees: &[tree::Statement]) -> Vec<Statement> {
        trees.iter().map(|tree| self.statement(tree)).collect()
    }

    /// A statement. In the place of one that is wrong an event stands, so that later passes think the best of it; the
    /// grammar is not used.
    pub(super) fn statement(&mut self, tree: &tree::Statement) -> Statement {
        let unknown = || StatementKind::Emit { event: EventId(0), of: Vec::new(), payload: Vec::new() };
        let kind = self.statement_kind(tree).unwrap_or_else(unknown);
        Statement { kind, span: tree.span }
    }

    fn statement_kind(&mut self, tree: &tree::Statement) -> Option<StatementKind> {
        Some(match &tree.kind {
            tree::StatementKind::Emit { template, payload } => return self.emission(template, payload, tree.span),
            tree::StatementKind::Call { rule, arguments } => return self.call(rule, arguments, tree.span),
            tree::StatementKind::Assign { target, operator, value } => return self.assign(target, *operator, value),
            tree::StatementKind::Block(block) => StatementKind::Block(self.block(block)),
            tree::StatementKind::Choose(alternatives) => self.choose(alternatives),
            tree::StatementKind::If { arms, otherwise } => {
                let arms = arms.iter().map(|(condition, block)| (self.typed(condition, BOOL), self.block(block)));
                StatementKind::If { arms: arms.collect(), otherwise: self.optional_block(otherwise.as_deref()) }
            }
            tree::StatementKind::ForEach { variable, any_order, filter, body } => {
                let (range, body) = self.each(variable, filter.as_deref(), body);
                StatementKind::ForEach { range: Box::new(range?), any_order: *any_order, body }
            }
            tree::StatementKind::ForOne { variable, filter, body, otherwise } => {
                let (range, body) = self.each(variable, filter.as_deref(), body);
                let otherwise = self.optional_block(otherwise.as_deref());
                StatementKind::ForOne { range: Box::new(range?), body, otherwise }
            }
            tree::StatementKind::Repeat { count, condition, body } => {
                let count = self.count(count.as_deref(), condition.is_some());
                let condition = condition.as_ref().map(|condition| Box::new(self.typed(condition, BOOL)));
                let body = self.block(body);
                StatementKind::Repeat { count: Box::new(count?), condition, body }
            }
            tree::StatementKind::Maybe { chance, body } => {
                if chance.millionths > CERTAIN {
                    self.error(Code::BadPercentage, chance.span, "a probability is at most 100%");
                }
                StatementKind::Maybe { millionths: chance.millionths, body: Box::new(self.statement(body)) }
            }
            tree::StatementKind::Draw { verb, names, otherwise } => {
                self.draw(*verb, names.as_deref(), otherwise.as_deref())
            }
            tree::StatementKind::Atomic(block) => StatementKind::Atomic(self.block(block)),
            tree::StatementKind::Interleave(branches) => {
                if let [tree::Branch { each: None, span, .. }] = &branches[..] {
                    let message = "an `interleave` with one branch has nothing to run beside it";
                    let diagnostic = Diagnostic::warning(Code::BadInterleave, *span, message);
                    self.report(diagnostic.help("write `with` before the next branch: `interleave { a } with { b }`"));
                }
                let branches = branches.iter().map(|branch| self.branch(branch)).collect();
                StatementKind::Interleave(branches)
            }
            tree::StatementKind::Meanwhile(clauses) => {
                self.misplaced_meanwhile(clauses, tree.span);
                return None;
            }
            tree::StatementKind::Leave => StatementKind::Leave,
            tree::StatementKind::End => StatementKind::End,
            tree::StatementKind::Broken => return None,
        })
    }

    fn optional_block(&mut self, block: Option<&Block>) -> Option<Vec<Statement>> {
        block.map(|block| self.block(block))
    }

    fn call(&mut self, name: &Name, arguments: &[tree::Expression], span: Span) -> Option<StatementKind> {
        let grammar = self.grammar;
        let Some(rule) = self.names.rules.get(name.text.as_str()).copied() else {
            self.no_rule(name, arguments);
            for argument in arguments {
                self.expression(argument, Some(UNKNOWN));
            }
            return None;
        };
        let row = &grammar.rules[rule.index()];
        let what = format!("the rule `{}`", name.text);
        let arguments = self.arguments(&what, &row.variables[..row.parameters], arguments, span, row.span)?;
        Some(StatementKind::Call { rule, arguments })
    }

    fn assign(
        &mut self,
        target: &tree::Expression,
        operator: AssignOperator,
        value: &tree::Expression,
    ) -> Option<StatementKind> {
        let found = self.target(target);
        let ty = found.as_ref().map_or(UNKNOWN, |(_, ty)| *ty);
        let needed = match (operator, ty.base) {
            (AssignOperator::Set, _) => ty,
            _ if ty == UNKNOWN => ty,
            (_, Base::Int { .. }) => INT,
            (_, Base::Set { lo, hi }) => plain(Base::Int { lo, hi }),
            _ => {
                let message =
                    format!("`+=` and `-=` change integers and sets, and this is {}", describe(ty, self.grammar));
                self.error(Code::TypeMismatch, target.span, message);
                UNKNOWN
            }
        };
        let declared = found.as_ref().map(|(target, _)| self.declared(target));
        let value = self.typed_for(value, needed, declared);
        let (target, _) = found?;
        Some(StatementKind::Assign { target, operator, value: Box::new(value) })
    }

    /// Where a state is declared.
    fn declared(&self, target: &Target) -> Span {
        match target {
            Target::State(id) => self.grammar.declared(*id),
            Target::Of { kind, member, .. } => self.grammar.kinds[kind.index()].states[*member as usize].span,
        }
    }

    /// The state that is assigned to, with its type.
    fn target(&mut self, tree: &tree::Expression) -> Option<(Target, Type)> {
        match &tree.kind {
            tree::ExpressionKind::Name(name) => self.named_target(name),
            tree::ExpressionKind::Member { of, name } => self.member_target(of, name),
            tree::ExpressionKind::Parenthesized(inside) => self.target(inside),
            tree::ExpressionKind::Broken => None,
            _ => {
                self.error(Code::BadAssignment, tree.span, "only a state can be assigned to");
                None
            }
        }
    }

    fn named_target(&mut self, name: &Name) -> Option<(Target, Type)> {
        let refuse = |what: &str| format!("`{}` is {what}: only a state can be assigned to", name.text);
        if let Some(id) = self.scope.get(name.text.as_str()) {
            let variable = &self.scope.variables[id.index()];
            let diagnostic = Diagnostic::error(Code::BadAssignment, name.span, refuse("a variable"));
            let diagnostic = diagnostic.also(variable.span, "declared here");
            self.report(diagnostic);
            return None;
        }
        match self.names.values.get(name.text.as_str()) {
            Some(named) => match named.value {
                Value::State(id) => Some((Target::State(id), self.grammar.states[id.index()].ty)),
                value => {
                    let diagnostic = Diagnostic::error(Code::BadAssignment, name.span, refuse(word_for(value)));
                    self.report(diagnostic.also(named.span, "declared here"));
                    None
                }
            },
            None if !self.things(&name.text).is_empty() => {
                self.error(Code::BadAssignment, name.span, refuse("an instance"));
                None
            }
            None => {
                self.nothing(name);
                None
            }
        }
    }

    fn member_target(&mut self, of: &tree::Expression, name: &Name) -> Option<(Target, Type)> {
        let (owner, kind) = self.owner(of)?;
        let grammar = self.grammar;
        let row = &grammar.kinds[kind.index()];
        let fixed = |what: String| {
            let message = format!("{what}: only a state can be assigned to");
            Diagnostic::error(Code::BadAssignment, name.span, message)
        };
        let Some(member) = self.names.members[kind.index()].get(name.text.as_str()).copied() else {
            if name.text == "index" || name.text == "array" {
                self.report(fixed(format!("`{}` is fixed for each instance", name.text)));
            } else {
                self.no_member(kind, name);
            }
            return None;
        };
        let place = member.place as usize;
        if !member.state {
            let diagnostic = fixed(format!("`{}` is a field", name.text));
            self.report(diagnostic.also(row.fields[place].span, "declared here"));
            return None;
        }
        let ty = row.states[place].ty;
        let known = owner.value().and_then(|id| usize::try_from(id).ok());
        let target = match known {
            Some(id) => Target::State(StateId(grammar.instances[id].first_state.0 + member.place)),
            None => Target::Of { instance: Box::new(owner), kind, member: member.place },
        };
        Some((target, ty))
    }

    fn choose(&mut self, trees: &[tree::Alternative]) -> StatementKind {
        let mut alternatives = Vec::new();
        let mut otherwise: Option<Box<Statement>> = None;
        let mut first: Option<Span> = None;
        for (place, tree) in trees.iter().enumerate() {
            if tree.otherwise {
                if let Some(first) = first {
                    let message = "a `choose` has one `else`";
                    self.report(
                        Diagnostic::error(Code::MisplacedStatement, tree.span, message).also(first, "the first one"),
                    );
                } else if place + 1 < trees.len() {
                    self.error(Code::MisplacedStatement, tree.span, "`else` is the last alternative of a `choose`");
                }
                first = first.or(Some(tree.span));
                otherwise = Some(Box::new(self.statement(&tree.body)));
                continue;
            }
            let weight = match &tree.weight {
                Some(weight) => self.weight(weight),
                None => super::doers::weight_of(1, tree.span),
            };
            let guard = tree.guard.as_ref().map(|guard| self.typed(guard, BOOL));
            let body = self.statement(&tree.body);
            alternatives.push(Alternative { weight, guard, body, span: tree.span });
        }
        StatementKind::Choose { alternatives, otherwise }
    }

    /// A variable over a range, and what is done for it.
    fn each(
        &mut self,
        variable: &Binder,
        filter: Option<&tree::Expression>,
        body: &Block,
    ) -> (Option<Range>, Vec<Statement>) {
        let (range, bound) = self.ranged(variable, filter);
        let body = self.block(body);
        self.unbind(bound);
        (range, body)
    }

    fn branch(&mut self, tree: &tree::Branch) -> Branch {
        let (each, body) = match tree.each.as_deref() {
            Some((variable, filter)) => self.each(variable, filter.as_ref(), &tree.body),
            None => (None, self.block(&tree.body)),
        };
        Branch { each, body, span: tree.span }
    }

    fn draw(&mut self, verb: Verb, names: Option<&[Name]>, otherwise: Option<&tree::Statement>) -> StatementKind {
        let actions = match (names, verb) {
            (None, Verb::Do) => Arc::clone(&self.names.all_actions),
            (None, Verb::React | Verb::Settle) => Arc::clone(&self.names.all_reactions),
            (Some(names), _) => {
                let all = names.iter().filter_map(|name| self.drawn(verb, name)).collect();
                self.names.drawn(verb != Verb::Do, all, &self.grammar.actions)
            }
        };
        if let (Verb::Settle, Some(statement)) = (verb, otherwise) {
            self.report(
                Diagnostic::error(Code::MisplacedStatement, statement.span, "`settle` has no `else`")
                    .help("it ends when no reaction is enabled, which is no failure"),
            );
        }
        let otherwise = otherwise.map(|statement| Box::new(self.statement(statement)));
        StatementKind::Draw { verb, actions, otherwise }
    }

    /// What a name in `do(…)`, `react(…)` or `settle(…)` stands for.
    fn drawn(&mut self, verb: Verb, name: &Name) -> Option<Drawn> {
        let names = self.names;
        let reactions = verb != Verb::Do;
        match names.actions.get(name.text.as_str()) {
            Some(group @ Drawn::Group(_)) => return Some(*group),
            Some(action @ Drawn::Action(_)) if !reactions => return Some(*action),
            Some(reaction @ Drawn::Reaction(_)) if reactions => return Some(*reaction),
            Some(Drawn::Action(_)) => {
                let message = format!("`{}` is an action, not a reaction", name.text);
                let diagnostic = Diagnostic::error(Code::UndefinedReaction, name.span, message);
                self.report(diagnostic.help(format!("write `do({})`", name.text)));
            }
            Some(Drawn::Reaction(_)) => {
                let message = format!("`{}` is a reaction, not an action", name.text);
                let diagnostic = Diagnostic::error(Code::UndefinedAction, name.span, message);
                self.report(diagnostic.help(format!("write `react({})`", name.text)));
            }
            None => {
                let (code, what) = if reactions {
                    (Code::UndefinedReaction, "reaction or group")
                } else {
                    (Code::UndefinedAction, "action or group")
                };
                let fits = |drawn: &Drawn| match drawn {
                    Drawn::Group(_) => true,
                    Drawn::Action(_) => !reactions,
                    Drawn::Reaction(_) => reactions,
                };
                let candidates = names.actions.iter().filter(|(_, drawn)| fits(drawn)).map(|(name, _)| name.as_str());
                let missing = self.undefined(code, Space::Action, what, name, candidates);
                self.report_if(missing);
            }
        }
        None
    }

    fn misplaced_meanwhile(&mut self, clauses: &[tree::Clause], span: Span) {
        self.report(
            Diagnostic::error(Code::MisplacedMeanwhile, span, "`meanwhile` stands first in a phase")
                .help("it holds for the whole phase, so it cannot begin later or in a block"),
        );
        for clause in clauses {
            if let Some(guard) = &clause.guard {
                self.typed(guard, BOOL);
            }
            self.statement(&clause.body);
        }
    }
}
