//! Event sequences of grammars, against all of them written down by brute force: how many there are, which, and in which
//! two grammars differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use charmgrammar::explore::{Automaton, BigUint, Counts, Difference, OneSided, Ranked, Sequences, Side};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, NameId, Root, Settings};
use charmgrammar::recognize::{Next, Precision, Question, Recognizer, Verdict};
use charmgrammar::sets::{Bounds, Item};
use charmgrammar::trace::{Observed, Shows};

use crate::reference::Shown;
use crate::reference::brute::language;
use crate::reference::random::{self, Random};
use crate::reference::random_merge;
use crate::semantics::{constructs, load, setting};
use crate::support::{Ran, binary, finish, run, run_with};

/// How many points of runs brute force looks at.
const EFFORT: usize = 3_000;

/// The most events of a sequence that brute force looks at.
const MOST: usize = 5;

/// A grammar in all its forms.
struct Made {
    grammar: Grammar,
    alphabet: Alphabet,
    program: Program,
}

impl Made {
    fn new(grammar: Grammar) -> Self {
        let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
        Self { grammar, alphabet, program }
    }

    fn automaton(&self) -> Option<Automaton<'_>> {
        let bounds = Bounds { configurations: 50_000, steps: 20_000, ..Bounds::default() };
        Automaton::new(&self.grammar, &self.alphabet, &self.program, bounds).ok()
    }

    fn texts(&self, names: &[NameId]) -> Vec<String> {
        names.iter().map(|name| self.alphabet.name_text(*name).to_owned()).collect()
    }

    /// All event sequences with at most so many events, and whether there are no longer ones.
    fn brute(&self, most: usize, effort: usize) -> Option<(BTreeSet<Vec<String>>, bool)> {
        let name = |shown: &Shown| match shown {
            Shown::Event { event, of, .. } => {
                Some(self.alphabet.name_text(self.alphabet.name_of(self.alphabet.symbol(*event, of))).to_owned())
            }
            _ => None,
        };
        let language = language(&self.grammar, most, effort, name)?;
        Some((language.complete, language.whole))
    }

    /// What the recognizer says of a sequence of names.
    fn judge(&self, names: &[String]) -> Verdict {
        let mut recognizer = Recognizer::new(&self.grammar, &self.alphabet, &self.program, Question::default());
        recognizer.begin(Shows::EVENTS, Precision::NAMES).unwrap();
        for text in names {
            // A name that the grammar does not have is no item of it.
            let name = self.alphabet.find(text);
            let item = Observed::Event { name: name.unwrap_or(NameId(u32::MAX)), of: Vec::new(), payload: Vec::new() };
            if !recognizer.item(&item).unwrap() {
                break;
            }
        }
        recognizer.finish().unwrap()
    }
}

/// Whether numbers, enumeration and ranks agree with brute force; `false` where there is too much for that.
fn agree(made: &Made) -> Result<bool, String> {
    let Some((all, _)) = made.brute(MOST, EFFORT) else { return Ok(false) };
    let Some(counts) = made.automaton().and_then(|automaton| Counts::new(automaton, MOST).ok()) else {
        return Ok(false);
    };
    let mut by_length: BTreeMap<usize, Vec<Vec<String>>> = BTreeMap::new();
    for sequence in all {
        by_length.entry(sequence.len()).or_default().push(sequence);
    }
    let counts: Vec<BigUint> = counts.map(Result::unwrap).collect();
    assert_eq!(counts.len(), MOST + 1);
    for (length, count) in counts.into_iter().enumerate() {
        let expected = by_length.remove(&length).unwrap_or_default();
        if count != BigUint::from(expected.len()) {
            return Err(format!("{count} instead of {} sequences of {length} events", expected.len()));
        }
        let mut sequences = Sequences::new(made.automaton().unwrap(), length).unwrap();
        let mut enumerated = Vec::new();
        while let Some(names) = sequences.next() {
            enumerated.push(made.texts(names));
        }
        if enumerated != expected {
            return Err(format!("of {length} events: {enumerated:?} instead of {expected:?}"));
        }
        let ranked = Ranked::new(made.automaton().unwrap(), length).unwrap();
        let at = |place: usize| made.texts(&ranked.at(BigUint::from(place)));
        if ranked.total() != count || !(0..expected.len()).all(|place| at(place) == expected[place]) {
            return Err(format!("the ranks of {length} events"));
        }
    }
    Ok(true)
}

