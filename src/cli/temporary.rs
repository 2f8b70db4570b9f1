//! Temporary files and directories: none of them outlives the process, however that ends.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::interrupt;

/// Those that there are, for when there is no time to drop their owners.
static THERE: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Makes a temporary file or directory, which is removed if a signal ends the process; `path` tells where it is.
pub(super) fn make<T>(make: impl FnOnce() -> io::Result<T>, path: impl FnOnce(&T) -> &Path) -> io::Result<T> {
    interrupt::tidy();
    // No signal comes between: whoever removes all needs the lock.
    let mut paths = there();
    let temporary = make()?;
    paths.insert(path(&temporary).to_owned());
    Ok(temporary)
}

/// Ends the time of a temporary file or directory, by removing it or by giving it another name.
pub(super) fn end<T>(path: &Path, end: impl FnOnce() -> T) -> T {
    let mut paths = there();
    paths.remove(path);
    end()
}

/// Removes all that there are, before the process is ended from outside of the work. From now on the work can neither make
/// nor keep any: it waits for the end.
pub(super) fn discard_all() {
    let mut paths = there();
    for path in std::mem::take(&mut *paths) {
        // If it cannot be removed there is nobody left who could do something about it.
        let _ = remove(&path);
    }
    std::mem::forget(paths);
}

fn there() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    THERE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A directory that is removed with all that it holds when this is dropped.
pub(super) struct Directory(PathBuf);

impl Directory {
    /// Makes a new one where the system keeps such directories; only its owner may look into it.
    pub(super) fn new() -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        let made = make(|| builder.prefix("charmgrammar-").tempdir(), tempfile::TempDir::path)?;
        Ok(Self(made.keep()))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = end(&self.0, || remove(&self.0));
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
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o000)).unwrap();
        drop(directory);
        assert!(!path.exists());
    }
}
