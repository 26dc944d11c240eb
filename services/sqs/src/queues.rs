//! Operations on the set of queues: creating, finding, listing.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::ids::Ids;
use indexmap::IndexMap;

use crate::attributes::Settings;
use crate::error::{ErrorKind, QueueError};
use crate::models::Queue;
use crate::models::check_tags;
use crate::names::check_queue_name;
use crate::store::Store;

/// A queue that is to be made.
#[derive(Clone, Debug, Default)]
pub struct NewQueue<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its attributes, in the order in which they came.
    pub attributes: Vec<(&'a str, &'a str)>,
    /// Its tags.
    pub tags: IndexMap<String, String>,
}

/// Makes a queue, or finds the one that has this name and these attributes.
///
/// # Errors
/// `QueueNameExists` (test_sqs::test_create_queue_with_different_attributes_raises_exception),
/// `QueueDeletedRecently`, and those of names, attributes, tags and redrive policies.
pub fn create(
    store: &Store,
    account: AccountId,
    region: &Region,
    new: NewQueue<'_>,
    cool_down: bool,
    now: Timestamp,
    ids: &Ids,
) -> Result<Arc<Queue>, QueueError> {
    let fifo =
        new.attributes.iter().any(|(name, value)| *name == "FifoQueue" && value.eq_ignore_ascii_case("true"));
    check_queue_name(new.name, fifo)?;
    check_tags(&new.tags)?;
    // `True` is let through, but the attribute itself knows `true` only.
    let spelt = |name: &str, value| if name == "FifoQueue" && fifo { "true" } else { value };
    let attributes: Vec<_> = new.attributes.iter().map(|(name, value)| (*name, spelt(name, value))).collect();
    let settings = Settings::new(fifo).changed(&attributes)?;
    let (home, incarnation) = (store.home(account, region), ids.below(u64::MAX));
    let queue = Queue::new(home, new.name, settings.clone(), new.tags, incarnation, now);
    check_redrive(store, &queue, &settings, now)?;

    let queue = store.insert(queue, cool_down)?;
    if queue.incarnation != incarnation {
        let existing = queue.settings(now)?;
        for (name, _) in attributes {
            if settings.get(name) != existing.get(name) {
                return Err(QueueError::new(
                    ErrorKind::QueueNameExists,
                    format!(
                        "A queue already exists with the same name and a different value for attribute {name}"
                    ),
                ));
            }
        }
    }
    Ok(queue)
}

/// Checks the redrive policy that a queue is to have.
///
/// # Errors
/// `InvalidParameterValue`, `QueueDoesNotExist`
pub fn check_redrive(
    store: &Store,
    queue: &Queue,
    settings: &Settings,
    now: Timestamp,
) -> Result<(), QueueError> {
    let Some(policy) = &settings.redrive else { return Ok(()) };
    policy.check_source(&queue.arn)?;
    let target = store.by_arn(&policy.target).and_then(|target| target.settings(now).ok());
    let target = target.ok_or_else(|| policy.no_such_target())?;
    match &target.redrive_allow {
        Some(allow) if !allow.allows(&queue.arn) => Err(policy.not_allowed()),
        _ => Ok(()),
    }
}

/// Finds a queue.
///
/// # Errors
/// `QueueDoesNotExist`
pub fn find(
    store: &Store,
    account: AccountId,
    region: &Region,
    name: &str,
) -> Result<Arc<Queue>, QueueError> {
    store.locality(account, region).get(name).ok_or_else(QueueError::no_such_queue)
}

/// The queues that have this one as their dead-letter queue, in the order of their names.
#[must_use]
pub fn dead_letter_sources(
    store: &Store,
    queue: &Queue,
    after: Option<&str>,
    max: usize,
    now: Timestamp,
) -> (Vec<Arc<Queue>>, bool) {
    let sends_here = |source: &Queue| {
        let settings = source.settings(now);
        settings.is_ok_and(|it| it.redrive.as_ref().is_some_and(|policy| policy.target == queue.arn))
    };
    store.locality(queue.account, &queue.region).list("", after, max, sends_here)
}

/// How many results a page has: 1,000 if it is not said.
///
/// # Errors
/// `InvalidParameterValue`
pub fn page_size(max_results: Option<i32>) -> Result<usize, QueueError> {
    match max_results {
        None => Ok(1000),
        Some(max) => usize::try_from(max).ok().filter(|max| (1..=1000).contains(max)).ok_or_else(|| {
            QueueError::parameter("MaxResults", max, "MaxResults must be an integer between 1 and 1000.")
        }),
    }
}
