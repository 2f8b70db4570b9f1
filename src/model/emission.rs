//! Which event a template means, and what is given with it.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Key, Space};
use super::grammar::{Base, EventId, Expression, ExpressionKind, Grammar, InstanceId, KindId, StatementKind, Type};
use super::names::Drawn;
use super::resolver::Resolver;
use super::types::{UNKNOWN, describe, describe_one, plain, unknown};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Argument, Name, Template, TemplatePart};

/// How many names the templates are expanded to, so that a bare name finds its event. A grammar with more is beyond the
/// limit of the alphabet anyway.
const MAX_EXPANSIONS: usize = 1 << 20;

/// What was written as an emission and names no event: its payload, and the span of all of it.
struct NotEvent<'a> {
    payload: &'a [Argument],
    span: Span,
}

/// The arguments of a rule for which something was written by name, and whether they are certainly what was meant.
fn by_position(parameters: &[&str], given: &[Argument]) -> (String, bool) {
    // What is more than a word is not written again.
    let shown = |value: &tree::Expression| match &value.kind {
        tree::ExpressionKind::Integer(value) => Some(value.to_string()),
        tree::ExpressionKind::Boolean(value) => Some(value.to_string()),
        tree::ExpressionKind::Name(name) => Some(name.text.to_string()),
        _ => None,
    };
    if given.is_empty() || parameters.len() != given.len() {
        return (parameters.join(", "), parameters.is_empty() && given.is_empty());
    }
    let named = |parameter: &&str| given.iter().find(|argument| argument.name.text == **parameter);
    let values: Option<Vec<&Argument>> = parameters.iter().map(named).collect();
    let certain = values.is_some();
    // Where the names are others, the order is most likely right.
    let values = values.unwrap_or_else(|| given.iter().collect());
    let values: Vec<Option<String>> = values.into_iter().map(|argument| shown(&argument.value)).collect();
    let certain = certain && values.iter().all(Option::is_some);
    let values: Vec<String> = values.into_iter().map(|value| value.unwrap_or_else(|| "…".to_owned())).collect();
    (values.join(", "), certain)
}

/// The event names that the templates make, each with its instances (of an array the first element).
pub(super) type Expansions = BTreeMap<String, (EventId, Vec<InstanceId>)>;

/// The literal texts of a template, and the names between them.
pub(super) fn split(template: &Template) -> (Vec<String>, Vec<&Name>) {
    let parts = match template {
        Template::Plain(name) => return (vec![name.text.to_string()], Vec::new()),
        Template::Spliced { parts, .. } => parts,
    };
    let mut literals = vec![String::new()];
    let mut placeholders = Vec::new();
    for part in parts {
        match part {
            TemplatePart::Literal(text) => literals.last_mut().expect("there is always one").push_str(text),
            TemplatePart::Placeholder(name) => {
                placeholders.push(name);
                literals.push(String::new());
            }
        }
    }
    (literals, placeholders)
}

/// All event names that templates make.
fn expansions(grammar: &Grammar) -> Expansions {
    let mut names = Expansions::new();
    for (id, event) in grammar.events.iter().enumerate() {
        let mut partial = vec![(event.literals[0].clone(), Vec::new())];
        for (kind, literal) in event.kinds.iter().zip(&event.literals[1..]) {
            let instances: Vec<InstanceId> = first_elements(grammar, *kind).collect();
            if names.len() + partial.len().saturating_mul(instances.len()) > MAX_EXPANSIONS {
                return names;
            }
            let mut longer = Vec::with_capacity(partial.len() * instances.len());
            for (name, of) in &partial {
                for id in &instances {
                    let instance = &grammar.instances[id.index()];
                    let mut of: Vec<InstanceId> = of.clone();
                    of.push(*id);
                    longer.push((format!("{name}{}{literal}", instance.name), of));
                }
            }
            partial = longer;
        }
        if !event.kinds.is_empty() {
            for (name, of) in partial {
                names.entry(name).or_insert((EventId::new(id), of));
            }
        }
    }
    names
}

/// The instances of a kind, and of each array the first element.
fn first_elements(grammar: &Grammar, kind: KindId) -> impl Iterator<Item = InstanceId> {
    let all = grammar.kinds[kind.index()].instances();
    all.filter(|id| grammar.instances[id.index()].element.unwrap_or(0) == 0)
}

