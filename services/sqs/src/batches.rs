//! What a batch as a whole must be like; what is wrong with a single entry fails that entry alone.

use std::collections::HashSet;

use crate::attributes::MAX_MESSAGE_SIZE;
use crate::error::{ErrorKind, QueueError};

/// At most so many entries has a batch.
const MAX_ENTRIES: usize = 10;

/// Checks the ids of a batch's entries. `entry` is the name of an entry's shape.
///
/// # Errors
/// `EmptyBatchRequest`; `TooManyEntriesInBatchRequest`
/// (test_sqs::test_too_many_entries_in_batch_request); `MissingParameter`; `InvalidBatchEntryId`
/// (::test_delete_message_batch_invalid_msg_id); `BatchEntryIdsNotDistinct`.
pub fn check_ids<'a>(
    entry: &str,
    ids: impl ExactSizeIterator<Item = Option<&'a str>>,
) -> Result<(), QueueError> {
    let count = ids.len();
    if count == 0 {
        return Err(QueueError::new(
            ErrorKind::EmptyBatchRequest,
            format!("There should be at least one {entry} in the request."),
        ));
    }
    if count > MAX_ENTRIES {
        return Err(QueueError::new(
            ErrorKind::TooManyEntriesInBatchRequest,
            format!("Maximum number of entries per request are {MAX_ENTRIES}. You have sent {count}."),
        ));
    }
    let mut seen = HashSet::new();
    for (index, id) in ids.enumerate() {
        let id = id.ok_or_else(|| missing(entry, index, "Id"))?;
        let of_alphabet = id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
        if !(1..=80).contains(&id.len()) || !of_alphabet {
            return Err(QueueError::new(
                ErrorKind::InvalidBatchEntryId,
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                 It can be at most 80 letters long.",
            ));
        }
        if !seen.insert(id) {
            return Err(QueueError::new(ErrorKind::BatchEntryIdsNotDistinct, format!("Id {id} repeated.")));
        }
    }
    Ok(())
}

/// A member that an entry, the first of which has the index 0, must have; it fails the whole batch.
///
/// AWS names the parameter as the query protocol does (aws-sdk-js issue 2388: "The request must contain
/// the parameter DeleteMessageBatchRequestEntry.1.Id.").
#[must_use]
pub fn missing(entry: &str, index: usize, member: &str) -> QueueError {
    QueueError::missing(&format!("{entry}.{}.{member}", index + 1))
}

/// Checks the size of all messages of a batch together. The limit is the same for every queue, whatever
/// its `MaximumMessageSize`
/// (test_sqs::test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size).
///
/// # Errors
/// `BatchRequestTooLong` (test_sqs::test_send_message_batch_with_oversized_contents)
pub fn check_total_size(bytes: usize) -> Result<(), QueueError> {
    if bytes > MAX_MESSAGE_SIZE as usize {
        return Err(QueueError::new(
            ErrorKind::BatchRequestTooLong,
            format!(
                "Batch requests cannot be longer than {MAX_MESSAGE_SIZE} bytes. You have sent {bytes} bytes."
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let many: Vec<String> = (0..20).map(|i| i.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let long = "testLongId".repeat(10);
        let invalid = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. \
                       It can be at most 80 letters long.";
        for (ids, kind, message) in [
            (
                Vec::new(),
                ErrorKind::EmptyBatchRequest,
                "There should be at least one SendMessageBatchRequestEntry in the request.",
            ),
            // test_sqs::test_too_many_entries_in_batch_request
            (
                many,
                ErrorKind::TooManyEntriesInBatchRequest,
                "Maximum number of entries per request are 10. You have sent 20.",
            ),
            // test_sqs::test_delete_message_batch_invalid_msg_id
            (vec![""], ErrorKind::InvalidBatchEntryId, invalid),
            (vec!["invalid:id"], ErrorKind::InvalidBatchEntryId, invalid),
            (vec![long.as_str()], ErrorKind::InvalidBatchEntryId, invalid),
            (vec!["a", "b", "a"], ErrorKind::BatchEntryIdsNotDistinct, "Id a repeated."),
        ] {
            let error = check_ids("SendMessageBatchRequestEntry", ids.into_iter().map(Some)).unwrap_err();
            assert_eq!((error.kind, error.message.as_str()), (kind, message));
        }
        assert_eq!(check_ids("SendMessageBatchRequestEntry", ["a", "A-1_"].into_iter().map(Some)), Ok(()));
        assert_eq!(
            check_ids("SendMessageBatchRequestEntry", [Some("a"), None].into_iter()).unwrap_err().message,
            "The request must contain the parameter SendMessageBatchRequestEntry.2.Id."
        );
    }

    /// test_sqs::test_send_message_batch_with_oversized_contents
    #[test]
    fn sizes() {
        assert_eq!(check_total_size(1_048_576), Ok(()));
        assert_eq!(
            check_total_size(1_048_577).unwrap_err().message,
            "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes."
        );
    }
}
