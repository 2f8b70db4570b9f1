//! Stories.

use super::*;

#[test]
fn a_story_is_laid_out_with_any_white_space() {
    let story = "simulation: PHASE\nPhase.setup: Event::install\r\n\r\nAction\t:: Source.user-->'change'\n( db[1] )\n\
        Event :: db-joined(unit =\n 3)end.\n\nsimulation:\nend.";
    check(story, &["1: phase setup | install | change(db[1]) by user | db-joined (unit=3)", "9: "]);
    // Without its first word, and without its last one.
    check("PHASE Phase.rest: Event :: start", &["1: phase rest | start"]);
    check("simulation:\nEvent :: start\nsimulation:\n", &["1: start", "3: "]);
    check("\u{feff}\r\n  simulation:\r\nend.", &["2: "]);
}

#[test]
fn the_published_story_is_read() {
    let root = Root::Builtin("prototype".to_owned());
    let grammar = load(&Memory::default(), &root, &Settings::default()).grammar.unwrap();
    let alphabet = Alphabet::new(&grammar);
    let vocabulary = Vocabulary::new(&grammar, &alphabet, &[]);
    let story = include_str!("../../../../tests/fixtures/published.story");
    let mut reader = Reader::new(story.as_bytes(), None, &vocabulary);
    reader.next_trace().unwrap().unwrap();
    let mut n_items = 0;
    while let Some(item) = reader.next_item().unwrap() {
        assert!(!matches!(item, Observed::Foreign(_)), "{item:?}");
        n_items += 1;
    }
    // But for `simulation:` and `end.`.
    assert_eq!(n_items, story.lines().count() - 2);
    assert!(reader.next_trace().unwrap().is_none());
}

#[test]
fn values_of_a_story_are_those_of_their_types() {
    check(
        "simulation:
            Event :: note (mode=busy, due=none, who=db[0], full={-1, 3}, ok=true)
            Event :: note (full={},ok=false)
            Action :: Source.agent --> 'plain'({ 0,2 })
            Action :: Source.user --> 'tell'(idle, none, true)",
        &["1: note (mode=busy, due=none, who=db[0], full={-1, 3}, ok=true) | note (full={}, ok=false) | \
           plain({0, 2}) by agent | tell(idle, none, true) by user"],
    );
    for (item, why) in [
        ("Event :: http-joined (unit=8)", "`unit` is of the type `0..7`, which has no value `8`"),
        ("Event :: http-joined (unit=)", "`unit` is of the type `0..7`, which has no value ``"),
        ("Event :: http-joined (unti=8)", "`<relation>-joined` has no field `unti`; unit?"),
        ("Event :: note (ok=1)", "`ok` is of the type `bool`, which has no value `1`"),
        ("Event :: note (full={4})", "`full` is of the type `set -1..3`, which has no value `{4}`"),
        ("Event :: note (mode=none)", "`mode` is of the type `idle | busy`, which has no value `none`"),
        ("Event :: note (who=db)", "`who` is of the type `relation | none`, which has no value `db`"),
        ("Action :: Source.user --> 'chnge'", "there is no action `chnge`; change?"),
        ("Action :: Source.usr --> 'change'(http)", "there is no source `usr`; user?"),
        ("Action :: Source.agent --> 'tell'(idle, 1, true)", "only `user` can cause `tell`"),
        ("Action :: Source.user --> 'change'(data)", "`r` is of the type `relation`, which has no value `data`"),
        ("Action :: Source.user --> 'change'()", "`change` has 1 argument, not 0"),
        ("PHASE Phase.oepration:", "there is no phase `oepration`; operation?"),
    ] {
        let said = all(format!("simulation:\n{item}").as_bytes(), None, &[]);
        assert!(said.len() == 1 && said[0].ends_with(&format!(": {why}")), "{item}: {said:?}");
    }
}

#[test]
fn actions_may_share_a_label() {
    let known = Known::new();
    let vocabulary = known.vocabulary();
    let story = "simulation:
        Action :: Source.user --> 'scale+ it!'
        Action :: Source.agent --> 'scale+ it!'(2, data)
        Action :: Source.agent --> 'scale+ it!'";
    let json = r#"{"items":[{"action":"scale+ it!"},{"action":"scale+ it!","args":{"s":"data"}}]}"#;
    let actions = |input: &str| {
        let mut reader = Reader::new(input.as_bytes(), None, &vocabulary);
        reader.next_trace().unwrap();
        let mut found = Vec::new();
        while let Some(item) = reader.next_item().unwrap() {
            let Observed::Action { actions, .. } = item else { panic!("{item:?}") };
            let named =
                actions.iter().map(|(id, given)| (known.grammar.actions[id.index()].name.clone(), given.clone()));
            found.push(named.collect::<Vec<_>>());
        }
        found
    };
    let named = |name: &str, given: &[Option<i64>]| (name.to_owned(), given.to_vec());
    assert_eq!(
        actions(story),
        [[named("grow", &[])], [named("shrink", &[Some(2), Some(3)])], [named("shrink", &[None, None])]]
    );
    assert_eq!(
        actions(json),
        [vec![named("grow", &[]), named("shrink", &[None, None])], vec![named("shrink", &[None, Some(3)])]]
    );
}

#[test]
fn what_is_no_story_is_told_with_its_place() {
    check("simulation:\n  Event : install", &["1: ", "2:9: expected `::`, found `:`"]);
    check("simulation:\nevent", &["1: ", "2:1: expected `PHASE`, `Event`, `Action` or `end.`, found `event`"]);
    check("simulation:\nend.\nend.", &["1: ", "3:1: expected `simulation:`, found `end.`"]);
    check("simulation:\nEvent ::", &["1: ", "2:9: expected the name of an event, found the end of the line"]);
    check(
        "simulation:\nAction :: Source.user --> 'é'\nAction :: Source.user --> 'a\n'",
        &[
            "1: !é by user: there is no action `é`",
            "3:29: expected `'` behind the label of the action, found the end of the line",
        ],
    );
    check("simulation:\nEvent :: http-joined (unit=1\nEvent :: a", &["1: ", "3:7: expected `)`, found `::`"]);
    check("simulation:\nEvent :: http-joined (1)", &["1: ", "2: expected `field=value` in the payload, found `1`"]);
    check("simulation:\nPHASE setup:", &["1: ", "2:7: expected `Phase.`, found `setup:`"]);
}
