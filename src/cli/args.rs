//! The arguments as they are typed. Their doc comments are the help texts.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use super::help;
use super::io::Verbosity;
use super::values::{Lengths, Shard};
use crate::diagnostic::render::Format;
use crate::sets::Bounds;

/// A weighted grammar of a charm's lifecycle: generate its traces, check its rules
///
/// A `.charmgrammar` file declares the life of one unit of a charm: phases made of actions and of the events that they
/// produce, over a small state that says what can happen next. This program reads such files.
///
/// Results go to standard output, everything else to standard error. The exit code is 0 if it is so, 1 if the answer is no
/// (a finding, an invalid trace), 2 if it could not be answered (wrong usage, an unreadable file, a grammar with errors, a
/// limit that was reached), and 130 if it was interrupted.
#[derive(Debug, Parser)]
#[command(name = "charmgrammar", version, max_term_width = 120, arg_required_else_help = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The whole of it, as clap knows it.
pub(super) fn command() -> clap::Command {
    help::decorate(Arguments::command())
}

impl Arguments {
    /// Reads the arguments, of which the first is the program's name.
    pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = command();
        let mut matches = command.try_get_matches_from_mut(arguments)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }
}

/// Options of every command, listed after its own.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// When to use colors
    ///
    /// With `auto`: on a terminal, unless `NO_COLOR` is set; anywhere if `CLICOLOR_FORCE` is set.
    #[arg(long, global = true, display_order = 100, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Tell errors alone: no notes, no progress
    #[arg(short, long, global = true, display_order = 101, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell what is done
    #[arg(short, long, global = true, display_order = 102)]
    verbose: bool,
}

impl Global {
    /// Whether colors are wanted; `None`: where they suit.
    pub(super) fn color(&self) -> Option<bool> {
        match self.color {
            Color::Auto => None,
            Color::Always => Some(true),
            Color::Never => Some(false),
        }
    }

    /// How much is wanted to be told.
    pub(super) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// The commands; `help` says under which heading each is listed.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(CheckArguments),

    Test(TestArguments),
    Fmt(FmtArguments),
    Generate(Box<TypedGenerateArguments>),
    Validate(Box<ValidateArguments>),
    Probability(Box<ProbabilityArguments>),
    Count(CountArguments),
    Enumerate(EnumerateArguments),
    Diff(Box<DiffArguments>),
    Stats(Box<StatsArguments>),
    Explore(Box<ExploreArguments>),
    /// Name the built-in grammars
    ///
    /// One a line, with the first line of what it says about itself. Where a command wants a GRAMMAR, such a name will do;
    /// a file of the same name is written with its directory, as in `./example`.
    List,
    Show(ShowArguments),
    Init(InitArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Settings, which every command with a GRAMMAR takes.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings of the grammar")]
pub(super) struct Settings {
    /// Set a param, a state's initial value or an instance's value
    ///
    /// The value is written as in the grammar. May be given several times; comes after the settings of a profile.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    /// Take the settings of a profile that the grammar declares
    #[arg(long, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// Set how often an action or a reaction is drawn, compared with the others (0: never)
    ///
    /// May be given several times.
    #[arg(long = "weight", value_name = "ACTION=N")]
    pub(super) weights: Vec<String>,
    /// Add declarations at the end of the grammar
    ///
    /// May be given several times.
    #[arg(long = "with", value_name = "DECLARATION")]
    pub(super) declarations: Vec<String>,
    /// Declare what the charm in a directory has: relations, storage, containers, actions
    ///
    /// It is read from `charmcraft.yaml`, or from `metadata.yaml`, `config.yaml` and `actions.yaml`. GRAMMAR may then be left
    /// out: it is the built-in lifecycle of the platform that the charm is for. The first argument is taken for GRAMMAR if
    /// it is the name of a built-in grammar or ends in `.charmgrammar`.
    #[arg(long, value_name = "DIR")]
    pub(super) charm: Option<PathBuf>,
    #[command(flatten)]
    pub(super) endpoints: Endpoints,
}

/// How a charm is declared.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Endpoints {
    /// How many relations an endpoint of the charm can have where its metadata set no limit, from 1 to 64
    #[arg(long = "relations-per-endpoint", value_name = "N", default_value_t = 2, value_parser = value_parser!(u32).range(1..=64))]
    pub(super) relations: u32,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self { relations: 2 }
    }
}

