//! The transition system that a view sees, made as far as it is looked at.
//!
//! A *point* is a configuration directly behind a shown item, stripped of what no answer depends on; an *edge* leads
//! over silent steps and one shown item to another. Both are kept, so each point is run from once, in whatever sets it
//! comes to lie, unless somebody has them forgotten.

mod batch;
mod expand;
mod finder;
mod follow;
mod found;
mod items;
mod names;
mod scout;

use std::ops::Range;

use rustc_hash::FxHashMap;

pub(crate) use self::batch::Batch;
use self::batch::Reports;
use self::finder::Finder;
pub(super) use self::finder::Sight;
use self::found::Lead;
pub(crate) use self::items::ItemId;
use self::items::Items;
use self::names::Names;
use self::scout::Scout;

use super::counters::{self, Update};
use super::facts::Facts;
use super::interner::Interner;
use super::limit::Limit;
use super::meter::Meter;
use super::sightings::Sighted;
use super::turns;
use super::view::{Item, View};
use super::wanted::Wanted;
use super::{Bounds, Member};
use crate::machine::{self, Condition, Configuration, Counter, Decision, Pause, Program, Rows, Watch};
use crate::model::Alphabet;
use crate::model::grammar::{Expression, Grammar, PhaseId};

/// A row of [`Tables::points`].
pub(crate) type PointId = u32;

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
    /// It is being found ahead.
    Awaited,
    /// It was found ahead: in which of the reports.
    Found(u32),
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
    tables: Tables<'p>,
    /// The edges that lead to some items: to one with a token, or to what is hidden.
    towards: FxHashMap<(PointId, u32), Range<u32>>,
    edges: Vec<Edge>,
    /// How many others there were.
    n_forgotten: usize,
    /// The points whose edges are known.
    expanded: Vec<PointId>,
    /// What was seen on silent ways since somebody asked, if somebody watches.
    sightings: Vec<Sighted>,
    /// Who finds what comes next when it is asked for.
    own: Scout<'p>,
    reports: Reports<'p>,
    bounds: Bounds,
    /// The steps of the search for the answer that is asked for.
    pub(super) meter: Meter,
    /// Memory for one piece of work.
    fresh: Vec<Edge>,
    packed: Vec<u64>,
}

/// What has numbers.
#[derive(Debug)]
struct Tables<'p> {
    names: Names<'p>,
    points: Vec<Point>,
    /// For edges where the registers of their targets come from.
    updates: Interner<Update>,
    items: Items,
}

impl<'p> Tables<'p> {
    fn new(program: &'p Program) -> Self {
        Self { names: Names::new(program), points: Vec::new(), updates: Interner::default(), items: Items::default() }
    }

    /// The point where something leads to, behind an item that may be shown again.
    fn arrive(&mut self, scout: &mut Scout<'_>, lead: &Lead, again: Option<ItemId>) -> PointId {
        let shape = scout.shape(lead, again, &mut self.names);
        let named = self.names.intern(shape, scout.found.states(lead));
        self.adopt(named, scout.found.updates(lead.updates).len())
    }

    /// The point of what was packed, or of failed runs if that is nothing, behind an item that may be shown again.
    fn name(&mut self, again: Option<ItemId>, packed: &[u64], n_registers: usize) -> PointId {
        let named = self.names.intern_packed(again, packed);
        self.adopt(named, n_registers)
    }

