//! Descriptions of tables. All words are (asserted), where nothing else is said.

use asf_dynamodb::error::ErrorKind;
use asf_dynamodb::models::table::{BillingMode, StreamViewType, Throughput};
use asf_dynamodb::models::{AttributeType, KeyType, TableDescription, Units};
use asf_dynamodb::store::records::TableRecord;
use asf_dynamodb::tables::{
    AttributeDefinition, CreateTable, IndexChange, IndexRequest, IndexUpdate, KeySchemaElement, OtherChanges,
    ProjectionRequest, ProjectionType, ProvisionRequest, StreamSpecification, UpdateTable,
};
use asf_runtime::Timestamp;
use serde_json::{from_value, json, to_value};

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
        ..IndexRequest::default()
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
        ("a:S, a:N", "a", "Attribute Name is duplicated: a".into()),
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
        // (quirks: DDB-TABLE-128)
        (vec![local("abc", "b")], invalid("ProvisionedThroughput is not specified for index: abc")),
        (vec![global("abc", "b"), global("abc", "b a")], invalid("Duplicate index name: abc")),
        (
            (0..21).map(|number| global(&format!("abc{number}"), "a b")).collect(),
            invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"),
        ),
        (
            // (quirks: DDB-TABLE-127)
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
    // (quirks: DDB-TABLE-128)
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
        // (quirks: DDB-TABLE-442)
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
    // (quirks: DDB-TABLE-050, 442)
    for (enabled, view, created, changed) in [
        (true, Some(StreamViewType::KeysOnly), Ok(Some(StreamViewType::KeysOnly)), ""),
        (false, None, Ok(None), ""),
        (
            true,
            None,
            Err("Table is being created with a stream enabled, UpdateViewType is required"),
            "If stream is being enabled then UpdateViewType is required",
        ),
        (
            false,
            Some(StreamViewType::NewImage),
            Err("Table is being created with a stream disabled, UpdateViewType should not be specified"),
            "If stream is being disabled, then UpdateViewType must not be specified",
        ),
    ] {
        let stream = Some(StreamSpecification { enabled, view });
        let request = CreateTable { stream, ..request("a:S", "a") };
        let table = request.check().map(|table| table.stream).map_err(|error| error.message);
        assert_eq!(table, created.map_err(invalid));
        let before = table_of_one();
        let change = UpdateTable { stream, ..UpdateTable::default() }.check(&before);
        match created {
            Ok(view) => assert_eq!(change.unwrap().table.stream, view),
            Err(_) => assert_eq!(refused(change), invalid(changed)),
        }
    }
}

fn table_of_one() -> TableDescription {
    table("a:S", "a", vec![], vec![])
}

fn updates(all: Vec<IndexUpdate>) -> UpdateTable {
    let attributes = Some(definitions("c:S"));
    UpdateTable {
        attributes,
        index_updates: Some(all.into_iter().map(Some).collect()),
        ..UpdateTable::default()
    }
}

fn units(read: i64, write: i64) -> IndexChange {
    IndexChange { throughput: Some(Throughput { read, write }), ..IndexChange::default() }
}

/// What `UpdateTable` says that wants nothing.
fn nothing(consistency: &str) -> String {
    format!(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, \
         SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, \
         {consistency}DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
    )
}

