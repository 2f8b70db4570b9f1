//! Many traces as text, in order, whatever the number of threads.
//!
//! The numbers are cut into chunks. Thread *t* of *j* draws the chunks *t*, *t* + *j*, *t* + 2*j* …, and hands its text
//! on in pieces through a channel that holds a few of them; the caller's thread writes the chunks in turn. So memory is
//! bounded by the pieces, and a slow reader slows the threads. What a piece was written in goes back to its thread: new
//! memory would cost more than the writing.

use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use sha2::{Digest, Sha256};

use super::{Cause, Limits, WalkError, Writer};
use crate::machine::Program;
use crate::model::grammar::{ActionId, CauseId, PhaseId, StateId};
use crate::model::{Alphabet, SymbolId};
use crate::trace::{Header, Shows, Sink, TextSink};

/// After how many bytes a piece of text is handed on, in the middle of a chunk too.
const PIECE_BYTES: usize = 512 << 10;

/// How many traces a chunk has at most. It has so many that it makes about one piece, by the length of the first trace: then
/// a thread can draw its next chunk while those of others are written.
const CHUNK_TRACES: u64 = 4_096;

/// What is to be drawn.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The seed of all traces.
    pub seed: u64,
    /// The numbers of the traces.
    pub numbers: Range<u64>,
    /// The limits of each walk.
    pub limits: Limits,
    /// How many threads draw; at least 1.
    pub jobs: usize,
    /// Whether a trace is dropped whose event names came before.
    pub unique: bool,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many traces.
    pub n_traces: u64,
    /// How many were dropped because they had come before.
    pub n_dropped: u64,
}

/// Why not everything was written.
#[derive(Debug)]
pub enum BatchError {
    /// A trace could not be drawn; all before it are written.
    Walk(WalkError),
    /// The output failed.
    Write(io::Error),
    /// `stop` was set.
    Interrupted,
}

