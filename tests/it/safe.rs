//! Text from elsewhere does no harm where it is shown: to a terminal, to a runner that reads commands out of a log, to
//! whoever reads XML or JSON.
//!
//! Random text of all planes stands in every place that a stranger can fill, and every command that shows it is run.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use charmgrammar::cli::{self, Io};

use crate::support::Ran;

/// How many texts are tried.
const TEXTS: u64 = 40;

/// What does harm somewhere, or looks as if it did.
const PIECES: &[&str] = &[
    "\n::error::x",
    "\r\n::stop-commands::y",
    "::warning ::z",
    "##[error]w",
    "\u{1b}[31m",
    "\u{1b}]0;t\u{7}",
    "\u{9b}2J",
    "\0",
    "\u{7f}",
    "\u{85}",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{1fffe}",
    "\u{e0041}",
    "\u{10fffd}",
    "]]>",
    "<&>\"'",
    "`$(id)`",
    "\\\"\"\"",
    "%0A%25",
    " \t",
    "ä☃\u{1f600}",
    "word",
];

fn text(number: u64) -> String {
    // The generator has no use for 0.
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33
    };
    let mut text = String::new();
    for _ in 0..=number % 8 {
        let drawn = next();
        if drawn % 4 == 0 {
            let code = u32::try_from(next() % 0x11_0000).unwrap();
            text.extend(char::from_u32(code).filter(|_| drawn % 8 == 0).or(char::from_u32(code & 0xff)));
        } else {
            text.push_str(PIECES[usize::try_from(next()).unwrap() % PIECES.len()]);
        }
    }
    text
}

/// The text between quotes of the language, or of JSON or YAML, which all have escapes.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        let _ = write!(escaped, "\\u{{{:x}}}", u32::from(character));
        escaped
    })
}

/// The text as YAML has it. (`\u` of JSON has no character beyond the first plane.)
fn yaml(text: &str) -> String {
    let escape = |character| format!("\\U{:08x}", u32::from(character));
    let escaped = text.chars().map(escape).collect::<Vec<_>>().concat();
    format!("\"{escaped}\"")
}

/// The text as a name of a file.
fn file_name(text: &str) -> String {
    text.replace(['/', '\0'], "_")
}

fn run(arguments: &[&OsStr], stdin: &str) -> Ran {
    let (mut io, stdout, stderr) = Io::in_memory(stdin.as_bytes());
    let arguments = std::iter::once(OsStr::new("charmgrammar")).chain(arguments.iter().copied()).map(OsString::from);
    let code = cli::run(arguments, &mut io).code();
    Ran { code: code.into(), stdout: stdout.text(), stderr: stderr.text() }
}

/// Characters that no place for people has, but line breaks and tabs.
fn acts(character: char) -> bool {
    let is_bidi =
        matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_hidden = matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}');
    let is_break = matches!(character, '\u{2028}' | '\u{2029}');
    character.is_control() && !matches!(character, '\n' | '\t') || is_bidi || is_hidden || is_break
}

/// Asserts that the text does no harm to a person's terminal, and none when a runner of GitHub Actions prints it.
#[track_caller]
fn assert_shown(shown: &str, about: &str) {
    let harmful = shown.chars().find(|character| acts(*character));
    assert_eq!(harmful, None, "{about}\n{shown}");
    let is_command = |line: &str| line.trim_start().starts_with("::") && !line.trim_start().starts_with(":::");
    let command = shown.lines().find(|line| is_command(line) || line.contains("##["));
    assert_eq!(command, None, "{about}\n{shown}");
}

/// Asserts that each line is a command of ours.
#[track_caller]
fn assert_annotations(shown: &str, about: &str) {
    assert_eq!(shown.chars().find(|character| acts(*character)), None, "{about}\n{shown}");
    for line in shown.lines() {
        let ours = ["::error file=", "::warning file=", "::notice file="].iter().any(|start| line.starts_with(start));
        let n_fields = line.split(',').filter(|field| field.starts_with("title=charmgrammar ")).count();
        assert!(ours && n_fields == 1, "{about}\n{line}");
    }
}

