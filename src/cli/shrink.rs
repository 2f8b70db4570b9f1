//! `charmgrammar shrink`.

use std::io::{BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::args::{ShrinkArguments, TraceFormat};
use super::charm::Subject;
use super::grammar::{self, Opened};
use super::judge::{self, Outcome, Runner};
use super::one_trace::{self, OneTrace};
use super::output::{self, Output};
use super::progress::Progress;
use super::{Exit, Failure, Io, interrupt, traces};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::sets::Bounds;
use crate::shrink::{Candidate, Core, Original, Run, Shrinker, Size, Unplayable};
use crate::trace::{Format, Header, Jsonl, JsonlOptions, Names, Shows, Story, TextSink, Vocabulary};

/// Writes runs of the grammar as the trace was that was read.
struct Writer<'a> {
    opened: &'a Opened,
    alphabet: &'a Alphabet,
    program: &'a Program,
    trace: &'a OneTrace,
}

/// Why no more traces are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// Nothing more can go.
    Fixpoint,
    /// So many runs were made as may be.
    Runs,
    /// The time is over.
    Seconds,
    /// Ctrl-C.
    Interrupted,
    /// The limit on work was met.
    Work(u64),
    /// There are no more answers.
    Unanswered,
}

/// Finds the smallest trace.
pub(super) fn run(arguments: &ShrinkArguments, io: &mut Io) -> Result<Exit, Failure> {
    let rest: Vec<_> = arguments.trace.iter().cloned().collect();
    let subject = Subject::new(arguments.grammar.as_ref(), &rest, &arguments.settings);
    let [path] = &subject.traces[..] else {
        return Err(Failure::Message("only one trace can be shrunk at a time".to_owned()));
    };
    if arguments.ask && path.as_os_str() == "-" {
        let message = "with --ask standard input has the answers: name a file for the trace";
        return Err(Failure::Message(message.to_owned()));
    }
    arguments.settings.limiting.check_unused("shrink")?;
    traces::check_inputs(&subject.grammar, &subject.traces)?;
    let opened = grammar::open(&subject.grammar, &arguments.settings, io)?;
    let inputs = output::files_of(&opened.sources).chain([path.as_path()]);
    output::refuse_input(arguments.output.as_deref(), inputs)?;
    let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
    let vocabulary = Vocabulary::new(&opened.grammar, &alphabet, &[]);
    let trace = one_trace::read(path, arguments.input, &vocabulary, io)?;
    let original = original(&trace);
    let writer = Writer { opened: &opened, alphabet: &alphabet, program: &program, trace: &trace };
    let (steps, work) = (arguments.step_limit, arguments.settings.limiting.work());
    let bounds = Bounds { steps, work, ..Bounds::default() };
    let made = Shrinker::new(&opened.grammar, &alphabet, &program, &original, bounds);
    let mut shrinker = match made {
        Ok(shrinker) => shrinker,
        Err(unplayable) => return tell_unplayable(unplayable, &original, &trace.name, &opened, &alphabet, io),
    };
    if shrinker.has_completed() {
        io.note("the trace stops before its end: it was completed");
    }
    if arguments.keep_data {
        shrinker.keep_data();
    }
    interrupt::catch();
    let deadline = arguments.seconds.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds));
    let limits = Limits { max_runs: arguments.max_runs, deadline };
    if arguments.ask {
        ask(shrinker, &writer, limits, arguments.core, io)
    } else {
        try_command(shrinker, &writer, limits, arguments, io)
    }
}

/// The trace, as it is shrunk.
pub(super) fn original(trace: &OneTrace) -> Original {
    let mut loads = trace.carried.loads.iter().cloned();
    let items = trace.items.iter().map(|item| (item.clone(), loads.next().flatten().map(Arc::new)));
    Original { shows: trace.head.shows, initial: trace.carried.initial.clone(), items: items.collect() }
}

