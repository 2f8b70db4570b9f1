//! A single item, as people type it and as [`Observed::text`] writes it.

use super::foreign::Suggestions;
use super::resolve::{Arguments, Item};
use super::story::parts;
use super::values::Written;
use super::{Vocabulary, resolve_event};
use crate::model::NameId;
use crate::model::grammar::InstanceId;
use crate::trace::Observed;

/// The item of this text: `db[1]-relation-joined (unit=0)`, `change(http) by user`, `phase operation`. All but the name
/// can be left out. It is [foreign](Observed::Foreign) if the grammar has no word for it, and `None` if it is ignored.
///
/// Costs a look at all events where an element of an array is named.
pub fn read_item(text: &str, vocabulary: &Vocabulary<'_>) -> Option<Observed> {
    let mut suggestions = Suggestions::default();
    let text = text.trim();
    if let Some(phase) = text.strip_prefix("phase ") {
        return Item::Phase(phase.trim().into()).resolve(vocabulary, &mut suggestions);
    }
    let (head, source) = text.rsplit_once(" by ").map_or((text, None), |(head, source)| (head, Some(source.trim())));
    let (name, list) = match head.split_once('(') {
        Some((name, list)) => (name.trim_end(), Some(list.trim_end().trim_end_matches(')'))),
        None => (head.trim_end(), None),
    };
    if !vocabulary.actions(name).is_empty() {
        let arguments = list.map_or(Arguments::Named(Vec::new()), |list| {
            Arguments::Positional(parts(list).map(Written::Story).collect())
        });
        let action = Item::Action { label: name.into(), source: source.map(Into::into), arguments };
        return action.resolve(vocabulary, &mut suggestions);
    }
    let fields = parts(list.unwrap_or_default()).filter_map(|field| field.split_once('='));
    let payload: Vec<_> =
        fields.map(|(name, value)| (name.trim_end().into(), Written::Story(value.trim_start()))).collect();
    if let Some((plain, of)) = element(name, vocabulary) {
        let event = resolve_event::resolve(plain, &[], &payload, vocabulary, &mut suggestions);
        if let Ok(Observed::Event { name, payload, .. }) = event {
            return Some(Observed::Event { name, of, payload });
        }
    }
    Item::Event { name: name.into(), of: Vec::new(), payload }.resolve(vocabulary, &mut suggestions)
}

/// The name of the event that is written so with an element of an array, and its instances.
fn element(written: &str, vocabulary: &Vocabulary<'_>) -> Option<(NameId, Vec<Option<InstanceId>>)> {
    if !written.contains('[') {
        return None;
    }
    let alphabet = vocabulary.alphabet;
    alphabet.entries().flat_map(|(_, symbols)| symbols).find_map(|symbol| {
        let of: Vec<_> = alphabet.instances_of(*symbol).into_iter().map(Some).collect();
        let name = alphabet.name_of(*symbol);
        let event = Observed::Event { name, of: of.clone(), payload: Vec::new() };
        (event.text(vocabulary.grammar, alphabet) == written).then_some((name, of))
    })
}
