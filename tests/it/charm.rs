//! Grammars for charms, through the command.

use std::fs;

use crate::support::{binary, finish, run, run_with};

const KUBERNETES: &str = "tests/fixtures/charms/kubernetes";
const MACHINE: &str = "tests/fixtures/charms/machine";
const LEGACY: &str = "tests/fixtures/charms/legacy/charm";

/// A grammar with the kinds of the built-in ones that is explored at once.
const OWN: &str = "source user
kind container {}
kind relation { field peer: bool = false  field scope: global | container = global }
event start
event <container>-pebble-ready
event <relation>-relation-created
phase life {
    for each c: container { <c>-pebble-ready }
    for each r: relation where r.peer { <r>-relation-created }
    start
    maybe 50% for one r: relation where not r.peer { <r>-relation-created }
}
";

#[test]
fn what_init_writes_is_checked_with_all_that_a_large_charm_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("life.charmgrammar");
    let file = file.to_str().unwrap();
    for charm in [KUBERNETES, MACHINE, LEGACY] {
        run(&["init", "--charm", charm, "-o", file, "--force"]).ok();
        assert_eq!(run(&["check", file, "--deny", "warnings"]).ok(), "", "{charm}");
    }
    // A part of one's own that fails is found, however many configurations there are.
    let boom = "action boom by user group operation \
                { choose { 1 when any(s: storage where s.life == gone) => config-changed } }";
    let refused = run(&["check", file, "--limit", "30000", "--with", boom]);
    assert!(refused.stdout.contains("error[dead-end]"), "{}", refused.stdout);
}

#[test]
fn init_warns_of_a_grammar_that_check_refuses() {
    let folder = tempfile::tempdir().unwrap();
    let (charm, file) = (folder.path().to_str().unwrap(), folder.path().join("life.charmgrammar"));
    let file = file.to_str().unwrap();
    let endpoint = |number| format!("  db{number}: {{interface: pg, limit: 60}}\n");
    let endpoints = (0..90).map(endpoint).collect::<Vec<_>>().concat();
    fs::write(folder.path().join("charmcraft.yaml"), format!("name: many\ntype: charm\nrequires:\n{endpoints}"))
        .unwrap();
    let ran = run(&["init", "--charm", charm, "-o", file]);
    assert_eq!(ran.code, 0);
    let warning = "warning: other commands will refuse this grammar: a grammar has at most 4096 instances (`--limit instances=N`)";
    assert!(ran.stderr.starts_with(warning) && ran.stderr.contains("\nhelp: leave out of it"), "{}", ran.stderr);
    assert!(run(&["check", "--syntax", file]).stdout.contains("at most 4096 instances"));
    // The way that it names: the limit, for both.
    run(&["init", "--charm", charm, "-o", file, "--force", "--limit", "instances=6000"]).ok();
    run(&["check", "--syntax", file, "--limit", "instances=6000"]).ok();
}

#[test]
fn init_writes_what_the_option_means() {
    let directory = tempfile::tempdir().unwrap();
    for (number, charm) in [KUBERNETES, MACHINE, LEGACY].into_iter().enumerate() {
        let text = run(&["init", "--charm", charm]).ok();
        let file = directory.path().join(format!("{number}.charmgrammar"));
        let file = file.to_str().unwrap();
        assert_eq!(run(&["init", "--charm", charm, "-o", file]).ok(), "");
        assert_eq!(fs::read_to_string(file).unwrap(), text);

        assert_eq!(run(&["check", "--syntax", file]).ok(), "", "{text}");
        assert_eq!(run(&["fmt", "--check", "--quiet", file]).ok(), "", "{text}");
        let generate =
            |how: &[&str]| run(&[&["generate", "-n", "5", "--seed", "4", "--format", "names"], how].concat()).ok();
        let traces = generate(&["--charm", charm]);
        assert_eq!(traces, generate(&[file]), "{text}");

        // What init wrote declares the charm's things already.
        assert_eq!(traces, generate(&[file, "--charm", charm]));
        let judged = run_with(&["validate", "--charm", charm, "--quiet"], traces.as_bytes());
        assert_eq!((judged.code, judged.stdout.as_str(), judged.stderr.as_str()), (0, "", ""));
    }
}

#[test]
fn the_life_of_a_charm_has_its_events() {
    let all = run(&["generate", "--charm", KUBERNETES, "-n", "300", "--seed", "1", "--format", "names"]).ok();
    let all: Vec<&str> = all.lines().collect();
    for event in [
        "exporter-pebble-ready",
        "database-relation-created",
        "end-relation-broken",
        "replicas-relation-joined",
        "cache-storage-attached",
        "count-action",
        "secret-changed",
    ] {
        assert!(all.contains(&event), "no {event}");
    }
    assert!(!all.contains(&"replicas-relation-broken") && !all.contains(&"secret-rotate"));

    let all = run(&["generate", "--charm", MACHINE, "-n", "100", "--seed", "1", "--format", "names"]).ok();
    let lives: Vec<Vec<&str>> = all.split("\n\n").map(|life| life.lines().collect()).collect();
    for life in lives.iter().filter(|life| life.contains(&"install")) {
        let install = life.iter().position(|event| *event == "install").unwrap();
        // What is known at birth comes before; both of the two that there must be.
        let journals = life[..install].iter().filter(|event| **event == "journal-storage-attached").count();
        assert!(journals == 2 && life[..install].contains(&"buffer-storage-attached"), "{life:?}");
    }
    // The relation to the principal is there from birth.
    assert!(lives.iter().flatten().any(|event| *event == "juju-info-relation-created"));
}

