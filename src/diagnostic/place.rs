//! Spans as every form of output needs them: moved into their file, with lines and columns.

use std::ops::Range;

use serde::Serialize;

use crate::source::{SourceFile, SourceMap, Span};

/// A span in a reader's terms; lines and columns count from 1, and the end is after the last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Position<'a> {
    /// The file's name, empty for a span of no file.
    pub(crate) file: &'a str,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

impl<'a> Position<'a> {
    /// Where a span is.
    pub(crate) fn of(sources: &'a SourceMap, span: Span) -> Self {
        let (Some(file), range) = locate(sources, span) else {
            return Self { file: "", line: 1, column: 1, end_line: 1, end_column: 1 };
        };
        let (line, column) = line_column(file, range.start);
        let (end_line, end_column) = line_column(file, range.end);
        Self { file: file.name(), line, column, end_line, end_column }
    }
}

/// The file of a span, and the span moved into the file and onto the borders of characters. A rendering that panics on a
/// wrong span would hide the finding that it is about.
pub(super) fn locate(sources: &SourceMap, span: Span) -> (Option<&SourceFile>, Range<usize>) {
    let Some(file) = sources.files().nth(span.source.0 as usize) else {
        return (None, 0..0);
    };
    let text = file.text();
    let start = boundary(text, span.start as usize);
    (Some(file), start..boundary(text, span.end as usize).max(start))
}

/// The last border between characters that is not after `offset`.
pub(super) fn boundary(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|offset| text.is_char_boundary(*offset)).unwrap_or(0)
}

/// The line and the column of a byte of the file.
pub(super) fn line_column(file: &SourceFile, offset: usize) -> (usize, usize) {
    file.line_column(u32::try_from(offset).expect("files are smaller than 4 GiB"))
}
