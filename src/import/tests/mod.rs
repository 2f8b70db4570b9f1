mod statuses;
mod tables;

use super::attempts::Remote;
use super::*;
use tables::drawn;

/// A log within the usual limits.
fn read(input: impl Read, format: LogFormat) -> Result<Log, ReadError> {
    super::read(input, format, &Limits::default())
}

/// What a log tells: units without a name are `-`; a hook is `name[element]@unit`.
fn told(text: &str, format: LogFormat) -> Vec<String> {
    let log = read(text.as_bytes(), format).unwrap();
    let line = |unit: &log::Unit| {
        let hooks: Vec<String> = unit
            .hooks
            .iter()
            .map(|hook| {
                let element = hook.element.map_or(String::new(), |element| format!("[{element}]"));
                let remote = match hook.remote {
                    Remote::Unit(unit) => format!("@{unit}"),
                    Remote::Application => "@app".to_owned(),
                    Remote::Unknown | Remote::Unnamed => String::new(),
                };
                let departs = hook.departs.map_or("", |departs| if departs { "!" } else { "?" });
                format!("{}{element}{remote}{departs}", log.words.text(hook.name))
            })
            .collect();
        format!("{}: {}", unit.name.as_deref().unwrap_or("-"), hooks.join(" "))
    };
    log.units.iter().map(line).collect()
}

fn debug(text: &str) -> Vec<String> {
    told(text, LogFormat::Debug)
}

/// A line of `web/0`, of its agent.
fn agent(message: &str) -> String {
    format!("unit-web-0: 10:00:00 INFO juju.worker.uniter.operation {message}\n")
}

fn ran(name: &str) -> String {
    agent(&format!("ran \"{name}\" hook (via hook dispatching script: dispatch)"))
}

fn failed(name: &str) -> String {
    agent(&format!("hook \"{name}\" (via hook dispatching script: dispatch) failed: exit status 1"))
}

/// A line of `web/0`, of its charm.
fn charm(message: &str) -> String {
    format!("unit-web-0: 10:00:00 DEBUG unit.web/0.juju-log {message}\n")
}

fn emitted(name: &str) -> String {
    charm(&format!("Emitting Juju event {name}."))
}

#[test]
fn a_line_is_read_in_every_form_that_it_has() {
    for time in ["10:07:59", "10:07:59.123", "2024-05-02 10:07:59", "2024-05-02 10:07:59.123"] {
        for place in ["", "runhook.go:186 "] {
            let line = format!(
                "unit-my-web-12: {time} INFO juju.worker.uniter.operation {place}ran \"install\" hook (via explicit, bespoke hook script)"
            );
            assert_eq!(debug(&line), ["my-web/12: install"], "{line}");
            let colored = line.replace("INFO", "\u{1b}[1;94mINFO\u{1b}[0m") + "\r\n";
            assert_eq!(debug(&colored), ["my-web/12: install"], "{line}");
        }
    }
    let own = "2020-06-01 10:33:29 INFO juju.worker.uniter.operation runhook.go:145 ran \"start\" hook\n";
    assert_eq!(debug(own), ["-: start"]);
    let named = own.to_owned() + "2020-06-01 10:33:30 WARNING unit.db/1.juju-log server.go:316 No relation\n" + own;
    assert_eq!(debug(&named), ["db/1: start start"]);
    let prepared =
        own.to_owned() + &own.replace("ran \"start\" hook", "preparing operation \"run stop hook\" for db/1") + own;
    assert_eq!(debug(&prepared), ["db/1: start start"]);
    let pod = format!("2024-05-02T10:33:29.123Z [container-agent] {own}");
    assert_eq!(debug(&pod), ["-: start"]);
    // As Juju 2.7 says it.
    assert_eq!(debug(&agent("ran \"install\" hook")), ["web/0: install"]);
    assert_eq!(debug(&agent("skipped \"db-relation-created\" hook (missing)")), ["web/0: db-relation-created"]);
}