/// Asserts that it is well-formed XML 1.0, as far as our reports use it: elements, attributes, references.
#[track_caller]
fn assert_xml(xml: &str, about: &str) {
    let is_valid = |character: char| matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    assert!(xml.chars().all(is_valid), "{about}\n{xml:?}");
    let references = ["amp;", "lt;", "gt;", "quot;", "#10;", "#9;", "#58;", "#91;"];
    let bad = xml.split('&').skip(1).find(|rest| !references.iter().any(|reference| rest.starts_with(reference)));
    assert_eq!(bad, None, "{about}");
    let (_, mut rest) = xml.split_once("?>\n").unwrap();
    let mut open: Vec<&str> = Vec::new();
    while let Some((content, tag)) = rest.split_once('<') {
        assert!(!content.contains('>') && (!open.is_empty() || content.trim().is_empty()), "{about}\n{content}");
        // No value of an attribute has `>`, `<` or a line break in itself.
        let (tag, after) = tag.split_once('>').unwrap();
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{about}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = attributes.strip_suffix('/').unwrap_or(attributes);
        while !attributes.is_empty() {
            let (key, value) = attributes.split_once("=\"").unwrap();
            let (value, more) = value.split_once('"').unwrap();
            assert!(
                key.bytes().all(|byte| byte.is_ascii_lowercase()) && !value.contains(['<', '\n']),
                "{about}\n{tag}"
            );
            attributes = more.trim_start();
        }
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    assert!(open.is_empty() && rest.trim().is_empty(), "{about}");
}

#[track_caller]
fn assert_json(json: &str, about: &str) {
    for line in json.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{about}\n{line}");
    }
}

/// A directory with all kinds of inputs that have the text wherever they can.
struct Hostile {
    directory: tempfile::TempDir,
    text: String,
}

impl Hostile {
    fn new(number: u64) -> Self {
        let hostile = Self { directory: tempfile::tempdir().unwrap(), text: text(number) };
        let (text, quoted) = (&hostile.text, escaped(&hostile.text));
        let line = text.replace('\n', "\r");
        // A label with other characters is an error.
        let label = text.chars().filter(|character| !character.is_control() && *character != '\'').collect::<String>();
        let label = escaped(&format!("l{label}"));
        let (json, yaml) = (serde_json::Value::from(text.as_str()).to_string(), yaml(text));
        let grammar = format!(
            "# {line}\nsource user event a event b\n##{line}\naction go as \"{label}\" by user {{ b }}\nphase p {{ a do(go) }}\n\
             test \"{quoted}\" rejects {{ a b }}\ntest \"ok {quoted}\" accepts {{ a b }}\n"
        );
        for (name, content) in [
            ("g.charmgrammar", grammar.as_str()),
            ("wrong.charmgrammar", &format!("event a event a # {line}\nphase p {{ a {text} }}\nstate s: {text}\n")),
            ("x.names", &format!("a\n{text}\n\n")),
            ("y.names", &format!("a\nb{line}\n\n{text}: x")),
            ("x.jsonl", &format!("{{\"format\":1,\"unit\":{json},\"seed\":1,\"items\":[\"a\",{json}]}}\n")),
            (
                "z.jsonl",
                &format!(
                    "{{\"format\":1,\"unit\":{json},\"items\":[\"a\",\"b\",{{\"event\":\"a\",\"data\":{json}}}]}}\n{json}"
                ),
            ),
            ("ok.jsonl", &format!("{{\"format\":1,\"unit\":{json},\"items\":[\"a\",\"b\"]}}\n")),
            (
                "x.story",
                &format!(
                    "simulation:\nPHASE Phase.p:\n    Event  :: {line}\n    Action :: Source.{line} --> '{line}'\n"
                ),
            ),
            (
                "x.log",
                &format!(
                    "unit-{line}-0: 12:00:00 INFO juju.worker.uniter.operation ran \"{line}\" hook (via {line})\n"
                ),
            ),
            ("v.yaml", &format!("config:\n  {yaml}: {yaml}\n")),
            (
                "charmcraft.yaml",
                &format!(
                    "name: {yaml}\nsummary: {yaml}\ntype: charm\nrequires:\n  db: {{interface: {yaml}, limit: {yaml}, scope: {yaml}}}\n  {yaml}: {{interface: x}}\nactions:\n  go: {{description: {yaml}}}\n"
                ),
            ),
        ] {
            fs::write(hostile.path(name), content).unwrap();
        }
        fs::copy(hostile.path("g.charmgrammar"), hostile.named()).unwrap();
        hostile
    }

    fn path(&self, name: &str) -> OsString {
        self.directory.path().join(name).into_os_string()
    }

    /// A file whose name is the text, too.
    fn named(&self) -> OsString {
        self.path(&format!("-{}.charmgrammar", file_name(&self.text)))
    }

