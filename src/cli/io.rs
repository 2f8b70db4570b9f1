//! The streams of a command.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::diagnostic::render::{Format, Renderer};

/// How much is said beside results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    /// What the user must know.
    #[default]
    Normal,
    /// Also what is done.
    Verbose,
}

/// A stream that is written to.
pub struct Stream {
    writer: Box<dyn Write + Send>,
    /// Whether it is a terminal.
    pub is_terminal: bool,
    /// Whether colors are written to it.
    pub color: bool,
}

impl Stream {
    /// A stream that is no terminal and takes no colors.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self { writer: Box::new(writer), is_terminal: false, color: false }
    }

    /// Writes a text.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.writer.write_all(text.as_bytes())
    }

    /// Writes what is still buffered.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// The stream as the standard library knows it.
    pub fn writer(&mut self) -> &mut (dyn Write + Send) {
        &mut *self.writer
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("is_terminal", &self.is_terminal)
            .field("color", &self.color)
            .finish_non_exhaustive()
    }
}

/// Everything that a command reads from and writes to, beside files.
pub struct Io {
    /// Standard input.
    pub stdin: Box<dyn Read>,
    /// Whether that is a terminal.
    pub is_interactive: bool,
    /// Standard output: results.
    pub stdout: Stream,
    /// Standard error: everything else.
    pub stderr: Stream,
    /// The terminal's width in columns, if it is known.
    pub width: Option<usize>,
    /// How much is said on standard error.
    pub verbosity: Verbosity,
}

impl fmt::Debug for Io {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Io")
            .field("stdout", &self.stdout)
            .field("stderr", &self.stderr)
            .field("width", &self.width)
            .field("verbosity", &self.verbosity)
            .finish_non_exhaustive()
    }
}

impl Io {
    /// The streams of this process; colors where they are terminals, or as `NO_COLOR`, `CLICOLOR` and `CLICOLOR_FORCE`
    /// ask for.
    pub fn of_process() -> Self {
        let (stdout, stderr) = (io::stdout(), io::stderr());
        Self {
            stdin: Box::new(io::stdin()),
            is_interactive: io::stdin().is_terminal(),
            stdout: Stream {
                is_terminal: stdout.is_terminal(),
                color: AutoStream::choice(&stdout) != ColorChoice::Never,
                writer: Box::new(BufWriter::new(stdout)),
            },
            stderr: Stream {
                is_terminal: stderr.is_terminal(),
                color: AutoStream::choice(&stderr) != ColorChoice::Never,
                writer: Box::new(stderr),
            },
            width: std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()),
            verbosity: Verbosity::default(),
        }
    }

    /// Streams in memory: what is on standard input, and what came on standard output and on standard error.
    pub fn in_memory(stdin: &[u8]) -> (Self, Capture, Capture) {
        let (stdout, stderr) = (Capture::default(), Capture::default());
        let io = Self {
            stdin: Box::new(io::Cursor::new(stdin.to_vec())),
            is_interactive: false,
            stdout: Stream::new(stdout.clone()),
            stderr: Stream::new(stderr.clone()),
            width: None,
            verbosity: Verbosity::default(),
        };
        (io, stdout, stderr)
    }

    /// Turns colors on or off; `None` leaves them as they are.
    pub(super) fn color(&mut self, color: Option<bool>) {
        if let Some(color) = color {
            self.stdout.color = color;
            self.stderr.color = color;
        }
    }

    /// Tells an error.
    pub(super) fn error(&mut self, message: &str) {
        self.tell("error", AnsiColor::BrightRed, message);
    }

    /// Tells what to do about the error that was told last.
    pub(super) fn help(&mut self, message: &str) {
        self.tell("help", AnsiColor::BrightCyan, message);
    }

    /// Tells what is probably not as it was meant.
    pub(super) fn warn(&mut self, message: &str) {
        if self.verbosity >= Verbosity::Normal {
            self.tell("warning", AnsiColor::BrightYellow, message);
        }
    }

    /// Tells what the user must know.
    pub(super) fn note(&mut self, message: &str) {
        if self.verbosity >= Verbosity::Normal {
            self.tell("note", AnsiColor::BrightGreen, message);
        }
    }

    /// Tells what is done, to those who want to know.
    pub(super) fn detail(&mut self, message: &str) {
        if self.verbosity >= Verbosity::Verbose {
            self.tell("note", AnsiColor::BrightGreen, message);
        }
    }

    fn tell(&mut self, label: &str, color: AnsiColor, message: &str) {
        let style = if self.stderr.color { color.on_default().bold() } else { Style::new() };
        // On a terminal each stands where it belongs; whether results can be written shows elsewhere.
        if self.stdout.is_terminal {
            let _ = self.stdout.flush();
        }
        // There is nobody left to tell that standard error cannot be written to.
        let _ = self.stderr.write(&format!("{style}{label}{style:#}: {message}\n"));
    }

    /// What writes findings to standard output, or to standard error.
    pub(super) fn renderer(&self, format: Format, to_stderr: bool) -> Renderer {
        let mut renderer = Renderer::new(format);
        renderer.color = if to_stderr { self.stderr.color } else { self.stdout.color };
        renderer.width = self.width.unwrap_or(renderer.width);
        renderer
    }
}

/// What was written to a stream in memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    /// What was written so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
