//! A test by `ops.testing`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::life::{Event, Hook, Life, Moment, Relation, RelationHook};
use super::python;

/// Functions that a test may call: a test has those that it calls, and those that these call.
const HELPERS: &[(&str, &str)] = &[
    (
        "put",
        "def put(old, delta):
    \"\"\"A databag, or the config, with some values changed; None removes one.\"\"\"
    return {key: value for key, value in {**old, **delta}.items() if value is not None}
",
    ),
    (
        "with_relation",
        "def with_relation(state, relation):
    \"\"\"The state with a relation, instead of the one with its id.\"\"\"
    others = [other for other in state.relations if other.id != relation.id]
    return dataclasses.replace(state, relations=[*others, relation])
",
    ),
    (
        "without_relation",
        "def without_relation(state, relation_id):
    others = [other for other in state.relations if other.id != relation_id]
    return dataclasses.replace(state, relations=others)
",
    ),
    (
        "with_app",
        "def with_app(state, relation_id, delta):
    \"\"\"The state after the remote application has written its databag.\"\"\"
    relation = state.get_relation(relation_id)
    data = put(relation.remote_app_data, delta)
    return with_relation(state, dataclasses.replace(relation, remote_app_data=data))
",
    ),
    (
        "with_unit",
        "def with_unit(state, relation_id, unit, delta):
    \"\"\"The state after a remote unit has joined, or has written its databag.\"\"\"
    relation = state.get_relation(relation_id)
    if isinstance(relation, testing.SubordinateRelation):
        data = put(relation.remote_unit_data, delta)
        return with_relation(state, dataclasses.replace(relation, remote_unit_data=data))
    name = \"peers_data\" if isinstance(relation, testing.PeerRelation) else \"remote_units_data\"
    units = getattr(relation, name)
    units = {**units, unit: put(units.get(unit, {}), delta)}
    return with_relation(state, dataclasses.replace(relation, **{name: units}))
",
    ),
    (
        "without_unit",
        "def without_unit(state, relation_id, unit):
    \"\"\"The state after a remote unit has left.\"\"\"
    relation = state.get_relation(relation_id)
    if isinstance(relation, testing.SubordinateRelation):
        return state
    name = \"peers_data\" if isinstance(relation, testing.PeerRelation) else \"remote_units_data\"
    units = {key: value for key, value in getattr(relation, name).items() if key != unit}
    return with_relation(state, dataclasses.replace(relation, **{name: units}))
",
    ),
    (
        "with_container",
        "def with_container(state, name, **changes):
    others = [other for other in state.containers if other.name != name]
    container = dataclasses.replace(state.get_container(name), **changes)
    return dataclasses.replace(state, containers=[*others, container])
",
    ),
    (
        "with_content",
        "def with_content(state, secret_id, content):
    \"\"\"The state after the owner of a secret has made a new revision.\"\"\"
    others = [other for other in state.secrets if other.id != secret_id]
    secret = dataclasses.replace(state.get_secret(id=secret_id), latest_content=content)
    return dataclasses.replace(state, secrets=[*others, secret])
",
    ),
    (
        "without_storage",
        "def without_storage(state, name, index):
    others = [other for other in state.storages if (other.name, other.index) != (name, index)]
    return dataclasses.replace(state, storages=others)
",
    ),
    (
        "of_own_secret",
        "def of_own_secret(context, state, event, **details):
    \"\"\"Runs an event of a secret that the charm has made; nothing if it has made none.\"\"\"
    for secret in state.secrets:
        if secret.owner is not None:
            return context.run(event(secret, **details), state)
    return state
",
    ),
    (
        "act",
        "def act(context, state, name, params):
    \"\"\"Runs an action; that it fails is an answer, too.\"\"\"
    try:
        return context.run(context.on.action(name, params=params), state)
    except testing.ActionFailed as failed:
        return failed.state
",
    ),
];

