//! Values and names as Python writes them.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::diagnostic::{is_visible, one_line};

/// A value.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        // What JSON writes is a number of Python, too.
        Value::Number(_) => value.to_string(),
        Value::String(text) => self::text(text),
        Value::Array(list) => format!("[{}]", list.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        Value::Object(pairs) => mapping(pairs),
    }
}

/// A mapping.
pub(super) fn mapping(pairs: &Map<String, Value>) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, own)| format!("{}: {}", text(key), value(own))).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// A text. What hides or reorders text is escaped, so that the code reads as it runs.
pub(super) fn text(text: &str) -> String {
    let mut literal = String::new();
    for character in Value::from(text).to_string().chars() {
        match u32::from(character) {
            _ if is_visible(character) => literal.push(character),
            code @ ..=0xffff => drop(write!(literal, "\\u{code:04x}")),
            code => drop(write!(literal, "\\U{code:08x}")),
        }
    }
    literal
}

/// A text in a comment, which it does not leave.
pub(super) fn comment(text: &str) -> String {
    one_line(text)
}

/// A text in a docstring of three double quotes.
pub(super) fn docstring(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('"', "\\\"")
}

/// A name of a variable or function.
pub(super) fn name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
        .collect();
    name.trim_matches('_').to_owned()
}
