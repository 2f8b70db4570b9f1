//! The mending of a chunk's text: what is broken is blanked, statement by statement.

use std::ops::Range;

use super::chunks::track;
use super::{Recovery, Work};
use crate::syntax::message::is_plain_name;
use crate::syntax::parse::Failure;
use crate::syntax::trivia::LexemeKind;

impl Recovery<'_> {
    /// Blanks tokens, and what stands between them.
    pub(super) fn erase(&mut self, work: &mut Work, range: Range<usize>) -> bool {
        let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) else { return false };
        let progress = range.clone().any(|index| !self.blank[index]);
        self.blank[range.clone()].fill(true);
        let bytes = self.tokens[range.start].start as usize - work.base..self.tokens[last].end as usize - work.base;
        let blank: String =
            work.text[bytes.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        work.text.replace_range(bytes, &blank);
        progress
    }

    /// Blanks the statement (the setting, the alternative …) around a failure; whether that changed anything.
    pub(super) fn mend(
        &mut self,
        work: &mut Work,
        from: usize,
        open: &[usize],
        place: usize,
        end: usize,
        failure: &Failure,
    ) -> bool {
        let Some(level) = open.iter().rposition(|open| self.word(*open) == "{") else { return false };
        let body = open[level];
        let consequence = self.is_consequence(work, failure, place, end);
        let item = failure.expects_item();
        let start = if item { self.name_start(body, place) } else { self.statement_start(body, place) };
        let limit = self.mate(body, end).unwrap_or(end);
        let within = &open[level + 1..];
        let list = !within.is_empty() && within.iter().all(|open| self.mate(*open, limit).is_some());
        let ends_before = place >= end || (!item && !list && self.tokens[place].first);
        let (stop, block) =
            if ends_before { (place, None) } else { self.statement_end(within, place, end, !consequence) };
        let mut progress = self.erase(work, start..stop);
        if let Some(block) = block {
            progress |= self.erase_else(work, block, end);
        }
        if !progress && place < end && !self.closes_bracket(body, place) {
            progress = self.erase(work, place..place + 1);
        }
        if progress {
            return true;
        }
        // Nothing in this body is left to blank, so it is the body that is wrong here.
        let outer = &open[..level];
        if !outer.iter().any(|open| self.word(*open) == "{" && *open >= from) {
            return false;
        }
        let start =
            outer.iter().rev().find(|open| self.word(**open) == "{").map_or(body, |o| self.statement_start(*o, body));
        let stop = self.mate(body, end).map_or(end, |mate| mate + 1);
        self.erase(work, start..stop)
    }

    /// Where the event's name begins that has a space before the `-` at `place`: what stands before it is a part of it.
    fn name_start(&self, body: usize, place: usize) -> usize {
        let ends_name = place > body + 1 && (self.word(place - 1) == ">" || is_plain_name(self.word(place - 1)));
        if place >= self.tokens.len() || self.word(place) != "-" || !ends_name {
            return place;
        }
        let glued = |index: &usize| self.tokens[*index - 1].end == self.tokens[*index].start;
        let glued_before = (body + 2..place).rev().take_while(glued).count();
        place - 1 - glued_before
    }

    /// Whether a token is the counterpart of an opening bracket with nothing but blanks between, or is past it.
    fn closes_bracket(&self, open: usize, token: usize) -> bool {
        self.mate(open, token + 1) == Some(token)
    }

    /// Where the statement that goes on before `place` begins, in the body that begins at `body`.
    fn statement_start(&self, body: usize, place: usize) -> usize {
        let mut start = body + 1;
        let mut open = Vec::new();
        let mut last = None;
        let mut separated = false;
        for index in (body + 1..place).filter(|index| !self.blank[*index]) {
            let outside = open.is_empty();
            let closing = self.tokens[index].kind == LexemeKind::Close;
            if outside && !closing && (separated || self.tokens[index].first) {
                last = Some(start);
                start = index;
            }
            track(self.reader.text, &self.tokens, &mut open, index);
            separated = open.is_empty() && matches!(self.word(index), "," | ";");
            if closing && open.is_empty() && self.tokens[index].first {
                start = index + 1;
            }
        }
        // A bracket that was opened on an earlier line and is still open belongs to the statement.
        last.filter(|_| start >= place).unwrap_or(start)
    }

    /// Where the statement that is broken at `place` ends, with `open` brackets open in it; and the block that it would
    /// have had, if that is to be kept.
    pub(super) fn statement_end(&self, open: &[usize], place: usize, end: usize, keep: bool) -> (usize, Option<usize>) {
        let mut open = open.to_vec();
        let mut line = None;
        for index in place..end {
            if self.blank[index] {
                continue;
            }
            if index > place && self.tokens[index].first {
                line = line.or(Some(index));
                if open.is_empty() {
                    return (index, None);
                }
            }
            let word = self.word(index);
            if keep && word == "{" && open.iter().all(|open| self.word(*open) != "{") {
                return (index, Some(index));
            }
            let outside = open.is_empty();
            let stray = track(self.reader.text, &self.tokens, &mut open, index);
            if stray && word == "}" {
                // A bracket that is still open here is never closed: the line is enough.
                return (if outside { index } else { line.unwrap_or(index) }, None);
            }
            if outside && matches!(word, "," | ";") {
                return (index + 1, None);
            }
        }
        (if open.is_empty() { end } else { line.unwrap_or(end) }, None)
    }

    /// The counterpart of an opening bracket, before `end`.
    pub(super) fn mate(&self, open: usize, end: usize) -> Option<usize> {
        let mut stack = vec![open];
        (open + 1..end).filter(|index| !self.blank[*index]).find(|index| {
            track(self.reader.text, &self.tokens, &mut stack, *index);
            stack.is_empty()
        })
    }

    /// Blanks the `else`, `else if e` and `with` behind a block that lost what it belonged to; their blocks stay.
    fn erase_else(&mut self, work: &mut Work, block: usize, end: usize) -> bool {
        let mut progress = false;
        let mut block = block;
        while let Some(mate) = self.mate(block, end)
            && let start = mate + 1
            && start < end
            && matches!(self.word(start), "else" | "elif" | "with")
        {
            let stop = (start..end)
                .find(|index| matches!(self.word(*index), "{" | "}") || (*index > start && self.tokens[*index].first))
                .unwrap_or(end);
            progress |= self.erase(work, start..stop);
            if stop == end || self.word(stop) != "{" {
                break;
            }
            block = stop;
        }
        progress
    }
}