/// Events that `ops.testing` has, beside those of things.
const PLAIN: [&str; 9] = [
    "install",
    "start",
    "stop",
    "remove",
    "update-status",
    "upgrade-charm",
    "config-changed",
    "leader-elected",
    "pre-series-upgrade",
];

/// What a test is made of.
struct Test<'a> {
    life: &'a Life,
    body: String,
    /// The numbers of relations that are there, by their names.
    ids: BTreeMap<String, u32>,
    next_id: u32,
    /// The units that have joined, each with the number of its relation.
    joined: BTreeSet<(u32, i64)>,
    leads: bool,
    ready: BTreeMap<String, bool>,
    secrets: BTreeMap<String, String>,
}

/// The text of the test.
pub(super) fn text(life: &Life) -> String {
    let ids = (1..).map(|number: u32| format!("secret:{number:020}"));
    let mut made = Test {
        life,
        body: String::new(),
        ids: BTreeMap::new(),
        next_id: 1,
        joined: BTreeSet::new(),
        leads: false,
        ready: BTreeMap::new(),
        secrets: life.read_secrets.iter().cloned().zip(ids).collect(),
    };
    for moment in &life.moments {
        match moment {
            Moment::Phase(name) => made.line(&format!("\n# {}", python::comment(name))),
            Moment::Action(action) => made.line(&format!("# {}", python::comment(&action.text))),
            Moment::Event(event) => made.event(event),
        }
    }
    let class = life.about.class.as_deref().unwrap_or("MyCharm");
    let hint = if life.about.class.is_some() { "" } else { "  # the class of your charm" };
    let title = python::docstring(&life.about.title);
    let mut text = format!("\"\"\"{title}\n\nWritten by `charmgrammar export`.\n\"\"\"\n\n");
    let called = called(&made.body);
    if made.body.contains("dataclasses.") || called.iter().any(|(_, code)| code.contains("dataclasses.")) {
        text.push_str("import dataclasses\n\n");
    }
    let _ = write!(text, "from ops import testing\n\nfrom charm import {class}{hint}\n");
    for (_, code) in called {
        let _ = write!(text, "\n\n{code}");
    }
    let function = python::name(&life.about.title);
    let _ = write!(text, "\n\ndef test_{}():\n", if function.is_empty() { "trace" } else { &function });
    let _ = writeln!(text, "    context = testing.Context({class})");
    text.push_str(&made.start());
    text.push_str(&made.body);
    text
}

/// The functions that a text calls, and those that these call.
fn called(body: &str) -> Vec<(&'static str, &'static str)> {
    let mut is_called = vec![false; HELPERS.len()];
    loop {
        let calls = |text: &str, name: &str| text.contains(&format!(" {name}("));
        let next = (0..HELPERS.len()).find(|place| {
            let name = HELPERS[*place].0;
            let others = HELPERS.iter().zip(&is_called).filter(|((other, _), is)| **is && *other != name);
            !is_called[*place] && (calls(body, name) || others.map(|((_, code), _)| code).any(|code| calls(code, name)))
        });
        match next {
            Some(place) => is_called[place] = true,
            None => return HELPERS.iter().zip(is_called).filter(|(_, is)| *is).map(|(helper, _)| *helper).collect(),
        }
    }
}

