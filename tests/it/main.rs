//! The integration tests: one binary, a module for each side of the program.

#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect stops there")]

mod cli;
mod corpus;
mod documents;
mod frequencies;
mod juju;
mod layers;
mod probability;
mod published;
mod recognize;
mod reference;
mod robust;
mod semantics;
mod support;
mod validate;
