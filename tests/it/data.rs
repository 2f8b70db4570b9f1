//! Data beside events, and traces in other forms.

use std::fs;
use std::process::Command;

use crate::support::{binary, finish, run, run_with};

const CHARM: &str = "tests/fixtures/charms/kubernetes";

/// Traces of the charm, with data.
fn generate(options: &[&str]) -> String {
    let seed: &[&str] = if options.contains(&"--seed") { &[] } else { &["--seed", "5"] };
    let start = ["generate", "--charm", CHARM, "--quiet", "-n", "12", "--format", "jsonl"];
    run(&[&start[..], seed, options].concat()).ok()
}

/// For each trace its items, each as the text of the event and its data.
fn events(lines: &str) -> Vec<Vec<(String, serde_json::Value)>> {
    let trace = |line: &str| {
        let trace: serde_json::Value = serde_json::from_str(line).unwrap();
        let items = trace["items"].as_array().unwrap().iter().filter(|item| item["event"].is_string());
        items.map(|item| (item["event"].as_str().unwrap().to_owned(), item["data"].clone())).collect()
    };
    lines.lines().map(trace).collect()
}

#[test]
fn data_change_nothing_else_and_depend_on_nothing_else() {
    let bare = generate(&[]);
    let typed = generate(&["--data", "typed"]);
    let without: Vec<Vec<String>> =
        events(&typed).into_iter().map(|trace| trace.into_iter().map(|(name, _)| name).collect()).collect();
    let names: Vec<Vec<String>> =
        events(&bare).into_iter().map(|trace| trace.into_iter().map(|(name, _)| name).collect()).collect();
    assert_eq!(without, names);
    assert!(!bare.contains("\"data\"") && typed.contains("\"data\""));
    for jobs in ["1", "3"] {
        assert_eq!(generate(&["--data", "typed", "--jobs", jobs]), typed);
    }
    let halves = ["0/2", "1/2"].map(|shard| generate(&["--data", "typed", "--shard", shard])).concat();
    assert_eq!(halves, typed);
    let last = run(&[
        "generate", "--charm", CHARM, "--quiet", "--seed", "5", "--from", "11", "--format", "jsonl", "--data", "typed",
    ]);
    assert_eq!(last.ok(), typed.lines().last().unwrap().to_owned() + "\n");
    let verdicts = run_with(&["validate", "--charm", CHARM, "--quiet"], typed.as_bytes());
    assert_eq!((verdicts.code, verdicts.stdout.as_str()), (0, ""), "they are not compared");
}

#[test]
fn data_are_of_the_types_that_the_charm_declares() {
    for class in ["plain", "typed", "hostile"] {
        let lines = generate(&["--data", class]);
        let mut seen = std::collections::BTreeSet::new();
        for (event, data) in events(&lines).into_iter().flatten().filter(|(_, data)| !data.is_null()) {
            let sections: Vec<&String> = data.as_object().unwrap().keys().collect();
            assert_eq!(sections.len(), 1, "{event}: {data}");
            seen.insert(sections[0].clone());
            match sections[0].as_str() {
                "config" => {
                    assert_eq!(event, "config-changed");
                    for (key, value) in data["config"].as_object().unwrap() {
                        let fits = match key.as_str() {
                            "log-level" | "audit-level" => value.is_string() || value.is_null(),
                            "port" => value.is_i64() || value.is_null(),
                            _ => false,
                        };
                        assert!(fits, "{key}: {value}");
                    }
                }
                "params" => {
                    assert_eq!(event, "export-action");
                    let params = &data["params"];
                    assert!(params["since"].as_i64().unwrap() >= 0, "it is required, and has a minimum: {params}");
                    assert!(
                        ["markdown", "html"].map(serde_json::Value::from).contains(&params["format"])
                            || params["format"].is_null()
                    );
                }
                "content" => assert_eq!(event, "secret-changed"),
                "remote_app" => assert!(class == "hostile" && event.contains("-relation-"), "{event}: {data}"),
                other => panic!("{other}"),
            }
        }
        assert!(seen.contains("config") && seen.contains("params") && seen.contains("content"), "{seen:?}");
        assert_eq!(lines.contains("{not json"), class == "hostile", "{class}");
    }
}

