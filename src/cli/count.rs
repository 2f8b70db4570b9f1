//! `charmgrammar count`.

use serde::Serialize;

use super::args::{CountArguments, CountFormat};
use super::grammar::{self, Opened};
use super::progress::Progress;
use super::{Exit, Failure, Io, charm, limits};
use crate::explore::{BigUint, Counts};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;

/// A number as JSON.
#[derive(Serialize)]
struct Record {
    events: usize,
    /// In digits: readers of JSON may round a large number.
    count: String,
}

/// Writes how many sequences there are.
pub(super) fn run(arguments: &CountArguments, io: &mut Io) -> Result<Exit, Failure> {
    let typed = charm::grammar(arguments.grammar.as_ref(), &arguments.settings);
    let Opened { grammar, .. } = grammar::open(&typed, &arguments.settings, io)?;
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let most = *arguments.events.range.end();
    let counts =
        limits::automaton(&grammar, &alphabet, &program, arguments.exploring.bounds(&arguments.settings.limiting))
            .and_then(|automaton| Counts::new(automaton, most));
    match counts {
        Ok(counts) => write(arguments, counts, &grammar, io),
        Err(limit) => Err(limits::failure(&limit, &grammar, io)),
    }
}

fn write(arguments: &CountArguments, counts: Counts<'_>, grammar: &Grammar, io: &mut Io) -> Result<Exit, Failure> {
    let lengths = &arguments.events;
    let width = lengths.range.end().to_string().len();
    let text = |length: usize, count: &BigUint| match arguments.format {
        CountFormat::Human if lengths.is_range => format!("{length:width$}  {count}\n"),
        CountFormat::Human => format!("{count}\n"),
        CountFormat::Json => {
            let record = Record { events: length, count: count.to_string() };
            format!("{}\n", serde_json::to_string(&record).expect("a number and a string can be written as JSON"))
        }
    };
    // A line of progress would be lost among the numbers on the same terminal.
    let verbosity = if lengths.is_range && io.stdout.is_terminal { super::Verbosity::Quiet } else { io.verbosity };
    let mut progress = Progress::new(&mut io.stderr, verbosity, "events", *lengths.range.end() as u64);
    for (length, count) in counts.enumerate() {
        progress.update(length as u64);
        match count {
            Ok(count) if lengths.range.contains(&length) => {
                progress.clear();
                io.stdout.show(&text(length, &count))?;
            }
            Ok(_) => {}
            Err(limit) => {
                drop(progress);
                return Err(limits::failure(&limit, grammar, io));
            }
        }
    }
    Ok(Exit::Yes)
}
