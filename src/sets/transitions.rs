//! What is known of where sets lead to.

use rustc_hash::FxHashMap;

use super::counters::{self, Update};
use crate::machine::Counter;

/// Where a set leads to with an item, if the counters behind it are of these classes.
#[derive(Clone, Copy, Debug)]
struct Transition {
    /// The set; `None`: no run can show the item there.
    target: Option<u32>,
    /// What becomes of the counters: a range of [`Transitions::moves`].
    moves: (u32, u32),
    /// How many of those, the first, are registers of the target. It says all of the others.
    n_registers: u32,
    /// The number of a transition for other classes plus 1, or 0.
    other: u32,
}

/// Where a set leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// To a set.
    To(u32),
    /// No run can show the item there.
    Nowhere,
}

/// How a counter comes about behind an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Move {
    update: Update,
    /// What a point says of it: if it says anything else, the transition is another one.
    class: Counter,
    /// The number of the move plus 1 whose counter must cover this one, which is of no further use; or 0.
    below: u32,
}

impl Move {
    /// Those of one of several ways to a point, which has led to these counters; each with what it must cover of the others.
    pub(super) fn covering(ways: &[&[Update]], place: usize, behind: &[Counter]) -> Vec<(Self, Vec<Update>)> {
        let others = |register: usize| {
            let others = ways.iter().enumerate().filter(|(other, _)| *other != place);
            others.map(|(_, updates)| updates[register]).collect()
        };
        let own = ways[place].iter().zip(behind).enumerate();
        own.map(|(register, (update, counter))| {
            (Self { update: *update, class: counters::class(*counter), below: 0 }, others(register))
        })
        .collect()
    }

    /// One whose counter must be covered by that of the move with this number.
    pub(super) fn covered(update: Update, by: usize) -> Self {
        Self { update, class: Counter::USED_UP, below: row(by + 1) }
    }

    /// Whether the point does not say all of that counter.
    pub(super) fn is_open(self) -> bool {
        counters::is_open(self.class)
    }

    /// The counter that it leads to.
    pub(super) fn apply(self, before: &[Counter]) -> Counter {
        self.update.apply(before)
    }
}

/// How many transitions are kept for one set and one item, for different classes of counters.
const MOST_CLASSES: u32 = 16;

/// An alphabet with more names has no rows: they would be mostly empty.
const WIDEST_ROW: usize = 256;

/// The transitions that are known. Most sets have one, which lies with the set. Further ones of names lie in rows, where the
/// alphabet is small; the others are looked up.
#[derive(Debug)]
pub(super) struct Transitions {
    sets: Vec<Known>,
    /// Those that are not the first of a set.
    list: Vec<Transition>,
    moves: Vec<Move>,
    /// How many tokens have a place in a row.
    width: usize,
    /// Rows with the number of a transition plus 1, or 0.
    rows: Vec<u32>,
    others: FxHashMap<(u32, u32), u32>,
}

/// What is known of a set.
#[derive(Clone, Copy, Debug)]
struct Known {
    /// The token of the first transition that was found.
    token: Option<u32>,
    first: Transition,
    /// The number of its row plus 1, or 0.
    row: u32,
}

impl Known {
    const NOTHING: Self =
        Self { token: None, first: Transition { target: None, moves: (0, 0), n_registers: 0, other: 0 }, row: 0 };
}

impl Transitions {
    /// For an alphabet with so many names.
    pub(super) fn new(n_names: usize) -> Self {
        Self {
            sets: Vec::new(),
            list: Vec::new(),
            moves: Vec::new(),
            width: if n_names <= WIDEST_ROW { n_names } else { 0 },
            rows: Vec::new(),
            others: FxHashMap::default(),
        }
    }

