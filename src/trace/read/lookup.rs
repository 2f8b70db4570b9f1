//! Names of events, found fast: a lookup for each line is most of what reading names costs.
//!
//! A key is taken from a name by four words that may overlap, without a branch on its length: they are all of a name of 8
//! to 32 bytes, and of longer ones they and the rest are compared. The table is probed linearly (Knuth, "The Art of
//! Computer Programming", volume 3, 6.4) and at most a quarter full.

/// A name as words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Key {
    words: [u64; 4],
    length: usize,
}

/// How long a name is whose words are all of it.
const WHOLE: usize = 32;

impl Key {
    #[inline]
    fn new(name: &[u8]) -> Self {
        let length = name.len();
        let Some(last) = length.checked_sub(8) else { return Self::short(name) };
        let word = |at: usize| name[at..].first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let words = [word(0), word(last.min(8)), word(length.saturating_sub(16)), word(last)];
        Self { words, length }
    }

    /// That of a name of less than 8 bytes.
    #[inline]
    fn short(name: &[u8]) -> Self {
        let mut bytes = [0; 8];
        bytes[..name.len()].copy_from_slice(name);
        Self { words: [u64::from_le_bytes(bytes), 0, 0, 0], length: name.len() }
    }

    /// Folded products, as in wyhash (Wang Yi). What they are xored with are digits of pi.
    #[inline]
    fn hash(self) -> u64 {
        let fold = |left: u64, right: u64| {
            let product = u128::from(left) * u128::from(right);
            #[expect(clippy::cast_possible_truncation, reason = "the two halves are what is wanted")]
            let halves = (product as u64, (product >> 64) as u64);
            halves.0 ^ halves.1
        };
        let [first, second, third, last] = self.words;
        fold(first ^ 0x2437_6a88_85a3_08d3, last ^ 0x1319_8a2e_0370_7344)
            ^ fold(second ^ 0xa409_3822_299f_31d0, third ^ 0x082e_fa98_ec4e_6c89 ^ self.length as u64)
    }
}

/// Values by names.
#[derive(Debug)]
pub(super) struct Lookup<'g, T> {
    /// The number of an entry plus 1, or 0; as many as a power of two.
    slots: Vec<u32>,
    entries: Vec<(Key, &'g [u8], T)>,
}

impl<'g, T: Copy> Lookup<'g, T> {
    /// Costs a pass over the names, each of which is there once.
    pub(super) fn new(names: impl IntoIterator<Item = (&'g str, T)>) -> Self {
        let entries: Vec<_> =
            names.into_iter().map(|(name, value)| (Key::new(name.as_bytes()), name.as_bytes(), value)).collect();
        let mut lookup = Self { slots: vec![0; (4 * entries.len()).next_power_of_two()], entries };
        for number in 0..lookup.entries.len() {
            let mut slot = lookup.slot(lookup.entries[number].0);
            while lookup.slots[slot] != 0 {
                slot = (slot + 1) & (lookup.slots.len() - 1);
            }
            lookup.slots[slot] = u32::try_from(number + 1).expect("an alphabet has fewer names");
        }
        lookup
    }

    /// The value of a name.
    #[inline]
    pub(super) fn get(&self, name: &[u8]) -> Option<T> {
        let key = Key::new(name);
        let mut slot = self.slot(key);
        loop {
            let number = self.slots[slot].checked_sub(1)?;
            let (other, whole, value) = &self.entries[number as usize];
            if *other == key && (key.length <= WHOLE || *whole == name) {
                return Some(*value);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn slot(&self, key: Key) -> usize {
        // The mask keeps what fits.
        #[expect(clippy::cast_possible_truncation, reason = "the low bits are what is wanted")]
        let hash = key.hash() as usize;
        hash & (self.slots.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_length_are_told_apart() {
        let mut names: Vec<String> = (0..100).map(|length| "ab".repeat(length)[..length].to_owned()).collect();
        // They differ in one letter, wherever it is.
        for length in [1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 60] {
            names.extend((0..length).map(|place| {
                let mut name = "ab".repeat(length)[..length].to_owned();
                name.replace_range(place..=place, "x");
                name
            }));
        }
        names.sort();
        names.dedup();
        let lookup = Lookup::new(names.iter().map(String::as_str).zip(0..));
        for (place, name) in names.iter().enumerate() {
            assert_eq!(lookup.get(name.as_bytes()), Some(place), "{name}");
            assert_eq!(lookup.get(format!("{name}y").as_bytes()), None);
            assert_eq!(lookup.get(format!("y{name}").as_bytes()), None);
        }
        assert_eq!(lookup.get(b"ab\0"), None);
        assert_eq!(Lookup::<u32>::new([]).get(b"a"), None);
    }
}
