//! The slow recognizer by grammars whose answers are known, and against languages by brute force.

use std::collections::{BTreeMap, BTreeSet};

use charmgrammar::machine::Program;
use charmgrammar::model::grammar::{ActionId, CauseId, Grammar, InstanceId, PhaseId};
use charmgrammar::model::{self, Alphabet, Memory, NameId, Root, Settings};
use charmgrammar::recognize::{self, Question, Recognizer, Verdict};
use charmgrammar::trace::{Foreign, Observed, Shows};

use super::Shown;
use super::brute::{self, Language};
use super::explore::{self, complete_traces};
use super::mutate::{self, Drawn, Maker, Precision};
use super::random::{self, Random};
use super::recognize::{Account, Judged, Next, Reading, judge, probability};
use crate::semantics::{cases, load, setting};

const EFFORT: usize = 20_000;

/// A grammar with its alphabet.
struct Case {
    grammar: Grammar,
    alphabet: Alphabet,
}

impl Case {
    #[track_caller]
    fn new(text: &str) -> Self {
        let grammar = load(text).unwrap_or_else(|why| panic!("{why}\n{text}"));
        let alphabet = Alphabet::new(&grammar);
        Self { grammar, alphabet }
    }

    fn names(&self, names: &[&str]) -> BTreeSet<NameId> {
        names.iter().map(|name| self.alphabet.find(name).expect("the alphabet has the name")).collect()
    }

    fn hide(&self, names: &[&str]) -> Reading {
        Reading { hide: self.names(names), ..Reading::of(Shows::EVENTS) }
    }

    fn stutter(&self, names: &[&str]) -> Reading {
        Reading { stutter: self.names(names), ..Reading::of(Shows::EVENTS) }
    }

    /// A sequence from words: `setup:` is a phase, `user>attach(data)` an action, `db-joined@db[1](2,3)` an event of an
    /// instance and with a payload, `!instal` is foreign. `?` stands for what is not given.
    fn sequence(&self, text: &str) -> Vec<Observed> {
        text.split_whitespace().map(|word| self.word(word)).collect()
    }

    fn word(&self, word: &str) -> Observed {
        if let Some(text) = word.strip_prefix('!') {
            let foreign = Foreign {
                kind: charmgrammar::trace::ItemKind::Event,
                text: text.to_owned(),
                why: "it is foreign".to_owned(),
                similar: None,
            };
            return Observed::Foreign(Box::new(foreign));
        }
        if let Some(name) = word.strip_suffix(':') {
            let place = self.grammar.phases.iter().position(|phase| phase.name == name);
            return Observed::Phase(PhaseId::new(place.expect("there is the phase")));
        }
        let (head, values) = match word.strip_suffix(')').and_then(|word| word.split_once('(')) {
            Some((head, values)) => (head, values.split(',').map(|value| self.value(value)).collect()),
            None => (word, Vec::new()),
        };
        if let Some((source, label)) = head.split_once('>') {
            let mut actions = Vec::new();
            for (place, action) in self.grammar.actions.iter().enumerate() {
                if action.label == label {
                    let nothing = vec![None; action.parameters];
                    let said = if values.len() == action.parameters { values.clone() } else { nothing };
                    actions.push((ActionId::new(place), said));
                }
            }
            assert!(!actions.is_empty(), "there is the action {label}");
            let source = self.grammar.sources.iter().position(|other| other.name == source);
            return Observed::Action { actions, source: source.map(CauseId::new) };
        }
        let (name, of) = match head.split_once('@') {
            Some((name, of)) => (name, vec![self.instance(of)]),
            None => (head, Vec::new()),
        };
        let name = self.alphabet.find(name).unwrap_or_else(|| panic!("there is the event {name}"));
        Observed::Event { name, of, payload: values }
    }

    fn value(&self, text: &str) -> Option<i64> {
        text.parse().ok().or_else(|| self.instance(text).map(|instance| instance.0.into()))
    }

    fn instance(&self, text: &str) -> Option<InstanceId> {
        self.grammar.instances.iter().position(|instance| instance.full_name() == text).map(InstanceId::new)
    }

