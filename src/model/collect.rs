//! Declarations → one item for each name: applies `override`, `remove` and `extend`, and finds names declared twice.

use std::collections::{BTreeMap, BTreeSet};

use super::files::Files;
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::source::{SourceId, Span};
use crate::syntax::tree::{self, Declaration, DeclarationKind, Name, Removed};

/// The longest name, in bytes.
pub(super) const MAX_NAME_BYTES: usize = 255;

/// How many candidates one removal or override may be compared with when it is misspelled.
const MAX_CANDIDATES: usize = 2000;

/// How many misspelled ones are compared at all, so that a text full of mistakes takes no longer.
const MAX_SEARCHES: usize = 100;

/// The words that begin a declaration.
const DECLARING: &[&str] = &[
    "use", "override", "remove", "extend", "source", "group", "param", "let", "kind", "state", "event", "rule",
    "action", "reaction", "phase", "profile", "test",
];

/// A set of names in which no two things may have the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    /// Params, states and `let`s.
    Value,
    Kind,
    /// The instances of all kinds; the name is written behind that of its kind: `relation http`.
    Instance,
    /// The name is the whole template.
    Event,
    Rule,
    /// Actions, reactions and groups.
    Action,
    Phase,
    Profile,
    Source,
    Test,
}

/// A name with the set that it is looked up in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub space: Space,
    pub name: String,
}

impl Key {
    pub(super) fn new(space: Space, name: impl Into<String>) -> Self {
        Self { space, name: name.into() }
    }
}

/// A declaration of one name (`source a, b` makes two).
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// The name where it is declared.
    pub span: Span,
    /// The doc comment, or nothing.
    pub doc: String,
    /// What is declared.
    pub kind: DeclarationKind,
    /// For a phase: the bodies of what extends it.
    pub extensions: Vec<tree::Block>,
}

/// All items, and why a name may not be among them.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// In the order of their places.
    pub list: Vec<Item>,
    /// Where a name was removed that nothing declares again.
    pub removed: BTreeMap<Key, Span>,
    /// Names whose declarations could not be read.
    broken: BTreeSet<Key>,
    /// Names of which not even that is known what they name.
    broken_names: BTreeSet<String>,
    /// Where a declaration without a readable name stands among those of a space.
    broken_spaces: BTreeSet<Space>,
    /// Whether a file is missing.
    incomplete: bool,
}

impl Items {
    /// Whether no event, kind or instance is missing because its declaration could not be read.
    pub(super) fn know_all_events(&self) -> bool {
        let matters = |space: &Space| matches!(space, Space::Event | Space::Kind | Space::Instance);
        !self.incomplete
            && self.broken_names.is_empty()
            && !self.broken_spaces.iter().any(matters)
            && !self.broken.iter().any(|key| matters(&key.space))
    }

    /// Whether a name may belong to text that could not be read, so that nothing is to be said of it.
    pub(super) fn may_be_broken(&self, key: &Key) -> bool {
        self.incomplete
            || self.broken_spaces.contains(&key.space)
            || self.broken_names.contains(&key.name)
            || self.broken.contains(key)
    }
}

/// Makes one list of items out of all declarations.
pub(super) fn collect(declarations: Vec<Declaration>, files: &Files, diagnostics: &mut Diagnostics) -> Items {
    let mut collector = Collector {
        items: Items::default(),
        slots: Vec::new(),
        places: BTreeMap::new(),
        searches: MAX_SEARCHES,
        diagnostics,
    };
    collector.items.incomplete = files.incomplete;
    for declaration in declarations {
        collector.declaration(declaration);
    }
    let Collector { mut items, slots, .. } = collector;
    items.list = slots.into_iter().flatten().collect();
    items
}

struct Collector<'a> {
    items: Items,
    /// The items, with gaps where one was removed.
    slots: Vec<Option<Item>>,
    /// The slot of each name.
    places: BTreeMap<Key, usize>,
    /// How often similar names may still be searched for.
    searches: usize,
    diagnostics: &'a mut Diagnostics,
}

