//! What goes wrong around the program: full disks, readers that leave, interrupts, files that can't be read, bytes that are
//! no text. Each is told or quiet as it should be, with the right exit code, and leaves nothing behind.

#![cfg(unix)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::support::{Ran, binary, finish};

const GRAMMAR: &str = "source user\nparam n: 0..9 = 3\nevent a\nevent b\naction go by user { a }\n\
                       phase p { repeat n { do } maybe 50% b }\ntest \"b ends it\" accepts { ... b }\n";

/// A directory with a grammar, traces and a charm.
fn directory() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
    write("g.charmgrammar", GRAMMAR);
    write("other.charmgrammar", &GRAMMAR.replace("50%", "0%"));
    write("messy.charmgrammar", "event   a\nphase p{a}\n");
    write("names", &"a\na\na\nb\n\n".repeat(5_000));
    write("wrong", &"b\nb\n\n".repeat(5_000));
    write(
        "one.story",
        "simulation:\nPHASE Phase.p:\n Action :: Source.user --> 'go'()\n Event :: a\n Action :: Source.user --> 'go'()\n Event :: a\n Action :: Source.user --> 'go'()\n Event :: a\nend.\n",
    );
    fs::create_dir(directory.path().join("charm")).unwrap();
    write("charm/charmcraft.yaml", "name: x\nrequires: {db: {interface: y}}\n");
    directory
}

/// Commands that write results, each with its exit code when all goes well.
const WRITING: &[(i32, &[&str])] = &[
    (0, &["test", "g.charmgrammar"]),
    (0, &["generate", "g.charmgrammar", "-n", "5000", "--seed", "1", "--format", "jsonl"]),
    (0, &["generate", "g.charmgrammar", "-n", "5000", "--seed", "1", "--uniform", "--events", "3"]),
    (0, &["validate", "g.charmgrammar", "names"]),
    (1, &["validate", "g.charmgrammar", "wrong"]),
    (1, &["validate", "g.charmgrammar", "wrong", "--format", "json", "--explain"]),
    (0, &["probability", "g.charmgrammar", "names"]),
    (0, &["count", "g.charmgrammar", "--events", "0..2000"]),
    (0, &["enumerate", "g.charmgrammar", "--events", "4"]),
    (1, &["diff", "g.charmgrammar", "other.charmgrammar"]),
    (0, &["stats", "g.charmgrammar"]),
    (1, &["fmt", "--check", "messy.charmgrammar"]),
    (0, &["export", "g.charmgrammar", "one.story", "--as", "pytest"]),
    (0, &["init", "--charm", "charm"]),
    (0, &["list"]),
    (0, &["show", "juju"]),
    (0, &["man", "generate"]),
];

fn charmgrammar(directory: &Path, line: &[&str]) -> Ran {
    finish(binary(directory).args(line))
}

