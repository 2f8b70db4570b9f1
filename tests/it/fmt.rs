//! `fmt`: no comment is lost, nothing changes its meaning, and files are rewritten with care.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use charmgrammar::source::{SourceFile, SourceId};
use charmgrammar::syntax::{format, parse, print};

use crate::documents::fences;
use crate::reference::random::{self, Random};
use crate::support::{Ran, binary, corpus, difference, files, finish, root, run, run_with};

/// The grammars that are read without a mistake, by name: all of the corpus, the specs, and those of the documents.
fn grammars() -> Vec<(String, String)> {
    let mut grammars = Vec::new();
    let mut add = |name: String, text: String| {
        if !parse(SourceId(0), &SourceFile::new("it", text.as_str())).diagnostics.has_errors() {
            grammars.push((name, text));
        }
    };
    let specs = files(&root().join("specs")).into_iter().map(|path| path.to_str().unwrap().to_owned());
    let syntax = ["src/syntax/tests/everything.charmgrammar", "src/syntax/tests/example.charmgrammar"];
    let parts = ["walk", "walk/used", "check", "check/used", "fmt"];
    let corpus = parts.into_iter().flat_map(corpus);
    for path in corpus.chain(specs).chain(syntax.map(str::to_owned)) {
        if let Ok(text) = fs::read_to_string(&path) {
            add(path, text);
        }
    }
    for document in ["README.md", "grammar/LANGUAGE.md"] {
        for fence in fences(&fs::read_to_string(root().join(document)).unwrap()) {
            if fence.info.starts_with("charmgrammar") {
                add(format!("{document}:{}", fence.line), fence.text);
            }
        }
    }
    assert!(grammars.len() > 100, "{}", grammars.len());
    grammars
}

/// The grammar as `fmt` lays it out, of which is made sure that it says the same and stays as it is.
#[track_caller]
fn formatted(name: &str, text: &str) -> String {
    let once = |text: &str| match format(SourceId(0), &SourceFile::new("it", text)) {
        Ok(formatted) => formatted,
        Err(error) => panic!("{name}: {error:?}\n{text}"),
    };
    let tree = |text: &str| print(&parse(SourceId(0), &SourceFile::new("it", text)).file);
    let first = once(text);
    assert_eq!(tree(text), tree(&first), "{name}: it says something else:\n{first}");
    if let Some(difference) = difference(&first, &once(&first)) {
        panic!("{name}: formatting again changes it:\n{difference}");
    }
    assert!(first.lines().all(|line| line.trim_end() == line), "{name}: white space at the end of a line:\n{first}");
    first
}

#[test]
fn formatting_keeps_the_meaning_and_is_idempotent() {
    for (name, text) in grammars() {
        formatted(&name, &text);
    }
    for seed in 0..150 {
        formatted(&format!("random {seed}"), &random::grammar(seed));
    }
}

/// The places of a text where white space may stand.
fn gaps(text: &str) -> Vec<usize> {
    let mut gaps = Vec::new();
    let mut quote = false;
    let mut comment = false;
    let mut before = ' ';
    for (place, character) in text.char_indices() {
        // The end of a comment's line belongs to the comment.
        comment &= before != '\n';
        comment |= character == '#' && !quote;
        if !comment {
            let is_bracket = |character: char| "(){},;|".contains(character);
            if !quote
                && (character.is_whitespace() && !before.is_whitespace() || is_bracket(character) || is_bracket(before))
            {
                gaps.push(place);
            }
            quote ^= character == '"' && before != '\\';
        }
        before = character;
    }
    gaps
}

/// The text with comments at places that `chosen` gives, and how many.
fn with_comments(text: &str, random: &mut Random, percent: usize) -> (String, usize) {
    let mut commented = String::new();
    let (mut from, mut count) = (0, 0);
    for gap in gaps(text) {
        if random.chance(percent) {
            commented.push_str(&text[from..gap]);
            from = gap;
            let (before, sign) = (random.pick(&["", " ", "\n", "\n\n\n", "\r\n"]), random.pick(&["#", "##"]));
            writeln!(commented, "{before}{sign} comment {count}.").unwrap();
            count += 1;
        }
    }
    commented.push_str(&text[from..]);
    (commented, count)
}

