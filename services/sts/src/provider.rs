//! The provider: operations of STS onto the domain.

use std::sync::Arc;

use asf_api_sts::{
    AssumeRoleRequest, AssumeRoleResponse, AssumeRoleWithSamlRequest, AssumeRoleWithSamlResponse,
    AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse, AssumeRootRequest,
    AssumeRootResponse, DecodeAuthorizationMessageRequest, DecodeAuthorizationMessageResponse, FederatedUser,
    GetAccessKeyInfoRequest, GetAccessKeyInfoResponse, GetCallerIdentityRequest, GetCallerIdentityResponse,
    GetDelegatedAccessTokenRequest, GetDelegatedAccessTokenResponse, GetFederationTokenRequest,
    GetFederationTokenResponse, GetSessionTokenRequest, GetSessionTokenResponse, GetWebIdentityTokenRequest,
    GetWebIdentityTokenResponse, StsApi, StsError,
};
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::plugin::Settings;

use crate::authorization_message::decode_authorization_message;
use crate::caller::Caller;
use crate::error::Failure;
use crate::issuing::Desk;
use crate::outbound::{self, TokenRequest};
use crate::principals::{NoPrincipals, Principals};
use crate::roles::{self, AssumeRole};
use crate::saml::{self, WithSaml};
use crate::sessions::SessionStore;
use crate::users::{self, Federation};
use crate::web_identity::{self, WithWebIdentity};
use crate::{trade_in, wire};

/// Answers STS.
pub struct StsProvider {
    sessions: Arc<SessionStore>,
    principals: Arc<dyn Principals>,
    style: AccessKeyStyle,
    seed: u64,
}

impl Default for StsProvider {
    fn default() -> Self {
        Self::new(&Settings::default())
    }
}

impl StsProvider {
    /// A provider as the settings want it: `PARITY_AWS_ACCESS_KEY_ID`, see [`AccessKeyStyle`].
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        Self {
            sessions: Arc::new(SessionStore::of(settings.state())),
            principals: Arc::new(NoPrincipals),
            style: AccessKeyStyle::of(settings),
            seed: 0,
        }
    }

    /// With what IAM knows of users and roles.
    #[must_use]
    pub fn with_principals(mut self, principals: Arc<dyn Principals>) -> Self {
        self.principals = principals;
        self
    }

    /// With another seed of the ids that follow from names, those of roles among them.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The sessions that were issued: the gateway asks it of signed calls.
    #[must_use]
    pub fn sessions(&self) -> &Arc<SessionStore> {
        &self.sessions
    }

    fn desk<'a>(&'a self, ctx: &'a RequestContext) -> Desk<'a> {
        Desk {
            sessions: &self.sessions,
            principals: &*self.principals,
            style: self.style,
            seed: self.seed,
            ids: ctx.ids(),
            now: ctx.clock().now(),
            partition: ctx.partition(),
        }
    }

    fn caller(&self, ctx: &RequestContext) -> Result<Caller, Failure> {
        let key = ctx.credentials.as_ref();
        let key = key.map(|it| (it.access_key_id.as_str(), it.session_token.as_deref()));
        let (sessions, principals) = (&self.sessions, &*self.principals);
        Caller::resolve(key, ctx.account_id, ctx.partition(), sessions, principals, ctx.clock().now())
    }
}

#[provider(service = "sts", new = StsProvider::new)]
impl StsApi for StsProvider {
    #[handler("GetCallerIdentity")]
    async fn get_caller_identity(
        &self,
        ctx: &RequestContext,
        _input: GetCallerIdentityRequest,
    ) -> Result<GetCallerIdentityResponse, StsError> {
        let identity = self.caller(ctx)?.identity;
        Ok(GetCallerIdentityResponse {
            user_id: Some(identity.user_id),
            account: Some(identity.account.to_string()),
            arn: Some(identity.arn),
        })
    }

