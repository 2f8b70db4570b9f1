//! Shrinking: every candidate is a trace of the grammar and smaller than the smallest one so far, and the result still does it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::recognize::{Precision, Question, Recognizer, Verdict, observed};
use charmgrammar::sets::{Bounds, Item};
use charmgrammar::shrink::{Original, Run, Shrinker};
use charmgrammar::trace::{self, Observed, Recorder, Shows};
use charmgrammar::walk::{self, Limits, walk};

use crate::reference::random;
use crate::semantics::load;
use crate::support::{Ran, binary, finish, run, run_with};

/// A walk as it would be read; `None` if there is none.
fn original(program: &Program, alphabet: &Alphabet, seed: u64, most: u64) -> Option<Original> {
    let limits = Limits { max_events: most, attempts: 20, steps: 20_000, ..Limits::default() };
    let mut recorder = Recorder::new(Shows { states: true, ..Shows::STORY });
    walk(program, &limits, seed, 0, &mut recorder, &mut walk::Memory::new(program, &limits)).ok()?;
    let trace = recorder.into_traces().pop()?;
    let items = trace.items.iter().filter_map(|item| {
        let item = match item {
            trace::Item::Phase(phase) => Item::Phase(*phase),
            trace::Item::Action { action, source, arguments } => {
                Item::Action { action: *action, source: *source, arguments: arguments.clone().into() }
            }
            trace::Item::Event { symbol, payload } => Item::Event { symbol: *symbol, payload: payload.clone().into() },
            trace::Item::Set { .. } | trace::Item::Decision { .. } => return None,
        };
        Some((observed(&item, alphabet, true), None))
    });
    Some(Original { shows: Shows::STORY, initial: trace.initial.clone(), items: items.collect() })
}

fn items(run: &Run) -> Vec<Item> {
    run.steps.iter().map(|step| step.item.clone()).collect()
}

/// Shrinks as long as `does` holds; all candidates in their order, and the smallest run.
fn shrink(
    grammar: &Grammar,
    alphabet: &Alphabet,
    program: &Program,
    original: &Original,
    does: impl Fn(&[Item]) -> bool,
) -> Option<(Vec<Vec<Item>>, Run)> {
    let mut shrinker = Shrinker::new(grammar, alphabet, program, original, 20_000).ok()?;
    assert!(does(&items(shrinker.best())), "it must do it from the first");
    let mut candidates = Vec::new();
    while let Some(candidate) = shrinker.propose() {
        assert!(candidate.run.size() < shrinker.best().size());
        let shown = items(&candidate.run);
        if does(&shown) {
            shrinker.take(candidate);
        }
        candidates.push(shown);
        assert!(candidates.len() < 5_000, "it comes to an end");
    }
    Some((candidates, shrinker.best().clone()))
}

/// That all are traces of the grammar, each comes once, and nothing depends on when it is asked.
fn check(grammar: &Grammar, original: &Original, does: impl Fn(&[Item]) -> bool) -> Option<usize> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    let (candidates, best) = shrink(grammar, &alphabet, &program, original, &does)?;
    assert!(does(&items(&best)));
    let question = Question { bounds: Bounds { configurations: 5_000, ..Bounds::default() }, ..Question::default() };
    let mut recognizer = Recognizer::new(grammar, &alphabet, &program, question);
    for candidate in &candidates {
        recognizer.begin(Shows::STORY, Precision::FULL).unwrap();
        let goes_on = candidate.iter().try_for_each(|item| {
            recognizer
                .item(&observed(item, &alphabet, true))
                .map_or(Err(None), |goes_on| if goes_on { Ok(()) } else { Err(Some(())) })
        });
        if goes_on != Err(None) {
            assert!(matches!(recognizer.finish().unwrap(), Verdict::Valid { .. }), "{candidate:?}");
        }
    }
    let mut sorted = candidates.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), candidates.len(), "no candidate comes twice");
    let again = shrink(grammar, &alphabet, &program, original, &does)?;
    assert_eq!((again.0, items(&again.1)), (candidates.clone(), items(&best)));
    Some(candidates.len())
}

