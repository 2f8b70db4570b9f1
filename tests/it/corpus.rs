//! The corpus: grammars beside what is to come of them. `tests/corpus/README.md` says how it is laid out.
//!
//! Behavior is added by adding a file. With the environment variable `CHARMGRAMMAR_UPDATE=1` these tests write the
//! expectations instead of comparing them (and still fail for files that stand where none should); read the difference
//! before you commit it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use charmgrammar::diagnostic::{Code, Diagnostic};
use charmgrammar::machine::Program;
use charmgrammar::model::{self, Alphabet, Disk, LoadError, Loader, Root, Settings};
use charmgrammar::source::{SourceFile, SourceId};
use charmgrammar::syntax::{format, parse, print};
use charmgrammar::trace::{Shows, Story, TextSink as _};
use charmgrammar::walk::{Limits, Memory, walk};

use crate::support::{Ran, corpus, difference, files, run, run_with};

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
    found(&["check", "--syntax"], path)
}

/// What `check` makes of a grammar that has a meaning.
fn explored(path: &str) -> (&'static str, String) {
    found(&["check"], path)
}

fn found(command: &[&str], path: &str) -> (&'static str, String) {
    let ran = run_on(command, path, &options(path));
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

/// What `fmt` makes of a grammar.
fn formatted(path: &str) -> (&'static str, String) {
    let text = fs::read(path).unwrap();
    ("formatted", run_with(&["fmt", "-"], &text).ok())
}

#[test]
fn every_grammar_is_formatted_as_written_beside_it() {
    judge("fmt", formatted);
}

#[test]
fn every_grammar_is_explored_as_written_beside_it() {
    judge("explore", explored);
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
const WITHOUT_A_FILE: &[(Code, &str)] = &[
    (Code::FileTooLarge, "the file would have 16 MiB; `cli` makes one"),
    (Code::ItemLimit, "the statement would have 1 MiB; `limits` makes one"),
    (Code::Yaml, "it is told of a charm; `charm` makes one"),
    (Code::BadCharm, "it is told of a charm; `charm` makes one"),
    (Code::NoCharm, "it is told of a charm; `charm` makes none"),
    (Code::NotFormatted, "`check` does not tell it; `fmt` does"),
    (Code::NotHere, "it is told of traces: `explain` has many"),
];

#[test]
fn every_code_is_given_by_a_file() {
    if is_updating() {
        // Another test is writing what is looked at here.
        return;
    }
    let mut seen: BTreeMap<Code, usize> = BTreeMap::new();
    for (part, extension) in [("walk", "story"), ("walk", "jsonl"), ("check", "txt"), ("explore", "txt")] {
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

/// The disk, but for one file.
struct Changed<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Loader for Changed<'_> {
    fn load(&self, path: &Path, most: usize) -> Result<String, LoadError> {
        if path == self.path { Ok(self.text.to_owned()) } else { Disk.load(path, most) }
    }

    fn identity(&self, path: &Path) -> PathBuf {
        Disk.identity(path)
    }
}

/// Ten stories of the grammar at `path` as if `text` stood there, or the codes of what is wrong.
fn stories(path: &Path, text: &str) -> Result<String, Vec<Code>> {
    let loaded = model::load(&Changed { path, text }, &Root::Path(path.to_owned()), &Settings::default());
    let codes: Vec<Code> = loaded.diagnostics.iter().map(|finding| finding.code).collect();
    let grammar = loaded.grammar.ok_or(codes)?;
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let limits = Limits { events: 1000, ..Limits::default() };
    let mut memory = Memory::new(&program, &limits);
    let mut sink = Story::new(&grammar, &alphabet, Shows::STORY);
    for trace in 0..10 {
        if let Err(error) = walk(&program, &limits, 1, trace, &mut sink, &mut memory) {
            sink.out().extend_from_slice(format!("stopped after {} events\n", error.n_events).as_bytes());
        }
    }
    Ok(String::from_utf8(sink.out().clone()).unwrap())
}

/// The variants of the enums in a Rust file, as `Enum::Variant`.
fn variants(source: &str) -> Vec<(String, String)> {
    let mut variants = Vec::new();
    let mut inside: Option<&str> = None;
    for line in source.lines() {
        if let Some(name) = line.strip_prefix("pub enum ") {
            inside = name.split(' ').next();
        } else if line.starts_with('}') {
            inside = None;
        } else if let (Some(name), Some(rest)) = (inside, line.strip_prefix("    ")) {
            let variant: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
            if variant.starts_with(|first: char| first.is_ascii_uppercase()) {
                variants.push((name.to_owned(), variant));
            }
        }
    }
    variants
}

#[test]
fn every_construct_of_the_language_walks() {
    let mut trees = String::new();
    for path in corpus("walk") {
        let ran = run_on(&["generate"], &path, &options(&path));
        if ran.code == 0 {
            let text = fs::read_to_string(&path).unwrap();
            let parsed = parse(SourceId(0), &SourceFile::new("it", text));
            writeln!(trees, "{:?}", parsed.file.declarations).unwrap();
        }
    }
    let words: BTreeSet<&str> = trees.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let variants = variants(&fs::read_to_string("src/syntax/tree.rs").unwrap());
    assert!(variants.len() > 90, "the test has gone blind: it sees {} variants", variants.len());
    for (name, variant) in variants {
        assert!(
            variant == "Broken" || words.contains(variant.as_str()),
            "no grammar that walks has a `{name}::{variant}`: add one to tests/corpus/walk"
        );
    }
}

#[test]
fn a_printed_or_formatted_grammar_means_the_same() {
    for path in corpus("walk").iter().chain(&corpus("check")) {
        let path = Path::new(path);
        let Ok(text) = fs::read_to_string(path) else { continue };
        let parsed = parse(SourceId(0), &SourceFile::new("it", text.as_str()));
        if parsed.diagnostics.iter().next().is_none() {
            let printed = print(&parsed.file);
            assert_eq!(stories(path, &text), stories(path, &printed), "{}, printed:\n{printed}", path.display());
            let formatted = format(SourceId(0), &SourceFile::new("it", text.as_str())).unwrap();
            assert_eq!(stories(path, &text), stories(path, &formatted), "{}, formatted:\n{formatted}", path.display());
        }
    }
}

#[test]
fn every_fix_that_is_offered_mends_its_finding_and_breaks_nothing() {
    let mut failures = Vec::new();
    let mut n_fixes = 0;
    for path in corpus("check") {
        let path = Path::new(&path);
        let Ok(text) = fs::read_to_string(path) else { continue };
        let findings = |text: &str| -> Vec<Diagnostic> {
            model::load(&Changed { path, text }, &Root::Path(path.to_owned()), &Settings::default()).diagnostics
        };
        let before = findings(&text);
        for finding in &before {
            // The grammar itself is the first source.
            let Some(fix) = finding.fix.as_ref().filter(|fix| fix.span.source.0 == 0) else { continue };
            n_fixes += 1;
            let mut mended = text.clone();
            mended.replace_range(fix.span.range(), &fix.replacement);
            let after = findings(&mended);
            // Another finding may come to light; but this one is gone, and there are not more of them.
            let is_left = |other: &Diagnostic| {
                (other.code, &other.message, other.primary.span.start)
                    == (finding.code, &finding.message, finding.primary.span.start)
            };
            if after.len() > before.len() || after.iter().any(is_left) {
                let line = text[..fix.span.start as usize].matches('\n').count() + 1;
                let messages: Vec<&str> = after.iter().map(|finding| finding.message.as_str()).collect();
                failures.push(format!(
                    "{}:{line}: `{}` does not mend \"{}\"; then: {messages:#?}",
                    path.display(),
                    fix.replacement,
                    finding.message
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{} of {n_fixes} fixes:\n{}", failures.len(), failures.join("\n"));
    assert!(n_fixes > 50, "the corpus has lost its fixes: {n_fixes}");
}

#[test]
fn lines_are_taken_apart_as_by_a_shell() {
    assert_eq!(words(" -n 2 --with 'event a' '' x'y z'"), ["-n", "2", "--with", "event a", "", "xy z"]);
}