impl Settings {
    /// The settings as the model takes them, but for the declarations of the charm.
    pub(super) fn meaning(&self) -> crate::model::Settings {
        crate::model::Settings {
            profile: self.profile.clone(),
            set: self.set.clone(),
            weights: self.weights.clone(),
            charm: None,
            with: self.declarations.clone(),
            test_profile: None,
        }
    }
}

/// Find what is wrong with grammars
///
/// Tells every error of syntax, names and types, with its place and, where there is a likely one, its correction. Then it
/// goes through all configurations that can be reached and tells where runs fail or can't get out, each with a shortest
/// trace that leads there, and which parts make no difference; and it runs the tests that the grammars have in themselves.
/// The exit code is 0 if nothing is wrong (there may be warnings and notes), 1 if something is, and 2 if a grammar has no
/// meaning or the limit was met.
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The grammars: files, `-` for standard input, names of built-in grammars
    #[arg(required_unless_present = "charm", value_name = "GRAMMAR")]
    pub(super) grammars: Vec<OsString>,
    /// Stop after syntax, names and types
    #[arg(long)]
    pub(super) syntax: bool,
    /// Count warnings as errors
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "syntax")]
    deny: Option<Denied>,
    #[command(flatten)]
    pub(super) exploring: Exploring,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    format: ReportFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Denied {
    /// The exit code is 1 also if there are only warnings
    Warnings,
}

impl CheckArguments {
    /// Whether a warning is as bad as an error.
    pub(super) fn denies_warnings(&self) -> bool {
        matches!(self.deny, Some(Denied::Warnings))
    }

    /// How findings are written.
    pub(super) fn format(&self) -> Format {
        match self.format {
            ReportFormat::Human => Format::Human,
            ReportFormat::Json => Format::Json,
            ReportFormat::Github => Format::Github,
        }
    }
}

/// Run the tests that grammars have in themselves
///
/// Each test is answered for all traces that the grammar has, by going through all configurations that can be reached, so
/// what passes is proved. A test that fails shows a shortest trace that says why. The last line tells how many passed and
/// failed. The exit code is 0 if all pass, 1 if one fails, and 2 if one could not be decided within the limit. With
/// --quiet, tests that pass are not told.
#[derive(Debug, Args)]
pub(super) struct TestArguments {
    /// The grammars: files, `-` for standard input, names of built-in grammars
    #[arg(required_unless_present = "charm", value_name = "GRAMMAR")]
    pub(super) grammars: Vec<OsString>,
    /// Only tests with this in their text
    #[arg(long, value_name = "TEXT")]
    pub(super) filter: Option<String>,
    #[command(flatten)]
    pub(super) exploring: Exploring,
    /// How results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub(super) format: TestFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How results of tests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TestFormat {
    /// A line for each test, and why one failed
    Human,
    /// One line with a JSON object
    Json,
    /// XML as other test tools write it, for CI
    Junit,
    /// Annotations for GitHub Actions, for those that did not pass
    Github,
}

/// How far configurations are explored.
#[derive(Clone, Debug, Args)]
pub(super) struct Exploring {
    /// How many configurations are looked at for one answer
    ///
    /// Where there are more, the answer is undecided. The default takes about 1 GB.
    #[arg(long, value_name = "N", default_value = "2000000")]
    pub(super) limit: NonZeroU32,
    /// How many silent steps a run may make before it decides or shows something
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(super) step_limit: u64,
}

