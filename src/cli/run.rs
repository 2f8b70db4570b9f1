//! `charmgrammar run`: draws traces, and has the charm's own Python run them.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::args::{Arguments, Command as Typed, DataClass, RunArguments, RunFormat};
use super::charm::{is_grammar, tell};
use super::confinement::{self, Filters};
use super::temporary::Directory;
use super::{Exit, Failure, Io, Verbosity, environment, generate, interrupt, package, processes};
use crate::charm::{self, Charm};
use crate::diagnostic::render::Format;
use crate::limits::Limits;
use crate::model::Disk;

/// What a trace must show to be run on a charm.
const SHOWS: &str = "phases,actions,events,states";

/// How many steps of operation a life has on average where nobody says otherwise: on a charm, many lives find more than
/// long ones.
pub(super) const OPERATIONS: &str = "operations=20";

/// How many traces are run.
const TRACES: u64 = 50;

/// Imports a module of our package, whose directory is the last argument, and lets it begin. The current directory, which
/// Python would look into first, takes no part.
const START: &str = "import sys; sys.path[:] = [sys.argv.pop(), *filter(None, sys.path)]; \
                     from charmgrammar.run import main; main()";

/// How often it is looked whether Python has ended.
const POLL: Duration = Duration::from_millis(10);

/// Runs traces on a charm.
pub(super) fn run(arguments: &RunArguments, io: &mut Io) -> Result<Exit, Failure> {
    let Some(directory) = &arguments.settings.charm else {
        return Err(Failure::Message("say which charm is to be run: --charm DIR".to_owned()));
    };
    arguments.settings.limiting.check_unused("run")?;
    let charm = read(directory, &arguments.settings.limiting.limits(), io)?;
    let work = Directory::new().map_err(|error| failed("make a temporary directory", &error))?;
    let python = match &arguments.python {
        Some(python) => python.clone(),
        None => environment::find(&[directory, &charm.directory], work.path())?,
    };
    let (subject, traces) = subject(arguments, &charm);
    if !traces.is_empty() && arguments.speaks_of_drawing() {
        let message = "traces are either read from files or drawn: --number, --seed, --from, --shard, --data and --values \
                       are of those that are drawn";
        return Err(Failure::Message(message.to_owned()));
    }
    let old = arguments.upgrade_from.as_deref().map(absolute).transpose()?;
    let writable = arguments.writable.iter().map(|path| absolute(path)).collect::<Result<Vec<_>, _>>()?;
    let place = |name: &str| work.path().join(name);
    let path = place("traces.jsonl");
    let seed = if traces.is_empty() { draw(arguments, &subject, &path, io)? } else { gather(&traces, &path, io)? };
    package::write(work.path()).map_err(|error| failed("write to a temporary directory", &error))?;
    let (report, exit) = (place("report"), place("exit"));
    let Filters { filters, trace_filters } = confinement::filters();
    let request = json!({
        "options": {
            "charm": text(&absolute(&charm.directory)?)?,
            "work": text(work.path())?,
            "package": text(work.path())?,
            "upgrade_from": option(old.as_deref())?,
            "event_seconds": arguments.event_seconds,
            "memory": arguments.memory,
            "python_path": texts(&environment::python_path())?,
            "kept_environment": arguments.keep_env,
            "writable": texts(&writable)?,
            "filters": filters,
            "trace_filters": trace_filters,
        },
        "traces": text(&path)?,
        "report": text(&report)?,
        "exit": text(&exit)?,
        "grammar": texts(&subject)?,
        "again": seed.map(|seed| again(arguments, &subject, seed)).transpose()?,
        "jobs": generate::threads(arguments.jobs),
        "seconds": arguments.seconds,
        "known": option(arguments.known.as_deref())?,
        "write_known": option(arguments.write_known.as_deref())?,
        "emit": option(arguments.emit.as_deref())?,
        "save": option(arguments.save.as_deref())?,
        "format": arguments.format.name(),
        "shrinks": !arguments.no_shrink,
        "is_quiet": io.verbosity == Verbosity::Quiet,
    });
    let mut command = Command::new(&python);
    command.args(["-I", "-c", START]).arg(work.path()).env("PYTHONDONTWRITEBYTECODE", "1").env("TMPDIR", work.path());
    if let Ok(program) = env::current_exe() {
        command.env("CHARMGRAMMAR_BIN", program);
    }
    let status = finish(&mut command, &request.to_string(), io)
        .map_err(|error| failed(&format!("run `{}`", python.display()), &error))?;
    // It is written last of all: what ended before it has not run to its end, whatever its exit code says.
    let exit = fs::read_to_string(exit).ok().and_then(|code| code.parse().ok());
    let report = fs::read_to_string(report).unwrap_or_default();
    let exit = match exit {
        Some(0) => Exit::Yes,
        Some(1) => Exit::No,
        Some(2) => Exit::Unanswered,
        Some(130) => Exit::Interrupted,
        _ => {
            return Err(Failure::Message(format!(
                "`{}` ended before the run did, with {status}: there is no result",
                python.display()
            )));
        }
    };
    match arguments.format {
        RunFormat::Human => io.stdout.show(&report)?,
        RunFormat::Json | RunFormat::Junit => io.stdout.write(&report)?,
    }
    Ok(exit)
}

