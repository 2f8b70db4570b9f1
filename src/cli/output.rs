//! Files that appear under their name only when they are complete.
//!
//! A file that is there already is replaced by a new one, which gets its owner, its group and its mode. What the system
//! does not let it have is reported, and so is what can't be kept: a hard link, since a file that was written in place would
//! be incomplete under its name for a while.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::io::Stream;
use super::traces::STDIN;
use super::{Failure, temporary};
use crate::model::builtin;
use crate::source::{SourceFile, SourceMap};

/// Where a command's result goes. What is dropped without [`finish`](Output::finish) leaves nothing behind.
pub(super) struct Output<'a> {
    name: String,
    target: Target<'a>,
}

enum Target<'a> {
    Stdout(&'a mut dyn Write),
    /// What is no regular file: `/dev/null`, a named pipe.
    Direct(BufWriter<File>),
    Replaced {
        file: BufWriter<File>,
        temporary: Temporary,
        path: PathBuf,
        /// What the file that was there has and the new one has not.
        lost: Vec<&'static str>,
    },
}

impl<'a> Output<'a> {
    /// Standard output for no path and for `-`, else the file.
    pub(super) fn create(path: Option<&Path>, stdout: &'a mut Stream) -> Result<Self, Failure> {
        let Some(path) = path.filter(|path| *path != Path::new("-")) else {
            return Ok(Self { name: "standard output".to_owned(), target: Target::Stdout(stdout.writer()) });
        };
        let name = format!("`{}`", path.display());
        match open(path) {
            Ok(target) => Ok(Self { name, target }),
            Err(error) => Err(Failure::Write { to: name, error }),
        }
    }

    /// Writes what is still buffered, makes sure that it is on the disk, and gives the file its name. Returns warnings.
    pub(super) fn finish(self) -> Result<Vec<String>, Failure> {
        let Self { name, target } = self;
        let finished = match target {
            Target::Stdout(writer) => writer.flush().map(|()| Vec::new()),
            Target::Direct(mut file) => file.flush().map(|()| Vec::new()),
            Target::Replaced { file, temporary, path, lost } => file
                .into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|file| temporary.keep(&file, &path))
                .map(|()| lost),
        };
        match finished {
            Ok(lost) => Ok(lost.into_iter().map(|lost| format!("{name} {lost}")).collect()),
            Err(error) => Err(Failure::Write { to: name, error }),
        }
    }

    /// What results are written to.
    pub(super) fn writer(&mut self) -> &mut dyn Write {
        match &mut self.target {
            Target::Stdout(writer) => writer,
            Target::Direct(file) | Target::Replaced { file, .. } => file,
        }
    }

    /// What an error of the writer means.
    pub(super) fn failure(&self, error: io::Error) -> Failure {
        Failure::Write { to: self.name.clone(), error }
    }
}

/// Refuses an output that is one of the inputs, by whatever name: they would be lost.
pub(super) fn refuse_input<'p>(
    output: Option<&Path>,
    inputs: impl IntoIterator<Item = &'p Path>,
) -> Result<(), Failure> {
    let Some(output) = output.filter(|path| *path != Path::new("-")) else { return Ok(()) };
    let Some(identity) = identity(output) else { return Ok(()) };
    let is_standard = |path: &Path| path == Path::new("-") || path == Path::new(STDIN);
    let input = inputs.into_iter().find(|path| {
        let path = if is_standard(path) { Path::new("/dev/stdin") } else { path };
        self::identity(path).as_ref() == Some(&identity)
    });
    match input {
        Some(input) if is_standard(input) => Err(Failure::Message(format!(
            "`{}` is read on standard input, and must not be written over: name another file for the output",
            output.display()
        ))),
        Some(input) => Err(Failure::Message(format!(
            "the output `{}` is the input `{}`, and must not be written over: name another file for the output",
            output.display(),
            input.display()
        ))),
        None => Ok(()),
    }
}