impl Collector<'_> {
    fn declaration(&mut self, declaration: Declaration) {
        let doc = declaration.doc.map_or_else(String::new, |doc| doc.text);
        match declaration.kind {
            DeclarationKind::Override(inner) => {
                let doc = inner.doc.map_or(doc, |doc| doc.text);
                self.replace(doc, inner.kind, inner.span);
            }
            DeclarationKind::Remove { item } => self.remove(&item),
            DeclarationKind::Extend { phase, body } => self.extend(&phase, body),
            DeclarationKind::Broken { keyword, name } => self.broken(keyword.as_ref(), name.as_ref()),
            kind => {
                for (key, item) in items_of(doc, kind) {
                    self.add(key, item);
                }
            }
        }
    }

    fn add(&mut self, key: Key, item: Item) {
        let name = name_of(&key);
        if name.len() > MAX_NAME_BYTES && key.space != Space::Test {
            self.diagnostics.push(name_limit(name, item.span));
        }
        if key.space == Space::Kind && DECLARING.contains(&name) {
            let message = format!("`{name}` begins a declaration, so no kind can have that name");
            self.diagnostics.push(Diagnostic::error(Code::ReservedName, item.span, message));
        }
        if let Some(first) = self.places.get(&key).and_then(|place| self.slots[*place].as_ref()) {
            let message = format!("{} is declared twice", described(&key));
            let mut diagnostic = Diagnostic::error(Code::DuplicateName, item.span, message)
                .label("declared again here")
                .also(first.span, "first declared here");
            if first.span.source != item.span.source {
                diagnostic = diagnostic.help("write `override` before it to replace the first one");
            }
            self.diagnostics.push(diagnostic);
            return;
        }
        self.items.removed.remove(&key);
        self.items.removed.remove(&bare(&key));
        self.places.insert(key, self.slots.len());
        self.slots.push(Some(item));
    }

    fn replace(&mut self, doc: String, kind: DeclarationKind, span: Span) {
        if let DeclarationKind::Broken { keyword, name } = &kind {
            return self.broken(keyword.as_ref(), name.as_ref());
        }
        let items = items_of(doc, kind);
        if items.is_empty() {
            let message = "`override` stands before what declares a name";
            self.diagnostics.push(Diagnostic::error(Code::NotOverridden, span, message));
        }
        for (mut key, item) in items {
            if key.space == Space::Test {
                // A test replaces that of its text, in whichever file it stands.
                key = self.test(&key.name).unwrap_or(key);
            }
            if let Some(place) = self.find(&key, word(&item.kind)) {
                self.slots[place] = Some(item);
                continue;
            }
            self.missing(Code::NotOverridden, &key, word(&item.kind), item.span);
            // It is there all the same, lest every use of it be called undefined.
            if !self.places.contains_key(&key) {
                self.add(key, item);
            }
        }
    }

    fn remove(&mut self, item: &Removed) {
        let (key, keyword, span) = match item {
            Removed::Named { keyword, name } => match space_of(&keyword.text) {
                Some(space) => (Key::new(space, &name.text), keyword.text.as_str(), name.span),
                None => (instance_key(keyword, name), keyword.text.as_str(), name.span),
            },
            Removed::Event(template) => (Key::new(Space::Event, template.text()), "event", template.span()),
            Removed::Test(text) => {
                let key = self.test(&text.value);
                (key.unwrap_or_else(|| test_key(text)), "test", text.span)
            }
        };
        if let Some(place) = self.find(&key, keyword) {
            self.slots[place] = None;
            self.places.remove(&key);
            // An expression names an instance without its kind.
            self.items.removed.insert(bare(&key), span);
            self.items.removed.insert(key, span);
        } else {
            self.missing(undefined(key.space, keyword), &key, keyword, span);
        }
    }

    fn extend(&mut self, phase: &Name, body: tree::Block) {
        let key = Key::new(Space::Phase, &phase.text);
        if let Some(place) = self.find(&key, "phase") {
            let item = self.slots[place].as_mut().expect("a place leads to an item");
            item.extensions.push(body);
        } else {
            self.missing(Code::UndefinedPhase, &key, "phase", phase.span);
        }
    }

    /// Notes what is known of a declaration that could not be read.
    fn broken(&mut self, keyword: Option<&Name>, name: Option<&Name>) {
        match (keyword, name) {
            (Some(keyword), Some(name)) => {
                let space = space_of(&keyword.text);
                let key = space.map_or_else(|| instance_key(keyword, name), |space| Key::new(space, &name.text));
                if key.space == Space::Instance {
                    self.items.broken_names.insert(name.text.to_string());
                }
                self.items.broken.insert(key);
            }
            (Some(keyword), None) if matches!(keyword.text.as_str(), "use") => self.items.incomplete = true,
            (Some(keyword), None) => self.items.broken_spaces.extend(space_of(&keyword.text)),
            (None, Some(name)) => {
                self.items.broken_names.insert(name.text.to_string());
            }
            (None, None) => {}
        }
    }

    /// The place of what has this name and is declared by this word.
    fn find(&self, key: &Key, keyword: &str) -> Option<usize> {
        let place = *self.places.get(key)?;
        let item = self.slots[place].as_ref().expect("a place leads to an item");
        (word(&item.kind) == keyword || key.space == Space::Instance).then_some(place)
    }

    /// The key of a test, by its text alone.
    fn test(&self, text: &str) -> Option<Key> {
        let from = Key::new(Space::Test, format!("{text}\u{0}"));
        let found = self.places.range(from..).next().map(|(key, _)| key)?;
        (found.space == Space::Test && name_of(found) == text).then(|| found.clone())
    }

    /// Says that nothing has this name, and why that may be.
    fn missing(&mut self, code: Code, key: &Key, keyword: &str, span: Span) {
        let name = name_of(key);
        let what = if key.space == Space::Instance { "instance" } else { keyword };
        if let Some(removed) = self.items.removed.get(key) {
            let message = format!("the {what} `{name}` was removed");
            self.diagnostics.push(Diagnostic::error(Code::RemovedName, span, message).also(*removed, "removed here"));
        } else if let Some(other) = self.places.get(key).and_then(|place| self.slots[*place].as_ref()) {
            let message = format!("`{name}` is not declared by `{keyword}`");
            let text = format!("it is declared by `{}`", word(&other.kind));
            self.diagnostics.push(Diagnostic::error(code, span, message).also(other.span, text));
        } else if !self.items.may_be_broken(key) {
            let from = Key::new(key.space, "");
            let most = self.searches.min(1) * MAX_CANDIDATES;
            self.searches = self.searches.saturating_sub(1);
            let candidates = self.places.range(from..).take(most).map(|(candidate, _)| candidate);
            let candidates = candidates.take_while(|candidate| candidate.space == key.space).map(name_of);
            let mut diagnostic = Diagnostic::error(code, span, format!("there is no {what} `{name}` before this"));
            if !matches!(key.space, Space::Test) {
                diagnostic = diagnostic.suggest(nearest(name, candidates));
            }
            self.diagnostics.push(diagnostic);
        }
    }
}

