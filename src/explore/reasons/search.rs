//! The ways from where a run is to an item that it can't show there, past what forbids it: the cheapest for each place that
//! shows the item.
//!
//! A way pays for what it passes: a condition that does not hold, a loop that must go on, an item that comes first. The
//! cheapest (Dijkstra 1959; the prices are small) is what an author would name as the reason.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::runs::{Sight, bytes, place};
use crate::machine::{Bar, Configuration, Halt, Pause, PlaceId, Scratch, Way};
use crate::recognize::{agrees, may_agree};
use crate::sets::{Interner, Item, Limit};
use crate::trace::Observed;

/// A way that costs more is no reason any more.
const MAX_PRICE: usize = 9;
/// An item that comes first.
const ITEM: usize = 3;
/// An item that differs from the one that is looked for.
const OTHER: usize = 4;

/// What something costs that bars a way.
fn price(bar: Bar, before: usize) -> usize {
    match bar {
        Bar::UsedUp | Bar::GoesOn(_) | Bar::Enabled => 3,
        // What a guard that does not hold keeps from being done.
        Bar::Domain(_) if before > 0 => 0,
        Bar::Condition | Bar::Weight | Bar::Quiet | Bar::Domain(_) => 2,
    }
}

/// What lies on a way.
#[derive(Clone, Debug)]
pub(super) enum Obstacle {
    /// This way is forbidden to the configuration.
    Barred(Rc<Configuration>, Way),
    /// This item comes first, from this place.
    First(Item, PlaceId),
    /// The item is another one.
    Differs(Item),
}

/// For how many a configuration counts: those with a deep stack take as much room as several.
fn weight(at: &Configuration) -> usize {
    1 + at.n_words() / 64
}

/// What was found from one configuration.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// For each place, or for the end, what lies on the cheapest way there, in its order, and its price.
    pub(super) ways: BTreeMap<Option<PlaceId>, (usize, Vec<Obstacle>)>,
    /// Whether ways were given up: the limit was met, or they cost too much.
    pub(super) is_cut: bool,
}

/// A place, or `None` for the end.
type Target = Option<PlaceId>;

/// No trail.
const NOTHING: usize = usize::MAX;

#[derive(Debug)]
struct Open {
    at: Configuration,
    trail: usize,
    /// What was found; nothing if the way goes on.
    target: Option<Target>,
}

impl Open {
    /// The memory that it takes, in bytes, about.
    fn bytes(&self) -> usize {
        size_of::<Self>() + bytes(&self.at)
    }
}

#[derive(Debug)]
struct Search<'s, 'g> {
    sight: &'s Sight<'g>,
    /// Nothing for the end.
    wanted: Option<&'s Observed>,
    /// By their price.
    open: Vec<VecDeque<Open>>,
    trails: Vec<(usize, Obstacle)>,
    seen: Interner<u64>,
    packed: Vec<u64>,
    scratch: Scratch,
    /// The memory of what is open, in bytes.
    open_bytes: usize,
    is_cut: bool,
}

/// Searches from a configuration that is directly behind an item. `places` are those that can show what is wanted: when all
/// of them are found, the search is over. `limit`: how many configurations are looked at.
pub(super) fn search(
    sight: &Sight<'_>,
    at: &Configuration,
    wanted: Option<&Observed>,
    places: &BTreeSet<PlaceId>,
    limit: usize,
) -> Found {
    let mut search = Search {
        sight,
        wanted,
        open: (0..=MAX_PRICE).map(|_| VecDeque::new()).collect(),
        trails: Vec::new(),
        seen: Interner::default(),
        packed: Vec::new(),
        scratch: sight.scratch(),
        open_bytes: 0,
        is_cut: false,
    };
    search.push(0, at.clone(), NOTHING, None);
    let n_targets = if wanted.is_some() { places.len() } else { 1 };
    let mut found = Found::default();
    let mut n_looked_at = 0;
    for price in 0..=MAX_PRICE {
        while let Some(open) = search.open[price].pop_front() {
            search.open_bytes -= open.bytes();
            if let Some(target) = open.target {
                let trail = || (price, search.trail(open.trail));
                found.ways.entry(target).or_insert_with(trail);
                if found.ways.len() == n_targets {
                    return found;
                }
                continue;
            }
            n_looked_at += weight(&open.at);
            if n_looked_at > limit || search.look(price, open).is_err() {
                found.is_cut = true;
                return found;
            }
        }
    }
    found.is_cut = search.is_cut;
    found
}

