//! The integration tests.

mod reference;
mod semantics;
