//! Charms in directories of their own.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::*;
use crate::limits::Limits;
use crate::model::{Disk, Outline, Root, Settings, outline};

/// Reads a charm that has these files.
fn read_files(files: &[(&str, &str)]) -> Reading {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    read(&Disk, &Limits::default(), directory.path())
}

#[track_caller]
fn charm(files: &[(&str, &str)]) -> Charm {
    let reading = read_files(files);
    reading.charm.unwrap_or_else(|| panic!("{:?}", reading.diagnostics))
}

/// The messages about a file, each with the line and the text that it points to.
fn findings(name: &str, text: &str) -> Vec<(String, usize, String)> {
    let reading = read_files(&[(name, text)]);
    let tell = |finding: &Diagnostic| {
        let file = reading.sources.file(finding.primary.span.source);
        assert!(file.name().ends_with(name), "{}", file.name());
        let line = file.line_column(finding.primary.span.start).0;
        (finding.message.clone(), line, reading.sources.text(finding.primary.span).to_owned())
    };
    reading.diagnostics.iter().map(tell).collect()
}

fn built_in(name: &str) -> Outline {
    outline(&Disk, &Root::Builtin(name.to_owned()), &Settings::default())
}

fn fixture(name: &str) -> Charm {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/charms").join(name);
    read(&Disk, &Limits::default(), &directory).charm.unwrap()
}

#[test]
fn what_a_runner_needs_is_kept() {
    let charm = fixture("kubernetes");
    assert_eq!(
        (charm.name.as_deref(), charm.platform, charm.subordinate),
        (Some("notes-k8s"), Platform::Kubernetes, false)
    );
    let relation = |name: &str| charm.relations.iter().find(|relation| relation.name == name).unwrap();
    assert_eq!(relation("database").interface.as_deref(), Some("postgresql_client"));
    assert_eq!((relation("database").limit, relation("database").optional), (Some(1), Some(false)));
    assert_eq!((relation("logging").role, relation("logging").optional), (Role::Requires, Some(true)));
    assert_eq!(relation("replicas").role, Role::Peer);
    let mounts = [("files".to_owned(), Some("/srv/notes".to_owned()))];
    assert_eq!(
        (charm.containers[0].resource.as_deref(), &charm.containers[0].mounts[..]),
        (Some("notes-image"), &mounts[..])
    );
    let option = |name: &str| charm.options.iter().find(|option| option.name == name).unwrap();
    assert_eq!((option("port").ty, option("port").default.clone()), (OptionType::Int, Some(json!(8000))));
    // By a merge key.
    assert_eq!(
        (option("audit-level").ty, option("audit-level").default.clone()),
        (OptionType::String, Some(json!("warning")))
    );
    assert_eq!(option("admin-password").ty, OptionType::Secret);
    let export = charm.actions.iter().find(|action| action.name == "export").unwrap();
    assert_eq!(export.parameters[0].default(), Some(&json!("markdown")));
    assert_eq!(export.parameters[0].schema["enum"], json!(["markdown", "html"]));
    assert_eq!((&export.required[..], export.additional_parameters), (&["since".to_owned()][..], false));
}

#[test]
fn old_files_go_together() {
    let charm = fixture("legacy");
    assert_eq!((charm.name.as_deref(), charm.platform), (Some("archive"), Platform::Machine));
    let website = charm.relations.iter().find(|relation| relation.name == "website").unwrap();
    assert_eq!((website.interface.as_deref(), website.limit), (Some("http"), None));
    assert!(charm.relations.iter().any(|relation| relation.name == "monitor" && relation.container_scope));
    assert_eq!((charm.storage[0].minimum, charm.storage[0].maximum), (1, None));
    assert_eq!(charm.options[1].default, Some(json!(true)));
    assert_eq!(charm.actions.iter().map(|action| action.name.as_str()).collect::<Vec<_>>(), ["prune", "verify"]);
}

#[test]
fn the_first_file_that_has_a_key_counts() {
    let reading = read_files(&[
        ("charmcraft.yaml", "name: new\nactions: {a: }\nrequires: {db: pg}\n"),
        ("metadata.yaml", "name: old\nrequires: {web: http}\nprovides: {site: http}\n"),
        ("actions.yaml", "b: {}\n"),
    ]);
    let charm = reading.charm.unwrap();
    assert_eq!(charm.name.as_deref(), Some("new"));
    assert_eq!(charm.actions[0].name, "a");
    let names: Vec<&str> = charm.relations.iter().map(|relation| relation.name.as_str()).collect();
    assert_eq!(names, ["db", "site"]);
    let warned: Vec<&str> = reading.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(
        warned,
        [
            "`requires` stands in two files; this one does not count",
            "`actions` stands in two files; this one does not count"
        ]
    );
}

