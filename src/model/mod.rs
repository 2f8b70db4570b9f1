//! Syntax trees → checked grammar.

pub mod grammar;