/// The files that a grammar was read from.
pub(super) fn files_of(sources: &SourceMap) -> impl Iterator<Item = &Path> {
    sources.files().map(SourceFile::name).filter(|name| builtin(name).is_none()).map(Path::new)
}

/// What is the same for all names of a regular file.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;

    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| (metadata.dev(), metadata.ino()))
}

/// What is the same for all names of a regular file, but for hard links.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok().filter(|path| path.is_file())
}

fn open<'a>(path: &Path) -> io::Result<Target<'a>> {
    let existing = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return OpenOptions::new().write(true).open(path).map(|file| Target::Direct(BufWriter::new(file)));
        }
        Ok(metadata) => {
            // A file that must not be written must not be replaced either.
            OpenOptions::new().write(true).open(path)?;
            Some(metadata)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let path = followed(path)?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (file, temporary) = create_in(directory)?.into_parts();
    let temporary = Temporary(Some(temporary));
    let lost = existing.map_or_else(|| Ok(Vec::new()), |existing| take_over(&file, &existing))?;
    Ok(Target::Replaced { file: BufWriter::new(file), temporary, path, lost })
}

/// Where symbolic links lead, be there a file or not: renaming onto a link would replace the link.
fn followed(path: &Path) -> io::Result<PathBuf> {
    /// As many as Linux follows.
    const MAX_LINKS: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            // A relative one begins where the link stands.
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Gives a new file the owner, the group and the mode of the one that it replaces. Returns what it can't have.
#[cfg(unix)]
fn take_over(file: &File, existing: &fs::Metadata) -> io::Result<Vec<&'static str>> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    /// Bits that give rights of the owner or of the group to those who execute the file.
    const SET_IDS: u32 = 0o6000;
    let mut lost = Vec::new();
    let mut mode = existing.permissions().mode() & 0o7777;
    let new = file.metadata()?;
    if new.gid() != existing.gid() && fchown(file, None, Some(existing.gid())).is_err() {
        // Another group gets no more rights than anybody.
        mode &= !SET_IDS & (!0o070 | (mode & 0o007) << 3);
        lost.push("does not belong to its group any more: you are no member of that group");
    }
    if new.uid() != existing.uid() && fchown(file, Some(existing.uid()), None).is_err() {
        mode &= !SET_IDS;
        lost.push("belongs to you now: only root can give a file back to its owner");
    }
    // Last, since a new owner takes some bits away.
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    if existing.nlink() > 1 {
        lost.push("had other names (hard links), which have the old text still");
    }
    Ok(lost)
}

/// Gives a new file the permissions of the one that it replaces.
#[cfg(not(unix))]
fn take_over(file: &File, existing: &fs::Metadata) -> io::Result<Vec<&'static str>> {
    file.set_permissions(existing.permissions())?;
    Ok(Vec::new())
}

fn create_in(directory: &Path) -> io::Result<NamedTempFile> {
    // The path that the library adds to an error is the temporary one, which means nothing to the user.
    let mut refused = None;
    // The result is for everybody whom the user lets read, unlike most temporary files: it has the mode of a new file.
    let create = |path: &Path| {
        let created = OpenOptions::new().read(true).write(true).create_new(true).open(path);
        created.inspect_err(|error| refused = error.raw_os_error())
    };
    let make = || tempfile::Builder::new().prefix(".charmgrammar-").suffix(".tmp").make_in(directory, create);
    temporary::make(make, NamedTempFile::path).map_err(|error| refused.map_or(error, io::Error::from_raw_os_error))
}

/// A file that is removed when it is dropped.
struct Temporary(Option<TempPath>);

