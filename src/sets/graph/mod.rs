//! The transition system that a view sees, made as far as it is looked at.
//!
//! A *point* is a configuration directly behind a shown item, stripped of what no answer depends on; an *edge* leads
//! over silent steps and one shown item to another. Both are kept, so each point is run from once, in whatever sets it
//! comes to lie.

mod expand;

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::counters::{self, Update};
use super::facts::Facts;
use super::first::First;
use super::interner::Interner;
use super::limit::{Limit, TooMany};
use super::sightings::Sighted;
use super::view::{Item, View, first_symbol};
use super::{Bounds, Member};
use crate::machine::{self, Condition, Configuration, Counter, Decision, Pause, Program, Rows, Scratch, Watch};
use crate::model::grammar::{Expression, Grammar, PhaseId, StateId};
use crate::model::{Alphabet, NameId, SymbolId};

/// A row of [`Graph::points`].
pub(crate) type PointId = u32;

/// A row of [`Graph::items`].
pub(crate) type ItemId = u32;

/// How many words the key has of the point of runs that have failed since their last item: nothing follows but, perhaps,
/// that item again.
const DEAD: usize = 1;

/// The item of edges over what is hidden.
const HIDDEN: ItemId = ItemId::MAX;

/// Which items are looked for behind a product. What is hidden is not passed over there: it has edges of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Towards {
    /// All, and the end of the trace.
    All,
    /// Events of this name, or more.
    Name(NameId),
    /// What is hidden.
    Hidden,
}

/// A silent way that ends with an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) item: ItemId,
    pub(super) target: PointId,
    /// For each register of the target where it comes from: [`Graph::updates`] from here on.
    updates: u32,
}

/// What is known of a point.
#[derive(Clone, Debug)]
struct Point {
    /// How many counters of a member the point does not say all of: all that its configuration has, or none.
    n_registers: u32,
    expansion: Expansion,
}

#[derive(Clone, Debug)]
enum Expansion {
    Unknown,
    Known {
        edges: Range<u32>,
        ends: bool,
    },
    /// The silent ways depend on the numbers in the counters: a member is looked at with its own.
    Exact,
}

/// The graph.
#[derive(Debug)]
pub(crate) struct Graph<'p> {
    program: &'p Program,
    alphabet: &'p Alphabet,
    view: View,
    facts: Facts,
    first: First,
    limit: usize,
    pub(super) scratch: Scratch,
    /// The points: the item that may be shown again, plus 1, or 0; and the packed configuration.
    keys: Interner<u64>,
    points: Vec<Point>,
    /// The edges of products that lead to some items.
    towards: FxHashMap<(PointId, Towards), Range<u32>>,
    edges: Vec<Edge>,
    updates: Vec<Update>,
    items: Vec<Item>,
    numbers: FxHashMap<Item, ItemId>,
    /// Memory for one piece of work.
    packed: Vec<u64>,
    stripped: Configuration,
    /// What was seen on silent ways since somebody asked, if somebody watches.
    pub(super) sightings: Vec<Sighted>,
}

impl<'p> Graph<'p> {
    pub(crate) fn new(
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        bounds: Bounds,
    ) -> Self {
        Self::with_facts(Facts::new(grammar, &view, &[]), grammar, alphabet, program, view, bounds)
    }

    /// One of which every statement, guard, fault and configuration of a kind is noted: where one of the conditions holds.
    pub(crate) fn watching(
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        conditions: &[&Expression],
        bounds: Bounds,
    ) -> Self {
        let facts = Facts::new(grammar, &view, conditions);
        let mut graph = Self::with_facts(facts, grammar, alphabet, program, view, bounds);
        let conditions = conditions.iter().map(|condition| Condition::compile(grammar, condition));
        graph.scratch.watch(Watch::new(program, conditions.collect()));
        graph
    }

