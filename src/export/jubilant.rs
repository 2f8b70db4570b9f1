//! An integration test by `jubilant`.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::commands::{Command, Side, commands, sides};
use super::life::Life;
use super::python;

/// The text of the test.
pub(super) fn text(life: &Life) -> String {
    let charm = life.about.charm.as_deref().unwrap_or("my-charm");
    let title = python::docstring(&life.about.title);
    let mut text = format!("\"\"\"{title}\n\nWritten by `charmgrammar export`.\n\"\"\"\n\n");
    text.push_str("import jubilant\nimport pytest\n\n");
    let _ = writeln!(text, "CHARM = {}", python::text(&format!("./{charm}.charm")));
    let _ = writeln!(text, "APP = {}", python::text(charm));
    let commands = commands(life);
    let sides = sides(&commands);
    if !sides.is_empty() {
        text.push_str(
            "# The applications on the other side, each with the charm that it is deployed from.\nOTHERS = {\n",
        );
        for side in &sides {
            let _ = writeln!(text, "    {}: {},", python::text(&side.app), python::text(&side.endpoint));
        }
        text.push_str("}\n");
    }
    text.push_str(
        "\n\n@pytest.fixture(scope=\"module\")\ndef juju():\n    with jubilant.temp_model() as juju:\n        yield juju\n",
    );
    let function = python::name(&life.about.title);
    let _ =
        write!(text, "\n\ndef test_{}(juju: jubilant.Juju):\n", if function.is_empty() { "trace" } else { &function });
    if !sides.is_empty() {
        text.push_str("    for app, charm in OTHERS.items():\n        juju.deploy(charm, app)\n");
    }
    for own in commands {
        for line in command(&own.command, life.is_kubernetes) {
            let _ = writeln!(text, "    {line}");
        }
        for event in &own.events {
            let _ = writeln!(text, "    #   {}", python::comment(event));
        }
        if own.settles {
            text.push_str("    juju.wait(jubilant.all_agents_idle)\n");
        }
    }
    text
}

fn command(command: &Command, is_kubernetes: bool) -> Vec<String> {
    let other = |side: &Side| python::text(&side.app);
    let app = |side: &Option<Side>| side.as_ref().map_or_else(|| "APP".to_owned(), other);
    let own = |side: &Side| format!("APP + {}", python::text(&format!(":{}", side.endpoint)));
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
        Command::Told(text) => format!("# {}", python::comment(text)),
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
