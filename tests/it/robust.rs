//! Whatever the text is, it is answered: never a panic, never a place outside of the text.
//!
//! The environment variable `CHARMGRAMMAR_CASES=20` tries twenty times as many texts, others than before.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use charmgrammar::model::Settings;

use crate::support::{corpus, files, root};
use crate::targets::grammar::answer;

/// The splitmix64 generator: what is tried is the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// How many texts are tried instead of `usual`.
fn cases(usual: usize) -> usize {
    let factor = std::env::var("CHARMGRAMMAR_CASES").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    usual * factor
}

/// Texts that were answered, and those that were not.
#[derive(Default)]
struct Answers {
    n_grammars: usize,
    panics: Vec<(Vec<u8>, Settings)>,
}

impl Answers {
    /// Answers a text, or notes that this panics.
    fn answer(&mut self, text: &[u8], settings: &Settings) {
        match catch_unwind(AssertUnwindSafe(|| answer(text, settings))) {
            Ok(is_grammar) => self.n_grammars += usize::from(is_grammar),
            Err(_) => self.panics.push((text.to_vec(), settings.clone())),
        }
    }

    /// Shows the shortest text that was not answered.
    fn assert_no_panics(&self) {
        if let Some((text, settings)) = self.panics.iter().min_by_key(|(text, _)| text.len()) {
            let shown = String::from_utf8_lossy(text);
            let n = self.panics.len();
            panic!("{n} texts are not answered; the shortest one, under {settings:?}:\n{shown}\n-----\n{text:?}");
        }
    }
}

/// The grammars that are mutated.
fn seeds() -> Vec<String> {
    let specs = files(&root().join("specs")).into_iter().filter_map(|path| fs::read_to_string(path).ok());
    let corpus = corpus("walk").into_iter().chain(corpus("check")).filter_map(|path| fs::read_to_string(path).ok());
    // The large ones are there for limits, and would only be slow.
    specs.chain(corpus).filter(|text| text.len() < 20_000).collect()
}

/// Pieces of the language, and of what is not.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "<r>",
    "=",
    "==",
    "=>",
    "..",
    ".",
    ",",
    ";",
    ":",
    "|",
    "!",
    "*",
    "+",
    "-",
    "+=",
    "-=",
    "%",
    "\"",
    "`",
    "#",
    "##",
    "\\",
    "'",
    "&&",
    "...",
    "0",
    "1",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "0..3",
    "50%",
    "100.00001%",
    "a",
    "a-b",
    "http",
    "x",
    "r",
    "é",
    "🙂",
    "\u{feff}",
    "\0",
    "\r",
    "\t",
    "use ",
    "override ",
    "remove ",
    "extend ",
    "source ",
    "group ",
    "param ",
    "let ",
    "kind ",
    "field ",
    "state ",
    "event ",
    "deprecated ",
    "rule ",
    "action ",
    "reaction ",
    "phase ",
    "profile ",
    "test ",
    "accepts ",
    "rejects ",
    "never ",
    "with ",
    "by ",
    "as ",
    "weight ",
    "when ",
    "if ",
    "else ",
    "elif ",
    "for each ",
    "for one ",
    "in any order ",
    "where ",
    "repeat ",
    "mean ",
    "while ",
    "maybe ",
    "choose ",
    "do ",
    "react ",
    "settle ",
    "atomic ",
    "interleave ",
    "each ",
    "meanwhile ",
    "leave ",
    "end ",
    "and ",
    "or ",
    "not ",
    "in ",
    "not in ",
    "true",
    "false",
    "none",
    "any",
    "any(",
    "all(",
    "count(",
    "size(",
    "set ",
    "bool",
    "| none",
    "index",
    "array",
    "example",
];

