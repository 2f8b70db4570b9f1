//! What expressions are worth: section 4 of the language's contract, word by word.

use std::collections::BTreeMap;

use charmgrammar::model::grammar::{
    Arithmetic, Base, Comparison, Domain, Expression, ExpressionKind, Grammar, InstanceId, NONE, Quantifier, Range,
    Type, VariableId, elements,
};
use charmgrammar::source::Span;

use super::record::{self, fail};

/// What can go wrong in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Trouble {
    /// Nothing is enabled where something must be.
    DeadEnd,
    /// A value leaves its domain.
    Domain,
    /// Arithmetic leaves the 64-bit integers.
    Overflow,
    /// A weight is negative or too large.
    Weight,
    /// A count is out of bounds.
    Count,
    /// `in any order` over too many.
    AnyOrder,
    /// It never shows anything again.
    Silence,
    /// The stack is full; the reference has no such limit.
    Stack,
}

/// The values of the variables in scope.
pub(crate) type Environment = BTreeMap<VariableId, i64>;

/// What an expression can read.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) grammar: &'a Grammar,
    pub(crate) states: &'a [i64],
    pub(crate) environment: &'a Environment,
}

impl Scope<'_> {
    pub(crate) fn value(&self, expression: &Expression) -> Result<i64, Trouble> {
        Ok(match &expression.kind {
            ExpressionKind::Constant(value) => *value,
            ExpressionKind::Variable(variable) => self.environment[variable],
            ExpressionKind::State(state) => self.states[state.index()],
            ExpressionKind::StateOf { instance, member } => {
                let instance = &self.grammar.instances[self.instance_for(instance, expression.span)?];
                self.states[instance.first_state.index() + *member as usize]
            }
            ExpressionKind::FieldOf { instance, member } => {
                self.grammar.instances[self.instance_for(instance, expression.span)?].fields[*member as usize]
            }
            ExpressionKind::IndexOf(instance) => {
                i64::from(self.grammar.instances[self.instance_for(instance, expression.span)?].element.unwrap_or(0))
            }
            ExpressionKind::ArrayOf(instance) => {
                i64::from(self.grammar.instances[self.instance_for(instance, expression.span)?].array.0)
            }
            ExpressionKind::Let { id, arguments } => {
                let mut environment = Environment::new();
                for (place, argument) in arguments.iter().enumerate() {
                    environment.insert(VariableId::new(place), self.value(argument)?);
                }
                Scope { environment: &environment, ..*self }.value(&self.grammar.lets[id.index()].value)?
            }
            ExpressionKind::Set(members) => {
                let Base::Set { lo, hi } = expression.ty.base else { panic!("a set has the type of a set") };
                let mut set = 0;
                for member in members {
                    let value = self.value(member)?;
                    if !(lo..=hi).contains(&value) {
                        return Err(fail(expression.span, Trouble::Domain));
                    }
                    set |= 1 << (value - lo);
                }
                set
            }
            ExpressionKind::Not(operand) => i64::from(!self.holds(operand)?),
            ExpressionKind::Negate(operand) => number(self.number(operand)?.checked_neg(), expression.span)?,
            ExpressionKind::And(operands) => {
                for operand in operands {
                    if !self.holds(operand)? {
                        return Ok(0);
                    }
                }
                1
            }
            ExpressionKind::Or(operands) => {
                for operand in operands {
                    if self.holds(operand)? {
                        return Ok(1);
                    }
                }
                0
            }
            ExpressionKind::Arithmetic { first, rest } => {
                let mut result = self.number(first)?;
                for (operator, operand) in rest {
                    let operand = self.number(operand)?;
                    let next = match operator {
                        Arithmetic::Add => result.checked_add(operand),
                        Arithmetic::Subtract => result.checked_sub(operand),
                        Arithmetic::Multiply => result.checked_mul(operand),
                    };
                    result = number(next, expression.span)?;
                }
                result
            }
            ExpressionKind::Compare { operator, left, right } => i64::from(match operator {
                Comparison::Equal => self.value(left)? == self.value(right)?,
                Comparison::Unequal => self.value(left)? != self.value(right)?,
                Comparison::Less => self.number(left)? < self.number(right)?,
                Comparison::LessEqual => self.number(left)? <= self.number(right)?,
                Comparison::Greater => self.number(left)? > self.number(right)?,
                Comparison::GreaterEqual => self.number(left)? >= self.number(right)?,
            }),
            ExpressionKind::Contains { element, set } => {
                let Base::Set { lo, .. } = set.ty.base else { panic!("`in` takes a set") };
                let (element, set) = (self.number(element)?, self.number(set)?);
                i64::from(elements(set, lo).any(|member| member == element))
            }
            ExpressionKind::Size(set) => i64::from(self.number(set)?.count_ones()),
            ExpressionKind::Convert(operand) => {
                let value = self.value(operand)?;
                convert(self.grammar, value, operand.ty, expression.ty)
                    .map_err(|trouble| fail(expression.span, trouble))?
            }
            ExpressionKind::Quantified { quantifier, range } => {
                // The contract is silent about which of its values an `any` or `all` looks at, which shows where a
                // filter fails with an error: like `or` and `and`, no further than needed.
                let mut passing = 0;
                for value in domain(self.grammar, range.domain) {
                    match (quantifier, self.passes(range, value)?) {
                        (Quantifier::Any, true) => return Ok(1),
                        (Quantifier::All, false) => return Ok(0),
                        (_, passes) => passing += i64::from(passes),
                    }
                }
                match quantifier {
                    Quantifier::Any => 0,
                    Quantifier::All => 1,
                    Quantifier::Count => passing,
                }
            }
        })
    }

    pub(crate) fn holds(&self, expression: &Expression) -> Result<bool, Trouble> {
        Ok(self.value(expression)? != 0)
    }

    /// The value of what must not be `none`.
    pub(crate) fn number(&self, expression: &Expression) -> Result<i64, Trouble> {
        let value = self.value(expression)?;
        if is_none(value, expression.ty) { Err(fail(expression.span, Trouble::Domain)) } else { Ok(value) }
    }

    /// The place of an instance.
    pub(crate) fn instance(&self, expression: &Expression) -> Result<usize, Trouble> {
        Ok(usize::try_from(self.number(expression)?).expect("an instance is not negative"))
    }

    /// The same; where there is none, this is the place that fails.
    fn instance_for(&self, expression: &Expression, place: Span) -> Result<usize, Trouble> {
        let value = self.value(expression)?;
        if is_none(value, expression.ty) {
            return Err(fail(place, Trouble::Domain));
        }
        Ok(usize::try_from(value).expect("an instance is not negative"))
    }

    /// Whether a guard holds.
    pub(crate) fn allows(&self, guard: Option<&Expression>) -> Result<bool, Trouble> {
        let Some(guard) = guard else { return Ok(true) };
        let holds = self.holds(guard)?;
        record::guard(guard.span, holds);
        Ok(holds)
    }

    /// The values of a range's domain that pass its filter, in their order.
    pub(crate) fn matches(&self, range: &Range) -> Result<Vec<i64>, Trouble> {
        let mut passing = Vec::new();
        for value in domain(self.grammar, range.domain) {
            let passes = self.passes(range, value)?;
            if let Some(filter) = &range.filter {
                record::guard(filter.span, passes);
            }
            if passes {
                passing.push(value);
            }
        }
        Ok(passing)
    }

    fn passes(&self, range: &Range, value: i64) -> Result<bool, Trouble> {
        let mut environment = self.environment.clone();
        environment.insert(range.variable, value);
        let scope = Scope { environment: &environment, ..*self };
        range.filter.as_ref().map_or(Ok(true), |filter| scope.holds(filter))
    }
}

