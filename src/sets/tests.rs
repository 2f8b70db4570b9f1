//! What is merged, and that it may be.

use super::*;
use crate::model::{self, Memory, Root, Settings};

/// The grammar of a text.
fn grammar(text: &str) -> Grammar {
    grammar_with(text, &[])
}

/// The same with settings.
fn grammar_with(text: &str, settings: &[&str]) -> Grammar {
    let root = Root::Text { name: "test".to_owned(), text: text.to_owned() };
    let set = settings.iter().map(|setting| (*setting).to_owned()).collect();
    let settings = Settings { set, ..Settings::default() };
    let loaded = model::load(&Memory::default(), &root, &settings);
    loaded.grammar.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics))
}

/// What came of the names of events.
struct Told {
    /// How many of them agree with a run, one after the other.
    agree: usize,
    /// Whether a trace can end behind them.
    ends: bool,
    statistics: Statistics,
}

/// Where the names in a text begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Start,
    Anywhere,
    /// Anywhere, with the values of all states forgotten.
    Forgetful,
}

fn tell(grammar: &Grammar, view: &View, from: From, names: &str) -> Told {
    tell_within(grammar, view, from, names, Bounds::default())
}

/// Takes a front over names of events as far as they agree with a run: how many of them do.
fn follow(sets: &mut Sets<'_>, alphabet: &Alphabet, front: &mut Front, names: &str) -> usize {
    let mut agree = 0;
    for name in names.split_whitespace() {
        let name = alphabet.find(name).unwrap();
        let agrees = |item: &Item| matches!(item, Item::Event { symbol, .. } if alphabet.name_of(*symbol) == name);
        let wanted = Wanted { token: name.0, head: Head::Event { name, of: &[] }, agrees: &agrees };
        if !sets.step(front, wanted).unwrap() {
            break;
        }
        agree += 1;
    }
    agree
}

fn tell_within(grammar: &Grammar, view: &View, from: From, names: &str, bounds: Bounds) -> Told {
    let (program, alphabet) = (Program::compile(grammar), Alphabet::new(grammar));
    let mut sets = Sets::new(grammar, &alphabet, &program, view.clone(), bounds);
    let mut front = match from {
        From::Start => sets.start(),
        _ => sets.everywhere(from == From::Forgetful),
    }
    .unwrap();
    let agree = follow(&mut sets, &alphabet, &mut front, names);
    sets.look(&front).unwrap();
    Told { agree, ends: sets.ends(&front), statistics: sets.statistics() }
}

/// How many configurations there are at once, at most, over the names of events.
fn widest(text: &str, view: &View, names: &str) -> usize {
    let told = tell(&grammar(text), view, From::Start, names);
    assert_eq!(told.agree, names.split_whitespace().count(), "the names belong to the grammar");
    told.statistics.widest
}

/// Whether names are a complete trace.
fn is_trace(text: &str, names: &str) -> bool {
    let told = tell(&grammar(text), &View::NAMES, From::Start, names);
    told.agree == names.split_whitespace().count() && told.ends
}

fn instances() -> View {
    View { instances: true, ..View::NAMES }
}

fn payloads() -> View {
    View { payloads: true, ..View::NAMES }
}

fn actions() -> View {
    View { actions: true, ..View::NAMES }
}

#[test]
fn a_run_that_fails_leaves_others_alone() {
    let grammar = grammar("state x: 0..3 = 0 event v(n: -9..9) phase p { maybe 50% x = 3; x += 1 v(n = x) }");
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let view = View { payloads: true, ..View::NAMES };
    let mut sets = Sets::new(&grammar, &alphabet, &program, view, Bounds::default());
    let front = sets.start().unwrap();
    sets.look(&front).unwrap();
    assert_eq!(sets.next(&front).len(), 1);
}

/// Three elements, of which one is turned on at a time; what else there is in front of the phase, and in it behind.
fn elements(declarations: &str, statements: &str) -> String {
    format!(
        "source u kind k {{ state on: bool = false state n: 0..1 = 0 }} k ks[3] event s event a(n: 0..2) event <k>-e \
         {declarations} phase p {{ for one i: k {{ i.on = true; <i>-e }} s {statements} \
         for one i: k where i.on {{ <i>-e }} }}"
    )
}

