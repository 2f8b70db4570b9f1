//! Sets of configurations: where all the runs are that agree with what was seen so far.
//!
//! A sequence shows a part of a run ([`View`]). [`Sets`] takes the set of all configurations in which a run may be that
//! has shown a sequence, its [`Front`], over the next item: it follows every silent way and keeps those that end with an
//! item that agrees. What depends on the set and the item alone is kept, as in a lazily built deterministic automaton
//! (Cox, "Regular Expression Matching in the Wild", 2010); when that takes too much memory, it is forgotten and begun
//! anew, so that memory depends on the grammar and not on how much is read.
//!
//! Configurations are made equal where no answer can tell them apart: payload-only states where no payload is shown, the
//! elements of an array, numbers that stand for units or the like, and the counters of loops, which lie beside a set
//! instead of in it.

mod aheads;
mod anywhere;
mod counters;
mod covered;
mod facts;
mod first;
mod fold;
mod graph;
mod interner;
mod limit;
mod meter;
mod numbers;
mod places;
mod products;
mod replay;
mod sightings;
mod silent;
#[cfg(test)]
mod tests;
mod transitions;
mod turns;
mod view;
mod wanted;

use std::collections::BTreeSet;

use counters::Update;
use graph::Towards;
use transitions::{Move, Step, Transitions};

pub(crate) use counters::covers;
pub(crate) use graph::{Batch, Graph, ItemId, PointId};
pub(crate) use interner::Interner;
pub use limit::{Limit, TooMany};
pub(crate) use meter::Meter;
pub(crate) use places::{PlaceId, Places};
pub(crate) use replay::Goal;
pub(crate) use sightings::{Sighted, Sighting};
pub(crate) use view::blurred;
pub use view::{Item, View};
pub(crate) use wanted::fits;
pub use wanted::{Head, Wanted};

use crate::machine::{Counter, Program};
use crate::model::Alphabet;
use crate::model::grammar::Grammar;

/// What bounds the work. `Default` has the defaults that are given here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The number of configurations at once; 200,000. One with a deep stack counts for as many as take its room: one for
    /// each 512 bytes.
    pub configurations: usize,
    /// The number of all configurations together, where a sequence may begin in any of them; 20,000. Beyond it they are
    /// looked at only as far as states are told.
    pub everywhere: usize,
    /// The number of configurations from which a set is kept as products of what is independent, where that can be; 64.
    /// Then equal sets may lie at fronts with different numbers; below, the configurations themselves are quicker.
    pub products: usize,
    /// The memory for what is kept, in bytes; 64 MiB. Where single sets need more it is about twice what they do.
    pub memory: usize,
    /// The memory for what is at hand beside that, in bytes for each of [`configurations`](Self::configurations); 4,096.
    pub room: usize,
    /// The number of steps of one silent way between two decisions; 1,000,000.
    pub steps: u64,
    /// The number of steps of the search for one answer; [`Limits::work`](crate::limits::Limits::work).
    pub work: u64,
}

/// The memory for what is kept, in bytes, and for what is small beside it.
const KEPT: usize = 64 << 20;

impl Default for Bounds {
    fn default() -> Self {
        Self {
            configurations: 200_000,
            everywhere: 20_000,
            products: 64,
            memory: KEPT,
            room: 4096,
            steps: 1_000_000,
            work: crate::limits::Limits::default().work as u64,
        }
    }
}

impl Bounds {
    /// How much memory may be in use while it is found out what comes next, in bytes: with each configuration there may be
    /// eight others like it that lie ahead. Where nothing is forgotten, that holds of all together.
    pub(crate) fn most_memory(&self) -> usize {
        let kept = if self.memory == usize::MAX { KEPT } else { self.memory };
        kept.saturating_add(self.configurations.saturating_mul(self.room))
    }