/// Tells that no run of the grammar shows a trace.
pub(super) fn tell_unplayable(
    why: Unplayable,
    original: &Original,
    name: &str,
    opened: &Opened,
    alphabet: &Alphabet,
    io: &mut Io,
) -> Result<Exit, Failure> {
    match why {
        Unplayable::Invalid(number) => {
            let what = match original.items.get(number) {
                Some((item, _)) => {
                    let text = item.text(&opened.grammar, alphabet);
                    format!("item {}, {text}, can't come there", number + 1)
                }
                None => "it stops too early".to_owned(),
            };
            io.error(&format!("`{name}` is no trace of the grammar: {what}"));
            io.help("`charmgrammar validate --explain` tells why");
            Ok(Exit::No)
        }
        Unplayable::Undecided(number) => Err(Failure::Message(format!(
            "at item {} too many runs agree with `{name}`: give a trace that shows actions, too",
            number + 1
        ))),
        Unplayable::Work { item, limit } => Err(Failure::Message(format!(
            "finding a run that shows `{name}` takes more than {limit} steps, which end at item {}: give a trace that shows actions, \
             too, or raise the limit with --limit work=N",
            item + 1
        ))),
    }
}

/// When to stop.
#[derive(Clone, Copy)]
struct Limits {
    max_runs: u64,
    deadline: Option<Instant>,
}

impl Limits {
    fn met(self, n_runs: u64) -> Option<Stop> {
        if interrupt::flag().load(Ordering::Relaxed) {
            Some(Stop::Interrupted)
        } else if n_runs >= self.max_runs {
            Some(Stop::Runs)
        } else if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Some(Stop::Seconds)
        } else {
            None
        }
    }
}

/// Tries traces by running a command.
fn try_command(
    mut shrinker: Shrinker<'_>,
    writer: &Writer<'_>,
    limits: Limits,
    arguments: &ShrinkArguments,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let timeout = arguments.timeout.map(Duration::from_secs_f64);
    let runner = Runner { command: arguments.command.clone(), timeout, deadline: limits.deadline };
    let whole = writer.line(shrinker.best());
    let one = |line: &String| Ok::<_, Failure>(runner.judge(std::slice::from_ref(line))?[0]);
    let mut n_runs = 1;
    match one(&whole)? {
        Outcome::Fails => {}
        Outcome::Passes => {
            io.error(&format!("the command does not fail on `{}`", writer.trace.name));
            return Ok(Exit::No);
        }
        Outcome::Hangs => {
            let message = "the command takes longer than --timeout on the trace itself";
            return Err(Failure::Message(message.to_owned()));
        }
        Outcome::Unknown => return Ok(stopped(Stop::Interrupted, limits.met(0))),
    }
    let mut is_flaky = false;
    if limits.met(n_runs).is_none() {
        n_runs += 1;
        is_flaky = one(&whole)? == Outcome::Passes;
        if is_flaky {
            io.warn("the command failed on the trace, and then passed on the same: what it says is flaky");
        }
    }
    let before = shrinker.best().size();
    let mut has_shrunk = false;
    let stop = {
        let mut progress = Progress::new(&mut io.stderr, io.verbosity, "runs", arguments.max_runs);
        let jobs = u64::from(arguments.jobs);
        loop {
            if let Some(stop) = limits.met(n_runs) {
                break stop;
            }
            let many = jobs.min(limits.max_runs - n_runs);
            let batch: Vec<Candidate> = (0..many).map_while(|_| shrinker.propose()).collect();
            if batch.is_empty() {
                break exhausted(&shrinker);
            }
            let lines: Vec<String> = batch.iter().map(|candidate| writer.line(&candidate.run)).collect();
            let outcomes = runner.judge(&lines)?;
            n_runs += outcomes.iter().filter(|outcome| **outcome != Outcome::Unknown).count() as u64;
            let taken = outcomes.iter().position(|outcome| *outcome == Outcome::Fails);
            let taken = taken.filter(|place| !outcomes[..*place].contains(&Outcome::Unknown));
            let mut taken_candidate = None;
            for (place, candidate) in batch.into_iter().enumerate() {
                if Some(place) == taken {
                    taken_candidate = Some(candidate);
                } else if matches!(outcomes[place], Outcome::Unknown | Outcome::Fails) {
                    shrinker.put_back(&candidate);
                }
            }
            if let Some(candidate) = taken_candidate {
                shrinker.take(candidate);
                has_shrunk = true;
            }
            progress.update(n_runs);
        }
    };
    let best = shrinker.best().clone();
    if has_shrunk && limits.met(n_runs).is_none() {
        n_runs += 1;
        if one(&writer.line(&best))? == Outcome::Passes {
            is_flaky = true;
            io.warn("the command failed on the smallest trace, and then passed on the same: what it says is flaky");
        }
    }
    let (core, stop) = match stop {
        Stop::Fixpoint if arguments.core => {
            let tried = |run: &Run, n_runs: u64| match limits.met(n_runs) {
                Some(stop) => Ok(Err(stop)),
                None => Ok(Ok(one(&writer.line(run))? == Outcome::Fails)),
            };
            let (core, stop) = core(&best, &mut n_runs, tried)?;
            (Some(core), stop)
        }
        stop => (None, stop),
    };
    write(&best, core.as_ref(), writer, arguments, io)?;
    tell(before, best.size(), core.as_ref(), n_runs, stop, is_flaky, io);
    Ok(stopped(stop, None))
}

