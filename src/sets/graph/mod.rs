//! The transition system that a view sees, made as far as it is looked at.
//!
//! A *point* is a configuration directly behind a shown item, stripped of what no answer depends on; an *edge* leads
//! over silent steps and one shown item to another. Both are kept, so each point is run from once, in whatever sets it
//! comes to lie.

mod expand;
mod finder;
mod follow;
mod items;
mod scouts;

use std::ops::Range;

use rustc_hash::FxHashMap;

use self::finder::Finder;
pub(super) use self::finder::Sight;
pub(crate) use self::items::ItemId;
use self::items::Items;
use self::scouts::{Scout, Scouts};

use super::counters::{self, Update};
use super::facts::Facts;
use super::interner::Interner;
use super::limit::Limit;
use super::sightings::Sighted;
use super::view::{Item, View};
use super::wanted::Wanted;
use super::{Bounds, Member};
use crate::machine::{self, Condition, Configuration, Counter, Decision, Pause, Program, Rows, Watch};
use crate::model::Alphabet;
use crate::model::grammar::{Expression, Grammar};

/// A row of [`Tables::points`].
pub(crate) type PointId = u32;

/// How many words the key has of the point of runs that have failed since their last item: nothing follows but, perhaps,
/// that item again.
const DEAD: usize = 1;

/// The item of edges over what is hidden, and the token of such items.
const HIDDEN: ItemId = ItemId::MAX;

/// Which items are looked for.
#[derive(Clone, Copy)]
pub(super) enum Towards<'a> {
    /// All, and the end of the trace.
    All,
    /// Those that agree with one.
    Item(&'a Wanted<'a>),
    /// Behind a product, where it is not passed over but has edges of its own: what is hidden.
    Hidden,
}

impl Towards<'_> {
    /// What names it; nothing for all.
    fn key(self) -> Option<u32> {
        match self {
            Towards::All => None,
            Towards::Item(wanted) => Some(wanted.token),
            Towards::Hidden => Some(HIDDEN),
        }
    }
}

/// A silent way that ends with an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) item: ItemId,
    pub(super) target: PointId,
    /// For each register of the target where it comes from: its number among [`Tables::updates`].
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
    tables: Tables,
    /// The edges that lead to some items: to one with a token, or to what is hidden.
    towards: FxHashMap<(PointId, u32), Range<u32>>,
    edges: Vec<Edge>,
    /// What was seen on silent ways since somebody asked, if somebody watches.
    sightings: Vec<Sighted>,
    /// Who finds what comes next when it is asked for.
    own: Scout<'p>,
    scouts: Scouts<'p>,
    /// Memory for one piece of work.
    fresh: Vec<Edge>,
}

/// What has numbers.
#[derive(Debug, Default)]
struct Tables {
    /// What names the points: the item that may be shown again, plus 1, or 0; and the packed configuration.
    keys: Interner<u64>,
    points: Vec<Point>,
    /// For edges where the registers of their targets come from.
    updates: Interner<Update>,
    items: Items,
    /// Memory for one piece of work.
    key: Vec<u64>,
}

impl Tables {
    /// The point of such a name.
    fn adopt(&mut self, key: &[u64], n_registers: usize) -> PointId {
        let (point, is_new) = self.keys.intern(key);
        if is_new {
            let n_registers = u32::try_from(n_registers).expect("there are few counters");
            self.points.push(Point { n_registers, expansion: Expansion::Unknown });
        }
        point
    }

    /// The point of such a name: its first word, and what `pack` adds.
    fn name(&mut self, again: u64, n_registers: usize, pack: impl FnOnce(&mut Vec<u64>)) -> PointId {
        let mut key = std::mem::take(&mut self.key);
        key.clear();
        key.push(again);
        pack(&mut key);
        let point = self.adopt(&key, n_registers);
        self.key = key;
        point
    }

    /// The point of a packed configuration, or of failed runs, behind an item that may be shown again.
    fn arrive(&mut self, again: Option<ItemId>, packed: &[u64], n_registers: usize) -> PointId {
        let again = again.map_or(0, |item| u64::from(item) + 1);
        self.name(again, n_registers, |key| key.extend_from_slice(packed))
    }
}

impl<'p> Graph<'p> {
    /// The graph of a program, which is that of the grammar, as the alphabet is. Of one that is `watched` every statement, guard
    /// and fault is noted, and where one of these conditions holds.
    pub(crate) fn new(
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        watched: Option<&[&Expression]>,
        bounds: Bounds,
    ) -> Self {
        let facts = Facts::new(grammar, &view, watched.unwrap_or_default());
        let mut finder = Finder::new(facts, grammar, alphabet, program, view, &bounds);
        if let Some(conditions) = watched {
            let conditions = conditions.iter().map(|condition| Condition::compile(grammar, condition));
            finder.scratch.watch(Watch::new(program, conditions.collect()));
        }
        Self {
            tables: Tables::default(),
            towards: FxHashMap::default(),
            edges: Vec::new(),
            sightings: Vec::new(),
            own: Scout::new(finder),
            scouts: Scouts::default(),
            fresh: Vec::new(),
        }
    }

