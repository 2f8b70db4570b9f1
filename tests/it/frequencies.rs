//! Everything that draws does so with the probabilities that the language states.
//!
//! Each case is a grammar with the whole distribution of what its traces show. 20,000 traces of one seed are counted; no
//! count may be further from what is expected than five standard deviations (and a half, for what is rare), and nothing
//! may be shown that is not in the distribution.

use std::collections::BTreeMap;

use crate::support::run_with;

/// How many traces are drawn.
const TRACES: u32 = 20_000;

/// What a trace shows, without its phases: `user 'act'(x) | a (n=1) | b`.
fn shown(story: &str) -> String {
    let items: Vec<&str> = story
        .lines()
        .filter_map(|line| {
            let event = line.strip_prefix("    Event  :: ");
            event.or_else(|| line.strip_prefix("    Action :: Source."))
        })
        .collect();
    items.join(" | ").replace(" --> ", " ")
}

/// Counts what 20,000 traces show, under options of `generate`.
fn counts(grammar: &str, options: &[&str]) -> BTreeMap<String, u32> {
    let number = TRACES.to_string();
    let line = [&["generate", "-", "--seed", "20", "-n", &number, "--jobs", "1"], options].concat();
    let stories = run_with(&line, grammar.as_bytes()).ok();
    let mut counts = BTreeMap::new();
    for story in stories.split("simulation:\n").skip(1) {
        *counts.entry(shown(story)).or_default() += 1;
    }
    counts
}

/// Compares counts with a distribution. Probabilities are given as parts of their sum; `…` stands for all else.
#[track_caller]
fn assert_distribution(grammar: &str, options: &[&str], expected: &[(&str, f64)]) {
    let mut counts = counts(grammar, options);
    assert_eq!(counts.values().sum::<u32>(), TRACES);
    let total: f64 = expected.iter().map(|(_, part)| part).sum();
    let mut failures = Vec::new();
    let mut compare = |what: &str, part: f64, count: u32| {
        let probability = part / total;
        let mean = probability * f64::from(TRACES);
        let deviation = (mean * (1.0 - probability)).sqrt();
        if (f64::from(count) - mean).abs() > 5.0 * deviation + 0.5 {
            failures.push(format!("`{what}`: {count} times, expected {mean:.0} ± {deviation:.0}"));
        }
    };
    for (what, part) in expected.iter().filter(|(what, _)| *what != "…") {
        compare(what, *part, counts.remove(*what).unwrap_or(0));
    }
    match expected.iter().find(|(what, _)| *what == "…") {
        Some((what, part)) => compare(what, *part, counts.values().sum()),
        None => failures.extend(counts.iter().map(|(what, count)| format!("`{what}`: {count} times, never expected"))),
    }
    assert!(failures.is_empty(), "{grammar}\n{}", failures.join("\n"));
}

#[test]
fn an_initial_any_is_each_value_equally_often() {
    assert_distribution(
        "event yes event no state s: bool = any phase p { if s { yes } else { no } }",
        &[],
        &[("yes", 1.0), ("no", 1.0)],
    );
    assert_distribution(
        "event a(n: -1..3) state s: -1..3 = any phase p { a(n = s) }",
        &[],
        &[("a (n=-1)", 1.0), ("a (n=0)", 1.0), ("a (n=1)", 1.0), ("a (n=2)", 1.0), ("a (n=3)", 1.0)],
    );
    assert_distribution(
        "event a(w: red | green | blue) state s: red | green | blue = any phase p { a(w = s) }",
        &[],
        &[("a (w=red)", 1.0), ("a (w=green)", 1.0), ("a (w=blue)", 1.0)],
    );
    assert_distribution(
        "event a(n: 0..1 | none) state s: 0..1 | none = any phase p { a(n = s) }",
        &[],
        &[("a (n=none)", 1.0), ("a (n=0)", 1.0), ("a (n=1)", 1.0)],
    );
    assert_distribution(
        "event a(s: set 1..2) state s: set 1..2 = any phase p { a(s = s) }",
        &[],
        &[("a (s={})", 1.0), ("a (s={1})", 1.0), ("a (s={2})", 1.0), ("a (s={1, 2})", 1.0)],
    );
    assert_distribution(
        "event a(s: set 0..0 | none) state s: set 0..0 | none = any phase p { a(s = s) }",
        &[],
        &[("a (s=none)", 1.0), ("a (s={})", 1.0), ("a (s={0})", 1.0)],
    );
    assert_distribution(
        "kind k { state up: bool = any } k one k two event <k>-up phase p { for each x: k where x.up { <x>-up } }",
        &[],
        &[("", 1.0), ("one-up", 1.0), ("two-up", 1.0), ("one-up | two-up", 1.0)],
    );
    assert_distribution(
        "kind k {} k one k two k three event <k>-is state s: k = any phase p { for one x: k where x == s { <x>-is } }",
        &[],
        &[("one-is", 1.0), ("two-is", 1.0), ("three-is", 1.0)],
    );
}

