//! Exports, imports and restores to a time, with S3 beside DynamoDB.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use asf_api_dynamodb::operations::GetItem;
use asf_api_dynamodb::*;
use asf_api_s3::{self as s3, S3Api as _, S3Client};
use asf_dynamodb::DynamoProvider;
use asf_runtime::clock::{Clock, ManualClock};
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::{Providers, TypedOperation as _};
use asf_runtime::{RequestContext, Timestamp};
use asf_s3::S3Provider;
use serde_json::{Value as Json, json};

use crate::provider::run;

const NOW: i64 = 1_800_000_000;

struct World {
    db: DynamoProvider,
    clock: Arc<ManualClock>,
    ctx: RequestContext,
}

fn s(text: &str) -> AttributeValue {
    AttributeValue { s: Some(text.to_owned()), ..AttributeValue::default() }
}

impl World {
    /// A table `table` with a key `id`, and a bucket `bucket`.
    async fn new() -> Self {
        let settings = Settings::default();
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(NOW)));
        let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(7)) };
        let providers = Providers::default().with(Arc::new(S3Provider::new(&settings)));
        let ctx = RequestContext {
            providers: Arc::new(providers),
            ..RequestContext::new(GetItem::operation(), environment)
        };
        let world = Self { db: DynamoProvider::new(&settings), clock, ctx };
        let TableCreationParameters { attribute_definitions, key_schema, billing_mode, .. } =
            parameters("table");
        let input = CreateTableInput {
            table_name: Some("table".to_owned()),
            attribute_definitions,
            key_schema,
            billing_mode,
            ..CreateTableInput::default()
        };
        world.db.create_table(&world.ctx, input).await.unwrap();
        let bucket = s3::CreateBucketRequest { bucket: Some("bucket".to_owned()), ..Default::default() };
        world.s3().create_bucket(&world.ctx, bucket).await.unwrap();
        world
    }

    async fn with_recovery() -> Self {
        let world = Self::new().await;
        world.recovery(true).await;
        world
    }

    async fn recovery(&self, enabled: bool) {
        let input = UpdateContinuousBackupsInput {
            table_name: Some("table".to_owned()),
            point_in_time_recovery_specification: Some(PointInTimeRecoverySpecification {
                point_in_time_recovery_enabled: Some(enabled),
                recovery_period_in_days: None,
            }),
        };
        self.db.update_continuous_backups(&self.ctx, input).await.unwrap();
    }

    fn s3(&self) -> S3Client<asf_runtime::client::InProcess> {
        S3Client::new(self.ctx.connect())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    async fn put(&self, id: &str, text: &str) {
        let input = PutItemInput {
            table_name: Some("table".to_owned()),
            item: Some([("id".to_owned(), s(id)), ("text".to_owned(), s(text))].into_iter().collect()),
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

    async fn items(&self, table: &str) -> BTreeMap<String, String> {
        let input = ScanInput { table_name: Some(table.to_owned()), ..ScanInput::default() };
        let found = self.db.scan(&self.ctx, input).await.unwrap().items.unwrap();
        let text = |it: &AttributeValue| it.s.clone().unwrap();
        found.iter().map(|item| (text(&item["id"]), text(&item["text"]))).collect()
    }

    async fn put_object(&self, key: &str, content: impl Into<asf_runtime::shape::ByteStream>) {
        let input = s3::PutObjectRequest {
            bucket: Some("bucket".to_owned()),
            key: Some(key.to_owned()),
            body: Some(content.into()),
            ..Default::default()
        };
        self.s3().put_object(&self.ctx, input).await.unwrap();
    }

    async fn object(&self, key: &str) -> Vec<u8> {
        let input = s3::GetObjectRequest {
            bucket: Some("bucket".to_owned()),
            key: Some(key.to_owned()),
            ..Default::default()
        };
        let body = self.s3().get_object(&self.ctx, input).await.unwrap().body.unwrap();
        body.collect(1 << 20).await.unwrap().to_vec()
    }

    async fn json(&self, key: &str) -> Json {
        serde_json::from_slice(&self.object(key).await).unwrap()
    }

    /// The lines of the one data file of an export.
    async fn lines(&self, export: &ExportDescription) -> Vec<Json> {
        let summary = self.json(export.export_manifest.as_deref().unwrap()).await;
        let files = self.json(summary["manifestFilesS3Key"].as_str().unwrap()).await;
        let packed = self.object(files["dataFileS3Key"].as_str().unwrap()).await;
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn export_input(&self) -> ExportTableToPointInTimeInput {
        ExportTableToPointInTimeInput {
            table_arn: Some("arn:aws:dynamodb:us-east-1:000000000000:table/table".to_owned()),
            s3_bucket: Some("bucket".to_owned()),
            s3_prefix: Some("all".to_owned()),
            ..ExportTableToPointInTimeInput::default()
        }
    }

    /// Exports, and what is known of it then.
    async fn export(&self, input: ExportTableToPointInTimeInput) -> Result<ExportDescription, DynamoDbError> {
        let started =
            self.db.export_table_to_point_in_time(&self.ctx, input).await?.export_description.unwrap();
        assert!(matches!(started.export_status, Some(ExportStatus::InProgress)));
        let input = DescribeExportInput { export_arn: started.export_arn };
        Ok(self.db.describe_export(&self.ctx, input).await?.export_description.unwrap())
    }

    async fn import(&self, table: &str, input: ImportTableInput) -> ImportTableDescription {
        let input = ImportTableInput {
            table_creation_parameters: Some(parameters(table)),
            s3_bucket_source: input.s3_bucket_source.or_else(|| source("in/")),
            ..input
        };
        let started = self.db.import_table(&self.ctx, input).await.unwrap().import_table_description.unwrap();
        assert!(matches!(started.import_status, Some(ImportStatus::InProgress)));
        let input = DescribeImportInput { import_arn: started.import_arn };
        self.db.describe_import(&self.ctx, input).await.unwrap().import_table_description.unwrap()
    }

    async fn restored(&self, target: &str, at: Timestamp) -> Result<BTreeMap<String, String>, DynamoDbError> {
        let input = RestoreTableToPointInTimeInput {
            source_table_name: Some("table".to_owned()),
            target_table_name: Some(target.to_owned()),
            restore_date_time: Some(at),
            ..RestoreTableToPointInTimeInput::default()
        };
        self.db.restore_table_to_point_in_time(&self.ctx, input).await?;
        Ok(self.items(target).await)
    }
}

fn parameters(table: &str) -> TableCreationParameters {
    TableCreationParameters {
        table_name: Some(table.to_owned()),
        attribute_definitions: Some(vec![AttributeDefinition {
            attribute_name: Some("id".to_owned()),
            attribute_type: Some(ScalarAttributeType::S),
        }]),
        key_schema: Some(vec![KeySchemaElement {
            attribute_name: Some("id".to_owned()),
            key_type: Some(KeyType::Hash),
        }]),
        billing_mode: Some(BillingMode::PayPerRequest),
        ..TableCreationParameters::default()
    }
}

fn source(prefix: &str) -> Option<S3BucketSource> {
    Some(S3BucketSource {
        s3_bucket: Some("bucket".to_owned()),
        s3_key_prefix: Some(prefix.to_owned()),
        s3_bucket_owner: None,
    })
}

fn pairs(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    all.iter().map(|(id, text)| ((*id).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn a_table_is_restored_to_what_it_was() {
    run(async {
        let world = World::new().await;
        world.put("kept", "before").await;
        world.recovery(true).await;
        world.pass(10);
        let first = world.now();
        world.pass(10);
        world.put("kept", "after").await;
        world.put("new", "1").await;
        let second = world.now();
        world.pass(10);
        world.delete("kept").await;
        world.pass(10);

        assert_eq!(world.restored("first", first).await.unwrap(), pairs(&[("kept", "before")]));
        assert_eq!(
            world.restored("second", second).await.unwrap(),
            pairs(&[("kept", "after"), ("new", "1")])
        );
        assert_eq!(world.restored("now", world.now()).await.unwrap(), pairs(&[("new", "1")]));
        for bad in [Timestamp::from_seconds(NOW - 1), world.now().plus_seconds(1)] {
            let error = world.restored("bad", bad).await.unwrap_err();
            assert!(matches!(error, DynamoDbError::InvalidRestoreTimeException(_)), "{error}");
        }
    });
}

#[test]
fn what_was_before_recovery_was_enabled_again_is_forgotten() {
    run(async {
        let world = World::with_recovery().await;
        world.put("a", "1").await;
        world.recovery(false).await;
        world.put("a", "2").await;
        world.pass(10);
        world.recovery(true).await;
        let again = world.now();
        world.pass(10);
        world.put("a", "3").await;
        assert_eq!(world.restored("then", again).await.unwrap(), pairs(&[("a", "2")]));
        assert!(world.restored("before", Timestamp::from_seconds(NOW)).await.is_err());
    });
}

/// "DynamoDB table export output format" in the developer guide.
#[test]
fn full_exports() {
    run(async {
        let world = World::with_recovery().await;
        world.put("a", "1").await;
        let then = world.now();
        world.pass(10);
        world.put("b", "2").await;

        let export = world.export(world.export_input()).await.unwrap();
        assert!(
            matches!(export.export_status, Some(ExportStatus::Completed)),
            "{:?}",
            export.failure_message
        );
        assert_eq!((export.item_count, export.client_token.is_some()), (Some(2), true));
        let manifest = export.export_manifest.clone().unwrap();
        let root = manifest.strip_suffix("/manifest-summary.json").unwrap();
        assert!(root.starts_with("all/AWSDynamoDB/01800000010000-"), "{root}");
        let summary = world.json(&manifest).await;
        assert_eq!(summary["version"], "2020-06-30");
        assert_eq!(summary["exportArn"], json!(export.export_arn));
        assert_eq!(summary["exportTime"], "2027-01-15T08:00:10Z");
        assert_eq!((&summary["itemCount"], &summary["outputFormat"]), (&json!(2), &json!("DYNAMODB_JSON")));
        assert_eq!(summary["s3SseKmsKeyId"], Json::Null);
        let files = world.json(&format!("{root}/manifest-files.json")).await;
        assert!(files["dataFileS3Key"].as_str().unwrap().starts_with(&format!("{root}/data/")));
        assert!(!files["etag"].as_str().unwrap().contains('"'));
        assert_eq!(world.object(&format!("{root}/manifest-files.checksum")).await.len(), 24);
        assert_eq!(world.object(&format!("{root}/_started")).await.len(), 0);
        let mut lines = world.lines(&export).await;
        lines.sort_by_key(ToString::to_string);
        assert_eq!(
            lines,
            [
                json!({"Item": {"id": {"S": "a"}, "text": {"S": "1"}}}),
                json!({"Item": {"id": {"S": "b"}, "text": {"S": "2"}}}),
            ]
        );

        let earlier = ExportTableToPointInTimeInput { export_time: Some(then), ..world.export_input() };
        let export = world.export(earlier).await.unwrap();
        assert_eq!(world.lines(&export).await, [json!({"Item": {"id": {"S": "a"}, "text": {"S": "1"}}})]);
        let listed = world.db.list_exports(&world.ctx, ListExportsInput::default()).await.unwrap();
        assert_eq!(listed.export_summaries.unwrap().len(), 2);

        // What is exported can be imported.
        let data = format!("{root}/data/");
        let input = ImportTableInput {
            s3_bucket_source: source(&data),
            input_format: Some(InputFormat::DynamodbJson),
            input_compression_type: Some(InputCompressionType::Gzip),
            ..ImportTableInput::default()
        };
        world.import("copy", input).await;
        assert_eq!(world.items("copy").await, pairs(&[("a", "1"), ("b", "2")]));
    });
}

#[test]
fn incremental_exports() {
    run(async {
        let world = World::with_recovery().await;
        world.put("changed", "1").await;
        world.put("gone", "1").await;
        world.pass(10);
        let from = world.now();
        world.put("changed", "2").await;
        world.put("changed", "3").await;
        world.put("new", "1").await;
        world.put("passing", "1").await;
        world.delete("passing").await;
        world.delete("gone").await;
        world.pass(10);
        let to = world.now();
        world.put("changed", "4").await;

        let input = |view| ExportTableToPointInTimeInput {
            export_type: Some(ExportType::IncrementalExport),
            incremental_export_specification: Some(IncrementalExportSpecification {
                export_from_time: Some(from),
                export_to_time: Some(to),
                export_view_type: view,
            }),
            ..world.export_input()
        };
        let export = world.export(input(None)).await.unwrap();
        let summary = world.json(export.export_manifest.as_deref().unwrap()).await;
        assert_eq!(summary["outputView"], "NEW_AND_OLD_IMAGES");
        assert_eq!(summary["exportFromTime"], "2027-01-15T08:00:10Z");
        let mut lines = world.lines(&export).await;
        lines.sort_by_key(|line| line["Keys"].to_string());
        let metadata = json!({"WriteTimestampMicros": {"N": "1800000010000000"}});
        let image = |id: &str, text: &str| json!({"id": {"S": id}, "text": {"S": text}});
        assert_eq!(
            lines,
            [
                json!({"Metadata": metadata, "Keys": {"id": {"S": "changed"}}, "OldImage": image("changed", "1"),
                "NewImage": image("changed", "3")}),
                json!({"Metadata": metadata, "Keys": {"id": {"S": "gone"}}, "OldImage": image("gone", "1")}),
                json!({"Metadata": metadata, "Keys": {"id": {"S": "new"}}, "NewImage": image("new", "1")}),
            ]
        );
        let export = world.export(input(Some(ExportViewType::NewImage))).await.unwrap();
        assert!(world.lines(&export).await.iter().all(|line| line.get("OldImage").is_none()));
    });
}

#[test]
fn exports_that_fail() {
    run(async {
        let world = World::new().await;
        let error = world.export(world.export_input()).await.unwrap_err();
        assert!(matches!(error, DynamoDbError::PointInTimeRecoveryUnavailableException(_)), "{error}");
        world.recovery(true).await;
        let early = ExportTableToPointInTimeInput {
            export_time: Some(Timestamp::from_seconds(NOW - 10)),
            ..world.export_input()
        };
        let error = world.export(early).await.unwrap_err();
        assert!(matches!(error, DynamoDbError::InvalidExportTimeException(_)), "{error}");
        let ion =
            ExportTableToPointInTimeInput { export_format: Some(ExportFormat::Ion), ..world.export_input() };
        assert!(world.export(ion).await.unwrap_err().to_string().contains("NotImplemented"));
        let nowhere =
            ExportTableToPointInTimeInput { s3_bucket: Some("nowhere".to_owned()), ..world.export_input() };
        let export = world.export(nowhere).await.unwrap();
        assert!(matches!(export.export_status, Some(ExportStatus::Failed)));
        assert_eq!(export.failure_code.as_deref(), Some("S3NoSuchBucket"));
        assert_eq!(export.export_manifest, None);
        let unknown = format!("{}0", export.export_arn.unwrap());
        let input = DescribeExportInput { export_arn: Some(unknown) };
        let error = world.db.describe_export(&world.ctx, input).await.err().unwrap();
        assert!(matches!(error, DynamoDbError::ExportNotFoundException(_)), "{error}");

        // A token stands for its request.
        let named =
            || ExportTableToPointInTimeInput { client_token: Some("t".to_owned()), ..world.export_input() };
        let first = world.export(named()).await.unwrap();
        world.pass(10);
        let again = world.db.export_table_to_point_in_time(&world.ctx, named()).await.unwrap();
        assert_eq!(again.export_description.unwrap().export_arn, first.export_arn);
        let other = ExportTableToPointInTimeInput { s3_prefix: None, ..named() };
        let error = world.export(other).await.unwrap_err();
        assert!(matches!(error, DynamoDbError::ExportConflictException(_)), "{error}");
    });
}

#[test]
fn imports_of_json() {
    run(async {
        let world = World::new().await;
        world
            .put_object(
                "in/1.json",
                "{\"Item\":{\"id\":{\"S\":\"a\"},\"text\":{\"S\":\"1\"}}}\n\n{\"Item\":{}}\nno\n",
            )
            .await;
        world.put_object("in/2.json", "{\"Item\":{\"id\":{\"S\":\"b\"},\"text\":{\"S\":\"2\"}}}").await;
        let input =
            || ImportTableInput { input_format: Some(InputFormat::DynamodbJson), ..Default::default() };
        let import = world.import("imported", input()).await;
        assert_eq!(world.items("imported").await, pairs(&[("a", "1"), ("b", "2")]));
        let counts = (import.processed_item_count, import.imported_item_count, import.error_count);
        assert_eq!(counts, (Some(4), Some(2), Some(2)));
        assert_eq!(import.failure_code.as_deref(), Some("ItemValidationError"));
        assert_eq!(import.table_creation_parameters.unwrap().table_name.as_deref(), Some("imported"));

        let taken = ImportTableInput {
            table_creation_parameters: Some(parameters("imported")),
            s3_bucket_source: source("in/2"),
            ..input()
        };
        let error = world.db.import_table(&world.ctx, taken).await.err().unwrap();
        assert!(matches!(error, DynamoDbError::ResourceInUseException(_)), "{error}");
        let nowhere = S3BucketSource { s3_bucket: Some("nowhere".to_owned()), ..S3BucketSource::default() };
        let import =
            world.import("failed", ImportTableInput { s3_bucket_source: Some(nowhere), ..input() }).await;
        assert_eq!(import.failure_code.as_deref(), Some("S3NoSuchBucket"));
        let described = DescribeTableInput { table_name: Some("failed".to_owned()) };
        assert!(world.db.describe_table(&world.ctx, described).await.is_err());
        let listed = world.db.list_imports(&world.ctx, ListImportsInput::default()).await.unwrap();
        assert_eq!(listed.import_summary_list.unwrap().len(), 2);
    });
}

/// "Amazon S3 import formats for DynamoDB" in the developer guide.
#[test]
fn imports_of_csv() {
    run(async {
        let world = World::new().await;
        world.put_object("in/1.csv", "id;text\na;\"one \"\"1\"\"\"\nb;2\nc\n").await;
        let csv = |header: Option<&[&str]>| ImportTableInput {
            input_format: Some(InputFormat::Csv),
            input_format_options: Some(InputFormatOptions {
                csv: Some(CsvOptions {
                    delimiter: Some(";".to_owned()),
                    header_list: header.map(|all| all.iter().map(|it| (*it).to_owned()).collect()),
                }),
            }),
            ..ImportTableInput::default()
        };
        let import = world.import("headed", csv(None)).await;
        assert_eq!(world.items("headed").await, pairs(&[("a", "one \"1\""), ("b", "2")]));
        assert_eq!((import.imported_item_count, import.error_count), (Some(2), Some(1)));
        world.import("headless", csv(Some(&["text", "id"]))).await;
        assert_eq!(world.items("headless").await, pairs(&[("text", "id"), ("one \"1\"", "a"), ("2", "b")]));
    });
}
