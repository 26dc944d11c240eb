//! All tables of a process, or of a branch of its state.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use asf_types::identity::{AccountId, Region};

use crate::blob::{Blobs, Folder};
use crate::change::{ChangeLog, NotWritten, track};
use crate::core::{Core, Shared};
use crate::erased::{AnySnapshot, AnyTable, Entry, Erased};
use crate::gate::Inside;
use crate::layout::Layout;
use crate::record::{Key, Record, RecordError};
use crate::scope::{Reach, Scope};
use crate::store::{STORES, Store, Stores};
use crate::table::Table;

/// What a table is called and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableInfo {
    /// botocore's folder name of the service.
    pub service: &'static str,
    /// The attribute of the service's store.
    pub attribute: &'static str,
    /// How far it reaches.
    pub reach: Reach,
    /// The [`Record::VERSION`] of its values.
    pub version: u32,
}

impl fmt::Display for TableInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service, self.attribute)
    }
}

/// Where the entries of a table are read from when it is opened: what was kept of an earlier process.
pub trait Source: Send + Sync {
    /// Calls this with each entry of a table, in any order, and from several threads if it likes. What cannot be
    /// read of it is the source's to report: a table opens with what is whole.
    fn load(&self, table: &TableInfo, put: &Put<'_>);

    /// Whether all that was kept of a service could be read so far.
    fn is_whole(&self, service: &str) -> bool {
        let _ = service;
        true
    }
}

/// Takes an entry that was read.
pub type Put<'a> = dyn Fn(Entry<'_>) -> Result<(), RecordError> + Sync + 'a;

/// All tables of a process, or of a branch of its state: by service and attribute, opened when first used.
/// Cheap to clone; every clone is the same state.
#[derive(Clone, Default)]
pub struct State(Arc<Inner>);

#[derive(Default)]
struct Inner {
    /// The first field, so that it is dropped first.
    _closing: Closing,
    shared: Arc<Shared>,
    tables: Mutex<BTreeMap<TableKey, Slot>>,
    /// Tables that nobody has opened here, of the state that this is a branch of.
    inherited: Mutex<BTreeMap<TableKey, Arc<dyn AnySnapshot>>>,
    source: Option<Arc<dyn Source>>,
    is_branch: bool,
    /// Services of which it was looked what a crash has left.
    swept: Mutex<BTreeSet<&'static str>>,
}

/// Ends the deletion of files as the state goes: its records go too, but were not removed.
#[derive(Default)]
struct Closing(Option<Arc<Folder>>);

impl Drop for Closing {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            folder.close();
        }
    }
}

/// A table, once it has its entries. Whoever opens it first reads them, and who wants the same table waits;
/// others do not.
type Slot = Arc<OnceLock<Arc<dyn AnyTable>>>;

/// Service, attribute.
type TableKey = (&'static str, &'static str);

/// Steps that belong together, see [`State::enter`]. It cannot be held over an await of a task that is
/// spawned, since it cannot be sent to another thread.
#[must_use]
pub struct Steps<'a>(#[expect(dead_code, reason = "held, not read")] Inside<'a>);

impl fmt::Debug for Steps<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Steps")
    }
}

/// Which entries: those for which everything that is given fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Of this service.
    pub service: Option<String>,
    /// Of this account. What all accounts share is not of it.
    pub account: Option<AccountId>,
    /// Of this region. What all regions share is not of it.
    pub region: Option<Region>,
}

impl Selection {
    /// Whether a scope's entries are among them.
    #[must_use]
    pub fn has(&self, scope: &Scope) -> bool {
        (self.account.is_none() || self.account == scope.account)
            && (self.region.is_none() || self.region == scope.region)
    }

    fn has_service(&self, service: &str) -> bool {
        self.service.as_ref().is_none_or(|it| it == service)
    }
}

impl State {
    /// An empty state that is gone when the process ends.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A state whose tables begin with what a source has, and whose changes a log hears of. Large content goes
    /// with the state.
    #[must_use]
    pub fn durable(source: Arc<dyn Source>, log: Arc<dyn ChangeLog>) -> Self {
        Self::kept_by(source, log, Folder::default())
    }

