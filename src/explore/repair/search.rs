//! The search for the fewest edits: A* (Hart, Nilsson and Raphael 1968).
//!
//! A state is a position in the sequence and a place of a run. It costs nothing to go on where the run shows the next item,
//! and 1 to delete an item, to insert one, or to swap two. Of states from which equally few edits are hoped for, the
//! furthest goes first, and its edits come only when no state is further: so what is valid is passed once, and edits are
//! tried near where it ends to be so.
//!
//! Two items that are swapped need not be neighbors from the first: some may be deleted between them before, or inserted
//! after. It is never of use to move an item twice (Lowrance and Wagner, "An Extension of the String-to-String Correction
//! Problem", 1975). So a state says too which item, if any, is held back until a later one was shown.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::FxHashMap;

use super::Unrepaired;
use crate::model::Alphabet;
use crate::recognize::agrees;
use crate::sets::{Item, PlaceId, Places};
use crate::trace::Observed;

/// What leads from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: it is the first.
    Start,
    /// The run shows the next item.
    Keep,
    /// The next item is to be swapped with a later one.
    Hold,
    /// The run shows the next item, with which one is swapped that was held back.
    Pass,
    /// It shows that one.
    Release,
    /// It does not show the next item.
    Delete,
    /// It shows this one, a number of the places, instead.
    Insert(u32),
}

impl Step {
    /// How many items of the sequence are behind it.
    fn length(self) -> u32 {
        match self {
            Self::Start | Self::Release | Self::Insert(_) => 0,
            Self::Keep | Self::Hold | Self::Pass | Self::Delete => 1,
        }
    }

    fn cost(self) -> u32 {
        match self {
            Self::Start | Self::Keep | Self::Pass | Self::Release => 0,
            Self::Hold | Self::Delete | Self::Insert(_) => 1,
        }
    }
}

/// An item that is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Held {
    None,
    /// The item at this position, which is to be shown behind a later one.
    Before(u32),
    /// Likewise, and that one was shown.
    Behind(u32),
}

/// Where a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct State {
    position: u32,
    place: PlaceId,
    held: Held,
}

/// A state with the way to it.
#[derive(Clone, Copy, Debug)]
struct Node {
    state: State,
    cost: u32,
    /// How many edits are needed at least, whatever follows.
    least: u32,
    step: Step,
    /// The node before, or its own number.
    before: u32,
}

/// What is still to be done; the least comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Task {
    least: u32,
    position: Reverse<u32>,
    /// Whether the edits are to be tried, or what is kept.
    edits: bool,
    cost: u32,
    step: Rank,
    node: u32,
}

/// Which of several steps is tried first.
type Rank = (u8, u32);

/// A search for one sequence.
pub(super) struct Search<'a, 'p> {
    places: &'a mut Places<'p>,
    alphabet: &'a Alphabet,
    items: &'a [&'a Observed],
    /// For each position how many mistakes are still ahead.
    ahead: &'a [u32],
    prefix: bool,
    effort: usize,
    /// The memory that it may take together with the places, in bytes.
    room: usize,
    nodes: Vec<Node>,
    open: BinaryHeap<Reverse<Task>>,
    /// The cost at which each state was reached.
    reached: FxHashMap<State, u32>,
    /// Of states that differ only in what loops have left, the first few: the places, by all that they have in common.
    alike: FxHashMap<State, Vec<(PlaceId, u32)>>,
}

/// How many are compared with each other.
const COMPARED: usize = 16;

