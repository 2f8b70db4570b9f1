//! Making edges of what comes next.

use super::super::counters::Update;
use super::super::fold::fold;
use super::super::limit::Limit;
use super::super::sightings::Sighted;
use super::follow::Allowance;
use super::found::Outcome;
use super::scout::{Report, Scout};
use super::{Edge, Expansion, Graph, HIDDEN, PointId, Tables, Towards, place};

impl Graph<'_> {
    /// Finds what comes next; of a product only when it is known what is looked for, unless that depends on its counters.
    pub(super) fn expand(&mut self, point: PointId) -> Result<(), Limit> {
        if self.n_registers(point) == 0 && self.is_product(point) {
            return Ok(());
        }
        self.expand_fully(point)
    }

    /// Finds what comes next among some items.
    pub(in crate::sets) fn expand_towards(&mut self, point: PointId, towards: Towards<'_>) -> Result<(), Limit> {
        let is_known = matches!(self.tables.points[point as usize].expansion, Expansion::Known { .. });
        let Some(key) = towards.key().filter(|_| !self.is_dead(point)) else { return self.expand_fully(point) };
        if is_known && !matches!(towards, Towards::Hidden) || self.towards.contains_key(&(point, key)) {
            return Ok(());
        }
        match self.find(point, towards)? {
            Expansion::Known { edges, .. } => self.towards.insert((point, key), edges),
            _ => return self.expand_fully(point),
        };
        Ok(())
    }

    fn expand_fully(&mut self, point: PointId) -> Result<(), Limit> {
        if matches!(self.tables.points[point as usize].expansion, Expansion::Known { .. } | Expansion::Exact) {
            return Ok(());
        }
        let expansion = if self.is_dead(point) {
            let start = self.edges.len();
            self.edges.extend(self.tables.again(point));
            Expansion::Known { edges: place(start)..place(self.edges.len()), ends: false }
        } else {
            self.find(point, Towards::All)?
        };
        if matches!(expansion, Expansion::Known { .. }) {
            self.expanded.push(point);
        }
        self.tables.points[point as usize].expansion = expansion;
        Ok(())
    }

    /// Finds what comes next from a point, unless somebody has.
    fn find(&mut self, point: PointId, towards: Towards<'_>) -> Result<Expansion, Limit> {
        let report = match (towards, &self.tables.points[point as usize].expansion) {
            (Towards::All, Expansion::Found(report)) => self.reports.take(*report),
            _ => None,
        };
        let (scout, Report { outcome, steps, sightings }) = if let Some((scout, report)) = report {
            (&mut self.reports.scouts[scout], report)
        } else {
            let steps = self.meter.left();
            let bytes = self.bounds.most_memory().saturating_sub(self.bytes());
            let own = &mut self.own;
            own.clear();
            self.packed.clear();
            self.tables.names.append(point, &mut self.packed);
            let report = own.report(&self.packed, towards, Allowance { steps, bytes });
            (own, report)
        };
        // Beyond the limit nothing is seen any more, whoever has looked how far.
        self.meter.spend(steps)?;
        self.sightings.extend(sightings.into_iter().map(|seen| {
            let after = seen.after.map(|item| scout.item(item, &mut self.tables.items));
            Sighted { after, ..seen }
        }));
        let outcome = outcome?;
        let Some(ends) = outcome.ends else { return Ok(Expansion::Exact) };
        let mut fresh = std::mem::take(&mut self.fresh);
        fresh.extend(self.tables.again(point));
        self.tables.take_up(scout, &outcome, &mut fresh);
        let updates = &self.tables.updates;
        fresh.sort_unstable_by(|one, other| {
            let place = |edge: &Edge| (edge.item, edge.target);
            place(one).cmp(&place(other)).then_with(|| updates.get(one.updates).cmp(updates.get(other.updates)))
        });
        fresh.dedup();
        self.meter.spend(fresh.len() as u64)?;
        if self.is_product(point) {
            fresh = self.fold_edges(fresh);
        }
        let start = place(self.edges.len());
        self.edges.append(&mut fresh);
        self.fresh = fresh;
        Ok(Expansion::Known { edges: start..place(self.edges.len()), ends })
    }

    /// Edges with the same item, folded.
    fn fold_edges(&mut self, edges: Vec<Edge>) -> Vec<Edge> {
        let ways = edges.into_iter().map(|Edge { item, target, updates }| (target, (item, updates))).collect();
        let folded = fold(self, ways).into_iter().map(|(target, (item, updates))| Edge { item, target, updates });
        let mut edges: Vec<Edge> = folded.collect();
        edges.sort_unstable();
        edges
    }
}

impl Tables<'_> {
    /// The edge of the item that may be shown again: nothing changes.
    fn again(&mut self, point: PointId) -> Option<Edge> {
        let item = self.names.again(point)?;
        let n_registers = self.points[point as usize].n_registers;
        let updates: Vec<Update> = (0..n_registers).map(|from| Update::Keep { from, must: 0, may: 0 }).collect();
        Some(Edge { item, target: point, updates: self.updates.intern(&updates).0 })
    }

    /// Makes edges of what was found.
    fn take_up(&mut self, scout: &mut Scout<'_>, outcome: &Outcome, edges: &mut Vec<Edge>) {
        for place in outcome.places() {
            let lead = scout.found.lead(place).clone();
            let item = if lead.item == HIDDEN { HIDDEN } else { scout.item(lead.item, &mut self.items) };
            let target = self.arrive(scout, &lead, Some(item).filter(|_| lead.stutters));
            edges.push(Edge { item, target, updates: scout.updates(&lead, &mut self.updates) });
        }
    }
}
