//! Walks over all configurations, breadth first, and what stands on them.
//!
//! Where a walk takes one way at random, an exploration takes every way, so what it says of a grammar is exact: that
//! something can never happen, or how it can, with a trace that shows it. Each answer has a limit, and is *undecided*
//! where it meets that.

pub mod dead;
mod search;
pub mod survey;
pub mod testing;
mod witness;

pub use witness::Witness;
