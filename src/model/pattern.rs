//! Patterns: their names and globs resolved to events and instances.

use std::collections::BTreeMap;

use super::alphabet::{Alphabet, SymbolId};
use super::glob::{self, Matcher};
use super::grammar::{Element, Event, EventId, EventPattern, Grammar, InstanceId, Pattern, Type};
use super::limits::MAX_PATTERN_REPETITIONS;
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::Span;
use crate::syntax::tree;

/// The value of an expression that must be known before the walk, as one of this type; `None` once that has been
/// reported.
pub(super) type Constant<'a> = &'a mut dyn FnMut(&tree::Expression, Type) -> Option<i64>;

/// Resolves a pattern over the alphabet of a grammar. What has been reported matches nothing. Recurs as deep as the
/// pattern's parentheses nest.
pub(super) fn resolve_pattern(
    grammar: &Grammar,
    alphabet: &Alphabet,
    pattern: &tree::Pattern,
    constant: Constant<'_>,
    diagnostics: &mut Diagnostics,
) -> Pattern {
    Resolver { grammar, alphabet, constant, diagnostics }.pattern(pattern)
}

struct Resolver<'a> {
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    constant: Constant<'a>,
    diagnostics: &'a mut Diagnostics,
}

impl Resolver<'_> {
    fn pattern(&mut self, pattern: &tree::Pattern) -> Pattern {
        let elements = pattern.elements.iter().map(|element| self.element(element)).collect();
        Pattern { elements, spans: pattern.elements.iter().map(|element| element.span).collect() }
    }

    fn element(&mut self, element: &tree::Element) -> Element {
        match &element.kind {
            tree::ElementKind::Gap => Element::Gap,
            tree::ElementKind::Event { glob, payload } => Element::One(self.events(glob, payload)),
            tree::ElementKind::Not(inner) => Element::NoneOf(self.alternatives(inner)),
            tree::ElementKind::Group(patterns) => {
                Element::Group(patterns.iter().map(|pattern| self.pattern(pattern)).collect())
            }
            tree::ElementKind::Repeat { element: inner, least, most } => {
                self.check_repetitions(element.span, *least, *most);
                Element::Repeat { element: Box::new(self.element(inner)), least: *least, most: *most }
            }
        }
    }

    fn check_repetitions(&mut self, span: Span, least: u32, most: Option<u32>) {
        if let Some(most) = most.filter(|most| *most < least) {
            let message = format!("at least {least} but at most {most} repetitions");
            self.diagnostics.push(
                Diagnostic::error(Code::BadPattern, span, message)
                    .help(format!("the smaller one comes first: `{{{most}..{least}}}`")),
            );
        }
        let asked = most.unwrap_or(least).max(least);
        if asked > MAX_PATTERN_REPETITIONS {
            let message = format!("{asked} repetitions in a pattern; the limit is {MAX_PATTERN_REPETITIONS}");
            self.diagnostics.push(
                Diagnostic::error(Code::RepeatLimit, span, message).help("`{*}` is any number, `{+}` is one or more"),
            );
        }
    }

    /// What stands behind a `!`: single events only, since it is one event that must not be there.
    fn alternatives(&mut self, element: &tree::Element) -> Vec<EventPattern> {
        let problem = match &element.kind {
            tree::ElementKind::Event { glob, payload } => return self.events(glob, payload),
            tree::ElementKind::Group(patterns) => {
                let mut all = Vec::new();
                for pattern in patterns {
                    if let [element] = &pattern.elements[..] {
                        all.extend(self.alternatives(element));
                    } else {
                        self.bad_negation(pattern.span, "a sequence");
                    }
                }
                return all;
            }
            tree::ElementKind::Gap => "`...`",
            tree::ElementKind::Not(_) => "another `!`",
            tree::ElementKind::Repeat { .. } => "a repetition",
        };
        self.bad_negation(element.span, problem);
        Vec::new()
    }

    fn bad_negation(&mut self, span: Span, problem: &str) {
        self.diagnostics.push(
            Diagnostic::error(Code::BadPattern, span, format!("`!` cannot stand before {problem}"))
                .help("it takes a name, a glob, or a group of them: `!(install | *-relation-joined)`"),
        );
    }

    fn events(&mut self, glob: &tree::Name, payload: &[tree::Argument]) -> Vec<EventPattern> {
        let symbols = self.symbols(&glob.text);
        if symbols.is_empty() {
            let diagnostic = self.unknown(glob);
            self.diagnostics.push(diagnostic);
            return Vec::new();
        }
        // The symbols of one event are next to each other.
        let mut patterns = Vec::new();
        for symbols in symbols.chunk_by(|left, right| self.alphabet.event_of(*left) == self.alphabet.event_of(*right)) {
            let event = self.alphabet.event_of(symbols[0]);
            for of in self.rows(event, symbols) {
                patterns.push(EventPattern { event, of, payload: Vec::new() });
            }
        }
        self.payload(glob, payload, &mut patterns);
        patterns
    }

    /// The symbols that a name or a glob stands for, in their order.
    fn symbols(&self, text: &str) -> Vec<SymbolId> {
        // What the alphabet has as it stands is meant: in backquotes a name may have any characters.
        let exact = self.alphabet.lookup(text);
        if !exact.is_empty() || !text.contains(['*', '[', ']']) {
            return exact.to_vec();
        }
        if text.contains(['[', ']']) {
            // Only elements of arrays have an index; it may be written or not.
            let events = (0..self.grammar.events.len()).map(EventId::new);
            let symbols = events.flat_map(|event| self.alphabet.symbols_of(event));
            return symbols.filter(|symbol| self.is_spelled(text, *symbol)).collect();
        }
        let entries = self.alphabet.entries().filter(|(name, _)| glob::matches(text, name));
        let mut symbols: Vec<SymbolId> = entries.flat_map(|(_, symbols)| symbols).copied().collect();
        symbols.sort_unstable();
        symbols
    }

    fn is_spelled(&self, glob: &str, symbol: SymbolId) -> bool {
        let event = &self.grammar.events[self.alphabet.event_of(symbol).index()];
        let mut matcher = Matcher::new(glob);
        matcher.feed(&event.literals[0]);
        for (instance, literal) in self.alphabet.instances_of(symbol).into_iter().zip(&event.literals[1..]) {
            let instance = &self.grammar.instances[instance.index()];
            matcher.feed(&instance.name);
            if let Some(index) = instance.element {
                matcher.feed_optional(&format!("[{index}]"));
            }
            matcher.feed(literal);
        }
        matcher.is_match()
    }

    /// Few lists of instances by placeholder that together stand for exactly these symbols of an event.
    fn rows(&self, event: EventId, symbols: &[SymbolId]) -> Vec<Vec<Option<Vec<InstanceId>>>> {
        let kinds = &self.grammar.events[event.index()].kinds;
        if symbols.len() == self.alphabet.symbols_of(event).len() {
            return vec![vec![None; kinds.len()]];
        }
        let tuples: Vec<Vec<InstanceId>> = symbols.iter().map(|symbol| self.alphabet.instances_of(*symbol)).collect();
        let tuples: Vec<&[InstanceId]> = tuples.iter().map(Vec::as_slice).collect();
        let mut rows = boxes(&tuples);
        rows.sort_unstable();
        for (place, kind) in kinds.iter().enumerate() {
            let count = self.grammar.kinds[kind.index()].count as usize;
            for row in &mut rows {
                row[place] = row[place].take().filter(|instances| instances.len() < count);
            }
        }
        rows
    }

    /// Gives all patterns the payload, whose fields each of their events must have.
    fn payload(&mut self, glob: &tree::Name, payload: &[tree::Argument], patterns: &mut [EventPattern]) {
        for (place, argument) in payload.iter().enumerate() {
            let field = &argument.name.text;
            if let Some(earlier) = payload[..place].iter().find(|earlier| earlier.name.text == *field) {
                self.diagnostics.push(
                    Diagnostic::error(Code::ExtraArgument, argument.name.span, format!("`{field}` is given twice"))
                        .also(earlier.name.span, "here it is given first"),
                );
                continue;
            }
            // Events that share the field nearly always share its type too: each type is asked for once.
            let mut values: Vec<(Type, Option<i64>)> = Vec::new();
            for pattern in &mut *patterns {
                let event = &self.grammar.events[pattern.event.index()];
                let Some(member) = event.payload.iter().position(|member| member.name == *field) else {
                    let diagnostic = self.undefined_payload(glob, &argument.name, event);
                    self.diagnostics.push(diagnostic);
                    break;
                };
                let ty = event.payload[member].ty;
                let known = values.iter().find(|(known, _)| *known == ty).map(|(_, value)| *value);
                let value = known.unwrap_or_else(|| {
                    let value = (self.constant)(&argument.value, ty);
                    values.push((ty, value));
                    value
                });
                pattern.payload.extend(value.map(|value| (member, value)));
            }
        }
        for pattern in patterns {
            pattern.payload.sort_unstable();
        }
    }

    fn undefined_payload(&self, glob: &tree::Name, field: &tree::Name, event: &Event) -> Diagnostic {
        let template = event.template(&self.grammar.kinds);
        let mut diagnostic = Diagnostic::error(
            Code::UndefinedPayload,
            field.span,
            format!("`{template}` has no payload field `{}`", field.text),
        )
        .also(event.span, "declared here");
        if glob::is_glob(&glob.text) {
            diagnostic = diagnostic.also(glob.span, format!("this matches `{template}` too"));
        }
        diagnostic.suggest(nearest(&field.text, event.payload.iter().map(|member| member.name.as_str())))
    }

    /// The finding for a name or a glob that stands for nothing.
    fn unknown(&self, glob: &tree::Name) -> Diagnostic {
        let text = &glob.text;
        let error = |message: String| Diagnostic::error(Code::PatternEvent, glob.span, message);
        if glob::is_glob(text) {
            // A star is most likely meant for a placeholder.
            let events = (0..).map(EventId).zip(&self.grammar.events);
            let globs: Vec<String> = events
                .filter(|(id, event)| !event.kinds.is_empty() && self.alphabet.symbols_of(*id).len() > 0)
                .map(|(_, event)| event.name_with(|_| "*".to_owned()))
                .collect();
            let diagnostic = error(format!("`{text}` matches no event"));
            return diagnostic.suggest(nearest(text, globs.iter().map(String::as_str)));
        }
        let diagnostic = error(format!("no event is called `{text}`"));
        if let Some(start) = text.find('[') {
            let any = format!("{}{}", &text[..start], text[start..].split_once(']').map_or("", |(_, rest)| rest));
            if !self.symbols(&any).is_empty() {
                return diagnostic
                    .help(format!("`{any}` is the event of any element; an index counts from 0 and needs an array"));
            }
        }
        match self.missing_instance(text) {
            Some((event, part)) => {
                let kind = &self.grammar.kinds[event.kinds[0].index()];
                let names = kind.instances().map(|instance| self.grammar.instances[instance.index()].name.as_str());
                let meant = nearest(part, names).map(|name| event.name_with(|_| name.to_owned()));
                diagnostic
                    .also(
                        event.span,
                        format!(
                            "`{}` would make it, but no {} is called `{part}`",
                            event.template(&self.grammar.kinds),
                            kind.name
                        ),
                    )
                    .suggest(meant.as_deref())
            }
            None => diagnostic.suggest(nearest(text, self.alphabet.names())),
        }
    }

    /// The event that would have this name if its kind had an instance, and that instance's name. Where several would,
    /// the one that says most.
    fn missing_instance<'t>(&self, text: &'t str) -> Option<(&Event, &'t str)> {
        let candidates = self.grammar.events.iter().filter_map(|event| {
            let [before, after] = &event.literals[..] else { return None };
            let part = text.strip_prefix(before.as_str())?.strip_suffix(after.as_str())?;
            (!part.is_empty() && part.len() < text.len()).then_some((event, part))
        });
        candidates.min_by_key(|(_, part)| part.len())
    }
}

