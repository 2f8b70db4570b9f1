//! Smaller traces that still do what a trace does.
//!
//! A [`Shrinker`] has a run of the grammar, and proposes smaller ones: without some of its items and what was a consequence of
//! these, or with simpler data. Each is a run of the exact machine, found by following what is left of the items, so it is
//! valid. Whoever asks says of which of them still do it: the smallest of those is where it goes on from.
//!
//! The order is that of delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002):
//! large pieces come first, and it is done when no piece is left that can go. The pieces are those of a life, though: the last part of it,
//! all that is of one relation or of one unit, then ever fewer items that follow each other, then ways round them. What is left
//! becomes simpler then: data, the states that it starts with, and the numbers of units and of relations.

mod core;
mod data;
mod facts;
mod follow;
mod pieces;
mod replay;
mod run;
mod simpler;
mod ways;

use std::sync::Arc;

use rustc_hash::FxHashSet;

pub use self::core::Core;
use facts::Facts;
use follow::{Followed, Following, Wanted};
use pieces::{Piece, Stage};
use replay::Replay;
pub use replay::Unplayable;
pub use run::{Run, Size, Step};
use simpler::{Simplification, excess};
use ways::Ways;

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::{Grammar, StateId};
use crate::sets::{Bounds, Item};
use crate::trace::{Load, Observed, Shows};

/// Why a search for runs was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    /// There are more configurations than are looked at.
    Configurations,
    /// It takes more steps than this, the limit on work.
    Work(u64),
}

/// A trace that was read.
#[derive(Clone, Debug)]
pub struct Original {
    /// The kinds of items that it shows.
    pub shows: Shows,
    /// The states with which it starts, those that it tells.
    pub initial: Vec<(StateId, i64)>,
    /// Its items, each with what it carries.
    pub items: Vec<(Observed, Option<Arc<Load>>)>,
}

/// How much there is to a run: its size, and then how far what it has is from the simplest.
type Measure = (Size, u128);

/// What a run is made of, to be told from others: the states that were drawn, and the items with their data.
type Key = (Vec<i64>, Vec<(Item, Option<String>)>);

/// A run that is smaller than the smallest one so far.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The run.
    pub run: Run,
    key: Key,
    /// Where to go on if it is taken.
    after: Stage,
}

/// Proposes smaller runs.
#[derive(Debug)]
pub struct Shrinker<'g> {
    facts: Facts<'g>,
    ways: Ways<'g>,
    initial: Vec<(StateId, i64)>,
    best: Run,
    measure: Measure,
    tried: FxHashSet<Key>,
    stage: Stage,
    /// How often all stages have come to their end.
    n_rounds: u32,
    /// Whether a candidate was taken in this round.
    has_changed: bool,
    /// Whether data stay as they are.
    keeps_data: bool,
    /// Whether the trace that was read is the beginning of the run that was made of it.
    completed: bool,
}

impl<'g> Shrinker<'g> {
    /// Begins with a run that shows a trace; where none ends with it, with one that shows a little more. The bounds are those on the
    /// silent steps between two items, and on the work: of finding this run, and of finding all smaller ones.
    ///
    /// # Errors
    ///
    /// If no run shows it, or too many could.
    pub fn new(
        grammar: &'g Grammar,
        alphabet: &'g Alphabet,
        program: &'g Program,
        original: &Original,
        bounds: Bounds,
    ) -> Result<Self, Unplayable> {
        let facts = Facts { grammar, alphabet, program };
        let mut ways = Ways::new(program, bounds);
        let (run, is_complete) = Replay::new(&mut ways, alphabet, original).run()?;
        ways.begin_answer();
        let initial = run.initial(program);
        let mut shrinker = Self {
            facts,
            ways,
            initial,
            measure: measure(&run, facts),
            stage: Stage::first(&run),
            tried: FxHashSet::default(),
            best: run,
            n_rounds: 0,
            has_changed: false,
            keeps_data: false,
            completed: !is_complete,
        };
        if !is_complete {
            let all: Vec<usize> = (0..shrinker.best.steps.len()).collect();
            let completed = shrinker.follow(&all, None).filter(|run| run.steps.len() >= all.len());
            shrinker.best = completed.ok_or(Unplayable::Invalid(original.items.len()))?;
            shrinker.measure = measure(&shrinker.best, facts);
        }
        shrinker.tried.insert(key(&shrinker.best, facts));
        Ok(shrinker)
    }

    /// The smallest run so far that does it.
    pub fn best(&self) -> &Run {
        &self.best
    }

    /// Whether the trace that was read stopped too early, and was completed.
    pub fn has_completed(&self) -> bool {
        self.completed
    }

    /// The limit on work, if it was met: then there may be smaller runs that were not proposed.
    pub fn work_limit(&self) -> Option<u64> {
        self.ways.work_limit()
    }

    /// From now on data stay as they are.
    pub fn keep_data(&mut self) {
        self.keeps_data = true;
    }

    /// The next candidate, as if none of those before it did it that were not [taken](Self::take). Each comes once. `None`: no
    /// piece of the smallest run can go.
    pub fn propose(&mut self) -> Option<Candidate> {
        loop {
            while let Some((pieces, after)) = self.stage.next(&self.best, self.facts, self.n_rounds == 0) {
                if self.keeps_data && pieces.iter().all(Piece::is_of_data) {
                    continue;
                }
                let run = pieces.iter().find_map(|piece| self.without(piece).filter(|run| self.is_smaller(run)));
                if let Some(run) = run {
                    let key = key(&run, self.facts);
                    if self.tried.insert(key.clone()) {
                        return Some(Candidate { run, key, after });
                    }
                }
            }
            if !self.has_changed {
                return None;
            }
            self.has_changed = false;
            self.n_rounds += 1;
            self.stage = Stage::again();
        }
    }

