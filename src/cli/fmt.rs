//! `charmgrammar fmt`.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use super::args::FmtArguments;
use super::line_diff::{Change, Difference};
use super::output::Output;
use super::{Exit, Failure, Io, Verbosity, grammar};
use crate::diagnostic::render::Format;
use crate::diagnostic::{Code, Diagnostic, one_line};
use crate::source::{SourceFile, SourceId, SourceMap, Span};
use crate::syntax::{self, Unformatted};

/// Lays each file out anew, or tells which ones are not laid out so.
pub(super) fn run(arguments: &FmtArguments, io: &mut Io) -> Result<Exit, Failure> {
    if arguments.grammars.iter().filter(|typed| *typed == "-").count() > 1 {
        return Err(Failure::Message("`-` is given more than once, but standard input is read only once".to_owned()));
    }
    arguments.limiting.check_unused("fmt")?;
    let mut done = Done::default();
    for typed in &arguments.grammars {
        one(typed, arguments, &mut done, io)?;
    }
    done.tell_findings(arguments.format(), io)?;
    if arguments.grammars.iter().any(|typed| typed != "-") || arguments.check {
        done.tell_counts(arguments.check, io);
    }
    Ok(match (done.n_failed, done.n_changed) {
        (1.., _) => Exit::Unanswered,
        (0, 1..) if arguments.check => Exit::No,
        _ => Exit::Yes,
    })
}

/// What came of the files so far.
#[derive(Default)]
struct Done {
    sources: SourceMap,
    findings: Vec<Diagnostic>,
    n_changed: usize,
    n_same: usize,
    n_failed: usize,
}

/// Formats what was typed.
fn one(typed: &OsStr, arguments: &FmtArguments, done: &mut Done, io: &mut Io) -> Result<(), Failure> {
    let name = Path::new(typed).display().to_string();
    if !arguments.check
        && let Some((error, help)) = unwritable(typed, &name)
    {
        io.error(&error);
        io.help(&help);
        done.n_failed += 1;
        return Ok(());
    }
    let source = match grammar::read(typed, &arguments.limiting.limits(), io) {
        Ok(file) => done.sources.add(file),
        Err((name, error)) => {
            let source = done.sources.add(SourceFile::new(name.as_str(), ""));
            done.findings.push(error.finding(&name, Span::new(source, 0, 0)));
            done.n_failed += 1;
            return Ok(());
        }
    };
    let file = done.sources.file(source);
    let text = match syntax::format(source, file) {
        Ok(text) => text,
        Err(Unformatted::Wrong(diagnostics)) => {
            done.findings.extend(diagnostics.sorted());
            done.n_failed += 1;
            return Ok(());
        }
        Err(Unformatted::Changed) => {
            io.error(&format!("{}: formatting would change what it says, so it is left as it is", file.name()));
            io.help("this is a mistake of charmgrammar: please report it together with the file");
            done.n_failed += 1;
            return Ok(());
        }
    };
    if text == file.text() {
        done.n_same += 1;
    } else {
        done.n_changed += 1;
    }
    if arguments.check {
        if text != file.text() {
            let difference = Difference::new(file.text(), &text);
            match arguments.format() {
                Format::Human if io.verbosity == Verbosity::Quiet => {
                    io.stdout.show(&format!("{}\n", one_line(file.name())))?;
                }
                Format::Human => {
                    let formatted = format!("{} (formatted)", file.name());
                    io.stdout.show(&difference.unified(file.name(), &formatted, io.stdout.color))?;
                }
                Format::Json | Format::Github => done.findings.extend(findings(source, file, &difference)),
            }
        }
    } else if typed == "-" {
        io.stdout.write(&text)?;
    } else if text != file.text() {
        io.detail(&format!("formatting {name}"));
        let mut output = Output::create(Some(Path::new(typed)), &mut io.stdout)?;
        output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
        let warnings = output.finish()?;
        io.warn_each(&warnings);
    }
    Ok(())
}

/// Why what was typed can't be written to, and what to do instead.
fn unwritable(typed: &OsStr, name: &str) -> Option<(String, String)> {
    if typed == "-" {
        return None;
    }
    if grammar::is_builtin(typed) {
        let help =
            format!("a file of that name is written `./{name}`; `charmgrammar show {name}` gives a text to change");
        return Some((format!("`{name}` is a built-in grammar, which can't be rewritten"), help));
    }
    match fs::metadata(typed) {
        Ok(metadata) if metadata.is_dir() => Some((
            format!("`{name}` is a directory"),
            format!("name the files: {}", Path::new(typed).join("*.charmgrammar").display()),
        )),
        Ok(metadata) if !metadata.is_file() => Some((
            format!("`{name}` is no regular file, so it can't be rewritten"),
            "give its text on standard input, with `-`; the result comes on standard output".to_owned(),
        )),
        // What can't be read is told by who reads it.
        _ => None,
    }
}

/// A finding for each change that formatting makes.
fn findings(source: SourceId, file: &SourceFile, difference: &Difference<'_>) -> Vec<Diagnostic> {
    let starts: Vec<u32> = std::iter::once(0)
        .chain(file.text().bytes().zip(1u32..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next))
        .collect();
    let end = u32::try_from(file.text().len()).expect("a file is smaller than 4 GiB");
    let start = |line: usize| starts.get(line).copied().unwrap_or(end);
    let finding = |(change, replacement): (&Change, String)| {
        let span = Span::new(source, start(change.old.start), start(change.old.end));
        Diagnostic::error(Code::NotFormatted, span, "this is not the canonical layout")
            .help(format!("`charmgrammar fmt {}` rewrites the file", file.name()))
            .fix(span, replacement)
    };
    difference.changes().map(finding).collect()
}

impl Done {
    /// Tells what is wrong with the files: to people on standard error, else as the result.
    fn tell_findings(&self, format: Format, io: &mut Io) -> Result<(), Failure> {
        if format != Format::Human {
            io.write_findings(format, &self.sources, &self.findings)?;
        } else if !self.findings.is_empty() {
            io.tell_findings(&self.sources, &self.findings);
        }
        Ok(())
    }

    fn tell_counts(&self, check: bool, io: &mut Io) {
        let changed = if check { "would be formatted" } else { "formatted" };
        let parts = [(self.n_changed, changed), (self.n_same, "unchanged"), (self.n_failed, "with errors")];
        let parts: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        let n_files = self.n_changed + self.n_same + self.n_failed;
        io.note(&format!("{n_files} file{}: {}", if n_files == 1 { "" } else { "s" }, parts.join(", ")));
    }
}
