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

use std::fmt;

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
    ///
    /// # Errors
    ///
    /// Of a form that can't say what the life has.
    pub fn export(&self, form: Form) -> Result<String, Unwritable> {
        match form {
            Form::Pytest => Ok(pytest::text(self)),
            Form::Juju => juju::text(self),
            Form::Jubilant => Ok(jubilant::text(self)),
        }
    }
}

/// A text that can't be an argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwritable(String);

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has a NUL, which no argument of a command can have", self.0)
    }
}

impl std::error::Error for Unwritable {}
