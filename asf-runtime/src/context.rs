//! What a handler knows of the call that it answers.

use std::sync::Arc;

use asf_schema::{Operation, ProtocolKind};

use crate::Timestamp;
use crate::client::InProcess;
use crate::clock::{Clock, SystemClock};
use crate::ending::Ending;
use crate::gateway::TraceContext;
use crate::identity::{AccountId, Partition, Region};
use crate::ids::Ids;
use crate::provider::Providers;

/// What all calls of a process share: time and ids.
#[derive(Clone)]
pub struct Environment {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<Ids>,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Environment")
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(Ids::random()) }
    }
}

/// One call of an operation: which, by whom, where, and what came with it besides the input.
pub struct RequestContext {
    /// The operation that is called.
    pub operation: Operation,
    /// The protocol that the client speaks.
    pub protocol: ProtocolKind,
    /// The caller's account.
    pub account_id: AccountId,
    /// The region that is called.
    pub region: Region,
    /// Access key id and session token of the caller; none of unsigned calls.
    pub credentials: Option<Credentials>,
    /// The id that the answer carries.
    pub request_id: String,
    /// When the call came, by the clock of the environment.
    pub began: Timestamp,
    /// Method, path, query and headers of the request; of a call from within the process, empty ones.
    pub request: http::request::Parts,
    /// Time and ids.
    pub environment: Environment,
    /// Who answers calls of other services; nobody does in a context that a test makes.
    pub providers: Arc<Providers>,
    /// Tells when the server of the call is about to end: whoever waits for something to come answers then.
    pub ending: Ending,
}

/// What a request says of its signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `AKIA...`, `ASIA...`, or whatever a test uses.
    pub access_key_id: String,
    /// `X-Amz-Security-Token`.
    pub session_token: Option<String>,
}

impl RequestContext {
    /// A call of an operation from nowhere in particular, by the default account in the default region.
    /// For tests, and as a start for calls from within the process.
    #[must_use]
    pub fn new(operation: Operation, environment: Environment) -> Self {
        let (request, ()) = http::Request::new(()).into_parts();
        Self {
            operation,
            protocol: operation.service().metadata.protocol(),
            account_id: AccountId::DEFAULT,
            region: Region::default(),
            credentials: None,
            request_id: environment.ids.uuid(),
            began: environment.clock.now(),
            request,
            environment,
            providers: Providers::nobody(),
            ending: Ending::default(),
        }
    }

    /// What carries calls of other services: `SqsClient::new(ctx.connect()).send_message(ctx, ..)`. Account and region
    /// are those of the context that the call is made with.
    #[must_use]
    pub fn connect(&self) -> InProcess {
        InProcess::new(self.providers.clone())
    }

    /// A context for calls of other services in another account and region, with the same time and ids.
    #[must_use]
    pub fn elsewhere(&self, account_id: AccountId, region: Region) -> Self {
        Self {
            account_id,
            region,
            providers: self.providers.clone(),
            ending: self.ending.clone(),
            ..Self::new(self.operation, self.environment.clone())
        }
    }

    /// Where time comes from.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        &*self.environment.clock
    }

    /// Where ids come from.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.environment.ids
    }

    /// The trace that the call belongs to: that of `X-Amzn-Trace-Id`, or one that begins with the call.
    #[must_use]
    pub fn trace(&self) -> TraceContext {
        TraceContext::of(&self.request, self.began, &self.request_id)
    }

    /// The partition that is called.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }

    /// The value of a header of the request, if it is there and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }
}

impl std::fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestContext")
            .field("operation", &self.operation)
            .field("protocol", &self.protocol)
            .field("account_id", &self.account_id)
            .field("region", &self.region)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}
