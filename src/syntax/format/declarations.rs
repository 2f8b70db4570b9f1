//! Declarations.

use super::statements::wide;
use super::writer::{Dropped, List, Separator, Writer};
use crate::source::Span;
use crate::syntax::tree::{
    Action, Binder, Check, Declaration, DeclarationKind, Expression, File, Member, Name, Removed, Setting, Text, Type,
    UseTarget,
};

impl Writer<'_> {
    pub(super) fn file(&mut self, file: &File) {
        let separator = |_: &Declaration, _: Dropped| Separator { gap: 2, ..Separator::default() };
        let list = List { shares: &is_short, fills: false, separator: &separator, last: &|_| "" };
        self.items(&file.declarations, &list, Self::declaration);
    }

    fn declaration(&mut self, declaration: &Declaration) {
        match &declaration.kind {
            DeclarationKind::Use { target, settings } => {
                self.word("use");
                match target {
                    UseTarget::Builtin(name) => self.glued(name.span),
                    UseTarget::Path(path) => self.glued(path.span),
                }
                self.settings(settings);
            }
            DeclarationKind::Override(inner) => {
                self.word("override");
                self.declaration(inner);
            }
            DeclarationKind::Remove { item } => {
                self.word("remove");
                let removed = match item {
                    Removed::Named { keyword, name } => {
                        self.glued(keyword.span);
                        name.span
                    }
                    Removed::Event(template) => {
                        self.token("event");
                        template.span()
                    }
                    Removed::Test(text) => {
                        self.token("test");
                        text.span
                    }
                };
                self.space();
                self.glued(removed);
            }
            DeclarationKind::Extend { phase, body } => {
                self.word("extend");
                self.word("phase");
                self.glued(phase.span);
                self.body(body);
            }
            DeclarationKind::Source(names) => self.names_behind("source", names),
            DeclarationKind::Group(names) => self.names_behind("group", names),
            DeclarationKind::Param { name, ty, value } => self.typed("param", name, ty, Some(value)),
            DeclarationKind::State { name, ty, initial } => self.typed("state", name, ty, Some(initial)),
            DeclarationKind::Let { name, parameters, value } => {
                self.head("let", name.span, parameters);
                self.space();
                self.word("=");
                self.expression(value);
            }
            DeclarationKind::Kind { name, members } => {
                self.word("kind");
                self.glued(name.span);
                self.space();
                self.token("{");
                let list = List { shares: &|_| true, fills: false, separator: &wide, last: &|_| "" };
                self.braces(members, &list, Self::member);
            }
            DeclarationKind::Instance { kind, name, size, settings } => {
                self.glued(kind.span);
                self.space();
                self.glued(name.span);
                if let Some(size) = size {
                    self.token("[");
                    self.expression(size);
                    self.token("]");
                }
                self.settings(settings);
            }
            DeclarationKind::Event { template, payload, deprecated } => {
                self.head("event", template.span(), payload);
                if let Some(since) = deprecated {
                    self.indent();
                    self.soft(1);
                    self.word("deprecated");
                    self.glued(since.span);
                    self.dedent();
                }
            }
            DeclarationKind::Rule { name, parameters, body } => {
                self.head("rule", name.span, parameters);
                self.body(body);
            }
            DeclarationKind::Action(action) => self.action("action", action),
            DeclarationKind::Reaction(reaction) => self.action("reaction", reaction),
            DeclarationKind::Phase { name, body } => {
                self.word("phase");
                self.glued(name.span);
                self.body(body);
            }
            DeclarationKind::Profile { name, doc, settings } => {
                self.word("profile");
                self.glued(name.span);
                if let Some(doc) = doc {
                    self.space();
                    self.glued(doc.span);
                }
                self.settings(settings);
            }
            DeclarationKind::Test { text, profile, check } => self.test(text, profile.as_ref(), check),
            DeclarationKind::Broken { .. } => self.glued(declaration.span),
        }
    }

    /// `rule join(r: relation)`
    fn head(&mut self, word: &str, name: Span, parameters: &[Binder]) {
        self.word(word);
        self.glued(name);
        self.parentheses(parameters, Self::binder);
    }

    /// `source user, agent`
    fn names_behind(&mut self, word: &str, names: &[Name]) {
        self.open();
        self.word(word);
        self.indent();
        for (place, name) in names.iter().enumerate() {
            if place > 0 {
                self.token(",");
                self.fill(1);
            }
            self.glued(name.span);
        }
        self.dedent();
        self.close();
    }

    /// `state scale: 1..8 = 1`
    fn typed(&mut self, word: &str, name: &Name, ty: &Type, value: Option<&Expression>) {
        self.word(word);
        self.glued(name.span);
        self.word(":");
        self.ty(ty);
        if let Some(value) = value {
            self.space();
            self.word("=");
            self.expression(value);
        }
    }

    fn member(&mut self, member: &Member) {
        self.typed(if member.state { "state" } else { "field" }, &member.name, &member.ty, member.value.as_ref());
    }

    /// ` {…}`, if it is there.
    fn settings(&mut self, settings: &[Setting]) {
        if settings.is_empty() && self.peek() != Some("{") {
            return;
        }
        self.space();
        self.token("{");
        let list = List { shares: &|_| true, fills: false, separator: &wide, last: &|_| "" };
        self.braces(settings, &list, |writer, setting| {
            if setting.weight {
                writer.word("weight");
            }
            writer.expression(&setting.target);
            writer.space();
            writer.word("=");
            writer.expression(&setting.value);
        });
    }

    fn action(&mut self, word: &str, action: &Action) {
        let Action { name, parameters, label, sources, weight, guard, groups, body } = action;
        self.open();
        self.head(word, name.span, parameters);
        self.indent();
        for clause in clauses(label.as_ref(), sources, weight.as_ref(), guard.as_ref(), groups) {
            self.soft(1);
            match clause {
                Clause::Label(label) => {
                    self.word("as");
                    self.glued(label.span);
                }
                Clause::Sources(names) => self.names_behind("by", names),
                Clause::Weight(weight) => {
                    self.word("weight");
                    self.expression(weight);
                }
                Clause::Guard(guard) => {
                    self.word("when");
                    self.expression(guard);
                }
                Clause::Groups(names) => self.names_behind("group", names),
            }
        }
        self.dedent();
        self.end_header();
        self.block(body);
    }

    fn test(&mut self, text: &Text, profile: Option<&Name>, check: &Check) {
        self.word("test");
        self.glued(text.span);
        if let Some(profile) = profile {
            self.space();
            self.word("with");
            self.glued(profile.span);
        }
        match check {
            Check::Accepts(pattern) | Check::Rejects(pattern) => {
                self.space();
                self.any_token();
                self.space();
                self.token("{");
                self.pattern_in_braces(pattern);
            }
            Check::Never(condition) => {
                self.indent();
                self.soft(1);
                self.word("never");
                self.expression(condition);
                self.dedent();
            }
        }
    }
}

