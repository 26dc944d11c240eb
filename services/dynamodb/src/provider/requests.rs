//! Descriptions of tables, as requests have them, into the domain's.

use asf_api_dynamodb as api;

use crate::error::DynamoError;
use crate::models::Units;
use crate::models::table::{BillingMode, Throughput};
use crate::models::{AttributeType, KeyType, table::StreamViewType};
use crate::tables::{
    AttributeDefinition, IndexChange, IndexRequest, IndexUpdate, KeySchemaElement, ProjectionRequest,
    ProjectionType, ProvisionRequest, StreamSpecification,
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

/// `OnDemandThroughput` and `WarmThroughput`
pub(super) fn provision(
    on_demand: Option<&api::OnDemandThroughput>,
    warm: Option<&api::WarmThroughput>,
) -> ProvisionRequest {
    ProvisionRequest {
        on_demand: on_demand
            .map(|it| Units { read: it.max_read_request_units, write: it.max_write_request_units }),
        warm: warm.map(|it| Units { read: it.read_units_per_second, write: it.write_units_per_second }),
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
        ..IndexRequest::default()
    }
}

pub(super) fn global_index(wire: api::GlobalSecondaryIndex) -> IndexRequest {
    IndexRequest {
        name: wire.index_name.unwrap_or_default(),
        keys: keys(wire.key_schema.unwrap_or_default()),
        projection: projection(wire.projection),
        throughput: wire.provisioned_throughput.as_ref().map(throughput),
        provision: provision(wire.on_demand_throughput.as_ref(), wire.warm_throughput.as_ref()),
    }
}

/// What a member of `GlobalSecondaryIndexUpdates` wants; `None` if it has no action.
///
/// # Errors
///
/// If it has several (quirks: DDB-TABLE-160).
pub(super) fn index_update(
    wire: api::GlobalSecondaryIndexUpdate,
) -> Result<Option<IndexUpdate>, DynamoError> {
    let update = match (wire.create, wire.update, wire.delete) {
        (Some(create), None, None) => IndexUpdate::Create(IndexRequest {
            name: create.index_name.unwrap_or_default(),
            keys: keys(create.key_schema.unwrap_or_default()),
            projection: projection(create.projection),
            throughput: create.provisioned_throughput.as_ref().map(throughput),
            provision: provision(create.on_demand_throughput.as_ref(), create.warm_throughput.as_ref()),
        }),
        (None, Some(update), None) => {
            let change = IndexChange {
                throughput: update.provisioned_throughput.as_ref().map(throughput),
                provision: provision(update.on_demand_throughput.as_ref(), update.warm_throughput.as_ref()),
            };
            IndexUpdate::Update(update.index_name.unwrap_or_default(), change)
        }
        (None, None, Some(delete)) => IndexUpdate::Delete(delete.index_name.unwrap_or_default()),
        (None, None, None) => return Ok(None),
        _ => {
            return Err(DynamoError::parameter(
                "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
            ));
        }
    };
    Ok(Some(update))
}