    fn with_facts(
        facts: Facts,
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        bounds: Bounds,
    ) -> Self {
        let mut scratch = Scratch::new(bounds.steps);
        scratch.pass_over(facts.untold.clone());
        Self {
            program,
            alphabet,
            facts,
            first: First::new(grammar),
            view,
            limit: bounds.configurations,
            scratch,
            keys: Interner::default(),
            points: Vec::new(),
            towards: FxHashMap::default(),
            edges: Vec::new(),
            updates: Vec::new(),
            items: Vec::new(),
            numbers: FxHashMap::default(),
            packed: Vec::new(),
            stripped: Configuration::default(),
            sightings: Vec::new(),
        }
    }

    /// How many configurations there may be at once.
    pub(crate) fn limit(&self) -> usize {
        self.limit
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

    /// The options of the decision at hand.
    pub(super) fn options(&self, decision: &Decision) -> Vec<u64> {
        self.program.options(decision, &self.scratch)
    }

    /// The values of the item that was just shown.
    pub(super) fn values(&self) -> &[i64] {
        self.scratch.values()
    }

    pub(super) fn program(&self) -> &'p Program {
        self.program
    }

    /// The start.
    pub(crate) fn start(&mut self) -> Member {
        self.member(self.program.start(), None).expect("the start has no counter")
    }

    /// What a configuration is directly behind an item, or at the start, as far as it is told from others.
    ///
    /// `None` where that depends on numbers that are not known: its counters are no stand-ins, so never.
    pub(super) fn member(&mut self, at: Configuration, item: Option<ItemId>) -> Option<Member> {
        let (point, updates) = self.enter(at, item, 0, &[])?;
        Some(Member { point, registers: updates.iter().map(|update| update.apply(&[])).collect() })
    }

    /// Where a settled member leads to.
    pub(crate) fn moves(&self, member: &Member) -> impl Iterator<Item = (ItemId, Member)> {
        self.edges(member.point).iter().map(|edge| (edge.item, self.led(edge, member)))
    }

    /// Where an edge leads a member of its point.
    fn led(&self, edge: &Edge, member: &Member) -> Member {
        let registers = self.updates(edge).iter().map(|update| update.apply(&member.registers)).collect();
        Member { point: edge.target, registers }
    }

    /// How many edges are known.
    pub(super) fn n_edges(&self) -> usize {
        self.edges.len()
    }

    /// Whether something is hidden.
    pub(super) fn hides(&self) -> bool {
        !self.view.hidden.is_empty()
    }

    /// Where a settled member that was expanded towards what is hidden leads to, over that. (Only products have edges over it.)
    pub(super) fn moves_hidden(&self, member: &Member) -> impl Iterator<Item = Member> {
        let edges = self.edges_towards(member.point, Towards::Hidden).iter();
        edges.filter(|edge| edge.item == HIDDEN).map(|edge| self.led(edge, member))
    }

    pub(crate) fn item(&self, id: ItemId) -> &Item {
        &self.items[id as usize]
    }

    /// How many registers a member of a set has at this point.
    pub(crate) fn n_registers(&self, point: PointId) -> usize {
        self.points[point as usize].n_registers as usize
    }

    /// The edges of a point that was expanded, by their items.
    pub(super) fn edges(&self, point: PointId) -> &[Edge] {
        match &self.points[point as usize].expansion {
            Expansion::Known { edges, .. } => &self.edges[edges.start as usize..edges.end as usize],
            _ => &[],
        }
    }

    /// The edges of a point that was expanded towards some items: of a product at least those that lead to them, of others
    /// all.
    pub(super) fn edges_towards(&self, point: PointId, towards: Towards) -> &[Edge] {
        match self.towards.get(&(point, towards)) {
            Some(edges) => &self.edges[edges.start as usize..edges.end as usize],
            None => self.edges(point),
        }
    }

    /// For each register of the target of an edge where it comes from.
    pub(super) fn updates(&self, edge: &Edge) -> &[Update] {
        &self.updates[edge.updates as usize..][..self.n_registers(edge.target)]
    }

    /// Whether a trace can end at a point that was expanded.
    pub(crate) fn ends(&self, point: PointId) -> bool {
        matches!(self.points[point as usize].expansion, Expansion::Known { ends: true, .. })
    }

