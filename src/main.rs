//! The `charmgrammar` command. All of it is in [`charmgrammar::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    charmgrammar::cli::main()
}
