//! The one trace that a command is about.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use super::args::InputFormat;
use super::traces::{self, Input};
use super::{Failure, Io};
use crate::trace::{Carried, Format, Head, Observed, Reader, Vocabulary};

/// A trace that was read, with all that it has.
pub(super) struct OneTrace {
    /// What messages call the input.
    pub(super) name: String,
    pub(super) format: Format,
    pub(super) head: Head,
    pub(super) items: Vec<Observed>,
    /// What a line of jsonl has beside.
    pub(super) carried: Carried,
}

/// Reads the only trace of an input.
pub(super) fn read(
    path: &Path,
    format: InputFormat,
    vocabulary: &Vocabulary<'_>,
    io: &mut Io,
) -> Result<OneTrace, Failure> {
    if matches!(format, InputFormat::DebugLog | InputFormat::StatusLog | InputFormat::Tail) {
        let message = "a log is no trace: --input takes story, names and jsonl here";
        return Err(Failure::Message(message.to_owned()));
    }
    let mut stdin = std::mem::replace(&mut io.stdin, Box::new(std::io::empty()));
    let name = traces::name(path);
    let bytes = Input::open(path, &mut stdin)?.whole(vocabulary.limits().whole_input)?;
    io.stdin = stdin;
    let mut reader = Reader::new(Cursor::new(Arc::clone(&bytes)), traces::format(format), vocabulary);
    let unreadable = |error, io: &mut Io| {
        traces::report(&name, &error, io);
        Failure::Told
    };
    let head = reader.next_trace().map_err(|error| unreadable(error, io))?;
    let head = head.ok_or_else(|| Failure::Message(format!("`{name}` has no trace")))?;
    let mut items = Vec::new();
    while let Some(item) = reader.next_item().map_err(|error| unreadable(error, io))? {
        items.push(item.clone());
    }
    let format = reader.format().unwrap_or(Format::Names);
    if reader.next_trace().map_err(|error| unreadable(error, io))?.is_some() {
        let message = format!("`{name}` has several traces: give one of them in a file of its own");
        return Err(Failure::Message(message));
    }
    let text = String::from_utf8_lossy(&bytes);
    let line = text.trim_start_matches('\u{feff}').lines().find(|line| !line.trim().is_empty());
    let carried = match (format, line) {
        (Format::Jsonl, Some(line)) => Carried::of(line, vocabulary),
        _ => Carried::default(),
    };
    Ok(OneTrace { name, format, head, items, carried })
}
