//! `charmgrammar enumerate`.

use serde_json::Value;

use super::args::{EnumerateArguments, SequenceFormat};
use super::grammar::{self, Opened};
use super::{Exit, Failure, Io, limits};
use crate::explore::Sequences;
use crate::machine::Program;
use crate::model::{Alphabet, NameId};

/// Writes all sequences of a length.
pub(super) fn run(arguments: &EnumerateArguments, io: &mut Io) -> Result<Exit, Failure> {
    let Opened { grammar, hash, .. } = grammar::open(&arguments.grammar, &arguments.settings, io)?;
    let (alphabet, program) = (Alphabet::new(&grammar), Program::compile(&grammar));
    let n_events = usize::try_from(arguments.events).expect("it has 32 bits or more");
    let sequences = limits::automaton(&grammar, &alphabet, &program, &arguments.exploring)
        .and_then(|automaton| Sequences::new(automaton, n_events));
    let mut sequences = sequences.map_err(|limit| limits::failure(&limit, &grammar, io))?;
    let mut writer = Writer::new(arguments.format, &alphabet, &hash);
    let mut number = 0u64;
    while let Some(names) = sequences.next() {
        if names.is_empty() && arguments.format == SequenceFormat::Names {
            let message = "the sequence without events can't be written as names; --format jsonl can";
            return Err(Failure::Message(message.to_owned()));
        }
        io.stdout.write(writer.sequence(number, names))?;
        number += 1;
    }
    if number == 0 {
        io.note(&format!("there is no sequence of {n_events} events"));
    }
    Ok(Exit::Yes)
}

/// Makes the text of one sequence after the other.
struct Writer {
    /// What stands before a number, behind it, and at the end.
    frame: [String; 3],
    /// For each name what stands for it.
    names: Vec<String>,
    format: SequenceFormat,
    text: String,
}

impl Writer {
    fn new(format: SequenceFormat, alphabet: &Alphabet, hash: &str) -> Self {
        let (frame, name): (_, fn(&str) -> String) = match format {
            SequenceFormat::Names => ([String::new(), String::new(), "\n".to_owned()], |name| format!("{name}\n")),
            SequenceFormat::Jsonl => (
                [
                    format!(r#"{{"format":1,"grammar":"sha256:{hash}","trace":"#),
                    r#","shows":["events"],"items":["#.to_owned(),
                    "]}\n".to_owned(),
                ],
                |name| format!("{},", Value::from(name)),
            ),
        };
        Self { frame, names: alphabet.names().map(name).collect(), format, text: String::new() }
    }

    fn sequence(&mut self, number: u64, names: &[NameId]) -> &str {
        let [head, behind, tail] = &self.frame;
        self.text.clear();
        self.text.push_str(head);
        if self.format == SequenceFormat::Jsonl {
            self.text.push_str(&number.to_string());
        }
        self.text.push_str(behind);
        self.text.extend(names.iter().map(|name| self.names[name.index()].as_str()));
        if self.text.ends_with(',') {
            self.text.pop();
        }
        self.text.push_str(tail);
        &self.text
    }
}
