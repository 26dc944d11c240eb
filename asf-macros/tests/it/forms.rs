//! Handlers with fewer parameters and other answers than the trait's methods.

use asf_api_sqs::operations::{CreateQueue, DeleteQueue, ListQueues, PurgeQueue};
use asf_api_sqs::{
    CreateQueueRequest, CreateQueueResult, DeleteQueueRequest, ListQueuesRequest, ListQueuesResult,
    PurgeQueueRequest, QueueDoesNotExist, SqsApi, SqsError,
};
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::error::ServiceError as _;

use crate::calling::{context, now, output};

type Answer<T> = Result<T, SqsError>;

struct Queues;

#[provider(service = "sqs", name = "forms", register = false)]
impl SqsApi for Queues {
    // Without the context, and without anything to wait for.
    #[handler("CreateQueue")]
    fn make(&self, input: CreateQueueRequest) -> Result<CreateQueueResult, SqsError> {
        Ok(CreateQueueResult { queue_url: input.queue_name })
    }

    // An output that cannot fail, and none of the input.
    #[handler("ListQueues", expand)]
    async fn list_queues(&self, ctx: &RequestContext) -> ListQueuesResult {
        ListQueuesResult { queue_urls: Some(vec![ctx.region.to_string()]), next_token: None }
    }

    // An alias of `Result`, and an output that is none.
    #[handler("DeleteQueue")]
    async fn delete_queue(&self, _: &RequestContext, input: DeleteQueueRequest) -> Answer<()> {
        input.queue_url.map(drop).ok_or_else(|| QueueDoesNotExist::new("none").into())
    }

    // Nothing to return.
    #[handler("PurgeQueue")]
    async fn purge(&self, _: PurgeQueueRequest) {}

    // As the trait itself is written.
    #[handler("TagQueue")]
    #[allow(clippy::manual_async_fn, reason = "this form is what is tested")]
    fn tag_queue(
        &self,
        _ctx: &RequestContext,
        _input: asf_api_sqs::TagQueueRequest,
    ) -> impl Future<Output = Result<(), SqsError>> + Send {
        async { Ok(()) }
    }

    // Conditions apply to all that is written for a handler.
    #[cfg(any())]
    #[handler("UntagQueue")]
    async fn untag_queue(&self, _ctx: &RequestContext, _input: NotThere) -> Answer<()> {
        Ok(())
    }

    #[cfg(any())]
    #[handler("SendMessage", expand)]
    fn send(&self, _queue_url: NotThere) -> Answer<()> {
        Ok(())
    }
}

#[test]
fn through_the_table_and_the_trait() {
    let input = CreateQueueRequest { queue_name: Some("q".to_owned()), ..Default::default() };
    let found = output::<CreateQueue>(&Queues, input.clone()).unwrap();
    assert_eq!(found.queue_url.as_deref(), Some("q"));
    let same = now(SqsApi::create_queue(&Queues, &context::<CreateQueue>(), input)).unwrap();
    assert_eq!(found, same);

    let found = output::<ListQueues>(&Queues, ListQueuesRequest::default()).unwrap();
    let ctx = context::<ListQueues>();
    let same = now(SqsApi::list_queues(&Queues, &ctx, ListQueuesRequest::default())).unwrap();
    assert_eq!(found, same);
    assert_eq!(found.queue_urls, Some(vec!["us-east-1".to_owned()]));

    output::<PurgeQueue>(&Queues, PurgeQueueRequest::default()).unwrap();
    output::<asf_api_sqs::operations::TagQueue>(&Queues, Default::default()).unwrap();
}

#[test]
fn errors_keep_their_type() {
    let error = output::<DeleteQueue>(&Queues, DeleteQueueRequest::default()).unwrap_err();
    assert_eq!(error.message(), Some("none"));
    let ctx = context::<DeleteQueue>();
    let error = now(SqsApi::delete_queue(&Queues, &ctx, DeleteQueueRequest::default())).unwrap_err();
    assert!(matches!(error, SqsError::QueueDoesNotExist(_)), "{error:?}");
    // What is compiled out is as if it were not there.
    let ctx = context::<asf_api_sqs::operations::UntagQueue>();
    let error = now(SqsApi::untag_queue(&Queues, &ctx, Default::default())).unwrap_err();
    assert_eq!(error.status(), 501);
}

/// What `scaffold` writes, for a service whose one operation has neither input nor output.
mod tiny {
    use asf_runtime::RequestContext;
    use asf_runtime::schema::{Metadata, OperationSchema, ProtocolKind, ServiceSchema};

    pub(crate) static SERVICE: &ServiceSchema = &ServiceSchema {
        name: "tiny",
        metadata: Metadata { protocols: &[ProtocolKind::Json], ..Metadata::EMPTY },
        operations: &[OperationSchema::new("Ping", "POST", "/"), OperationSchema::new("Pong", "POST", "/")],
        shapes: &[],
        members: &[],
        lookup: &[],
    };

    #[derive(Clone, Debug)]
    #[allow(unreachable_pub, reason = "the marker types are public")]
    pub struct TinyError(pub(crate) asf_runtime::AwsError);

    impl std::fmt::Display for TinyError {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            self.0.fmt(f)
        }
    }

    impl std::error::Error for TinyError {}

    impl asf_runtime::error::ServiceError for TinyError {
        fn code(&self) -> &str {
            self.0.code()
        }

        fn message(&self) -> Option<&str> {
            self.0.message()
        }

        fn status(&self) -> u16 {
            self.0.status()
        }

        fn sender_fault(&self) -> bool {
            self.0.sender_fault()
        }
    }

    impl From<asf_runtime::AwsError> for TinyError {
        fn from(error: asf_runtime::AwsError) -> Self {
            Self(error)
        }
    }

    impl From<Box<dyn asf_runtime::error::ServiceError>> for TinyError {
        fn from(error: Box<dyn asf_runtime::error::ServiceError>) -> Self {
            Self(asf_runtime::AwsError::from(&*error))
        }
    }

    #[allow(unreachable_pub, reason = "the marker types are public")]
    pub(crate) mod operations {
        use super::SERVICE;

        asf_runtime::operations! {
            SERVICE, super::TinyError;
            0 Ping(()) -> ();
            1 Pong(()) -> ();
        }
    }

    pub(crate) trait TinyApi: Send + Sync {
        fn ping(&self, ctx: &RequestContext) -> impl Future<Output = Result<(), TinyError>> + Send {
            asf_runtime::generated::not_implemented::<operations::Ping>(ctx, ())
        }

        fn pong(&self, ctx: &RequestContext) -> impl Future<Output = Result<(), TinyError>> + Send {
            asf_runtime::generated::not_implemented::<operations::Pong>(ctx, ())
        }
    }
}

struct Table;

#[provider(service = "tiny", api = tiny, register = false)]
impl tiny::TinyApi for Table {
    #[handler("Ping")]
    async fn ping(&self, _ctx: &RequestContext) -> Result<(), tiny::TinyError> {
        Ok(())
    }

    #[handler("Pong")]
    fn hit(&self) -> Result<(), tiny::TinyError> {
        Err(asf_runtime::AwsError::sender("Net", "it did not get over").into())
    }
}

#[test]
fn operations_without_input() {
    use tiny::TinyApi as _;
    use tiny::operations::{Ping, Pong};
    output::<Ping>(&Table, ()).unwrap();
    assert_eq!(output::<Pong>(&Table, ()).unwrap_err().code(), "Net");
    assert_eq!(now(Table.pong(&context::<Pong>())).unwrap_err().code(), "Net");
}
