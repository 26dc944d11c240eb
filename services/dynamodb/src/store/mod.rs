//! DynamoDB's tables and what is in them, over the emulator's stores.
//!
//! [`records`] says what is kept, [`places`] where, `locks` who waits for whom. A [`Store`] opens tables;
//! [`OpenTable`] reads items and changes them, and with each change the indexes, the counts, and the stream.

pub mod counts;
pub mod history;
pub(crate) mod locks;
mod members;
pub mod places;
pub mod read;
pub mod records;
mod replicas;
pub(crate) mod tables;
pub mod transfers;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use asf_runtime::identity::{AccountId, Region};
use asf_runtime::store::{InPartition, State, Steps, Stores};

pub use counts::Counts;
pub use places::{ItemKey, Place};
pub use records::{DynamoStore, ItemRecord, TableRecord};
pub use write::{ChangedBy, projected};
pub(crate) use write::{key_attributes, projected_size, projects};

use crate::destinations::Line;
use crate::models::table::Index;
use locks::Locks;

/// Which table: whose, where, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The account that has it.
    pub account: AccountId,
    /// The region that it is in.
    pub region: Region,
    /// Its name.
    pub name: String,
}

impl Address {
    /// `arn:aws:dynamodb:us-east-1:000000000000:table/name`
    #[must_use]
    pub fn arn(&self) -> String {
        let Self { account, region, name } = self;
        format!("arn:{}:dynamodb:{region}:{account}:table/{name}", region.partition())
    }
}

/// All tables.
#[derive(Debug)]
pub struct Store {
    stores: Stores<DynamoStore>,
    /// Those that a table was found in: to have one is a fraction of making it anew.
    known: RwLock<BTreeMap<AccountId, BTreeMap<Region, Arc<DynamoStore>>>>,
    pub(crate) locks: Locks,
    counts: RwLock<HashMap<u64, Arc<Counts>>>,
    replicas: replicas::Replicas,
    /// Changes for Kinesis.
    pub(crate) line: Arc<Line>,
}

/// A table, as it is now.
#[derive(Clone, Debug)]
pub struct OpenTable {
    /// Which.
    pub address: Address,
    /// What it is.
    pub record: Arc<TableRecord>,
    /// The store of its account and region.
    pub tables: Arc<DynamoStore>,
    counts: Option<Arc<Counts>>,
    /// Where its changes go, if they go to Kinesis.
    line: Option<Arc<Line>>,
}

impl Store {
    /// The tables of a state.
    #[must_use]
    pub fn open(state: &State) -> Self {
        let mut store = Self {
            stores: state.stores(),
            known: RwLock::default(),
            locks: Locks::default(),
            counts: RwLock::default(),
            replicas: replicas::Replicas::default(),
            line: Arc::default(),
        };
        store.replicas = replicas::Replicas::load(&store);
        store.finish_removals();
        store
    }

    /// Until the guard is dropped, all that is changed belongs together. Before any lock.
    pub fn steps(&self) -> Steps<'_> {
        self.stores.state().enter()
    }

    pub(crate) fn state(&self) -> &State {
        self.stores.state()
    }

    /// What an account has in a region.
    #[must_use]
    pub fn at(&self, account: AccountId, region: &Region) -> Arc<DynamoStore> {
        self.known_at(account, region).unwrap_or_else(|| Arc::new(self.stores.at(account, region)))
    }

    fn known_at(&self, account: AccountId, region: &Region) -> Option<Arc<DynamoStore>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&account)?.get(region).cloned()
    }

    /// All accounts and regions that have something.
    pub fn everywhere(&self) -> impl Iterator<Item = (AccountId, Region, DynamoStore)> {
        self.stores.iter()
    }

    /// A table, if it is there. It may change meanwhile, unless its lock is held.
    #[must_use]
    pub fn table(&self, address: &Address) -> Option<OpenTable> {
        self.open_table(address.clone())
    }

    /// [`table`](Self::table), for whoever needs the address no more.
    #[must_use]
    pub fn open_table(&self, address: Address) -> Option<OpenTable> {
        let known = self.known_at(address.account, &address.region);
        let is_known = known.is_some();
        let tables = known.unwrap_or_else(|| Arc::new(self.stores.at(address.account, &address.region)));
        let record = tables.tables.get(&address.name)?;
        if !is_known {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            known.entry(address.account).or_default().insert(address.region.clone(), tables.clone());
        }
        let counts = self.counted(record.id);
        let line = record.kinesis.iter().any(|it| it.active).then(|| self.line.clone());
        Some(OpenTable { address, record, tables, counts, line })
    }

    fn counted(&self, table: u64) -> Option<Arc<Counts>> {
        self.counts.read().unwrap_or_else(PoisonError::into_inner).get(&table).cloned()
    }

    /// The counts of a table, counted if nobody has.
    #[must_use]
    pub fn counts(&self, table: &OpenTable) -> Arc<Counts> {
        if let Some(counts) = self.counted(table.record.id) {
            return counts;
        }
        let _steps = self.steps();
        let _held = self.locks.own_table(&table.address);
        if let Some(counts) = self.counted(table.record.id) {
            return counts;
        }
        let present = self.table(&table.address).filter(|it| it.record.id == table.record.id);
        let Some(present) = present else { return Arc::new(Counts::empty(&table.record)) };
        let counts = Arc::new(Counts::of(&present.record, &present.tables));
        self.set_counts(present.record.id, Some(counts.clone()));
        counts
    }

    /// Sets what is known of a table's counts. Its lock is held.
    pub(crate) fn set_counts(&self, table: u64, counts: Option<Arc<Counts>>) {
        let mut all = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        match counts {
            Some(counts) => all.insert(table, counts),
            None => all.remove(&table),
        };
    }
}

impl OpenTable {
    /// An item.
    #[must_use]
    pub fn get(&self, key: &bytes::Bytes) -> Option<Arc<ItemRecord>> {
        let place = Place::of(self.record.id, 0, key);
        self.tables.items.get(&InPartition::new(place, key.clone()))
    }

    /// An index, and its number.
    #[must_use]
    pub fn index(&self, name: &str) -> Option<(&Index, u32)> {
        Some((self.record.description.index(name)?, self.record.slot(name)?))
    }
}
