//! Logs of Juju and of tools around it → traces: one for each unit, of the hooks that Juju ran.
//!
//! The reader of each format finds *signs* of hooks in its lines (`debug_log`, `status_log`, `tail`). Those of one run
//! of a hook are put together, and runs that failed and were tried again left out (`attempts`). What the log calls by
//! ids that Juju gave gets the places that a grammar has for it (`slots`). A [`LogReader`] then reads the [`Log`] in
//! the terms of a grammar.
//!
//! A log is read as a whole, since units take turns in it, and since a grammar may have to be given more room for it
//! first ([`Log::lack`]). Costs time in its length, and memory in the number of its hooks: some 50 bytes each.

mod attempts;
mod debug_log;
mod format;
mod lines;
mod log;
mod names;
mod reader;
mod slots;
mod status_log;
mod tail;
mod words;

#[cfg(test)]
mod tests;

use std::io::Read;

pub use format::{LogFormat, Told, tell};
pub use log::{Lack, Log};
pub use reader::LogReader;

use crate::limits::Limits;
use crate::trace::ReadError;
use lines::{Lines, MAX_LINE};

/// Reads a whole log.
///
/// # Errors
///
/// If the input fails, is no text, or is none of this format; if no line of it tells of a hook.
pub fn read(input: impl Read, format: LogFormat, limits: &Limits) -> Result<Log, ReadError> {
    let mut lines = match format {
        LogFormat::Status => Lines::new(input, limits.status_log, limits.status_log),
        LogFormat::Debug | LogFormat::Tail => Lines::new(input, MAX_LINE, limits.json_line),
    };
    let log = match format {
        LogFormat::Debug => debug_log::read(&mut lines)?,
        LogFormat::Status => status_log::read(&mut lines, limits.status_log)?,
        LogFormat::Tail => tail::read(&mut lines)?,
    };
    if log.units.is_empty() {
        let error =
            ReadError::new(lines.number().max(1), "the log ends here, and no line of it tells of a hook of a unit");
        return Err(error.help(match format {
            LogFormat::Debug => {
                "the agent tells it at the level INFO: `juju model-config logging-config='<root>=INFO'`; and `juju debug-log \
                 --replay` shows what came before"
            }
            LogFormat::Status => "the status log of a unit tells it: `juju show-status-log -n 10000 UNIT`",
            LogFormat::Tail => "`jhack tail --replay` shows what came before",
        }));
    }
    Ok(log)
}
