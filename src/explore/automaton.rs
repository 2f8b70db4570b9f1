//! The deterministic automaton of a grammar's event names, made as far as it is looked at.
//!
//! Behind each sequence of names it is in one place: the front of all configurations in which a run may be that has shown
//! it. This is the subset construction (Rabiner and Scott, "Finite Automata and Their Decision Problems", 1959) over
//! [`Sets`], of which nothing is forgotten here.

use std::hash::BuildHasher;
use std::ops::Range;

use hashbrown::HashTable;
use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::machine::Program;
use crate::model::grammar::Grammar;
use crate::model::{Alphabet, NameId};
use crate::sets::{Bounds, Front, Head, Item, Limit, Sets, TooMany, View, Wanted};

/// A place of the automaton. Numbered in the order in which they are found; the start is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrontId(u32);

impl FrontId {
    /// Where nothing has been shown.
    pub const START: Self = Self(0);

    /// The number, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).expect("memory is full long before 2^32 fronts"))
    }
}

/// Where an event leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Its name.
    pub name: NameId,
    /// The front behind it.
    pub target: FrontId,
}

/// The automaton.
#[derive(Debug)]
pub struct Automaton<'g> {
    alphabet: &'g Alphabet,
    sets: Sets<'g>,
    fronts: Vec<Front>,
    numbers: HashTable<u32>,
    /// For each front its part of `edges`, once it was expanded.
    expanded: Vec<Option<Range<u32>>>,
    edges: Vec<Edge>,
    /// What can come next in fronts of one set.
    names: FxHashMap<u32, Box<[NameId]>>,
    /// The memory that fronts take.
    front_bytes: usize,
    limit: usize,
}

/// For how much memory a configuration counts, in bytes.
const CONFIGURATION: usize = 512;

impl<'g> Automaton<'g> {
    /// The automaton of a grammar, whose alphabet and program these are, with its start alone. Its configurations, of which there
    /// may be [`Bounds::configurations`], are counted by their room: one for each 512 bytes. [`Bounds::work`] is for all that it
    /// is asked.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn new(grammar: &Grammar, alphabet: &'g Alphabet, program: &'g Program, bounds: Bounds) -> Result<Self, Limit> {
        // A set has one number here.
        let bounds = Bounds { everywhere: 0, products: usize::MAX, memory: usize::MAX, ..bounds };
        let mut automaton = Self {
            alphabet,
            sets: Sets::new(grammar, alphabet, program, View::NAMES, bounds),
            fronts: Vec::new(),
            numbers: HashTable::new(),
            expanded: Vec::new(),
            edges: Vec::new(),
            names: FxHashMap::default(),
            front_bytes: 0,
            limit: bounds.configurations,
        };
        let start = automaton.sets.start()?;
        automaton.sets.look(&start)?;
        automaton.number(start)?;
        Ok(automaton)
    }

    /// The alphabet of its names.
    pub fn alphabet(&self) -> &'g Alphabet {
        self.alphabet
    }

    /// How many fronts have been found.
    pub fn n_fronts(&self) -> usize {
        self.fronts.len()
    }

    /// How many edges have been found.
    pub(super) fn n_edges(&self) -> usize {
        self.edges.len()
    }

    /// For how many configurations all of it counts.
    pub fn weight(&self) -> usize {
        self.bytes() / CONFIGURATION
    }

    /// Whether a trace can end there.
    pub fn ends(&self, front: FrontId) -> bool {
        self.sets.ends(&self.fronts[front.index()])
    }

    /// Where what can come next leads to, by name; nothing where that was not looked for.
    pub fn edges(&self, front: FrontId) -> &[Edge] {
        match &self.expanded[front.index()] {
            Some(edges) => &self.edges[edges.start as usize..edges.end as usize],
            None => &[],
        }
    }

    /// The names of what can come next, in their order.
    pub fn next(&mut self, front: FrontId) -> Box<[NameId]> {
        let front = &self.fronts[front.index()];
        let find = || {
            let items = self.sets.next(front).into_iter();
            let mut names: Vec<NameId> = items.map(|item| name_of(item, self.alphabet)).collect();
            names.sort_unstable();
            names.dedup();
            names.into()
        };
        self.names.entry(front.set()).or_insert_with(find).clone()
    }

    /// Looks where that leads to, once.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn expand(&mut self, front: FrontId) -> Result<(), Limit> {
        if self.expanded[front.index()].is_some() {
            return Ok(());
        }
        let (start, alphabet) = (row(self.edges.len()), self.alphabet);
        for name in self.next(front) {
            self.spend(1)?;
            let mut next = self.fronts[front.index()].clone();
            let agrees = |item: &Item| name_of(item, alphabet) == name;
            let wanted = Wanted { token: name.0, head: Head::Event { name, of: &[] }, agrees: &agrees };
            let goes_on = self.sets.step(&mut next, wanted)?;
            assert!(goes_on, "what can come next does");
            self.sets.look(&next)?;
            let target = self.number(next)?;
            self.edges.push(Edge { name, target });
        }
        self.expanded[front.index()] = Some(start..row(self.edges.len()));
        Ok(())
    }

    /// Counts steps of the search for an answer that are made outside of the automaton.
    ///
    /// # Errors
    ///
    /// When the limit on work is met.
    pub(super) fn spend(&mut self, steps: usize) -> Result<(), Limit> {
        self.sets.spend(steps)
    }

    /// Whether so many more bytes are within the limit.
    pub(super) fn has_room(&self, bytes: usize) -> Result<(), Limit> {
        if self.bytes().saturating_add(bytes) / CONFIGURATION <= self.limit {
            return Ok(());
        }
        Err(Limit::Configurations(TooMany { limit: self.limit, unknown: Vec::new() }))
    }

    /// How much memory it takes, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        let own = size_of_val(self.edges.as_slice()) + size_of_val(self.expanded.as_slice());
        self.sets.bytes() + self.front_bytes + own
    }

    /// The number of a front.
    fn number(&mut self, front: Front) -> Result<FrontId, Limit> {
        let hash = |front: &Front| FxBuildHasher.hash_one(front);
        if let Some(number) = self.numbers.find(hash(&front), |number| self.fronts[*number as usize] == front) {
            return Ok(FrontId(*number));
        }
        self.has_room(front.bytes())?;
        let fronts = &self.fronts;
        let id = FrontId::new(fronts.len());
        self.front_bytes += front.bytes();
        self.numbers.insert_unique(hash(&front), id.0, |number| hash(&fronts[*number as usize]));
        self.fronts.push(front);
        self.expanded.push(None);
        Ok(id)
    }
}

/// The name of an item that a view of names shows.
fn name_of(item: &Item, alphabet: &Alphabet) -> NameId {
    match item {
        Item::Event { symbol, .. } => alphabet.name_of(*symbol),
        _ => unreachable!("a view of names shows events alone"),
    }
}

/// The number of a row.
fn row(length: usize) -> u32 {
    u32::try_from(length).expect("memory is full long before 2^32 rows")
}
