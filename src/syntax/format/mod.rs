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
    let text = lay_out(file.text(), &tree);
    let again = SourceFile::new(file.name(), text);
    if says_the_same((&tree, file), &again) {
        Ok(with_line_breaks_of(file.text(), again.text()))
    } else {
        Err(Unformatted::Changed)
    }
}

fn lay_out(source: &str, tree: &File) -> String {
    let mut writer = Writer::new(source);
    writer.file(tree);
    let mut lines = layout::lines(&writer.finish());
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

/// Whether a text says what the tree of another says, with the same comments.
fn says_the_same((tree, file): (&File, &SourceFile), again: &SourceFile) -> bool {
    let parse = parse(SourceId::default(), again);
    let said = |file: &SourceFile, comment: &Comment| {
        let text = &file.text()[comment.span.range()];
        (comment.doc, text.trim_start_matches('#').trim().to_owned())
    };
    let before = tree.comments.iter().map(|comment| said(file, comment));
    let after = parse.file.comments.iter().map(|comment| said(again, comment));
    // A plain printing is free of places, and knows nothing of how this one came about.
    !parse.diagnostics.has_errors() && print(tree) == print(&parse.file) && before.eq(after)
}
