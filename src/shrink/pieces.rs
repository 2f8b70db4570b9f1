//! What of a run can go: pieces, large ones first.

use std::collections::{BTreeMap, BTreeSet};

use super::data::{self, Change};
use super::facts::{Facts, Life};
use super::run::Run;
use super::simpler::{Simplification, simplifications};
use crate::sets::Item as Shown;

/// Something that can be left out of a run, or made simpler.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// All from this step on. With `phases` what is behind the next mark of a phase stays.
    Rest { from: usize, phases: bool },
    /// These steps, in their order.
    Steps(Vec<usize>),
    /// Those between two steps, for which a shorter way is looked for.
    Between(usize, usize),
    /// The data of these steps.
    Data(Vec<usize>),
    /// A part of the data of a step.
    Part(usize, Change),
    /// A value that the grammar draws.
    Value(Simplification),
}

impl Piece {
    /// Whether only data change.
    pub(super) fn is_of_data(&self) -> bool {
        matches!(self, Self::Data(_) | Self::Part(..))
    }
}

/// How many steps are tried to go at the end before it is looked at what else can; fewer are tried later.
const MIN_REST: usize = 3;

/// How far apart the ends of a shortcut are at most, in steps.
const MAX_SHORTCUT: usize = 12;

/// Which pieces come when.
#[derive(Clone, Debug)]
pub(super) enum Stage {
    /// So many of the last steps.
    Shorter { size: usize },
    /// Steps that have something in common.
    Lives { tried: BTreeSet<Life> },
    /// So many steps that follow each other, before this one of those that can go.
    Chunks { size: usize, before: usize },
    /// Ways between two steps.
    Shortcuts { from: usize, to: usize },
    /// The data of so many steps, before this one of those that have any.
    Loads { size: usize, before: usize },
    /// The parts of data, from this one on.
    Parts { next: usize },
    /// The values that the grammar draws, from this one on.
    Values { next: usize },
    /// There is nothing more.
    Over,
}

impl Stage {
    /// The first stage for a run.
    pub(super) fn first(run: &Run) -> Self {
        Self::Shorter { size: removable(run).len() / 2 }
    }

    /// The first stage of all rounds but the first: large pieces were tried.
    pub(super) fn again() -> Self {
        Self::Lives { tried: BTreeSet::new() }
    }

    /// The next piece, with where to go on if it can go; the stage itself goes on as if it can't.
    pub(super) fn next(&mut self, run: &Run, facts: Facts<'_>, first_round: bool) -> Option<(Vec<Piece>, Self)> {
        loop {
            let found = match self {
                Self::Shorter { size } => shorter(run, size),
                Self::Lives { tried } => lives(run, facts, tried),
                Self::Chunks { size, before } => chunks(run, size, before),
                Self::Shortcuts { from, to } => shortcut(run, from, to),
                Self::Loads { size, before } => loads(run, size, before),
                Self::Parts { next } => part(run, next),
                Self::Values { next } => value(run, facts, next),
                Self::Over => return None,
            };
            if found.is_some() {
                return found;
            }
            let n_removable = removable(run).len();
            *self = match self {
                Self::Shorter { .. } => Self::again(),
                Self::Lives { .. } => {
                    let size = if first_round { (n_removable / 3).max(1) } else { 1 };
                    Self::Chunks { size, before: n_removable }
                }
                Self::Chunks { size, .. } if *size > 1 => {
                    Self::Chunks { size: (*size / 3).max(1), before: n_removable }
                }
                Self::Chunks { .. } => Self::Shortcuts { from: 0, to: 2 },
                Self::Shortcuts { .. } => {
                    let n_loaded = loaded(run).len();
                    Self::Loads { size: n_loaded, before: n_loaded }
                }
                Self::Loads { size, .. } if *size > 1 => Self::Loads { size: *size / 2, before: loaded(run).len() },
                Self::Loads { .. } => Self::Parts { next: 0 },
                Self::Parts { .. } => Self::Values { next: 0 },
                Self::Values { .. } | Self::Over => Self::Over,
            };
        }
    }
}