#[test]
fn candidates_of_random_grammars_are_valid_and_smaller() {
    let mut n_shrunk = 0;
    for seed in 0..120 {
        let Ok(grammar) = load(&random::grammar(seed)) else { continue };
        let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
        let Some(original) = original(&program, &alphabet, seed, 40) else { continue };
        // It does it if it has the first and the last item that is no mark of a phase.
        let wanted: Vec<Observed> = original.items.iter().map(|(item, _)| item.clone()).collect();
        let is_wanted = |item: &&Observed| !matches!(item, Observed::Phase(_));
        let (first, last) = (wanted.iter().find(is_wanted), wanted.iter().rfind(is_wanted));
        let does = |items: &[Item]| {
            let has = |one: Option<&Observed>| {
                one.is_none_or(|one| items.iter().any(|item| observed(item, &alphabet, true) == *one))
            };
            has(first) && has(last)
        };
        n_shrunk += usize::from(check(&grammar, &original, does).is_some_and(|many| many > 0));
    }
    assert!(n_shrunk > 30, "{n_shrunk} is few");
}

#[test]
fn a_long_life_becomes_what_a_person_would_call_minimal_in_few_runs() {
    let root = Root::Builtin("demo-k8s".to_owned());
    let grammar = model::load(&Memory::default(), &root, &Settings::default()).grammar.unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let name = |item: &Item| match item {
        Item::Event { symbol, .. } => alphabet.name(*symbol).to_owned(),
        _ => String::new(),
    };
    // A relation breaks after the workload was ready twice.
    let does = |items: &[Item]| {
        let names: Vec<String> = items.iter().map(name).collect();
        let ready = names.iter().enumerate().filter(|(_, name)| *name == "web-pebble-ready").nth(1);
        ready.is_some_and(|(place, _)| names[place..].contains(&"database-relation-broken".to_owned()))
    };
    let mut n_shrunk = 0;
    for seed in 0..40 {
        let Some(original) = original(&program, &alphabet, seed, 150) else { continue };
        let mut shrinker = Shrinker::new(&grammar, &alphabet, &program, &original, 1_000_000).unwrap();
        if shrinker.best().size().events < 40 || !does(&items(shrinker.best())) {
            continue;
        }
        let mut n_runs = 0;
        while let Some(candidate) = shrinker.propose() {
            n_runs += 1;
            if does(&items(&candidate.run)) {
                shrinker.take(candidate);
            }
        }
        assert!(n_runs < 60, "{n_runs} runs");
        assert!(shrinker.best().size().events <= 9, "{:?}", shrinker.best().size());
        n_shrunk += 1;
        if n_shrunk == 3 {
            check(&grammar, &original, does).unwrap();
            break;
        }
    }
    assert_eq!(n_shrunk, 3);
}

/// A trace of the example with data, in which `mongo` is created and then `ephemeral1` is attached.
const TRACE: &str = r#"{"format":1,"grammar":"sha256:0","trace":3,"seed":9,"mine":[1.50],"shows":["phases","actions","events","states"],"init":{"leader":true},"items":[
{"phase":"setup"},{"event":"storage1-storage-attached","of":{"storage":"storage1"}},{"event":"install","data":{"content":{"a":"b"}}},
{"event":"replicas-relation-created","of":{"relation":"replicas"}},{"event":"leader-elected"},{"event":"config-changed","data":{"config":{"k":"long value","other":1}}},
{"event":"start"},{"phase":"operation"},
{"action":"config-change","source":"user"},{"event":"config-changed"},
{"action":"create","source":"user","args":{"r":"mongo"}},{"set":{"mongo.live":true}},{"event":"mongo-relation-created","of":{"relation":"mongo"},"at":7},
{"action":"change","source":"other_charm","args":{"r":"mongo"}},{"event":"update-status"},
{"event":"mongo-relation-changed","of":{"relation":"mongo"}},
{"action":"attach","source":"user","args":{"s":"ephemeral1"}},{"event":"ephemeral1-storage-attached","of":{"storage":"ephemeral1"}},
{"phase":"teardown"},{"event":"replicas-relation-broken"},{"event":"http-relation-broken"},{"event":"mongo-relation-broken","data":{"x":{"y":1}}},
{"event":"storage1-storage-detached"},{"event":"ephemeral1-storage-detached"},{"event":"stop"},{"event":"remove"}]}"#;

