//! Patterns.

use super::grammar::Rule;
use super::words::only;
use super::{Builder, Node, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::tree::{Element, ElementKind, Pattern};

impl Builder<'_> {
    /// A pattern; alternatives without a group around them are one.
    pub(super) fn pattern(&mut self, pair: Node<'_>) -> Pattern {
        let span = self.span(&pair);
        let mut sequences = self.alternatives(pair);
        if sequences.len() == 1
            && let Some(sequence) = sequences.pop()
        {
            return sequence;
        }
        Pattern { span, elements: vec![Element { span, kind: ElementKind::Group(sequences) }] }
    }

    fn alternatives(&mut self, pair: Node<'_>) -> Vec<Pattern> {
        let sequence = |pair: Node<'_>| {
            let span = self.span(&pair);
            Pattern { span, elements: Parts::of(pair).each(|pair| self.element(pair)) }
        };
        Parts::of(pair).each(sequence)
    }

    fn element(&mut self, pair: Node<'_>) -> Element {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let bangs: Vec<_> = parts.all(Rule::bang).map(|pair| self.span(&pair)).collect();
        let core = parts.part();
        let place = self.span(&core);
        let build = |builder: &mut Self| Element { span: place, kind: builder.element_kind(core) };
        let Some(core) = self.behind(bangs.len(), span, build) else {
            return Element { span, kind: ElementKind::Gap };
        };
        let element = bangs.into_iter().rev().fold(core, |element, bang| Element {
            span: bang.to(element.span),
            kind: ElementKind::Not(Box::new(element)),
        });
        match parts.maybe(Rule::repetition) {
            Some(pair) => {
                let (least, most) = self.repetition(pair);
                Element { span, kind: ElementKind::Repeat { element: Box::new(element), least, most } }
            }
            None => element,
        }
    }

    fn element_kind(&mut self, pair: Node<'_>) -> ElementKind {
        match pair.as_rule() {
            Rule::gap => ElementKind::Gap,
            Rule::group => ElementKind::Group(self.alternatives(only(pair))),
            _ => {
                let mut parts = Parts::of(pair);
                let glob = self.name(&parts.part());
                let payload = parts.maybe(Rule::payload).map_or_else(Box::default, |pair| self.payload(only(pair)));
                ElementKind::Event { glob, payload }
            }
        }
    }

    /// `{3}`, `{2..5}`, `{*}`
    fn repetition(&mut self, pair: Node<'_>) -> (u32, Option<u32>) {
        let open = pair.as_str().contains("..");
        let mut parts = Parts::of(pair);
        if let Some(sign) = parts.maybe(Rule::repetition_sign) {
            return (u32::from(sign.as_str() == "+"), None);
        }
        let least = self.times(&parts.part());
        match parts.maybe(Rule::integer) {
            Some(most) => (least, Some(self.times(&most))),
            None if open => (least, None),
            None => (least, Some(least)),
        }
    }

    fn times(&mut self, pair: &Node<'_>) -> u32 {
        pair.as_str().parse().unwrap_or_else(|_| {
            let span = self.span(pair);
            let message = "this is more often than a pattern can count";
            self.diagnostics.push(
                Diagnostic::error(Code::IntegerTooLarge, span, message).help(format!("the largest is {}", u32::MAX)),
            );
            0
        })
    }
}
