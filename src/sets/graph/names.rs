//! What tells points apart.
//!
//! A point is a packed configuration, or failed runs, behind an item that may be shown again, or none. That is kept as a
//! *shape*, which is all but the words of the states, and those: there are few shapes, so that a point takes little more
//! memory than its states.

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use super::super::interner::Interner;
use super::{ItemId, PointId, place};
use crate::machine::Program;

/// A row of [`Names::shapes`].
pub(super) type ShapeId = u32;

/// Points, by what tells them apart.
#[derive(Debug)]
pub(super) struct Names<'p> {
    program: &'p Program,
    /// The item that may be shown again, plus 1, or 0; and what was packed without the words of the states, or nothing where
    /// no run goes on.
    shapes: Interner<u64>,
    /// For each point its shape, and the words of its states; zeros where no run goes on.
    rows: Vec<u64>,
    table: HashTable<PointId>,
    /// Memory for one shape.
    shape: Vec<u64>,
}

impl<'p> Names<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        Self { program, shapes: Interner::default(), rows: Vec::new(), table: HashTable::new(), shape: Vec::new() }
    }

    /// How many words there are for each point.
    fn width(&self) -> usize {
        1 + self.program.n_state_words()
    }

    /// The shape behind an item that may be shown `again`, given what was packed in parts, but for the words of the states.
    pub(super) fn shape(&mut self, again: Option<ItemId>, parts: [&[u64]; 2]) -> ShapeId {
        self.shape.clear();
        self.shape.push(again.map_or(0, |item| u64::from(item) + 1));
        for part in parts {
            self.shape.extend_from_slice(part);
        }
        self.shapes.intern(&self.shape).0
    }

    /// The point with a shape and these words of its states, zeros where no run goes on; whether it is new. Costs a hash and,
    /// mostly, one comparison.
    ///
    /// # Panics
    ///
    /// If there are 2^32 points, for which there is no memory.
    pub(super) fn intern(&mut self, shape: ShapeId, states: &[u64]) -> (PointId, bool) {
        let width = self.width();
        let Self { rows, table, .. } = self;
        let (shape, own) = (u64::from(shape), hash(shape.into(), states));
        let is_it = |point: &PointId| {
            let row = part(rows, width, *point);
            // One by one: mostly there are one or two.
            row[0] == shape && row[1..].iter().eq(states)
        };
        if let Some(point) = table.find(own, is_it) {
            return (*point, false);
        }
        let point = place(rows.len() / width);
        rows.push(shape);
        rows.extend_from_slice(states);
        table.insert_unique(own, point, |point| {
            let row = part(rows, width, *point);
            hash(row[0], &row[1..])
        });
        (point, true)
    }

    /// The point of what was packed, or of failed runs if that is nothing, behind an item that may be shown `again`; whether it
    /// is new.
    pub(super) fn intern_packed(&mut self, again: Option<ItemId>, packed: &[u64]) -> (PointId, bool) {
        if packed.is_empty() {
            let shape = self.shape(again, [packed; 2]);
            return self.intern(shape, &vec![0; self.program.n_state_words()]);
        }
        let [before, states, after] = self.program.split_packed(packed);
        let shape = self.shape(again, [before, after]);
        self.intern(shape, states)
    }

    fn row(&self, point: PointId) -> &[u64] {
        part(&self.rows, self.width(), point)
    }

    fn shape_of(&self, point: PointId) -> &[u64] {
        self.shapes.get(u32::try_from(self.row(point)[0]).expect("it is the number of a shape"))
    }

    /// The item that may be shown again.
    pub(super) fn again(&self, point: PointId) -> Option<ItemId> {
        let item = self.shape_of(point)[0].checked_sub(1)?;
        Some(ItemId::try_from(item).expect("it was made of an item"))
    }

    /// What was packed first, before the words of the states; nothing where no run goes on.
    pub(super) fn head(&self, point: PointId) -> Option<&[u64]> {
        Some(&self.shape_of(point)[1..]).filter(|head| !head.is_empty())
    }

    /// How many words were packed.
    pub(super) fn n_words(&self, point: PointId) -> usize {
        self.head(point).map_or(0, |head| head.len() + self.program.n_state_words())
    }

    /// Appends what was packed; nothing where no run goes on.
    pub(super) fn append(&self, point: PointId, packed: &mut Vec<u64>) {
        if let Some(head) = self.head(point) {
            self.program.join_packed(head, &self.row(point)[1..], packed);
        }
    }

    /// How much memory they take, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        let n_points = self.rows.len() / self.width();
        self.shapes.bytes() + size_of_val(self.rows.as_slice()) + n_points * 2 * size_of::<PointId>()
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.shapes.clear();
        self.rows.clear();
        self.table.clear();
    }
}

fn part(rows: &[u64], width: usize, point: PointId) -> &[u64] {
    &rows[point as usize * width..][..width]
}

/// Words that are hashed as a slice are mixed well. One by one the upper bits of a word would not count for much.
fn hash(shape: u64, states: &[u64]) -> u64 {
    FxBuildHasher.hash_one((shape, states))
}
