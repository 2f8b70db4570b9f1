//! Who finds what comes next. It needs nothing of a graph but what names a point, so that several can look from different
//! points at the same time.

use std::sync::Arc;

use super::super::Bounds;
use super::super::aheads::Aheads;
use super::super::counters::Update;
use super::super::facts::Facts;
use super::super::first::First;
use super::super::limit::{Limit, TooMany};
use super::super::sightings::{Sighted, Sighting};
use super::super::view::{Item, View, first_symbol};
use super::ItemId;
use super::follow::Work;
use super::items::Items;
use crate::machine::{self, Configuration, Fault, FaultKind, Pause, Program, Scratch};
use crate::model::grammar::{Grammar, StateId};
use crate::model::{Alphabet, SymbolId};

/// Looks for what comes next. Has its own numbers of items.
#[derive(Debug)]
pub(super) struct Finder<'p> {
    pub(super) program: &'p Program,
    pub(super) alphabet: &'p Alphabet,
    pub(super) view: Arc<View>,
    pub(super) facts: Arc<Facts>,
    pub(super) first: Arc<First>,
    /// How many configurations there may be at once.
    pub(super) limit: usize,
    pub(super) scratch: Scratch,
    pub(super) items: Items,
    pub(super) aheads: Aheads,
    /// What the view sees of events whose payloads it does not, by their symbols.
    plain: Vec<Option<Sight>>,
    /// What was seen on silent ways since somebody asked, if somebody watches.
    pub(super) sightings: Vec<Sighted>,
    // Memory for one piece of work.
    pub(super) packed: Vec<u64>,
    pub(super) updates: Vec<Update>,
    pub(super) stripped: Configuration,
    pub(super) shown: Configuration,
    pub(super) work: Work,
}

/// What the view sees of an item.
#[derive(Clone, Copy, Debug)]
pub(in crate::sets) struct Sight {
    /// The item, if it is shown.
    pub(in crate::sets) shown: Option<ItemId>,
    /// Whether it may be a silent step.
    pub(in crate::sets) silent: bool,
    /// Whether it may be shown again.
    pub(super) stutters: bool,
}

impl<'p> Finder<'p> {
    pub(super) fn new(
        facts: Facts,
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        bounds: &Bounds,
    ) -> Self {
        let mut scratch = Scratch::new(bounds.steps);
        scratch.pass_over(facts.untold.clone());
        let first = Arc::new(First::new(grammar));
        Self::of(program, alphabet, Arc::new(view), Arc::new(facts), first, bounds.configurations, scratch)
    }

    fn of(
        program: &'p Program,
        alphabet: &'p Alphabet,
        view: Arc<View>,
        facts: Arc<Facts>,
        first: Arc<First>,
        limit: usize,
        scratch: Scratch,
    ) -> Self {
        Self {
            program,
            alphabet,
            view,
            facts,
            first,
            limit,
            scratch,
            items: Items::default(),
            aheads: Aheads::default(),
            plain: Vec::new(),
            sightings: Vec::new(),
            packed: Vec::new(),
            updates: Vec::new(),
            stripped: Configuration::default(),
            shown: Configuration::default(),
            work: Work::default(),
        }
    }

    /// Another one that looks in the same way, and has seen nothing.
    pub(super) fn another(&self) -> Self {
        let (view, facts, first) = (Arc::clone(&self.view), Arc::clone(&self.facts), Arc::clone(&self.first));
        Self::of(self.program, self.alphabet, view, facts, first, self.limit, self.scratch.another())
    }

    // --- items ---

    /// What the view sees of an item.
    pub(super) fn see(&mut self, item: machine::Item) -> Sight {
        const UNSEEN: Sight = Sight { shown: None, silent: true, stutters: false };
        match item {
            machine::Item::Phase { phase, .. } if self.view.phases => self.seen(Item::Phase(phase)),
            machine::Item::Action { action, source, .. } if self.view.actions => {
                let arguments = self.scratch.values().into();
                self.seen(Item::Action { action, source, arguments })
            }
            machine::Item::Event { symbol, .. } if self.view.events => self.see_event(SymbolId(symbol)),
            _ => UNSEEN,
        }
    }

