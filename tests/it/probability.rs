//! Probabilities against the slow reference, and most likely runs against all runs.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;

use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::recognize::Precision;
use charmgrammar::recognize::probability::{Best, Estimator, Limit, Outcome};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Item, Observed};

use crate::reference::explore::{Product, System};
use crate::reference::mutate::{self, Maker};
use crate::reference::random::{self, Random};
use crate::reference::recognize::{Account, Reading, probability};
use crate::reference::{Shown, Step};
use crate::semantics::{self, cases, load};
use crate::support::{binary, finish};

/// How many points the reference looks at for one item.
const EFFORT: usize = 2_000;

/// How many points of runs are looked at for the most likely one.
const SEARCH: usize = 2_000;

/// How far a product of probabilities may be from another, as a part of it. (The product rounds the odds of a bounded
/// geometric count to multiples of 2^-32.)
const TOLERANCE: f64 = 1e-9;
const ROUNDED: f64 = 1e-6;

/// What came of comparing.
#[derive(Debug, Default)]
struct Compared {
    possible: u64,
    impossible: u64,
    searched: u64,
    undecided: u64,
}

/// The probability of the likeliest run of the machine that agrees with a sequence, by looking at all of them; `None` if
/// those are too many.
fn likeliest(grammar: &Grammar, account: Account<'_>, items: &[Observed]) -> Option<f64> {
    let mut machine = Product::new(grammar);
    let mut open = vec![(1.0, machine.start(), 0)];
    let mut best = 0.0f64;
    let mut n_looked_at = 0;
    while let Some((probability, run, n_items)) = open.pop() {
        if probability <= best {
            continue;
        }
        if account.reading.prefix && n_items == items.len() {
            best = probability;
            continue;
        }
        n_looked_at += 1;
        if n_looked_at > SEARCH {
            return None;
        }
        match machine.step(&run) {
            Step::Silent(mut options) => {
                // The likeliest one is looked at first, so that less of the others is.
                options.sort_by(|(one, _), (other, _)| one.total_cmp(other));
                open.extend(options.into_iter().map(|(chance, run)| (probability * chance, run, n_items)));
            }
            Step::Show(shown, run) if !account.is_shown(&shown) => open.push((probability, run, n_items)),
            Step::Show(shown, run) => {
                if items.get(n_items).is_some_and(|item| account.agrees(item, &shown)) {
                    open.push((probability, run, n_items + 1));
                }
            }
            Step::End(_) if n_items == items.len() => best = probability,
            Step::End(_) | Step::Fail(_) => {}
        }
    }
    Some(best)
}

/// What a run shows, in the words of the reference.
fn shown(best: &Best, alphabet: &Alphabet) -> Vec<Shown> {
    let shown = |item: &Item| match item {
        Item::Phase(phase) => Shown::Phase(*phase),
        Item::Action { action, source, arguments } => {
            Shown::Action { action: *action, source: *source, arguments: arguments.clone() }
        }
        Item::Event { symbol, payload } => Shown::Event {
            event: alphabet.event_of(*symbol),
            of: alphabet.instances_of(*symbol),
            payload: payload.clone(),
        },
        other => panic!("a run shows no {other:?}"),
    };
    best.items.iter().map(shown).collect()
}

fn outcome(estimator: &mut Estimator<'_>, reading: &Reading, items: &[Observed]) -> Result<Outcome, Limit> {
    estimator.begin(reading.shows, Precision::FULL);
    for item in items {
        if !estimator.item(item)? {
            break;
        }
    }
    estimator.finish()
}