/// The text in a layout that nobody would choose: gaps of all kinds and widths, so that columns begin, end and cross, with
/// comments between.
fn laid_out_at_random(text: &str, random: &mut Random) -> String {
    let (breaks, wide, comments) = (random.below(30), random.below(60), random.pick(&[0, 0, 3, 20]));
    let line_end = random.pick(&["\n", "\n", "\n", "\r\n"]);
    let mut laid_out = String::new();
    let mut from = 0;
    for gap in gaps(text) {
        laid_out.push_str(&text[from..gap]);
        let space = text[gap..].len() - text[gap..].trim_start().len();
        let is_line_end = text[gap..gap + space].contains('\n');
        from = gap + space;
        if random.chance(comments) {
            laid_out.push_str(random.pick(&["", " ", "  ", "     ", "\n", "\n\n\n", "\t"]));
            laid_out.push_str(random.pick(&[
                "# one",
                "## two",
                "#three",
                "#",
                "#!x",
                "# é漢字 \u{1F600}",
                "#    four  ",
            ]));
            laid_out.push_str(line_end);
        }
        if is_line_end && !random.chance(breaks) || random.chance(breaks / 4) {
            laid_out.push_str(line_end);
            if random.chance(breaks) {
                laid_out.push_str(line_end);
            }
            laid_out.push_str(random.pick(&["", "", "    ", "        ", "\t"]));
        } else if space > 0 || random.chance(wide) {
            // Columns: up to a place that lines have in common.
            let line = laid_out.rsplit('\n').next().unwrap_or_default().chars().count();
            let width = if random.chance(wide) { 12 - line % 12 } else { 1 + usize::from(random.chance(wide)) };
            laid_out.extend(std::iter::repeat_n(' ', width));
            if random.chance(2) {
                laid_out.push('\t');
            }
        }
    }
    laid_out.push_str(&text[from..]);
    laid_out
}

/// Headers with several clauses each, one below the other, and declarations of one line: what is set in columns.
fn columns(random: &mut Random) -> String {
    let mut text = String::from("source user, agent\ngroup window, other\nevent a\nevent b\n");
    for number in 0..2 + random.below(6) {
        let name = random.pick(&["a", "configure", "wait", "a-very-long-name-of-something"]);
        let clauses =
            ["by user ", "by user, agent ", "group window ", "group window, other ", "weight 3 ", "when true "];
        match random.below(5) {
            0 => writeln!(text, "state s{number}-{name}: 0..{number}9 = {number} ").unwrap(),
            1 => writeln!(text, "event e{number}-{name} ").unwrap(),
            _ => {
                write!(text, "action {name}{number} ").unwrap();
                let mut first = random.below(2);
                while first < clauses.len() {
                    text.push_str(clauses[first]);
                    first = (first / 2 + 1 + random.below(2)) * 2 + random.below(2);
                }
                let body = random.pick(&["{ a }", "{ a b }", "{ }", "{ maybe 3% a }"]);
                writeln!(text, "{body} ").unwrap();
            }
        }
    }
    text.push_str("phase p { repeat 3 { do } }\n");
    text
}

/// `CHARMGRAMMAR_CASES=50` tries 100,000 layouts.
#[test]
fn formatting_any_layout_is_idempotent() {
    let factor: u64 = std::env::var("CHARMGRAMMAR_CASES").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    let short = grammars().into_iter().map(|(_, text)| text).filter(|text| text.len() < 2000).collect::<Vec<_>>();
    let mut n_formatted = 0;
    for seed in 0..2000 * factor {
        let mut random = Random::new(seed);
        let text = match random.below(4) {
            0 => random::grammar(random.below(1000) as u64),
            1 => short[random.below(short.len())].clone(),
            _ => columns(&mut random),
        };
        let laid_out = laid_out_at_random(&text, &mut random);
        if parse(SourceId(0), &SourceFile::new("it", laid_out.as_str())).diagnostics.has_errors() {
            // White space has come into something that is one word.
            continue;
        }
        formatted(&format!("seed {seed}"), &laid_out);
        n_formatted += 1;
    }
    assert!(n_formatted > 1000 * factor, "only {n_formatted} layouts can be read");
}

#[test]
fn a_column_that_loses_its_only_gap_is_none() {
    formatted(
        "it",
        "source user
group window, other
event a
event b

action configure by user group window          { a }
action wait      by user group other weight 3 { b }
action refresh   by user                       { a b }

phase p { repeat 3 { do } }
",
    );
}

