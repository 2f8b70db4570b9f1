//! One code after the other, for bodies.

use super::*;

#[test]
fn events_are_found() {
    check_body("strat\nhttp-joined\ndb-joined\nhttp-joind", "undefined-event:2 bad-template:4 undefined-event:5");
    check_body(
        "<http>-joined\n<db>-joined\n<what>-joined\n<http>-join\n<leader>-joined\n<relation>-joined",
        "bad-template:3 undefined-name:4 undefined-event:5 undefined-instance:6 undefined-instance:7",
    );
    check_body("for each u: 0..3 { <u>-joined }", "type-mismatch:2");
    check_body(
        "http-changed\nhttp-changed(unit = 8)\nhttp-changed(unit = 1, unit = 2)\nhttp-changed(unit = 1, who = 2)\n\
            start(a = 1)",
        "missing-argument:2 out-of-domain:3 extra-argument:4 undefined-payload:5 undefined-payload:6",
    );
    check_body("join\nact\nwindow", "undefined-event:2 undefined-event:3 undefined-event:4");
}

#[test]
fn an_instance_of_two_kinds_is_told_apart_by_its_event() {
    check(
        "unit x relation x phase q { <x>-joined x-joined }\nphase r { x.live = false }\n\
            profile p { x.live = false x.mode = busy }",
        "ambiguous-name:3",
    );
}

#[test]
fn rules_are_called_with_what_they_take() {
    check_body(
        "join()\njoin(http, http)\njoin(3)\njon(http)\nact()\nstart()\nhttp-changed(3)",
        "missing-argument:2 extra-argument:3 type-mismatch:4 undefined-rule:5 undefined-rule:6 undefined-rule:7 \
            undefined-rule:8",
    );
}

#[test]
fn only_states_are_assigned_to() {
    check(
        "param p: 0..3 = 1 let l = 3 phase q { p = 2\nl = 3\nhttp = db[0]\nhttp.peer = true\nhttp.index = 3\n\
            http.what = 3\nwhat = 3\nfor each u: 0..3 { u = 3 } }",
        "bad-assignment:2 bad-assignment:3 bad-assignment:4 bad-assignment:5 bad-assignment:6 undefined-member:7 \
            undefined-name:8 bad-assignment:9",
    );
    check_body(
        "leader = 3\nleader += true\nu0.members += 8\nu0.members -= 7\nscale += 100\nscale = 9\nu0.mode = busy\n\
            u0.mode += 1",
        "type-mismatch:2 type-mismatch:3 out-of-domain:4 out-of-domain:7 type-mismatch:9",
    );
}

#[test]
fn variables_do_not_shadow() {
    check_body(
        "for each r: relation { for each r: relation { } }\nfor each leader: relation { }",
        "shadowed-name:2 shadowed-name:3",
    );
    // Names of instances, of enums' words and of other files are no hindrance.
    check_body("for each http: relation { <http>-joined } for each idle: 0..3 { }", "");
    let files = Memory::default().with("a", "state scale: 0..3 = 1");
    let text = "use \"a\" event e phase p { for each scale: 0..9 where scale == 9 { e } }".to_owned();
    let loaded = load(&files, &Root::Text { name: "x".to_owned(), text }, &Settings::default());
    assert_eq!(findings(&loaded), "");
}

#[test]
fn counts_are_possible() {
    check_body(
        "repeat 3..2 { start }\nrepeat 5.. mean 4 { start }\nrepeat 0.. { start }\nrepeat 3 mean 4 { start }\n\
            repeat (0 - 1) { start }",
        "bad-count:2 bad-count:3 bad-count:4 bad-count:5 bad-count:6",
    );
    check_body(
        "repeat 1000001 { start }\nrepeat 0..1000000 { start }\nrepeat (true) { start }",
        "repeat-limit:2 type-mismatch:4",
    );
    check_body(
        "repeat 0.. while leader { start } repeat while leader { start } repeat (scale)..9 mean (scale + 3) { \
            start }",
        "",
    );
}

#[test]
fn draws_name_what_can_be_drawn() {
    check_body(
        "do(nobody)\ndo(seen)\nreact(act)\nreact(nobody)\nsettle else start\ndo(act) else start",
        "undefined-action:2 undefined-action:3 undefined-reaction:4 undefined-reaction:5 misplaced-statement:6",
    );
}

#[test]
fn choices_are_well_formed() {
    check_body(
        "choose { 3 => start, else => start, 2 => start }\nchoose { else => start, else => start }\n\
            choose { (0 - 1) => start, (true) => start }",
        "misplaced-statement:2 misplaced-statement:3 misplaced-statement:3 bad-weight:4 type-mismatch:4",
    );
    check_body("maybe 101% start", "bad-percentage:2");
    check_body("choose { 1000000000 => start, 1 => start }\nchoose { 1000000001 => start }", "bad-weight:3");
}

#[test]
fn meanwhile_stands_first_in_a_phase() {
    check_body(
        "meanwhile { 5% start }\nmeanwhile { 5% start }\n{ meanwhile { 5% when 3 start } }",
        "misplaced-meanwhile:3 misplaced-meanwhile:4 type-mismatch:4",
    );
}
