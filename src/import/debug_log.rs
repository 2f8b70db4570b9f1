//! `juju debug-log`, and the files from which it comes.
//!
//! A line is `unit-web-0: 2024-05-02 10:07:59 INFO juju.worker.uniter.operation ran "install" hook (via …)`: whose it
//! is, a time in one of several forms, the level, the module, perhaps the place in its source, and the message. An
//! agent's own file leaves out whose it is, since all is of one unit. What the hooks of units log has the module
//! `unit.web/0.juju-log`, and in a hook of a relation its id before the message: `db:3: `.
//!
//! Messages of many modules speak of hooks. Those of the agent's `uniter` and those of `ops` say that one ran.

use std::io::Read;

use rustc_hash::FxHashSet;

use super::attempts::{Outcome, Prepared, Remote, Sign};
use super::lines::Lines;
use super::log::{Collector, Log};
use super::names;
use crate::trace::ReadError;

/// What the last lines of the agent are from.
const OPERATION: &str = "juju.worker.uniter.operation";
const UNITER: &str = "juju.worker.uniter";

/// Reads a whole log.
pub(super) fn read<R: Read>(lines: &mut Lines<R>) -> Result<Log, ReadError> {
    let mut collector = Collector::default();
    // Whose file it is, where lines don't say it.
    let mut owner: Option<String> = None;
    let mut applications: FxHashSet<String> = FxHashSet::default();
    loop {
        let number = lines.number() + 1;
        let Some(line) = lines.next()? else { break };
        if !(line.contains(UNITER) || line.contains(".juju-log ")) {
            continue;
        }
        let Some(entry) = entry(line) else { continue };
        if let Some(unit) = entry.whose.is_none().then(|| entry.owner()).flatten()
            && owner.as_deref() != Some(unit)
        {
            collector.name(unit);
            owner = Some(unit.to_owned());
        }
        if let Some(unit) = entry.charm() {
            if let Some(sign) = of_charm(entry.message) {
                collector.take(Some(unit), sign, number);
            }
        } else if let Some(sign) = of_agent(entry.module, entry.message) {
            match entry.whose.map(Whose::new) {
                Some(Some(Whose::Unit(unit))) => collector.take(Some(&unit), sign, number),
                // The agents of older charms for Kubernetes serve all units of an application.
                Some(Some(Whose::Application(application))) => {
                    if !applications.contains(application) {
                        applications.insert(application.to_owned());
                    }
                    collector.take(Some(application), sign, number);
                }
                Some(None) => {}
                None => collector.take(owner.as_deref(), sign, number),
            }
        }
    }
    let mut log = collector.finish(false);
    // Where units speak for themselves, what the agent says for all of them adds nothing.
    let speaking: FxHashSet<String> =
        log.units().filter_map(|unit| unit.split_once('/')).map(|(application, _)| application.to_owned()).collect();
    let is_doubled = |name: &String| applications.contains(name) && speaking.contains(name);
    log.units.retain(|unit| !unit.name.as_ref().is_some_and(is_doubled));
    Ok(log)
}

/// A line of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry<'a> {
    /// `unit-web-0`, `machine-0`; nothing in a file that is all of one.
    whose: Option<&'a str>,
    module: &'a str,
    message: &'a str,
}

/// Whose lines they are that can be of units.
enum Whose<'a> {
    Unit(String),
    Application(&'a str),
}

impl<'a> Whose<'a> {
    fn new(tag: &'a str) -> Option<Self> {
        if let Some(application) = tag.strip_prefix("application-") {
            return Some(Self::Application(application));
        }
        let (application, number) = tag.strip_prefix("unit-")?.rsplit_once('-')?;
        let unit = format!("{application}/{number}");
        names::is_unit(&unit).then_some(Self::Unit(unit))
    }
}

impl<'a> Entry<'a> {
    /// The unit whose file it must be.
    fn owner(&self) -> Option<&'a str> {
        let started = || self.message.strip_prefix("unit \"")?.strip_suffix("\" started");
        let prepares =
            || self.message.strip_prefix("preparing operation ")?.rsplit_once("\" for ").map(|(_, unit)| unit);
        let unit = match self.module {
            UNITER => started(),
            OPERATION => prepares(),
            _ => self.charm(),
        };
        unit.filter(|unit| names::is_unit(unit))
    }

    /// The unit whose charm has logged this, by `juju-log`.
    fn charm(&self) -> Option<&'a str> {
        let unit = self.module.strip_prefix("unit.")?.strip_suffix(".juju-log")?;
        names::is_unit(unit).then_some(unit)
    }
}

/// Whether a line is one of such a log.
pub(super) fn is_entry(line: &str) -> bool {
    entry(line).is_some()
}

/// Takes a line apart; `None` for the rest of a message of several lines, and what else is no entry.
fn entry(line: &str) -> Option<Entry<'_>> {
    // What an agent in a pod has written, as `kubectl logs` shows it.
    let line = line.split_once(" [container-agent] ").map_or(line, |(_, line)| line);
    let (first, mut rest) = word(line);
    let whose = match first.strip_suffix(':') {
        Some(whose) if !is_time(first) => Some(whose),
        _ => {
            rest = line;
            None
        }
    };
    let (mut next, mut behind) = word(rest);
    let has_date = is_date(next);
    if has_date {
        (next, behind) = word(behind);
    }
    if !is_time(next) || whose.is_none() && !has_date {
        return None;
    }
    let (level, behind) = word(behind);
    if !matches!(level, "TRACE" | "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL") {
        return None;
    }
    let (module, mut message) = word(behind);
    let (place, behind) = word(message);
    if place.split_once(".go:").is_some_and(|(_, line)| line.bytes().all(|byte| byte.is_ascii_digit())) {
        message = behind;
    }
    Some(Entry { whose, module, message })
}

