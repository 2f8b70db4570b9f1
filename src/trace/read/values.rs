//! Values as stories and jsonl write them, as values of a type.

use std::borrow::Cow;
use std::fmt;

use super::Vocabulary;
use crate::model::grammar::{Base, Grammar, NONE, Type};
use crate::model::values;

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written<'a> {
    /// In a story, where the type tells what the text means.
    Story(&'a str),
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `3`
    Integer(i64),
    /// `"db[1]"`
    Text(Cow<'a, str>),
    /// `[0,2]`
    Set(Vec<i64>),
    /// An integer that no type has.
    Large(u64),
}

impl Written<'_> {
    /// The value of this type, if it has it.
    pub(super) fn of(&self, ty: Type, vocabulary: &Vocabulary<'_>) -> Option<i64> {
        match (self, ty.base) {
            (Written::Null, _) => ty.optional.then_some(NONE),
            (Written::Story("none"), _) if ty.optional => Some(NONE),
            (Written::Story(text), Base::Bool) => text.parse::<bool>().ok().map(i64::from),
            (Written::Story(text), Base::Int { lo, hi }) => integer(text.parse().ok()?, lo, hi),
            (Written::Story(text), Base::Set { lo, hi }) => values::set(elements(text)?, lo, hi),
            (Written::Story(text), base) => named(text, base, vocabulary),
            (Written::Bool(value), Base::Bool) => Some(i64::from(*value)),
            (Written::Integer(value), Base::Int { lo, hi }) => integer(*value, lo, hi),
            (Written::Set(elements), Base::Set { lo, hi }) => values::set(elements.iter().copied(), lo, hi),
            (Written::Text(text), base) => named(text, base, vocabulary),
            _ => None,
        }
    }
}

fn integer(value: i64, lo: i64, hi: i64) -> Option<i64> {
    (value != NONE && (lo..=hi).contains(&value)).then_some(value)
}

/// The elements of `{0, 2}`.
fn elements(text: &str) -> Option<Vec<i64>> {
    let elements = text.strip_prefix('{')?.strip_suffix('}')?.trim();
    if elements.is_empty() {
        return Some(Vec::new());
    }
    elements.split(',').map(|element| element.trim().parse().ok()).collect()
}

/// A word of an enum, or an instance.
fn named(text: &str, base: Base, vocabulary: &Vocabulary<'_>) -> Option<i64> {
    let grammar: &Grammar = vocabulary.grammar;
    match base {
        Base::Enum(id) => {
            let place = grammar.enums[id.index()].words.iter().position(|word| word == text)?;
            i64::try_from(place).ok()
        }
        Base::Instance(kind) => Some(vocabulary.instance(kind, text)?.0.into()),
        Base::Array(kind) => Some(grammar.instances[vocabulary.instance(kind, text)?.index()].array.0.into()),
        Base::Bool | Base::Int { .. } | Base::Set { .. } => None,
    }
}

/// As a grammar writes it.
impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Story(text) => f.write_str(text),
            Self::Null => f.write_str("none"),
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Set(elements) => {
                let elements: Vec<_> = elements.iter().map(i64::to_string).collect();
                write!(f, "{{{}}}", elements.join(", "))
            }
            Self::Large(value) => value.fmt(f),
        }
    }
}