const SMALLEST: &str = "storage1-storage-attached install replicas-relation-created leader-elected config-changed start \
                        mongo-relation-created replicas-relation-broken http-relation-broken mongo-relation-broken \
                        storage1-storage-detached stop remove";

fn trace_file(directory: &Path) {
    fs::write(directory.join("trace.jsonl"), TRACE.replace('\n', "") + "\n").unwrap();
}

/// Shrinks as long as a shell script fails.
fn shrink_by(directory: &Path, options: &[&str], script: &str) -> Ran {
    let mut command = binary(directory);
    command.args(["shrink", "example", "trace.jsonl"]).args(options).args(["--", "sh", "-c", script]);
    finish(&mut command)
}

/// Fails where both a relation was created and its config is in the data.
const SCRIPT: &str =
    "read -r line; case $line in *mongo-relation-created*) case $line in *'\"k\":'*) exit 1;; esac;; esac";

#[cfg(unix)]
#[test]
fn the_result_comes_as_the_trace_was_with_what_it_carries() {
    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let ran = shrink_by(directory.path(), &[], SCRIPT);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with("note: 13 events, of 18 before, after ")
            && ran.stderr.ends_with("; nothing more can go\n"),
        "{}",
        ran.stderr
    );
    let smallest: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let items = smallest["items"].as_array().unwrap();
    let names: Vec<&str> = items.iter().filter_map(|item| item["event"].as_str()).collect();
    assert_eq!(names.join(" "), SMALLEST);
    assert!(ran.stdout.contains(r#""mine":[1.50]"#), "keys of others stay: {}", ran.stdout);
    assert_eq!(
        (&smallest["trace"], &smallest["seed"], &smallest["init"]["leader"]),
        (&3.into(), &9.into(), &true.into())
    );
    let data: Vec<&serde_json::Value> = items.iter().map(|item| &item["data"]).filter(|data| !data.is_null()).collect();
    assert_eq!(data, [&serde_json::json!({"config": {"k": ""}})], "only what is needed is left of the data");
    let created = items.iter().find(|item| item["event"] == "mongo-relation-created").unwrap();
    assert_eq!(created["at"], 7);
    assert!(items.iter().any(|item| item["set"]["mongo.live"] == true));
    assert_eq!(run_with(&["validate", "example"], ran.stdout.as_bytes()).stdout, "valid\n");

    for jobs in ["2", "5"] {
        let parallel = shrink_by(directory.path(), &["--jobs", jobs], SCRIPT);
        assert_eq!(parallel.stdout, ran.stdout, "--jobs changes nothing");
    }
    let kept = shrink_by(directory.path(), &["--keep-data"], SCRIPT);
    assert!(kept.stdout.contains(r#"{"k":"long value","other":1}"#) && kept.stdout.contains(r#"{"x":{"y":1}}"#));
    let names = shrink_by(directory.path(), &["--format", "names", "-o", "out.txt"], SCRIPT);
    assert_eq!((names.code, names.stdout.as_str()), (0, ""));
    let written = fs::read_to_string(directory.path().join("out.txt")).unwrap();
    assert_eq!(written.split_whitespace().collect::<Vec<_>>().join(" "), SMALLEST);
}

#[cfg(unix)]
#[test]
fn the_core_is_what_fails_by_itself() {
    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let ran = shrink_by(directory.path(), &["--core", "--format", "names"], "! grep -q mongo-relation-created");
    let core = ran.stdout.split("\n\n").nth(1).unwrap();
    assert_eq!((ran.code, core), (0, "mongo-relation-created"), "{}", ran.stderr);
    assert!(ran.stderr.contains("; the bare core has 1 event; nothing more can go"), "{}", ran.stderr);
}

#[cfg(unix)]
#[test]
fn shrinking_says_why_it_stops() {
    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let by = |options: &[&str], script: &str| shrink_by(directory.path(), options, script);
    let limited = by(&["--max-runs", "3"], SCRIPT);
    assert_eq!(limited.code, 2);
    assert!(
        !limited.stdout.is_empty() && limited.stderr.contains("after 3 runs; stopped by --max-runs"),
        "{}",
        limited.stderr
    );
    let late = by(&["--seconds", "0.3"], "sleep 0.1; exit 1");
    assert!(late.code == 2 && late.stderr.contains("stopped by --seconds"), "{}", late.stderr);
    let passes = by(&[], "exit 0");
    assert_eq!((passes.code, passes.stdout.as_str()), (1, ""));
    assert_eq!(passes.stderr, "error: the command does not fail on `trace.jsonl`\n");
    let hangs = by(&["--timeout", "0.05"], "sleep 5; exit 1");
    assert!(hangs.code == 2 && hangs.stderr.contains("longer than --timeout"), "{}", hangs.stderr);
    let flaky = by(&[], "if test -e seen; then exit 0; fi; touch seen; exit 1");
    assert!(
        flaky.stderr.contains("warning: the command failed on the trace, and then passed on the same"),
        "{}",
        flaky.stderr
    );

    let missing =
        finish(binary(directory.path()).args(["shrink", "example", "trace.jsonl", "--", "./no-such-command"]));
    assert!(missing.unanswered().contains("cannot run `./no-such-command`"));
    fs::write(directory.path().join("wrong.txt"), "install\ninstall\n").unwrap();
    let wrong = finish(binary(directory.path()).args(["shrink", "example", "wrong.txt", "--", "false"]));
    assert_eq!(wrong.code, 1);
    assert!(
        wrong.stderr.contains("`wrong.txt` is no trace of the grammar: item 1, install, can't come there"),
        "{}",
        wrong.stderr
    );
    assert!(run(&["shrink", "example", "-", "--ask"]).unanswered().contains("standard input has the answers"));
    assert!(run(&["shrink", "example", "trace.jsonl"]).unanswered().contains("<COMMAND>"));
}

#[cfg(unix)]
#[test]
fn a_trace_of_names_is_completed_first() {
    let directory = tempfile::tempdir().unwrap();
    let made = run(&["generate", "example", "--seed", "3", "--format", "names"]).ok();
    let cut: Vec<&str> = made.lines().take(9).collect();
    fs::write(directory.path().join("seen.txt"), cut.join("\n")).unwrap();
    let mut command = binary(directory.path());
    let ran = finish(command.args(["shrink", "example", "seen.txt", "--", "sh", "-c", "! grep -q config-changed"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.starts_with("note: the trace stops before its end: it was completed\n"), "{}", ran.stderr);
    assert_eq!(run_with(&["validate", "example"], ran.stdout.as_bytes()).stdout, "valid\n");
}

#[test]
fn whoever_is_asked_gets_one_candidate_after_the_other() {
    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let mut command = binary(directory.path());
    command.args(["shrink", "example", "trace.jsonl", "--ask"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    let mut n_asked = 0;
    let last = loop {
        let mut line = String::new();
        assert!(stdout.read_line(&mut line).unwrap() > 0, "there is a last line");
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        let Some(candidate) = told.get("candidate") else { break told };
        n_asked += 1;
        let items = candidate["items"].as_array().unwrap();
        let place = items
            .iter()
            .filter(|item| item["event"].is_string())
            .position(|item| item["event"] == "mongo-relation-created");
        let answer = match place {
            Some(place) => format!("{{\"fails\":true,\"event\":{place}}}\n"),
            None => "{\"fails\":false}\n".to_owned(),
        };
        stdin.write_all(answer.as_bytes()).unwrap();
    };
    assert!(child.wait().unwrap().success());
    assert_eq!((&last["runs"], &last["fixpoint"]), (&n_asked.into(), &true.into()));
    let items = last["smallest"]["items"].as_array().unwrap();
    let names: Vec<&str> = items.iter().filter_map(|item| item["event"].as_str()).collect();
    assert_eq!(names.join(" "), SMALLEST);

    let path = directory.path().join("trace.jsonl");
    let arguments = ["shrink", "example", path.to_str().unwrap(), "--ask"];
    let silent = run_with(&arguments, b"");
    let last: serde_json::Value = serde_json::from_str(silent.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((silent.code, &last["runs"], &last["fixpoint"]), (0, &0.into(), &false.into()));
    let wrong = run_with(&arguments, b"yes\n");
    assert!(wrong.code == 2 && wrong.stderr.contains("an answer is `{\"fails\":true}`"), "{}", wrong.stderr);
}
