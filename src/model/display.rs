//! Values, types and names of a checked grammar as text.

use super::grammar::{Base, Grammar, Instance, NONE, Type, elements};

impl Grammar {
    /// A value as it is written in a grammar: `true`, `3`, `{0, 2}`, `joined`, `db[1]`, `none`. Nothing for what is no
    /// value of that type.
    pub fn value_text(&self, value: i64, base: Base) -> String {
        if value == NONE && !matches!(base, Base::Set { lo, hi } if hi - lo == 63) {
            return "none".to_owned();
        }
        let place = || usize::try_from(value).unwrap_or(usize::MAX);
        match base {
            Base::Bool => (value != 0).to_string(),
            Base::Int { .. } => value.to_string(),
            Base::Set { lo, .. } => {
                let elements: Vec<_> = elements(value, lo).map(|element| element.to_string()).collect();
                format!("{{{}}}", elements.join(", "))
            }
            Base::Enum(id) => self.enums[id.index()].words.get(place()).cloned().unwrap_or_default(),
            Base::Instance(_) | Base::Array(_) => {
                self.instances.get(place()).map_or_else(String::new, Instance::full_name)
            }
        }
    }

    /// A type as it is written in a grammar.
    pub fn type_text(&self, ty: Type) -> String {
        let base = match ty.base {
            Base::Bool => "bool".to_owned(),
            Base::Int { lo, hi } if lo <= -i64::MAX && hi == i64::MAX => "int".to_owned(),
            Base::Int { lo, hi } => format!("{lo}..{hi}"),
            Base::Set { lo, hi } => format!("set {lo}..{hi}"),
            Base::Enum(id) => self.enums[id.index()].words.join(" | "),
            Base::Instance(kind) => self.kinds[kind.index()].name.clone(),
            Base::Array(kind) => format!("array of {}", self.kinds[kind.index()].name),
        };
        if ty.optional { format!("{base} | none") } else { base }
    }
}
