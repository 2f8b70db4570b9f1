//! A configuration: the values of all states, plus what is left to run.

use super::partial::Unknown;
use super::program::{Address, Program, Slot};
use crate::model::grammar::{NONE, PhaseId};

/// Everything that changes as a grammar runs, and nothing else: two configurations of one program that are equal have
/// the same future. Cheap to copy, compare and hash.
///
/// `words` holds the states' bit fields, then the stack. A frame is a return word, then its locals, the first of which
/// `frame` points at; variables out of scope are 0. Distances, not addresses, link the frames, so that the stack of a
/// suspended branch of an `interleave` can lie anywhere. The counters of loops lie apart, since nothing but their own
/// loop ever reads them.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub struct Configuration {
    pub(super) pc: Address,
    pub(super) frame: u32,
    /// The record of the outermost `interleave` whose turn ends with the next event, or 0: none (then no turn does).
    pub(super) control: u32,
    /// The record of the innermost `interleave`, or 0.
    pub(super) inner: u32,
    pub(super) phase: u32,
    pub(super) flags: Flags,
    pub(super) words: Vec<u64>,
    /// Those of the loops that run, the innermost last; branches that wait keep theirs in `words`.
    pub(super) counters: Vec<Counter>,
    /// What is not known of the states, where not all is.
    pub(super) unknown: Option<Box<Unknown>>,
}

impl Clone for Configuration {
    fn clone(&self) -> Self {
        let unknown = self.unknown.clone();
        Self { words: self.words.clone(), counters: self.counters.clone(), unknown, ..*self }
    }

    fn clone_from(&mut self, source: &Self) {
        let (mut words, mut counters) = (std::mem::take(&mut self.words), std::mem::take(&mut self.counters));
        words.clone_from(&source.words);
        counters.clone_from(&source.counters);
        *self = Self { words, counters, unknown: source.unknown.clone(), ..*source };
    }
}

/// What a loop has left: how many iterations it must still make, and how many more it may. Where it is not known how many
/// those are, a [stand-in](Self::stand_in) says that they are at least two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Counter(pub(super) u64);

impl Counter {
    /// As many as it likes: what a loop without an upper bound may.
    pub const UNBOUNDED: u32 = u32::MAX;
    /// No iteration can come.
    pub const USED_UP: Self = Self(0);

    /// A counter that no loop has: for whoever wants to see where those of others end.
    pub const PLACEHOLDER: Self = Self(u64::MAX - 1);

    /// A counter of integers that are within the limit on counts, or [`Self::UNBOUNDED`].
    pub(super) fn new(must: i64, may: i64) -> Self {
        let part = |count: i64| u32::try_from(count).expect("counts are checked");
        Self::of(part(must), part(may))
    }

    /// A counter of its parts.
    pub fn of(must: u32, may: u32) -> Self {
        Self(u64::from(must) << 32 | u64::from(may))
    }

    /// How many iterations must come.
    pub fn must(self) -> u32 {
        high(self.0)
    }

    /// How many may come after those, or [`Self::UNBOUNDED`].
    pub fn may(self) -> u32 {
        low(self.0)
    }

    /// What a part is that is at least two, different for each of the counters of a configuration: it can be counted down
    /// once, and is still above 0 then.
    pub fn stand_in(place: u32) -> u32 {
        Self::STAND_INS + 2 * (place + 1)
    }

    /// For a part that is a stand-in, or was one and was counted down: which.
    pub fn stood_in(part: u32) -> Option<u32> {
        let number = part.checked_sub(Self::STAND_INS).filter(|number| *number > 0 && part != Self::UNBOUNDED)?;
        Some((number - 1) / 2)
    }

    /// Above all counts.
    const STAND_INS: u32 = 1 << 24;

    /// The counter after one of them; nothing where it is not known whether there is one.
    #[inline]
    pub fn next(self) -> Option<Self> {
        let (must, may) = (self.must(), self.may());
        let part = if must > 0 { must } else { may };
        if part > Self::STAND_INS && part % 2 == 1 && part != Self::UNBOUNDED {
            return None;
        }
        Some(match (must, may) {
            (0, Self::UNBOUNDED) => self,
            (0, may) => Self::of(0, may - 1),
            (must, may) => Self::of(must - 1, may),
        })
    }
}

/// What holds around the statement that runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Flags(u8);

impl Flags {
    /// Events have no slots: in an `atomic` after its first event, or in a clause of a `meanwhile`.
    pub(super) const QUIET: Self = Self(1);
    /// In an outermost `atomic` before its first event, which has a slot.
    pub(super) const PENDING: Self = Self(2);
    /// An `atomic` of a branch must know whether an event was shown in it.
    pub(super) const WATCH: Self = Self(4);
    /// One was.
    pub(super) const SHOWN: Self = Self(8);
    /// The event of a turn has just been shown; what runs directly after it comes next.
    pub(super) const AFTER: Self = Self(16);