#[test]
fn what_speaks_of_hooks_and_does_not_say_that_one_ran_is_no_hook() {
    let text = [
        "er/0.juju-log Emitting Juju event remove.\n".to_owned(),
        "controller-0: 10:00:00 INFO juju.services.status.status-history message:running stop hook\n".to_owned(),
        "controller-0: 10:00:00 INFO juju.worker.uniter.operation ran \"stop\" hook\n".to_owned(),
        "unit-web-0: 10:00:00 INFO juju.worker.uniter found queued \"start\" hook\n".to_owned(),
        "unit-web-0: 10:00:00 INFO juju.worker.uniter awaiting error resolution for \"start\" hook\n".to_owned(),
        "unit-web-0: 10:00:00 INFO juju.worker.uniter.relation ran \"start\" hook\n".to_owned(),
        "unit-web-0: 10:00 INFO juju.worker.uniter.operation ran \"start\" hook\n".to_owned(),
        agent("we should run a leader-deposed hook here, but we can't yet"),
        agent("\"ran \"start\" hook"),
        charm("Running legacy hooks/start."),
        charm("Charm called itself via hooks/start."),
        charm("I saw Emitting Juju event start."),
        charm("Emitting Juju event start now."),
        charm("Re-emitting deferred event <StartEvent via Web/on/start[3]>."),
        charm("Re-emitting <StartEvent via Web/on/start[3]>."),
        charm("Deferring <StartEvent via Web/on/start[3]>."),
        charm("Emitting custom event <ReadyEvent via Web/Db[db]/on/ready[4]>."),
        "Emitting Juju event stop.\nran \"stop\" hook (via hook dispatching script: dispatch)\n\n".to_owned(),
        emitted("install"),
    ];
    assert_eq!(debug(&text.concat()), ["web/0: install"]);
}

#[test]
fn a_hook_is_one_event_whoever_tells_of_it() {
    let both = |name: &str| emitted(&name.replace('-', "_")) + &ran(name);
    // Also where the level of the log changes.
    let text = [both("install"), both("config-changed"), ran("start"), emitted("update_status"), both("update-status")];
    assert_eq!(debug(&text.concat()), ["web/0: install config-changed start update_status update-status"]);
    let status = "unit-web-0: 10:00:00 DEBUG juju.worker.uniter [AGENT-STATUS] executing: running start hook\n";
    assert_eq!(debug(&[status, &both("start"), status].concat()), ["web/0: start start"]);
    let action = status.replace("start hook", "action backup") + &emitted("backup_action");
    assert_eq!(debug(&action), ["web/0: backup-action"]);
    // The agent was faster with the next hook than the log of the other unit.
    let other = both("install").replace("web", "db");
    let mixed = [emitted("install"), emitted("install").replace("web", "db"), ran("install"), other];
    assert_eq!(debug(&mixed.concat()), ["db/0: install install", "web/0: install"]);
}

#[test]
fn units_are_told_apart_and_sorted() {
    let text: String = [("web", 10), ("web", 2), ("db", 0), ("web", 10)]
        .iter()
        .map(|(application, number)| ran("start").replace("unit-web-0", &format!("unit-{application}-{number}")))
        .collect();
    assert_eq!(debug(&text), ["db/0: start", "web/2: start", "web/10: start start"]);
}

#[test]
fn a_unit_that_comes_back_has_another_life() {
    let of = |id: u32| charm(&format!("db:{id}: Emitting Juju event db_relation_created."));
    let text = [ran("install"), of(1), ran("remove"), ran("install"), of(2), ran("start"), ran("remove"), ran("start")];
    assert_eq!(
        debug(&text.concat()),
        ["web/0: install db_relation_created[0] remove", "web/0: install db_relation_created[0] start remove start"]
    );
}

#[test]
fn a_hook_that_fails_and_is_tried_again_counts_once_and_where_it_went_well() {
    let install = emitted("install") + &failed("install");
    assert_eq!(
        debug(&[&install, &install, &ran("install"), &ran("start")].map(String::as_str).concat()),
        ["web/0: install start"]
    );
    // Nobody knows whether it would have gone well; or it was resolved without a retry.
    assert_eq!(debug(&(install.clone() + &install)), ["web/0: install"]);
    assert_eq!(debug(&(failed("start") + &ran("update-status"))), ["web/0: start update-status"]);
    // Actions run meanwhile.
    let text = [failed("config-changed"), emitted("backup_action"), failed("config-changed"), ran("config-changed")];
    assert_eq!(debug(&text.concat()), ["web/0: backup_action config-changed"]);
    // Of another relation it is another hook.
    let of = |id: u32| charm(&format!("db:{id}: Emitting Juju event db_relation_changed."));
    let text = [of(1), failed("db-relation-changed"), of(2), ran("db-relation-changed")];
    assert_eq!(debug(&text.concat()), ["web/0: db-relation-changed[0] db-relation-changed[1]"]);
    // A pod that is stopped meanwhile: what failed runs again behind what a new one begins with.
    let churn = ["stop", "upgrade-charm", "config-changed", "start"].map(ran).concat();
    let text = [failed("db-relation-joined"), churn.clone(), ran("db-relation-joined")];
    assert_eq!(debug(&text.concat()), ["web/0: stop upgrade-charm config-changed start db-relation-joined"]);
    let text = [failed("db-relation-broken"), ran("stop"), ran("remove")];
    assert_eq!(debug(&text.concat()), ["web/0: db-relation-broken stop remove"]);
    // What is cut off runs again, or is seen again.
    let cut = emitted("web_pebble_ready") + &agent("hook \"web-pebble-ready\" was terminated");
    let text = [cut.clone(), churn, ran("web-pebble-ready")];
    assert_eq!(debug(&text.concat()), ["web/0: stop upgrade-charm config-changed start web-pebble-ready"]);
    assert_eq!(debug(&cut), ["web/0: web-pebble-ready"]);
}

