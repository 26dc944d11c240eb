//! What a receiver does with a message that it holds: delete it, or change for how long it is hidden.

use asf_runtime::Timestamp;

use crate::attributes::MAX_VISIBILITY;
use crate::error::{ErrorKind, QueueError};
use crate::models::{Place, Queue};
use crate::receipt::Receipt;

impl Queue {
    /// Deletes a message by a receipt handle.
    ///
    /// Of a standard queue any handle of the message will do, also after its visibility timeout
    /// (test_sqs::test_delete_after_visibility_timeout); of a FIFO queue only the last one, and not after
    /// the timeout (::test_fifo_delete_after_visibility_timeout). A message that is gone is let pass.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid`, `InvalidParameterValue`, `QueueDoesNotExist`
    pub fn delete_message(&self, handle: &str, now: Timestamp) -> Result<(), QueueError> {
        let receipt = Receipt::parse(handle, self.incarnation)?;
        let mut state = self.open(now)?;
        let Some(stored) = state.backlog.get(receipt.message) else { return Ok(()) };
        let held = matches!(stored.place, Place::InFlight { nonce, .. } if nonce == receipt.nonce);
        if self.is_fifo() && !held {
            return Err(expired(handle));
        }
        state.backlog.remove(receipt.message);
        drop(state);
        if self.is_fifo() {
            // What stood behind it in its group may be ready now.
            self.arrivals().notify_one();
        }
        Ok(())
    }

    /// Hides a message that was received for so many seconds from now; 0 gives it back.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid`, `InvalidParameterValue`, `MessageNotInflight`, `QueueDoesNotExist`
    pub fn change_visibility(&self, handle: &str, seconds: i32, now: Timestamp) -> Result<(), QueueError> {
        let invalid = |reason: &str| Err(QueueError::parameter("VisibilityTimeout", seconds, reason));
        if !(0..=MAX_VISIBILITY.cast_signed()).contains(&seconds) {
            return invalid("Must be >= 0 and <= 43200, if provided.");
        }
        let receipt = Receipt::parse(handle, self.incarnation)?;
        let mut state = self.open(now)?;
        let (since, nonce) = match state.backlog.get(receipt.message).map(|stored| stored.place) {
            Some(Place::InFlight { since, nonce, .. }) => (since, nonce),
            Some(_) if self.is_fifo() => return Err(expired(handle)),
            Some(_) => {
                return Err(QueueError::new(
                    ErrorKind::MessageNotInflight,
                    "The specified message isn't in flight.",
                ));
            }
            None => {
                return Err(QueueError::parameter(
                    "ReceiptHandle",
                    handle,
                    "Message does not exist or is not available for visibility timeout change.",
                ));
            }
        };
        if self.is_fifo() && nonce != receipt.nonce {
            return Err(expired(handle));
        }
        let until = now.plus_seconds(i64::from(seconds));
        if until > since.plus_seconds(i64::from(MAX_VISIBILITY)) {
            return invalid("Total VisibilityTimeout for the message is beyond the limit [43200 seconds]");
        }
        let before = state.backlog.next_change();
        if seconds == 0 {
            state.backlog.place(receipt.message, Place::Visible);
        } else {
            state.backlog.place(receipt.message, Place::InFlight { since, until, nonce });
        }
        let after = state.backlog.next_change();
        drop(state);
        if seconds == 0 {
            self.arrivals().notify_one();
        } else if after < before {
            self.arrivals().notify_waiters();
        }
        Ok(())
    }
}

/// test_sqs::test_fifo_delete_after_visibility_timeout
fn expired(handle: &str) -> QueueError {
    QueueError::parameter("ReceiptHandle", handle, "The receipt handle has expired.")
}
