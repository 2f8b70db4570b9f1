//! How probable a sequence is, and which run most likely showed it.
//!
//! The configurations of a grammar are the states of a hidden Markov model that shows items. An [`Estimator`] takes the
//! items of a sequence one after the other and keeps for each configuration the mass of the runs that are there: the
//! forward algorithm (Rabiner, "A Tutorial on Hidden Markov Models", 1989). Beside it it keeps the likeliest of these
//! runs.

mod chain;
mod cycle;
mod likeliest;
mod region;
mod scaled;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rustc_hash::FxBuildHasher;

use super::agreement::agrees;
use super::{Next, Precision, Rejection};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::StateId;
pub use crate::sets::Limit;
use crate::sets::{Bounds, blurred};
use crate::trace::{self, Observed, Shows};
pub(crate) use chain::is_shown;
use chain::{Chain, NodeId, Step};
use likeliest::{History, RecordId, Ways};
use region::Region;
use scaled::Scaled;

/// How many items are kept of all runs that may become the most likely one; with more, it is left out.
pub const MAX_RUN: usize = 10_000_000;

/// What is said of a sequence.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Some run agrees with it.
    Possible(Estimate),
    /// None does.
    Impossible(Box<Rejection>),
}

/// How probable it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The natural logarithm of the sum of the probabilities of all runs that agree with it: at most 0, finite, and exact
    /// up to rounding.
    pub log_probability: f64,
    /// The most likely of these runs; `None` if it takes more memory than [`MAX_RUN`] allows.
    pub best: Option<Best>,
}

/// A run that is as likely as any other that agrees with a sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// The natural logarithm of its probability: of all its decisions together.
    pub log_probability: f64,
    /// All that it shows, also what the sequence does not.
    pub items: Vec<trace::Item>,
}

/// Estimates sequences by a grammar. What it learns about the grammar from one serves the next.
#[derive(Debug)]
pub struct Estimator<'g> {
    alphabet: &'g Alphabet,
    chain: Chain<'g>,
    prefix: bool,
    bounds: Bounds,
    /// How much memory the chain may take before it is begun anew, in bytes.
    budget: usize,
    shows: Shows,
    precision: Precision,
    front: Vec<Place>,
    region: Region,
    history: Option<History>,
    /// How many items have been shown.
    n_items: u64,
    rejection: Option<Box<Rejection>>,
}

/// A configuration in which a run may be.
#[derive(Clone, Copy, Debug)]
struct Place {
    node: NodeId,
    /// The mass of all runs that are there.
    mass: Scaled,
    /// The probability of the likeliest.
    best: Scaled,
    /// What that has shown.
    record: RecordId,
}

impl<'g> Estimator<'g> {
    /// An estimator for a grammar, whose alphabet and program these are. With `prefix` a run counts as soon as it has shown
    /// the sequence, whatever comes then; else only when it ends there.
    pub fn new(alphabet: &'g Alphabet, program: &'g Program, prefix: bool, bounds: Bounds) -> Self {
        Self {
            alphabet,
            chain: Chain::new(program, bounds),
            prefix,
            bounds,
            budget: bounds.memory,
            shows: Shows::NOTHING,
            precision: Precision::NAMES,
            front: Vec::new(),
            region: Region::default(),
            history: None,
            n_items: 0,
            rejection: None,
        }
    }

    /// Begins a sequence that shows these kinds of items. The precision is that of what a rejection expects.
    pub fn begin(&mut self, shows: Shows, precision: Precision) {
        let start = Place { node: self.chain.start(), mass: Scaled::ONE, best: Scaled::ONE, record: RecordId::NOTHING };
        self.begin_answer();
        self.front.clear();
        self.front.push(start);
        (self.shows, self.precision) = (shows, precision);
        self.history = Some(History::new());
        (self.n_items, self.rejection) = (0, None);
    }

    /// Lets what follows cost as much as the bounds allow, whatever the sequence has cost so far.
    pub fn begin_answer(&mut self) {
        self.chain.begin_answer();
    }

