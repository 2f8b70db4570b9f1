//! Grammars that bytes make: the walker beside the recognizer, and the recognizer beside the slow reference.

use charmgrammar::machine::Program;
use charmgrammar::model::Alphabet;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::recognize::{Precision, Question, Recognizer, Verdict};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Format, Jsonl, JsonlOptions, Names, Reader, Shows, Story, TextSink, Vocabulary};
use charmgrammar::walk::{Limits, Memory, walk};

use crate::reference::agreement::{Compared, compare};
use crate::reference::random::Random;
use crate::reference::{load, random, random_merge};

/// The grammar of bytes, of which the first says of which sort it is, and random numbers for what is done with it.
fn grammar(data: &[u8]) -> Option<(String, Grammar, Random)> {
    let (sort, data) = data.split_first()?;
    let random = Random::of(data);
    let text = if sort % 2 == 0 { random::drawn(random) } else { random_merge::drawn(random) };
    let grammar = load(&text).ok()?;
    Some((text, grammar, Random::new((*sort).into())))
}

/// What is walked is written, read and found valid, in each format.
pub(super) fn walks(data: &[u8]) {
    let Some((text, grammar, _)) = grammar(data) else { return };
    let alphabet = Alphabet::new(&grammar);
    let program = Program::compile(&grammar);
    let walked = Walked { text: &text, grammar: &grammar, alphabet: &alphabet, program: &program };
    walked.check(Names::new(&alphabet), Format::Names, Precision::NAMES);
    walked.check(Story::new(&grammar, &alphabet, Shows::STORY), Format::Story, Precision::STORY);
    let options = JsonlOptions { shows: Shows { states: true, decisions: true, ..Shows::STORY }, hash: String::new() };
    walked.check(Jsonl::new(&grammar, &alphabet, options), Format::Jsonl, Precision::FULL);
}

struct Walked<'g> {
    text: &'g str,
    grammar: &'g Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
}

impl Walked<'_> {
    fn check<S: TextSink>(&self, mut sink: S, format: Format, precision: Precision) {
        let limits = Limits { events: 40, steps: 2_000, ..Limits::default() };
        let mut memory = Memory::new(self.program, &limits);
        let vocabulary = Vocabulary::new(self.grammar, self.alphabet, &[]);
        let bounds = Bounds { configurations: 200, steps: 2_000, ..Bounds::default() };
        let question = Question { bounds, ..Question::default() };
        let mut recognizer = Recognizer::new(self.grammar, self.alphabet, self.program, question);
        for number in 0..2 {
            let walked = walk(self.program, &limits, 1, number, &mut sink, &mut memory);
            let written = std::mem::take(sink.out());
            // A walk may fail; and what has no events can't be told in names.
            if !walked.is_ok_and(|n_events| n_events > 0 || !S::NEEDS_EVENTS) {
                sink.abandon();
                sink.out().clear();
                continue;
            }
            let shown = || format!("{format:?} {number}\n{}\n{}", String::from_utf8_lossy(&written), self.text);
            let mut reader = Reader::new(written.as_slice(), Some(format), &vocabulary);
            let head = reader.next_trace().unwrap_or_else(|error| panic!("{error:?} {}", shown()));
            let head = head.unwrap_or_else(|| panic!("no trace: {}", shown()));
            if recognizer.begin(head.shows, precision).is_err() {
                continue;
            }
            let mut is_undecided = false;
            while let Some(item) = reader.next_item().unwrap_or_else(|error| panic!("{error:?} {}", shown())) {
                match recognizer.item(item) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(_) => {
                        is_undecided = true;
                        break;
                    }
                }
            }
            if !is_undecided && let Ok(verdict) = recognizer.finish() {
                assert!(matches!(verdict, Verdict::Valid { approximate: false }), "{verdict:?} {}", shown());
            }
        }
    }
}

/// The recognizer says what the slow reference does.
pub(super) fn verdicts(data: &[u8]) {
    let Some((text, grammar, mut random)) = grammar(data) else { return };
    if let Err(why) = compare(&grammar, &mut random, 4, 0, &mut Compared::default()) {
        panic!("{why}\n{text}");
    }
}
