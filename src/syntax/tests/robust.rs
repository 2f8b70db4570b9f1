//! Nothing makes the parser panic, or take long.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::{EVERYTHING, EXAMPLE, findings, read};
use crate::diagnostic::Code;
use crate::source::{SourceFile, SourceId};
use crate::syntax::{parse_pattern, parse_setting, print};

/// The generator of numbers called xorshift64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("less than a usize")
    }
}

const PIECES: [&str; 48] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "`",
    "#",
    "##",
    "\n",
    " ",
    "<r>",
    "-",
    "..",
    "...",
    "=",
    "==",
    ":",
    ",",
    ";",
    "%",
    "é",
    "\u{FEFF}",
    "\0",
    "if",
    "else",
    "phase p",
    "event",
    "not",
    "maybe 3%",
    "99999999999999999999",
    "\\",
    "!",
    "|",
    "<",
    ">",
    "%",
    ",",
    "[0]-",
    "“",
    "\u{2011}",
    "def ",
    "OVERRIDE Phase",
    "when {",
    "deprecated",
    "source a b",
];

#[test]
fn mutated_texts_neither_panic_nor_give_places_outside() {
    let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
    for round in 0..600 {
        let source = if round % 2 == 0 { EXAMPLE } else { EVERYTHING };
        let mut text = source.to_owned();
        for _ in 0..=numbers.below(6) {
            let mut at = numbers.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match numbers.below(3) {
                0 => text.insert_str(at, PIECES[numbers.below(PIECES.len())]),
                1 => text = text[..at].to_owned() + text[at..].get(numbers.below(9)..).unwrap_or_default(),
                _ => text.truncate(at.max(text.len() / 2)),
            }
            while text.is_empty() {
                text.push('x');
            }
        }
        check(&text);
    }
    for _ in 0..600 {
        let bytes: Vec<u8> =
            (0..numbers.below(200)).map(|_| u8::try_from(numbers.below(256)).expect("a byte")).collect();
        check(&String::from_utf8_lossy(&bytes));
        let pieces: String = (0..numbers.below(60)).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
        check(&pieces);
    }
}

fn check(text: &str) {
    let parse = read(text);
    print(&parse.file);
    let mut places: Vec<_> = parse.file.declarations.iter().map(|one| one.span).collect();
    places.extend(parse.file.comments.iter().map(|one| one.span));
    for one in parse.diagnostics.iter() {
        places.push(one.primary.span);
        places.extend(one.secondary.iter().map(|label| label.span));
        places.extend(one.fix.iter().map(|fix| fix.span));
    }
    for place in places {
        assert!(text.get(place.range()).is_some(), "{place:?} of {text:?}");
    }
    let _ = parse_pattern(SourceId(0), &SourceFile::new("", text));
    let _ = parse_setting(SourceId(0), &SourceFile::new("", text));
}

/// What is said of a text, and that it does not take long.
fn quickly(what: &str, text: &str) -> Vec<Code> {
    let start = Instant::now();
    let found = findings(text).iter().map(|one| one.code).collect();
    let took = start.elapsed();
    println!("{what}: {took:?}");
    assert!(took < Duration::from_secs(10), "{what} took {took:?}");
    found
}

#[test]
fn brackets_that_are_added_lie_within_characters() {
    for text in ["phase p {{#“", "phase p { x = ((#“”", "phase p {{ a = #é", "test \"\" accepts {(#“"] {
        check(text);
    }
}