impl Exploring {
    pub(super) fn bounds(&self) -> Bounds {
        let configurations = usize::try_from(self.limit.get()).unwrap_or(usize::MAX);
        Bounds { configurations, steps: self.step_limit, ..Bounds::default() }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ReportFormat {
    /// The text of the grammar with its places underlined
    Human,
    /// One line with a JSON array
    Json,
    /// Annotations for GitHub Actions
    Github,
}

/// Lay grammars out in the canonical way
///
/// Rewrites each file that is not laid out so, and touches no other. Comments stay, and so do single blank lines, bodies
/// on one line, and columns; what the grammar means never changes. A file with errors of syntax is told and left as it is,
/// and then the exit code is 2. Standard input, `-`, goes to standard output.
#[derive(Debug, Args)]
pub(super) struct FmtArguments {
    /// The grammars: files, or `-` for standard input
    #[arg(required = true, value_name = "GRAMMAR")]
    pub(super) grammars: Vec<OsString>,
    /// Write no file, but tell what would change
    ///
    /// The exit code is 1 if a file would. With --quiet only the names of such files are told.
    #[arg(long)]
    pub(super) check: bool,
    /// How what would change is written
    #[arg(long, value_enum, default_value_t = ChangeFormat::Human, requires = "check")]
    format: ChangeFormat,
}

impl FmtArguments {
    /// How what would change is written.
    pub(super) fn format(&self) -> Format {
        match self.format {
            ChangeFormat::Human => Format::Human,
            ChangeFormat::Json => Format::Json,
            ChangeFormat::Github => Format::Github,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ChangeFormat {
    /// A unified diff, which `patch` can read
    Human,
    /// One line with a JSON array of findings, each with its fix
    Json,
    /// Annotations for GitHub Actions
    Github,
}

/// Generate random traces
///
/// Trace number I of seed S depends on the grammar, its settings, S and I alone: not on how many traces are asked for, on
/// the number of threads, on the shard or on the format.
#[derive(Debug, Args)]
pub(super) struct TypedGenerateArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// How many traces
    #[arg(short, long, value_name = "N", default_value_t = 1)]
    pub(super) number: u64,
    /// The seed, an integer below 2^64; without it one is drawn, and told on standard error
    #[arg(long, value_name = "S", env = "CHARMGRAMMAR_SEED")]
    pub(super) seed: Option<u64>,
    /// The number of the first trace
    #[arg(long, value_name = "I", default_value_t = 0)]
    pub(super) from: u64,
    /// Generate only part K of M, from 0/M to M-1/M
    ///
    /// The parts are contiguous and differ by at most one trace in their length; put one after the other they are what
    /// comes without this option.
    #[arg(long, value_name = "K/M", value_parser = Shard::parse)]
    pub(super) shard: Option<Shard>,
    /// How traces are written
    #[arg(long, value_enum, default_value_t = TraceFormat::Story)]
    pub(super) format: TraceFormat,
    /// Which kinds of items are written, separated by commas
    ///
    /// A story can show phases, actions and events, and does; names are events; jsonl can show all kinds, and shows all
    /// but decisions.
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',', num_args = 1)]
    pub(super) shows: Vec<Shown>,
    /// Write to a file, which appears when it is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// The number of threads, at most 1024; without it as many as the machine runs at once
    #[arg(long, value_name = "J", value_parser = value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
    /// Draw a trace again until it has at least A events
    #[arg(long, value_name = "A", default_value_t = 0)]
    pub(super) min_events: u64,
    /// Draw a trace again until it has at most B events
    #[arg(long, value_name = "B")]
    pub(super) max_events: Option<u64>,
    /// How often a trace is drawn before it is given up that it has so many events
    #[arg(long, value_name = "N", default_value = "1000")]
    pub(super) attempts: NonZeroU32,
    /// Leave out traces whose event names came before in this call
    ///
    /// So fewer traces than asked for may come; how many is told on standard error.
    #[arg(long, conflicts_with = "shard")]
    pub(super) unique: bool,
    /// Draw from all event sequences of --events events, each with the same probability
    ///
    /// Neither weights nor percentages count then, but what they forbid. Only events are shown.
    #[arg(
        long,
        requires = "events",
        conflicts_with_all = ["min_events", "max_events", "attempts", "unique", "event_limit", "jobs"]
    )]
    pub(super) uniform: bool,
    /// How many events a trace has, with --uniform
    #[arg(long, value_name = "N", requires = "uniform")]
    pub(super) events: Option<u32>,
    /// How many configurations are looked at, with --uniform
    ///
    /// Where there are more, nothing is drawn. The default takes about 1 GB.
    #[arg(long, value_name = "N", default_value = "2000000", requires = "uniform")]
    pub(super) limit: NonZeroU32,
    /// Give up a trace that has more than N events
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(super) event_limit: u64,
    /// Give up a trace that takes more than N silent steps between two items
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(super) step_limit: u64,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How traces are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TraceFormat {
    /// Phases, actions and events, for people
    Story,
    /// One event name a line, a blank line after every trace
    Names,
    /// One JSON object a line
    Jsonl,
}

/// A kind of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Shown {
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
pub(super) struct Reading {
    /// The format of the traces
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    pub(super) input: InputFormat,
    /// Which kinds of items the traces show, separated by commas: phases, actions, events
    ///
    /// Others are passed over. Without it a story shows all three, names show events, and jsonl shows what its `shows`
    /// says, or else the kinds that occur in the trace.
    #[arg(long, value_enum, value_name = "KINDS", value_delimiter = ',', num_args = 1)]
    pub(super) shows: Vec<Compared>,
    /// Drop these items from every trace: events, actions or phases, by a name with `*` for any text
    ///
    /// They need not be of the grammar, and are not counted. May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub(super) ignore: Vec<String>,
    /// How many configurations may be followed at once
    ///
    /// A trace with which more agree has no verdict, and the exit code is 2.
    #[arg(long, value_name = "N", default_value = "200000")]
    pub(super) limit: NonZeroU32,
    /// How many silent steps a run may make before it decides or shows something
    ///
    /// A trace with which one agrees that makes more has no verdict.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(super) step_limit: u64,
}

/// The format of traces that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum InputFormat {
    /// Told apart by the first bytes
    Auto,
    /// As `generate` writes them for people, in any layout
    Story,
    /// One event name a line, a blank line after every trace
    Names,
    /// One JSON object a line
    Jsonl,
}