/// Whether what is said of the difference of two grammars agrees with brute force and with the recognizer; `None` where
/// there is too much for that, else how many witnesses there are.
fn agree_on_difference(made: [&Made; 2]) -> Result<Option<usize>, String> {
    let [Some((left, left_whole)), Some((right, right_whole))] = made.map(|made| made.brute(MOST, EFFORT)) else {
        return Ok(None);
    };
    let [Some(mut first), Some(mut second)] = made.map(Made::automaton) else { return Ok(None) };
    let difference = Difference::find(&mut first, &mut second, &mut |_| {});
    let all = [left, right];
    for side in Side::BOTH {
        let (own, other) = (&all[side.index()], &all[side.other().index()]);
        // The first of the shortest.
        let expected = own.difference(other).min_by_key(|sequence| (sequence.len(), (*sequence).clone()));
        let found = difference.only[side.index()].as_ref();
        if found.is_none() && difference.undecided.is_some() {
            continue;
        }
        let is_known = left_whole && right_whole;
        let texts = found.map(|witness| made[side.index()].texts(&witness.events));
        let is_right = match (&texts, expected) {
            (Some(texts), Some(expected)) => texts == expected,
            (Some(texts), None) => texts.len() > MOST && !is_known,
            (None, Some(_)) => false,
            (None, None) => true,
        };
        if !is_right {
            return Err(format!("{side:?}: {texts:?} instead of {expected:?}"));
        }
        if let Some(witness) = found {
            holds(witness, made[side.index()], made[side.other().index()])?;
        }
    }
    Ok(Some(difference.only.iter().flatten().count()))
}

/// Whether a witness is what it says.
fn holds(witness: &OneSided, own: &Made, other: &Made) -> Result<(), String> {
    let texts = own.texts(&witness.events);
    if !matches!(own.judge(&texts), Verdict::Valid { .. }) {
        return Err(format!("{texts:?} is none"));
    }
    let Verdict::Invalid(rejection) = other.judge(&texts) else { return Err(format!("{texts:?} is one of both")) };
    let at = (witness.shared < texts.len()).then_some(witness.shared as u64 + 1);
    let name = |next: &Next| match next {
        Next::Item(Item::Event { symbol, .. }) => Some(other.alphabet.name_of(*symbol)),
        _ => None,
    };
    let expected: BTreeSet<NameId> = rejection.expected.iter().filter_map(name).collect();
    let said: BTreeSet<NameId> = witness.expected.iter().copied().collect();
    if (rejection.at, rejection.expected.contains(&Next::End), expected) != (at, witness.ends, said) {
        return Err(format!("{texts:?}: {witness:?} instead of {rejection:?}"));
    }
    Ok(())
}

/// The grammars that are there for other tests.
fn corpus() -> Vec<(String, Made)> {
    let made = |(name, text): (String, String)| Some((name, Made::new(load(&text).ok()?)));
    constructs().into_iter().filter_map(made).filter(|(_, made)| !made.grammar.phases.is_empty()).collect()
}

#[test]
fn sequences_of_every_construct_are_those_of_brute_force() {
    let mut failures = String::new();
    let (mut many, mut n_compared) = (0, 0);
    for (name, made) in corpus() {
        many += 1;
        match agree(&made) {
            Ok(compared) => n_compared += usize::from(compared),
            Err(why) => writeln!(failures, "--- {name}\n{why}").unwrap(),
        }
    }
    println!("{n_compared} of {many}");
    assert!(failures.is_empty(), "{failures}");
    assert!(many > 100 && n_compared * 2 > many, "{n_compared} of {many}");
}

#[test]
fn differences_of_grammars_next_to_each_other_are_those_of_brute_force() {
    let mut failures = String::new();
    let (mut n_compared, mut n_witnesses) = (0, 0);
    let all = corpus();
    for pair in all.windows(2) {
        let [(left, first), (right, second)] = pair else { unreachable!("windows of two") };
        for made in [[first, second], [first, first]] {
            match agree_on_difference(made) {
                Ok(Some(witnesses)) => {
                    n_compared += 1;
                    n_witnesses += witnesses;
                }
                Ok(None) => {}
                Err(why) => writeln!(failures, "--- {left} and {right}\n{why}").unwrap(),
            }
        }
    }
    println!("{n_compared} with {n_witnesses} witnesses");
    assert!(failures.is_empty(), "{failures}");
    assert!(n_compared > 100 && n_witnesses > 50, "{n_compared} with {n_witnesses} witnesses");
}

