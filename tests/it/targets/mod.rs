//! What is done with arbitrary bytes: one function for each kind of input, which panics if they are not answered as they
//! should be. The fuzzers in `fuzz/` give them what they find; `regressions` gives them what was found.

pub(crate) mod grammar;

mod charm;
mod comparing;
mod pattern;
mod trace;

use charmgrammar::import::LogFormat;
use charmgrammar::trace::Format;

/// A function with the name of its fuzzer, and of the folder that holds what was found.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    ("grammar", grammar::text),
    ("pattern", pattern::text),
    ("story", |data| trace::sequences(data, Format::Story)),
    ("names", |data| trace::sequences(data, Format::Names)),
    ("jsonl", |data| trace::sequences(data, Format::Jsonl)),
    ("debug-log", |data| trace::log(data, LogFormat::Debug)),
    ("status-log", |data| trace::log(data, LogFormat::Status)),
    ("tail", |data| trace::log(data, LogFormat::Tail)),
    ("charm", charm::metadata),
    ("walks", comparing::walks),
    ("verdicts", comparing::verdicts),
];