    /// As [`durable`](Self::durable), with a folder of its own for large content, which is there after a restart.
    #[must_use]
    pub fn durable_with_blobs(source: Arc<dyn Source>, log: Arc<dyn ChangeLog>, blobs: PathBuf) -> Self {
        Self::kept_by(source, log, Folder::kept(blobs))
    }

    fn kept_by(source: Arc<dyn Source>, log: Arc<dyn ChangeLog>, blobs: Folder) -> Self {
        let shared = Shared { blobs: Arc::new(blobs), ..Shared::default() };
        // It is new, so nothing is in it.
        let _ = shared.log.set(log);
        let closing = Closing(Some(shared.blobs.clone()));
        let source = Some(source);
        Self(Arc::new(Inner { _closing: closing, shared: Arc::new(shared), source, ..Inner::default() }))
    }

    /// Where a service puts content.
    #[must_use]
    pub fn blobs(&self, service: &'static str) -> Blobs {
        Blobs::of(self.0.shared.blobs.clone(), service)
    }

    /// Deletes what a crash has left of a service's content, once its records are there. Not if some of them
    /// could not be read: what they have may be of use to who mends them.
    pub(crate) fn sweep(&self, service: &'static str) {
        let is_whole = self.is_whole(service);
        let mut swept = self.0.swept.lock().unwrap_or_else(PoisonError::into_inner);
        if is_whole && swept.insert(service) {
            let removed = self.0.shared.blobs.sweep(service);
            if removed > 0 {
                tracing::info!(service, removed, "files that a crash has left were deleted");
            }
        }
    }

    /// The store of a service, opened if nobody did.
    #[must_use]
    pub fn stores<S: Store>(&self) -> Stores<S> {
        Stores::open(self)
    }

    /// Opens tables of a service, one by one; [`stores`](Self::stores) does it for a declared store.
    #[must_use]
    pub fn opener(&self, service: &'static str) -> Opener<'_> {
        Opener { state: self, service }
    }

    /// Opens the stores of all services that are linked in, so that what was kept of them is there.
    pub fn open_all(&self) {
        self.open_services(&|_| true);
    }

    fn open_services(&self, wanted: &dyn Fn(&str) -> bool) {
        for plugin in STORES.iter().filter(|plugin| wanted(plugin.service)) {
            (plugin.open)(self);
        }
    }

    /// Runs steps on several tables as one: a journal has all of them or none, and a snapshot of the state
    /// is never taken between them. Others may see one without the other meanwhile.
    ///
    /// The steps must be short: whoever takes a moment waits for them, and then others wait for that.
    pub fn atomically<R>(&self, steps: impl FnOnce() -> R) -> R {
        let _steps = self.enter();
        steps()
    }

    /// As [`atomically`](Self::atomically), until the guard is dropped: for types that guard their own state.
    ///
    /// Whoever has a lock of its own, under which it uses tables, enters before it locks, always: else it may
    /// wait here for a moment that waits for whoever is inside and waits for that lock.
    pub fn enter(&self) -> Steps<'_> {
        Steps(self.0.shared.gate.enter())
    }

    /// Runs this while no step of any table is under way. `None`, and nothing is run, within
    /// [`atomically`](Self::atomically) and the closures of tables.
    pub fn moment<R>(&self, moment: impl FnOnce() -> R) -> Option<R> {
        self.0.shared.gate.alone(moment)
    }

    /// [`moment`](Self::moment) for a change log: it does not keep the state alive.
    #[must_use]
    pub fn moments(&self) -> Moments {
        Moments(Arc::downgrade(&self.0.shared))
    }

    /// Whether there is a log that hears of its changes.
    #[must_use]
    pub fn is_durable(&self) -> bool {
        self.0.shared.log.get().is_some()
    }

