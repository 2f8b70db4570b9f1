//! What a line of jsonl has beside what is compared: the states at the start, what items carry, and keys of others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Vocabulary;
use super::values::Written;
use crate::model::grammar::StateId;

/// What an item of a trace has beside what the grammar says of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Load {
    /// What is fed to a charm with the event: the text of a JSON value.
    pub data: Option<String>,
    /// Other keys, each with the text of its value.
    pub others: Vec<(String, String)>,
}

impl Load {
    /// All keys, each with the text of its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let data = self.data.iter().map(|data| ("data", data.as_str()));
        data.chain(self.others.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn is_empty(&self) -> bool {
        self.data.is_none() && self.others.is_empty()
    }
}

/// What a line of jsonl carries beside its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carried {
    /// The states at the start, those that the grammar has.
    pub initial: Vec<(StateId, i64)>,
    /// For each item that is compared what it carries, if anything.
    pub loads: Vec<Option<Load>>,
    /// Keys of the line that the format does not have, each with the text of its value.
    pub others: Vec<(String, String)>,
    /// How often the trace was drawn before because its length was not the one asked for.
    pub attempt: u64,
}

/// An object of JSON, whose values are not read yet.
type Object<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Keys of a line that the format has.
const KNOWN: [&str; 8] = ["format", "grammar", "trace", "seed", "attempt", "shows", "init", "items"];

/// Keys of an item that the format has.
const COMPARED: [&str; 7] = ["phase", "action", "source", "args", "event", "of", "payload"];

impl Carried {
    /// What a line carries that a reader has taken for a trace; nothing where it is none.
    pub fn of(line: &str, vocabulary: &Vocabulary<'_>) -> Self {
        let line: Object<'_> = serde_json::from_str(line).unwrap_or_default();
        let init: Object<'_> = value(&line, "init").unwrap_or_default();
        let items: Vec<&RawValue> = value(&line, "items").unwrap_or_default();
        let states = &vocabulary.grammar.states;
        let initial = init.iter().filter_map(|(name, value)| {
            let place = states.iter().position(|state| state.name == **name)?;
            let value: Written<'_> = serde_json::from_str(value.get()).ok()?;
            Some((StateId::new(place), value.of(states[place].ty, vocabulary)?))
        });
        let others = line.iter().filter(|(key, _)| !KNOWN.contains(&&***key));
        Self {
            initial: initial.collect(),
            loads: loads(&items),
            others: others.map(|(key, value)| (key.to_string(), value.get().to_owned())).collect(),
            attempt: value(&line, "attempt").unwrap_or(0),
        }
    }
}

/// What a key of an object is, if it has it and it is of the type.
fn value<'a, T: Deserialize<'a>>(object: &Object<'a>, key: &str) -> Option<T> {
    serde_json::from_str(object.get(key)?.get()).ok()
}

/// What items carry, those that are compared.
fn loads(items: &[&RawValue]) -> Vec<Option<Load>> {
    let mut loads = Vec::new();
    for item in items {
        // The name of an event alone is one, too.
        let pairs: Object<'_> = serde_json::from_str(item.get()).unwrap_or_default();
        if pairs.contains_key("set") || pairs.contains_key("decision") {
            continue;
        }
        let mut load = Load::default();
        for (key, value) in pairs.iter().filter(|(key, _)| !COMPARED.contains(&&***key)) {
            match &**key {
                "data" => load.data = Some(value.get().to_owned()),
                other => load.others.push((other.to_owned(), value.get().to_owned())),
            }
        }
        loads.push((!load.is_empty()).then_some(load));
    }
    loads
}
