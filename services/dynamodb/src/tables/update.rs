//! `UpdateTable`.

use super::create::{AttributeDefinition, Definitions, StreamSpecification, check_length};
use super::indexes::{self, IndexRequest};
use super::{names, throughput};
use crate::error::{DynamoError, ErrorKind};
use crate::limits;
use crate::models::table::{
    BillingMode, Index, IndexKind, KeyAttribute, StreamViewType, TableDescription, Throughput,
};

/// What a request wants changed in a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateTable {
    /// `AttributeDefinitions`, for the keys of new indexes.
    pub attributes: Option<Vec<AttributeDefinition>>,
    /// `BillingMode`
    pub billing_mode: Option<BillingMode>,
    /// `ProvisionedThroughput`
    pub throughput: Option<Throughput>,
    /// `GlobalSecondaryIndexUpdates`; `None` where a member has none of the three actions.
    pub index_updates: Vec<Option<IndexUpdate>>,
    /// `StreamSpecification`
    pub stream: Option<StreamSpecification>,
    /// Whether the request has something else that this does not look at: `SSESpecification`,
    /// `ReplicaUpdates`, `TableClass`, `DeletionProtectionEnabled` and so on.
    pub has_other_changes: bool,
}

/// What is to become of a global index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexUpdate {
    /// It is to be made, and filled from the table.
    Create(IndexRequest),
    /// Its throughput is to change.
    Update(String, Throughput),
    /// It is to go.
    Delete(String),
}

impl IndexUpdate {
    fn name(&self) -> &str {
        match self {
            Self::Create(request) => &request.name,
            Self::Update(name, _) | Self::Delete(name) => name,
        }
    }
}

/// The table as it is to be, and what has to be done for that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableChange {
    /// With new indexes, and without deleted ones.
    pub table: TableDescription,
    /// Names of indexes that have to be filled.
    pub created_indexes: Vec<String>,
    /// Names of indexes that are gone.
    pub deleted_indexes: Vec<String>,
    /// What the stream is to show, if the request says: `Some(None)` ends it.
    pub stream: Option<Option<StreamViewType>>,
}

impl UpdateTable {
    /// What the request makes of a table.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in AWS's words.
    pub fn check(self, table: &TableDescription) -> Result<TableChange, DynamoError> {
        let updates = self.checked_index_updates()?;
        let mut change = TableChange {
            table: table.clone(),
            created_indexes: Vec::new(),
            deleted_indexes: Vec::new(),
            stream: None,
        };
        if let Some(mode) = self.billing_mode {
            change.table.billing_mode = mode;
        }
        let mode = change.table.billing_mode;
        if self.throughput.is_some() || mode != table.billing_mode {
            change.table.throughput = throughput::of_table(mode, self.throughput)?;
        }
        if let Some(given) = self.throughput
            && mode == table.billing_mode
            && given == table.throughput
            && updates.is_empty()
        {
            return Err(unchanged(given));
        }
        let definitions = merged(&table.attributes, self.attributes.unwrap_or_default())?;
        for update in updates {
            apply(&mut change, update, &definitions)?;
        }
        check_limits(&change)?;
        // An index that came with a table paid for by request has nothing of its own yet.
        if mode != table.billing_mode {
            for index in change.table.indexes.iter_mut().filter(|index| index.kind == IndexKind::Global) {
                let given = index.throughput.filter(|it| it.read > 0);
                index.throughput = match mode {
                    BillingMode::PayPerRequest => Some(Throughput::default()),
                    BillingMode::Provisioned => Some(throughput::of_index(mode, given, &index.name)?),
                };
            }
        }
        let keys = change.table.indexes.iter().map(|index| &index.keys);
        let is_used = |attribute: &KeyAttribute| {
            std::iter::once(&change.table.keys)
                .chain(keys.clone())
                .any(|keys| keys.get(&attribute.name).is_some())
        };
        change.table.attributes = definitions.0.into_iter().filter(is_used).collect();
        if let Some(stream) = self.stream {
            change.stream = Some(stream.check()?);
            change.table.stream = change.stream.flatten();
        }
        Ok(change)
    }

