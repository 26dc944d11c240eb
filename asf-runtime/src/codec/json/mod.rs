//! JSON bodies <-> [`Shape`](crate::Shape), driven by the schema: the body format of awsJson and
//! rest-json, and of documents. serde_json tokenises; no intermediate tree is built in either direction.

mod read;
mod write;

use asf_schema::TimestampFormat;

pub use read::{read_body, read_member, read_shape};
pub use write::{write_body, write_key, write_member, write_members, write_shape, write_str};

/// How a body is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonOptions {
    /// Format of timestamps where neither member nor shape gives one.
    pub timestamp_format: TimestampFormat,
    /// What a client sent is read strictly. What a service answered is read as AWS SDKs do: timestamps
    /// in any notation, unions with a member that is not known, nulls in dense lists and maps dropped.
    pub strict: bool,
    /// It is the body of an output or of an error: members that are bound to the path or the query string
    /// are in it. Only bodies of which other members travel elsewhere have to know.
    pub output: bool,
}

impl JsonOptions {
    /// For requests on the server, and for writing.
    pub const STRICT: Self =
        Self { timestamp_format: TimestampFormat::EpochSeconds, strict: true, output: false };
    /// For responses on the client.
    pub const LENIENT: Self =
        Self { timestamp_format: TimestampFormat::EpochSeconds, strict: false, output: true };

    /// For the body of an output or error.
    #[must_use]
    pub const fn output(mut self) -> Self {
        self.output = true;
        self
    }
}

impl Default for JsonOptions {
    fn default() -> Self {
        Self::STRICT
    }
}

#[cfg(test)]
mod tests;
