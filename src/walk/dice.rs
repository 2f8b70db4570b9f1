//! Draws v1: how random numbers become decisions. The language reference describes it; tests pin it.
//!
//! A word of the generator is read as the digits of a number in [0, 1). A draw below *n* multiplies it by *n*: the whole
//! part is what was drawn, the fraction is the number for the next draw. So one word serves several draws, as long as
//! enough of its digits are left; and two draws in a row, below *n* and below *m*, are one draw below *n* · *m* in two
//! digits, which is what [`chart`](super::chart) makes use of.
//!
//! The words go on where the digits of one do not say what the whole part is, which is rare: so every draw is exact.
//! (Canon, "An optimal algorithm for bounded random integers", 2021; Brackett-Rozinsky and Lemire, "Batched Ranged Random
//! Integer Generation", 2024.)

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::trace::Header;

/// The greatest product of what a word was multiplied by. What is left of its 64 digits decides nearly always.
pub(super) const MAX_SPENT: u64 = 1 << 56;

/// The dice of one attempt at one trace.
#[derive(Debug)]
pub(super) struct Dice {
    generator: Xoshiro256PlusPlus,
    /// The fraction that is left of the word, in 2^-64.
    fraction: u64,
    /// What the word was multiplied by: its digits beyond those of `fraction` are worth less than this in all.
    spent: u64,
}

impl Dice {
    /// The generator is xoshiro256++ (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators", 2021),
    /// its state four words of `SplitMix64` (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators",
    /// 2014) whose own state is mixed from the seed, the number of the trace and the attempt.
    pub(super) fn new(header: Header) -> Self {
        let start = mix(mix(mix(header.seed).wrapping_add(header.trace)).wrapping_add(header.attempt));
        let mut seed = [0; 32];
        for (place, bytes) in (0..).zip(seed.chunks_exact_mut(8)) {
            let word = mix(start.wrapping_add(GAMMA.wrapping_mul(place)));
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self { generator: Xoshiro256PlusPlus::from_seed(seed), fraction: 0, spent: u64::MAX }
    }

    /// A number below `n`, each equally likely; `n` is above 0. Nothing is taken for `n` = 1.
    #[inline]
    pub(super) fn below(&mut self, n: u64) -> u64 {
        if n == 1 {
            return 0;
        }
        if self.spent.checked_mul(n).is_none_or(|spent| spent > MAX_SPENT) {
            self.refill();
        }
        let (whole, fraction, spent) = self.multiplied(n);
        if fraction > spent.wrapping_neg() {
            return whole + self.carry(fraction, spent);
        }
        (self.fraction, self.spent) = (fraction, spent);
        whole
    }

    /// What draws below `first` and then below others give together, as one number below `n`, the product of all of them, if
    /// they take one word, and its digits say it. `room` is what may be spent before `n`, `first_room` before `first`: the
    /// quotients of [`MAX_SPENT`]. Otherwise nothing is drawn, and they are to be drawn one after the other: always so if
    /// `room` is 0.
    #[inline]
    pub(super) fn together(&mut self, n: u64, room: u64, first_room: u64) -> Option<u64> {
        if self.spent > room {
            if self.spent <= first_room || room == 0 {
                return None;
            }
            self.refill();
        }
        let (whole, fraction, spent) = self.multiplied(n);
        if fraction > spent.wrapping_neg() {
            return None;
        }
        (self.fraction, self.spent) = (fraction, spent);
        Some(whole)
    }

    #[inline]
    fn refill(&mut self) {
        self.fraction = self.generator.next_u64();
        self.spent = 1;
    }

    /// The number times `n`: its whole part, its fraction, and what the word was multiplied by then.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
    fn multiplied(&self, n: u64) -> (u64, u64, u64) {
        let product = u128::from(self.fraction) * u128::from(n);
        ((product >> 64) as u64, product as u64, self.spent.wrapping_mul(n))
    }

    /// Whether the digits beyond a fraction make one more whole of it: those of the words that follow, times `spent`. Then
    /// nothing is left of them.
    #[cold]
    fn carry(&mut self, fraction: u64, spent: u64) -> u64 {
        self.spent = u64::MAX;
        let mut missing = fraction.wrapping_neg();
        loop {
            let (missed, given) =
                (u128::from(missing) << 64, u128::from(spent) * u128::from(self.generator.next_u64()));
            let Some(rest) = missed.checked_sub(given).filter(|rest| *rest > 0) else { return 1 };
            // All digits that follow are worth less than `spent`.
            match u64::try_from(rest) {
                Ok(rest) if rest < spent => missing = rest,
                _ => return 0,
            }
        }
    }
}

/// The words of the generator of a trace.
pub(super) fn words(header: Header) -> impl Iterator<Item = u64> {
    let mut generator = Dice::new(header).generator;
    std::iter::repeat_with(move || generator.next_u64())
}

const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of `SplitMix64`, one step on.
fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(GAMMA);
    let word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dice(seed: u64) -> Dice {
        Dice::new(Header { seed, trace: 0, attempt: 0 })
    }