#[test]
fn extensions_add_what_they_are_known_to_add() {
    let charm = charm(&[(
        "charmcraft.yaml",
        "name: x\ntype: charm\nextensions: [go-framework]\nrequires:\n  login: {interface: oauth}\n",
    )]);
    assert_eq!(charm.platform, Platform::Kubernetes);
    assert_eq!(charm.containers[0].name, "app");
    let names: Vec<&str> = charm.relations.iter().map(|relation| relation.name.as_str()).collect();
    assert_eq!(names, ["login", "logging", "ingress", "metrics-endpoint", "grafana-dashboard", "secret-storage"]);
    assert_eq!(charm.actions[0].name, "rotate-secret-key");
    let options: Vec<&str> = charm.options.iter().map(|option| option.name.as_str()).collect();
    assert!(options.contains(&"app-secret-key-id") && options.contains(&"login-redirect-path"), "{options:?}");
}

#[test]
fn every_extension_is_a_charm() {
    for name in extensions::EXTENSIONS {
        let charm = charm(&[("charmcraft.yaml", &format!("name: x\nextensions: [{name}]\n"))]);
        assert_eq!((charm.containers.len(), charm.resources.len(), charm.relations.len()), (1, 1, 5), "{name}");
        let secrets = charm.options.iter().filter(|option| option.ty == OptionType::Secret).count();
        assert_eq!((secrets, charm.actions[0].name.as_str()), (1, "rotate-secret-key"), "{name}");
    }
    let reading = read_files(&[("charmcraft.yaml", "extensions: [flsk-framework]\n")]);
    assert_eq!(reading.diagnostics[0].fix.as_ref().unwrap().replacement, "flask-framework");
    assert!(reading.charm.is_some());
}

#[test]
fn platforms_are_told() {
    let platform = |text: &str| charm(&[("metadata.yaml", text)]).platform;
    assert_eq!(platform("name: x\n"), Platform::Machine);
    assert_eq!(platform("containers: {a: }\n"), Platform::Kubernetes);
    assert_eq!(platform("series: [kubernetes]\n"), Platform::Kubernetes);
    assert_eq!(platform("deployment: {type: stateless}\n"), Platform::Kubernetes);
    assert_eq!(platform("assumes: [juju >= 3.6]\n"), Platform::Machine);
    assert_eq!(platform("assumes: [all-of: [juju >= 3.6, k8s-api]]\n"), Platform::Kubernetes);
    assert_eq!(platform("assumes: [any-of: [juju >= 3.6, k8s-api]]\n"), Platform::Machine);
}

#[test]
fn mistakes_have_places() {
    let one = |name, text| {
        let mut found = findings(name, text);
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    };
    let (message, line, at) = one("charmcraft.yaml", "requires:\n  db:\n    interface: pg\n    limit: one\n");
    assert_eq!((line, at.as_str()), (4, "one"));
    assert_eq!(message, "`limit` must be a number that is not negative, but is the text `one`");
    let (message, line, at) = one("metadata.yaml", "requires: {a: b}\nprovides:\n  a: c\n");
    assert_eq!((line, at.as_str()), (3, "a"));
    assert_eq!(message, "there are two endpoints of the name `a`");
    let (message, ..) = one("metadata.yaml", "requires: {a: {interface: b, limit: -1}}\n");
    assert_eq!(message, "`limit` must be a number that is not negative, but is the number -1");
    let (message, ..) = one("metadata.yaml", "requires: {a: {interface: b, scope: \"x\\n::y\"}}\n");
    assert_eq!(message, "`scope` must be `global` or `container`, but is the text `x␊::y`");
    let (message, line, _) = one("metadata.yaml", "name: x\nstorage:\n  - data\n");
    assert_eq!((message.as_str(), line), ("`storage` must be a mapping, but is a list", 3));
    let (message, _, at) = one("metadata.yaml", "storage:\n  data:\n    multiple: {range: 3-1}\n");
    assert!(
        message.starts_with("`range` must be a number") && message.ends_with("but is the text `3-1`") && at == "3-1",
        "{message}"
    );
    let (message, ..) = one("charmcraft.yaml", "type: bundle\n");
    assert_eq!(message, "this describes a bundle, not a charm");
    let (message, _, at) = one("metadata.yaml", "peers:\n  'a b': x\n");
    assert!(message.starts_with("`a b` cannot be a name in `peers`: ") && at == "'a b'", "{message} {at}");
    let (message, line, _) = one("metadata.yaml", "a: 1\nrequires:\n  db: {interface: pg\nprovides:\n");
    assert!(message.starts_with("this is not YAML: ") && line == 4, "{message}");
    let (message, ..) = one("metadata.yaml", "- a\n");
    assert_eq!(message, "`metadata.yaml` must be a mapping of keys to values, but is a list");
    for section in ["config: {options: {a: {type: text}}}", "requires: {a: {scope: local}}", "actions: {a: 1}"] {
        assert_eq!(findings("charmcraft.yaml", section).len(), 1, "{section}");
    }
}

