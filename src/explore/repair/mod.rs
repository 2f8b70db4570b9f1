//! The valid sequence that is nearest to one that is not: with the fewest insertions, deletions and swaps of neighbors.
//!
//! This is error-correcting parsing (Aho and Peterson, "A Minimum Distance Error-Correcting Parser", 1972) for sets of
//! runs instead of a context-free grammar: a search over pairs of a position in the sequence and a configuration
//! (`search`), led by a count of the mistakes that are still ahead (`ahead`), so that a long sequence costs little
//! more than its mistakes do.

mod ahead;
mod marked;
mod search;

pub use marked::{Line, Mark, marked};

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::recognize::{Precision, Question};
use crate::sets::{Bounds, Item, Limit, PlaceId, Places, Sets};
use crate::trace::{Observed, Shows};
use ahead::Ahead;
use search::{Search, Step};

/// How many pairs of a position and a configuration a search looks at, if nothing else is said: some hundred MB.
pub const EFFORT: usize = 2_000_000;

/// A nearest valid sequence, beside the one that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// The items of the valid sequence in their order, and where they were those that it does not have.
    pub rows: Vec<Row>,
    /// How many edits it takes: insertions, deletions, and swaps of neighbors. None if the sequence is valid.
    pub edits: usize,
    /// Whether it was only looked whether a run agrees with it that forgets states: so there may be none.
    pub approximate: bool,
}

/// An item of one of both sequences. Those of the one that was given are numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// It is in both.
    Kept(usize),
    /// It changes places with another one, which is its neighbor but for what goes or comes between them.
    Swapped(usize),
    /// It goes.
    Deleted(usize),
    /// It comes.
    Inserted(Item),
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unrepaired {
    /// No sequence belongs to the grammar.
    Nothing,
    /// It takes at least so many edits, and all that was to be looked at was.
    TooFar {
        /// At least so many.
        edits: usize,
        /// So many pairs of a position and a configuration were looked at: more would take too much time or memory.
        effort: usize,
    },
    /// Runs can't be followed.
    Limit(Limit),
}

impl From<Limit> for Unrepaired {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// Repairs sequences by a grammar. What it learns about the grammar from one serves the next that shows the same kinds of
/// items in the same way.
#[derive(Debug)]
pub struct Repairer<'g> {
    grammar: &'g Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    question: Question,
    effort: usize,
    kind: Option<Kind<'g>>,
}

/// What is known of sequences of one kind.
#[derive(Debug)]
struct Kind<'g> {
    shows: Shows,
    precision: Precision,
    places: Places<'g>,
    /// Where a run can be before the sequence.
    start: Vec<PlaceId>,
    approximate: bool,
    ahead: Ahead<'g>,
}

impl<'g> Repairer<'g> {
    /// A repairer for the language of a grammar, whose alphabet and program these are. It looks at `effort` pairs of a
    /// position and a configuration, at most, for each sequence; one takes some hundred bytes. The bounds of the question are for
    /// each sequence, too.
    pub fn new(
        grammar: &'g Grammar,
        alphabet: &'g Alphabet,
        program: &'g Program,
        question: Question,
        effort: usize,
    ) -> Self {
        Self { grammar, alphabet, program, question, effort, kind: None }
    }

    /// The nearest sequence to one that shows these kinds of items, and others not. Among equally near ones it is one that
    /// keeps as much as possible of the beginning, deletes rather than it inserts, and inserts what the grammar
    /// declares first.
    ///
    /// An item that no grammar knows is deleted; its neighbors are neighbors then.
    ///
    /// # Errors
    ///
    /// If there is none, or a limit is met.
    pub fn repair(&mut self, items: &[Observed], shows: Shows, precision: Precision) -> Result<Repair, Unrepaired> {
        debug_assert!(items.iter().all(|item| shows.has(item.kind())), "other items were to be left out");
        let known = |kind: &Kind<'_>| (kind.shows, kind.precision) == (shows, precision);
        if !self.kind.as_ref().is_some_and(|kind| known(kind) && kind.places.bytes() < self.question.bounds.memory) {
            self.kind = Some(self.new_kind(shows, precision)?);
        }
        let kind = self.kind.as_mut().expect("it was just made");
        let is_known = |place: &usize| !matches!(items[*place], Observed::Foreign(_));
        let numbers: Vec<usize> = (0..items.len()).filter(is_known).collect();
        let known: Vec<&Observed> = numbers.iter().map(|number| &items[*number]).collect();
        kind.places.begin_answer();
        let ahead = kind.ahead.mistakes(&known)?;
        let effort = (self.effort, self.question.bounds.most_memory());
        let search = Search::new(&mut kind.places, self.alphabet, &known, &ahead, self.question.prefix, effort);
        let steps = search.run(&kind.start).map_err(|error| match error {
            // Those that are foreign go anyway.
            Unrepaired::TooFar { edits, effort } => {
                Unrepaired::TooFar { edits: edits + items.len() - numbers.len(), effort }
            }
            other => other,
        })?;
        let mut repair = Repair { rows: Vec::new(), edits: 0, approximate: kind.approximate };
        let mut left = 0..items.len();
        let mut held = 0;
        for step in steps {
            let mut next = || loop {
                let number = left.next().expect("steps lead over the items");
                if is_known(&number) {
                    break number;
                }
                repair.rows.push(Row::Deleted(number));
            };
            let row = match step {
                Step::Start => continue,
                Step::Hold => {
                    held = next();
                    repair.edits += 1;
                    continue;
                }
                Step::Keep => Row::Kept(next()),
                Step::Pass => Row::Swapped(next()),
                Step::Release => Row::Swapped(held),
                Step::Delete => Row::Deleted(next()),
                Step::Insert(item) => Row::Inserted(kind.places.item(item).clone()),
            };
            repair.rows.push(row);
        }
        repair.rows.extend(left.map(Row::Deleted));
        repair.edits += repair.rows.iter().filter(|row| matches!(row, Row::Deleted(_) | Row::Inserted(_))).count();
        Ok(repair)
    }

    fn new_kind(&self, shows: Shows, precision: Precision) -> Result<Kind<'g>, Limit> {
        let view = self.question.view(shows, precision);
        let bounds = self.question.bounds;
        let mut places = Places::new(self.grammar, self.alphabet, self.program, view.clone(), bounds);
        let mut approximate = false;
        let start = if self.question.from_anywhere {
            let kept = Bounds { memory: usize::MAX, products: usize::MAX, ..bounds };
            let mut sets = Sets::new(self.grammar, self.alphabet, self.program, view, kept);
            let exact = sets.everywhere(false);
            approximate = exact.is_err();
            let front = exact.or_else(|_| sets.everywhere(true))?;
            places.adopt(&sets, &front)?
        } else {
            vec![places.start()?]
        };
        let ahead = Ahead::new(self.grammar, self.alphabet, self.program, &self.question, shows, precision);
        Ok(Kind { shows, precision, places, start, approximate, ahead })
    }
}
