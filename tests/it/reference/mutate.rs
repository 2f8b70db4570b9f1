//! Random runs, what sequences say of them, and what becomes of sequences by mistakes.

use std::collections::BTreeSet;

use charmgrammar::model::grammar::{Action, ActionId, Base, CauseId, Grammar, NONE, PhaseId, Type};
use charmgrammar::model::{Alphabet, NameId};
use charmgrammar::trace::{Foreign, ItemKind, Observed, Shows};

use super::random::Random;
use super::recognize::Reading;
use super::{Reference, Shown, Step};

/// What a random run showed.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    pub(crate) items: Vec<Shown>,
    /// Whether it came to its end, instead of failing or being cut off.
    pub(crate) complete: bool,
}

/// A random run that shows `items` items at most and makes `steps` steps at most. All options of a choice are equally
/// likely, so that rare ones come too.
pub(crate) fn run(random: &mut Random, grammar: &Grammar, items: usize, steps: usize) -> Drawn {
    let reference = Reference::new(grammar);
    let mut point = reference.start();
    let mut drawn = Drawn { items: Vec::new(), complete: false };
    for _ in 0..steps {
        match reference.step(&point) {
            Step::Silent(options) => {
                let mut possible: Vec<_> = options.into_iter().filter(|(chance, _)| *chance > 0.0).collect();
                point = possible.swap_remove(random.below(possible.len())).1;
            }
            Step::Show(_, _) if drawn.items.len() == items => break,
            Step::Show(shown, after) => {
                drawn.items.push(shown);
                point = after;
            }
            Step::End(_) => {
                drawn.complete = true;
                break;
            }
            Step::Fail(_) => break,
        }
    }
    drawn
}

/// How much a sequence says of its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// Nothing but names.
    Names,
    /// Everything.
    Full,
    /// Here and there something is left out.
    Mixed,
}

/// What random sequences are made of.
#[derive(Clone, Copy)]
pub(crate) struct Maker<'a> {
    pub(crate) grammar: &'a Grammar,
    pub(crate) alphabet: &'a Alphabet,
    pub(crate) shows: Shows,
    pub(crate) precision: Precision,
}

