//! The slow recognizer by grammars whose answers are known.

use std::collections::BTreeSet;

use charmgrammar::model::grammar::{ActionId, CauseId, Grammar, InstanceId, PhaseId};
use charmgrammar::model::{Alphabet, NameId};
use charmgrammar::trace::{Foreign, Observed, Shows};

use super::explore;
use super::recognize::{Judged, Next, Reading, judge, probability};
use crate::semantics::load;

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
            let foreign = Foreign { text: text.to_owned(), why: "it is foreign".to_owned(), similar: None };
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
