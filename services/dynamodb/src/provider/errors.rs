//! The domain's errors as the service's.

use std::sync::Arc;

use asf_api_dynamodb::*;
use asf_runtime::AwsError;

use crate::error::{DynamoError, ErrorKind};
use crate::store::ItemRecord;
use crate::wire;
use crate::writing::Refusal;
use crate::writing::transaction::Failure;

/// Of a write whose condition is not true
/// (test_dynamodb::TestDynamoDB::test_return_values_on_conditions_check_failure).
pub(super) const CONDITION_FAILED: &str = "The conditional request failed";
/// Of an `INSERT` of what is there.
pub(super) const DUPLICATE: &str = "Duplicate primary key exists in table";

impl From<DynamoError> for DynamoDbError {
    fn from(error: DynamoError) -> Self {
        let DynamoError { kind, message } = error;
        match kind {
            ErrorKind::LimitExceeded => LimitExceededException::new(message).into(),
            ErrorKind::ResourceNotFound => ResourceNotFoundException::new(message).into(),
            ErrorKind::ResourceInUse => ResourceInUseException::new(message).into(),
            // The model does not have it.
            ErrorKind::Validation | ErrorKind::ValidationOfRequest => AwsError::validation(message).into(),
        }
    }
}

impl From<Refusal> for DynamoDbError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Condition(item) => ConditionalCheckFailedException {
                item: shown(item),
                ..ConditionalCheckFailedException::new(CONDITION_FAILED)
            }
            .into(),
            Refusal::Duplicate(_) => DuplicateItemException::new(DUPLICATE).into(),
            Refusal::Invalid(error) => error.into(),
        }
    }
}

impl From<Failure> for DynamoDbError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Invalid(error) => error.into(),
            // From memory.
            Failure::TokenMismatch => IdempotentParameterMismatchException::new(
                "The provided client token is already in use with different parameters",
            )
            .into(),
            Failure::Cancelled(refusals) => {
                let reasons: Vec<CancellationReason> = refusals.into_iter().map(reason).collect();
                cancelled(reasons).into()
            }
        }
    }
}

/// That a transaction was cancelled, and why.
fn cancelled(reasons: Vec<CancellationReason>) -> TransactionCanceledException {
    let codes: Vec<&str> = reasons.iter().filter_map(|reason| reason.code.as_deref()).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    TransactionCanceledException {
        cancellation_reasons: Some(reasons),
        ..TransactionCanceledException::new(message)
    }
}

/// Why a part of a transaction was not done ("TransactWriteItems" in the API reference lists them).
fn reason(refusal: Option<Refusal>) -> CancellationReason {
    let (code, message, item) = match refusal {
        None => ("None", None, None),
        Some(Refusal::Condition(item)) => ("ConditionalCheckFailed", Some(CONDITION_FAILED.to_owned()), item),
        Some(Refusal::Duplicate(item)) => ("DuplicateItem", Some(DUPLICATE.to_owned()), item),
        Some(Refusal::Invalid(error)) => ("ValidationError", Some(error.message), None),
    };
    CancellationReason { code: Some(code.to_owned()), message, item: shown(item) }
}

/// An item for an answer.
pub(super) fn shown(item: Option<Arc<ItemRecord>>) -> Option<asf_runtime::Map<AttributeValue>> {
    item.map(|it| wire::to_item(Arc::unwrap_or_clone(it).item))
}
