//! What the tables hold.

use super::*;

#[test]
fn the_example_has_the_expected_tables() {
    let grammar = builtin_grammar("example");
    let phases: Vec<&str> = grammar.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(phases, ["setup", "operation", "teardown"]);
    let instances: Vec<String> = grammar.instances.iter().map(Instance::full_name).collect();
    assert_eq!(instances, ["workload", "storage1", "ephemeral1", "replicas", "http", "mongo"]);
    assert_eq!(
        names(&grammar.states),
        ["leader", "scale", "storage1.attached", "ephemeral1.attached", "replicas.live", "http.live", "mongo.live"]
    );
    let initial: Vec<Option<i64>> = grammar.states.iter().map(|state| state.initial).collect();
    assert_eq!(initial, [Some(1), Some(1), Some(1), Some(0), Some(1), Some(1), Some(0)]);
    assert_eq!(grammar.actions.len(), 8);
    assert_eq!(grammar.actions[1].label, "scale+");
    assert_eq!(grammar.actions[7].sources.len(), 3);
    assert_eq!(grammar.events.len(), 16);
    assert_eq!(grammar.events[8].template(&grammar.kinds), "<container>-pebble-ready");
    assert_eq!(grammar.tests.len(), 4);
    assert_eq!(grammar.tests[3].profile.as_deref(), Some("short"));
    assert_eq!(grammar.profiles, [("short".to_owned(), "a short life".to_owned())]);
    assert_eq!(grammar.phases[0].meanwhile.len(), 2);
    assert_eq!(grammar.phases[0].meanwhile[0].millionths, 200_000);
    let StatementKind::Repeat { count, .. } = &grammar.phases[1].body[0].kind else { panic!("a loop") };
    let Count::Uniform { lo, hi } = &**count else { panic!("a range") };
    assert_eq!((lo.value(), hi.value()), (Some(1), Some(10)));
}

#[test]
fn the_prototype_overrides_the_example_in_place() {
    let grammar = builtin_grammar("prototype");
    assert_eq!(grammar.params[0].value, 20);
    assert_eq!(grammar.actions[6].name, "change");
    assert_eq!(grammar.actions[6].guard, None);
    assert!(grammar.tests.is_empty());
}

#[test]
fn the_builtins_are_listed() {
    for (name, text) in builtins() {
        assert_eq!(builtin(name), Some(*text));
    }
}

#[test]
fn instances_of_a_kind_are_contiguous_and_arrays_know_their_elements() {
    let grammar = built("kind a {} kind b { state s: 0..3 = 1 } b x a y b z[2] a w phase p { maybe 10% { } }");
    let all: Vec<String> = grammar.instances.iter().map(Instance::full_name).collect();
    assert_eq!(all, ["y", "w", "x", "z[0]", "z[1]"]);
    assert_eq!(grammar.kinds[1].instances().map(InstanceId::index).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(grammar.instances[4].array, InstanceId(3));
    assert_eq!(names(&grammar.states), ["x.s", "z[0].s", "z[1].s"]);
    assert_eq!(grammar.states[2].owner, Some((InstanceId(4), 0)));
    assert_eq!(grammar.instances[4].first_state, StateId(2));
}

#[test]
fn constants_are_folded() {
    let grammar = built(
        "param n: 0..9 = 2 * 3 - 1 kind k { field f: bool = true state s: 0..3 = 1 } k x k y[2]\n\
         let big = n > 3 and x.f\n\
         state t: 0..99 = n phase p { t = n + 1 if big { t = y[1].index } x.s = 2 }",
    );
    assert_eq!(grammar.params[0].value, 5);
    assert_eq!(grammar.states[0].initial, Some(5));
    assert_eq!(grammar.lets[0].value.value(), Some(1));
    let StatementKind::Assign { value, .. } = &grammar.phases[0].body[0].kind else { panic!("an assignment") };
    assert_eq!((value.value(), value.ty), (Some(6), grammar.states[0].ty));
    let StatementKind::Assign { target, .. } = &grammar.phases[0].body[2].kind else { panic!("an assignment") };
    assert_eq!(*target, Target::State(StateId(1)));
}

#[test]
fn what_is_wider_is_converted_when_it_is_evaluated() {
    let grammar =
        built("state a: 0..9 = 0 state b: 0..5 = 0 state c: 0..9 | none = none phase p { a = b b = a a = c }");
    let converted: Vec<bool> = grammar.phases[0]
        .body
        .iter()
        .map(|statement| match &statement.kind {
            StatementKind::Assign { value, .. } => matches!(value.kind, ExpressionKind::Convert(_)),
            _ => panic!("an assignment"),
        })
        .collect();
    assert_eq!(converted, [false, true, true]);
}

#[test]
fn sets_are_brought_to_one_lower_bound() {
    let grammar = built(
        "state a: set 2..5 = {2} state b: set 0..5 = {0, 5}\n\
         phase p { if a == b { a = {5} b += 3 } }",
    );
    assert_eq!((grammar.states[0].initial, grammar.states[1].initial), (Some(1), Some(0b10_0001)));
    let StatementKind::If { arms, .. } = &grammar.phases[0].body[0].kind else { panic!("an if") };
    let ExpressionKind::Compare { left, right, .. } = &arms[0].0.kind else { panic!("a comparison") };
    assert!(matches!(left.kind, ExpressionKind::Convert(_)) && matches!(right.kind, ExpressionKind::State(_)));
    assert_eq!(left.ty.base, Base::Set { lo: 0, hi: 5 });
}

#[test]
fn groups_bring_only_what_a_draw_can_draw() {
    let grammar = built(
        "source user event e group g, empty action a by user group g { e } reaction r group g { e }\n\
         action b by user { e } phase p { do(g) react(g) do(b, g) do react(empty) }",
    );
    let drawn: Vec<Vec<u32>> = grammar.phases[0]
        .body
        .iter()
        .map(|statement| match &statement.kind {
            StatementKind::Draw { actions, .. } => actions.iter().map(|id| id.0).collect(),
            _ => panic!("a draw"),
        })
        .collect();
    assert_eq!(drawn, [vec![0], vec![1], vec![0, 2], vec![0, 2], vec![]]);
}

#[test]
fn a_bare_name_may_be_what_a_template_makes() {
    let grammar = built("kind k {} k a-b event <k>-x(n: 0..3) phase p { a-b-x(n = 2) }");
    let StatementKind::Emit { of, payload, .. } = &grammar.phases[0].body[0].kind else { panic!("an event") };
    assert_eq!((of[0].value(), payload[0].value()), (Some(0), Some(2)));
}

#[test]
fn used_files_keep_their_invariants_only() {
    let files = Memory::default().with(
        "dir/a.charmgrammar",
        "event e phase p { e } profile q {}\n\
         test \"one\" accepts { e } test \"two\" never false test \"three\" with q never false",
    );
    let text = "use \"dir/a.charmgrammar\" test \"four\" accepts { e }".to_owned();
    let loaded = load(&files, &Root::Text { name: "x".to_owned(), text }, &Settings::default());
    assert_eq!(findings(&loaded), "");
    let grammar = loaded.grammar.expect("no findings");
    let tests: Vec<&str> = grammar.tests.iter().map(|test| test.text.as_str()).collect();
    assert_eq!(tests, ["two", "four"]);
}

#[test]
fn marks_and_line_breaks_of_other_systems_are_read() {
    built("\u{feff}event e\r\nphase p { e }\r\n");
}