#[test]
fn hostile_texts_get_an_answer_at_once() {
    let size = if cfg!(debug_assertions) { 1 << 18 } else { 5 << 20 };
    for open in ["(", "{", "[", "phase p {", "let x = (", "if a {"] {
        let found = quickly(open, &open.repeat(100_000));
        assert_eq!(found, [Code::NestingLimit], "{open}");
    }
    // What is closed by the wrong bracket, or too late, is no reason to look for the right one again and again.
    for (open, close) in [("(", "]"), ("{(", "]"), ("([", "}"), ("{", "}"), ("phase p {", ")"), ("phase p {\n", "]\n")]
    {
        let text = open.repeat(size / 2 / open.len()) + &close.repeat(size / 2 / close.len());
        assert!(quickly(&format!("{open} {close}"), &text).len() <= 100);
        quickly(&format!("{open}{close}"), &format!("{open}{close}").repeat(size / (open.len() + close.len())));
    }
    for junk in [
        "}",
        ")",
        "a",
        "a ",
        "@",
        "a b ",
        "event a ",
        "\"",
        "`",
        "# ",
        "é",
        "phase p { x ) } ",
        "x = ) ",
        "<",
        ".",
        "-",
        "1 ",
        "{} ",
        "() ",
        "def a() {} ",
        "relation a { if { ",
        "if when { } ",
        "source a b ",
        "a, ",
        "[0]-",
    ] {
        let found = quickly(junk, &junk.repeat(size / junk.len()));
        assert!(found.len() <= 100, "{junk}: {}", found.len());
        let body = format!("phase p {{ {} }}", junk.repeat(size / junk.len()));
        quickly(&format!("in a body: {junk}"), &body);
        quickly(&format!("in lines: {junk}"), &format!("{junk}\n").repeat(size / (junk.len() + 1)));
    }
}

#[test]
fn a_megabyte_of_events_is_read_at_once() {
    let mut text = String::new();
    for number in 0..20_000 {
        writeln!(text, "event something-that-happens-{number}(unit: 0..7)  # why").expect("a string takes all");
    }
    assert!(quickly("events", &text).is_empty());
    text.push_str("phase p { x = ) }");
    assert_eq!(quickly("events, and a mistake", &text), [Code::Syntax]);
}

/// What can't be read is not read once more in another way: that would double with each level.
#[test]
fn a_mistake_within_many_levels_is_found_at_once() {
    let statements = [
        "if x { … }",
        "if x { } else { … }",
        "if x { } else if x { … } else { }",
        "choose { 1 => { … } }",
        "choose { else => { … } }",
        "choose { 1 when x => … }",
        "interleave { a } with { … }",
        "interleave { a } with each r: k where x { … }",
        "interleave { … } with { a }",
        "interleave each r: k { … }",
        "maybe 1% { … }",
        "do else { … }",
        "react(a) else { … }",
        "for each r: k in any order where x { … }",
        "for one r: k { … } else { a }",
        "repeat 1..2 mean 1 { … }",
        "repeat while x { … }",
        "atomic { … }",
        "{ … }",
        "with { … }",
        "meanwhile { 1% when x { … } }",
    ];
    let expressions = [
        "(…)",
        "not (…)",
        "f(…)",
        "f(x, …)",
        "{…}",
        "any(r: k where …)",
        "x[…]",
        "x + (…) * x",
        "count(r: k where (…))",
    ];
    let patterns = ["(…)", "(a | …)", "!(…)", "(…){2}", "a (… | a)"];
    let places = [
        (&statements[..], "phase p { … }"),
        (&expressions, "let x = …"),
        (&expressions, "phase p { x = … }"),
        (&expressions, "phase p { e(u = …) }"),
        (&expressions, "phase p { e(…) }"),
        (&expressions, "phase p { repeat (…) { } }"),
        (&patterns, "test \"t\" accepts { … }"),
    ];
    for (constructs, around) in places {
        for construct in constructs {
            let (open, close) = construct.split_once('…').expect("it has a place");
            for mistake in ["@", "a )", "a }", "= =", "{", "(", "a with", "else {", ""] {
                for n_closed in [60, 30, 0] {
                    let text = format!("{}{mistake}{}", open.repeat(60), close.repeat(n_closed));
                    quickly(&format!("{mistake} in {construct}"), &around.replace('…', &text));
                }
            }
        }
    }
}
