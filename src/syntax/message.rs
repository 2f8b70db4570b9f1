//! What is said of text that does not parse.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::parse::{Failure, Reader};
use crate::syntax::recover::{DECLARATION_WORDS, behind};
use crate::syntax::trivia::{Lexeme, LexemeKind, word_length};

/// The reserved words.
pub(super) const RESERVED: [&str; 24] = [
    "if",
    "else",
    "for",
    "repeat",
    "maybe",
    "choose",
    "do",
    "react",
    "settle",
    "atomic",
    "interleave",
    "meanwhile",
    "and",
    "or",
    "not",
    "true",
    "false",
    "in",
    "where",
    "when",
    "while",
    "any",
    "all",
    "count",
];

/// Whether a text is a name that needs no backquotes.
pub(super) fn is_plain_name(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
        && word_length(bytes) == bytes.len()
        && !RESERVED.contains(&text)
        && text != "none"
}

/// The text of a token.
pub(super) fn word<'a>(text: &'a str, tokens: &[Lexeme], index: usize) -> &'a str {
    let token = tokens[index];
    &text[token.start as usize..token.end as usize]
}

/// A token as a message shows it: short, and with nothing that a terminal would obey.
pub(super) fn shown(token: &str) -> String {
    const LONGEST: usize = 40;
    let mut shown: String = token.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if token.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown.replace("\\\"", "\"").replace("\\'", "'")
}

/// Where a parse failed.
pub(super) struct Place<'a> {
    pub(super) reader: &'a Reader<'a>,
    pub(super) tokens: &'a [Lexeme],
    /// The token that could not be read.
    pub(super) at: usize,
    /// The end of what was parsed, which `at` may be.
    pub(super) end: usize,
}

impl Place<'_> {
    fn word(&self, index: usize) -> &str {
        if index < self.end { word(self.reader.text, self.tokens, index) } else { "" }
    }

    fn span(&self, index: usize) -> Span {
        Span::new(self.reader.source, self.tokens[index].start, self.tokens[index].end)
    }
}

/// The diagnostic of a failure.
pub(super) fn unexpected(place: &Place<'_>, failure: &Failure) -> Diagnostic {
    let expected = failure.phrase();
    if place.at >= place.end {
        let end = if place.end < place.tokens.len() { "declaration" } else { "text" };
        let span = behind(place.reader, place.tokens, place.end);
        return Diagnostic::error(Code::Syntax, span, format!("expected {expected}, found the end of the {end}"));
    }
    let (span, found) = (place.span(place.at), place.word(place.at));
    let lexeme = place.tokens[place.at].kind;
    if lexeme == LexemeKind::UnclosedText || found == "'" {
        return Diagnostic::error(Code::Syntax, span, "this string is never closed")
            .help("write the closing `\"` on the same line; a line break is written `\\n`");
    }
    let declaration =
        failure.expects("a declaration") || (failure.expects("a name") && !failure.expects_item() && is_lone(place));
    if declaration && lexeme == LexemeKind::Close {
        return Diagnostic::error(Code::Syntax, span, format!("unexpected `{found}`")).label("this closes nothing");
    }
    let expected = if declaration { "a declaration".to_owned() } else { expected };
    let diagnostic = Diagnostic::error(Code::Syntax, span, format!("expected {expected}, found `{}`", shown(found)));
    help(place, failure, declaration, found, diagnostic)
}

/// Whether the failure is at a name that begins a chunk and begins no declaration.
fn is_lone(place: &Place<'_>) -> bool {
    is_plain_name(place.word(place.at)) && !DECLARATION_WORDS.contains(&place.word(place.at))
}

/// Adds what to do about it, where that can be guessed.
fn help(place: &Place<'_>, failure: &Failure, declaration: bool, found: &str, diagnostic: Diagnostic) -> Diagnostic {
    let next = place.word(place.at + 1);
    let span = diagnostic.primary.span;
    let before = place.at.checked_sub(1).map_or("", |index| place.word(index));
    match found {
        "elif" => diagnostic.help("write `else if`, directly behind the block of an `if`"),
        "else" => {
            diagnostic.help("an `else` stands directly behind the block of an `if` or a `for one`, or behind `do(…)`")
        }
        "->" if failure.expects("`=>`") => diagnostic.help("write `=>`").fix(span, "=>"),
        "&" => diagnostic.help("write `and`"),
        "|" if !failure.expects("a type") => diagnostic.help("write `or`"),
        "<" if is_plain_name(next) => {
            diagnostic.help(format!("`<{next}>` begins an event's name here; with a space behind the `<` it compares"))
        }
        _ if declaration && (next == "=" || found == "=" && is_plain_name(before)) => diagnostic.help(
            "assignments stand in a `phase`, a `rule` or an `action`; a value is declared by `param`, `state` or `let`",
        ),
        "\u{201c}" | "\u{201d}" => diagnostic.help("strings stand in straight quotes: `\"…\"`"),
        _ if declaration => match nearest(found) {
            Some(word) => diagnostic.help(format!("did you mean `{word}`?")).fix(span, word),
            None if RESERVED.contains(&found) || next == "(" => {
                diagnostic.help("statements stand in a `phase`, a `rule` or an `action`")
            }
            None => diagnostic,
        },
        _ if failure.expects("a clause") => {
            let close = ["as", "by", "weight", "when", "group"].into_iter().find(|clause| distance(clause, found) == 1);
            match close {
                Some(word) => diagnostic.help(format!("did you mean `{word}`?")).fix(span, word),
                None => diagnostic.help("the clauses are `as`, `by`, `weight`, `when` and `group`"),
            }
        }
        _ if RESERVED.contains(&found) && (failure.expects("a name") || failure.expects("an event")) => {
            diagnostic.help(format!("`{found}` is a reserved word; as a name it is written `` `{found}` ``"))
        }
        _ => diagnostic,
    }
}

/// The declaring word that a misspelled one was probably meant to be.
fn nearest(word: &str) -> Option<&'static str> {
    let limit = if word.len() < 4 { 1 } else { 2 };
    let candidates = DECLARATION_WORDS.iter().map(|candidate| (distance(word, candidate), *candidate));
    candidates.filter(|(distance, _)| *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added or dropped to make one word of another; too many when it is not near.
fn distance(a: &str, b: &str) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[b.len()]
}
