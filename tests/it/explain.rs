//! `validate --explain` as its users meet it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::{Ran, corpus, run, run_with};

/// The published story.
const PUBLISHED: &str = "tests/fixtures/published.story";

/// A grammar and a trace by `validate --explain`, the grammar as a file.
fn explained(grammar: &str, options: &[&str], trace: &str) -> Ran {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("g.charmgrammar");
    fs::write(&path, grammar).unwrap();
    let line = [&["validate", "--explain", path.to_str().unwrap()], options].concat();
    run_with(&line, trace.as_bytes())
}

/// What is said of a trace that is invalid, as JSON.
fn explanation(grammar: &str, options: &[&str], trace: &str) -> Value {
    let ran = explained(grammar, &[options, &["--format", "json"]].concat(), trace);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let record: Value = serde_json::from_str(&ran.stdout).unwrap();
    record["explanation"].clone()
}

/// The reasons in words.
#[track_caller]
fn messages(grammar: &str, options: &[&str], trace: &str) -> Vec<String> {
    let explanation = explanation(grammar, options, trace);
    let reasons = explanation["reasons"].as_array().unwrap_or_else(|| panic!("{explanation}"));
    reasons.iter().map(|reason| reason["message"].as_str().unwrap().to_owned()).collect()
}

/// Whether the reasons, in their order, are these.
#[track_caller]
fn says(grammar: &str, trace: &str, expected: &[&str]) {
    assert_eq!(messages(grammar, &[], trace), expected);
}

fn published_names() -> String {
    let text = fs::read_to_string(PUBLISHED).unwrap();
    text.lines().filter_map(|line| line.strip_prefix("Event :: ")).flat_map(|name| [name, "\n"]).collect()
}

#[test]
fn the_published_trace_is_explained_as_a_charm_author_would() {
    let ran = run_with(&["validate", "example", "--explain"], published_names().as_bytes());
    assert_eq!(ran.code, 1);
    let reason = "\
note[not-here]: not by action `change`: `http.live` is false since item 18, `http-relation-broken`
  --> example:83:60
   |
83 | action change(r: relation) by this_charm, other_charm when r.live { <r>-relation-changed }
   |                                                            ^^^^^^   -------------------- this shows it
   |                                                            |
   |                                                            `http.live` is false since item 18, `http-relation-broken`
";
    assert!(ran.stdout.contains(reason), "{}", ran.stdout);
    let join = "not by rule `join`: `http.peer` is false, and `http.live` is false since item 18, `http-relation-broken`; \
                `http-relation-joined` has to come first";
    assert!(ran.stdout.contains(join), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("\npossible instead:\n    20.2 %  replicas-relation-broken\n    11.1 %  update-status\n")
    );

    let ran = run(&["validate", "example", PUBLISHED, "--explain"]);
    let reason = "`change(http) by this_charm` can't come here: `http.live` is false since item 27, `http-relation-broken`\n  \
                  --> example:83:60\n";
    assert!(ran.stdout.contains(reason), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("note[not-here]").count(), 1);
}

#[test]
fn valid_traces_are_not_explained() {
    assert_eq!(run(&["validate", "prototype", PUBLISHED, "--explain"]).ok(), "valid\n");
}

const COUNT: &str = "source user state x: 0..2 = 0 event up event down event z \
    action inc by user when x < 2 { x += 1 up } action dec by user when x > 0 { down x -= 1 } \
    phase p { repeat 0..9 { do } z }";

#[test]
fn guards_of_actions_are_told_with_the_values_that_they_saw() {
    says(COUNT, "up\nup\nup\n", &["not by action `inc`: `x < 2` does not hold: `x` is 2 since item 2, `up`"]);
    // A state that changes behind an event changed by it.
    says(COUNT, "up\ndown\ndown\n", &["not by action `dec`: `x > 0` does not hold: `x` is 0 since item 2, `down`"]);
    says(COUNT, "down\n", &["not by action `dec`: `x > 0` does not hold: `x` is 0 since the start"]);
}

#[test]
fn only_the_parts_of_a_condition_that_fail_are_told() {
    let text = "state a: bool = true state b: bool = false param most: 1..9 = 4 state n: 0..9 = 7 event x event y \
        phase p { if a and (b or n <= most) and not b { x } else { y } }";
    says(
        text,
        "x\n",
        &["not by phase `p`: `b` is false since the start, and `n <= most` does not hold: `n` is 7 since \
        the start, `most` is 4"],
    );
    let text = text.replace("a and (b or n <= most) and not b", "not (a and n > 3)");
    says(&text, "x\n", &["not by phase `p`: `a` is true since the start, and `n > 3` holds: `n` is 7 since the start"]);
}

