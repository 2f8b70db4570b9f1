//! Logs of Juju, through the command.

use std::fs;

use serde_json::Value;

use crate::support::{Ran, binary, run, run_with};

const LOGS: &str = "tests/fixtures/juju/logs";
const KUBERNETES: &str = "tests/fixtures/charms/kubernetes";
const MACHINE: &str = "tests/fixtures/charms/machine";

/// A log of the charm in the fixtures.
fn validate(charm: &str, options: &[&str], log: &str) -> Ran {
    let path = format!("{LOGS}/{log}");
    run(&[&["validate", "--charm", charm], options, &[path.as_str()]].concat())
}

/// Likewise, of a text.
fn validate_text(charm: &str, options: &[&str], text: &str) -> Ran {
    run_with(&[&["validate", "--charm", charm], options, &["-"]].concat(), text.as_bytes())
}

fn text(log: &str) -> String {
    fs::read_to_string(format!("{LOGS}/{log}")).unwrap()
}

#[test]
fn every_unit_of_a_debug_log_has_its_verdict() {
    let ran = validate(KUBERNETES, &[], "debug.log");
    assert_eq!(ran.code, 1);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[..2], ["notes/0: valid", "notes/1: valid"]);
    // Another charm than this one.
    assert_eq!(lines[2], "postgresql/0: invalid at 2: leader-elected");
    let place = lines.last().unwrap().strip_prefix("  --> tests/fixtures/juju/logs/debug.log:").unwrap();
    let line = text("debug.log").lines().nth(place.parse::<usize>().unwrap() - 1).unwrap().to_owned();
    assert!(line.starts_with("unit-postgresql-0: ") && line.ends_with("Emitting Juju event leader_elected."), "{line}");
    let note =
        "note: `--relations-per-endpoint 3` is taken, since an endpoint has so many relations at a time in the log\n";
    assert_eq!(ran.stderr, format!("{note}note: 3 traces: 2 valid, 1 invalid\n"));
}

#[test]
fn one_unit_or_the_units_of_an_application_are_chosen() {
    assert_eq!(validate(KUBERNETES, &["--unit", "notes/1"], "debug.log").ok(), "notes/1: valid\n");
    let ran = validate(KUBERNETES, &["--unit", "notes"], "debug.log");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "notes/0: valid\nnotes/1: valid\n"));
    let ran = validate(KUBERNETES, &["--unit", "notes/7"], "debug.log").unanswered();
    let expected = "error: --unit: `tests/fixtures/juju/logs/debug.log` tells of no hook of `notes/7`; it tells of those of \
                    `notes/0`, `notes/1`, `postgresql/0`\n";
    assert_eq!(ran, expected);
    // A status log does not say whose it is, and names say it neither.
    assert_eq!(validate(KUBERNETES, &["--unit", "notes/7"], "status.txt").ok(), "notes/7: valid\n");
    let ran = validate_text(KUBERNETES, &["--unit", "notes/7"], "install\n").unanswered();
    assert!(ran.starts_with("error: --unit: `<stdin>` is no log of Juju"), "{ran}");
}

#[test]
fn the_same_life_is_valid_in_every_form() {
    for log in ["status.txt", "status.json", "status.yaml"] {
        assert_eq!(validate(KUBERNETES, &[], log).ok(), "valid\n", "{log}");
        assert_eq!(validate(KUBERNETES, &["--input", "status-log"], log).ok(), "valid\n", "{log}");
        // Where it begins with the failed attempt, that is the first.
        let ran = validate_text(KUBERNETES, &[], &text(log).replace("running install hook", "running stop hook"));
        assert_eq!(ran.code, 1, "{log}");
        assert!(ran.stdout.starts_with("invalid at 1: stop\n"), "{log}: {}", ran.stdout);
        // It may be the end of a life.
        let late = "note: a log that was not kept from the beginning of a life is judged with --from-anywhere\n";
        assert_eq!(ran.stderr, late);
    }
    for log in ["tail.txt", "tail-flipped.txt", "tail-raw.txt"] {
        let ran = validate(KUBERNETES, &[], log);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, "notes/0: valid\nnotes/1: valid\n"), "{log}");
        assert_eq!(validate(KUBERNETES, &["--input", "tail", "--unit", "notes/1"], log).ok(), "notes/1: valid\n");
    }
    let plain = text("debug.log");
    let colored = plain.replace(" INFO ", " \u{1b}[1;94mINFO\u{1b}[0m ").replace('\n', "\r\n");
    let dated = plain.replace("-0: 10:", "-0: 2025-03-11 10:").replace("-1: 10:", "-1: 2025-03-11 10:");
    for text in [colored, dated] {
        let ran = validate_text(KUBERNETES, &["--unit", "notes", "--quiet"], &text);
        assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    }
}

