//! `service-2.json` -> [`ServiceSchema`], at run time.
//!
//! What is loaded is leaked on purpose: schemas are handed around as `&'static`, a process loads each
//! service at most once, and all 424 together are some tens of megabytes.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::{
    AuthKind, Constraints, ErrorSchema, HttpChecksum, Kind, Location, MemberFlags, MemberSchema, Metadata,
    OperationFlags, OperationSchema, ProtocolKind, ServiceSchema, ShapeFlags, ShapeId, ShapeSchema,
    TimestampFormat, XmlNamespace,
};

/// Why a spec cannot be used. Each names the place in the spec.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The text is not JSON.
    #[error("the spec is not JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// A part that has to be there is not, or has another type.
    #[error("{place}: expected {expected}")]
    Expected {
        /// Where, in words.
        place: String,
        /// What should be there.
        expected: &'static str,
    },
    /// A shape that is referred to is not defined.
    #[error("{place} refers to the shape {shape}, which the spec does not define")]
    UnknownShape {
        /// Where, in words.
        place: String,
        /// The name of the missing shape.
        shape: String,
    },
    /// A `type` that no spec is known to have.
    #[error("the shape {shape} has the unknown type {kind}")]
    UnknownType {
        /// The shape.
        shape: String,
        /// Its type.
        kind: String,
    },
    /// More shapes or members than the tables can index.
    #[error("the spec has {count} {what}, more than {limit}")]
    TooLarge {
        /// What there are too many of.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
}

/// Reads a `service-2.json`. `name` is botocore's folder name of the service.
///
/// # Errors
/// When the text is not JSON, or is no service model; see [`LoadError`].
pub fn load_service(name: &str, json: &[u8]) -> Result<&'static ServiceSchema, LoadError> {
    load_service_value(name, &serde_json::from_slice(json)?)
}

/// Like [`load_service`], for a spec that is parsed already (and patched, perhaps).
///
/// # Errors
/// When it is no service model; see [`LoadError`].
pub fn load_service_value(name: &str, spec: &Value) -> Result<&'static ServiceSchema, LoadError> {
    Loader::new(spec)?.load(name)
}

struct Loader<'a> {
    metadata: &'a Map<String, Value>,
    operations: Vec<(&'a str, &'a Value)>,
    /// Sorted by name; the position is the shape's id.
    shapes: Vec<(&'a str, &'a Value)>,
    members: Vec<MemberSchema>,
    lookup: Vec<u16>,
    /// Payloads that operations name where they refer to a shape, as very old specs have it.
    payloads: HashMap<&'a str, &'a str>,
}

