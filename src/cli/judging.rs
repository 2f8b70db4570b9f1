//! The tests of grammars, for the commands that run them.

use super::grammar::Source;
use super::witness::proof;
use super::{Failure, Io, verdicts};
use crate::diagnostic::{Code, Diagnostic};
use crate::explore::testing::{Failure as Why, Judgment, Tester, Undecided, Unmatched};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::{Check, Grammar, Test};
use crate::sets::Bounds;

/// How a test came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Passed,
    Failed,
    Undecided,
}

/// A test that was run.
pub(super) struct Judged {
    pub(super) test: Test,
    pub(super) outcome: Outcome,
    /// Why it did not pass.
    pub(super) finding: Option<Diagnostic>,
}

/// Runs the own tests of a grammar that are wanted, in their order: each under its profile, which comes after all other
/// settings.
pub(super) fn judge(
    source: &Source,
    grammar: &Grammar,
    wanted: &dyn Fn(&Test) -> bool,
    bounds: Bounds,
    io: &mut Io,
) -> Result<Vec<Judged>, Failure> {
    let is_wanted = |test: &Test| test.own && wanted(test);
    let mut profiles: Vec<Option<&String>> = Vec::new();
    for test in grammar.tests.iter().filter(|test| is_wanted(test)) {
        if !profiles.contains(&test.profile.as_ref()) {
            profiles.push(test.profile.as_ref());
        }
    }
    let mut judged: Vec<(usize, Judged)> = Vec::new();
    for profile in profiles {
        let under;
        let grammar = match profile {
            None => grammar,
            Some(profile) => {
                under = source.under_profile(profile, io)?;
                &under
            }
        };
        let rows = grammar.tests.iter().enumerate();
        let rows: Vec<(usize, &Test)> =
            rows.filter(|(_, test)| is_wanted(test) && test.profile.as_ref() == profile).collect();
        let tests: Vec<&Test> = rows.iter().map(|(_, test)| *test).collect();
        let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
        let judgments = Tester::new(grammar, &alphabet, &program, bounds).judge(&tests);
        for ((place, test), judgment) in rows.into_iter().zip(judgments) {
            let (outcome, finding) = told(test, &judgment, grammar, &alphabet);
            judged.push((place, Judged { test: test.clone(), outcome, finding }));
        }
    }
    judged.sort_by_key(|(place, _)| *place);
    Ok(judged.into_iter().map(|(_, judged)| judged).collect())
}

/// What is said of a test.
fn told(test: &Test, judgment: &Judgment, grammar: &Grammar, alphabet: &Alphabet) -> (Outcome, Option<Diagnostic>) {
    let span = match &test.check {
        Check::Never { expression, .. } => expression.span,
        Check::Accepts(pattern) | Check::Rejects(pattern) => pattern.span().unwrap_or(test.span),
    };
    let error = |code: Code, what: &str| Diagnostic::error(code, span, format!("test \"{}\": {what}", test.text));
    let failed = |what: &str| error(Code::FailedTest, what);
    let shortest = |witness| proof(witness, "a shortest trace", grammar, alphabet);
    match judgment {
        Judgment::Passed => (Outcome::Passed, None),
        Judgment::Failed(why) => {
            let finding = match why {
                Why::Matched(witness) => failed("a trace matches what is rejected").proved(shortest(witness)),
                Why::Met(witness) => failed("this must never hold, and does").proved(shortest(witness)),
                Why::Fault(fault, witness) => {
                    failed(&format!("it can't be told: {}", fault.kind.message(grammar))).proved(shortest(witness))
                }
                Why::Unmatched(unmatched) => unmatched_told(test, unmatched, &failed, grammar, alphabet),
            };
            (Outcome::Failed, Some(finding))
        }
        Judgment::Undecided(Undecided::Pattern(_)) => {
            let what = format!("undecided: the pattern needs more than {} states", crate::pattern::MAX_STATES);
            (Outcome::Undecided, Some(error(Code::Undecided, &what).help("repeat less in it")))
        }
        Judgment::Undecided(Undecided::Limit(limit)) => {
            let (what, help) = verdicts::unexplored(limit, grammar);
            (Outcome::Undecided, Some(error(Code::Undecided, &format!("undecided: {what}")).help(help)))
        }
    }
}

/// The most names that are told of what can come next.
const MAX_NEXT: usize = 12;

fn unmatched_told(
    test: &Test,
    unmatched: &Unmatched,
    failed: &dyn Fn(&str) -> Diagnostic,
    grammar: &Grammar,
    alphabet: &Alphabet,
) -> Diagnostic {
    let Check::Accepts(pattern) = &test.check else { unreachable!("only a pattern can be unmatched") };
    let mut next: Vec<&str> = unmatched.next.iter().map(|name| alphabet.name_text(*name)).collect();
    let more = next.len().saturating_sub(MAX_NEXT);
    next.truncate(MAX_NEXT);
    let mut next = next.join(", ");
    if more > 0 {
        next = format!("{next} and {more} more");
    }
    if unmatched.ends {
        next = if next.is_empty() { "(end)".to_owned() } else { format!("(end), {next}") };
    }
    if next.is_empty() {
        "nothing".clone_into(&mut next);
    }
    let mut finding = failed("no complete trace matches what is accepted");
    match pattern.spans.get(unmatched.element) {
        Some(span) => {
            finding.primary.span = *span;
            finding = finding.label("nothing matches this behind what comes before it");
        }
        None => finding = finding.label("this can be matched, but no trace ends there"),
    }
    finding
        .proved(proof(&unmatched.witness, "as far as it can be matched", grammar, alphabet))
        .help(format!("next could come: {next}"))
}
