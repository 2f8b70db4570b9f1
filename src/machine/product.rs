//! Configurations kept as products: each stands for many that differ only in what is independent.
//!
//! The states of the elements of an array, of an instance that stands alone, and those that belong to no instance are a
//! *part* each. A product has for each part a list of *rows*: the values that the states of that part may have together. It
//! stands for all configurations that take any row of each part. So many relations, of each of which something is not
//! known, take the sum of what each may be in, not its product.
//!
//! A run of a product is a run of configurations that are not complete (see [`partial`](super::partial)), but exact: a
//! guard of a taken option keeps the rows for which it holds, and a state that is asked for has the values of the rows.
//! (The guards that are not looked at then must not be such that they may fail.)

use std::sync::Arc;

use super::configuration::Configuration;
use super::fault::{Fault, FaultKind};
use super::partial::Unknown;
use super::program::{Choice, Program};
use super::scratch::Scratch;
use crate::model::grammar::{Grammar, StateId};

/// What a configuration is asked.
pub(super) type Question<'a> = dyn FnMut(&Configuration, &mut Scratch) -> Result<bool, Box<Fault>> + 'a;

/// The rows of one part, in order, one behind the other.
pub type Rows = Arc<[u64]>;

/// Where the states are in the rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    list: Vec<Part>,
    /// For each state where it is.
    columns: Vec<Column>,
}

#[derive(Clone, Debug, Default)]
struct Part {
    states: Vec<usize>,
    /// How many words a row has.
    width: usize,
    /// How many bits of the last of them are in use.
    used: u32,
}

/// A bit field of the rows of a part.
#[derive(Clone, Copy, Debug)]
struct Column {
    part: usize,
    word: usize,
    shift: u32,
}

impl Parts {
    /// The parts of a grammar, whose states have fields of so many bits.
    pub(super) fn new(grammar: &Grammar, bits: impl Fn(usize) -> u32) -> Self {
        let mut parts = Self::default();
        let mut names = Vec::new();
        for (state, row) in grammar.states.iter().enumerate() {
            let name = row.owner.map(|(instance, _)| grammar.instances[instance.index()].array);
            let part = names.iter().position(|other| *other == name).unwrap_or_else(|| {
                names.push(name);
                parts.list.push(Part::default());
                names.len() - 1
            });
            let row = &mut parts.list[part];
            if row.width == 0 || row.used + bits(state) > u64::BITS {
                row.width += 1;
                row.used = 0;
            }
            parts.columns.push(Column { part, word: row.width - 1, shift: row.used });
            row.used += bits(state);
            row.states.push(state);
        }
        parts
    }
}

impl Unknown {
    /// Whether it is that of a product.
    pub(super) fn is_product(&self) -> bool {
        !self.rows.is_empty()
    }
}

impl Configuration {
    /// Whether it is a product.
    pub fn is_product(&self) -> bool {
        self.unknown.as_ref().is_some_and(|unknown| unknown.is_product())
    }
}

impl Program {
    /// How many parts the states have.
    pub fn n_parts(&self) -> usize {
        self.parts.list.len()
    }

    /// The part that a state belongs to.
    pub fn part_of(&self, state: StateId) -> usize {
        self.parts.columns[state.index()].part
    }

    /// The rows of a part: one of a configuration that knows all of it.
    pub fn rows(&self, at: &Configuration, part: usize) -> Rows {
        match &at.unknown {
            Some(unknown) if unknown.is_product() && !unknown.rows[part].is_empty() => Arc::clone(&unknown.rows[part]),
            _ => self.take_row(at, part).into(),
        }
    }

    /// Whether a part may have more than one row.
    pub fn is_open(&self, at: &Configuration, part: usize) -> bool {
        at.unknown.as_ref().is_some_and(|unknown| unknown.is_product() && !unknown.rows[part].is_empty())
    }

    /// Several lists of rows of one part as one.
    pub fn unite(&self, part: usize, lists: &[Rows]) -> Rows {
        let mut rows: Vec<&[u64]> = lists.iter().flat_map(|rows| rows.chunks_exact(self.width(part))).collect();
        rows.sort_unstable();
        rows.dedup();
        rows.concat().into()
    }

