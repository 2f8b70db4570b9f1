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
/// No row: the way is not known.
pub(super) const NOWHERE: u32 = u32::MAX;

/// How much is kept: what is not known then stays so.
const MAX_BYTES: usize = 64 << 20;

/// Up to which total the place of each number that can be drawn is kept; beyond, it is searched for.
pub(super) const MAX_PLACES: u64 = 2_048;

/// The most options of a spot, and the longest text of a way.
const MAX_OPTIONS: u64 = 4_096;
const MAX_TEXT: usize = 8 << 10;

/// Where a walk pauses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    /// A decision.
    Pick(Pick),
    /// A loop that counts, whose counter is kept apart: the way out is the first of its ways, the way on is the second.
    Loop(Loop, u32),
    /// The start, which has one way.
    Start(u32),
    End,
}

/// A decision, alone and, as far as that could be, together with those that follow it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pick {
    /// The options, and what they weigh.
    pub(super) odds: u32,
    pub(super) one: Table,
    pub(super) all: Table,
}

/// What the draw of a decision leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Table {
    /// The draw is below it.
    pub(super) total: u64,
    /// What may be spent of a word before: see [`Dice::together`](super::Dice::together).
    pub(super) room: u64,
    /// Where the places of the numbers begin, if they are few, or else which odds they are.
    pub(super) places: u32,
    /// The first of the ways.
    pub(super) ways: u32,
}

/// What comes of a way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) text: u32,
    pub(super) next: u32,
    /// What happens to the counters.
    pub(super) effect: u32,
    pub(super) length: u16,
    pub(super) n_events: u16,
    /// How many silent steps there are at its end.
    pub(super) silent: u16,
}

/// All that is known of the walks of a program.
#[derive(Debug)]
pub(super) struct Map {
    /// The configurations of the spots, packed.
    keys: Interner<u64>,
    pub(super) spots: Vec<Spot>,
    /// For each way its row, or [`NOWHERE`].
    pub(super) ways: Vec<u32>,
    pub(super) rows: Vec<Row>,
    /// All texts, and a block more.
    pub(super) texts: Vec<u8>,
    text_starts: FxHashMap<Vec<u8>, u32>,
    /// Options and running sums in turn.
    odds: Interner<u64>,
    /// For each of the odds its places.
    odds_places: Vec<u32>,
    pub(super) places: Vec<u16>,
    /// A word for whether the counters are cleared, and then those that are added. The first does nothing.
    effects: Interner<u64>,
}

impl Map {
    pub(super) fn new() -> Self {
        let mut map = Self {
            keys: Interner::default(),
            spots: vec![Spot::Start(0), Spot::End],
            ways: vec![NOWHERE],
            rows: Vec::new(),
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

    /// The place of a drawn number among the options of a table.
    #[inline]
    pub(super) fn place(&self, table: &Table, drawn: u64) -> usize {
        let places = table.places as usize;
        if table.total <= MAX_PLACES {
            return usize::from(self.places[places + usize::try_from(drawn).unwrap_or_default()]);
        }
        let (pairs, _) = self.odds.get(table.places).as_chunks::<2>();
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
            Stop::Loop(head) => Spot::Loop(*head, self.new_ways(2)),
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
        let places = if total <= MAX_PLACES { self.odds_places[odds as usize] } else { odds };
        let one = Table { total, room: MAX_SPENT / total, places, ways: self.new_ways(chunks.len()) };
        Some(Spot::Pick(Pick { odds, one, all: one }))
    }

    /// Ways that are not known; the number of the first.
    pub(super) fn new_ways(&mut self, many: usize) -> u32 {
        let first = index(self.ways.len());
        self.ways.resize(self.ways.len() + many, NOWHERE);
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
            Spot::Pick(pick) => pick.one.ways,
            Spot::Loop(_, ways) | Spot::Start(ways) => *ways,
            Spot::End => unreachable!("there is no way from the end"),
        };
        let Progress { n_events, silent } = progress;
        if let Some(row) = self.row(text, n_events, silent, effect, next) {
            self.ways[ways as usize + place] = row;
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, text: &[u8], n_events: u64, silent: u64, effect: u32, next: u32) -> Option<u32> {
        if text.len() > MAX_TEXT {
            return None;
        }
        let text_start = match self.text_starts.get(text) {
            Some(start) => *start,
            None => {
                let start = index(self.texts.len() - BLOCK);
                self.texts.splice(start as usize..start as usize, text.iter().copied());
                self.text_starts.insert(text.to_owned(), start);
                start
            }
        };
        let row = Row {
            text: text_start,
            next,
            effect,
            length: u16::try_from(text.len()).ok()?,
            n_events: u16::try_from(n_events).ok()?,
            silent: u16::try_from(silent).ok()?,
        };
        self.rows.push(row);
        Some(index(self.rows.len() - 1))
    }

    /// The text of a row.
    pub(super) fn text(&self, row: &Row) -> &[u8] {
        &self.texts[row.text as usize..][..usize::from(row.length)]
    }

    /// The number of what happens to counters: whether those before are dropped, and those that are added.
    pub(super) fn effect(&mut self, clears: bool, added: &[Counter]) -> u32 {
        let mut words = vec![u64::from(clears)];
        words.extend(added.iter().map(|counter| u64::from(counter.must()) << 32 | u64::from(counter.may())));
        self.effects.intern(&words).0
    }

    /// Lets it happen.
    #[cold]
    pub(super) fn apply(&self, effect: u32, counters: &mut Vec<Counter>) {
        let words = self.effects.get(effect);
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
            + size_of_val(self.rows.as_slice())
            + size_of_val(self.places.as_slice())
            + 2 * self.texts.len()
            + self.text_starts.len() * size_of::<(Vec<u8>, u32)>()
    }
}

fn index(length: usize) -> u32 {
    u32::try_from(length).expect("what is kept is bounded")
}

const _: () = assert!(MAX_TEXT + BLOCK <= PAGE_BYTES, "a text fits on a page");
