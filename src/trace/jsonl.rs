//! The format for machines: one trace a line, as an object.
//!
//! | key | value |
//! |---|---|
//! | `format` | 1 |
//! | `grammar` | `"sha256:…"` of the grammar's text and settings |
//! | `trace`, `seed`, `attempt` | which trace it is; `attempt` only above 0 |
//! | `shows` | the kinds of items it has |
//! | `init` | the states at the start, where states are shown |
//! | `items` | the items |

use std::io::Write as _;

use serde_json::Value;

use super::{Header, Shows, Sink, TextSink};
use crate::model::grammar::{ActionId, Base, CauseId, Grammar, NONE, PhaseId, StateId, Type, elements};
use crate::model::{Alphabet, SymbolId};

/// What a line says beside its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonlOptions {
    /// The kinds of items.
    pub shows: Shows,
    /// The hash of the grammar, in hexadecimal digits.
    pub hash: String,
}

/// Writes jsonl. What depends on a symbol alone is made once, so an event costs one copy and its payload.
#[derive(Debug)]
pub struct Jsonl<'a> {
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    options: JsonlOptions,
    /// What stands before the number of the trace, and what behind the seed.
    head: [String; 2],
    /// For each symbol its object without payload and closing brace; made when it is first shown.
    events: Vec<Option<Box<str>>>,
    header: Header,
    /// The states at the start, where they are shown, and then the items, with a comma before each.
    items: Vec<u8>,
    /// The decisions that draw the states at the start.
    decisions: Vec<u8>,
    /// Whether the states at the start are being told.
    in_initial: bool,
    /// Whether the last item is a `set` that may take more.
    in_set: bool,
    /// Whether it is an action or an event, which may take more too.
    takes_more: bool,
    out: Vec<u8>,
}

impl<'a> Jsonl<'a> {
    /// A writer of traces of this grammar.
    pub fn new(grammar: &'a Grammar, alphabet: &'a Alphabet, options: JsonlOptions) -> Self {
        let shows: Vec<_> = options.shows.names().collect();
        let head = [
            format!(r#"{{"format":1,"grammar":"sha256:{}","trace":"#, options.hash),
            format!(r#","shows":{}"#, Value::from(shows)),
        ];
        Self {
            grammar,
            alphabet,
            options,
            head,
            events: vec![None; alphabet.len()],
            header: Header { seed: 0, trace: 0, attempt: 0 },
            items: Vec::new(),
            decisions: Vec::new(),
            in_initial: false,
            in_set: false,
            takes_more: false,
            out: Vec::new(),
        }
    }

    /// Begins an item, behind a comma: that of the first is left out in the end.
    fn item(&mut self) {
        self.close();
        if !self.items.ends_with(b"[") {
            self.items.push(b',');
        }
    }

    fn text(&mut self, text: &str) {
        self.items.extend_from_slice(text.as_bytes());
    }

    /// `"name":value`, behind a comma unless it is the first.
    fn pair(items: &mut Vec<u8>, grammar: &Grammar, first: bool, name: &str, value: i64, ty: Type) {
        if !first {
            items.push(b',');
        }
        items.extend_from_slice(quoted(name).as_bytes());
        items.push(b':');
        push_value(items, grammar, value, ty);
    }
}

/// What stands between the states at the start and the items.
const ITEMS: &str = r#"},"items":["#;

/// A string as JSON writes it.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn push_value(items: &mut Vec<u8>, grammar: &Grammar, value: i64, ty: Type) {
    let text = match ty.base {
        _ if ty.optional && value == NONE => "null".to_owned(),
        Base::Bool | Base::Int { .. } => grammar.value_text(value, ty.base),
        Base::Set { lo, .. } => Value::from(elements(value, lo).collect::<Vec<_>>()).to_string(),
        Base::Enum(_) | Base::Instance(_) | Base::Array(_) => quoted(&grammar.value_text(value, ty.base)),
    };
    items.extend_from_slice(text.as_bytes());
}

impl TextSink for Jsonl<'_> {
    const NEEDS_EVENTS: bool = false;

    fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    fn items(&mut self) -> &mut Vec<u8> {
        &mut self.items
    }

    fn close(&mut self) {
        if std::mem::take(&mut self.in_set) {
            self.text("}}");
        }
        if std::mem::take(&mut self.in_initial) {
            self.text(ITEMS);
            self.items.extend_from_slice(self.decisions.get(1..).unwrap_or_default());
            self.decisions.clear();
        }
    }

    fn repeats(&self) -> bool {
        // Changes of states belong together until an item is shown, and a loop decides only where it may end.
        let Shows { phases, actions, events, states, decisions } = self.options.shows;
        !decisions && (!states || phases && actions && events)
    }
}