#[test]
fn an_author_supplies_values() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("values.yaml");
    fs::write(
        &file,
        "config: {log-level: [debug, info]}\nactions: {export: {since: 7}}\ninterfaces:\n  postgresql_client:\n    app: {endpoints: [\"10.1.0.1:5432\"]}\n    unit: {ready: [\"true\"]}\nsecrets: {admin-password: {user: [admin]}}\n",
    )
    .unwrap();
    let path = file.to_str().unwrap();
    let mut n_seen = [0; 5];
    for (event, data) in events(&generate(&["--data", "plain", "--values", path])).into_iter().flatten() {
        if let Some(level) = data["config"].get("log-level") {
            assert!(level == "debug" || level == "info", "{level}");
            n_seen[0] += 1;
        }
        if let Some(since) = data["params"].get("since") {
            assert_eq!(since, 7);
            n_seen[1] += 1;
        }
        if let Some(app) = data.get("remote_app") {
            assert!(event.starts_with("database-relation-"), "{event}");
            assert_eq!(app, &serde_json::json!({"endpoints": "10.1.0.1:5432"}));
            n_seen[2] += 1;
        }
        if let Some(unit) = data.get("remote_unit") {
            assert!(event.starts_with("database-relation-"), "{event}");
            assert_eq!(unit, &serde_json::json!({"ready": "true"}));
            n_seen[3] += 1;
        }
        if let Some(content) = data.get("content") {
            assert_eq!(content, &serde_json::json!({"user": "admin"}));
            n_seen[4] += 1;
        }
    }
    assert!(n_seen.iter().all(|many| *many > 0), "{n_seen:?}");

    let refused = |text: &str| {
        fs::write(&file, text).unwrap();
        run(&[
            "generate", "--charm", CHARM, "--quiet", "--format", "jsonl", "--data", "plain", "--values", path,
            "--seed", "1",
        ])
        .unanswered()
    };
    assert!(refused("confg: {}\n").contains("there is no section of the name `confg`; did you mean `config`?"));
    assert!(refused("interfaces: {x: {ap: {}}}\n").contains("`interfaces.x`"));
    assert!(refused("config: 3\n").contains("`config` is not a mapping of names"));
    assert!(refused("config: [\n").contains("error[yaml]"));
    assert!(
        run(&["generate", "example", "--seed", "1", "--data", "plain"]).unanswered().contains("add --format jsonl")
    );
    let bare = run(&["generate", "example", "--seed", "1", "--data", "plain", "--format", "jsonl"]);
    assert!(bare.code == 0 && bare.stderr.contains("nothing is known of config"), "{}", bare.stderr);
}

/// The data of the events that a trace shows, by name and in their order, for long lives.
fn fed(options: &[&str]) -> Vec<Vec<serde_json::Value>> {
    let lines = generate(&[&["--set", "operations=200", "--shows", "events"], options].concat());
    let items =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["items"].as_array().unwrap().clone();
    lines.lines().map(items).collect()
}

/// The data of the events of one name.
fn of_name(trace: &[serde_json::Value], name: &str) -> Vec<serde_json::Value> {
    trace.iter().filter(|item| item["event"] == name).map(|item| item["data"].clone()).collect()
}

#[test]
fn every_seed_trace_and_event_has_data_of_its_own() {
    let (traces, others) = (fed(&["--data", "hostile"]), fed(&["--data", "hostile", "--seed", "6"]));
    let first = |traces: &[Vec<serde_json::Value>]| -> Vec<serde_json::Value> {
        traces.iter().filter_map(|trace| of_name(trace, "config-changed").first().cloned()).collect()
    };
    let (here, there) = (first(&traces), first(&others));
    assert!(here.iter().zip(&there).filter(|(one, other)| one != other).count() > 5, "{here:?} {there:?}");
    assert!(here.iter().filter(|data| **data != here[0]).count() > 5, "{here:?}");
    // By the same place again and again, and by another place.
    let changes: Vec<Vec<serde_json::Value>> = traces.iter().map(|trace| of_name(trace, "config-changed")).collect();
    let many = changes.iter().max_by_key(|changes| changes.len()).unwrap();
    let distinct: std::collections::BTreeSet<String> = many.iter().map(ToString::to_string).collect();
    assert!(many.len() > 8 && distinct.len() * 2 > many.len(), "{many:?}");
    assert!(changes.iter().any(|changes| changes.len() > 1 && changes[0] != changes[1]));
    // By the same place for different relations.
    let differ = traces.iter().any(|trace| {
        let created = |name: &str| of_name(trace, &format!("{name}-relation-created")).first().cloned();
        created("logging").is_some_and(|one| created("metrics-endpoint").is_some_and(|other| one != other))
    });
    assert!(differ, "one relation is told what another is");
}