    /// A verdict in words.
    fn words(&self, judged: &Judged) -> String {
        match judged {
            Judged::Valid => "valid".to_owned(),
            Judged::Undecided => "undecided".to_owned(),
            Judged::Invalid { at, expected } => {
                let expected = expected.iter().map(|next| match next {
                    Next::End => "(end)".to_owned(),
                    Next::Item(shown) => explore::text(&self.grammar, shown),
                });
                let expected: BTreeSet<String> = expected.collect();
                let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
                let at = at.map_or("end".to_owned(), |at| at.to_string());
                format!("{at}: {}", expected.join(" ")).trim().to_owned()
            }
        }
    }

    fn judge(&self, reading: &Reading, items: &[Observed]) -> Judged {
        judge(&self.grammar, &self.alphabet, items, reading, EFFORT)
    }

    /// Checks each sequence against its verdict, `N: what is expected` being *invalid at N*.
    #[track_caller]
    fn check(&self, reading: &Reading, verdicts: &[(&str, &str)]) {
        for (sequence, verdict) in verdicts {
            let found = self.judge(reading, &self.sequence(sequence));
            assert_eq!(self.words(&found), *verdict, "[{sequence}] by {reading:?}");
        }
    }

    #[track_caller]
    fn check_probability(&self, reading: &Reading, sequence: &str, expected: f64, unknown: f64) {
        let items = self.sequence(sequence);
        let (found, lost) = probability(&self.grammar, &self.alphabet, &items, reading, EFFORT);
        let differ = |found: f64, expected: f64| (found - expected).abs() > 1e-12;
        assert!(!differ(found, expected) && !differ(lost, unknown), "[{sequence}]: {found}, {lost} unknown");
    }
}

const LETTERS: &str = "event a event b event c event h event v(n: 0..9) event w(m: 0..9, n: 0..9) \
    state x: 0..1 = 0 state flag: bool = false ";

fn letters(phases: &str) -> Case {
    Case::new(&format!("{LETTERS}{phases}"))
}

fn prefix(reading: &Reading) -> Reading {
    Reading { prefix: true, ..reading.clone() }
}

#[test]
fn a_sequence_belongs_when_a_run_shows_it_to_the_end() {
    let case = letters("phase p { a choose { 1 => { b c }, 1 => b } }");
    let events = Reading::of(Shows::EVENTS);
    case.check(
        &events,
        &[
            ("a b", "valid"),
            ("a b c", "valid"),
            ("", "end: a"),
            ("a", "end: b"),
            ("b", "1: a"),
            ("a c", "2: b"),
            ("a b b", "3: (end) c"),
            ("a b c c", "4: (end)"),
            ("a !x b", "2: b"),
            ("p: a b", "1: a"),
        ],
    );
    case.check(
        &prefix(&events),
        &[("", "valid"), ("a", "valid"), ("a b", "valid"), ("a c", "2: b"), ("a b c c", "4: (end)")],
    );
    letters("phase p { if flag { a } }").check(&events, &[("", "valid"), ("a", "1: (end)")]);
}

#[test]
fn runs_that_fail_count_for_what_they_have_shown() {
    let case = letters(
        "phase p { choose { 1 => { a choose { 1 when flag => c } }, 1 => { a b x += 1 x += 1 }, 0 => h, 1 => c } }",
    );
    let events = Reading::of(Shows::EVENTS);
    case.check(&events, &[("c", "valid"), ("h", "1: a c"), ("a", "end: b"), ("a b", "end:"), ("a b c", "3:")]);
    case.check(&prefix(&events), &[("a", "valid"), ("a b", "valid"), ("a c", "2: b"), ("a b c", "3:")]);
}

#[test]
fn hidden_events_may_be_shown_or_not_each_time() {
    let case = letters("phase p { a h b h h c }");
    let hide = case.hide(&["h"]);
    case.check(
        &hide,
        &[
            ("a b c", "valid"),
            ("a h b c", "valid"),
            ("a b h c", "valid"),
            ("a h b h h c", "valid"),
            ("a b h h h c", "5: c"),
            ("a c", "2: b h"),
            ("a h h", "3: b"),
            ("a b", "end: c h"),
        ],
    );
    letters("phase p { a h }").check(&hide, &[("a", "valid"), ("a h", "valid"), ("a a", "2: (end) h")]);
    // The payload of what is hidden is compared where it is shown.
    let case = letters("phase p { v(n = 1) v(n = 2) a }");
    case.check(
        &case.hide(&["v"]),
        &[("a", "valid"), ("v(2) a", "valid"), ("v v a", "valid"), ("v(2) v a", "2: a"), ("v(3) a", "1: a v(1) v(2)")],
    );
}

