//! What a file says of itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The number of the format that is written.
pub const FORMAT: u32 = 1;

/// What is in a file. It stands first, so that it can be read without the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the build that wrote it.
    pub product: String,
    /// When, in ISO 8601.
    pub created: String,
    /// The services that it was asked to have, also those of which there was nothing.
    pub services: BTreeSet<String>,
    /// The tables that have entries.
    pub tables: Vec<TableManifest>,
    /// How many files with content there are.
    pub contents: u64,
    /// The bytes of their content.
    pub content_bytes: u64,
    /// The bytes of all frames, unpacked.
    pub size: u64,
    /// The bytes of all frames, as they are in the file.
    pub packed: u64,
    /// The SHA-256 of the frames as they are in the file, in hexadecimal digits.
    pub sha256: String,
}

/// What is in a file of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableManifest {
    /// botocore's folder name of the service.
    pub service: String,
    /// The attribute of the service's store.
    pub attribute: String,
    /// The version of its records.
    pub version: u32,
    /// How many entries it has.
    pub entries: u64,
    /// The bytes of their keys and values.
    pub bytes: u64,
}

impl TableManifest {
    /// Service and attribute.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.service, self.attribute)
    }
}
