//! `charmgrammar shrink`: what a command is given, when it ends, and what is told.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Ran, binary, finish, run, run_with};

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

/// What is written to a pipe that a command has begun to write to, until nobody can write to it any more.
#[cfg(unix)]
fn listen(pipe: &Path) -> std::thread::JoinHandle<String> {
    assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    let pipe = pipe.to_owned();
    std::thread::spawn(move || fs::read_to_string(pipe).unwrap())
}

/// A command that hangs, with a child of its own that would say so in the end.
#[cfg(unix)]
const HANGING: &str = "exec 3>pipe; touch begun; (sleep 30; echo alive >&3) & wait";

#[cfg(unix)]
#[test]
fn what_a_command_has_started_ends_with_it() {
    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let heard = listen(&directory.path().join("pipe"));
    let ran = shrink_by(directory.path(), &["--timeout", "3"], HANGING);
    assert!(ran.code == 2 && ran.stderr.contains("longer than --timeout"), "{}", ran.stderr);
    assert_eq!(heard.join().unwrap(), "");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_command_with_what_it_has_started() {
    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let heard = listen(&directory.path().join("pipe"));
    let mut command = binary(directory.path());
    command.args(["shrink", "example", "trace.jsonl", "--", "sh", "-c", HANGING]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !directory.path().join("begun").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(heard.join().unwrap(), "");
}

#[cfg(unix)]
#[test]
fn so_does_a_signal_that_ends_it() {
    use std::os::unix::process::ExitStatusExt;

    let directory = tempfile::tempdir().unwrap();
    trace_file(directory.path());
    let heard = listen(&directory.path().join("pipe"));
    let mut command = binary(directory.path());
    command.args(["shrink", "example", "trace.jsonl", "--", "sh", "-c", HANGING]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !directory.path().join("begun").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(rustix::process::Signal::TERM.as_raw()));
    assert_eq!(heard.join().unwrap(), "");
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