#[test]
fn sums_are_told_by_what_they_are_of() {
    let text = "state n: 0..9 = 2 state m: 0..9 = 1 event x event y \
        phase p { m = 3 y if n + m * 2 > 9 { x } else { y } }";
    let why = "not by phase `p`: `n + m * 2 > 9` does not hold: `n` is 2 since the start, `m` is 3 since item 1, `y`";
    says(text, "y\nx\n", &[why]);
}

const DUE: &str = "source user kind relation { state due: idle | join = idle } relation http relation db \
    event go event <relation>-join event <relation>-done \
    let quiet = all(r: relation where is(r)) let is(r: relation) = r.due == idle \
    action ask(r: relation) by user when is(r) { r.due = join <r>-join } \
    action done(r: relation) by user when not is(r) { <r>-done r.due = idle } \
    action go by user when quiet { go } phase p { repeat 1..10 { do } }";

#[test]
fn names_and_quantifiers_are_followed_to_the_states_behind_them() {
    let why = "`r.due == idle` does not hold: `db.due` is join since item 2, `db-join`";
    says(DUE, "http-join\ndb-join\nhttp-done\ngo\n", &[&format!("not by action `go`: {why}")]);
    says(DUE, "http-join\ndb-join\ndb-join\n", &[&format!("not by action `ask`: {why}")]);
    let none = DUE.replace("all(r: relation where is(r))", "any(r: relation where r.due == join)");
    says(
        &none,
        "go\n",
        &["not by action `go`: `r.due == join` does not hold: `http.due` is idle since the start, and \
        `r.due == join` does not hold: `db.due` is idle since the start"],
    );
}

#[test]
fn filters_are_told_of_the_thing_that_the_item_is_about() {
    let text = "kind k { state on: bool = true } k x k y event <k>-up event off \
        phase p { y.on = false off FOR c: k where c.on { <c>-up } }";
    let why = "not by phase `p`: `y.on` is false since item 1, `off`";
    says(&text.replace("FOR", "for each"), "off\ny-up\n", &[why]);
    says(&text.replace("FOR", "for one"), "off\ny-up\n", &[why]);
    // The reason stands at the filter.
    let reason = explanation(&text.replace("FOR", "for each"), &[], "off\ny-up\n")["reasons"][0].clone();
    assert_eq!(reason["why"][0]["obstacles"][0]["text"], "c.on");
    let array = "kind k { state on: bool = false } k db[2] source user event <k>-up event <k>-go \
        action up(c: k) by user when not c.on { <c>-up c.on = true } action go(c: k) by user when c.on { <c>-go } \
        phase p { repeat 1..9 { do } }";
    let trace = r#"{"items":[{"event":"db-up","of":{"k":"db[0]"}},{"event":"db-go","of":{"k":"db[1]"}}]}"#;
    says(array, trace, &["not by action `go`: `db[1].on` is false since the start"]);
}

#[test]
fn other_guards_are_told_too() {
    let choose = "state ok: bool = false event a event b phase p { choose { 1 when ok => a, else => b } }";
    says(choose, "a\n", &["not by phase `p`: `ok` is false since the start"]);
    let open = choose.replace("ok: bool = false", "ok: bool = true");
    says(&open, "b\n", &["not by phase `p`: something is enabled, so the `else` is not taken"]);
    let meanwhile = "state ok: bool = false event a event b phase p { meanwhile { 5% when ok b } a }";
    says(meanwhile, "b\n", &["not by the `meanwhile` of phase `p`: `ok` is false since the start"]);
    let weight = "event a event b phase p { choose { 0 => a, 1 => b } }";
    says(weight, "a\n", &["not by phase `p`: its weight is 0"]);
    let loops = "state n: 0..5 = 2 event a event b phase p { repeat while n > 0 { n -= 1 a } b }";
    says(loops, "a\nb\n", &["not by phase `p`: `n > 0` holds: `n` is 1 since item 1, `a`"]);
    says(loops, "a\na\na\n", &["not by phase `p`: `n > 0` does not hold: `n` is 0 since item 2, `a`"]);
    let settle = "kind k { state due: bool = true } k x event over event <k>-e reaction r(c: k) when c.due \
        { c.due = false <c>-e } phase p { settle over }";
    says(settle, "over\n", &["not by phase `p`: `r` is enabled, and not passed over"]);
    let domain = COUNT.replace("when x < 2 ", "");
    says(&domain, "up\nup\nup\n", &["not by action `inc`: `x` would become 3, outside `0..2`"]);
}

#[test]
fn counts_are_told() {
    let text = "event a event b phase p { repeat 3 { a } b }";
    says(text, "a\nb\n", &["not by phase `p`: the `repeat` must run 2 times more"]);
    says(text, "a\na\na\na\n", &["not by phase `p`: the `repeat` has run as often as it may"]);
}

