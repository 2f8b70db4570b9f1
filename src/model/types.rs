//! Types: what they are, how they are written, and how a value of one becomes a value of another.

use super::collect::Space;
use super::grammar::{Base, Domain, EnumId, Expression, ExpressionKind, Grammar, NONE, Type};
use super::names::words_of;
use super::resolver::Resolver;
use super::values;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

/// The most values that a set's range may have: its bits are one word.
const MAX_SET_VALUES: i128 = 64;

/// The most values that something may have that is enumerated: what `for` and quantifiers run over, parameters of
/// actions.
const MAX_RANGE_VALUES: i128 = 4096;

/// The most values that an integer state may have.
const MAX_STATE_VALUES: i128 = 1 << 32;

pub(super) const BOOL: Type = Type { base: Base::Bool, optional: false };

/// What arithmetic gives. The least word is [`NONE`], so it is no integer.
pub(super) const INT: Type = Type { base: Base::Int { lo: NONE + 1, hi: i64::MAX }, optional: false };

/// The type of what was reported already: it goes with every other type, so that nothing is said about it again. Only
/// a grammar with errors has it, and such a one never leaves the module.
pub(super) const UNKNOWN: Type = Type { base: Base::Enum(EnumId(u32::MAX)), optional: true };

/// The plain type of one base.
pub(super) fn plain(base: Base) -> Type {
    Type { base, optional: false }
}

/// An expression about which everything was said.
pub(super) fn unknown(span: Span) -> Expression {
    Expression { kind: ExpressionKind::Constant(0), ty: UNKNOWN, span }
}

/// How many values a range has.
fn width(lo: i64, hi: i64) -> i128 {
    i128::from(hi) - i128::from(lo) + 1
}

/// Whether a set of this type fits into one word, and into one that is not [`NONE`] where `none` is a value too.
pub(super) fn fits(lo: i64, hi: i64, optional: bool) -> bool {
    width(lo, hi) <= MAX_SET_VALUES - i128::from(optional)
}

/// The type as a message speaks of it: `` `0..7` `` as it is written, or words for what the language has no word for.
pub(super) fn describe(ty: Type, grammar: &Grammar) -> String {
    let none = if ty.optional { " or `none`" } else { "" };
    match ty.base {
        _ if ty == UNKNOWN => "unknown".to_owned(),
        base if plain(base) == INT => format!("an integer{none}"),
        Base::Array(kind) => format!("an array of `{}`{none}", grammar.kinds[kind.index()].name),
        _ => format!("`{}`", grammar.type_text(ty)),
    }
}

/// The type of an expression as a message speaks of it: of a number that is written nobody says `3..3`.
pub(super) fn describe_found(expression: &Expression, grammar: &Grammar) -> String {
    match (&expression.kind, expression.ty.base) {
        (ExpressionKind::Constant(_), Base::Int { lo, hi }) if lo == hi => describe(INT, grammar),
        _ => describe(expression.ty, grammar),
    }
}

/// A value of the type, as a message speaks of it.
pub(super) fn describe_one(ty: Type, grammar: &Grammar) -> String {
    match ty.base {
        base if plain(base) == INT => describe(ty, grammar),
        _ => format!("a value of {}", describe(ty, grammar)),
    }
}

/// The value as it is written.
pub(super) fn describe_value(value: i64, ty: Type, grammar: &Grammar) -> String {
    if ty.optional && value == NONE { "none".to_owned() } else { grammar.value_text(value, ty.base) }
}

/// Whether every value of one type is one of the other, in the same representation.
fn is_subset(of: Type, ty: Type) -> bool {
    let bases = match (of.base, ty.base) {
        (Base::Int { lo, hi }, Base::Int { lo: least, hi: most }) => least <= lo && hi <= most,
        (Base::Set { lo, hi }, Base::Set { lo: least, hi: most }) => least == lo && hi <= most,
        (of, ty) => of == ty,
    };
    bases && (ty.optional || !of.optional)
}

/// Whether values of the two types can meet at all.
pub(super) fn is_like(left: Type, right: Type) -> bool {
    match (left.base, right.base) {
        (Base::Int { .. }, Base::Int { .. }) | (Base::Set { .. }, Base::Set { .. }) => true,
        (left, right) => left == right,
    }
}

