//! The errors of RDS, with its words.

use asf_api_rds::*;
use asf_runtime::AwsError;

/// `InvalidParameterValue`: the model has no shape for it.
pub(crate) fn value(message: impl Into<String>) -> RdsError {
    AwsError::sender("InvalidParameterValue", message.into()).into()
}

/// `InvalidParameterCombination`
pub(crate) fn combination(message: impl Into<String>) -> RdsError {
    AwsError::sender("InvalidParameterCombination", message.into()).into()
}

/// `MissingParameter`
pub(crate) fn missing(parameter: &str) -> RdsError {
    let message = format!("The request must contain the parameter {parameter}.");
    AwsError::sender("MissingParameter", message).into()
}

/// What RDS has and this does not.
pub(crate) fn not_implemented(what: &str) -> RdsError {
    AwsError::internal(format!("{what} is not implemented")).with_status(501).into()
}

/// A member that must be there.
pub(crate) fn required(member: Option<String>, name: &str) -> Result<String, RdsError> {
    member.filter(|it| !it.is_empty()).ok_or_else(|| missing(name))
}

/// `DBInstanceNotFound` (AWS's words in the message, from memory).
pub(crate) fn no_instance(id: &str) -> RdsError {
    DbInstanceNotFoundFault::new(format!("DBInstance {id} not found.")).into()
}

/// `DBSnapshotNotFound`
pub(crate) fn no_snapshot(id: &str) -> RdsError {
    DbSnapshotNotFoundFault::new(format!("DBSnapshot {id} not found.")).into()
}

/// `InvalidDBInstanceState`
pub(crate) fn state(message: impl Into<String>) -> RdsError {
    InvalidDbInstanceStateFault::new(message.into()).into()
}
