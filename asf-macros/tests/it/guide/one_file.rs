//! Queues, in one file.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use asf_api_sqs::{
    CreateQueueResult, Message, QueueDoesNotExist, ReceiveMessageResult, SendMessageResult, SqsApi, SqsError,
};
use asf_macros::provider;
use asf_runtime::RequestContext;

type Queue = VecDeque<Message>;

/// Queues without anything that makes them SQS: a message that is received is gone.
#[derive(Default)]
pub struct SimpleQueues {
    queues: Mutex<HashMap<String, Queue>>,
}

impl SimpleQueues {
    fn with_queue<T>(&self, url: &str, act: impl FnOnce(&mut Queue) -> T) -> Result<T, SqsError> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(act(queues.get_mut(url).ok_or_else(|| QueueDoesNotExist::new("There is no such queue."))?))
    }
}

#[provider(service = "sqs", name = "simple")]
impl SqsApi for SimpleQueues {
    #[handler("CreateQueue", expand)]
    fn create_queue(&self, ctx: &RequestContext, queue_name: String) -> CreateQueueResult {
        let url = format!("http://localhost:4566/{}/{queue_name}", ctx.account_id);
        self.queues.lock().unwrap_or_else(PoisonError::into_inner).entry(url.clone()).or_default();
        CreateQueueResult { queue_url: Some(url) }
    }

    #[handler("SendMessage", expand)]
    fn send_message(
        &self,
        ctx: &RequestContext,
        queue_url: String,
        message_body: String,
    ) -> Result<SendMessageResult, SqsError> {
        let id = Some(ctx.ids().uuid());
        let message = Message { message_id: id.clone(), body: Some(message_body), ..Default::default() };
        self.with_queue(&queue_url, |queue| queue.push_back(message))?;
        Ok(SendMessageResult { message_id: id, ..Default::default() })
    }

    #[handler("ReceiveMessage", expand)]
    fn receive_message(
        &self,
        queue_url: String,
        max_number_of_messages: Option<i32>,
    ) -> Result<ReceiveMessageResult, SqsError> {
        let wanted = usize::try_from(max_number_of_messages.unwrap_or(1)).unwrap_or(0);
        let messages = self.with_queue(&queue_url, |queue| {
            let count = wanted.min(queue.len());
            queue.drain(..count).collect::<Vec<_>>()
        })?;
        Ok(ReceiveMessageResult { messages: (!messages.is_empty()).then_some(messages) })
    }
}
