//! `charmgrammar check`.

use std::ffi::OsStr;

use super::args::CheckArguments;
use super::grammar::Source;
use super::judging::{self, Outcome};
use super::witness::proof;
use super::{Exit, Failure, Io, Verbosity, charm, dead, grammar, verdicts};
use crate::diagnostic::render::Format;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::explore::survey::{Patience, Survey, Trap};
use crate::machine::{Fault, FaultKind, Program};
use crate::model::grammar::Grammar;
use crate::model::{Alphabet, unused};
use crate::source::{SourceId, SourceMap, Span};

/// How many configurations are looked at where it need not be known what never happens.
const FEW: usize = 20_000;

/// What is said of a grammar.
#[derive(Default)]
struct Findings {
    list: Vec<Diagnostic>,
    /// Whether it has errors that leave it without a meaning, or something could not be answered.
    unanswered: bool,
    n_passed: usize,
    n_configurations: usize,
}

/// Writes what is wrong with each grammar, and what is odd about it.
pub(super) fn run(arguments: &CheckArguments, io: &mut Io) -> Result<Exit, Failure> {
    let mut sources = SourceMap::default();
    let mut all = Findings::default();
    for typed in &charm::grammars(&arguments.grammars, &arguments.settings) {
        let (own, findings) = check(typed, arguments, io)?;
        let moved = sources.append(own);
        all.list.extend(findings.list.into_iter().map(|diagnostic| diagnostic.moved(moved)));
        all.unanswered |= findings.unanswered;
        all.n_passed += findings.n_passed;
        all.n_configurations += findings.n_configurations;
    }
    let has = |severity| all.list.iter().any(|finding| finding.severity == severity);
    let (has_errors, has_warnings) = (has(Severity::Error), has(Severity::Warning));
    if io.verbosity == Verbosity::Quiet && arguments.format() == Format::Human {
        all.list.retain(|finding| finding.severity == Severity::Error);
    }
    io.write_findings(arguments.format(), &sources, &all.list)?;
    if !arguments.syntax {
        let (tests, configurations) = (all.n_passed, all.n_configurations);
        io.detail(&format!("{configurations} configurations looked at, {tests} tests passed"));
    }
    Ok(match () {
        () if all.unanswered => Exit::Unanswered,
        () if has_errors || arguments.denies_warnings() && has_warnings => Exit::No,
        () => Exit::Yes,
    })
}

/// Checks one grammar.
fn check(typed: &OsStr, arguments: &CheckArguments, io: &mut Io) -> Result<(SourceMap, Findings), Failure> {
    let loaded = grammar::load(typed, &arguments.settings, io);
    let mut findings = Findings { list: loaded.diagnostics, ..Findings::default() };
    let Some(grammar) = loaded.grammar else {
        findings.unanswered = true;
        return Ok((loaded.sources, findings));
    };
    if !arguments.syntax {
        let source = Source::new(typed, &arguments.settings, &loaded.sources);
        findings.list.extend(unused(&grammar, &loaded.sources));
        if !grammar.phases.is_empty() {
            explore(&mut findings, &grammar, &source, arguments, io);
        }
        run_tests(&mut findings, &grammar, &source, arguments, io)?;
        findings.list.sort_by(|one, other| {
            (one.primary.span, one.code, &one.message).cmp(&(other.primary.span, other.code, &other.message))
        });
    }
    Ok((loaded.sources, findings))
}

/// Goes through all that the grammar can do.
fn explore(findings: &mut Findings, grammar: &Grammar, source: &Source, arguments: &CheckArguments, io: &mut Io) {
    let (alphabet, program) = (Alphabet::new(grammar), Program::compile(grammar));
    // Of a file that only declares what there is, no part can be dead, so it may do to know that nothing fails.
    let is_own = |span: Span| span.source == SourceId(0);
    let has_parts = program.landmarks().iter().any(|part| is_own(part.span));
    let patience = if has_parts { Patience::Many } else { Patience::Few(FEW) };
    let bounds = arguments.exploring.bounds(&arguments.settings.limiting);
    let survey = Survey::new(grammar, &alphabet, &program, bounds, patience);
    findings.n_configurations += survey.configurations;
    if survey.rough {
        io.detail("there are more, of which it is sure that none fails, and that each can come to an end");
    }
    for (fault, witness) in &survey.faults {
        let diagnostic = failing(fault, grammar);
        findings.list.push(diagnostic.proved(proof(witness, "a shortest trace", grammar, &alphabet)));
    }
    for (span, witness) in &survey.loops {
        let message = "from here runs can go on forever and show nothing more";
        let diagnostic = Diagnostic::error(Code::SilentLoop, *span, message)
            .help("let the loop end, or show an event in it on every way through");
        findings.list.push(diagnostic.proved(proof(witness, "a shortest trace", grammar, &alphabet)));
    }
    for trap in &survey.traps {
        let diagnostic = trapped(trap, grammar);
        findings.list.push(diagnostic.proved(proof(&trap.witness, "a shortest trace", grammar, &alphabet)));
    }
    if let Some(limit) = &survey.limit {
        let (what, help) = verdicts::unexplored(limit, grammar);
        let span = Span::new(SourceId(0), 0, 0);
        let message = format!("undecided: {what}, so not all is said that may be wrong");
        findings.list.push(Diagnostic::error(Code::Undecided, span, message).help(help));
        findings.unanswered = true;
        return;
    }
    // What comes behind a failure was not seen.
    if !survey.faults.is_empty() {
        return;
    }
    // What nothing uses can't happen either.
    let unused: Vec<Span> =
        findings.list.iter().filter(|found| found.code == Code::Unused).map(|found| found.primary.span).collect();
    let dead = dead::findings(grammar, &program, &survey, bounds, source, io).into_iter();
    findings.list.extend(dead.filter(|found| !unused.contains(&found.primary.span)));
}

/// A way to fail.
fn failing(fault: &Fault, grammar: &Grammar) -> Diagnostic {
    if fault.kind == FaultKind::StepLimit {
        let message = "from here a run goes on forever and shows nothing";
        return Diagnostic::error(Code::SilentLoop, fault.span, message)
            .help("let the loop end, or show an event in it; --step-limit says how many silent steps are too many");
    }
    Diagnostic::error(fault.kind.code(), fault.span, fault.kind.message(grammar)).help(fault.kind.help())
}

/// A phase that can't be left.
fn trapped(trap: &Trap, grammar: &Grammar) -> Diagnostic {
    let phase = &grammar.phases[trap.phase.index()];
    let message = format!("phase `{}` can come to where no trace ends any more", phase.name);
    Diagnostic::error(Code::EndlessPhase, phase.span, message)
        .help("let its loops end: by a count, or a condition that fails")
}

/// Runs the tests.
fn run_tests(
    findings: &mut Findings,
    grammar: &Grammar,
    source: &Source,
    arguments: &CheckArguments,
    io: &mut Io,
) -> Result<(), Failure> {
    // A grammar that is made to be used by others has no traces.
    if grammar.phases.is_empty() {
        return Ok(());
    }
    for judged in
        judging::judge(source, grammar, &|_| true, arguments.exploring.bounds(&arguments.settings.limiting), io)?
    {
        match judged.outcome {
            Outcome::Passed => findings.n_passed += 1,
            Outcome::Failed => {}
            Outcome::Undecided => findings.unanswered = true,
        }
        findings.list.extend(judged.finding);
    }
    Ok(())
}
