//! A shell script of Juju commands.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::commands::{Command, commands};
use super::life::Life;

/// The text of the script.
pub(super) fn text(life: &Life) -> String {
    let charm = life.about.charm.as_deref().unwrap_or("my-charm");
    let mut text = format!("#!/bin/sh\n# {}\n# Written by `charmgrammar export`.\n\n", one_line(&life.about.title));
    text.push_str("set -eu\n\n");
    let _ = writeln!(text, "CHARM=${{CHARM:-{}}}", quoted(&format!("./{charm}.charm")));
    let _ = writeln!(text, "APP=${{APP:-{}}}", quoted(charm));
    let commands = commands(life);
    let mut endpoints: Vec<&String> = Vec::new();
    for own in &commands {
        if let Command::Integrate(endpoint) | Command::RemoveRelation(endpoint) | Command::AddUnit(Some(endpoint)) =
            &own.command
            && !endpoints.contains(&endpoint)
        {
            endpoints.push(endpoint);
        }
    }
    if !endpoints.is_empty() {
        text.push_str("# The applications on the other side, which are there already.\n");
    }
    for endpoint in endpoints {
        let _ = writeln!(text, "{}=${{{}:-{}}}", variable(endpoint), variable(endpoint), quoted(endpoint));
    }
    text.push_str(
        "\nsettle() {\n    juju wait-for application \"$APP\" --timeout 10m \\\n        --query='status==\"active\" || status==\"blocked\" || status==\"waiting\"'\n}\n",
    );
    for own in commands {
        text.push('\n');
        let is_told = matches!(own.command, Command::Told(_));
        let _ = writeln!(text, "{}", command(&own.command, life.is_kubernetes));
        for event in &own.events {
            let _ = writeln!(text, "#   {}", one_line(event));
        }
        if !is_told && !matches!(own.command, Command::Remove) {
            text.push_str("settle\n");
        }
    }
    text
}

fn command(command: &Command, is_kubernetes: bool) -> String {
    let other = |endpoint: &String| format!("\"${{{}}}\"", variable(endpoint));
    let app = |endpoint: &Option<String>| endpoint.as_ref().map_or_else(|| "\"$APP\"".to_owned(), other);
    match command {
        Command::Deploy => "juju deploy \"$CHARM\" \"$APP\"".to_owned(),
        Command::Config(delta) if delta.is_empty() => "# user: juju config \"$APP\" KEY=VALUE".to_owned(),
        Command::Config(delta) => config(delta),
        Command::Run { action, params } => {
            let params: String = params.iter().map(|(key, value)| format!(" {}", pair(key, value))).collect();
            format!("juju run \"$APP/0\" {}{params} || true", quoted(action))
        }
        Command::Integrate(endpoint) => format!("juju integrate \"$APP:{endpoint}\" {}", other(endpoint)),
        Command::RemoveRelation(endpoint) => format!("juju remove-relation \"$APP:{endpoint}\" {}", other(endpoint)),
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
        let pairs: String = set.iter().map(|(key, value)| format!(" {}", pair(key, value))).collect();
        lines.push(format!("juju config \"$APP\"{pairs}"));
    }
    if !reset.is_empty() {
        let keys: Vec<&str> = reset.iter().map(|(key, _)| key.as_str()).collect();
        lines.push(format!("juju config \"$APP\" --reset {}", quoted(&keys.join(","))));
    }
    lines.join("\n")
}

fn pair(key: &str, value: &Value) -> String {
    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    quoted(&format!("{key}={value}"))
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn variable(endpoint: &str) -> String {
    endpoint
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect::<String>()
        + "_APP"
}

fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
