//! Traces in each format, and logs.

use std::io::Read;
use std::sync::LazyLock;

use charmgrammar::import::{self, LogFormat, LogReader};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::recognize::{Precision, Question, Recognizer};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Format, Head, Observed, ReadError, Reader, Shows, Vocabulary};

/// What traces are read in the terms of.
struct Terms {
    grammar: Grammar,
    alphabet: Alphabet,
    program: Program,
}

static TERMS: LazyLock<Terms> = LazyLock::new(|| {
    let root = Root::Builtin("demo-k8s".to_owned());
    let loaded = model::load(&Memory::default(), &root, &Settings::default());
    let grammar = loaded.grammar.expect("what is built in has no errors");
    Terms { alphabet: Alphabet::new(&grammar), program: Program::compile(&grammar), grammar }
});

static VOCABULARY: LazyLock<Vocabulary<'static>> =
    LazyLock::new(|| Vocabulary::new(&TERMS.grammar, &TERMS.alphabet, &["config-*".to_owned()]));

/// Gives one byte at a time.
struct Drops<'a>(&'a [u8]);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = buffer.len().min(1);
        self.0.read(&mut buffer[..n])
    }
}

/// What came of reading: the traces, each with its items, and where one can't be read the error in its place.
type Traces = Vec<Result<(Head, Vec<Observed>), String>>;

/// Traces are read alike however the input comes, and are judged.
pub(super) fn sequences(data: &[u8], format: Format) {
    let traces = read(Reader::new(data, Some(format), &VOCABULARY));
    if data.len() <= 4096 {
        assert_eq!(traces, read(Reader::new(Drops(data), Some(format), &VOCABULARY)), "drops are read otherwise");
    }
    let precision = match format {
        Format::Names => Precision::NAMES,
        Format::Story => Precision::STORY,
        Format::Jsonl => Precision::FULL,
    };
    for (head, items) in traces.iter().flatten().take(2) {
        judge(head.shows, precision, items);
    }
}

fn read(mut reader: Reader<'_, impl Read>) -> Traces {
    let mut traces = Vec::new();
    loop {
        match reader.next_trace() {
            Ok(None) => return traces,
            Ok(Some(head)) => traces.push(items(&mut reader).map(|items| (head, items)).map_err(|error| told(&error))),
            Err(error) => traces.push(Err(told(&error))),
        }
    }
}

fn items(reader: &mut Reader<'_, impl Read>) -> Result<Vec<Observed>, ReadError> {
    let mut items = Vec::new();
    while let Some(item) = reader.next_item()? {
        items.push(item.clone());
    }
    Ok(items)
}

/// What is told of an error.
fn told(error: &ReadError) -> String {
    assert!(error.line() > 0 && !error.message().is_empty(), "{error:?}");
    format!("{error:?}")
}

/// The hooks of a log are read and judged.
pub(super) fn log(data: &[u8], format: LogFormat) {
    let _ = import::tell(data, true);
    let log = match import::read(data, format, &TERMS.grammar.limits) {
        Ok(log) => log,
        Err(error) => {
            told(&error);
            return;
        }
    };
    let _ = log.lack(&TERMS.grammar);
    let mut reader = LogReader::new(&log, &VOCABULARY);
    while let Some(head) = reader.next_trace() {
        let (instances, payloads) = reader.precision();
        let mut items = Vec::new();
        loop {
            match reader.next_item() {
                Ok(Some(item)) => items.push(item.clone()),
                Ok(None) => break,
                Err(error) => {
                    told(&error);
                    break;
                }
            }
        }
        judge(head.shows, Precision { instances, payloads }, &items);
    }
}

/// There is a verdict, or a limit is met, whatever the items are. The first ones do for that.
fn judge(shows: Shows, precision: Precision, items: &[Observed]) {
    let Terms { grammar, alphabet, program } = &*TERMS;
    for item in items {
        assert!(!item.text(grammar, alphabet).is_empty());
    }
    let bounds = Bounds { configurations: 100, ..Bounds::default() };
    let mut recognizer = Recognizer::new(grammar, alphabet, program, Question { bounds, ..Question::default() });
    if recognizer.begin(shows, precision).is_err() {
        return;
    }
    for item in items.iter().take(20) {
        if !matches!(recognizer.item(item), Ok(true)) {
            break;
        }
    }
    let _ = recognizer.finish();
}
