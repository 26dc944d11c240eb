//! Calls of operations: what a generated client stands on.

mod in_process;

use std::any::Any;

use asf_schema::Operation;
use futures_util::future::BoxFuture;

pub use in_process::InProcess;

use crate::error::ServiceError;
use crate::provider::TypedOperation;
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

/// What generated clients do in every method.
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
    let output = transport.call(ctx, O::operation(), Box::new(input), Box::new(O::Output::default())).await?;
    let output: Box<dyn Any> = output;
    match output.downcast::<O::Output>() {
        Ok(output) => Ok(*output),
        Err(_) => Err(AwsError::internal("the transport answered with another type").into()),
    }
}
