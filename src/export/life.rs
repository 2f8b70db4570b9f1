//! A run in Juju's words.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::{Base, Grammar, Instance, InstanceId, NONE, StateId, Type};
use crate::sets::Item;
use crate::shrink::{Run, Step};

/// What is known beside the run.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Which trace it is, in words.
    pub title: String,
    /// The name of the charm.
    pub charm: Option<String>,
    /// The name of the charm's class in Python.
    pub class: Option<String>,
    /// For each action what its parameters are when they are not given.
    pub defaults: BTreeMap<String, Map<String, Value>>,
}

/// The life of a unit.
#[derive(Clone, Debug)]
pub struct Life {
    pub(super) about: About,
    /// Whether it has containers.
    pub(super) is_kubernetes: bool,
    pub(super) containers: Vec<String>,
    /// The secrets that the charm only reads.
    pub(super) read_secrets: Vec<String>,
    pub(super) moments: Vec<Moment>,
}

/// What a run shows.
#[derive(Clone, Debug)]
pub(super) enum Moment {
    Phase(String),
    Action(Action),
    Event(Box<Event>),
}

/// Somebody acts.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) name: String,
    /// Who does what, in words.
    pub(super) text: String,
    /// The instances among its arguments: a relation, an action; each with its name alone, and with its index.
    pub(super) instances: Vec<(String, String)>,
    /// The numbers among them.
    pub(super) numbers: Vec<i64>,
}

/// An event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) hook: Hook,
    /// The event in one line.
    pub(super) text: String,
    pub(super) data: Map<String, Value>,
    /// Whether the unit leads when it runs, if the grammar says so.
    pub(super) leads: Option<bool>,
    /// For each container whether its Pebble is there, if the grammar says so.
    pub(super) ready: BTreeMap<String, bool>,
}

/// What an event is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hook {
    /// One without anything else.
    Plain(String),
    Relation {
        what: RelationHook,
        relation: Relation,
        unit: Option<i64>,
    },
    Storage {
        attached: bool,
        name: String,
        index: u32,
    },
    PebbleReady(String),
    CustomNotice(String),
    Secret {
        what: String,
        name: String,
        owned: bool,
    },
    Action(String),
    /// One that nothing more is known of.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RelationHook {
    Created,
    Joined,
    Changed,
    Departed { this_unit: bool },
    Broken,
}

/// A relation of the charm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) endpoint: String,
    /// What tells it from others of the same endpoint.
    pub(super) name: String,
    pub(super) peer: bool,
    pub(super) container_scope: bool,
}

/// Reads a grammar in Juju's words.
struct Reading<'a> {
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    program: &'a Program,
}

impl Life {
    /// The life that a run of a grammar is.
    pub fn new(run: &Run, grammar: &Grammar, alphabet: &Alphabet, program: &Program, about: About) -> Self {
        let reading = Reading { grammar, alphabet, program };
        let containers: Vec<String> = reading.instances("container").map(|(_, own)| own.name.clone()).collect();
        let read =
            reading.instances("secret").filter(|(_, own)| reading.field(own, "owned") == Some("false".to_owned()));
        Self {
            is_kubernetes: !containers.is_empty(),
            containers,
            read_secrets: read.map(|(_, own)| own.full_name()).collect(),
            moments: run.steps.iter().map(|step| reading.moment(step)).collect(),
            about,
        }
    }
}

