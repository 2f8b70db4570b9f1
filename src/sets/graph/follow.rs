//! Following all silent ways from a point to the items at their ends.

use std::sync::Arc;

use super::super::counters::{self, Kept, Update};
use super::super::interner::Interner;
use super::super::limit::{Limit, TooMany};
use super::super::sightings::{Sighted, Sighting};
use super::super::silent::SilentWays;
use super::super::wanted::Head;
use super::finder::{Finder, Sight};
use super::found::{Found, Lead, Outcome};
use super::{HIDDEN, ItemId, Towards, packed, place, weight};
use crate::machine::{Ahead, Configuration, Counter, Decision, FaultKind, Odds, Pause, PlaceId, Program};
use crate::model::NameId;
use crate::model::grammar::InstanceId;

/// So many decisions are taken without a look at whether the same was met before: nothing is gained by that where ways do
/// not meet, and most don't.
const UNSEEN: usize = 48;

impl Finder<'_> {
    /// Follows all silent ways from a point, of which this was packed, to the items at their ends. Returns what comes of it, or the
    /// limit that was met, and the number of steps.
    pub(super) fn find(
        &mut self,
        packed: &[u64],
        towards: Towards<'_>,
        allowance: Allowance,
        found: &mut Found,
    ) -> (Result<Outcome, Limit>, u64) {
        let mut work = std::mem::take(&mut self.work);
        work.steps = 0;
        self.scratch.take_work();
        let ahead = match towards {
            Towards::Item(wanted) => {
                self.aheads.get(wanted.head, self.program, (self.alphabet, &self.first), &self.view)
            }
            Towards::All | Towards::Hidden => None,
        };
        let aim = Aim { towards, ahead, allowance };
        let (n_leads, n_sightings) = (found.n_leads(), self.sightings.len());
        let mut start = |work: &mut Work, remembers: bool| {
            found.truncate(n_leads);
            self.sightings.truncate(n_sightings);
            work.begin(packed, remembers, self.program);
            self.follow(work, &aim, found)
        };
        let mut result = start(&mut work, false);
        if let Err(Stop::Many) = result {
            result = start(&mut work, true);
        }
        let steps = work.steps + self.scratch.take_work();
        self.work = work;
        let ends = match result {
            Ok(ends) => Some(ends),
            Err(Stop::Untold) => {
                // Then nothing was seen.
                self.sightings.truncate(n_sightings);
                found.truncate(n_leads);
                None
            }
            Err(Stop::Limit(limit)) => return (Err(limit), steps),
            Err(Stop::Many) => unreachable!("it remembers what it has seen"),
        };
        (Ok(found.outcome(n_leads, ends)), steps)
    }

    /// Counts the steps of the run that has just come to a pause, and the copies of its configuration of so many words.
    #[inline]
    fn count_run(&mut self, room: usize, work: &mut Work, aim: &Aim<'_>) -> Result<(), Stop> {
        work.steps += self.scratch.take_work() + steps_of(room);
        let limit = aim.allowance.steps;
        if work.steps > limit { Err(Limit::Work { limit }.into()) } else { Ok(()) }
    }

    /// The error of too many configurations on silent ways.
    fn too_many_open(&self, work: &Work) -> Stop {
        let packed: Vec<Vec<u64>> = work.open.iter().map(|open| packed(&work.pool[open.at])).collect();
        self.too_many(packed.iter()).into()
    }

    /// Follows all that is open. Whether a trace can end on a way.
    fn follow(&mut self, work: &mut Work, aim: &Aim<'_>, found: &mut Found) -> Result<bool, Stop> {
        let watches = self.watches();
        let mut only = aim.ahead.clone().filter(|_| self.facts.sure);
        let mut ends = false;
        while let Some(Open { at: place, room, from }) = work.pop() {
            let at = &mut work.pool[place];
            self.scratch.refuel();
            self.scratch.look_for(&mut only);
            let pause = self.program.run(at, &mut self.scratch);
            self.scratch.look_for(&mut only);
            self.count_run(room, work, aim)?;
            let at = &mut work.pool[place];
            self.note_met(None);
            if watches && matches!(pause, Err(_) | Ok(Pause::End)) {
                work.ways.lead_out(from);
            }
            match pause {
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Err(Stop::Untold),
                Err(fault) if fault.kind.is_limit() && !watches => return Err(Limit::Run(fault).into()),
                // A run that fails shows nothing any more.
                Err(fault) => self.note_fault(None, fault),
                Ok(Pause::End) => ends = true,
                Ok(Pause::Show(item)) => {
                    let Sight { shown, silent, stutters } = self.see(item);
                    let is_hidden = silent && shown.is_some() && work.is_product;
                    if is_hidden && matches!(aim.towards, Towards::Hidden) {
                        self.enter(at, HIDDEN, false, &work.before, found)?;
                    } else {
                        if silent && !is_hidden {
                            let (step, is_first) = self.step(place, true, from, None, work)?;
                            if is_first {
                                let passed = work.copy(place);
                                work.push(passed, step);
                            }
                        }
                        let is_wanted = |item: &ItemId| match aim.towards {
                            Towards::Item(wanted) => (wanted.agrees)(self.items.get(*item)),
                            Towards::All | Towards::Hidden => true,
                        };
                        if let Some(item) = shown.filter(is_wanted) {
                            self.enter(&mut work.pool[place], item, stutters, &work.before, found)?;
                            if watches {
                                work.ways.lead_out(from);
                            }
                        }
                    }
                }
                Ok(Pause::Decide(decision)) => {
                    let (step, is_first) = self.step(place, false, from, Some(decision.place), work)?;
                    if is_first && self.fork(place, &decision, step, aim, (work, found.n_bytes()))? {
                        continue;
                    }
                }
            }
            work.free.push(place);
        }
        if let Some(place) = work.ways.trap() {
            let what = Sighting::Trap(self.program.place(place).span);
            self.sightings.push(Sighted { after: None, what });
        }
        Ok(ends)
    }

    /// Takes every option of a decision. Whether the configuration went on itself.
    fn fork(
        &mut self,
        at: usize,
        decision: &Decision,
        step: Option<u32>,
        aim: &Aim<'_>,
        (work, found_bytes): (&mut Work, usize),
    ) -> Result<bool, Stop> {
        if let Odds::Uniform(many) = decision.odds
            && usize::try_from(many).map_or(true, |many| many > self.limit)
        {
            let asked = self.program.asked(&work.pool[at]);
            let asked = asked.map(|state| (state, usize::try_from(many).unwrap_or(usize::MAX)));
            let unknown = asked.into_iter().collect();
            return Err(Limit::Configurations(TooMany { limit: self.limit, unknown }).into());
        }
        // Whoever acts, the same comes of it.
        let is_one = !self.view.actions && self.program.is_for_source(&work.pool[at]);
        let many = if is_one { 1 } else { self.program.n_options(decision, &self.scratch) };
        let mut goes_on = false;
        for place in 0..many {
            let option = self.program.option(decision, &self.scratch, place);
            if !self.may_lead(work, at, option, aim) {
                continue;
            }
            // The last one needs no copy.
            goes_on = place + 1 == many;
            let branch = if goes_on { at } else { work.copy(at) };
            match self.program.resume(&mut work.pool[branch], option) {
                Ok(()) if aim.ahead.as_ref().is_none_or(|ahead| self.program.may_find(&work.pool[branch], ahead)) => {
                    work.push(branch, step);
                    if work.open_bytes() > aim.allowance.bytes {
                        return Err(self.too_many_open(work));
                    }
                }
                Ok(()) => work.free.push(branch),
                Err(fault) if fault.kind == FaultKind::UnknownCount => return Err(Stop::Untold),
                Err(fault) if self.watches() => {
                    self.note_fault(None, fault);
                    work.free.push(branch);
                }
                Err(fault) => return Err(Limit::Run(fault).into()),
            }
        }
        work.steps += many;
        if work.weight() > 2 * self.limit || work.bytes() + found_bytes > aim.allowance.bytes {
            return Err(self.too_many_open(work));
        }
        Ok(goes_on)
    }

    /// Whether an option may lead to what is looked for.
    fn may_lead(&self, work: &Work, at: usize, option: u64, aim: &Aim<'_>) -> bool {
        let (at, towards, is_product) = (&work.pool[at], aim.towards, work.is_product);
        let is_told = match towards {
            Towards::All => true,
            // The program was asked, and told apart the instances that the name tells.
            Towards::Item(wanted) => {
                aim.ahead.is_some() && matches!(wanted.head, Head::Event { of: [], .. } | Head::Phase(_))
            }
            Towards::Hidden => false,
        };
        if is_told {
            return true;
        }
        let Some(action) = self.program.drawn(at, option) else { return true };
        let argument = |parameter: usize| self.program.argument(at, option, parameter);
        let instance = |parameter: usize| {
            let argument = argument(parameter)?;
            Some(InstanceId(u32::try_from(argument).expect("an event is of instances")))
        };
        let may_show = |names: &[NameId], of: &[Option<InstanceId>]| {
            let symbols = names.iter().flat_map(|name| self.alphabet.symbols_named(*name));
            self.first.may_show(self.alphabet, action, symbols.copied(), of, instance)
        };
        let wanted = match towards {
            Towards::Item(wanted) if self.view.actions && !self.first.is_reaction(action) => {
                // Its mark comes first.
                let Head::Action(actions) = wanted.head else { return false };
                return actions.iter().any(|(other, given)| {
                    let fits = |(parameter, given): (usize, &Option<i64>)| {
                        given.is_none_or(|given| argument(parameter).is_none_or(|argument| argument == given))
                    };
                    *other == action && given.iter().enumerate().all(fits)
                });
            }
            Towards::Item(wanted) => wanted,
            _ => return self.view.actions || may_show(&self.view.hidden, &[]),
        };
        // What shows nothing can be followed by anything.
        let is_silent = !self.view.events || !is_product && may_show(&self.view.hidden, &[]);
        is_silent
            || match wanted.head {
                Head::Event { name, of } => may_show(&[name], of),
                Head::Action(_) | Head::Phase(_) => may_show(&[], &[]),
            }
    }

    /// Notes that a way has come to a configuration: at the decision of a place, or `behind` an item that is not shown. Its
    /// number, where it has one, and whether more can come from it than from those seen before.
    fn step(
        &mut self,
        at: usize,
        behind: bool,
        from: Option<u32>,
        decision: Option<PlaceId>,
        work: &mut Work,
    ) -> Result<(Option<u32>, bool), Stop> {
        if !work.remembers {
            work.n_taken += 1;
            return if work.n_taken > UNSEEN { Err(Stop::Many) } else { Ok((None, true)) };
        }
        let Work { pool, seen, states, .. } = work;
        let at = &pool[at];
        self.packed.clear();
        self.packed.push(u64::from(behind) | (at.counters().len() as u64) << 1);
        let covers = !self.is_interleaved(at);
        // The options of a decision are those of the configuration as it is, so that one goes on.
        let (step, is_first) = if at.is_complete() && self.program.state_words(at) == &**states {
            // What has not changed is as simple as at the point.
            seen.insert(at, covers, &mut self.packed)
        } else {
            let mut stripped = std::mem::take(&mut self.stripped);
            stripped.clone_from(at);
            self.simplify(&mut stripped);
            let step = seen.insert(&stripped, covers, &mut self.packed);
            self.stripped = stripped;
            step
        };
        if work.seen.weight > self.limit {
            let keys = &work.seen.keys;
            let words: Vec<&[u64]> = (0..keys.len()).map(|key| &keys.get(place(key))[1..]).collect();
            return Err(self.too_many(words.into_iter()).into());
        }
        if self.watches() {
            work.ways.lead(from, step, decision, is_first);
        }
        Ok((Some(step), is_first))
    }

    /// Adds the way to the point directly behind an item, or at the start. The configuration is of no use then.
    fn enter(
        &mut self,
        at: &mut Configuration,
        item: ItemId,
        stutters: bool,
        before: &[Counter],
        found: &mut Found,
    ) -> Result<(), Stop> {
        let after = (item != HIDDEN).then_some(item);
        let watches = self.watches();
        self.scratch.refuel();
        if !watches {
            self.shown.clone_from(at);
        }
        let rest = self.program.rest(at, &mut self.scratch);
        self.note_met(after);
        match rest {
            Ok(()) => {}
            Err(fault) if fault.kind == FaultKind::UnknownCount => return Err(Stop::Untold),
            // That nothing is known of what follows is told to whoever wants to know it.
            Err(fault) if fault.kind.is_limit() && !watches => at.clone_from(&self.shown),
            Err(fault) => {
                self.note_fault(after, fault);
                found.push((item, stutters), None, &[], self.program);
                return Ok(());
            }
        }
        self.simplify(at);
        self.updates.clear();
        self.updates.extend(at.counters().iter().map(|counter| counters::origin(*counter, before)));
        if !self.is_interleaved(at) {
            if !at.counters().iter().any(|counter| counters::is_open(*counter)) {
                self.updates.clear();
            }
            counters::classify(at.counters_mut());
        } else if self.updates.iter().any(|update| matches!(update, Update::Keep { .. })) {
            return Err(Stop::Untold);
        } else {
            self.updates.clear();
        }
        found.push((item, stutters), Some(at), &self.updates, self.program);
        Ok(())
    }

    /// The way to the point of a configuration that is directly behind an item, or at the start.
    ///
    /// # Panics
    ///
    /// If its counters are stand-ins.
    pub(super) fn arrive(&mut self, mut at: Configuration, found: &mut Found) -> Lead {
        if self.enter(&mut at, HIDDEN, false, &[], found).is_err() {
            unreachable!("no counter is a stand-in");
        }
        found.pop().expect("it was just found")
    }
}

