//! Handlers that have the form of the trait's methods.

use asf_api_sts::{
    GetCallerIdentityRequest, GetCallerIdentityResponse, StsApi, StsError, operations::GetCallerIdentity,
};
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::context::Environment;
use asf_runtime::plugin::{PROVIDERS, Settings};
use asf_runtime::provider::{Answer, TypedOperation as _};
use futures_util::FutureExt as _;

struct Identity {
    user: String,
}

impl Identity {
    fn new(settings: &Settings) -> Self {
        Self { user: settings.get("USER_ID").unwrap_or("nobody").to_owned() }
    }
}

#[provider(service = "sts", name = "identity", new = Identity::new)]
impl StsApi for Identity {
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

#[test]
fn is_found_and_answers() {
    let plugin = PROVIDERS.iter().find(|it| it.name == "identity").unwrap();
    assert_eq!(plugin.service, "sts");
    let provider = (plugin.create)(&Settings::from_iter([("USER_ID", "me")]));
    assert_eq!((provider.name(), provider.service().name), ("identity", "sts"));

    let operation = GetCallerIdentity::operation();
    let others = operation.service().operations().filter(|it| provider.implements(*it));
    assert_eq!(others.collect::<Vec<_>>(), [operation]);

    let ctx = RequestContext::new(operation, Environment::default());
    let input = provider.new_input(operation).unwrap();
    let answer = provider.call(&ctx, operation, input).now_or_never().unwrap().unwrap();
    let Answer::Output(output) = answer else { panic!("{answer:?}") };
    let output: Box<dyn std::any::Any> = output;
    assert_eq!(output.downcast::<GetCallerIdentityResponse>().unwrap().user_id.as_deref(), Some("me"));
}