#[test]
fn relation_ids_and_units_of_a_log_are_compared() {
    let options = ["--unit", "notes/0"];
    let log = text("debug.log");
    assert_eq!(validate_text(KUBERNETES, &options, &log).code, 0);
    // Nobody has joined the relation with the id 11, which is the third one; names alone would not tell.
    let wrong = log.replace(
        "metrics-endpoint:8: Emitting Juju event metrics_endpoint_relation_departed.",
        "metrics-endpoint:11: Emitting Juju event metrics_endpoint_relation_departed.",
    );
    let ran = validate_text(KUBERNETES, &options, &wrong);
    let verdict = ran.stdout.lines().next().unwrap();
    assert_eq!(verdict, "notes/0: invalid at 23: metrics-endpoint[2]-relation-departed");

    let ran = validate(MACHINE, &[], "unit-relay-3.log");
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "relay/3: valid\n"));
    let note =
        "note: `--set units=5` is taken, since a relation has so many units at its other side at a time in the log\n";
    assert_eq!(ran.stderr, note);
    // Its numbers are 2, 7, 9, 12, 30 and 31; who has not joined does not depart.
    let wrong = text("unit-relay-3.log").replace("unit: syslog/2, departee", "unit: syslog/3, departee");
    let ran = validate_text(MACHINE, &["--set", "units=8"], &wrong);
    assert!(ran.stdout.starts_with("relay/3: invalid at "), "{}", ran.stdout);
    assert!(ran.stdout.contains(": receiver[0]-relation-departed (unit=0, departing=this_unit)"), "{}", ran.stdout);
}

