//! What the texts mean, what is said of wrong ones, and that nothing makes the parser fall over.

use std::time::{Duration, Instant};

use super::tree::*;
use super::{Parse, parse, parse_pattern, parse_setting, parse_weight, print};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceFile, SourceId};

mod habits;
mod mistakes;
mod robust;

/// The example of the language's contract.
pub(super) const EXAMPLE: &str = include_str!("example.charmgrammar");
/// Every construct.
pub(super) const EVERYTHING: &str = include_str!("everything.charmgrammar");

pub(super) fn read(text: &str) -> Parse {
    parse(SourceId(0), &SourceFile::new("test", text))
}

/// The tree of a text without mistakes.
pub(super) fn good(text: &str) -> File {
    let parse = read(text);
    let diagnostics: Vec<_> = parse.diagnostics.iter().map(|diagnostic| brief(text, diagnostic)).collect();
    assert!(diagnostics.is_empty(), "{diagnostics:#?}\n{text}");
    parse.file
}

pub(super) fn findings(text: &str) -> Vec<Diagnostic> {
    read(text).diagnostics.sorted()
}

pub(super) fn brief(text: &str, diagnostic: &Diagnostic) -> String {
    let file = SourceFile::new("test", text);
    let (line, column) = file.line_column(diagnostic.primary.span.start);
    let head = format!("{line}:{column} {} {}", diagnostic.code, diagnostic.message);
    [&[head], diagnostic.help.as_slice()].concat().join(" | ")
}

fn kinds(text: &str) -> Vec<DeclarationKind> {
    good(text).declarations.into_iter().map(|declaration| declaration.kind).collect()
}

fn statements(text: &str) -> Vec<StatementKind> {
    let kinds = kinds(&format!("phase p {{ {text} }}"));
    let [DeclarationKind::Phase { body, .. }] = kinds.as_slice() else { panic!("{kinds:#?}") };
    body.statements.iter().map(|statement| statement.kind.clone()).collect()
}

fn statement(text: &str) -> StatementKind {
    let mut statements = statements(text);
    assert_eq!(statements.len(), 1, "{statements:#?}");
    statements.remove(0)
}

/// An expression with parentheses around all that binds.
fn shape(expression: &Expression) -> String {
    match &expression.kind {
        ExpressionKind::Integer(value) => value.to_string(),
        ExpressionKind::Boolean(value) => value.to_string(),
        ExpressionKind::None => "none".into(),
        ExpressionKind::Any => "any".into(),
        ExpressionKind::Name(name) => name.text.to_string(),
        ExpressionKind::Member { of, name } => format!("{}.{}", shape(of), name.text),
        ExpressionKind::Index { of, index } => format!("{}[{}]", of.text, shape(index)),
        ExpressionKind::Call { name, arguments } => format!("{}({})", name.text, shapes(arguments)),
        ExpressionKind::Set(elements) => format!("{{{}}}", shapes(elements)),
        ExpressionKind::Parenthesized(inner) => format!("[{}]", shape(inner)),
        ExpressionKind::Unary { operator, operand } => format!("({operator:?} {})", shape(operand)),
        ExpressionKind::Chain { first, rest } => {
            let rest = rest.iter().map(|(operator, _, operand)| format!(" {operator:?} {}", shape(operand)));
            format!("({}{})", shape(first), rest.collect::<String>())
        }
        ExpressionKind::Quantified { quantifier, variable, filter } => {
            let filter = filter.as_ref().map_or(String::new(), |filter| shape(filter));
            format!("{quantifier:?}<{}: {filter}>", variable.name.text)
        }
        ExpressionKind::Broken => "broken".into(),
    }
}

fn shapes(list: &[Expression]) -> String {
    list.iter().map(shape).collect::<Vec<_>>().join(", ")
}

fn value(text: &str) -> String {
    let kinds = kinds(&format!("let x = {text}"));
    let [DeclarationKind::Let { value, .. }] = kinds.as_slice() else { panic!("{kinds:#?}") };
    shape(value)
}