#[test]
fn alternatives_are_chosen_by_weight_among_those_whose_guard_holds() {
    assert_distribution(
        "event a event b event c phase p { choose { 5 => a, 3 => b, 2 => c } }",
        &[],
        &[("a", 5.0), ("b", 3.0), ("c", 2.0)],
    );
    assert_distribution(
        "event a event b event c event d state s: bool = false
         phase p { choose { 5 when s => a, 3 => b, when not s => c, 0 => d, else => d } }",
        &[],
        &[("b", 3.0), ("c", 1.0)],
    );
    assert_distribution(
        "event a event b state n: 0..9 = 3 phase p { choose { (n * 2) => a, (n - 2) => b } n = 2 choose { (n - 2) => a, 1 => b } }",
        &[],
        &[("a | b", 6.0), ("b | b", 1.0)],
    );
    assert_distribution(
        "event a event b event c phase p { choose { 999999999 => a, 1 => b } choose { 1 => b, 1 => c } }",
        &[],
        &[("a | b", 999_999_999.0), ("a | c", 999_999_999.0), ("b | b", 1.0), ("b | c", 1.0)],
    );
}

#[test]
fn one_of_many_is_drawn_uniformly() {
    assert_distribution(
        "kind k { state on: bool = true } k a k b { on = false } k c[2] k d event <k>-is
         phase p { for one x: k where x.on { <x>-is } }",
        &[],
        &[("a-is", 1.0), ("c-is", 2.0), ("d-is", 1.0)],
    );
    assert_distribution(
        "event a(n: 0..9) phase p { for one n: 0..9 where n * n > 40 { a(n = n) } }",
        &[],
        &[("a (n=7)", 1.0), ("a (n=8)", 1.0), ("a (n=9)", 1.0)],
    );
}

#[test]
fn every_order_is_equally_likely() {
    assert_distribution(
        "kind k { state on: bool = true } k a k b k c k d { on = false } event <k>
         phase p { for each x: k in any order where x.on { <x> } }",
        &[],
        &[
            ("a | b | c", 1.0),
            ("a | c | b", 1.0),
            ("b | a | c", 1.0),
            ("b | c | a", 1.0),
            ("c | a | b", 1.0),
            ("c | b | a", 1.0),
        ],
    );
}

/// `a`, repeated.
fn times(n: usize) -> String {
    vec!["a"; n].join(" | ")
}

#[test]
fn counts_have_the_distribution_that_is_asked_for() {
    let uniform: Vec<String> = (1..=4).map(times).collect();
    let uniform: Vec<(&str, f64)> = uniform.iter().map(|count| (count.as_str(), 1.0)).collect();
    assert_distribution("event a phase p { repeat 1..4 { a } }", &[], &uniform);
    assert_distribution("event a state n: 0..9 = 4 phase p { repeat (n - 3)..(n) { n = 9 a } }", &[], &uniform);
    assert_distribution("event a param n: 0..9 = 4 phase p { repeat 1..n { a } }", &[], &uniform);

    // lo + g with P(g) = q (1 - q)^g and q = 1 / (1 + mean - lo).
    for (text, lo, mean) in [
        ("repeat 0.. mean 2", 0, 2.0),
        ("repeat 2.. mean 5", 2, 5.0),
        ("repeat 3.. mean 3", 3, 3.0),
        ("repeat (n).. mean (n + 1)", 1, 2.0),
    ] {
        let stop = 1.0 / (1.0 + mean - f64::from(lo));
        let mut rest = 1.0;
        let mut expected = Vec::new();
        for count in lo..lo + 8 {
            expected.push((times(usize::try_from(count).unwrap()), rest * stop));
            rest *= 1.0 - stop;
        }
        let mut expected: Vec<(&str, f64)> = expected.iter().map(|(what, part)| (what.as_str(), *part)).collect();
        expected.push(("…", rest));
        assert_distribution(&format!("event a state n: 0..9 = 1 phase p {{ {text} {{ a }} }}"), &[], &expected);
    }

    // The same, conditioned on the upper bound: 1 : 2/3 : 4/9.
    for text in ["repeat 0..2 mean 2", "repeat (n - 1)..(n + 1) mean (n + 1)"] {
        let grammar = format!("event a state n: 0..9 = 1 phase p {{ {text} {{ a }} }}");
        assert_distribution(&grammar, &[], &[("", 9.0), ("a", 6.0), ("a | a", 4.0)]);
    }
    // With a mean far above the bound it is nearly uniform, and with the mean at the lower bound it is that bound.
    assert_distribution("event a phase p { repeat 1..2 mean 1000000 { a } }", &[], &[("a", 1.0), ("a | a", 1.0)]);
    assert_distribution("event a phase p { repeat 1..2 mean 1 { a } }", &[], &[("a", 1.0)]);

    // A `while` ends it early; what was drawn is not drawn again.
    assert_distribution(
        "event a state n: 0..9 = 0 phase p { repeat 0..4 while n < 2 { n += 1 a } }",
        &[],
        &[("", 1.0), ("a", 1.0), ("a | a", 3.0)],
    );
    assert_distribution(
        "event a state n: 0..9 = 0 phase p { repeat 0.. mean 1 while n < 2 { n += 1 a } }",
        &[],
        &[("", 2.0), ("a", 1.0), ("a | a", 1.0)],
    );
}

