//! `charmgrammar test`.

use std::fmt::Write as _;

use anstyle::AnsiColor;
use serde::Serialize;

use super::args::{TestArguments, TestFormat};
use super::grammar::{self, Source};
use super::judging::{self, Judged, Outcome};
use super::verdicts::paint;
use super::{Exit, Failure, Io, Verbosity, charm};
use crate::diagnostic::render::Format;
use crate::diagnostic::{Diagnostic, commands_as, one_line, printable};
use crate::model::grammar::{Check, Test};
use crate::source::SourceMap;

/// The tests of one grammar, run.
struct Suite {
    name: String,
    judged: Vec<Judged>,
}

/// How many tests came out how.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
    undecided: usize,
}

/// Runs the tests of all grammars.
pub(super) fn run(arguments: &TestArguments, io: &mut Io) -> Result<Exit, Failure> {
    let mut sources = SourceMap::default();
    let mut suites = Vec::new();
    let mut exit = Exit::Yes;
    for typed in &charm::grammars(&arguments.grammars, &arguments.settings) {
        match suite(typed, arguments, &mut sources, io) {
            Ok(suite) => suites.push(suite),
            // The others have tests too.
            Err(Failure::Told) => exit = Exit::Unanswered,
            Err(failure) => return Err(failure),
        }
    }
    let all = || suites.iter().flat_map(|suite| &suite.judged);
    if exit == Exit::Yes && all().next().is_none() {
        match &arguments.filter {
            Some(filter) => return Err(Failure::Message(format!("no test has `{filter}` in its text"))),
            None => io.note("there is no test"),
        }
    }
    let count = |outcome| all().filter(|judged| judged.outcome == outcome).count();
    let tally =
        Tally { passed: count(Outcome::Passed), failed: count(Outcome::Failed), undecided: count(Outcome::Undecided) };
    match arguments.format {
        // Of grammars with errors alone there is nothing to count.
        TestFormat::Human if suites.is_empty() => {}
        TestFormat::Human => io.stdout.show(&human(&suites, &sources, tally, io))?,
        TestFormat::Json => io.stdout.write(&json(&suites, &sources, tally, io))?,
        TestFormat::Junit => io.stdout.write(&junit(&suites, &sources, tally, io))?,
        TestFormat::Github => {
            let findings: Vec<Diagnostic> = all().filter_map(|judged| judged.finding.clone()).collect();
            io.write_findings(Format::Github, &sources, &findings)?;
        }
    }
    Ok(match tally {
        _ if exit == Exit::Unanswered => exit,
        Tally { undecided: 1.., .. } => Exit::Unanswered,
        Tally { failed: 1.., .. } => Exit::No,
        _ => Exit::Yes,
    })
}

/// Runs the tests of a grammar, and moves their findings to where all sources lie.
fn suite(
    typed: &std::ffi::OsStr,
    arguments: &TestArguments,
    sources: &mut SourceMap,
    io: &mut Io,
) -> Result<Suite, Failure> {
    let opened = grammar::open(typed, &arguments.settings, io)?;
    let source = Source::new(typed, &arguments.settings, &opened.sources);
    let wanted = |test: &Test| arguments.filter.as_ref().is_none_or(|filter| test.text.contains(filter.as_str()));
    let mut judged = judging::judge(
        &source,
        &opened.grammar,
        &wanted,
        arguments.exploring.bounds(&arguments.settings.limiting),
        io,
    )?;
    let moved = sources.append(opened.sources);
    for judged in &mut judged {
        judged.test.span.source.0 += moved;
        judged.finding = judged.finding.take().map(|finding| finding.moved(moved));
    }
    Ok(Suite { name: typed.to_string_lossy().into_owned(), judged })
}

fn human(suites: &[Suite], sources: &SourceMap, tally: Tally, io: &Io) -> String {
    let mut text = String::new();
    for suite in suites {
        for judged in &suite.judged {
            let word = match judged.outcome {
                Outcome::Passed if io.verbosity == Verbosity::Quiet => continue,
                Outcome::Passed => paint(io, AnsiColor::Green, "passed"),
                Outcome::Failed => paint(io, AnsiColor::Red, "failed"),
                Outcome::Undecided => paint(io, AnsiColor::Yellow, "undecided"),
            };
            let _ = writeln!(text, "{word}: {}", one_line(&judged.test.text));
        }
    }
    let findings: Vec<Diagnostic> =
        suites.iter().flat_map(|suite| &suite.judged).filter_map(|judged| judged.finding.clone()).collect();
    if !findings.is_empty() {
        text.push('\n');
        text.push_str(&io.renderer(Format::Human, false).render(sources, &findings));
    }
    let _ = writeln!(text, "{}", tally.line());
    text
}

