//! Shrinking: every candidate is a trace of the grammar and smaller than the smallest one so far, and the result still does it.

use std::sync::Arc;

use charmgrammar::machine::Program;
use charmgrammar::model::grammar::{Grammar, NONE, PhaseId};
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::recognize::{Precision, Question, Recognizer, Verdict, observed};
use charmgrammar::sets::{Bounds, Item};
use charmgrammar::shrink::{Core, Original, Run, Shrinker};
use charmgrammar::trace::{self, Load, Observed, Recorder, Shows};
use charmgrammar::walk::{self, Limits, walk};

use crate::reference::random;
use crate::semantics::load;

/// A walk as it would be read; `None` if there is none.
fn original(program: &Program, alphabet: &Alphabet, seed: u64, most: u64) -> Option<Original> {
    let limits = Limits { max_events: most, attempts: 20, steps: 20_000, ..Limits::default() };
    let mut recorder = Recorder::new(Shows { states: true, ..Shows::STORY });
    walk(program, &limits, seed, 0, &mut recorder, &mut walk::Memory::new(program, &limits)).ok()?;
    let trace = recorder.into_traces().pop()?;
    let items = trace.items.iter().filter_map(|item| {
        let item = match item {
            trace::Item::Phase(phase) => Item::Phase(*phase),
            trace::Item::Action { action, source, arguments } => {
                Item::Action { action: *action, source: *source, arguments: arguments.clone().into() }
            }
            trace::Item::Event { symbol, payload } => Item::Event { symbol: *symbol, payload: payload.clone().into() },
            trace::Item::Set { .. } | trace::Item::Decision { .. } => return None,
        };
        Some((observed(&item, alphabet, true), None))
    });
    Some(Original { shows: Shows::STORY, initial: trace.initial.clone(), items: items.collect() })
}

/// The usual bounds with so many silent steps between two items.
fn bounds(steps: u64) -> Bounds {
    Bounds { steps, ..Bounds::default() }
}

fn items(run: &Run) -> Vec<Item> {
    run.steps.iter().map(|step| step.item.clone()).collect()
}

/// The states when the first item is shown.
fn initial(run: &Run, program: &Program) -> Vec<i64> {
    run.steps.first().map_or_else(Vec::new, |step| program.states().map(|id| step.state(program, id)).collect())
}

/// What tells one run from another.
type Told = (Vec<i64>, Vec<Item>);

/// Shrinks as long as `does` holds; all candidates in their order, and the smallest run.
fn shrink(
    grammar: &Grammar,
    alphabet: &Alphabet,
    program: &Program,
    original: &Original,
    does: impl Fn(&[Item]) -> bool,
) -> Option<(Vec<Told>, Run)> {
    let mut shrinker = Shrinker::new(grammar, alphabet, program, original, bounds(20_000)).ok()?;
    assert!(does(&items(shrinker.best())), "it must do it from the first");
    let mut candidates = Vec::new();
    while let Some(candidate) = shrinker.propose() {
        assert!(candidate.run.size() <= shrinker.best().size());
        let told = (initial(&candidate.run, program), items(&candidate.run));
        if does(&told.1) {
            shrinker.take(candidate);
        }
        candidates.push(told);
        assert!(candidates.len() < 5_000, "it comes to an end");
    }
    Some((candidates, shrinker.best().clone()))
}

/// That all are traces of the grammar, each comes once, and nothing depends on when it is asked.
fn check(grammar: &Grammar, original: &Original, does: impl Fn(&[Item]) -> bool) -> Option<usize> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    let (candidates, best) = shrink(grammar, &alphabet, &program, original, &does)?;
    assert!(does(&items(&best)));
    let question = Question { bounds: Bounds { configurations: 5_000, ..Bounds::default() }, ..Question::default() };
    let mut recognizer = Recognizer::new(grammar, &alphabet, &program, question);
    for (_, candidate) in &candidates {
        recognizer.begin(Shows::STORY, Precision::FULL).unwrap();
        let goes_on = candidate.iter().try_for_each(|item| {
            recognizer
                .item(&observed(item, &alphabet, true))
                .map_or(Err(None), |goes_on| if goes_on { Ok(()) } else { Err(Some(())) })
        });
        if goes_on != Err(None) {
            assert!(matches!(recognizer.finish().unwrap(), Verdict::Valid { .. }), "{candidate:?}");
        }
    }
    let mut sorted = candidates.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(sorted.len(), candidates.len(), "no candidate comes twice");
    let again = shrink(grammar, &alphabet, &program, original, &does)?;
    assert_eq!((again.0, items(&again.1)), (candidates.clone(), items(&best)));
    Some(candidates.len())
}

