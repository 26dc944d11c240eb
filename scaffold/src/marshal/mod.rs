//! `scaffold marshal`: reads requests and writes responses and errors of any operation, from lines of
//! JSON. What it answers is what the runtime does; there is no protocol code here.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use asf_routing::{RouteRequest, Router};
use asf_runtime::error::{AwsError, ReceivedError};
use asf_runtime::protocol::{self, Exchange, Protocol, Response};
use asf_runtime::schema::{Operation, ProtocolKind, ServiceSchema};
use asf_runtime::validation::{Style, validate};
use asf_runtime::value::neutral::{from_neutral, to_neutral};
use asf_runtime::{Bytes, Value};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use futures_util::FutureExt as _;
use serde_json::{Value as Json, json};

use crate::json_lines::{self, text};

/// Id of every request that is answered.
const REQUEST_ID: &str = "00000000-0000-4000-8000-000000000000";
/// Bytes of a response at most.
const MAX_BODY: usize = 1 << 30;

/// What is in use, and what was spent.
#[derive(Debug, Default)]
pub struct Session {
    current: Option<(&'static ServiceSchema, Router)>,
    parse: Spent,
    serialize: Spent,
    serialize_error: Spent,
}

/// Calls, and the time in them.
#[derive(Debug, Default)]
struct Spent {
    calls: u64,
    time: Duration,
}

impl Spent {
    #[allow(clippy::disallowed_methods, reason = "this measures, it does not tell the time")]
    fn on<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.time += start.elapsed();
        self.calls += 1;
        result
    }
}

impl Session {
    /// Takes a spec (`service-2.json`, gzipped or not) into use, with our patch of that service.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&mut self, file: &Path, service: &str) -> anyhow::Result<()> {
        let packed = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        let mut json = Vec::new();
        if packed.starts_with(&[0x1f, 0x8b]) {
            std::io::Read::read_to_end(&mut GzDecoder::new(packed.as_slice()), &mut json)?;
        } else {
            json = packed;
        }
        self.take(asf_specs::load_spec(service, &json).with_context(|| format!("{}", file.display()))?);
        Ok(())
    }

    /// Takes a service into use.
    pub fn take(&mut self, service: &'static ServiceSchema) {
        self.current = Some((service, Router::of(service)));
    }

    /// Answers a line.
    ///
    /// # Errors
    /// When the line is not of the contract.
    pub fn answer(&mut self, request: &Json) -> anyhow::Result<Json> {
        match text(request, "op")? {
            "load" => {
                self.load(Path::new(text(request, "spec")?), text(request, "service")?)?;
                Ok(json!({"ok": true}))
            }
            "parse" => self.parse(request),
            "serialize" => self.serialize(request),
            "serialize_error" => self.serialize_error(request),
            "stats" => Ok(self.stats()),
            other => bail!("no op named {other:?}; there are load, parse, serialize, serialize_error, stats"),
        }
    }

    fn parse(&mut self, request: &Json) -> anyhow::Result<Json> {
        let (service, router) = self.current.as_ref().context("no spec is loaded")?;
        let (parts, body) = json_lines::http_request(&request["request"])?;
        let checked = request["validate"] == Json::Bool(true);
        let parsed = self.parse.on(|| parse(service, router, &parts, body, checked));
        Ok(match parsed {
            Ok((operation, value)) => {
                let params = operation.input().map_or_else(|| json!({}), |it| to_neutral(it, &value));
                json!({"operation": operation.name(), "params": params})
            }
            Err(error) => json_lines::error(&error),
        })
    }

    fn serialize(&mut self, request: &Json) -> anyhow::Result<Json> {
        let (operation, protocol) = self.what(request)?;
        let mut output = match operation.output() {
            Some(schema) => from_neutral(schema, &request["result"]).map_err(|error| anyhow!("{error}"))?,
            None => Value::Null,
        };
        let headers = json_lines::headers(request.get("request_headers"))?;
        let exchange = Exchange { headers: &headers, request_id: REQUEST_ID };
        response(self.serialize.on(|| protocol.serialize_response(operation, &mut output, exchange))?)
    }

    fn serialize_error(&mut self, request: &Json) -> anyhow::Result<Json> {
        let (operation, protocol) = self.what(request)?;
        let error = received(operation.service(), &request["error"])?;
        let headers = json_lines::headers(request.get("request_headers"))?;
        let exchange = Exchange { headers: &headers, request_id: REQUEST_ID };
        let service = operation.service();
        response(
            self.serialize_error.on(|| protocol.serialize_error(service, Some(operation), &error, exchange)),
        )
    }

    /// Operation and protocol that a line names.
    fn what(&self, request: &Json) -> anyhow::Result<(Operation, &'static dyn Protocol)> {
        let (service, _) = self.current.as_ref().context("no spec is loaded")?;
        let name = text(request, "operation")?;
        let operation =
            service.operation(name).ok_or_else(|| anyhow!("{} has no operation {name}", service.name))?;
        let name = text(request, "protocol")?;
        let kind = ProtocolKind::from_name(name).ok_or_else(|| anyhow!("no protocol named {name}"))?;
        Ok((operation, protocol::of(kind)))
    }

    fn stats(&self) -> Json {
        let mut stats = json!({});
        for (name, spent) in [
            ("parse", &self.parse),
            ("serialize", &self.serialize),
            ("serialize_error", &self.serialize_error),
        ] {
            stats[format!("{name}_n")] = json!(spent.calls);
            stats[format!("{name}_ns")] = json!(u64::try_from(spent.time.as_nanos()).unwrap_or(u64::MAX));
        }
        stats
    }
}

