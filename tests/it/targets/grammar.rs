//! The text of a grammar.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use charmgrammar::diagnostic::render::{Format, Renderer};
use charmgrammar::diagnostic::{Diagnostic, Severity};
use charmgrammar::machine::Program;
use charmgrammar::model::{self, Alphabet, LoadError, Loader, Root, Settings};
use charmgrammar::source::{SourceFile, SourceId, SourceMap, Span};
use charmgrammar::syntax::{parse, print};
use charmgrammar::trace::{Shows, Story};
use charmgrammar::walk::{Limits, Memory, walk};

/// The files that the grammars of the corpus use.
static USED: LazyLock<HashMap<PathBuf, Vec<u8>>> = LazyLock::new(|| {
    let read = |directory: &str| {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .map(|root| root.join(directory))
            .find(|path| path.is_dir());
        let entries = fs::read_dir(directory.expect("the corpus is there")).expect("it can be read");
        let paths = entries.map(|entry| entry.expect("it can be read").path()).filter(|path| path.is_file());
        paths
            .map(|path| {
                (
                    Path::new("used").join(path.file_name().expect("it has a name")),
                    fs::read(&path).expect("it can be read"),
                )
            })
            .collect::<Vec<_>>()
    };
    ["tests/corpus/walk/used", "tests/corpus/check/used"].into_iter().flat_map(read).collect()
});

/// A text as a file among those that it may use.
struct Files<'a>(&'a [u8]);

/// The name of that file.
const NAME: &str = "it.charmgrammar";

impl Loader for Files<'_> {
    fn load(&self, path: &Path, most: usize) -> Result<String, LoadError> {
        let text = if path == Path::new(NAME) { Some(self.0) } else { USED.get(path).map(Vec::as_slice) };
        match text {
            Some(bytes) => model::read_text(bytes, most),
            None => Err(LoadError::Unreadable("there is no such file".to_owned())),
        }
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }
}

/// Whether a span lies in a file, on the borders of characters.
fn is_inside(sources: &SourceMap, span: Span) -> bool {
    let Some(file) = sources.files().nth(span.source.0 as usize) else { return false };
    let text = file.text();
    span.start <= span.end && text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize)
}

pub(super) fn check_diagnostics(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let places = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary).map(|label| label.span);
        for span in places.chain(diagnostic.fix.iter().map(|fix| fix.span)) {
            assert!(is_inside(sources, span), "{span:?} is not in the text: {diagnostic:?}");
        }
        assert!(!diagnostic.message.is_empty() && !diagnostic.message.ends_with('.'), "{diagnostic:?}");
    }
    let has_errors = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    for format in [Format::Human, Format::Json, Format::Github] {
        let text = Renderer::new(format).render(sources, diagnostics);
        assert!(!has_errors || !text.is_empty());
        if format == Format::Json {
            let findings: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
            assert_eq!(findings.as_array().map(Vec::len), Some(diagnostics.len()));
        }
    }
}

/// What is read without a finding can be printed; what is printed is read without a finding, and printed alike.
fn check_printing(text: &str) {
    let read = |text: &str| parse(SourceId(0), &SourceFile::new("it", text));
    let first = read(text);
    if first.diagnostics.iter().next().is_none() {
        let printed = print(&first.file);
        let second = read(&printed);
        let findings: Vec<&Diagnostic> = second.diagnostics.iter().collect();
        assert!(findings.is_empty(), "what is printed is not read:\n{printed}\n{findings:?}");
        assert_eq!(print(&second.file), printed);
    }
}

/// A text alone.
pub(super) fn text(data: &[u8]) {
    answer(data, &Settings::default());
}

/// Takes a text through everything: read, print, load, check, compile, a few short walks. What came of it: whether it is
/// a grammar.
pub(crate) fn answer(text: &[u8], settings: &Settings) -> bool {
    if let Ok(text) = std::str::from_utf8(text) {
        check_printing(text);
    }
    let loaded = model::load(&Files(text), &Root::Path(NAME.into()), settings);
    check_diagnostics(&loaded.sources, &loaded.diagnostics);
    let has_errors = loaded.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(loaded.grammar.is_none(), has_errors, "a grammar is made if and only if nothing is wrong");
    let Some(grammar) = &loaded.grammar else { return false };
    let program = Program::compile(grammar);
    let alphabet = Alphabet::new(grammar);
    let limits = Limits { events: 500, steps: 5_000, attempts: 2, ..Limits::default() };
    let mut memory = Memory::new(&program, &limits);
    let mut sink = Story::new(grammar, &alphabet, Shows::STORY);
    for trace in 0..3 {
        if let Err(error) = walk(&program, &limits, 1, trace, &mut sink, &mut memory)
            && let charmgrammar::walk::Cause::Fault(fault) = error.cause
        {
            assert!(is_inside(&loaded.sources, fault.span), "{fault:?}");
            assert!(!fault.kind.message(grammar).is_empty());
        }
    }
    true
}
