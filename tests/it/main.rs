//! The integration tests: one binary, a module for each side of the program.

#![expect(clippy::unwrap_used, reason = "a test that meets what it does not expect stops there")]

mod charm;
mod cli;
mod corpus;
mod data;
mod documents;
mod explain;
mod explore;
mod faults;
mod fmt;
mod frequencies;
mod juju;
mod layers;
mod limits;
mod logs;
mod planted;
mod probability;
mod published;
mod recognize;
mod reference;
mod regressions;
mod repair;
mod robust;
mod run;
mod safe;
mod semantics;
mod sequences;
mod shrink;
mod shrink_command;
mod statistics;
mod support;
mod survey;
mod targets;
mod test_command;
mod testing;
mod tutorial;
mod validate;
mod walks;
