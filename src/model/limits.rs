//! Whether a grammar's tables are within the limits; and limits that can't be changed.

use super::grammar::{Base, Grammar, Type};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// The most repetitions that a pattern can ask for, `e{10000}`. A matcher may lay them out one by one, so this bounds
/// its size.
pub const MAX_PATTERN_REPETITIONS: u32 = 10_000;

/// The greatest weight: so no sum of weights leaves 64 bits.
pub const MAX_WEIGHT: u64 = 1_000_000_000;

/// The most levels of a `let` whose own `let`s are taken for what they stand for. Evaluation recurs, so this bounds its
/// stack.
pub const MAX_LET_DEPTH: usize = 512;

/// Reports actions and reactions with too many bindings, and an alphabet that is too large. Whether the alphabet may be
/// made into an [`Alphabet`](super::alphabet::Alphabet).
pub(super) fn check_limits(grammar: &Grammar, diagnostics: &mut Diagnostics) -> bool {
    check_bindings(grammar, diagnostics);
    check_alphabet_size(grammar, diagnostics)
}

fn check_bindings(grammar: &Grammar, diagnostics: &mut Diagnostics) {
    let most = grammar.limits.bindings;
    for action in &grammar.actions {
        let parameters = &action.variables[..action.parameters];
        let bindings = product(parameters.iter().map(|parameter| values(grammar, parameter.ty)));
        if bindings > most as u128 {
            let noun = if action.reaction { "reaction" } else { "action" };
            let mut diagnostic = Diagnostic::error(
                Code::BindingLimit,
                action.span,
                format!("{noun} `{}` has {} bindings; the limit is {most}", action.name, amount(bindings)),
            )
            .help("take narrower types, or draw one of the values in the body: `for one`; or raise it: `--limit bindings=N`");
            for parameter in parameters {
                let text = format!("{} values", amount(values(grammar, parameter.ty)));
                diagnostic = diagnostic.also(parameter.span, text);
            }
            diagnostics.push(diagnostic);
        }
    }
}

/// The finding stands at the declaration that has the largest share.
fn check_alphabet_size(grammar: &Grammar, diagnostics: &mut Diagnostics) -> bool {
    let most = grammar.limits.event_names;
    let sizes = grammar.events.iter().map(|event| {
        let counts = event.kinds.iter().map(|kind| u128::from(grammar.kinds[kind.index()].count));
        (product(counts), event)
    });
    let total = sizes.clone().fold(0u128, |sum, (size, _)| sum.saturating_add(size));
    // Of equal shares the first is shown.
    let largest = sizes.rev().max_by_key(|(size, _)| *size);
    if let Some((size, event)) = largest.filter(|_| total > most as u128) {
        diagnostics.push(
            Diagnostic::error(
                Code::AlphabetLimit,
                event.span,
                format!("the alphabet has {} events; the limit is {most}", amount(total)),
            )
            .label(format!("`{}` stands for {} of them", event.template(&grammar.kinds), amount(size)))
            .help(
                "declare fewer instances, or move a placeholder into the payload; or raise it: `--limit event-names=N`",
            ),
        );
    }
    total <= most as u128
}

/// How many values a type has; the greatest number there is when they are more.
pub(super) fn values(grammar: &Grammar, ty: Type) -> u128 {
    let range = |lo: i64, hi: i64| u128::try_from(i128::from(hi) - i128::from(lo) + 1).unwrap_or(0);
    let plain = match ty.base {
        Base::Bool => 2,
        Base::Int { lo, hi } => range(lo, hi),
        Base::Set { lo, hi } => {
            u32::try_from(range(lo, hi)).ok().and_then(|elements| 1u128.checked_shl(elements)).unwrap_or(u128::MAX)
        }
        // Of a type that was reported the best is thought.
        Base::Enum(id) => grammar.enums.get(id.index()).map_or(1, |known| known.words.len() as u128),
        Base::Instance(kind) | Base::Array(kind) => u128::from(grammar.kinds[kind.index()].count),
    };
    plain.saturating_add(u128::from(ty.optional))
}