/// What is looked for from a point.
struct Aim<'a> {
    towards: Towards<'a>,
    /// From where it may come first.
    ahead: Option<Arc<Ahead>>,
    allowance: Allowance,
}

/// What finding out what comes next from one point may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    /// The number of steps.
    pub(super) steps: u64,
    /// The memory for what is at hand, in bytes.
    pub(super) bytes: usize,
}

/// For how many steps copying, hashing and comparing so many words counts.
fn steps_of(n_words: usize) -> u64 {
    2 + n_words as u64 / 8
}

/// Why no more is found.
enum Stop {
    /// What comes next depends on the numbers in the counters.
    Untold,
    /// There are many decisions: it must be remembered which were met.
    Many,
    Limit(Limit),
}

impl From<Limit> for Stop {
    fn from(limit: Limit) -> Self {
        Self::Limit(limit)
    }
}

/// A configuration that is still to be followed: where it is in the pool, its number of words, and the number of the one before it.
#[derive(Debug)]
struct Open {
    at: usize,
    room: usize,
    from: Option<u32>,
}

/// What is at hand while ways are followed.
#[derive(Debug, Default)]
pub(super) struct Work {
    is_product: bool,
    /// The counters at the start.
    before: Vec<Counter>,
    /// The states there.
    states: Vec<u64>,
    /// Whether it is remembered what was met.
    remembers: bool,
    /// How many decisions were taken where it is not.
    n_taken: usize,
    open: Vec<Open>,
    /// The words of what is open.
    open_room: usize,
    /// The number of steps so far.
    steps: u64,
    seen: Seen,
    ways: SilentWays,
    /// Configurations, and which of them are free.
    pool: Vec<Configuration>,
    free: Vec<usize>,
}

