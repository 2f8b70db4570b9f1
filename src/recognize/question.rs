//! What is asked of a sequence.

use crate::model::NameId;
use crate::sets::{Bounds, View};
use crate::trace::Shows;

/// What is asked. `Default`: whether the sequence is a complete trace that shows everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// Whether it is enough that some run shows it, also one that goes on, or can't end.
    pub prefix: bool,
    /// Whether it may begin in any configuration that can be reached.
    pub from_anywhere: bool,
    /// Events that may happen without being shown.
    pub hidden: Vec<NameId>,
    /// Events that may be shown again directly after themselves.
    pub stuttering: Vec<NameId>,
    /// What bounds the work.
    pub bounds: Bounds,
}

impl Question {
    /// What is seen of a run by a sequence that shows these kinds of items, so exactly.
    pub(crate) fn view(&self, shows: Shows, precision: Precision) -> View {
        View {
            phases: shows.phases,
            actions: shows.actions,
            events: shows.events,
            instances: precision.instances,
            payloads: precision.payloads,
            hidden: self.hidden.clone(),
            stuttering: self.stuttering.clone(),
        }
    }
}

/// How exactly a sequence tells what it shows. What a single item leaves out is not compared, whatever is said here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Precision {
    /// Whether it may give the instances of an event: names don't tell the elements of an array.
    pub instances: bool,
    /// Whether it may give payloads.
    pub payloads: bool,
}

impl Precision {
    /// That of names.
    pub const NAMES: Self = Self { instances: false, payloads: false };
    /// That of stories.
    pub const STORY: Self = Self { instances: false, payloads: true };
    /// That of jsonl.
    pub const FULL: Self = Self { instances: true, payloads: true };
}
