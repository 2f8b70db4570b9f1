//! What lives are like on average: how often each event and action happens, how long lives are, and what is lost.
//!
//! [`exact()`] takes the grammar as a Markov chain and solves it, where its configurations are not too many; [`sample()`]
//! draws traces and says how far off it may be. All figures but those of what is lost are of complete traces: what a run
//! has shown that comes to no end does not count.

mod chain;
mod cycle;
mod exact;
mod length;
mod order;
mod sample;

use crate::diagnostic::Code;
use crate::sets::Limit;
use crate::source::Span;

pub use exact::exact;
pub use length::{Length, QUANTILES};
pub use sample::{Sampling, sample};

/// A number that is known, or that was estimated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The number: exact up to rounding, or the best guess.
    pub value: f64,
    /// For a guess the interval in which the number lies with a probability of 95 %.
    pub interval: Option<(f64, f64)>,
}

impl Figure {
    /// A number that is known.
    fn exact(value: f64) -> Self {
        Self { value, interval: None }
    }
}

/// How often something happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frequency {
    /// The expected number of times in a trace.
    pub expected: Figure,
    /// The probability that it happens at all.
    pub occurs: Figure,
}

/// Why a run comes to no end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause {
    /// Where.
    pub span: Span,
    /// What went wrong.
    pub code: Code,
}

/// What comes of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcomes {
    /// The probability of a complete trace.
    pub complete: Figure,
    /// The probability of each way to fail, in the order of their places.
    pub lost: Vec<(Cause, Figure)>,
    /// The probability of going on for ever. Samples don't tell: what goes on for too long is lost by a limit there.
    pub endless: Option<Figure>,
}

/// The figures of a grammar.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// How many configurations there are, where those that are exact stand on all of them.
    pub configurations: Option<usize>,
    /// The walks on which those stand that are not.
    pub walks: Option<Walks>,
    /// What comes of runs.
    pub outcomes: Outcomes,
    /// What complete traces are like; nothing if there are none.
    pub traces: Option<Traces>,
}

/// Walks that were drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walks {
    /// How many, with those that failed.
    pub number: u64,
    /// The seed.
    pub seed: u64,
}

impl Statistics {
    /// Whether no figure is missing.
    pub fn is_whole(&self) -> bool {
        self.traces.as_ref().is_none_or(|traces| traces.length.is_some())
    }

    /// Takes from other figures what is missing, as far as they have it.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        if let Some(traces) = &mut self.traces
            && traces.length.is_none()
        {
            traces.length = other.traces.and_then(|others| others.length);
            self.walks = other.walks;
        }
        self
    }
}

/// What complete traces are like.
#[derive(Clone, Debug, PartialEq)]
pub struct Traces {
    /// The expected number of events.
    pub mean: Figure,
    /// More about their number; `None` where the longest traces are too long for it, and no shorter one was drawn.
    pub length: Option<Length>,
    /// For each name of an event, by its number.
    pub events: Vec<Frequency>,
    /// For each action and reaction, by its number; nothing is known of reactions, since traces don't show them.
    pub actions: Vec<Option<(Frequency, Share)>>,
}

/// Which part of all actions that are performed is this one; nothing if none ever is.
pub type Share = Option<Figure>;

impl From<Limit> for Inexact {
    fn from(limit: Limit) -> Self {
        match limit {
            Limit::Configurations(many) => Self::Configurations { limit: many.limit },
            Limit::Cycle { configurations } => Self::Cycle { configurations },
            Limit::Work { limit } => Self::Work { limit },
            Limit::Run(_) => unreachable!("runs that meet a limit are lost"),
        }
    }
}

/// Why there are no exact figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inexact {
    /// There are more configurations.
    Configurations {
        /// Than this.
        limit: usize,
    },
    /// Runs go round among so many configurations, or leave them so seldom, that it takes too long to say how often.
    Cycle {
        /// How many they are.
        configurations: usize,
    },
    /// It takes more steps than this, the limit on work.
    Work {
        /// The limit.
        limit: u64,
    },
    /// It was stopped.
    Interrupted,
}
