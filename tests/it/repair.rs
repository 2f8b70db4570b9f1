//! The nearest valid sequence against brute force: every sequence that some edits make.

use std::collections::HashSet;

use charmgrammar::explore::repair::{Mark, Repair, Repairer, Row, Unrepaired, marked};
use charmgrammar::machine::Program;
use charmgrammar::model::grammar::{ActionId, Grammar, PhaseId};
use charmgrammar::model::{self, Alphabet, Memory, NameId, Root, Settings};
use charmgrammar::recognize::{Precision, Question, Recognizer, Verdict, observed};
use charmgrammar::sets::Bounds;
use charmgrammar::trace::{Observed, Shows};

use crate::reference::mutate::{self, Maker};
use crate::reference::random::{self, Random};
use crate::reference::random_merge;
use crate::semantics::{self, cases, load};

/// How many sequences brute force looks at.
const EFFORT: usize = 1_500;

/// How many edits brute force makes.
const DEEPEST: usize = 5;

/// How many states the product looks at.
const STATES: usize = 100_000;

fn is_valid(recognizer: &mut Recognizer<'_>, items: &[Observed], kind: (Shows, Precision)) -> Option<bool> {
    recognizer.begin(kind.0, kind.1).ok()?;
    for item in items {
        if !recognizer.item(item).ok()? {
            break;
        }
    }
    Some(matches!(recognizer.finish().ok()?, Verdict::Valid { .. }))
}

/// Every item that can be shown, saying as little as possible of each.
fn all_items(grammar: &Grammar, alphabet: &Alphabet, shows: Shows) -> Vec<Observed> {
    let phases = (0..grammar.phases.len()).filter(|_| shows.phases).map(|phase| Observed::Phase(PhaseId::new(phase)));
    let actions = grammar.actions.iter().enumerate().filter(|(_, action)| shows.actions && !action.reaction);
    let actions = actions.map(|(place, action)| Observed::Action {
        actions: vec![(ActionId::new(place), vec![None; action.parameters])],
        source: None,
    });
    let names = (0u32..).map(NameId).take(if shows.events { alphabet.n_names() } else { 0 });
    let events = names.map(|name| Observed::Event { name, of: Vec::new(), payload: Vec::new() });
    phases.chain(actions).chain(events).collect()
}

/// All sequences that one edit makes of one.
fn neighbors(items: &[Observed], all: &[Observed]) -> Vec<Vec<Observed>> {
    let mut made = Vec::new();
    for place in 0..items.len() {
        let mut other = items.to_vec();
        other.remove(place);
        made.push(other);
        if place > 0 {
            let mut other = items.to_vec();
            other.swap(place - 1, place);
            made.push(other);
        }
    }
    for place in 0..=items.len() {
        for item in all {
            let mut other = items.to_vec();
            other.insert(place, item.clone());
            made.push(other);
        }
    }
    made
}

/// How many edits make a valid sequence of one: the number, or one that is not enough.
fn brute(
    recognizer: &mut Recognizer<'_>,
    items: &[Observed],
    all: &[Observed],
    kind: (Shows, Precision),
) -> Option<Result<usize, usize>> {
    let mut seen = HashSet::from([items.to_vec()]);
    let mut layer = vec![items.to_vec()];
    for edits in 0.. {
        for items in &layer {
            if is_valid(recognizer, items, kind)? {
                return Some(Ok(edits));
            }
        }
        let mut next = Vec::new();
        for other in layer.iter().flat_map(|items| neighbors(items, all)) {
            if seen.len() == EFFORT || edits == DEEPEST {
                return Some(Err(edits));
            }
            if seen.insert(other.clone()) {
                next.push(other);
            }
        }
        if next.is_empty() {
            return Some(Err(usize::MAX));
        }
        layer = next;
    }
    unreachable!("it ends when much was seen")
}

/// The sequence that a repair leads to.
fn repaired(repair: &Repair, items: &[Observed], alphabet: &Alphabet, precision: Precision) -> Vec<Observed> {
    let item = |row: &Row| match row {
        Row::Kept(place) | Row::Swapped(place) => Some(items[*place].clone()),
        Row::Deleted(_) => None,
        Row::Inserted(item) => Some(observed(item, alphabet, precision.instances)),
    };
    repair.rows.iter().filter_map(item).collect()
}

/// That its rows have every item once, in order but for those that change places, and how many edits they are.
fn count(repair: &Repair, many: usize) -> Result<usize, String> {
    let (mut edits, mut order, mut passed) = (0, Vec::new(), None);
    for row in &repair.rows {
        match (row, passed) {
            (Row::Kept(place), None) => order.push(*place),
            (Row::Deleted(place), _) => {
                edits += 1;
                order.push(*place);
            }
            (Row::Inserted(_), _) => edits += 1,
            (Row::Swapped(place), None) => passed = Some(*place),
            (Row::Swapped(place), Some(later)) => {
                edits += 1;
                order.extend([*place, later]);
                passed = None;
            }
            (Row::Kept(_), Some(_)) => return Err("an item is kept between two that change places".to_owned()),
        }
    }
    order.sort_unstable();
    if order == (0..many).collect::<Vec<_>>() && passed.is_none() {
        Ok(edits)
    } else {
        Err("an item is lost".to_owned())
    }
}

