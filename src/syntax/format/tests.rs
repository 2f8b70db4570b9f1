//! What the layout looks like, piece by piece; whole files stand in `tests/corpus/fmt`.

use super::{Unformatted, format};
use crate::source::{SourceFile, SourceId};
use crate::syntax::tests::{EVERYTHING, EXAMPLE};

fn formatted(text: &str) -> String {
    let once = |text: &str| match format(SourceId(0), &SourceFile::new("it", text)) {
        Ok(text) => text,
        Err(error) => panic!("{error:?}\n{text}"),
    };
    let first = once(text);
    assert_eq!(once(&first), first, "formatting again changes it");
    first
}

#[test]
fn what_is_laid_out_well_stays() {
    for text in [
        "",
        "event a\n",
        "# nothing but a comment\n",
        "## The file.\n\nevent a\n",
        "event a  event b\n",
        "phase p { a; b c }\n",
        "phase p {\n    a b c\n    if x { a } else { b }\n}\n",
        "kind k { field n: 0..3 = 0  state on: bool = true }\n",
        "event a  # one\n# two\n\n# three\n",
    ] {
        assert_eq!(formatted(text), text);
    }
    formatted(EVERYTHING);
    formatted(EXAMPLE);
}

#[test]
fn white_space_and_separators_are_canonical() {
    for (before, after) in [
        ("phase  p{a b}", "phase p { a b }\n"),
        ("phase p { }", "phase p {}\n"),
        ("phase p { a; b; }", "phase p { a; b }\n"),
        ("phase p { x=1 y   =2; a ( n=3 ) }", "phase p { x = 1; y = 2; a(n = 3) }\n"),
        ("phase p {\n\n\ta;\n\n\n  b;;c }", "phase p {\n    a\n\n    b; c\n}\n"),
        ("phase p { choose{1=>a,2=>{b},else=>c,} }", "phase p { choose { 1 => a, 2 => { b }, else => c } }\n"),
        (
            "phase p { choose {\n1=>a,2=>{b},else=>c} }",
            "phase p {\n    choose {\n        1 => a,\n        2 => { b }\n        else => c,\n    }\n}\n",
        ),
        ("let a=not(x or -1==y)and z in{0,2,}", "let a = not (x or -1 == y) and z in {0, 2}\n"),
        ("let f( a:k,b : set 0 .. 7|none , )=db [ 0 ] . on", "let f(a: k, b: set 0..7 | none) = db[0].on\n"),
        ("use juju{a=1,b=2;weight c=3}", "use juju { a = 1, b = 2, weight c = 3 }\n"),
        (
            "test\"t\"accepts{...!a{*}(b|c d){2 .. 3}| e(n=1)}",
            "test \"t\" accepts { ... !a{*} (b | c d){2..3} | e(n = 1) }\n",
        ),
        ("phase p { meanwhile { 10 % a 0.5% when x b } }", "phase p { meanwhile { 10% a  0.5% when x b } }\n"),
        ("event a(n:0..1)deprecated\"x\"", "event a(n: 0..1) deprecated \"x\"\n"),
        ("event a\r\nevent b", "event a\r\nevent b\r\n"),
        ("\u{FEFF}event a", "event a\n"),
        ("#one\n##two\n#!three\n###four\n#\nevent a #five  ", "# one\n## two\n#!three\n###four\n#\nevent a  # five\n"),
    ] {
        assert_eq!(formatted(before), after, "{before}");
    }
}

#[test]
fn columns_stay_where_the_author_made_them() {
    let aligned = "container workload\nstorage   db\nrelation  replicas { peer = true }   # one\nrelation  http     { peer = false }  # two\n";
    assert_eq!(formatted(aligned), aligned);
    // What comes to be longer moves what is below each other, and what is not stays.
    assert_eq!(
        formatted("state a: 0..1=0   # x\nstate b: bool=true  # y\nevent long   # z\n\nevent a   # u\n"),
        "state a: 0..1 = 0  # x\nstate b: bool = true  # y\nevent long  # z\n\nevent a  # u\n"
    );
    assert_eq!(
        formatted("action a by user   {x=1}\naction bcd by user {y}\naction e by user {z}\n"),
        "action a by user   { x = 1 }\naction bcd by user { y }\naction e by user { z }\n"
    );
}

