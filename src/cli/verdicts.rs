//! How verdicts are written.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::args::VerdictFormat;
use super::explanation::Explained;
use super::{Exit, Failure, Io, Verbosity, traces};
use crate::diagnostic::one_line;
use crate::diagnostic::render::annotation;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::recognize::Rejection;
use crate::sets::{Limit, TooMany};
use crate::trace::{Head, Observed, ReadError};

/// Which trace it is.
pub(super) struct Place<'a> {
    /// What the input is called.
    pub(super) input: &'a str,
    /// Its number in the input, from 1.
    pub(super) number: u64,
    /// What it says of itself.
    pub(super) head: &'a Head,
}

/// What came of a trace.
pub(super) enum Judged {
    /// It belongs to the grammar: with which settings, where several were tried.
    Valid { approximate: bool, under: Vec<String> },
    /// It does not, as a line shows; with the settings under which it went furthest.
    Invalid { rejection: Box<Rejection>, line: u64, under: String, explained: Option<Explained> },
    /// It belongs to the grammar, and is so probable.
    Probable(Probable),
    /// It could not be said.
    Undecided { limit: Limit, line: u64 },
}

/// How probable a trace is, in the words of each format.
pub(super) struct Probable {
    /// The natural logarithm.
    pub(super) log_probability: f64,
    pub(super) text: String,
    /// The most likely run.
    pub(super) run: Option<Run>,
}

/// A run as JSON.
#[derive(Serialize)]
pub(super) struct Run {
    pub(super) log_probability: f64,
    /// As in jsonl.
    pub(super) items: serde_json::Value,
}

/// Writes verdicts, and counts them.
pub(super) struct Verdicts {
    format: VerdictFormat,
    n_valid: u64,
    n_invalid: u64,
    n_failed: u64,
}

/// A verdict as JSON.
#[derive(Default, Serialize)]
struct Record<'a> {
    input: &'a str,
    /// From 1.
    trace: u64,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'a str>,
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    approximate: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    under: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_probability: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a Run>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a serde_json::Value>,
}

/// Where a trace leaves the grammar.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum At {
    Item(u64),
    End(&'static str),
}

impl Verdicts {
    pub(super) fn new(format: VerdictFormat) -> Self {
        Self { format, n_valid: 0, n_invalid: 0, n_failed: 0 }
    }

    /// Writes what came of a trace.
    pub(super) fn tell(
        &mut self,
        place: &Place<'_>,
        judged: &Judged,
        grammar: &Grammar,
        alphabet: &Alphabet,
        io: &mut Io,
    ) -> Result<(), Failure> {
        let json = |verdict, line| Record {
            input: place.input,
            trace: place.number,
            line,
            unit: place.head.unit.as_deref(),
            verdict,
            number: place.head.number,
            seed: place.head.seed,
            ..Record::default()
        };
        let unit = place.head.unit.as_ref().map_or(String::new(), |unit| format!("{}: ", one_line(unit)));
        match judged {
            Judged::Valid { approximate, under } => {
                self.n_valid += 1;
                match self.format {
                    VerdictFormat::Human if io.verbosity == Verbosity::Quiet => {}
                    VerdictFormat::Human => {
                        let mut text = unit + &paint(io, AnsiColor::Green, "valid");
                        if *approximate {
                            text.push_str(" (approximate)");
                        }
                        if !under.is_empty() {
                            let _ = write!(text, " with {}", under.join(" or "));
                        }
                        text.push('\n');
                        io.stdout.show(&text)?;
                    }
                    VerdictFormat::Json => {
                        let approximate = approximate.then_some(true);
                        let line = Record { approximate, under: under.clone(), ..json("valid", place.head.line) };
                        write_json(&line, io)?;
                    }
                    VerdictFormat::Github => {}
                }
            }
            Judged::Invalid { rejection, line, under, explained } => {
                self.n_invalid += 1;
                let told = Told::new(rejection, grammar, alphabet);
                match self.format {
                    VerdictFormat::Human => {
                        let verdict = paint(io, AnsiColor::Red, &told.verdict);
                        let mut text = format!("{unit}{verdict}{}\n", told.detail("\n  ", Some(WIDTH)));
                        if !under.is_empty() {
                            let _ = writeln!(text, "  with {under}, under which it goes furthest");
                        }
                        let _ = writeln!(text, "  --> {}:{line}", one_line(place.input));
                        text.extend(explained.iter().map(|explained| explained.human.as_str()));
                        io.stdout.show(&text)?;
                    }
                    VerdictFormat::Json => {
                        let line = Record {
                            under: Some(under).filter(|under| !under.is_empty()).cloned().into_iter().collect(),
                            at: Some(rejection.at.map_or(At::End("end"), At::Item)),
                            item: told.item,
                            approximate: rejection.approximate.then_some(true),
                            expected: Some(told.expected),
                            message: told.why,
                            explanation: explained.as_ref().map(|explained| &explained.json),
                            ..json("invalid", *line)
                        };
                        write_json(&line, io)?;
                    }
                    VerdictFormat::Github => {
                        let mut message = format!("{unit}{}{}", told.verdict, told.detail("\n", None));
                        message.extend(explained.iter().map(|explained| explained.text.as_str()));
                        io.stdout.write(&annotation("invalid-trace", place.input, *line, &message))?;
                    }
                }
            }
            Judged::Probable(probable) => {
                self.n_valid += 1;
                if self.format == VerdictFormat::Json {
                    let (log_probability, run) = (Some(probable.log_probability), probable.run.as_ref());
                    write_json(&Record { log_probability, run, ..json("valid", place.head.line) }, io)?;
                } else {
                    let is_first = self.n_valid + self.n_invalid + self.n_failed == 1;
                    let separator = if is_first { "" } else { "\n" };
                    io.stdout.show(&format!("{separator}{unit}{}", probable.text))?;
                }
            }
            Judged::Undecided { limit, line } => {
                self.n_failed += 1;
                let (message, help) = undecided(limit, grammar);
                match self.format {
                    VerdictFormat::Human => {}
                    VerdictFormat::Json => {
                        write_json(&Record { message: Some(message.clone()), ..json("undecided", *line) }, io)?;
                    }
                    VerdictFormat::Github => {
                        io.stdout.write(&annotation(
                            "undecided-trace",
                            place.input,
                            *line,
                            &format!("{unit}{message}"),
                        ))?;
                    }
                }
                io.error(&format!("{}:{line}: {unit}{message}", place.input));
                io.help(help);
            }
        }
        Ok(())
    }

