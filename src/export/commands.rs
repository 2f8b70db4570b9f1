//! What of a life can be commanded: what its user does, in the words of Juju's client.

use serde_json::{Map, Value};

use super::life::{Hook, Life, Moment, RelationHook};

/// Something that is commanded, or only told.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Command {
    Deploy,
    Config(Map<String, Value>),
    Run {
        action: String,
        params: Map<String, Value>,
    },
    Integrate(String),
    RemoveRelation(String),
    /// One unit more: of the charm, or of the application at an endpoint.
    AddUnit(Option<String>),
    /// One unit less; with its number, where that is known.
    RemoveUnit(Option<String>, i64),
    Refresh,
    Remove,
    /// Nothing that a user can command.
    Told(String),
}

/// A command with the events that follow it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Commanded {
    pub(super) command: Command,
    pub(super) events: Vec<String>,
}

/// The commands of a life.
pub(super) fn commands(life: &Life) -> Vec<Commanded> {
    let mut commands: Vec<Commanded> = Vec::new();
    let push = |commands: &mut Vec<Commanded>, command| commands.push(Commanded { command, events: Vec::new() });
    push(&mut commands, Command::Deploy);
    let mut integrated: Option<&str> = None;
    for (place, moment) in life.moments.iter().enumerate() {
        match moment {
            Moment::Phase(name) => {
                let has_events = life.moments[place..].iter().any(|moment| matches!(moment, Moment::Event(_)));
                if name == "teardown" && has_events {
                    push(&mut commands, Command::Remove);
                }
            }
            Moment::Action(action) => {
                let next = life.moments[place + 1..].iter().find_map(|moment| match moment {
                    Moment::Event(event) => Some(event),
                    _ => None,
                });
                let section =
                    |key: &str| next.and_then(|event| event.data.get(key)?.as_object().cloned()).unwrap_or_default();
                let first = action.instances.first();
                let number = action.numbers.first().copied().unwrap_or(0);
                let command = match (action.name.as_str(), first) {
                    ("configure" | "config-change", _) => Command::Config(section("config")),
                    ("run", Some(name)) => Command::Run { action: name.clone(), params: section("params") },
                    ("relate" | "create", Some(endpoint)) => {
                        integrated = Some(endpoint);
                        Command::Integrate(endpoint.clone())
                    }
                    ("unrelate" | "break", Some(endpoint)) => Command::RemoveRelation(endpoint.clone()),
                    ("scale-up", _) => Command::AddUnit(None),
                    ("scale-down", _) => Command::RemoveUnit(None, number + 1),
                    ("add-remote-unit", Some(endpoint)) => Command::AddUnit(Some(endpoint.clone())),
                    ("remove-remote-unit", Some(endpoint)) => Command::RemoveUnit(Some(endpoint.clone()), number),
                    ("refresh", _) => Command::Refresh,
                    _ => Command::Told(action.text.clone()),
                };
                push(&mut commands, command);
            }
            Moment::Event(event) => {
                if let Hook::Relation { what: RelationHook::Created, relation, .. } = &event.hook
                    && integrated.take() != Some(&relation.endpoint)
                    && !relation.peer
                {
                    push(&mut commands, Command::Integrate(relation.endpoint.clone()));
                }
                let data = if event.data.is_empty() {
                    String::new()
                } else {
                    format!(" {}", Value::Object(event.data.clone()))
                };
                let last = commands.last_mut().expect("it is deployed first");
                last.events.push(format!("{}{data}", event.text));
            }
        }
    }
    commands
}
