//! The command in process, as it is typed.

use std::io::{self, Write};

use super::args::{Arguments, Command};
use super::generate::GenerateArguments;
use super::{Exit, Io, Stream, run};
use crate::trace::Shows;

fn typed(line: &[&str]) -> Vec<std::ffi::OsString> {
    std::iter::once("charmgrammar").chain(line.iter().copied()).map(Into::into).collect()
}

fn charmgrammar(line: &[&str], stdin: &str) -> (Exit, String, String) {
    let (mut io, stdout, stderr) = Io::in_memory(stdin.as_bytes());
    let exit = run(typed(line), &mut io);
    (exit, stdout.text(), stderr.text())
}

fn generate(line: &[&str]) -> Result<GenerateArguments, clap::Error> {
    let mut words = vec!["generate", "-"];
    words.extend(line);
    match Arguments::parse(typed(&words))?.command {
        Command::Generate(arguments) => arguments.0.meaning(),
        command => panic!("{command:?}"),
    }
}

#[test]
fn help_lists_every_command_under_a_heading() {
    let (exit, stdout, stderr) = charmgrammar(&["--help"], "");
    assert_eq!((exit, stderr.as_str()), (Exit::Yes, ""));
    for words in ["Grammars:", "Traces:", "check ", "generate ", "completions ", "--color <WHEN>", "Options:"] {
        assert!(stdout.contains(words), "{words} is not in\n{stdout}");
    }
    let (exit, stdout, _) = charmgrammar(&["generate", "--help"], "");
    assert!(exit == Exit::Yes && stdout.contains("Examples:") && stdout.contains("[env: CHARMGRAMMAR_SEED="));
}

#[test]
fn wrong_usage_is_told_and_ends_with_2() {
    for line in [
        &[][..],
        &["no-command"],
        &["check"],
        &["check", "--syntax"],
        &["--quiet", "--verbose", "list"],
        &["show", "no-grammar"],
        &["man", "no-command"],
        &["generate", "-", "--shard", "4/4"],
        &["generate", "-", "--shard", "0/4", "--unique"],
        &["generate", "-", "--jobs", "0"],
        &["generate", "-", "--attempts", "0"],
        &["generate", "-", "--seed", "-1"],
        &["generate", "-", "--min-events", "3", "--max-events", "2"],
        &["generate", "-", "--from", "18446744073709551615"],
        &["generate", "-", "--format", "names", "--shows", "events,states"],
    ] {
        let (exit, stdout, stderr) = charmgrammar(line, "");
        assert_eq!((exit, stdout.as_str()), (Exit::Unanswered, ""), "{line:?}");
        assert!(!stderr.is_empty(), "{line:?}");
    }
}

#[test]
fn what_generate_is_asked_for() {
    let arguments = generate(&[]).unwrap();
    assert_eq!(arguments.traces, 0..1);
    assert_eq!((arguments.attempts.get(), arguments.event_limit, arguments.step_limit), (1000, 1_000_000, 10_000_000));
    assert_eq!(arguments.shows, Shows { phases: true, actions: true, events: true, states: false, decisions: false });
    let line = ["-n", "10", "--from", "100", "--shard", "1/3", "--format", "jsonl", "--shows", "events,decisions"];
    let arguments = generate(&line).unwrap();
    assert_eq!(arguments.traces, 103..106);
    assert_eq!(arguments.shows, Shows { phases: false, actions: false, events: true, states: false, decisions: true });
}

#[test]
fn completions_and_manual_pages_name_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (exit, stdout, _) = charmgrammar(&["completions", shell], "");
        assert_eq!(exit, Exit::Yes);
        for command in ["check", "generate", "list", "show", "completions", "man"] {
            assert!(stdout.contains(command), "{shell} does not complete {command}");
        }
    }
    let (exit, stdout, _) = charmgrammar(&["man"], "");
    assert!(exit == Exit::Yes && stdout.contains(".TH charmgrammar 1") && stdout.contains("generate"));
    let (exit, stdout, _) = charmgrammar(&["man", "generate"], "");
    assert!(exit == Exit::Yes && stdout.contains("shard") && stdout.contains("Examples"), "{stdout}");
}

#[test]
fn an_unreadable_grammar_is_reported_in_every_format() {
    let (exit, stdout, stderr) = charmgrammar(&["check", "--syntax", "no/such.charmgrammar"], "");
    assert_eq!((exit, stderr.as_str()), (Exit::Unanswered, ""));
    assert!(stdout.starts_with("error[unreadable-file]: ") && stdout.ends_with("\n1 error\n"), "{stdout}");
    let (_, stdout, _) = charmgrammar(&["check", "--syntax", "--format", "json", "no/such.charmgrammar"], "");
    assert!(stdout.starts_with("[{\"code\":\"unreadable-file\""), "{stdout}");
    let (exit, stdout, _) = charmgrammar(&["check", "--syntax", "--color", "always", "no/such.charmgrammar"], "");
    assert!(exit == Exit::Unanswered && stdout.contains("\x1b["));
}

/// A stream that takes nothing.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
    for line in [&["man"][..], &["completions", "bash"], &["--help"], &["--version"]] {
        let (mut io, _, stderr) = Io::in_memory(b"");
        io.stdout = Stream::new(Broken(io::ErrorKind::BrokenPipe));
        assert_eq!((run(typed(line), &mut io), stderr.text().as_str()), (Exit::Yes, ""));
        io.stdout = Stream::new(Broken(io::ErrorKind::StorageFull));
        assert_eq!(run(typed(line), &mut io), Exit::Unanswered);
        assert!(stderr.text().starts_with("error: cannot write to standard output: "), "{}", stderr.text());
    }
}
