//! The chain of handlers that a request goes through.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
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
        let mut at = 0;
        let until = Until::Decided;
        let handled = match guarded(walk(&self.request, "request", until, ctx, &mut trace, &mut at)).await {
            Ok(handled) => handled,
            Err(panic) => {
                let failed = panicked(&self.request, at, &*panic);
                if let (Some(trace), Some(handler)) = (&mut trace, self.request.get(at)) {
                    trace.step("request", handler.name(), ctx, &failed);
                }
                failed
            }
        };
        let is_terminated = matches!(handled, Ok(Flow::Terminate));
        if let Err(error) = handled {
            ctx.error = Some(error);
            run_all(&self.exception, "exception", Until::Decided, ctx, &mut trace).await;
        }
        if !is_terminated {
            run_all(&self.response, "response", Until::Decided, ctx, &mut trace).await;
        }
        run_all(&self.finalizers, "finalizer", Until::End, ctx, &mut trace).await;
    }
}

/// How far a list is walked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Until a handler stops it.
    Decided,
    /// Whatever they say.
    End,
}

/// Runs handlers of which a failure is logged only.
async fn run_all(
    handlers: &[Arc<dyn GatewayHandler>],
    list: &'static str,
    until: Until,
    ctx: &mut GatewayContext,
    trace: &mut Option<Trace>,
) {
    let mut from = 0;
    while let Some(left) = handlers.get(from..).filter(|it| !it.is_empty()) {
        let mut at = 0;
        let result = match guarded(walk(left, list, until, ctx, trace, &mut at)).await {
            Ok(result) => result,
            Err(panic) => {
                let failed = panicked(left, at, &*panic);
                if let (Some(trace), Some(handler)) = (trace.as_mut(), left.get(at)) {
                    trace.step(list, handler.name(), ctx, &failed);
                }
                failed
            }
        };
        let Err(error) = result else { return };
        if let Some(handler) = left.get(at) {
            tracing::error!(handler = handler.name(), %error, "a handler of the {list} list failed");
        }
        from += at + 1;
    }
}

/// Runs handlers until one fails, or decides. `at` is the one that is running, or was the last: who runs them knows by
/// it which one has panicked. One guard for all of them costs less than one for each.
async fn walk(
    handlers: &[Arc<dyn GatewayHandler>],
    list: &'static str,
    until: Until,
    ctx: &mut GatewayContext,
    trace: &mut Option<Trace>,
    at: &mut usize,
) -> Handled {
    for (place, handler) in handlers.iter().enumerate() {
        *at = place;
        let result = handler.handle(ctx).await;
        if let Some(trace) = trace {
            trace.step(list, handler.name(), ctx, &result);
        }
        match result {
            Ok(Flow::Stop | Flow::Terminate) if until == Until::End => {}
            Ok(Flow::Continue) => {}
            decided => return decided,
        }
    }
    Ok(Flow::Continue)
}

/// Runs something that may panic.
async fn guarded(walk: impl Future<Output = Handled>) -> std::thread::Result<Handled> {
    AssertUnwindSafe(walk).catch_unwind().await
}

/// A handler that panics has failed.
fn panicked(handlers: &[Arc<dyn GatewayHandler>], at: usize, panic: &(dyn std::any::Any + Send)) -> Handled {
    let handler = handlers.get(at).map_or("", |it| it.name());
    tracing::error!(handler, "{}", panic_text(panic));
    Err(AwsError::internal("an internal error occurred").into())
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
    /// Whether there has ever been a handler: without, a request pays for one load.
    is_used: AtomicBool,
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
        self.is_used.store(true, Ordering::Release);
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
        if !self.is_used.load(Ordering::Acquire) {
            return go_on();
        }
        let handlers = self.current();
        Box::pin(async move {
            let mut left = &*handlers;
            loop {
                let mut at = 0;
                let walked = guarded(walk(left, self.name, Until::Decided, ctx, &mut None, &mut at)).await;
                let error = match walked.unwrap_or_else(|panic| panicked(left, at, &*panic)) {
                    Err(error) if self.is_forgiving => error,
                    done => return done,
                };
                let name = left.get(at).map_or("", |it| it.name());
                tracing::error!(handler = name, %error, "one of the {} failed", self.name);
                left = left.get(at + 1..).unwrap_or_default();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::context::Environment;
    use crate::protocol::Request;
    use crate::shape::ByteStream;

    /// What ran, in order.
    #[derive(Clone, Default)]
    struct Seen(Arc<Mutex<Vec<&'static str>>>);

    impl Seen {
        fn handler(&self, name: &'static str, flow: Flow) -> Arc<dyn GatewayHandler> {
            let seen = self.clone();
            handler(name, move |_| {
                seen.0.lock().unwrap().push(name);
                Ok(flow)
            })
        }
    }

    fn panics() -> Arc<dyn GatewayHandler> {
        handler("panics", |_| panic!("a fault of ours"))
    }

    #[test]
    fn one_that_panics_has_failed_and_others_run() {
        let seen = Seen::default();
        let run = |name| seen.handler(name, Flow::Continue);
        let places = Arc::new(CompositeHandler::forgiving("a place"));
        [panics(), run("of a place"), panics()].into_iter().for_each(|it| places.append(it));
        let chain = HandlerChain {
            request: vec![run("first"), panics(), run("skipped")],
            exception: vec![panics(), run("exception")],
            response: vec![run("response"), panics(), places, run("after a panic")],
            finalizers: vec![panics(), seen.handler("finalizer", Flow::Stop), run("last")],
            ..HandlerChain::default()
        };
        let mut ctx = GatewayContext::new(Request::new(ByteStream::Empty), Environment::default());
        chain.run(&mut ctx).now_or_never().unwrap();
        let expected = ["first", "exception", "response", "of a place", "after a panic", "finalizer", "last"];
        assert_eq!(*seen.0.lock().unwrap(), expected);
        assert_eq!(ctx.error.map(|it| it.code().to_owned()).as_deref(), Some("InternalFailure"));
    }

    #[test]
    fn a_terminated_chain_has_no_response_handlers() {
        for (flow, expected) in
            [(Flow::Stop, &["first", "response", "last"][..]), (Flow::Terminate, &["first", "last"])]
        {
            let seen = Seen::default();
            let chain = HandlerChain {
                request: vec![seen.handler("first", flow), panics()],
                response: vec![seen.handler("response", Flow::Continue)],
                finalizers: vec![seen.handler("last", Flow::Continue)],
                ..HandlerChain::default()
            };
            let mut ctx = GatewayContext::new(Request::new(ByteStream::Empty), Environment::default());
            chain.run(&mut ctx).now_or_never().unwrap();
            assert_eq!(*seen.0.lock().unwrap(), expected);
        }
    }
}
