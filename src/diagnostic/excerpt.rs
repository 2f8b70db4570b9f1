//! Cut-outs of a file that are small enough to be laid out, whatever the file is: a few hundred lines around the labels,
//! and of a long line a window around the first label in it.

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use super::place::{boundary, line_column, locate};
use super::printable::{one_line, printable};
use crate::source::{SourceFile, SourceId, SourceMap, Span};

/// A line of more bytes is shown in part.
const LONG_LINE: usize = 500;
/// How much of a long line is shown before the place that matters.
const BEFORE: usize = 100;
/// A label that spans more lines is shown on its first one alone.
const LONG_SPAN: usize = 10;
/// Labels further apart than this many lines get excerpts of their own.
const APART: usize = 100;
/// Stands where a line goes on.
const CUT: char = '…';

/// A place as it is underlined: inside the file, without the white space at its end, and not over too many lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    file: &'a SourceFile,
    source: SourceId,
    start: usize,
    end: usize,
    first_line: usize,
    last_line: usize,
    /// Whether that is all of the span.
    is_whole: bool,
}

impl<'a> Place<'a> {
    /// The place of a span, unless its file is not of this map.
    pub(super) fn new(sources: &'a SourceMap, span: Span) -> Option<Self> {
        let (Some(file), range) = locate(sources, span) else { return None };
        let start = range.start;
        let whole_end = range.end;
        let mut end = start + file.text()[range].trim_end().len();
        let first_line = line_column(file, start).0;
        let mut last_line = line_column(file, end).0;
        if last_line - first_line >= LONG_SPAN {
            end = line(file, first_line).end;
            last_line = first_line;
        }
        Some(Self { file, source: span.source, start, end, first_line, last_line, is_whole: end == whole_end })
    }

    /// Where it begins, as people write it: `name:line:column`.
    pub(super) fn location(&self) -> String {
        let (line, column) = line_column(self.file, self.start);
        format!("{}:{line}:{column}", one_line(self.file.name()))
    }

    /// Whether there is nothing to show of the file.
    pub(super) fn is_blank(&self) -> bool {
        self.file.text().is_empty()
    }

    /// The name of the file.
    pub(super) fn name(&self) -> String {
        one_line(self.file.name())
    }

    /// Whether it is all of its span, and lies in one line that is shown as a whole.
    pub(super) fn is_in_short_line(&self) -> bool {
        self.is_whole && self.first_line == self.last_line && line(self.file, self.first_line).len() <= LONG_LINE
    }
}

/// Which part of a file is cut out.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    file: &'a SourceFile,
    source: SourceId,
    lines: RangeInclusive<usize>,
    /// Of lines in which a place begins or ends: around which byte they are shown.
    anchors: BTreeMap<usize, usize>,
}

impl<'a> Plan<'a> {
    /// The lines of one place.
    pub(super) fn new(place: &Place<'a>) -> Self {
        let anchors = BTreeMap::from([(place.last_line, place.end), (place.first_line, place.start)]);
        Self { file: place.file, source: place.source, lines: place.first_line..=place.last_line, anchors }
    }

    /// Makes room for another place; `false` if it is too far away.
    pub(super) fn take(&mut self, place: &Place<'a>) -> bool {
        let (first, last) = (*self.lines.start(), *self.lines.end());
        let is_near = place.source == self.source
            && place.first_line + APART >= first
            && place.last_line <= last + APART
            && self.shows(place.first_line, place.start);
        if is_near {
            self.lines = first.min(place.first_line)..=last.max(place.last_line);
            self.anchors.entry(place.first_line).or_insert(place.start);
            self.anchors.entry(place.last_line).or_insert(place.end);
        }
        is_near
    }

    /// Whether the byte would be among what is shown of its line.
    fn shows(&self, line: usize, offset: usize) -> bool {
        self.anchors.get(&line).is_none_or(|anchor| {
            let kept = window(self.file, line, *anchor);
            kept.start <= offset && offset <= kept.end
        })
    }

    /// Cuts it out.
    pub(super) fn excerpt(&self) -> Excerpt<'a> {
        let mut text = String::new();
        let mut rows = Vec::new();
        for number in self.lines.clone() {
            let whole = line(self.file, number);
            let kept = window(self.file, number, self.anchors.get(&number).copied().unwrap_or(whole.start));
            if kept.start > whole.start {
                text.push(CUT);
            }
            rows.push(Row { whole: whole.start, kept: kept.clone(), at: text.len() });
            text.push_str(&printable(&self.file.text()[kept.clone()]));
            if kept.end < whole.end {
                text.push(CUT);
            }
            // The last line gets one too: without it an empty last line would not count as a line.
            text.push('\n');
        }
        Excerpt { file: self.file, first_line: *self.lines.start(), text, rows }
    }
}

/// One line of an excerpt.
#[derive(Debug)]
struct Row {
    /// Where the line begins in the file.
    whole: usize,
    /// Which bytes of the file are shown.
    kept: Range<usize>,
    /// Where they begin in the excerpt.
    at: usize,
}

/// What was cut out.
#[derive(Debug)]
pub(super) struct Excerpt<'a> {
    file: &'a SourceFile,
    /// The number of its first line in the file.
    pub(super) first_line: usize,
    /// The lines, each with a line break.
    pub(super) text: String,
    rows: Vec<Row>,
}

impl Excerpt<'_> {
    /// The bytes of the excerpt that a place of the plan covers.
    pub(super) fn range(&self, place: &Place<'_>) -> Range<usize> {
        let start = self.position(place.start);
        start..self.position(place.end).max(start)
    }

    fn position(&self, offset: usize) -> usize {
        let row = &self.rows[self.rows.partition_point(|row| row.whole <= offset).saturating_sub(1)];
        let offset = offset.clamp(row.kept.start, row.kept.end);
        row.at + printable(&self.file.text()[row.kept.start..offset]).len()
    }
}

/// The bytes of a line without its line break, which may be CRLF.
fn line(file: &SourceFile, number: usize) -> Range<usize> {
    let range = file.line_range(number);
    let text = &file.text()[range.clone()];
    range.start..range.start + text.strip_suffix('\r').unwrap_or(text).len()
}

/// What is shown of a line when `anchor` is the byte that matters.
fn window(file: &SourceFile, number: usize, anchor: usize) -> Range<usize> {
    let whole = line(file, number);
    if whole.len() <= LONG_LINE {
        return whole;
    }
    let start = anchor.saturating_sub(BEFORE).clamp(whole.start, whole.end);
    let start = boundary(file.text(), start);
    start..boundary(file.text(), whole.end.min(start + LONG_LINE))
}
