//! Arguments of the commands that make traces, or read them.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

use super::Settings;
use crate::cli::values::Shard;

#[derive(Debug, Args)]
pub(in crate::cli) struct TypedGenerateArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// How many traces
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    pub(in crate::cli) number: u64,
    /// The seed, an integer below 2^64; without it one is drawn, and told on standard error
    #[arg(long, value_name = "S", env = "CHARMGRAMMAR_SEED")]
    pub(in crate::cli) seed: Option<u64>,
    /// The number of the first trace
    #[arg(long, value_name = "I", default_value_t = 0)]
    pub(in crate::cli) from: u64,
    /// Generate only part K of M, from 0/M to M-1/M
    ///
    /// The parts are contiguous and differ by at most one trace in their length; put one after the other they are what
    /// comes without this option.
    #[arg(long, value_name = "K/M", value_parser = Shard::parse)]
    pub(in crate::cli) shard: Option<Shard>,
    /// How traces are written
    #[arg(long, value_enum, default_value_t = TraceFormat::Story)]
    pub(in crate::cli) format: TraceFormat,
    /// Which kinds of items are written, separated by commas
    ///
    /// A story can show phases, actions and events, and does; names are events; jsonl can show all kinds, and shows all
    /// but decisions.
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',', num_args = 1)]
    pub(in crate::cli) shows: Vec<Shown>,
    /// Write data for the charm beside events: config, parameters of actions, databags, secrets
    ///
    /// With --format jsonl. They are drawn from what the metadata of --charm declare and from --values, by the seed, the trace
    /// and the event's place in the grammar; which events there are does not depend on it.
    #[arg(long, value_enum, value_name = "CLASS", conflicts_with = "uniform")]
    pub(in crate::cli) data: Option<DataClass>,
    /// A YAML file with values for config, actions, databags and secrets
    #[arg(long, value_name = "FILE", requires = "data")]
    pub(in crate::cli) values: Option<PathBuf>,
    /// Write to a file, which appears when it is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// The number of threads, at most 1024; without it as many as the machine runs at once
    #[arg(long, value_name = "J", value_parser = value_parser!(u16).range(1..=1024))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Draw a trace again until it has at least A events
    #[arg(long, value_name = "A", default_value_t = 0)]
    pub(in crate::cli) min_events: u64,
    /// Draw a trace again until it has at most B events
    #[arg(long, value_name = "B")]
    pub(in crate::cli) max_events: Option<u64>,
    /// How often a trace is drawn before it is given up that it has so many events
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(in crate::cli) attempts: NonZeroU32,
    /// Leave out traces whose event names came before in this call
    ///
    /// So fewer traces than asked for may come; how many is told on standard error.
    #[arg(long, conflicts_with = "shard")]
    pub(in crate::cli) unique: bool,
    /// Draw from all event sequences of --events events, each with the same probability
    ///
    /// Neither weights nor percentages count then, but what they forbid. Only events are shown.
    #[arg(
        long,
        requires = "events",
        conflicts_with_all = ["min_events", "max_events", "attempts", "unique", "event_limit"]
    )]
    pub(in crate::cli) uniform: bool,
    /// How many events a trace has, with --uniform
    #[arg(long, value_name = "N", requires = "uniform")]
    pub(in crate::cli) events: Option<u32>,
    /// Give up a trace that has more than N events
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(in crate::cli) event_limit: u64,
    /// Give up a trace that takes more than N silent steps between two items
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub(in crate::cli) step_limit: u64,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How traces are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TraceFormat {
    /// Phases, actions and events, for people
    Story,
    /// One event name a line, a blank line after every trace
    Names,
    /// One JSON object a line
    Jsonl,
}

/// How far data are from what a charm expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DataClass {
    /// What a sensible user would give
    Plain,
    /// Also whatever the type allows: nothing, bounds, long texts, other scripts
    Typed,
    /// Also texts that are almost JSON, YAML, base64, a number or a path
    Hostile,
}

/// A kind of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(in crate::cli) enum Shown {
    /// Where phases begin
    Phases,
    /// Actions, with their sources and arguments
    Actions,
    /// Events
    Events,
    /// Initial and changed states
    States,
    /// What was decided where, for replaying
    Decisions,
}

