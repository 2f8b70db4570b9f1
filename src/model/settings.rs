//! Settings: what `use`, profiles and `--set` change. Those of params are part of [`super::params`]; here is what is
//! said about all others, and about targets that nothing takes.

use super::collect::{Items, Space};
use super::doers::weight_of;
use super::grammar::{ActionId, KindId, StateId};
use super::names::{Drawn, Named, Thing, Value};
use super::params::Params;
use super::reference::word_for;
use super::resolver::{Builder, Overlay, Resolver};
use super::things::Initial;
use super::types::INT;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::syntax::tree::{self, DeclarationKind, Expression, ExpressionKind, Name, Setting};

/// What a setting sets.
enum Target {
    /// Its value is known already.
    Param,
    /// A global state, declared at that place.
    Global(StateId, usize),
    /// A state of the instances that begin with the first.
    Member {
        first: StateId,
        elements: u32,
        step: u32,
        kind: KindId,
        place: u32,
    },
    Weight(ActionId),
}

/// Applies the settings of states and weights, and checks all of them.
pub(super) fn settings<'a>(
    builder: &mut Builder<'a>,
    applied: &[&'a Setting],
    chosen: &[Option<usize>],
    params: &Params<'a>,
) {
    for setting in applied {
        builder.apply(setting);
    }
    for (number, settings) in profiles(builder.items).enumerate() {
        if chosen.contains(&Some(number)) {
            continue;
        }
        let overlay = params.under(builder, settings);
        for setting in settings {
            builder.check(setting, &overlay, params);
        }
    }
}

/// The settings of each profile, in the order of declaration.
pub(super) fn profiles(items: &Items) -> impl Iterator<Item = &[Setting]> {
    items.list.iter().filter_map(|item| match &item.kind {
        DeclarationKind::Profile { settings, .. } => Some(settings.as_slice()),
        _ => None,
    })
}

impl Builder<'_> {
    fn apply(&mut self, setting: &Setting) {
        let mut resolver = self.resolver(usize::MAX);
        match resolver.target_of(setting) {
            Some(Target::Global(id, _)) => {
                let ty = resolver.grammar.states[id.index()].ty;
                let value = resolver.initial(&setting.value, ty, Some(resolver.grammar.declared(id)));
                self.start(id, value);
            }
            Some(Target::Member { first, elements, step, .. }) => {
                let ty = resolver.grammar.states[first.index()].ty;
                let value = resolver.initial(&setting.value, ty, Some(resolver.grammar.declared(first)));
                for element in 0..elements {
                    self.start(StateId(first.0 + element * step), value);
                }
            }
            Some(Target::Weight(id)) => {
                if let Some(weight) = resolver.set_weight(&setting.value) {
                    self.grammar.actions[id.index()].weight = weight_of(weight, setting.value.span);
                }
            }
            Some(Target::Param) | None => {}
        }
    }

    fn start(&mut self, id: StateId, value: Initial) {
        self.grammar.states[id.index()].initial = match value {
            Initial::Value(value) => Some(value),
            Initial::Any | Initial::Unknown => None,
        };
    }

    /// Checks a setting that is not applied, under the params that it goes with.
    fn check(&mut self, setting: &Setting, overlay: &Overlay, params: &Params<'_>) {
        let items = self.items;
        let mut silent = Diagnostics::default();
        let mut resolver = self.resolver(usize::MAX);
        resolver.params = &params.plain;
        resolver.overlay = Some(overlay);
        let Some(target) = resolver.target_of(setting) else { return };
        let (id, ty) = match target {
            Target::Param => return,
            Target::Weight(_) => {
                resolver.set_weight(&setting.value);
                return;
            }
            Target::Global(id, place) => (id, state_type(items, place)),
            Target::Member { first, kind, place, .. } => {
                (first, member_type(items, resolver.names.kind_places[kind.index()], place))
            }
        };
        let Some((place, ty)) = ty else { return };
        // The type was checked where it is declared.
        let spoken = std::mem::replace(&mut resolver.diagnostics, &mut silent);
        resolver.place = place;
        let ty = resolver.ty(ty);
        resolver.diagnostics = spoken;
        resolver.initial(&setting.value, ty, Some(resolver.grammar.declared(id)));
    }
}

/// The type of a global state as it is written, with the place of its declaration.
fn state_type(items: &Items, place: usize) -> Option<(usize, &tree::Type)> {
    match &items.list[place].kind {
        DeclarationKind::State { ty, .. } => Some((place, ty)),
        _ => None,
    }
}

/// The type of a state of the kind that is declared at `declared`, with that place.
fn member_type(items: &Items, declared: usize, state: u32) -> Option<(usize, &tree::Type)> {
    match &items.list[declared].kind {
        DeclarationKind::Kind { members, .. } => {
            let mut states = members.iter().filter(|member| member.state);
            states.nth(state as usize).map(|state| (declared, &state.ty))
        }
        _ => None,
    }
}

