//! `UpdateTable`.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;

use super::DynamoProvider;
use super::addressing::{address, no_named_table};
use super::describe::{self, Moment};
use super::tables::number;
use super::{encryption, replicas, requests};
use crate::error::DynamoError;
use crate::models::table::BillingMode as Mode;
use crate::store::records::TableRecord;
use crate::store::tables::{Rebuild, begin_stream, end_stream};
use crate::store::{Address, OpenTable};
use crate::tables::{OtherChanges, TableChange, UpdateTable, follow};

/// `UpdateTable`
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &UpdateTableInput,
) -> Result<UpdateTableOutput, DynamoDbError> {
    let called = address(ctx, input.table_name.as_deref())?.region;
    let address = provider.address(ctx, input.table_name.as_deref())?;
    let now = ctx.clock().now();
    let before = provider.store.table(&address);
    let changes_replicas = replicas::are_changed(input);
    let mut changed = None;
    let alter = |table: &OpenTable| {
        let before = &table.record;
        let change = request_of(input)?.check(&before.description)?;
        check_stream(table, change.stream.map(|it| it.is_some()))?;
        let mut record = (**before).clone();
        let mut rebuild = Rebuild::default();
        for name in &change.deleted_indexes {
            rebuild.deleted.extend(record.slots.remove(name));
        }
        for name in &change.created_indexes {
            record.slots.insert(name.clone(), record.next_slot);
            record.next_slot = record.next_slot.saturating_add(1);
            rebuild.created.push(name.clone());
        }
        record.description = change.table.clone();
        follow(&before.description, &mut record.description, now);
        let becomes_on_demand = before.description.billing_mode != record.description.billing_mode
            && record.description.billing_mode == Mode::PayPerRequest;
        if becomes_on_demand {
            record.on_demand_since = Some(now);
        }
        match change.stream {
            Some(Some(view)) => {
                let id = number(ctx.ids());
                begin_stream(&table.tables, &table.address.name, &mut record, view, id, now);
            }
            Some(None) => end_stream(table, now),
            None => {}
        }
        set_others(&mut record, input, &address, ctx)?;
        changed = Some(change);
        Ok::<_, DynamoError>((record, rebuild))
    };
    let mut table = provider.store.alter(&address, alter)?.ok_or_else(|| no_named_table(&address))?;
    if changes_replicas {
        replicas::update(provider, ctx, &address, &called, input)?;
        table = provider.store.table(&address).ok_or_else(|| no_named_table(&address))?;
    }
    let counts = provider.store.counts(&table);
    let mut description = describe::table(&table, &counts, Moment::Updating, &called, now);
    if let (Some(before), Some(change)) = (before, changed) {
        // What is gone is shown once more.
        let counts = provider.store.counts(&before);
        let former = describe::table(&before, &counts, Moment::Updating, &called, now);
        show_underway(&mut description, former, input, &change);
    }
    Ok(UpdateTableOutput { table_description: Some(description) })
}

/// The request, as far as it is about the description of the table.
fn request_of(input: &UpdateTableInput) -> Result<UpdateTable, DynamoError> {
    let updates = input.global_secondary_index_updates.clone();
    let updates =
        updates.map(|all| all.into_iter().map(requests::index_update).collect::<Result<Vec<_>, _>>());
    Ok(UpdateTable {
        attributes: input.attribute_definitions.clone().map(requests::attributes),
        billing_mode: input.billing_mode.as_ref().map(requests::billing_mode),
        throughput: input.provisioned_throughput.as_ref().map(requests::throughput),
        provision: requests::provision(input.on_demand_throughput.as_ref(), input.warm_throughput.as_ref()),
        index_updates: updates.transpose()?,
        stream: input.stream_specification.as_ref().map(requests::stream),
        others: OtherChanges {
            encryption: input.sse_specification.is_some(),
            class: input.table_class.is_some(),
            protection: input.deletion_protection_enabled.is_some(),
            replicas: input.replica_updates.is_some(),
            replication_mode: input.global_table_settings_replication_mode.is_some(),
            consistency: input.multi_region_consistency.is_some(),
        },
    })
}

/// What the domain does not look at.
fn set_others(
    record: &mut TableRecord,
    input: &UpdateTableInput,
    address: &Address,
    ctx: &RequestContext,
) -> Result<(), DynamoError> {
    let now = ctx.clock().now();
    if let Some(given) = &input.sse_specification {
        encryption::check(given)?;
        let key = encryption::key(address, given);
        // (quirks: DDB-TABLE-082, 437, 442)
        if key.is_none() && record.kms_key.is_none() {
            return Err(DynamoError::parameter("Table is already encrypted by default"));
        }
        if given.kms_master_key_id.is_some() && record.kms_key == given.kms_master_key_id {
            return Err(DynamoError::parameter(
                "Table is already encrypted with given KMSMasterKeyId. Use KMSMasterKeyId parameter if you want to \
                 change Master Key",
            ));
        }
        record.kms_key = key;
    }
    if let Some(class) = &input.table_class
        // What a table is by itself is not shown until it was something else (quirks: DDB-TABLE-283).
        && (record.class.is_some() || *class != TableClass::Standard)
    {
        record.class = Some((class.as_str().to_owned(), now));
    }
    if let Some(mode) = &input.global_table_settings_replication_mode {
        if *mode == GlobalTableSettingsReplicationMode::EnabledWithOverrides {
            // (quirks: DDB-TABLE-048, 442)
            return Err(DynamoError::validation(
                "Value 'ENABLED_WITH_OVERRIDES' at 'GlobalTableSettingsReplicationMode' failed to satisfy constraint: \
                 Only ENABLED and DISABLED settings replication are supported for a Regional Table.",
            ));
        }
        record.replication_mode = Some(mode.as_str().to_owned());
    }
    if let Some(protection) = input.deletion_protection_enabled {
        record.deletion_protection = protection;
    }
    Ok(())
}

