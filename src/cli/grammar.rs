//! The GRAMMAR argument, and what it is read with.

use std::cell::{OnceCell, RefCell};
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::args::Settings;
use super::{Failure, Io};
use crate::charm::{self, Charm, Declared};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Severity};
use crate::limits::Limits;
use crate::model::grammar::{Base, Grammar, NONE};
use crate::model::{self, Disk, LoadError, Loaded, Loader, Root};
use crate::source::{SourceFile, SourceMap};

/// What diagnostics call standard input.
const STDIN: &str = "<stdin>";

/// A checked grammar with what messages about it need.
pub(super) struct Opened {
    pub(super) sources: SourceMap,
    pub(super) grammar: Grammar,
    hash: OnceLock<String>,
}

impl Opened {
    /// Names its text and settings: the hash of jsonl.
    pub(super) fn hash(&self) -> &str {
        self.hash.get_or_init(|| model::hash(&self.sources))
    }
}

/// Reads and checks a grammar that is to be run; tells what is wrong with it on standard error.
pub(super) fn open(typed: &OsStr, settings: &Settings, io: &mut Io) -> Result<Opened, Failure> {
    let loaded = load(typed, settings, io);
    usable(loaded, io)
}

/// What a grammar is read from, to be read again under other settings. What is wrong with it was told before.
pub(super) struct Source {
    root: Root,
    settings: model::Settings,
}

impl Source {
    /// What was typed, and has been loaded.
    pub(super) fn new(typed: &OsStr, settings: &Settings, sources: &SourceMap) -> Self {
        Self { root: root_again(typed, sources), settings: meaning_again(settings, sources) }
    }

    /// The grammar with other settings.
    pub(super) fn load(&self, change: impl FnOnce(&mut model::Settings)) -> Loaded {
        let mut settings = self.settings.clone();
        change(&mut settings);
        model::load(&Disk, &self.root, &settings)
    }

    /// The grammar under the profile of a test.
    pub(super) fn under_profile(&self, profile: &str, io: &mut Io) -> Result<Grammar, Failure> {
        let loaded = self.load(|settings| settings.test_profile = Some(profile.to_owned()));
        usable(loaded, io).map(|opened| opened.grammar)
    }
}

/// Where a grammar that was loaded can be read once more: standard input can't.
fn root_again(typed: &OsStr, sources: &SourceMap) -> Root {
    let text = sources.files().find(|file| typed == "-" && file.name() == STDIN);
    let text = text.map(|file| Root::Text { name: STDIN.to_owned(), text: file.text().to_owned() });
    text.unwrap_or_else(|| root(typed))
}

/// The settings under which a grammar was loaded.
fn meaning_again(settings: &Settings, sources: &SourceMap) -> model::Settings {
    let charm = sources.files().find(|file| file.name() == model::CHARM).map(|file| file.text().to_owned());
    model::Settings { charm, ..settings.meaning() }
}

/// Opens a grammar once for every combination of the values of these params; each with what it sets them to.
pub(super) fn open_all(
    typed: &OsStr,
    settings: &Settings,
    params: &[String],
    io: &mut Io,
) -> Result<Vec<(String, Opened)>, Failure> {
    let loaded = load(typed, settings, io);
    let root = root_again(typed, &loaded.sources);
    let meaning = meaning_again(settings, &loaded.sources);
    let first = usable(loaded, io)?;
    try_all(first, &root, &meaning, params, io)
}

/// Opens a grammar again under other settings, for every combination of the values of these params. `sources` are those of the
/// first time, when everything was told that there is to tell.
pub(super) fn open_all_again(
    typed: &OsStr,
    settings: &Settings,
    params: &[String],
    sources: &SourceMap,
    io: &mut Io,
) -> Result<Vec<(String, Opened)>, Failure> {
    let root = root_again(typed, sources);
    let mut meaning = settings.meaning();
    let charm = settings.charm.as_ref().and_then(|directory| charm::read(&Disk, &meaning.limits, directory).charm);
    meaning.charm = charm.map(|charm| declare(&charm, settings, &Disk, &root, &meaning).text);
    let mut loaded = model::load(&Disk, &root, &meaning);
    loaded.diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    let first = usable(loaded, io)?;
    try_all(first, &root, &meaning, params, io)
}

/// A grammar under every combination of the values of these params: as it is if there is none.
fn try_all(
    first: Opened,
    root: &Root,
    meaning: &model::Settings,
    params: &[String],
    io: &mut Io,
) -> Result<Vec<(String, Opened)>, Failure> {
    if params.is_empty() {
        return Ok(vec![(String::new(), first)]);
    }
    let mut opened = Vec::new();
    for values in combinations(&first.grammar, params)? {
        let mut settings = meaning.clone();
        settings.set.extend(values.iter().cloned());
        let loaded = model::load(&Disk, root, &settings);
        let setting = values.join(", ");
        // What is to be said of the grammar was said before.
        match loaded.grammar.filter(|grammar| !grammar.phases.is_empty()) {
            Some(grammar) => opened.push((setting, Opened { sources: loaded.sources, grammar, hash: OnceLock::new() })),
            None => io.note(&format!("--any: {setting} is left out, since the grammar has errors with it")),
        }
    }
    if opened.is_empty() {
        return Err(Failure::Message("--any: the grammar has errors with every value".to_owned()));
    }
    Ok(opened)
}

