//! Patterns over events, compiled.
//!
//! A pattern becomes a nondeterministic automaton (Thompson, "Regular Expression Search Algorithm", 1968) whose sets of
//! states are made as events come: a lazily built deterministic automaton. Patterns nest as deep as the parser allows,
//! and so does the recursion here.

mod compile;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::model::grammar::{EventPattern, Pattern};
use crate::model::{Alphabet, SymbolId};

/// How many states an automaton has at most.
pub const MAX_STATES: usize = 200_000;

/// A pattern whose repetitions, multiplied out, need more than [`MAX_STATES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge;

/// A state of a [`Matcher`]: how far a pattern has matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Progress(pub(crate) u32);

/// Which events a state takes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Class {
    Any,
    One(Vec<EventPattern>),
    NoneOf(Vec<EventPattern>),
}

/// A state of the nondeterministic automaton.
#[derive(Clone, Debug)]
enum State {
    /// Goes on without an event, in each of these ways.
    Split(Vec<u32>),
    /// Takes one event; `element` is the place of the pattern's element that it belongs to.
    Take { class: u32, next: u32, element: u32 },
    /// The pattern is at its end.
    End,
}

/// Matches sequences of events against a pattern.
#[derive(Clone, Debug)]
pub struct Matcher<'a> {
    alphabet: &'a Alphabet,
    n_elements: usize,
    states: Vec<State>,
    classes: Vec<Class>,
    start: Progress,
    /// The sets of states that were met, each in order, without splits.
    sets: Vec<Box<[u32]>>,
    numbers: FxHashMap<Box<[u32]>, Progress>,
    /// Where a set leads to with an event whose payload makes no difference; `None`: nowhere.
    steps: FxHashMap<(Progress, SymbolId), Option<Progress>>,
}

impl<'a> Matcher<'a> {
    /// Compiles a pattern over an alphabet. Costs its size with all repetitions multiplied out.
    ///
    /// # Errors
    ///
    /// If that is too much.
    pub fn new(pattern: &Pattern, alphabet: &'a Alphabet) -> Result<Self, TooLarge> {
        let (states, classes, start) = compile::compile(pattern)?;
        let mut matcher = Self {
            alphabet,
            n_elements: pattern.elements.len(),
            states,
            classes,
            start: Progress(0),
            sets: Vec::new(),
            numbers: FxHashMap::default(),
            steps: FxHashMap::default(),
        };
        matcher.start = matcher.set([start]);
        Ok(matcher)
    }

    /// How far it is before the first event.
    pub fn start(&self) -> Progress {
        self.start
    }

    /// How far it is behind an event; `None` if nothing that begins like this can match.
    pub fn step(&mut self, progress: Progress, symbol: SymbolId, payload: &[i64]) -> Option<Progress> {
        let is_told = self.reads_payload();
        if !is_told && let Some(known) = self.steps.get(&(progress, symbol)) {
            return *known;
        }
        let set = &self.sets[progress.0 as usize];
        let mut next = Vec::new();
        for state in set {
            if let State::Take { class, next: target, .. } = &self.states[*state as usize]
                && self.takes(&self.classes[*class as usize], symbol, payload)
            {
                next.push(*target);
            }
        }
        let next = if next.is_empty() { None } else { Some(self.set(next)) };
        if !is_told {
            self.steps.insert((progress, symbol), next);
        }
        next
    }

    /// Whether the pattern matches what has come so far, as a whole.
    pub fn accepts(&self, progress: Progress) -> bool {
        self.sets[progress.0 as usize].iter().any(|state| matches!(self.states[*state as usize], State::End))
    }

    /// The place of the last of the pattern's elements that can be at hand; behind the last one their number.
    pub fn element(&self, progress: Progress) -> usize {
        let element = |state: &u32| match self.states[*state as usize] {
            State::Take { element, .. } => element as usize,
            _ => self.n_elements,
        };
        self.sets[progress.0 as usize].iter().map(element).max().unwrap_or(0)
    }

    /// Whether it makes a difference which element of an array an event is of.
    pub fn tells_instances(&self) -> bool {
        self.classes.iter().any(|class| {
            self.alphabet.entries().any(|(_, symbols)| {
                let mut takes = symbols.iter().map(|symbol| self.may_take(class, *symbol));
                takes.next().is_some_and(|first| takes.any(|other| other != first))
            })
        })
    }

    /// Whether payloads make a difference.
    pub fn reads_payload(&self) -> bool {
        self.classes.iter().any(|class| match class {
            Class::Any => false,
            Class::One(events) | Class::NoneOf(events) => events.iter().any(|event| !event.payload.is_empty()),
        })
    }

    fn takes(&self, class: &Class, symbol: SymbolId, payload: &[i64]) -> bool {
        let is_one = |event: &EventPattern| {
            self.is_of(event, symbol) && event.payload.iter().all(|(place, value)| payload.get(*place) == Some(value))
        };
        match class {
            Class::Any => true,
            Class::One(events) => events.iter().any(is_one),
            Class::NoneOf(events) => !events.iter().any(is_one),
        }
    }

    /// The same whatever the payload is.
    fn may_take(&self, class: &Class, symbol: SymbolId) -> bool {
        match class {
            Class::Any => true,
            Class::One(events) | Class::NoneOf(events) => events.iter().any(|event| self.is_of(event, symbol)),
        }
    }

    fn is_of(&self, event: &EventPattern, symbol: SymbolId) -> bool {
        if self.alphabet.event_of(symbol) != event.event {
            return false;
        }
        if event.of.iter().all(Option::is_none) {
            return true;
        }
        let instances = self.alphabet.instances_of(symbol);
        instances.iter().zip(&event.of).all(|(instance, of)| of.as_ref().is_none_or(|of| of.contains(instance)))
    }

    /// The number of the set of states that these lead to without an event.
    fn set(&mut self, states: impl IntoIterator<Item = u32>) -> Progress {
        let mut open: Vec<u32> = states.into_iter().collect();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(state) = open.pop() {
            if seen.insert(state)
                && let State::Split(ways) = &self.states[state as usize]
            {
                open.extend(ways);
            }
        }
        seen.retain(|state| !matches!(self.states[*state as usize], State::Split(_)));
        let set: Box<[u32]> = seen.into_iter().collect();
        if let Some(known) = self.numbers.get(&set) {
            return *known;
        }
        let number = Progress(u32::try_from(self.sets.len()).expect("memory is full long before 2^32 sets"));
        self.sets.push(set.clone());
        self.numbers.insert(set, number);
        number
    }
}
