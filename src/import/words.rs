//! Texts that are kept once: a log of any length has few names.

use rustc_hash::FxHashMap;

/// The number of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Word(u32);

/// Texts by their numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    texts: Vec<String>,
    numbers: FxHashMap<String, Word>,
}

impl Words {
    /// The number of a text. The same text has the same one.
    pub(super) fn word(&mut self, text: &str) -> Word {
        if let Some(word) = self.numbers.get(text) {
            return *word;
        }
        let word = Word(u32::try_from(self.texts.len()).expect("a log has fewer names"));
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), word);
        word
    }

    pub(super) fn text(&self, word: Word) -> &str {
        &self.texts[word.0 as usize]
    }
}