fn product(factors: impl Iterator<Item = u128>) -> u128 {
    factors.fold(1, u128::saturating_mul)
}

fn amount(count: u128) -> String {
    const SHOWN: u128 = 1_000_000_000_000_000_000;
    if count > SHOWN { "over 10^18".to_owned() } else { count.to_string() }
}

#[cfg(test)]
mod tests {
    use super::super::grammar::{Enum, EnumId, Variable};
    use super::super::testing::*;
    use super::*;

    fn plain(base: Base) -> Type {
        Type { base, optional: false }
    }

    fn parameter(ty: Type, place: u32) -> Variable {
        Variable { name: "x".to_owned(), ty, span: at(place) }
    }

    #[test]
    fn types_are_counted() {
        let mut grammar = Grammar::default();
        let kind = grammar.kind("relation", &["http", "db[3]"]);
        grammar.enums.push(Enum { words: vec!["idle".to_owned(), "gone".to_owned()] });
        for (base, expected) in [
            (Base::Bool, 2),
            (Base::Int { lo: -1, hi: 7 }, 9),
            (Base::Int { lo: 1, hi: 0 }, 0),
            (Base::Int { lo: i64::MIN, hi: i64::MAX }, 1 << 64),
            (Base::Set { lo: 0, hi: 7 }, 256),
            (Base::Set { lo: 0, hi: 63 }, 1 << 64),
            (Base::Set { lo: 0, hi: i64::MAX }, u128::MAX),
            (Base::Enum(EnumId(0)), 2),
            (Base::Instance(kind), 4),
        ] {
            assert_eq!(values(&grammar, plain(base)), expected, "{base:?}");
            assert_eq!(values(&grammar, Type { base, optional: true }), expected.saturating_add(1));
        }
    }

    #[test]
    fn bindings_are_limited() {
        let mut grammar = Grammar::default();
        let byte = || plain(Base::Set { lo: 0, hi: 7 });
        let mut add = |name: &str, reaction: bool, types: Vec<Type>| {
            let action = grammar.action(name, reaction, Vec::new());
            action.parameters = types.len();
            action.variables = (10..).zip(types).map(|(place, ty)| parameter(ty, place)).collect();
            // What a body binds is no parameter.
            action.variables.push(parameter(plain(Base::Int { lo: 0, hi: i64::MAX }), 9));
        };
        add("none", false, vec![]);
        add("just", false, vec![byte(), byte()]);
        add("over", false, vec![byte(), byte(), plain(Base::Bool)]);
        add("huge", true, vec![plain(Base::Int { lo: i64::MIN, hi: i64::MAX }); 4]);
        add("empty", true, vec![plain(Base::Int { lo: 1, hi: 0 }), plain(Base::Int { lo: i64::MIN, hi: i64::MAX })]);
        let findings = findings(&grammar, check_limits);
        assert_eq!(
            brief(&findings),
            [
                "action `over` has 131072 bindings; the limit is 65536 @2002 +10 +11 +12",
                "reaction `huge` has over 10^18 bindings; the limit is 65536 @2003 +10 +11 +12 +13",
            ]
        );
        assert_eq!(codes(&findings), [Code::BindingLimit; 2]);
    }

    #[test]
    fn the_alphabet_is_limited() {
        let mut grammar = Grammar::default();
        grammar.event("install");
        assert!(findings(&grammar, check_limits).is_empty());
        for kind in ["a", "b", "c", "d"] {
            grammar.kind(kind, &["x[50]"]);
        }
        grammar.event("<a>-<b>-<c>");
        assert!(findings(&grammar, check_limits).is_empty());
        grammar.event("<a>-<b>-<c>-<d>");
        let found = findings(&grammar, check_limits);
        assert_eq!(brief(&found), ["the alphabet has 6375001 events; the limit is 1000000 @3002"]);
        assert_eq!(found[0].primary.text, "`<a>-<b>-<c>-<d>` stands for 6250000 of them");
        assert_eq!(codes(&found), [Code::AlphabetLimit]);
    }
}
