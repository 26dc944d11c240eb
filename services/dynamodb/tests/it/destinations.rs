//! Changes of items in Kinesis.

use std::sync::Arc;

use asf_api_dynamodb::operations::GetItem;
use asf_api_dynamodb::*;
use asf_api_kinesis::{KinesisApi, PutRecordInput, PutRecordOutput};
use asf_dynamodb::DynamoProvider;
use asf_macros::provider;
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::{RequestContext, Timestamp};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::provider::run;

const STREAM: &str = "arn:aws:kinesis:eu-west-1:111111111111:stream/changes";

/// A stream that hands on what it gets, and where it was called.
struct Stream(UnboundedSender<(String, PutRecordInput)>);

#[provider(service = "kinesis", name = "stream", register = false)]
impl KinesisApi for Stream {
    #[handler("PutRecord")]
    fn put_record(&self, ctx: &RequestContext, input: PutRecordInput) -> PutRecordOutput {
        let _ = self.0.send((format!("{} {}", ctx.account_id, ctx.region), input));
        PutRecordOutput::default()
    }
}

struct World {
    db: DynamoProvider,
    ctx: RequestContext,
    got: UnboundedReceiver<(String, PutRecordInput)>,
    _providers: Arc<Providers>,
}

impl World {
    async fn new() -> Self {
        let (sender, got) = mpsc::unbounded_channel();
        let providers = Arc::new(Providers::default().with(Arc::new(Stream(sender))));
        let db = DynamoProvider::new(providers.plugins().settings());
        providers.introduce();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1_800_000_000_123)));
        let environment = Environment { clock, ids: Arc::new(Ids::seeded(7)) };
        let ctx = RequestContext::new(GetItem::operation(), environment);
        let input = CreateTableInput {
            table_name: Some("table".to_owned()),
            attribute_definitions: Some(vec![AttributeDefinition {
                attribute_name: Some("id".to_owned()),
                attribute_type: Some(ScalarAttributeType::S),
            }]),
            key_schema: Some(vec![KeySchemaElement {
                attribute_name: Some("id".to_owned()),
                key_type: Some(KeyType::Hash),
            }]),
            billing_mode: Some(BillingMode::PayPerRequest),
            ..CreateTableInput::default()
        };
        db.create_table(&ctx, input).await.unwrap();
        Self { db, ctx, got, _providers: providers }
    }

    fn destination(
        precision: Option<ApproximateCreationDateTimePrecision>,
    ) -> KinesisStreamingDestinationInput {
        KinesisStreamingDestinationInput {
            table_name: Some("table".to_owned()),
            stream_arn: Some(STREAM.to_owned()),
            enable_kinesis_streaming_configuration: Some(EnableKinesisStreamingConfiguration {
                approximate_creation_date_time_precision: precision,
            }),
        }
    }

    async fn enable(&self, precision: Option<ApproximateCreationDateTimePrecision>) {
        let input = Self::destination(precision);
        self.db.enable_kinesis_streaming_destination(&self.ctx, input).await.unwrap();
    }

    async fn put(&self, id: &str) {
        let id = AttributeValue { s: Some(id.to_owned()), ..AttributeValue::default() };
        let input = PutItemInput {
            table_name: Some("table".to_owned()),
            item: Some([("id".to_owned(), id)].into_iter().collect()),
            ..PutItemInput::default()
        };
        self.db.put_item(&self.ctx, input).await.unwrap();
    }

    async fn delete(&self, id: &str) {
        let id = AttributeValue { s: Some(id.to_owned()), ..AttributeValue::default() };
        let input = DeleteItemInput {
            table_name: Some("table".to_owned()),
            key: Some([("id".to_owned(), id)].into_iter().collect()),
            ..DeleteItemInput::default()
        };
        self.db.delete_item(&self.ctx, input).await.unwrap();
    }

    /// The next record, and its partition key.
    async fn next(&mut self) -> (Json, String) {
        let (place, input) = self.got.recv().await.unwrap();
        assert_eq!(place, "111111111111 eu-west-1");
        assert_eq!(
            (input.stream_name.as_deref(), input.stream_arn.as_deref()),
            (Some("changes"), Some(STREAM))
        );
        (serde_json::from_slice(&input.data.unwrap()).unwrap(), input.partition_key.unwrap())
    }
}

/// test_dynamodb_streams::TestDynamoDBStreams::test_enable_kinesis_streaming_destination
#[test]
fn changes_arrive_in_order() {
    run(async {
        let mut world = World::new().await;
        world.put("before").await;
        world.enable(None).await;
        world.put("test").await;
        // No change.
        world.put("test").await;
        world.delete("test").await;

        let (mut record, key) = world.next().await;
        assert_eq!(record["eventID"].as_str().unwrap().len(), 36);
        record["eventID"] = Json::Null;
        let item = json!({"id": {"S": "test"}});
        let mut wanted = json!({
            "awsRegion": "us-east-1",
            "dynamodb": {
                "ApproximateCreationDateTime": 1_800_000_000_123_i64, "Keys": item, "NewImage": item, "SizeBytes": 12
            },
            "eventID": null,
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "recordFormat": "application/json",
            "tableName": "table",
            "userIdentity": null,
        });
        assert_eq!(record, wanted);
        let (mut record, again) = world.next().await;
        record["eventID"] = Json::Null;
        wanted["eventName"] = json!("REMOVE");
        let image = wanted["dynamodb"].as_object_mut().unwrap().remove("NewImage").unwrap();
        wanted["dynamodb"]["OldImage"] = image;
        assert_eq!(record, wanted);
        assert_eq!(key, again);
    });
}

#[test]
fn microseconds_and_the_end() {
    run(async {
        let mut world = World::new().await;
        world.enable(Some(ApproximateCreationDateTimePrecision::Microsecond)).await;
        world.put("a").await;
        let input = World::destination(None);
        world.db.disable_kinesis_streaming_destination(&world.ctx, input).await.unwrap();
        world.put("unheard").await;
        world.enable(None).await;
        world.put("b").await;
        let (record, _) = world.next().await;
        assert_eq!(record["dynamodb"]["ApproximateCreationDateTime"], 1_800_000_000_123_000_i64);
        assert_eq!(record["dynamodb"]["ApproximateCreationDateTimePrecision"], "MICROSECOND");
        let (record, _) = world.next().await;
        assert_eq!(record["dynamodb"]["Keys"], json!({"id": {"S": "b"}}));
    });
}
