//! `TableDescription`, as the answers have it.

use asf_api_dynamodb as api;

use crate::models::table::{
    BillingMode, Index, IndexKind, KeyAttribute, Projection, StreamViewType, Throughput,
};
use crate::models::{AttributeType, table};
use crate::models::{KeySchema, Provision, Units};
use crate::store::counts::Count;
use crate::store::{Address, Counts, OpenTable, TableRecord};
use asf_runtime::Timestamp;
use asf_runtime::identity::Region;

use super::replicas;

/// What an answer says besides the description: operations that change a table do not say all of it
/// (test_dynamodb::TestDynamoDB::test_gsi_with_billing_mode[PROVISIONED]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// `CreateTable`: `CREATING`.
    Creating,
    /// `UpdateTable`: `UPDATING`.
    Updating,
    /// `DeleteTable`: `DELETING`.
    Deleting,
    /// `DescribeTable`: `ACTIVE`.
    Described,
}

/// The description of a table, as the region that is called has it.
pub(super) fn table(
    table: &OpenTable,
    counts: &Counts,
    moment: Moment,
    called: &Region,
    now: Timestamp,
) -> api::TableDescription {
    let record = &table.record;
    let description = &record.description;
    let arn = Address { region: called.clone(), ..table.address.clone() }.arn();
    let (items, bytes) = counts.table.get();
    let stream_arn = record.stream.as_ref().map(|it| format!("{arn}/stream/{}", it.label));
    let indexes = |kind: IndexKind| description.indexes.iter().filter(move |index| index.kind == kind);
    let local: Vec<_> = indexes(IndexKind::Local).map(|it| local_index(it, record, counts, &arn)).collect();
    let global: Vec<_> =
        indexes(IndexKind::Global).map(|it| global_index(it, record, counts, &arn, (moment, now))).collect();
    let mut description = api::TableDescription {
        attribute_definitions: Some(description.attributes.iter().map(attribute).collect()),
        table_name: Some(description.name.clone()),
        key_schema: Some(keys(&description.keys)),
        table_status: Some(match moment {
            Moment::Creating => api::TableStatus::Creating,
            Moment::Updating => api::TableStatus::Updating,
            Moment::Deleting => api::TableStatus::Deleting,
            Moment::Described => api::TableStatus::Active,
        }),
        creation_date_time: Some(record.created),
        provisioned_throughput: Some(throughput(description.throughput, &description.provision, now)),
        table_size_bytes: Some(bytes),
        item_count: Some(items),
        table_arn: Some(arn),
        table_id: Some(record.uuid.clone()),
        billing_mode_summary: billing_mode(record, moment),
        local_secondary_indexes: Some(local).filter(|all| !all.is_empty()),
        global_secondary_indexes: Some(global).filter(|all| !all.is_empty()),
        stream_specification: description.stream.map(stream),
        latest_stream_label: record.stream.as_ref().map(|it| it.label.clone()),
        latest_stream_arn: stream_arn,
        // Only while it is being restored (quirks: DDB-TABLE-216).
        restore_summary: record.restored.as_ref().filter(|_| moment == Moment::Creating).map(|it| {
            api::RestoreSummary {
                source_backup_arn: it.backup.clone(),
                source_table_arn: Some(it.table.clone()),
                restore_date_time: Some(it.at),
                restore_in_progress: Some(moment == Moment::Creating),
            }
        }),
        sse_description: encryption(record),
        table_class_summary: record.class.as_ref().map(|(class, at)| api::TableClassSummary {
            table_class: Some(class.as_str().into()),
            last_update_date_time: (moment != Moment::Creating).then_some(*at),
        }),
        deletion_protection_enabled: Some(record.deletion_protection),
        on_demand_throughput: on_demand(&description.provision),
        warm_throughput: has_warm(moment).then_some(api::TableWarmThroughputDescription {
            read_units_per_second: Some(description.provision.warm.read),
            write_units_per_second: Some(description.provision.warm.write),
            status: Some(api::TableStatus::Active),
        }),
        ..api::TableDescription::default()
    };
    replicas::describe(table, called, &mut description);
    description
}

/// test_dynamodb::TestDynamoDB::test_gsi_with_billing_mode[PAY_PER_REQUEST]
fn billing_mode(record: &TableRecord, moment: Moment) -> Option<api::BillingModeSummary> {
    if record.description.billing_mode == BillingMode::Provisioned && record.on_demand_since.is_none() {
        return None;
    }
    Some(api::BillingModeSummary {
        billing_mode: Some(match record.description.billing_mode {
            BillingMode::Provisioned => api::BillingMode::Provisioned,
            BillingMode::PayPerRequest => api::BillingMode::PayPerRequest,
        }),
        last_update_to_pay_per_request_date_time: record
            .on_demand_since
            .filter(|_| moment != Moment::Creating),
    })
}

/// test_dynamodb::TestDynamoDB::test_dynamodb_update_table_without_sse_specification_change
pub(super) fn encryption(record: &TableRecord) -> Option<api::SseDescription> {
    record.kms_key.as_ref().map(|key| api::SseDescription {
        status: Some(api::SseStatus::Enabled),
        sse_type: Some(api::SseType::Kms),
        kms_master_key_arn: Some(key.clone()),
        inaccessible_encryption_date_time: None,
    })
}

