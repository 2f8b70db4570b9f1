//! Findings about a user's text, as data.
//!
//! A pass pushes a [`Diagnostic`] and goes on, so that one run reports every independent mistake. What a diagnostic
//! looks like on a terminal, as JSON or as an annotation of GitHub Actions is the business of [`render`] alone.

mod code;
mod excerpt;
mod github;
mod human;
mod json;
mod place;
mod printable;
pub mod render;
#[cfg(test)]
mod render_tests;
pub mod suggest;

pub use code::Code;
pub(crate) use place::Position;
pub(crate) use printable::{commands_as, is_visible, one_line, printable, without_commands};

use crate::source::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing is wrong, but something may surprise.
    Note,
    /// It works, and is probably not what was meant.
    Warning,
    /// The grammar has no meaning until this is mended.
    Error,
}

impl Severity {
    /// The severity as it is written: `error`, `warning`, `note`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place, and what is to be said of it (empty: nothing).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A short phrase that is shown beside the underlined text.
    pub text: String,
}

/// A change of the text that mends the finding: the span is replaced by the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What is replaced.
    pub span: Span,
    /// By what.
    pub replacement: String,
}

/// One finding: what is wrong, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of the finding; stable, for tools and tests.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence, in lower case and without a full stop.
    pub message: String,
    /// Where it is.
    pub primary: Label,
    /// Other places that have a part in it.
    pub secondary: Vec<Label>,
    /// What to do about it.
    pub help: Vec<String>,
    /// The change that does it, where one is certain enough to be offered.
    pub fix: Option<Fix>,
    /// A trace that proves it.
    pub witness: Option<Proof>,
}

/// A trace that proves a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// What it is: `a shortest trace`.
    pub title: &'static str,
    /// The names of its events.
    pub events: Vec<String>,
    /// All that it shows, as a story.
    pub story: String,
    /// Whether it is complete: otherwise it may go on.
    pub ends: bool,
}

impl Proof {
    /// It in one line: the names of its events.
    fn line(&self) -> String {
        let trace = if self.events.is_empty() { "no event at all".to_owned() } else { self.events.join(" ") };
        let end = if self.ends { "" } else { " …" };
        format!("{}: {trace}{end}", self.title)
    }
}

impl Diagnostic {
    /// An error at `span`.
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span, message)
    }

    /// A warning at `span`.
    pub fn warning(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span, message)
    }

    /// A note at `span`.
    pub fn note(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(Severity::Note, code, span, message)
    }

    fn new(severity: Severity, code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            help: Vec::new(),
            fix: None,
            witness: None,
        }
    }

    /// Says `text` beside the underlined text.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Offers to replace `span` by `replacement`.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Proves it by a trace.
    #[must_use]
    pub fn proved(mut self, witness: Proof) -> Self {
        self.witness = Some(witness);
        self
    }

    /// The same in files whose ids are greater by `n`: see [`SourceMap::append`](crate::source::SourceMap::append).
    #[must_use]
    pub fn moved(mut self, n: u32) -> Self {
        let spans = std::iter::once(&mut self.primary.span)
            .chain(self.secondary.iter_mut().map(|label| &mut label.span))
            .chain(self.fix.iter_mut().map(|fix| &mut fix.span));
        for span in spans {
            span.source.0 += n;
        }
        self
    }

    /// Says "did you mean …?" with that name, if there is one, and offers the change.
    #[must_use]
    pub fn suggest(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => {
                let span = self.primary.span;
                self.help(format!("did you mean `{name}`?")).fix(span, name)
            }
            None => self,
        }
    }
}

/// The findings of one run, in the order in which they were pushed.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Adds all findings of another run.
    pub fn extend(&mut self, other: Self) {
        self.list.extend(other.list);
    }

    /// Whether a finding is an error.
    pub fn has_errors(&self) -> bool {
        self.n_errors() > 0
    }

    /// How many findings are errors.
    pub fn n_errors(&self) -> usize {
        self.list.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// The findings by place, the same one said twice at one place only once.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.list.sort_by(|a, b| (a.primary.span, a.code, &a.message).cmp(&(b.primary.span, b.code, &b.message)));
        self.list.dedup();
        self.list
    }

    /// The findings as they were pushed.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }
}
