//! Capacity units.

use crate::error::DynamoError;
use crate::limits;
use crate::models::table::{BillingMode, Throughput};

/// What a table is given, by how it is paid for.
pub(super) fn of_table(mode: BillingMode, given: Option<Throughput>) -> Result<Throughput, DynamoError> {
    match (mode, given) {
        (BillingMode::Provisioned, Some(given)) => {
            check_bounds(given, "")?;
            Ok(given)
        }
        // (conformance: 2026-06-09-validation-rewording)
        (BillingMode::Provisioned, None) => Err(DynamoError::parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
        (BillingMode::PayPerRequest, None) => Ok(Throughput::default()),
        // test_dynamodb::TestDynamoDB::test_dynamodb_pay_per_request
        (BillingMode::PayPerRequest, Some(_)) => Err(DynamoError::parameter(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
    }
}

/// What a global index is given, by how its table is paid for. Words from memory.
pub(super) fn of_index(
    mode: BillingMode,
    given: Option<Throughput>,
    index: &str,
) -> Result<Throughput, DynamoError> {
    match (mode, given) {
        (BillingMode::Provisioned, Some(given)) => {
            check_bounds(given, &format!(" for index {index}"))?;
            Ok(given)
        }
        (BillingMode::Provisioned, None) => Err(DynamoError::parameter(format_args!(
            "ProvisionedThroughput must be specified for index: {index}"
        ))),
        (BillingMode::PayPerRequest, None) => Ok(Throughput::default()),
        (BillingMode::PayPerRequest, Some(_)) => Err(DynamoError::parameter(format_args!(
            "ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST"
        ))),
    }
}

/// Less than one unit the service's model refuses.
fn check_bounds(given: Throughput, of_what: &str) -> Result<(), DynamoError> {
    for (units, what) in [(given.read, "ReadCapacityUnits"), (given.write, "WriteCapacityUnits")] {
        if units > limits::CAPACITY_UNITS {
            return Err(DynamoError::validation(format!(
                "Given value {units} for {what} is out of bounds{of_what}"
            )));
        }
    }
    Ok(())
}
