//! What is fed to a charm with its events: config, parameters of actions, databags, the content of secrets.
//!
//! The core knows nothing of any of this. `feeds` says which events want what, by the names that the lifecycles of Juju use;
//! `texts` has the values; a [`Drawer`] draws them, from what the metadata of a charm declare and from what its author says
//! ([`Values`]); [`Fed`] writes them into a trace.
//!
//! What is drawn for an event depends on the seed, the trace, the place of the grammar that shows the event and how often it
//! has shown it before, and on nothing else: not on the events before it, so that a trace without some of them has the same
//! data in the others.

mod dice;
mod fed;
mod feeds;
mod texts;
mod values;

use serde_json::{Map, Value, json};

use dice::Dice;
pub use fed::Fed;
use feeds::Feed;
pub use values::{Values, ValuesError};

use crate::charm::{Action, Charm, ConfigOption, OptionType, Parameter, Role};
use crate::model::grammar::Grammar;
use crate::model::{Alphabet, SymbolId};
use crate::trace::Header;

/// How far data are from what a charm expects; each class has those before it, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What a sensible user would give.
    Plain,
    /// Whatever the type allows: nothing, bounds, long texts, other scripts.
    Typed,
    /// Texts that are almost JSON, YAML, base64, a number or a path.
    Hostile,
}

/// Draws data.
#[derive(Debug)]
pub struct Drawer<'a> {
    grammar: &'a Grammar,
    alphabet: &'a Alphabet,
    charm: &'a Charm,
    values: &'a Values,
    class: Class,
}

/// Which event of which trace.
#[derive(Clone, Copy, Debug)]
struct Occasion<'a> {
    header: Header,
    /// The name of the place that shows the event.
    place: &'a str,
    symbol: SymbolId,
    /// How often it has shown it before.
    before: u32,
}

impl<'a> Drawer<'a> {
    /// A drawer for traces of a grammar.
    pub fn new(
        grammar: &'a Grammar,
        alphabet: &'a Alphabet,
        charm: &'a Charm,
        values: &'a Values,
        class: Class,
    ) -> Self {
        Self { grammar, alphabet, charm, values, class }
    }

    /// The data of an event, as the text of an object; `None` where there are none.
    fn draw(&self, occasion: Occasion<'_>, payload: &[i64]) -> Option<String> {
        let feed = Feed::of(self.grammar, self.alphabet, occasion.symbol, payload)?;
        let mut dice = Dice::new(occasion.header, occasion.place, self.alphabet.name(occasion.symbol), occasion.before);
        let mut data = Map::new();
        let mut put = |key: &str, section: Map<String, Value>| {
            if !section.is_empty() {
                data.insert(key.to_owned(), Value::Object(section));
            }
        };
        match feed {
            Feed::Config => put("config", self.config(&mut dice)),
            Feed::Action(name) => put("params", self.parameters(name, &mut dice)),
            Feed::Application(endpoint) => put("remote_app", self.databag(endpoint, "app", &mut dice)),
            Feed::Unit(endpoint) => put("remote_unit", self.databag(endpoint, "unit", &mut dice)),
            Feed::Secret(name) => put("content", self.content(name, &mut dice)),
        }
        (!data.is_empty()).then(|| Value::Object(data).to_string())
    }

    /// A change of the config: mostly of one option or two, sometimes of none.
    fn config(&self, dice: &mut Dice) -> Map<String, Value> {
        let mut options: Vec<(&str, Vec<Vec<Value>>)> = Vec::new();
        for option in &self.charm.options {
            let choices = match self.values.config.get(&option.name) {
                Some(values) => vec![values.clone()],
                None => option_values(option, self.class),
            };
            options.push((&option.name, choices));
        }
        for (name, values) in &self.values.config {
            if !self.charm.options.iter().any(|option| option.name == *name) {
                options.push((name, vec![values.clone()]));
            }
        }
        options.retain(|(_, choices)| choices.iter().any(|values| !values.is_empty()));
        let many = [0, 1, 1, 2, 2, 3][dice.below(6)].min(options.len());
        let mut delta = Map::new();
        for _ in 0..many {
            let (name, choices) = options.remove(dice.below(options.len()));
            let is_reset = !self.values.config.contains_key(name) && dice.below(8) == 0;
            delta.insert(name.to_owned(), if is_reset { Value::Null } else { choose(&choices, dice) });
        }
        delta
    }