fn emitted(statement: &StatementKind) -> String {
    let StatementKind::Emit { template, .. } = statement else { panic!("{statement:#?}") };
    template.text()
}

/// A tree without its places, as text.
pub(super) fn without_spans(file: &File) -> String {
    let debug = format!("{:?} {:?}", file.doc, file.declarations);
    let mut plain = String::new();
    let mut rest = debug.as_str();
    while let Some(at) = rest.find("Span { ") {
        plain.push_str(&rest[..at]);
        let after = &rest[at + "Span { ".len()..];
        rest = &after[after.find('}').expect("a span ends") + 1..];
    }
    plain + rest
}

#[test]
fn printing_and_reading_again_gives_the_same_tree() {
    for text in [EXAMPLE, EVERYTHING] {
        let tree = good(text);
        let printed = print(&tree);
        let again = good(&printed);
        assert_eq!(without_spans(&tree), without_spans(&again), "{printed}");
        assert_eq!(printed, print(&again));
    }
}

#[test]
fn operators_bind_as_the_contract_says() {
    assert_eq!(value("not a == b"), "(Not (a Equal b))");
    assert_eq!(value("a or b and c or d"), "(a Or (b And c) Or d)");
    assert_eq!(value("-a * b"), "((Negate a) Multiply b)");
    assert_eq!(value("a - b + c * 2 - -d"), "(a Subtract b Add (c Multiply 2) Subtract (Negate d))");
    assert_eq!(value("not not a and not b"), "((Not (Not a)) And (Not b))");
    assert_eq!(value("a + 1 not in s and b in {0, 2}"), "(((a Add 1) NotIn s) And (b In {0, 2}))");
    assert_eq!(value("(a or b) and true != false"), "([(a Or b)] And (true Unequal false))");
    assert_eq!(
        value("any(r: relation where r.live) or all(u: 0..7 where f(u, 1)) and count(r: k) > 1"),
        "(Any<r: r.live> Or (All<u: f(u, 1)> And (Count<r: > Greater 1)))"
    );
    assert_eq!(value("c.on.failing == db[n + 1].live"), "(c.on.failing Equal db[(n Add 1)].live)");
    assert_eq!(value("a <= b"), "(a LessEqual b)");
    assert_eq!(
        value("-9223372036854775807 - 9223372036854775807"),
        "((Negate 9223372036854775807) Subtract 9223372036854775807)"
    );
}

#[test]
fn names_hold_hyphens_that_something_follows() {
    assert_eq!(value("a-b"), "a-b");
    assert_eq!(value("a - b"), "(a Subtract b)");
    assert_eq!(value("a- b"), "(a Subtract b)");
    assert_eq!(value("a-1"), "a-1");
    assert_eq!(value("if-up or `if` or not-x"), "(if-up Or if Or not-x)");
    assert_eq!(value("iffy and none-such"), "(iffy And none-such)");
    assert_eq!(value("`2.9-x`"), "2.9-x");
}

#[test]
fn words_are_names_where_they_are_not_expected() {
    let all = statements("remove start mean source event phase with each one order");
    assert_eq!(
        all.iter().map(emitted).collect::<Vec<_>>().join(" "),
        "remove start mean source event phase with each one order"
    );
    assert!(matches!(
        kinds("event remove event event relation one")[..],
        [DeclarationKind::Event { .. }, DeclarationKind::Event { .. }, DeclarationKind::Instance { .. }]
    ));
}

#[test]
fn leave_and_end_alone_are_statements() {
    assert_eq!(statements("leave; end"), [StatementKind::Leave, StatementKind::End]);
    assert_eq!(emitted(&statement("`leave`")), "leave");
    assert_eq!(emitted(&statement("leave-now")), "leave-now");
    assert!(matches!(statement("end = 1"), StatementKind::Assign { .. }));
    assert!(matches!(statement("end(r)"), StatementKind::Call { .. }));
    assert!(matches!(statement("leave.x += 1"), StatementKind::Assign { .. }));
}

