//! Handlers that answer with HTTP responses.

use asf_api_sqs::operations::{CreateQueue, ListQueues};
use asf_api_sqs::{CreateQueueRequest, ListQueuesRequest, SqsApi, SqsError};
use asf_macros::provider;
use asf_runtime::error::ServiceError as _;
use asf_runtime::protocol::Response;
use asf_runtime::provider::Answer;
use asf_runtime::schema::ProtocolKind;
use asf_runtime::shape::ByteStream;
use asf_runtime::{AwsError, RequestContext};

use crate::calling::{answer, context, now};

struct Raw;

#[provider(service = "sqs", register = false)]
impl SqsApi for Raw {
    #[handler("ListQueues")]
    async fn list_queues(&self, _: &RequestContext, input: ListQueuesRequest) -> http::Response<ByteStream> {
        let text = match input.queue_name_prefix {
            Some(prefix) => format!(r#"{{"QueueUrls":["{prefix}1"]}}"#),
            None => "no JSON".to_owned(),
        };
        http::Response::new(text.into())
    }

    #[handler("CreateQueue", expand)]
    async fn create_queue(
        &self,
        ctx: &RequestContext,
        queue_name: Option<String>,
    ) -> Result<Response, SqsError> {
        let Some(name) = queue_name else {
            return Err(AwsError::sender("NoName", "a name, please").into());
        };
        let body = r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"gone"}"#;
        let mut response = Response::new(ByteStream::from(body));
        *response.status_mut() = http::StatusCode::BAD_REQUEST;
        response.headers_mut().insert("x-name", name.parse().map_err(|_| AwsError::internal("a header"))?);
        response
            .headers_mut()
            .insert("x-request", ctx.request_id.parse().map_err(|_| AwsError::internal("id"))?);
        Ok(response)
    }
}

fn prefix(prefix: Option<&str>) -> ListQueuesRequest {
    ListQueuesRequest { queue_name_prefix: prefix.map(str::to_owned), ..Default::default() }
}

fn name(name: Option<&str>) -> CreateQueueRequest {
    CreateQueueRequest { queue_name: name.map(str::to_owned), ..Default::default() }
}

#[test]
fn the_gateway_gets_it_as_it_is() {
    let Ok(Answer::Raw(response)) = answer::<ListQueues>(&Raw, prefix(None)) else { panic!("not raw") };
    assert_eq!(response.body().as_bytes(), Some(&b"no JSON"[..]));
    let Ok(Answer::Raw(response)) = answer::<CreateQueue>(&Raw, name(Some("n"))) else { panic!("not raw") };
    assert_eq!((response.status().as_u16(), &response.headers()["x-name"]), (400, &"n".parse().unwrap()));
    assert_eq!(answer::<CreateQueue>(&Raw, name(None)).unwrap_err().code(), "NoName");
}

#[test]
fn it_is_read_back_for_the_process() {
    let mut ctx = context::<ListQueues>();
    // A caller that serves another service speaks that one's protocol.
    for protocol in [ProtocolKind::Json, ProtocolKind::RestXml] {
        ctx.protocol = protocol;
        let output = now(SqsApi::list_queues(&Raw, &ctx, prefix(Some("a")))).unwrap();
        assert_eq!(output.queue_urls, Some(vec!["a1".to_owned()]));
    }
    let error = now(SqsApi::list_queues(&Raw, &ctx, prefix(None))).unwrap_err();
    assert_eq!((error.code(), error.status()), ("InternalFailure", 500));

    let ctx = context::<CreateQueue>();
    let error = now(SqsApi::create_queue(&Raw, &ctx, name(Some("n")))).unwrap_err();
    assert!(
        matches!(&error, SqsError::QueueDoesNotExist(it) if it.message.as_deref() == Some("gone")),
        "{error:?}"
    );
    assert_eq!(now(SqsApi::create_queue(&Raw, &ctx, name(None))).unwrap_err().code(), "NoName");
}
