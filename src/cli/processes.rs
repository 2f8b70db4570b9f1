//! A command with all processes that it starts.

use std::io;
use std::process::{Child, Command};

/// Starts a command so that [`end`] reaches what it starts, too. Ctrl-C at the terminal does not reach it any more: whoever
/// starts it ends it then.
pub(super) fn start(command: &mut Command) -> io::Result<Child> {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command.spawn()
}

/// Ends a command that was [started](start) and not waited for, with all that it has started; elsewhere than on Unix the
/// command alone.
pub(super) fn end(child: &mut Child) {
    // Whatever fails here: it has ended in the meantime, or it ends now.
    #[cfg(unix)]
    let _ = rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}