#[test]
fn templates_are_one_token() {
    for text in ["<r>-relation-joined", "foo-<r>-x", "for-<r>-if", "<a>-<b>", "2x-<r>"] {
        assert_eq!(emitted(&statement(text)), text);
    }
    let all = statements("x = y <r>-joined <r>-changed");
    assert_eq!(all.len(), 3);
    assert_eq!(emitted(&all[1]), "<r>-joined");
    assert_eq!(value("a < b"), "(a Less b)");
    assert_eq!(value("a <b"), "(a Less b)");
}

#[test]
fn parentheses_behind_a_name_tell_events_from_rules() {
    assert!(matches!(statement("e(x = 1)"), StatementKind::Emit { payload, .. } if payload.len() == 1));
    assert!(matches!(statement("r(x == 1)"), StatementKind::Call { arguments, .. } if arguments.len() == 1));
    assert!(matches!(statement("r(x, y,)"), StatementKind::Call { arguments, .. } if arguments.len() == 2));
    assert!(matches!(statement("boot()"), StatementKind::Call { arguments, .. } if arguments.is_empty()));
    assert!(matches!(statement("<r>-joined(unit = u)"), StatementKind::Emit { payload, .. } if payload.len() == 1));
}

#[test]
fn assignments() {
    let target = |text: &str| match statement(text) {
        StatementKind::Assign { target, operator, value } => {
            format!("{} {operator:?} {}", shape(&target), shape(&value))
        }
        other => panic!("{other:#?}"),
    };
    assert_eq!(target("x = y"), "x Set y");
    assert_eq!(target("x-=1"), "x Subtract 1");
    assert_eq!(target("r.live = not r.live"), "r.live Set (Not r.live)");
    assert_eq!(target("scale += 1"), "scale Add 1");
}

#[test]
fn counts() {
    let shown = |text: &str| match statement(text) {
        StatementKind::Repeat { count, condition, .. } => {
            let count = count.map_or(String::new(), |count| {
                let high = match &count.high {
                    High::Same => String::new(),
                    High::Open => "..".into(),
                    High::Bound(high) => format!("..{}", shape(high)),
                };
                format!("{}{high} mean {:?}", shape(&count.low), count.mean.as_ref().map(shape))
            });
            format!("{count} while {:?}", condition.as_deref().map(shape))
        }
        other => panic!("{other:#?}"),
    };
    assert_eq!(shown("repeat 3 {}"), "3 mean None while None");
    assert_eq!(shown("repeat 0..10 {}"), "0..10 mean None while None");
    assert_eq!(shown("repeat 0.. mean 10 {}"), "0.. mean Some(\"10\") while None");
    assert_eq!(shown("repeat lo..hi mean m while e {}"), "lo..hi mean Some(\"m\") while Some(\"e\")");
    assert_eq!(shown("repeat while e {}"), " while Some(\"e\")");
    assert_eq!(shown("repeat 3 while e {}"), "3 mean None while Some(\"e\")");
    assert_eq!(shown("repeat 0..mean {}"), "0..mean mean None while None");
    assert_eq!(shown("repeat 0..mean while e {}"), "0..mean mean None while Some(\"e\")");
    assert_eq!(shown("repeat (n + 1)..(m) mean (k) {}"), "[(n Add 1)]..[m] mean Some(\"[k]\") while None");
}

#[test]
fn choices() {
    let StatementKind::Choose(list) =
        statement("choose { 3 => a, (n) when e => { b } when f => do else if x {} else => d }")
    else {
        panic!()
    };
    let shown: Vec<_> = list
        .iter()
        .map(|one| {
            format!("{:?} {:?} {}", one.weight.as_deref().map(shape), one.guard.as_deref().map(shape), one.otherwise)
        })
        .collect();
    assert_eq!(
        shown,
        ["Some(\"3\") None false", "Some(\"[n]\") Some(\"e\") false", "None Some(\"f\") false", "None None true"]
    );
}