impl Resolver<'_> {
    /// A weight in a setting.
    fn set_weight(&mut self, tree: &Expression) -> Option<i64> {
        self.constant = Some(usize::MAX);
        let weight = self.constant(tree, INT);
        self.constant = None;
        weight.map(|weight| self.known_weight(weight, tree.span))
    }

    fn target_of(&mut self, setting: &Setting) -> Option<Target> {
        match &setting.target.kind {
            ExpressionKind::Name(name) if setting.weight => self.weight_target(name),
            ExpressionKind::Name(name) => self.global_target(name),
            ExpressionKind::Member { of, name } if !setting.weight => self.instance_target(of, name),
            ExpressionKind::Broken => None,
            _ => {
                let message = "a setting names a param, a state, a state of an instance, or the weight of an action";
                self.error(Code::UndefinedSetting, setting.target.span, message);
                None
            }
        }
    }

    fn weight_target(&mut self, name: &Name) -> Option<Target> {
        match self.names.actions.get(name.text.as_str()) {
            Some(Drawn::Action(id) | Drawn::Reaction(id)) => Some(Target::Weight(*id)),
            Some(Drawn::Group(_)) => {
                let message = format!("`{}` is a group, and only actions and reactions have weights", name.text);
                self.error(Code::UndefinedSetting, name.span, message);
                None
            }
            None => {
                let candidates = self.names.actions.keys().map(String::as_str);
                let space = Space::Action;
                let missing = self.undefined(Code::UndefinedSetting, space, "action or reaction", name, candidates);
                self.report_if(missing);
                None
            }
        }
    }

    fn global_target(&mut self, name: &Name) -> Option<Target> {
        match self.names.values.get(name.text.as_str()).copied() {
            Some(Named { value: Value::Param(_), .. }) => Some(Target::Param),
            Some(Named { value: Value::State(id), place, .. }) => Some(Target::Global(id, place)),
            Some(Named { value, span, .. }) => {
                let message = format!("`{}` is {}, which cannot be set", name.text, word_for(value));
                let diagnostic = Diagnostic::error(Code::UndefinedSetting, name.span, message);
                self.report(diagnostic.also(span, "declared here"));
                None
            }
            None => {
                let values = self.names.values.iter();
                let values = values.filter(|(_, named)| !matches!(named.value, Value::Let(_)));
                let candidates = values.map(|(name, _)| name.as_str());
                let space = Space::Value;
                let mut missing = self.undefined(Code::UndefinedSetting, space, "param or state", name, candidates);
                if self.names.actions.contains_key(name.text.as_str()) {
                    missing =
                        missing.map(|missing| missing.help(format!("write `weight {}` for its weight", name.text)));
                }
                self.report_if(missing);
                None
            }
        }
    }

    fn instance_target(&mut self, of: &Expression, member: &Name) -> Option<Target> {
        let (name, index) = match &of.kind {
            ExpressionKind::Name(name) => (name, None),
            ExpressionKind::Index { of, index } => (of, Some(index)),
            _ => {
                self.error(Code::UndefinedSetting, of.span, "a setting names a state of an instance: `http.live`");
                return None;
            }
        };
        let thing = self.thing_with(name, member)?;
        let grammar = self.grammar;
        let kind = &grammar.kinds[thing.kind.index()];
        let known = self.names.members[thing.kind.index()].get(member.text.as_str()).copied();
        let Some(known) = known.filter(|known| known.state) else {
            let text = format!("`{}.{}`", name.text, member.text);
            let refuse = |message| Diagnostic::error(Code::UndefinedSetting, member.span, message);
            let diagnostic = if let Some(field) = known {
                let span = kind.fields[field.place as usize].span;
                refuse(format!("{text} is a field, which cannot be set")).also(span, "declared here")
            } else {
                let states = kind.states.iter().map(|state| state.name.as_str());
                refuse(format!("the kind `{}` has no state `{}`", kind.name, member.text))
                    .suggest(self.names.nearest(&member.text, states))
            };
            self.report(diagnostic);
            return None;
        };
        let first = match index {
            Some(index) => {
                self.constant = Some(usize::MAX);
                let place = self.constant(index, INT);
                self.constant = None;
                self.element(thing, name, place?, index.span)?
            }
            None => thing.first,
        };
        let elements = if index.is_some() { 1 } else { thing.size.unwrap_or(1) };
        let first_state = grammar.instances[first.index()].first_state;
        let step = u32::try_from(kind.states.len()).expect("a kind has fewer than 2^32 states");
        let first = StateId(first_state.0 + known.place);
        Some(Target::Member { first, elements, step, kind: thing.kind, place: known.place })
    }

    /// The instance of a name; of several kinds, the one that has the member.
    fn thing_with(&mut self, name: &Name, member: &Name) -> Option<Thing> {
        let names = self.names;
        let things = self.things(&name.text);
        let mut having =
            things.iter().filter(|thing| names.members[thing.kind.index()].contains_key(member.text.as_str()));
        if let (2.., Some(thing), None) = (things.len(), having.next(), having.next()) {
            return Some(*thing);
        }
        if things.is_empty() && !names.lost_things.contains(name.text.as_str()) {
            let candidates = names.things.keys().map(String::as_str);
            let space = Space::Instance;
            let missing = self.undefined(Code::UndefinedSetting, space, "instance", name, candidates);
            self.report_if(missing);
            return None;
        }
        self.bare_thing(name)
    }
}