#[test]
fn elements_of_an_array_are_one_where_nothing_tells_them() {
    let widest = |declarations: &str, statements: &str, view: &View| {
        widest(&elements(declarations, statements), view, "ks-e s ks-e")
    };
    assert_eq!(widest("", "", &View::NAMES), 1);
    assert_eq!(self::widest(&elements("", "").replace("ks[3]", "ks[2]"), &View::NAMES, "ks-e s ks-e"), 1);
    assert_eq!(widest("", "", &payloads()), 1);
    assert_eq!(widest("", "", &instances()), 3);
    // Actions are shown with what they are done to.
    let act = "action t(i: k) by u when i.n == 1 { a(n = 1) }";
    assert_eq!(widest(act, "do(t) else {}", &View::NAMES), 1);
    assert_eq!(widest(act, "do(t) else {}", &actions()), 3);
    // Likewise payloads, where one is an element.
    assert_eq!(widest("event o(i: k)", "", &View::NAMES), 1);
    assert_eq!(widest("event o(i: k)", "", &payloads()), 3);
}

#[test]
fn elements_of_an_array_are_told_by_their_places_and_names_and_where_they_are_remembered() {
    let widest =
        |declarations: &str, statements: &str| widest(&elements(declarations, statements), &View::NAMES, "ks-e s ks-e");
    assert_eq!(widest("let odd(i: k) = i.index == 1", ""), 3);
    assert_eq!(widest("let same(i: k, j: k) = i.array == j.array", ""), 1);
    assert_eq!(widest("", "if ks[1].n == 1 { s }"), 3);
    assert_eq!(widest("", "if any(i: k where i == ks[1] and i.n == 1) { s }"), 3);
    assert_eq!(widest("", "if any(i: k where i.n == 1) { ks[2].n = 1 }"), 3);
    assert_eq!(widest("kind m { field of: k } m m0 { of = ks[0] }", ""), 3);
    assert_eq!(widest("state last: k | none = none", ""), 3);
    // An instance that is no element may have a name.
    assert_eq!(widest("k k0", "if k0.n == 1 { s }"), 1);
}

#[test]
fn an_evaluation_that_may_fail_tells_the_elements_that_come_before() {
    let widest = |statements: &str| widest(&elements("", statements), &View::NAMES, "ks-e s ks-e");
    assert_eq!(widest("if any(i: k where i.n == 2) { s }"), 1);
    assert_eq!(widest("if any(i: k where i.n + 1 == 3) { s }"), 3);
    assert_eq!(widest("for one i: k where i.n + 1 == 3 { s }"), 3);
}

#[test]
fn elements_that_a_for_each_takes_in_order_are_told_unless_all_their_states_are_fixed() {
    let width = |text: &str| widest(text, &View::NAMES, "ks-e s ks-e");
    let widest = |statements: &str| {
        // `n` matters.
        let text = elements("", &format!("if any(i: k where i.n == 1) {{ s }} {statements}"));
        width(&text)
    };
    assert_eq!(widest("for each i: k in any order where i.n == 1 { maybe 50% s }"), 1);
    assert_eq!(widest("for each i: k where i.n == 1 { maybe 50% s }"), 3);
    assert_eq!(widest("for each i: k where i.n == 1 and i.on { maybe 50% s }"), 1);
    assert_eq!(widest("for each i: k where i.n == 1 and not i.on { maybe 50% s }"), 1);
    assert_eq!(widest("for each i: k where i.n == 1 or not i.on { maybe 50% s }"), 3);
    // States that nothing depends on need not be fixed.
    let text = elements("", "for each i: k where i.on and any(j: k where not j.on) { maybe 50% s }");
    assert_eq!(width(&text), 1);
}