fn failed(what: &str, error: &io::Error) -> Failure {
    Failure::Message(format!("cannot {what}: {error}"))
}

/// Where a directory is that the user has named; the charm runs in another one.
fn absolute(path: &Path) -> Result<PathBuf, Failure> {
    fs::canonicalize(path)
        .and_then(|path| fs::read_dir(&path).map(|_| path))
        .map_err(|error| failed(&format!("read the directory `{}`", path.display()), &error))
}

/// The charm's metadata; what is wrong with them is told.
fn read(directory: &Path, limits: &Limits, io: &mut Io) -> Result<Charm, Failure> {
    let reading = charm::read(&Disk, limits, directory);
    let Some(charm) = &reading.charm else {
        let text = io.renderer(Format::Human, true).render(&reading.sources, &reading.diagnostics);
        // There is nobody left to tell that standard error cannot be written to.
        let _ = io.stderr.write(&text);
        return Err(Failure::Told);
    };
    tell(&reading, directory, io);
    Ok(charm.clone())
}

/// The grammar and its settings as they are typed, and the files of traces.
fn subject(arguments: &RunArguments, charm: &Charm) -> (Vec<OsString>, Vec<PathBuf>) {
    let typed = arguments.grammar.as_ref();
    let named = typed.filter(|first| is_grammar(first));
    let first = typed.filter(|_| named.is_none()).map(PathBuf::from);
    let traces = first.into_iter().chain(arguments.traces.iter().cloned()).collect();
    let platform = || OsString::from(charm.platform.grammar());
    let mut words = vec![named.cloned().unwrap_or_else(platform)];
    let is_set = arguments.settings.set.iter().any(|setting| setting.starts_with("operations="));
    if named.is_none_or(|name| name.to_string_lossy().starts_with("juju-")) && !is_set {
        words.extend(["--set".into(), OPERATIONS.into()]);
    }
    words.extend(arguments.settings.words());
    (words, traces)
}

/// Draws the traces, and says with which seed.
fn draw(arguments: &RunArguments, subject: &[OsString], path: &Path, io: &mut Io) -> Result<Option<u64>, Failure> {
    let seed = match arguments.seed {
        Some(seed) => seed,
        None => generate::draw_seed(io)?,
    };
    let mut words: Vec<OsString> = vec!["charmgrammar".into(), "generate".into()];
    words.extend(subject.iter().cloned());
    let options = [
        ("--number", arguments.number.unwrap_or(TRACES).to_string()),
        ("--seed", seed.to_string()),
        ("--from", arguments.from.unwrap_or(0).to_string()),
        ("--format", "jsonl".to_owned()),
        ("--shows", SHOWS.to_owned()),
        ("--data", arguments.data.unwrap_or(DataClass::Typed).name().to_owned()),
    ];
    words.extend(options.into_iter().flat_map(|(name, value)| [name.into(), value.into()]));
    if let Some(shard) = arguments.shard {
        words.extend(["--shard".into(), shard.to_string().into()]);
    }
    if let Some(values) = &arguments.values {
        words.extend(["--values".into(), values.into()]);
    }
    words.extend(["--output".into(), path.into()]);
    let Typed::Generate(typed) = Arguments::parse(words)?.command else { unreachable!("that is what is typed") };
    match generate::run(&typed.0.meaning()?, io)? {
        Exit::Yes => Ok(Some(seed)),
        _ => Err(Failure::Told),
    }
}

