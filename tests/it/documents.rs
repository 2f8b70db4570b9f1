//! What the documents show is so: every grammar in the language reference, every command in the README.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use charmgrammar::diagnostic::Code;

use crate::corpus::words;
use crate::support::{binary, difference, finish, root, run_with};

/// A fenced block of Markdown.
pub(crate) struct Fence {
    /// What stands behind the opening backquotes.
    pub(crate) info: String,
    /// The line on which its text begins, from 1.
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// The fenced blocks of a document.
pub(crate) fn fences(markdown: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    // The block that is open, and the backquotes that open it.
    let mut open: Option<(Fence, usize)> = None;
    for (line, text) in (1..).zip(markdown.lines()) {
        let trimmed = text.trim_start();
        let ticks = trimmed.len() - trimmed.trim_start_matches('`').len();
        match &mut open {
            None if ticks >= 3 => {
                let info = trimmed[ticks..].trim().to_owned();
                open = Some((Fence { info, line: line + 1, text: String::new() }, ticks));
            }
            None => {}
            Some((_, opened)) if ticks >= *opened && trimmed.len() == ticks => {
                fences.extend(open.take().map(|(fence, _)| fence));
            }
            Some((fence, _)) => {
                fence.text.push_str(text);
                fence.text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "a block is never closed");
    fences
}

/// A document that may not be written yet.
fn document(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

#[test]
fn every_grammar_of_the_language_reference_is_what_it_is_said_to_be() {
    let Some(reference) = document("grammar/LANGUAGE.md") else { return };
    let mut n_walked = 0;
    for fence in fences(&reference) {
        let mut info = fence.info.split_whitespace();
        if info.next() != Some("charmgrammar") {
            continue;
        }
        let at = format!("grammar/LANGUAGE.md:{}", fence.line);
        let text = fence.text.as_bytes();
        match info.next().map(|word| word.split_once('=').unwrap_or((word, ""))) {
            None => {
                let checked = run_with(&["check", "--syntax", "-"], text);
                assert_eq!((checked.code, checked.stdout.as_str()), (0, ""), "{at}: is not clean");
                for seed in 0..20 {
                    let seed = seed.to_string();
                    let walked = run_with(&["generate", "-", "--seed", &seed], text);
                    assert_eq!((walked.code, walked.stderr.as_str()), (0, ""), "{at}: with seed {seed}");
                }
                n_walked += 1;
            }
            Some(("error", code)) => {
                assert!(Code::ALL.iter().any(|known| known.name() == code), "{at}: there is no code `{code}`");
                let checked = run_with(&["check", "--syntax", "--format", "json", "-"], text);
                let findings: serde_json::Value = serde_json::from_str(&checked.stdout).unwrap();
                let errors: Vec<&str> = findings
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|finding| finding["severity"] == "error")
                    .map(|finding| finding["code"].as_str().unwrap())
                    .collect();
                if errors.is_empty() {
                    // Not before it runs.
                    let walked = run_with(&["generate", "-", "--seed", "0"], text);
                    assert_eq!(walked.code, 2, "{at}: nothing is wrong, it walks");
                    let first = walked.stderr.lines().next().unwrap_or_default();
                    assert!(first.starts_with(&format!("error[{code}]")), "{at}: {}", walked.stderr);
                } else {
                    assert_eq!((checked.code, errors), (2, vec![code]), "{at}");
                }
            }
            Some((word, _)) => panic!("{at}: the word `{word}` behind `charmgrammar` means nothing"),
        }
    }
    assert!(n_walked > 0, "the reference shows no grammar");
}

/// A command of a `console` block, and the output that is shown below it.
pub(crate) struct Shown {
    pub(crate) command: String,
    pub(crate) line: usize,
    pub(crate) output: String,
}

/// The commands of a `console` block: `$ ` begins one, a line that ends with `\` goes on.
pub(crate) fn shown(fence: &Fence) -> Vec<Shown> {
    let mut commands: Vec<Shown> = Vec::new();
    let mut goes_on = false;
    for (line, text) in (fence.line..).zip(fence.text.lines()) {
        let begins = text.strip_prefix("$ ");
        if let Some(command) = begins {
            commands.push(Shown { command: command.to_owned(), line, output: String::new() });
        } else {
            let last = commands.last_mut().unwrap_or_else(|| panic!("line {line}: output before any command"));
            if goes_on {
                last.command.push_str(text.trim_start());
            } else {
                last.output.push_str(text);
                last.output.push('\n');
            }
        }
        let last = commands.last_mut().expect("one has begun");
        goes_on = (begins.is_some() || goes_on) && last.command.ends_with('\\');
        if goes_on {
            last.command.pop();
        }
    }
    commands
}

/// The parts of a line between `|` and before `>` which are not in quotes.
fn split(line: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        quoted ^= character == '\'';
        if character == at && !quoted {
            parts.push(String::new());
        } else {
            parts.last_mut().expect("there is one").push(character);
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

/// What a command of a document prints on both streams, and its exit code; `None` for a command that is not this
/// program: those of cargo, which would build again.
pub(crate) fn output_of(command: &str, directory: &Path) -> Option<(String, i32)> {
    let command = command.split(" #").next().unwrap_or_default();
    let redirected = split(command, '>');
    let mut text: Option<Vec<u8>> = None;
    let mut code = 0;
    let mut told = String::new();
    for part in split(&redirected[0], '|') {
        let typed = words(&part);
        let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
        let arguments = match typed.as_slice() {
            ["charmgrammar", arguments @ ..] => arguments,
            ["cargo", "run", rest @ ..] => {
                let dashes = rest.iter().position(|word| *word == "--")?;
                &rest[dashes + 1..]
            }
            // What is piped into is looked at no further; what comes from elsewhere is not ours to run.
            _ if text.is_some() => return None,
            ["cat", file] => {
                text = Some(fs::read(directory.join(file)).unwrap());
                continue;
            }
            ["printf", typed] => {
                text = Some(typed.replace("\\n", "\n").into_bytes());
                continue;
            }
            _ => return None,
        };
        let input = text.take();
        let mut command: Command = binary(directory);
        command.args(arguments);
        if let Some(input) = input {
            let path = directory.join(".input");
            fs::write(&path, input).unwrap();
            command.stdin(Stdio::from(fs::File::open(path).unwrap()));
        }
        let ran = finish(&mut command);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
        told.push_str(&ran.stderr);
        code = ran.code;
        text = Some(ran.stdout.into_bytes());
    }
    let text = String::from_utf8(text?).unwrap();
    match redirected.get(1) {
        Some(file) => {
            fs::write(directory.join(file), text).unwrap();
            Some((told, code))
        }
        None => Some((text + &told, code)),
    }
}

/// Whether a text is what is shown, where a line `…` stands for any lines, none too, and `…` at the end of a line for the
/// rest of it.
pub(crate) fn agrees(shown: &str, text: &str) -> bool {
    fn agree(shown: &[&str], text: &[&str]) -> bool {
        match shown {
            [] => text.is_empty(),
            ["…" | "...", rest @ ..] => (0..=text.len()).any(|skipped| agree(rest, &text[skipped..])),
            [line, rest @ ..] => text.split_first().is_some_and(|(first, text)| same(line, first) && agree(rest, text)),
        }
    }
    fn same(shown: &str, line: &str) -> bool {
        shown == line || shown.strip_suffix('…').is_some_and(|beginning| line.starts_with(beginning))
    }
    let lines = |text: &'_ str| text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    let (shown, text) = (lines(shown), lines(text));
    let shown: Vec<&str> = shown
        .iter()
        .map(|line| line.trim())
        .zip(&shown)
        .map(|(bare, line)| if bare == "…" { bare } else { line })
        .collect();
    agree(&shown, &text.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn every_command_of_the_readme_does_what_is_shown() {
    let Some(readme) = document("README.md") else { return };
    let directory = tempfile::tempdir().unwrap();
    lay_out(&readme, directory.path());
    // The charms that it speaks of.
    for charm in ["kubernetes", "machine"] {
        let charm = Path::new("tests/fixtures/charms").join(charm);
        fs::create_dir_all(directory.path().join(&charm)).unwrap();
        let metadata = charm.join("charmcraft.yaml");
        fs::copy(root().join(&metadata), directory.path().join(&metadata)).unwrap();
    }
    // And the logs.
    let logs = "tests/fixtures/juju/logs";
    copy(&root().join(logs), &directory.path().join(logs));
    let mut n_run = 0;
    for fence in fences(&readme) {
        if fence.info != "console" {
            continue;
        }
        for Shown { command, line, output } in shown(&fence) {
            let Some((actual, _)) = output_of(&command, directory.path()) else { continue };
            n_run += 1;
            if !output.trim().is_empty() && !agrees(&output, &actual) {
                let difference = difference(&output, &actual).unwrap_or_default();
                panic!("README.md:{line}: `{command}` prints something else:\n{difference}");
            }
            assert!(
                !actual.lines().any(|line| line.starts_with("error")) || output.contains("error"),
                "README.md:{line}: `{command}` fails:\n{actual}"
            );
        }
    }
    assert!(n_run > 0, "the README shows no command");
}

/// Makes the files that the commands of a README name: a block ```` ```charmgrammar NAME ```` is the file of that name,
/// and the specs lie where they lie in the repository.
fn lay_out(readme: &str, directory: &Path) {
    for fence in fences(readme) {
        let mut info = fence.info.split_whitespace();
        if let (Some("charmgrammar"), Some(name)) = (info.next(), info.next()) {
            fs::write(directory.join(name), fence.text).unwrap();
        }
    }
    for part in ["specs", "examples"] {
        let from = root().join(part);
        if from.is_dir() {
            copy(&from, &directory.join(part));
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

#[test]
fn blocks_and_commands_are_read_as_markdown_shows_them() {
    let markdown = "text\n```console\n$ charmgrammar a \\\n    'b c' # why\none\n  …\n$ charmgrammar d > e\n```\n````\n```\n````\n";
    let fences = fences(markdown);
    assert_eq!(fences.len(), 2);
    assert_eq!((fences[0].info.as_str(), fences[0].line), ("console", 3));
    assert_eq!(fences[1].text, "```\n");
    let shown = shown(&fences[0]);
    assert_eq!(shown.len(), 2);
    assert_eq!((shown[0].command.as_str(), shown[0].output.as_str()), ("charmgrammar a 'b c' # why", "one\n  …\n"));
    assert_eq!((shown[1].line, shown[1].output.as_str()), (7, ""));
    assert!(agrees("one\n…\n", "one\ntwo\nthree\n\n") && agrees("…\nthree", "one\ntwo\nthree"));
    assert!(agrees("a b …\nc", "a b d\nc") && !agrees("a b …", "a c"));
    assert!(agrees("a\n  …\nb\n", "a\nb\n") && !agrees("a\n", "a\nb\n") && !agrees("a\n…\nc", "a\nb\n"));
}
