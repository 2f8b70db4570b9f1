//! Limits: each is set by its name, met with an error that names it, and is in the reference as it is.

use std::fs;

use charmgrammar::limits::Limits;

use crate::support::{root, run, run_with};

#[test]
fn the_reference_lists_all_limits_as_they_are() {
    let reference = fs::read_to_string(root().join("grammar/LANGUAGE.md")).unwrap();
    let rows: Vec<&str> =
        reference.lines().filter(|line| line.starts_with("| `") && line.matches('|').count() == 5).collect();
    for limit in Limits::default().list() {
        let (begin, end) = (format!("| `{}` |", limit.name), format!("| {} | {} |", limit.value, limit.most));
        assert!(rows.iter().any(|row| row.starts_with(&begin) && row.ends_with(&end)), "{begin} … {end}");
    }
}

#[test]
fn each_limit_is_met_where_it_is_set_and_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    let grammar = "source user  kind k {}  k x[3]  event a  event <k>-e  param n: 0..9 = 2\n\
                   action go(i: k, j: k) by user { a }\n\
                   rule deep(d: 0..200) { a if d > 0 { deep(d - 1) a } }\n\
                   phase p { for each i: k in any order { a } repeat n { a } deep(n) }\n";
    fs::write(path("g.charmgrammar"), grammar).unwrap();
    fs::create_dir(path("charm")).unwrap();
    fs::write(path("charm/charmcraft.yaml"), "name: x\nrequires: {db: {interface: y}, web: {interface: y}}\n").unwrap();
    fs::write(path("names"), "a\na\na\na\na\na\na\na\n").unwrap();
    fs::write(path("jsonl"), "{\"items\":[\"a\"]}\n").unwrap();
    fs::write(path("log"), "[{\"status\": \"x\", \"message\": \"y\"},\n{\"status\": \"x\", \"message\": \"y\"}]\n")
        .unwrap();
    let (g, charm, names, jsonl, log) =
        (path("g.charmgrammar"), path("charm"), path("names"), path("jsonl"), path("log"));
    for (limit, line, told) in [
        ("file=100", &["check", &g][..], "more than 100 bytes"),
        ("file=100", &["fmt", "--check", &g], "more than 100 bytes"),
        ("instances=2", &["check", &g], "at most 2 instances"),
        ("bindings=8", &["check", &g], "9 bindings; the limit is 8"),
        ("event-names=3", &["check", &g], "4 events; the limit is 3"),
        ("count=1", &["generate", &g, "--seed", "1"], "a count is at most 1"),
        ("any-order=2", &["generate", &g, "--seed", "1"], "over 3, which is more than 2"),
        ("stack=20", &["generate", &g, "--seed", "1", "--set", "n=9"], "20 words of stack"),
        ("charm-file=10", &["generate", "--charm", &charm, "--seed", "1"], "more than 10 bytes"),
        ("yaml-values=3", &["init", "--charm", &charm], "more than 3 values"),
        ("line=1", &["validate", &g, &names, "--input", "names", "--limit", "json-line=1"], ""),
        ("json-line=8", &["validate", &g, &jsonl], "longer than 8 bytes"),
        ("status-log=30", &["validate", &g, &log, "--input", "status-log"], "longer than 30 bytes"),
        ("whole-input=3", &["validate", &g, &names, "--any", "n"], "more than 3 bytes"),
        ("whole-input=3", &["export", &g, &names, "--as", "juju"], "more than 3 bytes"),
        ("combinations=9", &["validate", &g, &names, "--any", "n"], "more than 9 combinations"),
        ("1", &["validate", &g, &names], "more than 1 configurations"),
        ("configurations=1", &["validate", &g, &names], "more than 1 configurations"),
        ("work=10", &["validate", &g, &names], "more than 10 steps"),
        ("work=10", &["probability", &g, &names], "more than 10 steps"),
        ("work=10", &["check", &g], "more than 10 steps"),
        ("work=10", &["count", &g, "--events", "5"], "more than 10 steps"),
        ("work=10", &["enumerate", &g, "--events", "5"], "more than 10 steps"),
        ("work=10", &["generate", &g, "--uniform", "--events", "5"], "more than 10 steps"),
        ("work=10", &["diff", &g, &g], "more than 10 steps"),
        ("work=10", &["export", &g, &names, "--as", "juju"], "more than 10 steps"),
        ("1", &["generate", &g], "looks at no configurations"),
        ("1", &["fmt", "--check", &g], "looks at no configurations"),
        ("lines=3", &["check", &g], "did you mean `line`"),
        ("nonsense=3", &["check", &g], "there are file, instances"),
        ("file=0", &["check", &g], "from 1 to 2147483648"),
        ("file=x", &["check", &g], "invalid digit"),
    ] {
        let ran = run(&[line, &["--limit", limit]].concat());
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(all.contains(told), "{limit} {line:?}: {ran:?}");
        assert!(told.is_empty() || ran.code != 0, "{limit} {line:?}: {ran:?}");
        // Without it nothing of this is told.
        assert!(told.is_empty() || !format!("{:?}", run(line)).contains(told), "{line:?}");
    }
    let ran = run_with(&["validate", &g, "-", "--input", "names", "--limit", "line=3"], b"aaaa\n");
    assert!(ran.code == 2 && ran.stderr.contains("longer than 3 bytes"), "{ran:?}");
}

