//! Text from elsewhere (grammars, traces, logs, charms, names of files, errors of the system) as a person may see it.
//!
//! [`printable`] is for text whose line breaks are part of its layout, [`one_line`] for a name, a title or a message
//! that stands in a line of ours. Both replace each character by exactly one, so columns stay where they are.

/// Returns the text without characters that act on a terminal, hide text or reorder it; tabs and line breaks stay.
///
/// C0 controls and DEL become their control pictures (`␛`). C1 controls, the separators U+2028 and U+2029, marks of
/// direction, characters without width and tags become U+FFFD.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|character| if matches!(character, '\t' | '\n') { character } else { visible(character) })
        .collect()
}

/// Returns the text as a part of one line: [`printable`], with pictures also for tabs and line breaks.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// Whether the character stands for itself where people look, in one line.
pub(crate) fn is_visible(character: char) -> bool {
    visible(character) == character
}

/// The character, or the one that stands for it where people look.
fn visible(character: char) -> char {
    match character {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).expect("the control pictures begin there"),
        '\x7f' => '␡',
        '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}'
        // Stands for a place while a finding is laid out.
        | '\u{10fffd}' => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Replaces in lines for people what a runner of GitHub Actions would take for a command: a line that begins with `::`,
/// after white space or not, and `##[` anywhere. Text for people has no commands; those of
/// [`annotation`](super::render::annotation) are not written through this.
pub(crate) fn without_commands(text: &str) -> String {
    commands_as(text, "∷", "##⟦")
}

/// Replaces the beginnings of such commands, `::` and `##[`, by other texts.
pub(crate) fn commands_as(text: &str, colons: &str, bracket: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let start = line.len() - line.trim_start().len();
        match line[start..].strip_prefix("::") {
            // The mark of an excerpt from another file, `:::`, begins no command: its name would begin with a colon.
            Some(rest) if !rest.starts_with(':') => safe.extend([&line[..start], colons, rest]),
            _ => safe.push_str(line),
        }
    }
    if safe.contains("##[") { safe.replace("##[", bracket) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_becomes_one_that_is_seen() {
        let text = "a\u{1b}[31m\r\t\n\0\u{7f}\u{9b}\u{202e}\u{200b}\u{2028}\u{feff}\u{e0041}ä☃";
        assert_eq!(printable(text), "a␛[31m␍\t\n␀␡������ä☃");
        assert_eq!(one_line(text), "a␛[31m␍␉␊␀␡������ä☃");
        assert_eq!(one_line(text).chars().count(), text.chars().count());
    }

    #[test]
    fn no_line_is_a_command_of_a_runner() {
        assert_eq!(
            without_commands("::error::a\n \t::b\r\nc ::d\n##[error]e"),
            "∷error::a\n \t∷b\r\nc ::d\n##⟦error]e"
        );
        assert_eq!(without_commands(":: ::a"), "∷ ::a");
        assert_eq!(without_commands("  ::: a::b\n::::a"), "  ::: a::b\n::::a");
    }
}
