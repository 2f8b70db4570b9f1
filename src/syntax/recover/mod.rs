//! What is done with a file that does not parse: every independent mistake is found, and what is good is kept.
//!
//! The text is cut into chunks where declarations begin, and each is parsed alone. Where that fails, the mistake is
//! reported, the statement around it is blanked, and the chunk is parsed again, a bounded number of times. What is left
//! around a blanked statement may fail in its turn; such a failure touches the blank, and is not reported.

mod chunks;
mod mend;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::message::{self, Place};
use crate::syntax::parse::{Body, Failure, MAX_ITEM, Pieces, Reader, Stop, nesting_limit, too_long};
use crate::syntax::tree::{Declaration, DeclarationKind, Name};
use crate::syntax::trivia::{Lexeme, LexemeKind, offset};
use chunks::{Chunk, tokens, track};
pub(super) use chunks::{DECLARATION_WORDS, nearest_declaration};

/// How many mistakes are reported of one declaration.
const MAX_PER_DECLARATION: usize = 20;
/// How many mistakes are reported of one file.
const MAX_PER_FILE: usize = 100;

/// Reads the declarations of a file that does not parse as a whole.
pub(super) fn declarations(reader: &Reader<'_>, diagnostics: &mut Diagnostics) -> Vec<Declaration> {
    let tokens = tokens(reader.text);
    let kind = |pair: &[Lexeme]| message::word(reader.text, pair, 0) == "kind";
    let kinds = tokens.windows(2).filter(|pair| kind(pair)).map(|pair| message::word(reader.text, pair, 1)).collect();
    let mut recovery = Recovery {
        reader,
        kinds,
        diagnostics,
        blank: vec![false; tokens.len()],
        tokens,
        declarations: Vec::new(),
        reported: 0,
        budget: 2 * reader.text.len() + (1 << 20),
    };
    for chunk in recovery.chunks() {
        recovery.chunk(chunk);
    }
    recovery.declarations
}

/// The mistake in a short text that is read without recovery.
pub(super) fn alone(reader: &Reader<'_>, failure: &Failure) -> Diagnostic {
    let tokens = tokens(reader.text);
    let at = tokens.partition_point(|token| token.end as usize <= failure.position);
    message::unexpected(&Place { reader, tokens: &tokens, from: 0, at, end: tokens.len() }, failure)
}

struct Recovery<'a> {
    reader: &'a Reader<'a>,
    diagnostics: &'a mut Diagnostics,
    /// The kinds that the file declares.
    kinds: BTreeSet<&'a str>,
    tokens: Vec<Lexeme>,
    /// Which tokens have been blanked.
    blank: Vec<bool>,
    declarations: Vec<Declaration>,
    /// How many mistakes have been reported.
    reported: usize,
    /// How many more bytes may be parsed again.
    budget: usize,
}

/// A chunk's text while it is mended.
struct Work {
    /// Where it begins in the file.
    base: usize,
    /// Its text: what is broken is blanked, and brackets that are missing stand at its end.
    text: String,
    /// Where the current declaration begins.
    at: usize,
    /// How many mistakes of the current declaration have been reported.
    reported: usize,
    /// How many times the current declaration has been tried.
    tries: usize,
    /// Whether a bracket is missing at the end, which has been said.
    unclosed: bool,
    /// Whether the chunk has failed before.
    failed: bool,
    /// Whether the rest of the chunk is not worth another try.
    given_up: bool,
}

impl Work {
    fn from(&self, position: usize) -> &str {
        &self.text[position - self.base..]
    }
}