    pub(super) fn has(self, flag: Self) -> bool {
        self.0 & flag.0 != 0
    }

    pub(super) fn set(&mut self, flag: Self, on: bool) {
        if on {
            self.0 |= flag.0;
        } else {
            self.0 &= !flag.0;
        }
    }

    fn bits(self) -> u64 {
        u64::from(self.0)
    }
}

impl Configuration {
    /// The start of a program.
    pub(super) fn start(program: &Program) -> Self {
        let words = program.initial.clone();
        Self { frame: index(words.len()), words, ..Self::default() }
    }

    /// The counters of the loops that run, the innermost last; not those of branches that wait.
    pub fn counters(&self) -> &[Counter] {
        &self.counters
    }

    /// The same, to be changed: a loop goes on from what it has left.
    pub fn counters_mut(&mut self) -> &mut [Counter] {
        &mut self.counters
    }

    /// Gives it other counters.
    pub fn set_counters(&mut self, counters: &[Counter]) {
        self.counters.clear();
        self.counters.extend_from_slice(counters);
    }

    /// How many words its states and its stack take.
    pub fn n_words(&self) -> usize {
        self.words.len()
    }

    /// The number of words of all of it: also of its counters, and of what is not known of its states.
    #[inline]
    pub fn room(&self) -> usize {
        let unknown = self.unknown.as_ref().map_or(0, |unknown| unknown.room());
        self.words.len() + self.counters.len() + unknown
    }

    /// The phase that runs; before the first one it.
    pub fn phase(&self) -> PhaseId {
        PhaseId(self.phase)
    }

    /// Appends all that it is, in words: equal words for equal configurations of one program, and only for those.
    pub fn pack(&self, words: &mut Vec<u64>) {
        self.pack_with(&self.counters, words);
    }

    /// The same without its counters.
    pub fn pack_without_counters(&self, words: &mut Vec<u64>) {
        self.pack_with(&[], words);
    }

    fn pack_with(&self, counters: &[Counter], words: &mut Vec<u64>) {
        self.pack_head(counters, words);
        words.extend_from_slice(&self.words);
        if let Some(unknown) = &self.unknown {
            unknown.pack(words);
        }
    }

    /// The same, with the words of the states, which are so many, apart.
    pub(super) fn pack_apart(&self, n_states: usize, states: &mut Vec<u64>, others: &mut Vec<u64>) {
        self.pack_head(&self.counters, others);
        let (own, stack) = self.words.split_at(n_states);
        states.extend_from_slice(own);
        others.extend_from_slice(stack);
        if let Some(unknown) = &self.unknown {
            unknown.pack(others);
        }
    }

    /// What is before the states: see [`packed_head`](Self::packed_head).
    fn pack_head(&self, counters: &[Counter], words: &mut Vec<u64>) {
        words.push(u64::from(self.pc) | u64::from(self.frame) << 32);
        words.push(u64::from(self.control) | u64::from(self.inner) << 32);
        let is_partial = u64::from(self.unknown.is_some());
        let is_product = u64::from(self.is_product());
        let kind = is_partial << 40 | is_product << 41;
        words.push(u64::from(self.phase) | self.flags.bits() << 32 | kind | (counters.len() as u64) << 42);
        words.extend(counters.iter().map(|counter| counter.0));
        if self.unknown.is_some() {
            words.push(self.words.len() as u64);
        }
    }

    /// How many words were packed before those of the states.
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub(super) fn packed_head(words: &[u64]) -> usize {
        3 + Self::n_packed_counters(words) + usize::from(Self::packed_is_partial(words))
    }

    fn n_packed_counters(words: &[u64]) -> usize {
        usize::try_from(words[2] >> 42).expect("there are few counters")
    }

    /// The phase of what was packed.
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub fn packed_phase(words: &[u64]) -> PhaseId {
        PhaseId(low(words[2]))
    }

    /// The counters of what was packed with them.
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub fn packed_counters(words: &[u64]) -> impl Iterator<Item = Counter> {
        words[3..3 + Self::n_packed_counters(words)].iter().copied().map(Counter)
    }

    /// Whether the values of some states were not known in what was packed.
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub fn packed_is_partial(words: &[u64]) -> bool {
        words[2] >> 40 & 1 == 1
    }

    /// Whether what was packed is a product.
    ///
    /// # Panics
    ///
    /// If it was not packed.
    pub fn packed_is_product(words: &[u64]) -> bool {
        words[2] >> 41 & 1 == 1
    }

