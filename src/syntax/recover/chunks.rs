//! Where declarations begin in a text that may not parse.

use std::ops::Range;

use super::Recovery;
use crate::syntax::advice::distance;
use crate::syntax::message;
use crate::syntax::trivia::{Lexeme, LexemeKind, Lexemes, MAX_NESTING, Nesting, closes};

/// The words that begin a declaration.
pub(in crate::syntax) const DECLARATION_WORDS: [&str; 17] = [
    "use", "override", "remove", "extend", "source", "group", "param", "let", "kind", "state", "event", "rule",
    "action", "reaction", "phase", "profile", "test",
];

/// Words that begin a line of a header, and look as if they declared an instance.
const HEADER_WORDS: [&str; 8] = ["as", "by", "weight", "with", "accepts", "rejects", "never", "deprecated"];

/// What the words are called elsewhere that begin a declaration.
const SYNONYMS: [(&str, &str); 18] = [
    ("class", "kind"),
    ("const", "let"),
    ("constant", "let"),
    ("def", "rule"),
    ("enum", "kind"),
    ("fn", "rule"),
    ("from", "use"),
    ("func", "rule"),
    ("function", "rule"),
    ("import", "use"),
    ("include", "use"),
    ("procedure", "rule"),
    ("require", "use"),
    ("scenario", "phase"),
    ("struct", "kind"),
    ("type", "kind"),
    ("var", "state"),
    ("variable", "state"),
];

/// The word that begins a declaration and that another one was probably meant to be, with so many wrong letters at most
/// (one in short words).
pub(in crate::syntax) fn nearest_declaration(word: &str, wrong: usize) -> Option<&'static str> {
    const LONGEST: usize = 16;
    // The commonest kind is near to `reaction`.
    if word.len() > LONGEST || word == "relation" || DECLARATION_WORDS.contains(&word) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    if let Some((_, meant)) = SYNONYMS.iter().find(|(synonym, _)| *synonym == word) {
        return Some(meant);
    }
    let limit = if word.len() < 4 { 1 } else { wrong };
    let candidates = DECLARATION_WORDS.iter().map(|candidate| (distance(&word, candidate), *candidate));
    candidates.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// The lexemes that the parser sees.
pub(super) fn tokens(text: &str) -> Vec<Lexeme> {
    Lexemes::new(text).filter(|lexeme| lexeme.kind != LexemeKind::Comment).collect()
}

/// The open brackets behind `open`, once `token` has been read; whether it was a closing bracket without an open one.
/// A closing bracket closes what was left open within its own pair, too.
pub(super) fn track(text: &str, tokens: &[Lexeme], open: &mut Vec<usize>, token: usize) -> bool {
    let byte = |index: usize| text.as_bytes()[tokens[index].start as usize];
    match tokens[token].kind {
        LexemeKind::Open => open.push(token),
        LexemeKind::Close => match open.iter().rposition(|index| closes(byte(*index), byte(token))) {
            Some(at) => open.truncate(at),
            None => return true,
        },
        _ => {}
    }
    false
}

/// Tokens that are read on their own: one declaration or more.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    pub(super) range: Range<usize>,
    /// The first bracket that nests too deep. Such a chunk is a single declaration, as far as that can be told.
    pub(super) too_deep: Option<usize>,
}

impl Recovery<'_> {
    /// Where declarations begin: chunks that cover the file.
    pub(super) fn chunks(&self) -> Vec<Chunk> {
        let mut starts: Vec<(usize, Option<usize>)> = vec![(0, None)];
        let mut open = Nesting::default();
        let mut column = if self.tokens.is_empty() { 0 } else { self.column(0) };
        // Where the current declaration begins, be it within a line.
        let mut current = 0;
        for index in 0..self.tokens.len() {
            let keyword = self.begins_with_keyword(index);
            let mut begins = false;
            if index > 0 && self.tokens[index].first && self.begins_declaration(index) {
                let here = self.column(index);
                let lost = self.reader.trivia.unclosed && here == 0 && keyword;
                begins = lost || (open.depth() == 0 && here <= column);
                if begins {
                    open.clear();
                    column = here;
                }
            }
            let too_deep = starts.last().is_some_and(|(_, too_deep)| too_deep.is_some());
            if open.depth() == 0 && keyword && !self.goes_on(index) {
                current = index;
                begins |= too_deep;
            }
            if begins {
                current = index;
                starts.push((index, None));
            }
            let bracket = self.reader.text.as_bytes()[self.tokens[index].start as usize];
            match self.tokens[index].kind {
                LexemeKind::Open => open.open(bracket),
                LexemeKind::Close => {
                    open.close(bracket);
                }
                _ => {}
            }
            if open.depth() > MAX_NESTING && (begins || !too_deep) {
                if starts.last().is_some_and(|(start, _)| *start < current) {
                    starts.push((current, None));
                }
                if let Some((_, too_deep)) = starts.last_mut() {
                    *too_deep = Some(index);
                }
            }
        }
        let ends = starts[1..].iter().map(|(start, _)| *start).chain([self.tokens.len()]);
        let chunks = starts.iter().zip(ends);
        let chunks = chunks.map(|((start, too_deep), end)| Chunk { range: *start..end, too_deep: *too_deep });
        chunks.filter(|chunk| !chunk.range.is_empty()).collect()
    }

    /// Whether a word that begins declarations stands there, with something to declare.
    pub(super) fn begins_with_keyword(&self, index: usize) -> bool {
        DECLARATION_WORDS.contains(&self.word(index)) && self.names_something(index + 1)
    }

    /// Whether such a word belongs to what comes before: the clause `group window`, `override phase`.
    pub(super) fn goes_on(&self, index: usize) -> bool {
        self.word(index) == "group" || index > 0 && matches!(self.word(index - 1), "override" | "extend" | "remove")
    }

    pub(super) fn names_something(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| {
            matches!(token.kind, LexemeKind::Word | LexemeKind::Text | LexemeKind::UnclosedText)
                || self.word(index) == "<"
        })
    }

    /// Whether a line that begins with this token looks like the beginning of a declaration.
    fn begins_declaration(&self, index: usize) -> bool {
        let word = self.word(index);
        if DECLARATION_WORDS.contains(&word) {
            return true;
        }
        let next = self.tokens.get(index + 1).filter(|next| next.kind == LexemeKind::Word && !next.first);
        message::is_plain_name(word)
            && !HEADER_WORDS.contains(&word)
            && next.is_some()
            && message::is_plain_name(self.word(index + 1))
    }
}
