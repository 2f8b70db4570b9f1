//! Declarations, types, settings.

use super::grammar::Rule;
use super::words::only;
use super::{Builder, Node, Parts, mistake};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{
    Action, Binder, Check, Declaration, DeclarationKind, Expression, ExpressionKind, Member, Name, Pattern, Removed,
    Setting, Text, Type, TypeKind, UnaryOperator, UseTarget,
};

/// A clause of an action's header, told by its word.
const CLAUSES: [(Rule, &str); 5] = [
    (Rule::label, "as"),
    (Rule::by, "by"),
    (Rule::weight_clause, "weight"),
    (Rule::guard, "when"),
    (Rule::groups, "group"),
];

impl Builder<'_> {
    pub(super) fn declaration(&mut self, pair: Node<'_>) -> Declaration {
        let span = self.span(&pair);
        let doc = self.trivia.doc_before(self.text, span.start);
        let kind = self.declaration_kind(only(pair));
        Declaration { span, doc, kind }
    }

    fn declaration_kind(&mut self, pair: Node<'_>) -> DeclarationKind {
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        match rule {
            Rule::override_declaration => {
                let inner = parts.part();
                let span = self.span(&inner);
                let kind = self.declaration_kind(inner);
                DeclarationKind::Override(Box::new(Declaration { span, doc: None, kind }))
            }
            Rule::use_declaration => {
                let target = parts.part();
                let target = match target.as_rule() {
                    Rule::text => UseTarget::Path(self.string(&target)),
                    _ => UseTarget::Builtin(self.name(&target)),
                };
                DeclarationKind::Use { target, settings: self.maybe_settings(&mut parts) }
            }
            Rule::remove_declaration => DeclarationKind::Remove { item: self.removed(parts.part()) },
            Rule::extend_declaration => {
                DeclarationKind::Extend { phase: self.name(&parts.part()), body: self.block(parts.part()) }
            }
            Rule::source_declaration => DeclarationKind::Source(self.names(&mut parts)),
            Rule::group_declaration => DeclarationKind::Group(self.names(&mut parts)),
            Rule::param_declaration => {
                let (name, ty) = self.named_type(&mut parts);
                DeclarationKind::Param { name, ty, value: self.assigned(&mut parts) }
            }
            Rule::state_declaration => {
                let (name, ty) = self.named_type(&mut parts);
                DeclarationKind::State { name, ty, initial: self.assigned(&mut parts) }
            }
            Rule::let_declaration => {
                let name = self.name(&parts.part());
                let parameters = self.maybe_binders(&mut parts);
                DeclarationKind::Let { name, parameters, value: self.assigned(&mut parts) }
            }
            Rule::kind_declaration => {
                DeclarationKind::Kind { name: self.name(&parts.part()), members: self.members(parts.part()) }
            }
            Rule::event_declaration => {
                let template = self.template(parts.part());
                let payload = self.maybe_binders(&mut parts);
                DeclarationKind::Event { template, payload, deprecated: self.maybe_string(&mut parts) }
            }
            Rule::rule_declaration => {
                let name = self.name(&parts.part());
                let parameters = self.maybe_binders(&mut parts);
                DeclarationKind::Rule { name, parameters, body: self.block(parts.part()) }
            }
            Rule::action_declaration => {
                let word = parts.part();
                let action = Box::new(self.action(&mut parts));
                match word.as_str() {
                    "action" => DeclarationKind::Action(action),
                    _ => DeclarationKind::Reaction(action),
                }
            }
            Rule::phase_declaration => {
                DeclarationKind::Phase { name: self.name(&parts.part()), body: self.block(parts.part()) }
            }
            Rule::profile_declaration => {
                let name = self.name(&parts.part());
                let doc = self.maybe_string(&mut parts);
                DeclarationKind::Profile { name, doc, settings: self.maybe_settings(&mut parts) }
            }
            Rule::test_declaration => {
                let text = self.string(&parts.part());
                let profile = parts.maybe(Rule::test_profile).map(|pair| self.name(&only(pair)));
                let check = parts.part();
                let check = match check.as_rule() {
                    Rule::accepts => Check::Accepts(self.pattern_block(only(check))),
                    Rule::rejects => Check::Rejects(self.pattern_block(only(check))),
                    _ => Check::Never(self.expression(only(check))),
                };
                DeclarationKind::Test { text, profile, check: Box::new(check) }
            }
            Rule::instance_declaration => {
                let kind = self.name(&parts.part());
                let name = self.name(&parts.part());
                let size = parts.maybe(Rule::index).map(|pair| Box::new(self.expression(only(pair))));
                DeclarationKind::Instance { kind, name, size, settings: self.maybe_settings(&mut parts) }
            }
            rule => unreachable!("{rule:?} is no declaration"),
        }
    }

    fn removed(&mut self, pair: Node<'_>) -> Removed {
        match pair.as_rule() {
            Rule::template => Removed::Event(self.template(pair)),
            Rule::text => Removed::Test(self.string(&pair)),
            _ => {
                let mut parts = Parts::of(pair);
                Removed::Named { keyword: self.name(&parts.part()), name: self.name(&parts.part()) }
            }
        }
    }

    /// `attach(s: storage) as "attach" by user when … {…}`, behind its first word.
    fn action(&mut self, parts: &mut Parts<'_>) -> Action {
        let name = self.name(&parts.part());
        let parameters = self.maybe_binders(parts);
        let (mut label, mut weight, mut guard) = (None, None, None);
        let (mut sources, mut groups) = (Vec::new(), Vec::new());
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        while let Some(clause) = parts.maybe(Rule::clause) {
            let span = self.span(&clause);
            let clause = only(clause);
            let rule = clause.as_rule();
            if let Some((_, first)) = seen.iter().find(|(other, _)| *other == rule) {
                let word = CLAUSES.iter().find(|(other, _)| *other == rule).map_or("", |(_, word)| word);
                let message = format!("`{word}` is written twice");
                let repeated =
                    Diagnostic::error(Code::RepeatedClause, span, message).also(*first, "it stands here already");
                self.diagnostics.push(repeated);
                continue;
            }
            seen.push((rule, span));
            match rule {
                Rule::label => label = Some(self.string(&only(clause))),
                Rule::by => sources = self.names(&mut Parts::of(clause)),
                Rule::weight_clause => weight = Some(self.weight(only(clause))),
                Rule::guard => guard = Some(self.expression(only(clause))),
                _ => groups = self.names(&mut Parts::of(clause)),
            }
        }
        Action { name, parameters, label, sources, weight, guard, groups, body: self.block(parts.part()) }
    }

    /// `3`, `(n + 1)`
    pub(super) fn weight(&mut self, pair: Node<'_>) -> Expression {
        let span = self.span(&pair);
        let inner = only(pair);
        if inner.as_rule() == Rule::name {
            let written = inner.as_str();
            let diagnostic = mistake(span, "a weight is a number or an expression in parentheses");
            let replacement = format!("({written})");
            self.diagnostics.push(diagnostic.help(format!("write `{replacement}`")).fix(span, replacement));
        }
        self.simple(inner)
    }

    /// `{ field … state … }`
    pub(super) fn members(&mut self, pair: Node<'_>) -> Vec<Member> {
        Parts::of(pair).each(|pair| self.member(pair))
    }

    fn member(&mut self, pair: Node<'_>) -> Member {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let state = parts.part().as_str() == "state";
        let (name, ty) = self.named_type(&mut parts);
        let value = parts.peek().map(|_| self.assigned(&mut parts));
        Member { span, doc: self.trivia.doc_before(self.text, span.start), state, name, ty, value }
    }

    fn pattern_block(&mut self, pair: Node<'_>) -> Pattern {
        self.pattern(only(pair))
    }

    fn maybe_string(&mut self, parts: &mut Parts<'_>) -> Option<Text> {
        parts.maybe(Rule::text).map(|pair| self.string(&pair))
    }

    fn maybe_settings(&mut self, parts: &mut Parts<'_>) -> Vec<Setting> {
        parts.maybe(Rule::settings).map_or_else(Vec::new, |pair| self.settings(pair))
    }

    /// `{ operations = 50  weight attach = 3 }`
    pub(super) fn settings(&mut self, pair: Node<'_>) -> Vec<Setting> {
        Parts::of(pair).each(|pair| self.setting(pair))
    }

    /// `db[0].live = any`; a `lone_weight` is laid out like one.
    pub(super) fn setting(&mut self, pair: Node<'_>) -> Setting {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let weight = parts.maybe(Rule::weight_mark).is_some();
        let target = self.reference(parts.part());
        Setting { span, weight, target, value: self.assigned(&mut parts) }
    }

    /// `= e`
    fn assigned(&mut self, parts: &mut Parts<'_>) -> Expression {
        let sign = parts.part();
        self.check_assign(&sign);
        self.expression(parts.part())
    }

    /// Reports what stands in the place of `=`.
    pub(super) fn check_assign(&mut self, sign: &Node<'_>) {
        let (span, written) = (self.span(sign), sign.as_str());
        let message = match written {
            "==" => "`==` compares, and a value is given by `=`",
            ":=" => "a value is given by `=`",
            _ => return,
        };
        let diagnostic = mistake(span, message).help("write `=`").fix(span, "=");
        self.diagnostics.push(diagnostic);
    }

    fn maybe_binders(&mut self, parts: &mut Parts<'_>) -> Vec<Binder> {
        match parts.maybe(Rule::binders) {
            Some(pair) => Parts::of(pair).each(|pair| self.binder(pair)),
            None => Vec::new(),
        }
    }

    /// `r: relation`
    pub(super) fn binder(&mut self, pair: Node<'_>) -> Binder {
        let span = self.span(&pair);
        let (name, ty) = self.named_type(&mut Parts::of(pair));
        Binder { span, name, ty }
    }

    fn named_type(&mut self, parts: &mut Parts<'_>) -> (Name, Type) {
        (self.name(&parts.part()), self.ty(parts.part()))
    }

    fn ty(&mut self, pair: Node<'_>) -> Type {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let first = parts.part();
        let mut kind = match first.as_rule() {
            Rule::range | Rule::set_range => {
                let set = first.as_rule() == Rule::set_range;
                let mut bounds = Parts::of(first);
                let (low, high) = (Box::new(self.bound(bounds.part())), Box::new(self.bound(bounds.part())));
                if set { TypeKind::Set(low, high) } else { TypeKind::Range(low, high) }
            }
            _ if first.as_str() == "bool" => TypeKind::Bool,
            _ => TypeKind::Words(vec![self.name(&first)]),
        };
        let mut optional = false;
        for part in parts.pairs {
            match &mut kind {
                _ if part.as_rule() == Rule::no_value => optional = true,
                TypeKind::Words(words) => words.push(self.name(&part)),
                _ => {
                    let place = self.span(&part);
                    let diagnostic = mistake(place, format!("expected `none`, found `{}`", part.as_str()));
                    self.diagnostics.push(diagnostic.help("only words can be joined by `|`"));
                }
            }
        }
        Type { span, kind, optional }
    }

    /// `3`, `-3`, `limit`
    fn bound(&mut self, pair: Node<'_>) -> Expression {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let minus = parts.maybe(Rule::minus).is_some();
        let operand = parts.part();
        let operand = self.simple(operand);
        if minus {
            let kind = ExpressionKind::Unary { operator: UnaryOperator::Negate, operand: Box::new(operand) };
            Expression { span, kind }
        } else {
            operand
        }
    }
}