    fn checked_index_updates(&self) -> Result<Vec<IndexUpdate>, DynamoError> {
        let is_empty = self.billing_mode.is_none()
            && self.throughput.is_none()
            && self.index_updates.is_empty()
            && self.stream.is_none()
            && !self.has_other_changes;
        if is_empty {
            // Without the last of them (asserted); with it, from memory.
            return Err(DynamoError::validation(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                 GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required",
            ));
        }
        let mut updates: Vec<IndexUpdate> = Vec::with_capacity(self.index_updates.len());
        for (position, update) in self.index_updates.iter().enumerate() {
            let Some(update) = update else {
                return Err(DynamoError::parameter(
                    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                     GlobalSecondaryIndexUpdate.Delete must not be null",
                ));
            };
            let member = format!("globalSecondaryIndexUpdates.{}.member", position + 1);
            let action = match update {
                IndexUpdate::Create(request) => {
                    check_length(&request.keys, &format!("{member}.create.keySchema"))?;
                    "create"
                }
                IndexUpdate::Update(..) => "update",
                IndexUpdate::Delete(_) => "delete",
            };
            names::check_index_name(update.name(), &format!("{member}.{action}"))?;
            if updates.iter().any(|other| other.name() == update.name()) {
                return Err(DynamoError::parameter(format_args!(
                    "Only one global secondary index update per index is allowed simultaneously. Index: {}",
                    update.name()
                )));
            }
            updates.push(update.clone());
        }
        Ok(updates)
    }
}

/// From memory.
fn unchanged(given: Throughput) -> DynamoError {
    let Throughput { read, write } = given;
    DynamoError::validation(format!(
        "The provisioned throughput for the table will not change. The requested value equals the current value. \
         Current ReadCapacityUnits provisioned for the table: {read}. Requested ReadCapacityUnits: {read}. Current \
         WriteCapacityUnits provisioned for the table: {write}. Requested WriteCapacityUnits: {write}. Refer to the \
         Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    ))
}

/// What the table has defined, and what the request adds. A type that has been given stays.
fn merged(known: &[KeyAttribute], given: Vec<AttributeDefinition>) -> Result<Definitions, DynamoError> {
    let mut definitions = Definitions::new(given)?;
    for attribute in known {
        match definitions.0.iter_mut().find(|it| it.name == attribute.name) {
            Some(it) if it.attribute_type == attribute.attribute_type => {}
            Some(_) => {
                // From memory.
                return Err(DynamoError::parameter(format_args!(
                    "Attribute type of {} cannot be changed: it is a key",
                    attribute.name
                )));
            }
            None => definitions.0.push(attribute.clone()),
        }
    }
    Ok(definitions)
}

fn apply(
    change: &mut TableChange,
    update: IndexUpdate,
    definitions: &Definitions,
) -> Result<(), DynamoError> {
    let mode = change.table.billing_mode;
    let position = |indexes: &[Index], name: &str| {
        indexes.iter().position(|it| it.name == name && it.kind == IndexKind::Global)
    };
    // From memory.
    let missing = || DynamoError::new(ErrorKind::ResourceNotFound, "Requested resource not found");
    match update {
        IndexUpdate::Create(request) => {
            if change.table.index(&request.name).is_some() {
                // From memory.
                return Err(DynamoError::validation("Attempting to create an index which already exists"));
            }
            let index = indexes::index(request, IndexKind::Global, &change.table.keys, definitions, mode)?;
            change.created_indexes.push(index.name.clone());
            change.table.indexes.push(index);
        }
        IndexUpdate::Update(name, given) => {
            let position = position(&change.table.indexes, &name).ok_or_else(missing)?;
            change.table.indexes[position].throughput = Some(throughput::of_index(mode, Some(given), &name)?);
        }
        IndexUpdate::Delete(name) => {
            let position = position(&change.table.indexes, &name).ok_or_else(missing)?;
            change.table.indexes.remove(position);
            change.deleted_indexes.push(name);
        }
    }
    Ok(())
}

fn check_limits(change: &TableChange) -> Result<(), DynamoError> {
    if change.created_indexes.len() + change.deleted_indexes.len() > 1 {
        // From memory.
        return Err(DynamoError::new(
            ErrorKind::LimitExceeded,
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        ));
    }
    let global = change.table.indexes.iter().filter(|index| index.kind == IndexKind::Global).count();
    if global > limits::GLOBAL_INDEXES {
        return Err(DynamoError::parameter(format_args!(
            "GlobalSecondaryIndex count exceeds the per-table limit of {}",
            limits::GLOBAL_INDEXES
        )));
    }
    indexes::check_together(&change.table.indexes)
}
