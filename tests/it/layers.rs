//! The order of the modules, which `architecture.md` gives: dependencies go one way.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// What each module may use; `use crate::…` within one is its own affair. In the words of the design: source <
/// diagnostic < syntax < model < machine < sets < {walk, recognize} < explore < cover < cli, lsp; `trace`, `pattern`,
/// `charm` and `import` stand on `model`, and siblings do not use each other. `trace` is what those who walk and those
/// who recognise write and read, and the machine knows nothing of it.
const MAY_USE: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("limits", &[]),
    ("diagnostic", &["source"]),
    ("syntax", &["source", "diagnostic"]),
    ("model", &["source", "limits", "diagnostic", "syntax"]),
    ("trace", &["source", "limits", "diagnostic", "syntax", "model"]),
    ("pattern", &["source", "limits", "diagnostic", "syntax", "model"]),
    ("charm", &["source", "limits", "diagnostic", "syntax", "model"]),
    ("import", &["source", "limits", "diagnostic", "syntax", "model", "trace"]),
    ("machine", &["source", "limits", "diagnostic", "syntax", "model"]),
    ("sets", &["source", "limits", "diagnostic", "syntax", "model", "machine"]),
    ("walk", &["source", "limits", "diagnostic", "syntax", "model", "machine", "sets", "trace", "pattern"]),
    ("recognize", &["source", "limits", "diagnostic", "syntax", "model", "machine", "sets", "trace", "pattern"]),
    (
        "explore",
        &[
            "source",
            "limits",
            "diagnostic",
            "syntax",
            "model",
            "machine",
            "sets",
            "trace",
            "pattern",
            "walk",
            "recognize",
        ],
    ),
    (
        "cover",
        &[
            "source",
            "limits",
            "diagnostic",
            "syntax",
            "model",
            "machine",
            "sets",
            "trace",
            "pattern",
            "walk",
            "recognize",
            "explore",
        ],
    ),
    ("draw", &["source", "limits", "diagnostic", "syntax", "model", "trace", "charm"]),
    (
        "export",
        &[
            "source",
            "limits",
            "diagnostic",
            "syntax",
            "model",
            "machine",
            "sets",
            "trace",
            "pattern",
            "recognize",
            "shrink",
        ],
    ),
    (
        "shrink",
        &["source", "limits", "diagnostic", "syntax", "model", "machine", "sets", "trace", "pattern", "recognize"],
    ),
    (
        "cli",
        &[
            "source",
            "limits",
            "diagnostic",
            "syntax",
            "model",
            "machine",
            "sets",
            "trace",
            "pattern",
            "charm",
            "import",
            "walk",
            "recognize",
            "explore",
            "cover",
            "learn",
            "shrink",
            "draw",
            "export",
            "lsp",
        ],
    ),
];

/// All Rust files below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The text without comments, strings and what stands behind `#[cfg(test)]`: an item up to its `;`, or to the brace that
/// closes it. Line breaks stay, so that lines can be told.
fn production(text: &str) -> String {
    let text = without_comments_and_strings(text);
    let mut kept = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("#[cfg(test)]") {
        let (before, item) = rest.split_at(at);
        kept.push_str(before);
        let mut depth = 0usize;
        let end = item.char_indices().find_map(|(place, character)| {
            match character {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            (depth == 0 && matches!(character, ';' | '}')).then_some(place + 1)
        });
        let end = end.unwrap_or(item.len());
        kept.extend(item[..end].chars().filter(|character| *character == '\n'));
        rest = &item[end..];
    }
    kept + rest
}

fn without_comments_and_strings(text: &str) -> String {
    let mut kept = String::new();
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        let is_word = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
        // How much of the text is no code, and so is left out.
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if character == '"' {
            string_length(rest)
        } else if !is_word && (rest.starts_with("r\"") || rest.starts_with("r#")) {
            let hashes = rest[1..].chars().take_while(|character| *character == '#').count();
            if rest[1 + hashes..].starts_with('"') {
                let close = format!("\"{}", "#".repeat(hashes));
                rest[2 + hashes..].find(&close).map_or(rest.len(), |end| 2 + hashes + end + close.len())
            } else {
                0
            }
        } else if rest.starts_with("'\\") {
            3 + rest[3..].find('\'').map_or(0, |end| end)
        } else if character == '\'' && rest[1..].chars().nth(1) == Some('\'') {
            1 + rest[1..].chars().next().map_or(0, char::len_utf8)
        } else {
            0
        };
        if skipped == 0 {
            kept.push(character);
            continue;
        }
        kept.extend(rest[..skipped].chars().filter(|character| *character == '\n'));
        while characters.next_if(|(next, _)| *next < at + skipped).is_some() {}
    }
    kept
}

/// The length of a string literal with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = true;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return place + 1,
            _ => {}
        }
    }
    text.len()
}