    /// Checks that what is known does not take more memory than all it may, while it is found out what comes after points.
    fn check_memory<'a>(&self, graph: &Graph<'_>, points: impl IntoIterator<Item = &'a PointId>) -> Result<(), Limit> {
        if graph.bytes() <= self.most_memory() {
            return Ok(());
        }
        let points: Vec<PointId> = points.into_iter().copied().collect();
        Err(graph.too_many_points(&points))
    }

    /// Checks that points are not more than there may be at once.
    fn check_weight(&self, graph: &Graph<'_>, points: &[PointId]) -> Result<(), Limit> {
        let total: usize = points.iter().map(|point| graph.weight(*point)).sum();
        if total > self.configurations { Err(graph.too_many_points(points)) } else { Ok(()) }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// The items over which a set was taken.
    pub steps: u64,
    /// For how many of them the set that follows was not known.
    pub misses: u64,
    /// How often all that was known was forgotten.
    pub clears: u64,
    /// The most configurations that were in one set.
    pub widest: usize,
    /// The most products of several configurations that were in one set.
    pub products: usize,
    /// The most counters of loops that were kept beside one set.
    pub counters: usize,
}

impl Statistics {
    /// What was done by two.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            steps: self.steps + other.steps,
            misses: self.misses + other.misses,
            clears: self.clears + other.clears,
            widest: self.widest.max(other.widest),
            products: self.products.max(other.products),
            counters: self.counters.max(other.counters),
        }
    }
}

/// The set of all configurations in which a run may be. Of use with the [`Sets`] that made it, until those are asked to
/// take another one over an item: one front is in use at a time. Where [`Bounds::memory`] is without bound
/// (`usize::MAX`) nothing is forgotten, and all fronts stay of use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Front {
    set: u32,
    /// What the loops of its members have left, where their points do not say it.
    registers: Vec<Counter>,
}

impl Front {
    /// A number that it shares with those that differ from it only in how much loops have left: the same can come next
    /// there.
    pub(crate) fn set(&self) -> u32 {
        self.set
    }

    /// The memory that it takes, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(self.registers.as_slice())
    }
}

/// A configuration of a set, as far as it is told from others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Member {
    pub(crate) point: PointId,
    /// What its loops have left, where the point does not say it.
    pub(crate) registers: Vec<Counter>,
}

/// Sets of configurations of one program under one view.
#[derive(Debug)]
pub struct Sets<'p> {
    graph: Graph<'p>,
    bounds: Bounds,
    /// Each as its points, in order; one that is there twice has different registers.
    known: Interner<PointId>,
    start: Option<Front>,
    transitions: Transitions,
    spare: Vec<Counter>,
    /// How much memory may be in use before what is known is forgotten.
    budget: usize,
    statistics: Statistics,
}

impl<'p> Sets<'p> {
    /// Sets of the configurations of a program, which is that of the grammar, as the alphabet is.
    pub fn new(grammar: &Grammar, alphabet: &'p Alphabet, program: &'p Program, view: View, bounds: Bounds) -> Self {
        Self {
            graph: Graph::new(grammar, alphabet, program, view, None, bounds),
            bounds,
            known: Interner::default(),
            start: None,
            transitions: Transitions::new(alphabet.n_names()),
            spare: Vec::new(),
            budget: bounds.memory,
            statistics: Statistics::default(),
        }
    }

    /// Begins the search for another answer, which may cost as much as the bounds allow.
    pub fn begin_answer(&mut self) {
        self.graph.begin_answer();
    }

    /// Counts steps of the search for an answer that are made outside of these sets.
    ///
    /// # Errors
    ///
    /// When the limit on work is met.
    pub fn spend(&mut self, steps: usize) -> Result<(), Limit> {
        self.graph.meter.spend(steps as u64)
    }

    /// The number of steps of the search for the answer so far.
    pub fn n_steps(&self) -> u64 {
        self.graph.n_steps()
    }