    /// Tells that a trace could not be read.
    pub(super) fn unreadable(
        &mut self,
        input: &str,
        number: u64,
        error: &ReadError,
        io: &mut Io,
    ) -> Result<(), Failure> {
        self.n_failed += 1;
        match self.format {
            VerdictFormat::Human => {}
            VerdictFormat::Json => {
                let message = Some(error.message().to_owned());
                let verdict = "unreadable";
                let record = Record { input, trace: number, line: error.line(), verdict, message, ..Record::default() };
                write_json(&record, io)?;
            }
            VerdictFormat::Github => {
                io.stdout.write(&annotation("unreadable-trace", input, error.line(), error.message()))?;
            }
        }
        traces::report(input, error, io);
        Ok(())
    }

    /// So many times something else went wrong, and was told.
    pub(super) fn fail(&mut self, times: u64) {
        self.n_failed += times;
    }

    /// Tells how many there were of each; what the answer to all is.
    pub(super) fn finish(&self, io: &mut Io) -> Exit {
        let Self { n_valid, n_invalid, n_failed, .. } = *self;
        if n_valid + n_invalid + n_failed > 1 {
            let parts = [(n_valid, "valid"), (n_invalid, "invalid"), (n_failed, "without a verdict")];
            let parts = parts.into_iter().filter(|(many, _)| *many > 0);
            let parts: Vec<String> = parts.map(|(many, what)| format!("{many} {what}")).collect();
            io.note(&format!("{} traces: {}", n_valid + n_invalid + n_failed, parts.join(", ")));
        }
        match (n_failed, n_invalid) {
            (0, 0) => Exit::Yes,
            (0, _) => Exit::No,
            _ => Exit::Unanswered,
        }
    }
}

/// The parts of what is said of a trace that does not belong.
struct Told {
    /// `invalid at 19: http-relation-changed`
    verdict: String,
    item: Option<String>,
    /// What is wrong with an item that the grammar has no word for, and what was probably meant.
    why: Option<String>,
    expected: Vec<String>,
    /// Whether that may be too much.
    approximate: bool,
}

impl Told {
    fn new(rejection: &Rejection, grammar: &Grammar, alphabet: &Alphabet) -> Self {
        let item = rejection.item.as_ref().map(|item| item.text(grammar, alphabet));
        let verdict = match (rejection.at, &item) {
            (Some(at), Some(item)) => format!("invalid at {at}: {item}"),
            _ => "invalid at end".to_owned(),
        };
        let why = match &rejection.item {
            Some(Observed::Foreign(foreign)) => Some(match &foreign.similar {
                Some(similar) => format!("{}; did you mean `{similar}`?", foreign.why),
                None => foreign.why.clone(),
            }),
            _ => None,
        };
        let expected = rejection.expected(grammar, alphabet);
        Self { verdict, item, why, expected, approximate: rejection.approximate }
    }