#[test]
fn stuttering_events_may_be_shown_again_directly_after_themselves() {
    let case = letters("phase p { v(n = 1) v(n = 2) a }");
    case.check(
        &case.stutter(&["v"]),
        &[
            ("v v a", "valid"),
            ("v v v v v a", "valid"),
            ("v(1) v(1) v(2) v(2) v(2) a", "valid"),
            ("v(1) v(2) v(1) a", "3: a v(2)"),
            ("v(1) v v(2) v a", "valid"),
            ("v a", "2: v(1) v(2)"),
            ("v v a a", "4: (end)"),
            ("v", "end: v(1) v(2)"),
        ],
    );
    case.check(&case.stutter(&["a"]), &[("v v a a a", "valid"), ("v v v", "3: a"), ("v v a v", "4: (end) a")]);
    // Each repetition is compared with what the run shows, not with the one before.
    let case = letters("phase p { w(m = 1, n = 2) a }");
    case.check(
        &case.stutter(&["w"]),
        &[
            ("w(1,?) w(?,2) w(1,2) w a", "valid"),
            ("w(1,?) w(?,2) w(?,3)", "3: a w(1, 2)"),
            ("w(1,?) w(2,?) a", "2: a w(1, 2)"),
        ],
    );
}

#[test]
fn a_repetition_comes_before_all_that_is_not_shown() {
    let case = letters("phase p { a h } phase q { b }");
    let reading = Reading { stutter: case.names(&["a", "h"]), ..case.hide(&["h"]) };
    case.check(
        &reading,
        &[
            ("a a b", "valid"),
            ("a h b", "valid"),
            ("a a h h b", "valid"),
            ("a h a b", "3: b h"),
            ("b", "1: a"),
            ("a b b", "3: (end)"),
        ],
    );
    let story = Reading { shows: Shows::STORY, ..reading.clone() };
    case.check(
        &story,
        &[("p: a a q: b", "valid"), ("p: a q: a b", "4: b"), ("p: a p:", "3: a h phase:q"), ("p: a h q: h", "5: b")],
    );
    case.check(&prefix(&story), &[("p: a a", "valid"), ("p: a h a", "4: h phase:q")]);
}

#[test]
fn only_the_kinds_that_a_sequence_shows_are_compared() {
    let reading = Reading::of;
    let marks = Shows { actions: true, ..Shows::NOTHING };
    let case = Case::new(
        "source user, agent kind k {} k one k two event a event b phase p { do(s) do(t) } \
         action s(i: k, n: 0..1) as \"T\" by user when n == 1 { a } action t as \"T\" by user, agent { b } phase q {}",
    );
    case.check(&reading(Shows::EVENTS), &[("a b", "valid"), ("user>T a b", "1: a")]);
    case.check(
        &reading(marks),
        &[
            ("?>T ?>T", "valid"),
            ("user>T agent>T", "valid"),
            ("user>T(one,1) ?>T", "valid"),
            ("user>T(?,1) user>T", "valid"),
            ("user>T(two,0) user>T", "1: user:s(one, 1) user:s(two, 1)"),
            ("agent>T user>T", "1: user:s(one, 1) user:s(two, 1)"),
            ("user>T", "end: agent:t user:t"),
            ("user>T a", "2: agent:t user:t"),
        ],
    );
    case.check(
        &reading(Shows::STORY),
        &[
            ("p: user>T a agent>T b q:", "valid"),
            ("p: user>T(one,1) a ?>T b", "end: phase:q"),
            ("p: a", "2: user:s(one, 1) user:s(two, 1)"),
            ("user>T", "1: phase:p"),
        ],
    );
    case.check(&reading(Shows { phases: true, ..Shows::NOTHING }), &[("p: q:", "valid"), ("p: p:", "2: phase:q")]);
    case.check(&reading(Shows::NOTHING), &[("", "valid"), ("a", "1: (end)")]);
}

