//! What `check` finds by exploring, against the reference's exhaustive exploration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use charmgrammar::explore::survey::{Patience, Survey};
use charmgrammar::machine::{FaultKind, Landmark, Program};
use charmgrammar::model::Alphabet;
use charmgrammar::model::grammar::PhaseId;
use charmgrammar::sets::Bounds;
use charmgrammar::source::Span;

use crate::reference::random;
use crate::reference::survey::survey;
use crate::reference::{Trouble, random_merge};
use crate::semantics::{self, cases, load};
use crate::testing::check_witness;

/// What came of comparing.
#[derive(Debug, Default)]
struct Compared {
    grammars: usize,
    undecided: usize,
    faults: usize,
    traps: usize,
    loops: usize,
    silent: usize,
    reached: usize,
    unreached: usize,
    constant: usize,
    rough: usize,
    /// How many were looked at with the turns of branches in one order.
    in_order: usize,
}

fn code(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::DeadEnd => "dead-end",
        Trouble::Domain => "domain-error",
        Trouble::Overflow => "overflow",
        Trouble::Weight => "bad-weight",
        Trouble::Count => "bad-count",
        Trouble::AnyOrder => "any-order-limit",
        Trouble::Silence | Trouble::Stack => unreachable!("the reference has no limit"),
    }
}

fn compare(text: &str, compared: &mut Compared) -> Result<(), String> {
    let Ok(grammar) = load(text) else { return Ok(()) };
    if grammar.phases.is_empty() {
        return Ok(());
    }
    let Some(expected) = survey(&grammar, &[], 12_000) else {
        compared.undecided += 1;
        return Ok(());
    };
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let bounds = Bounds { configurations: 20_000, steps: 5_000, ..Bounds::default() };
    let found = Survey::new(&grammar, &alphabet, &program, bounds, Patience::Endless);
    if found.limit.is_some() {
        compared.undecided += 1;
        return Ok(());
    }
    compared.grammars += 1;
    let at = |span: &Span| text[span.start as usize..span.end as usize].lines().next().unwrap_or_default().to_owned();
    let rough = Survey::new(&grammar, &alphabet, &program, bounds, Patience::Few(1));
    if rough.rough {
        compared.rough += 1;
        if !(found.faults.is_empty() && found.loops.is_empty() && found.traps.is_empty()) {
            return Err(format!("it is said that nothing can fail: {found:?}"));
        }
        let is_missing = |part: &Landmark| found.watch.has_reached(part) && !rough.watch.has_reached(part);
        if let Some(part) = program.landmarks().iter().find(|part| is_missing(part)) {
            return Err(format!("not reached from more than all: {}", at(&part.span)));
        }
        for guard in program.guards() {
            let (one, all) = (found.watch.outcomes(guard), rough.watch.outcomes(guard));
            if one.held && !all.held || one.failed && !all.failed {
                return Err(format!("{one:?}, and {all:?} from more than all: {}", at(&guard.span)));
            }
        }
    }
    if !rough.rough {
        compared.in_order += usize::from(rough.configurations < found.configurations);
        let faults = |survey: &Survey| -> BTreeSet<(&str, Span)> {
            survey.faults.iter().map(|(fault, _)| (fault.kind.code().name(), fault.span)).collect()
        };
        if faults(&found) != faults(&rough) {
            return Err(format!("in order it finds {:?}, and in all orders {:?}", rough.faults, found.faults));
        }
        let differs = |part: &&Landmark| found.watch.has_reached(part) != rough.watch.has_reached(part);
        if let Some(part) = program.landmarks().iter().find(differs) {
            return Err(format!("not reached in one order and in all alike: {}", at(&part.span)));
        }
        for guard in program.guards() {
            let (one, all) = (rough.watch.outcomes(guard), found.watch.outcomes(guard));
            if (one.held, one.failed) != (all.held, all.failed) {
                return Err(format!("{one:?} in one order, and {all:?} in all: {}", at(&guard.span)));
            }
        }
    }
    let mut faults: BTreeMap<(&str, Span), usize> = BTreeMap::new();
    let mut is_silent = false;
    for (fault, witness) in &found.faults {
        check_witness(&grammar, &alphabet, &program, witness)?;
        match fault.kind {
            FaultKind::StepLimit => is_silent = true,
            _ => {
                faults.insert((fault.kind.code().name(), fault.span), witness.n_events());
            }
        }
    }
    let mut expected_faults: BTreeMap<(&str, Span), usize> = BTreeMap::new();
    for ((trouble, span), n_events) in &expected.faults {
        let fewest = expected_faults.entry((code(*trouble), *span)).or_insert(*n_events);
        *fewest = *n_events.min(fewest);
    }
    if faults != expected_faults {
        let words = |faults: &BTreeMap<(&str, Span), usize>| {
            let words = faults.iter().map(|((code, span), events)| format!("{code} `{}` {events}", at(span)));
            words.collect::<Vec<String>>().join("; ")
        };
        return Err(format!("faults: {}\nfound:  {}", words(&expected_faults), words(&faults)));
    }
    compared.faults += faults.len();
    for trap in &found.traps {
        check_witness(&grammar, &alphabet, &program, &trap.witness)?;
        let fewest = expected.traps.get(&trap.phase);
        if fewest != Some(&trap.witness.n_events()) {
            return Err(format!("it says that it is trapped: {trap:?}; the reference says {:?}", expected.traps));
        }
    }
    if expected.is_trapped && found.traps.is_empty() && !is_silent {
        return Err("a run is trapped, and nothing is said".to_owned());
    }
    let trapped: BTreeSet<PhaseId> = found.traps.iter().map(|trap| trap.phase).collect();
    if !is_silent && !trapped.iter().eq(expected.traps.keys()) {
        return Err(format!("trapped in {:?}, and it says {:?}", expected.traps, found.traps));
    }
    for (_, witness) in &found.loops {
        check_witness(&grammar, &alphabet, &program, witness)?;
    }
    let fewest = found.loops.iter().map(|(_, witness)| witness.n_events()).min();
    if fewest != expected.silent && !(is_silent && fewest.is_none()) {
        return Err(format!("runs go round behind {:?} events, and it says {:?}", expected.silent, found.loops));
    }
    compared.loops += usize::from(fewest.is_some());
    compared.traps += usize::from(expected.is_trapped);
    compared.silent += usize::from(is_silent);
    for landmark in program.landmarks() {
        let (reached, expected) = (found.watch.has_reached(landmark), expected.record.reached.contains(&landmark.span));
        if reached != expected {
            let what = format!("{:?} `{}`", landmark.kind, at(&landmark.span));
            return Err(format!("{what}: reached {expected}, and it says {reached}"));
        }
        *if reached { &mut compared.reached } else { &mut compared.unreached } += 1;
    }
    for guard in program.guards() {
        let outcomes = found.watch.outcomes(guard);
        let expected = expected.record.guards.get(&guard.span).copied().unwrap_or_default();
        if (outcomes.held, outcomes.failed) != expected {
            return Err(format!(
                "{:?} `{}`: (held, failed) {expected:?}, and it says {outcomes:?}",
                guard.kind,
                at(&guard.span)
            ));
        }
        compared.constant += usize::from(outcomes.held != outcomes.failed);
    }
    Ok(())
}

