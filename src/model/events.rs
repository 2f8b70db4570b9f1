//! The alphabet as it is declared.

use std::collections::BTreeMap;

use super::emission::split;
use super::grammar::{Event, EventId, KindId, Member};
use super::resolver::{Builder, Resolver};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{Binder, DeclarationKind, Name, Template};

/// Declares the events.
pub(super) fn events(builder: &mut Builder<'_>) {
    let items = builder.items;
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Event { template, payload, deprecated } = &item.kind else { continue };
        let (literals, names) = split(template);
        let mut resolver = builder.resolver(place);
        let kinds = resolver.placeholders(&names, template);
        let payload = resolver.payload_fields(payload);
        // An event of unknown kinds is left out; whoever shows it names an unknown kind too.
        let Some(kinds) = kinds else {
            builder.lacks_events = true;
            continue;
        };
        let id = EventId::new(builder.grammar.events.len());
        builder.names.events.insert((literals.clone(), kinds.clone()), id);
        let deprecated = deprecated.as_ref().map(|text| text.value.clone());
        let (span, doc) = (item.span, item.doc.clone());
        builder.grammar.events.push(Event { literals, kinds, payload, deprecated, span, doc });
    }
}

impl Resolver<'_> {
    fn placeholders(&mut self, names: &[&Name], template: &Template) -> Option<Vec<KindId>> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for name in names {
            if let Some(first) = seen.insert(&name.text, name.span) {
                let message = format!("`{}` uses the kind `{}` twice", template.text(), name.text);
                self.report(Diagnostic::error(Code::BadTemplate, name.span, message).also(first, "first used here"));
            }
        }
        let kinds: Vec<Option<KindId>> = names.iter().map(|name| self.kind(name)).collect();
        kinds.into_iter().collect()
    }

    fn payload_fields(&mut self, payload: &[Binder]) -> Vec<Member> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut fields = Vec::new();
        for field in payload {
            if let Some(first) = seen.insert(&field.name.text, field.name.span) {
                let message = format!("the payload field `{}` is declared twice", field.name.text);
                self.report(
                    Diagnostic::error(Code::DuplicateName, field.name.span, message).also(first, "first declared here"),
                );
                continue;
            }
            let ty = self.ty(&field.ty);
            fields.push(Member { name: field.name.text.to_string(), ty, span: field.name.span });
        }
        fields
    }
}
