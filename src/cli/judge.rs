//! Whether traces still fail: a command that is run on them, or whoever is asked.

use std::ffi::OsString;
use std::io::{self, BufRead, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;

use super::{Failure, interrupt, processes};

/// What came of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passes,
    Fails,
    /// It took longer than it may.
    Hangs,
    /// It was not tried, or not to the end.
    Unknown,
}

/// How often it is looked whether a command has ended: at first, and at most.
const POLL: (Duration, Duration) = (Duration::from_micros(200), Duration::from_millis(10));

/// A command that gets a trace on its standard input.
pub(super) struct Runner {
    pub(super) command: Vec<OsString>,
    /// How long a run may take.
    pub(super) timeout: Option<Duration>,
    /// When all runs end.
    pub(super) deadline: Option<Instant>,
}

impl Runner {
    /// Runs it on these lines side by side. Once one fails, and all before it are known to pass, those behind it are ended.
    pub(super) fn judge(&self, lines: &[String]) -> Result<Vec<Outcome>, Failure> {
        let mut runs = Vec::new();
        for line in lines {
            match self.start(line) {
                Ok(child) => runs.push(Running { child, outcome: Outcome::Unknown, is_over: false }),
                Err(failure) => {
                    runs.iter_mut().for_each(Running::kill);
                    return Err(failure);
                }
            }
        }
        let begun = Instant::now();
        let mut pause = POLL.0;
        loop {
            for run in &mut runs {
                run.look();
            }
            let decided = runs.iter().position(|run| run.outcome != Outcome::Passes);
            let is_decided = decided.is_none_or(|place| runs[place].outcome == Outcome::Fails);
            if is_decided || runs.iter().all(|run| run.is_over) {
                break;
            }
            if interrupt::flag().load(Ordering::Relaxed) || self.deadline.is_some_and(|end| Instant::now() >= end) {
                break;
            }
            if self.timeout.is_some_and(|timeout| begun.elapsed() >= timeout) {
                for run in runs.iter_mut().filter(|run| !run.is_over) {
                    run.kill();
                    run.outcome = Outcome::Hangs;
                }
                break;
            }
            thread::sleep(pause);
            pause = (pause * 2).min(POLL.1);
        }
        runs.iter_mut().filter(|run| !run.is_over).for_each(Running::kill);
        // They were ended before they had said anything.
        if interrupt::flag().load(Ordering::Relaxed) {
            return Ok(vec![Outcome::Unknown; lines.len()]);
        }
        Ok(runs.iter().map(|run| run.outcome).collect())
    }

    fn start(&self, line: &str) -> Result<Child, Failure> {
        let (program, arguments) = self.command.split_first().expect("there is a command");
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = processes::start(&mut command)
            .map_err(|error| Failure::Message(format!("cannot run `{}`: {error}", program.to_string_lossy())))?;
        let (mut stdin, line) = (child.stdin.take().expect("it is piped"), line.to_owned());
        // A command that does not read it all is no error.
        thread::spawn(move || stdin.write_all(line.as_bytes()));
        Ok(child)
    }
}

/// A command that runs.
struct Running {
    child: Child,
    outcome: Outcome,
    is_over: bool,
}

impl Running {
    fn look(&mut self) {
        if self.is_over {
            return;
        }
        if let Ok(Some(status)) = self.child.try_wait() {
            self.is_over = true;
            processes::ended(&self.child);
            self.outcome = if status.success() { Outcome::Passes } else { Outcome::Fails };
        }
    }

    fn kill(&mut self) {
        self.is_over = true;
        processes::end(&mut self.child);
    }
}

/// An answer of whoever is asked.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) fails: bool,
    /// Behind which event nothing matters.
    #[serde(default)]
    pub(super) event: Option<usize>,
}

/// Reads an answer; `None` where there is none.
pub(super) fn answer(stdin: &mut dyn BufRead) -> Result<Option<Answer>, Failure> {
    let mut line = String::new();
    loop {
        line.clear();
        match stdin.read_line(&mut line) {
            Ok(0) => return Ok(None),
            Ok(_) if line.trim().is_empty() => {}
            Ok(_) => break,
            // Ctrl-C.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(None),
            Err(error) => return Err(Failure::Message(format!("cannot read an answer: {error}"))),
        }
    }
    serde_json::from_str(&line).map(Some).map_err(|error| {
        let shown: String = line.trim().chars().take(60).collect();
        Failure::Message(format!("an answer is `{{\"fails\":true}}` or `{{\"fails\":false}}`, not `{shown}`: {error}"))
    })
}
