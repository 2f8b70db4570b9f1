//! `charmgrammar show`.

use super::{Exit, Failure, Io};

/// Writes the text of a built-in grammar.
pub(super) fn run(name: &str, builtins: &[(&str, &str)], io: &mut Io) -> Result<Exit, Failure> {
    let text = builtins.iter().find(|(builtin, _)| *builtin == name).map(|(_, text)| *text).ok_or_else(|| {
        Failure::Message(format!("no built-in grammar is called `{name}`; `charmgrammar list` names them"))
    })?;
    io.stdout.write(text)?;
    Ok(Exit::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_comes_as_it_is() {
        let (mut io, stdout, _) = Io::in_memory(b"");
        assert_eq!(run("juju", &[("juju", "event a\n")], &mut io).unwrap(), Exit::Yes);
        assert_eq!(stdout.text(), "event a\n");
        assert!(run("jujuu", &[("juju", "event a\n")], &mut io).is_err());
    }
}
