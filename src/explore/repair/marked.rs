//! A repair as a marked difference.

use super::{Repair, Row};
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::recognize::{Next, Precision};
use crate::trace::Observed;

/// What becomes of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It stays.
    Kept,
    /// It goes.
    Deleted,
    /// It comes.
    Inserted,
    /// It changes places with its neighbor.
    Swapped,
}

impl Mark {
    /// The character in front of the item.
    pub fn character(self) -> char {
        match self {
            Self::Kept => ' ',
            Self::Deleted => '-',
            Self::Inserted => '+',
            Self::Swapped => '~',
        }
    }
}

/// An item of the nearest sequence, or one that goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What becomes of it.
    pub mark: Mark,
    /// Its number in the sequence that was given, from 1; none if it is not there.
    pub number: Option<usize>,
    /// The item.
    pub text: String,
}

/// What is changed, in its order, with so many items as `around` it; `None` where others are left out. The items are those
/// that were repaired, and tell what they show so exactly.
pub fn marked(
    repair: &Repair,
    items: &[Observed],
    around: usize,
    precision: Precision,
    grammar: &Grammar,
    alphabet: &Alphabet,
) -> Vec<Option<Line>> {
    let rows = &repair.rows;
    let is_near = |at: usize| {
        let near = &rows[at.saturating_sub(around)..rows.len().min(at + around + 1)];
        near.iter().any(|row| !matches!(row, Row::Kept(_)))
    };
    let mut lines = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if is_near(at) {
            let old = |mark, place: usize| (mark, Some(place + 1), items[place].text(grammar, alphabet));
            let (mark, number, text) = match row {
                Row::Kept(place) => old(Mark::Kept, *place),
                Row::Swapped(place) => old(Mark::Swapped, *place),
                Row::Deleted(place) => old(Mark::Deleted, *place),
                Row::Inserted(item) => {
                    let text = Next::Item(item.clone()).text(grammar, alphabet, precision.instances);
                    (Mark::Inserted, None, text)
                }
            };
            lines.push(Some(Line { mark, number, text }));
        } else if lines.last().is_none_or(Option::is_some) {
            lines.push(None);
        }
    }
    lines
}
