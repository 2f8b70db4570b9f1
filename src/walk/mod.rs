//! Dice: random walks.
//!
//! [`walk`] draws one trace of a program, a [`Writer`] one after the other as text; [`batch`] draws many, on several
//! threads, in order. Trace number *i* of a seed depends on the program, the seed and *i* alone.

pub mod batch;
mod chart;
mod dice;

use chart::Chart;
use dice::Dice;

use crate::machine::{Configuration, Decision, Fault, Item, Odds, Pause, Program, Scratch};
use crate::model::SymbolId;
use crate::source::Span;
use crate::trace::{Header, Sink, TextSink};

/// What bounds a walk. `Default` has the defaults that are given here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The least number of events that a trace must have; 0.
    pub min_events: u64,
    /// The greatest number of events that it may have; no bound.
    pub max_events: u64,
    /// How often a trace is drawn until it has as many events as it must; 1,000.
    pub attempts: u64,
    /// After how many events a walk is stopped with an error; 1,000,000.
    pub events: u64,
    /// After how many silent steps between two events it is; 10,000,000.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { min_events: 0, max_events: u64::MAX, attempts: 1_000, events: 1_000_000, steps: 10_000_000 }
    }
}

/// Why there is no trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalkError {
    /// Which trace, and which attempt at it.
    pub header: Header,
    /// How many events had been shown.
    pub n_events: u64,
    /// What went wrong.
    pub cause: Cause,
}

/// What went wrong in a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The grammar failed.
    Fault(Box<Fault>),
    /// More events than [`Limits::events`]; where the next one would have been shown.
    EventLimit(Span),
    /// No attempt had as many events as it must.
    Attempts,
    /// The trace has no events, and the format can't say so.
    Empty,
}

/// Draws one trace into a sink; how many events it has. The sink has seen its `end`, or, after an error, still has the
/// trace so far.
///
/// # Errors
///
/// When the grammar fails on this trace, or a limit is met.
///
/// # Determinism
///
/// The same program, seed and number give the same trace on every machine, whatever else is drawn.
pub fn walk<S: Sink>(
    program: &Program,
    limits: &Limits,
    seed: u64,
    trace: u64,
    sink: &mut S,
    memory: &mut Memory,
) -> Result<u64, WalkError> {
    attempts(limits, seed, trace, sink, |header, sink| attempt_walk(program, limits, header, sink, memory))
}

/// Walks until the number of events is one of those that are asked for.
fn attempts<S: Sink>(
    limits: &Limits,
    seed: u64,
    trace: u64,
    sink: &mut S,
    mut attempt_walk: impl FnMut(Header, &mut S) -> Result<u64, (u64, Cause)>,
) -> Result<u64, WalkError> {
    let mut n_events = 0;
    for attempt in 0..limits.attempts.max(1) {
        let header = Header { seed, trace, attempt };
        let error = |n_events, cause| WalkError { header, n_events, cause };
        sink.begin(header);
        n_events = attempt_walk(header, sink).map_err(|(n, cause)| error(n, cause))?;
        if (limits.min_events..=limits.max_events).contains(&n_events) {
            sink.end();
            return Ok(n_events);
        }
        sink.abandon();
    }
    let header = Header { seed, trace, attempt: limits.attempts.max(1) - 1 };
    Err(WalkError { header, n_events, cause: Cause::Attempts })
}

/// Draws traces as text, fast: what walks have come through before is not run again, where the sink allows that.
#[derive(Debug)]
pub struct Writer<'a, S> {
    program: &'a Program,
    limits: Limits,
    sink: S,
    memory: Memory,
    chart: Option<Box<Chart>>,
}

impl<'a, S: TextSink> Writer<'a, S> {
    /// A writer of walks under these limits.
    pub fn new(program: &'a Program, limits: Limits, sink: S) -> Self {
        let has_chart = sink.repeats() && limits.steps >= chart::LEAST_STEPS;
        let chart = has_chart.then(|| Box::new(Chart::new(program, sink.shows().states)));
        Self { program, limits, sink, memory: Memory::new(program, &limits), chart }
    }

    /// The sink, which has the traces so far.
    pub fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Draws a trace: the same, with the same errors, as [`walk`] does.
    ///
    /// # Errors
    ///
    /// When the grammar fails on this trace, or a limit is met.
    pub fn walk(&mut self, seed: u64, trace: u64) -> Result<u64, WalkError> {
        let Self { program, limits, sink, memory, chart } = self;
        attempts(limits, seed, trace, sink, |header, sink| {
            if let Some(chart) = chart {
                if let Some(n_events) = chart.walk(program, limits, header, sink) {
                    return Ok(n_events);
                }
                // What is wrong with it is seen by walking it step by step.
                sink.abandon();
                sink.begin(header);
            }
            attempt_walk(program, limits, header, sink, memory)
        })
    }
}

