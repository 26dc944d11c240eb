//! `CreateTable`.

use super::indexes::{self, IndexRequest};
use super::provision::{Of, ProvisionRequest};
use super::throughput::Occasion;
use super::{names, throughput};
use crate::error::DynamoError;
use crate::models::table::{
    BillingMode, IndexKind, KeyAttribute, KeySchema, KeyType, StreamViewType, TableDescription, Throughput,
};
use crate::models::{AttributeType, Provision};

/// What a request wants of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateTable {
    /// `TableName`
    pub name: String,
    /// `AttributeDefinitions`
    pub attributes: Vec<AttributeDefinition>,
    /// `KeySchema`
    pub keys: Vec<KeySchemaElement>,
    /// `LocalSecondaryIndexes`
    pub local_indexes: Option<Vec<IndexRequest>>,
    /// `GlobalSecondaryIndexes`
    pub global_indexes: Option<Vec<IndexRequest>>,
    /// `BillingMode`
    pub billing_mode: Option<BillingMode>,
    /// `ProvisionedThroughput`
    pub throughput: Option<Throughput>,
    /// `OnDemandThroughput` and `WarmThroughput`
    pub provision: ProvisionRequest,
    /// `StreamSpecification`
    pub stream: Option<StreamSpecification>,
}

/// An attribute and its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeDefinition {
    /// `AttributeName`
    pub name: String,
    /// `AttributeType`: S, N or B.
    pub attribute_type: AttributeType,
}

/// An attribute and its role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySchemaElement {
    /// `AttributeName`
    pub name: String,
    /// `KeyType`
    pub key_type: KeyType,
}

/// Whether there is to be a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSpecification {
    /// `StreamEnabled`
    pub enabled: bool,
    /// `StreamViewType`
    pub view: Option<StreamViewType>,
}

impl CreateTable {
    /// The table that the request asks for.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in AWS's words and, as far as known, its order.
    pub fn check(self) -> Result<TableDescription, DynamoError> {
        names::check_table_name(&self.name)?;
        check_length(&self.keys, "keySchema")?;
        let mode = self.billing_mode.unwrap_or_default();
        let throughput = throughput::of_table(mode, self.throughput, Occasion::CreateTable)?;
        let provision = Provision::new(mode, throughput, self.provision, Of::Table)?;
        let definitions = Definitions::new(self.attributes)?;
        let keys = definitions.keys(&self.keys)?;
        if self.local_indexes.is_none() && self.global_indexes.is_none() {
            definitions.check_count(&keys)?;
        }
        for (requests, kind) in
            [(&self.local_indexes, IndexKind::Local), (&self.global_indexes, IndexKind::Global)]
        {
            requests.as_deref().map_or(Ok(()), |all| indexes::check_shape(all, kind, &keys))?;
        }
        // What is defined and not used comes before all else that is wrong with an index (quirks: DDB-TABLE-127).
        let all = || self.local_indexes.iter().chain(&self.global_indexes).flatten();
        all().try_for_each(|index| definitions.check_defined(&index.keys))?;
        definitions.check_used(&self.keys, all().map(|index| index.keys.as_slice()))?;
        let mut indexes = Vec::new();
        if let Some(requests) = self.local_indexes {
            indexes::add(&mut indexes, requests, IndexKind::Local, &keys, &definitions, mode)?;
        }
        if let Some(requests) = self.global_indexes {
            indexes::add(&mut indexes, requests, IndexKind::Global, &keys, &definitions, mode)?;
        }
        indexes::check_together(&indexes)?;
        let stream = self.stream.map(StreamSpecification::check_new).transpose()?.flatten();
        Ok(TableDescription {
            name: self.name,
            attributes: definitions.sorted(),
            keys,
            indexes,
            billing_mode: mode,
            throughput,
            provision,
            stream,
        })
    }
}

/// Since November 2025 global indexes can have keys of several attributes; here none can, which this says as
/// AWS said it before (conformance: 2026-08-12-wording-drift).
pub(super) fn check_length(keys: &[KeySchemaElement], at: &str) -> Result<(), DynamoError> {
    let shown = |element: &KeySchemaElement| {
        let key_type = if element.key_type == KeyType::Hash { "HASH" } else { "RANGE" };
        format!("KeySchemaElement(attributeName={}, keyType={key_type})", element.name)
    };
    let constraint = match keys.len() {
        0 => "Member must have length greater than or equal to 1",
        1 | 2 => return Ok(()),
        _ => "Member must have length less than or equal to 2",
    };
    let shown = keys.iter().map(shown).collect::<Vec<_>>().join(", ");
    Err(names::constraint_error(&format!("[{shown}]"), at, constraint))
}

impl StreamSpecification {
    /// What the stream of a new table shows, if there is to be one (quirks: DDB-TABLE-442).
    fn check_new(self) -> Result<Option<StreamViewType>, DynamoError> {
        self.check(
            "Table is being created with a stream enabled, UpdateViewType is required",
            "Table is being created with a stream disabled, UpdateViewType should not be specified",
        )
    }

