//! Kinds, instances and states.

use std::collections::BTreeMap;

use super::collect::Items;
use super::expression::inner;
use super::grammar::{Base, Instance, InstanceId, Kind, KindId, Member, State, StateId, Type};
use super::names::Thing;
use super::resolver::{Builder, Resolver};
use super::types::{INT, UNKNOWN};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree::{self, DeclarationKind, ExpressionKind, Name, Setting};

/// The most elements of an array.
const MAX_ELEMENTS: u32 = 64;

/// What a value is before the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Initial {
    Value(i64),
    /// Drawn.
    Any,
    /// Reported already.
    Unknown,
}

/// The kinds by their names, without members: types and messages speak of them from the start.
pub(super) fn kinds(builder: &mut Builder<'_>) {
    for item in &builder.items.list {
        let DeclarationKind::Kind { name, .. } = &item.kind else { continue };
        builder.grammar.kinds.push(Kind {
            name: name.text.to_string(),
            fields: Vec::new(),
            states: Vec::new(),
            first: InstanceId(0),
            count: 0,
            span: item.span,
            doc: item.doc.clone(),
        });
    }
}

/// The members of each kind with their types.
pub(super) fn members(builder: &mut Builder<'_>) {
    let items = builder.items;
    for kind in 0..builder.grammar.kinds.len() {
        let place = builder.names.kind_places[kind];
        let DeclarationKind::Kind { members, .. } = &items.list[place].kind else { continue };
        let (mut fields, mut states) = (Vec::new(), Vec::new());
        let mut seen = BTreeMap::new();
        let mut resolver = builder.resolver(place);
        for member in members {
            let (name, span) = (member.name.text.to_string(), member.name.span);
            if name == "index" || name == "array" {
                resolver.error(Code::ReservedName, span, format!("every instance has its own `{name}` already"));
            }
            if name.len() > super::collect::MAX_NAME_BYTES {
                resolver.report(super::collect::name_limit(&name, span));
            }
            if let Some(first) = seen.insert(name.clone(), span) {
                let message = format!("the member `{name}` is declared twice");
                resolver
                    .report(Diagnostic::error(Code::DuplicateName, span, message).also(first, "first declared here"));
                continue;
            }
            let ty = if member.state { resolver.state_type(&member.ty) } else { resolver.ty(&member.ty) };
            let members = if member.state { &mut states } else { &mut fields };
            members.push(Member { name, ty, span });
        }
        let row = &mut builder.grammar.kinds[kind];
        (row.fields, row.states) = (fields, states);
    }
}

/// The declaration of an instance or an array.
struct Declared<'a> {
    place: usize,
    name: &'a Name,
    size: Option<u32>,
}

/// The instances with their ids; their fields and states are not known yet.
pub(super) fn instances(builder: &mut Builder<'_>) {
    let mut by_kind: Vec<Vec<Declared<'_>>> = Vec::new();
    by_kind.resize_with(builder.grammar.kinds.len(), Vec::new);
    let items = builder.items;
    let mut total = 0;
    let most = builder.grammar.limits.instances;
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Instance { kind, name, size, .. } = &item.kind else { continue };
        let mut resolver = builder.resolver(place);
        let Some(kind) = resolver.kind(kind) else {
            builder.lacks_events = true;
            continue;
        };
        let size = size.as_ref().map(|size| resolver.array_size(size));
        let size_is_known = size != Some(None);
        let size = size.map(|size| size.unwrap_or(MAX_ELEMENTS));
        let before = total;
        total += size.unwrap_or(1) as usize;
        if total <= most {
            builder.lacks_events |= !size_is_known;
            by_kind[kind.index()].push(Declared { place, name, size });
            continue;
        }
        if before <= most {
            let message = format!("a grammar has at most {most} instances (`--limit instances=N`)");
            resolver.error(Code::InstanceLimit, name.span, message);
        }
        builder.lacks_events = true;
        if let Some(things) = builder.names.things.get_mut(name.text.as_str()) {
            things.retain(|thing| thing.kind != kind);
        }
        builder.names.lost_things.insert(name.text.to_string());
    }
    for (kind, declarations) in by_kind.iter().enumerate() {
        let first = builder.grammar.instances.len();
        for declared in declarations {
            builder.instance(KindId::new(kind), declared);
        }
        let row = &mut builder.grammar.kinds[kind];
        row.first = InstanceId::new(first);
        row.count = InstanceId::new(builder.grammar.instances.len() - first).0;
    }
}

