//! What a grammar means: every name resolved to an id, every type known, every constant folded.
//!
//! All values are `i64` words, read by their type ([`Type`]): a `bool` is 0 or 1; an integer itself; an enum word its
//! place in the enum; an instance its [`InstanceId`]; an array its [`Instance::array`]; a set `lo..hi` the bits of its
//! elements, `lo` being bit 0; and [`NONE`] is `none`, of whatever type.

mod check;

use std::sync::Arc;

use crate::limits::Limits;
use crate::source::Span;

pub use check::{Check, Element, EventPattern, Pattern, Test};

/// The word for `none`. No integer has this value: arithmetic that reaches it overflows. An optional set has at most
/// 63 values, so that no set has it either.
pub const NONE: i64 = i64::MIN;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The id of a place in a table.
            ///
            /// # Panics
            ///
            /// If the place is 2^32 or more; limits on all tables are far below.
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("tables have fewer than 2^32 rows"))
            }

            /// The place in its table.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A row of [`Grammar::enums`].
    EnumId
    /// A row of [`Grammar::kinds`].
    KindId
    /// A row of [`Grammar::instances`].
    InstanceId
    /// A row of [`Grammar::states`].
    StateId
    /// A row of [`Grammar::lets`].
    LetId
    /// A row of [`Grammar::sources`].
    CauseId
    /// A row of [`Grammar::events`].
    EventId
    /// A row of [`Grammar::rules`].
    RuleId
    /// A row of [`Grammar::actions`].
    ActionId
    /// A row of [`Grammar::phases`].
    PhaseId
    /// A row of the variables of the [`Rule`], [`Action`], [`Phase`], [`Let`] or [`Test`] that it stands in.
    VariableId
}

/// A checked grammar under its settings: everything that a walk, a recogniser or a search asks for.
///
/// Two grammars that mean the same may differ in their spans; `PartialEq` compares them too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grammar {
    /// What bounds what is made of it.
    pub limits: Limits,
    /// The enums, each list of words once.
    pub enums: Vec<Enum>,
    /// The kinds, in the order of their declaration.
    pub kinds: Vec<Kind>,
    /// The instances by kind, those of one kind in the order of their declaration and next to each other.
    pub instances: Vec<Instance>,
    /// The global states, then the states of each instance in turn.
    pub states: Vec<State>,
    /// The params with the values that they have under the settings.
    pub params: Vec<Param>,
    /// The named expressions.
    pub lets: Vec<Let>,
    /// The sources of actions.
    pub sources: Vec<Cause>,
    /// The names of the groups.
    pub groups: Vec<String>,
    /// The events.
    pub events: Vec<Event>,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The actions and the reactions.
    pub actions: Vec<Action>,
    /// The phases in the order in which they run.
    pub phases: Vec<Phase>,
    /// The tests of the file itself, and the `never` tests without a profile of the files that it uses.
    pub tests: Vec<Test>,
    /// The names of the profiles with their docs.
    pub profiles: Vec<(String, String)>,
}

impl Grammar {
    /// Where a state is declared: that of an instance in its kind.
    pub fn declared(&self, id: StateId) -> Span {
        let state = &self.states[id.index()];
        match state.owner {
            Some((instance, place)) => {
                let kind = self.instances[instance.index()].kind;
                self.kinds[kind.index()].states[place as usize].span
            }
            None => state.span,
        }
    }
}

/// A list of words that are compared by their order.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Enum {
    /// The words.
    pub words: Vec<String>,
}

/// A class of things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name.
    pub name: String,
    /// What is fixed for each instance.
    pub fields: Vec<Member>,
    /// What changes as a walk goes on.
    pub states: Vec<Member>,
    /// The first of its instances.
    pub first: InstanceId,
    /// How many it has.
    pub count: u32,
    /// Where it is declared.
    pub span: Span,
    /// Its doc comment, or nothing.
    pub doc: String,
}