#[test]
fn changes_that_are_refused() {
    let table = table("a:S, b:S, d:S", "a d", vec![local("by_a", "a b")], vec![global("by_b", "b")]);
    let consistency = OtherChanges { consistency: true, ..OtherChanges::default() };
    let protection = OtherChanges { protection: true, ..OtherChanges::default() };
    let same = |what: &str, for_what: &str| {
        format!(
            "The provisioned throughput for {what} will not change. The requested value equals the current value. \
             Current ReadCapacityUnits provisioned {for_what}: 1. Requested ReadCapacityUnits: 1. Current \
             WriteCapacityUnits provisioned {for_what}: 1. Requested WriteCapacityUnits: 1. Refer to the Amazon \
             DynamoDB Developer Guide for current limits and how to request higher limits."
        )
    };
    for (update, expect) in [
        // (quirks: DDB-TABLE-442)
        (UpdateTable::default(), nothing("MultiRegionConsistency, ")),
        (UpdateTable { others: consistency, ..UpdateTable::default() }, nothing("")),
        (
            UpdateTable { index_updates: Some(vec![]), ..UpdateTable::default() },
            nothing("MultiRegionConsistency, "),
        ),
        // (quirks: DDB-TABLE-359)
        (
            UpdateTable { index_updates: Some(vec![]), others: protection, ..UpdateTable::default() },
            invalid("List of GlobalSecondaryIndexUpdates is empty"),
        ),
        (
            UpdateTable { index_updates: Some(vec![None]), ..UpdateTable::default() },
            invalid(
                "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                 GlobalSecondaryIndexUpdate.Delete must not be null",
            ),
        ),
        (
            updates(vec![IndexUpdate::Delete("by_b".into()), IndexUpdate::Delete("by_b".into())]),
            invalid(
                "Only one global secondary index update per index is allowed simultaneously. Index: by_b",
            ),
        ),
        // (quirks: DDB-TABLE-137)
        (
            updates(vec![IndexUpdate::Create(global("by_b", "c"))]),
            "Attempting to create an index which already exists".into(),
        ),
        (
            updates(vec![IndexUpdate::Delete("by_a".into())]),
            "Cannot delete an index that is not a GlobalSecondaryIndex: by_a".into(),
        ),
        (
            updates(vec![IndexUpdate::Update("by_a".into(), units(2, 2))]),
            "Cannot update an index that is not a GlobalSecondaryIndex: by_a".into(),
        ),
        // (quirks: DDB-TABLE-162)
        (
            UpdateTable { attributes: None, ..updates(vec![IndexUpdate::Create(global("by_c", "c"))]) },
            invalid("AttributeDefinitions is not specified for index: by_c"),
        ),
        // (quirks: DDB-TABLE-164)
        (UpdateTable { throughput: Some(ONE), ..UpdateTable::default() }, same("the table", "for the table")),
        (
            updates(vec![IndexUpdate::Update("by_b".into(), units(1, 1))]),
            same("the index by_b", "for index by_b"),
        ),
        (
            UpdateTable { billing_mode: Some(BillingMode::Provisioned), ..UpdateTable::default() },
            invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"),
        ),
        // (quirks: DDB-TABLE-152)
        (
            updates(vec![IndexUpdate::Create(IndexRequest { throughput: None, ..global("by_c", "c") })]),
            invalid("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: by_c"),
        ),
    ] {
        assert_eq!(refused(update.check(&table)), expect);
    }
    let error = |update: UpdateTable| update.check(&table).unwrap_err();
    // (quirks: DDB-TABLE-446)
    let missing = error(updates(vec![IndexUpdate::Delete("no_such".into())]));
    assert_eq!(missing.kind, ErrorKind::ResourceNotFound);
    assert_eq!(missing.message, "Requested resource not found: Index no_such for table abc");
    let two = vec![IndexUpdate::Delete("by_b".into()), IndexUpdate::Create(global("by_c", "c"))];
    assert_eq!(error(updates(two)).kind, ErrorKind::LimitExceeded);
}

#[test]
fn the_twenty_first_index_is_another_error_later() {
    // (quirks: DDB-TABLE-169, 443)
    let indexes = (0..20).map(|number| global(&format!("abc{number}"), "a")).collect();
    let table = table("a:S", "a", vec![], indexes);
    let error = updates(vec![IndexUpdate::Create(global("more", "c"))]).check(&table).unwrap_err();
    assert_eq!(error.kind, ErrorKind::LimitExceeded);
    assert_eq!(
        error.message,
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20"
    );
}

