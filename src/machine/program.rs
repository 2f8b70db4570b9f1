//! What the interpreter runs: a checked grammar as a flat list of instructions.
//!
//! Names are gone: states are bit fields in words, variables are places in a frame, control flow is jumps. A program
//! never changes; all that does is in a [`Configuration`](super::Configuration).

use std::sync::Arc;

use super::product::Parts;
use super::watch::{Guard, Landmark};
use crate::limits::Limits;
use crate::model::grammar::{
    ActionId, Arithmetic, AssignOperator, CauseId, Comparison, EventId, PhaseId, Quantifier, Type,
};
use crate::source::Span;

/// An address in [`Program::code`].
pub(super) type Address = u32;

/// A place of the grammar that decides or shows something; a row of [`Program::places`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(pub u32);

/// What is known of a [`PlaceId`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A name that stays the same when other declarations change: what declares it and a running number in it, as in
    /// `phase operation#2`.
    pub name: String,
    /// Where it stands in the text.
    pub span: Span,
}

/// A compiled grammar.
#[derive(Clone, Debug)]
pub struct Program {
    /// What bounds its runs.
    pub(super) limits: Limits,
    pub(super) code: Vec<Op>,
    /// For each instruction whether its frame holds instances there: in variables, or in what is left of a `for each`.
    pub(super) names_instances: Vec<bool>,
    pub(super) places: Vec<Place>,
    pub(super) landmarks: Vec<Landmark>,
    pub(super) guards: Vec<Guard>,
    /// Where each state is kept.
    pub(super) slots: Vec<Slot>,
    /// The states at the start, those that are `any` at 0.
    pub(super) initial: Vec<u64>,
    /// How they are kept in products.
    pub(super) parts: Parts,
    /// For each instance its first state.
    pub(super) first_states: Vec<u32>,
    /// For each kind, field and instance the value: `fields[kind][member][place in kind]`.
    pub(super) instances: Vec<InstanceRow>,
    pub(super) actions: Vec<ActionCode>,
    pub(super) phases: Vec<PhaseCode>,
    pub(super) lets: Vec<Expr>,
    /// What holds in no configuration that can be reached, if the grammar's own tests are right.
    pub(super) never: Vec<Expr>,
    pub(super) tables: Vec<Table>,
    /// Where `end` jumps to.
    pub(super) end: Address,
}

impl Program {
    /// Every place that decides or shows, in a fixed order.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// What is known of a place.
    pub fn place(&self, id: PlaceId) -> &Place {
        &self.places[id.0 as usize]
    }
}

/// The fixed facts of an instance.
#[derive(Clone, Debug)]
pub(super) struct InstanceRow {
    pub(super) fields: Box<[i64]>,
    pub(super) index: i64,
    pub(super) array: i64,
}

/// Where a state is kept: a bit field of a word, with the value that its zero stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub(super) word: u32,
    pub(super) shift: u8,
    /// As many ones as the field has bits.
    pub(super) mask: u64,
    /// How many raw values there are, or `None` where all of 64 bits are.
    pub(super) size: Option<u64>,
    /// The value of raw 0, or of raw 1 where raw 0 is `none`. For a set 0.
    pub(super) lo: i64,
    pub(super) optional: bool,
}

/// What an action needs beside its body.
#[derive(Clone, Debug)]
pub(super) struct ActionCode {
    /// Its [`Op::Bind`].
    pub(super) bind: Address,
    pub(super) entry: Address,
    pub(super) frame: u32,
    pub(super) parameters: Box<[Values]>,
    /// The product of the parameters' sizes.
    pub(super) bindings: u64,
    pub(super) guard: Option<Expr>,
    pub(super) weight: Expr,
}

/// What a phase needs beside its body.
#[derive(Clone, Debug)]
pub(super) struct PhaseCode {
    pub(super) clauses: Box<[ClauseCode]>,
    /// What the clauses and nothing weigh together.
    pub(super) total: u64,
    /// The odds of the clauses when none of them has a guard.
    pub(super) table: Option<u32>,
    pub(super) place: PlaceId,
    /// Where `leave` jumps to.
    pub(super) after: Address,
}

/// A clause of a `meanwhile`.
#[derive(Clone, Debug)]
pub(super) struct ClauseCode {
    /// Its part of the phase's total.
    pub(super) weight: u64,
    pub(super) guard: Option<Expr>,
    pub(super) entry: Address,
    pub(super) frame: u32,
}

/// The values of a finite domain, by their place in it: they follow each other from `first`, `none` before them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    pub(super) first: i64,
    pub(super) size: u64,
    pub(super) optional: bool,
}

impl Values {
    /// The value at a place.
    pub(super) fn at(self, place: u64) -> i64 {
        let offset = i64::try_from(place).expect("domains that are enumerated are small");
        match (self.optional, offset) {
            (true, 0) => crate::model::grammar::NONE,
            (true, _) => self.first + offset - 1,
            (false, _) => self.first + offset,
        }
    }
}

