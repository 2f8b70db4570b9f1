//! `charmgrammar generate`.

use std::ffi::OsString;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::path::PathBuf;
use std::thread::available_parallelism;

use clap::error::ErrorKind;
use rand::TryRng;
use rand::rngs::SysRng;

use super::args::{DataClass, Settings, Shown, TraceFormat, TypedGenerateArguments, command};
use super::data::Larder;
use super::grammar::{self, Opened};
use super::output::{self, Output};
use super::progress::Progress;
use super::{Exit, Failure, Io, Verbosity, charm, interrupt, uniform};
use crate::diagnostic::render::Format;
use crate::diagnostic::{Code, Diagnostic};
use crate::draw::Fed;
use crate::machine::Program;
use crate::model::grammar::Grammar;
use crate::model::{self, Alphabet};
use crate::source::SourceMap;
use crate::trace::{Jsonl, JsonlOptions, Names, Shows, Story, TextSink};
use crate::walk::batch::{self, Batch, BatchError, Summary};
use crate::walk::{Cause, Limits, Memory, WalkError, walk};

/// What is to be generated, and how.
#[derive(Debug)]
pub(super) struct GenerateArguments {
    /// Of which grammar.
    pub(super) grammar: OsString,
    /// With which settings.
    pub(super) settings: Settings,
    /// The numbers of the traces.
    pub(super) traces: Range<u64>,
    /// The seed, unless one is to be drawn and told.
    pub(super) seed: Option<u64>,
    /// How they are written.
    pub(super) format: TraceFormat,
    /// Which kinds of items are written.
    pub(super) shows: Shows,
    /// Where to; `None` and `-`: to standard output.
    pub(super) output: Option<PathBuf>,
    /// The number of threads.
    pub(super) jobs: usize,
    /// The smallest number of events of a trace.
    pub(super) min_events: u64,
    /// The largest number of events of a trace, if there is one.
    pub(super) max_events: Option<u64>,
    /// How often a trace is drawn until its number of events fits.
    pub(super) attempts: NonZeroU32,
    /// Whether traces with the same event names as an earlier one are left out.
    pub(super) unique: bool,
    /// The number of events at which a walk is given up.
    pub(super) event_limit: u64,
    /// The number of silent steps between two items at which a walk is given up.
    pub(super) step_limit: u64,
    /// Which data are drawn for the charm, and the file with values for them.
    pub(super) data: Option<(DataClass, Option<PathBuf>)>,
    /// How sequences are drawn that are all as likely, if they are.
    pub(super) uniform: Option<Uniform>,
}

/// From which sequences one is drawn.
#[derive(Debug)]
pub(super) struct Uniform {
    /// How many events they have.
    pub(super) n_events: u32,
}

impl TypedGenerateArguments {
    /// What was meant by what was typed.
    pub(super) fn meaning(self) -> Result<GenerateArguments, clap::Error> {
        let traces = self.traces()?;
        Ok(GenerateArguments {
            // One trace is drawn by one thread, and to ask the system takes a while.
            jobs: if traces.end - traces.start <= 1 { 1 } else { threads(self.jobs) },
            traces,
            shows: self.shows()?,
            data: self.data()?,
            max_events: self.max_events()?,
            uniform: self.events.map(|n_events| Uniform { n_events }),
            grammar: charm::grammar(self.grammar.as_ref(), &self.settings),
            settings: self.settings,
            seed: self.seed,
            format: self.format,
            output: self.output,
            min_events: self.min_events,
            attempts: self.attempts,
            unique: self.unique,
            event_limit: self.event_limit,
            step_limit: self.step_limit,
        })
    }

    fn traces(&self) -> Result<Range<u64>, clap::Error> {
        if self.from.checked_add(self.number).is_none() {
            return Err(usage("the number of the last trace, --from plus --number, is not below 2^64"));
        }
        let block = self.shard.map_or(0..self.number, |shard| shard.block(self.number));
        Ok(self.from + block.start..self.from + block.end)
    }

    fn data(&self) -> Result<Option<(DataClass, Option<PathBuf>)>, clap::Error> {
        if self.data.is_some() && self.format != TraceFormat::Jsonl {
            return Err(usage("only jsonl has a place for --data: add --format jsonl"));
        }
        if self.data.is_some() && !self.shows.is_empty() && !self.shows.contains(&Shown::Events) {
            return Err(usage("--data belong to events, which --shows leaves out"));
        }
        Ok(self.data.map(|class| (class, self.values.clone())))
    }

    fn max_events(&self) -> Result<Option<u64>, clap::Error> {
        match self.max_events {
            Some(max) if max < self.min_events => Err(usage("--max-events is below --min-events")),
            max => Ok(max),
        }
    }