impl Resolver<'_> {
    /// An event with its payload; both together have the span.
    pub(super) fn emission(&mut self, template: &Template, payload: &[Argument], span: Span) -> Option<StatementKind> {
        let (literals, placeholders) = split(template);
        let found = match &placeholders[..] {
            [] => self.bare_event(&literals[0], template.span(), &NotEvent { payload, span }),
            _ => self.templated_event(literals, &placeholders, template),
        };
        let Some((event, of)) = found else {
            for argument in payload {
                self.expression(&argument.value, Some(UNKNOWN));
            }
            return None;
        };
        self.warn_deprecated(event, template.span());
        let payload = self.payload(event, payload, template.span())?;
        Some(StatementKind::Emit { event, of, payload })
    }

    /// Warns of a deprecated event. What a used file shows is the business of that file.
    fn warn_deprecated(&mut self, event: EventId, span: Span) {
        let grammar = self.grammar;
        let event = &grammar.events[event.index()];
        let Some(why) = event.deprecated.as_ref().filter(|_| self.own.contains(&span.source)) else { return };
        let template = event.template(&grammar.kinds);
        let message = match why.trim() {
            "" => format!("the event `{template}` is deprecated"),
            why => format!("the event `{template}` is deprecated: {why}"),
        };
        self.report(Diagnostic::warning(Code::DeprecatedEvent, span, message).also(event.span, "declared here"));
    }

    /// The event of a name without placeholders: one that is declared so, or one that a template makes.
    fn bare_event(&mut self, name: &str, span: Span, otherwise: &NotEvent<'_>) -> Option<(EventId, Vec<Expression>)> {
        let names = self.names;
        if let Some(id) = names.events.get(&(vec![name.to_owned()], Vec::new())) {
            return Some((*id, Vec::new()));
        }
        let expansions = names.expansions.get_or_init(|| expansions(self.grammar));
        let Some((id, of)) = expansions.get(name) else {
            self.no_event(name, span, otherwise);
            return None;
        };
        let instances = of.iter().map(|id| (*id, &self.grammar.instances[id.index()]));
        if let Some((_, array)) = instances.clone().find(|(_, instance)| instance.element.is_some()) {
            self.array_in_template(&array.name, array.kind, span);
            return None;
        }
        let of = instances.map(|(id, instance)| Expression {
            kind: ExpressionKind::Constant(i64::from(id.0)),
            ty: plain(Base::Instance(instance.kind)),
            span,
        });
        Some((*id, of.collect()))
    }

    fn templated_event(
        &mut self,
        literals: Vec<String>,
        placeholders: &[&Name],
        template: &Template,
    ) -> Option<(EventId, Vec<Expression>)> {
        let mut of = Vec::new();
        for name in placeholders {
            of.push(self.placeholder(name, &literals));
        }
        if of.iter().any(|instance| instance.ty == UNKNOWN) {
            return None;
        }
        let kinds: Vec<KindId> = of.iter().filter_map(|instance| kind_of(instance.ty)).collect();
        let key = (literals, kinds);
        if let Some(id) = self.names.events.get(&key) {
            return Some((*id, of));
        }
        self.no_templated_event(&key.0, &key.1, placeholders, template);
        None
    }

    /// The instance that a placeholder names: a variable, or an instance by its name.
    fn placeholder(&mut self, name: &Name, literals: &[String]) -> Expression {
        let span = name.span;
        if let Some(id) = self.scope.get(name.text.as_str()) {
            let ty = self.scope.variables[id.index()].ty;
            let variable = Expression { kind: ExpressionKind::Variable(id), ty, span };
            return match ty.base {
                _ if ty == UNKNOWN => unknown(span),
                Base::Instance(kind) => self.convert(variable, plain(Base::Instance(kind))),
                _ => {
                    let ty = describe(ty, self.grammar);
                    self.error(Code::TypeMismatch, span, format!("a placeholder names an instance, this is {ty}"));
                    unknown(span)
                }
            };
        }
        let things = self.things(&name.text);
        // The rest of the template tells which instance is meant where several kinds have one of that name.
        let fitting = |kind: KindId| self.names.events.contains_key(&(literals.to_vec(), vec![kind]));
        let thing = match things {
            [] | [_] => None,
            several => {
                let mut fitting = several.iter().filter(|thing| fitting(thing.kind));
                fitting.next().filter(|_| fitting.next().is_none()).copied()
            }
        };
        let Some(thing) = thing.or_else(|| self.placeholder_thing(name)) else { return unknown(span) };
        if thing.size.is_some() {
            self.array_in_template(&name.text, thing.kind, span);
            return unknown(span);
        }
        let ty = plain(Base::Instance(thing.kind));
        Expression { kind: ExpressionKind::Constant(i64::from(thing.first.0)), ty, span }
    }

    fn placeholder_thing(&mut self, name: &Name) -> Option<super::names::Thing> {
        if self.things(&name.text).is_empty() && self.names.kinds.contains_key(name.text.as_str()) {
            let message = format!("`{}` is a kind: here a variable or an instance is named", name.text);
            let kind = &name.text;
            self.report(
                Diagnostic::error(Code::UndefinedInstance, name.span, message)
                    .help(format!("bind a variable: `for each x: {kind} {{ … }}`")),
            );
            return None;
        }
        if self.things(&name.text).is_empty() && self.names.values.contains_key(name.text.as_str()) {
            let message = format!("a placeholder names a variable or an instance, and `{}` is neither", name.text);
            self.error(Code::UndefinedInstance, name.span, message);
            return None;
        }
        self.bare_thing(name)
    }

    fn array_in_template(&mut self, name: &str, kind: KindId, span: Span) {
        let message = format!("`{name}` is an array, so a template takes a variable for its elements");
        let kind = &self.grammar.kinds[kind.index()].name;
        let help = format!("run over them: `for each x: {kind} where x.array == {name}[0].array {{ <x>-… }}`");
        self.report(Diagnostic::error(Code::BadTemplate, span, message).help(help));
    }

    /// The values of an event's payload, in the order of its declaration.
    fn payload(&mut self, event: EventId, arguments: &[Argument], span: Span) -> Option<Vec<Expression>> {
        let grammar = self.grammar;
        let event = &grammar.events[event.index()];
        let mut given: BTreeMap<&str, (Expression, Span)> = BTreeMap::new();
        // Fields that are given under a name that is nearly theirs.
        let mut meant: BTreeSet<&str> = BTreeSet::new();
        let mut complete = true;
        for argument in arguments {
            let name = argument.name.text.as_str();
            let member = event.payload.iter().find(|member| member.name == name);
            let value = match member {
                Some(member) => self.typed(&argument.value, member.ty),
                None => self.expression(&argument.value, Some(UNKNOWN)),
            };
            complete &= value.ty != UNKNOWN && member.is_some();
            if member.is_none() {
                let template = event.template(&grammar.kinds);
                let message = format!("the event `{template}` has no payload field `{name}`");
                let is_given = |field: &str| arguments.iter().any(|argument| argument.name.text == field);
                let candidates = event.payload.iter().map(|member| member.name.as_str());
                let nearest = self.names.nearest(name, candidates.filter(|field| !is_given(field)));
                meant.extend(nearest);
                let diagnostic = Diagnostic::error(Code::UndefinedPayload, argument.name.span, message)
                    .also(event.span, "declared here")
                    .suggest(nearest);
                self.report(diagnostic);
            } else if let Some((_, first)) = given.insert(name, (value, argument.name.span)) {
                let message = format!("the payload field `{name}` is given twice");
                self.report(
                    Diagnostic::error(Code::ExtraArgument, argument.name.span, message).also(first, "first given here"),
                );
                complete = false;
            }
        }
        let mut values = Vec::new();
        for member in &event.payload {
            if let Some((value, _)) = given.remove(member.name.as_str()) {
                values.push(value);
                continue;
            }
            complete = false;
            if meant.contains(member.name.as_str()) {
                continue;
            }
            let one = describe_one(member.ty, grammar);
            let message = format!("the payload field `{}` is missing", member.name);
            self.report(
                Diagnostic::error(Code::MissingArgument, span, message)
                    .also(member.span, "declared here")
                    .help(format!("write `({} = …)` behind it, {one}", member.name)),
            );
        }
        complete.then_some(values)
    }

    /// Says that a bare name is no event, and what it is instead.
    fn no_event(&mut self, text: &str, span: Span, emission: &NotEvent<'_>) {
        let names = self.names;
        let name = Name { text: text.into(), span };
        let meant = match (names.rules.get(text), names.actions.get(text)) {
            (Some(id), _) => {
                let rule = &self.grammar.rules[id.index()];
                let parameters = rule.variables[..rule.parameters].iter().map(|parameter| parameter.name.as_str());
                let (arguments, certain) = by_position(&parameters.collect::<Vec<_>>(), emission.payload);
                Some(("a rule", format!("{text}({arguments})"), certain))
            }
            (None, Some(Drawn::Action(_))) => Some(("an action", format!("do({text})"), emission.payload.is_empty())),
            (None, Some(Drawn::Reaction(_))) => {
                Some(("a reaction", format!("react({text})"), emission.payload.is_empty()))
            }
            (None, Some(Drawn::Group(_))) => Some(("a group", format!("do({text})"), emission.payload.is_empty())),
            (None, None) => None,
        };
        if let Some((what, meant, certain)) = meant {
            let message = format!("there is no event `{text}`, but {what} of that name");
            let help = match (what, emission.payload) {
                ("a rule", [_, ..]) => format!("arguments of a rule are given by position: write `{meant}`"),
                _ => format!("write `{meant}`"),
            };
            let diagnostic = Diagnostic::error(Code::UndefinedEvent, span, message).help(help);
            self.report(if certain { diagnostic.fix(emission.span, meant) } else { diagnostic });
            return;
        }
        let literal = names.events.keys().filter(|(_, kinds)| kinds.is_empty()).map(|(literals, _)| &literals[0]);
        let made = names.expansions.get().into_iter().flat_map(BTreeMap::keys);
        let candidates = literal.chain(made).map(String::as_str);
        let missing = self.undefined(Code::UndefinedEvent, Space::Event, "event", &name, candidates);
        self.report_if(missing);
    }

    /// Says that no declaration has these literals and kinds.
    fn no_templated_event(&mut self, literals: &[String], kinds: &[KindId], written: &[&Name], template: &Template) {
        let names = self.names;
        let kind_name = |kind: &KindId| format!("<{}>", self.grammar.kinds[kind.index()].name);
        let meant = joined(literals, kinds.iter().map(kind_name));
        let key = Key::new(Space::Event, &meant);
        if let Some(removed) = self.items.removed.get(&key) {
            let message = format!("the event `{meant}` was removed");
            self.report(Diagnostic::error(Code::RemovedName, template.span(), message).also(*removed, "removed here"));
            return;
        }
        if self.items.may_be_broken(&key) {
            return;
        }
        let alike = names.events.keys().filter(|(_, candidate)| candidate == kinds);
        // Each as it would be written here, so that it can replace what is written.
        let here = |literals: &[String]| joined(literals, written.iter().map(|name| format!("<{}>", name.text)));
        let candidates: Vec<String> = alike.take(names.searchable()).map(|(literals, _)| here(literals)).collect();
        let text = template.text();
        let nearest = names.nearest(&text, candidates.iter().map(String::as_str)).map(str::to_owned);
        let message = format!("there is no event `{meant}`");
        self.report(Diagnostic::error(Code::UndefinedEvent, template.span(), message).suggest(nearest.as_deref()));
    }

    /// Says that a rule is not one, and what its name stands for instead.
    pub(super) fn no_rule(&mut self, rule: &Name, arguments: &[tree::Expression]) {
        let names = self.names;
        let meant = match names.actions.get(rule.text.as_str()) {
            Some(Drawn::Action(_)) => Some(("an action", format!("do({})", rule.text))),
            Some(Drawn::Reaction(_)) => Some(("a reaction", format!("react({})", rule.text))),
            Some(Drawn::Group(_)) => Some(("a group", format!("do({})", rule.text))),
            None => None,
        };
        if let Some((what, meant)) = meant {
            let message = format!("there is no rule `{}`, but {what} of that name", rule.text);
            self.report(Diagnostic::error(Code::UndefinedRule, rule.span, message).help(format!("write `{meant}`")));
            return;
        }
        let event = names.events.get(&(vec![rule.text.to_string()], Vec::new())).copied().or_else(|| {
            let expansions = names.expansions.get_or_init(|| expansions(self.grammar));
            expansions.get(rule.text.as_str()).map(|(id, _)| *id)
        });
        if let Some(event) = event {
            let event = &self.grammar.events[event.index()];
            let fields: Vec<String> = event.payload.iter().map(|member| format!("{} = …", member.name)).collect();
            let help = match (&fields[..], arguments) {
                ([], _) => format!("an event without payload has no parentheses: write `{}`", rule.text),
                _ => format!("payload is given by name: write `{}({})`", rule.text, fields.join(", ")),
            };
            let message = format!("there is no rule `{}`, but an event of that name", rule.text);
            let diagnostic = Diagnostic::error(Code::UndefinedRule, rule.span, message)
                .help(help)
                .also(event.span, "the event is declared here");
            self.report(diagnostic);
            return;
        }
        let candidates = names.rules.keys().map(String::as_str);
        let missing = self.undefined(Code::UndefinedRule, Space::Rule, "rule", rule, candidates);
        self.report_if(missing);
    }
}

fn kind_of(ty: Type) -> Option<KindId> {
    match ty.base {
        Base::Instance(kind) => Some(kind),
        _ => None,
    }
}

/// The literals with something between them.
fn joined(literals: &[String], between: impl Iterator<Item = String>) -> String {
    let mut text = literals[0].clone();
    for (part, literal) in between.zip(&literals[1..]) {
        text.push_str(&part);
        text.push_str(literal);
    }
    text
}