/// The first word of a text, and what stands behind it.
fn word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    (word, rest.trim_start())
}

/// `2024-05-02`
fn is_date(word: &str) -> bool {
    word.len() == 10
        && word.bytes().enumerate().all(|(place, byte)| match place {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// `10:07:59`, `10:07:59.123`
fn is_time(word: &str) -> bool {
    let (time, fraction) = word.split_once(['.', ',']).unwrap_or((word, "0"));
    time.len() == 8
        && time.bytes().enumerate().all(|(place, byte)| match place {
            2 | 5 => byte == b':',
            _ => byte.is_ascii_digit(),
        })
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
}

/// What the agent says of a hook.
fn of_agent<'a>(module: &str, message: &'a str) -> Option<Sign<'a>> {
    if module == UNITER {
        return status(message.strip_prefix("[AGENT-STATUS] executing: ")?);
    }
    if module != OPERATION {
        return None;
    }
    if let Some(rest) = message.strip_prefix("ran ").or_else(|| message.strip_prefix("skipped ")) {
        let (name, rest) = quoted(rest)?;
        return rest.starts_with(" hook").then_some(Sign::Ended { name, outcome: Outcome::Ran });
    }
    if let Some(rest) = message.strip_prefix("hook ") {
        let (name, rest) = quoted(rest)?;
        let outcome = match rest {
            " was terminated" => Outcome::Terminated,
            // With ` (via …)` before it since Juju 2.8.
            _ if rest.starts_with(" failed: ") || rest.contains(") failed: ") => Outcome::Failed,
            _ => return None,
        };
        return Some(Sign::Ended { name, outcome });
    }
    // The step that comes first; `executing`, the next one, says the same.
    let (operation, _) = quoted(message.strip_prefix("preparing operation ")?)?;
    prepared(operation.strip_prefix("run ")?.strip_suffix(" hook")?).map(Sign::Prepared)
}

/// What stands in quotes at the begin of a text, and what stands behind it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('"')?.split_once('"').filter(|(name, _)| !name.is_empty())
}

/// `relation-joined (3; unit: db/0)`, `relation-departed (3; unit: db/0, departee: web/1)`, `storage-attached
/// (data/0)`, `secret-rotate (secret:c…)`, `install`
fn prepared(text: &str) -> Option<Prepared<'_>> {
    let Some((kind, details)) = text.split_once(" (") else {
        return Some(Prepared { kind: text, ..Prepared::default() });
    };
    let details = details.strip_suffix(')')?;
    let mut prepared = Prepared { kind, ..Prepared::default() };
    if kind.starts_with("relation-") {
        let (id, rest) = details.split_once("; ").unwrap_or((details, ""));
        prepared.relation = Some(id.parse().ok()?);
        for detail in rest.split(", ") {
            match detail.split_once(": ") {
                Some(("unit", unit)) => prepared.remote = Remote::Unit(unit),
                Some(("app", _)) => prepared.remote = Remote::Application,
                Some(("departee", unit)) => prepared.departing = Some(unit),
                // As Juju 2.7 says it.
                None if names::is_unit(detail) => prepared.remote = Remote::Unit(detail),
                _ => {}
            }
        }
    } else if kind.starts_with("storage-") {
        prepared.storage = Some(details);
    }
    Some(prepared)
}

/// The status that the agent sets when it runs something: `running db-relation-joined hook for db/0`.
pub(super) fn status(message: &str) -> Option<Sign<'_>> {
    let text = message.strip_prefix("running ")?;
    if let Some(action) = text.strip_prefix("action ") {
        // Not the charm's.
        let is_own = !matches!(action, "juju-run" | "juju-exec") && !action.contains(' ');
        return is_own.then(|| Sign::Running { name: format!("{action}-action").into(), remote: None });
    }
    let (name, rest) = text.split_once(" hook")?;
    let remote = rest.strip_prefix(" for ").filter(|remote| names::is_unit(remote));
    (!name.is_empty() && !name.contains(' ')).then_some(Sign::Running { name: name.into(), remote })
}

/// What `ops` says of an event; `None` for all that the charm says itself.
fn of_charm(message: &str) -> Option<Sign<'_>> {
    if let Some((before, name)) = message.split_once("Emitting Juju event ") {
        let name = name.strip_suffix('.').filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))?;
        let endpoint = names::relation(name).map(|(endpoint, _)| endpoint);
        return match Before::new(before) {
            Before::Relation(of, id) if endpoint.is_some_and(|endpoint| names::same(of, endpoint)) => {
                Some(Sign::Emitted { name, relation: Some(id) })
            }
            Before::Relation(..) | Before::Nothing => Some(Sign::Emitted { name, relation: None }),
            Before::Text => None,
        };
    }
    // By the debugging tool jhack.
    let (before, rest) = message.split_once("The previous ")?;
    let name = rest.strip_suffix(" was fired by jhack.")?;
    (!matches!(Before::new(before), Before::Text)).then_some(Sign::Faked { name })
}

/// What stands before a message of `ops`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before<'a> {
    /// Nothing, or the name of a logger: `ops.framework:`.
    Nothing,
    /// The relation of the hook, `db:3: `, perhaps with the name of a logger.
    Relation(&'a str, u32),
    /// What makes it a message of somebody else, who quotes it.
    Text,
}

impl<'a> Before<'a> {
    fn new(text: &'a str) -> Self {
        let mut found = Self::Nothing;
        for word in text.split_whitespace() {
            let Some(prefix) = word.strip_suffix(':') else { return Self::Text };
            if let Some((endpoint, id)) = prefix.rsplit_once(':').and_then(|(of, id)| Some((of, id.parse().ok()?))) {
                found = Self::Relation(endpoint, id);
            }
        }
        found
    }
}
