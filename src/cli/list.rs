//! `charmgrammar list`.

use super::{Exit, Failure, Io};

/// Writes the name of each built-in grammar with the first line of its doc comment.
pub(super) fn run(builtins: &[(&str, &str)], io: &mut Io) -> Result<Exit, Failure> {
    let width = builtins.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, text) in builtins {
        let line = format!("{name:width$}  {}", first_line(text));
        io.stdout.show(line.trim_end())?;
        io.stdout.show("\n")?;
    }
    Ok(Exit::Yes)
}

/// The first line of a file's doc comment, empty without one.
fn first_line(text: &str) -> &str {
    text.lines().find_map(|line| line.strip_prefix("##")).unwrap_or("").trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_aligned_with_what_they_are() {
        let (mut io, stdout, _) = Io::in_memory(b"");
        let builtins = [("juju", "## A life under Juju.\n## More.\n\nevent a\n"), ("kubernetes", "event a\n")];
        assert_eq!(run(&builtins, &mut io).unwrap(), Exit::Yes);
        assert_eq!(stdout.text(), "juju        A life under Juju.\nkubernetes\n");
    }
}
