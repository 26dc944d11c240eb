//! What a queue may be called, and the other ids of SQS that have an alphabet.

use crate::error::{ErrorKind, QueueError};

/// Checks the name of a queue that is to be made.
///
/// # Errors
/// `InvalidParameterValue` if it has other characters than letters, digits, hyphens and underscores or
/// is longer than 80; a FIFO queue's must end in `.fifo`, which counts towards the 80, and no other's may.
pub fn check_queue_name(name: &str, fifo: bool) -> Result<(), QueueError> {
    let plain = |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_');
    let length_fits = (1..=80).contains(&name.len());
    match (fifo, name.strip_suffix(".fifo")) {
        (true, Some(stem)) if length_fits && !stem.is_empty() && plain(stem) => Ok(()),
        (false, _) if length_fits && plain(name) => Ok(()),
        (true, _) => Err(QueueError::new(
            ErrorKind::InvalidParameterValue,
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, \
             must end with .fifo suffix and be 1 to 80 in length",
        )),
        (false, _) => Err(QueueError::new(
            ErrorKind::InvalidParameterValue,
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
        )),
    }
}

/// Checks an id that a caller makes up: of a message group, for deduplication, of a receive attempt.
///
/// # Errors
/// `InvalidParameterValue` with the words of `test_sqs::test_message_deduplication_id_invalid`.
pub fn check_token(parameter: &str, value: &str) -> Result<(), QueueError> {
    if (1..=128).contains(&value.len()) && value.bytes().all(|it| it.is_ascii_graphic()) {
        return Ok(());
    }
    let reason =
        format!("{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.");
    Err(QueueError::parameter(parameter, value, &reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queue_names() {
        let (long, too_long) = ("a".repeat(80), "a".repeat(81));
        let long_fifo = format!("{}.fifo", "a".repeat(75));
        let too_long_fifo = format!("{}.fifo", "a".repeat(76));
        for (name, fifo, valid) in [
            ("queue-1_A", false, true),
            ("", false, false),
            ("a.b", false, false),
            ("a b", false, false),
            ("q.fifo", false, false),
            ("q.fifo", true, true),
            ("q", true, false),
            (".fifo", true, false),
            ("a.b.fifo", true, false),
            (&long, false, true),
            (&too_long, false, false),
            (&long_fifo, true, true),
            (&too_long_fifo, true, false),
            ("küh", false, false),
        ] {
            assert_eq!(check_queue_name(name, fifo).is_ok(), valid, "{name} {fifo}");
        }
    }

    /// test_sqs::test_message_deduplication_id_invalid[empty], [spaces], [too_long];
    /// test_sqs::test_message_deduplication_id_success
    #[test]
    fn tokens() {
        let too_long = "a".repeat(129);
        for value in ["", "group 123", &too_long] {
            let error = check_token("MessageDeduplicationId", value).unwrap_err();
            let expected = format!(
                "Value {value} for parameter MessageDeduplicationId is invalid. Reason: \
                 MessageDeduplicationId can only include alphanumeric and punctuation characters. \
                 1 to 128 in length."
            );
            assert_eq!((error.kind, error.message), (ErrorKind::InvalidParameterValue, expected));
        }
        for value in ["a", "group-123", r##"!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"##, &"a".repeat(128)] {
            assert_eq!(check_token("MessageDeduplicationId", value), Ok(()));
        }
    }
}