    /// Runs a command in which `@` stands before names of files, and `%` for the text.
    fn run(&self, command: &str, stdin: &str) -> Ran {
        let word = |word: &str| match word.strip_prefix('@') {
            Some("named") => self.named(),
            Some("") => self.directory.path().into(),
            Some(name) => self.path(name),
            // An argument can't have a NUL.
            None => word.replace('%', &self.text.replace('\0', "_")).into(),
        };
        let words: Vec<OsString> = command.split_whitespace().map(word).collect();
        run(&words.iter().map(OsString::as_os_str).collect::<Vec<_>>(), stdin)
    }
}

/// Each shows what is in a file, in its name, or on the command line.
const COMMANDS: &[&str] = &[
    "test @g.charmgrammar",
    "test @named --filter ok",
    "test @g.charmgrammar --filter %",
    "check @g.charmgrammar",
    "check @named",
    "check @wrong.charmgrammar",
    "fmt --check @g.charmgrammar",
    "fmt --check -q @named",
    "fmt --check @named",
    "check @missing-%",
    "validate @g.charmgrammar @x.names --explain",
    "validate @g.charmgrammar @y.names --explain",
    "validate @g.charmgrammar @x.jsonl --explain",
    "validate @g.charmgrammar @z.jsonl",
    "validate @named @ok.jsonl",
    "validate @named @x.story",
    "validate @g.charmgrammar @x.log",
    "validate @g.charmgrammar @x.log --input debug-log --unit %",
    "probability @g.charmgrammar @ok.jsonl",
    "probability @g.charmgrammar @x.jsonl",
    "shrink @g.charmgrammar @x.jsonl -- true",
    "diff @g.charmgrammar @named",
    "diff @named juju",
    "diff @named @named --right-set %=1",
    "stats @named",
    "count @named --events 2",
    "count @named --events %",
    "enumerate @named --events 1 --format %",
    "generate @named --set %",
    "generate @named --set state=%",
    "generate @named --profile %",
    "generate @named --weight %=1",
    "generate @named --match %",
    "generate @named -n 1 -o @no-directory/%",
    "generate % --% %",
    "generate juju --charm @ -n 1",
    "generate juju --charm @ -n 1 --data typed --format jsonl --values @v.yaml -o /dev/null",
    "init --charm @ -o @no-directory/%",
    "init --charm @missing-%",
    "export @named @x.jsonl --as juju",
    "run --charm @missing-%",
    "show %",
    "%",
];

const FORMATS: &[&str] = &[
    "check @named",
    "check @wrong.charmgrammar",
    "fmt --check @named",
    "test @g.charmgrammar",
    "test @named",
    "validate @named @x.names",
    "validate @named @x.jsonl --explain",
    "validate @named @z.jsonl",
    "diff @named juju",
];

#[test]
fn people_see_signs_for_what_would_act() {
    for number in 0..TEXTS {
        let hostile = Hostile::new(number);
        for command in COMMANDS {
            let ran = hostile.run(command, "");
            let about = format!("{command}, with {:?}", hostile.text);
            assert!(ran.code <= 2 && !ran.stderr.contains("panicked"), "{about}: {}", ran.stderr);
            assert_shown(&ran.stderr, &about);
            assert_shown(&ran.stdout, &about);
            let ran = hostile.run(&format!("--color always {command}"), "");
            for shown in [ran.stdout, ran.stderr] {
                assert_shown(&without_colors(&shown), &about);
            }
        }
        let typed = format!("{0}\nwhy {0}\nsave /missing/{0}\nback {0}\nstates\ntrace\nauto 9\n", hostile.text);
        assert_shown(&hostile.run("explore @named", &typed).stdout, "explore");
    }
}

/// The text without the sequences of colors that we write; what else begins like one stays.
fn without_colors(text: &str) -> String {
    let mut pieces = text.split("\u{1b}[");
    let mut plain = pieces.next().unwrap().to_owned();
    for piece in pieces {
        match piece.split_once('m') {
            Some((codes, rest))
                if ["0", "1", "2", "31", "32", "33", "36", "91", "92", "93", "94", "96"].contains(&codes) =>
            {
                plain.push_str(rest);
            }
            Some((codes, rest)) if codes.starts_with("38;5;") => plain.push_str(rest),
            _ => plain.extend(["\u{1b}[", piece]),
        }
    }
    plain
}

