//! One code after the other, for what is declared.

use super::*;

#[test]
fn names_are_declared_once() {
    check(
        "event start\nkind unit {}\nstate leader: bool = true\nrelation http\ngroup act\nsource user",
        "duplicate-name:2 duplicate-name:3 duplicate-name:4 duplicate-name:5 duplicate-name:6 duplicate-name:7",
    );
    check(
        "event <relation>-joined\nparam scale: bool = true\nrule join() {}\nphase main {}",
        "duplicate-name:2 duplicate-name:3 duplicate-name:4 duplicate-name:5",
    );
    check(
        "kind k { field a: bool = true state a: bool = true }\nk x { a = true a = true }",
        "duplicate-name:2 duplicate-name:3",
    );
    check(
        "event e(a: bool, a: bool)\naction b by user, user { start }\nstate s: x | y | x = y",
        "duplicate-name:2 duplicate-name:3 duplicate-name:4",
    );
    check("test \"a\" never false\ntest \"a\" never false", "duplicate-name:3");
    // Each kind's instances have a namespace of their own.
    check("unit http2 relation http2", "");
}

#[test]
fn override_remove_and_extend_need_what_came_before() {
    check(
        "override action act by user { start start } override event start(n: 0..3)",
        "missing-argument:1 missing-argument:1 missing-argument:2 missing-argument:2",
    );
    check(
        "override action acr by user {}\noverride reaction act {}\noverride state scale: bool = true",
        "not-overridden:2 not-overridden:3",
    );
    check(
        "remove action nobody\nremove reaction act\nremove relation nothing\nremove test \"x\"\nremove event stop",
        "undefined-action:2 undefined-reaction:3 undefined-instance:4 undefined-test:5 undefined-event:6",
    );
    check(
        "remove kind what\nremove source what\nremove profile what\nremove rule what\nremove phase what\n\
            remove group what",
        "undefined-kind:2 undefined-source:3 undefined-profile:4 undefined-rule:5 undefined-phase:6 \
            undefined-group:7",
    );
    check("remove state what extend phase what { meanwhile { 5% start } }", "undefined-name:2 undefined-phase:2");
    check("extend phase main { meanwhile { 5% start } }\nextend phase main { start }", "misplaced-statement:3");
    check("test \"a\" never false remove test \"a\" test \"a\" never true override test \"a\" never false", "");
}

#[test]
fn what_was_removed_says_so() {
    check("remove action act phase q { do(act) }\nremove action act", "removed-name:2 removed-name:3");
    check("remove relation http phase q { http.live = false }", "removed-name:1 removed-name:2");
    check("remove event <relation>-joined", "removed-name:1");
    check("remove event start phase q { start } event start", "");
    check("remove state leader phase q { leader = false }", "removed-name:2");
    check(
        "remove rule join phase q { join(http) }\nphase r { for each x: relation { join(x) } }",
        "removed-name:2 removed-name:3",
    );
    check("profile x {} remove profile x test \"t\" with x never false", "removed-name:2");
    check("remove source user", "removed-name:1");
    check("extend phase main { meanwhile { 5% start } } remove phase main", "no-phase:1");
}

#[test]
fn types_are_checked() {
    check(
        "param p: 5..3 = 4\nparam q: set 0..64 = {}\nparam w: set 0..63 | none = {}\nparam s: set 0..62 | none = {}",
        "empty-range:2 domain-limit:3 domain-limit:4",
    );
    check("state s: 0..4294967295 = 0\nstate t: 0..4294967296 = 0", "domain-limit:3");
    check("state s: nothing = 0\nparam p: relation = http", "undefined-kind:2 bad-type:3");
    // What is wrong with the type of a parameter is said once, and no limit is asked of it.
    check("action x(r: nokind) by user { start }", "undefined-kind:2");
    check("event x(r: nokind)\nreaction y(n: 0..1000000000000) { start }", "undefined-kind:2 domain-limit:3");
    check("param most: ???\naction x(n: 0..most) by user { start }", "syntax:2");
    check(
        "param n: 0..later = 0\nparam later: 0..9 = 3 state t: 0..last = 0\nparam last: 0..9 = 3",
        "forward-param:2 forward-param:3",
    );
    check(
        "param n: 0..9 = n\nparam m: 0..9 = scale\nparam o: 0..scale = 1",
        "forward-param:2 not-constant:3 not-constant:4",
    );
    check(
        "phase q { for each x: bool { start } }\nphase r { for each x: 0..4096 { start } }",
        "bad-type:2 domain-limit:3",
    );
    check(
        "action b(n: 0..4096) by user { start }\nreaction c(n: set 0..12) { start }",
        "domain-limit:2 domain-limit:3",
    );
    check("phase q { for each x: a | b { start } }", "bad-type:2");
}

#[test]
fn values_fit_their_types() {
    check(
        "param p: 0..3 = 4\nparam q: 0..3 = true\nparam w: bool = none\nparam s: 0..3 = any\n\
            param t: 0..3 | none = none",
        "out-of-domain:2 type-mismatch:3 out-of-domain:4 bad-any:5",
    );
    check(
        "param p: 0..9 = 9223372036854775807 + 1\nparam q: -5..5 = -(-5) param w: bool = 2 > 1 and not false",
        "out-of-domain:2",
    );
    check(
        "state s: set 0..3 = {4}\nstate t: a | b = c\nstate u: relation = db[1]\nstate v: relation = any",
        "out-of-domain:2 undefined-name:3",
    );
    check("kind none_of_it {}\nstate v: none_of_it = any\nkind k { field f: bool = any }", "bad-any:3 bad-any:4");
    check("param p: bool = any(r: relation)\nparam q: bool = http.peer", "not-constant:2 not-constant:3");
}

