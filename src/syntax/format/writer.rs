//! The steps of the layout, taken from the source piece by piece.
//!
//! Whoever walks the tree says which piece comes next; the piece itself is taken from the source, and comments on the way
//! to it come along. So nothing can be lost or come twice: what is written is what was read, but for separators.

use super::layout::{Break, Ends, Step};
use crate::source::Span;
use crate::syntax::trivia::{Lexeme, LexemeKind, Lexemes};

/// What parts the items of a list.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Separator {
    /// Where the next one stands on the same line.
    pub(super) flat: &'static str,
    /// The spaces behind that.
    pub(super) gap: usize,
    /// At the end of a line.
    pub(super) broken: &'static str,
}

/// What may stand between items in the source.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dropped {
    pub(super) comma: bool,
    pub(super) semicolon: bool,
    /// Whether one had to be kept, and is written.
    kept: bool,
}

impl Dropped {
    pub(super) fn any(self) -> bool {
        self.comma || self.semicolon
    }
}

/// How a list in braces is laid out.
pub(super) struct List<'f, T> {
    /// Whether an item may share a line with others.
    pub(super) shares: &'f dyn Fn(&T) -> bool,
    /// Whether items share lines even where the source has all of them on one.
    pub(super) fills: bool,
    /// What stands behind an item, where something stood there.
    pub(super) separator: &'f dyn Fn(&T, Dropped) -> Separator,
    /// Likewise behind the last one, when a line ends there.
    pub(super) last: &'f dyn Fn(&T) -> &'static str,
}

/// The source, and the steps that were made of it.
pub(super) struct Writer<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    /// The next lexeme that is to be written.
    next: usize,
    /// The next one that is no comment; the comments between are still to be written.
    code: usize,
    /// Where the source is at.
    end: u32,
    /// The spaces before the next piece.
    gap: usize,
    steps: Vec<Step<'a>>,
}

