//! Arguments of `shrink`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, value_parser};

use super::{InputFormat, Settings, TraceFormat};

#[derive(Debug, Args)]
pub(in crate::cli) struct ShrinkArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// The trace: a file that has one trace, or `-` for standard input, which is taken if none is given
    #[arg(value_name = "TRACE")]
    pub(in crate::cli) trace: Option<PathBuf>,
    /// What is run on each trace, with its arguments
    #[arg(last = true, value_name = "COMMAND", required_unless_present = "ask")]
    pub(in crate::cli) command: Vec<OsString>,
    /// Ask on standard output instead of running a command
    ///
    /// For each trace a line `{"candidate":TRACE}` is written, and a line `{"fails":true}` or `{"fails":false}` is read from
    /// standard input. An answer may add `"event":N`: the number, from 0, of the event behind which nothing matters. The last
    /// line is `{"smallest":TRACE,"runs":N,"fixpoint":true}`; `fixpoint` is false where a limit or the end of the answers
    /// stopped it. That TRACE itself fails is not asked.
    #[arg(long, conflicts_with_all = ["command", "jobs", "timeout", "format", "output"])]
    pub(in crate::cli) ask: bool,
    /// Also find the bare core: the items that fail by themselves, although they make no trace of the grammar
    ///
    /// It comes as a second trace behind the first.
    #[arg(long)]
    pub(in crate::cli) core: bool,
    /// Leave the data of events as they are
    #[arg(long)]
    pub(in crate::cli) keep_data: bool,
    /// How many traces are tried side by side
    ///
    /// The result is the same for any number.
    #[arg(long, value_name = "J", default_value_t = 1, value_parser = value_parser!(u16).range(1..=1024))]
    pub(in crate::cli) jobs: u16,
    /// Stop after so many runs of COMMAND
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(in crate::cli) max_runs: u64,
    /// Stop after so many seconds
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(in crate::cli) seconds: Option<f64>,
    /// End a run of COMMAND after so many seconds
    ///
    /// All that it has started is ended with it. It does not count as one that fails then.
    #[arg(long, value_name = "S", value_parser = seconds)]
    pub(in crate::cli) timeout: Option<f64>,
    /// The format of TRACE
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    pub(in crate::cli) input: InputFormat,
    /// How the result is written; without it as TRACE is
    #[arg(long, value_enum)]
    pub(in crate::cli) format: Option<TraceFormat>,
    /// Write the result to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// How many silent steps a run of the grammar may make before it decides or shows something
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub(in crate::cli) step_limit: u64,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

/// A positive number of seconds.
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|error| format!("{error}"))?;
    if (0.001..=1e9).contains(&seconds) { Ok(seconds) } else { Err("it is a number of seconds above 0".to_owned()) }
}
