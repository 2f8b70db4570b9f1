//! What is looked for among the items that can come next.

use super::view::Item;
use crate::model::NameId;
use crate::model::grammar::{ActionId, InstanceId, PhaseId};

/// An item as far as it is known.
#[allow(missing_debug_implementations, reason = "a question has no text")]
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Names it: one with the same number agrees with the same [`Item`]s.
    pub token: u32,
    /// What all of those have in common.
    pub head: Head<'a>,
    /// Whether one agrees.
    pub agrees: &'a dyn Fn(&Item) -> bool,
}

/// What it is that is shown, as far as that tells which actions can show it.
#[derive(Clone, Copy, Debug)]
pub enum Head<'a> {
    /// An event of a name.
    Event {
        /// The name.
        name: NameId,
        /// Its instances, as far as they are known; empty where none is.
        of: &'a [Option<InstanceId>],
    },
    /// The mark of one of these actions, with what is known of the arguments of each.
    Action(&'a [(ActionId, Vec<Option<i64>>)]),
    /// The mark of a phase.
    Phase(PhaseId),
}

/// Whether values are those that are given, as far as they are.
pub(crate) fn fits<T: PartialEq>(given: &[Option<T>], values: &[T]) -> bool {
    given.iter().zip(values).all(|(given, value)| given.as_ref().is_none_or(|given| given == value))
}