    fn shows(&self) -> Result<Shows, clap::Error> {
        let (format, possible) = match self.format {
            TraceFormat::Story => ("a story", &[Shown::Phases, Shown::Actions, Shown::Events][..]),
            TraceFormat::Names => ("names", &[Shown::Events][..]),
            TraceFormat::Jsonl => ("jsonl", &[Shown::Phases, Shown::Actions, Shown::Events, Shown::States][..]),
        };
        // Decisions are written only when they are asked for.
        let is_possible = |kind: &Shown| possible.contains(kind) || self.format == TraceFormat::Jsonl;
        if !self.shows.iter().all(is_possible) {
            return Err(usage(&format!("with --shows {format} cannot show that; --format jsonl can")));
        }
        let possible = if self.uniform { &[Shown::Events] } else { possible };
        if self.uniform && !self.shows.iter().all(|kind| possible.contains(kind)) {
            return Err(usage("with --uniform --shows can show events alone"));
        }
        let kinds = if self.shows.is_empty() { possible } else { &self.shows };
        let shows = |kind| kinds.contains(&kind);
        Ok(Shows {
            phases: shows(Shown::Phases),
            actions: shows(Shown::Actions),
            events: shows(Shown::Events),
            states: shows(Shown::States),
            decisions: shows(Shown::Decisions),
        })
    }
}

/// How many threads are wanted; without a wish as many as the machine runs at once.
pub(super) fn threads(wanted: Option<u16>) -> usize {
    wanted.map_or_else(|| available_parallelism().map_or(1, NonZeroUsize::get), usize::from)
}

/// An error of usage that only the meaning shows.
fn usage(message: &str) -> clap::Error {
    let mut command = command();
    command.build();
    let generate = command.find_subcommand_mut("generate").expect("this command");
    generate.error(ErrorKind::ArgumentConflict, message)
}

/// Writes the traces.
pub(super) fn run(arguments: &GenerateArguments, io: &mut Io) -> Result<Exit, Failure> {
    if let Some(uniform) = &arguments.uniform {
        return uniform::run(arguments, uniform, io);
    }
    arguments.settings.limiting.check_unused("generate without --uniform")?;
    let Opened { sources, grammar, .. } = grammar::open(&arguments.grammar, &arguments.settings, io)?;
    let values = arguments.data.iter().filter_map(|(_, values)| values.as_deref());
    output::refuse_input(arguments.output.as_deref(), output::files_of(&sources).chain(values))?;
    let program = Program::compile(&grammar);
    let alphabet = Alphabet::new(&grammar);
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => draw_seed(io)?,
    };
    let batch = Batch {
        seed,
        numbers: arguments.traces.clone(),
        limits: arguments.limits(),
        jobs: arguments.jobs,
        unique: arguments.unique,
    };
    let made = write(
        arguments,
        &Made { sources: &sources, grammar: &grammar, alphabet: &alphabet, program: &program },
        &batch,
        io,
    );
    match made {
        Ok(summary) => {
            if summary.n_dropped > 0 {
                io.note(&format!(
                    "{} written; dropped because their event names had come before: {}",
                    summary.n_traces, summary.n_dropped,
                ));
            }
            Ok(Exit::Yes)
        }
        Err(Stopped::Walk(error)) => {
            let text = report(&error, &sources, &grammar, &program, &alphabet, &batch, io);
            io.tell_text(&text);
            Err(Failure::Told)
        }
        Err(Stopped::Failure(failure)) => Err(failure),
    }
}

impl GenerateArguments {
    fn limits(&self) -> Limits {
        Limits {
            min_events: self.min_events,
            max_events: self.max_events.unwrap_or(u64::MAX),
            attempts: u64::from(self.attempts.get()),
            events: self.event_limit,
            steps: self.step_limit,
        }
    }
}

/// A seed from the system, told so that the call can be made again.
pub(super) fn draw_seed(io: &mut Io) -> Result<u64, Failure> {
    let seed = SysRng.try_next_u64().map_err(|error| Failure::Message(format!("no seed can be drawn: {error}")))?;
    io.note(&format!("the seed is {seed}; `--seed {seed}` makes the same traces again"));
    Ok(seed)
}

/// A grammar in all its forms.
struct Made<'a> {
    sources: &'a SourceMap,
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    program: &'a Program,
}

