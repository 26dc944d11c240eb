//! Calls of a provider as the gateway makes them, and as others in the process do.

use std::any::Any;

use asf_runtime::RequestContext;
use asf_runtime::context::Environment;
use asf_runtime::error::ServiceError;
use asf_runtime::provider::{Answer, HandlerResult, Provider, TypedOperation};
use futures_util::FutureExt as _;

/// A context for an operation.
pub(crate) fn context<O: TypedOperation>() -> RequestContext {
    RequestContext::new(O::operation(), Environment::default())
}

/// The future's value. Nothing here has to wait.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("it has nothing to wait for")
}

/// What the gateway gets.
pub(crate) fn answer<O: TypedOperation>(provider: &impl Provider, input: O::Input) -> HandlerResult {
    let ctx = context::<O>();
    assert!(provider.implements(O::operation()));
    now(provider.call(&ctx, O::operation(), Box::new(input)))
}

/// The output that the gateway gets.
pub(crate) fn output<O: TypedOperation>(
    provider: &impl Provider,
    input: O::Input,
) -> Result<O::Output, Box<dyn ServiceError>> {
    match answer::<O>(provider, input)? {
        Answer::Output(output) => {
            let output: Box<dyn Any> = output;
            Ok(*output.downcast::<O::Output>().expect("the operation's output"))
        }
        raw @ Answer::Raw(_) => panic!("{raw:?}"),
    }
}
