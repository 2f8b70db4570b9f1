//! The runs that agree with a trace so far, each with what the trace tells of how it came to be where it is.
//!
//! All configurations are kept exactly, and for each the likeliest run that is there (Viterbi 1967): that is the one whose
//! story is told. Ways are followed best first, so none is gone twice.

use std::cell::Cell;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::rc::Rc;

use super::productions::Productions;
use crate::machine::{Configuration, Odds, Pause, PlaceId, Program, Scratch};
use crate::model::grammar::{Grammar, PhaseId, StateId};
use crate::model::{Alphabet, NameId};
use crate::recognize::agrees;
use crate::recognize::probability::is_shown;
use crate::sets::{Bounds, Interner, Item, Limit, Meter, TooMany};
use crate::trace::{Observed, Shows};

/// A run that agrees with the trace so far.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// Where it is: directly behind the item that was shown last.
    pub(super) at: Configuration,
    /// How many items were shown.
    pub(super) n_items: u64,
    /// What may be shown again.
    again: Option<Item>,
    /// The natural logarithm of its probability.
    likelihood: f64,
    /// For each state the item at which it got its value, or 0: it is that of the start.
    pub(super) since: Rc<Vec<u64>>,
    /// For each phase the first item in it, or 0: it has not begun.
    pub(super) phases: Rc<Vec<u64>>,
    /// For each place the last item that came from there, or 0.
    pub(super) shown: Rc<Vec<u64>>,
}

impl Run {
    /// The memory that it takes, in bytes, about: as if it shared nothing with others.
    fn bytes(&self) -> usize {
        let items = [&self.since, &self.phases, &self.shown].map(|items| size_of_val(items.as_slice()));
        size_of::<Self>() + bytes(&self.at) + items.iter().sum::<usize>()
    }
}

/// What is looked at of a run.
#[derive(Debug)]
pub(super) struct Sight<'g> {
    pub(super) grammar: &'g Grammar,
    pub(super) alphabet: &'g Alphabet,
    pub(super) program: &'g Program,
    pub(super) shows: Shows,
    pub(super) hidden: Vec<NameId>,
    pub(super) stuttering: Vec<NameId>,
    /// What bounds the work.
    pub(super) bounds: Bounds,
    /// The steps of all searches for the reasons of one rejection.
    pub(super) meter: Cell<Meter>,
}

/// The memory for a configuration that is kept, in bytes, about.
pub(super) fn bytes(at: &Configuration) -> usize {
    size_of::<Configuration>() + at.room() * size_of::<u64>()
}

impl Sight<'_> {
    /// Scratch for its runs.
    pub(super) fn scratch(&self) -> Scratch {
        Scratch::new(self.bounds.steps)
    }

    /// Counts the steps that were made with some scratch since this was called last, with those of making so many copies of a
    /// configuration.
    ///
    /// # Errors
    ///
    /// When the limit on work is met.
    pub(super) fn spend(&self, scratch: &mut Scratch, at: &Configuration, n_copies: usize) -> Result<(), Limit> {
        let copies = (1 + n_copies as u64) * (2 + at.room() as u64 / 8);
        let mut meter = self.meter.get();
        let spent = meter.spend(scratch.take_work() + copies);
        self.meter.set(meter);
        spent
    }

    /// Checks that so many bytes are within the memory that may be used.
    ///
    /// # Errors
    ///
    /// When they are not.
    pub(super) fn has_room(&self, bytes: usize) -> Result<(), Limit> {
        if bytes <= self.bounds.most_memory() { Ok(()) } else { Err(self.too_many()) }
    }

    /// The error of too many configurations.
    pub(super) fn too_many(&self) -> Limit {
        Limit::Configurations(TooMany { limit: self.bounds.configurations, unknown: Vec::new() })
    }

    /// Whether a sequence shows an item, and whether it may leave it out.
    pub(super) fn of(&self, item: &Item) -> (bool, bool) {
        let is_shown = is_shown(item, self.shows);
        (is_shown, !is_shown || self.is_in(item, &self.hidden))
    }

    fn is_in(&self, item: &Item, names: &[NameId]) -> bool {
        matches!(item, Item::Event { symbol, .. } if names.contains(&self.alphabet.name_of(*symbol)))
    }
}

/// Follows the runs.
#[derive(Debug)]
pub(super) struct Runs<'s, 'g> {
    sight: &'s Sight<'g>,
    productions: &'s Productions<'g>,
    scratch: Scratch,
    /// The likeliest first.
    pub(super) list: Vec<Run>,
    /// The memory of these, in bytes.
    list_bytes: usize,
    n_items: u64,
}