#[test]
fn null_is_nothing() {
    let text = "name:\nrequires:\nprovides: ~\npeers: {a: }\nstorage: {b: null}\ncontainers: {c: {resource: , mounts: }}\n\
                config: {options: {d: }}\nactions: {e: {params: , required: }}\nassumes:\nextensions:\nresources: {f: }\n";
    let charm = charm(&[("charmcraft.yaml", text)]);
    let counts = (charm.relations.len(), charm.storage.len(), charm.containers.len(), charm.options.len());
    assert_eq!((charm.name, counts, charm.actions.len()), (None, (1, 1, 1, 1), 1));
    assert!(read(&Disk, &Limits::default(), Path::new("/nowhere/at/all")).charm.is_none());
}

#[test]
fn charms_are_found_below() {
    let yaml = "name: x\n";
    assert!(read_files(&[("charm/charmcraft.yaml", yaml), ("charm/tests/metadata.yaml", yaml)]).charm.is_some());
    assert!(read_files(&[("charms/x/metadata.yaml", yaml), ("tests/y/metadata.yaml", yaml)]).charm.is_some());
    let several = read_files(&[("k8s/charmcraft.yaml", yaml), ("machine/charmcraft.yaml", yaml)]);
    assert_eq!(several.diagnostics[0].code, Code::NoCharm);
    assert!(several.diagnostics[0].message.contains("has several charms"), "{:?}", several.diagnostics);
    assert_eq!(read_files(&[("a/b/c/metadata.yaml", yaml)]).diagnostics[0].code, Code::NoCharm);
    assert_eq!(read_files(&[("config.yaml", "options:\n")]).diagnostics[0].code, Code::NoCharm);
}

#[test]
fn files_that_are_no_text_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("metadata.yaml");
    fs::write(&path, b"name: \xff\n").unwrap();
    assert_eq!(read(&Disk, &Limits::default(), directory.path()).diagnostics[0].code, Code::NotUtf8);
    fs::write(&path, "# x\n".repeat(2 << 20)).unwrap();
    assert_eq!(read(&Disk, &Limits::default(), directory.path()).diagnostics[0].code, Code::FileTooLarge);
    assert_eq!(read(&Disk, &Limits::default(), &path).diagnostics[0].code, Code::UnreadableFile);
}

#[test]
fn a_charm_is_declared_in_the_words_of_the_grammar() {
    let declared = declare(&fixture("machine"), 2, &built_in("juju-machine"));
    assert_eq!(
        declared.text,
        "use juju-machine { subordinate = true }\nrelation juju-info { scope = container }\nrelation receiver[3]\n\
         relation cluster { peer = true }\nstorage buffer\nstorage archive[2] { at_birth = false }\nstorage journal[2]\n\
         charm-action flush\n"
    );
    assert_eq!(declared.left_out, [""; 0]);
    let declared = declare(&fixture("kubernetes"), 5, &built_in("juju-k8s"));
    assert!(declared.text.contains("\nrelation `end`\nrelation logging[5]\n"), "{}", declared.text);
    assert!(declared.text.contains("\nsecret admin-password { owned = false }\ncharm-action `count`\n"));
}

#[test]
fn what_a_grammar_has_no_words_for_is_left_out() {
    let text = "kind relation { field peer: 0..1 = 0 }\nkind container {}\nrelation database\ncontainer notes\nremove container notes";
    let root = Root::Text { name: "own".to_owned(), text: text.to_owned() };
    let declared = declare(&fixture("kubernetes"), 1, &outline(&Disk, &root, &Settings::default()));
    assert_eq!(
        declared.text,
        "container notes\ncontainer exporter\nrelation `end`\nrelation logging\nrelation metrics-endpoint\nrelation replicas\n"
    );
    assert_eq!(
        declared.left_out,
        [
            "`count`, `export` are left out, since the grammar has no kind `charm-action`",
            "`admin-password` is left out, since the grammar has no kind `secret`",
            "`files`, `cache` are left out, since the grammar has no kind `storage`",
            "`peer = true` of `replicas` is left out, since the kind `relation` of the grammar has no such field",
        ]
    );
    let declared = declare(&fixture("machine"), 1, &built_in("juju-k8s"));
    assert!(declared.left_out[0].starts_with("that this charm is a subordinate is left out"), "{declared:?}");
}

#[test]
fn nothing_in_metadata_breaks_the_file_to_begin_with() {
    let text = "name: \"x\\ny\\u0007\"\nrequires:\n  use: \"a\\nb # {\"\n  9lives: {interface: \"}\"}\n  relation: x\n  a.b-: y\n  none: z\n\
                actions: {if: {params: {\"p\\nq\": }}}\ncontainers: {with: }\nstorage: {state: {multiple: {range: 100}}}\n";
    let charm = charm(&[("charmcraft.yaml", text)]);
    let text = start(&charm, 64, &[], &built_in("juju-k8s"));
    let loaded =
        crate::model::load(&Disk, &Root::Text { name: "x".to_owned(), text: text.clone() }, &Settings::default());
    assert!(loaded.grammar.is_some() && loaded.diagnostics.is_empty(), "{:?}\n{text}", loaded.diagnostics);
    assert!(text.contains("container `with`") && text.contains("storage state[64]"), "{text}");
}
