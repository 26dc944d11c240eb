//! Calls of moto from providers.

use std::sync::Arc;

use asf_runtime::client::call_over;
use asf_runtime::protocol::Request;
use asf_runtime::provider::{Answer, Forward, HandlerResult, Onward, Provider};
use asf_runtime::validation::Style;
use asf_runtime::{RequestContext, Shape, Value};
use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;

/// Has moto answer the operation that a handler was called for, with the input as it is now.
///
/// ```
/// use asf_moto::call_moto;
/// use asf_runtime::provider::{Forward, HandlerResult};
/// use asf_runtime::{RequestContext, Shape};
///
/// async fn create_topic(moto: &dyn Forward, ctx: &RequestContext, input: Box<dyn Shape>) -> HandlerResult {
///     let answer = call_moto(moto, ctx, input).await?;
///     tracing::info!("moto has made a topic for {}", ctx.account_id);
///     Ok(answer)
/// }
/// ```
///
/// # Errors
/// moto's error, or why there is no answer.
pub async fn call_moto(moto: &dyn Forward, ctx: &RequestContext, input: Box<dyn Shape>) -> HandlerResult {
    let output: Box<dyn Shape> = Box::new(ctx.operation.output().map_or(Value::Null, Value::structure));
    Ok(Answer::Output(call_over(moto, ctx, ctx.operation, input, output).await?))
}

/// Has moto answer a request that is already written. Nothing of the answer is parsed.
///
/// # Errors
/// Why there is no answer.
pub async fn call_moto_with_request(
    moto: &dyn Forward,
    ctx: &RequestContext,
    request: Request,
) -> HandlerResult {
    let (operation, account_id, region) = (ctx.operation, ctx.account_id, ctx.region.clone());
    let onward = Onward { operation, protocol: ctx.protocol, account_id, region, request };
    Ok(Answer::Raw(moto.forward(onward).await?))
}

/// A provider, and behind it a server that answers what the provider does not implement.
pub struct FallbackDispatcher {
    provider: Arc<dyn Provider>,
    to: Arc<dyn Forward>,
}

impl FallbackDispatcher {
    /// What `provider` does not implement goes on to `to`.
    #[must_use]
    pub fn new(provider: Arc<dyn Provider>, to: Arc<dyn Forward>) -> Self {
        Self { provider, to }
    }
}

impl Provider for FallbackDispatcher {
    fn service(&self) -> &'static ServiceSchema {
        self.provider.service()
    }

    fn name(&self) -> &'static str {
        self.provider.name()
    }

    fn validation(&self) -> Option<Style> {
        self.provider.validation()
    }

    fn implements(&self, _: Operation) -> bool {
        true
    }

    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>> {
        let dynamic = || Box::new(operation.input().map_or(Value::Null, Value::structure)) as Box<dyn Shape>;
        Some(self.provider.new_input(operation).unwrap_or_else(dynamic))
    }

    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult> {
        if self.provider.implements(operation) {
            return self.provider.call(ctx, operation, input);
        }
        Box::pin(call_moto(&*self.to, ctx, input))
    }

    fn reset(&self) -> bool {
        self.provider.reset()
    }
}
