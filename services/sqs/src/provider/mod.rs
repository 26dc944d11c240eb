//! The provider: the operations of `SqsApi` over the domain. Each takes the wire's input, calls the
//! domain and gives the wire's output; the impl block here is the list of them.

mod addressing;
mod attributes;
mod batches;
mod errors;
pub(crate) mod messages;
mod move_tasks;
mod permissions;
mod queues;
mod tags;

use std::sync::{Arc, Mutex, Once};

use asf_api_sqs::*;
use asf_macros::provider;
use asf_runtime::RequestContext;
use asf_runtime::plugin::Settings;
use asf_runtime::public_url::PublicUrl;
use tokio::task::JoinSet;

use crate::store::Store;
use crate::urls::UrlWriter;

/// Amazon SQS.
///
/// Required members are checked by the operations themselves: SQS has words of its own for what is
/// missing ("The request must contain the parameter MessageBody.",
/// test_sqs::test_send_empty_message), and the model's constraints are not what it checks first.
///
/// Message-move tasks run on the runtime that their operation was called on, and end with the provider.
#[derive(Debug)]
pub struct SqsProvider {
    store: Arc<Store>,
    urls: UrlWriter,
    /// `LOCALSTACK_HOST` and `USE_SSL`.
    public: PublicUrl,
    options: Options,
    move_tasks: Mutex<JoinSet<()>>,
    /// Tasks that were kept go on.
    resumed: Once,
}

/// What can be set up, by variables that LocalStack documents. All are off unless they are set.
#[derive(Clone, Copy, Debug)]
struct Options {
    /// `SQS_DELAY_PURGE_RETRY`: a queue can be purged once in 60 seconds only, as on AWS.
    delay_purge_retry: bool,
    /// `SQS_DELAY_RECENTLY_DELETED`: the name of a deleted queue rests for 60 seconds, as on AWS.
    delay_recently_deleted: bool,
    /// `SQS_DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT`: a receive may ask for more than ten messages.
    unlimited_receives: bool,
}

impl SqsProvider {
    /// A provider without queues. `SQS_ENDPOINT_STRATEGY` and `LOCALSTACK_HOST` say how queue URLs look;
    /// a strategy that there is not is taken for the default.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let strategy = settings.get("SQS_ENDPOINT_STRATEGY").and_then(|it| it.parse().ok());
        let public = PublicUrl::of(settings);
        Self {
            store: Arc::new(Store::open(settings.state())),
            urls: UrlWriter::new(strategy.unwrap_or_default(), public.host()),
            options: Options {
                delay_purge_retry: settings.is_on("SQS_DELAY_PURGE_RETRY"),
                delay_recently_deleted: settings.is_on("SQS_DELAY_RECENTLY_DELETED"),
                unlimited_receives: settings.is_on("SQS_DISABLE_MAX_NUMBER_OF_MESSAGE_LIMIT"),
            },
            move_tasks: Mutex::default(),
            public,
            resumed: Once::new(),
        }
    }

    /// All queues.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

#[provider(service = "sqs", new = SqsProvider::new, validation = None)]
impl SqsApi for SqsProvider {
    #[handler("AddPermission")]
    async fn add_permission(
        &self,
        ctx: &RequestContext,
        input: AddPermissionRequest,
    ) -> Result<(), SqsError> {
        permissions::add(self, ctx, input)
    }

    #[handler("CancelMessageMoveTask")]
    async fn cancel_message_move_task(
        &self,
        ctx: &RequestContext,
        input: CancelMessageMoveTaskRequest,
    ) -> Result<CancelMessageMoveTaskResult, SqsError> {
        move_tasks::cancel(self, ctx, input)
    }

    #[handler("ChangeMessageVisibility")]
    async fn change_message_visibility(
        &self,
        ctx: &RequestContext,
        input: ChangeMessageVisibilityRequest,
    ) -> Result<(), SqsError> {
        messages::change_visibility(self, ctx, input)
    }

    #[handler("ChangeMessageVisibilityBatch")]
    async fn change_message_visibility_batch(
        &self,
        ctx: &RequestContext,
        input: ChangeMessageVisibilityBatchRequest,
    ) -> Result<ChangeMessageVisibilityBatchResult, SqsError> {
        batches::change_visibility(self, ctx, input)
    }

    #[handler("CreateQueue")]
    async fn create_queue(
        &self,
        ctx: &RequestContext,
        input: CreateQueueRequest,
    ) -> Result<CreateQueueResult, SqsError> {
        queues::create(self, ctx, input)
    }