impl<'a> Reading<'a> {
    /// The instances of a kind of this name.
    fn instances(&self, kind: &str) -> impl Iterator<Item = (InstanceId, &'a Instance)> + use<'a> {
        let grammar = self.grammar;
        let kind = grammar.kinds.iter().position(|own| own.name == kind);
        let instances = (0..).map(InstanceId).zip(&grammar.instances);
        instances.filter(move |(_, instance)| Some(instance.kind.index()) == kind)
    }

    /// The value of a field, as a grammar writes it.
    fn field(&self, instance: &Instance, name: &str) -> Option<String> {
        let fields = &self.grammar.kinds[instance.kind.index()].fields;
        let place = fields.iter().position(|field| field.name == name)?;
        Some(self.grammar.value_text(instance.fields[place], fields[place].ty.base))
    }

    fn moment(&self, step: &Step) -> Moment {
        let grammar = self.grammar;
        match &step.item {
            Item::Phase(phase) => Moment::Phase(grammar.phases[phase.index()].name.clone()),
            Item::Action { action, source, arguments } => {
                let action = &grammar.actions[action.index()];
                let typed: Vec<(Type, i64)> =
                    action.variables.iter().map(|variable| variable.ty).zip(arguments.iter().copied()).collect();
                let texts: Vec<String> = typed.iter().map(|(ty, value)| grammar.value_text(*value, ty.base)).collect();
                let list = if texts.is_empty() { String::new() } else { format!(" ({})", texts.join(", ")) };
                let who = &grammar.sources[source.index()].name;
                let instance = |value: i64| Some(&grammar.instances[usize::try_from(value).ok()?]);
                let is_instance = |ty: &Type| matches!(ty.base, Base::Instance(_));
                Moment::Action(Action {
                    name: action.name.clone(),
                    text: format!("{who}: {}{list}", action.label),
                    instances: typed
                        .iter()
                        .filter(|(ty, _)| is_instance(ty))
                        .filter_map(|(_, value)| instance(*value))
                        .map(|instance| (instance.name.clone(), instance.full_name()))
                        .collect(),
                    numbers: typed
                        .iter()
                        .filter(|(ty, _)| matches!(ty.base, Base::Int { .. }))
                        .map(|(_, value)| *value)
                        .collect(),
                })
            }
            Item::Event { symbol, payload } => {
                let event = &grammar.events[self.alphabet.event_of(*symbol).index()];
                let of = self.alphabet.instances_of(*symbol);
                let mut text = event.name_with(|place| grammar.instances[of[place].index()].full_name());
                let fields: Vec<String> = event
                    .payload
                    .iter()
                    .zip(payload)
                    .map(|(field, value)| format!("{}={}", field.name, grammar.value_text(*value, field.ty.base)))
                    .collect();
                if !fields.is_empty() {
                    text.extend([" (", &fields.join(", "), ")"]);
                }
                let data = step.data().and_then(|data| serde_json::from_str::<Map<String, Value>>(data).ok());
                Moment::Event(Box::new(Event {
                    hook: self.hook(*symbol, payload),
                    text,
                    data: data.unwrap_or_default(),
                    leads: self.leads(step),
                    ready: self.ready(step),
                }))
            }
        }
    }

    fn hook(&self, symbol: crate::model::SymbolId, payload: &[i64]) -> Hook {
        let grammar = self.grammar;
        let event = &grammar.events[self.alphabet.event_of(symbol).index()];
        let value = |name: &str| {
            let place = event.payload.iter().position(|field| field.name == name)?;
            Some((payload[place], event.payload[place].ty))
        };
        let of = self.alphabet.instances_of(symbol);
        let Some(instance) = of.first().map(|instance| &grammar.instances[instance.index()]) else {
            let name = event.literals[0].as_str();
            let secret = value("secret").filter(|(_, ty)| matches!(ty.base, Base::Instance(_)));
            return match (name.strip_prefix("secret-"), secret) {
                (Some(what), Some((place, _))) => {
                    let own = &grammar.instances[usize::try_from(place).unwrap_or_default()];
                    let owned = self.field(own, "owned").is_some_and(|owned| owned == "true");
                    Hook::Secret { what: what.to_owned(), name: own.full_name(), owned }
                }
                _ => Hook::Plain(name.to_owned()),
            };
        };
        let kind = grammar.kinds[instance.kind.index()].name.as_str();
        let literal = event.literals.last().map_or("", String::as_str);
        let name = instance.name.clone();
        let relation = |what| {
            let unit = value("unit").map(|(unit, _)| unit).filter(|unit| *unit != NONE);
            let is = |field: &str, word: &str| self.field(instance, field).is_some_and(|own| own == word);
            let relation = Relation {
                endpoint: name.clone(),
                name: instance.full_name(),
                peer: is("peer", "true"),
                container_scope: is("scope", "container"),
            };
            Hook::Relation { what, relation, unit }
        };
        match (kind, literal) {
            ("relation", "-relation-created") => relation(RelationHook::Created),
            ("relation", "-relation-joined") => relation(RelationHook::Joined),
            ("relation", "-relation-changed") => relation(RelationHook::Changed),
            ("relation", "-relation-departed") => {
                let departing = value("departing").map(|(value, ty)| grammar.value_text(value, ty.base));
                relation(RelationHook::Departed { this_unit: departing.is_some_and(|who| who == "this_unit") })
            }
            ("relation", "-relation-broken") => relation(RelationHook::Broken),
            ("storage", "-storage-attached" | "-storage-detaching" | "-storage-detached") => {
                let attached = literal == "-storage-attached";
                Hook::Storage { attached, name, index: instance.element.unwrap_or(0) }
            }
            ("container", "-pebble-ready") => Hook::PebbleReady(name),
            ("container", "-pebble-custom-notice") => Hook::CustomNotice(name),
            ("charm-action", "-action") => Hook::Action(name),
            _ => Hook::Other,
        }
    }

    /// Whether the unit leads: by a state `leadership` that can be `leader`, or a state `leader` that is true or not.
    fn leads(&self, step: &Step) -> Option<bool> {
        let text = |name: &str| {
            let place = self.grammar.states.iter().position(|state| state.name == name)?;
            let value = step.state(self.program, StateId::new(place));
            Some(self.grammar.value_text(value, self.grammar.states[place].ty.base))
        };
        text("leadership").map(|word| word == "leader").or_else(|| text("leader").map(|word| word == "true"))
    }

    /// Whether containers are ready, by their state `ready`.
    fn ready(&self, step: &Step) -> BTreeMap<String, bool> {
        let container = |(_, instance): (InstanceId, &Instance)| {
            let states = &self.grammar.kinds[instance.kind.index()].states;
            let place = states.iter().position(|state| state.name == "ready")?;
            let state = StateId::new(instance.first_state.index() + place);
            Some((instance.name.clone(), step.state(self.program, state) != 0))
        };
        self.instances("container").filter_map(container).collect()
    }
}