#[test]
fn each_class_has_its_values() {
    let values = |class: &str, event: &str, section: &str, key: &str| -> Vec<serde_json::Value> {
        let traces = fed(&["--data", class]);
        let data = traces.iter().flat_map(|trace| of_name(trace, event));
        data.filter_map(|data| data[section].get(key).cloned()).collect()
    };
    let levels = |class: &str| values(class, "config-changed", "config", "log-level");
    let is_text = |text: &'static str| move |value: &serde_json::Value| value == text;
    assert!(levels("plain").iter().any(serde_json::Value::is_null), "an option is reset");
    assert!(!levels("plain").iter().any(is_text("")) && levels("typed").iter().any(is_text("")));
    let is_nonsense = |value: &serde_json::Value| value.as_str().is_some_and(|text| text.starts_with(['{', '[', '%']));
    assert!(!levels("typed").iter().any(is_nonsense) && levels("hostile").iter().any(is_nonsense));
    let ports = |class: &str| values(class, "config-changed", "config", "port");
    let is_usual = |value: &serde_json::Value| value.as_i64().is_none_or(|port| (1..=8001).contains(&port));
    assert!(ports("plain").iter().all(is_usual) && !ports("typed").iter().all(is_usual));
    let passwords = values("hostile", "secret-changed", "content", "password");
    assert!(passwords.len() > 8 && !passwords.iter().any(is_text("")), "Juju takes no empty value in a secret");
}

#[test]
fn the_other_side_writes_its_own_databags() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("values.yaml");
    let text = "interfaces: {loki_push_api: {app: {of: interface}, unit: {of: interface}}}\n\
                endpoints: {logging: {app: {of: endpoint}, unit: {of: endpoint}}}\n";
    fs::write(&file, text).unwrap();
    let mut n_seen = [0; 2];
    for item in fed(&["--data", "plain", "--values", file.to_str().unwrap()]).into_iter().flatten() {
        let Some(data) = item["data"].as_object() else { continue };
        for (place, key) in ["remote_app", "remote_unit"].into_iter().enumerate() {
            let Some(bag) = data.get(key) else { continue };
            assert_eq!(bag, &serde_json::json!({"of": "endpoint"}));
            assert_eq!(key == "remote_unit", item["payload"]["unit"].is_number(), "{item}");
            n_seen[place] += 1;
        }
    }
    assert!(n_seen.iter().all(|many| *many > 0), "{n_seen:?}");
    let made_up: Vec<serde_json::Value> = fed(&["--data", "hostile"]).into_iter().flatten().collect();
    let of_peers = made_up.iter().filter(|item| item["event"].as_str().unwrap().starts_with("replicas-"));
    assert!(of_peers.clone().count() > 10 && of_peers.into_iter().all(|item| item["data"].is_null()));
}

/// A trace as a form.
fn export(trace: &str, form: &str) -> String {
    run_with(&["export", "--charm", CHARM, "--quiet", "-", "--as", form], trace.as_bytes()).ok()
}

#[test]
fn a_trace_becomes_tests_and_commands() {
    let lines = generate(&["--data", "hostile"]);
    for (number, line) in lines.lines().enumerate() {
        let test = export(line, "pytest");
        assert!(test.contains(&format!("def test_trace_{number}_of_seed_5():\n")), "{test}");
        let last = events(line)[0].iter().filter(|(name, _)| name == "install").count();
        assert_eq!(test.matches("context.run(context.on.install(), state)").count(), last);
        let script = export(line, "juju");
        assert!(script.starts_with("#!/bin/sh\n") && script.contains("\njuju deploy \"$CHARM\" \"$APP\"\n"));
        let jubilant = export(line, "jubilant");
        assert!(jubilant.contains("    juju.deploy(CHARM, APP)\n"));
        let n_run = line.matches("\"action\":\"run\"").count();
        assert_eq!(
            (script.matches("juju run \"$APP/0\"").count(), jubilant.matches("juju.run(").count()),
            (n_run, n_run)
        );
    }
}

