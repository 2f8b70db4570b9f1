//! Traces that a command reads.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use super::args::{Compared, InputFormat, Limiting, Reading};
use super::logs::{Found, Logs};
use super::{Failure, Io};
use crate::import::{Log, LogReader};
use crate::recognize::Precision;
use crate::sets::Bounds;
use crate::trace::{Format, Head, Observed, ReadError, Reader, Shows, Vocabulary};

/// What diagnostics call standard input.
pub(super) const STDIN: &str = "<stdin>";

impl Reading {
    /// The format of what is no log, unless it is to be told by the first bytes.
    fn format(&self) -> Option<Format> {
        format(self.input)
    }

    /// What bounds the work.
    pub(super) fn bounds(&self, limiting: &Limiting) -> Bounds {
        let configurations = limiting.configurations(Bounds::default().configurations);
        let (everywhere, work) = (configurations / 10, limiting.work());
        Bounds { configurations, everywhere, steps: self.step_limit, work, ..Bounds::default() }
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

/// The format that was named of what is no log; `None`: it is to be told by the first bytes.
pub(super) fn format(named: InputFormat) -> Option<Format> {
    match named {
        InputFormat::Auto | InputFormat::DebugLog | InputFormat::StatusLog | InputFormat::Tail => None,
        InputFormat::Story => Some(Format::Story),
        InputFormat::Names => Some(Format::Names),
        InputFormat::Jsonl => Some(Format::Jsonl),
    }
}

/// What messages call an input.
pub(super) fn name(path: &Path) -> String {
    if path.as_os_str() == "-" { STDIN.to_owned() } else { path.display().to_string() }
}

/// Opens a file.
pub(super) fn open(path: &Path) -> Result<File, Failure> {
    let is_directory = path.is_dir().then(|| io::Error::from(io::ErrorKind::IsADirectory));
    let file = is_directory.map_or_else(|| File::open(path), Err);
    file.map_err(|error| Failure::Message(format!("cannot read `{}`: {error}", path.display())))
}

/// An input that is no log.
pub(super) struct Input<'a> {
    /// What messages call it.
    pub(super) name: String,
    pub(super) read: Box<dyn Read + 'a>,
}

impl<'a> Input<'a> {
    /// Opens a file, or standard input for `-`.
    pub(super) fn open(path: &Path, stdin: &'a mut dyn Read) -> Result<Self, Failure> {
        let read: Box<dyn Read> = if path.as_os_str() == "-" { Box::new(stdin) } else { Box::new(open(path)?) };
        Ok(Self { name: name(path), read })
    }

    /// All of it, which has so many bytes at most.
    pub(super) fn whole(self, most: usize) -> Result<std::sync::Arc<[u8]>, Failure> {
        let mut bytes = Vec::new();
        let read = self.read.take(most as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| Failure::Message(format!("cannot read `{}`: {error}", self.name)))?;
        if bytes.len() > most {
            let name = self.name;
            let message = format!(
                "`{name}` has more than {most} bytes, and must be held as a whole here (`--limit whole-input=N`)"
            );
            return Err(Failure::Message(message));
        }
        Ok(bytes.into())
    }

    /// The same input several times, all of which is read now if it is more than once.
    fn copies(self, many: usize, most: usize) -> Result<Vec<Box<dyn Read + 'a>>, Failure> {
        if many == 1 {
            return Ok(vec![self.read]);
        }
        let bytes = self.whole(most)?;
        Ok((0..many).map(|_| Box::new(Cursor::new(std::sync::Arc::clone(&bytes))) as Box<dyn Read>).collect())
    }
}

/// What an input holds.
enum Body<'a> {
    Input(Input<'a>),
    Log(&'a Log),
}

/// The traces of an input that can be read.
pub(super) struct Traces<'a> {
    /// What messages call the input.
    pub(super) name: String,
    body: Body<'a>,
}

impl<'a> Traces<'a> {
    /// A reader in the terms of each of these grammars.
    pub(super) fn readers(
        self,
        reading: &Reading,
        vocabularies: &'a [Vocabulary<'a>],
    ) -> Result<Vec<TraceReader<'a>>, Failure> {
        Ok(match self.body {
            Body::Log(log) => {
                vocabularies.iter().map(|vocabulary| TraceReader::Log(LogReader::new(log, vocabulary))).collect()
            }
            Body::Input(input) => {
                let copies = input
                    .copies(vocabularies.len(), vocabularies[0].limits().whole_input)?
                    .into_iter()
                    .zip(vocabularies);
                let reader = |(input, vocabulary)| Reader::new(input, reading.format(), vocabulary);
                copies.map(|copy| TraceReader::Input(Box::new(reader(copy)))).collect()
            }
        })
    }
}

/// Reads traces one item after the other, from whatever they are in.
pub(super) enum TraceReader<'a> {
    Input(Box<Reader<'a, Box<dyn Read + 'a>>>),
    Log(LogReader<'a>),
}

impl TraceReader<'_> {
    pub(super) fn next_trace(&mut self) -> Result<Option<Head>, ReadError> {
        match self {
            Self::Input(reader) => reader.next_trace(),
            Self::Log(reader) => Ok(reader.next_trace()),
        }
    }

    #[inline]
    pub(super) fn next_item(&mut self) -> Result<Option<&Observed>, ReadError> {
        match self {
            Self::Input(reader) => reader.next_item(),
            Self::Log(reader) => reader.next_item(),
        }
    }

    pub(super) fn line(&self) -> u64 {
        match self {
            Self::Input(reader) => reader.line(),
            Self::Log(reader) => reader.line(),
        }
    }

    /// Whether it reads a log.
    pub(super) fn is_log(&self) -> bool {
        matches!(self, Self::Log(_))
    }

    /// How exactly the trace at hand tells what it shows.
    pub(super) fn precision(&self) -> Precision {
        match self {
            Self::Input(reader) => match reader.format() {
                Some(Format::Jsonl) => Precision::FULL,
                Some(Format::Story) => Precision::STORY,
                Some(Format::Names) | None => Precision::NAMES,
            },
            Self::Log(reader) => {
                let (instances, payloads) = reader.precision();
                Precision { instances, payloads }
            }
        }
    }
}

/// Opens one input after the other. One that can't be read, or of which `each` has a message, is told of, and the
/// others are still read; how many there were of those.
pub(super) fn for_each_input(
    paths: &[PathBuf],
    logs: Logs,
    io: &mut Io,
    mut each: impl FnMut(Traces<'_>, &mut Io) -> Result<(), Failure>,
) -> Result<u64, Failure> {
    let mut n_failed = 0;
    for (path, found) in paths.iter().zip(logs.into_iter()) {
        let mut stdin = std::mem::replace(&mut io.stdin, Box::new(io::empty()));
        let mut each = |body, io: &mut Io| each(Traces { name: name(path), body }, io);
        let done = match found {
            Found::Other => Input::open(path, &mut stdin).and_then(|input| each(Body::Input(input), io)),
            Found::Begun(read) => each(Body::Input(Input { name: name(path), read }), io),
            Found::Log(log) => each(Body::Log(&log), io),
            Found::Unwanted(why) => Err(Failure::Message(why)),
            Found::Unreadable(error) => {
                report(&name(path), &error, io);
                n_failed += 1;
                Ok(())
            }
        };
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
