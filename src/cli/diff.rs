//! `charmgrammar diff`.

use std::ffi::OsStr;
use std::path::Path;

use anstyle::AnsiColor;
use serde::Serialize;
use serde_json::Value;

use super::args::{DiffArguments, DiffFormat, Settings};
use super::grammar::{self, Opened};
use super::progress::Progress;
use super::verdicts::{At, paint, unexplored};
use super::{Exit, Failure, Io, Verbosity, limits, runs};
use crate::diagnostic::one_line;
use crate::diagnostic::render::annotation;
use crate::explore::{Difference, OneSided, Side};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::recognize::Precision;
use crate::recognize::probability::{Estimator, Outcome};
use crate::sets::Limit;
use crate::trace::{Item, Observed, Shows};

/// A grammar that is compared, in all its forms.
struct Made {
    /// As it was typed.
    file: String,
    /// That with its own settings.
    label: String,
    opened: Opened,
    alphabet: Alphabet,
    program: Program,
}

/// Compares two grammars.
pub(super) fn run(arguments: &DiffArguments, io: &mut Io) -> Result<Exit, Failure> {
    if arguments.left == "-" && arguments.right == "-" {
        return Err(Failure::Message("standard input can't be both grammars".to_owned()));
    }
    let [left, right] = arguments.sides.clone().each();
    let mut made =
        [Made::new(&arguments.left, arguments, left, io)?, Made::new(&arguments.right, arguments, right, io)?];
    if made[0].label == made[1].label {
        made[0].label.push_str(" (left)");
        made[1].label.push_str(" (right)");
    }
    let difference = compare(arguments, &made, io);
    let mut parts = Vec::new();
    for side in Side::BOTH {
        let part = match &difference.only[side.index()] {
            Some(witness) => Part::Found(told(witness, side, arguments, &made, io)),
            None if difference.undecided.is_some() => Part::Undecided,
            None => Part::Nothing,
        };
        parts.push(part);
    }
    write(&parts, arguments, &made, io)?;
    if let Some((side, limit)) = &difference.undecided {
        limits::tell(limit, &made[side.index()].opened.grammar, io);
    }
    Ok(match (&difference.undecided, &difference.only) {
        (Some(_), _) => Exit::Unanswered,
        (None, [None, None]) => Exit::Yes,
        _ => Exit::No,
    })
}

impl Made {
    /// Opens a grammar with the settings of both, and then its own.
    fn new(typed: &OsStr, arguments: &DiffArguments, own: Settings, io: &mut Io) -> Result<Self, Failure> {
        let file = Path::new(typed).display().to_string();
        let label = match description(&own) {
            Some(settings) => format!("{file} with {settings}"),
            None => file.clone(),
        };
        let mut settings = arguments.settings.clone();
        settings.set.extend(own.set);
        settings.profile = own.profile.or(settings.profile);
        settings.weights.extend(own.weights);
        settings.declarations.extend(own.declarations);
        let opened = grammar::open(typed, &settings, io)?;
        let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
        Ok(Self { file, label, opened, alphabet, program })
    }
}

/// Settings in a few words.
fn description(settings: &Settings) -> Option<String> {
    let profile = settings.profile.iter().map(|profile| format!("profile {profile}"));
    let weights = settings.weights.iter().map(|weight| format!("weight {weight}"));
    let declarations = settings.declarations.iter().map(|declaration| format!("`{declaration}`"));
    let all: Vec<String> = profile.chain(settings.set.iter().cloned()).chain(weights).chain(declarations).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

fn compare(arguments: &DiffArguments, made: &[Made; 2], io: &mut Io) -> Difference {
    let bounds = arguments.exploring.bounds(&arguments.settings.limiting);
    let automaton = |side: Side| {
        let Made { opened, alphabet, program, .. } = &made[side.index()];
        limits::automaton(&opened.grammar, alphabet, program, bounds).map_err(|limit| (side, limit))
    };
    let automata = automaton(Side::Left).and_then(|left| Ok((left, automaton(Side::Right)?)));
    match automata {
        Ok((mut left, mut right)) => {
            let limit = bounds.configurations;
            let mut progress = Progress::new(&mut io.stderr, io.verbosity, "configurations", limit as u64);
            let difference = Difference::find(&mut left, &mut right, &mut |done| progress.update(done as u64));
            drop(progress);
            for (made, automaton) in made.iter().zip([&left, &right]) {
                let (fronts, weight) = (automaton.n_fronts(), automaton.weight());
                io.detail(&format!("{}: {fronts} sets with room for {weight} configurations", made.label));
            }
            difference
        }
        Err(undecided) => Difference { only: [None, None], undecided: Some(undecided) },
    }
}

/// What one grammar alone has, as it is told.
enum Part {
    Found(Told),
    Nothing,
    Undecided,
}

/// A sequence in words.
struct Told {
    events: Vec<String>,
    /// The number of the first event that the other grammar does not have there, from 1; `None`: it does not end.
    at: Option<usize>,
    expected: Vec<String>,
    /// A run that shows it: as a story, and as JSON.
    run: Option<(String, Value)>,
}

fn told(witness: &OneSided, side: Side, arguments: &DiffArguments, made: &[Made; 2], io: &mut Io) -> Told {
    let (own, other) = (&made[side.index()], &made[side.other().index()]);
    let names = witness.expected.iter().map(|name| other.alphabet.name_text(*name).to_owned());
    let mut told = Told {
        events: witness.events.iter().map(|name| own.alphabet.name_text(*name).to_owned()).collect(),
        at: (witness.shared < witness.events.len()).then_some(witness.shared + 1),
        expected: witness.ends.then(|| "(end)".to_owned()).into_iter().chain(names).collect(),
        run: None,
    };
    if arguments.actions {
        let grammar = &own.opened.grammar;
        match likeliest(witness, own, arguments) {
            Ok(items) => {
                let story = runs::story(&items, true, grammar, &own.alphabet);
                told.run = Some((story, runs::json(&items, grammar, &own.alphabet)));
            }
            Err(limit) => io.warn(&format!("no run can be told: {}", unexplored(&limit, grammar).0)),
        }
    }
    told
}

/// The most likely run that shows a sequence which the grammar has.
fn likeliest(witness: &OneSided, made: &Made, arguments: &DiffArguments) -> Result<Vec<Item>, Limit> {
    let mut estimator =
        Estimator::new(&made.alphabet, &made.program, false, arguments.exploring.bounds(&arguments.settings.limiting));
    estimator.begin(Shows::EVENTS, Precision::NAMES);
    for name in &witness.events {
        estimator.item(&Observed::Event { name: *name, of: Vec::new(), payload: Vec::new() })?;
    }
    match estimator.finish()? {
        Outcome::Possible(estimate) => {
            Ok(estimate.best.expect("a sequence that a search finds is far below the limit of runs").items)
        }
        Outcome::Impossible(_) => unreachable!("a sequence that a grammar has is shown by a run"),
    }
}

// ------------------------------------------------------------------------------------------------------------ formats

/// A difference as JSON.
#[derive(Serialize)]
struct Record<'a> {
    left: &'a str,
    right: &'a str,
    only_left: PartRecord<'a>,
    only_right: PartRecord<'a>,
}

