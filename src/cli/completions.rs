//! `charmgrammar completions`.

use clap_complete::Shell;

use super::{Exit, Failure, Io, args};

/// Writes the completion script of a shell.
pub(super) fn run(shell: Shell, io: &mut Io) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::command(), "charmgrammar", &mut script);
    io.stdout.writer().write_all(&script)?;
    Ok(Exit::Yes)
}
