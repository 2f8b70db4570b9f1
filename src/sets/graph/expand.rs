//! Finding what comes next: all silent ways from a point to the items at their ends.

use std::ops::Range;

use super::super::counters::{self, Kept, Update};
use super::super::fold::fold;
use super::super::interner::Interner;
use super::super::limit::{Limit, TooMany};
use super::super::sightings::{Sighted, Sighting};
use super::super::silent::SilentWays;
use super::{Edge, Expansion, Graph, HIDDEN, ItemId, PointId, Sight, Towards, packed, place, weight};
use crate::machine::{Configuration, Counter, Decision, FaultKind, Odds, Pause};
use crate::model::NameId;
use crate::model::grammar::InstanceId;

/// An edge before it is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    item: ItemId,
    target: PointId,
    updates: Box<[Update]>,
}

impl Graph<'_> {
    /// Finds what comes next; of a product only when it is known what is looked for, unless that depends on its counters.
    pub(super) fn expand(&mut self, point: PointId) -> Result<(), Limit> {
        if self.n_registers(point) == 0 && self.is_product(point) {
            return Ok(());
        }
        self.expand_fully(point)
    }

    /// Finds what comes next among some items.
    pub(in crate::sets) fn expand_towards(&mut self, point: PointId, towards: Towards) -> Result<(), Limit> {
        let is_known = matches!(self.points[point as usize].expansion, Expansion::Known { .. });
        if is_known && towards != Towards::Hidden || self.towards.contains_key(&(point, towards)) {
            return Ok(());
        }
        if !self.is_product(point) || towards == Towards::All {
            return self.expand_fully(point);
        }
        let mut edges = self.again(point);
        if self.follow(point, towards, &mut edges)?.is_none() {
            return self.expand_fully(point);
        }
        let edges = self.keep_edges(point, edges);
        self.towards.insert((point, towards), edges);
        Ok(())
    }

    fn expand_fully(&mut self, point: PointId) -> Result<(), Limit> {
        if !matches!(self.points[point as usize].expansion, Expansion::Unknown) {
            return Ok(());
        }
        let mut edges = self.again(point);
        let ends = if self.is_dead(point) { Some(false) } else { self.follow(point, Towards::All, &mut edges)? };
        self.points[point as usize].expansion = match ends {
            None => Expansion::Exact,
            Some(ends) => Expansion::Known { edges: self.keep_edges(point, edges), ends },
        };
        Ok(())
    }

    fn keep_edges(&mut self, point: PointId, mut edges: Vec<Found>) -> Range<u32> {
        edges.sort_unstable();
        edges.dedup();
        if self.is_product(point) {
            edges = self.fold_edges(edges);
        }
        let start = place(self.edges.len());
        for Found { item, target, updates } in edges {
            self.edges.push(Edge { item, target, updates: place(self.updates.len()) });
            self.updates.extend_from_slice(&updates);
        }
        start..place(self.edges.len())
    }

    /// The item that may be shown again.
    fn again(&self, point: PointId) -> Vec<Found> {
        let mut edges = Vec::new();
        if let Some(item) = self.key(point)[0].checked_sub(1) {
            // The item may be shown again, and nothing has changed.
            let updates =
                (0..self.points[point as usize].n_registers).map(|from| Update::Keep { from, must: 0, may: 0 });
            let item = ItemId::try_from(item).expect("it was made of an item");
            edges.push(Found { item, target: point, updates: updates.collect() });
        }
        edges
    }

    /// Edges with the same item, folded.
    fn fold_edges(&mut self, edges: Vec<Found>) -> Vec<Found> {
        let ways = edges.into_iter().map(|Found { item, target, updates }| (target, (item, updates))).collect();
        let folded = fold(self, ways).into_iter().map(|(target, (item, updates))| Found { item, target, updates });
        let mut edges: Vec<Found> = folded.collect();
        edges.sort_unstable();
        edges
    }

    /// Follows all silent ways from a point to the items at their ends. Whether a trace can end on one; nothing if the ways
    /// depend on the numbers in the counters.
    fn follow(&mut self, point: PointId, towards: Towards, edges: &mut Vec<Found>) -> Result<Option<bool>, Limit> {
        let start = self.configuration(point);
        let is_product = start.is_product();
        let before = start.counters().to_vec();
        let mut seen = Seen::default();
        let mut open = Open::default();
        let mut ways = self.watches().then(SilentWays::default);
        open.push(start, None);
        let mut ends = false;
        let n_sightings = self.sightings.len();
        while let Some((mut at, from)) = open.pop() {
            self.scratch.refuel();
            let pause = self.program.run(&mut at, &mut self.scratch);
            self.note_met(None);
            if let (Some(ways), Err(_) | Ok(Pause::End)) = (&mut ways, &pause) {
                ways.lead_out(from);
            }
            match pause {
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Ok(self.not_known(n_sightings)),
                Err(fault) if fault.kind.is_limit() && !self.watches() => return Err(Limit::Run(fault)),
                // A run that fails shows nothing any more.
                Err(fault) => self.note_fault(None, fault),
                Ok(Pause::End) => ends = true,
                Ok(Pause::Show(item)) => {
                    let Sight { shown, silent, stutters } = self.see(item);
                    let is_hidden = silent && shown.is_some() && is_product;
                    if is_hidden && towards == Towards::Hidden {
                        let Some((target, updates)) = self.enter(at.clone(), None, 0, &before) else {
                            return Ok(self.not_known(n_sightings));
                        };
                        edges.push(Found { item: HIDDEN, target, updates });
                        continue;
                    }
                    if silent && !is_hidden {
                        let (step, is_first) = self.step(&at, true, &mut seen)?;
                        if let Some(ways) = &mut ways {
                            ways.lead(from, step, None, is_first);
                        }
                        if is_first {
                            open.push(at.clone(), Some(step));
                        }
                    }
                    if let Some(item) = shown {
                        let tag = if stutters { u64::from(item) + 1 } else { 0 };
                        let Some((target, updates)) = self.enter(at, Some(item), tag, &before) else {
                            return Ok(self.not_known(n_sightings));
                        };
                        edges.push(Found { item, target, updates });
                        if let Some(ways) = &mut ways {
                            ways.lead_out(from);
                        }
                    }
                }
                Ok(Pause::Decide(decision)) => {
                    let (step, is_first) = self.step(&at, false, &mut seen)?;
                    if let Some(ways) = &mut ways {
                        ways.lead(from, step, Some(decision.place), is_first);
                    }
                    if !is_first {
                        continue;
                    }
                    if !self.fork(&at, &decision, step, towards, &mut open)? {
                        return Ok(self.not_known(n_sightings));
                    }
                }
            }
        }
        if let Some(place) = ways.and_then(SilentWays::trap) {
            let what = Sighting::Trap(self.program.place(place).span);
            self.sightings.push(Sighted { after: None, what });
        }
        Ok(Some(ends))
    }

    /// The answer where the numbers in the counters had to be known: then nothing was seen.
    fn not_known(&mut self, n_sightings: usize) -> Option<bool> {
        self.sightings.truncate(n_sightings);
        None
    }

    /// Takes every option of a decision. Whether that can be done without knowing the numbers in the counters.
    fn fork(
        &mut self,
        at: &Configuration,
        decision: &Decision,
        step: u32,
        towards: Towards,
        open: &mut Open,
    ) -> Result<bool, Limit> {
        if let Odds::Uniform(many) = decision.odds
            && usize::try_from(many).map_or(true, |many| many > self.limit)
        {
            let asked = self.program.asked(at).map(|state| (state, usize::try_from(many).unwrap_or(usize::MAX)));
            let unknown = asked.into_iter().collect();
            return Err(Limit::Configurations(TooMany { limit: self.limit, unknown }));
        }
        for option in self.program.options(decision, &self.scratch) {
            if !self.may_lead(at, option, towards) {
                continue;
            }
            let mut branch = at.clone();
            match self.program.resume(&mut branch, option) {
                Ok(()) => open.push(branch, Some(step)),
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Ok(false),
                Err(fault) if self.watches() => self.note_fault(None, fault),
                Err(fault) => return Err(Limit::Run(fault)),
            }
        }
        if open.weight > 2 * self.limit {
            let packed: Vec<Vec<u64>> = open.list.iter().map(|(at, _)| packed(at)).collect();
            return Err(self.too_many(packed.iter().map(Vec::as_slice)));
        }
        Ok(true)
    }

    /// Whether an option may lead to what is looked for.
    fn may_lead(&self, at: &Configuration, option: u64, towards: Towards) -> bool {
        let name;
        let names: &[NameId] = match towards {
            Towards::Name(one) => {
                name = [one];
                &name
            }
            Towards::Hidden => &self.view.hidden,
            Towards::All => return true,
        };
        let Some(action) = self.program.drawn(at, option) else { return true };
        let argument = |parameter: usize| {
            let argument = self.program.argument(at, option, parameter)?;
            Some(InstanceId(u32::try_from(argument).expect("an event is of instances")))
        };
        self.view.actions || self.first.may_show(self.alphabet, action, names, argument)
    }

    /// The number of a configuration on a silent way, at a decision or `behind` an item that is not shown, and whether more
    /// can come from it than from those seen before.
    fn step(&mut self, at: &Configuration, behind: bool, seen: &mut Seen) -> Result<(u32, bool), Limit> {
        // The options of a decision are those of the configuration as it is, so that one goes on.
        let mut stripped = std::mem::take(&mut self.stripped);
        stripped.clone_from(at);
        self.simplify(&mut stripped);
        self.packed.clear();
        self.packed.push(u64::from(behind));
        let step = seen.insert(&stripped, !self.is_interleaved(at), &mut self.packed);
        self.stripped = stripped;
        if seen.weight > self.limit {
            let words: Vec<&[u64]> = (0..seen.keys.len()).map(|key| &seen.keys.get(place(key))[1..]).collect();
            return Err(self.too_many(words.into_iter()));
        }
        Ok(step)
    }

    /// The point directly behind an item, with where its registers come from; nothing if that depends on the numbers in
    /// the counters.
    pub(super) fn enter(
        &mut self,
        mut at: Configuration,
        item: Option<ItemId>,
        tag: u64,
        before: &[Counter],
    ) -> Option<(PointId, Box<[Update]>)> {
        self.scratch.refuel();
        let shown = at.clone();
        let rest = self.program.rest(&mut at, &mut self.scratch);
        self.note_met(item);
        match rest {
            Ok(()) => {}
            Err(fault) if fault.kind == FaultKind::UnknownCount => return None,
            // That nothing is known of what follows is told to whoever wants to know it.
            Err(fault) if fault.kind.is_limit() && !self.watches() => at = shown,
            Err(fault) => {
                self.note_fault(item, fault);
                return Some((self.adopt(&[tag], 0), Box::default()));
            }
        }
        self.simplify(&mut at);
        let mut updates: Vec<Update> = at.counters().iter().map(|counter| counters::origin(*counter, before)).collect();
        let mut n_registers = 0;
        if !self.is_interleaved(&at) {
            let is_open = at.counters().iter().any(|counter| counters::is_open(*counter));
            n_registers = if is_open { updates.len() } else { 0 };
            counters::classify(at.counters_mut());
        } else if updates.iter().any(|update| matches!(update, Update::Keep { .. })) {
            return None;
        }
        updates.truncate(n_registers);
        Some((self.intern(&at, tag, n_registers), updates.into()))
    }
}

