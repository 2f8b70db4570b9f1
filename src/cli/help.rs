//! What clap cannot be told by derive: headings for commands, and examples.

use std::fmt::Write as _;

use clap::Command;

/// Under which headings the commands are listed.
const GROUPS: &[(&str, &[&str])] = &[
    ("Grammars", &["init", "check", "test", "fmt", "diff", "stats", "count", "enumerate", "list", "show"]),
    ("Traces", &["generate", "explore", "validate", "probability", "run", "shrink", "export"]),
    ("This program", &["completions", "man", "help"]),
];

/// Commands with what follows their long help.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "check",
        "
  charmgrammar check k8s.charmgrammar
      Tell what is wrong with a file, and run its tests.
  charmgrammar check --deny warnings --format github *.charmgrammar
      Do so with many files in GitHub Actions, with annotations; warnings fail too.
  charmgrammar check --set operations=3 --limit 100000 k8s.charmgrammar
      See quickly what is wrong with a short life.
  charmgrammar check --syntax k8s.charmgrammar
      Tell the errors alone that can be seen without exploring.
  charmgrammar check --syntax example --with 'container sidecar'
      See whether a declaration goes with a built-in grammar.",
    ),
    (
        "fmt",
        "
  charmgrammar fmt *.charmgrammar
      Lay out the files of a directory.
  charmgrammar fmt --check --format github *.charmgrammar
      Fail in GitHub Actions where a file is not laid out so, with annotations.
  charmgrammar fmt - < k8s.charmgrammar
      Write the result to standard output, as editors want it.",
    ),
    (
        "test",
        "
  charmgrammar test k8s.charmgrammar
      Run all tests of a file.
  charmgrammar test k8s.charmgrammar --filter relation --set units=2
      Run those that speak of relations, with a param changed.
  charmgrammar test --format junit *.charmgrammar > tests.xml
      Run those of many files, for CI.",
    ),
    (
        "run",
        "
  charmgrammar run --charm .
      Run 50 lives on the charm in this directory, and tell the smallest one of each failure.
  charmgrammar run --charm . -n 500 --seed 7 --seconds 300 --save failures
      Run 500, but begin none after five minutes, and keep the traces that fail.
  charmgrammar run --charm . lifecycle.charmgrammar --set operations=60
      Take a grammar of your own, and longer lives.
  charmgrammar run --charm . failures/*.jsonl
      Run these again.
  charmgrammar run --charm . --known known.txt --format junit > lives.xml
      In CI: fail only for what is new.
  charmgrammar run --charm . --upgrade-from ../released
      Begin with the charm as it was released, and refresh it at `upgrade-charm`.
  charmgrammar run --charm . --emit tests/unit/test_repro.py
      Write what fails as plain tests of `ops.testing`.",
    ),
    (
        "generate",
        "
  charmgrammar generate k8s.charmgrammar
      Tell one random life as a story.
  charmgrammar generate --charm .
      Tell one of a unit of the charm in this directory.
  charmgrammar generate k8s.charmgrammar -n 1000 --seed 7 --format jsonl -o traces.jsonl
      Write a thousand lives to a file; the same call writes the same file.
  charmgrammar generate k8s.charmgrammar -n 1000 --seed 7 --shard 0/4
      Write the first quarter of them, on one of four machines.
  charmgrammar generate k8s.charmgrammar --from 412 --seed 7
      Tell number 412 of them as a story.
  charmgrammar generate k8s.charmgrammar --set operations=50 --weight scale-up=10 --max-events 40
      Change settings of the grammar for once, and keep lives short.
  charmgrammar generate --charm . -n 50 --seed 7 --format jsonl --data typed --values values.yaml
      Write lives with config, parameters and databags for the charm in this directory.
  charmgrammar generate k8s.charmgrammar -n 100 --seed 7 --uniform --events 20 --format names
      Draw from all orders of 20 events, none more likely than another.",
    ),
    (
        "validate",
        "
  charmgrammar validate k8s.charmgrammar seen.txt
      Say whether the events of a log can have happened.
  charmgrammar generate k8s.charmgrammar -n 100 --format jsonl | charmgrammar validate k8s.charmgrammar
      Judge what comes on standard input.
  charmgrammar validate k8s.charmgrammar --explain seen.txt
      Tell why they can't, and what was possible instead.
  charmgrammar validate k8s.charmgrammar --prefix --hide 'update-status' seen.txt
      Take a log of a life that goes on, in which some events are left out.
  charmgrammar validate k8s.charmgrammar --from-anywhere --prefix --ignore '*-action' tail.txt
      Take a piece of a log, without the items that the grammar knows nothing of.
  juju debug-log --replay --no-tail > debug.log; charmgrammar validate --charm . --unit web debug.log
      Take a log of Juju, and in it the units of one application.
  charmgrammar validate k8s.charmgrammar --any juju --format json seen/*.jsonl
      Find the values of a param under which it is valid, as data.",
    ),
    (
        "probability",
        "
  charmgrammar probability k8s.charmgrammar seen.txt
      Tell how probable a log is, and which actions most likely were behind it.
  charmgrammar probability k8s.charmgrammar --prefix --format json seen/*.txt
      Tell how probable it is that lives begin like these, as data.
  charmgrammar generate k8s.charmgrammar -n 100 --format jsonl | charmgrammar probability k8s.charmgrammar --shows events
      Weigh what comes on standard input by its events alone.",
    ),
    (
        "init",
        "
  charmgrammar init --charm . -o tests/lifecycle.charmgrammar
      Begin a grammar for the charm in this directory.
  charmgrammar init --charm . --pytest
      Begin a test that runs the charm, too: tests/unit/test_lifecycle.py.
  charmgrammar init --charm . --relations-per-endpoint 1
      Look at it, with one relation for each endpoint.",
    ),
    (
        "count",
        "
  charmgrammar count k8s.charmgrammar --events 20
      Tell how many orders of 20 events are possible.
  charmgrammar count k8s.charmgrammar --events 0..30 --set operations=3
      Tell it for each number of events up to 30.",
    ),
    (
        "enumerate",
        "
  charmgrammar enumerate k8s.charmgrammar --events 9 > all.txt
      Write all traces of nine events to a file.
  charmgrammar enumerate k8s.charmgrammar --events 40 | head -n 41
      Write the first one.",
    ),
    (
        "diff",
        "
  charmgrammar diff old.charmgrammar new.charmgrammar
      Tell what an edit allows, and what it forbids.
  charmgrammar diff k8s.charmgrammar k8s.charmgrammar --right-set juju=v4_0
      Tell what changes with a setting.
  charmgrammar diff k8s.charmgrammar k8s.charmgrammar --right-weight scale-up=0 --actions
      Tell what is lost without an action, as a story.
  charmgrammar diff old.charmgrammar new.charmgrammar --format json
      Tell it as data.",
    ),
    (
        "stats",
        "
  charmgrammar stats k8s.charmgrammar
      Tell how long lives are, and how often each event and action happens in one.
  charmgrammar stats k8s.charmgrammar --weight scale-up=10 --set operations=50
      See what a change of the settings does to them.
  charmgrammar stats k8s.charmgrammar --sample -n 100000 --seed 7 --format json
      Draw many traces for it, and tell the figures with their errors as data.",
    ),
    (
        "explore",
        "
  charmgrammar explore k8s.charmgrammar
      See step by step what can happen, and why the rest can't.
  printf 'auto 20\\nsave life.jsonl\\n' | charmgrammar explore k8s.charmgrammar --seed 7
      Let the dice make twenty steps, and save the life.",
    ),
    (
        "shrink",
        "
  charmgrammar shrink k8s.charmgrammar failing.jsonl -- python3 run_trace.py
      Find the smallest trace on which the script fails, which reads it on standard input.
  charmgrammar shrink k8s.charmgrammar failing.jsonl --jobs 4 --seconds 60 -o small.jsonl -- ./run-trace
      Try four at a time, for a minute at most.
  charmgrammar shrink k8s.charmgrammar seen.txt --format story --core -- sh -c '! grep -q relation-broken'
      Tell the result as a story, and which items alone do it.
  charmgrammar shrink --charm . failing.jsonl --ask
      Ask the program that called it, a line for each trace.",
    ),
    (
        "export",
        "
  charmgrammar export --charm . failing.jsonl --as pytest -o tests/unit/test_failing.py
      Write a test by ops.testing, which needs nothing of this program.
  charmgrammar export k8s.charmgrammar failing.jsonl --as juju
      Write the Juju commands that lead there.",
    ),
    (
        "list",
        "
  charmgrammar list",
    ),
    (
        "show",
        "
  charmgrammar show example > mine.charmgrammar
      Begin a grammar of your own with a built-in one.",
    ),
    (
        "completions",
        "
  charmgrammar completions bash > ~/.local/share/bash-completion/completions/charmgrammar
  charmgrammar completions zsh > ~/.zfunc/_charmgrammar
  charmgrammar completions fish > ~/.config/fish/completions/charmgrammar.fish",
    ),
    (
        "man",
        "
  charmgrammar man | man -l -
      Read the manual page.
  charmgrammar man generate > charmgrammar-generate.1
      Write that of a command to a file.",
    ),
];

/// Adds the headings and the examples.
pub(super) fn decorate(command: Command) -> Command {
    let style = *command.get_styles().get_header();
    let groups = groups(&command);
    EXAMPLES
        .iter()
        .fold(command, |command, (name, examples)| {
            command.mut_subcommand(name, |command| {
                command.after_long_help(format!("{style}Examples:{style:#}{examples}"))
            })
        })
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{groups}{style}Options:{style:#}\n{{options}}{{after-help}}"
        ))
}

/// The commands with what they do, under their headings.
fn groups(command: &Command) -> String {
    let (header, literal) = (*command.get_styles().get_header(), *command.get_styles().get_literal());
    let mut text = String::new();
    for (heading, names) in GROUPS {
        writeln!(text, "{header}{heading}:{header:#}").expect("a string takes all that is written");
        for name in *names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            // clap adds this command later.
            let about = about.map_or_else(|| "Explain a command".to_owned(), ToString::to_string);
            writeln!(text, "  {literal}{name:<11}{literal:#}  {about}").expect("a string takes all that is written");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Arguments;

    #[test]
    fn every_command_has_a_heading_and_examples() {
        let command = Arguments::command();
        let listed: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        for subcommand in command.get_subcommands() {
            let name = subcommand.get_name();
            assert_eq!(listed.iter().filter(|listed| **listed == name).count(), 1, "{name}");
            assert!(EXAMPLES.iter().any(|(example, _)| *example == name), "{name}");
            assert!(subcommand.get_about().is_some() && subcommand.get_long_about().is_some(), "{name}");
        }
        assert_eq!(listed.len(), command.get_subcommands().count() + 1);
    }
}
