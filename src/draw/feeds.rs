//! Which events want which data: the names by which Juju's things go in its lifecycles.
//!
//! | event | data |
//! |---|---|
//! | `config-changed` | `config` |
//! | of a `charm-action`, ending in `-action` | `params` |
//! | of a `relation`, ending in `-relation-created` | `remote_app` |
//! | of a `relation`, ending in `-relation-joined` or `-relation-changed`, with a payload `unit` that is not `none` | `remote_unit` |
//! | ending in `-relation-changed` without a `unit` | `remote_app` |
//! | `secret-changed` with a payload of kind `secret`, whose field `owned` is not true | `content` |

use crate::model::grammar::{Base, Grammar, Instance, InstanceId, NONE};
use crate::model::{Alphabet, SymbolId};

/// What an event wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Feed<'g> {
    /// A change of the config.
    Config,
    /// The parameters of the action of this name.
    Action(&'g str),
    /// A change of what the other application says at this endpoint.
    Application(&'g str),
    /// A change of what its unit says.
    Unit(&'g str),
    /// The content of the secret of this name.
    Secret(&'g str),
}

impl<'g> Feed<'g> {
    /// What an event wants; `None`: nothing.
    pub(super) fn of(grammar: &'g Grammar, alphabet: &Alphabet, symbol: SymbolId, payload: &[i64]) -> Option<Self> {
        let event = &grammar.events[alphabet.event_of(symbol).index()];
        let Some(kind) = event.kinds.first() else {
            return match event.literals[0].as_str() {
                "config-changed" => Some(Self::Config),
                "secret-changed" => secret(grammar, event.payload.iter().map(|field| field.ty.base), payload),
                _ => None,
            };
        };
        let kind = grammar.kinds[kind.index()].name.as_str();
        let of = alphabet.instances_of(symbol);
        let instance: &Instance = &grammar.instances[of[0].index()];
        let name = instance.name.as_str();
        let unit = event.payload.iter().position(|field| field.name == "unit").map(|place| payload[place]);
        let has_unit = unit.is_some_and(|unit| unit != NONE);
        match (kind, event.literals.last()?.as_str()) {
            ("charm-action", "-action") => Some(Self::Action(name)),
            ("relation", "-relation-joined" | "-relation-changed") if has_unit => Some(Self::Unit(name)),
            ("relation", "-relation-created" | "-relation-changed") => Some(Self::Application(name)),
            _ => None,
        }
    }
}

/// The content of a secret that the charm only reads.
fn secret<'g>(grammar: &'g Grammar, bases: impl Iterator<Item = Base>, payload: &[i64]) -> Option<Feed<'g>> {
    let (base, value) = bases.zip(payload).find(|(base, _)| matches!(base, Base::Instance(_)))?;
    let Base::Instance(kind) = base else { return None };
    let kind = &grammar.kinds[kind.index()];
    let instance = &grammar.instances[InstanceId(u32::try_from(*value).ok()?).index()];
    let owned = kind.fields.iter().position(|field| field.name == "owned");
    let is_owned = owned.is_some_and(|place| instance.fields[place] != 0);
    (kind.name == "secret" && !is_owned).then_some(Feed::Secret(&instance.name))
}
