//! Values and names as Python writes them.

use serde_json::{Map, Value};

/// A value.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        // What JSON writes is a number, or a text, of Python, too.
        Value::Number(_) | Value::String(_) => value.to_string(),
        Value::Array(list) => format!("[{}]", list.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        Value::Object(pairs) => mapping(pairs),
    }
}

/// A mapping.
pub(super) fn mapping(pairs: &Map<String, Value>) -> String {
    let pairs: Vec<String> = pairs.iter().map(|(key, own)| format!("{}: {}", text(key), value(own))).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// A text.
pub(super) fn text(text: &str) -> String {
    Value::from(text).to_string()
}

/// A text that is to stand in a comment or in a docstring.
pub(super) fn plain(text: &str) -> String {
    let is_plain = |character: &char| !character.is_control() && !matches!(character, '\\' | '"');
    text.chars().filter(is_plain).collect()
}

/// A name of a variable or function.
pub(super) fn name(text: &str) -> String {
    let name: String = text
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '_' })
        .collect();
    name.trim_matches('_').to_owned()
}
