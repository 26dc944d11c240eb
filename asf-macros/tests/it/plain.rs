//! Handlers that have the form of the trait's methods, and what is registered.

use asf_api_sts::operations::{GetCallerIdentity, GetSessionToken};
use asf_api_sts::{GetCallerIdentityRequest, GetCallerIdentityResponse, StsApi, StsError};
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::plugin::{PROVIDERS, Settings};
use asf_runtime::provider::{Provider as _, TypedOperation as _};
use asf_runtime::validation::Style;

use crate::calling::{context, now, output};

struct Identity {
    user: String,
}

impl Identity {
    fn new(settings: &Settings) -> Self {
        Self { user: settings.get("USER_ID").unwrap_or("nobody").to_owned() }
    }
}

#[provider(service = "sts", name = "identity", new = Identity::new, validation = Some(Style::SMITHY))]
impl StsApi for Identity {
    /// Documentation and other attributes stay.
    #[handler("GetCallerIdentity")]
    async fn get_caller_identity(
        &self,
        ctx: &RequestContext,
        _input: GetCallerIdentityRequest,
    ) -> Result<GetCallerIdentityResponse, StsError> {
        Ok(GetCallerIdentityResponse {
            user_id: Some(self.user.clone()),
            account: Some(ctx.account_id.to_string()),
            arn: None,
        })
    }
}

/// All by default.
#[derive(Default)]
struct Nothing;

#[asf_macros::provider(service = "sts")]
impl asf_api_sts::StsApi for Nothing {}

/// Not to be found.
struct Hidden;

#[provider(service = "sts", name = "hidden", register = false, validation = None, api = asf_api_sts)]
impl StsApi for Hidden {}

#[test]
fn is_registered_and_made_from_settings() {
    let plugin = PROVIDERS.iter().find(|it| it.name == "identity").unwrap();
    assert_eq!(plugin.service, "sts");
    let provider = (plugin.create)(&Settings::from_iter([("USER_ID", "me")]));
    assert_eq!((provider.name(), provider.service().name), ("identity", "sts"));
    assert_eq!(provider.validation(), Some(Style::SMITHY));

    let operation = GetCallerIdentity::operation();
    let others = operation.service().operations().filter(|it| provider.implements(*it));
    assert_eq!(others.collect::<Vec<_>>(), [operation]);
    assert!(provider.new_input(GetSessionToken::operation()).is_none());
    let ctx = context::<GetSessionToken>();
    let error = now(provider.call(&ctx, ctx.operation, Box::new(()))).unwrap_err();
    assert_eq!(error.status(), 501);
}

#[test]
fn is_registered_by_default_as_default() {
    let plugins: Vec<_> = PROVIDERS.iter().filter(|it| it.service == "sts").map(|it| it.name).collect();
    assert!(plugins.contains(&"default"), "{plugins:?}");
    assert!(!plugins.contains(&"hidden"), "{plugins:?}");
    let nothing = PROVIDERS.iter().find(|it| it.name == "default" && it.service == "sts").unwrap();
    let provider = (nothing.create)(&Settings::default());
    assert_eq!(provider.validation(), Some(Style::QUERY));
    assert_eq!((Hidden.name(), Hidden.validation()), ("hidden", None));
}

#[test]
fn answers_the_gateway_and_the_process() {
    let provider = Identity { user: "me".to_owned() };
    let found = output::<GetCallerIdentity>(&provider, GetCallerIdentityRequest::default()).unwrap();
    let ctx = context::<GetCallerIdentity>();
    let same = now(provider.get_caller_identity(&ctx, GetCallerIdentityRequest::default())).unwrap();
    assert_eq!(found, same);
    assert_eq!(found.user_id.as_deref(), Some("me"));
}

#[test]
fn another_operations_input_is_refused() {
    let provider = Identity { user: "me".to_owned() };
    let ctx = context::<GetCallerIdentity>();
    let error =
        now(asf_runtime::provider::Provider::call(&provider, &ctx, ctx.operation, Box::new(()))).unwrap_err();
    assert_eq!((error.code(), error.status()), ("InternalFailure", 500));
}
