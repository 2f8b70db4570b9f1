//! The recognizer against the slow reference: same verdict, same place, same expected set.

use std::fmt::Write;

use charmgrammar::model::{self, Memory, Root, Settings};

use crate::reference::agreement::{Compared, compare};
use crate::reference::random::{self, Random};
use crate::reference::random_merge;
use crate::semantics::{self, cases, load, setting};

/// Compares what both say of sequences of random grammars.
fn compare_random(grammar: fn(u64) -> String, many: u64, names: usize) -> Compared {
    let compared: Compared = semantics::compare_random(grammar, many, |seed, text, compared: &mut Compared| {
        let Ok(grammar) = load(text) else {
            compared.unreadable += 1;
            return Ok(());
        };
        compare(&grammar, &mut Random::new(seed), 8, names, compared)
    });
    let many = setting("CHARMGRAMMAR_CASES", many);
    assert!(compared.valid * 5 > compared.invalid, "{compared:?}");
    assert!((compared.undecided + compared.too_many) * 2 < compared.valid + compared.invalid, "{compared:?}");
    assert!(compared.unreadable * 2 < many, "{compared:?}");
    compared
}

#[test]
fn random_sequences_of_random_grammars_are_judged_as_the_reference_does() {
    println!("{:?}", compare_random(random::grammar, 100, 0));
}

#[test]
fn random_sequences_of_grammars_in_which_much_is_merged_are_judged_as_the_reference_does() {
    let compared = compare_random(random_merge::grammar, 120, 60);
    println!("{compared:?}");
    // What is tested here must be there.
    assert!(compared.merged > 0 && compared.counted > 0 && compared.folded > 5, "{compared:?}");
}

#[test]
fn sequences_of_every_construct_are_judged_as_the_reference_does() {
    let mut compared = Compared::default();
    let mut failures = String::new();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide"] {
        let (prelude, cases) = cases(file);
        for (name, text) in &cases {
            let grammar = load(&format!("{prelude}{text}")).unwrap();
            for seed in 0..3 {
                if let Err(why) = compare(&grammar, &mut Random::new(seed), 4, 0, &mut compared) {
                    let _ = writeln!(failures, "--- {name}\n{text}\n{why}");
                }
            }
        }
    }
    println!("{compared:?}");
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn sequences_of_the_grammars_in_the_binary_are_judged_as_the_reference_does() {
    let mut compared = Compared::default();
    for (name, _) in model::builtins() {
        let loaded = model::load(&Memory::default(), &Root::Builtin((*name).to_owned()), &Settings::default());
        let grammar = loaded.grammar.unwrap();
        for seed in 0..12 {
            compare(&grammar, &mut Random::new(seed), 6, 0, &mut compared)
                .unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
    println!("{compared:?}");
}