    #[handler("AssumeRole")]
    async fn assume_role(
        &self,
        ctx: &RequestContext,
        input: AssumeRoleRequest,
    ) -> Result<AssumeRoleResponse, StsError> {
        let caller = self.caller(ctx)?;
        let input = AssumeRole {
            role_arn: input.role_arn.unwrap_or_default(),
            role_session_name: input.role_session_name.unwrap_or_default(),
            policy: input.policy,
            policy_arns: wire::policy_arns(input.policy_arns),
            duration_seconds: input.duration_seconds,
            tags: wire::tags(input.tags),
            transitive_tag_keys: input.transitive_tag_keys.unwrap_or_default(),
            external_id: input.external_id,
            serial_number: input.serial_number,
            token_code: input.token_code,
            source_identity: input.source_identity,
            provided_contexts: wire::contexts(input.provided_contexts),
        };
        let issued = roles::assume_role(&self.desk(ctx), &caller, input)?;
        Ok(AssumeRoleResponse {
            credentials: wire::credentials(&issued.session),
            assumed_role_user: wire::assumed_role_user(&issued),
            packed_policy_size: issued.packed_policy_size,
            source_identity: issued.session.source_identity.clone(),
        })
    }

    #[handler("AssumeRoleWithSAML")]
    async fn assume_role_with_saml(
        &self,
        ctx: &RequestContext,
        input: AssumeRoleWithSamlRequest,
    ) -> Result<AssumeRoleWithSamlResponse, StsError> {
        let input = WithSaml {
            role_arn: input.role_arn.unwrap_or_default(),
            principal_arn: input.principal_arn.unwrap_or_default(),
            saml_assertion: input.saml_assertion.unwrap_or_default(),
            policy: input.policy,
            policy_arns: wire::policy_arns(input.policy_arns),
            duration_seconds: input.duration_seconds,
        };
        let made = saml::assume_role(&self.desk(ctx), input)?;
        Ok(AssumeRoleWithSamlResponse {
            credentials: wire::credentials(&made.issued.session),
            assumed_role_user: wire::assumed_role_user(&made.issued),
            packed_policy_size: made.issued.packed_policy_size,
            subject: Some(made.subject),
            subject_type: Some(made.subject_type),
            issuer: Some(made.issuer),
            audience: made.audience,
            name_qualifier: Some(made.name_qualifier),
            source_identity: made.issued.session.source_identity.clone(),
        })
    }

    #[handler("AssumeRoleWithWebIdentity")]
    async fn assume_role_with_web_identity(
        &self,
        ctx: &RequestContext,
        input: AssumeRoleWithWebIdentityRequest,
    ) -> Result<AssumeRoleWithWebIdentityResponse, StsError> {
        let input = WithWebIdentity {
            role_arn: input.role_arn.unwrap_or_default(),
            role_session_name: input.role_session_name.unwrap_or_default(),
            web_identity_token: input.web_identity_token.unwrap_or_default(),
            provider_id: input.provider_id,
            policy: input.policy,
            policy_arns: wire::policy_arns(input.policy_arns),
            duration_seconds: input.duration_seconds,
        };
        let made = web_identity::assume_role(&self.desk(ctx), input)?;
        Ok(AssumeRoleWithWebIdentityResponse {
            credentials: wire::credentials(&made.issued.session),
            subject_from_web_identity_token: Some(made.subject),
            assumed_role_user: wire::assumed_role_user(&made.issued),
            packed_policy_size: made.issued.packed_policy_size,
            provider: Some(made.provider),
            audience: made.audience,
            source_identity: made.issued.session.source_identity.clone(),
        })
    }

    #[handler("AssumeRoot")]
    async fn assume_root(
        &self,
        ctx: &RequestContext,
        input: AssumeRootRequest,
    ) -> Result<AssumeRootResponse, StsError> {
        let caller = self.caller(ctx)?;
        let target = input.target_principal.unwrap_or_default();
        let task = input.task_policy_arn.and_then(|policy| policy.arn).unwrap_or_default();
        let session = roles::assume_root(&self.desk(ctx), &caller, &target, &task, input.duration_seconds)?;
        Ok(AssumeRootResponse {
            credentials: wire::credentials(&session),
            source_identity: session.source_identity.clone(),
        })
    }

