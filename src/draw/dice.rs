//! Random numbers of one event.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use sha2::{Digest, Sha256};

use crate::trace::Header;

/// The dice of one event: xoshiro256++, its state the SHA-256 of what the event is known by.
#[derive(Debug)]
pub(super) struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub(super) fn new(header: Header, place: &str, event: &str, before: u32) -> Self {
        let Header { seed, trace, attempt } = header;
        let mut hasher = Sha256::new();
        for number in [seed, trace, attempt, u64::from(before), place.len() as u64] {
            hasher.update(number.to_le_bytes());
        }
        hasher.update(place);
        hasher.update(event);
        let mut state = [0; 32];
        state.copy_from_slice(&hasher.finalize());
        Self(Xoshiro256PlusPlus::from_seed(state))
    }

    /// A number below `n`, which is above 0; each equally likely but for 2^-64 of `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let product = u128::from(self.0.next_u64()) * n as u128;
        usize::try_from(product >> 64).expect("it is below `n`")
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }
}