#[test]
fn what_is_tried_here_works_otherwise() {
    let directory = directory();
    for (code, line) in WRITING {
        let ran = charmgrammar(directory.path(), line);
        assert_eq!((ran.code, ran.stdout.is_empty()), (*code, false), "{line:?}: {}", ran.stderr);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn every_command_tells_of_a_full_disk() {
    let directory = directory();
    for (_, line) in WRITING {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = finish(binary(directory.path()).args(*line).stdout(full));
        assert!(ran.code == 2 && ran.stderr.contains("cannot write to standard output"), "{line:?}: {ran:?}");
    }
}

/// A disk that becomes full while a file is written: the size of files is bounded, in blocks of 512 or 1024 bytes.
#[test]
fn nothing_has_its_final_name_on_a_disk_that_becomes_full() {
    let directory = directory();
    let text = "phase q {a}\n".repeat(20_000);
    fs::write(directory.path().join("long.charmgrammar"), format!("event a\n{text}")).unwrap();
    let entries = || fs::read_dir(directory.path()).unwrap().count();
    let before = entries();
    let bounded = "ulimit -f 64; trap '' XFSZ; exec \"$0\" \"$@\"";
    for line in [
        &["generate", "g.charmgrammar", "-n", "100000", "--seed", "1", "-o", "out"][..],
        &["generate", "g.charmgrammar", "-n", "100000", "--seed", "1", "-o", "out", "--jobs", "3", "--format", "jsonl"],
        &["fmt", "long.charmgrammar"],
    ] {
        let mut command = Command::new("sh");
        command.args(["-c", bounded, env!("CARGO_BIN_EXE_charmgrammar")]).args(line).current_dir(directory.path());
        let ran = finish(&mut command);
        assert!(ran.code == 2 && ran.stderr.contains("cannot write"), "{line:?}: {ran:?}");
        assert_eq!(entries(), before, "{line:?} leaves a file behind");
    }
    assert!(
        fs::read_to_string(directory.path().join("long.charmgrammar")).unwrap().ends_with(&text),
        "it is as it was"
    );
}

#[test]
fn a_reader_that_leaves_is_told_nothing() {
    let directory = directory();
    for (_, line) in WRITING {
        let mut command = binary(directory.path());
        let mut child = command.args(*line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        let is_quiet = !stderr.contains("rror") && !stderr.contains("panicked");
        assert!(
            output.status.code().is_some_and(|code| code <= 1) && is_quiet,
            "{line:?}: {}\n{stderr}",
            output.status
        );
    }
}

#[test]
fn an_interrupt_leaves_no_part_of_a_file() {
    let directory = directory();
    let path = directory.path().join("out");
    let interrupt = |child: &Child| kill_process(Pid::from_child(child), Signal::INT).unwrap();
    let entries = || fs::read_dir(directory.path()).unwrap().count();
    let before = entries();
    let line = ["generate", "g.charmgrammar", "-n", "1000000000", "--seed", "1", "--format", "names", "-o", "out"];
    let child = binary(directory.path()).args(line).stderr(Stdio::piped()).spawn().unwrap();
    // Once its temporary file is there, it is at work.
    while entries() == before {
        std::thread::yield_now();
    }
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!path.exists() && entries() == before, "something is left behind");

    // What is written to standard output ends as soon.
    let mut command = binary(directory.path());
    let mut child = command.args(&line[..line.len() - 2]).stdout(Stdio::piped()).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut String::new()).unwrap();
    interrupt(&child);
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// A signal ends the process as if it were not handled, and leaves no part of a file.
#[test]
fn whoever_ends_a_command_finds_nothing_left() {
    let directory = directory();
    let entries = || fs::read_dir(directory.path()).unwrap().count();
    let before = entries();
    fs::write(directory.path().join("out"), "old").unwrap();
    let line = ["generate", "g.charmgrammar", "-n", "1000000000", "--seed", "1", "--format", "names", "-o", "out"];
    for signal in [Signal::TERM, Signal::HUP] {
        let mut child = binary(directory.path()).args(line).stderr(Stdio::null()).spawn().unwrap();
        while entries() < before + 2 {
            std::thread::yield_now();
        }
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(signal.as_raw()));
        assert_eq!(entries(), before + 1, "something is left behind");
        assert_eq!(fs::read_to_string(directory.path().join("out")).unwrap(), "old");
    }
}

#[test]
fn one_ctrl_c_ends_a_command_that_waits_for_its_input() {
    let directory = directory();
    for line in [
        &["fmt", "-"][..],
        &["fmt", "messy.charmgrammar", "-"],
        &["fmt", "--check", "-"],
        &["check", "-"],
        &["stats", "-"],
        &["generate", "-", "-o", "out"],
        &["validate", "g.charmgrammar", "-"],
        &["shrink", "g.charmgrammar", "-", "--", "false"],
    ] {
        let mut child = binary(directory.path())
            .args(line)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Waiting for it would close this.
        let _input = child.stdin.take();
        // It waits in `read`, once it does.
        #[cfg(target_os = "linux")]
        while !fs::read_to_string(format!("/proc/{}/wchan", child.id())).is_ok_and(|place| place.contains("pipe_read"))
        {
            std::thread::sleep(std::time::Duration::from_millis(2));
            assert_eq!(child.try_wait().unwrap(), None, "{line:?}");
        }
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        let status = child.wait().unwrap();
        assert!(status.code() == Some(130) || status.signal() == Some(Signal::INT.as_raw()), "{line:?}: {status}");
    }
}

#[test]
fn files_that_cannot_be_read_are_told_and_the_others_are_read() {
    let directory = directory();
    // Permissions keep nothing from whoever is root; a link to itself does.
    for name in ["loop.charmgrammar", "loop", "charm/loop"] {
        std::os::unix::fs::symlink(Path::new(name).file_name().unwrap(), directory.path().join(name)).unwrap();
    }
    fs::write(directory.path().join("uses.charmgrammar"), "use \"loop.charmgrammar\"\n").unwrap();
    for line in [
        &["check", "loop.charmgrammar"][..],
        &["check", "uses.charmgrammar"],
        &["check", "charm"],
        &["fmt", "loop.charmgrammar"],
        &["generate", "loop.charmgrammar"],
        &["generate", "--charm", "loop"],
        &["generate", "g.charmgrammar", "--seed", "1", "--format", "jsonl", "--data", "plain", "--values", "loop"],
        &["generate", "g.charmgrammar", "--seed", "1", "-o", "loop"],
        &["init", "--charm", "charm/charmcraft.yaml"],
        &["shrink", "g.charmgrammar", "loop", "--", "false"],
        &["export", "g.charmgrammar", "gone", "--as", "juju"],
    ] {
        let ran = charmgrammar(directory.path(), line);
        let is_told = format!("{}{}", ran.stdout, ran.stderr).contains("cannot");
        assert!(ran.code == 2 && is_told, "{line:?}: {ran:?}");
    }
    // Of several traces those that can be read are judged.
    for gone in ["loop", "gone", "charm"] {
        let ran = charmgrammar(directory.path(), &["validate", "g.charmgrammar", gone, "one.story"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, "valid\n"), "{gone}: {}", ran.stderr);
        assert!(ran.stderr.contains(&format!("cannot read `{gone}`")), "{}", ran.stderr);
    }
}

#[test]
fn what_vanishes_while_it_is_needed_is_told() {
    let directory = directory();
    let path = |name: &str| directory.path().join(name);
    assert!(Command::new("mkfifo").arg(path("pipe.charmgrammar")).arg(path("pipe")).status().unwrap().success());
    fs::create_dir(path("out")).unwrap();
    fs::write(path("used.charmgrammar"), "event c\n").unwrap();
    // The command waits at the pipe, and what it needs next is gone when it goes on.
    let run = |line: &[&str], pipe: &str, text: &str, vanish: &dyn Fn()| {
        let mut command = binary(directory.path());
        let child = command.args(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It opens when the command does.
        let mut pipe = fs::File::options().write(true).open(path(pipe)).unwrap();
        vanish();
        pipe.write_all(text.as_bytes()).unwrap();
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    };

    let line = ["generate", "pipe.charmgrammar", "--seed", "1", "-o", "out/traces"];
    let refused = run(&line, "pipe.charmgrammar", GRAMMAR, &|| fs::remove_dir(path("out")).unwrap()).unanswered();
    assert!(refused.contains("cannot write to `out/traces`"), "{refused}");

    let using = format!("use \"used.charmgrammar\"\n{GRAMMAR}");
    let gone = || fs::remove_file(path("used.charmgrammar")).unwrap();
    let refused = run(&["check", "pipe.charmgrammar"], "pipe.charmgrammar", &using, &gone);
    assert!(refused.code == 2 && refused.stdout.contains("used.charmgrammar"), "{refused:?}");

    // A trace that is cut off is judged as far as it goes.
    let judged = run(&["validate", "g.charmgrammar", "pipe"], "pipe", "a\na\na\n\na\na", &|| ());
    assert_eq!(judged.code, 1, "{judged:?}");
    assert!(judged.stdout.starts_with("valid\ninvalid at end: expected a\n"), "{judged:?}");
}

#[test]
fn what_is_no_text_is_told_wherever_it_stands() {
    let directory = directory();
    let write = |name: &str, bytes: &[u8]| fs::write(directory.path().join(name), bytes).unwrap();
    write("bad.charmgrammar", b"event a\nevent caf\xe9\n");
    write("uses.charmgrammar", b"use \"bad.charmgrammar\"\nphase p { a }\n");
    write("bad.yaml", b"config: {name: caf\xe9}\n");
    write("bad.names", b"a\ncaf\xe9\n");
    write("bad.story", b"simulation:\nPHASE Phase.p:\n Event :: caf\xe9\nend.\n");
    write("bad.jsonl", b"{\"items\":[\"caf\xe9\"]}\n");
    write("charm/charmcraft.yaml", b"name: caf\xe9\n");
    for line in [
        &["check", "bad.charmgrammar"][..],
        &["check", "uses.charmgrammar"],
        &["fmt", "bad.charmgrammar"],
        &["generate", "--charm", "charm"],
        &["init", "--charm", "charm"],
        &["generate", "g.charmgrammar", "--seed", "1", "--format", "jsonl", "--data", "plain", "--values", "bad.yaml"],
        &["validate", "g.charmgrammar", "bad.names"],
        &["validate", "g.charmgrammar", "bad.story"],
        &["validate", "g.charmgrammar", "bad.jsonl"],
        &["probability", "g.charmgrammar", "bad.names"],
        &["export", "g.charmgrammar", "bad.story", "--as", "juju"],
    ] {
        let ran = charmgrammar(directory.path(), line);
        let is_told = ran.stderr.contains("UTF-8") || ran.stdout.contains("UTF-8");
        assert!(ran.code == 2 && is_told, "{line:?}: {ran:?}");
    }
    // Logs are full of what others have written, and are read all the same.
    let log = b"unit-x-0: 10:00:00 INFO juju.worker.uniter.operation ran \"a\" hook (via caf\xe9)\n";
    write("bad.log", log);
    let ran =
        charmgrammar(directory.path(), &["validate", "g.charmgrammar", "bad.log", "--input", "debug-log", "--prefix"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    // Arguments of the command line that are no text are told too.
    let bad = std::ffi::OsStr::from_bytes(b"n=caf\xe9");
    let ran = finish(binary(directory.path()).args(["generate", "g.charmgrammar", "--set"]).arg(bad));
    assert_eq!(ran.code, 2, "{ran:?}");
}
