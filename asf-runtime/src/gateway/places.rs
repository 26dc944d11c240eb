//! Where in the AWS chain extensions put handlers of theirs.

use std::sync::Arc;

use super::{CompositeHandler, GatewayHandler};

/// A place in the AWS chain that takes handlers at run time.
///
/// Handlers of one place run in the order in which they were added. In the first two, a handler may have the
/// answer or fail, as any request handler; in the others, one that fails or panics is logged, and the next
/// runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChainPlace {
    /// Requests as they come, when pages of foreign origins have been refused, and nothing else has been
    /// looked at: routes beside AWS's API come after it.
    Request,
    /// Calls of AWS's API: service, operation, account and region are known, no backend has been asked.
    Call,
    /// Errors, in [`GatewayContext::error`](super::GatewayContext::error), before they are written.
    Exception,
    /// Answers, before the headers for web pages are added: they tell pages what else they may read.
    Response,
    /// The end, when the request has been logged. The answer is sent after it.
    Finalizer,
}

impl ChainPlace {
    /// All places, in the order in which a request comes by.
    pub const ALL: [Self; 5] = [Self::Request, Self::Call, Self::Exception, Self::Response, Self::Finalizer];
}

/// The places of one chain. Copies are the same places.
#[derive(Clone, Debug)]
pub struct ChainPlaces(Arc<[Arc<CompositeHandler>; 5]>);

impl Default for ChainPlaces {
    fn default() -> Self {
        Self(Arc::new([
            Arc::new(CompositeHandler::new("requests of extensions")),
            Arc::new(CompositeHandler::new("calls of extensions")),
            Arc::new(CompositeHandler::forgiving("exceptions of extensions")),
            Arc::new(CompositeHandler::forgiving("responses of extensions")),
            Arc::new(CompositeHandler::forgiving("finalizers of extensions")),
        ]))
    }
}

impl ChainPlaces {
    /// A place.
    #[must_use]
    pub fn get(&self, place: ChainPlace) -> &Arc<CompositeHandler> {
        let [request, call, exception, response, finalizer] = &*self.0;
        match place {
            ChainPlace::Request => request,
            ChainPlace::Call => call,
            ChainPlace::Exception => exception,
            ChainPlace::Response => response,
            ChainPlace::Finalizer => finalizer,
        }
    }

    /// Takes all handlers out, at the end of who has them: they may have a hold of the places, which would keep
    /// both for ever.
    pub fn clear(&self) {
        self.0.iter().for_each(|place| place.clear());
    }

    /// A place, as a step of a chain.
    pub(super) fn step(&self, place: ChainPlace) -> Arc<dyn GatewayHandler> {
        self.get(place).clone()
    }
}
