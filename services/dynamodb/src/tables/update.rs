//! `UpdateTable`.

use super::create::{AttributeDefinition, Definitions, StreamSpecification, check_length};
use super::indexes::{self, IndexRequest};
use super::provision::{Of, ProvisionRequest};
use super::throughput::Occasion;
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
    /// `OnDemandThroughput` and `WarmThroughput`
    pub provision: ProvisionRequest,
    /// `GlobalSecondaryIndexUpdates`; `None` where a member has none of the three actions.
    pub index_updates: Option<Vec<Option<IndexUpdate>>>,
    /// `StreamSpecification`
    pub stream: Option<StreamSpecification>,
    /// What this does not look at, but for its being there.
    pub others: OtherChanges,
}

/// What else a request can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OtherChanges {
    /// `SSESpecification`
    pub encryption: bool,
    /// `TableClass`
    pub class: bool,
    /// `DeletionProtectionEnabled`
    pub protection: bool,
    /// `ReplicaUpdates` or `GlobalTableWitnessUpdates`
    pub replicas: bool,
    /// `GlobalTableSettingsReplicationMode`
    pub replication_mode: bool,
    /// `MultiRegionConsistency`, which is no change by itself.
    pub consistency: bool,
}

/// What is to become of a global index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexUpdate {
    /// It is to be made, and filled from the table.
    Create(IndexRequest),
    /// Its capacity is to change.
    Update(String, IndexChange),
    /// It is to go.
    Delete(String),
}