impl Sink for Jsonl<'_> {
    fn shows(&self) -> Shows {
        self.options.shows
    }

    fn begin(&mut self, header: Header) {
        self.header = header;
        self.items.clear();
        self.decisions.clear();
        self.in_initial = false;
        self.in_set = false;
        self.takes_more = false;
    }

    fn initial(&mut self, state: StateId, value: i64) {
        if !std::mem::replace(&mut self.in_initial, true) {
            self.decisions = std::mem::take(&mut self.items);
        }
        let state = &self.grammar.states[state.index()];
        Self::pair(&mut self.items, self.grammar, false, &state.name, value, state.ty);
    }

    fn set(&mut self, state: StateId, value: i64) {
        let first = !self.in_set;
        if first {
            self.item();
            self.text(r#"{"set":{"#);
            self.in_set = true;
        }
        let state = &self.grammar.states[state.index()];
        Self::pair(&mut self.items, self.grammar, first, &state.name, value, state.ty);
    }

    fn decision(&mut self, place: &str, option: u64) {
        self.item();
        self.text(&format!(r#"{{"decision":{},"option":{option}}}"#, quoted(place)));
    }

    fn phase(&mut self, phase: PhaseId) {
        self.takes_more = false;
        if self.options.shows.phases {
            self.item();
            self.text(&format!(r#"{{"phase":{}}}"#, quoted(&self.grammar.phases[phase.index()].name)));
        }
    }

    fn action(&mut self, action: ActionId, source: CauseId, arguments: &[i64]) {
        self.takes_more = self.options.shows.actions;
        if !self.options.shows.actions {
            return;
        }
        self.item();
        let action = &self.grammar.actions[action.index()];
        let source = &self.grammar.sources[source.index()].name;
        self.text(&format!(r#"{{"action":{},"source":{}"#, quoted(&action.label), quoted(source)));
        for (place, (argument, variable)) in arguments.iter().zip(&action.variables).enumerate() {
            if place == 0 {
                self.text(r#","args":{"#);
            }
            Self::pair(&mut self.items, self.grammar, place == 0, &variable.name, *argument, variable.ty);
        }
        self.text(if arguments.is_empty() { "}" } else { "}}" });
    }

    fn event(&mut self, symbol: SymbolId, payload: &[i64]) {
        self.takes_more = self.options.shows.events;
        if !self.options.shows.events {
            return;
        }
        self.item();
        let (grammar, alphabet) = (self.grammar, self.alphabet);
        let text = self.events[symbol.index()].get_or_insert_with(|| event_text(grammar, alphabet, symbol).into());
        self.items.extend_from_slice(text.as_bytes());
        if !payload.is_empty() {
            let fields = &grammar.events[alphabet.event_of(symbol).index()].payload;
            self.text(r#","payload":{"#);
            for (place, (value, field)) in payload.iter().zip(fields).enumerate() {
                Self::pair(&mut self.items, grammar, place == 0, &field.name, *value, field.ty);
            }
            self.items.push(b'}');
        }
        self.items.push(b'}');
    }

    fn attach(&mut self, key: &str, value: &str) {
        if self.takes_more {
            let brace = self.items.pop();
            debug_assert_eq!(brace, Some(b'}'), "an action or an event is an object");
            self.text(&format!(",{}:{value}}}", quoted(key)));
        }
    }

    fn end(&mut self) {
        self.close();
        let Header { seed, trace, attempt } = self.header;
        let [before, between] = &self.head;
        let attempt = if attempt > 0 { format!(r#","attempt":{attempt}"#) } else { String::new() };
        // Writing to memory can't fail.
        let _ = write!(self.out, r#"{before}{trace},"seed":{seed}{attempt}{between}"#);
        let has_initial = self.items.starts_with(b",\"");
        let opening = match self.options.shows.states {
            true if has_initial => r#","init":{"#,
            true => r#","init":{},"items":["#,
            false => r#","items":["#,
        };
        self.out.extend_from_slice(opening.as_bytes());
        // The first comma is left out.
        self.out.extend_from_slice(self.items.get(1..).unwrap_or_default());
        self.items.clear();
        self.out.extend_from_slice(b"]}\n");
    }

    fn abandon(&mut self) {
        self.items.clear();
    }
}

/// `{"event":"http-relation-joined","of":{"relation":"http"}`, still open.
fn event_text(grammar: &Grammar, alphabet: &Alphabet, symbol: SymbolId) -> String {
    let mut text = format!(r#"{{"event":{}"#, quoted(alphabet.name(symbol)));
    let event = &grammar.events[alphabet.event_of(symbol).index()];
    for (place, (kind, instance)) in event.kinds.iter().zip(alphabet.instances_of(symbol)).enumerate() {
        text.push_str(if place == 0 { r#","of":{"# } else { "," });
        let kind = &grammar.kinds[kind.index()].name;
        let instance = grammar.instances[instance.index()].full_name();
        text.extend([&quoted(kind), ":", &quoted(&instance)]);
    }
    if !event.kinds.is_empty() {
        text.push('}');
    }
    text
}
