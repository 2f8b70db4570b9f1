//! An item of jsonl, from its JSON.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::resolve::{Arguments, Item};
use super::values::Written;

/// An item of jsonl.
#[derive(Debug)]
pub(super) enum RawItem<'a> {
    /// One that is compared.
    Shown(Item<'a>),
    /// Changes of states.
    Set,
    /// A decision.
    Decision,
}

impl<'de> Deserialize<'de> for RawItem<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = RawItem<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item: the name of an event, or an object")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(event(Cow::Borrowed(name), Vec::new(), Vec::new()))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(event(Cow::Owned(name.to_owned()), Vec::new(), Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut what: Option<(&str, Cow<'de, str>)> = None;
        let (mut source, mut arguments, mut of, mut payload) = (None, Vec::new(), Vec::new(), Vec::new());
        while let Some(Text(key)) = map.next_key()? {
            let kind = ["phase", "action", "event", "set", "decision"].into_iter().find(|kind| *kind == key);
            match (kind, what.as_ref()) {
                (Some(kind), Some((other, _))) => {
                    return Err(A::Error::custom(format_args!("an item has `{other}` or `{kind}`, not both")));
                }
                (Some("set" | "decision"), None) => {
                    map.next_value::<IgnoredAny>()?;
                    what = kind.map(|kind| (kind, Cow::Borrowed("")));
                }
                (Some(kind), None) => what = Some((kind, map.next_value::<Text<'de>>()?.0)),
                (None, _) => match &*key {
                    "source" => source = Some(map.next_value::<Text<'de>>()?.0),
                    "args" => arguments = map.next_value::<Pairs<'de, Written<'de>>>()?.0,
                    "of" => {
                        let pairs = map.next_value::<Pairs<'de, Text<'de>>>()?.0;
                        of = pairs.into_iter().map(|(kind, instance)| (kind, instance.0)).collect();
                    }
                    "payload" => payload = map.next_value::<Pairs<'de, Written<'de>>>()?.0,
                    _ => drop(map.next_value::<IgnoredAny>()?),
                },
            }
        }
        match what {
            Some(("phase", name)) => Ok(RawItem::Shown(Item::Phase(name))),
            Some(("action", label)) => {
                Ok(RawItem::Shown(Item::Action { label, source, arguments: Arguments::Named(arguments) }))
            }
            Some(("event", name)) => Ok(event(name, of, payload)),
            Some(("set", _)) => Ok(RawItem::Set),
            Some(_) => Ok(RawItem::Decision),
            None => Err(A::Error::custom("an item has one of `event`, `action`, `phase`, `set` and `decision`")),
        }
    }
}

fn event<'a>(
    name: Cow<'a, str>,
    of: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    payload: Vec<(Cow<'a, str>, Written<'a>)>,
) -> RawItem<'a> {
    RawItem::Shown(Item::Event { name, of, payload })
}

/// A string, which is a part of the line unless it has escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;

        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(TextVisitor)
    }
}

/// An object as pairs, in their order.
struct Pairs<'a, T>(Vec<(Cow<'a, str>, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pairs<'de, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for PairsVisitor<T> {
            type Value = Pairs<'de, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names and values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    pairs.push((name, value));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor(std::marker::PhantomData))
    }
}

impl<'de> Deserialize<'de> for Written<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WrittenVisitor;

        impl<'de> Visitor<'de> for WrittenVisitor {
            type Value = Written<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value: null, a boolean, an integer, a string or a list of integers")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Written::Null)
            }

            fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
                Ok(Written::Bool(value))
            }

            fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
                Ok(Written::Integer(value))
            }

            fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(i64::try_from(value).map_or(Written::Large(value), Written::Integer))
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Written::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Written::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                }
                Ok(Written::Set(elements))
            }
        }

        deserializer.deserialize_any(WrittenVisitor)
    }
}
