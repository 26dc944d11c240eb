//! Objects, renamed.

use std::sync::Arc;

use asf_runtime::Timestamp;
use asf_runtime::store::InPartition;

use super::{Found, find};
use crate::error::Fault;
use crate::models::{Bucket, VersionKey};
use crate::store::Store;

impl Store {
    /// Gives an object of a bucket without versions another key, in one step: all that it has stays as it is. What had
    /// the key is gone. `check` sees the object, and what has the key.
    ///
    /// # Errors
    /// `NoSuchBucket`, `NoSuchKey`, what `check` says.
    pub(crate) fn rename(
        &self,
        bucket: &Bucket,
        from: &Arc<str>,
        to: &Arc<str>,
        now: Timestamp,
        check: impl FnOnce(&Found, Option<&Found>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.state().atomically(|| {
            self.tables.objects.write_in(&bucket.key, |versions| {
                self.versioning_now(bucket)?;
                let source = find::newest(versions.tree(), &bucket.key, from);
                let source = source.ok_or_else(|| Fault::no_such_key(from))?;
                let present = find::newest(versions.tree(), &bucket.key, to);
                check(&source, present.as_ref())?;
                for gone in present.into_iter().map(|it| it.at).chain([source.at]) {
                    versions.remove(&InPartition::new(bucket.key.clone(), gone));
                }
                let at = VersionKey { key: to.clone(), order: !self.next_sequence(now) };
                versions.insert(InPartition::new(bucket.key.clone(), at), source.version);
                Ok(())
            })
        })
    }
}
