//! From a raw request to a raw response: routing, the client's protocol, the provider, and back.

mod in_process;
mod providers;
mod signer;

use std::panic::AssertUnwindSafe;

use asf_routing::{RouteError, RouteRequest, Router};
use asf_schema::{Operation, ProtocolKind, Schema, ServiceSchema};
use futures_util::FutureExt as _;
use http::request::Parts;
use http::{HeaderName, HeaderValue};

pub use in_process::InProcess;
pub use providers::Providers;
pub use signer::Signer;

use crate::context::Environment;
use crate::error::ServiceError;
use crate::identity::{AccountId, Region};
use crate::protocol::{self, Exchange, Request, Response};
use crate::provider::{Answer, HandlerResult, Provider};
use crate::shape::{ByteStream, StreamError};
use crate::validation::validate;
use crate::{AwsError, RequestContext, body, eventstream};

/// Says which backend answered: `native`, or `none` where there is none.
pub const SOURCE: HeaderName = HeaderName::from_static("x-asf-source");

/// Bytes of a body that is read as a whole, at most. The largest that AWS takes is Lambda's zip archive
/// of 50 MB in base64 (70 MB); S3's objects are streams and not counted here.
pub const MAX_BODY: usize = 128 << 20;

/// Finds the model of a service that has no provider, by botocore's folder name.
pub type Catalogue = fn(&str) -> Option<&'static ServiceSchema>;

/// Answers AWS requests with the providers that it has.
///
/// The way of a request: a form is read, because it says in its body what it is; the router finds service,
/// operation and protocol; the body is freed of its codings and, unless the operation streams it,
/// collected; the protocol reads it into the input that the provider makes; constraints of the model are
/// checked; the handler runs; the protocol writes what it answered. Whatever goes wrong on the way is
/// written as an error in the client's protocol. A handler that panics costs its own request only.
pub struct Dispatcher {
    router: &'static Router,
    catalogue: Catalogue,
    providers: Providers,
    environment: Environment,
}

/// A request whose way is known.
struct Call {
    operation: Operation,
    protocol: ProtocolKind,
    provider: Option<std::sync::Arc<dyn Provider>>,
    request_id: String,
}

impl Dispatcher {
    /// A dispatcher over these providers.
    #[must_use]
    pub fn new(
        router: &'static Router,
        catalogue: Catalogue,
        providers: Providers,
        environment: Environment,
    ) -> Self {
        Self { router, catalogue, providers, environment }
    }

    /// Its providers.
    #[must_use]
    pub fn providers(&self) -> &Providers {
        &self.providers
    }

    /// Time and ids of its calls.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Answers a request. There is always an answer.
    pub async fn handle(&self, request: Request) -> Response {
        if let Some((endpoint, provider)) = self.providers.developer_endpoint(request.uri().path()) {
            return (endpoint.answer)(&*provider, &self.environment, request).await;
        }
        let (mut parts, mut body) = request.into_parts();
        let request_id = self.environment.ids.uuid();
        if RouteRequest::needs_body(parts.method.as_str(), &parts.headers) {
            let options = body::DecodeOptions { decode_gzip: true, ..body::DecodeOptions::default() };
            let read = match body::decode(&mut parts.headers, body, options) {
                Ok(decoded) => decoded.collect(MAX_BODY).await.map_err(AwsError::from),
                Err(error) => Err(error),
            };
            match read {
                Ok(bytes) => body = bytes.into(),
                Err(error) => {
                    return self.refuse(None, ProtocolKind::Query, &parts, &request_id, &error);
                }
            }
        }
        let call = match self.route(&mut parts, &body, request_id) {
            Ok(call) => call,
            Err((error, request_id)) => {
                let told = AwsError::sender(error.code, error.message).with_status(error.status);
                return self.refuse(error.service.as_deref(), error.protocol, &parts, &request_id, &told);
            }
        };
        self.answer(call, parts, body).await
    }

    /// Finds operation and provider of a request. A virtual host's path becomes the path that the model has.
    fn route(
        &self,
        parts: &mut Parts,
        body: &ByteStream,
        request_id: String,
    ) -> Result<Call, (RouteError, String)> {
        let uri = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let form = body.as_bytes().unwrap_or_default();
        let request = RouteRequest::new(parts.method.as_str(), uri, &parts.headers, form);
        let route = match self.router.route(&request) {
            Ok(route) => route,
            Err(error) => return Err((error, request_id)),
        };
        let provider = self.providers.get(route.service);
        let service = provider.as_ref().map(|it| it.service());
        let operation = service
            .or_else(|| (self.catalogue)(route.service))
            .and_then(|service| service.operation(route.operation));
        let Some(operation) = operation else {
            let error = RouteError {
                service: Some(route.service.to_owned()),
                protocol: route.protocol,
                code: "UnknownOperationException",
                message: format!("{} is not in the model of {}", route.operation, route.service),
                status: 400,
            };
            return Err((error, request_id));
        };
        let protocol = route.protocol;
        Ok(Call { operation, protocol, provider, request_id })
    }

