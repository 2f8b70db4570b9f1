//! The alphabet: every event with every combination of instances in its name, densely numbered.

use std::collections::BTreeMap;

use super::glob::matches;
use super::grammar::{EventId, Grammar, InstanceId};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};

/// An event with the instances in its name: what a trace can show at one place, the payload left out.
///
/// The symbols of an [`Alphabet`] are numbered from 0, those of one event next to each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SymbolId(pub u32);

impl SymbolId {
    /// The place among all symbols.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A name that a trace shows, which one or, with arrays, several symbols have. Numbered from 0 in the order of the names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

impl NameId {
    /// The place among all names.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Every event with every combination of instances in its name, and the names that those have.
///
/// An element of an array is shown by the name of its array, so several symbols can have one name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alphabet {
    /// A row for each event.
    shapes: Vec<Shape>,
    /// All names, sorted, each once.
    names: Vec<String>,
    /// For each symbol the place of its name.
    name_of: Vec<u32>,
    /// The symbols by name, those of one name in their order.
    by_name: Vec<SymbolId>,
    /// For each name where its symbols begin in `by_name`, and then where all end.
    starts: Vec<u32>,
}

/// How the symbols of an event are numbered: like digits, the last placeholder being the last digit.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    /// The first symbol.
    base: u32,
    /// How many there are.
    size: u32,
    /// For each placeholder the first instance of its kind, and how many that has.
    places: Vec<(InstanceId, u32)>,
}

impl Shape {
    /// The instances of the symbol `base + offset`.
    fn instances(&self, mut offset: u32) -> Vec<InstanceId> {
        let mut instances = vec![InstanceId::default(); self.places.len()];
        for (instance, (first, count)) in instances.iter_mut().zip(&self.places).rev() {
            *instance = InstanceId(first.0 + offset % count);
            offset /= count;
        }
        instances
    }
}

impl Alphabet {
    /// The alphabet of a grammar. Sorts all names, which takes about a second for the largest alphabet.
    ///
    /// # Panics
    ///
    /// If the alphabet has 2^32 symbols or more: a checked grammar is far below
    /// ([`Limits::event_names`](crate::limits::Limits::event_names)).
    pub fn new(grammar: &Grammar) -> Self {
        let mut shapes = Vec::with_capacity(grammar.events.len());
        let mut named = Vec::new();
        let mut base = 0u32;
        for event in &grammar.events {
            let places: Vec<(InstanceId, u32)> = event
                .kinds
                .iter()
                .map(|kind| (grammar.kinds[kind.index()].first, grammar.kinds[kind.index()].count))
                .collect();
            let size = if places.iter().any(|(_, count)| *count == 0) {
                Some(0)
            } else {
                places.iter().try_fold(1u32, |size, (_, count)| size.checked_mul(*count))
            };
            let size = size.expect("the limit on the alphabet was checked");
            let shape = Shape { base, size, places };
            for offset in 0..size {
                let of = shape.instances(offset);
                let name = event.name_with(|place| grammar.instances[of[place].index()].name.clone());
                named.push((name, SymbolId(base + offset)));
            }
            base = base.checked_add(size).expect("the limit on the alphabet was checked");
            shapes.push(shape);
        }
        named.sort_unstable();
        let mut alphabet = Self { shapes, name_of: vec![0; named.len()], ..Self::default() };
        for (place, (name, symbol)) in (0..).zip(named) {
            if alphabet.names.last() != Some(&name) {
                alphabet.names.push(name);
                alphabet.starts.push(place);
            }
            let last = alphabet.names.len() - 1;
            alphabet.name_of[symbol.index()] = u32::try_from(last).expect("there are fewer names than symbols");
            alphabet.by_name.push(symbol);
        }
        alphabet.starts.push(base);
        alphabet
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.name_of.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.name_of.is_empty()
    }

    /// The symbol of an event with an instance of its kind for each of its placeholders, in their order.
    pub fn symbol(&self, event: EventId, of: &[InstanceId]) -> SymbolId {
        let shape = &self.shapes[event.index()];
        let offset = of
            .iter()
            .zip(&shape.places)
            .fold(0, |offset, (instance, (first, count))| offset * count + (instance.0 - first.0));
        SymbolId(shape.base + offset)
    }

    /// The event of a symbol. Costs a binary search over the events.
    pub fn event_of(&self, symbol: SymbolId) -> EventId {
        // An event without symbols begins where the next one does, so it is the last of those that begin here.
        EventId::new(self.shapes.partition_point(|shape| shape.base <= symbol.0) - 1)
    }