    #[handler("GetSessionToken")]
    async fn get_session_token(
        &self,
        ctx: &RequestContext,
        input: GetSessionTokenRequest,
    ) -> Result<GetSessionTokenResponse, StsError> {
        let caller = self.caller(ctx)?;
        let code = input.token_code.as_deref();
        let session = users::session_token(
            &self.desk(ctx),
            &caller,
            input.duration_seconds,
            input.serial_number,
            code,
        )?;
        Ok(GetSessionTokenResponse { credentials: wire::credentials(&session) })
    }

    #[handler("GetFederationToken")]
    async fn get_federation_token(
        &self,
        ctx: &RequestContext,
        input: GetFederationTokenRequest,
    ) -> Result<GetFederationTokenResponse, StsError> {
        let caller = self.caller(ctx)?;
        let input = Federation {
            name: input.name.unwrap_or_default(),
            policy: input.policy,
            policy_arns: wire::policy_arns(input.policy_arns),
            duration_seconds: input.duration_seconds,
            tags: wire::tags(input.tags),
        };
        let issued = users::federation_token(&self.desk(ctx), &caller, input)?;
        let identity = &issued.session.identity;
        Ok(GetFederationTokenResponse {
            credentials: wire::credentials(&issued.session),
            federated_user: Some(FederatedUser {
                federated_user_id: Some(identity.user_id.clone()),
                arn: Some(identity.arn.clone()),
            }),
            packed_policy_size: issued.packed_policy_size,
        })
    }

    #[handler("GetAccessKeyInfo")]
    async fn get_access_key_info(
        &self,
        _ctx: &RequestContext,
        input: GetAccessKeyInfoRequest,
    ) -> Result<GetAccessKeyInfoResponse, StsError> {
        let id = input.access_key_id.unwrap_or_default();
        let user = self.principals.user_of_access_key(&id).map(|identity| identity.account);
        let account = user.unwrap_or_else(|| self.style.account(&id));
        Ok(GetAccessKeyInfoResponse { account: Some(account.to_string()) })
    }

    #[handler("DecodeAuthorizationMessage")]
    async fn decode_authorization_message(
        &self,
        ctx: &RequestContext,
        input: DecodeAuthorizationMessageRequest,
    ) -> Result<DecodeAuthorizationMessageResponse, StsError> {
        self.caller(ctx)?;
        let decoded = decode_authorization_message(&input.encoded_message.unwrap_or_default())?;
        Ok(DecodeAuthorizationMessageResponse { decoded_message: Some(decoded) })
    }

    #[handler("GetWebIdentityToken")]
    async fn get_web_identity_token(
        &self,
        ctx: &RequestContext,
        input: GetWebIdentityTokenRequest,
    ) -> Result<GetWebIdentityTokenResponse, StsError> {
        let caller = self.caller(ctx)?;
        let input = TokenRequest {
            audience: input.audience.unwrap_or_default(),
            duration_seconds: input.duration_seconds,
            signing_algorithm: input.signing_algorithm.unwrap_or_default(),
            tags: wire::tags(input.tags),
        };
        let made = outbound::token(&self.desk(ctx), &caller, &ctx.region, input)?;
        Ok(GetWebIdentityTokenResponse {
            web_identity_token: Some(made.token),
            expiration: Some(made.expiration),
        })
    }

    #[handler("GetDelegatedAccessToken")]
    async fn get_delegated_access_token(
        &self,
        ctx: &RequestContext,
        input: GetDelegatedAccessTokenRequest,
    ) -> Result<GetDelegatedAccessTokenResponse, StsError> {
        let caller = self.caller(ctx)?;
        let token = input.trade_in_token.unwrap_or_default();
        let session = trade_in::exchange(&self.desk(ctx), &caller, &token)?;
        Ok(GetDelegatedAccessTokenResponse {
            credentials: wire::credentials(&session),
            packed_policy_size: None,
            assumed_principal: Some(session.identity.arn.clone()),
        })
    }
}
