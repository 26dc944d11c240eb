//! Global tables of version 2017.11.29.

use std::sync::Arc;

use asf_api_dynamodb::operations::GetItem;
use asf_api_dynamodb::*;
use asf_dynamodb::DynamoProvider;
use asf_runtime::RequestContext;
use asf_runtime::context::Environment;
use asf_runtime::identity::Region;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::TypedOperation as _;

use crate::provider::run;

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-south-1"];

struct World(Arc<DynamoProvider>);

impl World {
    /// Empty tables in all regions.
    async fn new() -> Self {
        let world = Self(Arc::new(DynamoProvider::new(&Settings::default())));
        for region in REGIONS {
            world.table(region).await;
        }
        world
    }

    fn ctx(region: &str) -> RequestContext {
        let ctx = RequestContext::new(GetItem::operation(), Environment::default());
        RequestContext { region: Region::new(region), ..ctx }
    }

    async fn table(&self, region: &str) {
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
            stream_specification: Some(StreamSpecification {
                stream_enabled: Some(true),
                stream_view_type: Some(StreamViewType::NewAndOldImages),
            }),
            ..CreateTableInput::default()
        };
        self.0.create_table(&Self::ctx(region), input).await.unwrap();
    }

    async fn put(&self, region: &str, id: &str) {
        let id = AttributeValue { s: Some(id.to_owned()), ..AttributeValue::default() };
        let input = PutItemInput {
            table_name: Some("table".to_owned()),
            item: Some([("id".to_owned(), id)].into_iter().collect()),
            ..PutItemInput::default()
        };
        self.0.put_item(&Self::ctx(region), input).await.unwrap();
    }

    async fn count(&self, region: &str) -> Option<i32> {
        let input = ScanInput { table_name: Some("table".to_owned()), ..ScanInput::default() };
        self.0.scan(&Self::ctx(region), input).await.unwrap().count
    }

    async fn create(&self, regions: &[&str]) -> Result<GlobalTableDescription, DynamoDbError> {
        let replica = |region: &&str| Replica { region_name: Some((*region).to_owned()) };
        let input = CreateGlobalTableInput {
            global_table_name: Some("table".to_owned()),
            replication_group: Some(regions.iter().map(replica).collect()),
        };
        let answer = self.0.create_global_table(&Self::ctx("us-east-1"), input).await?;
        Ok(answer.global_table_description.unwrap())
    }

    async fn update(&self, region: &str, created: bool) -> Result<(), DynamoDbError> {
        let region_name = Some(region.to_owned());
        let update = if created {
            ReplicaUpdate { create: Some(CreateReplicaAction { region_name }), delete: None }
        } else {
            ReplicaUpdate { create: None, delete: Some(DeleteReplicaAction { region_name }) }
        };
        let input = UpdateGlobalTableInput {
            global_table_name: Some("table".to_owned()),
            replica_updates: Some(vec![update]),
        };
        self.0.update_global_table(&Self::ctx("us-east-1"), input).await.map(drop)
    }

    async fn regions(&self, from: &str) -> Result<Vec<String>, DynamoDbError> {
        let input = DescribeGlobalTableInput { global_table_name: Some("table".to_owned()) };
        let answer = self.0.describe_global_table(&Self::ctx(from), input).await?;
        let replicas = answer.global_table_description.unwrap().replication_group.unwrap();
        Ok(replicas.into_iter().filter_map(|it| it.region_name).collect())
    }

    async fn listed(&self, from: &str) -> usize {
        let input = ListGlobalTablesInput::default();
        self.0.list_global_tables(&Self::ctx(from), input).await.unwrap().global_tables.unwrap().len()
    }
}

#[test]
fn all_regions_have_the_same() {
    run(async {
        let world = World::new().await;
        let error = world.regions("us-east-1").await.unwrap_err();
        assert!(matches!(error, DynamoDbError::GlobalTableNotFoundException(_)), "{error}");
        let made = world.create(&["us-east-1", "eu-west-1"]).await.unwrap();
        assert!(matches!(made.global_table_status, Some(GlobalTableStatus::Creating)));
        assert_eq!(
            made.global_table_arn.as_deref(),
            Some("arn:aws:dynamodb::000000000000:global-table/table")
        );
        world.put("us-east-1", "a").await;
        world.put("eu-west-1", "b").await;
        for region in ["us-east-1", "eu-west-1"] {
            assert_eq!(world.count(region).await, Some(2));
            assert_eq!(world.regions(region).await.unwrap(), ["us-east-1", "eu-west-1"]);
            assert_eq!(world.listed(region).await, 1);
        }
        assert_eq!((world.count("ap-south-1").await, world.listed("ap-south-1").await), (Some(0), 0));
        let input = DescribeTableInput { table_name: Some("table".to_owned()) };
        let table = world.0.describe_table(&World::ctx("eu-west-1"), input).await.unwrap().table.unwrap();
        assert_eq!(
            (table.global_table_version.as_deref(), table.replicas.is_none()),
            (Some("2017.11.29"), true)
        );
        let input = DescribeGlobalTableSettingsInput { global_table_name: Some("table".to_owned()) };
        let settings = world.0.describe_global_table_settings(&World::ctx("eu-west-1"), input).await.unwrap();
        assert_eq!(settings.replica_settings.unwrap().len(), 2);
    });
}

#[test]
fn regions_come_and_go() {
    run(async {
        let world = World::new().await;
        world.create(&["us-east-1", "eu-west-1"]).await.unwrap();
        world.put("us-east-1", "a").await;
        world.update("ap-south-1", true).await.unwrap();
        assert_eq!(world.count("ap-south-1").await, Some(1));
        let error = world.update("ap-south-1", true).await.unwrap_err();
        assert!(matches!(error, DynamoDbError::ReplicaAlreadyExistsException(_)), "{error}");
        world.update("eu-west-1", false).await.unwrap();
        let error = world.update("eu-west-1", false).await.unwrap_err();
        assert!(matches!(error, DynamoDbError::ReplicaNotFoundException(_)), "{error}");
        // It has what it had, and goes its own way.
        world.put("eu-west-1", "own").await;
        assert_eq!((world.count("eu-west-1").await, world.count("us-east-1").await), (Some(2), Some(1)));
        assert!(world.regions("eu-west-1").await.is_err());
    });
}

#[test]
fn tables_that_cannot_be_one() {
    run(async {
        let world = World::new().await;
        // aws-controllers-k8s/community#1034
        let error = world.create(&["us-east-1", "eu-north-1"]).await.unwrap_err();
        assert!(
            error.to_string().contains("Table not found: Table: 'table' not found in region: 'eu-north-1'."),
            "{error}"
        );
        world.put("eu-west-1", "a").await;
        let error = world.create(&["us-east-1", "eu-west-1"]).await.unwrap_err();
        assert!(error.to_string().contains("must be empty"), "{error}");
        world.create(&["us-east-1", "ap-south-1"]).await.unwrap();
        let error = world.create(&["us-east-1", "ap-south-1"]).await.unwrap_err();
        assert!(matches!(error, DynamoDbError::GlobalTableAlreadyExistsException(_)), "{error}");
    });
}
