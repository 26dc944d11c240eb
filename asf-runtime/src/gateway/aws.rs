//! The chain that makes an AWS server: the one place where the order of its handlers stands.

use std::sync::Arc;

use http::HeaderValue;

use super::cors::Cors;
use super::edge::{self, EdgeRouter};
use super::handlers::{
    AddCorsHeaders, AddVersionHeader, EdgeRoutes, EnforceCors, JudgeSignatures, KeepSentRequest,
    RouteRequests, ServiceRequests, add_source_header, answer_options, check_region, identify_caller,
    log_request, serialize_error,
};
use super::{ChainPlace, ChainPlaces, GatewayHandler, HandlerChain, Services, handler};
use crate::access_key::AccessKeyStyle;
use crate::observe::faults::InjectFaults;
use crate::observe::{BeginObserving, FinishObserving, Observe};
use crate::signature::SecretKeys;

/// What a chain is set up with besides the services.
#[derive(Clone, Debug, Default)]
pub struct AwsChainOptions {
    /// Routes beside AWS's API. Those of the services' developer endpoints are added to it.
    pub edge: EdgeRouter,
    /// Which web pages may call.
    pub cors: Cors,
    /// What the `x-localstack` header of answers says; without it they have none.
    pub version: Option<HeaderValue>,
    /// Where extensions put their handlers.
    pub places: ChainPlaces,
    /// Which access key ids carry an account.
    pub access_keys: AccessKeyStyle,
    /// Which regions may be called; without it, all.
    pub is_region: Option<fn(&str) -> bool>,
    /// What counts and journals the requests, and makes them fail on demand.
    pub observe: Observe,
    /// What knows the secrets that requests have to be signed with; without it, signatures are not verified.
    pub secret_keys: Option<Arc<dyn SecretKeys>>,
}

/// The handlers of an AWS server over these services.
#[must_use]
pub fn aws_chain(services: Arc<Services>) -> HandlerChain {
    aws_chain_with(services, AwsChainOptions::default())
}

/// The handlers of an AWS server over these services, with options.
#[must_use]
pub fn aws_chain_with(services: Arc<Services>, options: AwsChainOptions) -> HandlerChain {
    let AwsChainOptions { edge, cors, version, places, access_keys, is_region, observe, secret_keys } =
        options;
    services.providers.introduce();
    // What cannot be added has been logged, and the rest works.
    let _ = edge::add_developer_endpoints(&edge, &services.providers);
    let version = version.map(|it| Arc::new(AddVersionHeader::new(it)) as Arc<dyn GatewayHandler>);
    HandlerChain {
        request: [
            // Time and size, before anyone else.
            Some(Arc::new(BeginObserving::new(observe.clone())) as Arc<dyn GatewayHandler>),
            // Web pages of others.
            Some(Arc::new(EnforceCors::new(cors.clone(), edge.clone()))),
            Some(places.step(ChainPlace::Request)),
            // What is no AWS request.
            Some(Arc::new(EdgeRoutes::new(edge))),
            Some(handler("options", answer_options)),
            // What is signed is what was sent.
            secret_keys.is_some().then(|| Arc::new(KeepSentRequest) as Arc<dyn GatewayHandler>),
            // Service, operation, protocol.
            Some(Arc::new(RouteRequests::new(services.clone()))),
            // Account, region, credentials.
            Some(handler("identify caller", move |ctx| identify_caller(access_keys, ctx))),
            is_region.map(|is_region| handler("check region", move |ctx| check_region(is_region, ctx))),
            // Presigned requests that are over; signatures.
            Some(Arc::new(JudgeSignatures::new(secret_keys))),
            Some(places.step(ChainPlace::Call)),
            // Errors and latency that someone asked for.
            Some(Arc::new(InjectFaults::new(observe.faults.clone()))),
            // Protocol, validation, provider.
            Some(Arc::new(ServiceRequests::new(services))),
        ]
        .into_iter()
        .flatten()
        .collect(),
        exception: vec![places.step(ChainPlace::Exception), handler("serialize error", serialize_error)],
        response: [
            Some(handler("x-asf-source", add_source_header)),
            version,
            Some(places.step(ChainPlace::Response)),
            // The last, because it tells which of the other headers pages may read.
            Some(Arc::new(AddCorsHeaders::new(cors)) as Arc<dyn GatewayHandler>),
        ]
        .into_iter()
        .flatten()
        .collect(),
        finalizers: vec![
            handler("log", log_request),
            places.step(ChainPlace::Finalizer),
            Arc::new(FinishObserving::new(observe.clone())),
        ],
        traced: false,
        observe,
    }
}
