//! Text → syntax tree.
//!
//! [`parse()`] reads a file: it always gives a tree, and every mistake that it found. [`format()`] lays a file out
//! anew, [`print()`] writes a tree without its comments.

mod advice;
mod format;
mod message;
mod parse;
mod print;
mod recover;
#[cfg(test)]
mod tests;
pub mod tree;
mod trivia;

pub use format::{Unformatted, format};
pub use parse::{Parse, parse, parse_pattern, parse_setting, parse_weight};
pub use print::{print, quoted};
pub use trivia::MAX_NESTING;
