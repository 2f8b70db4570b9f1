//! Traces in memory.

use super::{Header, Shows, Sink};
use crate::model::SymbolId;
use crate::model::grammar::{ActionId, CauseId, PhaseId, StateId};

/// A trace as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Which one it is.
    pub header: Header,
    /// The states at the start, if states are shown.
    pub initial: Vec<(StateId, i64)>,
    /// What it shows.
    pub items: Vec<Item>,
}

/// An item of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are what `Sink` says of each kind of item")]
pub enum Item {
    /// A phase begins.
    Phase(PhaseId),
    /// Somebody acts.
    Action { action: ActionId, source: CauseId, arguments: Vec<i64> },
    /// An event happens.
    Event { symbol: SymbolId, payload: Vec<i64> },
    /// A state has changed.
    Set { state: StateId, value: i64 },
    /// A decision was taken.
    Decision { place: String, option: u64 },
}

impl Item {
    /// Tells a sink of it.
    pub fn show(&self, sink: &mut impl Sink) {
        match self {
            Self::Phase(phase) => sink.phase(*phase),
            Self::Action { action, source, arguments } => sink.action(*action, *source, arguments),
            Self::Event { symbol, payload } => sink.event(*symbol, payload),
            Self::Set { state, value } => sink.set(*state, *value),
            Self::Decision { place, option } => sink.decision(place, *option),
        }
    }
}

/// Keeps traces.
#[derive(Debug)]
pub struct Recorder {
    shows: Shows,
    traces: Vec<Trace>,
    open: Option<Trace>,
}

impl Recorder {
    /// A recorder of these kinds of items.
    pub fn new(shows: Shows) -> Self {
        Self { shows, traces: Vec::new(), open: None }
    }

    /// The traces that are complete.
    pub fn into_traces(self) -> Vec<Trace> {
        self.traces
    }

    fn open(&mut self) -> &mut Trace {
        self.open.as_mut().expect("a trace has begun")
    }

    fn push(&mut self, item: Item) {
        self.open().items.push(item);
    }
}

impl Sink for Recorder {
    fn shows(&self) -> Shows {
        self.shows
    }

    fn begin(&mut self, header: Header) {
        self.open = Some(Trace { header, initial: Vec::new(), items: Vec::new() });
    }

    fn initial(&mut self, state: StateId, value: i64) {
        self.open().initial.push((state, value));
    }

    fn set(&mut self, state: StateId, value: i64) {
        self.push(Item::Set { state, value });
    }

    fn decision(&mut self, place: &str, option: u64) {
        self.push(Item::Decision { place: place.to_owned(), option });
    }

    fn phase(&mut self, phase: PhaseId) {
        if self.shows.phases {
            self.push(Item::Phase(phase));
        }
    }

    fn action(&mut self, action: ActionId, source: CauseId, arguments: &[i64]) {
        if self.shows.actions {
            self.push(Item::Action { action, source, arguments: arguments.to_vec() });
        }
    }

    fn event(&mut self, symbol: SymbolId, payload: &[i64]) {
        if self.shows.events {
            self.push(Item::Event { symbol, payload: payload.to_vec() });
        }
    }

    fn end(&mut self) {
        self.traces.extend(self.open.take());
    }

    fn abandon(&mut self) {
        self.open = None;
    }
}
