//! Subscriptions: made, confirmed, found, ended.

use std::ops::Bound;
use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::identity::{AccountId, Arn, Region};
use asf_runtime::ids::Ids;
use asf_runtime::store::Stores;

use crate::error::{ErrorKind, Fault};
use crate::subscription_attributes::{self, Target};
use crate::tables::{SnsStore, SubscriptionRecord, TokenRecord};
use crate::topics::{Topic, below, put_subscription, remove_subscription};
use crate::{arns, endpoints, pages};

/// Seconds for which a token confirms ("ConfirmSubscription" in the API reference: two days).
const TOKEN_LIFE: i64 = 2 * 24 * 3_600;
/// From so many on, those that are over are looked for.
const MANY_TOKENS: usize = 1_000;

/// What there is one subscription of.
pub(crate) fn key(subscription: &SubscriptionRecord) -> (String, String, String) {
    let SubscriptionRecord { topic, protocol, endpoint, .. } = subscription;
    (topic.clone(), protocol.clone(), endpoint.clone())
}

/// A subscription that is to be made.
#[derive(Debug)]
pub(crate) struct NewSubscription {
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) owner: AccountId,
}

/// Makes a subscription, unless there is one that has all that is asked for.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn subscribe(
    stores: &Stores<SnsStore>,
    topic: &Topic,
    new: NewSubscription,
    now: Timestamp,
    ids: &Ids,
) -> Result<Arc<SubscriptionRecord>, Fault> {
    let NewSubscription { protocol, endpoint, attributes, owner } = new;
    let is_fifo = topic.record.is_fifo();
    endpoints::check(&protocol, &endpoint, is_fifo)?;
    let target = Target { protocol: &protocol, endpoint: &endpoint, is_fifo_topic: is_fifo };
    let attributes = subscription_attributes::check_new(attributes, target)?;
    let topic_arn = topic.arn();
    let existing = |key: &(String, String, String)| {
        topic.store.endpoints.get(key).and_then(|it| topic.store.subscriptions.get(&it.arn))
    };
    // Who sends to someone else's queue has to be let in by its owner ("Sending Amazon SNS messages to an Amazon SQS
    // queue in a different account").
    let of_queue = endpoint.parse::<Arn>().ok().filter(|_| protocol == "sqs").map(|it| it.account);
    let is_pending = endpoints::has_to_confirm(&protocol) || of_queue.is_some_and(|it| it != owner.as_str());
    let record = SubscriptionRecord {
        arn: format!("{topic_arn}:{}", ids.uuid()),
        topic: topic_arn,
        protocol,
        endpoint,
        owner: owner.to_string(),
        is_pending,
        is_authenticated: !is_pending,
        is_guarded: false,
        token: is_pending.then(|| new_token(ids)),
        attributes,
    };
    stores.state().atomically(|| {
        let key = key(&record);
        if let Some(existing) = existing(&key) {
            if !subscription_attributes::agree(&existing.attributes, &record.attributes) {
                return Err(Fault::reason(
                    "Attributes",
                    "Subscription already exists with different attributes",
                ));
            }
            // Asking again gives the token another life.
            if let Some(token) = existing.token.as_ref().filter(|_| existing.is_pending) {
                topic.store.tokens.insert(token.clone(), token_record(&existing.arn, None, now));
            }
            return Ok(existing);
        }
        if let Some(token) = &record.token {
            topic.store.tokens.insert(token.clone(), token_record(&record.arn, None, now));
        }
        put_subscription(stores, &topic.store, record.clone(), &topic.region);
        Ok(Arc::new(record))
    })
}

fn new_token(ids: &Ids) -> String {
    ids.text(64, b"0123456789abcdef")
}

/// Drops tokens that do nothing any more, when there are many.
fn drop_expired(store: &SnsStore, now: Timestamp) {
    if store.tokens.len() > MANY_TOKENS {
        for (token, record) in store.tokens.range(.., usize::MAX) {
            if now >= record.expires {
                store.tokens.remove(&token);
            }
        }
    }
}

fn token_record(arn: &str, ended: Option<SubscriptionRecord>, now: Timestamp) -> TokenRecord {
    TokenRecord { subscription: arn.to_owned(), ended, expires: now.plus_seconds(TOKEN_LIFE) }
}

/// How a subscription is confirmed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Confirmed {
    /// By somebody with credentials.
    pub(crate) is_authenticated: bool,
    /// `AuthenticateOnUnsubscribe`
    pub(crate) is_guarded: bool,
}

/// Confirms a subscription, or brings back one that was ended; again and again, if need be
/// (test_sns::test_subscribe_external_http_endpoint).
///
/// # Errors
/// `InvalidParameter`: the topic is none in this region, or the token none of its account. `Authorization`: "This call
/// requires an AWS signature only when the AuthenticateOnUnsubscribe flag is set to true" ("ConfirmSubscription" in the
/// API reference).
pub(crate) fn confirm(
    stores: &Stores<SnsStore>,
    topic: &str,
    region: &Region,
    token: &str,
    how: Confirmed,
    now: Timestamp,
) -> Result<String, Fault> {
    let (account, _) = arns::topic(topic, region).map_err(|_| Fault::invalid("Topic"))?;
    if how.is_guarded && !how.is_authenticated {
        return Err(not_authorized(None, "ConfirmSubscription", topic));
    }
    let store = stores.at(account, region);
    // confirmSubscriptionWithInvalidTokenTest of ballerina-platform/module-ballerinax-aws.sns, which runs against AWS
    if !token.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(Fault::new(ErrorKind::InvalidParameter, "Invalid token"));
    }
    let invalid = || Fault::invalid("Token");
    let record = store.tokens.get(&token.to_owned()).filter(|it| now < it.expires).ok_or_else(invalid)?;
    stores.state().atomically(|| {
        if let Some(ended) = &record.ended {
            if store.endpoints.get(&key(ended)).is_none() {
                put_subscription(stores, &store, ended.clone(), region);
            }
            return Ok(ended.arn.clone());
        }
        let confirmed = store.subscriptions.update(&record.subscription, |it| {
            it.is_pending = false;
            it.is_authenticated |= how.is_authenticated;
            it.is_guarded |= how.is_guarded;
        });
        confirmed.map(|()| record.subscription.clone()).ok_or_else(invalid)
    })
}