    /// Whether tables may have entries from the beginning, so that what is made of them at first takes time.
    #[must_use]
    pub fn begins_with_entries(&self) -> bool {
        self.0.source.is_some() || self.0.is_branch
    }

    /// Whether all that was kept of a service could be read so far: if not, what seems to belong to nothing may
    /// belong to what could not be read.
    #[must_use]
    pub fn is_whole(&self, service: &str) -> bool {
        self.0.source.as_ref().is_none_or(|source| source.is_whole(service))
    }

    /// Runs a call, then waits until what it changed is written down, as [`ChangeLog::written`] says.
    /// The answer must not leave if it is not.
    pub async fn durably<F: Future>(&self, call: F) -> (F::Output, Result<(), NotWritten>) {
        let Some(log) = self.0.shared.log.get() else { return (call.await, Ok(())) };
        match track(call).await {
            (output, None) => (output, Ok(())),
            (output, Some(changes)) => (output, log.written(changes).await),
        }
    }

    /// The tables that are open, by service and attribute.
    #[must_use]
    pub fn tables(&self) -> Vec<Arc<dyn AnyTable>> {
        self.lock_tables().values().filter_map(|slot| slot.get().cloned()).collect()
    }

    /// An open table.
    #[must_use]
    pub fn table(&self, service: &str, attribute: &str) -> Option<Arc<dyn AnyTable>> {
        self.lock_tables().get(&(service, attribute) as &(&str, &str))?.get().cloned()
    }

    /// What tables the stores that are linked in have.
    #[must_use]
    pub fn declared() -> Vec<Arc<TableInfo>> {
        let scratch = Self::new();
        scratch.open_all();
        scratch.tables().iter().map(|table| table.info().clone()).collect()
    }

    /// Replaces the entries of a service, or of all, by those that a source has; the change log does not
    /// hear of it. `at_once` is run in the moment in which it happens. Returns how many entries there are;
    /// `None`, and nothing is replaced, within [`atomically`](Self::atomically).
    pub fn reload(
        &self,
        service: Option<&str>,
        source: &dyn Source,
        at_once: impl FnOnce(),
    ) -> Option<usize> {
        let is_wanted = |it: &str| service.is_none_or(|service| service == it);
        self.open_services(&is_wanted);
        let tables = self.tables().into_iter().filter(|table| is_wanted(table.info().service));
        let read = |table: Arc<dyn AnyTable>| {
            let fresh = table.empty();
            source.load(table.info(), &|entry| fresh.restore(entry));
            (table, fresh.snapshot())
        };
        let read: Vec<_> = tables.map(read).collect();
        self.moment(|| {
            at_once();
            for (table, snapshot) in &read {
                table.adopt(&**snapshot);
            }
        })?;
        let entries = read
            .iter()
            .map(|(_, snapshot)| snapshot.scopes().iter().map(|scope| snapshot.len(scope)).sum::<usize>());
        Some(entries.sum())
    }

    /// All entries of all services at one moment, whoever writes meanwhile. `None` within
    /// [`atomically`](Self::atomically).
    ///
    /// Takes time only to open what was not open yet.
    #[must_use]
    pub fn snapshot(&self) -> Option<StateSnapshot> {
        self.open_all();
        let mut tables: BTreeMap<TableKey, Arc<dyn AnySnapshot>> =
            self.lock_inherited().iter().map(|(key, snapshot)| (*key, snapshot.clone())).collect();
        let open = self.tables();
        tables.extend(self.moment(|| {
            open.iter().map(|table| (table.info().key(), table.snapshot())).collect::<Vec<_>>()
        })?);
        Some(StateSnapshot { tables })
    }

    /// A branch: another state that begins with these entries. It takes memory as it comes to differ.
    #[must_use]
    pub fn branch(from: &StateSnapshot) -> Self {
        let inherited = Mutex::new(from.tables.clone());
        Self(Arc::new(Inner { inherited, is_branch: true, ..Inner::default() }))
    }

