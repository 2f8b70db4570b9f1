//! Values that the author of a charm supplies, for what no metadata say.
//!
//! ```yaml
//! config:                          # for a config option
//!   log-level: [debug, info, null]         # null resets it
//! actions:                         # for a parameter of an action
//!   backup:
//!     target: ["s3://bucket", ""]
//! interfaces:                      # for a key of a databag of the other side, by interface
//!   mysql_client:
//!     app: {endpoints: ["10.1.0.1:3306", null]}    # null removes it
//!     unit: {ready: ["true"]}
//! endpoints:                       # the same by endpoint, which comes first
//!   database:
//!     app: {database: [notes]}
//! secrets:                         # for a key of a secret that the charm reads
//!   database-password:
//!     password: ["s3cret", "other"]
//! ```
//!
//! A single value stands for a list of one.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::diagnostic::suggest::nearest;

/// For each key the values that it can have.
type Keys = BTreeMap<String, Vec<Value>>;

/// What an author supplies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    pub(super) config: Keys,
    pub(super) actions: BTreeMap<String, Keys>,
    interfaces: BTreeMap<String, Sides>,
    endpoints: BTreeMap<String, Sides>,
    pub(super) secrets: BTreeMap<String, Keys>,
}

/// The databags of the other side: `app` and `unit`.
type Sides = BTreeMap<String, Keys>;

/// What is wrong with what was supplied: a message without a full stop, with the way to its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValuesError(String);

impl fmt::Display for ValuesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The sections.
const SECTIONS: [&str; 5] = ["config", "actions", "interfaces", "endpoints", "secrets"];

/// The databags.
const SIDES: [&str; 2] = ["app", "unit"];

impl Values {
    /// What a document says.
    ///
    /// # Errors
    ///
    /// If it is not of the form that is given above.
    pub fn of(document: &Value) -> Result<Self, ValuesError> {
        let mut values = Self::default();
        if document.is_null() {
            return Ok(values);
        }
        for (section, value) in mapping(document, "the file")? {
            match section.as_str() {
                "config" => values.config = keys(value, section)?,
                "actions" => values.actions = each(value, section, keys)?,
                "interfaces" => values.interfaces = each(value, section, sides)?,
                "endpoints" => values.endpoints = each(value, section, sides)?,
                "secrets" => values.secrets = each(value, section, keys)?,
                other => return Err(unknown(other, "section", &SECTIONS)),
            }
        }
        Ok(values)
    }

    /// The keys of a databag, if anything is said of it.
    pub(super) fn databag(&self, endpoint: &str, interface: Option<&str>, side: &str) -> Option<&Keys> {
        let sides = self.endpoints.get(endpoint).or_else(|| self.interfaces.get(interface?))?;
        sides.get(side)
    }

    /// Whether nothing was supplied.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn each<T>(
    value: &Value,
    path: &str,
    read: impl Fn(&Value, &str) -> Result<T, ValuesError>,
) -> Result<BTreeMap<String, T>, ValuesError> {
    let pairs = mapping(value, path)?.iter();
    pairs.map(|(name, value)| Ok((name.clone(), read(value, &format!("{path}.{name}"))?))).collect()
}

fn sides(value: &Value, path: &str) -> Result<Sides, ValuesError> {
    let sides = each(value, path, keys)?;
    match sides.keys().find(|side| !SIDES.contains(&side.as_str())) {
        Some(side) => Err(unknown(side, &format!("databag in `{path}`"), &SIDES)),
        None => Ok(sides),
    }
}

fn keys(value: &Value, path: &str) -> Result<Keys, ValuesError> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    Ok(mapping(value, path)?.iter().map(|(key, value)| (key.clone(), list(value))).collect())
}

fn mapping<'v>(value: &'v Value, path: &str) -> Result<&'v Map<String, Value>, ValuesError> {
    value.as_object().ok_or_else(|| ValuesError(format!("`{path}` is not a mapping of names")))
}

fn unknown(name: &str, what: &str, known: &[&str]) -> ValuesError {
    let help = match nearest(name, known.iter().copied()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("there are {}", known.join(", ")),
    };
    ValuesError(format!("there is no {what} of the name `{name}`; {help}"))
}
