//! The recognizer beside the slow reference, on random sequences of a grammar.

use std::collections::BTreeSet;

use charmgrammar::machine::Program;
use charmgrammar::model::Alphabet;
use charmgrammar::model::grammar::Grammar;
use charmgrammar::recognize::{self, Question, Recognizer, Verdict};
use charmgrammar::sets::{self, Bounds};
use charmgrammar::trace::{Observed, Shows};

use super::Shown;
use super::mutate::{self, Maker, Precision};
use super::random::Random;
use super::recognize::{Judged, Next, Reading, judge};

/// How many points the reference looks at for one item.
const EFFORT: usize = 3_000;

/// The same for the grammars in which much is merged.
const LESS_EFFORT: usize = 600;

/// What the product says of a sequence, in the words of the reference.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Valid,
    Approximate,
    Invalid(Option<u64>, BTreeSet<Next>),
    /// The same where runs that forget states could not be told from others.
    Roughly(Option<u64>, BTreeSet<Next>),
    TooMany,
}

/// A recognizer of a kind for the sequences of a kind.
fn recognizer<'g>(
    grammar: &'g Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    reading: &Reading,
    bounds: Bounds,
) -> Recognizer<'g> {
    let question = Question {
        prefix: reading.prefix,
        from_anywhere: reading.anywhere,
        hidden: reading.hide.iter().copied().collect(),
        stuttering: reading.stutter.iter().copied().collect(),
        bounds,
    };
    Recognizer::new(grammar, alphabet, program, question)
}

fn say(recognizer: &mut Recognizer<'_>, items: &[Observed], shows: Shows, precision: recognize::Precision) -> Said {
    if recognizer.begin(shows, precision).is_err() {
        return Said::TooMany;
    }
    for item in items {
        match recognizer.item(item) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => return Said::TooMany,
        }
    }
    let Ok(verdict) = recognizer.finish() else { return Said::TooMany };
    match verdict {
        Verdict::Valid { approximate: true } => Said::Approximate,
        Verdict::Valid { approximate: false } => Said::Valid,
        Verdict::Invalid(rejection) => {
            let expected = rejection.expected.iter().map(next).collect();
            if rejection.approximate {
                Said::Roughly(rejection.at, expected)
            } else {
                Said::Invalid(rejection.at, expected)
            }
        }
    }
}

thread_local! {
    static ALPHABET: std::cell::RefCell<Alphabet> = std::cell::RefCell::default();
}

fn next(next: &recognize::Next) -> Next {
    match next {
        recognize::Next::End => Next::End,
        recognize::Next::Item(item) => Next::Item(match item {
            sets::Item::Phase(phase) => Shown::Phase(*phase),
            sets::Item::Action { action, source, arguments } => {
                Shown::Action { action: *action, source: *source, arguments: arguments.to_vec() }
            }
            sets::Item::Event { symbol, payload } => ALPHABET.with_borrow(|alphabet| Shown::Event {
                event: alphabet.event_of(*symbol),
                of: alphabet.instances_of(*symbol),
                payload: payload.to_vec(),
            }),
        }),
    }
}

/// What is expected as far as a precision tells it.
fn blurred(next: Next, alphabet: &Alphabet, precision: recognize::Precision) -> Next {
    match next {
        Next::Item(Shown::Event { event, of, payload }) => {
            let symbol = alphabet.symbol(event, &of);
            let first = alphabet.symbols_named(alphabet.name_of(symbol))[0];
            Next::Item(Shown::Event {
                event,
                of: if precision.instances { of } else { alphabet.instances_of(first) },
                payload: if precision.payloads { payload } else { Vec::new() },
            })
        }
        other => other,
    }
}

/// How a sequence can be judged: what is said with less can be judged with more.
fn precisions(items: &[Observed]) -> &'static [recognize::Precision] {
    let is_bare = |item: &Observed| match item {
        Observed::Event { of, payload, .. } => of.is_empty() && payload.is_empty(),
        Observed::Phase(_) | Observed::Foreign(_) => true,
        Observed::Action { actions, .. } => actions.iter().all(|(_, arguments)| arguments.iter().all(Option::is_none)),
    };
    if items.iter().all(is_bare) {
        &[recognize::Precision::NAMES, recognize::Precision::FULL]
    } else {
        &[recognize::Precision::FULL]
    }
}

/// What came of comparing.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    pub(crate) valid: u64,
    pub(crate) invalid: u64,
    pub(crate) undecided: u64,
    /// Where the reference has an answer and the product met a limit.
    pub(crate) too_many: u64,
    /// How many of the random grammars are none.
    pub(crate) unreadable: u64,
    /// For how many grammars fewer configurations are kept with sequences of names than where instances and payloads could be given.
    pub(crate) merged: u64,
    /// For how many grammars counters are kept beside sets.
    pub(crate) counted: u64,
    /// In how many grammars sets were kept as products.
    pub(crate) folded: u64,
}

