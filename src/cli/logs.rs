//! Logs among the inputs of a command: they are read before its grammar is settled, since that may have to be given
//! more room.

use std::ffi::OsStr;
use std::io::{self as streams, Cursor, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::args::{InputFormat, Reading, Settings};
use super::grammar::{self, Opened};
use super::traces;
use super::{Failure, Io};
use crate::import::{self, Lack, Log, LogFormat, Told};
use crate::limits::Limits;
use crate::trace::ReadError;

/// How much of an input is read at once to tell what it is.
const CHUNK: usize = 8 << 10;

/// How much of it is looked at.
const MAX_LOOK: usize = 256 << 10;

const MANY_RELATIONS: &str = "an endpoint has so many relations at a time in the log";
const MANY_UNITS: &str = "a relation has so many units at its other side at a time in the log";

/// What came of an input.
pub(super) enum Found {
    /// It is no log, and was not read; or it can't be opened, which is told in its turn.
    Other,
    /// It is no log, and can be read only once: this is all of it.
    Begun(Box<dyn Read>),
    /// A log, with the units that are wanted.
    Log(Log),
    /// It does not have the units that are wanted.
    Unwanted(String),
    /// It can't be read.
    Unreadable(ReadError),
}

/// The logs among inputs, in the order of these.
pub(super) struct Logs(Vec<Found>);

impl Logs {
    /// Reads what are logs.
    pub(super) fn read(paths: &[PathBuf], reading: &Reading, limits: &Limits, io: &mut Io) -> Self {
        Self(paths.iter().map(|path| find(path, reading, limits, io)).collect())
    }

    pub(super) fn into_iter(self) -> impl Iterator<Item = Found> {
        self.0.into_iter()
    }

    /// The grammars with room for all logs: as they were opened, or once more with other settings.
    pub(super) fn with_room(
        &self,
        opened: Vec<(String, Opened)>,
        typed: &OsStr,
        settings: &Settings,
        tried: &[String],
        io: &mut Io,
    ) -> Result<Vec<(String, Opened)>, Failure> {
        let mut settings = settings.clone();
        if !self.make_room(&opened, tried, &mut settings, io) {
            return Ok(opened);
        }
        grammar::open_all_again(typed, &settings, tried, &opened[0].1.sources, io)
    }

    /// Changes settings so that all logs have room in a grammar, and tells so; whether there is something to change.
    /// What was set for this call, or is tried with all its values, is left as it is.
    fn make_room(&self, opened: &[(String, Opened)], tried: &[String], settings: &mut Settings, io: &mut Io) -> bool {
        let logs = self.0.iter().filter_map(|found| match found {
            Found::Log(log) => Some(log),
            _ => None,
        });
        let lacks = logs.flat_map(|log| opened.iter().map(|(_, opened)| log.lack(&opened.grammar)));
        let Lack { relations, ids, units } = lacks.fold(Lack::default(), Lack::or);
        let mut is_changed = false;
        if let Some(relations) = relations
            .map(|many| many.min(64))
            .filter(|many| settings.charm.is_some() && *many > settings.endpoints.relations)
        {
            settings.endpoints.relations = relations;
            io.note(&format!("`--relations-per-endpoint {relations}` is taken, since {MANY_RELATIONS}"));
            is_changed = true;
        }
        for (param, value, what) in [("ids", ids, MANY_RELATIONS), ("units", units, MANY_UNITS)] {
            let is_set = settings.set.iter().any(|set| set.split('=').next().is_some_and(|name| name.trim() == param));
            if let Some(value) = value.filter(|_| !is_set && !tried.iter().any(|tried| tried == param)) {
                settings.set.push(format!("{param}={value}"));
                io.note(&format!("`--set {param}={value}` is taken, since {what}"));
                is_changed = true;
            }
        }
        is_changed
    }
}

fn find(path: &Path, reading: &Reading, limits: &Limits, io: &mut Io) -> Found {
    let wanted = match reading.input {
        InputFormat::Auto => None,
        InputFormat::DebugLog => Some(LogFormat::Debug),
        InputFormat::StatusLog => Some(LogFormat::Status),
        InputFormat::Tail => Some(LogFormat::Tail),
        InputFormat::Story | InputFormat::Names | InputFormat::Jsonl => return other(path, reading, Found::Other),
    };
    let is_stdin = path.as_os_str() == "-";
    let mut input: Box<dyn Read> = if is_stdin {
        std::mem::replace(&mut io.stdin, Box::new(streams::empty()))
    } else {
        let Ok(file) = traces::open(path) else { return Found::Other };
        Box::new(file)
    };
    let mut begin = Vec::new();
    let format = match wanted {
        Some(format) => Ok(Some(format)),
        None => tell(&mut input, &mut begin),
    };
    let Ok(Some(format)) = format else {
        // What was looked at is read again in its turn; so is what fails.
        let whole = Box::new(Cursor::new(begin).chain(input));
        if is_stdin {
            io.stdin = whole;
            return other(path, reading, Found::Other);
        }
        return other(path, reading, if path.is_file() { Found::Other } else { Found::Begun(whole) });
    };
    let read = import::read(Cursor::new(&begin).chain(&mut input), format, limits);
    let mut log = match read {
        Ok(log) => log,
        Err(error) => return Found::Unreadable(error),
    };
    let units: Vec<String> = log.units().map(|unit| format!("`{unit}`")).collect();
    match &reading.unit {
        Some(unit) if !log.keep(unit) => {
            let (name, units) = (traces::name(path), units.join(", "));
            Found::Unwanted(format!("--unit: `{name}` tells of no hook of `{unit}`; it tells of those of {units}"))
        }
        _ => Found::Log(log),
    }
}

/// An input that is no log: it has nothing to choose from.
fn other(path: &Path, reading: &Reading, found: Found) -> Found {
    let Some(unit) = &reading.unit else { return found };
    let name = traces::name(path);
    Found::Unwanted(format!("--unit: `{name}` is no log of Juju, and does not say which events are those of `{unit}`"))
}

/// Tells which log an input is by what is read into `begin`.
fn tell(input: &mut dyn Read, begin: &mut Vec<u8>) -> streams::Result<Option<LogFormat>> {
    loop {
        let known = begin.len();
        begin.resize(known + CHUNK, 0);
        let read = input.read(&mut begin[known..]);
        begin.truncate(known + read.as_ref().map_or(0, |read| *read));
        let is_all = match read {
            Ok(read) => read == 0 || begin.len() >= MAX_LOOK,
            Err(error) if error.kind() == ErrorKind::Interrupted => false,
            Err(error) => return Err(error),
        };
        match import::tell(begin, is_all) {
            Told::Log(format) => return Ok(Some(format)),
            Told::More if !is_all => {}
            Told::More | Told::Other => return Ok(None),
        }
    }
}
