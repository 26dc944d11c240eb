//! Requests that belong to another gateway.

use futures_util::future::BoxFuture;

use super::Arrival;
use crate::protocol::{Request, Response};

/// Takes requests away from a gateway before anything of them is looked at, counted or logged there: for
/// several gateways behind one port.
pub trait Divert: Send + Sync + std::fmt::Debug {
    /// Looks whose a request is. On the way of all of them, so it must be quick.
    fn divert(&self, request: Request, arrival: Arrival) -> Diverted;
}

/// Whose a request is.
pub enum Diverted {
    /// The gateway's own.
    Left(Request, Arrival),
    /// Another's, whose answer this will be.
    Taken(BoxFuture<'static, Response>),
}

impl std::fmt::Debug for Diverted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Left(..) => "Diverted::Left",
            Self::Taken(_) => "Diverted::Taken",
        })
    }
}