/// Memory that walks of one program use one after the other.
#[derive(Debug)]
pub struct Memory {
    configuration: Configuration,
    start: Configuration,
    scratch: Scratch,
    /// The states when an item was last shown.
    states: Vec<u64>,
}

impl Memory {
    /// Memory for walks under these limits.
    pub fn new(program: &Program, limits: &Limits) -> Self {
        Self {
            configuration: program.start(),
            start: program.start(),
            scratch: Scratch::new(limits.steps),
            states: Vec::new(),
        }
    }
}

fn attempt_walk<S: Sink>(
    program: &Program,
    limits: &Limits,
    header: Header,
    sink: &mut S,
    memory: &mut Memory,
) -> Result<u64, (u64, Cause)> {
    let Memory { configuration, start, scratch, states } = memory;
    let mut dice = Dice::new(header);
    let mut n_events = 0;
    configuration.clone_from(start);
    scratch.refuel();
    states.clear();
    let shows = sink.shows();
    loop {
        match program.run(configuration, scratch).map_err(|fault| (n_events, Cause::Fault(fault)))? {
            Pause::Decide(decision) => {
                let option = draw(&mut dice, program, &decision, scratch);
                if shows.decisions {
                    sink.decision(&program.place(decision.place).name, option);
                }
                program.resume(configuration, option).map_err(|fault| (n_events, Cause::Fault(fault)))?;
            }
            Pause::Show(item) => {
                if shows.states {
                    show_states(program, configuration, states, sink);
                }
                if let Item::Event { place, .. } = item {
                    if n_events == limits.events {
                        return Err((n_events, Cause::EventLimit(program.place(place).span)));
                    }
                    n_events += 1;
                }
                show(program, scratch, item, sink);
                if n_events > limits.max_events {
                    // It does not fit, whatever comes.
                    return Ok(n_events);
                }
            }
            Pause::End => {
                if shows.states {
                    show_states(program, configuration, states, sink);
                }
                return Ok(n_events);
            }
        }
    }
}

/// Tells the sink of an item that has just been shown.
#[inline]
fn show<S: Sink>(program: &Program, scratch: &Scratch, item: Item, sink: &mut S) {
    match item {
        Item::Event { symbol, place, .. } => {
            sink.at(&program.place(place).name);
            sink.event(SymbolId(symbol), scratch.values());
        }
        Item::Phase { phase, .. } => sink.phase(phase),
        Item::Action { action, source, .. } => sink.action(action, source, scratch.values()),
    }
}

/// Tells the sink what states have changed since it was last told, or all of them the first time.
fn show_states<S: Sink>(program: &Program, at: &Configuration, before: &mut Vec<u64>, sink: &mut S) {
    let now = program.state_words(at);
    if before.is_empty() {
        for state in program.states() {
            sink.initial(state, program.state(at, state));
        }
        before.extend_from_slice(now);
    } else if before.as_slice() != now {
        for state in program.states() {
            if program.state_in(before, state) != program.state(at, state) {
                sink.set(state, program.state(at, state));
            }
        }
        before.copy_from_slice(now);
    }
}

/// The random numbers of a trace, each of 32 bits, for whoever draws something else than a walk: the words of its
/// generator, the low half first.
pub fn halves(header: Header) -> impl Iterator<Item = u32> {
    dice::words(header).flat_map(|word| {
        let half = |word: u64| u32::try_from(word & u64::from(u32::MAX)).expect("it is half a word");
        [half(word), half(word >> 32)]
    })
}

#[inline]
fn draw(dice: &mut Dice, program: &Program, decision: &Decision, scratch: &Scratch) -> u64 {
    match decision.odds {
        Odds::Uniform(n) => dice.below(n),
        Odds::Either { first, total } => u64::from(dice.below(total) >= first),
        Odds::Table(table) => program.pick(table, |total| dice.below(total)),
        Odds::Listed => {
            let choices = program.choices(decision, scratch);
            let total = choices.last().map_or(0, |choice| choice.upto);
            let drawn = dice.below(total);
            let index = if choices.len() <= 16 {
                choices.iter().take_while(|choice| choice.upto <= drawn).count()
            } else {
                choices.partition_point(|choice| choice.upto <= drawn)
            };
            choices[index].option
        }
    }
}
