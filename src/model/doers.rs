//! Rules, actions, reactions and phases: first what each is called and takes, then what it does.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::Space;
use super::grammar::{
    Action, ActionId, Base, CauseId, Clause, Expression, ExpressionKind, Phase, Rule, Statement, Type, Variable,
};
use super::limits::MAX_WEIGHT;
use super::names::Drawn;
use super::resolver::{Builder, Resolver};
use super::types::{BOOL, INT, plain};
use super::visit::for_each_variable;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, Binder, DeclarationKind, Name};

/// Declares sources and groups, rules, actions and reactions, without their bodies.
pub(super) fn signatures(builder: &mut Builder<'_>) {
    let items = builder.items;
    for (place, item) in items.list.iter().enumerate() {
        match &item.kind {
            DeclarationKind::Source(names) => {
                let rows =
                    names.iter().map(|name| super::grammar::Cause { name: name.text.to_string(), span: item.span });
                builder.grammar.sources.extend(rows);
            }
            DeclarationKind::Group(names) => {
                builder.grammar.groups.extend(names.iter().map(|name| name.text.to_string()));
            }
            DeclarationKind::Rule { name, parameters, .. } => {
                let variables = builder.resolver(place).parameters(parameters, false);
                let (name, parameters) = (name.text.to_string(), variables.len());
                builder.grammar.rules.push(Rule { name, parameters, variables, body: Vec::new(), span: item.span });
            }
            DeclarationKind::Action(action) => {
                let action = builder.resolver(place).signature(action, false);
                builder.grammar.actions.push(action);
            }
            DeclarationKind::Reaction(action) => {
                let action = builder.resolver(place).signature(action, true);
                builder.grammar.actions.push(action);
            }
            _ => {}
        }
    }
    builder.names.groups = vec![Vec::new(); builder.grammar.groups.len()];
    let (mut all_actions, mut all_reactions) = (Vec::new(), Vec::new());
    for (id, action) in builder.grammar.actions.iter().enumerate() {
        let id = ActionId::new(id);
        let all = if action.reaction { &mut all_reactions } else { &mut all_actions };
        all.push(id);
        for group in &action.groups {
            builder.names.groups[*group].push(id);
        }
    }
    builder.names.all_actions = all_actions.into();
    builder.names.all_reactions = all_reactions.into();
}

/// Resolves all bodies.
pub(super) fn bodies(builder: &mut Builder<'_>) {
    let items = builder.items;
    let (mut rules, mut actions) = (0, 0);
    for (place, item) in items.list.iter().enumerate() {
        match &item.kind {
            DeclarationKind::Rule { parameters, body, .. } => {
                let types = types(&builder.grammar.rules[rules].variables);
                let mut resolver = builder.resolver(place);
                resolver.bind_parameters(parameters, &types);
                let body = resolver.block(body);
                let variables = resolver.scope.variables;
                let row = &mut builder.grammar.rules[rules];
                (row.variables, row.body) = (variables, body);
                rules += 1;
            }
            DeclarationKind::Action(action) | DeclarationKind::Reaction(action) => {
                let types = types(&builder.grammar.actions[actions].variables);
                let body = builder.resolver(place).action(action, &types);
                let row = &mut builder.grammar.actions[actions];
                (row.variables, row.weight, row.guard, row.body) = body;
                actions += 1;
            }
            DeclarationKind::Phase { name, body } => {
                let (variables, meanwhile, body) = builder.resolver(place).phase(body, &item.extensions);
                let (name, span, doc) = (name.text.to_string(), item.span, item.doc.clone());
                builder.grammar.phases.push(Phase { name, variables, meanwhile, body, span, doc });
            }
            _ => {}
        }
    }
}

fn types(variables: &[Variable]) -> Vec<Type> {
    variables.iter().map(|variable| variable.ty).collect()
}

