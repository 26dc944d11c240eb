//! Descriptions of tables, as requests have them, into the domain's.

use asf_api_dynamodb as api;

use crate::models::table::{BillingMode, Throughput};
use crate::models::{AttributeType, KeyType, table::StreamViewType};
use crate::tables::{
    AttributeDefinition, IndexRequest, IndexUpdate, KeySchemaElement, ProjectionRequest, ProjectionType,
    StreamSpecification,
};

// Values that the model does not have, and members that it wants, are refused before any of this.

pub(super) fn attributes(wire: Vec<api::AttributeDefinition>) -> Vec<AttributeDefinition> {
    let attribute = |it: api::AttributeDefinition| AttributeDefinition {
        name: it.attribute_name.unwrap_or_default(),
        attribute_type: match it.attribute_type {
            Some(api::ScalarAttributeType::N) => AttributeType::N,
            Some(api::ScalarAttributeType::B) => AttributeType::B,
            _ => AttributeType::S,
        },
    };
    wire.into_iter().map(attribute).collect()
}

pub(super) fn keys(wire: Vec<api::KeySchemaElement>) -> Vec<KeySchemaElement> {
    let element = |it: api::KeySchemaElement| KeySchemaElement {
        name: it.attribute_name.unwrap_or_default(),
        key_type: match it.key_type {
            Some(api::KeyType::Range) => KeyType::Range,
            _ => KeyType::Hash,
        },
    };
    wire.into_iter().map(element).collect()
}

fn projection(wire: Option<api::Projection>) -> ProjectionRequest {
    let wire = wire.unwrap_or_default();
    ProjectionRequest {
        projection_type: wire.projection_type.map(|it| match it {
            api::ProjectionType::KeysOnly => ProjectionType::KeysOnly,
            api::ProjectionType::Include => ProjectionType::Include,
            _ => ProjectionType::All,
        }),
        non_key_attributes: wire.non_key_attributes,
    }
}

pub(super) fn throughput(wire: &api::ProvisionedThroughput) -> Throughput {
    Throughput {
        read: wire.read_capacity_units.unwrap_or_default(),
        write: wire.write_capacity_units.unwrap_or_default(),
    }
}

pub(super) fn billing_mode(wire: &api::BillingMode) -> BillingMode {
    match wire {
        api::BillingMode::PayPerRequest => BillingMode::PayPerRequest,
        _ => BillingMode::Provisioned,
    }
}

pub(super) fn stream(wire: &api::StreamSpecification) -> StreamSpecification {
    let view = wire.stream_view_type.as_ref().map(|it| match it {
        api::StreamViewType::KeysOnly => StreamViewType::KeysOnly,
        api::StreamViewType::NewImage => StreamViewType::NewImage,
        api::StreamViewType::OldImage => StreamViewType::OldImage,
        _ => StreamViewType::NewAndOldImages,
    });
    StreamSpecification { enabled: wire.stream_enabled == Some(true), view }
}

pub(super) fn local_index(wire: api::LocalSecondaryIndex) -> IndexRequest {
    IndexRequest {
        name: wire.index_name.unwrap_or_default(),
        keys: keys(wire.key_schema.unwrap_or_default()),
        projection: projection(wire.projection),
        throughput: None,
    }
}

pub(super) fn global_index(wire: api::GlobalSecondaryIndex) -> IndexRequest {
    IndexRequest {
        name: wire.index_name.unwrap_or_default(),
        keys: keys(wire.key_schema.unwrap_or_default()),
        projection: projection(wire.projection),
        throughput: wire.provisioned_throughput.as_ref().map(throughput),
    }
}

pub(super) fn index_update(wire: api::GlobalSecondaryIndexUpdate) -> Option<IndexUpdate> {
    if let Some(create) = wire.create {
        return Some(IndexUpdate::Create(IndexRequest {
            name: create.index_name.unwrap_or_default(),
            keys: keys(create.key_schema.unwrap_or_default()),
            projection: projection(create.projection),
            throughput: create.provisioned_throughput.as_ref().map(throughput),
        }));
    }
    if let Some(update) = wire.update {
        let given = update.provisioned_throughput.as_ref().map(throughput).unwrap_or_default();
        return Some(IndexUpdate::Update(update.index_name.unwrap_or_default(), given));
    }
    wire.delete.map(|delete| IndexUpdate::Delete(delete.index_name.unwrap_or_default()))
}
