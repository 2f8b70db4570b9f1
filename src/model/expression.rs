//! Expressions: operators, sets, quantifiers. What names stand for is found in [`super::reference`].
//!
//! Types flow both ways: an expression is resolved under a *hint*, the type that is expected, which tells what a bare
//! word or `none` is; then it is converted to that type where it must have it.

use super::grammar::{Arithmetic, Base, Comparison, Expression, ExpressionKind, Quantifier, Range, Type};
use super::resolver::{Bound, Resolver};
use super::types::{BOOL, INT, UNKNOWN, describe, describe_found, fits, is_like, plain, unknown};
use super::values;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, BinaryOperator, Binder, UnaryOperator};

/// The most values that a quantifier can count.
const MAX_COUNT: i64 = 4096;

/// An operator with its place and what stands behind it.
type Operand = (BinaryOperator, Span, tree::Expression);

impl Expression {
    /// Its value, if it is known before the walk.
    pub(super) fn value(&self) -> Option<i64> {
        match self.kind {
            ExpressionKind::Constant(value) if self.ty != UNKNOWN => Some(value),
            _ => None,
        }
    }
}

fn truth(value: bool, span: Span) -> Expression {
    Expression { kind: ExpressionKind::Constant(i64::from(value)), ty: BOOL, span }
}

/// The expression without the parentheses around it.
pub(super) fn inner(mut tree: &tree::Expression) -> &tree::Expression {
    while let tree::ExpressionKind::Parenthesized(inside) = &tree.kind {
        tree = inside;
    }
    tree
}

