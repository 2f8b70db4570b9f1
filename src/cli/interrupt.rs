//! Signals that ask this process to end.
//!
//! They end it at once, as always, until there is something to tidy up: a temporary file, a program that was started. From
//! then on they are handled: all of that goes first. SIGTERM and SIGHUP then end the process as if they had not been
//! handled. So does SIGINT, Ctrl-C, but long work that has begun can take the first one for itself: it looks at the [`flag`]
//! now and then, and ends with what it has.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Exit, processes, temporary};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);
/// Whether somebody looks at the flag.
static IS_CAUGHT: AtomicBool = AtomicBool::new(false);

/// Whether a signal is about to end this process.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C only sets the [`flag`].
pub(super) fn catch() {
    IS_CAUGHT.store(true, Ordering::Relaxed);
    tidy();
}

/// From now on signals end this process only after what it has made and started.
pub(super) fn tidy() {
    system::handle();
}

/// Is set when the user wants the work to stop: return [`Failure::Interrupted`](super::Failure::Interrupted) then.
pub(super) fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}

/// Does not return if a signal is about to end this process: what it has been told to leave is not worth a message.
pub(super) fn wait_for_end() {
    while IS_ENDING.load(Ordering::Relaxed) {
        std::thread::park();
    }
}

/// Ctrl-C: whether the work was told of it, and goes on to its end.
fn is_left_to_the_work() -> bool {
    IS_CAUGHT.load(Ordering::Relaxed) && !INTERRUPTED.swap(true, Ordering::Relaxed)
}

/// Removes what is unfinished, and ends what was started.
fn clear_away() {
    IS_ENDING.store(true, Ordering::Relaxed);
    processes::end_all();
    temporary::discard_all();
}

#[expect(clippy::exit, reason = "the user wants this process to end, and its work does not listen")]
fn exit() {
    std::process::exit(Exit::Interrupted.code().into());
}

#[cfg(unix)]
mod system {
    use std::sync::Once;
    use std::thread;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    use signal_hook::low_level::emulate_default_handler;

    static HANDLED: Once = Once::new();

    pub(super) fn handle() {
        HANDLED.call_once(|| {
            let wanted = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
            // Where the system has no handler to give, signals end the process as always.
            if let Ok(mut signals) = Signals::new(wanted) {
                thread::spawn(move || signals.forever().for_each(answer));
            }
        });
    }

    fn answer(signal: i32) {
        if signal == SIGINT {
            if !super::is_left_to_the_work() {
                super::clear_away();
                super::exit();
            }
            return;
        }
        super::clear_away();
        let _ = emulate_default_handler(signal);
    }

    /// Whether whoever started this process lets it ignore a signal, as `nohup` does.
    fn is_ignored(signal: i32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or(0);
        mask >> (signal - 1) & 1 == 1
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) fn handle() {
        // The only errors are that there is a handler already, which is this one, and that the system has no signals.
        let _ = ctrlc::set_handler(|| {
            if !super::is_left_to_the_work() {
                super::clear_away();
                super::exit();
            }
        });
    }
}
