#![doc = include_str!("../README.md")]
//!
//! # Code map
//!
//! Text becomes a syntax tree ([`syntax`]: what was written), that a checked grammar ([`model`]: what it means), that a
//! program ([`machine`]), and that runs. The machine runs by itself until it must decide or shows something; whoever
//! answers its decisions makes the tool: dice make the walker ([`walk`]), which writes [`trace`]s; a trace that was read
//! makes the recognizer ([`recognize`]), which keeps every run that can still show it ([`sets`]); all answers at once, each
//! configuration once, make the checks of a grammar ([`explore`]). [`source`],
//! [`limits`] and [`diagnostic`] are below all of it, [`cli`] is on top. [`charm`] says in the language what the metadata of a charm say;
//! [`import`] reads what Juju has logged.
//!
//! A trace depends on the grammar, its settings, the seed and its number alone.

// The parser is made without `std`.
extern crate alloc;

pub mod charm;
pub mod cli;
pub mod diagnostic;
pub mod draw;
pub mod explore;
pub mod export;
pub mod import;
pub mod limits;
pub mod machine;
pub mod model;
pub mod pattern;
pub mod recognize;
pub mod sets;
pub mod shrink;
pub mod source;
pub mod syntax;
pub mod trace;
pub mod walk;