/// Looks at random grammars, and at what differs between each and a smaller one. How many there were.
fn look_at_random(text: fn(u64) -> String, many: u64) -> String {
    let (many, first) = (setting("CHARMGRAMMAR_CASES", many), setting("CHARMGRAMMAR_SEED", 0));
    let mut failures = String::new();
    let (mut n_agreed, mut n_compared, mut n_witnesses) = (0, 0, 0);
    for seed in first..first + many {
        let text = text(seed);
        let Ok(grammar) = load(&text) else { continue };
        let made = Made::new(grammar);
        match agree(&made) {
            Ok(agreed) => n_agreed += u64::from(agreed),
            Err(why) => writeln!(failures, "--- seed {seed}\n{text}\n{why}").unwrap(),
        }
        let smaller: Vec<String> = random::smaller(&text);
        if smaller.is_empty() {
            continue;
        }
        let smaller = &smaller[Random::new(seed).below(smaller.len())];
        let Ok(grammar) = load(smaller) else { continue };
        let other = Made::new(grammar);
        match agree_on_difference([&made, &other]) {
            Ok(Some(witnesses)) => {
                n_compared += 1;
                n_witnesses += witnesses;
            }
            Ok(None) => {}
            Err(why) => writeln!(failures, "--- seed {seed}\n{text}\nand\n{smaller}\n{why}").unwrap(),
        }
        if failures.len() > 10_000 {
            break;
        }
    }
    let found = format!("{n_agreed} agreed, {n_compared} compared with {n_witnesses} witnesses");
    assert!(failures.is_empty(), "{failures}");
    assert!(n_agreed * 4 > many && n_compared * 10 > many && n_witnesses > 0, "{found}");
    found
}

#[test]
fn sequences_of_random_grammars_are_those_of_brute_force() {
    println!("{}", look_at_random(random::grammar, 150));
}

#[test]
fn sequences_of_grammars_in_which_much_is_merged_are_those_of_brute_force() {
    println!("{}", look_at_random(random_merge::grammar, 100));
}

#[test]
fn a_difference_between_the_grammars_in_the_binary_is_shortest() {
    let made = |name: &str| {
        let loaded = model::load(&Memory::default(), &Root::Builtin(name.to_owned()), &Settings::default());
        Made::new(loaded.grammar.unwrap())
    };
    let (example, prototype) = (made("example"), made("prototype"));
    let mut automata = [&example, &prototype].map(|made| made.automaton().unwrap());
    let [first, second] = &mut automata;
    let difference = Difference::find(first, second, &mut |_| {});
    assert_eq!((&difference.only[0], &difference.undecided), (&None, &None));
    let witness = difference.only[1].as_ref().unwrap();
    holds(witness, &prototype, &example).unwrap();
    // No shorter one is of the prototype alone, since they have as many.
    let counts = |made: &Made| -> Vec<BigUint> {
        let counts = Counts::new(made.automaton().unwrap(), witness.events.len()).unwrap();
        counts.map(Result::unwrap).collect()
    };
    let counts: Vec<_> = counts(&example).into_iter().zip(counts(&prototype)).collect();
    assert!(counts[..witness.events.len()].iter().all(|(example, prototype)| example == prototype));
    assert!(counts[witness.events.len()].0 < counts[witness.events.len()].1);
}

// ---------------------------------------------------------------------------------------------------------- commands

/// One sequence without events, two with one, four with two.
const PAIRS: &[u8] = b"event a event b phase p { repeat 0..2 { choose { 1 => b, 1 => a } } }";

#[test]
fn count_tells_a_number_or_one_for_each_length() {
    let count = |arguments: &[&str]| run_with(&[&["count", "-"], arguments].concat(), PAIRS).ok();
    assert_eq!(count(&["--events", "2"]), "4\n");
    assert_eq!(count(&["--events", "3"]), "0\n");
    assert_eq!(count(&["--events", "1..10"]), " 1  2\n 2  4\n 3  0\n 4  0\n 5  0\n 6  0\n 7  0\n 8  0\n 9  0\n10  0\n");
    assert_eq!(
        count(&["--events", "0..1", "--format", "json"]),
        "{\"events\":0,\"count\":\"1\"}\n{\"events\":1,\"count\":\"2\"}\n"
    );
    let many = b"event a event b phase p { repeat 100 { choose { 1 => b, 1 => a } } }";
    assert_eq!(run_with(&["count", "-", "--events", "100"], many).ok(), "1267650600228229401496703205376\n");
    for wrong in ["-1", "2..1", "a", "4294967296"] {
        run(&["count", "example", &format!("--events={wrong}")]).unanswered();
    }
}

