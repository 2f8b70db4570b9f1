//! Configurations one by one, for who follows runs and not sets of them.

use std::ops::Range;

use super::graph::{Graph, ItemId, PointId};
use super::{Bounds, Interner, Item, Limit, Member, Sets, View, counters};
use crate::machine::{Counter, Program};
use crate::model::Alphabet;
use crate::model::grammar::Grammar;

/// A row of [`Places`]. Places that are found earlier have lower numbers.
pub(crate) type PlaceId = u32;

/// A way over silent steps and one item: the number of that among the items of these [`Places`], and the place behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) item: ItemId,
    pub(crate) target: PlaceId,
}

/// The configurations that a view tells apart, directly behind a shown item or at the start, with the ways between them.
/// They are made as far as they are looked at, and never forgotten.
#[derive(Debug)]
pub(crate) struct Places<'p> {
    graph: Graph<'p>,
    /// Each as its point, and the parts of its registers.
    known: Interner<u32>,
    /// The ways of those that were looked at.
    ranges: Vec<Option<Range<usize>>>,
    ways: Vec<Way>,
    words: Vec<u32>,
}

impl<'p> Places<'p> {
    /// The places of a program, which is that of the grammar, as the alphabet is.
    pub(crate) fn new(
        grammar: &Grammar,
        alphabet: &'p Alphabet,
        program: &'p Program,
        view: View,
        bounds: Bounds,
    ) -> Self {
        Self {
            graph: Graph::new(grammar, alphabet, program, view, None, bounds),
            known: Interner::default(),
            ranges: Vec::new(),
            ways: Vec::new(),
            words: Vec::new(),
        }
    }

    /// The place at the start.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub(crate) fn start(&mut self) -> Result<PlaceId, Limit> {
        let Member { point, registers } = self.graph.start();
        self.enter(point, registers)
    }

    /// The places of a front of sets, of the same program under the same view.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub(crate) fn adopt(&mut self, sets: &Sets<'p>, front: &super::Front) -> Result<Vec<PlaceId>, Limit> {
        let members = sets.members(front).into_iter();
        members
            .map(|Member { point, registers }| {
                let point = self.graph.adopt_from(&sets.graph, point);
                self.enter(point, registers)
            })
            .collect()
    }

    /// The ways from a place, in a stable order. Costs the configurations that lie between, the first time.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub(crate) fn ways(&mut self, place: PlaceId) -> Result<&[Way], Limit> {
        if self.ranges[place as usize].is_none() {
            let (point, registers) = self.member(place);
            let start = self.ways.len();
            let n_edges = self.graph.edges(point).len();
            self.graph.meter.spend((n_edges * (1 + registers.len())) as u64)?;
            self.graph.has_room(self.own_bytes(), || vec![point])?;
            for edge in 0..self.graph.edges(point).len() {
                let edge = &self.graph.edges(point)[edge];
                let (item, target) = (edge.item, edge.target);
                let registers = self.graph.updates(edge).iter().map(|update| update.apply(&registers)).collect();
                let target = self.enter(target, registers)?;
                self.ways.push(Way { item, target });
            }
            self.ranges[place as usize] = Some(start..self.ways.len());
        }
        Ok(self.known_ways(place))
    }

    /// The ways from a place that was looked at.
    pub(crate) fn known_ways(&self, place: PlaceId) -> &[Way] {
        let range = self.ranges[place as usize].clone().expect("the place was looked at");
        &self.ways[range]
    }

    /// What is shown.
    pub(crate) fn item(&self, item: ItemId) -> &Item {
        self.graph.item(item)
    }

    /// Whether a run can end there before it shows anything more.
    pub(crate) fn ends(&self, place: PlaceId) -> bool {
        self.graph.ends(self.known.get(place)[0])
    }

    /// What places have in common that differ at most in what loops have left.
    pub(crate) fn point(&self, place: PlaceId) -> u32 {
        self.known.get(place)[0]
    }

    /// Whether a run can do all at one place that it can at another one with the same [`point`](Self::point), since loops may
    /// go on longer there.
    pub(crate) fn covers(&self, one: PlaceId, other: PlaceId) -> bool {
        if one == other {
            return true;
        }
        let ((point, one), (_, other)) = (self.member(one), self.member(other));
        self.graph.has_cover(point) && counters::covers(&one, &other)
    }

    /// Whether the place is one of several with the same [`point`](Self::point).
    pub(crate) fn counts(&self, place: PlaceId) -> bool {
        self.known.get(place).len() > 1
    }

    /// Begins the search for another answer, which may cost as much as the bounds allow.
    pub(crate) fn begin_answer(&mut self) {
        self.graph.begin_answer();
    }

    /// Counts steps of the search for an answer that are made outside of these places.
    ///
    /// # Errors
    ///
    /// When the limit on work is met.
    pub(crate) fn spend(&mut self, steps: usize) -> Result<(), Limit> {
        self.graph.meter.spend(steps as u64)
    }

    /// How much memory they take, in bytes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.graph.bytes() + self.own_bytes()
    }

    fn own_bytes(&self) -> usize {
        self.known.bytes() + size_of_val(self.ranges.as_slice()) + size_of_val(self.ways.as_slice())
    }

    fn member(&self, place: PlaceId) -> (PointId, Vec<Counter>) {
        let words = self.known.get(place);
        (words[0], words[1..].chunks(2).map(|parts| Counter::of(parts[0], parts[1])).collect())
    }

    fn enter(&mut self, mut point: PointId, mut registers: Vec<Counter>) -> Result<PlaceId, Limit> {
        self.graph.settle(&mut point, &mut registers)?;
        self.words.clear();
        self.words.push(point);
        self.words.extend(registers.iter().flat_map(|counter| [counter.must(), counter.may()]));
        let (place, is_new) = self.known.intern(&self.words);
        if is_new {
            self.ranges.push(None);
        }
        Ok(place)
    }
}
