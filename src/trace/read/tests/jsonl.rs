//! jsonl.

use super::*;

#[test]
fn jsonl_is_one_object_a_line() {
    check("\u{feff}\n{\"items\":[\"install\",\"start\"]}\r\n\n {\"items\":[]}", &["2: install | start", "4: "]);
    check(
        r#"{"future":[[{}]],"items":[{"phase":"rest"},{"set":{"x":1}},{"event":"db-joined","of":{"relation":"db[1]"},
           "payload":{"unit":0},"data":{"a":[1.5]}}]}"#
            .replace('\n', "")
            .as_str(),
        &["1: phase rest | db[1]-joined (unit=0)"],
    );
    check(
        r#"{"items":[{"decision":"p","option":1},{"action":"tell","args":{"d":null,"b":false}},
            {"event":"note","payload":{"full":[3,-1,3],"who":"db[1]","due":null,"mode":"idle"}},
            {"event":"db-joined","of":{"relation":"db"}},{"event":"inst\u0061ll","of":{},"payload":{}},
            {"action":"change","source":"user"},{"event":"data-on-db","of":{"relation":"db[0]"}}]}"#
            .replace('\n', "")
            .as_str(),
        &["1: tell(_, none, false) | note (mode=idle, due=none, who=db[1], full={-1, 3}) | db-joined | install | \
           change by user | data-on-db[0]"],
    );
}

#[test]
fn shows_is_what_jsonl_says_or_has() {
    let known = Known::new();
    let vocabulary = known.vocabulary();
    let shows = |line: &str| {
        let head = Reader::new(line.as_bytes(), Some(Format::Jsonl), &vocabulary).next_trace().unwrap().unwrap();
        (head.shows.names().collect::<Vec<_>>().join(","), head.number, head.seed)
    };
    assert_eq!(shows(r#"{"items":[]}"#), (String::new(), None, None));
    assert_eq!(
        shows(r#"{"format":1,"items":["install",{"phase":"x"},{"set":{}}],"trace":3,"seed":18446744073709551615}"#),
        ("phases,events,states".to_owned(), Some(3), Some(u64::MAX))
    );
    assert_eq!(shows(r#"{"items":["install"],"shows":["actions","states"]}"#).0, "actions,states");
    // Else a typing mistake would leave nothing to be compared.
    let unknown = &br#"{"items":["install"],"shows":["Events"]}"#[..];
    let error = Reader::new(unknown, Some(Format::Jsonl), &vocabulary).next_trace().unwrap_err();
    assert_eq!(error.message(), "`shows` has `Events`, which is no kind of items");
    assert_eq!(error.advice(), Some("did you mean `events`?"));
}

#[test]
fn a_wrong_line_of_jsonl_is_told_and_the_next_one_read() {
    for (line, error) in [
        ("{\"items\":[\"a\"", "1:13: the line is cut off: EOF while parsing a list"),
        ("{", "1:1: the line is cut off: EOF while parsing an object"),
        ("{items:[]}", "1:2: this is not JSON: key must be a string"),
        (" []", "1:2: a trace is an object, which begins with `{`"),
        ("{}", "1:2: missing field `items`"),
        ("{\"items\":3}", "1:10: invalid type: integer `3`, expected a sequence"),
        ("{\"format\":2,\"items\":{}}", "1: format 2 is newer than this program, which reads format 1"),
        ("{\"format\":0,\"items\":[]}", "1: there is no format 0; this program reads format 1"),
        ("{\"items\":[{\"é\":1}]}", "1:17: an item has one of `event`, `action`, `phase`, `set` and `decision`"),
        ("{\"items\":[7]}", "1:11: invalid type: integer `7`, expected an item: the name of an event, or an object"),
        ("{\"items\":[{\"event\":7}]}", "1:20: invalid type: integer `7`, expected a string"),
        ("{\"items\":[{\"event\":\"a\",\"set\":{}}]}", "1:28: an item has `event` or `set`, not both"),
        (
            "{\"items\":[{\"event\":\"note\",\"payload\":[1]}]}",
            "1:36: invalid type: sequence, expected an object of names and values",
        ),
        (
            "{\"items\":[{\"event\":\"note\",\"payload\":{\"x\":{}}}]}",
            "1:43: invalid type: map, expected a value: null, a boolean, an integer, a string or a list of integers",
        ),
        ("{\"items\":[]}\0", "1: the input is not text: this line is not UTF-8, or has a NUL"),
    ] {
        let input = format!("{line}\n{{\"items\":[\"start\"]}}\n");
        assert_eq!(all(input.as_bytes(), Some(Format::Jsonl), &[]), [error, "2: start"], "{line}");
    }
    // Where the kinds are said, an item is looked at when it is asked for.
    let late = "{\"shows\":[],\"items\":[\"start\",7]}\n{\"items\":[]}";
    let error = "1:30: invalid type: integer `7`, expected an item: the name of an event, or an object";
    check(late, &["1: start", error, "2: "]);
}

#[test]
fn jsonl_tells_which_part_is_foreign() {
    for (item, why) in [
        (r#"{"event":"db-joined","of":{"relation":"db[2]"}}"#, "there is no relation `db[2]`; db[0]?"),
        (r#"{"event":"db-joined","of":{"relation":"http"}}"#, "the name says `db`, not `http`"),
        (r#"{"event":"db-joined","of":{"storage":"data"}}"#, "`<relation>-joined` has no instance of a kind `storage`"),
        (r#"{"event":"db-joined","payload":{"unit":9}}"#, "`unit` is of the type `0..7`, which has no value `9`"),
        (r#"{"event":"db-joined","payload":{"unit":"1"}}"#, "`unit` is of the type `0..7`, which has no value `1`"),
        (
            r#"{"event":"db-joined","payload":{"unit":18446744073709551615}}"#,
            "`unit` is of the type `0..7`, which has no value `18446744073709551615`",
        ),
        (r#"{"event":"install","payload":{"unit":9}}"#, "`install` has no field `unit`"),
        (r#"{"action":"change","args":{"q":"http"}}"#, "`change` has no parameter `q`"),
        (r#"{"action":"change","args":{"r":"db"}}"#, "`r` is of the type `relation`, which has no value `db`"),
        (r#"{"action":"change","args":{"r":null}}"#, "`r` is of the type `relation`, which has no value `none`"),
        (r#"{"phase":"Setup"}"#, "there is no phase `Setup`; setup?"),
    ] {
        let said = all(format!("{{\"items\":[{item}]}}").as_bytes(), None, &[]);
        assert!(said.len() == 1 && said[0].ends_with(&format!(": {why}")), "{item}: {said:?}");
    }
    let text = r#"{"items":[{"event":"db-joined","of":{"relation":"x"},"payload":{"unit":[1,2]}}]}"#;
    check(text, &["1: !db-joined (relation=x, unit={1, 2}): there is no relation `x`"]);
}
