//! A single value of a store.

use std::sync::Arc;

use asf_types::identity::{AccountId, Region};

use crate::layout::Ordered;
use crate::record::Record;
use crate::scope::{Reach, Scope};
use crate::state::Opener;
use crate::store::StoreField;
use crate::table::Table;

/// A single value, such as a setting of an account: its default until it is set.
#[derive(Clone, Debug)]
pub struct Attribute<V: Record> {
    entry: Table<(), V, Ordered>,
    default: fn() -> V,
}

impl<V: Record> Attribute<V> {
    /// With another default; `#[store(default = ..)]` calls it.
    #[must_use]
    pub fn or(self, default: fn() -> V) -> Self {
        Self { default, ..self }
    }

    /// The value.
    #[must_use]
    pub fn get(&self) -> Arc<V> {
        self.entry.get(&()).unwrap_or_else(|| Arc::new((self.default)()))
    }

    /// Sets the value. Returns the former, if it was set.
    pub fn set(&self, value: impl Into<Arc<V>>) -> Option<Arc<V>> {
        self.entry.insert((), value)
    }

    /// Changes the value, or the default.
    pub fn update<R>(&self, change: impl FnOnce(&mut V) -> R) -> R {
        self.entry.write(|entry| {
            let mut value = entry.get(&()).map_or_else(self.default, |it| V::clone(it));
            let result = change(&mut value);
            entry.insert((), value);
            result
        })
    }

    /// Makes it the default again. Returns what it was set to.
    pub fn unset(&self) -> Option<Arc<V>> {
        self.entry.remove(&())
    }
}

impl<V: Record + Default> StoreField for Attribute<V> {
    fn open(opener: Opener<'_>, attribute: &'static str, reach: Reach) -> Self {
        Self { entry: StoreField::open(opener, attribute, reach), default: V::default }
    }

    fn at(&self, account: AccountId, region: &Region) -> Self {
        Self { entry: self.entry.at(account, region), default: self.default }
    }

    fn scopes(&self) -> Vec<Scope> {
        self.entry.scopes()
    }
}