impl<'a> Loader<'a> {
    fn new(spec: &'a Value) -> Result<Self, LoadError> {
        let object = |key: &'static str| {
            spec.get(key)
                .and_then(Value::as_object)
                .ok_or(LoadError::Expected { place: key.to_owned(), expected: "an object" })
        };
        let sorted = |key| -> Result<Vec<(&'a str, &'a Value)>, LoadError> {
            let mut rows: Vec<_> = object(key)?.iter().map(|(name, value)| (name.as_str(), value)).collect();
            rows.sort_unstable_by_key(|(name, _)| *name);
            match rows.len() {
                count if count > usize::from(u16::MAX) => {
                    Err(LoadError::TooLarge { what: key, count, limit: usize::from(u16::MAX) })
                }
                _ => Ok(rows),
            }
        };
        let operations = sorted("operations")?;
        let references = operations.iter().flat_map(|(_, it)| [it.get("input"), it.get("output")]).flatten();
        let payloads = references
            .filter_map(|it| Some((it.get("shape")?.as_str()?, it.get("payload")?.as_str()?)))
            .collect();
        Ok(Self {
            metadata: object("metadata")?,
            operations,
            shapes: sorted("shapes")?,
            members: Vec::new(),
            lookup: Vec::new(),
            payloads,
        })
    }

    fn load(mut self, name: &str) -> Result<&'static ServiceSchema, LoadError> {
        let metadata = self.metadata()?;
        let mut rows = Vec::with_capacity(self.shapes.len());
        for index in 0..self.shapes.len() {
            let (name, spec) = self.shapes[index];
            rows.push(self.shape(name, spec)?);
        }
        let mut operations = Vec::with_capacity(self.operations.len());
        for &(name, spec) in &self.operations {
            operations.push(self.operation(name, spec)?);
        }
        Ok(Box::leak(Box::new(ServiceSchema {
            name: leak(name),
            metadata,
            operations: operations.leak(),
            shapes: rows.leak(),
            members: self.members.leak(),
            lookup: self.lookup.leak(),
        })))
    }

    fn metadata(&self) -> Result<Metadata, LoadError> {
        let text = |key: &str| self.metadata.get(key).and_then(Value::as_str);
        let mut protocols: Vec<ProtocolKind> = Vec::new();
        let listed = self.metadata.get("protocols").and_then(Value::as_array);
        let names =
            text("protocol").into_iter().chain(listed.into_iter().flatten().filter_map(Value::as_str));
        for protocol in names.filter_map(ProtocolKind::from_name) {
            if !protocols.contains(&protocol) {
                protocols.push(protocol);
            }
        }
        if protocols.is_empty() {
            return Err(LoadError::Expected {
                place: "metadata.protocol".to_owned(),
                expected: "one of json, rest-json, rest-xml, query, ec2, smithy-rpc-v2-cbor",
            });
        }
        let endpoint_prefix = leak(text("endpointPrefix").unwrap_or_default());
        let service_id = text("serviceId").or_else(|| text("serviceFullName")).unwrap_or_default();
        Ok(Metadata {
            api_version: leak(text("apiVersion").unwrap_or_default()),
            endpoint_prefix,
            signing_name: text("signingName").map_or(endpoint_prefix, leak),
            service_id: leak(service_id),
            full_name: leak(text("serviceFullName").unwrap_or(service_id)),
            abbreviation: text("serviceAbbreviation").map(leak),
            protocols: protocols.leak(),
            json_version: text("jsonVersion").map(leak),
            target_prefix: text("targetPrefix").map(leak),
            xml_namespace: self.metadata.get("xmlNamespace").and_then(namespace).map(|it| it.uri),
            global_endpoint: text("globalEndpoint").map(leak),
            query_compatible: self.metadata.contains_key("awsQueryCompatible"),
            no_error_wrapping: self.metadata.get("noErrorWrapping").and_then(Value::as_bool) == Some(true),
            signature_version: leak(text("signatureVersion").unwrap_or("v4")),
        })
    }

    fn operation(&self, name: &str, spec: &Value) -> Result<OperationSchema, LoadError> {
        let place = || format!("operations.{name}");
        let http = spec.get("http");
        let text = |key: &str| http.and_then(|it| it.get(key)).and_then(Value::as_str);
        let shape_of = |reference: Option<&Value>| -> Result<Option<ShapeId>, LoadError> {
            let Some(shape) = reference.and_then(|it| it.get("shape")).and_then(Value::as_str) else {
                return Ok(None);
            };
            Ok(Some(self.resolve(shape, place)?.0))
        };
        let input = spec.get("input");
        let output = spec.get("output");
        let mut errors = Vec::new();
        for error in spec.get("errors").and_then(Value::as_array).into_iter().flatten() {
            errors.extend(shape_of(Some(error))?);
        }
        let name_of = |reference: Option<&Value>| {
            reference.and_then(|it| it.get("locationName")).and_then(Value::as_str).map(leak)
        };
        let mut flags = OperationFlags::empty();
        flags.set(OperationFlags::UNSIGNED_PAYLOAD, is_true(spec, "unsignedPayload"));
        flags.set(OperationFlags::DEPRECATED, is_true(spec, "deprecated"));
        flags.set(OperationFlags::READ_ONLY, is_true(spec, "readonly"));
        flags.set(OperationFlags::IDEMPOTENT, is_true(spec, "idempotent"));
        flags.set(OperationFlags::REQUEST_COMPRESSION, spec.get("requestcompression").is_some());
        let checksum = spec.get("httpChecksum").map(http_checksum);
        flags.set(
            OperationFlags::CHECKSUM_REQUIRED,
            is_true(spec, "httpChecksumRequired") || checksum.is_some_and(|it| it.request_checksum_required),
        );
        Ok(OperationSchema {
            name: leak(name),
            method: leak(text("method").unwrap_or("POST")),
            uri: leak(text("requestUri").unwrap_or("/")),
            status: http
                .and_then(|it| it.get("responseCode"))
                .and_then(Value::as_u64)
                .and_then(|it| u16::try_from(it).ok())
                .unwrap_or(200),
            input: shape_of(input)?,
            output: shape_of(output)?,
            errors: errors.leak(),
            result_wrapper: output.and_then(|it| it.get("resultWrapper")).and_then(Value::as_str).map(leak),
            input_xml_name: name_of(input),
            input_xml_namespace: input.and_then(|it| it.get("xmlNamespace")).and_then(namespace),
            output_xml_name: name_of(output),
            auth: self.auth(spec),
            host_prefix: spec
                .get("endpoint")
                .and_then(|it| it.get("hostPrefix"))
                .and_then(Value::as_str)
                .map(leak),
            http_checksum: checksum,
            flags,
        })
    }

    fn auth(&self, spec: &Value) -> AuthKind {
        let first = |value: &Value| {
            value.get("auth").and_then(|it| it.get(0)).and_then(Value::as_str).map(str::to_owned)
        };
        let scheme = first(spec).or_else(|| {
            self.metadata.get("auth").and_then(|it| it.get(0)).and_then(Value::as_str).map(str::to_owned)
        });
        match (spec.get("authtype").and_then(Value::as_str), scheme.as_deref()) {
            (Some("none" | "custom"), _) | (_, Some("smithy.api#noAuth")) => AuthKind::None,
            (Some("bearer"), _) | (_, Some("smithy.api#httpBearerAuth")) => AuthKind::Bearer,
            _ if self.metadata.get("signatureVersion").and_then(Value::as_str) == Some("bearer") => {
                AuthKind::Bearer
            }
            _ => AuthKind::SigV4,
        }
    }

    fn shape(&mut self, name: &str, spec: &Value) -> Result<ShapeSchema, LoadError> {
        let kind = kind_of(name, spec)?;
        let start = self.members.len();
        match kind {
            Kind::Structure | Kind::Union => {
                let required: Vec<&str> = spec
                    .get("required")
                    .and_then(Value::as_array)
                    .map(|list| list.iter().filter_map(Value::as_str).collect())
                    .unwrap_or_default();
                let payload =
                    spec.get("payload").and_then(Value::as_str).or_else(|| self.payloads.get(name).copied());
                for (member, reference) in
                    spec.get("members").and_then(Value::as_object).into_iter().flatten()
                {
                    let mut row = self.member(name, member, reference)?;
                    row.flags.set(MemberFlags::REQUIRED, required.contains(&member.as_str()));
                    row.flags.set(MemberFlags::PAYLOAD, payload == Some(member.as_str()));
                    self.members.push(row);
                }
            }
            Kind::List => {
                let row = self.member(name, "member", spec.get("member").unwrap_or(&Value::Null))?;
                self.members.push(row);
            }
            Kind::Map => {
                for part in ["key", "value"] {
                    let row = self.member(name, part, spec.get(part).unwrap_or(&Value::Null))?;
                    self.members.push(row);
                }
            }
            _ => {}
        }
        let rows = &self.members[start..];
        let members_len = u16::try_from(rows.len()).map_err(|_| LoadError::TooLarge {
            what: "members in a shape",
            count: rows.len(),
            limit: usize::from(u16::MAX),
        })?;
        let mut order: Vec<u16> = (0..members_len).collect();
        order.sort_by_key(|&index| rows[usize::from(index)].wire_name);
        self.lookup.extend(order);
        let payload =
            rows.iter().position(|row| row.flags.contains(MemberFlags::PAYLOAD)).map(|it| it as u16);
        Ok(ShapeSchema {
            name: leak(name),
            kind,
            flags: shape_flags(spec),
            timestamp_format: timestamp_format(spec),
            members_start: start as u32,
            members_len,
            payload,
            enum_values: strings(spec.get("enum")),
            constraints: constraints(spec),
            error: error_of(name, spec),
            xml_namespace: spec.get("xmlNamespace").and_then(namespace),
            xml_name: spec.get("locationName").and_then(Value::as_str).map(leak),
        })
    }

    /// A member as botocore resolves it: what the reference says, then what its target says.
    fn member(&self, shape: &str, name: &str, reference: &Value) -> Result<MemberSchema, LoadError> {
        let place = || format!("shapes.{shape}.{name}");
        let target = reference
            .get("shape")
            .and_then(Value::as_str)
            .ok_or_else(|| LoadError::Expected { place: place(), expected: "a reference to a shape" })?;
        let (target, target_spec) = self.resolve(target, place)?;
        let either = |key: &str| reference.get(key).or_else(|| target_spec.get(key));
        let flag = |key: &str| either(key).and_then(Value::as_bool).unwrap_or(false);
        let wire_name = either("locationName").and_then(Value::as_str);
        let mut flags = MemberFlags::empty();
        flags.set(MemberFlags::FLATTENED, flag("flattened"));
        flags.set(MemberFlags::JSON_VALUE, flag("jsonvalue"));
        flags.set(MemberFlags::STREAMING, flag("streaming"));
        flags.set(MemberFlags::EVENT_PAYLOAD, flag("eventpayload"));
        flags.set(MemberFlags::EVENT_HEADER, flag("eventheader"));
        flags.set(MemberFlags::HOST_LABEL, flag("hostLabel"));
        flags.set(MemberFlags::IDEMPOTENCY_TOKEN, flag("idempotencyToken"));
        flags.set(MemberFlags::XML_ATTRIBUTE, flag("xmlAttribute"));
        flags.set(MemberFlags::SENSITIVE, flag("sensitive"));
        flags.set(MemberFlags::EVENT_STREAM, flag("eventstream"));
        flags.set(MemberFlags::DEPRECATED, is_true(reference, "deprecated"));
        flags.set(MemberFlags::NAMED, wire_name.is_some());
        let name = leak(name);
        Ok(MemberSchema {
            name,
            wire_name: wire_name.map_or(name, leak),
            target,
            location: location(either("location").and_then(Value::as_str)),
            flags,
            timestamp_format: timestamp_format(reference).or_else(|| timestamp_format(target_spec)),
            // ec2's own trait; on services that speak query beside another protocol our patches set it.
            query_name: either("queryName").and_then(Value::as_str).map(leak),
            xml_namespace: either("xmlNamespace").and_then(namespace),
        })
    }

    fn resolve(&self, shape: &str, place: impl Fn() -> String) -> Result<(ShapeId, &'a Value), LoadError> {
        match self.shapes.binary_search_by_key(&shape, |(name, _)| *name) {
            Ok(index) => Ok((ShapeId(index as u16), self.shapes[index].1)),
            Err(_) => Err(LoadError::UnknownShape { place: place(), shape: shape.to_owned() }),
        }
    }
}

