//! What is asked of event sequences, within limits.

use super::{Failure, Io, verdicts};
use crate::explore::Automaton;
use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::sets::{Bounds, Limit};

/// The automaton of a grammar, within the limits that were given.
pub(super) fn automaton<'g>(
    grammar: &Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    bounds: Bounds,
) -> Result<Automaton<'g>, Limit> {
    Automaton::new(grammar, alphabet, program, bounds)
}

/// Tells why there is no answer, and what to do about it.
pub(super) fn tell(limit: &Limit, grammar: &Grammar, io: &mut Io) {
    let (message, help) = verdicts::unexplored(limit, grammar);
    io.error(&format!("undecided: {message}"));
    io.help(help);
}

/// The failure of a command that has no answer.
pub(super) fn failure(limit: &Limit, grammar: &Grammar, io: &mut Io) -> Failure {
    tell(limit, grammar, io);
    Failure::Told
}