/// Compares what both say of `many` sequences of a grammar.
fn compare(
    grammar: &Grammar,
    random: &mut Random,
    many: usize,
    tolerance: f64,
    compared: &mut Compared,
) -> Result<(), String> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    if alphabet.is_empty() {
        return Ok(());
    }
    let (shows, precision) = (mutate::shows(random), mutate::precision(random));
    let maker = Maker { grammar, alphabet: &alphabet, shows, precision };
    let reading = Reading { prefix: random.chance(40), ..Reading::of(shows) };
    // Memory that is too little for anything must change nothing.
    let memory = random.pick(&[1_000, 64 << 20]);
    let bounds = Bounds { configurations: 20_000, steps: 20_000, memory, ..Bounds::default() };
    let mut estimator = Estimator::new(&alphabet, &program, reading.prefix, bounds);
    for _ in 0..many {
        let drawn = mutate::run(random, grammar, 30, 3_000);
        let mut items = maker.observe(random, &drawn.items);
        for _ in 0..random.below(5) / 3 {
            maker.mutate(random, &mut items);
        }
        let (found, lost) = probability(grammar, &alphabet, &items, &reading, EFFORT);
        let Ok(outcome) = outcome(&mut estimator, &reading, &items) else {
            compared.undecided += 1;
            continue;
        };
        let items_text = || items.iter().map(|item| format!("{item:?}")).collect::<Vec<_>>().join("\n");
        let wrong = |why: String| {
            Err(format!("{}shows {shows:?} prefix {} memory {memory}\n{why}", items_text(), reading.prefix))
        };
        let estimate = match outcome {
            Outcome::Impossible(_) if found > 0.0 => return wrong(format!("it has {found}, and is said to have none")),
            Outcome::Impossible(_) => {
                compared.impossible += 1;
                continue;
            }
            Outcome::Possible(estimate) => estimate,
        };
        let sum = estimate.log_probability.exp();
        // The reference multiplies without an exponent, so what is tiny is lost to it.
        if sum < found * (1.0 - tolerance) || sum > (found + lost) * (1.0 + tolerance) + 1e-250 {
            return wrong(format!("it has {found} to {}, and is said to have {sum}", found + lost));
        }
        if lost > sum * 1e-6 {
            compared.undecided += 1;
        } else {
            compared.possible += 1;
        }
        let best = estimate.best.expect("there is memory for so little");
        if best.log_probability > estimate.log_probability + tolerance {
            return wrong(format!(
                "its best run is more likely: {best:?} {estimate:?}",
                estimate = estimate.log_probability
            ));
        }
        let account = Account { alphabet: &alphabet, reading: &reading };
        let told = shown(&best, &alphabet);
        let told: Vec<&Shown> = told.iter().filter(|shown| account.is_shown(shown)).collect();
        let agrees = |(item, shown): (&Observed, &&Shown)| account.agrees(item, shown);
        if told.len() != items.len() || !items.iter().zip(&told).all(agrees) {
            return wrong(format!("its best run shows something else: {best:?}"));
        }
        if let Some(expected) = likeliest(grammar, account, &items) {
            compared.searched += 1;
            let found = best.log_probability.exp();
            if (found - expected).abs() > tolerance * expected + 1e-250 {
                return wrong(format!("a run has {expected}, but the best is said to have {found}"));
            }
        }
    }
    Ok(())
}

fn tolerance(text: &str) -> f64 {
    if text.contains("mean") { ROUNDED } else { TOLERANCE }
}

#[test]
fn random_sequences_of_random_grammars_have_the_probability_of_the_reference() {
    let compared: Compared = semantics::compare_random(random::grammar, 200, |seed, text, compared| {
        let Ok(grammar) = load(text) else { return Ok(()) };
        compare(&grammar, &mut Random::new(seed), 5, tolerance(text), compared)
    });
    println!("{compared:?}");
    assert!(compared.possible * 3 > compared.impossible, "{compared:?}");
    assert!(compared.undecided * 2 < compared.possible + compared.impossible, "{compared:?}");
    assert!(compared.searched * 3 > compared.possible, "{compared:?}");
}

#[test]
fn sequences_of_every_construct_have_the_probability_of_the_reference() {
    let mut compared = Compared::default();
    let mut failures = String::new();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide", "frequencies"] {
        let (prelude, cases) = cases(file);
        for (name, text) in &cases {
            let text = format!("{prelude}{text}");
            let grammar = load(&text).unwrap();
            for seed in 0..3 {
                let said = compare(&grammar, &mut Random::new(seed), 3, tolerance(&text), &mut compared);
                if let Err(why) = said {
                    let _ = writeln!(failures, "--- {name}\n{text}\n{why}");
                }
            }
        }
    }
    println!("{compared:?}");
    assert!(failures.is_empty(), "{failures}");
    assert!(compared.possible > 100, "{compared:?}");
}

