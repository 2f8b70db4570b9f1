//! The arguments as they are typed. Their doc comments are the help texts.

mod export;
mod grammars;
mod run;
mod shrink;
mod traces;

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use crate::cli::io::Verbosity;
use crate::cli::values::LimitSetting;
use crate::cli::{Failure, help};
use crate::limits::Limits;

pub(in crate::cli) use export::ExportArguments;
pub(in crate::cli) use grammars::{
    CONFIGURATIONS, CheckArguments, CountArguments, CountFormat, DiffArguments, DiffFormat, EnumerateArguments,
    FiguresFormat, FmtArguments, SequenceFormat, StatsArguments, TestArguments, TestFormat,
};
pub(in crate::cli) use run::RunArguments;
pub(in crate::cli) use shrink::ShrinkArguments;
pub(in crate::cli) use traces::{
    AnswerFormat, Compared, DataClass, ExploreArguments, InputFormat, ProbabilityArguments, Reading, Shown,
    TraceFormat, TypedGenerateArguments, ValidateArguments, VerdictFormat,
};

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
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(in crate::cli) global: Global,
    #[command(subcommand)]
    pub(in crate::cli) command: Command,
}

/// The whole of it, as clap knows it.
pub(in crate::cli) fn command() -> clap::Command {
    help::decorate(Arguments::command())
}

impl Arguments {
    /// Reads the arguments, of which the first is the program's name.
    pub(in crate::cli) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let mut command = command();
        let mut matches = command.try_get_matches_from_mut(arguments)?;
        Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
    }
}

/// Options of every command, listed after its own.
#[derive(Debug, Args)]
pub(in crate::cli) struct Global {
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
    pub(in crate::cli) fn color(&self) -> Option<bool> {
        match self.color {
            Color::Auto => None,
            Color::Always => Some(true),
            Color::Never => Some(false),
        }
    }

