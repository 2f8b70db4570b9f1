//! Syntax trees → checked grammar.
//!
//! [`load`] is the list of passes. Each pushes what it finds wrong and goes on, so that one run reports every
//! independent mistake; the grammar is given out only when there is no error.

pub mod alphabet;
mod body;
mod builtin;
mod checks;
mod collect;
mod components;
mod count;
mod display;
mod doers;
mod emission;
mod events;
mod expression;
mod facts;
mod files;
mod flow;
pub(crate) mod glob;
pub mod grammar;
mod lets;
pub mod limits;
mod loader;
mod meanwhile;
mod names;
mod outline;
mod params;
mod pattern;
mod recursion;
mod reference;
mod resolver;
mod settings;
mod things;
mod types;
mod unused;
pub(crate) mod values;
pub(crate) mod visit;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::path::PathBuf;

use sha2::{Digest, Sha256};

pub use alphabet::{Alphabet, NameId, SymbolId};
pub use builtin::{builtin, builtins};
pub use files::CHARM;
pub use loader::{Disk, LoadError, Loader, Memory, read_text};
pub use outline::{KindOutline, Outline, outline};
pub use unused::unused;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::limits::Limits;
use crate::source::{SourceFile, SourceId, SourceMap, Span};
use crate::syntax::tree::{DeclarationKind, Name, Setting};
use collect::Space;
use grammar::Grammar;
use resolver::Builder;

/// Which grammar to load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// One that ships in the binary.
    Builtin(String),
    /// A file.
    Path(PathBuf),
    /// A text. What it uses is relative to its name, as if that were a path.
    Text {
        /// What diagnostics call it.
        name: String,
        /// What it says.
        text: String,
    },
}

/// What is changed from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The profile to apply.
    pub profile: Option<String>,
    /// Settings as in a profile, each a text: `operations = 50`. They apply after the profile.
    pub set: Vec<String>,
    /// Weights, each a text: `attach = 3`.
    pub weights: Vec<String>,
    /// The declarations of a charm, which are added behind the file.
    pub charm: Option<String>,
    /// Declarations that are added behind these, each a text with any number of them.
    pub with: Vec<String>,
    /// A profile that is part of a test: its settings apply last.
    pub test_profile: Option<String>,
    /// What bounds the size of files and tables, and of what the grammar makes.
    pub limits: Limits,
}

/// What came of loading a grammar.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The texts that the spans point into.
    pub sources: SourceMap,
    /// What was found, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The grammar, unless a finding is an error.
    pub grammar: Option<Grammar>,
}

