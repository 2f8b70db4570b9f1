//! Ctrl-C.
//!
//! It ends the process at once, as always, until long work begins; that work then looks at the [`flag`] now and then
//! and tidies up after itself. A second Ctrl-C does not wait for it.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Exit, output};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C only sets the [`flag`].
pub(super) fn catch() {
    // The only errors are that there is a handler already, which is this one, and that the system has no signals.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            output::discard_all();
            #[expect(clippy::exit, reason = "the work did not stop when it was asked to")]
            std::process::exit(Exit::Interrupted.code().into());
        }
    });
}

/// Is set when the user wants the work to stop: return [`Failure::Interrupted`](super::Failure::Interrupted) then.
pub(super) fn flag() -> &'static AtomicBool {
    &INTERRUPTED
}