#[test]
fn no_comment_is_lost_or_comes_twice() {
    let mut random = Random::new(1);
    let random_ones = (0..60).map(|seed| (format!("random {seed}"), random::grammar(seed)));
    for (name, text) in grammars().into_iter().chain(random_ones) {
        for percent in [100, 20, 2] {
            let (commented, count) = with_comments(&text, &mut random, percent);
            let parsed = parse(SourceId(0), &SourceFile::new("it", commented.as_str()));
            assert!(!parsed.diagnostics.has_errors(), "{name}: a comment stands where none can:\n{commented}");
            let formatted = formatted(&name, &commented);
            let mut rest = formatted.as_str();
            for number in 0..count {
                let comment = format!("# comment {number}.");
                let at = rest.find(&comment).unwrap_or_else(|| panic!("{name}: {comment} is lost:\n{formatted}"));
                rest = &rest[at + comment.len()..];
            }
            assert_eq!(formatted.matches("# comment ").count(), count, "{name}:\n{formatted}");
        }
    }
}

#[test]
fn the_specs_and_the_examples_of_the_documents_are_formatted() {
    let specs = files(&root().join("specs"));
    let mut line = vec!["fmt", "--check"];
    let is_grammar = |path: &&str| path.ends_with(".charmgrammar");
    line.extend(specs.iter().map(|path| path.to_str().unwrap()).filter(is_grammar));
    let ran = run(&line);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    for document in ["README.md", "grammar/LANGUAGE.md"] {
        for fence in fences(&fs::read_to_string(root().join(document)).unwrap()) {
            let mut info = fence.info.split_whitespace();
            // What is shown as a mistake is shown as it is typed, and one file is there to be formatted.
            let is_so = |word: &str| word.starts_with("error=") || word == "untidy.charmgrammar";
            if info.next() == Some("charmgrammar") && !info.any(is_so) {
                let ran = run_with(&["fmt", "--check", "-"], fence.text.as_bytes());
                assert_eq!(ran.code, 0, "{document}:{}:\n{}", fence.line, ran.stdout);
            }
        }
    }
}

// ------------------------------------------------------------------------------------------------------- the command

const MESSY: &str = "event a # why\nphase p{a}\n";
const TIDY: &str = "event a  # why\nphase p { a }\n";

fn fmt(directory: &Path, arguments: &[&str]) -> Ran {
    finish(binary(directory).arg("fmt").args(arguments))
}

fn fmt_of(directory: &Path, arguments: &[&str], input: &[u8]) -> Ran {
    let path = directory.join(".input");
    fs::write(&path, input).unwrap();
    let ran = finish(binary(directory).arg("fmt").args(arguments).stdin(Stdio::from(fs::File::open(&path).unwrap())));
    fs::remove_file(path).unwrap();
    ran
}

