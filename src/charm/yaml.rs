//! YAML → values that know where they stand.
//!
//! What the library says is put into our words where it speaks of its own settings. A file of the size that is read here is
//! done in milliseconds; what grows by aliases, or is nested deeply, meets a limit.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use serde_saphyr::{Location, Spanned};

use crate::diagnostic::{Code, Diagnostic, one_line};
use crate::source::{SourceFile, SourceId, Span};

/// The deepest nesting.
const MAX_DEPTH: usize = 64;

/// The most characters of a text that a message repeats.
const MAX_SHOWN: usize = 60;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// For a mapping or a list in block style this is an empty span at its begin.
    pub(super) span: Span,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key with its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Span,
    pub(super) node: Node,
}

impl Node {
    /// The value in a message, which goes on after "is": `the number -1`.
    pub(super) fn found(&self) -> String {
        match &self.value {
            Value::Null => "empty".to_owned(),
            Value::Bool(value) => format!("the truth value {value}"),
            Value::Integer(value) => format!("the number {value}"),
            Value::Float(value) => format!("the number {value}"),
            Value::Text(text) if text.is_empty() => "an empty text".to_owned(),
            Value::Text(text) => format!("the text `{}`", shortened(text)),
            Value::List(_) => "a list".to_owned(),
            Value::Mapping(_) => "a mapping".to_owned(),
        }
    }

    /// The truth value, also in the words of YAML 1.1: `yes`, `off`.
    pub(super) fn truth(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(value) => Some(*value),
            Value::Text(text) => match text.to_ascii_lowercase().as_str() {
                "yes" | "on" => Some(true),
                "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value as JSON has it; a number that JSON has not is null.
    pub(super) fn json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::from(*value),
            Value::Integer(value) => Json::from(*value),
            Value::Float(value) => Json::from(*value),
            Value::Text(value) => Json::from(value.as_str()),
            Value::List(nodes) => nodes.iter().map(Node::json).collect(),
            Value::Mapping(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.clone(), entry.node.json())).collect())
            }
        }
    }
}

/// A text as a message repeats it.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => one_line(&text[..end]) + "…",
        None => one_line(text),
    }
}

/// Reads the only document of a file, which has so many values at most, those counted that aliases bring; one that is
/// empty is null.
pub(super) fn parse(source: SourceId, file: &SourceFile, most: usize) -> Result<Node, Box<Diagnostic>> {
    let options = serde_saphyr::options! {
        with_snippet: false,
        // `yes` may be a name; who wants a truth value asks `Node::truth`.
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_nodes: most,
            max_events: most.saturating_mul(4),
            max_depth: MAX_DEPTH,
            max_documents: 1,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: most.saturating_mul(2),
        },
        non_finite_float_policy: serde_saphyr::NonFiniteFloatPolicy::PassThrough,
    };
    let places = Places { source, text: file.text(), most };
    match serde_saphyr::from_str_with_options::<Spanned<Raw>>(file.text(), options) {
        Ok(raw) => Ok(places.node(raw)),
        Err(error) => Err(Box::new(places.diagnostic(&error))),
    }
}

/// A value as the library gives it.
enum Raw {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Takes whatever comes.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Raw, E> {
        i64::try_from(value).map(Raw::Integer).map_err(|_| E::custom("this integer does not fit into 64 bits"))
    }

    fn visit_i128<E: serde::de::Error>(self, _: i128) -> Result<Raw, E> {
        Err(E::custom("this integer does not fit into 64 bits"))
    }