    /// The point that is the same as one of another graph, of the same program under the same view.
    pub(super) fn adopt_from(&mut self, other: &Self, point: PointId) -> PointId {
        let mut key = other.key(point).to_vec();
        if let Some(item) = key[0].checked_sub(1) {
            let item = ItemId::try_from(item).expect("it was made of an item");
            key[0] = u64::from(self.number(other.item(item).clone())) + 1;
        }
        self.adopt(&key, other.n_registers(point))
    }

    /// What names a point.
    pub(crate) fn key(&self, point: PointId) -> &[u64] {
        self.keys.get(point)
    }

    /// The point of such a name.
    pub(super) fn adopt(&mut self, key: &[u64], n_registers: usize) -> PointId {
        let (point, is_new) = self.keys.intern(key);
        if is_new {
            let n_registers = u32::try_from(n_registers).expect("there are few counters");
            self.points.push(Point { n_registers, expansion: Expansion::Unknown });
        }
        point
    }

    /// The point with the values of all states unknown.
    pub(super) fn forget(&mut self, point: PointId) -> PointId {
        if self.is_dead(point) {
            return point;
        }
        let mut at = self.configuration(point);
        self.program.forget_states(&mut at);
        self.simplify(&mut at);
        self.intern(&at, self.key(point)[0], self.n_registers(point))
    }

