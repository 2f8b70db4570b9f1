//! The text of a pattern.

use std::sync::LazyLock;

use charmgrammar::diagnostic::Severity;
use charmgrammar::model::grammar::Check;
use charmgrammar::model::{self, Alphabet, Memory, Root, Settings};
use charmgrammar::pattern::Matcher;
use charmgrammar::source::{SourceFile, SourceId};
use charmgrammar::syntax::parse_pattern;

use super::grammar::check_diagnostics;

/// Events of all sorts.
const EVENTS: &str = "source user  kind relation {}  relation http  relation db[2]
    event install  event <relation>-changed  event joined(unit: 0..2, of: relation | none)
    phase one { install  for each r: relation { <r>-changed  joined(unit = 1, of = r) } }\n";

static LENGTH: LazyLock<usize> = LazyLock::new(|| EVENTS.len());

/// A pattern by itself, and as what a test of a grammar rejects; then it is compiled, and events are matched.
pub(super) fn text(data: &[u8]) {
    let Ok(pattern) = std::str::from_utf8(data) else { return };
    let (alone, diagnostics) = parse_pattern(SourceId(0), &SourceFile::new("it", pattern));
    let text = format!("{EVENTS}test \"it\" rejects {{ {pattern}\n}}\n");
    let root = Root::Text { name: "it".to_owned(), text };
    let loaded = model::load(&Memory::default(), &root, &Settings::default());
    check_diagnostics(&loaded.sources, &loaded.diagnostics);
    let Some(grammar) = &loaded.grammar else { return };
    let is_one = grammar.tests.len() == 1 && !pattern.contains(['{', '}', '#']);
    let is_bad = diagnostics.iter().any(|found| found.severity == Severity::Error) || alone.is_none();
    assert!(!(is_one && is_bad), "it is a pattern in a test only");
    let alphabet = Alphabet::new(grammar);
    for test in &grammar.tests {
        let (Check::Accepts(pattern) | Check::Rejects(pattern)) = &test.check else { continue };
        let Ok(mut matcher) = Matcher::new(pattern, &alphabet) else { continue };
        let mut progress = matcher.start();
        for (symbol, _) in (0..alphabet.len()).zip(0..20) {
            let symbol = model::SymbolId(u32::try_from(symbol).expect("there are few"));
            let payload = vec![1; grammar.events[alphabet.event_of(symbol).index()].payload.len()];
            let Some(next) = matcher.step(progress, symbol, &payload) else { break };
            assert!(matcher.element(next) <= *LENGTH + data.len());
            progress = next;
        }
        let _ = matcher.accepts(progress);
    }
}
