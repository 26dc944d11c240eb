//! What can be wrong with a file.

use asf_store::BlobError;

/// A file that cannot be written, read or loaded. The state is as it was.
#[derive(Debug, thiserror::Error)]
pub enum PodError {
    /// It is something else.
    #[error("it is no file with a state")]
    Foreign,
    /// Its format is newer.
    #[error("its format is {found}, and this build reads up to {known}: load it with a newer build")]
    TooNew {
        /// Its number.
        found: u32,
        /// The highest that is known here.
        known: u32,
    },
    /// A newer build wrote its records.
    #[error(
        "{table} has records of version {found}, and this build reads up to {known}: load it with a newer build"
    )]
    NewerTable {
        /// Service and attribute.
        table: String,
        /// The version in the file.
        found: u32,
        /// The highest that is known here.
        known: u32,
    },
    /// It has a table that nothing here has.
    #[error("this build has no table {0}: name the services to load without it")]
    UnknownTable(String),
    /// A service was asked for that it has nothing of.
    #[error("it has nothing of a service {0:?}")]
    NoService(String),
    /// It is not what was written.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It has more than is read of anybody's file.
    #[error("it is too large: {0}")]
    TooLarge(String),
    /// It cannot be asked for in the midst of steps that belong together.
    #[error("the state is being changed by who asks")]
    Inside,
    /// A record cannot be written.
    #[error("a record of {table} cannot be written: {error}")]
    Record {
        /// Service and attribute.
        table: String,
        /// What is wrong.
        error: String,
    },
    /// Content cannot be kept.
    #[error("{0}")]
    Content(#[from] BlobError),
    /// What the file system says.
    #[error("it cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
}

impl PodError {
    pub(crate) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged(what.into())
    }

    /// Whether the file is at fault, and not this machine.
    #[must_use]
    pub fn is_of_the_file(&self) -> bool {
        !matches!(self, Self::Inside | Self::Record { .. } | Self::Content(_) | Self::Io(_))
    }
}
