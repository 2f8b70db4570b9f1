//! `jhack tail`: a table with a column for each unit, of the events that it has seen in the debug log.
//!
//! It comes in two forms. The table with box-drawing characters, on a terminal or exported, mostly has the newest event
//! on top; marks behind an event say what became of it: `❮` deferred, `❯` and `●` emitted again, `❌` failed. The other
//! one is a line an event, oldest first, with fields of a fixed width.
//!
//! Events that a charm has defined for itself are there too. Relation ids and remote units are not.

use std::cmp::Ordering;
use std::io::Read;

use rustc_hash::FxHashMap;

use super::attempts::{Outcome, Sign};
use super::lines::Lines;
use super::log::{Collector, Log};
use super::names;
use crate::trace::ReadError;

/// A field without an event where no lines are drawn.
const EMPTY: &str = "          .         ";

/// Whether a line is one of such a table.
pub(super) fn is_entry(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['┏', '┡', '┃']) || line.starts_with("TIMESTAMP | ")
}

/// Reads a whole table.
pub(super) fn read<R: Read>(lines: &mut Lines<R>) -> Result<Log, ReadError> {
    let mut table = Table::default();
    loop {
        let number = lines.number() + 1;
        let Some(line) = lines.next()? else { break };
        table.line(line, number)?;
    }
    if table.heads.is_empty() {
        let error =
            ReadError::new(lines.number().max(1), "the input ends here, and has no head of a table of `jhack tail`");
        return Err(error.help("give the whole table, with its first lines"));
    }
    if table.is_newest_first() {
        table.events.reverse();
    }
    let mut collector = Collector::default();
    for Event { line, unit, name, outcome, .. } in &table.events {
        collector.take(Some(&table.heads[*unit]), Sign::Ended { name, outcome: *outcome }, *line);
    }
    Ok(collector.finish(true))
}

/// An event in a table.
#[derive(Debug)]
struct Event {
    line: u64,
    /// As a table writes it; it need not have a date.
    time: String,
    /// The place of its unit among all that there are.
    unit: usize,
    name: String,
    outcome: Outcome,
}

#[derive(Debug, Default)]
struct Table {
    events: Vec<Event>,
    /// The units of all columns, and their numbers.
    heads: Vec<String>,
    numbers: FxHashMap<String, usize>,
    /// The columns that lines have at present: where each begins and ends, in characters, and its unit.
    columns: Vec<(usize, usize, usize)>,
    /// Whether lines are drawn.
    is_drawn: bool,
}

impl Table {
    fn line(&mut self, line: &str, number: u64) -> Result<(), ReadError> {
        // It may be centered.
        let line = line.trim_start();
        if let Some(head) = line.strip_prefix("TIMESTAMP | ") {
            self.plain_head(head);
        } else if line.starts_with('┃') {
            if !self.columns.is_empty() {
                let error = ReadError::new(number, "a second table begins here");
                return Err(error.help("give one table: `jhack tail -o FILE` writes all events in one"));
            }
            self.drawn_head(line, number)?;
        } else if self.is_drawn {
            if line.starts_with('│') {
                self.drawn_row(line, number);
            }
        } else if !self.columns.is_empty() {
            self.plain_row(line, number);
        }
        Ok(())
    }

    /// The number of a unit.
    fn unit(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        self.heads.push(name.to_owned());
        self.numbers.insert(name.to_owned(), self.heads.len() - 1);
        self.heads.len() - 1
    }

    /// `┃ tail v0.5+ ┃ db/0* ┃ web/0 ┃`: the leader has a star.
    fn drawn_head(&mut self, line: &str, number: u64) -> Result<(), ReadError> {
        let bars = line.chars().enumerate().filter(|(_, character)| *character == '┃').map(|(at, _)| at);
        let bars: Vec<usize> = bars.collect();
        // The first one is of the times.
        let columns: Vec<(usize, usize)> = bars.windows(2).map(|bars| (bars[0], bars[1])).collect();
        for (place, name) in cells(line, &columns).iter().enumerate() {
            let name = name.trim_end_matches('*');
            if place > 0 && name.is_empty() {
                continue;
            }
            let unit = if place == 0 { usize::MAX } else { self.unit(name) };
            self.columns.push((columns[place].0, columns[place].1, unit));
        }
        if self.columns.len() < 2 {
            let error = ReadError::new(number, "this head of a table names no unit");
            return Err(error.help("it is `┃ tail v0.5+ ┃ db/0 ┃`, with a column for each unit"));
        }
        self.is_drawn = true;
        Ok(())
    }