#[test]
fn what_is_out_of_reach_by_its_place_is_told_so() {
    let text = "event a event b event c event d phase p { a b } phase q { meanwhile { 5% d } c atomic { a b } }";
    let over = "not by phase `p`: it is over since item 3, `c`";
    says(text, "a\nb\nc\nb\n", &["not by phase `q`: `a` has to come first", over]);
    says(text, "a\nc\n", &["not by phase `q`: `b` has to come first"]);
    says(text, "c\n", &["not by phase `q`: `a`, then `b` have to come first"]);
    let atomic = "nothing may come before the next event, inside `atomic`";
    says(text, "a\nb\nc\na\nd\n", &[&format!("not by the `meanwhile` of phase `q`: {atomic}")]);
    let once = "event a event b event c phase p { a b maybe 50% c }";
    says(once, "a\nb\na\n", &["not by phase `p`: it came at item 1, `a`, and no way leads back to it"]);
    let unused = "event a event b rule r() { b } phase p { a }";
    says(unused, "b\n", &["not by rule `r`: nothing that runs comes to it"]);
    let far = "event a event b event c event d event e phase p { a b c d } phase q { e }";
    says(
        far,
        "e\n",
        &["not by phase `q`: it has not been reached; `a`, then `b`, then `c`, then `d` have to come first"],
    );
}

#[test]
fn a_trace_that_stops_too_early_is_told_what_is_still_to_come() {
    let text = "event a event b event c event d event e phase p { a b maybe 50% c d } phase q { e }";
    says(text, "a\n", &["it can't end here: at least `b`, then `d`, then `e` are still to come"]);
    let loops = "source user state n: 0..2 = 0 event a event b action one by user when n < 2 { n += 1 a } \
        action two by user when n > 0 { n -= 1 b } phase p { do repeat while n > 0 { do } }";
    says(
        loops,
        "a\n",
        &[
            "it can't end here: at least `b` is still to come",
            "it can't end here: `n > 0` holds: `n` is 1 \
        since item 1, `a`",
        ],
    );
    says("event a phase p { a repeat while true { a } }", "a\n", &["it can't end here: the condition is always true"]);
}

#[test]
fn phases_and_payloads_are_told_in_stories() {
    let text = "source user event a(n: 0..3) event b action act by user { a(n = 1) } phase p { do b } phase q { b }";
    let begin = "PHASE Phase.p:\n";
    let act = format!("{begin}Action :: Source.user --> 'act'\n");
    says(text, &format!("{act}Event :: a (n=2)\n"), &["not by action `act`: it would be `a (n=1)`"]);
    says(
        text,
        &format!("{act}Event :: a (n=1)\nPHASE Phase.q:\n"),
        &["`phase q` can't come here: `b` has to come first"],
    );
}

#[test]
fn runs_that_differ_are_told_apart() {
    let text = "state x: bool = any state y: bool = false event a event b event c rule r() { c } \
        phase p { a if x { if y { r() } b } else { a r() } }";
    says(
        text,
        "a\nc\n",
        &["not by rule `r`: in some runs `y` is false since the start; in others `a` has to come first"],
    );
    // What stands between in all of them counts.
    let text = "state x: bool = any event a event b event c phase p { a if x { b } else { a c } }";
    says(text, "a\nc\n", &["not by phase `p`: `a` has to come first"]);
    let explanation = explanation(text, &[], "a\nc\n");
    assert_eq!(explanation["configurations"]["all"], 2);
}

#[test]
fn what_a_log_leaves_out_or_repeats_is_followed() {
    let text =
        "state x: bool = false event a event b event c event d phase p { a x = true b d if not x { c } else { a } }";
    let since = |item: &str| vec![format!("not by phase `p`: `x` is true since {item}")];
    assert_eq!(messages(text, &["--stutter", "a"], "a\na\na\nb\nd\nc\n"), since("item 4, `b`"));
    // It changed before an event that the log lacks: behind what is there.
    assert_eq!(messages(text, &["--hide", "b"], "a\nd\nc\n"), since("item 1, `a`"));
    assert_eq!(messages(text, &["--prefix"], "a\nb\nd\nc\n"), since("item 2, `b`"));
    assert!(explanation(text, &["--hide", "b"], "a\nd\nc\n").get("possible").is_none());
}