impl Maker<'_> {
    /// What a sequence says of a run.
    pub(crate) fn observe(&self, random: &mut Random, items: &[Shown]) -> Vec<Observed> {
        items.iter().filter_map(|shown| self.item(random, shown)).collect()
    }

    /// What it says of one item, if it shows items of this kind.
    fn item(&self, random: &mut Random, shown: &Shown) -> Option<Observed> {
        match shown {
            Shown::Phase(phase) => self.shows.phases.then_some(Observed::Phase(*phase)),
            Shown::Action { action, source, arguments } => {
                self.shows.actions.then(|| self.action(random, *action, *source, arguments))
            }
            Shown::Event { event, of, payload } => self.shows.events.then(|| Observed::Event {
                name: self.alphabet.name_of(self.alphabet.symbol(*event, of)),
                of: self.said_or_nothing(random, of),
                payload: self.said_or_nothing(random, payload),
            }),
        }
    }

    fn action(&self, random: &mut Random, id: ActionId, source: CauseId, arguments: &[i64]) -> Observed {
        let parameters = |action: &Action| -> Vec<Type> {
            action.variables[..action.parameters].iter().map(|parameter| parameter.ty).collect()
        };
        let shown = &self.grammar.actions[id.index()];
        let said = self.said(random, arguments);
        let mut actions = Vec::new();
        for (place, action) in self.grammar.actions.iter().enumerate() {
            if action.label == shown.label && !action.reaction {
                // What is said of one action's parameters is said of those of another that are like them.
                let alike = parameters(action) == parameters(shown);
                let said = if alike { said.clone() } else { vec![None; action.parameters] };
                actions.push((ActionId::new(place), said));
            }
        }
        Observed::Action { actions, source: self.says(random).then_some(source) }
    }

    fn says(&self, random: &mut Random) -> bool {
        match self.precision {
            Precision::Names => false,
            Precision::Full => true,
            Precision::Mixed => random.chance(60),
        }
    }

    fn said<T: Copy>(&self, random: &mut Random, values: &[T]) -> Vec<Option<T>> {
        values.iter().map(|value| self.says(random).then_some(*value)).collect()
    }

    /// Likewise, but to say nothing of any value there may also be no list.
    fn said_or_nothing<T: Copy>(&self, random: &mut Random, values: &[T]) -> Vec<Option<T>> {
        let nothing = match self.precision {
            Precision::Names => true,
            Precision::Full => false,
            Precision::Mixed => random.chance(25),
        };
        if nothing { Vec::new() } else { self.said(random, values) }
    }

    /// Any item of a kind that is shown, whether a run can show it or not; now and then one that no grammar knows.
    fn any(&self, random: &mut Random) -> Observed {
        let phases = (0..self.grammar.phases.len()).filter(|_| self.shows.phases).map(PhaseId::new);
        let phases: Vec<PhaseId> = phases.collect();
        let all = self.grammar.actions.iter().enumerate().filter(|(_, action)| self.shows.actions && !action.reaction);
        let actions: Vec<ActionId> = all.map(|(place, _)| ActionId::new(place)).collect();
        let n_names = if self.shows.events { self.alphabet.names().len() } else { 0 };
        if phases.len() + actions.len() + n_names == 0 || random.chance(4) {
            let kinds = [ItemKind::Phase, ItemKind::Action, ItemKind::Event].into_iter();
            let kinds: Vec<ItemKind> = kinds.filter(|kind| self.shows.has(*kind)).collect();
            let foreign = Foreign {
                // Where nothing is shown it is an item of some kind that is not.
                kind: if kinds.is_empty() { ItemKind::Event } else { random.pick(&kinds) },
                text: "foreign".to_owned(),
                why: "nothing is so".to_owned(),
                similar: None,
            };
            return Observed::Foreign(Box::new(foreign));
        }
        loop {
            // Each kind often enough, however many there are of it.
            match random.below(6) {
                0 if !phases.is_empty() => return Observed::Phase(random.pick(&phases)),
                1 | 2 if !actions.is_empty() => {
                    let id = random.pick(&actions);
                    let action = &self.grammar.actions[id.index()];
                    let parameters = action.variables[..action.parameters].iter();
                    let arguments: Vec<i64> =
                        parameters.map(|parameter| value(random, self.grammar, parameter.ty)).collect();
                    let source = random.pick(&action.sources);
                    return self.action(random, id, source, &arguments);
                }
                3.. if n_names > 0 => {
                    let name = NameId(u32::try_from(random.below(n_names)).expect("there are few names"));
                    let symbol = random.pick(self.alphabet.symbols_named(name));
                    let event = self.alphabet.event_of(symbol);
                    let fields = self.grammar.events[event.index()].payload.iter();
                    let payload = fields.map(|field| value(random, self.grammar, field.ty)).collect();
                    let shown = Shown::Event { event, of: self.alphabet.instances_of(symbol), payload };
                    return self.item(random, &shown).expect("events are shown");
                }
                _ => {}
            }
        }
    }

    /// Changes one of the values that an item gives, or lets it give another one.
    fn change(&self, random: &mut Random, item: &mut Observed) {
        match item {
            Observed::Event { name, of, payload } => {
                let symbol = random.pick(self.alphabet.symbols_named(*name));
                let fields = &self.grammar.events[self.alphabet.event_of(symbol).index()].payload;
                if !of.is_empty() && (fields.is_empty() || random.chance(50)) {
                    // Any instances that make this name: others have another name.
                    let place = random.below(of.len());
                    of[place] = Some(self.alphabet.instances_of(symbol)[place]);
                } else if !fields.is_empty() {
                    payload.resize(fields.len(), None);
                    let place = random.below(fields.len());
                    payload[place] = Some(value(random, self.grammar, fields[place].ty));
                }
            }
            Observed::Action { actions, source } => {
                let place = random.below(actions.len());
                let (id, said) = &mut actions[place];
                let action = &self.grammar.actions[id.index()];
                if said.is_empty() || random.chance(40) {
                    let sources: Vec<CauseId> = (0..self.grammar.sources.len()).map(CauseId::new).collect();
                    *source = Some(random.pick(&sources));
                } else {
                    let place = random.below(said.len());
                    said[place] = Some(value(random, self.grammar, action.variables[place].ty));
                }
            }
            Observed::Phase(_) | Observed::Foreign(_) => {}
        }
    }

    /// One mistake, which may turn out to be none.
    pub(crate) fn mutate(&self, random: &mut Random, items: &mut Vec<Observed>) {
        let many = items.len();
        match random.below(8) {
            0 if many > 0 => drop(items.remove(random.below(many))),
            1 if many > 0 => {
                let place = random.below(many);
                items.insert(place, items[place].clone());
            }
            2 if many > 1 => {
                let place = random.below(many - 1);
                items.swap(place, place + 1);
            }
            3 if many > 0 => items[random.below(many)] = self.any(random),
            4 => items.insert(random.below(many + 1), self.any(random)),
            5 if many > 0 => items.truncate(random.below(many)),
            6 if many > 0 => {
                let place = random.below(many);
                self.change(random, &mut items[place]);
            }
            _ => items.push(self.any(random)),
        }
    }

    /// Any way to judge such a sequence.
    pub(crate) fn reading(&self, random: &mut Random) -> Reading {
        let mut some = |percent| -> BTreeSet<NameId> {
            if random.chance(percent) {
                self.alphabet
                    .entries()
                    .zip((0..).map(NameId))
                    .map(|(_, name)| name)
                    .filter(|_| random.chance(35))
                    .collect()
            } else {
                BTreeSet::new()
            }
        };
        let (hide, stutter) = (some(40), some(40));
        Reading { shows: self.shows, prefix: random.chance(30), anywhere: false, hide, stutter }
    }
}