/// Puts the traces of files together.
fn gather(traces: &[PathBuf], path: &Path, io: &mut Io) -> Result<Option<u64>, Failure> {
    let mut all = String::new();
    for trace in traces {
        let mut text = String::new();
        let read = if trace == Path::new("-") {
            io.stdin.read_to_string(&mut text).map(|_| ())
        } else {
            fs::read_to_string(trace).map(|read| text = read)
        };
        read.map_err(|error| failed(&format!("read `{}`", trace.display()), &error))?;
        if !text.trim_start().starts_with('{') {
            return Err(Failure::Message(format!(
                "`{}` is no jsonl; `charmgrammar generate --format jsonl --shows {SHOWS}` writes traces that can be run",
                trace.display()
            )));
        }
        all.push_str(text.trim_end());
        all.push('\n');
    }
    fs::write(path, all).map_err(|error| failed("write to a temporary directory", &error))?;
    Ok(None)
}

/// How one trace is run again, but for its number.
fn again(arguments: &RunArguments, subject: &[OsString], seed: u64) -> Result<String, Failure> {
    let mut words = subject.to_vec();
    if let Some(data) = arguments.data {
        words.extend(["--data".into(), data.name().into()]);
    }
    if let Some(values) = &arguments.values {
        words.extend(["--values".into(), values.into()]);
    }
    let words: Result<Vec<String>, Failure> = words.iter().map(|word| text(word).map(quoted)).collect();
    Ok(format!("charmgrammar run {} --seed {seed}", words?.join(" ")))
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=./,:@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

fn text(word: &(impl AsRef<OsStr> + ?Sized)) -> Result<&str, Failure> {
    let word = word.as_ref();
    word.to_str().ok_or_else(|| Failure::Message(format!("`{}` is no UTF-8", word.display())))
}

fn texts(words: &[impl AsRef<OsStr>]) -> Result<Vec<&str>, Failure> {
    words.iter().map(text).collect()
}

fn option(path: Option<&Path>) -> Result<Option<&str>, Failure> {
    path.map(|path| text(path)).transpose()
}

/// Runs Python with a request. After Ctrl-C it is told to end with what it has so far.
fn finish(command: &mut Command, request: &str, io: &mut Io) -> io::Result<ExitStatus> {
    interrupt::catch();
    processes::adopt_orphans();
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    // Its progress is for a terminal alone.
    let is_seen = io.stderr.is_terminal;
    command.stderr(if is_seen { Stdio::inherit() } else { Stdio::piped() });
    let mut child = processes::start(command)?;
    // It ends when this end of the pipe does, and so when this process ends.
    let mut stdin = child.stdin.take().expect("it is piped");
    let written = stdin.write_all(format!("{request}\n").as_bytes());
    let mut told = child.stderr.take();
    let listener = thread::spawn(move || {
        let mut text = Vec::new();
        told.as_mut().map_or(Ok(0), |told| told.read_to_end(&mut text)).map(|_| text)
    });
    // It says a word as soon as it can be interrupted.
    let mut stdout = child.stdout.take().expect("it is piped");
    let begun = thread::spawn(move || stdout.read(&mut [0]));
    let mut is_told = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if !is_told && begun.is_finished() && interrupt::flag().load(Ordering::Relaxed) {
            is_told = true;
            processes::interrupt(child.id());
        }
        thread::sleep(POLL);
    };
    processes::ended(&child);
    interrupt::wait_for_end();
    processes::end_orphans();
    drop(stdin);
    let text = listener.join().unwrap_or_else(|_| Ok(Vec::new()))?;
    io.stderr.show(&String::from_utf8_lossy(&text))?;
    // If it has not read all, its status tells why.
    if status.success() { written.map(|()| status) } else { Ok(status) }
}
