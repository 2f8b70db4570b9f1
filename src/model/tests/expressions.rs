//! One code after the other, for expressions.

use super::*;

#[test]
fn operands_have_their_types() {
    check_condition("leader and 3", "type-mismatch:2");
    check_condition("not scale", "type-mismatch:2");
    check_condition("leader + 1 == 2", "type-mismatch:2");
    check_condition("leader == scale", "type-mismatch:2");
    check_condition("leader < leader", "type-mismatch:2");
    check_condition("http == u0", "type-mismatch:2");
    check_condition("http == db[0] or http.array != db[1].array or http.index < 3", "");
    check_condition("scale", "type-mismatch:2");
    check_condition("none == none", "type-mismatch:2");
    check_condition("3 in scale", "type-mismatch:2");
    check_condition("size(scale) == 1", "type-mismatch:2");
    check_condition("size() == 1", "missing-argument:2");
    check_condition("scale.live", "type-mismatch:2");
    check_condition("scale in {1, 2} and 9 not in u0.members and size(u0.members) > 1", "");
    check_condition("scale in {1, 100}", "domain-limit:2");
    check_condition("any == 3", "bad-any:2");
}

#[test]
fn words_are_known_by_what_is_expected() {
    check_condition("u0.mode == busy and busy != u0.mode and u0.mode < busy", "");
    check_condition("u0.mode == bussy", "undefined-name:2");
    check(
        "state other: busy | free = free state idle: bool = true\nphase q { if other == busy { start } }\n\
           phase r { if busy == idle { start } }\nphase s { if u0.mode == idle and idle { start } }",
        "ambiguous-name:4",
    );
    // A state wins over an instance, a word of an enum too.
    check("relation scale relation busy phase q { if scale > 3 and u0.mode == busy { start } }", "");
}

#[test]
fn optional_values_are_plain_where_they_must_be() {
    check(
        "state due: 0..7 | none = none\nphase q { if due == none or due < 3 { scale = due } due = none due += 1 }\n\
            phase r { if due < none { start } }",
        "out-of-domain:4",
    );
    check(
        "kind c { field on: relation | none = none } c x c y { on = http }\n\
            phase q { for each v: c where v.on != none { v.on.live = false } }",
        "",
    );
}

#[test]
fn names_lead_somewhere() {
    check_condition("leadr", "undefined-name:2");
    check_condition("scale-1 > 2", "undefined-name:2");
    check_condition("http.what", "undefined-member:2");
    check_condition("http[0].live", "bad-index:2");
    check_condition("db[2].live", "bad-index:2");
    check_condition("db.live", "bad-index:2");
    check_condition("leader[0].live", "bad-index:2");
    check_condition("db[scale].live", "not-constant:2");
    check_condition("what[0].live", "undefined-name:2");
    check_condition(
        "u0.on.live and any(r: relation where r == u0.on) and count(n: 0..3 where n in u0.members) > 1",
        "",
    );
}

#[test]
fn help_knows_what_was_meant() {
    let help = |body: &str| {
        let loaded = load_with(&format!("{BASE} phase main {{ {body} }}"), &Settings::default());
        loaded.diagnostics.first().map(|it| it.help.join("; ")).unwrap_or_default()
    };
    assert_eq!(help("if scale-1 > 2 { }"), "a name may hold `-`; for a subtraction write `scale - 1`");
    assert_eq!(help("join"), "write `join(r)`");
    assert_eq!(help("act"), "write `do(act)`");
    assert_eq!(help("seen()"), "write `react(seen)`");
    assert_eq!(help("do(seen)"), "write `react(seen)`");
    assert_eq!(help("http-changed(3)"), "payload is given by name: write `http-changed(unit = …)`");
    assert_eq!(help("for each r: relation { <r>-joind }"), "did you mean `<r>-joined`?");
    assert_eq!(help("strt"), "did you mean `start`?");
}