#[test]
fn prefixes_and_chains() {
    let StatementKind::Maybe { chance, body } = statement("maybe 0.5% do(a) else react else maybe 10% x") else {
        panic!()
    };
    assert_eq!(chance.millionths, 5_000);
    let StatementKind::Draw { verb: Verb::Do, names: Some(names), otherwise: Some(next) } = body.kind else { panic!() };
    assert_eq!(names[0].text, "a");
    let StatementKind::Draw { verb: Verb::React, names: None, otherwise: Some(next) } = next.kind else { panic!() };
    assert!(matches!(next.kind, StatementKind::Maybe { chance, .. } if chance.millionths == 100_000));
    assert!(matches!(statement("settle(a, b)"), StatementKind::Draw { verb: Verb::Settle, otherwise: None, .. }));
    assert!(
        matches!(statement("if a {} else if b {} else {}"), StatementKind::If { arms, otherwise: Some(_) } if arms.len() == 2)
    );
}

#[test]
fn loops_and_branches() {
    assert!(matches!(
        statement("for each r: relation in any order where r.live { x }"),
        StatementKind::ForEach { any_order: true, filter: Some(_), .. }
    ));
    assert!(matches!(statement("for one u: 0..7 { x } else { y }"), StatementKind::ForOne { otherwise: Some(_), .. }));
    let StatementKind::Interleave(branches) =
        statement("interleave each r: relation where r.live { a } with { b } with { c }")
    else {
        panic!()
    };
    assert_eq!(branches.iter().map(|branch| branch.each.is_some()).collect::<Vec<_>>(), [true, false, false]);
    assert!(
        matches!(statement("meanwhile { 20% when a b  0.5% { c } }"), StatementKind::Meanwhile(clauses) if clauses.len() == 2)
    );
}

#[test]
fn spans_hold_no_white_space() {
    let text = "phase p { x = y # why\n }  # end\n relation r # no\n";
    let file = good(text);
    assert_eq!(&text[file.declarations[0].span.range()], "phase p { x = y # why\n }");
    assert_eq!(&text[file.declarations[1].span.range()], "relation r");
    let DeclarationKind::Phase { body, .. } = &file.declarations[0].kind else { panic!() };
    assert_eq!(&text[body.statements[0].span.range()], "x = y");
}

#[test]
fn doc_comments_belong_to_what_follows() {
    let file = good(
        "\u{FEFF}## The file.\r\n##\r\n## More.\r\n\r\n## A phase.\n# a remark\nphase p { }\nkind k {\n  ## A field.\n  field a: bool\n}\nphase q {}\n",
    );
    assert_eq!(file.doc.map(|doc| doc.text).as_deref(), Some("The file.\n\nMore."));
    let docs: Vec<_> = file.declarations.iter().map(|one| one.doc.as_ref().map(|doc| doc.text.as_str())).collect();
    assert_eq!(docs, [Some("A phase."), None, None]);
    let DeclarationKind::Kind { members, .. } = &file.declarations[1].kind else { panic!() };
    assert_eq!(members[0].doc.as_ref().map(|doc| doc.text.as_str()), Some("A field."));
    assert_eq!(file.comments.len(), 6);
    assert_eq!(good("## A phase.\nphase p {}").doc, None);
    assert_eq!(good("## Only a file.").doc.map(|doc| doc.text).as_deref(), Some("Only a file."));
}

#[test]
fn a_kind_that_is_called_like_a_declaration_keeps_its_backquotes() {
    let text = "`kind` x\n`event` y\nrelation z\n";
    assert_eq!(print(&good(text)).replace("\n\n", "\n"), text);
}

#[test]
fn types() {
    let shown = |text: &str| {
        let kinds = kinds(&format!("rule x(a: {text}) {{}}"));
        let [DeclarationKind::Rule { parameters, .. }] = kinds.as_slice() else { panic!() };
        let ty = &parameters[0].ty;
        let kind = match &ty.kind {
            TypeKind::Bool => "bool".to_owned(),
            TypeKind::Range(low, high) => format!("{} to {}", shape(low), shape(high)),
            TypeKind::Set(low, high) => format!("set {} to {}", shape(low), shape(high)),
            TypeKind::Words(words) => words.iter().map(|word| word.text.clone()).collect::<Vec<_>>().join("/"),
        };
        if ty.optional { kind + "?" } else { kind }
    };
    assert_eq!(shown("bool"), "bool");
    assert_eq!(shown("-3..limit | none"), "(Negate 3) to limit?");
    assert_eq!(shown("set 0..7"), "set 0 to 7");
    assert_eq!(shown("set..7"), "set to 7");
    assert_eq!(shown("set | none"), "set?");
    assert_eq!(shown("idle | joined | gone"), "idle/joined/gone");
}

