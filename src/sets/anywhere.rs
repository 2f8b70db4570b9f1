//! Where a sequence may begin that was not watched from the beginning.

use std::collections::VecDeque;

use rustc_hash::{FxHashMap, FxHashSet};

use super::counters::Kept;
use super::fold::Hull;
use super::graph::{Graph, PointId, Towards};
use super::limit::Limit;
use super::{Bounds, Front, Member, Sets};

/// How many edges are looked at where a sequence may begin in any configuration, before those are no longer told apart.
const MAX_EDGES: usize = 50_000;

impl Sets<'_> {
    /// The front of all configurations that can be reached, under this view: where a sequence may begin that was not
    /// watched from the beginning.
    ///
    /// With `forgets` it also has some that can't be reached: of each place where runs come, all configurations whose parts are
    /// such as come there, each for itself. Where the grammar allows no products it is that of all places which a search
    /// reaches that forgets the values of all states; each stands for all configurations that are there with whatever values,
    /// but not for those of which a `never` test of the grammar says that they are not. A value is found when it is needed,
    /// so states that have nothing to do with each other are not multiplied out.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    pub fn everywhere(&mut self, forgets: bool) -> Result<Front, Limit> {
        if forgets
            && self.bounds.products < usize::MAX
            && self.graph.folds()
            && let Some(front) = self.everywhere_hull()?
        {
            return Ok(front);
        }
        let start = self.start()?;
        // In the order in which they are found: then loops have most left where a place is found first, which covers the others.
        let mut open = VecDeque::from(self.members(&start));
        if forgets {
            for member in &mut open {
                member.point = self.graph.forget(member.point);
            }
        }
        let mut members: Vec<Member> = Vec::new();
        let mut total = 0;
        let mut met: FxHashSet<Member> = FxHashSet::default();
        // For each point the registers of those of its members that no others cover.
        let mut seen: FxHashMap<PointId, Kept> = FxHashMap::default();
        while let Some(mut member) = open.pop_front() {
            self.graph.settle(&mut member.point, &mut member.registers)?;
            self.bounds.check_memory(&self.graph, members.iter().map(|member| &member.point))?;
            let covers = self.graph.has_cover(member.point);
            if !seen.entry(member.point).or_default().insert(&member.registers, covers) {
                continue;
            }
            let limit = if forgets { self.bounds.configurations } else { self.bounds.everywhere };
            total += self.graph.weight(member.point);
            if total > limit || !forgets && self.graph.n_edges() > MAX_EDGES {
                let points: Vec<PointId> = members.iter().map(|member| member.point).collect();
                return Err(self.graph.too_many_points(&points));
            }
            let moves: Vec<Member> = self.graph.moves(&member).map(|(_, next)| next).collect();
            self.graph.meter.spend(moves.len() as u64)?;
            for mut next in moves {
                if forgets {
                    next.point = self.graph.forget(next.point);
                }
                if met.insert(next.clone()) {
                    open.push_back(next);
                }
            }
            members.push(member);
        }
        self.front(members)
    }

    /// The front of the least products that have all configurations: one for each place. Nothing where some have counters that
    /// lie beside the points, which have no parts.
    fn everywhere_hull(&mut self) -> Result<Option<Front>, Limit> {
        let start = self.start()?;
        let start: Vec<PointId> = self.known.get(start.set).to_vec();
        let Some(points) = self.graph.hull(start, &self.bounds)? else { return Ok(None) };
        let member = |point: PointId| Member { point, registers: Vec::new() };
        self.settled(points.into_iter().map(member).collect()).map(Some)
    }
}

/// How many products there may be where it is only tried whether it can be done with few.
const MAX_PLACES: usize = 20_000;

impl Graph<'_> {
    /// The least products that have all configurations which can be reached from some points: one for each place, so that
    /// they also have some that can't be. All of them are expanded. Nothing where some have counters that lie beside the
    /// points, which have no parts.
    ///
    /// # Errors
    ///
    /// When a limit is met.
    fn hull(&mut self, start: Vec<PointId>, bounds: &Bounds) -> Result<Option<Vec<PointId>>, Limit> {
        let mut hull = Hull::new(self.program());
        let mut open = VecDeque::from(hull.join(self, start));
        while let Some(point) = open.pop_front() {
            if self.n_registers(point) > 0 {
                return Ok(None);
            }
            let points = hull.points();
            self.meter.spend(points.len() as u64)?;
            bounds.check_weight(self, &points)?;
            bounds.check_memory(self, &points)?;
            // It may have grown meanwhile.
            if hull.has(point) {
                self.expand_towards(point, Towards::All)?;
                let targets: Vec<PointId> = self.edges(point).iter().map(|edge| edge.target).collect();
                open.extend(hull.join(self, targets));
            }
        }
        Ok(Some(hull.points()))
    }

    /// Runs from all configurations that can be reached, and from some that can't be, but few at a time; whoever watches
    /// sees at least all that there is to see. Whether that can be done.
    pub(crate) fn run_from_hull(&mut self, bounds: &Bounds) -> bool {
        let start = self.start();
        let bounds = Bounds { configurations: bounds.configurations.min(MAX_PLACES), ..*bounds };
        self.folds() && matches!(self.hull(vec![start.point], &bounds), Ok(Some(_)))
    }
}
