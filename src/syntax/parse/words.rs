//! The smallest parts: names, strings, numbers, templates.

use ecow::{EcoString, eco_format};

use super::grammar::Rule;
use super::{Builder, Node, Parts, mistake};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{ExpressionKind, Name, Percentage, Template, TemplatePart, Text};
use crate::syntax::trivia::offset;

/// The only telling part of a node.
pub(super) fn only(pair: Node<'_>) -> Node<'_> {
    Parts::of(pair).part()
}

/// Whether a rule is a word or a sign that the tree does not need to see.
pub(super) fn is_glue(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::open_brace
            | Rule::repetition_brace
            | Rule::close_brace
            | Rule::open_paren
            | Rule::close_paren
            | Rule::close_bracket
            | Rule::colon
            | Rule::comma
            | Rule::semicolon
            | Rule::separator
            | Rule::dots
            | Rule::bar
            | Rule::arrow
            | Rule::end_of_text
            | Rule::EOI
            | Rule::kw_use
            | Rule::kw_override
            | Rule::kw_remove
            | Rule::kw_extend
            | Rule::kw_source
            | Rule::kw_group
            | Rule::kw_param
            | Rule::kw_let
            | Rule::kw_kind
            | Rule::kw_state
            | Rule::kw_rule
            | Rule::kw_phase
            | Rule::kw_profile
            | Rule::kw_deprecated
            | Rule::kw_as
            | Rule::kw_by
            | Rule::kw_weight
            | Rule::kw_with
            | Rule::kw_accepts
            | Rule::kw_rejects
            | Rule::kw_never
            | Rule::kw_set
            | Rule::kw_each
            | Rule::kw_order
            | Rule::kw_mean
            | Rule::kw_leave
            | Rule::kw_end
            | Rule::kw_elif
            | Rule::kw_if
            | Rule::kw_else
            | Rule::kw_for
            | Rule::kw_repeat
            | Rule::kw_maybe
            | Rule::kw_choose
            | Rule::kw_atomic
            | Rule::kw_interleave
            | Rule::kw_meanwhile
            | Rule::kw_and
            | Rule::kw_or
            | Rule::kw_not
            | Rule::kw_in
            | Rule::kw_where
            | Rule::kw_when
            | Rule::kw_while
            | Rule::kw_any
            | Rule::kw_none
            | Rule::kw_event
            | Rule::kw_test
    )
}

/// The text of a name without its backquotes.
fn bare(text: &str) -> EcoString {
    text.trim_matches('`').into()
}