/// A clause of an action's header.
enum Clause<'t> {
    Label(&'t Text),
    Sources(&'t [Name]),
    Weight(&'t Expression),
    Guard(&'t Expression),
    Groups(&'t [Name]),
}

/// The clauses of a header in the order of the source.
fn clauses<'t>(
    label: Option<&'t Text>,
    sources: &'t [Name],
    weight: Option<&'t Expression>,
    guard: Option<&'t Expression>,
    groups: &'t [Name],
) -> Vec<Clause<'t>> {
    let place = |names: &[Name]| names.first().map(|name| name.span.start);
    let clauses = [
        (label.map(|label| label.span.start), label.map(Clause::Label)),
        (place(sources), Some(Clause::Sources(sources))),
        (weight.map(|weight| weight.span.start), weight.map(Clause::Weight)),
        (guard.map(|guard| guard.span.start), guard.map(Clause::Guard)),
        (place(groups), Some(Clause::Groups(groups))),
    ];
    let mut clauses: Vec<(u32, Clause<'t>)> =
        clauses.into_iter().filter_map(|(place, clause)| place.zip(clause)).collect();
    clauses.sort_by_key(|(place, _)| *place);
    clauses.into_iter().map(|(_, clause)| clause).collect()
}

/// Whether a declaration may share a line with others.
fn is_short(declaration: &Declaration) -> bool {
    matches!(
        declaration.kind,
        DeclarationKind::Use { .. }
            | DeclarationKind::Remove { .. }
            | DeclarationKind::Source(_)
            | DeclarationKind::Group(_)
            | DeclarationKind::Param { .. }
            | DeclarationKind::Kind { .. }
            | DeclarationKind::Instance { .. }
            | DeclarationKind::State { .. }
            | DeclarationKind::Event { .. }
    )
}
