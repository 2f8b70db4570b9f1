//! What findings say, where more than the code matters.

use super::*;

/// Asserts what is told of the body of a phase behind the base.
#[track_caller]
fn check_body_told(text: &str, expected: &[&str]) {
    check_told(&format!("{BASE} phase main {{ {text} }}"), expected);
}

#[test]
fn types_are_spoken_of_as_people_do() {
    check_body_told("if leader and 3 { start }", &["expected `bool`, found an integer @ 3"]);
    check_body_told("if 1 + leader > 2 { start }", &["expected an integer, found `bool` @ leader"]);
    check_body_told(
        "if leader == 3 { start }",
        &["`bool` cannot be compared with an integer @ 3 + this is `bool`: leader"],
    );
    check_body_told(
        "if http == 3 { start }",
        &["`relation` cannot be compared with an integer @ 3 + this is `relation`: http"],
    );
    check_body_told("if 1 + none > 2 { start }", &["`none` is not an integer @ none"]);
    check_body_told("if 2 in 3 { start }", &["expected a set, found an integer @ 3"]);
    check_body_told("if scale.live { start }", &["a value of `1..8` has no fields or states @ scale"]);
    check_body_told("for each u: 0..3 { <u>-joined }", &["a placeholder names an instance, this is `0..3` @ u"]);
    check_body_told(
        "if http.array == http { start }",
        &[
            "an array of `relation` cannot be compared with `relation` @ http + this is an array of `relation`: http.array",
        ],
    );
    check_told("state s: 3..3 = 3 event e phase p { s = 4 }", &["`4` is not a value of `3..3` @ 4 + declared here: s"]);
}

#[test]
fn a_value_outside_shows_the_declaration() {
    check_body_told("scale = 9", &["`9` is not a value of `1..8` @ 9 + declared here: scale"]);
    check_body_told("u0.members += 8", &["`8` is not a value of `0..7` @ 8 + declared here: members"]);
    check_body_told(
        "for each x: unit { x.members = {9} }",
        &["`{9}` is not a value of `set 0..7` @ {9} + declared here: members"],
    );
    check_body_told("scale = true", &["expected `1..8`, found `bool` @ true + declared here: scale"]);
    check_told(
        "param n: 0..3 = 4 kind k { state s: 0..3 = 4 field f: 0..3 } k x { s = 5 f = 6 } state t: 0..3 = 7\n\
            event e phase p { e } profile q { n = 8 x.s = 9 t = 10 }",
        &[
            "`4` is not a value of `0..3` @ 4",
            "`4` is not a value of `0..3` @ 4",
            "`5` is not a value of `0..3` @ 5 + declared here: s",
            "`6` is not a value of `0..3` @ 6 + declared here: f",
            "`7` is not a value of `0..3` @ 7",
            "`8` is not a value of `0..3` @ 8 + declared here: n",
            "`9` is not a value of `0..3` @ 9 + declared here: s",
            "`10` is not a value of `0..3` @ 10 + declared here: t",
        ],
    );
    let loaded = load_with("param n: 0..3 = 1 event e phase p { e }", &set(&["n = 4"]));
    assert_eq!(told(&loaded), ["`4` is not a value of `0..3` @ 4 + declared here: n"]);
}

#[test]
fn arguments_by_name_are_given_by_position() {
    let told = |body: &str, expected: &str| {
        let rules = "rule r(x: 0..3, y: 0..3) { start } rule boot() { start }";
        check_told(&format!("{BASE} {rules} phase main {{ {body} }}"), &[expected]);
    };
    told(
        "r(y = 1, x = scale)",
        "there is no event `r`, but a rule of that name @ r | arguments of a rule are given by position: \
         write `r(scale, 1)` | r(y = 1, x = scale) => r(scale, 1)",
    );
    told(
        "r(a = 1, b = 1 + 1)",
        "there is no event `r`, but a rule of that name @ r | arguments of a rule are given by position: \
         write `r(1, …)`",
    );
    told("r", "there is no event `r`, but a rule of that name @ r | write `r(x, y)`");
    told("boot", "there is no event `boot`, but a rule of that name @ boot | write `boot()` | boot => boot()");
    told("act", "there is no event `act`, but an action of that name @ act | write `do(act)` | act => do(act)");
    told("act(x = 1)", "there is no event `act`, but an action of that name @ act | write `do(act)`");
}