#[test]
fn files_are_rewritten_in_place_and_only_where_they_change() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::write(path("a.charmgrammar"), MESSY).unwrap();
    fs::write(path("b.charmgrammar"), TIDY).unwrap();
    fs::write(path("c.charmgrammar"), "phase p { a && }\n").unwrap();
    let before = fs::metadata(path("b.charmgrammar")).unwrap();
    let ran = fmt(directory.path(), &["c.charmgrammar", "a.charmgrammar", "b.charmgrammar", "none.charmgrammar"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("c.charmgrammar:1:"), "{}", ran.stderr);
    assert!(ran.stderr.contains("cannot read `none.charmgrammar`"), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("note: 4 files: 1 formatted, 1 unchanged, 2 with errors\n"), "{}", ran.stderr);
    assert_eq!(fs::read_to_string(path("a.charmgrammar")).unwrap(), TIDY);
    assert_eq!(fs::read_to_string(path("c.charmgrammar")).unwrap(), "phase p { a && }\n");
    let after = fs::metadata(path("b.charmgrammar")).unwrap();
    assert_eq!(before.modified().unwrap(), after.modified().unwrap());
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::ino(&before), std::os::unix::fs::MetadataExt::ino(&after));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 3, "something is left behind");
    let again = fmt(directory.path(), &["--quiet", "a.charmgrammar", "b.charmgrammar"]);
    assert_eq!(again, Ran { code: 0, stdout: String::new(), stderr: String::new() });
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = tempfile::tempdir().unwrap();
    let (file, link) = (directory.path().join("a.charmgrammar"), directory.path().join("link.charmgrammar"));
    fs::write(&file, MESSY).unwrap();
    fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    symlink(&file, &link).unwrap();
    assert_eq!(fmt(directory.path(), &["link.charmgrammar"]).code, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), TIDY);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&file, MESSY).unwrap();
    fs::hard_link(&file, directory.path().join("other")).unwrap();
    let ran = fmt(directory.path(), &["a.charmgrammar"]);
    assert!(ran.code == 0 && ran.stderr.contains("`a.charmgrammar` had other names (hard links)"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_rewritten_is_told() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("a.charmgrammar"), MESSY).unwrap();
    for (typed, message) in [
        ("example", "`example` is a built-in grammar, which can't be rewritten"),
        (".", "`.` is a directory"),
        ("/dev/null", "`/dev/null` is no regular file"),
    ] {
        let ran = fmt(directory.path(), &[typed]);
        assert!(ran.unanswered().contains(message), "{typed}");
    }
    // Built-in grammars can be looked at, and the others are formatted nevertheless.
    assert_eq!(fmt(directory.path(), &["--check", "example"]).code, 0);
    assert_eq!(fmt(directory.path(), &["example", "a.charmgrammar"]).code, 2);
    assert_eq!(fs::read_to_string(directory.path().join("a.charmgrammar")).unwrap(), TIDY);
    assert_eq!(fmt(directory.path(), &["-", "-"]).code, 2);
    assert_eq!(fmt(directory.path(), &["--format", "json", "a.charmgrammar"]).code, 2);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(fmt_of(directory.path(), &["-"], MESSY.as_bytes()).ok(), TIDY);
    assert_eq!(fmt_of(directory.path(), &["-"], TIDY.as_bytes()).ok(), TIDY);
    let crlf = MESSY.replace('\n', "\r\n");
    assert_eq!(fmt_of(directory.path(), &["-"], crlf.as_bytes()).ok(), TIDY.replace('\n', "\r\n"));
    let wrong = fmt_of(directory.path(), &["-"], b"phase p {").unanswered();
    assert!(wrong.contains("<stdin>:1:"), "{wrong}");
    assert!(fmt_of(directory.path(), &["-"], b"event \xff").unanswered().contains("not UTF-8"));
}

#[test]
fn a_check_shows_what_would_change_and_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a.charmgrammar");
    fs::write(&file, MESSY).unwrap();
    fs::write(directory.path().join("b.charmgrammar"), TIDY).unwrap();
    let line = ["--check", "a.charmgrammar", "b.charmgrammar"];
    let diff = "--- a.charmgrammar\n+++ a.charmgrammar (formatted)\n@@ -1,2 +1,2 @@\n-event a # why\n-phase p{a}\n\
                +event a  # why\n+phase p { a }\n";
    let ran = fmt(directory.path(), &line);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, diff));
    assert_eq!(ran.stderr, "note: 2 files: 1 would be formatted, 1 unchanged\n");
    let quiet = fmt(directory.path(), &[&line[..], &["--quiet"]].concat());
    assert_eq!(quiet, Ran { code: 1, stdout: "a.charmgrammar\n".to_owned(), stderr: String::new() });
    let colored = fmt(directory.path(), &[&line[..], &["--color", "always"]].concat());
    assert!(colored.stdout.contains("\u{1b}[31m-phase p{a}\u{1b}[0m\n"), "{}", colored.stdout);
    let github = fmt(directory.path(), &[&line[..], &["--format", "github"]].concat());
    assert_eq!(github.code, 1);
    assert!(github.stdout.starts_with("::error file=a.charmgrammar,line=1,"), "{}", github.stdout);
    let json = fmt(directory.path(), &[&line[..], &["--format", "json"]].concat());
    let findings: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((json.code, &findings[0]["code"]), (1, &"not-formatted".into()));
    assert_eq!(findings[0]["fix"]["replacement"], TIDY);
    assert_eq!(fs::read_to_string(&file).unwrap(), MESSY);
    let input = fmt_of(directory.path(), &["--check", "-"], MESSY.as_bytes());
    assert_eq!(input.code, 1);
    assert!(input.stdout.starts_with("--- <stdin>\n"), "{}", input.stdout);
    assert_eq!(fmt(directory.path(), &["--check", "b.charmgrammar"]).code, 0);
}
