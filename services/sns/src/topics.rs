//! Topics: made, found, changed, deleted.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::store::{InPartition, Stores};

use crate::error::{ErrorKind, Fault};
use crate::tables::{Attributes, Marker, Orphan, SnsStore, TopicRecord};
use crate::topic_attributes::{self, Counts};
use crate::{arns, pages};

/// Seconds for which subscriptions of deleted topics can be looked at.
const ORPHANS: i64 = 3 * 24 * 3_600;

/// A topic that is to be made.
#[derive(Debug, Default)]
pub(crate) struct NewTopic {
    pub(crate) name: String,
    pub(crate) attributes: Attributes,
    pub(crate) tags: Attributes,
    pub(crate) data_protection: Option<String>,
}

/// A topic, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Topic {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
    pub(crate) record: Arc<TopicRecord>,
    pub(crate) store: SnsStore,
}

impl Topic {
    pub(crate) fn arn(&self) -> String {
        arns::of(self.account, &self.region, &self.name)
    }

    /// Its attributes, as they are shown.
    pub(crate) fn attributes(&self) -> Attributes {
        let mut counts = Counts::default();
        self.store.subscriptions.read(|tree| {
            let (prefix, first) = below(&self.arn());
            for (_, it) in tree.range(first..).take_while(|(arn, _)| arn.starts_with(&prefix)) {
                match it.is_pending {
                    true => counts.pending += 1,
                    false => counts.confirmed += 1,
                }
            }
        });
        topic_attributes::shown(&self.record, &self.name, self.account, &self.region, counts)
    }

    /// Changes it.
    ///
    /// # Errors
    /// `NotFound`, and those of the change.
    pub(crate) fn change(
        &self,
        change: impl FnOnce(&mut TopicRecord) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let changed = self.store.topics.alter(&self.name, |topic| {
            let mut changed = TopicRecord::clone(topic.ok_or_else(|| Fault::not_found("Topic"))?);
            change(&mut changed)?;
            Ok(Some(Arc::new(changed)))
        });
        changed.map(drop)
    }
}

/// What the ARNs of a topic's subscriptions begin with, twice: to compare and to start at.
pub(crate) fn below(topic: &str) -> (String, String) {
    let prefix = format!("{topic}:");
    (prefix.clone(), prefix)
}

/// Checks the name of a topic.
///
/// # Errors
/// `InvalidParameter` (test_sns::test_create_topic_name_constraints)
fn check_name(name: &str, is_fifo: bool) -> Result<(), Fault> {
    let stem = if is_fifo { name.strip_suffix(".fifo") } else { Some(name) };
    let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
    match stem {
        Some(stem) if !stem.is_empty() && name.len() <= 256 && stem.bytes().all(is_plain) => Ok(()),
        _ => Err(Fault::invalid("Topic Name")),
    }
}

/// Makes a topic, unless there is one that has all that is asked for.
///
/// # Errors
/// `InvalidParameter`: the name, or there is one with other attributes or tags.
pub(crate) fn create(
    stores: &Stores<SnsStore>,
    account: AccountId,
    region: &Region,
    new: NewTopic,
    now: Timestamp,
) -> Result<String, Fault> {
    let NewTopic { name, attributes, tags, data_protection } = new;
    check_name(&name, attributes.get("FifoTopic").is_some_and(|it| it == "true"))?;
    let arn = arns::of(account, region, &name);
    let record = TopicRecord { attributes, tags, data_protection, deleted: 0, created: now };
    let store = stores.at(account, region);
    let Err(existing) = store.topics.insert_new(name, record.clone()) else { return Ok(arn) };
    // test_sns::test_create_topic_different_attrs
    if !topic_attributes::agree(&existing, &record.attributes) {
        return Err(Fault::reason("Attributes", "Topic already exists with different attributes"));
    }
    // test_sns::test_create_duplicate_topic_with_more_tags; fewer are as good as the same
    // (test_sns::test_create_duplicate_topic_check_idempotency).
    if record.tags.iter().any(|(key, value)| existing.tags.get(key) != Some(value)) {
        return Err(Fault::reason("Tags", "Topic already exists with different tags"));
    }
    Ok(arn)
}