#[test]
fn what_is_too_long_is_broken_where_it_belongs_together() {
    let long = "a_long_condition_that_goes_on";
    assert_eq!(
        formatted(&format!("action a by user when {long} and {long} and {long} and {long} {{ x }}")),
        format!("action a\n    by user\n    when {long} and {long} and {long} and {long}\n{{\n    x\n}}\n").replace(
            &format!("when {long} and {long} and {long} and {long}"),
            &format!("when {long}\n        and {long}\n        and {long}\n        and {long}")
        )
    );
    let names: Vec<String> = (0..20).map(|number| format!("relation-{number}-joined")).collect();
    let text = formatted(&format!("test \"t\" accepts {{ {} }}", names.join(" ")));
    assert!(
        text.starts_with("test \"t\" accepts {\n    relation-0-joined relation-1-joined") && text.ends_with("\n}\n")
    );
    assert_eq!(text.lines().count(), 6, "{text}");
    assert!(text.lines().all(|line| line.len() <= 120), "{text}");
    let statements = formatted(&format!("phase p {{ {} }}", names.join(" ")));
    assert_eq!(statements.lines().count(), 22, "{statements}");
    let call = formatted(&format!("phase p {{ x = f({}) }}", names.join(", ").replace('-', "_")));
    assert!(call.contains("f(\n") && call.contains("relation_19_joined,\n"), "{call}");
}

#[test]
fn comments_stay_behind_what_they_are_about() {
    for (before, after) in [
        ("phase p { # why\na }", "phase p {  # why\n    a\n}\n"),
        ("phase p { a # why\n}", "phase p {\n    a  # why\n}\n"),
        ("phase p { a; # why\nb }", "phase p {\n    a  # why\n    b\n}\n"),
        ("phase p {\n a\n# why\n ; b }", "phase p {\n    a\n    # why\n    b\n}\n"),
        (
            "phase p { if x { a } # why\nelse { b } }",
            "phase p {\n    if x {\n        a\n    }  # why\n    else {\n        b\n    }\n}\n",
        ),
        ("phase p { f(a, # one\nb # two\n) }", "phase p {\n    f(\n        a,  # one\n        b,  # two\n    )\n}\n"),
        (
            "kind k { state a: bool # one\n, ## two\nstate b: bool }",
            "kind k {\n    state a: bool  # one\n        ,  ## two\n    state b: bool\n}\n",
        ),
        (
            "phase p { choose { 1 => a # x\n, ## y\n} }",
            "phase p {\n    choose {\n        1 => a  # x\n            ,  ## y\n    }\n}\n",
        ),
        ("phase # why\np { a }", "phase  # why\n    p {\n    a\n}\n"),
        (
            "phase p {\n\n# one\n\n# two\n\na\n\n# three\n\n}",
            "phase p {\n    # one\n\n    # two\n\n    a\n\n    # three\n}\n",
        ),
        ("let x = a # one\nor # two\nb", "let x = a  # one\n    or  # two\n        b\n"),
        (
            "phase p { choose { 1 => a # one\n, 2 => b # two\n} }",
            "phase p {\n    choose {\n        1 => a,  # one\n        2 => b,  # two\n    }\n}\n",
        ),
    ] {
        assert_eq!(formatted(before), after, "{before}");
    }
}

#[test]
fn deep_nesting_and_wrong_texts_are_told_apart() {
    let deep = format!("phase p {{ {}a{} }}", "{ ".repeat(250), " }".repeat(250));
    assert!(formatted(&deep).lines().count() > 400);
    let chain = format!("let x = {}a", "not ".repeat(250));
    assert_eq!(formatted(&chain).trim_end(), chain);
    for wrong in ["phase p { a", "phase p { x = 1 && 2 }", &format!("let x = {}a", "(".repeat(300))] {
        assert!(matches!(format(SourceId(0), &SourceFile::new("it", wrong)), Err(Unformatted::Wrong(_))), "{wrong}");
    }
}