    /// Takes the next item. Whether a run can show it there; if not, what else comes of the sequence makes no difference.
    /// Items of kinds that are not shown are passed over.
    ///
    /// Costs a pass over the configurations that lie before the next shown item, and running from those that were not
    /// known.
    ///
    /// # Errors
    ///
    /// A limit was met; then the sequence has no answer, and another one has to begin.
    pub fn item(&mut self, observed: &Observed) -> Result<bool, Limit> {
        let is_shown = match observed {
            Observed::Phase(_) => self.shows.phases,
            Observed::Action { .. } => self.shows.actions,
            Observed::Event { .. } => self.shows.events,
            Observed::Foreign(_) => true,
        };
        if !is_shown || self.rejection.is_some() {
            return Ok(self.rejection.is_none());
        }
        self.n_items += 1;
        self.explore()?;
        // The nodes that show it: their places, and the nodes behind them.
        let mut shown: Vec<(region::Local, NodeId)> = Vec::new();
        for (local, node) in (0..).zip(self.region.nodes()) {
            if let Some((item, after)) = self.chain.shown(*node, self.shows)
                && agrees(observed, item, self.alphabet)
            {
                shown.push((local, after));
            }
        }
        if shown.is_empty() {
            self.reject(Some(observed));
            return Ok(false);
        }
        let masses = self.region.masses(&mut self.chain, &self.front, self.shows)?;
        let ways = self.ways();
        let mut front: Vec<Place> = Vec::new();
        let mut known: HashMap<NodeId, usize, FxBuildHasher> = HashMap::default();
        // Where the likeliest run was before it came to each node of the front.
        let mut last = Vec::new();
        for (local, after) in shown {
            let mass = masses[local as usize];
            let best = ways.as_ref().map_or(Scaled::ZERO, |ways| ways.best(local));
            let place = *known.entry(after).or_insert(front.len());
            if place == front.len() {
                front.push(Place { node: after, mass, best, record: RecordId::NOTHING });
                last.push(local);
                continue;
            }
            front[place].mass += mass;
            if best > front[place].best {
                front[place].best = best;
                last[place] = local;
            }
        }
        if let (Some(history), Some(ways)) = (&mut self.history, &ways) {
            for (place, local) in front.iter_mut().zip(last) {
                let before = ways.record(local, &self.region, &self.chain, history);
                let node = self.region.nodes()[local as usize];
                let item = self.chain.item(node).expect("the node shows an item");
                place.record = history.push(before, item);
            }
            if !history.tidy(&mut front) {
                self.history = None;
            }
        }
        // What can't go on keeps its mass for the case that this was the last item of a prefix.
        self.front = front;
        Ok(true)
    }

    /// What came of the sequence.
    ///
    /// # Errors
    ///
    /// A limit was met.
    pub fn finish(&mut self) -> Result<Outcome, Limit> {
        if let Some(rejection) = self.rejection.take() {
            return Ok(Outcome::Impossible(rejection));
        }
        if self.prefix {
            let mass = self.front.iter().map(|place| place.mass).sum::<Scaled>();
            let best = first_greatest(self.front.iter(), |place| place.best);
            let best = best.zip(self.history.as_ref()).map(|(best, history)| told(best.best, best.record, history));
            return Ok(Outcome::Possible(Estimate { log_probability: mass.ln().min(0.0), best }));
        }
        self.explore()?;
        let is_end = |local: &region::Local| {
            let node = self.region.nodes()[*local as usize];
            matches!(self.chain.known(node), Step::End)
        };
        let ends: Vec<region::Local> = (0..chain::row(self.region.nodes().len())).filter(is_end).collect();
        if ends.is_empty() {
            self.reject(None);
            return Ok(Outcome::Impossible(self.rejection.take().expect("it was just rejected")));
        }
        let masses = self.region.masses(&mut self.chain, &self.front, self.shows)?;
        let mass = ends.iter().map(|local| masses[*local as usize]).sum::<Scaled>();
        let mut best = None;
        if let Some(ways) = self.ways()
            && let Some(mut history) = self.history.take()
        {
            best = first_greatest(ends.iter(), |local| ways.best(**local)).map(|local| {
                let record = ways.record(*local, &self.region, &self.chain, &mut history);
                told(ways.best(*local), record, &history)
            });
        }
        Ok(Outcome::Possible(Estimate { log_probability: mass.ln().min(0.0), best }))
    }

