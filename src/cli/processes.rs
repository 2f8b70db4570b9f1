//! Programs that are started, with all processes that they start.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::interrupt;

/// Those that run, by their process ids.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// How long a program may take to end what it has started itself.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts a command so that [`end`] reaches what it starts, too. Ctrl-C at the terminal does not reach it any more: whoever
/// starts it ends it then. Whoever waits for it says so by [`ended`].
pub(super) fn start(command: &mut Command) -> io::Result<Child> {
    interrupt::tidy();
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    running(|running| {
        let child = command.spawn()?;
        running.insert(child.id());
        Ok(child)
    })
}

/// Forgets a command that was waited for.
pub(super) fn ended(child: &Child) {
    running(|running| running.remove(&child.id()));
}

/// Ends a command that was [started](start) and not waited for, with all that it has started; elsewhere than on Unix the
/// command alone.
pub(super) fn end(child: &mut Child) {
    // Whatever fails here: it has ended in the meantime, or it ends now.
    kill_group(child.id());
    let _ = child.kill();
    let _ = child.wait();
    ended(child);
}

/// Asks all commands that run to end, and ends those that do not.
pub(super) fn end_all() {
    let ids: Vec<u32> = running(|running| running.iter().copied().collect());
    for id in &ids {
        ask_to_end(*id);
    }
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE && ids.iter().any(|id| is_there(*id)) {
        thread::sleep(Duration::from_millis(10));
    }
    for id in &ids {
        kill_group(*id);
    }
    end_orphans();
}

/// Lets processes whose parents have ended become children of this one, so that [`end_orphans`] finds them.
pub(super) fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends all children that this process has, and those that it adopts in turn; elsewhere than on Linux none. Whoever calls
/// this waits for no child of its own.
pub(super) fn end_orphans() {
    #[cfg(target_os = "linux")]
    while orphans::end() {}
}

fn running<T>(look: impl FnOnce(&mut BTreeSet<u32>) -> T) -> T {
    look(&mut RUNNING.lock().unwrap_or_else(PoisonError::into_inner))
}

#[cfg(target_os = "linux")]
mod orphans {
    use std::fs;

    use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

    /// Ends the children that there are. Whether there were any.
    pub(super) fn end() -> bool {
        let tasks = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
        let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
        let ids: Vec<i32> = lists
            .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        let mut is_some = false;
        for pid in ids.into_iter().filter_map(Pid::from_raw) {
            // One that can't be killed or waited for would be found again and again.
            is_some |= kill_process(pid, Signal::KILL).is_ok() && waitpid(Some(pid), WaitOptions::empty()).is_ok();
        }
        is_some
    }
}

#[cfg(unix)]
mod system {
    use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};

    fn pid(id: u32) -> Option<Pid> {
        i32::try_from(id).ok().and_then(Pid::from_raw)
    }

    pub(in super::super) fn interrupt(id: u32) {
        pid(id).map(|pid| kill_process(pid, Signal::INT));
    }

    pub(super) fn ask_to_end(id: u32) {
        pid(id).map(|pid| kill_process_group(pid, Signal::TERM));
    }

    pub(super) fn kill_group(id: u32) {
        pid(id).map(|pid| kill_process_group(pid, Signal::KILL));
    }

    /// Whether it has not ended, or nobody has waited for it.
    pub(super) fn is_there(id: u32) -> bool {
        pid(id).is_some_and(|pid| test_kill_process(pid).is_ok())
    }
}

#[cfg(not(unix))]
mod system {
    pub(in super::super) fn interrupt(_: u32) {}

    pub(super) fn ask_to_end(_: u32) {}

    pub(super) fn kill_group(_: u32) {}

    pub(super) fn is_there(_: u32) -> bool {
        false
    }
}

pub(super) use system::interrupt;
use system::{ask_to_end, is_there, kill_group};