/// What came of comparing.
#[derive(Debug, Default)]
struct Compared {
    /// By the number of edits.
    exact: [u64; 5],
    at_least: u64,
    undecided: u64,
}

fn compare(grammar: &Grammar, random: &mut Random, many: usize, compared: &mut Compared) -> Result<(), String> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    if alphabet.is_empty() {
        return Ok(());
    }
    let (shows, precision) = (mutate::shows(random), mutate::precision(random));
    let maker = Maker { grammar, alphabet: &alphabet, shows, precision };
    let reading = maker.reading(random);
    // Where traces are long, their beginnings are repaired.
    let first = mutate::run(random, grammar, 12, 2_000);
    let question = Question {
        prefix: reading.prefix || !first.complete,
        from_anywhere: random.chance(15),
        hidden: reading.hide.iter().copied().collect(),
        stuttering: reading.stutter.iter().copied().collect(),
        bounds: Bounds { configurations: 2_000, steps: 20_000, ..Bounds::default() },
    };
    let precision = if precision == mutate::Precision::Names { Precision::NAMES } else { Precision::FULL };
    let mut recognizer = Recognizer::new(grammar, &alphabet, &program, question.clone());
    let mut repairer = Repairer::new(grammar, &alphabet, &program, question.clone(), STATES);
    let all = all_items(grammar, &alphabet, shows);
    for number in 0..many {
        let drawn = if number == 0 { first.clone() } else { mutate::run(random, grammar, 12, 2_000) };
        let mut items = maker.observe(random, &drawn.items);
        items.truncate(10);
        for _ in 0..random.below(4) {
            maker.mutate(random, &mut items);
        }
        items.retain(|item| shows.has(item.kind()));
        let Some(least) = brute(&mut recognizer, &items, &all, (shows, precision)) else {
            compared.undecided += 1;
            continue;
        };
        let fail = |what: String| {
            let items: Vec<String> = items.iter().map(|item| item.text(grammar, &alphabet)).collect();
            Err(format!("{what}\n{}\n{shows:?} {precision:?} {question:?}\nbrute force: {least:?}", items.join("\n")))
        };
        match repairer.repair(&items, shows, precision) {
            Ok(repair) => {
                let other = repaired(&repair, &items, &alphabet, precision);
                if is_valid(&mut recognizer, &other, (shows, precision)) == Some(false) {
                    return fail(format!("{repair:?} is not valid"));
                }
                let edits = count(&repair, items.len());
                match least {
                    _ if edits != Ok(repair.edits) => return fail(format!("{repair:?}: {edits:?}")),
                    Ok(least) if repair.edits == least => compared.exact[least.min(4)] += 1,
                    Err(least) if repair.edits > least => compared.at_least += 1,
                    _ => return fail(format!("{repair:?}")),
                }
            }
            Err(Unrepaired::Limit(_)) => compared.undecided += 1,
            Err(Unrepaired::TooFar { edits, .. }) => match least {
                Ok(least) if least < edits => return fail(format!("at least {edits}")),
                _ => compared.undecided += 1,
            },
            Err(Unrepaired::Nothing) => match least {
                Ok(_) => return fail("nothing is valid".to_owned()),
                Err(_) => compared.at_least += 1,
            },
        }
    }
    Ok(())
}

fn compare_random(grammar: fn(u64) -> String, many: u64) {
    let compared: Compared = semantics::compare_random(grammar, many, |seed, text, compared| {
        load(text).map_or(Ok(()), |grammar| compare(&grammar, &mut Random::new(seed), 5, compared))
    });
    assert!(compared.exact[0] > 0 && compared.exact[1] > 0 && compared.exact[2] > 0, "{compared:?}");
    assert!(compared.undecided * 4 < compared.exact.iter().sum(), "{compared:?}");
}

#[test]
fn repairs_of_random_sequences_of_random_grammars_are_as_near_as_brute_force_finds() {
    compare_random(random::grammar, 40);
}

#[test]
fn repairs_by_grammars_in_which_much_is_merged_are_as_near_as_brute_force_finds() {
    compare_random(random_merge::grammar, 40);
}

#[test]
fn repairs_by_every_construct_are_as_near_as_brute_force_finds() {
    let mut compared = Compared::default();
    for file in ["statements", "draws", "meanwhile", "interleave", "wide"] {
        let (prelude, cases) = cases(file);
        for (seed, (name, text)) in (0..).zip(&cases) {
            let grammar = load(&format!("{prelude}{text}")).unwrap();
            if let Err(why) = compare(&grammar, &mut Random::new(seed), 2, &mut compared) {
                panic!("--- {name}\n{text}\n{why}");
            }
        }
    }
}

