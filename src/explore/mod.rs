//! Walks over all configurations, breadth first, and what stands on them.
//!
//! Where a walk takes one way at random, an exploration takes every way, so what it says of a grammar is exact: that
//! something can never happen, or how it can, with a trace that shows it. Each answer has a limit, and is *undecided*
//! where it meets that.
//!
//! What is asked of event sequences stands on an [`Automaton`], which is in one place after each of them: how many there
//! are ([`Counts`]), all of them ([`Sequences`]), one at random ([`Ranked`]), and which of two grammars has one that the
//! other has not ([`Difference`]).

mod automaton;
mod count;
pub mod dead;
mod diff;
mod ending;
mod enumerate;
mod horizon;
pub mod life;
mod rank;
pub mod reasons;
pub mod repair;
mod search;
pub mod statistics;
pub mod survey;
pub mod testing;
mod witness;

pub use automaton::{Automaton, Edge, FrontId};
pub use count::Counts;
pub use diff::{Difference, OneSided, Side};
pub use enumerate::Sequences;
pub use num_bigint::BigUint;
pub use rank::Ranked;
pub use witness::Witness;