/// Inputs that ask for far more than they are long.
#[test]
fn inputs_that_grow_are_refused() {
    let checked = |text: &str| {
        let ran = run_with(&["check", "--syntax", "-"], text.as_bytes());
        assert_ne!(ran.code, 0, "{text:.80}");
        ran.stdout + &ran.stderr
    };
    let nested = "event a phase p { ".to_owned() + &"{ ".repeat(100_000);
    assert!(checked(&nested).contains("nesting-limit"));
    let negated = format!("state s: bool = {}true", "not ".repeat(100_000));
    assert!(checked(&negated).contains("nesting-limit"));
    let counted = "event a phase p { repeat 9000000000000000000 { a } }";
    assert!(checked(counted).contains("repeat-limit"));
    let wide = "event a source u action x(a: 0..4095, b: 0..4095, c: 0..4095) by u { a } phase p { do }";
    assert!(checked(wide).contains("binding-limit"));
    let range = "event a state s: -9223372036854775807..9223372036854775807 = 0 phase p { a }";
    assert!(checked(range).contains("domain-limit"));
    let pattern = "event a phase p { a } test \"t\" accepts { (((a{10000}){10000}){10000}){10000} }";
    let ran = run_with(&["test", "-"], pattern.as_bytes());
    assert!(ran.code == 2 && ran.stdout.contains("more than 200000 states"), "{ran:?}");
    let deep = format!("{{\"items\":{}", "[".repeat(100_000));
    let ran = run_with(&["validate", "example", "--input", "jsonl"], deep.as_bytes());
    assert!(ran.code == 2 && ran.stderr.contains("the line is cut off"), "{ran:?}");
}

/// A lot can come next after each of few configurations: what is looked at is bounded by their number all the same.
#[test]
fn what_lies_ahead_is_bounded_too() {
    let text = "event a event b event c event d phase p { interleave each z: 0..16 { \
                choose { 1 => { a b c d }, 1 => { b a d c }, 1 => { c d a b } } maybe 50% { d a b c } } }";
    let trace = "a\nb\nc\nd\na\nb\nc\nd\na\nb\nc\nd\na\nb\nc\nd\n";
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("g.charmgrammar");
    fs::write(&path, text).unwrap();
    let ran = run_with(&["validate", path.to_str().unwrap(), "-", "--limit", "2000"], trace.as_bytes());
    assert!(ran.code == 2 && ran.stderr.contains("more than 2000 configurations"), "{ran:?}");
}

/// Commands with a grammar, in the time that the text takes: twice the work for each level would never end.
fn each_command(text: &str, check: &dyn Fn(&str, &crate::support::Ran)) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("g.charmgrammar");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    for (command, rest) in [
        ("check", &["--syntax"][..]),
        ("check", &[]),
        ("fmt", &["--check"]),
        ("generate", &["--seed", "1"]),
        ("validate", &["-"]),
        ("validate", &["-", "--explain"]),
        ("validate", &["-", "--from-anywhere"]),
        ("probability", &["-"]),
        ("count", &["--events", "2"]),
        ("stats", &[]),
        ("diff", &[path]),
    ] {
        let ran = run_with(&[&[command, path], rest].concat(), b"a\na\n");
        assert!(!ran.stderr.contains("panicked"), "{command} {rest:?}: {}", ran.stderr);
        check(&format!("{command} {rest:?}"), &ran);
    }
}

