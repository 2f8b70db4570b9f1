//! What a grammar says of its own traces: tests and their patterns.

use super::{EventId, Expression, InstanceId, Variable};
use crate::source::Span;

/// A check of the grammar itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its text.
    pub text: String,
    /// The profile that it runs with.
    pub profile: Option<String>,
    /// What it checks.
    pub check: Check,
    /// Whether it is one of the grammar's own file, rather than of one that this uses.
    pub own: bool,
    /// Where it stands.
    pub span: Span,
}

/// What a test checks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum Check {
    /// Some complete trace matches.
    Accepts(Pattern),
    /// No complete trace matches.
    Rejects(Pattern),
    /// It holds in no reachable configuration.
    Never { variables: Vec<Variable>, expression: Expression },
}

/// A pattern over the events of a trace; a sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    /// What must come, one after the other.
    pub elements: Vec<Element>,
    /// Where each of them stands.
    pub spans: Vec<Span>,
}

/// An element of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the syntax, resolved")]
pub enum Element {
    /// Any events, also none.
    Gap,
    /// One event out of these.
    One(Vec<EventPattern>),
    /// One event that none of these matches.
    NoneOf(Vec<EventPattern>),
    /// One of these patterns.
    Group(Vec<Pattern>),
    /// An element again and again.
    Repeat { element: Box<Element>, least: u32, most: Option<u32> },
}

/// Which events an element matches: an event, of these instances (`None`: of any), with these payload values (by the
/// place of the payload field).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventPattern {
    /// The event.
    pub event: EventId,
    /// For each placeholder the instances that match; sorted.
    pub of: Vec<Option<Vec<InstanceId>>>,
    /// Payload fields with the value that they must have.
    pub payload: Vec<(usize, i64)>,
}

impl Pattern {
    /// Where it stands, unless it is empty.
    pub fn span(&self) -> Option<Span> {
        let (first, last) = (self.spans.first()?, self.spans.last()?);
        Some(Span::new(first.source, first.start, last.end))
    }
}