#[test]
fn maybe_comes_with_its_probability() {
    assert_distribution("event a phase p { maybe 30% a }", &[], &[("a", 30.0), ("", 70.0)]);
    assert_distribution("event a phase p { maybe 0.5% a }", &[], &[("a", 0.5), ("", 99.5)]);
    assert_distribution("event a phase p { maybe 0.01% a }", &[], &[("a", 0.01), ("", 99.99)]);
    assert_distribution("event a phase p { maybe 0% a maybe 100% a }", &[], &[("a", 1.0)]);
    assert_distribution("event a phase p { maybe 50% maybe 40% a }", &[], &[("a", 20.0), ("", 80.0)]);
}

#[test]
fn first_an_action_is_drawn_by_weight_then_one_of_its_bindings() {
    // The number of bindings is no weight, and those whose guard fails do not count.
    assert_distribution(
        "source user event x kind k { state on: bool = true } k a k b k c { on = false } k d { on = false }
         action many(s: k) by user weight 2 when s.on { x }
         action one by user weight 3 { x }
         action never(s: k) by user weight 100 when s.on and not s.on { x }
         phase p { do }",
        &[],
        &[("user 'many'(a) | x", 1.0), ("user 'many'(b) | x", 1.0), ("user 'one' | x", 3.0)],
    );
    assert_distribution(
        "source user event x group g
         action a by user weight 2 group g { x } action b by user { x } action c by user weight 7 { x }
         phase p { do(g, b) }",
        &[],
        &[("user 'a' | x", 2.0), ("user 'b' | x", 1.0)],
    );
    assert_distribution(
        "source user event x state n: 0..9 = 4
         action a by user weight (n) { x } action b by user { x } phase p { do(a, b) }",
        &[],
        &[("user 'a' | x", 4.0), ("user 'b' | x", 1.0)],
    );
    assert_distribution(
        "source user event x action a(n: 0..1, b: bool) by user when b or n == 0 { x } phase p { do }",
        &[],
        &[("user 'a'(0, false) | x", 1.0), ("user 'a'(0, true) | x", 1.0), ("user 'a'(1, true) | x", 1.0)],
    );
    assert_distribution(
        "source user event x action a by user { x } action b by user { x } phase p { do }",
        &["--weight", "a=9"],
        &[("user 'a' | x", 9.0), ("user 'b' | x", 1.0)],
    );
}

#[test]
fn sources_are_drawn_uniformly() {
    assert_distribution(
        "source user, admin, agent event x action a by user, agent { x } action b by admin { x } phase p { do(a) }",
        &[],
        &[("user 'a' | x", 1.0), ("agent 'a' | x", 1.0)],
    );
}

#[test]
fn reactions_are_drawn_like_actions() {
    assert_distribution(
        "event x event y event <k>-r kind k { state due: bool = true } k a k b
         reaction r(s: k) weight 2 when s.due { s.due = false <s>-r } reaction o { x } reaction never when false { y }
         phase p { react react(never) else y }",
        &[],
        &[("a-r | y", 1.0), ("b-r | y", 1.0), ("x | y", 1.0)],
    );
    assert_distribution(
        "event x event <k>-r kind k { state due: bool = true } k a k b state n: 0..1 = 1
         reaction r(s: k) weight 3 when s.due { s.due = false <s>-r } reaction o when n > 0 { n -= 1 x }
         phase p { settle }",
        &[],
        // r comes with 3/4, while it can: then a or b.
        &[
            ("x | a-r | b-r", 1.0 / 8.0),
            ("x | b-r | a-r", 1.0 / 8.0),
            ("a-r | x | b-r", 3.0 / 32.0),
            ("b-r | x | a-r", 3.0 / 32.0),
            ("a-r | b-r | x", 9.0 / 32.0),
            ("b-r | a-r | x", 9.0 / 32.0),
        ],
    );
}

