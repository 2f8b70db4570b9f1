//! What a sequence shows of a run.

use crate::machine;
use crate::model::grammar::{ActionId, CauseId, PhaseId};
use crate::model::{Alphabet, NameId, SymbolId};

/// What a sequence shows of a run, and how exactly. The less, the fewer configurations need to be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each is shown or not, whatever the others are")]
pub struct View {
    /// Whether marks of phases are shown.
    pub phases: bool,
    /// Whether marks of actions are.
    pub actions: bool,
    /// Whether events are.
    pub events: bool,
    /// Whether instances may be given where a name does not tell them: of an array.
    pub instances: bool,
    /// Whether payloads may be given.
    pub payloads: bool,
    /// The names of events that may happen without being shown.
    pub hidden: Vec<NameId>,
    /// The names of events that may be shown again directly after themselves.
    pub stuttering: Vec<NameId>,
}

impl View {
    /// Names of events alone.
    pub const NAMES: Self = Self {
        phases: false,
        actions: false,
        events: true,
        instances: false,
        payloads: false,
        hidden: Vec::new(),
        stuttering: Vec::new(),
    };
}

/// An item as a view has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// A phase begins.
    Phase(PhaseId),
    /// Somebody acts.
    Action {
        /// The action.
        action: ActionId,
        /// Who.
        source: CauseId,
        /// A value for each parameter.
        arguments: Box<[i64]>,
    },
    /// An event happens.
    Event {
        /// The event with its instances; without instances the first of those with its name.
        symbol: SymbolId,
        /// A value for each payload field; none without payloads.
        payload: Box<[i64]>,
    },
}

impl Item {
    /// What a run shows, with all that it is; `values` are those that come with it.
    pub(crate) fn of(item: machine::Item, values: &[i64]) -> Self {
        match item {
            machine::Item::Phase { phase, .. } => Self::Phase(phase),
            machine::Item::Action { action, source, .. } => Self::Action { action, source, arguments: values.into() },
            machine::Item::Event { symbol, .. } => Self::Event { symbol: SymbolId(symbol), payload: values.into() },
        }
    }
}

/// The first symbol with the name of another: what stands for all of them where instances are not shown.
pub(super) fn first_symbol(alphabet: &Alphabet, symbol: SymbolId) -> SymbolId {
    alphabet.symbols_named(alphabet.name_of(symbol))[0]
}

/// An item with all that it is, as one sees it who is told the instances of events, and payloads, or not.
pub(crate) fn blurred(item: &Item, alphabet: &Alphabet, instances: bool, payloads: bool) -> Item {
    match item {
        Item::Event { symbol, payload } => Item::Event {
            symbol: if instances { *symbol } else { first_symbol(alphabet, *symbol) },
            payload: if payloads { payload.clone() } else { Box::default() },
        },
        other => other.clone(),
    }
}
