//! `charmgrammar explore`.

use super::args::ExploreArguments;
use super::explanation::Words;
use super::grammar::{self, Opened};
use super::output::{self, Output};
use super::{Exit, Failure, Io, charm};
use crate::diagnostic::one_line;
use crate::diagnostic::suggest::nearest;
use crate::explore::life::{Life, Way};
use crate::explore::reasons::{Effort, Explainer, Why};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::{NONE, StateId};
use crate::recognize::{Next, Question, agrees};
use crate::sets::{Bounds, Item, Limit};
use crate::trace::{self, Header, Jsonl, JsonlOptions, Names, Observed, Shows, Story, TextSink, Vocabulary, read_item};
use crate::walk::halves;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

const HELP: &str = "  NUMBER or NAME   take one of what is possible; the beginning of a name will do
  (empty line)     take one by dice
  auto N           take N items by dice
  back [N]         go back by one item, or by N
  why NAME         why it can't come now, and the shortest way to it
  states           the values of all states
  trace            what was shown so far
  save FILE        write it: as jsonl to FILE.jsonl, as names to FILE.txt, else as a story
  help             this list
  quit             end
";

/// How many reasons are told, the nearest first.
const MAX_REASONS: usize = 5;

/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 10_000;

/// A life with all that is needed to tell of it.
struct Session<'a> {
    opened: &'a Opened,
    alphabet: &'a Alphabet,
    program: &'a Program,
    life: Life<'a>,
    bounds: Bounds,
    /// Random numbers of 32 bits.
    dice: Box<dyn Iterator<Item = u32>>,
    seed: u64,
    /// The states when they were last told.
    states: Vec<String>,
    /// Whether its end was taken.
    has_ended: bool,
}

/// Whether more commands are taken.
enum Then {
    Goes,
    Ends,
}

/// Reads commands until there are no more.
pub(super) fn run(arguments: &ExploreArguments, io: &mut Io) -> Result<Exit, Failure> {
    let typed = charm::grammar(arguments.grammar.as_ref(), &arguments.settings);
    if typed == "-" {
        let message = "standard input has the commands: name a file for the grammar";
        return Err(Failure::Message(message.to_owned()));
    }
    let opened = grammar::open(&typed, &arguments.settings, io)?;
    let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
    let usual = Bounds::default();
    let limiting = &arguments.settings.limiting;
    let configurations = limiting.configurations(usual.configurations);
    let bounds = Bounds { configurations, work: limiting.work(), ..usual };
    let mut session = Session {
        life: Life::new(&opened.grammar, &alphabet, &program, bounds),
        bounds,
        opened: &opened,
        alphabet: &alphabet,
        program: &program,
        dice: Box::new(halves(Header { seed: arguments.seed, trace: 0, attempt: 0 })),
        seed: arguments.seed,
        states: Vec::new(),
        has_ended: false,
    };
    let stdin = std::mem::replace(&mut io.stdin, Box::new(std::io::empty()));
    let mut stdin = BufReader::new(stdin);
    session.states = session.state_texts();
    session.look(io)?;
    loop {
        if io.is_interactive {
            io.stdout.show("> ")?;
            io.stdout.flush()?;
        }
        let mut line = String::new();
        let read = stdin.by_ref().take(MAX_LINE).read_line(&mut line);
        let length = read.map_err(|error| Failure::Message(format!("cannot read the commands: {error}")))?;
        if length == 0 {
            return Ok(Exit::Yes);
        }
        let line = line.trim();
        if !io.is_interactive {
            io.stdout.show(&format!("> {line}\n"))?;
        }
        match session.obey(line, io)? {
            Then::Goes => {}
            Then::Ends => return Ok(Exit::Yes),
        }
    }
}

