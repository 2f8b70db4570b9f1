//! The values of params, under settings; and under those of profiles that are only checked.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::Items;
use super::grammar::{Base, Param, Type};
use super::names::{Names, Value};
use super::resolver::{Builder, Overlay, ParamValue, Resolver};
use super::types::UNKNOWN;
use crate::diagnostic::{Code, Diagnostics};
use crate::source::Span;
use crate::syntax::tree::{self, DeclarationKind, Expression, ExpressionKind, Setting, TypeKind};

/// The declaration of a param.
pub(super) struct Declared<'a> {
    place: usize,
    ty: &'a tree::Type,
    value: &'a Expression,
    /// Whether its bounds read params.
    open: bool,
    /// The params that read this one.
    readers: Vec<usize>,
}

/// All params as they are declared, and their values without a profile and without `--set`.
pub(super) struct Params<'a> {
    declared: Vec<Declared<'a>>,
    /// What the `use`s set.
    used: Effective<'a>,
    /// What profiles are checked against.
    pub plain: Vec<ParamValue>,
}

/// The last setting of each param.
type Effective<'a> = BTreeMap<usize, &'a Setting>;

/// Evaluates all params in the order of their declaration.
pub(super) fn params<'a>(
    builder: &mut Builder<'a>,
    used_settings: &[&'a Setting],
    changed: &[&'a Setting],
) -> Params<'a> {
    let declared = declared(builder.items, &builder.names);
    let used = effective(&builder.names, used_settings.iter().copied());
    let mut all = used.clone();
    all.extend(effective(&builder.names, changed.iter().copied()));
    // What is wrong without the settings may be right with them.
    let silent = std::mem::take(&mut builder.diagnostics);
    evaluate(builder, &declared, &used);
    let plain = builder.params.clone();
    builder.diagnostics = silent;
    evaluate(builder, &declared, &all);
    for setting in used_settings.iter().chain(changed) {
        builder.check_superseded(&declared, &all, setting);
    }
    for (declared, param) in declared.iter().zip(&builder.params) {
        let item = &builder.items.list[declared.place];
        if let DeclarationKind::Param { name, .. } = &item.kind {
            let (name, doc) = (name.text.to_string(), item.doc.clone());
            builder.grammar.params.push(Param { name, ty: param.ty, value: param.value, span: item.span, doc });
        }
    }
    Params { declared, used, plain }
}

fn evaluate(builder: &mut Builder<'_>, declared: &[Declared<'_>], effective: &Effective<'_>) {
    builder.params.clear();
    for (param, declared) in declared.iter().enumerate() {
        let value = builder.resolver(declared.place).param_value(declared, effective.get(&param).copied());
        builder.params.push(value);
    }
}

impl Builder<'_> {
    /// Reports what is wrong with a setting in whose place a later one applies. Of its value only that is said which
    /// does not depend on other params: they may have been others when it was written.
    fn check_superseded(&mut self, declared: &[Declared<'_>], effective: &Effective<'_>, setting: &Setting) {
        let Some(param) = target(&self.names, setting) else { return };
        if effective.get(&param).is_none_or(|last| std::ptr::eq(*last, setting)) {
            return;
        }
        let declared = &declared[param];
        let mut read = BTreeSet::new();
        reads(&setting.value, &self.names, &mut read);
        let is_open = declared.open || !read.is_empty();
        let mut of_type = Diagnostics::default();
        let mut of_value = Diagnostics::default();
        let mut resolver = self.resolver(declared.place);
        resolver.diagnostics = &mut of_type;
        let ty = resolver.ty(declared.ty);
        resolver.diagnostics = &mut of_value;
        resolver.set_param(declared, setting, ty);
        for diagnostic in of_value.iter().filter(|it| !(is_open && it.code == Code::OutOfDomain)) {
            self.diagnostics.push(diagnostic.clone());
        }
    }
}

/// The last setting of each param that is set.
fn effective<'a>(names: &Names, settings: impl Iterator<Item = &'a Setting>) -> Effective<'a> {
    settings.filter_map(|setting| Some((target(names, setting)?, setting))).collect()
}

/// The param that a setting sets.
fn target(names: &Names, setting: &Setting) -> Option<usize> {
    match &setting.target.kind {
        ExpressionKind::Name(name) if !setting.weight => match names.values.get(name.text.as_str())?.value {
            Value::Param(param) => Some(param),
            _ => None,
        },
        _ => None,
    }
}

