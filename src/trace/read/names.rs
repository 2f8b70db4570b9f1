//! Names: one event name a line, a blank line behind each trace, and comments.

use std::io::Read;

use super::foreign::Suggestions;
use super::lines::Lines;
use super::resolve::unknown_event;
use super::vocabulary::Name;
use super::{ReadError, Vocabulary, text};
use crate::model::NameId;
use crate::trace::Observed;

/// Goes to the next line that has a name; whether there is one.
pub(super) fn begin<R: Read>(lines: &mut Lines<R>) -> Result<bool, ReadError> {
    while let Some(line) = lines.next()? {
        if !matches!(line.trim_ascii().first(), None | Some(b'#')) {
            lines.unread();
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reads the next item into `item`; whether there is one.
#[inline]
pub(super) fn read<R: Read>(
    lines: &mut Lines<R>,
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
    item: &mut Observed,
) -> Result<bool, ReadError> {
    while let Some(line) = lines.next()? {
        match vocabulary.event(line) {
            Some(Name::Read(known)) => {
                put(known, item);
                return Ok(true);
            }
            Some(Name::Ignored) => {}
            None => match other(lines, vocabulary, suggestions)? {
                Line::Blank => return Ok(false),
                Line::Skipped => {}
                Line::Item(other) => {
                    *item = other;
                    return Ok(true);
                }
            },
        }
    }
    Ok(false)
}

/// An event of which the name alone is known. Mostly there is one already, whose place is taken.
#[inline]
fn put(known: NameId, item: &mut Observed) {
    match item {
        Observed::Event { name, .. } => *name = known,
        _ => *item = Observed::Event { name: known, of: Vec::new(), payload: Vec::new() },
    }
}

/// Goes behind the trace at hand.
pub(super) fn skip<R: Read>(lines: &mut Lines<R>) -> Result<(), ReadError> {
    while lines.next()?.is_some_and(|line| !line.trim_ascii().is_empty()) {}
    Ok(())
}

/// A line that is not just the name of an event.
enum Line {
    Blank,
    /// A comment, or what is ignored.
    Skipped,
    Item(Observed),
}

#[cold]
fn other<R: Read>(
    lines: &Lines<R>,
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Result<Line, ReadError> {
    let name = text(lines)?.trim();
    if name.is_empty() {
        return Ok(Line::Blank);
    }
    if name.starts_with('#') {
        return Ok(Line::Skipped);
    }
    let item = match vocabulary.event(name.as_bytes()) {
        Some(Name::Read(name)) => Some(Observed::Event { name, of: Vec::new(), payload: Vec::new() }),
        Some(Name::Ignored) => None,
        None => unknown_event(name, name, vocabulary, suggestions),
    };
    Ok(item.map_or(Line::Skipped, Line::Item))
}
