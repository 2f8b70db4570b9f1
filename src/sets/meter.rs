//! Counting the steps of the search for an answer, so that every search ends.
//!
//! The clock can't be the measure, since an answer must not depend on the machine. So each search counts what it does: the steps
//! of the runs that it follows, and what it does with each configuration and each edge.

use super::limit::Limit;

/// The steps of a search so far, and how many it may make.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    spent: u64,
    limit: u64,
}

impl Meter {
    /// A meter for a search of at most `limit` steps.
    pub(crate) fn new(limit: u64) -> Self {
        Self { spent: 0, limit }
    }

    /// Counts steps.
    ///
    /// # Errors
    ///
    /// [`Limit::Work`] if they are more than the limit, together with all before.
    #[inline]
    pub(crate) fn spend(&mut self, steps: u64) -> Result<(), Limit> {
        self.count(steps);
        self.check()
    }

    /// Counts steps, and leaves it to a later [`check`](Self::check) whether they are too many.
    #[inline]
    pub(crate) fn count(&mut self, steps: u64) {
        self.spent = self.spent.saturating_add(steps);
    }

    /// Checks that the limit has not been passed.
    ///
    /// # Errors
    ///
    /// [`Limit::Work`] if it has.
    #[inline]
    pub(crate) fn check(&self) -> Result<(), Limit> {
        if self.spent > self.limit { Err(Limit::Work { limit: self.limit }) } else { Ok(()) }
    }

    /// The number of steps so far.
    pub(crate) fn spent(&self) -> u64 {
        self.spent
    }

    /// The number of steps that may still be made.
    pub(crate) fn left(&self) -> u64 {
        self.limit.saturating_sub(self.spent)
    }

    /// Begins the search for another answer.
    pub(crate) fn reset(&mut self) {
        self.spent = 0;
    }
}
