//! An integration test by `jubilant`.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::commands::{Command, commands};
use super::life::Life;
use super::python;

/// The text of the test.
pub(super) fn text(life: &Life) -> String {
    let charm = life.about.charm.as_deref().unwrap_or("my-charm");
    let title = python::plain(&life.about.title);
    let mut text = format!("\"\"\"{title}\n\nWritten by `charmgrammar export`.\n\"\"\"\n\n");
    text.push_str("import jubilant\nimport pytest\n\n");
    let _ = writeln!(text, "CHARM = {}", python::text(&format!("./{charm}.charm")));
    let _ = writeln!(text, "APP = {}", python::text(charm));
    let commands = commands(life);
    let mut endpoints: Vec<&String> = commands
        .iter()
        .filter_map(|own| match &own.command {
            Command::Integrate(endpoint) => Some(endpoint),
            _ => None,
        })
        .collect();
    endpoints.sort();
    endpoints.dedup();
    if !endpoints.is_empty() {
        text.push_str("# For each endpoint the application on the other side, and the charm that it is deployed from.\nOTHERS = {\n");
        for endpoint in &endpoints {
            let endpoint = python::text(endpoint);
            let _ = writeln!(text, "    {endpoint}: {endpoint},");
        }
        text.push_str("}\n");
    }
    text.push_str(
        "\n\n@pytest.fixture(scope=\"module\")\ndef juju():\n    with jubilant.temp_model() as juju:\n        yield juju\n",
    );
    let function = python::name(&life.about.title);
    let _ =
        write!(text, "\n\ndef test_{}(juju: jubilant.Juju):\n", if function.is_empty() { "trace" } else { &function });
    if !endpoints.is_empty() {
        text.push_str("    for other in OTHERS.values():\n        juju.deploy(other, other)\n");
    }
    for own in commands {
        for line in command(&own.command, life.is_kubernetes) {
            let _ = writeln!(text, "    {line}");
        }
        for event in &own.events {
            let _ = writeln!(text, "    #   {}", python::plain(event));
        }
        if !matches!(own.command, Command::Told(_) | Command::Remove) {
            text.push_str("    juju.wait(jubilant.all_agents_idle)\n");
        }
    }
    text
}

fn command(command: &Command, is_kubernetes: bool) -> Vec<String> {
    let other = |endpoint: &String| format!("OTHERS.get({0}, {0})", python::text(endpoint));
    let app = |endpoint: &Option<String>| endpoint.as_ref().map_or_else(|| "APP".to_owned(), other);
    let own = |endpoint: &String| format!("APP + {}", python::text(&format!(":{endpoint}")));
    let line = match command {
        Command::Deploy => "juju.deploy(CHARM, APP)".to_owned(),
        Command::Config(delta) if delta.is_empty() => "# user: juju.config(APP, {KEY: VALUE})".to_owned(),
        Command::Config(delta) => return config(delta),
        Command::Run { action, params } => {
            let params = if params.is_empty() { String::new() } else { format!(", {}", python::mapping(params)) };
            return vec![
                "try:".to_owned(),
                format!("    juju.run(APP + \"/0\", {}{params})", python::text(action)),
                "except jubilant.TaskError:".to_owned(),
                "    pass  # that an action fails is an answer, too".to_owned(),
            ];
        }
        Command::Integrate(endpoint) => format!("juju.integrate({}, {})", own(endpoint), other(endpoint)),
        Command::RemoveRelation(endpoint) => format!("juju.remove_relation({}, {})", own(endpoint), other(endpoint)),
        Command::AddUnit(endpoint) => format!("juju.add_unit({})", app(endpoint)),
        Command::RemoveUnit(endpoint, _) if is_kubernetes => {
            format!("juju.remove_unit({}, num_units=1)", app(endpoint))
        }
        Command::RemoveUnit(endpoint, unit) => {
            format!("juju.remove_unit({} + {})", app(endpoint), python::text(&format!("/{unit}")))
        }
        Command::Refresh => "juju.refresh(APP, path=CHARM)".to_owned(),
        Command::Remove => "juju.remove_application(APP)".to_owned(),
        Command::Told(text) => format!("# {}", python::plain(text)),
    };
    vec![line]
}

fn config(delta: &Map<String, Value>) -> Vec<String> {
    let (reset, set): (Map<String, Value>, Map<String, Value>) =
        delta.clone().into_iter().partition(|(_, value)| value.is_null());
    let mut lines = Vec::new();
    if !set.is_empty() {
        lines.push(format!("juju.config(APP, {})", python::mapping(&set)));
    }
    if !reset.is_empty() {
        let keys: Vec<String> = reset.keys().map(|key| python::text(key)).collect();
        lines.push(format!("juju.config(APP, reset=[{}])", keys.join(", ")));
    }
    lines
}
