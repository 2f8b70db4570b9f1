//! Statements.

use super::grammar::Rule;
use super::words::only;
use super::{Builder, Node, Parts, mistake};
use crate::source::Span;
use crate::syntax::tree::{
    Alternative, Argument, AssignOperator, Block, Branch, Clause, Count, Expression, ExpressionKind, High, Name,
    Percentage, Statement, StatementKind, Template, Verb,
};

/// What can stand before a statement.
enum Prefix {
    Maybe(Percentage),
    Draw(Verb, Option<Vec<Name>>),
}

impl Builder<'_> {
    /// `{ install start }`
    pub(super) fn block(&mut self, pair: Node<'_>) -> Block {
        let span = self.span(&pair);
        Block { span, statements: Parts::of(pair).each(|pair| self.statement(pair)) }
    }

    pub(super) fn statement(&mut self, pair: Node<'_>) -> Statement {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let mut prefixes = Vec::new();
        while let Some(prefix) = parts.maybe(Rule::statement_prefix) {
            let start = self.span(&prefix);
            let inner = only(prefix);
            let prefix = match inner.as_rule() {
                Rule::draw => {
                    let (verb, names) = self.draw(inner);
                    Prefix::Draw(verb, names)
                }
                _ => Prefix::Maybe(self.percentage(inner)),
            };
            prefixes.push((start, prefix));
        }
        let core = parts.part();
        let place = self.span(&core);
        let build = |builder: &mut Self| Statement { span: place, kind: builder.statement_kind(core) };
        let Some(core) = self.behind(prefixes.len(), span, build) else {
            return Statement { span, kind: StatementKind::Broken };
        };
        prefixes.into_iter().rev().fold(core, |body, (start, prefix)| {
            let body = Box::new(body);
            let kind = match prefix {
                Prefix::Maybe(chance) => StatementKind::Maybe { chance, body },
                Prefix::Draw(verb, names) => StatementKind::Draw { verb, names, otherwise: Some(body) },
            };
            Statement { span: start.to(place), kind }
        })
    }

    fn statement_kind(&mut self, pair: Node<'_>) -> StatementKind {
        let rule = pair.as_rule();
        let span = self.span(&pair);
        let mut parts = match rule {
            Rule::block => return StatementKind::Block(self.block(pair)),
            Rule::draw => {
                let (verb, names) = self.draw(pair);
                return StatementKind::Draw { verb, names, otherwise: None };
            }
            Rule::leave => return StatementKind::Leave,
            Rule::end => return StatementKind::End,
            _ => Parts::of(pair),
        };
        match rule {
            Rule::template_statement => {
                let template = self.spliced(parts.part());
                let payload = parts.maybe(Rule::arguments).map_or_else(Box::default, |pair| self.payload(pair));
                StatementKind::Emit { template, payload }
            }
            Rule::name_statement => self.name_statement(&mut parts),
            Rule::if_statement => {
                let mut arms = vec![(self.expression(parts.part()), self.block(parts.part()))];
                while let Some(arm) = parts.maybe(Rule::else_if) {
                    let mut arm = Parts::of(arm);
                    if let Some(word) = arm.maybe(Rule::elif) {
                        let place = self.span(&word);
                        let diagnostic = mistake(place, "`elif` is no word of the language");
                        self.diagnostics.push(diagnostic.help("write `else if`").fix(place, "else if"));
                    }
                    arms.push((self.expression(arm.part()), self.block(arm.part())));
                }
                StatementKind::If { arms: arms.into(), otherwise: self.else_block(&mut parts) }
            }
            Rule::choose => self.choose(parts),
            Rule::for_statement => self.for_statement(&mut parts),
            Rule::repeat => {
                let count = parts.maybe(Rule::count).map(|pair| Box::new(self.count(pair)));
                let condition = parts.maybe(Rule::condition).map(|pair| self.boxed(only(pair)));
                StatementKind::Repeat { count, condition, body: Box::new(self.block(parts.part())) }
            }
            Rule::while_statement => {
                let condition = parts.part();
                let start = Span { end: span.start + 5, ..span };
                let diagnostic = mistake(start, "a loop begins with `repeat`");
                let diagnostic = diagnostic.help("write `repeat while`").fix(start, "repeat while");
                self.diagnostics.push(diagnostic);
                let condition = Some(self.boxed(only(condition)));
                StatementKind::Repeat { count: None, condition, body: Box::new(self.block(parts.part())) }
            }
            Rule::atomic => StatementKind::Atomic(self.block(parts.part())),
            Rule::interleave => StatementKind::Interleave(parts.each(|pair| self.branch(pair))),
            Rule::meanwhile => StatementKind::Meanwhile(parts.each(|pair| self.chance_clause(pair))),
            rule => unreachable!("{rule:?} is no statement"),
        }
    }

    /// What begins with a plain name: an event, a call, an assignment.
    fn name_statement(&mut self, parts: &mut Parts<'_>) -> StatementKind {
        let name = self.name(&parts.part());
        match parts.peek() {
            None => StatementKind::Emit { template: Template::Plain(name), payload: Box::default() },
            Some(Rule::arguments) => {
                let arguments = parts.part();
                if has_names(&arguments) {
                    StatementKind::Emit { template: Template::Plain(name), payload: self.payload(arguments) }
                } else {
                    let arguments = Parts::of(arguments).each(|pair| self.expression(only(pair)));
                    StatementKind::Call { rule: name, arguments: arguments.into() }
                }
            }
            Some(_) => {
                let mut parts = Parts::of(parts.part());
                let target = Box::new(self.accessed(name, &mut parts));
                let sign = parts.part();
                let operator = match sign.as_str() {
                    "+=" => AssignOperator::Add,
                    "-=" => AssignOperator::Subtract,
                    _ => {
                        self.check_assign(&sign);
                        AssignOperator::Set
                    }
                };
                StatementKind::Assign { target, operator, value: self.boxed(parts.part()) }
            }
        }
    }

    /// `(unit = u)`
    pub(super) fn payload(&mut self, pair: Node<'_>) -> Box<[Argument]> {
        let mut payload = Vec::new();
        for argument in Parts::of(pair).pairs {
            let span = self.span(&argument);
            let mut parts = Parts::of(argument);
            let name = parts.maybe(Rule::argument_name);
            let value = parts.part();
            let Some(name) = name else {
                let diagnostic = mistake(span, "expected the name of a payload field");
                let help = format!("write `field = {}`", self.written(span));
                self.diagnostics.push(diagnostic.help(help));
                continue;
            };
            let mut name = Parts::of(name);
            let field = self.name(&name.part());
            self.check_assign(&name.part());
            payload.push(Argument { name: field, value: self.expression(value) });
        }
        payload.into()
    }

    fn draw(&mut self, pair: Node<'_>) -> (Verb, Option<Vec<Name>>) {
        let mut parts = Parts::of(pair);
        let verb = match parts.part().as_str() {
            "do" => Verb::Do,
            "react" => Verb::React,
            _ => Verb::Settle,
        };
        (verb, parts.maybe(Rule::draw_names).map(|pair| self.names(&mut Parts::of(pair))))
    }

    fn else_block(&mut self, parts: &mut Parts<'_>) -> Option<Box<Block>> {
        parts.maybe(Rule::else_block).map(|pair| Box::new(self.block(only(pair))))
    }

    fn choose(&mut self, mut parts: Parts<'_>) -> StatementKind {
        let mut alternatives = Vec::new();
        while let Some(pair) = parts.maybe(Rule::alternative) {
            let alternative = self.alternative(pair);
            let comma = parts.maybe(Rule::alternative_comma).is_some();
            if !comma && parts.peek().is_some() && !self.written(alternative.span).ends_with('}') {
                let end = alternative.span.after();
                let diagnostic = mistake(end, "expected `,` between alternatives");
                self.diagnostics.push(diagnostic.help("a `,` can be left out only after a `}`").fix(end, ","));
            }
            alternatives.push(alternative);
        }
        StatementKind::Choose(alternatives)
    }

    fn alternative(&mut self, pair: Node<'_>) -> Alternative {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let otherwise = parts.maybe(Rule::otherwise).is_some();
        let weight = parts.maybe(Rule::weight).map(|pair| Box::new(self.weight(pair)));
        let guard = parts.maybe(Rule::guard).map(|pair| self.boxed(only(pair)));
        Alternative { span, weight, guard, otherwise, body: self.statement(parts.part()) }
    }

    fn for_statement(&mut self, parts: &mut Parts<'_>) -> StatementKind {
        let each = parts.part().as_str() == "each";
        let variable = Box::new(self.binder(parts.part()));
        let order = parts.maybe(Rule::any_order).map(|pair| self.span(&pair));
        let filter = parts.maybe(Rule::filter).map(|pair| self.boxed(only(pair)));
        let body = Box::new(self.block(parts.part()));
        let otherwise = self.else_block(parts);
        if each {
            if let Some(block) = &otherwise {
                let diagnostic = mistake(block.span, "`for each` has no `else`");
                self.diagnostics.push(diagnostic.help("only `for one` has one, for when nothing matches"));
            }
            StatementKind::ForEach { variable, any_order: order.is_some(), filter, body }
        } else {
            if let Some(span) = order {
                let diagnostic = mistake(span, "`for one` has no order");
                self.diagnostics.push(diagnostic.help("leave it out: the one is drawn"));
            }
            StatementKind::ForOne { variable, filter, body, otherwise }
        }
    }

    fn count(&mut self, pair: Node<'_>) -> Count {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let low = self.simple(only(parts.part()));
        let high = match parts.maybe(Rule::count_rest).map(|pair| Parts::of(pair).pairs.next()) {
            None => High::Same,
            Some(None) => High::Open,
            Some(Some(bound)) => High::Bound(self.simple(only(bound))),
        };
        let mean = parts.maybe(Rule::mean).map(|pair| self.simple(only(only(pair))));
        Count { span, low, high, mean }
    }

    fn branch(&mut self, pair: Node<'_>) -> Branch {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let each = parts.maybe(Rule::binder).map(|pair| {
            let variable = self.binder(pair);
            Box::new((variable, parts.maybe(Rule::filter).map(|pair| self.expression(only(pair)))))
        });
        Branch { span, each, body: self.block(parts.part()) }
    }

    fn chance_clause(&mut self, pair: Node<'_>) -> Clause {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let chance = self.percentage(parts.part());
        let guard = parts.maybe(Rule::guard).map(|pair| self.boxed(only(pair)));
        Clause { span, chance, guard, body: self.statement(parts.part()) }
    }

    fn boxed(&mut self, pair: Node<'_>) -> Box<Expression> {
        Box::new(self.expression(pair))
    }

    /// An integer, a name, or an expression in parentheses.
    pub(super) fn simple(&mut self, pair: Node<'_>) -> Expression {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::integer => self.integer(&pair),
            Rule::name => ExpressionKind::Name(self.name(&pair)),
            _ => ExpressionKind::Parenthesized(Box::new(self.expression(only(pair)))),
        };
        Expression { span, kind }
    }
}

/// Whether an argument has a name.
fn has_names(arguments: &Node<'_>) -> bool {
    arguments.clone().into_inner().any(|pair| {
        pair.as_rule() == Rule::argument
            && pair.into_inner().next().is_some_and(|first| first.as_rule() == Rule::argument_name)
    })
}
