//! Why an item can't come where a trace shows it, in the terms of the grammar's text.
//!
//! A verdict comes from merged configurations, which forget states. For its reasons the trace is followed once more on
//! exact ones (`runs`), with what the trace tells of each state's value. From where the likeliest runs are, the
//! `search` goes past guards to every production (`productions`) of the item, and what it had to pass is the reason.

mod productions;
mod runs;
mod search;
#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::collections::BTreeSet;

use productions::Productions;
pub use productions::{Inside, Owner};
use runs::{Lost, Run, Runs, Sight};
use search::{Found, Obstacle as Passed, ahead, leads_to, search};

use crate::machine::{Atom, Bar, Barrier, Configuration, PlaceId, Program, ReadOf, Scratch, Way};
use crate::model::grammar::{ActionId, Grammar, PhaseId, Type};
use crate::model::{Alphabet, SymbolId};
use crate::recognize::Question;
use crate::sets::{Item, Limit, Meter};
use crate::source::Span;
use crate::trace::{Observed, Shows};

/// How far reasons are looked for, beside the bounds of the question. `Default` has the defaults that are given here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// How many runs are looked at when it is followed, the likeliest first; 4.
    pub runs: usize,
    /// How many configurations are looked at in search of the item, from each of them; 50,000.
    pub searching: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { runs: 4, searching: 50_000 }
    }
}

/// Why there are no reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unexplained {
    /// It is not known where the runs were when the trace began.
    Anywhere,
    /// A limit was met while the trace was followed.
    Limit {
        /// The limit.
        limit: Limit,
        /// The item that was looked for.
        item: u64,
    },
    /// No exact run shows this item.
    Nowhere(u64),
}

/// The reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reasons {
    /// One for each production, what is nearest first.
    pub list: Vec<Reason>,
    /// In how many configurations runs can be that agree so far, and how many of them were looked at.
    pub configurations: (usize, usize),
    /// The limit at which the search was given up: there may be more and better reasons.
    pub limit: Option<Limit>,
}

/// Why a production does not show the item here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What shows it; nothing: it is the end that can't come.
    pub production: Option<Production>,
    /// Why not; with several, each is so in some runs.
    pub why: Vec<Why>,
}

/// A place that shows an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Production {
    /// In whose body it is.
    pub owner: Option<Owner>,
    /// Where it stands.
    pub span: Span,
}

/// Why something can't come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// This stands between, in this order.
    Obstacles(Vec<Obstacle>),
    /// It belongs to a phase that is over: since this item, if that was told.
    Over {
        /// The phase.
        phase: PhaseId,
        /// The first item behind it.
        since: Option<u64>,
    },
    /// It belongs to a phase that has not been reached.
    NotReached {
        /// The phase.
        phase: PhaseId,
        /// What has to come first, if a way was found.
        first: Option<Vec<First>>,
    },
    /// No way leads back to it: it came last at this item, if it did.
    Behind(Option<u64>),
    /// Nothing that can run comes to it.
    Unused,
    /// No way to it was found as far as was looked.
    Far,
}

/// What stands between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The grammar forbids it.
    Barred {
        /// How.
        bar: Bar,
        /// What does.
        barrier: Barrier,
        /// Where: the condition, if it is one.
        span: Span,
        /// The parts of the condition that make it so.
        because: Vec<Because>,
        /// What is enabled, if that is why a draw is not passed over.
        enabled: Vec<ActionId>,
    },
    /// Nothing may come between what was shown last and this.
    Between {
        /// What shows the next event.
        next: Span,
        /// What it is inside of, if the text around it tells.
        inside: Option<Inside>,
    },
    /// This item has to come first.
    First(First),
    /// This item would come instead, which differs in what it gives.
    Differs(Item),
}

/// An item that has to come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// The item.
    pub item: Item,
    /// What shows it.
    pub span: Span,
}

/// A part of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    /// Where it stands.
    pub span: Span,
    /// Whether it holds.
    pub holds: bool,
    /// Whether it is nothing but the value that it reads.
    pub is_plain: bool,
    /// What it reads.
    pub reads: Vec<Value>,
}

/// A value with its story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Where it is read.
    pub span: Span,
    /// What has it.
    pub of: ReadOf,
    /// The value.
    pub value: i64,
    /// Its type.
    pub ty: Type,
    /// Since when, if it is a state.
    pub since: Option<Since>,
}

