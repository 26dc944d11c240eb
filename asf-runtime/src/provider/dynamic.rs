//! Providers without generated code: functions over [`Value`], by operation name.

use std::collections::HashMap;
use std::future::Future;

use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;

use super::{Answer, HandlerResult, Provider};
use crate::error::ServiceError;
use crate::{AwsError, RequestContext, Shape, Value};

type DynamicHandler = Box<
    dyn for<'a> Fn(&'a RequestContext, Value) -> BoxFuture<'a, Result<Value, Box<dyn ServiceError>>>
        + Send
        + Sync,
>;

/// A provider whose handlers take and return [`Value`]s.
pub struct DynamicProvider {
    service: &'static ServiceSchema,
    handlers: HashMap<u16, DynamicHandler>,
}

/// The service has no operation of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{service} has no operation {operation}")]
pub struct NoSuchOperation {
    service: &'static str,
    operation: String,
}

impl DynamicProvider {
    /// A provider of a service, without handlers yet.
    #[must_use]
    pub fn new(service: &'static ServiceSchema) -> Self {
        Self { service, handlers: HashMap::new() }
    }

    /// Binds an operation to a function.
    ///
    /// # Errors
    /// [`NoSuchOperation`] if the service has no operation of this name.
    pub fn handle<F, R>(mut self, operation: &str, handler: F) -> Result<Self, NoSuchOperation>
    where
        F: Fn(&RequestContext, Value) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Value, Box<dyn ServiceError>>> + Send + 'static,
    {
        let found = self
            .service
            .operation(operation)
            .ok_or_else(|| NoSuchOperation { service: self.service.name, operation: operation.to_owned() })?;
        self.handlers.insert(found.index(), Box::new(move |ctx, input| Box::pin(handler(ctx, input))));
        Ok(self)
    }
}

impl Provider for DynamicProvider {
    fn service(&self) -> &'static ServiceSchema {
        self.service
    }

    fn implements(&self, operation: Operation) -> bool {
        self.handlers.contains_key(&operation.index())
    }

    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>> {
        self.implements(operation).then(|| Box::new(Value::Null) as Box<dyn Shape>)
    }

    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult> {
        let Some(handler) = self.handlers.get(&operation.index()) else {
            return Box::pin(std::future::ready(Err(AwsError::not_implemented(operation).into())));
        };
        let input: Box<dyn std::any::Any> = input;
        match input.downcast::<Value>() {
            Ok(input) => {
                let answer = handler(ctx, *input);
                Box::pin(async move { Ok(Answer::Output(Box::new(answer.await?))) })
            }
            Err(_) => Box::pin(std::future::ready(Err(AwsError::internal(
                "a dynamic provider was called with a typed input",
            )
            .into()))),
        }
    }
}