impl Recovery<'_> {
    fn word(&self, index: usize) -> &str {
        message::word(self.reader.text, &self.tokens, index)
    }

    fn column(&self, index: usize) -> usize {
        let start = self.tokens[index].start as usize;
        start - self.reader.text[..start].rfind('\n').map_or(0, |at| at + 1)
    }

    /// The token at a position, or behind it.
    fn token_at(&self, position: usize) -> usize {
        self.tokens.partition_point(|token| token.end as usize <= position)
    }

    /// Reads the declarations of one chunk.
    fn chunk(&mut self, Chunk { range, too_deep }: Chunk) {
        if let Some(bracket) = too_deep {
            self.push(nesting_limit(self.span(bracket), "brackets"));
            self.push_broken(range.start, range.end);
            return;
        }
        let base = self.tokens[range.start].start as usize;
        let end = self.tokens[range.end - 1].end as usize;
        let text = self.reader.text[base..end].to_owned();
        let mut work = Work {
            base,
            text,
            at: range.start,
            reported: 0,
            tries: 0,
            unclosed: false,
            failed: false,
            given_up: false,
        };
        self.close_brackets(&mut work, &range);
        if work.text.len() > MAX_ITEM {
            self.long_chunk(&mut work, range);
            return;
        }
        let mut at = range.start;
        while at < range.end {
            work.at = at;
            let start = self.tokens[at].start as usize;
            let read = self.reader.declaration(work.from(start), start, self.diagnostics);
            let failure = match read {
                Ok((declaration, end)) => {
                    self.declarations.push(declaration);
                    at = self.tokens.partition_point(|token| (token.start as usize) < end).max(at + 1);
                    while at < range.end && self.blank[at] {
                        at += 1;
                    }
                    (work.reported, work.tries) = (0, 0);
                    continue;
                }
                Err(failure) => failure,
            };
            let place = self.token_at(failure.position).min(range.end);
            let open = self.open_at(at, place);
            let going_on = self.try_again(&mut work, &failure, start);
            let mended = going_on
                && if let keyword = self.keyword(at, range.end)
                    && let Some(meant) = self.misspelled(keyword, range.end)
                {
                    self.report_misspelled(&mut work, keyword, meant);
                    false
                } else if open.iter().any(|open| self.word(*open) == "{") {
                    self.report(&mut work, &failure, place, range.end);
                    self.mend(&mut work, at, &open, place, range.end, &failure)
                } else if place > at && failure.expects_item() {
                    self.drop_junk(&mut work, &failure, at, place, range.end);
                    true
                } else if let Some(stray) =
                    self.is_junk(at, place, &failure).then(|| self.stray(at, range.end)).flatten()
                    && at > range.start
                {
                    self.drop_junk(&mut work, &failure, range.start, at, range.end);
                    at = (stray..range.end).find(|index| !self.blank[*index]).unwrap_or(range.end);
                    continue;
                } else {
                    let place = if self.is_junk(at, place, &failure) { at } else { place };
                    self.report(&mut work, &failure, place, range.end);
                    false
                };
            if !mended {
                let end =
                    if work.given_up { range.end } else { self.declaration_end(at, place.max(at + 1), range.end) };
                if going_on {
                    self.search_body(&mut work, at, end);
                }
                self.push_broken(at, end);
                at = end;
                (work.reported, work.tries) = (0, 0);
            }
        }
    }

    /// Reads the declarations of a chunk that is too long to be parsed again and again: its first mistake is enough.
    fn long_chunk(&mut self, work: &mut Work, range: Range<usize>) {
        let mut found = Diagnostics::default();
        match Pieces::new(self.reader, &work.text, work.base).declarations(&mut found) {
            Ok(declarations) => {
                self.diagnostics.extend(found);
                self.declarations.extend(declarations);
                return;
            }
            Err(Stop::Failure(failure)) => {
                let place = self.token_at(failure.position).min(range.end);
                self.report(work, &failure, place, range.end);
            }
            Err(Stop::TooLong(span)) => self.push(too_long(span)),
        }
        self.push_broken(range.start, range.end);
    }

    /// Adds the closing brackets that a chunk lacks, and reports a missing `}`.
    fn close_brackets(&mut self, work: &mut Work, range: &Range<usize>) {
        let mut open: Vec<usize> = Vec::new();
        let mut suspect = None;
        for index in range.clone() {
            // A `}` to the left of the line of its `{` was probably meant for an outer one.
            if suspect.is_none() && self.tokens[index].first && self.word(index) == "}" {
                let opening = open.iter().rev().copied().find(|open| self.word(*open) == "{");
                suspect = opening.filter(|opening| self.column(index) < self.indentation(*opening));
            }
            track(self.reader.text, &self.tokens, &mut open, index);
        }
        let Some(outermost) = open.iter().copied().find(|index| self.word(*index) == "{") else { return };
        let opening = self.span(suspect.unwrap_or(outermost));
        let end = self.span(range.end - 1).after();
        self.push(
            Diagnostic::error(Code::Syntax, end, "missing `}`")
                .label("expected here at the latest")
                .also(opening, "this `{` is never closed"),
        );
        work.unclosed = true;
        for index in open.into_iter().rev() {
            let closing = match self.word(index) {
                "{" => "}",
                "(" => ")",
                _ => "]",
            };
            work.text.push_str(closing);
        }
    }

    /// The column at which the line of a token begins.
    fn indentation(&self, index: usize) -> usize {
        let first = (0..=index).rev().find(|index| self.tokens[*index].first).unwrap_or(0);
        self.column(first)
    }

    /// The brackets that are open before a token.
    fn open_at(&self, from: usize, to: usize) -> Vec<usize> {
        let mut open = Vec::new();
        for index in (from..to).filter(|index| !self.blank[*index]) {
            track(self.reader.text, &self.tokens, &mut open, index);
        }
        open
    }

    /// Whether a declaration is worth another try, after this failure of a text that began at `start`.
    fn try_again(&mut self, work: &mut Work, failure: &Failure, start: usize) -> bool {
        // What was parsed, and the rest of the line, which pest copies into its error.
        let rest = &self.reader.text[failure.position..];
        let cost = failure.position.saturating_sub(start) + rest.find('\n').unwrap_or(rest.len());
        let first = !work.failed;
        work.failed = true;
        work.tries += 1;
        work.given_up = self.reported >= MAX_PER_FILE || (!first && cost > self.budget);
        self.budget = self.budget.saturating_sub(cost);
        !work.given_up && work.reported < MAX_PER_DECLARATION && work.tries <= 2 * MAX_PER_DECLARATION
    }

    fn span(&self, index: usize) -> Span {
        let token = self.tokens[index];
        Span::new(self.reader.source, token.start, token.end)
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        if self.reported < MAX_PER_FILE {
            self.reported += 1;
            let last = self.reported == MAX_PER_FILE;
            self.diagnostics.push(if last { diagnostic.help("more mistakes are not shown") } else { diagnostic });
        }
    }

    /// Whether a failure comes from a mistake that was already reported: it touches what was blanked, or a name that
    /// ends with a `-`.
    fn is_consequence(&self, work: &Work, failure: &Failure, place: usize, end: usize) -> bool {
        let touches = place > 0 && (self.blank[place - 1] || place == work.at && self.word(place - 1) == "-");
        if place >= end {
            touches || work.unclosed
        } else {
            touches && !(self.tokens[place].first && failure.expects_item())
        }
    }

    /// Reports a failure, unless it is a consequence.
    fn report(&mut self, work: &mut Work, failure: &Failure, place: usize, end: usize) {
        if self.is_consequence(work, failure, place, end) {
            return;
        }
        work.reported += 1;
        let diagnostic = message::unexpected(
            &Place { reader: self.reader, tokens: &self.tokens, from: work.at, at: place, end },
            failure,
        );
        self.push(diagnostic);
    }

    /// Whether what begins at `at` is no declaration at all, rather than one with a broken header: a lone name, too.
    fn is_junk(&self, at: usize, place: usize, failure: &Failure) -> bool {
        let quoted = self.tokens.get(place).is_some_and(|token| token.kind == LexemeKind::Text && !token.first);
        let lone =
            place == at + 1 && failure.expects("a name") && !quoted && !DECLARATION_WORDS.contains(&self.word(at));
        place == at || lone
    }

    /// What the word at the beginning of a declaration was probably meant to be: that of `def boot {}`, `PHASE p {}`.
    fn misspelled(&self, at: usize, end: usize) -> Option<&'static str> {
        let word = self.word(at);
        let declares = at + 1 < end && !self.tokens[at + 1].first && self.names_something(at + 1);
        if !declares || !message::is_plain_name(word) || self.kinds.contains(word) {
            return None;
        }
        nearest_declaration(word, 1)
    }

    /// Where the word of a declaration stands, which may have an `override` before it.
    fn keyword(&self, at: usize, end: usize) -> usize {
        if self.word(at) == "override" && at + 1 < end { at + 1 } else { at }
    }

    fn report_misspelled(&mut self, work: &mut Work, keyword: usize, meant: &str) {
        work.reported += 1;
        let span = self.span(keyword);
        let message = format!("expected a declaration, found `{}`", message::shown(self.word(keyword)));
        self.push(
            Diagnostic::error(Code::Syntax, span, message).help(format!("did you mean `{meant}`?")).fix(span, meant),
        );
    }

    /// The first closing bracket that closes nothing.
    fn stray(&self, from: usize, end: usize) -> Option<usize> {
        let mut open = Vec::new();
        (from..end).find(|index| track(self.reader.text, &self.tokens, &mut open, *index))
    }

    /// Reports and blanks what stands behind a declaration and begins none.
    fn drop_junk(&mut self, work: &mut Work, failure: &Failure, at: usize, place: usize, end: usize) {
        // With a `}` too many, the mistake is that brace, and what stands before it was meant to be inside.
        let Some(stray) = self.stray(place, end) else {
            self.report(work, failure, place, end);
            let (stop, _) = self.statement_end(&[], place, end, false);
            self.erase(work, place..stop.max(place + 1).min(end));
            return;
        };
        let mut stop = stray + 1;
        while stop < end && self.tokens[stop].kind == LexemeKind::Close {
            stop += 1;
        }
        if !self.is_consequence(work, failure, place, end) {
            work.reported += 1;
            let brace = message::shown(self.word(stray));
            let message = format!("unexpected `{brace}`");
            let diagnostic = Diagnostic::error(Code::Syntax, self.span(stray), message).label("this closes nothing");
            let before = place - 1;
            let diagnostic = if before >= at && self.tokens[before].kind == LexemeKind::Close {
                diagnostic.also(self.span(before), "the declaration ends here already")
            } else {
                diagnostic
            };
            self.push(diagnostic);
        }
        self.erase(work, place..stop);
    }

    /// Where a declaration with a broken header ends: before the next one, which may stand on the same line, or before
    /// a `}` too many behind its block.
    fn declaration_end(&self, at: usize, place: usize, end: usize) -> usize {
        let mut open = Vec::new();
        let mut block = false;
        for index in at..end {
            let begins = self.begins_with_keyword(index) && !self.goes_on(index);
            if index > place && open.is_empty() && begins {
                return index;
            }
            let outside = open.is_empty();
            let stray = track(self.reader.text, &self.tokens, &mut open, index);
            if stray && outside && block && self.word(index) == "}" {
                return index;
            }
            block |= !stray && open.is_empty() && self.word(index) == "}";
        }
        end
    }

    /// Looks for more mistakes in the body of a declaration whose header is broken.
    fn search_body(&mut self, work: &mut Work, at: usize, end: usize) {
        let keyword = self.keyword(at, end);
        let keyword = self.misspelled(keyword, end).unwrap_or_else(|| self.word(keyword));
        let body = match keyword {
            "rule" | "action" | "reaction" | "phase" | "extend" => Body::Block,
            "kind" => Body::Members,
            "test" => Body::Pattern,
            "source" | "group" | "param" | "let" | "state" | "event" | "remove" => return,
            other if message::is_plain_name(other) => Body::Settings,
            _ => return,
        };
        let Some(open) = self.last_block(at, end) else { return };
        let close = self.mate(open, end);
        let start = self.tokens[open].start as usize;
        loop {
            let text = work.from(start);
            let stop = close.map_or(text.len(), |close| self.tokens[close].end as usize - start);
            let Err(failure) = self.reader.body(body, &text[..stop], start, self.diagnostics) else { return };
            let end = close.map_or(end, |close| close + 1);
            let place = self.token_at(failure.position).min(end);
            let inside = self.open_at(open, place);
            if !self.try_again(work, &failure, start) {
                return;
            }
            self.report(work, &failure, place, end);
            if !self.mend(work, open, &inside, place, end, &failure) {
                return;
            }
        }
    }

    /// The last `{` that no other one encloses.
    fn last_block(&self, at: usize, end: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut last = None;
        for index in at..end {
            match self.word(index) {
                "{" => {
                    if depth == 0 {
                        last = Some(index);
                    }
                    depth += 1;
                }
                "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        last
    }

    /// Keeps what can be told of a declaration that could not be read.
    fn push_broken(&mut self, at: usize, end: usize) {
        let declaration = self.broken(at, end);
        self.declarations.push(declaration);
    }

    fn broken(&self, at: usize, end: usize) -> Declaration {
        let span = self.span(at).to(self.span(end - 1));
        let doc = self.reader.trivia.doc_before(self.reader.text, span.start);
        if self.word(at) == "override" && at + 1 < end {
            let inner = Declaration { doc: None, ..self.broken(at + 1, end) };
            return Declaration { span, doc, kind: DeclarationKind::Override(Box::new(inner)) };
        }
        let name = |index: usize| {
            let text = if index < end { self.word(index) } else { "" };
            let plain = message::is_plain_name(text) || text.starts_with('`') && text.len() > 2;
            plain.then(|| Name { text: text.trim_matches('`').into(), span: self.span(index) })
        };
        let mut keyword = name(at);
        if let (Some(keyword), Some(meant)) = (&mut keyword, self.misspelled(at, end)) {
            keyword.text = meant.into();
        }
        let declared = keyword.as_ref().and_then(|_| name(at + 1));
        Declaration { span, doc, kind: DeclarationKind::Broken { keyword, name: declared } }
    }
}

/// The empty place behind a token.
pub(super) fn behind(reader: &Reader<'_>, tokens: &[Lexeme], index: usize) -> Span {
    let position = index.checked_sub(1).map_or(0, |last| tokens[last].end);
    Span::new(reader.source, position.min(offset(reader.text.len())), position)
}