/// Says that a name is longer than [`MAX_NAME_BYTES`].
pub(super) fn name_limit(name: &str, span: Span) -> Diagnostic {
    let message = format!("a name has at most {MAX_NAME_BYTES} bytes, this one has {}", name.len());
    Diagnostic::error(Code::NameLimit, span, message)
}

/// The items that a declaration makes, one for each name.
fn items_of(doc: String, kind: DeclarationKind) -> Vec<(Key, Item)> {
    let item = |span, doc, kind| Item { span, doc, kind, extensions: Vec::new() };
    let (key, span) = match &kind {
        DeclarationKind::Source(names) => {
            let one = |name: &Name| {
                let kind = DeclarationKind::Source(vec![name.clone()]);
                (Key::new(Space::Source, &name.text), item(name.span, doc.clone(), kind))
            };
            return names.iter().map(one).collect();
        }
        DeclarationKind::Group(names) => {
            let one = |name: &Name| {
                let kind = DeclarationKind::Group(vec![name.clone()]);
                (Key::new(Space::Action, &name.text), item(name.span, doc.clone(), kind))
            };
            return names.iter().map(one).collect();
        }
        DeclarationKind::Param { name, .. }
        | DeclarationKind::Let { name, .. }
        | DeclarationKind::State { name, .. } => (Key::new(Space::Value, &name.text), name.span),
        DeclarationKind::Kind { name, .. } => (Key::new(Space::Kind, &name.text), name.span),
        DeclarationKind::Instance { kind, name, .. } => (instance_key(kind, name), name.span),
        DeclarationKind::Event { template, .. } => (Key::new(Space::Event, template.text()), template.span()),
        DeclarationKind::Rule { name, .. } => (Key::new(Space::Rule, &name.text), name.span),
        DeclarationKind::Action(action) | DeclarationKind::Reaction(action) => {
            (Key::new(Space::Action, &action.name.text), action.name.span)
        }
        DeclarationKind::Phase { name, .. } => (Key::new(Space::Phase, &name.text), name.span),
        DeclarationKind::Profile { name, .. } => (Key::new(Space::Profile, &name.text), name.span),
        DeclarationKind::Test { text, .. } => (test_key(text), text.span),
        DeclarationKind::Use { .. }
        | DeclarationKind::Override(_)
        | DeclarationKind::Remove { .. }
        | DeclarationKind::Extend { .. }
        | DeclarationKind::Broken { .. } => return Vec::new(),
    };
    vec![(key, item(span, doc, kind))]
}

