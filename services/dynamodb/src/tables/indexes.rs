//! Secondary indexes.

use super::create::{Definitions, KeySchemaElement, check_length};
use super::provision::{Of, ProvisionRequest};
use super::throughput::Occasion;
use super::{names, throughput};
use crate::error::DynamoError;
use crate::limits;
use crate::models::table::{BillingMode, Index, IndexKind, Projection, Throughput};
use crate::models::{KeySchema, Provision};

/// What a request wants of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexRequest {
    /// `IndexName`
    pub name: String,
    /// `KeySchema`
    pub keys: Vec<KeySchemaElement>,
    /// `Projection`
    pub projection: ProjectionRequest,
    /// `ProvisionedThroughput`, which local indexes do not have.
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughput` and `WarmThroughput`, which local indexes do not have.
    pub provision: ProvisionRequest,
}

/// What an index is to have besides keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectionRequest {
    /// `ProjectionType`
    pub projection_type: Option<ProjectionType>,
    /// `NonKeyAttributes`
    pub non_key_attributes: Option<Vec<String>>,
}

/// How much an index has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the service's values")]
pub enum ProjectionType {
    All,
    KeysOnly,
    Include,
}

/// That indexes of one kind have names and keys, that there are some, and that the table can have them.
pub(super) fn check_shape(
    requests: &[IndexRequest],
    kind: IndexKind,
    table: &KeySchema,
) -> Result<(), DynamoError> {
    let (list, member) = match kind {
        IndexKind::Local => ("LocalSecondaryIndexes", "localSecondaryIndexes"),
        IndexKind::Global => ("GlobalSecondaryIndexes", "globalSecondaryIndexes"),
    };
    for (position, request) in requests.iter().enumerate() {
        let member = format!("{member}.{}.member", position + 1);
        names::check_index_name(&request.name, &member)?;
        check_length(&request.keys, &format!("{member}.keySchema"))?;
    }
    if requests.is_empty() {
        return Err(DynamoError::parameter(format_args!("List of {list} is empty")));
    }
    if kind == IndexKind::Local && table.sort.is_none() {
        // (conformance: createTable)
        return Err(DynamoError::parameter(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ));
    }
    Ok(())
}

/// Adds the indexes of one kind to those that a table has.
pub(super) fn add(
    indexes: &mut Vec<Index>,
    requests: Vec<IndexRequest>,
    kind: IndexKind,
    table: &KeySchema,
    definitions: &Definitions,
    mode: BillingMode,
) -> Result<(), DynamoError> {
    let count = requests.len();
    for request in requests {
        let index = index(request, kind, table, definitions, (mode, Occasion::CreateTable))?;
        if indexes.iter().any(|other| other.name == index.name) {
            // (conformance: createTable)
            return Err(DynamoError::parameter(format_args!("Duplicate index name: {}", index.name)));
        }
        indexes.push(index);
    }
    match kind {
        IndexKind::Local if count > limits::LOCAL_INDEXES => Err(DynamoError::parameter(format_args!(
            "Number of LocalSecondaryIndexes exceeds per-table limit of {}",
            limits::LOCAL_INDEXES
        ))),
        IndexKind::Global if count > limits::GLOBAL_INDEXES => Err(DynamoError::parameter(format_args!(
            "GlobalSecondaryIndex count exceeds the per-table limit of {}",
            limits::GLOBAL_INDEXES
        ))),
        _ => Ok(()),
    }
}

/// One index by itself.
pub(super) fn index(
    request: IndexRequest,
    kind: IndexKind,
    table: &KeySchema,
    definitions: &Definitions,
    (mode, occasion): (BillingMode, Occasion),
) -> Result<Index, DynamoError> {
    let IndexRequest { name, keys, projection, throughput, provision } = request;
    definitions.check_defined(&keys)?;
    let keys = definitions.schema(&keys)?;
    if kind == IndexKind::Local {
        if keys.sort.is_none() {
            return Err(DynamoError::parameter(format_args!(
                "Index KeySchema does not have a range key for index: {name}"
            )));
        }
        if keys.partition != table.partition {
            return Err(DynamoError::parameter(format_args!(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index \
                 hash key: {}, table hash key: {}",
                keys.partition.name, table.partition.name
            )));
        }
    }
    let projection = projection.check()?;
    if kind == IndexKind::Local {
        let provision = Provision::default();
        return Ok(Index { name, kind, keys, projection, throughput: None, provision });
    }
    let units = throughput::of_index(mode, throughput, &name, occasion)?;
    let provision = Provision::new(mode, units, provision, Of::Index(&name))?;
    Ok(Index { name, kind, keys, projection, throughput: Some(units), provision })
}

impl ProjectionRequest {
    /// Whether it is the same as that of an index.
    pub(crate) fn is(&self, projection: &Projection) -> bool {
        self.clone().check().is_ok_and(|it| it == *projection)
    }

    fn check(self) -> Result<Projection, DynamoError> {
        let refuse = |reason: &str| Err(DynamoError::parameter(reason));
        match (self.projection_type, self.non_key_attributes) {
            (None, _) => refuse("Unknown ProjectionType: null"),
            (Some(ProjectionType::All), None) => Ok(Projection::All),
            (Some(ProjectionType::KeysOnly), None) => Ok(Projection::KeysOnly),
            (Some(ProjectionType::Include), Some(mut names)) => {
                // As answers have them (quirks: DDB-TABLE-125).
                names.sort_unstable();
                match names.windows(2).find(|pair| pair[0] == pair[1]) {
                    // (quirks: DDB-TABLE-442)
                    Some(pair) => refuse(&format!("Duplicate element in NonKeyAttributes: {}", pair[0])),
                    None => Ok(Projection::Include(names)),
                }
            }
            (Some(ProjectionType::All), Some(_)) => {
                refuse("ProjectionType is ALL, but NonKeyAttributes is specified")
            }
            (Some(ProjectionType::KeysOnly), Some(_)) => {
                refuse("ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified")
            }
            // (quirks: DDB-TABLE-442)
            (Some(ProjectionType::Include), None) => {
                refuse("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
            }
        }
    }
}

/// What all indexes of a table may have together (words from memory).
pub(super) fn check_together(indexes: &[Index]) -> Result<(), DynamoError> {
    let projected = indexes.iter().map(|index| match &index.projection {
        Projection::Include(names) => names.len(),
        Projection::All | Projection::KeysOnly => 0,
    });
    if projected.sum::<usize>() > limits::PROJECTED_ATTRIBUTES {
        return Err(DynamoError::parameter(format_args!(
            "The total number of projected attributes of all indexes exceeds the per-table limit of {}",
            limits::PROJECTED_ATTRIBUTES
        )));
    }
    Ok(())
}
