//! Long texts, read piece by piece.
//!
//! pest keeps some 500 bytes for each byte that it reads until the tree is made. So a text that is longer than a piece is
//! cut between its declarations, and the body of a long declaration between its statements, and the tree of one piece is
//! made before the next one is read.
//!
//! A piece ends where no bracket is open. What comes behind it can then only change its last items, as `with each r: …`
//! goes on with an `interleave`; these are read again at the beginning of the next one.

use std::ops::Range;

use super::grammar::Rule;
use super::{Builder, Failure, Node, Parts, Reader};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::tree::{Block, Declaration, DeclarationKind, Statement};
use crate::syntax::trivia::{LexemeKind, Lexemes, closes, offset};

/// The bytes of a piece, unless an item is longer.
const PIECE: usize = 64 << 10;
/// The most bytes of a statement, and of a declaration without the statements of its body.
pub(in crate::syntax) const MAX_ITEM: usize = 1 << 20;
/// How many items at the end of a piece might be read otherwise with what follows: words of a continuation that is cut
/// off, `with each r`, and what they continue.
const UNSURE: usize = 4;

/// Why a long text was not read.
#[derive(Debug)]
pub(in crate::syntax) enum Stop {
    /// It does not parse.
    Failure(Failure),
    /// Something in it is longer than [`MAX_ITEM`].
    TooLong(Span),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// What is said of an item that is too long.
#[cold]
pub(in crate::syntax) fn too_long(span: Span) -> Diagnostic {
    Diagnostic::error(Code::ItemLimit, span, format!("this is longer than {} MiB", MAX_ITEM >> 20))
        .help("name parts of it by a `rule` or a `let`")
}

/// A text, or a part of one, and where it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(in crate::syntax) struct Pieces<'a> {
    reader: &'a Reader<'a>,
    text: &'a str,
    base: usize,
    /// [`PIECE`]
    piece: usize,
    /// [`MAX_ITEM`]
    item: usize,
}

impl<'a> Pieces<'a> {
    pub(in crate::syntax) fn new(reader: &'a Reader<'a>, text: &'a str, base: usize) -> Self {
        Self { reader, text, base, piece: PIECE, item: MAX_ITEM }
    }

    /// Whether the text is worth it.
    pub(in crate::syntax) fn is_long(text: &str) -> bool {
        text.len() > PIECE
    }

    /// Reads all of the text as declarations.
    pub(in crate::syntax) fn declarations(&self, diagnostics: &mut Diagnostics) -> Result<Vec<Declaration>, Stop> {
        let rules = [Rule::some_declarations, Rule::file];
        let mut declarations = Vec::new();
        let mut at = 0;
        let mut longest = self.piece;
        loop {
            let take = |builder: &mut Builder<'_>, pair: Node<'_>| declarations.push(builder.declaration(pair));
            let Some((start, open)) = self.items(at..self.text.len(), longest, rules, diagnostics, take)? else {
                break;
            };
            // The next one without what stands in its brackets, and then that, if it is a body.
            let mut found = Diagnostics::default();
            let mut heads = self.heads(start, open, &mut found).unwrap_or_default();
            let close = self.closing(open)?;
            let span = self.span(open..close + 1);
            if let Some(body) = heads.last_mut().and_then(body) {
                *body = Block { span, statements: self.statements(open + 1..close, diagnostics)? };
                diagnostics.extend(found);
                declarations.append(&mut heads);
                if let Some(declaration) = declarations.last_mut() {
                    end_at(declaration, span.end);
                }
                (at, longest) = (close + 1, self.piece);
            } else if longest < self.item {
                (at, longest) = (start, self.item);
            } else {
                return Err(Stop::TooLong(span));
            }
        }
        declarations.shrink_to_fit();
        Ok(declarations)
    }

    /// Reads declarations, the last of which ends with the bracket at `open`, as if that enclosed nothing.
    fn heads(&self, start: usize, open: usize, diagnostics: &mut Diagnostics) -> Result<Vec<Declaration>, Failure> {
        let head = &self.text[start..=open];
        let closing = if head.ends_with('{') { "}" } else { ")" };
        let text = [head, closing].concat();
        let file = self.reader.read(Rule::file, &text, self.base + start)?;
        let mut builder = self.reader.builder(self.base + start, diagnostics);
        Ok(Parts::of(file).each(|pair| builder.declaration(pair)))
    }

