//! Shard iterators: where in a stream reading goes on. They are text that says all of it, so none is kept.

use asf_runtime::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Seconds for which an iterator can be used ("GetShardIterator" in the API reference).
pub const LIFE: i64 = 15 * 60;

/// Where reading goes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The ARN of the stream.
    #[serde(skip)]
    pub arn: String,
    /// The number of the next change.
    pub next: u64,
    /// Milliseconds at which the iterator was made.
    pub made: i64,
}

impl Position {
    /// As text: `arn|1|base64`.
    #[must_use]
    pub fn write(&self) -> String {
        // What is two numbers can be written.
        let json = serde_json::to_vec(self).unwrap_or_default();
        format!("{}|1|{}", self.arn, STANDARD.encode(json))
    }

    /// From text; `None` if it is none of ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        let (arn, "1", encoded, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
            return None;
        };
        let position: Self = serde_json::from_slice(&STANDARD.decode(encoded).ok()?).ok()?;
        Some(Self { arn: arn.to_owned(), ..position })
    }

    /// Whether it is too old.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.millis() - self.made > LIFE * 1000
    }
}
