//! What a grammar says of the items of its runs.

use std::collections::BTreeSet;

use crate::machine::Program;
use crate::model::Alphabet;
use crate::model::grammar::{ActionId, Base, Grammar, InstanceId, Type};
use crate::sets::Item;

/// What steps have in common that may go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Life {
    /// They speak of an instance.
    Instance(InstanceId),
    /// They speak of an instance and of a number: a unit of a relation.
    Unit(InstanceId, i64),
    /// They are an action, whatever its arguments.
    Action(ActionId),
    /// They are an event of a name.
    Event(u32),
}

/// A grammar, for whoever asks what its items speak of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts<'g> {
    pub(super) grammar: &'g Grammar,
    pub(super) alphabet: &'g Alphabet,
    pub(super) program: &'g Program,
}

impl Facts<'_> {
    /// What an item has in common with others.
    pub(super) fn lives(self, item: &Item) -> BTreeSet<Life> {
        let mut lives = BTreeSet::new();
        match item {
            Item::Phase(_) => return lives,
            Item::Action { action, .. } => lives.insert(Life::Action(*action)),
            Item::Event { symbol, .. } => lives.insert(Life::Event(symbol.0)),
        };
        let numbers = self.numbers(item);
        for instance in self.instances(item) {
            lives.insert(Life::Instance(instance));
            lives.extend(numbers.iter().map(|number| Life::Unit(instance, *number)));
        }
        lives
    }

    /// The instances that an item speaks of.
    pub(super) fn instances(self, item: &Item) -> Vec<InstanceId> {
        let mut instances: Vec<InstanceId> = self.values(item).filter_map(|(ty, value)| instance(ty, value)).collect();
        if let Item::Event { symbol, .. } = item {
            instances.extend(self.alphabet.instances_of(*symbol));
        }
        instances
    }

    /// The values of integer types that come with an item.
    fn numbers(self, item: &Item) -> Vec<i64> {
        let is_number = |(ty, _): &(Type, i64)| matches!(ty.base, Base::Int { .. });
        self.values(item).filter(is_number).map(|(_, value)| value).collect()
    }

    /// The item with other values, and other instances in its name.
    pub(super) fn map(
        self,
        item: &Item,
        value: impl Fn(Type, i64) -> i64,
        instance: impl Fn(InstanceId) -> InstanceId,
    ) -> Item {
        let mapped = self.values(item).map(|(ty, old)| value(ty, old)).collect();
        match item {
            Item::Phase(phase) => Item::Phase(*phase),
            Item::Action { action, source, .. } => Item::Action { action: *action, source: *source, arguments: mapped },
            Item::Event { symbol, .. } => {
                let of: Vec<InstanceId> = self.alphabet.instances_of(*symbol).into_iter().map(instance).collect();
                Item::Event { symbol: self.alphabet.symbol(self.alphabet.event_of(*symbol), &of), payload: mapped }
            }
        }
    }

    /// The values that come with an item, with their types.
    pub(super) fn values(self, item: &Item) -> impl Iterator<Item = (Type, i64)> {
        let Self { grammar, alphabet, .. } = self;
        let (types, values): (Vec<Type>, &[i64]) = match item {
            Item::Phase(_) => (Vec::new(), &[]),
            Item::Action { action, arguments, .. } => {
                (grammar.actions[action.index()].variables.iter().map(|variable| variable.ty).collect(), arguments)
            }
            Item::Event { symbol, payload } => {
                let event = &grammar.events[alphabet.event_of(*symbol).index()];
                (event.payload.iter().map(|field| field.ty).collect(), payload)
            }
        };
        types.into_iter().zip(values.to_vec())
    }
}

/// The instance that a value is.
pub(super) fn instance(ty: Type, value: i64) -> Option<InstanceId> {
    match ty.base {
        Base::Instance(_) if value >= 0 => u32::try_from(value).ok().map(InstanceId),
        _ => None,
    }
}
