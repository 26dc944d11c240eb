//! Receipt handles: texts that name one receive of one message of one queue.
//!
//! Opaque to users. What is in them spares a queue an index of the handles it gave out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{ErrorKind, QueueError};

/// One receive of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The queue: a number drawn when it was made, so that a queue of the same name, made later, is another.
    pub queue: u64,
    /// The message: its place in the queue's order of arrival.
    pub message: u64,
    /// Which receive of that message.
    pub receive: u32,
    /// Drawn anew at each receive.
    pub nonce: u64,
}

/// First bytes of a handle; in base64 they read `AQEB`, as AWS's do.
const MAGIC: [u8; 3] = [1, 1, 1];

impl Receipt {
    /// The handle.
    #[must_use]
    pub fn to_handle(self) -> String {
        let mut bytes = Vec::with_capacity(33);
        bytes.extend(MAGIC);
        bytes.extend(self.queue.to_be_bytes());
        bytes.extend(self.message.to_be_bytes());
        bytes.extend(self.receive.to_be_bytes());
        bytes.extend(self.nonce.to_be_bytes());
        // No padding in the text.
        bytes.extend([0, 0]);
        STANDARD.encode(bytes)
    }

    /// Reads a handle that a queue gave out.
    ///
    /// # Errors
    /// `ReceiptHandleIsInvalid` if it is none, or another queue's.
    pub fn parse(handle: &str, queue: u64) -> Result<Self, QueueError> {
        Self::decode(handle).filter(|receipt| receipt.queue == queue).ok_or_else(|| {
            QueueError::new(
                ErrorKind::ReceiptHandleIsInvalid,
                format!("The input receipt handle \"{handle}\" is not a valid receipt handle."),
            )
        })
    }

    fn decode(handle: &str) -> Option<Self> {
        // Longer texts are no handles of ours; they are not decoded.
        if handle.len() != 44 {
            return None;
        }
        let bytes = STANDARD.decode(handle).ok()?;
        let rest = bytes.strip_prefix(&MAGIC)?;
        let (queue, rest) = rest.split_first_chunk()?;
        let (message, rest) = rest.split_first_chunk()?;
        let (receive, rest) = rest.split_first_chunk()?;
        let (nonce, _) = rest.split_first_chunk()?;
        Some(Self {
            queue: u64::from_be_bytes(*queue),
            message: u64::from_be_bytes(*message),
            receive: u32::from_be_bytes(*receive),
            nonce: u64::from_be_bytes(*nonce),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_round_trip() {
        let receipt = Receipt { queue: 7, message: u64::MAX, receive: 3, nonce: 42 };
        let handle = receipt.to_handle();
        assert!(handle.starts_with("AQEB"));
        assert_eq!(Receipt::parse(&handle, 7), Ok(receipt));
        let spoilt = handle.replace("AQEB", "AQEC");
        for (handle, queue) in
            [(handle.as_str(), 8), ("garbage", 7), ("", 7), (&spoilt, 7), (&"ä".repeat(22), 7)]
        {
            let error = Receipt::parse(handle, queue).unwrap_err();
            assert_eq!(error.kind, ErrorKind::ReceiptHandleIsInvalid);
            assert_eq!(
                error.message,
                format!("The input receipt handle \"{handle}\" is not a valid receipt handle.")
            );
        }
    }
}
