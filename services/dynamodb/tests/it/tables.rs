//! Descriptions of tables. All words are (asserted), where nothing else is said.

use asf_dynamodb::error::ErrorKind;
use asf_dynamodb::models::table::{BillingMode, StreamViewType, Throughput};
use asf_dynamodb::models::{AttributeType, KeyType, TableDescription};
use asf_dynamodb::tables::{
    AttributeDefinition, CreateTable, IndexRequest, IndexUpdate, KeySchemaElement, ProjectionRequest,
    ProjectionType, StreamSpecification, UpdateTable,
};

use crate::notation::refused;

const ONE: Throughput = Throughput { read: 1, write: 1 };

/// `a:S, b:N`
fn definitions(text: &str) -> Vec<AttributeDefinition> {
    let all = text.split(',').filter_map(|it| it.trim().split_once(':'));
    all.map(|(name, it)| AttributeDefinition {
        name: name.to_owned(),
        attribute_type: AttributeType::from_name(it).unwrap(),
    })
    .collect()
}

/// `a b`: partition key, sort key; `a:RANGE b:HASH` in other roles.
fn keys(text: &str) -> Vec<KeySchemaElement> {
    let element = |(position, it): (usize, &str)| {
        let (name, role) = it.split_once(':').unwrap_or((it, if position == 0 { "HASH" } else { "RANGE" }));
        let key_type = if role == "HASH" { KeyType::Hash } else { KeyType::Range };
        KeySchemaElement { name: name.to_owned(), key_type }
    };
    text.split_whitespace().enumerate().map(element).collect()
}

pub(crate) fn local(name: &str, key: &str) -> IndexRequest {
    IndexRequest {
        name: name.to_owned(),
        keys: keys(key),
        projection: ProjectionRequest {
            projection_type: Some(ProjectionType::All),
            non_key_attributes: None,
        },
        throughput: None,
    }
}

pub(crate) fn global(name: &str, key: &str) -> IndexRequest {
    IndexRequest { throughput: Some(ONE), ..local(name, key) }
}

fn request(attributes: &str, key: &str) -> CreateTable {
    CreateTable {
        name: "abc".to_owned(),
        attributes: definitions(attributes),
        keys: keys(key),
        throughput: Some(ONE),
        ..CreateTable::default()
    }
}

/// A table, for other tests.
pub(crate) fn table(
    attributes: &str,
    key: &str,
    local: Vec<IndexRequest>,
    global: Vec<IndexRequest>,
) -> TableDescription {
    let request = CreateTable {
        local_indexes: (!local.is_empty()).then_some(local),
        global_indexes: (!global.is_empty()).then_some(global),
        ..request(attributes, key)
    };
    request.check().unwrap()
}

fn invalid(reason: &str) -> String {
    format!("One or more parameter values were invalid: {reason}")
}

#[test]
fn names() {
    let long = "a".repeat(256);
    for (name, constraint) in [
        ("ab", "Member must have length greater than or equal to 3"),
        (long.as_str(), "Member must have length less than or equal to 255"),
        ("bad table!@#", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ] {
        let request = CreateTable { name: name.to_owned(), ..request("a:S", "a") };
        // (conformance: createTable, putItem)
        assert_eq!(
            refused(request.check()),
            format!(
                "1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: {constraint}"
            )
        );
    }
    let index = CreateTable { global_indexes: Some(vec![global("h;", "a")]), ..request("a:S", "a") };
    assert!(refused(index.check()).contains("Value 'h;' at 'globalSecondaryIndexes.1.member.indexName'"));
}

#[test]
fn throughput() {
    let too_much = Throughput { read: 1_000_000_000_001, write: 1_000_000_000_001 };
    let per_request = Some(BillingMode::PayPerRequest);
    for (mode, given, expect) in [
        (
            // test_dynamodb::TestDynamoDB::test_dynamodb_pay_per_request
            per_request,
            Some(ONE),
            invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
            ),
        ),
        (
            // (conformance: 2026-06-09-validation-rewording)
            None,
            None,
            invalid(
                "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
            ),
        ),
        (None, Some(too_much), "Given value 1000000000001 for ReadCapacityUnits is out of bounds".to_owned()),
        (
            None,
            Some(Throughput { read: 1, ..too_much }),
            "Given value 1000000000001 for WriteCapacityUnits is out of bounds".into(),
        ),
    ] {
        let request = CreateTable { billing_mode: mode, throughput: given, ..request("a:S", "a") };
        assert_eq!(refused(request.check()), expect);
    }
    let request = CreateTable { billing_mode: per_request, throughput: None, ..request("a:S", "a") };
    assert_eq!(request.check().unwrap().throughput, Throughput::default());
}

