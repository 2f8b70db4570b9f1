//! Event sequences of grammars, against all of them written down by brute force: how many there are, which, and in which
//! two grammars differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use charmgrammar::explore::{Automaton, BigUint, Counts, Difference, Ranked, Sequences, Side, Witness};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, NameId, Root, Settings};
use charmgrammar::recognize::{Next, Precision, Question, Recognizer, Verdict};
use charmgrammar::sets::Item;
use charmgrammar::trace::{Observed, Shows};

use crate::reference::Shown;
use crate::reference::brute::language;
use crate::reference::random::{self, Random};
use crate::reference::random_merge;
use crate::semantics::{cases, load, setting};
use crate::support::{files, root};

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
        Automaton::new(&self.grammar, &self.alphabet, &self.program, 50_000, 20_000).ok()
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
        recognizer.finish()
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
fn holds(witness: &Witness, own: &Made, other: &Made) -> Result<(), String> {
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
    let mut all = Vec::new();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide"] {
        let (prelude, cases) = cases(file);
        all.extend(cases.into_iter().map(|(name, text)| (format!("{file}: {name}"), format!("{prelude}{text}"))));
    }
    let is_grammar = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "charmgrammar");
    for path in files(&root().join("tests/corpus/walk")).into_iter().filter(is_grammar) {
        all.push((path.display().to_string(), fs::read_to_string(path).unwrap()));
    }
    // What uses other files is none by itself.
    let made = |(name, text): (String, String)| Some((name, Made::new(load(&text).ok()?)));
    all.into_iter().filter_map(made).filter(|(_, made)| !made.grammar.phases.is_empty()).collect()
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

/// Looks at random grammars, and at what differs between each and a smaller one.
fn look_at_random(text: fn(u64) -> String, many: u64) {
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
    println!("{n_agreed} agreed, {n_compared} compared with {n_witnesses} witnesses");
    assert!(failures.is_empty(), "{failures}");
    assert!(n_agreed * 4 > many && n_compared * 10 > many && n_witnesses > 0, "{n_agreed} {n_compared} {n_witnesses}");
}

#[test]
fn sequences_of_random_grammars_are_those_of_brute_force() {
    look_at_random(random::grammar, 150);
}

#[test]
fn sequences_of_grammars_in_which_much_is_merged_are_those_of_brute_force() {
    look_at_random(random_merge::grammar, 100);
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