#[test]
fn a_name_stands_for_every_element_of_an_array() {
    let case = Case::new(
        "kind k {} k db[2] k web event <k>-e(n: 0..1) \
         phase p { for each i: k in any order { <i>-e(n = i.index) } }",
    );
    let events = Reading::of(Shows::EVENTS);
    case.check(
        &events,
        &[
            ("db-e web-e db-e", "valid"),
            ("db-e@db[1] web-e@web db-e@db[0](0)", "valid"),
            ("db-e@db[1](0)", "1: db[0]-e(0) db[1]-e(1) web-e(0)"),
            ("db-e@db[1] db-e@db[1]", "2: db[0]-e(0) web-e(0)"),
            ("db-e@?(1) db-e(1)", "2: db[0]-e(0) web-e(0)"),
            ("db-e db-e db-e", "3: web-e(0)"),
            ("db-e db-e", "end: web-e(0)"),
        ],
    );
    // Which element it was is open until the sequence says so.
    case.check(&events, &[("db-e web-e db-e@db[0]", "valid"), ("db-e db-e(1) web-e", "valid")]);
    case.check(
        &case.hide(&["db-e"]),
        &[("web-e", "valid"), ("web-e db-e(1)", "valid"), ("db-e db-e", "end: web-e(0)")],
    );
    case.check(
        &case.stutter(&["db-e"]),
        &[("db-e(0) db-e(0) db-e(1) db-e(1) web-e", "valid"), ("db-e(0) db-e(1) db-e(0)", "3: db[1]-e(1) web-e(0)")],
    );
}

#[test]
fn what_has_no_end_is_undecided_only_where_it_grows() {
    // Without growth there are finitely many points.
    let events = Reading::of(Shows::EVENTS);
    letters("phase p { a repeat while not flag { maybe 50% {} } b }").check(&events, &[("a", "end:"), ("a b", "2:")]);
    let case = letters("rule r { h maybe 50% { r() a } } phase p { r() b }");
    case.check(
        &case.hide(&["h"]),
        &[("b", "valid"), ("a a b", "valid"), ("c", "undecided"), ("a b b", "undecided"), ("h a h", "undecided")],
    );
    case.check(&events, &[("h h a b", "valid"), ("h h b", "3: a h")]);
}

#[test]
fn probabilities_are_those_of_all_runs_that_a_sequence_can_tell_of() {
    let events = Reading::of(Shows::EVENTS);
    let case = letters("phase p { maybe 25% a choose { 3 => b, 1 => c } }");
    case.check_probability(&events, "a b", 3.0 / 16.0, 0.0);
    case.check_probability(&events, "a", 0.0, 0.0);
    case.check_probability(&prefix(&events), "a", 0.25, 0.0);
    case.check_probability(&prefix(&events), "", 1.0, 0.0);

    // Several runs show it, some of them fail later.
    let case = letters("phase p { for one i: 0..3 { v(n = i) if i > 1 { x += 1 x += 1 } a } }");
    case.check_probability(&events, "v a", 0.5, 0.0);
    case.check_probability(&events, "v(1) a", 0.25, 0.0);
    case.check_probability(&events, "v(3) a", 0.0, 0.0);
    case.check_probability(&prefix(&events), "v", 1.0, 0.0);
    case.check_probability(&prefix(&events), "v a", 0.5, 0.0);

    let case = letters("phase p { repeat 0.. mean 1 { a } b }");
    case.check_probability(&events, "a a b", 0.125, 0.0);
    case.check_probability(&prefix(&events), "a a", 0.25, 0.0);

    // A run that can be told in two ways counts once.
    let case = letters("phase p { h maybe 50% h a }");
    let hide = case.hide(&["h"]);
    case.check_probability(&hide, "a", 1.0, 0.0);
    case.check_probability(&hide, "h a", 1.0, 0.0);
    case.check_probability(&hide, "h h a", 0.5, 0.0);
    case.check_probability(&prefix(&hide), "h", 1.0, 0.0);
    case.check_probability(&prefix(&hide), "h h", 0.5, 0.0);
    let case = letters("phase p { maybe 50% { repeat while not flag { h } } a }");
    case.check_probability(&case.hide(&["h"]), "a", 0.5, 0.5);

    // However improbable it is.
    let case = letters("phase p { repeat 100 { for one i: 0..9 { v(n = i) } } }");
    let (found, lost) =
        probability(&case.grammar, &case.alphabet, &case.sequence(&"v(7) ".repeat(100)), &events, EFFORT);
    assert!((found.log10() + 100.0).abs() < 1e-9 && lost == 0.0, "{found}, {lost}");
}

/// All cases in `tests/semantics`.
fn all_cases() -> Vec<(String, Case)> {
    let mut all = Vec::new();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide", "frequencies"] {
        let (prelude, cases) = cases(file);
        all.extend(
            cases.iter().map(|(name, text)| (format!("{file}: {name}"), Case::new(&format!("{prelude}{text}")))),
        );
    }
    all
}

