//! The providers as they are called, over a state in memory and a clock that the test moves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use asf_api_dynamodb::operations::GetItem;
use asf_api_dynamodb::*;
use asf_api_dynamodbstreams as streams;
use asf_api_dynamodbstreams::DynamoDbStreamsApi as _;
use asf_dynamodb::{DynamoProvider, StreamsProvider, expiry};
use asf_runtime::clock::{Clock, ManualClock};
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::{Map, RequestContext, Timestamp};

const NOW: i64 = 1_800_000_000;

/// Both services, and the time.
struct World {
    db: DynamoProvider,
    streams: StreamsProvider,
    clock: Arc<ManualClock>,
    ctx: RequestContext,
}

impl World {
    fn new() -> Self {
        let settings = Settings::default();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
        let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(7)) };
        Self {
            db: DynamoProvider::new(&settings),
            streams: StreamsProvider::new(&settings),
            clock,
            ctx: RequestContext::new(GetItem::operation(), environment),
        }
    }

    /// A table `t` with a key `id` and an index on `state` and `rank`.
    async fn with_table(view: Option<StreamViewType>) -> Self {
        let world = Self::new();
        let attribute = |name: &str, it: ScalarAttributeType| AttributeDefinition {
            attribute_name: Some(name.to_owned()),
            attribute_type: Some(it),
        };
        let key = |name: &str, it: KeyType| KeySchemaElement {
            attribute_name: Some(name.to_owned()),
            key_type: Some(it),
        };
        let input = CreateTableInput {
            table_name: Some("table".to_owned()),
            attribute_definitions: Some(vec![
                attribute("id", ScalarAttributeType::S),
                attribute("state", ScalarAttributeType::S),
                attribute("rank", ScalarAttributeType::N),
            ]),
            key_schema: Some(vec![key("id", KeyType::Hash)]),
            global_secondary_indexes: Some(vec![GlobalSecondaryIndex {
                index_name: Some("by-state".to_owned()),
                key_schema: Some(vec![key("state", KeyType::Hash), key("rank", KeyType::Range)]),
                projection: Some(Projection {
                    projection_type: Some(ProjectionType::KeysOnly),
                    non_key_attributes: None,
                }),
                ..GlobalSecondaryIndex::default()
            }]),
            billing_mode: Some(BillingMode::PayPerRequest),
            stream_specification: view
                .map(|view| StreamSpecification { stream_enabled: Some(true), stream_view_type: Some(view) }),
            ..CreateTableInput::default()
        };
        world.db.create_table(&world.ctx, input).await.unwrap();
        world
    }

    async fn put(&self, attributes: &[(&str, AttributeValue)]) {
        let input = PutItemInput {
            table_name: Some("table".to_owned()),
            item: Some(attributes.iter().map(|(name, it)| ((*name).to_owned(), it.clone())).collect()),
            ..PutItemInput::default()
        };
        self.db.put_item(&self.ctx, input).await.unwrap();
    }

    async fn delete(&self, id: &str) {
        let input = DeleteItemInput {
            table_name: Some("table".to_owned()),
            key: Some([("id".to_owned(), s(id))].into_iter().collect()),
            ..DeleteItemInput::default()
        };
        self.db.delete_item(&self.ctx, input).await.unwrap();
    }

    async fn ids(&self) -> BTreeSet<String> {
        let input = ScanInput { table_name: Some("table".to_owned()), ..ScanInput::default() };
        let found = self.db.scan(&self.ctx, input).await.unwrap().items.unwrap();
        found.iter().map(|item| item["id"].s.clone().unwrap()).collect()
    }

    async fn description(&self) -> TableDescription {
        let input = DescribeTableInput { table_name: Some("table".to_owned()) };
        self.db.describe_table(&self.ctx, input).await.unwrap().table.unwrap()
    }

    async fn iterator(&self) -> String {
        let arn = self.description().await.latest_stream_arn;
        let input = streams::DescribeStreamInput { stream_arn: arn.clone(), ..Default::default() };
        let description = self.streams.describe_stream(&self.ctx, input).await.unwrap();
        let shards = description.stream_description.unwrap().shards.unwrap();
        let input = streams::GetShardIteratorInput {
            stream_arn: arn,
            shard_id: shards[0].shard_id.clone(),
            shard_iterator_type: Some(streams::ShardIteratorType::TrimHorizon),
            sequence_number: None,
        };
        self.streams.get_shard_iterator(&self.ctx, input).await.unwrap().shard_iterator.unwrap()
    }

    async fn records(
        &self,
        iterator: &str,
    ) -> Result<streams::GetRecordsOutput, streams::DynamoDbStreamsError> {
        let input = streams::GetRecordsInput { shard_iterator: Some(iterator.to_owned()), limit: None };
        self.streams.get_records(&self.ctx, input).await
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

fn s(text: &str) -> AttributeValue {
    AttributeValue { s: Some(text.to_owned()), ..AttributeValue::default() }
}

fn n(number: i64) -> AttributeValue {
    AttributeValue { n: Some(number.to_string()), ..AttributeValue::default() }
}

/// Runs a test on a runtime whose own time does not matter.
pub(crate) fn run<F: Future<Output = ()>>(test: F) {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test);
}