/// A kind of items that is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Compared {
    /// Where phases begin
    Phases,
    /// Actions, with their sources and arguments
    Actions,
    /// Events
    Events,
}

/// Say whether traces belong to a grammar
///
/// For each trace, in their order, it says `valid`, or where the trace leaves the grammar and what could have come there
/// instead: `invalid at 3: NAME` for the third item, `invalid at end` for a trace that stops too early. The exit code is 0
/// if all are valid, 1 if one is not, and 2 if one could not be read or judged. With --quiet, traces that are valid are not
/// told.
#[derive(Debug, Args)]
pub(super) struct ValidateArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// The traces: files, `-` for standard input, which is taken if none is given
    #[arg(value_name = "TRACE")]
    pub(super) traces: Vec<PathBuf>,
    /// It is enough that some run shows the trace, also one that goes on
    #[arg(long)]
    pub(super) prefix: bool,
    /// The trace may begin anywhere in a life, as a log does that was not kept from the beginning
    ///
    /// Where the grammar has more configurations than a tenth of --limit, the answer may be `valid (approximate)`: it can
    /// be so if some states had the right values, which may not be possible together. That a trace is invalid is certain.
    #[arg(long)]
    pub(super) from_anywhere: bool,
    /// These events may happen without being shown: names with `*` for any text
    ///
    /// May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub(super) hide: Vec<String>,
    /// These events may be shown again directly after themselves, as in a retry
    ///
    /// May be given several times.
    #[arg(long, value_name = "GLOB")]
    pub(super) stutter: Vec<String>,
    /// Tell why a trace that is invalid is so
    ///
    /// For each place of the grammar that shows the item: the guard that fails, with the values that it reads and the
    /// item of the trace since which they are so; or where else it belongs. Then what was possible instead, with
    /// probabilities, and the nearest valid sequence: with the fewest insertions, deletions and swaps of neighbors, unless
    /// 2,000,000 places of runs don't do to find it. The trace is followed exactly for this; where that takes more than
    /// 20,000,000 configurations, or more than --limit at once, no reasons are given, and it says so.
    #[arg(long)]
    pub(super) explain: bool,
    /// Try all values of a param: a trace is valid if it is so under one of them
    ///
    /// The verdict says under which. With several params all combinations are tried, at most 256; each costs as much as one
    /// grammar does, and the whole input is held in memory.
    #[arg(long, value_name = "PARAM")]
    pub(super) any: Vec<String>,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// How verdicts are written
    #[arg(long, value_enum, default_value_t = VerdictFormat::Human)]
    pub(super) format: VerdictFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How verdicts are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum VerdictFormat {
    /// A line for each trace, and below it what was expected
    Human,
    /// A JSON object a line for each trace
    Json,
    /// Annotations for GitHub Actions, for those that are invalid
    Github,
}