impl Kind {
    /// The instances of this kind.
    pub fn instances(&self) -> impl Iterator<Item = InstanceId> + use<> {
        (self.first.0..self.first.0 + self.count).map(InstanceId)
    }
}

/// A field or a state of a kind; a payload field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where it is declared.
    pub span: Span,
}

/// A thing that the charm has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The name that templates show: that of its array when it is an element.
    pub name: String,
    /// Its kind.
    pub kind: KindId,
    /// Its place in its array, if it is an element of one.
    pub element: Option<u32>,
    /// The first instance of its array; itself when it is in none. Equal for the elements of one array.
    pub array: InstanceId,
    /// The values of its kind's fields.
    pub fields: Vec<i64>,
    /// The first of its states; they follow each other in the order of its kind's.
    pub first_state: StateId,
    /// Where it is declared.
    pub span: Span,
}

impl Instance {
    /// The name that tells it from all others of its kind: `db[1]` for an element of an array.
    pub fn full_name(&self) -> String {
        match self.element {
            Some(index) => format!("{}[{index}]", self.name),
            None => self.name.clone(),
        }
    }
}

/// A state: a global one, or one of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// `leader`, `http.live`, `db[1].live`.
    pub name: String,
    /// Its domain.
    pub ty: Type,
    /// Its initial value, or `None` for `any`: drawn uniformly from the whole type.
    pub initial: Option<i64>,
    /// The instance that has it, and its place among the states of the kind.
    pub owner: Option<(InstanceId, u32)>,
    /// Where it is declared.
    pub span: Span,
}

/// A constant of the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Its value under the settings.
    pub value: i64,
    /// Where it is declared.
    pub span: Span,
    /// Its doc comment, or nothing.
    pub doc: String,
}

/// Who can cause actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// The name.
    pub name: String,
    /// Where it is declared.
    pub span: Span,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// The values beside `none`.
    pub base: Base,
    /// Whether `none` is a value too.
    pub optional: bool,
}

/// A type without its `| none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// `bool`
    Bool,
    /// `lo..hi`, both included. What arithmetic gives has the widest range there is.
    Int {
        /// The least value.
        lo: i64,
        /// The greatest value.
        hi: i64,
    },
    /// `set lo..hi`: at most 64 values.
    Set {
        /// The least element: bit 0.
        lo: i64,
        /// The greatest element.
        hi: i64,
    },
    /// Words.
    Enum(EnumId),
    /// An instance of a kind.
    Instance(KindId),
    /// What `.array` gives: compared with `==` and `!=` only.
    Array(KindId),
}

/// A variable of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// Where it is bound.
    pub span: Span,
}

/// A named expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// Its name.
    pub name: String,
    /// How many of its variables are parameters: the first ones.
    pub parameters: usize,
    /// Parameters, then what its quantifiers bind.
    pub variables: Vec<Variable>,
    /// The type of its value.
    pub ty: Type,
    /// The expression.
    pub value: Expression,
    /// Where it is declared.
    pub span: Span,
}

/// An event of the alphabet, or a family of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The literal texts around its placeholders: one more than there are kinds. Without kinds the only one is its name.
    pub literals: Vec<String>,
    /// The kinds of its placeholders, in their order.
    pub kinds: Vec<KindId>,
    /// Its payload.
    pub payload: Vec<Member>,
    /// Why it should not be used any more.
    pub deprecated: Option<String>,
    /// Where it is declared.
    pub span: Span,
    /// Its doc comment, or nothing.
    pub doc: String,
}

impl Event {
    /// The template as it is declared: `<relation>-relation-joined`.
    pub fn template(&self, kinds: &[Kind]) -> String {
        self.name_with(|place| format!("<{}>", kinds[self.kinds[place].index()].name))
    }

