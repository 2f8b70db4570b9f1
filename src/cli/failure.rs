//! Why a command stops before its end.

use std::io::{self, ErrorKind};

use super::{Exit, Io};

/// What stopped a command.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments are wrong, or ask for help.
    Usage(Box<clap::Error>),
    /// A result could not be written.
    Write {
        /// Where to: a path, or `standard output`.
        to: String,
        /// Why.
        error: io::Error,
    },
    /// Anything else, in lower case and without a full stop.
    Message(String),
    /// An error that has been told already.
    Told,
    /// Ctrl-C.
    Interrupted,
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(Box::new(error))
    }
}

/// Commands write with `?` to standard output alone, so an error without a place is of standard output.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write { to: "standard output".to_owned(), error }
    }
}

impl Failure {
    /// Tells it on standard error, where it is to be told.
    pub(super) fn report(&self, io: &mut Io) -> Exit {
        match self {
            Self::Usage(error) => report_usage(error, io),
            // Whoever closed the pipe has read what they wanted.
            Self::Write { error, .. } if error.kind() == ErrorKind::BrokenPipe => Exit::Yes,
            Self::Write { to, error } => {
                io.error(&format!("cannot write to {to}: {error}"));
                Exit::Unanswered
            }
            Self::Message(message) => {
                io.error(message);
                Exit::Unanswered
            }
            Self::Told => Exit::Unanswered,
            Self::Interrupted => Exit::Interrupted,
        }
    }
}

/// Help and the version, which are asked for in the form of errors, are results.
fn report_usage(error: &clap::Error, io: &mut Io) -> Exit {
    let stream = if error.use_stderr() { &mut io.stderr } else { &mut io.stdout };
    let text = error.render();
    let text = if stream.color { text.ansi().to_string() } else { text.to_string() };
    let written = stream.show(&text).and_then(|()| stream.flush());
    match written {
        _ if error.use_stderr() => Exit::Unanswered,
        Ok(()) => Exit::Yes,
        Err(error) => Failure::from(error).report(io),
    }
}
