//! Reasons in words: why a trace can't show what it shows, and what was possible instead.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::nearest::Nearest;
use crate::diagnostic::render::Renderer;
use crate::diagnostic::{Code, Diagnostic, Position, one_line};
use crate::explore::reasons::{
    Because, First, Inside, Obstacle, Owner, Reason, Reasons, Since, Unexplained, Value, Why,
};
use crate::machine::{Bar, Barrier, ReadOf};
use crate::model::Alphabet;
use crate::model::grammar::{Base, Grammar, NONE, PhaseId};
use crate::recognize::Next;
use crate::sets::Limit;
use crate::source::{SourceMap, Span};
use crate::trace::Observed;

/// How many things that were possible instead are told to people.
const MAX_POSSIBLE: usize = 12;

/// How many items that have to come first are named.
const MAX_FIRST: usize = 5;

/// What is said of a trace that is invalid, in the words of each format.
pub(super) struct Explained {
    /// With the text of the grammar.
    pub(super) human: String,
    /// Without it; each line begins with a line break.
    pub(super) text: String,
    pub(super) json: Json,
}

impl Explained {
    /// With the nearest valid sequence.
    pub(super) fn and(mut self, nearest: Nearest) -> Self {
        self.human.push_str(&nearest.human);
        self.text.push_str(&nearest.text);
        self.json["nearest"] = nearest.json;
        self
    }
}

/// What is to be told.
pub(super) struct Findings<'a> {
    pub(super) reasons: &'a Result<Reasons, Unexplained>,
    /// What was possible instead with its probability, the likeliest first; nothing where that is not known.
    pub(super) possible: Option<&'a [(Next, f64)]>,
    /// Whether a sequence like this one tells the elements of arrays.
    pub(super) instances: bool,
}

/// What words are made of.
pub(super) struct Words<'a> {
    pub(super) grammar: &'a Grammar,
    pub(super) alphabet: &'a Alphabet,
    pub(super) sources: &'a SourceMap,
    /// The items before the one that can't be, as they are counted.
    pub(super) shown: &'a [Observed],
    /// The item; nothing for the end.
    pub(super) wanted: Option<&'a Observed>,
}

