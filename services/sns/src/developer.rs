//! Paths beside AWS's API, as LocalStack's users know them.
//!
//! | request | answer |
//! |---|---|
//! | `GET /_aws/sns/platform-endpoint-messages?accountId=..&region=..&endpointArn=..` | what devices would have got |
//! | `GET /_aws/sns/sms-messages?accountId=..&region=..&phoneNumber=..` | what phones would have got |
//! | `GET /_aws/sns/email-messages?accountId=..&region=..&emailAddress=..` | what mailboxes would have got |
//! | `DELETE` of these | nothing of it is left |
//! | `GET /_aws/sns/subscription-tokens/<arn>` | the token that confirms a subscription |
//! | `POST /_aws/sns/opted-out-numbers?accountId=..&region=..&phoneNumber=..` | the number wants no messages |
//! | `GET /_aws/sns/SimpleNotificationService-<id>.pem` | the certificate of signatures |

use std::any::Any;

use asf_runtime::codec::form::Parameters;
use asf_runtime::context::Environment;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::linkme;
use asf_runtime::plugin::{DEVELOPER_ENDPOINTS, DeveloperEndpoint};
use asf_runtime::protocol::{Request, Response};
use asf_runtime::provider::Provider;
use asf_runtime::shape::ByteStream;
use futures_util::future::BoxFuture;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::inspection::{self, Channel};
use crate::signing::{PREFIX as CERTIFICATES, SUFFIX};
use crate::{SnsProvider, arns, sms, subscriptions};

const PREFIX: &str = "/_aws/sns";

#[linkme::distributed_slice(DEVELOPER_ENDPOINTS)]
#[linkme(crate = asf_runtime::linkme)]
static INSPECTION: DeveloperEndpoint = DeveloperEndpoint { service: "sns", prefix: PREFIX, answer };

fn answer<'a>(provider: &'a dyn Provider, _: &'a Environment, request: Request) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        let provider: &dyn Any = provider;
        match provider.downcast_ref::<SnsProvider>() {
            Some(provider) => respond(provider, &request),
            None => error(
                StatusCode::NOT_IMPLEMENTED,
                "SNS is answered by another provider than the native one, which cannot be looked into.",
            ),
        }
    })
}

/// Why nothing is shown.
type Refusal = (StatusCode, String);

/// Whose messages, and to whom.
struct Asked {
    account: AccountId,
    region: Region,
    to: Option<String>,
}

fn asked(request: &Request, recipient: &str) -> Result<Asked, Refusal> {
    let wrong = |text: &str| (StatusCode::BAD_REQUEST, text.to_owned());
    let parameters = Parameters::read(request.uri().query(), &[]).map_err(|it| wrong(&it.to_string()))?;
    let account = match parameters.get("accountId") {
        Some(account) => {
            account.parse().map_err(|_| wrong("accountId is no account id: it has 12 digits"))?
        }
        None => AccountId::DEFAULT,
    };
    let region = parameters.get("region").map_or_else(Region::default, Region::new);
    Ok(Asked { account, region, to: parameters.get(recipient).map(str::to_owned) })
}

fn respond(provider: &SnsProvider, request: &Request) -> Response {
    let path = request.uri().path();
    if let Some(id) = path.strip_prefix(CERTIFICATES).and_then(|it| it.strip_suffix(SUFFIX)) {
        return match provider.courier().signer().certificate(id) {
            Some(pem) => with(StatusCode::OK, "application/x-pem-file", pem),
            None => error(StatusCode::NOT_FOUND, "there is no such certificate"),
        };
    }
    let below = path.strip_prefix(PREFIX).unwrap_or(path).trim_matches('/');
    if let Some(arn) = below.strip_prefix("subscription-tokens/") {
        return token(provider, &percent_encoding::percent_decode_str(arn).decode_utf8_lossy());
    }
    let answered = match below {
        "platform-endpoint-messages" => {
            kept(provider, request, Channel::Platform, "endpointArn", "platform_endpoint_messages")
        }
        "sms-messages" => kept(provider, request, Channel::Sms, "phoneNumber", "sms_messages"),
        "email-messages" => kept(provider, request, Channel::Email, "emailAddress", "email_messages"),
        "opted-out-numbers" if *request.method() == Method::POST => opt_out(provider, request),
        _ => Err((StatusCode::NOT_FOUND, "there is nothing here".to_owned())),
    };
    answered.unwrap_or_else(|(status, text)| error(status, &text))
}

fn kept(
    provider: &SnsProvider,
    request: &Request,
    channel: Channel,
    recipient: &str,
    name: &str,
) -> Result<Response, Refusal> {
    let Asked { account, region, to } = asked(request, recipient)?;
    let store = provider.stores().at(account, &region);
    match *request.method() {
        Method::GET => {
            let messages = inspection::shown(&store, channel, to.as_deref());
            Ok(json(StatusCode::OK, &json!({name: messages, "region": region.as_str()})))
        }
        Method::DELETE => {
            inspection::drop_kept(&store, channel, to.as_deref());
            Ok(empty())
        }
        _ => Err((StatusCode::METHOD_NOT_ALLOWED, "GET or DELETE".to_owned())),
    }
}

fn opt_out(provider: &SnsProvider, request: &Request) -> Result<Response, Refusal> {
    let Asked { account, region, to } = asked(request, "phoneNumber")?;
    let opted = sms::opt_out(&provider.stores().at(account, &region), to.as_deref().unwrap_or_default());
    opted.map(|()| empty()).map_err(|fault| (StatusCode::BAD_REQUEST, fault.message))
}

fn token(provider: &SnsProvider, arn: &str) -> Response {
    let wrong = |status, text: &str| json(status, &json!({"error": text, "subscription_arn": arn}));
    let region = arn.split(':').nth(3).map_or_else(Region::default, Region::new);
    if arns::subscription(arn, &region).is_err() {
        return wrong(StatusCode::BAD_REQUEST, "The provided SubscriptionARN is invalid");
    }
    let found = subscriptions::find(provider.stores(), arn, &region).ok();
    match found.and_then(|(_, subscription)| subscription.token.clone()) {
        Some(token) => json(StatusCode::OK, &json!({"subscription_token": token, "subscription_arn": arn})),
        None => wrong(StatusCode::NOT_FOUND, "The provided SubscriptionARN is not found"),
    }
}

fn error(status: StatusCode, text: &str) -> Response {
    json(status, &json!({ "error": text }))
}

fn json(status: StatusCode, body: &Value) -> Response {
    with(status, "application/json", body.to_string())
}

fn with(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(ByteStream::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

fn empty() -> Response {
    let mut response = Response::new(ByteStream::Empty);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
