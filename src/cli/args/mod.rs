//! The arguments as they are typed. Their doc comments are the help texts.

mod deferred;
mod export;
mod grammars;
mod run;
mod shrink;
mod traces;

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::error::ContextValue;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum, value_parser};
use clap_complete::Shell;

use crate::cli::io::Verbosity;
use crate::cli::values::LimitSetting;
use crate::cli::{Failure, help};
use crate::diagnostic::one_line;
use crate::limits::Limits;

use deferred::Deferred;
pub(in crate::cli) use export::ExportArguments;
pub(in crate::cli) use grammars::{
    CheckArguments, CountArguments, CountFormat, DiffArguments, DiffFormat, EnumerateArguments, FiguresFormat,
    FmtArguments, SequenceFormat, StatsArguments, TestArguments, TestFormat, exploring,
};
pub(in crate::cli) use run::{RunArguments, RunFormat};
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
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        // Headings and examples are only for when there is something to be told.
        let parsed = Self::try_parse_from(&arguments).or_else(|_| {
            let mut command = command();
            let mut matches = command.try_get_matches_from_mut(arguments)?;
            Self::from_arg_matches_mut(&mut matches).map_err(|error| error.format(&mut command))
        });
        parsed.map_err(in_its_line)
    }
}

/// The error with what it repeats of the command line as parts of its lines: a name of a file may hold anything.
fn in_its_line(mut error: clap::Error) -> clap::Error {
    let repeated = error.context().filter_map(|(kind, value)| match value {
        ContextValue::String(text) => Some((kind, ContextValue::String(one_line(text)))),
        ContextValue::Strings(texts) => {
            Some((kind, ContextValue::Strings(texts.iter().map(|text| one_line(text)).collect())))
        }
        _ => None,
    });
    for (kind, value) in repeated.collect::<Vec<_>>() {
        error.insert(kind, value);
    }
    error
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
    /// Find what is wrong with grammars
    ///
    /// Tells every error of syntax, names and types, with its place and, where there is a likely one, its correction. Then it
    /// goes through all configurations that can be reached and tells where runs fail or can't get out, each with a shortest
    /// trace that leads there, and which parts make no difference; and it runs the tests that the grammars have in themselves.
    /// The exit code is 0 if nothing is wrong (there may be warnings and notes), 1 if something is, and 2 if a grammar has no
    /// meaning or the limit was met.
    Check(Deferred<CheckArguments>),
    /// Run the tests that grammars have in themselves
    ///
    /// Each test is answered for all traces that the grammar has, by going through all configurations that can be reached, so
    /// what passes is proved. A test that fails shows a shortest trace that says why. The last line tells how many passed and
    /// failed. The exit code is 0 if all pass, 1 if one fails, and 2 if one could not be decided within the limit. With
    /// --quiet, tests that pass are not told.
    Test(Deferred<TestArguments>),
    /// Lay grammars out in the canonical way
    ///
    /// Rewrites each file that is not laid out so, and touches no other. Comments stay, and so do single blank lines, bodies
    /// on one line, and columns; what the grammar means never changes. A file with errors of syntax is told and left as it is,
    /// and then the exit code is 2. Standard input, `-`, goes to standard output.
    Fmt(Deferred<FmtArguments>),
    /// Generate random traces
    ///
    /// Trace number I of seed S depends on the grammar, its settings, S and I alone: not on how many traces are asked for, on
    /// the number of threads, on the shard or on the format.
    Generate(Deferred<TypedGenerateArguments>),
    /// Say whether traces belong to a grammar
    ///
    /// For each trace, in their order, it says `valid`, or where the trace leaves the grammar and what could have come there
    /// instead: `invalid at 3: NAME` for the third item, `invalid at end` for a trace that stops too early. The exit code is 0
    /// if all are valid, 1 if one is not, and 2 if one could not be read or judged. With --quiet, traces that are valid are not
    /// told.
    Validate(Deferred<ValidateArguments>),
    /// Say how probable traces are, and which runs most likely showed them
    ///
    /// For each trace, in their order, it says the natural logarithm of the probability that the grammar shows just this: the
    /// sum over all runs that agree with it. Then comes the run that is more likely than any other of these, as a story, with
    /// its part of the sum. A trace that does not belong to the grammar gets the verdict that `validate` gives. The exit code
    /// is 0 if all are possible, 1 if one is not, and 2 if one could not be read or weighed.
    Probability(Deferred<ProbabilityArguments>),
    /// Say how many event sequences there are
    ///
    /// It is the exact number, however large, of sequences of so many event names that complete traces show: each counts once,
    /// however many runs show it. An answer in JSON has it as a string, since many readers of JSON round large numbers.
    Count(Deferred<CountArguments>),
    /// Write all event sequences of a length
    ///
    /// They are the sequences of so many event names that complete traces show, each once, in the order of their names, like
    /// words in a dictionary. They are written as they are found, and nothing is tried that can't be completed.
    Enumerate(Deferred<EnumerateArguments>),
    /// Say in which event sequences two grammars differ
    ///
    /// It finds a shortest sequence of event names that only the first has, and one that only the second has, or proves that
    /// there is none; a grammar has a sequence if a complete trace shows it. Of several it is the first in the order of the
    /// names. Then it says where the other grammar leaves it, and what could have come there instead. To compare a grammar with
    /// itself under other settings, name it twice. The exit code is 0 if there is no difference, 1 if there is one, and 2 if
    /// not all could be said.
    Diff(Deferred<DiffArguments>),
    /// Say what lives are like on average
    ///
    /// How many traces are complete, how long they are, how often each event and each action happens in one, with which
    /// probability it happens at all, and which part of all actions each action is. Exact where the grammar has not too many
    /// configurations; else by drawing traces, each figure with the interval in which it lies with a probability of 95 %. Which
    /// of the two it was is said for each figure. All but the probabilities of failing is of complete traces alone. Reactions
    /// are not told, since traces do not show them.
    Stats(Deferred<StatsArguments>),
    /// Step through a life by hand
    ///
    /// It tells where the life is and what can be shown next, with probabilities. A number or the beginning of a name takes
    /// one of these; an empty line lets the dice decide; `help` names the other commands. Commands may also come from a pipe:
    /// then each is written before what comes of it.
    Explore(Deferred<ExploreArguments>),
    /// Find the smallest valid trace on which a command still fails
    ///
    /// COMMAND gets a trace on standard input, as a line of jsonl, and fails if its exit status is not 0. Smaller traces are
    /// tried, all of them traces of the grammar: without an action and its consequences, without all that is of one relation or one
    /// unit, with an earlier end, with less data, with smaller numbers; until nothing more can go. The smallest one is the result. The exit code is 0
    /// then, 1 if COMMAND does not fail on TRACE or the grammar has no such trace, 2 if a limit stopped it, and 130 if Ctrl-C did;
    /// in these two cases the result is the smallest trace so far.
    Shrink(Deferred<ShrinkArguments>),
    /// Run traces on a charm, and shrink those that fail
    ///
    /// The charm's code is run by its own Python, through `ops.testing`: no Juju is needed. Each trace is a life of one unit; its
    /// events are dispatched one after the other, and what has no event is applied to the world around: leadership that is
    /// lost, a container that goes down, units that are planned. An exception that the charm does not catch is a failure. Failures
    /// of one type from one line of the charm are told once, as the smallest trace that fails so. Nothing is reached over the
    /// network and no program is started meanwhile. The exit code is 0 if nothing new has failed, 1 if something has, and 2 if
    /// the charm does not start or a trace could not be run.
    ///
    /// Where the charm has tests, `init --charm DIR --pytest` begins one that does the same with your own fixtures.
    Run(Deferred<RunArguments>),
    /// Write a trace as a test or as a script that runs without this program
    ///
    /// As a test in Python by `ops.testing`; as a shell script of Juju commands; or as an integration test by `jubilant`. In the last
    /// two what a user does becomes commands; events, and what can't be commanded, become comments. A trace that shows less than
    /// all is completed first: one of names, too, has actions then.
    Export(Deferred<ExportArguments>),
    /// Name the built-in grammars
    ///
    /// One a line, with the first line of what it says about itself. Where a command wants a GRAMMAR, such a name will do;
    /// a file of the same name is written with its directory, as in `./example`.
    List,
    /// Write the text of a built-in grammar
    ///
    /// To change it, write it to a file, or begin a file of your own with `use NAME`.
    Show(Deferred<ShowArguments>),
    /// Write a grammar to begin with, from the metadata of a charm
    ///
    /// It uses the built-in lifecycle of the platform that the charm is for, and declares what the charm has: relations, storage,
    /// containers, actions. These are read from `charmcraft.yaml`, or from `metadata.yaml`, `config.yaml` and `actions.yaml`.
    Init(Deferred<InitArguments>),
    /// Write the completion script of a shell
    ///
    /// Where it belongs depends on the shell.
    Completions(Deferred<CompletionsArguments>),
    /// Write the manual page
    ///
    /// In the format of `man`, of the program or of one command.
    Man(Deferred<ManArguments>),
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
    /// Beyond it there is no answer, and the exit code is 2. So it is beyond `work=N`, the steps of the search for one answer
    /// (500,000,000: some 10 to 20 seconds). The other limits that have names bound what is read and made, such
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

    /// How many steps the search for one answer may take.
    pub(in crate::cli) fn work(&self) -> u64 {
        self.limits().work as u64
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

#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArguments {
    /// The name, one of those that `charmgrammar list` tells
    pub(in crate::cli) name: String,
}

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

#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(in crate::cli) shell: Shell,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// The command; without it the program
    pub(in crate::cli) command: Option<String>,
}
