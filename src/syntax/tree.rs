//! What was written: the syntax tree of one file.
//!
//! Every node has the span of its text, and the file keeps its comments, so with the source nothing is lost. Nothing is
//! resolved here: a [`Name`] is only what stands in the text. Each node's doc shows the syntax that makes it.

use ecow::EcoString;

use crate::source::Span;

/// A whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// All of it.
    pub span: Span,
    /// The `##` comment at the top that a blank line follows, if there is one.
    pub doc: Option<Doc>,
    /// The declarations, broken ones included, in the order of the text.
    pub declarations: Vec<Declaration>,
    /// Every comment, doc comments included, in the order of the text.
    pub comments: Vec<Comment>,
}

/// `# text` or `## text`, to the end of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to before the line break.
    pub span: Span,
    /// Whether it begins with `##`.
    pub doc: bool,
}

/// One or more `##` lines in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// All of the lines.
    pub span: Span,
    /// Their text, without the `##` and one space behind it, joined by line breaks.
    pub text: String,
}

/// `attach` or `` `if` ``.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Without backquotes.
    pub text: EcoString,
    /// With them.
    pub span: Span,
}

/// A declaration with the doc comment that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// From its first word to its last character, the doc comment not included.
    pub span: Span,
    /// The `##` lines right before it.
    pub doc: Option<Doc>,
    /// What is declared.
    pub kind: DeclarationKind,
}

/// What a declaration declares.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the parts of the syntax that each variant shows")]
pub enum DeclarationKind {
    /// `use juju`, `use "other.charmgrammar" { operations = 50 }`
    Use { target: UseTarget, settings: Vec<Setting> },
    /// `override phase setup {…}`
    Override(Box<Declaration>),
    /// `remove action detach`
    Remove { item: Removed },
    /// `extend phase setup { meanwhile {…} }`
    Extend { phase: Name, body: Block },
    /// `source user, agent`
    Source(Vec<Name>),
    /// `group window, operation`
    Group(Vec<Name>),
    /// `param operations: 1..10000 = 10`
    Param { name: Name, ty: Type, value: Expression },
    /// `let can_leave(r: relation) = …`
    Let { name: Name, parameters: Vec<Binder>, value: Expression },
    /// `kind relation { field … state … }`
    Kind { name: Name, members: Vec<Member> },
    /// `relation db[2] { peer = true }`
    Instance { kind: Name, name: Name, size: Option<Box<Expression>>, settings: Vec<Setting> },
    /// `state scale: 1..8 = 1`
    State { name: Name, ty: Type, initial: Expression },
    /// `event <relation>-relation-joined(unit: 0..7) deprecated "since Juju 3.6"`
    Event { template: Template, payload: Vec<Binder>, deprecated: Option<Text> },
    /// `rule join(r: relation) {…}`
    Rule { name: Name, parameters: Vec<Binder>, body: Block },
    /// `action attach(s: storage) by user when not s.attached {…}`
    Action(Box<Action>),
    /// `reaction joined(r: relation) weight 3 when … {…}`
    Reaction(Box<Action>),
    /// `phase setup {…}`
    Phase { name: Name, body: Block },
    /// `profile chaos "doc" { operations = 200 }`
    Profile { name: Name, doc: Option<Text>, settings: Vec<Setting> },
    /// `test "why" with chaos accepts {pattern}`
    Test { text: Text, profile: Option<Name>, check: Box<Check> },
    /// Text that could not be read as a declaration, with what could be told of it: the word it began with, and the
    /// name that it would have declared.
    Broken { keyword: Option<Name>, name: Option<Name> },
}

/// `"…"`, with its escapes undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// What it means.
    pub value: String,
    /// With the quotes.
    pub span: Span,
}

/// What a `use` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UseTarget {
    /// `juju`: a built-in grammar.
    Builtin(Name),
    /// `"other.charmgrammar"`: a file, relative to the one that it is written in.
    Path(Text),
}

/// What `remove` takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the parts of the syntax that each variant shows")]
pub enum Removed {
    /// `action detach`, `relation http`, `state leader`: the word that declares it and its name.
    Named { keyword: Name, name: Name },
    /// `event <relation>-relation-joined`
    Event(Template),
    /// `test "why"`
    Test(Text),
}

/// `field peer: bool = false` or `state live: bool = true` in a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The whole member.
    pub span: Span,
    /// The `##` lines right before it.
    pub doc: Option<Doc>,
    /// Whether it is a state rather than a field.
    pub state: bool,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// The value that an instance has when it does not say; an instance must say where there is none.
    pub value: Option<Expression>,
}

/// `operations = 50`, `http.live = false`, `db[1].live = any` or `weight attach = 3`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The whole setting.
    pub span: Span,
    /// Whether `weight` stands before it: then the target is the name of an action or a reaction.
    pub weight: bool,
    /// A [`ExpressionKind::Name`], [`ExpressionKind::Member`] or [`ExpressionKind::Index`].
    pub target: Expression,
    /// The value.
    pub value: Expression,
}