/// Leaves out what need not be there, valid or not; why it stopped.
fn core(
    best: &Run,
    n_runs: &mut u64,
    mut fails: impl FnMut(&Run, u64) -> Result<Result<bool, Stop>, Failure>,
) -> Result<(Run, Stop), Failure> {
    let mut core = Core::new(best);
    while let Some((run, range)) = core.propose() {
        match fails(&run, *n_runs)? {
            Err(stop) => return Ok((core.best(), stop)),
            Ok(fails) => {
                *n_runs += 1;
                if fails {
                    core.take(range);
                }
            }
        }
    }
    Ok((core.best(), Stop::Fixpoint))
}

/// Tries traces by asking.
fn ask(
    mut shrinker: Shrinker<'_>,
    writer: &Writer<'_>,
    limits: Limits,
    wants_core: bool,
    io: &mut Io,
) -> Result<Exit, Failure> {
    let stdin = std::mem::replace(&mut io.stdin, Box::new(std::io::empty()));
    let mut stdin = BufReader::new(stdin as Box<dyn Read>);
    let mut n_runs = 0;
    let mut hint = None;
    let stop = loop {
        if let Some(stop) = limits.met(n_runs) {
            break stop;
        }
        let cut = hint.take().and_then(|step| shrinker.cut_behind(step));
        let Some(candidate) = cut.or_else(|| shrinker.propose()) else { break exhausted(&shrinker) };
        io.stdout.write(&format!("{{\"candidate\":{}}}\n", writer.line(&candidate.run).trim_end()))?;
        io.stdout.flush()?;
        let Some(answer) = judge::answer(&mut stdin)? else {
            shrinker.put_back(&candidate);
            break Stop::Unanswered;
        };
        n_runs += 1;
        if answer.fails {
            hint = answer.event.and_then(|event| candidate.run.event(event));
            shrinker.take(candidate);
        }
    };
    let best = shrinker.best().clone();
    let (core, stop) = match stop {
        Stop::Fixpoint if wants_core => {
            let asked = |run: &Run, n_runs: u64| {
                if let Some(stop) = limits.met(n_runs) {
                    return Ok(Err(stop));
                }
                let line = writer.line(run);
                io.stdout.write(&format!("{{\"candidate\":{},\"valid\":false}}\n", line.trim_end()))?;
                io.stdout.flush()?;
                Ok(judge::answer(&mut stdin)?.map(|answer| answer.fails).ok_or(Stop::Unanswered))
            };
            let (core, stop) = core(&best, &mut n_runs, asked)?;
            (Some(core), stop)
        }
        stop => (None, stop),
    };
    let mut last = json!({ "runs": n_runs, "fixpoint": stop == Stop::Fixpoint });
    if let Some(core) = core {
        last["core"] = serde_json::from_str::<Value>(&writer.line(&core)).expect("a line of jsonl is JSON");
    }
    // The trace stays as it is written.
    let rest = last.to_string();
    io.stdout.write(&format!("{{\"smallest\":{},{}\n", writer.line(&best).trim_end(), &rest[1..]))?;
    io.stdout.flush()?;
    Ok(if stop == Stop::Interrupted { Exit::Interrupted } else { Exit::Yes })
}