impl Session<'_> {
    fn obey(&mut self, line: &str, io: &mut Io) -> Result<Then, Failure> {
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        match (command, rest) {
            ("quit" | "exit", "") => return Ok(Then::Ends),
            ("help", "") => io.stdout.show(HELP)?,
            ("states", "") => io.stdout.show(&listed(&self.state_texts()))?,
            ("trace", "") => {
                let text =
                    self.text(&mut Story::new(&self.opened.grammar, self.alphabet, Shows::STORY), self.has_ended);
                io.stdout.show(&text)?;
            }
            ("back", count) => match number(count, 1) {
                Some(many) => {
                    self.life.back(many).map_err(|limit| met(&limit))?;
                    self.look(io)?;
                }
                None => io.stdout.show("back by how many items?\n")?,
            },
            ("auto", count) => match number(count, 1) {
                Some(many) => self.auto(many, io)?,
                None => io.stdout.show("auto: how many items?\n")?,
            },
            ("why", name) if !name.is_empty() => self.why(name, io)?,
            ("save", path) if !path.is_empty() => self.save(Path::new(path), io)?,
            ("why", _) => io.stdout.show("why: say the name of what is not possible\n")?,
            ("save", _) => io.stdout.show("save: say the name of a file\n")?,
            ("", _) => self.auto(1, io)?,
            _ => self.pick(line, io)?,
        }
        Ok(Then::Goes)
    }

    /// Tells where the life is, and what is possible.
    fn look(&mut self, io: &mut Io) -> Result<(), Failure> {
        self.has_ended = false;
        let grammar = &self.opened.grammar;
        let phase = self.life.items().iter().rev().find_map(|item| match item {
            Item::Phase(phase) => Some(grammar.phases[phase.index()].name.as_str()),
            _ => None,
        });
        let mut text = match (phase, self.life.items().len()) {
            (None, _) => "at the start".to_owned(),
            (Some(phase), 1) => format!("phase {phase}, 1 item"),
            (Some(phase), many) => format!("phase {phase}, {many} items"),
        };
        let states = self.state_texts();
        let changed: Vec<&str> =
            states.iter().filter(|state| !self.states.contains(state)).map(String::as_str).collect();
        if !changed.is_empty() {
            let _ = write!(text, "; {}", changed.join(", "));
        }
        text.push('\n');
        let next = self.next()?;
        if next.is_empty() {
            text.push_str("  nothing can follow: every run fails here\n");
        }
        for (number, (next, part)) in (1..).zip(&next) {
            let _ = writeln!(text, "{number:>4} {:>6.1} %  {}", part * 100.0, self.name(next));
        }
        self.states = states;
        io.stdout.show(&text)?;
        Ok(())
    }

    fn next(&mut self) -> Result<Vec<(Next, f64)>, Failure> {
        self.life.ahead().map_err(|limit| met(&limit))
    }

    fn name(&self, next: &Next) -> String {
        next.text(&self.opened.grammar, self.alphabet, true)
    }

    /// Takes what was chosen.
    fn pick(&mut self, typed: &str, io: &mut Io) -> Result<(), Failure> {
        let next = self.next()?;
        let names: Vec<String> = next.iter().map(|(next, _)| self.name(next)).collect();
        let chosen: Vec<usize> = match typed.parse::<usize>() {
            Ok(number) => (1..=next.len()).filter(|place| *place == number).map(|place| place - 1).collect(),
            Err(_) => match names.iter().position(|name| name == typed) {
                Some(place) => vec![place],
                None => (0..names.len()).filter(|place| names[*place].starts_with(typed)).collect(),
            },
        };
        match chosen[..] {
            [] if typed.parse::<usize>().is_ok() => io.stdout.show(&format!("there are {} numbers\n", next.len()))?,
            [] => {
                let commands = ["auto", "back", "help", "quit", "save", "states", "trace", "why"];
                let names = names.iter().map(String::as_str).chain(commands);
                let help = nearest(typed, names).map_or(String::new(), |name| format!("; did you mean `{name}`?"));
                io.stdout.show(&format!(
                    "`{typed}` is neither possible here nor a command{help} (`why {typed}`, `help`)\n"
                ))?;
            }
            [place] => self.take(&next[place].0, io)?,
            [first, second, ..] => {
                let message = format!("`{typed}` may be `{}` or `{}`: say more of it\n", names[first], names[second]);
                io.stdout.show(&message)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, next: &Next, io: &mut Io) -> Result<(), Failure> {
        match next {
            Next::End => {
                self.has_ended = true;
                io.stdout.show("that was the whole life; `save FILE` keeps it, `back` goes on from before\n")?;
            }
            Next::Item(item) => {
                self.life.take(item).map_err(|limit| met(&limit))?;
                self.look(io)?;
            }
        }
        Ok(())
    }

    /// Takes items by dice.
    fn auto(&mut self, many: usize, io: &mut Io) -> Result<(), Failure> {
        for _ in 0..many {
            let next = self.next()?;
            let total: f64 = next.iter().map(|(_, part)| part).sum();
            let drawn = self.dice.next().expect("dice have no end");
            let mut draw = f64::from(drawn) / (f64::from(u32::MAX) + 1.0) * total;
            let chosen = next.iter().find(|(_, part)| {
                draw -= part;
                draw < 0.0
            });
            let Some((chosen, _)) = chosen.or(next.last()) else { break };
            io.stdout.show(&format!("  {}\n", self.name(chosen)))?;
            let Next::Item(item) = chosen else {
                return self.take(chosen, io);
            };
            self.life.take(item).map_err(|limit| met(&limit))?;
        }
        self.look(io)
    }

    /// Tells why what has this name can't come now, and the shortest way to it.
    fn why(&mut self, name: &str, io: &mut Io) -> Result<(), Failure> {
        let (grammar, alphabet) = (&self.opened.grammar, self.alphabet);
        let text = |item: &Item| Next::Item(item.clone()).text(grammar, alphabet, true);
        if self.next()?.iter().any(|(next, _)| self.name(next) == name) {
            io.stdout.show(&format!("`{name}` is possible here\n"))?;
            return Ok(());
        }
        let vocabulary = Vocabulary::new(grammar, alphabet, &[]);
        let wanted = match read_item(name, &vocabulary).expect("nothing is ignored") {
            Observed::Foreign(foreign) => {
                let similar = foreign.similar.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
                io.stdout.show(&format!("{}{similar}\n", foreign.why))?;
                return Ok(());
            }
            wanted => wanted,
        };
        let is_wanted = |item: &Item| agrees(&wanted, item, alphabet);
        let told = match self.life.way(&is_wanted).map_err(|limit| met(&limit))? {
            Way::Items(items) => {
                let way = listed(&items.iter().map(text).collect::<Vec<_>>());
                match items.len() {
                    1 => format!("it is possible here, as\n{way}"),
                    many => {
                        let reasons = self.reasons(&wanted);
                        format!("{reasons}not before {} other items; a shortest way is\n{way}", many - 1)
                    }
                }
            }
            Way::None => {
                format!("{}nothing with the name `{name}` can be shown any more\n", self.reasons(&wanted))
            }
            Way::Unknown(many) => {
                format!("{}no way to `{name}` was found among {many} places\n", self.reasons(&wanted))
            }
        };
        io.stdout.show(&told)?;
        Ok(())
    }

    /// Why an item can't come now, each reason on a line of its own. That the search for one was cut is none.
    fn reasons(&self, wanted: &Observed) -> String {
        let Opened { grammar, sources, .. } = self.opened;
        let (shown, question) = (self.life.observed(), Question { bounds: self.bounds, ..Question::default() });
        let explainer = Explainer::new(grammar, self.alphabet, self.program, &question, Effort::default());
        let words = Words { grammar, alphabet: self.alphabet, sources, shown: &shown, wanted: Some(wanted) };
        match explainer.explain(Shows::STORY, &shown, Some(wanted)) {
            Ok(reasons) => {
                let texts: Vec<String> = reasons
                    .list
                    .iter()
                    .filter(|reason| reason.why != [Why::Far])
                    .map(|reason| words.sentence(reason))
                    .collect();
                let more = texts.len().saturating_sub(MAX_REASONS);
                let rest = (more > 0).then(|| format!("… and {more} more\n"));
                texts.into_iter().take(MAX_REASONS).map(|text| text + "\n").chain(rest).collect()
            }
            Err(unexplained) => format!("no reasons: {}\n", words.unexplained(&unexplained)),
        }
    }

    /// Each state with its values.
    fn state_texts(&self) -> Vec<String> {
        let text = |(state, values): (StateId, Vec<(i64, f64)>)| {
            let state = &self.opened.grammar.states[state.index()];
            let value = |value: i64| match value {
                NONE => "none".to_owned(),
                value => self.opened.grammar.value_text(value, state.ty.base),
            };
            let values: Vec<String> = match values[..] {
                [(only, _)] => vec![value(only)],
                _ => values.iter().map(|(one, part)| format!("{} ({:.1} %)", value(*one), part * 100.0)).collect(),
            };
            format!("{} = {}", state.name, values.join(" or "))
        };
        self.life.states().into_iter().map(text).collect()
    }

    /// Writes the life to a file. What goes wrong is told, and the life goes on.
    fn save(&mut self, path: &Path, io: &mut Io) -> Result<(), Failure> {
        let (grammar, alphabet) = (&self.opened.grammar, self.alphabet);
        let text = match path.extension().and_then(|extension| extension.to_str()) {
            Some("jsonl") => {
                let options = JsonlOptions { shows: Shows::STORY, hash: self.opened.hash().to_owned() };
                self.text(&mut Jsonl::new(grammar, alphabet, options), true)
            }
            Some("txt" | "names") => self.text(&mut Names::new(alphabet), true),
            _ => self.text(&mut Story::new(grammar, alphabet, Shows::STORY), self.has_ended),
        };
        let inputs = output::files_of(&self.opened.sources);
        let saved = output::refuse_input(Some(path), inputs)
            .and_then(|()| Output::create(Some(path), &mut io.stdout))
            .and_then(|mut output| {
                output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
                output.finish()
            });
        match saved {
            Ok(warnings) => {
                io.warn_each(&warnings);
                io.stdout.show(&format!("saved to {}\n", one_line(&path.to_string_lossy())))?;
            }
            Err(Failure::Write { to, error }) => {
                io.stdout.show(&format!("cannot write to {}: {error}\n", one_line(&to)))?;
            }
            Err(Failure::Message(message)) => io.stdout.show(&format!("{message}\n"))?,
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// What was shown, in a format, with its end or not.
    fn text<S: TextSink>(&self, sink: &mut S, ends: bool) -> String {
        sink.begin(Header { seed: self.seed, trace: 0, attempt: 0 });
        self.life.trace().iter().for_each(|item: &trace::Item| item.show(sink));
        if ends {
            sink.end();
        }
        String::from_utf8(std::mem::take(sink.out())).expect("names are text")
    }
}

/// Each on a line of its own.
fn listed(texts: &[String]) -> String {
    texts.iter().flat_map(|text| ["  ", text, "\n"]).collect()
}

/// How many; `default` if nothing is said.
fn number(text: &str, default: usize) -> Option<usize> {
    if text.is_empty() { Some(default) } else { text.parse().ok() }
}

/// What stops the exploration.
fn met(limit: &Limit) -> Failure {
    let what = match limit {
        Limit::Configurations(many) => format!("more than {} configurations agree with what was shown", many.limit),
        Limit::Run(_) => "a run makes too many silent steps".to_owned(),
        Limit::Cycle { configurations } => {
            format!("runs that show nothing go round among {configurations} configurations")
        }
        Limit::Work { limit } => format!("an answer takes more than {limit} steps (`--limit work=N` allows more)"),
    };
    Failure::Message(format!("{what}; the exploration ends here"))
}
