//! What readers make of inputs. An item is compared as the text that stands for it, a trace as its items.

mod jsonl;
mod robust;
mod story;

use std::io::{self, Read};

use super::*;
use crate::machine::Program;
use crate::model::grammar::Grammar;
use crate::model::{Alphabet, Memory, Root, Settings, load};
use crate::trace::{Item, Jsonl as JsonlWriter, JsonlOptions, Names, Recorder, Sink, Story as StoryWriter, TextSink};
use crate::walk::{self, Limits, walk};

/// A grammar with values of all types, arrays, and a label that several actions share.
const TEXT: &str = "source user, agent
    kind relation {} kind storage {} relation http relation db[2] storage data
    event install event start
    event <relation>-joined(unit: 0..7) event <storage>-on-<relation>
    event note(mode: idle | busy, due: 0..3 | none, who: relation | none, full: set -1..3, ok: bool)
    action change(r: relation) by user, agent { for one u: 0..7 { <r>-joined(unit = u) } }
    action grow as \"scale+ it!\" by user { start }
    action shrink(n: 0..3, s: storage) as \"scale+ it!\" by agent weight 2 { for one r: relation { <s>-on-<r> } }
    action tell(m: idle | busy, d: 0..3 | none, b: bool) by user {
        for one r: relation { note(mode = m, due = d, who = r, full = {-1, 3}, ok = b) }
        note(mode = m, due = d, who = none, full = {}, ok = b)
    }
    action plain(w: set 0..2) by agent { start }
    phase setup { install } phase operation { repeat 0..9 { do } } phase rest { }";

/// A grammar with its alphabet.
struct Known {
    grammar: Grammar,
    alphabet: Alphabet,
}

impl Known {
    fn new() -> Self {
        let root = Root::Text { name: "test".to_owned(), text: TEXT.to_owned() };
        let loaded = load(&Memory::default(), &root, &Settings::default());
        let grammar = loaded.grammar.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
        let alphabet = Alphabet::new(&grammar);
        Self { grammar, alphabet }
    }

    fn vocabulary(&self) -> Vocabulary<'_> {
        Vocabulary::new(&self.grammar, &self.alphabet, &[])
    }

    fn text(&self, item: &Observed) -> String {
        match item {
            Observed::Foreign(foreign) => {
                let similar = foreign.similar.as_ref().map_or(String::new(), |name| format!("; {name}?"));
                format!("!{}: {}{similar}", foreign.text, foreign.why)
            }
            item => item.text(&self.grammar, &self.alphabet),
        }
    }

    /// Walks a hundred times.
    fn walk<S: Sink>(&self, sink: &mut S) {
        let (program, limits) = (Program::compile(&self.grammar), Limits::default());
        let mut memory = walk::Memory::new(&program, &limits);
        for number in 0..100 {
            walk(&program, &limits, 1, number, sink, &mut memory).unwrap();
        }
    }

    /// What a writer makes of these walks.
    fn written<S: TextSink>(&self, mut sink: S) -> Vec<u8> {
        self.walk(&mut sink);
        std::mem::take(sink.out())
    }

    fn jsonl(&self, shows: Shows) -> JsonlWriter<'_> {
        JsonlWriter::new(&self.grammar, &self.alphabet, JsonlOptions { shows, hash: String::new() })
    }
}

/// All that a reader says of an input: each trace with its head's line and its items, each error.
#[track_caller]
fn all(input: impl Read, format: Option<Format>, ignore: &[&str]) -> Vec<String> {
    let known = Known::new();
    let ignore: Vec<_> = ignore.iter().map(|glob| (*glob).to_owned()).collect();
    let vocabulary = Vocabulary::new(&known.grammar, &known.alphabet, &ignore);
    let mut reader = Reader::new(input, format, &vocabulary);
    let mut said = Vec::new();
    loop {
        match reader.next_trace() {
            Ok(None) => return said,
            Ok(Some(head)) => {
                assert_eq!(reader.line(), head.line);
                let mut items = Vec::new();
                let error = loop {
                    match reader.next_item() {
                        Ok(Some(item)) => items.push(known.text(item)),
                        Ok(None) => break None,
                        Err(error) => break Some(error.to_string()),
                    }
                };
                assert!(reader.next_item().unwrap().is_none());
                said.push(format!("{}: {}", head.line, items.join(" | ")));
                said.extend(error);
            }
            Err(error) => said.push(error.to_string()),
        }
    }
}

