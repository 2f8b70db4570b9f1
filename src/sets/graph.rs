//! The transition system that a view sees, made as far as it is looked at.
//!
//! A *point* is a configuration directly behind a shown item, stripped of what no answer depends on; an *edge* leads
//! over silent steps and one shown item to another. Both are kept, so each point is run from once, in whatever sets it
//! comes to lie.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::counters::{self, Kept, Update};
use super::facts::Facts;
use super::interner::Interner;
use super::limit::{Limit, TooMany};
use super::view::{Item, View, first_symbol};
use crate::machine::{self, Configuration, Counter, Decision, FaultKind, Odds, Pause, Program, Scratch};
use crate::model::grammar::{Grammar, PhaseId};
use crate::model::{Alphabet, SymbolId};

/// A row of [`Graph::points`].
pub(super) type PointId = u32;

/// A row of [`Graph::items`].
pub(super) type ItemId = u32;

/// How many words the key has of the point of runs that have failed since their last item: nothing follows but, perhaps,
/// that item again.
const DEAD: usize = 1;

/// A silent way that ends with an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) item: ItemId,
    pub(super) target: PointId,
    /// For each register of the target where it comes from.
    pub(super) updates: Box<[Update]>,
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
pub(super) struct Graph<'p> {
    program: &'p Program,
    alphabet: &'p Alphabet,
    view: View,
    facts: Facts,
    limit: usize,
    scratch: Scratch,
    /// The points: the item that may be shown again, plus 1, or 0; and the packed configuration.
    keys: Interner<u64>,
    points: Vec<Point>,
    edges: Vec<Edge>,
    items: Vec<Item>,
    numbers: FxHashMap<Item, ItemId>,
    /// Memory for one piece of work.
    packed: Vec<u64>,
    stripped: Configuration,
}

impl<'p> Graph<'p> {
    pub(super) fn new(
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        limit: usize,
        steps: u64,
    ) -> Self {
        let facts = Facts::new(grammar, &view);
        let mut scratch = Scratch::new(steps);
        scratch.pass_over(facts.untold.clone());
        Self {
            program,
            alphabet,
            facts,
            view,
            limit,
            scratch,
            keys: Interner::default(),
            points: Vec::new(),
            edges: Vec::new(),
            items: Vec::new(),
            numbers: FxHashMap::default(),
            packed: Vec::new(),
            stripped: Configuration::default(),
        }
    }

    /// The point at the start, with its registers.
    pub(super) fn start(&mut self) -> (PointId, Vec<Counter>) {
        let (point, _) = self.enter(self.program.start(), 0, &[]).expect("the start has no counter");
        (point, Vec::new())
    }

    pub(super) fn item(&self, id: ItemId) -> &Item {
        &self.items[id as usize]
    }

    /// How many registers a member of a set has at this point.
    pub(super) fn n_registers(&self, point: PointId) -> usize {
        self.points[point as usize].n_registers as usize
    }

    /// The edges of a point that was expanded, by their items.
    pub(super) fn edges(&self, point: PointId) -> &[Edge] {
        match &self.points[point as usize].expansion {
            Expansion::Known { edges, .. } => &self.edges[edges.start as usize..edges.end as usize],
            _ => &[],
        }
    }

