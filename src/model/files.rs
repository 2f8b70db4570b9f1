//! Reads the files that a grammar is made of, and puts what a `use` brings where the `use` stands.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::vec;

use super::builtin::{builtin, builtins};
use super::loader::{LoadError, Loader, normalize};
use super::{Root, Settings};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceFile, SourceId, SourceMap, Span};
use crate::syntax::{self, tree};

/// What diagnostics call the declarations of a charm.
pub const CHARM: &str = "--charm";

/// Everything that was read.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// The texts.
    pub sources: SourceMap,
    /// The declarations of all files; there is no `use` among them.
    pub declarations: Vec<tree::Declaration>,
    /// The settings of all `use`s in the order in which they apply: those of inner files first.
    pub used: Vec<tree::Setting>,
    /// What `--set` and `--weight` say.
    pub set: Vec<tree::Setting>,
    /// The sources whose tests are run: the root and what was added to it.
    pub own: BTreeSet<SourceId>,
    /// Whether a file is missing, so that nothing can be called undefined.
    pub incomplete: bool,
    /// The built-in grammars among them.
    pub builtins: BTreeSet<String>,
}

/// What tells a file from the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Builtin(String),
    File(PathBuf),
}

/// A file in the middle of which the reader stands.
struct Open {
    identity: Identity,
    name: String,
    /// What the paths in it are relative to.
    directory: PathBuf,
    rest: vec::IntoIter<tree::Declaration>,
    /// The settings of the `use` that opened it.
    settings: Vec<tree::Setting>,
}

struct Reader<'a> {
    loader: &'a dyn Loader,
    /// The bytes of a file, at most.
    most: usize,
    files: Files,
    diagnostics: &'a mut Diagnostics,
    /// Every file that was met.
    met: BTreeSet<Identity>,
    /// The file that is being read, below it those that lead to it. (Not the call stack: chains may be long.)
    open: Vec<Open>,
}

/// Reads the root, what it uses, and what the settings add.
pub(super) fn read(loader: &dyn Loader, root: &Root, settings: &Settings, diagnostics: &mut Diagnostics) -> Files {
    let most = settings.limits.file;
    let mut reader =
        Reader { loader, most, files: Files::default(), diagnostics, met: BTreeSet::new(), open: Vec::new() };
    reader.root(root);
    let charm = settings.charm.iter().map(|text| (CHARM, text));
    for (name, text) in charm.chain(settings.with.iter().map(|text| ("--with", text))) {
        let source = reader.files.sources.add(SourceFile::new(name, without_mark(text)));
        let declarations = reader.parse(source);
        reader.files.own.insert(source);
        // The name cannot be a path that somebody uses.
        let identity = Identity::Builtin(format!("{name} {}", source.0));
        reader.open(identity, name.to_owned(), PathBuf::new(), declarations, Vec::new());
    }
    for text in &settings.set {
        reader.setting("--set", text, syntax::parse_setting);
    }
    for text in &settings.weights {
        reader.setting("--weight", text, syntax::parse_weight);
    }
    let met = reader.met.into_iter().filter_map(|identity| match identity {
        Identity::Builtin(name) => builtin(&name).map(|_| name),
        Identity::File(_) => None,
    });
    reader.files.builtins = met.collect();
    reader.files
}