/// Which names the events of a shown item have.
fn name(alphabet: &Alphabet, shown: &Shown) -> Option<NameId> {
    match shown {
        Shown::Event { event, of, .. } => Some(alphabet.name_of(alphabet.symbol(*event, of))),
        Shown::Phase(_) | Shown::Action { .. } => None,
    }
}

/// Of all sequences of the names that occur and of another one, those are accepted that brute force finds: complete
/// ones, and prefixes.
#[test]
fn the_sequences_of_names_that_are_accepted_are_those_of_brute_force() {
    let (mut n_languages, mut n_sequences, mut n_valid) = (0, 0, 0);
    for (case_name, case) in all_cases() {
        let Case { grammar, alphabet } = &case;
        let find = |most| brute::language(grammar, most, 5_000, |shown| name(alphabet, shown));
        let occur = |language: &Language<NameId>| -> BTreeSet<NameId> {
            let mut names: BTreeSet<NameId> = language.shown.iter().flatten().copied().collect();
            names.extend(alphabet.find("d"));
            names
        };
        let number = |names: usize, most: usize| -> usize {
            (0..=most).map(|length| names.pow(u32::try_from(length).unwrap())).sum()
        };
        // As long ones as there is time for.
        let longest = (1..=6).rev().find_map(|most| {
            let language = find(most)?;
            let names = occur(&language);
            (number(names.len(), most) <= 300).then_some((most, language, names))
        });
        let Some((most, language, names)) = longest else { continue };
        n_languages += 1;
        let program = Program::compile(grammar);
        let reading = Reading::of(Shows::EVENTS);
        let names: Vec<NameId> = names.into_iter().collect();
        for sequence in brute::sequences(&names, most) {
            let items =
                sequence.iter().map(|name| Observed::Event { name: *name, of: Vec::new(), payload: Vec::new() });
            let items: Vec<Observed> = items.collect();
            for (reading, belongs) in [(&reading, &language.complete), (&prefix(&reading), &language.shown)] {
                let found = case.judge(reading, &items);
                assert_ne!(found, Judged::Undecided, "{case_name}");
                let question = Question { prefix: reading.prefix, ..Question::default() };
                let product = accepts(&mut Recognizer::new(grammar, alphabet, &program, question), &items);
                assert!(product.is_none_or(|valid| valid == (found == Judged::Valid)), "{case_name}: {items:?}");
                let texts = || sequence.iter().map(|name| alphabet.name_text(*name)).collect::<Vec<&str>>();
                assert_eq!(found == Judged::Valid, belongs.contains(&sequence), "{case_name}: {:?}", texts());
                n_sequences += 1;
                n_valid += usize::from(found == Judged::Valid);
            }
        }
    }
    println!("{n_languages} languages, {n_sequences} sequences, {n_valid} of them valid");
    assert!(n_languages > 100 && n_valid > 1_000);
}

/// Whether the recognizer has a sequence of names; nothing where a run goes on silently for ever.
fn accepts(recognizer: &mut Recognizer<'_>, items: &[Observed]) -> Option<bool> {
    recognizer.begin(Shows::EVENTS, recognize::Precision::NAMES).ok()?;
    for item in items {
        recognizer.item(item).ok()?;
    }
    Some(matches!(recognizer.finish().ok()?, Verdict::Valid { .. }))
}

/// What random sequences came to.
#[derive(Default, Debug)]
struct Tally {
    languages: usize,
    verdicts: BTreeMap<&'static str, usize>,
}

impl Tally {
    fn count(&mut self, judged: &Judged) {
        let kind = match judged {
            Judged::Valid => "valid",
            Judged::Invalid { at: Some(_), .. } => "invalid",
            Judged::Invalid { at: None, .. } => "invalid at end",
            Judged::Undecided => "undecided",
        };
        *self.verdicts.entry(kind).or_default() += 1;
    }
}

