//! The program as it is used: the real binary, in a directory of its own.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;

use crate::support::{Ran, binary, difference, files, finish, root};

/// A small grammar whose traces differ.
const SMALL: &str = "## A small one.\n\nsource user\nparam n: 0..9 = 3\nstate on: bool = true\nkind box { state open: bool = true }\n\
                     box red\nevent install\nevent tick\nevent tock\nevent <box>-seen\naction wind by user { tick }\n\
                     action unwind by user { tock }\nphase setup { install if on { tick } for each b: box where b.open { <b>-seen } }\n\
                     phase operation { repeat n { do } }\nprofile long \"nine\" { n = 9 }\n";

/// A directory with that grammar in it.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("small.charmgrammar"), SMALL).unwrap();
    directory
}

fn charmgrammar(directory: &TempDir, arguments: &[&str]) -> Ran {
    finish(binary(directory.path()).args(arguments))
}

/// With a text on standard input.
fn piped(directory: &TempDir, arguments: &[&str], input: &[u8]) -> Ran {
    let path = directory.path().join(".input");
    fs::write(&path, input).unwrap();
    let ran = finish(binary(directory.path()).args(arguments).stdin(Stdio::from(fs::File::open(&path).unwrap())));
    fs::remove_file(path).unwrap();
    ran
}

#[track_caller]
fn assert_same(expected: &str, actual: &str, what: &str) {
    if let Some(difference) = difference(expected, actual) {
        panic!("{what}:\n{difference}");
    }
}

// ------------------------------------------------------------------------------------------------------ exit codes