    fn visit_u128<E: serde::de::Error>(self, _: u128) -> Result<Raw, E> {
        Err(E::custom("this integer does not fit into 64 bits"))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Raw, E> {
        Ok(Raw::Text(value))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Raw, E> {
        Ok(Raw::Text(String::from_utf8_lossy(value).into_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = access.next_element()? {
            list.push(node);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
        let mut entries: Vec<(Spanned<String>, Spanned<Raw>)> = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Mapping(entries))
    }
}

/// Makes spans of the library's locations.
struct Places<'a> {
    source: SourceId,
    text: &'a str,
    /// The most values.
    most: usize,
}

impl Places<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Node {
        let span = self.span(&raw.referenced);
        let value = match raw.value {
            Raw::Null => Value::Null,
            Raw::Bool(value) => Value::Bool(value),
            Raw::Integer(value) => Value::Integer(value),
            Raw::Float(value) => Value::Float(value),
            Raw::Text(value) => Value::Text(value),
            Raw::List(list) => Value::List(list.into_iter().map(|node| self.node(node)).collect()),
            Raw::Mapping(entries) => Value::Mapping(entries.into_iter().map(|entry| self.entry(entry)).collect()),
        };
        Node { value, span }
    }

    fn entry(&self, (key, value): (Spanned<String>, Spanned<Raw>)) -> Entry {
        Entry { key_span: self.span(&key.referenced), key: key.value, node: self.node(value) }
    }

    fn span(&self, location: &Location) -> Span {
        let span = location.span();
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        // Where the library counts characters alone, so do we.
        let bytes = span.byte_offset().zip(span.byte_len()).map(|(start, length)| (start, start + length));
        let (start, end) = bytes.map_or_else(
            || {
                let start = self.byte(place(span.offset()));
                (start, self.text[start..].chars().next().map_or(start, |character| start + character.len_utf8()))
            },
            |(start, end)| (place(start).min(self.text.len()), place(end).min(self.text.len())),
        );
        let count = |at: usize| u32::try_from(at).expect("files are smaller than 4 GiB");
        Span::new(self.source, count(start), count(end))
    }

    /// The byte at which a character begins.
    fn byte(&self, character: usize) -> usize {
        self.text.char_indices().nth(character).map_or(self.text.len(), |(at, _)| at)
    }

    fn diagnostic(&self, error: &serde_saphyr::Error) -> Diagnostic {
        use serde_saphyr::Error;
        let error = error.without_snippet();
        let span = error.location().map_or(Span::new(self.source, 0, 0), |location| self.span(&location));
        let wrong = |message: String| Diagnostic::error(Code::Yaml, span, message);
        let text = error.to_string();
        if text.contains("budget breached") || text.contains("limit exceeded") {
            return limit(&text, span, self.most);
        }
        match error {
            Error::DuplicateMappingKey { key: Some(key), .. } => {
                wrong(format!("the key `{}` stands twice in this mapping", one_line(key)))
            }
            Error::DuplicateMappingKey { .. } => wrong("a key stands twice in this mapping".to_owned()),
            Error::NullIntoString { .. } => wrong("a key is missing here".to_owned()),
            Error::UnknownAnchor { .. } => wrong("this alias (`*name`) has no anchor (`&name`) before it".to_owned())
                .help("a text that begins with `*` stands in quotes"),
            _ => {
                // The place is shown anyway.
                let text = text.split(" at line ").next().unwrap_or_default();
                let text = text.replace("`@'", "`@`").replace("expected string scalar", "a key must be a plain text");
                wrong(format!("this is not YAML: {text}"))
            }
        }
    }
}

/// The finding that a limit was met; the library says which by its text alone where an alias leads there.
fn limit(text: &str, span: Span, most: usize) -> Diagnostic {
    if text.contains("Documents") {
        return Diagnostic::error(Code::Yaml, span, "a second YAML document begins here")
            .help("a charm's file has one document; leave out the `---`");
    }
    let message = if text.contains("Depth") || text.contains("recursion") {
        format!("this is nested deeper than {MAX_DEPTH} levels")
    } else {
        format!("this file has more than {most} values, with those that aliases bring (`--limit yaml-values=N`)")
    };
    Diagnostic::error(Code::Yaml, span, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Node, Box<Diagnostic>> {
        parse(SourceId(0), &SourceFile::new("x.yaml", text), 50_000)
    }

    fn mistake(text: &str) -> (String, (usize, usize)) {
        let diagnostic = parsed(text).unwrap_err();
        let place = SourceFile::new("x.yaml", text).line_column(diagnostic.primary.span.start);
        (diagnostic.message, place)
    }

    #[test]
    fn values_have_their_types_and_places() {
        let text = "é: {x: 'y', on: yes, 12: 3}\nl: [1, ~, 2.5]\nn:\nb: &b 1\nc: *b\n";
        let node = parsed(text).unwrap();
        let expected = serde_json::json!({
            "é": {"x": "y", "on": "yes", "12": 3}, "l": [1, null, 2.5], "n": null, "b": 1, "c": 1
        });
        assert_eq!(node.json(), expected);
        let Value::Mapping(entries) = &node.value else { panic!() };
        assert_eq!(&text[entries[0].key_span.range()], "é");
        let Value::Mapping(inner) = &entries[0].node.value else { panic!() };
        assert_eq!(&text[inner[0].node.span.range()], "'y'");
        assert!(matches!(parsed("# nothing\n").unwrap().value, Value::Null));
    }

    #[test]
    fn mistakes_have_places_and_causes() {
        assert_eq!(mistake("é: 1\né: 2\n"), ("the key `é` stands twice in this mapping".to_owned(), (2, 1)));
        let (message, place) = mistake("ä:\n  x: 1\n b: 2\n");
        assert_eq!(place, (3, 2));
        assert!(message.starts_with("this is not YAML: ") && !message.contains("line"), "{message}");
        assert_eq!(mistake("a: 1\n---\nb: 2\n").1, (2, 1));
        assert_eq!(mistake("a: *b\n").1, (1, 4));
        assert_eq!(mistake("~: 1\n"), ("a key is missing here".to_owned(), (1, 1)));
    }

    #[test]
    fn bombs_meet_limits() {
        assert_eq!(mistake(&"[".repeat(100_000)).0, "this is nested deeper than 64 levels");
        assert_eq!(mistake(&format!("a: {}", "{a: ".repeat(100))).0, "this is nested deeper than 64 levels");
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..12 {
            let aliases = vec![format!("*a{}", level - 1); 10].join(",");
            bomb = format!("{bomb}a{level}: &a{level} [{aliases}]\n");
        }
        let (message, _) = mistake(&bomb);
        assert!(message.contains("aliases"), "{message}");
        let long = "- x\n".repeat(50_001);
        assert!(mistake(&long).0.contains("more than"));
    }
}
