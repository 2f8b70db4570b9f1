//! Walks that keep what they have come through, against walks step by step: the same traces, to the byte.

use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::trace::{Jsonl, JsonlOptions, Names, Shows, Story, TextSink};
use charmgrammar::walk::{self, Limits, Writer, walk};

use crate::reference::random;
use crate::semantics::{cases, load};

/// Draws traces in both ways, each with a sink of its own, and compares all that comes of them.
fn agree<S: TextSink>(name: &str, program: &Program, limits: Limits, traces: u64, sink: impl Fn() -> S) {
    let mut writer = Writer::new(program, limits, sink());
    let (mut plain, mut memory) = (sink(), walk::Memory::new(program, &limits));
    for trace in 0..traces {
        let one = writer.walk(5, trace);
        let other = walk(program, &limits, 5, trace, &mut plain, &mut memory);
        assert_eq!(one, other, "{name}, trace {trace}");
        let (one, other) = (std::mem::take(writer.sink().out()), std::mem::take(plain.out()));
        assert!(
            one == other || other.is_empty() && one.is_empty(),
            "{name}, trace {trace}:\n{}\nis not\n{}",
            String::from_utf8_lossy(&one),
            String::from_utf8_lossy(&other)
        );
    }
}

/// The same for every format.
fn agree_in_all(name: &str, grammar: &Grammar, limits: Limits, traces: u64) {
    let (program, alphabet) = (Program::compile(grammar), Alphabet::new(grammar));
    agree(name, &program, limits, traces, || Names::new(&alphabet));
    agree(name, &program, limits, traces, || Story::new(grammar, &alphabet, Shows::STORY));
    agree(name, &program, limits, traces, || Story::new(grammar, &alphabet, Shows::EVENTS));
    let all = Shows { states: true, decisions: true, ..Shows::STORY };
    for shows in [all, Shows { decisions: false, ..all }, Shows { states: false, ..all }, Shows::EVENTS] {
        agree(name, &program, limits, traces, || {
            Jsonl::new(grammar, &alphabet, JsonlOptions { shows, hash: "0".to_owned() })
        });
    }
}

#[test]
fn all_constructs_are_kept_as_they_are() {
    for file in ["statements", "draws", "meanwhile", "interleave", "frequencies"] {
        let (prelude, cases) = cases(file);
        for (name, text) in cases {
            if let Ok(grammar) = load(&format!("{prelude}{text}")) {
                agree_in_all(&name, &grammar, Limits::default(), 40);
            }
        }
    }
}

#[test]
fn random_grammars_are_kept_as_they_are() {
    for seed in 0..150 {
        let text = random::grammar(seed);
        if let Ok(grammar) = load(&text) {
            let limits = Limits { events: 2_000, steps: 1_000_000, ..Limits::default() };
            agree_in_all(&format!("number {seed}: {text}"), &grammar, limits, 40);
        }
    }
}

#[test]
fn the_grammars_in_the_binary_are_kept_as_they_are() {
    for (name, _) in model::builtins() {
        let root = Root::Builtin((*name).to_owned());
        let grammar = model::load(&Memory::default(), &root, &Settings::default()).grammar.unwrap();
        agree_in_all(name, &grammar, Limits::default(), 100);
        let program = Program::compile(&grammar);
        let alphabet = Alphabet::new(&grammar);
        agree(name, &program, Limits::default(), 1_500, || Names::new(&alphabet));
    }
}

/// Draws that are merged, loops whose body is one draw, and recursion.
const MANY: &str = "
    event one event two event three event four event last
    rule u() { choose { 1 => four, 9 => {} } }
    rule step() { choose { 3 => one, 2 => { two three }, 1 => { three u() u() u() three }, 1 => {} } u() }
    rule nest() { choose { 5 => two, 2 => { one nest() one nest() four } } }
    phase a { one u() two u() choose { 1 => one, 1 => two } u() three u() repeat 20 { choose { 7 => one, 4 => two } u() } }
    phase b { repeat 2..9 { step() } nest() repeat 1..50 mean 4 { u() } repeat 0.. mean 3 { maybe 33% two } last }
";

#[test]
fn merged_draws_are_those_that_they_stand_for() {
    agree_in_all("many", &load(MANY).unwrap(), Limits::default(), 3_000);
}

#[test]
fn limits_are_met_alike() {
    let grammar = load(MANY).unwrap();
    let limits = Limits { min_events: 50, max_events: 60, attempts: 3, ..Limits::default() };
    agree_in_all("bounds", &grammar, limits, 300);
    agree_in_all("events", &grammar, Limits { events: 55, ..Limits::default() }, 300);
    let text = "event e phase p { choose { 1 => { repeat while true {} }, 200 => e } }";
    let steps = Limits { steps: 1_000_000, ..Limits::default() };
    agree_in_all("steps", &load(text).unwrap(), steps, 600);
    // Many ways without an event, of which each has few steps: those that are kept, and those of too many options.
    for decision in ["maybe 50% x = 1", "for one i: 0..4095 {} for one i: 0..1 {}"] {
        let text =
            format!("event e state x: 0..1 = 0 phase p {{ e repeat 3000 {{ {decision} repeat 150 {{ x = 0 }} }} e }}");
        agree_in_all(decision, &load(&text).unwrap(), steps, 3);
    }
}