fn kind_of(name: &str, spec: &Value) -> Result<Kind, LoadError> {
    let kind = spec.get("type").and_then(Value::as_str).unwrap_or_default();
    if is_true(spec, "document") {
        return Ok(Kind::Document);
    }
    Ok(match kind {
        "structure" if is_true(spec, "union") || is_true(spec, "eventstream") => Kind::Union,
        "structure" => Kind::Structure,
        "list" | "set" => Kind::List,
        "map" => Kind::Map,
        // A slip in a model of botocore's own protocol tests: it is read as what it can only be.
        "string" if spec.get("key").is_some() && spec.get("value").is_some() => Kind::Map,
        "string" | "character" => Kind::String,
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "byte" => Kind::Byte,
        "short" => Kind::Short,
        "integer" => Kind::Integer,
        "long" | "biginteger" => Kind::Long,
        "float" => Kind::Float,
        "double" | "bigdecimal" => Kind::Double,
        "timestamp" => Kind::Timestamp,
        _ => return Err(LoadError::UnknownType { shape: name.to_owned(), kind: kind.to_owned() }),
    })
}

fn shape_flags(spec: &Value) -> ShapeFlags {
    let mut flags = ShapeFlags::empty();
    for (flag, key) in [
        (ShapeFlags::SENSITIVE, "sensitive"),
        (ShapeFlags::STREAMING, "streaming"),
        (ShapeFlags::EVENT_STREAM, "eventstream"),
        (ShapeFlags::EVENT, "event"),
        (ShapeFlags::SPARSE, "sparse"),
        (ShapeFlags::FLATTENED, "flattened"),
        (ShapeFlags::EXCEPTION, "exception"),
        (ShapeFlags::WRAPPER, "wrapper"),
        (ShapeFlags::REQUIRES_LENGTH, "requiresLength"),
        (ShapeFlags::UNWRAPPED_XML_OUTPUT, "unwrappedXmlOutput"),
        (ShapeFlags::DEPRECATED, "deprecated"),
        (ShapeFlags::UNIQUE_ITEMS, "uniqueItems"),
        (ShapeFlags::OTHER_QUERY_PARAMS, "otherQueryParams"),
        (ShapeFlags::UNTYPED_PAYLOAD, "untypedPayload"),
    ] {
        flags.set(flag, is_true(spec, key));
    }
    if spec.get("error").is_some() {
        flags |= ShapeFlags::EXCEPTION;
    }
    flags
}