/// The settings `param=value` for all values of params.
fn combinations(grammar: &Grammar, params: &[String]) -> Result<Vec<Vec<String>>, Failure> {
    let most = grammar.limits.combinations;
    let mut combinations = vec![Vec::new()];
    let distinct = params.iter().enumerate().filter(|(place, name)| !params[..*place].contains(name));
    for (_, name) in distinct {
        let Some(param) = grammar.params.iter().find(|param| param.name == *name) else {
            let names = grammar.params.iter().map(|param| param.name.as_str());
            let help = match nearest(name, names) {
                Some(similar) => format!("; did you mean `{similar}`?"),
                None => String::new(),
            };
            return Err(Failure::Message(format!("--any: there is no param `{name}`{help}")));
        };
        let values: Vec<i64> = match param.ty.base {
            Base::Bool => vec![0, 1],
            Base::Int { lo, hi } => (lo..=hi).take(most + 1).collect(),
            Base::Enum(id) => (0..).take(grammar.enums[id.index()].words.len()).collect(),
            Base::Set { .. } | Base::Instance(_) | Base::Array(_) => {
                return Err(Failure::Message(format!("--any: the values of `{name}` can't all be tried")));
            }
        };
        let values = param.ty.optional.then_some(NONE).into_iter().chain(values);
        let settings: Vec<String> =
            values.map(|value| format!("{name}={}", grammar.value_text(value, param.ty.base))).collect();
        let with = |before: &Vec<String>| {
            let before = before.clone();
            settings
                .iter()
                .map(move |setting| [&before[..], std::slice::from_ref(setting)].concat())
                .collect::<Vec<_>>()
        };
        if combinations.len() * settings.len() > most {
            let message = format!(
                "--any: more than {most} combinations of values, because of `{name}` (`--limit combinations=N`)"
            );
            return Err(Failure::Message(message));
        }
        combinations = combinations.iter().flat_map(with).collect();
    }
    Ok(combinations)
}

/// A grammar that can be run; tells what is wrong with it on standard error.
fn usable(loaded: Loaded, io: &mut Io) -> Result<Opened, Failure> {
    let Loaded { sources, mut diagnostics, grammar } = loaded;
    // A grammar for others to use needs no phase, but one that is run does.
    let runs = grammar.filter(|grammar| !grammar.phases.is_empty());
    for diagnostic in diagnostics.iter_mut().filter(|diagnostic| diagnostic.code == Code::NoPhase) {
        diagnostic.severity = Severity::Error;
    }
    let is_told = |severity| severity == Severity::Error || io.verbosity != super::Verbosity::Quiet;
    let told: Vec<_> = diagnostics.into_iter().filter(|diagnostic| is_told(diagnostic.severity)).collect();
    if !told.is_empty() {
        io.tell_findings(&sources, &told);
    }
    let grammar = runs.ok_or(Failure::Told)?;
    Ok(Opened { sources, grammar, hash: OnceLock::new() })
}

/// Reads and checks a grammar.
pub(super) fn load(typed: &OsStr, settings: &Settings, io: &mut Io) -> Loaded {
    let root = root(typed);
    io.detail(&format!("reading {}", Path::new(typed).display()));
    let inputs = Inputs::new(io);
    let mut meaning = settings.meaning();
    let Some(directory) = &settings.charm else { return model::load(&inputs, &root, &meaning) };
    let reading = charm::read(&Disk, &meaning.limits, directory);
    let Some(charm) = &reading.charm else {
        return Loaded { sources: reading.sources, diagnostics: reading.diagnostics, grammar: None };
    };
    let declared = declare(charm, settings, &inputs, &root, &meaning);
    meaning.charm = Some(declared.text);
    let loaded = model::load(&inputs, &root, &meaning);
    drop(inputs);
    super::charm::tell(&reading, directory, io);
    for left_out in declared.left_out {
        io.note(&format!("--charm: {left_out}"));
    }
    loaded
}

/// What a charm declares in a grammar.
fn declare(
    charm: &Charm,
    settings: &Settings,
    loader: &dyn Loader,
    root: &Root,
    meaning: &model::Settings,
) -> Declared {
    let outline = model::outline(loader, root, meaning);
    charm::declare(charm, settings.endpoints.relations, &outline)
}

/// Reads the text of what was typed alone; an error comes with its name.
pub(super) fn read(typed: &OsStr, limits: &Limits, io: &mut Io) -> Result<SourceFile, (String, LoadError)> {
    let inputs = Inputs::new(io);
    let most = limits.file;
    match root(typed) {
        Root::Builtin(name) => {
            let text = model::builtin(&name).unwrap_or_default();
            Ok(SourceFile::new(name, text))
        }
        Root::Text { name, text } => Ok(SourceFile::new(name, text)),
        Root::Path(path) => {
            let name = path.display().to_string();
            inputs.load(&path, most).map(|text| SourceFile::new(name.as_str(), text)).map_err(|error| (name, error))
        }
    }
}

/// Whether the name of a built-in grammar was typed.
pub(super) fn is_builtin(typed: &OsStr) -> bool {
    typed.to_str().is_some_and(|name| model::builtin(name).is_some())
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
    /// What came on it.
    text: OnceCell<Result<String, LoadError>>,
}

impl<'a> Inputs<'a> {
    fn new(io: &'a mut Io) -> Self {
        Self { stdin: RefCell::new(&mut *io.stdin), text: OnceCell::new() }
    }
}

impl Loader for Inputs<'_> {
    fn load(&self, path: &Path, most: usize) -> Result<String, LoadError> {
        if path == Path::new(STDIN) {
            return self.text.get_or_init(|| model::read_text(&mut *self.stdin.borrow_mut(), most)).clone();
        }
        Disk.load(path, most)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        Disk.identity(path)
    }
}
