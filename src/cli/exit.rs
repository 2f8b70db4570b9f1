//! Exit codes.

use std::process::ExitCode;

/// How a command ends, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exit {
    /// 0: it is so; also when the reader of the output closed it early, as `head` does.
    Yes,
    /// 1: the answer is no: an invalid trace, a failed test, a finding.
    No,
    /// 2: it could not be answered: wrong usage, an unreadable file, a grammar with errors, a limit that was reached.
    Unanswered,
    /// 130: it was interrupted, by Ctrl-C.
    Interrupted,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Unanswered => 2,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}
