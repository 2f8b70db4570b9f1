//! Expressions: the grammar finds operands with operators between them, and here it is said how they bind.

use super::grammar::Rule;
use super::words::only;
use super::{Builder, Node, Parts, mistake};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{BinaryOperator, Expression, ExpressionKind, Name, Quantifier, UnaryOperator};

/// How tightly an operator binds, loosest first; `not` and `-` stand before their operand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Negation,
}

impl Level {
    fn tighter(self) -> Self {
        match self {
            Self::Or => Self::And,
            Self::And => Self::Not,
            Self::Not => Self::Comparison,
            Self::Comparison => Self::Sum,
            Self::Sum => Self::Product,
            Self::Product | Self::Negation => Self::Negation,
        }
    }

    fn of(operator: BinaryOperator) -> Self {
        match operator {
            BinaryOperator::Or => Self::Or,
            BinaryOperator::And => Self::And,
            BinaryOperator::Add | BinaryOperator::Subtract => Self::Sum,
            BinaryOperator::Multiply => Self::Product,
            _ => Self::Comparison,
        }
    }
}

/// The operator that is written so, and what to write instead if that is not how it is written.
fn operator(written: &str) -> (BinaryOperator, Option<&'static str>) {
    match written {
        "or" => (BinaryOperator::Or, None),
        "||" => (BinaryOperator::Or, Some("or")),
        "and" => (BinaryOperator::And, None),
        "&&" => (BinaryOperator::And, Some("and")),
        "==" => (BinaryOperator::Equal, None),
        "=" => (BinaryOperator::Equal, Some("==")),
        "!=" => (BinaryOperator::Unequal, None),
        "<" => (BinaryOperator::Less, None),
        "<=" => (BinaryOperator::LessEqual, None),
        ">" => (BinaryOperator::Greater, None),
        ">=" => (BinaryOperator::GreaterEqual, None),
        "in" => (BinaryOperator::In, None),
        "+" => (BinaryOperator::Add, None),
        "-" => (BinaryOperator::Subtract, None),
        "*" => (BinaryOperator::Multiply, None),
        _ => (BinaryOperator::NotIn, None),
    }
}

