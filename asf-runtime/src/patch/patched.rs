//! An operation with the patches around it, as the provider that is called instead.

use std::sync::Arc;

use asf_schema::{Operation, ServiceSchema};
use futures_util::future::BoxFuture;

use super::Patch;
use crate::client::{call_over, fit};
use crate::provider::{Answer, Answering, Chosen, HandlerResult, Provider, Source};
use crate::validation::Style;
use crate::{AwsError, RequestContext, Shape};

/// Patches, and what they are around.
struct Patched {
    patches: Arc<[Patch]>,
    model: Operation,
    inner: Option<Chosen>,
}

/// Who answers an operation that has patches around it.
pub(crate) fn patched(patches: Arc<[Patch]>, inner: Option<Chosen>) -> Option<Answering> {
    let first = patches.first()?;
    let source = match &inner {
        Some(Chosen::Provider(answering)) => answering.source,
        Some(Chosen::Forward(forward)) => forward.source(),
        None => Source::named(&format!("patch:{}", first.name)),
    };
    let operation = (first.model)();
    Some(Answering { provider: Arc::new(Patched { patches, model: operation, inner }), operation, source })
}

/// What a patch stands before.
#[derive(Clone, Copy)]
pub struct Rest<'a> {
    patched: &'a Patched,
    /// The patch to be called next; the answering backend, if there is none.
    next: usize,
}

impl std::fmt::Debug for Rest<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let left = self.patched.patches.get(self.next..).unwrap_or_default();
        f.debug_list().entries(left.iter().map(|it| it.name)).finish()
    }
}

impl<'a> Rest<'a> {
    /// Calls the next patch, or who answers. The input may be of any type that has the operation's members.
    ///
    /// # Errors
    /// The service's.
    pub fn call(self, ctx: &'a RequestContext, input: Box<dyn Shape>) -> BoxFuture<'a, HandlerResult> {
        match self.patched.patches.get(self.next) {
            Some(patch) => match fit((patch.model)().input(), input, (patch.new_input)()) {
                Ok(input) => (patch.call)(ctx, input, Self { next: self.next + 1, ..self }),
                Err(error) => Box::pin(std::future::ready(Err(error.into()))),
            },
            None => Box::pin(self.patched.answer(ctx, input)),
        }
    }
}

impl Patched {
    async fn answer(&self, ctx: &RequestContext, input: Box<dyn Shape>) -> HandlerResult {
        let not_implemented = || AwsError::not_implemented(self.model);
        match &self.inner {
            Some(Chosen::Provider(Answering { provider, operation, .. })) => {
                let empty = provider.new_input(*operation).ok_or_else(not_implemented)?;
                let input = fit(operation.input(), input, empty)?;
                if std::ptr::eq(operation.service(), ctx.operation.service()) {
                    return provider.call(ctx, *operation, input).await;
                }
                let theirs = RequestContext {
                    operation: *operation,
                    protocol: ctx.protocol,
                    account_id: ctx.account_id,
                    region: ctx.region.clone(),
                    credentials: ctx.credentials.clone(),
                    request_id: ctx.request_id.clone(),
                    began: ctx.began,
                    request: ctx.request.clone(),
                    environment: ctx.environment.clone(),
                    providers: ctx.providers.clone(),
                    ending: ctx.ending.clone(),
                };
                provider.call(&theirs, *operation, input).await
            }
            Some(Chosen::Forward(forward)) => {
                let last = self.patches.last().ok_or_else(not_implemented)?;
                let output = (last.new_output)();
                call_over(&**forward, ctx, self.model, input, output).await.map(Answer::Output)
            }
            None => Err(not_implemented().into()),
        }
    }
}

impl Provider for Patched {
    fn service(&self) -> &'static ServiceSchema {
        self.model.service()
    }

    fn validation(&self) -> Option<Style> {
        match &self.inner {
            Some(Chosen::Provider(answering)) => answering.provider.validation(),
            _ => Style::of(self.service()),
        }
    }

    fn implements(&self, operation: Operation) -> bool {
        operation == self.model
    }

    fn new_input(&self, operation: Operation) -> Option<Box<dyn Shape>> {
        let first = self.patches.first().filter(|_| operation == self.model)?;
        Some((first.new_input)())
    }

    fn call<'a>(
        &'a self,
        ctx: &'a RequestContext,
        _: Operation,
        input: Box<dyn Shape>,
    ) -> BoxFuture<'a, HandlerResult> {
        Rest { patched: self, next: 0 }.call(ctx, input)
    }
}