/// Whether any way leads to a place, whatever it passes and the states are; nothing if that is not known.
pub(super) fn leads_to(sight: &Sight<'_>, at: &Configuration, target: PlaceId, limit: usize) -> Option<bool> {
    let program = sight.program;
    let mut scratch = sight.scratch();
    let mut seen: Interner<u64> = Interner::default();
    let mut packed = Vec::new();
    let mut open = VecDeque::from([at.clone()]);
    let mut fails = false;
    let (mut n_looked_at, mut open_bytes) = (0, bytes(at));
    while n_looked_at < limit {
        let Some(mut at) = open.pop_front() else { return if fails { None } else { Some(false) } };
        n_looked_at += weight(&at);
        open_bytes -= bytes(&at);
        sight.spend(&mut scratch, &at, 1).ok()?;
        program.states().for_each(|state| program.reset_state(&mut at, state));
        scratch.refuel();
        let Ok(halt) = program.run_unguarded(&mut at, &mut scratch) else {
            // With its real states it might have gone on.
            fails = true;
            continue;
        };
        program.states().for_each(|state| program.reset_state(&mut at, state));
        packed.clear();
        packed.push(u64::from(matches!(halt, Halt::Show(_))));
        at.pack_without_counters(&mut packed);
        if !seen.intern(&packed).1 {
            continue;
        }
        match halt {
            Halt::End => {}
            Halt::Show(item) if place(&item) == target => return Some(true),
            Halt::Show(_) => {
                open_bytes += bytes(&at);
                open.push_back(at);
            }
            Halt::Fork(ways) => {
                for way in ways {
                    sight.spend(&mut scratch, &at, 1).ok()?;
                    sight.has_room(open_bytes + seen.bytes()).ok()?;
                    let mut branch = at.clone();
                    match program.resume_unguarded(&mut branch, &mut scratch, way) {
                        Ok(()) => {
                            open_bytes += bytes(&branch);
                            open.push_back(branch);
                        }
                        Err(_) => fails = true,
                    }
                }
            }
        }
    }
    None
}

/// The items that have to come first, as few as can be, before a run is at one of the places, or, without any, at its end;
/// nothing if no way was found. Only what the grammar allows is passed, and no `meanwhile`, which changes nothing.
pub(super) fn ahead(
    sight: &Sight<'_>,
    at: &Configuration,
    places: &BTreeSet<PlaceId>,
    limit: usize,
) -> Option<Vec<(Item, PlaceId)>> {
    let program = sight.program;
    let mut scratch = sight.scratch();
    let mut seen: Interner<u64> = Interner::default();
    let mut packed = Vec::new();
    let mut open_bytes = bytes(at);
    let mut shown: Vec<(usize, Item, PlaceId)> = Vec::new();
    let (mut open, mut later) = (vec![(at.clone(), NOTHING)], Vec::new());
    let told = |shown: &[(usize, Item, PlaceId)], mut last: usize| {
        let mut items = Vec::new();
        while let Some((before, item, place)) = shown.get(last) {
            items.push((item.clone(), *place));
            last = *before;
        }
        items.reverse();
        items
    };
    let mut n_looked_at = 0;
    while n_looked_at < limit {
        if open.is_empty() {
            std::mem::swap(&mut open, &mut later);
            // Those that were found first are looked at first.
            open.reverse();
        }
        let (mut at, last) = open.pop()?;
        n_looked_at += weight(&at);
        open_bytes -= bytes(&at);
        sight.spend(&mut scratch, &at, 1).ok()?;
        scratch.refuel();
        let Ok(pause) = program.run(&mut at, &mut scratch) else { continue };
        packed.clear();
        packed.push(u64::from(matches!(pause, Pause::Show(_))));
        at.pack(&mut packed);
        if !seen.intern(&packed).1 {
            continue;
        }
        match pause {
            Pause::End if places.is_empty() => return Some(told(&shown, last)),
            Pause::End => {}
            Pause::Show(item) if places.contains(&place(&item)) => return Some(told(&shown, last)),
            Pause::Show(item) => {
                open_bytes += bytes(&at);
                let what = Item::of(item, scratch.values());
                if sight.of(&what).1 {
                    open.push((at, last));
                } else {
                    shown.push((last, what, place(&item)));
                    later.push((at, shown.len() - 1));
                }
            }
            Pause::Decide(decision) => {
                let options = program.options(&decision, &scratch);
                let is_slot = program.is_slot(&at);
                for option in options.into_iter().rev().filter(|option| !is_slot || *option == 0) {
                    sight.spend(&mut scratch, &at, 1).ok()?;
                    sight.has_room(open_bytes + seen.bytes()).ok()?;
                    let mut branch = at.clone();
                    if program.resume(&mut branch, option).is_ok() {
                        open_bytes += bytes(&branch);
                        open.push((branch, last));
                    }
                }
            }
        }
    }
    None
}