impl Resolver<'_> {
    /// What a written type means.
    pub(super) fn ty(&mut self, tree: &tree::Type) -> Type {
        let base = match &tree.kind {
            tree::TypeKind::Bool => Some(Base::Bool),
            tree::TypeKind::Range(lo, hi) => self.range(lo, hi, tree.span).map(|(lo, hi)| Base::Int { lo, hi }),
            tree::TypeKind::Set(lo, hi) => {
                self.range(lo, hi, tree.span).and_then(|(lo, hi)| self.set(lo, hi, tree.optional, tree.span))
            }
            tree::TypeKind::Words(words) => match &words[..] {
                [name] => self.kind(name).map(Base::Instance),
                _ => self.words(tree, words),
            },
        };
        base.map_or(UNKNOWN, |base| Type { base, optional: tree.optional })
    }

    /// The type of a state: its values are bounded too.
    pub(super) fn state_type(&mut self, tree: &tree::Type) -> Type {
        let ty = self.ty(tree);
        if let Base::Int { lo, hi } = ty.base
            && width(lo, hi) > MAX_STATE_VALUES
        {
            self.error(Code::DomainLimit, tree.span, "a state has at most 2^32 values");
        }
        ty
    }

    /// The type of an action's parameter: all its values are tried.
    pub(super) fn enumerated_type(&mut self, tree: &tree::Type) -> Type {
        let ty = self.ty(tree);
        let too_many = match ty.base {
            Base::Int { lo, hi } => width(lo, hi) > MAX_RANGE_VALUES,
            Base::Set { lo, hi } => width(lo, hi) > 12,
            _ => false,
        };
        if too_many {
            let message = format!("a parameter of an action or a reaction has at most {MAX_RANGE_VALUES} values");
            self.error(Code::DomainLimit, tree.span, message);
        }
        if too_many { UNKNOWN } else { ty }
    }

    /// What the variable of a `for` or of a quantifier runs over, and its type.
    pub(super) fn domain(&mut self, tree: &tree::Type) -> Option<(Domain, Type)> {
        let ty = match &tree.kind {
            tree::TypeKind::Range(..) if !tree.optional => self.ty(tree),
            tree::TypeKind::Words(words) if words.len() == 1 && !tree.optional => self.ty(tree),
            _ => {
                self.error(Code::BadType, tree.span, "a variable runs over a kind or a range of integers");
                return None;
            }
        };
        match ty.base {
            Base::Int { lo, hi } => {
                if width(lo, hi) > MAX_RANGE_VALUES {
                    let message = format!("a variable runs over at most {MAX_RANGE_VALUES} values");
                    self.error(Code::DomainLimit, tree.span, message);
                    return None;
                }
                Some((Domain::Integers { lo, hi }, ty))
            }
            Base::Instance(kind) => Some((Domain::Kind(kind), ty)),
            _ => None,
        }
    }

    fn range(&mut self, lo: &tree::Expression, hi: &tree::Expression, span: Span) -> Option<(i64, i64)> {
        let outer = self.constant.replace(self.place);
        let bounds = (self.constant(lo, INT), self.constant(hi, INT));
        self.constant = outer;
        let (Some(lo), Some(hi)) = bounds else { return None };
        if lo > hi {
            self.error(Code::EmptyRange, span, format!("the range `{lo}..{hi}` is empty"));
            return None;
        }
        Some((lo, hi))
    }

    fn set(&mut self, lo: i64, hi: i64, optional: bool, span: Span) -> Option<Base> {
        if fits(lo, hi, optional) {
            return Some(Base::Set { lo, hi });
        }
        let most = MAX_SET_VALUES - i128::from(optional);
        let kind = if optional { "an optional set" } else { "a set" };
        let message = format!("{kind} is over at most {most} values, this one over {}", width(lo, hi));
        self.error(Code::DomainLimit, span, message);
        None
    }

    fn words(&mut self, tree: &tree::Type, words: &[tree::Name]) -> Option<Base> {
        let mut seen = std::collections::BTreeMap::new();
        for word in words {
            if let Some(first) = seen.insert(&word.text, word.span) {
                let message = format!("the word `{}` stands twice in one type", word.text);
                self.report(Diagnostic::error(Code::DuplicateName, word.span, message).also(first, "first here"));
            }
        }
        let id = words_of(tree).and_then(|words| self.names.enums.get(&words));
        if id.is_none() {
            self.error(Code::BadType, tree.span, "words cannot be a type here");
        }
        id.map(|id| Base::Enum(*id))
    }

    /// The kind of that name.
    pub(super) fn kind(&mut self, name: &tree::Name) -> Option<super::grammar::KindId> {
        let found = self.names.kinds.get(name.text.as_str()).copied();
        if found.is_none() {
            let candidates = self.names.kinds.keys().map(String::as_str).chain(["bool"]);
            let missing = self.undefined(Code::UndefinedKind, Space::Kind, "kind", name, candidates);
            self.report_if(missing);
        }
        found
    }

    /// The expression as one of a type: unchanged where it always is one, checked at once where it is a constant, and
    /// otherwise checked when it is evaluated.
    pub(super) fn convert(&mut self, expression: Expression, ty: Type) -> Expression {
        self.convert_for(expression, ty, None)
    }

    /// The same as the value of what is declared at a place, of which a finding speaks too.
    pub(super) fn convert_for(&mut self, expression: Expression, ty: Type, declared: Option<Span>) -> Expression {
        if expression.ty == UNKNOWN || ty == UNKNOWN || expression.ty == ty {
            return expression;
        }
        let span = expression.span;
        let (code, message) = if !is_like(expression.ty, ty) {
            let (expected, found) = (describe(ty, self.grammar), describe_found(&expression, self.grammar));
            (Code::TypeMismatch, format!("expected {expected}, found {found}"))
        } else if let ExpressionKind::Constant(value) = expression.kind {
            if let Some(value) = values::convert(value, expression.ty, ty) {
                return Expression { kind: ExpressionKind::Constant(value), ty, span };
            }
            let value = describe_value(value, expression.ty, self.grammar);
            (Code::OutOfDomain, format!("`{value}` is not {}", describe_one(ty, self.grammar)))
        } else if is_subset(expression.ty, ty) {
            return expression;
        } else {
            return Expression { kind: ExpressionKind::Convert(Box::new(expression)), ty, span };
        };
        let diagnostic = Diagnostic::error(code, span, message);
        self.report(match declared {
            Some(declared) => diagnostic.also(declared, "declared here"),
            None => diagnostic,
        });
        unknown(span)
    }
}