fn parse(
    service: &'static ServiceSchema,
    router: &Router,
    parts: &http::request::Parts,
    body: Bytes,
    checked: bool,
) -> Result<(Operation, Value), AwsError> {
    let uri = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    let route = router
        .route(&RouteRequest::new(parts.method.as_str(), uri, &parts.headers, &body))
        .map_err(|error| AwsError::sender(error.code, error.message).with_status(error.status))?;
    let operation =
        service.operation(route.operation).ok_or_else(|| AwsError::internal("a route to no operation"))?;
    let mut input = Value::Null;
    protocol::of(route.protocol).parse_request(operation, parts, body.into(), &mut input)?;
    if let (true, Some(schema)) = (checked, operation.input()) {
        validate(schema, &input, Style::SMITHY)?;
    }
    Ok((operation, input))
}

/// An error in its JSON form: `code`, `message`, `status`, `sender`, `members`, and `shape` if it is
/// modelled.
fn received(service: &'static ServiceSchema, json: &Json) -> anyhow::Result<ReceivedError> {
    let code = text(json, "code")?.to_owned();
    let message = json["message"].as_str().unwrap_or_default().to_owned();
    let sender = json["sender"].as_bool().unwrap_or(true);
    let error = if sender { AwsError::sender(code, message) } else { AwsError::receiver(code, message) };
    let status = json["status"].as_u64().and_then(|it| u16::try_from(it).ok()).unwrap_or(400);
    let schema = match json["shape"].as_str() {
        Some(name) => {
            Some(service.shape(name).ok_or_else(|| anyhow!("{} has no shape {name}", service.name))?)
        }
        None => None,
    };
    let members = match schema {
        Some(schema) => from_neutral(schema, &json["members"]).map_err(|error| anyhow!("{error}"))?,
        None => Value::Null,
    };
    Ok(ReceivedError { error: error.with_status(status), schema, members })
}

/// A response in its JSON form.
fn response(response: Response) -> anyhow::Result<Json> {
    let (parts, body) = response.into_parts();
    let body = body.collect(MAX_BODY).now_or_never().context("the body is still to come")?;
    let body = body.map_err(|error| anyhow!("{error}"))?;
    let mut headers = serde_json::Map::new();
    for name in parts.headers.keys() {
        let values: Vec<Json> = parts
            .headers
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned().into())
            .collect();
        let value = match <[Json; 1]>::try_from(values) {
            Ok([value]) => value,
            Err(values) => Json::Array(values),
        };
        headers.insert(name.as_str().to_owned(), value);
    }
    Ok(json!({"response": {
        "status": parts.status.as_u16(), "headers": headers, "body_b64": STANDARD.encode(body),
    }}))
}