    /// The instances of a symbol, one for each placeholder of its event.
    pub fn instances_of(&self, symbol: SymbolId) -> Vec<InstanceId> {
        let shape = &self.shapes[self.event_of(symbol).index()];
        shape.instances(symbol.0 - shape.base)
    }

    /// The symbols of an event, in the order of its instances.
    pub fn symbols_of(&self, event: EventId) -> impl ExactSizeIterator<Item = SymbolId> + use<> {
        let shape = &self.shapes[event.index()];
        (shape.base..shape.base + shape.size).map(SymbolId)
    }

    /// The name that a trace shows.
    pub fn name(&self, symbol: SymbolId) -> &str {
        self.name_text(self.name_of(symbol))
    }

    /// The name of a symbol.
    pub fn name_of(&self, symbol: SymbolId) -> NameId {
        NameId(self.name_of[symbol.index()])
    }

    /// The text of a name.
    pub fn name_text(&self, name: NameId) -> &str {
        &self.names[name.index()]
    }

    /// The name with this text. Costs a binary search over the names.
    pub fn find(&self, text: &str) -> Option<NameId> {
        let place = self.names.binary_search_by(|other| other.as_str().cmp(text)).ok()?;
        Some(NameId(u32::try_from(place).expect("there are fewer names than symbols")))
    }

    /// The symbols with this name, in their order: none if the alphabet does not have it, several if an array is in
    /// it. Costs a binary search over the names.
    pub fn lookup(&self, name: &str) -> &[SymbolId] {
        self.find(name).map_or(&[], |name| self.symbols_named(name))
    }

    /// The names that a glob stands for, in their order: `*` is any text. Costs a look at all names.
    pub fn matching<'a>(&'a self, glob: &'a str) -> impl Iterator<Item = NameId> + 'a {
        (0..).map(NameId).zip(self.names()).filter(move |(_, name)| matches(glob, name)).map(|(id, _)| id)
    }

    /// How many names there are.
    pub fn n_names(&self) -> usize {
        self.names.len()
    }

    /// All names, sorted, each once.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// All names with their symbols, sorted by name.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &[SymbolId])> {
        (0..).map(NameId).zip(self.names()).map(|(name, text)| (text, self.symbols_named(name)))
    }

    /// The symbols with this name, in their order: at least one, all of one event.
    pub fn symbols_named(&self, name: NameId) -> &[SymbolId] {
        &self.by_name[self.starts[name.index()] as usize..self.starts[name.index() + 1] as usize]
    }
}

/// Reports every pair of events that make the same name, and every event that makes one name in two ways that are not
/// elements of the same arrays. `alphabet` is that of the grammar.
pub(super) fn check_alphabet(grammar: &Grammar, alphabet: &Alphabet, diagnostics: &mut Diagnostics) {
    // One finding for each pair of events, however many instances they meet in: the symbols that clash first, and the
    // names in which any do.
    let mut clashes: BTreeMap<(EventId, EventId), (SymbolId, SymbolId, Vec<&str>)> = BTreeMap::new();
    for (name, symbols) in alphabet.entries() {
        for symbol in &symbols[1..] {
            if !alike(grammar, alphabet, symbols[0], *symbol) {
                let events = (alphabet.event_of(symbols[0]), alphabet.event_of(*symbol));
                let (_, _, names) = clashes.entry(events).or_insert((symbols[0], *symbol, Vec::new()));
                if names.last() != Some(&name) {
                    names.push(name);
                }
            }
        }
    }
    for ((first, second), (symbol, other, names)) in clashes {
        let name = names[0];
        let template = |event: EventId| grammar.events[event.index()].template(&grammar.kinds);
        let mut diagnostic = if first == second {
            let of = |symbol| {
                let names = alphabet.instances_of(symbol).into_iter();
                let names = names.map(|instance| format!("`{}`", grammar.instances[instance.index()].full_name()));
                names.collect::<Vec<String>>().join(" and ")
            };
            Diagnostic::error(
                Code::AmbiguousEvent,
                grammar.events[second.index()].span,
                format!("`{}` makes `{name}` in two ways", template(second)),
            )
            .label(format!("of {} and of {}", of(symbol), of(other)))
        } else {
            Diagnostic::error(
                Code::AmbiguousEvent,
                grammar.events[second.index()].span,
                format!("`{name}` belongs to two events"),
            )
            .label(format!("`{}` makes it too", template(second)))
            .also(grammar.events[first.index()].span, format!("`{}` makes it", template(first)))
        };
        if names.len() > 1 {
            diagnostic =
                diagnostic.help(format!("{} more names are as ambiguous, `{}` among them", names.len() - 1, names[1]));
        }
        diagnostics
            .push(diagnostic.help("a name in a trace must tell which event it is: change a literal part of one"));
    }
}

