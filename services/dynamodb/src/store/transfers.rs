//! Exports and imports, as they are kept.

use asf_macros::Record;
use asf_runtime::Timestamp;
use serde::{Deserialize, Serialize};

/// An export of a table. Texts are the values of the service's enums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Record)]
pub struct ExportRecord {
    /// What was asked for.
    pub request: ExportRequest,
    /// The table's `TableId`.
    pub table_id: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// The key of the summary manifest.
    pub manifest: Option<String>,
    /// Items in it.
    pub items: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Why it failed: code and message.
    pub failure: Option<(String, String)>,
}

/// What an export was asked to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportRequest {
    /// The ARN of the table.
    pub table: String,
    /// The moment of a full export; of another, the range, and the view.
    pub what: Exported,
    /// `ClientToken`
    pub token: String,
    /// `S3Bucket`
    pub bucket: String,
    /// `S3BucketOwner`
    pub owner: Option<String>,
    /// `S3Prefix`
    pub prefix: Option<String>,
    /// `S3SseAlgorithm`
    pub encryption: String,
    /// `S3SseKmsKeyId`
    pub kms_key: Option<String>,
}

/// What is exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exported {
    /// `FULL_EXPORT`: all items, as they were at this time.
    Full(Timestamp),
    /// `INCREMENTAL_EXPORT`: what was changed.
    Changes {
        /// From then on.
        from: Timestamp,
        /// Before that.
        to: Timestamp,
        /// `NEW_AND_OLD_IMAGES` or `NEW_IMAGE`
        view: String,
    },
}

/// An import into a new table. Texts are the values of the service's enums.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Record)]
pub struct ImportRecord {
    /// What was asked for, as JSON of the service's `ImportTableInput`.
    pub request: String,
    /// `ClientToken`
    pub token: String,
    /// The ARN of the table.
    pub table: String,
    /// Its `TableId`.
    pub table_id: String,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Timestamp,
    /// Items that were read.
    pub processed: i64,
    /// Items that were imported.
    pub imported: i64,
    /// Items that could not be.
    pub errors: i64,
    /// Bytes that were read, before they were unpacked.
    pub bytes: i64,
    /// Why it failed: code and message.
    pub failure: Option<(String, String)>,
}