impl Test<'_> {
    fn line(&mut self, line: &str) {
        for line in line.split('\n') {
            if line.is_empty() {
                self.body.push('\n');
            } else {
                let _ = writeln!(self.body, "    {line}");
            }
        }
    }

    /// The state at the start.
    fn start(&self) -> String {
        let life = self.life;
        let mut parts = Vec::new();
        if !life.containers.is_empty() {
            let list = life.containers.iter().map(|name| format!("testing.Container({})", python::text(name)));
            parts.push(format!("containers=[{}]", list.collect::<Vec<_>>().join(", ")));
        }
        if !self.secrets.is_empty() {
            let list = self
                .secrets
                .values()
                .map(|id| format!("testing.Secret({{\"password\": \"secret\"}}, id={})", python::text(id)));
            parts.push(format!("secrets=[{}]", list.collect::<Vec<_>>().join(", ")));
        }
        let one_line = format!("    state = testing.State({})\n", parts.join(", "));
        if one_line.chars().count() <= 100 {
            return one_line;
        }
        format!("    state = testing.State(\n        {},\n    )\n", parts.join(",\n        "))
    }

    fn run(&mut self, event: &str) {
        self.line(&format!("state = context.run(context.on.{event}, state)"));
    }

    fn event(&mut self, event: &Event) {
        if let Some(leads) = event.leads.filter(|leads| *leads != self.leads) {
            self.leads = leads;
            let word = if leads { "True" } else { "False" };
            self.line(&format!("state = dataclasses.replace(state, leader={word})"));
        }
        for (name, ready) in &event.ready {
            if *ready != self.ready.get(name).copied().unwrap_or(false) {
                self.connect(name, *ready);
            }
        }
        let section = |key: &str| event.data.get(key).and_then(Value::as_object).filter(|section| !section.is_empty());
        match &event.hook {
            Hook::Plain(name) if PLAIN.contains(&name.as_str()) => {
                if let Some(config) = section("config") {
                    let config = python::mapping(config);
                    self.line(
                        &format!("state = dataclasses.replace(state, config= put(state.config, {config}))")
                            .replace("config= ", "config="),
                    );
                }
                self.run(&format!("{}()", name.replace('-', "_")));
            }
            Hook::Relation { what, relation, unit } => {
                self.relation(*what, relation, *unit, section("remote_app"), section("remote_unit"));
            }
            Hook::Storage { attached: true, name, index } => {
                let name = python::text(name);
                let storage = format!("testing.Storage({name}, index={index})");
                self.line(&format!("state = dataclasses.replace(state, storages=[*state.storages, {storage}])"));
                self.run(&format!("storage_attached(state.get_storage({name}, index={index}))"));
            }
            Hook::Storage { attached: false, name, index } => {
                let name = python::text(name);
                self.run(&format!("storage_detaching(state.get_storage({name}, index={index}))"));
                self.line(&format!("state = without_storage(state, {name}, {index})"));
            }
            Hook::PebbleReady(name) => {
                if self.ready.get(name) != Some(&true) {
                    self.connect(name, true);
                }
                self.run(&format!("pebble_ready(state.get_container({}))", python::text(name)));
            }
            Hook::CustomNotice(name) => {
                let name = python::text(name);
                self.line("notice = testing.Notice(\"example.com/notice\")");
                self.line(&format!("state = with_container(state, {name}, notices=[notice])"));
                self.run(&format!("pebble_custom_notice(state.get_container({name}), notice)"));
            }
            Hook::Secret { what, name, owned } => self.secret(what, name, *owned, section("content"), event),
            Hook::Action(name) => {
                // Juju gives an action what is not given; ops.testing does not.
                let mut params = self.life.about.defaults.get(name).cloned().unwrap_or_default();
                params.extend(section("params").into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
                let params = python::mapping(&params);
                self.line(&format!("state = act(context, state, {}, {params})", python::text(name)));
            }
            Hook::Plain(_) | Hook::Other => {
                self.line(&format!("# {}: left out, since ops.testing can't tell it", python::comment(&event.text)));
            }
        }
    }

    /// Pebble is there, or gone.
    fn connect(&mut self, container: &str, ready: bool) {
        self.ready.insert(container.to_owned(), ready);
        let word = if ready { "True" } else { "False" };
        self.line(&format!("state = with_container(state, {}, can_connect={word})", python::text(container)));
    }

    fn relation(
        &mut self,
        what: RelationHook,
        relation: &Relation,
        unit: Option<i64>,
        app_data: Option<&Map<String, Value>>,
        unit_data: Option<&Map<String, Value>>,
    ) {
        let id = match self.ids.get(&relation.name) {
            Some(id) if what != RelationHook::Created => *id,
            _ => self.create(relation),
        };
        // This unit is number 0, and none of its own peers.
        let unit = unit.map(|unit| if relation.peer { unit + 1 } else { unit });
        if let Some(data) = app_data.filter(|_| !relation.peer) {
            self.line(&format!("state = with_app(state, {id}, {})", python::mapping(data)));
        }
        let told = if relation.container_scope { None } else { unit };
        let remote = told.map_or_else(String::new, |unit| format!(", remote_unit={unit}"));
        match what {
            RelationHook::Created => self.run(&format!("relation_created(state.get_relation({id}))")),
            RelationHook::Changed
                if unit.is_none() && !relation.container_scope && !self.joined.iter().any(|(own, _)| *own == id) =>
            {
                let endpoint = python::comment(&relation.endpoint);
                self.line(&format!("# {endpoint}-relation-changed: left out, since ops.testing wants a unit for it"));
            }
            RelationHook::Joined | RelationHook::Changed => {
                self.joined.extend(unit.map(|unit| (id, unit)));
                if let Some(unit) = unit.filter(|_| what == RelationHook::Joined || unit_data.is_some()) {
                    let data = unit_data.map_or_else(|| "{}".to_owned(), python::mapping);
                    self.line(&format!("state = with_unit(state, {id}, {unit}, {data})"));
                }
                let name = if what == RelationHook::Joined { "relation_joined" } else { "relation_changed" };
                self.run(&format!("{name}(state.get_relation({id}){remote})"));
            }
            RelationHook::Departed { this_unit } => {
                if let Some(unit) = unit {
                    self.joined.remove(&(id, unit));
                    self.line(&format!("state = without_unit(state, {id}, {unit})"));
                }
                let departing = told.filter(|_| !this_unit);
                let departing = departing.map_or_else(String::new, |unit| format!(", departing_unit={unit}"));
                self.run(&format!("relation_departed(state.get_relation({id}){remote}{departing})"));
            }
            RelationHook::Broken => {
                self.run(&format!("relation_broken(state.get_relation({id}))"));
                self.line(&format!("state = without_relation(state, {id})"));
                self.ids.remove(&relation.name);
            }
        }
    }

    /// A relation comes into being.
    fn create(&mut self, relation: &Relation) -> u32 {
        let id = self.next_id;
        self.next_id += 1;
        self.ids.insert(relation.name.clone(), id);
        let endpoint = python::text(&relation.endpoint);
        let made = if relation.peer {
            format!("testing.PeerRelation({endpoint}, id={id}, peers_data={{}})")
        } else if relation.container_scope {
            format!("testing.SubordinateRelation({endpoint}, id={id})")
        } else {
            format!("testing.Relation({endpoint}, id={id}, remote_units_data={{}})")
        };
        self.line(&format!("state = with_relation(state, {made})"));
        id
    }

    fn secret(&mut self, what: &str, name: &str, owned: bool, content: Option<&Map<String, Value>>, event: &Event) {
        let method = format!("secret_{}", what.replace('-', "_"));
        match (what, owned, self.secrets.get(name)) {
            ("changed", false, Some(id)) => {
                let id = python::text(id);
                if let Some(content) = content {
                    let content = python::mapping(content);
                    self.line(&format!("state = with_content(state, {id}, {content})"));
                }
                self.run(&format!("secret_changed(state.get_secret(id={id}))"));
            }
            ("rotate", true, _) => self.line(&format!("state = of_own_secret(context, state, context.on.{method})")),
            ("expired" | "remove", true, _) => {
                self.line(&format!("state = of_own_secret(context, state, context.on.{method}, revision=1)"));
            }
            _ => self.line(&format!("# {}: left out, since ops.testing can't tell it", python::comment(&event.text))),
        }
    }
}
