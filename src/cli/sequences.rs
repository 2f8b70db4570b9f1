//! Sequences of event names as traces: no more of a run than its names is known.

use serde_json::Value;

use super::Failure;
use super::args::TraceFormat;
use crate::model::grammar::Grammar;
use crate::model::{self, Alphabet, NameId};
use crate::source::SourceMap;
use crate::trace::{Header, Names, Shows, Story, TextSink};

/// Whether a sequence can be told from none.
pub(super) fn can_be_written(format: TraceFormat, names: &[NameId]) -> Result<(), Failure> {
    if names.is_empty() && format == TraceFormat::Names {
        let message = "the sequence without events can't be written as names; --format jsonl can";
        return Err(Failure::Message(message.to_owned()));
    }
    Ok(())
}

/// Makes the text of one sequence after the other.
pub(super) struct Writer<'a> {
    alphabet: &'a Alphabet,
    text: Text<'a>,
}

enum Text<'a> {
    Story(Box<Story<'a>>),
    Names(Names),
    Jsonl(Lines),
}

impl<'a> Writer<'a> {
    /// A writer of sequences of this grammar, which was read from `sources`. `seed`: of which they are drawn.
    pub(super) fn new(
        format: TraceFormat,
        grammar: &'a Grammar,
        alphabet: &'a Alphabet,
        sources: &SourceMap,
        seed: Option<u64>,
    ) -> Self {
        let text = match format {
            TraceFormat::Story => Text::Story(Box::new(Story::new(grammar, alphabet, Shows::EVENTS))),
            TraceFormat::Names => Text::Names(Names::new(alphabet)),
            TraceFormat::Jsonl => Text::Jsonl(Lines::new(alphabet, &model::hash(sources), seed)),
        };
        Self { alphabet, text }
    }

    /// The text of a sequence, which has this number.
    pub(super) fn sequence(&mut self, number: u64, names: &[NameId]) -> &[u8] {
        match &mut self.text {
            Text::Story(story) => show(&mut **story, self.alphabet, names),
            Text::Names(sink) => show(sink, self.alphabet, names),
            Text::Jsonl(lines) => lines.line(number, names).as_bytes(),
        }
    }
}

/// Writes names to a format that shows no more of events.
fn show<'s, S: TextSink>(sink: &'s mut S, alphabet: &Alphabet, names: &[NameId]) -> &'s [u8] {
    sink.out().clear();
    sink.begin(Header { seed: 0, trace: 0, attempt: 0 });
    for name in names {
        sink.event(alphabet.symbols_named(*name)[0], &[]);
    }
    sink.end();
    sink.out()
}

/// Jsonl with bare names, since it is not known of which instances events are.
struct Lines {
    /// What stands before the number, and behind it.
    head: String,
    behind: String,
    /// For each name what stands for it.
    names: Vec<String>,
    line: String,
}

impl Lines {
    fn new(alphabet: &Alphabet, hash: &str, seed: Option<u64>) -> Self {
        let seed = seed.map_or_else(String::new, |seed| format!(r#","seed":{seed}"#));
        Self {
            head: format!(r#"{{"format":1,"grammar":"sha256:{hash}","trace":"#),
            behind: format!(r#"{seed},"shows":["events"],"items":["#),
            names: alphabet.names().map(|name| Value::from(name).to_string()).collect(),
            line: String::new(),
        }
    }

    fn line(&mut self, number: u64, names: &[NameId]) -> &str {
        self.line.clear();
        self.line.extend([self.head.as_str(), &number.to_string(), &self.behind]);
        for (place, name) in names.iter().enumerate() {
            self.line.extend([if place == 0 { "" } else { "," }, &self.names[name.index()]]);
        }
        self.line.push_str("]}\n");
        &self.line
    }
}
