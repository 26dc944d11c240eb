//! From a raw request to a raw response: the chain of handlers that all requests go through.
//!
//! [`Gateway`] is the entrance; [`chain`] the machine; [`aws`] the list of handlers that makes an AWS
//! server of it, each in a file of [`handlers`].

pub mod aws;
pub mod chain;
mod context;
pub mod cors;
mod divert;
pub mod edge;
pub mod handlers;
pub mod internal;
mod places;
mod services;
mod signer;
mod trace;
mod trace_context;

pub use aws::{AwsChainOptions, aws_chain, aws_chain_with};
pub use chain::{CompositeHandler, Flow, GatewayHandler, Handled, HandlerChain, go_on, handler};
pub use context::{Arrival, GatewayContext};
pub use divert::{Divert, Elsewhere};
pub use places::{ChainPlace, ChainPlaces};
pub use services::{Catalogue, Services};
pub use signer::Signer;
pub use trace_context::TraceContext;

use std::sync::Arc;

use crate::context::Environment;
use crate::observe::Observe;
use crate::protocol::{Request, Response};

/// Answers requests by running them through a chain. There is always an answer.
#[derive(Debug)]
pub struct Gateway {
    chain: HandlerChain,
    environment: Environment,
    divert: Option<Arc<dyn Divert>>,
}

impl Gateway {
    /// A gateway over a chain.
    #[must_use]
    pub fn new(chain: HandlerChain, environment: Environment) -> Self {
        Self { chain, environment, divert: None }
    }

    /// With something that takes requests away before the chain sees them.
    #[must_use]
    pub fn with_divert(self, divert: Arc<dyn Divert>) -> Self {
        Self { divert: Some(divert), ..self }
    }

    /// What its chain is observed by.
    #[must_use]
    pub fn observe(&self) -> &Observe {
        &self.chain.observe
    }

    /// Time and ids of its requests.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Answers a request.
    pub async fn process(&self, request: Request) -> Response {
        self.process_from(request, Arrival::default()).await
    }

    /// Answers a request that came over a connection.
    pub async fn process_from(&self, request: Request, arrival: Arrival) -> Response {
        if let Some(elsewhere) = self.divert.as_ref().and_then(|it| it.divert(&request)) {
            return elsewhere.answer(request, arrival).await;
        }
        let mut ctx = GatewayContext::new(request, self.environment.clone());
        ctx.peer = arrival.peer;
        ctx.max_body = arrival.max_body;
        ctx.ending = arrival.ending;
        self.chain.run(&mut ctx).await;
        ctx.response
    }
}

#[cfg(test)]
pub(crate) mod tests;
