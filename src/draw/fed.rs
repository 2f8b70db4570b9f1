//! Traces with data.

use rustc_hash::FxHashMap;

use super::{Drawer, Occasion};
use crate::model::SymbolId;
use crate::model::grammar::{ActionId, CauseId, PhaseId, StateId};
use crate::trace::{Header, Shows, Sink, TextSink};

/// Writes traces with data for their events.
#[derive(Debug)]
pub struct Fed<'a, S> {
    sink: S,
    drawer: &'a Drawer<'a>,
    header: Header,
    /// The place that shows what comes next.
    place: String,
    /// How often each place has shown each event in this trace.
    shown: FxHashMap<(String, SymbolId), u32>,
}

impl<'a, S> Fed<'a, S> {
    /// Puts data into what this sink writes.
    pub fn new(sink: S, drawer: &'a Drawer<'a>) -> Self {
        let header = Header { seed: 0, trace: 0, attempt: 0 };
        Self { sink, drawer, header, place: String::new(), shown: FxHashMap::default() }
    }
}

impl<S: TextSink> TextSink for Fed<'_, S> {
    const NEEDS_EVENTS: bool = S::NEEDS_EVENTS;

    fn out(&mut self) -> &mut Vec<u8> {
        self.sink.out()
    }

    fn items(&mut self) -> &mut Vec<u8> {
        self.sink.items()
    }

    fn close(&mut self) {
        self.sink.close();
    }

    fn repeats(&self) -> bool {
        false
    }
}

impl<S: Sink> Sink for Fed<'_, S> {
    fn shows(&self) -> Shows {
        self.sink.shows()
    }

    fn begin(&mut self, header: Header) {
        self.header = header;
        self.shown.clear();
        self.sink.begin(header);
    }

    fn initial(&mut self, state: StateId, value: i64) {
        self.sink.initial(state, value);
    }

    fn set(&mut self, state: StateId, value: i64) {
        self.sink.set(state, value);
    }

    fn decision(&mut self, place: &str, option: u64) {
        self.sink.decision(place, option);
    }

    fn phase(&mut self, phase: PhaseId) {
        self.sink.phase(phase);
    }

    fn action(&mut self, action: ActionId, source: CauseId, arguments: &[i64]) {
        self.sink.action(action, source, arguments);
    }

    fn at(&mut self, place: &str) {
        self.place.clear();
        self.place.push_str(place);
        self.sink.at(place);
    }

    fn event(&mut self, symbol: SymbolId, payload: &[i64]) {
        self.sink.event(symbol, payload);
        let shown = self.shown.entry((self.place.clone(), symbol)).or_default();
        let occasion = Occasion { header: self.header, place: &self.place, symbol, before: *shown };
        *shown += 1;
        if let Some(data) = self.drawer.draw(occasion, payload) {
            self.sink.attach("data", &data);
        }
    }

    fn attach(&mut self, key: &str, value: &str) {
        self.sink.attach(key, value);
    }

    fn end(&mut self) {
        self.sink.end();
    }

    fn abandon(&mut self) {
        self.sink.abandon();
    }
}