#[test]
fn what_is_exported_compiles() {
    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !has("python3") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let lines = generate(&["--data", "hostile"]);
    let mut python = Command::new("python3");
    python.current_dir(directory.path()).args(["-m", "py_compile"]);
    for (number, line) in lines.lines().enumerate() {
        for form in ["pytest", "jubilant"] {
            let name = format!("test_{form}_{number}.py");
            fs::write(directory.path().join(&name), export(line, form)).unwrap();
            python.arg(name);
        }
        fs::write(directory.path().join("life.sh"), export(line, "juju")).unwrap();
        let parsed = finish(Command::new("sh").current_dir(directory.path()).args(["-n", "life.sh"]));
        assert_eq!((parsed.code, parsed.stderr.as_str()), (0, ""));
    }
    let compiled = finish(&mut python);
    assert_eq!((compiled.code, compiled.stderr.as_str()), (0, ""));
}

#[test]
fn names_are_exported_too_and_the_class_comes_from_the_code() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("src")).unwrap();
    fs::write(directory.path().join("charmcraft.yaml"), "name: a\ntype: charm\nrequires: {db: {interface: x}}\n")
        .unwrap();
    fs::write(directory.path().join("src/charm.py"), "class Mine(ops.CharmBase):\n    pass\n\nops.main(Mine)\n")
        .unwrap();
    fs::write(
        directory.path().join("seen.txt"),
        "install\ndb-relation-created\nleader-elected\nconfig-changed\nstart\ndb-relation-broken\nupdate-status\n",
    )
    .unwrap();
    let export = |form: &str| {
        let mut command = binary(directory.path());
        finish(command.args(["export", "--charm", ".", "seen.txt", "--as", form, "--quiet"])).ok()
    };
    let test = export("pytest");
    assert!(test.contains("from charm import Mine\n") && test.contains("def test_trace_seen():\n"), "{test}");
    assert!(test.contains("    # user: remove-relation (db"), "the actions are found: {test}");
    let script = export("juju");
    assert!(
        script.contains("\njuju integrate \"$APP:db\" \"$DB_APP\"\n")
            && script.contains("\njuju remove-relation \"$APP:db\" \"$DB_APP\"\n"),
        "{script}"
    );
    let invalid = run_with(&["export", "juju-machine", "-", "--as", "juju"], b"start\n");
    assert!(invalid.code == 1 && invalid.stderr.contains("is no trace of the grammar"), "{}", invalid.stderr);
}

#[test]
fn options_and_parameters_of_every_type_have_values_of_it() {
    const CHARM: &str = "
name: shapes
type: charm
config:
  options:
    ratio: {type: float, default: 0.25}
    debug: {type: boolean, default: false}
    token: {type: secret}
actions:
  shape:
    params:
      weight: {type: number, minimum: 1.5, maximum: 2.5}
      scale: {type: number}
      names: {type: array, default: [a]}
      labels: {type: object, default: {a: b}}
      force: {type: boolean}
      code: {type: string, pattern: '^x'}
    required: [weight, scale, names, labels, force]
";
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("charmcraft.yaml"), CHARM).unwrap();
    let charm = directory.path().to_str().unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for class in ["plain", "typed", "hostile"] {
        let lines = run(&[
            "generate", "--charm", charm, "--quiet", "-n", "40", "--seed", "3", "--format", "jsonl", "--data", class,
        ]);
        for (_, data) in events(&lines.ok()).into_iter().flatten() {
            for section in ["config", "params"] {
                for (key, value) in data[section].as_object().into_iter().flatten() {
                    let fits = match key.as_str() {
                        "ratio" | "scale" => value.is_f64(),
                        "debug" | "force" => value.is_boolean(),
                        "weight" => [1.5, 2.5].contains(&value.as_f64().unwrap()),
                        "names" => {
                            *value == serde_json::json!(["a"]) || class != "plain" && *value == serde_json::json!([])
                        }
                        "labels" => value.is_object(),
                        _ => false,
                    };
                    // Back to the default, where there is one.
                    assert!(fits || section == "config" && value.is_null(), "{class} {key}: {value}");
                    seen.insert(key.clone());
                }
            }
        }
    }
    // A text that must match a pattern can't be made up, nor can the id of a secret.
    let expected = ["debug", "force", "labels", "names", "ratio", "scale", "weight"];
    assert_eq!(seen.iter().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
}
