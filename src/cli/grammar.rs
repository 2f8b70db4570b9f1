//! The GRAMMAR argument, and what it is read with.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::args::Settings;
use super::{Failure, Io};
use crate::diagnostic::render::Format;
use crate::diagnostic::{Code, Severity};
use crate::model::grammar::Grammar;
use crate::model::{self, Disk, LoadError, Loaded, Loader, Root};
use crate::source::SourceMap;

/// What diagnostics call standard input.
const STDIN: &str = "<stdin>";

/// A checked grammar with what messages about it need.
pub(super) struct Opened {
    pub(super) sources: SourceMap,
    pub(super) grammar: Grammar,
    /// Names its text and settings: the hash of jsonl.
    pub(super) hash: String,
}

/// Reads and checks a grammar that is to be run; tells what is wrong with it on standard error.
pub(super) fn open(typed: &OsStr, settings: &Settings, io: &mut Io) -> Result<Opened, Failure> {
    let loaded = load(typed, settings, io);
    let hash = loaded.hash();
    let Loaded { sources, mut diagnostics, grammar } = loaded;
    // A grammar for others to use needs no phase, but one that is run does.
    let runs = grammar.filter(|grammar| !grammar.phases.is_empty());
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| diagnostic.code == Code::NoPhase) {
        diagnostic.severity = Severity::Error;
    }
    let is_told = |severity| severity == Severity::Error || io.verbosity != super::Verbosity::Quiet;
    let told: Vec<_> = diagnostics.into_iter().filter(|diagnostic| is_told(diagnostic.severity)).collect();
    if !told.is_empty() {
        let text = io.renderer(Format::Human, true).render(&sources, &told);
        // There is nobody left to tell that standard error cannot be written to.
        let _ = io.stderr.write(&text);
    }
    let grammar = runs.ok_or(Failure::Told)?;
    Ok(Opened { sources, grammar, hash })
}

/// Reads and checks a grammar.
pub(super) fn load(typed: &OsStr, settings: &Settings, io: &mut Io) -> Loaded {
    let root = root(typed);
    io.detail(&format!("reading {}", Path::new(typed).display()));
    let inputs = Inputs { stdin: RefCell::new(&mut *io.stdin) };
    model::load(&inputs, &root, &settings.meaning())
}

/// What was meant by what was typed: `-` is standard input, a built-in's name that grammar, and everything else a file;
/// so `./juju` is a file even though `juju` is built in.
fn root(typed: &OsStr) -> Root {
    if typed == "-" {
        return Root::Path(PathBuf::from(STDIN));
    }
    match typed.to_str().filter(|name| model::builtin(name).is_some()) {
        Some(name) => Root::Builtin(name.to_owned()),
        None => Root::Path(PathBuf::from(typed)),
    }
}

/// The disk, and standard input.
struct Inputs<'a> {
    stdin: RefCell<&'a mut dyn Read>,
}

impl Loader for Inputs<'_> {
    fn load(&self, path: &Path) -> Result<String, LoadError> {
        if path == Path::new(STDIN) {
            return model::read_text(&mut *self.stdin.borrow_mut());
        }
        Disk.load(path)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        Disk.identity(path)
    }
}
