//! The grammar as a machine: it runs by itself until it must decide or until it shows an item.
//!
//! [`Program::compile`] turns a checked grammar into a [`Program`]. A [`Configuration`] is a point of a run;
//! [`Program::run`] takes it to its next [`Pause`], and whoever drives it answers a decision with
//! [`Program::resume`]. At a pause the configuration is complete: it can be copied, compared, hashed, and resumed in
//! several ways. Dice that answer make the walker; an observed trace makes the recogniser; taking every branch makes
//! exploration. So this is the one place where the meaning of the language is written down; it knows nothing of random
//! numbers, files or terminals.

mod actions;
mod ahead;
mod assign;
mod because;
mod compile;
mod configuration;
mod each;
mod evaluate;
mod fault;
mod interleave;
mod interpret;
mod numbers;
mod pack;
mod partial;
mod pause;
mod product;
mod program;
mod repeat;
mod scratch;
mod spans;
mod states;
#[cfg(test)]
mod tests;
mod unguarded;
mod watch;

pub use ahead::{Ahead, Meaning, Sign};
pub use because::{Atom, Read, ReadOf};
pub use configuration::{Configuration, Counter};
pub use fault::{Fault, FaultKind};
pub use numbers::Numbers;
pub use pause::{Decision, Item, Odds, Pause};
pub use product::Rows;
pub use program::{Choice, Place, PlaceId, Program};
pub use repeat::{Loop, LoopTurn};
pub use scratch::Scratch;
pub use unguarded::{Bar, Barrier, Halt, Way};
pub use watch::{Condition, Guard, GuardKind, Landmark, LandmarkKind, Outcomes, Watch};

pub use crate::model::limits::MAX_WEIGHT;
