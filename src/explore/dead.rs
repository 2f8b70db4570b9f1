//! What of a grammar's text does nothing: statements that no run comes to, guards that always or never hold.

use crate::machine::{Guard, GuardKind, Landmark, LandmarkKind, Outcomes, Program, Watch};
use crate::model::grammar::Grammar;
use crate::source::Span;

/// A part of the text that makes no difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// What it is.
    pub kind: DeadKind,
    /// Where it stands.
    pub span: Span,
    /// In words: `action \`attach\``.
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
    // The spans of guards with one answer, each with the smallest part that it stands in.
    let mut guards: Vec<(Span, Option<Span>)> = Vec::new();
    for guard in program.guards() {
        let kind = match watch.outcomes(guard) {
            Outcomes { held: true, failed: false } if is_told(guard) => DeadKind::Always,
            Outcomes { held: false, failed: true } => DeadKind::Never,
            _ => continue,
        };
        guards.push((guard.span, smallest(program.landmarks().iter(), guard.span)));
        dead.push(Dead { kind, span: guard.span, what: word(guard.kind).to_owned() });
    }
    for landmark in &unreached {
        let around = unreached.iter().any(|other| other.span != landmark.span && contains(other.span, landmark.span));
        let again = unreached.iter().any(|other| other.span == landmark.span && rank(other) < rank(landmark));
        let parent = smallest(reached.iter().copied(), landmark.span);
        let by_guard =
            guards.iter().any(|(_, part)| part.is_some() && (*part == parent || *part == Some(landmark.span)));
        if !around && !again && !by_guard {
            let what = describe(landmark, grammar);
            dead.push(Dead { kind: DeadKind::Unreachable, span: landmark.span, what });
        }
    }
    dead.sort_by_key(|part| (part.span, part.kind));
    dead
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

/// Of several parts in one place the one that is told.
fn rank(landmark: &Landmark) -> u8 {
    u8::from(landmark.kind == LandmarkKind::Statement)
}

fn describe(landmark: &Landmark, grammar: &Grammar) -> String {
    match landmark.kind {
        LandmarkKind::Statement => "statement".to_owned(),
        LandmarkKind::Alternative => "alternative".to_owned(),
        LandmarkKind::Clause => "clause".to_owned(),
        LandmarkKind::Rule(rule) => format!("rule `{}`", grammar.rules[rule.index()].name),
        LandmarkKind::Action(action) => {
            let action = &grammar.actions[action.index()];
            format!("{} `{}`", if action.reaction { "reaction" } else { "action" }, action.name)
        }
        LandmarkKind::Phase(phase) => format!("phase `{}`", grammar.phases[phase.index()].name),
    }
}

/// The smallest of the parts that a place lies in, but is not.
fn smallest<'a>(landmarks: impl Iterator<Item = &'a Landmark>, span: Span) -> Option<Span> {
    let around = landmarks.map(|landmark| landmark.span).filter(|other| *other != span && contains(*other, span));
    around.min_by_key(|span| span.end - span.start)
}

fn contains(outer: Span, inner: Span) -> bool {
    outer.source == inner.source && outer.start <= inner.start && inner.end <= outer.end
}