    /// The name with what `part` gives for each placeholder.
    pub fn name_with(&self, mut part: impl FnMut(usize) -> String) -> String {
        let mut name = self.literals[0].clone();
        for (place, literal) in self.literals[1..].iter().enumerate() {
            name.push_str(&part(place));
            name.push_str(literal);
        }
        name
    }
}

/// A named piece of grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// How many of its variables are parameters: the first ones.
    pub parameters: usize,
    /// Parameters, then what its body binds; each has its own id.
    pub variables: Vec<Variable>,
    /// What it stands for.
    pub body: Vec<Statement>,
    /// Where it is declared.
    pub span: Span,
}

/// An action, or a reaction: one without sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// The name that a trace shows.
    pub label: String,
    /// Whether it is a reaction.
    pub reaction: bool,
    /// Who can cause it; none for a reaction.
    pub sources: Vec<CauseId>,
    /// How many of its variables are parameters: the first ones. Each ranges over its whole type.
    pub parameters: usize,
    /// Parameters, then what its guard, its weight and its body bind.
    pub variables: Vec<Variable>,
    /// Its weight; does not read the parameters.
    pub weight: Expression,
    /// Its guard.
    pub guard: Option<Expression>,
    /// The groups that it belongs to, as places in [`Grammar::groups`].
    pub groups: Vec<usize>,
    /// What happens.
    pub body: Vec<Statement>,
    /// Where it is declared.
    pub span: Span,
    /// Its doc comment, or nothing.
    pub doc: String,
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// What its clauses and its body bind.
    pub variables: Vec<Variable>,
    /// What may happen around its own events.
    pub meanwhile: Vec<Clause>,
    /// What happens.
    pub body: Vec<Statement>,
    /// Where it is declared.
    pub span: Span,
    /// Its doc comment, or nothing.
    pub doc: String,
}

/// A clause of a `meanwhile`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Its probability in millionths.
    pub millionths: u64,
    /// Its guard.
    pub guard: Option<Expression>,
    /// What happens.
    pub body: Statement,
    /// Where it stands.
    pub span: Span,
}

/// A statement with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is.
    pub kind: StatementKind,
    /// Where it stands.
    pub span: Span,
}

/// What a statement is. (Documented by syntax in [`crate::syntax::tree::StatementKind`].)
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum StatementKind {
    /// Shows an event; `of` gives an instance for each placeholder, `payload` a value for each payload field, both in
    /// the order of the event's declaration.
    Emit { event: EventId, of: Vec<Expression>, payload: Vec<Expression> },
    /// Runs a rule.
    Call { rule: RuleId, arguments: Vec<Expression> },
    /// Changes a state. The value has the type of the state, but for a set's `+=` and `-=`, where it is an element.
    Assign { target: Target, operator: AssignOperator, value: Box<Expression> },
    /// One after the other.
    Block(Vec<Statement>),
    /// One alternative by weight.
    Choose { alternatives: Vec<Alternative>, otherwise: Option<Box<Statement>> },
    /// The first arm whose condition holds.
    If { arms: Vec<(Expression, Vec<Statement>)>, otherwise: Option<Vec<Statement>> },
    /// For every value of the domain for which the filter held at the start.
    ForEach { range: Box<Range>, any_order: bool, body: Vec<Statement> },
    /// For one of them, drawn uniformly.
    ForOne { range: Box<Range>, body: Vec<Statement>, otherwise: Option<Vec<Statement>> },
    /// Again and again.
    Repeat { count: Box<Count>, condition: Option<Box<Expression>>, body: Vec<Statement> },
    /// With a probability, in millionths: at most 1,000,000.
    Maybe { millionths: u64, body: Box<Statement> },
    /// One of `actions` (in the order of their declaration), by weight. Draws from the same lists share one.
    Draw { verb: Verb, actions: Arc<[ActionId]>, otherwise: Option<Box<Statement>> },
    /// Nothing comes between.
    Atomic(Vec<Statement>),
    /// Side by side.
    Interleave(Vec<Branch>),
    /// The phase is over.
    Leave,
    /// The trace is over.
    End,
}

