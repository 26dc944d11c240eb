//! Operations as rows of a table.

use bitflags::bitflags;

use crate::{ShapeId, XmlNamespace};

/// How callers prove who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AuthKind {
    /// SigV4, the rule.
    #[default]
    SigV4,
    /// A bearer token.
    Bearer,
    /// Nothing: the operation may be called unsigned.
    None,
}

bitflags! {
    /// Traits of an operation that are either there or not.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct OperationFlags: u8 {
        /// Clients sign without hashing the body.
        const UNSIGNED_PAYLOAD = 1;
        /// Clients have to send a checksum of the body.
        const CHECKSUM_REQUIRED = 1 << 1;
        /// Clients may compress the body.
        const REQUEST_COMPRESSION = 1 << 2;
        /// Marked as deprecated in the model.
        const DEPRECATED = 1 << 3;
        /// Marked as read-only in the model.
        const READ_ONLY = 1 << 4;
        /// Marked as idempotent in the model.
        const IDEMPOTENT = 1 << 5;
    }
}

/// One operation of a service.
#[derive(Debug)]
pub struct OperationSchema {
    /// The name, `GetQueueUrl`.
    pub name: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path and constant query arguments, with labels: `/{Bucket}/{Key+}?acl`.
    pub uri: &'static str,
    /// Status of a successful response.
    pub status: u16,
    /// Shape of the input, if there is one.
    pub input: Option<ShapeId>,
    /// Shape of the output, if there is one.
    pub output: Option<ShapeId>,
    /// Modelled errors.
    pub errors: &'static [ShapeId],
    /// Element around the result in query responses (`resultWrapper`).
    pub result_wrapper: Option<&'static str>,
    /// Root element of the request body (`input.locationName`).
    pub input_xml_name: Option<&'static str>,
    /// Namespace of the request's root element.
    pub input_xml_namespace: Option<&'static XmlNamespace>,
    /// Root element of the response body (`output.locationName`).
    pub output_xml_name: Option<&'static str>,
    /// How it is signed.
    pub auth: AuthKind,
    /// Prefix of the host name, with labels: `{AccountId}.`.
    pub host_prefix: Option<&'static str>,
    /// Checksums of bodies, S3's above all.
    pub http_checksum: Option<&'static HttpChecksum>,
    /// Traits that are there or not.
    pub flags: OperationFlags,
}

impl OperationSchema {
    /// An operation without input, output or traits, answered with 200.
    #[must_use]
    pub const fn new(name: &'static str, method: &'static str, uri: &'static str) -> Self {
        Self {
            name,
            method,
            uri,
            status: 200,
            input: None,
            output: None,
            errors: &[],
            result_wrapper: None,
            input_xml_name: None,
            input_xml_namespace: None,
            output_xml_name: None,
            auth: AuthKind::SigV4,
            host_prefix: None,
            http_checksum: None,
            flags: OperationFlags::empty(),
        }
    }

    /// With this input shape.
    #[must_use]
    pub const fn input(mut self, shape: u16) -> Self {
        self.input = Some(ShapeId(shape));
        self
    }

    /// With this output shape.
    #[must_use]
    pub const fn output(mut self, shape: u16) -> Self {
        self.output = Some(ShapeId(shape));
        self
    }

    /// Answered with this status.
    #[must_use]
    pub const fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// With these errors.
    #[must_use]
    pub const fn errors(mut self, errors: &'static [ShapeId]) -> Self {
        self.errors = errors;
        self
    }

    /// With this element around the result.
    #[must_use]
    pub const fn result_wrapper(mut self, name: &'static str) -> Self {
        self.result_wrapper = Some(name);
        self
    }

    /// With this root element of the request.
    #[must_use]
    pub const fn input_xml_name(mut self, name: &'static str) -> Self {
        self.input_xml_name = Some(name);
        self
    }

    /// With this namespace of the request's root element.
    #[must_use]
    pub const fn input_xml_namespace(mut self, namespace: &'static XmlNamespace) -> Self {
        self.input_xml_namespace = Some(namespace);
        self
    }

    /// With this root element of the response.
    #[must_use]
    pub const fn output_xml_name(mut self, name: &'static str) -> Self {
        self.output_xml_name = Some(name);
        self
    }

    /// Signed this way.
    #[must_use]
    pub const fn auth(mut self, auth: AuthKind) -> Self {
        self.auth = auth;
        self
    }

    /// With this prefix of the host name.
    #[must_use]
    pub const fn host_prefix(mut self, prefix: &'static str) -> Self {
        self.host_prefix = Some(prefix);
        self
    }

    /// With these checksums.
    #[must_use]
    pub const fn http_checksum(mut self, checksum: &'static HttpChecksum) -> Self {
        self.http_checksum = Some(checksum);
        self
    }

    /// With these flags ([`OperationFlags`] as bits).
    #[must_use]
    pub const fn flags(mut self, bits: u8) -> Self {
        self.flags = OperationFlags::from_bits_retain(bits);
        self
    }
}

/// The `httpChecksum` trait: which members steer the checksums of request and response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpChecksum {
    /// Member that names the algorithm of the request's checksum.
    pub request_algorithm_member: Option<&'static str>,
    /// A checksum of the request has to be there.
    pub request_checksum_required: bool,
    /// Member that asks for checksums in the response.
    pub request_validation_mode_member: Option<&'static str>,
    /// Algorithms of the response's checksums.
    pub response_algorithms: &'static [&'static str],
}