#[test]
fn sequences_of_the_grammars_in_the_binary_have_the_probability_of_the_reference() {
    let mut compared = Compared::default();
    for (name, _) in model::builtins() {
        let loaded = model::load(&Memory::default(), &Root::Builtin((*name).to_owned()), &Settings::default());
        let grammar = loaded.grammar.unwrap();
        for seed in 0..24 {
            compare(&grammar, &mut Random::new(seed), 4, ROUNDED, &mut compared)
                .unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
    println!("{compared:?}");
}

#[test]
fn the_probabilities_of_all_traces_add_up() {
    let text = "event a event b event c state x: 0..2 = any
        phase p { maybe 25% a repeat 0..(x) { choose { 2 => b, 1 when x > 1 => { c a } } } if x == 0 { maybe 50% x -= 1; } }";
    let grammar = load(text).unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let account = Reading::of(charmgrammar::trace::Shows::EVENTS);
    let mut estimator = Estimator::new(&alphabet, &program, false, Bounds::default());
    let event = |name: &str| Observed::Event { name: alphabet.find(name).unwrap(), of: vec![], payload: vec![] };
    let events = ["a", "b", "c"].map(event);
    let mut sum = 0.0;
    let mut seen = BTreeSet::new();
    for sequence in crate::reference::brute::sequences(&events, 5) {
        if let Outcome::Possible(estimate) = outcome(&mut estimator, &account, &sequence).unwrap() {
            sum += estimate.log_probability.exp();
            seen.insert(sequence.len());
        }
    }
    // The run that fails has no trace: a third of all begin with x = 0, and half of those fail.
    assert!((sum - (1.0 - 1.0 / 6.0)).abs() < 1e-12, "{sum}");
    assert_eq!(seen, BTreeSet::from([0, 1, 2, 3, 4, 5]));
}

/// What the command prints about a grammar and traces on standard input, and its exit code.
fn weigh(grammar: &str, options: &[&str], traces: &str) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("g.charmgrammar"), grammar).unwrap();
    fs::write(directory.path().join("traces"), traces).unwrap();
    let arguments = [&["probability", "g.charmgrammar", "traces"], options].concat();
    let ran = finish(binary(directory.path()).args(arguments));
    (ran.code, ran.stdout, ran.stderr)
}

const CHOICE: &str = "source user kind disk {} disk red event install event <disk>-up(n: 0..9) event stop\n\
    action plug(d: disk) by user { <d>-up(n = 4) }\n\
    phase p { maybe 20% install choose { 3 => do, 1 => stop, 4 => for one d: disk { <d>-up(n = 5) } } }";

#[test]
fn the_command_tells_probabilities_and_most_likely_runs() {
    let (code, stdout, stderr) = weigh(CHOICE, &[], "install\nred-up\n\nstop\n");
    let expected = "\
log-probability: -1.743 (0.175)
most likely run: log-probability -2.303, 57.1 % of it
simulation:
PHASE Phase.p:
    Event  :: install
    Event  :: red-up (n=5)

end.

log-probability: -2.303 (0.1)
most likely run: log-probability -2.303, 100.0 % of it
simulation:
PHASE Phase.p:
    Event  :: stop

end.
";
    assert_eq!((code, &*stdout, &*stderr), (0, expected, "note: 2 traces: 2 valid\n"));

    let (code, stdout, _) = weigh(CHOICE, &["--prefix"], "install\n");
    let expected = "\
log-probability: -1.609 (0.2)
most likely run: log-probability -1.609, 100.0 % of it
simulation:
PHASE Phase.p:
    Event  :: install
";
    assert_eq!((code, &*stdout), (0, expected));

    let (code, stdout, _) = weigh(CHOICE, &["--format", "json"], "install\nred-up\n\nstop\ninstall\n");
    let lines: Vec<serde_json::Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((code, lines.len()), (1, 2));
    let probability = |value: &serde_json::Value| (value.as_f64().unwrap().exp() * 1e6).round();
    assert!((probability(&lines[0]["log_probability"]) - 175_000.0).abs() < 0.5);
    assert!((probability(&lines[0]["run"]["log_probability"]) - 100_000.0).abs() < 0.5);
    assert_eq!(lines[0]["run"]["items"][2]["payload"]["n"], 5);
    assert_eq!((&lines[1]["verdict"], &lines[1]["at"]), (&"invalid".into(), &2.into()));
}

#[test]
fn the_command_says_why_there_is_no_answer() {
    let (code, stdout, _) = weigh(CHOICE, &[], "install\ninstall\n");
    assert_eq!((code, &*stdout), (1, "invalid at 2: install\n  expected red-up, stop\n  --> traces:2\n"));
    let loops = "event a phase p { repeat 0..1000 {} a }";
    let (code, stdout, stderr) = weigh(loops, &["--limit", "100"], "a\n");
    assert_eq!((code, &*stdout), (2, ""));
    assert!(stderr.contains("traces:1: more than 100 configurations"), "{stderr}");
}
