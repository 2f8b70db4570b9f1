//! Figures of a grammar as data.

use serde_json::{Map, Value, json};

use crate::explore::statistics::{Cause, Figure, QUANTILES, Statistics, Traces};
use crate::model::Alphabet;
use crate::model::grammar::{Action, ExpressionKind, Grammar};
use crate::source::SourceMap;

/// What the figures are of.
pub(super) struct Subject<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) grammar: &'a Grammar,
    pub(super) alphabet: &'a Alphabet,
}

impl Subject<'_> {
    /// Where something is: `FILE:LINE:COLUMN`.
    pub(super) fn place(&self, cause: Cause) -> String {
        self.sources.files().nth(cause.span.source.0 as usize).map_or_else(String::new, |file| {
            let (line, column) = file.line_column(cause.span.start);
            format!("{}:{line}:{column}", file.name())
        })
    }
}

/// The weight with which an action is declared, where it is a number.
pub(super) fn weight(action: &Action) -> Option<i64> {
    match action.weight.kind {
        ExpressionKind::Constant(weight) => Some(weight),
        _ => None,
    }
}

/// As one JSON object: a figure is `{"value": …}`, with an `interval` if it was sampled.
pub(super) fn json(statistics: &Statistics, subject: &Subject<'_>) -> String {
    let Statistics { configurations, walks, outcomes, traces } = statistics;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    if let Some(configurations) = configurations {
        put("configurations", json!(configurations));
    }
    if let Some(walks) = walks {
        put("samples", json!({"number": walks.number, "seed": walks.seed}));
    }
    put("complete", figure(outcomes.complete));
    let lost = outcomes.lost.iter().map(|(cause, part)| {
        json!({"code": cause.code.name(), "place": subject.place(*cause), "probability": figure(*part)})
    });
    put("lost", lost.collect());
    if let Some(endless) = outcomes.endless {
        put("endless", figure(endless));
    }
    let Some(traces) = traces else { return format!("{}\n", Value::Object(object)) };
    put("length", length_as_json(traces));
    let events = subject.alphabet.names().zip(&traces.events).map(|(name, frequency)| {
        json!({"event": name, "expected": figure(frequency.expected), "occurs": figure(frequency.occurs)})
    });
    put("events", events.collect());
    let actions = subject.grammar.actions.iter().zip(&traces.actions).filter_map(|(action, found)| {
        let (frequency, share) = found.as_ref()?;
        Some(json!({
            "action": action.name,
            "expected": figure(frequency.expected),
            "occurs": figure(frequency.occurs),
            "share": share.map(figure),
            "weight": weight(action),
        }))
    });
    put("actions", actions.collect());
    format!("{}\n", Value::Object(object))
}

fn figure(figure: Figure) -> Value {
    match figure.interval {
        None => json!({"method": "exact", "value": figure.value}),
        Some((low, high)) => json!({"method": "sampled", "value": figure.value, "interval": [low, high]}),
    }
}

fn length_as_json(traces: &Traces) -> Value {
    let Some(length) = &traces.length else { return json!({"mean": figure(traces.mean)}) };
    let quantiles = QUANTILES.iter().zip(&length.quantiles).map(|(part, quantile)| {
        let mut quantile = figure(*quantile);
        quantile["part"] = json!(part);
        quantile
    });
    let distribution = length.distribution.iter().map(|(events, probability)| json!([events, probability]));
    json!({
        "mean": figure(traces.mean),
        "standard_deviation": figure(length.deviation),
        "quantiles": quantiles.collect::<Vec<_>>(),
        "distribution": distribution.collect::<Vec<_>>(),
        "beyond": length.beyond,
    })
}