/// Any kinds of items, at least one.
pub(crate) fn shows(random: &mut Random) -> Shows {
    match random.below(8) {
        0..3 => Shows::EVENTS,
        3..6 => Shows::STORY,
        6 => Shows { phases: true, ..Shows::EVENTS },
        _ => Shows { actions: true, events: random.chance(50), ..Shows::NOTHING },
    }
}

/// Any precision.
pub(crate) fn precision(random: &mut Random) -> Precision {
    random.pick(&[Precision::Names, Precision::Full, Precision::Mixed])
}

/// A random value of a type, however many that has.
fn value(random: &mut Random, grammar: &Grammar, ty: Type) -> i64 {
    if ty.optional && random.chance(25) {
        return NONE;
    }
    let mut within = |lo: i64, hi: i64| {
        // Of a kind without instances there is no value; then any other is as good.
        let width = usize::try_from(hi.saturating_sub(lo)).unwrap_or(0);
        lo + i64::try_from(random.below(width.saturating_add(1))).expect("it is not above the greatest value")
    };
    match ty.base {
        Base::Bool => within(0, 1),
        Base::Int { lo, hi } => within(lo, hi),
        Base::Set { lo, hi } => (0..=hi - lo).map(|bit| within(0, 1) << bit).sum(),
        Base::Enum(id) => within(0, i64::try_from(grammar.enums[id.index()].words.len()).expect("there are few") - 1),
        Base::Instance(kind) | Base::Array(kind) => {
            let kind = &grammar.kinds[kind.index()];
            within(kind.first.0.into(), i64::from(kind.first.0 + kind.count) - 1)
        }
    }
}
