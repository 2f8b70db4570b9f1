//! Signs of hooks → hooks that ran.
//!
//! A run of a hook leaves one sign or several, by what is logged: the agent prepares it, sets its status, `ops` emits
//! its event, and the agent says how it ended. They come in this order, and no other hook of the unit between them, so
//! signs are of one attempt as long as the name is the same and the order holds.
//!
//! Juju runs a hook that failed again. What counts is the attempt that went well, since its effects are what is kept;
//! or the last one, if none did: then somebody has resolved it without a retry.

use std::borrow::Cow;

use super::names;
use super::words::{Word, Words};

/// What a line says of a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sign<'a> {
    /// The agent prepares it.
    Prepared(Prepared<'a>),
    /// The agent sets its status: the hook, and the remote unit if the line tells of one.
    Running { name: Cow<'a, str>, remote: Option<&'a str> },
    /// `ops` emits its event, for the relation with that id.
    Emitted { name: &'a str, relation: Option<u32> },
    /// The agent says how it ended.
    Ended { name: &'a str, outcome: Outcome },
    /// The last one of this name was none of Juju's.
    Faked { name: &'a str },
}

/// What the agent says of a hook that it prepares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prepared<'a> {
    /// Its name without that of the endpoint, storage or container.
    pub(super) kind: &'a str,
    pub(super) relation: Option<u32>,
    pub(super) remote: Remote<&'a str>,
    /// The unit that departs.
    pub(super) departing: Option<&'a str>,
    /// The storage instance: `data/0`.
    pub(super) storage: Option<&'a str>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Well, as far as is known.
    Ran,
    Failed,
    /// It was cut off, and will run again.
    Terminated,
}

/// Who is at the other side of a hook of a relation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Remote<U> {
    #[default]
    Unknown,
    /// A status has named nobody. Where statuses name units, it is the application.
    Unnamed,
    Application,
    Unit(U),
}

impl<U> Remote<U> {
    /// With the unit in other terms.
    pub(super) fn map<V>(self, unit: impl FnOnce(U) -> V) -> Remote<V> {
        match self {
            Self::Unknown => Remote::Unknown,
            Self::Unnamed => Remote::Unnamed,
            Self::Application => Remote::Application,
            Self::Unit(known) => Remote::Unit(unit(known)),
        }
    }
}

/// A run of a hook.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) line: u64,
    pub(super) name: Word,
    pub(super) relation: Option<u32>,
    pub(super) remote: Remote<Word>,
    /// Whether it is this unit that departs.
    pub(super) departs: Option<bool>,
    pub(super) storage: Option<Word>,
    outcome: Outcome,
    /// Whether the name is all of it.
    is_named: bool,
    stage: Stage,
}

/// How far an attempt has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Prepared,
    Running,
    Emitted,
}

/// The attempts of a unit.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    done: Vec<Attempt>,
    open: Option<Attempt>,
}

impl Attempts {
    /// Takes the next sign of this unit, whose name may be empty: then it is not known yet.
    pub(super) fn take(&mut self, sign: Sign<'_>, unit: &str, line: u64, words: &mut Words) {
        match sign {
            Sign::Prepared(prepared) => self.prepare(&prepared, unit, line, words),
            Sign::Running { name, remote } => {
                let attempt = self.attempt(&name, Stage::Running, line, words);
                if names::relation(&name).is_some() && attempt.remote == Remote::Unknown {
                    attempt.remote = remote.map_or(Remote::Unnamed, |remote| Remote::Unit(words.word(remote)));
                }
            }
            Sign::Emitted { name, relation } => {
                let attempt = self.attempt(name, Stage::Emitted, line, words);
                attempt.relation = attempt.relation.or(relation);
            }
            Sign::Ended { name, outcome } => {
                if !self.open.as_ref().is_some_and(|open| open.is(name, words)) {
                    self.close();
                    self.open = Some(Attempt::new(words.word(name), Stage::Running, line));
                }
                if let Some(open) = &mut self.open {
                    // The agent's spelling is the true one.
                    (open.name, open.is_named) = (words.word(name), true);
                    (open.stage, open.outcome) = (Stage::Emitted, outcome);
                }
                self.close();
            }
            Sign::Faked { name } => {
                self.close();
                if self.done.last().is_some_and(|last| last.is(name, words)) {
                    self.done.pop();
                }
            }
        }
    }