#[test]
fn elements_that_a_variable_tells_are_in_an_order_even_if_their_states_are_equal() {
    let each = "for each r: k where not r.on { if r == q { a } else { b } }";
    let grammar = |body: &str, rule: &str| {
        format!(
            "source u kind k {{ state on: bool = any }} k ks[3] event s event a event b \
             rule act(q: k) {{ q.on = false {rule} }} action t(q: k) by u when q.on {{ q.on = false {rule} }} \
             rule again() {{ for each r: k where not r.on {{ if not done {{ done = true r.on = true }} }} }} \
             state done: bool = false phase p {{ if count(i: k where i.on) == 2 {{ s {body} }} }}"
        )
    };
    let one = |statements: &str| format!("for one q: k where q.on {{ {statements} }}");
    let texts = [
        grammar(&one(&format!("q.on = false {each}")), ""),
        grammar(&one("act(q)"), each),
        grammar("do(t)", each),
        grammar(&one("act(q)"), "again() if q.on { a b } else { b a }"),
        grammar(&format!("interleave {{ {} }} with {{}}", one(&format!("q.on = false {each}"))), ""),
    ];
    for text in texts {
        assert!(is_trace(&text, "s a b") && is_trace(&text, "s b a"), "{text}");
        assert!(!is_trace(&text, "s a a"), "{text}");
    }
}

#[test]
fn elements_are_not_one_while_only_some_of_their_states_are_drawn() {
    let text = "kind k { state on: bool = any state n: 0..1 = 0 } k ks[2] event a event b event c event d phase p { \
        if any(i: k where i.on) and any(i: k where not i.on) { \
            if any(i: k where i.on and i.n == 1) { a } \
            if any(i: k where not i.on and i.n == 1) { b } } }";
    let grammar = grammar_with(text, &["ks[1].n=any"]);
    for name in ["a", "b"] {
        let told = tell(&grammar, &View::NAMES, From::Start, name);
        assert!(told.agree == 1 && told.ends, "{name}");
    }
}

#[test]
fn many_elements_that_begin_with_any_states_are_few() {
    let text =
        "kind k { state on: bool = any } k ks[20] event a event b phase p { if any(i: k where i.on) { a } else { b } }";
    let told = tell(&grammar(text), &View::NAMES, From::Start, "a");
    assert!(told.agree == 1 && told.ends);
    let text = "kind k { state on: bool = any } k ks[20] event a event b phase p { a if any(i: k where i.on) { a } else { b } }";
    assert_eq!(widest(text, &View::NAMES, "a a"), 21);
}

#[test]
fn states_that_are_only_shown_as_payload_are_left_out_of_names() {
    let width = |statements: &str, view: &View| {
        let text = format!(
            "kind k {{ state n: 0..2 = 0 }} k k0 state g: 0..2 = 0 state h: 0..2 | none = none state t: set 0..2 = {{}} \
             state x: 0..9 = 0 event s event v(n: -9..9) phase p {{ for one z: 0..2 {{ {statements} }} s v(n = g) }}"
        );
        widest(&text, view, "s v")
    };
    for statements in ["g = z", "h = z", "k0.n = z", "g = z; h = g", "if z == 0 { t += 1 } else if z == 1 { t += 2 }"] {
        assert_eq!(width(statements, &View::NAMES), 1, "{statements}");
    }
    assert_eq!(width("g = z", &payloads()), 3);
    // What it is does not matter, but whether it can be does.
    assert_eq!(width("g = z; if g == 1 { x = 1 }", &View::NAMES), 3);
    assert_eq!(width("g += z", &View::NAMES), 3);
    assert_eq!(width("h = z; g = h", &View::NAMES), 3);
    assert_eq!(width("k0.n = z; g = k0.n", &View::NAMES), 1);
    assert_eq!(width("x = z; g = x; if g > 0 { h = 1 }", &View::NAMES), 3);
    assert_eq!(width("x = z; g = x * 0", &View::NAMES), 3);
}

#[test]
fn a_payload_that_may_fail_needs_its_states() {
    let text = |value: &str| {
        format!(
            "state g: 0..2 = 0 state h: 0..2 | none = none event s event v(n: 0..2) \
             phase p {{ for one z: 0..2 {{ g = z; maybe 50% h = z }} s v(n = {value}) }}"
        )
    };
    assert_eq!(widest(&text("g"), &View::NAMES, "s v"), 1);
    assert_eq!(widest(&text("g + 1"), &View::NAMES, "s v"), 3);
    assert_eq!(widest(&text("h"), &View::NAMES, "s v"), 4);
    assert!(!is_trace("state h: 0..2 | none = none event s event v(n: 0..2) phase p { s v(n = h) }", "s v"));
}

