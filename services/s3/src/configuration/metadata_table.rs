//! Metadata tables of a bucket: what is asked for, and where the tables would be. None are written.

use asf_api_s3::{
    DestinationResult, InventoryTableConfiguration, InventoryTableConfigurationResult,
    JournalTableConfigurationResult, MetadataConfiguration, MetadataConfigurationResult,
    MetadataTableConfiguration, MetadataTableConfigurationResult, S3TablesDestinationResult,
};
use asf_runtime::identity::{AccountId, Region};

use super::refusal::document;
use crate::error::Fault;

/// The bucket of tables that AWS manages (S3 user guide, "AWS managed table buckets").
const MANAGED: &str = "aws-s3";

/// The result of a configuration of the second version (`CreateBucketMetadataConfiguration`).
///
/// # Errors
/// `MalformedXML`
pub fn check(
    configuration: Option<MetadataConfiguration>,
    bucket: &str,
    account: AccountId,
    region: &Region,
) -> Result<MetadataConfigurationResult, Fault> {
    let configuration = document(configuration)?;
    let partition = region.partition().name();
    let table_bucket = format!("arn:{partition}:s3tables:{}:{account}:bucket/{MANAGED}", region.as_str());
    let journal = configuration.journal_table_configuration.unwrap_or_default();
    Ok(MetadataConfigurationResult {
        destination_result: Some(DestinationResult {
            table_bucket_type: Some("aws".into()),
            table_bucket_arn: Some(table_bucket.clone()),
            table_namespace: Some(format!("b_{bucket}")),
        }),
        journal_table_configuration_result: Some(JournalTableConfigurationResult {
            table_status: Some("ACTIVE".to_owned()),
            error: None,
            table_name: Some("journal".to_owned()),
            table_arn: Some(format!("{table_bucket}/table/journal")),
            record_expiration: journal.record_expiration,
        }),
        inventory_table_configuration_result: configuration
            .inventory_table_configuration
            .map(|it| inventory(it, &table_bucket)),
    })
}

pub(crate) fn inventory(
    asked: InventoryTableConfiguration,
    table_bucket: &str,
) -> InventoryTableConfigurationResult {
    let is_on = asked.configuration_state.as_ref().is_some_and(|it| it.as_str() == "ENABLED");
    InventoryTableConfigurationResult {
        configuration_state: asked.configuration_state,
        table_status: is_on.then(|| "ACTIVE".to_owned()),
        error: None,
        table_name: is_on.then(|| "inventory".to_owned()),
        table_arn: is_on.then(|| format!("{table_bucket}/table/inventory")),
    }
}

/// The result of a configuration of the first version (`CreateBucketMetadataTableConfiguration`).
///
/// # Errors
/// `MalformedXML`, `InvalidRequest`
pub fn check_table(
    configuration: Option<MetadataTableConfiguration>,
) -> Result<MetadataTableConfigurationResult, Fault> {
    let configuration = document(configuration)?;
    let destination = configuration.s3_tables_destination.unwrap_or_default();
    let (arn, name) =
        (destination.table_bucket_arn.unwrap_or_default(), destination.table_name.unwrap_or_default());
    if !arn.contains(":s3tables:") {
        return Err(Fault::invalid_request("The specified table bucket ARN is not valid."));
    }
    let namespace = "aws_s3_metadata".to_owned();
    Ok(MetadataTableConfigurationResult {
        s3_tables_destination_result: Some(S3TablesDestinationResult {
            table_arn: Some(format!("{arn}/table/{name}")),
            table_bucket_arn: Some(arn),
            table_name: Some(name),
            table_namespace: Some(namespace),
        }),
    })
}