/// (quirks: DDB-TABLE-174, 224, 382, 433)
#[test]
fn changes_that_are_made_alone() {
    let table = table("a:S, b:S", "a", vec![], vec![global("by_b", "b")]);
    let two = Some(Throughput { read: 2, write: 2 });
    let stream = Some(StreamSpecification { enabled: true, view: Some(StreamViewType::NewImage) });
    let others = |change: fn(&mut OtherChanges)| {
        let mut others = OtherChanges::default();
        change(&mut others);
        others
    };
    let warm =
        ProvisionRequest { warm: Some(Units { read: Some(9), write: None }), ..ProvisionRequest::default() };
    let on_demand = ProvisionRequest {
        on_demand: Some(Units { read: Some(9), write: None }),
        ..ProvisionRequest::default()
    };
    let create = updates(vec![IndexUpdate::Create(global("by_c", "c"))]);
    let delete = updates(vec![IndexUpdate::Delete("by_b".into())]);
    let alone = |what: &str| format!("{what} must be the only operation in the request");
    for (update, expect) in [
        (
            UpdateTable {
                throughput: two,
                others: others(|it| (it.encryption, it.class) = (true, true)),
                ..UpdateTable::default()
            },
            alone("Server-Side Encryption modification"),
        ),
        (
            UpdateTable {
                others: others(|it| (it.class, it.protection) = (true, true)),
                ..UpdateTable::default()
            },
            alone("TableClass modification"),
        ),
        (
            UpdateTable {
                provision: warm,
                others: others(|it| it.protection = true),
                ..UpdateTable::default()
            },
            alone("DeletionProtection modification"),
        ),
        (
            UpdateTable {
                throughput: two,
                others: others(|it| it.replicas = true),
                ..UpdateTable::default()
            },
            alone("Replica modification"),
        ),
        (UpdateTable { provision: warm, stream, ..UpdateTable::default() }, alone("WarmThroughput")),
        (
            UpdateTable { provision: warm, ..create.clone() },
            "Create global secondary index cannot be specified when updating WarmThroughput".into(),
        ),
        (
            UpdateTable { provision: on_demand, stream, ..UpdateTable::default() },
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request".into(),
        ),
        (
            UpdateTable { throughput: two, stream, ..UpdateTable::default() },
            "You cannot modify stream status while updating table IOPS".into(),
        ),
        (
            UpdateTable { throughput: two, ..delete },
            "You cannot create or delete index while updating table IOPS".into(),
        ),
        (
            UpdateTable { stream, ..create.clone() },
            "You cannot create or delete index while changing stream status".into(),
        ),
    ] {
        assert_eq!(refused(update.check(&table)), invalid(&expect));
    }
    let on_demand_mode = Some(BillingMode::PayPerRequest);
    for accepted in [
        UpdateTable { billing_mode: on_demand_mode, stream, ..UpdateTable::default() },
        UpdateTable { billing_mode: on_demand_mode, provision: on_demand, ..UpdateTable::default() },
        updates(vec![
            IndexUpdate::Create(global("by_c", "c")),
            IndexUpdate::Update("by_b".into(), units(2, 2)),
        ]),
    ] {
        assert!(accepted.check(&table).is_ok());
    }
}