/// Since when a state has its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Since the start.
    Start,
    /// Since this item.
    Item(u64),
    /// It would get it on the way; until then it has this value.
    Way(i64),
}

/// A grammar in all its forms, and what is asked of traces.
#[derive(Debug)]
pub struct Explainer<'g> {
    grammar: &'g Grammar,
    alphabet: &'g Alphabet,
    program: &'g Program,
    question: &'g Question,
    productions: Productions<'g>,
    effort: Effort,
}

impl<'g> Explainer<'g> {
    /// Costs a few passes over the grammar.
    pub fn new(
        grammar: &'g Grammar,
        alphabet: &'g Alphabet,
        program: &'g Program,
        question: &'g Question,
        effort: Effort,
    ) -> Self {
        Self { grammar, alphabet, program, question, productions: Productions::new(grammar), effort }
    }

    /// Why a trace that shows these kinds of items can't go on, behind `accepted`, with `wanted`, or end where that is
    /// `None`. `accepted` are all items before it, also those of other kinds, as a recognizer took them.
    ///
    /// Costs a look at all configurations that lie between the items, and as many again around the last one as the effort
    /// allows; [`Bounds::work`](crate::sets::Bounds::work) is for all of it.
    ///
    /// # Errors
    ///
    /// Where it can't be told.
    pub fn explain(
        &self,
        shows: Shows,
        accepted: &[Observed],
        wanted: Option<&Observed>,
    ) -> Result<Reasons, Unexplained> {
        if self.question.from_anywhere {
            return Err(Unexplained::Anywhere);
        }
        let sight = Sight {
            grammar: self.grammar,
            alphabet: self.alphabet,
            program: self.program,
            shows,
            hidden: self.question.hidden.clone(),
            stuttering: self.question.stuttering.clone(),
            bounds: self.question.bounds,
            meter: Cell::new(Meter::new(self.question.bounds.work)),
        };
        let mut runs = Runs::new(&sight, &self.productions);
        for item in accepted {
            runs.item(item).map_err(|lost| match lost {
                Lost::Limit(limit) => Unexplained::Limit { limit, item: runs.n_items() },
                Lost::Nowhere(item) => Unexplained::Nowhere(item),
            })?;
        }
        Ok(self.reasons(&sight, &runs.list, wanted))
    }