impl Tally {
    fn line(self) -> String {
        let mut line = format!("{} passed, {} failed", self.passed, self.failed);
        if self.undecided > 0 {
            let _ = write!(line, ", {} undecided", self.undecided);
        }
        line
    }
}

/// A test as JSON has it.
#[derive(Serialize)]
struct Row<'a> {
    grammar: &'a str,
    test: &'a str,
    check: &'static str,
    profile: Option<&'a str>,
    outcome: &'static str,
    file: &'a str,
    line: usize,
    finding: Option<serde_json::Value>,
}

#[derive(Serialize)]
struct Report<'a> {
    passed: usize,
    failed: usize,
    undecided: usize,
    tests: Vec<Row<'a>>,
}

fn json(suites: &[Suite], sources: &SourceMap, tally: Tally, io: &Io) -> String {
    let rows = suites.iter().flat_map(|suite| suite.judged.iter().map(move |judged| (suite, judged)));
    let tests = rows.map(|(suite, judged)| {
        let (file, line) = place(judged, sources);
        let finding = judged.finding.as_ref().map(|finding| {
            let text = io.renderer(Format::Json, false).render(sources, std::slice::from_ref(finding));
            let mut list: serde_json::Value = serde_json::from_str(&text).expect("findings are written as JSON");
            list[0].take()
        });
        Row {
            grammar: &suite.name,
            test: &judged.test.text,
            check: check(&judged.test),
            profile: judged.test.profile.as_deref(),
            outcome: judged.outcome.name(),
            file,
            line,
            finding,
        }
    });
    let Tally { passed, failed, undecided } = tally;
    let report = Report { passed, failed, undecided, tests: tests.collect() };
    serde_json::to_string(&report).expect("strings and numbers can be written as JSON") + "\n"
}

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Undecided => "undecided",
        }
    }
}

fn check(test: &Test) -> &'static str {
    match test.check {
        Check::Accepts(_) => "accepts",
        Check::Rejects(_) => "rejects",
        Check::Never { .. } => "never",
    }
}

/// The file and the line, from 1, of a test.
fn place<'a>(judged: &Judged, sources: &'a SourceMap) -> (&'a str, usize) {
    let file = sources.file(judged.test.span.source);
    (file.name(), file.line_column(judged.test.span.start).0)
}

/// The tests as the XML that `JUnit` made common: an undecided test is an error.
fn junit(suites: &[Suite], sources: &SourceMap, tally: Tally, io: &Io) -> String {
    let Tally { passed, failed, undecided } = tally;
    let tests = passed + failed + undecided;
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let _ = writeln!(
        xml,
        "<testsuites name=\"charmgrammar\" tests=\"{tests}\" failures=\"{failed}\" errors=\"{undecided}\">"
    );
    for suite in suites {
        let count = |outcome| suite.judged.iter().filter(|judged| judged.outcome == outcome).count();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\">",
            attribute(&suite.name),
            suite.judged.len(),
            count(Outcome::Failed),
            count(Outcome::Undecided)
        );
        for judged in &suite.judged {
            let (file, line) = place(judged, sources);
            let (name, class) = (attribute(&judged.test.text), attribute(&suite.name));
            let _ = write!(
                xml,
                "    <testcase name=\"{name}\" classname=\"{class}\" file=\"{}\" line=\"{line}\"",
                attribute(file)
            );
            let Some(finding) = &judged.finding else {
                xml.push_str("/>\n");
                continue;
            };
            let element = if judged.outcome == Outcome::Failed { "failure" } else { "error" };
            let mut renderer = io.renderer(Format::Human, false);
            renderer.color = false;
            let detail = renderer.render(sources, std::slice::from_ref(finding));
            let story = finding.witness.as_ref().map_or("", |witness| &witness.story);
            let _ = writeln!(
                xml,
                ">\n      <{element} message=\"{}\">{}</{element}>\n    </testcase>",
                attribute(&finding.message),
                escaped(&format!("{detail}{story}"))
            );
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// The value of an attribute: line breaks, which a reader of XML would take for spaces, are written as references.
fn attribute(text: &str) -> String {
    escaped(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

/// A text for XML. Controls are replaced as for people: XML 1.0 can't hold most of them, nor U+FFFE and U+FFFF. What a
/// runner that prints the report would take for a command is written with references.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in printable(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            character => escaped.push(character),
        }
    }
    commands_as(&escaped, "&#58;:", "##&#91;")
}
