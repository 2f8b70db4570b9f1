//! Draws in a row that become one.
//!
//! If all ways of a decision lead to decisions that are drawn below one number, the two draws are one in two digits: see
//! [`dice`](super::super::dice). Its ways are those of the first with each of those that follow, their texts in one piece.
//! Merged decisions are merged again, as long as the tables stay small.

use super::map::{MAX_PLACES, Map, NOWHERE, Row, Spot, Table};
use crate::walk::dice::MAX_SPENT;

/// How many spots are looked at: those that were known first.
const MAX_SPOTS: usize = 4_096;

/// How many ways a merged decision has at most, and how long their texts are.
const MAX_WAYS: usize = 512;
const MAX_TEXT: usize = 128;

/// How many places all merged decisions have together: half a megabyte of them.
const MAX_ALL_PLACES: usize = 1 << 18;

impl Map {
    /// Merges what can be. Costs a look at the first few thousand spots.
    pub(super) fn merge(&mut self) {
        for spot in 0..self.spots.len().min(MAX_SPOTS) {
            if self.places.len() > MAX_ALL_PLACES {
                return;
            }
            if let Some(all) = self.merged(spot)
                && let Spot::Pick(pick) = &mut self.spots[spot]
            {
                pick.all = all;
            }
        }
    }

    /// A larger table for the decision of a spot, if there is one.
    fn merged(&mut self, spot: usize) -> Option<Table> {
        let Spot::Pick(pick) = self.spots[spot] else { return None };
        let first = self.known(pick.one.ways, self.n_options(&pick))?;
        let followers: Option<Vec<Table>> = first.iter().map(|row| self.follower(row)).collect();
        let followers = followers?;
        let digit = followers.first()?.total;
        let total = pick.one.total * digit;
        if followers.iter().any(|table| table.total != digit) || total > MAX_PLACES || total <= pick.all.total {
            return None;
        }
        let mut rows = Vec::new();
        let mut starts = Vec::new();
        for (row, table) in first.iter().zip(&followers) {
            starts.push(rows.len());
            let n_ways = self.place(table, digit - 1) + 1;
            for second in self.known(table.ways, n_ways)? {
                let text = [self.text(row), self.text(&second)].concat();
                if text.len() > MAX_TEXT || rows.len() == MAX_WAYS {
                    return None;
                }
                let silent = u64::from(second.silent) + if second.n_events == 0 { u64::from(row.silent) } else { 0 };
                rows.push((text, u64::from(row.n_events + second.n_events), silent, second.effect, second.next));
            }
        }
        let mut places = Vec::new();
        for drawn in 0..total {
            let place = self.place(&pick.one, drawn / digit);
            let place = starts[place] + self.place(&followers[place], drawn % digit);
            places.push(u16::try_from(place).ok()?);
        }
        let ways = self.new_ways(rows.len());
        for (way, (text, n_events, silent, effect, next)) in (ways as usize..).zip(rows) {
            self.ways[way] = self.row(&text, n_events, silent, effect, next)?;
        }
        let table = Table { total, room: MAX_SPENT / total, places: u32::try_from(self.places.len()).ok()?, ways };
        self.places.extend(places);
        Some(table)
    }

    /// The rows of these ways, if all are known.
    fn known(&self, ways: u32, many: usize) -> Option<Vec<Row>> {
        let rows = &self.ways[ways as usize..][..many];
        rows.iter().map(|row| (*row != NOWHERE).then(|| self.rows[*row as usize])).collect()
    }

    /// The draw that follows a way, if one does and nothing else.
    fn follower(&self, row: &Row) -> Option<Table> {
        match self.spots[row.next as usize] {
            Spot::Pick(pick) if row.effect == 0 => Some(pick.all),
            _ => None,
        }
    }
}
