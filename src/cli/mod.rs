//! The command line: arguments as typed (`args`), what they mean, and what is done about it, one file a command.
//!
//! Results go to standard output, everything else to standard error. Nothing here touches the process's own streams but
//! [`main`]: a command gets them as an [`Io`], so that tests run it in process.

mod args;
mod charm;
mod check;
mod completions;
mod confinement;
mod count;
mod data;
mod dead;
mod diff;
mod enumerate;
mod environment;
mod exit;
mod explanation;
mod explore;
mod export;
mod failure;
mod figures;
mod fmt;
mod generate;
mod grammar;
mod help;
mod init;
mod interrupt;
mod io;
mod judge;
mod judging;
mod limits;
mod line_diff;
mod list;
mod logs;
mod man;
mod nearest;
mod one_trace;
mod output;
mod package;
mod probability;
mod processes;
mod progress;
mod run;
mod runs;
mod sequences;
mod show;
mod shrink;
mod stats;
mod tables;
mod temporary;
mod test;
#[cfg(test)]
mod tests;
mod traces;
mod uniform;
mod validate;
mod values;
mod verdicts;
mod witness;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Arguments, Command};
pub use exit::Exit;
use failure::Failure;
pub use io::{Capture, Io, Stream, Verbosity};

use crate::model::builtins;

/// Runs the command with the arguments and the streams of this process.
pub fn main() -> ExitCode {
    let exit = run(std::env::args_os(), &mut Io::of_process());
    interrupt::wait_for_end();
    exit.into()
}

/// Runs the command. The first argument is the program's name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, io: &mut Io) -> Exit {
    let result = Arguments::parse(arguments).map_err(Failure::from).and_then(|arguments| dispatch(arguments, io));
    // What a buffer still holds can fail to be written too, and must not change what a failure before it says.
    let flushed = io.stdout.flush().map_err(Failure::from);
    match result.and_then(|exit| flushed.map(|()| exit)) {
        Ok(exit) => exit,
        Err(failure) => failure.report(io),
    }
}

fn dispatch(arguments: Arguments, io: &mut Io) -> Result<Exit, Failure> {
    io.color(arguments.global.color());
    io.verbosity = arguments.global.verbosity();
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments.0, io),
        Command::Fmt(arguments) => fmt::run(&arguments.0, io),
        Command::Test(arguments) => test::run(&arguments.0, io),
        Command::Generate(arguments) => generate::run(&arguments.0.meaning()?, io),
        Command::Validate(arguments) => validate::run(&arguments.0, io),
        Command::Probability(arguments) => probability::run(&arguments.0, io),
        Command::Count(arguments) => count::run(&arguments.0, io),
        Command::Enumerate(arguments) => enumerate::run(&arguments.0, io),
        Command::Diff(arguments) => diff::run(&arguments.0, io),
        Command::Stats(arguments) => stats::run(&arguments.0, io),
        Command::Explore(arguments) => explore::run(&arguments.0, io),
        Command::Shrink(arguments) => shrink::run(&arguments.0, io),
        Command::Run(arguments) => run::run(&arguments.0, io),
        Command::Export(arguments) => export::run(&arguments.0, io),
        Command::List => list::run(builtins(), io),
        Command::Init(arguments) => init::run(&arguments.0, io),
        Command::Show(arguments) => show::run(&arguments.0.name, builtins(), io),
        Command::Completions(arguments) => completions::run(arguments.0.shell, io),
        Command::Man(arguments) => man::run(arguments.0.command.as_deref(), io),
    }
}
