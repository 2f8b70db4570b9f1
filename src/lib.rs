//! A weighted grammar of a lifecycle: read, checked, walked.

pub mod cli;
pub mod diagnostic;
pub mod machine;
pub mod model;
pub mod source;
pub mod syntax;
pub mod trace;
pub mod walk;
