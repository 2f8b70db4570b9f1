//! A chart of what walks have come through, so that it need not be run again.
//!
//! What a run does between two decisions depends on its configuration and on the option that was taken, and on nothing
//! else. So the first walk that takes a way lets the machine run, and keeps what came of it: the text that the sink wrote,
//! and the spot that it led to. Whoever takes the way later copies the text. Most walks are on ways that are known, and
//! cost a draw and a copy for each decision; there is no second meaning of the language beside the machine's.
//!
//! The counters of loops are kept apart ([`Loop`]), so that a loop is one spot and not as many as it has iterations, unless
//! branches run side by side. Draws in a row whose ways are all known become one ([`merge`]). What is unusual is left to
//! the machine alone: a walk that fails, or meets a limit, is given up here and walked again from its beginning.

mod map;
mod merge;
mod run;

use map::{Cell, END, LoopSpot, Map, Merged, NOWHERE, START, Way};

use super::dice::Dice;
use super::{Limits, draw};
use crate::machine::{Configuration, Counter, Decision, Loop, LoopTurn, Program, Scratch};
use crate::trace::{Header, TextSink};

/// With fewer silent steps between two events than this a walk may be given up where the machine would not, which costs
/// time; so then there should be no chart.
pub(super) const LEAST_STEPS: u64 = 1_000_000;

/// How many silent steps the way from one spot to the next may have. Two dozen of them are far fewer than
/// [`LEAST_STEPS`]: draws that are merged take fewer ways than that.
const WAY_STEPS: u64 = 20_000;

/// How much of a walk's text is put together before it goes to the sink.
const PAGE_BYTES: usize = 16 << 10;

/// So many turns of a loop at most are made before it is looked whether a limit is met, if none of them has more silent
/// steps at its end than this: all together have fewer than [`LEAST_STEPS`] leave room for.
const MAX_TURNS: u32 = 512;
const TURN_STEPS: u16 = 400;

/// Text is copied in pieces of this size, however short it is: a copy of fixed size needs no branch.
const BLOCK: usize = 64;

/// What is known of a program's walks, and the memory of the walk at hand.
#[derive(Debug)]
pub(super) struct Chart {
    map: Map,
    /// Whether counters are no part of a spot.
    counts_apart: bool,
    /// Whether the sink is told of states; then a spot is also what it was told last.
    shows_states: bool,
    /// Those words of states, or none before the first time.
    told: Vec<u64>,
    /// The spot where the machine has stopped.
    here: Option<u32>,
    /// The counters of the loops that run, where they are kept apart.
    counters: Vec<Counter>,
    start: Configuration,
    /// Where the walk is, while the machine runs.
    configuration: Configuration,
    /// What it pauses for there.
    stop: Stop,
    scratch: Scratch,
    key: Vec<u64>,
    page: Box<[u8; PAGE_BYTES]>,
    n_walks: u64,
    n_given_up: u64,
}

/// What the machine stops for.
#[derive(Clone, Copy, Debug)]
enum Stop {
    Decision(Decision),
    Loop(Loop),
    End,
}

/// How far a walk has come.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    n_events: u64,
    /// At most so many silent steps were made since the last event.
    silent: u64,
}

impl Progress {
    /// Goes a known way.
    #[inline]
    fn take(&mut self, way: &Way) {
        self.n_events += u64::from(way.n_events);
        self.silent = u64::from(way.silent) + if way.n_events == 0 { self.silent } else { 0 };
    }

    /// Whether there are more events than may be, or perhaps more silent steps.
    #[inline]
    fn is_beyond(&self, limits: &Limits) -> bool {
        self.n_events > limits.events.min(limits.max_events) || self.silent > limits.steps - LEAST_STEPS / 2
    }
}

/// Where the known ways end.
enum Left {
    /// At a spot: the end, or where a limit is met.
    There(u32),
    /// At a spot from which a certain way is not known.
    Unknown { spot: u32, place: usize },
}

impl Chart {
    /// A chart on which nothing is known.
    pub(super) fn new(program: &Program, shows_states: bool) -> Self {
        Self {
            map: Map::new(),
            counts_apart: !program.has_interleave(),
            shows_states,
            told: Vec::new(),
            here: None,
            counters: Vec::new(),
            start: program.start(),
            configuration: program.start(),
            stop: Stop::End,
            scratch: Scratch::new(WAY_STEPS),
            key: Vec::new(),
            page: Box::new([0; PAGE_BYTES]),
            n_walks: 0,
            n_given_up: 0,
        }
    }

    /// Walks to the end of a trace; how many events it has, or more than the greatest number that is asked for. Nothing
    /// where the walk is given up: what the sink has of it is then of no use.
    pub(super) fn walk<S: TextSink>(
        &mut self,
        program: &Program,
        limits: &Limits,
        header: Header,
        sink: &mut S,
    ) -> Option<u64> {
        // Where most walks are unusual, it does not pay.
        if self.n_given_up > self.n_walks / 2 + 16 {
            return None;
        }
        self.n_walks += 1;
        if self.n_walks.is_power_of_two() {
            self.map.merge();
        }
        let walked = self.attempt(program, limits, header, sink);
        self.n_given_up += u64::from(walked.is_none());
        walked
    }

