//! The traces of a log.

use rustc_hash::FxHashMap;

use super::attempts::Remote;
use super::log::{Log, Unit};
use super::slots::Hook;
use super::{names, tail};
use crate::model::NameId;
use crate::trace::{Head, Logged, Observed, ReadError, Shows, Suggestions, Vocabulary, resolve_logged, shown};

/// Reads the traces of a log, as [`trace::Reader`](crate::trace::Reader) reads those of other inputs: one for each
/// unit, with its events alone.
#[derive(Debug)]
pub struct LogReader<'a> {
    log: &'a Log,
    vocabulary: &'a Vocabulary<'a>,
    suggestions: Suggestions,
    /// The next unit.
    unit: usize,
    /// What is left of the one at hand.
    hooks: std::slice::Iter<'a, Hook>,
    line: u64,
    item: Observed,
    /// What names are that were cut off.
    completed: FxHashMap<&'a str, Option<&'a str>>,
}

impl<'a> LogReader<'a> {
    /// A reader of a log in the terms of a grammar.
    pub fn new(log: &'a Log, vocabulary: &'a Vocabulary<'a>) -> Self {
        Self {
            log,
            vocabulary,
            suggestions: Suggestions::default(),
            unit: 0,
            hooks: [].iter(),
            line: 1,
            item: Observed::Event { name: NameId::default(), of: Vec::new(), payload: Vec::new() },
            completed: FxHashMap::default(),
        }
    }

    /// Goes to the trace of the next unit; `None` when there is none.
    pub fn next_trace(&mut self) -> Option<Head> {
        let Unit { name, hooks, .. } = self.log.units.get(self.unit)?;
        self.unit += 1;
        self.hooks = hooks.iter();
        self.line = hooks.first().map_or(1, |hook| hook.line);
        Some(Head { line: self.line, shows: Shows::EVENTS, number: None, seed: None, unit: name.clone() })
    }

    /// Whether the trace at hand tells which of several relations or storage instances a hook is of, and whether it
    /// tells of units.
    pub fn precision(&self) -> (bool, bool) {
        let Some(unit) = self.unit.checked_sub(1).map(|unit| &self.log.units[unit]) else { return (false, false) };
        let instances = unit.hooks.iter().any(|hook| hook.element.is_some());
        (instances, unit.hooks.iter().any(|hook| hook.remote != Remote::Unknown || hook.departs.is_some()))
    }

    /// The next item of the trace at hand, `None` at its end. What is ignored is passed over.
    ///
    /// # Errors
    ///
    /// If the name of an event was cut off in a table, and can be that of several.
    pub fn next_item(&mut self) -> Result<Option<&Observed>, ReadError> {
        while let Some(hook) = self.hooks.next() {
            self.line = hook.line;
            let name = self.log.words.text(hook.name);
            let name = match tail::cut(name).filter(|_| self.log.has_others) {
                Some(beginning) => match self.completed(beginning) {
                    Ok(name) => name,
                    Err(error) => {
                        self.hooks = [].iter();
                        return Err(error);
                    }
                },
                None => Some(name).filter(|name| self.is_meant(name)),
            };
            let Some(name) = name else { continue };
            let unit = match hook.remote {
                Remote::Unit(unit) => Some(unit.to_string()),
                Remote::Application => Some("none".to_owned()),
                Remote::Unknown | Remote::Unnamed => None,
            };
            let departing = hook.departs.map(|departs| if departs { "this_unit" } else { "remote_unit" });
            let fields = [("unit", unit.as_deref()), ("departing", departing)];
            let fields: Vec<(&str, &str)> =
                fields.into_iter().filter_map(|(field, value)| Some((field, value?))).collect();
            let logged = Logged { name, element: hook.element, fields: &fields };
            if let Some(item) = resolve_logged(&logged, self.vocabulary, &mut self.suggestions) {
                self.item = item;
                return Ok(Some(&self.item));
            }
        }
        Ok(None)
    }

    /// The line, from 1, of the item that came last; or on which the trace begins.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Whether an event is one of Juju's, or of the grammar: a table shows others too.
    fn is_meant(&self, name: &str) -> bool {
        !self.log.has_others || names::is_of_juju(name) || self.vocabulary.knows(name)
    }

    /// The event whose name begins like this; `None` if it can be none of Juju's.
    fn completed(&mut self, beginning: &'a str) -> Result<Option<&'a str>, ReadError> {
        if let Some(name) = self.completed.get(beginning) {
            return Ok(*name);
        }
        let begins = |name: &&str| name.get(..beginning.len()).is_some_and(|begin| names::same(begin, beginning));
        let meant: Vec<&str> = self.vocabulary.alphabet().names().filter(begins).collect();
        let name = match meant[..] {
            [] => Some(beginning).filter(|beginning| tail::may_be_of_juju(beginning)),
            [name] => Some(name),
            [first, second, ..] => {
                let beginning = shown(beginning);
                let message =
                    format!("the name of this event is cut off: `{beginning}…` can be `{first}` or `{second}`");
                let help = "widen the terminal for `jhack tail`, or let it write to a file: `jhack tail -o FILE`";
                return Err(ReadError::new(self.line, message).help(help));
            }
        };
        self.completed.insert(beginning, name);
        Ok(name)
    }
}
