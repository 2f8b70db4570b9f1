//! Which events an action can show first, as in the FIRST sets of parsing (Aho, Lam, Sethi and Ullman, *Compilers*, 2006,
//! section 4.4.2): those that can't show what comes next need not be looked at.

use std::collections::BTreeSet;

use super::wanted::fits;
use crate::model::grammar::{
    ActionId, EventId, Expression, ExpressionKind, Grammar, InstanceId, Statement, StatementKind,
};
use crate::model::visit::parts;
use crate::model::{Alphabet, SymbolId};

/// What comes of an action, for each of a grammar.
#[derive(Debug)]
pub(super) struct First {
    actions: Vec<Heads>,
}

/// The events that an action can show first.
#[derive(Debug, Default)]
struct Heads {
    /// Whether it is a reaction, which has no mark.
    reaction: bool,
    events: BTreeSet<Head>,
    /// Whether anything may come: it can show nothing, or what it shows is not known.
    open: bool,
}

/// An event, and for each of its instances the parameter of the action that it is, where it is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    event: EventId,
    of: Vec<Option<usize>>,
}

impl First {
    /// Goes through the bodies of all actions, and of the rules that they begin with.
    pub(super) fn new(grammar: &Grammar) -> Self {
        // A clause of a `meanwhile` may come before the first event of an action.
        let disturbed = grammar.phases.iter().any(|phase| !phase.meanwhile.is_empty());
        let actions = grammar.actions.iter().map(|action| {
            let mut survey = Survey { grammar, rules: BTreeSet::new(), found: Heads::default() };
            let parameters: Vec<Option<usize>> = (0..action.parameters).map(Some).collect();
            let silent = survey.sequence(&action.body, &parameters);
            survey.found.open |= silent || disturbed;
            survey.found.reaction = action.reaction;
            survey.found
        });
        Self { actions: actions.collect() }
    }

    /// All actions and reactions.
    pub(super) fn actions(&self) -> impl Iterator<Item = ActionId> + use<> {
        (0..self.actions.len()).map(ActionId::new)
    }

    /// Whether what an action shows first is no mark of its own.
    pub(super) fn is_reaction(&self, action: ActionId) -> bool {
        self.actions[action.index()].reaction
    }

    /// Whether an action can show one of these events first, or nothing. `of` are the instances that the event must be of, as
    /// far as they are known; `argument` tells the instance that a parameter is, where it is known.
    pub(super) fn may_show(
        &self,
        alphabet: &Alphabet,
        action: ActionId,
        symbols: impl IntoIterator<Item = SymbolId>,
        of: &[Option<InstanceId>],
        argument: impl Fn(usize) -> Option<InstanceId>,
    ) -> bool {
        let Heads { events, open, .. } = &self.actions[action.index()];
        *open
            || symbols.into_iter().any(|symbol| {
                let event = alphabet.event_of(symbol);
                if !events.iter().any(|head| head.event == event) {
                    return false;
                }
                let instances = alphabet.instances_of(symbol);
                let is_it = |(parameter, instance): (&Option<usize>, &InstanceId)| {
                    parameter.and_then(&argument).is_none_or(|argument| argument == *instance)
                };
                fits(of, &instances)
                    && events.iter().any(|head| head.event == event && head.of.iter().zip(&instances).all(is_it))
            })
    }
}

struct Survey<'g> {
    grammar: &'g Grammar,
    /// The rules that were looked at, each with what its parameters are.
    rules: BTreeSet<(usize, Vec<Option<usize>>)>,
    found: Heads,
}

impl Survey<'_> {
    /// Adds what a sequence can show first; whether it may show nothing. `known` tells the parameter of the action that a
    /// variable is.
    fn sequence(&mut self, body: &[Statement], known: &[Option<usize>]) -> bool {
        body.iter().all(|statement| self.statement(statement, known))
    }

    fn statement(&mut self, statement: &Statement, known: &[Option<usize>]) -> bool {
        let parameter = |expression: &Expression| match expression.kind {
            ExpressionKind::Variable(variable) => known.get(variable.index()).copied().flatten(),
            _ => None,
        };
        match &statement.kind {
            StatementKind::Emit { event, of, .. } => {
                let of = of.iter().map(parameter).collect();
                self.found.events.insert(Head { event: *event, of });
                false
            }
            StatementKind::Call { rule, arguments } => {
                let known: Vec<Option<usize>> = arguments.iter().map(parameter).collect();
                // One that calls itself before it shows anything adds nothing that is new.
                !self.rules.insert((rule.index(), known.clone()))
                    || self.sequence(&self.grammar.rules[rule.index()].body, &known)
            }
            StatementKind::Block(body) | StatementKind::Atomic(body) => self.sequence(body, known),
            StatementKind::Choose { alternatives, otherwise } => {
                let mut silent = otherwise.is_none();
                for body in alternatives.iter().map(|alternative| &alternative.body).chain(otherwise.as_deref()) {
                    silent |= self.statement(body, known);
                }
                silent
            }
            StatementKind::If { arms, otherwise } => {
                let mut silent = otherwise.is_none();
                for body in arms.iter().map(|(_, body)| body).chain(otherwise) {
                    silent |= self.sequence(body, known);
                }
                silent
            }
            StatementKind::ForEach { .. }
            | StatementKind::ForOne { .. }
            | StatementKind::Repeat { .. }
            | StatementKind::Maybe { .. }
            | StatementKind::Interleave(_) => {
                for body in parts(statement) {
                    self.sequence(body, known);
                }
                true
            }
            StatementKind::Assign { .. } => true,
            StatementKind::Draw { .. } | StatementKind::Leave | StatementKind::End => {
                self.found.open = true;
                false
            }
        }
    }
}
