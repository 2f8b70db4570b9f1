//! What can be told of a text without parsing it: its lexemes, its comments, how deep its brackets nest.
//!
//! One linear scan serves three ends. It gives the comments, which the grammar skips. It bounds the nesting before the
//! parser, which recurs, sees the text. And when the text is wrong, recovery finds its way by the lexemes.

use crate::source::{SourceId, Span};
use crate::syntax::tree::{Comment, Doc};

/// How deep brackets may nest, and how long a chain of prefixes (`not not …`, `maybe 1% maybe 1% …`) may get.
pub const MAX_NESTING: usize = 256;

/// What a lexeme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LexemeKind {
    /// `# …`
    Comment,
    /// `"…"`
    Text,
    /// `"…` to the end of its line.
    UnclosedText,
    /// A name, a word or a number.
    Word,
    /// `(`, `[` or `{`
    Open,
    /// `)`, `]` or `}`
    Close,
    /// Anything else.
    Sign,
}

/// A piece of the text that is not white space.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: LexemeKind,
    /// Whether nothing but white space stands before it on its line.
    pub(super) first: bool,
}

/// The lexemes of a text, comments included.
#[derive(Clone, Debug)]
pub(super) struct Lexemes<'a> {
    text: &'a str,
    position: usize,
    first: bool,
}

/// Signs of more than one character, the longer ones first.
const LONG_SIGNS: [&str; 14] =
    ["...", "=>", "==", "!=", "<=", ">=", ":=", "+=", "-=", "->", "..", "&&", "||", "\u{FEFF}"];

impl<'a> Lexemes<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 }, first: true }
    }

    /// The kind of the lexeme that begins `rest`, and its length.
    fn classify(rest: &str) -> (LexemeKind, usize) {
        let bytes = rest.as_bytes();
        let line = || rest.find('\n').unwrap_or(rest.len());
        match bytes[0] {
            b'#' => (LexemeKind::Comment, rest[..line()].trim_end_matches('\r').len()),
            b'(' | b'[' | b'{' => (LexemeKind::Open, 1),
            b')' | b']' | b'}' => (LexemeKind::Close, 1),
            b'"' => match closing_quote(bytes) {
                Some(end) => (LexemeKind::Text, end),
                None => (LexemeKind::UnclosedText, rest[..line()].trim_end().len()),
            },
            b'\'' => match rest[1..line()].find('\'') {
                Some(end) => (LexemeKind::Text, end + 2),
                None => (LexemeKind::Sign, 1),
            },
            b'`' => match bytes[1..].iter().position(|byte| !is_word(*byte) && *byte != b'-' && *byte != b'.') {
                Some(end) if end > 0 && bytes[end + 1] == b'`' => (LexemeKind::Word, end + 2),
                _ => (LexemeKind::Sign, 1),
            },
            byte if is_word(byte) => (LexemeKind::Word, word_length(bytes)),
            _ => {
                let long = LONG_SIGNS.iter().find(|sign| rest.starts_with(**sign)).map(|sign| sign.len());
                (LexemeKind::Sign, long.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8)))
            }
        }
    }
}

impl Iterator for Lexemes<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.position).filter(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n')) {
            self.first |= *byte == b'\n';
            self.position += 1;
        }
        let rest = &self.text[self.position..];
        if rest.is_empty() {
            return None;
        }
        let (kind, length) = Self::classify(rest);
        let lexeme =
            Lexeme { start: offset(self.position), end: offset(self.position + length), kind, first: self.first };
        self.position += length;
        self.first = false;
        Some(lexeme)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The length of the word that begins `bytes`: a hyphen belongs to it when a letter or a digit follows.
pub(super) fn word_length(bytes: &[u8]) -> usize {
    let hyphen = |at: usize| bytes[at] == b'-' && bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric);
    (0..bytes.len()).find(|at| !is_word(bytes[*at]) && !hyphen(*at)).unwrap_or(bytes.len())
}

/// The length of the string that begins `bytes`, if it is closed on its line.
fn closing_quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' => return None,
            b'\\' if bytes.get(at + 1) != Some(&b'\n') => at += 2,
            _ => at += 1,
        }
    }
}

/// An offset as spans hold it.
pub(super) fn offset(position: usize) -> u32 {
    u32::try_from(position).expect("a file is smaller than 4 GiB")
}

/// What a closing bracket closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closing {
    /// The last bracket that was opened.
    Last,
    /// One that was opened before others, which are over with it.
    Over,
    /// None.
    Nothing,
}

/// The brackets that are open, however many: each costs a constant time, taken together.
#[derive(Clone, Debug, Default)]
pub(super) struct Nesting {
    open: Vec<u8>,
    /// How many of each kind are open.
    counts: [usize; 3],
}

impl Nesting {
    fn count(&mut self, open: u8) -> &mut usize {
        match open {
            b'(' => &mut self.counts[0],
            b'[' => &mut self.counts[1],
            _ => &mut self.counts[2],
        }
    }

    pub(super) fn open(&mut self, bracket: u8) {
        *self.count(bracket) += 1;
        self.open.push(bracket);
    }