#[test]
fn patterns() {
    let shown = |text: &str| {
        let (pattern, diagnostics) = parse_pattern(SourceId(0), &SourceFile::new("--match", text));
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        pattern
            .expect("a good pattern")
            .elements
            .iter()
            .map(|element| format!("{:?}", element.kind))
            .collect::<Vec<_>>()
    };
    assert_eq!(shown("...a...").len(), 3);
    assert_eq!(shown("db[1]-relation-joined(unit = 0) *-x * (a b | c){2..5} !e{*} !(a | *-b){+} ... x{3}").len(), 8);
    let repeated = &shown("!e{*}")[0];
    assert!(repeated.starts_with("Repeat { element: Element { ") && repeated.contains("Not("), "{repeated}");
    assert!(shown("a (b | c)").len() == 2 && shown("a(b | c)").len() == 2);
    assert!(shown("a | b")[0].starts_with("Group"));
    assert!(shown("").is_empty());
}

#[test]
fn settings_of_the_command_line() {
    let set = |text: &str| {
        let (setting, diagnostics) = parse_setting(SourceId(0), &SourceFile::new("--set", text));
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        let setting = setting.expect("a good setting");
        format!("{} {} {}", setting.weight, shape(&setting.target), shape(&setting.value))
    };
    assert_eq!(set("operations=3"), "false operations 3");
    assert_eq!(set("http.live=false"), "false http.live false");
    assert_eq!(set("db[0].x={1}"), "false db[0].x {1}");
    assert_eq!(set("weight=-1"), "false weight (Negate 1)");
    let (weight, _) = parse_weight(SourceId(0), &SourceFile::new("--weight", "attach=3"));
    assert!(weight.is_some_and(|setting| setting.weight && shape(&setting.target) == "attach"));
    let (none, diagnostics) = parse_setting(SourceId(0), &SourceFile::new("--set", "http.live"));
    assert!(none.is_none());
    assert_eq!(diagnostics.sorted()[0].message, "expected `=`, found the end of the text");
}

#[test]
fn a_deep_nest_of_parentheses_takes_milliseconds() {
    let start = Instant::now();
    let deep = |open: &str, close: &str| format!("let x = {}1{}", open.repeat(256), close.repeat(256));
    good(&deep("(", ")"));
    good(&format!("phase p {}{}", "{".repeat(256), "}".repeat(256)));
    good(&format!("test \"\" accepts {{ {}a{} }}", "!(".repeat(255), ")".repeat(255)));
    good(&format!("phase p {{ {} x {} }}", "if (a) { x } else if b {".repeat(255), "}".repeat(255)));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let over = findings(&format!("let x = {}1{}", "(".repeat(257), ")".repeat(257)));
    assert_eq!(over.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::NestingLimit]);
    assert_eq!(over[0].primary.span.start, 8 + 256);
    for text in [
        format!("let x = {}1", "not ".repeat(100_000)),
        format!("let x = {}1", "- ".repeat(100_000)),
        format!("let x = a{}", ".b".repeat(100_000)),
        format!("phase p {{ {} x }}", "maybe 1% ".repeat(100_000)),
        format!("phase p {{ {} x }}", "do else ".repeat(100_000)),
        format!("test \"\" accepts {{ {}x }}", "!".repeat(100_000)),
    ] {
        let found = findings(&text);
        assert_eq!(found.iter().map(|one| one.code).collect::<Vec<_>>(), [Code::NestingLimit], "{}", &text[..40]);
    }
    good(&format!("phase p {{ if a {{}} {} }}", "else if b {} ".repeat(10_000)));
}
