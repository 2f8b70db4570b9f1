//! The corpus: grammars beside what is to come of them. `tests/corpus/README.md` says how it is laid out.
//!
//! Behavior is added by adding a file. With the environment variable `CHARMGRAMMAR_UPDATE=1` these tests write the
//! expectations instead of comparing them (and still fail for files that stand where none should); read the difference
//! before you commit it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use charmgrammar::diagnostic::Code;

use crate::support::{Ran, corpus, difference, files, run};

/// The variable that makes the tests write expectations.
const UPDATE: &str = "CHARMGRAMMAR_UPDATE";

/// What a grammar's first line may begin with; options of the command follow.
const OPTIONS: &str = "# options:";

/// The options that a grammar's first line asks for.
fn options(path: &str) -> Vec<String> {
    let text = fs::read(path).unwrap();
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    line.strip_prefix(OPTIONS).map(words).unwrap_or_default()
}

/// The words of a line as a shell would take them: `'…'` is one word.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for character in line.trim().chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            character if character.is_whitespace() && !quoted => words.extend(word.take()),
            character => word.get_or_insert_default().push(character),
        }
    }
    assert!(!quoted, "a quote is never closed: {line}");
    words.extend(word);
    words
}

/// Runs a command on a grammar with the options of its first line.
fn run_on(command: &[&str], path: &str, options: &[String]) -> Ran {
    let line: Vec<&str> =
        command.iter().copied().chain(std::iter::once(path)).chain(options.iter().map(String::as_str)).collect();
    run(&line)
}

/// What `generate` makes of a grammar: its result, and below it what it said and its exit code, unless it said nothing
/// and went well.
fn walked(path: &str) -> (&'static str, String) {
    let options = options(path);
    assert!(options.iter().any(|option| option == "--seed"), "{path}: without a --seed every run is another");
    let ran = run_on(&["generate"], path, &options);
    let mut text = ran.stdout;
    if ran.code != 0 || !ran.stderr.is_empty() {
        text.push_str("----- standard error -----\n");
        text.push_str(&ran.stderr);
        writeln!(text, "----- exit code {} -----", ran.code).unwrap();
    }
    let format = options.windows(2).find(|pair| pair[0] == "--format").map(|pair| pair[1].as_str());
    (if format == Some("jsonl") { "jsonl" } else { "story" }, text)
}

/// What `check --syntax` makes of a grammar: its result and its exit code.
fn checked(path: &str) -> (&'static str, String) {
    let ran = run_on(&["check", "--syntax"], path, &options(path));
    assert_eq!(ran.stderr, "", "{path}: findings are the result, they stand on standard output");
    let mut text = ran.stdout;
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    writeln!(text, "exit code {}", ran.code).unwrap();
    ("txt", text)
}

