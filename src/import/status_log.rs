//! `juju show-status-log`: the statuses of a unit, as a table, as JSON or as YAML.
//!
//! The agent's status says which hook runs, and for which remote unit; it does not say for which relation id, nor whose
//! the log is. `update-status` has none. That a hook has failed is the status `error`.

use std::io::Read;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_saphyr::Spanned;

use super::attempts::{Outcome, Sign};
use super::debug_log::status;
use super::lines::Lines;
use super::log::{Collector, Log};
use crate::trace::ReadError;

/// The most values in YAML: half a million statuses.
const MAX_NODES: usize = 5_000_000;

/// How a status log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Table,
    Json,
    Yaml,
}

/// What statuses are of.
const KINDS: &[&str] = &[
    "juju-unit",
    "workload",
    "unit",
    "application",
    "saas",
    "machine",
    "juju-machine",
    "container",
    "juju-container",
    "model",
    "filesystem",
    "volume",
];

/// A status as JSON and YAML have it.
#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    status: String,
    #[serde(default)]
    message: String,
}

/// Reads a whole log, of which JSON and YAML have so many bytes at most.
pub(super) fn read<R: Read>(lines: &mut Lines<R>, most: usize) -> Result<Log, ReadError> {
    let mut begin = 1;
    let first = loop {
        match lines.next()? {
            Some(line) if line.trim().is_empty() => begin += 1,
            Some(line) => break line.to_owned(),
            None => return Ok(Collector::default().finish(false)),
        }
    };
    let form = form(&first);
    if form == Form::Table {
        return table(&first, lines);
    }
    // Places in it are those in the input.
    let mut text = "\n".repeat(begin - 1) + &first;
    while let Some(line) = lines.next()? {
        text.push('\n');
        text.push_str(line);
        if text.len() >= most {
            let message = format!("the status log is longer than {most} bytes, which is the limit");
            return Err(ReadError::new(lines.number(), message).help(
                "ask for fewer statuses: `juju show-status-log -n 10000`; or raise the limit: `--limit status-log=N`",
            ));
        }
    }
    if form == Form::Json { json(&text) } else { yaml(&text) }
}

fn form(first: &str) -> Form {
    if first.trim_start().starts_with('[') {
        Form::Json
    } else if first.starts_with("- ") || first == "---" {
        Form::Yaml
    } else {
        Form::Table
    }
}

/// Whether a line is one of a status log in any form.
pub(super) fn is_entry(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_head = words.len() == 4
        && words.iter().zip(["time", "type", "status", "message"]).all(|(word, name)| word.eq_ignore_ascii_case(name));
    let is_yaml = line.strip_prefix("- ").is_some_and(|entry| {
        ["status:", "message:", "since:", "type:", "data:"].iter().any(|key| entry.starts_with(key))
    });
    let is_json = line
        .trim_start()
        .strip_prefix('[')
        .is_some_and(|rest| matches!(rest.trim_start().as_bytes(), [] | [b'{' | b']', ..]));
    is_head || is_yaml || is_json || row(line).is_some()
}

/// The status and the message of a row. Before them stand the time, in one of several forms, and what it is of.
fn row(line: &str) -> Option<(&str, &str)> {
    if !line.trim_start().starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    let mut at = 0;
    // A time has at most four words.
    for _ in 0..5 {
        let rest = &line[at..];
        let start = at + rest.len() - rest.trim_start().len();
        let end = line[start..].find(char::is_whitespace).map_or(line.len(), |length| start + length);
        if KINDS.contains(&&line[start..end]) && line[..start].contains(':') {
            let rest = line[end..].trim_start();
            let (status, message) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            return (!status.is_empty()).then(|| (status, message.trim()));
        }
        at = end;
    }
    None
}

/// What a status says of a hook.
fn sign<'a>(current: &str, message: &'a str) -> Option<Sign<'a>> {
    match current {
        "executing" => status(message),
        "error" => {
            let (name, _) = message.strip_prefix("hook failed: \"")?.split_once('"')?;
            Some(Sign::Ended { name, outcome: Outcome::Failed })
        }
        _ => None,
    }
}

fn table<R: Read>(first: &str, lines: &mut Lines<R>) -> Result<Log, ReadError> {
    let mut collector = Collector::default();
    let mut take = |line: &str, number| {
        if let Some(sign) = row(line).and_then(|(current, message)| sign(current, message)) {
            collector.take(None, sign, number);
        }
    };
    take(first, lines.number());
    loop {
        let number = lines.number() + 1;
        let Some(line) = lines.next()? else { break };
        take(line, number);
    }
    Ok(collector.finish(false))
}

fn json(text: &str) -> Result<Log, ReadError> {
    let mut collector = Collector::default();
    let wrong = |error: &serde_json::Error, (line, column): (u64, u64)| {
        let message = error.to_string();
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        ReadError::new(line, format!("this is no status log in JSON: {message}")).at_column(column.max(1)).help(JSON)
    };
    let records: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|error| wrong(&error, (error.line() as u64, error.column() as u64)))?;
    let (mut number, mut counted) = (1, 0);
    for raw in records {
        let start = raw.get().as_ptr().addr() - text.as_ptr().addr();
        number += text[counted..start].matches('\n').count() as u64;
        counted = start;
        let record: Record = serde_json::from_str(raw.get()).map_err(|error| {
            let column = text[..start].rsplit('\n').next().unwrap_or_default().chars().count() as u64 + 1;
            wrong(&error, (number, column))
        })?;
        if let Some(sign) = sign(&record.status, &record.message) {
            collector.take(None, sign, number);
        }
    }
    Ok(collector.finish(false))
}

const JSON: &str =
    "it is what `juju show-status-log --format json` writes: a list of objects with `status` and `message`";

fn yaml(text: &str) -> Result<Log, ReadError> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        budget: serde_saphyr::budget! {
            max_nodes: MAX_NODES,
            max_events: 2 * MAX_NODES,
            max_depth: 32,
            max_documents: 1,
            max_aliases: 0,
        },
    };
    let mut collector = Collector::default();
    let records: Vec<Spanned<Record>> = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let error = error.without_snippet();
        let text = error.to_string();
        let message = text.split(" at line ").next().unwrap_or_default().to_owned();
        let (line, column) = error.location().map_or((1, 1), |location| (location.line(), location.column()));
        ReadError::new(line, format!("this is no status log in YAML: {message}")).at_column(column).help(YAML)
    })?;
    for record in &records {
        if let Some(sign) = sign(&record.value.status, &record.value.message) {
            collector.take(None, sign, record.referenced.line());
        }
    }
    Ok(collector.finish(false))
}

const YAML: &str =
    "it is what `juju show-status-log --format yaml` writes: a list of mappings with `status` and `message`";
