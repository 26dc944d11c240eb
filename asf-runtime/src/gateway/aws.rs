//! The chain that makes an AWS server: the one place where the order of its handlers stands.

use std::sync::Arc;

use super::handlers::{
    DeveloperEndpoints, RouteRequests, ServiceRequests, add_source_header, identify_caller, log_request,
    serialize_error,
};
use super::{HandlerChain, Services, handler};

/// The handlers of an AWS server over these services.
#[must_use]
pub fn aws_chain(services: Arc<Services>) -> HandlerChain {
    HandlerChain {
        request: vec![
            // What is no AWS request.
            Arc::new(DeveloperEndpoints::new(services.clone())),
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