    /// What the stream shows from now on, if there is to be one (quirks: DDB-TABLE-050).
    pub(super) fn check_changed(self) -> Result<Option<StreamViewType>, DynamoError> {
        self.check(
            "If stream is being enabled then UpdateViewType is required",
            "If stream is being disabled, then UpdateViewType must not be specified",
        )
    }

    fn check(self, missing: &str, unwanted: &str) -> Result<Option<StreamViewType>, DynamoError> {
        match (self.enabled, self.view) {
            (true, None) => Err(DynamoError::parameter(missing)),
            (false, Some(_)) => Err(DynamoError::parameter(unwanted)),
            (_, view) => Ok(view),
        }
    }
}

/// `AttributeDefinitions`: which attributes are keys of something, and their types.
pub(super) struct Definitions(pub(super) Vec<KeyAttribute>);

impl Definitions {
    pub(super) fn new(attributes: Vec<AttributeDefinition>) -> Result<Self, DynamoError> {
        let mut definitions: Vec<KeyAttribute> = Vec::with_capacity(attributes.len());
        for AttributeDefinition { name, attribute_type } in attributes {
            if definitions.iter().any(|it| it.name == name) {
                // (quirks: DDB-TABLE-127)
                return Err(DynamoError::validation(format!("Attribute Name is duplicated: {name}")));
            }
            definitions.push(KeyAttribute { name, attribute_type });
        }
        Ok(Self(definitions))
    }

    /// By their names, as answers have them (quirks: DDB-TABLE-125).
    pub(super) fn sorted(mut self) -> Vec<KeyAttribute> {
        self.0.sort_by(|one, other| one.name.cmp(&other.name));
        self.0
    }

    pub(super) fn get(&self, name: &str) -> Option<&KeyAttribute> {
        self.0.iter().find(|it| it.name == name)
    }

    fn names(&self) -> String {
        joined(self.0.iter().map(|it| it.name.as_str()))
    }

    /// The keys of a table.
    fn keys(&self, elements: &[KeySchemaElement]) -> Result<KeySchema, DynamoError> {
        // With fewer definitions than keys AWS says this; with enough, but others, the longer text.
        if self.0.len() < elements.len() {
            return Err(DynamoError::validation(
                "Invalid KeySchema: Some index key attribute have no definition",
            ));
        }
        self.check_defined(elements)?;
        self.schema(elements)
    }

    pub(super) fn check_defined(&self, elements: &[KeySchemaElement]) -> Result<(), DynamoError> {
        if elements.iter().all(|element| self.get(&element.name).is_some()) {
            return Ok(());
        }
        Err(DynamoError::parameter(format_args!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], AttributeDefinitions: \
             [{}]",
            joined(elements.iter().map(|element| element.name.as_str())),
            self.names()
        )))
    }

    /// A schema of one or two elements, all of which are defined.
    pub(super) fn schema(&self, elements: &[KeySchemaElement]) -> Result<KeySchema, DynamoError> {
        let undefined =
            || DynamoError::validation("Invalid KeySchema: Some index key attribute have no definition");
        let attribute = |element: &KeySchemaElement| self.get(&element.name).cloned().ok_or_else(undefined);
        let (first, second) = match elements {
            [first] => (first, None),
            [first, second] => (first, Some(second)),
            _ => return Err(undefined()),
        };
        if first.key_type != KeyType::Hash {
            return Err(DynamoError::validation(
                "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
            ));
        }
        if let Some(second) = second {
            if first.name == second.name {
                return Err(DynamoError::validation(
                    "Both the Hash Key and the Range Key element in the KeySchema have the same name",
                ));
            }
            if second.key_type != KeyType::Range {
                return Err(DynamoError::validation(
                    "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
                ));
            }
        }
        Ok(KeySchema { partition: attribute(first)?, sort: second.map(attribute).transpose()? })
    }

    /// Without indexes, that the keys of the table are all that is defined.
    fn check_count(&self, keys: &KeySchema) -> Result<(), DynamoError> {
        if self.0.len() == keys.iter().count() {
            return Ok(());
        }
        Err(DynamoError::parameter(
            "Number of attributes in KeySchema does not exactly match number of attributes defined in \
             AttributeDefinitions",
        ))
    }

    /// That all are keys of something (quirks: DDB-TABLE-127).
    fn check_used<'k>(
        &self,
        table: &'k [KeySchemaElement],
        indexes: impl Iterator<Item = &'k [KeySchemaElement]>,
    ) -> Result<(), DynamoError> {
        let mut used: Vec<&str> = Vec::new();
        for key in std::iter::once(table).chain(indexes).flatten() {
            if !used.contains(&key.name.as_str()) {
                used.push(&key.name);
            }
        }
        if self.0.iter().all(|it| used.contains(&it.name.as_str())) {
            return Ok(());
        }
        Err(DynamoError::parameter(format_args!(
            "Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
            self.names(),
            joined(used.into_iter())
        )))
    }
}

fn joined<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
