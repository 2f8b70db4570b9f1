//! Finds the Python of a charm's environment.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{self, Path, PathBuf};
use std::process::{Command, Stdio};

use super::Failure;

/// Tells whether a Python has what a charm is run by, or what it lacks.
const PROBE: &str = "
import sys
try:
    import ops
except ImportError:
    sys.exit(print('no ops'))
version = getattr(ops, '__version__', '')
numbers = tuple(int(part) for part in version.split('.')[:2] if part.isdigit())
if numbers < (2, 23):
    sys.exit(print(f'ops {version} found, 2.23 is the oldest supported'))
try:
    import scenario, ops.testing
    ops.testing.Context
except (ImportError, AttributeError):
    sys.exit(print(f'ops {version} found, without `ops.testing`'))
print('ready')
";

/// The first Python that has what a charm is run by: of the environments in `directories`, of the active one, of that in
/// which this command is installed, of those of tox and nox, and the system's own. `neutral` is a directory that has no
/// modules.
///
/// # Errors
///
/// If none has it; then each that was tried is named, with what it lacks.
pub(super) fn find(directories: &[&Path], neutral: &Path) -> Result<PathBuf, Failure> {
    let mut tried = String::new();
    for python in candidates(directories) {
        match missing(&python, neutral) {
            None => return Ok(python),
            Some(why) => {
                let _ = write!(tried, "\n  `{}`: {why}", python.display());
            }
        }
    }
    Err(Failure::Message(format!(
        "none of the Pythons that were tried can run a charm:{tried}\n\
         help: install `ops[testing]>=2.23` in the charm's environment, or name its Python by --python"
    )))
}

/// The Pythons that are tried, in this order, each once.
fn candidates(directories: &[&Path]) -> Vec<PathBuf> {
    let mut environments: Vec<PathBuf> = Vec::new();
    for directory in directories {
        environments.extend([directory.join(".venv"), directory.join("venv")]);
    }
    environments.extend(
        ["UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV", "CONDA_PREFIX"].iter().filter_map(env::var_os).map(PathBuf::from),
    );
    environments.extend(env::current_exe().ok().and_then(|own| Some(own.parent()?.parent()?.to_owned())));
    for tool in [".tox", ".nox"] {
        for directory in directories {
            let entries = fs::read_dir(directory.join(tool)).into_iter().flatten().flatten();
            let mut of_tool: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
            of_tool.sort();
            environments.append(&mut of_tool);
        }
    }
    let mut found: Vec<PathBuf> = Vec::new();
    for environment in environments {
        let python = environment.join("bin/python");
        let python = path::absolute(&python).unwrap_or(python);
        if python.is_file() && !found.contains(&python) {
            found.push(python);
        }
    }
    found.push("python3".into());
    found
}

/// Why a Python can't run charms; `None` if it can.
fn missing(python: &Path, neutral: &Path) -> Option<String> {
    let mut command = Command::new(python);
    command.args(["-c", PROBE]).current_dir(neutral).stdin(Stdio::null()).stderr(Stdio::null());
    if let Ok(paths) = env::join_paths(python_path()) {
        command.env("PYTHONPATH", paths);
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return Some(format!("it does not start: {error}")),
    };
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().last().unwrap_or_default() {
        "ready" if output.status.success() => None,
        "" => Some(format!("it ended with {} and printed nothing", output.status)),
        why => Some(why.to_owned()),
    }
}

/// The directories that the user names for Python's modules, but for the current one: what happens to lie there would hide
/// modules of others.
pub(super) fn python_path() -> Vec<PathBuf> {
    let here = env::current_dir().unwrap_or_default();
    let theirs = env::var_os("PYTHONPATH").unwrap_or_default();
    let named = env::split_paths(&theirs).filter(|path| !path.as_os_str().is_empty());
    named
        .filter_map(|path| path::absolute(path).ok())
        .filter(|path| fs::canonicalize(path).is_ok_and(|path| path != here))
        .collect()
}
