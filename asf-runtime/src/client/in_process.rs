//! Calls of providers from within the process, without HTTP in between.

use std::any::Any;
use std::sync::Arc;

use asf_schema::{Operation, Schema};
use futures_util::future::BoxFuture;

use super::{Transport, call_over};
use crate::error::ServiceError;
use crate::gateway::handlers::MAX_BODY;
use crate::protocol;
use crate::provider::{Answer, Answering, Chosen, Providers};
use crate::shape::{Mismatch, copy_shape};
use crate::{AwsError, RequestContext, Shape};

/// Carries calls to the providers of this process. Account and region are the caller's; what the callee
/// gets as HTTP request is empty.
#[derive(Clone, Debug)]
pub struct InProcess {
    providers: Arc<Providers>,
}

impl InProcess {
    /// Calls go to these.
    #[must_use]
    pub fn new(providers: Arc<Providers>) -> Self {
        Self { providers }
    }
}

impl Transport for InProcess {
    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        operation: Operation,
        input: Box<dyn Shape>,
        output: Box<dyn Shape>,
    ) -> BoxFuture<'a, Result<Box<dyn Shape>, Box<dyn ServiceError>>> {
        Box::pin(async move {
            let not_implemented = || AwsError::not_implemented(operation);
            self.providers.prepare(operation.service().name).await;
            // The provider may have a model of its own: typed by another version, or none but the spec.
            let answering = match self.providers.chosen(operation).await? {
                Some(Chosen::Provider(answering)) => answering,
                Some(Chosen::Forward(forward)) => {
                    return call_over(&*forward, ctx, operation, input, output).await;
                }
                None => return Err(not_implemented().into()),
            };
            let Answering { provider, operation: theirs, .. } = answering;
            let empty = provider.new_input(theirs).ok_or_else(not_implemented)?;
            let input = fit(theirs.input(), input, empty)?;
            let mut callee = RequestContext::new(theirs, ctx.environment.clone());
            callee.account_id = ctx.account_id;
            callee.region = ctx.region.clone();
            callee.credentials.clone_from(&ctx.credentials);
            callee.providers = self.providers.clone();
            callee.ending = ctx.ending.clone();
            match provider.call(&callee, theirs, input).await? {
                Answer::Output(answered) => Ok(fit(theirs.output(), answered, output)?),
                Answer::Raw(response) => {
                    let (parts, mut body) = response.into_parts();
                    let mut output = output;
                    let protocol = protocol::of(callee.protocol);
                    let streams = operation.output().and_then(Schema::streaming).is_some();
                    if !streams || protocol.is_error(operation, &parts, &[]) {
                        let whole = body.collect(MAX_BODY).await.map_err(AwsError::from)?;
                        if protocol.is_error(operation, &parts, &whole) {
                            return Err(protocol.parse_error(operation, &parts, &whole).into());
                        }
                        body = whole.into();
                    }
                    protocol
                        .parse_response(operation, &parts, body, &mut *output)
                        .map_err(|error| AwsError::internal(error.to_string()))?;
                    Ok(output)
                }
            }
        })
    }
}

/// The value in the type of `empty`: itself if it has that type, else a copy.
pub(crate) fn fit(
    schema: Option<Schema>,
    mut value: Box<dyn Shape>,
    mut empty: Box<dyn Shape>,
) -> Result<Box<dyn Shape>, AwsError> {
    let type_of = |shape: &dyn Shape| (shape as &dyn Any).type_id();
    if type_of(&*value) == type_of(&*empty) {
        return Ok(value);
    }
    let Some(schema) = schema else { return Ok(empty) };
    let mismatch = |error: Mismatch| AwsError::internal(error.to_string());
    copy_shape(schema, &*value, &mut *empty).map_err(mismatch)?;
    // A stream is handed on, not copied.
    if let Some(member) = schema.streaming()
        && let Some(stream) = value.slot(member.index()).and_then(crate::Shape::take_stream)
        && let Some(slot) = empty.slot(member.index())
    {
        slot.put_stream(stream).map_err(mismatch)?;
    }
    Ok(empty)
}
