//! A file to begin with.

use std::fmt::Write as _;

use super::declare::{Thing, fitting, things};
use super::facts::{Charm, Platform};
use crate::diagnostic::one_line;
use crate::model::Outline;
use crate::source::{SourceFile, SourceId};
use crate::syntax;

/// A grammar of the life of a charm's unit, ready to be edited: it uses the built-in one of the charm's platform, whose outline
/// is given, with these settings, and declares what the charm has. `relations` is as in [`declare`](super::declare()).
pub fn start(charm: &Charm, relations: u32, settings: &[&str], outline: &Outline) -> String {
    let grammar = charm.platform.grammar();
    let name = charm.name.as_deref().map_or_else(|| "this charm".to_owned(), |name| format!("`{}`", comment(name)));
    let mut text = format!("## The life of a unit of {name}.\n##\n");
    let _ = writeln!(
        text,
        "## Written by `charmgrammar init` from the charm's metadata, and yours to edit: the rules are those of"
    );
    let _ = writeln!(text, "## `{grammar}`; what the charm has is declared here.\n");
    let subordinate = charm.subordinate.then_some("subordinate = true");
    let settings: Vec<&str> = subordinate.into_iter().chain(settings.iter().copied()).collect();
    let settings = if settings.is_empty() { String::new() } else { format!(" {{ {} }}", settings.join("  ")) };
    let _ = writeln!(text, "use {grammar}{settings}");

    let (things, _) = fitting(things(charm, relations), outline);
    let mut kinds: Vec<&'static str> = Vec::new();
    for thing in &things {
        if !kinds.contains(&thing.kind) {
            kinds.push(thing.kind);
        }
    }
    for kind in kinds {
        let _ = write!(text, "\n# {}\n", title(kind));
        let lines: Vec<(String, String)> = things
            .iter()
            .filter(|thing| thing.kind == kind)
            .map(|thing| (thing.to_string(), comment(&thing.comment)))
            .collect();
        let width = lines.iter().map(|(line, _)| line.len()).max().unwrap_or_default();
        for (line, comment) in lines {
            let comment = if comment.is_empty() { comment } else { format!("  # {comment}") };
            let _ = writeln!(text, "{}", format!("{line:width$}{comment}").trim_end());
        }
    }
    text.push_str(&hints(charm, &things));
    let file = SourceFile::new("init", text);
    syntax::format(SourceId(0), &file).expect("what is written here is of the language")
}

/// What is said of the things of a kind.
fn title(kind: &str) -> &'static str {
    match kind {
        "container" => "Containers of the workload.",
        "relation" => "Relations. An endpoint that can have several at a time is an array of them.",
        "storage" => "Storage. Where a unit can have several instances, they are an array.",
        "secret" => "Secrets.",
        _ => "Actions, with their parameters.",
    }
}

/// What metadata don't tell.
fn hints(charm: &Charm, things: &[Thing]) -> String {
    let mut text = "\n# Not in the metadata: declare what the charm has of these.\n# secret password\n".to_owned();
    if !things.iter().any(|thing| thing.kind == "secret") {
        text.push_str("# secret certificate { owned = false }\n");
    }
    if charm.platform == Platform::Kubernetes {
        let container = charm.containers.first().map_or("workload", |container| container.name.as_str());
        let _ = writeln!(text, "# check alive {{ on = {} }}", syntax::quoted(container));
    }
    text
}

/// A text of the metadata in one line of a comment.
fn comment(text: &str) -> String {
    one_line(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