/// The modules at the top that a text uses as `crate::…`, also in `crate::{…}`, with their lines.
fn used(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with('$') {
            continue;
        }
        let line = text[..at].matches('\n').count() + 1;
        let rest = &text[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            None => found.push((line, rest.to_owned())),
            Some(group) => {
                let mut depth = 0usize;
                let mut start = 0;
                for (place, character) in group.char_indices() {
                    match character {
                        '{' => depth += 1,
                        ',' | '}' if depth == 0 => {
                            found.push((line, group[start..place].trim().to_owned()));
                            start = place + 1;
                        }
                        '}' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 && character == '}' && start == place + 1 {
                        break;
                    }
                }
            }
        }
    }
    let name = |path: String| {
        path.split(|character: char| !(character.is_alphanumeric() || character == '_'))
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    found.into_iter().map(|(line, path)| (line, name(path))).filter(|(_, name)| !name.is_empty()).collect()
}

/// The files that hold the unit tests of their module: `mod tests;` behind `#[cfg(test)]`.
fn is_test_file(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let parent = path.parent().unwrap();
    let declared = |file: PathBuf| {
        fs::read_to_string(file).is_ok_and(|text| {
            let text = text.replace("pub(crate) ", "").replace("pub(super) ", "");
            text.contains(&format!("#[cfg(test)]\nmod {name};"))
        })
    };
    declared(parent.join("mod.rs"))
        || declared(parent.with_extension("rs"))
        || parent.file_name().is_some_and(|name| name != "src") && is_test_file(&parent.with_extension("rs"))
}

#[test]
fn dependencies_between_modules_go_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let directory = root().join("src");
    let mut failures = Vec::new();
    let mut n_uses = 0;
    for path in sources(&directory) {
        let relative = path.strip_prefix(&directory).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        let module = first.strip_suffix(".rs").unwrap_or(first);
        if module == "lib" || module == "main" || is_test_file(&path) {
            continue;
        }
        let Some(allowed) = allowed.get(module) else {
            failures.push(format!("src/{}: `{module}` has no place in the order; give it one", relative.display()));
            continue;
        };
        for (line, name) in used(&production(&fs::read_to_string(&path).unwrap())) {
            n_uses += 1;
            if name != module && !allowed.contains(&name.as_str()) {
                failures.push(format!("src/{}:{line}: `{module}` must not use `{name}`", relative.display()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(n_uses > 50, "the test has gone blind: it saw {n_uses} uses");
}

#[test]
fn the_order_has_no_cycle() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    for (module, uses) in MAY_USE {
        for name in *uses {
            if let Some(back) = allowed.get(name) {
                assert!(!back.contains(module), "`{module}` and `{name}` may use each other");
                let missing = back.iter().find(|below| !uses.contains(below));
                assert!(missing.is_none(), "`{module}` may use `{name}` but not `{missing:?}` below it");
            }
        }
    }
}

#[test]
fn only_the_parser_names_pest_and_only_rendering_names_its_library() {
    let directory = root().join("src");
    for path in sources(&directory) {
        let relative = path.strip_prefix(&directory).unwrap().to_str().unwrap().replace('\\', "/");
        let text = without_comments_and_strings(&fs::read_to_string(&path).unwrap());
        for (library, home) in [
            ("pest", "syntax/parse"),
            ("annotate_snippets", "diagnostic/"),
            ("clap", "cli/"),
            ("rand", "/dice.rs"),
            ("rand_xoshiro", "/dice.rs"),
        ] {
            // A seed that the user does not give is drawn by the command line.
            let is_home = relative.starts_with(home)
                || relative.ends_with(home)
                || library == "rand" && relative == "cli/generate.rs";
            let named = [format!("use {library}::"), format!(" {library}::"), format!("({library}::")];
            let is_named = named.iter().any(|name| text.contains(name.as_str()));
            assert!(is_home || !is_named, "src/{relative} names `{library}`");
        }
    }
}

#[test]
fn uses_are_read_as_rust_reads_them() {
    let text = "use crate::source::Span;\nuse crate::{model::{self, Loader}, trace};\n// crate::cli\nlet x = \"crate::cli \\\" {\";\n\
                let y = r#\"crate::cli \" {\"#; let z = '{'; let q = '\\'';\n\
                #[cfg(test)]\nuse crate::walk::walk;\n#[cfg(test)]\nmod tests { fn f() { crate::cli::run() } }\n\
                fn g<'a>(x: &'a str) { crate::syntax::parse(x) }\n";
    let seen: Vec<(usize, String)> = used(&production(text));
    let seen: Vec<(usize, &str)> = seen.iter().map(|(line, name)| (*line, name.as_str())).collect();
    assert_eq!(seen, [(1, "source"), (2, "model"), (2, "trace"), (10, "syntax")]);
}