/// Alternatives whose weights never change: ids with running sums.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) options: Box<[Choice]>,
    /// For each number below the total the place of its option, where that is not too much.
    pub(super) places: Box<[u8]>,
}

impl Table {
    /// The greatest total for which the places are kept.
    const MAX_PLACES: u64 = 1_024;

    pub(super) fn new(options: Box<[Choice]>) -> Self {
        let total = options.last().map_or(0, |choice| choice.upto);
        let is_small = total <= Self::MAX_PLACES && options.len() <= 1 << 8;
        let place = |drawn| options.partition_point(|choice| choice.upto <= drawn);
        let places = (0..if is_small { total } else { 0 }).filter_map(|drawn| u8::try_from(place(drawn)).ok());
        Self { places: places.collect(), options }
    }
}

/// An option of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What [`Program::resume`] takes.
    pub option: u64,
    /// The sum of the weights of this option and of those before it.
    pub upto: u64,
}

/// Instructions. `next` is the address behind a construct, where it is not simply the following one.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Draws the initial value of a state that is `any`.
    AnyState {
        slot: u32,
        place: PlaceId,
    },
    /// Draws whether an element is in a set that is `any`.
    AnyElement {
        slot: u32,
        bit: u8,
        place: PlaceId,
    },
    /// Begins a phase and shows its mark.
    Phase {
        phase: PhaseId,
        frame: u32,
        place: PlaceId,
    },
    /// The slot before an event, or at the end of a phase.
    Slot,
    /// Shows an event.
    Emit(Box<Emission>),
    /// Assigns to a state.
    Assign(Box<Assignment>),
    Jump(Address),
    /// Goes on when the condition holds.
    Unless {
        condition: Box<Expr>,
        target: Address,
    },
    /// One alternative by weights that never change.
    ChooseTable {
        table: u32,
        targets: Box<[Address]>,
        place: PlaceId,
    },
    /// One alternative by weights and guards.
    Choose(Box<Choose>),
    /// Goes on with a probability of `first` out of `total`.
    Maybe {
        first: u64,
        total: u64,
        otherwise: Address,
        place: PlaceId,
    },
    Call {
        entry: Address,
        frame: u32,
        arguments: Box<[Expr]>,
        tail: bool,
        span: Span,
    },
    Return,
    /// Sets variables back to 0 at the end of their scope.
    Clear {
        first: u32,
        count: u32,
    },
    /// Fills the mask of a `for each` and goes to the [`Op::EachNext`] that follows.
    EachStart(Box<Each>),
    /// Takes the next value, or leaves the loop.
    EachNext {
        each: Box<EachNext>,
    },
    /// One value of a domain.
    One(Box<One>),
    /// Evaluates the bounds of a `repeat` and goes to the [`Op::RepeatNext`] that follows.
    RepeatStart(Box<RepeatStart>),
    RepeatNext(Box<RepeatNext>),
    /// An action or a reaction: begins its frame, and goes to its [`Op::Bind`].
    Draw(Box<Draw>),
    /// The arguments of an action that was drawn, whose frame has no locals yet.
    Bind {
        action: ActionId,
        place: PlaceId,
    },
    /// Who causes an action: one of the [`Op::Mark`]s that follow.
    Sources {
        count: u32,
        place: PlaceId,
    },
    /// Shows the mark of an action and goes on at `next`.
    Mark {
        action: ActionId,
        source: CauseId,
        next: Address,
        place: PlaceId,
    },
    EnterAtomic {
        local: u32,
    },
    ExitAtomic {
        local: u32,
    },
    ClauseEnd,
    /// Makes the branches; the [`Op::Turn`] of this `interleave` follows.
    Interleave(Box<Interleave>),
    /// The next turn of an `interleave`.
    Turn {
        next: Address,
        place: PlaceId,
    },
    BranchEnd,
    Leave,
    End,
    /// No alternative is enabled.
    DeadEnd {
        place: PlaceId,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Emission {
    pub(super) event: EventId,
    /// The symbol when every placeholder has the first instance of its kind.
    pub(super) base: u32,
    /// For each placeholder: the instance, the first instance of the kind, the distance of two symbols.
    pub(super) of: Box<[(Expr, i64, u32)]>,
    pub(super) payload: Box<[Expr]>,
    pub(super) place: PlaceId,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct Assignment {
    pub(super) target: Target,
    pub(super) operator: AssignOperator,
    pub(super) value: Expr,
    /// For a set's `+=` and `-=`: its least element.
    pub(super) set: Option<i64>,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Target {
    Slot(u32),
    Of { instance: Expr, member: u32 },
}

#[derive(Clone, Debug)]
pub(super) struct Choose {
    pub(super) alternatives: Box<[(Expr, Option<Expr>, Address)]>,
    /// Where to go when none is enabled: the `else`, or a dead end.
    pub(super) otherwise: Address,
    pub(super) place: PlaceId,
}

/// Values with a filter; the candidate is bound variable number `bound` while the filter is evaluated.
#[derive(Clone, Debug)]
pub(super) struct Candidates {
    pub(super) values: Values,
    pub(super) filter: Option<Expr>,
    pub(super) bound: u32,
    /// Which of the guards of its instruction the filter is.
    pub(super) guard: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Each {
    pub(super) candidates: Candidates,
    /// The first of the locals that hold the mask.
    pub(super) mask: u32,
    /// Whether the order is drawn: then there may be 16 at most.
    pub(super) any_order: bool,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct EachNext {
    pub(super) values: Values,
    pub(super) mask: u32,
    pub(super) words: u32,
    pub(super) variable: u32,
    /// Whether the order is drawn.
    pub(super) any_order: bool,
    pub(super) exit: Address,
    pub(super) place: PlaceId,
}

#[derive(Clone, Debug)]
pub(super) struct One {
    pub(super) candidates: Candidates,
    pub(super) variable: u32,
    pub(super) otherwise: Address,
    pub(super) place: PlaceId,
}

/// A number that a loop needs: known, or kept in a local.
#[derive(Clone, Copy, Debug)]
pub(super) enum Parameter {
    Constant(u64),
    Local(u32),
}

#[derive(Clone, Debug)]
pub(super) struct RepeatStart {
    pub(super) lo: Expr,
    pub(super) hi: Option<Expr>,
    pub(super) mean: Option<Expr>,
    pub(super) kind: CountKind,
    pub(super) spread: Parameter,
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) struct RepeatNext {
    pub(super) kind: CountKind,
    /// Whether it has a counter; an open count from 0 needs none.
    pub(super) counted: bool,
    /// The mean less the lower bound.
    pub(super) spread: Parameter,
    pub(super) condition: Option<Expr>,
    pub(super) exit: Address,
    pub(super) place: PlaceId,
}

/// How often a `repeat` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CountKind {
    /// As long as its condition holds.
    Endless,
    /// A fixed number of times.
    Exact,
    /// Uniform between bounds.
    Uniform,
    /// Geometric.
    Open,
    /// Geometric, with an upper bound.
    Bounded,
}

#[derive(Clone, Debug)]
pub(super) struct Draw {
    pub(super) actions: Arc<[ActionId]>,
    /// Where the action returns to.
    pub(super) back: Address,
    /// Whether nothing but the end of the body stands there.
    pub(super) tail: bool,
    /// Where to go when none is enabled; `None` for a dead end.
    pub(super) otherwise: Option<Address>,
    pub(super) place: PlaceId,
}

#[derive(Clone, Debug)]
pub(super) struct Interleave {
    pub(super) branches: Box<[BranchCode]>,
}

#[derive(Clone, Debug)]
pub(super) struct BranchCode {
    /// One branch for each of these values.
    pub(super) each: Option<(Candidates, u32)>,
    pub(super) entry: Address,
    pub(super) frame: u32,
    /// Which locals of the frame around become which of its own: `(from, to)`.
    pub(super) captured: Box<[(u32, u32)]>,
}

/// An expression. Variables that statements bind are in the configuration's frame (`Local`); those that expressions
/// bind, and the candidates of filters and guards, are in the evaluator's environment (`Bound`).
#[derive(Clone, Debug)]
pub(super) enum Expr {
    Constant(i64),
    Local(u32),
    Bound(u32),
    State(u32),
    StateOf {
        instance: Box<Expr>,
        member: u32,
        span: Span,
    },
    FieldOf {
        instance: Box<Expr>,
        member: u32,
        span: Span,
    },
    IndexOf(Box<Expr>, Span),
    ArrayOf(Box<Expr>, Span),
    /// The arguments become bound variables 0, 1, … of the body; `depth` are in use here.
    Let {
        id: u32,
        arguments: Box<[Expr]>,
        depth: u32,
        span: Span,
    },
    Set {
        lo: i64,
        hi: i64,
        elements: Box<[Expr]>,
        span: Span,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>, Span),
    And(Box<[Expr]>),
    Or(Box<[Expr]>),
    Arithmetic {
        first: Box<Expr>,
        rest: Box<[(Arithmetic, Expr)]>,
        span: Span,
    },
    Compare {
        operator: Comparison,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Contains {
        element: Box<Expr>,
        set: Box<Expr>,
        lo: i64,
    },
    Size(Box<Expr>),
    Convert {
        value: Box<Expr>,
        from: Type,
        to: Type,
        span: Span,
    },
    Quantified {
        quantifier: Quantifier,
        candidates: Box<Candidates>,
        span: Span,
    },
}