impl Search<'_, '_> {
    fn push(&mut self, price: usize, at: Configuration, trail: usize, target: Option<Target>) {
        if let Some(list) = self.open.get_mut(price) {
            let open = Open { at, trail, target };
            self.open_bytes += open.bytes();
            list.push_back(open);
        } else {
            self.is_cut = true;
        }
    }

    /// The memory of all that is kept, in bytes, about; each obstacle as if its configuration were its own.
    fn bytes(&self, at: &Configuration) -> usize {
        let trails = self.trails.len() * (size_of::<(usize, Obstacle)>() + bytes(at));
        self.open_bytes + trails + self.seen.bytes()
    }

    fn pass(&mut self, trail: usize, obstacle: Obstacle) -> usize {
        self.trails.push((trail, obstacle));
        self.trails.len() - 1
    }

    fn trail(&self, mut trail: usize) -> Vec<Obstacle> {
        let mut obstacles = Vec::new();
        while let Some((before, obstacle)) = self.trails.get(trail) {
            obstacles.push(obstacle.clone());
            trail = *before;
        }
        obstacles.reverse();
        obstacles
    }

    fn is_first(&mut self, at: &Configuration, place: u64) -> bool {
        self.packed.clear();
        self.packed.push(place);
        at.pack(&mut self.packed);
        self.seen.intern(&self.packed).1
    }

    /// Follows a way to the next pause, and forks it.
    fn look(&mut self, price: usize, open: Open) -> Result<(), Limit> {
        let Open { mut at, trail, .. } = open;
        let program = self.sight.program;
        self.scratch.refuel();
        let halt = program.run_unguarded(&mut at, &mut self.scratch);
        self.sight.spend(&mut self.scratch, &at, 1)?;
        // Ways that fail lead nowhere.
        let Ok(halt) = halt else { return Ok(()) };
        match halt {
            Halt::End if self.wanted.is_none() => self.push(price, at, trail, Some(None)),
            Halt::End => {}
            Halt::Fork(ways) => {
                if self.is_first(&at, 0) {
                    self.fork(price, at, trail, &ways)?;
                }
            }
            Halt::Show(shown) => {
                let item = Item::of(shown, self.scratch.values());
                let alphabet = self.sight.alphabet;
                if let Some(wanted) = self.wanted {
                    if agrees(wanted, &item, alphabet) {
                        self.push(price, at.clone(), trail, Some(Some(place(&shown))));
                    } else if may_agree(wanted, &item, alphabet) {
                        let trail = self.pass(trail, Obstacle::Differs(item.clone()));
                        self.push(price + OTHER, at.clone(), trail, Some(Some(place(&shown))));
                    }
                }
                let (_, may_lack) = self.sight.of(&item);
                if !self.is_first(&at, 1) {
                    return Ok(());
                }
                if may_lack {
                    self.push(price, at, trail, None);
                } else {
                    let trail = self.pass(trail, Obstacle::First(item, place(&shown)));
                    self.push(price + ITEM, at, trail, None);
                }
            }
        }
        Ok(())
    }

    fn fork(&mut self, price: usize, at: Configuration, trail: usize, ways: &[Way]) -> Result<(), Limit> {
        let program = self.sight.program;
        let at = Rc::new(at);
        for way in ways {
            self.sight.spend(&mut self.scratch, &at, 1)?;
            self.sight.has_room(self.bytes(&at))?;
            let cost = way.bar.map_or(0, |bar| self::price(bar, price));
            if price + cost > MAX_PRICE {
                self.is_cut = true;
                continue;
            }
            let mut branch = Configuration::clone(&at);
            if program.resume_unguarded(&mut branch, &mut self.scratch, *way).is_err() {
                continue;
            }
            let trail = match way.bar {
                None => trail,
                Some(_) => self.pass(trail, Obstacle::Barred(Rc::clone(&at), *way)),
            };
            self.push(price + cost, branch, trail, None);
        }
        Ok(())
    }
}