impl From<io::Error> for BatchError {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

/// Draws the traces of a batch and writes them in the order of their numbers. `sink` makes the writer of a thread;
/// `stop` is looked at between traces; `progress` is told now and then how many traces are done.
///
/// # Errors
///
/// When a walk fails, the output does, or `stop` is set. What was written until then is whole traces.
pub fn write<S: TextSink>(
    program: &Program,
    alphabet: &Alphabet,
    batch: &Batch,
    sink: impl Fn() -> S + Sync,
    out: &mut dyn Write,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, BatchError> {
    if batch.unique {
        let digested = || Digested { sink: sink(), alphabet, hasher: Sha256::new() };
        chunks(program, batch, digested, Digested::digest, out, stop, progress)
    } else {
        chunks(program, batch, &sink, |_| 0, out, stop, progress)
    }
}

/// A part of a chunk.
struct Piece {
    text: Vec<u8>,
    /// For each trace where it ends, and a digest of its names.
    traces: Vec<(usize, u128)>,
    /// Whether the chunk ends with it.
    last: bool,
}

/// How many traces make a piece, if they are as long as the first one; with one thread that is no matter.
fn in_a_piece<S: TextSink>(program: &Program, batch: &Batch, jobs: u64, sink: impl Fn() -> S) -> u64 {
    if jobs == 1 {
        return 256;
    }
    let mut writer = Writer::new(program, batch.limits, sink());
    // If it fails, that is told when its turn comes.
    let _ = writer.walk(batch.seed, batch.numbers.start);
    (PIECE_BYTES / (writer.sink().out().len() + 1)) as u64
}

/// The caller's ends of the channels of a thread: what it has written, and what it may write in.
type Ends = (Receiver<Result<Piece, BatchError>>, Sender<Vec<u8>>);

fn chunks<S: TextSink>(
    program: &Program,
    batch: &Batch,
    sink: impl Fn() -> S + Sync,
    digest: impl Fn(&mut S) -> u128 + Sync,
    out: &mut dyn Write,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, BatchError> {
    let total = batch.numbers.end.saturating_sub(batch.numbers.start);
    let jobs = (batch.jobs.max(1) as u64).min(total.max(1));
    let size = (total / (jobs * 4)).min(in_a_piece(program, batch, jobs, &sink)).clamp(1, CHUNK_TRACES);
    let n_chunks = total.div_ceil(size);
    let chunk = |index: u64| {
        let start = batch.numbers.start + index * size;
        start..batch.numbers.end.min(start.saturating_add(size))
    };
    let mut collector = Collector { out, seen: batch.unique.then(HashSet::new), summary: Summary::default() };
    let mut done = 0;
    if jobs == 1 {
        let mut drawer = Drawer { batch, stop, writer: Writer::new(program, batch.limits, sink()) };
        for index in 0..n_chunks {
            drawer.chunk(chunk(index), &digest, |piece| collector.take(piece).map_err(BatchError::from))?;
            done += size;
            progress(done.min(total));
        }
    } else {
        thread::scope(|scope| {
            let ends: Vec<Ends> = (0..jobs)
                .map(|job| {
                    let (sender, receiver) = sync_channel(4);
                    let (back, emptied) = channel();
                    let (sink, digest) = (&sink, &digest);
                    scope.spawn(move || {
                        let mut drawer = Drawer { batch, stop, writer: Writer::new(program, batch.limits, sink()) };
                        let mut index = job;
                        while index < n_chunks {
                            let hand_on = |piece| {
                                send(&sender, Ok(piece))?;
                                Ok(emptied.try_recv().unwrap_or_default())
                            };
                            let drawn = drawer.chunk(chunk(index), digest, hand_on);
                            if let Err(error) = drawn {
                                // If nobody listens any more, nobody wants to know.
                                let _ = sender.send(Err(error));
                                return;
                            }
                            index += jobs;
                        }
                    });
                    (receiver, back)
                })
                .collect();
            // The receivers are dropped at the end of this closure, before the threads are waited for: then their
            // sending fails, and they stop.
            let ends = ends;
            for index in 0..n_chunks {
                let (receiver, back) = &ends[usize::try_from(index % jobs).expect("there are few threads")];
                loop {
                    let piece = receiver.recv().map_err(|_| BatchError::Interrupted)??;
                    let last = piece.last;
                    // A thread that has drawn all of its chunks takes nothing back.
                    let _ = back.send(collector.take(piece)?);
                    if last {
                        break;
                    }
                }
                done += size;
                progress(done.min(total));
            }
            Ok::<_, BatchError>(())
        })?;
    }
    collector.out.flush()?;
    Ok(collector.summary)
}

fn send(sender: &SyncSender<Result<Piece, BatchError>>, piece: Result<Piece, BatchError>) -> Result<(), BatchError> {
    sender.send(piece).map_err(|_| BatchError::Interrupted)
}

/// One thread's work.
struct Drawer<'a, S> {
    batch: &'a Batch,
    stop: &'a AtomicBool,
    writer: Writer<'a, S>,
}

impl<S: TextSink> Drawer<'_, S> {
    /// Draws a chunk and hands its pieces on, each for an empty one: at least one, and the last one is marked.
    fn chunk(
        &mut self,
        numbers: Range<u64>,
        digest: impl Fn(&mut S) -> u128,
        mut hand_on: impl FnMut(Piece) -> Result<Vec<u8>, BatchError>,
    ) -> Result<(), BatchError> {
        let mut traces = Vec::new();
        for number in numbers {
            if self.stop.load(Ordering::Relaxed) {
                return Err(BatchError::Interrupted);
            }
            let drawn = self.trace(number);
            let sink = self.writer.sink();
            match drawn {
                Ok(()) => {
                    let digest = digest(sink);
                    traces.push((sink.out().len(), digest));
                }
                Err(error) => {
                    // What is whole comes out before the error.
                    let text = std::mem::take(sink.out());
                    hand_on(Piece { text, traces, last: false })?;
                    return Err(BatchError::Walk(error));
                }
            }
            if sink.out().len() >= PIECE_BYTES {
                let text = std::mem::take(sink.out());
                *sink.out() = hand_on(Piece { text, traces: std::mem::take(&mut traces), last: false })?;
            }
        }
        let out = self.writer.sink().out();
        *out = hand_on(Piece { text: std::mem::take(out), traces, last: true })?;
        Ok(())
    }

    fn trace(&mut self, number: u64) -> Result<(), WalkError> {
        let seed = self.batch.seed;
        let before = self.writer.sink().out().len();
        let drawn = self.writer.walk(seed, number).and_then(|n_events| {
            let header = Header { seed, trace: number, attempt: 0 };
            let empty = S::NEEDS_EVENTS && n_events == 0;
            if empty { Err(WalkError { header, n_events, cause: Cause::Empty }) } else { Ok(()) }
        });
        if drawn.is_err() {
            self.writer.sink().out().truncate(before);
        }
        drawn
    }
}

/// Writes the pieces, less what has come before.
struct Collector<'a> {
    out: &'a mut dyn Write,
    /// The digests of all traces, where each is to come once.
    seen: Option<HashSet<u128>>,
    summary: Summary,
}

