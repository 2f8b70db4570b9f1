//! Figures of a grammar for people.

use std::collections::BTreeMap;
use std::iter::once;

use anstyle::Style;

use super::figures::{Subject, weight};
use crate::diagnostic::one_line;
use crate::explore::statistics::{Figure, Frequency, Length, Outcomes, QUANTILES, Statistics, Traces};

/// How wide the longest bar is.
const BAR: f64 = 40.0;

/// How many bars there are at most.
const MAX_BARS: u64 = 16;

/// What part of all traces, on either side, the bars leave to the first and the last of them.
const MARGIN: f64 = 0.0005;

/// As tables.
pub(super) fn human(statistics: &Statistics, subject: &Subject<'_>, color: bool) -> String {
    let style = if color { Style::new().bold() } else { Style::new() };
    let Statistics { configurations, walks, outcomes, traces } = statistics;
    let mut lines = Vec::new();
    if let Some(configurations) = configurations {
        lines.push(format!("exact: by all {configurations} configurations"));
    }
    if let Some(walks) = walks {
        let seed = walks.seed;
        lines.push(format!("sampled: by {} traces of seed {seed}; ± is the error, with 95 % confidence", walks.number));
    }
    lines.push(String::new());
    lines.extend(outcome_lines(outcomes, subject, style));
    if let Some(traces) = traces {
        lines.extend(once(String::new()).chain(length_lines(traces, style)));
        let names = subject.alphabet.names().zip(&traces.events);
        let events: Vec<Vec<String>> =
            names.map(|(name, frequency)| once(name.to_owned()).chain(cells(*frequency)).collect()).collect();
        let is_sampled = traces.mean.interval.is_some();
        lines.extend(titled(&["event", "expected", "", "occurs", ""], events, is_sampled, style));
        let actions = subject.grammar.actions.iter().zip(&traces.actions).filter_map(|(action, found)| {
            let (frequency, share) = found.as_ref()?;
            let share = share.map_or_else(<[String; 2]>::default, percent);
            let weight = weight(action).map_or_else(|| "varies".to_owned(), |weight| weight.to_string());
            Some(once(action.name.clone()).chain(cells(*frequency)).chain(share).chain(once(weight)).collect())
        });
        let head = ["action", "expected", "", "occurs", "", "share", "", "weight"];
        lines.extend(titled(&head, actions.collect(), is_sampled, style));
    }
    lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// What comes of runs.
fn outcome_lines(outcomes: &Outcomes, subject: &Subject<'_>, style: Style) -> Vec<String> {
    let row = |what: &str, part: Figure, place: String| {
        let [value, error] = percent(part);
        vec![what.to_owned(), value, error, place]
    };
    let lost =
        outcomes.lost.iter().map(|(cause, part)| row(cause.code.name(), *part, one_line(&subject.place(*cause))));
    let endless = outcomes.endless.filter(|endless| endless.value > 0.0);
    let endless = endless.map(|endless| row("never ends", endless, String::new()));
    let rows = once(row("complete", outcomes.complete, String::new())).chain(lost).chain(endless);
    let is_sampled = outcomes.complete.interval.is_some();
    let head = ["run", "probability", "", ""].map(str::to_owned).to_vec();
    let rows: Vec<Vec<String>> = once(head).chain(rows).collect();
    headed(table(&rows, &[Side::Left, Side::Right, Side::Error, Side::Left]), is_sampled, style)
}

/// A table behind an empty line, if it has rows.
fn titled(head: &[&str], rows: Vec<Vec<String>>, is_sampled: bool, style: Style) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let sides: Vec<Side> = head
        .iter()
        .enumerate()
        .map(|(place, title)| match (place, *title) {
            (0, _) => Side::Left,
            (_, "") => Side::Error,
            _ => Side::Right,
        })
        .collect();
    let head = head.iter().map(|title| (*title).to_owned()).collect();
    let rows: Vec<Vec<String>> = once(head).chain(rows).collect();
    once(String::new()).chain(headed(table(&rows, &sides), is_sampled, style)).collect()
}

/// Lines of which the first is a heading; it says how the figures below it were found.
fn headed(mut lines: Vec<String>, is_sampled: bool, style: Style) -> Vec<String> {
    let method = if is_sampled { "sampled" } else { "exact" };
    lines[0] = format!("{style}{}{style:#}  ({method})", lines[0].trim_end());
    lines
}

/// How long traces are.
fn length_lines(traces: &Traces, style: Style) -> Vec<String> {
    let mean = number(traces.mean).concat();
    let Some(length) = &traces.length else {
        let summary = format!("events in a trace: mean {mean}; more is not known");
        return headed(vec![summary], traces.mean.interval.is_some(), style);
    };
    let deviation = number(length.deviation).concat();
    let summary = format!("events in a trace: mean {mean}, standard deviation {deviation}");
    let quantiles = quantile_table(length);
    let bars = once(String::new()).chain(histogram(&length.distribution));
    headed(once(summary).chain(quantiles).chain(bars).collect(), length.deviation.interval.is_some(), style)
}

fn quantile_table(length: &Length) -> Vec<String> {
    let cell = |quantile: &Figure| format!("{}", quantile.value);
    let parts = once("of the traces".to_owned()).chain(QUANTILES.iter().map(|part| format!("{} %", part * 100.0)));
    let most = once("have at most".to_owned()).chain(length.quantiles.iter().map(cell));
    let mut rows: Vec<Vec<String>> = vec![parts.collect(), most.collect()];
    if length.deviation.interval.is_some() {
        let interval = |quantile: &Figure| match quantile.interval {
            Some((low, high)) if low < high => format!("{low}–{high}"),
            _ => String::new(),
        };
        let intervals: Vec<String> = length.quantiles.iter().map(interval).collect();
        if intervals.iter().any(|interval| !interval.is_empty()) {
            rows.push(once("within".to_owned()).chain(intervals).collect());
        }
    }
    let sides: Vec<Side> = once(Side::Left).chain(QUANTILES.map(|_| Side::Right)).collect();
    table(&rows, &sides).iter().map(|row| format!("  {row}")).collect()
}