    fn adopt(&mut self, (point, is_new): (PointId, bool), n_registers: usize) -> PointId {
        if is_new {
            let n_registers = u32::try_from(n_registers).expect("there are few counters");
            self.points.push(Point { n_registers, expansion: Expansion::Unknown });
        }
        point
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
            tables: Tables::new(program),
            towards: FxHashMap::default(),
            edges: Vec::new(),
            n_forgotten: 0,
            expanded: Vec::new(),
            sightings: Vec::new(),
            own: Scout::new(finder),
            reports: Reports::default(),
            bounds,
            meter: Meter::new(bounds.work),
            fresh: Vec::new(),
            packed: Vec::new(),
        }
    }

    /// The same with branches that take their turns in the order of the text, if that makes no difference to what each of
    /// them can come to; of a trace that is shown then only that order is found.
    pub(crate) fn in_order(mut self, grammar: &Grammar) -> Option<Self> {
        turns::are_alike(grammar).then(|| {
            self.own.finder.scratch.take_turns_in_order();
            self
        })
    }

    /// How many configurations there may be at once.
    pub(crate) fn limit(&self) -> usize {
        self.own.finder.limit
    }

    /// Begins the search for another answer, which may cost as much as the bounds allow.
    pub(crate) fn begin_answer(&mut self) {
        self.meter.reset();
    }

    /// The number of steps of the search for the answer so far.
    pub(crate) fn n_steps(&self) -> u64 {
        self.meter.spent()
    }

    /// Counts steps that somebody makes who uses the graph; whether they are too many is seen when the next point is expanded.
    pub(crate) fn count_steps(&mut self, steps: usize) {
        self.meter.count(steps as u64);
    }

    /// Checks that all that is known, and so many bytes beside it, are within the memory that may be used.
    ///
    /// # Errors
    ///
    /// When they are not.
    pub(crate) fn has_room(&self, bytes: usize, points: impl FnOnce() -> Vec<PointId>) -> Result<(), Limit> {
        if self.bytes().saturating_add(bytes) <= self.bounds.most_memory() {
            return Ok(());
        }
        Err(self.too_many_points(&points()))
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
        let Self { own, tables, .. } = self;
        own.clear();
        let lead = own.finder.arrive(at, &mut own.found);
        let point = tables.arrive(own, &lead, None);
        let registers = own.found.updates(lead.updates).iter().map(|update| update.apply(&[])).collect();
        self.sightings.extend(own.finder.sightings.drain(..).map(|seen| Sighted { after: item, ..seen }));
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

    /// One of the ways that lead on from a settled member: its item, and the point where it leads to, which says of each
    /// counter what is so; `led` gets the registers there.
    pub(crate) fn lead(&mut self, member: &Member, place: usize, led: &mut Vec<Counter>) -> (ItemId, PointId) {
        let edge = &self.edges(member.point)[place];
        let (item, mut target) = (edge.item, edge.target);
        led.clear();
        led.extend(self.led(edge, member));
        // Of one that was not counted down nothing else is so than before.
        if self.updates(edge).iter().any(|update| update.counts()) {
            self.classify(&mut target, led);
        }
        (item, target)
    }

    /// The registers where an edge leads a member of its point.
    fn led(&self, edge: &Edge, member: &Member) -> impl Iterator<Item = Counter> {
        self.updates(edge).iter().map(|update| update.apply(&member.registers))
    }

    /// Where an edge leads a member of its point.
    fn next(&self, edge: &Edge, member: &Member) -> Member {
        Member { point: edge.target, registers: self.led(edge, member).collect() }
    }

    /// How many edges were found.
    pub(crate) fn n_edges(&self) -> usize {
        self.n_forgotten + self.edges.len()
    }

    /// How many edges are kept.
    pub(crate) fn n_kept_edges(&self) -> usize {
        self.edges.len()
    }

    /// Forgets the edges: from each point they are found anew if somebody asks again.
    pub(crate) fn forget_edges(&mut self) {
        self.n_forgotten += self.edges.len();
        self.edges.clear();
        self.towards.clear();
        for point in self.expanded.drain(..) {
            self.tables.points[point as usize].expansion = Expansion::Unknown;
        }
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
        let again = other.tables.names.again(point);
        let again = again.map(|item| self.tables.items.number(other.item(item).clone()));
        self.tables.name(again, &other.packed(point), other.n_registers(point))
    }

    /// What tells a point apart: for [`adopt`](Self::adopt), and for who wants to know what else points have in common.
    pub(super) fn name(&self, point: PointId) -> (Option<ItemId>, Vec<u64>) {
        (self.again(point), self.packed(point))
    }

    /// The point with such a name.
    pub(super) fn adopt(&mut self, (again, packed): &(Option<ItemId>, Vec<u64>), n_registers: usize) -> PointId {
        self.tables.name(*again, packed, n_registers)
    }

    /// The item that may be shown again.
    pub(super) fn again(&self, point: PointId) -> Option<ItemId> {
        self.tables.names.again(point)
    }

    /// The packed configuration of a point; nothing where no run goes on.
    fn packed(&self, point: PointId) -> Vec<u64> {
        let mut packed = Vec::new();
        self.tables.names.append(point, &mut packed);
        packed
    }

    /// What was packed first.
    fn head(&self, point: PointId) -> Option<&[u64]> {
        self.tables.names.head(point)
    }

    /// For how many configurations a point counts.
    pub(crate) fn weight(&self, point: PointId) -> usize {
        weight(self.tables.names.n_words(point))
    }

    /// The phase that runs at a point.
    ///
    /// # Panics
    ///
    /// If no run goes on from it.
    pub(crate) fn phase(&self, point: PointId) -> PhaseId {
        Configuration::packed_phase(self.head(point).expect("some run goes on"))
    }

    /// The point with the values of all states unknown.
    pub(super) fn forget(&mut self, point: PointId) -> PointId {
        if self.is_dead(point) {
            return point;
        }
        let mut at = self.configuration(point);
        self.program().forget_states(&mut at);
        self.own.finder.simplify(&mut at);
        self.intern(&at, self.again(point), self.n_registers(point))
    }

    /// How much memory it takes, in bytes, about.
    pub(crate) fn bytes(&self) -> usize {
        let edges = size_of_val(self.edges.as_slice()) + self.tables.updates.bytes();
        let expanded = size_of_val(self.expanded.as_slice());
        let towards = self.towards.len() * 2 * size_of::<((PointId, u32), Range<u32>)>();
        self.tables.names.bytes() + self.tables.points.len() * size_of::<Point>() + edges + expanded + towards
    }

    /// The tokens of items have new meanings from here on.
    pub(super) fn forget_tokens(&mut self) {
        self.towards.clear();
    }

    /// Forgets points and edges.
    pub(super) fn clear(&mut self) {
        self.tables.names.clear();
        self.tables.points.clear();
        self.towards.clear();
        self.edges.clear();
        self.n_forgotten = 0;
        self.expanded.clear();
        self.reports.forget();
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
        *point = self.intern(&at, self.again(*point), 0);
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
        let known = Configuration::packed_counters(self.head(*point).expect("some run goes on"));
        if (0..).zip(&*registers).map(|(place, counter)| counters::told(place, *counter)).eq(known) {
            return false;
        }
        let mut at = self.configuration(*point);
        at.counters_mut().copy_from_slice(registers);
        counters::classify(at.counters_mut());
        let is_open = registers.iter().any(|counter| counters::is_open(*counter));
        let n_registers = if is_open { registers.len() } else { 0 };
        registers.truncate(n_registers);
        *point = self.intern(&at, self.again(*point), n_registers);
        true
    }

    /// Whether no run goes on from a point: all have failed.
    pub(crate) fn is_dead(&self, point: PointId) -> bool {
        self.head(point).is_none()
    }

    /// Whether at this point loops that may go on longer can do all that shorter ones can.
    pub(crate) fn has_cover(&self, point: PointId) -> bool {
        let is_interleaved = |head| self.own.finder.facts.is_interleaved(Configuration::packed_phase(head));
        self.head(point).is_some_and(|head| !is_interleaved(head))
    }

    /// Whether the values of some states are not known there.
    pub(super) fn is_partial(&self, point: PointId) -> bool {
        self.head(point).is_some_and(Configuration::packed_is_partial)
    }

    /// Whether a point stands for a product of several configurations.
    pub(super) fn is_product(&self, point: PointId) -> bool {
        self.head(point).is_some_and(Configuration::packed_is_product)
    }

    pub(super) fn configuration(&self, point: PointId) -> Configuration {
        let mut at = Configuration::default();
        at.unpack(&self.packed(point));
        at
    }

    fn intern(&mut self, at: &Configuration, again: Option<ItemId>, n_registers: usize) -> PointId {
        self.packed.clear();
        at.pack(&mut self.packed);
        self.tables.name(again, &self.packed, n_registers)
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
        self.intern(&at, self.again(like), self.n_registers(like))
    }

    /// The error of too many points.
    pub(crate) fn too_many_points(&self, points: &[PointId]) -> Limit {
        let alive = points.iter().filter(|point| !self.is_dead(**point));
        self.own.finder.too_many(alive.map(|point| self.packed(*point)))
    }
}

/// For how many a configuration of so many words counts: one with a deep stack takes the room of several.
fn weight(n_words: usize) -> usize {
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
