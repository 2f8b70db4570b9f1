//! Traces that a command reads.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use super::args::{Compared, InputFormat, Reading};
use super::{Failure, Io};
use crate::recognize::Precision;
use crate::sets::Bounds;
use crate::trace::{Format, ReadError, Shows};

/// What diagnostics call standard input.
pub(super) const STDIN: &str = "<stdin>";

impl Reading {
    /// The format, unless it is to be told by the first bytes.
    pub(super) fn format(&self) -> Option<Format> {
        format(self.input)
    }

    /// What bounds the work.
    pub(super) fn bounds(&self) -> Bounds {
        let configurations = usize::try_from(self.limit.get()).unwrap_or(usize::MAX);
        Bounds { configurations, everywhere: configurations / 10, steps: self.step_limit, ..Bounds::default() }
    }

    /// The kinds of items that are compared of a trace that shows `shows`.
    pub(super) fn shows(&self, shows: Shows) -> Shows {
        if self.shows.is_empty() {
            return Shows { states: false, decisions: false, ..shows };
        }
        let shows = |kind| self.shows.contains(&kind);
        Shows {
            phases: shows(Compared::Phases),
            actions: shows(Compared::Actions),
            events: shows(Compared::Events),
            ..Shows::NOTHING
        }
    }
}

/// The format that was named; `None`: it is to be told by the first bytes.
pub(super) fn format(named: InputFormat) -> Option<Format> {
    match named {
        InputFormat::Auto => None,
        InputFormat::Story => Some(Format::Story),
        InputFormat::Names => Some(Format::Names),
        InputFormat::Jsonl => Some(Format::Jsonl),
    }
}

/// An input.
pub(super) struct Input<'a> {
    /// What messages call it.
    pub(super) name: String,
    pub(super) read: Box<dyn Read + 'a>,
}

impl<'a> Input<'a> {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path, stdin: &'a mut dyn Read) -> Result<Self, Failure> {
        if path.as_os_str() == "-" {
            return Ok(Self { name: STDIN.to_owned(), read: Box::new(stdin) });
        }
        let name = path.display().to_string();
        let is_directory = path.is_dir().then(|| io::Error::from(io::ErrorKind::IsADirectory));
        match is_directory.map_or_else(|| File::open(path), Err) {
            Ok(file) => Ok(Self { name, read: Box::new(file) }),
            Err(error) => Err(Failure::Message(format!("cannot read `{name}`: {error}"))),
        }
    }

    /// The same input several times, all of which is read now if it is more than once.
    pub(super) fn copies(mut self, many: usize) -> Result<Vec<Box<dyn Read + 'a>>, Failure> {
        if many == 1 {
            return Ok(vec![self.read]);
        }
        let mut bytes = Vec::new();
        let read = self.read.read_to_end(&mut bytes);
        read.map_err(|error| Failure::Message(format!("cannot read `{}`: {error}", self.name)))?;
        let bytes: std::sync::Arc<[u8]> = bytes.into();
        Ok((0..many).map(|_| Box::new(Cursor::new(std::sync::Arc::clone(&bytes))) as Box<dyn Read>).collect())
    }
}

/// Opens one input after the other. One that can't be read, or of which `each` has a message, is told of, and the others
/// are still read; how many there were of those.
pub(super) fn for_each_input(
    paths: &[PathBuf],
    io: &mut Io,
    mut each: impl FnMut(Input<'_>, &mut Io) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let mut n_failed = 0;
    for path in paths {
        let mut stdin = std::mem::replace(&mut io.stdin, Box::new(io::empty()));
        let done = Input::open(path, &mut stdin).and_then(|input| each(input, io));
        io.stdin = stdin;
        match done {
            Ok(()) => {}
            Err(Failure::Message(message)) => {
                io.error(&message);
                n_failed += 1;
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(n_failed)
}

/// How exactly traces of a format tell what they show.
pub(super) fn precision(format: Option<Format>) -> Precision {
    match format {
        Some(Format::Jsonl) => Precision::FULL,
        Some(Format::Story) => Precision::STORY,
        Some(Format::Names) | None => Precision::NAMES,
    }
}

/// Checks that standard input is read once at most.
pub(super) fn check_inputs(grammar: &std::ffi::OsStr, traces: &[PathBuf]) -> Result<(), Failure> {
    let n_traces = traces.iter().filter(|path| path.as_os_str() == "-").count();
    match n_traces + usize::from(grammar == "-") {
        0 | 1 => Ok(()),
        _ if grammar == "-" => Err(Failure::Message(
            "standard input cannot be both the grammar and a trace: name a file for one of them".to_owned(),
        )),
        _ => Err(Failure::Message("standard input, `-`, can be read only once".to_owned())),
    }
}

/// Tells that an input could not be read.
pub(super) fn report(name: &str, error: &ReadError, io: &mut Io) {
    io.error(&format!("{name}:{error}"));
    if let Some(advice) = error.advice() {
        io.help(advice);
    }
}