/// `r: relation` or `u: 0..7`: a variable with what it ranges over; a payload field, a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binder {
    /// The whole binder.
    pub span: Span,
    /// The variable.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// The whole type.
    pub span: Span,
    /// What it is without `| none`.
    pub kind: TypeKind,
    /// Whether `| none` is part of it.
    pub optional: bool,
}

/// A type without its `| none`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `bool`
    Bool,
    /// `lo..hi`; the bounds are integers (perhaps with `-`) or names of params.
    Range(Box<Expression>, Box<Expression>),
    /// `set lo..hi`
    Set(Box<Expression>, Box<Expression>),
    /// `idle | joined | gone`, or one name, which is that of a kind.
    Words(Vec<Name>),
}

/// The parts of `action …` and `reaction …`; its clauses come in any order, each at most once (a second one is kept
/// out of the tree and reported).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name.
    pub name: Name,
    /// `(s: storage)`
    pub parameters: Vec<Binder>,
    /// `as "attach"`
    pub label: Option<Text>,
    /// `by user, agent`
    pub sources: Vec<Name>,
    /// `weight 3` or `weight (n + 1)`
    pub weight: Option<Expression>,
    /// `when not s.attached`
    pub guard: Option<Expression>,
    /// `group window, operation`
    pub groups: Vec<Name>,
    /// What happens.
    pub body: Block,
}

/// What a test checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// `accepts {pattern}`
    Accepts(Pattern),
    /// `rejects {pattern}`
    Rejects(Pattern),
    /// `never expr`
    Never(Expression),
}

/// The name of an event, or of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// `config-changed`
    Plain(Name),
    /// `<r>-relation-joined`
    Spliced {
        /// The whole template.
        span: Span,
        /// Its parts; literals hold the hyphens.
        parts: Box<[TemplatePart]>,
    },
}

impl Template {
    /// The whole template.
    pub fn span(&self) -> Span {
        match self {
            Self::Plain(name) => name.span,
            Self::Spliced { span, .. } => *span,
        }
    }

    /// Its text, with the placeholders in angle brackets.
    pub fn text(&self) -> String {
        match self {
            Self::Plain(name) => name.text.to_string(),
            Self::Spliced { parts, .. } => parts.iter().map(TemplatePart::text).collect(),
        }
    }
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// `-relation-joined`
    Literal(EcoString),
    /// `<r>`; the name's span leaves out the angle brackets.
    Placeholder(Name),
}

impl TemplatePart {
    fn text(&self) -> String {
        match self {
            Self::Literal(text) => text.to_string(),
            Self::Placeholder(name) => format!("<{}>", name.text),
        }
    }
}

/// `{ … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// With the braces.
    pub span: Span,
    /// What stands in it.
    pub statements: Vec<Statement>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The whole statement, a `;` behind it not included.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the parts of the syntax that each variant shows")]
pub enum StatementKind {
    /// `config-changed`, `<r>-relation-joined(unit = u)`
    Emit { template: Template, payload: Box<[Argument]> },
    /// `join(r)`, `boot()`
    Call { rule: Name, arguments: Box<[Expression]> },
    /// `x = e`, `r.live = false`, `scale += 1`; the target is a name or a member.
    Assign { target: Box<Expression>, operator: AssignOperator, value: Box<Expression> },
    /// `{ … }`
    Block(Block),
    /// `choose { 3 => a, 1 when leader => { b c } else => d }`
    Choose(Vec<Alternative>),
    /// `if e {…} else if e {…} else {…}`
    If { arms: Box<[(Expression, Block)]>, otherwise: Option<Box<Block>> },
    /// `for each r: relation in any order where e {…}`
    ForEach { variable: Box<Binder>, any_order: bool, filter: Option<Box<Expression>>, body: Box<Block> },
    /// `for one r: relation where e {…} else {…}`
    ForOne { variable: Box<Binder>, filter: Option<Box<Expression>>, body: Box<Block>, otherwise: Option<Box<Block>> },
    /// `repeat 1..50 mean 10 while e {…}`; without a count only `while`.
    Repeat { count: Option<Box<Count>>, condition: Option<Box<Expression>>, body: Box<Block> },
    /// `maybe 30% s`
    Maybe { chance: Percentage, body: Box<Statement> },
    /// `do`, `react(joined, window) else s`, `settle(departed)`; `names` is `None` without parentheses.
    Draw { verb: Verb, names: Option<Vec<Name>>, otherwise: Option<Box<Statement>> },
    /// `atomic {…}`
    Atomic(Block),
    /// `interleave {A} with {B}`, `interleave each r: relation where e {…} with {B}`
    Interleave(Vec<Branch>),
    /// `meanwhile {…}`
    Meanwhile(Vec<Clause>),
    /// `leave`
    Leave,
    /// `end`
    End,
    /// Text that could not be read as a statement.
    Broken,
}