/// A text made from another by cutting, doubling, moving, and putting in what does not belong there.
fn mutated(random: &mut Random, seeds: &[String]) -> Vec<u8> {
    let mut text = seeds[random.below(seeds.len())].clone();
    for _ in 0..=random.below(3) {
        let boundary = |random: &mut Random, text: &str| {
            let mut at = random.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (one, two) = (boundary(random, &text), boundary(random, &text));
        let (start, far) = (one.min(two), one.max(two));
        // Mostly short pieces: a text that is cut in half has little left to go wrong.
        let mut end = if random.below(4) == 0 { far } else { far.min(start + random.below(24)) };
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        match random.below(8) {
            0 => text.replace_range(start..end, ""),
            1 => text.replace_range(start..end, random.one(PIECES)),
            2 | 3 => text.insert_str(start, random.one(PIECES)),
            4 => {
                let piece = text[start..end].to_owned();
                text.insert_str(start, &piece);
            }
            5 => {
                let piece = text[start..end].to_owned();
                let at = boundary(random, &text);
                text.insert_str(at, &piece);
            }
            _ => replace_token(random, &mut text),
        }
    }
    text.into_bytes()
}

/// Puts one word or sign of a text in place of another: what comes is often still a grammar.
fn replace_token(random: &mut Random, text: &mut String) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
        if length > 0 {
            tokens.push(at..at + length);
        }
        at += length.max(1);
    }
    if tokens.is_empty() {
        return;
    }
    let to = tokens[random.below(tokens.len())].clone();
    let from = text[tokens[random.below(tokens.len())].clone()].to_owned();
    text.replace_range(to, &from);
}

/// Runs a body on a thread with the stack of a main thread: what must not overflow is measured against that.
fn on_a_usual_stack(body: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(body).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

#[test]
fn arbitrary_bytes_are_answered() {
    on_a_usual_stack(|| {
        let (mut random, mut answers) = (Random(1), Answers::default());
        for _ in 0..cases(600) {
            let length = random.below(200);
            let bytes: Vec<u8> = (0..length).map(|_| random.next().to_le_bytes()[0]).collect();
            answers.answer(&bytes, &Settings::default());
            let ascii: Vec<u8> = bytes.iter().map(|byte| b' ' + byte % 95).collect();
            answers.answer(&ascii, &Settings::default());
        }
        answers.assert_no_panics();
    });
}

#[test]
fn arbitrary_pieces_of_the_language_are_answered() {
    on_a_usual_stack(|| {
        let (mut random, mut answers) = (Random(2), Answers::default());
        for _ in 0..cases(1_200) {
            let length = random.below(60);
            let text: String = (0..length).map(|_| random.one(PIECES)).collect();
            answers.answer(text.as_bytes(), &Settings::default());
        }
        answers.assert_no_panics();
    });
}

#[test]
fn mutations_of_grammars_are_answered() {
    on_a_usual_stack(|| {
        let seeds = seeds();
        let (mut random, mut answers) = (Random(3), Answers::default());
        for _ in 0..cases(2_500) {
            answers.answer(&mutated(&mut random, &seeds), &Settings::default());
        }
        answers.assert_no_panics();
        let n_grammars = answers.n_grammars;
        assert!(n_grammars > 100, "of all texts {n_grammars} were grammars: the mutations are too wild to test walks");
    });
}

#[test]
fn arbitrary_settings_are_answered() {
    on_a_usual_stack(|| {
        let seeds = seeds();
        let (mut random, mut answers) = (Random(4), Answers::default());
        for _ in 0..cases(400) {
            let text = &seeds[random.below(seeds.len())];
            let words: Vec<&str> =
                text.split(|character: char| !(character.is_alphanumeric() || "_-".contains(character))).collect();
            let mut phrase = |most: usize, has_target: bool| -> Vec<String> {
                let n = random.below(3);
                let pieces =
                    |random: &mut Random| (0..=random.below(most)).map(|_| random.one(PIECES)).collect::<String>();
                let target = |random: &mut Random| format!("{}={}", random.one(&words), random.one(&words));
                let mut one =
                    || if has_target && random.below(4) > 0 { target(&mut random) } else { pieces(&mut random) };
                (0..n).map(|_| one()).collect()
            };
            let (set, weights, with) = (phrase(5, true), phrase(4, true), phrase(8, false));
            let profile = phrase(2, false).pop();
            let settings = Settings { profile, set, weights, with, ..Settings::default() };
            answers.answer(text.as_bytes(), &settings);
        }
        answers.assert_no_panics();
    });
}

#[test]
fn every_beginning_of_a_grammar_is_answered() {
    on_a_usual_stack(|| {
        let mut answers = Answers::default();
        for text in seeds().iter().filter(|text| text.len() < 700) {
            for end in (0..text.len()).step_by(29) {
                if text.is_char_boundary(end) {
                    answers.answer(&text.as_bytes()[..end], &Settings::default());
                }
            }
        }
        answers.assert_no_panics();
    });
}
