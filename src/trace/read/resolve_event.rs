//! What is said of an event beside its name: its instances and its payload.

use std::borrow::Cow;

use super::Vocabulary;
use super::foreign::{Suggestions, shown};
use super::resolve::{Field, Misfit, no_value};
use crate::model::NameId;
use crate::model::grammar::{Event, InstanceId};
use crate::trace::Observed;

/// The event with this name that has these instances by their kinds, and this payload.
pub(super) fn resolve(
    name: NameId,
    of: &[(Cow<'_, str>, Cow<'_, str>)],
    payload: &[Field<'_>],
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Result<Observed, Misfit> {
    if of.is_empty() && payload.is_empty() {
        return Ok(Observed::Event { name, of: Vec::new(), payload: Vec::new() });
    }
    let (grammar, alphabet) = (vocabulary.grammar, vocabulary.alphabet);
    let symbol = alphabet.symbols_named(name)[0];
    let event = &grammar.events[alphabet.event_of(symbol).index()];
    let of = instances(event, &alphabet.instances_of(symbol), of, vocabulary, suggestions)?;
    let payload = values(event, payload, vocabulary, suggestions)?;
    Ok(Observed::Event { name, of, payload })
}

/// The instances that are given, one for each placeholder; nothing if none is given at all. `shown_by` are instances
/// that the name can be of: others can only be elements of the same arrays.
fn instances(
    event: &Event,
    shown_by: &[InstanceId],
    given: &[(Cow<'_, str>, Cow<'_, str>)],
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Result<Vec<Option<InstanceId>>, Misfit> {
    let grammar = vocabulary.grammar;
    let mut found = vec![None; if given.is_empty() { 0 } else { event.kinds.len() }];
    let mut is_given = vec![false; event.kinds.len()];
    for (kind, instance) in given {
        let of_kind = |place: &usize| grammar.kinds[event.kinds[*place].index()].name == *kind;
        // A kind that the template has twice is given twice, in the order of the template.
        let Some(place) = (0..event.kinds.len()).find(|place| !is_given[*place] && of_kind(place)) else {
            let template = event.template(&grammar.kinds);
            let kinds = event.kinds.iter().map(|kind| grammar.kinds[kind.index()].name.as_str());
            let similar = suggestions.nearest(&template, kind, kinds);
            return Err((format!("`{template}` has no instance of a kind `{}`", shown(kind)), similar));
        };
        is_given[place] = true;
        let known = &grammar.instances[shown_by[place].index()];
        match vocabulary.instance(event.kinds[place], instance) {
            Some(id) if grammar.instances[id.index()].array == known.array => found[place] = Some(id),
            // An element of that array, but it is not said which.
            None if known.name == *instance => {}
            Some(_) => return Err((format!("the name says `{}`, not `{instance}`", known.name), None)),
            None => {
                let similar = suggestions.nearest(kind, instance, vocabulary.instances(event.kinds[place]));
                return Err((format!("there is no {kind} `{}`", shown(instance)), similar));
            }
        }
    }
    Ok(found)
}

/// The values that are given, one for each field; nothing if none is given at all.
fn values(
    event: &Event,
    given: &[Field<'_>],
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Result<Vec<Option<i64>>, Misfit> {
    let mut found = vec![None; if given.is_empty() { 0 } else { event.payload.len() }];
    for (name, value) in given {
        let Some(place) = event.payload.iter().position(|field| field.name == *name) else {
            let fields = event.payload.iter().map(|field| field.name.as_str());
            let template = event.template(&vocabulary.grammar.kinds);
            let similar = suggestions.nearest(&template, name, fields);
            return Err((format!("`{template}` has no field `{}`", shown(name)), similar));
        };
        let ty = event.payload[place].ty;
        let value = value.of(ty, vocabulary).ok_or_else(|| (no_value(name, value, ty, vocabulary), None))?;
        found[place] = Some(value);
    }
    Ok(found)
}
