//! What is said of text that does not parse.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::advice;
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
    /// The first token of the declaration.
    pub(super) from: usize,
    /// The token that could not be read.
    pub(super) at: usize,
    /// The end of what was parsed, which `at` may be.
    pub(super) end: usize,
}

impl Place<'_> {
    /// The text of a token; nothing behind the end.
    pub(super) fn word(&self, index: usize) -> &str {
        if index < self.end { word(self.reader.text, self.tokens, index) } else { "" }
    }

    fn span(&self, index: usize) -> Span {
        Span::new(self.reader.source, self.tokens[index].start, self.tokens[index].end)
    }

    /// The `{` that was read as a set because no expression stands before it: `if { install }`.
    fn swallowed_block(&self, failure: &Failure) -> Option<usize> {
        if failure.expects("a statement") {
            return None;
        }
        // Behind the braces a block is missing; within them the statements are no list.
        let behind = usize::from(failure.expects("`{`") && self.at > self.from && self.word(self.at - 1) == "}");
        let mut depth = 1_usize;
        let open = (self.from + 1..self.at - behind).rev().find(|index| {
            match self.word(*index) {
                "}" => depth += 1,
                "{" => depth -= 1,
                _ => {}
            }
            depth == 0
        })?;
        matches!(self.word(open - 1), "if" | "while" | "when" | "where" | "and" | "or" | "not").then_some(open)
    }
}

/// The diagnostic of a failure.
pub(super) fn unexpected(place: &Place<'_>, failure: &Failure) -> Diagnostic {
    let error = |span, message: String| Diagnostic::error(Code::Syntax, span, message);
    if let Some(open) = place.swallowed_block(failure) {
        return error(place.span(open), "expected an expression, found `{`".to_owned());
    }
    let expected = failure.phrase();
    if place.at >= place.end {
        let end = if place.end < place.tokens.len() { "declaration" } else { "text" };
        let span = behind(place.reader, place.tokens, place.end);
        let diagnostic = error(span, format!("expected {expected}, found the end of the {end}"));
        return match advice::at_the_end(place, failure) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
    }
    let (span, found) = (place.span(place.at), place.word(place.at));
    let lexeme = place.tokens[place.at].kind;
    if lexeme == LexemeKind::UnclosedText || found == "'" {
        return error(span, "this string is never closed".to_owned())
            .help("write the closing `\"` on the same line; a line break is written `\\n`");
    }
    let declaration =
        failure.expects("a declaration") || (failure.expects("a name") && !failure.expects_item() && is_lone(place));
    if declaration && lexeme == LexemeKind::Close {
        return error(span, format!("unexpected `{found}`")).label("this closes nothing");
    }
    let expected = if declaration { "a declaration".to_owned() } else { expected };
    let diagnostic = error(span, format!("expected {expected}, found `{}`", shown(found)));
    advice::add(place, failure, declaration, diagnostic)
}

/// Whether the failure is at a name that begins a chunk and begins no declaration.
fn is_lone(place: &Place<'_>) -> bool {
    is_plain_name(place.word(place.at)) && !DECLARATION_WORDS.contains(&place.word(place.at))
}
