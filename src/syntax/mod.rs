//! Text → syntax tree.
//!
//! [`parse()`] reads a file: it always gives a tree, and every mistake that it found. [`print()`] is the way back.

mod advice;
mod message;
mod parse;
mod print;
mod recover;
#[cfg(test)]
mod tests;
pub mod tree;
mod trivia;

pub use parse::{Parse, parse, parse_pattern, parse_setting, parse_weight};
pub use print::print;
pub use trivia::MAX_NESTING;
