//! What several of the tests need: the command, in process or as one, and comparisons that can be read.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use charmgrammar::cli::{self, Io};

/// What came of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    /// The exit code.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// Standard output of a command that must have gone well, and quietly.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert!(self.code == 0 && self.stderr.is_empty(), "exit code {}\n{}", self.code, self.stderr);
        self.stdout
    }

    /// Standard error of a command that must have failed with exit code 2, without a panic and without any result.
    #[track_caller]
    pub(crate) fn unanswered(self) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (2, ""), "{}", self.stderr);
        assert!(!self.stderr.is_empty(), "it says nothing");
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self.stderr
    }
}

/// Runs the command in this process, whose working directory is the package's.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    run_with(arguments, b"")
}

/// Likewise with something on standard input.
pub(crate) fn run_with(arguments: &[&str], stdin: &[u8]) -> Ran {
    let (mut io, stdout, stderr) = Io::in_memory(stdin);
    let arguments = std::iter::once("charmgrammar").chain(arguments.iter().copied()).map(Into::into);
    let code = cli::run(arguments, &mut io).code();
    Ran { code: code.into(), stdout: stdout.text(), stderr: stderr.text() }
}

/// The real binary, in a directory, without what the environment of the tests would change.
pub(crate) fn binary(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_charmgrammar"));
    command.current_dir(directory).stdin(Stdio::null());
    for name in ["CHARMGRAMMAR_SEED", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn finish(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code().unwrap_or_else(|| panic!("it was killed: {}\n{stderr}", output.status));
    Ran { code, stdout: String::from_utf8(output.stdout).unwrap(), stderr }
}

/// The package's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a directory (not of those in it), sorted.
pub(crate) fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// All grammars of the corpus that walk or fail while they do, as paths from the package's root.
pub(crate) fn corpus(part: &str) -> Vec<String> {
    let directory = Path::new("tests/corpus").join(part);
    files(&directory)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "charmgrammar"))
        .map(|path| path.to_str().expect("the corpus has plain names").replace('\\', "/"))
        .collect()
}

/// How `actual` differs from `expected`, line by line: ` ` stands before what both have, `-` before what was expected
/// and is not there, `+` before what is there instead. Far from a difference lines are left out. Nothing if they agree.
pub(crate) fn difference(expected: &str, actual: &str) -> Option<String> {
    const AROUND: usize = 3;
    /// More lines than this are not aligned but only set against each other.
    const MOST: usize = 1500;

    if expected == actual {
        return None;
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.split('\n').collect(), actual.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    let (changed, by) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);

    let mut lines: Vec<(char, &str)> = old[..head].iter().map(|line| (' ', *line)).collect();
    if changed.len() > MOST || by.len() > MOST {
        lines.extend(changed.iter().map(|line| ('-', *line)).chain(by.iter().map(|line| ('+', *line))));
    } else {
        lines.extend(aligned(changed, by));
    }
    lines.extend(old[old.len() - tail..].iter().map(|line| (' ', *line)));

    let near = |place: usize| {
        lines[place.saturating_sub(AROUND)..lines.len().min(place + AROUND + 1)].iter().any(|(mark, _)| *mark != ' ')
    };
    let mut text = String::new();
    let mut skipped = false;
    for (place, (mark, line)) in lines.iter().enumerate() {
        if near(place) {
            writeln!(text, "{mark} {line}").unwrap();
        } else if !skipped {
            text.push_str("…\n");
        }
        skipped = !near(place);
    }
    Some(text)
}

/// A shortest way from one list of lines to the other: their longest common subsequence stays.
fn aligned<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<(char, &'a str)> {
    let mut common = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            common[i][j] = if a == b { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            lines.push((' ', old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || i < old.len() && common[i + 1][j] >= common[i][j + 1] {
            lines.push(('-', old[i]));
            i += 1;
        } else {
            lines.push(('+', new[j]));
            j += 1;
        }
    }
    lines
}

#[test]
fn differences_show_what_changed_and_little_around_it() {
    assert_eq!(difference("a\n", "a\n"), None);
    let lines = |changed: &str| format!("1\n2\n3\n4\n5\n{changed}\n7\n8\n9\n10\n11\n");
    assert_eq!(
        difference(&lines("six"), &lines("6\n6.5")).unwrap(),
        "…\n  3\n  4\n  5\n- six\n+ 6\n+ 6.5\n  7\n  8\n  9\n…\n"
    );
    assert_eq!(difference("a\nb", "b").unwrap(), "- a\n  b\n");
}