#[test]
fn titles_and_names_stay_in_their_line() {
    for number in 0..TEXTS {
        let hostile = Hostile::new(number);
        let ran = hostile.run("test @g.charmgrammar --filter ok", "");
        assert_eq!((ran.code, ran.stdout.lines().count()), (0, 2), "{}{}", ran.stdout, ran.stderr);
        assert_eq!(hostile.run("show %", "").stderr.lines().count(), 1);
        let ran = hostile.run("fmt --check -q @named", "");
        assert!(ran.code == 0 || ran.stdout.lines().count() == 1, "{}", ran.stdout);
    }
}

#[test]
fn reports_are_what_their_formats_are() {
    for number in 0..TEXTS {
        let hostile = Hostile::new(number);
        for command in FORMATS {
            let about = format!("{command}, with {:?}", hostile.text);
            assert_annotations(&hostile.run(&format!("{command} --format github"), "").stdout, &about);
            assert_json(&hostile.run(&format!("{command} --format json"), "").stdout, &about);
        }
        for command in ["test @g.charmgrammar --format junit", "test @named --format junit"] {
            let xml = hostile.run(command, "").stdout;
            assert_xml(&xml, &format!("{command}, with {:?}", hostile.text));
            assert_shown(&xml, command);
        }
    }
}

#[test]
fn what_programs_read_is_the_text_itself() {
    for number in 0..TEXTS {
        let hostile = Hostile::new(number);
        let report = hostile.run("test @g.charmgrammar --format json", "").stdout;
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["tests"][0]["test"], hostile.text.as_str());
        let difference = hostile.run("diff @named juju --format json", "").stdout;
        let difference: serde_json::Value = serde_json::from_str(&difference).unwrap();
        assert_eq!(difference["left"], hostile.named().to_str().unwrap());
    }
}

/// Runs a script of Juju commands by a `juju` that writes down what it is given, and asserts that it is given this.
#[track_caller]
fn assert_given(script: &str, directory: &Path, word: &str) {
    let juju = format!("juju() {{ sh ./juju \"$@\"; }}\n{script}");
    let done = Command::new("sh").arg("-c").arg(juju).current_dir(directory).output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{script}\n{}", String::from_utf8_lossy(&done.stderr));
    let words = fs::read_to_string(directory.join("words")).unwrap();
    fs::remove_file(directory.join("words")).unwrap();
    assert!(words.split('\0').any(|given| given == word), "{word:?} in {words:?}\n{script}");
}

#[test]
fn scripts_show_what_they_do() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).into_os_string();
    // What a script gives to Juju: each word ends with a NUL.
    fs::write(path("juju"), "#!/bin/sh\nprintf '%s\\0' \"$@\" >> words\n").unwrap();
    for number in 0..TEXTS {
        let text = text(number);
        fs::write(
            path("charmcraft.yaml"),
            format!("name: {}\ntype: charm\nconfig:\n  options:\n    o: {{type: string}}\n", yaml(&text)),
        )
        .unwrap();
        let trace = |text: &str| {
            let json = serde_json::Value::from(text).to_string();
            let items = [
                r#""install","leader-elected","config-changed","start",{"action":"config-change"}"#,
                &format!(r#"{{"event":"config-changed","data":{{"config":{{"o":{json}}}}}}}"#),
                r#""stop","remove""#,
            ];
            format!("{{\"format\":1,\"shows\":[\"actions\",\"events\"],\"items\":[{}]}}\n", items.join(","))
        };
        fs::write(path("t.jsonl"), trace(&text)).unwrap();
        for form in ["juju", "pytest", "jubilant"] {
            let words = ["export", "--charm", ".", "t.jsonl", "--as", form];
            let words: Vec<OsString> = words
                .iter()
                .map(|word| if matches!(*word, "." | "t.jsonl") { path(word) } else { word.into() })
                .collect();
            let ran = run(&words.iter().map(OsString::as_os_str).collect::<Vec<_>>(), "");
            let about = format!("{form}, with {text:?}: {}", ran.stderr);
            assert_shown(&ran.stderr, &about);
            assert_eq!(ran.stdout.chars().find(|character| acts(*character)), None, "{about}\n{}", ran.stdout);
            if form == "juju" && text.contains('\0') {
                assert!(ran.stderr.contains("has a NUL, which no argument of a command can have"), "{about}");
                continue;
            }
            assert_eq!(ran.code, 0, "{about}");
            if form == "juju" && cfg!(unix) {
                assert_given(&ran.stdout, directory.path(), &format!("o={text}"));
            }
        }
    }
}
