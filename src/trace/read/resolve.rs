//! Items as they are written, as items of the grammar.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::foreign::{Suggestions, foreign, shown};
use super::values::Written;
use super::vocabulary::Name;
use super::{Vocabulary, resolve_event};
use crate::model::grammar::{Action, ActionId, Type, Variable};
use crate::trace::{ItemKind, Observed};

/// An item as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// The mark of a phase, with its name.
    Phase(Cow<'a, str>),
    /// The mark of an action.
    Action { label: Cow<'a, str>, source: Option<Cow<'a, str>>, arguments: Arguments<'a> },
    /// An event; `of` has kinds and instances, `payload` fields.
    Event { name: Cow<'a, str>, of: Vec<(Cow<'a, str>, Cow<'a, str>)>, payload: Vec<Field<'a>> },
}

/// A name and its value.
pub(super) type Field<'a> = (Cow<'a, str>, Written<'a>);

/// What is said of the arguments of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arguments<'a> {
    /// Some of them, with the names of their parameters.
    Named(Vec<Field<'a>>),
    /// All of them, in their order.
    Positional(Vec<Written<'a>>),
}

impl Item<'_> {
    /// What the grammar makes of it; `None` if it is ignored.
    pub(super) fn resolve(&self, vocabulary: &Vocabulary<'_>, suggestions: &mut Suggestions) -> Option<Observed> {
        let resolved = match self {
            Self::Event { name, of, payload } => match vocabulary.event(name.as_bytes()) {
                Some(Name::Read(name)) => resolve_event::resolve(name, of, payload, vocabulary, suggestions),
                Some(Name::Ignored) => return None,
                None => return unknown_event(name, &self.text(), vocabulary, suggestions),
            },
            Self::Phase(name) if vocabulary.is_ignored(name) => return None,
            Self::Phase(name) => phase(name, vocabulary, suggestions),
            Self::Action { label, .. } if vocabulary.is_ignored(label) => return None,
            Self::Action { label, source, arguments } => {
                action(label, source.as_deref(), arguments, vocabulary, suggestions)
            }
        };
        Some(resolved.unwrap_or_else(|(why, similar)| foreign(self.kind(), &self.text(), why, similar)))
    }

    fn kind(&self) -> ItemKind {
        match self {
            Self::Phase(_) => ItemKind::Phase,
            Self::Action { .. } => ItemKind::Action,
            Self::Event { .. } => ItemKind::Event,
        }
    }

    /// The item in one line.
    fn text(&self) -> String {
        let fields = |fields: &[Field<'_>]| {
            fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Phase(name) => format!("phase {name}"),
            Self::Event { name, of, payload } => {
                let of = of.iter().map(|(kind, instance)| (kind.clone(), Written::Text(instance.clone())));
                let all: Vec<_> = of.chain(payload.iter().cloned()).collect();
                if all.is_empty() { name.to_string() } else { format!("{name} ({})", fields(&all)) }
            }
            Self::Action { label, source, arguments } => {
                let mut text = label.to_string();
                let arguments = match arguments {
                    Arguments::Named(named) => fields(named),
                    Arguments::Positional(values) => {
                        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                    }
                };
                if !arguments.is_empty() {
                    let _ = write!(text, "({arguments})");
                }
                if let Some(source) = source {
                    let _ = write!(text, " by {source}");
                }
                text
            }
        }
    }
}

/// An event that the alphabet does not have; `None` if it is ignored.
pub(super) fn unknown_event(
    name: &str,
    text: &str,
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Option<Observed> {
    if vocabulary.is_ignored(name) {
        return None;
    }
    let similar = suggestions.nearest("event", name, vocabulary.alphabet.names());
    Some(foreign(ItemKind::Event, text, format!("there is no event `{}`", shown(name)), similar))
}

/// Why something does not fit, and what was probably meant.
pub(super) type Misfit = (String, Option<String>);

fn phase(name: &str, vocabulary: &Vocabulary<'_>, suggestions: &mut Suggestions) -> Result<Observed, Misfit> {
    vocabulary.phase(name).map(Observed::Phase).ok_or_else(|| {
        let phases = vocabulary.grammar.phases.iter().map(|phase| phase.name.as_str());
        (format!("there is no phase `{}`", shown(name)), suggestions.nearest("phase", name, phases))
    })
}

fn action(
    label: &str,
    source: Option<&str>,
    given: &Arguments<'_>,
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Result<Observed, Misfit> {
    let grammar = vocabulary.grammar;
    let actions = vocabulary.actions(label);
    if actions.is_empty() {
        let similar = suggestions.nearest("action", label, vocabulary.labels());
        return Err((format!("there is no action `{}`", shown(label)), similar));
    }
    let cause = |name: &str| {
        vocabulary.source(name).ok_or_else(|| {
            let sources = grammar.sources.iter().map(|source| source.name.as_str());
            (format!("there is no source `{}`", shown(name)), suggestions.nearest("source", name, sources))
        })
    };
    let source = source.map(cause).transpose()?;
    let causes = |id: &&ActionId| source.is_none_or(|source| grammar.actions[id.index()].sources.contains(&source));
    let mut fitting = Vec::new();
    let mut misfit = None;
    for id in actions.iter().filter(causes) {
        match fit(&grammar.actions[id.index()], given, vocabulary, suggestions) {
            Ok(arguments) => fitting.push((*id, arguments)),
            Err(why) => misfit = misfit.or(Some(why)),
        }
    }
    if fitting.is_empty() {
        return Err(misfit.unwrap_or_else(|| (by_whom(label, actions, vocabulary), None)));
    }
    Ok(Observed::Action { actions: fitting, source })
}

/// The arguments that are given, one for each parameter.
fn fit(
    action: &Action,
    given: &Arguments<'_>,
    vocabulary: &Vocabulary<'_>,
    suggestions: &mut Suggestions,
) -> Result<Vec<Option<i64>>, Misfit> {
    let parameters = &action.variables[..action.parameters];
    let one = |value: &Written<'_>, parameter: &Variable| {
        let ty = parameter.ty;
        value.of(ty, vocabulary).ok_or_else(|| (no_value(&parameter.name, value, ty, vocabulary), None))
    };
    let mut arguments = vec![None; parameters.len()];
    match given {
        Arguments::Positional(values) => {
            if values.len() != parameters.len() {
                let expected = count(parameters.len(), "argument");
                return Err((format!("`{}` has {expected}, not {}", action.label, values.len()), None));
            }
            for ((argument, value), parameter) in arguments.iter_mut().zip(values).zip(parameters) {
                *argument = Some(one(value, parameter)?);
            }
        }
        Arguments::Named(values) => {
            for (name, value) in values {
                let Some(place) = parameters.iter().position(|parameter| parameter.name == *name) else {
                    let names = parameters.iter().map(|parameter| parameter.name.as_str());
                    let similar = suggestions.nearest(&action.label, name, names);
                    return Err((format!("`{}` has no parameter `{}`", action.label, shown(name)), similar));
                };
                arguments[place] = Some(one(value, &parameters[place])?);
            }
        }
    }
    Ok(arguments)
}

/// ``` `unit` is of the type `0..7`, which has no value `9` ```
pub(super) fn no_value(name: &str, value: &Written<'_>, ty: Type, vocabulary: &Vocabulary<'_>) -> String {
    let (value, ty) = (shown(&value.to_string()), vocabulary.grammar.type_text(ty));
    format!("`{name}` is of the type `{ty}`, which has no value `{value}`")
}

/// `no arguments`, `1 argument`, `2 arguments`
fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// ``only `agent` can cause `change` ``
fn by_whom(label: &str, actions: &[ActionId], vocabulary: &Vocabulary<'_>) -> String {
    let grammar = vocabulary.grammar;
    let mut sources: Vec<_> = actions.iter().flat_map(|id| &grammar.actions[id.index()].sources).collect();
    sources.sort_unstable();
    sources.dedup();
    let names: Vec<_> =
        sources.into_iter().map(|source| format!("`{}`", grammar.sources[source.index()].name)).collect();
    format!("only {} can cause `{label}`", names.join(" and "))
}
