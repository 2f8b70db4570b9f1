//! Figures of grammars: against the slow reference, against walks, and as a user sees them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use charmgrammar::explore::statistics::{Figure, Frequency, Inexact, Sampling, Statistics, exact, sample};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Disk, Root, Settings};
use charmgrammar::sets::Bounds;
use charmgrammar::walk::Limits;

use crate::reference::{Reference, Shown, Step, random};
use crate::semantics::{cases, load, setting};
use crate::support::{corpus, run, run_with};

/// How many steps of runs the reference makes for one grammar.
const EFFORT: usize = 3_000;

/// What mass of runs it may leave where it stops.
const REST: f64 = 1e-11;

/// How far two figures may be apart. (The product rounds the odds of a bounded geometric count to multiples of 2^-32.)
const TOLERANCE: f64 = 1e-6;

/// How many configurations are looked at.
const LIMIT: usize = 100_000;

fn figures(grammar: &Grammar, limit: usize) -> Result<Statistics, Inexact> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    let bounds = Bounds { configurations: limit, steps: 10_000, ..Bounds::default() };
    exact(grammar, &alphabet, &program, &bounds, 1, &AtomicBool::new(false))
}

/// Figures as the reference finds them.
#[derive(Default)]
struct Expected {
    complete: f64,
    lost: f64,
    /// Of events by their names and behind them of actions: how often, and whether at all.
    times: Vec<f64>,
    occurs: Vec<f64>,
    lengths: BTreeMap<u64, f64>,
}

/// A mass of runs that are in the same place and have seen the same things.
#[derive(Clone)]
struct Mass {
    mass: f64,
    /// Each thing as often as all of these have seen it together.
    times: Vec<f64>,
}

/// Follows all runs, each step at a time. Nothing where they are too many, or go on for too long.
fn reference(grammar: &Grammar, alphabet: &Alphabet, effort: usize) -> Option<Expected> {
    let system = Reference::new(grammar);
    let many = alphabet.n_names() + grammar.actions.len();
    let mut expected = Expected { times: vec![0.0; many], occurs: vec![0.0; many], ..Expected::default() };
    let mut open = vec![((system.start(), vec![false; many], 0u64), Mass { mass: 1.0, times: vec![0.0; many] })];
    let mut work = 0;
    while open.iter().map(|(_, at)| at.mass).sum::<f64>() > REST {
        work += open.len();
        if work > effort {
            return None;
        }
        // In the order in which they are found, so that sums are the same each time.
        let mut next: Vec<(_, Mass)> = Vec::new();
        let mut places = HashMap::new();
        for ((run, seen, n_events), at) in open {
            let mut enter = |run, seen: Vec<bool>, n_events, chance: f64, what: Option<usize>| {
                let place = *places.entry((run, seen, n_events)).or_insert_with_key(|key| {
                    next.push((key.clone(), Mass { mass: 0.0, times: vec![0.0; many] }));
                    next.len() - 1
                });
                let into = &mut next[place].1;
                into.mass += at.mass * chance;
                into.times.iter_mut().zip(&at.times).for_each(|(sum, times)| *sum += times * chance);
                if let Some(what) = what {
                    into.times[what] += at.mass * chance;
                }
            };
            match system.step(&run) {
                Step::Silent(options) => {
                    for (chance, run) in options {
                        enter(run, seen.clone(), n_events, chance, None);
                    }
                }
                Step::Show(shown, run) => {
                    let (what, is_event) = match &shown {
                        Shown::Phase(_) => (None, false),
                        Shown::Action { action, .. } => (Some(alphabet.n_names() + action.index()), false),
                        Shown::Event { event, of, .. } => {
                            (Some(alphabet.name_of(alphabet.symbol(*event, of)).index()), true)
                        }
                    };
                    let mut seen = seen;
                    if let Some(what) = what {
                        seen[what] = true;
                    }
                    enter(run, seen, n_events + u64::from(is_event), 1.0, what);
                }
                Step::End(_) => {
                    expected.complete += at.mass;
                    expected.times.iter_mut().zip(&at.times).for_each(|(sum, times)| *sum += times);
                    for (sum, _) in expected.occurs.iter_mut().zip(&seen).filter(|(_, seen)| **seen) {
                        *sum += at.mass;
                    }
                    *expected.lengths.entry(n_events).or_default() += at.mass;
                }
                Step::Fail(_) => expected.lost += at.mass,
            }
        }
        open = next;
    }
    Some(expected)
}

