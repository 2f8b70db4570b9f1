//! jsonl: one object a line, which holds a trace.
//!
//! A line is read twice: first to find its items, then each of them when it is asked for. So a line takes little more
//! memory than its text, whatever is in it.

use std::borrow::Cow;
use std::io::Read;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::foreign::shown;
use super::json::RawItem;
use super::lines::Lines;
use super::resolve::Item;
use super::{Head, ReadError, text};
use crate::diagnostic::suggest;
use crate::trace::Shows;

/// The version of the format.
const VERSION: u64 = 1;

/// Where the items of the line at hand are.
#[derive(Debug, Default)]
pub(super) struct Jsonl {
    /// Where each item begins and ends in the line.
    items: Vec<(u32, u32)>,
    /// The next one.
    next: usize,
}

/// A line, but for what its items say.
#[derive(Deserialize)]
struct Line<'a> {
    format: Option<u64>,
    trace: Option<u64>,
    seed: Option<u64>,
    shows: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// What lines of every version say.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

impl Jsonl {
    /// Goes to the next trace; `None` at the end of the input.
    pub(super) fn begin<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<Option<Head>, ReadError> {
        self.skip();
        while let Some(line) = lines.next()? {
            if !line.trim_ascii().is_empty() {
                let head = self.line(lines.number(), text(lines)?);
                if head.is_err() {
                    self.skip();
                }
                return head.map(Some);
            }
        }
        Ok(None)
    }

    /// Leaves the rest of the trace at hand.
    pub(super) fn skip(&mut self) {
        self.items.clear();
        self.next = 0;
    }

    fn line(&mut self, number: u64, text: &str) -> Result<Head, ReadError> {
        // The parser would take an array for the fields in their order.
        let indent = text.len() - text.trim_start().len();
        if !text[indent..].starts_with('{') {
            let error = ReadError::new(number, "a trace is an object, which begins with `{`");
            return Err(error.behind(&text.as_bytes()[..indent]).help(TRACE));
        }
        let line: Line<'_> = serde_json::from_str(text).map_err(|error| match serde_json::from_str(text) {
            Ok(Version { format }) if format != VERSION => wrong_version(number, format),
            _ => wrong_json(number, text, 0, &error),
        })?;
        if let Some(version) = line.format.filter(|version| *version != VERSION) {
            return Err(wrong_version(number, version));
        }
        let place = |at: usize| u32::try_from(at).expect("a line is shorter than 4 GiB");
        self.items.extend(line.items.iter().map(|item| {
            // The item is a part of the line.
            let start = item.get().as_ptr().addr() - text.as_ptr().addr();
            (place(start), place(start + item.get().len()))
        }));
        let shows = match line.shows {
            Some(kinds) => said(number, &kinds)?,
            None => self.occurring(number, text.as_bytes())?,
        };
        Ok(Head { line: number, shows, number: line.trace, seed: line.seed, unit: None })
    }

    /// The kinds of items that occur.
    fn occurring(&mut self, number: u64, line: &[u8]) -> Result<Shows, ReadError> {
        let mut shows = Shows::NOTHING;
        while self.next(line).is_some() {
            match self.raw(number, line)? {
                RawItem::Shown(Item::Phase(_)) => shows.phases = true,
                RawItem::Shown(Item::Action { .. }) => shows.actions = true,
                RawItem::Shown(Item::Event { .. }) => shows.events = true,
                RawItem::Set => shows.states = true,
                RawItem::Decision => shows.decisions = true,
            }
        }
        self.next = 0;
        Ok(shows)
    }

    /// The text of the next item of the trace at hand; `None` behind its end.
    pub(super) fn next<'l>(&mut self, line: &'l [u8]) -> Option<&'l [u8]> {
        let (start, end) = self.items.get(self.next)?;
        self.next += 1;
        Some(&line[*start as usize..*end as usize])
    }

    /// What the item says whose text was given out last.
    pub(super) fn read<'l, R: Read>(&self, lines: &'l Lines<R>) -> Result<RawItem<'l>, ReadError> {
        self.raw(lines.number(), lines.current())
    }

    fn raw<'l>(&self, number: u64, line: &'l [u8]) -> Result<RawItem<'l>, ReadError> {
        let (start, end) = self.items[self.next - 1];
        let item = serde_json::from_slice(&line[start as usize..end as usize]);
        item.map_err(|error| wrong_json(number, line, start as usize, &error))
    }
}

/// The kinds that `shows` names; an error for a name that is none.
fn said(number: u64, kinds: &[Cow<'_, str>]) -> Result<Shows, ReadError> {
    const KINDS: [&str; 5] = ["phases", "actions", "events", "states", "decisions"];
    if let Some(unknown) = kinds.iter().find(|kind| !KINDS.contains(&&***kind)) {
        let message = format!("`shows` has `{}`, which is no kind of items", shown(unknown));
        let help = match suggest::nearest(unknown, KINDS) {
            Some(similar) => format!("did you mean `{similar}`?"),
            None => format!("the kinds are {}", KINDS.join(", ")),
        };
        return Err(ReadError::new(number, message).help(help));
    }
    let [phases, actions, events, states, decisions] = KINDS.map(|name| kinds.iter().any(|kind| kind == name));
    Ok(Shows { phases, actions, events, states, decisions })
}

fn wrong_version(number: u64, version: u64) -> ReadError {
    let message = if version > VERSION {
        format!("format {version} is newer than this program, which reads format {VERSION}")
    } else {
        format!("there is no format {version}; this program reads format {VERSION}")
    };
    ReadError::new(number, message)
}

/// What the parser found wrong in the part of a line that begins at `start`. For a value that its place does not
/// take the parser tells how far it has read, which may be a character too little or too much.
fn wrong_json(number: u64, line: impl AsRef<[u8]>, start: usize, error: &serde_json::Error) -> ReadError {
    let line = line.as_ref();
    let message = error.to_string();
    // The parser's own place is one in the part.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let before = line.len().min(start + error.column().saturating_sub(1));
    let (message, help) = if error.is_data() {
        (message.to_owned(), TRACE)
    } else if error.is_eof() {
        (format!("the line is cut off: {message}"), "each line is one whole object")
    } else {
        (format!("this is not JSON: {message}"), "each line is one JSON object")
    };
    ReadError::new(number, message).behind(&line[..before]).help(help)
}

const TRACE: &str = "a trace is `{\"items\":[…]}`; an item is the name of an event, or an object with `event`, \
                     `action`, `phase`, `set` or `decision`";
