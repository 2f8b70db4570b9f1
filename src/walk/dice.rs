//! Draws v1: how random numbers become decisions. The language reference describes it; tests pin it.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::trace::Header;

/// The dice of one attempt at one trace.
#[derive(Debug)]
pub(super) struct Dice {
    generator: Xoshiro256PlusPlus,
    /// The half of a word that is left, if one is.
    half: Option<u32>,
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
        Self { generator: Xoshiro256PlusPlus::from_seed(seed), half: None }
    }

    /// A number below `n`, each equally likely, by Lemire's method ("Fast Random Integer Generation in an Interval",
    /// 2019); `n` is above 0. Nothing is taken for `n` = 1, halves of words up to 2^32, whole words above.
    #[inline]
    pub(super) fn below(&mut self, n: u64) -> u64 {
        if n == 1 {
            return 0;
        }
        let Ok(small) = u32::try_from(n) else { return self.below_large(n) };
        let mut product = u64::from(self.half()) * n;
        #[expect(clippy::cast_possible_truncation, reason = "the low half is what is wanted")]
        if (product as u32) < small {
            let threshold = small.wrapping_neg() % small;
            while (product as u32) < threshold {
                product = u64::from(self.half()) * n;
            }
        }
        product >> 32
    }

    #[cold]
    fn below_large(&mut self, n: u64) -> u64 {
        if n == 1 << 32 {
            return u64::from(self.half());
        }
        let threshold = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.generator.next_u64()) * u128::from(n);
            #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
            if product as u64 >= threshold {
                return (product >> 64) as u64;
            }
        }
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
    pub(super) fn half(&mut self) -> u32 {
        if let Some(half) = self.half.take() {
            return half;
        }
        let word = self.generator.next_u64();
        self.half = Some((word >> 32) as u32);
        word as u32
    }
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

    #[test]
    fn splitmix_gives_its_published_numbers() {
        // The first outputs for the state 1234567, as in the reference implementation's test vectors.
        let outputs: Vec<u64> =
            (0..3u64).map(|step| mix(1_234_567u64.wrapping_add(GAMMA.wrapping_mul(step)))).collect();
        assert_eq!(outputs, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn the_example_of_the_language_reference_is_right() {
        let mut dice = Dice::new(Header { seed: 7, trace: 0, attempt: 0 });
        let halves: Vec<u32> = (0..4).map(|_| dice.half()).collect();
        assert_eq!(halves, [0x17a4_23a3, 0x53b1_c948, 0xfce2_9681, 0xedc0_d32c]);
    }

    #[test]
    fn draws_are_uniform() {
        for n in [2, 3, 10, 1_000_000, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, 3 << 40] {
            let mut dice = Dice::new(Header { seed: 1, trace: 0, attempt: 0 });
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
}