    /// Where a set leads to, if that is known, with the registers there; to nothing where no run can show the item.
    #[inline]
    pub(super) fn follow(&self, set: u32, token: u32, registers: &[Counter], after: &mut Vec<Counter>) -> Option<Step> {
        let known = self.sets.get(set as usize)?;
        let mut transition =
            if known.token == Some(token) { &known.first } else { &self.list[self.further(set, token)? as usize] };
        loop {
            if self.apply(transition, registers, after) {
                return Some(transition.target.map_or(Step::Nowhere, Step::To));
            }
            transition = &self.list[transition.other.checked_sub(1)? as usize];
        }
    }

    /// The number of a transition that is not the first of its set.
    #[inline]
    fn further(&self, set: u32, token: u32) -> Option<u32> {
        if (token as usize) < self.width {
            let row = self.sets[set as usize].row.checked_sub(1)?;
            self.rows[row as usize * self.width + token as usize].checked_sub(1)
        } else {
            self.others.get(&(set, token)).copied()
        }
    }

    /// Keeps where a set leads to that is not known, if there is room; `moves` begin with those of so many registers of the
    /// target.
    pub(super) fn insert(
        &mut self,
        (set, token): (u32, u32),
        target: Option<u32>,
        moves: impl IntoIterator<Item = Move>,
        n_registers: usize,
    ) {
        if set as usize >= self.sets.len() {
            self.sets.resize(set as usize + 1, Known::NOTHING);
        }
        let start = row(self.moves.len());
        self.moves.extend(moves);
        let moves = (start, row(self.moves.len()));
        let transition = Transition { target, moves, n_registers: row(n_registers), other: 0 };
        if self.sets[set as usize].token.is_none() {
            (self.sets[set as usize].token, self.sets[set as usize].first) = (Some(token), transition);
            return;
        }
        let number = row(self.list.len());
        if self.sets[set as usize].token == Some(token) || self.further(set, token).is_some() {
            // For other classes.
            let Some(last) = self.last(set, token) else { return };
            last.other = number + 1;
        } else if (token as usize) < self.width {
            let known = &mut self.sets[set as usize];
            if known.row == 0 {
                self.rows.resize(self.rows.len() + self.width, 0);
                known.row = row(self.rows.len() / self.width);
            }
            self.rows[(known.row as usize - 1) * self.width + token as usize] = number + 1;
        } else {
            self.others.insert((set, token), number);
        }
        self.list.push(transition);
    }

    /// The last of the transitions of a set and a token, if there is room for another one behind it.
    fn last(&mut self, set: u32, token: u32) -> Option<&mut Transition> {
        let known = self.sets[set as usize];
        let mut number = if known.token == Some(token) { None } else { self.further(set, token) };
        for _ in 0..MOST_CLASSES {
            let other = number.map_or(known.first.other, |number| self.list[number as usize].other);
            let Some(next) = other.checked_sub(1) else {
                return Some(match number {
                    None => &mut self.sets[set as usize].first,
                    Some(number) => &mut self.list[number as usize],
                });
            };
            number = Some(next);
        }
        None
    }

    /// The registers behind a transition, from those before it, if all counters are of its classes.
    #[inline]
    fn apply(&self, transition: &Transition, before: &[Counter], after: &mut Vec<Counter>) -> bool {
        after.clear();
        let (start, end) = transition.moves;
        let fits = self.moves[start as usize..end as usize].iter().all(|step| {
            let counter = step.apply(before);
            after.push(counter);
            match step.below.checked_sub(1) {
                None => counters::class(counter) == step.class,
                Some(by) => counters::covers_one(after[by as usize], counter),
            }
        });
        after.truncate(transition.n_registers as usize);
        fits
    }

    /// How much memory they take, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.sets.as_slice())
            + size_of_val(self.list.as_slice())
            + size_of_val(self.moves.as_slice())
            + size_of_val(self.rows.as_slice())
            + self.others.len() * 2 * size_of::<((u32, u32), u32)>()
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.sets.clear();
        self.list.clear();
        self.moves.clear();
        self.rows.clear();
        self.others.clear();
    }
}

fn row(length: usize) -> u32 {
    u32::try_from(length).expect("memory is full long before 2^32 rows")
}