/// A subscription by its ARN, one of a deleted topic too, and its account.
///
/// # Errors
/// `InvalidParameter`, `NotFound`
pub(crate) fn find(
    stores: &Stores<SnsStore>,
    arn: &str,
    region: &Region,
) -> Result<(SnsStore, Arc<SubscriptionRecord>), Fault> {
    let store = stores.at(arns::subscription(arn, region)?, region);
    let arn = arn.to_owned();
    let orphan = || store.orphans.get(&arn).map(|it| Arc::new(it.subscription.clone()));
    let found = store.subscriptions.get(&arn).or_else(orphan);
    let found = found.ok_or_else(|| Fault::not_found("Subscription"))?;
    Ok((store, found))
}

/// A subscription that was ended, and the token that brings it back.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) subscription: Arc<SubscriptionRecord>,
    pub(crate) token: String,
}

/// In AWS's words, as its users report them of other operations; `None` is somebody without credentials.
fn not_authorized(caller: Option<AccountId>, action: &str, resource: &str) -> Fault {
    let user = match caller {
        Some(account) => {
            let partition = resource.split(':').nth(1).unwrap_or("aws");
            format!("arn:{partition}:iam::{account}:root")
        }
        None => "anonymous".to_owned(),
    };
    let message = format!("User: {user} is not authorized to perform: SNS:{action} on resource: {resource}");
    Fault::new(ErrorKind::Authorization, message)
}

/// Ends a subscription; `None` if it is not there. The caller is `None` without credentials.
///
/// # Errors
/// `InvalidParameter` (test_sns::test_unsubscribe_wrong_arn_format). `Authorization`: it was confirmed with
/// `AuthenticateOnUnsubscribe`, and the caller is neither its owner nor the topic's ("Unsubscribe" in the API
/// reference).
pub(crate) fn unsubscribe(
    stores: &Stores<SnsStore>,
    arn: &str,
    region: &Region,
    caller: Option<AccountId>,
    now: Timestamp,
    ids: &Ids,
) -> Result<Option<Ended>, Fault> {
    let topic_owner = arns::subscription(arn, region)?;
    let store = stores.at(topic_owner, region);
    let token = new_token(ids);
    let is_owner = |subscription: &SubscriptionRecord| {
        caller.is_some_and(|it| it == topic_owner || it.as_str() == subscription.owner)
    };
    let ended = stores.state().atomically(|| {
        let Some(subscription) = store.subscriptions.get(&arn.to_owned()) else { return Ok(None) };
        if subscription.is_guarded && !is_owner(&subscription) {
            return Err(not_authorized(caller, "Unsubscribe", arn));
        }
        remove_subscription(stores, &store, &subscription, region);
        if let Some(topic) = subscription.topic.rsplit(':').next() {
            store.topics.update(&topic.to_owned(), |it| it.deleted += 1);
        }
        // Only those who are told of it can want it back.
        if subscription.protocol.starts_with("http") && !subscription.is_pending {
            drop_expired(&store, now);
            let record = token_record(arn, Some((*subscription).clone()), now);
            store.tokens.insert(token.clone(), record);
        }
        Ok(Some(subscription))
    });
    Ok(ended?.map(|subscription| Ended { subscription, token }))
}

/// A page of the subscriptions of a topic.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn of_topic(topic: &Topic, token: Option<&str>) -> Result<Page, Fault> {
    let (prefix, first) = below(&topic.arn());
    let start = match pages::start(token)? {
        Bound::Unbounded => Bound::Included(first),
        start => start,
    };
    let found = topic.store.subscriptions.range((start, Bound::Unbounded), pages::PAGE + 1);
    let mut found: Vec<_> =
        found.into_iter().map(|(_, it)| it).filter(|it| it.arn.starts_with(&prefix)).collect();
    let next = pages::cut(&mut found, pages::PAGE, |it| &it.arn);
    Ok((found, next))
}

/// Subscriptions, and the token of the next page.
pub(crate) type Page = (Vec<Arc<SubscriptionRecord>>, Option<String>);

/// A page of the subscriptions that an account has made.
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn of_account(
    stores: &Stores<SnsStore>,
    account: AccountId,
    region: &Region,
    token: Option<&str>,
) -> Result<Page, Fault> {
    let start = pages::start(token)?;
    let mut arns = stores.at(account, region).owned.range((start, Bound::Unbounded), pages::PAGE + 1);
    let next = pages::cut(&mut arns, pages::PAGE, |(arn, _)| arn);
    let found = arns.into_iter().filter_map(|(arn, _)| find(stores, &arn, region).ok()).map(|(_, it)| it);
    Ok((found.collect(), next))
}

/// All subscriptions of a topic that get messages.
pub(crate) fn confirmed(topic: &Topic) -> Vec<Arc<SubscriptionRecord>> {
    let (prefix, first) = below(&topic.arn());
    topic.store.subscriptions.read(|tree| {
        let all = tree.range(first..).take_while(|(arn, _)| arn.starts_with(&prefix));
        all.filter(|(_, it)| !it.is_pending).map(|(_, it)| it.clone()).collect()
    })
}
