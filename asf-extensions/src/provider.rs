//! The backend for the operations that an extension serves.

use std::any::Any;

use asf_runtime::provider::{Answer, HandlerResult, Provider};
use asf_runtime::schema::{Operation, ServiceSchema};
use asf_runtime::{AwsError, RequestContext, Shape, Value};
use futures_util::future::BoxFuture;

use crate::Program;
use crate::call::call;
use crate::manifest::Served;

/// A provider of the operations of one service that an extension serves. Inputs reach it parsed and checked
/// against the model.
#[derive(Debug)]
pub struct ExtensionProvider {
    service: &'static ServiceSchema,
    served: Served,
    program: Program,
}

impl ExtensionProvider {
    /// The provider of a service.
    #[must_use]
    pub fn new(service: &'static ServiceSchema, served: Served, program: Program) -> Self {
        Self { service, served, program }
    }
}

impl Provider for ExtensionProvider {
    fn service(&self) -> &'static ServiceSchema {
        self.service
    }

    fn name(&self) -> &'static str {
        "extension"
    }

    fn implements(&self, operation: Operation) -> bool {
        self.served.has(operation)
    }

    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>> {
        self.implements(operation).then(|| Box::new(Value::Null) as Box<dyn Shape>)
    }

    /// See [`Program::forget`].
    fn reset(&self) -> bool {
        self.program.forget();
        true
    }

    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult> {
        Box::pin(async move {
            if !self.implements(operation) {
                return Err(AwsError::not_implemented(operation).into());
            }
            let input: Box<dyn Any> = input;
            let input = input
                .downcast::<Value>()
                .map_err(|_| AwsError::internal("an extension was called with a typed input"))?;
            Ok(Answer::Output(Box::new(call(&self.program, ctx, *input).await?)))
        })
    }
}
