//! How long the parts take: parsing, walking, recognizing, exploring, each on the same five grammars.
//!
//! `cargo bench` runs them, `cargo bench walk/example` those with that in their name; `compare.sh` measures whole processes,
//! and against the yardstick. They are measured by the few lines of `measure`, not by a crate: those that there are bring
//! more dependencies than the program has itself, of which medians need none.

#![expect(clippy::print_stdout, reason = "the measurements are what it writes")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use charmgrammar::explore::survey::{Patience, Survey};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{self, Alphabet, Disk, Root, Settings};
use charmgrammar::recognize::{Precision, Question, Recognizer};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Format, Names, Reader, Shows, TextSink, Vocabulary};
use charmgrammar::walk::{Limits, Writer};

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

/// How long each is run before it is measured.
const WARM_UP: Duration = Duration::from_millis(500);

/// The least time of a sample, so that the clock is exact enough.
const SAMPLE: Duration = Duration::from_millis(10);

/// The number of samples.
const SAMPLES: usize = 101;

/// Prints the median time of a run, with the quartiles, and the rate if a run has so many bytes.
fn measure(name: &str, bytes: Option<usize>, mut run: impl FnMut()) {
    let mut n_runs = 0u32;
    let start = Instant::now();
    while n_runs == 0 || start.elapsed() < WARM_UP {
        run();
        n_runs += 1;
    }
    let n_runs = (SAMPLE.as_secs_f64() / (start.elapsed() / n_runs).as_secs_f64()).ceil().max(1.0);
    let mut sample = || {
        let start = Instant::now();
        let mut done = 0.0;
        while done < n_runs {
            run();
            done += 1.0;
        }
        start.elapsed().as_secs_f64() / n_runs
    };
    let mut samples: Vec<f64> = (0..SAMPLES).map(|_| sample()).collect();
    samples.sort_by(f64::total_cmp);
    let [low, median, high] = [1, 2, 3].map(|quarter| samples[SAMPLES * quarter / 4] * 1e6);
    #[expect(clippy::cast_precision_loss, reason = "a few megabytes")]
    let rate =
        bytes.map_or_else(String::new, |bytes| format!("  {:.0} MiB/s", bytes as f64 / median * 1e6 / 1_048_576.0));
    println!("{name:<20} {median:>12.2} µs  ({low:.2} to {high:.2}){rate}");
}

fn parse(name: &str) {
    measure(&format!("parse/{name}"), None, || drop(black_box(load(name))));
}

fn walk(name: &str, many: u64) {
    let grammar = load(name);
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let text = traces(&program, &alphabet, many);
    let mut writer = Writer::new(&program, Limits::default(), Names::new(&alphabet));
    measure(&format!("walk/{name}"), Some(text.len()), || {
        for trace in 0..many {
            writer.walk(1, trace).expect("no walk fails");
        }
        black_box(writer.sink().out()).clear();
    });
}

fn recognise(name: &str, many: u64) {
    let grammar = load(name);
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let text = traces(&program, &alphabet, many);
    let vocabulary = Vocabulary::new(&grammar, &alphabet, &[]);
    let mut recognizer = Recognizer::new(&grammar, &alphabet, &program, Question::default());
    measure(&format!("recognise/{name}"), Some(text.len()), || {
        let mut reader = Reader::new(&text[..], Some(Format::Names), &vocabulary);
        while let Some(_head) = reader.next_trace().expect("it was written") {
            recognizer.begin(Shows::EVENTS, Precision::NAMES).expect("there is no limit so near");
            while let Some(item) = reader.next_item().expect("it was written") {
                recognizer.item(item).expect("there is no limit so near");
            }
            black_box(recognizer.finish().expect("there is no limit so near"));
        }
    });
}

fn explore(name: &str) {
    // There is no end of the configurations of a recursion.
    let bounds = Bounds { configurations: 20_000, ..Bounds::default() };
    let grammar = load(name);
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    measure(&format!("explore/{name}"), None, || {
        drop(black_box(Survey::new(&grammar, &alphabet, &program, bounds, Patience::Endless)));
    });
}

fn main() {
    // Cargo says `--bench`.
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default();
    for part in ["parse", "walk", "recognise", "explore"] {
        for (name, many) in GRAMMARS.into_iter().filter(|(name, _)| format!("{part}/{name}").contains(&filter)) {
            match part {
                "parse" => parse(name),
                "walk" => walk(name, many),
                "recognise" => recognise(name, many),
                _ => explore(name),
            }
        }
    }
}
