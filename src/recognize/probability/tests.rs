//! Probabilities that can be worked out by hand.

use super::*;
use crate::model::grammar::Grammar;
use crate::model::{self, Memory, Root, Settings};
use crate::trace::Recorder;
use crate::walk::{self, Limits};

fn grammar(text: &str) -> Grammar {
    let root = Root::Text { name: "test".to_owned(), text: text.to_owned() };
    let loaded = model::load(&Memory::default(), &root, &Settings::default());
    loaded.grammar.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

/// What comes of a sequence of names.
fn estimate(text: &str, names: &str, prefix: bool, bounds: Bounds) -> Result<Outcome, Limit> {
    let grammar = grammar(text);
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let mut estimator = Estimator::new(&alphabet, &program, prefix, bounds);
    estimator.begin(Shows::EVENTS, Precision::NAMES);
    for name in names.split_whitespace() {
        estimator.item(&event(&alphabet, name))?;
    }
    estimator.finish()
}

fn event(alphabet: &Alphabet, name: &str) -> Observed {
    let name = alphabet.find(name).expect("the alphabet has it");
    Observed::Event { name, of: Vec::new(), payload: Vec::new() }
}

/// The probability of a sequence of names, and that of the most likely run.
fn probabilities(text: &str, names: &str, prefix: bool) -> (f64, f64) {
    match estimate(text, names, prefix, Bounds::default()).unwrap() {
        Outcome::Possible(estimate) => (estimate.log_probability.exp(), estimate.best.unwrap().log_probability.exp()),
        Outcome::Impossible(_) => (0.0, 0.0),
    }
}

#[track_caller]
fn is(found: (f64, f64), sum: f64, best: f64) {
    let is_near = |found: f64, expected: f64| (found - expected).abs() <= 1e-12 * expected;
    assert!(is_near(found.0, sum) && is_near(found.1, best), "{found:?} is not {:?}", (sum, best));
}

const CHOICE: &str =
    "event update-status event start event stop phase p { maybe 25% update-status choose { 3 => start, 1 => stop } }";

#[test]
fn decisions_multiply() {
    is(probabilities(CHOICE, "update-status start", false), 3.0 / 16.0, 3.0 / 16.0);
    is(probabilities(CHOICE, "stop", false), 3.0 / 16.0, 3.0 / 16.0);
    is(probabilities(CHOICE, "update-status", true), 0.25, 0.25);
    is(probabilities(CHOICE, "", true), 1.0, 1.0);
    is(probabilities(CHOICE, "update-status", false), 0.0, 0.0);
}

#[test]
fn runs_that_show_the_same_add_up() {
    let text = "event a event b state x: 1..3 = any \
                phase p { choose { 2 => a, 3 => { maybe 50% b a }, 1 when x == 3 => {} } }";
    // x is 1 or 2: 2/5 + 3/10; x is 3: 2/6 + 3/12.
    is(probabilities(text, "a", false), (2.0 * 0.7 + 7.0 / 12.0) / 3.0, 0.4 / 3.0);
}

#[test]
fn counts_are_weighed_exactly() {
    is(probabilities("event a phase p { repeat 2..5 { a } }", "a a a", false), 0.25, 0.25);
    is(probabilities("event a phase p { repeat 2..5 { a } }", "a a a", true), 0.75, 0.75);
    let open = "event a phase p { repeat 1.. mean 5 { a } }";
    is(probabilities(open, "a a a", false), 0.2 * 0.8 * 0.8, 0.2 * 0.8 * 0.8);
}

#[test]
fn silent_cycles_are_summed() {
    // Iterations that show nothing: P(no a) = Σ q (1−q)^n 0.9^n with q = 1/4.
    let text = "event a phase p { repeat 0.. mean 3 { maybe 10% a } }";
    let none = 0.25 / (1.0 - 0.75 * 0.9);
    is(probabilities(text, "", false), none, 0.25);
    is(probabilities(text, "a", false), 0.25 * 0.075 / (1.0 - 0.75 * 0.9f64).powi(2), 0.25 * 0.075);
    // One that is hardly ever left, and one that never is.
    let slow = "event a phase p { repeat 0.. mean 1000000 {} a }";
    is(probabilities(slow, "a", false), 1.0, 1.0 / 1_000_001.0);
    let stuck = "event a phase p { maybe 40% repeat while true { maybe 50% {} } a }";
    is(probabilities(stuck, "a", false), 0.6, 0.6);
    // A cycle that a run can leave in the middle, by failing.
    let failing =
        "event a state x: 0..1 = 0 phase p { repeat 0.. mean 1 { maybe 50% { x = 1; maybe 50% x += 1; x = 0; } } a }";
    is(probabilities(failing, "a", false), 0.5 / (1.0 - 0.5 * (0.5 + 0.25)), 0.5);
}

#[test]
fn nothing_is_too_improbable() {
    let text = "event a event z phase p { repeat 5000 { maybe 50% a } z }";
    let Outcome::Possible(estimate) = estimate(text, "z", false, Bounds::default()).unwrap() else { panic!() };
    assert!((estimate.log_probability / (5_000.0 * 0.5f64.ln()) - 1.0).abs() < 1e-12);
    let best = estimate.best.unwrap();
    assert!((best.log_probability / estimate.log_probability - 1.0).abs() < 1e-12);
}

#[test]
fn runs_that_fail_behind_a_prefix_have_shown_it() {
    let text = "event a state x: 0..1 = 1 phase p { a x += 1 a }";
    is(probabilities(text, "a", true), 1.0, 1.0);
    is(probabilities(text, "a", false), 0.0, 0.0);
    is(probabilities(text, "a a", true), 0.0, 0.0);
}

#[test]
fn the_most_likely_run_is_told_with_what_is_not_shown() {
    let text = "source user kind storage {} storage disk[2] event <storage>-up(n: 0..9)
        action attach(s: storage) by user { <s>-up(n = s.index) }
        phase setup { choose { 1 => disk[0]-up(n = 7), 3 => do } } phase later {}"
        .replace("disk[0]-up(n = 7)", "for one s: storage where s.index == 0 { <s>-up(n = 7) }");
    let Outcome::Possible(estimate) = estimate(&text, "disk-up", false, Bounds::default()).unwrap() else { panic!() };
    let best = estimate.best.unwrap();
    assert!(estimate.log_probability.abs() < 1e-12);
    assert!((best.log_probability - (3.0f64 / 8.0).ln()).abs() < 1e-12);
    let [
        trace::Item::Phase(_),
        trace::Item::Action { arguments, .. },
        trace::Item::Event { payload, .. },
        trace::Item::Phase(_),
    ] = &best.items[..]
    else {
        panic!("{:?}", best.items)
    };
    // Both disks are as likely; the first one is taken.
    assert_eq!((&arguments[..], &payload[..]), (&[0][..], &[0][..]));
}

#[test]
fn impossible_sequences_are_rejected_where_they_leave_the_grammar() {
    let Outcome::Impossible(rejection) =
        estimate(CHOICE, "update-status stop start", false, Bounds::default()).unwrap()
    else {
        panic!()
    };
    assert_eq!((rejection.at, rejection.expected), (Some(3), vec![Next::End]));
    let Outcome::Impossible(rejection) = estimate(CHOICE, "update-status", false, Bounds::default()).unwrap() else {
        panic!()
    };
    assert_eq!((rejection.at, rejection.expected.len()), (None, 2));
}

#[test]
fn limits_are_told() {
    let bounds = Bounds { configurations: 100, ..Bounds::default() };
    let text = "event a phase p { repeat 0..1000 {} a }";
    let Err(Limit::Configurations(error)) = estimate(text, "a", false, bounds) else { panic!() };
    assert_eq!(error.limit, 100);
    // The states that make them many are named.
    let text = "event a state x: 0..60 = any state y: 0..60 = any phase p { a if x == y { a } a }";
    let Err(Limit::Configurations(error)) = estimate(text, "a a", false, bounds) else { panic!() };
    assert!(!error.unknown.is_empty());
    let text = "event a state x: 0..1000000000 = any phase p { a }";
    assert!(matches!(estimate(text, "a", false, bounds), Err(Limit::Configurations(_))));
}

/// Estimates a long walk in memory for `bytes`.
fn long(bytes: usize) -> Estimate {
    let text = "source user param operations: 1..1000000 = 30000 \
                event a event b(n: 0..9) event c action one by user { a maybe 20% c } action two by user weight 3 { b(n = 3) } \
                phase p { meanwhile { 10% c } repeat 1..operations { do } repeat 0.. mean 70000 { maybe 50% { a } b(n = 1) } }";
    let grammar = grammar(text);
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let mut recorder = Recorder::new(Shows::EVENTS);
    let limits = Limits { min_events: 100_000, ..Limits::default() };
    walk::walk(&program, &limits, 1, 0, &mut recorder, &mut walk::Memory::new(&program, &limits)).unwrap();
    let bounds = Bounds { memory: bytes, ..Bounds::default() };
    let mut estimator = Estimator::new(&alphabet, &program, false, bounds);
    estimator.begin(Shows::EVENTS, Precision::NAMES);
    for item in &recorder.into_traces()[0].items {
        let trace::Item::Event { symbol, .. } = item else { panic!() };
        let name = alphabet.name_of(*symbol);
        assert_eq!(estimator.item(&Observed::Event { name, of: Vec::new(), payload: Vec::new() }), Ok(true));
    }
    let Outcome::Possible(estimate) = estimator.finish().unwrap() else { panic!() };
    estimate
}

#[test]
fn a_long_trace_has_a_probability_whatever_is_forgotten_on_the_way() {
    let estimate = long(1 << 30);
    assert!(estimate.log_probability.is_finite() && estimate.log_probability < -50_000.0);
    let best = estimate.best.as_ref().unwrap();
    assert!(best.log_probability <= estimate.log_probability && best.items.len() > 100_000);
    assert_eq!(long(1 << 16), estimate);
}
