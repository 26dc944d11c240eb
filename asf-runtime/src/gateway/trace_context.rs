//! `X-Amzn-Trace-Id`: the trace that a request belongs to.

use http::request::Parts;

use crate::Timestamp;

/// The trace that a request belongs to: [`RequestContext::trace`](crate::RequestContext::trace).
///
/// Form: X-Ray's developer guide, "Tracing header".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `1-<seconds>-<96 bits>`, hexadecimal.
    pub root: String,
    /// The segment that the request was made in, 64 bits.
    pub parent: Option<String>,
    /// Whether the trace is recorded; none where that is left to us.
    pub sampled: Option<bool>,
    /// Other fields (`Self`, `Lineage`, those of users), in their order.
    pub others: Vec<(String, String)>,
}

/// Fields of a header that are kept, at most.
const MAX_FIELDS: usize = 32;

impl TraceContext {
    /// Name of the header.
    pub const HEADER: http::HeaderName = http::HeaderName::from_static("x-amzn-trace-id");

    /// The trace that a request names, or one that begins with it. It is the same whenever it is asked for.
    pub(crate) fn of(request: &Parts, began: Timestamp, request_id: &str) -> Self {
        let named = request.headers.get(Self::HEADER).and_then(|it| it.to_str().ok()).and_then(Self::parse);
        named.unwrap_or_else(|| Self::new(began, request_id))
    }

    /// A trace that begins with a request.
    #[must_use]
    pub fn new(now: Timestamp, request_id: &str) -> Self {
        let mut unique: String = request_id.chars().filter(char::is_ascii_hexdigit).take(24).collect();
        unique.make_ascii_lowercase();
        let seconds = u32::try_from(now.millis().div_euclid(1000)).unwrap_or_default();
        Self {
            root: format!("1-{seconds:08x}-{unique:0>24}"),
            parent: None,
            sampled: None,
            others: Vec::new(),
        }
    }

    /// Reads a header. `None` if there is no root in it that is one; fields that are malformed are left out.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let mut trace = Self { root: String::new(), parent: None, sampled: None, others: Vec::new() };
        for field in header.split(';').take(MAX_FIELDS) {
            let Some((name, value)) = field.split_once('=') else { continue };
            let (name, value) = (name.trim(), value.trim());
            match name {
                "Root" if is_root(value) => trace.root = value.to_owned(),
                "Parent" if is_hex(value, 16) => trace.parent = Some(value.to_owned()),
                "Sampled" => {
                    trace.sampled = match value {
                        "1" => Some(true),
                        "0" => Some(false),
                        _ => None,
                    };
                }
                "Root" | "Parent" => {}
                _ => trace.others.push((name.to_owned(), value.to_owned())),
            }
        }
        (!trace.root.is_empty()).then_some(trace)
    }
}

impl std::fmt::Display for TraceContext {
    /// As the header has it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Root={}", self.root)?;
        if let Some(parent) = &self.parent {
            write!(f, ";Parent={parent}")?;
        }
        if let Some(sampled) = self.sampled {
            write!(f, ";Sampled={}", u8::from(sampled))?;
        }
        for (name, value) in &self.others {
            write!(f, ";{name}={value}")?;
        }
        Ok(())
    }
}

fn is_root(text: &str) -> bool {
    let mut parts = text.split('-');
    parts.next() == Some("1")
        && parts.next().is_some_and(|it| is_hex(it, 8))
        && parts.next().is_some_and(|it| is_hex(it, 24))
        && parts.next().is_none()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|it| it.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";
        for (header, expected) in [
            ("Root=1-5759e988-bd862e3fe1be46a994272793", Some(format!("Root={ROOT}"))),
            (
                "Self=1-67891234-12456789abcdef012345678;Root=1-5759e988-bd862e3fe1be46a994272793",
                Some(format!("Root={ROOT};Self=1-67891234-12456789abcdef012345678")),
            ),
            (
                "Root=1-5759e988-bd862e3fe1be46a994272793; Parent=53995c3f42cd8ad8; Sampled=1; a=b",
                Some(format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1;a=b")),
            ),
            ("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=x;Sampled=?", Some(format!("Root={ROOT}"))),
            (
                "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0;;=",
                Some(format!("Root={ROOT};Sampled=0;=")),
            ),
            ("Root=1-5759e988", None),
            ("Root=2-5759e988-bd862e3fe1be46a994272793", None),
            ("Root=1-5759e98g-bd862e3fe1be46a994272793", None),
            ("Parent=53995c3f42cd8ad8", None),
            ("", None),
        ] {
            assert_eq!(TraceContext::parse(header).map(|it| it.to_string()), expected, "{header}");
        }
    }

    #[test]
    fn new_traces() {
        let now = Timestamp::new(0x5759_e988, 0);
        let id = "BD862E3F-E1BE-46A9-9427-279300000000";
        assert_eq!(TraceContext::new(now, id).root, "1-5759e988-bd862e3fe1be46a994272793");
        assert!(is_root(&TraceContext::new(Timestamp::new(-1, 0), "x").root));
    }
}
