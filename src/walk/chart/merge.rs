//! Draws in a row that become one.
//!
//! If all ways of a decision lead to decisions that are drawn below one number, the two draws are one in two digits: see
//! [`dice`](super::super::dice). Its ways are those of the first with each of those that follow, their texts in one piece.
//! What is merged is merged again, as long as the tables stay small. A decision on its own gets such a table too, once all
//! of its ways are known; and a loop whose body is one decision knows that.

use super::map::{Map, Merged, NOWHERE, Pick, Spot, Way};
use crate::machine::{Counter, LoopTurn};
use crate::walk::dice::MAX_SPENT;

/// How many spots are looked at: those that were known first.
const MAX_SPOTS: usize = 4_096;

/// The greatest total of a merged draw, how many ways it has at most, and how long their texts are.
const MAX_TOTAL: u64 = 1_024;
const MAX_WAYS: usize = 512;
const MAX_TEXT: usize = 128;

/// How many numbers all merged draws have together: a megabyte of them.
const MAX_DIRECT: usize = 1 << 18;

impl Map {
    /// Merges what can be. Costs a look at the first few thousand spots.
    pub(super) fn merge(&mut self) {
        for spot in 0..self.spots.len().min(MAX_SPOTS) {
            match self.spots[spot] {
                Spot::Pick(pick) if self.direct.len() <= MAX_DIRECT => {
                    if let Some(merged) = self.merged(&pick)
                        && let Spot::Pick(pick) = &mut self.spots[spot]
                    {
                        pick.merged = merged;
                    }
                }
                Spot::Loop(of) => {
                    let goes_on = of.head.turn(Counter::of(1, 0)) == LoopTurn::GoOn;
                    let body = if goes_on { self.body(spot, of.ways + 1) } else { None };
                    if let Spot::Loop(of) = &mut self.spots[spot] {
                        of.body = body.unwrap_or(NOWHERE);
                    }
                }
                _ => {}
            }
        }
    }

    /// A draw that stands for more than the one of a decision does now, if there is one.
    fn merged(&mut self, pick: &Pick) -> Option<Merged> {
        let first = self.known(pick)?;
        let followers: Option<Vec<Pick>> = first.iter().map(|way| self.follower(way)).collect();
        let digit = followers.as_ref().and_then(|picks| picks.first()).map_or(1, |pick| pick.merged.total);
        let is_larger = |picks: &Vec<Pick>| {
            picks.iter().all(|pick| pick.merged.total == digit) && pick.total * digit <= MAX_TOTAL
        };
        if let Some(followers) = followers.filter(is_larger)
            && pick.total * digit > pick.merged.total
        {
            let n_ways = self.ways.len();
            let merged = self.together(pick, &first, &followers, digit);
            if merged.is_none() {
                self.ways.truncate(n_ways);
            }
            return merged;
        }
        // The decision alone.
        if pick.merged.total > 0 || pick.total > MAX_TOTAL {
            return None;
        }
        let ways = (0..pick.total).map(|drawn| u32::try_from(pick.ways as usize + self.place(pick, drawn)));
        let ways: Result<Vec<u32>, _> = ways.collect();
        self.draw(ways.ok()?)
    }

    /// The draw of a decision together with those of the decisions that its ways lead to.
    fn together(&mut self, pick: &Pick, first: &[Way], followers: &[Pick], digit: u64) -> Option<Merged> {
        let mut direct = Vec::new();
        let mut n_ways = 0;
        for drawn in 0..pick.total {
            let place = self.place(pick, drawn);
            if drawn > 0 && place == self.place(pick, drawn - 1) {
                // The same ways once more.
                let digits = usize::try_from(digit).ok()?;
                direct.extend_from_within(direct.len() - digits..);
                continue;
            }
            let (one, start) = (first[place], followers[place].merged.start as usize);
            let mut last = None;
            for number in start..start + usize::try_from(digit).ok()? {
                let follower = self.direct[number];
                if last != Some(follower) {
                    let way = self.joined(&one, follower)?;
                    n_ways += 1;
                    if n_ways > MAX_WAYS {
                        return None;
                    }
                    self.ways.push(way);
                    last = Some(follower);
                }
                direct.push(u32::try_from(self.ways.len() - 1).ok()?);
            }
        }
        self.draw(direct)
    }

    /// A way and the one behind it as one.
    fn joined(&mut self, one: &Way, other: u32) -> Option<Way> {
        let other = self.ways[other as usize];
        let text = [self.text(one), self.text(&other)].concat();
        let silent = u64::from(other.silent) + if other.n_events == 0 { u64::from(one.silent) } else { 0 };
        let n_events = u64::from(one.n_events) + u64::from(other.n_events);
        let is_short = text.len() <= MAX_TEXT;
        is_short.then(|| self.way(&text, n_events, silent, other.effect.into(), other.next)).flatten()
    }

    fn draw(&mut self, direct: Vec<u32>) -> Option<Merged> {
        let total = direct.len() as u64;
        let start = u32::try_from(self.direct.len()).ok()?;
        self.direct.extend(direct);
        Some(Merged { total, room: MAX_SPENT / total, start })
    }

    /// The ways of a decision, if all are known.
    fn known(&self, pick: &Pick) -> Option<Vec<Way>> {
        let ways = &self.ways[pick.ways as usize..][..self.n_options(pick)];
        ways.iter().all(|way| way.next != NOWHERE).then(|| ways.to_vec())
    }

    /// The decision that a way leads to, if its draw has a table and nothing else comes between.
    fn follower(&self, way: &Way) -> Option<Pick> {
        match self.spots[way.next as usize] {
            Spot::Pick(pick) if way.effect == 0 && pick.merged.total > 0 => Some(pick),
            _ => None,
        }
    }

    /// The decision that is all that a loop does, if all ways lead back to it.
    fn body(&self, spot: usize, on: u32) -> Option<u32> {
        let on = &self.ways[on as usize];
        let is_bare = on.next != NOWHERE && on.length == 0 && on.effect == 0;
        let Spot::Pick(pick) = self.spots.get(on.next as usize).filter(|_| is_bare)? else { return None };
        let start = pick.merged.start as usize;
        let direct = &self.direct[start..start + usize::try_from(pick.merged.total).ok()?];
        let leads_back = |way: &Way| way.next as usize == spot && way.effect == 0;
        let is_body = !direct.is_empty() && direct.iter().all(|way| leads_back(&self.ways[*way as usize]));
        is_body.then_some(on.next)
    }
}