#[track_caller]
fn check(input: &str, expected: &[&str]) {
    assert_eq!(all(input.as_bytes(), None, &[]), expected, "{input}");
}

/// Gives one byte at a time, so that everything is cut everywhere.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(1);
        self.0.read(&mut buffer[..length])
    }
}

#[test]
fn what_is_written_is_read_again() {
    let known = Known::new();
    let mut recorder = Recorder::new(Shows::STORY);
    known.walk(&mut recorder);
    let traces = recorder.into_traces();
    let everything = Shows { states: true, decisions: true, ..Shows::STORY };
    for (format, input) in [
        (Format::Story, known.written(StoryWriter::new(&known.grammar, &known.alphabet, Shows::STORY))),
        (Format::Names, known.written(Names::new(&known.alphabet))),
        (Format::Jsonl, known.written(known.jsonl(everything))),
    ] {
        let vocabulary = known.vocabulary();
        let mut reader = Reader::new(&*input, None, &vocabulary);
        for trace in &traces {
            let head = reader.next_trace().unwrap().unwrap();
            if format == Format::Jsonl {
                assert_eq!((head.number, head.seed), (Some(trace.header.trace), Some(1)));
                assert_eq!(head.shows, everything);
            }
            for item in &trace.items {
                if matches!(item, Item::Event { .. }) || format != Format::Names {
                    let observed = reader.next_item().unwrap().unwrap();
                    assert!(says(&known, format, observed, item), "{observed:?} is not {item:?}");
                }
            }
            assert!(reader.next_item().unwrap().is_none());
        }
        assert!(reader.next_trace().unwrap().is_none());
        assert_eq!(reader.format(), Some(format));
    }
}

/// Whether an item that was read says all that the format tells of the one that was written.
fn says(known: &Known, format: Format, observed: &Observed, item: &Item) -> bool {
    let somes = |values: &[i64]| values.iter().copied().map(Some).collect::<Vec<_>>();
    match (observed, item) {
        (Observed::Phase(observed), Item::Phase(phase)) => observed == phase,
        (Observed::Action { actions, source: by }, Item::Action { action, source, arguments }) => {
            *by == Some(*source) && actions.contains(&(*action, somes(arguments)))
        }
        (Observed::Event { name, of, payload: values }, Item::Event { symbol, payload }) => {
            let instances = known.alphabet.instances_of(*symbol).into_iter().map(Some).collect::<Vec<_>>();
            *name == known.alphabet.name_of(*symbol)
                && *values == if format == Format::Names { Vec::new() } else { somes(payload) }
                && (*of == instances || of.is_empty() && format != Format::Jsonl)
        }
        _ => false,
    }
}

#[test]
fn a_slow_input_says_the_same() {
    let known = Known::new();
    for input in [
        known.written(StoryWriter::new(&known.grammar, &known.alphabet, Shows::STORY)),
        known.written(Names::new(&known.alphabet)),
        known.written(known.jsonl(Shows::STORY)),
    ] {
        assert_eq!(all(Slow(&input), None, &[]), all(&*input, None, &[]));
    }
}

#[test]
fn names_are_one_a_line() {
    check("install\nstart\n\nstart\n\n", &["1: install | start", "4: start"]);
    check("\n\n # c\n\r\ninstall  \r\n#start\r\n \tstart\r\n\n\n\nstart", &["5: install | start", "11: start"]);
    check("", &[]);
    check(" \n\n \n", &[]);
    check("# nothing\n\n#\n", &[]);
    check("\u{feff}install\n", &["1: install"]);
    check("simulation\n", &["1: !simulation: there is no event `simulation`"]);
    check(
        "instal\ndb-joined\ndb[1]-joined\n",
        &["1: !instal: there is no event `instal`; install? | db-joined | \
           !db[1]-joined: there is no event `db[1]-joined`; db-joined?"],
    );
    let long = format!("a\u{1b}[31m{}\n", "é".repeat(1000));
    let shown = format!("a␛[31m{}…", "é".repeat(73));
    check(&long, &[&format!("1: !{shown}: there is no event `{shown}`")]);
}

