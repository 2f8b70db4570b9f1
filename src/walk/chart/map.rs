//! What is known: spots, the ways from them, and what comes of each.

use rustc_hash::FxHashMap;

use super::{BLOCK, PAGE_BYTES, Progress, Stop, usize_of};
use crate::machine::{Counter, Loop, Odds, Program, Scratch};
use crate::sets::Interner;

/// The spot before anything has happened.
pub(super) const START: u32 = 0;
/// The spot behind everything.
pub(super) const END: u32 = 2;
/// Where a way leads that is not known.
pub(super) const NOWHERE: u32 = u32::MAX;

/// How much is kept: what is not known then stays so.
const MAX_BYTES: usize = 64 << 20;

/// Up to which total the place of each number that can be drawn is kept; beyond, it is searched for.
const MAX_PLACES: u64 = 1_024;

/// The most options of a spot, and the longest text of a way.
const MAX_OPTIONS: u64 = 4_096;
const MAX_TEXT: usize = 8 << 10;

/// A spot, which is known by its number among all cells; or one of the ways from it, which lie behind it: where much is
/// known, memory is slower than all else, and what a step needs is in one place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell {
    /// A decision: there is a way for each of its options.
    Pick(Pick),
    /// A loop that counts, whose counter is kept apart: the way out, and the way into it once more.
    Loop {
        /// Which of [`Map::loops`].
        number: u32,
        /// Which of the packed configurations.
        key: u32,
    },
    /// The start, which has one way.
    Start,
    End,
    Way(Way),
}

/// A decision.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pick {
    /// Which of [`Map::odds`].
    pub(super) odds: u32,
    /// Which of [`Map::merged`]: the same draw together with those that follow it, as far as that could be.
    pub(super) merged: u32,
    /// Which of the packed configurations.
    key: u32,
}

/// What options weigh.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    /// The draw is below it.
    pub(super) total: u64,
    /// Where the places of the numbers that can be drawn begin, if they are few.
    places: u32,
}

/// A draw that stands for several, all of whose ways are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged {
    /// The draw is below it; 0 where there is none.
    pub(super) total: u64,
    /// What may be spent of a word before, or 0; and what before the first of the draws.
    pub(super) room: u64,
    pub(super) first_room: u64,
    /// Where in [`Map::direct`] the ways of its numbers begin.
    pub(super) start: u32,
}

/// A loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopSpot {
    pub(super) head: Loop,
    /// The merged draw that is all of its body, if that is so; or the first one, which there is not.
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
    /// For each of them the number of its spot.
    pub(super) spots: Vec<u32>,
    pub(super) cells: Vec<Cell>,
    pub(super) loops: Vec<LoopSpot>,
    /// Options and running sums in turn.
    choices: Interner<u64>,
    /// The same in short.
    pub(super) odds: Vec<Weights>,
    /// For each number that can be drawn the place of its option.
    places: Vec<u16>,
    pub(super) merged: Vec<Merged>,
    /// For each number that a merged draw can give which of the joined ways it is.
    pub(super) direct: Vec<u32>,
    pub(super) joined: Vec<Way>,
    /// All texts, and a block more.
    pub(super) texts: Vec<u8>,
    text_starts: FxHashMap<Vec<u8>, u32>,
    /// A word for whether the counters are cleared, and then those that are added. The first does nothing.
    effects: Interner<u64>,
}

impl Map {
    pub(super) fn new() -> Self {
        let mut effects = Interner::default();
        effects.intern(&[0]);
        Self {
            keys: Interner::default(),
            spots: Vec::new(),
            cells: vec![Cell::Start, Cell::Way(UNKNOWN), Cell::End],
            loops: Vec::new(),
            choices: Interner::default(),
            odds: Vec::new(),
            places: Vec::new(),
            merged: vec![Merged { total: 0, room: 0, first_room: 0, start: 0 }],
            direct: Vec::new(),
            joined: Vec::new(),
            texts: vec![0; BLOCK],
            text_starts: FxHashMap::default(),
            effects,
        }
    }

    /// The way from a spot at a place among its options.
    #[inline]
    pub(super) fn way(&self, spot: u32, place: usize) -> &Way {
        match &self.cells[spot as usize + 1 + place] {
            Cell::Way(way) => way,
            _ => unreachable!("the ways of a spot are behind it"),
        }
    }

    /// The place of a drawn number among the options of a decision.
    #[inline]
    pub(super) fn place(&self, pick: &Pick, weights: &Weights, drawn: u64) -> usize {
        if weights.total <= MAX_PLACES {
            return usize::from(self.places[weights.places as usize + usize_of(drawn)]);
        }
        let (pairs, _) = self.choices.get(pick.odds).as_chunks::<2>();
        pairs.partition_point(|[_, upto]| *upto <= drawn)
    }

