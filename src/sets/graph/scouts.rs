//! Looking ahead, from many points at the same time.
//!
//! What is found is kept until its turn comes, so all is numbered in the same order as without.

use std::thread;

use rustc_hash::FxHashMap;

use super::super::limit::Limit;
use super::super::sightings::Sighted;
use super::finder::Finder;
use super::follow::{Found, Outcome};
use super::items::{ItemId, Items, Translation};
use super::{Expansion, Graph, PointId, Towards};

/// More would wait for what only one can do: to see which points are new.
const MAX_THREADS: usize = 8;

/// From how many points it is worth while to have another thread.
const WORTH: usize = 64;

/// What one has found waits in so many words, about: what is beyond is found in its turn.
const MOST_WORDS: usize = 4 << 20;

/// One who finds what comes next, and what it found.
#[derive(Debug)]
pub(super) struct Scout<'p> {
    pub(super) finder: Finder<'p>,
    translation: Translation,
    pub(super) found: Found,
}

impl<'p> Scout<'p> {
    pub(super) fn new(finder: Finder<'p>) -> Self {
        Self { finder, translation: Translation::default(), found: Found::default() }
    }

    /// Finds what comes next from a point of this name.
    pub(super) fn report(&mut self, key: &[u64], towards: Towards<'_>, number: usize) -> Report {
        let outcome = self.finder.find(key, towards, &mut self.found);
        Report { scout: number, outcome, sightings: std::mem::take(&mut self.finder.sightings) }
    }

    /// The number in `items` of an item that it found.
    pub(super) fn item(&mut self, id: ItemId, items: &mut Items) -> ItemId {
        self.translation.of(id, &self.finder.items, items)
    }
}

/// What was found from a point, and is not known to the graph.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) scout: usize,
    pub(super) outcome: Result<Outcome, Limit>,
    pub(super) sightings: Vec<Sighted>,
}

/// Those who look ahead, and what they found.
#[derive(Debug, Default)]
pub(super) struct Scouts<'p> {
    pub(super) list: Vec<Scout<'p>>,
    reports: FxHashMap<PointId, Report>,
}

impl Scouts<'_> {
    /// What was found from a point, once.
    pub(super) fn report(&mut self, point: PointId) -> Option<Report> {
        self.reports.remove(&point)
    }
}

impl Graph<'_> {
    /// Finds what comes next after points that are expanded later, all but products. Forgets what was found so before.
    pub(crate) fn look_ahead(&mut self, points: impl Iterator<Item = PointId>) {
        let is_open = |point: &PointId| {
            let is_unknown = matches!(self.tables.points[*point as usize].expansion, Expansion::Unknown);
            is_unknown && !self.is_dead(*point) && !self.is_partial(*point)
        };
        let points: Vec<PointId> = points.filter(is_open).collect();
        let most = MAX_THREADS.min(points.len() / WORTH);
        // To ask how many there can be takes a while.
        let n_threads = if most > 1 { thread::available_parallelism().map_or(1, usize::from).min(most) } else { 1 };
        while self.scouts.list.len() < n_threads {
            self.scouts.list.push(Scout::new(self.own.finder.another()));
        }
        self.scouts.reports.clear();
        let keys = &self.tables.keys;
        let look = |number: usize, scout: &mut Scout<'_>| {
            scout.found.clear();
            let own = points.iter().skip(number).step_by(n_threads);
            let mut reports = Vec::new();
            for point in own {
                if scout.found.n_words() > MOST_WORDS {
                    break;
                }
                reports.push((*point, scout.report(keys.get(*point), Towards::All, number)));
            }
            reports
        };
        let look = &look;
        let reports = thread::scope(|scope| {
            let mut scouts = self.scouts.list.iter_mut().take(n_threads).enumerate();
            let (_, first) = scouts.next().expect("there is one");
            let others = scouts.map(|(number, scout)| scope.spawn(move || look(number, scout)));
            let others: Vec<_> = others.collect();
            let mut reports = look(0, first);
            for other in others {
                match other.join() {
                    Ok(more) => reports.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            reports
        });
        self.scouts.reports.extend(reports);
        for scout in self.scouts.list.iter_mut().take(n_threads) {
            if let (Some(all), Some(more)) = (self.own.finder.scratch.watched(), scout.finder.scratch.watched()) {
                all.add(more);
            }
        }
    }
}
