//! Slices that are each kept once, and named by a number.

use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Slices without duplicates, all in one piece of memory.
#[derive(Debug)]
pub(crate) struct Interner<T> {
    data: Vec<T>,
    /// Where each slice ends.
    ends: Vec<usize>,
    table: HashTable<u32>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { data: Vec::new(), ends: Vec::new(), table: HashTable::new() }
    }
}

impl<T: Copy + Eq + Hash> Interner<T> {
    /// The number of a slice, and whether it is new. Costs a hash and, mostly, one comparison.
    ///
    /// # Panics
    ///
    /// If there are 2^32 slices, for which there is no memory.
    pub(crate) fn intern(&mut self, slice: &[T]) -> (u32, bool) {
        let Self { data, ends, table } = self;
        let own = hash(slice);
        let found = table.find(own, |number| part(data, ends, *number) == slice);
        if let Some(number) = found {
            return (*number, false);
        }
        let number = u32::try_from(ends.len()).expect("memory is full long before 2^32 slices");
        data.extend_from_slice(slice);
        ends.push(data.len());
        table.insert_unique(own, number, |number| hash(part(data, ends, *number)));
        (number, true)
    }

    /// The number of a slice, if it has one.
    pub(crate) fn find(&self, slice: &[T]) -> Option<u32> {
        self.table.find(hash(slice), |number| part(&self.data, &self.ends, *number) == slice).copied()
    }

    /// The slice of a number.
    pub(crate) fn get(&self, number: u32) -> &[T] {
        part(&self.data, &self.ends, number)
    }

    /// How many slices there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// How much memory they take, in bytes, about.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.data.as_slice()) + self.ends.len() * (size_of::<usize>() + 2 * size_of::<u32>())
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.data.clear();
        self.ends.clear();
        self.table.clear();
    }
}

fn part<'a, T>(data: &'a [T], ends: &[usize], number: u32) -> &'a [T] {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(0, |before| ends[before]);
    &data[start..ends[number]]
}

fn hash<T: Hash>(slice: &[T]) -> u64 {
    FxBuildHasher.hash_one(slice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_slices_have_one_number() {
        let mut interner = Interner::default();
        let slices: [&[u64]; 6] = [&[], &[1, 2], &[1], &[], &[2, 1], &[1, 2]];
        let numbers: Vec<(u32, bool)> = slices.iter().map(|slice| interner.intern(slice)).collect();
        assert_eq!(numbers, [(0, true), (1, true), (2, true), (0, false), (3, true), (1, false)]);
        assert_eq!((interner.get(3), interner.len()), (&[2, 1][..], 4));
        interner.clear();
        assert_eq!(interner.intern(&[7]), (0, true));
    }
}
