//! Numbers that do not underflow.
//!
//! The probability of a long sequence is far below the least `f64`, and so can be that of one silent way. Kept with an
//! exponent of its own a product loses nothing, and is the same on every machine, which its logarithm need not be.

use std::cmp::Ordering;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul};

/// 2^128: mantissas lie below it, and not below its inverse.
const LIMIT: f64 = f64::from_bits((1023 + 128) << 52);

/// A number of at least 0: `mantissa` · 2^(256 · `exponent`). Each number has one form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scaled {
    mantissa: f64,
    exponent: i64,
}

impl Scaled {
    pub(super) const ZERO: Self = Self { mantissa: 0.0, exponent: i64::MIN };
    pub(super) const ONE: Self = Self { mantissa: 1.0, exponent: 0 };

    /// The same number.
    pub(super) fn new(number: f64) -> Self {
        let mut scaled = Self { mantissa: number, exponent: 0 };
        while scaled.mantissa != 0.0 && !(1.0 / LIMIT..LIMIT).contains(&scaled.mantissa) {
            scaled = Self::normal(scaled.mantissa, scaled.exponent);
        }
        if number == 0.0 { Self::ZERO } else { scaled }
    }

    /// A number whose mantissa may have left its range, but not twice as far.
    fn normal(mantissa: f64, exponent: i64) -> Self {
        if mantissa >= LIMIT {
            Self { mantissa: mantissa / LIMIT / LIMIT, exponent: exponent + 1 }
        } else if mantissa >= 1.0 / LIMIT {
            Self { mantissa, exponent }
        } else if mantissa > 0.0 {
            Self { mantissa: mantissa * LIMIT * LIMIT, exponent: exponent - 1 }
        } else {
            Self::ZERO
        }
    }

    /// The number as well as an `f64` can say it; at most 1.
    pub(super) fn part(self) -> f64 {
        let small = (self.exponent.max(-8)..0).fold(self.mantissa, |number, _| number / LIMIT / LIMIT);
        if self.exponent > 0 { 1.0 } else { small.min(1.0) }
    }

    pub(super) fn is_zero(self) -> bool {
        self.mantissa == 0.0
    }

    /// The natural logarithm; of 0 negative infinity.
    #[expect(clippy::cast_precision_loss, reason = "an exponent counts factors, and stays far below 2^53")]
    pub(super) fn ln(self) -> f64 {
        if self.is_zero() {
            return f64::NEG_INFINITY;
        }
        self.mantissa.ln() + self.exponent as f64 * 256.0 * std::f64::consts::LN_2
    }
}

impl Add for Scaled {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (large, small) = if self < other { (other, self) } else { (self, other) };
        if small.is_zero() {
            return large;
        }
        match large.exponent - small.exponent {
            0 => Self::normal(large.mantissa + small.mantissa, large.exponent),
            1 => Self::normal(large.mantissa + small.mantissa / LIMIT / LIMIT, large.exponent),
            // Two mantissas differ by less than 2^256, so this one is below the precision.
            _ => large,
        }
    }
}

impl AddAssign for Scaled {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sum for Scaled {
    fn sum<I: Iterator<Item = Self>>(numbers: I) -> Self {
        numbers.fold(Self::ZERO, Add::add)
    }
}

impl Mul for Scaled {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::ZERO;
        }
        Self::normal(self.mantissa * other.mantissa, self.exponent + other.exponent)
    }
}

impl Div for Scaled {
    type Output = Self;

    /// The divisor is not 0.
    fn div(self, other: Self) -> Self {
        if self.is_zero() {
            return Self::ZERO;
        }
        Self::normal(self.mantissa / other.mantissa, self.exponent - other.exponent)
    }
}

impl Eq for Scaled {}

impl PartialOrd for Scaled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Scaled {
    fn cmp(&self, other: &Self) -> Ordering {
        // 0 has the least exponent.
        self.exponent.cmp(&other.exponent).then(self.mantissa.total_cmp(&other.mantissa))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_any_length_have_a_logarithm() {
        let mut product = Scaled::ONE;
        for _ in 0..1_000_000 {
            product = product * Scaled::new(0.001);
        }
        assert!((product.ln() / (1e6 * 0.001f64.ln()) - 1.0).abs() < 1e-12);
        for _ in 0..1_000_000 {
            product = product / Scaled::new(0.001);
        }
        assert!((product.ln()).abs() < 1e-9);
    }

    #[test]
    fn sums_and_order_are_those_of_numbers() {
        let numbers = [0.0, 1e-300, 1e-200, 1e-40, 0.25, 0.5, 1.0, 1e30, 1e39, 1e200];
        for left in numbers {
            for right in numbers {
                let (one, other) = (Scaled::new(left), Scaled::new(right));
                assert_eq!(one + other, Scaled::new(left + right), "{left} + {right}");
                assert_eq!(one.cmp(&other), left.total_cmp(&right), "{left} and {right}");
            }
        }
        assert!((Scaled::new(0.75) + Scaled::new(0.25)).ln().abs() < 1e-16);
        assert!(Scaled::ZERO.ln().is_infinite());
        assert_eq!([0.5, 0.25].map(Scaled::new).into_iter().sum::<Scaled>(), Scaled::new(0.75));
    }

    #[test]
    fn nothing_is_too_small_for_a_sum() {
        let tiny = Scaled::new(1e-300) * Scaled::new(1e-300);
        assert!(Scaled::ZERO < tiny);
        assert_eq!(tiny + tiny, tiny * Scaled::new(2.0));
        assert_eq!(tiny + Scaled::ONE, Scaled::ONE);
    }
}