    /// What was done so far.
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// The front of the empty sequence.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn start(&mut self) -> Result<Front, Limit> {
        if let Some(front) = &self.start {
            return Ok(front.clone());
        }
        let start = self.graph.start();
        let front = self.settled(vec![start])?;
        self.start = Some(front.clone());
        Ok(front)
    }

    /// Copies a front of other sets, of the same program under the same view.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn adopt(&mut self, other: &Self, front: &Front) -> Result<Front, Limit> {
        let adopt = |member: Member| Member { point: self.graph.adopt_from(&other.graph, member.point), ..member };
        let members = other.members(front).into_iter().map(adopt).collect();
        self.settled(members)
    }

    /// Takes a front over an item. If no run shows such an item there, the front stays what it is, and the answer is no.
    ///
    /// Costs a look-up where the set and the item have met before, else the configurations that lie between.
    ///
    /// # Errors
    ///
    /// When a limit is met; the front is of no use then.
    #[inline]
    pub fn step(&mut self, front: &mut Front, wanted: Wanted<'_>) -> Result<bool, Limit> {
        self.statistics.steps += 1;
        match self.transitions.follow(front.set, wanted.token, &front.registers, &mut self.spare) {
            Some(Step::To(target)) => {
                std::mem::swap(&mut self.spare, &mut front.registers);
                front.set = target;
                Ok(true)
            }
            Some(Step::Nowhere) => Ok(false),
            None => self.find(front, wanted),
        }
    }

    /// Sees what comes next in all of a front, as far as it was not known: [`Sets::ends`] and [`Sets::next`] tell it.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn look(&mut self, front: &Front) -> Result<(), Limit> {
        self.expand_towards(front, Towards::All)
    }

    fn expand_towards(&mut self, front: &Front, towards: Towards<'_>) -> Result<(), Limit> {
        self.graph.meter.spend(self.known.get(front.set).len() as u64)?;
        for place in 0..self.known.get(front.set).len() {
            let point = self.known.get(front.set)[place];
            self.graph.expand_towards(point, towards)?;
            // Each edge is looked at, though few are left where many lead to the same points.
            self.graph.meter.spend(self.graph.edges_towards(point, towards).len() as u64)?;
            // What comes next may be far more than what they are.
            self.bounds.check_memory(&self.graph, &self.known.get(front.set)[..=place])?;
        }
        Ok(())
    }

    /// Whether a run that is there can end, where that was looked at.
    pub fn ends(&self, front: &Front) -> bool {
        self.known.get(front.set).iter().any(|point| self.graph.ends(*point))
    }

    /// How much memory is in use, in bytes, about.
    pub fn bytes(&self) -> usize {
        self.graph.bytes() + self.known.bytes() + self.transitions.bytes()
    }

    /// What can be shown next, where that was looked at.
    pub fn next(&self, front: &Front) -> BTreeSet<&Item> {
        let points = self.known.get(front.set).iter();
        // Edges with the same item follow each other: below nested calls one item has very many.
        let groups = points.flat_map(|point| self.graph.edges(*point).chunk_by(|one, other| one.item == other.item));
        groups.map(|edges| self.graph.item(edges[0].item)).collect()
    }

    /// The numbers of items have new meanings from here on.
    pub fn forget_tokens(&mut self) {
        self.transitions.clear();
        self.graph.forget_tokens();
    }

    /// Makes the step that is not known, and keeps it if it depends on the set, the item and the classes of counters alone.
    #[cold]
    fn find(&mut self, front: &mut Front, wanted: Wanted<'_>) -> Result<bool, Limit> {
        self.statistics.misses += 1;
        self.tidy(front)?;
        self.expand_towards(front, Towards::Item(&wanted))?;
        let ways = self.ways(front, &wanted);
        let n_updates: usize = ways.iter().map(|(_, updates)| 1 + updates.len()).sum();
        self.graph.meter.spend(n_updates as u64)?;
        if ways.is_empty() {
            self.transitions.insert((front.set, wanted.token), None, [], 0);
            return Ok(false);
        }
        // Where the registers come from, as long as one way to each point covers the others.
        let mut sources = Some(Vec::new());
        let mut members: Vec<Member> = Vec::new();
        let mut ways = &ways[..];
        while let [(point, _), ..] = *ways {
            let (group, rest) = ways.split_at(ways.partition_point(|(other, _)| *other == point));
            ways = rest;
            let covers = self.graph.has_cover(point);
            let group: Vec<&[Update]> = group.iter().map(|(_, updates)| &updates[..]).collect();
            let group = counters::least(group, |one, other| {
                covers && one.iter().zip(*other).all(|(one, other)| one.covers(*other))
            });
            let registers = group.iter().map(|updates| updates.iter().map(|update| update.apply(&front.registers)));
            let registers: Vec<Vec<Counter>> = registers.map(Iterator::collect).collect();
            let left = counters::least(registers.clone(), |one, other| covers && counters::covers(one, other));
            match (&left[..], &mut sources) {
                ([only], Some(sources)) if covers || group.len() == 1 => {
                    let place = registers.iter().position(|registers| registers == only).expect("it is one of them");
                    sources.push(Move::covering(&group, place, only));
                }
                (_, sources) => *sources = None,
            }
            members.extend(left.into_iter().map(|registers| Member { point, registers }));
        }
        self.settle(&mut members)?;
        let kept = sources.and_then(|sources| kept(&members, sources));
        let before = (std::mem::take(&mut front.registers), front.set);
        *front = self.front(members)?;
        if let Some((points, moves, n_registers)) = kept {
            let registers = moves[..n_registers].iter().map(|step| step.apply(&before.0));
            // What was folded is told by numbers that are not known beforehand, if there are any, and behind what is hidden
            // loops may have begun.
            let is_told = points == self.known.get(front.set) && registers.eq(front.registers.iter().copied());
            if is_told || moves.is_empty() && front.registers.is_empty() {
                self.transitions.insert((before.1, wanted.token), Some(front.set), moves, n_registers);
            }
        }
        Ok(true)
    }

    /// The points to which items that agree lead, in their order, each with where its registers come from: those of the
    /// front counted from the first of all. Each once.
    fn ways(&self, front: &Front, wanted: &Wanted<'_>) -> Vec<(PointId, Vec<Update>)> {
        let mut ways = Vec::new();
        let mut offset = 0u32;
        for point in self.known.get(front.set) {
            // Edges with the same item follow each other.
            let mut last = None;
            for edge in self.graph.edges_towards(*point, Towards::Item(wanted)) {
                let agrees = match last {
                    Some((item, agrees)) if item == edge.item => agrees,
                    _ => (wanted.agrees)(self.graph.item(edge.item)),
                };
                last = Some((edge.item, agrees));
                if agrees {
                    let updates = self.graph.updates(edge).iter().map(|update| match *update {
                        Update::Keep { from, must, may } => Update::Keep { from: from + offset, must, may },
                        new @ Update::New(_) => new,
                    });
                    ways.push((edge.target, updates.collect()));
                }
            }
            offset += u32::try_from(self.graph.n_registers(*point)).expect("there are few counters");
        }
        ways.sort_unstable();
        ways.dedup();
        covered::uncovered(&self.graph, ways)
    }

    /// The front of members.
    fn settled(&mut self, mut members: Vec<Member>) -> Result<Front, Limit> {
        self.settle(&mut members)?;
        self.front(members)
    }

    /// Puts members at the points where they are.
    fn settle(&mut self, members: &mut [Member]) -> Result<(), Limit> {
        for place in 0..members.len() {
            let member = &mut members[place];
            self.graph.place(&mut member.point, &mut member.registers)?;
            self.bounds.check_memory(&self.graph, members[..=place].iter().map(|member| &member.point))?;
        }
        Ok(())
    }

    /// The front of members that are settled.
    fn front(&mut self, mut members: Vec<Member>) -> Result<Front, Limit> {
        members.sort_unstable();
        members.dedup();
        let is_product = |member: &Member| self.graph.is_product(member.point);
        if self.graph.folds() && (members.len() >= self.bounds.products || members.iter().any(is_product)) {
            members = self.fold(members)?;
            if self.graph.hides() {
                members = self.behind_hidden(members)?;
                members.sort_unstable();
            }
        }
        let points: Vec<PointId> = members.iter().map(|member| member.point).collect();
        self.bounds.check_weight(&self.graph, &points)?;
        self.statistics.widest = self.statistics.widest.max(points.len());
        let n_products = points.iter().filter(|point| self.graph.is_product(**point)).count();
        self.statistics.products = self.statistics.products.max(n_products);
        let (set, _) = self.known.intern(&points);
        let registers: Vec<Counter> = members.into_iter().flat_map(|member| member.registers).collect();
        self.statistics.counters = self.statistics.counters.max(registers.len());
        Ok(Front { set, registers })
    }

    /// The members of a front.
    fn members(&self, front: &Front) -> Vec<Member> {
        let mut registers = &front.registers[..];
        let points = self.known.get(front.set).iter();
        points
            .map(|point| {
                let (own, rest) = registers.split_at(self.graph.n_registers(*point));
                registers = rest;
                Member { point: *point, registers: own.to_vec() }
            })
            .collect()
    }

    /// Forgets what is known if it takes more memory than may be kept. No front is of use then.
    pub fn forget_excess(&mut self) {
        if self.bytes() > self.bounds.memory {
            self.statistics.clears += 1;
            self.forget();
            self.budget = self.bounds.memory;
        }
    }

    /// Forgets what is known.
    fn forget(&mut self) {
        self.graph.clear();
        self.known.clear();
        self.start = None;
        self.transitions.clear();
    }

    /// Forgets what is known if it is too much, all but a front.
    fn tidy(&mut self, front: &mut Front) -> Result<(), Limit> {
        if self.bytes() <= self.budget {
            return Ok(());
        }
        self.statistics.clears += 1;
        let members: Vec<_> =
            self.members(front).into_iter().map(|member| (self.graph.name(member.point), member.registers)).collect();
        self.forget();
        let adopt = |(name, registers): (_, Vec<Counter>)| Member {
            point: self.graph.adopt(&name, registers.len()),
            registers,
        };
        let members = members.into_iter().map(adopt).collect();
        *front = self.settled(members)?;
        self.budget = self.bounds.memory.max(2 * self.graph.bytes());
        Ok(())
    }
}

