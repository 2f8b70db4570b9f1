//! `charmgrammar man`.

use clap_mangen::Man;

use super::{Exit, Failure, Io, args};

/// Writes the manual page of the program, or of one of its commands.
pub(super) fn run(name: Option<&str>, io: &mut Io) -> Result<Exit, Failure> {
    let mut command = args::command();
    // Tells every command its full name, and gives it the global options.
    command.build();
    let page = match name {
        None => command,
        Some(name) => {
            let found = command.find_subcommand(name).cloned();
            found.ok_or_else(|| Failure::Message(format!("there is no command `{name}`")))?
        }
    };
    Man::new(page).manual("charmgrammar").render(io.stdout.writer())?;
    Ok(Exit::Yes)
}
