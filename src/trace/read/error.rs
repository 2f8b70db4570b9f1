//! Why a trace cannot be read.

use std::{fmt, io};

/// What is wrong with an input, and where. As text: `3:17: expected …`.
#[derive(Debug)]
pub struct ReadError(Box<Finding>);

/// Boxed, so that the result of reading an item stays small.
#[derive(Debug)]
struct Finding {
    line: u64,
    column: Option<u64>,
    message: String,
    help: Option<String>,
    cause: Option<io::Error>,
    is_final: bool,
}

impl ReadError {
    pub(crate) fn new(line: u64, message: impl Into<String>) -> Self {
        Self(Box::new(Finding {
            line,
            column: None,
            message: message.into(),
            help: None,
            cause: None,
            is_final: false,
        }))
    }

    /// The input itself failed.
    pub(crate) fn failed(line: u64, cause: io::Error) -> Self {
        let mut error = Self::new(line, format!("the input cannot be read: {cause}"));
        error.0.cause = Some(cause);
        error.ending()
    }

    /// Nothing behind it can be read, whatever the format.
    pub(super) fn ending(mut self) -> Self {
        self.0.is_final = true;
        self
    }

    pub(super) fn is_final(&self) -> bool {
        self.0.is_final
    }

    /// The line is no text.
    pub(crate) fn not_text(line: u64) -> Self {
        Self::new(line, "the input is not text: this line is not UTF-8, or has a NUL")
            .help("give traces as UTF-8 text, without compression")
    }

    /// It begins at that column, from 1.
    pub(crate) fn at_column(mut self, column: u64) -> Self {
        self.0.column = Some(column);
        self
    }

    /// It begins at the character that `before`, the line up to it, leads to.
    pub(super) fn behind(mut self, before: &[u8]) -> Self {
        let characters = String::from_utf8_lossy(before).chars().count();
        self.0.column = Some(characters as u64 + 1);
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// The line, from 1.
    pub fn line(&self) -> u64 {
        self.0.line
    }

    /// The column, from 1 and in characters, if the whole line is not meant.
    pub fn column(&self) -> Option<u64> {
        self.0.column
    }

    /// What is wrong, in lower case and without a full stop.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What to do about it, likewise, where there is more to say.
    pub fn advice(&self) -> Option<&str> {
        self.0.help.as_deref()
    }

    /// The error of the input, if that failed.
    pub fn io(&self) -> Option<&io::Error> {
        self.0.cause.as_ref()
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.0.line)?;
        if let Some(column) = self.0.column {
            write!(f, "{column}:")?;
        }
        write!(f, " {}", self.0.message)
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.io().map(|cause| cause as _)
    }
}
