//! How two texts differ, line by line.

use std::fmt::Write as _;
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use imara_diff::{Algorithm, Diff, InternedInput};

use crate::diagnostic::{one_line, printable};

/// How many lines are shown around a change.
const AROUND: usize = 3;

/// Lines that are replaced by others; both ranges count from 0.
pub(super) struct Change {
    pub(super) old: Range<usize>,
    pub(super) new: Range<usize>,
}

/// Two texts and the changes between them, in their order.
pub(super) struct Difference<'a> {
    old: Vec<&'a str>,
    new: Vec<&'a str>,
    changes: Vec<Change>,
}

impl<'a> Difference<'a> {
    /// Finds the changes, by the histogram algorithm of `JGit`, which is linear for texts that are much alike.
    pub(super) fn new(old: &'a str, new: &'a str) -> Self {
        let input = InternedInput::new(old, new);
        let mut diff = Diff::compute(Algorithm::Histogram, &input);
        diff.postprocess_lines(&input);
        let range = |range: Range<u32>| range.start as usize..range.end as usize;
        let changes = diff.hunks().map(|hunk| Change { old: range(hunk.before), new: range(hunk.after) }).collect();
        Self { old: old.split_inclusive('\n').collect(), new: new.split_inclusive('\n').collect(), changes }
    }

    /// Each change with the lines that come instead.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&Change, String)> {
        self.changes.iter().map(|change| (change, self.new[change.new.clone()].concat()))
    }

    /// The changes as `diff -u` writes them, but for people: a line with characters that act on a terminal has others in
    /// their place, which `patch` does not find in the file.
    pub(super) fn unified(&self, old_name: &str, new_name: &str, color: bool) -> String {
        let paint = |color_of: AnsiColor| if color { color_of.on_default() } else { Style::new() };
        let bold = if color { Style::new().bold() } else { Style::new() };
        let (old_name, new_name) = (one_line(old_name), one_line(new_name));
        let mut text = format!("{bold}--- {old_name}{bold:#}\n{bold}+++ {new_name}{bold:#}\n");
        let (place, removed, added) = (paint(AnsiColor::Cyan), paint(AnsiColor::Red), paint(AnsiColor::Green));
        for group in self.groups() {
            let (first, last) = (&group[0], &group[group.len() - 1]);
            let before = first.old.start.min(AROUND);
            let after = (self.old.len() - last.old.end).min(AROUND);
            let old = first.old.start - before..last.old.end + after;
            let new = first.new.start - before..last.new.end + after;
            let _ = writeln!(text, "{place}@@ -{} +{} @@{place:#}", lines(&old), lines(&new));
            let mut at = old.start;
            for change in group {
                put(&mut text, ' ', &self.old[at..change.old.start], Style::new());
                put(&mut text, '-', &self.old[change.old.clone()], removed);
                put(&mut text, '+', &self.new[change.new.clone()], added);
                at = change.old.end;
            }
            put(&mut text, ' ', &self.old[at..old.end], Style::new());
        }
        text
    }

    /// The changes that are shown together, since what is around them touches.
    fn groups(&self) -> impl Iterator<Item = &[Change]> {
        self.changes.chunk_by(|before, after| after.old.start - before.old.end <= 2 * AROUND)
    }
}

/// A range of lines as a unified diff has it: an empty one names the line before it.
fn lines(range: &Range<usize>) -> String {
    match range.len() {
        0 => format!("{},0", range.start),
        1 => format!("{}", range.start + 1),
        many => format!("{},{many}", range.start + 1),
    }
}

fn put(text: &mut String, mark: char, lines: &[&str], style: Style) {
    for line in lines {
        let bare = line.strip_suffix('\n');
        let _ = writeln!(text, "{style}{mark}{}{style:#}", printable(bare.unwrap_or(line)));
        if bare.is_none() {
            text.push_str("\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_like_a_unified_diff() {
        let old = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12";
        let new = "0\n1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n";
        assert_eq!(
            Difference::new(old, new).unified("a", "b", false),
            "--- a\n+++ b\n@@ -1,12 +1,13 @@\n+0\n 1\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n 9\n 10\n 11\n-12\n\
             \\ No newline at end of file\n+12\n"
        );
        assert_eq!(
            Difference::new("", "a\n").unified("a", "b", true),
            "\u{1b}[1m--- a\u{1b}[0m\n\u{1b}[1m+++ b\u{1b}[0m\n\u{1b}[36m@@ -0,0 +1 @@\u{1b}[0m\n\u{1b}[32m+a\u{1b}[0m\n"
        );
        let far: String = (0..40).flat_map(|line| [line.to_string(), "\n".to_owned()]).collect();
        let changed = far.replace("2\n", "two\n").replace("30\n", "thirty\n");
        let difference = Difference::new(&far, &changed);
        assert_eq!(difference.changes().count(), 5);
        assert_eq!(difference.unified("a", "b", false).matches("@@ -").count(), 4);
    }
}
