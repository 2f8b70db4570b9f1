//! Temporary files and directories: none of them outlives the process, however that ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::interrupt;

/// Those that there are, for when there is no time to drop their owners.
static THERE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Notes a temporary file or directory, to be removed if a signal ends the process.
pub(super) fn note(path: &Path) {
    interrupt::tidy();
    there(|paths| paths.insert(path.to_owned()));
}

/// Forgets one that is no temporary one any more.
pub(super) fn forget(path: &Path) {
    there(|paths| paths.remove(path));
}

/// Removes all that there are, before the process is ended from outside of the work.
pub(super) fn discard_all() {
    for path in there(std::mem::take) {
        // If it cannot be removed there is nobody left who could do something about it.
        let _ = remove(&path);
    }
}

fn there<T>(change: impl FnOnce(&mut BTreeSet<PathBuf>) -> T) -> T {
    change(&mut THERE.lock().unwrap_or_else(PoisonError::into_inner))
}

/// A directory that is removed with all that it holds when this is dropped.
pub(super) struct Directory(PathBuf);

impl Directory {
    /// Makes a new one where the system keeps such directories; only its owner may look into it.
    pub(super) fn new() -> io::Result<Self> {
        let path = tempfile::Builder::new().prefix("charmgrammar-").tempdir()?.keep();
        note(&path);
        Ok(Self(path))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = remove(&self.0);
        forget(&self.0);
    }
}

fn remove(path: &Path) -> io::Result<()> {
    if !path.is_dir() {
        return fs::remove_file(path);
    }
    fs::remove_dir_all(path).or_else(|_| {
        // What a program has protected from its owner.
        open(path);
        fs::remove_dir_all(path)
    })
}

/// Lets directories be looked into and changed, with all below them.
fn open(directory: &Path) {
    #[cfg(unix)]
    let _ = fs::set_permissions(directory, std::os::unix::fs::PermissionsExt::from_mode(0o700));
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open(&entry.path());
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_directory_goes_with_what_is_protected_in_it() {
        let directory = Directory::new().unwrap();
        let path = directory.path().to_owned();
        let inner = path.join("inner");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("file"), "text").unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0)).unwrap();
        drop(directory);
        assert!(!path.exists());
    }
}