    /// How many configurations there may be at once.
    pub(crate) fn limit(&self) -> usize {
        self.own.finder.limit
    }

    /// Runs an exact configuration to its next pause; nothing where it fails.
    pub(super) fn run(&mut self, at: &mut Configuration) -> Option<Pause> {
        let pause = self.own.finder.run(at);
        self.sightings.append(&mut self.own.finder.sightings);
        pause
    }

    /// The options of the decision at hand.
    pub(super) fn options(&self, decision: &Decision) -> Vec<u64> {
        self.program().options(decision, &self.own.finder.scratch)
    }

    /// The values of the item that was just shown.
    pub(super) fn values(&self) -> &[i64] {
        self.own.finder.scratch.values()
    }

    pub(super) fn program(&self) -> &'p Program {
        self.own.finder.program
    }

    /// The start.
    pub(crate) fn start(&mut self) -> Member {
        self.member(self.program().start(), None)
    }

    /// What a configuration is directly behind an item, or at the start, as far as it is told from others.
    pub(super) fn member(&mut self, at: Configuration, item: Option<ItemId>) -> Member {
        let Self { own: Scout { finder, found, .. }, tables, .. } = self;
        found.clear();
        let lead = finder.arrive(at, found);
        let updates = found.updates(&lead);
        let point = tables.arrive(None, found.key(&lead), updates.len());
        let registers = updates.iter().map(|update| update.apply(&[])).collect();
        self.sightings.extend(finder.sightings.drain(..).map(|seen| Sighted { after: item, ..seen }));
        Member { point, registers }
    }

    /// What the view sees of an item.
    pub(super) fn see(&mut self, item: machine::Item) -> Sight {
        let sight = self.own.finder.see(item);
        Sight { shown: sight.shown.map(|item| self.own.item(item, &mut self.tables.items)), ..sight }
    }

    /// What was watched, if somebody does.
    pub(crate) fn watched(&mut self) -> Option<&mut Watch> {
        self.own.finder.scratch.watched()
    }

    /// What was seen on silent ways since this was asked last: from each point it is told once.
    pub(crate) fn take_sightings(&mut self) -> Vec<Sighted> {
        std::mem::take(&mut self.sightings)
    }

    /// Where a settled member leads to.
    pub(crate) fn moves(&self, member: &Member) -> impl Iterator<Item = (ItemId, Member)> {
        self.edges(member.point).iter().map(|edge| (edge.item, self.next(edge, member)))
    }

    /// How many ways lead on from a settled member.
    pub(crate) fn n_moves(&self, point: PointId) -> usize {
        self.edges(point).len()
    }

    /// One of the ways that lead on from a settled member: its item, and the point where it leads to; `led` gets the
    /// registers there.
    pub(crate) fn lead(&self, member: &Member, place: usize, led: &mut Vec<Counter>) -> (ItemId, PointId) {
        let edge = &self.edges(member.point)[place];
        led.clear();
        led.extend(self.led(edge, member));
        (edge.item, edge.target)
    }

    /// The registers where an edge leads a member of its point.
    fn led(&self, edge: &Edge, member: &Member) -> impl Iterator<Item = Counter> {
        self.updates(edge).iter().map(|update| update.apply(&member.registers))
    }

    /// Where an edge leads a member of its point.
    fn next(&self, edge: &Edge, member: &Member) -> Member {
        Member { point: edge.target, registers: self.led(edge, member).collect() }
    }

    /// How many edges are known.
    pub(crate) fn n_edges(&self) -> usize {
        self.edges.len()
    }

    /// Whether something is hidden.
    pub(super) fn hides(&self) -> bool {
        !self.own.finder.view.hidden.is_empty()
    }

    /// Where a settled member that was expanded towards what is hidden leads to, over that. (Only products have edges over it.)
    pub(super) fn moves_hidden(&self, member: &Member) -> impl Iterator<Item = Member> {
        let edges = self.edges_towards(member.point, Towards::Hidden).iter();
        edges.filter(|edge| edge.item == HIDDEN).map(|edge| self.next(edge, member))
    }

    pub(crate) fn item(&self, id: ItemId) -> &Item {
        self.tables.items.get(id)
    }

    /// How many registers a member of a set has at this point.
    pub(crate) fn n_registers(&self, point: PointId) -> usize {
        self.tables.points[point as usize].n_registers as usize
    }

    /// The edges of a point that was expanded, by their items.
    pub(super) fn edges(&self, point: PointId) -> &[Edge] {
        match &self.tables.points[point as usize].expansion {
            Expansion::Known { edges, .. } => &self.edges[edges.start as usize..edges.end as usize],
            _ => &[],
        }
    }

    /// The edges of a point that was expanded towards some items: at least those that lead to them.
    pub(super) fn edges_towards(&self, point: PointId, towards: Towards<'_>) -> &[Edge] {
        match towards.key().and_then(|key| self.towards.get(&(point, key))) {
            Some(edges) => &self.edges[edges.start as usize..edges.end as usize],
            None => self.edges(point),
        }
    }

    /// For each register of the target of an edge where it comes from.
    pub(super) fn updates(&self, edge: &Edge) -> &[Update] {
        self.tables.updates.get(edge.updates)
    }

    /// Whether a trace can end at a point that was expanded.
    pub(crate) fn ends(&self, point: PointId) -> bool {
        matches!(self.tables.points[point as usize].expansion, Expansion::Known { ends: true, .. })
    }

    /// The point that is the same as one of another graph, of the same program under the same view.
    pub(super) fn adopt_from(&mut self, other: &Self, point: PointId) -> PointId {
        let mut key = other.key(point).to_vec();
        if let Some(item) = key[0].checked_sub(1) {
            let item = ItemId::try_from(item).expect("it was made of an item");
            key[0] = u64::from(self.tables.items.number(other.item(item).clone())) + 1;
        }
        self.adopt(&key, other.n_registers(point))
    }

    /// What names a point.
    pub(crate) fn key(&self, point: PointId) -> &[u64] {
        self.tables.keys.get(point)
    }

    /// The point of such a name.
    pub(super) fn adopt(&mut self, key: &[u64], n_registers: usize) -> PointId {
        self.tables.adopt(key, n_registers)
    }

    /// The point with the values of all states unknown.
    pub(super) fn forget(&mut self, point: PointId) -> PointId {
        if self.is_dead(point) {
            return point;
        }
        let mut at = self.configuration(point);
        self.program().forget_states(&mut at);
        self.own.finder.simplify(&mut at);
        self.intern(&at, self.key(point)[0], self.n_registers(point))
    }

    /// How much memory it takes, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        let edges = self.edges.len() * size_of::<Edge>() + self.tables.updates.bytes();
        let towards = self.towards.len() * 2 * size_of::<((PointId, u32), Range<u32>)>();
        self.tables.keys.bytes() + self.tables.points.len() * size_of::<Point>() + edges + towards
    }

    /// The tokens of items have new meanings from here on.
    pub(super) fn forget_tokens(&mut self) {
        self.towards.clear();
    }

    /// Forgets points and edges.
    pub(super) fn clear(&mut self) {
        self.tables.keys.clear();
        self.tables.points.clear();
        self.towards.clear();
        self.edges.clear();
        self.tables.updates.clear();
    }

    /// The point that a member is really at, expanded. Whether it is another one.
    pub(crate) fn settle(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> Result<bool, Limit> {
        let changed = self.place(point, registers)?;
        self.expand(*point)?;
        Ok(changed)
    }

    /// The point that a member is really at: of a counter that was counted down it may say more than before, and where the
    /// silent ways depend on the counters it says all of them. Whether the point is another one.
    pub(super) fn place(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> Result<bool, Limit> {
        let changed = self.classify(point, registers);
        if registers.is_empty() {
            return Ok(changed);
        }
        // Whether they depend on them is known once it is known where they lead.
        self.expand(*point)?;
        Ok(self.tell_counters(point, registers) || changed)
    }

    /// The point that says all of its counters, where it is known that the silent ways depend on them. Whether it is
    /// another one.
    fn tell_counters(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> bool {
        let Expansion::Exact = self.tables.points[*point as usize].expansion else { return false };
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
        let known = Configuration::packed_counters(&self.key(*point)[1..]);
        if (0..).zip(&*registers).map(|(place, counter)| counters::told(place, *counter)).eq(known) {
            return false;
        }
        let mut at = self.configuration(*point);
        at.counters_mut().copy_from_slice(registers);
        counters::classify(at.counters_mut());
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
        key.len() > DEAD && !self.own.finder.facts.is_interleaved(Configuration::packed_phase(&key[1..]))
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

    fn intern(&mut self, at: &Configuration, again: u64, n_registers: usize) -> PointId {
        self.tables.name(again, n_registers, |key| at.pack(key))
    }

    /// Whether sets of its points may be kept as products.
    pub(super) fn folds(&self) -> bool {
        self.own.finder.facts.sure && self.program().n_parts() > 1
    }

    /// The point of a product: one like another but for its rows.
    pub(super) fn product(&mut self, like: PointId, rows: &[Rows]) -> PointId {
        let mut at = self.configuration(like);
        self.program().set_rows(&mut at, rows);
        // Where they come from it may not have been possible to make them alike.
        self.own.finder.simplify(&mut at);
        self.intern(&at, self.key(like)[0], self.n_registers(like))
    }

    /// The error of too many points.
    pub(crate) fn too_many_points(&self, points: &[PointId]) -> Limit {
        self.own.finder.too_many(points.iter().map(|point| &self.key(*point)[1..]).filter(|words| !words.is_empty()))
    }
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
