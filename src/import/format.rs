//! Which log an input is.

use super::lines::without_escapes;
use super::{debug_log, status_log, tail};

/// The logs that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogFormat {
    /// `juju debug-log`, or the file of an agent.
    Debug,
    /// `juju show-status-log`, as a table, JSON or YAML.
    Status,
    /// A table of `jhack tail`.
    Tail,
}

/// What the first lines of an input tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is a log.
    Log(LogFormat),
    /// It is none.
    Other,
    /// More of it must be seen.
    More,
}

/// How many lines are looked at. Before the first whole entry of a log may stand the rest of a message of many lines.
const MAX_LINES: usize = 500;

/// Looks at the begin of an input, of which there is more unless it `is_all`.
///
/// A log is told by its first line that is one of its own. An input is none if it begins as jsonl or a story do, or
/// with two lines of one word each; names may have comments before them.
pub fn tell(begin: &[u8], is_all: bool) -> Told {
    let text = String::from_utf8_lossy(begin);
    let whole = if is_all { &text[..] } else { text.rfind('\n').map_or("", |end| &text[..=end]) };
    let first = text.trim_start_matches('\u{feff}').trim_start();
    if first.starts_with('{') || first.starts_with("simulation:") {
        return Told::Other;
    }
    let mut n_names = 0;
    for (number, line) in whole.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = without_escapes(line);
        let line = line.trim_end();
        if line.starts_with('#') {
            continue;
        }
        if debug_log::is_entry(line) {
            return Told::Log(LogFormat::Debug);
        }
        if status_log::is_entry(line) {
            return Told::Log(LogFormat::Status);
        }
        if tail::is_entry(line) {
            return Told::Log(LogFormat::Tail);
        }
        match line.split_whitespace().count() {
            0 if n_names > 0 => return Told::Other,
            0 => {}
            1 => n_names += 1,
            _ => n_names = 0,
        }
        if n_names == 2 || number == MAX_LINES {
            return Told::Other;
        }
    }
    if is_all { Told::Other } else { Told::More }
}
