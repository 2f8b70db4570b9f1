//! The bare core: items that alone do it, whether or not they make a trace.

use super::run::{Run, Step};

/// Leaves out items of a run, one after the other, without a look at the grammar.
#[derive(Clone, Debug)]
pub struct Core {
    steps: Vec<Step>,
    size: usize,
    before: usize,
    /// Whether an item went since all were tried.
    has_changed: bool,
    end: Run,
}

impl Core {
    /// Begins with a run.
    pub fn new(run: &Run) -> Self {
        let steps = run.steps.clone();
        let end = Run { steps: Vec::new(), ..run.clone() };
        Self { size: (steps.len() / 2).max(1), before: steps.len(), has_changed: false, steps, end }
    }

    /// What is left, as a run, which may be none of the grammar.
    pub fn best(&self) -> Run {
        Run { steps: self.steps.clone(), ..self.end.clone() }
    }

    /// The next one without some items, as if the one before it did not do it; `None` when no item can go.
    pub fn propose(&mut self) -> Option<(Run, std::ops::Range<usize>)> {
        while self.before == 0 {
            if self.steps.is_empty() {
                return None;
            }
            if self.size <= 1 && !std::mem::take(&mut self.has_changed) {
                return None;
            }
            self.size = (self.size / 2).max(1).min(self.steps.len());
            self.before = self.steps.len();
        }
        let range = self.before.saturating_sub(self.size)..self.before;
        self.before = range.start;
        let rest = self.steps[..range.start].iter().chain(&self.steps[range.end..]).cloned().collect();
        Some((Run { steps: rest, ..self.end.clone() }, range))
    }

    /// Those items can go.
    pub fn take(&mut self, range: std::ops::Range<usize>) {
        self.steps.drain(range);
        self.has_changed = true;
    }
}