/// Why runs could not be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// A limit was met.
    Limit(Limit),
    /// None agrees with this item.
    Nowhere(u64),
}

impl From<Limit> for Lost {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// A part of a way.
#[derive(Clone, Copy, Debug)]
enum Mark {
    /// A state has changed; whether something had been decided since the last item.
    State(StateId, bool),
    /// An event that the trace does not show.
    Event,
    /// A phase began.
    Phase(PhaseId),
}

/// No mark.
const NOTHING: usize = usize::MAX;

#[derive(Debug)]
struct Node {
    likelihood: f64,
    /// Where it is among all that were found: the order of those that are as likely.
    number: Reverse<usize>,
    at: Configuration,
    run: usize,
    marks: usize,
    decided: bool,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        self.likelihood.total_cmp(&other.likelihood).then(self.number.cmp(&other.number))
    }
}

/// What is kept while one item is looked for.
#[derive(Debug, Default)]
struct Step {
    open: BinaryHeap<Node>,
    n_nodes: usize,
    marks: Vec<(usize, Mark)>,
    /// The configurations that were met at decisions, behind items that are not shown, and behind the item.
    seen: Interner<u64>,
    packed: Vec<u64>,
    found: Vec<Run>,
    /// The memory of what is open, and of what was found, in bytes.
    open_bytes: usize,
    found_bytes: usize,
}

impl Step {
    fn push(&mut self, likelihood: f64, at: Configuration, run: usize, marks: usize, decided: bool) {
        self.open_bytes += size_of::<Node>() + bytes(&at);
        let number = Reverse(self.n_nodes);
        self.n_nodes += 1;
        self.open.push(Node { likelihood, number, at, run, marks, decided });
    }

    fn pop(&mut self) -> Option<Node> {
        let node = self.open.pop()?;
        self.open_bytes -= size_of::<Node>() + bytes(&node.at);
        Some(node)
    }

    fn find(&mut self, run: Run) {
        self.found_bytes += run.bytes();
        self.found.push(run);
    }

    /// The memory of all of it, in bytes, about.
    fn bytes(&self) -> usize {
        self.open_bytes + self.found_bytes + size_of_val(self.marks.as_slice()) + self.seen.bytes()
    }

    fn mark(&mut self, marks: &mut usize, mark: Mark) {
        self.marks.push((*marks, mark));
        *marks = self.marks.len() - 1;
    }

    /// Whether a configuration is met for the first time in such a place.
    fn is_first(&mut self, at: &Configuration, place: u64) -> bool {
        self.packed.clear();
        self.packed.push(place);
        at.pack(&mut self.packed);
        self.seen.intern(&self.packed).1
    }
}

impl<'s, 'g> Runs<'s, 'g> {
    pub(super) fn new(sight: &'s Sight<'g>, productions: &'s Productions<'g>) -> Self {
        let program = sight.program;
        let start = Run {
            at: program.start(),
            n_items: 0,
            again: None,
            likelihood: 0.0,
            since: Rc::new(vec![0; sight.grammar.states.len()]),
            phases: Rc::new(vec![0; sight.grammar.phases.len()]),
            shown: Rc::new(vec![0; program.places().len()]),
        };
        let list_bytes = start.bytes();
        Self { sight, productions, scratch: sight.scratch(), list: vec![start], list_bytes, n_items: 0 }
    }

    /// The number of items that were taken, with the one that is looked for.
    pub(super) fn n_items(&self) -> u64 {
        self.n_items
    }

    /// Takes the runs over the next item.
    pub(super) fn item(&mut self, observed: &Observed) -> Result<(), Lost> {
        if !self.sight.shows.has(observed.kind()) {
            return Ok(());
        }
        self.n_items += 1;
        let mut step = Step::default();
        for (number, run) in self.list.iter().enumerate() {
            if let Some(item) = &run.again
                && agrees(observed, item, self.sight.alphabet)
                && step.is_first(&run.at, 2)
            {
                step.find(Run { n_items: self.n_items, ..run.clone() });
            }
            step.push(run.likelihood, run.at.clone(), number, NOTHING, false);
        }
        let mut n_looked_at = 0;
        while let Some(node) = step.pop() {
            n_looked_at += 1;
            if n_looked_at > self.sight.bounds.configurations {
                return Err(self.sight.too_many().into());
            }
            self.look(node, observed, &mut step)?;
            self.sight.has_room(self.list_bytes + step.bytes())?;
        }
        if step.found.is_empty() {
            return Err(Lost::Nowhere(self.n_items));
        }
        step.found.sort_by(|one, other| other.likelihood.total_cmp(&one.likelihood));
        (self.list, self.list_bytes) = (step.found, step.found_bytes);
        Ok(())
    }

