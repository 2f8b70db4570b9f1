//! Values of options that are more than a number or a word.

use std::ops::Range;

/// Which contiguous part of the traces is generated: part `index` of `count`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    index: u64,
    count: u64,
}

impl Shard {
    /// Reads `K/M`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (index, count) = text.split_once('/').ok_or("it is written K/M, as in 0/4")?;
        let number = |text: &str| text.parse::<u64>().map_err(|error| format!("`{text}`: {error}"));
        let (index, count) = (number(index)?, number(count)?);
        if index < count {
            Ok(Self { index, count })
        } else {
            Err(format!("K counts from 0, so it is below M: the shards are 0/{count} to {}/{count}", count.max(1) - 1))
        }
    }

    /// Of the numbers below `number`, those of this shard: ⌊KN/M⌋ to ⌊(K+1)N/M⌋ − 1.
    pub(super) fn block(self, number: u64) -> Range<u64> {
        let bound = |index: u64| {
            let bound = u128::from(index) * u128::from(number) / u128::from(self.count);
            u64::try_from(bound).expect("a bound of a block is not above the number of all")
        };
        bound(self.index)..bound(self.index + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_out_all_traces() {
        for (number, count) in [(10, 3), (2, 5), (0, 1), (u64::MAX, 7)] {
            let mut next = 0;
            for index in 0..count {
                let block = Shard { index, count }.block(number);
                assert_eq!(block.start, next);
                next = block.end;
            }
            assert_eq!(next, number);
        }
    }

    #[test]
    fn bad_values_are_refused() {
        for text in ["3/3", "0/0", "-1/2", "1", "a/b", "1/2/3"] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }
}
