//! Where queues are kept: account and region, then name. The one place that a durable store will replace.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Arn, Region};

use crate::error::{ErrorKind, QueueError};
use crate::models::Queue;
use crate::move_tasks::MoveTask;

/// Seconds for which the name of a deleted queue cannot be used again.
const COOL_DOWN: i64 = 60;

/// All queues.
#[derive(Debug, Default)]
pub struct Store(RwLock<BTreeMap<(AccountId, Region), Arc<Locality>>>);

/// The queues of an account in a region.
#[derive(Debug, Default)]
pub struct Locality {
    queues: RwLock<BTreeMap<String, Arc<Queue>>>,
    deleted: Mutex<BTreeMap<String, Timestamp>>,
    tasks: Mutex<Vec<Arc<MoveTask>>>,
}

impl Store {
    /// The queues of an account in a region; none, if no queue was ever made there.
    #[must_use]
    pub fn locality(&self, account: AccountId, region: &Region) -> Arc<Locality> {
        let key = (account, region.clone());
        let existing = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        // Not put in: a look must not leave anything behind.
        existing.unwrap_or_default()
    }

    fn locality_to_fill(&self, account: AccountId, region: &Region) -> Arc<Locality> {
        let mut localities = self.0.write().unwrap_or_else(PoisonError::into_inner);
        localities.entry((account, region.clone())).or_default().clone()
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
        queues.insert(queue.name.clone(), queue.clone());
        Ok(queue)
    }

    /// Deletes a queue.
    pub fn remove(&self, queue: &Queue, now: Timestamp) {
        let locality = self.locality(queue.account, &queue.region);
        let mut queues = locality.queues.write().unwrap_or_else(PoisonError::into_inner);
        // It may be another one of the same name by now.
        if queues.get(&queue.name).is_some_and(|found| found.incarnation == queue.incarnation) {
            queues.remove(&queue.name);
            let mut deleted = locality.deleted.lock().unwrap_or_else(PoisonError::into_inner);
            deleted.retain(|_, at| now < at.plus_seconds(COOL_DOWN));
            deleted.insert(queue.name.clone(), now);
        }
        drop(queues);
        queue.delete();
    }
}

impl Locality {
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
        let deleted = self.deleted.lock().unwrap_or_else(PoisonError::into_inner);
        deleted.get(name).is_some_and(|at| now < at.plus_seconds(COOL_DOWN))
    }
}
