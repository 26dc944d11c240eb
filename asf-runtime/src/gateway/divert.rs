//! Requests that belong to another gateway.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::Arrival;
use crate::protocol::{Request, Response};

/// Takes requests away from a gateway before anything of them is looked at, counted or logged there: for
/// several gateways behind one port.
pub trait Divert: Send + Sync + std::fmt::Debug {
    /// Who answers a request instead; `None` if it is the gateway's own. On the way of all of them, so it must be
    /// quick.
    fn divert(&self, request: &Request) -> Option<Arc<dyn Elsewhere>>;
}

/// Who answers requests that were [diverted](Divert).
pub trait Elsewhere: Send + Sync {
    /// Answers a request.
    fn answer(&self, request: Request, arrival: Arrival) -> BoxFuture<'static, Response>;
}
