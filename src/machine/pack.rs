//! Values as bits.

use super::configuration::index;
use super::program::{Slot, Values};
use crate::model::grammar::{Base, Grammar, Type};

/// The values of a type in order, `none` first; `None` for a type with 2^64 values.
pub(super) fn values(grammar: &Grammar, ty: Type) -> Option<Values> {
    let (first, size) = match ty.base {
        Base::Bool => (0, 2),
        Base::Int { lo, hi } => (lo, u64::try_from(i128::from(hi) - i128::from(lo) + 1).ok()?),
        Base::Set { lo, hi } => (0, 1u64.checked_shl(u32::try_from(hi - lo + 1).ok()?)?),
        Base::Enum(id) => (0, grammar.enums[id.index()].words.len() as u64),
        Base::Instance(kind) | Base::Array(kind) => {
            let kind = &grammar.kinds[kind.index()];
            (i64::from(kind.first.0), u64::from(kind.count))
        }
    };
    Some(Values { first, size: size.checked_add(u64::from(ty.optional))?, optional: ty.optional })
}

/// Gives every state a bit field, each within one word, and packs their initial values.
pub(super) fn pack_states(grammar: &Grammar) -> (Vec<Slot>, Vec<u64>) {
    let mut slots = Vec::new();
    let mut words: Vec<u64> = Vec::new();
    let mut free = 0;
    for state in &grammar.states {
        let domain = values(grammar, state.ty);
        let size = domain.map(|values| values.size);
        let bits = match domain {
            Some(values) => u64::BITS - values.size.saturating_sub(1).leading_zeros(),
            None => u64::BITS,
        };
        if bits > free || words.is_empty() {
            words.push(0);
            free = u64::BITS;
        }
        let shift = u64::BITS - free;
        free -= bits;
        let slot = Slot {
            word: index(words.len().saturating_sub(1)),
            shift: u8::try_from(shift % u64::BITS).expect("a shift is below 64"),
            mask: if bits == u64::BITS { u64::MAX } else { (1 << bits) - 1 },
            size,
            lo: domain.map_or(0, |values| values.first),
            optional: state.ty.optional,
        };
        if let Some(raw) = state.initial.and_then(|initial| slot.raw(initial)) {
            *words.last_mut().expect("the state's word is there") |= raw << slot.shift;
        }
        slots.push(slot);
    }
    (slots, words)
}
