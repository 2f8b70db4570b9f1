//! What of a grammar's text does nothing: statements that no run comes to, guards that always or never hold.

use crate::machine::{Guard, GuardKind, Landmark, LandmarkKind, Outcomes, Program, Watch};
use crate::model::grammar::{ExpressionKind, Grammar};
use crate::source::Span;

/// A part of the text that makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// What it is.
    pub kind: DeadKind,
    /// Where it stands.
    pub span: Span,
    /// What it is, in words.
    pub what: String,
}

/// Why a part makes no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeadKind {
    /// No run comes to it.
    Unreachable,
    /// It holds whenever it is looked at.
    Always,
    /// It holds never.
    Never,
}

/// The parts of a grammar that make no difference by what was seen of all runs of its program. Where one lies in another,
/// or follows from another, it is left out.
pub fn dead(grammar: &Grammar, program: &Program, watch: &Watch) -> Vec<Dead> {
    let (reached, unreached): (Vec<&Landmark>, Vec<&Landmark>) =
        program.landmarks().iter().partition(|landmark| watch.has_reached(landmark));
    let mut dead = Vec::new();
    // The smallest part that each guard with one answer stands in.
    let mut guarded: Vec<&Landmark> = Vec::new();
    for guard in program.guards() {
        let part = smallest(program.landmarks().iter().filter(|landmark| landmark.has(guard)));
        let kind = match watch.outcomes(guard) {
            Outcomes { held: true, failed: false } if is_told(guard) => DeadKind::Always,
            Outcomes { held: false, failed: true } => DeadKind::Never,
            _ => continue,
        };
        guarded.extend(part);
        dead.push(Dead { kind, span: guard.span, what: word(guard.kind).to_owned() });
    }
    for landmark in &unreached {
        let is_part = unreached.iter().any(|other| other.contains(landmark));
        let parent = smallest(reached.iter().copied().filter(|other| other.contains(landmark)));
        let by_guard = guarded.iter().any(|part| Some(*part) == parent || part == landmark);
        if !is_part && !by_guard && !is_meant(landmark, grammar) {
            let what = describe(landmark, grammar);
            dead.push(Dead { kind: DeadKind::Unreachable, span: landmark.span, what });
        }
    }
    dead.sort_by_key(|part| (part.span, part.kind));
    dead
}

impl Dead {
    /// Whether it makes a difference after all, by what was seen of runs of a program: that of the same text under other
    /// settings.
    pub fn lives(&self, program: &Program, watch: &Watch) -> bool {
        let outcomes =
            || program.guards().iter().filter(|guard| guard.span == self.span).map(|guard| watch.outcomes(guard));
        match self.kind {
            DeadKind::Unreachable => {
                let mut parts = program.landmarks().iter().filter(|landmark| landmark.span == self.span);
                parts.any(|landmark| watch.has_reached(landmark))
            }
            DeadKind::Always => outcomes().any(|outcomes| outcomes.failed),
            DeadKind::Never => outcomes().any(|outcomes| outcomes.held),
        }
    }
}

/// Whether a part is never to happen, because its weight is 0.
fn is_meant(landmark: &Landmark, grammar: &Grammar) -> bool {
    match landmark.kind {
        LandmarkKind::Weightless => true,
        LandmarkKind::Action(action) => grammar.actions[action.index()].weight.kind == ExpressionKind::Constant(0),
        _ => false,
    }
}

/// Whether it is worth telling that a guard always holds: a `where` often does, of the instances that there are.
fn is_told(guard: &Guard) -> bool {
    guard.kind != GuardKind::Where
}

fn word(kind: GuardKind) -> &'static str {
    match kind {
        GuardKind::If => "if",
        GuardKind::When => "when",
        GuardKind::Where => "where",
        GuardKind::While => "while",
    }
}

fn describe(landmark: &Landmark, grammar: &Grammar) -> String {
    match landmark.kind {
        LandmarkKind::Statement => "statement".to_owned(),
        LandmarkKind::Alternative | LandmarkKind::Weightless => "alternative".to_owned(),
        LandmarkKind::Clause => "clause".to_owned(),
        LandmarkKind::Rule(rule) => format!("rule `{}`", grammar.rules[rule.index()].name),
        LandmarkKind::Action(action) => {
            let action = &grammar.actions[action.index()];
            format!("{} `{}`", if action.reaction { "reaction" } else { "action" }, action.name)
        }
        LandmarkKind::Phase(phase) => format!("phase `{}`", grammar.phases[phase.index()].name),
    }
}

/// The smallest of some parts.
fn smallest<'a>(landmarks: impl Iterator<Item = &'a Landmark>) -> Option<&'a Landmark> {
    landmarks.min_by_key(|landmark| landmark.size())
}