    fn reasons<'r>(&self, sight: &Sight<'_>, runs: &'r [Run], wanted: Option<&Observed>) -> Reasons {
        let places: BTreeSet<PlaceId> = wanted.map(|wanted| self.places(wanted)).unwrap_or_default();
        let looked_at = &runs[..runs.len().min(self.effort.runs)];
        let search = |run: &'r Run| (run, search(sight, &run.at, wanted, &places, self.effort.searching));
        let found: Vec<(&Run, Found)> = looked_at.iter().map(search).collect();
        let list = if wanted.is_some() {
            let reason = |place: &PlaceId| self.reason(sight, Some(*place), &found);
            let mut list: Vec<(usize, Reason)> = places.iter().map(reason).collect();
            // Stable: those that are as near stay in the order of the text.
            list.sort_by_key(|(price, _)| *price);
            list.into_iter().map(|(_, reason)| reason).collect()
        } else {
            self.end(sight, looked_at, &found)
        };
        let limit = sight.meter.get().check().err();
        Reasons { list, configurations: (runs.len(), looked_at.len()), limit }
    }

    /// Why it can't end where the runs are: what is still to come, as little as can be, and what keeps it from ending at
    /// once.
    fn end(&self, sight: &Sight<'_>, runs: &[Run], found: &[(&Run, Found)]) -> Vec<Reason> {
        let ahead = runs.iter().filter_map(|run| ahead(sight, &run.at, &BTreeSet::new(), self.effort.searching));
        let to_come = ahead.min_by_key(Vec::len).map(|items| {
            let first = items.into_iter().map(|(item, place)| Obstacle::First(self.first(item, place)));
            Reason { production: None, why: vec![Why::Obstacles(first.collect())] }
        });
        let (_, mut barred) = self.reason(sight, None, found);
        let has_items = |why: &Why| match why {
            Why::Obstacles(list) => list.iter().any(|obstacle| matches!(obstacle, Obstacle::First(_))),
            _ => true,
        };
        if to_come.is_some() {
            barred.why.retain(|why| !has_items(why));
        }
        to_come.into_iter().chain([barred]).filter(|reason| !reason.why.is_empty()).collect()
    }

    /// The places that can show an item, as far as the text tells.
    fn places(&self, wanted: &Observed) -> BTreeSet<PlaceId> {
        match wanted {
            Observed::Phase(phase) => BTreeSet::from([self.program.phase_mark(*phase)]),
            Observed::Action { actions, .. } => {
                actions.iter().filter_map(|(action, _)| self.program.mark(*action)).collect()
            }
            Observed::Event { name, .. } => {
                let symbols = self.alphabet.symbols_named(*name);
                let places = self.program.emissions(self.alphabet.event_of(symbols[0])).into_iter();
                let can = |place: &PlaceId| {
                    let only = self.program.only_symbol(*place).map(SymbolId);
                    only.is_none_or(|only| symbols.contains(&only))
                };
                places.filter(can).collect()
            }
            Observed::Foreign(_) => BTreeSet::new(),
        }
    }

    /// Why a place is not reached from where the runs are, and how far the nearest is from it.
    fn reason(&self, sight: &Sight<'_>, target: Option<PlaceId>, found: &[(&Run, Found)]) -> (usize, Reason) {
        let owner = target.and_then(|place| self.productions.owner(self.program, place));
        let production = target.map(|place| Production { owner, span: self.program.place(place).span });
        let mut why: Vec<(usize, Why)> = Vec::new();
        for (run, found) in found {
            let one = match found.ways.get(&target) {
                Some((price, way)) => (*price, Why::Obstacles(self.obstacles(run, way))),
                None => (usize::MAX, self.position(sight, target, owner, run, found.is_cut)),
            };
            // What differs only in its story is told of the likeliest run.
            if !why.iter().any(|(_, other)| is_same(other, &one.1)) {
                why.push(one);
            }
        }
        why.sort_by_key(|(price, _)| *price);
        let price = why.first().map_or(usize::MAX, |(price, _)| *price);
        if let Some(common) = common(&why) {
            return (price, Reason { production, why: vec![common] });
        }
        if price < usize::MAX {
            why.retain(|(_, why)| *why != Why::Far);
        }
        (price, Reason { production, why: why.into_iter().map(|(_, why)| why).collect() })
    }

    /// Why no way leads to a place.
    fn position(
        &self,
        sight: &Sight<'_>,
        target: Option<PlaceId>,
        owner: Option<Owner>,
        run: &Run,
        is_cut: bool,
    ) -> Why {
        let (Some(place), Some(owner)) = (target, owner) else { return Why::Far };
        let now = run.at.phase();
        let mut phases = self.productions.phases(owner);
        let (Some(first), last) = (phases.next(), phases.next_back()) else { return Why::Unused };
        let last = last.unwrap_or(first);
        if now < first {
            let first_items = ahead(sight, &run.at, &BTreeSet::from([place]), self.effort.searching);
            let items = |items: Vec<(Item, PlaceId)>| items.into_iter().map(|(item, place)| self.first(item, place));
            return Why::NotReached { phase: first, first: first_items.map(|list| items(list).collect()) };
        }
        let known = |item: u64| (item > 0).then_some(item);
        if now > last {
            let since = run.phases.iter().skip(last.index() + 1).copied().find_map(known);
            return Why::Over { phase: last, since };
        }
        // Where nothing was given up, what was looked at is all there is.
        if !is_cut || leads_to(sight, &run.at, place, self.effort.searching) == Some(false) {
            Why::Behind(known(run.shown[place.0 as usize]))
        } else {
            Why::Far
        }
    }

    fn first(&self, item: Item, place: PlaceId) -> First {
        First { item, span: self.program.place(place).span }
    }

    fn obstacle(&self, run: &Run, obstacle: &Passed) -> Obstacle {
        match obstacle {
            Passed::First(item, place) => Obstacle::First(self.first(item.clone(), *place)),
            Passed::Differs(item) => Obstacle::Differs(item.clone()),
            Passed::Barred(at, way) => {
                let (barrier, span) = self.program.barrier(at, *way);
                let bar = way.bar.expect("only ways that are barred are obstacles");
                if bar == Bar::Quiet {
                    return Obstacle::Between { next: span, inside: self.productions.inside(span) };
                }
                let because = if bar == Bar::Condition { self.because(run, at, *way) } else { Vec::new() };
                let enabled = match bar {
                    Bar::Enabled => self.program.enabled(at, &mut Scratch::new(self.question.bounds.steps)),
                    _ => Vec::new(),
                };
                Obstacle::Barred { bar, barrier, span, because, enabled }
            }
        }
    }

    fn obstacles(&self, run: &Run, way: &[Passed]) -> Vec<Obstacle> {
        let mut obstacles: Vec<Obstacle> = way.iter().map(|obstacle| self.obstacle(run, obstacle)).collect();
        let is = |obstacle: &Obstacle, wanted: fn(Bar) -> bool| matches!(obstacle, Obstacle::Barred { bar, .. } if wanted(*bar));
        // What a guard keeps from being done is no reason of its own.
        if obstacles.iter().any(|obstacle| is(obstacle, |bar| bar == Bar::Condition)) {
            obstacles.retain(|obstacle| !is(obstacle, |bar| matches!(bar, Bar::Domain(_))));
        }
        obstacles
    }

    fn because(&self, run: &Run, at: &Configuration, way: Way) -> Vec<Because> {
        let mut scratch = Scratch::new(self.question.bounds.steps);
        let conditions = |span| self.productions.condition(span);
        let atoms = self.program.because(self.grammar, &conditions, at, &mut scratch, way);
        atoms.into_iter().map(|atom| self.story(run, atom)).collect()
    }

    /// A part of a condition with what the run tells of its values.
    fn story(&self, run: &Run, atom: Atom) -> Because {
        let Atom { span, holds, is_plain, reads } = atom;
        let mut rested = run.at.clone();
        if self.program.rest(&mut rested, &mut Scratch::new(self.question.bounds.steps)).is_err() {
            rested.clone_from(&run.at);
        }
        let reads = reads.into_iter().map(|read| {
            let since = match read.of {
                ReadOf::State(state) => {
                    let here = self.program.state(&run.at, state);
                    let announces = || self.productions.announces(self.grammar, state, read.value, false);
                    let since = if here == read.value {
                        Some(run.since[state.index()])
                    } else {
                        // What follows the last item without a choice may belong to it.
                        (self.program.state(&rested, state) == read.value && !announces()).then_some(run.n_items)
                    };
                    Some(match since {
                        None => Since::Way(here),
                        Some(0) => Since::Start,
                        Some(item) => Since::Item(item),
                    })
                }
                _ => None,
            };
            Value { span: read.span, of: read.of, value: read.value, ty: read.ty, since }
        });
        Because { span, holds, is_plain, reads: reads.collect() }
    }
}