    fn attempt<S: TextSink>(
        &mut self,
        program: &Program,
        limits: &Limits,
        header: Header,
        sink: &mut S,
    ) -> Option<u64> {
        let mut dice = Dice::new(header);
        let mut progress = Progress::default();
        self.counters.clear();
        let mut here = Some(START);
        while here != Some(END) && !progress.is_beyond(limits) {
            here = match here {
                Some(spot) => match self.follow(spot, &mut dice, limits, &mut progress, sink) {
                    Left::There(spot) => Some(spot),
                    Left::Unknown { spot, place } => self.learn(program, spot, place, &mut progress, sink).ok()?,
                },
                None => self.wander(program, &mut dice, &mut progress, sink).ok()?,
            };
        }
        if !progress.is_beyond(limits) {
            return Some(progress.n_events);
        }
        // The machine stops with the first event that is too many; it is an error if that is beyond the limit.
        let is_long = progress.n_events > limits.max_events && limits.max_events < limits.events;
        is_long.then_some(limits.max_events.saturating_add(1))
    }

    /// Walks on from a spot as long as the ways are known.
    fn follow<S: TextSink>(
        &mut self,
        mut spot: u32,
        dice: &mut Dice,
        limits: &Limits,
        progress: &mut Progress,
        sink: &mut S,
    ) -> Left {
        let Self { map, counters, page, .. } = self;
        let mut page = Page { bytes: page, filled: 0, sink };
        let mut so_far = *progress;
        let left = loop {
            let (place, way) = match &map.cells[spot as usize] {
                Cell::Pick(pick) => {
                    let Merged { total, room, first_room, start } = map.merged[pick.merged as usize];
                    if let Some(drawn) = dice.together(total, room, first_room) {
                        (0, &map.joined[map.direct[start as usize + usize_of(drawn)] as usize])
                    } else {
                        let weights = &map.odds[pick.odds as usize];
                        let place = map.place(pick, weights, dice.below(weights.total));
                        (place, map.way(spot, place))
                    }
                }
                Cell::Loop { number, .. } => {
                    let LoopSpot { head, body } = &map.loops[*number as usize];
                    let counter = counters.last_mut().expect("the loop that runs has the last counter");
                    let Merged { total, room, first_room, start } = map.merged[*body as usize];
                    if total > 0 {
                        let turns = counter.must().min(MAX_TURNS);
                        let mut n_turns = 0;
                        while n_turns < turns
                            && let Some(drawn) = dice.together(total, room, first_room)
                        {
                            let way = &map.joined[map.direct[start as usize + usize_of(drawn)] as usize];
                            so_far.take(way);
                            page.write(&map.texts, way);
                            n_turns += 1;
                        }
                        *counter = Counter::of(counter.must() - n_turns, counter.may());
                        if so_far.is_beyond(limits) {
                            break Left::There(spot);
                        }
                    }
                    let leaves = match head.turn(*counter) {
                        LoopTurn::Leave => true,
                        LoopTurn::GoOn => false,
                        LoopTurn::Decide { first, total } => dice.below(total) < first,
                    };
                    let place = usize::from(!leaves);
                    let way = map.way(spot, place);
                    if way.next != NOWHERE {
                        if leaves {
                            counters.pop();
                        } else {
                            *counter = counter.next().expect("counters are known");
                        }
                    }
                    (place, way)
                }
                Cell::Start => (0, map.way(spot, 0)),
                Cell::End => break Left::There(spot),
                Cell::Way(_) => unreachable!("a way leads to a spot"),
            };
            if way.next == NOWHERE {
                break Left::Unknown { spot, place };
            }
            so_far.take(way);
            if so_far.is_beyond(limits) {
                break Left::There(spot);
            }
            if way.effect != 0 {
                map.apply(way.effect, counters);
            }
            page.write(&map.texts, way);
            spot = way.next;
        };
        page.turn();
        *progress = so_far;
        left
    }
}

/// Text on its way to a sink.
struct Page<'a, S> {
    bytes: &'a mut [u8; PAGE_BYTES],
    filled: usize,
    sink: &'a mut S,
}

impl<S: TextSink> Page<'_, S> {
    /// Adds the text of a way.
    #[inline]
    fn write(&mut self, texts: &[u8], way: &Way) {
        let (start, length) = (way.text as usize, usize::from(way.length));
        if self.filled + length + BLOCK > PAGE_BYTES {
            self.turn();
        }
        let filled = self.filled;
        self.bytes[filled..filled + BLOCK].copy_from_slice(&texts[start..start + BLOCK]);
        if length > BLOCK {
            self.bytes[filled + BLOCK..filled + length].copy_from_slice(&texts[start + BLOCK..start + length]);
        }
        self.filled += length;
    }

    /// Hands it on.
    fn turn(&mut self) {
        self.sink.items().extend_from_slice(&self.bytes[..self.filled]);
        self.filled = 0;
    }
}

fn usize_of(drawn: u64) -> usize {
    usize::try_from(drawn).expect("it is a place in a table")
}