#[test]
fn what_a_debugging_tool_fires_is_none_of_jujus() {
    let text = [emitted("install"), emitted("start"), charm("The previous start was fired by jhack."), emitted("stop")];
    assert_eq!(debug(&text.concat()), ["web/0: install stop"]);
}

#[test]
fn relations_take_places_and_leave_them() {
    let of =
        |id: u32, what: &str| charm(&format!("my-db:{id}: ops.framework:Emitting Juju event my_db_relation_{what}."));
    let text = [
        of(7, "created"),
        of(9, "created"),
        of(7, "joined"),
        of(7, "broken"),
        of(12, "created"),
        of(9, "changed"),
        charm("my-db:12: Emitting Juju event update_status."),
        charm("other:3: Emitting Juju event my_db_relation_changed."),
        charm("my-db:x: Emitting Juju event my_db_relation_changed."),
    ];
    assert_eq!(
        debug(&text.concat()),
        [
            "web/0: my_db_relation_created[0] my_db_relation_created[1] my_db_relation_joined[0] my_db_relation_broken[0] \
         my_db_relation_created[0] my_db_relation_changed[1] update_status my_db_relation_changed my_db_relation_changed"
        ]
    );
}

#[test]
fn what_the_agent_prepares_tells_of_relations_units_and_storage() {
    let hook = |prepared: &str, name: &str| {
        let line = |level: &str, message: String| {
            format!("unit-web-0: 10:00:00 {level} juju.worker.uniter.operation {message}\n")
        };
        line("DEBUG", format!("running operation run {prepared} hook for web/0"))
            + &line("DEBUG", format!("preparing operation \"run {prepared} hook\" for web/0"))
            + &line("DEBUG", format!("executing operation \"run {prepared} hook\" for web/0"))
            + &line("INFO", format!("ran \"{name}\" hook (via explicit, bespoke hook script)"))
            + &line("DEBUG", format!("committing operation \"run {prepared} hook\" for web/0"))
    };
    let text = [
        hook("storage-attached (data/3)", "data-storage-attached"),
        hook("storage-attached (data/4)", "data-storage-attached"),
        hook("relation-created (5; app: db)", "db-relation-created"),
        hook("relation-joined (5; unit: db/7)", "db-relation-joined"),
        hook("relation-joined (5; unit: db/2)", "db-relation-joined"),
        hook("relation-changed (5; app: db)", "db-relation-changed"),
        hook("relation-departed (5; unit: db/7, departee: db/7)", "db-relation-departed"),
        hook("relation-joined (5; unit: db/11)", "db-relation-joined"),
        hook("relation-changed (5; db/11)", "db-relation-changed"),
        hook("relation-departed (5; unit: db/2, departee: web/0)", "db-relation-departed"),
        // Skipped, since the unit does not lead any more.
        agent("preparing operation \"run leader-elected hook\" for web/0"),
        hook("secret-changed (secret:c6u0)", "secret-changed"),
        hook("pebble-ready", "web-pebble-ready"),
        hook("storage-detaching (data/3)", "data-storage-detaching"),
        hook("storage-attached (data/5)", "data-storage-attached"),
    ];
    assert_eq!(
        debug(&text.concat()),
        [
            "web/0: data-storage-attached[0] data-storage-attached[1] db-relation-created[0]@app db-relation-joined[0]@0 \
         db-relation-joined[0]@1 db-relation-changed[0]@app db-relation-departed[0]@0? db-relation-joined[0]@0 \
         db-relation-changed[0]@0 db-relation-departed[0]@1! secret-changed web-pebble-ready data-storage-detaching[0] \
         data-storage-attached[2]"
        ]
    );
}

#[test]
fn an_agent_of_many_units_speaks_only_where_these_do_not() {
    let line = |module: &str, message: &str| format!("application-web: 10:00:00 DEBUG {module} {message}\n");
    let agents = line("juju.worker.uniter", "[AGENT-STATUS] executing: running install hook");
    assert_eq!(debug(&agents), ["web: install"]);
    let own = line("unit.web/3.juju-log", "Emitting Juju event install.");
    assert_eq!(debug(&(agents + &own)), ["web/3: install"]);
}

