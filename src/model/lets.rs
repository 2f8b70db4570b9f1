//! Named expressions, each resolved after those that it uses.

use std::collections::BTreeSet;

use super::grammar::{Let, Type};
use super::limits::MAX_LET_DEPTH;
use super::names::{Names, Value};
use super::params::for_each_name;
use super::resolver::Builder;
use super::types::{UNKNOWN, unknown};
use super::visit::depth;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{Binder, DeclarationKind, Expression};

/// How much of a long cycle is shown.
const MAX_SHOWN: usize = 12;

/// A `let` as it is declared.
struct Declared<'a> {
    place: usize,
    span: Span,
    parameters: &'a [Binder],
    value: &'a Expression,
}

/// Resolves every `let`.
pub(super) fn lets(builder: &mut Builder<'_>) {
    let items = builder.items;
    let mut declared = Vec::new();
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Let { name, parameters, value } = &item.kind else { continue };
        let variables = builder.resolver(place).parameters(parameters, false);
        builder.grammar.lets.push(Let {
            name: name.text.to_string(),
            parameters: variables.len(),
            variables,
            ty: UNKNOWN,
            value: unknown(value.span),
            span: item.span,
        });
        declared.push(Declared { place, span: item.span, parameters, value });
    }
    let mut depths = vec![0; declared.len()];
    for id in order(builder, &declared) {
        let declared = &declared[id];
        let row = &builder.grammar.lets[id];
        let types: Vec<Type> = row.variables.iter().map(|variable| variable.ty).collect();
        let mut resolver = builder.resolver(declared.place);
        resolver.bind_parameters(declared.parameters, &types);
        let mut value = resolver.expression(declared.value, None);
        let variables = resolver.scope.variables;
        depths[id] = depth(&value, &depths);
        if depths[id] > MAX_LET_DEPTH {
            let message = format!("the `let`s that this one uses nest deeper than {MAX_LET_DEPTH} levels");
            builder.diagnostics.push(Diagnostic::error(Code::NestingLimit, declared.span, message));
            // Those that use it are no deeper for it.
            (depths[id], value) = (0, unknown(value.span));
        }
        let row = &mut builder.grammar.lets[id];
        (row.variables, row.ty, row.value) = (variables, value.ty, value);
    }
}

/// How far the search has come with a `let`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    Open,
    Done,
}

/// An order in which each stands behind those that it uses; cycles are reported, and cut where they close.
fn order(builder: &mut Builder<'_>, declared: &[Declared<'_>]) -> Vec<usize> {
    let uses: Vec<Vec<usize>> = declared.iter().map(|declared| used(&builder.names, declared)).collect();
    let mut marks = vec![Mark::New; declared.len()];
    let mut order = Vec::new();
    // Those whose cycle was reported; another one through them is not, or a tangle would be reported endlessly.
    let mut reported = vec![false; declared.len()];
    for root in 0..declared.len() {
        if marks[root] != Mark::New {
            continue;
        }
        // A stack of its own, since such chains may be long.
        let mut path = vec![(root, 0)];
        marks[root] = Mark::Open;
        while let Some((id, next)) = path.last_mut() {
            let id = *id;
            let Some(other) = uses[id].get(*next).copied() else {
                marks[id] = Mark::Done;
                order.push(id);
                path.pop();
                continue;
            };
            *next += 1;
            match marks[other] {
                Mark::New => {
                    marks[other] = Mark::Open;
                    path.push((other, 0));
                }
                Mark::Open if !reported[other] => {
                    let start = path.iter().rposition(|(id, _)| *id == other).unwrap_or(0);
                    let mut cycle: Vec<usize> = path[start..].iter().map(|(id, _)| *id).collect();
                    for id in &cycle {
                        reported[*id] = true;
                    }
                    cycle.push(other);
                    report(builder, declared, &cycle);
                }
                Mark::Open | Mark::Done => {}
            }
        }
    }
    order
}

fn report(builder: &mut Builder<'_>, declared: &[Declared<'_>], cycle: &[usize]) {
    let name = |id: &usize| format!("`{}`", builder.grammar.lets[*id].name);
    let mut names: Vec<String> = cycle.iter().take(MAX_SHOWN).map(name).collect();
    if cycle.len() > MAX_SHOWN {
        names.push("…".to_owned());
        names.extend(cycle.last().map(name));
    }
    let message = format!("this `let` uses itself: {}", names.join(" → "));
    let mut diagnostic = Diagnostic::error(Code::RecursiveLet, declared[cycle[0]].span, message);
    for id in cycle[1..cycle.len() - 1].iter().take(MAX_SHOWN) {
        diagnostic = diagnostic.also(declared[*id].span, "by way of this one");
    }
    builder.diagnostics.push(diagnostic);
}

/// The `let`s that one uses. (A name that is a variable does not count.)
fn used(names: &Names, declared: &Declared<'_>) -> Vec<usize> {
    let bound: BTreeSet<&str> = declared.parameters.iter().map(|parameter| parameter.name.text.as_str()).collect();
    let mut used = BTreeSet::new();
    for_each_name(declared.value, &mut |name| {
        if let (Some(Value::Let(id)), false) = (names.values.get(name).map(|named| named.value), bound.contains(name)) {
            used.insert(id.index());
        }
    });
    used.into_iter().collect()
}