#[test]
fn what_was_set_stays_and_what_has_no_room_is_told() {
    let ran = validate(MACHINE, &["--set", "units=4"], "unit-relay-3.log");
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let why = "\n  `unit` is of the type `0..3`, and the log has more at a time, up to `4`\n";
    assert!(ran.stdout.contains(": receiver-relation-joined\n") && ran.stdout.contains(why), "{}", ran.stdout);
    // An endpoint that the grammar declares itself.
    let grammar = ["juju-k8s", "--with", "relation db  relation replicas { peer = true }"];
    let line = |prefix: &str, event: &str| {
        format!("unit-web-0: 10:00:00 DEBUG unit.web/0.juju-log {prefix}Emitting Juju event {event}.\n")
    };
    let peers = line("", "install") + &line("replicas:0: ", "replicas_relation_created");
    let log = peers + &line("db:1: ", "db_relation_created") + &line("db:2: ", "db_relation_created");
    let ran = run_with(&[&["validate"], &grammar[..], &["-"]].concat(), log.as_bytes());
    assert!(ran.stdout.starts_with("web/0: invalid at 4: db-relation-created\n"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("the log has 2 of `db` at a time, and the grammar 1: `relation db[2]` would do"),
        "{}",
        ran.stdout
    );
    // The param that says how many there can be.
    let grammar = ["juju-k8s", "--set", "churn=0", "--with", "relation db[2]"];
    let settings = ["--with", "profile few { ids = 1 }", "--profile", "few"];
    let log = log.replace("replicas:0: Emitting Juju event replicas_relation_created", "said nothing");
    let ran = run_with(&[&["validate"], &grammar[..], &settings, &["-"]].concat(), log.as_bytes());
    assert_eq!(ran.stdout, "web/0: valid\n", "{}", ran.stderr);
    assert!(ran.stderr.contains("note: `--set ids=2` is taken, since "), "{}", ran.stderr);
}

#[test]
fn names_are_read_as_ops_spells_them() {
    let grammar = ["validate", "juju-k8s", "--with", "relation my-db  relation my_cache  container web"];
    let names = "install\nmy_db_relation_created\nmy_cache_relation_created\nleader_elected\nconfig_changed\nstart\n\
                 web_pebble_ready\nmy_db_relation_joined\nmy-db-relation-changed\nmy_cache-relation-joined\n";
    assert_eq!(run_with(&[&grammar[..], &["-"]].concat(), names.as_bytes()).ok(), "valid\n");
    let ignored = names.replace("start\n", "start\nupdate_status\ninstall\n");
    let ran = run_with(&[&grammar[..], &["--ignore", "install", "-"]].concat(), ignored.as_bytes());
    assert!(ran.stdout.starts_with("invalid at 1: my-db-relation-created\n"), "{}", ran.stdout);
    let ran =
        run_with(&[&grammar[..], &["-"]].concat(), names.replace("my_db_relation_j", "my_bd_relation_j").as_bytes());
    assert!(
        ran.stdout.contains("there is no event `my_bd_relation_joined`; did you mean `my-db-relation-joined`?"),
        "{}",
        ran.stdout
    );
    // Where two would be spelled so, none is meant.
    let twins = ["validate", "juju-k8s", "--with", "relation a-b  relation a_b", "-"];
    let ran = run_with(&twins, b"install\na_b_relation_created\n");
    assert!(ran.stdout.contains("there is no event `a_b_relation_created`"), "{}", ran.stdout);
    assert_eq!(run_with(&twins, b"install\na_b-relation-created\na-b-relation-created\n").ok(), "valid\n");
    let jsonl = b"{\"items\":[\"install\",{\"event\":\"a_b-relation-created\"},\"leader_elected\"]}\n";
    assert_eq!(run_with(&twins, jsonl).ok(), "valid\n");
}

#[test]
fn what_is_no_log_is_told_with_its_place() {
    let error = |options: &[&str], text: &str| validate_text(KUBERNETES, options, text).unanswered();
    let nothing = "the log ends here, and no line of it tells of a hook of a unit\n";
    assert!(
        error(&["--input", "debug-log"], "install\nstart\n").starts_with(&format!("error: <stdin>:2: {nothing}help: "))
    );
    assert!(
        error(&[], "machine-0: 10:00:00 INFO juju.cmd running jujud\n")
            .starts_with(&format!("error: <stdin>:1: {nothing}"))
    );
    assert!(
        error(&["--input", "status-log"], "[{\"status\": 1}]").contains("<stdin>:1:2: this is no status log in JSON: ")
    );
    assert!(
        error(&["--input", "tail"], "install\n").contains("<stdin>:1: the input ends here, and has no head of a table")
    );
    assert!(error(&["--input", "debug-log"], "\u{1f}\0\0").contains("<stdin>:1: the input is not text"));
    // A log is no sequence of names if that is what was asked for.
    let log = text("status.txt");
    assert_eq!(validate_text(KUBERNETES, &["--input", "names"], &log).code, 1);
    // The others are still judged.
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty.log");
    fs::write(&empty, "machine-0: 10:00:00 INFO juju.cmd running jujud\n").unwrap();
    let ran = run(&["validate", "--charm", KUBERNETES, empty.to_str().unwrap(), &format!("{LOGS}/status.txt")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, "valid\n"));
}

#[test]
fn a_name_that_was_cut_off_is_completed_if_it_can_be() {
    let table = |name: &str| {
        format!(
            "┏━┓\n┃ timestamp ┃ web/0                          ┃\n│ 13:37:13  │ {name:<30} │\n│ 13:37:06  │ install                        │\n└─┘\n"
        )
    };
    let validate = |name: &str| {
        run_with(
            &["validate", "juju-k8s", "--prefix", "--with", "relation prometheus-peers { peer = true }", "-"],
            table(name).as_bytes(),
        )
    };
    assert_eq!(validate("prometheus-peers-rel…").code, 2);
    assert_eq!(
        validate("leader-electe…").stdout,
        "web/0: invalid at 2: leader-elected\n  expected (end), prometheus-peers-relation-created\n  --> <stdin>:3\n"
    );
    let ran = validate("prometheus-peers-relation-c…").unanswered();
    assert!(ran.contains("<stdin>:3: the name of this event is cut off: `prometheus-peers-relation-c…` can be `prometheus-peers-relation-changed` or `prometheus-peers-relation-created`\nhelp: "), "{ran}");
    // What the charm has defined is none of Juju's, but for what the grammar knows.
    assert_eq!(validate("data_provided").stdout, "web/0: valid\n");
    assert_eq!(validate("my_own_event_that_is…").stdout, "web/0: valid\n");
    assert!(validate("other-relation-created").stdout.contains("there is no event `other-relation-created`"));
}

#[test]
fn reasons_probabilities_and_data_are_told_of_units_too() {
    let log = text("tail.txt").replace("config_changed ❮ ", "stop             ");
    let ran = validate_text(KUBERNETES, &["--unit", "notes/0", "--explain"], &log);
    assert!(ran.stdout.starts_with("notes/0: invalid at 7: stop\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("nearest valid sequence"), "{}", ran.stdout);

    let json = validate(KUBERNETES, &["--format", "json", "--unit", "notes/1"], "debug.log").ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["unit"].as_str(), json["verdict"].as_str()), (Some("notes/1"), Some("valid")));
    let ran = validate_text(KUBERNETES, &["--format", "github", "--unit", "notes/0"], &log);
    assert!(ran.stdout.contains("notes/0: invalid at 7: stop"), "{}", ran.stdout);

    let path = format!("{LOGS}/status.yaml");
    let probable = run(&["probability", "--charm", KUBERNETES, "--unit", "notes/0", &path]);
    assert_eq!(probable.code, 0, "{}", probable.stderr);
    assert!(probable.stdout.starts_with("notes/0: log-probability: -"), "{}", probable.stdout);

    // Under every value of a param, from one reading.
    let ran = validate(KUBERNETES, &["--any", "juju", "--unit", "notes/1"], "debug.log");
    assert!(ran.stdout.starts_with("notes/1: valid with juju="), "{}{}", ran.stdout, ran.stderr);
    assert!(!ran.stdout.contains("v4_0"), "there is no `leader-settings-changed`: {}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn a_log_may_come_in_small_pieces_on_standard_input() {
    use std::io::Write as _;
    use std::process::Stdio;

    let directory = tempfile::tempdir().unwrap();
    let mut command = binary(directory.path());
    let charm = std::env::current_dir().unwrap().join(KUBERNETES);
    command.args(["validate", "--quiet", "--charm", charm.to_str().unwrap(), "--unit", "notes"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let log = text("debug.log");
    for piece in log.as_bytes().chunks(997) {
        stdin.write_all(piece).unwrap();
        stdin.flush().unwrap();
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), ""));
    // And names still go through a pipe, also one that has a name of its own.
    for path in ["-", "/dev/stdin"] {
        let mut command = binary(directory.path());
        command.args(["validate", "juju-k8s", path]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"install\nleader_elected\nleader_elected\n").unwrap();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.starts_with("invalid at 3: leader-elected\n"), "{path}: {stdout}");
    }
}

/// Lives that the walker draws, as logs that Juju would have written of them.
mod lives {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;

    use serde_json::Value;

    use crate::support::{run, run_with};

    /// What Juju calls the relations and remote units of a life.
    #[derive(Default)]
    struct Ids {
        relations: BTreeMap<String, u32>,
        units: BTreeMap<String, u32>,
        /// Ids are of the whole model, so they are not those of places.
        next: u32,
    }

    impl Ids {
        fn fresh(&mut self) -> u32 {
            self.next += 3;
            self.next
        }

        /// The event as the agent prepares it, and as its status tells it.
        fn told(&mut self, event: &Value) -> (String, String) {
            let name = event.as_str().or_else(|| event["event"].as_str()).unwrap();
            let plain = (name.to_owned(), format!("running {name} hook"));
            if let Some(action) = name.strip_suffix("-action") {
                return (name.to_owned(), format!("running action {action}"));
            }
            if let Some(storage) = event["of"]["storage"].as_str() {
                let kind = if name.ends_with("attached") { "attached" } else { "detaching" };
                let fresh = if kind == "attached" { Some(self.fresh()) } else { None };
                let id = *self.relations.entry(storage.to_owned()).or_insert_with(|| fresh.unwrap_or_default());
                let endpoint = storage.split('[').next().unwrap();
                return (format!("storage-{kind} ({endpoint}/{id})"), plain.1);
            }
            let Some(relation) = event["of"]["relation"].as_str() else {
                let kind = name.find("-pebble-").map_or(name, |at| &name[at + 1..]);
                return (kind.to_owned(), plain.1);
            };
            let kind = &name[name.rfind("-relation-").unwrap() + 1..];
            if kind == "relation-created" {
                let id = self.fresh();
                self.relations.insert(relation.to_owned(), id);
            }
            let id = self.relations[relation];
            let Some(unit) = event["payload"]["unit"].as_u64() else {
                return (format!("{kind} ({id}; app: far)"), plain.1);
            };
            let key = format!("{id}:{unit}");
            if kind == "relation-joined" {
                let number = self.fresh();
                self.units.insert(key.clone(), number);
            }
            // Each relation of an endpoint is with another application.
            let unit = format!("far-{id}/{}", self.units[&key]);
            let departing = match event["payload"]["departing"].as_str() {
                Some("this_unit") => ", departee: UNIT".to_owned(),
                Some(_) => format!(", departee: {unit}"),
                None => String::new(),
            };
            (format!("{kind} ({id}; unit: {unit}{departing})"), format!("running {name} hook for {unit}"))
        }
    }

    /// The lives of a grammar: for each event its name, how the agent prepares it, and its status.
    fn lives(grammar: &str) -> Vec<Vec<(String, String, String)>> {
        let drawn = run(&[
            "generate",
            grammar,
            "-n",
            "60",
            "--seed",
            "3",
            "--profile",
            "churny",
            "--format",
            "jsonl",
            "--shows",
            "events",
        ])
        .ok();
        let life = |line: &str| {
            let life: Value = serde_json::from_str(line).unwrap();
            let mut ids = Ids::default();
            let event = |event: &Value| {
                let name = event.as_str().or_else(|| event["event"].as_str()).unwrap().to_owned();
                let (prepared, status) = ids.told(event);
                (name, prepared, status)
            };
            life["items"].as_array().unwrap().iter().map(event).collect()
        };
        drawn.lines().map(life).collect()
    }

    #[test]
    fn what_is_drawn_is_valid_as_a_debug_log_of_many_units() {
        for grammar in ["demo-k8s", "demo-machine"] {
            let lives = lives(grammar);
            let longest = lives.iter().map(Vec::len).max().unwrap();
            let mut log = String::new();
            for place in 0..longest {
                for (unit, life) in lives.iter().enumerate().filter(|(_, life)| place < life.len()) {
                    let (name, prepared, _) = &life[place];
                    let prepared = prepared.replace("UNIT", &format!("web/{unit}"));
                    let mut line = |level: &str, module: &str, message: String| {
                        writeln!(log, "unit-web-{unit}: 10:00:00 {level} {module} {message}").unwrap();
                    };
                    let operation = "juju.worker.uniter.operation";
                    if !name.ends_with("-action") {
                        line("DEBUG", operation, format!("preparing operation \"run {prepared} hook\" for web/{unit}"));
                    }
                    line(
                        "DEBUG",
                        &format!("unit.web/{unit}.juju-log"),
                        format!("Emitting Juju event {}.", name.replace('-', "_")),
                    );
                    if !name.ends_with("-action") {
                        line("INFO", operation, format!("ran \"{name}\" hook (via hook dispatching script: dispatch)"));
                    }
                }
            }
            let ran = run_with(&["validate", grammar, "--quiet", "-"], log.as_bytes());
            assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{grammar}: {}", ran.stderr);
            let json = run_with(&["validate", grammar, "--format", "json", "-"], log.as_bytes()).stdout;
            assert_eq!(json.lines().filter(|line| line.contains("\"valid\"")).count(), lives.len());
        }
    }

    #[test]
    fn what_is_drawn_is_valid_as_a_status_log() {
        for grammar in ["demo-k8s", "demo-machine"] {
            for life in lives(grammar) {
                let statuses = life.iter().filter(|(name, ..)| name != "update-status");
                let statuses =
                    statuses.map(|(_, _, status)| serde_json::json!({ "status": "executing", "message": status }));
                let text = Value::from(statuses.collect::<Vec<_>>()).to_string();
                if text == "[]" {
                    continue;
                }
                let ran = run_with(&["validate", grammar, "--hide", "update-status", "-"], text.as_bytes());
                assert_eq!(ran.stdout, "valid\n", "{grammar}: {text}\n{}", ran.stderr);
            }
        }
    }
}