#[test]
fn a_misspelled_payload_field_is_not_missing_too() {
    check_body_told(
        "http-changed(unti = 1)",
        &["the event `<relation>-changed` has no payload field `unti` @ unti + declared here: <relation>-changed \
           | did you mean `unit`? | unti => unit"],
    );
    check_body("http-changed(other = 1)", "missing-argument:2 undefined-payload:2");
}

#[test]
fn bounds_that_vary_stand_in_parentheses() {
    check_body_told(
        "repeat scale { start }",
        &[
            "`scale` is a state, and only integers and params are counts without parentheses @ scale + declared here: scale \
           | write `(scale)` | scale => (scale)",
        ],
    );
    check(
        "param n: 0..9 = 3 let two = 2 phase q { repeat two { start }\nfor each u: 0..3 { repeat 0..u { start } }\n\
            repeat 0.. mean scale { start }\nrepeat leader { start }\nrepeat n..(scale) mean (two + 2) { start } }",
        "bad-count:2 bad-count:3 bad-count:4 type-mismatch:5",
    );
}

#[test]
fn deprecated_events_are_warned_of_wherever_they_are_shown() {
    let text = "kind k {} k x source user event old deprecated \"since 3.6\" event <k>-gone deprecated \"\" event e\n\
        rule r(k: k) { <k>-gone }\naction a by user { choose { 1 => old, 2 => e } }\nreaction b { x-gone }\n\
        phase p { meanwhile { 5% old }\n  atomic { old }\n}\nextend phase p { meanwhile { 5% old } }";
    check_alone(
        text,
        "deprecated-event:2 deprecated-event:3 deprecated-event:4 deprecated-event:5 deprecated-event:6 \
            deprecated-event:8",
    );
    check_told(
        "event old deprecated \"since 3.6\" event bad deprecated \"\" phase p { old\nbad }",
        &[
            "the event `old` is deprecated: since 3.6 @ old + declared here: old",
            "the event `bad` is deprecated @ bad + declared here: bad",
        ],
    );
    // A declaration by itself, and what another file shows, is nothing to be warned of.
    let files = Memory::default().with("a", "event old deprecated \"\" rule r() { old } phase p { old r() }");
    let text = |text: &str| Root::Text { name: "x".to_owned(), text: text.to_owned() };
    assert_eq!(findings(&load(&files, &text("use \"a\""), &Settings::default())), "");
    let root = text("use \"a\"\nphase q { r() old }");
    assert_eq!(findings(&load(&files, &root, &Settings::default())), "deprecated-event:2");
    let settings = Settings { with: vec!["phase q { old }".to_owned()], ..Settings::default() };
    assert_eq!(findings(&load(&files, &text("use \"a\""), &settings)), "deprecated-event:1");
    // A statement that is wrong is no emission of the first event.
    check_alone("event old deprecated \"\"\nphase p { nothing }", "undefined-event:2");
}

#[test]
fn who_means_a_builtin_is_helped() {
    const LIST: &str = "`charmgrammar list` names the built-in grammars";
    check_told(
        "use exmaple event e phase p { e }",
        &[&format!(
            "there is no built-in grammar `exmaple` @ exmaple | did you mean `example`? | {LIST} | exmaple => example"
        )],
    );
    check_told(
        "use stranger event e phase p { e }",
        &[&format!(
            "there is no built-in grammar `stranger` @ stranger | {LIST} \
             | to use a file, write its path in quotes: `use \"stranger.charmgrammar\"`"
        )],
    );
    let root = |root: Root| told(&load(&Memory::default(), &root, &Settings::default()));
    assert_eq!(
        root(Root::Builtin("exmaple".to_owned())),
        [format!("there is no built-in grammar `exmaple` @  | did you mean `example`? | {LIST}")]
    );
    assert_eq!(
        root(Root::Path("exmaple".into())),
        [format!("cannot read `exmaple`: No such file @  | did you mean `example`? | {LIST}")]
    );
    assert_eq!(root(Root::Path("stranger".into())), [format!("cannot read `stranger`: No such file @  | {LIST}")]);
    assert_eq!(root(Root::Path("./exmaple".into())), ["cannot read `./exmaple`: No such file @ "]);
    assert_eq!(root(Root::Path("a.charmgrammar".into())), ["cannot read `a.charmgrammar`: No such file @ "]);
}
