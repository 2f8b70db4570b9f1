//! Finding what comes next from many points at the same time, while what was found before is taken up.
//!
//! What is found is kept until its turn comes, so all is numbered in the same order as without.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::follow::Allowance;
use super::scout::{Report, Scout};
use super::{Expansion, Graph, PointId, Tables, Towards};

/// More would wait for what only one can do: to see which points are new.
const MAX_THREADS: usize = 8;

/// From how many points it is worth while to have another thread.
const WORTH: usize = 64;

/// So many points are taken on at once.
const TAKEN: usize = 16;

/// What one has found waits in so many bytes, about: what is beyond is found in its turn.
const MOST_BYTES: usize = 8 << 20;

/// What finding out what comes next from one point may cost here: where it is more, it is found in its turn.
const ALLOWANCE: Allowance = Allowance { steps: 1_000_000, bytes: 16 << 20 };

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
    /// The number of steps that each thread may make.
    steps: u64,
}

impl Batch<'_> {
    /// Finds what comes next, by several threads; before it helps them this one does something else. If that breaks off, so does
    /// the search.
    pub(crate) fn find<R>(&mut self, meanwhile: impl FnOnce() -> ControlFlow<R>) -> ControlFlow<R> {
        let Self { points, packed, ends, taken, scouts, found, steps } = self;
        let look = |scout: &mut Scout<'_>| {
            let mut reports = Vec::new();
            let mut left = *steps;
            loop {
                let start = taken.fetch_add(TAKEN, Ordering::Relaxed);
                if start >= points.len() {
                    return reports;
                }
                for place in start..points.len().min(start + TAKEN) {
                    if scout.found.n_bytes() > MOST_BYTES || left == 0 {
                        return reports;
                    }
                    let before = place.checked_sub(1).map_or(0, |before| ends[before]);
                    let report = scout.report(&packed[before..ends[place]], Towards::All, ALLOWANCE);
                    left = left.saturating_sub(report.steps);
                    if report.outcome.is_ok() {
                        reports.push((place, report));
                    }
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

/// What was found ahead, until it is asked for.
#[derive(Debug, Default)]
pub(super) struct Reports<'p> {
    /// Who has found it.
    pub(super) scouts: Vec<Scout<'p>>,
    points: Vec<PointId>,
    /// For each point what was found, and by whom.
    list: Vec<Option<(usize, Report)>>,
    /// Others, who wait for work.
    spare: Vec<Scout<'p>>,
    /// How many threads there can be, once somebody has asked, which takes a while.
    threads: Option<usize>,
}

impl Reports<'_> {
    /// What was found from one of the points, once, and by whom.
    pub(super) fn take(&mut self, number: u32) -> Option<(usize, Report)> {
        self.list[number as usize].take()
    }

    /// Forgets what was found.
    pub(super) fn forget(&mut self) {
        self.points.clear();
        self.list.clear();
    }

    fn max_threads(&mut self) -> usize {
        let ask = || thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS);
        *self.threads.get_or_insert_with(ask)
    }
}

impl<'p> Graph<'p> {
    /// A batch of points that will be expanded, without those of which it is known what comes next, and products. It finds
    /// nothing if they are few, or there is but one thread. It must be taken in, or dismissed.
    pub(crate) fn batch(&mut self, points: impl ExactSizeIterator<Item = PointId>) -> Batch<'p> {
        let mut batch = Batch { steps: self.meter.left(), ..Batch::default() };
        if points.len() < 2 * WORTH || self.reports.max_threads() == 1 {
            return batch;
        }
        for point in points {
            let is_unknown = matches!(self.tables.points[point as usize].expansion, Expansion::Unknown);
            if is_unknown && !self.is_dead(point) && !self.is_partial(point) {
                self.tables.points[point as usize].expansion = Expansion::Awaited;
                batch.points.push(point);
                self.tables.names.append(point, &mut batch.packed);
                batch.ends.push(batch.packed.len());
            }
        }
        let n_threads = self.reports.max_threads().min(batch.points.len() / WORTH);
        if n_threads > 1 {
            batch.scouts = std::mem::take(&mut self.reports.spare);
            batch.scouts.resize_with(n_threads, || Scout::new(self.own.finder.another()));
            batch.scouts.iter_mut().for_each(Scout::clear);
        }
        batch
    }

    /// Takes what a batch has found, to tell it when its points are expanded. What earlier ones have found is forgotten.
    pub(crate) fn take_in(&mut self, batch: Batch<'p>) {
        let Self { reports, tables, .. } = self;
        for point in reports.points.drain(..) {
            tables.doubt(point);
        }
        reports.list.clear();
        reports.list.resize_with(batch.points.len(), || None);
        for (scout, found) in batch.found.into_iter().enumerate() {
            for (place, report) in found {
                reports.list[place] = Some((scout, report));
            }
        }
        for ((number, point), report) in (0..).zip(&batch.points).zip(&reports.list) {
            let expansion = &mut tables.points[*point as usize].expansion;
            if matches!(expansion, Expansion::Awaited) {
                *expansion = if report.is_some() { Expansion::Found(number) } else { Expansion::Unknown };
            }
        }
        reports.points = batch.points;
        let before = std::mem::replace(&mut reports.scouts, batch.scouts);
        if !before.is_empty() {
            reports.spare = before;
        }
        for scout in &mut reports.scouts {
            if let (Some(all), Some(more)) = (self.own.finder.scratch.watched(), scout.finder.scratch.watched()) {
                all.add(more);
            }
        }
    }

    /// Lets so many threads find what comes next, however many there can be.
    #[cfg(test)]
    pub(crate) fn set_threads(&mut self, many: usize) {
        self.reports.threads = Some(many);
    }

    /// Forgets a batch, with what was seen by it.
    pub(crate) fn dismiss(&mut self, batch: Batch<'p>) {
        for point in batch.points {
            self.tables.doubt(point);
        }
    }
}

impl Tables<'_> {
    /// Nobody will tell what comes next from a point that was found ahead.
    fn doubt(&mut self, point: PointId) {
        let expansion = &mut self.points[point as usize].expansion;
        if matches!(expansion, Expansion::Awaited | Expansion::Found(_)) {
            *expansion = Expansion::Unknown;
        }
    }
}