#[test]
fn items_expire_by_the_clock() {
    run(async {
        let world = World::with_table(Some(StreamViewType::KeysOnly)).await;
        world.put(&[("id", s("soon")), ("ttl", n(NOW + 100))]).await;
        world.put(&[("id", s("later")), ("ttl", n(NOW + 5000))]).await;
        world.put(&[("id", s("never"))]).await;
        let input = UpdateTimeToLiveInput {
            table_name: Some("table".to_owned()),
            time_to_live_specification: Some(TimeToLiveSpecification {
                enabled: Some(true),
                attribute_name: Some("ttl".to_owned()),
            }),
        };
        world.db.update_time_to_live(&world.ctx, input).await.unwrap();
        world.put(&[("id", s("put after")), ("ttl", n(NOW + 100))]).await;
        world.put(&[("id", s("put off")), ("ttl", n(NOW + 100))]).await;
        world.put(&[("id", s("put off")), ("ttl", n(NOW + 5000))]).await;
        tokio::task::yield_now().await;
        assert_eq!(world.ids().await.len(), 5);
        world.advance(130);
        let expect: BTreeSet<String> = ["later", "never", "put off"].map(str::to_owned).into();
        // The task is woken by the clock, and runs when this one waits.
        for _ in 0..1000 {
            tokio::task::yield_now().await;
            if world.ids().await == expect {
                break;
            }
        }
        assert_eq!(world.ids().await, expect);
        assert_eq!(world.description().await.item_count, Some(3));
        let records = world.records(&world.iterator().await).await.unwrap().records.unwrap();
        let removed = records.iter().filter(|it| it.event_name == Some(streams::OperationType::Remove));
        let identities: Vec<_> = removed.map(|it| it.user_identity.clone().unwrap().principal_id).collect();
        assert_eq!(identities, vec![Some("dynamodb.amazonaws.com".to_owned()); 2]);
        world.advance(10_000);
        assert_eq!(expiry::delete_expired(world.db.store(), world.clock.now()), 2);
    });
}

#[test]
fn changes_are_there_for_a_day() {
    run(async {
        let world = World::with_table(Some(StreamViewType::NewImage)).await;
        world.put(&[("id", s("a"))]).await;
        world.advance(12 * 3600);
        let early = world.iterator().await;
        world.put(&[("id", s("b"))]).await;
        let first = world.records(&early).await.unwrap();
        assert_eq!(first.records.unwrap().len(), 2);
        let next = first.next_shard_iterator.unwrap();
        // An iterator is good for a quarter of an hour.
        world.advance(15 * 60);
        assert_eq!(world.records(&next).await.unwrap().records.unwrap().len(), 0);
        world.advance(1);
        let error = world.records(&next).await.err().unwrap();
        assert!(matches!(error, streams::DynamoDbStreamsError::ExpiredIteratorException(_)));
        // The first change is a day old, the second is not.
        world.advance(12 * 3600);
        let left = world.records(&world.iterator().await).await.unwrap().records.unwrap();
        assert_eq!(left.len(), 1);
        world.advance(24 * 3600);
        let left = world.records(&world.iterator().await).await.unwrap().records.unwrap();
        assert_eq!(left.len(), 0);
        // What comes then has a number that none had before.
        world.put(&[("id", s("c"))]).await;
        let left = world.records(&world.iterator().await).await.unwrap().records.unwrap();
        let number = left[0].dynamodb.as_ref().unwrap().sequence_number.clone().unwrap();
        assert_eq!((left.len(), number.as_str()), (1, "100000000000000000003"));
    });
}

#[test]
fn a_stream_is_gone_a_day_after_its_table() {
    run(async {
        let world = World::with_table(Some(StreamViewType::NewImage)).await;
        world.put(&[("id", s("a"))]).await;
        let arn = world.description().await.latest_stream_arn;
        let iterator = world.iterator().await;
        let input = DeleteTableInput { table_name: Some("table".to_owned()) };
        world.db.delete_table(&world.ctx, input).await.unwrap();
        let answer = world.records(&iterator).await.unwrap();
        assert_eq!((answer.records.unwrap().len(), answer.next_shard_iterator), (1, None));
        let describe = || streams::DescribeStreamInput { stream_arn: arn.clone(), ..Default::default() };
        assert!(world.streams.describe_stream(&world.ctx, describe()).await.is_ok());
        world.advance(24 * 3600 + 1);
        assert!(world.streams.describe_stream(&world.ctx, describe()).await.is_err());
    });
}

