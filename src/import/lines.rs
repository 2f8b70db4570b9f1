//! The lines of a log as text, whatever is in them.

use std::io::BufRead as _;
use std::io::{BufReader, ErrorKind, Read};

use memchr::memchr;

use crate::trace::ReadError;

/// How much of a line is looked at, in bytes, where each says one thing.
pub(super) const MAX_LINE: usize = 64 << 10;

/// Gives out lines without their ends and without escape sequences of terminals; what is not UTF-8 is replaced. Of
/// lines that are longer than a limit the rest is passed over: they are dumps of data. A line that goes on beyond a second
/// limit is an error, since it may have no end. Keeps one line at a time.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    limit: usize,
    most: usize,
    line: Vec<u8>,
    cleaned: String,
    number: u64,
}

impl<R: Read> Lines<R> {
    /// Nothing is read yet. Lines are cut to `limit` bytes, and have `most` bytes at most.
    pub(super) fn new(input: R, limit: usize, most: usize) -> Self {
        Self {
            input: BufReader::with_capacity(128 << 10, input),
            limit,
            most,
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
            if self.is_binary() {
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

    /// Whether the first line has a NUL: a binary file has one soon.
    fn is_binary(&self) -> bool {
        memchr(0, &self.line).is_some()
    }

    /// Reads a line; whether there was one.
    fn fill(&mut self) -> Result<bool, ReadError> {
        self.line.clear();
        let mut is_there = false;
        let mut passed = 0;
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
            passed += length;
            if self.number == 0 && passed >= self.limit && self.is_binary() {
                return Err(ReadError::not_text(1));
            }
            if passed > self.most {
                return Err(self.too_long());
            }
        }
    }
}

impl<R> Lines<R> {
    #[cold]
    fn too_long(&self) -> ReadError {
        let message = format!("the line is longer than {} bytes, which is the limit", self.most);
        ReadError::new(self.number + 1, message).help(
            "give a log of lines; or raise the limit: `--limit json-line=N`, of a status log `--limit status-log=N`",
        )
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
        let mut lines = Lines::new(input, MAX_LINE, usize::MAX);
        std::iter::from_fn(|| lines.next().unwrap().map(str::to_owned)).collect()
    }

    #[test]
    fn lines_lose_what_is_no_text_of_theirs() {
        assert_eq!(all(b"\xef\xbb\xbfa\r\n\n\x1b[1;34mINFO\x1b[0m b\xff\n c"), ["a", "", "INFO b\u{fffd}", " c"]);
        assert_eq!(all(b"\x1b]0;title\x07x\x1b"), ["x"]);
        let long = [vec![b'x'; 3 * MAX_LINE], b"\ny\n".to_vec()].concat();
        let read = all(&long);
        assert_eq!((read.len(), read[0].len(), read[1].as_str()), (2, MAX_LINE, "y"));
        assert!(Lines::new(&b"\x1f\x8b\0\0"[..], MAX_LINE, usize::MAX).next().is_err());
    }

    #[test]
    fn a_line_without_end_is_an_error() {
        let error = |byte| Lines::new(std::io::repeat(byte), MAX_LINE, 3 * MAX_LINE).next().unwrap_err().to_string();
        assert!(error(b'x').contains("the line is longer than 196608 bytes"), "{}", error(b'x'));
        assert!(error(0).contains("not text"), "{}", error(0));
        let long = [vec![b'x'; 3 * MAX_LINE], b"\ny\n".to_vec()].concat();
        let mut lines = Lines::new(&long[..], MAX_LINE, 3 * MAX_LINE);
        assert_eq!(lines.next().unwrap().map(str::len), Some(MAX_LINE));
        assert_eq!(lines.next().unwrap(), Some("y"));
    }
}