/// Say how probable traces are, and which runs most likely showed them
///
/// For each trace, in their order, it says the natural logarithm of the probability that the grammar shows just this: the
/// sum over all runs that agree with it. Then comes the run that is more likely than any other of these, as a story, with
/// its part of the sum. A trace that does not belong to the grammar gets the verdict that `validate` gives. The exit code
/// is 0 if all are possible, 1 if one is not, and 2 if one could not be read or weighed.
#[derive(Debug, Args)]
pub(super) struct ProbabilityArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// The traces: files, `-` for standard input, which is taken if none is given
    #[arg(value_name = "TRACE")]
    pub(super) traces: Vec<PathBuf>,
    /// Count all runs that begin like the trace, also those that go on
    #[arg(long)]
    pub(super) prefix: bool,
    #[command(flatten)]
    pub(super) reading: Reading,
    /// How answers are written
    #[arg(long, value_enum, default_value_t = AnswerFormat::Human)]
    pub(super) format: AnswerFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AnswerFormat {
    /// For people
    Human,
    /// A JSON object a line for each trace
    Json,
}

/// Say how many event sequences there are
///
/// It is the exact number, however large, of sequences of so many event names that complete traces show: each counts once,
/// however many runs show it. An answer in JSON has it as a string, since many readers of JSON round large numbers.
#[derive(Debug, Args)]
pub(super) struct CountArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// How many events a sequence has: a number, or a range, as in 10..20, with a line for each number in it
    #[arg(long, value_name = "N|A..B", value_parser = Lengths::parse)]
    pub(super) events: Lengths,
    #[command(flatten)]
    pub(super) exploring: Exploring,
    /// How answers are written
    #[arg(long, value_enum, default_value_t = CountFormat::Human)]
    pub(super) format: CountFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum CountFormat {
    /// The number; for a range each behind its number of events
    Human,
    /// A JSON object a line for each number of events
    Json,
}

/// Write all event sequences of a length
///
/// They are the sequences of so many event names that complete traces show, each once, in the order of their names, like
/// words in a dictionary. They are written as they are found, and nothing is tried that can't be completed.
#[derive(Debug, Args)]
pub(super) struct EnumerateArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// How many events a sequence has
    #[arg(long, value_name = "N")]
    pub(super) events: u32,
    #[command(flatten)]
    pub(super) exploring: Exploring,
    /// How sequences are written
    #[arg(long, value_enum, default_value_t = SequenceFormat::Names)]
    pub(super) format: SequenceFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How sequences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SequenceFormat {
    /// One event name a line, a blank line after every sequence
    Names,
    /// One JSON object a line
    Jsonl,
}

/// Say in which event sequences two grammars differ
///
/// It finds a shortest sequence of event names that only the first has, and one that only the second has, or proves that
/// there is none; a grammar has a sequence if a complete trace shows it. Of several it is the first in the order of the
/// names. Then it says where the other grammar leaves it, and what could have come there instead. To compare a grammar with
/// itself under other settings, name it twice. The exit code is 0 if there is no difference, 1 if there is one, and 2 if
/// not all could be said.
#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    /// The first grammar: a file, `-` for standard input, or the name of a built-in grammar
    pub(super) left: OsString,
    /// The second grammar
    pub(super) right: OsString,
    /// Tell the most likely run that shows such a sequence, with its phases and actions
    #[arg(long)]
    pub(super) actions: bool,
    #[command(flatten)]
    pub(super) exploring: Exploring,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub(super) format: DiffFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
    #[command(flatten)]
    pub(super) sides: SideSettings,
}

/// Settings of one of two grammars, which come after those of both.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings of one of the grammars")]
pub(super) struct SideSettings {
    /// Like --set, for the first grammar alone
    #[arg(long, value_name = "NAME=VALUE")]
    left_set: Vec<String>,
    /// Like --set, for the second grammar alone
    #[arg(long, value_name = "NAME=VALUE")]
    right_set: Vec<String>,
    /// Like --profile, for the first grammar alone
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    left_profile: Option<String>,
    /// Like --profile, for the second grammar alone
    #[arg(long, value_name = "NAME", conflicts_with = "profile")]
    right_profile: Option<String>,
    /// Like --weight, for the first grammar alone: with 0 it does without an action
    #[arg(long = "left-weight", value_name = "ACTION=N")]
    left_weights: Vec<String>,
    /// Like --weight, for the second grammar alone
    #[arg(long = "right-weight", value_name = "ACTION=N")]
    right_weights: Vec<String>,
    /// Like --with, for the first grammar alone
    #[arg(long = "left-with", value_name = "DECLARATION")]
    left_declarations: Vec<String>,
    /// Like --with, for the second grammar alone
    #[arg(long = "right-with", value_name = "DECLARATION")]
    right_declarations: Vec<String>,
}

