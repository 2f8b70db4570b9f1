//! Where the silent ways from one point lead: to decisions, and out of them.

use crate::machine::PlaceId;

/// A configuration on a silent way: the number of its key.
type Step = u32;

/// The configurations on the silent ways from a point, as a graph.
#[derive(Debug, Default)]
pub(super) struct SilentWays {
    /// From which to which.
    edges: Vec<(Step, Step)>,
    /// Those from which a way leads out: to an item, the end, or a failure.
    exits: Vec<Step>,
    /// Where each is, if it is at a decision.
    places: Vec<Option<PlaceId>>,
    /// Whether two ways met.
    meet: bool,
}

impl SilentWays {
    /// A way from `from`, or from the start, has come to a configuration, which may be `new`.
    pub(super) fn lead(&mut self, from: Option<Step>, to: Step, place: Option<PlaceId>, new: bool) {
        if to as usize >= self.places.len() {
            self.places.push(place);
        }
        self.meet |= !new;
        self.edges.extend(from.map(|from| (from, to)));
    }

    /// A way from there leads out.
    pub(super) fn lead_out(&mut self, from: Option<Step>) {
        self.exits.extend(from);
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.edges.clear();
        self.exits.clear();
        self.places.clear();
        self.meet = false;
    }

    /// The first decision that was found from which no way leads out.
    pub(super) fn trap(&mut self) -> Option<PlaceId> {
        // Only where ways meet can one go round.
        if !self.meet {
            return None;
        }
        self.edges.sort_unstable_by_key(|(from, to)| (*to, *from));
        let mut leaves = vec![false; self.places.len()];
        let mut open = std::mem::take(&mut self.exits);
        while let Some(step) = open.pop() {
            if !std::mem::replace(&mut leaves[step as usize], true) {
                let start = self.edges.partition_point(|(_, to)| *to < step);
                open.extend(self.edges[start..].iter().take_while(|(_, to)| *to == step).map(|(from, _)| *from));
            }
        }
        self.places.iter().zip(leaves).find_map(|(place, leaves)| place.filter(|_| !leaves))
    }
}