#[test]
fn what_is_ignored_is_left_out() {
    let ignore = &["custom-*", "install", "setup", "chan*"];
    assert_eq!(all(&b"install\ncustom-x\r\nstart\n\ninstall\n"[..], None, ignore), ["1: start", "5: "]);
    let story = "simulation: PHASE Phase.setup: Event :: custom-1 Event :: start PHASE Phase.rest:
        Action :: Source.user --> 'change'(http) Action :: Source.x --> 'chance' end.";
    assert_eq!(all(story.as_bytes(), None, ignore), ["1: start | phase rest"]);
    let json = r#"{"items":["install",{"phase":"setup"},{"action":"change"},"custom-",{"phase":"rest"}]}"#;
    assert_eq!(all(json.as_bytes(), None, ignore), ["1: phase rest"]);
}

#[test]
fn what_is_left_of_a_trace_can_be_passed_over() {
    let known = Known::new();
    let vocabulary = known.vocabulary();
    for input in [
        "a\nb\n#\n\nstart\n",
        "simulation:\nEvent :: a\nEvent :: b\nend.\nsimulation: Event :: start",
        "{\"items\":[\"a\",\"b\"]}\n{\"items\":[\"start\"]}",
    ] {
        for n_read in 0..3 {
            let mut reader = Reader::new(input.as_bytes(), None, &vocabulary);
            reader.next_trace().unwrap().unwrap();
            for _ in 0..n_read {
                assert!(matches!(reader.next_item().unwrap().unwrap(), Observed::Foreign(_)));
            }
            reader.next_trace().unwrap().unwrap();
            assert!(matches!(reader.next_item().unwrap().unwrap(), Observed::Event { .. }), "{input}");
            assert!(reader.next_trace().unwrap().is_none() && reader.next_trace().unwrap().is_none());
        }
    }
}

#[test]
fn what_is_no_text_is_told_with_its_line() {
    let error = "the input is not text: this line is not UTF-8, or has a NUL";
    assert_eq!(all(&b"install\n\xff\nstart\n"[..], None, &[]), ["1: install", &format!("2: {error}")]);
    assert_eq!(all(&b"install\na\0\nstart\n"[..], None, &[]), ["1: install", &format!("2: {error}")]);
    assert_eq!(all(&b"simulation:\n\xc3\n"[..], None, &[]), ["1: ", &format!("2: {error}")]);
    // UTF-16
    assert_eq!(all(&b"\xff\xfei\0\n\0"[..], None, &[]), ["1: ", &format!("1: {error}")]);
}

#[test]
fn lines_have_a_limit() {
    const MAX_LINE: usize = 1 << 20;
    let error = "2: the line is longer than 1048576 bytes, which is the limit";
    for (before, after) in [("install\n", ""), ("simulation:\n", "1: ")] {
        let expected = if after.is_empty() { "1: install" } else { after };
        let long = "x".repeat(MAX_LINE + 1);
        for end in ["", "\n", "\nx\n"] {
            let input = format!("{before}{long}{end}");
            assert_eq!(all(input.as_bytes(), None, &[]), [expected, error]);
        }
        // It is not read to its end.
        let endless = before.as_bytes().chain(io::repeat(b'x'));
        assert_eq!(all(endless, None, &[]), [expected, error]);
    }
    let longest = format!("{}\ninstall\n", "x".repeat(MAX_LINE));
    assert!(all(longest.as_bytes(), None, &[])[0].ends_with(" | install"));
    assert_eq!(
        all(b"{".chain(io::repeat(b' ')), None, &[]),
        ["1: the line is longer than 67108864 bytes, which is the limit"]
    );
    let json = format!("{{\"x\":\"{}\",\"items\":[\"start\"]}}", "x".repeat(2 * MAX_LINE));
    check(&json, &["1: start"]);
}

#[test]
fn an_input_that_fails_ends() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("no more"))
        }
    }
    for input in ["install\nst", "{\"items\":[]}\n{", "simulation:\n"] {
        let said = all(input.as_bytes().chain(Failing), None, &[]);
        let line = input.matches('\n').count() + 1;
        assert_eq!(said[1], format!("{line}: the input cannot be read: no more"));
        assert_eq!(said.len(), 2);
    }
}

#[test]
fn unknown_names_cost_a_bounded_time() {
    let lines: Vec<_> = (0..100_000).map(|number| format!("instal-{number}")).collect();
    let input = lines.join("\n");
    assert_eq!(all(input.as_bytes(), None, &[]).len(), 1);
}
