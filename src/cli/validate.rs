//! `charmgrammar validate`.

use super::args::{Reading, ValidateArguments};
use super::charm::Subject;
use super::explanation::{Explained, Findings, Words};
use super::grammar::{self, Opened};
use super::logs::Logs;
use super::nearest::{self, Nearest};
use super::traces::{self, TraceReader};
use super::verdicts::{Judged, Place, Verdicts};
use super::{Exit, Failure, Io};
use crate::diagnostic::render::Format;
use crate::diagnostic::suggest::nearest;
use crate::explore::reasons::{Effort, Explainer};
use crate::explore::repair::{self, Repairer};
use crate::machine::Program;
use crate::model::{Alphabet, NameId, SymbolId};
use crate::recognize::probability::Estimator;
use crate::recognize::{Next, Question, Recognizer, Rejection, Verdict};
use crate::sets::{Bounds, Limit};
use crate::trace::{Head, Observed, ReadError, Shows, Vocabulary};

/// A grammar that traces are judged by, in all its forms.
struct Made {
    /// What params were set to for this, or nothing.
    setting: String,
    opened: Opened,
    alphabet: Alphabet,
    program: Program,
}

impl Made {
    fn repairer(&self, question: &Question) -> Repairer<'_> {
        Repairer::new(&self.opened.grammar, &self.alphabet, &self.program, explaining(question), repair::EFFORT)
    }

    fn recognizer(&self, question: &Question) -> Recognizer<'_> {
        Recognizer::new(&self.opened.grammar, &self.alphabet, &self.program, question.clone())
    }
}

/// The question as reasons, what was possible instead, and the nearest sequence are looked for: each of them with a quarter of the
/// work of a verdict, and half of its memory, since what they learn stays side by side.
fn explaining(question: &Question) -> Question {
    let bounds = question.bounds;
    let bounds = Bounds { room: bounds.room / 2, memory: bounds.memory / 2, work: bounds.work / 4, ..bounds };
    Question { bounds, ..question.clone() }
}

/// Those who judge, and where their answers go.
struct Court<'a> {
    reading: &'a Reading,
    made: &'a [Made],
    recognizers: Vec<Recognizer<'a>>,
    /// Where reasons are asked for: what finds them, and what is asked, for each grammar.
    explains: bool,
    questions: Vec<Question>,
    repairers: Vec<Repairer<'a>>,
    verdicts: Verdicts,
    deprecated: Deprecated,
    /// Whether a log began with what no life does.
    begins_late: bool,
}

/// Judges all traces.
pub(super) fn run(arguments: &ValidateArguments, io: &mut Io) -> Result<Exit, Failure> {
    let Subject { grammar, traces } = Subject::new(arguments.grammar.as_ref(), &arguments.traces, &arguments.settings);
    traces::check_inputs(&grammar, &traces)?;
    let opened = grammar::open_all(&grammar, &arguments.settings, &arguments.any, io)?;
    let logs = Logs::read(&traces, &arguments.reading, &arguments.settings.limiting.limits(), io);
    let opened = logs.with_room(opened, &grammar, &arguments.settings, &arguments.any, io)?;
    let made: Vec<Made> = opened
        .into_iter()
        .map(|(setting, opened)| {
            let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
            Made { setting, opened, alphabet, program }
        })
        .collect();
    let ignore = &arguments.reading.ignore;
    let vocabularies: Vec<Vocabulary<'_>> =
        made.iter().map(|made| Vocabulary::new(&made.opened.grammar, &made.alphabet, ignore)).collect();
    let questions = made.iter().map(|each| question(arguments, &made, each)).collect::<Result<Vec<_>, Failure>>()?;
    let mut court = Court {
        reading: &arguments.reading,
        made: &made,
        recognizers: made.iter().zip(&questions).map(|(made, question)| made.recognizer(question)).collect(),
        explains: arguments.explain,
        repairers: made.iter().zip(&questions).map(|(made, question)| made.repairer(question)).collect(),
        questions,
        verdicts: Verdicts::new(arguments.format),
        deprecated: Deprecated::new(&made[0]),
        begins_late: false,
    };
    let n_failed = traces::for_each_input(&traces, logs, io, |input, io| {
        let name = input.name.clone();
        judge_all(&name, &mut input.readers(&arguments.reading, &vocabularies)?, &mut court, io)
    })?;
    court.verdicts.fail(n_failed);
    if court.begins_late && !arguments.from_anywhere {
        io.note("a log that was not kept from the beginning of a life is judged with --from-anywhere");
    }
    for recognizer in &court.recognizers {
        let done = recognizer.statistics();
        io.detail(&format!(
            "{} items, of which {} were followed anew; {} configurations at once; the cache was emptied {} times",
            done.steps, done.misses, done.widest, done.clears
        ));
    }
    Ok(court.verdicts.finish(io))
}