fn compare_random(grammar: fn(u64) -> String, many: u64) -> Compared {
    semantics::compare_random(grammar, many, |_, text, compared| compare(text, compared))
}

#[test]
fn what_becomes_of_random_grammars_is_what_the_reference_finds() {
    let compared = compare_random(random::grammar, 200);
    assert!(compared.faults > 20 && compared.unreached > 100 && compared.constant > 100, "{compared:?}");
}

#[test]
fn what_becomes_of_grammars_in_which_much_is_merged_is_what_the_reference_finds() {
    let compared = compare_random(random_merge::grammar, 200);
    assert!(compared.unreached > 100 && compared.constant > 100 && compared.rough > 40, "{compared:?}");
}

#[test]
fn what_becomes_of_every_construct_is_what_the_reference_finds() {
    let mut compared = Compared::default();
    let mut failures = String::new();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide"] {
        let (prelude, cases) = cases(file);
        for (name, text) in &cases {
            let text = format!("{prelude}{text}");
            if let Err(why) = compare(&text, &mut compared) {
                let _ = writeln!(failures, "--- {name}\n{text}\n{why}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Bodies of branches of which it is told whether one order of their turns shows what all orders do.
#[test]
fn branches_that_keep_apart_are_looked_at_in_one_order() {
    let prelude = "kind k { state live: bool = false }  k m[2]  event a  event b  source u\n\
                   state x: 0..3 = 0  state y: 0..3 = 0\n\
                   rule up() { x += 1 }  rule look() { if y == 2 { b } }  rule loop_() { repeat 0..2 { a b } }\n\
                   action go by u { y = 2 }\n";
    for (body, in_order) in [
        ("{ a b a } with { b loop_() } with { interleave { a } with { b b } }", true),
        ("{ a up() if x == 2 { b } } with { y = 1 a look() a }", true),
        ("each i: k { a if i.live { b } a b } with { a b }", true),
        ("each i: k { a i.live = true b } with { a b }", false),
        ("{ a up() a } with { a if x == 1 { b } }", false),
        ("{ a up() a } with { a up() b }", false),
        ("{ a y = 2 a } with { a interleave { a } with { a look() } }", false),
        ("{ a choose { 1 => do, 1 => end } a } with { a b }", false),
        ("{ a leave } with { a b }", false),
    ] {
        for (meanwhile, keeps) in [("", true), ("meanwhile { 5% { if x == 3 { b } } }", false)] {
            // The reference wants a grammar that says what may happen; `never` looks on.
            let text = format!("{prelude}phase p {{ {meanwhile} interleave {body} a }}\n");
            let mut compared = Compared::default();
            compare(&text, &mut compared).unwrap_or_else(|why| panic!("{text}\n{why}"));
            assert_eq!(compared.grammars, 1, "{text}");
            let writes_x = body.contains("up()");
            assert_eq!(compared.in_order == 1, in_order && (keeps || !writes_x), "{text}\n{compared:?}");
        }
    }
    let text = format!(
        "{prelude}test \"t\" never x == 1 and y == 2\nphase p {{ interleave {{ a up() a }} with {{ a y = 2 a }} }}"
    );
    let mut compared = Compared::default();
    compare(&text, &mut compared).unwrap();
    assert_eq!((compared.grammars, compared.in_order), (1, 0));
}

#[test]
fn the_guard_of_a_clause_is_told_from_the_guard_in_it() {
    let text = "state x: 0..1 = 0\nevent a\nphase p { meanwhile { 5% when x == 0 { if x == 1 { a } } } a }\n";
    compare(text, &mut Compared::default()).unwrap();
}
