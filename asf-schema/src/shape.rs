//! Shapes and members as rows of a table.

use crate::{Kind, Location, MemberFlags, ShapeFlags, TimestampFormat};

/// The index of a shape in its service's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShapeId(pub u16);

/// One shape of a service. Members are a range in the service's member table: the named members of
/// a structure or union, the item of a list, the key and the value of a map.
#[derive(Clone, Copy, Debug)]
pub struct ShapeSchema {
    /// The name in the spec.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Traits that are there or not.
    pub flags: ShapeFlags,
    /// The timestamp format that the shape itself asks for.
    pub timestamp_format: Option<TimestampFormat>,
    /// First row in the service's member table.
    pub members_start: u32,
    /// Number of rows in the service's member table.
    pub members_len: u16,
    /// Index among the members of the one that is the HTTP body (`payload`).
    pub payload: Option<u16>,
    /// The values of an enum; empty for everything else.
    pub enum_values: &'static [&'static str],
    /// Bounds and pattern, if there are any.
    pub constraints: Option<&'static Constraints>,
    /// What makes it an error, if it is one.
    pub error: Option<&'static ErrorSchema>,
    /// Namespace of the XML element.
    pub xml_namespace: Option<&'static XmlNamespace>,
    /// `locationName` of the shape itself.
    pub xml_name: Option<&'static str>,
}

impl ShapeSchema {
    /// A shape with no traits; the other methods add them. All are `const`, for generated statics.
    #[must_use]
    pub const fn new(name: &'static str, kind: Kind, members_start: u32, members_len: u16) -> Self {
        Self {
            name,
            kind,
            flags: ShapeFlags::empty(),
            timestamp_format: None,
            members_start,
            members_len,
            payload: None,
            enum_values: &[],
            constraints: None,
            error: None,
            xml_namespace: None,
            xml_name: None,
        }
    }

    /// With these flags ([`ShapeFlags`] as bits).
    #[must_use]
    pub const fn flags(mut self, bits: u16) -> Self {
        self.flags = ShapeFlags::from_bits_retain(bits);
        self
    }

    /// With this timestamp format.
    #[must_use]
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = Some(format);
        self
    }

    /// With the member of this index as the body.
    #[must_use]
    pub const fn payload(mut self, index: u16) -> Self {
        self.payload = Some(index);
        self
    }

    /// With these enum values.
    #[must_use]
    pub const fn enum_values(mut self, values: &'static [&'static str]) -> Self {
        self.enum_values = values;
        self
    }

    /// With these constraints.
    #[must_use]
    pub const fn constraints(mut self, constraints: &'static Constraints) -> Self {
        self.constraints = Some(constraints);
        self
    }

    /// As an error.
    #[must_use]
    pub const fn error(mut self, error: &'static ErrorSchema) -> Self {
        self.error = Some(error);
        self
    }

    /// With this namespace.
    #[must_use]
    pub const fn xml_namespace(mut self, namespace: &'static XmlNamespace) -> Self {
        self.xml_namespace = Some(namespace);
        self
    }

    /// With this `locationName`.
    #[must_use]
    pub const fn xml_name(mut self, name: &'static str) -> Self {
        self.xml_name = Some(name);
        self
    }
}

/// One member: a named member of a structure or union, `member` of a list, `key` or `value` of a map.
#[derive(Clone, Copy, Debug)]
pub struct MemberSchema {
    /// The name in the spec.
    pub name: &'static str,
    /// The name on the wire: `locationName` of the member, else of its target, else the name.
    pub wire_name: &'static str,
    /// The shape of its values.
    pub target: ShapeId,
    /// Where it travels in rest protocols.
    pub location: Location,
    /// Traits that are there or not.
    pub flags: MemberFlags,
    /// The timestamp format of the member, else of its target.
    pub timestamp_format: Option<TimestampFormat>,
    /// `queryName`: the name in requests of the ec2 protocol, where botocore's spec gives one (only
    /// ec2's does). In a service that speaks query it is set by our own patches (SQS): the name in
    /// query requests and responses, where that differs from the name in the service's other
    /// protocols; see [`Member::query_name`](crate::Member::query_name).
    pub query_name: Option<&'static str>,
    /// Namespace of the XML element.
    pub xml_namespace: Option<&'static XmlNamespace>,
}

impl MemberSchema {
    /// A member without traits whose wire name is its name.
    #[must_use]
    pub const fn new(name: &'static str, target: u16) -> Self {
        Self {
            name,
            wire_name: name,
            target: ShapeId(target),
            location: Location::Body,
            flags: MemberFlags::empty(),
            timestamp_format: None,
            query_name: None,
            xml_namespace: None,
        }
    }

    /// With this wire name.
    #[must_use]
    pub const fn wire(mut self, name: &'static str) -> Self {
        self.wire_name = name;
        self
    }

    /// At this location.
    #[must_use]
    pub const fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// With these flags ([`MemberFlags`] as bits).
    #[must_use]
    pub const fn flags(mut self, bits: u16) -> Self {
        self.flags = MemberFlags::from_bits_retain(bits);
        self
    }

    /// With this timestamp format.
    #[must_use]
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = Some(format);
        self
    }

    /// With this name in ec2 requests, or in query requests and responses.
    #[must_use]
    pub const fn query_name(mut self, name: &'static str) -> Self {
        self.query_name = Some(name);
        self
    }

    /// With this namespace.
    #[must_use]
    pub const fn xml_namespace(mut self, namespace: &'static XmlNamespace) -> Self {
        self.xml_namespace = Some(namespace);
        self
    }
}

/// Bounds of a value: of its length (strings in characters, blobs in bytes, lists and maps in
/// entries) or of the number itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constraints {
    /// Least length or value.
    pub min: Option<f64>,
    /// Greatest length or value.
    pub max: Option<f64>,
    /// Regular expression that a string matches.
    pub pattern: Option<&'static str>,
}

/// What a modelled error is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorSchema {
    /// The code: `error.code`, else the name of the shape.
    pub code: &'static str,
    /// HTTP status.
    pub status: u16,
    /// True when the caller is to blame.
    pub sender_fault: bool,
}

/// An XML namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlNamespace {
    /// Prefix; none for the default namespace.
    pub prefix: Option<&'static str>,
    /// The URI.
    pub uri: &'static str,
}

/// Rows of several tables as one, at compile time: generated tables of thousands of rows stand in
/// several files. `N` is the number of all rows.
///
/// # Panics
/// If `N` is not that number; as it is called in constants, that is an error of compilation.
#[must_use]
pub const fn concat<T: Copy, const N: usize>(parts: &[&[T]]) -> [T; N] {
    let mut all = [parts[0][0]; N];
    let mut at = 0;
    let mut part = 0;
    while part < parts.len() {
        let mut row = 0;
        while row < parts[part].len() {
            all[at] = parts[part][row];
            at += 1;
            row += 1;
        }
        part += 1;
    }
    assert!(at == N, "the rows of all parts are not as many as the table has");
    all
}
