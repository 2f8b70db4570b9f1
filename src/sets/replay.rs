//! From a way through the graph back to a run of the exact machine.
//!
//! A point stands for configurations that no answer tells apart, so from each of them there is a run to the next point
//! of the way: it is looked for among the silent ways of that one configuration.

use rustc_hash::FxHashSet;

use super::Member;
use super::graph::{Graph, ItemId, Sight, packed};
use super::sightings::Sighted;
use super::view::Item;
use crate::machine::{Configuration, Pause};

/// What a way leads to in the end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Goal<'a> {
    /// Nothing more: it is over behind its last item.
    There,
    /// The end of a trace.
    End,
    /// What was seen.
    Sight(&'a Sighted),
}

/// Where a piece of a way leads.
enum Target<'a> {
    Member(ItemId, &'a Member),
    Goal(Goal<'a>),
}

/// A configuration on a silent way, with the one before it and what was shown between them.
struct Node {
    at: Configuration,
    before: usize,
    item: Option<Item>,
}

/// A piece of a way that was taken.
struct Piece {
    /// Where it began.
    from: Configuration,
    /// How many of the configurations in which it can end were tried before.
    tried: usize,
    /// What it shows.
    items: Vec<Item>,
}

impl Graph<'_> {
    /// All that a run of the exact machine shows which has the items of a way, comes by its members, which are settled, and
    /// reaches a goal.
    ///
    /// A point stands for configurations that differ in which elements of an array, or which numbers, are which. Where a
    /// variable holds one of them, these are told apart again, so the run may come to lie beside the way: then it is
    /// taken back, and another configuration of the point is tried.
    ///
    /// # Panics
    ///
    /// If the way is none of this graph.
    pub(crate) fn replay(&mut self, way: &[(ItemId, Member)], goal: Goal<'_>) -> Vec<Item> {
        let targets = way.iter().map(|(item, member)| Target::Member(*item, member));
        let targets: Vec<Target<'_>> = match goal {
            Goal::There => targets.collect(),
            _ => targets.chain([Target::Goal(goal)]).collect(),
        };
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = self.program().start();
        let mut tried = 0;
        // The places in the way, with configurations there, from which the goal is not reached.
        let mut lost: FxHashSet<(usize, Vec<u64>)> = FxHashSet::default();
        while let Some(target) = targets.get(pieces.len()) {
            let is_lost = lost.contains(&(pieces.len(), packed(&at)));
            if let Some((next, items)) = (!is_lost).then(|| self.follow_to(&at, target, tried)).flatten() {
                pieces.push(Piece { from: std::mem::replace(&mut at, next), tried, items });
                tried = 0;
            } else {
                lost.insert((pieces.len(), packed(&at)));
                let back = pieces.pop().expect("every configuration of a point leads to where the point leads to");
                (at, tried) = (back.from, back.tried + 1);
            }
        }
        pieces.into_iter().flat_map(|piece| piece.items).collect()
    }

    /// Goes on from a configuration to a target, with what is shown on the way; `tried` ways to it are passed over.
    fn follow_to(
        &mut self,
        from: &Configuration,
        target: &Target<'_>,
        mut tried: usize,
    ) -> Option<(Configuration, Vec<Item>)> {
        let mut nodes = vec![Node { at: from.clone(), before: 0, item: None }];
        let mut seen: FxHashSet<Vec<u64>> = FxHashSet::default();
        let mut next = 0;
        let goal = loop {
            let mut at = nodes.get(next)?.at.clone();
            let pause = self.run(&mut at);
            let sightings = self.take_sightings();
            if let Target::Goal(Goal::Sight(Sighted { after: None, what })) = target
                && sightings.iter().any(|sighted| sighted.what == *what)
            {
                nodes[next].at = at;
                break next;
            }
            match pause {
                Some(Pause::End) if matches!(target, Target::Goal(Goal::End)) => break next,
                Some(Pause::Show(item)) => {
                    let whole = Item::of(item, self.values());
                    let Sight { shown, silent, .. } = self.see(item);
                    let is_there = shown.is_some_and(|shown| self.is_at(&at, shown, target));
                    if is_there || silent {
                        nodes.push(Node { at, before: next, item: Some(whole) });
                    }
                    if is_there && tried == 0 {
                        break nodes.len() - 1;
                    }
                    if is_there {
                        tried -= 1;
                        if !silent {
                            nodes.pop();
                        }
                    }
                }
                Some(Pause::Decide(decision)) if seen.insert(packed(&at)) => {
                    for option in self.options(&decision) {
                        let mut branch = at.clone();
                        // One that fails here has no room on the stack: what it is, is seen elsewhere.
                        if self.program().resume(&mut branch, option).is_ok() {
                            nodes.push(Node { at: branch, before: next, item: None });
                        }
                    }
                }
                _ => {}
            }
            next += 1;
        };
        let at = nodes[goal].at.clone();
        let mut items = Vec::new();
        let mut place = goal;
        loop {
            items.extend(nodes[place].item.take());
            if place == 0 {
                break;
            }
            place = nodes[place].before;
        }
        items.reverse();
        Some((at, items))
    }

    /// Whether a configuration directly behind an item is where the target is.
    fn is_at(&mut self, at: &Configuration, shown: ItemId, target: &Target<'_>) -> bool {
        match target {
            Target::Member(item, member) if *item == shown => {
                let own = self.member(at.clone(), Some(shown));
                self.take_sightings();
                self.is(own, member)
            }
            Target::Goal(Goal::Sight(Sighted { after: Some(after), what })) if *after == shown => {
                self.member(at.clone(), Some(shown));
                self.take_sightings().iter().any(|sighted| sighted.what == *what)
            }
            _ => false,
        }
    }
}
