//! `/_aws/sqs/messages`: the messages of a queue without receiving them, as LocalStack's users know it.
//!
//! | request | queue |
//! |---|---|
//! | `/_aws/sqs/messages?QueueUrl=..`, or the same as a form | that of the URL |
//! | `/_aws/sqs/messages/<region>/<account>/<queue>` | that of the path |
//! | a `ReceiveMessage` of an SDK whose endpoint this is, JSON or query | that of its input |
//!
//! `ShowInvisible=true` and `ShowDelayed=true` show messages in flight and delayed ones too. The answer is
//! XML, JSON if that is accepted, and to an SDK what its `ReceiveMessage` expects.

use std::any::Any;
use std::sync::Arc;

use asf_api_sqs::operations::ReceiveMessage;
use asf_api_sqs::{Message, ReceiveMessageRequest, ReceiveMessageResult, SERVICE, SqsError};
use asf_runtime::access_key::AccessKeyStyle;
use asf_runtime::codec::form::Parameters;
use asf_runtime::context::Environment;
use asf_runtime::identity::{AccountId, Region};
use asf_runtime::plugin::{DEVELOPER_ENDPOINTS, DeveloperEndpoint};
use asf_runtime::protocol::{self, Exchange, Request, Response};
use asf_runtime::provider::{Provider, TypedOperation};
use asf_runtime::schema::ProtocolKind;
use asf_runtime::shape::ByteStream;
use asf_runtime::{AwsError, linkme};
use futures_util::future::BoxFuture;
use http::request::Parts;
use http::{HeaderValue, header};

use crate::SqsProvider;
use crate::error::QueueError;
use crate::inspection::{self, Look, NO_HANDLE};
use crate::models::Stored;
use crate::provider::messages::Wanted;
use crate::{queues, urls};

const PREFIX: &str = "/_aws/sqs/messages";
/// Greatest body of a request: a form with a URL in it.
const MAX_BODY: usize = 64 << 10;

#[linkme::distributed_slice(DEVELOPER_ENDPOINTS)]
#[linkme(crate = asf_runtime::linkme)]
static MESSAGES: DeveloperEndpoint = DeveloperEndpoint { service: "sqs", prefix: PREFIX, answer };

fn answer<'a>(
    provider: &'a dyn Provider,
    environment: &'a Environment,
    request: Request,
) -> BoxFuture<'a, Response> {
    Box::pin(async move {
        let (head, body) = request.into_parts();
        let request_id = environment.ids.uuid();
        let format = Format::of(&head);
        let provider: &dyn Any = provider;
        let found = match (provider.downcast_ref::<SqsProvider>(), body.collect(MAX_BODY).await) {
            (None, _) => Err(AwsError::receiver(
                "NotImplemented",
                "SQS is answered by another provider than the native one, whose queues cannot be looked into.",
            )
            .with_status(501)
            .into()),
            (_, Err(error)) => Err(AwsError::sender("InvalidRequest", error.to_string()).into()),
            (Some(provider), Ok(body)) => find(provider, environment, &head, format, body),
        };
        format.write(found, &head, &request_id)
    })
}

/// What was asked for.
struct Asked {
    url: String,
    look: Look,
}

/// The messages that a request asks for.
fn find(
    provider: &SqsProvider,
    environment: &Environment,
    head: &Parts,
    format: Format,
    body: asf_runtime::Bytes,
) -> Result<Vec<Arc<Stored>>, SqsError> {
    let asked = asked(head, format, body)?;
    let address = urls::parse(&asked.url)?;
    // Nobody has to sign this request; whoever did, as SDKs do, has an account and a region.
    let (account, region) = signer(head);
    let queue = queues::find(
        provider.store(),
        address.account.unwrap_or(account),
        address.region.as_ref().unwrap_or(&region),
        &address.name,
    )?;
    Ok(inspection::look(&queue, asked.look, environment.clock.now())?)
}