    /// Becomes what was packed.
    pub fn unpack(&mut self, words: &[u64]) {
        let [first, second, third, rest @ ..] = words else { unreachable!("a packed configuration has a head") };
        let n_counters = Self::n_packed_counters(words);
        (self.pc, self.frame) = (low(*first), high(*first));
        (self.control, self.inner) = (low(*second), high(*second));
        self.phase = low(*third);
        let [flags, ..] = high(*third).to_le_bytes();
        self.flags = Flags(flags);
        let (counters, mut rest) = rest.split_at(n_counters);
        self.counters.clear();
        self.counters.extend(counters.iter().copied().map(Counter));
        self.unknown = None;
        if Self::packed_is_partial(words) {
            let [n_words, tail @ ..] = rest else { unreachable!("it was packed") };
            let (own, unknown) = tail.split_at(usize::try_from(*n_words).expect("they fit into memory"));
            self.unknown = Some(Box::new(Unknown::unpack(unknown)));
            rest = own;
        }
        self.words.clear();
        self.words.extend_from_slice(rest);
    }

    /// The raw value of a state.
    pub(super) fn raw(&self, slot: &Slot) -> u64 {
        slot.bits(&self.words)
    }

    pub(super) fn set_raw(&mut self, slot: &Slot, raw: u64) {
        let word = &mut self.words[slot.word as usize];
        *word = *word & !(slot.mask << slot.shift) | raw << slot.shift;
    }

    /// The value of a state.
    pub(super) fn state(&self, slot: &Slot) -> i64 {
        slot.value(self.raw(slot))
    }

    pub(super) fn local(&self, offset: u32) -> i64 {
        self.words[(self.frame + offset) as usize].cast_signed()
    }

    pub(super) fn set_local(&mut self, offset: u32, value: i64) {
        self.words[(self.frame + offset) as usize] = value.cast_unsigned();
    }

    /// The bits of a local that is a mask rather than a number.
    pub(super) fn bits_mut(&mut self, offset: u32) -> &mut u64 {
        &mut self.words[(self.frame + offset) as usize]
    }

    /// Begins a frame without locals that returns to `back`.
    pub(super) fn push_frame(&mut self, back: Address) {
        let frame = index(self.words.len()) + 1;
        self.words.push(u64::from(back) | u64::from(frame - self.frame) << 32);
        self.frame = frame;
    }

    /// Ends the frame and goes to where it returns to.
    pub(super) fn pop_frame(&mut self) {
        let word = self.words[self.frame as usize - 1];
        self.words.truncate(self.frame as usize - 1);
        self.pc = low(word);
        self.frame -= high(word);
    }

    /// Remembers what holds around the statement, in one word.
    pub(super) fn surroundings(&self) -> u64 {
        // Neither stack nor records reach 2^28 words: the stack limit is far below.
        self.flags.bits() << 56 | u64::from(self.control) << 28 | u64::from(self.inner)
    }

    /// Takes the flags and the records out of such a word.
    pub(super) fn surroundings_of(word: u64) -> (Flags, u32, u32) {
        let part = |shift: u32| low(word >> shift) & ((1 << 28) - 1);
        (Flags((word >> 56) as u8), part(28), part(0))
    }

    /// Empties the stack: what a phase leaves behind.
    pub(super) fn clear_stack(&mut self, n_state_words: usize) {
        self.words.truncate(n_state_words);
        self.counters.clear();
        self.frame = index(n_state_words);
        self.control = 0;
        self.inner = 0;
        self.flags = Flags::default();
    }
}

impl Slot {
    /// The raw value in words of states.
    pub(super) fn bits(&self, words: &[u64]) -> u64 {
        (words[self.word as usize] >> self.shift) & self.mask
    }

    /// The value that raw bits stand for.
    pub(super) fn value(&self, raw: u64) -> i64 {
        if !self.optional {
            self.lo.wrapping_add_unsigned(raw)
        } else if raw == 0 {
            NONE
        } else {
            self.lo.wrapping_add_unsigned(raw - 1)
        }
    }

    /// The bits of a value, or `None` where the state cannot have it.
    pub(super) fn raw(&self, value: i64) -> Option<u64> {
        if value == NONE && self.optional {
            return Some(0);
        }
        let raw = value.wrapping_sub(self.lo).cast_unsigned();
        let raw = if self.optional { raw.checked_add(1)? } else { raw };
        let holds = self.size.is_none_or(|size| raw < size);
        holds.then_some(raw)
    }
}

/// The lower half of a word.
pub(super) fn low(word: u64) -> u32 {
    let [a, b, c, d, ..] = word.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// The upper half of a word.
pub(super) fn high(word: u64) -> u32 {
    low(word >> 32)
}

/// A place in the words.
///
/// # Panics
///
/// Never: the stack limit keeps them few.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).expect("the stack limit keeps a configuration below 2^32 words")
}
