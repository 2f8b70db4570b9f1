//! `charmgrammar generate --uniform`.

use std::sync::atomic::Ordering;

use super::args::CONFIGURATIONS;
use super::generate::{GenerateArguments, Uniform, draw_seed};
use super::grammar::{self, Opened};
use super::output::Output;
use super::progress::Progress;
use super::sequences::{self, Writer};
use super::{Exit, Failure, Io, Verbosity, interrupt, limits};
use crate::explore::{Automaton, BigUint, Ranked};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::trace::Header;

/// Writes sequences that are drawn, all as likely.
pub(super) fn run(arguments: &GenerateArguments, uniform: &Uniform, io: &mut Io) -> Result<Exit, Failure> {
    let Opened { grammar, sources, .. } = grammar::open(&arguments.grammar, &arguments.settings, io)?;
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let n_events = usize::try_from(uniform.n_events).expect("it has 32 bits or more");
    let limit = arguments.settings.limiting.configurations(CONFIGURATIONS);
    let ranked = Automaton::new(&grammar, &alphabet, &program, limit, arguments.step_limit)
        .and_then(|automaton| Ranked::new(automaton, n_events));
    let ranked = ranked.map_err(|limit| limits::failure(&limit, &grammar, io))?;
    if ranked.total() == BigUint::ZERO {
        return Err(Failure::Message(format!("there is no sequence of {n_events} events to be drawn")));
    }
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => draw_seed(io)?,
    };
    let mut writer = Writer::new(arguments.format, &grammar, &alphabet, &sources, Some(seed));
    write(arguments, &ranked, seed, &mut writer, io)?;
    Ok(Exit::Yes)
}

fn write(
    arguments: &GenerateArguments,
    ranked: &Ranked<'_>,
    seed: u64,
    writer: &mut Writer<'_>,
    io: &mut Io,
) -> Result<(), Failure> {
    let is_file = arguments.output.as_ref().is_some_and(|path| path.as_os_str() != "-");
    let Io { stdout, stderr, verbosity, .. } = io;
    // A line of progress would be lost among traces on the same terminal.
    let verbosity = if is_file || !stdout.is_terminal { *verbosity } else { Verbosity::Quiet };
    let numbers = arguments.traces.clone();
    let mut output = Output::create(arguments.output.as_deref(), stdout)?;
    let mut progress = Progress::new(stderr, verbosity, "traces", numbers.end - numbers.start);
    interrupt::catch();
    for trace in numbers.clone() {
        if interrupt::flag().load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        let names = ranked.draw(Header { seed, trace, attempt: 0 });
        sequences::can_be_written(arguments.format, &names)?;
        let written = output.writer().write_all(writer.sequence(trace, &names));
        written.map_err(|error| output.failure(error))?;
        progress.update(trace - numbers.start + 1);
    }
    drop(progress);
    output.finish()
}