#[derive(Serialize)]
struct PartRecord<'a> {
    /// `found`, `nothing`, `undecided`.
    verdict: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<&'a Value>,
}

fn write(parts: &[Part], arguments: &DiffArguments, made: &[Made; 2], io: &mut Io) -> Result<(), Failure> {
    match arguments.format {
        DiffFormat::Human => write_text(parts, made, io),
        DiffFormat::Json => {
            let record = Record {
                left: &made[0].label,
                right: &made[1].label,
                only_left: parts[0].record(),
                only_right: parts[1].record(),
            };
            let text = serde_json::to_string(&record).expect("strings and numbers can be written as JSON");
            Ok(io.stdout.write(&format!("{text}\n"))?)
        }
        DiffFormat::Github => {
            for (side, part) in Side::BOTH.into_iter().zip(parts) {
                let (own, other) = (&made[side.index()], &made[side.other().index()]);
                let message = match part {
                    Part::Found(told) => {
                        let events = told.events.join(" ");
                        format!("only {} has: {events}\n{}", own.label, told.detail(&other.label))
                    }
                    Part::Undecided => format!("it is undecided whether only {} has something", own.label),
                    Part::Nothing => continue,
                };
                io.stdout.write(&annotation("difference", &own.file, 1, &message))?;
            }
            Ok(())
        }
    }
}

fn write_text(parts: &[Part], made: &[Made; 2], io: &mut Io) -> Result<(), Failure> {
    let is_quiet = io.verbosity == Verbosity::Quiet;
    if let [Part::Nothing, Part::Nothing] = parts {
        if !is_quiet {
            let same = paint(io, AnsiColor::Green, "no difference");
            io.stdout.show(&format!("{same}: both have the same event sequences\n"))?;
        }
        return Ok(());
    }
    for (side, part) in Side::BOTH.into_iter().zip(parts) {
        let [own, other] = [side, side.other()].map(|side| one_line(&made[side.index()].label));
        let head = format!("only {own} has:");
        let text = match part {
            Part::Found(told) => {
                let head = paint(io, AnsiColor::Red, &head);
                format!("{head}\n{}  {}\n", told.body(), told.detail(&other))
            }
            Part::Undecided => format!("{} undecided\n", paint(io, AnsiColor::Yellow, &head)),
            Part::Nothing if is_quiet => continue,
            Part::Nothing => format!("{} nothing\n", paint(io, AnsiColor::Green, &head)),
        };
        io.stdout.show(&text)?;
    }
    Ok(())
}

impl Part {
    fn record(&self) -> PartRecord<'_> {
        let verdict = match self {
            Self::Found(_) => "found",
            Self::Nothing => "nothing",
            Self::Undecided => "undecided",
        };
        let told = match self {
            Self::Found(told) => Some(told),
            _ => None,
        };
        PartRecord {
            verdict,
            events: told.map(|told| &told.events[..]),
            at: told.map(|told| told.at.map_or(At::End("end"), |at| At::Item(at as u64))),
            expected: told.map(|told| &told.expected[..]),
            run: told.and_then(|told| told.run.as_ref()).map(|(_, json)| json),
        }
    }
}

impl Told {
    /// The events, or the run that shows them.
    fn body(&self) -> String {
        match &self.run {
            Some((story, _)) => story.clone(),
            None if self.events.is_empty() => "    (no event)\n".to_owned(),
            None => self.events.iter().flat_map(|event| ["    ", event, "\n"]).collect(),
        }
    }

    /// Where the other grammar leaves it.
    fn detail(&self, other: &str) -> String {
        let expected = match &self.expected[..] {
            [] => "nothing: every run that agrees so far fails here".to_owned(),
            expected => expected.join(", "),
        };
        match self.at {
            Some(at) => format!("{other} leaves it at {at}: {}\n  expected {expected}", self.events[at - 1]),
            None => format!("{other} does not end there: expected {expected}"),
        }
    }
}
