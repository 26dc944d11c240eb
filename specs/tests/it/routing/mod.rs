//! The router over all services: requests as text, and where they go.

mod errors;
mod hosts;
mod rest;
mod rpc;
mod unsigned;

use asf_routing::{RouteError, RouteRequest};
use asf_schema::ProtocolKind;
use http::{HeaderMap, HeaderName, HeaderValue};

/// A request as text: method and URI, a line each header, an empty line, the body. `@name` as a header stands
/// for a SigV4 signature for the service of that name.
struct Text {
    method: String,
    uri: String,
    headers: HeaderMap,
    body: String,
}

impl Text {
    fn new(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut lines = head.lines().map(str::trim);
        let (method, uri) = lines.next().unwrap().split_once(' ').unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            let signature;
            let (name, value) = match line.strip_prefix('@') {
                Some(service) => {
                    signature = format!(
                        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/{service}/aws4_request, \
                         SignedHeaders=host;x-amz-date, Signature=5d"
                    );
                    ("authorization", signature.as_str())
                }
                None => line.split_once(": ").unwrap(),
            };
            let name = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        Self { method: method.to_owned(), uri: uri.to_owned(), headers, body: body.trim().to_owned() }
    }

    fn request(&self) -> RouteRequest<'_> {
        RouteRequest::new(&self.method, &self.uri, &self.headers, self.body.as_bytes())
    }
}

/// `service.operation` and the protocol; where the URI is rewritten, that too.
#[track_caller]
fn check(text: &str, expected: &str) {
    let text = Text::new(text);
    let request = text.request();
    let got = match asf_specs::router().route(&request) {
        Ok(route) => {
            // What the router says is in the models, but for rpc-v2-cbor, which is taken where json is.
            let service = asf_specs::info(route.service).unwrap();
            let in_model = |protocol| service.protocols.contains(&protocol);
            let is_taken = route.protocol == ProtocolKind::RpcV2Cbor && in_model(ProtocolKind::Json);
            assert!(in_model(route.protocol) || is_taken, "{route:?}");
            let uri = route.rewritten(&request).map(|uri| format!(" {uri}")).unwrap_or_default();
            format!("{}.{} {}{uri}", route.service, route.operation, route.protocol)
        }
        Err(error) => error.to_string(),
    };
    assert_eq!(got, expected, "{} {}", text.method, text.uri);
}

/// The error of a request.
#[track_caller]
fn refused(text: &str) -> RouteError {
    asf_specs::router().route(&Text::new(text).request()).unwrap_err()
}
