//! What is said without a server: errors, and what can be ordered. Instances that run are tested through real
//! clients, in `tests/`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

use asf_api_rds::*;
use asf_rds::RdsProvider;
use asf_runtime::RequestContext;
use asf_runtime::context::Environment;
use asf_runtime::error::ServiceError as _;
use asf_runtime::plugin::Settings;
use asf_runtime::provider::TypedOperation as _;

fn provider() -> (RdsProvider, RequestContext) {
    let operation = operations::DescribeDBInstances::operation();
    (RdsProvider::new(&Settings::default()), RequestContext::new(operation, Environment::default()))
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn wish() -> CreateDbInstanceMessage {
    CreateDbInstanceMessage {
        db_instance_identifier: text("shop"),
        db_instance_class: text("db.t3.micro"),
        engine: text("postgres"),
        master_username: text("boss"),
        master_user_password: text("secret99"),
        allocated_storage: Some(20),
        ..Default::default()
    }
}

#[tokio::test]
async fn what_cannot_be_made() {
    let (provider, ctx) = provider();
    for (change, code, message) in [
        (
            (|it| it.db_instance_identifier = None) as fn(&mut CreateDbInstanceMessage),
            "MissingParameter",
            "The request must contain the parameter DBInstanceIdentifier.",
        ),
        (
            |it| it.db_instance_identifier = text("a--b"),
            "InvalidParameterValue",
            "The parameter DBInstanceIdentifier is not a valid identifier. Identifiers must begin with a letter; \
             must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two \
             consecutive hyphens.",
        ),
        (|it| it.engine = text("access"), "InvalidParameterValue", "Invalid DB engine: access"),
        (
            |it| it.engine_version = text("9.6"),
            "InvalidParameterCombination",
            "Cannot find version 9.6 for postgres",
        ),
        (
            |it| it.master_user_password = text("short"),
            "InvalidParameterValue",
            "The parameter MasterUserPassword is not a valid password because it is shorter than 8 characters.",
        ),
        (
            |it| it.engine = text("aurora-mysql"),
            "InternalFailure",
            "the engine aurora-mysql is not implemented",
        ),
    ] {
        let mut input = wish();
        change(&mut input);
        let error = provider.create_db_instance(&ctx, input).await.err().unwrap();
        assert_eq!((error.code(), error.message().unwrap()), (code, message));
    }
    let all = provider.describe_db_instances(&ctx, Default::default()).await.ok().unwrap();
    assert_eq!(all.db_instances.unwrap().len(), 0);
}

#[tokio::test]
async fn what_is_not_there() {
    let (provider, ctx) = provider();
    let id = text("nobody");
    let input = DescribeDbInstancesMessage { db_instance_identifier: id.clone(), ..Default::default() };
    let error = provider.describe_db_instances(&ctx, input).await.err().unwrap();
    assert_eq!(
        (error.code(), error.message().unwrap()),
        ("DBInstanceNotFound", "DBInstance nobody not found.")
    );
    assert_eq!(error.status(), 404);
    let input = DescribeDbSnapshotsMessage { db_snapshot_identifier: id.clone(), ..Default::default() };
    let error = provider.describe_db_snapshots(&ctx, input).await.err().unwrap();
    assert_eq!(
        (error.code(), error.message().unwrap()),
        ("DBSnapshotNotFound", "DBSnapshot nobody not found.")
    );
    let input = DeleteDbInstanceMessage {
        db_instance_identifier: id,
        skip_final_snapshot: Some(true),
        ..Default::default()
    };
    assert_eq!(provider.delete_db_instance(&ctx, input).await.err().unwrap().code(), "DBInstanceNotFound");
    let filter = Filter { name: text("colour"), values: Some(vec!["red".to_owned()]) };
    let input = DescribeDbInstancesMessage { filters: Some(vec![filter]), ..Default::default() };
    let error = provider.describe_db_instances(&ctx, input).await.err().unwrap();
    assert_eq!(
        (error.code(), error.message().unwrap()),
        ("InvalidParameterValue", "Unrecognized filter name: colour")
    );
}

#[tokio::test]
async fn what_can_be_ordered() {
    let (provider, ctx) = provider();
    let input = DescribeDbEngineVersionsMessage {
        engine: text("postgres"),
        default_only: Some(true),
        ..Default::default()
    };
    let versions = provider.describe_db_engine_versions(&ctx, input).await.ok().unwrap();
    let families: Vec<_> =
        versions.db_engine_versions.unwrap().into_iter().map(|it| it.db_parameter_group_family).collect();
    assert_eq!(families, [text("postgres15")]);
    let input = DescribeOrderableDbInstanceOptionsMessage {
        engine: text("mysql"),
        engine_version: text("8.0"),
        db_instance_class: text("db.t3.micro"),
        ..Default::default()
    };
    let options = provider.describe_orderable_db_instance_options(&ctx, input).await.ok().unwrap();
    assert_eq!(options.orderable_db_instance_options.unwrap().len(), 2);
}
