//! The canonical layout of a file.
//!
//! The tree says what belongs together ([`writer`] and the files of the constructs), [`layout`] where lines end, and
//! [`columns`] what is set below each other. The words and signs are the source's own, in their order; only separators
//! that white space can stand for come and go. What the author says by the layout stays: blank lines (one at a time),
//! comments, whether a body is on one line, columns.

mod columns;
mod declarations;
mod expressions;
mod layout;
mod statements;
#[cfg(test)]
mod tests;
mod writer;

use crate::diagnostic::Diagnostics;
use crate::source::{SourceFile, SourceId};
use crate::syntax::parse::{Parse, parse};
use crate::syntax::print::print;
use crate::syntax::tree::{Comment, File};
use layout::Line;
use writer::Writer;

/// Why a file was not formatted.
#[derive(Clone, Debug)]
pub enum Unformatted {
    /// It can't be read; here is why.
    Wrong(Diagnostics),
    /// The result would not say the same, which is a mistake of this program.
    Changed,
}

/// The text of a file in the canonical layout; formatting that again changes nothing.
///
/// Line breaks are as the first one of the file is. Costs time linear in the length, but for the sorting of columns.
///
/// # Errors
///
/// If the file has mistakes of syntax. The result is read again and compared with what was read at first; that they
/// differ is an error too.
pub fn format(source: SourceId, file: &SourceFile) -> Result<String, Unformatted> {
    let Parse { file: tree, diagnostics } = parse(source, file);
    if diagnostics.has_errors() {
        return Err(Unformatted::Wrong(diagnostics));
    }
    let said = said(&tree, file);
    let again = SourceFile::new(file.name(), lay_out(file.text(), tree));
    let Parse { file: tree, diagnostics } = parse(SourceId::default(), &again);
    if !diagnostics.has_errors() && said == self::said(&tree, &again) {
        Ok(with_line_breaks_of(file.text(), again.text()))
    } else {
        Err(Unformatted::Changed)
    }
}

fn lay_out(source: &str, tree: File) -> String {
    let mut writer = Writer::new(source);
    writer.file(&tree);
    let steps = writer.finish();
    // The tree of a long file is large, so it does not stay beside what is made of it.
    drop(tree);
    let mut lines = layout::lines(&steps);
    drop(steps);
    columns::align(source, &mut lines);
    let mut text = String::with_capacity(source.len() + source.len() / 8);
    for line in &lines {
        put(line, &mut text);
    }
    text
}

fn put(line: &Line<'_>, text: &mut String) {
    if line.blank {
        text.push('\n');
    }
    text.extend(std::iter::repeat_n(' ', line.indent));
    for cell in &line.cells {
        text.extend(std::iter::repeat_n(' ', cell.gap));
        if cell.is_comment {
            put_comment(cell.text, text);
        } else {
            text.push_str(cell.text);
        }
    }
    text.push('\n');
}

/// A comment, with a space between its `#` and a word.
fn put_comment(comment: &str, text: &mut String) {
    let said = comment.trim_start_matches('#');
    let signs = &comment[..comment.len() - said.len()];
    text.push_str(signs);
    if signs.len() <= 2 && said.starts_with(char::is_alphanumeric) {
        text.push(' ');
    }
    text.push_str(said);
}

fn with_line_breaks_of(source: &str, text: &str) -> String {
    match source.find('\n') {
        Some(end) if source[..end].ends_with('\r') => text.replace('\n', "\r\n"),
        _ => text.to_owned(),
    }
}

/// What a file says, without its layout: its tree as text, and its comments, doc comments marked.
fn said(tree: &File, file: &SourceFile) -> (String, String) {
    let comment = |Comment { span, doc }: &Comment| {
        let text = file.text()[span.range()].trim_start_matches('#').trim();
        [if *doc { "## " } else { "# " }, text, "\n"].concat()
    };
    // A plain printing is free of places, and knows nothing of how the layout came about.
    (print(tree), tree.comments.iter().map(comment).collect())
}
