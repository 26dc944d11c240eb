//! Scenarios over the provider, under a clock that the test moves. Facts of AWS's are cited by the
//! recording that has them, `file::scenario`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that panics has failed")]

mod accounts;
mod chaining;
mod federation;
mod identity;
mod limits;
mod messages;
mod roles;
mod saml;
mod secrets;
mod store;
mod web_identity;
mod wire;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use asf_api_sts::operations::{AssumeRole, GetCallerIdentity};
use asf_api_sts::{AssumeRoleRequest, AssumeRoleResponse, Credentials, GetCallerIdentityRequest, StsError};
use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::clock::{Clock, ManualClock};
use asf_runtime::context::{self, Environment};
use asf_runtime::error::ServiceError;
use asf_runtime::identity::Region;
use asf_runtime::ids::Ids;
use asf_runtime::provider::{Answer, Provider, TypedOperation};
use asf_runtime::{RequestContext, Timestamp, validation};
use asf_sts::StsProvider;
use futures_util::FutureExt as _;

/// 2026-05-28T20:26:40Z
const START: i64 = 1_780_000_000;
const ROLE: &str = "arn:aws:iam::111122223333:role/demo";

struct World {
    provider: StsProvider,
    style: AccessKeyStyle,
    clock: Arc<ManualClock>,
    environment: Environment,
}

/// Who calls, and where.
#[derive(Clone)]
struct By {
    key: Option<context::Credentials>,
    region: &'static str,
}

impl World {
    fn new() -> Self {
        Self::with(StsProvider::default(), AccessKeyStyle::LocalStack)
    }

    fn with(provider: StsProvider, style: AccessKeyStyle) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(START)));
        let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(1)) };
        Self { provider, style, clock, environment }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn context<O: TypedOperation>(&self, by: &By) -> RequestContext {
        let mut ctx = RequestContext::new(O::operation(), self.environment.clone());
        ctx.region = Region::new(by.region);
        ctx.credentials = by.key.clone();
        if let Some(key) = &by.key {
            ctx.account_id = self.style.account(&key.access_key_id);
        }
        ctx
    }

    /// A call as the dispatcher makes it: constraints of the model first, then the handler.
    fn call<O>(&self, by: &By, input: O::Input) -> Result<O::Output, StsError>
    where
        O: TypedOperation<Error = StsError>,
    {
        let operation = O::operation();
        let style = self.provider.validation().unwrap();
        validation::validate(operation.input().unwrap(), &input, style)?;
        let ctx = self.context::<O>(by);
        let answer = Provider::call(&self.provider, &ctx, operation, Box::new(input));
        let Answer::Output(output) = answer.now_or_never().unwrap()? else { panic!("a raw answer") };
        let output: Box<dyn Any> = output;
        Ok(*output.downcast::<O::Output>().unwrap())
    }

    fn assume(&self, by: &By, input: AssumeRoleRequest) -> Result<AssumeRoleResponse, StsError> {
        self.call::<AssumeRole>(by, input)
    }

    /// Account, user id and ARN.
    fn identity(&self, by: &By) -> Result<[String; 3], StsError> {
        let found = self.call::<GetCallerIdentity>(by, GetCallerIdentityRequest::default())?;
        Ok([found.account.unwrap(), found.user_id.unwrap(), found.arn.unwrap()])
    }
}

impl By {
    fn key(access_key_id: &str) -> Self {
        let key = context::Credentials { access_key_id: access_key_id.to_owned(), session_token: None };
        Self { key: Some(key), region: "us-east-1" }
    }

    fn session(credentials: Option<&Credentials>) -> Self {
        let credentials = credentials.unwrap();
        let key = context::Credentials {
            access_key_id: credentials.access_key_id.clone().unwrap(),
            session_token: credentials.session_token.clone(),
        };
        Self { key: Some(key), region: "us-east-1" }
    }

    fn nobody() -> Self {
        Self { key: None, region: "us-east-1" }
    }

    fn at(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }
}

fn demo() -> AssumeRoleRequest {
    AssumeRoleRequest {
        role_arn: some(ROLE),
        role_session_name: some("session"),
        ..AssumeRoleRequest::default()
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Code, status and message of an error.
#[track_caller]
fn refused<T>(result: Result<T, StsError>, code: &str, status: u16, message: &str) {
    let Err(error) = result else { panic!("not refused, but expected {code}: {message}") };
    assert_eq!((error.code(), error.status(), error.message()), (code, status, Some(message)));
    assert!(error.sender_fault());
}
