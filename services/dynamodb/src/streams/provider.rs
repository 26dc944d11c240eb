//! DynamoDB Streams.

use std::sync::Arc;

use asf_api_dynamodbstreams::*;
use asf_macros::provider;
use asf_runtime::identity::{Arn, Region};
use asf_runtime::plugin::Settings;
use asf_runtime::store::Stores;
use asf_runtime::{AwsError, Map, RequestContext};

use super::iterator::Position;
use super::{parse_sequence_number, reading, sequence_number};
use crate::models::table::{KeyAttribute, StreamViewType as View};
use crate::models::{AttributeValue as Value, Item};
use crate::store::records::{ChangeKind, ChangeRecord, DynamoStore, StreamRecord as StreamKept};
use crate::store::{Address, ItemRecord};

/// Streams that a page has at most.
const LISTED: usize = 100;

/// Amazon DynamoDB Streams: reads what [`DynamoProvider`](crate::DynamoProvider) writes.
#[derive(Debug)]
pub struct StreamsProvider {
    stores: Stores<DynamoStore>,
}

/// A stream that was found.
struct Found {
    arn: String,
    address: Address,
    label: String,
    tables: DynamoStore,
    stream: Arc<StreamKept>,
}

impl StreamsProvider {
    /// A provider of the streams of the state.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self { stores: settings.state().stores() }
    }

    /// The store of a table: that of its region, or, if that has a replica, of the region where it was made.
    fn home(&self, address: &Address) -> DynamoStore {
        let tables = self.stores.at(address.account, &address.region);
        match tables.replicas.get(&address.name) {
            Some(home) => self.stores.at(address.account, &Region::new(&home)),
            None => tables,
        }
    }

    /// The stream of an ARN.
    fn find(&self, ctx: &RequestContext, text: Option<&str>) -> Result<Found, DynamoDbStreamsError> {
        let text = text.unwrap_or_default();
        // From memory.
        let invalid = || AwsError::validation(format!("Invalid StreamArn: {text}"));
        let arn: Arn = text.parse().map_err(|_| invalid())?;
        let account = arn.account.parse().map_err(|_| invalid())?;
        let resource = arn.resource.strip_prefix("table/").filter(|_| arn.service == "dynamodb");
        let (name, label) = resource.and_then(|it| it.split_once("/stream/")).ok_or_else(invalid)?;
        let address = Address { account, region: Region::new(&arn.region), name: name.to_owned() };
        let tables = self.home(&address);
        let stream = tables.streams.get(&(name.to_owned(), label.to_owned()));
        let now = ctx.clock().now();
        let stream = stream.filter(|stream| !reading::is_gone(stream, now)).ok_or_else(|| not_found(text))?;
        Ok(Found { arn: text.to_owned(), address, label: label.to_owned(), tables, stream })
    }
}

/// From memory.
fn not_found(arn: &str) -> DynamoDbStreamsError {
    ResourceNotFoundException::new(format!("Requested resource not found: Stream: {arn} not found")).into()
}

#[provider(service = "dynamodbstreams", new = StreamsProvider::new)]
impl DynamoDbStreamsApi for StreamsProvider {
    #[handler("DescribeStream")]
    async fn describe_stream(
        &self,
        ctx: &RequestContext,
        input: DescribeStreamInput,
    ) -> Result<DescribeStreamOutput, DynamoDbStreamsError> {
        let found = self.find(ctx, input.stream_arn.as_deref())?;
        Ok(DescribeStreamOutput { stream_description: Some(describe(&found, &input)) })
    }

    #[handler("GetRecords")]
    async fn get_records(
        &self,
        ctx: &RequestContext,
        input: GetRecordsInput,
    ) -> Result<GetRecordsOutput, DynamoDbStreamsError> {
        let text = input.shard_iterator.unwrap_or_default();
        // From memory.
        let position = Position::read(&text).ok_or_else(|| AwsError::validation("Invalid ShardIterator"))?;
        let now = ctx.clock().now();
        if position.is_expired(now) {
            return Err(expired(&position, now).into());
        }
        let found = self.find(ctx, Some(&position.arn))?;
        let Found { tables, stream, .. } = &found;
        if position.next < reading::horizon(tables, stream.id, now) {
            return Err(trimmed().into());
        }
        let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(reading::PAGE);
        let (changes, next) = reading::changes(tables, stream.id, position.next, limit);
        let is_over = stream.ended.is_some() && next >= reading::next_number(tables, stream.id);
        let next = Position { arn: position.arn.clone(), next, made: now.millis() };
        let records = changes.iter().map(|(number, change)| record(&found, *number, change));
        Ok(GetRecordsOutput {
            records: Some(records.collect()),
            next_shard_iterator: (!is_over).then(|| next.write()),
        })
    }

