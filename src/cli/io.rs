//! The streams of a command.

use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

use crate::diagnostic::render::{Format, Renderer};
use crate::diagnostic::{Diagnostic, one_line, printable, without_commands};
use crate::source::SourceMap;

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
///
/// What is written may hold text from elsewhere: names, titles, comments, messages of other programs. So there are two
/// ways in: [`show`](Self::show) for what people read, and [`write`](Self::write) for what programs read, which is kept
/// to the byte unless the stream is a terminal.
pub struct Stream {
    writer: Box<dyn Write + Send>,
    /// The first bytes of a character whose last bytes are still to be written. For terminals alone.
    begun: Vec<u8>,
    /// Whether it is a terminal.
    pub is_terminal: bool,
    /// Whether colors are written to it.
    pub color: bool,
}

impl Stream {
    /// A stream that is no terminal and takes no colors.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self { writer: Box::new(writer), begun: Vec::new(), is_terminal: false, color: false }
    }

    /// Writes lines for people. Whatever they hold, no character acts on a terminal but colors, where these are on, and
    /// no line is a command to a runner of GitHub Actions, which reads all that is printed.
    ///
    /// A piece from elsewhere that must not break its line is made one line before, by `one_line`.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub fn show(&mut self, text: &str) -> io::Result<()> {
        self.control(&without_commands(&shown(text, self.color)))
    }

    /// Writes data: a trace, JSON, a script. A terminal gets it without characters that act.
    ///
    /// # Errors
    ///
    /// Those of the stream.
    pub fn write(&mut self, data: &str) -> io::Result<()> {
        self.write_all(data.as_bytes())
    }

    /// Writes a text that acts on a terminal and holds nothing from elsewhere.
    pub(super) fn control(&mut self, text: &str) -> io::Result<()> {
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

    /// The stream as the standard library knows it, for data.
    pub fn writer(&mut self) -> &mut (dyn Write + Send) {
        self
    }
}

/// Takes data, as [`Stream::write`] does.
impl Write for Stream {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if !self.is_terminal {
            return self.writer.write(data);
        }
        self.begun.extend(data);
        let complete = complete(&self.begun);
        let text = printable(&String::from_utf8_lossy(&self.begun[..complete]));
        self.begun.drain(..complete);
        self.writer.write_all(text.as_bytes())?;
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The number of bytes before a character that is cut off at the end.
fn complete(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last().map_or(&[][..], |chunk| chunk.invalid());
    let is_cut_off = std::str::from_utf8(last).is_err_and(|error| error.error_len().is_none());
    bytes.len() - if is_cut_off { last.len() } else { 0 }
}

/// A text that is [`printable`] but for the sequences that set colors, which stay where there are colors.
fn shown(text: &str, color: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\u{1b}').filter(|_| color) {
        shown.push_str(&printable(&rest[..start]));
        rest = &rest[start..];
        let length = color_sequence(rest).unwrap_or(1);
        let sequence = &rest[..length];
        if length > 1 {
            shown.push_str(sequence);
        } else {
            shown.push_str(&printable(sequence));
        }
        rest = &rest[length..];
    }
    shown + &printable(rest)
}

/// The length of the sequence that sets a color, or another style, at the beginning of the text.
fn color_sequence(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|character: char| !character.is_ascii_digit() && character != ';')?;
    parameters[end..].starts_with('m').then_some("\u{1b}[".len() + end + 1)
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
                ..Stream::new(BufWriter::new(stdout))
            },
            stderr: Stream {
                is_terminal: stderr.is_terminal(),
                color: AutoStream::choice(&stderr) != ColorChoice::Never,
                ..Stream::new(stderr)
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

    /// Prints several warnings.
    pub(super) fn warn_each(&mut self, messages: &[String]) {
        for message in messages {
            self.warn(message);
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
        self.tell_text(&format!("{style}{label}{style:#}: {}\n", one_line(message)));
    }

    /// Tells findings with the text that they are about.
    pub(super) fn tell_findings(&mut self, sources: &SourceMap, findings: &[Diagnostic]) {
        let text = self.renderer(Format::Human, true).render(sources, findings);
        self.tell_text(&text);
    }

    /// Tells lines that have their labels already.
    pub(super) fn tell_text(&mut self, text: &str) {
        // On a terminal each stands where it belongs; whether results can be written shows elsewhere.
        if self.stdout.is_terminal {
            let _ = self.stdout.flush();
        }
        // There is nobody left to tell that standard error cannot be written to.
        let _ = self.stderr.show(text);
    }

    /// Writes findings as a result, in a format.
    pub(super) fn write_findings(
        &mut self,
        format: Format,
        sources: &SourceMap,
        findings: &[Diagnostic],
    ) -> io::Result<()> {
        let text = self.renderer(format, false).render(sources, findings);
        if format == Format::Human { self.stdout.show(&text) } else { self.stdout.write(&text) }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn written(is_terminal: bool, color: bool, write: impl Fn(&mut Stream)) -> String {
        let capture = Capture::default();
        let mut stream = Stream { is_terminal, color, ..Stream::new(capture.clone()) };
        write(&mut stream);
        capture.text()
    }

    #[test]
    fn data_stays_as_it_is_unless_a_terminal_shows_it() {
        let data = "a\u{1b}[31m\u{202e}\n::b\r\n";
        assert_eq!(written(false, true, |stream| stream.write(data).unwrap()), data);
        assert_eq!(written(true, true, |stream| stream.write(data).unwrap()), "a␛[31m\u{fffd}\n::b␍\n");
    }

    #[test]
    fn data_comes_to_a_terminal_in_pieces_of_any_size() {
        let data = "ä☃\u{1b}\u{10000}\u{9b}b".as_bytes();
        for size in 1..data.len() {
            let write =
                |stream: &mut Stream| data.chunks(size).for_each(|piece| stream.writer().write_all(piece).unwrap());
            assert_eq!(written(true, false, write), "ä☃␛\u{10000}\u{fffd}b", "{size}");
        }
        let wrong = |stream: &mut Stream| stream.writer().write_all(b"a\xff\xe2\x28b").unwrap();
        assert_eq!(written(true, false, wrong), "a\u{fffd}\u{fffd}(b");
    }

    #[test]
    fn of_what_people_read_only_colors_act() {
        let text = "\u{1b}[1m\u{1b}[38;5;9mred\u{1b}[0m \u{1b}[2Jx\u{1b}]0;t\u{7}\u{1b}[\u{1b}";
        assert_eq!(
            written(true, true, |stream| stream.show(text).unwrap()),
            "\u{1b}[1m\u{1b}[38;5;9mred\u{1b}[0m ␛[2Jx␛]0;t␇␛[␛"
        );
        assert_eq!(
            written(false, false, |stream| stream.show(text).unwrap()),
            text.replace('\u{1b}', "␛").replace('\u{7}', "␇")
        );
        assert_eq!(written(false, false, |stream| stream.show("a\n ::error::b\n").unwrap()), "a\n ∷error::b\n");
    }

    #[test]
    fn a_message_is_one_line() {
        let (mut io, _, stderr) = Io::in_memory(b"");
        io.error("cannot read `a\n::error::b\u{1b}c`");
        assert_eq!(stderr.text(), "error: cannot read `a␊::error::b␛c`\n");
    }
}
