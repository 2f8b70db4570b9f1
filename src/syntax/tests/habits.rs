//! What is said of the habits of other languages, and of typical slips.

/// Texts, with everything that is to be said of them: place, code, message, help.
pub(super) const HABITS: &[(&str, &[&str])] = &[
    ("phase p { if !leader { a } }", &["1:14 syntax `!` is no operator of the language | write `not`"]),
    ("phase p { maybe a }", &["1:17 syntax expected a percentage, found `a` | a percentage is written `30%`"]),
    (
        "phase p { <r> -seen }",
        &[
            "1:14 syntax the parts of an event's name are joined by `-` without a space | leave out the space beside the `-`",
        ],
    ),
    (
        "phase p { db[0]-seen }",
        &[
            "1:16 syntax an event's name cannot have an element of an array in it | take a variable for it, as in `for each r: relation where r == db[0] { <r>-relation-joined }`",
        ],
    ),
    (
        "event foo- <storage>-x",
        &[
            "1:10 syntax the parts of an event's name are joined by `-` without a space | leave out the space beside the `-`",
        ],
    ),
    ("phase p { <r>seen }", &["1:11 syntax the parts of an event's name are joined by `-` | write `<r>-seen`"]),
    (
        "rule seen(r: relation) { maybe a } }\nphase p { }",
        &["1:32 syntax expected a percentage, found `a` | a percentage is written `30%`", "1:36 syntax unexpected `}`"],
    ),
    ("phase p { <r>- seen }", &["1:11 syntax an event's name does not end with a `-` | no space stands within it"]),
    (
        "param big: 0..99999999999999999999 = 1",
        &["1:15 integer-too-large this integer does not fit into 64 bits | the largest is 9223372036854775807"],
    ),
    (
        "event a when deprecated\nevent b deprecated\nevent c",
        &[
            "1:9 syntax expected a declaration, found `when` | the clauses of an action stand before its block",
            "2:19 syntax expected a string, found the end of the declaration",
        ],
    ),
    (
        "phase p { install, start, config-changed }",
        &[
            "1:18 syntax expected a statement or `}`, found `,` | statements follow each other without a `,`",
            "1:25 syntax expected a statement or `}`, found `,` | statements follow each other without a `,`",
        ],
    ),
    (
        "phase p {\n    if leader:\n        leader-elected\n    else:\n        leader-settings-changed\n}",
        &[
            "2:14 syntax expected `{`, found `:` | a block stands in braces: `{ … }`",
            "4:5 syntax expected a statement or `}`, found `else` | a block stands in braces: `else { … }`",
        ],
    ),
    ("phase p { if leader == true: { a } }", &["1:28 syntax expected `{`, found `:` | no `:` stands here"]),
    (
        "action a() -> user { a }",
        &[
            r#"1:12 syntax expected a clause or `{`, found `->` | the clauses are `as "…"`, `by user`, `weight 3`, `when …` and `group …`"#,
        ],
    ),
    (
        "phase p\n    install\n    start\nphase q { x }",
        &["2:5 syntax expected `{`, found `install` | a block stands in braces: `{ … }`"],
    ),
    (
        "def setup() {\n    install\n}\nphase p { setup() }",
        &["1:1 syntax expected a declaration, found `def` | did you mean `rule`?"],
    ),
    (
        "event \"install\"\nphase p { \"install\" }",
        &[
            r#"1:7 syntax expected an event, found `"install"` | the name of an event is written without quotes"#,
            r#"2:11 syntax expected a statement or `}`, found `"install"` | the name of an event is written without quotes"#,
        ],
    ),
    (
        "phase p { 'install' }",
        &[
            "1:11 syntax expected a statement or `}`, found `'install'` | the name of an event is written without quotes",
        ],
    ),
    (
        "phase p { for r in relations { x } }",
        &[
            "1:15 syntax expected `each` or `one`, found `r` | write `for each r: relation { … }`, or `for one …` for one that is drawn",
        ],
    ),
    (
        "phase p { for each r in relation { x } }",
        &[
            "1:22 syntax expected `:`, found `in` | write `:` and the kind of the variable, or its range, as in `r: relation`",
        ],
    ),
    (
        "phase p { for each relation { x } }",
        &[
            "1:29 syntax expected `:`, found `{` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    (
        "phase p { for each relation r { x } }",
        &[
            "1:29 syntax expected `:`, found `r` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    ("phase p { while x > 3 and { a } }", &["1:27 syntax expected an expression, found `{`"]),
    (
        "phase p { meanwhile { 30 % a 0,5% b } }",
        &["1:31 syntax expected a statement, found `,` | decimals stand behind a `.`"],
    ),
    (
        "phase p { maybe 30 % a  maybe 0.3 b  maybe .3 c }",
        &["1:44 syntax expected a percentage, found `.` | a percentage is written `30%`"],
    ),
    (
        "phase p { repeat 3 times { a } }",
        &["1:20 syntax expected `{` or `while`, found `times` | the block follows directly"],
    ),
    (
        "phase p { repeat 1 to 3 { a } repeat 1-3 { b } repeat 1...3 { c } repeat (1..3) { d } repeat 3: { } }",
        &[
            "1:20 syntax expected `{` or `while`, found `to` | write `..`",
            "1:38 syntax expected `{` or `while`, found `1-3` | write `1..3`",
            "1:56 syntax expected a count, `{`, or `while`, found `...` | write `..`",
            "1:76 syntax expected `)`, found `..` | a range stands without parentheses, as in `0..9`",
            "1:95 syntax expected `{` or `while`, found `:` | no `:` stands here",
        ],
    ),
    ("action a by user when { a }", &["1:23 syntax expected an expression, found `{`"]),
    (
        "action a { when leader by user x }",
        &["1:12 syntax expected a statement or `}`, found `when` | the guard of an action stands before its block"],
    ),
    (
        "action a user { x }",
        &[
            r#"1:10 syntax expected a clause or `{`, found `user` | the clauses are `as "…"`, `by user`, `weight 3`, `when …` and `group …`"#,
        ],
    ),
    (
        "action a by user, when leader { x }",
        &["1:19 syntax expected a name, found `when` | no `,` stands before a clause"],
    ),
    ("PHASE Setup { install }", &["1:1 syntax expected a declaration, found `PHASE` | did you mean `phase`?"]),
    (
        "Event install\nPhase setup { IF leader { install } }",
        &["2:1 syntax expected a declaration, found `Phase` | did you mean `phase`?"],
    ),
    (
        "phase p {\n    install ,\n    start )\n}",
        &[
            "2:13 syntax expected a statement or `}`, found `,` | statements follow each other without a `,`",
            "3:11 syntax expected a statement or `}`, found `)`",
        ],
    ),
    (
        "event config‑changed\nphase p { config–changed  install}",
        &[
            "1:13 syntax expected a declaration, found `‑` | it looks like a `-`, and is another character",
            "2:17 syntax expected a statement or `}`, found `–` | it looks like a `-`, and is another character",
        ],
    ),
    (
        "phase p\u{a0}{ install }",
        &["1:8 syntax expected `{`, found `\\u{a0}` | it looks like a space, and is another character"],
    ),
    ("phase p { x++ }", &["1:12 syntax expected a statement or `}`, found `+` | write `+= 1`"]),
    (
        "phase p { x *= 2  y /= 3 }",
        &["1:13 syntax expected a statement or `}`, found `*` | write it in full, as in `x = x * 2`"],
    ),
    (
        "phase p { if x is none { a } if x is not none { b } if x === 3 { c } if x <> 3 { d } }",
        &[
            "1:16 syntax expected `{`, found `is` | write `==`",
            "1:35 syntax expected `{`, found `is` | write `!=`",
            "1:60 syntax expected an expression, found `=` | equality is written `==`",
            "1:76 syntax expected an expression, found `>` | write `!=`",
        ],
    ),
    ("phase p { if (x > 3) a }", &["1:22 syntax expected `{`, found `a` | a block stands in braces: `{ … }`"]),
    ("phase p { if x > 3 then { a } }", &["1:20 syntax expected `{`, found `then` | the block follows directly"]),
    (
        "state scale = 1",
        &[
            "1:13 syntax expected `:`, found `=` | first the name, then `:` and its type, as in `leader: bool` or `scale: 0..9`",
        ],
    ),
    (
        "state leader: bool",
        &["1:19 syntax expected `=`, found the end of the text | a state has an initial value, which may be `any`"],
    ),
    ("state scale: 1-8 = 1", &["1:14 syntax expected `..`, found `1-8` | write `1..8`"]),
    (
        "state scale: [1..8] = 1",
        &["1:14 syntax expected a type, found `[` | a range is written without brackets, as in `0..9`"],
    ),
    (
        r#"state mode: "a" | "b" = a"#,
        &[
            r#"1:13 syntax expected a type, found `"a"` | there are no strings among the values; a word of an enum is written without quotes"#,
        ],
    ),
    (
        "state s: set<0..7> = {}",
        &["1:13 syntax expected a bound or `=`, found `<` | a set is written with its bounds alone, as in `set 0..7`"],
    ),
    (
        "state s: set(0..7) = {}",
        &["1:13 syntax expected a bound or `=`, found `(` | a set is written with its bounds alone, as in `set 0..7`"],
    ),
    (
        "state scale: 1..8 = 1;\nstate leader: bool = true;",
        &[
            "1:22 syntax expected a declaration, found `;` | a `;` may stand behind statements only",
            "2:26 syntax expected a declaration, found `;` | a `;` may stand behind statements only",
        ],
    ),
    (
        "param operations: 1..100",
        &[
            "1:25 syntax expected `=`, found the end of the text | a param has a value that holds when nothing else is set",
        ],
    ),
    (
        "event install()\nevent start;\nevent stop,\nevent a, b",
        &[
            "2:12 syntax expected a declaration, found `;` | a `;` may stand behind statements only",
            "3:11 syntax expected a declaration, found `,` | each declaration has its own word; only `source` and `group` take a list",
            "4:8 syntax expected a declaration, found `,` | each declaration has its own word; only `source` and `group` take a list",
        ],
    ),
    (
        "source user this_charm",
        &["1:13 syntax expected a declaration, found `this_charm` | the names of a list are separated by `,`"],
    ),
    ("source: user", &["1:7 syntax expected a name, found `:` | no `:` stands here"]),
    ("relation http: { peer = true }", &["1:14 syntax expected a declaration, found `:` | no `:` stands here"]),
    ("relation http { peer: true }", &["1:21 syntax expected `=`, found `:` | write `=`"]),
    (r#"relation "http""#, &[r#"1:10 syntax expected a name, found `"http"` | names are written without quotes"#]),
    (
        "relation db{2}",
        &["1:13 syntax expected a setting or `}`, found `2` | an array is declared with brackets, as in `db[2]`"],
    ),
    (
        "kind relation\nrelation http",
        &[
            "1:14 syntax expected `{`, found the end of the declaration | a kind without members is written `kind name {}`",
        ],
    ),
    (
        "kind relation { peer: bool = false }",
        &[
            "1:17 syntax expected `}` or a member of a kind, found `peer` | write `field peer`, or `state peer` if it changes",
        ],
    ),
    (
        "kind relation { field peer = false }",
        &[
            "1:28 syntax expected `:`, found `=` | first the name, then `:` and its type, as in `leader: bool` or `scale: 0..9`",
        ],
    ),
    (
        "phase p { choose { a, b } }",
        &[
            "1:21 syntax expected `=>`, found `,` | an alternative begins with its weight, as in `1 => a`",
            "1:25 syntax expected `=>`, found `}` | an alternative begins with its weight, as in `1 => a`",
        ],
    ),
    (
        "phase p { choose { 3: a, 1: b } }",
        &["1:21 syntax expected `=>`, found `:` | write `=>`", "1:27 syntax expected `=>`, found `:` | write `=>`"],
    ),
    (
        "phase p { choose { 30% => a, 70% => b } }",
        &[
            "1:22 syntax expected `=>`, found `%` | a weight is a number",
            "1:32 syntax expected `=>`, found `%` | a weight is a number",
        ],
    ),
    ("phase p { choose { 3 => a | 1 => b } }", &["1:27 syntax expected an alternative or `}`, found `|` | write `,`"]),
    (
        "phase p { choose { when leader { a } else { b } } }",
        &["1:32 syntax expected `=>`, found `{` | a `=>` stands before what is done, as in `1 => { … }`"],
    ),
    (
        "phase p { choose { a | b } }",
        &["1:22 syntax expected `=>`, found `|` | an alternative begins with its weight, as in `1 => a`"],
    ),
    (
        "phase p { interleave { a } and { b } }",
        &["1:28 syntax expected a statement or `}`, found `and` | write `with`"],
    ),
    ("phase p { meanwhile { 10%: a } }", &["1:26 syntax expected a statement, found `:` | no `:` stands here"]),
    (
        "phase p { meanwhile { a 10% } }",
        &["1:23 syntax expected a percentage or `}`, found `a` | a percentage is written `30%`"],
    ),
    ("phase p { 30% a }", &["1:11 syntax expected a statement or `}`, found `30` | write `maybe 30% …`"]),
    (
        "phase p { // comment\n  install }",
        &["1:11 syntax expected a statement or `}`, found `/` | a comment begins with `#`"],
    ),
    (
        "phase p { /* comment */ install }",
        &["1:11 syntax expected a statement or `}`, found `/` | a comment begins with `#`, and ends with its line"],
    ),
    (
        "-- a comment\nphase p { install }",
        &["1:1 syntax expected a declaration, found `-` | a comment begins with `#`"],
    ),
    (
        "phase p { scale = x ? 1 : 2 }",
        &[
            "1:21 syntax expected a statement or `}`, found `?` | there is no `? :`; write an `if` around the assignments",
        ],
    ),
    ("phase p { scale = 3 / 2 }", &["1:21 syntax expected a statement or `}`, found `/` | there is no division"]),
    ("phase p { scale = 3 % 2 }", &["1:21 syntax expected a statement or `}`, found `%` | there is no remainder"]),
    (
        "phase p { $r-relation-broken }",
        &["1:11 syntax expected a statement or `}`, found `$` | a variable in an event's name is written `<r>`"],
    ),
    (
        "phase p { {r}-relation-broken }",
        &["1:14 syntax expected a statement or `}`, found `-` | a variable in an event's name is written `<r>`"],
    ),
    (
        "phase p { <r.name>-relation-broken }",
        &["1:11 syntax expected a statement or `}`, found `<` | only a variable can stand there, as in `<r>`"],
    ),
    (
        "phase p { <r>.relation-broken }",
        &["1:14 syntax expected a statement or `}`, found `.` | the parts of an event's name are joined by `-`"],
    ),
    ("phase p { <r>-relation-joined(unit: 1) }", &["1:35 syntax expected `)` or `,`, found `:` | write `=`"]),
    (
        "test accepts { a }",
        &[
            r#"1:6 syntax expected a string, found `accepts` | a test begins with a text that says what it is for, as in `test "why" accepts { … }`"#,
        ],
    ),
    (
        r#"test "x" accepts ... install ..."#,
        &["1:18 syntax expected `{`, found `...` | a block stands in braces: `{ … }`"],
    ),
    (
        r#"test "x" accepts { ..., install, ... }"#,
        &[
            "1:23 syntax expected an element of a pattern or `}`, found `,` | elements follow each other without a `,`",
            "1:32 syntax expected an element of a pattern or `}`, found `,` | elements follow each other without a `,`",
        ],
    ),
    (
        r#"test "x" accepts { .. install .. }"#,
        &["1:20 syntax expected an element of a pattern or `}`, found `..` | write `...`"],
    ),
    (
        r#"test "x" accepts { install* start+ stop? }"#,
        &[
            "1:34 syntax expected an element of a pattern or `}`, found `+` | how often stands in braces, as in `start{+}`",
        ],
    ),
    (
        r#"test "x" accepts { <r>-relation-joined }"#,
        &[
            "1:20 syntax expected an element of a pattern or `}`, found `<` | a pattern has no variables: it names an instance, or any of them by `*`, as in `*-relation-joined`",
        ],
    ),
    (
        r#"test "x" accepts with short { a }"#,
        &["1:18 syntax expected `{`, found `with` | the profile stands before `accepts`"],
    ),
    (r#"profile "p" { a = 1 }"#, &[r#"1:9 syntax expected a name, found `"p"` | names are written without quotes"#]),
    (
        "use \"other.charmgrammar\"\nuse juju;\nuse k8s.charmgrammar\nimport juju\ninclude \"x\"",
        &[
            "2:9 syntax expected a declaration, found `;` | a `;` may stand behind statements only",
            r#"3:8 syntax expected a declaration, found `.` | the path of a file is a string, as in `use "other.charmgrammar"`"#,
            "5:1 syntax expected a declaration, found `include` | did you mean `use`?",
        ],
    ),
    ("let x: bool = true", &["1:6 syntax expected `=`, found `:` | a `let` has no type: leave it out"]),
    (
        "let f(r) = r.live",
        &[
            "1:8 syntax expected `:`, found `)` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    ("const x = 3", &["1:1 syntax expected a declaration, found `const` | did you mean `let`?"]),
    (
        "rule f(relation r) { a }",
        &[
            "1:17 syntax expected `:`, found `r` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    ("rule f() = a", &["1:10 syntax expected `{`, found `=` | a block stands in braces: `{ … }`"]),
    (
        "phase p { if any(relation r where r.live) { a } }",
        &[
            "1:27 syntax expected `:`, found `r` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    (
        "phase p { if any(r in relation: r.live) { a } }",
        &[
            "1:20 syntax expected `:`, found `in` | write `:` and the kind of the variable, or its range, as in `r: relation`",
        ],
    ),
    ("phase p { if any(r: relation, r.live) { a } }", &["1:29 syntax expected `)`, found `,` | write `where`"]),
    (
        "phase p { if x in [1, 2] { } if x in (1, 2) { } }",
        &[
            "1:19 syntax expected an expression, found `[` | a set is written in braces, as in `{1, 2}`",
            "1:40 syntax expected `)`, found `,` | a set is written in braces, as in `{1, 2}`",
        ],
    ),
    (
        "phase p { if x in 0..7 { } }",
        &[
            "1:20 syntax expected `{`, found `..` | a range is no value: compare with both ends, as in `0 <= n and n <= 9`",
        ],
    ),
    (
        r#"phase p { x = "abc" }"#,
        &[
            r#"1:15 syntax expected an expression, found `"abc"` | there are no strings among the values; a word of an enum is written without quotes"#,
        ],
    ),
    ("phase p { x = 1.5 }", &["1:16 syntax expected a statement or `}`, found `.` | all numbers are integers"]),
    ("action a by user weight: 3 { }", &["1:24 syntax expected a weight, found `:` | no `:` stands here"]),
    ("action a by user weight = 3 { }", &["1:25 syntax expected a weight, found `=` | write `weight 3`"]),
    ("action a by user weight 30% { }", &["1:27 syntax expected a clause or `{`, found `%` | a weight is a number"]),
    ("action a by user if leader { x }", &["1:18 syntax expected a clause or `{`, found `if` | write `when`"]),
    ("action a as attach by user { x }", &[r#"1:13 syntax expected a string, found `attach` | write `"attach"`"#]),
    (
        "action a(s: storage) by user where s.x { x }",
        &["1:30 syntax expected a clause or `{`, found `where` | write `when`"],
    ),
    (
        "action a by any { x }",
        &["1:13 syntax expected a name, found `any` | `any` is a reserved word; as a name it is written `` `any` ``"],
    ),
    (
        "action a by user { x };\nphase p {};",
        &[
            "1:23 syntax expected a declaration, found `;` | a `;` may stand behind statements only",
            "2:11 syntax expected a declaration, found `;` | a `;` may stand behind statements only",
        ],
    ),
    ("phase p() { a }", &["1:8 syntax expected `{`, found `(` | a phase has no parameters"]),
    (r#"phase "setup" { a }"#, &[r#"1:7 syntax expected a name, found `"setup"` | names are written without quotes"#]),
    (
        "phase p { state x: bool = true }",
        &[
            "1:18 syntax expected a statement or `}`, found `:` | declarations stand at the top of the file, outside of all blocks",
        ],
    ),
    (
        "event if\nevent do-it\nevent relation-<r>-x(count: 0..3)",
        &[
            "1:7 syntax expected an event, found `if` | `if` is a reserved word; as a name it is written `` `if` ``",
            "3:22 syntax expected a name or `)`, found `count` | `count` is a reserved word; as a name it is written `` `count` ``",
        ],
    ),
    (
        "override rule\nremove setup\nextend setup { meanwhile { 10% a } }\nextend phase setup",
        &[
            "1:14 syntax expected a name, found the end of the declaration",
            "2:13 syntax expected a name, found the end of the declaration | say what it is, as in `remove action attach`",
            "3:8 syntax expected `phase`, found `setup`",
            "4:19 syntax expected `{`, found the end of the text",
        ],
    ),
    (
        "phase p {\n  #\n  installed?\n  a!\n}",
        &[
            "3:12 syntax expected a statement or `}`, found `?` | write `maybe 50% …`",
            "4:4 syntax expected a statement or `}`, found `!` | a `!` stands in patterns only",
        ],
    ),
    (
        "phase p { repeat while: x { a } repeat until x { a } repeat { a } while x }",
        &[
            "1:23 syntax expected an expression, found `:` | no `:` stands here",
            "1:46 syntax expected `{` or `while`, found `x` | write `repeat while not …`",
            "1:61 syntax expected a count or `while`, found `{` | as in `repeat 3 { … }`, `repeat 0..9 { … }`, `repeat 0.. mean 3 { … }` or `repeat while e { … }`",
            "1:75 syntax expected `{`, found `}` | a block stands in braces: `{ … }`",
        ],
    ),
    ("phase p { if a b }", &["1:16 syntax expected `{`, found `b` | a block stands in braces: `{ … }`"]),
    ("phase p { if (a) { b } else if { c } }", &["1:32 syntax expected an expression, found `{`"]),
    (
        "phase p { a && b }",
        &["1:13 syntax expected a statement or `}`, found `&&` | statements follow each other without a sign"],
    ),
    (
        "phase p { a | b }",
        &["1:13 syntax expected a statement or `}`, found `|` | alternatives are written `choose { 1 => a, 1 => b }`"],
    ),
    (
        "phase p { (a b) }",
        &["1:11 syntax expected a statement or `}`, found `(` | statements are held together by braces: `{ … }`"],
    ),
    ("phase p { a* b+ c? }", &["1:12 syntax expected a statement or `}`, found `*` | write `repeat 0.. mean 3 { … }`"]),
    (
        "event <relation>-relation-joined(unit 0..7)",
        &[
            "1:39 syntax expected `:`, found `0` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    (
        "event <relation>-relation-joined(unit)",
        &[
            "1:38 syntax expected `:`, found `)` | first the name, then `:` and its type, as in `r: relation` or `n: 0..9`",
        ],
    ),
    (
        "event relation_joined:\nevent *-pebble-ready",
        &[
            "1:22 syntax expected a declaration, found `:` | no `:` stands here",
            "2:7 syntax expected an event, found `*` | events of many instances are declared by their kind, as in `<relation>-relation-joined`",
        ],
    ),
    (
        "phse p { a ) }",
        &[
            "1:1 syntax expected a declaration, found `phse` | did you mean `phase`?",
            "1:12 syntax expected a statement or `}`, found `)`",
        ],
    ),
    (
        "override PHASE p { a ) }",
        &[
            "1:10 syntax expected a declaration, found `PHASE` | did you mean `phase`?",
            "1:22 syntax expected a statement or `}`, found `)`",
        ],
    ),
    (
        "def boot() {\n    a )\n}\nphase p { boot() }",
        &[
            "1:1 syntax expected a declaration, found `def` | did you mean `rule`?",
            "2:7 syntax expected a statement or `}`, found `)`",
        ],
    ),
    ("let x = y ≠ 3 and z ≤ 4", &["1:11 syntax expected a declaration, found `≠` | write `!=`"]),
    (
        "event événement",
        &[
            "1:7 syntax expected an event, found `é` | names are made of the letters `a` to `z` and `A` to `Z`, digits, `_` and `-`",
        ],
    ),
    (
        "source user this_charm\nsource a",
        &["1:13 syntax expected a declaration, found `this_charm` | the names of a list are separated by `,`"],
    ),
    (
        "action a by user agent { x }",
        &[
            "1:18 syntax expected a clause or `{`, found `agent` | the names of a list are separated by `,`, and the clauses are `as`, `by`, `weight`, `when` and `group`",
        ],
    ),
];