pub use crate::syntax::tree::{AssignOperator, Quantifier, Verb};

/// A state that is assigned to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum Target {
    /// A global state, or one of a named instance.
    State(StateId),
    /// The state number `member` of an instance that a variable or a field gives.
    Of { instance: Box<Expression>, kind: KindId, member: u32 },
}

/// An alternative of a `choose`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// Its weight.
    pub weight: Expression,
    /// Its guard.
    pub guard: Option<Expression>,
    /// What happens.
    pub body: Statement,
    /// Where it stands.
    pub span: Span,
}

/// A branch of an `interleave`, or one for each value of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// What stands behind `each`.
    pub each: Option<Range>,
    /// What runs.
    pub body: Vec<Statement>,
    /// Where it stands.
    pub span: Span,
}

/// A variable over those values of a domain for which a filter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The variable.
    pub variable: VariableId,
    /// Its values.
    pub domain: Domain,
    /// Which of them; reads the variable.
    pub filter: Option<Expression>,
}

/// What a variable ranges over, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum Domain {
    /// The instances of a kind.
    Kind(KindId),
    /// Integers.
    Integers { lo: i64, hi: i64 },
}

/// How often a `repeat` runs. (The means and bounds are evaluated once, when the loop starts.)
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum Count {
    /// As long as the condition holds.
    Endless,
    /// `3`
    Exact(Expression),
    /// `0..10`: uniform.
    Uniform { lo: Expression, hi: Expression },
    /// `0.. mean 10`, `1..50 mean 10`: geometric.
    Geometric { lo: Expression, hi: Option<Expression>, mean: Expression },
    /// `0..` with a `while` and without a mean: at least `lo` is not asked for, since the condition ends it early.
    Open { lo: Expression },
}

/// An expression with its place and type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum ExpressionKind {
    /// A value: a literal, a param, an enum word, an instance, or a folded expression.
    Constant(i64),
    /// A variable in scope.
    Variable(VariableId),
    /// A global state, or a state of a named instance.
    State(StateId),
    /// A state of the instance that an expression gives.
    StateOf { instance: Box<Expression>, member: u32 },
    /// A field of it.
    FieldOf { instance: Box<Expression>, member: u32 },
    /// Its place in its array, or 0.
    IndexOf(Box<Expression>),
    /// Its array.
    ArrayOf(Box<Expression>),
    /// A `let` with its arguments.
    Let { id: LetId, arguments: Vec<Expression> },
    /// A set of these elements.
    Set(Vec<Expression>),
    /// `not e`
    Not(Box<Expression>),
    /// `-e`
    Negate(Box<Expression>),
    /// From left to right, until one is false.
    And(Vec<Expression>),
    /// From left to right, until one is true.
    Or(Vec<Expression>),
    /// `a + b - c`, `a * b`
    Arithmetic { first: Box<Expression>, rest: Vec<(Arithmetic, Expression)> },
    /// Both sides have one representation: sets that are compared have one lower bound.
    Compare { operator: Comparison, left: Box<Expression>, right: Box<Expression> },
    /// Whether a set has an element.
    Contains { element: Box<Expression>, set: Box<Expression> },
    /// How many elements a set has.
    Size(Box<Expression>),
    /// The value as one of this expression's type, which is narrower than its own or differs from it in a set's lower
    /// bound or in `none`. A value that the type does not hold is a domain error.
    Convert(Box<Expression>),
    /// Over a range: whether one value passes its filter, whether all do, how many do. (Without a filter all pass.)
    Quantified { quantifier: Quantifier, range: Box<Range> },
}

/// An operator on integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
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
}

/// The elements of a set with the lower bound `lo`, in ascending order.
pub fn elements(set: i64, lo: i64) -> impl Iterator<Item = i64> {
    (0..64).filter(move |bit| set >> bit & 1 == 1).map(move |bit| lo.saturating_add(bit))
}