impl Reader<'_> {
    fn root(&mut self, root: &Root) {
        let place = Span::new(SourceId(0), 0, 0);
        let (identity, name, directory, text) = match root {
            Root::Builtin(name) => {
                let text = builtin(name).unwrap_or_else(|| {
                    self.files.incomplete = true;
                    let message = format!("there is no built-in grammar `{name}`");
                    self.diagnostics
                        .push(meaning_builtin(Diagnostic::error(Code::UnknownBuiltin, place, message), name));
                    ""
                });
                (Identity::Builtin(name.clone()), name.clone(), PathBuf::new(), Ok(text.to_owned()))
            }
            Root::Path(path) => {
                let identity = Identity::File(self.loader.identity(path));
                (identity, path.display().to_string(), directory_of(path), self.loader.load(path, self.most))
            }
            Root::Text { name, text } => {
                let path = Path::new(name);
                (Identity::File(self.loader.identity(path)), name.clone(), directory_of(path), Ok(text.clone()))
            }
        };
        let text = text.unwrap_or_else(|error| {
            let diagnostic = self.unloadable(&name, &error, place);
            let is_bare = matches!(error, LoadError::Unreadable(_)) && is_bare_name(&name);
            self.diagnostics.push(if is_bare { meaning_builtin(diagnostic, &name) } else { diagnostic });
            String::new()
        });
        let source = self.files.sources.add(SourceFile::new(&name, without_mark(&text)));
        self.files.own.insert(source);
        let declarations = self.parse(source);
        self.open(identity, name, directory, declarations, Vec::new());
    }

    /// Takes over the declarations of a file, and of all that it uses.
    fn open(
        &mut self,
        identity: Identity,
        name: String,
        directory: PathBuf,
        declarations: Vec<tree::Declaration>,
        settings: Vec<tree::Setting>,
    ) {
        self.met.insert(identity.clone());
        self.open.push(Open { identity, name, directory, rest: declarations.into_iter(), settings });
        while let Some(current) = self.open.last_mut() {
            match current.rest.next() {
                Some(tree::Declaration { kind: tree::DeclarationKind::Use { target, settings }, .. }) => {
                    self.follow(&target, settings);
                }
                Some(declaration) => self.files.declarations.push(declaration),
                None => {
                    let done = self.open.pop().expect("the loop runs while there is one");
                    self.files.used.extend(done.settings);
                }
            }
        }
    }

    /// Opens the file that a `use` names, or only keeps the settings when that was done before.
    fn follow(&mut self, target: &tree::UseTarget, settings: Vec<tree::Setting>) {
        let directory = self.open.last().map_or_else(PathBuf::new, |open| open.directory.clone());
        let (identity, name, path, span) = match target {
            tree::UseTarget::Builtin(name) => {
                (Identity::Builtin(name.text.to_string()), name.text.to_string(), PathBuf::new(), name.span)
            }
            tree::UseTarget::Path(text) => {
                let path = normalize(&directory.join(&text.value));
                let identity = Identity::File(self.loader.identity(&path));
                (identity, path.display().to_string(), path, text.span)
            }
        };
        if self.met.contains(&identity) {
            match self.open.iter().position(|open| open.identity == identity) {
                Some(start) => self.cycle(start, &name, span),
                None => self.files.used.extend(settings),
            }
            return;
        }
        let text = match &identity {
            Identity::Builtin(name) => {
                let Some(text) = builtin(name) else { return self.unknown_builtin(name, span) };
                text.to_owned()
            }
            Identity::File(_) => match self.loader.load(&path, self.most) {
                Ok(text) => text,
                Err(error) => {
                    let diagnostic = self.unloadable(&name, &error, span);
                    return self.diagnostics.push(diagnostic);
                }
            },
        };
        let source = self.files.sources.add(SourceFile::new(&name, without_mark(&text)));
        let declarations = self.parse(source);
        self.met.insert(identity.clone());
        let directory = directory_of(&path);
        self.open.push(Open { identity, name, directory, rest: declarations.into_iter(), settings });
    }

    fn parse(&mut self, source: SourceId) -> Vec<tree::Declaration> {
        let parse = syntax::parse(source, self.files.sources.file(source));
        // A file that is refused as a whole might have declared anything.
        self.files.incomplete |= parse.file.declarations.is_empty() && parse.diagnostics.has_errors();
        self.diagnostics.extend(parse.diagnostics);
        parse.file.declarations
    }

    fn setting(
        &mut self,
        name: &str,
        text: &str,
        parse: fn(SourceId, &SourceFile) -> (Option<tree::Setting>, Diagnostics),
    ) {
        let source = self.files.sources.add(SourceFile::new(name, text));
        let (setting, diagnostics) = parse(source, self.files.sources.file(source));
        self.diagnostics.extend(diagnostics);
        self.files.set.extend(setting);
    }

    fn cycle(&mut self, start: usize, name: &str, span: Span) {
        let mut chain: Vec<&str> = self.open[start..].iter().map(|open| open.name.as_str()).collect();
        chain.push(name);
        let message = format!("files use each other: {}", chain.join(" → "));
        self.diagnostics
            .push(Diagnostic::error(Code::UseCycle, span, message).help("move what both need to a third file"));
    }

    fn unknown_builtin(&mut self, name: &str, span: Span) {
        self.files.incomplete = true;
        let message = format!("there is no built-in grammar `{name}`");
        let diagnostic = meaning_builtin(Diagnostic::error(Code::UnknownBuiltin, span, message), name);
        self.diagnostics.push(match nearest_builtin(name) {
            Some(name) => diagnostic.fix(span, name),
            None => diagnostic.help(format!("to use a file, write its path in quotes: `use \"{name}.charmgrammar\"`")),
        });
    }

    /// The finding of a file that cannot be loaded.
    fn unloadable(&mut self, name: &str, error: &LoadError, span: Span) -> Diagnostic {
        self.files.incomplete = true;
        error.finding(name, span)
    }
}

/// The built-in grammar that a name is most likely a mistake for.
fn nearest_builtin(name: &str) -> Option<&'static str> {
    nearest(name, builtins().iter().map(|(name, _)| *name))
}

/// Helps who meant a built-in grammar. There may be no text to mend: the name may come from the command line.
fn meaning_builtin(diagnostic: Diagnostic, name: &str) -> Diagnostic {
    let diagnostic = match nearest_builtin(name) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None => diagnostic,
    };
    diagnostic.help("`charmgrammar list` names the built-in grammars")
}

/// Whether a path looks like the name of a built-in grammar: no directory, no extension.
fn is_bare_name(path: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '-' || letter == '_';
    !path.is_empty() && path.chars().all(is_part)
}

/// The text without a byte order mark, which some editors write.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn directory_of(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}
