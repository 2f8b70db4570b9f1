//! What is known: spots, the ways from them, and what comes of each.

use rustc_hash::FxHashMap;

use super::super::dice::MAX_SPENT;
use super::{BLOCK, PAGE_BYTES, Progress, Stop};
use crate::machine::{Counter, Loop, Odds, Program, Scratch};
use crate::sets::Interner;

/// The spot before anything has happened.
pub(super) const START: u32 = 0;
/// The spot behind everything.
pub(super) const END: u32 = 1;
/// Where a way leads that is not known.
pub(super) const NOWHERE: u32 = u32::MAX;

/// How much is kept: what is not known then stays so.
const MAX_BYTES: usize = 64 << 20;

/// Up to which total the place of each number that can be drawn is kept; beyond, it is searched for.
const MAX_PLACES: u64 = 1_024;

/// The most options of a spot, and the longest text of a way.
const MAX_OPTIONS: u64 = 4_096;
const MAX_TEXT: usize = 8 << 10;

/// Where a walk pauses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    /// A decision.
    Pick(Pick),
    /// A loop that counts, whose counter is kept apart.
    Loop(LoopSpot),
    /// The start, which has one way.
    Start(u32),
    End,
}

/// A decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pick {
    /// The draw is below it.
    pub(super) total: u64,
    /// What may be spent of a word before: see [`Dice::together`](super::Dice::together).
    pub(super) room: u64,
    /// Its options, and what they weigh.
    pub(super) odds: u32,
    /// The first of its ways, one for each option.
    pub(super) ways: u32,
    /// The same draw together with those that follow it, as far as that could be.
    pub(super) merged: Merged,
}

/// A draw that stands for several, all of whose ways are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged {
    /// The draw is below it; 0 where there is none.
    pub(super) total: u64,
    /// What may be spent of a word before, or 0.
    pub(super) room: u64,
    /// Where in [`Map::direct`] the ways of its numbers begin.
    pub(super) start: u32,
}

/// A loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopSpot {
    pub(super) head: Loop,
    /// The way out; the way into it once more follows.
    pub(super) ways: u32,
    /// The decision that is all of its body, if that is so and all of its ways are known; or [`NOWHERE`].
    pub(super) body: u32,
}

/// A way: where it leads, and what comes of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) text: u32,
    pub(super) next: u32,
    pub(super) length: u16,
    pub(super) n_events: u16,
    /// How many silent steps there are at its end.
    pub(super) silent: u16,
    /// What happens to the counters.
    pub(super) effect: u16,
}

const UNKNOWN: Way = Way { text: 0, next: NOWHERE, length: 0, n_events: 0, silent: 0, effect: 0 };

/// All that is known of the walks of a program.
#[derive(Debug)]
pub(super) struct Map {
    /// The configurations of the spots, packed.
    keys: Interner<u64>,
    pub(super) spots: Vec<Spot>,
    pub(super) ways: Vec<Way>,
    /// For each number that a merged draw can give its way.
    pub(super) direct: Vec<u32>,
    /// All texts, and a block more.
    pub(super) texts: Vec<u8>,
    text_starts: FxHashMap<Vec<u8>, u32>,
    /// Options and running sums in turn.
    odds: Interner<u64>,
    /// For each of the odds where its places begin: for each number that can be drawn that of its option.
    odds_places: Vec<u32>,
    places: Vec<u16>,
    /// A word for whether the counters are cleared, and then those that are added. The first does nothing.
    effects: Interner<u64>,
}

impl Map {
    pub(super) fn new() -> Self {
        let mut map = Self {
            keys: Interner::default(),
            spots: vec![Spot::Start(0), Spot::End],
            ways: vec![UNKNOWN],
            direct: Vec::new(),
            texts: vec![0; BLOCK],
            text_starts: FxHashMap::default(),
            odds: Interner::default(),
            odds_places: Vec::new(),
            places: Vec::new(),
            effects: Interner::default(),
        };
        // No configuration is packed like these.
        map.keys.intern(&[]);
        map.keys.intern(&[0]);
        map.effects.intern(&[0]);
        map
    }

    /// The place of a drawn number among the options of a decision.
    #[inline]
    pub(super) fn place(&self, pick: &Pick, drawn: u64) -> usize {
        if pick.total <= MAX_PLACES {
            let start = self.odds_places[pick.odds as usize];
            return usize::from(self.places[start as usize + usize::try_from(drawn).unwrap_or_default()]);
        }
        let (pairs, _) = self.odds.get(pick.odds).as_chunks::<2>();
        pairs.partition_point(|[_, upto]| *upto <= drawn)
    }

    /// The packed configuration of a spot.
    pub(super) fn key(&self, spot: u32) -> &[u64] {
        self.keys.get(spot)
    }

