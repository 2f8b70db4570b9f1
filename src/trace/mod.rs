//! Traces: what a run shows, and how it is written.
//!
//! A [`Sink`] takes the items of one trace after the other as a run shows them, so that a trace is never held in memory
//! unless somebody wants it ([`Recorder`]). Each format has a sink of its own: [`Story`], [`Names`], [`Jsonl`].
//!
//! A [`Reader`] reads them again, item by item, as what they say of a run of a grammar ([`Observed`]).

mod jsonl;
mod names;
mod observed;
mod read;
mod record;
mod story;

pub use jsonl::{Jsonl, JsonlOptions};
pub use names::Names;
pub use observed::{Foreign, ItemKind, Observed};
pub use read::{Carried, Format, Head, Load, ReadError, Reader, Vocabulary, read_item};
pub(crate) use read::{Logged, Suggestions, resolve_logged, shown};
pub use record::{Item, Recorder, Trace};
pub use story::Story;

use crate::model::SymbolId;
use crate::model::grammar::{ActionId, CauseId, PhaseId, StateId};

/// The kinds of items that a sequence shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each kind is shown or not, whatever the others are")]
pub struct Shows {
    /// Marks of phases.
    pub phases: bool,
    /// Marks of actions.
    pub actions: bool,
    /// Events.
    pub events: bool,
    /// Changes of states.
    pub states: bool,
    /// Decisions.
    pub decisions: bool,
}

impl Shows {
    /// What a story shows: phases, actions and events.
    pub const STORY: Self = Self { phases: true, actions: true, events: true, states: false, decisions: false };
    /// Events alone.
    pub const EVENTS: Self = Self { phases: false, actions: false, ..Self::STORY };
    /// Nothing.
    pub const NOTHING: Self = Self { events: false, ..Self::EVENTS };

    /// Whether items of a kind are shown.
    #[inline]
    pub fn has(self, kind: ItemKind) -> bool {
        match kind {
            ItemKind::Phase => self.phases,
            ItemKind::Action => self.actions,
            ItemKind::Event => self.events,
        }
    }

    /// The kinds that are shown, by their names in `--shows` and in jsonl.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let kinds = [
            ("phases", self.phases),
            ("actions", self.actions),
            ("events", self.events),
            ("states", self.states),
            ("decisions", self.decisions),
        ];
        kinds.into_iter().filter(|(_, shown)| *shown).map(|(name, _)| name)
    }
}

/// Which trace begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The seed of all traces.
    pub seed: u64,
    /// The number of this one.
    pub trace: u64,
    /// How often it was drawn before because its length was not the one asked for.
    pub attempt: u64,
}

/// Takes what runs show.
///
/// Each trace is a call of [`begin`](Self::begin), the calls for its items, and a call of [`end`](Self::end), or of
/// [`abandon`](Self::abandon).
pub trait Sink {
    /// Which kinds of items it wants; it need not be told of others.
    fn shows(&self) -> Shows;

    /// A trace begins.
    fn begin(&mut self, header: Header);

    /// The states that the walk starts with, each once, in their order. Comes after the decisions that draw them, and
    /// only where states are shown.
    fn initial(&mut self, state: StateId, value: i64);

    /// A state has changed since the last item.
    fn set(&mut self, state: StateId, value: i64);

    /// A decision was taken at a place.
    fn decision(&mut self, place: &str, option: u64);

    /// A phase begins.
    fn phase(&mut self, phase: PhaseId);

    /// Somebody acts.
    fn action(&mut self, action: ActionId, source: CauseId, arguments: &[i64]);

    /// What comes next is shown at this place of the grammar. Is told only of events.
    fn at(&mut self, _place: &str) {}

    /// An event happens.
    fn event(&mut self, symbol: SymbolId, payload: &[i64]);

    /// The action or the event that was shown last has this too: a key, and the text of its JSON value. Where a format has no
    /// place for it, it is left out.
    fn attach(&mut self, _key: &str, _value: &str) {}

    /// The trace is complete.
    fn end(&mut self);

    /// The trace is given up: what was kept of it is dropped.
    fn abandon(&mut self);
}

/// A sink that writes text.
pub trait TextSink: Sink {
    /// Whether a trace without events cannot be told from no trace.
    const NEEDS_EVENTS: bool;

    /// What has been written, to be taken away.
    fn out(&mut self) -> &mut Vec<u8>;

    /// Where the items of the trace at hand are written.
    fn items(&mut self) -> &mut Vec<u8>;

    /// Closes what is open behind the last item. The end of a trace does so too.
    fn close(&mut self) {}

    /// Whether the text of an item depends on the item alone, so that it may be kept and put among the
    /// [`items`](Self::items) again. What is told of states belongs to the item that follows, or to the end.
    fn repeats(&self) -> bool;
}
