//! Tests that grammars have in themselves against the truth: every complete trace written down, every configuration
//! looked at.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use charmgrammar::explore::Witness;
use charmgrammar::explore::testing::{Failure, Judgment, Tester, Unmatched};
use charmgrammar::machine::Program;
use charmgrammar::model::Alphabet;
use charmgrammar::model::grammar::{Check, Expression, Grammar, InstanceId, Test};
use charmgrammar::recognize::{self, Question, Recognizer, Verdict};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Item, Observed, Shows};

use crate::reference::brute::Language;
use crate::reference::patterns::{self, Happening, Part, matches};
use crate::reference::random::{self, Random};
use crate::reference::random_merge;
use crate::reference::survey::survey;
use crate::reference::{Shown, brute};
use crate::semantics::{self, constructs, load};

/// How many events the traces have that are written down.
const MOST: usize = 6;

/// How many points of runs the reference looks at for it.
const EFFORT: usize = 1_200;

/// What came of comparing.
#[derive(Debug, Default)]
struct Compared {
    grammars: usize,
    /// Of how many all traces were written down.
    whole: usize,
    accepted: usize,
    unmatched: usize,
    rejected: usize,
    matched: usize,
    never: usize,
    met: usize,
    /// What could not be compared: the product met a limit, or not all traces were written down.
    undecided: usize,
    unreadable: usize,
}

/// What an item of a witness is to the reference.
pub(crate) fn shown(alphabet: &Alphabet, item: &Item) -> Shown {
    match item {
        Item::Phase(phase) => Shown::Phase(*phase),
        Item::Action { action, source, arguments } => {
            Shown::Action { action: *action, source: *source, arguments: arguments.clone() }
        }
        Item::Event { symbol, payload } => Shown::Event {
            event: alphabet.event_of(*symbol),
            of: alphabet.instances_of(*symbol),
            payload: payload.clone(),
        },
        other => panic!("a witness shows {other:?}"),
    }
}

fn observed(alphabet: &Alphabet, item: &Item) -> Observed {
    let said = |values: &[i64]| values.iter().copied().map(Some).collect::<Vec<Option<i64>>>();
    match item {
        Item::Phase(phase) => Observed::Phase(*phase),
        Item::Action { action, source, arguments } => {
            Observed::Action { actions: vec![(*action, said(arguments))], source: Some(*source) }
        }
        Item::Event { symbol, payload } => {
            let of: Vec<Option<InstanceId>> = alphabet.instances_of(*symbol).into_iter().map(Some).collect();
            Observed::Event { name: alphabet.name_of(*symbol), of, payload: said(payload) }
        }
        other => panic!("a witness shows {other:?}"),
    }
}

/// What is wrong with a witness: one of a complete trace, or of the beginning of one, is judged to be that. (Where a run
/// goes on silently for ever, the recognizer has no answer.)
pub(crate) fn check_witness(
    grammar: &Grammar,
    alphabet: &Alphabet,
    program: &Program,
    witness: &Witness,
) -> Result<(), String> {
    let question = Question { prefix: !witness.ends, ..Question::default() };
    let mut recognizer = Recognizer::new(grammar, alphabet, program, question);
    if recognizer.begin(Shows::STORY, recognize::Precision::FULL).is_err() {
        return Ok(());
    }
    for item in &witness.items {
        if recognizer.item(&observed(alphabet, item)).is_err() {
            return Ok(());
        }
    }
    match recognizer.finish().unwrap() {
        Verdict::Valid { approximate: false } => Ok(()),
        verdict => Err(format!("the witness is {verdict:?}: {:?}", witness.items)),
    }
}

/// The events of a witness as patterns see them.
fn happenings(grammar: &Grammar, alphabet: &Alphabet, witness: &Witness) -> Vec<Happening> {
    witness.items.iter().filter_map(|item| Happening::of(grammar, &shown(alphabet, item))).collect()
}

/// What the truth is known from.
struct Truth<'a> {
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    program: &'a Program,
    language: &'a Language<Happening>,
}

