//! What items of jsonl are, by their text: a grammar has far fewer than there are in a long input.

use rustc_hash::FxHashMap;

use crate::trace::Observed;

/// How many texts are kept; then they are forgotten.
const MOST: usize = 1 << 13;

/// How many bytes one that is kept has at most.
const LONGEST: usize = 256;

/// Texts that were read.
#[derive(Debug, Default)]
pub(super) struct Memo {
    numbers: FxHashMap<Box<[u8]>, usize>,
    /// What each is; nothing where it is passed over.
    items: Vec<Option<Observed>>,
}

impl Memo {
    /// The number of a text, if it is kept.
    pub(super) fn find(&self, text: &[u8]) -> Option<usize> {
        self.numbers.get(text).copied()
    }

    /// What a text is that is kept; nothing where it is passed over.
    pub(super) fn item(&self, number: usize) -> Option<&Observed> {
        self.items[number].as_ref()
    }

    /// Keeps what a text is.
    pub(super) fn keep(&mut self, text: &[u8], item: Option<&Observed>) {
        if text.len() > LONGEST {
            return;
        }
        if self.items.len() == MOST {
            self.numbers.clear();
            self.items.clear();
        }
        self.numbers.insert(text.into(), self.items.len());
        self.items.push(item.cloned());
    }
}