fn asked(head: &Parts, format: Format, body: asf_runtime::Bytes) -> Result<Asked, SqsError> {
    let form = if format == Format::AwsJson { &[][..] } else { &body };
    let parameters = Parameters::read(head.uri.query(), form)
        .map_err(|error| AwsError::sender("MalformedQueryString", error.to_string()))?;
    if let Some(action) = parameters.get("Action").filter(|action| *action != "ReceiveMessage") {
        let message = format!("{action} is not valid for this endpoint: messages can be looked at only.");
        return Err(AwsError::sender("InvalidAction", message).into());
    }
    let is_on =
        |name: &str| parameters.get(name).is_some_and(|it| it == "1" || it.eq_ignore_ascii_case("true"));
    let look = Look { invisible: is_on("ShowInvisible"), delayed: is_on("ShowDelayed") };

    let path = head.uri.path();
    let below = path.strip_prefix(PREFIX).unwrap_or(path).trim_matches('/');
    let url = if !below.is_empty() {
        // As the path of a URL of the strategy `path`.
        Some(format!("/queue/{below}"))
    } else if format == Format::AwsJson {
        let mut input = ReceiveMessageRequest::default();
        let json = protocol::of(ProtocolKind::Json);
        json.parse_request(ReceiveMessage::operation(), head, ByteStream::Full(body), &mut input)?;
        input.queue_url
    } else {
        parameters.get("QueueUrl").map(str::to_owned)
    };
    Ok(Asked { url: url.ok_or_else(|| QueueError::missing("QueueUrl"))?, look })
}

/// Account and region of a signature's scope: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
fn signer(head: &Parts) -> (AccountId, Region) {
    let authorization = head.headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let scope = authorization.and_then(|it| Some(it.split_once("Credential=")?.1));
    let mut parts = scope.unwrap_or_default().split('/');
    let account = parts.next().map_or(AccountId::DEFAULT, |key| AccessKeyStyle::default().account(key));
    let region = parts.nth(1).filter(|region| !region.is_empty()).map_or_else(Region::default, Region::new);
    (account, region)
}

/// What the answer is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// That of the query protocol.
    Xml,
    /// The same tree.
    Json,
    /// That of awsJson: an SDK asks.
    AwsJson,
}

impl Format {
    fn of(head: &Parts) -> Self {
        let names = |name: header::HeaderName, wanted: &str| {
            head.headers.get(name).and_then(|it| it.to_str().ok()).is_some_and(|it| it.contains(wanted))
        };
        if names(header::CONTENT_TYPE, "application/x-amz-json") {
            Self::AwsJson
        } else if names(header::ACCEPT, "application/json") {
            Self::Json
        } else {
            Self::Xml
        }
    }

    fn write(self, found: Result<Vec<Arc<Stored>>, SqsError>, head: &Parts, request_id: &str) -> Response {
        let exchange = Exchange { headers: &head.headers, request_id };
        let kind = if self == Self::Xml { ProtocolKind::Query } else { ProtocolKind::Json };
        let protocol = protocol::of(kind);
        let operation = ReceiveMessage::operation();
        let written = match found {
            Err(error) => return protocol.serialize_error(SERVICE, Some(operation), &error, exchange),
            Ok(found) if self == Self::Json => {
                let mut response = Response::new(inspection::to_json(&found, request_id).into_bytes().into());
                let json = HeaderValue::from_static("application/json");
                response.headers_mut().insert(header::CONTENT_TYPE, json);
                return response;
            }
            Ok(found) => {
                let messages = Some(found.iter().map(|it| message(it)).collect());
                protocol.serialize_response(operation, &mut ReceiveMessageResult { messages }, exchange)
            }
        };
        written.unwrap_or_else(|error| {
            let error = AwsError::internal(error.to_string());
            protocol.serialize_error(SERVICE, Some(operation), &error, exchange)
        })
    }
}

fn message(stored: &Stored) -> Message {
    let wanted = Wanted::everything(inspection::attribute_names());
    wanted.message(&stored.message, NO_HANDLE.to_owned(), |name| inspection::attribute(stored, name))
}
