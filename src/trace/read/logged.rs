//! Events as the logs of others tell of them.
//!
//! These know nothing of the grammar. So what an event of the grammar has no place for is left out, and what is more
//! than the grammar has room for is said in the terms of the log.

use super::Vocabulary;
use super::foreign::{Suggestions, foreign, shown};
use super::resolve::unknown_event;
use super::values::Written;
use super::vocabulary::Name;
use crate::model::grammar::{Base, Event, InstanceId};
use crate::trace::{ItemKind, Observed};

/// An event as a log tells of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Logged<'a> {
    /// Its name, with `-` or with `_`.
    pub(crate) name: &'a str,
    /// Which element of its array the first instance in its name is, if that is one.
    pub(crate) element: Option<u32>,
    /// Values of fields, as a story writes them.
    pub(crate) fields: &'a [(&'static str, &'a str)],
}

/// What the grammar makes of it; `None` if it is ignored.
pub(crate) fn resolve_logged(
    logged: &Logged<'_>,
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Option<Observed> {
    let name = match vocabulary.event(logged.name.as_bytes()) {
        Some(Name::Read(name)) => name,
        Some(Name::Ignored) => return None,
        None => return unknown_event(logged.name, logged.name, vocabulary, suggestions),
    };
    let symbol = vocabulary.alphabet.symbols_named(name)[0];
    let event = &vocabulary.grammar.events[vocabulary.alphabet.event_of(symbol).index()];
    let resolved = instances(event, &vocabulary.alphabet.instances_of(symbol), logged.element, vocabulary)
        .and_then(|of| Ok(Observed::Event { name, of, payload: payload(event, logged.fields, vocabulary)? }));
    Some(resolved.unwrap_or_else(|why| foreign(ItemKind::Event, vocabulary.alphabet.name_text(name), why, None)))
}

/// The instances, one for each placeholder; nothing if none is told. `shown_by` are instances that the name can be of.
fn instances(
    event: &Event,
    shown_by: &[InstanceId],
    element: Option<u32>,
    vocabulary: &Vocabulary<'_>,
) -> Result<Vec<Option<InstanceId>>, String> {
    let (Some(element), Some(first)) = (element, shown_by.first()) else { return Ok(Vec::new()) };
    let grammar = vocabulary.grammar;
    let array = grammar.instances[first.index()].array;
    let elements = grammar.instances[array.index()..].iter().take_while(|instance| instance.array == array).count();
    let told = usize::try_from(element).ok().filter(|element| *element < elements);
    let Some(told) = told.and_then(|element| u32::try_from(element).ok()) else {
        let kind = &grammar.kinds[event.kinds[0].index()].name;
        let name = &grammar.instances[array.index()].name;
        let many = u64::from(element) + 1;
        return Err(format!(
            "the log has {many} of `{name}` at a time, and the grammar {elements}: `{kind} {name}[{many}]` would do"
        ));
    };
    let mut found = vec![None; event.kinds.len()];
    found[0] = Some(InstanceId(array.0 + told));
    Ok(found)
}

/// The payload, one value for each field; nothing if none is told.
fn payload(
    event: &Event,
    fields: &[(&'static str, &str)],
    vocabulary: &Vocabulary<'_>,
) -> Result<Vec<Option<i64>>, String> {
    let mut found = Vec::new();
    for (name, text) in fields {
        let Some(place) = event.payload.iter().position(|field| field.name == *name) else { continue };
        let ty = event.payload[place].ty;
        match Written::Story(text).of(ty, vocabulary) {
            Some(value) => {
                found.resize(event.payload.len(), None);
                found[place] = Some(value);
            }
            // More than there can be, and not something else than is meant here.
            None if matches!(ty.base, Base::Int { .. }) && text.parse::<i64>().is_ok() => {
                let ty = vocabulary.grammar.type_text(ty);
                return Err(format!(
                    "`{name}` is of the type `{ty}`, and the log has more at a time, up to `{}`",
                    shown(text)
                ));
            }
            None => {}
        }
    }
    Ok(found)
}