#[test]
fn key_schemas() {
    let no_definition = "Invalid KeySchema: Some index key attribute have no definition".to_owned();
    for (attributes, key, expect) in [
        ("", "a a:HASH", no_definition.clone()),
        ("b:S", "a a:HASH", no_definition.clone()),
        ("b:S", "a b", no_definition.clone()),
        // (conformance: createTable)
        ("a:S", "a a", no_definition),
        (
            "b:S",
            "a",
            invalid(
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [a], AttributeDefinitions: [b]",
            ),
        ),
        (
            "a:S, b:S",
            "a a:HASH",
            "Both the Hash Key and the Range Key element in the KeySchema have the same name".into(),
        ),
        ("a:S, b:S", "a b:HASH", "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type".into()),
        ("a:S, b:S", "a:RANGE b:HASH", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".into()),
        ("a:S, b:S", "a:RANGE b", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".into()),
        (
            "a:S, c:S, b:S",
            "a b",
            invalid(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in \
                 AttributeDefinitions",
            ),
        ),
        ("a:S, a:N", "a", "Cannot have two attributes with the same name".into()),
        (
            // (conformance: createTable)
            "pk:S, sk:S, extra:S",
            "pk sk extra",
            "1 validation error detected: Value '[KeySchemaElement(attributeName=pk, keyType=HASH), \
             KeySchemaElement(attributeName=sk, keyType=RANGE), KeySchemaElement(attributeName=extra, keyType=RANGE)]' \
             at 'keySchema' failed to satisfy constraint: Member must have length less than or equal to 2"
                .into(),
        ),
    ] {
        assert_eq!(refused(request(attributes, key).check()), expect, "{attributes} {key}");
    }
}

#[test]
fn local_indexes() {
    let not_defined = |keys: &str| {
        invalid(&format!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{keys}], AttributeDefinitions: \
             [a, b]"
        ))
    };
    let no_range =
        "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex";
    for (key, indexes, expect) in [
        ("a b", vec![], invalid("List of LocalSecondaryIndexes is empty")),
        ("a", vec![local("abc", "c:RANGE")], invalid(no_range)),
        ("a b", vec![local("abc", "c:RANGE d"), local("abc", "e:RANGE")], not_defined("c, d")),
        (
            "a b",
            vec![local("abc", "a:RANGE")],
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned(),
        ),
        (
            "a b",
            vec![local("abc", "a a:HASH")],
            "Both the Hash Key and the Range Key element in the KeySchema have the same name".into(),
        ),
        ("a b", vec![local("abc", "b")], invalid("Index KeySchema does not have a range key for index: abc")),
        (
            "a b",
            vec![local("abc", "b a")],
            invalid(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: abc. index hash \
                 key: b, table hash key: a",
            ),
        ),
        ("a b", vec![local("abc", "a c")], not_defined("a, c")),
        ("a b", vec![local("abc", "a b"), local("abc", "a b")], invalid("Duplicate index name: abc")),
        (
            "a b",
            (0..6).map(|number| local(&format!("abc{number}"), "a b")).collect(),
            invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5"),
        ),
    ] {
        let request = CreateTable { local_indexes: Some(indexes), ..request("a:S, b:S", key) };
        assert_eq!(refused(request.check()), expect);
    }
}

#[test]
fn global_indexes() {
    for (indexes, expect) in [
        (vec![], invalid("List of GlobalSecondaryIndexes is empty")),
        (
            vec![global("abc", "c")],
            invalid(
                "Some index key attributes are not defined in AttributeDefinitions. Keys: [c], AttributeDefinitions: \
                 [a, b]",
            ),
        ),
        (vec![local("abc", "b")], invalid("ProvisionedThroughput must be specified for index: abc")),
        (vec![global("abc", "b"), global("abc", "b a")], invalid("Duplicate index name: abc")),
        (
            (0..21).map(|number| global(&format!("abc{number}"), "a b")).collect(),
            invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"),
        ),
        (
            // From memory.
            vec![global("abc", "a")],
            invalid("Some AttributeDefinitions are not used. AttributeDefinitions: [a, b], keys used: [a]"),
        ),
    ] {
        let request = CreateTable { global_indexes: Some(indexes), ..request("a:S, b:S", "a") };
        assert_eq!(refused(request.check()), expect);
    }
    let request = CreateTable {
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        global_indexes: Some(vec![global("abc", "b")]),
        ..request("a:S, b:S", "a")
    };
    // From memory.
    assert_eq!(
        refused(request.check()),
        invalid(
            "ProvisionedThroughput should not be specified for index: abc when BillingMode is PAY_PER_REQUEST"
        )
    );
}

