//! What a sequence that was read says of its items.

use crate::model::NameId;
use crate::model::grammar::{ActionId, CauseId, InstanceId, PhaseId};

/// An item as a sequence shows it. What the sequence leaves out is `None`, and not compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Observed {
    /// The mark of a phase.
    Phase(PhaseId),
    /// The mark of one of these actions, which share a label; each with what is said of its arguments, one for each
    /// parameter.
    Action {
        /// The actions that it can be: at least one.
        actions: Vec<(ActionId, Vec<Option<i64>>)>,
        /// Who caused it.
        source: Option<CauseId>,
    },
    /// An event.
    Event {
        /// Its name.
        name: NameId,
        /// Its instances, one for each placeholder; empty where none is given.
        of: Vec<Option<InstanceId>>,
        /// Its payload, one for each field; empty where none is given.
        payload: Vec<Option<i64>>,
    },
    /// What no run of the grammar can show, wherever it stands: its name, or a part of it, is not of the grammar.
    Foreign(Box<Foreign>),
}

/// An item that the grammar has no word for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Foreign {
    /// The item as it is written, in one line: `instal`, `db-relation-joined (unit=9)`, `attach(nothing) by user`.
    pub text: String,
    /// What is wrong with it, as one sentence in lower case and without a full stop: ``there is no event `instal` ``.
    pub why: String,
    /// The name that was most likely meant.
    pub similar: Option<String>,
}