    /// How much is wanted to be told.
    pub(in crate::cli) fn verbosity(&self) -> Verbosity {
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
pub(in crate::cli) enum Command {
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
    Shrink(Box<ShrinkArguments>),
    Run(Box<RunArguments>),
    Export(Box<ExportArguments>),
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
pub(in crate::cli) struct Settings {
    /// Set a param, a state's initial value or an instance's value
    ///
    /// The value is written as in the grammar. May be given several times; comes after the settings of a profile.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(in crate::cli) set: Vec<String>,
    /// Take the settings of a profile that the grammar declares
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) profile: Option<String>,
    /// Set how often an action or a reaction is drawn, compared with the others (0: never)
    ///
    /// May be given several times.
    #[arg(long = "weight", value_name = "ACTION=N")]
    pub(in crate::cli) weights: Vec<String>,
    /// Add declarations at the end of the grammar
    ///
    /// May be given several times.
    #[arg(long = "with", value_name = "DECLARATION")]
    pub(in crate::cli) declarations: Vec<String>,
    /// Declare what the charm in a directory has: relations, storage, containers, actions
    ///
    /// It is read from `charmcraft.yaml`, or from `metadata.yaml`, `config.yaml` and `actions.yaml`. GRAMMAR may then be left
    /// out: it is the built-in lifecycle of the platform that the charm is for. The first argument is taken for GRAMMAR if
    /// it is the name of a built-in grammar or ends in `.charmgrammar`.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) charm: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) endpoints: Endpoints,
    #[command(flatten)]
    pub(in crate::cli) limiting: Limiting,
}

/// What is bounded otherwise than usual.
#[derive(Clone, Debug, Default, Args)]
pub(in crate::cli) struct Limiting {
    /// Change a limit: how many configurations are looked at, or that of a name
    ///
    /// N is how many configurations may be followed at once where traces are judged (200,000), or looked at for one answer
    /// where a grammar is explored (2,000,000, for `stats` 1,000,000; each takes up to 512 bytes, and as many lie ahead).
    /// Beyond it there is no answer, and the exit code is 2. The limits that have names bound what is read and made, such
    /// as `file=N`, the bytes of a grammar's file; the language reference lists them. May be given several times.
    #[arg(long = "limit", value_name = "[NAME=]N", value_parser = LimitSetting::parse)]
    limits: Vec<LimitSetting>,
}

impl Limiting {
    /// The limits that have names.
    pub(in crate::cli) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        for limit in &self.limits {
            if let LimitSetting::Named(name, value) = limit {
                limits.set(name, *value).expect("it was checked when it was read");
            }
        }
        limits
    }

    /// How many configurations are looked at, if that was said.
    fn said(&self) -> Option<NonZeroU32> {
        self.limits.iter().rev().find_map(|limit| match limit {
            LimitSetting::Configurations(number) => Some(*number),
            LimitSetting::Named(..) => None,
        })
    }

    /// How many configurations are looked at; `usual` if nothing was said.
    pub(in crate::cli) fn configurations(&self, usual: usize) -> usize {
        self.said().map_or(usual, |number| usize::try_from(number.get()).unwrap_or(usize::MAX))
    }

    /// Refuses a number of configurations where none are looked at.
    pub(in crate::cli) fn check_unused(&self, what: &str) -> Result<(), Failure> {
        match self.said() {
            None => Ok(()),
            Some(number) => {
                let message = format!("--limit {number}: {what} looks at no configurations that this could bound");
                Err(Failure::Message(message))
            }
        }
    }
}

/// How a charm is declared.
#[derive(Clone, Copy, Debug, Args)]
pub(in crate::cli) struct Endpoints {
    /// How many relations an endpoint of the charm can have where its metadata set no limit, from 1 to 64
    #[arg(long = "relations-per-endpoint", value_name = "N", default_value_t = 2, value_parser = value_parser!(u32).range(1..=64))]
    pub(in crate::cli) relations: u32,
}

impl Default for Endpoints {
    fn default() -> Self {
        Self { relations: 2 }
    }
}

impl Settings {
    /// The settings as the model takes them, but for the declarations of the charm.
    pub(in crate::cli) fn meaning(&self) -> crate::model::Settings {
        crate::model::Settings {
            profile: self.profile.clone(),
            set: self.set.clone(),
            weights: self.weights.clone(),
            charm: None,
            with: self.declarations.clone(),
            test_profile: None,
            limits: self.limiting.limits(),
        }
    }
}

/// Write the text of a built-in grammar
///
/// To change it, write it to a file, or begin a file of your own with `use NAME`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The name, one of those that `charmgrammar list` tells
    pub(in crate::cli) name: String,
}

/// Write a grammar to begin with, from the metadata of a charm
///
/// It uses the built-in lifecycle of the platform that the charm is for, and declares what the charm has: relations, storage,
/// containers, actions. These are read from `charmcraft.yaml`, or from `metadata.yaml`, `config.yaml` and `actions.yaml`.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// The directory of the charm; or one that has it one or two levels below
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) charm: PathBuf,
    /// Write to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Also write a test for pytest, which runs the charm through lives that are drawn from the grammar
    ///
    /// `lifecycle.charmgrammar` and `test_lifecycle.py` are written to the directory that `--output` names, or to `tests/unit`
    /// of the charm. They are yours to edit. To run, the test needs the package `charmgrammar` in the charm's environment.
    #[arg(long)]
    pub(in crate::cli) pytest: bool,
    /// Write over a file that is there
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) endpoints: Endpoints,
    #[command(flatten)]
    pub(in crate::cli) limiting: Limiting,
}

/// Write the completion script of a shell
///
/// Where it belongs depends on the shell.
#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(in crate::cli) shell: Shell,
}

/// Write the manual page
///
/// In the format of `man`, of the program or of one command.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// The command; without it the program
    pub(in crate::cli) command: Option<String>,
}