impl Truth<'_> {
    /// What is wrong with a judgment of a test with a pattern.
    fn pattern(
        &self,
        test: &Test,
        pattern: &[Part],
        judgment: &Judgment,
        compared: &mut Compared,
    ) -> Result<(), String> {
        let complete = &self.language.complete;
        let shortest = complete.iter().filter(|trace| matches(pattern, trace)).map(Vec::len).min();
        let accepts = matches!(test.check, Check::Accepts(_));
        let passed = match judgment {
            Judgment::Undecided(_) => {
                compared.undecided += 1;
                return Ok(());
            }
            Judgment::Passed => true,
            Judgment::Failed(_) => false,
        };
        let found = passed == accepts;
        if shortest.is_some() && !found || shortest.is_none() && self.language.whole && found {
            return Err(format!("{judgment:?}, but the shortest trace that matches has {shortest:?} events"));
        }
        if shortest.is_none() && !self.language.whole {
            compared.undecided += 1;
        }
        *match (accepts, passed) {
            (true, true) => &mut compared.accepted,
            (true, false) => &mut compared.unmatched,
            (false, true) => &mut compared.rejected,
            (false, false) => &mut compared.matched,
        } += 1;
        match judgment {
            Judgment::Failed(Failure::Matched(witness)) => {
                check_witness(self.grammar, self.alphabet, self.program, witness)?;
                let events = happenings(self.grammar, self.alphabet, witness);
                if !witness.ends || !matches(pattern, &events) {
                    return Err(format!("the witness does not match: {events:?}"));
                }
                // All shorter ones than those that were written down are known.
                let is_shortest = match shortest {
                    Some(shortest) => events.len() == shortest,
                    None => events.len() > MOST,
                };
                if !is_shortest || events.len() <= MOST && !complete.contains(&events) {
                    return Err(format!("a witness with {} events, {shortest:?} expected: {events:?}", events.len()));
                }
                Ok(())
            }
            Judgment::Failed(Failure::Unmatched(unmatched)) => self.unmatched(pattern, unmatched),
            Judgment::Failed(other) => Err(format!("{other:?}")),
            Judgment::Passed | Judgment::Undecided(_) => Ok(()),
        }
    }

    /// What is wrong with how far a pattern was matched.
    fn unmatched(&self, pattern: &[Part], unmatched: &Unmatched) -> Result<(), String> {
        check_witness(self.grammar, self.alphabet, self.program, &unmatched.witness)?;
        let before = happenings(self.grammar, self.alphabet, &unmatched.witness);
        // What comes before the element must match, and nothing that is shown may match the element too.
        if !matches(&pattern[..unmatched.element], &before) && !is_amid(pattern, unmatched.element, &before) {
            return Err(format!("up to element {} nothing matches {before:?}", unmatched.element));
        }
        if !self.language.whole {
            return Ok(());
        }
        // No run comes further.
        for further in unmatched.element + 1..=pattern.len() {
            if let Some(trace) = self.language.shown.iter().find(|trace| matches(&pattern[..further], trace)) {
                return Err(format!("it says element {}, and {trace:?} comes to {further}", unmatched.element));
            }
        }
        // With no more told than the pattern asks for.
        let text = patterns::text(pattern);
        let told = |event: &Happening| {
            let full = if text.contains('[') { event.full.clone() } else { event.name.clone() };
            (full, if text.contains(" = ") { event.payload.clone() } else { Vec::new() })
        };
        let alike = |trace: &[Happening]| trace.iter().map(told).eq(before.iter().map(told));
        let mut next = BTreeSet::new();
        for trace in &self.language.shown {
            if let Some((last, earlier)) = trace.split_last()
                && alike(earlier)
            {
                next.insert(last.name.clone());
            }
        }
        let ends = self.language.complete.iter().any(|trace| alike(trace));
        let said: Vec<String> = unmatched.next.iter().map(|name| self.alphabet.name_text(*name).to_owned()).collect();
        if !said.iter().eq(next.iter()) || ends != unmatched.ends {
            return Err(format!(
                "behind {before:?} comes {next:?} (end: {ends}), and it says {said:?} (end: {})",
                unmatched.ends
            ));
        }
        Ok(())
    }
}

/// Whether a beginning of a match of the element is at the end of the events.
fn is_amid(pattern: &[Part], element: usize, events: &[Happening]) -> bool {
    // A group or a repetition may have begun.
    (0..=events.len()).any(|many| matches(&pattern[..element], &events[..many]))
}

