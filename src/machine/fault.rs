//! What can go wrong while a grammar runs.

use crate::diagnostic::Code;
use crate::model::grammar::{Base, Grammar, StateId, Type};
use crate::source::Span;

/// An error of the grammar that only shows when it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The statement or expression.
    pub span: Span,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No alternative, action or instance is enabled where one must be.
    DeadEnd,
    /// A state would leave its domain.
    Domain {
        /// The state.
        state: StateId,
        /// The value that it would have had.
        value: i64,
    },
    /// A value is not one of those that are needed where it stands.
    Value {
        /// The value.
        value: i64,
        /// What it is.
        base: Base,
        /// What is needed.
        needed: Type,
    },
    /// `none` where something is needed.
    NoValue,
    /// Arithmetic left the 64-bit integers.
    Overflow,
    /// A weight is negative, or above [`MAX_WEIGHT`](super::MAX_WEIGHT).
    Weight(i64),
    /// A count is negative or above the limit, its bounds are the wrong way round, or its mean is below the lower bound.
    Count(String),
    /// `in any order` over more than [`Limits::any_order`](crate::limits::Limits::any_order).
    AnyOrder(u64),
    /// More silent steps between two events than the limit allows.
    StepLimit,
    /// The evaluation of one expression takes more steps than the limit allows between two events.
    Evaluation,
    /// A stack larger than [`Limits::stack`](crate::limits::Limits::stack).
    StackLimit,
    /// The value of this state is needed, and not known. A run asks for it instead of failing.
    Unknown(StateId),
    /// A loop goes on, and it is not known whether it does: its counter is a stand-in.
    UnknownCount,
    /// There is no such run: what was taken is impossible by what is known of the states.
    NoRun,
}

impl FaultKind {
    /// Whether a limit of the machine was met, so that nothing is known of how the run would have gone on.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::StepLimit | Self::Evaluation | Self::StackLimit)
    }

    /// The code of a diagnostic about it.
    pub fn code(&self) -> Code {
        match self {
            Self::DeadEnd | Self::NoRun => Code::DeadEnd,
            Self::Domain { .. } | Self::Value { .. } | Self::NoValue | Self::Unknown(_) => Code::DomainError,
            Self::Overflow => Code::Overflow,
            Self::Weight(_) => Code::BadWeight,
            Self::Count(_) | Self::UnknownCount => Code::BadCount,
            Self::AnyOrder(_) => Code::AnyOrderLimit,
            Self::StepLimit | Self::Evaluation => Code::StepLimit,
            Self::StackLimit => Code::StackLimit,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::DeadEnd | Self::NoRun => "add an `else`, or a guard before it that keeps the walk from getting here",
            Self::Domain { .. } => "guard the statement, or widen the state's type",
            Self::Value { .. } | Self::NoValue | Self::Unknown(_) => {
                "guard the place, so that it is not reached with this value"
            }
            Self::Overflow => "keep the numbers within 64 bits",
            Self::Weight(_) => "a weight is at least 0 (never), and at most a billion",
            Self::Count(_) | Self::UnknownCount => "guard the `repeat`, or bound what its count is made of",
            Self::AnyOrder(_) => "give `where` a narrower condition, or take the declared order",
            Self::StepLimit => "look for a loop that shows nothing; --step-limit raises the limit",
            Self::Evaluation => {
                "range over fewer values, or let a state hold what is asked again; --step-limit raises the limit"
            }
            Self::StackLimit => "look for a rule that calls itself more often than it ends",
        }
    }
}

impl FaultKind {
    /// What went wrong, as one sentence in lower case and without a full stop.
    pub fn message(&self, grammar: &Grammar) -> String {
        match self {
            Self::DeadEnd => "dead end: nothing is enabled here".to_owned(),
            Self::Domain { state, value } => {
                let state = &grammar.states[state.index()];
                let value = grammar.value_text(*value, state.ty.base);
                format!("`{}` would become {value}, outside `{}`", state.name, grammar.type_text(state.ty))
            }
            Self::Value { value, base, needed } => {
                let value = grammar.value_text(*value, *base);
                format!("the value here is {value}, outside `{}`", grammar.type_text(*needed))
            }
            Self::NoRun => "no run comes here".to_owned(),
            Self::NoValue => "the value here is `none`".to_owned(),
            Self::UnknownCount => "how often this loop goes on is not known".to_owned(),
            Self::Unknown(state) => format!("the value of `{}` is not known", grammar.states[state.index()].name),
            Self::Overflow => "the result does not fit into 64 bits".to_owned(),
            Self::Weight(weight) => format!("the weight is {weight}"),
            Self::Count(why) => why.clone(),
            Self::AnyOrder(many) => {
                format!("`in any order` over {many}, which is more than {}", grammar.limits.any_order)
            }
            Self::Evaluation => "this takes more steps to evaluate than the limit allows".to_owned(),
            Self::StepLimit => "too many steps without an event".to_owned(),
            Self::StackLimit => {
                format!("rules are nested more deeply than {} words of stack hold", grammar.limits.stack)
            }
        }
    }
}
