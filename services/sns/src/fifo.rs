//! What only FIFO topics do: order, deduplication, sequence numbers.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use asf_runtime::Timestamp;
use asf_runtime::ids::Ids;
use asf_runtime::store::InPartition;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedMutexGuard;

use crate::error::Fault;
use crate::message::Outgoing;
use crate::tables::{Seen, Sequence, TopicRecord};
use crate::topics::Topic;

/// Seconds for which a deduplication id is remembered ("Message deduplication for FIFO topics").
const WINDOW: i64 = 300;
/// The numbers of a topic begin here: they have 20 digits, as SQS's.
const FIRST: u128 = 10_000_000_000_000_000_000;

/// One lane for each topic: who publishes has it until the message is in all queues.
#[derive(Debug, Default)]
pub(crate) struct Lanes(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Lane>>>>);

/// What is in order: when deduplication ids were seen.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// `None` until it was read from the table.
    seen: Option<VecDeque<(Timestamp, (String, String))>>,
}

impl Lanes {
    /// The lane of a topic, when it is free.
    pub(crate) async fn enter(&self, topic: &str) -> OwnedMutexGuard<Lane> {
        let lane = {
            let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // Those that nobody is in are made anew from the tables.
            if lanes.len() > 1_000 {
                lanes.retain(|_, lane| Arc::strong_count(lane) > 1);
            }
            lanes.entry(topic.to_owned()).or_default().clone()
        };
        lane.lock_owned().await
    }

    /// Forgets a topic.
    pub(crate) fn forget(&self, topic: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(topic);
    }
}

/// Checks what a message says of groups and deduplication (test_sns::test_validations_for_fifo).
///
/// # Errors
/// `InvalidParameter`
pub(crate) fn check(topic: &TopicRecord, message: &Outgoing) -> Result<(), Fault> {
    if !topic.is_fifo() {
        // A group is for fair queues (test_sns::test_publish_message_group_id).
        return match &message.deduplication {
            Some(_) => Err(Fault::reason(
                "MessageDeduplicationId",
                "The request includes MessageDeduplicationId parameter that is not valid for this topic type",
            )),
            None => Ok(()),
        };
    }
    if message.group.is_none() {
        return Err(Fault::invalid("The MessageGroupId parameter is required for FIFO topics"));
    }
    if message.deduplication.is_none() && !topic.is("ContentBasedDeduplication") {
        return Err(Fault::invalid(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId \
             provided explicitly",
        ));
    }
    // "Publish" in the API reference; the words are ours.
    for (name, value) in
        [("MessageGroupId", &message.group), ("MessageDeduplicationId", &message.deduplication)]
    {
        let is_token =
            |it: &String| (1..=128).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_graphic());
        if value.as_ref().is_some_and(|it| !is_token(it)) {
            return Err(Fault::reason(
                name,
                "can only include alphanumeric and punctuation characters, 1 to 128 in length",
            ));
        }
    }
    Ok(())
}

/// The deduplication id of a message: its own, or the SHA-256 of its text (test_sns::test_message_to_fifo_sqs).
pub(crate) fn deduplication_id(message: &Outgoing) -> String {
    message.deduplication.clone().unwrap_or_else(|| {
        let digest = Sha256::digest(message.text.as_bytes());
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    })
}

/// A message of a FIFO topic has its place.
pub(crate) enum Placed {
    /// It is new, and has this number.
    New(String),
    /// It was published in the last five minutes.
    Again(Arc<Seen>),
}

/// Gives a message its number, unless it was seen. The lane says that nobody else does.
pub(crate) fn place(
    lane: &mut Lane,
    topic: &Topic,
    group: &str,
    deduplication: &str,
    message_id: &str,
    now: Timestamp,
    ids: &Ids,
) -> Placed {
    let of_group = topic.record.attributes.get("FifoThroughputScope").is_some_and(|it| it == "MessageGroup");
    let key = (if of_group { group.to_owned() } else { String::new() }, deduplication.to_owned());
    let table = &topic.store.deduplication;
    let at = |key: &(String, String)| InPartition::new(topic.name.clone(), key.clone());
    let seen = lane.seen.get_or_insert_with(|| {
        let mut all: Vec<_> = table.range_in(&topic.name, .., usize::MAX);
        all.sort_by_key(|(_, seen)| seen.at);
        all.into_iter().map(|(key, seen)| (seen.at, key)).collect()
    });
    let is_over = |at: Timestamp| now >= at.plus_seconds(WINDOW);
    while let Some((_, old)) = seen.pop_front_if(|(at, _)| is_over(*at)) {
        table.remove_if(&at(&old), |it| is_over(it.at));
    }
    if let Some(before) = table.get(&at(&key)).filter(|it| !is_over(it.at)) {
        return Placed::Again(before);
    }
    let last = topic.store.sequences.get(&topic.name).map_or(FIRST, |it| it.last);
    // Numbers rise, and not by one.
    let next = last + 1 + u128::from(ids.below(1_000));
    topic.store.sequences.insert(topic.name.clone(), Sequence { last: next });
    let sequence = next.to_string();
    table.insert(at(&key), Seen { message_id: message_id.to_owned(), sequence: sequence.clone(), at: now });
    seen.push_back((now, key));
    Placed::New(sequence)
}
