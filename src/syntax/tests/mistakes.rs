//! What is said of wrong texts.

use super::habits::HABITS;
use super::{brief, findings, read};
use crate::diagnostic::Code;
use crate::source::{SourceFile, SourceId};
use crate::syntax::parse_pattern;
use crate::syntax::tree::{Declaration, DeclarationKind, ExpressionKind, TypeKind};

/// Texts, with everything that is to be said of them: place, code, message, help.
const MISTAKES: &[(&str, &[&str])] = &[
    (
        "phase p { if a {} elif b {} elif c == 1 {} }",
        &[
            "1:19 syntax `elif` is no word of the language | write `else if`",
            "1:29 syntax `elif` is no word of the language | write `else if`",
        ],
    ),
    (
        "let x = True and not False or y == None",
        &[
            "1:9 syntax `True` is no value of the language | write `true`, or `` `True` `` if it is a name",
            "1:22 syntax `False` is no value of the language | write `false`, or `` `False` `` if it is a name",
            "1:36 syntax `None` is no value of the language | write `none`, or `` `None` `` if it is a name",
        ],
    ),
    (
        "let x = a && b || !c",
        &[
            "1:11 syntax `&&` is no operator of the language | write `and`",
            "1:16 syntax `||` is no operator of the language | write `or`",
            "1:19 syntax `!` is no operator of the language | write `not`",
        ],
    ),
    ("phase p { if a = b { } }", &["1:16 syntax `=` gives a value, and does not compare | write `==`"]),
    (
        "profile p { a == 1 b := 2 }",
        &[
            "1:15 syntax `==` compares, and a value is given by `=` | write `=`",
            "1:22 syntax a value is given by `=` | write `=`",
        ],
    ),
    ("param x: 0..3 := 1", &["1:15 syntax a value is given by `=` | write `=`"]),
    (
        "phase p { x := 2  y == 3 }",
        &[
            "1:13 syntax a value is given by `=` | write `=`",
            "1:21 syntax `==` compares, and a value is given by `=` | write `=`",
        ],
    ),
    ("phase p {\n    foo\n    if a {\n        bar\n}\n\nphase q {\n    baz\n}\n", &["5:2 syntax missing `}`"]),
    ("phase p {\n    foo }\n    bar\n}\n\nphase q {\n    baz\n}\n", &["4:1 syntax unexpected `}`"]),
    ("phase p { foo }\n}\nphase q { }", &["2:1 syntax unexpected `}`"]),
    ("extend q { }\n}", &["1:8 syntax expected `phase`, found `q`", "2:1 syntax unexpected `}`"]),
    ("event <r>- y\nevent z", &["1:7 syntax an event's name does not end with a `-` | no space stands within it"]),
    ("let f = n not 3", &["1:15 syntax expected `in`, found `3`"]),
    (
        "phase p { maybe 30 x  meanwhile { 5 y 10 % z } }",
        &[
            "1:17 syntax expected a percentage, found `30` | write `30%`",
            "1:35 syntax expected a percentage, found `5` | write `5%`",
        ],
    ),
    ("test 'it''s' accepts { ... }", &["1:10 syntax expected `accepts`, `rejects` or `never`, found `'s'`"]),
    ("test 'it is' accepts { ... }", &[r#"1:6 syntax strings stand in double quotes | write `"it is"`"#]),
    ("phase p { while a { x } }", &["1:11 syntax a loop begins with `repeat` | write `repeat while`"]),
    (
        "event <relation>_relation_joined\nevent <relation>created\n",
        &[
            "1:7 syntax the parts of an event's name are joined by `-` | write `<relation>-relation-joined`",
            "2:7 syntax the parts of an event's name are joined by `-` | write `<relation>-created`",
        ],
    ),
    (
        "test \"never closed accepts { ... }\nphase p { x }\n",
        &[
            r#"1:6 syntax this string is never closed | write the closing `"` on the same line; a line break is written `\n`"#,
        ],
    ),
    (
        "phase p {\n    x = )\n    y = ]\n    good\n}\nphase q { foo( }\n",
        &[
            "2:9 syntax expected an expression, found `)`",
            "3:9 syntax expected an expression, found `]`",
            "6:16 syntax expected an expression or `)`, found `}`",
        ],
    ),
    (
        "phase p {\n    x = \n    y = 3 +\n    if b { good }\n    for each r relation { x y = ) }\n}\n",
        &[
            "4:5 syntax expected an expression, found `if`",
            "5:16 syntax expected `:`, found `relation` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
            "5:33 syntax expected an expression, found `)`",
        ],
    ),
    (
        "action a(s: storage by user { good }\naction b by user { x = ) }",
        &["1:21 syntax expected `)` or `,`, found `by`", "2:24 syntax expected an expression, found `)`"],
    ),
    (
        "rule a( { x = ) }\nphase q { good }",
        &["1:9 syntax expected a name or `)`, found `{`", "1:15 syntax expected an expression, found `)`"],
    ),
    (
        "action a\n    by user\n    group g\n    whn leader\n{\n    x = )\n}\nphase q {}",
        &[
            "4:5 syntax expected a clause or `{`, found `whn` | did you mean `when`?",
            "6:9 syntax expected an expression, found `)`",
        ],
    ),
    ("event start stop\n", &["1:13 syntax expected a declaration, found `stop`"]),
    ("evnt\nphase p {}", &["1:1 syntax expected a declaration, found `evnt` | did you mean `event`?"]),
    (
        "if leader { x }\nphase p {}",
        &["1:1 syntax expected a declaration, found `if` | statements stand in a `phase`, a `rule` or an `action`"],
    ),
    ("phase p { choose { 1 -> a, 2 => b } }", &["1:22 syntax expected `=>`, found `->` | write `=>`"]),
    (
        "phase p {\n choose {\n 1 => a\n 2 => b\n foo => c\n 3 -> { d }\n 4 => e\n }\n next )\n}",
        &[
            "3:8 syntax expected `,` between alternatives | a `,` can be left out only after a `}`",
            "4:8 syntax expected `,` between alternatives | a `,` can be left out only after a `}`",
            "5:2 syntax a weight is a number or an expression in parentheses | write `(foo)`",
            "6:4 syntax expected `=>`, found `->` | write `=>`",
            "9:7 syntax expected a statement or `}`, found `)`",
        ],
    ),
    (
        "phase p { meanwhile { x } y }",
        &["1:23 syntax expected a percentage or `}`, found `x` | a percentage is written `30%`"],
    ),
    (
        "phase for { x }",
        &["1:7 syntax expected a name, found `for` | `for` is a reserved word; as a name it is written `` `for` ``"],
    ),
    (
        "phase p { if a b { x = ) } else { y = ) } }",
        &[
            "1:16 syntax expected `{`, found `b`",
            "1:24 syntax expected an expression, found `)`",
            "1:39 syntax expected an expression, found `)`",
        ],
    ),
    (
        "phase p { join(r s) ok }\nphase q { any(r relation) }",
        &[
            "1:18 syntax expected `)` or `,`, found `s`",
            "2:11 syntax expected a statement or `}`, found `any` | `any` is a reserved word; as a name it is written `` `any` ``",
        ],
    ),
    ("phase p { foo(a, b\n bar\n baz )\n}\nphase q { x }", &["2:2 syntax expected `)` or `,`, found `bar`"]),
    (
        "kind k { field a bool\n state b: bool = true\n stat c: bool }",
        &[
            "1:18 syntax expected `:`, found `bool` | first the name, then `:` and its type, as in `leader: bool` or `scale: 0..9`",
            "3:2 syntax expected `}` or a member of a kind, found `stat`",
        ],
    ),
    ("kind k field a: bool }", &["1:8 syntax expected `{`, found `field` | a block stands in braces: `{ … }`"]),
    (
        "phase setup\n  install\n}\nphase q {}",
        &["2:3 syntax expected `{`, found `install` | a block stands in braces: `{ … }`"],
    ),
    ("let x = 1 <= n <= 3", &["1:9 chained-comparison comparisons do not chain | write `1 <= n and n <= 3`"]),
    (
        "let x = n == 1 == true",
        &[
            "1:9 chained-comparison comparisons do not chain | put one of them into parentheses, or leave out `true` and `false`",
        ],
    ),
    (
        "let x = a == not b",
        &[
            "1:14 syntax `not` cannot stand behind an operator that binds more tightly | put it into parentheses: `(not …)`",
        ],
    ),
    (
        "let x = 99999999999999999999",
        &["1:9 integer-too-large this integer does not fit into 64 bits | the largest is 9223372036854775807"],
    ),
    ("phase p { maybe 0.12345% x }", &["1:17 bad-percentage a percentage has at most four decimals"]),
    (
        "test \"a\\qb\\u{110000}\" never x",
        &[
            r#"1:8 bad-escape unknown escape `\q` | the escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with a character's code"#,
            r#"1:11 bad-escape unknown escape `\u{110000}` | the escapes are `\"`, `\\`, `\n`, `\t` and `\u{…}` with a character's code"#,
        ],
    ),
    ("action a by u when x by v { }", &["1:22 repeated-clause `by` is written twice"]),
    (
        "phase p { for each r: relation { } else { } }",
        &["1:41 syntax `for each` has no `else` | only `for one` has one, for when nothing matches"],
    ),
    ("action a by u weight n { }", &["1:22 syntax a weight is a number or an expression in parentheses | write `(n)`"]),
    ("profile p { = 3 b = 4 c 5 }", &["1:13 syntax expected a setting or `}`, found `=`"]),
    (
        "test \"a\" accepts { a <r>-x b }\ntest \"b\" accepts { (a | b }\ntest \"c\" accept { a }",
        &[
            "1:22 syntax expected an element of a pattern or `}`, found `<` | a pattern has no variables: it names an instance, or any of them by `*`, as in `*-relation-joined`",
            "2:27 syntax expected an element of a pattern or `)`, found `}`",
            "3:10 syntax expected `accepts`, `rejects` or `never`, found `accept`",
        ],
    ),
    ("phase p { a / b }", &["1:13 syntax expected a statement or `}`, found `/` | there is no division"]),
    (
        "phase p { repeat { x } }",
        &[
            "1:18 syntax expected a count or `while`, found `{` | as in `repeat 3 { … }`, `repeat 0..9 { … }`, `repeat 0.. mean 3 { … }` or `repeat while e { … }`",
        ],
    ),
    (
        "phase p { if x <y> 3 { } }",
        &[
            "1:16 syntax expected `{`, found `<` | `<y>` begins an event's name here; with a space behind the `<` it compares",
        ],
    ),
    ("use", &["1:4 syntax expected a name or a string, found the end of the text"]),
    ("phase p {", &["1:10 syntax missing `}`"]),
    ("phase", &["1:6 syntax expected a name, found the end of the text"]),
    ("}", &["1:1 syntax unexpected `}`"]),
    ("phase p { x }}}}}", &["1:14 syntax unexpected `}`"]),
    (
        "override phase p { x = ) }\noverride phase { y = ) }",
        &[
            "1:24 syntax expected an expression, found `)`",
            "2:16 syntax expected a name, found `{`",
            "2:22 syntax expected an expression, found `)`",
        ],
    ),
    ("phase p { e(x = 1, 2) }", &["1:20 syntax expected the name of a payload field | write `field = 2`"]),
    ("phase p { do(a b) ok }", &["1:16 syntax expected `)` or `,`, found `b`"]),
    (
        "state leader bool = true\nstate scale: 1..8\nstate x: bool = true",
        &[
            "1:14 syntax expected `:`, found `bool` | first the name, then `:` and its type, as in `leader: bool` or `scale: 0..9`",
            "2:18 syntax expected `=`, found the end of the declaration | a state has an initial value, which may be `any`",
        ],
    ),
    (
        "phase p {\n  a ]\n  b\n  c [\n  d\n}",
        &["2:5 syntax expected a statement or `}`, found `]`", "6:1 syntax expected `]`, found `}`"],
    ),
    (
        "phase p { x } phase q { y = ) } phase r { z = ) }",
        &["1:29 syntax expected an expression, found `)`", "1:47 syntax expected an expression, found `)`"],
    ),
    (
        "phase p {\n  foo @\n  bar $\n}\n\0",
        &[
            "2:7 syntax expected a statement or `}`, found `@`",
            "3:7 syntax expected a statement or `}`, found `$`",
            r"5:1 syntax expected a declaration, found `\0`",
        ],
    ),
    ("use juju { operations: 50 }", &["1:22 syntax expected `=`, found `:` | write `=`"]),
    ("phase p { repeat 0..10 mean { x } }", &["1:29 syntax expected a count, found `{`"]),
    (
        "param x: = 3\nparam y: int = \nparam z: bool = true",
        &[
            "1:10 syntax expected a type, found `=`",
            "2:15 syntax expected an expression, found the end of the declaration",
        ],
    ),
    (
        "source a b\nsource a,\nphase p {}",
        &[
            "1:10 syntax expected a declaration, found `b` | the names of a list are separated by `,`",
            "2:10 syntax expected a name, found the end of the declaration",
        ],
    ),
    (
        "phase p { for r: relation { x } for each r in relation { x } }",
        &[
            "1:15 syntax expected `each` or `one`, found `r` | write `for each r: relation { … }`, or `for one …` for one that is drawn",
            "1:44 syntax expected `:`, found `in` | write `:` and the kind of the variable, or its range, as in `r: relation`",
        ],
    ),
    ("relation db[2 { }\nphase q {}", &["1:15 syntax expected `]`, found `{`"]),
    (
        "x = 3\nphase p {}",
        &[
            "1:1 syntax expected a declaration, found `x` | assignments stand in a `phase`, a `rule` or an `action`; a value is declared by `param`, `state` or `let`",
        ],
    ),
    (
        "phase p { else { x } }",
        &[
            "1:11 syntax expected a statement or `}`, found `else` | an `else` stands directly behind the block of an `if` or a `for one`, or behind `do(…)`",
        ],
    ),
    (
        "phase p { a } else { b }",
        &[
            "1:15 syntax expected a declaration, found `else` | an `else` stands directly behind the block of an `if` or a `for one`, or behind `do(…)`",
        ],
    ),
    ("phase p { if a & b { } }", &["1:16 syntax expected `{`, found `&` | write `and`"]),
    ("phase p { if a | b { } }", &["1:16 syntax expected `{`, found `|` | write `or`"]),
    ("phase p { if a { } else x { } }", &["1:25 syntax expected `{` or `if`, found `x`"]),
    ("let x = “a”", &[r#"1:9 syntax expected an expression, found `“` | strings stand in straight quotes: `"…"`"#]),
    (
        "phase p {\n  x = 'abc\n  )\n}",
        &[
            r#"2:7 syntax this string is never closed | write the closing `"` on the same line; a line break is written `\n`"#,
            "3:3 syntax expected a statement or `}`, found `)`",
        ],
    ),
    ("kind k { state a: bool = maybe }", &["1:26 syntax expected an expression, found `maybe`"]),
    (
        "action a by user\n  do(x)\n",
        &[
            "2:3 syntax expected a clause or `{`, found `do` | the clauses are `as \"…\"`, `by user`, `weight 3`, `when …` and `group …`",
        ],
    ),
    (
        "phase p { interleave { a ) } with { b ] } }",
        &["1:26 syntax expected a statement or `}`, found `)`", "1:39 syntax expected a statement or `}`, found `]`"],
    ),
    (
        "use juju {\n  a = 1 2\n  b = )\n  c = 3\n}",
        &["2:9 syntax expected a setting or `}`, found `2`", "3:7 syntax expected an expression, found `)`"],
    ),
    (
        "phase p {\n  x = )\n  good\n  if b { y ] }\n}\n\nrule r() {\n  repeat (\n}\n",
        &[
            "2:7 syntax expected an expression, found `)`",
            "4:12 syntax expected a statement or `}`, found `]`",
            "9:1 syntax expected an expression, found `}`",
        ],
    ),
];

#[test]
fn every_mistake_is_reported_once() {
    for (text, expected) in MISTAKES.iter().chain(HABITS) {
        let found: Vec<String> = findings(text).iter().map(|one| brief(text, one)).collect();
        assert_eq!(found, *expected, "{text}");
    }
}

#[test]
fn what_nests_too_deep_hides_no_other_mistake() {
    let nest = |open: &str, close: &str| open.repeat(300) + &close.repeat(300);
    let (braces, parentheses) = (nest("{", "}"), nest("(", ")"));
    let text = format!(
        "source user\nphase p {braces}\nphase q {{ zz ) }}\naction a by user when {parentheses} {{ }}\n\
         phase r {{ a }} override phase s {braces} phase t {{ ] }}"
    );
    let codes: Vec<_> = findings(&text).iter().map(|one| one.code).collect();
    let (deep, wrong) = (Code::NestingLimit, Code::Syntax);
    assert_eq!(codes, [deep, wrong, deep, deep, wrong]);
    let kinds: Vec<_> = read(&text).file.declarations.into_iter().map(|one| one.kind).collect();
    let broken = |kind: &DeclarationKind| match kind {
        DeclarationKind::Broken { keyword: Some(keyword), name: Some(name) } => {
            format!("{} {}", keyword.text, name.text)
        }
        _ => String::new(),
    };
    let DeclarationKind::Override(inner) = &kinds[5] else { panic!("{kinds:#?}") };
    assert_eq!(broken(&inner.kind), "phase s");
    let found: Vec<_> = kinds.iter().map(broken).collect();
    assert_eq!(found, ["", "phase p", "", "action a", "", "", ""]);
    // What is never closed ends where a line begins another declaration.
    let text = format!("phase p {}\nphase q {{ zz ) }}\nevent )", "{".repeat(300));
    let codes: Vec<_> = findings(&text).iter().map(|one| one.code).collect();
    assert_eq!(codes, [deep, wrong, wrong]);
}

#[test]
fn brackets_that_many_declarations_leave_open_do_not_nest() {
    let found = findings(&"phase p {\n".repeat(300));
    assert!(found.iter().all(|one| one.code == Code::Syntax && one.message == "missing `}`"));
}

#[test]
fn a_misspelled_word_is_read_as_what_was_meant() {
    let declarations = read("def boot() {\n    a )\n}\nkind stage { }\nstage s { a ) }").file.declarations;
    let DeclarationKind::Broken { keyword: Some(keyword), name: Some(name) } = &declarations[0].kind else {
        panic!("{declarations:#?}")
    };
    assert_eq!((keyword.text.as_str(), name.text.as_str()), ("rule", "boot"));
}

#[test]
fn what_stands_before_the_space_in_a_name_is_no_event() {
    for text in ["phase p {\n  <r> -seen\n  other }", "phase p { other\n  db - seen }"] {
        let declarations = read(text).file.declarations;
        let DeclarationKind::Phase { body, .. } = &declarations[0].kind else { panic!("{declarations:#?}") };
        assert_eq!(findings(text).len(), 1, "{text}");
        assert_eq!(body.statements.len(), 1, "{body:#?}");
    }
}

#[test]
fn a_number_that_does_not_fit_is_no_other_number() {
    let declarations = read("param big: 0..99999999999999999999 = 1").file.declarations;
    let DeclarationKind::Param { ty, .. } = &declarations[0].kind else { panic!("{declarations:#?}") };
    assert!(matches!(&ty.kind, TypeKind::Range(_, high) if matches!(high.kind, ExpressionKind::Broken)));
}

#[test]
fn a_template_without_hyphens_is_read_with_them() {
    let name = |text: &str| {
        let declarations = read(text).file.declarations;
        let [Declaration { kind: DeclarationKind::Event { template, .. }, .. }] = declarations.as_slice() else {
            panic!("{declarations:#?}")
        };
        template.text()
    };
    assert_eq!(name("event <r>seen"), "<r>-seen");
    assert_eq!(name("event a_<r><s>_x_y"), "a-<r>-<s>-x-y");
}

#[test]
fn two_mistakes_in_one_declaration_and_one_in_another_are_three() {
    let text = "phase p {\n    x = )\n    good\n    if a b { more }\n}\n\nsource user\n\nrule r( { y }\n";
    assert_eq!(findings(text).len(), 3);
    let declarations = read(text).file.declarations;
    assert_eq!(declarations.len(), 3);
    let DeclarationKind::Phase { body, .. } = &declarations[0].kind else { panic!("{declarations:#?}") };
    assert_eq!(body.statements.len(), 2, "the good statement, and the block of the broken one");
    assert!(matches!(declarations[1].kind, DeclarationKind::Source(_)));
    let DeclarationKind::Broken { keyword: Some(keyword), name: Some(name) } = &declarations[2].kind else {
        panic!("{declarations:#?}")
    };
    assert_eq!((keyword.text.as_str(), name.text.as_str()), ("rule", "r"));
}

#[test]
fn a_missing_brace_shows_where_it_was_opened() {
    let text = "phase p {\n    foo\n    if a {\n        bar\n}\n\nphase q {\n    baz\n}\n";
    let found = findings(text);
    assert_eq!(found[0].secondary[0].span.start, 27, "the brace of the `if`");
    assert_eq!(read(text).file.declarations.len(), 2);
    let text = "phase p {\n  foo\n\nphase q {\n  baz\n}\n";
    assert_eq!(findings(text)[0].secondary[0].span.start, 8);
}

#[test]
fn a_clause_that_is_repeated_shows_the_first_one() {
    let text = "action a by u when x by v { }";
    let found = findings(text);
    assert_eq!(&text[found[0].secondary[0].span.range()], "by u");
}

#[test]
fn what_was_meant_is_read_so() {
    let fixed = |text: &str| {
        let mut text = text.to_owned();
        while let Some(fix) = findings(&text).into_iter().find_map(|one| one.fix) {
            text.replace_range(fix.span.range(), &fix.replacement);
        }
        text
    };
    assert_eq!(
        fixed("phase p { if a && !b {} elif c = True {} }"),
        "phase p { if a and not b {} else if c == true {} }"
    );
    assert_eq!(fixed("phase p { maybe 3 x while a { y := 1 } }"), "phase p { maybe 3% x repeat while a { y = 1 } }");
    assert_eq!(fixed("event <r>_a_b  let x = 1 < 2 < 3"), "event <r>-a-b  let x = 1 < 2 and 2 < 3");
    assert_eq!(fixed("test 'a \"b\"' never x"), "test \"a \\\"b\\\"\" never x");
    assert_eq!(fixed("phase p { choose { 1 => a 2 => b } }"), "phase p { choose { 1 => a, 2 => b } }");
}

#[test]
fn a_short_text_has_one_mistake() {
    let (pattern, diagnostics) = parse_pattern(SourceId(0), &SourceFile::new("--match", "a ) b"));
    assert!(pattern.is_none());
    let found: Vec<_> = diagnostics.iter().map(|one| brief("a ) b", one)).collect();
    assert_eq!(found, ["1:3 syntax expected an element of a pattern, found `)`"]);
}
