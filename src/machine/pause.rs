//! What a run pauses for, and the odds of a decision.

use super::configuration::Configuration;
use super::interpret::usize_of;
use super::program::{Choice, Op, PlaceId, Program};
use super::scratch::Scratch;
use crate::model::grammar::{ActionId, CauseId, EventId, PhaseId};

/// Why a run pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It must be told how to go on, by [`Program::resume`].
    Decide(Decision),
    /// It shows an item, and goes on with [`Program::run`].
    Show(Item),
    /// The trace is over, and complete.
    End,
}

/// A question, with what the answers weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Where it is taken.
    pub place: PlaceId,
    /// The options.
    pub odds: Odds,
}

/// The options of a decision: at least two, each with a weight above 0. Their probabilities are proportional to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odds {
    /// The options 0 to n−1, each equally likely.
    Uniform(u64),
    /// Option 0 with `first` out of `total`, else option 1.
    Either {
        /// The weight of option 0: above 0 and below `total`.
        first: u64,
        /// The weight of both.
        total: u64,
    },
    /// A table of the program: [`Program::choices`] gives it.
    Table(u32),
    /// What [`Scratch`] lists: [`Program::choices`] gives it.
    Listed,
}

/// What a run shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// A phase begins.
    Phase {
        /// The phase.
        phase: PhaseId,
        /// Where it is shown.
        place: PlaceId,
    },
    /// Somebody acts. [`Scratch::values`] has the arguments.
    Action {
        /// The action.
        action: ActionId,
        /// Who.
        source: CauseId,
        /// Where it is shown.
        place: PlaceId,
    },
    /// An event happens. [`Scratch::values`] has the payload.
    Event {
        /// The event.
        event: EventId,
        /// The event with its instances: the number that `model::Alphabet` knows.
        symbol: u32,
        /// Where it is shown.
        place: PlaceId,
    },
}

impl Program {
    /// The options of a decision, those of [`Odds::Table`] and [`Odds::Listed`]; the others need no list.
    pub fn choices<'a>(&'a self, decision: &Decision, scratch: &'a Scratch) -> &'a [Choice] {
        match decision.odds {
            Odds::Table(table) => &self.tables[table as usize].options,
            Odds::Listed => &scratch.options,
            Odds::Uniform(_) | Odds::Either { .. } => &[],
        }
    }

    /// All options of a decision, in their order: for whoever takes more than one.
    pub fn options(&self, decision: &Decision, scratch: &Scratch) -> Vec<u64> {
        (0..self.n_options(decision, scratch)).map(|place| self.option(decision, scratch, place)).collect()
    }

    /// How many options a decision has.
    pub fn n_options(&self, decision: &Decision, scratch: &Scratch) -> u64 {
        match decision.odds {
            Odds::Uniform(many) => many,
            Odds::Either { .. } => 2,
            Odds::Table(_) | Odds::Listed => self.choices(decision, scratch).len() as u64,
        }
    }

    /// Whether the decision at hand is who causes an action: nothing but its mark depends on that.
    pub fn is_for_source(&self, at: &Configuration) -> bool {
        matches!(self.deciding(at), Some(Op::Sources { .. }))
    }

    /// One of the options of a decision, by its place.
    ///
    /// # Panics
    ///
    /// If there are fewer.
    pub fn option(&self, decision: &Decision, scratch: &Scratch, place: u64) -> u64 {
        match decision.odds {
            Odds::Uniform(_) | Odds::Either { .. } => place,
            Odds::Table(_) | Odds::Listed => self.choices(decision, scratch)[usize_of(place)].option,
        }
    }

    /// All options of a decision with their probabilities, in their order.
    pub fn odds(&self, decision: &Decision, scratch: &Scratch) -> Vec<(u64, f64)> {
        match decision.odds {
            Odds::Uniform(many) => (0..many).map(|option| (option, quotient(1, many))).collect(),
            Odds::Either { first, total } => vec![(0, quotient(first, total)), (1, quotient(total - first, total))],
            Odds::Table(_) | Odds::Listed => {
                let choices = self.choices(decision, scratch);
                let total = choices.last().map_or(0, |choice| choice.upto);
                let mut before = 0;
                let weigh = |choice: &Choice| {
                    let weight = choice.upto - std::mem::replace(&mut before, choice.upto);
                    (choice.option, quotient(weight, total))
                };
                choices.iter().map(weigh).collect()
            }
        }
    }

    /// The option of a table in whose share of the running sum the number falls that `draw` gives below the total.
    #[inline]
    pub fn pick(&self, table: u32, draw: impl FnOnce(u64) -> u64) -> u64 {
        let table = &self.tables[table as usize];
        let drawn = draw(table.options.last().map_or(0, |choice| choice.upto));
        let place = match table.places.get(usize_of(drawn)) {
            Some(place) => usize::from(*place),
            None => table.options.partition_point(|choice| choice.upto <= drawn),
        };
        table.options[place].option
    }
}

#[expect(clippy::cast_precision_loss, reason = "what is above 2^53 is rounded, as any quotient is")]
fn quotient(weight: u64, total: u64) -> f64 {
    weight as f64 / total as f64
}
