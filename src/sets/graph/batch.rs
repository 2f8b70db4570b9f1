//! Finding what comes next from many points at the same time, while what was found before is taken up.
//!
//! What is found is kept until its turn comes, so all is numbered in the same order as without.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::scout::{Report, Scout};
use super::{Expansion, Graph, PointId, Towards};

/// More would wait for what only one can do: to see which points are new.
const MAX_THREADS: usize = 8;

/// From how many points it is worth while to have another thread.
const WORTH: usize = 64;

/// So many points are taken on at once.
const TAKEN: usize = 16;

/// What one has found waits in so many words, about: what is beyond is found in its turn.
const MOST_WORDS: usize = 4 << 20;

/// Points from which it is found at the same time what comes next, and what was found.
#[derive(Debug, Default)]
pub(crate) struct Batch<'p> {
    points: Vec<PointId>,
    /// What was packed of each, one after the other, and where it ends.
    packed: Vec<u64>,
    ends: Vec<usize>,
    /// How many points were taken on.
    taken: AtomicUsize,
    /// One for each thread.
    scouts: Vec<Scout<'p>>,
    /// What each has found, from which of the points.
    found: Vec<Vec<(usize, Report)>>,
}

impl Batch<'_> {
    /// Finds what comes next, by several threads; before it helps them this one does something else. If that breaks off, so does
    /// the search.
    pub(crate) fn find<R>(&mut self, meanwhile: impl FnOnce() -> ControlFlow<R>) -> ControlFlow<R> {
        let Self { points, packed, ends, taken, scouts, found } = self;
        let look = |scout: &mut Scout<'_>| {
            let mut reports = Vec::new();
            loop {
                let start = taken.fetch_add(TAKEN, Ordering::Relaxed);
                if start >= points.len() || scout.found.n_words() > MOST_WORDS {
                    return reports;
                }
                for place in start..points.len().min(start + TAKEN) {
                    let before = place.checked_sub(1).map_or(0, |before| ends[before]);
                    reports.push((place, scout.report(&packed[before..ends[place]], Towards::All)));
                }
            }
        };
        let Some((own, others)) = scouts.split_first_mut() else { return meanwhile() };
        let look = &look;
        thread::scope(|scope| {
            let others: Vec<_> = others.iter_mut().map(|scout| scope.spawn(|| look(scout))).collect();
            let flow = meanwhile();
            if flow.is_break() {
                taken.store(points.len(), Ordering::Relaxed);
            }
            found.push(look(own));
            for other in others {
                found.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            flow
        })
    }
}

/// Those who have looked ahead, and what they found.
#[derive(Debug, Default)]
pub(super) struct Ahead<'p> {
    pub(super) scouts: Vec<Scout<'p>>,
    points: Vec<PointId>,
    /// For each point who has found what, until it is asked for.
    reports: Vec<Option<(usize, Report)>>,
    /// Others, who wait for work.
    spare: Vec<Scout<'p>>,
}

impl Ahead<'_> {
    /// What was found from one of the points, once, and by whom.
    pub(super) fn report(&mut self, number: u32) -> Option<(usize, Report)> {
        self.reports[number as usize].take()
    }

    /// Forgets what was found.
    pub(super) fn forget(&mut self) {
        self.points.clear();
        self.reports.clear();
    }
}

impl<'p> Graph<'p> {
    /// A batch of points that will be expanded, without those of which it is known what comes next, and products. It is empty
    /// if they are few, or there is but one thread.
    pub(crate) fn batch(&mut self, points: impl Iterator<Item = PointId>) -> Batch<'p> {
        let mut batch = Batch::default();
        for point in points {
            let is_unknown = matches!(self.tables.points[point as usize].expansion, Expansion::Unknown);
            if is_unknown && !self.is_dead(point) && !self.is_partial(point) {
                self.tables.points[point as usize].expansion = Expansion::Awaited;
                batch.points.push(point);
                self.tables.names.append(point, &mut batch.packed);
                batch.ends.push(batch.packed.len());
            }
        }
        let most = MAX_THREADS.min(batch.points.len() / WORTH);
        // To ask how many there can be takes a while.
        let n_threads = if most > 1 { thread::available_parallelism().map_or(1, usize::from).min(most) } else { 1 };
        if n_threads > 1 {
            batch.scouts = std::mem::take(&mut self.ahead.spare);
            batch.scouts.resize_with(n_threads, || Scout::new(self.own.finder.another()));
            batch.scouts.iter_mut().for_each(Scout::clear);
        }
        batch
    }

    /// Takes what a batch has found: it is told when its points are expanded. What earlier ones have found is forgotten.
    pub(crate) fn await_in_turn(&mut self, batch: Batch<'p>) {
        let ahead = &mut self.ahead;
        for point in ahead.points.drain(..) {
            let expansion = &mut self.tables.points[point as usize].expansion;
            if matches!(expansion, Expansion::Found(_)) {
                *expansion = Expansion::Unknown;
            }
        }
        ahead.reports.clear();
        ahead.reports.resize_with(batch.points.len(), || None);
        for (scout, reports) in batch.found.into_iter().enumerate() {
            for (place, report) in reports {
                ahead.reports[place] = Some((scout, report));
            }
        }
        for ((number, point), report) in (0..).zip(&batch.points).zip(&ahead.reports) {
            let expansion = &mut self.tables.points[*point as usize].expansion;
            if matches!(expansion, Expansion::Awaited) {
                *expansion = if report.is_some() { Expansion::Found(number) } else { Expansion::Unknown };
            }
        }
        ahead.points = batch.points;
        let before = std::mem::replace(&mut ahead.scouts, batch.scouts);
        if !before.is_empty() {
            ahead.spare = before;
        }
        for scout in &mut ahead.scouts {
            if let (Some(all), Some(more)) = (self.own.finder.scratch.watched(), scout.finder.scratch.watched()) {
                all.add(more);
            }
        }
    }
}
