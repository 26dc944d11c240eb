//! Kinesis streaming destinations; [`destinations`](crate::destinations) sends to them. Facts and words are those of
//! test_dynamodb::TestDynamoDB::test_kinesis_streaming_destination_crud.

use asf_api_dynamodb::*;
use asf_runtime::RequestContext;

use super::DynamoProvider;
use crate::error::DynamoError;
use crate::store::records::KinesisDestination;
use crate::store::tables::Rebuild;

type Precision = ApproximateCreationDateTimePrecision;

/// `EnableKinesisStreamingDestination`
pub(super) fn enable(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: KinesisStreamingDestinationInput,
) -> Result<KinesisStreamingDestinationOutput, DynamoDbError> {
    let arn = input.stream_arn.clone().unwrap_or_default();
    let configuration = input.enable_kinesis_streaming_configuration.unwrap_or_default();
    let precision = configuration.approximate_creation_date_time_precision.clone();
    let table = provider.change(ctx, input.table_name.as_deref(), |record| {
        // A table has one (quirks: DDB-TABLE-268, 299).
        if record.kinesis.iter().any(|it| it.active) {
            return Err(DynamoError::validation(
                "Table is not in a valid state to enable Kinesis Streaming Destination: \
                 EnableKinesisStreamingDestination must be DISABLED or ENABLE_FAILED to perform ENABLE operation.",
            ));
        }
        record.kinesis.retain(|it| it.arn != arn);
        let precision = precision.as_ref().map(|it| it.as_str().to_owned());
        record.kinesis.push(KinesisDestination { arn, active: true, precision });
        Ok(Rebuild::default())
    })?;
    provider.send_changes(ctx);
    Ok(KinesisStreamingDestinationOutput {
        table_name: Some(table.address.name),
        stream_arn: input.stream_arn,
        destination_status: Some(DestinationStatus::Enabling),
        enable_kinesis_streaming_configuration: Some(configuration),
    })
}

/// `DisableKinesisStreamingDestination`
pub(super) fn disable(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: KinesisStreamingDestinationInput,
) -> Result<KinesisStreamingDestinationOutput, DynamoDbError> {
    let arn = input.stream_arn.clone().unwrap_or_default();
    let table = provider.change(ctx, input.table_name.as_deref(), |record| {
        let destination = record.kinesis.iter_mut().find(|it| it.active && it.arn == arn);
        // (quirks: DDB-TABLE-302, 442; it says "enable")
        let destination = destination.ok_or_else(|| {
            DynamoError::validation(
                "Table is not in a valid state to enable Kinesis Streaming Destination: \
                 KinesisStreamingDestination must be ACTIVE to perform DISABLE operation.",
            )
        })?;
        destination.active = false;
        Ok(Rebuild::default())
    })?;
    Ok(KinesisStreamingDestinationOutput {
        table_name: Some(table.address.name),
        stream_arn: input.stream_arn,
        destination_status: Some(DestinationStatus::Disabling),
        enable_kinesis_streaming_configuration: None,
    })
}

/// `UpdateKinesisStreamingDestination`
pub(super) fn update(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: UpdateKinesisStreamingDestinationInput,
) -> Result<UpdateKinesisStreamingDestinationOutput, DynamoDbError> {
    let arn = input.stream_arn.clone().unwrap_or_default();
    let configuration = input.update_kinesis_streaming_configuration.clone().unwrap_or_default();
    let wanted = configuration.approximate_creation_date_time_precision.ok_or_else(|| {
        DynamoError::validation(
            "Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration \
             cannot be null or contain only null values",
        )
    })?;
    let table = provider.change(ctx, input.table_name.as_deref(), |record| {
        let table = record.description.name.clone();
        let destination = record.kinesis.iter_mut().find(|it| it.arn == arn);
        let destination = destination.ok_or_else(|| {
            DynamoError::validation(format!(
                "Table is not in a valid state to enable Kinesis Streaming Destination: No streaming destination with \
                 streamArn: {arn} found for table with tableName: {table}"
            ))
        })?;
        if !destination.active {
            // (quirks: DDB-TABLE-442)
            return Err(DynamoError::validation(format!(
                "Table is not in a valid state to enable Kinesis Streaming Destination: Kinesis streaming is not in \
                 ACTIVE state. Updates are only allowed in ACTIVE state. TableName: {table}, kdsArn: {arn}"
            )));
        }
        let current = destination.precision.as_deref().unwrap_or(Precision::Millisecond.as_str());
        if current == wanted.as_str() {
            return Err(DynamoError::validation(format!(
                "Invalid Request: Precision is already set to the desired value of {current} for tableId: {}, \
                 kdsArn: {arn}",
                record.uuid
            )));
        }
        destination.precision = Some(wanted.as_str().to_owned());
        Ok(Rebuild::default())
    })?;
    Ok(UpdateKinesisStreamingDestinationOutput {
        table_name: Some(table.address.name),
        stream_arn: input.stream_arn,
        destination_status: Some(DestinationStatus::Updating),
        update_kinesis_streaming_configuration: input.update_kinesis_streaming_configuration,
    })
}

/// `DescribeKinesisStreamingDestination`
pub(super) fn describe(
    provider: &DynamoProvider,
    ctx: &RequestContext,
    input: &DescribeKinesisStreamingDestinationInput,
) -> Result<DescribeKinesisStreamingDestinationOutput, DynamoDbError> {
    let table = provider.named_table(ctx, input.table_name.as_deref())?;
    let destination = |it: &KinesisDestination| KinesisDataStreamDestination {
        stream_arn: Some(it.arn.clone()),
        destination_status: Some(if it.active {
            DestinationStatus::Active
        } else {
            DestinationStatus::Disabled
        }),
        destination_status_description: None,
        approximate_creation_date_time_precision: it.precision.as_deref().map(Into::into),
    };
    Ok(DescribeKinesisStreamingDestinationOutput {
        kinesis_data_stream_destinations: Some(table.record.kinesis.iter().map(destination).collect()),
        table_name: Some(table.address.name),
    })
}
