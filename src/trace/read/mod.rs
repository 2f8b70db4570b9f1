//! Traces that are read, in each of the three formats.
//!
//! A [`Reader`] goes over its input once and holds one item at a time (of jsonl, one line), so that the length of an
//! input is no matter. A [`Vocabulary`] tells what the names in it are.

mod carried;
mod error;
mod foreign;
mod format;
mod json;
mod jsonl;
mod lines;
mod logged;
mod lookup;
mod memo;
mod names;
mod one;
mod resolve;
mod resolve_event;
mod story;
mod values;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use carried::{Carried, Load};
pub use error::ReadError;
pub(crate) use foreign::{Suggestions, shown};
pub use format::Format;
pub(crate) use logged::{Logged, resolve_logged};
pub use one::read_item;
pub use vocabulary::Vocabulary;

use std::io::Read;

use super::{Observed, Shows};
use crate::model::NameId;
use json::RawItem;
use jsonl::Jsonl;
use lines::Lines;
use memo::Memo;
use story::Story;

/// What is known of a trace before its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The kinds of items that it shows: what the format does, or jsonl says; else those that occur in it.
    pub shows: Shows,
    /// Its number, if it says so.
    pub number: Option<u64>,
    /// Its seed, if it says so.
    pub seed: Option<u64>,
    /// The unit whose life it is, if a log says so.
    pub unit: Option<String>,
}

/// Reads traces, one item after the other. What `Read` gives is buffered.
///
/// Costs time in the length of the input, and memory in that of its longest line. No input makes it panic.
#[derive(Debug)]
pub struct Reader<'v, R: Read> {
    lines: Lines<R>,
    vocabulary: &'v Vocabulary<'v>,
    format: Option<Format>,
    story: Story,
    jsonl: Jsonl,
    memo: Memo,
    suggestions: Suggestions,
    /// The item that came last.
    item: Observed,
    /// Whether nothing has been read yet.
    is_new: bool,
    /// Whether a trace is at hand.
    is_within: bool,
    /// Whether nothing more can be read.
    is_over: bool,
}

impl<'v, R: Read> Reader<'v, R> {
    /// A reader of a format, or of that which the first bytes are of: `{` begins jsonl, `simulation:` or
    /// `PHASE Phase.` a story, and all else names.
    pub fn new(input: R, format: Option<Format>, vocabulary: &'v Vocabulary<'v>) -> Self {
        Self {
            lines: Lines::new(input),
            vocabulary,
            format,
            story: Story::default(),
            jsonl: Jsonl::default(),
            memo: Memo::default(),
            suggestions: Suggestions::default(),
            item: Observed::Event { name: NameId::default(), of: Vec::new(), payload: Vec::new() },
            is_new: true,
            is_within: false,
            is_over: false,
        }
    }

    /// The format: one that was not given is known once a trace was asked for, but for an empty input.
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// Goes to the next trace, over what is left of the one at hand; `None` when there is none.
    ///
    /// # Errors
    ///
    /// If the input fails, has a line that is too long or no text, or is none of this format. Behind a wrong line of
    /// jsonl the next trace can be read; any other error ends the input.
    pub fn next_trace(&mut self) -> Result<Option<Head>, ReadError> {
        let begun = if self.is_over { Ok(None) } else { self.begin() };
        self.is_within = matches!(begun, Ok(Some(_)));
        self.is_over |= matches!(begun, Ok(None));
        begun.map_err(|error| self.note(error))
    }

    /// The next item of the trace at hand, `None` at its end. What is ignored is passed over; so are changes of states,
    /// and decisions. Costs no allocation for the names of events.
    ///
    /// # Errors
    ///
    /// As for [`next_trace`](Self::next_trace); the trace is over then.
    #[inline]
    pub fn next_item(&mut self) -> Result<Option<&Observed>, ReadError> {
        if !self.is_within {
            return Ok(None);
        }
        let read = match self.format {
            Some(Format::Names) => {
                names::read(&mut self.lines, self.vocabulary, &mut self.suggestions, &mut self.item).map(some_new)
            }
            Some(Format::Story) => self.read_story().map(some_new),
            _ => self.read_jsonl(),
        };
        match read {
            Ok(Some(Place::New)) => Ok(Some(&self.item)),
            Ok(Some(Place::Kept(number))) => Ok(self.memo.item(number)),
            Ok(None) => {
                self.is_within = false;
                Ok(None)
            }
            Err(error) => {
                self.is_within = false;
                Err(self.note(error))
            }
        }
    }

    /// The line, from 1, of the item that came last; or on which the trace begins, or has ended.
    pub fn line(&self) -> u64 {
        match self.format {
            Some(Format::Story) => self.story.line,
            _ => self.lines.number(),
        }
    }

    fn begin(&mut self) -> Result<Option<Head>, ReadError> {
        if std::mem::take(&mut self.is_new) {
            self.lines.skip_mark()?;
            if self.format.is_none() {
                self.format = format::tell(&mut self.lines)?;
            }
            let limits = self.vocabulary.limits();
            self.lines.bound(if self.format == Some(Format::Jsonl) { limits.json_line } else { limits.line });
        }
        let Some(format) = self.format else { return Ok(None) };
        let (is_there, shows) = match format {
            Format::Jsonl => return self.jsonl.begin(&mut self.lines),
            Format::Names => {
                if self.is_within {
                    names::skip(&mut self.lines)?;
                }
                (names::begin(&mut self.lines)?, Shows::EVENTS)
            }
            Format::Story => {
                while self.is_within && self.story.read(&mut self.lines)?.is_some() {}
                (self.story.begin(&mut self.lines)?, Shows::STORY)
            }
        };
        Ok(is_there.then(|| Head { line: self.line(), shows, number: None, seed: None, unit: None }))
    }

    /// Reads the next item of a story; whether there is one.
    fn read_story(&mut self) -> Result<bool, ReadError> {
        while let Some(item) = self.story.read(&mut self.lines)? {
            if let Some(item) = item.resolve(self.vocabulary, &mut self.suggestions) {
                self.item = item;
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the next item of jsonl; where it is, if there is one.
    fn read_jsonl(&mut self) -> Result<Option<Place>, ReadError> {
        while let Some(text) = self.jsonl.next(self.lines.current()) {
            if let Some(number) = self.memo.find(text) {
                if self.memo.item(number).is_some() {
                    return Ok(Some(Place::Kept(number)));
                }
                continue;
            }
            let item = match self.jsonl.read(&self.lines)? {
                RawItem::Shown(item) => item.resolve(self.vocabulary, &mut self.suggestions),
                RawItem::Set | RawItem::Decision => None,
            };
            self.memo.keep(text, item.as_ref());
            if let Some(item) = item {
                self.item = item;
                return Ok(Some(Place::New));
            }
        }
        Ok(None)
    }

    /// Takes note of whether an error ends the input.
    #[cold]
    fn note(&mut self, error: ReadError) -> ReadError {
        self.is_over |= self.format != Some(Format::Jsonl) || error.is_final();
        error
    }
}

/// Where the item is that came last.
enum Place {
    /// It is the one that was made anew.
    New,
    /// It is one of those that are kept.
    Kept(usize),
}

fn some_new(is_there: bool) -> Option<Place> {
    is_there.then_some(Place::New)
}

/// The line that was given out last, as text.
fn text<R: Read>(lines: &Lines<R>) -> Result<&str, ReadError> {
    match std::str::from_utf8(lines.current()) {
        Ok(text) if !text.contains('\0') => Ok(text),
        _ => Err(ReadError::not_text(lines.number())),
    }
}
