//! Which of two grammars has an event sequence that the other has not.

use rustc_hash::FxHashSet;

use super::{Automaton, FrontId};
use crate::model::NameId;
use crate::sets::Limit;

/// One of two grammars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

impl Side {
    /// Both, in their order.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// The place in a pair.
    pub fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
        }
    }
}

/// A shortest event sequence that one grammar has and the other has not; of those the first in the order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneSided {
    /// Its events, as names of the grammar that has it.
    pub events: Vec<NameId>,
    /// How many of them the other grammar can show; all where it is only the end that it does not have there.
    pub shared: usize,
    /// What could come there in the other grammar, as names of that.
    pub expected: Vec<NameId>,
    /// Whether an end could.
    pub ends: bool,
}

/// What came of comparing two grammars by the event names of their complete traces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// For each side what it alone has. `None`: nothing, unless the search was not completed.
    pub only: [Option<OneSided>; 2],
    /// The limit at which the search was given up, and the grammar whose states that names.
    pub undecided: Option<(Side, Limit)>,
}

/// A place behind a sequence that one of the automata can show, or both can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pair([Option<FrontId>; 2]);

/// A pair as it was found first.
#[derive(Clone, Copy, Debug)]
struct Node {
    pair: Pair,
    /// The one before, and the name between them; the start has itself and no name.
    before: u32,
    name: u32,
}

struct Search<'a, 'g> {
    automata: [&'a mut Automaton<'g>; 2],
    /// For each side and name its place among the names of both.
    places: [Vec<u32>; 2],
    nodes: Vec<Node>,
    met: FxHashSet<Pair>,
    found: [Option<u32>; 2],
}

impl Difference {
    /// Compares two automata by looking at all pairs of fronts behind the same events: breadth first, so what is found is
    /// as short as can be. `progress` is told again and again for how many configurations the larger automaton counts.
    ///
    /// Costs for each pair the events that can come next there, and room, which is taken from the limit of the left one.
    pub fn find<'g>(left: &mut Automaton<'g>, right: &mut Automaton<'g>, progress: &mut dyn FnMut(usize)) -> Self {
        let places = places(left, right);
        let mut search = Search {
            automata: [left, right],
            places,
            nodes: Vec::new(),
            met: FxHashSet::default(),
            found: [None, None],
        };
        let undecided = search.run(progress).err();
        let only = Side::BOTH.map(|side| search.found[side.index()].map(|node| search.witness(side, node)));
        Self { only, undecided }
    }
}

impl Search<'_, '_> {
    fn run(&mut self, progress: &mut dyn FnMut(usize)) -> Result<(), (Side, Limit)> {
        self.meet(Pair([Some(FrontId::START); 2]), 0, 0)?;
        let mut next = 0;
        while next < self.nodes.len() && self.found.contains(&None) {
            progress(self.automata[0].weight() + self.automata[1].weight());
            self.expand(next)?;
            next += 1;
        }
        Ok(())
    }

    /// Takes a pair over every event that can come next.
    fn expand(&mut self, node: usize) -> Result<(), (Side, Limit)> {
        let Pair(fronts) = self.nodes[node].pair;
        if !self.is_wanted(self.nodes[node].pair) {
            return Ok(());
        }
        for side in Side::BOTH {
            if let Some(front) = fronts[side.index()] {
                self.automata[side.index()].expand(front).map_err(|limit| (side, limit))?;
            }
        }
        let mut taken = [0; 2];
        loop {
            self.automata[0].spend(1).map_err(|limit| (Side::Left, limit))?;
            // Both lists are in the order of the names.
            let next = Side::BOTH.map(|side| {
                let side = side.index();
                let edge = self.automata[side].edges(fronts[side]?).get(taken[side])?;
                Some((self.places[side][edge.name.index()], edge.target))
            });
            let Some(name) = next.iter().flatten().map(|(name, _)| *name).min() else { return Ok(()) };
            let pair = next.map(|next| next.filter(|(other, _)| *other == name).map(|(_, target)| target));
            for side in Side::BOTH {
                taken[side.index()] += usize::from(pair[side.index()].is_some());
            }
            self.meet(Pair(pair), row(node), name)?;
        }
    }

    /// Keeps a pair that is new and can still tell something.
    fn meet(&mut self, pair: Pair, before: u32, name: u32) -> Result<(), (Side, Limit)> {
        if !self.is_wanted(pair) || !self.met.insert(pair) {
            return Ok(());
        }
        self.automata[0].has_room(self.automata[1].bytes() + self.bytes()).map_err(|limit| (Side::Left, limit))?;
        let node = row(self.nodes.len());
        self.nodes.push(Node { pair, before, name });
        let ends = Side::BOTH.map(|side| {
            let side = side.index();
            pair.0[side].is_some_and(|front| self.automata[side].ends(front))
        });
        for side in Side::BOTH {
            if ends[side.index()] && !ends[side.other().index()] {
                self.found[side.index()].get_or_insert(node);
            }
        }
        Ok(())
    }

    /// The memory that pairs take.
    fn bytes(&self) -> usize {
        self.nodes.len() * (size_of::<Node>() + size_of::<Pair>())
    }

    /// Whether something is still looked for that can lie behind a pair.
    fn is_wanted(&self, pair: Pair) -> bool {
        Side::BOTH.into_iter().any(|side| self.found[side.index()].is_none() && pair.0[side.index()].is_some())
    }

    fn witness(&mut self, side: Side, node: u32) -> OneSided {
        let names: Vec<u32> = self.path(node).map(|node| node.name).collect();
        let other = side.other().index();
        // The last front of the other side on the way.
        let mut shared = names.len();
        let mut at = self.nodes[node as usize];
        while at.pair.0[other].is_none() {
            at = self.nodes[at.before as usize];
            shared -= 1;
        }
        let front = at.pair.0[other].expect("both begin at their starts");
        let text = &self.places[side.index()];
        let own = |place: &u32| text.binary_search(place).expect("the side shows it");
        OneSided {
            events: names.iter().rev().map(own).map(|name| NameId(row(name))).collect(),
            shared,
            expected: self.automata[other].next(front).into(),
            ends: self.automata[other].ends(front),
        }
    }

    /// The nodes on the way to one, from it back to the first behind the start.
    fn path(&self, node: u32) -> impl Iterator<Item = Node> + '_ {
        let mut at = node;
        std::iter::from_fn(move || {
            let node = self.nodes[at as usize];
            let is_start = at == 0;
            at = node.before;
            (!is_start).then_some(node)
        })
    }
}

/// For each side and name its place among the names of both, which is in the order of the names too.
fn places(left: &Automaton<'_>, right: &Automaton<'_>) -> [Vec<u32>; 2] {
    let alphabets = [left.alphabet(), right.alphabet()];
    let mut all: Vec<&str> = alphabets.iter().flat_map(|alphabet| alphabet.names()).collect();
    all.sort_unstable();
    all.dedup();
    let place = |name: &str| row(all.binary_search(&name).expect("it is one of all"));
    alphabets.map(|alphabet| alphabet.names().map(place).collect())
}

/// The number of a row.
fn row(length: usize) -> u32 {
    u32::try_from(length).expect("memory is full long before 2^32 rows")
}
