//! Arguments of `run`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum, value_parser};

use super::shrink::seconds;
use super::{DataClass, Endpoints, Settings};
use crate::cli::values::Shard;

#[derive(Debug, Args)]
pub(in crate::cli) struct RunArguments {
    /// The grammar: a file, or the name of a built-in grammar; without it that of the charm's platform
    pub(in crate::cli) grammar: Option<OsString>,
    /// Files of traces to run instead of drawn ones, as jsonl with phases, actions, events and states
    #[arg(value_name = "TRACE")]
    pub(in crate::cli) traces: Vec<PathBuf>,
    /// How many traces
    ///
    /// 50 if nothing else is said.
    #[arg(short, long, value_name = "N")]
    pub(in crate::cli) number: Option<u64>,
    /// The seed, an integer below 2^64; without it one is drawn, and told on standard error
    #[arg(long, value_name = "S")]
    pub(in crate::cli) seed: Option<u64>,
    /// The number of the first trace
    #[arg(long, value_name = "I")]
    pub(in crate::cli) from: Option<u64>,
    /// Run only part K of M, from 0/M to M-1/M
    #[arg(long, value_name = "K/M", value_parser = Shard::parse)]
    pub(in crate::cli) shard: Option<Shard>,
    /// What is fed to the charm: config, parameters of actions, databags, secrets
    ///
    /// `typed` if nothing else is said.
    #[arg(long, value_enum, value_name = "CLASS")]
    pub(in crate::cli) data: Option<DataClass>,
    /// A YAML file with values for config, actions, databags and secrets
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) values: Option<PathBuf>,
    /// The Python of the charm's environment, which has `ops[testing]` 2.23 or later
    ///
    /// Without it, the first of these is taken that has it: `.venv` and `venv` in the charm's directory, the environment that
    /// is active, that in which `charmgrammar` is installed, those of tox and nox, `python3`.
    #[arg(long, value_name = "PATH")]
    pub(in crate::cli) python: Option<PathBuf>,
    /// How many traces are run side by side, at most 1024; without it as many as the machine runs at once
    ///
    /// The result is the same for any number.
    #[arg(long, value_name = "J", value_parser = value_parser!(u16).range(1..=1024))]
    pub(in crate::cli) jobs: Option<u16>,
    /// Begin no further trace after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(in crate::cli) seconds: Option<f64>,
    /// How many seconds an event may take, by the clock on the wall
    ///
    /// `time.sleep` takes none of them. A charm that goes on nevertheless is killed a few seconds later. Importing the charm may
    /// take as long, but at least 30 seconds.
    #[arg(long, value_name = "S", value_parser = seconds, default_value = "10")]
    pub(in crate::cli) event_seconds: f64,
    /// How many MiB of memory the charm may take, beyond what Python and ops have; also how large a file it may write
    ///
    /// Beyond that Python raises `MemoryError`, which is a finding like any other exception.
    #[arg(long, value_name = "MIB", default_value_t = 2048, value_parser = value_parser!(u32).range(64..=1_048_576))]
    pub(in crate::cli) memory: u32,
    /// Hand environment variables on to the charm: all, or those with these names, in which `*` stands for any characters
    ///
    /// Without it the charm has those that say where programs and modules are, which language and time zone it is, and who
    /// runs it: others may be secrets.
    #[arg(long, value_name = "NAME,…", num_args = 0..=1, require_equals = true, value_delimiter = ',', default_missing_value = "*")]
    pub(in crate::cli) keep_env: Vec<String>,
    /// Let the charm write to this directory, too; it may be given several times
    ///
    /// Otherwise it can write to its own directory, its home and the directory of temporary files, each of which is made for
    /// one trace and thrown away.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) writable: Vec<PathBuf>,
    /// Begin lives with the charm in this directory, and refresh it to the one of --charm at `upgrade-charm`
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) upgrade_from: Option<PathBuf>,
    /// Take failures that this file lists for known: they are neither told nor shrunk
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) known: Option<PathBuf>,
    /// Write a list of all failures, those of --known too
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) write_known: Option<PathBuf>,
    /// Write each new failure as a test of `ops.testing` that needs nothing of this program
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) emit: Option<PathBuf>,
    /// Write the smallest trace of each failure to this directory
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) save: Option<PathBuf>,
    /// Tell failures as they were drawn
    #[arg(long)]
    pub(in crate::cli) no_shrink: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = RunFormat::Human)]
    pub(in crate::cli) format: RunFormat,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// How the result of a run is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum RunFormat {
    /// For people
    Human,
    /// As a JSON object
    Json,
    /// As `JUnit` XML, a test for each trace
    Junit,
}

impl RunFormat {
    /// As it is typed.
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
        }
    }
}

impl RunArguments {
    /// Whether something is said of how traces are drawn.
    pub(in crate::cli) fn speaks_of_drawing(&self) -> bool {
        let Self { number, seed, from, shard, data, values, .. } = self;
        number.or(*seed).or(*from).is_some() || shard.is_some() || data.is_some() || values.is_some()
    }
}

impl DataClass {
    /// As it is typed.
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Typed => "typed",
            Self::Hostile => "hostile",
        }
    }
}

impl Settings {
    /// The settings as they are typed.
    pub(in crate::cli) fn words(&self) -> Vec<OsString> {
        let mut words = Vec::new();
        let mut option = |name: &str, value: OsString| words.extend([name.into(), value]);
        if let Some(charm) = &self.charm {
            option("--charm", charm.into());
        }
        let Endpoints { relations } = self.endpoints;
        if relations != Endpoints::default().relations {
            option("--relations-per-endpoint", relations.to_string().into());
        }
        if let Some(profile) = &self.profile {
            option("--profile", profile.into());
        }
        for (name, values) in [("--set", &self.set), ("--weight", &self.weights), ("--with", &self.declarations)] {
            for value in values {
                option(name, value.into());
            }
        }
        for limit in &self.limiting.limits {
            option("--limit", limit.to_string().into());
        }
        words
    }
}
