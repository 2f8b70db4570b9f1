//! The yardstick: one grammar by hand, as fast as it goes. No product: no guards, no state, no errors.
//!
//! `emit life30|life1k N` writes N traces as text; `validate FILE` says how many traces of a file belong to the language
//! (with any number of steps), by a perfect hash over the lines and a table over the events.

use std::io::Write;

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const PAD: usize = 32;

const NAMES: [&str; 27] = [
    "storage1-storage-attached",
    "install",
    "replicas-relation-created",
    "leader-elected",
    "leader-settings-changed",
    "config-changed",
    "workload-pebble-ready",
    "start",
    "update-status",
    "http-relation-joined",
    "http-relation-changed",
    "http-relation-departed",
    "replicas-relation-changed",
    "mongo-relation-created",
    "mongo-relation-joined",
    "mongo-relation-changed",
    "mongo-relation-departed",
    "mongo-relation-broken",
    "ephemeral1-storage-attached",
    "ephemeral1-storage-detached",
    "secret-changed",
    "secret-rotate",
    "http-relation-broken",
    "replicas-relation-broken",
    "storage1-storage-detached",
    "stop",
    "remove",
];
const LETTERS: &[u8; 27] = b"abcdefghijklmnopqrstuvwxyzA";

/// Two draws of 32 bits out of each word.
struct Half {
    rng: Xoshiro256PlusPlus,
    rest: Option<u32>,
}

impl Half {
    #[inline(always)]
    fn next(&mut self) -> u32 {
        if let Some(rest) = self.rest.take() {
            return rest;
        }
        let word = self.rng.next_u64();
        self.rest = Some((word >> 32) as u32);
        word as u32
    }

    #[inline(always)]
    fn below(&mut self, n: u32) -> u32 {
        (u64::from(self.next()) * u64::from(n) >> 32) as u32
    }
}

/// Text, into memory that is large enough.
struct Text {
    buf: Vec<u8>,
    tab: Vec<[u8; PAD]>,
    len: Vec<u8>,
}

impl Text {
    fn new() -> Self {
        let row = |name: &&str| {
            let mut row = [0; PAD];
            row[..name.len()].copy_from_slice(name.as_bytes());
            row[name.len()] = b'\n';
            row
        };
        let len = NAMES.iter().map(|name| name.len() as u8 + 1).collect();
        Self { buf: Vec::with_capacity(1 << 20), tab: NAMES.iter().map(row).collect(), len }
    }

    #[inline(always)]
    fn emit(&mut self, id: u32) {
        // SAFETY: the ids are those of the table, and there is room for a trace whenever one begins.
        unsafe {
            let n = self.buf.len();
            let row = self.tab.get_unchecked(id as usize);
            std::ptr::copy_nonoverlapping(row.as_ptr(), self.buf.as_mut_ptr().add(n), PAD);
            self.buf.set_len(n + *self.len.get_unchecked(id as usize) as usize);
        }
    }
}

#[inline(always)]
fn u(rng: &mut Half, o: &mut Text) {
    if rng.below(10) == 0 {
        o.emit(8);
    }
}

#[inline(always)]
fn step(rng: &mut Half, o: &mut Text) {
    let mut emit = |ids: &[u32]| ids.iter().for_each(|id| o.emit(*id));
    match rng.below(20) {
        0..=2 => emit(&[5]),
        3..=4 => emit(&[9, 10]),
        5..=6 => emit(&[11]),
        7 => emit(&[4]),
        8 => emit(&[3]),
        9..=11 => emit(&[10]),
        12..=13 => emit(&[12]),
        14 => emit(&[13, 14, 15]),
        15 => emit(&[16, 17]),
        16 => emit(&[18]),
        17 => emit(&[19]),
        18 => emit(&[20]),
        _ => emit(&[21]),
    }
    u(rng, o);
}

#[inline(always)]
fn trace(steps: u32, rng: &mut Half, o: &mut Text) {
    for id in [0, 1, 2] {
        o.emit(id);
        u(rng, o);
    }
    o.emit(3 + rng.below(2));
    u(rng, o);
    o.emit(5);
    u(rng, o);
    let first = rng.below(2);
    o.emit(6 + first);
    u(rng, o);
    o.emit(7 - first);
    u(rng, o);
    for _ in 0..steps {
        step(rng, o);
    }
    for id in [22, 23, 24] {
        o.emit(id);
        u(rng, o);
    }
    o.emit(25);
    o.emit(26);
}

