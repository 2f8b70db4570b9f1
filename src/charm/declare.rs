//! Facts → declarations.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::facts::{Charm, OptionType, Platform, Relation, Role, Storage};
use crate::model::Outline;
use crate::syntax::quoted;
use crate::syntax::tree::{Type, TypeKind};

/// The most elements of an array.
const MAX_ELEMENTS: u32 = 64;

/// How many instances of storage there are where the metadata allow any number.
const STORAGE_INSTANCES: u32 = 2;

/// A charm in the words of a grammar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The declarations, one a line.
    pub text: String,
    /// What the grammar has no words for, one sentence each, in lower case and without a full stop.
    pub left_out: Vec<String>,
}

/// Declares what a charm has in a grammar. Where the metadata set no limit, an endpoint has `relations` relations (from 1 to
/// 64). What the grammar declares itself is not declared again.
pub fn declare(charm: &Charm, relations: u32, outline: &Outline) -> Declared {
    let mut declared = Declared::default();
    if charm.subordinate {
        let grammar = charm.platform.grammar();
        if outline.builtins.contains(grammar) {
            let _ = writeln!(declared.text, "use {grammar} {{ subordinate = true }}");
        } else {
            declared.left_out.push(format!(
                "that this charm is a subordinate is left out, since the grammar does not use `{grammar}`"
            ));
        }
    }
    let (things, left_out) = fitting(things(charm, relations), outline);
    declared.left_out.extend(left_out);
    for thing in things {
        let _ = writeln!(declared.text, "{thing}");
    }
    declared
}

/// Something that a charm has.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) kind: &'static str,
    name: String,
    /// How many elements the array has; 1 is none.
    size: u32,
    fields: Vec<(&'static str, Word)>,
    /// What the metadata say of it beyond that.
    pub(super) comment: String,
}

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Bool(bool),
    /// Of an enum.
    Enum(&'static str),
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(f, "{value}"),
            Self::Enum(word) => f.write_str(&quoted(word)),
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, quoted(&self.name))?;
        if self.size > 1 {
            write!(f, "[{}]", self.size)?;
        }
        if !self.fields.is_empty() {
            let fields: Vec<String> = self.fields.iter().map(|(name, value)| format!("{name} = {value}")).collect();
            write!(f, " {{ {} }}", fields.join("  "))?;
        }
        Ok(())
    }
}

/// All that a charm has, kind by kind.
pub(super) fn things(charm: &Charm, relations: u32) -> Vec<Thing> {
    let plain =
        |kind, name: &String, comment: String| Thing { kind, name: name.clone(), size: 1, fields: Vec::new(), comment };
    let mut things = Vec::new();
    for container in &charm.containers {
        let mounts: Vec<&str> = container.mounts.iter().map(|(storage, _)| storage.as_str()).collect();
        let comment = if mounts.is_empty() { String::new() } else { format!("mounts {}", mounts.join(", ")) };
        things.push(plain("container", &container.name, comment));
    }
    things.extend(charm.relations.iter().map(|relation| endpoint(charm, relation, relations)));
    things.extend(charm.storage.iter().map(|storage| instances(charm, storage)));
    for option in charm.options.iter().filter(|option| option.ty == OptionType::Secret) {
        let mut thing = plain("secret", &option.name, "a user's, named by the config option".to_owned());
        thing.fields.push(("owned", Word::Bool(false)));
        things.push(thing);
    }
    for action in &charm.actions {
        let parameters: Vec<&str> = action.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        things.push(plain("charm-action", &action.name, parameters.join(", ")));
    }
    things
}

fn endpoint(charm: &Charm, relation: &Relation, relations: u32) -> Thing {
    let mut fields = Vec::new();
    if relation.role == Role::Peer {
        fields.push(("peer", Word::Bool(true)));
    }
    if relation.container_scope {
        fields.push(("scope", Word::Enum("container")));
    }
    // Peers have one relation; a unit of a subordinate sees that to its own principal alone.
    let is_single = relation.role == Role::Peer || charm.subordinate && relation.container_scope;
    let size = if is_single { 1 } else { relation.limit.unwrap_or(relations) };
    let mut comment = match relation.role {
        Role::Peer => String::new(),
        role => role.key().to_owned(),
    };
    if let Some(interface) = relation.interface.as_ref().filter(|_| relation.role != Role::Peer) {
        comment.push(' ');
        comment.push_str(interface);
    }
    if relation.optional == Some(false) {
        comment.push_str(", not optional");
    }
    let comment = comment.trim_start_matches(", ").to_owned();
    Thing { kind: "relation", name: relation.name.clone(), size: size.clamp(1, MAX_ELEMENTS), fields, comment }
}

fn instances(charm: &Charm, storage: &Storage) -> Thing {
    let some = storage.minimum.max(STORAGE_INSTANCES);
    let size = storage.maximum.map_or(some, |maximum| maximum.min(some));
    let mut fields = Vec::new();
    if storage.minimum == 0 && charm.platform == Platform::Machine {
        fields.push(("at_birth", Word::Bool(false)));
    }
    let comment = match (storage.minimum, storage.maximum) {
        (1, Some(1)) => String::new(),
        (minimum, Some(maximum)) if minimum == maximum => String::new(),
        (minimum, Some(maximum)) => format!("from {minimum} to {maximum}"),
        (minimum, None) => format!("{minimum} or more"),
    };
    Thing { kind: "storage", name: storage.name.clone(), size: size.clamp(1, MAX_ELEMENTS), fields, comment }
}

/// What of these a grammar can hold, and what it can't.
pub(super) fn fitting(things: Vec<Thing>, outline: &Outline) -> (Vec<Thing>, Vec<String>) {
    let mut kept = Vec::new();
    let mut without_kind: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut without_field: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
    for mut thing in things {
        let name = format!("`{}`", thing.name);
        let Some(kind) = outline.kinds.get(thing.kind) else {
            without_kind.entry(thing.kind).or_default().push(name);
            continue;
        };
        if kind.instances.contains(&thing.name) {
            continue;
        }
        thing.fields.retain(|(field, value)| {
            let fits = kind.fields.get(*field).is_some_and(|ty| takes(ty, *value));
            if !fits {
                without_field.entry((thing.kind, format!("{field} = {value}"))).or_default().push(name.clone());
            }
            fits
        });
        kept.push(thing);
    }
    let kinds = without_kind
        .into_iter()
        .map(|(kind, names)| format!("{} left out, since the grammar has no kind `{kind}`", listed(&names)));
    let fields = without_field.into_iter().map(|((kind, setting), names)| {
        let names = names.join(", ");
        format!("`{setting}` of {names} is left out, since the kind `{kind}` of the grammar has no such field")
    });
    let left_out = kinds.chain(fields).collect();
    (kept, left_out)
}

fn listed(names: &[String]) -> String {
    format!("{} {}", names.join(", "), if names.len() == 1 { "is" } else { "are" })
}

/// Whether a value is of a type.
fn takes(ty: &Type, value: Word) -> bool {
    match (&ty.kind, value) {
        (TypeKind::Bool, Word::Bool(_)) => true,
        (TypeKind::Words(words), Word::Enum(word)) => words.iter().any(|found| found.text == word),
        _ => false,
    }
}
