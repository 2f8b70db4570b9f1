//! Arguments of the commands that say something of grammars.

use std::ffi::OsString;

use clap::{Args, ValueEnum, value_parser};

use super::{Limiting, Settings};
use crate::cli::values::Lengths;
use crate::diagnostic::render::Format;
use crate::sets::Bounds;

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// The grammars: files, `-` for standard input, names of built-in grammars
    #[arg(required_unless_present = "charm", value_name = "GRAMMAR")]
    pub(in crate::cli) grammars: Vec<OsString>,
    /// Stop after syntax, names and types
    #[arg(long)]
    pub(in crate::cli) syntax: bool,
    /// Count warnings as errors
    #[arg(long, value_enum, value_name = "WHAT", conflicts_with = "syntax")]
    deny: Option<Denied>,
    #[command(flatten)]
    pub(in crate::cli) exploring: Exploring,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = ReportFormat::Human)]
    format: ReportFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Denied {
    /// The exit code is 1 also if there are only warnings
    Warnings,
}

impl CheckArguments {
    /// Whether a warning is as bad as an error.
    pub(in crate::cli) fn denies_warnings(&self) -> bool {
        matches!(self.deny, Some(Denied::Warnings))
    }

    /// How findings are written.
    pub(in crate::cli) fn format(&self) -> Format {
        match self.format {
            ReportFormat::Human => Format::Human,
            ReportFormat::Json => Format::Json,
            ReportFormat::Github => Format::Github,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TestArguments {
    /// The grammars: files, `-` for standard input, names of built-in grammars
    #[arg(required_unless_present = "charm", value_name = "GRAMMAR")]
    pub(in crate::cli) grammars: Vec<OsString>,
    /// Only tests with this in their text
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) filter: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) exploring: Exploring,
    /// How results are written
    #[arg(long, value_enum, default_value_t = TestFormat::Human)]
    pub(in crate::cli) format: TestFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How results of tests are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum TestFormat {
    /// A line for each test, and why one failed
    Human,
    /// One line with a JSON object
    Json,
    /// XML as other test tools write it, for CI
    Junit,
    /// Annotations for GitHub Actions, for those that did not pass
    Github,
}

/// How many configurations are explored for one answer: they take about 1 GB.
pub(in crate::cli) const CONFIGURATIONS: usize = 2_000_000;

/// The memory for each of them, in bytes.
const ROOM: usize = 512;

/// What bounds the exploration of a grammar.
pub(in crate::cli) fn exploring(limiting: &Limiting, steps: u64) -> Bounds {
    let configurations = limiting.configurations(CONFIGURATIONS);
    Bounds { configurations, room: ROOM, steps, work: limiting.work(), ..Bounds::default() }
}

/// How far configurations are explored.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct Exploring {
    /// How many silent steps a run may make before it decides or shows something
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(in crate::cli) step_limit: u64,
}

impl Exploring {
    pub(in crate::cli) fn bounds(&self, limiting: &Limiting) -> Bounds {
        exploring(limiting, self.step_limit)
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

#[derive(Debug, Args)]
pub(in crate::cli) struct FmtArguments {
    /// The grammars: files, or `-` for standard input
    #[arg(required = true, value_name = "GRAMMAR")]
    pub(in crate::cli) grammars: Vec<OsString>,
    /// Write no file, but tell what would change
    ///
    /// The exit code is 1 if a file would. With --quiet only the names of such files are told.
    #[arg(long)]
    pub(in crate::cli) check: bool,
    /// How what would change is written
    #[arg(long, value_enum, default_value_t = ChangeFormat::Human, requires = "check")]
    format: ChangeFormat,
    #[command(flatten)]
    pub(in crate::cli) limiting: Limiting,
}

impl FmtArguments {
    /// How what would change is written.
    pub(in crate::cli) fn format(&self) -> Format {
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

#[derive(Debug, Args)]
pub(in crate::cli) struct CountArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// How many events a sequence has: a number, or a range, as in 10..20, with a line for each number in it
    #[arg(long, value_name = "N|A..B", value_parser = Lengths::parse)]
    pub(in crate::cli) events: Lengths,
    #[command(flatten)]
    pub(in crate::cli) exploring: Exploring,
    /// How answers are written
    #[arg(long, value_enum, default_value_t = CountFormat::Human)]
    pub(in crate::cli) format: CountFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CountFormat {
    /// The number; for a range each behind its number of events
    Human,
    /// A JSON object a line for each number of events
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EnumerateArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// How many events a sequence has
    #[arg(long, value_name = "N")]
    pub(in crate::cli) events: u32,
    #[command(flatten)]
    pub(in crate::cli) exploring: Exploring,
    /// How sequences are written
    #[arg(long, value_enum, default_value_t = SequenceFormat::Names)]
    pub(in crate::cli) format: SequenceFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How sequences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SequenceFormat {
    /// One event name a line, a blank line after every sequence
    Names,
    /// One JSON object a line
    Jsonl,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArguments {
    /// The first grammar: a file, `-` for standard input, or the name of a built-in grammar
    pub(in crate::cli) left: OsString,
    /// The second grammar
    pub(in crate::cli) right: OsString,
    /// Tell the most likely run that shows such a sequence, with its phases and actions
    #[arg(long)]
    pub(in crate::cli) actions: bool,
    #[command(flatten)]
    pub(in crate::cli) exploring: Exploring,
    /// How the answer is written
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub(in crate::cli) format: DiffFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
    #[command(flatten)]
    pub(in crate::cli) sides: SideSettings,
}

/// Settings of one of two grammars, which come after those of both.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Settings of one of the grammars")]
pub(in crate::cli) struct SideSettings {
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
    pub(in crate::cli) fn each(self) -> [Settings; 2] {
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
pub(in crate::cli) enum DiffFormat {
    /// For people
    Human,
    /// One line with a JSON object
    Json,
    /// Annotations for GitHub Actions
    Github,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct StatsArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// Draw traces, also where exact figures can be had
    #[arg(long)]
    pub(in crate::cli) sample: bool,
    /// How many traces are drawn, where they are: those that `generate` makes of the seed
    #[arg(short, long, value_name = "N", default_value = "10000", value_parser = value_parser!(u64).range(1..))]
    pub(in crate::cli) number: u64,
    /// The seed, an integer below 2^64; without it one is drawn where it is needed, and told on standard error
    #[arg(long, value_name = "S", env = "CHARMGRAMMAR_SEED")]
    pub(in crate::cli) seed: Option<u64>,
    /// Give up a trace that has more than N events, where traces are drawn
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(in crate::cli) event_limit: u64,
    /// Give up a run that takes more than N silent steps between two items
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(in crate::cli) step_limit: u64,
    /// The number of threads, at most 1024; without it as many as the machine runs at once
    #[arg(long, value_name = "J", value_parser = value_parser!(u16).range(1..=1024))]
    pub(in crate::cli) jobs: Option<u16>,
    /// How the figures are written
    #[arg(long, value_enum, default_value_t = FiguresFormat::Human)]
    pub(in crate::cli) format: FiguresFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How figures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FiguresFormat {
    /// Tables
    Human,
    /// One JSON object
    Json,
}