/// Judges the traces of one input, by each grammar with a reader of its own.
fn judge_all(name: &str, readers: &mut [TraceReader<'_>], court: &mut Court<'_>, io: &mut Io) -> Result<(), Failure> {
    let drains = readers.len() > 1;
    let mut number = 0;
    loop {
        let mut trace = None;
        let mut answers = Vec::with_capacity(readers.len());
        let mut unreadable = None;
        for (reader, recognizer) in readers.iter_mut().zip(&mut court.recognizers) {
            let keeps = court.explains;
            match judge(name, reader, recognizer, court.reading, (drains, keeps), &mut court.deprecated, io) {
                Ok(None) => {}
                Ok(Some((head, answer))) => {
                    trace = Some(head);
                    answers.push(answer);
                }
                Err(error) => unreadable = Some(error),
            }
            // One warning serves all.
            court.deprecated.pause();
        }
        court.deprecated.resume();
        number += 1;
        if let Some(error) = unreadable {
            court.verdicts.unreadable(name, number, &error, io)?;
        } else if let Some(head) = trace {
            let place = Place { input: name, number, head: &head };
            let seen: Vec<Option<Seen>> = answers.iter_mut().map(|answer| answer.seen.take()).collect();
            let (best, mut judged) = choose(court.made, answers);
            let made = &court.made[best];
            court.begins_late |= readers[best].is_log()
                && matches!(&judged, Judged::Invalid { rejection, .. } if rejection.at == Some(1));
            if let (Judged::Invalid { rejection, explained, .. }, Some(seen)) = (&mut judged, &seen[best]) {
                court.recognizers.iter_mut().for_each(Recognizer::forget_excess);
                let reasons = explain(made, &explaining(&court.questions[best]), seen, rejection, io);
                let nearest = repaired(made, &mut court.repairers[best], seen, rejection, io);
                *explained = Some(reasons.and(nearest));
            }
            court.verdicts.tell(&place, &judged, &made.opened.grammar, &made.alphabet, io)?;
        } else if number == 1 {
            return Err(Failure::Message(format!("`{name}` has no trace")));
        } else {
            return Ok(());
        }
    }
}

/// What comes of one trace under one grammar.
struct Answer {
    /// The verdict, unless a limit was met.
    verdict: Result<Verdict, Limit>,
    /// The line on which it was found.
    line: u64,
    /// What led there, if reasons are asked for.
    seen: Option<Seen>,
}

/// What was seen of a trace.
struct Seen {
    shows: Shows,
    /// The items of the kinds that it shows.
    items: Vec<Observed>,
    /// How many of them were accepted.
    n_accepted: usize,
}

impl Seen {
    fn accepted(&self) -> &[Observed] {
        &self.items[..self.n_accepted]
    }
}

/// Judges the next trace of an input by one grammar.
fn judge(
    name: &str,
    reader: &mut TraceReader<'_>,
    recognizer: &mut Recognizer<'_>,
    reading: &Reading,
    (drains, keeps): (bool, bool),
    deprecated: &mut Deprecated,
    io: &mut Io,
) -> Result<Option<(Head, Answer)>, ReadError> {
    let Some(head) = reader.next_trace()? else { return Ok(None) };
    let precision = reader.precision();
    let shows = reading.shows(head.shows);
    let mut seen = keeps.then(|| Seen { shows, items: Vec::new(), n_accepted: 0 });
    let mut goes_on = recognizer.begin(shows, precision).map(|()| true);
    while let Ok(true) = goes_on {
        let Some(item) = reader.next_item()? else { break };
        goes_on = recognizer.item(item);
        if let Some(seen) = &mut seen
            && shows.has(item.kind())
        {
            seen.items.push(item.clone());
            seen.n_accepted += usize::from(matches!(goes_on, Ok(true)));
        }
        if let Some(why) = deprecated.look(item) {
            io.warn(&format!("{name}:{}: this event is deprecated: {why}", reader.line()));
        }
    }
    let line = reader.line();
    // Readers that are to stay in step must meet the same errors.
    while drains || seen.is_some() {
        let Some(item) = reader.next_item()? else { break };
        if let Some(seen) = seen.as_mut().filter(|_| shows.has(item.kind())) {
            seen.items.push(item.clone());
        }
    }
    Ok(Some((head, Answer { verdict: goes_on.and_then(|_| recognizer.finish()), line, seen })))
}

/// Of the answers under several grammars that which tells most, and whose it is: all under which the trace is valid, or
/// the one under which it went furthest.
fn choose(made: &[Made], answers: Vec<Answer>) -> (usize, Judged) {
    let name = |place: usize| made[place].setting.clone();
    let valid = |answer: &Answer| match answer.verdict {
        Ok(Verdict::Valid { approximate }) => Some(approximate),
        _ => None,
    };
    let under: Vec<(usize, bool)> =
        answers.iter().enumerate().filter_map(|(place, answer)| Some((place, valid(answer)?))).collect();
    if let [(first, _), ..] = under[..] {
        let approximate = under.iter().all(|(_, approximate)| *approximate);
        let under = under.into_iter().map(|(place, _)| name(place)).filter(|name| !name.is_empty()).collect();
        return (first, Judged::Valid { approximate, under });
    }
    // Where one can't be answered, none of the others is the answer.
    let reach = |answer: &Answer| match &answer.verdict {
        Err(_) => (true, 0),
        Ok(Verdict::Invalid(rejection)) => (false, rejection.at.unwrap_or(u64::MAX)),
        Ok(Verdict::Valid { .. }) => unreachable!("none is valid"),
    };
    // The first of the furthest.
    let (best, answer) = answers
        .into_iter()
        .enumerate()
        .rev()
        .max_by_key(|(_, answer)| reach(answer))
        .expect("there is a grammar, and it has answered");
    let judged = match answer.verdict {
        Err(limit) => Judged::Undecided { limit, line: answer.line },
        Ok(Verdict::Invalid(rejection)) => {
            Judged::Invalid { rejection, line: answer.line, under: name(best), explained: None }
        }
        Ok(Verdict::Valid { .. }) => unreachable!("none is valid"),
    };
    (best, judged)
}

/// Why a trace does not belong, and what was possible instead.
fn explain(made: &Made, question: &Question, seen: &Seen, rejection: &Rejection, io: &Io) -> Explained {
    let Made { opened, alphabet, program, .. } = made;
    let wanted = rejection.item.as_ref();
    let explainer = Explainer::new(&opened.grammar, alphabet, program, question, Effort::default());
    let reasons = explainer.explain(seen.shows, seen.accepted(), wanted);
    // What is left out of a log, or repeated in it, is not drawn by the grammar.
    let is_drawn = reasons.is_ok() && question.hidden.is_empty() && question.stuttering.is_empty();
    let possible = is_drawn.then(|| next(made, question, seen, rejection)).flatten();
    let words = Words { grammar: &opened.grammar, alphabet, sources: &opened.sources, shown: seen.accepted(), wanted };
    let findings =
        Findings { reasons: &reasons, possible: possible.as_deref(), instances: rejection.precision.instances };
    words.explain(&findings, &io.renderer(Format::Human, false))
}

/// The valid sequence that is nearest to what was seen.
fn repaired(made: &Made, repairer: &mut Repairer<'_>, seen: &Seen, rejection: &Rejection, io: &Io) -> Nearest {
    let repair = repairer.repair(&seen.items, seen.shows, rejection.precision);
    let names = (&made.opened.grammar, &made.alphabet);
    nearest::tell(&repair, &seen.items, rejection.precision, names, io.stdout.color)
}

/// What can come behind what was seen, with its probability; nothing where a limit is met.
fn next(made: &Made, question: &Question, seen: &Seen, rejection: &Rejection) -> Option<Vec<(Next, f64)>> {
    let mut estimator = Estimator::new(&made.alphabet, &made.program, true, question.bounds);
    estimator.begin(seen.shows, rejection.precision);
    for item in seen.accepted() {
        estimator.item(item).ok()?;
    }
    estimator.next_items().ok()
}

/// What is asked, in terms of one of the grammars; a glob must stand for an event of some.
fn question(arguments: &ValidateArguments, all: &[Made], made: &Made) -> Result<Question, Failure> {
    let names = |option: &str, globs: &[String]| -> Result<Vec<NameId>, Failure> {
        let matching = |made: &Made, glob: &str| -> Vec<NameId> { made.alphabet.matching(glob).collect() };
        for glob in globs {
            if all.iter().all(|made| matching(made, glob).is_empty()) {
                let help = match nearest(glob, made.alphabet.names()) {
                    Some(similar) => format!("; did you mean `{similar}`?"),
                    None => String::new(),
                };
                return Err(Failure::Message(format!("{option}: `{glob}` stands for no event of the grammar{help}")));
            }
        }
        let mut names: Vec<NameId> = globs.iter().flat_map(|glob| matching(made, glob)).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    };
    let bounds = arguments.reading.bounds(&arguments.settings.limiting);
    Ok(Question {
        prefix: arguments.prefix,
        from_anywhere: arguments.from_anywhere,
        hidden: names("--hide", &arguments.hide)?,
        stuttering: names("--stutter", &arguments.stutter)?,
        bounds: Bounds { memory: bounds.memory / all.len(), ..bounds },
    })
}

/// Warns of events that should not be used any more, of each once.
struct Deprecated {
    /// For each name why, as long as it was not told.
    why: Vec<Option<String>>,
    /// Whether there is something to look for.
    is_awake: bool,
}

impl Deprecated {
    fn new(made: &Made) -> Self {
        let Made { opened, alphabet, .. } = made;
        let why = |symbol: SymbolId| opened.grammar.events[alphabet.event_of(symbol).index()].deprecated.clone();
        let why: Vec<Option<String>> = alphabet.entries().map(|(_, symbols)| why(symbols[0])).collect();
        let mut deprecated = Self { why, is_awake: false };
        deprecated.resume();
        deprecated
    }

    fn pause(&mut self) {
        self.is_awake = false;
    }

    fn resume(&mut self) {
        self.is_awake = self.why.iter().any(Option::is_some);
    }

    /// Why an item should not be shown any more, the first time that it is.
    fn look(&mut self, item: &Observed) -> Option<String> {
        match item {
            Observed::Event { name, .. } if self.is_awake => self.why.get_mut(name.index())?.take(),
            _ => None,
        }
    }
}
