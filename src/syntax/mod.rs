//! Text → syntax tree.

pub mod tree;
