//! A line on the terminal that tells how far long work is.

use std::time::{Duration, Instant};

use super::io::{Stream, Verbosity};

/// How often the line is written at most.
const INTERVAL: Duration = Duration::from_millis(100);

/// The line; it is cleared when it is dropped.
pub(super) struct Progress<'a> {
    stream: Option<&'a mut Stream>,
    what: &'static str,
    total: u64,
    next: Instant,
    is_drawn: bool,
}

impl<'a> Progress<'a> {
    /// Will tell how many of `total` things (`traces`) are done: on standard error, if it is a terminal and the user wants
    /// to hear anything. The line first appears after a moment, since short work needs none.
    pub(super) fn new(stderr: &'a mut Stream, verbosity: Verbosity, what: &'static str, total: u64) -> Self {
        let is_shown = stderr.is_terminal && verbosity > Verbosity::Quiet;
        let next = Instant::now() + INTERVAL;
        Self { stream: is_shown.then_some(stderr), what, total, next, is_drawn: false }
    }

    /// Tells that `done` are done, if it is time to. Costs a look at the clock.
    pub(super) fn update(&mut self, done: u64) {
        if self.stream.is_some() {
            self.update_at(Instant::now(), done);
        }
    }

    fn update_at(&mut self, now: Instant, done: u64) {
        let Some(stream) = self.stream.as_mut().filter(|_| now >= self.next) else { return };
        self.next = now + INTERVAL;
        self.is_drawn = true;
        let percent = u128::from(done) * 100 / u128::from(self.total.max(1));
        // A progress line that cannot be written is no reason to stop the work.
        let _ = stream.control(&format!("\r\x1b[K{done} of {} {} ({percent}%)", self.total, self.what));
        let _ = stream.flush();
    }

    /// Takes the line away, before something else is written to the terminal; the next update draws it again.
    pub(super) fn clear(&mut self) {
        if let Some(stream) = self.stream.as_mut().filter(|_| self.is_drawn) {
            self.is_drawn = false;
            let _ = stream.control("\r\x1b[K");
            let _ = stream.flush();
        }
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::super::io::Capture;
    use super::*;

    #[test]
    fn the_line_is_drawn_seldom_and_cleared() {
        let capture = Capture::default();
        let mut stream = Stream::new(capture.clone());
        stream.is_terminal = true;
        let mut progress = Progress::new(&mut stream, Verbosity::Normal, "traces", 200);
        let start = Instant::now() + Duration::from_secs(1);
        progress.update_at(start, 50);
        progress.update_at(start + Duration::from_millis(1), 51);
        drop(progress);
        assert_eq!(capture.text(), "\r\x1b[K50 of 200 traces (25%)\r\x1b[K");
    }

    #[test]
    fn a_file_gets_no_line() {
        let capture = Capture::default();
        let mut stream = Stream::new(capture.clone());
        Progress::new(&mut stream, Verbosity::Normal, "traces", 2).update_at(Instant::now() + INTERVAL * 2, 1);
        stream.is_terminal = true;
        Progress::new(&mut stream, Verbosity::Quiet, "traces", 2).update_at(Instant::now() + INTERVAL * 2, 1);
        assert_eq!(capture.text(), "");
    }
}