    /// The parameters of a run of an action: those that are required, and some of the others.
    fn parameters(&self, name: &str, dice: &mut Dice) -> Map<String, Value> {
        let own = self.values.actions.get(name);
        let mut parameters = Map::new();
        let declared = self.charm.actions.iter().find(|action| action.name == name);
        for parameter in declared.iter().flat_map(|action| &action.parameters) {
            let choices = match own.and_then(|own| own.get(&parameter.name)) {
                Some(values) => vec![values.clone()],
                None => parameter_values(parameter, self.class),
            };
            let is_there = is_required(declared, &parameter.name) || dice.below(2) == 0;
            if is_there && choices.iter().any(|values| !values.is_empty()) {
                parameters.insert(parameter.name.clone(), choose(&choices, dice));
            }
        }
        for (name, values) in own.into_iter().flatten() {
            let is_declared = declared.is_some_and(|action| action.parameters.iter().any(|own| own.name == *name));
            if !is_declared && !values.is_empty() && dice.below(2) == 0 {
                parameters.insert(name.clone(), dice.pick(values).clone());
            }
        }
        parameters
    }

    /// A change of a databag of the other side.
    fn databag(&self, endpoint: &str, side: &str, dice: &mut Dice) -> Map<String, Value> {
        let relation = self.charm.relations.iter().find(|relation| relation.name == endpoint);
        let interface = relation.and_then(|relation| relation.interface.as_deref());
        let is_peer = relation.is_some_and(|relation| relation.role == Role::Peer);
        let Some(keys) = self.values.databag(endpoint, interface, side) else {
            // What the charm itself writes is not for us to make up.
            let is_known = side == "unit" || is_peer || self.class < Class::Hostile;
            let is_none = is_known || dice.below(2) == 0;
            let text = (!is_none).then(|| ("data".to_owned(), json!(dice.pick(texts::HOSTILE))));
            return text.into_iter().collect();
        };
        let mut delta = Map::new();
        for (key, values) in keys.iter().filter(|(_, values)| !values.is_empty()) {
            match (self.class, dice.below(8)) {
                (_, 0) => {}
                (Class::Hostile, 1) => drop(delta.insert(key.clone(), json!(dice.pick(texts::HOSTILE)))),
                (Class::Typed | Class::Hostile, 2) => drop(delta.insert(key.clone(), json!(""))),
                _ => drop(delta.insert(key.clone(), dice.pick(values).clone())),
            }
        }
        delta
    }

    /// A new revision of a secret.
    fn content(&self, name: &str, dice: &mut Dice) -> Map<String, Value> {
        if let Some(keys) = self.values.secrets.get(name) {
            let keys = keys.iter().filter(|(_, values)| !values.is_empty());
            return keys.map(|(key, values)| (key.clone(), dice.pick(values).clone())).collect();
        }
        let texts = match self.class {
            Class::Plain => vec![texts::plain()],
            Class::Typed => vec![texts::plain(), texts::typed()],
            Class::Hostile => vec![texts::plain(), texts::typed(), texts::hostile(None)],
        };
        // Juju takes no empty value in a secret.
        let texts: Vec<Vec<Value>> =
            texts.into_iter().map(|texts| texts.into_iter().filter(|text| text != "").collect()).collect();
        Map::from_iter([("password".to_owned(), choose(&texts, dice))])
    }
}

fn is_required(action: Option<&Action>, parameter: &str) -> bool {
    action.is_some_and(|action| action.required.iter().any(|name| name == parameter))
}