#[test]
fn statements_nest_without_doubling_the_work() {
    let nested: [&dyn Fn(&str) -> String; 9] = [
        &|inner| format!("choose {{ 1 => a, 1 => {inner} }}"),
        &|inner| format!("choose {{ 1 => {inner}, 1 when p => a }}"),
        &|inner| format!("choose {{ 1 when p => a, else => {inner} }}"),
        &|inner| format!("maybe 50% {{ {inner} a }}"),
        &|inner| format!("if p {{ {inner} }} else {{ a }}"),
        &|inner| format!("if p {{ a }} else {{ {inner} }}"),
        &|inner| format!("atomic {{ {inner} }}"),
        &|inner| format!("for one r: relation {{ {inner} }}").replace("r:", &format!("r{}:", inner.len())),
        &|inner| format!("repeat while p {{ {inner} a leave }}"),
    ];
    for nest in nested {
        let body = (0..200).fold("a".to_owned(), |inner, _| nest(&inner));
        let text = format!("kind relation {{}}\nrelation db\nparam p: bool = true\nevent a\nphase x {{ {body} a }}\n");
        each_command(&text, &|line, ran| assert!(ran.code <= 1, "{line}: {}\n{text}", ran.stderr));
    }
}

#[test]
fn lets_use_each_other_without_doubling_the_work() {
    let chain = |first: &str, next: &dyn Fn(usize) -> String| {
        (1..100).fold(format!("let l0{first}"), |text, place| format!("{text}\nlet l{place}{}", next(place - 1)))
    };
    for (lets, guard) in [
        (chain(" = s > 0", &|last| format!(" = l{last} and l{last}")), "l99"),
        (chain(" = s > 0", &|last| format!(" = not (l{last} == false) or l{last}")), "l99"),
        (chain(" = s", &|last| format!(" = l{last} + l{last} - l{last}")), "l99 > 0"),
        (chain("(x: 0..5) = x < s", &|last| format!("(x: 0..5) = l{last}(x) and l{last}(x) or l{last}(5)")), "l99(0)"),
    ] {
        let text = format!(
            "source u\nstate s: 0..5 = 1\nevent a\n{lets}\naction go by u when {guard} {{ a }}\n\
             action stay by u when not ({guard}) {{ a }}\nphase x {{ do do }}\n"
        );
        each_command(&text, &|line, ran| {
            assert!(ran.code <= 1 && !ran.stdout.contains("silent-loop"), "{line}: {}{}", ran.stdout, ran.stderr);
        });
    }
}

/// What takes too many steps is told as that, where there is no loop.
#[test]
fn a_long_evaluation_is_no_silent_loop() {
    let quantified = "any(x: 0..4095 where any(y: 0..4095 where any(z: 0..4095 where x + y + z > 20000)))";
    for (body, code) in [
        (format!("if {quantified} {{ a }} a"), "step-limit"),
        ("repeat while any(x: 0..9 where x == 3) {} a".to_owned(), "silent-loop"),
    ] {
        let text = format!("event a\nphase p {{ {body} }}\n");
        let ran = run_with(&["check", "-", "--step-limit", "10000"], text.as_bytes());
        assert!(ran.stdout.starts_with(&format!("error[{code}]")), "{ran:?}");
    }
}

/// Grammars of a few lines that would be searched for ever, each with a trace that is not theirs.
const ENDLESS: [(&str, &str); 4] = [
    // Each of the branches is at one of three places.
    ("event a event x event y(n: 0..9) phase p { interleave each z: 0..80 { x y(n = 3) } a }", "a"),
    (
        "event a event x event y phase p { interleave each z: 0..5 { interleave each y: 0..5 { x y x } with { y x } } a }",
        "a",
    ),
    // Which values the states have is not told.
    (
        "event a event b state s: 0..63 = any state t: 0..63 = any state u: 0..63 = any state v: 0..63 = any \
      phase p { a if s + t + u + v == 77 { b } a if s * t == u * v { b } a }",
        "a b b",
    ),
    // Nested calls, each of which may go on in two ways.
    ("event a event b rule x { a maybe 90% x() maybe 90% x() } phase p { x() b }", "a a a a b a"),
];

