//! Whether a request is signed as it should be, and still good.

use std::sync::Arc;

use asf_routing::RouteRequest;
use asf_schema::{AuthKind, Operation};
use futures_util::future::BoxFuture;
use http::HeaderValue;

use crate::body::CONTENT_SHA256;
use crate::context::Credentials;
use crate::error::ServiceError;
use crate::gateway::{Flow, GatewayContext, GatewayHandler, Handled};
use crate::protocol::is_s3;
use crate::signature::canonical::Parts;
use crate::signature::key::sha256_hex;
use crate::signature::{
    Audience, Claim, Payload, Place, Query, Refusal, SecretKey, SecretKeys, SentRequest, Signature,
    SignedBody, check_window, read_claim, v2, verify,
};

/// Keeps the head of a request as it was sent, before routing rewrites it; and the hash of a body that
/// routing takes the codings off.
pub(crate) struct KeepSentRequest;

impl KeepSentRequest {
    async fn keep(ctx: &mut GatewayContext) -> Handled {
        let mut sent = SentRequest::of(&ctx.request);
        if RouteRequest::needs_body(ctx.request.method.as_str(), &ctx.request.headers) {
            let hash = hash_body(ctx).await?;
            sent.payload = Some(hash);
        }
        ctx.extensions.insert(sent);
        Ok(Flow::Continue)
    }
}

impl GatewayHandler for KeepSentRequest {
    fn name(&self) -> &str {
        "keep sent request"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        Box::pin(Self::keep(ctx))
    }
}

/// Refuses presigned requests that are over; and, with keys to verify signatures with, all that is not signed
/// with the secret of a key.
///
/// Operations that need no signature are left alone (`authtype` of the model is `none`, or a bearer token,
/// which is the service's to read), and so are unsigned requests to S3: who may do what without a name is for
/// policies to say.
pub(crate) struct JudgeSignatures {
    keys: Option<Arc<dyn SecretKeys>>,
}

impl JudgeSignatures {
    /// With what knows the secrets; without it, signatures are not verified.
    pub(crate) fn new(keys: Option<Arc<dyn SecretKeys>>) -> Self {
        Self { keys }
    }

    async fn judge(&self, ctx: &mut GatewayContext, operation: Operation) -> Handled {
        let service = operation.service();
        let audience = Audience::new(service, ctx.protocol);
        let refused = |refusal: Refusal| refusal.error(audience);
        let now = ctx.environment.clock.now();
        check_window(ctx.request.uri.query().unwrap_or_default(), service, now).map_err(refused)?;
        let Some(keys) = &self.keys else { return Ok(Flow::Continue) };
        if matches!(operation.row().auth, AuthKind::None | AuthKind::Bearer) {
            return Ok(Flow::Continue);
        }
        let Some(sent) = ctx.extensions.remove::<SentRequest>() else {
            return Err(crate::AwsError::internal("the request as it was sent is not there").into());
        };
        let claim = match read_claim(&sent, service, now).map_err(refused)? {
            Some(claim) => claim,
            None if is_s3(service) => return Ok(Flow::Continue),
            None => return Err(refused(Refusal::NotSigned)),
        };
        let credentials = credentials_of(&claim, &sent);
        let secret = keys.secret(&credentials, now).map_err(|it| refused(it.of(&credentials)))?;
        let body = match &claim {
            Claim::V2(signature) => verify_v2(signature, ctx, &secret).map_err(refused)?,
            Claim::V4(signature) => {
                let payload = Payload::of(signature, &sent, operation).map_err(refused)?;
                self.verify_v4(signature, payload, &sent, operation, &secret, ctx).await?
            }
        };
        // What was judged is what the call is made with.
        ctx.credentials = Some(credentials);
        ctx.extensions.insert(body);
        Ok(Flow::Continue)
    }

    async fn verify_v4(
        &self,
        signature: &Signature,
        payload: Payload,
        sent: &SentRequest,
        operation: Operation,
        secret: &SecretKey,
        ctx: &mut GatewayContext,
    ) -> Result<SignedBody, Box<dyn ServiceError>> {
        let audience = Audience::new(operation.service(), ctx.protocol);
        let (text, is_computed) = match payload {
            Payload::Declared(text) => (text, false),
            Payload::Hash => match &sent.payload {
                Some(hash) => (hash.clone(), true),
                None => (hash_body(ctx).await?, true),
            },
        };
        let mut body =
            verify(signature, sent, &text, operation, secret).map_err(|refusal| refusal.error(audience))?;
        body.verify_sha256 &= !is_computed;
        if (body.verify_sha256 || body.chunks.is_some())
            && signature.place != Place::Header
            && let Ok(value) = HeaderValue::from_str(&text)
        {
            // It may stand in the query, and is looked for among the headers.
            ctx.request.headers.insert(CONTENT_SHA256, value);
        }
        Ok(body)
    }
}

impl GatewayHandler for JudgeSignatures {
    fn name(&self) -> &str {
        "judge signatures"
    }

    fn handle<'a>(&'a self, ctx: &'a mut GatewayContext) -> BoxFuture<'a, Handled> {
        match ctx.operation {
            Some(operation) if self.keys.is_some() || ctx.request.uri.query().is_some() => {
                Box::pin(self.judge(ctx, operation))
            }
            _ => Box::pin(std::future::ready(Ok(Flow::Continue))),
        }
    }
}

/// The SHA-256 of the body, which is there as a whole afterwards.
async fn hash_body(ctx: &mut GatewayContext) -> Result<String, Box<dyn ServiceError>> {
    let body = std::mem::take(&mut ctx.body);
    let bytes = body.collect(ctx.max_body).await.map_err(|error| error.into_error(ctx.protocol))?;
    let hash = sha256_hex(&bytes);
    ctx.body = bytes.into();
    Ok(hash)
}

/// Version 2 signs the bucket in the path, where routing has put it.
fn verify_v2(
    signature: &v2::Signature,
    ctx: &GatewayContext,
    secret: &SecretKey,
) -> Result<SignedBody, Refusal> {
    let parts = Parts::new(&ctx.request.method, &ctx.request.uri, &ctx.request.headers);
    let string_to_sign = signature.string_to_sign(parts);
    if signature.verify(secret, &string_to_sign) {
        return Ok(SignedBody::default());
    }
    Err(Refusal::Mismatch {
        access_key_id: signature.access_key_id.clone(),
        provided: signature.signature.clone(),
        canonical_request: None,
        string_to_sign,
    })
}

fn credentials_of(claim: &Claim, sent: &SentRequest) -> Credentials {
    let access_key_id = match claim {
        Claim::V4(it) => it.scope.access_key_id.clone(),
        Claim::V2(it) => it.access_key_id.clone(),
    };
    let query = Query(sent.uri.query().unwrap_or_default());
    // The second is that of sessions of S3's directory buckets.
    let header =
        ["x-amz-security-token", "x-amz-s3session-token"].into_iter().find_map(|it| sent.headers.get(it));
    let header = header.and_then(|it| it.to_str().ok()).map(str::to_owned);
    let in_query = || {
        ["X-Amz-Security-Token", "x-amz-security-token", "X-Amz-S3session-Token"]
            .into_iter()
            .find_map(|it| query.get(it))
    };
    Credentials { access_key_id, session_token: header.or_else(in_query) }
}