/// Bars for the numbers of events, of which as many lie side by side in one as need be.
fn histogram(distribution: &BTreeMap<u64, f64>) -> Vec<String> {
    let mut sum = 0.0;
    let mut first = None;
    let mut last = 0;
    for (length, part) in distribution {
        if sum <= 1.0 - MARGIN {
            last = *length;
        }
        sum += part;
        if sum > MARGIN {
            first.get_or_insert(*length);
        }
    }
    let first = first.unwrap_or(last);
    let widths = (0..19).flat_map(|power| [1, 2, 5].map(|digit| digit * 10u64.pow(power)));
    let fits = |width: &u64| last / width - first / width < MAX_BARS;
    let width = widths.into_iter().find(fits).unwrap_or(u64::MAX);
    let mut bars: BTreeMap<u64, f64> = (first / width..=last / width).map(|bar| (bar, 0.0)).collect();
    for (length, part) in distribution {
        let bar = (*length).clamp(first, last) / width;
        *bars.entry(bar).or_default() += part;
    }
    let most = bars.values().copied().fold(f64::MIN_POSITIVE, f64::max);
    let (shortest, longest) = (distribution.keys().next(), distribution.keys().next_back());
    let rows = bars.iter().map(|(bar, part)| {
        let is_first = *bar == first / width && shortest.is_some_and(|shortest| *shortest < bar * width);
        let is_last = *bar == last / width && longest.is_some_and(|longest| longest / width > *bar);
        let (low, high) = (bar * width, bar * width + (width - 1));
        let lengths = match (is_first, is_last) {
            (true, true) => "all".to_owned(),
            (true, false) => format!("≤ {high}"),
            (false, true) => format!("≥ {low}"),
            _ if width == 1 => low.to_string(),
            _ => format!("{low}–{high}"),
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of the longest bar")]
        let length = (part / most * BAR).round() as usize;
        vec![lengths, percent(Figure { value: *part, interval: None })[0].clone(), "█".repeat(length)]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    table(&rows, &[Side::Right, Side::Right, Side::Left]).iter().map(|row| format!("  {row}")).collect()
}

fn cells(frequency: Frequency) -> impl Iterator<Item = String> {
    number(frequency.expected).into_iter().chain(percent(frequency.occurs))
}

/// On which side the cells of a column end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    /// It is that of an error, and stands directly behind the number that it belongs to.
    Error,
}

/// The lines of a table. A column of which all cells are empty takes no room.
fn table(rows: &[Vec<String>], sides: &[Side]) -> Vec<String> {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..sides.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let mut line = String::new();
        for ((cell, side), width) in row.iter().zip(sides).zip(&widths).filter(|(_, width)| **width > 0) {
            if !line.is_empty() && *side != Side::Error {
                line.push_str("  ");
            }
            let room = " ".repeat(width - cell.chars().count());
            match side {
                Side::Left | Side::Error => line.extend([cell.as_str(), &room]),
                Side::Right => line.extend([room.as_str(), cell]),
            }
        }
        line
    };
    rows.iter().map(line).collect()
}

/// How far a guess may be off.
fn error(figure: Figure) -> Option<f64> {
    figure.interval.map(|(low, high)| (figure.value - low).max(high - figure.value))
}

/// A number that is not negative, and its error.
fn number(figure: Figure) -> [String; 2] {
    let decimals = match error(figure) {
        // Two digits of the error.
        Some(error) if error > 0.0 => decimals(error).min(6),
        _ => 3,
    };
    let tell = |value: f64| match value {
        0.0 => "0".to_owned(),
        value if value < 0.001 && value < 0.5 * 0.1f64.powi(i32::try_from(decimals).unwrap_or(0)) => {
            format!("{value:.2e}")
        }
        value => format!("{value:.decimals$}"),
    };
    [tell(figure.value), error(figure).map_or_else(String::new, |error| format!(" ± {}", tell(error)))]
}

/// How many decimals show two digits of a number above 0.
fn decimals(number: f64) -> usize {
    (0..12)
        .find(|decimals| number * 10f64.powi(*decimals) >= 9.5)
        .map_or(12, |decimals| usize::try_from(decimals).unwrap_or(0))
}

/// A probability in percent, and its error. Only what is certain is 100 %, and only what can't be is 0 %.
fn percent(figure: Figure) -> [String; 2] {
    let tell = |percent: f64| match percent {
        0.0 => "0 %".to_owned(),
        percent if percent >= 100.0 - 1e-10 => "100 %".to_owned(),
        // As many decimals as tell it from 100.
        percent if percent > 99.95 => format!("{percent:.*} %", decimals((100.0 - percent) * 10.0)),
        percent if percent < 0.05 => format!("{percent:.1e} %"),
        percent => format!("{percent:.1} %"),
    };
    let error = error(figure).map(|error| error * 100.0);
    let digits = error.filter(|error| *error > 0.0).map_or(1, |error| decimals(error).min(4));
    match error {
        None => [tell(figure.value * 100.0), String::new()],
        Some(error) => [format!("{:.digits$} %", figure.value * 100.0), format!(" ± {error:.digits$} %")],
    }
}
