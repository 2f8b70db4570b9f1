//! Texts to feed a charm with.

use serde_json::{Value, json};

/// What a sensible user might type.
const PLAIN: &[&str] = &["alpha", "test-value", "example.com"];

/// What a text can be, whatever it is to mean.
const TYPED: &[&str] = &["", " ", "0", "true", "null", "ünïcödé ☃", "two\nlines", "A", "-"];

/// What is almost what a charm may parse: JSON, YAML, base64, a number, an address, a path, a template.
pub(super) const HOSTILE: &[&str] = &[
    "{not json",
    "[1, 2",
    "{\"a\": 1}",
    "[]",
    "a: b: c",
    "- x\n  y: [",
    "!!python/object:x",
    "YWJj=",
    "%%%=",
    "12abc",
    "99999999999999999999",
    "1e999",
    "http://[::1",
    "http://exa mple.com:99999/",
    "300.1.2.3/33",
    "../../etc/passwd",
    "a\u{202e}b\u{200b}c",
    "'\"\\`$(id)",
    "{{ x }}",
    "%s%d",
];

/// How long the long text is.
const LONG: usize = 4096;

pub(super) fn plain() -> Vec<Value> {
    values(PLAIN)
}

pub(super) fn typed() -> Vec<Value> {
    let mut typed = values(TYPED);
    typed.push(json!("x".repeat(LONG)));
    typed
}

/// Also a part of what stands there otherwise, and that with something behind it.
pub(super) fn hostile(usual: Option<&str>) -> Vec<Value> {
    let mut hostile = values(HOSTILE);
    if let Some(usual) = usual.filter(|usual| usual.chars().count() > 1) {
        let half: String = usual.chars().take(usual.chars().count() / 2).collect();
        hostile.push(json!(half));
        hostile.push(json!(format!("{usual} }}")));
    }
    hostile
}

fn values(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| json!(text)).collect()
}