#[test]
fn a_never_test_of_a_state_that_is_not_kept_says_nothing() {
    let text = "state x: 0..1 = 0 state on: bool = false event s event a event b event v(x: 0..1) \
        test \"t\" never on and x == 0 phase p { s x = 1; on = true; a if on { b } v(x = x) }";
    for from in [From::Anywhere, From::Forgetful] {
        let told = tell(&grammar(text), &View::NAMES, from, "a b v");
        assert!(told.agree == 3 && told.ends);
    }
    // Where the state is kept the test tells what is impossible.
    let text = text.replace("b }", "if x == 0 { s } b }");
    assert_eq!(tell(&grammar(&text), &View::NAMES, From::Forgetful, "a s").agree, 1);
    assert_eq!(
        tell(&grammar(&text.replace("and x == 0", "and x == 1")), &View::NAMES, From::Forgetful, "a s").agree,
        2
    );
}

/// How many sets had to be looked for over a number of the same event, and how many configurations were in one.
fn sets_of(count: &str, many: usize) -> (u64, usize) {
    let text = format!("event a event b phase p {{ repeat {count} {{ a }} b }}");
    let told = tell(&grammar(&text), &View::NAMES, From::Start, &"a ".repeat(many));
    assert_eq!(told.agree, many);
    (told.statistics.misses, told.statistics.widest)
}

#[test]
fn a_loop_that_counts_far_costs_no_more_than_a_short_one() {
    for (long, short) in [
        ("1..1000", "1..10"),
        ("1000", "10"),
        ("1000..2000", "10..20"),
        ("1000.. mean 2000", "10.. mean 20"),
        ("0..1000 mean 9", "0..10 mean 9"),
    ] {
        assert_eq!(sets_of(long, 1000), sets_of(short, 10), "{long}");
    }
    // Three classes of what is left, with what is behind each.
    assert!(sets_of("1..1000", 1000).0 <= 5);
}

#[test]
fn of_loops_that_differ_in_what_is_left_one_stands_for_all() {
    let text = |before: &str| format!("event a event b phase p {{ {before} repeat 0..9 {{ a }} b }}");
    assert_eq!(widest(&text(""), &View::NAMES, "a a a a"), 1);
    assert_eq!(widest(&text("repeat 0..5 { a }"), &View::NAMES, "a a a a"), 2);
    // Not so where a turn ends at a loop that is not finished.
    let text = format!("{} phase q {{ a }}", text("repeat 0..5 { a }"));
    assert_eq!(widest(&text, &View::NAMES, "a a a a"), 2);
    let text = text.replace("phase p {", "phase p { if false { interleave { a } with { b } }");
    assert!(widest(&text, &View::NAMES, "a a a a") > 2);
}

#[test]
fn a_loop_that_goes_on_without_showing_anything_is_left_in_time() {
    let start = "state n: 0..2 = 0 state m: 0..9 = 0 event a event b event c source u";
    let texts = [
        "phase p { repeat 5 { if n < 2 { n += 1; a } } b }",
        "phase p { repeat 5 { if n < 2 { n += 1; a } else { m += 1 } } if m == 3 { b } else { c } }",
        "phase p { repeat 5 { if n < 2 { n += 1; a } else if m < 9 { m += 1 } else { end } } b }",
        "phase p { repeat 5 { if n < 2 { n += 1; a } else if m < 9 { m += 1 } else { leave } } b } phase q { maybe 5% c }",
        "action t by u { if m == 9 { a } } phase p { repeat 6 { if n < 2 { n += 1; a } else { do(t) } } b }",
        "phase p { repeat 6..9 { if n < 2 { n += 1; a } } b }",
    ];
    for text in texts {
        let text = format!("{start} {text}");
        assert!(is_trace(&text, "a a b"), "{text}");
        assert!(!is_trace(&text, "a a c"), "{text}");
        assert!(!is_trace(&text, "a a"), "{text}");
    }
}

#[test]
fn a_loop_that_begins_anew_may_go_on_longer_than_one_of_which_much_is_left() {
    let text = "state x: bool = true event a event b event c \
        phase p { repeat 0.. mean 3 while x { repeat 0..5 { choose { 1 => a, 1 => { x = false; b } } } } c }";
    for (many, rest) in [(1, 5), (3, 5), (4, 5), (6, 5)] {
        let names = format!("{} {} c", "a ".repeat(many), "b ".repeat(rest));
        assert!(is_trace(text, &names), "{names}");
        assert!(!is_trace(text, &names.replace('c', "b c")), "{names}");
    }
}

