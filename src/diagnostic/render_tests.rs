//! Expected texts, and the inputs that break renderers.

use super::render::{Format, Renderer};
use super::{Code, Diagnostic};
use crate::source::{SourceFile, SourceId, SourceMap, Span};

fn sources(texts: &[(&str, &str)]) -> SourceMap {
    let mut sources = SourceMap::default();
    for (name, text) in texts {
        sources.add(SourceFile::new(*name, *text));
    }
    sources
}

/// Where `text` first stands in a file.
fn place(sources: &SourceMap, file: u32, text: &str) -> Span {
    let source = SourceId(file);
    let start = sources.file(source).text().find(text).expect("the text is there");
    Span::new(source, u32::try_from(start).unwrap(), u32::try_from(start + text.len()).unwrap())
}

fn at(file: u32, start: u32, end: u32) -> Span {
    Span::new(SourceId(file), start, end)
}

fn wrong(span: Span) -> Diagnostic {
    Diagnostic::error(Code::Syntax, span, "wrong")
}

/// One finding for people, without the line that counts it.
fn human(sources: &SourceMap, diagnostic: Diagnostic) -> String {
    let text = Renderer::new(Format::Human).render(sources, &[diagnostic]);
    text.strip_suffix("\n\n1 error\n").expect("it is counted").to_owned()
}

fn shows(sources: &SourceMap, diagnostic: Diagnostic, expected: &str) {
    let shown = human(sources, diagnostic);
    assert!(shown == expected.trim_start_matches('\n'), "expected:{expected}\nshown:\n{shown}");
}

const LIFE: &str = "event config-changed\n\nphase setup {\n    config-changd\n}\n";

fn misspelt(sources: &SourceMap) -> Diagnostic {
    Diagnostic::error(Code::UndefinedEvent, place(sources, 0, "config-changd"), "no event is called `config-changd`")
        .suggest(Some("config-changed"))
}

#[test]
fn a_suggestion_is_drawn_and_said_once() {
    let sources = sources(&[("life.charmgrammar", LIFE)]);
    shows(
        &sources,
        misspelt(&sources),
        "
error[undefined-event]: no event is called `config-changd`
 --> life.charmgrammar:4:5
  |
4 |     config-changd
  |     ^^^^^^^^^^^^^
  |
help: did you mean `config-changed`?
  |
4 |     config-changed
  |                 +",
    );
}

#[test]
fn a_space_at_the_end_of_a_fix_does_not_say_it_twice() {
    let sources = sources(&[("a", "let a = !b\n")]);
    let not = place(&sources, 0, "!");
    shows(
        &sources,
        wrong(not).help("write `not`").fix(not, "not "),
        "
error[syntax]: wrong
 --> a:1:9
  |
1 | let a = !b
  |         ^
  |
help: write `not`
  |
1 - let a = !b
1 + let a = not b
  |",
    );
}

#[test]
fn a_fix_that_does_not_fit_into_a_line_is_said() {
    let long = format!("{}config-changd", "install ".repeat(100));
    let sources = sources(&[("a", "one\ntwo\n"), ("b", &long)]);
    shows(
        &sources,
        wrong(place(&sources, 0, "one")).fix(at(0, 0, 7), "both"),
        "
error[syntax]: wrong
 --> a:1:1
  |
1 | one
  | ^^^
  |
  = help: did you mean `both`?",
    );
    let shown = human(&sources, wrong(place(&sources, 1, "config-changd")).suggest(Some("config-changed")));
    assert!(shown.ends_with("^^^^^^^^^^^^^\n  |\n  = help: did you mean `config-changed`?"), "{shown}");
    let shown = human(&sources, wrong(place(&sources, 0, "one")).fix(at(0, 0, 3), "several\nlines"));
    assert!(!shown.contains("several"), "{shown}");
}

