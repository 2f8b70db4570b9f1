//! `charmgrammar run`: draws traces, and has the charm's own Python run them.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

use serde_json::json;
use tempfile::TempDir;

use super::args::{Arguments, Command as Typed, DataClass, RunArguments};
use super::charm::{is_grammar, tell};
use super::{Exit, Failure, Io, Verbosity, generate, interrupt, package};
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

/// Whether a Python has what a charm is run by.
const PROBE: &str = "import scenario, ops.testing; ops.testing.Context";

/// Runs traces on a charm.
pub(super) fn run(arguments: &RunArguments, io: &mut Io) -> Result<Exit, Failure> {
    let Some(directory) = &arguments.settings.charm else {
        return Err(Failure::Message("say which charm is to be run: --charm DIR".to_owned()));
    };
    arguments.settings.limiting.check_unused("run")?;
    let charm = read(directory, &arguments.settings.limiting.limits(), io)?;
    let python = python(arguments, directory, &charm)?;
    let (subject, traces) = subject(arguments, &charm);
    if !traces.is_empty() && arguments.speaks_of_drawing() {
        let message = "traces are either read from files or drawn: --number, --seed, --from, --shard, --data and --values \
                       are of those that are drawn";
        return Err(Failure::Message(message.to_owned()));
    }
    let work = TempDir::new().map_err(|error| failed("make a temporary directory", &error))?;
    let path = work.path().join("traces.jsonl");
    let seed = if traces.is_empty() { draw(arguments, &subject, &path, io)? } else { gather(&traces, &path, io)? };
    package::write(work.path()).map_err(|error| failed("write to a temporary directory", &error))?;
    let request = json!({
        "charm": text(&charm.directory)?,
        "traces": text(&path)?,
        "grammar": subject.iter().map(|word| text(word)).collect::<Result<Vec<_>, _>>()?,
        "again": seed.map(|seed| again(arguments, &subject, seed)).transpose()?,
        "jobs": generate::threads(arguments.jobs),
        "seconds": arguments.seconds,
        "event_seconds": arguments.event_seconds,
        "upgrade_from": option(arguments.upgrade_from.as_deref())?,
        "known": option(arguments.known.as_deref())?,
        "write_known": option(arguments.write_known.as_deref())?,
        "emit": option(arguments.emit.as_deref())?,
        "save": option(arguments.save.as_deref())?,
        "format": arguments.format.name(),
        "shrinks": !arguments.no_shrink,
        "is_quiet": io.verbosity == Verbosity::Quiet,
    });
    let mut command = Command::new(&python);
    command.args(["-m", "charmgrammar.run", &request.to_string()]);
    command.env("PYTHONPATH", python_path(work.path())?).env("PYTHONDONTWRITEBYTECODE", "1");
    // What processes that are ended leave behind goes with the rest.
    command.env("TMPDIR", work.path());
    if let Ok(program) = env::current_exe() {
        command.env("CHARMGRAMMAR_BIN", program);
    }
    let status = finish(&mut command, io).map_err(|error| failed(&format!("run `{}`", python.display()), &error))?;
    match status.code() {
        Some(0) => Ok(Exit::Yes),
        Some(1) => Ok(Exit::No),
        Some(2) => Ok(Exit::Unanswered),
        Some(130) => Ok(Exit::Interrupted),
        _ => Err(Failure::Message(format!("`{}` ended with {status}", python.display()))),
    }
}

fn failed(what: &str, error: &io::Error) -> Failure {
    Failure::Message(format!("cannot {what}: {error}"))
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

/// The Python that has what a charm is run by.
fn python(arguments: &RunArguments, directory: &Path, charm: &Charm) -> Result<PathBuf, Failure> {
    if let Some(python) = &arguments.python {
        return Ok(python.clone());
    }
    let candidates = candidates(&[directory, &charm.directory]);
    if let Some(python) = candidates.iter().find(|python| has_testing(python)) {
        return Ok(python.clone());
    }
    let list: Vec<String> = candidates.iter().map(|python| format!("`{}`", python.display())).collect();
    Err(Failure::Message(format!(
        "no Python has `ops.testing`, neither of {}: name that of the charm's environment by --python, or install \
         `ops[testing]` in it",
        list.join(", ")
    )))
}

fn candidates(directories: &[&Path]) -> Vec<PathBuf> {
    let mut environments: Vec<PathBuf> = Vec::new();
    for directory in directories {
        environments.extend([directory.join(".venv"), directory.join("venv")]);
    }
    environments.extend(env::var_os("VIRTUAL_ENV").map(PathBuf::from));
    for directory in directories {
        let mut tox: Vec<PathBuf> =
            fs::read_dir(directory.join(".tox")).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        tox.sort();
        environments.append(&mut tox);
    }
    let mut found: Vec<PathBuf> =
        environments.iter().map(|place| place.join("bin/python")).filter(|python| python.is_file()).collect();
    found.dedup();
    found.push("python3".into());
    found
}

fn has_testing(python: &Path) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", PROBE]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Where Python looks for modules: our package first, then what the user has named.
fn python_path(ours: &Path) -> Result<OsString, Failure> {
    let theirs = env::var_os("PYTHONPATH").unwrap_or_default();
    let paths = env::split_paths(&theirs).filter(|path| !path.as_os_str().is_empty());
    env::join_paths([ours.to_owned()].into_iter().chain(paths))
        .map_err(|error| Failure::Message(format!("PYTHONPATH can't be extended: {error}")))
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

fn option(path: Option<&Path>) -> Result<Option<&str>, Failure> {
    path.map(|path| text(path)).transpose()
}

/// Runs Python; what it writes goes where ours goes. After Ctrl-C, which it hears too, it tells what it has so far.
fn finish(command: &mut Command, io: &mut Io) -> io::Result<ExitStatus> {
    interrupt::catch();
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    // Its progress is for a terminal alone.
    let is_seen = io.stderr.is_terminal;
    command.stderr(if is_seen { Stdio::inherit() } else { Stdio::piped() });
    let mut child = command.spawn()?;
    let mut told = child.stderr.take();
    let listener = thread::spawn(move || {
        let mut text = Vec::new();
        told.as_mut().map_or(Ok(0), |told| told.read_to_end(&mut text)).map(|_| text)
    });
    let mut stdout = child.stdout.take().expect("it is piped");
    let copied = io::copy(&mut stdout, io.stdout.writer());
    let status = child.wait()?;
    copied?;
    let text = listener.join().unwrap_or_else(|_| Ok(Vec::new()))?;
    io.stderr.write(&String::from_utf8_lossy(&text))?;
    Ok(status)
}