/// Random accounts of random runs, with mistakes, are judged as brute force does; with fewer points to look at the
/// answer is the same or there is none.
fn mistakes(case: &Case, case_name: &str, random: &mut Random, many: usize, tally: &mut Tally) {
    let Case { grammar, alphabet } = case;
    let most = 12;
    let Some(language) = brute::language(grammar, most, 3_000, |shown| Some(shown.clone())) else { return };
    // What compares with all traces takes its time.
    if language.shown.len() > 300 {
        return;
    }
    tally.languages += 1;
    for _ in 0..many {
        let shows = if language.whole { mutate::shows(random) } else { Shows::STORY };
        let maker = Maker { grammar, alphabet, shows, precision: mutate::precision(random) };
        let mut reading = maker.reading(random);
        if !language.whole {
            // Then longer traces than are known must not have accounts as short.
            reading.hide.clear();
        }
        let drawn = mutate::run(random, grammar, most - 4, 5_000);
        let mut items = maker.observe(random, &drawn.items);
        for _ in 0..random.below(4) {
            maker.mutate(random, &mut items);
        }
        let found = case.judge(&reading, &items);
        let expected = brute::judge(&language, Account { alphabet, reading: &reading }, &items);
        let what = || format!("{case_name}: {items:?}\n{reading:?}");
        assert_eq!(case.words(&found), case.words(&expected), "{}", what());
        assert_eq!(found, expected, "{}", what());
        tally.count(&found);
        let hasty = judge(grammar, alphabet, &items, &reading, 1 + random.below(60));
        assert!(hasty == found || hasty == Judged::Undecided, "{}: {hasty:?} after {found:?}", what());
    }
}

/// `CHARMGRAMMAR_CASES` random grammars, from the seed `CHARMGRAMMAR_SEED` on.
#[test]
fn random_sequences_with_mistakes_are_judged_as_by_brute_force() {
    let (many, first) = (setting("CHARMGRAMMAR_CASES", 300), setting("CHARMGRAMMAR_SEED", 0));
    let mut random = Random::new(first);
    let mut tally = Tally::default();
    for (case_name, case) in all_cases() {
        mistakes(&case, &case_name, &mut random, 20, &mut tally);
    }
    for seed in first..first + many {
        let Ok(grammar) = load(&random::grammar(seed)) else { continue };
        let alphabet = Alphabet::new(&grammar);
        mistakes(&Case { grammar, alphabet }, &format!("seed {seed}"), &mut random, 20, &mut tally);
    }
    println!("{tally:?}");
    let times = |kind| tally.verdicts.get(kind).copied().unwrap_or(0);
    assert!(tally.languages > 100);
    assert!(times("valid") > 500 && times("invalid") > 500 && times("invalid at end") > 100);
    assert_eq!(times("undecided"), 0);
}

/// What a run has shown is a prefix, however little is said of it; and it belongs if the run has come to its end.
#[test]
fn every_run_belongs_to_its_grammar() {
    let mut random = Random::new(2);
    let (mut n_complete, mut n_cut, mut n_undecided) = (0, 0, 0);
    for seed in 0..150 {
        let Ok(grammar) = load(&random::grammar(seed)) else { continue };
        let case = Case { alphabet: Alphabet::new(&grammar), grammar };
        for _ in 0..4 {
            let Drawn { items, complete } = mutate::run(&mut random, &case.grammar, 25, 3_000);
            let (shows, precision) = (mutate::shows(&mut random), mutate::precision(&mut random));
            let maker = Maker { grammar: &case.grammar, alphabet: &case.alphabet, shows, precision };
            let observed = maker.observe(&mut random, &items);
            if precision == Precision::Names {
                let gives_nothing = |item: &Observed| match item {
                    Observed::Event { of, payload, .. } => of.is_empty() && payload.is_empty(),
                    Observed::Action { actions, source } => {
                        source.is_none() && actions.iter().all(|(_, said)| said.iter().all(Option::is_none))
                    }
                    Observed::Phase(_) | Observed::Foreign(_) => true,
                };
                assert!(observed.iter().all(gives_nothing), "{observed:?}");
            }
            let reading = Reading { prefix: !complete, stutter: BTreeSet::new(), ..maker.reading(&mut random) };
            match judge(&case.grammar, &case.alphabet, &observed, &reading, 3_000) {
                Judged::Valid if complete => n_complete += 1,
                Judged::Valid => n_cut += 1,
                Judged::Undecided => n_undecided += 1,
                found @ Judged::Invalid { .. } => panic!("seed {seed}: {observed:?}: {}", case.words(&found)),
            }
        }
    }
    println!("{n_complete} complete, {n_cut} prefixes, {n_undecided} undecided");
    assert!(n_complete > 100 && n_cut > 50 && n_undecided < 50);
}

