//! The lines of a log as text, whatever is in them.

use std::io::BufRead as _;
use std::io::{BufReader, ErrorKind, Read};

use memchr::memchr;

use crate::trace::ReadError;

/// How much of a line is looked at, in bytes, where each says one thing.
pub(super) const MAX_LINE: usize = 64 << 10;

/// Gives out lines without their ends and without escape sequences of terminals; what is not UTF-8 is replaced. Of
/// lines that are longer than a limit the rest is passed over: they are dumps of data. Keeps one line at a time.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    limit: usize,
    line: Vec<u8>,
    cleaned: String,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Nothing is read yet. Lines are cut to `limit` bytes.
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self {
            input: BufReader::with_capacity(128 << 10, input),
            limit,
            line: Vec::new(),
            cleaned: String::new(),
            number: 0,
        }
    }

    /// The number, from 1, of the line that was given out last.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line, or `None` at the end of the input.
    pub(super) fn next(&mut self) -> Result<Option<&str>, ReadError> {
        if !self.fill()? {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 {
            // A binary file has it soon.
            if self.line.contains(&0) {
                return Err(ReadError::not_text(1));
            }
            if self.line.starts_with("\u{feff}".as_bytes()) {
                self.line.drain(..3);
            }
        }
        let end = self.line.trim_ascii_end().len();
        match std::str::from_utf8(&self.line[..end]) {
            Ok(text) if memchr(0x1b, text.as_bytes()).is_none() => Ok(Some(text)),
            _ => {
                self.cleaned = without_escapes(&String::from_utf8_lossy(&self.line[..end]));
                Ok(Some(self.cleaned.trim_end()))
            }
        }
    }

    /// Reads a line; whether there was one.
    fn fill(&mut self) -> Result<bool, ReadError> {
        self.line.clear();
        let mut is_there = false;
        loop {
            let ahead = match self.input.fill_buf() {
                Ok(ahead) => ahead,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(ReadError::failed(self.number + 1, error)),
            };
            if ahead.is_empty() {
                return Ok(is_there);
            }
            is_there = true;
            let end = memchr(b'\n', ahead);
            let length = end.unwrap_or(ahead.len());
            let room = self.limit.saturating_sub(self.line.len());
            self.line.extend_from_slice(&ahead[..length.min(room)]);
            self.input.consume(length + usize::from(end.is_some()));
            if end.is_some() {
                return Ok(true);
            }
        }
    }
}

/// The text without what steers a terminal: `ESC [ … letter`, `ESC ] … BEL`, and other escapes of two characters.
pub(super) fn without_escapes(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            cleaned.push(character);
            continue;
        }
        match characters.next() {
            Some('[') => {
                characters.find(|character| ('\u{40}'..='\u{7e}').contains(character));
            }
            Some(']') => {
                characters.find(|character| *character == '\u{7}');
            }
            _ => {}
        }
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(input: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(input, MAX_LINE);
        std::iter::from_fn(|| lines.next().unwrap().map(str::to_owned)).collect()
    }

    #[test]
    fn lines_lose_what_is_no_text_of_theirs() {
        assert_eq!(all(b"\xef\xbb\xbfa\r\n\n\x1b[1;34mINFO\x1b[0m b\xff\n c"), ["a", "", "INFO b\u{fffd}", " c"]);
        assert_eq!(all(b"\x1b]0;title\x07x\x1b"), ["x"]);
        let long = [vec![b'x'; 3 * MAX_LINE], b"\ny\n".to_vec()].concat();
        let read = all(&long);
        assert_eq!((read.len(), read[0].len(), read[1].as_str()), (2, MAX_LINE, "y"));
        assert!(Lines::new(&b"\x1f\x8b\0\0"[..], MAX_LINE).next().is_err());
    }
}