/// One of the values: first one of the lists, the first of them twice as likely as another.
fn choose(choices: &[Vec<Value>], dice: &mut Dice) -> Value {
    let lists: Vec<&Vec<Value>> = choices.iter().filter(|values| !values.is_empty()).collect();
    let place = dice.below(lists.len() + 1).saturating_sub(1);
    dice.pick(lists[place]).clone()
}

/// What an option can be set to: a list for each class.
fn option_values(option: &ConfigOption, class: Class) -> Vec<Vec<Value>> {
    let default = option.default.as_ref();
    match option.ty {
        OptionType::String => texts(default.and_then(Value::as_str), class),
        OptionType::Int => integers(default.and_then(Value::as_i64), None, None, class),
        OptionType::Float => floats(default.and_then(Value::as_f64), class),
        OptionType::Boolean => vec![vec![json!(true), json!(false)]],
        // Its id is not known before the charm runs.
        OptionType::Secret => Vec::new(),
    }
}

/// What a parameter can be: a list for each class, all of which its schema takes, since Juju looks at that.
fn parameter_values(parameter: &Parameter, class: Class) -> Vec<Vec<Value>> {
    let schema = &parameter.schema;
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return vec![values.clone()];
    }
    let default = parameter.default();
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    match schema.get("type").and_then(Value::as_str).unwrap_or("string") {
        "boolean" => vec![vec![json!(true), json!(false)]],
        "integer" => integers(default.and_then(Value::as_i64), bound("minimum"), bound("maximum"), class),
        "number" if schema.get("minimum").is_none() && schema.get("maximum").is_none() => {
            floats(default.and_then(Value::as_f64), class)
        }
        "number" => vec![
            [default.cloned(), schema.get("minimum").cloned(), schema.get("maximum").cloned()]
                .into_iter()
                .flatten()
                .collect(),
        ],
        "string" if ["pattern", "format", "minLength", "maxLength"].iter().all(|key| schema.get(key).is_none()) => {
            texts(default.and_then(Value::as_str), class)
        }
        "array" => {
            let default = default.cloned().into_iter().collect();
            vec![default, if class > Class::Plain { vec![json!([])] } else { Vec::new() }]
        }
        "object" => {
            let default = default.cloned().into_iter().collect();
            vec![default, if class > Class::Plain { vec![json!({})] } else { Vec::new() }]
        }
        _ => vec![default.cloned().into_iter().collect()],
    }
}

fn texts(default: Option<&str>, class: Class) -> Vec<Vec<Value>> {
    let mut lists = vec![texts::plain()];
    if let Some(default) = default.filter(|default| !default.is_empty()) {
        lists[0].insert(0, json!(default));
    }
    if class >= Class::Typed {
        lists.push(texts::typed());
    }
    if class >= Class::Hostile {
        lists.push(texts::hostile(default));
    }
    lists
}

fn integers(default: Option<i64>, minimum: Option<i64>, maximum: Option<i64>, class: Class) -> Vec<Vec<Value>> {
    let fits = |value: &i64| minimum.is_none_or(|least| *value >= least) && maximum.is_none_or(|most| *value <= most);
    let usual = default.or(minimum).or(maximum).unwrap_or(1);
    let plain = [usual, usual.saturating_add(1), 1, 10];
    let typed = [0, -1, 65_535, 65_536, i64::from(i32::MAX), i64::from(i32::MAX) + 1, i64::MAX, i64::MIN];
    let bounds: Vec<i64> = minimum.into_iter().chain(maximum).collect();
    let list = |values: &[i64]| values.iter().copied().filter(fits).map(Value::from).collect::<Vec<_>>();
    let mut lists = vec![list(&plain)];
    if class >= Class::Typed {
        lists.push(list(&[&typed[..], &bounds].concat()));
    }
    lists
}

fn floats(default: Option<f64>, class: Class) -> Vec<Vec<Value>> {
    let mut lists = vec![vec![json!(default.unwrap_or(1.0)), json!(0.5), json!(2.0)]];
    if class >= Class::Typed {
        lists.push(vec![json!(0.0), json!(-1.0), json!(1e308), json!(5e-324)]);
    }
    lists
}
