//! Columns: what the author set below each other stays so.
//!
//! Pieces of neighboring lines that begin in one column of the source, because one of them has more spaces before it than
//! it needs, are a column of the result, however long the pieces before them have become.

use std::collections::BTreeMap;

use super::layout::{Line, WIDTH};

/// Widens the gaps of the lines that are columns in the source. Costs a sort of the pieces of neighboring lines.
pub(super) fn align(source: &str, lines: &mut [Line<'_>]) {
    let mut positions = Positions { source, line_start: 0, at: 0, column: 0, spaces: 0, is_first: true };
    let mut runs: Vec<Run> = Vec::new();
    let mut last: Option<usize> = None;
    for (number, line) in lines.iter().enumerate() {
        let marks = positions.marks(line);
        let goes_on = last.is_some_and(|last| lines[last].indent == line.indent) && !line.blank;
        match (marks, goes_on) {
            (None, _) => last = None,
            (Some(marks), goes_on) => {
                if !goes_on {
                    runs.push(Run::default());
                }
                let run = runs.last_mut().expect("one was begun");
                run.marks.extend(marks.into_iter().map(|mark| Mark { line: number, ..mark }));
                last = Some(number);
            }
        }
    }
    for run in &runs {
        run.align(lines);
    }
}

/// Lines next to each other, equally indented, each on one line of the source.
#[derive(Default)]
struct Run {
    marks: Vec<Mark>,
}

/// A piece that has a space before it.
#[derive(Clone, Copy, Debug)]
struct Mark {
    line: usize,
    cell: usize,
    /// Where it begins in its line of the source.
    column: usize,
    /// Whether it has more spaces before it there than it needs.
    is_spaced: bool,
    /// What it can be set below: words are below words, a brace below a brace.
    class: u8,
}

/// The class of comments.
const COMMENT: u8 = b'#';

fn class(text: &str) -> u8 {
    match text.as_bytes().first() {
        Some(sign @ (b'{' | b'}' | b'=' | b'+' | b'|' | b'#')) => *sign,
        _ => b'a',
    }
}

impl Run {
    fn align(&self, lines: &mut [Line<'_>]) {
        let mut columns: BTreeMap<(usize, u8), Vec<Mark>> = BTreeMap::new();
        for mark in &self.marks {
            columns.entry((mark.column, mark.class)).or_default().push(*mark);
        }
        // From left to right, so that a column knows where those before it have come to be.
        let mut ends = Ends::default();
        for marks in columns.values() {
            let mut groups = groups(marks, |mark| ends.start(lines, mark));
            let target = settle(&mut groups);
            let members = || groups.iter().flatten().filter(|member| member.natural < target);
            let is_too_wide = members().any(|Member { mark, natural }| {
                mark.class != COMMENT && ends.rest(lines, mark) + (target - natural) > WIDTH
            });
            if is_too_wide {
                continue;
            }
            for Member { mark, natural } in members() {
                ends.widen(lines, mark, target - natural);
            }
        }
    }
}

/// A piece of a column, with the place where it begins if nothing is widened for the column.
#[derive(Clone, Copy, Debug)]
struct Member {
    mark: Mark,
    natural: usize,
}

/// The groups of a column: pieces of lines next to each other, of which one has more spaces than it needs.
fn groups(marks: &[Mark], mut natural: impl FnMut(&Mark) -> usize) -> Vec<Vec<Member>> {
    marks
        .chunk_by(|upper, lower| lower.line == upper.line + 1)
        .filter(|group| group.iter().any(|mark| mark.is_spaced))
        .map(|group| group.iter().map(|mark| Member { mark: *mark, natural: natural(mark) }).collect())
        .collect()
}

/// Leaves the groups that stay a column, and returns where it begins.
///
/// Formatting again must find the same column. So each group that stays has a piece that is widened, by which it is known
/// as aligned; a group that would lose its spaces is no part of the column, which may make room for what is left. Comments
/// are always known as aligned.
fn settle(groups: &mut Vec<Vec<Member>>) -> usize {
    loop {
        let target = groups.iter().flatten().map(|member| member.natural).max().unwrap_or_default();
        let n_groups = groups.len();
        groups.retain(|group| group.iter().any(|member| member.natural < target || member.mark.class == COMMENT));
        if groups.len() == n_groups {
            return target;
        }
    }
}

/// How far lines reach up to a piece. The columns of a line are asked for from left to right.
#[derive(Default)]
struct Ends {
    /// For a line: a piece, and where it begins.
    known: BTreeMap<usize, (usize, usize)>,
    /// For a line: where it ends without its comment.
    ends: BTreeMap<usize, usize>,
}

impl Ends {
    /// Where a piece begins.
    fn start(&mut self, lines: &[Line<'_>], mark: &Mark) -> usize {
        let line = &lines[mark.line];
        let (from, start) = *self.known.entry(mark.line).or_insert((0, line.indent));
        let passed = &line.cells[from..mark.cell];
        let start = passed.iter().fold(start, |start, cell| start + cell.text.chars().count());
        let start = line.cells[from + 1..=mark.cell].iter().fold(start, |start, cell| start + cell.gap);
        self.known.insert(mark.line, (mark.cell, start));
        start
    }

    /// Where the line of a piece ends without its comment.
    fn rest(&mut self, lines: &[Line<'_>], mark: &Mark) -> usize {
        let line = &lines[mark.line];
        let cells = line.cells.iter().filter(|cell| !cell.is_comment);
        *self
            .ends
            .entry(mark.line)
            .or_insert_with(|| line.indent + cells.map(|cell| cell.gap + cell.text.chars().count()).sum::<usize>())
    }

    /// Puts more spaces before a piece whose start was asked for last.
    fn widen(&mut self, lines: &mut [Line<'_>], mark: &Mark, by: usize) {
        lines[mark.line].cells[mark.cell].gap += by;
        if let Some((_, start)) = self.known.get_mut(&mark.line) {
            *start += by;
        }
        if let Some(end) = self.ends.get_mut(&mark.line) {
            *end += by;
        }
    }
}

/// Finds columns of the source, going through it once.
struct Positions<'a> {
    source: &'a str,
    /// Where the line begins that was looked at last.
    line_start: usize,
    /// A place in that line, its column, how many spaces stand before it, and whether nothing else does.
    at: usize,
    column: usize,
    spaces: usize,
    is_first: bool,
}

impl Positions<'_> {
    fn go_to(&mut self, at: usize) {
        for (place, character) in self.source[self.at..at].char_indices() {
            self.column += 1;
            match character {
                '\n' => {
                    self.line_start = self.at + place + 1;
                    (self.column, self.spaces, self.is_first) = (0, 0, true);
                }
                ' ' | '\t' | '\r' => self.spaces += 1,
                '\u{FEFF}' => self.column -= 1,
                _ => (self.spaces, self.is_first) = (0, false),
            }
        }
        self.at = at;
    }

    /// The pieces of a line that have spaces before them, if it is a whole line of the source up to some piece.
    fn marks(&mut self, line: &Line<'_>) -> Option<Vec<Mark>> {
        let mut marks = Vec::new();
        let mut begin = None;
        for (number, cell) in line.cells.iter().enumerate() {
            let Some(at) = cell.at else { continue };
            self.go_to(at as usize);
            match begin {
                None if self.is_first => begin = Some(self.line_start),
                None => return None,
                Some(begin) if begin != self.line_start => break,
                Some(_) if cell.gap > 0 && self.spaces > 0 => marks.push(Mark {
                    line: 0,
                    cell: number,
                    column: self.column,
                    is_spaced: self.spaces > cell.gap || cell.is_comment && self.spaces == cell.gap,
                    class: class(cell.text),
                }),
                Some(_) => {}
            }
        }
        begin.map(|_| marks)
    }
}
