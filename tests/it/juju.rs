//! The lifecycles under Juju: real traces, what can't happen, tests in the files, and all that they can show.

use std::collections::BTreeSet;
use std::fs;

use crate::corpus::words;
use crate::support::{files, root, run, run_with};

/// The traces that real units have left, each with the verdict that it must get, by the command that stands in it.
#[test]
fn real_traces_get_their_verdicts() {
    let paths = files(&root().join("tests/fixtures/juju"));
    assert_eq!(paths.len(), 23);
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let header = |key: &str| text.lines().find_map(|line| line.strip_prefix("# ")?.strip_prefix(key));
        let command = words(header("command: charmgrammar ").unwrap());
        let (_, command) = command.split_last().unwrap();
        let file = path.to_str().unwrap();
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain([file]).collect();
        let ran = run(&arguments);
        let verdict = ran.stdout.split([' ', '\n']).next().unwrap();
        assert_eq!(verdict, header("expect: ").unwrap(), "{file}: {}{}", ran.stdout, ran.stderr);
    }
}

/// What Juju never shows: the platform, declarations, and names of which the last can't come there.
const IMPOSSIBLE: &[(&str, &str, &str)] = &[
    ("k8s", "container web", "web-pebble-ready"),
    ("machine", "", "install leader-elected update-status"),
    ("machine", "relation db", "install db-relation-created leader-elected db-relation-joined"),
    ("machine", "relation db", "install db-relation-created leader-elected db-relation-changed"),
    ("machine", "relation db", "install db-relation-created leader-elected db-relation-departed"),
    ("k8s", "container web", "install leader-elected config-changed web-pebble-ready"),
    (
        "machine",
        "relation db",
        "install db-relation-created leader-elected config-changed start db-relation-broken db-relation-changed",
    ),
    (
        "machine",
        "relation db",
        "install db-relation-created leader-elected config-changed start db-relation-broken db-relation-joined",
    ),
    (
        "machine",
        "relation db",
        "install db-relation-created leader-elected config-changed start db-relation-broken db-relation-departed",
    ),
    (
        "machine",
        "relation db",
        "install db-relation-created leader-elected config-changed start db-relation-joined db-relation-changed \
         db-relation-broken",
    ),
    ("machine", "relation db", "install db-relation-created db-relation-created"),
    ("machine", "", "install leader-elected leader-elected"),
    ("machine", "", "install leader-elected config-changed start upgrade-charm update-status"),
    ("machine", "", "install leader-elected config-changed start stop remove update-status"),
    ("machine", "", "install leader-elected stop"),
    (
        "machine",
        "storage data",
        "data-storage-attached install leader-elected config-changed start data-storage-detaching \
         data-storage-attached",
    ),
    (
        "machine",
        "storage data",
        "data-storage-attached install leader-elected config-changed start data-storage-detaching \
         data-storage-detaching",
    ),
    ("machine", "storage data", "install"),
    (
        "machine",
        "relation peers { peer = true }",
        "install peers-relation-created leader-elected peers-relation-broken",
    ),
    ("machine --set juju=v4_0", "", "install leader-settings-changed"),
];

#[test]
fn what_juju_never_shows_is_invalid_where_it_comes() {
    for (platform, declarations, names) in IMPOSSIBLE {
        let mut arguments = words(&format!("validate juju-{platform}"));
        arguments.extend(["--with", declarations, "--input", "names", "-"].map(str::to_owned));
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let names: Vec<&str> = names.split_whitespace().collect();
        let ran = run_with(&arguments, (names.join("\n") + "\n").as_bytes());
        let last = names.last().unwrap();
        assert!(
            ran.stdout.starts_with(&format!("invalid at {}: {last}\n", names.len())),
            "{names:?}: {}{}",
            ran.stdout,
            ran.stderr
        );
        let so_far = (names[..names.len() - 1].join("\n") + "\n").into_bytes();
        if so_far.len() > 1 {
            assert_eq!(run_with(&arguments, &so_far).stdout, "valid\n", "{names:?} without the last");
        }
    }
}

/// Names don't show which unit joins, or which relation of an endpoint it is.
#[test]
fn units_and_relation_ids_are_told_apart_where_a_trace_shows_them() {
    let life = |items: &str| {
        format!(
            r#"{{"format":1,"shows":["events"],"items":["install","db-relation-created","db-relation-created","leader-elected","config-changed","start",{items}]}}"#
        ) + "\n"
    };
    let joined = |id: u32, unit: u32, what: &str| {
        format!(r#"{{"event":"db-relation-{what}","of":{{"relation":"db[{id}]"}},"payload":{{"unit":{unit}}}}}"#)
    };
    let verdict = |items: &[String]| {
        let arguments = ["validate", "juju-machine", "--with", "relation db[2]", "-"];
        run_with(&arguments, life(&items.join(",")).as_bytes()).stdout
    };
    let (join, change) = (|id, unit| joined(id, unit, "joined"), |id, unit| joined(id, unit, "changed"));
    assert_eq!(verdict(&[join(0, 1), join(1, 0), change(0, 1), change(1, 0), join(0, 0), change(0, 0)]), "valid\n");
    assert!(verdict(&[join(0, 1), change(0, 1), join(0, 1)]).starts_with("invalid at 9"), "joined twice");
    assert!(verdict(&[join(0, 1), change(0, 0)]).starts_with("invalid at 8"), "another unit than the one that is due");
    assert!(verdict(&[join(0, 1), change(1, 1)]).starts_with("invalid at 8"), "another relation");
}

#[test]
fn the_tests_in_the_lifecycles_pass() {
    let specs = root().join("specs/tests");
    let specs: Vec<String> = files(&specs).iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["test", "--quiet", "juju", "juju-k8s", "juju-machine", "demo-k8s", "demo-machine"];
    arguments.extend(specs.iter().map(String::as_str));
    let ran = run(&arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// Whatever a demo generates belongs to it, and in enough of it is all that it can show.
fn demo_is_whole(demo: &str) {
    let lives = run(&["generate", demo, "-n", "2000", "--seed", "1", "--format", "names"]).ok();
    let verdicts = run_with(&["validate", demo, "--input", "names", "-"], lives.as_bytes());
    assert_eq!(verdicts.code, 0, "{}", verdicts.stderr);
    assert_eq!(verdicts.stdout.lines().filter(|line| *line == "valid").count(), 2000);
    let seen: BTreeSet<&str> = lives.lines().filter(|line| !line.is_empty()).collect();
    let text = run(&["generate", demo, "-n", "500", "--profile", "churny", "--seed", "2", "--format", "names"]).ok();
    let more: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    assert!(more.is_subset(&seen), "{:?}", more.difference(&seen));
}

#[test]
fn the_lives_of_the_machine_demo_belong_to_it() {
    demo_is_whole("demo-machine");
}

#[test]
fn the_lives_of_the_kubernetes_demo_belong_to_it() {
    demo_is_whole("demo-k8s");
}
