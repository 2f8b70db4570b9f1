//! The machine against the reference: every construct, and thousands of random grammars, by exact distributions; and
//! walks against the reference, by frequencies.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::trace::{Item, Recorder, Shows};
use charmgrammar::walk::{self, Limits};

use crate::reference::explore::{self, Bounds, Compared, compare, complete_traces};
pub(crate) use crate::reference::load;
use crate::reference::{Shown, random};
use crate::support::{files, root};

/// The cases of a file in `tests/semantics` by their names; each goes with the prelude.
pub(crate) fn cases(file: &str) -> (String, Vec<(String, String)>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/semantics");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("the file can be read");
    let prelude = read("prelude.charmgrammar");
    let text = read(&format!("{file}.charmgrammar"));
    let mut cases = Vec::new();
    for case in text.split("#---").skip(1) {
        let (name, text) = case.split_once('\n').expect("a name stands on a line of its own");
        let text = if text.contains("phase") { text.to_owned() } else { format!("phase p {{ {text} }}") };
        cases.push((name.trim().to_owned(), text));
    }
    (prelude, cases)
}

/// Compares all cases of a file.
fn agree(file: &str) {
    let bounds = Bounds { items: 150, deep: false, prefixes: 1_000, effort: 10_000, work: 20_000 };
    let mut failures = String::new();
    let (prelude, cases) = cases(file);
    for (name, text) in &cases {
        match load(&format!("{prelude}{text}")).and_then(|grammar| compare(&grammar, bounds)) {
            Ok(_) => {}
            Err(why) => {
                let _ = writeln!(failures, "--- {name}\n{text}\n{why}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(!cases.is_empty(), "no case in {file}");
}

#[test]
fn statements_and_expressions_mean_what_the_reference_says() {
    agree("statements");
}

#[test]
fn drawn_actions_reactions_and_initial_values_mean_what_the_reference_says() {
    agree("draws");
}

#[test]
fn slots_mean_what_the_reference_says() {
    agree("meanwhile");
}

#[test]
fn branches_side_by_side_mean_what_the_reference_says() {
    agree("interleave");
}

#[test]
fn large_domains_and_deep_nesting_mean_what_the_reference_says() {
    agree("wide");
}

#[test]
fn the_grammars_in_the_binary_mean_what_the_reference_says() {
    for (name, _) in model::builtins() {
        let root = Root::Builtin((*name).to_owned());
        let loaded = model::load(&Memory::default(), &root, &Settings::default());
        let grammar = loaded.grammar.expect("it has no errors");
        for deep in [false, true] {
            let bounds = Bounds { items: 200, deep, prefixes: 200, effort: 2_000, work: 4_000 };
            let compared = compare(&grammar, bounds).unwrap_or_else(|why| panic!("{name}: {why}"));
            println!("{name}: {compared:?}");
        }
    }
}

/// How often each complete trace is drawn, from a fixed seed.
fn frequencies(grammar: &Grammar, walks: u64) -> BTreeMap<Vec<Shown>, u64> {
    let (program, limits) = (Program::compile(grammar), Limits::default());
    let mut memory = walk::Memory::new(&program, &limits);
    let mut recorder = Recorder::new(Shows::STORY);
    for trace in 0..walks {
        walk::walk(&program, &limits, 7, trace, &mut recorder, &mut memory).expect("no walk fails");
    }
    let alphabet = Alphabet::new(grammar);
    let mut frequencies = BTreeMap::new();
    for trace in recorder.into_traces() {
        let items = trace.items.into_iter().map(|item| match item {
            Item::Phase(phase) => Shown::Phase(phase),
            Item::Action { action, source, arguments } => Shown::Action { action, source, arguments },
            Item::Event { symbol, payload } => {
                Shown::Event { event: alphabet.event_of(symbol), of: alphabet.instances_of(symbol), payload }
            }
            Item::Set { .. } | Item::Decision { .. } => unreachable!("a story has none"),
        });
        *frequencies.entry(items.collect()).or_default() += 1;
    }
    frequencies
}

/// Of every trace that 20,000 walks should show ten times or more, the number of walks that do is at most 5 standard
/// deviations (of a binomial distribution) from what its exact probability says; so is that of all the others
/// together; and the sum of all their squared relative deviations (chi square) is at most 5 of its standard deviations
/// above its mean. Each bound is passed by chance about once in a million seeds, and the seed is fixed.
#[test]
fn walks_draw_as_often_as_the_reference_says() {
    const WALKS: u64 = 20_000;
    let walks = f64::from(u32::try_from(WALKS).unwrap());
    let mut failures = String::new();
    let (prelude, cases) = cases("frequencies");
    for (name, text) in &cases {
        let grammar = load(&format!("{prelude}{text}")).unwrap_or_else(|why| panic!("{name}: {why}"));
        // The traces that are left out here are rare ones.
        let (expected, without) = complete_traces(&grammar, 1e-5);
        assert!(without < 0.1, "{name}: traces of the mass {without} are unknown");
        let mut found = frequencies(&grammar, WALKS);
        let mut cells = Vec::new();
        let (mut rare, mut n_rare) = (without, 0);
        for (trace, probability) in &expected {
            let n_found = found.remove(trace).unwrap_or(0);
            if probability * walks < 10.0 {
                rare += probability;
                n_rare += n_found;
            } else {
                let words: Vec<String> = trace.iter().map(|item| explore::text(&grammar, item)).collect();
                cells.push((words.join(" "), *probability, n_found));
            }
        }
        cells.push(("others".to_owned(), rare, n_rare + found.values().sum::<u64>()));
        let mut chi_square = 0.0;
        for (trace, probability, n_found) in &cells {
            let distance = f64::from(u32::try_from(*n_found).unwrap()) - probability * walks;
            if distance.abs() > 5.0 * (probability * (1.0 - probability) * walks).sqrt() + 1e-6 {
                let _ = writeln!(failures, "{name}: [{trace}] {n_found} times, its probability being {probability}");
            }
            chi_square += if *probability * walks < 10.0 { 0.0 } else { distance * distance / (probability * walks) };
        }
        let freedom = f64::from(u32::try_from(cells.len()).unwrap());
        if chi_square > freedom + 5.0 * (2.0 * freedom).sqrt() {
            let _ = writeln!(failures, "{name}: chi square is {chi_square} with {freedom} degrees of freedom");
        }
        println!("{name}: {} traces, chi square {chi_square:.1}", cells.len());
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Grammars in which every construct occurs, each with its name: those of this comparison, and of the corpus. Some need
/// other files, and can't be loaded by themselves.
pub(crate) fn constructs() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide"] {
        let (prelude, cases) = cases(file);
        all.extend(cases.into_iter().map(|(name, text)| (format!("{file}: {name}"), format!("{prelude}{text}"))));
    }
    for folder in ["walk", "check", "explore"] {
        let is_grammar = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "charmgrammar");
        for path in files(&root().join("tests/corpus").join(folder)).into_iter().filter(is_grammar) {
            // Some are no text at all.
            let text = fs::read_to_string(&path).ok();
            all.extend(text.map(|text| (path.display().to_string(), text)));
        }
    }
    all
}

/// A number from the environment.
pub(crate) fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("it is a number"))
}

/// Compares random grammars, each by its seed and its text, and returns what came of it. Of one that fails it tells what
/// failed with as little of its text as shows it. `CHARMGRAMMAR_CASES` says how many they are, if not so many, and
/// `CHARMGRAMMAR_SEED` which is the first.
pub(crate) fn compare_random<C: Default>(
    grammar: fn(u64) -> String,
    many: u64,
    compare: impl Fn(u64, &str, &mut C) -> Result<(), String>,
) -> C {
    let (many, first) = (setting("CHARMGRAMMAR_CASES", many), setting("CHARMGRAMMAR_SEED", 0));
    let mut compared = C::default();
    let mut failures = String::new();
    // A panic is a failure like others.
    let compare = |seed, text: &str, compared: &mut C| {
        let panicked = |cause: Box<dyn Any + Send>| {
            let words = cause.downcast_ref::<String>().cloned();
            Err(words.or_else(|| cause.downcast_ref().map(|text: &&str| (*text).to_owned())).unwrap_or_default())
        };
        catch_unwind(AssertUnwindSafe(|| compare(seed, text, compared))).unwrap_or_else(panicked)
    };
    for seed in first..first + many {
        let mut text = grammar(seed);
        if compare(seed, &text, &mut compared).is_err() {
            let again = |text: &String| compare(seed, text, &mut C::default());
            while let Some(smaller) = random::smaller(&text).into_iter().find(|text| again(text).is_err()) {
                text = smaller;
            }
            let _ = writeln!(failures, "--- seed {seed}\n{text}\n{}", again(&text).unwrap_err());
        }
        if failures.len() > 5_000 {
            break;
        }
    }
    assert!(failures.is_empty(), "{failures}");
    compared
}

/// What came of comparing a text.
enum Verdict {
    Refused(String),
    Agree(Compared),
    Disagree(String),
    Panic,
}

fn judge(text: &str, bounds: Bounds) -> Verdict {
    let verdict = catch_unwind(|| match load(text) {
        Err(why) => Verdict::Refused(why),
        Ok(grammar) => compare(&grammar, bounds).map_or_else(Verdict::Disagree, Verdict::Agree),
    });
    verdict.unwrap_or(Verdict::Panic)
}

/// As little of a text as has a verdict of the same kind.
fn shrunk(text: &str, bounds: Bounds, verdict: &Verdict) -> String {
    let kind = std::mem::discriminant(verdict);
    let same = |text: &String| std::mem::discriminant(&judge(text, bounds)) == kind;
    let mut text = text.to_owned();
    while let Some(smaller) = random::smaller(&text).into_iter().find(same) {
        text = smaller;
    }
    text
}

/// Random grammars, `CHARMGRAMMAR_CASES` of them from the seed `CHARMGRAMMAR_SEED` on. What differs is shrunk first.
#[test]
fn random_grammars_mean_what_the_reference_says() {
    let (many, first) = (setting("CHARMGRAMMAR_CASES", 700), setting("CHARMGRAMMAR_SEED", 0));
    let mut total = Compared::default();
    let (mut accepted, mut whole) = (0, 0);
    let mut refusals = BTreeMap::new();
    let mut failures = String::new();
    for seed in first..first + many {
        let text = random::grammar(seed);
        let (deep, items) = if seed % 2 == 0 { (false, 16) } else { (true, 40) };
        let bounds = Bounds { items, deep, prefixes: 60, effort: 1_000, work: 1_500 };
        let verdict = judge(&text, bounds);
        match &verdict {
            Verdict::Agree(compared) => {
                accepted += 1;
                whole += u32::from(compared.lost < 1e-6);
                total.add(compared);
            }
            Verdict::Refused(why) => {
                let why = why.lines().next().unwrap_or_default().to_owned();
                refusals.entry(why).or_insert((0, seed)).0 += 1;
            }
            Verdict::Disagree(_) | Verdict::Panic => {
                let text = shrunk(&text, bounds, &verdict);
                let why = match judge(&text, bounds) {
                    Verdict::Disagree(why) => why,
                    _ => "it panics".to_owned(),
                };
                println!("--- seed {seed}\n{text}\n{why}");
                let _ = writeln!(failures, "--- seed {seed}\n{text}\n{why}");
            }
        }
        if failures.len() > 20_000 {
            break;
        }
    }
    println!("{accepted} of {many} grammars, {whole} of them to the end of all traces\n{total:?}");
    for (why, (times, seed)) in &refusals {
        println!("refused {times} times, the first time seed {seed}: {why}");
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(accepted * 2 > many, "most random grammars are refused");
}
