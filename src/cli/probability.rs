//! `charmgrammar probability`.

use std::fmt::Write as _;

use super::args::{AnswerFormat, ProbabilityArguments, VerdictFormat};
use super::charm::Subject;
use super::grammar::{self, Opened};
use super::logs::Logs;
use super::traces::{self, TraceReader, Traces};
use super::verdicts::{Judged, Place, Probable, Run, Verdicts};
use super::{Exit, Failure, Io, runs};
use crate::machine::Program;
use crate::model::Alphabet;
use crate::recognize::probability::{Estimate, Estimator, Outcome};
use crate::trace::{Head, ReadError, Vocabulary};

/// What weighs traces, and where the answers go.
struct Scales<'a> {
    arguments: &'a ProbabilityArguments,
    opened: &'a Opened,
    alphabet: &'a Alphabet,
    estimator: Estimator<'a>,
    verdicts: Verdicts,
}

/// Weighs all traces.
pub(super) fn run(arguments: &ProbabilityArguments, io: &mut Io) -> Result<Exit, Failure> {
    let Subject { grammar, traces } = Subject::new(arguments.grammar.as_ref(), &arguments.traces, &arguments.settings);
    traces::check_inputs(&grammar, &traces)?;
    let opened = grammar::open_all(&grammar, &arguments.settings, &[], io)?;
    let logs = Logs::read(&traces, &arguments.reading, &arguments.settings.limiting.limits(), io);
    let opened = logs.with_room(opened, &grammar, &arguments.settings, &[], io)?;
    let (_, opened) = opened.into_iter().next().expect("without params to try there is one");
    let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
    let vocabularies = [Vocabulary::new(&opened.grammar, &alphabet, &arguments.reading.ignore)];
    let format = match arguments.format {
        AnswerFormat::Human => VerdictFormat::Human,
        AnswerFormat::Json => VerdictFormat::Json,
    };
    let mut scales = Scales {
        arguments,
        opened: &opened,
        alphabet: &alphabet,
        estimator: Estimator::new(
            &alphabet,
            &program,
            arguments.prefix,
            arguments.reading.bounds(&arguments.settings.limiting),
        ),
        verdicts: Verdicts::new(format),
    };
    let n_failed =
        traces::for_each_input(&traces, logs, io, |input, io| weigh_all(input, &vocabularies, &mut scales, io))?;
    scales.verdicts.fail(n_failed);
    Ok(scales.verdicts.finish(io))
}

/// Weighs the traces of one input.
fn weigh_all<'a>(
    input: Traces<'a>,
    vocabularies: &'a [Vocabulary<'a>],
    scales: &mut Scales<'_>,
    io: &mut Io,
) -> Result<(), Failure> {
    let name = input.name.clone();
    let mut readers = input.readers(&scales.arguments.reading, vocabularies)?;
    let [reader] = &mut readers[..] else { unreachable!("there is one grammar") };
    for number in 1.. {
        match scales.weigh(reader) {
            Err(error) => scales.verdicts.unreadable(&name, number, &error, io)?,
            Ok(Some((head, judged))) => {
                let place = Place { input: &name, number, head: &head };
                scales.verdicts.tell(&place, &judged, &scales.opened.grammar, scales.alphabet, io)?;
            }
            Ok(None) if number == 1 => return Err(Failure::Message(format!("`{name}` has no trace"))),
            Ok(None) => break,
        }
    }
    Ok(())
}

impl Scales<'_> {
    /// Weighs the next trace of an input.
    fn weigh(&mut self, reader: &mut TraceReader<'_>) -> Result<Option<(Head, Judged)>, ReadError> {
        let Some(head) = reader.next_trace()? else { return Ok(None) };
        self.estimator.begin(self.arguments.reading.shows(head.shows), reader.precision());
        let mut goes_on = Ok(true);
        while let Ok(true) = goes_on {
            let Some(item) = reader.next_item()? else { break };
            goes_on = self.estimator.item(item);
        }
        let line = reader.line();
        let judged = match goes_on.and_then(|_| self.estimator.finish()) {
            Ok(Outcome::Possible(estimate)) => Judged::Probable(self.tell(&estimate)),
            Ok(Outcome::Impossible(rejection)) => {
                Judged::Invalid { rejection, line, under: String::new(), explained: None }
            }
            Err(limit) => Judged::Undecided { limit, line },
        };
        Ok(Some((head, judged)))
    }

    fn tell(&self, estimate: &Estimate) -> Probable {
        let log_probability = estimate.log_probability;
        let mut text = format!("log-probability: {} ({})\n", rounded(log_probability), plain(log_probability));
        let run = estimate.best.as_ref().map(|best| {
            let part = percentage((best.log_probability - log_probability).min(0.0));
            let own = rounded(best.log_probability);
            // A string takes all that is written.
            let _ = writeln!(text, "most likely run: log-probability {own}, {part} of it");
            text.push_str(&runs::story(&best.items, !self.arguments.prefix, &self.opened.grammar, self.alphabet));
            let items = runs::json(&best.items, &self.opened.grammar, self.alphabet);
            Run { log_probability: best.log_probability, items }
        });
        if run.is_none() {
            text.push_str("most likely run: left out, since the trace is too long to remember it\n");
        }
        Probable { log_probability, text, run }
    }
}

/// The part of which this is the natural logarithm, in percent.
fn percentage(logarithm: f64) -> String {
    let percent = logarithm.exp() * 100.0;
    if percent >= 0.05 { format!("{percent:.1} %") } else { format!("{} %", plain(logarithm + 100f64.ln())) }
}

/// A logarithm with three decimals.
fn rounded(logarithm: f64) -> String {
    let text = format!("{logarithm:.3}");
    if text == "-0.000" { "0.000".to_owned() } else { text }
}

/// The number of which this is the natural logarithm, with three digits, however small it is.
fn plain(logarithm: f64) -> String {
    let number = logarithm.exp();
    if number >= 0.001 {
        let text = format!("{number:.4}");
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    if number >= f64::MIN_POSITIVE {
        return format!("{number:.2e}");
    }
    // 10^a = 10^(a − ⌊a⌋) · 10^⌊a⌋, but for a first part that is rounded up to 10.
    let power = logarithm / std::f64::consts::LN_10;
    let mantissa = format!("{:.2}", 10f64.powf(power - power.floor()));
    match mantissa.as_str() {
        "10.00" => format!("1.00e{}", power.floor() + 1.0),
        _ => format!("{mantissa}e{}", power.floor()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!((plain(0.0), rounded(-1e-17)), ("1".to_owned(), "0.000".to_owned()));
        assert_eq!(plain((3.0f64 / 16.0).ln()), "0.1875");
        assert_eq!([0.845f64.ln(), 1.234e-9f64.ln(), -1000.0].map(percentage), ["84.5 %", "1.23e-7 %", "5.08e-433 %"]);
        assert_eq!(plain(-41.933), "6.15e-19");
        assert_eq!(plain(-1000.0), "5.08e-435");
        assert_eq!(plain(-1000.0 * std::f64::consts::LN_10 - 1e-9), "1.00e-1000");
    }
}
