//! What is done with versions of objects: found, written, removed, under the lock of their bucket.

mod find;
mod remove;
mod rename;
mod write;

use std::sync::Arc;

use crate::models::{ObjectVersion, VersionKey};

pub use remove::{Removal, Removed};
pub use write::NewVersion;

/// A version, and where it is.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where.
    pub at: VersionKey,
    /// What.
    pub version: Arc<ObjectVersion>,
}

impl Found {
    /// Rises with each write: the `sequencer` of events.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        !self.at.order
    }
}