#[test]
fn what_stutters_is_told_from_what_does_not() {
    // Behind both events the run is in the same place.
    let text = "event a event b event c phase p { choose { 1 => a, 1 => b } c }";
    let grammar = grammar(text);
    let stuttering = vec![Alphabet::new(&grammar).find("a").unwrap()];
    let view = View { stuttering, ..View::NAMES };
    assert_eq!(tell(&grammar, &view, From::Start, "a a a c").agree, 4);
    assert_eq!(tell(&grammar, &view, From::Start, "b a").agree, 1);
    assert_eq!(tell(&grammar, &view, From::Start, "b b").agree, 1);
}

/// Units that join and leave: `$` is where a grammar says more.
const UNITS: &str = "
    kind relation { state members: set 0..3 = {}  state due: 0..3 | none = none }
    relation db  relation cache
    event <relation>-joined(unit: 0..3)  event <relation>-changed(unit: 0..3)  event <relation>-departed(unit: 0..3)
    event told
    reaction join(r: relation, u: 0..3) when u not in r.members and r.due == none {
        r.members += u; r.due = u; <r>-joined(unit = u)
    }
    reaction change(r: relation) when r.due != none { <r>-changed(unit = r.due); r.due = none }
    reaction depart(r: relation, u: 0..3) when can_leave(r, u) { r.members -= u; <r>-departed(unit = u) }
    let can_leave(r: relation, u: 0..3) = r.due == none and u in r.members
    phase operation { repeat 0.. mean 9 { react } }
";
const JOINS: &str =
    "db-joined db-changed cache-joined db-joined cache-changed db-changed cache-joined cache-changed db-departed";

#[test]
fn units_are_not_told_apart_where_no_payload_is_shown() {
    assert_eq!(widest(UNITS, &View::NAMES, JOINS), 1);
    let names = "db-joined db-changed db-joined db-changed db-joined db-changed db-joined db-changed db-joined";
    let told = tell(&grammar(UNITS), &View::NAMES, From::Start, names);
    assert_eq!(told.agree, 8, "there are four units");
    // Nor by what is done to one of them.
    let one = "reaction drop when any(r: relation where size(r.members) > 1) { \
        for one r: relation { for one u: 0..3 where u in r.members { r.members -= u } } told }";
    assert_eq!(widest(&format!("{UNITS}{one}"), &View::NAMES, JOINS), 1);
    assert!(tell(&grammar(UNITS), &payloads(), From::Start, JOINS).statistics.widest > 1);
}

#[test]
fn units_are_told_apart_where_something_asks_which_they_are() {
    for more in [
        "reaction tell(r: relation) when 2 in r.members { told }",
        "reaction tell(r: relation) when r.members == {2} { told }",
        "reaction tell(r: relation) when (2 in r.members) == (r.due == none) { told }",
        "source user  state n: 0..9 = 0  let later = n + 1 == 2
         action tell(r: relation, u: 0..3) by user when u in r.members and later { told }",
        "reaction tell(r: relation, u: 0..3) when u in r.members and u > 1 { told }",
        "reaction tell(r: relation, u: 0..3) when u in r.members and u in cache.members { told }",
        "reaction tell(r: relation, q: relation, u: 0..3) when r != q and u in r.members and u in q.members { told }",
        "reaction tell(u: 0..3) when all(r: relation where u in r.members) { told }",
        "reaction tell(r: relation) when r.due != none and db.due == cache.due { told }",
        "rule tell(r: relation, u: 0..3) { if u > 1 { told } }
         reaction say(r: relation, u: 0..3) when u in r.members { tell(r, u) }",
        "state first: 0..3 | none = none
         reaction tell(r: relation, u: 0..3) when u in r.members { first = u; told }",
        "reaction tell(r: relation) when r.members != {} { for each u: 0..3 where u in r.members { told } }",
    ] {
        assert!(widest(&format!("{UNITS}{more}"), &View::NAMES, JOINS) > 1, "{more}");
    }
    // The first two of these units can't both be 2.
    let text = format!("{UNITS}reaction tell(r: relation) when r.members == {{2}} {{ r.members = {{}}; told }}");
    assert!(is_trace(&text, "db-joined db-changed told"));
    assert!(!is_trace(&text, "db-joined db-changed db-joined db-changed told"));
    assert!(is_trace(&text, "db-joined db-changed db-joined db-changed db-departed told"));
}