#[test]
fn the_first_argument_is_a_grammar_if_it_looks_like_one() {
    let directory = tempfile::tempdir().unwrap();
    let charm = fs::canonicalize(KUBERNETES).unwrap();
    let charm = charm.to_str().unwrap();
    let command = |arguments: &[&str]| finish(binary(directory.path()).args(arguments));
    fs::write(directory.path().join("own.charmgrammar"), OWN).unwrap();
    fs::write(directory.path().join("juju"), "install\n\n").unwrap();
    let life = run(&["generate", "--charm", charm, "--seed", "1", "--format", "names"]).ok();
    fs::write(directory.path().join("seen.txt"), &life).unwrap();
    let own = "notes-pebble-ready\nexporter-pebble-ready\nreplicas-relation-created\nstart\n\n";
    fs::write(directory.path().join("own.txt"), own).unwrap();

    assert_eq!(command(&["validate", "--charm", charm, "seen.txt"]).ok(), "valid\n");
    assert_eq!(command(&["validate", "--charm", charm, "juju-k8s", "seen.txt"]).ok(), "valid\n");
    let two = command(&["validate", "--charm", charm, "seen.txt", "./juju", "--prefix"]).stdout;
    assert_eq!(two.matches("valid").count(), 2, "{two}");
    let ran = command(&["validate", "--charm", charm, "own.charmgrammar", "own.txt"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("`files`, `cache` are left out, since the grammar has no kind `storage`"),
        "{}",
        ran.stderr
    );
    assert!(
        command(&["probability", "--charm", charm, "own.charmgrammar", "own.txt", "-q"]).stdout.starts_with("log-")
    );
    // On standard input, too.
    let ran = run_with(&["check", "--charm", KUBERNETES, "-", "--quiet"], OWN.as_bytes());
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    assert_eq!(run_with(&["generate", "--charm", KUBERNETES, "-", "-q", "--seed", "1"], OWN.as_bytes()).code, 0);

    assert_eq!(command(&["validate", "seen.txt"]).code, 2);
    assert!(command(&["generate"]).unanswered().contains("GRAMMAR"));
    let wrong = command(&["generate", "--charm", charm, "--relations-per-endpoint", "65"]).unanswered();
    assert!(wrong.contains("65"), "{wrong}");
}

#[test]
fn settings_and_declarations_go_with_a_charm() {
    let with = ["--with", "check alive { on = notes }", "--set", "operations=200", "--seed", "3", "--format", "names"];
    let text = run(&[&["generate", "--charm", KUBERNETES, "-n", "20"], &with[..]].concat()).ok();
    assert!(text.contains("notes-pebble-check-failed"), "{text}");
    let life = run(&["generate", "--charm", MACHINE, "--seed", "3", "--format", "names"]).ok();
    let judged = run_with(&["validate", "--charm", MACHINE, "--any", "juju"], life.as_bytes()).ok();
    assert!(judged.starts_with("valid") && judged.contains("juju=v3_6"), "{judged}");
}

#[test]
fn a_file_is_not_written_over_by_chance() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.charmgrammar");
    fs::write(&file, "# mine\n").unwrap();
    let file = file.to_str().unwrap();
    let refused = run(&["init", "--charm", MACHINE, "-o", file]).unanswered();
    assert!(refused.contains("--force"), "{refused}");
    assert_eq!(fs::read_to_string(file).unwrap(), "# mine\n");
    run(&["init", "--charm", MACHINE, "-o", file, "--force"]).ok();
    assert!(fs::read_to_string(file).unwrap().contains("use juju-machine"));
}

#[test]
fn mistakes_in_metadata_are_shown() {
    let directory = tempfile::tempdir().unwrap();
    let charm = directory.path().to_str().unwrap();
    fs::write(directory.path().join("charmcraft.yaml"), "requires:\n  db:\n    interface: pg\n    limit: many\n")
        .unwrap();
    for command in [&["init"][..], &["generate", "--seed", "1"], &["validate"], &["probability", "juju"]] {
        let told = run(&[command, &["--charm", charm]].concat()).unanswered();
        assert!(told.contains("error[bad-charm]: `limit` must be a number"), "{told}");
        assert!(told.contains("charmcraft.yaml:4:12") && told.contains("^^^^"), "{told}");
    }
    let ran = run(&["check", "--charm", charm, "--format", "json"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stdout.contains("\"code\":\"bad-charm\""), "{}", ran.stdout);

    fs::write(directory.path().join("charmcraft.yaml"), "a: [\n").unwrap();
    assert!(run(&["init", "--charm", charm]).unanswered().contains("error[yaml]"));
    fs::remove_file(directory.path().join("charmcraft.yaml")).unwrap();
    assert!(run(&["init", "--charm", charm]).unanswered().contains("error[no-charm]"));
    assert!(run(&["generate", "--charm", "nowhere"]).unanswered().contains("error[unreadable-file]"));
}