impl Resolver<'_> {
    /// What an expression means, where a value of type `ty` must be.
    pub(super) fn typed(&mut self, tree: &tree::Expression, ty: Type) -> Expression {
        self.typed_for(tree, ty, None)
    }

    /// The same as the value of what is declared at a place, of which a finding speaks too.
    pub(super) fn typed_for(&mut self, tree: &tree::Expression, ty: Type, declared: Option<Span>) -> Expression {
        let expression = self.expression(tree, Some(ty));
        self.convert_for(expression, ty, declared)
    }

    /// The value of an expression that must be known before the walk.
    pub(super) fn constant(&mut self, tree: &tree::Expression, ty: Type) -> Option<i64> {
        self.constant_for(tree, ty, None)
    }

    /// The same as the value of what is declared at a place, of which a finding speaks too.
    pub(super) fn constant_for(&mut self, tree: &tree::Expression, ty: Type, declared: Option<Span>) -> Option<i64> {
        let expression = self.typed_for(tree, ty, declared);
        if expression.ty != UNKNOWN && ty != UNKNOWN && expression.value().is_none() {
            self.not_constant(tree.span);
        }
        // With an unknown type nothing is known of the representation.
        expression.value().filter(|_| ty != UNKNOWN)
    }

    pub(super) fn not_constant(&mut self, span: Span) -> Expression {
        self.error(Code::NotConstant, span, "this must be known before the walk: only params and literals can be used");
        unknown(span)
    }

    /// What an expression means. The hint only helps to understand words: the type may be another one.
    pub(super) fn expression(&mut self, tree: &tree::Expression, hint: Option<Type>) -> Expression {
        let span = tree.span;
        match &tree.kind {
            tree::ExpressionKind::Integer(value) => {
                let ty = plain(Base::Int { lo: *value, hi: *value });
                Expression { kind: ExpressionKind::Constant(*value), ty, span }
            }
            tree::ExpressionKind::Boolean(value) => truth(*value, span),
            tree::ExpressionKind::None => self.none(hint, span),
            tree::ExpressionKind::Any => {
                self.report(
                    Diagnostic::error(Code::BadAny, span, "`any` is no value here")
                        .help("it can only stand as the initial value of a state"),
                );
                unknown(span)
            }
            tree::ExpressionKind::Name(name) => self.name(name, hint),
            tree::ExpressionKind::Member { of, name } => self.member(of, name, span),
            tree::ExpressionKind::Index { of, index } => self.index(of, index, hint, span),
            tree::ExpressionKind::Call { name, arguments } => self.call_expression(name, arguments, span),
            tree::ExpressionKind::Set(elements) => self.set_literal(elements, hint, span),
            tree::ExpressionKind::Parenthesized(inside) => Expression { span, ..self.expression(inside, hint) },
            tree::ExpressionKind::Unary { operator: UnaryOperator::Not, operand } => self.not(operand, span),
            tree::ExpressionKind::Unary { operator: UnaryOperator::Negate, operand } => self.negate(operand, span),
            tree::ExpressionKind::Chain { first, rest } => self.chain(first, rest, hint, span),
            tree::ExpressionKind::Quantified { quantifier, variable, filter } => {
                self.quantified(*quantifier, variable, filter.as_deref(), span)
            }
            tree::ExpressionKind::Broken => unknown(span),
        }
    }

    fn none(&mut self, hint: Option<Type>, span: Span) -> Expression {
        if let Some(ty) = hint {
            let ty = Type { optional: true, ..ty };
            return Expression { kind: ExpressionKind::Constant(super::grammar::NONE), ty, span };
        }
        self.error(Code::TypeMismatch, span, "nothing here says of which type this `none` is");
        unknown(span)
    }

    fn not(&mut self, operand: &tree::Expression, span: Span) -> Expression {
        let operand = self.typed(operand, BOOL);
        match operand.value() {
            _ if operand.ty == UNKNOWN => unknown(span),
            Some(value) => truth(value == 0, span),
            None => Expression { kind: ExpressionKind::Not(Box::new(operand)), ty: BOOL, span },
        }
    }

    fn negate(&mut self, operand: &tree::Expression, span: Span) -> Expression {
        let operand = self.typed(operand, INT);
        match operand.value() {
            _ if operand.ty == UNKNOWN => unknown(span),
            Some(value) => self.integer(value.checked_neg(), span),
            None => Expression { kind: ExpressionKind::Negate(Box::new(operand)), ty: INT, span },
        }
    }

    /// The constant that arithmetic gave, unless it overflowed.
    fn integer(&mut self, value: Option<i64>, span: Span) -> Expression {
        let Some(value) = value else {
            self.error(Code::OutOfDomain, span, "this overflows: integers have 64 bits");
            return unknown(span);
        };
        Expression { kind: ExpressionKind::Constant(value), ty: plain(Base::Int { lo: value, hi: value }), span }
    }

    fn chain(&mut self, first: &tree::Expression, rest: &[Operand], hint: Option<Type>, span: Span) -> Expression {
        match rest {
            [] => self.expression(first, hint),
            [(BinaryOperator::And, ..), ..] => self.logic(true, first, rest, span),
            [(BinaryOperator::Or, ..), ..] => self.logic(false, first, rest, span),
            [(BinaryOperator::Add | BinaryOperator::Subtract | BinaryOperator::Multiply, ..), ..] => {
                self.arithmetic(first, rest, span)
            }
            [(BinaryOperator::In, _, set)] => self.contains(first, set, span),
            [(BinaryOperator::NotIn, _, set)] => {
                let contains = self.contains(first, set, span);
                match contains.value() {
                    _ if contains.ty == UNKNOWN => contains,
                    Some(value) => truth(value == 0, span),
                    None => Expression { kind: ExpressionKind::Not(Box::new(contains)), ty: BOOL, span },
                }
            }
            [(operator, place, right)] => match comparison(*operator) {
                Some(operator) => self.compare(operator, *place, first, right, span),
                None => unknown(span),
            },
            // A chain of comparisons, which the parser reported.
            _ => unknown(span),
        }
    }

    /// `and` (which ends at what is false) and `or` (which ends at what is true).
    fn logic(&mut self, and: bool, first: &tree::Expression, rest: &[Operand], span: Span) -> Expression {
        let mut operands = Vec::new();
        let (mut decided, mut broken) = (false, false);
        for tree in std::iter::once(first).chain(rest.iter().map(|(_, _, operand)| operand)) {
            let operand = self.typed(tree, BOOL);
            broken |= operand.ty == UNKNOWN;
            // What comes behind a deciding constant is checked but never evaluated.
            if decided {
                continue;
            }
            match operand.value().map(|value| value != 0) {
                Some(value) if value == and => {}
                Some(_) => {
                    decided = true;
                    operands.push(operand);
                }
                None => operands.push(operand),
            }
        }
        match operands.len() {
            _ if broken => unknown(span),
            0 => truth(and, span),
            1 => Expression { span, ..operands.remove(0) },
            _ if and => Expression { kind: ExpressionKind::And(operands), ty: BOOL, span },
            _ => Expression { kind: ExpressionKind::Or(operands), ty: BOOL, span },
        }
    }

    fn arithmetic(&mut self, first: &tree::Expression, rest: &[Operand], span: Span) -> Expression {
        let mut first = self.typed(first, INT);
        let mut broken = first.ty == UNKNOWN;
        let mut operands: Vec<(Arithmetic, Expression)> = Vec::new();
        for (operator, _, right) in rest {
            let right = self.typed(right, INT);
            broken |= right.ty == UNKNOWN;
            let operator = match operator {
                BinaryOperator::Subtract => Arithmetic::Subtract,
                BinaryOperator::Multiply => Arithmetic::Multiply,
                _ => Arithmetic::Add,
            };
            match (first.value(), right.value()) {
                (Some(left), Some(value)) if operands.is_empty() && !broken => {
                    let span = first.span.to(right.span);
                    first = self.integer(values::arithmetic(operator, left, value), span);
                    broken |= first.ty == UNKNOWN;
                }
                _ => operands.push((operator, right)),
            }
        }
        if broken {
            return unknown(span);
        }
        if operands.is_empty() {
            return Expression { span, ..first };
        }
        let kind = ExpressionKind::Arithmetic { first: Box::new(first), rest: operands };
        Expression { kind, ty: INT, span }
    }

    fn compare(
        &mut self,
        operator: Comparison,
        place: Span,
        left: &tree::Expression,
        right: &tree::Expression,
        span: Span,
    ) -> Expression {
        // The side whose type is known by itself says what a bare word on the other side is.
        let (mut left, mut right) = if self.is_open(left) && !self.is_open(right) {
            let right = self.expression(right, None);
            (self.expression(left, Some(right.ty)), right)
        } else {
            let left = self.expression(left, None);
            let right = self.expression(right, Some(left.ty));
            (left, right)
        };
        if left.ty == UNKNOWN || right.ty == UNKNOWN {
            return unknown(span);
        }
        let differ = match (left.ty.base, right.ty.base) {
            (Base::Set { lo: a, hi: b }, Base::Set { lo: c, hi: d }) => {
                let (lo, hi, optional) = (a.min(c), b.max(d), left.ty.optional || right.ty.optional);
                let base = Base::Set { lo, hi };
                if fits(lo, hi, optional) {
                    left = self.rebased(left, base);
                    right = self.rebased(right, base);
                }
                !fits(lo, hi, optional)
            }
            _ => !is_like(left.ty, right.ty),
        };
        if differ {
            let (a, b) = (describe_found(&left, self.grammar), describe_found(&right, self.grammar));
            let message = format!("{a} cannot be compared with {b}");
            self.report(
                Diagnostic::error(Code::TypeMismatch, right.span, message)
                    .label(format!("this is {b}"))
                    .also(left.span, format!("this is {a}")),
            );
            return unknown(span);
        }
        if !matches!(operator, Comparison::Equal | Comparison::Unequal) {
            if !matches!(left.ty.base, Base::Int { .. } | Base::Enum(_)) {
                let ty = describe(left.ty, self.grammar);
                self.error(Code::TypeMismatch, place, format!("values of {ty} have no order"));
                return unknown(span);
            }
            // `none` has no place in an order.
            let (a, b) = (plain(left.ty.base), plain(right.ty.base));
            left = self.convert(left, a);
            right = self.convert(right, b);
        }
        match (left.value(), right.value()) {
            _ if left.ty == UNKNOWN || right.ty == UNKNOWN => unknown(span),
            (Some(left), Some(right)) => truth(values::compare(operator, left, right), span),
            _ => {
                let (left, right) = (Box::new(left), Box::new(right));
                Expression { kind: ExpressionKind::Compare { operator, left, right }, ty: BOOL, span }
            }
        }
    }

    /// A set over another range; `none` stays what it is.
    fn rebased(&mut self, set: Expression, base: Base) -> Expression {
        let ty = Type { base, ..set.ty };
        self.convert(set, ty)
    }

    fn contains(&mut self, element: &tree::Expression, set: &tree::Expression, span: Span) -> Expression {
        let set = self.set_expression(set);
        let element = self.typed(element, INT);
        let Base::Set { lo, .. } = set.ty.base else { return unknown(span) };
        match (element.value(), set.value()) {
            _ if element.ty == UNKNOWN => unknown(span),
            (Some(element), Some(bits)) => truth(values::contains(bits, lo, element), span),
            _ => {
                let (element, set) = (Box::new(element), Box::new(set));
                Expression { kind: ExpressionKind::Contains { element, set }, ty: BOOL, span }
            }
        }
    }

    /// An expression that must be a set, over whatever range.
    pub(super) fn set_expression(&mut self, tree: &tree::Expression) -> Expression {
        let set = self.expression(tree, None);
        match set.ty.base {
            Base::Set { .. } => {
                let ty = plain(set.ty.base);
                self.convert(set, ty)
            }
            _ if set.ty == UNKNOWN => set,
            _ => {
                let found = describe_found(&set, self.grammar);
                self.error(Code::TypeMismatch, set.span, format!("expected a set, found {found}"));
                unknown(set.span)
            }
        }
    }

    fn set_literal(&mut self, trees: &[tree::Expression], hint: Option<Type>, span: Span) -> Expression {
        let mut elements: Vec<Expression> = trees.iter().map(|tree| self.typed(tree, INT)).collect();
        if elements.iter().any(|element| element.ty == UNKNOWN) {
            return unknown(span);
        }
        let mut range = match hint.map(|ty| ty.base) {
            Some(Base::Set { lo, hi }) => Some((lo, hi)),
            _ => None,
        };
        // What the elements can be widens the range, as far as a set goes.
        for element in &elements {
            let (lo, hi) = match (element.value(), element.ty.base) {
                (Some(value), _) => (value, value),
                (None, Base::Int { lo, hi }) => (lo, hi),
                _ => continue,
            };
            let wider = range.map_or((lo, hi), |(least, most)| (least.min(lo), most.max(hi)));
            if fits(wider.0, wider.1, false) {
                range = Some(wider);
            } else if range.is_none() || element.value().is_some() {
                self.error(Code::DomainLimit, element.span, "a set is over at most 64 values, this needs more");
                return unknown(span);
            }
        }
        let (lo, hi) = range.unwrap_or((0, 0));
        let ty = plain(Base::Set { lo, hi });
        let values: Option<Vec<i64>> = elements.iter().map(Expression::value).collect();
        if let Some(bits) = values.and_then(|values| values::set(values, lo, hi)) {
            return Expression { kind: ExpressionKind::Constant(bits), ty, span };
        }
        elements = elements.into_iter().map(|element| self.convert(element, plain(Base::Int { lo, hi }))).collect();
        Expression { kind: ExpressionKind::Set(elements), ty, span }
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        variable: &Binder,
        filter: Option<&tree::Expression>,
        span: Span,
    ) -> Expression {
        if self.constant.is_some() {
            return self.not_constant(span);
        }
        let (range, bound) = self.ranged(variable, filter);
        self.unbind(bound);
        let Some(range) = range else { return unknown(span) };
        let ty = match quantifier {
            Quantifier::Any | Quantifier::All => BOOL,
            Quantifier::Count => plain(Base::Int { lo: 0, hi: MAX_COUNT }),
        };
        let kind = ExpressionKind::Quantified { quantifier, range: Box::new(range) };
        Expression { kind, ty, span }
    }

    /// `r: relation where e`, with the variable left in scope. Where it has no range, the filter is checked all the
    /// same.
    pub(super) fn ranged(&mut self, variable: &Binder, filter: Option<&tree::Expression>) -> (Option<Range>, Bound) {
        let domain = self.domain(&variable.ty);
        let bound = self.bind(&variable.name, domain.map_or(UNKNOWN, |(_, ty)| ty));
        let filter = filter.map(|filter| self.typed(filter, BOOL));
        let range = domain.map(|(domain, _)| Range { variable: bound.id, domain, filter });
        (range, bound)
    }

    /// Whether the type of an expression is open until something says what is expected.
    fn is_open(&self, tree: &tree::Expression) -> bool {
        match &inner(tree).kind {
            tree::ExpressionKind::None | tree::ExpressionKind::Set(_) => true,
            tree::ExpressionKind::Name(name) => match self.type_of_name(&name.text) {
                None => true,
                // Where an enum is expected its words come first, also before a value of another type.
                Some(ty) => !matches!(ty.base, Base::Enum(_)) && self.names.words.contains_key(name.text.as_str()),
            },
            _ => false,
        }
    }
}

fn comparison(operator: BinaryOperator) -> Option<Comparison> {
    Some(match operator {
        BinaryOperator::Equal => Comparison::Equal,
        BinaryOperator::Unequal => Comparison::Unequal,
        BinaryOperator::Less => Comparison::Less,
        BinaryOperator::LessEqual => Comparison::LessEqual,
        BinaryOperator::Greater => Comparison::Greater,
        BinaryOperator::GreaterEqual => Comparison::GreaterEqual,
        _ => return None,
    })
}
