//! The tables of a service, as a provider declares them.

use std::collections::BTreeSet;

use asf_types::identity::{AccountId, Region};
use linkme::distributed_slice;

use crate::blob::Blobs;
use crate::layout::Layout;
use crate::record::{Key, Record};
use crate::scope::{Reach, Scope};
use crate::state::{Opener, State};
use crate::table::Table;

/// The tables of a service, seen from one account and region. Declared, not coded:
///
/// ```ignore
/// #[derive(Clone, Store)]
/// #[store(service = "sqs")]
/// pub struct SqsStore {
///     /// The queues by name, of an account in a region.
///     #[store(local)]
///     pub queues: Table<String, Queue>,
///     /// What an account has set for all regions.
///     #[store(cross_region, default = 60)]
///     pub interval: Attribute<u32>,
///     /// Who owns a name.
///     #[store(cross_account)]
///     pub owners: Table<String, AccountId, Hashed>,
/// }
/// ```
pub trait Store: Clone + Send + Sync + Sized + 'static {
    /// botocore's folder name of the service.
    const SERVICE: &'static str;

    /// Opens the tables.
    fn open(opener: Opener<'_>) -> Self;

    /// The same tables, seen from this account and region.
    #[must_use]
    fn at(&self, account: AccountId, region: &Region) -> Self;

    /// Scopes that have entries.
    fn scopes(&self) -> BTreeSet<Scope>;
}

/// What a field of a store can be.
pub trait StoreField: Sized {
    /// Opens it.
    fn open(opener: Opener<'_>, attribute: &'static str, reach: Reach) -> Self;

    /// The same, seen from this account and region.
    #[must_use]
    fn at(&self, account: AccountId, region: &Region) -> Self;

    /// Scopes that have entries.
    fn scopes(&self) -> Vec<Scope>;
}

impl<K: Key, V: Record, L: Layout<K, V>> StoreField for Table<K, V, L> {
    fn open(opener: Opener<'_>, attribute: &'static str, reach: Reach) -> Self {
        opener.table(attribute, reach)
    }

    fn at(&self, account: AccountId, region: &Region) -> Self {
        Self { core: self.core.clone(), scope: self.core.info.reach.scope(account, region) }
    }

    fn scopes(&self) -> Vec<Scope> {
        self.core.scopes()
    }
}

/// A store that is linked in. `#[derive(Store)]` registers one.
#[derive(Debug)]
pub struct StorePlugin {
    /// botocore's folder name of the service.
    pub service: &'static str,
    /// Opens its tables in a state.
    pub open: fn(&State),
}

/// All stores that are linked in.
#[distributed_slice]
pub static STORES: [StorePlugin];

/// The store of a service for all accounts and regions.
#[derive(Clone, Debug)]
pub struct Stores<S> {
    root: S,
    state: State,
}

impl<S: Store> Stores<S> {
    pub(crate) fn open(state: &State) -> Self {
        let root = S::open(state.opener(S::SERVICE));
        state.sweep(S::SERVICE);
        Self { root, state: state.clone() }
    }

    /// The store that an account sees in a region. Takes no memory until something is put in. The region is
    /// that of a call: whether there is such a region was asked when the call was let in.
    #[must_use]
    pub fn at(&self, account: AccountId, region: &Region) -> S {
        self.root.at(account, region)
    }

    /// The stores of all accounts and regions that have entries of their own.
    pub fn iter(&self) -> impl Iterator<Item = (AccountId, Region, S)> {
        let places = self.root.scopes().into_iter().filter_map(|scope| Some((scope.account?, scope.region?)));
        places.map(|(account, region)| {
            let store = self.at(account, &region);
            (account, region, store)
        })
    }

    /// Where the service puts content.
    #[must_use]
    pub fn blobs(&self) -> Blobs {
        self.state.blobs(S::SERVICE)
    }

    /// The state that it is of: for [`State::atomically`].
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }
}