impl Builder<'_> {
    fn instance(&mut self, kind: KindId, declared: &Declared<'_>) {
        let first = InstanceId::new(self.grammar.instances.len());
        let span = self.items.list[declared.place].span;
        for element in 0..declared.size.unwrap_or(1) {
            self.grammar.instances.push(Instance {
                name: declared.name.text.to_string(),
                kind,
                element: declared.size.map(|_| element),
                array: first,
                fields: Vec::new(),
                first_state: StateId(0),
                span,
            });
        }
        let things = self.names.things.get_mut(declared.name.text.as_str()).into_iter().flatten();
        for thing in things.filter(|thing| thing.kind == kind) {
            *thing = Thing { kind, first, size: declared.size };
        }
    }
}

/// Global states, then the fields and states of instances.
pub(super) fn states(builder: &mut Builder<'_>) {
    let items = builder.items;
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::State { name, ty, initial } = &item.kind else { continue };
        let mut resolver = builder.resolver(place);
        let ty = resolver.state_type(ty);
        let initial = resolver.initial(initial, ty, None);
        let name = name.text.to_string();
        builder.grammar.states.push(State { name, ty, initial: word(initial), owner: None, span: item.span });
    }
    let defaults = defaults(builder);
    let settings = settings_by_instance(items, builder);
    for id in 0..builder.grammar.instances.len() {
        let kind = builder.grammar.instances[id].kind;
        let first = builder.grammar.instances[id].array;
        let (place, settings) = settings[&first];
        let element = InstanceId::new(id);
        if first == element {
            let values = builder.resolver(place).members(kind, &defaults[kind.index()], settings);
            builder.members_of(element, &values);
        } else {
            builder.copy_members(element, first);
        }
    }
}

/// The settings of each instance or array, by its first element, with the place of its declaration.
fn settings_by_instance<'a>(items: &'a Items, builder: &Builder<'_>) -> BTreeMap<InstanceId, (usize, &'a [Setting])> {
    let mut settings = BTreeMap::new();
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Instance { kind, name, settings: own, .. } = &item.kind else { continue };
        let Some(kind) = builder.names.kinds.get(kind.text.as_str()) else { continue };
        let things = builder.names.things.get(name.text.as_str()).into_iter().flatten();
        for thing in things.filter(|thing| thing.kind == *kind) {
            settings.insert(thing.first, (place, own.as_slice()));
        }
    }
    settings
}

/// The values of the members of one kind; fields first, then states, `None` where it gives none.
struct Defaults {
    fields: Vec<Option<Initial>>,
    states: Vec<Option<Initial>>,
}

fn defaults(builder: &mut Builder<'_>) -> Vec<Defaults> {
    let items = builder.items;
    let mut all: Vec<Defaults> = Vec::new();
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Kind { members, .. } = &item.kind else { continue };
        let kind = all.len();
        let row = &builder.grammar.kinds[kind];
        let types = |members: &[Member]| members.iter().map(|member| member.ty).collect::<Vec<Type>>();
        let (fields, states) = (types(&row.fields), types(&row.states));
        let mut defaults = Defaults { fields: vec![None; fields.len()], states: vec![None; states.len()] };
        let mut resolver = builder.resolver(place);
        for member in members {
            let Some(value) = &member.value else { continue };
            let Some(known) = resolver.names.members[kind].get(member.name.text.as_str()).copied() else { continue };
            let index = known.place as usize;
            if known.state && member.state {
                defaults.states[index] = Some(resolver.initial(value, states[index], None));
            } else if !known.state && !member.state {
                defaults.fields[index] = Some(resolver.fixed(value, fields[index], None));
            }
        }
        all.push(defaults);
    }
    all
}

/// The values of an instance's members.
struct Values {
    fields: Vec<Initial>,
    states: Vec<Initial>,
}

impl Builder<'_> {
    /// Gives an instance its fields and states.
    fn members_of(&mut self, id: InstanceId, values: &Values) {
        let lost = values.fields.iter().zip(0..).filter(|(value, _)| **value == Initial::Unknown);
        self.names.lost_fields.extend(lost.map(|(_, place)| (id, place)));
        let fields = values.fields.iter().map(|value| word(*value).unwrap_or(0)).collect();
        self.add_members(id, fields, values.states.iter().map(|value| word(*value)).collect());
    }

    /// Gives an element of an array what its first one has.
    fn copy_members(&mut self, id: InstanceId, first: InstanceId) {
        let kind = &self.grammar.kinds[self.grammar.instances[id.index()].kind.index()];
        let row = &self.grammar.instances[first.index()];
        let states = row.first_state.index()..row.first_state.index() + kind.states.len();
        let initial = self.grammar.states[states].iter().map(|state| state.initial).collect();
        self.add_members(id, row.fields.clone(), initial);
    }

    fn add_members(&mut self, id: InstanceId, fields: Vec<i64>, initial: Vec<Option<i64>>) {
        let first_state = StateId::new(self.grammar.states.len());
        let row = &mut self.grammar.instances[id.index()];
        row.fields = fields;
        row.first_state = first_state;
        let (name, span) = (row.full_name(), row.span);
        let kind = &self.grammar.kinds[row.kind.index()];
        for ((member, initial), place) in kind.states.iter().zip(initial).zip(0..) {
            let name = format!("{name}.{}", member.name);
            self.grammar.states.push(State { name, ty: member.ty, initial, owner: Some((id, place)), span });
        }
    }
}

