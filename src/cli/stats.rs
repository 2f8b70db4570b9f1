//! `charmgrammar stats`.

use super::args::{FiguresFormat, StatsArguments, exploring};
use super::figures::{Subject, json};
use super::generate::{draw_seed, threads};
use super::grammar;
use super::progress::Progress;
use super::tables::human;
use super::{Exit, Failure, Io, charm, interrupt};
use crate::diagnostic::Code;
use crate::explore::statistics::{Inexact, Sampling, Statistics, exact, sample};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::sets::Bounds;
use crate::walk::Limits;

/// How many configurations are looked at for exact figures: each takes about 200 bytes and a microsecond.
const CONFIGURATIONS: usize = 1_000_000;

/// Tells the figures of a grammar.
pub(super) fn run(arguments: &StatsArguments, io: &mut Io) -> Result<Exit, Failure> {
    let typed = charm::grammar(arguments.grammar.as_ref(), &arguments.settings);
    let opened = grammar::open(&typed, &arguments.settings, io)?;
    let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
    let subject = Subject { sources: &opened.sources, grammar: &opened.grammar, alphabet: &alphabet };
    interrupt::catch();
    let statistics = statistics(arguments, &subject, &program, io)?;
    match arguments.format {
        FiguresFormat::Human => io.stdout.show(&human(&statistics, &subject, io.stdout.color))?,
        FiguresFormat::Json => io.stdout.write(&json(&statistics, &subject))?,
    }
    Ok(Exit::Yes)
}

/// The figures: exact where that is wanted and can be had, else sampled.
fn statistics(
    arguments: &StatsArguments,
    subject: &Subject<'_>,
    program: &Program,
    io: &mut Io,
) -> Result<Statistics, Failure> {
    if arguments.sample {
        return sampled(arguments, subject, program, io);
    }
    let Subject { grammar, alphabet, .. } = subject;
    let limiting = &arguments.settings.limiting;
    let configurations = limiting.configurations(CONFIGURATIONS);
    let bounds = Bounds { configurations, ..exploring(limiting, arguments.step_limit) };
    match exact(grammar, alphabet, program, &bounds, threads(arguments.jobs), interrupt::flag()) {
        Ok(statistics) if statistics.is_whole() => Ok(statistics),
        Ok(statistics) => {
            io.note("the lengths of traces are sampled, since the longest are too long");
            let whole = statistics.or(sampled(arguments, subject, program, io)?);
            if !whole.is_whole() {
                io.warn("no trace that was drawn could be completed, so nothing but the mean is known of the lengths");
            }
            Ok(whole)
        }
        Err(Inexact::Interrupted) => Err(Failure::Interrupted),
        Err(Inexact::Configurations { limit }) => {
            io.note(&format!("all figures are sampled: there are more than {limit} configurations (--limit)"));
            sampled(arguments, subject, program, io)
        }
        Err(Inexact::Cycle { configurations }) => {
            let why = format!("runs go round too long among {configurations} configurations");
            io.note(&format!("all figures are sampled: {why}"));
            sampled(arguments, subject, program, io)
        }
        Err(Inexact::Work { limit }) => {
            io.note(&format!("all figures are sampled: exact ones take more than {limit} steps (--limit work=N)"));
            sampled(arguments, subject, program, io)
        }
    }
}

fn sampled(
    arguments: &StatsArguments,
    subject: &Subject<'_>,
    program: &Program,
    io: &mut Io,
) -> Result<Statistics, Failure> {
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => draw_seed(io)?,
    };
    let limits = Limits { events: arguments.event_limit, steps: arguments.step_limit, ..Limits::default() };
    let sampling = Sampling { seed, number: arguments.number, limits, jobs: threads(arguments.jobs) };
    let mut progress = Progress::new(&mut io.stderr, io.verbosity, "traces", arguments.number);
    let told = &mut |done| progress.update(done);
    let found = sample(subject.grammar, subject.alphabet, program, &sampling, interrupt::flag(), told);
    drop(progress);
    let found = found.ok_or(Failure::Interrupted)?;
    if found.outcomes.lost.iter().any(|(cause, _)| cause.code == Code::EventLimit) {
        let limit = arguments.event_limit;
        io.warn(&format!("traces of more than {limit} events were given up, and count for nothing (--event-limit)"));
    }
    Ok(found)
}
