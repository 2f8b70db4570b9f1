//! A run of a grammar, with what its items carry.

use std::rc::Rc;
use std::sync::Arc;

use crate::machine::{Configuration, PlaceId, Program};
use crate::model::grammar::StateId;
use crate::sets::Item;
use crate::trace::{Header, Load, Sink};

/// A piece of a run: what was decided, and the item that was shown then.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is shown.
    pub item: Item,
    /// What comes with it, if anything does.
    pub load: Option<Arc<Load>>,
    pub(super) decisions: Rc<[(PlaceId, u64)]>,
    pub(super) at: Rc<Configuration>,
}

/// A complete run of the exact machine: a valid trace.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its items, in their order.
    pub steps: Vec<Step>,
    /// What was decided behind the last one.
    pub(super) end: (Rc<[(PlaceId, u64)]>, Rc<Configuration>),
}

/// How large a run is: what comes first counts more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size {
    /// The number of events.
    pub events: usize,
    /// The number of all items.
    pub items: usize,
    /// The length of the data, in bytes.
    pub data: usize,
}

impl Run {
    /// How large it is.
    pub fn size(&self) -> Size {
        let is_event = |step: &&Step| matches!(step.item, Item::Event { .. });
        let data = |step: &Step| step.data().map_or(0, str::len);
        Size {
            events: self.steps.iter().filter(is_event).count(),
            items: self.steps.len(),
            data: self.steps.iter().map(data).sum(),
        }
    }

    /// The step of the event of this number, from 0.
    pub fn event(&self, number: usize) -> Option<usize> {
        let is_event = |(_, step): &(usize, &Step)| matches!(step.item, Item::Event { .. });
        self.steps.iter().enumerate().filter(is_event).nth(number).map(|(place, _)| place)
    }

    /// Tells a sink of it, as a trace of this header.
    pub fn show(&self, program: &Program, header: Header, sink: &mut impl Sink) {
        let shows = sink.shows();
        let mut before: Option<Rc<Configuration>> = None;
        sink.begin(header);
        let steps = self.steps.iter().map(|step| (&step.decisions, &step.at, Some(step)));
        for (decisions, at, step) in steps.chain([(&self.end.0, &self.end.1, None)]) {
            if shows.decisions {
                for (place, option) in decisions.iter() {
                    sink.decision(&program.place(*place).name, *option);
                }
            }
            if shows.states {
                show_states(program, before.replace(Rc::clone(at)).as_deref(), at, sink);
            }
            let Some(step) = step else { continue };
            match &step.item {
                Item::Phase(phase) => sink.phase(*phase),
                Item::Action { action, source, arguments } => sink.action(*action, *source, arguments),
                Item::Event { symbol, payload } => sink.event(*symbol, payload),
            }
            if let Some(load) = &step.load {
                for (key, value) in load.pairs() {
                    sink.attach(key, value);
                }
            }
        }
        sink.end();
    }

    /// The states when the first item was shown.
    pub(super) fn initial(&self, program: &Program) -> Vec<(StateId, i64)> {
        let at = self.steps.first().map_or(&self.end.1, |step| &step.at);
        program.states().map(|state| (state, program.state(at, state))).collect()
    }
}

impl Step {
    /// What is fed to a charm with it.
    pub fn data(&self) -> Option<&str> {
        self.load.as_ref()?.data.as_deref()
    }

    /// The value of a state when it is shown.
    pub fn state(&self, program: &Program, state: StateId) -> i64 {
        program.state(&self.at, state)
    }

    /// The same with other data.
    pub(super) fn with_data(&self, data: Option<String>) -> Self {
        let load = self.load.as_deref().cloned().unwrap_or_default();
        Self { load: Some(Arc::new(Load { data, ..load })), ..self.clone() }
    }
}

/// Tells what states have changed, or all of them the first time.
fn show_states(program: &Program, before: Option<&Configuration>, at: &Configuration, sink: &mut impl Sink) {
    for state in program.states() {
        let value = program.state(at, state);
        match before.map(|before| program.state(before, state)) {
            None => sink.initial(state, value),
            Some(old) if old != value => sink.set(state, value),
            Some(_) => {}
        }
    }
}