    #[test]
    fn splitmix_gives_its_published_numbers() {
        // The first outputs for the state 1234567, as in the reference implementation's test vectors.
        let outputs: Vec<u64> =
            (0..3u64).map(|step| mix(1_234_567u64.wrapping_add(GAMMA.wrapping_mul(step)))).collect();
        assert_eq!(outputs, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn the_example_of_the_language_reference_is_right() {
        let words: Vec<u64> = words(Header { seed: 7, trace: 0, attempt: 0 }).take(2).collect();
        assert_eq!(words, [0x53b1_c948_17a4_23a3, 0xedc0_d32c_fce2_9681]);
        let mut dice = dice(7);
        let drawn: Vec<u64> = [20, 10, 1_000_000, 1, 1 << 40, 6].iter().map(|n| dice.below(*n)).collect();
        assert_eq!(drawn, [6, 5, 386_310, 0, 1_021_142_314_236, 5]);
    }

    #[test]
    fn draws_are_uniform() {
        for n in [2, 3, 10, 1_000_000, (1 << 32) - 1, 1 << 32, (1 << 56) + 1, 3 << 62] {
            let mut dice = dice(1);
            let mut thirds = [0u32; 3];
            for _ in 0..30_000 {
                let drawn = dice.below(n);
                assert!(drawn < n);
                thirds[usize::try_from(u128::from(drawn) * 3 / u128::from(n)).unwrap()] += 1;
            }
            if n > 2 {
                let spread = if n == 10 { 2_200 } else { 500 };
                assert!(thirds.iter().all(|third| third.abs_diff(10_000) < spread), "{n}: {thirds:?}");
            }
        }
    }

    #[test]
    fn draws_together_are_draws_one_after_the_other() {
        let (mut one, mut other) = (dice(3), dice(3));
        let mut n_together = 0;
        for round in 0..100_000u64 {
            let (first, second) = (round % 19 + 2, round % 7 + 2);
            let n = first * second;
            let drawn = match one.together(n, MAX_SPENT / n, MAX_SPENT / first) {
                Some(drawn) => {
                    n_together += 1;
                    (drawn / second, drawn % second)
                }
                None => (one.below(first), one.below(second)),
            };
            assert_eq!(drawn, (other.below(first), other.below(second)), "round {round}");
        }
        assert!(n_together > 90_000, "{n_together}");
    }

    #[test]
    fn what_the_digits_do_not_say_the_next_words_do() {
        // Half of what is possible beyond a fraction that lacks `missing` of `spent` makes one more whole of it.
        for (missing, spent, expected) in
            [(1u64, 2u64, 5_000u64), (1, 4, 7_500), (3, 4, 2_500), (1 << 40, 1 << 41, 5_000)]
        {
            let mut dice = dice(5);
            let n_carried: u64 = (0..10_000).map(|_| dice.carry(missing.wrapping_neg(), spent)).sum();
            assert!(n_carried.abs_diff(expected) < 250, "{missing} of {spent}: {n_carried}");
        }
    }
}