    fn statements(&self, range: Range<usize>, diagnostics: &mut Diagnostics) -> Result<Vec<Statement>, Stop> {
        let rules = [Rule::some_statements, Rule::lone_statements];
        // At most one begins with each word. What is not needed is never touched, but growing would copy.
        let mut statements = Vec::with_capacity(self.count(range.clone()));
        let take = |builder: &mut Builder<'_>, pair: Node<'_>| statements.push(builder.statement(pair));
        if let Some((_, open)) = self.items(range, self.item, rules, diagnostics, take)? {
            return Err(Stop::TooLong(self.span(open..open + 1)));
        }
        statements.shrink_to_fit();
        Ok(statements)
    }

    /// Takes the items of a range, until one has brackets with more than `longest` bytes. Then it says from where on
    /// they are not taken, and where that bracket opens. `some` reads the items that there are, `all` nothing else.
    fn items(
        &self,
        range: Range<usize>,
        longest: usize,
        [some, all]: [Rule; 2],
        diagnostics: &mut Diagnostics,
        mut take: impl FnMut(&mut Builder<'_>, Node<'_>),
    ) -> Result<Option<(usize, usize)>, Stop> {
        let mut at = range.start;
        let mut length = self.piece;
        loop {
            let (end, open) = self.cut(at..range.end, length);
            let text = &self.text[at..end];
            let base = self.base + at;
            let last = end == range.end;
            let pair = self.reader.read(if last { all } else { some }, text, base)?;
            let mut builder = self.reader.builder(base, diagnostics);
            let mut items = Parts::of(pair).pairs;
            if last {
                items.for_each(|pair| take(&mut builder, pair));
                return Ok(None);
            }
            let sure = items.clone().count().saturating_sub(UNSURE);
            for pair in items.by_ref().take(sure) {
                take(&mut builder, pair);
            }
            if sure > 0 {
                at += items.next().map_or(0, |pair| pair.as_span().start());
                length = self.piece;
            } else if let Some(open) = open.filter(|_| length >= longest) {
                return Ok(Some((at, open)));
            } else if length < self.item {
                length *= 2;
            } else {
                // Either something is wrong, or it has no end.
                self.reader.read(all, text, base)?;
                return Err(Stop::TooLong(self.span(at..end.max(at + 1))));
            }
        }
    }

    /// Where a piece of a range may end: at the last place within `length` where no bracket is open. If one is open
    /// behind it, too, that is told.
    fn cut(&self, range: Range<usize>, length: usize) -> (usize, Option<usize>) {
        if range.len() <= length {
            return (range.end, None);
        }
        let mut end = range.start;
        let mut open = Vec::new();
        for lexeme in Lexemes::new(&self.text[range.clone()]) {
            let (start, after) = (range.start + lexeme.start as usize, range.start + lexeme.end as usize);
            match lexeme.kind {
                LexemeKind::Open => open.push(start),
                LexemeKind::Close => drop(open.pop()),
                _ => {}
            }
            let first = open.first().copied();
            if after - range.start > length {
                return (end, first);
            }
            if open.is_empty() {
                end = after;
            }
        }
        (range.end, None)
    }

