//! Values of options that are more than a number or a word.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Range, RangeInclusive};

use crate::diagnostic::suggest::nearest;
use crate::limits::{Limits, NotSet};

/// A limit that is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LimitSetting {
    /// How many configurations are looked at.
    Configurations(NonZeroU32),
    /// That of a name, which can be this.
    Named(String, usize),
}

impl fmt::Display for LimitSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configurations(number) => write!(f, "{number}"),
            Self::Named(name, value) => write!(f, "{name}={value}"),
        }
    }
}

impl LimitSetting {
    /// Reads `N` or `NAME=N`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').unwrap_or(("configurations", text));
        if name == "configurations" {
            return number.parse().map(Self::Configurations).map_err(|error| format!("`{number}`: {error}"));
        }
        let value = number.parse().map_err(|error| format!("`{number}`: {error}"))?;
        match Limits::default().set(name, value) {
            Ok(()) => Ok(Self::Named(name.to_owned(), value)),
            Err(error @ NotSet::Outside(_)) => Err(error.to_string()),
            Err(NotSet::Unknown) => {
                let limits = Limits::default().list();
                let names = || limits.iter().map(|limit| limit.name).chain(["configurations"]);
                let help = nearest(name, names()).map_or_else(
                    || format!("there are {}", names().collect::<Vec<_>>().join(", ")),
                    |similar| format!("did you mean `{similar}`?"),
                );
                Err(format!("there is no limit `{name}`; {help}"))
            }
        }
    }
}

/// Which contiguous part of the traces is generated: part `index` of `count`, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    index: u64,
    count: u64,
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
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

/// Numbers of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lengths {
    /// All of them, the last one included.
    pub(super) range: RangeInclusive<usize>,
    /// Whether they were given as a range.
    pub(super) is_range: bool,
}

impl Lengths {
    /// Reads `N` or `A..B`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let number = |text: &str| match text.parse::<u32>() {
            Ok(number) => Ok(usize::try_from(number).expect("it has 32 bits or more")),
            Err(error) => Err(format!("`{text}`: {error}")),
        };
        let Some((low, high)) = text.split_once("..") else {
            let number = number(text)?;
            return Ok(Self { range: number..=number, is_range: false });
        };
        let range = number(low)?..=number(high)?;
        if range.is_empty() { Err(format!("{low} is above {high}")) } else { Ok(Self { range, is_range: true }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_a_number_or_a_range() {
        assert_eq!(Lengths::parse("7"), Ok(Lengths { range: 7..=7, is_range: false }));
        assert_eq!(Lengths::parse("0..12"), Ok(Lengths { range: 0..=12, is_range: true }));
        for wrong in ["", "-1", "..", "3..", "3..2", "1..2..3", "a", "4294967296"] {
            assert!(Lengths::parse(wrong).is_err(), "{wrong}");
        }
    }

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
