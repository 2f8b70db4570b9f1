//! Items by numbers.

use rustc_hash::FxHashMap;

use super::super::view::Item;

/// A row of [`Items`].
pub(crate) type ItemId = u32;

/// Items, each once.
#[derive(Debug, Default)]
pub(super) struct Items {
    list: Vec<Item>,
    numbers: FxHashMap<Item, ItemId>,
}

impl Items {
    pub(super) fn get(&self, id: ItemId) -> &Item {
        &self.list[id as usize]
    }

    pub(super) fn number(&mut self, item: Item) -> ItemId {
        if let Some(number) = self.numbers.get(&item) {
            return *number;
        }
        let number = ItemId::try_from(self.list.len()).expect("memory is full long before 2^32 items");
        self.list.push(item.clone());
        self.numbers.insert(item, number);
        number
    }
}
