//! What operators make of values: of constants when a grammar is checked, of all others when it runs.

use super::grammar::{Arithmetic, Base, Comparison, NONE, Type, elements};

/// Whether a range has a value.
fn holds(lo: i64, hi: i64, value: i64) -> bool {
    (lo..=hi).contains(&value)
}

/// The set of these elements, all of which must lie in the range.
pub(crate) fn set(elements: impl IntoIterator<Item = i64>, lo: i64, hi: i64) -> Option<i64> {
    let mut bits = 0;
    for element in elements {
        if !holds(lo, hi, element) {
            return None;
        }
        bits |= 1 << (i128::from(element) - i128::from(lo));
    }
    Some(bits)
}

/// A value of one type as one of a type that is like it, if that has it.
pub(crate) fn convert(value: i64, from: Type, to: Type) -> Option<i64> {
    if from.optional && value == NONE {
        return to.optional.then_some(NONE);
    }
    match (from.base, to.base) {
        (Base::Int { .. }, Base::Int { lo, hi }) => holds(lo, hi, value).then_some(value),
        (Base::Set { lo: from, .. }, Base::Set { lo, hi }) => set(elements(value, from), lo, hi),
        _ => Some(value),
    }
}

/// The result of an operator, or `None` for an overflow.
pub(crate) fn arithmetic(operator: Arithmetic, left: i64, right: i64) -> Option<i64> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
    };
    result.filter(|value| *value != NONE)
}

/// Whether a comparison holds.
pub(crate) fn compare(operator: Comparison, left: i64, right: i64) -> bool {
    match operator {
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right,
        Comparison::Less => left < right,
        Comparison::LessEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterEqual => left >= right,
    }
}

/// Whether a set has an element.
pub(crate) fn contains(bits: i64, lo: i64, element: i64) -> bool {
    let bit = i128::from(element) - i128::from(lo);
    (0..64).contains(&bit) && bits >> bit & 1 == 1
}