/// A weight that is a number.
pub(super) fn weight_of(value: i64, span: Span) -> Expression {
    let ty = plain(Base::Int { lo: value, hi: value });
    Expression { kind: ExpressionKind::Constant(value), ty, span }
}

impl Resolver<'_> {
    /// Parameters with their types; those of actions are enumerated.
    pub(super) fn parameters(&mut self, parameters: &[Binder], enumerated: bool) -> Vec<Variable> {
        let variable = |parameter: &Binder| {
            let ty = if enumerated { self.enumerated_type(&parameter.ty) } else { self.ty(&parameter.ty) };
            Variable { name: parameter.name.text.to_string(), ty, span: parameter.name.span }
        };
        parameters.iter().map(variable).collect()
    }

    fn signature(&mut self, tree: &tree::Action, reaction: bool) -> Action {
        let variables = self.parameters(&tree.parameters, true);
        let item = &self.items.list[self.place];
        Action {
            name: tree.name.text.to_string(),
            label: self.label(tree, reaction),
            reaction,
            sources: self.causes(tree, reaction),
            parameters: variables.len(),
            variables,
            weight: weight_of(1, tree.name.span),
            guard: None,
            groups: self.groups(&tree.groups),
            body: Vec::new(),
            span: item.span,
            doc: item.doc.clone(),
        }
    }

    fn label(&mut self, tree: &tree::Action, reaction: bool) -> String {
        let Some(label) = &tree.label else { return tree.name.text.to_string() };
        if reaction {
            let message = "a reaction shows no mark, so it cannot have a name for one";
            self.report(
                Diagnostic::error(Code::BadClause, label.span, message).help("leave out `as`, or declare an action"),
            );
        }
        // A story shows it between quotes, on one line.
        let is_bad = |character: char| character == '\'' || character.is_control();
        if label.value.is_empty() || label.value.contains(is_bad) {
            let message = "a trace could not show this name";
            let help = "name it without `'`, line breaks and other control characters";
            self.report(Diagnostic::error(Code::BadLabel, label.span, message).help(help));
        }
        label.value.clone()
    }

    fn causes(&mut self, tree: &tree::Action, reaction: bool) -> Vec<CauseId> {
        if let (true, Some(first)) = (reaction, tree.sources.first()) {
            let span = tree.sources.iter().fold(first.span, |span, name| span.to(name.span));
            self.report(
                Diagnostic::error(Code::BadClause, span, "a reaction has no source")
                    .help("leave out `by`, or declare an action"),
            );
            return Vec::new();
        }
        if !reaction && tree.sources.is_empty() {
            let message = format!("the action `{}` does not say who causes it", tree.name.text);
            let sources: Vec<&str> = self.names.sources.keys().map(String::as_str).take(5).collect();
            let help = match &sources[..] {
                [] => "declare a source, `source user`, and write `by user` behind the name".to_owned(),
                _ => format!("write `by` and one of `{}` behind the name", sources.join("`, `")),
            };
            self.report(Diagnostic::error(Code::MissingSource, tree.name.span, message).help(help));
        }
        let mut causes = Vec::new();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for name in &tree.sources {
            if let Some(first) = seen.insert(&name.text, name.span) {
                let message = format!("the source `{}` is named twice", name.text);
                self.report(Diagnostic::error(Code::DuplicateName, name.span, message).also(first, "first named here"));
                continue;
            }
            if let Some(id) = self.names.sources.get(name.text.as_str()) {
                causes.push(*id);
            } else {
                let candidates = self.names.sources.keys().map(String::as_str);
                let missing = self.undefined(Code::UndefinedSource, Space::Source, "source", name, candidates);
                self.report_if(missing);
            }
        }
        causes
    }

    fn groups(&mut self, names: &[Name]) -> Vec<usize> {
        let mut groups = BTreeSet::new();
        for name in names {
            match self.names.actions.get(name.text.as_str()) {
                Some(Drawn::Group(group)) => {
                    groups.insert(*group);
                }
                Some(_) => {
                    let message = format!("`{}` is no group", name.text);
                    self.error(Code::UndefinedGroup, name.span, message);
                }
                None => {
                    let groups = self.names.actions.iter().filter(|(_, drawn)| matches!(drawn, Drawn::Group(_)));
                    let candidates = groups.map(|(name, _)| name.as_str());
                    let missing = self.undefined(Code::UndefinedGroup, Space::Action, "group", name, candidates);
                    self.report_if(missing);
                }
            }
        }
        groups.into_iter().collect()
    }

    fn action(
        mut self,
        tree: &tree::Action,
        types: &[Type],
    ) -> (Vec<Variable>, Expression, Option<Expression>, Vec<Statement>) {
        self.bind_parameters(&tree.parameters, types);
        let weight = match &tree.weight {
            Some(weight) => self.weight(weight),
            None => weight_of(1, tree.name.span),
        };
        let mut read = Vec::new();
        for_each_variable(&weight, &mut |id, span| {
            if id.index() < types.len() {
                read.push((id, span));
            }
        });
        for (id, span) in read {
            let variable = &self.scope.variables[id.index()];
            let message = format!("a weight cannot read the parameter `{}`", variable.name);
            self.report(
                Diagnostic::error(Code::BadWeight, span, message)
                    .also(variable.span, "the parameter")
                    .help("the action is drawn by its weight before its arguments are"),
            );
        }
        let guard = tree.guard.as_ref().map(|guard| self.typed(guard, BOOL));
        let body = self.block(&tree.body);
        (self.scope.variables, weight, guard, body)
    }

    /// A weight: an integer that is not negative.
    pub(super) fn weight(&mut self, tree: &tree::Expression) -> Expression {
        let weight = self.typed(tree, INT);
        if let Some(value) = weight.value() {
            self.known_weight(value, tree.span);
        }
        weight
    }

    /// Says so if a weight that is known before the walk cannot be one; what may stand in its place.
    pub(super) fn known_weight(&mut self, weight: i64, span: Span) -> i64 {
        match u64::try_from(weight) {
            Err(_) => {
                self.error(Code::BadWeight, span, "a weight cannot be negative");
                0
            }
            Ok(value) if value > MAX_WEIGHT => {
                let message = format!("a weight is at most {MAX_WEIGHT}, this one is {weight}");
                let help = "only their proportions matter: make all weights smaller";
                self.report(Diagnostic::error(Code::BadWeight, span, message).help(help));
                0
            }
            Ok(_) => weight,
        }
    }

    fn phase(mut self, body: &tree::Block, extensions: &[tree::Block]) -> (Vec<Variable>, Vec<Clause>, Vec<Statement>) {
        let mut clauses = Vec::new();
        let mut statements = body.statements.as_slice();
        if let [tree::Statement { kind: tree::StatementKind::Meanwhile(own), .. }, rest @ ..] = statements {
            self.clauses(own, &mut clauses);
            statements = rest;
        }
        let body = self.statements(statements);
        for statement in extensions.iter().flat_map(|extension| &extension.statements) {
            match &statement.kind {
                tree::StatementKind::Meanwhile(more) => self.clauses(more, &mut clauses),
                tree::StatementKind::Broken => {}
                _ => self.report(
                    Diagnostic::error(
                        Code::MisplacedStatement,
                        statement.span,
                        "`extend` adds `meanwhile` clauses only",
                    )
                    .help("to change what a phase does, replace it: `override phase …`"),
                ),
            }
        }
        (self.scope.variables, clauses, body)
    }

    fn clauses(&mut self, trees: &[tree::Clause], clauses: &mut Vec<Clause>) {
        for tree in trees {
            let guard = tree.guard.as_ref().map(|guard| self.typed(guard, BOOL));
            let body = self.statement(&tree.body);
            clauses.push(Clause { millionths: tree.chance.millionths, guard, body, span: tree.span });
        }
    }
}