    /// Closes what a closing bracket closes: a pair that is open, with all that is open within it.
    pub(super) fn close(&mut self, bracket: u8) -> Closing {
        let counterpart = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        if *self.count(counterpart) == 0 {
            return Closing::Nothing;
        }
        let mut closing = Closing::Last;
        while let Some(last) = self.open.pop() {
            *self.count(last) -= 1;
            if last == counterpart {
                break;
            }
            closing = Closing::Over;
        }
        closing
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// What the scan finds out about a whole text.
#[derive(Clone, Debug)]
pub(super) struct Trivia {
    /// Every comment, in the order of the text.
    pub(super) comments: Vec<Comment>,
    /// The doc comment of the file.
    pub(super) doc: Option<Doc>,
    /// How many of the first comments belong to the file, so that no declaration takes them.
    taken: usize,
    /// The first bracket that nests too deep.
    pub(super) too_deep: Option<Span>,
    /// Whether an opening bracket is never closed.
    pub(super) unclosed: bool,
}

impl Trivia {
    /// Scans a text.
    pub(super) fn scan(source: SourceId, text: &str) -> Self {
        let mut comments = Vec::new();
        let mut open = Nesting::default();
        let mut first_token = text.len();
        let (mut too_deep, mut unclosed) = (None, false);
        for lexeme in Lexemes::new(text) {
            let start = lexeme.start as usize;
            if lexeme.kind != LexemeKind::Comment {
                first_token = first_token.min(start);
            }
            match lexeme.kind {
                LexemeKind::Comment => comments.push(Comment {
                    span: Span::new(source, lexeme.start, lexeme.end),
                    doc: text[start..].starts_with("##"),
                }),
                LexemeKind::Open => {
                    open.open(text.as_bytes()[start]);
                    if open.depth() > MAX_NESTING {
                        too_deep = too_deep.or(Some(Span::new(source, lexeme.start, lexeme.end)));
                    }
                }
                // A closing bracket on its own is no obstacle to finding the declarations.
                LexemeKind::Close => unclosed |= open.close(text.as_bytes()[start]) == Closing::Over,
                _ => {}
            }
        }
        unclosed |= open.depth() > 0;
        let mut trivia = Self { comments, doc: None, taken: 0, too_deep, unclosed };
        trivia.find_file_doc(text, first_token);
        trivia
    }

    /// The first run of `##` lines is the file's when nothing but plain comments stands before it and a blank line
    /// (or the end of the file) follows it.
    fn find_file_doc(&mut self, text: &str, first_token: usize) {
        let Some(first) = self.comments.iter().position(|comment| comment.doc) else { return };
        if self.comments[first].span.start as usize > first_token {
            return;
        }
        let run =
            self.comments[first..].windows(2).take_while(|pair| Self::adjacent(text, pair[0], pair[1])).count() + 1;
        let last = self.comments[first + run - 1];
        let rest = &text[last.span.end as usize..];
        let space = &rest[..rest.len() - rest.trim_start().len()];
        if space.matches('\n').count() > 1 || rest.trim_start().is_empty() {
            self.doc = Some(doc(text, &self.comments[first..first + run]));
            self.taken = first + run;
        }
    }

    /// Whether two doc comments stand on lines that follow each other.
    fn adjacent(text: &str, a: Comment, b: Comment) -> bool {
        let between = &text[a.span.end as usize..b.span.start as usize];
        a.doc && b.doc && between.trim().is_empty() && between.matches('\n').count() == 1
    }

    /// The doc comment of what begins at `start`: the last run of `##` lines before it, when nothing else but plain
    /// comments stands between.
    pub(super) fn doc_before(&self, text: &str, start: u32) -> Option<Doc> {
        let mut end = self.comments.partition_point(|comment| comment.span.start < start);
        let mut next = start as usize;
        let stands_before = |comment: Comment, next: usize| text[comment.span.end as usize..next].trim().is_empty();
        while end > self.taken && !self.comments[end - 1].doc && stands_before(self.comments[end - 1], next) {
            end -= 1;
            next = self.comments[end].span.start as usize;
        }
        if end <= self.taken || !self.owns_line(text, end - 1) || !stands_before(self.comments[end - 1], next) {
            return None;
        }
        let mut first = end - 1;
        while first > self.taken
            && Self::adjacent(text, self.comments[first - 1], self.comments[first])
            && self.owns_line(text, first - 1)
        {
            first -= 1;
        }
        Some(doc(text, &self.comments[first..end]))
    }

    /// Whether a comment is a doc comment on a line of its own.
    fn owns_line(&self, text: &str, index: usize) -> bool {
        let comment = self.comments[index];
        let before = &text[..comment.span.start as usize];
        let line = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
        comment.doc && line.trim_start_matches('\u{FEFF}').trim().is_empty()
    }

    /// The place without white space and comments at the end of `start..end`.
    pub(super) fn trimmed_end(&self, text: &str, start: usize, end: usize) -> usize {
        let mut end = end;
        loop {
            end = start + text[start..end].trim_end_matches([' ', '\t', '\r', '\n']).len();
            let index = self.comments.partition_point(|comment| comment.span.start < offset(end));
            match index.checked_sub(1).map(|index| self.comments[index].span) {
                Some(span) if span.end as usize >= end && span.start as usize >= start => end = span.start as usize,
                _ => return end,
            }
        }
    }
}

/// Whether `close` is the counterpart of `open`.
pub(super) fn closes(open: u8, close: u8) -> bool {
    matches!((open, close), (b'(', b')') | (b'[', b']') | (b'{', b'}'))
}

/// The text of `##` lines.
fn doc(text: &str, lines: &[Comment]) -> Doc {
    let line = |comment: &Comment| {
        let line = text[comment.span.range()][2..].trim_end();
        line.strip_prefix(' ').unwrap_or(line).to_owned()
    };
    Doc {
        span: lines[0].span.to(lines[lines.len() - 1].span),
        text: lines.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}
