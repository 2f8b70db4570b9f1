//! Stories, laid out with any white space between their words.

use std::borrow::Cow;
use std::io::Read;

use super::foreign::shown;
use super::lines::Lines;
use super::resolve::{Arguments, Item};
use super::values::Written;
use super::{ReadError, text};

/// What begins and ends a story, and its items.
const WORDS: [&str; 5] = ["simulation:", "end.", "PHASE", "Event", "Action"];

/// Reads stories, word by word.
#[derive(Debug, Default)]
pub(super) struct Story {
    /// The line at hand.
    text: String,
    /// Where in it what follows begins.
    at: usize,
    /// What stands between parentheses, which may take several lines.
    list: String,
    /// The line on which the last item, or the trace, begins or ends.
    pub(super) line: u64,
}

impl Story {
    /// Goes to the next trace; whether there is one. Its first word may be missing.
    pub(super) fn begin<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<bool, ReadError> {
        if !self.skip_white(lines)? {
            return Ok(false);
        }
        self.line = lines.number();
        match self.next_word() {
            Some("simulation:") => self.at += "simulation:".len(),
            Some("PHASE" | "Event" | "Action") => {}
            _ => return Err(self.expected(lines, "`simulation:`")),
        }
        Ok(true)
    }

    /// The next item of the trace at hand; `None` behind its end.
    pub(super) fn read<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<Option<Item<'_>>, ReadError> {
        let is_more = self.skip_white(lines)?;
        self.line = lines.number();
        if !is_more {
            return Ok(None);
        }
        let word = self.next_word();
        if word != Some("simulation:") {
            self.at += word.map_or(0, str::len);
        }
        match word {
            Some("PHASE") => {
                self.expect(lines, "Phase.")?;
                let name = self.name(lines, "the name of a phase", ":")?;
                self.expect(lines, ":")?;
                Ok(Some(Item::Phase(name.into())))
            }
            Some("Event") => {
                self.expect(lines, "::")?;
                self.skip_white(lines)?;
                let name = self.name(lines, "the name of an event", "(")?;
                let mut payload = Vec::new();
                if self.list(lines)? {
                    for field in parts(&self.list) {
                        let Some((name, value)) = field.split_once('=') else {
                            let message = format!("expected `field=value` in the payload, found `{}`", shown(field));
                            return Err(ReadError::new(self.line, message).help(PAYLOAD));
                        };
                        payload.push((Cow::Borrowed(name.trim_end()), Written::Story(value.trim_start())));
                    }
                }
                Ok(Some(Item::Event { name: name.into(), of: Vec::new(), payload }))
            }
            Some("Action") => {
                self.expect(lines, "::")?;
                self.expect(lines, "Source.")?;
                let source = self.name(lines, "the name of a source", "-->")?;
                self.expect(lines, "-->")?;
                self.expect(lines, "'")?;
                let label = self.label(lines)?;
                let arguments = if self.list(lines)? {
                    Arguments::Positional(parts(&self.list).map(Written::Story).collect())
                } else {
                    Arguments::Named(Vec::new())
                };
                Ok(Some(Item::Action { label: label.into(), source: Some(source.into()), arguments }))
            }
            Some(_) => Ok(None),
            None => Err(self.expected(lines, "`PHASE`, `Event`, `Action` or `end.`")),
        }
    }

    /// Goes to the next character that is not white space; whether there is one.
    fn skip_white<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<bool, ReadError> {
        loop {
            self.at = self.text.len() - self.rest().trim_start().len();
            if self.at < self.text.len() {
                return Ok(true);
            }
            if lines.next()?.is_none() {
                return Ok(false);
            }
            self.text.clear();
            self.at = 0;
            self.text.push_str(text(lines)?);
        }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Which of the words comes next.
    fn next_word(&self) -> Option<&'static str> {
        WORDS.into_iter().find(|word| self.rest().starts_with(word))
    }

    /// Goes behind what must come next.
    fn expect<R: Read>(&mut self, lines: &mut Lines<R>, expected: &str) -> Result<(), ReadError> {
        if !self.skip_white(lines)? || !self.rest().starts_with(expected) {
            return Err(self.expected(lines, &format!("`{expected}`")));
        }
        self.at += expected.len();
        Ok(())
    }

    /// The name that comes next, up to white space or what can stand behind it.
    fn name<R: Read>(&mut self, lines: &Lines<R>, what: &str, behind: &str) -> Result<String, ReadError> {
        let rest = self.rest();
        let rest = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        let name = rest[..rest.find(behind).unwrap_or(rest.len())].to_owned();
        if name.is_empty() {
            return Err(self.expected(lines, what));
        }
        self.at += name.len();
        Ok(name)
    }

    /// The label behind its first quote, up to the second, which is on the same line.
    fn label<R: Read>(&mut self, lines: &Lines<R>) -> Result<String, ReadError> {
        let Some(length) = self.rest().find('\'') else {
            self.at = self.text.len();
            return Err(self.expected(lines, "`'` behind the label of the action"));
        };
        let label = self.rest()[..length].to_owned();
        self.at += length + 1;
        Ok(label)
    }

    /// Reads what stands between parentheses into `list`, if they come next; whether they do.
    fn list<R: Read>(&mut self, lines: &mut Lines<R>) -> Result<bool, ReadError> {
        self.list.clear();
        if !self.skip_white(lines)? || !self.rest().starts_with('(') {
            return Ok(false);
        }
        self.at += 1;
        while self.skip_white(lines)? {
            let rest = &self.text[self.at..];
            // No value has these: where one comes, a parenthesis is missing.
            let length = rest.find(['(', ')', ':', '\'']).unwrap_or(rest.len());
            self.list.push_str(&rest[..length]);
            self.at += length;
            if self.text[self.at..].starts_with(')') {
                self.at += 1;
                return Ok(true);
            }
            if self.at < self.text.len() || self.list.len() > lines.limit() {
                break;
            }
            self.list.push(' ');
        }
        Err(self.expected(lines, "`)`"))
    }

    /// The error that something else comes next.
    #[cold]
    fn expected<R: Read>(&self, lines: &Lines<R>, what: &str) -> ReadError {
        let found = self.rest().split_whitespace().next();
        let found = found.map_or("the end of the line".to_owned(), |word| format!("`{}`", shown(word)));
        ReadError::new(lines.number(), format!("expected {what}, found {found}"))
            .behind(&self.text.as_bytes()[..self.at])
            .help(ITEMS)
    }
}

const PAYLOAD: &str = "a payload is written as `Event :: name (field=value, field=value)`";

const ITEMS: &str = "a story is `simulation:`, then `PHASE Phase.name:`, `Event :: name` or \
                     `Action :: Source.name --> 'label'` any number of times, then `end.`";

/// What stands between the commas of a list, but for those in `{0, 2}`.
pub(super) fn parts(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(list.trim()).filter(|list| !list.is_empty());
    std::iter::from_fn(move || {
        let text = rest?;
        let mut is_set = false;
        let comma = text.bytes().position(|byte| {
            match byte {
                b'{' => is_set = true,
                b'}' => is_set = false,
                _ => {}
            }
            byte == b',' && !is_set
        });
        rest = comma.map(|comma| &text[comma + 1..]);
        Some(text[..comma.unwrap_or(text.len())].trim())
    })
}