/// Random writes, and what an index, the counts and the stream say of them, against a map.
#[test]
fn indexes_counts_and_streams_keep_step() {
    run(async {
        let world = World::with_table(Some(StreamViewType::NewAndOldImages)).await;
        let mut model: BTreeMap<String, (Option<String>, Option<i64>)> = BTreeMap::new();
        let random = Ids::seeded(11);
        let below = |bound: u64| random.below(bound);
        for _ in 0..2000 {
            let id = format!("item-{}", below(60));
            if below(4) == 0 {
                world.delete(&id).await;
                model.remove(&id);
                continue;
            }
            let state = (below(5) > 0).then(|| ["open", "closed", "lost"][below(3) as usize].to_owned());
            let rank = (below(5) > 0).then(|| below(20).cast_signed() - 10);
            let mut item = vec![("id", s(&id))];
            item.extend(state.as_deref().map(|state| ("state", s(state))));
            item.extend(rank.map(|rank| ("rank", n(rank))));
            world.put(&item).await;
            model.insert(id, (state, rank));
        }
        let mut indexed = 0;
        for wanted in ["open", "closed", "lost"] {
            let mut expect: Vec<(i64, String)> = model
                .iter()
                .filter(|(_, (state, _))| state.as_deref() == Some(wanted))
                .filter_map(|(id, (_, rank))| Some(((*rank)?, id.clone())))
                .collect();
            expect.sort();
            indexed += expect.len();
            for forward in [true, false] {
                let mut found = by_state(&world, wanted, forward).await;
                assert!(found.windows(2).all(|it| (it[0].0 <= it[1].0) == forward || it[0].0 == it[1].0));
                found.sort();
                assert_eq!(found, expect);
            }
        }
        let table = world.description().await;
        assert_eq!(table.item_count, i64::try_from(model.len()).ok());
        let index = &table.global_secondary_indexes.unwrap()[0];
        assert_eq!(index.item_count, i64::try_from(indexed).ok());

        // All changes, one after the other, make the table.
        let mut replayed: BTreeMap<String, Map<streams::AttributeValue>> = BTreeMap::new();
        let mut iterator = world.iterator().await;
        loop {
            let answer = world.records(&iterator).await.unwrap();
            let records = answer.records.unwrap();
            if records.is_empty() {
                break;
            }
            for record in records {
                let change = record.dynamodb.unwrap();
                let id = change.keys.unwrap()["id"].s.clone().unwrap();
                let before = match change.new_image {
                    Some(image) => replayed.insert(id, image),
                    None => replayed.remove(&id),
                };
                assert_eq!(before.is_some(), change.old_image.is_some());
            }
            iterator = answer.next_shard_iterator.unwrap();
        }
        assert_eq!(replayed.len(), model.len());
        for (id, (state, rank)) in &model {
            let image = &replayed[id];
            assert_eq!(image.get("state").and_then(|it| it.s.clone()), *state);
            assert_eq!(image.get("rank").and_then(|it| it.n.clone()), rank.map(|it| it.to_string()));
        }
    });
}

/// All of a query of the index, in pages of seven: ranks and ids.
async fn by_state(world: &World, state: &str, forward: bool) -> Vec<(i64, String)> {
    let mut found = Vec::new();
    let mut start = None;
    loop {
        let input = QueryInput {
            table_name: Some("table".to_owned()),
            index_name: Some("by-state".to_owned()),
            key_condition_expression: Some("#s = :s".to_owned()),
            expression_attribute_names: Some([("#s".to_owned(), "state".to_owned())].into_iter().collect()),
            expression_attribute_values: Some([(":s".to_owned(), s(state))].into_iter().collect()),
            scan_index_forward: Some(forward),
            limit: Some(7),
            exclusive_start_key: start,
            ..QueryInput::default()
        };
        let page = world.db.query(&world.ctx, input).await.unwrap();
        for item in page.items.unwrap() {
            let rank = item["rank"].n.as_ref().unwrap().parse().unwrap();
            found.push((rank, item["id"].s.clone().unwrap()));
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return found;
        }
    }
}

#[test]
fn errors_as_often_as_a_variable_says() {
    run(async {
        let mut world = World::with_table(None).await;
        world.db = DynamoProvider::new(&[("DYNAMODB_READ_ERROR_PROBABILITY", "1")].into_iter().collect());
        let input = GetItemInput { table_name: Some("table".to_owned()), ..GetItemInput::default() };
        let error = world.db.get_item(&world.ctx, input).await.err().unwrap();
        assert!(matches!(error, DynamoDbError::ProvisionedThroughputExceededException(_)));
        let input = DeleteItemInput { table_name: Some("table".to_owned()), ..DeleteItemInput::default() };
        let error = world.db.delete_item(&world.ctx, input).await.err().unwrap();
        assert!(matches!(error, DynamoDbError::ResourceNotFoundException(_)));
    });
}
