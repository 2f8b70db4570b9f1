use super::super::*;
use super::{read, told};

/// A table as it is drawn.
pub(super) fn drawn(units: &[&str], rows: &[(&str, usize, &str)]) -> String {
    let row = |first: &str, cells: &[&str], bar: char| {
        let wide = |text: &str| text.chars().filter(|character| matches!(character, '❌' | '🔥')).count();
        let cells = cells
            .iter()
            .map(|text| format!(" {text:width$} {bar}", width = 30 - wide(text)))
            .collect::<Vec<_>>()
            .concat();
        format!("  {bar} {first:19} {bar}{cells}\n")
    };
    let mut text = format!("  ┏━━━━┓\n{}  ┡━━━━┩\n", row("tail v0.5+", units, '┃'));
    for (time, unit, event) in rows {
        let cells: Vec<&str> = (0..units.len()).map(|place| if place == *unit { *event } else { "" }).collect();
        text += &row(time, &cells, '│');
    }
    text + &row("Currently deferred:", &["12:start"], '│') + "  └────┘\n           The end.\n"
}

#[test]
fn tables_are_read_in_the_order_of_time() {
    let rows = [
        ("00:00:02", 1, "install"),
        ("00:00:01", 0, "start"),
        ("00:00:01", 0, "config_changed"),
        ("23:59:59", 0, "install"),
    ];
    let expected = ["db/1: install", "web/0: install config_changed start"];
    assert_eq!(told(&drawn(&["web/0*", "db/1"], &rows), LogFormat::Tail), expected);
    let flipped: Vec<_> = rows.iter().rev().copied().collect();
    assert_eq!(told(&drawn(&["web/0*", "db/1"], &flipped), LogFormat::Tail), expected);
    let dated = [("2024-05-02 10:00:01", 0, "start"), ("2024-05-01 11:00:00", 0, "install")];
    assert_eq!(told(&drawn(&["web/0"], &dated), LogFormat::Tail), ["web/0: install start"]);
}

#[test]
fn marks_in_tables_tell_what_was_emitted_again() {
    let rows = [
        ("00:00:09", 0, "update_status"),
        ("00:00:08", 0, "start 🔥"),
        ("00:00:07", 0, "install (⟳:00:00:01 ↓)"),
        ("00:00:06", 0, "7 config_changed ●"),
        ("00:00:05", 0, "start ✂"),
        ("00:00:04", 0, "7 config_changed ❯"),
        ("", 0, "leader_elected ❮"),
        ("00:00:03", 0, "7 config_changed ❮"),
        ("00:00:02", 0, "install"),
        ("00:00:01", 0, "install (↑) ❌"),
    ];
    let expected = ["web/0: install config_changed start update_status"];
    assert_eq!(told(&drawn(&["web/0", "db/0"], &rows), LogFormat::Tail), expected);
    // The lanes that older versions draw.
    let lanes = [
        ("00:00:03", 0, "start              ❯─┘ │"),
        ("00:00:02", 0, "update_status          │"),
        ("00:00:01", 0, "start              ❮─┐ │"),
    ];
    assert_eq!(told(&drawn(&["web/0"], &lanes), LogFormat::Tail), ["web/0: start update_status"]);
}

#[test]
fn tables_without_lines_are_read_by_their_widths() {
    let text = "TIMESTAMP | ====== WEB/0 =======\n\
                10:00:00  | install              | \n\
                10:00:01  | a_very_long_relation_created < \n\
                TIMESTAMP | ====== DB/1 ======== | ====== WEB/0 =======\n\
                10:00:02  | a_very_long_relation_joined    .          < \n\
                10:00:02  |           .         start                | \n\
                10:00:03  |           .         update_status *      | \n\
                Jhack tail 0.5.0:  captured 5 events in 2 units.\n";
    assert_eq!(
        told(text, LogFormat::Tail),
        ["db/1: a_very_long_relation_joined", "web/0: install a_very_long_relation_created start"]
    );
    assert_eq!(tell(text.as_bytes(), true), Told::Log(LogFormat::Tail));
}

#[test]
fn a_table_must_have_one_head() {
    let mistake = |text: &str| read(text.as_bytes(), LogFormat::Tail).unwrap_err().to_string();
    assert_eq!(mistake("│ 10:00:00 │ start │\n"), "1: the input ends here, and has no head of a table of `jhack tail`");
    let table = drawn(&["web/0"], &[("10:00:00", 0, "start")]);
    assert_eq!(mistake(&(table.clone() + &table)), "9: a second table begins here");
    assert_eq!(mistake("┃ tail ┃\n"), "1: this head of a table names no unit");
}
