//! Mistakes as authors make them, planted one at a time into the grammars in the binary: `check` finds each by itself or
//! by tests that an author would write, or it is listed here why it can't.

use std::fmt::Write as _;
use std::fs;

use crate::support::{root, run_with};

/// What the author of `example` might have written beside its own tests.
const EXAMPLE: &str = r#"
test "a whole life" accepts { storage1-storage-attached install replicas-relation-created leader-elected config-changed start ... stop remove }
test "it is configured before it starts" rejects { (!config-changed){*} start ... }
test "nothing comes before install but storage" rejects { ... start ... install ... }
test "remove is the last" rejects { ... remove * ... }
test "stop comes before remove" rejects { (!stop){*} remove }
test "something is done" rejects { ... start (update-status | *-pebble-ready){*} replicas-relation-broken ... }
test "storage is attached once" rejects { ... ephemeral1-storage-attached (!ephemeral1-storage-detached){*} ephemeral1-storage-attached ... }
test "storage1 too" rejects { ... storage1-storage-attached (!storage1-storage-detached){*} storage1-storage-attached ... }
test "storage is detached once" rejects { ... storage1-storage-detached (!storage1-storage-attached){*} storage1-storage-detached ... }
test "no storage is left behind" rejects { ... storage1-storage-attached (!storage1-storage-detached){*} stop ... }
test "storage can come later" accepts { ... start ... ephemeral1-storage-attached ... }
test "a relation is created once" rejects { ... mongo-relation-created (!mongo-relation-broken){*} mongo-relation-created ... }
test "a relation is broken once" rejects { ... http-relation-broken (!http-relation-created){*} http-relation-broken ... }
test "only what was created is broken" rejects { (!mongo-relation-created){*} mongo-relation-broken ... }
test "no relation is left behind" rejects { (!http-relation-broken){*} stop ... }
test "peers stay to the end" rejects { ... replicas-relation-broken ... config-changed ... }
test "a relation can come later" accepts { ... start ... mongo-relation-created ... mongo-relation-changed ... }
test "only peers join" rejects { ... http-relation-joined ... }
test "peers join" with short accepts { ... replicas-relation-joined ... }
test "leadership can be lost" accepts { ... start ... leader-settings-changed ... }
test "a follower is told so" with follower rejects { (!leader-settings-changed){*} start ... }
test "the scale stays within bounds" never scale > 8
profile follower "not the leader" { leader = false }
"#;

/// The same for `prototype`.
const PROTOTYPE: &str = r#"
test "a broken relation can still change" accepts { ... http-relation-broken (!http-relation-created){*} http-relation-changed ... }
test "what changes is told" accepts { ... start http-relation-changed ... }
test "a relation is created once" rejects { ... http-relation-created (!http-relation-broken){*} http-relation-created ... }
"#;

/// Faults in `example`: the text, and what stands there instead.
const FAULTS: &[(&str, &str, &str)] = &[
    ("a missing `not` in a guard", "when not s.attached { s.attached = true;", "when s.attached { s.attached = true;"),
    ("a missing effect of an action", "when not s.attached { s.attached = true; ", "when not s.attached { "),
    ("a missing effect of another", "when not r.live    { r.live = true; ", "when not r.live    { "),
    (
        "an effect that is the wrong way round",
        "when s.attached     { s.attached = false;",
        "when s.attached     { s.attached = true;",
    ),
    ("events in the wrong order", "    config-changed\n    start\n", "    start\n    config-changed\n"),
    ("the last events in the wrong order", "    stop\n    remove\n", "    remove\n    stop\n"),
    (
        "a pair in the wrong order",
        "<r>-relation-joined <r>-relation-changed }",
        "<r>-relation-changed <r>-relation-joined }",
    ),
    ("the wrong state in a guard", "by user when not r.live ", "by user when r.peer "),
    ("`or` for `and` in a guard", "when r.live and not r.peer", "when r.live or not r.peer"),
    ("`or` for `and` in a `where`", "where r.peer and r.live", "where r.peer or r.live"),
    ("an assignment that changes nothing", "leader = not leader", "leader = leader"),
    ("a lost `where`", "for each s: storage where s.attached { <s>", "for each s: storage { <s>"),
    ("a lost `where` at the end", "for each r: relation where r.live     {", "for each r: relation {"),
    ("a lost guard", "when r.live { <r>-relation-changed }", "{ <r>-relation-changed }"),
    ("actions that are never drawn", "{ do }", "{ do(config-change, scale-up) }"),
    ("one that can't always be drawn", "{ do }", "{ do(attach, detach, create) do(attach) }"),
    ("off by one at the upper bound", "when scale < 8", "when scale <= 8"),
    ("a step that is too large", "scale += 1", "scale += 2"),
    ("off by one at the lower bound of a loop", "repeat 1..operations", "repeat 0..operations"),
    (
        "a lost `else`",
        "    if leader { leader-elected } else { leader-settings-changed }\n    config",
        "    if leader { leader-elected }\n    config",
    ),
    ("a loop that never ends", "repeat 1..operations", "repeat while scale >= 1"),
    ("a loop that is silent and never ends", "    stop\n", "    repeat while scale >= 1 { leader = true }\n    stop\n"),
    ("a guard that never holds", "when scale < 8", "when scale < 1"),
    (
        "a lost `atomic`",
        "atomic { <r>-relation-joined <r>-relation-changed }",
        "<r>-relation-joined <r>-relation-changed",
    ),
    ("an event that is forgotten", "    stop\n", ""),
    (
        "the wrong initial value",
        "kind storage  { state attached: bool = true }",
        "kind storage  { state attached: bool = false }",
    ),
    ("a rule that is not called any more", "{ join(r) }", "{ <r>-relation-joined }"),
    (
        "the event of a neighbor",
        "s.attached = false; <s>-storage-detached }\n    stop",
        "s.attached = false; <s>-storage-attached }\n    stop",
    ),
];

