//! A service: metadata and the tables of its operations, shapes and members.

use crate::{MemberSchema, Operation, OperationSchema, ProtocolKind, Schema, ShapeId, ShapeSchema};

/// One service's model. Lives as long as the process: a static of a generated crate, or a table that
/// [`load_service`](crate::load_service) has made.
#[derive(Debug)]
pub struct ServiceSchema {
    /// botocore's folder name, `sqs`; the service's identity everywhere in ASF.
    pub name: &'static str,
    /// `metadata` of the spec.
    pub metadata: Metadata,
    /// Sorted by name.
    pub operations: &'static [OperationSchema],
    /// Sorted by name.
    pub shapes: &'static [ShapeSchema],
    /// Rows that shapes refer to by range.
    pub members: &'static [MemberSchema],
    /// Parallel to `members`: within the range of a structure, its members' indices (counted from
    /// the range's start) sorted by wire name.
    pub lookup: &'static [u16],
}

impl ServiceSchema {
    /// The operation of this name.
    #[must_use]
    pub fn operation(&'static self, name: &str) -> Option<Operation> {
        let index = self.operations.binary_search_by(|row| row.name.cmp(name)).ok()?;
        Some(Operation::new(self, index as u16))
    }

    /// All operations, sorted by name.
    pub fn operations(&'static self) -> impl ExactSizeIterator<Item = Operation> {
        (0..self.operations.len()).map(move |index| Operation::new(self, index as u16))
    }

    /// The shape of this name.
    #[must_use]
    pub fn shape(&'static self, name: &str) -> Option<Schema> {
        let index = self.shapes.binary_search_by(|row| row.name.cmp(name)).ok()?;
        Some(Schema::new(self, ShapeId(index as u16)))
    }

    /// All shapes, sorted by name.
    pub fn shapes(&'static self) -> impl ExactSizeIterator<Item = Schema> {
        (0..self.shapes.len()).map(move |index| Schema::new(self, ShapeId(index as u16)))
    }
}

/// `metadata` of a spec.
#[derive(Debug)]
pub struct Metadata {
    /// `2012-11-05`.
    pub api_version: &'static str,
    /// First label of the service's host names, `sqs`.
    pub endpoint_prefix: &'static str,
    /// Service name in the SigV4 credential scope; the endpoint prefix where the spec gives none.
    pub signing_name: &'static str,
    /// `SQS`.
    pub service_id: &'static str,
    /// `Amazon Simple Queue Service`.
    pub full_name: &'static str,
    /// `Amazon SQS`, where the spec gives one.
    pub abbreviation: Option<&'static str>,
    /// All protocols that the service speaks, the main one (`protocol`) first.
    pub protocols: &'static [ProtocolKind],
    /// `1.0` or `1.1`.
    pub json_version: Option<&'static str>,
    /// Prefix of `X-Amz-Target`; Smithy's service shape name in rpc-v2 paths.
    pub target_prefix: Option<&'static str>,
    /// Namespace of XML responses.
    pub xml_namespace: Option<&'static str>,
    /// Host name of a service without regions.
    pub global_endpoint: Option<&'static str>,
    /// Answers carry the old query error codes (`awsQueryCompatible`).
    pub query_compatible: bool,
    /// Errors of rest-xml are `<Error>` itself rather than inside `<ErrorResponse>` (S3); set by our own
    /// patches, after Smithy's `restXml` trait.
    pub no_error_wrapping: bool,
    /// `v4`, `s3`, `s3v4`, `bearer`, `v2`...
    pub signature_version: &'static str,
}

impl Metadata {
    /// Nothing yet. Generated statics start from it, so that they need not name what is absent.
    pub const EMPTY: Self = Self {
        api_version: "",
        endpoint_prefix: "",
        signing_name: "",
        service_id: "",
        full_name: "",
        abbreviation: None,
        protocols: &[],
        json_version: None,
        target_prefix: None,
        xml_namespace: None,
        global_endpoint: None,
        query_compatible: false,
        no_error_wrapping: false,
        signature_version: "v4",
    };

    /// The main protocol.
    ///
    /// A spec without a protocol is refused when it is loaded; a static without one would be a fault
    /// of the generator, answered here with `rest-json`.
    #[must_use]
    pub fn protocol(&self) -> ProtocolKind {
        self.protocols.first().copied().unwrap_or(ProtocolKind::RestJson)
    }

    /// Whether the service speaks this protocol.
    #[must_use]
    pub fn speaks(&self, protocol: ProtocolKind) -> bool {
        self.protocols.contains(&protocol)
    }
}
