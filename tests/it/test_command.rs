//! What `test` writes.

use std::fs;

use crate::support::{binary, finish};

const GRAMMAR: &str = r#"event a
event b
state n: 0..3 = 0
phase p { a n += 1 maybe 50% { b } }
test "a is first" accepts { a ... }
test "b & \"<never>\"" rejects { ... b }
test "n stays 0" never n > 0
test "far" with short accepts { a b }
profile short "short" { }
"#;

/// Exit code, standard output and standard error of `test` on that grammar, in a directory that has it and a broken one.
fn test(arguments: &[&str]) -> (i32, String, String) {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("g.charmgrammar"), GRAMMAR).unwrap();
    fs::write(directory.path().join("broken.charmgrammar"), "event a\nphase p { a maybe { } }\n").unwrap();
    fs::write(directory.path().join("none.charmgrammar"), "event a\nphase p { a }\n").unwrap();
    let ran = finish(binary(directory.path()).arg("test").args(arguments));
    (ran.code, ran.stdout, ran.stderr)
}

#[test]
fn people_are_told_each_test_and_how_it_fails() {
    let (code, stdout, stderr) = test(&["g.charmgrammar"]);
    let expected = r#"passed: a is first
failed: b & "<never>"
failed: n stays 0
passed: far

error[failed-test]: test "b & "<never>"": a trace matches what is rejected
 --> g.charmgrammar:6:34
  |
6 | test "b & \"<never>\"" rejects { ... b }
  |                                  ^^^^^
  |
  = note: a shortest trace: a b

error[failed-test]: test "n stays 0": this must never hold, and does
 --> g.charmgrammar:7:24
  |
7 | test "n stays 0" never n > 0
  |                        ^^^^^
  |
  = note: a shortest trace: a …

2 errors
2 passed, 2 failed
"#;
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, expected, ""));
}

#[test]
fn json_has_a_row_for_each_test() {
    let (code, stdout, _) = test(&["g.charmgrammar", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        (code, &report["passed"], &report["failed"], &report["undecided"]),
        (1, &2.into(), &2.into(), &0.into())
    );
    let rows: Vec<String> = report["tests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
            let place = format!("{}:{}", text("file"), row["line"]);
            [text("grammar"), text("test"), text("check"), text("profile"), text("outcome"), place].join(" | ")
        })
        .collect();
    let expected = [
        "g.charmgrammar | a is first | accepts | - | passed | g.charmgrammar:5",
        "g.charmgrammar | b & \"<never>\" | rejects | - | failed | g.charmgrammar:6",
        "g.charmgrammar | n stays 0 | never | - | failed | g.charmgrammar:7",
        "g.charmgrammar | far | accepts | short | passed | g.charmgrammar:8",
    ];
    assert_eq!(rows, expected);
    let witness = |place: usize| &report["tests"][place]["finding"]["witness"];
    assert_eq!((&witness(1)["events"], &witness(1)["complete"]), (&serde_json::json!(["a", "b"]), &true.into()));
    assert_eq!((&witness(2)["events"], &witness(2)["complete"]), (&serde_json::json!(["a"]), &false.into()));
    assert!(report["tests"][0]["finding"].is_null());
}

#[test]
fn junit_is_xml_with_a_case_for_each_test() {
    let (code, stdout, _) = test(&["g.charmgrammar", "--format", "junit", "--filter", "b &"]);
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="charmgrammar" tests="1" failures="1" errors="0">
  <testsuite name="g.charmgrammar" tests="1" failures="1" errors="0">
    <testcase name="b &amp; &quot;&lt;never&gt;&quot;" classname="g.charmgrammar" file="g.charmgrammar" line="6">
      <failure message="test &quot;b &amp; &quot;&lt;never&gt;&quot;&quot;: a trace matches what is rejected">error[failed-test]: test &quot;b &amp; &quot;&lt;never&gt;&quot;&quot;: a trace matches what is rejected
 --&gt; g.charmgrammar:6:34
  |
6 | test &quot;b &amp; \&quot;&lt;never&gt;\&quot;&quot; rejects { ... b }
  |                                  ^^^^^
  |
  = note: a shortest trace: a b

1 error
simulation:
PHASE Phase.p:
    Event  :: a
    Event  :: b

end.
</failure>
    </testcase>
  </testsuite>
</testsuites>
"#;
    assert_eq!((code, stdout.as_str()), (1, expected));
    let (code, stdout, _) = test(&["g.charmgrammar", "--format", "junit", "--filter", "a is"]);
    assert!(code == 0 && stdout.contains("line=\"5\"/>\n  </testsuite>"), "{stdout}");
}

#[test]
fn annotations_have_a_line_for_each_failure() {
    let (code, stdout, _) = test(&["g.charmgrammar", "--format", "github"]);
    let lines: Vec<&str> = stdout.lines().collect();
    assert_eq!((code, lines.len()), (1, 2));
    assert!(lines[0].starts_with("::error file=g.charmgrammar,line=6,endLine=6,col=34,endColumn=39,"), "{stdout}");
    assert!(lines[1].ends_with("this must never hold, and does%0Aa shortest trace: a …"), "{stdout}");
}

#[test]
fn what_was_not_decided_is_an_error() {
    let (code, stdout, _) = test(&["g.charmgrammar", "--format", "junit", "--limit", "1"]);
    assert!(code == 2 && stdout.contains("errors=\"") && stdout.contains("<error message="), "{stdout}");
    let (code, stdout, _) = test(&["g.charmgrammar", "--limit", "1"]);
    assert!(code == 2 && stdout.contains("undecided: a is first"), "{stdout}");
}

#[test]
fn where_there_is_no_test_it_says_so() {
    assert_eq!(
        test(&["none.charmgrammar"]),
        (0, "0 passed, 0 failed\n".to_owned(), "note: there is no test\n".to_owned())
    );
    let (code, stdout, stderr) = test(&["g.charmgrammar", "--filter", "no such thing"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("no test has `no such thing` in its text"), "{stderr}");
    // Not of one that can't be read.
    let (code, stdout, stderr) = test(&["broken.charmgrammar"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("error[syntax]") && !stderr.contains("no test"), "{stderr}");
    // The tests of others are run.
    let (code, stdout, _) = test(&["broken.charmgrammar", "g.charmgrammar", "--filter", "first"]);
    assert_eq!((code, stdout.as_str()), (2, "passed: a is first\n1 passed, 0 failed\n"));
}