#[test]
fn candidates_of_random_grammars_are_valid_and_smaller() {
    let mut n_shrunk = 0;
    for seed in 0..120 {
        let Ok(grammar) = load(&random::grammar(seed)) else { continue };
        let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
        let Some(original) = original(&program, &alphabet, seed, 40) else { continue };
        // It does it if it has the first and the last item that is no mark of a phase.
        let wanted: Vec<Observed> = original.items.iter().map(|(item, _)| item.clone()).collect();
        let is_wanted = |item: &&Observed| !matches!(item, Observed::Phase(_));
        let (first, last) = (wanted.iter().find(is_wanted), wanted.iter().rfind(is_wanted));
        let does = |items: &[Item]| {
            let has = |one: Option<&Observed>| {
                one.is_none_or(|one| items.iter().any(|item| observed(item, &alphabet, true) == *one))
            };
            has(first) && has(last)
        };
        n_shrunk += usize::from(check(&grammar, &original, does).is_some_and(|many| many > 0));
    }
    assert!(n_shrunk > 30, "{n_shrunk} is few");
}

#[test]
fn a_long_life_becomes_what_a_person_would_call_minimal_in_few_runs() {
    let root = Root::Builtin("demo-k8s".to_owned());
    let grammar = model::load(&Memory::default(), &root, &Settings::default()).grammar.unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let name = |item: &Item| match item {
        Item::Event { symbol, .. } => alphabet.name(*symbol).to_owned(),
        _ => String::new(),
    };
    // A relation breaks after the workload was ready twice.
    let does = |items: &[Item]| {
        let names: Vec<String> = items.iter().map(name).collect();
        let ready = names.iter().enumerate().filter(|(_, name)| *name == "web-pebble-ready").nth(1);
        ready.is_some_and(|(place, _)| names[place..].contains(&"database-relation-broken".to_owned()))
    };
    let mut n_shrunk = 0;
    for seed in 0..40 {
        let Some(original) = original(&program, &alphabet, seed, 150) else { continue };
        let mut shrinker = Shrinker::new(&grammar, &alphabet, &program, &original, bounds(1_000_000)).unwrap();
        if shrinker.best().size().events < 40 || !does(&items(shrinker.best())) {
            continue;
        }
        let mut n_runs = 0;
        while let Some(candidate) = shrinker.propose() {
            n_runs += 1;
            if does(&items(&candidate.run)) {
                shrinker.take(candidate);
            }
        }
        assert!(n_runs < 60, "{n_runs} runs");
        assert!(shrinker.best().size().events <= 9, "{:?}", shrinker.best().size());
        n_shrunk += 1;
        if n_shrunk == 3 {
            check(&grammar, &original, does).unwrap();
            break;
        }
    }
    assert_eq!(n_shrunk, 3);
}

#[test]
fn numbers_of_units_and_relations_and_drawn_states_become_the_least_that_do_it() {
    let text = "
        kind relation {}
        relation db[3]
        event <relation>-joined(unit: 0..4)
        event <relation>-left(unit: 0..4)
        event large
        state size: 1..9 = any
        state loud: bool = any
        state mood: calm | hurried | none = any
        phase operation {
            repeat 1..4 { for one r: relation { for one u: 0..4 { <r>-joined(unit = u) <r>-left(unit = u) } } }
            if size > 2 { large }
        }";
    let grammar = load(text).unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let name = |item: &Item| match item {
        Item::Event { symbol, payload } => format!("{}{payload:?}", alphabet.name(*symbol)),
        _ => String::new(),
    };
    // A unit joins and leaves, and then it is large.
    let does = |items: &[Item]| {
        let names: Vec<String> = items.iter().map(name).filter(|name| !name.is_empty()).collect();
        names.last().is_some_and(|name| name.starts_with("large"))
    };
    let mut n_shrunk = 0;
    for seed in 0..30 {
        let original = original(&program, &alphabet, seed, 40).unwrap();
        let (candidates, best) = match Shrinker::new(&grammar, &alphabet, &program, &original, bounds(20_000)) {
            Ok(shrinker) if does(&items(shrinker.best())) => {
                let told: Vec<i64> = original.initial.iter().map(|(_, value)| *value).collect();
                assert_eq!(initial(shrinker.best(), &program), told, "it begins as it was read");
                shrink(&grammar, &alphabet, &program, &original, does).unwrap()
            }
            _ => continue,
        };
        let names: Vec<String> = items(&best).iter().map(name).filter(|name| !name.is_empty()).collect();
        assert_eq!(names, ["db-joined[0]", "db-left[0]", "large[]"]);
        let of = items(&best).iter().find_map(|item| match item {
            Item::Event { symbol, .. } => alphabet.instances_of(*symbol).first().copied(),
            _ => None,
        });
        assert_eq!(of, Some(grammar.instances[0].array), "the first of its array");
        // The least that is large; not loud; in no mood.
        assert_eq!(initial(&best, &program), [3, 0, NONE]);
        assert!(candidates.len() < 40, "{} runs", candidates.len());
        check(&grammar, &original, does).unwrap();
        n_shrunk += 1;
    }
    assert!(n_shrunk > 10, "{n_shrunk} is few");
}

