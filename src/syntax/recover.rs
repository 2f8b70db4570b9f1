//! What is done with a file that does not parse: every independent mistake is found, and what is good is kept.
//!
//! The text is cut into chunks where declarations begin, and each is parsed alone. Where that fails, the mistake is
//! reported, the statement around it is blanked, and the chunk is parsed again, a bounded number of times. What is left
//! around a blanked statement may fail in its turn; such a failure touches the blank, and is not reported.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::message::{self, Place};
use crate::syntax::parse::{Body, Failure, Reader, nesting_limit};
use crate::syntax::tree::{Declaration, DeclarationKind, Name};
use crate::syntax::trivia::{Lexeme, LexemeKind, Lexemes, closes, offset};

/// How many mistakes are reported of one declaration.
const MAX_PER_DECLARATION: usize = 20;
/// How many mistakes are reported of one file.
const MAX_PER_FILE: usize = 100;

/// The words that begin a declaration.
pub(super) const DECLARATION_WORDS: [&str; 17] = [
    "use", "override", "remove", "extend", "source", "group", "param", "let", "kind", "state", "event", "rule",
    "action", "reaction", "phase", "profile", "test",
];

/// Words that begin a line of a header, and look as if they declared an instance.
const HEADER_WORDS: [&str; 8] = ["as", "by", "weight", "with", "accepts", "rejects", "never", "deprecated"];

