//! How many mistakes are certainly still ahead.
//!
//! A piece of a sequence that no run can show, wherever it begins, needs an edit of its own. So as many edits are needed
//! as there are such pieces that no edit changes two of: there is an item between them, so that no swap touches both.
//! Each is made as short as it can be, so that edits are looked for where it is.

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::recognize::{Precision, Question, Recognizer, Verdict};
use crate::sets::{Bounds, Limit, Meter};
use crate::trace::{Observed, Shows};

/// How many configurations are looked at to know where runs can be. With more, states are forgotten, and fewer mistakes
/// are certain; with more even then, none are.
const EVERYWHERE: usize = 20_000;

/// Finds mistakes in sequences that show these kinds of items so exactly.
#[derive(Debug)]
pub(super) struct Ahead<'g> {
    shows: Shows,
    precision: Precision,
    whole: Recognizer<'g>,
    anywhere: Recognizer<'g>,
    /// The steps of all passes over one sequence.
    meter: Meter,
}

impl<'g> Ahead<'g> {
    pub(super) fn new(
        grammar: &'g Grammar,
        alphabet: &'g Alphabet,
        program: &'g Program,
        question: &Question,
        shows: Shows,
        precision: Precision,
    ) -> Self {
        let everywhere = question.bounds.everywhere.min(EVERYWHERE);
        let configurations = question.bounds.configurations.min(EVERYWHERE);
        let bounds = Bounds { configurations, everywhere, ..question.bounds };
        let anywhere = Question { from_anywhere: true, bounds, ..question.clone() };
        Self {
            shows,
            precision,
            whole: Recognizer::new(grammar, alphabet, program, question.clone()),
            anywhere: Recognizer::new(grammar, alphabet, program, anywhere),
            meter: Meter::new(question.bounds.work),
        }
    }

    /// For each place between the items, from that before the first to that behind the last, how many pieces begin there
    /// or later. Costs a few passes over the sequence. Where those take too long, fewer pieces are known.
    pub(super) fn mistakes(&mut self, items: &[&Observed]) -> Result<Vec<u32>, Limit> {
        self.meter.reset();
        let mut begins = vec![0; items.len() + 1];
        let mut last = rejected(&mut self.whole, (self.shows, self.precision), items)?;
        while let Some(end) = last {
            // What is impossible only where a life begins may be so no more when something is inserted in front of it.
            if let Some(start) = self.latest_start(items, end) {
                begins[start] = 1;
            }
            let next = (end + 2).min(items.len());
            last = self.impossible(items, next).map(|end| next + end);
        }
        for place in (0..items.len()).rev() {
            begins[place] += begins[place + 1];
        }
        Ok(begins)
    }

    /// Where from here on a sequence becomes one that no run can show, as far as is known.
    fn impossible(&mut self, items: &[&Observed], from: usize) -> Option<usize> {
        if from == items.len() || self.meter.check().is_err() {
            return None;
        }
        // Where the limit is met, nothing is known.
        let end = rejected(&mut self.anywhere, (self.shows, self.precision), &items[from..]);
        let n_items = end.as_ref().map_or(0, |end| end.unwrap_or(items.len() - from));
        self.meter.count(self.anywhere.n_steps() + n_items as u64);
        end.ok().flatten()
    }

    /// The last place from which on the items up to this one can't be shown, wherever they begin.
    fn latest_start(&mut self, items: &[&Observed], end: usize) -> Option<usize> {
        let mut is_piece = |start: usize| self.impossible(items, start).is_some_and(|length| start + length <= end);
        let (mut possible, mut length) = (end + 1, 1);
        let mut start = loop {
            let start = (end + 1).saturating_sub(length);
            if is_piece(start) {
                break start;
            }
            if start == 0 {
                return None;
            }
            possible = start;
            length *= 2;
        };
        while start + 1 < possible {
            let middle = usize::midpoint(start, possible);
            if is_piece(middle) {
                start = middle;
            } else {
                possible = middle;
            }
        }
        Some(start)
    }
}

/// The place of the item that is not possible, or behind the last.
fn rejected(
    recognizer: &mut Recognizer<'_>,
    (shows, precision): (Shows, Precision),
    items: &[&Observed],
) -> Result<Option<usize>, Limit> {
    recognizer.begin(shows, precision)?;
    for (place, item) in items.iter().enumerate() {
        if !recognizer.item(item)? {
            return Ok(Some(place));
        }
    }
    Ok(match recognizer.finish()? {
        Verdict::Valid { .. } => None,
        Verdict::Invalid(_) => Some(items.len()),
    })
}
