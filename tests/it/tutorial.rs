//! The tutorial is followed: its files are made, its edits are applied, its commands print what is shown, in order.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::documents::{Fence, Shown, agrees, fences, output_of, shown};
use crate::support::{binary, difference, finish, root};

const TUTORIAL: &str = "grammar/TUTORIAL.md";
/// The file that the reader works on.
const MINE: &str = "mine.charmgrammar";

#[test]
fn the_tutorial_can_be_followed() {
    let tutorial = fs::read_to_string(root().join(TUTORIAL)).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let mut reader = Reader { directory: directory.path(), code: 0 };
    for fence in fences(&tutorial) {
        let at = format!("{TUTORIAL}:{}", fence.line);
        let info: Vec<&str> = fence.info.split_whitespace().collect();
        match info.as_slice() {
            ["console"] => shown(&fence).into_iter().for_each(|shown| reader.types(&shown)),
            ["diff", file] => reader.edits(file, &fence, &at),
            ["charmgrammar"] => reader.looks_at(&fence, &at),
            ["yaml", file] => reader.follows_workflow(file, &fence, &at),
            [_, file] => reader.makes(file, &fence.text),
            _ => panic!("{at}: a block `{}` is not known", fence.info),
        }
    }
}

/// Somebody who does what the tutorial says.
struct Reader<'a> {
    directory: &'a Path,
    /// Of the last command.
    code: i32,
}

impl Reader<'_> {
    fn read(&self, file: &str, at: &str) -> String {
        fs::read_to_string(self.directory.join(file)).unwrap_or_else(|error| panic!("{at}: {file}: {error}"))
    }

    fn makes(&self, file: &str, text: &str) {
        let path = self.directory.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn types(&mut self, Shown { command, line, output }: &Shown) {
        let at = format!("{TUTORIAL}:{line}");
        let words: Vec<&str> = command.split_whitespace().collect();
        let printed = match words.as_slice() {
            ["echo", "$?"] => format!("{}\n", self.code),
            ["cp", from, to] => {
                let text = self.read(from, &at);
                self.makes(to, &text);
                String::new()
            }
            ["python3", arguments @ ..] => match python(arguments, self.directory) {
                Some((text, code)) => {
                    self.code = code;
                    text
                }
                None => return,
            },
            _ => {
                let (text, code) = output_of(command, self.directory)
                    .unwrap_or_else(|| panic!("{at}: `{command}` is no command that is known here"));
                self.code = code;
                text
            }
        };
        if !agrees(output, &printed) {
            let difference = difference(output, &printed).unwrap_or_default();
            panic!("{at}: `{command}` prints something else:\n{difference}");
        }
    }

    /// An edit is shown as a diff without line numbers: what is there, and stays or goes, is there once.
    fn edits(&self, file: &str, edit: &Fence, at: &str) {
        let side = |mark: char| -> String {
            let lines = edit.text.lines().filter(|line| !line.starts_with(mark));
            lines.flat_map(|line| [line.get(1..).unwrap_or_default(), "\n"]).collect()
        };
        let (old, new) = (side('+'), side('-'));
        let text = self.read(file, at);
        assert_eq!(text.matches(&old).count(), 1, "{at}: in {file} there is not once\n{old}\nbut\n{text}");
        assert_ne!(old, new, "{at}: it changes nothing");
        self.makes(file, &text.replacen(&old, &new, 1));
    }

    /// What is shown of the grammar stands in it.
    fn looks_at(&self, part: &Fence, at: &str) {
        let text = self.read(MINE, at);
        assert!(text.contains(&part.text), "{at}: not a part of\n{text}");
    }

    /// Every command of a workflow is run, and goes well.
    fn follows_workflow(&self, file: &str, workflow: &Fence, at: &str) {
        self.makes(file, &workflow.text);
        let mut n_run = 0;
        for line in workflow.text.lines() {
            let Some(command) = line.trim().strip_prefix("- run: ") else { continue };
            if command.starts_with("cargo ") {
                continue;
            }
            let (text, code) = output_of(command, self.directory).unwrap_or_else(|| panic!("{at}: {command}"));
            assert_eq!(code, 0, "{at}: `{command}` fails:\n{text}");
            n_run += 1;
        }
        assert!(n_run > 0, "{at}: it runs nothing");
    }
}

/// What Python prints, and its exit code; nothing where there is no Python. It finds the program that is tested on its
/// path.
fn python(arguments: &[&str], directory: &Path) -> Option<(String, i32)> {
    let program = binary(directory);
    let bin = Path::new(program.get_program()).parent()?;
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths(std::iter::once(bin.to_owned()).chain(std::env::split_paths(&path))).ok()?;
    let mut command = Command::new("python3");
    command.args(arguments).current_dir(directory).env("PATH", path).env("PYTHONDONTWRITEBYTECODE", "1");
    Command::new("python3").arg("--version").output().ok()?;
    let ran = finish(&mut command);
    Some((ran.stdout + &ran.stderr, ran.code))
}