#[test]
fn what_knows_less_stands_for_what_knows_more() {
    let told = tell(&grammar(UNITS), &View::NAMES, From::Forgetful, "db-changed cache-changed db-departed db-joined");
    assert_eq!(told.agree, 4);
    assert!(told.statistics.widest <= 8, "{}", told.statistics.widest);
}

/// Relations of a unit, of which names tell neither the number of the relation nor what was changed.
const RELATIONS: &str = "
    kind relation { state on: bool = false  state members: set 0..2 = {}  state due: 0..2 | none = none }
    relation db[2]
    relation web[2]
    relation log
    state leader: bool = any
    event <relation>-created  event <relation>-joined  event <relation>-changed  event <relation>-broken  event tick  event idle
    source user
    action relate(r: relation) by user when not r.on { r.on = true <r>-created }
    action join(r: relation, u: 0..2) by user when r.on and r.due == none and u not in r.members {
        r.members += u  r.due = u  <r>-joined
    }
    reaction changed(r: relation) when r.due != none { r.due = none <r>-changed }
    action part(r: relation) by user when r.on and r.members == {} or r.due == none and leader {
        r.on = false  r.members = {}  r.due = none  <r>-broken
    }
    reaction tick when all(r: relation where r.due == none) { tick }
    let quiet = not any(r: relation where r.on)
    phase life { repeat 0.. mean 9 { choose { 3 => do else {}  2 => react else {}  1 when quiet => tick,
        2 => do(part) else { idle } } } }";

/// What comes next and whether it ends, as products and as configurations, over names that are drawn by turns.
fn compare_products(text: &str, view: &View, seeds: std::ops::Range<u64>, length: usize) -> Statistics {
    let grammar = grammar(text);
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let sets =
        |products| Sets::new(&grammar, &alphabet, &program, view.clone(), Bounds { products, ..Bounds::default() });
    let [mut plain, mut folded] = [usize::MAX, 1].map(sets);
    for seed in seeds {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let (mut one, mut other) = (plain.start().unwrap(), folded.start().unwrap());
        for _ in 0..length {
            plain.look(&one).unwrap();
            folded.look(&other).unwrap();
            let next: Vec<Item> = plain.next(&one).into_iter().cloned().collect();
            assert_eq!(next.iter().collect::<BTreeSet<_>>(), folded.next(&other));
            assert_eq!(plain.ends(&one), folded.ends(&other));
            if next.is_empty() {
                break;
            }
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let place = usize::try_from(state >> 33).unwrap() % next.len();
            let (item, token) = (&next[place], u32::MAX - u32::try_from(place).unwrap());
            plain.forget_tokens();
            folded.forget_tokens();
            let Item::Event { symbol, .. } = item else { panic!("{item:?}") };
            let head = Head::Event { name: alphabet.name_of(*symbol), of: &[] };
            let wanted = Wanted { token, head, agrees: &|shown| shown == item };
            assert!(plain.step(&mut one, wanted).unwrap());
            assert!(folded.step(&mut other, wanted).unwrap());
        }
    }
    let statistics = folded.statistics();
    assert!(statistics.products > 0 && statistics.widest <= plain.statistics().widest, "{statistics:?}");
    statistics
}

#[test]
fn products_stand_for_the_same_configurations() {
    let statistics = compare_products(RELATIONS, &View::NAMES, 0..12, 25);
    assert!(statistics.widest < 20, "{statistics:?}");
}

#[test]
fn products_stand_for_the_same_configurations_behind_what_is_hidden() {
    let alphabet = Alphabet::new(&grammar(RELATIONS));
    let hidden = ["db-changed", "web-changed", "tick"].map(|name| alphabet.find(name).unwrap()).to_vec();
    let view = View { hidden, ..View::NAMES };
    let statistics = compare_products(RELATIONS, &view, 0..6, 12);
    assert!(statistics.widest < 60, "{statistics:?}");
}