/// The steps that can go: all but the marks of phases.
fn removable(run: &Run) -> Vec<usize> {
    let is_removable = |(_, step): &(usize, &super::run::Step)| !matches!(step.item, Shown::Phase(_));
    run.steps.iter().enumerate().filter(is_removable).map(|(place, _)| place).collect()
}

/// The steps with data.
fn loaded(run: &Run) -> Vec<usize> {
    run.steps.iter().enumerate().filter(|(_, step)| step.data().is_some()).map(|(place, _)| place).collect()
}

fn shorter(run: &Run, size: &mut usize) -> Option<(Vec<Piece>, Stage)> {
    let removable = removable(run);
    if *size < MIN_REST || removable.is_empty() {
        return None;
    }
    let many = (*size).min(removable.len());
    let from = removable[removable.len() - many];
    let after = Stage::Shorter { size: many };
    *size = many / 2;
    Some((vec![Piece::Rest { from, phases: false }, Piece::Rest { from, phases: true }], after))
}

fn lives(run: &Run, facts: Facts<'_>, tried: &mut BTreeSet<Life>) -> Option<(Vec<Piece>, Stage)> {
    let mut lives: BTreeMap<Life, Vec<usize>> = BTreeMap::new();
    for (place, step) in run.steps.iter().enumerate() {
        for life in facts.lives(&step.item) {
            lives.entry(life).or_default().push(place);
        }
    }
    // What one step alone has is tried as that step.
    let open = lives.into_iter().filter(|(life, steps)| steps.len() > 1 && !tried.contains(life));
    // Of equally large ones the first.
    let (life, steps) = open.reduce(|best, other| if other.1.len() > best.1.len() { other } else { best })?;
    tried.insert(life);
    Some((vec![Piece::Steps(steps)], Stage::Lives { tried: tried.clone() }))
}

fn chunks(run: &Run, size: &mut usize, before: &mut usize) -> Option<(Vec<Piece>, Stage)> {
    let removable = removable(run);
    let end = (*before).min(removable.len());
    if end == 0 {
        return None;
    }
    let start = end.saturating_sub(*size);
    *before = start;
    let after = Stage::Chunks { size: *size, before: start };
    Some((vec![Piece::Steps(removable[start..end].to_vec())], after))
}

fn shortcut(run: &Run, from: &mut usize, to: &mut usize) -> Option<(Vec<Piece>, Stage)> {
    if *to >= run.steps.len() || *to > *from + MAX_SHORTCUT {
        *from += 1;
        *to = *from + 2;
    }
    if *to >= run.steps.len() {
        return None;
    }
    let piece = Piece::Between(*from, *to);
    let after = Stage::Shortcuts { from: *from, to: *from + 2 };
    *to += 1;
    Some((vec![piece], after))
}

fn loads(run: &Run, size: &mut usize, before: &mut usize) -> Option<(Vec<Piece>, Stage)> {
    let loaded = loaded(run);
    let end = (*before).min(loaded.len());
    if end == 0 {
        return None;
    }
    let start = end.saturating_sub(*size);
    *before = start;
    Some((vec![Piece::Data(loaded[start..end].to_vec())], Stage::Loads { size: *size, before: start }))
}

fn part(run: &Run, next: &mut usize) -> Option<(Vec<Piece>, Stage)> {
    let mut parts = run
        .steps
        .iter()
        .enumerate()
        .filter_map(|(place, step)| Some((place, step.data()?)))
        .flat_map(|(place, data)| data::changes(data).into_iter().map(move |change| Piece::Part(place, change)));
    let piece = parts.nth(*next)?;
    let after = Stage::Parts { next: *next };
    *next += 1;
    Some((vec![piece], after))
}

fn value(run: &Run, facts: Facts<'_>, next: &mut usize) -> Option<(Vec<Piece>, Stage)> {
    let simpler = simplifications(run, facts).into_iter().nth(*next)?;
    let after = Stage::Values { next: *next };
    *next += 1;
    Some((vec![Piece::Value(simpler)], after))
}
