//! The nearest valid sequence in words.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use crate::explore::repair::{EFFORT, Line, Mark, Repair, Unrepaired, marked};
use crate::model::Alphabet;
use crate::model::grammar::Grammar;
use crate::recognize::Precision;
use crate::sets::Limit;
use crate::trace::Observed;

/// How many items are shown around a change.
const AROUND: usize = 3;

/// What is said of the nearest sequence.
pub(super) struct Nearest {
    /// With colors, if they are wanted; begins with a blank line.
    pub(super) human: String,
    /// Without; each line begins with a line break.
    pub(super) text: String,
    pub(super) json: Json,
}

/// Tells a repair of items, or why there is none.
pub(super) fn tell(
    repair: &Result<Repair, Unrepaired>,
    items: &[Observed],
    precision: Precision,
    (grammar, alphabet): (&Grammar, &Alphabet),
    color: bool,
) -> Nearest {
    let repair = match repair {
        Ok(repair) => repair,
        Err(why) => {
            let message = unrepaired(why);
            let text = format!("\n{message}");
            return Nearest { human: format!("\n{message}\n"), text, json: json!({ "note": message }) };
        }
    };
    let lines = marked(repair, items, AROUND, precision, grammar, alphabet);
    let edits = if repair.edits == 1 { "1 edit" } else { &format!("{} edits", repair.edits) };
    let approximate = if repair.approximate { ", as far as is known" } else { "" };
    let heading = format!("nearest valid sequence, {edits} away{approximate}:");
    let (mut human, mut text) = (format!("\n{heading}\n"), format!("\n{heading}"));
    let width = lines.iter().flatten().filter_map(|line| line.number).max().unwrap_or(0).to_string().len();
    for line in &lines {
        let (style, row) = match line {
            None => (Style::new(), "  …".to_owned()),
            Some(line) => (style(line.mark, color), row(line, width)),
        };
        let _ = writeln!(human, "{style}{row}{style:#}");
        let _ = write!(text, "\n{row}");
    }
    let changes = lines.iter().flatten().filter(|line| line.mark != Mark::Kept);
    let changes = changes.map(|line| json!({ "change": word(line.mark), "at": line.number, "item": line.text }));
    let json =
        json!({ "edits": repair.edits, "approximate": repair.approximate, "changes": changes.collect::<Vec<_>>() });
    Nearest { human, text, json }
}

fn row(line: &Line, width: usize) -> String {
    let number = line.number.map_or(String::new(), |number| number.to_string());
    let note = if line.mark == Mark::Swapped { "  (swapped)" } else { "" };
    format!("  {} {number:>width$}  {}{note}", line.mark.character(), line.text)
}

fn style(mark: Mark, color: bool) -> Style {
    match mark {
        _ if !color => Style::new(),
        Mark::Kept => Style::new(),
        Mark::Deleted => AnsiColor::Red.on_default(),
        Mark::Inserted => AnsiColor::Green.on_default(),
        Mark::Swapped => AnsiColor::Yellow.on_default(),
    }
}

fn word(mark: Mark) -> &'static str {
    match mark {
        Mark::Kept => "kept",
        Mark::Deleted => "deleted",
        Mark::Inserted => "inserted",
        Mark::Swapped => "swapped",
    }
}

fn unrepaired(why: &Unrepaired) -> String {
    match why {
        Unrepaired::Nothing => {
            "nearest valid sequence: there is none, since the grammar has no complete trace".to_owned()
        }
        Unrepaired::TooFar { edits, effort } => {
            let more = if *effort < EFFORT { "; --limit allows more" } else { "" };
            format!(
                "nearest valid sequence: not known; none is nearer than {edits} edits, and {effort} places of runs were \
                 looked at{more}"
            )
        }
        Unrepaired::Limit(Limit::Work { limit }) => format!(
            "nearest valid sequence: not known; none was found within {limit} steps; --limit work=N allows more"
        ),
        Unrepaired::Limit(_) => {
            "nearest valid sequence: not known; the limit on what is followed was met, and --limit allows more"
                .to_owned()
        }
    }
}