/// The names of a sequence, separated by spaces, repaired by a grammar: the marked difference.
fn repair(grammar: &Grammar, names: &str, question: Question) -> Result<String, Unrepaired> {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    let item = |name: &str| match alphabet.find(name) {
        Some(name) => Observed::Event { name, of: Vec::new(), payload: Vec::new() },
        None => panic!("there is no `{name}`"),
    };
    let items: Vec<Observed> = names.split_whitespace().map(item).collect();
    let mut repairer = Repairer::new(grammar, &alphabet, &program, question, STATES);
    let repair = repairer.repair(&items, Shows::EVENTS, Precision::NAMES)?;
    let lines = marked(&repair, &items, 1, Precision::NAMES, grammar, &alphabet);
    let text = |line: &Option<charmgrammar::explore::repair::Line>| match line {
        None => "…".to_owned(),
        Some(line) => {
            let number = line.number.map_or(String::new(), |number| number.to_string());
            assert_eq!(line.number.is_none(), line.mark == Mark::Inserted);
            format!("{}{number} {}", line.mark.character(), line.text)
        }
    };
    Ok(lines.iter().map(text).collect::<Vec<_>>().join("\n"))
}

fn example() -> Grammar {
    model::load(&Memory::default(), &Root::Builtin("example".to_owned()), &Settings::default()).grammar.unwrap()
}

const LIFE: &str = "storage1-storage-attached install replicas-relation-created leader-elected config-changed start";
const DEATH: &str = "replicas-relation-broken http-relation-broken storage1-storage-detached stop remove";

fn repair_life(operation: &str) -> String {
    repair(&example(), &format!("{LIFE} {operation} {DEATH}"), Question::default()).unwrap()
}

#[test]
fn a_mistake_is_mended_where_it_shows() {
    assert_eq!(repair_life("config-changed"), "…");
    assert_eq!(
        repair_life("mongo-relation-changed config-changed"),
        "…\n 6 start\n-7 mongo-relation-changed\n 8 config-changed\n…"
    );
    // What comes later tells which of two edits it is.
    assert_eq!(
        repair_life("mongo-relation-changed mongo-relation-changed mongo-relation-broken"),
        "…\n 6 start\n+ mongo-relation-created\n 7 mongo-relation-changed\n…"
    );
    assert_eq!(
        repair_life("config-changed").len()
            + repair_life("config-changed mongo-relation-created mongo-relation-broken").len(),
        6
    );
    let swapped = repair_life("config-changed mongo-relation-changed mongo-relation-created mongo-relation-broken");
    assert_eq!(
        swapped,
        "…\n 7 config-changed\n~9 mongo-relation-created\n~8 mongo-relation-changed\n 10 mongo-relation-broken\n…"
    );
}

#[test]
fn what_is_missing_at_the_end_is_inserted_but_for_a_prefix() {
    let names = format!("{LIFE} config-changed {}", DEATH.replace(" stop remove", ""));
    let told = repair(&example(), &names, Question::default()).unwrap();
    assert_eq!(told, "…\n 10 storage1-storage-detached\n+ stop\n+ remove");
    assert_eq!(repair(&example(), &names, Question { prefix: true, ..Question::default() }).unwrap(), "…");
}

#[test]
fn a_grammar_without_traces_repairs_nothing() {
    let grammar =
        load("state on: bool = false event a phase p { a if on { a } else { choose { 1 when on => a } } }").unwrap();
    assert_eq!(repair(&grammar, "a a", Question::default()), Err(Unrepaired::Nothing));
}

#[test]
fn many_mistakes_in_a_long_sequence_are_mended_within_the_limit() {
    let settings = Settings { set: vec!["operations=10000".to_owned()], ..Settings::default() };
    let grammar = model::load(&Memory::default(), &Root::Builtin("example".to_owned()), &settings).grammar.unwrap();
    let good =
        "config-changed mongo-relation-created mongo-relation-changed http-relation-changed mongo-relation-broken ";
    let bad = "http-relation-broken config-changed http-relation-changed config-changed http-relation-created ";
    let names = format!("{LIFE} {}{DEATH}", (good.repeat(100) + bad).repeat(4));
    let told = repair(&grammar, &names, Question::default()).unwrap();
    assert_eq!(told.lines().filter(|line| line.starts_with(['-', '+', '~'])).count(), 4, "{told}");
    // Past it it is said how many they are at least.
    let names = format!("{LIFE} {}{DEATH}", (good.to_owned() + bad).repeat(100));
    let told = repair(&grammar, &names, Question::default());
    println!("{told:?}");
}
