//! How long the parts take: parsing, walking, recognizing, exploring, each on the same five grammars.
//!
//! `cargo bench` runs them; `compare.sh` measures whole processes, and against the yardstick.

#![expect(missing_docs, reason = "a macro makes the function that runs all of them")]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use charmgrammar::explore::survey::{Patience, Survey};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Disk, Root, Settings};
use charmgrammar::recognize::{Precision, Question, Recognizer};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Format, Names, Reader, Shows, TextSink, Vocabulary};
use charmgrammar::walk::{Limits, Writer};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The grammars, with how many traces make a sample of about as much text.
const GRAMMARS: [(&str, u64); 5] =
    [("life30", 1_000), ("life1k", 30), ("example", 1_000), ("demo-k8s", 300), ("json", 60)];

fn root(name: &str) -> Root {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/grammars/{name}.charmgrammar"));
    if path.exists() { Root::Path(path) } else { Root::Builtin(name.to_owned()) }
}

fn load(name: &str) -> Grammar {
    model::load(&Disk, &root(name), &Settings::default()).grammar.expect("the grammars have no errors")
}

/// Traces as names.
fn traces(program: &Program, alphabet: &Alphabet, many: u64) -> Vec<u8> {
    let mut writer = Writer::new(program, Limits::default(), Names::new(alphabet));
    for trace in 0..many {
        writer.walk(1, trace).expect("no walk fails");
    }
    std::mem::take(writer.sink().out())
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    for (name, _) in GRAMMARS {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(load(name))));
    }
}

fn walk(c: &mut Criterion) {
    let mut group = c.benchmark_group("walk");
    for (name, many) in GRAMMARS {
        let grammar = load(name);
        let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
        let text = traces(&program, &alphabet, many);
        group.throughput(Throughput::Bytes(text.len() as u64));
        let mut writer = Writer::new(&program, Limits::default(), Names::new(&alphabet));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                for trace in 0..many {
                    writer.walk(1, trace).expect("no walk fails");
                }
                black_box(writer.sink().out()).clear();
            });
        });
    }
}

fn recognise(c: &mut Criterion) {
    let mut group = c.benchmark_group("recognise");
    for (name, many) in GRAMMARS {
        let grammar = load(name);
        let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
        let text = traces(&program, &alphabet, many);
        let vocabulary = Vocabulary::new(&grammar, &alphabet, &[]);
        let mut recognizer = Recognizer::new(&grammar, &alphabet, &program, Question::default());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut reader = Reader::new(&text[..], Some(Format::Names), &vocabulary);
                while let Some(_head) = reader.next_trace().expect("it was written") {
                    recognizer.begin(Shows::EVENTS, Precision::NAMES).expect("there is no limit so near");
                    while let Some(item) = reader.next_item().expect("it was written") {
                        recognizer.item(item).expect("there is no limit so near");
                    }
                    black_box(recognizer.finish().expect("there is no limit so near"));
                }
            });
        });
    }
}

fn explore(c: &mut Criterion) {
    let mut group = c.benchmark_group("explore");
    group.sample_size(10);
    // There is no end of the configurations of a recursion.
    let bounds = Bounds { configurations: 20_000, ..Bounds::default() };
    for (name, _) in GRAMMARS {
        let grammar = load(name);
        let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(Survey::new(&grammar, &alphabet, &program, bounds, Patience::Endless)));
        });
    }
}

criterion_group!(benches, parse, walk, recognise, explore);
criterion_main!(benches);