/// Memory for more than so many configurations is given back.
const ROOM: usize = 1_000;

impl Work {
    /// Begins with one that was packed.
    fn begin(&mut self, start: &[u64], remembers: bool, program: &Program) {
        if self.pool.len() > ROOM {
            self.pool = Vec::new();
        }
        self.free.clear();
        self.free.extend(0..self.pool.len());
        self.open.clear();
        self.open_room = 0;
        self.seen.clear();
        self.ways.clear();
        self.remembers = remembers;
        self.n_taken = 0;
        let at = self.place();
        self.pool[at].unpack(start);
        self.before.clear();
        self.before.extend_from_slice(self.pool[at].counters());
        self.states.clear();
        self.states.extend_from_slice(program.state_words(&self.pool[at]));
        self.is_product = self.pool[at].is_product();
        self.push(at, None);
    }

    /// A place for a configuration.
    fn place(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.pool.push(Configuration::default());
            self.pool.len() - 1
        })
    }

    fn copy(&mut self, at: usize) -> usize {
        let place = self.place();
        let [copy, at] = self.pool.get_disjoint_mut([place, at]).expect("one is free, and the other one not");
        copy.clone_from(at);
        place
    }

    #[inline]
    fn push(&mut self, at: usize, from: Option<u32>) {
        let room = self.pool[at].room();
        self.open_room += room;
        self.open.push(Open { at, room, from });
    }

    #[inline]
    fn pop(&mut self) -> Option<Open> {
        let open = self.open.pop()?;
        self.open_room -= open.room;
        Some(open)
    }

    /// For how many configurations those count that are open: one with a deep stack takes the room of several.
    fn weight(&self) -> usize {
        self.open.len() + self.open_room / 64
    }

    /// The memory of those that are open, in bytes, about.
    fn open_bytes(&self) -> usize {
        self.open.len() * (size_of::<Open>() + size_of::<Configuration>()) + self.open_room * size_of::<u64>()
    }

    /// The memory for all configurations at hand, in bytes, about.
    fn bytes(&self) -> usize {
        self.open_bytes() + self.seen.bytes()
    }
}