    fn prepare(&mut self, prepared: &Prepared<'_>, unit: &str, line: u64, words: &mut Words) {
        self.close();
        let name = match prepared.storage.and_then(|storage| storage.split_once('/')) {
            Some((storage, _)) => format!("{storage}-{}", prepared.kind),
            None => prepared.kind.to_owned(),
        };
        let mut open = Attempt::new(words.word(&name), Stage::Prepared, line);
        open.is_named = prepared.storage.is_some() || names::is_whole(&name);
        open.relation = prepared.relation;
        open.remote = prepared.remote.map(|remote| words.word(remote));
        open.departs = prepared.departing.filter(|_| !unit.is_empty()).map(|departing| departing == unit);
        open.storage = prepared.storage.map(|storage| words.word(storage));
        self.open = Some(open);
    }

    /// The attempt that a sign is of: the open one, or a new one.
    fn attempt(&mut self, name: &str, stage: Stage, line: u64, words: &mut Words) -> &mut Attempt {
        let goes_on = self.open.as_ref().is_some_and(|open| open.stage < stage && open.is(name, words));
        if !goes_on {
            self.close();
        }
        let open = self.open.get_or_insert_with(|| Attempt::new(words.word(name), stage, line));
        open.stage = stage;
        if !open.is_named {
            (open.name, open.is_named) = (words.word(name), true);
        }
        open
    }

    fn close(&mut self) {
        // One that was only prepared was skipped then, or the log ends there.
        self.done.extend(self.open.take().filter(|open| open.stage > Stage::Prepared));
    }

    /// The attempts that count, in their order.
    pub(super) fn settle(mut self, words: &Words) -> Vec<Attempt> {
        self.close();
        let all = self.done;
        let last = all.len().saturating_sub(1);
        let counts = |(place, attempt): (usize, &Attempt)| {
            let is_repeated = match attempt.outcome {
                Outcome::Ran => false,
                Outcome::Failed => is_retried(attempt, &all[place + 1..], words),
                Outcome::Terminated => place < last,
            };
            (!is_repeated).then_some(*attempt)
        };
        all.iter().enumerate().filter_map(counts).collect()
    }
}

impl Attempt {
    fn new(name: Word, stage: Stage, line: u64) -> Self {
        Self {
            line,
            name,
            relation: None,
            remote: Remote::Unknown,
            departs: None,
            storage: None,
            outcome: Outcome::Ran,
            is_named: true,
            stage,
        }
    }

    /// Whether it can be one of a hook with this name.
    fn is(&self, name: &str, words: &Words) -> bool {
        let own = words.text(self.name);
        names::same(own, name)
            || !self.is_named && names::before(name, own).is_some_and(|stem| stem.ends_with(['-', '_']))
    }
}

/// Whether a hook that failed runs again behind it. Only actions come between; and, where its agent was stopped, what a
/// new one begins with.
fn is_retried(failed: &Attempt, behind: &[Attempt], words: &Words) -> bool {
    let name = words.text(failed.name);
    let mut was_stopped = false;
    for (place, next) in behind.iter().filter(|next| !names::is_action(words.text(next.name))).enumerate() {
        let other = words.text(next.name);
        if names::same(other, name) {
            return failed.relation.is_none() || next.relation.is_none() || failed.relation == next.relation;
        }
        was_stopped |= place == 0 && other == "stop";
        let begins = ["stop", "upgrade-charm", "config-changed", "start"].iter().any(|first| names::same(other, first));
        if !(was_stopped && begins && place < 4) {
            return false;
        }
    }
    false
}
