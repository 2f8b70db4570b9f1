//! `validate` as its users meet it.

use std::fs;

use serde_json::Value;

use crate::support::{Ran, binary, corpus, finish, run, run_with};

/// The published story.
const PUBLISHED: &str = "tests/fixtures/published.story";

/// The events of the published story, one a line.
fn published_names() -> String {
    let text = fs::read_to_string(PUBLISHED).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("Event :: ")).flat_map(|name| [name, "\n"]).collect()
}

/// A grammar and a trace by `validate`, the grammar as a file.
fn judged(grammar: &str, options: &[&str], trace: &[u8]) -> Ran {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("g.charmgrammar");
    fs::write(&path, grammar).unwrap();
    let line = [&["validate", path.to_str().unwrap()], options].concat();
    run_with(&line, trace)
}

#[test]
fn the_published_trace_belongs_to_the_prototype_verbatim() {
    assert_eq!(run(&["validate", "prototype", PUBLISHED]).ok(), "valid\n");
    assert_eq!(run_with(&["validate", "prototype"], published_names().as_bytes()).ok(), "valid\n");
}

#[test]
fn the_example_knows_that_a_broken_relation_does_not_change() {
    let ran = run_with(&["validate", "example"], published_names().as_bytes());
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.starts_with("invalid at 19: http-relation-changed\n  expected config-changed, "),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.ends_with("\n  --> <stdin>:19\n"), "{}", ran.stdout);
    let ran = run(&["validate", "example", PUBLISHED]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.starts_with("invalid at 28: change(http) by this_charm\n"), "{}", ran.stdout);
    let expected = ran.stdout.lines().nth(1).unwrap();
    assert!(expected.contains("change(mongo) by this_charm") && !expected.contains("change(http)"), "{expected}");

    let mended: Vec<String> = fs::read_to_string(PUBLISHED).unwrap().lines().map(str::to_owned).collect();
    let slip = mended.iter().position(|line| line.contains("'change'(http)")).unwrap();
    let mended = [&mended[..slip], &mended[slip + 2..]].concat().join("\n");
    assert_eq!(run_with(&["validate", "example"], mended.as_bytes()).ok(), "valid\n");
    let names: Vec<&str> = mended.lines().filter_map(|line| line.strip_prefix("Event :: ")).collect();
    assert_eq!(run_with(&["validate", "example"], names.join("\n").as_bytes()).ok(), "valid\n");
}

#[test]
fn every_trace_that_is_generated_is_accepted_and_so_is_every_prefix_of_it() {
    for path in corpus("walk") {
        for (format, shows) in [
            ("names", None),
            ("story", None),
            ("jsonl", None),
            ("jsonl", Some("events")),
            ("jsonl", Some("actions,states")),
            ("story", Some("phases,events")),
        ] {
            // Of a sequence without its events much may be silent.
            let many = if shows.is_none() { "100" } else { "3" };
            let mut line = vec!["generate", &path, "--seed", "5", "-n", many, "--format", format, "--quiet"];
            line.extend(["--event-limit", "2000"]);
            line.extend(shows.iter().flat_map(|shows| ["--shows", shows]));
            let made = run(&line);
            if made.code != 0 {
                continue;
            }
            let mut line = vec!["validate", &path, "--quiet", "--limit", "20000"];
            // A story does not say what it leaves out.
            line.extend(shows.filter(|_| format == "story").iter().flat_map(|shows| ["--shows", shows]));
            let judged = run_with(&line, made.stdout.as_bytes());
            let is_wide = shows.is_some() && judged.stderr.contains(" configurations agree with the trace");
            assert!(judged.code == 0 || is_wide, "{path} {format} {shows:?}\n{}{}", judged.stdout, judged.stderr);
            assert_eq!(judged.stdout, "", "{path} {format} {shows:?}");
            if format == "names" {
                let prefixes = prefixes(&made.stdout).concat();
                let judged = run_with(&["validate", &path, "--quiet", "--prefix"], prefixes.as_bytes());
                assert_eq!((judged.code, judged.stdout.as_str()), (0, ""), "{path}\n{}", judged.stderr);
            }
        }
    }
}