#[test]
fn at_each_turn_one_unfinished_branch_is_drawn_uniformly() {
    assert_distribution(
        "event a event b event c phase p { interleave { a b } with { c } }",
        &[],
        &[("a | b | c", 1.0), ("a | c | b", 1.0), ("c | a | b", 2.0)],
    );
    // A branch that has nothing takes no turn; one with an atomic takes one for all of it.
    assert_distribution(
        "event a event b event c phase p { interleave { atomic { a b } } with { c } with {} }",
        &[],
        &[("a | b | c", 1.0), ("c | a | b", 1.0)],
    );
    // A nested one is one branch of the outer one.
    assert_distribution(
        "event a event b event c phase p { interleave { interleave { a } with { b } } with { c } }",
        &[],
        &[
            ("c | a | b", 2.0),
            ("c | b | a", 2.0),
            ("a | c | b", 1.0),
            ("a | b | c", 1.0),
            ("b | c | a", 1.0),
            ("b | a | c", 1.0),
        ],
    );
    assert_distribution(
        "kind k { state on: bool = true } k a k b k c { on = false } event <k> event z
         phase p { interleave each x: k where x.on { <x> } with { z } }",
        &[],
        &[
            ("a | b | z", 1.0),
            ("a | z | b", 1.0),
            ("b | a | z", 1.0),
            ("b | z | a", 1.0),
            ("z | a | b", 1.0),
            ("z | b | a", 1.0),
        ],
    );
    // What runs silently to its end is a turn of its own: b has to wait for a, or not.
    assert_distribution(
        "event a event b state n: 0..9 = 0 phase p { interleave { n += 1 } with { if n == 0 { a } else { b } } }",
        &[],
        &[("a", 1.0), ("b", 1.0)],
    );
    // An action mark ends no turn.
    assert_distribution(
        "source user event a event b action act by user { a } phase p { interleave { do } with { b } }",
        &[],
        &[("user 'act' | a | b", 1.0), ("b | user 'act' | a", 1.0)],
    );
    // Assignments behind an event belong to its turn, also past the end of a block or a finished loop.
    assert_distribution(
        "event a event b event c state n: 0..9 = 0
         phase p { interleave { repeat 1 { { a } } n += 1 } with { if n == 1 { b } else { c } } }",
        &[],
        &[("a | b", 1.0), ("c | a", 1.0)],
    );
}

#[test]
fn slots_are_drawn_until_nothing_is_drawn() {
    let expected = &[
        ("a", 0.7),
        ("x | a", 0.7 * 0.2),
        ("y | a", 0.7 * 0.1),
        ("x | x | a", 0.7 * 0.04),
        ("x | y | a", 0.7 * 0.02),
        ("y | x | a", 0.7 * 0.02),
        ("y | y | a", 0.7 * 0.01),
        ("…", 0.027),
    ];
    assert_distribution("event a event x event y phase p { meanwhile { 20% x 10% y } a }", &[], expected);
    assert_distribution("event a event x event y phase p { meanwhile { 20% x 10% y } a } phase q {}", &[], &{
        // The last slot, at the phase's end, is drawn alike.
        let mut both = vec![("a", 0.49), ("x | a", 0.49 * 0.2), ("a | x", 0.49 * 0.2), ("a | y", 0.49 * 0.1)];
        both.push(("y | a", 0.49 * 0.1));
        both.push(("…", 1.0 - 0.49 * 1.6));
        both
    });
    // A clause whose guard fails leaves its share to nothing.
    assert_distribution(
        "event a event x event y state on: bool = false phase p { meanwhile { 50% when on x 30% y } a }",
        &[],
        &[("a", 0.7), ("y | a", 0.21), ("y | y | a", 0.063), ("…", 0.027)],
    );
    // So does one whose body shows nothing: it was drawn.
    assert_distribution(
        "event a event y phase p { meanwhile { 60% {} 20% y } a }",
        &[],
        &[("a", 0.5), ("y | a", 0.25), ("y | y | a", 0.125), ("…", 0.125)],
    );
    // One slot for an atomic; one for each event of a loop; none in a clause.
    assert_distribution(
        "event a event b event x phase p { meanwhile { 50% { x x } } atomic { a atomic { b } a } }",
        &[],
        &[("a | b | a", 4.0), ("x | x | a | b | a", 2.0), ("x | x | x | x | a | b | a", 1.0), ("…", 1.0)],
    );
}

#[test]
fn traces_that_are_drawn_again_keep_their_proportions() {
    assert_distribution(
        "event a phase p { choose { 1 => {} 2 => a, 3 => { a a } 6 => { a a a } } }",
        &["--min-events", "1", "--max-events", "2"],
        &[("a", 2.0), ("a | a", 3.0)],
    );
}

#[test]
fn a_run_that_leaves_or_ends_draws_nothing_more() {
    assert_distribution(
        "event a event b event x phase p { meanwhile { 50% x } choose { 1 => leave, 1 => end } } phase q { b }",
        &[],
        &[("b", 1.0), ("", 1.0)],
    );
}