/// The word that declares it; for an instance that is the name of its kind, and nothing is given.
fn word(kind: &DeclarationKind) -> &'static str {
    match kind {
        DeclarationKind::Use { .. } => "use",
        DeclarationKind::Override(_) => "override",
        DeclarationKind::Remove { .. } => "remove",
        DeclarationKind::Extend { .. } => "extend",
        DeclarationKind::Source(_) => "source",
        DeclarationKind::Group(_) => "group",
        DeclarationKind::Param { .. } => "param",
        DeclarationKind::Let { .. } => "let",
        DeclarationKind::Kind { .. } => "kind",
        DeclarationKind::Instance { .. } | DeclarationKind::Broken { .. } => "",
        DeclarationKind::State { .. } => "state",
        DeclarationKind::Event { .. } => "event",
        DeclarationKind::Rule { .. } => "rule",
        DeclarationKind::Action(_) => "action",
        DeclarationKind::Reaction(_) => "reaction",
        DeclarationKind::Phase { .. } => "phase",
        DeclarationKind::Profile { .. } => "profile",
        DeclarationKind::Test { .. } => "test",
    }
}

/// Where the names go that a word declares.
fn space_of(word: &str) -> Option<Space> {
    Some(match word {
        "param" | "let" | "state" => Space::Value,
        "kind" => Space::Kind,
        "event" => Space::Event,
        "rule" => Space::Rule,
        "action" | "reaction" | "group" => Space::Action,
        "phase" => Space::Phase,
        "profile" => Space::Profile,
        "source" => Space::Source,
        "test" => Space::Test,
        _ => return None,
    })
}

/// The code for a name that is not in a space.
fn undefined(space: Space, keyword: &str) -> Code {
    match space {
        Space::Value => Code::UndefinedName,
        Space::Kind => Code::UndefinedKind,
        Space::Instance => Code::UndefinedInstance,
        Space::Event => Code::UndefinedEvent,
        Space::Rule => Code::UndefinedRule,
        Space::Action => match keyword {
            "reaction" => Code::UndefinedReaction,
            "group" => Code::UndefinedGroup,
            _ => Code::UndefinedAction,
        },
        Space::Phase => Code::UndefinedPhase,
        Space::Profile => Code::UndefinedProfile,
        Space::Source => Code::UndefinedSource,
        Space::Test => Code::UndefinedTest,
    }
}

/// The key of an instance: it holds the kind, since each kind has names of its own.
pub(super) fn instance_key(kind: &Name, name: &Name) -> Key {
    Key::new(Space::Instance, format!("{} {}", kind.text, name.text))
}

/// The key of a test: its text, and its file, since two files may happen to say the same.
fn test_key(text: &tree::Text) -> Key {
    let SourceId(source) = text.span.source;
    Key::new(Space::Test, format!("{}\u{0}{source}", text.value))
}

/// The key without what a person would not write: the kind of an instance, the file of a test.
fn bare(key: &Key) -> Key {
    Key::new(key.space, name_of(key))
}

/// What a person calls it: an instance without its kind, a test without its file.
fn name_of(key: &Key) -> &str {
    match key.space {
        Space::Instance => key.name.split_once(' ').map_or(key.name.as_str(), |(_, name)| name),
        Space::Test => key.name.split_once('\u{0}').map_or(key.name.as_str(), |(text, _)| text),
        _ => &key.name,
    }
}

fn described(key: &Key) -> String {
    let name = name_of(key);
    match key.space {
        Space::Value => format!("the name `{name}`"),
        Space::Kind => format!("the kind `{name}`"),
        Space::Instance => format!("the instance `{name}`"),
        Space::Event => format!("the event `{name}`"),
        Space::Rule => format!("the rule `{name}`"),
        Space::Action => format!("the action or group `{name}`"),
        Space::Phase => format!("the phase `{name}`"),
        Space::Profile => format!("the profile `{name}`"),
        Space::Source => format!("the source `{name}`"),
        Space::Test => format!("the test \"{name}\""),
    }
}
