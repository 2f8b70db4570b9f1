//! The tests that a grammar has in itself.

use super::alphabet::Alphabet;
use super::collect::Space;
use super::grammar::{Check, Pattern, Test};
use super::pattern::resolve_pattern;
use super::resolver::Builder;
use super::types::BOOL;
use crate::diagnostic::{Code, Diagnostics};
use crate::syntax::tree::{self, DeclarationKind};

/// Resolves the tests, their patterns only over an alphabet: an event that is missing because of a mistake would be
/// called undefined in a pattern. The tests are those of the own files, and of the others the `never` tests without a
/// profile.
pub(super) fn tests(builder: &mut Builder<'_>, alphabet: Option<&Alphabet>) {
    let items = builder.items;
    for (place, item) in items.list.iter().enumerate() {
        let DeclarationKind::Test { text, profile, check } = &item.kind else { continue };
        let invariant = profile.is_none() && matches!(**check, tree::Check::Never(_));
        if !builder.own.contains(&item.span.source) && !invariant {
            continue;
        }
        let mut resolver = builder.resolver(place);
        if let Some(name) = profile
            && !resolver.names.profiles.contains_key(name.text.as_str())
        {
            let candidates = resolver.names.profiles.keys().map(String::as_str);
            let missing = resolver.undefined(Code::UndefinedProfile, Space::Profile, "profile", name, candidates);
            resolver.report_if(missing);
        }
        let check = match &**check {
            tree::Check::Accepts(pattern) => Check::Accepts(builder.pattern(alphabet, place, pattern)),
            tree::Check::Rejects(pattern) => Check::Rejects(builder.pattern(alphabet, place, pattern)),
            tree::Check::Never(expression) => {
                let expression = resolver.typed(expression, BOOL);
                Check::Never { variables: resolver.scope.variables, expression }
            }
        };
        let profile = profile.as_ref().map(|name| name.text.to_string());
        let own = builder.own.contains(&item.span.source);
        builder.grammar.tests.push(Test { text: text.value.clone(), profile, check, own, span: item.span });
    }
}

impl Builder<'_> {
    /// A pattern; the constants in it are resolved like those of declarations.
    fn pattern(&mut self, alphabet: Option<&Alphabet>, place: usize, pattern: &tree::Pattern) -> Pattern {
        let Some(alphabet) = alphabet else { return Pattern::default() };
        let mut diagnostics = Diagnostics::default();
        let mut resolver = self.resolver(place);
        resolver.constant = Some(usize::MAX);
        let grammar = resolver.grammar;
        let mut value = |tree: &tree::Expression, ty| resolver.constant(tree, ty);
        let pattern = resolve_pattern(grammar, alphabet, pattern, &mut value, &mut diagnostics);
        self.diagnostics.extend(diagnostics);
        pattern
    }
}