#[expect(clippy::cast_precision_loss, reason = "what is counted here is far below 2^53")]
fn float(number: u64) -> f64 {
    number as f64
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= TOLERANCE * one.abs().max(1.0)
}

/// In what the figures differ from what is expected.
fn differences(found: &Statistics, expected: &Expected) -> String {
    let mut lines = String::new();
    let mut compare = |what: &str, found: f64, expected: f64| {
        if !is_near(found, expected) {
            let _ = writeln!(lines, "  {what}: found {found}, expected {expected}");
        }
    };
    compare("complete", found.outcomes.complete.value, expected.complete);
    compare("lost", found.outcomes.lost.iter().map(|(_, part)| part.value).sum(), expected.lost);
    compare("endless", found.outcomes.endless.unwrap().value, 0.0);
    let Some(traces) = &found.traces else {
        compare("traces", 0.0, expected.complete);
        return lines;
    };
    // All else is of complete traces.
    let whole = expected.complete;
    let nothing =
        Frequency { expected: Figure { value: 0.0, interval: None }, occurs: Figure { value: 0.0, interval: None } };
    let actions = traces.actions.iter().map(|action| action.map_or(nothing, |(frequency, _)| frequency));
    let n_actions: f64 = expected.times[traces.events.len()..].iter().sum();
    for (place, frequency) in traces.events.iter().copied().chain(actions).enumerate() {
        compare(&format!("times of {place}"), frequency.expected.value, expected.times[place] / whole);
        compare(&format!("occurrence of {place}"), frequency.occurs.value, expected.occurs[place] / whole);
    }
    for (place, action) in traces.actions.iter().enumerate() {
        if let Some((_, Some(share))) = action {
            compare(&format!("share of {place}"), share.value, expected.times[traces.events.len() + place] / n_actions);
        }
    }
    let length = traces.length.as_ref().expect("short traces");
    let of = |power: i32| {
        let sum: f64 = expected.lengths.iter().map(|(length, mass)| float(*length).powi(power) * mass).sum();
        sum / whole
    };
    compare("mean", traces.mean.value, of(1));
    // What is not followed of long traces counts with the square of their length.
    if (length.deviation.value.powi(2) - (of(2) - of(1) * of(1))).abs() > 1e-4 {
        compare("variance", length.deviation.value.powi(2), of(2) - of(1) * of(1));
    }
    let lengths: BTreeSet<&u64> = length.distribution.keys().chain(expected.lengths.keys()).collect();
    for n_events in lengths {
        let part = |of: &BTreeMap<u64, f64>| of.get(n_events).copied().unwrap_or_default();
        compare(&format!("length {n_events}"), part(&length.distribution), part(&expected.lengths) / whole);
    }
    lines
}

/// Compares a grammar with the reference; nothing where one of them does not know.
fn compare(grammar: &Grammar, effort: usize) -> Option<String> {
    let alphabet = Alphabet::new(grammar);
    let expected = reference(grammar, &alphabet, effort)?;
    let found = figures(grammar, LIMIT).ok()?;
    Some(differences(&found, &expected))
}

/// The grammars of the corpus that need no other settings.
fn grammars() -> Vec<(String, Grammar)> {
    let load = |path: String| {
        let loaded = model::load(&Disk, &Root::Path(PathBuf::from(&path)), &Settings::default());
        Some((path, loaded.grammar.filter(|grammar| !grammar.phases.is_empty())?))
    };
    corpus("walk").into_iter().filter_map(load).collect()
}