    /// What stands behind the verdict; each part begins with `separator`, but the expected set of an end. A line is broken
    /// where it would be wider than so many characters.
    fn detail(&self, separator: &str, width: Option<usize>) -> String {
        let mut detail = String::new();
        if let Some(why) = &self.why {
            detail.extend([separator, why]);
        }
        detail.push_str(if self.item.is_some() { separator } else { ": " });
        detail.push_str(if self.approximate { "expected (approximate)" } else { "expected" });
        let mut column = detail.len() - detail.rfind('\n').map_or(0, |end| end + 1);
        for (place, item) in self.expected.iter().enumerate() {
            let comma = if place + 1 < self.expected.len() { "," } else { "" };
            let length = 1 + item.len() + comma.len();
            if width.is_some_and(|width| place > 0 && column + length > width) {
                detail.extend([separator, " "]);
                column = separator.len();
            }
            detail.extend([" ", item, comma]);
            column += length;
        }
        if self.expected.is_empty() {
            detail.push_str(" nothing: every run that agrees so far fails here");
        }
        detail
    }
}

/// How wide a line is that lists names, in characters.
const WIDTH: usize = 100;

/// How many states are named that a trace does not tell.
const MAX_NAMED: usize = 5;

/// What is told of a limit, and what to do about it.
fn undecided(limit: &Limit, grammar: &Grammar) -> (String, &'static str) {
    match limit {
        Limit::Configurations(many) => (
            too_many(many, grammar),
            "show more in the trace, set what it does not tell, or raise the limit with --limit",
        ),
        Limit::Run(fault) => {
            let what = "a run of the grammar that agrees with the trace up to here can't be followed";
            (format!("{what}: {}", fault.kind.message(grammar)), fault.kind.help())
        }
        Limit::Cycle { configurations } => {
            let what = format!("runs that show nothing go round among {configurations} configurations");
            (format!("{what}, in too many ways to be summed"), "show more in the trace")
        }
        Limit::Work { limit } => (
            format!("judging the trace up to here takes more than {limit} steps"),
            "show more in the trace, set what it does not tell, or raise the limit with --limit work=N",
        ),
    }
}

/// What is told of a limit that an exploration met, and what to do about it.
pub(super) fn unexplored(limit: &Limit, grammar: &Grammar) -> (String, &'static str) {
    match limit {
        Limit::Configurations(many) => {
            let mut message = format!("more than {} configurations can be reached", many.limit);
            let named = named(many, grammar);
            if !named.is_empty() {
                let _ = write!(message, "; of the states, most values have {named}");
            }
            (message, "set params that bound the states to less, or raise the limit with --limit")
        }
        Limit::Run(fault) => (format!("a run can't be followed: {}", fault.kind.message(grammar)), fault.kind.help()),
        Limit::Cycle { configurations } => {
            let what = format!("runs that show nothing go round among {configurations} configurations");
            (format!("{what}, in too many ways to be summed"), "look for a loop that shows no event")
        }
        Limit::Work { limit } => (
            format!("the search takes more than {limit} steps"),
            "set params that bound the states to less, or raise the limit with --limit work=N",
        ),
    }
}

fn too_many(many: &TooMany, grammar: &Grammar) -> String {
    let mut message = format!("more than {} configurations agree with the trace up to here", many.limit);
    let named = named(many, grammar);
    if !named.is_empty() {
        let _ = write!(message, "; it does not tell {named}");
    }
    message
}

/// The states of which many values are met; nothing where there is none.
fn named(many: &TooMany, grammar: &Grammar) -> String {
    let named = many.unknown.iter().take(MAX_NAMED);
    let named: Vec<String> =
        named.map(|(state, values)| format!("`{}` ({values} values)", grammar.states[state.index()].name)).collect();
    let more = many.unknown.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    named.join(", ") + &more
}

pub(super) fn paint(io: &Io, color: AnsiColor, text: &str) -> String {
    let style = if io.stdout.color { color.on_default().bold() } else { Style::new() };
    format!("{style}{text}{style:#}")
}

fn write_json(record: &Record<'_>, io: &mut Io) -> Result<(), Failure> {
    let text = serde_json::to_string(record).expect("strings and numbers can be written as JSON");
    io.stdout.write(&text)?;
    io.stdout.write("\n")?;
    Ok(())
}