    #[handler("GetShardIterator")]
    async fn get_shard_iterator(
        &self,
        ctx: &RequestContext,
        input: GetShardIteratorInput,
    ) -> Result<GetShardIteratorOutput, DynamoDbStreamsError> {
        let found = self.find(ctx, input.stream_arn.as_deref())?;
        let Found { tables, stream, .. } = &found;
        let shard = input.shard_id.as_deref().unwrap_or_default();
        if shard != reading::shard_id(stream) {
            // From memory.
            let message = format!(
                "Requested resource not found: Shard does not exist: {shard} in stream: {}",
                found.arn
            );
            return Err(ResourceNotFoundException::new(message).into());
        }
        let now = ctx.clock().now();
        let horizon = reading::horizon(tables, stream.id, now);
        let next = match input.shard_iterator_type {
            Some(ShardIteratorType::Latest) => reading::next_number(tables, stream.id),
            Some(ShardIteratorType::AtSequenceNumber) => number(input.sequence_number.as_deref(), horizon)?,
            Some(ShardIteratorType::AfterSequenceNumber) => {
                number(input.sequence_number.as_deref(), horizon)?.saturating_add(1)
            }
            _ => horizon,
        };
        let position = Position { arn: found.arn, next, made: now.millis() };
        Ok(GetShardIteratorOutput { shard_iterator: Some(position.write()) })
    }

    #[handler("ListStreams")]
    async fn list_streams(
        &self,
        ctx: &RequestContext,
        input: ListStreamsInput,
    ) -> Result<ListStreamsOutput, DynamoDbStreamsError> {
        let limit = input.limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(LISTED).min(LISTED);
        let tables = self.stores.at(ctx.account_id, &ctx.region);
        let now = ctx.clock().now();
        let arn = |name: &str, label: &str| {
            let (account, region) = (ctx.account_id, ctx.region.clone());
            let address = Address { account, region, name: name.to_owned() };
            format!("{}/stream/{label}", address.arn())
        };
        let start = input.exclusive_start_stream_arn.as_deref().and_then(|arn| {
            let (_, resource) = arn.split_once(":table/")?;
            let (name, label) = resource.split_once("/stream/")?;
            Some((name.to_owned(), label.to_owned()))
        });
        let bound = start.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let range = (bound, std::ops::Bound::Unbounded);
        let mut all = tables.streams.range(range.clone(), usize::MAX);
        for (name, home) in tables.replicas.range(.., usize::MAX) {
            let streams = self.stores.at(ctx.account_id, &Region::new(&home)).streams;
            all.extend(streams.range(range.clone(), usize::MAX).into_iter().filter(|(key, _)| key.0 == name));
        }
        all.sort_by(|one, two| one.0.cmp(&two.0));
        let wanted = input.table_name.as_deref().map(table_name);
        let mut found = all
            .into_iter()
            .filter(|((name, _), stream)| {
                wanted.is_none_or(|wanted| wanted == name) && !reading::is_gone(stream, now)
            })
            .map(|((name, label), _)| Stream {
                stream_arn: Some(arn(&name, &label)),
                table_name: Some(name),
                stream_label: Some(label),
            });
        let streams: Vec<Stream> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        let last = streams.last().filter(|_| more).and_then(|it| it.stream_arn.clone());
        Ok(ListStreamsOutput { streams: Some(streams), last_evaluated_stream_arn: last })
    }
}

/// The name of a table that may be given as an ARN.
fn table_name(text: &str) -> &str {
    text.split_once(":table/").map_or(text, |(_, name)| name)
}

/// From memory.
fn expired(position: &Position, now: asf_runtime::Timestamp) -> ExpiredIteratorException {
    use asf_runtime::schema::TimestampFormat::HttpDate;
    let made = asf_runtime::Timestamp::from_millis(position.made);
    ExpiredIteratorException::new(format!(
        "Iterator expired. The iterator was created at time {} while right now it is {} which is further in the future \
         than the tolerated delay of {} milliseconds.",
        made.format(HttpDate),
        now.format(HttpDate),
        super::iterator::LIFE * 1000
    ))
}

/// From memory.
fn trimmed() -> TrimmedDataAccessException {
    TrimmedDataAccessException::new(
        "The operation attempted to read past the oldest stream record in a shard.",
    )
}

/// The number of a change that a request names.
fn number(text: Option<&str>, horizon: u64) -> Result<u64, DynamoDbStreamsError> {
    let text = text.unwrap_or_default();
    // From memory.
    let number = parse_sequence_number(text)
        .ok_or_else(|| AwsError::validation(format!("Invalid SequenceNumber: {text}")))?;
    if number < horizon { Err(trimmed().into()) } else { Ok(number) }
}

