//! `interleave`: branches that run side by side, a turn at a time.
//!
//! A record on the stack holds the branches that wait, as images of their stacks in the order of the text; the one that
//! runs has its stack on top of it. A record is named by the place `r` of its second word:
//!
//! | word | holds |
//! |---|---|
//! | `r - 1` | the address of the [`Op::Turn`], and how far below `r` the frame around it begins |
//! | `r` | how many branches wait, and the number of the one that runs, plus 1 |
//! | `r + 1` | the record around it within the same turn, or 0; and how many counters the loops around it have |
//!
//! and then the images: the address and the frame (counted from the start of the image's stack), the number and the
//! length, the innermost record plus 1 (counted likewise) and the number of counters, the stack itself, and the
//! counters. When a branch waits, so do all branches of the records in its stack, of which there is at most one that is
//! not in another image.

use super::configuration::{Configuration, Counter, Flags, high, index, low};
use super::fault::Fault;
use super::program::{Address, Choice, Interleave, Op, Program};
use super::repeat::{exit_loop, is_finished};
use super::scratch::Scratch;

/// How many words an image has before its stack.
const HEADER: usize = 3;

impl Program {
    /// Makes the branches, and goes to the [`Op::Turn`] that follows.
    pub(super) fn interleave(
        &self,
        at: &mut Configuration,
        scratch: &mut Scratch,
        interleave: &Interleave,
    ) -> Result<(), Box<Fault>> {
        let mut images = Vec::new();
        let mut n_branches = 0;
        let mut number = 0;
        for branch in &interleave.branches {
            let values = match &branch.each {
                None => vec![None],
                Some((candidates, variable)) => {
                    self.list_candidates(at, scratch, candidates)?;
                    let value = |choice: &Choice| Some((*variable, candidates.values.at(choice.option)));
                    scratch.options.iter().map(value).collect()
                }
            };
            for value in values {
                number += 1;
                // A branch without a statement is finished before it begins.
                if matches!(self.code[branch.entry as usize], Op::BranchEnd) {
                    continue;
                }
                let mut stack = vec![0; branch.frame as usize];
                for (from, to) in &branch.captured {
                    stack[*to as usize] = at.words[(at.frame + from) as usize];
                }
                if let Some((variable, value)) = value {
                    stack[variable as usize] = value.cast_unsigned();
                }
                push_image(&mut images, branch.entry, 0, number - 1, 0, &stack, &[]);
                n_branches += 1;
            }
        }
        at.pc += 1;
        let record = index(at.words.len()) + 1;
        at.words.push(u64::from(at.pc) | u64::from(record - at.frame) << 32);
        at.words.push(n_branches);
        at.words.push(u64::from(at.inner) | u64::from(index(at.counters.len())) << 32);
        at.words.append(&mut images);
        at.frame = index(at.words.len());
        at.inner = record;
        if at.control == 0 {
            at.control = record;
        }
        Ok(())
    }

    /// Runs what belongs to a turn after its event: assignments, `leave` and `end`, past the ends of blocks, bodies,
    /// `atomic`s and finished loops. Then all branches wait, unless there is none left.
    pub(super) fn finish_turn(&self, at: &mut Configuration, scratch: &mut Scratch) -> Result<(), Box<Fault>> {
        // Until it is finished: it may have to be asked for a state in the middle.
        at.flags.set(Flags::AFTER, true);
        while at.control != 0 {
            let op = &self.code[at.pc as usize];
            if let Some(watch) = &mut scratch.watch {
                watch.reach(at.pc);
            }
            match op {
                Op::Assign(..) | Op::Clear { .. } | Op::Return => self.plain(at, scratch, op)?,
                Op::Jump(target) => at.pc = *target,
                Op::RepeatNext(next) if is_finished(at, next) => exit_loop(at, next),
                Op::EachNext { each } if (0..each.words).all(|word| at.local(each.mask + word) == 0) => {
                    at.pc = each.exit;
                }
                Op::BranchEnd => at.end_branch(),
                Op::Turn { next, .. } if at.turn(&mut scratch.options) == 0 => at.end_interleave(*next),
                // The run goes on with them, and they empty the stack.
                Op::Leave | Op::End => break,
                _ => {
                    at.wait();
                    break;
                }
            }
        }
        at.flags.set(Flags::AFTER, false);
        Ok(())
    }
}

impl Configuration {
    /// Lists the branches of the innermost record that wait; how many they are.
    pub(super) fn turn(&self, options: &mut Vec<Choice>) -> usize {
        options.clear();
        let record = self.inner as usize;
        let mut image = record + 2;
        for upto in 1..=u64::from(low(self.words[record])) {
            options.push(Choice { option: u64::from(low(self.words[image + 1])), upto });
            image += HEADER + high(self.words[image + 1]) as usize;
        }
        options.len()
    }

