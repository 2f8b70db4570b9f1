//! The lines of an input, each given out where it lies in the buffer.

use std::io::{ErrorKind, Read};

use memchr::{memchr, memchr_iter};

use super::ReadError;

/// How much is asked for at once.
const CHUNK: usize = 128 << 10;

/// What some programs put before UTF-8 text.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Gives out lines. Costs one look at each byte, and one copy for those of a line that the buffer cuts; keeps no more
/// than about twice the longest line.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where the line that was given out last begins.
    last: usize,
    /// Where what has not been given out begins.
    start: usize,
    /// Where what has been read ends.
    end: usize,
    /// Whether the input has ended.
    ended: bool,
    /// The number of the line that was given out last.
    number: u64,
    /// Whether that was taken back.
    is_back: bool,
    /// The bytes that a line has at most.
    limit: usize,
}

impl<R: Read> Lines<R> {
    /// Nothing is read yet; lines may be as long as they are.
    pub(super) fn new(input: R) -> Self {
        let buffer = vec![0; CHUNK];
        Self { input, buffer, last: 0, start: 0, end: 0, ended: false, number: 0, is_back: false, limit: usize::MAX }
    }

    /// Bounds the bytes of the lines that come.
    pub(super) fn bound(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// The bytes that a line has at most.
    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// The number, from 1, of the line that was given out last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line without its end, or `None` at the end of the input. An error if it has more bytes than it may,
    /// of which not many more are then read.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, ReadError> {
        let length = match memchr(b'\n', self.ahead()) {
            Some(length) => length,
            None => match self.read_line()? {
                Some(length) => length,
                None => return Ok(None),
            },
        };
        if length > self.limit {
            return Err(self.too_long());
        }
        self.number += u64::from(!std::mem::take(&mut self.is_back));
        self.last = self.start;
        // The last line may have no end.
        self.start = (self.last + length + 1).min(self.end);
        let line = &self.buffer[self.last..self.last + length];
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// The line that was given out last.
    pub(super) fn current(&self) -> &[u8] {
        let line = &self.buffer[self.last..self.start];
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// Takes back the line that was given out last, so that it is the next one too.
    pub(super) fn unread(&mut self) {
        self.start = self.last;
        self.is_back = true;
    }

    /// What has been read and not given out.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Passes over a byte order mark.
    pub(super) fn skip_mark(&mut self) -> Result<(), ReadError> {
        while self.ahead().len() < MARK.len() && MARK.starts_with(self.ahead()) && self.fill()? {}
        if self.ahead().starts_with(MARK) {
            self.start += MARK.len();
        }
        Ok(())
    }

    /// Passes over the white space ahead, but for that at the beginning of a line.
    pub(super) fn skip_blank(&mut self) {
        let ahead = self.ahead();
        let white = ahead.len() - ahead.trim_ascii_start().len();
        let (lines, blank) = memchr_iter(b'\n', &ahead[..white]).fold((0, 0), |(lines, _), at| (lines + 1, at + 1));
        // What begins the next line can be told only when more of it is there; it need not be kept for that.
        self.start += if white == ahead.len() { white } else { blank };
        self.number += lines;
    }

    /// Reads more of the input; whether there was more.
    pub(super) fn fill(&mut self) -> Result<bool, ReadError> {
        if self.end == self.buffer.len() {
            self.make_room();
        }
        while !self.ended {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    self.end += read;
                    return Ok(true);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::failed(self.number + 1, error)),
            }
        }
        Ok(false)
    }

    fn make_room(&mut self) {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        (self.last, self.start) = (0, 0);
        // Else a long line would be copied for each few bytes that follow it.
        if self.end > self.buffer.len() / 2 {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
    }

    /// Reads until a line is complete: its length, or `None` where there is none.
    #[cold]
    fn read_line(&mut self) -> Result<Option<usize>, ReadError> {
        let mut searched = self.ahead().len();
        while searched <= self.limit && self.fill()? {
            if let Some(found) = memchr(b'\n', &self.ahead()[searched..]) {
                return Ok(Some(searched + found));
            }
            searched = self.ahead().len();
        }
        Ok((searched > 0).then_some(searched))
    }

    #[cold]
    fn too_long(&self) -> ReadError {
        ReadError::new(self.number + 1, format!("the line is longer than {} bytes, which is the limit", self.limit))
            .help(
                "give one event name a line, a story, or one JSON object a line; or raise the limit: `--limit line=N`, of jsonl \
                 `--limit json-line=N`",
            )
            .ending()
    }
}
