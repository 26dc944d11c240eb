//! XML bodies <-> [`Shape`](crate::Shape), driven by the schema: rest-xml, and the responses of query and
//! ec2. quick-xml tokenises; no tree is built in either direction.
//!
//! Namespaces are written where the model has them and ignored when reading: elements are known by their
//! local names. A document type is refused, so there are no entities but the five predefined ones and
//! character references.

mod escape;
mod read;
mod write;

use asf_schema::TimestampFormat;

use super::names::Names;

pub use escape::{escape_attribute, escape_text};
pub use read::{Element, XmlReader, read_body, read_member, read_shape};
pub use write::{XmlWriter, write_body, write_element, write_member, write_members};

/// How a document is read and written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlOptions {
    /// Format of timestamps where neither member nor shape gives one.
    pub timestamp_format: TimestampFormat,
    /// Which names elements have.
    pub names: Names,
    /// What a client sent is read strictly. What a service answered is read as botocore does: timestamps
    /// in any notation, text between elements and surplus elements ignored, empty numbers absent, any
    /// name for the items of a list.
    pub strict: bool,
    /// The name that the root element has to have; with none, any will do.
    pub root: Option<&'static str>,
    /// It is the body of an output or of an error: members that are bound to the path or the query string
    /// are in it. Only bodies of which other members travel elsewhere have to know.
    pub output: bool,
}

impl XmlOptions {
    /// For requests on the server, and for writing.
    pub const STRICT: Self = Self {
        timestamp_format: TimestampFormat::DateTime,
        names: Names::Wire,
        strict: true,
        root: None,
        output: false,
    };
    /// For responses on the client.
    pub const LENIENT: Self = Self { strict: false, output: true, ..Self::STRICT };

    /// With these names.
    #[must_use]
    pub const fn names(mut self, names: Names) -> Self {
        self.names = names;
        self
    }

    /// With a root element that has to have this name.
    #[must_use]
    pub const fn root(mut self, name: &'static str) -> Self {
        self.root = Some(name);
        self
    }

    /// For the body of an output or error.
    #[must_use]
    pub const fn output(mut self) -> Self {
        self.output = true;
        self
    }
}

impl Default for XmlOptions {
    fn default() -> Self {
        Self::STRICT
    }
}

#[cfg(test)]
mod tests;