#[test]
fn every_search_ends_where_the_limit_on_work_says_so() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
    for (number, (text, trace)) in ENDLESS.into_iter().enumerate() {
        let (g, names) = (path(&format!("{number}.charmgrammar")), path(&format!("{number}.names")));
        fs::write(&g, format!("{text}\ntest \"t\" rejects {{ a a a a a a a a a a a a a }}\n")).unwrap();
        fs::write(&names, trace.replace(' ', "\n") + "\n").unwrap();
        for line in [
            &["check", &g][..],
            &["test", &g],
            &["count", &g, "--events", "60"],
            &["generate", &g, "--uniform", "--events", "60"],
            &["diff", &g, &g],
            &["stats", &g, "-n", "1", "--seed", "1", "--event-limit", "1000"],
            &["validate", &g, &names, "--explain"],
            &["validate", &g, &names, "--from-anywhere", "--explain"],
            &["probability", &g, &names],
        ] {
            let ran = run(&[line, &["--limit", "work=100000"]].concat());
            assert!([0, 1, 2].contains(&ran.code), "{line:?}: {ran:?}");
            let all = format!("{}{}", ran.stdout, ran.stderr);
            let is_cut = all.contains("--limit work=N");
            // What is decided within the limit need not tell of it.
            assert!(is_cut || ran.code != 2, "{line:?}: {ran:?}");
        }
    }
}

#[test]
fn a_verdict_stays_where_nothing_else_is_found_in_time() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("g.charmgrammar");
    // A verdict by names need not know the states, and reasons do.
    let hidden = "event a event b event x(n: 0..63, m: 0..63) state s: 0..63 = any state t: 0..63 = any \
                  phase p { x(n = s, m = t) x(n = t, m = s) b }";
    let no_reason = "no reasons: none was found within 5000 steps, which end at item 1; --limit work=N allows more";
    let given_up = "the search for reasons was given up after 5000 steps; --limit work=N allows more";
    let no_sequence = "nearest valid sequence: not known; none was found within 5000 steps; --limit work=N allows more";
    for (grammar, trace, told) in [
        (hidden, &b"x\na\n"[..], &["invalid at 2: a", no_reason, "3 edits away"][..]),
        (ENDLESS[0].0, b"a\n", &["invalid at 1: a", given_up, no_sequence]),
    ] {
        fs::write(&path, grammar).unwrap();
        let ran = run_with(&["validate", path.to_str().unwrap(), "-", "--explain", "--limit", "work=20000"], trace);
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(told.iter().all(|told| ran.stdout.contains(told)), "{told:?}: {ran:?}");
    }
}

/// A phase with so many statements of two bytes, and one with a statement that is longer than it may be.
#[test]
fn a_long_grammar_is_read_in_little_memory() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wide.charmgrammar");
    let text = |body: &str| format!("event a phase p {{ a {body} }}");
    fs::write(&path, text(&" a".repeat(1_000_000))).unwrap();
    // 2 MB; pest alone would take 600.
    let bounded = "ulimit -v 400000; exec \"$0\" \"$@\"";
    let checked = std::process::Command::new("sh")
        .args(["-c", bounded, env!("CARGO_BIN_EXE_charmgrammar"), "check", "--syntax"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    for long in [format!("choose {{ {} }}", "1 => a, ".repeat(200_000)), format!("x = 1{}", "+1".repeat(600_000))] {
        fs::write(&path, text(&long)).unwrap();
        let checked = run(&["check", "--syntax", path.to_str().unwrap()]);
        assert_eq!(checked.code, 2);
        assert!(checked.stdout.contains("error[item-limit]: this is longer than 1 MiB"), "{checked:?}");
    }
}

/// With n branches of which each has another one in it there are 2^n configurations; one order of their turns shows all.
#[test]
fn branches_within_branches_are_checked_at_once() {
    let body = (0..250).fold("a".to_owned(), |body, _| format!("interleave {{ a b }} with {{ {body} }}"));
    let ran = run_with(&["check", "-"], format!("event a event b phase p {{ {body} }}").as_bytes());
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
}
