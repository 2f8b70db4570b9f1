//! The metadata of a charm as one: what stands in which file.

use std::path::Path;

use super::extensions::{EXTENSIONS, extension};
use super::files::NAMES;
use super::yaml::{self, Entry, Node, Value};
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, one_line};
use crate::limits::Limits;
use crate::model::{LoadError, Loader};
use crate::source::{SourceFile, SourceMap, Span};

/// The keys that are read, but for those that say the same in all files.
const KEYS: &[&str] = &[
    "actions",
    "assumes",
    "config",
    "containers",
    "peers",
    "provides",
    "requires",
    "resources",
    "storage",
    "subordinate",
];

/// The files that a charm has, and what its extensions add.
#[derive(Debug, Default)]
pub(super) struct Documents {
    charmcraft: Vec<Entry>,
    metadata: Vec<Entry>,
    /// `config.yaml` under the key that it has in `charmcraft.yaml`, likewise `actions.yaml`.
    split: Vec<Entry>,
    /// The name of each extension with what it adds.
    pub(super) extensions: Vec<(String, Vec<Entry>)>,
}

impl Documents {
    /// Reads the files that are there.
    pub(super) fn read(
        loader: &dyn Loader,
        limits: &Limits,
        directory: &Path,
        sources: &mut SourceMap,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut documents = Self::default();
        for name in NAMES {
            let path = directory.join(name);
            if !path.is_file() {
                continue;
            }
            let Some(node) = load(loader, limits, &path, sources, diagnostics) else { continue };
            match name {
                "charmcraft.yaml" => documents.charmcraft = entries(node, name, diagnostics),
                "metadata.yaml" => documents.metadata = entries(node, name, diagnostics),
                _ => {
                    let (key, span) = (name.trim_end_matches(".yaml"), node.span);
                    documents.split.push(Entry { key: key.to_owned(), key_span: span, node });
                }
            }
        }
        documents.check_twice(diagnostics);
        documents.extend(sources, diagnostics);
        documents
    }

    /// The value of a key of the metadata; null counts as missing.
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        [&self.charmcraft, &self.split, &self.metadata].into_iter().find_map(|file| find(file, key))
    }

    /// Tells what stands in two files.
    fn check_twice(&self, diagnostics: &mut Diagnostics) {
        for entry in &self.charmcraft {
            if !is_there(entry) || !KEYS.contains(&entry.key.as_str()) {
                continue;
            }
            for other in [&self.split, &self.metadata].into_iter().filter_map(|file| find(file, &entry.key)) {
                let message = format!("`{}` stands in two files; this one does not count", entry.key);
                diagnostics.push(
                    Diagnostic::warning(Code::BadCharm, other.key_span, message).also(entry.key_span, "this one does"),
                );
            }
        }
    }

    /// Adds what the extensions bring.
    fn extend(&mut self, sources: &mut SourceMap, diagnostics: &mut Diagnostics) {
        let Some(entry) = self.get("extensions") else { return };
        let Value::List(list) = &entry.node.value else {
            diagnostics.push(wrong(&entry.node, "`extensions`", "a list of names"));
            return;
        };
        let mut found = Vec::new();
        for node in list {
            let Value::Text(name) = &node.value else {
                diagnostics.push(wrong(node, "an extension", "a name"));
                continue;
            };
            let Some(text) = extension(name) else {
                let message = format!("what the extension `{}` adds is not known, so it is left out", one_line(name));
                let diagnostic = Diagnostic::warning(Code::BadCharm, node.span, message);
                let similar = nearest(name, EXTENSIONS.iter().copied());
                diagnostics.push(
                    diagnostic
                        .suggest(similar)
                        .help("`charmcraft expand-extensions` writes a file that has it all; read that instead"),
                );
                continue;
            };
            let source = sources.add(SourceFile::new(format!("extension {name}"), text));
            let node = yaml::parse(source, sources.file(source), Limits::default().yaml_values)
                .expect("what extensions add is YAML");
            let Value::Mapping(entries) = node.value else { unreachable!("an extension adds keys") };
            found.push((name.clone(), entries));
        }
        self.extensions = found;
    }
}

/// The entry of a key that has a value.
pub(super) fn find<'a>(entries: &'a [Entry], key: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.key == key && is_there(entry))
}

fn is_there(entry: &Entry) -> bool {
    !matches!(entry.node.value, Value::Null)
}

/// Reads a file.
fn load(
    loader: &dyn Loader,
    limits: &Limits,
    path: &Path,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let name = path.display().to_string();
    let (text, error) = match loader.load(path, limits.charm_file) {
        Ok(text) => (text, None),
        Err(error) => (String::new(), Some(error)),
    };
    let source = sources.add(SourceFile::new(&name, text.strip_prefix('\u{feff}').unwrap_or(&text)));
    if let Some(error) = error {
        let (code, reason) = match &error {
            LoadError::Unreadable(_) => (Code::UnreadableFile, error.to_string()),
            LoadError::NotUtf8(_) => (Code::NotUtf8, error.to_string()),
            LoadError::TooLarge(_) => (Code::FileTooLarge, format!("{error} (`--limit charm-file=N`)")),
        };
        diagnostics.push(Diagnostic::error(code, Span::new(source, 0, 0), format!("cannot read `{name}`: {reason}")));
        return None;
    }
    yaml::parse(source, sources.file(source), limits.yaml_values)
        .map_err(|diagnostic| diagnostics.push(*diagnostic))
        .ok()
}

/// The keys of a file.
fn entries(node: Node, name: &str, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    match node.value {
        Value::Mapping(entries) => entries,
        Value::Null => Vec::new(),
        _ => {
            diagnostics.push(wrong(&node, &format!("`{name}`"), "a mapping of keys to values"));
            Vec::new()
        }
    }
}

/// The finding that a value is not what it should be.
pub(super) fn wrong(node: &Node, what: &str, wanted: &str) -> Diagnostic {
    let message = format!("{what} must be {wanted}, but is {}", node.found());
    Diagnostic::error(Code::BadCharm, node.span, message)
}
