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

/// The numbers by which one list has the items of another one.
#[derive(Debug, Default)]
pub(super) struct Translation(Vec<Option<ItemId>>);

impl Translation {
    /// The number in `items` of an item of `others`. It gets one when this is asked first.
    pub(super) fn of(&mut self, id: ItemId, others: &Items, items: &mut Items) -> ItemId {
        let place = id as usize;
        if place >= self.0.len() {
            self.0.resize(place + 1, None);
        }
        *self.0[place].get_or_insert_with(|| items.number(others.get(id).clone()))
    }
}
