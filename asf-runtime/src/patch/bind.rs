//! What `#[patch]` writes calls of: from the boxed values that are handed on to an operation's types and back.

use std::any::Any;
use std::marker::PhantomData;

pub use futures_util::future::BoxFuture;

use super::{Patch, Rest};
use crate::client::fit;
use crate::error::ServiceError;
use crate::plugin::LoadCondition;
pub use crate::provider::HandlerResult;
use crate::provider::bind::read_back;
pub use crate::provider::bind::{input, same, typed};
use crate::provider::{Answer, TypedOperation};
use crate::{AwsError, RequestContext, Shape};

/// What a patch of the operation `O` stands before: the next patch, in the end whoever answers.
#[derive(Debug)]
pub struct Next<'a, O> {
    rest: Rest<'a>,
    operation: PhantomData<fn() -> O>,
}

impl<O> Clone for Next<'_, O> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<O> Copy for Next<'_, O> {}

impl<'a, O: TypedOperation> Next<'a, O>
where
    O::Error: From<Box<dyn ServiceError>>,
{
    /// For what `#[patch]` writes.
    #[doc(hidden)]
    #[must_use]
    pub fn new(rest: Rest<'a>) -> Self {
        Self { rest, operation: PhantomData }
    }

    /// Calls the operation as if the patch were not there; it may be called again. A response that is
    /// sent as it is (a raw one, or one of another server) is read into the output, and written anew.
    ///
    /// # Errors
    /// The service's error, `NotImplemented` when nobody answers the operation.
    pub async fn call(&self, ctx: &RequestContext, input: O::Input) -> Result<O::Output, O::Error> {
        match self.rest.call(ctx, Box::new(input)).await? {
            Answer::Output(output) => {
                let empty = Box::new(O::Output::default());
                let output: Box<dyn Any> = fit(O::operation().output(), output, empty)?;
                match output.downcast::<O::Output>() {
                    Ok(output) => Ok(*output),
                    Err(_) => Err(AwsError::internal("an operation answered with another output").into()),
                }
            }
            Answer::Raw(response) => read_back::<O>(ctx, response).await,
        }
    }
}

/// The patch of an operation.
#[must_use]
pub const fn patch<O: TypedOperation>(
    (service, operation, name): (&'static str, &'static str, &'static str),
    priority: i32,
    should_load: LoadCondition,
    call: for<'a> fn(&'a RequestContext, Box<dyn Shape>, Rest<'a>) -> BoxFuture<'a, HandlerResult>,
) -> Patch {
    Patch {
        service,
        operation,
        name,
        priority,
        should_load,
        model: O::operation,
        new_input: || Box::new(O::Input::default()),
        new_output: || Box::new(O::Output::default()),
        call,
    }
}