/// Whether expectations are written.
fn is_updating() -> bool {
    std::env::var_os(UPDATE).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Judges every grammar of a part of the corpus, and that nothing else lies there.
fn judge(part: &str, outcome: impl Fn(&str) -> (&'static str, String)) {
    let update = is_updating();
    let mut expected = BTreeSet::new();
    let mut failures = Vec::new();
    let grammars = corpus(part);
    assert!(!grammars.is_empty());
    for grammar in &grammars {
        let Ok((extension, actual)) = catch_unwind(AssertUnwindSafe(|| outcome(grammar))) else {
            failures.push(format!("{grammar}: it panics"));
            continue;
        };
        let expectation = Path::new(grammar).with_extension(extension);
        expected.insert(expectation.clone());
        if update {
            if fs::read_to_string(&expectation).ok().as_deref() != Some(&actual) {
                fs::write(&expectation, &actual).unwrap();
            }
            continue;
        }
        match fs::read_to_string(&expectation) {
            Ok(expected) => {
                if let Some(difference) = difference(&expected, &actual) {
                    failures.push(format!("{grammar}: not as in {}:\n{difference}", expectation.display()));
                }
            }
            Err(error) => failures.push(format!("{}: {error}; what came was:\n{actual}", expectation.display())),
        }
    }
    for path in files(&Path::new("tests/corpus").join(part)) {
        let is_grammar = path.extension().is_some_and(|extension| extension == "charmgrammar");
        if !is_grammar && !expected.contains(&path) {
            failures.push(format!("{}: no grammar has this expectation", path.display()));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} grammars fail ({UPDATE}=1 writes what comes now)\n\n{}",
        failures.len(),
        grammars.len(),
        failures.join("\n")
    );
}

#[test]
fn every_grammar_walks_as_written_beside_it() {
    judge("walk", walked);
}

#[test]
fn every_grammar_is_checked_as_written_beside_it() {
    judge("check", checked);
}

#[test]
fn every_file_for_use_is_used() {
    for part in ["walk", "check"] {
        let directory = Path::new("tests/corpus").join(part);
        let used = directory.join("used");
        let texts: Vec<String> = files(&directory)
            .into_iter()
            .chain(files(&used))
            .map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
            .collect();
        for path in files(&used) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_named = texts.iter().any(|text| {
                text.contains(&format!("use \"used/{name}\"")) || text.contains(&format!("use \"{name}\""))
            });
            assert!(is_named, "{}: nothing uses it", path.display());
        }
    }
}

/// Codes that no file of the corpus gives, with the reason.
const WITHOUT_A_FILE: &[(Code, &str)] = &[(Code::FileTooLarge, "the file would have 64 MiB; `cli` makes one")];

#[test]
fn every_code_is_given_by_a_file() {
    if is_updating() {
        // Another test is writing what is looked at here.
        return;
    }
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    for (part, extension) in [("walk", "story"), ("walk", "jsonl"), ("check", "txt")] {
        for path in files(&Path::new("tests/corpus").join(part)) {
            if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                for code in Code::ALL {
                    *seen.entry(*code).or_default() += text.matches(&format!("[{code}]: ")).count();
                }
            }
        }
    }
    for code in Code::ALL {
        match (seen[code], WITHOUT_A_FILE.iter().find(|(excepted, _)| excepted == code)) {
            (0, None) => panic!("no file of the corpus gives `{code}`"),
            (1.., Some((_, reason))) => panic!("a file gives `{code}`, which needs no exception then: {reason}"),
            _ => {}
        }
    }
}

#[test]
fn five_independent_mistakes_two_of_them_of_syntax_make_five_diagnostics() {
    let ran = run(&["check", "--syntax", "tests/corpus/check/five-mistakes.charmgrammar"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("error[")).count(), 5, "{}", ran.stdout);
    assert_eq!(ran.stdout.lines().filter(|line| line.starts_with("error[syntax]")).count(), 2, "{}", ran.stdout);
    assert!(ran.stdout.ends_with("\n5 errors\n"), "{}", ran.stdout);
}

/// The names of the events in traces of a format.
fn event_names(format: &str, text: &str) -> Vec<String> {
    match format {
        "names" => text.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect(),
        "story" => {
            let events = text.lines().filter_map(|line| line.strip_prefix("    Event  :: "));
            events.map(|event| event.split(" (").next().unwrap().to_owned()).collect()
        }
        _ => text
            .lines()
            .flat_map(|line| {
                let trace: serde_json::Value = serde_json::from_str(line).unwrap();
                trace["items"].as_array().unwrap().clone()
            })
            .filter_map(|item| item["event"].as_str().map(str::to_owned))
            .collect(),
    }
}

#[test]
fn a_trace_is_the_same_in_every_format_and_on_any_number_of_threads() {
    for path in corpus("walk") {
        let generate = |format: &str, jobs: &str| {
            let line = ["generate", &path, "--seed", "9", "-n", "12", "--format", format, "--jobs", jobs, "--quiet"];
            // What is longer tells no more, and would take its time.
            run(&[&line[..], &["--event-limit", "10000"]].concat())
        };
        let stories = generate("story", "1");
        if stories.code != 0 {
            continue;
        }
        let names = event_names("story", &stories.stdout);
        assert_eq!(generate("story", "3").stdout, stories.stdout, "{path}");
        assert_eq!(event_names("jsonl", &generate("jsonl", "2").stdout), names, "{path}");
        let lines = generate("names", "2");
        if lines.code == 0 {
            assert_eq!(event_names("names", &lines.stdout), names, "{path}");
        } else {
            assert!(lines.stderr.contains("without events"), "{path}: {}", lines.stderr);
        }
    }
}

#[test]
fn lines_are_taken_apart_as_by_a_shell() {
    assert_eq!(words(" -n 2 --with 'event a' '' x'y z'"), ["-n", "2", "--with", "event a", "", "xy z"]);
}
