//! Time and ids in a handler, and how a test steers them.

use std::sync::Arc;
use std::time::Duration;

use asf_api_sts::operations::GetSessionToken;
use asf_api_sts::{Credentials, GetSessionTokenRequest, GetSessionTokenResponse, StsApi, StsError};
use asf_macros::provider;
use asf_runtime::clock::ManualClock;
use asf_runtime::context::Environment;
use asf_runtime::ids::Ids;
use asf_runtime::provider::TypedOperation as _;
use asf_runtime::{RequestContext, Timestamp};
use futures_util::FutureExt as _;

struct Tokens;

#[provider(service = "sts", name = "tokens", register = false)]
impl StsApi for Tokens {
    #[handler("GetSessionToken")]
    async fn get_session_token(
        &self,
        ctx: &RequestContext,
        input: GetSessionTokenRequest,
    ) -> Result<GetSessionTokenResponse, StsError> {
        let lifetime = i64::from(input.duration_seconds.unwrap_or(43_200));
        let credentials = Credentials {
            access_key_id: Some(format!("ASIA{}", ctx.ids().text(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))),
            secret_access_key: Some(ctx.ids().text(40, b"abcdefghijklmnopqrstuvwxyz0123456789")),
            session_token: Some(ctx.ids().uuid()),
            expiration: Some(ctx.clock().now().plus_seconds(lifetime)),
        };
        Ok(GetSessionTokenResponse { credentials: Some(credentials) })
    }

    /// Answers only after a second, of whatever clock there is.
    #[handler("GetCallerIdentity", expand)]
    async fn slow(&self, ctx: &RequestContext) -> asf_api_sts::GetCallerIdentityResponse {
        ctx.clock().until(ctx.clock().now().plus_seconds(1)).await;
        Default::default()
    }
}

#[test]
fn tokens_expire_and_differ() {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_000)));
    let environment = Environment { clock: clock.clone(), ids: Arc::new(Ids::seeded(7)) };
    let ctx = RequestContext::new(GetSessionToken::operation(), environment);

    let get = || {
        let answer = Tokens.get_session_token(&ctx, GetSessionTokenRequest::default());
        answer.now_or_never().expect("it does not wait").unwrap().credentials.unwrap()
    };
    let first = get();
    assert_eq!(first.expiration, Some(Timestamp::from_seconds(44_200)));
    clock.advance(Duration::from_secs(60));
    let second = get();
    assert_eq!(second.expiration, Some(Timestamp::from_seconds(44_260)));
    assert_ne!(first.session_token, second.session_token);
}

#[test]
fn waiting_is_a_matter_of_the_clock() {
    let clock = Arc::new(ManualClock::new(Timestamp::EPOCH));
    let environment = Environment { clock: clock.clone(), ..Default::default() };
    let ctx = RequestContext::new(asf_api_sts::operations::GetCallerIdentity::operation(), environment);
    let mut answer = Box::pin(StsApi::get_caller_identity(&Tokens, &ctx, Default::default()));
    assert!(answer.as_mut().now_or_never().is_none(), "it waits");
    clock.advance(Duration::from_secs(1));
    assert!(answer.now_or_never().is_some(), "its time has come");
}
