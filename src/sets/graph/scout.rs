//! One who finds what comes next, with numbers of its own.

use super::super::counters::Update;
use super::super::interner::Interner;
use super::super::limit::Limit;
use super::super::sightings::Sighted;
use super::Towards;
use super::finder::Finder;
use super::follow::Allowance;
use super::found::{Found, Lead, Outcome};
use super::items::{ItemId, Items};
use super::names::{Names, ShapeId};

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
    pub(super) fn report(&mut self, packed: &[u64], towards: Towards<'_>, allowance: Allowance) -> Report {
        let (outcome, steps) = self.finder.find(packed, towards, allowance, &mut self.found);
        Report { outcome, steps, sightings: std::mem::take(&mut self.finder.sightings) }
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
        let place = number as usize;
        if place >= self.0.len() {
            self.0.resize(place + 1, None);
        }
        *self.0[place].get_or_insert_with(make)
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// What was found from a point, and is not known to the graph.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) outcome: Result<Outcome, Limit>,
    /// The number of steps that it took.
    pub(super) steps: u64,
    pub(super) sightings: Vec<Sighted>,
}
