//! The most likely run: Viterbi, "Error Bounds for Convolutional Codes" (1967).
//!
//! Between two shown items it is the likeliest silent way, which is a shortest path by −log p (Dijkstra 1959); products
//! instead of sums of logarithms make ties the same on every machine.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::chain::{Chain, row};
use super::region::{Local, Region};
use super::scaled::Scaled;
use super::{MAX_RUN, Place};
use crate::sets::Item;
use crate::trace::Shows;

const NONE: u32 = u32::MAX;

/// The likeliest silent way to each node of a region.
#[derive(Debug)]
pub(super) struct Ways {
    /// The probability of the likeliest run that comes there.
    best: Vec<Scaled>,
    /// The node before, or `NONE`.
    before: Vec<Local>,
    /// Of the first node of a way what was shown before it.
    first: Vec<RecordId>,
}

impl Ways {
    /// Finds them. Of ways that are as likely as each other it is the one that was found first.
    pub(super) fn find(region: &Region, chain: &Chain<'_>, front: &[Place], shows: Shows) -> Self {
        let many = region.nodes().len();
        let mut ways =
            Self { best: vec![Scaled::ZERO; many], before: vec![NONE; many], first: vec![RecordId::NOTHING; many] };
        let mut open = BinaryHeap::new();
        let mut n_found = 0u64;
        for place in front {
            let local = region.local(place.node);
            ways.best[local as usize] = place.best;
            ways.first[local as usize] = place.record;
            open.push((place.best, Reverse(n_found), local));
            n_found += 1;
        }
        while let Some((best, _, local)) = open.pop() {
            if best < ways.best[local as usize] {
                continue;
            }
            for edge in chain.silent(region.nodes()[local as usize], shows) {
                let target = region.local(edge.target);
                let probability = best * Scaled::new(edge.probability);
                if probability > ways.best[target as usize] {
                    ways.best[target as usize] = probability;
                    ways.before[target as usize] = local;
                    open.push((probability, Reverse(n_found), target));
                    n_found += 1;
                }
            }
        }
        ways
    }

    /// The probability of the likeliest run that comes to a node.
    pub(super) fn best(&self, local: Local) -> Scaled {
        self.best[local as usize]
    }

    /// Keeps what that run shows on its way there, in addition to what it has shown before.
    pub(super) fn record(&self, local: Local, region: &Region, chain: &Chain<'_>, history: &mut History) -> RecordId {
        let mut way = Vec::new();
        let mut at = local;
        while self.before[at as usize] != NONE {
            at = self.before[at as usize];
            way.push(at);
        }
        let mut record = self.first[at as usize];
        for node in way.into_iter().rev().map(|local| region.nodes()[local as usize]) {
            if let Some(item) = chain.item(node) {
                record = history.push(record, item);
            }
        }
        record
    }
}

/// A row of [`History::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RecordId(u32);

impl RecordId {
    /// Nothing was shown.
    pub(super) const NOTHING: Self = Self(NONE);
}

/// What the likeliest runs have shown: a tree, since they share their beginnings.
#[derive(Debug)]
pub(super) struct History {
    /// Each with what was shown before it, which lies before it.
    records: Vec<(RecordId, Arc<Item>)>,
    /// At how many of them those are dropped that no run needs any more.
    full: usize,
}

/// So few records are not looked through.
const FEW: usize = 1 << 12;

impl History {
    pub(super) fn new() -> Self {
        Self { records: Vec::new(), full: FEW }
    }

    pub(super) fn push(&mut self, before: RecordId, item: &Arc<Item>) -> RecordId {
        self.records.push((before, Arc::clone(item)));
        RecordId(row(self.records.len() - 1))
    }

    /// All that was shown up to a record.
    pub(super) fn items(&self, mut record: RecordId) -> Vec<Item> {
        let mut items = Vec::new();
        while let Some((before, item)) = self.records.get(record.0 as usize) {
            items.push(Item::clone(item));
            record = *before;
        }
        items.reverse();
        items
    }

    /// Drops what none of the runs of a front needs, if there is much. Whether what they need is within [`MAX_RUN`].
    pub(super) fn tidy(&mut self, front: &mut [Place]) -> bool {
        if self.records.len() < self.full {
            return true;
        }
        let mut needed = vec![false; self.records.len()];
        for place in front.iter() {
            let mut at = place.record.0 as usize;
            while needed.get(at) == Some(&false) {
                needed[at] = true;
                at = self.records[at].0.0 as usize;
            }
        }
        let mut new = vec![NONE; self.records.len()];
        let moved = |record: RecordId, new: &[u32]| RecordId(new.get(record.0 as usize).copied().unwrap_or(NONE));
        let mut kept = Vec::new();
        for (place, (before, item)) in std::mem::take(&mut self.records).into_iter().enumerate() {
            if needed[place] {
                new[place] = row(kept.len());
                kept.push((moved(before, &new), item));
            }
        }
        for place in front {
            place.record = moved(place.record, &new);
        }
        self.records = kept;
        self.full = FEW.max(2 * self.records.len());
        self.records.len() <= MAX_RUN
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grammar::PhaseId;

    #[test]
    fn what_runs_need_stays() {
        let mut history = History::new();
        let item = |number: usize| Arc::new(Item::Phase(PhaseId::new(number)));
        let place = |record| Place { node: 0, mass: Scaled::ONE, best: Scaled::ONE, record };
        let mut front = vec![place(RecordId::NOTHING), place(RecordId::NOTHING)];
        for number in 0..10 * FEW {
            // One goes on, one always begins anew.
            front[0].record = history.push(front[0].record, &item(number));
            front[1].record = history.push(RecordId::NOTHING, &item(number));
            assert!(history.tidy(&mut front));
        }
        let items: Vec<Item> = (0..10 * FEW).map(|number| Item::Phase(PhaseId::new(number))).collect();
        assert_eq!(history.items(front[0].record), items);
        assert_eq!(history.items(front[1].record), items[items.len() - 1..]);
        assert!(history.records.len() < 25 * FEW);
        assert_eq!(history.items(RecordId::NOTHING), []);
    }
}