/// The configurations that are still to be followed, each with the number of the one before it.
#[derive(Default)]
struct Open {
    list: Vec<(Configuration, Option<u32>)>,
    weight: usize,
}

impl Open {
    fn push(&mut self, at: Configuration, from: Option<u32>) {
        self.weight += weight(at.n_words());
        self.list.push((at, from));
    }

    fn pop(&mut self) -> Option<(Configuration, Option<u32>)> {
        let (at, from) = self.list.pop()?;
        self.weight -= weight(at.n_words());
        Some((at, from))
    }
}

/// The configurations that were met on silent ways.
#[derive(Default)]
struct Seen {
    /// Where they were met, and they, packed without their counters.
    keys: Interner<u64>,
    /// The counters of each that no others cover.
    kept: Vec<Kept>,
    weight: usize,
}

impl Seen {
    /// Adds a configuration: the number of its key, and whether it is none that another covers.
    fn insert(&mut self, at: &Configuration, covers: bool, packed: &mut Vec<u64>) -> (u32, bool) {
        at.pack_without_counters(packed);
        let (key, is_new) = self.keys.intern(packed);
        if is_new {
            self.kept.push(Kept::default());
        }
        let is_first = self.kept[key as usize].insert(at.counters(), covers);
        if is_first {
            self.weight += weight(packed.len());
        }
        (key, is_first)
    }
}
