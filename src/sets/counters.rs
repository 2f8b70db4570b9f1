//! What loops have left, kept out of what is hashed.
//!
//! A loop asks of its counter only whether an iteration must come, and whether one may. So a point of the graph says of
//! each part of a counter whether it is 0, or 1, or more, and a member of a set has the number. Where the machine runs
//! from such a point, `more` is a stand-in, different for each counter: what becomes of it shows which counter it was,
//! and whether it was counted down. This is a counting automaton, as for instance in Turoňová et al., "Regex Matching with
//! Counting-Set Automata" (2020).

use rustc_hash::FxHashSet;

use crate::machine::Counter;

/// A part up to this is kept as it is: a stand-in is above it, and can be counted down so often.
const EXACT: u32 = 1;

/// How a counter behind an item comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Update {
    /// It was one before the item, and was counted down: at most once.
    Keep {
        /// Its place among the counters of the point before.
        from: u32,
        /// By how much the part that must come went down.
        must: u32,
        /// By how much the part that may come did.
        may: u32,
    },
    /// The loop began.
    New(Counter),
}

impl Update {
    /// The counter behind the item.
    pub(super) fn apply(self, before: &[Counter]) -> Counter {
        match self {
            Self::New(counter) => counter,
            Self::Keep { from, must, may } => {
                let counter = before[from as usize];
                Counter::of(counter.must() - must, counter.may() - may)
            }
        }
    }

    /// Whether a counter is counted down.
    pub(super) fn counts(self) -> bool {
        matches!(self, Self::Keep { must, may, .. } if must + may > 0)
    }

    /// Whether a counter that comes about like this always covers one that does like the other.
    pub(super) fn covers(self, other: Self) -> bool {
        match (self, other) {
            (Self::New(one), Self::New(other)) => covers(&[one], &[other]),
            (Self::Keep { from, must, may }, Self::Keep { from: same, must: other_must, may: other_may }) => {
                from == same && must >= other_must && must + may <= other_must + other_may
            }
            _ => false,
        }
    }
}

/// Whether a part is one of which the point says only that it is more.
fn is_more(part: u32) -> bool {
    part > EXACT && part != Counter::UNBOUNDED
}

/// Whether a counter has a part of which the point does not say all.
pub(super) fn is_open(counter: Counter) -> bool {
    is_more(counter.must()) || is_more(counter.may())
}

/// What a point says of a counter: each part, or that it is more.
#[inline]
pub(super) fn class(counter: Counter) -> Counter {
    let class = |part: u32| if is_more(part) { EXACT + 1 } else { part };
    Counter::of(class(counter.must()), class(counter.may()))
}

/// The same with the stand-ins of the counter at a place.
pub(super) fn told(place: u32, counter: Counter) -> Counter {
    let class = |part: u32| if is_more(part) { Counter::stand_in(place) } else { part };
    Counter::of(class(counter.must()), class(counter.may()))
}

/// Makes each counter what a point says of it.
pub(super) fn classify(counters: &mut [Counter]) {
    for (place, counter) in (0..).zip(counters) {
        *counter = told(place, *counter);
    }
}

/// How a counter has come about that was reached from a point.
pub(super) fn origin(counter: Counter, before: &[Counter]) -> Update {
    let (must, may) = (Counter::stood_in(counter.must()), Counter::stood_in(counter.may()));
    let Some(from) = must.or(may) else { return Update::New(counter) };
    // What is known of both parts goes down as it does in the point.
    let old = before[from as usize];
    Update::Keep { from, must: old.must() - counter.must(), may: old.may() - counter.may() }
}

/// Whether a loop with counters like the first can do all that one with counters like the second can. (Not so where
/// branches run side by side.)
pub(crate) fn covers(counters: &[Counter], others: &[Counter]) -> bool {
    counters.len() == others.len() && counters.iter().zip(others).all(|(one, other)| covers_one(*one, *other))
}

/// The same of one counter.
pub(super) fn covers_one(one: Counter, other: Counter) -> bool {
    let end = |counter: Counter| u64::from(counter.must()) + u64::from(counter.may());
    // A stand-in can be compared only with what is left of the same: it says nothing of how much it is.
    let source = Counter::stood_in;
    let (musts, mays) = (source(one.must()) == source(other.must()), source(one.may()) == source(other.may()));
    let begins = one.must() == 0 || musts && one.must() <= other.must();
    begins && (one.may() == Counter::UNBOUNDED || musts && mays && end(one) >= end(other))
}

/// How many are compared with each other; beyond it only equal ones are found, at a bounded cost.
const COMPARED: usize = 16;

/// Those of a list that no others cover, each once; where there are many, only each once.
pub(super) fn least<T: Ord>(mut list: Vec<T>, covers: impl Fn(&T, &T) -> bool) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    if list.len() > COMPARED {
        return list;
    }
    let mut kept: Vec<T> = Vec::new();
    for one in list {
        if !kept.iter().any(|other| covers(other, &one)) {
            kept.retain(|other| !covers(&one, other));
            kept.push(one);
        }
    }
    kept
}

/// The counters that were met with one configuration: always as many.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    n_compared: usize,
    /// One after the other.
    compared: Vec<Counter>,
    others: FxHashSet<Box<[Counter]>>,
}

impl Kept {
    /// Adds some; whether they are new, and, if `covers`, none of those compared covers them.
    pub(crate) fn insert(&mut self, counters: &[Counter], covers: bool) -> bool {
        let is_covered = |kept: &[Counter]| kept == counters || covers && self::covers(kept, counters);
        if (0..self.n_compared).any(|place| is_covered(&self.compared[place * counters.len()..][..counters.len()])) {
            return false;
        }
        if self.n_compared < COMPARED {
            self.n_compared += 1;
            self.compared.extend_from_slice(counters);
            return true;
        }
        self.others.insert(counters.into())
    }

    /// Forgets all of them, but keeps the memory for a few.
    pub(super) fn clear(&mut self) {
        self.n_compared = 0;
        self.compared.clear();
        self.others = FxHashSet::default();
    }
}
