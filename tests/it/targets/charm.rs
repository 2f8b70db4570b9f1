//! The metadata of a charm.

use std::fs;
use std::sync::LazyLock;

use charmgrammar::charm::{self, Platform};
use charmgrammar::diagnostic::{Code, Severity};
use charmgrammar::limits::Limits;
use charmgrammar::model::{self, Disk, Memory, Outline, Root, Settings};

use super::grammar::check_diagnostics;

const FILES: [&str; 4] = ["charmcraft.yaml", "metadata.yaml", "config.yaml", "actions.yaml"];

/// What the grammars of both platforms can say.
static OUTLINES: LazyLock<[Outline; 2]> = LazyLock::new(|| {
    [Platform::Machine, Platform::Kubernetes].map(|platform| {
        let root = Root::Builtin(platform.grammar().to_owned());
        model::outline(&Memory::default(), &root, &Settings::default())
    })
});

/// Metadata, the files one behind the other with `---` between them: what they say makes a grammar, unless it is too much.
pub(super) fn metadata(data: &[u8]) {
    let directory = tempfile::tempdir().expect("there is room for a directory");
    let mut rest = data;
    for file in FILES {
        let end = rest.windows(5).position(|window| window == b"\n---\n");
        fs::write(directory.path().join(file), &rest[..end.unwrap_or(rest.len())]).expect("there is room for a file");
        match end {
            Some(end) => rest = &rest[end + 5..],
            None => break,
        }
    }
    let reading = charm::read(&Disk, &Limits::default(), directory.path());
    check_diagnostics(&reading.sources, &reading.diagnostics);
    let has_errors = reading.diagnostics.iter().any(|found| found.severity == Severity::Error);
    assert_eq!(reading.charm.is_none(), has_errors);
    let Some(charm) = &reading.charm else { return };
    let outline = &OUTLINES[usize::from(charm.platform == Platform::Kubernetes)];
    let declared = charm::declare(charm, 2, outline).text;
    let grammar = charm.platform.grammar();
    let settings = Settings { charm: Some(declared.clone()), ..Settings::default() };
    for (root, settings) in [
        (Root::Builtin(grammar.to_owned()), settings),
        (Root::Text { name: "it".to_owned(), text: charm::start(charm, 2, &[], outline) }, Settings::default()),
    ] {
        let loaded = model::load(&Memory::default(), &root, &settings);
        check_diagnostics(&loaded.sources, &loaded.diagnostics);
        for found in loaded.diagnostics.iter().filter(|found| found.severity == Severity::Error) {
            let is_limit =
                matches!(found.code, Code::AlphabetLimit | Code::BindingLimit | Code::InstanceLimit | Code::ArrayLimit);
            assert!(is_limit, "{found:?}\n{declared}");
        }
    }
}