#[test]
fn logs_are_told_from_traces() {
    let told = |text: &str| tell(text.as_bytes(), true);
    let log = ran("start");
    assert_eq!(told(&log), Told::Log(LogFormat::Debug));
    assert_eq!(told(&format!("\u{feff}lo\n{log}")), Told::Log(LogFormat::Debug), "cut off");
    assert_eq!(told(&format!("  File \"x.py\", line 3\n\nValueError: a\n{log}")), Told::Log(LogFormat::Debug));
    assert_eq!(told(&drawn(&["web/0"], &[])), Told::Log(LogFormat::Tail));
    for trace in
        ["install\nstart\n", "# unit-web-0\ninstall\n\nstart\n", "{\"items\":[]}\n", "simulation:\n", "", "a b c\n"]
    {
        assert_eq!(told(trace), Told::Other, "{trace}");
    }
    // More is wanted as long as nothing is known.
    assert_eq!(tell(b"unit-web-0: 10:00:0", false), Told::More);
    assert_eq!(tell(b"install\nsta", false), Told::More);
    assert_eq!(tell(b"install\nstart\n", false), Told::Other);
    assert_eq!(tell(b"install\n\n", false), Told::Other);
}

#[test]
fn a_unit_can_be_kept_alone() {
    let text: String = ["web-0", "web-1", "db-0"].map(|unit| ran("start").replace("web-0", unit)).concat();
    let units = |wanted: &str| {
        let mut log = read(text.as_bytes(), LogFormat::Debug).unwrap();
        let kept = log.keep(wanted);
        kept.then(|| log.units().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(units("web/1").unwrap(), ["web/1"]);
    assert_eq!(units("web").unwrap(), ["web/0", "web/1"]);
    assert_eq!(units("we"), None);
    let mut log = read(&b"- status: executing\n  message: running start hook\n"[..], LogFormat::Status).unwrap();
    assert!(log.keep("web/0"));
    assert_eq!(log.units().collect::<Vec<_>>(), ["web/0"]);
}

#[test]
fn what_is_odd_is_read_as_fast_as_what_is_not() {
    use std::fmt::Write as _;

    // Ids that never leave, applications, units, attempts that fail, with actions between.
    let mut text = failed("start");
    for number in 0..40_000 {
        text += &charm(&format!("db:{number}: Emitting Juju event db_relation_created."));
        text += &emitted("backup_action");
        text += &failed("start");
        writeln!(text, "application-a{number}: 10:00:00 INFO juju.worker.uniter.operation ran \"start\" hook").unwrap();
        writeln!(text, "unit-a{number}-0: 10:00:00 INFO juju.worker.uniter.operation ran \"start\" hook").unwrap();
    }
    assert_eq!(read(text.as_bytes(), LogFormat::Debug).unwrap().units.len(), 40_001);
    // Tables with many columns.
    let mut text = String::new();
    for number in 0..300 {
        text += "TIMESTAMP";
        for unit in 0..300 {
            write!(text, " | == A{}/0 ==", 300 * number + unit).unwrap();
        }
        text += "\n10:00:00  | start                | \n";
    }
    assert_eq!(read(text.as_bytes(), LogFormat::Tail).unwrap().units.len(), 300);
    let columns = "│".repeat(20_000);
    let text = format!("┃ tail     ┃ web/0 ┃\n{}", format!("│ 10:00:00 │ start │{columns}\n").repeat(100));
    assert_eq!(read(text.as_bytes(), LogFormat::Tail).unwrap().units[0].hooks.len(), 100);
}

#[test]
fn no_input_makes_it_panic() {
    let pieces = [
        "unit-web-0: ",
        "10:00:00 ",
        "INFO ",
        "juju.worker.uniter.operation ",
        "unit.web/0.juju-log ",
        "ran ",
        "hook ",
        "\"",
        "é",
        "preparing operation \"run relation-joined (",
        "3; unit: ",
        "db/0)",
        " hook\"",
        "Emitting Juju event ",
        "db:3: ",
        ".",
        "\n",
        "┃",
        "│",
        " tail ┃ web/0 ┃",
        "TIMESTAMP | ",
        "| ",
        "          .         ",
        "- status: ",
        "[",
        "{\"status\":",
        "running ",
        "juju-unit ",
        "executing ",
        "\u{1b}[",
        "❌",
        "…",
        "relation-broken",
        ":",
        "-",
        "_",
    ];
    let mut seed = 7_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(seed >> 33).unwrap() % pieces.len()]);
        }
        for format in [LogFormat::Debug, LogFormat::Status, LogFormat::Tail] {
            let _ = read(text.as_bytes(), format);
        }
        let _ = tell(text.as_bytes(), true);
    }
}