impl<'a> Writer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut lexemes = Vec::new();
        for lexeme in Lexemes::new(text) {
            // In a pattern two bars may have nothing between them.
            if &text[lexeme.start as usize..lexeme.end as usize] == "||" {
                lexemes.push(Lexeme { end: lexeme.start + 1, ..lexeme });
                lexemes.push(Lexeme { start: lexeme.start + 1, first: false, ..lexeme });
            } else {
                lexemes.push(lexeme);
            }
        }
        let mut writer = Self { text, lexemes, next: 0, code: 0, end: 0, gap: 0, steps: Vec::new() };
        writer.find_code();
        writer
    }

    /// All steps, with the comments at the end of the file.
    pub(super) fn finish(mut self) -> Vec<Step<'a>> {
        self.comments(false, true);
        debug_assert_eq!(self.next, self.lexemes.len(), "not all of the text is written");
        self.steps
    }

    fn find_code(&mut self) {
        let rest = &self.lexemes[self.code..];
        self.code += rest.iter().take_while(|lexeme| lexeme.kind == LexemeKind::Comment).count();
    }

    fn written(&self, lexeme: Lexeme) -> &'a str {
        &self.text[lexeme.start as usize..lexeme.end as usize]
    }

    /// What comes next, comments apart.
    pub(super) fn peek(&self) -> Option<&'a str> {
        self.lexemes.get(self.code).map(|lexeme| self.written(*lexeme))
    }

    fn comes_next(&self, text: &str) -> bool {
        self.peek() == Some(text)
    }

    /// Whether `(` and `)` come next.
    fn empty_parentheses_come_next(&self) -> bool {
        let mut rest = self.lexemes[self.code..].iter().filter(|lexeme| lexeme.kind != LexemeKind::Comment);
        let mut is = |text| rest.next().is_some_and(|lexeme| self.written(*lexeme) == text);
        is("(") && is(")")
    }

    /// How many line breaks there are before what comes next.
    fn line_breaks(&self) -> usize {
        let start = self.lexemes.get(self.next).map_or(self.text.len(), |lexeme| lexeme.start as usize);
        self.text[(self.end as usize).min(start)..start].matches('\n').count()
    }

    // ------------------------------------------------------------------------------------------------------- pieces

    /// A space before what comes next.
    pub(super) fn space(&mut self) {
        self.gap = 1;
    }

    /// Writes the next piece, whatever it is; `text` says what it must be.
    pub(super) fn token(&mut self, text: &str) {
        debug_assert!(self.comes_next(text), "expected `{text}`, found {:?}", self.peek());
        self.any_token();
    }

    pub(super) fn any_token(&mut self) {
        let gap = std::mem::take(&mut self.gap);
        self.comments(true, false);
        let Some(lexeme) = self.lexemes.get(self.code).copied() else { return };
        self.steps.push(Step::Text { text: self.written(lexeme), gap, at: Some(lexeme.start) });
        self.code += 1;
        self.next = self.code;
        self.end = lexeme.end;
        self.find_code();
    }

    /// A word with a space behind it.
    pub(super) fn word(&mut self, text: &str) {
        self.token(text);
        self.space();
    }

    /// Writes the pieces of a span, which belong together.
    pub(super) fn glued(&mut self, span: Span) {
        while self.lexemes.get(self.code).is_some_and(|lexeme| lexeme.start < span.end) {
            self.any_token();
        }
    }

    /// Whether a span goes on.
    pub(super) fn is_within(&self, span: Span) -> bool {
        self.lexemes.get(self.code).is_some_and(|lexeme| lexeme.start < span.end)
    }

    /// Leaves out the separators that come next.
    pub(super) fn drop_separators(&mut self) -> Dropped {
        let mut dropped = Dropped::default();
        loop {
            match self.peek() {
                Some(",") => dropped.comma = true,
                Some(";") => dropped.semicolon = true,
                _ => return dropped,
            }
            if self.next == self.code {
                self.next += 1;
            } else if self.comment_before_separator_would_be_doc() || self.comment_behind_separator_would_be_doc() {
                self.any_token();
                dropped.kept = true;
                continue;
            } else {
                // It is passed over together with the comments before it.
                self.lexemes[self.code].end = self.lexemes[self.code].start;
            }
            self.code += 1;
            self.find_code();
        }
    }

    /// Whether the separator that comes next is all that keeps a `##` before it from being the doc comment of what follows.
    fn comment_before_separator_would_be_doc(&self) -> bool {
        let before = &self.lexemes[self.next..self.code];
        before.iter().any(|lexeme| lexeme.first && self.written(*lexeme).starts_with("##"))
    }

    /// Whether the separator that comes next, with a comment before it, is all that keeps a `##` behind it from having a
    /// line of its own, where it would be a doc comment.
    fn comment_behind_separator_would_be_doc(&self) -> bool {
        let behind = self.lexemes.get(self.code + 1).filter(|lexeme| lexeme.kind == LexemeKind::Comment);
        behind.is_some_and(|lexeme| !lexeme.first && self.written(*lexeme).starts_with("##"))
    }

    /// Writes the comments before what comes next, if there are any; what is interrupted by them goes on deeper.
    fn comments(&mut self, deeper: bool, blank: bool) -> bool {
        let mut any = false;
        while self.next < self.code {
            let lexeme = self.lexemes[self.next];
            let n_breaks = self.line_breaks();
            self.next += 1;
            // A separator that was left out.
            if lexeme.start == lexeme.end {
                continue;
            }
            self.end = lexeme.end;
            self.steps.push(Step::Comment {
                text: self.written(lexeme).trim_end(),
                at: lexeme.start,
                own_line: lexeme.first,
                blank: n_breaks > 1 && (blank || any),
                deeper,
            });
            any = true;
        }
        any
    }

    // ------------------------------------------------------------------------------------------------------- layout

    pub(super) fn open(&mut self) {
        self.steps.push(Step::Open);
    }

    pub(super) fn close(&mut self) {
        self.steps.push(Step::Close);
    }

    pub(super) fn indent(&mut self) {
        self.steps.push(Step::Indent);
    }

    pub(super) fn dedent(&mut self) {
        self.steps.push(Step::Dedent);
    }

    fn push_break(&mut self, ends: Ends, gap: usize) {
        self.steps.push(Step::Break(Break { ends, flat: "", gap, broken: "", blank: false }));
    }

    /// A place where a line ends if the group does not stay on one.
    pub(super) fn soft(&mut self, gap: usize) {
        let ends = if self.comments(false, false) { Ends::Always } else { Ends::WithGroup };
        self.push_break(ends, gap);
    }

    /// A place where a line ends if it is full.
    pub(super) fn fill(&mut self, gap: usize) {
        let ends = if self.comments(false, false) { Ends::Always } else { Ends::WhenFull };
        self.push_break(ends, gap);
    }

    /// The end of what is indented.
    pub(super) fn soft_dedent(&mut self, gap: usize) {
        let ends = if self.comments(false, false) { Ends::Always } else { Ends::WithGroup };
        self.dedent();
        self.push_break(ends, gap);
    }

    /// A space, unless a comment ends the line.
    pub(super) fn space_or_line(&mut self) {
        if self.comments(false, false) {
            self.push_break(Ends::Always, 0);
        } else {
            self.space();
        }
    }

    /// `(a, b)`; without items the parentheses that the source has.
    pub(super) fn parentheses<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        if items.is_empty() {
            if self.empty_parentheses_come_next() {
                self.token("(");
                self.token(")");
            }
            return;
        }
        self.enclosed("(", items, &mut write, ")");
    }

    /// Items with commas between them, in brackets.
    pub(super) fn enclosed<T>(&mut self, open: &str, items: &[T], write: &mut impl FnMut(&mut Self, &T), close: &str) {
        self.open();
        self.token(open);
        self.indent();
        for (place, item) in items.iter().enumerate() {
            self.soft(usize::from(place > 0));
            self.open();
            write(self, item);
            self.close();
            if place + 1 < items.len() {
                self.token(",");
            }
        }
        let dropped = self.drop_separators();
        let broken = if items.is_empty() || dropped.kept { "" } else { "," };
        self.end_list(broken, 0, false, false);
        self.token(close);
        self.close();
    }

    /// The end of what is between brackets, where a line may end with `broken`.
    fn end_list(&mut self, broken: &'static str, gap: usize, force: bool, blank: bool) {
        if self.next < self.code {
            if !broken.is_empty() {
                self.steps.push(Step::Text { text: broken, gap: 0, at: None });
            }
            self.comments(false, blank);
            self.dedent();
            self.push_break(Ends::Always, 0);
            return;
        }
        if force {
            self.steps.push(Step::Force);
        }
        self.dedent();
        self.steps.push(Step::Break(Break { ends: Ends::WithGroup, flat: "", gap, broken, blank: false }));
    }

    /// Items between braces, the first of which is written: one line if they are on one in the source and fit there.
    ///
    /// The breaks belong to the group around the braces.
    pub(super) fn braces<T>(&mut self, items: &[T], list: &List<'_, T>, write: impl FnMut(&mut Self, &T)) {
        if items.is_empty() && self.next == self.code {
            self.token("}");
            return;
        }
        self.indent();
        let breaks = self.items(items, list, write);
        let is_long = breaks.is_long || self.line_breaks() > 0;
        if !is_long && !list.fills {
            // There are no lines to be shared.
            for place in breaks.places {
                if let Step::Break(place) = &mut self.steps[place] {
                    place.ends = Ends::WithGroup;
                }
            }
        }
        let broken = items.last().filter(|_| !breaks.kept).map_or("", |item| (list.last)(item));
        self.end_list(broken, 1, is_long, !items.is_empty());
        self.token("}");
    }

    /// Items one after the other.
    pub(super) fn items<T>(&mut self, items: &[T], list: &List<'_, T>, mut write: impl FnMut(&mut Self, &T)) -> Breaks {
        let mut breaks = Breaks::default();
        let mut dropped = Dropped::default();
        let mut before: Option<&T> = None;
        for item in items {
            let separator = before.map(|before| (list.separator)(before, dropped));
            let separator = separator.filter(|_| !dropped.kept);
            let Separator { flat, gap, broken } = separator.unwrap_or(Separator { flat: "", gap: 1, broken: "" });
            let has_comments = self.next < self.code;
            if has_comments {
                if !broken.is_empty() {
                    self.steps.push(Step::Text { text: broken, gap: 0, at: None });
                }
                self.comments(false, before.is_some());
            }
            let n_breaks = self.line_breaks();
            breaks.is_long |= n_breaks > 0 || has_comments;
            let shares = before.is_some_and(|before| (list.shares)(before) && (list.shares)(item));
            let blank = n_breaks > 1 && (before.is_some() || has_comments);
            self.steps.push(Step::Break(if has_comments {
                Break { ends: Ends::Always, flat: "", gap: 0, broken: "", blank }
            } else {
                let ends = if shares && n_breaks == 0 { Ends::WhenFull } else { Ends::WithGroup };
                Break { ends, flat, gap, broken, blank }
            }));
            breaks.places.push(self.steps.len() - 1);
            self.open();
            write(self, item);
            self.close();
            dropped = self.drop_separators();
            before = Some(item);
        }
        breaks.kept = dropped.kept;
        breaks
    }
}

/// What is between items.
#[derive(Clone, Debug, Default)]
pub(super) struct Breaks {
    /// Whether the source has line breaks there.
    is_long: bool,
    /// Whether the separator behind the last item is written.
    kept: bool,
    /// The steps.
    places: Vec<usize>,
}
