//! Capacity units.

use crate::error::DynamoError;
use crate::limits;
use crate::models::table::{BillingMode, Throughput};

/// When something is given units: what is wrong with them is said in other words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The table is made.
    CreateTable,
    /// The table is changed, or an index added to it.
    UpdateTable,
    /// The table is no longer paid for by request, and has the index already.
    Switch,
}

/// What a table is given, by how it is paid for.
pub(super) fn of_table(
    mode: BillingMode,
    given: Option<Throughput>,
    occasion: Occasion,
) -> Result<Throughput, DynamoError> {
    match (mode, given) {
        (BillingMode::Provisioned, Some(given)) => {
            check_bounds(given, "")?;
            Ok(given)
        }
        // (conformance: 2026-06-09-validation-rewording)
        (BillingMode::Provisioned, None) if occasion == Occasion::CreateTable => Err(DynamoError::parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
        // (quirks: DDB-TABLE-152)
        (BillingMode::Provisioned, None) => Err(DynamoError::parameter(
            "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        )),
        (BillingMode::PayPerRequest, None) => Ok(Throughput::default()),
        // test_dynamodb::TestDynamoDB::test_dynamodb_pay_per_request
        (BillingMode::PayPerRequest, Some(_)) => Err(DynamoError::parameter(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
    }
}

/// What a global index is given, by how its table is paid for (quirks: DDB-TABLE-128, 152, 442).
pub(super) fn of_index(
    mode: BillingMode,
    given: Option<Throughput>,
    index: &str,
    occasion: Occasion,
) -> Result<Throughput, DynamoError> {
    let reason = match (mode, given) {
        (BillingMode::Provisioned, Some(given)) => {
            check_bounds(given, &format!(" for index {index}"))?;
            return Ok(given);
        }
        (BillingMode::PayPerRequest, None) => return Ok(Throughput::default()),
        (BillingMode::Provisioned, None) => match occasion {
            Occasion::CreateTable => format!("ProvisionedThroughput is not specified for index: {index}"),
            Occasion::UpdateTable => {
                format!("Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: {index}")
            }
            Occasion::Switch => format!("ProvisionedThroughput must be specified for index: {index}"),
        },
        (BillingMode::PayPerRequest, Some(_)) if occasion == Occasion::CreateTable => format!(
            "ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST"
        ),
        (BillingMode::PayPerRequest, Some(_)) => format!(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: {index} when BillingMode is \
             PAY_PER_REQUEST"
        ),
    };
    Err(DynamoError::parameter(reason))
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
