use super::super::*;
use super::{read, told};

const STATUSES: &[(&str, &str, &str)] = &[
    ("workload", "maintenance", "running stop hook"),
    ("juju-unit", "executing", "running install hook"),
    ("juju-unit", "error", "hook failed: \"install\""),
    ("juju-unit", "executing", "running install hook"),
    ("juju-unit", "idle", ""),
    ("juju-unit", "executing", "running db-relation-changed hook"),
    ("juju-unit", "executing", "running db-relation-joined hook for db/4"),
    ("juju-unit", "executing", "running db-relation-changed hook for db/4"),
    ("juju-unit", "executing", "running action juju-run"),
    ("juju-unit", "executing", "running commands"),
    ("juju-unit", "executing", "running action backup"),
    ("juju-unit", "executing", "running secret-rotate hook for secret:c6u0"),
    ("juju-unit", "failed", "resolver loop error"),
];

#[test]
fn statuses_tell_of_hooks_in_every_form() {
    let expected =
        ["-: install db-relation-changed@app db-relation-joined@0 db-relation-changed@0 backup-action secret-rotate"];
    for time in ["28 Nov 2017 13:36:44+04:00", "01 Dec 2025 10:05:45Z", "2022-05-01 08:00:00Z"] {
        for head in ["Time Type Status Message\n", "TIME\tTYPE\tSTATUS\tMESSAGE\n", "WARNING cannot connect\n", ""] {
            let row =
                |(kind, status, message): &(&str, &str, &str)| format!("{time}  {kind}  {status}   {message}\r\n");
            let text = head.to_owned() + &STATUSES.iter().map(row).collect::<String>();
            assert_eq!(told(&text, LogFormat::Status), expected, "{text}");
            if !head.starts_with('W') {
                assert_eq!(tell(text.as_bytes(), true), Told::Log(LogFormat::Status), "{text}");
            }
        }
    }
    let record = |(kind, status, message): &(&str, &str, &str)| serde_json::json!({ "status": status, "message": message, "data": { "hook": "x" }, "since": "2022", "type": kind });
    // The kind of what a status is of tells nothing more: only an agent is ever `executing`.
    let json = serde_json::Value::from(STATUSES.iter().map(record).collect::<Vec<_>>());
    for text in [json.to_string(), format!("\n\n{json:#}")] {
        assert_eq!(told(&text, LogFormat::Status), expected, "{text}");
        assert_eq!(tell(text.as_bytes(), true), Told::Log(LogFormat::Status), "{text}");
    }
    let yaml = STATUSES
        .iter()
        .map(|(kind, status, message)| format!("- status: {status}\n  message: '{message}'\n  type: {kind}\n"))
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(told(&yaml, LogFormat::Status), expected);
    assert_eq!(tell(yaml.as_bytes(), true), Told::Log(LogFormat::Status));
    // JSON is one line, however long.
    let long = serde_json::Value::from(STATUSES.iter().cycle().take(13 * 5000).map(record).collect::<Vec<_>>());
    assert_eq!(told(&long.to_string(), LogFormat::Status)[0].split(' ').count(), 6 * 5000 + 1);
    // Older agents name no units: then nothing is known of who it was.
    let old = "- status: executing\n  message: running db-relation-changed hook\n";
    assert_eq!(told(old, LogFormat::Status), ["-: db-relation-changed"]);
}

#[test]
fn mistakes_in_statuses_have_their_places() {
    let mistake = |text: &str| read(text.as_bytes(), LogFormat::Status).unwrap_err().to_string();
    assert!(
        mistake("\n[{\"status\": \"idle\"},\n {\"status\": 3}]")
            .starts_with("3:2: this is no status log in JSON: invalid type")
    );
    assert!(
        mistake("[{\"status\": \"executing\",").starts_with("1:24: this is no status log in JSON: EOF"),
        "{}",
        mistake("[{\"status\": \"executing\",")
    );
    assert!(
        mistake("- status: idle\n- status: [1]\n").starts_with("2:"),
        "{}",
        mistake("- status: idle\n- status: [1]\n")
    );
    assert!(mistake("- status: idle\n  x: 'y\n").contains("no status log in YAML"));
    let bomb = "- &a {status: x}\n- *a\n";
    assert!(mistake(bomb).contains("YAML"), "{}", mistake(bomb));
    assert_eq!(
        mistake("Time Type Status Message\n\n"),
        "2: the log ends here, and no line of it tells of a hook of a unit"
    );
    assert_eq!(mistake(""), "1: the log ends here, and no line of it tells of a hook of a unit");
}
