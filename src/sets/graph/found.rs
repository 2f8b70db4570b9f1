//! What comes next from some points, before it belongs to a graph.

use std::ops::Range;

use super::super::counters::Update;
use super::super::interner::Interner;
use super::items::ItemId;
use super::place;
use crate::machine::{Configuration, Program};

/// What comes next from some points, with numbers of its own for what many points have in common.
#[derive(Debug, Default)]
pub(super) struct Found {
    leads: Vec<Lead>,
    /// What was packed of the points that they lead to, without the words of the states: nothing where no run goes on.
    shapes: Interner<u64>,
    /// The words of their states, one after the other.
    states: Vec<u64>,
    updates: Interner<Update>,
    /// Memory for one shape.
    shape: Vec<u64>,
}

/// A silent way that ends with an item.
#[derive(Clone, Debug)]
pub(super) struct Lead {
    /// The item, by the numbers of who found it.
    pub(super) item: ItemId,
    /// Whether it may be shown again.
    pub(super) stutters: bool,
    /// The shape of the point that it leads to, but for the item that may be shown again.
    pub(super) shape: u32,
    states: Range<u32>,
    /// For each register of that point where it comes from.
    pub(super) updates: u32,
}

/// What comes next from one point.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// Which of what was found.
    leads: Range<u32>,
    /// Whether a trace can end there; nothing where the ways depend on the numbers in the counters.
    pub(super) ends: Option<bool>,
}

impl Outcome {
    /// Where among what was found the ways from the point are.
    pub(super) fn places(&self) -> Range<usize> {
        self.leads.start as usize..self.leads.end as usize
    }
}

impl Found {
    pub(super) fn clear(&mut self) {
        self.leads.clear();
        self.shapes.clear();
        self.states.clear();
        self.updates.clear();
    }

    /// The memory that it takes, in bytes, about.
    pub(super) fn n_bytes(&self) -> usize {
        size_of_val(self.leads.as_slice()) + size_of_val(self.states.as_slice()) + self.shapes.bytes()
    }

    /// How many ways were found.
    pub(super) fn n_leads(&self) -> usize {
        self.leads.len()
    }

    /// Forgets all ways but the first.
    pub(super) fn truncate(&mut self, n_leads: usize) {
        if let Some(lead) = self.leads.get(n_leads) {
            self.states.truncate(lead.states.start as usize);
            self.leads.truncate(n_leads);
        }
    }

    /// All ways behind the first are those of one point, where a trace `ends` or not.
    pub(super) fn outcome(&self, n_leads: usize, ends: Option<bool>) -> Outcome {
        Outcome { leads: place(n_leads)..place(self.leads.len()), ends }
    }

    /// Adds a way to a configuration, or to where no run goes on.
    pub(super) fn push(
        &mut self,
        (item, stutters): (ItemId, bool),
        at: Option<&Configuration>,
        updates: &[Update],
        program: &Program,
    ) {
        let Self { leads, shapes, states, shape, .. } = self;
        shape.clear();
        let start = place(states.len());
        if let Some(at) = at {
            program.pack_apart(at, states, shape);
        } else {
            states.resize(states.len() + program.n_state_words(), 0);
        }
        let states = start..place(states.len());
        // Mostly they are those of the last one.
        let last = leads.last().map(|last| (last.shape, last.updates));
        let shape = match last {
            Some((last, _)) if shapes.get(last) == shape => last,
            _ => shapes.intern(shape).0,
        };
        let updates = match last {
            Some((_, last)) if self.updates.get(last) == updates => last,
            _ => self.updates.intern(updates).0,
        };
        leads.push(Lead { item, stutters, shape, states, updates });
    }

    /// The last way, which is no longer among them then.
    pub(super) fn pop(&mut self) -> Option<Lead> {
        self.leads.pop()
    }

    /// One of the ways.
    pub(super) fn lead(&self, place: usize) -> &Lead {
        &self.leads[place]
    }

    /// What a shape is.
    pub(super) fn shape(&self, shape: u32) -> &[u64] {
        self.shapes.get(shape)
    }

    /// The words of the states of the point that it leads to; zeros where no run goes on.
    pub(super) fn states(&self, lead: &Lead) -> &[u64] {
        &self.states[lead.states.start as usize..lead.states.end as usize]
    }

    /// For each register of a point where it comes from.
    pub(super) fn updates(&self, updates: u32) -> &[Update] {
        self.updates.get(updates)
    }
}
