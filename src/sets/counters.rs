//! What loops have left, kept out of what is hashed.
//!
//! A loop asks of its counter only whether an iteration must come, and whether one may. So a point of the graph says of
//! each part of a counter whether it is 0, or 1, or more, and a member of a set has the number. Where the machine runs
//! from such a point, `more` is a number that is larger than any count, different for each counter: what becomes of it
//! then shows which counter it was, and how often it was counted down. The machine stops with an error where it would
//! count one down more often than is known to be right. This is a counting automaton, as for instance in
//! Turoňová et al., "Regex Matching with Counting-Set Automata" (2020).

use rustc_hash::FxHashSet;

use crate::machine::Counter;

/// A part up to this is kept as it is. An item may lie at most so many iterations ahead.
const EXACT: u32 = 1;

/// The first number for `more`, and how far they are apart.
const FIRST: u32 = (1 << 24) + EXACT;
const STRIDE: u32 = Counter::STRIDE;

/// How many counters can be told apart; a configuration with more of them is kept as it is.
const MOST: usize = 4_000;

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
}

impl Update {
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
pub(super) fn is_more(part: u32) -> bool {
    part > EXACT && part != Counter::UNBOUNDED
}

/// Whether a counter has a part of which the point does not say all.
pub(super) fn is_open(counter: Counter) -> bool {
    is_more(counter.must()) || is_more(counter.may())
}

/// Whether the counters can be put into classes at all.
pub(super) fn fits(counters: &[Counter]) -> bool {
    counters.len() <= MOST
}

/// Makes each counter what a point says of it.
pub(super) fn classify(counters: &mut [Counter]) {
    for (place, counter) in (0u32..).zip(counters) {
        let more = FIRST + STRIDE * place;
        let class = |part: u32| if is_more(part) { more } else { part };
        *counter = Counter::of(class(counter.must()), class(counter.may()));
    }
}

/// Of which counter of the point before a part is what is left, if it stands for more.
fn source(part: u32) -> Option<u32> {
    (part != Counter::UNBOUNDED && part >= FIRST - STRIDE / 2).then(|| (part + STRIDE / 2 - FIRST) / STRIDE)
}

/// How a counter has come about that was reached from a point with `before`; nothing if it was counted down more often
/// than a point can know, or went from one part into the other.
pub(super) fn origin(counter: Counter, before: &[Counter]) -> Option<Update> {
    let (must, may) = (source(counter.must()), source(counter.may()));
    let from = match (must, may) {
        (None, None) => return Some(Update::New(counter)),
        (Some(from), _) | (None, Some(from)) => from,
    };
    let old = before[from as usize];
    let (down_must, down_may) = (old.must().checked_sub(counter.must())?, old.may().checked_sub(counter.may())?);
    (down_must + down_may <= EXACT).then_some(Update::Keep { from, must: down_must, may: down_may })
}

/// Whether a loop with counters like the first can do all that one with counters like the second can. (Not so where
/// branches run side by side.)
pub(super) fn covers(counters: &[Counter], others: &[Counter]) -> bool {
    counters.len() == others.len() && counters.iter().zip(others).all(|(one, other)| covers_one(*one, *other))
}

fn covers_one(one: Counter, other: Counter) -> bool {
    let end = |counter: Counter| u64::from(counter.must()) + u64::from(counter.may());
    // A number that stands for more can be compared only with what is left of the same: it says nothing of how much it is.
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

/// The counters that were met with one configuration.
#[derive(Debug, Default)]
pub(super) struct Kept {
    compared: Vec<Box<[Counter]>>,
    others: FxHashSet<Box<[Counter]>>,
}

impl Kept {
    /// Adds some; whether they are new, and, if `covers`, none of those compared covers them.
    pub(super) fn insert(&mut self, counters: &[Counter], covers: bool) -> bool {
        let is_covered = |kept: &[Counter]| kept == counters || covers && self::covers(kept, counters);
        if self.compared.iter().any(|kept| is_covered(kept)) {
            return false;
        }
        if self.compared.len() < COMPARED {
            self.compared.push(counters.into());
            return true;
        }
        self.others.insert(counters.into())
    }
}