    #[handler("DeleteMessage")]
    async fn delete_message(
        &self,
        ctx: &RequestContext,
        input: DeleteMessageRequest,
    ) -> Result<(), SqsError> {
        messages::delete(self, ctx, input)
    }

    #[handler("DeleteMessageBatch")]
    async fn delete_message_batch(
        &self,
        ctx: &RequestContext,
        input: DeleteMessageBatchRequest,
    ) -> Result<DeleteMessageBatchResult, SqsError> {
        batches::delete(self, ctx, input)
    }

    #[handler("DeleteQueue")]
    async fn delete_queue(&self, ctx: &RequestContext, input: DeleteQueueRequest) -> Result<(), SqsError> {
        queues::delete(self, ctx, &input)
    }

    #[handler("GetQueueAttributes")]
    async fn get_queue_attributes(
        &self,
        ctx: &RequestContext,
        input: GetQueueAttributesRequest,
    ) -> Result<GetQueueAttributesResult, SqsError> {
        attributes::get(self, ctx, input)
    }

    #[handler("GetQueueUrl")]
    async fn get_queue_url(
        &self,
        ctx: &RequestContext,
        input: GetQueueUrlRequest,
    ) -> Result<GetQueueUrlResult, SqsError> {
        queues::get_url(self, ctx, input)
    }

    #[handler("ListDeadLetterSourceQueues")]
    async fn list_dead_letter_source_queues(
        &self,
        ctx: &RequestContext,
        input: ListDeadLetterSourceQueuesRequest,
    ) -> Result<ListDeadLetterSourceQueuesResult, SqsError> {
        queues::list_dead_letter_sources(self, ctx, input)
    }

    #[handler("ListMessageMoveTasks")]
    async fn list_message_move_tasks(
        &self,
        ctx: &RequestContext,
        input: ListMessageMoveTasksRequest,
    ) -> Result<ListMessageMoveTasksResult, SqsError> {
        move_tasks::list(self, ctx, input)
    }

    #[handler("ListQueueTags")]
    async fn list_queue_tags(
        &self,
        ctx: &RequestContext,
        input: ListQueueTagsRequest,
    ) -> Result<ListQueueTagsResult, SqsError> {
        tags::list(self, ctx, &input)
    }

    #[handler("ListQueues")]
    async fn list_queues(
        &self,
        ctx: &RequestContext,
        input: ListQueuesRequest,
    ) -> Result<ListQueuesResult, SqsError> {
        queues::list(self, ctx, input)
    }

    #[handler("PurgeQueue")]
    async fn purge_queue(&self, ctx: &RequestContext, input: PurgeQueueRequest) -> Result<(), SqsError> {
        queues::purge(self, ctx, &input)
    }

    #[handler("ReceiveMessage")]
    async fn receive_message(
        &self,
        ctx: &RequestContext,
        input: ReceiveMessageRequest,
    ) -> Result<ReceiveMessageResult, SqsError> {
        messages::receive(self, ctx, input).await
    }

    #[handler("RemovePermission")]
    async fn remove_permission(
        &self,
        ctx: &RequestContext,
        input: RemovePermissionRequest,
    ) -> Result<(), SqsError> {
        permissions::remove(self, ctx, input)
    }

    #[handler("SendMessage")]
    async fn send_message(
        &self,
        ctx: &RequestContext,
        input: SendMessageRequest,
    ) -> Result<SendMessageResult, SqsError> {
        messages::send(self, ctx, input)
    }

    #[handler("SendMessageBatch")]
    async fn send_message_batch(
        &self,
        ctx: &RequestContext,
        input: SendMessageBatchRequest,
    ) -> Result<SendMessageBatchResult, SqsError> {
        batches::send(self, ctx, input)
    }

    #[handler("SetQueueAttributes")]
    async fn set_queue_attributes(
        &self,
        ctx: &RequestContext,
        input: SetQueueAttributesRequest,
    ) -> Result<(), SqsError> {
        attributes::set(self, ctx, input)
    }

    #[handler("StartMessageMoveTask")]
    async fn start_message_move_task(
        &self,
        ctx: &RequestContext,
        input: StartMessageMoveTaskRequest,
    ) -> Result<StartMessageMoveTaskResult, SqsError> {
        move_tasks::start(self, ctx, input)
    }

    #[handler("TagQueue")]
    async fn tag_queue(&self, ctx: &RequestContext, input: TagQueueRequest) -> Result<(), SqsError> {
        tags::tag(self, ctx, input)
    }

    #[handler("UntagQueue")]
    async fn untag_queue(&self, ctx: &RequestContext, input: UntagQueueRequest) -> Result<(), SqsError> {
        tags::untag(self, ctx, input)
    }
}
