//! The chain of handlers that a request goes through.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::GatewayContext;
use super::trace::Trace;
use crate::AwsError;
use crate::error::ServiceError;
use crate::observe::Observe;
use crate::plugin::panic_text;

/// What a handler decides about the rest of the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// The answer is there: the remaining request handlers are skipped, the response handlers run.
    Stop,
    /// The answer is there and is final: the response handlers are skipped too.
    Terminate,
}

/// What comes of a handler.
pub type Handled = Result<Flow, Box<dyn ServiceError>>;

/// One step of a chain.
///
/// The same trait serves requests, responses, exceptions and the end; which it is says the list that the
/// handler is in. Functions are handlers too, see [`handler`].
pub trait GatewayHandler: Send + Sync {
    /// What it is called in traces.
    fn name(&self) -> &str;

    /// Does its part. An error runs the exception handlers.
    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled>;
}

/// Handlers in their order.
///
/// - Request handlers run until one of them has the answer ([`Flow::Stop`], [`Flow::Terminate`]) or fails.
/// - A failure is put into [`GatewayContext::error`] and the exception handlers run, then all response
///   handlers.
/// - Response handlers run after every request that was not terminated. One that fails is logged, and the
///   next runs; one that terminates skips those after it.
/// - Finalizers run always, whatever happened.
///
/// A handler that panics has failed with an internal error; the process goes on.
#[derive(Clone, Default)]
pub struct HandlerChain {
    /// From the raw request to the answer.
    pub request: Vec<Arc<dyn GatewayHandler>>,
    /// What is done with an error.
    pub exception: Vec<Arc<dyn GatewayHandler>>,
    /// What is added to every answer.
    pub response: Vec<Arc<dyn GatewayHandler>>,
    /// What is done at the end.
    pub finalizers: Vec<Arc<dyn GatewayHandler>>,
    /// Whether each step is logged (`DEBUG_HANDLER_CHAIN`).
    pub traced: bool,
    /// What its handlers count in and ask for faults.
    pub observe: Observe,
}

impl HandlerChain {
    /// Runs a request through the chain. The answer is in the context afterwards.
    pub async fn run(&self, ctx: &mut GatewayContext) {
        let mut trace = self.traced.then(|| Trace::new(ctx));
        let mut is_terminated = false;
        for handler in &self.request {
            match step(&**handler, "request", ctx, &mut trace).await {
                Ok(Flow::Continue) => continue,
                Ok(Flow::Stop) => {}
                Ok(Flow::Terminate) => is_terminated = true,
                Err(error) => self.failed(error, ctx, &mut trace).await,
            }
            break;
        }
        if !is_terminated {
            run_all(&self.response, "response", ctx, &mut trace).await;
        }
        for handler in &self.finalizers {
            if let Err(error) = step(&**handler, "finalizer", ctx, &mut trace).await {
                tracing::error!(handler = handler.name(), %error, "a finalizer failed");
            }
        }
    }

    async fn failed(
        &self,
        error: Box<dyn ServiceError>,
        ctx: &mut GatewayContext,
        trace: &mut Option<Trace>,
    ) {
        ctx.error = Some(error);
        run_all(&self.exception, "exception", ctx, trace).await;
    }
}

/// Runs handlers of which a failure is logged only.
async fn run_all(
    handlers: &[Arc<dyn GatewayHandler>],
    list: &'static str,
    ctx: &mut GatewayContext,
    trace: &mut Option<Trace>,
) {
    for handler in handlers {
        match step(&**handler, list, ctx, trace).await {
            Ok(Flow::Continue) => {}
            Ok(Flow::Stop | Flow::Terminate) => break,
            Err(error) => {
                tracing::error!(handler = handler.name(), %error, "a handler of the {list} list failed");
            }
        }
    }
}

async fn step(
    handler: &dyn GatewayHandler,
    list: &'static str,
    ctx: &mut GatewayContext,
    trace: &mut Option<Trace>,
) -> Handled {
    let result = guarded(handler, ctx).await;
    if let Some(trace) = trace {
        trace.step(list, handler.name(), ctx, &result);
    }
    result
}

