//! A shell script of Juju commands.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::commands::{Command, Side, commands, sides};
use super::life::Life;

/// The text of the script.
pub(super) fn text(life: &Life) -> String {
    let charm = life.about.charm.as_deref().unwrap_or("my-charm");
    let mut text = format!("#!/bin/sh\n# {}\n# Written by `charmgrammar export`.\n\n", one_line(&life.about.title));
    text.push_str("set -eu\n\n");
    let _ = writeln!(text, "CHARM=${{CHARM:-{}}}", quoted(&format!("./{charm}.charm")));
    let _ = writeln!(text, "APP=${{APP:-{}}}", quoted(charm));
    let commands = commands(life);
    let sides = sides(&commands);
    if !sides.is_empty() {
        text.push_str("# The applications on the other side, which are there already.\n");
    }
    for side in sides {
        let _ = writeln!(text, "{}=${{{}:-{}}}", variable(side), variable(side), quoted(&side.app));
    }
    text.push_str(
        "\nsettle() {\n    juju wait-for application \"$APP\" --timeout 10m \\\n        --query='status==\"active\" || status==\"blocked\" || status==\"waiting\"'\n}\n",
    );
    for own in commands {
        text.push('\n');
        let _ = writeln!(text, "{}", command(&own.command, life.is_kubernetes));
        for event in &own.events {
            let _ = writeln!(text, "#   {}", one_line(event));
        }
        if own.settles {
            text.push_str("settle\n");
        }
    }
    text
}

fn command(command: &Command, is_kubernetes: bool) -> String {
    let other = |side: &Side| format!("\"${}\"", variable(side));
    let app = |side: &Option<Side>| side.as_ref().map_or_else(|| "\"$APP\"".to_owned(), other);
    match command {
        Command::Deploy => "juju deploy \"$CHARM\" \"$APP\"".to_owned(),
        Command::Config(delta) if delta.is_empty() => "# user: juju config \"$APP\" KEY=VALUE".to_owned(),
        Command::Config(delta) => config(delta),
        Command::Run { action, params } => {
            let params = pairs(params.iter());
            format!("juju run \"$APP/0\" {}{params} || true", quoted(action))
        }
        Command::Integrate(side) => format!("juju integrate \"$APP:{}\" {}", side.endpoint, other(side)),
        Command::RemoveRelation(side) => format!("juju remove-relation \"$APP:{}\" {}", side.endpoint, other(side)),
        Command::AddUnit(endpoint) => format!("juju add-unit {}", app(endpoint)),
        Command::RemoveUnit(endpoint, _) if is_kubernetes => {
            format!("juju remove-unit {} --num-units 1", app(endpoint))
        }
        Command::RemoveUnit(endpoint, unit) => format!("juju remove-unit --no-prompt {}/{unit}", app(endpoint)),
        Command::Refresh => "juju refresh \"$APP\" --path \"$CHARM\"".to_owned(),
        Command::Remove => "juju remove-application --no-prompt \"$APP\"".to_owned(),
        Command::Told(text) => format!("# {}", one_line(text)),
    }
}

fn config(delta: &Map<String, Value>) -> String {
    let (reset, set): (Vec<_>, Vec<_>) = delta.iter().partition(|(_, value)| value.is_null());
    let mut lines = Vec::new();
    if !set.is_empty() {
        let pairs = pairs(set);
        lines.push(format!("juju config \"$APP\"{pairs}"));
    }
    if !reset.is_empty() {
        let keys: Vec<&str> = reset.iter().map(|(key, _)| key.as_str()).collect();
        lines.push(format!("juju config \"$APP\" --reset {}", quoted(&keys.join(","))));
    }
    lines.join("\n")
}

/// Each as a word with a space before it.
fn pairs<'v>(values: impl IntoIterator<Item = (&'v String, &'v Value)>) -> String {
    let mut text = String::new();
    for (key, value) in values {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.extend([" ", &quoted(&format!("{key}={value}"))]);
    }
    text
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn variable(side: &Side) -> String {
    side.app
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect::<String>()
        + "_APP"
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