/// Why there are no more candidates.
fn exhausted(shrinker: &Shrinker<'_>) -> Stop {
    shrinker.work_limit().map_or(Stop::Fixpoint, Stop::Work)
}

/// How the command ends.
fn stopped(stop: Stop, limit: Option<Stop>) -> Exit {
    match limit.unwrap_or(stop) {
        Stop::Fixpoint => Exit::Yes,
        Stop::Interrupted => Exit::Interrupted,
        Stop::Runs | Stop::Seconds | Stop::Work(_) | Stop::Unanswered => Exit::Unanswered,
    }
}

fn write(
    best: &Run,
    core: Option<&Run>,
    writer: &Writer<'_>,
    arguments: &ShrinkArguments,
    io: &mut Io,
) -> Result<(), Failure> {
    let format = arguments.format.unwrap_or(match writer.trace.format {
        Format::Story => TraceFormat::Story,
        Format::Names => TraceFormat::Names,
        Format::Jsonl => TraceFormat::Jsonl,
    });
    let mut output = Output::create(arguments.output.as_deref(), &mut io.stdout)?;
    for run in [best].into_iter().chain(core) {
        let text = writer.text(run, format);
        output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
    }
    let warnings = output.finish()?;
    io.warn_each(&warnings);
    Ok(())
}

fn tell(before: Size, after: Size, core: Option<&Run>, n_runs: u64, stop: Stop, is_flaky: bool, io: &mut Io) {
    let events = |many: usize| format!("{many} event{}", if many == 1 { "" } else { "s" });
    let mut text = format!("{}, of {} before, after {n_runs} runs", events(after.events), before.events);
    if let Some(core) = core {
        text.extend(["; the bare core has ", &events(core.size().events)]);
    }
    let why = match stop {
        Stop::Fixpoint if is_flaky => "; since the outcomes are flaky, it may not be the smallest",
        Stop::Fixpoint => "; nothing more can go",
        Stop::Runs => "; stopped by --max-runs, so it may not be the smallest",
        Stop::Seconds => "; stopped by --seconds, so it may not be the smallest",
        Stop::Work(_) => "; stopped by --limit work=N, so it may not be the smallest",
        Stop::Interrupted | Stop::Unanswered => "; interrupted, so it may not be the smallest",
    };
    text.push_str(why);
    io.note(&text);
}

impl Writer<'_> {
    fn header(&self) -> Header {
        let OneTrace { head, carried, .. } = self.trace;
        Header { seed: head.seed.unwrap_or(0), trace: head.number.unwrap_or(0), attempt: carried.attempt }
    }

    /// A run as jsonl, with what its trace has beside.
    fn line(&self, run: &Run) -> String {
        let shows = match self.trace.format {
            Format::Jsonl => self.trace.head.shows,
            Format::Story | Format::Names => Shows { states: true, ..Shows::STORY },
        };
        let options = JsonlOptions { shows, hash: self.opened.hash().to_owned() };
        let mut text = self.shown(run, &mut Jsonl::new(&self.opened.grammar, self.alphabet, options));
        if text.ends_with("}\n") {
            text.truncate(text.len() - 2);
        }
        for (key, value) in &self.trace.carried.others {
            text.extend([",", &Value::from(key.as_str()).to_string(), ":", value]);
        }
        text + "}\n"
    }

    fn text(&self, run: &Run, format: TraceFormat) -> String {
        let (grammar, alphabet) = (&self.opened.grammar, self.alphabet);
        match format {
            TraceFormat::Jsonl => self.line(run),
            TraceFormat::Names => self.shown(run, &mut Names::new(alphabet)),
            TraceFormat::Story => self.shown(run, &mut Story::new(grammar, alphabet, Shows::STORY)),
        }
    }

    fn shown<S: TextSink>(&self, run: &Run, sink: &mut S) -> String {
        run.show(self.program, self.header(), sink);
        String::from_utf8(std::mem::take(sink.out())).expect("names are text")
    }
}