/// Why not all traces were written.
enum Stopped {
    Walk(WalkError),
    Failure(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

fn write(arguments: &GenerateArguments, made: &Made<'_>, batch: &Batch, io: &mut Io) -> Result<Summary, Stopped> {
    let Made { sources, grammar, alphabet, program } = *made;
    let larder = match &arguments.data {
        Some((class, values)) => {
            Some(Larder::new(*class, values.as_deref(), arguments.settings.charm.as_deref(), &grammar.limits, io)?)
        }
        None => None,
    };
    let drawer = larder.as_ref().map(|larder| larder.drawer(grammar, alphabet));
    let is_file = arguments.output.as_ref().is_some_and(|path| path.as_os_str() != "-");
    let Io { stdout, stderr, verbosity, .. } = io;
    // A line of progress would be lost among traces on the same terminal.
    let verbosity = if is_file || !stdout.is_terminal { *verbosity } else { Verbosity::Quiet };
    let total = batch.numbers.end - batch.numbers.start;
    let mut output = Output::create(arguments.output.as_deref(), stdout)?;
    let mut progress = Progress::new(stderr, verbosity, "traces", total);
    // The draw of one trace does not look whether it is to stop; to standard output it leaves nothing to be tidied up.
    if total > 1 || is_file {
        interrupt::catch();
    }
    let (out, stop, told) = (output.writer(), interrupt::flag(), &mut |done| progress.update(done));
    let shows = arguments.shows;
    let written = match arguments.format {
        TraceFormat::Story => {
            let sink = || Story::new(grammar, alphabet, shows);
            batch::write(program, alphabet, batch, sink, out, stop, told)
        }
        TraceFormat::Names => batch::write(program, alphabet, batch, || Names::new(alphabet), out, stop, told),
        TraceFormat::Jsonl => {
            let options = JsonlOptions { shows, hash: model::hash(sources) };
            let sink = || Jsonl::new(grammar, alphabet, options.clone());
            match &drawer {
                Some(drawer) => batch::write(program, alphabet, batch, || Fed::new(sink(), drawer), out, stop, told),
                None => batch::write(program, alphabet, batch, sink, out, stop, told),
            }
        }
    };
    drop(progress);
    match written {
        Ok(summary) => {
            let warnings = output.finish()?;
            io.warn_each(&warnings);
            Ok(summary)
        }
        Err(BatchError::Walk(error)) => Err(Stopped::Walk(error)),
        Err(BatchError::Write(error)) => Err(output.failure(error).into()),
        Err(BatchError::Interrupted) => Err(Failure::Interrupted.into()),
    }
}

/// How many lines of a trace are shown before its error.
const SHOWN_LINES: usize = 40;

/// What went wrong, where, in which trace, and that trace so far.
fn report(
    error: &WalkError,
    sources: &SourceMap,
    grammar: &Grammar,
    program: &Program,
    alphabet: &Alphabet,
    batch: &Batch,
    io: &Io,
) -> String {
    let WalkError { header, n_events, cause } = error;
    let attempt = if header.attempt > 0 { format!(", attempt {}", header.attempt) } else { String::new() };
    let place = format!(
        "trace {} of seed {}{attempt}, after {n_events} event{}",
        header.trace,
        header.seed,
        if *n_events == 1 { "" } else { "s" }
    );
    let (code, span, message, help) = match cause {
        Cause::Fault(fault) => (fault.kind.code(), fault.span, fault.kind.message(grammar), fault.kind.help()),
        Cause::EventLimit(span) => (
            Code::EventLimit,
            *span,
            format!("the trace has more than {} events", batch.limits.events),
            "look for a loop or a recursion that goes on too long; --event-limit raises the limit",
        ),
        Cause::Attempts => {
            let max = batch.limits.max_events;
            let bounds = if max == u64::MAX { String::new() } else { format!(" and at most {max}") };
            return format!(
                "error: none of {} attempts had at least {}{bounds} events: {place}\n{}\n",
                batch.limits.attempts, batch.limits.min_events, "help: choose other bounds, or raise --attempts",
            );
        }
        Cause::Empty => {
            let help = "help: --format jsonl can, or --min-events 1 draws such traces again";
            return format!("error: a trace without events can't be written as names: {place}\n{help}\n");
        }
    };
    let diagnostic = Diagnostic::error(code, span, message).label(place).help(help);
    let mut text = io.renderer(Format::Human, true).render(sources, &[diagnostic]);
    let mut story = Story::new(grammar, alphabet, Shows::STORY);
    // The same walk again, told as a story; it ends with the same error.
    let limits = Limits { attempts: header.attempt + 1, ..batch.limits };
    let mut memory = Memory::new(program, &limits);
    let _ = walk(program, &limits, header.seed, header.trace, &mut story, &mut memory);
    let story = String::from_utf8_lossy(story.out()).into_owned();
    let lines: Vec<&str> = story.lines().collect();
    let hidden = lines.len().saturating_sub(SHOWN_LINES);
    text.push_str("the trace so far:\n");
    if hidden > 0 {
        text.extend(["    … ", &hidden.to_string(), " lines before\n"]);
    }
    for line in &lines[hidden..] {
        text.push_str(line);
        text.push('\n');
    }
    text
}