    /// `│ 10:07:59 │ start ❮ │ │`
    fn drawn_row(&mut self, line: &str, number: u64) {
        let columns: Vec<(usize, usize)> = self.columns.iter().map(|(start, end, _)| (*start, *end)).collect();
        let cells = cells(line, &columns);
        // Rows without a time are of what was not seen, continue others, or sum up.
        let [time, cells @ ..] = &cells[..] else { return };
        if !is_time(time) {
            return;
        }
        for (place, text) in cells.iter().enumerate() {
            let (_, _, unit) = self.columns[place + 1];
            self.event(time, unit, text, number);
        }
    }

    /// `===== DB/0 ===== | ===== WEB/0 =====`
    fn plain_head(&mut self, head: &str) {
        self.columns.clear();
        for (place, name) in head.split(" | ").enumerate() {
            let unit = self.unit(&name.trim_matches(['=', ' ']).to_lowercase());
            self.columns.push((place * EMPTY.len(), (place + 1) * EMPTY.len(), unit));
        }
    }

    /// `10:07:59  |           .         start                | `: a long name takes the place of what follows.
    fn plain_row(&mut self, line: &str, number: u64) {
        let Some((time, fields)) = line.split_once("| ").filter(|(time, _)| is_time(time.trim_end())) else { return };
        let mut rest = fields;
        let mut columns = self.columns.iter();
        while let Some(behind) = rest.strip_prefix(EMPTY) {
            rest = behind;
            columns.next();
        }
        if let Some(&(_, _, unit)) = columns.next() {
            let text = rest.split("  ").next().unwrap_or_default();
            self.event(time.trim_end(), unit, text, number);
        }
    }

    /// Takes what stands in a field: the name of an event between a number and marks.
    fn event(&mut self, time: &str, unit: usize, field: &str, number: u64) {
        let mut words = field.split_whitespace().skip_while(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let Some(name) =
            words.next().filter(|name| name.starts_with(|first: char| first.is_alphabetic() || first == '_'))
        else {
            return;
        };
        let marks = words.collect::<String>();
        // Emitted again; or by jhack, which replays and fires events. `↑` is the mark of one that was replayed later.
        let is_other = marks.contains(['❯', '●', '⭘', '🔥', '↓', '⟳', '*']);
        if is_other {
            return;
        }
        let outcome = if marks.contains('❌') { Outcome::Failed } else { Outcome::Ran };
        self.events.push(Event { line: number, time: time.to_owned(), unit, name: name.to_owned(), outcome });
    }

    /// Whether the newest event is on top, as it mostly is where lines are drawn.
    fn is_newest_first(&self) -> bool {
        let steps = self.events.windows(2).map(|events| step(&events[0].time, &events[1].time));
        let (mut down, mut up) = (0, 0);
        for step in steps {
            down += usize::from(step.is_gt());
            up += usize::from(step.is_lt());
        }
        self.is_drawn && down >= up
    }
}

/// How a time compares with that of the next row. Those without a date begin anew at midnight, so that the nearer way
/// counts.
fn step(time: &str, next: &str) -> Ordering {
    const DAY: i64 = 24 * 60 * 60;
    let seconds = |time: &str| -> Option<i64> {
        let mut parts = time.split([':', '.']).map(str::parse::<i64>);
        let [hour, minute, second] = [parts.next()?, parts.next()?, parts.next()?].map(Result::ok);
        Some((hour? * 60 + minute?) * 60 + second?)
    };
    match seconds(time).zip(seconds(next)) {
        Some((time, next)) if time != next => ((time - next).rem_euclid(DAY) * 2).cmp(&DAY).reverse(),
        _ => time.cmp(next),
    }
}

/// `10:07:59`, perhaps with a date before it.
fn is_time(text: &str) -> bool {
    let time = text.rsplit(' ').next().unwrap_or_default();
    time.len() >= 7 && time.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || b":-. ,".contains(&byte))
}

/// What stands in columns, which are in their order. A mark that is two columns wide shifts only what is empty: a row has
/// one event.
fn cells(line: &str, columns: &[(usize, usize)]) -> Vec<String> {
    let mut cells = vec![String::new(); columns.len()];
    let mut place = 0;
    for (at, character) in line.chars().enumerate() {
        while columns.get(place).is_some_and(|(_, end)| at >= *end) {
            place += 1;
        }
        let Some((start, _)) = columns.get(place) else { break };
        if at > *start {
            cells[place].push(character);
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// The name of an event without `…`, if it was cut off there.
pub(super) fn cut(name: &str) -> Option<&str> {
    name.strip_suffix('…')
}

/// Whether an event whose name was cut off can be one of Juju's.
pub(super) fn may_be_of_juju(beginning: &str) -> bool {
    ["relation", "storage", "pebble"].iter().any(|part| beginning.split(['-', '_']).any(|word| word == *part))
        || names::is_of_juju(beginning)
}