    /// Follows a way to the next pause, and forks it.
    fn look(&mut self, node: Node, observed: &Observed, step: &mut Step) -> Result<(), Lost> {
        let Self { sight, scratch, .. } = self;
        let program = sight.program;
        let Node { likelihood, mut at, run, mut marks, decided, .. } = node;
        let before = program.state_words(&at).to_vec();
        scratch.refuel();
        let pause = match program.run(&mut at, scratch) {
            Ok(pause) => pause,
            Err(fault) if fault.kind.is_limit() => return Err(Lost::Limit(Limit::Run(fault))),
            Err(_) => return Ok(()),
        };
        sight.spend(scratch, &at, 1)?;
        if before != program.state_words(&at) {
            for state in program.states() {
                if program.state_in(&before, state) != program.state(&at, state) {
                    step.mark(&mut marks, Mark::State(state, decided));
                }
            }
        }
        match pause {
            Pause::End => {}
            Pause::Decide(decision) => {
                if !step.is_first(&at, 0) {
                    return Ok(());
                }
                if let Odds::Uniform(many) = decision.odds
                    && many > sight.bounds.configurations as u64
                {
                    return Err(sight.too_many().into());
                }
                for (option, probability) in program.odds(&decision, scratch) {
                    sight.spend(scratch, &at, 1)?;
                    sight.has_room(self.list_bytes + step.bytes())?;
                    let mut branch = at.clone();
                    if program.resume(&mut branch, option).is_ok() {
                        step.push(likelihood + probability.ln(), branch, run, marks, true);
                    }
                }
            }
            Pause::Show(shown) => {
                let item = Item::of(shown, scratch.values());
                let (is_shown, may_lack) = sight.of(&item);
                if is_shown && agrees(observed, &item, sight.alphabet) && step.is_first(&at, 2) {
                    let found = self.found(likelihood, at.clone(), run, marks, place(&shown), item.clone(), step);
                    step.find(found);
                }
                if may_lack && step.is_first(&at, 1) {
                    match item {
                        Item::Phase(phase) => step.mark(&mut marks, Mark::Phase(phase)),
                        Item::Event { .. } => step.mark(&mut marks, Mark::Event),
                        Item::Action { .. } => {}
                    }
                    step.push(likelihood, at, run, marks, decided);
                }
            }
        }
        Ok(())
    }

    /// The run that has come over the item.
    #[expect(clippy::too_many_arguments, reason = "they are the parts of what was found")]
    fn found(
        &self,
        likelihood: f64,
        at: Configuration,
        run: usize,
        marks: usize,
        place: PlaceId,
        item: Item,
        step: &Step,
    ) -> Run {
        let before = &self.list[run];
        let number = self.n_items;
        let mut found = Run { at, n_items: number, likelihood, again: None, ..before.clone() };
        // From the last one to the first.
        let mut lies_behind = false;
        let mut next = marks;
        let mut changed: Vec<StateId> = Vec::new();
        while let Some((earlier, mark)) = step.marks.get(next) {
            match *mark {
                // What changed before an event that is not shown belongs to the last that was.
                Mark::Event => lies_behind = true,
                Mark::Phase(phase) => Rc::make_mut(&mut found.phases)[phase.index()] = number,
                Mark::State(state, decided) if !changed.contains(&state) => {
                    changed.push(state);
                    let value = self.sight.program.state(&found.at, state);
                    let announces = self.sight.shows.events
                        && !lies_behind
                        && self.productions.announces(self.sight.grammar, state, value, decided);
                    let since = if announces { number } else { number - 1 };
                    Rc::make_mut(&mut found.since)[state.index()] = since;
                }
                Mark::State(..) => {}
            }
            next = *earlier;
        }
        if let Item::Phase(phase) = item {
            Rc::make_mut(&mut found.phases)[phase.index()] = number;
        }
        Rc::make_mut(&mut found.shown)[place.0 as usize] = number;
        if self.sight.is_in(&item, &self.sight.stuttering) {
            found.again = Some(item);
        }
        found
    }
}

/// Where an item is shown.
pub(super) fn place(item: &crate::machine::Item) -> PlaceId {
    use crate::machine::Item::{Action, Event, Phase};
    match item {
        Phase { place, .. } | Action { place, .. } | Event { place, .. } => *place,
    }
}