impl<'a, 'p> Search<'a, 'p> {
    pub(super) fn new(
        places: &'a mut Places<'p>,
        alphabet: &'a Alphabet,
        items: &'a [&'a Observed],
        ahead: &'a [u32],
        prefix: bool,
        (effort, room): (usize, usize),
    ) -> Self {
        Self {
            places,
            alphabet,
            items,
            ahead,
            prefix,
            effort,
            room,
            nodes: Vec::new(),
            open: BinaryHeap::new(),
            reached: FxHashMap::default(),
            alike: FxHashMap::default(),
        }
    }

    /// The steps of a cheapest way from one of these places through the whole sequence.
    pub(super) fn run(mut self, start: &[PlaceId]) -> Result<Vec<Step>, Unrepaired> {
        for place in start {
            let state = State { position: 0, place: *place, held: Held::None };
            self.reach(Node { state, cost: 0, least: 0, step: Step::Start, before: 0 });
        }
        while let Some(Reverse(task)) = self.open.pop() {
            if self.nodes.len() > self.effort || self.bytes() + self.places.bytes() > self.room {
                return Err(Unrepaired::TooFar {
                    edits: task.least as usize,
                    effort: self.nodes.len().min(self.effort),
                });
            }
            let node = self.nodes[task.node as usize];
            if self.reached[&node.state] < node.cost {
                continue;
            }
            let n_ways = self.places.ways(node.state.place)?.len();
            self.places.spend(8 + n_ways)?;
            if task.edits {
                self.edit(task.node);
                continue;
            }
            let State { position, place, held } = node.state;
            let is_end = position as usize == self.items.len() && held == Held::None;
            if is_end && (self.prefix || self.places.ends(place)) {
                return Ok(self.steps(task.node));
            }
            self.keep(task.node);
            // The mistakes that begin with the next two items may be those that an edit mends.
            let least = node.least.max(node.cost + 1 + self.ahead(position + 2));
            self.open.push(Reverse(Task { least, edits: true, ..task }));
        }
        Err(Unrepaired::Nothing)
    }

    /// Goes on without an edit.
    fn keep(&mut self, number: u32) {
        let State { position, place, held } = self.nodes[number as usize].state;
        let (shown, step, held) = match held {
            Held::None => (position, Step::Keep, Held::None),
            Held::Before(item) => (position, Step::Pass, Held::Behind(item)),
            Held::Behind(item) => (item, Step::Release, Held::None),
        };
        let Some(item) = self.items.get(shown as usize) else { return };
        // A swap of equal items is none.
        if step == Step::Pass && self.items.get(held.item()) == Some(item) {
            return;
        }
        let ways = self.places.known_ways(place).iter();
        let agreeing = ways.filter(|way| agrees(item, self.places.item(way.item), self.alphabet));
        for target in agreeing.map(|way| way.target).collect::<Vec<_>>() {
            self.take(number, step, target, held);
        }
    }

    /// Tries every edit.
    fn edit(&mut self, number: u32) {
        let State { position, place, held } = self.nodes[number as usize].state;
        let is_end = position as usize == self.items.len();
        if held == Held::None && !is_end {
            self.take(number, Step::Hold, place, Held::Before(position));
        }
        if !matches!(held, Held::Behind(_)) && !is_end {
            self.take(number, Step::Delete, place, held);
        }
        if !matches!(held, Held::Before(_)) {
            for way in 0..self.places.known_ways(place).len() {
                let way = self.places.known_ways(place)[way];
                self.take(number, Step::Insert(way.item), way.target, held);
            }
        }
    }

    /// Makes a step.
    fn take(&mut self, before: u32, step: Step, place: PlaceId, held: Held) {
        let Node { state, cost, least, .. } = self.nodes[before as usize];
        let state = State { position: state.position + step.length(), place, held };
        self.reach(Node { state, cost: cost + step.cost(), least, step, before });
    }

    /// Comes to a state, unless one that can do as much was reached at no higher cost.
    fn reach(&mut self, node: Node) {
        let Node { state, cost, step, .. } = node;
        let known = self.reached.entry(state).or_insert(u32::MAX);
        if *known <= cost {
            return;
        }
        *known = cost;
        if self.places.counts(state.place) {
            let common = State { place: self.places.point(state.place), ..state };
            let alike = self.alike.entry(common).or_default();
            if alike.iter().any(|(other, least)| *least <= cost && self.places.covers(*other, state.place)) {
                return;
            }
            if alike.len() < COMPARED {
                alike.push((state.place, cost));
            }
        }
        // What is held back may mend a mistake that begins with the next item.
        let mended = u32::from(matches!(state.held, Held::Before(_)));
        let least = node.least.max(cost + self.ahead(state.position + mended));
        let number = u32::try_from(self.nodes.len()).expect("the effort is bounded");
        self.nodes.push(Node { least, ..node });
        let position = Reverse(state.position);
        self.open.push(Reverse(Task { least, position, edits: false, cost, step: self.rank(step), node: number }));
    }

    /// How much memory it takes, in bytes, about.
    fn bytes(&self) -> usize {
        let task = size_of::<Reverse<Task>>();
        let reached = 2 * size_of::<(State, u32)>();
        let alike = 2 * size_of::<(State, Vec<(PlaceId, u32)>)>() + COMPARED * size_of::<(PlaceId, u32)>();
        self.nodes.len() * size_of::<Node>()
            + self.open.len() * task
            + self.reached.len() * reached
            + self.alike.len() * alike
    }

    fn ahead(&self, position: u32) -> u32 {
        self.ahead[(position as usize).min(self.items.len())]
    }

    fn rank(&self, step: Step) -> Rank {
        match step {
            Step::Start | Step::Keep | Step::Pass | Step::Release => (0, 0),
            Step::Hold => (1, 0),
            Step::Delete => (2, 0),
            Step::Insert(item) => match self.places.item(item) {
                Item::Event { symbol, .. } => (3, symbol.0),
                Item::Action { action, .. } => (4, action.0),
                Item::Phase(phase) => (5, phase.0),
            },
        }
    }

    /// The way to a node.
    fn steps(&self, last: u32) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut number = last;
        while self.nodes[number as usize].step != Step::Start {
            steps.push(self.nodes[number as usize].step);
            number = self.nodes[number as usize].before;
        }
        steps.reverse();
        steps
    }
}

impl Held {
    /// The position of the item; behind all, if there is none.
    fn item(self) -> usize {
        match self {
            Self::None => usize::MAX,
            Self::Before(item) | Self::Behind(item) => item as usize,
        }
    }
}