#[test]
fn where_there_are_no_reasons_it_is_said_why() {
    let explanation = explanation(COUNT, &["--from-anywhere"], "z\nz\n");
    assert_eq!(explanation["note"], "with --from-anywhere it is not known how the states came to be what they are");
    assert!(explanation.get("reasons").is_none() && explanation.get("possible").is_none());

    let wide = "event a event b phase p { repeat 0..5000 { maybe 50% {} } a b }";
    let ran = explained(wide, &["--limit", "1000"], "a\na\n");
    let note =
        "\nno reasons: too many configurations agree with the trace to be followed one by one; --limit allows more\n";
    assert!(ran.code == 1 && ran.stdout.contains(note), "{}", ran.stdout);

    let ran = explained("event a event b phase p { a }", &[], "b\n");
    let note = "\nnothing in the grammar shows `b`; `charmgrammar check` tells of such events\n";
    assert!(ran.stdout.contains(note), "{}", ran.stdout);

    // An item that the grammar has no word for has been told its reason.
    let ran = explained(COUNT, &[], "upp\n");
    assert!(!ran.stdout.contains("note[") && !ran.stdout.contains("nothing in"), "{}", ran.stdout);
    assert!(ran.stdout.contains("did you mean `up`?") && ran.stdout.contains("possible instead:\n"), "{}", ran.stdout);
}

#[test]
fn runs_that_fail_are_counted_among_what_is_possible() {
    let text = "state x: bool = false event a event b phase p { a choose { 1 => b, 3 => choose { 1 when x => a } } }";
    let ran = explained(text, &[], "a\na\n");
    let possible = "\npossible instead:\n    25.0 %  b\n    75.0 %  (nothing: the run fails)\n";
    assert!(ran.stdout.contains(possible), "{}", ran.stdout);
}

#[test]
fn programs_get_all_of_it() {
    let explanation = explanation(COUNT, &[], "up\nup\nup\n");
    let reason = &explanation["reasons"][0];
    assert_eq!(reason["production"]["owner"], "action inc");
    let line = COUNT.find("x < 2").unwrap() + 1;
    let obstacle = &reason["why"][0]["obstacles"][0];
    assert_eq!((&reason["why"][0]["kind"], &obstacle["kind"]), (&"obstacles".into(), &"condition".into()));
    assert_eq!((&obstacle["line"], &obstacle["column"]), (&1.into(), &line.into()));
    assert_eq!(obstacle["text"], "x < 2");
    let because =
        serde_json::json!([{ "text": "x < 2", "holds": false, "values": [{ "name": "x", "value": 2, "since": 2 }] }]);
    assert_eq!(obstacle["because"], because);
    let possible: Vec<_> = explanation["possible"].as_array().unwrap().iter().map(|one| one["item"].clone()).collect();
    assert_eq!(possible, ["down", "z"]);

    let ran = explained(COUNT, &["--format", "github"], "up\nup\nup\n");
    let message = "%0Anot by action `inc`: `x < 2` does not hold: `x` is 2 since item 2, `up` (";
    assert!(ran.stdout.contains(message) && ran.stdout.lines().count() == 1, "{}", ran.stdout);
}

/// Traces of the corpus in which an item comes again at once, or is left out: what is possible is what is expected, and
/// every production has its reason.
#[test]
fn whatever_is_rejected_has_its_reasons() {
    let mut n_invalid = 0;
    for path in corpus("walk") {
        let made =
            run(&["generate", &path, "--seed", "7", "-n", "6", "--format", "names", "--quiet", "--max-events", "60"]);
        if made.code != 0 {
            continue;
        }
        let traces = made.stdout.split("\n\n").filter(|trace| !trace.is_empty()).enumerate().map(|(number, trace)| {
            let mut lines: Vec<&str> = trace.lines().collect();
            let place = lines.len() * (number + 1) / 8;
            if number % 2 == 0 {
                lines.remove(place);
            } else {
                lines.insert(place, lines[place]);
            }
            lines.join("\n") + "\n\n"
        });
        let line = ["validate", &path, "--explain", "--format", "json", "--quiet", "--limit", "5000"];
        let ran = run_with(&line, traces.collect::<String>().as_bytes());
        for line in ran.stdout.lines() {
            let record: Value = serde_json::from_str(line).unwrap();
            let explanation = &record["explanation"];
            let Some(reasons) = explanation["reasons"].as_array() else { continue };
            n_invalid += 1;
            assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason["why"][0].is_object()), "{path}\n{line}");
            let possible = explanation["possible"].as_array().unwrap();
            let possible: BTreeSet<&str> = possible.iter().filter_map(|one| one["item"].as_str()).collect();
            assert_eq!(
                possible,
                record["expected"].as_array().unwrap().iter().filter_map(Value::as_str).collect(),
                "{path}\n{line}"
            );
        }
    }
    assert!(n_invalid > 20, "only {n_invalid} were invalid");
}