fn error_of(name: &str, spec: &Value) -> Option<&'static ErrorSchema> {
    let error = spec.get("error");
    if error.is_none() && !is_true(spec, "exception") {
        return None;
    }
    let fault = is_true(spec, "fault") || error.is_some_and(|it| is_true(it, "fault"));
    let status = error
        .and_then(|it| it.get("httpStatusCode"))
        .and_then(Value::as_u64)
        .and_then(|it| u16::try_from(it).ok())
        .unwrap_or(if fault { 500 } else { 400 });
    let sender_fault =
        error.and_then(|it| it.get("senderFault")).and_then(Value::as_bool).unwrap_or(!fault && status < 500);
    let code = error.and_then(|it| it.get("code")).and_then(Value::as_str).unwrap_or(name);
    Some(Box::leak(Box::new(ErrorSchema { code: leak(code), status, sender_fault })))
}

fn constraints(spec: &Value) -> Option<&'static Constraints> {
    let found = Constraints {
        min: spec.get("min").and_then(Value::as_f64),
        max: spec.get("max").and_then(Value::as_f64),
        pattern: spec.get("pattern").and_then(Value::as_str).map(leak),
    };
    (found != Constraints { min: None, max: None, pattern: None }).then(|| &*Box::leak(Box::new(found)))
}