    /// What the runs that agree so far can show next, each with the probability that it is just this, the likeliest first;
    /// together they lack what fails or never shows anything. It is blurred as the precision says.
    ///
    /// # Errors
    ///
    /// A limit was met.
    pub fn next_items(&mut self) -> Result<Vec<(Next, f64)>, Limit> {
        self.explore()?;
        let masses = self.region.masses(&mut self.chain, &self.front, self.shows)?;
        let total = self.front.iter().map(|place| place.mass).sum::<Scaled>();
        let mut sums: BTreeMap<Next, Scaled> = BTreeMap::new();
        for (node, mass) in self.region.nodes().iter().zip(&masses) {
            if let Some(next) = self.next_of(*node) {
                *sums.entry(next).or_insert(Scaled::ZERO) += *mass;
            }
        }
        let mut list: Vec<(Next, Scaled)> = sums.into_iter().collect();
        // Stable: those that are as likely stay in their order.
        list.sort_by(|(_, one), (_, other)| other.cmp(one));
        Ok(list.into_iter().map(|(next, mass)| (next, (mass / total).part())).collect())
    }

    /// The values that each state has in the runs that agree so far, directly behind the last item, each with the part of
    /// them, the least first.
    pub fn states(&self) -> Vec<(StateId, Vec<(i64, f64)>)> {
        let total = self.front.iter().map(|place| place.mass).sum::<Scaled>();
        let mut sums: BTreeMap<StateId, BTreeMap<i64, Scaled>> = BTreeMap::new();
        for place in &self.front {
            for (state, value) in self.chain.states(place.node) {
                *sums.entry(state).or_default().entry(value).or_insert(Scaled::ZERO) += place.mass;
            }
        }
        let parts = |values: BTreeMap<i64, Scaled>| {
            values.into_iter().map(|(value, mass)| (value, (mass / total).part())).collect()
        };
        sums.into_iter().map(|(state, values)| (state, parts(values))).collect()
    }

    /// How a run that is at a node of the region goes on, as far as a sequence would show it.
    fn next_of(&self, node: NodeId) -> Option<Next> {
        if let Some((shown, _)) = self.chain.shown(node, self.shows) {
            let Precision { instances, payloads } = self.precision;
            return Some(Next::Item(blurred(shown, self.alphabet, instances, payloads)));
        }
        matches!(self.chain.known(node), Step::End).then_some(Next::End)
    }

    /// Finds what lies ahead of the front, and forgets what is known if it is too much.
    fn explore(&mut self) -> Result<(), Limit> {
        let is_full = self.chain.bytes() > self.budget;
        if is_full {
            self.chain.keep(self.front.iter_mut().map(|place| &mut place.node));
        }
        self.region.explore(&mut self.chain, &self.front, self.shows, self.bounds.configurations)?;
        if is_full {
            self.budget = self.bounds.memory.max(2 * self.chain.bytes());
        }
        Ok(())
    }

    /// The likeliest ways through the region, if they are still wanted.
    fn ways(&self) -> Option<Ways> {
        self.history.as_ref().map(|_| Ways::find(&self.region, &self.chain, &self.front, self.shows))
    }

    /// Keeps the reason why no run agrees. The region is that before the item.
    #[cold]
    fn reject(&mut self, item: Option<&Observed>) {
        let expected: BTreeSet<Next> = self.region.nodes().iter().filter_map(|node| self.next_of(*node)).collect();
        let at = item.map(|_| self.n_items);
        self.rejection = Some(Box::new(Rejection {
            at,
            item: item.cloned(),
            expected: expected.into_iter().collect(),
            approximate: false,
            precision: self.precision,
        }));
    }
}

/// A run of this probability that has shown what was recorded.
fn told(probability: Scaled, record: RecordId, history: &History) -> Best {
    let items = history.items(record).into_iter().map(trace::Item::from).collect();
    Best { log_probability: probability.ln().min(0.0), items }
}

/// The first of those that are as great as any.
fn first_greatest<T>(mut list: impl Iterator<Item = T>, key: impl Fn(&T) -> Scaled) -> Option<T> {
    let first = list.next()?;
    Some(list.fold(first, |best, one| if key(&one) > key(&best) { one } else { best }))
}
