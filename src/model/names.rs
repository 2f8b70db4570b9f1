//! Where each name leads: ids for everything that is declared, in the order of declaration, before anything is checked.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::collect::{Item, Items};
use super::emission::Expansions;
use super::grammar::{Action, ActionId, CauseId, Enum, EnumId, EventId, InstanceId, KindId, LetId, RuleId, StateId};
use crate::diagnostic::suggest::nearest;
use crate::source::Span;
use crate::syntax::tree::{DeclarationKind, Type, TypeKind};

/// How many names one search for a similar name may look at.
const MAX_CANDIDATES: usize = 2000;

/// How many names all such searches of one load may look at, so that a text full of mistakes takes no longer than one
/// without.
const CANDIDATE_BUDGET: usize = 200_000;

/// What a search counts for by itself, since candidates are filtered before they are counted.
const SEARCH_COST: usize = 100;

/// What a name of the namespace of values stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// By its place among the params.
    Param(usize),
    State(StateId),
    Let(LetId),
}

/// A name of the namespace of values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub value: Value,
    /// Where it is declared.
    pub span: Span,
    /// The place of the item that declares it: what stands before another has the lower one.
    pub place: usize,
}

/// What `do`, `react` and `settle` can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Drawn {
    Action(ActionId),
    Reaction(ActionId),
    /// By its place among the groups.
    Group(usize),
}

/// An instance, or an array of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Thing {
    pub kind: KindId,
    /// It, or its first element.
    pub first: InstanceId,
    /// How many elements the array has.
    pub size: Option<u32>,
}

/// What a kind's member is.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemberName {
    /// Whether it is a state rather than a field.
    pub state: bool,
    /// Its place among the states or the fields.
    pub place: u32,
}

/// The list of what each set of names stands for, of reactions if so.
type DrawnLists = BTreeMap<(bool, BTreeSet<Drawn>), Arc<[ActionId]>>;

/// The literal texts of a template, and what stands between them.
pub(super) type EventKey = (Vec<String>, Vec<KindId>);

/// All names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Params, states, `let`s.
    pub values: BTreeMap<String, Named>,
    pub kinds: BTreeMap<String, KindId>,
    /// The place of the item that declares each kind.
    pub kind_places: Vec<usize>,
    /// The members of each kind.
    pub members: Vec<BTreeMap<String, MemberName>>,
    /// The instances of each name, at most one of each kind. Their ids are known once the params are.
    pub things: BTreeMap<String, Vec<Thing>>,
    /// The names of instances that could not be made, of which nothing is to be said again.
    pub lost_things: BTreeSet<String>,
    /// The fields, by the first element of their array, whose values were reported.
    pub lost_fields: BTreeSet<(InstanceId, u32)>,
    /// The events; filled when they are declared.
    pub events: BTreeMap<EventKey, EventId>,
    pub rules: BTreeMap<String, RuleId>,
    pub actions: BTreeMap<String, Drawn>,
    /// What each group holds, in the order of declaration; filled when actions and reactions are declared.
    pub groups: Vec<Vec<ActionId>>,
    /// All actions without the reactions, in the order of declaration; filled with the groups.
    pub all_actions: Arc<[ActionId]>,
    /// All reactions; filled with the groups.
    pub all_reactions: Arc<[ActionId]>,
    /// What names in draws stand for, so that those with the same names share one list: whether reactions are drawn,
    /// and the names.
    drawn: RefCell<DrawnLists>,
    pub sources: BTreeMap<String, CauseId>,
    /// By the place among the profiles.
    pub profiles: BTreeMap<String, usize>,
    /// The enums by their words.
    pub enums: BTreeMap<Vec<String>, EnumId>,
    /// The enums that have a word, each with the word's place in it.
    pub words: BTreeMap<String, Vec<(EnumId, i64)>>,
    /// The event names that templates make; made when first asked for.
    pub expansions: OnceCell<Expansions>,
    /// How many names may still be looked at in searches for similar ones.
    budget: Cell<usize>,
}

/// Gives every item its id.
pub(super) fn names(items: &Items) -> (Names, Vec<Enum>) {
    let mut names = Names { budget: Cell::new(CANDIDATE_BUDGET), ..Names::default() };
    let mut enums = Vec::new();
    let mut counts = Counts::default();
    for (place, item) in items.list.iter().enumerate() {
        names.item(place, item, &mut counts);
        for ty in types_of(&item.kind) {
            names.enumerate(ty, &mut enums);
        }
    }
    for item in &items.list {
        if let DeclarationKind::Instance { kind, name, .. } = &item.kind {
            match names.kinds.get(kind.text.as_str()) {
                Some(kind) => {
                    let thing = Thing { kind: *kind, first: InstanceId(0), size: None };
                    names.things.entry(name.text.to_string()).or_default().push(thing);
                }
                None => {
                    names.lost_things.insert(name.text.to_string());
                }
            }
        }
    }
    (names, enums)
}

/// How many there are of each thing so far.
#[derive(Default)]
struct Counts {
    params: usize,
    states: usize,
    lets: usize,
    rules: usize,
    actions: usize,
    groups: usize,
    profiles: usize,
}

/// The number before it is raised by one.
fn next(count: &mut usize) -> usize {
    *count += 1;
    *count - 1
}