    /// How much memory it takes, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        let edges = self.edges.len() * size_of::<Edge>() + self.updates.len() * size_of::<Update>();
        self.keys.bytes() + self.points.len() * size_of::<Point>() + edges
    }

    /// Forgets points and edges.
    pub(super) fn clear(&mut self) {
        self.keys.clear();
        self.points.clear();
        self.towards.clear();
        self.edges.clear();
        self.updates.clear();
    }

    /// The point that a member is really at, expanded: of a counter that was counted down it may say more than before, and
    /// where the silent ways depend on the counters it says all of them. Whether the point is another one.
    pub(crate) fn settle(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> Result<bool, Limit> {
        let mut changed = self.classify(point, registers);
        self.expand(*point)?;
        if self.tell_counters(point, registers) {
            changed = true;
            self.expand(*point)?;
        }
        Ok(changed)
    }

    /// The point that says all of its counters, where it is known that the silent ways depend on them. Whether it is
    /// another one.
    fn tell_counters(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> bool {
        let Expansion::Exact = self.points[*point as usize].expansion else { return false };
        let mut at = self.configuration(*point);
        at.counters_mut().copy_from_slice(registers);
        registers.clear();
        *point = self.intern(&at, self.key(*point)[0], 0);
        true
    }

    /// Whether a member is, settled, one that was settled before. (Others are not settled by this.)
    pub(super) fn is(&mut self, mut member: Member, settled: &Member) -> bool {
        self.classify(&mut member.point, &mut member.registers);
        self.tell_counters(&mut member.point, &mut member.registers);
        member == *settled
    }

    /// The point of a member that says of each counter what is so. Whether it is another one.
    pub(crate) fn classify(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> bool {
        if registers.is_empty() {
            return false;
        }
        let mut at = self.configuration(*point);
        let known = at.counters().to_vec();
        at.counters_mut().copy_from_slice(registers);
        counters::classify(at.counters_mut());
        if at.counters() == known {
            return false;
        }
        let is_open = registers.iter().any(|counter| counters::is_open(*counter));
        let n_registers = if is_open { registers.len() } else { 0 };
        registers.truncate(n_registers);
        *point = self.intern(&at, self.key(*point)[0], n_registers);
        true
    }

    /// Whether no run goes on from a point: all have failed.
    pub(crate) fn is_dead(&self, point: PointId) -> bool {
        self.key(point).len() == DEAD
    }

    /// Whether at this point loops that may go on longer can do all that shorter ones can.
    pub(crate) fn has_cover(&self, point: PointId) -> bool {
        let key = self.key(point);
        key.len() > DEAD && !self.interleaves(Configuration::packed_phase(&key[1..]))
    }

    fn is_interleaved(&self, at: &Configuration) -> bool {
        self.interleaves(at.phase())
    }

    fn interleaves(&self, phase: PhaseId) -> bool {
        self.facts.interleaves.get(phase.index()).copied().unwrap_or_default()
    }

    /// Whether the values of some states are not known there.
    pub(super) fn is_partial(&self, point: PointId) -> bool {
        let key = self.key(point);
        key.len() > DEAD && Configuration::packed_is_partial(&key[1..])
    }

    /// Whether a point stands for a product of several configurations.
    pub(super) fn is_product(&self, point: PointId) -> bool {
        self.is_partial(point) && Configuration::packed_is_product(&self.key(point)[1..])
    }

    pub(super) fn configuration(&self, point: PointId) -> Configuration {
        let mut at = Configuration::default();
        at.unpack(&self.key(point)[1..]);
        at
    }

    fn intern(&mut self, at: &Configuration, tag: u64, n_registers: usize) -> PointId {
        let mut packed = std::mem::take(&mut self.packed);
        packed.clear();
        packed.push(tag);
        at.pack(&mut packed);
        let point = self.adopt(&packed, n_registers);
        self.packed = packed;
        point
    }

    /// Makes configurations equal that differ in what no answer depends on.
    fn simplify(&self, at: &mut Configuration) {
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

    /// Whether sets of its points may be kept as products.
    pub(super) fn folds(&self) -> bool {
        self.facts.sure && self.program.n_parts() > 1
    }

    /// The point of a product: one like another but for its rows.
    pub(super) fn product(&mut self, like: PointId, rows: &[Rows]) -> PointId {
        let mut at = self.configuration(like);
        self.program.set_rows(&mut at, rows);
        // Where they come from it may not have been possible to make them alike.
        self.simplify(&mut at);
        self.intern(&at, self.key(like)[0], self.n_registers(like))
    }

    /// What the view sees of an item.
    pub(super) fn see(&mut self, item: machine::Item) -> Sight {
        let values = self.scratch.values();
        let (item, is_shown, name) = match item {
            machine::Item::Phase { phase, .. } => (Item::Phase(phase), self.view.phases, None),
            machine::Item::Action { action, source, .. } => {
                (Item::Action { action, source, arguments: values.into() }, self.view.actions, None)
            }
            machine::Item::Event { symbol, .. } => {
                let symbol = SymbolId(symbol);
                let seen = if self.view.instances { symbol } else { first_symbol(self.alphabet, symbol) };
                let payload = if self.view.payloads { values.into() } else { Box::default() };
                (Item::Event { symbol: seen, payload }, self.view.events, Some(self.alphabet.name_of(symbol)))
            }
        };
        if !is_shown {
            return Sight { shown: None, silent: true, stutters: false };
        }
        let is_in = |names: &[_]| name.is_some_and(|name| names.contains(&name));
        let (silent, stutters) = (is_in(&self.view.hidden), is_in(&self.view.stuttering));
        Sight { shown: Some(self.number(item)), silent, stutters }
    }

    fn number(&mut self, item: Item) -> ItemId {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        let number = place(self.items.len());
        self.items.push(item.clone());
        self.numbers.insert(item, number);
        number
    }

    /// The error of too many points.
    pub(crate) fn too_many_points(&self, points: &[PointId]) -> Limit {
        self.too_many(points.iter().map(|point| &self.key(*point)[1..]).filter(|words| !words.is_empty()))
    }

    fn too_many<'a>(&self, packed: impl Iterator<Item = &'a [u64]>) -> Limit {
        Limit::Configurations(TooMany::among(packed, self.program, self.limit))
    }
}

/// What a view sees of an item.
pub(super) struct Sight {
    /// The item, if it is shown.
    pub(super) shown: Option<ItemId>,
    /// Whether it may be a silent step.
    pub(super) silent: bool,
    /// Whether it may be shown again.
    stutters: bool,
}

/// For how many a configuration of so many words counts: one with a deep stack takes the room of several.
pub(crate) fn weight(n_words: usize) -> usize {
    1 + n_words / 64
}

pub(super) fn packed(at: &Configuration) -> Vec<u64> {
    let mut words = Vec::new();
    at.pack(&mut words);
    words
}

/// The number of a row.
///
/// # Panics
///
/// If there are 2^32 rows, for which there is no memory.
fn place(index: usize) -> u32 {
    u32::try_from(index).expect("memory is full long before 2^32 rows")
}
