//! Kinesis streaming destinations: changes of items as records of Kinesis streams, of whoever answers for Kinesis.
//!
//! A write puts its change into a line and goes on; one task takes it from there, so that changes of an item arrive in
//! their order. What still waits in line when the process ends is lost.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use asf_api_kinesis::operations::PutRecord;
use asf_api_kinesis::{KinesisApi as _, KinesisClient, PutRecordInput};
use asf_runtime::client::Connect;
use asf_runtime::context::Environment;
use asf_runtime::identity::{Arn, Region};
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::{RequestContext, Timestamp};
use md5::{Digest as _, Md5};
use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::json;
use crate::store::records::{ChangeKind, ChangeRecord, KinesisDestination, TableRecord};
use crate::store::{Address, Store};
use crate::streams::reading::size_of;

/// Changes that may wait. More at once than are sent are told of in the log instead.
const LINE: usize = 65_536;

/// A change that is to be sent.
#[derive(Debug)]
pub(crate) struct Parcel {
    /// The table.
    pub(crate) address: Address,
    /// Where to.
    pub(crate) destinations: Vec<KinesisDestination>,
    /// With both images.
    pub(crate) change: ChangeRecord,
    /// Records of one item have the same.
    pub(crate) key: bytes::Bytes,
}

/// The line of changes.
#[derive(Debug)]
pub(crate) struct Line {
    sender: Sender<Parcel>,
    /// Until somebody works on it.
    receiver: Mutex<Option<Receiver<Parcel>>>,
}

impl Default for Line {
    fn default() -> Self {
        let (sender, receiver) = mpsc::channel(LINE);
        Self { sender, receiver: Mutex::new(Some(receiver)) }
    }
}

impl Line {
    pub(crate) fn put(&self, parcel: Parcel) {
        if self.sender.try_send(parcel).is_err() {
            tracing::error!("too many changes wait for Kinesis; one is lost");
        }
    }

    /// The other end, for the first who asks.
    pub(crate) fn take(&self) -> Option<Receiver<Parcel>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether any table has a destination.
pub(crate) fn are_any_active(store: &Store) -> bool {
    let is_sent = |record: &TableRecord| record.kinesis.iter().any(|it| it.active);
    store
        .everywhere()
        .any(|(_, _, tables)| tables.tables.range(.., usize::MAX).iter().any(|(_, record)| is_sent(record)))
}

/// Sends what comes, for ever. That a destination does not take it is logged once, until it does.
pub(crate) async fn run(mut line: Receiver<Parcel>, connect: Connect, environment: Environment) {
    let mut failing: HashSet<String> = HashSet::new();
    while let Some(parcel) = line.recv().await {
        for destination in &parcel.destinations {
            match send(&connect, &environment, &parcel, destination).await {
                Ok(()) => {
                    failing.remove(&destination.arn);
                }
                Err(reason) if failing.insert(destination.arn.clone()) => {
                    let arn = &destination.arn;
                    tracing::warn!(arn, reason, "changes of a DynamoDB table do not arrive in Kinesis");
                }
                Err(_) => {}
            }
        }
    }
}

async fn send(
    connect: &Connect,
    environment: &Environment,
    parcel: &Parcel,
    destination: &KinesisDestination,
) -> Result<(), String> {
    let arn: Arn = destination.arn.parse().map_err(|_| "the ARN is none")?;
    let name = arn.resource.strip_prefix("stream/").ok_or("the ARN is none of a stream")?;
    let mut ctx = RequestContext::new(PutRecord::operation(), environment.clone());
    ctx.account_id = arn.account.parse().map_err(|_| "the ARN has no account")?;
    ctx.region = Region::new(&arn.region);
    let record = record(parcel, destination.precision.as_deref(), &environment.ids.uuid());
    let input = PutRecordInput {
        stream_name: Some(name.to_owned()),
        stream_arn: Some(destination.arn.clone()),
        data: Some(record.to_string().into()),
        partition_key: Some(format!("{:X}", u128::from_be_bytes(Md5::digest(&parcel.key).into()))),
        ..PutRecordInput::default()
    };
    let answer = KinesisClient::new(connect.clone()).put_record(&ctx, input).await;
    answer.map(drop).map_err(|error| error.to_string())
}

/// test_dynamodb_streams::TestDynamoDBStreams::test_enable_kinesis_streaming_destination
fn record(parcel: &Parcel, precision: Option<&str>, id: &str) -> Json {
    let Parcel { address, change, .. } = parcel;
    let mut item = Map::new();
    item.insert("ApproximateCreationDateTime".to_owned(), json!(moment(change.at, precision)));
    item.insert("Keys".to_owned(), json::item(&change.keys));
    for (name, image) in [("NewImage", &change.new), ("OldImage", &change.old)] {
        if let Some(image) = image {
            item.insert(name.to_owned(), json::item(&image.item));
        }
    }
    item.insert("SizeBytes".to_owned(), json!(size_of(change)));
    if let Some(precision) = precision {
        item.insert("ApproximateCreationDateTimePrecision".to_owned(), json!(precision));
    }
    json!({
        "awsRegion": address.region.as_str(),
        "eventID": id,
        "eventName": match change.kind {
            ChangeKind::Insert => "INSERT",
            ChangeKind::Modify => "MODIFY",
            ChangeKind::Remove => "REMOVE",
        },
        // AWS's documentation, "DynamoDB Streams and Time to Live"
        "userIdentity": change.expired.then(|| {
            json!({"type": "Service", "principalId": "dynamodb.amazonaws.com"})
        }),
        "recordFormat": "application/json",
        "tableName": address.name,
        "dynamodb": item,
        "eventSource": "aws:dynamodb",
    })
}

/// Milliseconds, or microseconds where that is wanted.
fn moment(at: Timestamp, precision: Option<&str>) -> i64 {
    match precision {
        Some("MICROSECOND") => {
            at.seconds().saturating_mul(1_000_000).saturating_add(i64::from(at.subsec_nanos()) / 1_000)
        }
        _ => at.millis(),
    }
}