impl SideSettings {
    /// Those of the first grammar, and those of the second.
    pub(super) fn each(self) -> [Settings; 2] {
        let left = Settings {
            set: self.left_set,
            profile: self.left_profile,
            weights: self.left_weights,
            declarations: self.left_declarations,
            ..Settings::default()
        };
        let right = Settings {
            set: self.right_set,
            profile: self.right_profile,
            weights: self.right_weights,
            declarations: self.right_declarations,
            ..Settings::default()
        };
        [left, right]
    }
}

/// How a difference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum DiffFormat {
    /// For people
    Human,
    /// One line with a JSON object
    Json,
    /// Annotations for GitHub Actions
    Github,
}

/// Say what lives are like on average
///
/// How many traces are complete, how long they are, how often each event and each action happens in one, with which
/// probability it happens at all, and which part of all actions each action is. Exact where the grammar has not too many
/// configurations; else by drawing traces, each figure with the interval in which it lies with a probability of 95 %. Which
/// of the two it was is said for each figure. All but the probabilities of failing is of complete traces alone. Reactions
/// are not told, since traces do not show them.
#[derive(Debug, Args)]
pub(super) struct StatsArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// Draw traces, also where exact figures can be had
    #[arg(long)]
    pub(super) sample: bool,
    /// How many traces are drawn, where they are: those that `generate` makes of the seed
    #[arg(short, long, value_name = "N", default_value = "10000", value_parser = value_parser!(u64).range(1..))]
    pub(super) number: u64,
    /// The seed, an integer below 2^64; without it one is drawn where it is needed, and told on standard error
    #[arg(long, value_name = "S", env = "CHARMGRAMMAR_SEED")]
    pub(super) seed: Option<u64>,
    /// How many configurations are looked at for exact figures
    ///
    /// Each takes about 200 bytes and a microsecond. One with a deep stack counts for several.
    #[arg(long, value_name = "N", default_value = "1000000")]
    pub(super) limit: NonZeroU32,
    /// Give up a trace that has more than N events, where traces are drawn
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(super) event_limit: u64,
    /// Give up a run that takes more than N silent steps between two items
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(super) step_limit: u64,
    /// The number of threads, at most 1024; without it as many as the machine runs at once
    #[arg(long, value_name = "J", value_parser = value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
    /// How the figures are written
    #[arg(long, value_enum, default_value_t = FiguresFormat::Human)]
    pub(super) format: FiguresFormat,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// How figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FiguresFormat {
    /// Tables
    Human,
    /// One JSON object
    Json,
}

/// Step through a life by hand
///
/// It tells where the life is and what can be shown next, with probabilities. A number or the beginning of a name takes
/// one of these; an empty line lets the dice decide; `help` names the other commands. Commands may also come from a pipe:
/// then each is written before what comes of it.
#[derive(Debug, Args)]
pub(super) struct ExploreArguments {
    /// The grammar: a file, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(super) grammar: Option<OsString>,
    /// The seed of the dice, an integer below 2^64
    #[arg(long, value_name = "S", default_value_t = 0)]
    pub(super) seed: u64,
    #[command(flatten)]
    pub(super) settings: Settings,
}

/// Write the text of a built-in grammar
///
/// To change it, write it to a file, or begin a file of your own with `use NAME`.
#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// The name, one of those that `charmgrammar list` tells
    pub(super) name: String,
}

/// Write a grammar to begin with, from the metadata of a charm
///
/// It uses the built-in lifecycle of the platform that the charm is for, and declares what the charm has: relations, storage,
/// containers, actions. These are read from `charmcraft.yaml`, or from `metadata.yaml`, `config.yaml` and `actions.yaml`.
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// The directory of the charm; or one that has it one or two levels below
    #[arg(long, value_name = "DIR")]
    pub(super) charm: PathBuf,
    /// Write to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, requires = "output")]
    pub(super) force: bool,
    #[command(flatten)]
    pub(super) endpoints: Endpoints,
}

/// Write the completion script of a shell
///
/// Where it belongs depends on the shell.
#[derive(Debug, Args)]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: Shell,
}

/// Write the manual page
///
/// In the format of `man`, of the program or of one command.
#[derive(Debug, Args)]
pub(super) struct ManArguments {
    /// The command; without it the program
    pub(super) command: Option<String>,
}