/// Events of a phase of a grammar that is given by its text, as they would be read; those that end with `!` have data.
fn phase_of(text: &str, phases: &[&[&str]], does: impl Fn(&[&str], bool) -> bool) -> String {
    let grammar = load(text).unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let mut items = Vec::new();
    for (number, events) in phases.iter().enumerate() {
        items.push((Observed::Phase(PhaseId::new(number)), None));
        for event in *events {
            let symbol = alphabet.lookup(event.trim_end_matches('!'))[0];
            let item = Item::Event { symbol, payload: Box::new([]) };
            let data = event.ends_with('!').then(|| r#"{"config":{"k":true}}"#.to_owned());
            let load = data.map(|data| Arc::new(Load { data: Some(data), ..Load::default() }));
            items.push((observed(&item, &alphabet, true), load));
        }
    }
    let original = Original { shows: Shows::STORY, initial: Vec::new(), items };
    let mut shrinker = Shrinker::new(&grammar, &alphabet, &program, &original, bounds(20_000)).unwrap();
    let names = |run: &Run| -> Vec<&str> {
        let name = |item: &Item| match item {
            Item::Event { symbol, .. } => Some(alphabet.name(*symbol)),
            _ => None,
        };
        run.steps.iter().filter_map(|step| name(&step.item)).collect()
    };
    let has_data = |run: &Run| run.steps.iter().any(|step| step.data().is_some());
    while let Some(candidate) = shrinker.propose() {
        if does(&names(&candidate.run), has_data(&candidate.run)) {
            shrinker.take(candidate);
        }
    }
    names(shrinker.best()).join(" ")
}

#[test]
fn what_can_go_only_after_something_else_goes_too() {
    let text = "event a event b phase one { maybe 50% a b }";
    // As long as there are data, it needs `a`.
    let does = |names: &[&str], has_data: bool| names.contains(&"b") && (!has_data || names.contains(&"a"));
    assert_eq!(phase_of(text, &[&["a", "b!"]], does), "b");
}

#[test]
fn the_last_of_many_goes_by_itself() {
    let text = "event a event b phase one { repeat 8 { a } maybe 50% b }";
    let nothing_else = |names: &[&str], _: bool| names.len() >= 8;
    assert_eq!(phase_of(text, &[&["a", "a", "a", "a", "a", "a", "a", "a", "b"]], nothing_else), "a a a a a a a a");
}

#[test]
fn the_next_phase_is_reached_by_another_way() {
    let text = "
        event short event long event wanted
        phase one { choose { 1 => short, 1 => { repeat 14 { long } } } }
        phase two { maybe 50% wanted }";
    let wanted = |names: &[&str], _: bool| names.contains(&"wanted");
    assert_eq!(phase_of(text, &[&["long"; 14], &["wanted"]], wanted), "short wanted");
}

#[test]
fn the_core_loses_what_can_go_only_after_something_else() {
    let grammar = load("event a event b event c phase one { a b c }").unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let original = original(&program, &alphabet, 0, 10).unwrap();
    let shrinker = Shrinker::new(&grammar, &alphabet, &program, &original, bounds(20_000)).unwrap();
    let mut core = Core::new(shrinker.best());
    let names = |run: &Run| -> Vec<&str> {
        let symbol = |item: &Item| match item {
            Item::Event { symbol, .. } => Some(alphabet.name(*symbol)),
            _ => None,
        };
        run.steps.iter().filter_map(|step| symbol(&step.item)).collect()
    };
    while let Some((run, range)) = core.propose() {
        let names = names(&run);
        if names.contains(&"c") && (names.contains(&"b") || !names.contains(&"a")) {
            core.take(range);
        }
    }
    assert_eq!(names(&core.best()), ["c"]);
}

#[test]
fn what_follows_an_event_goes_for_whoever_knows_that_it_does_not_matter() {
    let root = Root::Builtin("demo-k8s".to_owned());
    let grammar = model::load(&Memory::default(), &root, &Settings::default()).grammar.unwrap();
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let original = (0..).find_map(|seed| original(&program, &alphabet, seed, 150).filter(|it| it.items.len() > 60));
    let mut shrinker = Shrinker::new(&grammar, &alphabet, &program, &original.unwrap(), bounds(1_000_000)).unwrap();
    let step = shrinker.best().event(7).unwrap();
    let candidate = shrinker.cut_behind(step).unwrap();
    assert_eq!(items(&candidate.run)[..=step], items(shrinker.best())[..=step]);
    assert!(candidate.run.size().events < shrinker.best().size().events / 2);
}