    /// How many words and signs a range has outside of all brackets.
    fn count(&self, range: Range<usize>) -> usize {
        let mut depth = 0_usize;
        let lexemes = Lexemes::new(&self.text[range]).filter(|lexeme| {
            let outside = depth == 0;
            match lexeme.kind {
                LexemeKind::Open => depth += 1,
                LexemeKind::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            outside && lexeme.kind != LexemeKind::Comment
        });
        lexemes.count()
    }

    /// Where the bracket that opens at `open` is closed.
    fn closing(&self, open: usize) -> Result<usize, Failure> {
        let mut depth = 0_usize;
        let closing = Lexemes::new(&self.text[open..]).find(|lexeme| {
            match lexeme.kind {
                LexemeKind::Open => depth += 1,
                LexemeKind::Close => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let end = || Failure::new(self.base + self.text.len(), &[Rule::close_brace]);
        let closing = closing.map(|lexeme| open + lexeme.start as usize);
        let bytes = self.text.as_bytes();
        closing.filter(|closing| closes(bytes[open], bytes[*closing])).ok_or_else(end)
    }

    fn span(&self, range: Range<usize>) -> Span {
        let place = |position: usize| offset((self.base + position).min(self.reader.text.len()));
        Span::new(self.reader.source, place(range.start), place(range.end))
    }
}

/// The body of a declaration, if it has one.
fn body(declaration: &mut Declaration) -> Option<&mut Block> {
    match &mut declaration.kind {
        DeclarationKind::Override(inner) => body(inner),
        DeclarationKind::Extend { body, .. }
        | DeclarationKind::Rule { body, .. }
        | DeclarationKind::Phase { body, .. } => Some(body),
        DeclarationKind::Action(action) | DeclarationKind::Reaction(action) => Some(&mut action.body),
        _ => None,
    }
}

fn end_at(declaration: &mut Declaration, end: u32) {
    declaration.span.end = end;
    if let DeclarationKind::Override(inner) = &mut declaration.kind {
        end_at(inner, end);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use crate::syntax::trivia::Trivia;

    /// What a text is read as, whole and by pieces of a length.
    fn both(text: &str, piece: usize, item: usize) -> [Option<(Vec<Declaration>, Vec<Diagnostic>)>; 2] {
        let source = SourceId::default();
        let trivia = Trivia::scan(source, text);
        let reader = Reader { source, text, trivia: &trivia };
        let mut found = [Diagnostics::default(), Diagnostics::default()];
        let whole = reader.read(Rule::file, text, 0).ok().map(|file| {
            let mut builder = reader.builder(0, &mut found[0]);
            Parts::of(file).each(|pair| builder.declaration(pair))
        });
        let pieces = Pieces { piece, item, ..Pieces::new(&reader, text, 0) }.declarations(&mut found[1]).ok();
        let [first, second] = found;
        [(whole, first), (pieces, second)].map(|(tree, found)| Some((tree?, found.sorted())))
    }

    #[test]
    fn pieces_say_what_the_whole_says() {
        let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/specs");
        let mut texts: Vec<String> = std::fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "charmgrammar"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        assert!(texts.len() > 3, "{texts:?}");
        texts.push(
            "kind k { state live: bool = true } k a k b event e(u: 0..7) phase p { interleave { e } with each r: k { e } \
             interleave { e } with with e if true { e } else if true { e } else { end } do else e \
             end leave settle(e) else { e } } override phase q { } use x { } relation deprecated event f deprecated \
             extend phase p { e } action a(r: k, u: 0..7) as \"x\" by u weight 3 when r.live { e; e; } # the end"
                .to_owned(),
        );
        for text in &texts {
            for piece in [1, 2, 7, 30, 100, 1000] {
                let [whole, pieces] = both(text, piece, 1 << 20);
                assert!(whole.is_some(), "{text}");
                assert!(whole == pieces, "by {piece}: {text}\n{whole:#?}\n{pieces:#?}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_told() {
        let text = format!("event a phase p {{ a if true {{ {} }} }} event b", "a ".repeat(100));
        let source = SourceId::default();
        let trivia = Trivia::scan(source, &text);
        let reader = Reader { source, text: &text, trivia: &trivia };
        let read = |item| {
            Pieces { piece: 50, item, ..Pieces::new(&reader, &text, 0) }.declarations(&mut Diagnostics::default())
        };
        assert_eq!(read(400).unwrap().len(), 3);
        let Err(Stop::TooLong(span)) = read(100) else { panic!("the `if` is longer") };
        assert_eq!(span.start, 28);
    }

    #[test]
    fn what_has_no_end_is_not_read() {
        for text in
            ["phase p {", "phase p { a a a a a a a a a", "phase p { a a a a a a a a a )", "phase p { # a a a a a"]
        {
            let [whole, pieces] = both(text, 5, 100);
            assert!(whole.is_none() && pieces.is_none(), "{text}");
        }
    }
}