/// What becomes of the counters of a member, each with what it must cover.
type Sources = Vec<(Move, Vec<Update>)>;

/// What of members that were settled depends on the classes of their counters alone: their points, and what becomes of the
/// counters, those that are registers first; and how many those are. `sources` has the moves of each member. Nothing where
/// more than the classes matters: where a point says numbers, or the order is that of numbers.
fn kept(members: &[Member], sources: Vec<Sources>) -> Option<(Vec<PointId>, Vec<Move>, usize)> {
    let mut order: Vec<(&Member, Sources)> = members.iter().zip(sources).collect();
    order.sort_by_key(|(member, _)| member.point);
    let mut points: Vec<PointId> = Vec::new();
    let (mut moves, mut said) = (Vec::new(), Vec::new());
    for (member, own) in order {
        let tells_numbers = member.registers.is_empty() && own.iter().any(|(step, _)| step.is_open());
        let is_there = points.last() == Some(&member.point);
        if tells_numbers || is_there && !member.registers.is_empty() {
            return None;
        }
        if !is_there {
            points.push(member.point);
        }
        if member.registers.is_empty() { &mut said } else { &mut moves }.extend(own);
    }
    let n_registers = moves.len();
    moves.append(&mut said);
    let (mut moves, covered): (Vec<Move>, Vec<Vec<Update>>) = moves.into_iter().unzip();
    for (place, updates) in covered.into_iter().enumerate() {
        moves.extend(updates.into_iter().map(|update| Move::covered(update, place)));
    }
    Some((points, moves, n_registers))
}
