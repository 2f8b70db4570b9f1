//! `charmgrammar enumerate`.

use super::args::{EnumerateArguments, SequenceFormat, TraceFormat};
use super::grammar::{self, Opened};
use super::sequences::{self, Writer};
use super::{Exit, Failure, Io, charm, limits};
use crate::explore::Sequences;
use crate::machine::Program;
use crate::model::Alphabet;

/// Writes all sequences of a length.
pub(super) fn run(arguments: &EnumerateArguments, io: &mut Io) -> Result<Exit, Failure> {
    let typed = charm::grammar(arguments.grammar.as_ref(), &arguments.settings);
    let Opened { grammar, sources, .. } = grammar::open(&typed, &arguments.settings, io)?;
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let n_events = usize::try_from(arguments.events).expect("it has 32 bits or more");
    let sequences =
        limits::automaton(&grammar, &alphabet, &program, arguments.exploring.bounds(&arguments.settings.limiting))
            .and_then(|automaton| Sequences::new(automaton, n_events));
    let mut sequences = sequences.map_err(|limit| limits::failure(&limit, &grammar, io))?;
    let format = match arguments.format {
        SequenceFormat::Names => TraceFormat::Names,
        SequenceFormat::Jsonl => TraceFormat::Jsonl,
    };
    let mut writer = Writer::new(format, &grammar, &alphabet, &sources, None);
    let mut number = 0u64;
    while let Some(names) = sequences.next() {
        sequences::can_be_written(format, names)?;
        io.stdout.writer().write_all(writer.sequence(number, names))?;
        number += 1;
    }
    if number == 0 {
        io.note(&format!("there is no sequence of {n_events} events"));
    }
    Ok(Exit::Yes)
}