    /// A candidate does it: it is the smallest run now. Those that were proposed behind it are to be
    /// [put back](Self::put_back) if nothing is known of them.
    pub fn take(&mut self, candidate: Candidate) {
        let measure = measure(&candidate.run, self.facts);
        let initial = candidate.run.initial(self.facts.program);
        // Another name for a unit opens no new ways.
        self.has_changed |= measure.0 < self.measure.0 || initial != self.initial;
        self.measure = measure;
        self.initial = initial;
        self.best = candidate.run;
        self.stage = candidate.after;
    }

    /// A candidate may be proposed again.
    pub fn put_back(&mut self, candidate: &Candidate) {
        self.tried.remove(&candidate.key);
    }

    /// A shorter run that ends with this step, or soon after it: for whoever knows that what follows does not matter.
    pub fn cut_behind(&mut self, step: usize) -> Option<Candidate> {
        let pieces = [Piece::Rest { from: step + 1, phases: false }, Piece::Rest { from: step + 1, phases: true }];
        let run = pieces.iter().find_map(|piece| self.without(piece).filter(|run| self.is_smaller(run)))?;
        let key = key(&run, self.facts);
        let after = Stage::first(&run);
        self.tried.insert(key.clone()).then_some(Candidate { run, key, after })
    }

    /// The run without a piece.
    fn without(&mut self, piece: &Piece) -> Option<Run> {
        let n_steps = self.best.steps.len();
        match piece {
            Piece::Rest { from, phases } => {
                let next_phase = self.best.steps[*from..].iter().position(|step| matches!(step.item, Item::Phase(_)));
                let rest = next_phase.filter(|_| *phases).map_or(n_steps, |place| from + place);
                self.follow(&(0..*from).chain(rest..n_steps).collect::<Vec<_>>(), None)
            }
            Piece::Steps(steps) => {
                self.follow(&(0..n_steps).filter(|step| !steps.contains(step)).collect::<Vec<_>>(), None)
            }
            Piece::Between(from, to) => self.follow(&(0..=*from).chain(*to..n_steps).collect::<Vec<_>>(), Some(*to)),
            Piece::Data(steps) => {
                let mut run = self.best.clone();
                for step in steps {
                    run.steps[*step] = run.steps[*step].with_data(None);
                }
                Some(run)
            }
            Piece::Part(step, change) => {
                let mut run = self.best.clone();
                let before = run.steps[*step].data()?;
                let data = data::changed(before, change);
                run.steps[*step] = run.steps[*step].with_data(data);
                Some(run)
            }
            Piece::Value(change) => {
                let steps = simpler::renamed(&self.best, *change, self.facts);
                let mut initial = self.initial.clone();
                if let Simplification::Initial(state, value) = change {
                    // What the walk made of those that are not drawn may depend on it.
                    initial = simpler::drawn(&self.best, self.facts).collect();
                    initial.iter_mut().filter(|(id, _)| id == state).for_each(|(_, old)| *old = *value);
                }
                let all: Vec<usize> = (0..n_steps).collect();
                let Followed { run, passed_over } = follow(&mut self.ways, &initial, &steps, &all, None)?;
                (passed_over == 0).then_some(run)
            }
        }
    }

    fn is_smaller(&self, run: &Run) -> bool {
        measure(run, self.facts) < self.measure
    }

    /// A run that follows these steps. Before `bridged`, if it is given, others may be put in; what follows is all shown then.
    fn follow(&mut self, steps: &[usize], bridged: Option<usize>) -> Option<Run> {
        let is_phase = |step: &usize| matches!(self.best.steps[*step].item, Item::Phase(_));
        // Nothing is left of the last phases: it may end before them.
        let n_kept = steps.iter().rposition(|step| !is_phase(step)).map_or(0, |last| last + 1);
        let ended = (n_kept < steps.len()).then(|| self.follow_all(&steps[..n_kept], bridged)).flatten();
        ended.filter(|run| self.is_smaller(run)).or_else(|| self.follow_all(steps, bridged))
    }

    fn follow_all(&mut self, steps: &[usize], bridged: Option<usize>) -> Option<Run> {
        let followed = follow(&mut self.ways, &self.initial, &self.best.steps, steps, bridged);
        let Followed { run, passed_over } = followed?;
        (bridged.is_none() || passed_over == 0).then_some(run)
    }
}

/// A run that begins with these states and follows those steps that are kept.
fn follow(
    ways: &mut Ways<'_>,
    initial: &[(StateId, i64)],
    steps: &[Step],
    kept: &[usize],
    bridged: Option<usize>,
) -> Option<Followed> {
    let wanted = |place: &usize| {
        let Step { item, load, .. } = &steps[*place];
        Wanted { item, load: load.as_ref(), bridged: bridged == Some(*place) }
    };
    let list: Vec<Wanted<'_>> = kept.iter().map(wanted).collect();
    // What can't be found within the limits is no candidate.
    Following::new(ways, initial).run(&list, steps).ok().flatten()
}

fn measure(run: &Run, facts: Facts<'_>) -> Measure {
    (run.size(), excess(run, facts))
}

fn key(run: &Run, facts: Facts<'_>) -> Key {
    let drawn = simpler::drawn(run, facts).map(|(_, value)| value).collect();
    (drawn, run.steps.iter().map(|step| (step.item.clone(), step.data().map(str::to_owned))).collect())
}