fn emit(task: &str, n: u64) {
    let steps = if task == "life1k" { 729 } else { 12 };
    let mut rng = Half { rng: Xoshiro256PlusPlus::seed_from_u64(1), rest: None };
    let mut o = Text::new();
    let mut out = std::io::stdout().lock();
    for _ in 0..n {
        trace(steps, &mut rng, &mut o);
        o.buf.push(b'\n');
        if o.buf.len() > 65_536 {
            out.write_all(&o.buf).unwrap();
            o.buf.clear();
        }
    }
    out.write_all(&o.buf).unwrap();
}

/// A table over letters for events, from the regular expression of the language.
fn table() -> (Vec<u8>, Vec<bool>) {
    use regex_automata::dfa::{Automaton, StartKind, dense};
    use regex_automata::{Anchored, Input};
    let actions = "f|jk|l|e|d|k|m|nop|qr|s|t|u|v";
    let language = format!("ai?bi?ci?[de]i?fi?(?:gi?h|hi?g)i?(?:(?:{actions})i?)*wi?xi?yi?zA\\z");
    let config = dense::Config::new().minimize(true).start_kind(StartKind::Anchored);
    let dfa = dense::Builder::new().configure(config).build(&language).unwrap();
    let mut order = vec![dfa.start_state_forward(&Input::new("").anchored(Anchored::Yes)).unwrap()];
    let (mut table, mut ends) = (Vec::new(), Vec::new());
    let mut place = 0;
    while place < order.len() {
        for letter in LETTERS {
            let next = dfa.next_state(order[place], *letter);
            let known = order.iter().position(|state| *state == next);
            let number = known.unwrap_or_else(|| {
                order.push(next);
                order.len() - 1
            });
            table.push(number as u8);
        }
        table.resize((place + 1) * 32, 0);
        ends.push(dfa.is_match_state(dfa.next_eoi_state(order[place])));
        place += 1;
    }
    (table, ends)
}

/// The first eight bytes, the last eight, and the length.
#[inline(always)]
fn key(line: &[u8]) -> u64 {
    let n = line.len();
    let load = |from: usize| {
        let mut bytes = [0; 8];
        let to = (from + 8).min(n);
        bytes[..to - from].copy_from_slice(&line[from..to]);
        u64::from_le_bytes(bytes)
    };
    let last = if n >= 8 { load(n - 8) } else { 0 };
    load(0) ^ last.rotate_left(23) ^ (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn validate(path: &str) {
    let (table, ends) = table();
    let mut multiplier = 0x9e37_79b9_7f4a_7c15u64;
    let slots = 'find: loop {
        let mut slots = [255u8; 128];
        for (number, name) in NAMES.iter().enumerate() {
            let slot = (key(name.as_bytes()).wrapping_mul(multiplier) >> 57) as usize;
            if slots[slot] != 255 {
                multiplier = multiplier.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407) | 1;
                continue 'find;
            }
            slots[slot] = number as u8;
        }
        break slots;
    };
    let text = std::fs::read(path).unwrap();
    let (mut start, mut state, mut is_known) = (0, 0u8, true);
    let (mut n_valid, mut n_traces) = (0u64, 0u64);
    for end in memchr::memchr_iter(b'\n', &text) {
        let line = &text[start..end];
        start = end + 1;
        if line.is_empty() {
            n_valid += u64::from(is_known && ends[state as usize]);
            n_traces += 1;
            (state, is_known) = (0, true);
            continue;
        }
        let number = slots[(key(line).wrapping_mul(multiplier) >> 57) as usize];
        if number != 255 && NAMES[number as usize].as_bytes() == line {
            state = table[state as usize * 32 + number as usize];
        } else {
            is_known = false;
        }
    }
    println!("{n_valid} of {n_traces}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [_, "emit", task, n] => emit(task, n.parse().unwrap()),
        [_, "validate", path] => validate(path),
        _ => eprintln!("usage: yardstick emit life30|life1k N | validate FILE"),
    }
}
