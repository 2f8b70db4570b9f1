//! What a program promises to those who drive it.

use super::{Configuration, Pause, Program, Scratch};
use crate::model::{Disk, Root, Settings, load};

fn program(text: &str) -> Program {
    let root = Root::Text { name: "test".to_owned(), text: text.to_owned() };
    let loaded = load(&Disk, &root, &Settings::default());
    Program::compile(&loaded.grammar.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics)))
}

/// Runs to the end, answering each decision by `answer` out of its options, and shows `each` the configuration at each
/// pause.
fn run(program: &Program, mut answer: impl FnMut(&[u64]) -> u64, mut each: impl FnMut(&Configuration)) {
    let mut at = program.start();
    let mut scratch = Scratch::new(1_000);
    loop {
        let pause = program.run(&mut at, &mut scratch).unwrap();
        each(&at);
        match pause {
            Pause::Decide(decision) => {
                let options = program.options(&decision, &scratch);
                assert!(options.len() > 1, "a decision with one option");
                program.resume(&mut at, answer(&options)).unwrap();
            }
            Pause::Show(_) => {}
            Pause::End => return,
        }
    }
}

/// A generator that is good enough to visit everything.
fn lottery(seed: u64) -> impl FnMut(&[u64]) -> u64 {
    let mut state = seed;
    move |options| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        options[usize::try_from(state >> 33).unwrap() % options.len()]
    }
}

#[test]
fn a_configuration_of_the_example_is_small() {
    let program = program(include_str!("../../specs/example.charmgrammar"));
    let mut most = 0;
    for seed in 0..200 {
        run(&program, lottery(seed), |at| most = most.max(at.words.len()));
    }
    // One word of states, and at the deepest a clause in the slot of the `atomic` of `join` in the loop of `scale-up`.
    assert!(most <= 11, "{most} words");
}

#[test]
fn a_copy_at_a_pause_goes_on_like_the_original() {
    let program = program(
        "source u kind k { state on: bool = any } k a k b event <k>-on event <k>-off event tick event tock
        rule both(r: k) { atomic { <r>-off <r>-on } }
        action flip(r: k) by u { r.on = not r.on; both(r) }
        phase p {
            meanwhile { 20% tick }
            interleave each r: k where r.on { <r>-on interleave { tick } with { tock } both(r) } with { repeat 3 { do } }
            for each r: k in any order { both(r) }
        }",
    );
    for seed in 0..50 {
        let mut copies = Vec::new();
        let mut answers = Vec::new();
        let mut draw = lottery(seed);
        run(
            &program,
            |options| {
                answers.push(draw(options));
                answers[answers.len() - 1]
            },
            |at| copies.push(at.clone()),
        );
        // From each copy, the answers that came after it lead through the same configurations.
        for start in (0..copies.len()).step_by(7) {
            let mut at = copies[start].clone();
            let mut scratch = Scratch::new(1_000);
            let mut other = program.start();
            let mut pauses = 0;
            let mut used = 0;
            // How many answers lie before the copy: those that bring the start there.
            while pauses < start + 1 {
                let pause = program.run(&mut other, &mut scratch).unwrap();
                pauses += 1;
                if pauses == start + 1 {
                    assert_eq!(other, at);
                    if let Pause::Decide(_) = pause {
                        program.resume(&mut at, answers[used]).unwrap();
                        used += 1;
                    }
                } else if let Pause::Decide(_) = pause {
                    program.resume(&mut other, answers[used]).unwrap();
                    used += 1;
                }
            }
            for expected in &copies[start + 1..] {
                let pause = program.run(&mut at, &mut scratch).unwrap();
                assert_eq!(&at, expected);
                if let Pause::Decide(_) = pause {
                    program.resume(&mut at, answers[used]).unwrap();
                    used += 1;
                }
            }
        }
    }
}

#[test]
fn what_is_over_leaves_nothing_behind() {
    // After each round the same configuration must come again, or searches would never end.
    let program = program(
        "source u kind k {} k a k b event <k>-on event tick
        rule r(x: k, n: 0..3) { for each y: 0..3 where y < n { maybe 50% <x>-on } }
        action act(x: k) by u { interleave each y: k { <y>-on } with { r(x, 2) } }
        phase p { repeat 0.. mean 5 { tick choose { 1 => do, 1 => for one x: k { atomic { r(x, 3) } } } } }",
    );
    let mut seen = std::collections::HashSet::new();
    for seed in 0..2_000 {
        run(&program, lottery(seed), |at| {
            seen.insert(at.clone());
        });
    }
    assert!(seen.len() < 120, "{} configurations", seen.len());
}
