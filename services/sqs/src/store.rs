//! The queues that are there: by account and region, then name, each made of what the tables have of it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Arn, Region};
use asf_runtime::store::{State, Steps, Stores};

use crate::error::{ErrorKind, QueueError};
use crate::models::{Home, Queue};
use crate::move_tasks::MoveTask;
use crate::tables::{SERVICE, SqsStore};

/// Seconds for which the name of a deleted queue cannot be used again.
const COOL_DOWN: i64 = 60;

/// All queues.
#[derive(Debug)]
pub struct Store {
    tables: Stores<SqsStore>,
    localities: RwLock<BTreeMap<(AccountId, Region), Arc<Locality>>>,
}

/// The queues of an account in a region.
#[derive(Debug)]
pub struct Locality {
    queues: RwLock<BTreeMap<String, Arc<Queue>>>,
    tasks: Mutex<Vec<Arc<MoveTask>>>,
    tables: SqsStore,
}

impl Default for Store {
    fn default() -> Self {
        Self::open(&State::new())
    }
}

impl Store {
    /// The queues of a state.
    #[must_use]
    pub fn open(state: &State) -> Self {
        let tables: Stores<SqsStore> = state.stores();
        let localities = tables.iter().map(|(account, region, tables)| {
            let home = Home { state, tables, account, region: region.clone() };
            ((account, region), Arc::new(Locality::load(&home)))
        });
        Self { localities: RwLock::new(localities.collect()), tables }
    }

    /// Until the guard is dropped, all that is changed belongs together.
    pub(crate) fn steps(&self) -> Steps<'_> {
        self.tables.state().enter()
    }

    /// Where a new queue of an account in a region belongs.
    pub(crate) fn home(&self, account: AccountId, region: &Region) -> Home<'_> {
        let tables = self.tables.at(account, region);
        Home { state: self.tables.state(), tables, account, region: region.clone() }
    }

    /// The queues of an account in a region; none, if no queue was ever made there.
    #[must_use]
    pub fn locality(&self, account: AccountId, region: &Region) -> Arc<Locality> {
        let key = (account, region.clone());
        let existing = self.localities.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        // Not put in: a look must not leave anything behind.
        existing.unwrap_or_else(|| Arc::new(Locality::empty(self.tables.at(account, region))))
    }

    fn locality_to_fill(&self, account: AccountId, region: &Region) -> Arc<Locality> {
        let mut localities = self.localities.write().unwrap_or_else(PoisonError::into_inner);
        let empty = || Arc::new(Locality::empty(self.tables.at(account, region)));
        localities.entry((account, region.clone())).or_insert_with(empty).clone()
    }

    /// The tasks that were running when the state was kept, and whose they are.
    pub(crate) fn unfinished_tasks(&self) -> Vec<Arc<MoveTask>> {
        let localities = self.localities.read().unwrap_or_else(PoisonError::into_inner);
        let tasks = localities.values().flat_map(|locality| locality.tasks().clone());
        tasks.filter(|task| task.is_running()).collect()
    }

    /// A queue by its ARN.
    #[must_use]
    pub fn by_arn(&self, arn: &Arn) -> Option<Arc<Queue>> {
        let account = arn.account.parse().ok().filter(|_| arn.service == "sqs")?;
        self.locality(account, &Region::new(&arn.region)).get(&arn.resource)
    }

    /// Puts a queue in, unless there is one of its name, which is given back instead.
    ///
    /// # Errors
    /// `QueueDeletedRecently` if one of its name was deleted in the last 60 seconds, if `cool_down`.
    pub fn insert(&self, queue: Queue, cool_down: bool) -> Result<Arc<Queue>, QueueError> {
        let _steps = self.steps();
        let locality = self.locality_to_fill(queue.account, &queue.region);
        let mut queues = locality.queues.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(existing) = queues.get(&queue.name) {
            return Ok(existing.clone());
        }
        if cool_down && locality.was_deleted_recently(&queue.name, queue.created) {
            return Err(QueueError::new(
                ErrorKind::QueueDeletedRecently,
                format!(
                    "You must wait {COOL_DOWN} seconds after deleting a queue \
                     before you can create another with the same name."
                ),
            ));
        }
        let queue = Arc::new(queue);
        queue.keep();
        queues.insert(queue.name.clone(), queue.clone());
        Ok(queue)
    }

    /// Deletes a queue.
    pub fn remove(&self, queue: &Queue, now: Timestamp) {
        let _steps = self.steps();
        let locality = self.locality(queue.account, &queue.region);
        let mut queues = locality.queues.write().unwrap_or_else(PoisonError::into_inner);
        // It may be another one of the same name by now.
        if queues.get(&queue.name).is_some_and(|found| found.incarnation == queue.incarnation) {
            queues.remove(&queue.name);
            locality.tables.deleted.write(|deleted| {
                let is_over = |at: &Timestamp| now >= at.plus_seconds(COOL_DOWN);
                let over = deleted.tree().range(..).filter(|(_, at)| is_over(at));
                for name in over.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
                    deleted.remove(&name);
                }
                deleted.insert(queue.name.clone(), now);
            });
        }
        drop(queues);
        queue.delete();
    }
}

impl Locality {
    fn empty(tables: SqsStore) -> Self {
        Self { queues: RwLock::default(), tasks: Mutex::default(), tables }
    }

    fn load(home: &Home<'_>) -> Self {
        let tables = &home.tables;
        let queue = |(name, record): (String, Arc<_>)| {
            let queue = Queue::load(home.clone(), &name, &record);
            (name, Arc::new(queue))
        };
        let queues: BTreeMap<_, _> = tables.queues.range(.., usize::MAX).into_iter().map(queue).collect();
        if home.state.is_whole(SERVICE) {
            let live: BTreeSet<u64> = queues.values().map(|queue: &Arc<Queue>| queue.incarnation).collect();
            tables.sweep(&live);
        }
        let task = |((_, id), record): ((_, String), Arc<_>)| Arc::new(MoveTask::load(id, &record, tables));
        let tasks = tables.move_tasks.range(.., usize::MAX).into_iter().map(task).collect();
        Self { queues: RwLock::new(queues), tasks: Mutex::new(tasks), tables: tables.clone() }
    }

    /// Its tables.
    pub(crate) fn tables(&self) -> &SqsStore {
        &self.tables
    }

    /// A queue by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Queue>> {
        self.queues.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Queues in the order of their names, that come after a name and that are wanted: up to `max`, and
    /// whether there are more.
    #[must_use]
    pub fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        max: usize,
        wanted: impl Fn(&Queue) -> bool,
    ) -> (Vec<Arc<Queue>>, bool) {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut found: Vec<_> = queues
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(name, _)| name.starts_with(prefix))
            .map(|(_, queue)| queue)
            .filter(|queue| wanted(queue))
            .take(max.saturating_add(1))
            .cloned()
            .collect();
        let more = found.len() > max;
        found.truncate(max);
        (found, more)
    }

    /// The tasks that move messages out of queues here, the oldest first.
    pub(crate) fn tasks(&self) -> MutexGuard<'_, Vec<Arc<MoveTask>>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn was_deleted_recently(&self, name: &str, now: Timestamp) -> bool {
        self.tables.deleted.get(&name.to_owned()).is_some_and(|at| now < at.plus_seconds(COOL_DOWN))
    }
}