#[test]
fn figures_of_the_corpus_are_those_of_all_runs() {
    let effort = usize::try_from(setting("CHARMGRAMMAR_EFFORT", EFFORT as u64)).unwrap();
    let mut failures = String::new();
    let mut n_compared = 0;
    for (path, grammar) in grammars() {
        let Some(differences) = compare(&grammar, effort) else { continue };
        n_compared += 1;
        if !differences.is_empty() {
            let _ = writeln!(failures, "{path}\n{differences}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(n_compared > 60, "only {n_compared} grammars were compared");
}

#[test]
fn figures_of_every_construct_are_those_of_all_runs() {
    let mut failures = String::new();
    let mut n_compared = 0;
    for file in ["statements", "draws", "meanwhile", "interleave", "wide"] {
        let (prelude, cases) = cases(file);
        for (name, text) in &cases {
            let grammar = load(&format!("{prelude}{text}")).unwrap();
            let Some(differences) = compare(&grammar, EFFORT) else { continue };
            n_compared += 1;
            if !differences.is_empty() {
                let _ = writeln!(failures, "--- {name}\n{text}\n{differences}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(n_compared > 60, "only {n_compared} cases were compared");
}

#[test]
fn figures_of_random_grammars_are_those_of_all_runs() {
    let (first, many) = (setting("CHARMGRAMMAR_SEED", 0), setting("CHARMGRAMMAR_CASES", 500));
    let mut n_compared = 0;
    for seed in first..first + many {
        let text = random::grammar(seed);
        let Ok(grammar) = load(&text) else { continue };
        let Some(differences) = compare(&grammar, EFFORT) else { continue };
        assert!(differences.is_empty(), "seed {seed}\n{text}\n{differences}");
        n_compared += 1;
    }
    assert!(n_compared * 10 > many, "only {n_compared} grammars were compared");
}

/// Whether a sampled figure is within five standard deviations of the number, or two and a half times its interval; for
/// what is rare that is wider.
fn agrees(sampled: Figure, known: f64, number: f64) -> bool {
    let (low, high) = sampled.interval.unwrap();
    let error = (sampled.value - low).max(high - sampled.value) * 2.6;
    (sampled.value - known).abs() <= error + 10.0 / number
}

#[test]
fn walks_happen_as_often_as_the_figures_say() {
    let number = setting("CHARMGRAMMAR_WALKS", 1_000);
    let n = float(number);
    let mut failures = Vec::new();
    let mut n_compared = 0;
    for (path, grammar) in grammars() {
        let Ok(known) = figures(&grammar, 20_000) else { continue };
        let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
        let limits = Limits { events: 10_000, steps: 10_000, ..Limits::default() };
        let sampling = Sampling { seed: 1, number, limits, jobs: 2 };
        let sampled = sample(&grammar, &alphabet, &program, &sampling, &AtomicBool::new(false), &mut |_| {}).unwrap();
        let mut judge = |what: String, sampled: Figure, known: f64| {
            if !agrees(sampled, known, n) {
                failures.push(format!("{path}: {what}: {sampled:?}, but {known}"));
            }
        };
        judge("complete".to_owned(), sampled.outcomes.complete, known.outcomes.complete.value);
        for (cause, part) in &known.outcomes.lost {
            let found = sampled.outcomes.lost.iter().find(|(other, _)| other == cause);
            let nothing = Figure { value: 0.0, interval: Some((0.0, 0.0)) };
            judge(format!("{cause:?}"), found.map_or(nothing, |(_, part)| *part), part.value);
        }
        n_compared += 1;
        let (Some(known), Some(sampled)) = (known.traces, sampled.traces) else { continue };
        judge("mean".to_owned(), sampled.mean, known.mean.value);
        let length = (known.length.unwrap(), sampled.length.unwrap());
        judge("deviation".to_owned(), length.1.deviation, length.0.deviation.value);
        for (name, (known, sampled)) in alphabet.names().zip(known.events.iter().zip(&sampled.events)) {
            judge(format!("times of {name}"), sampled.expected, known.expected.value);
            judge(format!("occurrence of {name}"), sampled.occurs, known.occurs.value);
        }
        for (action, (known, sampled)) in grammar.actions.iter().zip(known.actions.iter().zip(&sampled.actions)) {
            let (Some(known), Some(sampled)) = (known, sampled) else { continue };
            judge(format!("times of {}", action.name), sampled.0.expected, known.0.expected.value);
            judge(format!("occurrence of {}", action.name), sampled.0.occurs, known.0.occurs.value);
            if let (Some(known), Some(sampled)) = (known.1, sampled.1) {
                judge(format!("share of {}", action.name), sampled, known.value);
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(n_compared > 100, "only {n_compared} grammars were compared");
}

/// What `stats --format json` says of a grammar.
fn told(grammar: &str, options: &[&str]) -> serde_json::Value {
    let line = [&["stats", "-", "--format", "json", "--quiet"], options].concat();
    serde_json::from_str(&run_with(&line, grammar.as_bytes()).ok()).unwrap()
}

/// A text whatever its layout.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn value(figure: &serde_json::Value) -> f64 {
    assert_eq!(figure["method"], "exact", "{figure}");
    figure["value"].as_f64().unwrap()
}

#[test]
fn long_loops_are_solved_exactly() {
    // More configurations than are eliminated one after the other, in one loop, and a loop that is seldom left.
    let grammar = "source user event a event b state n: 0..199 = 0
        phase p { repeat 0.. mean 50 { do } repeat 0.. mean 2000 { b } }
        action up by user when n < 199 { n += 1 a } action down by user weight 2 when n > 0 { n -= 1 a }";
    let figures = told(grammar, &[]);
    assert!(is_near(value(&figures["events"][0]["expected"]), 50.0));
    assert!((value(&figures["events"][1]["expected"]) / 2_000.0 - 1.0).abs() < 1e-9);
    assert!(is_near(value(&figures["events"][0]["occurs"]), 50.0 / 51.0));
    assert!(is_near(value(&figures["events"][1]["occurs"]), 2_000.0 / 2_001.0));
    let (variance, deviation) = (50.0 * 51.0 + 2_000.0 * 2_001.0, value(&figures["length"]["standard_deviation"]));
    assert!((deviation * deviation / variance - 1.0).abs() < 1e-6, "{deviation}");
}

#[test]
fn what_is_lost_is_told_and_counts_for_nothing_else() {
    let grammar = "event a event b event c state n: 0..1 = 0
        phase p { a choose {
            5 => { b },
            2 => { b n = 1 n += 1 },
            1 => { choose { 1 when n > 0 => c } },
            2 => { repeat while true { c } },
        } }";
    let figures = told(grammar, &[]);
    assert!(is_near(value(&figures["complete"]), 0.5));
    assert!(is_near(value(&figures["endless"]), 0.2));
    let lost = figures["lost"].as_array().unwrap();
    let lost: Vec<(&str, &str, f64)> = lost
        .iter()
        .map(|lost| (lost["code"].as_str().unwrap(), lost["place"].as_str().unwrap(), value(&lost["probability"])))
        .collect();
    assert_eq!(lost.len(), 2);
    assert_eq!((lost[0].0, lost[0].1), ("domain-error", "<stdin>:4:28"));
    assert_eq!(lost[1].0, "dead-end");
    assert!(is_near(lost[0].2, 0.2) && is_near(lost[1].2, 0.1));
    for (place, expected) in [1.0, 1.0, 0.0].into_iter().enumerate() {
        assert!(is_near(value(&figures["events"][place]["expected"]), expected), "{place}");
        assert!(is_near(value(&figures["events"][place]["occurs"]), expected), "{place}");
    }
    assert_eq!(figures["length"]["distribution"], serde_json::json!([[2, 1.0]]));
    let human = run_with(&["stats", "-"], grammar.as_bytes()).ok();
    assert!(words(&human).contains("never ends 20.0 %"), "{human}");
    assert!(human.contains("dead-end"), "{human}");
}

#[test]
fn nothing_is_said_of_traces_where_there_are_none() {
    let grammar = "event a phase p { repeat while true { a } }";
    let human = run_with(&["stats", "-"], grammar.as_bytes()).ok();
    assert!(words(&human).contains("complete 0 % never ends 100 %"), "{human}");
    assert!(!human.contains("mean"), "{human}");
    let figures = told(grammar, &["--sample", "-n", "3", "--seed", "1", "--event-limit", "100"]);
    assert_eq!((&figures["complete"]["value"], &figures["lost"][0]["code"]), (&0.0.into(), &"event-limit".into()));
    assert!(figures.get("length").is_none() && figures.get("endless").is_none());
}

#[test]
fn a_grammar_without_end_of_configurations_is_sampled_and_says_so() {
    let grammar = "source user event a event b phase p { nest() do } rule nest() { a maybe 40% { nest() } b }
        action go by user weight 7 {} action stay by user {}";
    let line = ["stats", "-", "--seed", "5", "-n", "2000", "--limit", "1000"];
    let ran = run_with(&line, grammar.as_bytes());
    assert_eq!(ran.code, 0);
    assert_eq!(ran.stderr, "note: all figures are sampled: there are more than 1000 configurations (--limit)\n");
    assert!(ran.stdout.starts_with("sampled: by 2000 traces of seed 5;"), "{}", ran.stdout);
    assert!(ran.stdout.contains("(sampled)") && !ran.stdout.contains("(exact)"), "{}", ran.stdout);
    let figures = told(grammar, &["--seed", "5", "-n", "2000", "--limit", "1000"]);
    assert_eq!(figures["samples"], serde_json::json!({"number": 2000, "seed": 5}));
    for event in figures["events"].as_array().unwrap() {
        let interval = event["expected"]["interval"].as_array().unwrap();
        let (low, high) = (interval[0].as_f64().unwrap(), interval[1].as_f64().unwrap());
        assert!(low < 1.0 / 0.6 && 1.0 / 0.6 < high && high - low < 0.2, "{event}");
    }
    let share = figures["actions"][0]["share"]["value"].as_f64().unwrap();
    assert!((share - 0.875).abs() < 0.03);
    assert_eq!(figures["actions"][0]["weight"], 7);
}

#[test]
fn samples_are_the_same_on_any_number_of_threads_and_those_of_generate() {
    let sampled = |jobs: &str| {
        run(&["stats", "example", "--sample", "--seed", "3", "-n", "500", "--jobs", jobs, "--format", "json"]).ok()
    };
    let figures = sampled("1");
    assert_eq!(sampled("3"), figures);
    let figures: serde_json::Value = serde_json::from_str(&figures).unwrap();
    let traces = run(&["generate", "example", "--seed", "3", "-n", "500", "--format", "names"]).ok();
    for event in figures["events"].as_array().unwrap() {
        let name = event["event"].as_str().unwrap();
        let n_times = traces.lines().filter(|line| *line == name).count();
        assert!(is_near(event["expected"]["value"].as_f64().unwrap(), float(n_times as u64) / 500.0), "{name}");
    }
}

#[test]
fn a_seed_that_is_drawn_is_told() {
    let ran = run(&["stats", "example", "--sample", "-n", "10"]);
    assert!(ran.code == 0 && ran.stderr.starts_with("note: the seed is "), "{}", ran.stderr);
    // Exact figures need none.
    assert_eq!(
        run(&["stats", "example", "--set", "operations=1"]).ok().lines().next().unwrap().split(' ').next(),
        Some("exact:")
    );
}

#[test]
fn settings_count() {
    let share = |options: &[&str]| {
        let line = [&["stats", "example", "--format", "json", "--set", "operations=1"], options].concat();
        let figures: serde_json::Value = serde_json::from_str(&run(&line).ok()).unwrap();
        (value(&figures["actions"][0]["share"]), figures["actions"][0]["weight"].clone())
    };
    assert_eq!(share(&["--weight", "config-change=0"]), (0.0, 0.into()));
    let (part, weight) = share(&["--weight", "config-change=7"]);
    assert!(is_near(part, 0.5), "{part}");
    assert_eq!(weight, 7);
}

#[test]
fn what_can_t_be_answered_ends_with_2() {
    run(&["stats", "no-such.charmgrammar"]).unanswered();
    run(&["stats", "example", "-n", "0"]).unanswered();
    run(&["stats", "example", "--limit", "0"]).unanswered();
    run_with(&["stats", "-"], b"phase p { nothing-declared }").unanswered();
}

#[test]
fn lengths_are_left_out_where_each_trace_that_is_drawn_is_given_up() {
    let text = "event a event b rule z(n: 0..1) { repeat 0.. mean 9 { b if n < 1 { z(n + 1) } } } \
                phase p { meanwhile { 99% z(0) } a a a }";
    // The mean is exact within the limit, and lengths are not.
    let drawn = |more: &[&str]| {
        let line = ["stats", "-", "--seed", "1", "-n", "30", "--limit", "work=2000", "--event-limit"];
        run_with(&[&line, more].concat(), text.as_bytes())
    };
    let ran = drawn(&["2"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("events in a trace: mean 26733.000; more is not known  (exact)"), "{ran:?}");
    assert!(ran.stderr.contains("nothing but the mean is known of the lengths"), "{ran:?}");
    let ran = drawn(&["2", "--format", "json"]);
    let figures: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(figures["length"]["mean"]["value"].is_f64() && figures["length"]["quantiles"].is_null(), "{ran:?}");
    assert_eq!(figures["samples"]["number"], 30, "{ran:?}");
    // Where only some are given up, the lengths of the others are told.
    for (most, is_warned) in [("20000", true), ("100000000", false)] {
        let ran = drawn(&[most]);
        assert!(ran.code == 0 && ran.stdout.contains(", standard deviation "), "{ran:?}");
        assert_eq!(ran.stderr.contains("were given up"), is_warned, "{ran:?}");
    }
}