    /// The spot of a configuration, if it is known or becomes so.
    pub(super) fn spot(&mut self, key: &[u64], stop: &Stop, program: &Program, scratch: &Scratch) -> Option<u32> {
        if let Some(spot) = self.keys.find(key) {
            return Some(spot);
        }
        if self.bytes() > MAX_BYTES {
            return None;
        }
        let spot = match stop {
            Stop::End => return Some(END),
            Stop::Loop(head) => Spot::Loop(LoopSpot { head: *head, ways: self.new_ways(2), body: NOWHERE }),
            Stop::Decision(decision) => {
                let mut pairs = Vec::new();
                match decision.odds {
                    Odds::Uniform(n) if n <= MAX_OPTIONS => pairs.extend((0..n).flat_map(|option| [option, option + 1])),
                    Odds::Uniform(_) => return None,
                    Odds::Either { first, total } => pairs.extend([0, first, 1, total]),
                    Odds::Table(_) | Odds::Listed => {
                        let choices = program.choices(decision, scratch);
                        pairs.extend(choices.iter().flat_map(|choice| [choice.option, choice.upto]));
                    }
                }
                self.pick(&pairs)?
            }
        };
        self.spots.push(spot);
        Some(self.keys.intern(key).0)
    }

    fn pick(&mut self, pairs: &[u64]) -> Option<Spot> {
        let (chunks, _) = pairs.as_chunks::<2>();
        let total = chunks.last().map_or(0, |[_, upto]| *upto);
        if chunks.len() as u64 > MAX_OPTIONS || total < 2 {
            return None;
        }
        let (odds, is_new) = self.odds.intern(pairs);
        if is_new {
            self.odds_places.push(index(self.places.len()));
            if total <= MAX_PLACES {
                let place = |drawn| chunks.partition_point(|[_, upto]| *upto <= drawn);
                self.places.extend((0..total).map(|drawn| u16::try_from(place(drawn)).expect("there are few options")));
            }
        }
        let merged = Merged { total: 0, room: 0, start: 0 };
        Some(Spot::Pick(Pick { total, room: MAX_SPENT / total, odds, ways: self.new_ways(chunks.len()), merged }))
    }

    /// Ways that are not known; the number of the first.
    pub(super) fn new_ways(&mut self, many: usize) -> u32 {
        let first = index(self.ways.len());
        self.ways.resize(self.ways.len() + many, UNKNOWN);
        first
    }

    /// What the machine calls an option.
    pub(super) fn option(&self, pick: &Pick, place: usize) -> u64 {
        self.odds.get(pick.odds)[2 * place]
    }

    /// How many options a decision has.
    pub(super) fn n_options(&self, pick: &Pick) -> usize {
        self.odds.get(pick.odds).len() / 2
    }

    /// Keeps what came of a way, unless it is too much.
    pub(super) fn keep(&mut self, spot: u32, place: usize, text: &[u8], progress: Progress, effect: u32, next: u32) {
        let ways = match &self.spots[spot as usize] {
            Spot::Pick(Pick { ways, .. }) | Spot::Loop(LoopSpot { ways, .. }) | Spot::Start(ways) => *ways,
            Spot::End => unreachable!("there is no way from the end"),
        };
        if let Some(way) = self.way(text, progress.n_events, progress.silent, effect, next) {
            self.ways[ways as usize + place] = way;
        }
    }

    /// A way that comes to this; nothing where that is too much.
    pub(super) fn way(&mut self, text: &[u8], n_events: u64, silent: u64, effect: u32, next: u32) -> Option<Way> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let start = match self.text_starts.get(text) {
            Some(start) => *start,
            None => {
                let start = index(self.texts.len() - BLOCK);
                self.texts.splice(start as usize..start as usize, text.iter().copied());
                self.text_starts.insert(text.to_owned(), start);
                start
            }
        };
        Some(Way {
            text: start,
            next,
            length: u16::try_from(text.len()).ok()?,
            n_events: u16::try_from(n_events).ok()?,
            silent: u16::try_from(silent).ok()?,
            effect: u16::try_from(effect).ok()?,
        })
    }

    /// The text of a way.
    pub(super) fn text(&self, way: &Way) -> &[u8] {
        &self.texts[way.text as usize..][..usize::from(way.length)]
    }

    /// The number of what happens to counters: whether those before are dropped, and those that are added.
    pub(super) fn effect(&mut self, clears: bool, added: &[Counter]) -> u32 {
        let mut words = vec![u64::from(clears)];
        words.extend(added.iter().map(|counter| u64::from(counter.must()) << 32 | u64::from(counter.may())));
        self.effects.intern(&words).0
    }

    /// Lets it happen.
    #[cold]
    pub(super) fn apply(&self, effect: u16, counters: &mut Vec<Counter>) {
        let words = self.effects.get(effect.into());
        if words[0] == 1 {
            counters.clear();
        }
        let half = |word: u64| u32::try_from(word & u64::from(u32::MAX)).expect("it is half a word");
        counters.extend(words[1..].iter().map(|word| Counter::of(half(word >> 32), half(*word))));
    }

    /// How much memory all of it takes, about.
    fn bytes(&self) -> usize {
        self.keys.bytes()
            + self.odds.bytes()
            + self.effects.bytes()
            + size_of_val(self.spots.as_slice())
            + size_of_val(self.ways.as_slice())
            + size_of_val(self.direct.as_slice())
            + size_of_val(self.places.as_slice())
            + 2 * self.texts.len()
            + self.text_starts.len() * size_of::<(Vec<u8>, u32)>()
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("what is kept is bounded")
}

const _: () = assert!(MAX_TEXT + BLOCK <= PAGE_BYTES, "a text fits on a page");