#[test]
fn enumerate_writes_traces_that_can_be_read_again() {
    let enumerate = |arguments: &[&str]| run_with(&[&["enumerate", "-", "--events"], arguments].concat(), PAIRS);
    assert_eq!(enumerate(&["2"]).ok(), "a\na\n\na\nb\n\nb\na\n\nb\nb\n\n");
    let none = enumerate(&["3"]);
    assert_eq!((none.code, &*none.stdout, &*none.stderr), (0, "", "note: there is no sequence of 3 events\n"));
    assert_eq!(
        enumerate(&["0"]).unanswered(),
        "error: the sequence without events can't be written as names; --format jsonl can\n"
    );
    let empty = enumerate(&["0", "--format", "jsonl"]).ok();
    assert!(empty.ends_with(",\"trace\":0,\"shows\":[\"events\"],\"items\":[]}\n"), "{empty}");
    // Which element of the array it was is not told.
    let text = "kind k { state on: bool = false } k ks[2] event <k>-up \
        phase p { repeat 2 { for one x: k where not x.on { x.on = true; <x>-up } } }";
    let directory = tempfile::tempdir().unwrap();
    let (grammar, traces) = (directory.path().join("g.charmgrammar"), directory.path().join("traces"));
    fs::write(&grammar, text).unwrap();
    let grammar = grammar.to_str().unwrap();
    let line = run(&["enumerate", grammar, "--events", "2", "--format", "jsonl"]).ok();
    assert!(line.ends_with("\"items\":[\"ks-up\",\"ks-up\"]}\n"), "{line}");
    let names = run(&["enumerate", "example", "--events", "12"]).ok();
    for (grammar, text, many) in [(grammar, line, 1), ("example", names, 118)] {
        fs::write(&traces, text).unwrap();
        let judged = run(&["validate", grammar, traces.to_str().unwrap()]);
        assert_eq!((judged.code, judged.stdout), (0, "valid\n".repeat(many)));
    }
}