    /// The rows of a part that are in one list but not in the other.
    pub fn subtract(&self, part: usize, one: &[u64], other: &[u64]) -> Rows {
        let width = self.width(part);
        let known: Vec<&[u64]> = other.chunks_exact(width).collect();
        let rest: Vec<&[u64]> = one.chunks_exact(width).filter(|row| known.binary_search(row).is_err()).collect();
        rest.concat().into()
    }

    /// Makes a configuration the product of these rows, one list for each part, which are to be revised.
    pub fn set_rows(&self, at: &mut Configuration, lists: &[Rows]) {
        let n_states = self.parts.columns.len();
        at.unknown = Some(Box::new(Unknown {
            states: vec![0; n_states.div_ceil(64)].into(),
            rows: vec![Rows::default(); lists.len()].into(),
            unsorted: vec![true; lists.len()].into(),
            ..Unknown::default()
        }));
        for (part, rows) in lists.iter().enumerate() {
            self.keep(at, part, rows);
        }
        self.complete(at);
    }

    /// A product of single rows is a complete configuration.
    pub fn complete(&self, at: &mut Configuration) {
        if at.is_product() && !at.is_asking() && self.is_single(at) {
            at.unknown = None;
        }
    }

    fn is_single(&self, at: &Configuration) -> bool {
        (0..self.n_parts()).all(|part| !self.is_open(at, part))
    }

    /// Changes the rows of parts of which some state was assigned since this was last done: `change` has a configuration
    /// that knows the part, and its number.
    pub fn revise_rows(&self, at: &mut Configuration, change: impl Fn(&mut Configuration, usize)) {
        let Some(unknown) = &at.unknown else { return };
        let unsorted: Vec<usize> = (0..unknown.unsorted.len()).filter(|part| unknown.unsorted[*part]).collect();
        for part in unsorted {
            if let Some(unknown) = &mut at.unknown {
                unknown.unsorted[part] = false;
            }
            if !self.is_open(at, part) {
                continue;
            }
            let mut trial =
                Configuration { words: at.words[..self.initial.len()].to_vec(), ..Configuration::default() };
            let mut rows = Vec::new();
            for row in self.rows(at, part).chunks_exact(self.width(part)) {
                self.put_row(&mut trial, part, row);
                change(&mut trial, part);
                rows.push(self.take_row(&trial, part));
            }
            self.keep_some(at, part, rows);
        }
    }

    /// The values that a state may have; nothing where that is not known.
    pub fn possible_values(&self, at: &Configuration, state: StateId) -> Vec<i64> {
        let slot = &self.slots[state.index()];
        self.raw_values(at, state.index()).into_iter().map(|raw| slot.value(raw)).collect()
    }

    /// Lists the values that a product may have for a state, as options.
    pub(super) fn list_values(&self, at: &Configuration, scratch: &mut Scratch, state: usize) {
        let values = self.raw_values(at, state);
        scratch.options.clear();
        scratch.options.extend((1..).zip(values).map(|(upto, option)| Choice { option, upto }));
    }

    fn raw_values(&self, at: &Configuration, state: usize) -> Vec<u64> {
        if at.knows(state) {
            return vec![at.raw(&self.slots[state])];
        }
        if !at.is_product() {
            return Vec::new();
        }
        let part = self.parts.columns[state].part;
        let rows = self.rows(at, part);
        let mut values: Vec<u64> = rows.chunks_exact(self.width(part)).map(|row| self.field(row, state)).collect();
        values.sort_unstable();
        values.dedup();
        values
    }

    /// Whether a product stands for all that another one does, or one configuration.
    pub(super) fn includes(&self, one: &Configuration, other: &Configuration) -> bool {
        (0..self.n_parts()).all(|part| self.subtract(part, &self.rows(other, part), &self.rows(one, part)).is_empty())
    }

    /// The state has this value.
    pub(super) fn suppose(&self, at: &mut Configuration, state: usize, raw: u64) {
        if !at.is_product() {
            at.learn(state);
            return at.set_raw(&self.slots[state], raw);
        }
        let part = self.parts.columns[state].part;
        let rows = self.rows(at, part);
        let rows = rows.chunks_exact(self.width(part)).filter(|row| self.field(row, state) == raw);
        self.keep(at, part, &rows.collect::<Vec<_>>().concat());
    }