/// The configurations that were met on silent ways.
#[derive(Debug, Default)]
struct Seen {
    /// Where they were met, and they, packed without their counters.
    keys: Interner<u64>,
    /// The counters of each that no others cover.
    kept: Vec<Kept>,
    n_counters: usize,
    weight: usize,
}

impl Seen {
    /// Adds a configuration: the number of its key, and whether it is none that another covers.
    fn insert(&mut self, at: &Configuration, covers: bool, packed: &mut Vec<u64>) -> (u32, bool) {
        at.pack_without_counters(packed);
        let (key, is_new) = self.keys.intern(packed);
        if is_new && self.kept.len() < self.keys.len() {
            self.kept.push(Kept::default());
        }
        let is_first = self.kept[key as usize].insert(at.counters(), covers);
        if is_first {
            self.weight += weight(packed.len());
            self.n_counters += at.counters().len();
        }
        (key, is_first)
    }

    /// The memory that they take, in bytes, about: counters that are not compared lie each on its own.
    fn bytes(&self) -> usize {
        self.keys.bytes() + self.keys.len() * size_of::<Kept>() + self.n_counters * 2 * size_of::<Counter>()
    }

    fn clear(&mut self) {
        if self.keys.len() > ROOM {
            *self = Self::default();
            return;
        }
        self.kept[..self.keys.len()].iter_mut().for_each(Kept::clear);
        self.keys.clear();
        (self.weight, self.n_counters) = (0, 0);
    }
}