/// `unit = u` in an emission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The payload field.
    pub name: Name,
    /// Its value.
    pub value: Expression,
}

/// How an assignment changes its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOperator {
    /// `=`
    Set,
    /// `+=`
    Add,
    /// `-=`
    Subtract,
}

/// Who is drawn, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// `do`: one action; a dead end when there is none.
    Do,
    /// `react`: one reaction, or nothing.
    React,
    /// `settle`: reactions until none is enabled.
    Settle,
}

/// `3 when leader => s` in a `choose`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The whole alternative.
    pub span: Span,
    /// A number, or an expression in parentheses.
    pub weight: Option<Box<Expression>>,
    /// What stands behind `when`.
    pub guard: Option<Box<Expression>>,
    /// Whether it is `else => s`; then weight and guard are missing.
    pub otherwise: bool,
    /// What happens.
    pub body: Statement,
}

/// How often a `repeat` runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// `3`, `0..10`, `1..50 mean 10`.
    pub span: Span,
    /// The number before `..`, or the only one: an integer, a name, or an expression in parentheses.
    pub low: Expression,
    /// What stands behind it.
    pub high: High,
    /// What stands behind `mean`.
    pub mean: Option<Expression>,
}

/// The upper bound of a count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum High {
    /// `3`: the same as the lower bound.
    Same,
    /// `0..`: none.
    Open,
    /// `0..10`
    Bound(Expression),
}

/// `30%`, `0.5%`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentage {
    /// With the `%`.
    pub span: Span,
    /// In millionths: `10%` is 100,000. More than 1,000,000 can be written, and is an error later.
    pub millionths: u64,
}

/// A branch of an `interleave`: `{…}`, or `each r: relation where e {…}` for one branch an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The whole branch.
    pub span: Span,
    /// The variable and the filter behind `each`.
    pub each: Option<Box<(Binder, Option<Expression>)>>,
    /// What runs.
    pub body: Block,
}

/// `5% when e s` in a `meanwhile`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// The whole clause.
    pub span: Span,
    /// Its percentage.
    pub chance: Percentage,
    /// What stands behind `when`.
    pub guard: Option<Box<Expression>>,
    /// What happens.
    pub body: Statement,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// The whole expression.
    pub span: Span,
    /// What it is.
    pub kind: ExpressionKind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the parts of the syntax that each variant shows")]
pub enum ExpressionKind {
    /// `12`
    Integer(i64),
    /// `true`, `false`
    Boolean(bool),
    /// `none`
    None,
    /// `any`, not followed by `(`: only as an initial value.
    Any,
    /// `leader`
    Name(Name),
    /// `r.live`, `c.on.failing`
    Member { of: Box<Expression>, name: Name },
    /// `db[1]`
    Index { of: Name, index: Box<Expression> },
    /// `can_leave(r, 0)`, `size(s)`
    Call { name: Name, arguments: Box<[Expression]> },
    /// `{0, 2}`
    Set(Vec<Expression>),
    /// `(e)`
    Parenthesized(Box<Expression>),
    /// `not e`, `-e`
    Unary { operator: UnaryOperator, operand: Box<Expression> },
    /// `a + b - c`, `a and b and c`, `a == b`: operators of one level, from left to right. Comparisons do not chain: a
    /// second one is kept here, and reported by the parser.
    Chain { first: Box<Expression>, rest: Vec<(BinaryOperator, Span, Expression)> },
    /// `any(r: relation where e)`
    Quantified { quantifier: Quantifier, variable: Box<Binder>, filter: Option<Box<Expression>> },
    /// Text that could not be read as an expression, where the parser knows what was meant and has said so.
    Broken,
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `not`
    Not,
    /// `-`
    Negate,
}

/// An operator between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
}

/// `any(…)`, `all(…)`, `count(…)`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantifier {
    /// Whether one does.
    Any,
    /// Whether all do.
    All,
    /// How many do.
    Count,
}

/// A sequence of elements of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The elements' text (without the braces of a test or the parentheses of a group).
    pub span: Span,
    /// The elements.
    pub elements: Vec<Element>,
}

/// An element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The whole element.
    pub span: Span,
    /// What it matches.
    pub kind: ElementKind,
}

/// What an element of a pattern matches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the parts of the syntax that each variant shows")]
pub enum ElementKind {
    /// `...`
    Gap,
    /// `http-relation-joined`, `db[1]-relation-joined(unit = 0)`, `*-relation-joined`, `*`: the text as it stands.
    Event { glob: Name, payload: Box<[Argument]> },
    /// `!e`
    Not(Box<Element>),
    /// `(p1 | p2)`
    Group(Vec<Pattern>),
    /// `e{3}`, `e{2..5}`, `e{*}`, `e{+}`; `most` is `None` for no bound.
    Repeat { element: Box<Element>, least: u32, most: Option<u32> },
}
