//! Expressions, types and patterns.

use super::writer::{Dropped, List, Separator, Writer};
use crate::syntax::tree::{
    Argument, BinaryOperator, Binder, Element, ElementKind, Expression, ExpressionKind, Pattern, Type,
};

impl Writer<'_> {
    pub(super) fn expression(&mut self, expression: &Expression) {
        self.expression_within(expression, false);
    }

    /// An expression; `enclosed`: brackets that stand alone indent it already.
    fn expression_within(&mut self, expression: &Expression, enclosed: bool) {
        match &expression.kind {
            ExpressionKind::Integer(_)
            | ExpressionKind::Boolean(_)
            | ExpressionKind::None
            | ExpressionKind::Any
            | ExpressionKind::Name(_)
            | ExpressionKind::Broken => self.glued(expression.span),
            ExpressionKind::Member { of, name } => {
                self.expression(of);
                self.token(".");
                self.glued(name.span);
            }
            ExpressionKind::Index { of, index } => {
                self.glued(of.span);
                self.token("[");
                self.expression(index);
                self.token("]");
            }
            ExpressionKind::Call { name, arguments } => {
                self.glued(name.span);
                self.parentheses(arguments, Self::expression);
            }
            ExpressionKind::Set(elements) => self.enclosed("{", elements, &mut Self::expression, "}"),
            ExpressionKind::Parenthesized(inner) => {
                self.open();
                self.token("(");
                self.indent();
                self.soft(0);
                self.expression_within(inner, true);
                self.soft_dedent(0);
                self.token(")");
                self.close();
            }
            ExpressionKind::Unary { operand, .. } => {
                let is_word = self.peek() == Some("not");
                self.any_token();
                if is_word {
                    self.space();
                }
                self.expression(operand);
            }
            ExpressionKind::Chain { first, rest } => self.chain(first, rest, enclosed),
            ExpressionKind::Quantified { variable, filter, .. } => {
                self.any_token();
                self.open();
                self.token("(");
                self.indent();
                self.soft(0);
                self.binder(variable);
                self.filter(filter.as_deref());
                self.soft_dedent(0);
                self.token(")");
                self.close();
            }
        }
    }

    /// ` where e` on the same line or on the next one.
    pub(super) fn filter(&mut self, filter: Option<&Expression>) {
        if let Some(filter) = filter {
            self.soft(1);
            self.word("where");
            self.expression(filter);
        }
    }

    fn chain<S>(&mut self, first: &Expression, rest: &[(BinaryOperator, S, Expression)], enclosed: bool) {
        self.open();
        self.expression(first);
        if !enclosed {
            self.indent();
        }
        for (operator, _, operand) in rest {
            match operator {
                BinaryOperator::Or
                | BinaryOperator::And
                | BinaryOperator::Add
                | BinaryOperator::Subtract
                | BinaryOperator::Multiply => self.soft(1),
                _ => self.space(),
            }
            self.any_token();
            self.space();
            if *operator == BinaryOperator::NotIn {
                self.word("in");
            }
            self.expression(operand);
        }
        if !enclosed {
            self.dedent();
        }
        self.close();
    }

    pub(super) fn binder(&mut self, binder: &Binder) {
        self.glued(binder.name.span);
        self.word(":");
        self.ty(&binder.ty);
    }

    pub(super) fn ty(&mut self, ty: &Type) {
        self.open();
        self.indent();
        while self.is_within(ty.span) {
            match self.peek() {
                Some("|") => {
                    self.fill(1);
                    self.word("|");
                }
                // A kind can't be called so where a range follows.
                Some("set") => {
                    self.any_token();
                    if self.is_within(ty.span) {
                        self.space();
                    }
                }
                _ => self.any_token(),
            }
        }
        self.dedent();
        self.close();
    }

    pub(super) fn argument(&mut self, argument: &Argument) {
        self.glued(argument.name.span);
        self.space();
        self.word("=");
        self.expression(&argument.value);
    }

    /// A pattern in braces, the first of which is written.
    pub(super) fn pattern_in_braces(&mut self, pattern: &Pattern) {
        let pieces = pieces(pattern);
        let nothing = |_: &Piece<'_>, _: Dropped| Separator { gap: 1, ..Separator::default() };
        let list = List { shares: &|_| true, fills: true, separator: &nothing, last: &|_| "" };
        self.braces(&pieces, &list, |writer, piece| match piece {
            Piece::Bar => writer.token("|"),
            Piece::Element(element) => writer.element(element),
        });
    }

    fn element(&mut self, element: &Element) {
        match &element.kind {
            ElementKind::Gap => self.glued(element.span),
            ElementKind::Event { glob, payload } => {
                self.glued(glob.span);
                self.parentheses(payload, Self::argument);
            }
            ElementKind::Not(negated) => {
                self.token("!");
                self.element(negated);
            }
            ElementKind::Group(alternatives) => self.group(alternatives),
            ElementKind::Repeat { element: repeated, .. } => {
                self.element(repeated);
                self.glued(element.span);
            }
        }
    }

    /// `(p1 | p2)`
    fn group(&mut self, alternatives: &[Pattern]) {
        self.open();
        self.token("(");
        self.indent();
        self.soft(0);
        for (place, alternative) in alternatives.iter().enumerate() {
            if place > 0 {
                self.fill(1);
                self.token("|");
            }
            for (nth, element) in alternative.elements.iter().enumerate() {
                if nth > 0 {
                    self.fill(1);
                } else if place > 0 {
                    self.space();
                }
                self.element(element);
            }
        }
        self.soft_dedent(0);
        self.token(")");
        self.close();
    }
}

/// What a pattern is made of.
#[derive(Clone, Copy)]
enum Piece<'t> {
    Element(&'t Element),
    Bar,
}

fn pieces(pattern: &Pattern) -> Vec<Piece<'_>> {
    match pattern.elements.as_slice() {
        // Alternatives with nothing around them but the braces end where the last of them does.
        [Element { span, kind: ElementKind::Group(alternatives) }]
            if alternatives.last().is_some_and(|last| last.span.end >= span.end) =>
        {
            let mut pieces = Vec::new();
            for (place, alternative) in alternatives.iter().enumerate() {
                pieces.extend((place > 0).then_some(Piece::Bar));
                pieces.extend(alternative.elements.iter().map(Piece::Element));
            }
            pieces
        }
        elements => elements.iter().map(Piece::Element).collect(),
    }
}
