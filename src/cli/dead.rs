//! Parts of a grammar that make no difference: whether that is a mistake, or only so under the settings at hand.
//!
//! The grammar is run under other settings, one after the other: what makes a difference under one of them is worth a
//! note, and what makes none under any a warning.

use super::Io;
use super::grammar::Source;
use crate::diagnostic::{Code, Diagnostic};
use crate::explore::dead::{Dead, DeadKind, dead};
use crate::explore::survey::{Patience, Survey};
use crate::machine::Program;
use crate::model::grammar::{Base, Grammar, Param};
use crate::model::{Alphabet, Settings};
use crate::sets::Bounds;
use crate::source::SourceId;

/// How many other settings are tried.
const MAX_TRIALS: usize = 24;

/// How many configurations are looked at with each, beside four times as many as there are with the settings at hand.
const LEAST_CONFIGURATIONS: usize = 20_000;

/// How many at most.
const MAX_CONFIGURATIONS: usize = 500_000;

/// Other settings.
struct Trial {
    /// As they are typed.
    name: String,
    apply: Box<dyn Fn(&mut Settings)>,
}

/// What is said of the parts of the own file that make no difference.
pub(super) fn findings(
    grammar: &Grammar,
    program: &Program,
    survey: &Survey,
    bounds: Bounds,
    source: &Source,
    io: &mut Io,
) -> Vec<Diagnostic> {
    let own = |part: &Dead| part.span.source == SourceId(0);
    let found: Vec<Dead> = dead(grammar, program, &survey.watch).into_iter().filter(own).collect();
    let mut alive: Vec<Option<String>> = vec![None; found.len()];
    // Where there are too many to look at each, those of other settings would be as many.
    let more = if survey.rough { 0 } else { 4 * survey.configurations };
    let configurations = (LEAST_CONFIGURATIONS + more).min(MAX_CONFIGURATIONS);
    // All of them together may cost as much as one answer.
    let mut work = bounds.work;
    for trial in trials(grammar).into_iter().take(MAX_TRIALS) {
        if work == 0 || alive.iter().all(Option::is_some) {
            break;
        }
        io.detail(&format!("trying {}", trial.name));
        let Some(other) = source.load(|settings| (trial.apply)(settings)).grammar else { continue };
        let (alphabet, program) = (Alphabet::new(&other), Program::compile(&other));
        let bounds = Bounds { configurations, work, ..bounds };
        let survey = Survey::new(&other, &alphabet, &program, bounds, Patience::Endless);
        work = work.saturating_sub(survey.steps);
        for (part, alive) in found.iter().zip(&mut alive) {
            if alive.is_none() && part.lives(&program, &survey.watch) {
                *alive = Some(trial.name.clone());
            }
        }
    }
    found.iter().zip(alive).map(|(part, alive)| finding(part, alive)).collect()
}

fn finding(part: &Dead, alive: Option<String>) -> Diagnostic {
    let (code, message) = match part.kind {
        DeadKind::Unreachable => (Code::Unreachable, format!("this {} can never happen", part.what)),
        DeadKind::Always => (Code::ConstantGuard, format!("this `{}` always holds", part.what)),
        DeadKind::Never => (Code::ConstantGuard, format!("this `{}` never holds", part.what)),
    };
    match alive {
        Some(setting) => Diagnostic::note(code, part.span, format!("{message} under the present settings"))
            .help(format!("it is otherwise with `{setting}`")),
        None => Diagnostic::warning(code, part.span, message),
    }
}

/// Settings that may bring parts to life.
fn trials(grammar: &Grammar) -> Vec<Trial> {
    let mut trials = Vec::new();
    for kind in grammar.kinds.iter().filter(|kind| kind.count == 0) {
        let declaration = format!("{} any-{}", kind.name, kind.name);
        trials.push(Trial {
            name: format!("--with '{declaration}'"),
            apply: Box::new(move |settings| settings.with.push(declaration.clone())),
        });
    }
    for (profile, _) in &grammar.profiles {
        let profile = profile.clone();
        trials.push(Trial {
            name: format!("--profile {profile}"),
            apply: Box::new(move |settings| settings.test_profile = Some(profile.clone())),
        });
    }
    for param in &grammar.params {
        trials.extend(others(param, grammar).into_iter().map(|value| set(&format!("{}={value}", param.name))));
    }
    for state in grammar.states.iter().filter(|state| state.initial.is_some()) {
        trials.push(set(&format!("{}=any", state.name)));
    }
    trials
}

fn set(setting: &str) -> Trial {
    let setting = setting.to_owned();
    Trial { name: format!("--set {setting}"), apply: Box::new(move |settings| settings.set.push(setting.clone())) }
}

/// Other values of a param: all of few, else the least and the greatest.
fn others(param: &Param, grammar: &Grammar) -> Vec<String> {
    let values: Vec<i64> = match param.ty.base {
        Base::Bool => vec![0, 1],
        Base::Int { lo, hi } => vec![lo, hi],
        Base::Enum(id) => (0..).take(grammar.enums[id.index()].words.len().min(8)).collect(),
        Base::Set { .. } | Base::Instance(_) | Base::Array(_) => Vec::new(),
    };
    let others = values.into_iter().filter(|value| *value != param.value);
    others.map(|value| grammar.value_text(value, param.ty.base)).collect()
}