/// Faults in `prototype`.
const PROTOTYPE_FAULTS: &[(&str, &str, &str)] = &[
    ("the guard that is missing on purpose", "other_charm { <r>", "other_charm when r.live { <r>"),
    ("the event of a neighbor", "<r>-relation-changed }", "<r>-relation-created }"),
    ("a name that is misspelled", "override action change", "override action changed"),
    ("a number beyond the domain", "operations = 20", "operations = 20000"),
];

/// What no check can find, with the reason: the set of event sequences is what it was.
const OUT_OF_REACH: &[(&str, &str, &str)] = &[
    (
        "a missing effect that nothing reads any more",
        "where r.live     { r.live = false;     <r>",
        "where r.live     { <r>",
    ),
    (
        "a percentage: it says how often, not whether",
        "10% update-status\n    }\n    for",
        "1% update-status\n    }\n    for",
    ),
    ("a weight: likewise", "action config-change by user", "action config-change by user weight 5"),
    ("who acts: patterns are over events", "action config-change by user", "action config-change by this_charm"),
    ("a bound that is never reached", "state scale:  1..8", "state scale:  1..20"),
];

/// `text` with one thing replaced, which it has once.
fn planted(text: &str, (name, from, to): (&str, &str, &str)) -> String {
    assert_eq!(text.matches(from).count(), 1, "{name}: {from}");
    text.replacen(from, to, 1)
}

/// Whether it could be answered and is well, and the errors and warnings, each as its first line.
fn check(text: &str) -> (bool, Vec<String>) {
    let ran = run_with(&["check", "-"], text.as_bytes());
    let is_finding = |line: &&str| line.starts_with("error[") || line.starts_with("warning[");
    (ran.code == 0, ran.stdout.lines().chain(ran.stderr.lines()).filter(is_finding).map(str::to_owned).collect())
}

fn find(grammar: &str, tests: &str, faults: &[(&str, &str, &str)], out_of_reach: &[(&str, &str, &str)]) {
    let text = fs::read_to_string(root().join(format!("specs/{grammar}.charmgrammar"))).unwrap();
    let text = format!("{text}{tests}");
    let (is_well, usual) = check(&text);
    assert!(is_well, "without a fault: {usual:?}");
    let mut failures = String::new();
    for (faults, is_found) in [(faults, true), (out_of_reach, false)] {
        for fault in faults {
            let (_, said) = check(&planted(&text, *fault));
            let new: Vec<&String> = said.iter().filter(|finding| !usual.contains(finding)).collect();
            if new.is_empty() == is_found {
                let _ = writeln!(failures, "{}: {new:?}", fault.0);
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn mistakes_in_the_example_are_found() {
    find("example", EXAMPLE, FAULTS, OUT_OF_REACH);
}

#[test]
fn mistakes_in_the_prototype_are_found() {
    find("prototype", PROTOTYPE, PROTOTYPE_FAULTS, &[]);
}
