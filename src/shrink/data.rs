//! Simpler data.

use serde_json::Value;

/// A change of data: what is at a path goes, or becomes something simpler.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Change {
    path: Vec<String>,
    /// `None`: it goes.
    to: Option<Value>,
}

/// All changes of data that make it simpler, large ones first: sections, then keys, then values.
pub(super) fn changes(data: &str) -> Vec<Change> {
    let Ok(Value::Object(sections)) = serde_json::from_str(data) else { return Vec::new() };
    let mut changes = Vec::new();
    for name in sections.keys() {
        changes.push(Change { path: vec![name.clone()], to: None });
    }
    let keys: Vec<(Vec<String>, &Value)> = sections
        .iter()
        .filter_map(|(name, section)| Some((name, section.as_object()?)))
        .flat_map(|(name, section)| section.iter().map(move |(key, value)| (vec![name.clone(), key.clone()], value)))
        .collect();
    changes.extend(keys.iter().map(|(path, _)| Change { path: path.clone(), to: None }));
    for (path, value) in keys {
        changes.extend(simpler(value).into_iter().map(|to| Change { path: path.clone(), to: Some(to) }));
    }
    changes
}

/// The data with a change; `None` where nothing is left.
pub(super) fn changed(data: &str, change: &Change) -> Option<String> {
    let mut root: Value = serde_json::from_str(data).ok()?;
    let (last, before) = change.path.split_last()?;
    let mut at = &mut root;
    for key in before {
        at = at.get_mut(key)?;
    }
    let section = at.as_object_mut()?;
    match &change.to {
        Some(value) => drop(section.insert(last.clone(), value.clone())),
        None => drop(section.remove(last)),
    }
    if let Value::Object(sections) = &mut root {
        sections.retain(|_, section| section.as_object().is_none_or(|section| !section.is_empty()));
    }
    let is_empty = root.as_object().is_some_and(serde_json::Map::is_empty);
    (!is_empty).then(|| root.to_string())
}

/// Values that are simpler than one, the simplest first; each is written shorter.
fn simpler(value: &Value) -> Vec<Value> {
    let candidates = match value {
        Value::Null | Value::Bool(_) => Vec::new(),
        Value::Number(number) if number.is_f64() => vec![Value::from(0.0)],
        Value::Number(_) => vec![Value::from(0), Value::from(1), Value::from(-1)],
        Value::String(text) => {
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            vec![Value::from(""), Value::from("a"), Value::from(half)]
        }
        Value::Array(list) => vec![Value::from(Vec::<Value>::new()), Value::from(list[..list.len() / 2].to_vec())],
        Value::Object(_) => vec![Value::Object(serde_json::Map::new())],
    };
    let length = value.to_string().len();
    let mut simpler: Vec<Value> = Vec::new();
    for candidate in candidates {
        if candidate.to_string().len() < length && !simpler.contains(&candidate) {
            simpler.push(candidate);
        }
    }
    simpler
}