    async fn answer(&self, call: Call, mut parts: Parts, body: ByteStream) -> Response {
        let Call { operation, protocol: kind, provider, request_id } = call;
        let provider = provider.filter(|it| it.implements(operation));
        let outcome = match &provider {
            None => Err(AwsError::not_implemented(operation).into()),
            Some(provider) => match self.read(operation, kind, &**provider, &mut parts, body).await {
                Err(error) => Err(error),
                Ok(input) => {
                    let ctx = self.context(operation, kind, parts, request_id.clone());
                    let result = guarded(provider.call(&ctx, operation, input)).await;
                    // The request's headers bear on how the answer is written.
                    parts = ctx.request;
                    result
                }
            },
        };
        let exchange = Exchange { headers: &parts.headers, request_id: &request_id };
        let protocol = protocol::of(kind);
        let written = match outcome {
            Ok(Answer::Raw(response)) => Ok((response, None)),
            Ok(Answer::Output(mut output)) => protocol
                .serialize_response(operation, &mut *output, exchange)
                .map(|response| (eventstream::write_response(operation, kind, &mut *output, response), None))
                .map_err(|error| {
                    tracing::error!(operation = operation.name(), %error, "the output cannot be written");
                    Box::new(AwsError::internal("the answer cannot be expressed")) as Box<dyn ServiceError>
                }),
            Err(error) => Err(error),
        };
        let (mut response, code) = match written {
            Ok(written) => written,
            Err(error) => {
                let code = error.code().to_owned();
                (protocol.serialize_error(operation.service(), Some(operation), &*error, exchange), Some(code))
            }
        };
        let source = if provider.is_some() { "native" } else { "none" };
        response.headers_mut().insert(SOURCE, HeaderValue::from_static(source));
        log(operation, &response, code.as_deref());
        response
    }

    /// Reads the input from the body.
    async fn read(
        &self,
        operation: Operation,
        kind: ProtocolKind,
        provider: &dyn Provider,
        parts: &mut Parts,
        body: ByteStream,
    ) -> Result<Box<dyn crate::Shape>, Box<dyn ServiceError>> {
        let stream = operation.input().and_then(Schema::streaming);
        let options = body::DecodeOptions { decode_gzip: stream.is_none(), ..Default::default() };
        let body = body::decode(&mut parts.headers, body, options)?;
        let (body, events) = match stream {
            Some(_) => eventstream::read_request(operation, kind, body).await.map_err(AwsError::from)?,
            None => (body.collect(MAX_BODY).await.map_err(AwsError::from)?.into(), None),
        };
        let mut input =
            provider.new_input(operation).ok_or_else(|| AwsError::not_implemented(operation))?;
        protocol::of(kind).parse_request(operation, parts, body, &mut *input)?;
        if let (Some(style), Some(schema)) = (provider.validation(), operation.input()) {
            validate(schema, &*input, style)?;
        }
        if let (Some(events), Some(member)) = (events, stream) {
            let slot = input.slot(member.index());
            slot.ok_or_else(|| AwsError::internal("no room for events"))?
                .put_events(events)
                .map_err(|error| AwsError::internal(error.to_string()))?;
        }
        Ok(input)
    }

    /// What the handler gets to know.
    fn context(
        &self,
        operation: Operation,
        protocol: ProtocolKind,
        request: Parts,
        request_id: String,
    ) -> RequestContext {
        let signer = Signer::of(&request);
        let account_id = signer
            .as_ref()
            .map_or(AccountId::DEFAULT, |it| AccountId::from_access_key_id(&it.credentials.access_key_id));
        let region = signer.as_ref().and_then(|it| it.region.as_deref()).map(Region::new).unwrap_or_default();
        RequestContext {
            operation,
            protocol,
            account_id,
            region,
            credentials: signer.map(|it| it.credentials),
            request_id,
            request,
            environment: self.environment.clone(),
        }
    }

    /// The answer to a request that no operation was found for, or that could not be read.
    fn refuse(
        &self,
        service: Option<&str>,
        kind: ProtocolKind,
        parts: &Parts,
        request_id: &str,
        error: &AwsError,
    ) -> Response {
        let exchange = Exchange { headers: &parts.headers, request_id };
        let schema = service
            .and_then(|name| {
                self.providers.get(name).map(|it| it.service()).or_else(|| (self.catalogue)(name))
            })
            .unwrap_or(&NO_SERVICE);
        let mut response = protocol::of(kind).serialize_error(schema, None, error, exchange);
        response.headers_mut().insert(SOURCE, HeaderValue::from_static("none"));
        let status = response.status().as_u16();
        tracing::info!("AWS {} => {status} ({error})", service.unwrap_or("?"));
        response
    }
}

/// Stands for the service of a request that names none.
static NO_SERVICE: ServiceSchema = ServiceSchema {
    name: "aws",
    metadata: asf_schema::Metadata::EMPTY,
    operations: &[],
    shapes: &[],
    members: &[],
    lookup: &[],
};

/// Waits for a handler; what panics is an internal error.
async fn guarded(call: impl Future<Output = HandlerResult>) -> HandlerResult {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => {
            let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
            let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
            tracing::error!(panic = text, "a handler panicked");
            Err(AwsError::internal("an internal error occurred").into())
        }
    }
}

fn log(operation: Operation, response: &Response, code: Option<&str>) {
    let (service, name) = (operation.service().name, operation.name());
    let status = response.status().as_u16();
    match code {
        None => tracing::info!("AWS {service}.{name} => {status}"),
        Some(code) => tracing::info!("AWS {service}.{name} => {status} ({code})"),
    }
}

impl std::fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatcher").field("providers", &self.providers).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