/// Beginnings of the first traces, each as names.
fn prefixes(text: &str) -> Vec<String> {
    let traces = text.split("\n\n").filter(|trace| !trace.is_empty()).take(10);
    let prefixes = traces.flat_map(|trace| {
        let lines: Vec<&str> = trace.lines().collect();
        (1..=lines.len().min(40)).map(|length| lines[..length].join("\n") + "\n\n").collect::<Vec<_>>()
    });
    prefixes.collect()
}

#[test]
fn many_traces_have_a_verdict_each_and_a_count() {
    let ran = run_with(&["validate", "prototype", PUBLISHED, "-"], b"install\n\nstart\n");
    assert_eq!(ran.code, 1);
    let verdicts: Vec<&str> = ran.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(verdicts, ["valid", "invalid at 1: install", "invalid at 1: start"]);
    assert_eq!(ran.stderr, "note: 3 traces: 1 valid, 2 invalid\n");
}

const TWO: &str = "event a  event b  event c  phase p { a b maybe 50% c }";

#[test]
fn what_is_expected_is_told_sorted() {
    let ran = judged(TWO, &[], b"a\nb\na\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, "invalid at 3: a\n  expected (end), c\n  --> <stdin>:3\n"));
    let ran = judged(TWO, &[], b"a\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (1, "invalid at end: expected b\n  --> <stdin>:1\n"));
    assert_eq!(judged(TWO, &["--prefix"], b"a\n").ok(), "valid\n");
    let ran = judged("state x: 0..1 = 1  event a  phase p { a x += 1 }", &[], b"a\n");
    assert!(
        ran.stdout.starts_with("invalid at end: expected nothing: every run that agrees so far fails"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_event_outside_the_alphabet_is_told_what_was_meant() {
    let ran = run_with(&["validate", "example", "--prefix"], b"workload-pebble-redy\n");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "invalid at 1: workload-pebble-redy");
    assert_eq!(lines[1], "  there is no event `workload-pebble-redy`; did you mean `workload-pebble-ready`?");
    assert_eq!(lines[2], "  expected storage1-storage-attached, update-status, workload-pebble-ready");
}

#[test]
fn events_may_be_hidden_repeated_and_ignored() {
    assert_eq!(judged(TWO, &["--hide", "a"], b"b\n").ok(), "valid\n");
    assert_eq!(judged(TWO, &["--hide", "*"], b"a\n").ok(), "valid\n");
    assert_eq!(judged(TWO, &["--stutter", "a"], b"a\na\na\nb\n").ok(), "valid\n");
    assert_eq!(judged(TWO, &["--stutter", "a"], b"a\nb\nb\n").code, 1);
    assert_eq!(judged(TWO, &["--ignore", "juju-*"], b"a\njuju-run\nb\n").ok(), "valid\n");
    // What is ignored is not counted.
    let ran = judged(TWO, &["--ignore", "juju-*"], b"juju-run\na\na\n");
    assert!(ran.stdout.starts_with("invalid at 2: a\n") && ran.stdout.ends_with("--> <stdin>:3\n"), "{}", ran.stdout);
    for option in ["--hide", "--stutter"] {
        let told = judged(TWO, &[option, "d"], b"a\n").unanswered();
        assert!(told.starts_with(&format!("error: {option}: `d` stands for no event of the grammar")), "{told}");
    }
}

#[test]
fn kinds_that_are_not_shown_are_not_compared() {
    let grammar = "source user, agent  event a  event b  phase p { do }\n\
                   action one as \"1\" by user, agent { a }  action two by user { b }";
    let story = |items: &str| format!("simulation:\n{items}end.\n");
    let whole = story("PHASE Phase.p:\nAction :: Source.agent --> '1'\nEvent :: a\n");
    assert_eq!(judged(grammar, &[], whole.as_bytes()).ok(), "valid\n");
    let without = story("Action :: Source.user --> 'two'\nEvent :: b\n");
    assert_eq!(judged(grammar, &[], without.as_bytes()).code, 1);
    assert_eq!(judged(grammar, &["--shows", "actions,events"], without.as_bytes()).ok(), "valid\n");
    assert_eq!(
        judged(grammar, &["--shows", "actions"], story("Action :: Source.user --> '1'\n").as_bytes()).ok(),
        "valid\n"
    );
    let wrong = story("Action :: Source.agent --> 'two'\n");
    let ran = judged(grammar, &["--shows", "actions"], wrong.as_bytes());
    assert!(ran.stdout.starts_with("invalid at 1: two by agent\n"), "{}", ran.stdout);
    // What a jsonl trace says it shows, or else what occurs in it.
    assert_eq!(judged(grammar, &[], br#"{"shows":["actions"],"items":[{"action":"1"}]}"#).ok(), "valid\n");
    assert_eq!(judged(grammar, &[], br#"{"items":[{"action":"1","source":"agent"}]}"#).ok(), "valid\n");
    assert_eq!(judged(grammar, &[], br#"{"items":["b"]}"#).ok(), "valid\n");
    assert_eq!(judged(grammar, &[], br#"{"shows":["phases"],"items":["b",{"phase":"p"}]}"#).ok(), "valid\n");
}

const ARRAY: &str = "kind r { state live: bool = false }  r db[2]  event <r>-joined(unit: 0..3)  event <r>-left\n\
                     phase p { for one x: r { x.live = true  for one u: 0..3 { <x>-joined(unit = u) } }\n\
                               for each x: r where x.live { <x>-left } }";

#[test]
fn what_an_item_leaves_out_is_not_compared() {
    let line = |items: &str| format!("{{\"items\":[{items}]}}");
    for valid in [
        r#""db-joined","db-left""#,
        r#"{"event":"db-joined","of":{"r":"db[1]"}},"db-left""#,
        r#"{"event":"db-joined","of":{"r":"db[1]"},"payload":{"unit":2}},{"event":"db-left","of":{"r":"db[1]"}}"#,
        r#"{"event":"db-joined","payload":{"unit":2},"data":{"x":[1]}},{"set":{"db[0].live":true}},"db-left""#,
    ] {
        assert_eq!(judged(ARRAY, &[], line(valid).as_bytes()).ok(), "valid\n", "{valid}");
    }
    let other = r#"{"event":"db-joined","of":{"r":"db[1]"}},{"event":"db-left","of":{"r":"db[0]"}}"#;
    let ran = judged(ARRAY, &[], line(other).as_bytes());
    assert_eq!(ran.stdout, "invalid at 2: db[0]-left\n  expected db[1]-left\n  --> <stdin>:1\n");
    let ran = judged(ARRAY, &[], line(r#"{"event":"db-joined","payload":{"unit":9}}"#).as_bytes());
    assert!(ran.stdout.starts_with("invalid at 1: db-joined (unit=9)\n"), "{}", ran.stdout);
}

#[test]
fn a_log_may_begin_anywhere() {
    let grammar = "event a  event b  event c  state x: 0..9 = 0  phase p { repeat 9 { x += 1 a } b c }";
    assert_eq!(judged(grammar, &["--from-anywhere"], b"a\na\nb\nc\n").ok(), "valid\n");
    assert_eq!(judged(grammar, &["--from-anywhere", "--prefix"], b"b\n").ok(), "valid\n");
    assert_eq!(judged(grammar, &["--from-anywhere"], b"c\na\n").code, 1);
    assert_eq!(judged(grammar, &["--from-anywhere"], b"a\na\na\na\na\na\na\na\na\na\nb\nc\n").code, 1);
    let many = "event a  event b  event c  event d  state x: 0..9 = 0  state y: 0..9 = 0\n\
                phase p { repeat 0.. mean 100 { choose {\n\
                    1 when x < 9 => { x += 1 a }  1 when x > 0 => { x -= 1 b }\n\
                    1 when y < 9 => { y += 1 c }  1 when y > 0 => { y -= 1 d } } } }";
    let ten = "a\n".repeat(10);
    assert_eq!(judged(many, &["--from-anywhere"], b"b\na\nd\n").ok(), "valid\n");
    assert_eq!(judged(many, &["--from-anywhere"], ten.as_bytes()).stdout.lines().next(), Some("invalid at 10: a"));
    // Where there are more configurations than the limit, a place stands for all that have it.
    let rough = ["--from-anywhere", "--prefix", "--limit", "95"];
    assert_eq!(judged(many, &rough, b"b\na\nd\n").ok(), "valid (approximate)\n");
    assert_eq!(judged(many, &rough, ten.as_bytes()).stdout.lines().next(), Some("invalid at 10: a"));
    let never = format!("{many} test \"few\" never x > 4");
    assert_eq!(judged(&never, &rough, b"a\na\na\na\n").ok(), "valid (approximate)\n");
    assert_eq!(judged(&never, &rough, b"a\na\na\na\na\n").stdout.lines().next(), Some("invalid at 5: a"));
}

#[test]
fn a_state_that_may_be_too_much_to_look_at_is_named() {
    let grammar = "event a  event b  state n: 0..9999999 = 2\n\
                   phase p { repeat 0.. mean 3 { if n == 7 { b } else { a } if n < 9999999 { n += 1 } } }";
    let ran = judged(grammar, &["--from-anywhere", "--limit", "200"], b"a\nb\n");
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("it does not tell `n` (10000000 values)"), "{}", ran.stderr);
}

#[test]
fn items_that_show_more_than_their_names_are_no_others() {
    let grammar = "event a  event v(n: 0..9)  phase p { a v(n = 1) a }";
    let trace = "{\"items\":[{\"event\":\"a\"},{\"event\":\"v\",\"payload\":{\"n\":1}},{\"event\":\"a\"}]}\n";
    // The second time all steps are known.
    let ran = judged(grammar, &[], trace.repeat(2).as_bytes());
    assert_eq!((ran.code, &*ran.stdout), (0, "valid\nvalid\n"));
}

#[test]
fn loops_that_show_nothing_are_counted() {
    for (grammar, trace) in [
        (
            "state n: 0..2 = 0  phase p { repeat 10 { if n == 0 { a n = 1 } else if n == 1 { b n = 2 } } c }",
            "a\nb\nc\n",
        ),
        ("state n: 0..99 = 0  phase p { a repeat 50 { n += 1 if n == 60 { end } } b }", "a\nb\n"),
        ("state n: 0..9 = 0  phase p { a repeat 5..8 while n < 9 { n += 1 } if n < 9 { b } }", "a\nb\n"),
        (
            "state x: bool = true  state n: 0..100000 = 0\n\
          phase p { repeat 100000 { if n == 0 { a choose { 1 => x = true, 1 => x = false } } if n == 40000 { b }\n\
                    if n < 100000 { n += 1 } } c }",
            "a\nb\nc\n",
        ),
    ] {
        let grammar = format!("event a  event b  event c  {grammar}");
        assert_eq!(judged(&grammar, &[], trace.as_bytes()).ok(), "valid\n", "{grammar}");
        let wrong = judged(&grammar, &[], format!("{trace}a\n").as_bytes());
        assert_eq!(wrong.code, 1, "{grammar}");
    }
}

#[test]
fn a_run_that_goes_on_too_long_has_no_verdict() {
    let grammar = "event a  event b  state x: bool = true  phase p { a repeat 600000 { x = not x } b }";
    let told = judged(grammar, &["--step-limit", "1000000"], b"a\nb\n").unanswered();
    assert!(told.contains("too many steps without an event") && told.contains("--step-limit"), "{told}");
    assert_eq!(judged(grammar, &["--step-limit", "2000000"], b"a\nb\n").ok(), "valid\n");
}

#[test]
fn a_param_may_be_any() {
    let grammar = "param juju: v2 | v3 | v4 = v3  event a  event b  event c  phase p { a if juju >= v3 { b } c }";
    let ran = judged(grammar, &["--any", "juju"], b"a\nb\nc\n\na\nc\n\na\na\n");
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["valid with juju=v3 or juju=v4", "valid with juju=v2"]);
    assert_eq!(lines[2..4], ["invalid at 2: a", "  expected c"]);
    assert_eq!((lines[4], ran.code), ("  with juju=v2, under which it goes furthest", 1));
    // Each reads all of a trace, whatever it thinks of its beginning.
    let grammar = "param p: bool = true  event a  event b  event c  phase x { a if p { b } else { c c } }";
    let ran = judged(grammar, &["--any", "p", "--any", "p"], b"a\nc\nc\n\na\nb\n\na\nc\nb\n");
    let lines: Vec<&str> = ran.stdout.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines, ["valid with p=false", "valid with p=true", "invalid at 3: b"]);
    let ran = judged(grammar, &["--any", "p"], b"{\"items\":[\"b\",1]}\n{\"items\":[\"a\",\"b\"]}\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, "valid with p=true\n"));
    assert_eq!(ran.stderr.matches("error: ").count(), 1, "{}", ran.stderr);
    let told = judged(grammar, &["--any", "jujo"], b"a\n").unanswered();
    assert_eq!(told, "error: --any: there is no param `jujo`\n");
    let grammar = "param juju: v2 | v3 = v3  event a  phase p { a }";
    let told = judged(grammar, &["--any", "jujo"], b"a\n").unanswered();
    assert_eq!(told, "error: --any: there is no param `jujo`; did you mean `juju`?\n");
}

#[test]
fn too_many_configurations_name_what_the_trace_does_not_tell() {
    let grammar = "kind r { state on: bool = any }  r db[9]  r one  r two  event a  state x: 0..99 = any\n\
                   phase p { a if x > 3 and any(r: r where r.index > 7 and r.on) or one.on { a } }";
    let told = judged(grammar, &["--limit", "50"], b"a\n").unanswered();
    assert!(told.starts_with("error: <stdin>:1: more than 50 configurations agree"), "{told}");
    assert!(told.contains("`x` (") && told.contains("raise the limit with --limit"), "{told}");
}

#[test]
fn deprecated_events_are_warned_of_once() {
    let grammar = TWO.replace("event c", "event c deprecated \"since 3.6\"");
    let ran = judged(&grammar, &[], b"a\nb\nc\n\na\nb\nc\n");
    assert_eq!(ran.stdout, "valid\nvalid\n");
    let told = "\nwarning: <stdin>:3: this event is deprecated: since 3.6\nnote: 2 traces: 2 valid\n";
    assert!(ran.stderr.ends_with(told), "{}", ran.stderr);
    assert_eq!(judged(&grammar, &["--quiet"], b"a\nb\nc\n").stderr, "");
}

#[test]
fn verdicts_are_written_as_data_and_as_annotations() {
    let lines = b"{\"trace\":4,\"seed\":7,\"items\":[\"a\",\"b\"]}\n{\"items\":[\"a\",\"x\"]}\n{\"items\":[1]}\n{\"items\":[\"a\"]}\n";
    let ran = judged(TWO, &["--format", "json"], lines);
    assert_eq!(ran.code, 2);
    let verdicts: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(verdicts.len(), 4);
    assert_eq!(
        verdicts[0],
        serde_json::json!({"input":"<stdin>","trace":1,"line":1,"verdict":"valid","number":4,"seed":7})
    );
    assert_eq!(verdicts[1]["at"], 2);
    assert_eq!((&verdicts[1]["item"], &verdicts[1]["expected"][0]), (&"x".into(), &"b".into()));
    assert_eq!((&verdicts[2]["verdict"], &verdicts[2]["line"]), (&"unreadable".into(), &3.into()));
    assert_eq!((&verdicts[3]["verdict"], &verdicts[3]["at"]), (&"invalid".into(), &"end".into()));

    let ran = judged(TWO, &["--format", "github"], b"a\nx\n\na\nb\n");
    assert_eq!(ran.code, 1);
    let expected = "::error file=<stdin>,line=2,title=charmgrammar invalid-trace::invalid at 2: x%0Athere is no event `x`%0Aexpected b\n";
    assert_eq!(ran.stdout, expected);
}

#[test]
fn what_is_no_trace_is_told_with_its_place() {
    for (input, told) in [
        (&b""[..], "error: `<stdin>` has no trace\n"),
        (b"\n \n\n", "error: `<stdin>` has no trace\n"),
        (b"\xff\xfe\x00a", "error: <stdin>:1: the input is not text"),
        (b"a\nb\0\n", "error: <stdin>:2: the input is not text"),
        (b"{\"items\":[\"a\",", "error: <stdin>:1:"),
        (b"{\"items\":3}", "error: <stdin>:1:"),
        (b"{\"items\":[{\"evnt\":\"a\"}]}", "error: <stdin>:1:"),
        (b"{\"shows\":[\"Events\"],\"items\":[\"zz\"]}", "error: <stdin>:1: `shows` has `Events`"),
        (b"simulation:\nPHASE Phase.p:\nnonsense\n", "error: <stdin>:3:"),
    ] {
        let ran = judged(TWO, &[], input);
        assert!(ran.code == 2 && ran.stderr.starts_with(told), "{input:?}: {}\n{}", ran.code, ran.stderr);
        assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    }
    // Behind a line that is wrong the next one is read.
    let ran = judged(TWO, &[], b"{\"items\":[\n{\"items\":[\"a\",\"b\"]}\n");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, "valid\n"));
    assert!(
        run(&["validate", "example", "no/such.txt"]).unanswered().starts_with("error: cannot read `no/such.txt`: ")
    );
    assert!(run(&["validate", "example", "tests"]).unanswered().starts_with("error: cannot read `tests`: "));
    assert!(run(&["validate", "-", "-"]).unanswered().starts_with("error: standard input cannot be both"));
}

#[test]
fn windows_and_editors_may_have_touched_a_trace() {
    for input in ["a\r\nb\r\n\r\n", "\u{feff}a\nb\n", "a\nb", "  a \n\tb\n\n\n", "# a comment\na\n# another\nb\n"] {
        assert_eq!(judged(TWO, &[], input.as_bytes()).ok(), "valid\n", "{input:?}");
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_is_refused_without_being_kept() {
    let directory = tempfile::tempdir().unwrap();
    for (begin, limit) in [("", "1048576"), ("{\"items\":[\"", "67108864"), ("simulation:\n", "1048576")] {
        let path = directory.path().join("long");
        fs::write(&path, begin.to_owned() + &"a".repeat(100_000_000)).unwrap();
        let ran = finish(binary(directory.path()).args(["validate", "example", "long"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains(&format!("longer than {limit} bytes")), "{}", ran.stderr);
    }
}

#[test]
fn counts_are_followed_without_being_told_apart() {
    let grammar = "event a  event b  event c  phase p { repeat 1..100000 { maybe 50% { a } b } repeat 500 { c } }";
    let trace = |n_ab: usize, n_c: usize| "a\nb\n".repeat(n_ab) + &"c\n".repeat(n_c);
    for (n_ab, n_c, verdict) in [
        (1, 500, "valid\n"),
        (100_000, 500, "valid\n"),
        (3, 499, "invalid at end: expected c\n  --> <stdin>:505\n"),
        (3, 501, "invalid at 507: c\n  expected (end)\n  --> <stdin>:507\n"),
        (100_001, 0, "invalid at 200001: a\n  expected c\n  --> <stdin>:200001\n"),
    ] {
        let ran = judged(grammar, &["--verbose"], trace(n_ab, n_c).as_bytes());
        assert_eq!(ran.stdout, verdict);
        let told = ran.stderr.lines().last().unwrap();
        let followed: u32 = told.split("of which ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(followed < 20, "{told}");
    }
}