/// Reads the declarations of a file that does not parse as a whole.
pub(super) fn declarations(reader: &Reader<'_>, diagnostics: &mut Diagnostics) -> Vec<Declaration> {
    let tokens = tokens(reader.text);
    let mut recovery = Recovery {
        reader,
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
    message::unexpected(&Place { reader, tokens: &tokens, at, end: tokens.len() }, failure)
}

/// The lexemes that the parser sees.
fn tokens(text: &str) -> Vec<Lexeme> {
    Lexemes::new(text).filter(|lexeme| lexeme.kind != LexemeKind::Comment).collect()
}

/// The open brackets behind `open`, once `token` has been read; whether it was a closing bracket without an open one.
/// A closing bracket closes what was left open within its own pair, too.
fn track(text: &str, tokens: &[Lexeme], open: &mut Vec<usize>, token: usize) -> bool {
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

struct Recovery<'a> {
    reader: &'a Reader<'a>,
    diagnostics: &'a mut Diagnostics,
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

    /// Where declarations begin: ranges of tokens that cover the file.
    fn chunks(&self) -> Vec<Range<usize>> {
        let mut starts = vec![0];
        let mut open = Vec::new();
        let mut column = if self.tokens.is_empty() { 0 } else { self.column(0) };
        for index in 0..self.tokens.len() {
            if index > 0 && self.tokens[index].first && self.begins_declaration(index) {
                let here = self.column(index);
                let keyword = DECLARATION_WORDS.contains(&self.word(index)) && self.names_something(index + 1);
                let lost = self.reader.trivia.unclosed && here == 0 && keyword;
                if lost || (open.is_empty() && here <= column) {
                    starts.push(index);
                    open.clear();
                    column = here;
                }
            }
            track(self.reader.text, &self.tokens, &mut open, index);
        }
        let ends = starts[1..].iter().copied().chain([self.tokens.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).filter(|range| !range.is_empty()).collect()
    }

    fn names_something(&self, index: usize) -> bool {
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

    /// Reads the declarations of one chunk.
    fn chunk(&mut self, range: Range<usize>) {
        let base = self.tokens[range.start].start as usize;
        let end = self.tokens[range.end - 1].end as usize;
        let text = self.reader.text[base..end].to_owned();
        let mut work = Work { base, text, reported: 0, tries: 0, unclosed: false, failed: false, given_up: false };
        self.close_brackets(&mut work, &range);
        let mut at = range.start;
        while at < range.end {
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
                && if open.iter().any(|open| self.word(*open) == "{") {
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
        if failure.exhausted {
            let at = self.token_at(failure.position).min(self.tokens.len() - 1);
            let span = self.span(at);
            self.push(nesting_limit(span, "brackets"));
            return false;
        }
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

    /// Whether a failure comes from a mistake that was already reported: it touches what was blanked.
    fn is_consequence(&self, work: &Work, failure: &Failure, place: usize, end: usize) -> bool {
        let touches = place > 0 && self.blank[place - 1];
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
        let diagnostic =
            message::unexpected(&Place { reader: self.reader, tokens: &self.tokens, at: place, end }, failure);
        self.push(diagnostic);
    }

    /// Whether what begins at `at` is no declaration at all, rather than one with a broken header: a lone name, too.
    fn is_junk(&self, at: usize, place: usize, failure: &Failure) -> bool {
        let lone = place == at + 1 && failure.expects("a name") && !DECLARATION_WORDS.contains(&self.word(at));
        place == at || lone
    }

    /// The first closing bracket that closes nothing.
    fn stray(&self, from: usize, end: usize) -> Option<usize> {
        let mut open = Vec::new();
        (from..end).find(|index| track(self.reader.text, &self.tokens, &mut open, *index))
    }

    /// Blanks tokens, and what stands between them.
    fn erase(&mut self, work: &mut Work, range: Range<usize>) -> bool {
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else { return false };
        let progress = range.clone().any(|index| !self.blank[index]);
        self.blank[range.clone()].fill(true);
        let bytes = self.tokens[range.start].start as usize - work.base..self.tokens[last].end as usize - work.base;
        let blank: String =
            work.text[bytes.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        work.text.replace_range(bytes, &blank);
        progress
    }

    /// Blanks the statement (the setting, the alternative …) around a failure; whether that changed anything.
    fn mend(
        &mut self,
        work: &mut Work,
        from: usize,
        open: &[usize],
        place: usize,
        end: usize,
        failure: &Failure,
    ) -> bool {
        let Some(level) = open.iter().rposition(|open| self.word(*open) == "{") else { return false };
        let body = open[level];
        let consequence = self.is_consequence(work, failure, place, end);
        let item = failure.expects_item();
        let start = if item { place } else { self.statement_start(body, place) };
        let limit = self.mate(body, end).unwrap_or(end);
        let within = &open[level + 1..];
        let list = !within.is_empty() && within.iter().all(|open| self.mate(*open, limit).is_some());
        let ends_before = place >= end || (!item && !list && self.tokens[place].first);
        let (stop, block) =
            if ends_before { (place, None) } else { self.statement_end(within, place, end, !consequence) };
        let mut progress = self.erase(work, start..stop);
        if let Some(block) = block {
            progress |= self.erase_else(work, block, end);
        }
        if !progress && place < end && !self.closes_bracket(body, place) {
            progress = self.erase(work, place..place + 1);
        }
        if progress {
            return true;
        }
        // Nothing in this body is left to blank, so it is the body that is wrong here.
        let outer = &open[..level];
        if !outer.iter().any(|open| self.word(*open) == "{" && *open >= from) {
            return false;
        }
        let start =
            outer.iter().rev().find(|open| self.word(**open) == "{").map_or(body, |o| self.statement_start(*o, body));
        let stop = self.mate(body, end).map_or(end, |mate| mate + 1);
        self.erase(work, start..stop)
    }

    /// Whether a token is the counterpart of an opening bracket with nothing but blanks between, or is past it.
    fn closes_bracket(&self, open: usize, token: usize) -> bool {
        self.mate(open, token + 1) == Some(token)
    }

    /// Where the statement that goes on before `place` begins, in the body that begins at `body`.
    fn statement_start(&self, body: usize, place: usize) -> usize {
        let mut start = body + 1;
        let mut open = Vec::new();
        let mut last = None;
        let mut separated = false;
        for index in (body + 1..place).filter(|index| !self.blank[*index]) {
            let outside = open.is_empty();
            let closing = self.tokens[index].kind == LexemeKind::Close;
            if outside && !closing && (separated || self.tokens[index].first) {
                last = Some(start);
                start = index;
            }
            track(self.reader.text, &self.tokens, &mut open, index);
            separated = open.is_empty() && matches!(self.word(index), "," | ";");
            if closing && open.is_empty() && self.tokens[index].first {
                start = index + 1;
            }
        }
        // A bracket that was opened on an earlier line and is still open belongs to the statement.
        last.filter(|_| start >= place).unwrap_or(start)
    }

    /// Where the statement that is broken at `place` ends, with `open` brackets open in it; and the block that it would
    /// have had, if that is to be kept.
    fn statement_end(&self, open: &[usize], place: usize, end: usize, keep: bool) -> (usize, Option<usize>) {
        let mut open = open.to_vec();
        let mut line = None;
        for index in place..end {
            if self.blank[index] {
                continue;
            }
            if index > place && self.tokens[index].first {
                line = line.or(Some(index));
                if open.is_empty() {
                    return (index, None);
                }
            }
            let word = self.word(index);
            if keep && word == "{" && open.iter().all(|open| self.word(*open) != "{") {
                return (index, Some(index));
            }
            let outside = open.is_empty();
            let stray = track(self.reader.text, &self.tokens, &mut open, index);
            if stray && word == "}" {
                // A bracket that is still open here is never closed: the line is enough.
                return (if outside { index } else { line.unwrap_or(index) }, None);
            }
            if outside && matches!(word, "," | ";") {
                return (index + 1, None);
            }
        }
        (if open.is_empty() { end } else { line.unwrap_or(end) }, None)
    }

    /// The counterpart of an opening bracket, before `end`.
    fn mate(&self, open: usize, end: usize) -> Option<usize> {
        let mut stack = vec![open];
        (open + 1..end).filter(|index| !self.blank[*index]).find(|index| {
            track(self.reader.text, &self.tokens, &mut stack, *index);
            stack.is_empty()
        })
    }

    /// Blanks the `else`, `else if e` and `with` behind a block that lost what it belonged to; their blocks stay.
    fn erase_else(&mut self, work: &mut Work, block: usize, end: usize) -> bool {
        let mut progress = false;
        let mut block = block;
        while let Some(mate) = self.mate(block, end)
            && let start = mate + 1
            && start < end
            && matches!(self.word(start), "else" | "elif" | "with")
        {
            let stop = (start..end)
                .find(|index| matches!(self.word(*index), "{" | "}") || (*index > start && self.tokens[*index].first))
                .unwrap_or(end);
            progress |= self.erase(work, start..stop);
            if stop == end || self.word(stop) != "{" {
                break;
            }
            block = stop;
        }
        progress
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

    /// Where a declaration with a broken header ends: before the next one, which may stand on the same line.
    fn declaration_end(&self, at: usize, place: usize, end: usize) -> usize {
        let mut open = Vec::new();
        for index in at..end {
            let word = self.word(index);
            let begins = DECLARATION_WORDS.contains(&word) && word != "group" && self.names_something(index + 1);
            if index > place && open.is_empty() && begins {
                return index;
            }
            track(self.reader.text, &self.tokens, &mut open, index);
        }
        end
    }

    /// Looks for more mistakes in the body of a declaration whose header is broken.
    fn search_body(&mut self, work: &mut Work, at: usize, end: usize) {
        let overrides = self.word(at) == "override" && at + 1 < end;
        let keyword = self.word(if overrides { at + 1 } else { at });
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
            plain.then(|| Name { text: text.trim_matches('`').to_owned(), span: self.span(index) })
        };
        let keyword = name(at);
        let declared = keyword.as_ref().and_then(|_| name(at + 1));
        Declaration { span, doc, kind: DeclarationKind::Broken { keyword, name: declared } }
    }
}

/// The empty place behind a token.
pub(super) fn behind(reader: &Reader<'_>, tokens: &[Lexeme], index: usize) -> Span {
    let position = index.checked_sub(1).map_or(0, |last| tokens[last].end);
    Span::new(reader.source, position.min(offset(reader.text.len())), position)
}
