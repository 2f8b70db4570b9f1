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
    Integrate(Side),
    RemoveRelation(Side),
    /// One unit more: of the charm, or of the application on the other side.
    AddUnit(Option<Side>),
    /// One unit less; with its number, where that is known.
    RemoveUnit(Option<Side>, i64),
    Refresh,
    Remove,
    /// Nothing that a user can command.
    Told(String),
}

/// The other side of a relation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Side {
    /// The application there: each relation of an endpoint has another one.
    pub(super) app: String,
    pub(super) endpoint: String,
}

impl Side {
    /// Of the relation `name`, as in `db[1]`.
    fn new(endpoint: &str, name: &str) -> Self {
        let app = name.replace("[0]", "").replace('[', "-").replace(']', "");
        Self { app, endpoint: endpoint.to_owned() }
    }
}

/// A command with the events that follow it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Commanded {
    pub(super) command: Command,
    /// Whether the unit has started, so that one can wait until it is idle.
    pub(super) settles: bool,
    pub(super) events: Vec<String>,
}

/// The commands of a life.
pub(super) fn commands(life: &Life) -> Vec<Commanded> {
    let mut commands: Vec<Commanded> = Vec::new();
    let push = |commands: &mut Vec<Commanded>, command| {
        commands.push(Commanded { command, settles: false, events: Vec::new() });
    };
    push(&mut commands, Command::Deploy);
    let mut integrated: Option<&str> = None;
    let mut has_started = false;
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
                let side = || first.map(|(endpoint, name)| Side::new(endpoint, name));
                let number = action.numbers.first().copied().unwrap_or(0);
                let command = match (action.name.as_str(), first) {
                    ("configure" | "config-change", _) => Command::Config(section("config")),
                    ("run", Some((name, _))) => Command::Run { action: name.clone(), params: section("params") },
                    ("relate" | "create", Some((endpoint, name))) => {
                        integrated = Some(name);
                        Command::Integrate(Side::new(endpoint, name))
                    }
                    ("unrelate" | "break", Some((endpoint, name))) => {
                        Command::RemoveRelation(Side::new(endpoint, name))
                    }
                    ("scale-up", _) => Command::AddUnit(None),
                    ("scale-down", _) => Command::RemoveUnit(None, number + 1),
                    ("add-remote-unit", Some(_)) => Command::AddUnit(side()),
                    ("remove-remote-unit", Some(_)) => Command::RemoveUnit(side(), number),
                    ("refresh", _) => Command::Refresh,
                    _ => Command::Told(action.text.clone()),
                };
                push(&mut commands, command);
            }
            Moment::Event(event) => {
                if let Hook::Relation { what: RelationHook::Created, relation, .. } = &event.hook
                    && integrated.take() != Some(&relation.name)
                    && !relation.peer
                {
                    push(&mut commands, Command::Integrate(Side::new(&relation.endpoint, &relation.name)));
                }
                let data = if event.data.is_empty() {
                    String::new()
                } else {
                    format!(" {}", Value::Object(event.data.clone()))
                };
                let last = commands.last_mut().expect("it is deployed first");
                has_started |= event.hook == Hook::Plain("start".to_owned());
                let is_commanded = !matches!(last.command, Command::Told(_) | Command::Remove);
                last.settles = has_started && is_commanded;
                last.events.push(format!("{}{data}", event.text));
            }
        }
    }
    commands
}

/// The other sides that are spoken of, each once.
pub(super) fn sides(commands: &[Commanded]) -> Vec<&Side> {
    let sides = commands.iter().filter_map(|own| match &own.command {
        Command::Integrate(side)
        | Command::RemoveRelation(side)
        | Command::AddUnit(Some(side))
        | Command::RemoveUnit(Some(side), _) => Some(side),
        _ => None,
    });
    let mut sides: Vec<&Side> = sides.collect();
    sides.sort();
    sides.dedup();
    sides
}
