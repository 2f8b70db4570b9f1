//! Ways that are not known: the machine runs, and what comes of it is kept.

use super::map::{Cell, END, START};
use super::{Chart, Progress, Stop, draw};
use crate::machine::{Counter, Fault, Item, LoopTurn, Pause, Program};
use crate::trace::TextSink;
use crate::walk::dice::Dice;
use crate::walk::{show, show_states};

/// Above so many words of states and stack a configuration becomes no spot: it would seldom be met again, and costs its
/// length at every step.
const MAX_KEY_WORDS: usize = 128;

/// A walk that leads through so many events without a decision is left to the machine.
const MAX_WAY_EVENTS: u64 = 4_096;

/// Why a walk is given up here.
#[derive(Debug)]
pub(super) struct Unusual;

impl From<Box<Fault>> for Unusual {
    fn from(_: Box<Fault>) -> Self {
        Self
    }
}

impl Chart {
    /// Takes a way that is not known, and keeps what comes of it. The spot that it leads to, if that can be kept too.
    pub(super) fn learn<S: TextSink>(
        &mut self,
        program: &Program,
        spot: u32,
        place: usize,
        progress: &mut Progress,
        sink: &mut S,
    ) -> Result<Option<u32>, Unusual> {
        self.go_to(spot);
        match self.map.cells[spot as usize] {
            Cell::Pick(pick) => program.resume(&mut self.configuration, self.map.option(&pick, place))?,
            Cell::Loop { .. } => program.take_turn(&mut self.configuration, place == 0)?,
            Cell::Start => {}
            Cell::End | Cell::Way(_) => unreachable!("there is no way from the end"),
        }
        self.here = None;
        let text_start = sink.items().len();
        let before = std::mem::take(progress);
        let effect = if self.counts_apart {
            // What is put in their place shows whether they are there in the end.
            self.counters.clear();
            self.counters.extend_from_slice(self.configuration.counters());
            let n_counters = self.counters.len();
            self.configuration.set_counters(&vec![Counter::PLACEHOLDER; n_counters]);
            self.run(program, progress, sink)?;
            let after = self.configuration.counters();
            let n_kept = after.iter().take_while(|counter| **counter == Counter::PLACEHOLDER).count();
            let effect = self.map.effect(n_kept < n_counters, &after[n_kept..]);
            self.map.apply(u16::try_from(effect).map_err(|_| Unusual)?, &mut self.counters);
            self.configuration.set_counters(&self.counters);
            effect
        } else {
            self.run(program, progress, sink)?;
            0
        };
        let next = self.spot(program);
        if let Some(next) = next {
            self.map.keep(spot, place, &sink.items()[text_start..], *progress, effect, next);
        }
        progress.add(before);
        Ok(next)
    }

    /// Brings the machine to a spot, unless it is there.
    fn go_to(&mut self, spot: u32) {
        if spot == START {
            self.configuration.clone_from(&self.start);
            self.told.clear();
            return;
        }
        if self.here != Some(spot) {
            let mut key = self.map.key(spot);
            let told = if self.shows_states {
                let n_told = usize::try_from(key[0]).expect("it was a length");
                let (told, rest) = key[1..].split_at(n_told);
                key = rest;
                Some(told)
            } else {
                None
            };
            self.configuration.unpack(key);
            if let Some(told) = told {
                self.told.clear();
                self.told.extend_from_slice(told);
            }
        }
        if self.counts_apart {
            self.configuration.set_counters(&self.counters);
        }
    }

    /// Takes a step from where the walk is, which is no spot. The spot that it leads to, if it is one.
    pub(super) fn wander<S: TextSink>(
        &mut self,
        program: &Program,
        dice: &mut Dice,
        progress: &mut Progress,
        sink: &mut S,
    ) -> Result<Option<u32>, Unusual> {
        match self.stop {
            Stop::Decision(decision) => {
                let option = draw(dice, program, &decision, &self.scratch);
                program.resume(&mut self.configuration, option)?;
            }
            Stop::Loop(head) => {
                let counter = *self.configuration.counters().last().expect("the loop that runs has the last counter");
                let leaves = match head.turn(counter) {
                    LoopTurn::Leave => true,
                    LoopTurn::GoOn => false,
                    LoopTurn::Decide { first, total } => dice.below(total) < first,
                };
                program.take_turn(&mut self.configuration, leaves)?;
            }
            Stop::End => unreachable!("the end is a spot"),
        }
        self.here = None;
        let before = std::mem::take(progress);
        self.run(program, progress, sink)?;
        progress.add(before);
        let next = self.spot(program);
        if next.is_some() {
            self.counters.clear();
            self.counters.extend_from_slice(self.configuration.counters());
        }
        Ok(next)
    }

    /// Lets the machine run to where it stops next.
    fn run<S: TextSink>(&mut self, program: &Program, progress: &mut Progress, sink: &mut S) -> Result<(), Unusual> {
        let (at, scratch) = (&mut self.configuration, &mut self.scratch);
        scratch.refuel();
        self.stop = loop {
            let pause =
                if self.counts_apart { program.run_to_loop(at, scratch)? } else { Some(program.run(at, scratch)?) };
            match pause {
                None => break Stop::Loop(program.loop_at(at, scratch)?),
                Some(Pause::Decide(decision)) => break Stop::Decision(decision),
                Some(Pause::End) => {
                    if self.shows_states {
                        show_states(program, at, &mut self.told, sink);
                    }
                    sink.close();
                    break Stop::End;
                }
                Some(Pause::Show(item)) => {
                    progress.n_events += u64::from(matches!(item, Item::Event { .. }));
                    if progress.n_events > MAX_WAY_EVENTS {
                        return Err(Unusual);
                    }
                    if self.shows_states {
                        show_states(program, at, &mut self.told, sink);
                    }
                    show(program, scratch, item, sink);
                }
            }
        };
        progress.silent = scratch.silent_steps();
        Ok(())
    }

    /// The spot where the machine has stopped, if it can be one.
    fn spot(&mut self, program: &Program) -> Option<u32> {
        self.here = None;
        if matches!(self.stop, Stop::End) {
            return Some(END);
        }
        if self.configuration.n_words() > MAX_KEY_WORDS {
            return None;
        }
        self.key.clear();
        if self.shows_states {
            self.key.push(self.told.len() as u64);
            self.key.extend_from_slice(&self.told);
        }
        if self.counts_apart {
            self.configuration.pack_without_counters(&mut self.key);
        } else {
            self.configuration.pack(&mut self.key);
        }
        self.here = self.map.spot(&self.key, &self.stop, program, &self.scratch);
        self.here
    }
}

impl Progress {
    /// What there was before.
    fn add(&mut self, before: Self) {
        if self.n_events == 0 {
            self.silent += before.silent;
        }
        self.n_events += before.n_events;
    }
}