    /// Gives a state a value in all rows.
    pub(super) fn write(&self, at: &mut Configuration, state: usize, raw: u64) {
        let slot = &self.slots[state];
        let Some(unknown) = &at.unknown else { return at.set_raw(slot, raw) };
        if !unknown.is_product() {
            at.set_raw(slot, raw);
            return at.learn(state);
        }
        if at.knows(state) && at.raw(slot) == raw {
            return;
        }
        let Column { part, word, shift } = self.parts.columns[state];
        if let Some(unknown) = &mut at.unknown {
            unknown.unsorted[part] = true;
        }
        if !self.is_open(at, part) {
            return at.set_raw(slot, raw);
        }
        let rows = self.rows(at, part);
        let change = |row: &[u64]| {
            let mut row = row.to_vec();
            row[word] = row[word] & !(slot.mask << shift) | raw << shift;
            row
        };
        self.keep_some(at, part, rows.chunks_exact(self.width(part)).map(change).collect());
    }

    /// Keeps what agrees with the answer to a question; whether anything does. The question must not fail otherwise than
    /// by asking for a state.
    ///
    /// # Errors
    ///
    /// When that depends on more than one part: then it asks for a state.
    pub(super) fn restrict(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        answer: bool,
        question: &mut Question<'_>,
    ) -> Result<bool, Box<Fault>> {
        let asked = match question(at, scratch) {
            Err(error) => error,
            Ok(holds) => return Ok(holds == answer),
        };
        let FaultKind::Unknown(state) = asked.kind else { return Err(asked) };
        let part = self.part_of(state);
        let mut trial = at.clone();
        for state in &self.parts.list[part].states {
            trial.learn(*state);
        }
        let mut kept = Vec::new();
        for row in self.rows(at, part).chunks_exact(self.width(part)) {
            scratch.environment.work += 1;
            self.put_row(&mut trial, part, row);
            match question(&trial, scratch) {
                Ok(holds) if holds == answer => kept.extend_from_slice(row),
                Ok(_) => {}
                Err(_) => return Err(asked),
            }
        }
        let any = !kept.is_empty();
        if any {
            self.keep(at, part, &kept);
        }
        Ok(any)
    }

    /// Keeps rows that are in no order.
    fn keep_some(&self, at: &mut Configuration, part: usize, mut rows: Vec<Vec<u64>>) {
        rows.sort_unstable();
        rows.dedup();
        self.keep(at, part, &rows.concat());
    }

    /// Keeps rows that are in order; a state that has the same value in all of them is known.
    fn keep(&self, at: &mut Configuration, part: usize, rows: &[u64]) {
        let width = self.width(part);
        let (first, others) = rows.split_at(width);
        let differs = |place: usize| others.chunks_exact(width).fold(0, |bits, row| bits | (row[place] ^ first[place]));
        let differing: Vec<u64> = (0..width).map(differs).collect();
        for state in &self.parts.list[part].states {
            let is_known = self.field(&differing, *state) == 0;
            at.set_raw(&self.slots[*state], if is_known { self.field(first, *state) } else { 0 });
            at.set_known(*state, is_known);
        }
        if let Some(unknown) = &mut at.unknown {
            unknown.rows[part] = if others.is_empty() { Rows::default() } else { rows.into() };
        }
    }

    fn width(&self, part: usize) -> usize {
        self.parts.list[part].width
    }

    fn field(&self, row: &[u64], state: usize) -> u64 {
        let Column { word, shift, .. } = self.parts.columns[state];
        row[word] >> shift & self.slots[state].mask
    }

    fn put_row(&self, at: &mut Configuration, part: usize, row: &[u64]) {
        for state in &self.parts.list[part].states {
            at.set_raw(&self.slots[*state], self.field(row, *state));
        }
    }

    fn take_row(&self, at: &Configuration, part: usize) -> Vec<u64> {
        let mut row = vec![0; self.width(part)];
        for state in &self.parts.list[part].states {
            let Column { word, shift, .. } = self.parts.columns[*state];
            row[word] |= at.raw(&self.slots[*state]) << shift;
        }
        row
    }
}