/// What is to change of a global index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IndexChange {
    /// `ProvisionedThroughput`
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughput` and `WarmThroughput`
    pub provision: ProvisionRequest,
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
    /// Names of indexes whose capacity changes.
    pub updated_indexes: Vec<String>,
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
        self.check_alone(&updates)?;
        let stream = self.stream.map(StreamSpecification::check_changed).transpose()?;
        let mut change = TableChange {
            table: table.clone(),
            created_indexes: Vec::new(),
            deleted_indexes: Vec::new(),
            updated_indexes: Vec::new(),
            stream: None,
        };
        if let Some(mode) = self.billing_mode {
            change.table.billing_mode = mode;
        }
        let mode = change.table.billing_mode;
        if self.throughput.is_some() || self.billing_mode.is_some() {
            change.table.throughput = throughput::of_table(mode, self.throughput, Occasion::UpdateTable)?;
        }
        if let Some(given) = self.throughput
            && mode == table.billing_mode
            && given == table.throughput
            && updates.is_empty()
        {
            return Err(unchanged("the table", "for the table", given));
        }
        change.table.provision.change(mode, self.provision, Of::Table)?;
        if updates.iter().any(|it| matches!(it, IndexUpdate::Create(_))) && self.attributes.is_none() {
            let mut created = updates.iter().filter(|it| matches!(it, IndexUpdate::Create(_)));
            // (quirks: DDB-TABLE-162)
            return Err(DynamoError::parameter(format_args!(
                "AttributeDefinitions is not specified for index: {}",
                created.next().map_or("", IndexUpdate::name)
            )));
        }
        // They are asked for the keys of new indexes only; what is said of others does not matter
        // (quirks: DDB-TABLE-162, 358).
        let definitions = merged(&table.attributes, self.attributes.unwrap_or_default())?;
        for update in updates {
            apply(&mut change, update, &definitions, table.billing_mode)?;
        }
        check_limits(&change)?;
        // An index that came with a table paid for by request has nothing of its own yet.
        if mode != table.billing_mode {
            for index in change.table.indexes.iter_mut().filter(|index| index.kind == IndexKind::Global) {
                let given = index.throughput.filter(|it| it.read > 0);
                index.throughput = match mode {
                    BillingMode::PayPerRequest => Some(Throughput::default()),
                    BillingMode::Provisioned => {
                        Some(throughput::of_index(mode, given, &index.name, Occasion::Switch)?)
                    }
                };
            }
        }
        let keys = change.table.indexes.iter().map(|index| &index.keys);
        let is_used = |attribute: &KeyAttribute| {
            std::iter::once(&change.table.keys)
                .chain(keys.clone())
                .any(|keys| keys.get(&attribute.name).is_some())
        };
        change.table.attributes = definitions.sorted().into_iter().filter(is_used).collect();
        if let Some(stream) = stream {
            change.stream = Some(stream);
            change.table.stream = stream;
        }
        Ok(change)
    }

    fn checked_index_updates(&self) -> Result<Vec<IndexUpdate>, DynamoError> {
        let given = self.index_updates.as_deref();
        let OtherChanges { encryption, class, protection, replicas, replication_mode, .. } = self.others;
        let has_others = self.billing_mode.is_some()
            || self.throughput.is_some()
            || self.provision != ProvisionRequest::default()
            || self.stream.is_some()
            || [encryption, class, protection, replicas, replication_mode].contains(&true);
        if given.is_none_or(<[_]>::is_empty) && !has_others {
            // The list is without what is there and does not count (quirks: DDB-TABLE-442).
            let consistency = if self.others.consistency { "" } else { "MultiRegionConsistency, " };
            return Err(DynamoError::validation(format!(
                "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                 GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, \
                 ReplicaTransitRoleArn, {consistency}DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or \
                 TableClass is required"
            )));
        }
        if given.is_some_and(<[_]>::is_empty) {
            // (quirks: DDB-TABLE-359)
            return Err(DynamoError::parameter("List of GlobalSecondaryIndexUpdates is empty"));
        }
        let given = given.unwrap_or_default();
        let mut updates: Vec<IndexUpdate> = Vec::with_capacity(given.len());
        for (position, update) in given.iter().enumerate() {
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

    /// That changes which AWS makes one at a time are not asked for together (quirks: DDB-TABLE-174, 224, 382, 433).
    fn check_alone(&self, updates: &[IndexUpdate]) -> Result<(), DynamoError> {
        let OtherChanges { encryption, class, protection, replicas, .. } = self.others;
        let ProvisionRequest { on_demand, warm } = self.provision;
        let units = self.throughput.is_some() || self.billing_mode == Some(BillingMode::Provisioned);
        let changes = [
            self.billing_mode.is_some() || self.throughput.is_some(),
            !updates.is_empty(),
            self.stream.is_some(),
            encryption,
            class,
            protection,
            on_demand.is_some(),
            warm.is_some(),
            replicas,
        ];
        if changes.iter().filter(|it| **it).count() < 2 {
            return Ok(());
        }
        let creates = updates.iter().any(|it| matches!(it, IndexUpdate::Create(_)));
        let rebuilds = creates || updates.iter().any(|it| matches!(it, IndexUpdate::Delete(_)));
        let reason = if replicas {
            "Replica modification must be the only operation in the request"
        } else if encryption {
            "Server-Side Encryption modification must be the only operation in the request"
        } else if class {
            "TableClass modification must be the only operation in the request"
        } else if protection {
            "DeletionProtection modification must be the only operation in the request"
        } else if warm.is_some() && creates {
            "Create global secondary index cannot be specified when updating WarmThroughput"
        } else if warm.is_some() && on_demand.is_none() {
            "WarmThroughput must be the only operation in the request"
        } else if on_demand.is_some()
            && (warm.is_some() || self.stream.is_some() || self.throughput.is_some())
        {
            "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request"
        } else if self.stream.is_some() && units {
            "You cannot modify stream status while updating table IOPS"
        } else if rebuilds && self.throughput.is_some() && self.billing_mode.is_none() {
            "You cannot create or delete index while updating table IOPS"
        } else if rebuilds && self.stream.is_some() {
            "You cannot create or delete index while changing stream status"
        } else {
            return Ok(());
        };
        Err(DynamoError::parameter(reason))
    }
}

/// (quirks: DDB-TABLE-164, 442; the end of what is said of an index is that of a table.)
fn unchanged(what: &str, for_what: &str, given: Throughput) -> DynamoError {
    let Throughput { read, write } = given;
    DynamoError::validation(format!(
        "The provisioned throughput for {what} will not change. The requested value equals the current value. \
         Current ReadCapacityUnits provisioned {for_what}: {read}. Requested ReadCapacityUnits: {read}. Current \
         WriteCapacityUnits provisioned {for_what}: {write}. Requested WriteCapacityUnits: {write}. Refer to the \
         Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    ))
}

/// What the table has defined, and what the request adds. A type that has been given stays.
fn merged(known: &[KeyAttribute], given: Vec<AttributeDefinition>) -> Result<Definitions, DynamoError> {
    let mut definitions = Definitions::new(given)?;
    for attribute in known {
        match definitions.0.iter_mut().find(|it| it.name == attribute.name) {
            Some(it) => it.attribute_type = attribute.attribute_type,
            None => definitions.0.push(attribute.clone()),
        }
    }
    Ok(definitions)
}

fn apply(
    change: &mut TableChange,
    update: IndexUpdate,
    definitions: &Definitions,
    former_mode: BillingMode,
) -> Result<(), DynamoError> {
    let mode = change.table.billing_mode;
    // (quirks: DDB-TABLE-137, 446)
    let position = |table: &TableDescription, name: &str, action: &str| match table
        .indexes
        .iter()
        .position(|it| it.name == name)
    {
        Some(position) if table.indexes[position].kind == IndexKind::Global => Ok(position),
        Some(_) => Err(DynamoError::validation(format!(
            "Cannot {action} an index that is not a GlobalSecondaryIndex: {name}"
        ))),
        None => Err(DynamoError::new(
            ErrorKind::ResourceNotFound,
            format!("Requested resource not found: Index {name} for table {}", table.name),
        )),
    };
    match update {
        IndexUpdate::Create(request) => {
            if change.table.index(&request.name).is_some() {
                // (quirks: DDB-TABLE-137)
                return Err(DynamoError::validation("Attempting to create an index which already exists"));
            }
            let occasion = (mode, Occasion::UpdateTable);
            let index =
                indexes::index(request, IndexKind::Global, &change.table.keys, definitions, occasion)?;
            change.created_indexes.push(index.name.clone());
            change.table.indexes.push(index);
        }
        IndexUpdate::Update(name, wanted) => {
            let position = position(&change.table, &name, "update")?;
            let index = &mut change.table.indexes[position];
            update_index(index, wanted, mode, former_mode)?;
            change.updated_indexes.push(name);
        }
        IndexUpdate::Delete(name) => {
            let position = position(&change.table, &name, "delete")?;
            change.table.indexes.remove(position);
            change.deleted_indexes.push(name);
        }
    }
    Ok(())
}

/// Changes the capacity of an index.
fn update_index(
    index: &mut Index,
    wanted: IndexChange,
    mode: BillingMode,
    former_mode: BillingMode,
) -> Result<(), DynamoError> {
    let IndexChange { throughput: units, provision } = wanted;
    if let Some(warm) = provision.warm
        && warm.are_none()
    {
        // (quirks: DDB-TABLE-457)
        return Err(DynamoError::parameter(format_args!(
            "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: {}",
            index.name
        )));
    }
    let is_some = [provision.on_demand, provision.warm].iter().flatten().any(|it| !it.are_none());
    if mode == BillingMode::PayPerRequest && (units.is_some() || !is_some) {
        // (quirks: DDB-TABLE-152, 457)
        return Err(DynamoError::parameter(format_args!(
            "The only Updates for index: {} when TableThroughputMode is PAY_PER_REQUEST can be to \
             OnDemandThroughput, WarmThroughput",
            index.name
        )));
    }
    if let Some(units) = units {
        if index.throughput == Some(units) && mode == former_mode {
            let name = &index.name;
            return Err(unchanged(&format!("the index {name}"), &format!("for index {name}"), units));
        }
        let units = throughput::of_index(mode, Some(units), &index.name, Occasion::UpdateTable)?;
        index.throughput = Some(units);
    }
    let name = index.name.clone();
    index.provision.change(mode, provision, Of::Index(&name))
}

fn check_limits(change: &TableChange) -> Result<(), DynamoError> {
    let refuse = |message: String| Err(DynamoError::new(ErrorKind::LimitExceeded, message));
    if change.created_indexes.len() + change.deleted_indexes.len() > 1 {
        // (quirks: DDB-TABLE-159)
        return refuse(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
                .to_owned(),
        );
    }
    let global = change.table.indexes.iter().filter(|index| index.kind == IndexKind::Global).count();
    if global > limits::GLOBAL_INDEXES {
        // (quirks: DDB-TABLE-443)
        return refuse(format!(
            "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of {}",
            limits::GLOBAL_INDEXES
        ));
    }
    indexes::check_together(&change.table.indexes)
}
