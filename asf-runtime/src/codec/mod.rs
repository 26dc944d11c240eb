//! Formats of bodies: text <-> [`Shape`](crate::Shape), driven by the schema. A codec knows no protocol.

pub mod cbor;
pub mod form;
pub mod json;
pub mod names;
pub mod text;
pub mod xml;

use std::fmt;

use asf_schema::Location;

use crate::AwsError;

/// Greatest depth of nested structures, lists and maps in anything that is read or written.
pub const MAX_DEPTH: usize = 128;

/// Whether a member travels in the body. In an output (or an error) members that are bound to the path or the
/// query string do, as there they have no other place.
pub(crate) fn in_body(location: Location, output: bool) -> bool {
    match location {
        Location::Body => true,
        Location::Uri | Location::QueryString => output,
        Location::Header | Location::Headers | Location::StatusCode => false,
    }
}

/// Input that does not fit the schema: what was wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecError {
    message: String,
    /// The path to the member, innermost part first; parts are added on the way out.
    path: Vec<String>,
}

impl CodecError {
    /// An error at the value that is being read.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), path: Vec::new() }
    }

    /// Adds the member, index or key in which the error happened.
    #[must_use]
    pub fn within(mut self, part: impl fmt::Display) -> Self {
        self.path.push(part.to_string());
        self
    }

    /// What was wrong, without the place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The place: `/Messages/0/Body`. Empty at the top.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.iter().rev().fold(String::new(), |path, part| path + "/" + part)
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.is_empty() {
            true => f.write_str(&self.message),
            false => write!(f, "{} (at {})", self.message, self.path()),
        }
    }
}

impl std::error::Error for CodecError {}

impl From<CodecError> for AwsError {
    fn from(error: CodecError) -> Self {
        Self::serialization(error.to_string())
    }
}

impl From<crate::shape::Mismatch> for CodecError {
    fn from(error: crate::shape::Mismatch) -> Self {
        Self::new(error.to_string())
    }
}
