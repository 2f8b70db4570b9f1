//! What is known of where sets lead to.

use rustc_hash::FxHashMap;

use super::counters::{self, Update};
use crate::machine::Counter;

/// Where a set leads to with an item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transition {
    /// The set; `None`: no run can show the item there.
    pub(super) target: Option<u32>,
    /// The registers of the target: a range of [`Transitions::moves`].
    moves: (u32, u32),
}

/// A register behind an item.
#[derive(Clone, Copy, Debug)]
struct Move {
    update: Update,
    /// Which parts of the counter must still be open, since the point says so.
    must: bool,
    may: bool,
}

/// An alphabet with more names has no rows: they would be mostly empty.
const WIDEST_ROW: usize = 256;

/// The transitions that are known. Those of names lie in a row for each set, where the alphabet is small; the others are
/// looked up.
#[derive(Debug)]
pub(super) struct Transitions {
    list: Vec<Transition>,
    moves: Vec<Move>,
    /// How many tokens have a place in a row.
    width: usize,
    /// For each set a row with the number of a transition plus 1, or 0.
    rows: Vec<u32>,
    others: FxHashMap<(u32, u32), u32>,
}

impl Transitions {
    /// For an alphabet with so many names.
    pub(super) fn new(n_names: usize) -> Self {
        let width = if n_names <= WIDEST_ROW { n_names } else { 0 };
        Self { list: Vec::new(), moves: Vec::new(), width, rows: Vec::new(), others: FxHashMap::default() }
    }

    /// Where a set leads to, if that is known.
    #[inline]
    pub(super) fn get(&self, set: u32, token: u32) -> Option<Transition> {
        let number = if (token as usize) < self.width {
            self.rows.get(set as usize * self.width + token as usize)?.checked_sub(1)?
        } else {
            *self.others.get(&(set, token))?
        };
        Some(self.list[number as usize])
    }

    /// Keeps where a set leads to; the registers come about like this, and are these now.
    pub(super) fn insert(
        &mut self,
        (set, token): (u32, u32),
        target: Option<u32>,
        updates: &[Update],
        registers: &[Counter],
    ) {
        let start = row(self.moves.len());
        self.moves.extend(updates.iter().zip(registers).map(|(update, counter)| Move {
            update: *update,
            must: counters::is_more(counter.must()),
            may: counters::is_more(counter.may()),
        }));
        let number = row(self.list.len());
        self.list.push(Transition { target, moves: (start, row(self.moves.len())) });
        if (token as usize) < self.width {
            let place = set as usize * self.width + token as usize;
            if place >= self.rows.len() {
                self.rows.resize((set as usize + 1) * self.width, 0);
            }
            self.rows[place] = number + 1;
        } else {
            self.others.insert((set, token), number);
        }
    }

    /// The registers behind a transition, from those before it. Whether they are such as its target says; if not, it
    /// leads elsewhere this time.
    #[inline]
    pub(super) fn apply(&self, transition: Transition, before: &[Counter], after: &mut Vec<Counter>) -> bool {
        after.clear();
        let (start, end) = transition.moves;
        self.moves[start as usize..end as usize].iter().all(|step| {
            let counter = step.update.apply(before);
            after.push(counter);
            (!step.must || counters::is_more(counter.must())) && (!step.may || counters::is_more(counter.may()))
        })
    }

    /// How much memory they take, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.list.as_slice())
            + size_of_val(self.moves.as_slice())
            + size_of_val(self.rows.as_slice())
            + self.others.len() * 2 * size_of::<((u32, u32), u32)>()
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.moves.clear();
        self.rows.clear();
        self.others.clear();
    }
}

fn row(length: usize) -> u32 {
    u32::try_from(length).expect("memory is full long before 2^32 rows")
}
