//! The call itself: the protocol reads the input, the provider answers, the protocol writes the output.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;

use asf_schema::{Operation, Schema};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::body::DecodeOptions;
use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled, Services, go_on};
use crate::protocol::{self, Exchange};
use crate::provider::{Answer, Answering, Chosen, Forward, Onward, Provider, Source};
use crate::recording::RecordedError;
use crate::shape::StreamError;
use crate::signature::SignedBody;
use crate::validation::validate;
use crate::{AwsError, RequestContext, Shape, body, eventstream};

/// Bytes of a body that is read as a whole, at most. The largest that AWS takes is Lambda's zip archive
/// of 50 MB in base64 (70 MB); S3's objects are streams and not counted here.
pub const MAX_BODY: usize = 128 << 20;

/// Calls the provider of a service.
///
/// The body is freed of its codings and, unless the operation streams it, collected; the protocol reads it
/// into the input that the provider makes; constraints of the model are checked; the handler runs; the
/// protocol writes what it answered.
#[derive(Debug)]
pub struct ServiceRequests {
    services: Arc<Services>,
}

impl ServiceRequests {
    /// Calls of these services.
    #[must_use]
    pub fn new(services: Arc<Services>) -> Self {
        Self { services }
    }

    async fn call(&self, ctx: &mut GatewayContext, operation: Operation) -> Handled {
        let chains = self.services.providers.chains();
        let Some(recorder) = chains.and_then(|it| it.recorder(operation)) else {
            return self.answer(ctx, operation).await;
        };
        let begun = recorder.begin(ctx, operation).await?;
        let handled = self.answer(ctx, operation).await;
        if let Some(begun) = begun {
            let error = handled.as_ref().err().map(|error| RecordedError::of(&**error));
            recorder.end(begun, ctx, error).await;
        }
        handled
    }

    async fn answer(&self, ctx: &mut GatewayContext, operation: Operation) -> Handled {
        let service = operation.service().name;
        if !self.services.is_enabled(service) {
            ctx.source = Some(Source::None);
            let message = format!(
                "Service '{service}' is not enabled. Please check your 'SERVICES' configuration variable."
            );
            return Err(AwsError::internal(message).with_status(501).into());
        }
        let chosen = self.services.providers.chosen(operation).await;
        let answering = match chosen.inspect_err(|_| ctx.source = Some(Source::None))? {
            Some(Chosen::Provider(answering)) => answering,
            Some(Chosen::Forward(forward)) => return pass_on(ctx, operation, &*forward).await,
            None => {
                ctx.source = Some(Source::None);
                return Err(AwsError::not_implemented(operation).into());
            }
        };
        // From here on it is the backend's own model that counts.
        let Answering { provider, operation, source } = answering;
        ctx.source = Some(source);
        ctx.service = Some(operation.service());
        ctx.operation = Some(operation);
        let input = read(ctx, operation, &*provider).await?;
        let call = RequestContext {
            operation,
            protocol: ctx.protocol,
            account_id: ctx.account_id,
            region: ctx.region.clone(),
            credentials: ctx.credentials.clone(),
            request_id: std::mem::take(&mut ctx.request_id),
            began: ctx.began,
            request: std::mem::replace(&mut ctx.request, http::Request::new(()).into_parts().0),
            environment: ctx.environment.clone(),
            providers: self.services.providers.clone(),
            ending: ctx.ending.clone(),
        };
        // An answer tells of changes only when they are as safe as was promised.
        let state = self.services.providers.state();
        let answered = AssertUnwindSafe(provider.call(&call, operation, input)).catch_unwind();
        let (result, written) = state.durably(answered).await;
        // Lent, not given: handlers after this one want them too, even if the provider panicked.
        ctx.request = call.request;
        ctx.request_id = call.request_id;
        let result = result.unwrap_or_else(|panic| resume_unwind(panic));
        written.map_err(|error| AwsError::internal(error.to_string()))?;
        ctx.response = match result? {
            Answer::Raw(response) => response,
            Answer::Output(mut output) => {
                let exchange = Exchange { headers: &ctx.request.headers, request_id: &ctx.request_id };
                let protocol = protocol::of(ctx.protocol);
                let written = protocol.serialize_response(operation, &mut *output, exchange);
                let response = written.map_err(|error| {
                    tracing::error!(operation = operation.name(), %error, "the output cannot be written");
                    AwsError::internal("the answer cannot be expressed")
                })?;
                eventstream::write_response(operation, ctx.protocol, &mut *output, response)
            }
        };
        Ok(Flow::Continue)
    }
}

/// Passes the request on as it came: nothing of it is parsed, and its body is a stream.
async fn pass_on(ctx: &mut GatewayContext, operation: Operation, to: &dyn Forward) -> Handled {
    ctx.source = Some(to.source());
    let mut request = crate::protocol::Request::new(std::mem::take(&mut ctx.body));
    *request.method_mut() = ctx.request.method.clone();
    *request.uri_mut() = ctx.request.uri.clone();
    request.headers_mut().clone_from(&ctx.request.headers);
    let (account_id, region) = (ctx.account_id, ctx.region.clone());
    ctx.response =
        to.forward(Onward { operation, protocol: ctx.protocol, account_id, region, request }).await?;
    Ok(Flow::Continue)
}

/// Reads the input.
async fn read(
    ctx: &mut GatewayContext,
    operation: Operation,
    provider: &dyn Provider,
) -> Result<Box<dyn Shape>, AwsError> {
    let stream = operation.input().and_then(Schema::streaming);
    let mut body = std::mem::take(&mut ctx.body);
    // A form has been freed of its codings before: what it calls stands in it.
    if !ctx.is_body_decoded {
        let signed = ctx.extensions.remove::<SignedBody>().unwrap_or_default();
        let options = DecodeOptions { verify_sha256: signed.verify_sha256, ..DecodeOptions::of(operation) };
        body = body::decode_signed(&mut ctx.request.headers, body, options, signed.chunks)?;
    }
    let told = |error: StreamError| error.into_error(ctx.protocol);
    let (body, events) = match stream {
        Some(_) => eventstream::read_request(operation, ctx.protocol, body).await.map_err(told)?,
        None => (body.collect(ctx.max_body).await.map_err(told)?.into(), None),
    };
    let mut input = provider.new_input(operation).ok_or_else(|| AwsError::not_implemented(operation))?;
    protocol::of(ctx.protocol).parse_request(operation, &ctx.request, body, &mut *input)?;
    if let (Some(style), Some(schema)) = (provider.validation(), operation.input()) {
        validate(schema, &*input, style)?;
    }
    if let (Some(events), Some(member)) = (events, stream) {
        let slot = input.slot(member.index()).ok_or_else(|| AwsError::internal("no room for events"))?;
        slot.put_events(events).map_err(|error| AwsError::internal(error.to_string()))?;
    }
    Ok(input)
}

impl GatewayHandler for ServiceRequests {
    fn name(&self) -> &str {
        "service request"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        match ctx.operation {
            Some(operation) => Box::pin(self.call(ctx, operation)),
            None => go_on(),
        }
    }
}