/// Whether two symbols with one name differ in the elements of arrays only.
fn alike(grammar: &Grammar, alphabet: &Alphabet, left: SymbolId, right: SymbolId) -> bool {
    let array = |instance: InstanceId| grammar.instances[instance.index()].array;
    alphabet.event_of(left) == alphabet.event_of(right)
        && alphabet.instances_of(left).into_iter().map(array).eq(alphabet.instances_of(right).into_iter().map(array))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn clashes(grammar: &Grammar) -> Vec<Diagnostic> {
        findings(grammar, |grammar, diagnostics| check_alphabet(grammar, &Alphabet::new(grammar), diagnostics))
    }

    fn example() -> Grammar {
        let mut grammar = Grammar::default();
        grammar.kind("storage", &[]);
        grammar.kind("relation", &["http", "db[2]"]);
        grammar.kind("container", &["web", "cache"]);
        grammar.event("install");
        grammar.event("<storage>-storage-attached");
        grammar.event("<relation>-relation-joined");
        grammar.event("on-<container>-of-<relation>");
        grammar.event("stop");
        grammar
    }

    #[test]
    fn symbols_are_dense_and_round_trip() {
        let alphabet = Alphabet::new(&example());
        assert_eq!(alphabet.len(), 1 + 3 + 6 + 1);
        for id in 0..11 {
            let symbol = SymbolId(id);
            assert_eq!(alphabet.symbol(alphabet.event_of(symbol), &alphabet.instances_of(symbol)), symbol);
            assert!(alphabet.lookup(alphabet.name(symbol)).contains(&symbol));
            assert!(alphabet.symbols_of(alphabet.event_of(symbol)).any(|other| other == symbol));
        }
        assert_eq!(alphabet.event_of(SymbolId(0)), EventId(0));
        assert_eq!(alphabet.event_of(SymbolId(1)), EventId(2));
        assert_eq!(alphabet.symbols_of(EventId(1)).len(), 0);
        assert_eq!(alphabet.name(SymbolId(9)), "on-cache-of-db");
        assert_eq!(alphabet.instances_of(SymbolId(9)), [InstanceId(4), InstanceId(2)]);
        assert_eq!(alphabet.name(SymbolId(10)), "stop");
        assert!(Alphabet::new(&Grammar::default()).is_empty());
    }

    #[test]
    fn elements_of_an_array_share_their_name() {
        let alphabet = Alphabet::new(&example());
        assert_eq!(alphabet.lookup("db-relation-joined"), [SymbolId(2), SymbolId(3)]);
        assert_eq!(alphabet.lookup("http-relation-joined"), [SymbolId(1)]);
        assert!(alphabet.lookup("db[0]-relation-joined").is_empty() && alphabet.lookup("").is_empty());
        let names: Vec<&str> = alphabet.names().collect();
        assert_eq!(names.len(), 8);
        assert!(names.is_sorted());
        assert!(clashes(&example()).is_empty());
    }

    #[test]
    fn a_name_belongs_to_one_event() {
        let mut grammar = example();
        grammar.event("http-relation-joined");
        grammar.event("on-<container>-of-http");
        let found = clashes(&grammar);
        assert_eq!(
            brief(&found),
            [
                "`http-relation-joined` belongs to two events @3005 +3002",
                "`on-cache-of-http` belongs to two events @3006 +3003"
            ]
        );
        assert_eq!(codes(&found), [Code::AmbiguousEvent; 2]);
        assert_eq!(found[1].help[0], "1 more names are as ambiguous, `on-web-of-http` among them");
    }

    #[test]
    fn an_event_makes_a_name_in_one_way() {
        let mut grammar = Grammar::default();
        grammar.kind("left", &["a", "a-b[2]"]);
        grammar.kind("right", &["c", "b-c"]);
        grammar.event("<left>-<right>");
        let found = clashes(&grammar);
        assert_eq!(brief(&found), ["`<left>-<right>` makes `a-b-c` in two ways @3000"]);
        assert_eq!(found[0].primary.text, "of `a` and `b-c` and of `a-b[0]` and `c`");
    }

    #[test]
    fn large_alphabets_are_fast() {
        let mut grammar = Grammar::default();
        for event in 0..50_000 {
            grammar.event(&format!("event-{event}"));
        }
        grammar.kind("relation", &["db[64]"]);
        grammar.event("<relation>-relation-joined");
        let alphabet = Alphabet::new(&grammar);
        assert_eq!(alphabet.lookup("event-49999"), [SymbolId(49_999)]);
        assert_eq!(alphabet.lookup("db-relation-joined").len(), 64);
        assert!(clashes(&grammar).is_empty());
    }
}