    /// The packed configuration of a spot; nothing for the start.
    pub(super) fn key(&self, spot: u32) -> &[u64] {
        match &self.cells[spot as usize] {
            Cell::Pick(Pick { key, .. }) | Cell::Loop { key, .. } => self.keys.get(*key),
            _ => &[],
        }
    }

    /// The spot of a configuration, if it is known or becomes so.
    pub(super) fn spot(&mut self, key: &[u64], stop: &Stop, program: &Program, scratch: &Scratch) -> Option<u32> {
        if let Some(key) = self.keys.find(key) {
            return Some(self.spots[key as usize]);
        }
        if self.bytes() > MAX_BYTES {
            return None;
        }
        let number = index(self.spots.len());
        let (cell, n_ways) = match stop {
            Stop::End => return Some(END),
            Stop::Loop(head) => {
                self.loops.push(LoopSpot { head: *head, body: 0 });
                (Cell::Loop { number: index(self.loops.len() - 1), key: number }, 2)
            }
            Stop::Decision(decision) => {
                let mut pairs = Vec::new();
                match decision.odds {
                    Odds::Uniform(n) if n <= MAX_OPTIONS => {
                        pairs.extend((0..n).flat_map(|option| [option, option + 1]));
                    }
                    Odds::Uniform(_) => return None,
                    Odds::Either { first, total } => pairs.extend([0, first, 1, total]),
                    Odds::Table(_) | Odds::Listed => {
                        let choices = program.choices(decision, scratch);
                        pairs.extend(choices.iter().flat_map(|choice| [choice.option, choice.upto]));
                    }
                }
                let odds = self.weigh(&pairs)?;
                (Cell::Pick(Pick { odds, merged: 0, key: number }), pairs.len() / 2)
            }
        };
        let spot = index(self.cells.len());
        self.cells.push(cell);
        self.cells.resize(self.cells.len() + n_ways, Cell::Way(UNKNOWN));
        self.spots.push(spot);
        self.keys.intern(key);
        Some(spot)
    }

    /// Which odds these are.
    fn weigh(&mut self, pairs: &[u64]) -> Option<u32> {
        let (chunks, _) = pairs.as_chunks::<2>();
        let total = chunks.last().map_or(0, |[_, upto]| *upto);
        if chunks.len() as u64 > MAX_OPTIONS || total < 2 {
            return None;
        }
        let (odds, is_new) = self.choices.intern(pairs);
        if is_new {
            self.odds.push(Weights { total, places: index(self.places.len()) });
            if total <= MAX_PLACES {
                let place = |drawn| chunks.partition_point(|[_, upto]| *upto <= drawn);
                self.places.extend((0..total).map(|drawn| u16::try_from(place(drawn)).expect("there are few options")));
            }
        }
        Some(odds)
    }

    /// What the machine calls an option.
    pub(super) fn option(&self, pick: &Pick, place: usize) -> u64 {
        self.choices.get(pick.odds)[2 * place]
    }

    /// How many options a decision has.
    pub(super) fn n_options(&self, pick: &Pick) -> usize {
        self.choices.get(pick.odds).len() / 2
    }

    /// Keeps what came of a way, unless it is too much.
    pub(super) fn keep(&mut self, spot: u32, place: usize, text: &[u8], progress: Progress, effect: u32, next: u32) {
        if let Some(way) = self.new_way(text, progress.n_events, progress.silent, effect, next) {
            self.cells[spot as usize + 1 + place] = Cell::Way(way);
        }
    }

    /// A way that comes to this; nothing where that is too much.
    pub(super) fn new_way(&mut self, text: &[u8], n_events: u64, silent: u64, effect: u32, next: u32) -> Option<Way> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let start = if let Some(start) = self.text_starts.get(text) {
            *start
        } else {
            let start = index(self.texts.len() - BLOCK);
            self.texts.splice(start as usize..start as usize, text.iter().copied());
            self.text_starts.insert(text.to_owned(), start);
            start
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
            + self.choices.bytes()
            + self.effects.bytes()
            + size_of_val(self.spots.as_slice())
            + size_of_val(self.cells.as_slice())
            + size_of_val(self.loops.as_slice())
            + size_of_val(self.odds.as_slice())
            + size_of_val(self.places.as_slice())
            + size_of_val(self.direct.as_slice())
            + size_of_val(self.joined.as_slice())
            + 2 * self.texts.len()
            + self.text_starts.len() * size_of::<(Vec<u8>, u32)>()
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("what is kept is bounded")
}

const _: () = assert!(MAX_TEXT + BLOCK <= PAGE_BYTES, "a text fits on a page");
