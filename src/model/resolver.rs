//! What every pass that looks inside of declarations needs: the names, the grammar as far as it is known, and the
//! variables in scope.
//!
//! A [`Resolver`] is made for each declaration. Types, expressions, emissions and statements are its methods, each
//! group in a file of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::{Items, Key, Space};
use super::grammar::{Grammar, Type, Variable, VariableId};
use super::names::Names;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};
use crate::syntax::tree::Name;

/// The grammar while it is made.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    pub items: &'a Items,
    /// The sources that are the user's own: the root and what was added to it.
    pub own: &'a BTreeSet<SourceId>,
    pub names: Names,
    /// Whether an event or an instance is missing because of a mistake, so that the alphabet is not known.
    pub lacks_events: bool,
    pub grammar: Grammar,
    /// What each param is, in the order of their declaration.
    pub params: Vec<ParamValue>,
    pub diagnostics: Diagnostics,
}

/// What a param is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ParamValue {
    pub ty: Type,
    pub value: i64,
}

/// Params that have other values for a while, as under a profile that is checked but not chosen.
pub(super) type Overlay = BTreeMap<usize, ParamValue>;

impl Builder<'_> {
    /// For what the item at `place` declares.
    pub(super) fn resolver(&mut self, place: usize) -> Resolver<'_> {
        Resolver {
            items: self.items,
            own: self.own,
            names: &self.names,
            grammar: &self.grammar,
            params: &self.params,
            overlay: None,
            place,
            constant: None,
            scope: Scope::default(),
            diagnostics: &mut self.diagnostics,
        }
    }
}

/// Resolves what one declaration says.
pub(super) struct Resolver<'a> {
    pub items: &'a Items,
    pub own: &'a BTreeSet<SourceId>,
    pub names: &'a Names,
    pub grammar: &'a Grammar,
    pub params: &'a [ParamValue],
    pub overlay: Option<&'a Overlay>,
    /// The place of the declaration: its types read only params that are declared before.
    pub place: usize,
    /// Whether only constants are allowed, and then before which place the params must be declared that they read.
    pub constant: Option<usize>,
    pub scope: Scope,
    pub diagnostics: &'a mut Diagnostics,
}

/// The variables of one body.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    /// All that were bound so far; an id is a place in here.
    pub variables: Vec<Variable>,
    /// Those that can be seen.
    visible: BTreeMap<String, VariableId>,
}

/// A variable in scope, and what its name meant before.
pub(super) struct Bound {
    pub id: VariableId,
    name: String,
    before: Option<VariableId>,
}

impl Scope {
    pub(super) fn get(&self, name: &str) -> Option<VariableId> {
        self.visible.get(name).copied()
    }

    /// The names that can be seen.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.visible.keys().map(String::as_str)
    }
}

impl Resolver<'_> {
    /// Says something about the text.
    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn report_if(&mut self, diagnostic: Option<Diagnostic>) {
        if let Some(diagnostic) = diagnostic {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Brings a variable into scope.
    pub(super) fn bind(&mut self, name: &Name, ty: Type) -> Bound {
        if name.text.len() > super::collect::MAX_NAME_BYTES {
            self.report(super::collect::name_limit(&name.text, name.span));
        }
        let other = match self.scope.get(name.text.as_str()) {
            Some(id) => Some((self.scope.variables[id.index()].span, "a variable")),
            // What another file declares is hidden: it may come to declare more without breaking this one.
            None => self.names.values.get(name.text.as_str()).and_then(|named| {
                (named.span.source == name.span.source).then(|| (named.span, super::reference::word_for(named.value)))
            }),
        };
        if let Some((span, what)) = other {
            let message = format!("the variable `{}` shadows {what}", name.text);
            self.report(
                Diagnostic::error(Code::ShadowedName, name.span, message).also(span, format!("{what} of that name")),
            );
        }
        let id = VariableId::new(self.scope.variables.len());
        self.scope.variables.push(Variable { name: name.text.to_string(), ty, span: name.span });
        let before = self.scope.visible.insert(name.text.to_string(), id);
        Bound { id, name: name.text.to_string(), before }
    }

    /// Brings the parameters into scope whose types are known.
    pub(super) fn bind_parameters(&mut self, parameters: &[crate::syntax::tree::Binder], types: &[Type]) {
        for (parameter, ty) in parameters.iter().zip(types) {
            self.bind(&parameter.name, *ty);
        }
    }

    /// Takes a variable out of scope.
    pub(super) fn unbind(&mut self, bound: Bound) {
        match bound.before {
            Some(id) => self.scope.visible.insert(bound.name, id),
            None => self.scope.visible.remove(&bound.name),
        };
    }

    /// Says that a name leads nowhere. `what` is what it should have been, or nothing where that is open. `None` when
    /// there is nothing to say, since it may belong to text that could not be read.
    pub(super) fn undefined<'c>(
        &self,
        code: Code,
        space: Space,
        what: &str,
        name: &Name,
        candidates: impl IntoIterator<Item = &'c str>,
    ) -> Option<Diagnostic> {
        let key = Key::new(space, &name.text);
        if let Some(removed) = self.items.removed.get(&key) {
            let what = if what.is_empty() { "name" } else { what };
            let message = format!("the {what} `{}` was removed", name.text);
            return Some(Diagnostic::error(Code::RemovedName, name.span, message).also(*removed, "removed here"));
        }
        if self.items.may_be_broken(&key) {
            return None;
        }
        let message = match what {
            "" => format!("there is nothing called `{}` here", name.text),
            _ => format!("there is no {what} `{}`", name.text),
        };
        let diagnostic = Diagnostic::error(code, name.span, message);
        Some(diagnostic.suggest(self.names.nearest(&name.text, candidates)))
    }
}