#[test]
fn enumerate_begins_to_write_at_once_and_stops_when_nobody_reads() {
    let directory = tempfile::tempdir().unwrap();
    // Of 2^200 beginnings one in two can be completed, and none is left in the end but by its last events.
    let text = "state n: 0..1 = 0 event a event b event c event d \
        phase p { repeat 200 { choose { 1 => a, 1 => { n = 1; b } } } if n == 0 { c } else { d d } }";
    fs::write(directory.path().join("g.charmgrammar"), text).unwrap();
    let mut command = binary(directory.path());
    command.args(["enumerate", "g.charmgrammar", "--events", "202"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Vec<String> = lines.by_ref().take(202).map(Result::unwrap).collect();
    assert_eq!(first.concat(), "a".repeat(199) + "bdd");
    drop(lines);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// What `diff` says of two texts.
fn diff(left: &str, right: &str, arguments: &[&str]) -> Ran {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in [("left.charmgrammar", left), ("right.charmgrammar", right)] {
        fs::write(directory.path().join(name), text).unwrap();
    }
    let mut command = binary(directory.path());
    command.args(["diff", "left.charmgrammar", "right.charmgrammar"]).args(arguments);
    finish(&mut command)
}

#[test]
fn diff_tells_what_each_has_alone_and_where_the_other_leaves_it() {
    let left = "event a event b event c phase p { a maybe 50% b c }";
    let right = "event a event c event d phase p { a c maybe 50% d }";
    let ran = diff(left, right, &[]);
    let told = "only left.charmgrammar has:\n    a\n    b\n    c\n  right.charmgrammar leaves it at 2: b\n  expected c\n\
        only right.charmgrammar has:\n    a\n    c\n    d\n  left.charmgrammar leaves it at 3: d\n  expected (end)\n";
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (1, told, ""));
    // What stops too early.
    let ran = diff("event a phase p { maybe 50% a }", "event a phase p { a }", &[]);
    let told = "only left.charmgrammar has:\n    (no event)\n  right.charmgrammar does not end there: expected a\n";
    assert_eq!((ran.code, ran.stdout), (1, format!("{told}only right.charmgrammar has: nothing\n")));
    let ran = diff("event a phase p { maybe 50% a }", "event a phase p { a }", &["--quiet"]);
    assert_eq!((ran.code, &*ran.stdout), (1, told));
    // The same in other words.
    let same = ["event a phase p { maybe 50% { a a } }", "event a phase p { if true { repeat 0..1 { a a } } }"];
    assert_eq!(diff(same[0], same[1], &[]).ok(), "no difference: both have the same event sequences\n");
    assert_eq!(diff(same[0], same[1], &["--quiet"]).ok(), "");
    // What nothing can follow.
    let dead = "event a event b phase p { a choose { 1 when false => b } }";
    let ran = diff("event a event b phase p { a b }", dead, &[]);
    assert!(ran.stdout.contains("leaves it at 2: b\n  expected nothing: every run that agrees so far fails here\n"));
}

#[test]
fn diff_is_data_and_annotations() {
    let (left, right) = ("event a event b phase p { a maybe 50% b }", "event a phase p { a }");
    let ran = diff(left, right, &["--format", "json"]);
    assert_eq!(
        (ran.code, &*ran.stdout),
        (
            1,
            "{\"left\":\"left.charmgrammar\",\"right\":\"right.charmgrammar\",\"only_left\":{\"verdict\":\"found\",\
             \"events\":[\"a\",\"b\"],\"at\":2,\"expected\":[\"(end)\"]},\"only_right\":{\"verdict\":\"nothing\"}}\n"
        )
    );
    let ran = diff(left, right, &["--format", "github"]);
    assert_eq!(
        (ran.code, &*ran.stdout),
        (
            1,
            "::error file=left.charmgrammar,line=1,title=charmgrammar difference::only left.charmgrammar has: a b%0A\
             right.charmgrammar leaves it at 2: b%0A  expected (end)\n"
        )
    );
    assert_eq!(diff(right, right, &["--format", "github"]).ok(), "");
}

#[test]
fn diff_compares_a_grammar_with_itself_under_other_settings() {
    let ran = run(&["diff", "example", "example", "--set", "operations=2", "--right-set", "operations=1"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("  example with operations=1 leaves it at "), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("only example with operations=1 has: nothing\n"), "{}", ran.stdout);
    run(&["diff", "example", "example", "--left-profile", "short", "--right-set", "operations=3"]).ok();
    let same = ["--left-set", "operations=1", "--right-set", "operations=1"];
    run(&[&["diff", "example", "example"], &same[..]].concat()).ok();
    // The story of what is lost.
    let arguments = ["--set", "operations=1", "--right-weight", "scale-up=0"];
    let ran = run(&[&["diff", "example", "example", "--actions"], &arguments[..]].concat());
    assert!(ran.stdout.contains("    Action :: Source.user --> 'scale+'\n    Event  :: replicas-relation-joined\n"));
    let json = run(&[&["diff", "example", "example", "--actions", "--format", "json"], &arguments[..]].concat());
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    let run_events = json["only_left"]["run"].as_array().unwrap().iter().filter_map(|item| item.get("event"));
    assert!(run_events.eq(json["only_left"]["events"].as_array().unwrap()));
    let with = ["--right-with", "override action config-change by user weight 0 { config-changed }"];
    assert_eq!(run(&[&["diff", "example", "example"], &with[..]].concat()).code, 1);
}

#[test]
fn what_has_no_answer_within_the_limit_is_undecided() {
    for line in [
        &["count", "example", "--events", "20"][..],
        &["enumerate", "example", "--events", "20"],
        &["diff", "example", "prototype"],
    ] {
        let ran = run(&[line, &["--limit", "50"]].concat());
        assert_eq!(ran.code, 2, "{line:?}");
        let told = "error: undecided: more than 50 configurations can be reached";
        assert!(ran.stderr.starts_with(told) && ran.stderr.contains("--limit"), "{}", ran.stderr);
        assert!(ran.stdout.is_empty() || ran.stdout.contains("undecided"), "{}", ran.stdout);
    }
    // Numbers need room too.
    let text = b"event a event b phase p { repeat 0.. mean 3 { choose { 1 => a, 1 => b } } }";
    let ran = run_with(&["count", "-", "--events", "100000", "--limit", "20"], text);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    // What was found before is told.
    let long = "event a event b phase p { maybe 50% { b } repeat 0..2000 { a } }";
    let ran = diff(long, &long.replace("maybe 50% { b }", ""), &["--limit", "300"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.starts_with("only left.charmgrammar has:\n    b\n  right.charmgrammar leaves it at 1: b\n"));
    assert!(ran.stdout.ends_with("only right.charmgrammar has: undecided\n"), "{}", ran.stdout);
    assert!(run(&["diff", "-", "-"]).unanswered().contains("standard input can't be both grammars"));
}

#[test]
fn uniform_traces_are_drawn_from_all_as_often() {
    let line = ["generate", "example", "--uniform", "--events", "12", "--seed", "7", "--format", "names"];
    let generate = |arguments: &[&str]| run(&[&line, arguments].concat()).ok();
    let all = run(&["enumerate", "example", "--events", "12"]).ok();
    let all: Vec<&str> = all.split_terminator("\n\n").collect();
    let drawn = generate(&["-n", "11800"]);
    let mut times: BTreeMap<&str, u64> = BTreeMap::new();
    for sequence in drawn.split_terminator("\n\n") {
        assert!(all.contains(&sequence), "{sequence}");
        *times.entry(sequence).or_default() += 1;
    }
    // Each 100 times, less or more by six standard deviations.
    assert_eq!((times.len(), all.len()), (118, 118));
    assert!(times.values().all(|times| (40..=160).contains(times)), "{times:?}");
    // A trace depends on the seed and its number alone.
    assert_eq!(generate(&["-n", "5"]) + &generate(&["--from", "5", "-n", "6"]), generate(&["-n", "11"]));
    assert_eq!(
        generate(&["-n", "9", "--shard", "0/2"]) + &generate(&["-n", "9", "--shard", "1/2"]),
        generate(&["-n", "9"])
    );
    assert_ne!(generate(&["-n", "5"]), generate(&["-n", "5", "--from", "5"]));
    // So the number of threads makes no difference, where each has several pieces to draw and where some have none.
    assert_eq!(generate(&["-n", "11800", "--jobs", "2"]), drawn);
    assert_eq!(generate(&["-n", "11800", "--jobs", "16"]), drawn);
    let same = |format: &str| run(&[&line[..7], &["-n", "3", "--format", format]].concat()).ok();
    let (names, story, jsonl) = (same("names"), same("story"), same("jsonl"));
    let events = |text: &str, before: &str, after: &str| -> Vec<String> {
        text.split(before).skip(1).map(|rest| rest.split(after).next().unwrap().to_owned()).collect()
    };
    let told: Vec<&str> = names.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(events(&story, "Event  :: ", "\n"), told);
    let lines: Vec<serde_json::Value> = jsonl.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let items = lines.iter().flat_map(|line| line["items"].as_array().unwrap());
    assert_eq!(items.map(|item| item.as_str().unwrap()).collect::<Vec<_>>(), told);
    assert_eq!((&lines[2]["trace"], &lines[2]["seed"]), (&2.into(), &7.into()));
}

#[test]
fn uniform_draws_are_as_the_language_reference_says() {
    // Of 2^40 sequences: 40 bits, of which the reference gives the first 64 for seed 7.
    let text = b"event a event b phase p { repeat 40 { choose { 1 => b, 1 => a } } }";
    let drawn =
        run_with(&["generate", "-", "--uniform", "--events", "40", "--seed", "7", "--format", "names"], text).ok();
    let bits =
        drawn.lines().filter(|line| !line.is_empty()).fold(0u64, |bits, line| bits << 1 | u64::from(line == "b"));
    assert_eq!(bits, 0x53b1_c948_17a4_23a3 & ((1 << 40) - 1));
    // One that is certain takes none.
    let one = run_with(&["generate", "-", "--uniform", "--events", "1"], b"event a phase p { a }");
    assert_eq!((one.code, &*one.stdout), (0, "simulation:\n    Event  :: a\n\nend.\n"));
}

#[test]
fn uniform_says_what_does_not_go_with_it() {
    let none = run(&["generate", "example", "--uniform", "--events", "3"]).unanswered();
    assert_eq!(none, "error: there is no sequence of 3 events to be drawn\n");
    for arguments in [
        &["--uniform"][..],
        &["--events", "3"],
        &["--limit", "3"],
        &["--uniform", "--events", "12", "--unique"],
        &["--uniform", "--events", "12", "--shows", "phases"],
        &["--uniform", "--events", "12", "--min-events", "2"],
    ] {
        run(&[&["generate", "example"], arguments].concat()).unanswered();
    }
}
