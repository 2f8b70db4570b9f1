//! The trace that the original post published: a life of `prototype`, and but for a slip one of `example`.

use std::collections::HashSet;

use charmgrammar::machine::{Configuration, Item, Pause, Program, Scratch};
use charmgrammar::model::grammar::Grammar;
use charmgrammar::model::{Alphabet, Disk, Root, Settings, SymbolId, load};

/// The items of the published story, each a line without what a story sets around it.
fn published() -> Vec<String> {
    let text = include_str!("../fixtures/published.story");
    let lines = text.lines().filter(|line| *line != "simulation:" && *line != "end.");
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// An item as a line of the story says it.
fn line(grammar: &Grammar, alphabet: &Alphabet, item: Item, values: &[i64]) -> String {
    match item {
        Item::Phase { phase, .. } => format!("PHASE Phase.{}:", grammar.phases[phase.index()].name),
        Item::Event { symbol, .. } => format!("Event :: {}", alphabet.name(SymbolId(symbol))),
        Item::Action { action, source, .. } => {
            let action = &grammar.actions[action.index()];
            let source = &grammar.sources[source.index()].name;
            let arguments = values.iter().zip(&action.variables);
            let arguments: Vec<_> =
                arguments.map(|(value, variable)| grammar.value_text(*value, variable.ty.base)).collect();
            let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
            format!("Action :: Source.{source} --> '{}'{arguments}", action.label)
        }
    }
}

/// How many of these items some run of a built-in grammar shows, and whether one that shows all of them can end there.
fn follow(name: &str, items: &[String]) -> (usize, bool) {
    let grammar = load(&Disk, &Root::Builtin(name.to_owned()), &Settings::default()).grammar.unwrap();
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let mut scratch = Scratch::new(1_000);
    let mut now = vec![program.start()];
    for (n_shown, expected) in items.iter().map(Some).chain([None]).enumerate() {
        let mut seen: HashSet<Configuration> = now.iter().cloned().collect();
        let mut next = HashSet::new();
        while let Some(mut at) = now.pop() {
            match program.run(&mut at, &mut scratch).unwrap() {
                Pause::Decide(decision) => {
                    let options = program.options(&decision, &scratch);
                    for option in options {
                        let mut branch = at.clone();
                        program.resume(&mut branch, option).unwrap();
                        if seen.insert(branch.clone()) {
                            now.push(branch);
                        }
                    }
                }
                Pause::Show(item) => {
                    if Some(&line(&grammar, &alphabet, item, scratch.values())) == expected {
                        next.insert(at);
                    }
                }
                Pause::End if expected.is_none() => return (n_shown, true),
                Pause::End => {}
            }
        }
        if next.is_empty() {
            return (n_shown, false);
        }
        now = next.into_iter().collect();
    }
    unreachable!("the last round ends with a verdict")
}

#[test]
fn the_published_story_belongs_to_the_prototype_verbatim() {
    let items = published();
    assert_eq!(follow("prototype", &items), (items.len(), true));
}

#[test]
fn the_example_knows_that_a_broken_relation_does_not_change() {
    let mut items = published();
    // Item 28 is the action `change(http)`, and 29 its event: http is broken by then.
    assert_eq!(follow("example", &items), (27, false));
    assert_eq!(items[27], "Action :: Source.this_charm --> 'change'(http)");
    items.drain(27..29);
    assert_eq!(follow("example", &items), (items.len(), true));
}