/// Random conditions on the states that random grammars have.
fn condition(random: &mut Random, grammar: &Grammar) -> Option<String> {
    let places: Vec<usize> = (0..grammar.states.len()).collect();
    if places.is_empty() {
        return None;
    }
    let mut one = || {
        let state = &grammar.states[random.pick(&places)];
        let value = random.below(3);
        let number = |words: &[String]| words[value % words.len()].clone();
        let name = &state.name;
        match state.ty.base {
            _ if state.ty.optional && value == 0 => format!("{name} == none"),
            charmgrammar::model::grammar::Base::Bool => {
                if value == 0 {
                    name.clone()
                } else {
                    format!("not {name}")
                }
            }
            charmgrammar::model::grammar::Base::Int { lo, .. } => {
                let bound = lo + i64::try_from(value).unwrap();
                format!("{name} {} {bound}", random.pick(&["==", ">", "<", ">=", "!="]))
            }
            charmgrammar::model::grammar::Base::Set { .. } => random
                .pick(&[format!("{value} in {name}").as_str(), format!("size({name}) == {value}").as_str()])
                .to_owned(),
            charmgrammar::model::grammar::Base::Enum(id) => {
                format!("{name} == {}", number(&grammar.enums[id.index()].words))
            }
            _ => format!("{name} != none"),
        }
    };
    let (first, second) = (one(), one());
    let truth = match random.below(4) {
        0 => first,
        1 => format!("({first}) or ({second})"),
        _ => format!("({first}) and ({second})"),
    };
    Some(match random.below(5) {
        0 if grammar.kinds.iter().any(|kind| kind.name == "k") => format!("any(kk: k where kk.n > 0 and ({truth}))"),
        1 if grammar.kinds.iter().any(|kind| kind.name == "k") => {
            format!("count(kk: k where kk.n == 2) > 1 or {truth}")
        }
        _ => truth,
    })
}

/// Every event that the grammar's alphabet has, each with some payload.
fn alphabet_of(grammar: &Grammar, alphabet: &Alphabet, traces: &BTreeSet<Vec<Happening>>) -> Vec<Happening> {
    let seen: BTreeSet<Happening> = traces.iter().flatten().cloned().collect();
    let all = (0..u32::try_from(alphabet.len()).unwrap()).map(|symbol| {
        let symbol = charmgrammar::model::SymbolId(symbol);
        let (event, of) = (alphabet.event_of(symbol), alphabet.instances_of(symbol));
        Happening::of(grammar, &Shown::Event { event, of, payload: Vec::new() }).expect("it is an event")
    });
    // Those that happen are more interesting.
    let all: Vec<Happening> = all.collect();
    seen.iter().cloned().chain(all).chain(seen.iter().cloned()).collect()
}

/// Compares what tests say of a grammar with the truth.
fn compare(text: &str, random: &mut Random, many: usize, compared: &mut Compared) -> Result<(), String> {
    let Ok(grammar) = load(text) else {
        compared.unreadable += 1;
        return Ok(());
    };
    if Alphabet::new(&grammar).is_empty() || grammar.phases.is_empty() {
        return Ok(());
    }
    let Some(language) = brute::language(&grammar, MOST, EFFORT, |shown| Happening::of(&grammar, shown)) else {
        return Ok(());
    };
    let n_own = grammar.tests.len();
    compared.grammars += 1;
    compared.whole += usize::from(language.whole);
    let all = alphabet_of(&grammar, &Alphabet::new(&grammar), &language.complete);
    let traces: Vec<&Vec<Happening>> = language.complete.iter().collect();
    let mut tests = String::new();
    let mut patterns = Vec::new();
    for place in 0..many {
        let trace = if traces.is_empty() { None } else { Some(random.pick(&traces).as_slice()) };
        let pattern = patterns::pattern(random, &all, trace);
        let word = random.pick(&["accepts", "rejects"]);
        let _ = writeln!(tests, "test \"{place}\" {word} {{ {} }}", patterns::text(&pattern));
        patterns.push(pattern);
    }
    let mut n_conditions = 0;
    for place in 0..many {
        if let Some(condition) = condition(random, &grammar) {
            let _ = writeln!(tests, "test \"never {place}\" never {condition}");
            n_conditions += 1;
        }
    }
    let grammar = load(&format!("{text}\n{tests}")).map_err(|why| format!("{tests}\n{why}"))?;
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let bounds = Bounds { configurations: 20_000, steps: 5_000, ..Bounds::default() };
    let tests: Vec<&Test> = grammar.tests[n_own..].iter().collect();
    assert_eq!(tests.len(), many + n_conditions);
    let judgments = Tester::new(&grammar, &alphabet, &program, bounds).judge(&tests);
    let truth = Truth { grammar: &grammar, alphabet: &alphabet, program: &program, language: &language };
    for ((test, pattern), judgment) in tests.iter().zip(&patterns).zip(&judgments) {
        let told = |why| format!("{} {{ {} }}\n{why}", test.text, patterns::text(pattern));
        truth.pattern(test, pattern, judgment, compared).map_err(told)?;
    }
    let conditions: Vec<&Expression> = tests.iter().filter_map(|test| never(test)).collect();
    let Some(survey) = survey(&grammar, &conditions, EFFORT) else { return Ok(()) };
    for ((test, judgment), expected) in tests[many..].iter().zip(&judgments[many..]).zip(&survey.conditions) {
        let found = match judgment {
            Judgment::Passed => None,
            Judgment::Failed(Failure::Met(witness) | Failure::Fault(_, witness)) => {
                check_witness(&grammar, &alphabet, &program, witness).map_err(|why| format!("{}: {why}", test.text))?;
                Some(witness.n_events())
            }
            Judgment::Failed(other) => return Err(format!("{}: {other:?}", test.text)),
            Judgment::Undecided(_) => {
                compared.undecided += 1;
                continue;
            }
        };
        if found != *expected {
            return Err(format!("{}: met after {expected:?} events, and it says {judgment:?}", test.text));
        }
        *if found.is_some() { &mut compared.met } else { &mut compared.never } += 1;
    }
    Ok(())
}

