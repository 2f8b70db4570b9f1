//! The names of a grammar, as traces write them.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::lookup::Lookup;
use crate::limits::Limits;
use crate::model::grammar::{ActionId, CauseId, Grammar, Instance, InstanceId, KindId, PhaseId};
use crate::model::{Alphabet, NameId, glob};

/// The names of a grammar as traces write them, and which items a reader leaves out.
#[derive(Debug)]
pub struct Vocabulary<'g> {
    pub(super) grammar: &'g Grammar,
    pub(super) alphabet: &'g Alphabet,
    /// What is ignored, also of what the grammar does not have.
    ignore: Vec<String>,
    /// The names of events, also those that are ignored, so that one look tells both.
    events: Lookup<'g, Name>,
    /// The names of events as Python spells them, once one was looked for.
    snake_case: OnceLock<FxHashMap<String, Option<Name>>>,
    /// The actions, by the label that they share.
    actions: FxHashMap<&'g str, Vec<ActionId>>,
    sources: FxHashMap<&'g str, CauseId>,
    phases: FxHashMap<&'g str, PhaseId>,
    /// The full names of all instances.
    full_names: Vec<String>,
    instances: FxHashMap<(KindId, String), InstanceId>,
}

/// The name of an event that the grammar has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Read(NameId),
    Ignored,
}

impl<'g> Vocabulary<'g> {
    /// The names of a grammar, whose alphabet this is. A reader drops every event, action and phase whose name, or
    /// label, is one that a glob of `ignore` stands for, also if the grammar does not have it.
    ///
    /// Costs a table of all names: some hundred nanoseconds for each, and for each glob.
    pub fn new(grammar: &'g Grammar, alphabet: &'g Alphabet, ignore: &[String]) -> Self {
        let full_names: Vec<String> = grammar.instances.iter().map(Instance::full_name).collect();
        let mut vocabulary = Self {
            grammar,
            alphabet,
            ignore: ignore.to_vec(),
            events: Lookup::new([]),
            snake_case: OnceLock::new(),
            actions: FxHashMap::default(),
            sources: (0..).map(CauseId).zip(&grammar.sources).map(|(id, source)| (source.name.as_str(), id)).collect(),
            phases: (0..).map(PhaseId).zip(&grammar.phases).map(|(id, phase)| (phase.name.as_str(), id)).collect(),
            instances: (0..)
                .map(InstanceId)
                .zip(grammar.instances.iter().zip(&full_names))
                .map(|(id, (instance, name))| ((instance.kind, name.clone()), id))
                .collect(),
            full_names,
        };
        vocabulary.events = Lookup::new(alphabet.names().zip((0..).map(NameId)).map(|(name, id)| {
            let is_ignored = vocabulary.is_ignored(name);
            (name, if is_ignored { Name::Ignored } else { Name::Read(id) })
        }));
        for (id, action) in (0..).map(ActionId).zip(&grammar.actions).filter(|(_, action)| !action.reaction) {
            vocabulary.actions.entry(&action.label).or_default().push(id);
        }
        vocabulary
    }

    /// What bounds what is read.
    pub fn limits(&self) -> &Limits {
        &self.grammar.limits
    }

    /// The event with a name, also as `ops` spells it, which has `_` for `-`: `db_relation_joined`.
    #[inline]
    pub(super) fn event(&self, name: &[u8]) -> Option<Name> {
        self.events.get(name).or_else(|| self.in_snake_case(name))
    }

    /// The event whose name with `_` for every `-` is this one, unless there are two.
    #[cold]
    fn in_snake_case(&self, name: &[u8]) -> Option<Name> {
        if !name.contains(&b'_') {
            return None;
        }
        let names = self.snake_case.get_or_init(|| {
            let mut names: FxHashMap<String, Option<Name>> = FxHashMap::default();
            for name in self.alphabet.names().filter(|name| name.contains('-')) {
                let meant = self.events.get(name.as_bytes());
                names.entry(name.replace('-', "_")).and_modify(|meant| *meant = None).or_insert(meant);
            }
            names
        });
        *names.get(std::str::from_utf8(name).ok()?)?
    }

    /// Whether there is an event with a name, in either spelling.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.event(name.as_bytes()).is_some()
    }

    /// The names of all events.
    pub(crate) fn alphabet(&self) -> &'g Alphabet {
        self.alphabet
    }

    /// Whether items with this name are dropped. Costs as much as the glob matches.
    pub(super) fn is_ignored(&self, name: &str) -> bool {
        self.ignore.iter().any(|ignored| glob::matches(ignored, name))
    }

    /// The actions that share a label: none if there is no such label.
    pub(super) fn actions(&self, label: &str) -> &[ActionId] {
        self.actions.get(label).map_or(&[], Vec::as_slice)
    }

    /// The labels of all actions, in the order of their declaration.
    pub(super) fn labels(&self) -> impl Iterator<Item = &'g str> {
        self.grammar.actions.iter().filter(|action| !action.reaction).map(|action| action.label.as_str())
    }

    pub(super) fn source(&self, name: &str) -> Option<CauseId> {
        self.sources.get(name).copied()
    }

    pub(super) fn phase(&self, name: &str) -> Option<PhaseId> {
        self.phases.get(name).copied()
    }

    /// The instance of a kind by its full name.
    pub(super) fn instance(&self, kind: KindId, name: &str) -> Option<InstanceId> {
        self.instances.get(&(kind, name.to_owned())).copied()
    }

    /// The full names of the instances of a kind.
    pub(super) fn instances(&self, kind: KindId) -> impl Iterator<Item = &str> {
        self.grammar.kinds[kind.index()].instances().map(|id| self.full_names[id.index()].as_str())
    }
}