/// Runs a handler; one that panics has failed.
async fn guarded(handler: &dyn GatewayHandler, ctx: &mut GatewayContext) -> Handled {
    // A function that has nothing to wait for runs, and panics, when it is called.
    match AssertUnwindSafe(async { handler.handle(ctx).await }).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => {
            tracing::error!(handler = handler.name(), "{}", panic_text(&*panic));
            Err(AwsError::internal("an internal error occurred").into())
        }
    }
}

impl std::fmt::Debug for HandlerChain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = |list: &[Arc<dyn GatewayHandler>]| -> Vec<String> {
            list.iter().map(|it| it.name().to_owned()).collect()
        };
        f.debug_struct("HandlerChain")
            .field("request", &names(&self.request))
            .field("exception", &names(&self.exception))
            .field("response", &names(&self.response))
            .field("finalizers", &names(&self.finalizers))
            .finish_non_exhaustive()
    }
}

/// A handler out of a function that has nothing to wait for.
pub fn handler(
    name: &'static str,
    function: impl Fn(&mut GatewayContext) -> Handled + Send + Sync + 'static,
) -> Arc<dyn GatewayHandler> {
    Arc::new(Function { name, function })
}

/// What a handler returns that had nothing to wait for and lets the chain go on. No memory is asked for: the
/// future has no size.
#[must_use]
pub fn go_on() -> BoxFuture<'static, Handled> {
    struct GoOn;

    impl Future for GoOn {
        type Output = Handled;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Handled> {
            Poll::Ready(Ok(Flow::Continue))
        }
    }

    Box::pin(GoOn)
}

struct Function<F> {
    name: &'static str,
    function: F,
}

impl<F: Fn(&mut GatewayContext) -> Handled + Send + Sync> GatewayHandler for Function<F> {
    fn name(&self) -> &str {
        self.name
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        match (self.function)(ctx) {
            Ok(Flow::Continue) => go_on(),
            other => Box::pin(std::future::ready(other)),
        }
    }
}

/// A place in a chain that grows at run time: services and extensions add their handlers here.
///
/// A request runs the handlers that were there when it came to this place.
#[derive(Default)]
pub struct CompositeHandler {
    name: &'static str,
    is_forgiving: bool,
    handlers: RwLock<Arc<[Arc<dyn GatewayHandler>]>>,
}

impl CompositeHandler {
    /// An empty place. The first of its handlers that fails or has the answer is the last that runs.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// An empty place in which a handler that fails is logged, and the next runs.
    #[must_use]
    pub fn forgiving(name: &'static str) -> Self {
        Self { name, is_forgiving: true, ..Self::default() }
    }

    /// Adds a handler behind those that are there.
    pub fn append(&self, handler: Arc<dyn GatewayHandler>) {
        let mut handlers = self.handlers.write().unwrap_or_else(PoisonError::into_inner);
        *handlers = handlers.iter().cloned().chain([handler]).collect();
    }

    /// Takes a handler out again; false if it is not there.
    pub fn remove(&self, handler: &Arc<dyn GatewayHandler>) -> bool {
        let mut handlers = self.handlers.write().unwrap_or_else(PoisonError::into_inner);
        let before = handlers.len();
        *handlers = handlers.iter().filter(|it| !Arc::ptr_eq(it, handler)).cloned().collect();
        handlers.len() < before
    }

    /// Takes all handlers out.
    pub fn clear(&self) {
        *self.handlers.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }

    /// The names of its handlers, in their order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.current().iter().map(|it| it.name().to_owned()).collect()
    }

    fn current(&self) -> Arc<[Arc<dyn GatewayHandler>]> {
        self.handlers.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for CompositeHandler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple(self.name).field(&self.names()).finish()
    }
}

impl GatewayHandler for CompositeHandler {
    fn name(&self) -> &str {
        self.name
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        let handlers = self.current();
        if handlers.is_empty() {
            return go_on();
        }
        Box::pin(async move {
            for handler in &*handlers {
                match guarded(&**handler, ctx).await {
                    Ok(Flow::Continue) => {}
                    Err(error) if self.is_forgiving => {
                        tracing::error!(handler = handler.name(), %error, "one of the {} failed", self.name);
                    }
                    done => return done,
                }
            }
            Ok(Flow::Continue)
        })
    }
}
