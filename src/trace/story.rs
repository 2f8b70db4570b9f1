//! The format for people.
//!
//! ```text
//! simulation:
//! PHASE Phase.setup:
//!     Event  :: install
//!
//! PHASE Phase.operation:
//!     Action :: Source.user --> 'attach'(ephemeral1)
//!     Event  :: ephemeral1-storage-attached
//!
//! end.
//! ```

use super::{Header, Shows, Sink, TextSink};
use crate::model::grammar::{ActionId, Base, CauseId, Grammar, PhaseId, StateId};
use crate::model::{Alphabet, SymbolId};

/// Writes stories.
#[derive(Debug)]
pub struct Story<'a> {
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    shows: Shows,
    out: Vec<u8>,
    /// Where the trace at hand begins.
    start: usize,
}

impl<'a> Story<'a> {
    /// A writer of stories that show phases, actions and events as far as `shows` has them.
    pub fn new(grammar: &'a Grammar, alphabet: &'a Alphabet, shows: Shows) -> Self {
        let shows = Shows { states: false, decisions: false, ..shows };
        Self { grammar, alphabet, shows, out: Vec::new(), start: 0 }
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, value: i64, base: Base) {
        let text = self.grammar.value_text(value, base);
        self.push(&text);
    }
}

/// The first line. Its end is that of the blank line which is written before every phase, where phases are shown.
const HEAD: &str = "simulation:";

impl TextSink for Story<'_> {
    const NEEDS_EVENTS: bool = false;

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

impl Sink for Story<'_> {
    fn shows(&self) -> Shows {
        self.shows
    }

    fn begin(&mut self, _: Header) {
        self.start = self.out.len();
        self.push(HEAD);
        if !self.shows.phases {
            self.push("\n");
        }
    }

    fn initial(&mut self, _: StateId, _: i64) {}

    fn set(&mut self, _: StateId, _: i64) {}

    fn decision(&mut self, _: &str, _: u64) {}

    fn phase(&mut self, phase: PhaseId) {
        if self.shows.phases {
            let grammar = self.grammar;
            self.push("\nPHASE Phase.");
            self.push(&grammar.phases[phase.index()].name);
            self.push(":\n");
        }
    }

    fn action(&mut self, action: ActionId, source: CauseId, arguments: &[i64]) {
        if !self.shows.actions {
            return;
        }
        let grammar = self.grammar;
        let action = &grammar.actions[action.index()];
        self.push("    Action :: Source.");
        self.push(&grammar.sources[source.index()].name);
        self.push(" --> '");
        self.push(&action.label);
        self.push("'");
        for (place, (argument, variable)) in arguments.iter().zip(&action.variables).enumerate() {
            self.push(if place == 0 { "(" } else { ", " });
            self.value(*argument, variable.ty.base);
        }
        self.push(if arguments.is_empty() { "\n" } else { ")\n" });
    }

    fn event(&mut self, symbol: SymbolId, payload: &[i64]) {
        if !self.shows.events {
            return;
        }
        let (grammar, alphabet) = (self.grammar, self.alphabet);
        self.push("    Event  :: ");
        self.push(alphabet.name(symbol));
        if !payload.is_empty() {
            let fields = &grammar.events[alphabet.event_of(symbol).index()].payload;
            for (place, (value, field)) in payload.iter().zip(fields).enumerate() {
                self.push(if place == 0 { " (" } else { ", " });
                self.push(&field.name);
                self.push("=");
                self.value(*value, field.ty.base);
            }
            self.push(")");
        }
        self.push("\n");
    }

    fn end(&mut self) {
        // A blank line, unless there is nothing before it.
        if self.shows.phases || self.out.len() > self.start + HEAD.len() + 1 {
            self.push("\n");
        }
        self.push("end.\n");
    }

    fn abandon(&mut self) {
        self.out.truncate(self.start);
    }
}
