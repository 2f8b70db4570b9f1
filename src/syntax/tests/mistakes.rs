//! What is said of wrong texts.

use super::{brief, findings, read, without_spans};
use crate::syntax::tree::{DeclarationKind, StatementKind};

#[test]
fn dump() {
    let cases = [
        "phase p { if a {} elif b {} elif c == 1 {} }",
        "let x = True and not False or y == None",
        "let x = a && b || !c",
        "phase p { if a = b { } }",
        "profile p { a == 1 b := 2 }",
        "param x: 0..3 := 1",
        "phase p { x := 2  y == 3 }",
        "phase p {\n    foo\n    if a {\n        bar\n}\n\nphase q {\n    baz\n}\n",
        "phase p {\n    foo }\n    bar\n}\n\nphase q {\n    baz\n}\n",
        "phase p { foo }\n}\nphase q { }",
        "phase p { maybe 30 x  meanwhile { 5 y 10 % z } }",
        "test 'it''s' accepts { ... }",
        "test 'it is' accepts { ... }",
        "phase p { while a { x } }",
        "event <relation>_relation_joined\nevent <relation>created\n",
        "test \"never closed accepts { ... }\nphase p { x }\n",
        "phase p {\n    x = )\n    y = ]\n    good\n}\nphase q { foo( }\n",
        "phase p {\n    x = \n    y = 3 +\n    if b { good }\n    for each r relation { x y = ) }\n}\n",
        "action a(s: storage by user { good }\naction b by user { x = ) }",
        "rule a( { x = ) }\nphase q { good }",
        "action a\n    by user\n    group g\n    whn leader\n{\n    x = )\n}\nphase q {}",
        "event start stop\n",
        "evnt start\nphse p { }\n",
        "evnt\nphase p {}",
        "if leader { x }\nphase p {}",
        "phase p { choose { 1 -> a, 2 => b } }",
        "phase p {\n choose {\n 1 => a\n 2 => b\n foo => c\n 3 -> { d }\n 4 => e\n }\n next )\n}",
        "phase p { meanwhile { x } y }",
        "phase for { x }",
        "phase p { if a b { x = ) } else { y = ) } }",
        "phase p { join(r s) ok }\nphase q { any(r relation) }",
        "phase p { foo(a, b\n bar\n baz )\n}\nphase q { x }",
        "kind k { field a bool\n state b: bool = true\n stat c: bool }",
        "kind k field a: bool }",
        "phase setup\n  install\n}\nphase q {}",
        "let x = 1 <= n <= 3",
        "let x = a == not b",
        "let x = 99999999999999999999",
        "phase p { maybe 0.12345% x }",
        "test \"a\\qb\\u{110000}\" never x",
        "action a by u when x by v { }",
        "phase p { for each r: relation { } else { } }",
        "action a by u weight n { }",
        "profile p { = 3 b = 4 c 5 }",
        "test \"a\" accepts { a <r>-x b }\ntest \"b\" accepts { (a | b }\ntest \"c\" accept { a }",
        "phase p { a / b }",
        "phase p { repeat { x } }",
        "phase p { if x <y> 3 { } }",
        "use",
        "phase p {",
        "phase",
        "}",
        "phase p { x }}}}}",
        "override phase p { x = ) }\noverride phase { y = ) }",
        "phase p { e(x = 1, 2) }",
        "phase p { do(a b) ok }",
        "state leader bool = true\nstate scale: 1..8\nstate x: bool = true",
        "phase p {\n  a ]\n  b\n  c [\n  d\n}",
        "phase p { x } phase q { y = ) } phase r { z = ) }",
        "phase p {\n  foo @\n  bar $\n}\n\0",
        "use juju { operations: 50 }",
        "phase p { repeat 0..10 mean { x } }",
        "param x: = 3\nparam y: int = \nparam z: bool = true",
        "source a b\nsource a,\nphase p {}",
        "phase p { for r: relation { x } for each r in relation { x } }",
        "relation db[2 { }\nphase q {}",
    ];
    for text in cases {
        println!("--- {text:?}");
        for finding in findings(text) {
            println!("   {}", brief(text, &finding));
        }
    }
    let _ = (read(""), without_spans(&read("").file));
    let _ = |k: DeclarationKind, s: StatementKind| (k, s);
}