/// Whether what is said of all places, states being forgotten, does not contradict what is so.
fn is_sound(said: &Said, so: &Said) -> bool {
    match (said, so) {
        (Said::TooMany | Said::Approximate, _) => true,
        (Said::Roughly(at, expected), Said::Invalid(first, others)) => {
            let place = |at: &Option<u64>| at.unwrap_or(u64::MAX);
            place(at) > place(first) || at == first && expected.is_superset(others)
        }
        _ => false,
    }
}

/// Compares what both say of `many` sequences of a grammar; they are names in so many of a hundred cases, and otherwise
/// like everything that can be read.
pub(crate) fn compare(
    grammar: &Grammar,
    random: &mut Random,
    many: usize,
    names: usize,
    compared: &mut Compared,
) -> Result<(), String> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    if alphabet.is_empty() {
        return Ok(());
    }
    ALPHABET.set(alphabet.clone());
    let (mut shows, mut precision) = (mutate::shows(random), mutate::precision(random));
    if random.chance(names) {
        (shows, precision) = (Shows::EVENTS, Precision::Names);
    }
    let maker = Maker { grammar, alphabet: &alphabet, shows, precision };
    let reading = Reading { anywhere: random.chance(25), ..maker.reading(random) };
    // Neither a cache that is too small for anything nor that sets are kept as products must change anything.
    let memory = random.pick(&[Bounds::default().memory, 2_000]);
    let products = random.pick(&[Bounds::default().products, 1, 2]);
    let bounds = Bounds { configurations: 20_000, steps: 20_000, memory, products, ..Bounds::default() };
    let mut approximate = recognizer(grammar, &alphabet, &program, &reading, Bounds { everywhere: 0, ..bounds });
    // One for each precision.
    let mut recognizers = [0, 1].map(|_| recognizer(grammar, &alphabet, &program, &reading, bounds));
    for _ in 0..many {
        let drawn = mutate::run(random, grammar, 40, 4_000);
        let mut items = maker.observe(random, &drawn.items);
        if reading.anywhere && !items.is_empty() {
            items.drain(..random.below(items.len()));
        }
        for _ in 0..random.below(3) {
            maker.mutate(random, &mut items);
        }
        let judged = judge(grammar, &alphabet, &items, &reading, if names > 0 { LESS_EFFORT } else { EFFORT });
        for precision in precisions(&items) {
            let expected = match &judged {
                Judged::Valid => Said::Valid,
                Judged::Invalid { at, expected } => {
                    let blur = |next: &Next| blurred(next.clone(), &alphabet, *precision);
                    Said::Invalid(at.map(|at| at as u64), expected.iter().map(blur).collect())
                }
                Judged::Undecided => {
                    compared.undecided += 1;
                    continue;
                }
            };
            let recognizer = &mut recognizers[usize::from(precision.payloads)];
            let said = say(recognizer, &items, shows, *precision);
            // Where not all configurations could be found, it is told of what might be.
            let is_rough = matches!(said, Said::TooMany | Said::Approximate | Said::Roughly(..));
            if is_rough && is_sound(&said, &expected) {
                compared.too_many += 1;
                continue;
            }
            let roughly = reading.anywhere.then(|| say(&mut approximate, &items, shows, *precision));
            if said != expected || roughly.as_ref().is_some_and(|roughly| !is_sound(roughly, &expected)) {
                let items: Vec<String> = items.iter().map(|item| format!("{item:?}")).collect();
                return Err(format!(
                    "{}\n{precision:?} shows {shows:?} prefix {} anywhere {} hide {:?} stutter {:?} memory {} products {}\n\
                     reference: {expected:?}\nproduct:   {said:?}\nroughly:   {roughly:?}",
                    items.join("\n"),
                    reading.prefix,
                    reading.anywhere,
                    reading.hide,
                    reading.stutter,
                    bounds.memory,
                    bounds.products,
                ));
            }
            match said {
                Said::Valid => compared.valid += 1,
                _ => compared.invalid += 1,
            }
        }
    }
    let [names, full] = recognizers.map(|recognizer| recognizer.statistics());
    compared.merged += u64::from(0 < names.widest && names.widest < full.widest);
    compared.counted += u64::from(names.counters.max(full.counters) > 0);
    compared.folded += u64::from(names.products.max(full.products) > 0);
    Ok(())
}
