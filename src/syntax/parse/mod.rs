//! Text → tree, by pest; no other module knows it.
//!
//! A file is parsed in one go, or if it is long in [`pieces`]. Only when that fails, [`super::recover`] takes it apart and
//! asks for its declarations.

mod declarations;
mod expected;
mod expressions;
mod patterns;
mod pieces;
mod statements;
mod words;

use std::iter::{Filter, Peekable};

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceFile, SourceId, Span};
use crate::syntax::recover;
use crate::syntax::tree::{Declaration, File, Pattern, Setting};
use crate::syntax::trivia::{MAX_NESTING, Trivia, offset};
pub(super) use expected::Failure;
use grammar::{CharmgrammarParser, Rule};
pub(super) use pieces::{MAX_ITEM, Pieces, Stop, too_long};

/// What pest makes of the grammar's file.
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/charmgrammar.pest"]
    pub(super) struct CharmgrammarParser;
}

/// What a file says, as far as it could be read, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parse {
    /// The tree; declarations that could not be read are in it as broken ones.
    pub file: File,
    /// Every mistake.
    pub diagnostics: Diagnostics,
}

/// Reads a file. Costs time linear in its length, also when it is wrong.
pub fn parse(source: SourceId, file: &SourceFile) -> Parse {
    let text = file.text();
    let trivia = Trivia::scan(source, text);
    let mut diagnostics = Diagnostics::default();
    let reader = Reader { source, text, trivia: &trivia };
    // The parser, which recurs, must not see what nests too deep.
    let whole = if trivia.too_deep.is_none() { reader.file(&mut diagnostics) } else { None };
    let declarations = whole.unwrap_or_else(|| recover::declarations(&reader, &mut diagnostics));
    let span = Span::new(source, 0, offset(text.len()));
    let file = File { span, doc: trivia.doc, declarations, comments: trivia.comments };
    Parse { file, diagnostics }
}

/// Reads the text of `--set`: `operations=3`, `http.live=false`, `db[0].members={1}`.
pub fn parse_setting(source: SourceId, file: &SourceFile) -> (Option<Setting>, Diagnostics) {
    parse_alone(source, file, Rule::lone_setting, |builder, pair| builder.setting(words::only(pair)))
}

/// Reads the text of `--weight`: `attach=3`.
pub fn parse_weight(source: SourceId, file: &SourceFile) -> (Option<Setting>, Diagnostics) {
    parse_alone(source, file, Rule::lone_weight, |builder, pair| Setting { weight: true, ..builder.setting(pair) })
}

/// Reads the text of `--match`: `... http-relation-joined ...`.
pub fn parse_pattern(source: SourceId, file: &SourceFile) -> (Option<Pattern>, Diagnostics) {
    parse_alone(source, file, Rule::lone_pattern, |builder, pair| builder.pattern(words::only(pair)))
}

/// Reads a short text by one rule, without recovery: its first mistake is enough.
fn parse_alone<T>(
    source: SourceId,
    file: &SourceFile,
    rule: Rule,
    build: impl for<'i> FnOnce(&mut Builder<'_>, Node<'i>) -> T,
) -> (Option<T>, Diagnostics) {
    let text = file.text();
    let trivia = Trivia::scan(source, text);
    let mut diagnostics = Diagnostics::default();
    if let Some(span) = trivia.too_deep {
        diagnostics.push(nesting_limit(span, "brackets"));
        return (None, diagnostics);
    }
    let reader = Reader { source, text, trivia: &trivia };
    let read = reader.read(rule, text, 0);
    let value = match read {
        Ok(pair) => Some(build(&mut reader.builder(0, &mut diagnostics), pair)),
        Err(failure) => {
            diagnostics.push(recover::alone(&reader, &failure));
            None
        }
    };
    (value, diagnostics)
}

/// What too deep a nesting is called, be it found before or after the parse.
#[cold]
#[inline(never)]
pub(super) fn nesting_limit(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error(Code::NestingLimit, span, format!("{what} nested deeper than {MAX_NESTING} levels"))
        .label("this is one too many")
        .help("name a part of it by a `rule` or a `let`")
}

/// A pest node.
type Node<'i> = Pair<'i, Rule>;

/// What a broken declaration's body is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Statements.
    Block,
    /// The members of a kind.
    Members,
    /// Settings.
    Settings,
    /// A pattern.
    Pattern,
}

/// One file, with what reading a piece of it takes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) source: SourceId,
    /// The whole text, as it was written.
    pub(super) text: &'a str,
    pub(super) trivia: &'a Trivia,
}

