//! Searches that end without an answer.

use super::args::Searching;
use super::{Failure, Io, verdicts};
use crate::explore::Automaton;
use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::sets::Limit;

/// The automaton of a grammar, within the limits that were given.
pub(super) fn automaton<'g>(
    grammar: &Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    searching: &Searching,
) -> Result<Automaton<'g>, Limit> {
    Automaton::new(grammar, alphabet, program, searching.configurations(), searching.step_limit)
}

impl Searching {
    /// How many configurations may be kept.
    pub(super) fn configurations(&self) -> usize {
        usize::try_from(self.limit.get()).expect("it has 32 bits or more")
    }
}

/// Why a search was given up.
pub(super) fn message(limit: &Limit, grammar: &Grammar) -> String {
    match limit {
        Limit::Configurations(many) => {
            let message = format!("undecided: more than the room of {} configurations is needed", many.limit);
            match verdicts::varying(many, grammar) {
                Some(states) => format!("{message}; they differ in {states}"),
                None => message,
            }
        }
        Limit::Run(fault) => {
            format!("undecided: a run of the grammar can't be followed: {}", fault.kind.message(grammar))
        }
        Limit::Cycle { configurations } => {
            format!("undecided: runs that show nothing go round among {configurations} configurations, in too many ways")
        }
    }
}

/// Tells why a search was given up, and what to do about it.
pub(super) fn tell(limit: &Limit, grammar: &Grammar, io: &mut Io) {
    io.error(&message(limit, grammar));
    io.help(match limit {
        Limit::Configurations(_) => "raise the limit with --limit, or set the grammar's numbers lower with --set",
        Limit::Run(fault) => fault.kind.help(),
        Limit::Cycle { .. } => "look for a loop that shows no event",
    });
}

/// The failure of a command whose search was given up.
pub(super) fn failure(limit: &Limit, grammar: &Grammar, io: &mut Io) -> Failure {
    tell(limit, grammar, io);
    Failure::Told
}