impl Names {
    fn item(&mut self, place: usize, item: &Item, counts: &mut Counts) {
        let named = |value| Named { value, span: item.span, place };
        match &item.kind {
            DeclarationKind::Param { name, .. } => {
                self.values.insert(name.text.to_string(), named(Value::Param(next(&mut counts.params))));
            }
            DeclarationKind::State { name, .. } => {
                self.values.insert(name.text.to_string(), named(Value::State(StateId::new(next(&mut counts.states)))));
            }
            DeclarationKind::Let { name, .. } => {
                self.values.insert(name.text.to_string(), named(Value::Let(LetId::new(next(&mut counts.lets)))));
            }
            DeclarationKind::Kind { name, members } => {
                self.kinds.insert(name.text.to_string(), KindId::new(self.members.len()));
                self.kind_places.push(place);
                let mut known = BTreeMap::new();
                let (mut fields, mut states) = (0, 0);
                for member in members {
                    let count = if member.state { &mut states } else { &mut fields };
                    known.entry(member.name.text.to_string()).or_insert_with(|| {
                        *count += 1;
                        MemberName { state: member.state, place: *count - 1 }
                    });
                }
                self.members.push(known);
            }
            DeclarationKind::Rule { name, .. } => {
                self.rules.insert(name.text.to_string(), RuleId::new(next(&mut counts.rules)));
            }
            DeclarationKind::Action(action) => {
                let drawn = Drawn::Action(ActionId::new(next(&mut counts.actions)));
                self.actions.insert(action.name.text.to_string(), drawn);
            }
            DeclarationKind::Reaction(action) => {
                let drawn = Drawn::Reaction(ActionId::new(next(&mut counts.actions)));
                self.actions.insert(action.name.text.to_string(), drawn);
            }
            DeclarationKind::Group(groups) => {
                for group in groups {
                    self.actions.insert(group.text.to_string(), Drawn::Group(next(&mut counts.groups)));
                }
            }
            DeclarationKind::Source(sources) => {
                for source in sources {
                    self.sources.insert(source.text.to_string(), CauseId::new(self.sources.len()));
                }
            }
            DeclarationKind::Profile { name, .. } => {
                self.profiles.insert(name.text.to_string(), next(&mut counts.profiles));
            }
            _ => {}
        }
    }

    fn enumerate(&mut self, ty: &Type, enums: &mut Vec<Enum>) {
        let Some(words) = words_of(ty) else { return };
        if self.enums.contains_key(&words) {
            return;
        }
        let id = EnumId::new(enums.len());
        for (word, place) in words.iter().zip(0..) {
            let known = self.words.entry(word.clone()).or_default();
            // A word that is written twice is reported with its type.
            if known.last().is_none_or(|(last, _)| *last != id) {
                known.push((id, place));
            }
        }
        self.enums.insert(words.clone(), id);
        enums.push(Enum { words });
    }

    /// The value of a word in an enum that has it.
    pub(super) fn word(&self, id: EnumId, word: &str) -> Option<i64> {
        self.words.get(word)?.iter().find(|(candidate, _)| *candidate == id).map(|(_, place)| *place)
    }

    /// The actions, or the reactions, that names stand for, in the order of their declaration.
    pub(super) fn drawn(&self, reactions: bool, named: BTreeSet<Drawn>, actions: &[Action]) -> Arc<[ActionId]> {
        let make = |named: &BTreeSet<Drawn>| {
            let all = named.iter().flat_map(|drawn| match drawn {
                Drawn::Action(id) | Drawn::Reaction(id) => std::slice::from_ref(id),
                Drawn::Group(group) => &self.groups[*group],
            });
            let fitting = all.filter(|id| actions[id.index()].reaction == reactions);
            fitting.copied().collect::<BTreeSet<ActionId>>().into_iter().collect()
        };
        let mut known = self.drawn.borrow_mut();
        let entry = known.entry((reactions, named));
        let list = match entry {
            Entry::Occupied(list) => list.into_mut(),
            Entry::Vacant(place) => {
                let list = make(&place.key().1);
                place.insert(list)
            }
        };
        Arc::clone(list)
    }

    /// How many names a search for a similar one may look at now.
    pub(super) fn searchable(&self) -> usize {
        self.budget.get().min(MAX_CANDIDATES)
    }

    /// The name that was most likely meant, within the budget for such searches.
    pub(super) fn nearest<'a>(&self, name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let budget = self.budget.get();
        let mut seen = 0;
        let candidates = candidates.into_iter().take(self.searchable()).inspect(|_| seen += 1);
        let found = nearest(name, candidates);
        self.budget.set(budget.saturating_sub(seen + SEARCH_COST));
        found
    }
}

/// The words of an enum type.
pub(super) fn words_of(ty: &Type) -> Option<Vec<String>> {
    match &ty.kind {
        TypeKind::Words(words) if words.len() > 1 => Some(words.iter().map(|word| word.text.to_string()).collect()),
        _ => None,
    }
}

/// The types that a declaration writes down outside of its body.
fn types_of(kind: &DeclarationKind) -> Vec<&Type> {
    match kind {
        DeclarationKind::Param { ty, .. } | DeclarationKind::State { ty, .. } => vec![ty],
        DeclarationKind::Kind { members, .. } => members.iter().map(|member| &member.ty).collect(),
        DeclarationKind::Let { parameters: binders, .. }
        | DeclarationKind::Event { payload: binders, .. }
        | DeclarationKind::Rule { parameters: binders, .. } => binders.iter().map(|binder| &binder.ty).collect(),
        DeclarationKind::Action(action) | DeclarationKind::Reaction(action) => {
            action.parameters.iter().map(|binder| &binder.ty).collect()
        }
        _ => Vec::new(),
    }
}