/// The word of a value, if it is not drawn.
fn word(value: Initial) -> Option<i64> {
    match value {
        Initial::Value(value) => Some(value),
        Initial::Any | Initial::Unknown => None,
    }
}

impl Resolver<'_> {
    /// How many elements an array has, if that can be.
    fn array_size(&mut self, tree: &tree::Expression) -> Option<u32> {
        self.constant = Some(usize::MAX);
        let size = self.constant(tree, INT);
        self.constant = None;
        let size = size?;
        if let Ok(size @ 1..=MAX_ELEMENTS) = u32::try_from(size) {
            return Some(size);
        }
        self.error(Code::ArrayLimit, tree.span, format!("an array has 1 to {MAX_ELEMENTS} elements, not {size}"));
        None
    }

    /// The value of a field, which is declared at a place other than this.
    fn fixed(&mut self, tree: &tree::Expression, ty: Type, declared: Option<Span>) -> Initial {
        self.constant = Some(usize::MAX);
        let value = self.constant_for(tree, ty, declared);
        self.constant = None;
        value.map_or(Initial::Unknown, Initial::Value)
    }

    /// The initial value of a state, which may be `any`.
    pub(super) fn initial(&mut self, tree: &tree::Expression, ty: Type, declared: Option<Span>) -> Initial {
        if inner(tree).kind != ExpressionKind::Any {
            return self.fixed(tree, ty, declared);
        }
        if let Base::Instance(kind) = ty.base
            && !ty.optional
            && self.grammar.kinds[kind.index()].count == 0
        {
            let message = format!("there is no `{}` to draw", self.grammar.kinds[kind.index()].name);
            self.error(Code::BadAny, tree.span, message);
        }
        if ty == UNKNOWN { Initial::Unknown } else { Initial::Any }
    }

    /// The values of an instance's members: what it says, else what its kind says.
    fn members(&mut self, kind: KindId, defaults: &Defaults, settings: &[Setting]) -> Values {
        let grammar = self.grammar;
        let row = &grammar.kinds[kind.index()];
        let (mut fields, mut states) = (defaults.fields.clone(), defaults.states.clone());
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for setting in settings {
            let ExpressionKind::Name(name) = &setting.target.kind else {
                self.error(Code::UndefinedMember, setting.target.span, "an instance sets its own fields and states");
                continue;
            };
            if setting.weight {
                self.error(Code::UndefinedMember, setting.span, "an instance has no weights");
                continue;
            }
            if let Some(first) = seen.insert(&name.text, name.span) {
                let message = format!("`{}` is given twice", name.text);
                self.report(Diagnostic::error(Code::DuplicateName, name.span, message).also(first, "first given here"));
            }
            match self.names.members[kind.index()].get(name.text.as_str()).copied() {
                Some(member) if member.state => {
                    let state = &row.states[member.place as usize];
                    let value = self.initial(&setting.value, state.ty, Some(state.span));
                    states[member.place as usize] = Some(value);
                }
                Some(member) => {
                    let field = &row.fields[member.place as usize];
                    let value = self.fixed(&setting.value, field.ty, Some(field.span));
                    fields[member.place as usize] = Some(value);
                }
                None => self.no_member(kind, name),
            }
        }
        let span = self.items.list[self.place].span;
        let fields = self.complete(fields, &row.fields, span);
        let states = self.complete(states, &row.states, span);
        Values { fields, states }
    }

    /// Every member with its value; says which have none.
    fn complete(&mut self, values: Vec<Option<Initial>>, members: &[Member], span: Span) -> Vec<Initial> {
        let mut complete = Vec::new();
        for (value, member) in values.into_iter().zip(members) {
            if value.is_none() {
                let message = format!("this instance must give `{}` a value", member.name);
                let diagnostic = Diagnostic::error(Code::MissingField, span, message);
                let help = format!("write `{{ {} = … }}` behind it, or give it a value in the kind", member.name);
                self.report(diagnostic.also(member.span, "declared without a value here").help(help));
            }
            complete.push(value.unwrap_or(Initial::Unknown));
        }
        complete
    }
}
