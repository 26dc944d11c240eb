//! Calls of operations: what a generated client stands on.

mod connect;
mod http;
mod in_process;
mod wire;

use std::any::Any;

use asf_schema::{MemberFlags, Operation, Schema};
use futures_util::future::BoxFuture;

pub use self::http::{Remote, call_over};
pub use connect::Connect;
pub use in_process::InProcess;
pub(crate) use in_process::fit;

use crate::error::ServiceError;
use crate::provider::TypedOperation;
use crate::shape::Scalar;
use crate::{AwsError, RequestContext, Shape};

/// Carries a call to whoever answers it: a provider in this process, or a server over HTTP.
pub trait Transport: Send + Sync + 'static {
    /// Calls an operation. `ctx` is the caller's: `ctx.operation` may be another one, which calls this
    /// one in the course of its work. `output` is an empty output, which comes back filled; a transport that
    /// has the output in its own box may give that back instead.
    ///
    /// # Errors
    /// The service's error. A modelled one comes back as its generated type where the transport has
    /// it, else as [`ReceivedError`](crate::error::ReceivedError).
    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
        output: Box<dyn Shape>,
    ) -> BoxFuture<'a, Result<Box<dyn Shape>, Box<dyn ServiceError>>>;
}

/// What generated clients do in every method. Idempotency tokens that the caller has left out are filled
/// in, as AWS's SDKs do it.
///
/// # Errors
/// The service's error.
pub async fn call<O: TypedOperation>(
    transport: &impl Transport,
    ctx: &RequestContext,
    input: O::Input,
) -> Result<O::Output, O::Error>
where
    O::Error: From<Box<dyn ServiceError>>,
{
    let mut input = Box::new(input);
    fill_tokens(ctx, O::operation(), &mut *input);
    let output = transport.call(ctx, O::operation(), input, Box::new(O::Output::default())).await?;
    let output: Box<dyn Any> = output;
    match output.downcast::<O::Output>() {
        Ok(output) => Ok(*output),
        Err(_) => Err(AwsError::internal("the transport answered with another type").into()),
    }
}

/// Gives the members that are idempotency tokens a value of their own, where they have none.
fn fill_tokens(ctx: &RequestContext, operation: Operation, input: &mut dyn Shape) {
    let members = operation.input().into_iter().flat_map(Schema::members);
    for member in members.filter(|it| it.has(MemberFlags::IDEMPOTENCY_TOKEN)) {
        if input.get(member.index()).is_none()
            && let Some(slot) = input.slot(member.index())
        {
            // A token that cannot be set is no text, and so none that a client would fill in.
            let _ = slot.set(Scalar::Str(&ctx.ids().uuid()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;
    use crate::context::Environment;

    #[test]
    fn tokens() {
        let spec = br#"{
          "metadata": {"protocol": "json", "serviceId": "T", "apiVersion": "1", "endpointPrefix": "t"},
          "operations": {"Put": {"name": "Put", "http": {"method": "POST", "requestUri": "/"}, "input": {"shape": "In"}}},
          "shapes": {"In": {"type": "structure", "members": {
            "Name": {"shape": "S"}, "Token": {"shape": "S", "idempotencyToken": true}}}, "S": {"type": "string"}}
        }"#;
        let service = asf_schema::load_service("t", spec).unwrap();
        let operation = service.operation("Put").unwrap();
        let ctx = RequestContext::new(operation, Environment::default());
        let token = |input: &Value| input.member("Token").and_then(Value::as_str).map(str::to_owned);

        let mut input = Value::structure(operation.input().unwrap());
        fill_tokens(&ctx, operation, &mut input);
        assert_eq!(token(&input).unwrap().len(), 36);
        assert_eq!(input.member("Name"), None);
        // What the caller has given stays.
        let before = token(&input);
        fill_tokens(&ctx, operation, &mut input);
        assert_eq!(token(&input), before);
    }
}