/// Whether the answer has `WarmThroughput` (test_dynamodb::TestDynamoDB::test_gsi_with_billing_mode).
fn has_warm(moment: Moment) -> bool {
    matches!(moment, Moment::Described | Moment::Updating)
}

pub(super) fn on_demand(provision: &Provision) -> Option<api::OnDemandThroughput> {
    let Units { read, write } = provision.on_demand;
    (!provision.on_demand.are_none())
        .then_some(api::OnDemandThroughput { max_read_request_units: read, max_write_request_units: write })
}

fn local_index(
    index: &Index,
    record: &TableRecord,
    counts: &Counts,
    arn: &str,
) -> api::LocalSecondaryIndexDescription {
    let (items, bytes) = index_counts(index, record, counts);
    api::LocalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(keys(&index.keys)),
        projection: Some(projection(&index.projection)),
        index_size_bytes: Some(bytes),
        item_count: Some(items),
        index_arn: Some(format!("{arn}/index/{}", index.name)),
    }
}

fn global_index(
    index: &Index,
    record: &TableRecord,
    counts: &Counts,
    arn: &str,
    (moment, now): (Moment, Timestamp),
) -> api::GlobalSecondaryIndexDescription {
    let (items, bytes) = index_counts(index, record, counts);
    let given = index.throughput.unwrap_or_default();
    api::GlobalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(keys(&index.keys)),
        projection: Some(projection(&index.projection)),
        index_status: Some(match moment {
            Moment::Creating => api::IndexStatus::Creating,
            Moment::Deleting => api::IndexStatus::Deleting,
            Moment::Updating | Moment::Described => api::IndexStatus::Active,
        }),
        provisioned_throughput: Some(throughput(given, &index.provision, now)),
        index_size_bytes: Some(bytes),
        item_count: Some(items),
        index_arn: Some(format!("{arn}/index/{}", index.name)),
        on_demand_throughput: on_demand(&index.provision),
        warm_throughput: has_warm(moment).then_some(api::GlobalSecondaryIndexWarmThroughputDescription {
            read_units_per_second: Some(index.provision.warm.read),
            write_units_per_second: Some(index.provision.warm.write),
            status: Some(api::IndexStatus::Active),
        }),
        ..api::GlobalSecondaryIndexDescription::default()
    }
}

fn index_counts(index: &Index, record: &TableRecord, counts: &Counts) -> (i64, i64) {
    let count = record.slot(&index.name).and_then(|slot| counts.indexes.get(&slot));
    count.map(Count::get).unwrap_or_default()
}

fn throughput(
    given: Throughput,
    provision: &Provision,
    now: Timestamp,
) -> api::ProvisionedThroughputDescription {
    api::ProvisionedThroughputDescription {
        last_increase_date_time: provision.increased,
        last_decrease_date_time: provision.decreased,
        number_of_decreases_today: Some(provision.decreases_today(now)),
        read_capacity_units: Some(given.read),
        write_capacity_units: Some(given.write),
    }
}

pub(super) fn attribute(key: &KeyAttribute) -> api::AttributeDefinition {
    api::AttributeDefinition {
        attribute_name: Some(key.name.clone()),
        attribute_type: Some(match key.attribute_type {
            AttributeType::N => api::ScalarAttributeType::N,
            AttributeType::B => api::ScalarAttributeType::B,
            _ => api::ScalarAttributeType::S,
        }),
    }
}

/// A key schema for an answer.
pub(super) fn keys(keys: &KeySchema) -> Vec<api::KeySchemaElement> {
    let types = [api::KeyType::Hash, api::KeyType::Range];
    let element = |(key, key_type): (&KeyAttribute, api::KeyType)| api::KeySchemaElement {
        attribute_name: Some(key.name.clone()),
        key_type: Some(key_type),
    };
    keys.iter().zip(types).map(element).collect()
}

pub(super) fn projection(projection: &Projection) -> api::Projection {
    let (projection_type, names) = match projection {
        table::Projection::All => (api::ProjectionType::All, None),
        table::Projection::KeysOnly => (api::ProjectionType::KeysOnly, None),
        table::Projection::Include(names) => (api::ProjectionType::Include, Some(names.clone())),
    };
    api::Projection { projection_type: Some(projection_type), non_key_attributes: names }
}

/// `StreamSpecification` of a stream.
pub(super) fn stream(view: StreamViewType) -> api::StreamSpecification {
    api::StreamSpecification { stream_enabled: Some(true), stream_view_type: Some(view_type(view)) }
}

fn view_type(view: StreamViewType) -> api::StreamViewType {
    match view {
        StreamViewType::KeysOnly => api::StreamViewType::KeysOnly,
        StreamViewType::NewImage => api::StreamViewType::NewImage,
        StreamViewType::OldImage => api::StreamViewType::OldImage,
        StreamViewType::NewAndOldImages => api::StreamViewType::NewAndOldImages,
    }
}