#[test]
fn exit_codes_tell_answers_from_failures() {
    let directory = directory();
    fs::write(directory.path().join("wrong.charmgrammar"), "event a\nphase only { b }\n").unwrap();
    fs::write(directory.path().join("stuck.charmgrammar"), "event a\nphase only { a choose { 0 => a } }\n").unwrap();
    for (code, line) in [
        (0, &["check", "--syntax", "small.charmgrammar"][..]),
        (0, &["check", "--syntax", "small.charmgrammar", "example"]),
        (0, &["generate", "small.charmgrammar", "--seed", "1"]),
        (0, &["list"]),
        (0, &["show", "example"]),
        (0, &["--version"]),
        (0, &["--help"]),
        (0, &["help", "generate"]),
        (2, &["check", "--syntax", "wrong.charmgrammar"]),
        (2, &["check", "--syntax", "small.charmgrammar", "wrong.charmgrammar"]),
        (2, &["check", "--syntax", "missing.charmgrammar"]),
        (2, &["check", "--syntax", "."]),
        (2, &["generate", "wrong.charmgrammar"]),
        (2, &["generate", "missing.charmgrammar"]),
        (2, &["generate", "."]),
        (2, &["generate", "stuck.charmgrammar", "--seed", "1"]),
        (2, &["generate", "small.charmgrammar", "--seed", "-1"]),
        (2, &["generate", "small.charmgrammar", "--seed", "18446744073709551616"]),
        (2, &["generate", "small.charmgrammar", "--shard", "4/4"]),
        (2, &["generate", "small.charmgrammar", "--no-such-option"]),
        (2, &["generate"]),
        (2, &["show", "nothing"]),
        (2, &["nothing"]),
        (2, &[]),
    ] {
        let ran = charmgrammar(&directory, line);
        assert_eq!(ran.code, code, "{line:?}\n{}{}", ran.stdout, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{line:?}\n{}", ran.stderr);
    }
}

#[test]
fn a_finding_tells_file_line_and_column() {
    let directory = directory();
    fs::write(
        directory.path().join("wrong.charmgrammar"),
        "event config-changed\nphase only {\n    config-change\n}\n",
    )
    .unwrap();
    let ran = charmgrammar(&directory, &["check", "--syntax", "wrong.charmgrammar"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (2, ""));
    assert!(ran.stdout.contains("wrong.charmgrammar:3:5"), "{}", ran.stdout);
    assert!(ran.stdout.contains("did you mean `config-changed`?"), "{}", ran.stdout);
    // The same before a walk, which says it on standard error: there is no result.
    let walked = charmgrammar(&directory, &["generate", "wrong.charmgrammar"]).unanswered();
    assert_same(&ran.stdout, &walked, "check and generate tell it in other words");
}

// ------------------------------------------------------------------------------------------------------- generating

#[test]
fn the_published_example_tells_a_story_of_three_phases() {
    let directory = directory();
    let story = charmgrammar(&directory, &["generate", "example", "--seed", "7"]).ok();
    let mut lines = story.lines();
    assert_eq!(lines.next(), Some("simulation:"));
    let mut phases = Vec::new();
    let mut n_actions = 0;
    let mut is_blank = true;
    for line in lines.by_ref() {
        if line == "end." {
            assert!(is_blank, "a blank line stands before the end");
            break;
        }
        if let Some(phase) = line.strip_prefix("PHASE Phase.") {
            assert!(is_blank || phases.is_empty(), "a blank line stands before each phase but the first");
            phases.push(phase);
        } else if let Some(action) = line.strip_prefix("    Action :: Source.") {
            let (source, action) = action.split_once(" --> '").unwrap();
            assert!(["user", "this_charm", "other_charm"].contains(&source), "{line}");
            assert!(action.ends_with('\'') || action.ends_with(')'), "{line}");
            assert_eq!(phases, ["setup:", "operation:"], "actions are of the second phase");
            n_actions += 1;
        } else if !line.is_empty() {
            assert!(line.starts_with("    Event  :: "), "{line:?}");
        }
        is_blank = line.is_empty() || phases.is_empty();
    }
    assert_eq!(lines.next(), None, "`end.` is the last line");
    assert_eq!(phases, ["setup:", "operation:", "teardown:"]);
    assert!((1..=10).contains(&n_actions), "{n_actions} actions");
    let position =
        |event: &str| story.find(&format!("    Event  :: {event}\n")).unwrap_or_else(|| panic!("no {event}\n{story}"));
    for (before, after) in [
        ("storage1-storage-attached", "install"),
        ("install", "replicas-relation-created"),
        ("replicas-relation-created", "config-changed"),
        ("config-changed", "start"),
        ("start", "stop"),
        ("replicas-relation-broken", "stop"),
        ("stop", "remove"),
    ] {
        assert!(position(before) < position(after), "{before} comes before {after}\n{story}");
    }
}

#[test]
fn every_story_of_the_published_example_keeps_to_its_rules() {
    let directory = directory();
    let stories = charmgrammar(&directory, &["generate", "example", "--seed", "1", "-n", "300"]).ok();
    assert_eq!(stories.matches("simulation:\n").count(), 300);
    assert_eq!(stories.matches("\nend.\n").count(), 300);
    for story in stories.split("simulation:\n").skip(1) {
        let events: Vec<&str> = story.lines().filter_map(|line| line.strip_prefix("    Event  :: ")).collect();
        let own: Vec<&str> = events
            .iter()
            .copied()
            .filter(|event| *event != "update-status" && !event.ends_with("pebble-ready"))
            .collect();
        assert_eq!(own[..3], ["storage1-storage-attached", "install", "replicas-relation-created"], "{story}");
        assert_eq!(own[4..6], ["config-changed", "start"], "{story}");
        assert_eq!(own[own.len() - 2..], ["stop", "remove"], "{story}");
        for pair in events.windows(2) {
            let joined = pair[0].strip_suffix("-relation-joined");
            assert!(joined.is_none_or(|name| pair[1] == format!("{name}-relation-changed")), "{story}");
        }
        // What is broken does not change before it is created again; what is detached is not detached again.
        let mut live = vec!["replicas", "http"];
        let mut attached = vec![];
        for event in &events {
            if let Some(relation) = event.strip_suffix("-relation-created") {
                live.retain(|live| *live != relation);
                live.push(relation);
            } else if let Some(relation) = event.strip_suffix("-relation-changed") {
                assert!(live.contains(&relation), "{event}\n{story}");
            } else if let Some(relation) = event.strip_suffix("-relation-broken") {
                assert!(live.contains(&relation), "{event}\n{story}");
                live.retain(|live| *live != relation);
            } else if let Some(storage) = event.strip_suffix("-storage-attached") {
                assert!(!attached.contains(&storage), "{event}\n{story}");
                attached.push(storage);
            } else if let Some(storage) = event.strip_suffix("-storage-detached") {
                assert!(attached.contains(&storage), "{event}\n{story}");
                attached.retain(|attached| *attached != storage);
            }
        }
        assert!(live.is_empty() && attached.is_empty(), "all is taken down at the end\n{story}");
        assert!(story.matches("Action ::").count() <= 10);
    }
}

/// How many traces are made in several ways; all 20,000 are compared by hand before a release.
const MANY: u64 = 3000;

fn many(directory: &TempDir, options: &[&str]) -> String {
    let number = MANY.to_string();
    let mut line = vec!["generate", "example", "--seed", "7", "--format", "names", "-n", &number];
    line.extend(options);
    charmgrammar(directory, &line).ok()
}

#[test]
fn traces_do_not_depend_on_threads_shards_and_pieces() {
    let directory = directory();
    let whole = many(&directory, &["--jobs", "1"]);
    assert_eq!(whole.matches("\n\n").count() as u64, MANY);
    for jobs in ["2", "4", "7"] {
        assert_same(&whole, &many(&directory, &["--jobs", jobs]), &format!("--jobs {jobs} makes other traces"));
    }
    let shards = ["0/4", "1/4", "2/4", "3/4"].map(|shard| many(&directory, &["--shard", shard]));
    assert!(shards.iter().all(|shard| shard.matches("\n\n").count() as u64 == MANY / 4));
    assert_same(&whole, &shards.concat(), "the shards put together are other traces");
    let uneven = ["0/3", "1/3", "2/3"].map(|shard| many(&directory, &["--shard", shard, "--jobs", "2"]));
    assert_same(&whole, &uneven.concat(), "three shards put together are other traces");
    let mut pieces = String::new();
    let mut from = 0;
    for number in [1, 99, 1500, MANY - 1600] {
        let (from_text, number_text) = (from.to_string(), number.to_string());
        let line =
            ["generate", "example", "--seed", "7", "--format", "names", "-n", &number_text, "--from", &from_text];
        pieces += &charmgrammar(&directory, &line).ok();
        from += number;
    }
    assert_same(&whole, &pieces, "the pieces put together are other traces");
}

#[test]
fn one_trace_of_many_can_be_told_alone() {
    let directory = directory();
    let all = charmgrammar(&directory, &["generate", "example", "--seed", "7", "-n", "20", "--format", "jsonl"]).ok();
    for (number, line) in all.lines().enumerate() {
        let number = number.to_string();
        let one = ["generate", "example", "--seed", "7", "--from", &number, "--format", "jsonl"];
        assert_same(&format!("{line}\n"), &charmgrammar(&directory, &one).ok(), "alone it is another trace");
    }
}

#[test]
fn a_seed_that_is_not_given_is_told_and_makes_the_same_traces_again() {
    let directory = directory();
    let line = ["generate", "example", "-n", "3"];
    let ran = charmgrammar(&directory, &line);
    assert_eq!(ran.code, 0);
    let at = ran.stderr.find("--seed ").expect("the seed is told on standard error") + "--seed ".len();
    let seed: String = ran.stderr[at..].chars().take_while(char::is_ascii_digit).collect();
    let again = charmgrammar(&directory, &[&line[..], &["--seed", &seed]].concat()).ok();
    assert_same(&ran.stdout, &again, "the seed that was told makes other traces");
    assert_ne!(ran.stdout, charmgrammar(&directory, &line).stdout, "two seeds that were drawn are the same");
    // Nor is it told to those who want to hear of errors alone.
    assert_eq!(charmgrammar(&directory, &["generate", "example", "--quiet"]).stderr, "");
}

#[test]
fn the_seed_may_stand_in_the_environment() {
    let directory = directory();
    let line = ["generate", "example"];
    let ran = finish(binary(directory.path()).args(line).env("CHARMGRAMMAR_SEED", "7"));
    assert_same(&charmgrammar(&directory, &["generate", "example", "--seed", "7"]).ok(), &ran.ok(), "another story");
    let both =
        finish(binary(directory.path()).args(["generate", "example", "--seed", "7"]).env("CHARMGRAMMAR_SEED", "8"));
    assert_same(&charmgrammar(&directory, &["generate", "example", "--seed", "7"]).ok(), &both.ok(), "another story");
    assert_eq!(finish(binary(directory.path()).args(line).env("CHARMGRAMMAR_SEED", "seven")).code, 2);
}

#[test]
fn the_largest_seed_and_number_are_taken() {
    let directory = directory();
    let largest = u64::MAX.to_string();
    let from = (u64::MAX - 2).to_string();
    let line = ["generate", "example", "--seed", &largest, "--from", &from, "-n", "2", "--format", "jsonl"];
    let text = charmgrammar(&directory, &line).ok();
    let numbers: Vec<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["trace"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [u64::MAX - 2, u64::MAX - 1]);
    let beyond = ["generate", "example", "--seed", "1", "--from", &from, "-n", "3"];
    charmgrammar(&directory, &beyond).unanswered();
    assert_eq!(charmgrammar(&directory, &["generate", "example", "--seed", "1", "-n", "0"]).ok(), "");
}

#[test]
fn jsonl_is_one_object_a_line_with_what_was_asked_for() {
    let directory = directory();
    let generate = |options: &[&str]| -> Vec<serde_json::Value> {
        let line =
            [&["generate", "small.charmgrammar", "--seed", "3", "-n", "5", "--format", "jsonl"], options].concat();
        charmgrammar(&directory, &line).ok().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let kinds = |trace: &serde_json::Value| -> Vec<String> {
        let mut kinds: Vec<String> = trace["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| {
                ["phase", "action", "event", "set", "decision"]
                    .into_iter()
                    .find(|kind| !item[kind].is_null())
                    .unwrap()
                    .to_owned()
            })
            .collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    for (number, trace) in generate(&[]).iter().enumerate() {
        assert_eq!((trace["format"].as_u64(), trace["seed"].as_u64()), (Some(1), Some(3)));
        assert_eq!(trace["trace"].as_u64(), Some(number as u64));
        assert!(trace["grammar"].as_str().unwrap().strip_prefix("sha256:").is_some_and(|hash| hash.len() == 64));
        assert_eq!(trace["shows"], serde_json::json!(["phases", "actions", "events", "states"]));
        assert_eq!(trace["init"], serde_json::json!({"on": true, "red.open": true}));
        assert_eq!(kinds(trace), ["action", "event", "phase"]);
        assert_eq!(trace["attempt"], serde_json::Value::Null);
    }
    for trace in generate(&["--shows", "events"]) {
        assert_eq!((kinds(&trace), &trace["init"]), (vec!["event".to_owned()], &serde_json::Value::Null));
    }
    for trace in generate(&["--shows", "actions,decisions"]) {
        assert_eq!(kinds(&trace), ["action", "decision"]);
    }
    // The hash names the text and the settings.
    let hash = |options: &[&str]| generate(options)[0]["grammar"].clone();
    assert_eq!(hash(&[]), hash(&["--shows", "events"]));
    assert_ne!(hash(&[]), hash(&["--set", "n=4"]));
}

#[test]
fn unique_traces_come_once_and_the_rest_is_counted() {
    let directory = directory();
    let line = ["generate", "small.charmgrammar", "--seed", "3", "-n", "100", "--format", "names", "--unique"];
    let ran = charmgrammar(&directory, &line);
    assert_eq!(ran.code, 0);
    let mut traces: Vec<&str> = ran.stdout.split_terminator("\n\n").collect();
    assert_eq!(traces.len(), 8, "each of three steps is one of two");
    traces.sort_unstable();
    traces.dedup();
    assert_eq!(traces.len(), 8);
    assert!(ran.stderr.contains("8 written") && ran.stderr.contains("92"), "{}", ran.stderr);
    let threads = charmgrammar(&directory, &[&line[..], &["--jobs", "4"]].concat());
    assert_same(&ran.stdout, &threads.stdout, "with four threads others come first");
    charmgrammar(&directory, &[&line[..], &["--shard", "0/2"]].concat()).unanswered();
}

#[test]
fn traces_are_drawn_again_until_their_length_fits() {
    let directory = directory();
    let lengths = |options: &[&str]| -> Vec<usize> {
        let line = [&["generate", "example", "--seed", "3", "-n", "40", "--format", "names"], options].concat();
        charmgrammar(&directory, &line).ok().split_terminator("\n\n").map(|trace| trace.lines().count()).collect()
    };
    assert!(lengths(&[]).iter().any(|length| !(20..=25).contains(length)));
    assert!(lengths(&["--min-events", "20", "--max-events", "25"]).iter().all(|length| (20..=25).contains(length)));
    // What fits at once is the same trace.
    let wide = ["generate", "example", "--seed", "3", "-n", "9"];
    assert_same(
        &charmgrammar(&directory, &wide).ok(),
        &charmgrammar(&directory, &[&wide[..], &["--min-events", "1", "--max-events", "10000"]].concat()).ok(),
        "bounds that everything keeps change nothing",
    );
    let line = ["generate", "example", "--seed", "3", "--min-events", "5000", "--attempts", "7"];
    let message = charmgrammar(&directory, &line).unanswered();
    assert!(message.contains('7') && message.contains("5000") && message.contains("seed 3"), "{message}");
    charmgrammar(&directory, &["generate", "example", "--min-events", "5", "--max-events", "4"]).unanswered();
    charmgrammar(&directory, &["generate", "example", "--attempts", "0"]).unanswered();
}

#[test]
fn an_error_while_walking_tells_seed_trace_place_and_the_trace_so_far() {
    let directory = directory();
    let text = "event a\nevent b\nstate n: 0..2 = 0\nphase only {\n    a\n    repeat 5 { n += 1 b }\n}\n";
    fs::write(directory.path().join("leaves.charmgrammar"), text).unwrap();
    let ran = charmgrammar(&directory, &["generate", "leaves.charmgrammar", "--seed", "5", "--from", "12"]);
    let message = ran.unanswered();
    for part in [
        "error[domain-error]",
        "leaves.charmgrammar:6:16",
        "trace 12 of seed 5",
        "simulation:\nPHASE Phase.only:\n    Event  :: a\n    Event  :: b\n    Event  :: b\n",
    ] {
        assert!(message.contains(part), "{part} is not in\n{message}");
    }
}

// --------------------------------------------------------------------------------------------------------- settings

#[test]
fn settings_change_what_is_walked() {
    let directory = directory();
    let names = |options: &[&str]| {
        let line = [&["generate", "small.charmgrammar", "--seed", "3", "--format", "names"], options].concat();
        charmgrammar(&directory, &line).ok()
    };
    let count = |options: &[&str]| names(options).lines().filter(|line| !line.is_empty()).count();
    assert_eq!(count(&[]), 6);
    assert_eq!(count(&["--set", "n=0"]), 3);
    assert_eq!(count(&["--profile", "long"]), 12);
    assert_eq!(count(&["--profile", "long", "--set", "n=1"]), 4);
    assert_eq!(count(&["--set", "n=1", "--set", "n=2"]), 5);
    assert_eq!(count(&["--set", "on=false", "--set", "red.open=false"]), 4);
    assert_eq!(count(&["--with", "box green", "--with", "box blue { open = false }"]), 7);
    assert!(!names(&["--profile", "long", "--weight", "wind=0", "--set", "on=false"]).contains("tick"));
    let checked = |options: &[&str]| {
        let line = [&["check", "--syntax", "small.charmgrammar"], options].concat();
        charmgrammar(&directory, &line)
    };
    assert_eq!(checked(&["--set", "n=9", "--profile", "long", "--weight", "wind=3", "--with", "box x"]).ok(), "");
}

#[test]
fn settings_that_cannot_be_are_told() {
    let directory = directory();
    for (options, code) in [
        (&["--set", "m=3"][..], "undefined-setting"),
        (&["--set", "n=10"], "out-of-domain"),
        (&["--set", "n=true"], "type-mismatch"),
        (&["--set", "n"], "syntax"),
        (&["--set", "n="], "syntax"),
        (&["--set", "red.shut=true"], ""),
        (&["--set", "blue.open=true"], ""),
        (&["--profile", "lnog"], "undefined-profile"),
        (&["--weight", "wnid=3"], ""),
        (&["--weight", "wind=-1"], ""),
        (&["--weight", "wind"], "syntax"),
        (&["--with", "box"], "syntax"),
        (&["--with", "bxo green"], "undefined-kind"),
        (&["--with", "box red"], "duplicate-name"),
    ] {
        for command in [&["check", "--syntax"][..], &["generate", "--seed", "1"]] {
            let ran = charmgrammar(&directory, &[command, &["small.charmgrammar"], options].concat());
            let told = ran.stdout + &ran.stderr;
            assert_eq!(ran.code, 2, "{options:?}\n{told}");
            assert!(!told.contains("panicked"), "{options:?}\n{told}");
            assert!(told.contains("error") && told.contains(code), "{options:?}\n{told}");
        }
    }
    let told = charmgrammar(&directory, &["generate", "small.charmgrammar", "--profile", "lnog"]).unanswered();
    assert!(told.contains("did you mean `long`?"), "{told}");
    let told = charmgrammar(&directory, &["generate", "small.charmgrammar", "--weight", "wnid=3"]).unanswered();
    assert!(told.contains("did you mean `wind`?"), "{told}");
}

#[test]
fn standard_input_is_a_grammar() {
    let directory = directory();
    let line = ["generate", "-", "--seed", "3"];
    let story = charmgrammar(&directory, &["generate", "small.charmgrammar", "--seed", "3"]).ok();
    assert_same(&story, &piped(&directory, &line, SMALL.as_bytes()).ok(), "from standard input another story comes");
    assert_eq!(piped(&directory, &["check", "--syntax", "-"], SMALL.as_bytes()).ok(), "");
    let ran = piped(&directory, &["check", "--syntax", "-"], b"event a\nphase p { b }\n");
    assert!(ran.code == 2 && ran.stdout.contains(":2:11"), "{}", ran.stdout);
    // What it uses is looked for where one stands.
    let text = b"use \"small.charmgrammar\" { n = 1 }\n";
    assert_eq!(piped(&directory, &["check", "--syntax", "-"], text).ok(), "");
    assert_eq!(piped(&directory, &["generate", "-", "--format", "names", "--seed", "1"], text).ok().lines().count(), 5);
}

#[test]
fn a_file_is_used_relative_to_the_one_that_uses_it() {
    let directory = directory();
    fs::create_dir_all(directory.path().join("a/b")).unwrap();
    fs::write(directory.path().join("a/one.charmgrammar"), "use \"b/two.charmgrammar\"\n").unwrap();
    fs::write(directory.path().join("a/b/two.charmgrammar"), "use \"../../small.charmgrammar\"\n").unwrap();
    let story = charmgrammar(&directory, &["generate", "small.charmgrammar", "--seed", "3"]).ok();
    for path in ["a/one.charmgrammar", "./a/../a/one.charmgrammar", "a/b/two.charmgrammar"] {
        assert_same(&story, &charmgrammar(&directory, &["generate", path, "--seed", "3"]).ok(), path);
    }
}

#[test]
fn a_file_that_has_the_name_of_a_builtin_is_written_with_its_directory() {
    let directory = directory();
    fs::write(directory.path().join("example"), SMALL).unwrap();
    let small = charmgrammar(&directory, &["generate", "small.charmgrammar", "--seed", "3"]).ok();
    assert_eq!(charmgrammar(&directory, &["generate", "./example", "--seed", "3"]).ok(), small);
    assert_ne!(charmgrammar(&directory, &["generate", "example", "--seed", "3"]).ok(), small);
}

// ----------------------------------------------------------------------------------------------------- output files

#[test]
fn an_output_file_appears_whole_or_not_at_all() {
    let directory = directory();
    let names = |directory: &TempDir| -> Vec<String> {
        files(directory.path()).iter().map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let text = "event a\nevent b\nstate n: 0..50 = 0\nphase only { repeat 0..60 { n += 1 a } }\n";
    fs::write(directory.path().join("leaves.charmgrammar"), text).unwrap();
    let before = names(&directory);

    let line = ["generate", "leaves.charmgrammar", "--seed", "1", "-n", "1000", "-o", "traces"];
    let message = charmgrammar(&directory, &line).unanswered();
    assert!(message.contains("domain-error"), "{message}");
    assert_eq!(names(&directory), before, "a walk that fails leaves no file");

    fs::write(directory.path().join("traces"), "as it was").unwrap();
    charmgrammar(&directory, &line).unanswered();
    assert_eq!(fs::read_to_string(directory.path().join("traces")).unwrap(), "as it was");

    let line = ["generate", "small.charmgrammar", "--seed", "1", "-n", "1000", "--format", "names", "--jobs", "2"];
    let text = charmgrammar(&directory, &line).ok();
    let to_file = charmgrammar(&directory, &[&line[..], &["-o", "traces"]].concat()).ok();
    assert_eq!(to_file, "", "what goes to a file does not go to standard output");
    assert_same(&text, &fs::read_to_string(directory.path().join("traces")).unwrap(), "the file has other traces");
    assert_same(&text, &charmgrammar(&directory, &[&line[..], &["-o", "-"]].concat()).ok(), "`-` is standard output");
    fs::remove_file(directory.path().join("traces")).unwrap();
    assert_eq!(names(&directory), before, "nothing else is left behind");
}

#[test]
fn an_output_that_cannot_be_written_is_told() {
    let directory = directory();
    for output in ["no/such/directory/traces", "."] {
        let line = ["generate", "small.charmgrammar", "--seed", "1", "-o", output];
        let message = charmgrammar(&directory, &line).unanswered();
        assert!(message.contains("cannot write to"), "{message}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let directory = directory();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for number in ["1", "20000"] {
        let line = ["generate", "small.charmgrammar", "--seed", "1", "-n", number, "-o", "/dev/full"];
        let message = charmgrammar(&directory, &line).unanswered();
        assert!(message.contains("cannot write to `/dev/full`"), "{message}");
        let ran = finish(binary(directory.path()).args(&line[..6]).stdout(full()));
        assert_eq!(ran.code, 2, "with standard output on a full disk");
        assert!(ran.stderr.contains("cannot write to standard output"), "{}", ran.stderr);
    }
    for line in [&["list"][..], &["show", "example"], &["man"], &["completions", "bash"], &["--help"]] {
        let ran = finish(binary(directory.path()).args(line).stdout(full()));
        assert_eq!((ran.code, ran.stderr.contains("cannot write")), (2, true), "{line:?}: {}", ran.stderr);
    }
    fs::write(directory.path().join("wrong.charmgrammar"), "event a\n".repeat(500)).unwrap();
    let ran = finish(binary(directory.path()).args(["check", "--syntax", "wrong.charmgrammar"]).stdout(full()));
    assert_eq!((ran.code, ran.stderr.contains("cannot write")), (2, true), "{}", ran.stderr);
    // Nobody is left to be told anything, and the answer stands.
    let ran = finish(binary(directory.path()).args(["generate", "missing.charmgrammar"]).stderr(full()));
    assert_eq!(ran.code, 2);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_is_closed_early_is_quiet() {
    let directory = directory();
    for jobs in ["1", "3"] {
        let line = ["generate", "example", "--seed", "1", "-n", "1000000", "--jobs", jobs];
        let mut command = binary(directory.path());
        let mut child = command.args(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert_eq!(first, "simulation:\n");
        // The reader is dropped; the rest of a million traces has nowhere to go.
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    }
}

#[test]
fn traces_come_while_others_are_still_drawn() {
    let directory = directory();
    // Somebody who reads a trace, and then asks for nothing more, does not wait for the end of an endless number.
    let line = ["generate", "example", "--seed", "1", "-n", "100000000", "--format", "jsonl"];
    let mut child = binary(directory.path()).args(line).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    for _ in 0..100 {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"format\":1"), "{line}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

// ------------------------------------------------------------------------------------------------- other commands

#[test]
fn built_in_grammars_are_listed_and_shown_and_are_the_files_of_specs() {
    let directory = directory();
    let list = charmgrammar(&directory, &["list"]).ok();
    let names: Vec<&str> = list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let specs = files(&root().join("specs"));
    let grammars = specs.iter().filter(|path| path.extension().is_some_and(|found| found == "charmgrammar"));
    let mut expected: Vec<&str> = grammars.map(|path| path.file_stem().unwrap().to_str().unwrap()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
    assert!(names.contains(&"example") && names.contains(&"prototype"), "{names:?}");
    for (name, line) in names.iter().zip(list.lines()) {
        assert!(line.split_whitespace().count() > 2, "{name} says nothing about itself: {line}");
        let text = charmgrammar(&directory, &["show", name]).ok();
        assert_same(&fs::read_to_string(root().join(format!("specs/{name}.charmgrammar"))).unwrap(), &text, name);
        // What is shown walks as a file as it does by its name.
        let path = format!("my-{name}.charmgrammar");
        fs::write(directory.path().join(&path), &text).unwrap();
        let generate = |grammar: &str| charmgrammar(&directory, &["generate", grammar, "--seed", "7", "-n", "5"]).ok();
        assert_same(&generate(name), &generate(&path), name);
        assert_eq!(charmgrammar(&directory, &["check", "--syntax", name, &path]).ok(), "");
    }
    let message = charmgrammar(&directory, &["show", "exmaple"]).unanswered();
    assert!(message.contains("exmaple"), "{message}");
}

#[test]
fn completions_come_for_every_shell_and_manual_pages_for_every_command() {
    let directory = directory();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = charmgrammar(&directory, &["completions", shell]).ok();
        for word in ["generate", "check", "seed", "profile"] {
            assert!(script.contains(word), "{shell} does not complete {word}");
        }
    }
    charmgrammar(&directory, &["completions", "no-shell"]).unanswered();
    assert!(charmgrammar(&directory, &["man"]).ok().contains(".TH charmgrammar 1"));
    for command in ["check", "generate", "list", "show", "completions", "man"] {
        let page = charmgrammar(&directory, &["man", command]).ok();
        assert!(page.contains(".TH") && page.contains("EXAMPLES") || page.contains("Examples"), "{command}: {page}");
        let help = charmgrammar(&directory, &[command, "--help"]).ok();
        assert!(help.contains("Usage: charmgrammar") && help.contains("Examples:"), "{command}: {help}");
        assert!(charmgrammar(&directory, &[command, "-h"]).ok().contains("Usage:"));
    }
}

#[test]
fn colors_come_when_they_are_asked_for_alone() {
    let directory = directory();
    fs::write(directory.path().join("wrong.charmgrammar"), "event a\nphase only { b }\n").unwrap();
    let line = ["check", "--syntax", "wrong.charmgrammar"];
    let plain = charmgrammar(&directory, &line).stdout;
    assert!(!plain.contains('\x1b'));
    let colored = charmgrammar(&directory, &[&line[..], &["--color", "always"]].concat()).stdout;
    assert!(colored.contains('\x1b'));
    let forced = finish(binary(directory.path()).args(line).env("CLICOLOR_FORCE", "1")).stdout;
    assert_same(&colored, &forced, "CLICOLOR_FORCE");
    let not = finish(binary(directory.path()).args(line).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")).stdout;
    let never = [&line[..], &["--color", "never"]].concat();
    assert_same(
        &plain,
        &finish(binary(directory.path()).args(never).env("CLICOLOR_FORCE", "1")).stdout,
        "--color never",
    );
    assert!(!not.contains('\x1b'), "NO_COLOR wins");
    assert!(charmgrammar(&directory, &[&line[..], &["--color", "sometimes"]].concat()).code == 2);
}

// ---------------------------------------------------------------------------------------------- texts that are wrong

#[test]
fn texts_that_are_no_grammar_get_a_clear_error() {
    let directory = directory();
    let mut binary_file: Vec<u8> = (0..20_000u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
    binary_file[..4].copy_from_slice(b"\x7fELF");
    let nested = |open: &str, inner: &str, close: &str| {
        format!("event a\nphase only {{ {}{inner}{} }}\n", open.repeat(100_000), close.repeat(100_000)).into_bytes()
    };
    let one_line = |piece: &str| piece.repeat(5_000_000 / piece.len()).into_bytes();
    for (name, text, code) in [
        ("binary", binary_file, "not-utf8"),
        ("zeros", vec![0; 100_000], "syntax"),
        ("one word of 5 MB", one_line("x"), "error"),
        ("one line of 5 MB", one_line("event a "), "duplicate-name"),
        (
            "a body of 5 MB",
            [b"event a phase only { b ".to_vec(), one_line("a a "), b"}".to_vec()].concat(),
            "undefined-event",
        ),
        ("opened and opened", one_line("{"), "error"),
        ("closed and closed", one_line(")"), "syntax"),
        ("a string of 5 MB", one_line("\""), "syntax"),
        ("blocks", nested("{", "a", "}"), "nesting-limit"),
        ("parentheses", nested("if (", "true", ") {}"), "nesting-limit"),
        (
            "parentheses alone",
            [b"let x = ".to_vec(), b"(".repeat(100_000), b"1".to_vec(), b")".repeat(100_000)].concat(),
            "nesting-limit",
        ),
        ("open parentheses", [b"let x = ".to_vec(), b"(".repeat(100_000)].concat(), "error"),
        ("nots", [b"let x = ".to_vec(), b"not ".repeat(100_000), b"true".to_vec()].concat(), "error"),
        ("minuses", [b"let x = ".to_vec(), b"- ".repeat(100_000), b"1".to_vec()].concat(), "error"),
        (
            "else ifs",
            [b"event a phase only { if true {} ".to_vec(), b"else if true {} ".repeat(100_000), b"b }".to_vec()]
                .concat(),
            "error",
        ),
        (
            "maybes",
            [b"event a phase only { ".to_vec(), b"maybe 50% ".repeat(100_000), b"a }".to_vec()].concat(),
            "nesting-limit",
        ),
        ("members", [b"let x = a".to_vec(), b".b".repeat(100_000)].concat(), "error"),
        ("sums", [b"let x = y ".to_vec(), b"+ 1 ".repeat(100_000)].concat(), "undefined-name"),
        (
            "patterns",
            [
                b"test \"x\" rejects { ".to_vec(),
                b"(".repeat(100_000),
                b"a".to_vec(),
                b")".repeat(100_000),
                b" }".to_vec(),
            ]
            .concat(),
            "nesting-limit",
        ),
        ("negations", [b"test \"x\" rejects { ".to_vec(), b"!".repeat(100_000), b"a }".to_vec()].concat(), "error"),
    ] {
        fs::write(directory.path().join("text.charmgrammar"), &text).unwrap();
        let generated = charmgrammar(&directory, &["generate", "text.charmgrammar", "--seed", "1"]);
        assert_eq!((generated.code, generated.stdout.as_str()), (2, ""), "{name}");
        for told in [generated.stderr, charmgrammar(&directory, &["check", "--syntax", "text.charmgrammar"]).stdout] {
            assert!(told.contains("error[") && told.contains(code), "{name}: {}", beginning(&told));
            assert!(!told.contains("panicked"), "{name}: {}", beginning(&told));
            assert!(told.len() < 2_000_000, "{name}: {} bytes are too much to read", told.len());
        }
    }
}

#[test]
fn an_empty_file_is_no_mistake_and_yet_nothing_to_generate() {
    let directory = directory();
    for text in ["", " \n\t\n# nothing\n", "## Only words for others.\n\nevent start\n"] {
        fs::write(directory.path().join("empty.charmgrammar"), text).unwrap();
        // A file that others use may have no phase.
        let checked = charmgrammar(&directory, &["check", "--syntax", "empty.charmgrammar"]);
        assert_eq!((checked.code, checked.stdout.contains("warning[no-phase]")), (0, true), "{}", checked.stdout);
        let message = charmgrammar(&directory, &["generate", "empty.charmgrammar", "--seed", "1"]).unanswered();
        assert!(message.contains("error[no-phase]"), "{message}");
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(2000).collect()
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let directory = directory();
    let file = fs::File::create(directory.path().join("large.charmgrammar")).unwrap();
    file.set_len((16 << 20) + 1).unwrap();
    let message = charmgrammar(&directory, &["generate", "large.charmgrammar"]).unanswered();
    assert!(message.contains("error[file-too-large]"), "{message}");
}

#[test]
fn files_that_use_themselves_and_each_other_are_told() {
    let directory = directory();
    for (name, text) in [
        ("self", "use \"self.charmgrammar\"\n"),
        ("one", "use \"two.charmgrammar\"\n"),
        ("two", "use \"./three.charmgrammar\"\n"),
        ("three", "use \"one.charmgrammar\"\n"),
    ] {
        fs::write(directory.path().join(format!("{name}.charmgrammar")), text).unwrap();
    }
    let told = charmgrammar(&directory, &["generate", "self.charmgrammar"]).unanswered();
    assert!(told.contains("error[use-cycle]") && told.contains("self.charmgrammar:1:"), "{told}");
    let told = charmgrammar(&directory, &["generate", "one.charmgrammar"]).unanswered();
    assert!(told.contains("error[use-cycle]"), "{told}");
    for name in ["one.charmgrammar", "two.charmgrammar", "three.charmgrammar"] {
        assert!(told.contains(name), "the chain shows {name}\n{told}");
    }
}

#[test]
fn grammars_without_an_end_are_stopped() {
    let directory = directory();
    for (text, code) in [
        ("event a phase only { r() } rule r() { a r() }", "endless-rule"),
        ("event a phase only { r() } rule r() { r() a }", "left-recursion"),
        ("event a state on: bool = true phase only { repeat while on { a } }", "event-limit"),
        ("event a state on: bool = true phase only { a repeat while on { on = true } }", "step-limit"),
        ("event a state on: bool = true phase only { r() } rule r() { a if on { r() r() } }", ""),
        ("event a phase only { settle } reaction again { a }", "event-limit"),
        ("event a phase only { meanwhile { 99.9999% a } a } phase last {}", ""),
    ] {
        fs::write(directory.path().join("endless.charmgrammar"), text).unwrap();
        let ran = charmgrammar(&directory, &["generate", "endless.charmgrammar", "--seed", "1"]);
        assert!(!ran.stderr.contains("panicked"), "{text}\n{}", ran.stderr);
        if !code.is_empty() || ran.code != 0 {
            let told = ran.unanswered();
            assert!(told.contains(code), "{text}\n{told}");
            assert!(told.lines().count() < 200, "{text}\n{}", beginning(&told));
        }
    }
}

#[test]
fn standard_input_that_never_ends_is_not_read_for_ever() {
    let directory = directory();
    let mut child = binary(directory.path())
        .args(["generate", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let chunk = vec![b' '; 1 << 20];
    // More than the limit; the write fails when the program has read enough and is gone.
    let n_written = (0..200).take_while(|_| stdin.write_all(&chunk).is_ok()).count();
    drop(stdin);
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert!(told.contains("error[file-too-large]"), "{told}");
    assert!(n_written < 200, "all of it was read");
}

#[cfg(unix)]
#[test]
fn a_pipe_and_a_link_are_grammars_too() {
    let directory = directory();
    std::os::unix::fs::symlink("small.charmgrammar", directory.path().join("link.charmgrammar")).unwrap();
    let story = charmgrammar(&directory, &["generate", "small.charmgrammar", "--seed", "3"]).ok();
    assert_eq!(charmgrammar(&directory, &["generate", "link.charmgrammar", "--seed", "3"]).ok(), story);
    if Path::new("/dev/stdin").exists() {
        assert_eq!(piped(&directory, &["generate", "/dev/stdin", "--seed", "3"], SMALL.as_bytes()).ok(), story);
    }
}

#[test]
fn more_threads_than_the_machine_has_make_the_same_traces_up_to_a_limit() {
    let directory = directory();
    let line = ["generate", "small.charmgrammar", "--seed", "3", "-n", "200000", "--format", "names"];
    let one = charmgrammar(&directory, &[&line[..], &["--jobs", "1"]].concat()).ok();
    let many = charmgrammar(&directory, &[&line[..], &["--jobs", "200"]].concat()).ok();
    assert_same(&one, &many, "with 200 threads other traces come");
    charmgrammar(&directory, &[&line[..], &["--jobs", "40000"]].concat()).unanswered();
}

#[test]
fn expressions_that_are_deep_by_way_of_lets_are_walked_or_refused() {
    let directory = directory();
    for (lets, levels) in [(2, 100), (60, 100), (2_000, 100), (100_000, 1)] {
        let (open, close) = ("(1 - ".repeat(levels), ")".repeat(levels));
        let mut text = "state s: 0..1 = 1\nevent a\nphase p { a if l0 == 1 { a } }\n".to_owned();
        for number in 0..lets {
            writeln!(text, "let l{number} = {open}l{}{close}", number + 1).unwrap();
        }
        writeln!(text, "let l{lets} = s").unwrap();
        fs::write(directory.path().join("deep.charmgrammar"), text).unwrap();
        for jobs in ["1", "2"] {
            let line = ["generate", "deep.charmgrammar", "--seed", "1", "-n", "4", "--jobs", jobs];
            let ran = charmgrammar(&directory, &line);
            match ran.code {
                0 => assert_eq!(ran.stdout.matches("end.\n").count(), 4),
                _ => assert!(ran.unanswered().contains("error["), "{lets} lets, {levels} levels each"),
            }
        }
    }
}