/// Whether a value of a type is `none`. (A set of 64 values that is not optional may have the same bits.)
pub(crate) fn is_none(value: i64, ty: Type) -> bool {
    ty.optional && value == NONE
}

fn number(result: Option<i64>, place: Span) -> Result<i64, Trouble> {
    result.filter(|result| *result != NONE).ok_or_else(|| fail(place, Trouble::Overflow))
}

fn convert(grammar: &Grammar, value: i64, from: Type, to: Type) -> Result<i64, Trouble> {
    let mut result = value;
    if !is_none(value, from)
        && let (Base::Set { lo: from, .. }, Base::Set { lo, hi }) = (from.base, to.base)
    {
        result = 0;
        for element in elements(value, from) {
            if !(lo..=hi).contains(&element) {
                return Err(Trouble::Domain);
            }
            result |= 1 << (element - lo);
        }
    }
    if holds(grammar, to, result) { Ok(result) } else { Err(Trouble::Domain) }
}

/// Whether a type has a value.
pub(crate) fn holds(grammar: &Grammar, ty: Type, value: i64) -> bool {
    if is_none(value, ty) {
        return true;
    }
    match ty.base {
        Base::Bool => (0..=1).contains(&value),
        Base::Int { lo, hi } => (lo..=hi).contains(&value),
        Base::Set { lo, hi } => elements(value, lo).all(|element| element <= hi),
        Base::Enum(id) => usize::try_from(value).is_ok_and(|place| place < grammar.enums[id.index()].words.len()),
        Base::Instance(kind) | Base::Array(kind) => domain(grammar, Domain::Kind(kind)).contains(&value),
    }
}

/// All values of a type.
pub(crate) fn values(grammar: &Grammar, ty: Type) -> Vec<i64> {
    let mut values: Vec<i64> = match ty.base {
        Base::Bool => vec![0, 1],
        Base::Int { lo, hi } => (lo..=hi).collect(),
        Base::Set { lo, hi } => (0..1 << (hi - lo + 1)).collect(),
        Base::Enum(id) => (0i64..).take(grammar.enums[id.index()].words.len()).collect(),
        Base::Instance(kind) | Base::Array(kind) => domain(grammar, Domain::Kind(kind)),
    };
    if ty.optional {
        values.push(NONE);
    }
    values
}

/// All values of a domain, in their order.
pub(crate) fn domain(grammar: &Grammar, domain: Domain) -> Vec<i64> {
    match domain {
        Domain::Kind(kind) => {
            grammar.kinds[kind.index()].instances().map(|InstanceId(instance)| i64::from(instance)).collect()
        }
        Domain::Integers { lo, hi } => (lo..=hi).collect(),
    }
}
