//! Draws in a row that become one.
//!
//! If all ways of a decision lead to decisions that are drawn below one number, the two draws are one in two digits: see
//! [`dice`](super::super::dice). Its ways are those of the first with each of those that follow, their texts in one piece.
//! What is merged is merged again, as long as the tables stay small. A decision on its own gets such a table too, once all
//! of its ways are known; and a loop whose body is one decision knows that.

use super::map::{Cell, Map, Merged, NOWHERE, Pick, Way, Weights};
use super::{TURN_STEPS, usize_of};
use crate::machine::{Counter, LoopTurn};
use crate::walk::dice::MAX_SPENT;

/// How many spots are looked at: those that were known first.
const MAX_SPOTS: usize = 4_096;

/// The greatest total of a merged draw, how many ways it has at most, and how long their texts are.
const MAX_TOTAL: u64 = 1_024;
const MAX_WAYS: usize = 512;
const MAX_TEXT: usize = 256;

/// How many numbers all merged draws have together: a megabyte of them.
const MAX_DIRECT: usize = 1 << 18;

impl Map {
    /// Merges what can be. Costs a look at the first few thousand spots.
    pub(super) fn merge(&mut self) {
        for number in 0..self.spots.len().min(MAX_SPOTS) {
            let spot = self.spots[number];
            match self.cells[spot as usize] {
                Cell::Pick(pick) if self.direct.len() <= MAX_DIRECT => {
                    if let Some(merged) = self.larger(spot, &pick)
                        && let Cell::Pick(pick) = &mut self.cells[spot as usize]
                    {
                        pick.merged = merged;
                    }
                }
                Cell::Loop { number, .. }
                    if self.loops[number as usize].head.turn(Counter::of(1, 0)) == LoopTurn::GoOn =>
                {
                    self.loops[number as usize].body = self.body(spot).unwrap_or_default();
                }
                _ => {}
            }
        }
    }

    /// A draw that stands for more than the one of a decision does now, if there is one.
    fn larger(&mut self, spot: u32, pick: &Pick) -> Option<u32> {
        let weights = self.odds[pick.odds as usize];
        let now = self.merged[pick.merged as usize].total;
        let ways: Vec<Way> = (0..self.n_options(pick)).map(|place| *self.way(spot, place)).collect();
        if ways.iter().any(|way| way.next == NOWHERE) || weights.total > MAX_TOTAL {
            return None;
        }
        let followers: Option<Vec<Merged>> = ways.iter().map(|way| self.follower(way)).collect();
        if let Some(followers) = followers {
            let digit = followers[0].total;
            let total = weights.total * digit;
            if followers.iter().all(|follower| follower.total == digit) && total <= MAX_TOTAL && total > now {
                return self.together(pick, &weights, &ways, &followers);
            }
        }
        // The decision alone.
        if now > 0 {
            return None;
        }
        let start = self.joined.len();
        self.joined.extend(ways);
        let direct = (0..weights.total).map(|drawn| u32::try_from(start + self.place(pick, &weights, drawn)));
        let direct: Result<Vec<u32>, _> = direct.collect();
        self.draw(&weights, direct.ok()?)
    }

    /// The draw of a decision together with those that its ways lead to, which are all below one number.
    fn together(&mut self, pick: &Pick, weights: &Weights, ways: &[Way], followers: &[Merged]) -> Option<u32> {
        let digit = usize_of(followers[0].total);
        let mut joined = Vec::new();
        let mut direct: Vec<u32> = Vec::new();
        let mut before = None;
        for drawn in 0..weights.total {
            let place = self.place(pick, weights, drawn);
            if before == Some(place) {
                // The same ways once more.
                direct.extend_from_within(direct.len() - digit..);
                continue;
            }
            before = Some(place);
            let mut last = None;
            for number in followers[place].start as usize.. {
                if number == followers[place].start as usize + digit {
                    break;
                }
                let follower = self.direct[number];
                if last.replace(follower) != Some(follower) {
                    joined.push(self.join(&ways[place], follower)?);
                    if joined.len() > MAX_WAYS {
                        return None;
                    }
                }
                direct.push(u32::try_from(self.joined.len() + joined.len() - 1).ok()?);
            }
        }
        self.joined.extend(joined);
        self.draw(weights, direct)
    }

    /// A way and the one behind it as one.
    fn join(&mut self, one: &Way, other: u32) -> Option<Way> {
        let other = self.joined[other as usize];
        let text = [self.text(one), self.text(&other)].concat();
        let silent = u64::from(other.silent) + if other.n_events == 0 { u64::from(one.silent) } else { 0 };
        let n_events = u64::from(one.n_events) + u64::from(other.n_events);
        let is_short = text.len() <= MAX_TEXT;
        is_short.then(|| self.new_way(&text, n_events, silent, other.effect.into(), other.next)).flatten()
    }

    fn draw(&mut self, first: &Weights, direct: Vec<u32>) -> Option<u32> {
        let total = direct.len() as u64;
        let start = u32::try_from(self.direct.len()).ok()?;
        self.direct.extend(direct);
        self.merged.push(Merged { total, room: MAX_SPENT / total, first_room: MAX_SPENT / first.total, start });
        u32::try_from(self.merged.len() - 1).ok()
    }

    /// The draw that a way leads to, if nothing else comes between.
    fn follower(&self, way: &Way) -> Option<Merged> {
        match self.cells[way.next as usize] {
            Cell::Pick(pick) if way.effect == 0 && pick.merged != 0 => Some(self.merged[pick.merged as usize]),
            _ => None,
        }
    }

    /// The draw that is all that a loop does, if all ways lead back to it.
    fn body(&self, spot: u32) -> Option<u32> {
        let on = self.way(spot, 1);
        if on.next == NOWHERE || on.length != 0 || on.effect != 0 {
            return None;
        }
        let Cell::Pick(pick) = self.cells[on.next as usize] else { return None };
        let Merged { total, start, .. } = self.merged[pick.merged as usize];
        let direct = &self.direct[start as usize..start as usize + usize_of(total)];
        let leads_back = |way: &Way| way.next == spot && way.effect == 0 && way.silent <= TURN_STEPS;
        let is_body = !direct.is_empty() && direct.iter().all(|way| leads_back(&self.joined[*way as usize]));
        is_body.then_some(pick.merged)
    }
}
