//! What a run needs beside its configuration.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ahead::Ahead;
use super::evaluate::Environment;
use super::program::Choice;
use super::watch::Watch;

/// Memory that a run needs beside its configuration, and limits. One serves any number of configurations; nothing in
/// it outlives a pause but what that pause says.
#[derive(Debug)]
pub struct Scratch {
    pub(super) environment: Environment,
    pub(super) options: Vec<Choice>,
    pub(super) values: Vec<i64>,
    /// The `never` tests that say nothing.
    pub(super) passed_over: BTreeSet<usize>,
    pub(super) watch: Option<Box<Watch>>,
    /// What alone is looked for, if anything is.
    pub(super) ahead: Option<Arc<Ahead>>,
    /// Whether branches that run side by side take their turns in the order of the text, each until it is finished.
    pub(super) in_order: bool,
    pub(super) step_limit: u64,
    /// All work up to when it was last asked for.
    work_taken: u64,
}

impl Scratch {
    /// Scratch for runs that make at most `step_limit` silent steps between two events.
    pub fn new(step_limit: u64) -> Self {
        let environment = Environment { fuel: step_limit, granted: step_limit, ..Environment::default() };
        Self {
            environment,
            options: Vec::new(),
            values: Vec::new(),
            passed_over: BTreeSet::new(),
            watch: None,
            ahead: None,
            in_order: false,
            step_limit,
            work_taken: 0,
        }
    }

    /// Another one with the same limits, that watches for the same and has seen nothing.
    #[must_use]
    pub fn another(&self) -> Self {
        let mut another = Self::new(self.step_limit);
        another.in_order = self.in_order;
        another.passed_over.clone_from(&self.passed_over);
        another.watch = self.watch.as_ref().map(|watch| Box::new(watch.another()));
        another
    }

    /// Looks for this alone from here on, or for all that may come; what was looked for comes back. Of a draw then only what
    /// may lead there is listed, and no guard is looked at else: so guards and weights must not be such that they may fail.
    pub fn look_for(&mut self, ahead: &mut Option<Arc<Ahead>>) {
        std::mem::swap(&mut self.ahead, ahead);
    }

    /// Lets branches that run side by side take their turns in the order of the text, each until it is finished.
    pub fn take_turns_in_order(&mut self) {
        self.in_order = true;
    }

    /// Passes over these of the `never` tests without a profile: those that read states whose values are not kept.
    pub fn pass_over(&mut self, never: BTreeSet<usize>) {
        self.passed_over = never;
    }

    /// Watches all runs from here on; what was seen before is forgotten.
    pub fn watch(&mut self, watch: Watch) {
        self.watch = Some(Box::new(watch));
    }

    /// What was seen, if somebody watches.
    pub fn watched(&mut self) -> Option<&mut Watch> {
        self.watch.as_deref_mut()
    }

    /// The arguments or the payload of the item that was just shown.
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    /// How many silent steps were made since the last event.
    pub fn silent_steps(&self) -> u64 {
        self.step_limit - self.environment.fuel
    }

    /// Makes the steps between two events count from here.
    #[inline]
    pub fn refuel(&mut self) {
        self.environment.refuel(self.step_limit);
    }

    /// The work that was done since this was asked last: steps, and the parts of conditions that they evaluated.
    #[inline]
    pub fn take_work(&mut self) -> u64 {
        let work = self.environment.work + self.silent_steps();
        work - std::mem::replace(&mut self.work_taken, work)
    }
}