    /// Removes entries. Returns how many there were.
    pub fn reset(&self, selection: &Selection) -> usize {
        self.open_services(&|service| selection.has_service(service));
        let tables = self.tables();
        let tables = tables.iter().filter(|table| selection.has_service(table.info().service));
        // Together: nobody saves half of a reset.
        self.atomically(|| tables.map(|table| table.clear(&|scope| selection.has(scope))).sum())
    }

    fn lock_tables(&self) -> std::sync::MutexGuard<'_, BTreeMap<TableKey, Slot>> {
        self.0.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_inherited(&self) -> std::sync::MutexGuard<'_, BTreeMap<TableKey, Arc<dyn AnySnapshot>>> {
        self.0.inherited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.tables().iter().map(|it| it.info().to_string())).finish()
    }
}

/// Moments of a state, as long as it is there; see [`State::moment`].
#[derive(Clone)]
pub struct Moments(Weak<Shared>);

impl Moments {
    /// Runs this while no step of any table is under way; of a state that is gone, none can be. `None`, and
    /// nothing is run, within [`atomically`](State::atomically).
    pub fn take<R>(&self, moment: impl FnOnce() -> R) -> Option<R> {
        match self.0.upgrade() {
            Some(shared) => shared.gate.alone(moment),
            None => Some(moment()),
        }
    }
}

impl fmt::Debug for Moments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Moments")
    }
}

impl TableInfo {
    fn key(&self) -> TableKey {
        (self.service, self.attribute)
    }
}

/// All entries of all services as they were at a moment.
#[derive(Clone, Default)]
pub struct StateSnapshot {
    tables: BTreeMap<TableKey, Arc<dyn AnySnapshot>>,
}

impl StateSnapshot {
    /// The tables, by service and attribute.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<dyn AnySnapshot>> {
        self.tables.values()
    }
}

impl fmt::Debug for StateSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.tables().map(|it| it.info().to_string())).finish()
    }
}

/// Opens the tables of a service.
#[derive(Clone, Copy, Debug)]
pub struct Opener<'a> {
    state: &'a State,
    service: &'static str,
}

impl Opener<'_> {
    /// The table of an attribute, opened if nobody did: with the entries that were kept of it. It shows those
    /// of all accounts; views of others are made of it with [`StoreField::at`](crate::StoreField::at).
    ///
    /// # Panics
    /// If it was opened with another type: two providers of one service that do not agree on their store.
    #[must_use]
    pub fn table<K: Key, V: Record, L: Layout<K, V>>(
        &self,
        attribute: &'static str,
        reach: Reach,
    ) -> Table<K, V, L> {
        let state = self.state;
        let info = TableInfo { service: self.service, attribute, reach, version: V::VERSION };
        let key = info.key();
        // The lock of all tables is held only for this: reading may take long.
        let slot = state.lock_tables().entry(key).or_default().clone();
        let table = slot.get_or_init(|| self.load::<K, V, L>(info.clone()));
        // What was inherited is let go once it shows as a table: a snapshot finds it here or there.
        state.lock_inherited().remove(&key);
        let Ok(core) = table.clone().as_any().downcast::<Core<K, V, L>>() else {
            // A mistake in the code of providers, which no input can bring about.
            #[expect(clippy::panic, reason = "two declarations of a table that do not agree")]
            {
                panic!("the table {info} was opened with other types before")
            }
        };
        Table { core, scope: Scope::default() }
    }

    /// A table with the entries that were kept of it.
    fn load<K: Key, V: Record, L: Layout<K, V>>(&self, info: TableInfo) -> Arc<dyn AnyTable> {
        let state = self.state;
        let key = info.key();
        let table = Erased(Arc::new(Core::<K, V, L>::new(Arc::new(info), state.0.shared.clone())));
        let inherited = state.lock_inherited().get(&key).cloned();
        if let Some(inherited) = inherited {
            table.adopt(&*inherited);
        } else if let Some(source) = &state.0.source {
            source.load(table.info(), &|entry| table.restore(entry));
        }
        Arc::new(table)
    }
}
