//! The Python package that runs charms, as this program carries it.
//!
//! A charm's environment need not have it: it is written to a directory that Python is told of. So what runs there is
//! always of the same version as this program.

use std::fs;
use std::io;
use std::path::Path;

/// Names one of its files, with its text.
macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../../python/charmgrammar/", $name)))),*] };
}

/// All files of the package, by name.
const FILES: &[(&str, &str)] = files! {
    "__init__.py"
    "__main__.py"
    "_binary.py"
    "_charm.py"
    "_confine.py"
    "_containers.py"
    "_databags.py"
    "_emit.py"
    "_facts.py"
    "_failure.py"
    "_groups.py"
    "_hooks.py"
    "_life.py"
    "_relations.py"
    "_repairs.py"
    "_report.py"
    "_runner.py"
    "_sandbox.py"
    "_secrets.py"
    "_setup.py"
    "_shrinking.py"
    "_summary.py"
    "_testfile.py"
    "_trace.py"
    "_worker.py"
    "_workers.py"
    "_workspace.py"
    "_world.py"
    "pytest_plugin.py"
    "run.py"
    "strategies.py"
};

/// Writes the package into a directory.
pub(super) fn write(directory: &Path) -> io::Result<()> {
    let package = directory.join("charmgrammar");
    fs::create_dir(&package)?;
    FILES.iter().try_for_each(|(name, text)| fs::write(package.join(name), text))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn no_file_of_the_package_is_forgotten() {
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("python/charmgrammar");
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "py"))
            .collect();
        names.sort();
        assert_eq!(FILES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), names);
    }
}