fn never(test: &Test) -> Option<&Expression> {
    match &test.check {
        Check::Never { expression, .. } => Some(expression),
        Check::Accepts(_) | Check::Rejects(_) => None,
    }
}

fn compare_random(grammar: fn(u64) -> String, many: u64) -> Compared {
    semantics::compare_random(grammar, many, |seed, text, compared| compare(text, &mut Random::new(seed), 6, compared))
}

#[test]
fn tests_of_random_grammars_come_out_as_they_should() {
    let compared = compare_random(random::grammar, 150);
    let counts = [compared.accepted, compared.unmatched, compared.rejected, compared.matched];
    assert!(counts.into_iter().all(|count| count > 20), "{compared:?}");
    assert!(compared.never > 20 && compared.met > 20, "{compared:?}");
}

#[test]
fn tests_of_grammars_in_which_much_is_merged_come_out_as_they_should() {
    let compared = compare_random(random_merge::grammar, 150);
    assert!(compared.matched > 20 && compared.met > 20, "{compared:?}");
}

#[test]
fn tests_of_every_construct_come_out_as_they_should() {
    let mut compared = Compared::default();
    let mut failures = String::new();
    // The patterns are written without backquotes.
    let is_plain = |name: &str| ["backquotes", "instance-names", "words-win"].iter().all(|file| !name.contains(file));
    for (name, text) in constructs().into_iter().filter(|(name, _)| is_plain(name)) {
        if let Err(why) = compare(&text, &mut Random::new(1), 6, &mut compared) {
            let _ = writeln!(failures, "--- {name}\n{text}\n{why}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(compared.grammars > 250, "{compared:?}");
}

/// That one condition can't be told does not hide what is so of another.
#[test]
fn a_condition_that_fails_hides_nothing_of_another() {
    let text = "state o: 0..3 | none = none\nstate x: 0..3 = 0\nevent a\nphase p { a x = 1 a x = 2 }\n\
                test \"first\" never o > 1\ntest \"second\" never o > 2\ntest \"third\" never x == 2\n";
    let grammar = load(text).unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let tests: Vec<&Test> = grammar.tests.iter().collect();
    let judgments = Tester::new(&grammar, &alphabet, &program, Bounds::default()).judge(&tests);
    let n_events = judgments.iter().map(|judgment| match judgment {
        Judgment::Failed(Failure::Met(witness) | Failure::Fault(_, witness)) => Some(witness.n_events()),
        _ => None,
    });
    assert_eq!(n_events.collect::<Vec<_>>(), [Some(0), Some(0), Some(2)]);
}

/// A run that goes on forever has no steps left at some time, perhaps just when the condition is looked at.
#[test]
fn a_silent_loop_is_no_failure_of_a_condition() {
    for steps in 100..130 {
        let text = "state x: 0..2 = 0  event a  reaction s when x == 0 { x = 0 }  phase p { a settle }
            test \"never\" never any(n: 0..9 where x + n == 12)";
        let grammar = load(text).unwrap();
        let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
        let bounds = Bounds { steps, ..Bounds::default() };
        let tests: Vec<&Test> = grammar.tests.iter().collect();
        let judgments = Tester::new(&grammar, &alphabet, &program, bounds).judge(&tests);
        assert!(matches!(judgments[..], [Judgment::Passed]), "{steps}: {judgments:?}");
    }
}
