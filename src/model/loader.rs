//! Where the texts of grammars come from.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Gives the text of a path: from the disk, or from what an editor or a test holds.
pub trait Loader {
    /// The text of a file of so many bytes at most.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is too large or is not UTF-8.
    fn load(&self, path: &Path, most: usize) -> Result<String, LoadError>;

    /// The path by which a file is told from others, so that one that is used twice is loaded once. `..` is resolved
    /// by the text alone unless a loader knows better.
    fn identity(&self, path: &Path) -> PathBuf {
        normalize(path)
    }
}

/// Why a file could not be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoadError {
    /// With the operating system's reason.
    Unreadable(String),
    /// It has more than so many bytes.
    TooLarge(usize),
    /// With the offset of the first byte that is not UTF-8.
    NotUtf8(usize),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(reason) => f.write_str(reason),
            Self::TooLarge(most) => write!(f, "it has more than {most} bytes"),
            Self::NotUtf8(offset) => write!(f, "byte {offset} (counted from 0) is not UTF-8"),
        }
    }
}

impl std::error::Error for LoadError {}

impl LoadError {
    /// The finding that a file of this name can't be read, at the place that asks for it.
    pub fn finding(&self, name: &str, span: Span) -> Diagnostic {
        let code = match self {
            Self::Unreadable(_) => Code::UnreadableFile,
            Self::TooLarge(_) => Code::FileTooLarge,
            Self::NotUtf8(_) => Code::NotUtf8,
        };
        Diagnostic::error(code, span, format!("cannot read `{name}`: {self}"))
    }
}

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disk;

impl Loader for Disk {
    fn load(&self, path: &Path, most: usize) -> Result<String, LoadError> {
        let unreadable = |error: std::io::Error| LoadError::Unreadable(error.to_string());
        let file = File::open(path).map_err(unreadable)?;
        if file.metadata().map_err(unreadable)?.len() > most as u64 {
            return Err(LoadError::TooLarge(most));
        }
        // A device or a pipe says that it is empty, so the reading is bounded too.
        read_text(file, most)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| normalize(path))
    }
}

/// Reads a text of so many bytes at most to its end.
///
/// # Errors
///
/// If it cannot be read, is too large or is not UTF-8.
pub fn read_text(reader: impl Read, most: usize) -> Result<String, LoadError> {
    let mut bytes = Vec::new();
    let read = reader.take(most as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| LoadError::Unreadable(error.to_string()))?;
    if bytes.len() > most {
        return Err(LoadError::TooLarge(most));
    }
    String::from_utf8(bytes).map_err(|error| LoadError::NotUtf8(error.utf8_error().valid_up_to()))
}

/// Texts by path, for tests and editors.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<PathBuf, String>,
}

impl Memory {
    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.files.insert(normalize(&path.into()), text.into());
        self
    }
}

impl Loader for Memory {
    fn load(&self, path: &Path, _: usize) -> Result<String, LoadError> {
        let text = self.files.get(&normalize(path));
        text.cloned().ok_or_else(|| LoadError::Unreadable("No such file".to_owned()))
    }
}

/// The path without `.`, and without `..` where a directory stands before it.
pub(super) fn normalize(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            _ => normal.push(component),
        }
    }
    normal
}
