//! No bytes make a reader panic, or go on for ever.

use super::*;

/// How many mutants of each format are tried.
const ROUNDS: usize = 2000;

/// What mutants are made of, beside bytes of any value.
const PIECES: [&str; 24] = [
    "\n",
    "\r\n",
    "\n\n",
    " ",
    "\0",
    "\u{feff}",
    "é",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    ",",
    ":",
    "::",
    "=",
    "end.",
    "simulation:",
    "PHASE Phase.",
    "null",
    "-1e999",
];

#[test]
fn no_mutation_makes_a_reader_panic() {
    let known = Known::new();
    let vocabulary = known.vocabulary();
    let everything = Shows { states: true, decisions: true, ..Shows::STORY };
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    for input in [
        known.written(StoryWriter::new(&known.grammar, &known.alphabet, Shows::STORY)),
        known.written(Names::new(&known.alphabet)),
        known.written(known.jsonl(everything)),
    ] {
        for _ in 0..ROUNDS {
            let (one, other) = (random(input.len()), random(input.len()));
            let start = one.min(other);
            let mut mutant = input[start..one.max(other).min(start + 3000)].to_vec();
            for _ in 0..random(8) {
                let at = random(mutant.len() + 1);
                let to = (at + random(20)).min(mutant.len());
                match random(4) {
                    0 => drop(mutant.drain(at..to)),
                    1 => drop(mutant.splice(at..to, [u8::try_from(random(256)).expect("a byte")])),
                    2 => drop(mutant.splice(at..at, PIECES[random(PIECES.len())].bytes())),
                    _ => drop(mutant.splice(at..at, mutant[at..to].to_vec())),
                }
            }
            let format = [None, Some(Format::Story), Some(Format::Names), Some(Format::Jsonl)][random(4)];
            // Each call that gives something takes a byte, at least.
            let mut left = mutant.len() + 3;
            let mut reader = Reader::new(&*mutant, format, &vocabulary);
            while !matches!(reader.next_trace(), Ok(None)) {
                while let Ok(Some(_)) = reader.next_item() {
                    left = left.checked_sub(1).expect("a reader makes items of nothing");
                }
                left = left.checked_sub(1).expect("a reader makes traces of nothing");
            }
        }
    }
}

#[test]
fn deep_nesting_does_no_harm() {
    let known = Known::new();
    let vocabulary = known.vocabulary();
    let deep = |open: &str, close: &str| open.repeat(100_000) + "1" + &close.repeat(100_000);
    for value in [deep("[", "]"), deep("{\"a\":", "}")] {
        for (line, is_right) in [
            (format!("{{\"x\":{value},\"items\":[]}}"), true),
            (format!("{{\"items\":[{{\"event\":\"install\",\"data\":{value}}}]}}"), true),
            (format!("{{\"items\":[{{\"event\":\"install\",\"payload\":{{\"a\":{value}}}}}]}}"), false),
            (format!("{{\"items\":{value}}}"), false),
            (format!("{{\"items\":[{value}]}}"), false),
        ] {
            let mut reader = Reader::new(line.as_bytes(), None, &vocabulary);
            assert_eq!(reader.next_trace().is_ok(), is_right);
        }
    }
}
