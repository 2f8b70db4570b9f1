//! Where the metadata of a charm lie.

use std::fs;
use std::path::{Path, PathBuf};

/// The files of a charm's metadata.
pub(super) const NAMES: [&str; 4] = ["charmcraft.yaml", "metadata.yaml", "config.yaml", "actions.yaml"];

/// How many directories are looked into for a charm.
const MAX_DIRECTORIES: usize = 10_000;

/// Directories that hold no charm, or charms that are only used to test another one.
const PASSED_OVER: &[&str] = &["tests", "test", "build", "lib", "venv", "node_modules", "target", "docs", "examples"];

/// Where a charm is.
#[derive(Debug)]
pub(super) enum Found {
    /// In this directory.
    One(PathBuf),
    /// In several below.
    Several(Vec<PathBuf>),
    Nowhere,
    /// What was asked for is no directory that can be read; with the reason.
    Unreadable(String),
}

/// Finds the charm: in the directory itself, or else in one at most two levels below.
pub(super) fn find(directory: &Path) -> Found {
    match fs::metadata(directory) {
        Err(error) => return Found::Unreadable(error.to_string()),
        Ok(metadata) if !metadata.is_dir() => return Found::Unreadable("it is not a directory".to_owned()),
        Ok(_) => {}
    }
    if has_charm(directory) {
        return Found::One(directory.to_owned());
    }
    let mut rest = MAX_DIRECTORIES;
    let mut level = vec![directory.to_owned()];
    for _ in 0..2 {
        level = level.iter().flat_map(|directory| below(directory, &mut rest)).collect();
        let mut charms: Vec<PathBuf> = level.iter().filter(|directory| has_charm(directory)).cloned().collect();
        match charms.len() {
            0 => {}
            1 => return Found::One(charms.remove(0)),
            _ => return Found::Several(charms),
        }
    }
    Found::Nowhere
}

/// Whether a charm is described here: `config.yaml` alone may be anything's.
fn has_charm(directory: &Path) -> bool {
    NAMES[..2].iter().any(|name| directory.join(name).is_file())
}

/// The directories in a directory that may have a charm, by name. Links are not followed.
fn below(directory: &Path, rest: &mut usize) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|ty| ty.is_dir()))
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            !name.starts_with('.') && !PASSED_OVER.contains(&&*name)
        })
        .map(|entry| entry.path())
        .take(*rest)
        .collect();
    *rest -= found.len();
    found.sort();
    found
}