/// Names by sets that are kept as products from the beginning.
fn tell_by_products(text: &str, names: &str) -> Told {
    let bounds = Bounds { products: 1, ..Bounds::default() };
    tell_within(&grammar(text), &View::NAMES, From::Start, names, bounds)
}

#[test]
fn of_products_too_an_action_may_begin_with_what_a_rule_shows() {
    let text = "source u kind k { state on: bool = any } k a k b event s event <k>-x event <k>-y rule x(i: k) { <i>-x } \
        action t(i: k) by u when i.on { i.on = false x(i) <i>-y } phase p { s s do(t) do(t) }";
    let told = tell_by_products(text, "s s a-x a-y b-x b-y");
    assert!(told.agree == 6 && told.ends && told.statistics.products == 1);
    assert_eq!(tell_by_products(text, "s s a-y").agree, 2);
}

#[test]
fn where_a_guard_may_fail_there_are_no_products() {
    let products = |guard: &str| {
        let text = format!(
            "source u kind k {{ state n: 0..1 = any }} k a k b event <k>-e event s \
             action show(i: k) by u when {guard} {{ <i>-e }} phase p {{ s s do else {{}} s }}"
        );
        tell_by_products(&text, "s").statistics.products
    };
    assert_eq!(products("i.n == 1"), 1);
    assert_eq!(products("i.n + 1 == 2"), 0);
}

#[test]
fn where_nothing_is_enabled_products_have_nothing_that_is() {
    for statement in [
        "for one i: k where i.on { <i>-on } else { idle }",
        "choose { 1 when a.on => a-on, 2 when b.on => b-on, else => idle }",
        "do else { idle }",
    ] {
        let text = format!(
            "source u kind k {{ state on: bool = any }} k a k b event <k>-on event idle event s \
             action show(i: k) by u when i.on {{ <i>-on }} phase p {{ s s repeat 4 {{ {statement} s }} }}"
        );
        compare_products(&text, &View::NAMES, 0..6, 10);
    }
}

#[test]
fn where_anything_may_have_come_before_no_sequence_is_lost() {
    let grammar = grammar(&RELATIONS.replace("relation web[2]", ""));
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let sets = || Sets::new(&grammar, &alphabet, &program, View::NAMES, Bounds::default());
    let (mut exact, mut hull) = (sets(), sets());
    let (all, wider) = (exact.everywhere(false).unwrap(), hull.everywhere(true).unwrap());
    exact.look(&all).unwrap();
    hull.look(&wider).unwrap();
    assert!(exact.next(&all).is_subset(&hull.next(&wider)));
    assert!(hull.statistics().widest < 20, "{:?}", hull.statistics());
}

#[test]
fn what_a_state_is_supposed_to_be_is_no_argument() {
    let grammar = grammar(
        "source user\nkind k { state st: idle | busy = any }\nk one k two\nevent <k>-b event c\n\
         action rest(i: k) by user { i.st = idle c }\naction work(i: k) by user when i.st == busy { <i>-b }\n\
         phase p { do(rest, work) do(rest, work) }\n",
    );
    let bounds = Bounds { products: usize::MAX, ..Bounds::default() };
    for names in ["c one-b", "c two-b"] {
        assert_eq!(tell_within(&grammar, &View::NAMES, From::Forgetful, names, bounds).agree, 2, "{names}");
    }
}

#[test]
fn a_loop_that_begins_behind_what_is_hidden_counts_each_time() {
    let grammar = grammar(
        "event a event h event x\nkind r { state live: bool = any }\nr db r cache\n\
         phase p { a h repeat 3..5 { x } if db.live { a } if cache.live { a } }\n",
    );
    let (program, alphabet) = (Program::compile(&grammar), Alphabet::new(&grammar));
    let hidden = vec![alphabet.find("h").unwrap()];
    let bounds = Bounds { products: 1, ..Bounds::default() };
    let mut sets = Sets::new(&grammar, &alphabet, &program, View { hidden, ..View::NAMES }, bounds);
    // What was found at first is known then.
    for _ in 0..3 {
        let mut front = sets.start().unwrap();
        assert_eq!(follow(&mut sets, &alphabet, &mut front, "a x x x x x x"), 6);
    }
}
