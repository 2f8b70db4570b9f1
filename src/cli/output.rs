//! Files that appear under their name only when they are complete.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::io::Stream;
use super::{Failure, temporary};

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

    /// Writes what is still buffered, makes sure that it is on the disk, and gives the file its name.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let Self { name, target } = self;
        let finished = match target {
            Target::Stdout(writer) => writer.flush(),
            Target::Direct(mut file) => file.flush(),
            Target::Replaced { file, temporary, path } => {
                file.into_inner().map_err(io::IntoInnerError::into_error).and_then(|file| temporary.keep(&file, &path))
            }
        };
        finished.map_err(|error| Failure::Write { to: name, error })
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

fn open<'a>(path: &Path) -> io::Result<Target<'a>> {
    let existing = match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            return OpenOptions::new().write(true).open(path).map(|file| Target::Direct(BufWriter::new(file)));
        }
        Ok(metadata) => {
            // A file that must not be written must not be replaced either.
            OpenOptions::new().write(true).open(path)?;
            Some(metadata.permissions())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    // Renaming onto a symbolic link would replace the link.
    let path = if existing.is_some() { fs::canonicalize(path)? } else { path.to_owned() };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let temporary = create_in(directory)?;
    if let Some(permissions) = existing {
        temporary.as_file().set_permissions(permissions)?;
    }
    let (file, temporary) = temporary.into_parts();
    Ok(Target::Replaced { file: BufWriter::new(file), temporary: Temporary(Some(temporary)), path })
}

fn create_in(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".charmgrammar-").suffix(".tmp");
    // The result is for everybody whom the user lets read, unlike most temporary files.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    temporary::make(|| builder.tempfile_in(directory), NamedTempFile::path)
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
        if finish { output.finish() } else { Ok(()) }
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
}