/// What stands between in every run, if they differ, and something does.
fn common(why: &[(usize, Why)]) -> Option<Why> {
    let (_, Why::Obstacles(first)) = why.first()? else { return None };
    let is_in = |obstacle: &Obstacle, (_, why): &(usize, Why)| match why {
        Why::Obstacles(list) => list.iter().any(|other| without_story(other) == without_story(obstacle)),
        // Nothing is known there.
        Why::Far => true,
        _ => false,
    };
    let common: Vec<Obstacle> =
        first.iter().filter(|obstacle| why.iter().all(|one| is_in(obstacle, one))).cloned().collect();
    (!common.is_empty()).then_some(Why::Obstacles(common))
}

/// Whether two reasons differ in nothing but the items that made them so.
fn is_same(one: &Why, other: &Why) -> bool {
    match (one, other) {
        (Why::Obstacles(one), Why::Obstacles(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| without_story(one) == without_story(other))
        }
        (Why::Over { phase: one, .. }, Why::Over { phase: other, .. }) => one == other,
        (Why::Behind(_), Why::Behind(_)) => true,
        _ => one == other,
    }
}

fn without_story(obstacle: &Obstacle) -> Obstacle {
    let mut obstacle = obstacle.clone();
    if let Obstacle::Barred { because, .. } = &mut obstacle {
        because.iter_mut().flat_map(|part| &mut part.reads).for_each(|value| value.since = None);
    }
    obstacle
}
