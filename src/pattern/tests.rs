use super::*;
use crate::model::grammar::Check;
use crate::model::{Memory, Root, Settings, load};

/// Whether a pattern matches a sequence of event names as a whole, and the element that is at hand in the end.
fn run(pattern: &str, events: &str) -> (bool, Option<usize>) {
    let text = format!(
        "source user\nkind relation {{}}\nrelation http\nrelation db[2]\nevent install\nevent start\n\
         event <relation>-joined(unit: 0..3)\nphase p {{ install start for each r: relation {{ <r>-joined(unit = 0) }} }}\n\
         test \"it\" accepts {{ {pattern} }}\n"
    );
    let root = Root::Text { name: "g".to_owned(), text };
    let loaded = load(&Memory::default(), &root, &Settings::default());
    let grammar = loaded.grammar.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let alphabet = Alphabet::new(&grammar);
    let Check::Accepts(pattern) = &grammar.tests[0].check else { panic!("it accepts") };
    let mut matcher = Matcher::new(pattern, &alphabet).unwrap();
    let mut progress = matcher.start();
    for event in events.split_whitespace() {
        // `db-joined:1:2` is that of db[1] with unit 2.
        let mut parts = event.split(':');
        let name = parts.next().unwrap();
        let element: usize = parts.next().map_or(0, |part| part.parse().unwrap());
        let payload: Vec<i64> = parts.map(|part| part.parse().unwrap()).collect();
        match matcher.step(progress, alphabet.lookup(name)[element], &payload) {
            Some(next) => progress = next,
            None => return (false, None),
        }
    }
    (matcher.accepts(progress), Some(matcher.element(progress)))
}

fn matches(pattern: &str, events: &str) -> bool {
    run(pattern, events).0
}

#[test]
fn elements_match_what_the_language_says() {
    assert!(matches("install start", "install start"));
    assert!(!matches("install start", "install"));
    assert!(!matches("install", "install start"));
    assert!(matches("...", "") && matches("...", "start start"));
    assert!(matches("... start", "install start start"));
    assert!(!matches("... start", "start install"));
    assert!(matches("* *", "install start") && !matches("* *", "install"));
    assert!(matches("*-joined", "http-joined:0:0") && matches("*-joined", "db-joined:1:0"));
    assert!(matches("!install", "start") && !matches("!install", "install"));
    assert!(matches("!(install | start)", "http-joined:0:0") && !matches("!(install | start)", "start"));
    assert!(matches("(install start | start)", "start") && matches("(install start | start)", "install start"));
}

#[test]
fn repetitions_are_counted() {
    for (pattern, fits) in [
        ("install{3}", [false, false, true, false, false]),
        ("install{2..4}", [false, true, true, true, false]),
        ("install{+}", [true; 5]),
        ("(install install){*}", [false, true, false, true, false]),
        ("(... ){2} install", [true; 5]),
        ("!start{*} install", [true; 5]),
    ] {
        for (many, fits) in (1..).zip(fits) {
            assert_eq!(matches(pattern, &"install ".repeat(many)), fits, "{pattern} {many}");
        }
    }
    assert!(matches("install{0..2}", "") && matches("(install){*}", ""));
    assert!(matches("(install{*}){*} start", "install start"));
}

#[test]
fn instances_and_payloads_are_compared() {
    assert!(matches("db[1]-joined", "db-joined:1:0") && !matches("db[1]-joined", "db-joined:0:0"));
    assert!(matches("db-joined(unit = 2)", "db-joined:0:2") && !matches("db-joined(unit = 2)", "db-joined:0:1"));
    assert!(matches("!db-joined(unit = 2)", "db-joined:0:1") && !matches("!db-joined(unit = 2)", "db-joined:0:2"));
}

#[test]
fn the_element_at_hand_is_told() {
    assert_eq!(run("... install start", ""), (false, Some(1)));
    assert_eq!(run("... install start", "install"), (false, Some(2)));
    assert_eq!(run("... install start", "install start"), (true, Some(3)));
    assert_eq!(run("install start", "start"), (false, None));
}