#[test]
fn projections() {
    let with = |projection_type, names: Option<usize>| {
        let non_key_attributes = names.map(|count| (0..count).map(|number| format!("n{number}")).collect());
        let projection = ProjectionRequest { projection_type, non_key_attributes };
        let index = IndexRequest { projection, ..global("abc", "b") };
        CreateTable { global_indexes: Some(vec![index]), ..request("a:S, b:S", "a") }.check()
    };
    for (projection_type, names, reason) in [
        (None, None, "Unknown ProjectionType: null"),
        (None, Some(1), "Unknown ProjectionType: null"),
        (Some(ProjectionType::All), Some(1), "ProjectionType is ALL, but NonKeyAttributes is specified"),
        (
            Some(ProjectionType::KeysOnly),
            Some(1),
            "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
        ),
        // From memory.
        (
            Some(ProjectionType::Include),
            None,
            "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
    ] {
        assert_eq!(refused(with(projection_type, names)), invalid(reason));
    }
    assert!(with(Some(ProjectionType::Include), Some(100)).is_ok());
    assert!(with(Some(ProjectionType::Include), Some(101)).is_err());
}

#[test]
fn streams() {
    for (enabled, view, expect) in [
        (true, Some(StreamViewType::KeysOnly), Some(Some(StreamViewType::KeysOnly))),
        (false, None, Some(None)),
        (true, None, None),
        (false, Some(StreamViewType::NewImage), None),
    ] {
        let request =
            CreateTable { stream: Some(StreamSpecification { enabled, view }), ..request("a:S", "a") };
        assert_eq!(request.check().ok().map(|table| table.stream), expect);
    }
}

fn updates(all: Vec<IndexUpdate>) -> UpdateTable {
    let attributes = Some(definitions("c:S"));
    UpdateTable { attributes, index_updates: all.into_iter().map(Some).collect(), ..UpdateTable::default() }
}

#[test]
fn changes_that_are_refused() {
    let table = table("a:S, b:S", "a", vec![], vec![global("by_b", "b")]);
    for (update, expect) in [
        (
            UpdateTable::default(),
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or \
             SSESpecification or ReplicaUpdates is required"
                .to_owned(),
        ),
        (
            UpdateTable { index_updates: vec![None], ..UpdateTable::default() },
            invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                 GlobalSecondaryIndexUpdate.Delete must not be null",
            ),
        ),
        (
            updates(vec![IndexUpdate::Delete("by_b".into()), IndexUpdate::Delete("by_b".into())]),
            invalid("Only one global secondary index update per index is allowed simultaneously. Index: by_b"),
        ),
        // From memory, like what follows.
        (
            updates(vec![IndexUpdate::Create(global("by_b", "c"))]),
            "Attempting to create an index which already exists".into(),
        ),
        (
            UpdateTable { throughput: Some(ONE), ..UpdateTable::default() },
            "The provisioned throughput for the table will not change. The requested value equals the current value. \
             Current ReadCapacityUnits provisioned for the table: 1. Requested ReadCapacityUnits: 1. Current \
             WriteCapacityUnits provisioned for the table: 1. Requested WriteCapacityUnits: 1. Refer to the Amazon \
             DynamoDB Developer Guide for current limits and how to request higher limits."
                .into(),
        ),
    ] {
        assert_eq!(refused(update.check(&table)), expect);
    }
    let kind = |update: UpdateTable| update.check(&table).unwrap_err().kind;
    assert_eq!(kind(updates(vec![IndexUpdate::Delete("no_such".into())])), ErrorKind::ResourceNotFound);
    let two = vec![IndexUpdate::Delete("by_b".into()), IndexUpdate::Create(global("by_c", "c"))];
    assert_eq!(kind(updates(two)), ErrorKind::LimitExceeded);
}

#[test]
fn changes_of_tables() {
    let before = table("a:S, b:S", "a", vec![], vec![global("by_b", "b")]);
    let names =
        |table: &TableDescription| table.attributes.iter().map(|it| it.name.clone()).collect::<Vec<_>>();

    let created = updates(vec![IndexUpdate::Create(global("by_c", "c"))]).check(&before).unwrap();
    assert_eq!(
        (created.created_indexes.as_slice(), created.table.indexes.len()),
        (&["by_c".to_owned()][..], 2)
    );
    assert_eq!(names(&created.table), ["c", "a", "b"]);

    let deleted = UpdateTable { attributes: None, ..updates(vec![IndexUpdate::Delete("by_b".into())]) };
    let deleted = deleted.check(&before).unwrap();
    assert_eq!(
        (deleted.deleted_indexes.as_slice(), names(&deleted.table)),
        (&["by_b".to_owned()][..], vec!["a".to_owned()])
    );

    let two = Throughput { read: 2, write: 2 };
    let faster = updates(vec![IndexUpdate::Update("by_b".into(), two)]).check(&before).unwrap();
    assert_eq!(faster.table.indexes[0].throughput, Some(two));

    let on_demand = UpdateTable { billing_mode: Some(BillingMode::PayPerRequest), ..UpdateTable::default() };
    let on_demand = on_demand.check(&before).unwrap().table;
    assert_eq!(
        (on_demand.throughput, on_demand.indexes[0].throughput),
        (Throughput::default(), Some(Throughput::default()))
    );

    let stream = StreamSpecification { enabled: true, view: Some(StreamViewType::NewImage) };
    let streaming = UpdateTable { stream: Some(stream), ..UpdateTable::default() }.check(&before).unwrap();
    assert_eq!(streaming.table.stream, Some(StreamViewType::NewImage));
}
