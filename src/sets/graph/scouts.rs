//! Looking ahead, from many points at the same time.
//!
//! What is found is kept until its turn comes, so all is numbered in the same order as without.

use std::thread;

use super::super::counters::Update;
use super::super::interner::Interner;
use super::super::limit::Limit;
use super::super::sightings::Sighted;
use super::finder::Finder;
use super::found::{Found, Lead, Outcome};
use super::items::{ItemId, Items};
use super::names::{Names, ShapeId};
use super::{Expansion, Graph, PointId, Towards, place};

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
    pub(super) found: Found,
    items: Translation,
    shapes: Translation,
    updates: Translation,
}

impl<'p> Scout<'p> {
    pub(super) fn new(finder: Finder<'p>) -> Self {
        Self {
            finder,
            found: Found::default(),
            items: Translation::default(),
            shapes: Translation::default(),
            updates: Translation::default(),
        }
    }

    /// Forgets what was found.
    pub(super) fn clear(&mut self) {
        self.found.clear();
        self.shapes.clear();
        self.updates.clear();
    }

    /// Finds what comes next from a point of which this was packed.
    pub(super) fn report(&mut self, packed: &[u64], towards: Towards<'_>, number: usize) -> Report {
        let outcome = self.finder.find(packed, towards, &mut self.found);
        Report { scout: number, outcome, sightings: std::mem::take(&mut self.finder.sightings) }
    }

    /// Looks up which points it leads to, as far as they are known.
    fn look_up(&mut self, outcome: &Outcome, names: &Names<'_>) {
        for place in self.found.places(outcome) {
            let lead = self.found.lead(place);
            // The numbers of items that may be shown again are not known here.
            if lead.stutters {
                continue;
            }
            let words = self.found.shape(lead.shape);
            let shape = self.shapes.find(lead.shape, || names.find_shape(None, [words, &[]]));
            let target = shape.and_then(|shape| names.find(shape, self.found.states(lead)));
            self.found.set_target(place, target);
        }
    }

    /// The number in `items` of an item that it found.
    pub(super) fn item(&mut self, id: ItemId, items: &mut Items) -> ItemId {
        self.items.of(id, || items.number(self.finder.items.get(id).clone()))
    }

    /// The shape in `names` of the point where something leads to, behind an item that may be shown `again`.
    pub(super) fn shape(&mut self, lead: &Lead, again: Option<ItemId>, names: &mut Names<'_>) -> ShapeId {
        let words = self.found.shape(lead.shape);
        match again {
            None => self.shapes.of(lead.shape, || names.shape(None, [words, &[]])),
            Some(_) => names.shape(again, [words, &[]]),
        }
    }

    /// The number in `updates` of those of something that it found.
    pub(super) fn updates(&mut self, lead: &Lead, updates: &mut Interner<Update>) -> u32 {
        self.updates.of(lead.updates, || updates.intern(self.found.updates(lead.updates)).0)
    }
}

/// For numbers of a list those of another list for the same.
#[derive(Debug, Default)]
struct Translation(Vec<Option<u32>>);

impl Translation {
    /// The number for the same in the other list, which is made when this is asked first.
    fn of(&mut self, number: u32, make: impl FnOnce() -> u32) -> u32 {
        *self.slot(number).get_or_insert_with(make)
    }

    /// The same, if it is there.
    fn find(&mut self, number: u32, find: impl FnOnce() -> Option<u32>) -> Option<u32> {
        let other = self.slot(number);
        if other.is_none() {
            *other = find();
        }
        *other
    }

    fn slot(&mut self, number: u32) -> &mut Option<u32> {
        let place = number as usize;
        if place >= self.0.len() {
            self.0.resize(place + 1, None);
        }
        &mut self.0[place]
    }

    fn clear(&mut self) {
        self.0.clear();
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
    /// From which points it was looked ahead last.
    points: Vec<PointId>,
    /// For each of these what was found, until it is asked for.
    reports: Vec<Option<Report>>,
}

impl Scouts<'_> {
    /// A report, once.
    pub(super) fn report(&mut self, number: u32) -> Option<Report> {
        self.reports[number as usize].take()
    }

    /// Forgets what was found.
    pub(super) fn forget(&mut self) {
        self.points.clear();
        self.reports.clear();
    }
}

impl Graph<'_> {
    /// Finds what comes next after points that are expanded later, all but products. Forgets what was found so before.
    pub(crate) fn look_ahead(&mut self, points: impl Iterator<Item = PointId>) {
        let mut list = std::mem::take(&mut self.scouts.points);
        for point in list.drain(..) {
            let expansion = &mut self.tables.points[point as usize].expansion;
            if matches!(expansion, Expansion::Found(_)) {
                *expansion = Expansion::Unknown;
            }
        }
        for point in points {
            let is_unknown = matches!(self.tables.points[point as usize].expansion, Expansion::Unknown);
            if is_unknown && !self.is_dead(point) && !self.is_partial(point) {
                self.tables.points[point as usize].expansion = Expansion::Found(place(list.len()));
                list.push(point);
            }
        }
        let points = list;
        let most = MAX_THREADS.min(points.len() / WORTH);
        // To ask how many there can be takes a while.
        let n_threads = if most > 1 { thread::available_parallelism().map_or(1, usize::from).min(most) } else { 1 };
        while self.scouts.list.len() < n_threads {
            self.scouts.list.push(Scout::new(self.own.finder.another()));
        }
        let names = &self.tables.names;
        let look = |number: usize, scout: &mut Scout<'_>| {
            scout.clear();
            let own = points.iter().skip(number).step_by(n_threads);
            let (mut reports, mut packed) = (Vec::new(), Vec::new());
            for point in own {
                if scout.found.n_words() > MOST_WORDS {
                    break;
                }
                names.write(*point, &mut packed);
                let report = scout.report(&packed, Towards::All, number);
                if let Ok(outcome) = &report.outcome {
                    scout.look_up(outcome, names);
                }
                reports.push(report);
            }
            reports
        };
        let look = &look;
        let found = thread::scope(|scope| {
            let mut scouts = self.scouts.list.iter_mut().take(n_threads).enumerate();
            let (_, first) = scouts.next().expect("there is one");
            let others = scouts.map(|(number, scout)| scope.spawn(move || look(number, scout)));
            let others: Vec<_> = others.collect();
            let mut found = vec![look(0, first)];
            for other in others {
                found.push(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            found
        });
        self.scouts.reports.clear();
        self.scouts.reports.resize_with(points.len(), || None);
        for (number, reports) in found.into_iter().enumerate() {
            for (place, report) in (number..).step_by(n_threads).zip(reports) {
                self.scouts.reports[place] = Some(report);
            }
        }
        self.scouts.points = points;
        for scout in self.scouts.list.iter_mut().take(n_threads) {
            if let (Some(all), Some(more)) = (self.own.finder.scratch.watched(), scout.finder.scratch.watched()) {
                all.add(more);
            }
        }
    }
}