impl Builder<'_> {
    /// `attach`, and whatever else is taken as it stands: the keyword of a `remove`, a glob.
    pub(super) fn name(&self, pair: &Node<'_>) -> Name {
        Name { text: bare(pair.as_str()), span: self.span(pair) }
    }

    /// `user, agent`: the names that follow.
    pub(super) fn names(&self, parts: &mut Parts<'_>) -> Vec<Name> {
        parts.all(Rule::name).map(|pair| self.name(&pair)).collect()
    }

    /// `"…"`
    pub(super) fn string(&mut self, pair: &Node<'_>) -> Text {
        let span = self.span(pair);
        let written = pair.as_str();
        let inner = &written[1..written.len() - 1];
        if written.starts_with('\'') {
            let diagnostic = mistake(span, "strings stand in double quotes");
            let replacement = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
            self.diagnostics.push(diagnostic.help(format!("write `{replacement}`")).fix(span, replacement));
            return Text { value: inner.to_owned(), span };
        }
        let mut value = String::with_capacity(inner.len());
        let mut rest = inner;
        while let Some(at) = rest.find('\\') {
            value.push_str(&rest[..at]);
            let start = written.len() - 1 - rest.len() + at;
            let (character, length) = escape(&rest[at..]);
            value.extend(character);
            if character.is_none() {
                let start = span.start + offset(start);
                let place = Span::new(self.source, start, start + offset(length));
                let message = format!("unknown escape `{}`", &rest[at..at + length]);
                self.diagnostics.push(
                    Diagnostic::error(Code::BadEscape, place, message)
                        .help("the escapes are `\\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}` with a character's code"),
                );
            }
            rest = &rest[at + length..];
        }
        value.push_str(rest);
        Text { value, span }
    }

    /// `12`; broken when it does not fit, which is reported.
    pub(super) fn integer(&mut self, pair: &Node<'_>) -> ExpressionKind {
        if let Ok(value) = pair.as_str().parse() {
            return ExpressionKind::Integer(value);
        }
        self.diagnostics.push(
            Diagnostic::error(Code::IntegerTooLarge, self.span(pair), "this integer does not fit into 64 bits")
                .help(format!("the largest is {}", i64::MAX)),
        );
        ExpressionKind::Broken
    }

    /// `30%`, `0.5%`
    pub(super) fn percentage(&mut self, pair: Node<'_>) -> Percentage {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let number = parts.part();
        if parts.maybe(Rule::percent).is_none() {
            let diagnostic = mistake(span, format!("expected a percentage, found `{}`", number.as_str()));
            self.diagnostics
                .push(diagnostic.help(format!("write `{}%`", number.as_str())).fix(self.span(&number).after(), "%"));
        }
        let (whole, decimals) = number.as_str().split_once('.').unwrap_or((number.as_str(), ""));
        let millionths = whole.parse::<u64>().ok().and_then(|whole| whole.checked_mul(10_000));
        let mut complain = |message: &str| {
            self.diagnostics.push(Diagnostic::error(Code::BadPercentage, span, message));
        };
        if millionths.is_none() {
            complain("this percentage is more than 100%");
        }
        if decimals.len() > 4 {
            complain("a percentage has at most four decimals");
        }
        let fraction = format!("{decimals:0<4}")[..4].parse::<u64>().unwrap_or(0);
        Percentage { span, millionths: millionths.unwrap_or(u64::MAX).saturating_add(fraction) }
    }

    /// `config-changed`, `<r>-relation-joined`
    pub(super) fn template(&mut self, pair: Node<'_>) -> Template {
        let inner = only(pair);
        match inner.as_rule() {
            Rule::spliced => self.spliced(inner),
            _ => Template::Plain(self.name(&inner)),
        }
    }

    /// `foo-<r>-x`. Where a hyphen is missing between its parts, it is told, and read as if it were there.
    pub(super) fn spliced(&mut self, pair: Node<'_>) -> Template {
        let span = self.span(&pair);
        let mut parts: Vec<TemplatePart> = Vec::new();
        let mut whole = String::new();
        for part in Parts::of(pair).pairs {
            let literal = part.as_rule() == Rule::literal;
            let written = part.as_str();
            let joined = match parts.last() {
                None => true,
                Some(TemplatePart::Literal(text)) => text.ends_with('-'),
                Some(TemplatePart::Placeholder(_)) => literal && written.starts_with('-'),
            };
            if literal {
                let text = match written.trim_start_matches(['-', '_']) {
                    _ if parts.is_empty() => written.into(),
                    rest if written.starts_with('_') => eco_format!("-{}", rest.replace('_', "-")),
                    rest => eco_format!("-{rest}"),
                };
                whole.push_str(&text);
                parts.push(TemplatePart::Literal(text));
            } else {
                if !joined {
                    if let Some(TemplatePart::Literal(text)) = parts.last_mut() {
                        // An underscore joins as badly before a placeholder as behind one.
                        let kept = text.trim_end_matches('_').len();
                        whole.truncate(whole.len() - (text.len() - kept));
                        text.truncate(kept);
                        text.push('-');
                    } else {
                        parts.push(TemplatePart::Literal("-".into()));
                    }
                    whole.push('-');
                }
                whole.extend(["<", written, ">"]);
                parts.push(TemplatePart::Placeholder(self.name(&part)));
            }
        }
        if matches!(parts.first(), Some(TemplatePart::Literal(text)) if text.starts_with('-')) {
            let diagnostic = mistake(span, "an event's name begins with a letter");
            self.diagnostics.push(diagnostic);
        } else if whole.ends_with('-') {
            let diagnostic = mistake(span, "an event's name does not end with a `-`");
            let goes_on = self.text[span.end as usize..]
                .trim_start()
                .starts_with(|next: char| next.is_alphanumeric() || next == '<');
            self.diagnostics.push(if goes_on { diagnostic.help("no space stands within it") } else { diagnostic });
        } else if whole != self.written(span) {
            let diagnostic = mistake(span, "the parts of an event's name are joined by `-`");
            self.diagnostics.push(diagnostic.help(format!("write `{whole}`")).fix(span, whole));
        }
        Template::Spliced { span, parts: parts.into() }
    }
}

/// The character that the escape at the start of `rest` stands for, and how long it is.
fn escape(rest: &str) -> (Option<char>, usize) {
    let Some(letter) = rest[1..].chars().next() else { return (None, 1) };
    match letter {
        '"' | '\\' => (Some(letter), 2),
        'n' => (Some('\n'), 2),
        't' => (Some('\t'), 2),
        'u' if rest[2..].starts_with('{') => {
            let Some(close) = rest.find('}') else { return (None, 2) };
            let digits = &rest[3..close];
            let code = if digits.len() <= 6 { u32::from_str_radix(digits, 16).ok() } else { None };
            (code.filter(|_| !digits.starts_with('+')).and_then(char::from_u32), close + 1)
        }
        _ => (None, 1 + letter.len_utf8()),
    }
}
