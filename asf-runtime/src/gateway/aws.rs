//! The chain that makes an AWS server: the one place where the order of its handlers stands.

use std::sync::Arc;

use super::edge::{self, EdgeRouter};
use super::handlers::{
    EdgeRoutes, RouteRequests, ServiceRequests, add_source_header, identify_caller, log_request,
    serialize_error,
};
use super::{HandlerChain, Services, handler};

/// What a chain is set up with besides the services.
#[derive(Clone, Debug, Default)]
pub struct AwsChainOptions {
    /// Routes beside AWS's API. Those of the services' developer endpoints are added to it.
    pub edge: EdgeRouter,
}

/// The handlers of an AWS server over these services.
#[must_use]
pub fn aws_chain(services: Arc<Services>) -> HandlerChain {
    aws_chain_with(services, AwsChainOptions::default())
}

/// The handlers of an AWS server over these services, with options.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "the options are handed over, whatever is in them")]
pub fn aws_chain_with(services: Arc<Services>, options: AwsChainOptions) -> HandlerChain {
    // What cannot be added has been logged, and the rest works.
    let _ = edge::add_developer_endpoints(&options.edge, &services.providers);
    HandlerChain {
        request: vec![
            // What is no AWS request.
            Arc::new(EdgeRoutes::new(options.edge)),
            // Service, operation, protocol.
            Arc::new(RouteRequests::new(services.clone())),
            // Account, region, credentials.
            handler("identify caller", identify_caller),
            // Protocol, validation, provider.
            Arc::new(ServiceRequests::new(services)),
        ],
        exception: vec![handler("serialize error", serialize_error)],
        response: vec![handler("x-asf-source", add_source_header)],
        finalizers: vec![handler("log", log_request)],
        traced: false,
    }
}