/// The topic of an ARN, in the region that is called, whosever it is.
///
/// # Errors
/// `InvalidParameter`, `NotFound`
pub(crate) fn find(stores: &Stores<SnsStore>, arn: &str, region: &Region) -> Result<Topic, Fault> {
    let (account, name) = arns::topic(arn, region)?;
    let store = stores.at(account, region);
    let record = store.topics.get(&name).ok_or_else(|| Fault::not_found("Topic"))?;
    Ok(Topic { account, region: region.clone(), name, record, store })
}

/// The same for operations on tags, which have an error of their own.
///
/// # Errors
/// `ResourceNotFound`
pub(crate) fn tagged(stores: &Stores<SnsStore>, arn: &str, region: &Region) -> Result<Topic, Fault> {
    find(stores, arn, region).map_err(|fault| match fault.kind {
        ErrorKind::NotFound => Fault::new(ErrorKind::ResourceNotFound, "Resource does not exist"),
        _ => fault,
    })
}

/// Deletes a topic and its subscriptions, if it is there (test_sns::test_delete_topic_idempotency).
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn delete(
    stores: &Stores<SnsStore>,
    arn: &str,
    region: &Region,
    now: Timestamp,
) -> Result<(), Fault> {
    let (account, name) = arns::topic(arn, region)?;
    let store = stores.at(account, region);
    stores.state().atomically(|| {
        if store.topics.remove(&name).is_none() {
            return;
        }
        store.sequences.remove(&name);
        for (key, _) in store.deduplication.range_in(&name, .., usize::MAX) {
            store.deduplication.remove(&InPartition::new(name.clone(), key));
        }
        for (arn, orphan) in store.orphans.range(.., usize::MAX) {
            if now >= orphan.since.plus_seconds(ORPHANS) {
                store.orphans.remove(&arn);
            }
        }
        let (prefix, first) = below(&arns::of(account, region, &name));
        let all = store.subscriptions.range(first.., usize::MAX);
        for (arn, subscription) in all.into_iter().take_while(|(arn, _)| arn.starts_with(&prefix)) {
            remove_subscription(stores, &store, &subscription, region);
            let subscription = (*subscription).clone();
            store.orphans.insert(arn, Orphan { subscription, since: now });
        }
    });
    Ok(())
}

/// Takes a subscription out of all tables.
pub(crate) fn remove_subscription(
    stores: &Stores<SnsStore>,
    store: &SnsStore,
    subscription: &crate::tables::SubscriptionRecord,
    region: &Region,
) {
    store.subscriptions.remove(&subscription.arn);
    store.endpoints.remove(&crate::subscriptions::key(subscription));
    if let Some(token) = &subscription.token {
        store.tokens.remove(token);
    }
    if let Ok(owner) = subscription.owner.parse() {
        stores.at(owner, region).owned.remove(&subscription.arn);
    }
}

/// Puts a subscription into all tables.
pub(crate) fn put_subscription(
    stores: &Stores<SnsStore>,
    store: &SnsStore,
    subscription: crate::tables::SubscriptionRecord,
    region: &Region,
) {
    let arn = subscription.arn.clone();
    if let Ok(owner) = subscription.owner.parse() {
        stores.at(owner, region).owned.insert(arn.clone(), Marker {});
    }
    store
        .endpoints
        .insert(crate::subscriptions::key(&subscription), crate::tables::Named { arn: arn.clone() });
    store.subscriptions.insert(arn, subscription);
}

/// A page of the topics of an account, and the token of the next.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn list(
    store: &SnsStore,
    account: AccountId,
    region: &Region,
    token: Option<&str>,
) -> Result<(Vec<String>, Option<String>), Fault> {
    let start = pages::start(token)?;
    let mut found = store.topics.range((start, std::ops::Bound::Unbounded), pages::PAGE + 1);
    let next = pages::cut(&mut found, pages::PAGE, |(name, _)| name);
    Ok((found.into_iter().map(|(name, _)| arns::of(account, region, &name)).collect(), next))
}
