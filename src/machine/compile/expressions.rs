//! Expressions, and what variables range over.

use super::{Compiler, Storage};
use crate::machine::pack::values;
use crate::machine::program::{Candidates, Expr, Values};
use crate::model::grammar::{Base, Domain, Expression, ExpressionKind, Range, Type};

impl Compiler<'_> {
    /// The candidates of a range, whose filter is compiled with the variable bound in the environment.
    pub(super) fn candidates(&mut self, range: &Range) -> Candidates {
        let values = self.domain_values(range.domain);
        let bound = self.body.depth;
        let before = self.body.variables.insert(range.variable, Storage::Bound(bound));
        self.body.depth += 1;
        let filter = range.filter.as_ref().map(|filter| self.expression(filter));
        self.body.depth -= 1;
        match before {
            Some(storage) => self.body.variables.insert(range.variable, storage),
            None => self.body.variables.remove(&range.variable),
        };
        Candidates { values, filter, bound, guard: 0 }
    }

    fn domain_values(&self, domain: Domain) -> Values {
        match domain {
            Domain::Kind(kind) => self.type_values(Type { base: Base::Instance(kind), optional: false }),
            Domain::Integers { lo, hi } => self.type_values(Type { base: Base::Int { lo, hi }, optional: false }),
        }
    }

    pub(super) fn type_values(&self, ty: Type) -> Values {
        values(self.grammar, ty).expect("domains that are enumerated are small")
    }

    pub(super) fn expression(&mut self, expression: &Expression) -> Expr {
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Constant(value) => Expr::Constant(*value),
            ExpressionKind::Variable(variable) => match self.body.variables[variable] {
                Storage::Local(local) => Expr::Local(local),
                Storage::Bound(index) => Expr::Bound(index),
            },
            ExpressionKind::State(state) => Expr::State(state.0),
            ExpressionKind::StateOf { instance, member } => {
                Expr::StateOf { instance: self.boxed(instance), member: *member, span }
            }
            ExpressionKind::FieldOf { instance, member } => {
                Expr::FieldOf { instance: self.boxed(instance), member: *member, span }
            }
            ExpressionKind::IndexOf(instance) => Expr::IndexOf(self.boxed(instance), span),
            ExpressionKind::ArrayOf(instance) => Expr::ArrayOf(self.boxed(instance), span),
            ExpressionKind::Let { id, arguments } => {
                let depth = self.body.depth;
                let arguments = arguments
                    .iter()
                    .map(|argument| {
                        let argument = self.expression(argument);
                        // What the next argument binds must not overwrite this one.
                        self.body.depth += 1;
                        argument
                    })
                    .collect();
                self.body.depth = depth;
                Expr::Let { id: id.0, arguments, depth, span }
            }
            ExpressionKind::Set(elements) => {
                let Base::Set { lo, hi } = expression.ty.base else { unreachable!("a set has the type of a set") };
                Expr::Set { lo, hi, elements: self.list(elements), span }
            }
            ExpressionKind::Not(operand) => Expr::Not(self.boxed(operand)),
            ExpressionKind::Negate(operand) => Expr::Negate(self.boxed(operand), span),
            ExpressionKind::And(operands) => Expr::And(self.list(operands)),
            ExpressionKind::Or(operands) => Expr::Or(self.list(operands)),
            ExpressionKind::Arithmetic { first, rest } => {
                let first = self.boxed(first);
                let rest = rest.iter().map(|(operator, operand)| (*operator, self.expression(operand))).collect();
                Expr::Arithmetic { first, rest, span }
            }
            ExpressionKind::Compare { operator, left, right } => {
                Expr::Compare { operator: *operator, left: self.boxed(left), right: self.boxed(right) }
            }
            ExpressionKind::Contains { element, set } => {
                let Base::Set { lo, .. } = set.ty.base else { unreachable!("a set has the type of a set") };
                Expr::Contains { element: self.boxed(element), set: self.boxed(set), lo }
            }
            ExpressionKind::Size(set) => Expr::Size(self.boxed(set)),
            ExpressionKind::Convert(value) => {
                Expr::Convert { from: value.ty, value: self.boxed(value), to: expression.ty, span }
            }
            ExpressionKind::Quantified { quantifier, range } => {
                Expr::Quantified { quantifier: *quantifier, candidates: Box::new(self.candidates(range)), span }
            }
        }
    }

    fn boxed(&mut self, expression: &Expression) -> Box<Expr> {
        Box::new(self.expression(expression))
    }

    fn list(&mut self, expressions: &[Expression]) -> Box<[Expr]> {
        expressions.iter().map(|expression| self.expression(expression)).collect()
    }
}
