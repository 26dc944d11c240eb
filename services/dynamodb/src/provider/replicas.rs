//! `ReplicaUpdates` of `UpdateTable`. Words that are not cited are from memory.

use std::str::FromStr as _;

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;
use asf_runtime::identity::Region;

use super::DynamoProvider;
use super::addressing::no_named_table;
use crate::error::DynamoError;
use crate::store::records::TableRecord;
use crate::store::tables::Rebuild;
use crate::store::{Address, OpenTable};

/// Adds replicas and removes them. `called` is the region that the request came to.
///
/// # Errors
///
/// If it is the region itself, or there is a table of that name there.
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    address: &Address,
    called: &Region,
    updates: &[ReplicationGroupUpdate],
) -> Result<(), DynamoError> {
    for update in updates {
        let (region, is_deleted) = match (&update.create, &update.update, &update.delete) {
            (Some(create), None, None) => (create.region_name.as_deref(), Some(false)),
            (None, Some(update), None) => (update.region_name.as_deref(), None),
            (None, None, Some(delete)) => (delete.region_name.as_deref(), Some(true)),
            _ => {
                return Err(DynamoError::parameter(
                    "One of ReplicaUpdate.Create, ReplicaUpdate.Update, ReplicaUpdate.Delete must not be null",
                ));
            }
        };
        let region = Region::new(region.unwrap_or_default());
        if region == *called {
            // aws/aws-cli#4906
            return Err(DynamoError::validation(
                "Cannot add, delete, or update the local region through ReplicaUpdates. Use CreateTable, DeleteTable, \
                 or UpdateTable as required.",
            ));
        }
        match is_deleted {
            Some(false) => add(provider, ctx, address, &region)?,
            Some(true) => remove(provider, address, &region)?,
            // What a replica has of its own is not kept.
            None => {}
        }
    }
    Ok(())
}

/// Adds a replica.
///
/// # Errors
///
/// If there is a table of that name.
pub(super) fn add(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    address: &Address,
    region: &Region,
) -> Result<(), DynamoError> {
    if provider.store.table(address).is_none() {
        return Err(no_named_table(address));
    }
    if *region == address.region || !provider.store.add_replica(address, region) {
        return Err(DynamoError::validation(format!(
            "Failed to create a the new replica of table with name: '{}' because one or more replicas already existed \
             as tables.",
            address.name
        )));
    }
    let now = ctx.clock().now();
    change(provider, address, |record| {
        record.replicas.insert(region.to_string(), now);
    })
}

/// Removes a replica. The region in which the table was made cannot go.
pub(super) fn remove(
    provider: &DynamoProvider,
    address: &Address,
    region: &Region,
) -> Result<(), DynamoError> {
    let table = provider.store.table(address).ok_or_else(|| no_named_table(address))?;
    if *region == address.region {
        return Err(source_region());
    }
    if !table.record.replicas.contains_key(region.as_str()) {
        return Err(DynamoError::validation(format!(
            "Update failed because replica in region {region} does not exist."
        )));
    }
    change(provider, address, |record| {
        record.replicas.remove(region.as_str());
    })?;
    provider.store.remove_replica(address, region);
    Ok(())
}

/// Of a table that has replicas: it cannot go before they do.
pub(super) fn source_region() -> DynamoError {
    DynamoError::validation(
        "Replica cannot be deleted because it has acted as a source region for new replica(s) being added to the table \
         in the last 24 hours.",
    )
}

pub(super) fn change(
    provider: &DynamoProvider,
    address: &Address,
    change: impl FnOnce(&mut TableRecord),
) -> Result<(), DynamoError> {
    let changed = provider.store.alter(address, |table| {
        let mut record = (*table.record).clone();
        change(&mut record);
        Ok::<_, DynamoError>((record, Rebuild::default()))
    })?;
    changed.map(|_| ()).ok_or_else(|| no_named_table(address))
}

/// `Replicas`: those in other regions than the one that is called.
pub(super) fn describe(table: &OpenTable, called: &Region) -> Option<Vec<ReplicaDescription>> {
    // A global table of 2017 has an operation of its own for that.
    if table.record.replicas.is_empty() || table.record.global.is_some() {
        return None;
    }
    let home = table.address.region.as_str();
    let all = std::iter::once(home).chain(table.record.replicas.keys().map(String::as_str));
    let replica = |region: &str| ReplicaDescription {
        region_name: Some(region.to_owned()),
        replica_status: ReplicaStatus::from_str("ACTIVE").ok(),
        ..ReplicaDescription::default()
    };
    Some(all.filter(|region| *region != called.as_str()).map(replica).collect())
}