fn http_checksum(spec: &Value) -> &'static HttpChecksum {
    let text = |key: &str| spec.get(key).and_then(Value::as_str).map(leak);
    Box::leak(Box::new(HttpChecksum {
        request_algorithm_member: text("requestAlgorithmMember"),
        request_checksum_required: is_true(spec, "requestChecksumRequired"),
        request_validation_mode_member: text("requestValidationModeMember"),
        response_algorithms: strings(spec.get("responseAlgorithms")),
    }))
}

fn timestamp_format(spec: &Value) -> Option<TimestampFormat> {
    match spec.get("timestampFormat").and_then(Value::as_str)? {
        "iso8601" => Some(TimestampFormat::DateTime),
        "rfc822" => Some(TimestampFormat::HttpDate),
        "unixTimestamp" => Some(TimestampFormat::EpochSeconds),
        _ => None,
    }
}

fn location(name: Option<&str>) -> Location {
    match name {
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("uri") => Location::Uri,
        Some("querystring") => Location::QueryString,
        Some("statusCode") => Location::StatusCode,
        _ => Location::Body,
    }
}

fn namespace(spec: &Value) -> Option<&'static XmlNamespace> {
    let found = match spec {
        Value::String(uri) => XmlNamespace { prefix: None, uri: leak(uri) },
        _ => XmlNamespace {
            prefix: spec.get("prefix").and_then(Value::as_str).filter(|it| !it.is_empty()).map(leak),
            uri: leak(spec.get("uri")?.as_str()?),
        },
    };
    Some(Box::leak(Box::new(found)))
}

fn strings(list: Option<&Value>) -> &'static [&'static str] {
    match list.and_then(Value::as_array) {
        Some(list) => list.iter().filter_map(Value::as_str).map(leak).collect::<Vec<_>>().leak(),
        None => &[],
    }
}

fn is_true(spec: &Value, key: &str) -> bool {
    spec.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn leak(text: &str) -> &'static str {
    if text.is_empty() { "" } else { Box::leak(Box::from(text)) }
}
