//! Providers over generated types: the table that `#[provider]` builds.

use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;

use super::{HandlerResult, Provider};
use crate::error::ServiceError;
use crate::validation::Style;
use crate::{AwsError, RequestContext, Shape};

/// A generated marker type for one operation: ties the types of its input, output and error together.
pub trait TypedOperation: 'static {
    /// The input; `()` if the operation has none.
    type Input: Shape + Default;
    /// The output; `()` if the operation has none.
    type Output: Shape + Default;
    /// The service's errors.
    type Error: ServiceError + From<AwsError>;

    /// The operation.
    fn operation() -> Operation;
}

/// One operation bound to a function of a provider `P`.
pub struct Handler<P: ?Sized> {
    /// The operation's index in its service.
    pub operation: u16,
    /// Makes an empty input.
    pub new_input: fn() -> Box<dyn Shape>,
    /// Calls the function.
    pub call: for<'a> fn(&'a P, &'a RequestContext, Box<dyn Shape>) -> BoxFuture<'a, HandlerResult>,
}

/// All handlers of a provider, sorted by operation.
pub struct HandlerTable<P: ?Sized>(Vec<Handler<P>>);

impl<P: ?Sized> HandlerTable<P> {
    /// A table of these.
    #[must_use]
    pub fn new(mut handlers: Vec<Handler<P>>) -> Self {
        handlers.sort_unstable_by_key(|handler| handler.operation);
        Self(handlers)
    }

    /// The table with another handler in the place of the one of its operation, if there is one.
    #[must_use]
    pub fn with(mut self, handler: Handler<P>) -> Self {
        if let Some(row) = self.0.iter_mut().find(|row| row.operation == handler.operation) {
            *row = handler;
        }
        self
    }

    /// The handler of an operation.
    #[must_use]
    pub fn get(&self, operation: Operation) -> Option<&Handler<P>> {
        let index = self.0.binary_search_by_key(&operation.index(), |handler| handler.operation).ok()?;
        self.0.get(index)
    }
}

/// What `#[provider]` writes for a type; every such type is a [`Provider`].
pub trait TypedProvider: Send + Sync + 'static {
    /// The service.
    fn service_schema() -> &'static ServiceSchema;

    /// The provider's name.
    fn provider_name() -> &'static str {
        "default"
    }

    /// See [`Provider::validation`].
    fn validation_style() -> Option<Style> {
        Style::of(Self::service_schema())
    }

    /// Its handlers; made at the first call.
    fn handlers() -> &'static HandlerTable<Self>;
}

impl<P: TypedProvider> Provider for P {
    fn service(&self) -> &'static ServiceSchema {
        P::service_schema()
    }

    fn name(&self) -> &'static str {
        P::provider_name()
    }

    fn validation(&self) -> Option<Style> {
        P::validation_style()
    }

    fn implements(&self, operation: Operation) -> bool {
        P::handlers().get(operation).is_some()
    }

    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>> {
        P::handlers().get(operation).map(|handler| (handler.new_input)())
    }

    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult> {
        match P::handlers().get(operation) {
            Some(handler) => (handler.call)(self, ctx, input),
            None => Box::pin(std::future::ready(Err(AwsError::not_implemented(operation).into()))),
        }
    }
}
