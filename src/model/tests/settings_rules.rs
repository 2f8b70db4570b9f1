//! What `use`, profiles and `--set` change, and in which order.

use super::*;

const TEXT: &str = "source user param max: 1..100 = 10 param n: 0..max = max - 1 param twice: 0..1000 = n * 2\n\
    kind k { state s: 0..max = 0 } k x k y[2] state leader: bool = true event e\n\
    action a by user { e } phase p { e }\n\
    profile big { max = 50 n = 40 y.s = 45 y[1].s = 46 leader = any weight a = 7 }";

#[test]
fn later_params_are_computed_anew() {
    let grammar = built_with(TEXT, &set(&["max = 20"]));
    let values: Vec<i64> = grammar.params.iter().map(|param| param.value).collect();
    assert_eq!(values, [20, 19, 38]);
}

#[test]
fn a_profile_sets_params_states_and_weights() {
    let grammar = built_with(TEXT, &Settings { profile: Some("big".to_owned()), ..Settings::default() });
    let values: Vec<i64> = grammar.params.iter().map(|param| param.value).collect();
    assert_eq!(values, [50, 40, 80]);
    let initial: Vec<Option<i64>> = grammar.states.iter().map(|state| state.initial).collect();
    assert_eq!(initial, [None, Some(0), Some(45), Some(46)]);
    assert_eq!(grammar.actions[0].weight.value(), Some(7));
}

#[test]
fn set_and_weight_come_last() {
    let settings = Settings {
        profile: Some("big".to_owned()),
        set: vec!["n = 3".to_owned(), "leader = false".to_owned()],
        weights: vec!["a = 9".to_owned()],
        charm: None,
        with: vec!["action b by user weight 2 { e }".to_owned()],
        ..Settings::default()
    };
    let grammar = built_with(TEXT, &settings);
    assert_eq!(grammar.params[1].value, 3);
    assert_eq!(grammar.states[0].initial, Some(0));
    let weights: Vec<Option<i64>> = grammar.actions.iter().map(|action| action.weight.value()).collect();
    assert_eq!(weights, [Some(9), Some(2)]);
}

#[test]
fn a_setting_may_name_one_element_or_a_whole_array() {
    let grammar = built_with(TEXT, &set(&["y.s = 1", "y[1].s=2", "x.s = any"]));
    let initial: Vec<Option<i64>> = grammar.states.iter().map(|state| state.initial).collect();
    assert_eq!(initial, [Some(1), None, Some(1), Some(2)]);
}

#[test]
fn inner_files_set_first_and_a_second_use_only_sets() {
    let files = Memory::default()
        .with("inner", "param a: 0..9 = 0 param b: 0..9 = 0 param c: 0..9 = 0 event e phase p { e }")
        .with("outer", "use \"inner\" { a = 1 b = 1 c = 1 }");
    let text = "use \"outer\" { a = 2 b = 2 } use \"./inner\" { a = 3 }".to_owned();
    let loaded = load(&files, &Root::Text { name: "x".to_owned(), text }, &Settings::default());
    assert_eq!(findings(&loaded), "");
    let values: Vec<i64> = loaded.grammar.expect("no findings").params.iter().map(|param| param.value).collect();
    assert_eq!(values, [3, 2, 1]);
}

#[test]
fn the_settings_of_all_profiles_are_checked() {
    check(
        "profile p { scale = 9 http.live = 3 db[5].live = true http.peer = true leadr = true }",
        "out-of-domain:2 type-mismatch:2 bad-index:2 undefined-setting:2 undefined-setting:2",
    );
    check(
        "profile p { weight act = -1 weight window = 1 weight nobody = 1 weight seen = 2 db.live = any }",
        "bad-weight:2 undefined-setting:2 undefined-setting:2",
    );
    check_alone(
        "param max: 0..9 = 3 param n: 0..max = 1 state s: 0..max = 0 event e phase p { e }\n\
        profile small { n = 4 s = 4 }\nprofile large { max = 8 n = 8 s = 8 }\nprofile wrong { max = 2 s = 3 }",
        "out-of-domain:2 out-of-domain:2 out-of-domain:4",
    );
    check(
        "let two = 2 profile p { two = 3 act = 3 nothing.live = true (1) = 2 }",
        "undefined-setting:2 undefined-setting:2 undefined-setting:2 syntax:2",
    );
}

#[test]
fn an_unchosen_profile_is_checked_without_the_chosen_one() {
    let text = "param max: 0..99 = 9 param n: 0..max = 1 event e phase p { e }\n\
        profile small { max = 1 } profile other { n = 9 }";
    built_with(text, &Settings { profile: Some("small".to_owned()), ..Settings::default() });
}

#[test]
fn settings_from_outside_have_their_own_places() {
    let loaded = load_with(TEXT, &set(&["max = 0"]));
    assert_eq!(findings(&loaded), "out-of-domain:1");
    let source = loaded.diagnostics[0].primary.span.source;
    assert_eq!(loaded.sources.file(source).name(), "--set");
    let loaded = load_with(TEXT, &Settings { profile: Some("bog".to_owned()), ..Settings::default() });
    assert_eq!(findings(&loaded), "undefined-profile:1");
    assert_eq!(loaded.diagnostics[0].help, ["did you mean `big`?"]);
    let loaded = load_with(TEXT, &Settings { with: vec!["\nevent e".to_owned()], ..Settings::default() });
    assert_eq!(findings(&loaded), "duplicate-name:2");
}

#[test]
fn a_setting_that_another_one_replaces_is_checked_too() {
    let files = Memory::default()
        .with("u", "param most: 0..9 = 9 param n: 0..3 = 1 param m: 0..most = 1 event e phase p { e }");
    let check = |text: &str, set: &[&str], expected: &str| {
        let root = Root::Text { name: "x".to_owned(), text: text.to_owned() };
        let loaded = load(&files, &root, &super::set(set));
        assert_eq!(findings(&loaded), expected, "{text}\n{:#?}", loaded.diagnostics);
    };
    check("use \"u\" { n = true n = 2 }", &[], "type-mismatch:1");
    check("use \"u\" { n = 4 }\nuse \"u\" { n = nothing }", &["n = 2"], "out-of-domain:1 undefined-name:2");
    check("use \"u\" { n = 2 }\nprofile a { n = none n = 4 n = 3 }", &[], "out-of-domain:2 out-of-domain:2");
    // What it may be depends on what others are, and they may have been changed since.
    check("use \"u\" { m = 9 }", &["most = 2", "m = 2"], "");
    check("use \"u\" { n = most n = 2 }", &[], "");
}
