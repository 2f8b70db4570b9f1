//! The integration tests: one binary, a module for each side of the program.

mod cli;
mod corpus;
mod documents;
mod frequencies;
mod layers;
mod robust;
mod support;
