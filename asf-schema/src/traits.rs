//! The small enumerations of the model: kinds of shapes, locations of members, protocols, flags.

use bitflags::bitflags;

/// What a shape is, in the words of `service-2.json` (`"type"`), with two that botocore expresses as
/// traits promoted to kinds of their own: unions and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A structure: named members.
    Structure,
    /// A structure of which exactly one member is set (`"union": true`).
    Union,
    /// A list; its only member is the item.
    List,
    /// A map with string keys; its members are the key and the value.
    Map,
    /// UTF-8 text, enums included.
    String,
    /// Bytes.
    Blob,
    /// `true` or `false`.
    Boolean,
    /// 8-bit signed integer.
    Byte,
    /// 16-bit signed integer.
    Short,
    /// 32-bit signed integer.
    Integer,
    /// 64-bit signed integer.
    Long,
    /// 32-bit floating point number.
    Float,
    /// 64-bit floating point number.
    Double,
    /// A moment in time.
    Timestamp,
    /// Any JSON value (`"document": true`).
    Document,
}

impl Kind {
    /// True of structures and unions: shapes whose members have names.
    #[must_use]
    pub const fn has_members(self) -> bool {
        matches!(self, Self::Structure | Self::Union)
    }

    /// True of lists and maps.
    #[must_use]
    pub const fn is_collection(self) -> bool {
        matches!(self, Self::List | Self::Map)
    }

    /// True of everything that is a single value in a header, a label or a query argument.
    #[must_use]
    pub const fn is_simple(self) -> bool {
        !self.has_members() && !self.is_collection() && !matches!(self, Self::Document)
    }
}

/// Where a member travels in an HTTP message of the rest protocols (`"location"`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Location {
    /// In the body, or as the body itself when the shape names it as `payload`.
    #[default]
    Body,
    /// In one header.
    Header,
    /// In all headers that start with a prefix (`"headers"`).
    Headers,
    /// In the path, as a label (`"uri"`).
    Uri,
    /// In the query string.
    QueryString,
    /// The status code of the response.
    StatusCode,
}

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TimestampFormat {
    /// RFC 3339, `1985-04-12T23:20:50.52Z` (`iso8601`).
    DateTime,
    /// IMF-fixdate, `Tue, 29 Apr 2014 18:30:38 GMT` (`rfc822`).
    HttpDate,
    /// Seconds since 1970, with a fraction if there is one (`unixTimestamp`).
    EpochSeconds,
}

/// A wire protocol of AWS, in botocore's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ProtocolKind {
    /// `smithy-rpc-v2-cbor`.
    RpcV2Cbor,
    /// `json`, versions 1.0 and 1.1.
    Json,
    /// `rest-json`.
    RestJson,
    /// `rest-xml`.
    RestXml,
    /// `query`.
    Query,
    /// `ec2`.
    Ec2,
}

impl ProtocolKind {
    /// The name in `metadata.protocols`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RpcV2Cbor => "smithy-rpc-v2-cbor",
            Self::Json => "json",
            Self::RestJson => "rest-json",
            Self::RestXml => "rest-xml",
            Self::Query => "query",
            Self::Ec2 => "ec2",
        }
    }

    /// The protocol of a name in `metadata.protocols`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "smithy-rpc-v2-cbor" => Self::RpcV2Cbor,
            "json" => Self::Json,
            "rest-json" => Self::RestJson,
            "rest-xml" => Self::RestXml,
            "query" => Self::Query,
            "ec2" => Self::Ec2,
            _ => return None,
        })
    }

    /// True of the protocols that bind members to paths, query strings and headers.
    #[must_use]
    pub const fn is_rest(self) -> bool {
        matches!(self, Self::RestJson | Self::RestXml)
    }
}

impl std::fmt::Display for ProtocolKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

bitflags! {
    /// Traits of a shape that are either there or not.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ShapeFlags: u16 {
        /// Not to be shown in logs and `Debug`.
        const SENSITIVE = 1;
        /// A blob that is the body of the message and is not buffered.
        const STREAMING = 1 << 1;
        /// A union whose members are the events of a stream.
        const EVENT_STREAM = 1 << 2;
        /// A structure that is one event of a stream.
        const EVENT = 1 << 3;
        /// A list or map that may hold nulls.
        const SPARSE = 1 << 4;
        /// A list or map without an element of its own around its items.
        const FLATTENED = 1 << 5;
        /// An error.
        const EXCEPTION = 1 << 6;
        /// A structure that query responses wrap in an element of its name.
        const WRAPPER = 1 << 7;
        /// A streaming blob whose length has to be known.
        const REQUIRES_LENGTH = 1 << 8;
        /// An output whose only member is written as the root element itself (S3 `GetBucketLocation`);
        /// set by our own patches, after Smithy's `s3UnwrappedXmlOutput`.
        const UNWRAPPED_XML_OUTPUT = 1 << 9;
        /// Marked as deprecated in the model.
        const DEPRECATED = 1 << 10;
        /// A list without two equal items (Smithy's `uniqueItems`; no spec of botocore's has it).
        const UNIQUE_ITEMS = 1 << 11;
        /// A map of lists that has those query arguments which no other member is bound to, rather than
        /// all; set by our own patches.
        const OTHER_QUERY_PARAMS = 1 << 12;
        /// An input whose payload, a text, may come without a media type; set by our own patches.
        const UNTYPED_PAYLOAD = 1 << 13;
    }
}

bitflags! {
    /// Traits of a member that are either there or not. What the target shape says counts as the
    /// member's own (as botocore merges them).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct MemberFlags: u16 {
        /// Listed in the structure's `required`.
        const REQUIRED = 1;
        /// A list or map without an element around its items.
        const FLATTENED = 1 << 1;
        /// A string that carries JSON (base64 of it in headers).
        const JSON_VALUE = 1 << 2;
        /// A body that is not buffered.
        const STREAMING = 1 << 3;
        /// The payload of an event.
        const EVENT_PAYLOAD = 1 << 4;
        /// A header of an event.
        const EVENT_HEADER = 1 << 5;
        /// Stands in the host name too.
        const HOST_LABEL = 1 << 6;
        /// Filled in by clients when absent.
        const IDEMPOTENCY_TOKEN = 1 << 7;
        /// An attribute of the XML element rather than a child.
        const XML_ATTRIBUTE = 1 << 8;
        /// Not to be shown in logs and `Debug`.
        const SENSITIVE = 1 << 9;
        /// The member is the body of the message.
        const PAYLOAD = 1 << 10;
        /// `locationName` is given in the model, on the member or on its target.
        const NAMED = 1 << 11;
        /// The target is an event stream.
        const EVENT_STREAM = 1 << 12;
        /// Marked as deprecated in the model.
        const DEPRECATED = 1 << 13;
    }
}
