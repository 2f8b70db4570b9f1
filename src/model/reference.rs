//! What a name in an expression stands for: variables, params, states and `let`s, words of enums, instances; and what
//! hangs on it: members, indices, arguments.

use super::collect::{Key, Space};
use super::expression::inner;
use super::grammar::{Base, Expression, ExpressionKind, InstanceId, KindId, LetId, StateId, Type};
use super::names::{Thing, Value};
use super::resolver::{ParamValue, Resolver};
use super::types::{INT, UNKNOWN, describe, describe_one, plain, unknown};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Name};

/// The last place that an element of an array can have.
const MAX_INDEX: i64 = 63;

/// The word that declares such a value, with its article.
pub(super) fn word_for(value: Value) -> &'static str {
    match value {
        Value::Param(_) => "a param",
        Value::State(_) => "a state",
        Value::Let(_) => "a `let`",
    }
}

fn constant(value: i64, ty: Type, span: Span) -> Expression {
    Expression { kind: ExpressionKind::Constant(value), ty, span }
}

fn instance(id: InstanceId, kind: KindId, span: Span) -> Expression {
    constant(i64::from(id.0), plain(Base::Instance(kind)), span)
}

impl Resolver<'_> {
    /// What a bare name means.
    pub(super) fn name(&mut self, name: &Name, hint: Option<Type>) -> Expression {
        let span = name.span;
        if let Some(ty @ Type { base: Base::Enum(id), .. }) = hint
            && let Some(word) = self.names.word(id, &name.text)
        {
            return constant(word, plain(ty.base), span);
        }
        if let Some(id) = self.scope.get(name.text.as_str()) {
            let ty = self.scope.variables[id.index()].ty;
            return match ty {
                UNKNOWN => unknown(span),
                _ => Expression { kind: ExpressionKind::Variable(id), ty, span },
            };
        }
        if let Some(named) = self.names.values.get(name.text.as_str()) {
            return self.value(named.value, name, named.span, named.place);
        }
        if hint == Some(UNKNOWN) {
            return unknown(span);
        }
        if let Some(Type { base: Base::Instance(kind), .. }) = hint
            && let Some(thing) = self.things(&name.text).iter().find(|thing| thing.kind == kind).copied()
        {
            return self.thing(thing, name);
        }
        match self.names.words.get(name.text.as_str()).map_or(&[][..], Vec::as_slice) {
            [] => {}
            [(id, word)] => return constant(*word, plain(Base::Enum(*id)), span),
            several => {
                let types: Vec<String> =
                    several.iter().map(|(id, _)| describe(plain(Base::Enum(*id)), self.grammar)).collect();
                let message = format!("`{}` is a word of several types, and nothing here says of which", name.text);
                self.report(
                    Diagnostic::error(Code::AmbiguousName, span, message)
                        .help(format!("it is a word of {}", types.join(" and of "))),
                );
                return unknown(span);
            }
        }
        match self.bare_thing(name) {
            Some(thing) => self.thing(thing, name),
            None => unknown(span),
        }
    }

    /// The type of a name that is a variable, a param, a state or a `let`.
    pub(super) fn type_of_name(&self, name: &str) -> Option<Type> {
        if let Some(id) = self.scope.get(name) {
            return Some(self.scope.variables[id.index()].ty);
        }
        let ty = match self.names.values.get(name)?.value {
            Value::Param(place) => self.param(place).map(|param| param.ty),
            Value::State(id) => self.grammar.states.get(id.index()).map(|state| state.ty),
            Value::Let(id) => self.grammar.lets.get(id.index()).map(|known| known.ty),
        };
        Some(ty.unwrap_or(UNKNOWN))
    }

    fn param(&self, place: usize) -> Option<ParamValue> {
        let changed = self.overlay.and_then(|overlay| overlay.get(&place));
        changed.or_else(|| self.params.get(place)).copied()
    }

    fn value(&mut self, value: Value, name: &Name, declared: Span, place: usize) -> Expression {
        let span = name.span;
        if let (Some(_), Value::State(_) | Value::Let(_)) = (self.constant, value) {
            let message = format!("`{}` is {}, which is not known before the walk", name.text, word_for(value));
            self.report(Diagnostic::error(Code::NotConstant, span, message).also(declared, "declared here"));
            return unknown(span);
        }
        match value {
            Value::Param(_) if self.constant.is_some_and(|before| place >= before) => {
                let message = format!("the param `{}` is used before its declaration", name.text);
                self.report(Diagnostic::error(Code::ForwardParam, span, message).also(declared, "declared here"));
                unknown(span)
            }
            Value::Param(place) => match self.param(place) {
                Some(param) if param.ty != UNKNOWN => constant(param.value, param.ty, span),
                _ => unknown(span),
            },
            Value::State(id) => match self.grammar.states[id.index()].ty {
                UNKNOWN => unknown(span),
                ty => Expression { kind: ExpressionKind::State(id), ty, span },
            },
            Value::Let(id) => self.let_value(id, name, &[], span),
        }
    }

    /// A `let` with its arguments.
    fn let_value(&mut self, id: LetId, name: &Name, arguments: &[tree::Expression], span: Span) -> Expression {
        let grammar = self.grammar;
        let row = &grammar.lets[id.index()];
        let parameters = &row.variables[..row.parameters];
        let arguments = self.arguments(&format!("`{}`", name.text), parameters, arguments, span, row.span);
        let Some(arguments) = arguments else { return unknown(span) };
        if row.ty == UNKNOWN || arguments.iter().any(|argument| argument.ty == UNKNOWN) {
            return unknown(span);
        }
        if let (ExpressionKind::Constant(value), true) = (&row.value.kind, arguments.is_empty()) {
            return constant(*value, row.ty, span);
        }
        Expression { kind: ExpressionKind::Let { id, arguments }, ty: row.ty, span }
    }

    /// The arguments for parameters, each of its type; `None` when there are too few or too many.
    pub(super) fn arguments(
        &mut self,
        what: &str,
        parameters: &[super::grammar::Variable],
        arguments: &[tree::Expression],
        span: Span,
        declared: Span,
    ) -> Option<Vec<Expression>> {
        let resolved = arguments.iter().enumerate().map(|(place, argument)| match parameters.get(place) {
            Some(parameter) => self.typed(argument, parameter.ty),
            None => self.expression(argument, Some(UNKNOWN)),
        });
        let resolved: Vec<Expression> = resolved.collect();
        let (asked, given) = (parameters.len(), arguments.len());
        if asked == given {
            return Some(resolved);
        }
        let of = if asked == 1 { "argument" } else { "arguments" };
        let message = format!("{what} takes {asked} {of}, but {given} {} given", if given == 1 { "is" } else { "are" });
        let diagnostic = match (arguments.get(asked), parameters.get(given)) {
            (Some(extra), _) => Diagnostic::error(Code::ExtraArgument, extra.span, message),
            (None, missing) => {
                let missing = missing.map_or("", |parameter| &parameter.name);
                Diagnostic::error(Code::MissingArgument, span, message).label(format!("`{missing}` is missing"))
            }
        };
        self.report(diagnostic.also(declared, "declared here"));
        None
    }

    /// `can_leave(r, 0)`, `size(s)`
    pub(super) fn call_expression(&mut self, name: &Name, arguments: &[tree::Expression], span: Span) -> Expression {
        let named = self.names.values.get(name.text.as_str()).copied();
        match named.map(|named| named.value) {
            Some(Value::Let(id)) if self.constant.is_none() && self.scope.get(name.text.as_str()).is_none() => {
                return self.let_value(id, name, arguments, span);
            }
            None if name.text == "size" => return self.size(name, arguments, span),
            _ => {}
        }
        if let Some(named) = named {
            let (code, message) = match named.value {
                Value::Let(_) => (Code::NotConstant, "which is not known before the walk"),
                _ => (Code::ExtraArgument, "which takes no arguments"),
            };
            let message = format!("`{}` is {}, {message}", name.text, word_for(named.value));
            self.report(Diagnostic::error(code, name.span, message).also(named.span, "declared here"));
        } else if self.scope.get(name.text.as_str()).is_some() {
            self.error(
                Code::ExtraArgument,
                name.span,
                format!("`{}` is a variable, which takes no arguments", name.text),
            );
        } else {
            let lets = self.names.values.iter().filter(|(_, named)| matches!(named.value, Value::Let(_)));
            let candidates = lets.map(|(name, _)| name.as_str()).chain(["size"]);
            let missing = self.undefined(Code::UndefinedName, Space::Value, "`let`", name, candidates);
            self.report_if(missing);
        }
        for argument in arguments {
            self.expression(argument, Some(UNKNOWN));
        }
        unknown(span)
    }

    fn size(&mut self, name: &Name, arguments: &[tree::Expression], span: Span) -> Expression {
        let [argument] = arguments else {
            let code = if arguments.is_empty() { Code::MissingArgument } else { Code::ExtraArgument };
            self.error(code, name.span, "`size` takes one argument: a set");
            return unknown(span);
        };
        let set = self.set_expression(argument);
        match set.value() {
            _ if set.ty == UNKNOWN => unknown(span),
            Some(bits) => {
                let size = i64::from(bits.count_ones());
                constant(size, plain(Base::Int { lo: size, hi: size }), span)
            }
            None => {
                let ty = plain(Base::Int { lo: 0, hi: MAX_INDEX + 1 });
                Expression { kind: ExpressionKind::Size(Box::new(set)), ty, span }
            }
        }
    }

    /// `r.live`, `http.live`, `db[1].live`, `c.on.failing`
    pub(super) fn member(&mut self, of: &tree::Expression, name: &Name, span: Span) -> Expression {
        if self.constant.is_some() {
            return self.not_constant(span);
        }
        let Some((owner, kind)) = self.owner(of) else { return unknown(span) };
        let grammar = self.grammar;
        let Some(member) = self.names.members[kind.index()].get(name.text.as_str()).copied() else {
            return self.pseudo_member(owner, kind, name, span);
        };
        let row = &grammar.kinds[kind.index()];
        let place = member.place as usize;
        let ty = if member.state { row.states[place].ty } else { row.fields[place].ty };
        let known = owner.value().and_then(|id| usize::try_from(id).ok()).map(|id| &grammar.instances[id]);
        match known {
            _ if ty == UNKNOWN => unknown(span),
            Some(instance) if member.state => {
                let id = StateId(instance.first_state.0 + member.place);
                Expression { kind: ExpressionKind::State(id), ty, span }
            }
            // Of a field whose value was reported only the type is known.
            Some(instance) if !member.state && !self.names.lost_fields.contains(&(instance.array, member.place)) => {
                constant(instance.fields[place], ty, span)
            }
            _ => {
                let (instance, member) = (Box::new(owner), member);
                let kind = if member.state {
                    ExpressionKind::StateOf { instance, member: member.place }
                } else {
                    ExpressionKind::FieldOf { instance, member: member.place }
                };
                Expression { kind, ty, span }
            }
        }
    }

    /// `.index` and `.array`, or nothing that the kind has.
    fn pseudo_member(&mut self, owner: Expression, kind: KindId, name: &Name, span: Span) -> Expression {
        let grammar = self.grammar;
        let known = owner.value().and_then(|id| usize::try_from(id).ok()).and_then(|id| grammar.instances.get(id));
        let index = plain(Base::Int { lo: 0, hi: MAX_INDEX });
        let array = plain(Base::Array(kind));
        match (name.text.as_str(), known) {
            ("index", Some(instance)) => constant(i64::from(instance.element.unwrap_or(0)), index, span),
            ("array", Some(instance)) => constant(i64::from(instance.array.0), array, span),
            ("index", None) => Expression { kind: ExpressionKind::IndexOf(Box::new(owner)), ty: index, span },
            ("array", None) => Expression { kind: ExpressionKind::ArrayOf(Box::new(owner)), ty: array, span },
            _ => {
                self.no_member(kind, name);
                unknown(span)
            }
        }
    }

    /// Says that a kind has no such field or state.
    pub(super) fn no_member(&mut self, kind: KindId, name: &Name) {
        let row = &self.grammar.kinds[kind.index()];
        let candidates = self.names.members[kind.index()].keys().map(String::as_str).chain(["index", "array"]);
        let message = format!("the kind `{}` has no field or state `{}`", row.name, name.text);
        let diagnostic = Diagnostic::error(Code::UndefinedMember, name.span, message)
            .also(row.span, "the kind is declared here")
            .suggest(self.names.nearest(&name.text, candidates));
        self.report(diagnostic);
    }

    /// The instance that stands before the dot, with its kind.
    pub(super) fn owner(&mut self, of: &tree::Expression) -> Option<(Expression, KindId)> {
        let expression = match &inner(of).kind {
            // No word of an enum has members.
            tree::ExpressionKind::Name(name) if self.type_of_name(&name.text).is_none() => {
                let thing = self.bare_thing(name)?;
                self.thing(thing, name)
            }
            _ => self.expression(of, None),
        };
        match expression.ty.base {
            Base::Instance(kind) => {
                let expression = self.convert(expression, plain(Base::Instance(kind)));
                (expression.ty != UNKNOWN).then_some((expression, kind))
            }
            _ if expression.ty == UNKNOWN => None,
            _ => {
                let found = describe_one(expression.ty, self.grammar);
                self.error(Code::TypeMismatch, of.span, format!("{found} has no fields or states"));
                None
            }
        }
    }

    /// `db[1]`
    pub(super) fn index(&mut self, of: &Name, index: &tree::Expression, hint: Option<Type>, span: Span) -> Expression {
        let outer = self.constant;
        if outer.is_none() {
            self.constant = Some(usize::MAX);
        }
        let value = self.constant(index, INT);
        self.constant = outer;
        let by_hint = match hint.map(|ty| ty.base) {
            Some(Base::Instance(kind)) => self.things(&of.text).iter().find(|thing| thing.kind == kind).copied(),
            _ => None,
        };
        if by_hint.is_none()
            && let Some(ty) = self.type_of_name(&of.text)
        {
            if ty != UNKNOWN {
                self.error(Code::BadIndex, of.span, format!("`{}` is no array of instances", of.text));
            }
            return unknown(span);
        }
        let Some(thing) = by_hint.or_else(|| self.bare_thing(of)) else { return unknown(span) };
        let Some(value) = value else { return unknown(span) };
        match self.element(thing, of, value, index.span) {
            Some(id) => instance(id, thing.kind, span),
            None => unknown(span),
        }
    }

    /// The element of an array that an index names.
    pub(super) fn element(&mut self, thing: Thing, of: &Name, index: i64, span: Span) -> Option<InstanceId> {
        let Some(size) = thing.size else {
            self.error(Code::BadIndex, of.span, format!("`{}` is a single instance, not an array", of.text));
            return None;
        };
        let found = u32::try_from(index).ok().filter(|index| *index < size);
        if found.is_none() {
            let message = format!("the array `{}` has no element {index}, the last one is {}", of.text, size - 1);
            self.error(Code::BadIndex, span, message);
        }
        found.map(|index| InstanceId(thing.first.0 + index))
    }

    /// The instances of a name.
    pub(super) fn things(&self, name: &str) -> &[Thing] {
        self.names.things.get(name).map_or(&[], Vec::as_slice)
    }

    /// The only instance of a name, where nothing says of which kind it is.
    pub(super) fn bare_thing(&mut self, name: &Name) -> Option<Thing> {
        match self.things(&name.text) {
            [] => {
                if !self.names.lost_things.contains(name.text.as_str()) {
                    self.nothing(name);
                }
                None
            }
            [thing] => Some(*thing),
            several => {
                let kinds: Vec<&str> =
                    several.iter().map(|thing| self.grammar.kinds[thing.kind.index()].name.as_str()).collect();
                let message = format!("`{}` is an instance of several kinds: `{}`", name.text, kinds.join("`, `"));
                self.report(
                    Diagnostic::error(Code::AmbiguousName, name.span, message)
                        .help("use a variable of the kind that you mean, or rename one of them"),
                );
                None
            }
        }
    }

    fn thing(&mut self, thing: Thing, name: &Name) -> Expression {
        if thing.size.is_some() {
            let message = format!("`{}` is an array, and one of its elements is needed", name.text);
            self.report(
                Diagnostic::error(Code::BadIndex, name.span, message)
                    .help(format!("write `{}[0]`, or use a variable that runs over the kind", name.text)),
            );
            return unknown(name.span);
        }
        instance(thing.first, thing.kind, name.span)
    }

    /// Says that nothing has a name, with what may have been meant.
    pub(super) fn nothing(&mut self, name: &Name) {
        let names = self.names;
        if let Some(spaced) = self.subtraction(&name.text) {
            let message = format!("there is nothing called `{}` here", name.text);
            self.report(
                Diagnostic::error(Code::UndefinedName, name.span, message)
                    .help(format!("a name may hold `-`; for a subtraction write `{spaced}`"))
                    .fix(name.span, spaced),
            );
            return;
        }
        let visible: Vec<String> = self.scope.names().take(names.searchable()).map(str::to_owned).collect();
        let candidates = visible.iter().chain(names.values.keys()).chain(names.words.keys()).chain(names.things.keys());
        let candidates = candidates.map(String::as_str);
        let removed = self.items.removed.get(&Key::new(Space::Instance, &name.text));
        let missing = match removed {
            Some(removed) => {
                let message = format!("the instance `{}` was removed", name.text);
                Some(Diagnostic::error(Code::RemovedName, name.span, message).also(*removed, "removed here"))
            }
            None => self.undefined(Code::UndefinedName, Space::Value, "", name, candidates),
        };
        self.report_if(missing);
    }

    /// `scale - 1` for `scale-1`, when `scale` is known and `1` can stand behind it.
    fn subtraction(&self, name: &str) -> Option<String> {
        let known = |name: &str| self.type_of_name(name).is_some();
        name.match_indices('-').rev().find_map(|(place, _)| {
            let (left, right) = (&name[..place], &name[place + 1..]);
            let number = right.bytes().all(|byte| byte.is_ascii_digit()) && !right.is_empty();
            (known(left) && (number || known(right))).then(|| format!("{left} - {right}"))
        })
    }
}