#[test]
fn several_labels_files_and_lines_of_help() {
    let sources = sources(&[("a", "phase x {\n    go 日本 go\n}\n"), ("b", "one\ntwo")]);
    let diagnostic = wrong(place(&sources, 0, "日本"))
        .label("this")
        .also(place(&sources, 0, "phase x"), "in this phase")
        .also(place(&sources, 1, "two"), "declared here")
        .help("do this")
        .help("or that");
    shows(
        &sources,
        diagnostic,
        "
error[syntax]: wrong
 --> a:2:8
  |
1 | phase x {
  | ------- in this phase
2 |     go 日本 go
  |        ^^^^ this
  |
 ::: b:2:1
  |
2 | two
  | --- declared here
  |
  = help: do this
  = help: or that",
    );
}

#[test]
fn a_span_of_few_lines_is_drawn_and_of_many_is_cut() {
    let many: String = (1..=40).fold(String::new(), |text, number| format!("{text}event e{number}\n"));
    let sources = sources(&[("a", "phase x {\r\n\tif leader {\r\n\t\tgo\r\n\t}\r\n}\r\n"), ("b", &many)]);
    shows(
        &sources,
        wrong(place(&sources, 0, "if leader {\r\n\t\tgo\r\n\t}")).label("all of it"),
        "
error[syntax]: wrong
 --> a:2:2
  |
2 | /     if leader {
3 | |         go
4 | |     }
  | |_____^ all of it",
    );
    shows(
        &sources,
        wrong(at(1, 0, 300)).label("all of it").also(place(&sources, 1, "event e39"), "this"),
        "
error[syntax]: wrong
  --> b:1:1
   |
 1 | event e1
   | ^^^^^^^^ all of it
...
39 | event e39
   | --------- this",
    );
}

#[test]
fn ends_line_breaks_and_empty_files() {
    let sources = sources(&[("a", "abc\r\n"), ("b", "one\ntwo"), ("c", "")]);
    shows(&sources, wrong(at(0, 3, 5)), "\nerror[syntax]: wrong\n --> a:1:4\n  |\n1 | abc\n  |    ^");
    shows(&sources, wrong(at(0, 5, 5)), "\nerror[syntax]: wrong\n --> a:2:1\n  |\n2 |\n  | ^");
    shows(&sources, wrong(at(1, 7, 7)), "\nerror[syntax]: wrong\n --> b:2:4\n  |\n2 | two\n  |    ^");
    // Spans that are wrong themselves.
    shows(&sources, wrong(at(1, 700, 2)), "\nerror[syntax]: wrong\n --> b:2:4\n  |\n2 | two\n  |    ^");
    shows(&sources, wrong(at(2, 0, 9)), "\nerror[syntax]: wrong\n--> c");
    shows(&sources, wrong(at(9, 0, 9)), "\nerror[syntax]: wrong");
}

#[test]
fn nothing_acts_on_the_terminal() {
    let sources = sources(&[("a\x1b[1m", "go \x1b[31m \u{9b}31m \u{202e} \u{10fffd}0\u{10fffd} go")]);
    let diagnostic = Diagnostic::error(Code::Syntax, at(0, 0, 2), "no \x1b[31m")
        .label("a\nb\x07")
        .help("\u{9b}1m")
        .fix(at(0, 0, 2), "\u{202e}");
    let shown = human(&sources, diagnostic);
    let acts = |character: char| character != '\n' && (character.is_control() || character == '\u{202e}');
    assert!(!shown.contains(acts), "{shown:?}");
    assert!(shown.contains(" --> a␛[1m:1:1\n"), "{shown}");
}

#[test]
fn far_labels_and_long_lines_are_cut_out() {
    let line = "do ".repeat(2_000_000);
    let lines = "do\n".repeat(2_000_000);
    let sources = sources(&[("a", &line), ("b", &lines)]);
    let diagnostic = wrong(at(0, 4_500_000, 4_500_002)).label("this").also(at(0, 0, 2), "and this");
    let shown = Renderer { width: 60, ..Renderer::new(Format::Human) }.render(&sources, &[diagnostic]);
    assert!(shown.contains(" --> a:1:4500001\n  |\n1 | ...do do"), "{shown}");
    assert!(shown.contains(" ::: a:1:1\n  |\n1 | do do do"), "{shown}");
    assert!(shown.len() < 500, "{shown}");
    shows(
        &sources,
        wrong(at(1, 4_500_000, 4_500_002)).also(at(1, 0, 2), "this").also(at(1, 0, 4_500_000), "all"),
        "
error[syntax]: wrong
       --> b:1500001:1
        |
1500001 | do
        | ^^
        |
       ::: b:1:1
        |
      1 | do
        | --
        | |
        | this
        | all",
    );
}

#[test]
fn a_hundred_are_shown_errors_first_and_all_counted() {
    let sources = sources(&[("a", LIFE)]);
    let warning = Diagnostic::warning(Code::ShadowedName, at(0, 0, 5), "careful");
    let mut diagnostics = vec![warning; 120];
    diagnostics.push(misspelt(&sources));
    let shown = Renderer::new(Format::Human).render(&sources, &diagnostics);
    assert!(shown.starts_with("error[undefined-event]"), "{shown}");
    assert_eq!(shown.matches("warning[shadowed-name]").count(), 99);
    assert!(shown.ends_with("\n\n… and 21 more\n\n1 error, 120 warnings\n"), "{shown}");
    assert_eq!(Renderer::new(Format::Human).render(&sources, &[]), "");
    let color = Renderer { color: true, ..Renderer::new(Format::Human) };
    assert!(color.render(&sources, &diagnostics).contains("\x1b["));
}

#[test]
fn json() {
    let sources = sources(&[("a", LIFE), ("b", &"ä".repeat(300))]);
    let renderer = Renderer::new(Format::Json);
    assert_eq!(renderer.render(&sources, &[]), "[]\n");
    assert_eq!(
        renderer.render(&sources, &[misspelt(&sources).label("here").also(at(1, 2, 4), "there")]),
        concat!(
            r#"[{"code":"undefined-event","severity":"error","message":"no event is called `config-changd`","#,
            r#""file":"a","line":4,"column":5,"end_line":4,"end_column":18,"text":"config-changd","label":"here","#,
            r#""related":[{"file":"b","line":1,"column":2,"end_line":1,"end_column":3,"label":"there"}],"#,
            r#""help":["did you mean `config-changed`?"],"#,
            r#""fix":{"file":"a","line":4,"column":5,"end_line":4,"end_column":18,"replacement":"config-changed"}}]"#,
            "\n"
        )
    );
    let text = renderer.render(&sources, &[wrong(at(1, 0, 600))]);
    assert!(text.contains(&format!(r#""text":"{}","#, "ä".repeat(200))) && text.contains(r#""fix":null"#), "{text}");
}

#[test]
fn github() {
    let sources = sources(&[("a,b:c", LIFE)]);
    let warning = Diagnostic::warning(Code::ShadowedName, at(0, 0, 27), "100% of\r\nit").also(at(0, 6, 8), "and this");
    assert_eq!(
        Renderer::new(Format::Github).render(&sources, &[misspelt(&sources), warning]),
        concat!(
            "::error file=a%2Cb%3Ac,line=4,endLine=4,col=5,endColumn=18,title=charmgrammar undefined-event",
            "::no event is called `config-changd`%0Ahelp: did you mean `config-changed`?\n",
            "::warning file=a%2Cb%3Ac,line=1,endLine=3,title=charmgrammar shadowed-name",
            "::100%25 of%0D%0Ait%0Aa,b:c:1:7: and this\n",
        )
    );
}

/// Numbers that are the same on every run.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn span(&mut self, length: usize) -> Span {
        let start = self.below(length + 3);
        let end = if self.below(2) == 0 { start + self.below(10) } else { self.below(length + 3) };
        let source = u32::from(self.below(10) == 0);
        at(source, u32::try_from(start).unwrap(), u32::try_from(end).unwrap())
    }
}

#[test]
fn no_text_and_no_span_makes_it_panic() {
    const PIECES: &[&str] = &[
        "a",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "日本",
        "é",
        "e\u{301}",
        "👨\u{200d}👩\u{200d}👧",
        "\0",
        "\u{1b}[0m",
        "\u{9b}",
        "\u{10fffd}",
        "\u{202e}",
        "{",
        "}",
        "config-changed ",
        "                              ",
        "\n\n\n",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];
    let mut draws = Draws(1);
    for _ in 0..2000 {
        let mut text = String::new();
        for _ in 0..draws.below(60) {
            let times = if draws.below(20) == 0 { 60 } else { 1 };
            text.push_str(&PIECES[draws.below(PIECES.len())].repeat(times));
        }
        let sources = sources(&[("a", &text), ("b", "x")]);
        let mut diagnostic = wrong(draws.span(text.len())).label(text.chars().take(3).collect::<String>());
        for _ in 0..draws.below(4) {
            diagnostic = diagnostic.also(draws.span(text.len()), ["", "this"][draws.below(2)]);
        }
        if draws.below(2) == 0 {
            let replacement = ["", "x", "config-changed", "é\n"][draws.below(4)];
            diagnostic = diagnostic.fix(draws.span(text.len()), replacement);
        }
        let width = [0, 20, 80, 140][draws.below(4)];
        for format in [Format::Human, Format::Json, Format::Github] {
            let shown = Renderer { width, ..Renderer::new(format) }.render(&sources, std::slice::from_ref(&diagnostic));
            assert!(shown.ends_with('\n'));
        }
    }
}