fn declared<'a>(items: &'a Items, names: &Names) -> Vec<Declared<'a>> {
    let mut all: Vec<Declared<'a>> = Vec::new();
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Param { ty, value, .. } = &item.kind else { continue };
        let mut read = BTreeSet::new();
        if let TypeKind::Range(lo, hi) | TypeKind::Set(lo, hi) = &ty.kind {
            reads(lo, names, &mut read);
            reads(hi, names, &mut read);
        }
        let open = !read.is_empty();
        reads(value, names, &mut read);
        let reader = all.len();
        // A param that is declared later is an error elsewhere.
        for param in read.range(..reader) {
            all[*param].readers.push(reader);
        }
        all.push(Declared { place, ty, value, open, readers: Vec::new() });
    }
    all
}

/// Collects the params that an expression may read.
fn reads(tree: &Expression, names: &Names, params: &mut BTreeSet<usize>) {
    for_each_name(tree, &mut |name| {
        if let Some(Value::Param(param)) = names.values.get(name).map(|named| named.value) {
            params.insert(param);
        }
    });
}

/// Calls `action` for each name that stands in an expression alone or before parentheses.
pub(super) fn for_each_name<'a>(tree: &'a Expression, action: &mut dyn FnMut(&'a str)) {
    match &tree.kind {
        ExpressionKind::Name(name) => action(&name.text),
        ExpressionKind::Member { of: inside, .. }
        | ExpressionKind::Index { index: inside, .. }
        | ExpressionKind::Parenthesized(inside)
        | ExpressionKind::Unary { operand: inside, .. } => for_each_name(inside, action),
        ExpressionKind::Call { name, arguments } => {
            action(&name.text);
            for argument in arguments {
                for_each_name(argument, action);
            }
        }
        ExpressionKind::Set(elements) => elements.iter().for_each(|element| for_each_name(element, action)),
        ExpressionKind::Chain { first, rest } => {
            for_each_name(first, action);
            for (_, _, operand) in rest {
                for_each_name(operand, action);
            }
        }
        ExpressionKind::Quantified { filter, .. } => {
            if let Some(filter) = filter {
                for_each_name(filter, action);
            }
        }
        ExpressionKind::Integer(_)
        | ExpressionKind::Boolean(_)
        | ExpressionKind::None
        | ExpressionKind::Any
        | ExpressionKind::Broken => {}
    }
}

impl Params<'_> {
    /// What the params are under a profile that is not chosen: those that differ from what they are without it. What
    /// is wrong with its settings is reported.
    pub(super) fn under(&self, builder: &mut Builder<'_>, profile: &[Setting]) -> Overlay {
        let set = effective(&builder.names, profile.iter());
        let mut overlay = Overlay::new();
        for setting in profile {
            builder.check_superseded(&self.declared, &set, setting);
        }
        let mut due: BTreeSet<usize> = set.keys().copied().collect();
        // A param reads earlier ones only, so in this order each is evaluated once.
        while let Some(param) = due.pop_first() {
            let declared = &self.declared[param];
            let setting = set.get(&param).copied();
            let mut diagnostics = Diagnostics::default();
            let mut resolver = builder.resolver(declared.place);
            resolver.params = &self.plain;
            resolver.overlay = Some(&overlay);
            resolver.diagnostics = &mut diagnostics;
            let value = resolver.param_value(declared, setting.or(self.used.get(&param).copied()));
            if setting.is_some() {
                builder.diagnostics.extend(diagnostics);
            }
            if value != self.plain[param] {
                overlay.insert(param, value);
                due.extend(&declared.readers);
            }
        }
        overlay
    }
}

impl Resolver<'_> {
    fn param_value(&mut self, declared: &Declared<'_>, setting: Option<&Setting>) -> ParamValue {
        let mut ty = self.ty(declared.ty);
        if let Base::Instance(_) = ty.base {
            self.error(Code::BadType, declared.ty.span, "a param cannot be an instance: it is known before them");
            ty = UNKNOWN;
        }
        let value = match setting {
            Some(setting) => self.set_param(declared, setting, ty),
            None => self.known_param(declared.value, ty, None),
        };
        match value {
            Some(value) => ParamValue { ty, value },
            None => ParamValue { ty: UNKNOWN, value: 0 },
        }
    }

    fn set_param(&mut self, declared: &Declared<'_>, setting: &Setting, ty: Type) -> Option<i64> {
        let span = self.items.list[declared.place].span;
        self.known_param(&setting.value, ty, Some(span))
    }

    fn known_param(&mut self, tree: &Expression, ty: Type, declared: Option<Span>) -> Option<i64> {
        self.constant = Some(self.place);
        let value = self.constant_for(tree, ty, declared);
        self.constant = None;
        value
    }
}
