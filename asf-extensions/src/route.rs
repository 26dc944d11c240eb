//! Requests at the routes of an extension, which go to it as they are.

use std::sync::Arc;

use asf_runtime::gateway::edge::{Endpoint, endpoint, respond};
use http::StatusCode;

use crate::Program;

/// The endpoint for all routes of an extension: starts its program if it does not run, and passes requests on.
/// Bodies are streams both ways, and connections can change their protocol.
#[must_use]
pub fn route(program: &Program) -> Arc<dyn Endpoint> {
    let program = program.clone();
    endpoint(move |request| {
        let program = program.clone();
        async move {
            match program.ready().await {
                Ok(instance) => instance.proxy.answer(request).await,
                Err(error) => {
                    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_GATEWAY);
                    respond::error(status, error.to_string())
                }
            }
        }
    })
}