/// The probability of an account is the sum over the complete traces that it can be one of; that of a prefix is the sum
/// over all that is shown the first time that it can be the account of it.
#[test]
fn probabilities_are_sums_over_all_traces() {
    let mut random = Random::new(3);
    let (mut n_languages, mut n_positive) = (0, 0);
    for (case_name, case) in all_cases() {
        let Case { grammar, alphabet } = &case;
        if brute::language(grammar, 40, 2_000, |shown| Some(shown.clone())).is_none_or(|language| !language.whole) {
            continue;
        }
        let (traces, without) = complete_traces(grammar, 0.0);
        let masses = brute::masses(grammar);
        n_languages += 1;
        for _ in 0..10 {
            let shows = mutate::shows(&mut random);
            let maker = Maker { grammar, alphabet, shows, precision: mutate::precision(&mut random) };
            let reading = Reading { prefix: false, stutter: BTreeSet::new(), ..maker.reading(&mut random) };
            let drawn = mutate::run(&mut random, grammar, 40, 5_000);
            let mut items = maker.observe(&mut random, &drawn.items);
            if random.chance(30) {
                maker.mutate(&mut random, &mut items);
            }
            let account = Account { alphabet, reading: &reading };
            let tells = |trace: &[Shown]| brute::accounts(account, &items, trace);
            let told = traces.iter().filter(|(trace, _)| tells(trace));
            let expected: f64 = told.map(|(_, probability)| probability).sum();
            let told =
                masses.iter().filter(|(shown, _)| tells(shown) && !(0..shown.len()).any(|many| tells(&shown[..many])));
            let expected_prefix: f64 = told.map(|(_, mass)| mass).sum();
            let (found, lost) = probability(grammar, alphabet, &items, &prefix(&reading), EFFORT);
            let is_close = (found - expected_prefix).abs() <= 1e-12 + lost;
            assert!(is_close, "{case_name}, prefix: {items:?}: {found} instead of {expected_prefix}, {lost}");
            let (found, lost) = probability(grammar, alphabet, &items, &reading, EFFORT);
            let is_close = (found - expected).abs() <= 1e-12 + lost;
            assert!(
                is_close && lost <= without + 1e-9,
                "{case_name}: {items:?}: {found} instead of {expected}, {lost}"
            );
            n_positive += usize::from(found > 0.0);
            // It is positive exactly where the sequence belongs.
            let judged = judge(grammar, alphabet, &items, &reading, EFFORT);
            assert!(lost > 0.0 || (judged == Judged::Valid) == (found > 0.0), "{case_name}: {items:?}: {found}");
        }
    }
    println!("{n_languages} languages, {n_positive} sequences that belong");
    assert!(n_languages > 80 && n_positive > 300);
}

#[test]
fn all_sequences_are_listed_by_length() {
    assert_eq!(brute::sequences(&[1, 2], 0), [Vec::<i32>::new()]);
    assert_eq!(
        brute::sequences(&[1, 2], 2),
        [vec![], vec![1], vec![2], vec![1, 1], vec![1, 2], vec![2, 1], vec![2, 2]]
    );
}

#[test]
fn runs_of_the_grammars_in_the_binary_belong_to_them() {
    let mut random = Random::new(4);
    for (name, _) in model::builtins() {
        let root = Root::Builtin((*name).to_owned());
        let loaded = model::load(&Memory::default(), &root, &Settings::default());
        let grammar = loaded.grammar.expect("it has no errors");
        let alphabet = Alphabet::new(&grammar);
        for most in [5, 10, 20, 40, 200] {
            let Drawn { items, complete } = mutate::run(&mut random, &grammar, most, 100_000);
            for shows in [Shows::STORY, Shows::EVENTS] {
                let maker = Maker { grammar: &grammar, alphabet: &alphabet, shows, precision: Precision::Mixed };
                let observed = maker.observe(&mut random, &items);
                let reading = Reading { prefix: !complete, ..Reading::of(shows) };
                assert_eq!(
                    judge(&grammar, &alphabet, &observed, &reading, EFFORT),
                    Judged::Valid,
                    "{name}: {observed:?}"
                );
                let (found, lost) = probability(&grammar, &alphabet, &observed, &reading, EFFORT);
                // A lifecycle may go round many times without showing anything, which the reference gives up in the end.
                assert!(found > 0.0 && lost <= found * 1e-6, "{name}: {found}, {lost}: {observed:?}");
            }
        }
    }
}