/// That a stream is not enabled twice, nor disabled where there is none (quirks: DDB-TABLE-050), nor where there are
/// replicas (quirks: DDB-TABLE-222).
fn check_stream(table: &OpenTable, wanted: Option<bool>) -> Result<(), DynamoError> {
    let is_enabled = table.record.description.stream.is_some();
    match wanted {
        Some(false) if is_enabled && !table.record.replicas.is_empty() => {
            Err(DynamoError::parameter("Disabling Stream is not allowed for a Global Table replica."))
        }
        Some(true) if is_enabled => Err(DynamoError::validation(format!(
            "Table already has an enabled stream: TableName: {}",
            table.address.name
        ))),
        Some(false) if !is_enabled => Err(DynamoError::validation(format!(
            "Table has no stream to disable: TableName: {}",
            table.address.name
        ))),
        _ => Ok(()),
    }
}

/// The answer tells of changes that are under way, with what is to be no longer (quirks: DDB-TABLE-060, 165, 177,
/// 182, 284).
fn show_underway(
    description: &mut TableDescription,
    former: TableDescription,
    input: &UpdateTableInput,
    change: &TableChange,
) {
    let is_slow = input.billing_mode.is_some()
        || input.provisioned_throughput.is_some()
        || input.stream_specification.is_some()
        || input.table_class.is_some()
        || !change.created_indexes.is_empty()
        || !change.deleted_indexes.is_empty()
        || replicas::are_changed(input);
    if !is_slow {
        description.table_status = Some(TableStatus::Active);
    }
    if input.sse_specification.is_some() {
        // A key that it has no more is shown until that is done
        // (test_dynamodb::TestDynamoDB::test_dynamodb_create_table_with_partial_sse_specification).
        let encryption = former.sse_description.or(description.sse_description.take());
        description.sse_description =
            encryption.map(|it| SseDescription { status: Some(SseStatus::Updating), ..it });
    }
    if input.table_class.is_some() {
        description.table_class_summary = former.table_class_summary;
    }
    if let Some(summary) = description.billing_mode_summary.as_mut().filter(|_| input.billing_mode.is_some())
    {
        summary.last_update_to_pay_per_request_date_time = None;
    } else if input.provisioned_throughput.is_some() {
        description.provisioned_throughput =
            stale(description.provisioned_throughput.take(), former.provisioned_throughput);
    }
    if let Some(asked) = &input.on_demand_throughput {
        let shown = |kept: Option<i64>, asked: Option<i64>| asked.filter(|it| *it == -1).or(kept);
        let kept = description.on_demand_throughput.take().unwrap_or_default();
        description.on_demand_throughput = Some(OnDemandThroughput {
            max_read_request_units: shown(kept.max_read_request_units, asked.max_read_request_units),
            max_write_request_units: shown(kept.max_write_request_units, asked.max_write_request_units),
        });
    }
    if input.warm_throughput.is_some() && description.warm_throughput != former.warm_throughput {
        description.warm_throughput = former
            .warm_throughput
            .map(|it| TableWarmThroughputDescription { status: Some(TableStatus::Updating), ..it });
    }
    show_indexes(description, former.global_secondary_indexes.unwrap_or_default(), change);
}

/// The same of indexes.
fn show_indexes(
    description: &mut TableDescription,
    former: Vec<GlobalSecondaryIndexDescription>,
    change: &TableChange,
) {
    let is_in = |names: &[String], name: &Option<String>| name.as_ref().is_some_and(|it| names.contains(it));
    let mut indexes = description.global_secondary_indexes.take().unwrap_or_default();
    for index in &mut indexes {
        if is_in(&change.created_indexes, &index.index_name) {
            index.index_status = Some(IndexStatus::Creating);
            index.backfilling = Some(false);
        }
        if is_in(&change.updated_indexes, &index.index_name) {
            index.index_status = Some(IndexStatus::Updating);
            let was = former.iter().find(|it| it.index_name == index.index_name);
            let was = was.and_then(|it| it.provisioned_throughput.clone());
            index.provisioned_throughput = stale(index.provisioned_throughput.take(), was);
        }
    }
    let deleted = former.into_iter().filter(|it| is_in(&change.deleted_indexes, &it.index_name));
    indexes.extend(
        deleted.map(|it| GlobalSecondaryIndexDescription { index_status: Some(IndexStatus::Deleting), ..it }),
    );
    description.global_secondary_indexes = Some(indexes).filter(|all| !all.is_empty());
}

/// The units that were, with the time of the change.
fn stale(
    is: Option<ProvisionedThroughputDescription>,
    was: Option<ProvisionedThroughputDescription>,
) -> Option<ProvisionedThroughputDescription> {
    let (is, was) = is.zip(was)?;
    Some(ProvisionedThroughputDescription {
        last_increase_date_time: is.last_increase_date_time,
        last_decrease_date_time: is.last_decrease_date_time,
        ..was
    })
}
