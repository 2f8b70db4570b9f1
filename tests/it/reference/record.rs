//! What the reference comes by while it makes a step: statements, guards, and the place of what fails. It is noted for
//! whoever asks; nothing else depends on it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use charmgrammar::source::Span;

/// What was noted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    /// The parts of the text that were come to.
    pub(crate) reached: BTreeSet<Span>,
    /// The guards that were looked at: whether they held once, and failed once.
    pub(crate) guards: BTreeMap<Span, (bool, bool)>,
    /// The innermost expression or statement that failed last.
    pub(crate) failed: Option<Span>,
}

thread_local! {
    static RECORD: RefCell<Record> = RefCell::default();
}

/// What was noted since this was asked last.
pub(crate) fn take() -> Record {
    RECORD.take()
}

/// The place of the failure of the step that was just made.
pub(crate) fn take_failed() -> Option<Span> {
    RECORD.with_borrow_mut(|record| record.failed.take())
}

pub(super) fn reach(span: Span) {
    RECORD.with_borrow_mut(|record| {
        record.reached.insert(span);
    });
}

pub(super) fn guard(span: Span, holds: bool) {
    RECORD.with_borrow_mut(|record| {
        let (held, failed) = record.guards.entry(span).or_default();
        *held |= holds;
        *failed |= !holds;
    });
}

/// Something fails here, unless it failed in a part of this already.
pub(super) fn fail<T>(span: Span, trouble: T) -> T {
    RECORD.with_borrow_mut(|record| {
        record.failed.get_or_insert(span);
    });
    trouble
}