/// (quirks: DDB-TABLE-038, 039, 051, 059, 061, 153, 178)
#[test]
fn limits_and_warmth() {
    let of = |read, write| Some(Units { read, write });
    let on_demand = |read, write| ProvisionRequest { on_demand: of(read, write), warm: None };
    let warm = |read, write| ProvisionRequest { on_demand: None, warm: of(read, write) };
    let per_request = |provision| CreateTable {
        billing_mode: Some(BillingMode::PayPerRequest),
        throughput: None,
        provision,
        ..request("a:S", "a")
    };
    for (request, expect) in [
        (
            per_request(on_demand(Some(-1), Some(1))),
            "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
        (
            per_request(on_demand(None, Some(0))),
            "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
        (
            CreateTable { provision: on_demand(Some(1), None), ..request("a:S", "a") },
            "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is PROVISIONED.",
        ),
        (
            per_request(warm(Some(1), None)),
            "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than initial throughput for OnDemand. \
             See: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html\
             #on-demand-capacity-mode-initial",
        ),
        (
            CreateTable {
                throughput: Some(Throughput { read: 10, write: 10 }),
                provision: warm(Some(5), Some(5)),
                ..request("a:S", "a")
            },
            "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of \
             ProvisionedThroughput",
        ),
    ] {
        assert_eq!(refused(request.check()), invalid(expect));
    }

    let table = per_request(on_demand(Some(1000), Some(500))).check().unwrap();
    assert_eq!(table.provision.warm, Throughput { read: 12_000, write: 4_000 });
    let change = |provision| UpdateTable { provision, ..UpdateTable::default() };
    let changed = |provision| change(provision).check(&table).unwrap().table.provision;
    assert_eq!(changed(on_demand(Some(2000), None)).on_demand, Units { read: Some(2000), write: Some(500) });
    assert_eq!(changed(on_demand(None, Some(-1))).on_demand, Units { read: Some(1000), write: None });
    assert_eq!(changed(warm(Some(12_001), None)).warm, Throughput { read: 12_001, write: 4_000 });
    for (provision, expect) in [
        (
            warm(Some(1), None),
            "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, decreasing \
             WarmThroughput is not supported",
        ),
        (
            on_demand(Some(-2), None),
            "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
        ),
    ] {
        assert_eq!(refused(change(provision).check(&table)), invalid(expect));
    }
    let provisioned = request("a:S", "a").check().unwrap();
    assert_eq!(
        refused(change(on_demand(Some(1), None)).check(&provisioned)),
        invalid(
            "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is PROVISIONED"
        )
    );
}

/// (quirks: DDB-TABLE-152, 457)
#[test]
fn indexes_by_how_their_table_is_paid_for() {
    let table = table("a:S, b:S", "a", vec![], vec![global("by_b", "b")]);
    let per_request =
        UpdateTable { billing_mode: Some(BillingMode::PayPerRequest), ..UpdateTable::default() };
    let per_request = per_request.check(&table).unwrap().table;
    let provisioned = |index_updates| UpdateTable {
        billing_mode: Some(BillingMode::Provisioned),
        throughput: Some(ONE),
        index_updates,
        ..UpdateTable::default()
    };
    assert_eq!(
        refused(provisioned(None).check(&per_request)),
        invalid("ProvisionedThroughput must be specified for index: by_b")
    );
    let update = IndexUpdate::Update("by_b".into(), units(3, 4));
    let switched = provisioned(Some(vec![Some(update.clone())])).check(&per_request).unwrap().table;
    assert_eq!(switched.indexes[0].throughput, Some(Throughput { read: 3, write: 4 }));
    for change in [units(3, 4), IndexChange::default()] {
        assert_eq!(
            refused(updates(vec![IndexUpdate::Update("by_b".into(), change)]).check(&per_request)),
            invalid(
                "The only Updates for index: by_b when TableThroughputMode is PAY_PER_REQUEST can be to \
                 OnDemandThroughput, WarmThroughput"
            )
        );
    }
    let limits = Units { read: Some(7), write: None };
    let limited = IndexChange {
        provision: ProvisionRequest { on_demand: Some(limits), warm: None },
        ..IndexChange::default()
    };
    let limited = updates(vec![IndexUpdate::Update("by_b".into(), limited)]).check(&per_request).unwrap();
    assert_eq!(limited.table.indexes[0].provision.on_demand, limits);
    assert_eq!(limited.updated_indexes, ["by_b"]);
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
    // By their names (quirks: DDB-TABLE-125).
    assert_eq!(names(&created.table), ["a", "b", "c"]);

    let deleted = UpdateTable { attributes: None, ..updates(vec![IndexUpdate::Delete("by_b".into())]) };
    let deleted = deleted.check(&before).unwrap();
    assert_eq!(
        (deleted.deleted_indexes.as_slice(), names(&deleted.table)),
        (&["by_b".to_owned()][..], vec!["a".to_owned()])
    );

    let two = Throughput { read: 2, write: 2 };
    let faster = updates(vec![IndexUpdate::Update("by_b".into(), units(2, 2))]).check(&before).unwrap();
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

#[test]
fn replicas_of_older_states() {
    let added = Timestamp::from_millis(5);
    let record = TableRecord::new(table("a:S", "a", vec![], vec![]), 1, "uuid".to_owned(), added);
    let mut kept = to_value(&record).unwrap();
    kept["replicas"] = json!({ "eu-west-1": added });
    let read: TableRecord = from_value(kept).unwrap();
    assert_eq!(read.replicas["eu-west-1"].added, added);
    let again: TableRecord = from_value(to_value(&read).unwrap()).unwrap();
    assert_eq!(again.replicas["eu-west-1"].added, added);
}
