//! A trace as something that runs without this program: a test with `ops.testing`, Juju commands, a `jubilant` test.
//!
//! The core knows nothing of Juju: what events and actions are in Juju's words is said in `life` and in `commands`, by the
//! names that its lifecycles use. What a form can't say is a comment in it.

mod commands;
mod jubilant;
mod juju;
mod life;
mod pytest;
mod python;

pub use life::{About, Life};

/// What a trace becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A test in Python that runs the charm by `ops.testing`.
    Pytest,
    /// A shell script of Juju commands.
    Juju,
    /// An integration test in Python by `jubilant`.
    Jubilant,
}

impl Life {
    /// The text of a form of it.
    pub fn export(&self, form: Form) -> String {
        match form {
            Form::Pytest => pytest::text(self),
            Form::Juju => juju::text(self),
            Form::Jubilant => jubilant::text(self),
        }
    }
}