impl Reader<'_> {
    /// Reads the whole file; `None` if that fails.
    fn file(&self, diagnostics: &mut Diagnostics) -> Option<Vec<Declaration>> {
        if Pieces::is_long(self.text) {
            let mut found = Diagnostics::default();
            let declarations = Pieces::new(self, self.text, 0).declarations(&mut found).ok()?;
            diagnostics.extend(found);
            return Some(declarations);
        }
        let file = self.read(Rule::file, self.text, 0).ok()?;
        let mut builder = self.builder(0, diagnostics);
        Some(Parts::of(file).each(|pair| builder.declaration(pair)))
    }

    /// Reads the one declaration that `text`, which stands at `base` in the file, begins with, and says where it ends.
    pub(super) fn declaration(
        &self,
        text: &str,
        base: usize,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Declaration, usize), Failure> {
        let pair = words::only(self.read(Rule::lone_declaration, text, base)?);
        let end = base + pair.as_span().end();
        Ok((self.builder(base, diagnostics).declaration(pair), end))
    }

    /// Reads a body for its mistakes alone.
    pub(super) fn body(
        &self,
        body: Body,
        text: &str,
        base: usize,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), Failure> {
        let rule = match body {
            Body::Block => Rule::lone_block,
            Body::Members => Rule::lone_members,
            Body::Settings => Rule::lone_settings,
            Body::Pattern => Rule::lone_test,
        };
        let pair = words::only(self.read(rule, text, base)?);
        let mut builder = self.builder(base, diagnostics);
        match body {
            Body::Block => drop(builder.block(pair)),
            Body::Members => drop(builder.members(pair)),
            Body::Settings => drop(builder.settings(pair)),
            Body::Pattern => drop(builder.pattern(words::only(pair))),
        }
        Ok(())
    }

    fn builder<'b>(&'b self, base: usize, diagnostics: &'b mut Diagnostics) -> Builder<'b> {
        Builder { source: self.source, base, text: self.text, trivia: self.trivia, diagnostics, chain: 0 }
    }

    /// Parses `text`, which stands at `base` in the file, by one rule.
    fn read<'i>(&self, rule: Rule, text: &'i str, base: usize) -> Result<Node<'i>, Failure> {
        let error = match CharmgrammarParser::parse(rule, text) {
            Ok(mut pairs) => return Ok(pairs.next().expect("a parse gives the rule that was asked for")),
            Err(error) => error,
        };
        let position = match error.location {
            InputLocation::Pos(position) | InputLocation::Span((position, _)) => position,
        };
        let position = within(self.text, base + position);
        Err(match error.variant {
            ErrorVariant::ParsingError { positives, .. } => Failure::new(position, &positives),
            ErrorVariant::CustomError { .. } => unreachable!("no limit is set for the parser"),
        })
    }
}

/// A position in a piece of a text as one in the text, which may have something else where brackets were added.
fn within(text: &str, position: usize) -> usize {
    (0..=position.min(text.len())).rev().find(|position| text.is_char_boundary(*position)).unwrap_or(0)
}

/// Makes the tree of a piece of a file from what pest found.
///
/// Here the mistakes are reported that the grammar lets through.
struct Builder<'a> {
    source: SourceId,
    /// Where the parsed text stands in the file.
    base: usize,
    /// The whole file.
    text: &'a str,
    trivia: &'a Trivia,
    diagnostics: &'a mut Diagnostics,
    /// How many prefixes stand before what is being built.
    chain: usize,
}

impl Builder<'_> {
    /// The place of a node, without the white space that pest counts in.
    fn span(&self, pair: &Node<'_>) -> Span {
        let range = pair.as_span();
        let start = within(self.text, self.base + range.start());
        let end = within(self.text, self.base + range.end());
        Span::new(self.source, offset(start), offset(self.trivia.trimmed_end(self.text, start, end)))
    }

    /// What was written there.
    fn written(&self, span: Span) -> &str {
        &self.text[span.range()]
    }

    /// Runs `build` for what stands behind `count` prefixes, or reports that they are too many.
    fn behind<T>(&mut self, count: usize, span: Span, build: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.chain + count > MAX_NESTING {
            self.diagnostics.push(nesting_limit(span, "prefixes"));
            return None;
        }
        self.chain += count;
        let value = build(self);
        self.chain -= count;
        Some(value)
    }
}

/// The report of text that is not of the language, though it is clear what was meant.
fn mistake(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Code::Syntax, span, message)
}

/// Tells the parts of a node from what holds them together.
type IsPart<'i> = fn(&Node<'i>) -> bool;

/// The parts of a node, without the words and the punctuation that only hold it together.
struct Parts<'i> {
    pairs: Peekable<Filter<Pairs<'i, Rule>, IsPart<'i>>>,
}

impl<'i> Parts<'i> {
    fn of(pair: Node<'i>) -> Self {
        let is_part: IsPart<'i> = |pair| !words::is_glue(pair.as_rule());
        Self { pairs: pair.into_inner().filter(is_part).peekable() }
    }

    /// The next part, which the grammar puts there.
    fn part(&mut self) -> Node<'i> {
        self.pairs.next().expect("the grammar has another part there")
    }

    /// The next part if it is of this rule.
    fn maybe(&mut self, rule: Rule) -> Option<Node<'i>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    /// The next parts of this rule.
    fn all(&mut self, rule: Rule) -> impl Iterator<Item = Node<'i>> {
        std::iter::from_fn(move || self.maybe(rule))
    }

    /// What is built of each part that is left, in no more memory than it takes: most lists in a grammar are short.
    fn each<T>(self, build: impl FnMut(Node<'i>) -> T) -> Vec<T> {
        let mut list = Vec::with_capacity(self.pairs.clone().count());
        list.extend(self.pairs.map(build));
        list
    }

    fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(Pair::as_rule)
    }
}