/// The SHA-256 of all texts of a grammar, those of the settings included, in hexadecimal digits: what a saved trace says
/// of the grammar that it was drawn from.
pub fn hash(sources: &SourceMap) -> String {
    let mut hasher = Sha256::new();
    for file in sources.files() {
        // The lengths keep texts apart.
        hasher.update((file.text().len() as u64).to_le_bytes());
        hasher.update(file.text());
    }
    hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads a grammar with all that it uses, checks it, and applies the settings.
///
/// Costs n log n in the length of the texts.
pub fn load(loader: &dyn Loader, root: &Root, settings: &Settings) -> Loaded {
    let mut diagnostics = Diagnostics::default();

    // Every file is read and parsed once; what a `use` brings stands in its place.
    let mut files = files::read(loader, root, settings, &mut diagnostics);

    // Each name is declared once: nothing overrides, removes or extends any more.
    let declarations = std::mem::take(&mut files.declarations);
    let items = collect::collect(declarations, &files, &mut diagnostics);

    // Each declared name has its id; every enum that is written somewhere is known by its words.
    let (names, enums) = names::names(&items);
    let grammar = Grammar { enums, limits: settings.limits, ..Grammar::default() };
    let mut builder = Builder {
        items: &items,
        own: &files.own,
        names,
        lacks_events: false,
        grammar,
        params: Vec::new(),
        diagnostics,
    };
    let chosen = builder.profile(settings, &mut files.sources);
    let used: Vec<&Setting> = files.used.iter().collect();
    let tested = settings.test_profile.as_ref().and_then(|name| builder.names.profiles.get(name).copied());
    let of =
        |number: Option<usize>| number.and_then(|number| settings::profiles(&items).nth(number)).unwrap_or_default();
    let changed: Vec<&Setting> = of(chosen).iter().chain(&files.set).chain(of(tested)).collect();
    let applied: Vec<&Setting> = used.iter().chain(&changed).copied().collect();

    // The kinds can be spoken of.
    things::kinds(&mut builder);

    // Params have their values, so that every type has its bounds.
    let params = params::params(&mut builder, &used, &changed);

    // What there is: members of kinds, instances with their fields, states with their initial values.
    things::members(&mut builder);
    things::instances(&mut builder);
    things::states(&mut builder);

    // What can be named in a body: events, rules, actions and their groups, named expressions.
    events::events(&mut builder);
    doers::signatures(&mut builder);
    lets::lets(&mut builder);

    // Events and instances are what the alphabet and the patterns stand on, whatever all else is like.
    let is_sound = !builder.lacks_events && items.know_all_events();

    // Every body is resolved: names are ids, types are known, constants are folded.
    doers::bodies(&mut builder);

    // The settings are applied to states and weights; those of other profiles are known to fit.
    settings::settings(&mut builder, &applied, &[chosen, tested], &params);

    // The grammar is whole but for its tests.
    builder.finish();

    // What names and types don't show: every rule moves on and can end, and a clause changes nothing.
    recursion::check_recursion(&builder.grammar, &mut builder.diagnostics);
    meanwhile::check_meanwhile(&builder.grammar, &mut builder.diagnostics);

    // The tables are not too large, no event has two declarations, and the patterns of tests match something.
    let alphabet = (is_sound && limits::check_limits(&builder.grammar, &mut builder.diagnostics))
        .then(|| Alphabet::new(&builder.grammar));
    if let Some(alphabet) = &alphabet {
        alphabet::check_alphabet(&builder.grammar, alphabet, &mut builder.diagnostics);
    }
    checks::tests(&mut builder, alphabet.as_ref());

    let Builder { grammar, diagnostics, .. } = builder;
    let grammar = (!diagnostics.has_errors()).then_some(grammar);
    Loaded { sources: files.sources, diagnostics: diagnostics.sorted(), grammar }
}

impl Builder<'_> {
    /// The number of the profile that is asked for.
    fn profile(&mut self, settings: &Settings, sources: &mut SourceMap) -> Option<usize> {
        let name = settings.profile.as_ref()?;
        let found = self.names.profiles.get(name).copied();
        let source = sources.add(SourceFile::new("--profile", name));
        if found.is_none() {
            let span = Span::new(source, 0, u32::try_from(name.len()).unwrap_or(u32::MAX));
            let name = Name { text: name.as_str().into(), span };
            let mut resolver = self.resolver(0);
            let candidates = resolver.names.profiles.keys().map(String::as_str);
            let missing = resolver.undefined(Code::UndefinedProfile, Space::Profile, "profile", &name, candidates);
            resolver.report_if(missing);
        }
        found
    }

    /// Adds what nothing else speaks of.
    fn finish(&mut self) {
        for item in &self.items.list {
            if let DeclarationKind::Profile { name, doc, .. } = &item.kind {
                let doc = doc.as_ref().map_or_else(|| item.doc.clone(), |doc| doc.value.clone());
                self.grammar.profiles.push((name.text.to_string(), doc));
            }
        }
        // After an error the phases may only have been lost.
        if self.grammar.phases.is_empty() && !self.diagnostics.has_errors() {
            let span = Span::new(SourceId(0), 0, 0);
            self.diagnostics.push(
                Diagnostic::warning(Code::NoPhase, span, "this grammar has no phase, so nothing ever happens")
                    .help("declare one: `phase operation { … }`"),
            );
        }
    }
}