/// Tuples, sorted, as few products of sets: at each place the values behind which the same may follow go together.
fn boxes(tuples: &[&[InstanceId]]) -> Vec<Vec<Option<Vec<InstanceId>>>> {
    if tuples.first().is_none_or(|tuple| tuple.is_empty()) {
        return vec![Vec::new()];
    }
    let mut heads_by_tails: BTreeMap<Vec<&[InstanceId]>, Vec<InstanceId>> = BTreeMap::new();
    for group in tuples.chunk_by(|left, right| left[0] == right[0]) {
        heads_by_tails.entry(group.iter().map(|tuple| &tuple[1..]).collect()).or_default().push(group[0][0]);
    }
    let mut rows = Vec::new();
    for (tails, heads) in heads_by_tails {
        for mut row in boxes(&tails) {
            row.insert(0, Some(heads.clone()));
            rows.push(row);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn example() -> Grammar {
        let mut grammar = Grammar::default();
        grammar.kind("relation", &["http", "db[2]"]);
        grammar.kind("container", &["web", "dbx"]);
        grammar.event("install");
        grammar.event("<relation>-relation-joined").with("unit", integer(0, 7));
        grammar.event("<relation>-relation-broken");
        grammar.event("on-<container>-of-<relation>").with("unit", integer(0, 3));
        grammar
    }

    fn name(text: &str) -> tree::Name {
        tree::Name { text: text.into(), span: at(50) }
    }

    fn element(kind: tree::ElementKind) -> tree::Element {
        tree::Element { span: at(60), kind }
    }

    fn event(glob: &str) -> tree::Element {
        element(tree::ElementKind::Event { glob: name(glob), payload: Box::default() })
    }

    /// The event with payload fields, each with an integer.
    fn event_with(glob: &str, payload: &[(&str, i64)]) -> tree::Element {
        let value = |value| tree::Expression { span: at(51), kind: tree::ExpressionKind::Integer(value) };
        let payload =
            payload.iter().map(|(field, number)| tree::Argument { name: name(field), value: value(*number) }).collect();
        element(tree::ElementKind::Event { glob: name(glob), payload })
    }

    fn not(inner: tree::Element) -> tree::Element {
        element(tree::ElementKind::Not(Box::new(inner)))
    }

    fn group(patterns: Vec<Vec<tree::Element>>) -> tree::Element {
        let pattern = |elements| tree::Pattern { span: at(70), elements };
        element(tree::ElementKind::Group(patterns.into_iter().map(pattern).collect()))
    }

    fn repeated(inner: tree::Element, least: u32, most: Option<u32>) -> tree::Element {
        element(tree::ElementKind::Repeat { element: Box::new(inner), least, most })
    }

    fn resolve(grammar: &Grammar, element: tree::Element) -> (Element, Vec<Diagnostic>) {
        let pattern = tree::Pattern { span: at(40), elements: vec![element] };
        let mut resolved = None;
        let findings = findings(grammar, |grammar, diagnostics| {
            let mut constant = |expression: &tree::Expression, ty: Type| match (&expression.kind, ty.base) {
                (tree::ExpressionKind::Integer(value), super::super::grammar::Base::Int { lo, hi }) => {
                    (lo..=hi).contains(value).then_some(*value)
                }
                _ => None,
            };
            let alphabet = Alphabet::new(grammar);
            let mut pattern = resolve_pattern(grammar, &alphabet, &pattern, &mut constant, diagnostics);
            resolved = pattern.elements.pop();
        });
        (resolved.unwrap(), findings)
    }

    /// What an element without mistakes stands for, as text: `event(instances instances; payload)`, `*` for all.
    fn shown(element: tree::Element) -> String {
        let grammar = example();
        let (resolved, findings) = resolve(&grammar, element);
        assert!(findings.is_empty(), "{findings:?}");
        let (Element::One(rows) | Element::NoneOf(rows)) = resolved else { panic!("no single event") };
        let shown = rows.iter().map(|row| {
            let of = row.of.iter().map(|instances| match instances {
                None => "*".to_owned(),
                Some(instances) => {
                    let names = instances.iter().map(|instance| grammar.instances[instance.index()].full_name());
                    names.collect::<Vec<String>>().join("+")
                }
            });
            let payload = row.payload.iter().map(|(place, value)| format!("{place}={value}"));
            format!("{}({})", row.event.0, of.chain(payload).collect::<Vec<String>>().join(" "))
        });
        shown.collect::<Vec<String>>().join(" ")
    }

    #[test]
    fn names_and_globs_stand_for_few_rows() {
        for (text, expected) in [
            ("install", "0()"),
            ("http-relation-joined", "1(http)"),
            ("db-relation-joined", "1(db[0]+db[1])"),
            ("db[1]-relation-joined", "1(db[1])"),
            ("db[1]-*", "1(db[1]) 2(db[1])"),
            ("on-web-of-db[0]", "3(web db[0])"),
            ("*-relation-joined", "1(*)"),
            ("*-relation-*", "1(*) 2(*)"),
            ("*db*", "1(db[0]+db[1]) 2(db[0]+db[1]) 3(web db[0]+db[1]) 3(dbx *)"),
            ("on-*-of-http", "3(* http)"),
            ("*", "0() 1(*) 2(*) 3(* *)"),
        ] {
            assert_eq!(shown(event(text)), expected, "{text}");
        }
        assert_eq!(shown(not(group(vec![vec![event("install")], vec![event("db[0]-*joined")]]))), "0() 1(db[0])");
    }

    #[test]
    fn rows_stand_for_exactly_what_the_glob_matches() {
        let mut grammar = example();
        grammar.kind("unit", &["a", "b", "web-a[2]", "ab"]);
        grammar.event("<unit>-on-<container>-by-<relation>");
        let alphabet = Alphabet::new(&grammar);
        let symbols: Vec<SymbolId> = (0..).map(EventId).take(5).flat_map(|event| alphabet.symbols_of(event)).collect();
        for glob in ["*a*b*", "*b*", "*web*", "*b-*b-*b", "a*", "*x*p", "*-b*", "*b*b*b*", "*we*-*-*h*", "*-*-*-*"] {
            let (Element::One(rows), _) = resolve(&grammar, event(glob)) else { panic!("no single event") };
            for symbol in &symbols {
                let of = alphabet.instances_of(*symbol);
                let fits = |row: &&EventPattern| {
                    let mut places = row.of.iter().zip(&of);
                    row.event == alphabet.event_of(*symbol)
                        && places.all(|(set, instance)| set.as_ref().is_none_or(|set| set.contains(instance)))
                };
                let name = alphabet.name(*symbol);
                let expected = usize::from(glob::matches(glob, name));
                assert_eq!(rows.iter().filter(fits).count(), expected, "{glob} {name}");
            }
            assert!(rows.iter().flat_map(|row| row.of.iter().flatten()).all(|set| set.is_sorted()));
        }
    }

    #[test]
    fn payload_is_that_of_every_event() {
        assert_eq!(shown(event_with("db-relation-joined", &[("unit", 5)])), "1(db[0]+db[1] 0=5)");
        assert_eq!(shown(event_with("on-*", &[("unit", 2)])), "3(* * 0=2)");
        let problem = |glob: &str, payload: &[(&str, i64)]| resolve(&example(), event_with(glob, payload)).1;
        let found = problem("*-relation-*", &[("unit", 1)]);
        assert_eq!(brief(&found), ["`<relation>-relation-broken` has no payload field `unit` @50 +3002 +50"]);
        let found = problem("http-relation-joined", &[("units", 1)]);
        assert_eq!(codes(&found), [Code::UndefinedPayload]);
        assert_eq!(found[0].fix.as_ref().unwrap().replacement, "unit");
        assert_eq!(codes(&problem("db-relation-joined", &[("unit", 1), ("unit", 2)])), [Code::ExtraArgument]);
        assert!(problem("db-relation-joined", &[("unit", 99)]).is_empty(), "the constant reports its own mistakes");
    }

    #[test]
    fn what_the_alphabet_does_not_have_is_an_error() {
        for (text, message, meant) in [
            ("instal", "no event is called `instal`", Some("install")),
            ("htp-relation-joined", "no event is called `htp-relation-joined`", Some("http-relation-joined")),
            ("http-relation-joind", "no event is called `http-relation-joind`", Some("http-relation-joined")),
            ("mongo-relation-joined", "no event is called `mongo-relation-joined`", None),
            ("db[2]-relation-joined", "no event is called `db[2]-relation-joined`", None),
            ("http[0]-relation-joined", "no event is called `http[0]-relation-joined`", None),
            ("*-relation-joind", "`*-relation-joind` matches no event", Some("*-relation-joined")),
            ("*-pebble-ready", "`*-pebble-ready` matches no event", None),
            ("", "no event is called ``", None),
            ("]", "no event is called `]`", None),
            ("[", "no event is called `[`", None),
        ] {
            let (_, found) = resolve(&example(), event(text));
            assert_eq!(codes(&found), [Code::PatternEvent]);
            assert_eq!(found[0].message, message);
            assert_eq!(found[0].fix.as_ref().map(|fix| fix.replacement.as_str()), meant, "{text}");
        }
        let (_, found) = resolve(&example(), event("mongo-relation-joined"));
        assert_eq!(
            found[0].secondary[0].text,
            "`<relation>-relation-joined` would make it, but no relation is called `mongo`"
        );
        let (_, found) = resolve(&example(), event("db[2]-relation-joined"));
        assert!(found[0].help[0].starts_with("`db-relation-joined` is the event of any element"));
    }

    #[test]
    fn a_name_with_any_characters_is_that_name() {
        let mut grammar = example();
        grammar.event("a*b");
        grammar.event("a-b");
        let (resolved, found) = resolve(&grammar, event("a*b"));
        assert!(found.is_empty());
        assert_eq!(
            resolved,
            Element::One(vec![EventPattern { event: EventId(4), of: Vec::new(), payload: Vec::new() }])
        );
    }

    #[test]
    fn an_event_that_no_instance_makes_matches_nothing() {
        let mut grammar = example();
        grammar.kind("storage", &[]);
        grammar.event("<storage>-storage-attached");
        let (_, found) = resolve(&grammar, event("*-storage-attached"));
        assert_eq!(brief(&found), ["`*-storage-attached` matches no event @50"]);
        assert!(found[0].fix.is_none());
    }

    #[test]
    fn only_single_events_are_negated() {
        for bad in [
            element(tree::ElementKind::Gap),
            not(event("install")),
            repeated(event("install"), 0, None),
            group(vec![vec![event("install"), event("install")]]),
            group(vec![vec![]]),
            group(vec![vec![not(event("install"))]]),
        ] {
            assert_eq!(codes(&resolve(&example(), not(bad)).1), [Code::BadPattern]);
        }
    }

    #[test]
    fn repetitions_are_bounded() {
        let found = |least, most| codes(&resolve(&example(), repeated(event("install"), least, most)).1);
        assert!(found(2, Some(5)).is_empty() && found(0, None).is_empty() && found(10_000, Some(10_000)).is_empty());
        assert_eq!(found(5, Some(2)), [Code::BadPattern]);
        assert_eq!(found(1, Some(10_001)), [Code::RepeatLimit]);
        assert_eq!(found(10_001, None), [Code::RepeatLimit]);
    }
}
