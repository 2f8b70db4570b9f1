//! A life that is told step by step: what it has shown, where it can be, and what it can show next.
//!
//! What is shown does not tell all that was decided, so a life is in several configurations at once, each with its
//! probability given what was shown.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::{Grammar, StateId};
use crate::recognize::probability::Estimator;
use crate::recognize::{Next, Precision, Question, observed};
use crate::sets::{Bounds, Item, Limit, PlaceId, Places};
use crate::trace::{self, Observed, Shows};

/// A life, as far as it has come.
#[derive(Debug)]
pub struct Life<'g> {
    alphabet: &'g Alphabet,
    estimator: Estimator<'g>,
    places: Places<'g>,
    items: Vec<Item>,
}

/// How a life can come to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By these items, of which the last is the one that was asked for; no way is shorter.
    Items(Vec<Item>),
    /// There is no way any more.
    None,
    /// None was found among so many places.
    Unknown(usize),
}

/// How many places are looked at for a [`Way`].
const EFFORT: usize = 200_000;

impl<'g> Life<'g> {
    /// A life that begins, by a grammar with this alphabet and program.
    pub fn new(grammar: &Grammar, alphabet: &'g Alphabet, program: &'g Program, bounds: Bounds) -> Self {
        let mut estimator = Estimator::new(alphabet, program, true, bounds);
        estimator.begin(Shows::STORY, Precision::FULL);
        let view = Question::default().view(Shows::STORY, Precision::FULL);
        let places = Places::new(grammar, alphabet, program, view, bounds);
        Self { alphabet, estimator, places, items: Vec::new() }
    }

    /// What it has shown.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The same as a trace has it.
    pub fn trace(&self) -> Vec<trace::Item> {
        let item = |item: &Item| match item.clone() {
            Item::Phase(phase) => trace::Item::Phase(phase),
            Item::Action { action, source, arguments } => {
                trace::Item::Action { action, source, arguments: arguments.into() }
            }
            Item::Event { symbol, payload } => trace::Item::Event { symbol, payload: payload.into() },
        };
        self.items.iter().map(item).collect()
    }

    /// The same as a sequence tells it that leaves nothing out.
    pub fn observed(&self) -> Vec<Observed> {
        self.items.iter().map(|item| observed(item, self.alphabet, true)).collect()
    }

    /// What it can show next, each with its probability, the likeliest first. What is missing from 1 is lost where runs
    /// fail.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn ahead(&mut self) -> Result<Vec<(Next, f64)>, Limit> {
        self.estimator.begin_answer();
        self.estimator.next_items()
    }

    /// Shows an item; whether it can.
    ///
    /// # Errors
    ///
    /// When a limit is met; then it must go back.
    pub fn take(&mut self, item: &Item) -> Result<bool, Limit> {
        self.estimator.begin_answer();
        let is_possible = self.estimator.item(&observed(item, self.alphabet, true))?;
        if is_possible {
            self.items.push(item.clone());
        } else {
            self.replay()?;
        }
        Ok(is_possible)
    }

    /// Goes back by so many items, or to the start.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn back(&mut self, many: usize) -> Result<(), Limit> {
        self.items.truncate(self.items.len().saturating_sub(many));
        self.replay()
    }

    /// The values that each state can have directly behind the last item, each with its probability, the least first.
    pub fn states(&self) -> Vec<(StateId, Vec<(i64, f64)>)> {
        self.estimator.states()
    }

    /// The shortest way to an item of a kind.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn way(&mut self, is_wanted: &dyn Fn(&Item) -> bool) -> Result<Way, Limit> {
        self.places.begin_answer();
        let mut open = VecDeque::new();
        // Each place with the one before it and the item between them.
        let mut known: FxHashMap<PlaceId, Option<(PlaceId, u32)>> = FxHashMap::default();
        for place in self.here()? {
            if known.insert(place, None).is_none() {
                open.push_back(place);
            }
        }
        while let Some(place) = open.pop_front() {
            for way in self.places.ways(place)?.to_vec() {
                if is_wanted(self.places.item(way.item)) {
                    let mut items = vec![self.places.item(way.item).clone()];
                    let mut place = place;
                    while let Some((before, item)) = known[&place] {
                        items.push(self.places.item(item).clone());
                        place = before;
                    }
                    items.reverse();
                    return Ok(Way::Items(items));
                }
                if let Entry::Vacant(entry) = known.entry(way.target) {
                    entry.insert(Some((place, way.item)));
                    open.push_back(way.target);
                }
            }
            if known.len() > EFFORT {
                return Ok(Way::Unknown(EFFORT));
            }
        }
        Ok(Way::None)
    }

    /// The places where it can be.
    fn here(&mut self) -> Result<Vec<PlaceId>, Limit> {
        let mut here = vec![self.places.start()?];
        for item in &self.items {
            let mut next = Vec::new();
            for place in here {
                let ways = self.places.ways(place)?.to_vec();
                next.extend(ways.iter().filter(|way| self.places.item(way.item) == item).map(|way| way.target));
            }
            next.sort_unstable();
            next.dedup();
            here = next;
        }
        Ok(here)
    }

    fn replay(&mut self) -> Result<(), Limit> {
        self.estimator.begin(Shows::STORY, Precision::FULL);
        for item in &self.items {
            self.estimator.item(&observed(item, self.alphabet, true))?;
        }
        Ok(())
    }
}