    /// Takes the branch with this number out of the innermost record, and puts its stack on top.
    pub(super) fn activate(&mut self, number: u64) {
        let record = self.inner as usize;
        let mut image = record + 2;
        while u64::from(low(self.words[image + 1])) != number {
            image += HEADER + high(self.words[image + 1]) as usize;
        }
        let size = HEADER + high(self.words[image + 1]) as usize;
        self.words[image..].rotate_left(size);
        let header = self.words.len() - size;
        let place = self.words[header];
        let (inner, n_counters) = (low(self.words[header + 2]), high(self.words[header + 2]) as usize);
        self.counters.extend(self.words.drain(self.words.len() - n_counters..).map(Counter));
        self.words.drain(header..header + HEADER);
        self.words[record] = u64::from(low(self.words[record]) - 1) | (number + 1) << 32;
        self.pc = low(place);
        self.frame = index(header) + high(place);
        if inner != 0 {
            self.inner = index(header) + inner - 1;
            self.set_parent(index(record));
        }
    }

    /// The branch that runs is finished.
    pub(super) fn end_branch(&mut self) {
        self.words.truncate(self.frame as usize);
        self.rest(self.inner);
    }

    /// All branches of the innermost record are finished.
    pub(super) fn end_interleave(&mut self, next: Address) {
        let record = self.inner;
        self.frame = record - high(self.words[record as usize - 1]);
        self.inner = low(self.words[record as usize + 1]);
        self.words.truncate(record as usize - 1);
        if self.control == record {
            self.control = 0;
        }
        self.pc = next;
    }

    /// Makes all branches wait, up to those of the record that has control.
    fn wait(&mut self) {
        loop {
            self.suspend(self.inner);
            if self.inner == self.control {
                return;
            }
            let parent = low(self.words[self.inner as usize + 1]);
            // The image must not depend on where it lies.
            self.set_parent(0);
            self.suspend_around(parent);
        }
    }

    /// Makes `parent` the record around the innermost one.
    fn set_parent(&mut self, parent: u32) {
        let word = &mut self.words[self.inner as usize + 1];
        *word = u64::from(high(*word)) << 32 | u64::from(parent);
    }

    /// Makes the branch that runs on `record`, if one does, wait.
    fn suspend(&mut self, record: u32) {
        self.store(record, 0);
    }

    /// The same for a branch whose own record is the innermost one, all of whose branches wait.
    fn suspend_around(&mut self, parent: u32) {
        let inner = self.inner;
        self.inner = parent;
        self.store(parent, inner);
    }

    /// Puts the stack on top of `record` among its images, where its number belongs.
    fn store(&mut self, record: u32, inner: u32) {
        let word = self.words[record as usize];
        let Some(number) = high(word).checked_sub(1) else { return };
        let mut image = record as usize + 2;
        let mut place = None;
        for _ in 0..low(word) {
            if place.is_none() && low(self.words[image + 1]) > number {
                place = Some(image);
            }
            image += HEADER + high(self.words[image + 1]) as usize;
        }
        let stack = self.words.split_off(image);
        let start = index(image);
        let inner = if inner == 0 { 0 } else { inner - start + 1 };
        let mut stored = Vec::with_capacity(HEADER + stack.len());
        let n_around = high(self.words[record as usize + 1]) as usize;
        push_image(&mut stored, self.pc, self.frame - start, number, inner, &stack, &self.counters[n_around..]);
        self.counters.truncate(n_around);
        let place = place.unwrap_or(image);
        self.words.splice(place..place, stored);
        self.words[record as usize] = u64::from(low(word) + 1);
        self.rest(record);
    }

    /// Goes back to the turn of a record, none of whose branches runs.
    fn rest(&mut self, record: u32) {
        let word = self.words[record as usize];
        self.words[record as usize] = u64::from(low(word));
        let place = self.words[record as usize - 1];
        self.pc = low(place);
        self.frame = index(self.words.len());
    }
}

fn push_image(
    words: &mut Vec<u64>,
    pc: Address,
    frame: u32,
    number: u32,
    inner: u32,
    stack: &[u64],
    counters: &[Counter],
) {
    words.push(u64::from(pc) | u64::from(frame) << 32);
    words.push(u64::from(number) | u64::from(index(stack.len() + counters.len())) << 32);
    words.push(u64::from(inner) | u64::from(index(counters.len())) << 32);
    words.extend_from_slice(stack);
    words.extend(counters.iter().map(|counter| counter.0));
}
