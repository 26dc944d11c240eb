//! The domain's errors as the service's: modelled ones, whose codes each protocol has from the model.

use asf_api_sqs::*;

use crate::error::{ErrorKind, QueueError};

impl From<QueueError> for SqsError {
    fn from(error: QueueError) -> Self {
        let QueueError { kind, message } = error;
        match kind {
            ErrorKind::BatchEntryIdsNotDistinct => BatchEntryIdsNotDistinct::new(message).into(),
            ErrorKind::BatchRequestTooLong => BatchRequestTooLong::new(message).into(),
            ErrorKind::EmptyBatchRequest => EmptyBatchRequest::new(message).into(),
            ErrorKind::InvalidAddress => InvalidAddress::new(message).into(),
            ErrorKind::InvalidAttributeName => InvalidAttributeName::new(message).into(),
            ErrorKind::InvalidAttributeValue => InvalidAttributeValue::new(message).into(),
            ErrorKind::InvalidBatchEntryId => InvalidBatchEntryId::new(message).into(),
            ErrorKind::InvalidMessageContents => InvalidMessageContents::new(message).into(),
            ErrorKind::InvalidParameterValue => InvalidParameterValueException::new(message).into(),
            ErrorKind::MessageNotInflight => MessageNotInflight::new(message).into(),
            ErrorKind::MissingParameter => MissingRequiredParameterException::new(message).into(),
            ErrorKind::OverLimit => OverLimit::new(message).into(),
            ErrorKind::PurgeQueueInProgress => PurgeQueueInProgress::new(message).into(),
            ErrorKind::QueueDeletedRecently => QueueDeletedRecently::new(message).into(),
            ErrorKind::QueueDoesNotExist => QueueDoesNotExist::new(message).into(),
            ErrorKind::QueueNameExists => QueueNameExists::new(message).into(),
            ErrorKind::ReceiptHandleIsInvalid => ReceiptHandleIsInvalid::new(message).into(),
            ErrorKind::ResourceNotFound => ResourceNotFoundException::new(message).into(),
            ErrorKind::TooManyEntriesInBatchRequest => TooManyEntriesInBatchRequest::new(message).into(),
            ErrorKind::UnsupportedOperation => UnsupportedOperation::new(message).into(),
        }
    }
}

/// An entry of a batch that failed: its code is that of the query protocol, over JSON too
/// (test_sqs::test_send_batch_message_size).
pub(super) fn failed(id: String, error: QueueError) -> BatchResultErrorEntry {
    BatchResultErrorEntry {
        id: Some(id),
        sender_fault: Some(true),
        code: Some(error.kind.code().to_owned()),
        message: Some(error.message),
    }
}

/// A member that must be there.
///
/// # Errors
/// `MissingParameter`
pub(super) fn required<T>(member: Option<T>, name: &str) -> Result<T, QueueError> {
    member.ok_or_else(|| QueueError::missing(name))
}