impl Collector<'_> {
    /// Writes a piece; what it was in, emptied.
    fn take(&mut self, mut piece: Piece) -> io::Result<Vec<u8>> {
        self.write(&piece)?;
        piece.text.clear();
        Ok(piece.text)
    }

    fn write(&mut self, piece: &Piece) -> io::Result<()> {
        self.summary.n_traces += piece.traces.len() as u64;
        let Some(seen) = &mut self.seen else { return self.out.write_all(&piece.text) };
        let mut start = 0;
        for (end, digest) in &piece.traces {
            if seen.insert(*digest) {
                self.out.write_all(&piece.text[start..*end])?;
            } else {
                self.summary.n_traces -= 1;
                self.summary.n_dropped += 1;
            }
            start = *end;
        }
        Ok(())
    }
}

/// A sink that also digests the names of the events, to 128 bits of SHA-256: two traces out of 2^40 agree by chance
/// with a probability of about 2^-49.
struct Digested<'a, S> {
    sink: S,
    alphabet: &'a Alphabet,
    hasher: Sha256,
}

impl<S> Digested<'_, S> {
    /// The digest of the trace that has just ended.
    fn digest(&mut self) -> u128 {
        let digest = self.hasher.finalize_reset();
        digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
    }
}

impl<S: TextSink> TextSink for Digested<'_, S> {
    const NEEDS_EVENTS: bool = S::NEEDS_EVENTS;

    fn out(&mut self) -> &mut Vec<u8> {
        self.sink.out()
    }

    fn items(&mut self) -> &mut Vec<u8> {
        self.sink.items()
    }

    fn close(&mut self) {
        self.sink.close();
    }

    fn repeats(&self) -> bool {
        false
    }
}

impl<S: Sink> Sink for Digested<'_, S> {
    fn shows(&self) -> Shows {
        self.sink.shows()
    }

    fn begin(&mut self, header: Header) {
        Digest::reset(&mut self.hasher);
        self.sink.begin(header);
    }

    fn initial(&mut self, state: StateId, value: i64) {
        self.sink.initial(state, value);
    }

    fn set(&mut self, state: StateId, value: i64) {
        self.sink.set(state, value);
    }

    fn decision(&mut self, place: &str, option: u64) {
        self.sink.decision(place, option);
    }

    fn phase(&mut self, phase: PhaseId) {
        self.sink.phase(phase);
    }

    fn action(&mut self, action: ActionId, source: CauseId, arguments: &[i64]) {
        self.sink.action(action, source, arguments);
    }

    fn at(&mut self, place: &str) {
        self.sink.at(place);
    }

    fn event(&mut self, symbol: SymbolId, payload: &[i64]) {
        self.hasher.update(self.alphabet.name(symbol));
        self.hasher.update("\n");
        self.sink.event(symbol, payload);
    }

    fn attach(&mut self, key: &str, value: &str) {
        self.sink.attach(key, value);
    }

    fn end(&mut self) {
        self.sink.end();
    }

    fn abandon(&mut self) {
        self.sink.abandon();
    }
}
