//! The transition system that a view sees, made as far as it is looked at.
//!
//! A *point* is a configuration directly behind a shown item, stripped of what no answer depends on; an *edge* leads
//! over silent steps and one shown item to another. Both are kept, so each point is run from once, in whatever sets it
//! comes to lie.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::counters::{self, Kept, Update};
use super::facts::Facts;
use super::first::First;
use super::fold::fold;
use super::interner::Interner;
use super::limit::{Limit, TooMany};
use super::sightings::{Sighted, Sighting};
use super::silent::SilentWays;
use super::view::{Item, View, first_symbol};
use super::{Bounds, Member};
use crate::machine::{
    self, Condition, Configuration, Counter, Decision, FaultKind, Odds, Pause, Program, Rows, Scratch, Watch,
};
use crate::model::grammar::{Expression, Grammar, InstanceId, PhaseId, StateId};
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

/// An edge before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    item: ItemId,
    target: PointId,
    updates: Box<[Update]>,
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
        limit: usize,
        steps: u64,
    ) -> Self {
        Self::with_facts(Facts::new(grammar, &view, &[]), grammar, alphabet, program, view, limit, steps)
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
        let mut graph = Self::with_facts(facts, grammar, alphabet, program, view, bounds.configurations, bounds.steps);
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
        limit: usize,
        steps: u64,
    ) -> Self {
        let mut scratch = Scratch::new(steps);
        scratch.pass_over(facts.untold.clone());
        Self {
            program,
            alphabet,
            facts,
            first: First::new(grammar),
            view,
            limit,
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
        self.edges(member.point).iter().map(|edge| {
            let registers = self.updates(edge).iter().map(|update| update.apply(&member.registers)).collect();
            (edge.item, Member { point: edge.target, registers })
        })
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
        edges.filter(|edge| edge.item == HIDDEN).map(|edge| {
            let registers = self.updates(edge).iter().map(|update| update.apply(&member.registers)).collect();
            Member { point: edge.target, registers }
        })
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
        self.is_partial(point) && self.configuration(point).is_product()
    }

    pub(super) fn configuration(&self, point: PointId) -> Configuration {
        let mut at = Configuration::default();
        at.unpack(&self.key(point)[1..]);
        at
    }

    /// Finds what comes next; of a product only when it is known what is looked for, unless that depends on its counters.
    fn expand(&mut self, point: PointId) -> Result<(), Limit> {
        if self.n_registers(point) == 0 && self.is_product(point) {
            return Ok(());
        }
        self.expand_fully(point)
    }

    /// Finds what comes next among some items.
    pub(super) fn expand_towards(&mut self, point: PointId, towards: Towards) -> Result<(), Limit> {
        let is_known = matches!(self.points[point as usize].expansion, Expansion::Known { .. });
        if is_known && towards != Towards::Hidden || self.towards.contains_key(&(point, towards)) {
            return Ok(());
        }
        if !self.is_product(point) || towards == Towards::All {
            return self.expand_fully(point);
        }
        let mut edges = self.again(point);
        if self.follow(point, towards, &mut edges)?.is_none() {
            return self.expand_fully(point);
        }
        let edges = self.keep_edges(point, edges);
        self.towards.insert((point, towards), edges);
        Ok(())
    }

    fn expand_fully(&mut self, point: PointId) -> Result<(), Limit> {
        if !matches!(self.points[point as usize].expansion, Expansion::Unknown) {
            return Ok(());
        }
        let mut edges = self.again(point);
        let ends = if self.is_dead(point) { Some(false) } else { self.follow(point, Towards::All, &mut edges)? };
        self.points[point as usize].expansion = match ends {
            None => Expansion::Exact,
            Some(ends) => Expansion::Known { edges: self.keep_edges(point, edges), ends },
        };
        Ok(())
    }

    fn keep_edges(&mut self, point: PointId, mut edges: Vec<Found>) -> Range<u32> {
        edges.sort_unstable();
        edges.dedup();
        if self.is_product(point) {
            edges = self.fold_edges(edges);
        }
        let start = place(self.edges.len());
        for Found { item, target, updates } in edges {
            self.edges.push(Edge { item, target, updates: place(self.updates.len()) });
            self.updates.extend_from_slice(&updates);
        }
        start..place(self.edges.len())
    }

    /// The item that may be shown again.
    fn again(&self, point: PointId) -> Vec<Found> {
        let mut edges = Vec::new();
        if let Some(item) = self.key(point)[0].checked_sub(1) {
            // The item may be shown again, and nothing has changed.
            let updates =
                (0..self.points[point as usize].n_registers).map(|from| Update::Keep { from, must: 0, may: 0 });
            let item = ItemId::try_from(item).expect("it was made of an item");
            edges.push(Found { item, target: point, updates: updates.collect() });
        }
        edges
    }

    /// Follows all silent ways from a point to the items at their ends. Whether a trace can end on one; nothing if the ways
    /// depend on the numbers in the counters.
    fn follow(&mut self, point: PointId, towards: Towards, edges: &mut Vec<Found>) -> Result<Option<bool>, Limit> {
        let start = self.configuration(point);
        let is_product = start.is_product();
        let before = start.counters().to_vec();
        let mut seen = Seen::default();
        let mut open = Open::default();
        let mut ways = self.watches().then(SilentWays::default);
        open.push(start, None);
        let mut ends = false;
        let n_sightings = self.sightings.len();
        while let Some((mut at, from)) = open.pop() {
            self.scratch.refuel();
            let pause = self.program.run(&mut at, &mut self.scratch);
            self.note_met(None);
            if let (Some(ways), Err(_) | Ok(Pause::End)) = (&mut ways, &pause) {
                ways.lead_out(from);
            }
            match pause {
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Ok(self.not_known(n_sightings)),
                Err(fault) if fault.kind.is_limit() && !self.watches() => return Err(Limit::Run(fault)),
                // A run that fails shows nothing any more.
                Err(fault) => self.note_fault(None, fault),
                Ok(Pause::End) => ends = true,
                Ok(Pause::Show(item)) => {
                    let Sight { shown, silent, stutters } = self.see(item);
                    let is_hidden = silent && shown.is_some() && is_product;
                    if is_hidden && towards == Towards::Hidden {
                        let Some((target, updates)) = self.enter(at.clone(), None, 0, &before) else {
                            return Ok(self.not_known(n_sightings));
                        };
                        edges.push(Found { item: HIDDEN, target, updates });
                        continue;
                    }
                    if silent && !is_hidden {
                        let (step, is_first) = self.step(&at, true, &mut seen)?;
                        if let Some(ways) = &mut ways {
                            ways.lead(from, step, None, is_first);
                        }
                        if is_first {
                            open.push(at.clone(), Some(step));
                        }
                    }
                    if let Some(item) = shown {
                        let tag = if stutters { u64::from(item) + 1 } else { 0 };
                        let Some((target, updates)) = self.enter(at, Some(item), tag, &before) else {
                            return Ok(self.not_known(n_sightings));
                        };
                        edges.push(Found { item, target, updates });
                        if let Some(ways) = &mut ways {
                            ways.lead_out(from);
                        }
                    }
                }
                Ok(Pause::Decide(decision)) => {
                    let (step, is_first) = self.step(&at, false, &mut seen)?;
                    if let Some(ways) = &mut ways {
                        ways.lead(from, step, Some(decision.place), is_first);
                    }
                    if !is_first {
                        continue;
                    }
                    if !self.fork(&at, &decision, step, towards, &mut open)? {
                        return Ok(self.not_known(n_sightings));
                    }
                }
            }
        }
        if let Some(place) = ways.and_then(SilentWays::trap) {
            let what = Sighting::Trap(self.program.place(place).span);
            self.sightings.push(Sighted { after: None, what });
        }
        Ok(Some(ends))
    }

    /// The answer where the numbers in the counters had to be known: then nothing was seen.
    fn not_known(&mut self, n_sightings: usize) -> Option<bool> {
        self.sightings.truncate(n_sightings);
        None
    }

    /// Takes every option of a decision. Whether that can be done without knowing the numbers in the counters.
    fn fork(
        &mut self,
        at: &Configuration,
        decision: &Decision,
        step: u32,
        towards: Towards,
        open: &mut Open,
    ) -> Result<bool, Limit> {
        if let Odds::Uniform(many) = decision.odds
            && usize::try_from(many).map_or(true, |many| many > self.limit)
        {
            let asked = self.program.asked(at).map(|state| (state, usize::try_from(many).unwrap_or(usize::MAX)));
            let unknown = asked.into_iter().collect();
            return Err(Limit::Configurations(TooMany { limit: self.limit, unknown }));
        }
        for option in self.program.options(decision, &self.scratch) {
            if !self.may_lead(at, option, towards) {
                continue;
            }
            let mut branch = at.clone();
            match self.program.resume(&mut branch, option) {
                Ok(()) => open.push(branch, Some(step)),
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Ok(false),
                Err(fault) if self.watches() => self.note_fault(None, fault),
                Err(fault) => return Err(Limit::Run(fault)),
            }
        }
        if open.weight > 2 * self.limit {
            let packed: Vec<Vec<u64>> = open.list.iter().map(|(at, _)| packed(at)).collect();
            return Err(self.too_many(packed.iter().map(Vec::as_slice)));
        }
        Ok(true)
    }

    /// Whether an option may lead to what is looked for.
    fn may_lead(&self, at: &Configuration, option: u64, towards: Towards) -> bool {
        let name;
        let names: &[NameId] = match towards {
            Towards::Name(one) => {
                name = [one];
                &name
            }
            Towards::Hidden => &self.view.hidden,
            Towards::All => return true,
        };
        let Some(action) = self.program.drawn(at, option) else { return true };
        let argument = |parameter: usize| {
            let argument = self.program.argument(at, option, parameter)?;
            Some(InstanceId(u32::try_from(argument).expect("an event is of instances")))
        };
        self.view.actions || self.first.may_show(self.alphabet, action, names, argument)
    }

    /// The number of a configuration on a silent way, at a decision or `behind` an item that is not shown, and whether more
    /// can come from it than from those seen before.
    fn step(&mut self, at: &Configuration, behind: bool, seen: &mut Seen) -> Result<(u32, bool), Limit> {
        // The options of a decision are those of the configuration as it is, so that one goes on.
        let mut stripped = std::mem::take(&mut self.stripped);
        stripped.clone_from(at);
        self.simplify(&mut stripped);
        self.packed.clear();
        self.packed.push(u64::from(behind));
        let step = seen.insert(&stripped, !self.is_interleaved(at), &mut self.packed);
        self.stripped = stripped;
        if seen.weight > self.limit {
            let words: Vec<&[u64]> = (0..seen.keys.len()).map(|key| &seen.keys.get(place(key))[1..]).collect();
            return Err(self.too_many(words.into_iter()));
        }
        Ok(step)
    }

    /// The point directly behind an item, with where its registers come from; nothing if that depends on the numbers in
    /// the counters.
    fn enter(
        &mut self,
        mut at: Configuration,
        item: Option<ItemId>,
        tag: u64,
        before: &[Counter],
    ) -> Option<(PointId, Box<[Update]>)> {
        self.scratch.refuel();
        let shown = at.clone();
        let rest = self.program.rest(&mut at, &mut self.scratch);
        self.note_met(item);
        match rest {
            Ok(()) => {}
            Err(fault) if fault.kind == FaultKind::UnknownCount => return None,
            // That nothing is known of what follows is told to whoever wants to know it.
            Err(fault) if fault.kind.is_limit() && !self.watches() => at = shown,
            Err(fault) => {
                self.note_fault(item, fault);
                return Some((self.adopt(&[tag], 0), Box::default()));
            }
        }
        self.simplify(&mut at);
        let mut updates: Vec<Update> = at.counters().iter().map(|counter| counters::origin(*counter, before)).collect();
        let mut n_registers = 0;
        if !self.is_interleaved(&at) {
            let is_open = at.counters().iter().any(|counter| counters::is_open(*counter));
            n_registers = if is_open { updates.len() } else { 0 };
            counters::classify(at.counters_mut());
        } else if updates.iter().any(|update| matches!(update, Update::Keep { .. })) {
            return None;
        }
        updates.truncate(n_registers);
        Some((self.intern(&at, tag, n_registers), updates.into()))
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
        let belongs = |at: &Configuration, state: StateId| belongs(self.program, at, self.program.part_of(state));
        // Where no variable holds an instance none holds one of its numbers.
        for numbers in &self.facts.numbers {
            if numbers.sets.iter().chain(&numbers.singles).all(|state| belongs(at, *state)) {
                self.program.sort_numbers(at, numbers);
            }
        }
        for array in &self.facts.arrays {
            if array.iter().flatten().all(|state| belongs(at, *state)) {
                self.program.sort_states(at, array);
            }
        }
    }

    /// Edges with the same item, folded.
    fn fold_edges(&mut self, edges: Vec<Found>) -> Vec<Found> {
        let ways = edges.into_iter().map(|Found { item, target, updates }| (target, (item, updates))).collect();
        let folded = fold(self, ways).into_iter().map(|(target, (item, updates))| Found { item, target, updates });
        let mut edges: Vec<Found> = folded.collect();
        edges.sort_unstable();
        edges
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

/// The configurations that are still to be followed, each with the number of the one before it.
#[derive(Default)]
struct Open {
    list: Vec<(Configuration, Option<u32>)>,
    weight: usize,
}

impl Open {
    fn push(&mut self, at: Configuration, from: Option<u32>) {
        self.weight += weight(at.n_words());
        self.list.push((at, from));
    }

    fn pop(&mut self) -> Option<(Configuration, Option<u32>)> {
        let (at, from) = self.list.pop()?;
        self.weight -= weight(at.n_words());
        Some((at, from))
    }
}

/// The configurations that were met on silent ways.
#[derive(Default)]
struct Seen {
    /// Where they were met, and they, packed without their counters.
    keys: Interner<u64>,
    /// The counters of each that no others cover.
    kept: Vec<Kept>,
    weight: usize,
}

impl Seen {
    /// Adds a configuration: the number of its key, and whether it is none that another covers.
    fn insert(&mut self, at: &Configuration, covers: bool, packed: &mut Vec<u64>) -> (u32, bool) {
        at.pack_without_counters(packed);
        let (key, is_new) = self.keys.intern(packed);
        if is_new {
            self.kept.push(Kept::default());
        }
        let is_first = self.kept[key as usize].insert(at.counters(), covers);
        if is_first {
            self.weight += weight(packed.len());
        }
        (key, is_first)
    }
}

/// The number of a row.
///
/// # Panics
///
/// If there are 2^32 rows, for which there is no memory.
fn place(index: usize) -> u32 {
    u32::try_from(index).expect("memory is full long before 2^32 rows")
}
