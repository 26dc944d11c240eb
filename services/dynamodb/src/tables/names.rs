//! Names of tables and indexes.

use crate::error::DynamoError;

/// That a table can have this name: 3 to 255 of `a-z A-Z 0-9 _ . -`.
///
/// # Errors
///
/// If it cannot (conformance: createTable, putItem).
pub fn check_table_name(name: &str) -> Result<(), DynamoError> {
    check(name, "tableName")
}

/// That an index can have it; `member` is where the request has the index: `globalSecondaryIndexes.1.member`.
pub(super) fn check_index_name(name: &str, member: &str) -> Result<(), DynamoError> {
    check(name, &format!("{member}.indexName"))
}

fn check(name: &str, at: &str) -> Result<(), DynamoError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    let constraint = if name.is_empty() || !name.bytes().all(is_allowed) {
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    } else if name.len() < 3 {
        "Member must have length greater than or equal to 3"
    } else if name.len() > 255 {
        "Member must have length less than or equal to 255"
    } else {
        return Ok(());
    };
    Err(constraint_error(name, at, constraint))
}

/// An error like those of the service's model.
pub(super) fn constraint_error(value: &str, at: &str, constraint: &str) -> DynamoError {
    DynamoError::validation(format!(
        "1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"
    ))
}
