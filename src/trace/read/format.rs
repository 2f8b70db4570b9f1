//! The formats, and how they are told apart.

use std::io::Read;

use super::ReadError;
use super::lines::Lines;

/// How far the words that tell a format may be apart, in bytes.
const MAX_LOOK: usize = 4096;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people: phases, actions and events with words around them.
    Story,
    /// One event name a line.
    Names,
    /// One object a line.
    Jsonl,
}

/// Tells the format by the first bytes that are not white space, and passes over the blank lines before them. `None`
/// if there are no others.
pub(super) fn tell<R: Read>(lines: &mut Lines<R>) -> Result<Option<Format>, ReadError> {
    loop {
        lines.skip_blank();
        let is_long = lines.ahead().len() > MAX_LOOK;
        let text = lines.ahead().trim_ascii_start();
        let told = match (begins(text, &["simulation:"]), begins(text, &["PHASE", "Phase."])) {
            (Some(true), _) | (_, Some(true)) => Some(Format::Story),
            (Some(false), Some(false)) if text[0] == b'{' => Some(Format::Jsonl),
            (Some(false), Some(false)) => Some(Format::Names),
            _ if is_long => Some(Format::Names),
            _ => None,
        };
        if told.is_some() {
            return Ok(told);
        }
        if !lines.fill()? {
            let is_empty = lines.ahead().trim_ascii_start().is_empty();
            return Ok((!is_empty).then_some(Format::Names));
        }
    }
}

/// Whether a text begins with these words, with white space between them; `None` if it is too short to tell.
fn begins(text: &[u8], words: &[&str]) -> Option<bool> {
    let mut rest = text;
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            let trimmed = rest.trim_ascii_start();
            if trimmed.len() == rest.len() && !rest.is_empty() {
                return Some(false);
            }
            rest = trimmed;
        }
        match rest.strip_prefix(word.as_bytes()) {
            Some(behind) => rest = behind,
            None if word.as_bytes().starts_with(rest) => return None,
            None => return Some(false),
        }
    }
    Some(true)
}