impl Temporary {
    fn keep(mut self, file: &File, path: &Path) -> io::Result<()> {
        file.sync_all()?;
        let temporary = self.0.take().expect("it is kept once");
        let name = temporary.to_path_buf();
        temporary::end(&name, || temporary.persist(path).map_err(|error| error.error))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            let name = path.to_path_buf();
            temporary::end(&name, || drop(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Io;
    use super::*;

    fn write(path: &Path, text: &str, finish: bool) -> Result<(), Failure> {
        let (mut io, ..) = Io::in_memory(b"");
        let mut output = Output::create(Some(path), &mut io.stdout)?;
        output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
        if finish { output.finish().map(drop) } else { Ok(()) }
    }

    fn entries(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn a_file_appears_when_it_is_complete() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("traces");
        write(&path, "half", false).unwrap();
        assert_eq!(entries(directory.path()), 0);
        write(&path, "first", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        write(&path, "half", false).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        write(&path, "second", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(entries(directory.path()), 1);
    }

    #[test]
    fn a_dash_is_standard_output() {
        let (mut io, stdout, _) = Io::in_memory(b"");
        let mut output = Output::create(Some(Path::new("-")), &mut io.stdout).unwrap();
        output.writer().write_all(b"text").unwrap();
        output.finish().unwrap();
        assert_eq!(stdout.text(), "text");
    }

    #[test]
    fn a_missing_directory_is_told() {
        let directory = tempfile::tempdir().unwrap();
        assert!(matches!(write(&directory.path().join("a/b"), "", true), Err(Failure::Write { .. })));
        assert!(matches!(write(directory.path(), "", true), Err(Failure::Write { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn modes_links_and_devices_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("traces"), directory.path().join("link"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, "new", true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write(Path::new("/dev/null"), "nothing", true).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_to_where_no_file_is_yet() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let (first, second) = (directory.path().join("first"), inner.join("second"));
        symlink("inner/second", &first).unwrap();
        symlink("new", &second).unwrap();
        write(&first, "text", true).unwrap();
        assert_eq!(fs::read_to_string(inner.join("new")).unwrap(), "text");
        assert!([first, second].iter().all(|link| fs::symlink_metadata(link).unwrap().is_symlink()));
        let around = directory.path().join("around");
        symlink("around", &around).unwrap();
        assert!(matches!(write(&around, "text", true), Err(Failure::Write { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_owner_and_a_broken_hard_link_is_reported() {
        use std::os::unix::fs::{MetadataExt, chown};

        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&path, "old").unwrap();
        // Only root can give files away; everybody else owns the file before and after.
        let _ = chown(&path, Some(1234), Some(4321));
        let owner = |path: &Path| fs::metadata(path).map(|metadata| (metadata.uid(), metadata.gid())).unwrap();
        let before = owner(&path);
        fs::hard_link(&path, &other).unwrap();
        let (mut io, ..) = Io::in_memory(b"");
        let mut output = Output::create(Some(&path), &mut io.stdout).unwrap();
        output.writer().write_all(b"new").unwrap();
        let warnings = output.finish().unwrap();
        assert!(warnings.len() == 1 && warnings[0].ends_with("which have the old text still"), "{warnings:?}");
        assert_eq!((owner(&path), owner(&other)), (before, before));
        assert_eq!((fs::read(&path).unwrap(), fs::read(&other).unwrap()), (b"new".to_vec(), b"old".to_vec()));
    }

    #[test]
    fn a_message_does_not_show_the_temporary_file() {
        let directory = tempfile::tempdir().unwrap();
        let Err(Failure::Write { to, error }) = write(&directory.path().join("none/a"), "", true) else {
            panic!("there is no such directory")
        };
        assert!(to.ends_with("none/a`") && error.kind() == io::ErrorKind::NotFound);
        assert!(!error.to_string().contains(".tmp"), "{error}");
    }

    #[test]
    fn an_output_that_is_an_input_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&path, "text").unwrap();
        let by_another_name = directory.path().join("./a");
        assert!(refuse_input(Some(&path), [other.as_path(), &by_another_name]).is_err());
        assert!(refuse_input(Some(&path), [other.as_path()]).is_ok());
        assert!(refuse_input(Some(&other), [other.as_path(), &path]).is_ok());
        assert!(refuse_input(None, [path.as_path()]).is_ok());
    }
}