impl Builder<'_> {
    pub(super) fn expression(&mut self, pair: Node<'_>) -> Expression {
        self.level(Level::Or, &mut Parts::of(pair))
    }

    /// As much of a row of operands and operators as binds at least so tightly.
    fn level(&mut self, level: Level, parts: &mut Parts<'_>) -> Expression {
        match level {
            Level::Not => self.prefixed(level, |written| written == "not", parts),
            Level::Negation => self.prefixed(level, |_| true, parts),
            _ => self.chain(level, parts),
        }
    }

    /// `a + b - c`
    fn chain(&mut self, level: Level, parts: &mut Parts<'_>) -> Expression {
        let first = self.level(level.tighter(), parts);
        let mut rest = Vec::new();
        let binds =
            |pair: &Node<'_>| pair.as_rule() == Rule::binary_operator && Level::of(operator(pair.as_str()).0) == level;
        while let Some(sign) = parts.pairs.next_if(binds) {
            let span = self.span(&sign);
            let (operator, instead) = operator(sign.as_str());
            if let Some(instead) = instead {
                self.wrong_operator(sign.as_str(), span, instead);
            }
            rest.push((operator, span, self.level(level.tighter(), parts)));
        }
        let Some((_, _, last)) = rest.last() else { return first };
        let span = first.span.to(last.span);
        if level == Level::Comparison && rest.len() > 1 {
            self.chained_comparison(&first, &rest, span);
        }
        Expression { span, kind: ExpressionKind::Chain { first: Box::new(first), rest } }
    }

    // What reports is kept out of line: a diagnostic is large, and the callers recur as deep as brackets nest.
    #[cold]
    #[inline(never)]
    fn wrong_operator(&mut self, written: &str, span: Span, instead: &str) {
        let message = match written {
            "=" => "`=` gives a value, and does not compare".to_owned(),
            _ => format!("`{written}` is no operator of the language"),
        };
        self.diagnostics.push(mistake(span, message).help(format!("write `{instead}`")).fix(span, instead));
    }

    #[cold]
    #[inline(never)]
    fn wrong_not(&mut self, span: Span) {
        // `!` may touch what it stands before.
        let glued = self.text[span.end as usize..].chars().next().is_some_and(|next| !next.is_whitespace());
        let not = if glued { "not " } else { "not" };
        let diagnostic = mistake(span, "`!` is no operator of the language");
        self.diagnostics.push(diagnostic.help("write `not`").fix(span, not));
    }

    #[cold]
    #[inline(never)]
    fn tight_not(&mut self, span: Span) {
        let diagnostic = mistake(span, "`not` cannot stand behind an operator that binds more tightly");
        self.diagnostics.push(diagnostic.help("put it into parentheses: `(not …)`"));
    }

    #[cold]
    #[inline(never)]
    fn chained_comparison(&mut self, first: &Expression, rest: &[(BinaryOperator, Span, Expression)], span: Span) {
        let mut left = first.span;
        let mut pairs = Vec::new();
        for (_, _, right) in rest {
            pairs.push(self.written(left.to(right.span)));
            left = right.span;
        }
        let instead = pairs.join(" and ");
        let diagnostic = Diagnostic::error(Code::ChainedComparison, span, "comparisons do not chain");
        // `n == 1 == true` compares what a comparison gives.
        let is_boolean = |operand: &Expression| matches!(operand.kind, ExpressionKind::Boolean(_));
        self.diagnostics.push(if is_boolean(first) || rest.iter().any(|(_, _, operand)| is_boolean(operand)) {
            diagnostic.help("put one of them into parentheses, or leave out `true` and `false`")
        } else {
            diagnostic.help(format!("write `{instead}`")).fix(span, instead)
        });
    }

    /// `not not e`, `--e`
    fn prefixed(&mut self, level: Level, belongs: fn(&str) -> bool, parts: &mut Parts<'_>) -> Expression {
        let mut prefixes = Vec::new();
        let is_prefix = |pair: &Node<'_>| pair.as_rule() == Rule::prefix_operator && belongs(pair.as_str());
        while let Some(sign) = parts.pairs.next_if(is_prefix) {
            let span = self.span(&sign);
            let operator = match sign.as_str() {
                "-" => UnaryOperator::Negate,
                "!" => {
                    self.wrong_not(span);
                    UnaryOperator::Not
                }
                _ => {
                    if level == Level::Negation {
                        self.tight_not(span);
                    }
                    UnaryOperator::Not
                }
            };
            prefixes.push((span, operator));
        }
        let Some((start, _)) = prefixes.first().copied() else {
            return match level {
                Level::Negation => self.operand(parts.part()),
                _ => self.level(level.tighter(), parts),
            };
        };
        let operand = self.behind(prefixes.len(), start, |builder| match level {
            Level::Negation => builder.operand(parts.part()),
            _ => builder.level(level.tighter(), parts),
        });
        if let Some(operand) = operand {
            return wrap(prefixes, operand);
        }
        // What is left of the row would be taken for a part of what comes before.
        let last = parts.pairs.by_ref().last();
        let span = last.map_or(start, |last| start.to(self.span(&last)));
        Expression { span, kind: ExpressionKind::Broken }
    }

    fn operand(&mut self, pair: Node<'_>) -> Expression {
        let span = self.span(&pair);
        let inner = only(pair);
        let kind = match inner.as_rule() {
            Rule::integer => self.integer(&inner),
            Rule::boolean => ExpressionKind::Boolean(inner.as_str() == "true"),
            Rule::no_value => ExpressionKind::None,
            Rule::any_value => ExpressionKind::Any,
            Rule::quantified => self.quantified(inner),
            Rule::set => ExpressionKind::Set(Parts::of(inner).each(|pair| self.expression(pair))),
            Rule::parenthesized => ExpressionKind::Parenthesized(Box::new(self.expression(only(inner)))),
            _ => return self.reference(inner),
        };
        Expression { span, kind }
    }

    fn quantified(&mut self, pair: Node<'_>) -> ExpressionKind {
        let mut parts = Parts::of(pair);
        let quantifier = match parts.part().as_str() {
            "any" => Quantifier::Any,
            "all" => Quantifier::All,
            _ => Quantifier::Count,
        };
        let variable = Box::new(self.binder(parts.part()));
        let filter = parts.maybe(Rule::filter).map(|pair| Box::new(self.expression(only(pair))));
        ExpressionKind::Quantified { quantifier, variable, filter }
    }

    /// `leader`, `r.live`, `db[1].live`, `can_leave(r, 0)`; also the target of a setting.
    pub(super) fn reference(&mut self, pair: Node<'_>) -> Expression {
        let mut parts = Parts::of(pair);
        let name = self.name(&parts.part());
        let written = self.written(name.span);
        if parts.peek().is_none()
            && let Some((right, kind)) = capitalized(written)
        {
            let diagnostic = mistake(name.span, format!("`{written}` is no value of the language"));
            let diagnostic = diagnostic.help(format!("write `{right}`, or `` `{written}` `` if it is a name"));
            self.diagnostics.push(diagnostic.fix(name.span, right));
            return Expression { span: name.span, kind };
        }
        self.accessed(name, &mut parts)
    }

    /// What stands behind a name: `(…)` or `[…]`, then `.live`s.
    pub(super) fn accessed(&mut self, name: Name, parts: &mut Parts<'_>) -> Expression {
        let mut span = name.span;
        let mut kind = ExpressionKind::Name(name.clone());
        if let Some(arguments) = parts.maybe(Rule::call_arguments) {
            span = span.to(self.span(&arguments));
            let arguments = Parts::of(arguments).each(|pair| self.expression(pair));
            kind = ExpressionKind::Call { name, arguments: arguments.into() };
        } else if let Some(index) = parts.maybe(Rule::index) {
            span = span.to(self.span(&index));
            kind = ExpressionKind::Index { of: name, index: Box::new(self.expression(only(index))) };
        }
        let members: Vec<Name> = parts.all(Rule::member).map(|pair| self.name(&only(pair))).collect();
        if self.behind(members.len(), span, |_| ()).is_none() {
            return Expression { span, kind: ExpressionKind::Broken };
        }
        members.into_iter().fold(Expression { span, kind }, |of, name| Expression {
            span: of.span.to(name.span),
            kind: ExpressionKind::Member { of: Box::new(of), name },
        })
    }
}

/// What Python would write otherwise.
fn capitalized(written: &str) -> Option<(&'static str, ExpressionKind)> {
    match written {
        "True" => Some(("true", ExpressionKind::Boolean(true))),
        "False" => Some(("false", ExpressionKind::Boolean(false))),
        "None" => Some(("none", ExpressionKind::None)),
        _ => None,
    }
}

/// Puts prefixes before an operand.
fn wrap(prefixes: Vec<(Span, UnaryOperator)>, operand: Expression) -> Expression {
    prefixes.into_iter().rev().fold(operand, |operand, (span, operator)| Expression {
        span: span.to(operand.span),
        kind: ExpressionKind::Unary { operator, operand: Box::new(operand) },
    })
}
