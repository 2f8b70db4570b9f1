//! What is said of items that the grammar has no word for.

use rustc_hash::FxHashMap;

use crate::diagnostic::{one_line, suggest};
use crate::trace::{Foreign, ItemKind, Observed};

/// The most characters of an item, and of a name in it, that are shown.
const MAX_SHOWN: usize = 80;

/// How many names are compared with unknown ones in all, so that an input full of these is read in bounded time: some
/// seconds. A look through few names counts as one through [`LEAST_LOOK`].
const MAX_COMPARED: usize = 2_000_000;

/// The longest name, in bytes, that one is looked for.
const MAX_KEY: usize = 512;

/// Bounds how many unknown names are remembered.
const LEAST_LOOK: usize = 100;

/// A text of the input as one line that is not too long and does a terminal no harm.
pub(crate) fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.pop();
        shown.push('…');
    }
    one_line(&shown)
}

/// An item that no run can show, written like this, and why.
pub(super) fn foreign(kind: ItemKind, text: &str, why: String, similar: Option<String>) -> Observed {
    Observed::Foreign(Box::new(Foreign { kind, text: shown(text), why, similar }))
}

/// "Did you mean …?" for the names of an input: remembered, and only as long as it costs little in all.
#[derive(Debug, Default)]
pub(crate) struct Suggestions {
    known: FxHashMap<String, Option<String>>,
    n_compared: usize,
}

impl Suggestions {
    /// What is meant by an unknown name, of these; `what` tells what has such names.
    pub(super) fn nearest<'a>(
        &mut self,
        what: &str,
        name: &str,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Option<String> {
        if name.len() > MAX_KEY {
            return None;
        }
        let key = format!("{what} {name}");
        if let Some(similar) = self.known.get(&key) {
            return similar.clone();
        }
        if self.n_compared > MAX_COMPARED {
            return None;
        }
        let mut n_names = 0;
        let similar = suggest::nearest(name, names.into_iter().inspect(|_| n_names += 1)).map(str::to_owned);
        self.n_compared += n_names.max(LEAST_LOOK);
        self.known.insert(key, similar.clone());
        similar
    }
}