fn describe(found: &Found, input: &DescribeStreamInput) -> StreamDescription {
    let Found { arn, address, label, tables, stream } = found;
    let shard_id = reading::shard_id(stream);
    let ending = stream.ended.and_then(|_| reading::last(tables, stream.id)).map(sequence_number);
    let shard = Shard {
        shard_id: Some(shard_id.clone()),
        sequence_number_range: Some(SequenceNumberRange {
            starting_sequence_number: Some(sequence_number(1)),
            // A shard that is closed has one, also if nothing came.
            ending_sequence_number: ending.or_else(|| stream.ended.map(|_| sequence_number(1))),
        }),
        parent_shard_id: None,
    };
    // There is one shard, and it has no children.
    let is_behind = input.exclusive_start_shard_id.as_ref().is_some_and(|start| *start >= shard_id);
    let is_child = input.shard_filter.is_some();
    let shards = if is_behind || is_child { Vec::new() } else { vec![shard] };
    let status = if stream.ended.is_some() { StreamStatus::Disabled } else { StreamStatus::Enabled };
    let types = [KeyType::Hash, KeyType::Range];
    let key = |(key, key_type): (&KeyAttribute, KeyType)| KeySchemaElement {
        attribute_name: Some(key.name.clone()),
        key_type: Some(key_type),
    };
    StreamDescription {
        stream_arn: Some(arn.clone()),
        stream_label: Some(label.clone()),
        stream_status: Some(status),
        stream_view_type: Some(view_type(stream.view)),
        creation_request_date_time: Some(stream.created),
        table_name: Some(address.name.clone()),
        key_schema: Some(stream.keys.iter().zip(types).map(key).collect()),
        shards: Some(shards),
        last_evaluated_shard_id: None,
    }
}

/// test_dynamodb::TestDynamoDB::test_batch_write_items_streaming
fn record(found: &Found, number: u64, change: &ChangeRecord) -> Record {
    let image = |image: &Option<Arc<ItemRecord>>| image.as_ref().map(|it| attributes(&it.item));
    Record {
        event_id: Some(reading::event_id(found.stream.id, number)),
        event_name: Some(match change.kind {
            ChangeKind::Insert => OperationType::Insert,
            ChangeKind::Modify => OperationType::Modify,
            ChangeKind::Remove => OperationType::Remove,
        }),
        event_version: Some("1.1".to_owned()),
        event_source: Some("aws:dynamodb".to_owned()),
        aws_region: Some(found.address.region.to_string()),
        dynamodb: Some(StreamRecord {
            approximate_creation_date_time: Some(change.at.truncated_to_seconds()),
            keys: Some(attributes(&change.keys)),
            new_image: image(&change.new),
            old_image: image(&change.old),
            sequence_number: Some(sequence_number(number)),
            size_bytes: i64::try_from(reading::size_of(change)).ok(),
            stream_view_type: Some(view_type(found.stream.view)),
        }),
        // AWS's documentation, "DynamoDB Streams and Time to Live"
        user_identity: change.expired.then(|| Identity {
            principal_id: Some("dynamodb.amazonaws.com".to_owned()),
            r#type: Some("Service".to_owned()),
        }),
    }
}

fn view_type(view: View) -> StreamViewType {
    match view {
        View::KeysOnly => StreamViewType::KeysOnly,
        View::NewImage => StreamViewType::NewImage,
        View::OldImage => StreamViewType::OldImage,
        View::NewAndOldImages => StreamViewType::NewAndOldImages,
    }
}

fn attributes(item: &Item) -> Map<AttributeValue> {
    item.iter().map(|(name, it)| (name.clone(), value(it))).collect()
}

/// The same shape as DynamoDB's own, which is another type.
fn value(it: &Value) -> AttributeValue {
    let mut wire = AttributeValue::default();
    match it {
        Value::S(text) => wire.s = Some(text.clone()),
        Value::N(number) => wire.n = Some(number.to_string()),
        Value::B(bytes) => wire.b = Some(bytes.clone()),
        Value::SS(set) => wire.ss = Some(set.iter().cloned().collect()),
        Value::NS(set) => wire.ns = Some(set.iter().map(ToString::to_string).collect()),
        Value::BS(set) => wire.bs = Some(set.iter().cloned().collect()),
        Value::M(map) => wire.m = Some(attributes(map)),
        Value::L(list) => wire.l = Some(list.iter().map(value).collect()),
        Value::Null => wire.null = Some(true),
        Value::Bool(is) => wire.bool = Some(*is),
    }
    wire
}