/// How traces are read.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct Reading {
    /// The format of the traces
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    pub(in crate::cli) input: InputFormat,
    /// Of a log of Juju, take this unit alone, or the units of this application
    ///
    /// Without it, each unit of a log is a trace.
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) unit: Option<String>,
    /// Which kinds of items the traces show, separated by commas: phases, actions, events
    ///
    /// Others are passed over. Without it a story shows all three, names and logs show events, and jsonl shows what its `shows`
    /// says, or else the kinds that occur in the trace.
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',', num_args = 1)]
    pub(in crate::cli) shows: Vec<Compared>,
    /// Drop these items from every trace: events, actions or phases, by a name with `*` for any text
    ///
    /// They need not be of the grammar, and are not counted. May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) ignore: Vec<String>,
    /// How many silent steps a run may make before it decides or shows something
    ///
    /// A trace with which one agrees that makes more has no verdict.
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub(in crate::cli) step_limit: u64,
}

/// The format of traces that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InputFormat {
    /// Told apart by how they begin
    Auto,
    /// As `generate` writes them for people, in any layout
    Story,
    /// One event name a line, a blank line after every trace
    Names,
    /// One JSON object a line
    Jsonl,
    /// What `juju debug-log` writes, or the log file of an agent
    DebugLog,
    /// What `juju show-status-log` writes, as a table, JSON or YAML
    StatusLog,
    /// What `jhack tail` shows
    Tail,
}

/// A kind of items that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Compared {
    /// Where phases begin
    Phases,
    /// Actions, with their sources and arguments
    Actions,
    /// Events
    Events,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ValidateArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// The traces: files, `-` for standard input, which is taken if none is given
    #[arg(value_name = "TRACE")]
    pub(in crate::cli) traces: Vec<PathBuf>,
    /// It is enough that some run shows the trace, also one that goes on
    #[arg(long)]
    pub(in crate::cli) prefix: bool,
    /// The trace may begin anywhere in a life, as a log does that was not kept from the beginning
    ///
    /// Where the grammar has more configurations than a tenth of --limit, the answer may be `valid (approximate)`: it can
    /// be so if some states had the right values, which may not be possible together. That a trace is invalid is certain.
    #[arg(long)]
    pub(in crate::cli) from_anywhere: bool,
    /// These events may happen without being shown: names with `*` for any text
    ///
    /// May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) hide: Vec<String>,
    /// These events may be shown again directly after themselves, as in a retry
    ///
    /// May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub(in crate::cli) stutter: Vec<String>,
    /// Tell why a trace that is invalid is so
    ///
    /// For each place of the grammar that shows the item: the guard that fails, with the values that it reads and the
    /// item of the trace since which they are so; or where else it belongs. Then what was possible instead, with
    /// probabilities, and the nearest valid sequence: with the fewest insertions, deletions and swaps of neighbors, unless
    /// 2,000,000 places of runs don't do to find it. The trace is followed exactly for this; where that takes more than
    /// 20,000,000 configurations, or more than --limit at once, no reasons are given, and it says so.
    #[arg(long)]
    pub(in crate::cli) explain: bool,
    /// Try all values of a param: a trace is valid if it is so under one of them
    ///
    /// The verdict says under which. With several params all combinations are tried, at most 256; each costs as much as one
    /// grammar does, and the whole input is held in memory.
    #[arg(long, value_name = "PARAM")]
    pub(in crate::cli) any: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    /// How verdicts are written
    #[arg(long, value_enum, default_value_t = VerdictFormat::Human)]
    pub(in crate::cli) format: VerdictFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How verdicts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum VerdictFormat {
    /// A line for each trace, and below it what was expected
    Human,
    /// A JSON object a line for each trace
    Json,
    /// Annotations for GitHub Actions, for those that are invalid
    Github,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ProbabilityArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// The traces: files, `-` for standard input, which is taken if none is given
    #[arg(value_name = "TRACE")]
    pub(in crate::cli) traces: Vec<PathBuf>,
    /// Count all runs that begin like the trace, also those that go on
    #[arg(long)]
    pub(in crate::cli) prefix: bool,
    #[command(flatten)]
    pub(in crate::cli) reading: Reading,
    /// How answers are written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Human)]
    pub(in crate::cli) format: AnswerFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AnswerFormat {
    /// For people
    Human,
    /// A JSON object a line for each trace
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExploreArguments {
    /// The grammar: a file, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// The seed of the dice, an integer below 2^64
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(in crate::cli) seed: u64,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}
