//! A shell script of Juju commands.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::Unwritable;
use super::commands::{Command, Side, commands, sides};
use super::life::Life;
use crate::diagnostic::{is_visible, one_line};

/// The text of the script.
pub(super) fn text(life: &Life) -> Result<String, Unwritable> {
    let charm = life.about.charm.as_deref().unwrap_or("my-charm");
    let mut text = format!("#!/bin/sh\n# {}\n# Written by `charmgrammar export`.\n\n", one_line(&life.about.title));
    text.push_str("set -eu\n\n");
    let _ = writeln!(text, "CHARM=${{CHARM:-{}}}", quoted(&format!("./{charm}.charm"))?);
    let _ = writeln!(text, "APP=${{APP:-{}}}", quoted(charm)?);
    let commands = commands(life);
    let sides = sides(&commands);
    if !sides.is_empty() {
        text.push_str("# The applications on the other side, which are there already.\n");
    }
    for side in sides {
        let _ = writeln!(text, "{}=${{{}:-{}}}", variable(side), variable(side), quoted(&side.app)?);
    }
    text.push_str(
        "\nsettle() {\n    juju wait-for application \"$APP\" --timeout 10m \\\n        --query='status==\"active\" || status==\"blocked\" || status==\"waiting\"'\n}\n",
    );
    for own in commands {
        text.push('\n');
        let _ = writeln!(text, "{}", command(&own.command, life.is_kubernetes)?);
        for event in &own.events {
            let _ = writeln!(text, "#   {}", one_line(event));
        }
        if own.settles {
            text.push_str("settle\n");
        }
    }
    Ok(text)
}

fn command(command: &Command, is_kubernetes: bool) -> Result<String, Unwritable> {
    let other = |side: &Side| format!("\"${}\"", variable(side));
    let app = |side: &Option<Side>| side.as_ref().map_or_else(|| "\"$APP\"".to_owned(), other);
    Ok(match command {
        Command::Deploy => "juju deploy \"$CHARM\" \"$APP\"".to_owned(),
        Command::Config(delta) if delta.is_empty() => "# user: juju config \"$APP\" KEY=VALUE".to_owned(),
        Command::Config(delta) => config(delta)?,
        Command::Run { action, params } => {
            let params = pairs(params.iter())?;
            format!("juju run \"$APP/0\" {}{params} || true", quoted(action)?)
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
    })
}

fn config(delta: &Map<String, Value>) -> Result<String, Unwritable> {
    let (reset, set): (Vec<_>, Vec<_>) = delta.iter().partition(|(_, value)| value.is_null());
    let mut lines = Vec::new();
    if !set.is_empty() {
        let pairs = pairs(set)?;
        lines.push(format!("juju config \"$APP\"{pairs}"));
    }
    if !reset.is_empty() {
        let keys: Vec<&str> = reset.iter().map(|(key, _)| key.as_str()).collect();
        lines.push(format!("juju config \"$APP\" --reset {}", quoted(&keys.join(","))?));
    }
    Ok(lines.join("\n"))
}

/// Each as a word with a space before it.
fn pairs<'v>(values: impl IntoIterator<Item = (&'v String, &'v Value)>) -> Result<String, Unwritable> {
    let mut text = String::new();
    for (key, value) in values {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.extend([" ", &quoted(&format!("{key}={value}"))?]);
    }
    Ok(text)
}

/// A word of the shell. What hides, moves or breaks text is written by `printf`, so that the script shows what it does.
fn quoted(text: &str) -> Result<String, Unwritable> {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:=@,+".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        return Ok(text.to_owned());
    }
    if text.contains('\0') {
        return Err(Unwritable(one_line(text)));
    }
    // `$(…)` drops the line breaks at the end.
    let body = text.trim_end_matches('\n');
    let breaks = &text[body.len()..];
    if body.chars().all(is_visible) {
        return Ok(format!("'{}{breaks}'", body.replace('\'', "'\\''")));
    }
    let mut escaped = String::new();
    for letter in body.chars() {
        match letter {
            '\\' => escaped.push_str("\\\\"),
            '\'' => escaped.push_str("\\0047"),
            _ if is_visible(letter) => escaped.push(letter),
            _ => {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(escaped, "\\0{byte:03o}");
                }
            }
        }
    }
    let word = format!("\"$(printf %b '{escaped}')\"");
    Ok(if breaks.is_empty() { word } else { format!("{word}'{breaks}'") })
}

fn variable(side: &Side) -> String {
    side.app
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect::<String>()
        + "_APP"
}

#[cfg(test)]
mod tests {
    fn quoted(text: &str) -> String {
        super::quoted(text).unwrap()
    }

    #[test]
    fn words_of_the_shell_hide_nothing() {
        assert_eq!(quoted("a-b"), "a-b");
        assert_eq!(quoted("it's\n"), "'it'\\''s\n'");
        assert_eq!(quoted("a\u{1b}'b\\\n::c\n"), "\"$(printf %b 'a\\0033\\0047b\\\\\\0012::c')\"'\n'");
        assert_eq!(quoted("\u{202e}"), "\"$(printf %b '\\0342\\0200\\0256')\"");
        assert_eq!(
            super::quoted("a\0b").unwrap_err().to_string(),
            "`a␀b` has a NUL, which no argument of a command can have"
        );
    }
}