#[test]
fn kinds_and_instances() {
    check(
        "kind event {}\nkind k { field index: bool = true state array: bool = true }",
        "reserved-name:2 reserved-name:3 reserved-name:3",
    );
    check(
        "kind k { field f: bool state s: bool }\nk x\nk y { f = true s = any }\nk z { g = 1 f = true s = true }",
        "missing-field:3 missing-field:3 undefined-member:5",
    );
    check(
        "relation r0[0]\nrelation r1[65]\nrelation r2[64]\nnothing x\nphase q { x.y = 3 }",
        "array-limit:2 array-limit:3 undefined-kind:5",
    );
    let many: String = (0..64).fold(String::new(), |text, number| text + &format!("relation many{number}[64] "));
    check(&format!("{many}\nrelation more phase q {{ more.live = false }}"), "instance-limit:2");
    check(&format!("event {}\nevent {}", "a".repeat(255), "b".repeat(256)), "name-limit:3");
    let long = "c".repeat(256);
    let text = format!("event {long} kind k {{ field {long}: bool = true }} let f({long}: bool) = true");
    let loaded = load_with(&text, &Settings::default());
    for diagnostic in loaded.diagnostics.iter().filter(|it| it.code == Code::NameLimit) {
        assert_eq!(diagnostic.message, "a name has at most 255 bytes, this one has 256");
    }
    assert_eq!(findings(&loaded), "name-limit:1 name-limit:1 name-limit:1");
}

#[test]
fn events_and_their_templates() {
    check("event <relation>-to-<relation>\nevent <nothing>-x", "bad-template:2 undefined-kind:3");
}

#[test]
fn actions_and_their_clauses() {
    check(
        "action b { start }\nreaction c by user { start }\nreaction d as \"x\" { start }",
        "missing-source:2 bad-clause:3 bad-clause:4",
    );
    check(
        "action b by nobody { start }\naction c by user group nothing, act { start }",
        "undefined-source:2 undefined-group:3 undefined-group:3",
    );
    check(
        "action b by user weight (0 - 1) { start }\naction c(n: 0..3) by user weight (n) { start }\n\
            action d by user weight (scale) when 3 { start }",
        "bad-weight:2 bad-weight:3 type-mismatch:4",
    );
    check(
        "param most: 0..9999999999 = 1000000000\naction b by user weight 1000000000 { start }\n\
            action c by user weight 1000000001 { start }\nreaction d weight (most + 1) { start }\n\
            profile q { weight b = 2000000000 }\nprofile r { weight b = 1000000000 weight seen = most }",
        "bad-weight:4 bad-weight:5 bad-weight:6",
    );
    check(
        "action b(r: relation, r: relation) by user { start }\nrule x(leader: bool) {}",
        "shadowed-name:2 shadowed-name:3",
    );
}

#[test]
fn lets_are_not_recursive() {
    check("let a = b\nlet b = c + 1\nlet c = a\nlet d = a phase q { if d == 3 { start } }", "recursive-let:2");
    check("let f(n: 0..9) = g(n) let g(n: 0..9) = n + 1\nlet h = f(3) == 4 phase q { if h { start } }", "");
    check(
        "let f(n: 0..9) = n\nlet g = f\nlet h = f(1, 2)\nlet i = f(10)\nlet j = what(1)\nlet k = scale(1)",
        "missing-argument:3 extra-argument:4 out-of-domain:5 undefined-name:6 extra-argument:7",
    );
}

#[test]
fn tests_are_checked() {
    check("test \"a\" never 3\ntest \"b\" with nobody never false", "type-mismatch:2 undefined-profile:3");
}

#[test]
fn a_grammar_without_a_phase_is_only_odd() {
    check_alone("event e", "no-phase:1");
}

#[test]
fn patterns_are_checked_unless_events_are_missing() {
    // What has no part in the alphabet is no reason to leave patterns alone.
    for mistake in [
        "action b by nobody { start }",
        "let f = f",
        "param p: 0..3 = 4",
        "event x(r: nokind)",
        "event start",
        "remove rule nothing",
        "kind k { field f: bool = 3 }",
        "rule b(r: nokind) { }",
    ] {
        let text = format!("{BASE} phase main {{ start }} {mistake}\ntest \"t\" rejects {{ zzz }}");
        let loaded = load_with(&text, &Settings::default());
        assert!(findings(&loaded).ends_with(" pattern-event:2"), "{mistake}: {}", findings(&loaded));
        assert_eq!(loaded.diagnostics.len(), 2, "{mistake}: {:#?}", loaded.diagnostics);
    }
    for mistake in ["relatoin x", "event <nokind>-x", "relation x[0]", "param n: 0..9 = 10 relation x[n]"] {
        let text = format!("{BASE} phase main {{ start }} {mistake}\ntest \"t\" rejects {{ x-joined }}");
        assert_eq!(load_with(&text, &Settings::default()).diagnostics.len(), 1, "{mistake}");
    }
    check("reaction x(n: 0..1000000000000) { start }\ntest \"t\" rejects { zzz }", "domain-limit:2 pattern-event:3");
}

#[test]
fn a_field_with_a_wrong_value_has_its_type_all_the_same() {
    check(
        "kind k { field peer: relation = 3 field f: bool = 3 } k x\nphase q { if x.peer.what { } if x.f == 3 { } }",
        "type-mismatch:2 type-mismatch:2 undefined-member:3 type-mismatch:3",
    );
}

#[test]
fn what_could_not_be_read_is_not_called_undefined() {
    check("action broken by user { ??? }\nphase q { do(broken) }", "syntax:2");
    check("event ???\nphase q { something }", "syntax:2");
    check("state s: 3..2 = 1\nphase q { s = 7 if s == idle { start } }", "empty-range:2");
}
