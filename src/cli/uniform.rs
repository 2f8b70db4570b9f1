//! `charmgrammar generate --uniform`.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::thread;

use super::args::exploring;
use super::generate::{GenerateArguments, Uniform, draw_seed};
use super::grammar::{self, Opened};
use super::output::{self, Output};
use super::progress::Progress;
use super::sequences::{self, Writer};
use super::{Exit, Failure, Io, Verbosity, interrupt, limits};
use crate::explore::{BigUint, Ranked};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::trace::Header;

/// The number of events that a thread draws, about, before its traces are written.
const PIECE: u64 = 1 << 16;

/// Writes sequences that are drawn, all as likely.
pub(super) fn run(arguments: &GenerateArguments, uniform: &Uniform, io: &mut Io) -> Result<Exit, Failure> {
    let Opened { grammar, sources, .. } = grammar::open(&arguments.grammar, &arguments.settings, io)?;
    output::refuse_input(arguments.output.as_deref(), output::files_of(&sources))?;
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let n_events = usize::try_from(uniform.n_events).expect("it has 32 bits or more");
    let bounds = exploring(&arguments.settings.limiting, arguments.step_limit);
    let ranked =
        limits::automaton(&grammar, &alphabet, &program, bounds).and_then(|automaton| Ranked::new(automaton, n_events));
    let ranked = ranked.map_err(|limit| limits::failure(&limit, &grammar, io))?;
    if ranked.total() == BigUint::ZERO {
        return Err(Failure::Message(format!("there is no sequence of {n_events} events to be drawn")));
    }
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => draw_seed(io)?,
    };
    if n_events == 0 {
        sequences::can_be_written(arguments.format, &[])?;
    }
    // Each thread has a writer of its own; it takes up room of its own.
    let writer = |_| Writer::new(arguments.format, &grammar, &alphabet, &sources, Some(seed));
    write(arguments, &ranked, seed, (0..arguments.jobs).map(writer).collect(), io)?;
    Ok(Exit::Yes)
}

/// Writes the traces in rounds: in each, every thread draws a piece of them.
fn write(
    arguments: &GenerateArguments,
    ranked: &Ranked<'_>,
    seed: u64,
    mut writers: Vec<Writer<'_>>,
    io: &mut Io,
) -> Result<(), Failure> {
    let is_file = arguments.output.as_ref().is_some_and(|path| path.as_os_str() != "-");
    let Io { stdout, stderr, verbosity, .. } = io;
    // A line of progress would be lost among traces on the same terminal.
    let verbosity = if is_file || !stdout.is_terminal { *verbosity } else { Verbosity::Quiet };
    let Range { mut start, end } = arguments.traces.clone();
    let total = end - start;
    let piece = (PIECE / ranked.n_events().max(1) as u64).max(1);
    let mut output = Output::create(arguments.output.as_deref(), stdout)?;
    let mut progress = Progress::new(stderr, verbosity, "traces", total);
    interrupt::catch();
    while start < end {
        let texts = thread::scope(|scope| {
            let mut threads = Vec::new();
            for writer in &mut writers {
                let numbers = start..end.min(start.saturating_add(piece));
                start = numbers.end;
                threads.push(scope.spawn(move || draw(ranked, seed, numbers, writer)));
            }
            threads.into_iter().map(|thread| thread.join().expect("drawing does not panic")).collect::<Vec<_>>()
        });
        if interrupt::flag().load(Ordering::Relaxed) {
            return Err(Failure::Interrupted);
        }
        for text in texts {
            output.writer().write_all(&text).map_err(|error| output.failure(error))?;
        }
        progress.update(total - (end - start));
    }
    drop(progress);
    let warnings = output.finish()?;
    io.warn_each(&warnings);
    Ok(())
}

/// The text of the traces with these numbers; of fewer after Ctrl-C.
fn draw(ranked: &Ranked<'_>, seed: u64, numbers: Range<u64>, writer: &mut Writer<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    for trace in numbers.take_while(|_| !interrupt::flag().load(Ordering::Relaxed)) {
        let names = ranked.draw(Header { seed, trace, attempt: 0 });
        text.extend_from_slice(writer.sequence(trace, &names));
    }
    text
}
