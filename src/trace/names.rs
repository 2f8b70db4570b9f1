//! One event name a line, and a blank line behind each trace.

use super::{Header, Shows, Sink, TextSink};
use crate::model::grammar::{ActionId, CauseId, PhaseId, StateId};
use crate::model::{Alphabet, SymbolId};

/// Writes names. The lines of all symbols lie next to each other, so an event costs one copy.
#[derive(Debug)]
pub struct Names {
    lines: Vec<u8>,
    /// Where the line of each symbol begins, and where the last one ends.
    starts: Vec<u32>,
    out: Vec<u8>,
    /// Where the trace at hand begins.
    start: usize,
}

impl Names {
    /// A writer of the names of this alphabet.
    ///
    /// # Panics
    ///
    /// If all names together have 2^32 bytes or more, which the limits on names and alphabets keep from happening.
    pub fn new(alphabet: &Alphabet) -> Self {
        let mut lines = Vec::new();
        let mut starts = vec![0];
        for symbol in (0..).take(alphabet.len()).map(SymbolId) {
            lines.extend_from_slice(alphabet.name(symbol).as_bytes());
            lines.push(b'\n');
            starts.push(u32::try_from(lines.len()).expect("an alphabet's names are below 4 GiB"));
        }
        Self { lines, starts, out: Vec::new(), start: 0 }
    }
}

impl TextSink for Names {
    const NEEDS_EVENTS: bool = true;

    fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    fn items(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    fn repeats(&self) -> bool {
        true
    }
}

impl Sink for Names {
    fn shows(&self) -> Shows {
        Shows::EVENTS
    }

    fn begin(&mut self, _: Header) {
        self.start = self.out.len();
    }

    fn initial(&mut self, _: StateId, _: i64) {}

    fn set(&mut self, _: StateId, _: i64) {}

    fn decision(&mut self, _: &str, _: u64) {}

    fn phase(&mut self, _: PhaseId) {}

    fn action(&mut self, _: ActionId, _: CauseId, _: &[i64]) {}

    #[inline]
    fn event(&mut self, symbol: SymbolId, _: &[i64]) {
        let (start, end) = (self.starts[symbol.index()], self.starts[symbol.index() + 1]);
        self.out.extend_from_slice(&self.lines[start as usize..end as usize]);
    }

    fn end(&mut self) {
        self.out.push(b'\n');
    }

    fn abandon(&mut self) {
        self.out.truncate(self.start);
    }
}
