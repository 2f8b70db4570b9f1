//! What `run` and `init --pytest` do before any Python is needed. Charms are run by `tests/python`.

use std::fs;

use crate::support::{run, run_with};

#[test]
fn run_wants_a_charm_and_traces_that_can_be_run() {
    let error = run(&["run", "juju-k8s", "--seed", "1"]).unanswered();
    assert!(error.contains("--charm DIR"), "{error}");
    let charm = ["run", "--charm", "tests/charms/ring", "--python", "python-that-is-not-there"];
    let story = run_with(&[&charm[..], &["-"]].concat(), b"simulation:\nend.\n").unanswered();
    assert!(story.contains("`-` is no jsonl") && story.contains("--shows phases,actions,events,states"), "{story}");
    let error = run(&[&charm[..], &["--seed", "1"]].concat()).unanswered();
    assert!(error.contains("cannot run `python-that-is-not-there`"), "{error}");
    let error = run(&[&charm[..], &["--seed", "1", "--from", "1", "some.jsonl"]].concat()).unanswered();
    assert!(error.contains("either read from files or drawn"), "{error}");
    let error = run(&["run", "--charm", "specs", "--seed", "1"]).unanswered();
    assert!(error.contains("no-charm"), "{error}");
}

#[test]
fn a_grammar_with_errors_is_told_before_any_charm_is_run() {
    let error = run(&[
        "run",
        "--charm",
        "tests/charms/ring",
        "--seed",
        "1",
        "--python",
        "python-that-is-not-there",
        "--with",
        "phase extra { nothing }",
    ])
    .unanswered();
    assert!(error.contains("undefined-event"), "{error}");
}

#[test]
fn init_begins_a_test_and_writes_over_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().to_str().unwrap();
    let arguments = ["init", "--charm", "tests/charms/ring", "--pytest", "--output", place];
    let written = run(&arguments);
    assert_eq!((written.code, written.stdout.as_str()), (0, ""), "{}", written.stderr);
    let grammar = directory.path().join("lifecycle.charmgrammar");
    let text = fs::read_to_string(&grammar).unwrap();
    assert!(text.contains("use juju-machine { operations = 20 }"), "{text}");
    assert_eq!(run(&["check", "--syntax", grammar.to_str().unwrap()]).ok(), "");
    assert!(fs::read_to_string(directory.path().join("test_lifecycle.py")).unwrap().contains("lifecycle.check("));

    fs::remove_file(&grammar).unwrap();
    let error = run(&arguments).unanswered();
    assert!(error.contains("test_lifecycle.py` is there already"), "{error}");
    assert!(!grammar.exists(), "one of two files was written");
    assert_eq!(run(&[&arguments[..], &["--force"]].concat()).code, 0);
    assert!(run(&["init", "--charm", "tests/charms/ring", "--force"]).unanswered().contains("--output"));
}
