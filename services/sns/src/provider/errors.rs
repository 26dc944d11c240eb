//! The domain's errors as the service's.

use asf_api_sns::*;

use crate::error::{ErrorKind, Fault};

impl From<Fault> for SnsError {
    fn from(fault: Fault) -> Self {
        let Fault { kind, message } = fault;
        match kind {
            ErrorKind::Authorization => AuthorizationErrorException::new(message).into(),
            ErrorKind::BatchEntryIdsNotDistinct => BatchEntryIdsNotDistinctException::new(message).into(),
            ErrorKind::BatchRequestTooLong => BatchRequestTooLongException::new(message).into(),
            ErrorKind::EmptyBatchRequest => EmptyBatchRequestException::new(message).into(),
            ErrorKind::EndpointDisabled => EndpointDisabledException::new(message).into(),
            ErrorKind::InvalidBatchEntryId => InvalidBatchEntryIdException::new(message).into(),
            ErrorKind::InvalidParameter => InvalidParameterException::new(message).into(),
            ErrorKind::InvalidParameterValue => InvalidParameterValueException::new(message).into(),
            ErrorKind::NotFound => NotFoundException::new(message).into(),
            ErrorKind::OptedOut => OptedOutException::new(message).into(),
            ErrorKind::PlatformApplicationDisabled => {
                PlatformApplicationDisabledException::new(message).into()
            }
            ErrorKind::ResourceNotFound => ResourceNotFoundException::new(message).into(),
            ErrorKind::TagLimitExceeded => TagLimitExceededException::new(message).into(),
            ErrorKind::Throttled => ThrottledException::new(message).into(),
            ErrorKind::TooManyEntriesInBatchRequest => {
                TooManyEntriesInBatchRequestException::new(message).into()
            }
            ErrorKind::UserError => UserErrorException::new(message).into(),
            ErrorKind::Verification => VerificationException::new(message).into(),
        }
    }
}
