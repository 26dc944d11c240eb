//! Replicas: a table that can be called in several regions (global tables, version 2019.11.21).
//!
//! The table stays where it was made. A region with a replica has its name and knows where that is, and so everything
//! is the same everywhere at once: what AWS does within a second or so.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use asf_runtime::identity::Region;

use super::{Address, Store};

/// Where replicas lead. Follows from the stores, and is kept in memory since every request asks it.
#[derive(Debug, Default)]
pub(super) struct Replicas(RwLock<BTreeMap<Address, Region>>);

impl Replicas {
    /// Those that were kept.
    pub(super) fn load(store: &Store) -> Self {
        let mut all = BTreeMap::new();
        for (account, region, tables) in store.everywhere() {
            for (name, home) in tables.replicas.range(.., usize::MAX) {
                all.insert(Address { account, region: region.clone(), name }, Region::new(&home));
            }
        }
        Self(RwLock::new(all))
    }
}

impl Store {
    /// Where the table of an address is: there, or, if that is a replica, where it was made.
    #[must_use]
    pub fn home(&self, address: Address) -> Address {
        let replicas = self.replicas.0.read().unwrap_or_else(PoisonError::into_inner);
        // No table has any, mostly.
        if replicas.is_empty() {
            return address;
        }
        match replicas.get(&address) {
            Some(region) => Address { region: region.clone(), ..address },
            None => address,
        }
    }

    /// Makes a table known in another region. Whether there was none of its name.
    pub fn add_replica(&self, home: &Address, region: &Region) -> bool {
        let replica = Address { region: region.clone(), ..home.clone() };
        let _steps = self.steps();
        let _held = self.locks.own_table(&replica);
        let tables = self.at(replica.account, region);
        if tables.tables.contains(&replica.name) || tables.replicas.contains(&replica.name) {
            return false;
        }
        tables.replicas.insert(replica.name.clone(), home.region.to_string());
        let mut all = self.replicas.0.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(replica, home.region.clone());
        true
    }

    /// Makes a table unknown in another region.
    pub fn remove_replica(&self, home: &Address, region: &Region) {
        let replica = Address { region: region.clone(), ..home.clone() };
        let _steps = self.steps();
        self.at(replica.account, region).replicas.remove(&replica.name);
        self.replicas.0.write().unwrap_or_else(PoisonError::into_inner).remove(&replica);
    }
}
