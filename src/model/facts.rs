//! Facts that follow from other facts: the least solution of equations made of "and" and "or".
//!
//! Every fact keeps count of what it still waits for, and tells those that wait for it once it holds, so that all of it
//! takes time linear in the number of implications: W. F. Dowling, J. H. Gallier, "Linear-time algorithms for testing
//! the satisfiability of propositional Horn formulae", Journal of Logic Programming 1 (3), 1984.

/// A statement of which [`Facts`] knows whether it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact(usize);

/// What holds, and what would hold if something else did.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Default)]
struct Row {
    /// How many facts must still come to hold before this one does: it holds at 0.
    missing: usize,
    /// The facts that wait for this one.
    waiting: Vec<Fact>,
}

impl Facts {
    /// What always holds.
    pub(super) const ALWAYS: Fact = Fact(0);
    /// What nothing makes hold.
    pub(super) const NEVER: Fact = Fact(1);

    /// Nothing but [`Facts::ALWAYS`] and [`Facts::NEVER`].
    pub(super) fn new() -> Self {
        Self { rows: vec![Row::default(), Row { missing: 1, waiting: Vec::new() }] }
    }

    /// Whether it holds, by what has been said so far.
    pub(super) fn holds(&self, fact: Fact) -> bool {
        self.rows[fact.0].missing == 0
    }

    /// A new fact that holds as soon as one that implies it does.
    pub(super) fn open(&mut self) -> Fact {
        self.add(1)
    }

    /// A new fact that holds as soon as one of these does.
    pub(super) fn any(&mut self, facts: &[Fact]) -> Fact {
        let any = self.open();
        for fact in facts {
            self.imply(*fact, any);
        }
        any
    }

    /// A new fact that holds as soon as all of these do.
    pub(super) fn all(&mut self, facts: &[Fact]) -> Fact {
        let all = self.add(facts.len());
        for fact in facts {
            self.imply(*fact, all);
        }
        all
    }

    /// Makes `then` hold once `fact` does; of a fact made by [`Facts::all`] it is one of those that it waits for.
    pub(super) fn imply(&mut self, fact: Fact, then: Fact) {
        if self.holds(fact) {
            self.tell(then);
        } else {
            self.rows[fact.0].waiting.push(then);
        }
    }

    /// Makes it hold, whatever it waits for.
    pub(super) fn assume(&mut self, fact: Fact) {
        self.rows[fact.0].missing = self.rows[fact.0].missing.min(1);
        self.tell(fact);
    }

    fn add(&mut self, missing: usize) -> Fact {
        self.rows.push(Row { missing, waiting: Vec::new() });
        Fact(self.rows.len() - 1)
    }

    /// Says that one more of the facts that `fact` waits for holds.
    fn tell(&mut self, fact: Fact) {
        let mut told = vec![fact];
        while let Some(fact) = told.pop() {
            let row = &mut self.rows[fact.0];
            if row.missing > 0 {
                row.missing -= 1;
                if row.missing == 0 {
                    told.append(&mut row.waiting);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_follow_whenever_their_reasons_come() {
        let mut facts = Facts::new();
        let (a, b) = (facts.open(), facts.open());
        let both = facts.all(&[a, b, Facts::ALWAYS]);
        let either = facts.any(&[a, b]);
        facts.imply(Facts::ALWAYS, a);
        assert!(facts.holds(a) && facts.holds(either) && !facts.holds(both));
        facts.imply(both, b);
        assert!(!facts.holds(b), "what only follows from itself does not hold");
        facts.assume(both);
        assert!(facts.holds(both) && facts.holds(b));
        let nothing = facts.all(&[]);
        assert!(facts.holds(nothing) && facts.holds(Facts::ALWAYS) && !facts.holds(Facts::NEVER));
    }

    #[test]
    fn a_long_chain_needs_no_stack() {
        let mut facts = Facts::new();
        let chain: Vec<Fact> = (0..200_000).map(|_| facts.open()).collect();
        for pair in chain.windows(2) {
            facts.imply(pair[0], pair[1]);
        }
        facts.assume(chain[0]);
        assert!(facts.holds(chain[199_999]));
    }
}