impl Words<'_> {
    /// All of it.
    pub(super) fn explain(&self, findings: &Findings<'_>, renderer: &Renderer) -> Explained {
        let (mut human, mut text) = (String::new(), String::new());
        let mut record = Map::new();
        match findings.reasons {
            Ok(reasons) => {
                // Of an item that the grammar has no word for that was told before.
                if let (true, Some(wanted)) = (reasons.list.is_empty(), self.wanted)
                    && !matches!(wanted, Observed::Foreign(_))
                {
                    let message = format!(
                        "nothing in the grammar shows {}; `charmgrammar check` tells of such events",
                        quoted(&wanted.text(self.grammar, self.alphabet))
                    );
                    let _ = write!(human, "\n{message}\n");
                    let _ = write!(text, "\n{message}");
                    record.insert("note".into(), message.into());
                }
                for reason in &reasons.list {
                    let _ = write!(human, "\n{}\n", renderer.one(self.sources, &self.diagnostic(reason)));
                    let _ = write!(text, "\n{}", self.sentence(reason));
                }
                record.insert("reasons".into(), reasons.list.iter().map(|reason| self.json(reason)).collect());
                if let Some(Limit::Work { limit }) = reasons.limit {
                    let message =
                        format!("the search for reasons was given up after {limit} steps; --limit work=N allows more");
                    let _ = write!(human, "\n{message}\n");
                    let _ = write!(text, "\n{message}");
                    record.insert("note".into(), message.into());
                }
                let (all, looked_at) = reasons.configurations;
                record.insert("configurations".into(), json!({ "all": all, "looked_at": looked_at }));
            }
            Err(unexplained) => {
                let message = self.unexplained(unexplained);
                let _ = write!(human, "\nno reasons: {message}\n");
                let _ = write!(text, "\nno reasons: {message}");
                record.insert("note".into(), message.into());
            }
        }
        if let Some(possible) = findings.possible {
            let name = |next: &Next| next.text(self.grammar, self.alphabet, findings.instances);
            let rows = possible.iter().take(MAX_POSSIBLE);
            let rows: Vec<String> =
                rows.map(|(next, part)| format!("{:>6} %  {}", percent(*part), name(next))).collect();
            let heading = "possible instead:";
            let rest = 1.0 - possible.iter().map(|(_, part)| part).sum::<f64>();
            if !possible.is_empty() || rest > 0.0005 {
                let _ = write!(human, "\n{heading}\n");
                text.extend(["\n", heading]);
            }
            for row in rows {
                let _ = writeln!(human, "  {row}");
                let _ = write!(text, "\n{row}");
            }
            if possible.len() > MAX_POSSIBLE {
                let _ = writeln!(human, "  … and {} more", possible.len() - MAX_POSSIBLE);
            }
            if rest > 0.0005 {
                let _ = writeln!(human, "  {:>6} %  (nothing: the run fails)", percent(rest));
            }
            let list = possible.iter().map(|(next, part)| json!({ "item": name(next), "probability": part }));
            record.insert("possible".into(), list.collect());
        }
        Explained { human, text, json: record.into() }
    }

    /// A reason in one sentence, with its place in the grammar's text.
    pub(super) fn sentence(&self, reason: &Reason) -> String {
        format!("{} ({})", self.reason(reason), self.place(Self::span(reason)))
    }

    /// A reason in one sentence.
    fn reason(&self, reason: &Reason) -> String {
        let what = match (self.wanted, &reason.production) {
            (None, _) => "it can't end here".to_owned(),
            (Some(Observed::Event { .. }), Some(production)) => format!("not by {}", self.owner(production.owner)),
            (Some(wanted), _) => format!("{} can't come here", quoted(&wanted.text(self.grammar, self.alphabet))),
        };
        match &reason.why[..] {
            [why] => format!("{what}: {}", self.why(why, reason)),
            [one, other, ..] => {
                format!("{what}: in some runs {}; in others {}", self.why(one, reason), self.why(other, reason))
            }
            [] => what,
        }
    }

    /// Whether it is an event that can't come.
    fn wants_event(&self) -> bool {
        matches!(self.wanted, Some(Observed::Event { .. }))
    }

    /// The same with the text of the grammar.
    fn diagnostic(&self, reason: &Reason) -> Diagnostic {
        let production = reason.production.map(|production| production.span);
        let mut places: Vec<(Span, String)> = Vec::new();
        if let Some(Why::Obstacles(obstacles)) = reason.why.first() {
            for obstacle in obstacles {
                let span = match obstacle {
                    Obstacle::Barred { span, .. } | Obstacle::Between { next: span, .. } => *span,
                    Obstacle::First(first) => first.span,
                    Obstacle::Differs(_) => continue,
                };
                if places.len() < MAX_FIRST {
                    places.push((span, self.obstacle(obstacle)));
                }
            }
        }
        let shows = "this shows it".to_owned();
        match (production, places.is_empty()) {
            // The declaration of an action, or of a phase, is long, and shows nothing that its name does not.
            (Some(span), _) if self.wants_event() && places.iter().all(|(place, _)| *place != span) => {
                places.push((span, shows));
            }
            (Some(span), true) if !self.wants_event() => places.push((Span { end: span.start, ..span }, String::new())),
            _ => {}
        }
        let mut places = places.into_iter();
        let (span, label) = places.next().unwrap_or_default();
        let note = Diagnostic::note(Code::NotHere, span, self.reason(reason)).label(label);
        places.fold(note, |note, (span, label)| note.also(span, label))
    }

    fn span(reason: &Reason) -> Span {
        let barred = match reason.why.first() {
            Some(Why::Obstacles(obstacles)) => obstacles.iter().find_map(|obstacle| match obstacle {
                Obstacle::Barred { span, .. } | Obstacle::Between { next: span, .. } => Some(*span),
                _ => None,
            }),
            _ => None,
        };
        barred.or(reason.production.map(|production| production.span)).unwrap_or_default()
    }

    fn place(&self, span: Span) -> String {
        let Position { file, line, column, .. } = Position::of(self.sources, span);
        format!("{}:{line}:{column}", one_line(file))
    }

    fn owner(&self, owner: Option<Owner>) -> String {
        match owner {
            Some(Owner::Phase(phase)) => format!("phase `{}`", self.grammar.phases[phase.index()].name),
            Some(Owner::Clause(phase, _)) => {
                format!("the `meanwhile` of phase `{}`", self.grammar.phases[phase.index()].name)
            }
            Some(Owner::Rule(rule)) => format!("rule `{}`", self.grammar.rules[rule.index()].name),
            Some(Owner::Action(action)) => {
                let action = &self.grammar.actions[action.index()];
                format!("{} `{}`", if action.reaction { "reaction" } else { "action" }, action.name)
            }
            None => "the grammar".to_owned(),
        }
    }

    /// Why something can't come, as a sentence that goes on.
    fn why(&self, why: &Why, reason: &Reason) -> String {
        let owner = reason.production.and_then(|production| production.owner);
        let phase = |phase: &PhaseId| match owner {
            Some(Owner::Phase(own)) if own == *phase => "it".to_owned(),
            _ => format!("phase `{}`", self.grammar.phases[phase.index()].name),
        };
        match why {
            Why::Obstacles(obstacles) => self.obstacles(obstacles),
            Why::Over { phase: over, since } => {
                let since = since.map_or_else(String::new, |item| format!(" since {}", self.item(item)));
                format!("{} is over{since}", phase(over))
            }
            Why::NotReached { phase: later, first } => {
                let mut told = format!("{} has not been reached", phase(later));
                let mut items: Vec<String> = first.iter().flatten().map(|first| self.first(first)).collect();
                told.extend(
                    first_of(&mut items, "to come first").into_iter().flat_map(|first| ["; ".to_owned(), first]),
                );
                told
            }
            Why::Behind(Some(item)) => format!("it came at {}, and no way leads back to it", self.item(*item)),
            Why::Behind(None) => "the run is past it".to_owned(),
            Why::Unused => "nothing that runs comes to it".to_owned(),
            Why::Far => "no way to it was found as far as was looked".to_owned(),
        }
    }

    /// An item that has to come first.
    fn first(&self, first: &First) -> String {
        quoted(&Next::Item(first.item.clone()).text(self.grammar, self.alphabet, true))
    }

    fn obstacles(&self, obstacles: &[Obstacle]) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut first: Vec<String> = Vec::new();
        let verb = if self.wanted.is_some() { "to come first" } else { "still to come" };
        for obstacle in obstacles {
            if let Obstacle::First(item) = obstacle {
                first.push(self.first(item));
                continue;
            }
            parts.extend(first_of(&mut first, verb));
            parts.push(self.obstacle(obstacle));
        }
        parts.extend(first_of(&mut first, verb));
        parts.dedup();
        parts.join("; ")
    }

    fn obstacle(&self, obstacle: &Obstacle) -> String {
        match obstacle {
            Obstacle::First(item) => {
                format!(
                    "{} {}",
                    self.first(item),
                    if self.wanted.is_some() { "has to come first" } else { "is still to come" }
                )
            }
            Obstacle::Between { inside, .. } => match inside {
                Some(Inside::Atomic) => "nothing may come before the next event, inside `atomic`".to_owned(),
                Some(Inside::Clause) => {
                    "nothing may come before the next event, inside a `meanwhile` clause".to_owned()
                }
                None => "nothing may come before the next event".to_owned(),
            },
            Obstacle::Differs(item) => {
                let item = Next::Item(item.clone()).text(self.grammar, self.alphabet, true);
                format!("it would be {}", quoted(&item))
            }
            Obstacle::Barred { bar: Bar::Condition, because, .. } if because.is_empty() => {
                "its condition does not allow it".to_owned()
            }
            Obstacle::Barred { bar: Bar::Condition, because, .. } => {
                because.iter().map(|part| self.because(part)).collect::<Vec<_>>().join(", and ")
            }
            Obstacle::Barred { enabled, .. } if !enabled.is_empty() => {
                let names = enabled.iter().map(|action| quoted(&self.grammar.actions[action.index()].name));
                let verb = if enabled.len() == 1 { "is" } else { "are" };
                format!("{} {verb} enabled, and not passed over", names.collect::<Vec<_>>().join(" and "))
            }
            Obstacle::Barred { bar, barrier, .. } => self.bar(*bar, *barrier),
        }
    }

    fn bar(&self, bar: Bar, barrier: Barrier) -> String {
        match (bar, barrier) {
            (Bar::Weight, Barrier::Maybe | Barrier::Clause(..)) => "its probability is 0".to_owned(),
            (Bar::Weight, _) => "its weight is 0".to_owned(),
            (Bar::UsedUp, _) => "the `repeat` has run as often as it may".to_owned(),
            (Bar::GoesOn(1), _) => "the `repeat` must run once more".to_owned(),
            (Bar::GoesOn(many), _) => format!("the `repeat` must run {many} times more"),
            (Bar::Domain(value), Barrier::Assignment(state)) => {
                let state = &self.grammar.states[state.index()];
                let value = self.grammar.value_text(value, state.ty.base);
                format!("`{}` would become {value}, outside `{}`", state.name, self.grammar.type_text(state.ty))
            }
            (Bar::Domain(_), _) => "a state would leave its domain".to_owned(),
            (Bar::Enabled, _) => "something is enabled, so the `else` is not taken".to_owned(),
            (Bar::Condition | Bar::Quiet, _) => "its condition does not allow it".to_owned(),
        }
    }

    /// A part of a condition with what makes it so.
    fn because(&self, part: &Because) -> String {
        if let (true, [value]) = (part.is_plain, &part.reads[..]) {
            return match value.of {
                ReadOf::Text if self.is_literal(value) => format!("the condition is always {}", part.holds),
                ReadOf::Text => format!("{} with these settings", self.value(value)),
                _ => self.value(value),
            };
        }
        let reads: Vec<String> =
            part.reads.iter().filter(|value| !self.is_literal(value)).map(|value| self.value(value)).collect();
        let holds = if part.holds { "holds" } else { "does not hold" };
        let text = self.text(part.span);
        if reads.is_empty() { format!("`{text}` {holds}") } else { format!("`{text}` {holds}: {}", reads.join(", ")) }
    }

    /// A value with its story: `` `http.live` is false since item 17, `http-relation-broken` ``.
    fn value(&self, value: &Value) -> String {
        let name = self.name(value);
        let text = self.grammar.value_text(value.value, value.ty.base);
        let mut told = format!("`{name}` is {text}");
        match value.since {
            None => {}
            Some(Since::Start) => told.push_str(" since the start"),
            Some(Since::Item(item)) => {
                let _ = write!(told, " since {}", self.item(item));
            }
            Some(Since::Way(now)) => {
                let now = self.grammar.value_text(now, value.ty.base);
                told = format!("`{name}` would be {text} by then (now it is {now})");
            }
        }
        told
    }

    fn name(&self, value: &Value) -> String {
        match &value.of {
            ReadOf::State(state) => self.grammar.states[state.index()].name.clone(),
            ReadOf::Field(name) | ReadOf::Variable(name) => name.clone(),
            ReadOf::Text => self.text(value.span),
        }
    }

    /// Whether the text says the value itself.
    fn is_literal(&self, value: &Value) -> bool {
        value.of == ReadOf::Text && self.text(value.span) == self.grammar.value_text(value.value, value.ty.base)
    }

    /// The text of a place, in one line.
    fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// An item with its number.
    fn item(&self, number: u64) -> String {
        let item = usize::try_from(number).ok().and_then(|number| self.shown.get(number.checked_sub(1)?));
        match item {
            Some(item) => format!("item {number}, {}", quoted(&item.text(self.grammar, self.alphabet))),
            None => format!("item {number}"),
        }
    }

    /// Why there are no reasons.
    pub(super) fn unexplained(&self, unexplained: &Unexplained) -> String {
        match unexplained {
            Unexplained::Anywhere => {
                "with --from-anywhere it is not known how the states came to be what they are".to_owned()
            }
            Unexplained::Limit { limit: Limit::Run(fault), .. } => {
                format!("a run that agrees can't be followed: {}", fault.kind.message(self.grammar))
            }
            Unexplained::Limit { limit: Limit::Work { limit }, item } => {
                format!("none was found within {limit} steps, which end at item {item}; --limit work=N allows more")
            }
            Unexplained::Limit { .. } => {
                "too many configurations agree with the trace to be followed one by one; --limit allows more".to_owned()
            }
            Unexplained::Nowhere(item) => format!("the trace can't be followed exactly behind item {item}"),
        }
    }

    /// A reason as JSON.
    fn json(&self, reason: &Reason) -> Json {
        json!({
            "message": self.reason(reason),
            "production": reason.production.map(|production| {
                let mut place = self.position(production.span);
                place.insert("owner".into(), self.owner(production.owner).replace('`', "").into());
                place
            }),
            "why": reason.why.iter().map(|why| self.why_json(why)).collect::<Vec<_>>(),
        })
    }

    fn why_json(&self, why: &Why) -> Json {
        let item = |item: &crate::sets::Item| Next::Item(item.clone()).text(self.grammar, self.alphabet, true);
        let phase = |phase: &PhaseId| &self.grammar.phases[phase.index()].name;
        match why {
            Why::Obstacles(obstacles) => {
                let obstacles: Vec<Json> = obstacles.iter().map(|obstacle| self.obstacle_json(obstacle)).collect();
                json!({ "kind": "obstacles", "obstacles": obstacles })
            }
            Why::Over { phase: over, since } => json!({ "kind": "phase-over", "phase": phase(over), "since": since }),
            Why::NotReached { phase: later, first } => {
                let first = first.as_ref().map(|list| list.iter().map(|first| item(&first.item)).collect::<Vec<_>>());
                json!({ "kind": "phase-not-reached", "phase": phase(later), "first": first })
            }
            Why::Behind(item) => json!({ "kind": "behind", "item": item }),
            Why::Unused => json!({ "kind": "unused" }),
            Why::Far => json!({ "kind": "not-found" }),
        }
    }

    fn obstacle_json(&self, obstacle: &Obstacle) -> Json {
        let item = |item: &crate::sets::Item| Next::Item(item.clone()).text(self.grammar, self.alphabet, true);
        let Obstacle::Barred { bar, span, because, .. } = obstacle else {
            return match obstacle {
                Obstacle::First(First { item: first, span }) => {
                    let mut record = self.position(*span);
                    record.insert("kind".into(), "first".into());
                    record.insert("item".into(), item(first).into());
                    record.into()
                }
                Obstacle::Between { next, .. } => {
                    let mut record = self.position(*next);
                    record.insert("kind".into(), "atomic".into());
                    record.insert("message".into(), self.obstacle(obstacle).into());
                    record.into()
                }
                Obstacle::Differs(other) => json!({ "kind": "differs", "item": item(other) }),
                Obstacle::Barred { .. } => unreachable!("it is no such thing"),
            };
        };
        let kind = match bar {
            Bar::Condition => "condition",
            Bar::Weight => "weight",
            Bar::UsedUp => "used-up",
            Bar::GoesOn(_) => "goes-on",
            Bar::Quiet => unreachable!("it is told as what comes next"),
            Bar::Domain(_) => "domain",
            Bar::Enabled => "enabled",
        };
        let mut record = self.position(*span);
        record.insert("kind".into(), kind.into());
        record.insert("message".into(), self.obstacle(obstacle).into());
        if *bar == Bar::Condition {
            record.insert("text".into(), self.text(*span).into());
            record.insert("because".into(), because.iter().map(|part| self.because_json(part)).collect());
        }
        record.into()
    }

    fn because_json(&self, part: &Because) -> Json {
        let reads = part.reads.iter().filter(|value| part.is_plain || !self.is_literal(value));
        json!({
            "text": self.text(part.span),
            "holds": part.holds,
            "values": reads.map(|value| self.value_json(value)).collect::<Vec<_>>(),
        })
    }

    fn value_json(&self, value: &Value) -> Json {
        let mut record = Map::new();
        record.insert("name".into(), self.name(value).into());
        let plain = |word: i64| match value.ty.base {
            _ if word == NONE && value.ty.optional => Json::Null,
            Base::Bool => (word != 0).into(),
            Base::Int { .. } => word.into(),
            base => self.grammar.value_text(word, base).into(),
        };
        record.insert("value".into(), plain(value.value));
        match value.since {
            None => {}
            Some(Since::Start) => {
                record.insert("since".into(), 0.into());
            }
            Some(Since::Item(item)) => {
                record.insert("since".into(), item.into());
            }
            Some(Since::Way(now)) => {
                record.insert("now".into(), plain(now));
            }
        }
        record.into()
    }

    fn position(&self, span: Span) -> Map<String, Json> {
        let position = serde_json::to_value(Position::of(self.sources, span));
        match position.expect("names and numbers can be written as JSON") {
            Json::Object(record) => record,
            other => unreachable!("{other} is no object"),
        }
    }
}

/// `` `a`, then `b`, has to come first ``
fn first_of(items: &mut Vec<String>, what: &str) -> Option<String> {
    let many = items.len();
    items.truncate(MAX_FIRST);
    let mut told = items.join(", then ");
    items.clear();
    if many > MAX_FIRST {
        let _ = write!(told, " and {} more", many - MAX_FIRST);
    }
    let verb = if many == 1 { "has" } else { "have" };
    (many > 0).then(|| {
        if what == "still to come" {
            format!("at least {told} {} {what}", if many == 1 { "is" } else { "are" })
        } else {
            format!("{told} {verb} {what}")
        }
    })
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

/// A probability in percent with one decimal, or less than that.
fn percent(part: f64) -> String {
    if part > 0.0 && part < 0.0005 { "< 0.1".to_owned() } else { format!("{:.1}", part * 100.0) }
}
