//! What was read of a log.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::attempts::{Attempt, Attempts, Sign};
use super::slots::{self, Hook, Needs};
use super::words::Words;
use crate::model::grammar::{Base, Grammar};

/// The hooks of the units of a log.
#[derive(Clone, Debug)]
pub struct Log {
    pub(super) words: Words,
    pub(super) units: Vec<Unit>,
    /// Whether it also shows events that a charm has defined for itself, so that only the grammar can tell them apart.
    pub(super) has_others: bool,
}

/// A unit, and the hooks of one of its lives.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// Its name, if the log tells it.
    pub(super) name: Option<String>,
    pub(super) hooks: Vec<Hook>,
    needs: Needs,
}

/// How much more room a grammar must have for a log than it has. `None` where it has enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lack {
    /// How many relations an endpoint must have whose array is too small.
    pub relations: Option<u32>,
    /// The value for the param `ids`.
    pub ids: Option<u32>,
    /// The value for the param `units`.
    pub units: Option<u32>,
}

impl Lack {
    /// The more of each.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            relations: self.relations.max(other.relations),
            ids: self.ids.max(other.ids),
            units: self.units.max(other.units),
        }
    }
}

impl Log {
    /// The names of the units that the log tells of, in their order; a log of one unit may not tell its name.
    pub fn units(&self) -> impl Iterator<Item = &str> {
        self.units.iter().filter_map(|unit| unit.name.as_deref())
    }

    /// Keeps one unit, or all units of an application; whether there is one. A log that tells no name is taken to be
    /// that of the unit.
    pub fn keep(&mut self, wanted: &str) -> bool {
        if let [Unit { name: name @ None, .. }] = &mut self.units[..] {
            *name = Some(wanted.to_owned());
            return true;
        }
        let is_wanted = |name: &str| name == wanted || name.split('/').next() == Some(wanted);
        self.units.retain(|unit| unit.name.as_deref().is_some_and(is_wanted));
        !self.units.is_empty()
    }

    /// What a grammar lacks for the units of the log.
    pub fn lack(&self, grammar: &Grammar) -> Lack {
        let param = |name: &str, needed: u32| {
            let param = grammar.params.iter().find(|param| param.name == name)?;
            let Base::Int { hi, .. } = param.ty.base else { return None };
            let value = i64::from(needed).min(hi);
            u32::try_from(value).ok().filter(|_| param.value < value)
        };
        let mut arrays: BTreeMap<String, u32> = BTreeMap::new();
        for instance in &grammar.instances {
            *arrays.entry(instance.name.replace('-', "_")).or_default() += 1;
        }
        let mut lack = Lack::default();
        for Needs { relations, units } in self.units.iter().map(|unit| &unit.needs) {
            for (endpoint, needed) in relations {
                let is_short = arrays.get(endpoint).is_some_and(|elements| elements < needed);
                let relations = Some(*needed).filter(|_| is_short);
                lack = lack.or(Lack { relations, ids: param("ids", *needed), units: None });
            }
            lack.units = lack.units.max(param("units", *units));
        }
        lack
    }
}

/// Takes the signs of hooks of all units.
#[derive(Debug, Default)]
pub(super) struct Collector {
    words: Words,
    /// In the order in which they come.
    units: Vec<(Option<String>, Attempts)>,
    numbers: FxHashMap<String, usize>,
}

impl Collector {
    /// Takes the next sign of a unit: one with a name, or the only one of a log that tells none.
    pub(super) fn take(&mut self, unit: Option<&str>, sign: Sign<'_>, line: u64) {
        let name = unit.unwrap_or_default();
        let number = self.numbers.get(name).copied().unwrap_or_else(|| {
            self.units.push((unit.map(str::to_owned), Attempts::default()));
            self.numbers.insert(name.to_owned(), self.units.len() - 1);
            self.units.len() - 1
        });
        self.units[number].1.take(sign, name, line, &mut self.words);
    }

    /// The unit of which no name was told has this one.
    pub(super) fn name(&mut self, name: &str) {
        if let Some(number) = self.numbers.remove("") {
            self.units[number].0 = Some(name.to_owned());
            self.numbers.insert(name.to_owned(), number);
        }
    }

    /// What came of it. Units without hooks are left out; the others are sorted by application and number.
    pub(super) fn finish(mut self, has_others: bool) -> Log {
        let mut units = Vec::new();
        for (name, attempts) in self.units {
            let mut attempts = &attempts.settle(&self.words)[..];
            while !attempts.is_empty() {
                let (life, rest) = attempts.split_at(life(attempts, &self.words));
                let (hooks, needs) = slots::place(life, &mut self.words);
                units.push(Unit { name: name.clone(), hooks, needs });
                attempts = rest;
            }
        }
        let key = |unit: &Unit| {
            let name = unit.name.clone().unwrap_or_default();
            let (application, number) = name.split_once('/').unwrap_or((&name, ""));
            (application.to_owned(), number.parse::<u64>().unwrap_or_default(), name.clone())
        };
        units.sort_by_key(key);
        Log { words: self.words, units, has_others }
    }
}

/// How many attempts are those of one life. On Kubernetes a unit that is removed, and comes back when its application
/// is scaled up again, has the same name.
fn life(attempts: &[Attempt], words: &Words) -> usize {
    let is_over = |pair: &[Attempt]| words.text(pair[0].name) == "remove" && words.text(pair[1].name) == "install";
    attempts.windows(2).position(is_over).map_or(attempts.len(), |last| last + 1)
}
