//! That what is passed is just what is forbidden, and that limits are told. What reasons say is tested through the binary.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::machine::{Halt, Pause};
use crate::model::{self, Disk, Memory, Root, Settings};
use crate::sets::{Bounds, Item};

fn text(text: &str) -> Grammar {
    let root = Root::Text { name: "test".to_owned(), text: text.to_owned() };
    let loaded = model::load(&Memory::default(), &root, &Settings::default());
    loaded.grammar.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics))
}

/// How many items of each run are compared, and how many pauses are looked at.
const DEPTH: usize = 6;
const MANY: usize = 30_000;

/// What runs show at most, as far as the ways that `next` finds lead; nothing if there is too much.
fn shown(
    program: &Program,
    mut next: impl FnMut(&mut Configuration, &mut Scratch) -> Option<(Option<Item>, Vec<Configuration>)>,
) -> Option<BTreeSet<Vec<Item>>> {
    let mut scratch = Scratch::new(10_000);
    let mut sequences = BTreeSet::new();
    let mut open = vec![(program.start(), Vec::new())];
    let mut seen = BTreeSet::new();
    for _ in 0..MANY {
        let Some((mut at, items)) = open.pop() else { return Some(sequences) };
        scratch.refuel();
        let Some((item, branches)) = next(&mut at, &mut scratch) else { continue };
        let items: Vec<Item> = items.into_iter().chain(item).collect();
        sequences.insert(items.clone());
        for branch in branches {
            let mut packed = Vec::new();
            branch.pack(&mut packed);
            if items.len() < DEPTH && seen.insert((packed, items.clone())) {
                open.push((branch, items.clone()));
            }
        }
    }
    None
}

#[test]
fn ways_without_a_bar_are_those_of_the_grammar() {
    let mut n_compared = 0;
    let mut paths: Vec<_> = fs::read_dir("tests/corpus/walk").unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "charmgrammar")) {
        let loaded = model::load(&Disk, &Root::Path(path.clone()), &Settings::default());
        let Some(grammar) = loaded.grammar.filter(|grammar| !grammar.phases.is_empty()) else { continue };
        let program = Program::compile(&grammar);
        let plain = shown(&program, |at, scratch| match program.run(at, scratch).ok()? {
            Pause::End => Some((None, Vec::new())),
            Pause::Show(item) => Some((Some(Item::of(item, scratch.values())), vec![at.clone()])),
            Pause::Decide(decision) => {
                let options = program.options(&decision, scratch);
                let take = |option: u64| {
                    let mut branch = at.clone();
                    program.resume(&mut branch, option).ok().map(|()| branch)
                };
                Some((None, options.into_iter().filter_map(take).collect()))
            }
        });
        let unguarded = shown(&program, |at, scratch| match program.run_unguarded(at, scratch).ok()? {
            Halt::End => Some((None, Vec::new())),
            Halt::Show(item) => Some((Some(Item::of(item, scratch.values())), vec![at.clone()])),
            Halt::Fork(ways) => {
                let mut branches = Vec::new();
                for way in ways.into_iter().filter(|way| way.bar.is_none()) {
                    let mut branch = at.clone();
                    if program.resume_unguarded(&mut branch, scratch, way).is_ok() {
                        branches.push(branch);
                    }
                }
                Some((None, branches))
            }
        });
        if let (Some(plain), Some(unguarded)) = (plain, unguarded) {
            assert_eq!(plain, unguarded, "{}", path.display());
            n_compared += 1;
        }
    }
    assert!(n_compared > 10, "only {n_compared} were compared");
}

#[test]
fn a_trace_that_is_too_long_is_told_so() {
    let grammar = text("event a event b phase p { repeat 0.. mean 9 { a } b }");
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let question = Question { bounds: Bounds { work: 2_000, ..Bounds::default() }, ..Question::default() };
    let explainer = Explainer::new(&grammar, &alphabet, &program, &question, Effort::default());
    let event =
        |name: &str| Observed::Event { name: alphabet.find(name).unwrap(), of: Vec::new(), payload: Vec::new() };
    let accepted = |many: usize| vec![event("a"); many];
    assert!(explainer.explain(Shows::EVENTS, &accepted(10), None).is_ok());
    let Err(Unexplained::Limit { limit: Limit::Work { limit: 2_000 }, item }) =
        explainer.explain(Shows::EVENTS, &accepted(100), None)
    else {
        panic!()
    };
    assert!((20..100).contains(&item), "{item}");
}

#[test]
fn what_waits_counts_for_the_memory_not_only_what_was_looked_at() {
    // Each look at one of few configurations puts a hundred others in line.
    let grammar = text("event a event x event y phase p { interleave each z: 0..99 { x y } a }");
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let bounds = Bounds { memory: 1 << 20, room: 0, ..Bounds::default() };
    let question = Question { bounds, ..Question::default() };
    let explainer = Explainer::new(&grammar, &alphabet, &program, &question, Effort::default());
    let event =
        |name: &str| Observed::Event { name: alphabet.find(name).unwrap(), of: Vec::new(), payload: Vec::new() };
    let accepted = ["x", "x", "x", "y"].map(event);
    let Err(Unexplained::Limit { limit: Limit::Configurations(_), .. }) =
        explainer.explain(Shows::EVENTS, &accepted, Some(&event("a")))
    else {
        panic!()
    };
}