    fn see_event(&mut self, symbol: SymbolId) -> Sight {
        let is_plain = !self.view.payloads || self.scratch.values().is_empty();
        if is_plain && let Some(Some(sight)) = self.plain.get(symbol.index()) {
            return *sight;
        }
        let payload = if is_plain { Box::default() } else { self.scratch.values().into() };
        let shown = if self.view.instances { symbol } else { first_symbol(self.alphabet, symbol) };
        let sight = self.seen(Item::Event { symbol: shown, payload });
        let is_in = |names: &[_]| names.contains(&self.alphabet.name_of(symbol));
        let sight = Sight { silent: is_in(&self.view.hidden), stutters: is_in(&self.view.stuttering), ..sight };
        if is_plain {
            let length = self.plain.len().max(symbol.index() + 1);
            self.plain.resize(length, None);
            self.plain[symbol.index()] = Some(sight);
        }
        sight
    }

    fn seen(&mut self, item: Item) -> Sight {
        Sight { shown: Some(self.items.number(item)), silent: false, stutters: false }
    }

    // --- what is alike ---

    /// Makes configurations equal that differ in what no answer depends on.
    pub(super) fn simplify(&self, at: &mut Configuration) {
        for state in &self.facts.idle {
            self.program.reset_state(at, *state);
        }
        let merges = !self.facts.arrays.is_empty() || !self.facts.numbers.is_empty();
        if merges && !(at.is_asking() || self.is_interleaved(at) || self.program.names_instances(at)) {
            self.sort(at, |program, at, part| !program.is_open(at, part));
            self.program.revise_rows(at, |at, part| self.sort(at, |_, _, other| part == other));
        }
        self.program.complete(at);
    }

    /// Gives the numbers and the elements of arrays that belong to some parts of the states an order.
    fn sort(&self, at: &mut Configuration, belongs: impl Fn(&Program, &Configuration, usize) -> bool) {
        // All numbers of an instance are in one part, as all elements of an array are.
        let belongs = |at: &Configuration, state: Option<&StateId>| {
            state.is_none_or(|state| belongs(self.program, at, self.program.part_of(*state)))
        };
        // Where no variable holds an instance none holds one of its numbers.
        for numbers in &self.facts.numbers {
            if belongs(at, numbers.sets.iter().chain(&numbers.singles).next()) {
                self.program.sort_numbers(at, numbers);
            }
        }
        for array in &self.facts.arrays {
            if belongs(at, array.iter().flatten().next()) {
                self.program.sort_states(at, array);
            }
        }
    }

    pub(super) fn is_interleaved(&self, at: &Configuration) -> bool {
        self.facts.is_interleaved(at.phase())
    }

    pub(super) fn too_many(&self, packed: impl Iterator<Item = impl AsRef<[u64]>>) -> Limit {
        Limit::Configurations(TooMany::among(packed, self.program, self.limit))
    }

    /// Runs an exact configuration to its next pause; nothing where it fails.
    pub(super) fn run(&mut self, at: &mut Configuration) -> Option<Pause> {
        self.scratch.refuel();
        let pause = self.program.run(at, &mut self.scratch);
        self.note_met(None);
        match pause {
            Ok(pause) => Some(pause),
            Err(fault) => {
                self.note_fault(None, fault);
                None
            }
        }
    }

    // --- what is seen on the way ---

    /// Whether somebody watches.
    pub(super) fn watches(&mut self) -> bool {
        self.scratch.watched().is_some()
    }

    /// Notes what must never be, if it was since this was done last.
    pub(super) fn note_met(&mut self, after: Option<ItemId>) {
        if let Some(watch) = self.scratch.watched() {
            self.sightings.extend(watch.take_met().map(|met| Sighted { after, what: Sighting::Met(met) }));
        }
    }

    /// Notes that a run fails, if there is one.
    pub(super) fn note_fault(&mut self, after: Option<ItemId>, fault: Box<Fault>) {
        if self.watches() && fault.kind != FaultKind::NoRun {
            self.sightings.push(Sighted { after, what: Sighting::Fault(fault) });
        }
    }
}
