//! From a way through the graph back to a run of the exact machine.
//!
//! A point stands for configurations that no answer tells apart, so from each of them there is a run to the next point
//! of the way: it is looked for among the silent ways of that one configuration.

use rustc_hash::FxHashSet;

use super::Member;
use super::graph::{Graph, ItemId, Sight};
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

/// A run of the exact machine.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// All that it shows.
    pub(crate) items: Vec<Item>,
    /// Where it is then.
    pub(crate) at: Configuration,
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

impl Graph<'_> {
    /// A run that shows the items of a way, comes by its members, which are settled, and reaches a goal.
    ///
    /// # Panics
    ///
    /// If the way is none of this graph.
    pub(crate) fn replay(&mut self, way: &[(ItemId, Member)], goal: Goal<'_>) -> Run {
        let mut run = Run { items: Vec::new(), at: self.program().start() };
        let targets = way.iter().map(|(item, member)| Target::Member(*item, member));
        for target in targets.chain([Target::Goal(goal)]) {
            if let Target::Goal(Goal::There) = target {
                break;
            }
            self.follow_to(&mut run, &target);
        }
        run
    }

    /// Goes on to a target.
    fn follow_to(&mut self, run: &mut Run, target: &Target<'_>) {
        let mut nodes = vec![Node { at: run.at.clone(), before: 0, item: None }];
        let mut seen: FxHashSet<Vec<u64>> = FxHashSet::default();
        let mut next = 0;
        let goal = loop {
            let node = nodes.get(next).expect("every configuration of a point leads to where the point leads to");
            let mut at = node.at.clone();
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
                    if is_there {
                        break nodes.len() - 1;
                    }
                }
                Some(Pause::Decide(decision)) => {
                    let mut packed = Vec::new();
                    at.pack(&mut packed);
                    if seen.insert(packed) {
                        for option in self.options(&decision) {
                            let mut branch = at.clone();
                            // One that fails here has no room on the stack: what it is, is seen elsewhere.
                            if self.program().resume(&mut branch, option).is_ok() {
                                nodes.push(Node { at: branch, before: next, item: None });
                            }
                        }
                    }
                }
                _ => {}
            }
            next += 1;
        };
        run.at.clone_from(&nodes[goal].at);
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
        run.items.append(&mut items);
    }

    /// Whether a configuration directly behind an item is where the target is.
    fn is_at(&mut self, at: &Configuration, shown: ItemId, target: &Target<'_>) -> bool {
        match target {
            Target::Member(item, member) if *item == shown => {
                let own = self.member(at.clone(), Some(shown)).expect("no number is unknown");
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