    /// Whether a trace can end at a point that was expanded.
    pub(super) fn ends(&self, point: PointId) -> bool {
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
    pub(super) fn key(&self, point: PointId) -> &[u64] {
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
        if self.key(point).len() == DEAD {
            return point;
        }
        let mut at = self.configuration(point);
        self.program.forget_states(&mut at);
        self.simplify(&mut at);
        self.intern(&at, self.key(point)[0], self.n_registers(point))
    }

    /// How much memory it takes, in bytes, about.
    pub(super) fn bytes(&self) -> usize {
        let updates = self.edges.len() * (size_of::<Edge>() + 8);
        self.keys.bytes() + self.points.len() * size_of::<Point>() + updates
    }

    /// Forgets points and edges.
    pub(super) fn clear(&mut self) {
        self.keys.clear();
        self.points.clear();
        self.edges.clear();
    }

    /// The point that a member is really at, expanded: of a counter that was counted down it may say more than before, and
    /// where the silent ways depend on the counters it says all of them. Whether the point is another one.
    pub(super) fn settle(&mut self, point: &mut PointId, registers: &mut Vec<Counter>) -> Result<bool, Limit> {
        let mut changed = false;
        if !registers.is_empty() {
            let mut at = self.configuration(*point);
            let known = at.counters().to_vec();
            at.counters_mut().copy_from_slice(registers);
            counters::classify(at.counters_mut());
            if at.counters() != known {
                let is_open = registers.iter().any(|counter| counters::is_open(*counter));
                let n_registers = if is_open { registers.len() } else { 0 };
                registers.truncate(n_registers);
                *point = self.intern(&at, self.key(*point)[0], n_registers);
                changed = true;
            }
        }
        self.expand(*point)?;
        if let Expansion::Exact = self.points[*point as usize].expansion {
            let mut at = self.configuration(*point);
            at.counters_mut().copy_from_slice(registers);
            registers.clear();
            *point = self.intern(&at, self.key(*point)[0], 0);
            changed = true;
            self.expand(*point)?;
        }
        Ok(changed)
    }

    /// Whether at this point loops that may go on longer can do all that shorter ones can.
    pub(super) fn has_cover(&self, point: PointId) -> bool {
        let key = self.key(point);
        key.len() > DEAD && !self.interleaves(Configuration::packed_phase(&key[1..]))
    }

    fn is_interleaved(&self, at: &Configuration) -> bool {
        self.interleaves(at.phase())
    }

    fn interleaves(&self, phase: PhaseId) -> bool {
        self.facts.interleaves.get(phase.index()).copied().unwrap_or_default()
    }

    fn configuration(&self, point: PointId) -> Configuration {
        let mut at = Configuration::default();
        at.unpack(&self.key(point)[1..]);
        at
    }

    /// Finds what comes next.
    fn expand(&mut self, point: PointId) -> Result<(), Limit> {
        if !matches!(self.points[point as usize].expansion, Expansion::Unknown) {
            return Ok(());
        }
        let mut edges = Vec::new();
        if let Some(item) = self.key(point)[0].checked_sub(1) {
            // The item may be shown again, and nothing has changed.
            let updates =
                (0..self.points[point as usize].n_registers).map(|from| Update::Keep { from, must: 0, may: 0 });
            let item = ItemId::try_from(item).expect("it was made of an item");
            edges.push(Edge { item, target: point, updates: updates.collect() });
        }
        let ends = if self.key(point).len() == DEAD { Some(false) } else { self.follow(point, &mut edges)? };
        self.points[point as usize].expansion = match ends {
            None => Expansion::Exact,
            Some(ends) => {
                edges.sort_unstable();
                edges.dedup();
                let start = place(self.edges.len());
                self.edges.append(&mut edges);
                Expansion::Known { edges: start..place(self.edges.len()), ends }
            }
        };
        Ok(())
    }

    /// Follows all silent ways from a point to the items at their ends. Whether a trace can end on one; nothing if the ways
    /// depend on the numbers in the counters.
    fn follow(&mut self, point: PointId, edges: &mut Vec<Edge>) -> Result<Option<bool>, Limit> {
        let start = self.configuration(point);
        let before = start.counters().to_vec();
        let mut seen = Seen::default();
        let mut open = Open::default();
        open.push(start);
        let mut ends = false;
        while let Some(mut at) = open.pop() {
            self.scratch.refuel();
            match self.program.run(&mut at, &mut self.scratch) {
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Ok(None),
                Err(fault) if fault.kind.is_limit() => return Err(Limit::Run(fault)),
                // A run that fails shows nothing any more.
                Err(_) => {}
                Ok(Pause::End) => ends = true,
                Ok(Pause::Show(item)) => {
                    let Sight { shown, silent, stutters } = self.see(item);
                    if silent && self.is_first(&at, true, &mut seen)? {
                        open.push(at.clone());
                    }
                    if let Some(item) = shown {
                        let tag = if stutters { u64::from(item) + 1 } else { 0 };
                        let Some((target, updates)) = self.enter(at, tag, &before) else { return Ok(None) };
                        edges.push(Edge { item, target, updates });
                    }
                }
                Ok(Pause::Decide(decision)) => {
                    if !self.is_first(&at, false, &mut seen)? {
                        continue;
                    }
                    if !self.fork(&at, &decision, &mut open)? {
                        return Ok(None);
                    }
                }
            }
        }
        Ok(Some(ends))
    }

    /// Takes every option of a decision. Whether that can be done without knowing the numbers in the counters.
    fn fork(&self, at: &Configuration, decision: &Decision, open: &mut Open) -> Result<bool, Limit> {
        if let Odds::Uniform(many) = decision.odds
            && usize::try_from(many).map_or(true, |many| many > self.limit)
        {
            let asked = self.program.asked(at).map(|state| (state, usize::try_from(many).unwrap_or(usize::MAX)));
            let unknown = asked.into_iter().collect();
            return Err(Limit::Configurations(TooMany { limit: self.limit, unknown }));
        }
        for option in self.program.options(decision, &self.scratch) {
            let mut branch = at.clone();
            match self.program.resume(&mut branch, option) {
                Ok(()) => open.push(branch),
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Ok(false),
                Err(fault) => return Err(Limit::Run(fault)),
            }
        }
        if open.weight > 2 * self.limit {
            let packed: Vec<Vec<u64>> = open.list.iter().map(packed).collect();
            return Err(self.too_many(packed.iter().map(Vec::as_slice)));
        }
        Ok(true)
    }

    /// Whether a configuration on a silent way, at a decision or `behind` an item that is not shown, is one from which more
    /// can come than from those seen before.
    fn is_first(&mut self, at: &Configuration, behind: bool, seen: &mut Seen) -> Result<bool, Limit> {
        // The options of a decision are those of the configuration as it is, so that one goes on.
        let mut stripped = std::mem::take(&mut self.stripped);
        stripped.clone_from(at);
        self.simplify(&mut stripped);
        self.packed.clear();
        self.packed.push(u64::from(behind));
        let is_first = seen.insert(&stripped, !self.is_interleaved(at), &mut self.packed);
        self.stripped = stripped;
        if seen.weight > self.limit {
            let words: Vec<&[u64]> = (0..seen.keys.len()).map(|key| &seen.keys.get(place(key))[1..]).collect();
            return Err(self.too_many(words.into_iter()));
        }
        Ok(is_first)
    }

    /// The point directly behind an item, with where its registers come from; nothing if that depends on the numbers in
    /// the counters.
    fn enter(&mut self, mut at: Configuration, tag: u64, before: &[Counter]) -> Option<(PointId, Box<[Update]>)> {
        self.scratch.refuel();
        let shown = at.clone();
        match self.program.rest(&mut at, &mut self.scratch) {
            Ok(()) => {}
            Err(fault) if fault.kind == FaultKind::UnknownCount => return None,
            // That nothing is known of what follows is told to whoever wants to know it.
            Err(fault) if fault.kind.is_limit() => at = shown,
            Err(_) => return Some((self.adopt(&[tag], 0), Box::default())),
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
        if !(self.facts.arrays.is_empty() && self.facts.numbers.is_empty())
            && at.is_complete()
            && !self.is_interleaved(at)
            && !self.program.names_instances(at)
        {
            // Where no variable holds an instance none holds one of its numbers.
            for numbers in &self.facts.numbers {
                self.program.sort_numbers(at, numbers);
            }
            for array in &self.facts.arrays {
                self.program.sort_states(at, array);
            }
        }
    }

    /// What the view sees of an item.
    fn see(&mut self, item: machine::Item) -> Sight {
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
    pub(super) fn too_many_points(&self, points: &[PointId]) -> Limit {
        self.too_many(points.iter().map(|point| &self.key(*point)[1..]).filter(|words| !words.is_empty()))
    }

    fn too_many<'a>(&self, packed: impl Iterator<Item = &'a [u64]>) -> Limit {
        Limit::Configurations(TooMany::among(packed, self.program, self.limit))
    }
}

/// What a view sees of an item.
struct Sight {
    /// The item, if it is shown.
    shown: Option<ItemId>,
    /// Whether it may be a silent step.
    silent: bool,
    /// Whether it may be shown again.
    stutters: bool,
}

/// For how many a configuration of so many words counts: one with a deep stack takes the room of several.
pub(super) fn weight(n_words: usize) -> usize {
    1 + n_words / 64
}

fn packed(at: &Configuration) -> Vec<u64> {
    let mut words = Vec::new();
    at.pack(&mut words);
    words
}

/// The configurations that are still to be followed.
#[derive(Default)]
struct Open {
    list: Vec<Configuration>,
    weight: usize,
}

impl Open {
    fn push(&mut self, at: Configuration) {
        self.weight += weight(at.n_words());
        self.list.push(at);
    }

    fn pop(&mut self) -> Option<Configuration> {
        let at = self.list.pop()?;
        self.weight -= weight(at.n_words());
        Some(at)
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
    /// Adds a configuration; whether it is none that another covers.
    fn insert(&mut self, at: &Configuration, covers: bool, packed: &mut Vec<u64>) -> bool {
        at.pack_without_counters(packed);
        let (key, is_new) = self.keys.intern(packed);
        if is_new {
            self.kept.push(Kept::default());
        }
        let is_first = self.kept[key as usize].insert(at.counters(), covers);
        if is_first {
            self.weight += weight(packed.len());
        }
        is_first
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
